"""What is folded on the website is folded in a live notebook: helper cells, and the solutions of exercises."""

from __future__ import annotations

import jupytext
import pytest

from book._student import chapters


@pytest.mark.parametrize("path", chapters(), ids=lambda path: path.stem)
def test_helpers_and_solutions_are_folded(path):
    notebook, in_solution, told = jupytext.read(path, fmt="md:myst"), False, False
    for cell in notebook.cells:
        folded = cell.metadata.get("jupyter", {}).get("source_hidden", False)
        first = cell.source.partition("\n")[0]
        if cell.cell_type == "code":
            expected = in_solution or "hide-input" in cell.metadata.get("tags", [])
            assert folded == expected, f"{first!r} should {'' if expected else 'not '}be folded"
            told = in_solution
        elif in_solution and told and not cell.source.startswith("```{solution-end}"):
            assert folded, f"{first!r}: a solution's text after its code"
            assert first.startswith("%"), f"{first!r} would be seen: JupyterLab shows the first line of a folded cell"
        else:
            assert not folded, f"{first!r} belongs to no solution"
        starts, ends = cell.source.rfind("{solution-start}"), cell.source.rfind("{solution-end}")
        in_solution, told = (starts > ends, False) if starts != ends else (in_solution, told)
