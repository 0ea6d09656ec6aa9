"""Addresses that were published once keep leading somewhere."""

from __future__ import annotations

from types import SimpleNamespace

import moved_pages
import pytest
from sphinx.errors import ExtensionError


def app(tmp_path, **moved):
    config = SimpleNamespace(
        moved_pages={name.replace("__", "/"): to for name, to in moved.items()}, html_title="A & B"
    )
    env = SimpleNamespace(found_docs={"book/index", "book/training"})
    return SimpleNamespace(
        outdir=str(tmp_path), config=config, env=env, builder=SimpleNamespace(format="html")
    )  # fmt: skip


def test_a_page_that_moved_leaves_one_behind_that_leads_on(tmp_path):
    moved_pages.write_pointers(app(tmp_path, index="book/index", book__loop="book/training"), None)
    assert '<a href="book/index.html">' in (tmp_path / "index.html").read_text("utf-8")
    page = (tmp_path / "book" / "loop.html").read_text("utf-8")
    assert '<meta http-equiv="refresh" content="0; url=training.html">' in page
    assert "<title>A &amp; B</title>" in page


def test_a_way_to_nowhere_is_an_error(tmp_path):
    with pytest.raises(ExtensionError, match="'loop' leads to 'book/loop', which is no page of the book"):
        moved_pages.write_pointers(app(tmp_path, loop="book/loop"), None)


def test_a_page_that_is_still_there_cannot_lead_away(tmp_path):
    with pytest.raises(ExtensionError, match="'book/index' is a page of the book"):
        moved_pages.write_pointers(app(tmp_path, book__index="book/training"), None)
