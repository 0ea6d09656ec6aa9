"""What a slider move costs, on the built website and in JupyterLab: part of `make bench`.

Website: main-thread work of 20 moves of the headline figure, each the sum of the tasks in a browser trace (processor
time, so that other programs do not count), as a median.
JupyterLab: from the key press to the changed picture, as a median.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.conftest import ARGUMENTS, CHROMIUM, SITE, Server
from tests.test_lab import lab_server, open_and_run, show_headline
from tests.test_site import headline, ready

MOVES = 20
KEY_TO_PICTURE = """key => new Promise(done => {
  const handle = document.activeElement, start = performance.now();
  const widget = handle.closest(".jp-Cell").querySelector(".nn-panels").parentElement.parentElement;
  const watcher = new MutationObserver(() => {
    watcher.disconnect();
    requestAnimationFrame(() => done(performance.now() - start));
  });
  watcher.observe(widget, {childList: true, subtree: true});
  handle.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true}));
})"""


def on_the_website(browser) -> list[float]:
    """Milliseconds of main-thread work for each move."""
    server = Server(SITE)
    page = browser.new_page()
    page.goto(f"{server.address}/book/training.html", wait_until="load")
    control = ready(page, headline(page)).locator("[name=learning_rate]")
    control.focus()
    page.wait_for_timeout(500)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trace.json"
        browser.start_tracing(page=page, path=path, categories=["toplevel", "devtools.timeline", "blink.user_timing"])
        for i in range(MOVES):
            page.keyboard.press("ArrowRight" if i % 8 >= 4 else "ArrowLeft")
            page.wait_for_timeout(150)
        browser.stop_tracing()
        events = json.loads(path.read_text())["traceEvents"]
    page.close()
    server.shutdown()
    main = {(e["pid"], e["tid"]) for e in events if e.get("args", {}).get("name") == "CrRendererMain"}
    tasks = [e for e in events if e["name"].endswith("RunTask") and "tdur" in e and (e["pid"], e["tid"]) in main]
    inputs = [e["ts"] for e in events if e["name"] == "EventDispatch" and e["args"]["data"]["type"] == "keydown"]
    ends = [*inputs[1:], inputs[-1] + 150_000]
    return [
        sum(t["tdur"] for t in tasks if a - 20_000 <= t["ts"] < b - 20_000) / 1000
        for a, b in zip(inputs, ends, strict=True)
    ]


def in_jupyterlab(browser) -> list[float]:
    """Milliseconds from a key press on the seed's slider to the changed picture."""
    with tempfile.TemporaryDirectory() as folder:
        for address in lab_server(Path(folder)):
            page = browser.new_page(viewport={"width": 1280, "height": 1000})
            open_and_run(page, address, "training")
            handles = show_headline(page)
            took = []
            moves = [(2, "ArrowRight")] * 4 + [(0, "ArrowLeft")] * 4 + [(0, "ArrowRight")] * 7 + [(1, "ArrowRight")] * 2
            for slider, key in moves:
                handles.nth(slider).focus()
                took.append(page.evaluate(KEY_TO_PICTURE, key))
            page.close()
        return took


def main() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for place, measure in (
            ("website, main-thread work", on_the_website),
            ("JupyterLab, to picture", in_jupyterlab),
        ):
            took = measure(browser)
            middle, least, most = statistics.median(took), min(took), max(took)
            print(f"{place}: median {middle:.1f} ms, {least:.1f} to {most:.1f} ms, {len(took)} moves")
        browser.close()


if __name__ == "__main__":
    main()
