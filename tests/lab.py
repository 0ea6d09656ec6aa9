"""A chapter as a live notebook: JupyterLab as Binder starts it, driven in a real Chromium.

`tests/test_lab.py` does this with the JupyterLab of `make lab`, `tests/binder.py` with the one that Binder would build.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.error import URLError
from urllib.request import urlopen

PREFIX = "/user/reader/"  # a base path, as Binder has one
SHOWN = ".jp-NotebookPanel:not(.lm-mod-hidden)"  # not one of the chapters that were open before
CELLS = "[...jupyterapp.shell.currentWidget.content.model.cells].filter(cell => cell.type === 'code')"
FIGURES = (  # the places of the cells that show controls
    "() => [...jupyterapp.shell.currentWidget.content.model.cells].flatMap((cell, i) => cell.type === 'code' &&"
    " cell.outputs.toJSON().some(o => o.data?.['application/vnd.jupyter.widget-view+json']) ? [i] : [])"
)


class Lab(NamedTuple):
    """A running JupyterLab."""

    address: str
    pid: int


@contextlib.contextmanager
def lab_server(python: str, folder: Path, settings: Path) -> Iterator[Lab]:
    """JupyterLab in folder, with the settings of its environment and none of the user's."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("JUPYTER")}
    environment |= {f"JUPYTER_{kind}_DIR": str(settings / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")}
    environment["JUPYTERLAB_SETTINGS_DIR"] = str(settings / "lab")
    environment["JUPYTERLAB_WORKSPACES_DIR"] = str(settings / "workspaces")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings.mkdir(parents=True, exist_ok=True)
    log = settings / "log.txt"
    with log.open("w", encoding="utf-8") as written:
        server = subprocess.Popen(
            [python, "-m", "jupyter", "lab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}",
             f"--ServerApp.base_url={PREFIX}", "--IdentityProvider.token=", "--LabApp.expose_app_in_browser=True"],
            cwd=folder, env=environment, stdout=written, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            address = f"http://127.0.0.1:{port}{PREFIX}"
            wait_until_it_answers(server, address, log)
            yield Lab(address, server.pid)
        finally:
            server.terminate()
            server.wait(20)


def wait_until_it_answers(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    for _ in range(300):
        try:
            with urlopen(address + "api") as answer:
                assert answer.status == 200
            return
        except URLError:
            if server.poll() is not None:
                break
            time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text('utf-8')}")


def open_chapter(page: Any, address: str, chapter: str) -> None:
    """Open a chapter by the path of its launch link, as a notebook, and wait for its kernel."""
    path = f"book/{chapter}.md"
    page.goto(f"{address}lab/tree/{path}")
    page.wait_for_selector(f"{SHOWN} .jp-CodeCell", timeout=120_000)
    page.wait_for_function(
        "path => { const shown = jupyterapp.shell.currentWidget; return shown?.context?.path === path"
        " && shown.sessionContext?.session?.kernel?.status === 'idle' }",
        arg=path, timeout=120_000,
    )  # fmt: skip


def run_all(page: Any) -> None:
    """Start all cells, by command: those out of sight are drawn only when they come into view."""
    page.evaluate("() => { jupyterapp.commands.execute('notebook:run-all-cells') }")


def wait_for_first_output(page: Any) -> None:
    page.wait_for_function(f"() => {CELLS}.some(cell => cell.outputs.length > 0)", timeout=120_000)


def wait_for_last_cell(page: Any) -> None:
    """Wait until every cell has run or one has failed, and see that none has."""
    failed = f"{CELLS}.flatMap(cell => cell.outputs.toJSON()).filter(output => output.output_type === 'error')"
    page.wait_for_function(
        f"() => {CELLS}.every(cell => cell.executionCount !== null || cell.sharedModel.source.trim() === '')"
        f" || {failed}.length > 0",
        timeout=240_000,
    )
    assert page.evaluate(f"{failed}.map(output => output.evalue)") == []


def show_last_figure(page: Any) -> Any:
    """Bring the notebook's last interactive figure into view, and return its cell."""
    page.evaluate(
        "i => { const notebook = jupyterapp.shell.currentWidget.content;"
        " notebook.activeCellIndex = i; return notebook.scrollToItem(i, 'start') }",
        page.evaluate(FIGURES)[-1],
    )
    cell = page.locator(f"{SHOWN} .jp-Cell.jp-mod-active")
    cell.locator(".noUi-handle").first.wait_for()
    return cell


def drag_every_slider(page: Any) -> int:
    """Drag each slider of the notebook's last figure by mouse, see the figure change, and count the sliders."""
    cell = show_last_figure(page)
    handles, picture = cell.locator(".noUi-handle"), cell.locator(".nn-panels")
    for i in range(handles.count()):
        before, handle = picture.inner_html(), handles.nth(i)
        handle.scroll_into_view_if_needed()
        grip, track = handle.bounding_box(), cell.locator(".noUi-base").nth(i).bounding_box()
        at_start = handle.get_attribute("aria-valuenow") == handle.get_attribute("aria-valuemin")
        x, y = grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(track["x"] + (track["width"] if at_start else 0), y, steps=8)
        page.mouse.up()
        page.wait_for_function(
            "([cell, old]) => cell.querySelector('.nn-panels').innerHTML !== old",
            arg=[cell.element_handle(), before], timeout=20_000,
        )  # fmt: skip
    assert cell.locator(".nn-says").text_content(), "the figure says nothing"
    return handles.count()
