"""JupyterLite's kernel in Chromium, started from Pyodide's core and the wheels that npm and PyPI have.

The site stays as it is: what it asks of Pyodide's content network is answered from here. Matplotlib and ipywidgets are
not at hand so, therefore nnlib is installed without them.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import nbformat
from playwright.sync_api import Error, sync_playwright

from lite_check.packages import PYODIDE, numpy, wheels
from tests.conftest import ARGUMENTS, CHROMIUM, SITE, Server

COMM = "0.2.3"  # the kernel takes it from the package index; here it stands in the lock file
ROOTS = ["comm", "ipython", "micropip", "numpy"]  # what the kernel needs, and nnlib
TRAIN = """\
%pip install --no-deps nnlib-course
import sys
import nnlib

day = nnlib.data.temperatures("1981-07-05")
x, y = (nnlib.StandardScaler().fit(values).transform(values) for values in (day.hours, day.celsius))
net = nnlib.mlp([1, 4, 1], activation="tanh", seed=0)
history = nnlib.train(net, x[:, None], y, optimizer=nnlib.GradientDescent(0.1), epochs=2000)
with open("_data/greensboro_1981_07.csv") as file:
    rows = len(file.readlines())
print("done:", sys.platform, nnlib.__version__, history.loss[-1] < 0.05, rows)
"""
# Not the notebook itself: of a long one, JupyterLab keeps in the page only what is in view.
CHAPTER = """\
%pip install -q "nnlib-course[notebook]"
import json

failed = []
for cell in json.load(open("{name}"))["cells"]:
    source = "".join(cell["source"])
    if cell["cell_type"] == "code" and not source.startswith("# nnlib comes"):
        done = get_ipython().run_cell(source)
        if not done.success and "raises-exception" not in cell["metadata"].get("tags", []):
            failed.append(repr(done.error_in_exec or done.error_before_exec))
print("done:", failed)
"""
OPENED = "cheat_sheet.ipynb"  # the notebook in whose place the cell is opened
TYPES = {"mjs": "text/javascript", "js": "text/javascript", "wasm": "application/wasm", "json": "application/json"}


def answers() -> dict[str, bytes]:
    """The files that Pyodide's network would send: the core, and a lock file with the wheels that are at hand."""
    files = {path.name: path.read_bytes() for path in PYODIDE.iterdir() if path.is_file()}
    lock: dict[str, Any] = json.loads(files["pyodide-lock.json"])
    lock["packages"]["comm"] = {
        **lock["packages"]["six"], "name": "comm", "version": COMM, "imports": ["comm"], "depends": ["traitlets"],
        "file_name": f"comm-{COMM}-py3-none-any.whl",
    }  # fmt: skip
    needed, todo = {}, list(ROOTS)
    while todo:
        name = todo.pop().replace("_", "-")
        if name not in needed:
            needed[name] = lock["packages"][name]
            todo += needed[name]["depends"]
    pure = {name: package for name, package in needed.items() if package["file_name"].endswith("none-any.whl")}
    folder = wheels("kernel", sorted(f"{name}=={package['version']}" for name, package in pure.items()))
    found = [*folder.glob("*.whl"), numpy()]
    by_name = {name.replace("-", "_"): package for name, package in needed.items()}
    for wheel in found:
        package = by_name[wheel.name.partition("-")[0].lower()]
        content = wheel.read_bytes()
        package |= {"file_name": wheel.name, "sha256": hashlib.sha256(content).hexdigest()}
        files[wheel.name] = content
    for package in needed.values():  # the kernel does without SQLite
        package["depends"] = [name for name in package["depends"] if name != "sqlite3"]
    files["pyodide-lock.json"] = json.dumps(lock).encode()
    return files


def output(cell: str, files: dict[str, bytes]) -> str:
    """What a cell prints in the built site's JupyterLite, in a line that starts with "done:".

    ``files`` answer for Pyodide's content network, and nothing else is reached; without any, the network is.
    """
    server = Server(SITE, "/repo")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell, id="cell")])
    notebook.metadata.kernelspec = {"name": "python", "display_name": "Python (Pyodide)"}
    missing: list[str] = []

    def answer(route: Any) -> None:
        url = route.request.url
        name = url.partition("?")[0].rpartition("/")[2]
        if url.startswith(f"{server.address}/lite/files/book/{OPENED}"):
            route.fulfill(body=nbformat.writes(notebook), content_type="application/json")
        elif not files or url.startswith((server.address, "data:", "blob:")):
            route.continue_()
        elif "/pyodide/v" in url and name in files:
            kind = TYPES.get(name.rpartition(".")[2], "application/octet-stream")
            route.fulfill(body=files[name], content_type=kind, headers={"Access-Control-Allow-Origin": "*"})
        else:
            missing.append(url)
            route.abort()

    with sync_playwright() as playwright:
        page = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS).new_page()
        page.context.route("**/*", answer)
        page.goto(f"{server.address}/lite/notebooks/index.html?path=book/{OPENED}")
        page.locator(".jp-CodeCell .cm-content").first.click(timeout=120_000)
        page.keyboard.press("Shift+Enter")
        shown = page.locator(".jp-OutputArea-output")
        try:
            shown.filter(has_text="done:").wait_for(timeout=600_000)
            text = shown.filter(has_text="done:").text_content() or ""
        except Error as error:
            raise SystemExit(f"the cell did not end: {shown.all_text_contents()}\nnot at hand: {missing}") from error
    server.shutdown()
    server.server_close()
    return text[text.index("done:") :].strip()


def check() -> None:
    """Train a network in the kernel, with what is at hand."""
    found = output(TRAIN, answers())
    print("JupyterLite,", found)
    if not found.endswith("True 670"):
        raise SystemExit("expected a network that learned the day, and 670 lines in the file of data")


def check_chapters() -> None:
    """Run every chapter in the kernel, with Pyodide and its packages from the network."""
    failed = []
    for path in sorted((SITE / "lite" / "files" / "book").glob("*.ipynb")):
        found = output(CHAPTER.format(name=path.name), {})
        print(path.stem, found, flush=True)
        failed += [path.stem] * (not found.endswith("[]"))
    if failed:
        raise SystemExit(f"these fail in JupyterLite: {', '.join(failed)}")
