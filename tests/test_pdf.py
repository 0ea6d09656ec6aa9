"""The printed book (`make pdf`): one chapter from the site to the joined file."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from pypdf import PdfReader

from book._print import compact
from book._print.__main__ import make
from book._print.contents import Book, Part, read
from book._print.joining import chapters_in_outline
from book._print.printing import Press, find_chromium
from tests.conftest import SITE

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[1]
PAGE = "book/multilayer"
CAPTION = "Part III. Many layers"


def squeezed(text: str) -> str:
    """Text without white space, which line breaks change."""
    return re.sub(r"\s+", "", text)


def titles(items: list) -> list:
    return [titles(item) if isinstance(item, list) else item.title for item in items]


@pytest.fixture(scope="module")
def source() -> str:
    return (SITE / f"{PAGE}.html").read_text("utf-8")


@pytest.fixture(scope="module")
def printed(browser, site, tmp_path_factory):
    book = Book("A title", "An author", "2026", "en", [Part(CAPTION, [PAGE])])
    joined, chapters = make(book, Press(browser, f"{site.address}/"))
    path = tmp_path_factory.mktemp("pdf") / "book.pdf"
    compact.write(joined.writer, path)
    pdf = PdfReader(path)
    return pdf, [squeezed(page.extract_text()) for page in pdf.pages], chapters[0]


def split(printed) -> tuple[str, str]:
    """The text before the appendix of solutions, and its own."""
    pdf, texts, _ = printed
    start = next(item for item in pdf.outline if not isinstance(item, list) and item.title == "Solutions")
    number = pdf.get_destination_page_number(start)
    return "".join(texts[:number]), "".join(texts[number:])


def test_no_page_is_empty_and_all_are_a4(printed):
    pdf, texts, chapter = printed
    footer = len(squeezed(chapter.title)) + 12
    assert [number for number, text in enumerate(texts) if number and len(text) <= footer] == []
    assert {tuple(round(float(side)) for side in page.mediabox[2:]) for page in pdf.pages} == {(595, 842)}


def test_the_outline_has_part_chapter_sections_and_solutions(printed, source):
    pdf, _, chapter = printed
    part, (title, sections), appendix, _ = titles(pdf.outline)
    assert (part, title, appendix) == (CAPTION, chapter.title, "Solutions")
    headings = re.findall(r'<h2><span class="section-number">([\d.]+) </span>', source)
    assert len(headings) > 5
    assert [section.split()[0] for section in sections if isinstance(section, str)] == headings
    assert chapters_in_outline(pdf, [title]) == [title]


def test_equations_keep_their_numbers(printed, source):
    numbers = re.findall(r'class="eqno">(\(\d+\.\d+\))', source)
    assert len(numbers) > 3
    chapter, solutions = split(printed)
    assert all(number in chapter + solutions for number in numbers)


def test_figures_say_what_they_show(printed, source):
    where = [squeezed(html.unescape(text)) for text in re.findall(r'<p class="nn-where">([^<]+)</p>', source)]
    assert where
    chapter, _ = split(printed)
    assert all(text in chapter for text in where)


def test_quizzes_show_choices_and_feedback(printed, source):
    feedback = re.findall(r'<p class="sd-card-text">((?:Right|Not quite)[^<]{20,})', source)
    assert len(feedback) > 5
    chapter, _ = split(printed)
    assert [text for text in feedback if squeezed(html.unescape(text)) not in chapter] == []


def test_solutions_stand_at_the_end_alone(printed, source):
    chapter, solutions = split(printed)
    bodies = re.findall(r'<details\b[^>]*class="solution.*?<p[^>]*>([^<]{25,})', source, re.DOTALL)
    assert bodies
    for body in bodies:
        text = squeezed(html.unescape(body))
        assert text in solutions
        assert text not in chapter
    exercises = re.findall(r"Solution to (Exercise [\d.]+)", source)
    assert all(squeezed(name) in chapter and squeezed(name) in solutions for name in exercises)


def test_links_lead_to_pages_of_the_book(printed):
    pdf, _, _ = printed
    inside, waiting = 0, []
    for page in pdf.pages:
        for reference in page.get("/Annots", ()):
            annotation = reference.get_object()
            inside += "/Dest" in annotation
            address = str(annotation.get("/A", {}).get("/URI", ""))
            waiting += [address] if "book.invalid" in address or "127.0.0.1" in address else []
    assert inside > 20
    assert waiting == []


def test_page_numbers_of_the_contents_are_those_of_the_footers(printed):
    pdf, texts, chapter = printed
    assert pdf.page_labels[:2] == ["i", "ii"]
    front = pdf.page_labels.index("1")
    for number, text in enumerate(texts[front:], start=1):
        assert re.match(rf"{number}(Solutions:)?{re.escape(squeezed(chapter.title))}", text)
    first = pdf.get_destination_page_number(pdf.outline[1][0]) - front + 1
    assert f"{squeezed(chapter.title)}{first}" in "".join(texts[:front])


def test_metadata(printed):
    pdf, _, _ = printed
    assert (pdf.metadata.title, pdf.metadata.author) == ("A title", "An author")
    assert pdf.root_object["/Lang"] == "en"


def test_the_book_has_every_page_of_the_toc():
    book = read(ROOT)
    listed = re.findall(r"(?:root|file): (\S+)", (ROOT / "_toc.yml").read_text("utf-8"))
    assert [page for part in book.parts for page in part.pages] == listed


def test_without_chromium_the_message_says_how_to_get_it(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SystemExit, match="apt-get install chromium"):
        find_chromium()


def test_tags_of_all_pieces_hang_below_one_root(printed):
    pdf, _, _ = printed
    root = pdf.root_object["/StructTreeRoot"]
    assert [kid.get_object()["/S"] for kid in root["/K"]] == ["/Document"] * 3  # front matter, chapter, solutions
    nums = root["/ParentTree"]["/Nums"]
    keys = list(nums[::2])
    assert keys == sorted(set(keys))
    table = dict(zip(keys, nums[1::2], strict=True))
    for page in pdf.pages:
        elements = [entry.get_object() for entry in table[page["/StructParents"]].get_object()]
        here = [e for e in elements if e and "/Pg" in e and e.raw_get("/Pg") == page.indirect_reference]
        assert len(here) > len(elements) / 2  # the others began on the page before
        for reference in page.get("/Annots", ()):
            assert "/S" in table[reference.get_object()["/StructParent"]].get_object()


def test_every_object_of_the_packed_file_is_found(printed):
    pdf, _, _ = printed
    assert len(pdf.xref_objStm) > 1000
    assert all(pdf.get_object(number) is not None for number in range(1, pdf.trailer["/Size"], 97))
