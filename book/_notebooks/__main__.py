"""Notebooks of the built book: for download, for Colab, in one zip, and in a JupyterLite that the site carries.

``python -m book._notebooks`` runs after the pages are built: it takes the numbers of the prose from that build.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import nbformat

from book._notebooks import setups
from book._notebooks.plain import Plain

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "_build"
SITE = BUILD / "html"
BRANCH = BUILD / "notebooks"  # what the branch holds that Colab opens
LITE = BUILD / "lite"  # what JupyterLite is built from
ZIP = "neural_networks_from_scratch"
APPS = ["notebooks", "tree", "lab"]  # the first is where the launch buttons lead: a phone has room for it
EXTENSIONS = ["@jupyter-widgets/jupyterlab-manager", "@jupyterlite/pyodide-kernel-extension", "jupyterlab_pygments"]
ADDRESS = os.environ.get("SITE_URL", "").rstrip("/")
# The time of every file in the zip and in the wheel: the same content gives the same bytes.
TIME, EPOCH = (1980, 1, 1, 0, 0, 0), "315532800"

BESIDE = """\
# Neural networks from scratch: the notebooks

Start with `index.ipynb`. `nnlib` and the data lie beside the notebooks, so they run where they are.

    pip install -r requirements.txt jupyterlab
    jupyter lab index.ipynb

They were made from the chapters of the course's website{site}.
Code: BSD 3-Clause. Text and figures: CC BY 4.0. See LICENSE.
"""


def write(path: Path, notebook: nbformat.NotebookNode) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(nbformat.writes(notebook) + "\n", "utf-8", newline="\n")


def write_notebooks(book: Plain, site: str) -> None:
    """Each chapter three times: for a reader who has it alone, beside the others with nnlib, and in JupyterLite."""
    for folder in (BRANCH, LITE):
        shutil.rmtree(folder, ignore_errors=True)
    data = book.book / "_data"
    for name in book.names:
        file = name.replace(".md", ".ipynb")
        alone = book.notebook(name, site=site, alone=True)
        write(BRANCH / "book" / file, book.notebook(name, setups.anywhere(alone, data), site, alone=True))
        write(LITE / "files" / "book" / file, book.notebook(name, setups.in_the_browser(alone), site))
        write(LITE / "zip" / file, book.notebook(name, site=site))
        shutil.copy(BRANCH / "book" / file, SITE / "_sources" / "book" / file)  # a page's download
    shutil.copytree(data, LITE / "files" / "book" / "_data")
    shutil.copy(ROOT / "LICENSE", BRANCH)


def write_zip(site: str) -> None:
    """All notebooks with nnlib and the data, in one file that has the same bytes each time."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    needs = [*project["dependencies"], *extras["notebook"], *extras["estimators"]]
    where = f", <{site}>" if site else ""
    files = {path.name: path.read_bytes() for path in (LITE / "zip").iterdir()}
    files["README.md"] = BESIDE.format(site=where).encode()
    files["requirements.txt"] = "".join(f"{need}\n" for need in needs).encode()
    files["LICENSE"] = (ROOT / "LICENSE").read_bytes()
    for folder, pattern in ((ROOT / "nnlib", "**/*"), (ROOT / "book" / "_data", "*")):
        for path in folder.glob(pattern):
            if path.is_file() and "__pycache__" not in path.parts:
                files[f"{folder.name}/{path.relative_to(folder).as_posix()}"] = path.read_bytes()
    with zipfile.ZipFile(SITE / f"{ZIP}.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(f"{ZIP}/{name}", TIME)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)


def run(folder: Path, *command: str, **environment: str) -> None:
    """Run a Python module; what it prints is of interest only when it fails."""
    command = (sys.executable, "-m", *command)
    done = subprocess.run(command, cwd=folder, env=os.environ | environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")


def build_lite() -> None:
    """A JupyterLite with the chapters and nnlib's wheel, in the site's folder ``lite``."""
    wheels = str(LITE / "pypi")
    quick = ("--quiet", "--no-deps", "--no-build-isolation")
    run(ROOT, "pip", "wheel", *quick, "--wheel-dir", wheels, ".", SOURCE_DATE_EPOCH=EPOCH)
    share = Path(sys.prefix) / "share" / "jupyter" / "labextensions"
    apps = [part for app in APPS for part in ("--apps", app)]
    extensions = [f"--LiteBuildConfig.federated_extensions={share / name}" for name in EXTENSIONS]
    run(
        LITE, "jupyterlite_core", "build", "--output-dir", str(SITE / "lite"), "--contents", str(LITE / "files"),
        *apps, "--ignore-sys-prefix", *extensions, "--no-libarchive", "--no-sourcemaps", "--no-unused-shared-packages",
    )  # fmt: skip


def main() -> None:
    if not (SITE / "index.html").exists():
        raise SystemExit("the site is not built: run `make book`")
    site = f"{ADDRESS}/" if ADDRESS else ""
    write_notebooks(Plain(ROOT), site)
    write_zip(site)
    build_lite()


if __name__ == "__main__":
    main()
