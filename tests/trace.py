"""What a move of a control costs the browser's main thread."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

WAIT = 150  # ms between two moves


def main_thread_work(browser: Any, page: Any, keys: list[str]) -> list[float]:
    """Press ``keys`` on the control in focus; milliseconds of main-thread work for each.

    The sum of the tasks in a browser trace, in processor time, so that other programs do not count.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trace.json"
        browser.start_tracing(page=page, path=path, categories=["toplevel", "devtools.timeline", "blink.user_timing"])
        for key in keys:
            page.keyboard.press(key)
            page.wait_for_timeout(WAIT)
        browser.stop_tracing()
        events = json.loads(path.read_text("utf-8"))["traceEvents"]
    main = {(e["pid"], e["tid"]) for e in events if e.get("args", {}).get("name") == "CrRendererMain"}
    tasks = [e for e in events if e["name"].endswith("RunTask") and "tdur" in e and (e["pid"], e["tid"]) in main]
    inputs = [e["ts"] for e in events if e["name"] == "EventDispatch" and e["args"]["data"]["type"] == "keydown"]
    ends = [*inputs[1:], inputs[-1] + 1000 * WAIT]
    return [
        sum(t["tdur"] for t in tasks if a - 20_000 <= t["ts"] < b - 20_000) / 1000
        for a, b in zip(inputs, ends, strict=True)
    ]


def moves(browser: Any, page: Any, form: Any, count: int) -> list[float]:
    """The main-thread work of ``count`` moves of a figure's first control, back and forth."""
    control = form.locator("[name]").first
    control.focus()
    page.wait_for_timeout(300)
    forth, back = ("ArrowRight", "ArrowLeft") if control.get_attribute("type") == "range" else ("ArrowDown", "ArrowUp")
    return main_thread_work(browser, page, [(back, forth)[i % 2] for i in range(count)])
