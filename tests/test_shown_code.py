"""Code and output on the pages: code is Python, what a cell prints is shown as it was printed."""

from __future__ import annotations

import ast

import nbformat.v4 as nbf
import pytest
import streams
import yaml
from bs4 import BeautifulSoup
from myst_nb.core import render

from tests.conftest import ROOT, SITE

PAGES = sorted(path.name for path in (SITE / "book").glob("*.html"))


@pytest.mark.parametrize("page", PAGES)
def test_code_is_python(page):
    """As a reader would copy it: cells, and the parts of nnlib that a page shows."""
    html = BeautifulSoup((SITE / "book" / page).read_text("utf-8"), "html.parser")
    for block in html.select(".highlight-ipython3 pre, .highlight-python pre"):
        ast.parse(block.get_text())


def test_every_extension_of_ours_is_loaded():
    """The configuration names them twice: where they are, and among all that Sphinx loads."""
    sphinx = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))["sphinx"]
    assert set(sphinx["local_extensions"]) <= set(sphinx["config"]["extensions"])


def test_what_is_printed_in_pieces_is_shown_in_one():
    def said(text, name="stdout"):
        return nbf.new_output("stream", name=name, text=text)

    result = nbf.new_output("execute_result", {"text/plain": "1"})
    outputs = [said("same:"), said("oh\n", "stderr"), said(" True\n"), result, said("\nend\n\n")]
    merged = streams.merge(outputs)
    assert [(o.output_type, o.get("name"), o.get("text")) for o in merged] == [
        ("stream", "stdout", "same: True\n\nend\n"),
        ("stream", "stderr", "oh\n"),
        ("execute_result", None, None),
    ]
    assert outputs[0].text == "same:"  # the notebook keeps its own

    streams.setup(None)
    assert render.coalesce_streams is streams.merge
