"""The API: every public name has a docstring with an example, and its place on the book's API page."""

from __future__ import annotations

import ast
import importlib
import inspect
import io
import pkgutil
import re
import subprocess
import sys
import tokenize

import pytest

import nnlib
from nnlib import activations, initializers, losses
from tests.conftest import ROOT, SITE

INTERNAL = {"frames", "svg", "validation"}  # used by the other modules, never by a reader
NOT_CORE = {"plot", "interactive", "frames", "svg", "data", "estimators", "pytorch"}
MODULES = sorted(module.name for module in pkgutil.iter_modules(nnlib.__path__))
PAGE = ROOT / "book" / "api.md"


def public_names():
    """The functions and classes of all modules that readers use, under the shortest name that leads to them."""
    for module in (importlib.import_module(f"nnlib.{name}") for name in MODULES if name not in INTERNAL):
        for name, value in vars(module).items():
            if (inspect.isclass(value) or inspect.isfunction(value)) and value.__module__ == module.__name__:
                exported = name in nnlib.__all__ and getattr(nnlib, name) is value
                if not name.startswith("_"):
                    yield (f"nnlib.{name}" if exported else f"{module.__name__}.{name}"), value


PUBLIC = dict(public_names())


@pytest.mark.parametrize("name", PUBLIC)
def test_public_name_has_a_docstring_with_an_example(name):
    text = inspect.cleandoc(PUBLIC[name].__doc__ or "")
    says, _, examples = text.partition("\nExamples\n--------\n")
    assert says.strip()
    assert ">>> " in examples


@pytest.mark.parametrize("name", [name for name, value in PUBLIC.items() if inspect.isclass(value)])
def test_public_methods_have_docstrings(name):
    for method, value in vars(PUBLIC[name]).items():
        if not method.startswith("_") and (inspect.isfunction(value) or isinstance(value, property | staticmethod)):
            assert inspect.getdoc(getattr(PUBLIC[name], method)), f"{name}.{method}"


def test_all_names_the_public_api():
    assert nnlib.__all__ == sorted(nnlib.__all__)
    for name in nnlib.__all__:
        value = getattr(nnlib, name)
        assert f"nnlib.{name}" in PUBLIC or inspect.ismodule(value), name


def test_import_loads_nothing_but_numpy():
    command = [sys.executable, "-X", "importtime", "-c", "import nnlib"]
    report = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stderr
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in report.splitlines()}
    assert {"nnlib", "numpy"} <= loaded
    optional = {"matplotlib", "ipywidgets", "pandas", "sklearn", "scipy", "joblib", "dask", "torch", "tqdm", "IPython"}
    assert not loaded & optional


def test_every_public_name_is_on_the_page():
    page = (SITE / "book" / "api.html").read_text("utf-8")
    ids = set(re.findall(r'\sid="([^"]+)"', page))
    assert [name for name in PUBLIC if name not in ids] == []
    modules = [f"module-nnlib.{name}" for name in nnlib.__all__ if inspect.ismodule(getattr(nnlib, name))]
    assert [name for name in modules if name not in ids] == []


def section(title):
    return PAGE.read_text("utf-8").partition(f"\n## {title}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize(
    ("title", "known"),
    [
        ("Activations", activations.ACTIVATIONS),
        ("Initialisers", initializers.INITIALIZERS),
        ("Losses", losses.LOSSES),
    ],
)
def test_page_lists_the_names_that_stand_for_objects(title, known):
    assert re.findall(r'`"(\w+)"`', section(title)) == list(known)


def code_lines(source):
    """How many lines of Python are left without docstrings, comments and blank lines."""
    docstrings = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            docstrings |= set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    blank = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    lines = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in blank:
            lines |= set(range(token.start[0], token.end[0] + 1))
    return len(lines - docstrings)


def test_code_lines_counts_code():
    source = '"""One.\n\nTwo."""\n\n# Three.\nx = (\n    1,  # four\n)\n\n\ndef f():\n    """Five."""\n    return x\n'
    assert code_lines(source) == 5  # x = (, 1, ), def, return


def test_page_says_how_long_the_core_is():
    core = ["__init__", *(name for name in MODULES if name not in NOT_CORE)]
    counted = sum(code_lines((ROOT / "nnlib" / f"{name}.py").read_text("utf-8")) for name in core)
    said = re.search(r"about ([\d,]+) lines\s+of code", section("Read the core"))[1]
    assert abs(int(said.replace(",", "")) - counted) <= 50, f"{counted} lines"


def test_page_says_in_which_order_to_read_the_core():
    listed = re.findall(r"`(\w+)\.py`", section("Read the core").partition("These are")[0])
    assert sorted(listed) == sorted(set(MODULES) - NOT_CORE)
