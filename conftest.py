"""Chapters as tests: pytest collects ``book/*.md``, nbval runs their cells, and their text output is compared.

``tests/reference/<chapter>.txt`` holds what each cell printed, as readable text, with the numbers of the prose.
``make reference`` writes the files anew; the diff is reviewed like any other.
"""

from __future__ import annotations

import difflib
import importlib.util
import os
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jupytext
import pytest
from nbval.plugin import IPyNbCell, IPyNbFile, coalesce_streams
from tqdm.std import tqdm

ROOT = Path(__file__).parent
REFERENCE = ROOT / "tests" / "reference"
CELL = "#### "  # starts a cell in a reference file, followed by the first line of its source
os.environ.setdefault("SCIPY_ARRAY_API", "1")  # without it scikit-learn leaves out one of its checks of estimators
tqdm.set_lock(threading.RLock())  # its own is shared with forks, and one that `make mutate` kills may hold it
tqdm.monitor_interval = 0  # no thread that may hold it while a fork is made
GLUED = "application/papermill.record/text/plain"  # a number of the prose
# A number that was rounded: a decimal, or a whole percentage.
DECIMAL = re.compile(r"(?<![\w.])[-+−]?(?:\d+\.\d+(?:e[-+]?\d+)?(?!\w)|\d+(?= ?%))")

if importlib.util.find_spec("torch") is None:  # its examples are run by `make test-torch`
    collect_ignore = ["nnlib/pytorch.py"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--renew-reference", action="store_true", help="write tests/reference anew instead of comparing")
    parser.addoption("--no-reference", action="store_true", help="run the chapters with their asserts alone")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    in_book = file_path.suffix == ".md" and file_path.parent == ROOT / "book"
    if in_book and "format_name: myst" in file_path.read_text("utf-8"):
        return Chapter.from_parent(parent, path=file_path)
    return None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With several workers: the tests of a file stay on one, in order; only those of the site go page by page."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFileOrPage(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            page = re.search(r"test_site\.py::.*?(\w+\.html)", nodeid)
            return page[1] if page else nodeid.partition("::")[0]

    return ByFileOrPage(config, log)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """With NO_SKIPS=1, as in continuous integration, a skipped test is a failure: nothing goes unseen."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("NO_SKIPS") == "1" and reporter and reporter.stats.get("skipped") and session.exitstatus == 0:
        reporter.write_line("error: tests were skipped, and NO_SKIPS=1 makes that a failure", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def shown_text(outputs: list[Any]) -> list[str]:
    """The lines that a cell shows as text: what it prints, the text of its result, and the numbers it glues."""
    lines: list[str] = []
    for out in coalesce_streams(outputs):
        if out.output_type == "stream" and out.name == "stdout":
            lines += out.text.splitlines()
        elif out.get("data"):
            if GLUED in out.data:
                name = out.metadata["scrapbook"]["name"].removeprefix("application/papermill.record/")
                lines.append(f"{name} = {rounded(out.data[GLUED])}")
            elif "text/plain" in out.data:
                lines += out.data["text/plain"].splitlines()
    return [line.rstrip() for line in lines]


def rounded(text: str) -> str:
    """A glued number to three significant digits, as many as the prose shows at most; hundredths stay as they are."""
    try:
        short = text.lstrip("-").isdigit() or len(text.partition(".")[2]) == 2
        return text if short else f"{float(text):#.3g}"
    except ValueError:
        return text


def last_digit(number: str) -> float:
    """One unit in the last printed digit: what rounding on another processor may change."""
    mantissa, _, exponent = number.partition("e")
    return float(10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2])))


def same(line: str, expected: str) -> bool:
    """Whether two lines are equal, but for one unit in the last digit of their decimals."""
    if DECIMAL.sub("#", line) != DECIMAL.sub("#", expected):
        return False
    pairs = zip(DECIMAL.findall(line), DECIMAL.findall(expected), strict=True)
    return all(
        abs(float(a.replace("−", "-")) - float(b.replace("−", "-"))) <= 1.01 * max(last_digit(a), last_digit(b))
        for a, b in pairs
    )


class Chapter(IPyNbFile):
    """One chapter: its code cells, run in one kernel from top to bottom."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.reference = REFERENCE / f"{self.path.stem}.txt"
        self.renewing = self.config.option.renew_reference
        self.shown: list[str] = []

    def collect(self) -> Iterator[ChapterCell]:
        self.nb = jupytext.read(self.path, fmt="md:myst")
        cells = [cell for cell in self.nb.cells if cell.cell_type == "code"]
        expected = self.read_reference()
        for i, cell in enumerate(cells):
            cell.execution_count = i + 1  # with None nbval compares nothing
            raises = "raises-exception" in cell.metadata.get("tags", [])
            options = {"check": True, "skip": False, "check_exception": raises}
            item = ChapterCell.from_parent(self, name=f"Cell {i}", cell_num=i, cell=cell, options=options)
            item.expected = expected[i] if len(expected) == len(cells) else None
            item.title = CELL + (cell.source.splitlines() or [""])[0]
            item.last = i == len(cells) - 1
            yield item

    def read_reference(self) -> list[list[str]]:
        cells: list[list[str]] = []
        for line in self.reference.read_text("utf-8").splitlines() if self.reference.exists() else []:
            if line.startswith(CELL):
                cells.append([])
            elif line:
                cells[-1].append(line[2:])
        return cells


class ChapterCell(IPyNbCell):
    """One code cell: runs without an error, and shows the text it should."""

    expected: list[str] | None
    title: str
    last: bool

    def compare_outputs(self, test: list[Any], ref: object, skip_compare: object = None) -> bool:
        lines = shown_text(test)
        if self.parent.renewing:
            self.parent.shown += [self.title, *(f"| {line}".rstrip() for line in lines), ""]
            if self.last:
                self.parent.reference.parent.mkdir(exist_ok=True)
                self.parent.reference.write_text("\n".join(self.parent.shown), "utf-8")
            return True
        if self.config.option.no_reference:  # it holds under the lock; other versions may round or word otherwise
            return True
        if self.expected is None:
            name = self.parent.reference.name
            self.comparison_traceback = [
                f"{name} has other cells than the chapter: run `make reference`, read the diff"
            ]
            return False
        if len(lines) == len(self.expected) and all(map(same, lines, self.expected)):
            return True
        self.comparison_traceback = list(
            difflib.unified_diff(self.expected, lines, "reference", "this run", lineterm="")
        )
        return False
