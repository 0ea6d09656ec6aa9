"""The chapters as plain notebooks: complete, in Markdown that any Jupyter shows, in one zip, and in JupyterLite."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import zipfile
from functools import cache

import jupytext
import nbformat
import pytest
from bs4 import BeautifulSoup

from book._notebooks import __main__ as writing
from book._notebooks import setups
from book._notebooks.plain import Plain
from tests.conftest import ROOT, SITE, Server
from tests.test_site import Visit

BOOK = Plain(ROOT)
NAMES = [name.removesuffix(".md") for name in BOOK.names]
LITE = SITE / "lite"
ZIP = SITE / "neural_networks_from_scratch.zip"
MYST = re.compile(r"^ *(?::{3,}|`{3,}\{)|\{[\w:]+\}`|\(eq:|^\([\w-]+\)=$", re.M)


@cache
def notebook(name):
    return nbformat.read(LITE / "files" / "book" / f"{name}.ipynb", as_version=4)


def text(name):
    return "\n\n".join(cell.source for cell in notebook(name).cells if cell.cell_type == "markdown")


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_is_valid_and_plain(name):
    nbformat.validate(notebook(name))
    assert MYST.findall(re.sub(r"`[^`\n]+`", "", text(name))) == []
    assert "\f" not in text(name)
    assert text(name).startswith("# ")


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_has_all_code_of_its_chapter(name):
    """Line by line, but for where the number of the prose come from; after a first cell of its own."""
    written = [cell.source for cell in jupytext.read(ROOT / "book" / f"{name}.md").cells if cell.cell_type == "code"]
    first, *code = [cell.source for cell in notebook(name).cells if cell.cell_type == "code"]
    extras = "notebook,estimators" if "from sklearn" in "".join(written) else "notebook"
    assert first.splitlines()[-1] == f'%pip install -q "nnlib-course[{extras}]"'
    assert len(code) == len(written)
    for found, expected in zip(code, written, strict=True):
        if "from myst_nb import glue" in expected:
            assert "myst_nb" not in found
            assert [line for line in expected.splitlines() if line not in found] == ["from myst_nb import glue"]
        else:
            assert found == expected


@pytest.mark.parametrize("name", NAMES)
def test_numbers_are_those_of_the_page(name):
    """Equations, exercises, and the numbers of the prose, in their order."""
    html = re.sub(r"<(svg|math)\b.*?</\1>", "", (SITE / "book" / f"{name}.html").read_text("utf-8"), flags=re.DOTALL)
    page = BeautifulSoup(html, "html.parser").find("article")
    assert re.findall(r"\\tag\{([\d.]+)\}", text(name)) == [
        re.sub(r"[^\d.]", "", part.get_text()) for part in page.select("span.eqno")
    ]
    titles = [" ".join(part.get_text().split()) for part in page.select(".exercise > .admonition-title")]
    assert re.findall(r"^#### (Exercise .+)$", text(name), re.M) == [title.replace("$", "") for title in titles]
    glued = re.findall(r"\{glue:text\}`([^`]+)`", BOOK.sources[f"{name}.md"])
    values = [part.get_text() for part in page.select("span.pasted-text")]
    assert len(values) == len(glued)
    words = text(name)
    for value in values:
        assert value in words
        words = words[words.index(value) + len(value) :] if not page.select("summary span.pasted-text") else words


@pytest.mark.parametrize("name", NAMES)
def test_solutions_are_folded(name):
    folded = [cell for cell in notebook(name).cells if cell.metadata.get("jp-MarkdownHeadingCollapsed")]
    assert len(folded) == BOOK.sources[f"{name}.md"].count("```{solution-start}")
    assert notebook(name).metadata.colab.collapsed_sections == [cell.metadata.id for cell in folded]


def links(name):
    return re.findall(r"\]\(<([^>]*)>\)", text(name))


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_to_notebooks_and_their_headings(name):
    for link in links(name):
        file, _, heading = link.partition("#")
        target = file.removesuffix(".ipynb") or name
        assert target in NAMES
        titles = re.findall(r"^#+ (.+)$", text(target), re.M)
        assert not heading or heading in [title.replace(" ", "-").replace("`", "") for title in titles]


def test_a_notebook_alone_leads_to_the_site():
    site = "https://example.org/course/"
    cells = BOOK.notebook("training.md", site=site, alone=True).cells
    found = re.findall(r"\]\(([^)]*)\)", "".join(cell.source for cell in cells if cell.cell_type == "markdown"))
    assert f"{site}book/linear_neuron.html" in found
    assert not [link for link in found if ".ipynb" in link]


def test_an_unknown_directive_is_named(tmp_path):
    book = Plain(ROOT)
    book.sources["training.md"] += "\n```{no-such}\n```\n"
    with pytest.raises(ValueError, match=r"^training.md: .*'no-such'"):
        book.notebook("training.md")


# The first cell


@pytest.fixture
def first_cell(monkeypatch):
    """Run the first cell of a downloaded notebook, and return what it would install and fetch."""

    def run(name, distributions, repository="some/course"):
        monkeypatch.setattr(setups, "REPOSITORY", repository)
        data = ROOT / "book" / "_data"
        source = setups.anywhere(BOOK.notebook(f"{name}.md"), data)
        lines = source.replace("%pip install -q", "installed +=").splitlines()
        asked = {"installed": "", "fetched": []}
        monkeypatch.setattr("importlib.metadata.packages_distributions", lambda: distributions)
        monkeypatch.setattr("urllib.request.urlretrieve", lambda url, path: asked["fetched"].append((url, str(path))))
        exec("\n".join(lines), asked)
        return asked["installed"], asked["fetched"]

    return run


def test_the_first_cell_installs_ours_where_it_is_missing(first_cell, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ours = "nnlib-course[notebook] @ git+https://github.com/some/course@main"
    assert first_cell("training", {}) == (ours, [])
    assert first_cell("training", {"nnlib": ["nnlib-course"]}) == ("", [])
    assert first_cell("training", {}, repository="") == ("nnlib-course[notebook]", [])


def test_the_first_cell_does_not_mix_with_another_nnlib(first_cell):
    with pytest.raises(ImportError, match="pip uninstall nnlib, and"):
        first_cell("training", {"nnlib": ["nnlib"]})


def test_the_first_cell_fetches_the_data_of_its_chapter(first_cell, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    address = "https://raw.githubusercontent.com/some/course/main/book/_data/greensboro_1981_07.csv"
    assert first_cell("your_own_data", {})[1] == [(address, "_data/greensboro_1981_07.csv")]
    (tmp_path / "_data" / "greensboro_1981_07.csv").write_text("", "utf-8")
    assert first_cell("your_own_data", {})[1] == []


def test_ours_is_known_by_its_distribution():
    from importlib.metadata import packages_distributions

    assert "nnlib-course" in packages_distributions()["nnlib"]


# The zip


def test_the_zip_holds_what_its_notebooks_need(tmp_path):
    """A chapter runs in a process that finds nnlib in the zip alone."""
    with zipfile.ZipFile(ZIP) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path)
    folder = tmp_path / "neural_networks_from_scratch"
    assert sorted(path.stem for path in folder.glob("*.ipynb")) == NAMES
    assert {"README.md", "requirements.txt", "LICENSE"} <= {path.name for path in folder.iterdir()}
    assert "numpy>=2.0\n" in (folder / "requirements.txt").read_text("utf-8")
    code = [
        cell.source for cell in nbformat.read(folder / "your_own_data.ipynb", as_version=4).cells
        if cell.cell_type == "code" and "raises-exception" not in cell.metadata.get("tags", [])
    ]  # fmt: skip
    script = "import sys; sys.path.insert(0, '.')\nimport matplotlib; matplotlib.use('agg')\n" + "\n".join(code)
    script += "\nassert nnlib.__file__.startswith(sys.argv[1]), nnlib.__file__\n"
    done = subprocess.run([sys.executable, "-P", "-c", script, str(folder)], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_zip_has_the_same_bytes_each_time(tmp_path, monkeypatch):
    before = ZIP.read_bytes()
    monkeypatch.setattr(writing, "SITE", tmp_path)
    writing.write_zip("")
    assert (tmp_path / ZIP.name).read_bytes() == before


# JupyterLite


def test_the_wheel_is_in_its_index():
    index = json.loads((LITE / "pypi" / "all.json").read_text("utf-8"))
    assert list(index) == ["nnlib-course"]
    ((version, (release,)),) = index["nnlib-course"]["releases"].items()
    wheel = LITE / "pypi" / release["url"]
    assert release["digests"]["sha256"] == hashlib.sha256(wheel.read_bytes()).hexdigest()
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        metadata = archive.read(f"nnlib_course-{version}.dist-info/METADATA").decode()
        assert archive.read("nnlib/__init__.py") == (ROOT / "nnlib" / "__init__.py").read_bytes()
    assert {f"nnlib/data_files/{path.name}" for path in (ROOT / "nnlib" / "data_files").iterdir()} <= set(names)
    assert "Provides-Extra: notebook" in metadata
    settings = json.loads((LITE / "jupyter-lite.json").read_text("utf-8"))["jupyter-config-data"]["litePluginSettings"]
    first = settings["@jupyterlite/pyodide-kernel-extension:kernel"]["pipliteUrls"][0]
    digest = hashlib.sha256((LITE / "pypi" / "all.json").read_bytes()).hexdigest()
    assert first == f"./pypi/all.json?sha256={digest}"


def test_the_data_lie_beside_the_chapters():
    for path in (ROOT / "book" / "_data").iterdir():
        assert (LITE / "files" / "book" / "_data" / path.name).read_bytes() == path.read_bytes()


def test_jupyterlite_is_no_larger_than_it_was():
    files = [path for path in LITE.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 30e6
    assert not [path for path in files if path.suffix == ".map"]


@pytest.mark.browser
@pytest.mark.parametrize(("base", "width"), [("", 1280), ("/repo", 390)])
def test_a_chapter_opens_in_jupyterlite_with_the_network_cut_off(browser, base, width):
    """By its button. All that is asked for elsewhere is Pyodide, which the kernel would start from."""
    server = Server(SITE, base)
    with Visit(browser, server, "book/training.html", viewport={"width": width, "height": 844}) as v:
        v.page.get_by_role("button", name="Open as a notebook").click()
        with v.context.expect_page() as opened:
            v.page.get_by_role("link", name="In this browser (JupyterLite)").click()
        page = opened.value
        assert page.url == f"{server.address}/lite/notebooks/index.html?path=book/training.ipynb"
        page.locator(".jp-Notebook .jp-CodeCell").first.wait_for(timeout=90_000)
        assert page.locator(".jp-MarkdownCell h1").first.text_content().startswith("Train the network")
        assert "nnlib-course" in page.locator(".jp-CodeCell").first.text_content()
        page.wait_for_function("document.querySelectorAll('.jp-MarkdownCell mjx-container, .MathJax').length > 0")
        assert page.evaluate("document.querySelector('.jp-Notebook').getBoundingClientRect().width") > 0.8 * width
        assert {address.rpartition("/")[2] for address in v.left} <= {"pyodide.mjs"}
    server.shutdown()
    server.server_close()
