"""Notebooks for a class: no solution is left, and what remains still runs (`make student STUDENT=--run` runs all)."""

from __future__ import annotations

import re

import nbformat
import pytest

from book import _student as student

GATED = re.compile(r"\{solution-start\} (\S+)\n(.*?)\{solution-end\}", re.DOTALL)
SHORT = ["index", "maths_refresher", "your_own_data"]  # the last one has a cell that needs a solution's name


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(student, "STUDENT", tmp_path_factory.mktemp("class") / "student")
        return {path.stem: path for path in student.write()}


@pytest.mark.parametrize("path", student.chapters(), ids=lambda path: path.stem)
def test_no_solution_is_left(written, path):
    source = path.read_text("utf-8")
    solutions = GATED.findall(source)
    notebook = nbformat.read(written[path.stem], as_version=4)
    nbformat.validate(notebook)
    text = "\n".join(cell.source for cell in notebook.cells)
    assert "{solution" not in text
    rest = GATED.sub("", source)
    for label, solution in solutions:
        assert f":label: {label}" in text, f"the exercise of {label} is gone, too"
        own = [line for line in solution.splitlines() if len(line) > 30 and line not in rest]
        assert own, f"{label}: nothing to look for"
        assert [line for line in own if line in text] == []
    assert text.count("# Your answer") == len(solutions) == source.count("{solution-start}")
    assert "pip install -r requirements.txt" in notebook.cells[0].source


@pytest.mark.parametrize("name", SHORT)
def test_it_runs_in_its_folder(written, name):
    student.run(written[name])


def test_the_folder_holds_what_the_notebooks_need(monkeypatch, tmp_path):
    folder = tmp_path / "student"
    monkeypatch.setattr(student, "STUDENT", folder)
    student.write()
    assert {"nnlib", "_data", "requirements.txt", "LICENSE"} <= {path.name for path in folder.iterdir()}
    assert not list(folder.rglob("*.pyc"))


HEADER = "---\nkernelspec:\n  display_name: Python 3\n  name: python3\n---\n\n# Title\n\n"
CELL = "```{{code-cell}} ipython3\n{}\n```\n\n"


def test_later_cells_that_need_a_solution_are_cut():
    source = HEADER + CELL.format("a = 1") + "```{solution-start} one\n```\n\n" + CELL.format("b = a")
    source += "```{solution-end}\n```\n\n" + CELL.format("c = b") + CELL.format("d = c") + CELL.format("print(a)")
    left = [cell.source for cell in student.without_solutions(source).cells if cell.cell_type == "code"]
    assert left == ["a = 1", "# Your answer", "print(a)"]


def test_a_solution_without_code_is_cut():
    for fence in (":::", "````"):
        source = f"{HEADER}{fence}{{solution}} one\nIt is 42.\n{fence}\n\nOn it goes.\n"
        text = "\n".join(cell.source for cell in student.without_solutions(source).cells)
        assert "42" not in text
        assert "On it goes." in text


@pytest.mark.parametrize("alone", ["```{solution-start} one\n```\n", "```{solution-end}\n```\n"])
def test_a_solution_without_beginning_or_end_is_refused(alone):
    with pytest.raises(ValueError, match=r"expected each solution to have a beginning and an end, found '\{solution-"):
        student.without_solutions(HEADER + alone)
