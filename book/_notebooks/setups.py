"""The first cell of a notebook: how it comes by nnlib, and by the data that lie beside the chapters."""

from __future__ import annotations

import os
import re
from pathlib import Path

from nbformat import NotebookNode

REPOSITORY = os.environ.get("GITHUB_REPOSITORY", "")  # owner/name, set by GitHub Actions
BRANCH = os.environ.get("GITHUB_REF_NAME", "main")
NEEDS = "nnlib-course[notebook]"  # the distribution of nnlib, with what its figures need

IN_THE_BROWSER = f"""\
# nnlib comes with this site; NumPy and Matplotlib are fetched from Pyodide's.
%pip install -q "{NEEDS}\""""

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


def anywhere(notebook: NotebookNode, data: Path) -> str:
    """The first cell of a notebook that may be alone, in Colab or on a reader's disk.

    A build that knows its repository has nnlib and data come from there, other ones nnlib from the package index.
    """
    needs = f"{NEEDS} @ git+https://github.com/{REPOSITORY}@{BRANCH}" if REPOSITORY else NEEDS
    first = ANYWHERE.format(needs=needs)
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    names = [file.name for file in sorted(data.iterdir()) if re.search(rf"_data/{re.escape(file.name)}\b", code)]
    if names and REPOSITORY:
        first += DATA.format(names=names, repository=REPOSITORY, branch=BRANCH)
    return first
