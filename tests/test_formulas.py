"""No formula is printed that is not checked: labels of gradients, updates and claims against their checks."""

from __future__ import annotations

import re
from pathlib import Path

import jupytext
import pytest

BOOK = Path(__file__).parents[1] / "book"
CHAPTERS = sorted(path for path in BOOK.glob("*.md") if "format_name: myst" in path.read_text("utf-8"))
CHECKED = r"eq:(?:grad|update|claim)-[\w-]+"
DISPLAY = re.compile(r"\$\$(.+?)\$\$[ \t]*(?:\((eq:[\w-]+)\))?", re.DOTALL)
# A derivative of anything, alone on the left of an equals sign (an alignment mark may stand between).
DERIVATIVE = re.compile(
    r"(?:^|\\\\|&|,|\\q?quad)\s*(?:\\d?frac\{(?:\\partial|\\mathrm\{?d\}?|d)\b[^=&]*?\}\{(?:\\partial|\\mathrm\{?d\}?|d)[^=]*?\}|\\nabla[^=&]*?)\s*&?\s*="
)


def parts(path):
    """Prose and code of a chapter, apart."""
    cells = jupytext.read(path, fmt="md:myst").cells
    prose = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return prose, [cell.source for cell in cells if cell.cell_type == "code"]


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_labels_and_checks_match(path):
    prose, code = parts(path)
    labels = re.findall(rf"\(({CHECKED})\)", prose)
    checks = [label for cell in code for label in re.findall(rf"^# check: ({CHECKED})$", cell, re.MULTILINE)]
    assert sorted(labels) == sorted(set(labels)), "a label stands twice"
    assert sorted(checks) == sorted(labels), "each labelled formula has one check, each check its formula"
    for cell in code:
        for i, part in enumerate(re.split(rf"^# check: {CHECKED}$", cell, flags=re.MULTILINE)):
            assert i == 0 or "assert" in part, f"a check without an assert:\n{cell}"


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_displayed_derivatives_are_labelled(path):
    prose, _ = parts(path)
    for formula, label in DISPLAY.findall(prose):
        if DERIVATIVE.search(formula.strip()):
            assert re.fullmatch(r"eq:(grad|claim)-[\w-]+", label), f"derivative without a checked label: {formula}"
        if r"\leftarrow" in formula:
            assert re.fullmatch(r"eq:update-[\w-]+", label), f"update rule without a checked label: {formula}"


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_labels_are_the_whole_book_s(path):
    mine = re.findall(rf"\(({CHECKED})\)", parts(path)[0])
    others = [
        label for other in CHAPTERS if other != path for label in re.findall(rf"\(({CHECKED})\)", parts(other)[0])
    ]
    assert not set(mine) & set(others)


@pytest.mark.parametrize(
    ("formula", "is_derivative"),
    [
        (r"\frac{\partial L}{\partial w} = 2", True),
        (r"\frac{\partial L}{\partial w^{(1)}_{2}} &= 2", True),
        (r"a &= 1 \\ \frac{\mathrm{d}L}{\mathrm{d}b} &= 2", True),
        (r"\nabla L = 0", True),
        (r"w \leftarrow w - \eta \frac{\partial L}{\partial w}", False),
        (r"\delta = \frac{\partial L}{\partial z}", False),
        (r"L = \frac{1}{N} \sum_n e_n^2", False),
    ],
)
def test_the_test_knows_a_derivative(formula, is_derivative):
    assert bool(DERIVATIVE.search(formula)) == is_derivative
