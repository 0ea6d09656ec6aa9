"""Notebooks for a class, without the solutions: `make student` writes them to _build/student.

The solutions are cut from the MyST source, and an empty cell stands in their place.
A later cell that needs a name which only a solution defined is cut, too.
"""

from __future__ import annotations

import ast
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import jupytext
import nbformat

ROOT = Path(__file__).parents[1]
STUDENT = ROOT / "_build" / "student"
# Both ways to write a solution: between gates, so that it can hold code cells, or as one directive.
SOLUTION = re.compile(
    r"^(?P<gate>`{3,}|:{3,})\{solution-start\}[^\n]*\n.*?^(?:`{3,}|:{3,})\{solution-end\}[^\n]*\n(?:`{3,}|:{3,})\n"
    r"|^(?P<fence>`{3,}|:{3,})\{solution\}[^\n]*\n.*?^(?P=fence)[ \t]*\n",
    re.DOTALL | re.MULTILINE,
)
LEFT = re.compile(r"\{solution[-}\w]*")
ANSWER = "```{code-cell} ipython3\n# Your answer\n```\n"
NEEDS = """:::{note}
The notebooks of this folder need `nnlib` and `_data`, which lie beside them, and the packages of `requirements.txt`:
`pip install -r requirements.txt`, then `jupyter lab` in this folder. Nothing is downloaded when they run.
:::
"""


def names(cells: list[Any]) -> tuple[set[str], list[set[str]]]:
    """The names that code cells define, and for each cell those that it uses."""
    defined, used = set(), []
    for cell in cells:
        uses = set()
        for node in ast.walk(ast.parse(cell.source)) if cell.cell_type == "code" else ():
            if isinstance(node, ast.Name):
                (uses if isinstance(node.ctx, ast.Load) else defined).add(node.id)
            elif isinstance(node, ast.FunctionDef | ast.ClassDef):
                defined.add(node.name)
            elif isinstance(node, ast.arg):
                defined.add(node.arg)
            elif isinstance(node, ast.alias):
                defined.add((node.asname or node.name).partition(".")[0])
        used.append(uses)
    return defined, used


def without_solutions(source: str) -> Any:
    """The notebook of a chapter's MyST source, its solutions cut.

    Raises
    ------
    ValueError
        If a solution begins or ends alone.
    """
    whole = jupytext.reads(source, fmt="md:myst")
    cut = SOLUTION.sub(ANSWER, source)
    if left := LEFT.search(cut):
        line = cut[: left.start()].count("\n") + 1
        raise ValueError(
            f"expected each solution to have a beginning and an end, found {left[0]!r} alone at line {line}"
        )
    notebook = jupytext.reads(cut, fmt="md:myst")
    before, _ = names(whole.cells)
    while True:
        now, used = names(notebook.cells)
        kept = [cell for cell, uses in zip(notebook.cells, used, strict=True) if not uses & (before - now)]
        if len(kept) == len(notebook.cells):
            return notebook
        notebook.cells = kept


def with_needs(notebook: Any) -> Any:
    """The same notebook, with what it needs to run said below its title."""
    title, _, rest = notebook.cells[0].source.partition("\n")
    notebook.cells[0].source = f"{title}\n\n{NEEDS}{rest}"
    return notebook


def chapters() -> list[Path]:
    """The pages of the book that are notebooks."""
    return [path for path in sorted((ROOT / "book").glob("*.md")) if "format_name: myst" in path.read_text("utf-8")]


def write() -> list[Path]:
    """Write the notebooks, and beside them all that they need."""
    shutil.rmtree(STUDENT, ignore_errors=True)
    STUDENT.mkdir(parents=True)
    for folder in ("book/_data", "nnlib"):
        shutil.copytree(
            ROOT / folder, STUDENT / Path(folder).name, ignore=shutil.ignore_patterns("__pycache__", "*.pyc")
        )
    for name in ("requirements.txt", "LICENSE"):
        shutil.copy2(ROOT / name, STUDENT / name)
    written = []
    for path in chapters():
        notebook = with_needs(without_solutions(path.read_text("utf-8")))
        written.append(STUDENT / f"{path.stem}.ipynb")
        nbformat.write(notebook, written[-1])
    return written


def run(path: Path) -> None:
    """Execute a notebook where it lies; an error in a cell is raised."""
    from nbclient import NotebookClient

    NotebookClient(
        nbformat.read(path, as_version=4), timeout=180, resources={"metadata": {"path": str(path.parent)}}
    ).execute()


def main(arguments: list[str]) -> None:
    written = write()
    print(f"{len(written)} notebooks without solutions in {STUDENT.relative_to(ROOT)}")
    if "--run" in arguments:
        for path in written:
            run(path)
            print(f"{path.stem} runs", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
