"""The chapters as live notebooks: JupyterLab as `make lab` starts it, in a real Chromium."""

from __future__ import annotations

import shutil
import sys

import pytest

from tests import lab
from tests.conftest import ROOT

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(ROOT / "book", folder / "book")  # JupyterLab saves what it runs
    with lab.lab_server(sys.executable, folder, folder / "settings") as server:
        yield server.address


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize(("chapter", "sliders"), [("training", 3), ("linear_neuron", 2)])
def test_a_chapter_opens_as_a_notebook_runs_and_its_sliders_move(page, address, chapter, sliders):
    lab.open_chapter(page, address, chapter)
    lab.run_all(page)
    lab.wait_for_last_cell(page)
    assert lab.drag_every_slider(page) == sliders
