"""Each item of the three source articles has its place: the headings that coverage.md names exist, also on the site."""

from __future__ import annotations

import functools
import re
from html.parser import HTMLParser
from pathlib import Path

import jupytext
import pytest

from tests.conftest import SITE

TESTS = Path(__file__).parent
BOOK = TESTS.parent / "book"
HEADINGS = {f"h{level}" for level in range(1, 7)}


def table_rows():
    """The rows of all tables of coverage.md: item, kind, chapter, heading."""
    lines = (TESTS / "coverage.md").read_text("utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return [row for row in cells if row[0] != "item" and not re.fullmatch(r"-+", row[0])]


ROWS = table_rows()
PLACES = sorted({(row[2], row[3]) for row in ROWS})


@functools.cache
def source_headings(chapter):
    """The headings of a chapter's source: those in text cells, outside of code."""
    path = BOOK / f"{chapter}.md"
    assert path.is_file(), f"coverage.md names book/{chapter}.md, which does not exist"
    cells = jupytext.read(path, fmt="md:myst").cells
    prose = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    prose = re.sub(r"^(`{3,}).*?^\1", "", prose, flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"^#+ (.+?)\s*$", prose, re.MULTILINE)


class Headings(HTMLParser):
    """The headings of a built page, each with the address that its own link leads to."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.found, self.text, self.inside, self.skip, self.anchor = set(), [], "", False, False, ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        classes = (given.get("class") or "").split()
        if given.get("id"):
            self.ids.add(given["id"])
        if tag in HEADINGS:
            self.inside, self.text, self.anchor = True, "", ""
        elif self.inside and "headerlink" in classes:
            self.anchor, self.skip = given["href"].removeprefix("#"), True
        elif self.inside and "section-number" in classes:
            self.skip = True

    def handle_endtag(self, tag):
        if tag in HEADINGS and self.inside:
            self.found.append((" ".join(self.text.split()), self.anchor))
            self.inside = False
        elif tag in ("a", "span"):
            self.skip = False

    def handle_data(self, data):
        if self.inside and not self.skip:
            self.text += data


@functools.cache
def built(chapter):
    page = SITE / "book" / f"{chapter}.html"
    assert page.is_file(), f"{page.relative_to(SITE)} is not built: run `make book` first, or `make test`, which does"
    return Headings(page.read_text("utf-8"))


def plain(heading):
    """A heading as a page shows it: without the marks of code, and with typographic quotes made plain again."""
    return heading.replace("`", "").translate(str.maketrans("‘’“”", "''\"\""))


def test_the_table_is_complete():
    assert len(ROWS) > 50
    assert all(len(row) == 4 and all(row) for row in ROWS), [row for row in ROWS if len(row) != 4 or not all(row)]
    parts = [part for row in ROWS for part in row[1].split(", ")]
    assert set(parts) == {"topic", "formula", "figure", "code"}


@pytest.mark.parametrize(("chapter", "heading"), PLACES, ids=[f"{c}: {h}" for c, h in PLACES])
def test_the_source_has_the_heading(chapter, heading):
    assert heading in source_headings(chapter)


@pytest.mark.parametrize(("chapter", "heading"), PLACES, ids=[f"{c}: {h}" for c, h in PLACES])
def test_the_built_page_has_its_anchor(chapter, heading):
    page = built(chapter)
    anchors = [anchor for text, anchor in page.found if plain(text) == plain(heading) and anchor]
    assert anchors, f"no heading {heading!r} with a link on the page"
    assert set(anchors) <= page.ids
