"""The chapters as live notebooks: JupyterLab as `make lab` starts it, in a real Chromium."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.browser
PREFIX = "/user/reader/"  # a base path, as Binder has one


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    yield from lab_server(tmp_path_factory.mktemp("lab"))


def lab_server(folder: Path) -> Iterator[str]:
    """JupyterLab on a copy of the chapters, with the settings of this environment and none of the user's."""
    shutil.copytree(ROOT / "book", folder / "book")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("JUPYTER")}
    environment |= {f"JUPYTER_{kind}_DIR": str(folder / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = (folder / "log.txt").open("w")
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}",
         f"--ServerApp.base_url={PREFIX}", "--IdentityProvider.token=", "--LabApp.expose_app_in_browser=True",
         "--notebook-dir=."],
        cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        address = f"http://127.0.0.1:{port}{PREFIX}"
        wait_until_it_answers(server, address, folder / "log.txt")
        yield address
    finally:
        server.terminate()
        server.wait(20)
        log.close()


def wait_until_it_answers(server: subprocess.Popen, address: str, log: Path) -> None:
    for _ in range(300):
        try:
            with urlopen(address + "api") as answer:
                assert answer.status == 200
            return
        except URLError:
            if server.poll() is not None:
                break
            time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()}")


def open_and_run(page, address, chapter):
    """Open a chapter by the path of a launch link, run all of its cells, wait for the last one."""
    page.goto(f"{address}lab/tree/book/{chapter}.md")
    page.wait_for_selector(".jp-NotebookPanel .jp-CodeCell", timeout=60_000)
    page.wait_for_function(
        "() => jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'",
        timeout=60_000,
    )
    # Scrolled-away cells are drawn only when they come into view: run by command, and read the model.
    page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
    page.wait_for_function(
        "() => { const cells = [...jupyterapp.shell.currentWidget.content.model.cells].filter(c => c.type === 'code');"
        "return cells.every(c => c.executionCount !== null || c.sharedModel.source.trim() === '') ||"
        "cells.some(c => c.outputs.toJSON().some(o => o.output_type === 'error')) }",
        timeout=120_000,
    )
    errors = page.evaluate(
        "[...jupyterapp.shell.currentWidget.content.model.cells].filter(c => c.type === 'code')"
        ".flatMap(c => c.outputs.toJSON()).filter(o => o.output_type === 'error').map(o => o.evalue)"
    )
    assert errors == []


def show_headline(page):
    """Bring the cell of the headline figure into view, make it the active one, and return its sliders' handles."""
    page.evaluate(
        "() => { const n = jupyterapp.shell.currentWidget.content;"
        "const i = [...n.model.cells].findIndex(c => c.type === 'code' && /explore\\(/.test(c.sharedModel.source)"
        " && /learning_rate=/.test(c.sharedModel.source)); n.activeCellIndex = i; n.scrollToItem(i, 'start') }"
    )
    handles = page.locator(".jp-Cell.jp-mod-active .noUi-handle")
    handles.first.wait_for()
    return handles


def test_training_opens_as_a_notebook_runs_and_its_slider_moves(browser, lab):
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    page = context.new_page()
    open_and_run(page, lab, "training")
    handles, cell = show_headline(page), page.locator(".jp-Cell.jp-mod-active")
    assert handles.count() == 3
    picture = cell.locator(".nn-panels")
    for i in range(3):
        before = picture.inner_html()
        handles.nth(i).focus()
        at_start = handles.nth(i).get_attribute("aria-valuenow") == handles.nth(i).get_attribute("aria-valuemin")
        handles.nth(i).press("ArrowRight" if at_start else "ArrowLeft")
        page.wait_for_function("([cell, old]) => cell.querySelector('.nn-panels').innerHTML !== old",
                               arg=[cell.element_handle(), before], timeout=10_000)  # fmt: skip
    assert cell.locator(".nn-says").text_content()
    context.close()
