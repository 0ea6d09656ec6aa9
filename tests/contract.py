"""What each chapter holds, counted from the built pages and the executed notebooks: `make contract`.

A page says what a reader sees; the notebook that the site build executed says what was run, and that it did not fail.
"""

from __future__ import annotations

import ast
import copy
import re
import sys
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from bs4 import BeautifulSoup, Tag
from jupyter_cache import get_cache

ROOT = Path(__file__).parents[1]
BUILT = ROOT / "_build"
NO_FIGURE_TO_MOVE = {"your_own_data"}  # the one chapter that is planned without an interactive figure
CHECKED = r"eq:(?:grad|update|claim)-[\w-]+"
LONGEST_CELL = 25  # lines, of the cells that are shown; folded ones draw figures and check


class Counts(NamedTuple):
    """One row of the table."""

    chapter: str
    words: int
    figures: int
    interactive: int
    formulas: int
    checked: int
    exercises: int
    solutions: int
    questions: int
    predict: int
    asserts: int


def chapters() -> list[str]:
    """The index and the chapters of the table of contents, without the appendices."""
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
    parts = [part for part in contents["parts"] if part["caption"] != "Appendices"]
    files = [contents["root"], *(chapter["file"] for part in parts for chapter in part["chapters"])]
    return [Path(file).name for file in files]


@cache
def executed() -> dict[str, list[dict[str, Any]]]:
    """The cells of each notebook as the site build last executed it; a build without changes takes them from here."""
    store = get_cache(BUILT / ".jupyter_cache")
    records = sorted(store.list_cache_records(), key=lambda record: record.created)
    return {Path(record.uri).stem: store.get_cache_bundle(record.pk).nb["cells"] for record in records}


