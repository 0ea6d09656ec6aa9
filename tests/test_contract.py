"""The chapters keep their contract, and the count of it can tell when one does not."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from tests import contract


@pytest.mark.parametrize("name", contract.chapters())
def test_chapter_keeps_the_contract(name):
    assert contract.Chapter(name).shortfalls() == []


def test_the_index_comes_first_and_appendices_do_not_count():
    names = contract.chapters()
    assert names[:2] == ["index", "perceptron"]
    assert not {"glossary", "cheat_sheet"} & set(names)


@pytest.fixture
def chapter():
    return contract.Chapter("training")


def remove(chapter, selector):
    for part in chapter.article.select(selector):
        part.decompose()


@pytest.mark.parametrize(
    ("selector", "missing"),
    [
        ("div.nn-explore, figure.nn-figure", "there is a figure"),
        ("div.nn-explore", "there is an interactive figure"),
        ("div.tip", "a guess is asked for before each interactive figure"),
        ("div.exercise", "there are at least three exercises"),
        ("details.solution div.cell", "each exercise has an executed solution"),
        ("section#quiz", "the quiz has at least four questions"),
        ("section#quiz details:first-of-type", "each question has at least three choices with feedback"),
        ("section#summary", "there is a section 'Summary'"),
        ("section#what-can-go-wrong", "there is a section 'What can go wrong'"),
        ("div.note", "the reading time is given"),
    ],
)
def test_what_is_missing_on_a_page_is_noticed(chapter, selector, missing):
    remove(chapter, selector)
    assert f"training: not so: {missing}" in chapter.shortfalls()


def test_a_failed_cell_is_noticed(chapter):
    cell = next(cell for cell in chapter.cells if "# check: eq:" in "".join(cell["source"]))
    cell["outputs"] = [{"output_type": "error"}]
    found = " ".join(chapter.shortfalls())
    assert "every code cell was executed without an error" in found
    assert "each labelled formula has an executed check" in found


def test_a_check_without_an_assert_does_not_count(chapter):
    before = chapter.checked()
    cell = next(cell for cell in chapter.cells if "# check: eq:" in "".join(cell["source"]))
    cell["source"] = "".join(cell["source"]).replace("assert", "assess")
    assert chapter.checked() < before


def test_words_are_those_of_the_text_alone(chapter):
    html = (
        "<article><p>Two words.</p><div class='cell'>and code</div><h2>Title<a class='headerlink'>#</a></h2></article>"
    )
    chapter.article = BeautifulSoup(html, "html.parser")
    assert chapter.words() == 3
