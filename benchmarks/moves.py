"""What a slider move costs, on the built website and in JupyterLab: part of `make bench`.

Website: main-thread work of 20 moves of the headline figure, each the sum of the tasks in a browser trace (processor
time, so that other programs do not count), as a median.
JupyterLab: from the key press to the changed picture, as a median.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.conftest import ARGUMENTS, CHROMIUM, ROOT, SITE, Server
from tests.lab import lab_server, open_chapter, run_all, show_last_figure, wait_for_last_cell
from tests.test_site import headline, ready
from tests.trace import main_thread_work

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
    took = main_thread_work(browser, page, ["ArrowRight" if i % 8 >= 4 else "ArrowLeft" for i in range(MOVES)])
    page.close()
    server.shutdown()
    return took


def in_jupyterlab(browser) -> list[float]:
    """Milliseconds from a key press on the seed's slider to the changed picture."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "book", Path(folder) / "book")
        with lab_server(sys.executable, Path(folder), Path(folder) / "settings") as server:
            page = browser.new_page(viewport={"width": 1280, "height": 1000})
            open_chapter(page, server.address, "training")
            run_all(page)
            wait_for_last_cell(page)
            handles = show_last_figure(page).locator(".noUi-handle")
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
