"""The first cell of a notebook: how it comes by nnlib, and by the data that lie beside the chapters."""

from __future__ import annotations

import os
import re
from pathlib import Path

from nbformat import NotebookNode

REPOSITORY = os.environ.get("GITHUB_REPOSITORY", "")  # owner/name, set by GitHub Actions
BRANCH = os.environ.get("GITHUB_REF_NAME", "main")

IN_THE_BROWSER = """\
# nnlib comes with this site; NumPy and Matplotlib are fetched from Pyodide's.
%pip install -q "{needs}\""""

ANYWHERE = """\
# Installs nnlib where it is missing. On the package index, that name is another project's: this one is nnlib-course.
from importlib.metadata import packages_distributions

found = packages_distributions().get("nnlib", [])
if "nnlib-course" not in found:
    if found:
        raise ImportError(f"this is another project's nnlib: pip uninstall {{found[0]}}, and start the kernel anew")
    %pip install -q "{needs}\""""

DATA = """


# The data of this chapter, where they are missing.
from pathlib import Path
from urllib.request import urlretrieve

Path("_data").mkdir(exist_ok=True)
for path in [Path("_data", name) for name in {names}]:
    if not path.exists():
        urlretrieve(f"https://raw.githubusercontent.com/{repository}/{branch}/book/{{path}}", path)"""


def code(notebook: NotebookNode) -> str:
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")


def needs(notebook: NotebookNode) -> str:
    """The distribution of nnlib, with what the figures of a notebook need, and scikit-learn where it is imported."""
    return "nnlib-course[notebook,estimators]" if "from sklearn" in code(notebook) else "nnlib-course[notebook]"


def in_the_browser(notebook: NotebookNode) -> str:
    """The first cell of a notebook in JupyterLite."""
    return IN_THE_BROWSER.format(needs=needs(notebook))


def anywhere(notebook: NotebookNode, data: Path) -> str:
    """The first cell of a notebook that may be alone, in Colab or on a reader's disk.

    A build that knows its repository has nnlib and data come from there, other ones nnlib from the package index.
    """
    source = f" @ git+https://github.com/{REPOSITORY}@{BRANCH}" if REPOSITORY else ""
    first = ANYWHERE.format(needs=needs(notebook) + source)
    text = code(notebook)
    names = [file.name for file in sorted(data.iterdir()) if re.search(rf"_data/{re.escape(file.name)}\b", text)]
    if names and REPOSITORY:
        first += DATA.format(names=names, repository=REPOSITORY, branch=BRANCH)
    return first