class Chapter:
    """A built page and its executed notebook."""

    def __init__(self, name: str) -> None:
        self.name = name
        page = BUILT / "html" / "book" / f"{name}.html"
        if not page.is_file() or name not in executed():
            raise SystemExit(f"{name} is not built: run `make book` first")
        html = re.sub(r"<(svg|math)\b.*?</\1>", "", page.read_text("utf-8"), flags=re.DOTALL)  # nine tenths of a page
        article = BeautifulSoup(html, "html.parser").find("article")
        assert isinstance(article, Tag)
        self.article = article
        self.cells: list[dict[str, Any]] = copy.deepcopy(executed()[name])

    def run_without_error(self) -> list[str]:
        """Sources of the code cells that were executed and did not fail."""
        return [
            "".join(cell["source"])
            for cell in self.cells
            if cell["cell_type"] == "code"
            and cell["execution_count"]
            and not any(output["output_type"] == "error" for output in cell["outputs"])
        ]

    def words(self) -> int:
        """Words of the text, without code, output, formulas and headings' link signs."""
        text = BeautifulSoup(str(self.article), "html.parser")
        for part in text.select("div.cell, div.highlight, div.math, style, script, a.headerlink"):
            part.decompose()
        return len(re.findall(r"[^\W\d_][\w'’-]*", text.get_text(" ")))

    def formulas(self) -> set[str]:
        """Labels of the page's formulas that need a check."""
        shown = {str(part["id"]).removeprefix("equation-eq-") for part in self.article.select("[id^=equation-eq-]")}
        return {label for label in shown if re.match("grad-|update-|claim-", label)}

    def checked(self) -> set[str]:
        """Labels whose check was executed and holds an assert."""
        found = set()
        for source in self.run_without_error():
            pieces = re.split(rf"^# check: ({CHECKED})$", source, flags=re.MULTILINE)
            found |= {
                label.removeprefix("eq:")
                for label, code in zip(pieces[1::2], pieces[2::2], strict=True)
                if "assert" in code
            }
        return found

    def solutions(self) -> list[Tag]:
        """Solutions, folded, that hold at least one cell which was executed."""
        ran = {squeezed(source) for source in self.run_without_error()}
        return [
            solution
            for solution in self.article.select("details.solution")
            if (code := [squeezed(cell.get_text()) for cell in solution.select("div.cell_input div.highlight")])
            and all(cell in ran for cell in code)
        ]

    def questions(self) -> list[int]:
        """For each question of the quiz, how many of its choices have feedback that says right or not."""
        quiz = self.article.select_one("section#quiz")
        found: list[int] = []
        for part in quiz.find_all(["p", "details"]) if quiz else []:
            if part.name == "p" and part.find("strong") and not part.find_parent("details"):
                found.append(0)
            elif part.name == "details":
                feedback = part.select_one("div.sd-summary-content")
                found[-1] += bool(feedback and re.match(r"\s*(Right|Not quite)\b.*\w{4}", feedback.get_text(), re.S))
        return found

    def predictions(self) -> int:
        """Boxes that ask the reader for a guess."""
        titles = self.article.select("div.admonition > p.admonition-title")
        return sum(title.get_text(strip=True).startswith("Predict first") for title in titles)

    def asserts(self) -> int:
        """Assert statements in executed cells."""
        trees = [ast.parse(re.sub(r"^[%!].*$", "pass", source, flags=re.M)) for source in self.run_without_error()]
        return sum(isinstance(node, ast.Assert) for tree in trees for node in ast.walk(tree))

    def counts(self) -> Counts:
        """The chapter's row."""
        return Counts(
            self.name,
            words=self.words(),
            figures=len(self.article.select("figure.nn-figure, div.nn-explore")),
            interactive=len(self.article.select("div.nn-explore")),
            formulas=len(self.formulas()),
            checked=len(self.formulas() & self.checked()),
            exercises=len(self.article.select("div.exercise")),
            solutions=len(self.solutions()),
            questions=len(self.questions()),
            predict=self.predictions(),
            asserts=self.asserts(),
        )

    def shortfalls(self) -> list[str]:
        """Where the chapter falls short of the contract, one sentence each."""
        n = self.counts()
        headings = [heading.get_text() for heading in self.article.select("h2")]
        titles = [title.get_text() for title in self.article.select("div.exercise > p.admonition-title")]
        code_cells = len([cell for cell in self.cells if cell["cell_type"] == "code"])
        too_long = [
            source.splitlines()[0]
            for cell in self.cells
            if cell["cell_type"] == "code" and "hide-input" not in cell["metadata"].get("tags", [])
            and len((source := "".join(cell["source"])).splitlines()) > LONGEST_CELL
        ]  # fmt: skip
        must = {
            "every code cell was executed without an error": len(self.run_without_error()) == code_cells,
            f"no shown cell has more than {LONGEST_CELL} lines {too_long or ''}".strip(): not too_long,
            "there is a figure": n.figures > 0,
            "there is an interactive figure": n.interactive > 0 or self.name in NO_FIGURE_TO_MOVE,
            "each labelled formula has an executed check": n.formulas == n.checked,
            "a guess is asked for before each interactive figure": n.predict >= max(1, n.interactive),
            "there are at least three exercises": n.exercises >= 3,
            "one exercise is called 'Find the bug'": any("Find the bug" in title for title in titles),
            "each exercise has an executed solution": n.solutions == n.exercises,
            "the quiz has at least four questions": n.questions >= 4,
            "each question has at least three choices with feedback": min(self.questions(), default=0) >= 3,
            "there are asserts": n.asserts > 0,
            **{
                f"there is a section '{name}'": any(name in heading for heading in headings)
                for name in ("What can go wrong", "Exercises", "Quiz", "Check", "Summary")
            },
            "the reading time is given": "Reading time" in self.article.get_text(),
        }
        return [f"{self.name}: not so: {what}" for what, met in must.items() if not met]


def squeezed(code: str) -> str:
    """Code without white space: a page may lose an empty line at an end."""
    return re.sub(r"\s+", "", code)


def main() -> None:
    found = [Chapter(name) for name in chapters()]
    rows = [chapter.counts() for chapter in found]
    total = Counts("all", *(sum(column) for column in list(zip(*rows, strict=True))[1:]))
    wide = max(len(row.chapter) for row in rows)
    print(f"{'chapter':{wide}}", *(f"{name:>11}" for name in Counts._fields[1:]))
    for row in (*rows, total):
        print(f"{row.chapter:{wide}}", *(f"{number:>11,}" for number in row[1:]))
    missing = [line for chapter in found for line in chapter.shortfalls()]
    if missing:
        sys.exit("\n".join(["", *missing]))


if __name__ == "__main__":
    main()
