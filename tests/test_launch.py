"""The buttons that open and download a page, read from built pages, for repositories and addresses of several kinds."""

from __future__ import annotations

import os
import subprocess
import sys
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

import launch
import pytest
from bs4 import BeautifulSoup

from tests.conftest import ROOT, SITE
from tests.test_site import PAGES, Visit

CHAPTERS = [page for page in PAGES if "format_name: myst" in (ROOT / page).with_suffix(".md").read_text("utf-8")]
LITE = "In this browser (JupyterLite)"
CONFIG = """
extensions = ["myst_nb", "sphinx_book_theme", "launch"]
html_theme, root_doc, nb_execution_mode = "sphinx_book_theme", "book/chapter", "off"
"""
NOTEBOOK = """---
jupytext:
  text_representation: {extension: .md, format_name: myst}
kernelspec: {display_name: Python 3, language: python, name: python3}
---
# A chapter

```{code-cell} ipython3
1
```
"""


def group(html, label):
    """The buttons of a group: their texts and addresses."""
    start = html.find(f'<div class="dropdown dropdown-{label}"')
    found = BeautifulSoup(html[start : html.find("</div>", start)], "html.parser") if start >= 0 else None
    return {a.get_text(strip=True): a["href"] for a in found.select("a")} if found else {}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Build a site of two pages for an environment, and return the HTML of both."""

    def build(**environment):
        folder = tmp_path_factory.mktemp("small")
        (folder / "book").mkdir()
        (folder / "conf.py").write_text(CONFIG, "utf-8")
        (folder / "book" / "chapter.md").write_text(NOTEBOOK, "utf-8")
        (folder / "book" / "page.md").write_text("---\norphan: true\n---\n# A page without code\n", "utf-8")
        kept = {key: value for key, value in os.environ.items() if not key.startswith("GITHUB_")}
        kept["PYTHONPATH"] = str(ROOT / "book" / "_ext")
        command = [sys.executable, "-m", "sphinx", "-q", "-W", str(folder), str(folder / "site")]
        done = subprocess.run(command, env=kept | environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return [(folder / "site" / "book" / f"{name}.html").read_text("utf-8") for name in ("chapter", "page")]

    return build


def test_a_published_site_opens_its_own_repository_everywhere(built):
    chapter, page = built(GITHUB_REPOSITORY="some-one/a.course", GITHUB_REF_NAME="v1/next")
    assert group(chapter, "launch-buttons") == {
        LITE: "../lite/notebooks/index.html?path=book/chapter.ipynb",
        "On Binder": "https://mybinder.org/v2/gh/some-one/a.course/v1%2Fnext?urlpath=lab/tree/book/chapter.md",
        "In Colab": "https://colab.research.google.com/github/some-one/a.course/blob/notebooks/book/chapter.ipynb",
    }
    assert group(page, "launch-buttons") == {}
    assert "https://github.com/some-one/a.course" in chapter


def test_a_class_has_its_jupyterhub(built):
    chapter, _ = built(GITHUB_REPOSITORY="some/course", JUPYTERHUB_URL="https://hub.example.org/class/")
    url = urlsplit(group(chapter, "launch-buttons")["On JupyterHub"])
    assert (url.netloc, url.path) == ("hub.example.org", "/class/hub/user-redirect/git-pull")
    assert parse_qs(url.query) == {
        "repo": ["https://github.com/some/course"], "branch": ["main"], "urlpath": ["lab/tree/course/book/chapter.md"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value"), [("GITHUB_REPOSITORY", "course"), ("GITHUB_REPOSITORY", "a/b/c"), ("JUPYTERHUB_URL", "hub.org")]
)
def test_a_wrong_address_is_named(monkeypatch, name, value):
    monkeypatch.setenv("GITHUB_REPOSITORY", "some/course")
    monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match=f"^{name}: expected .*{value}"):
        launch.places("book/chapter", "lite")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("base", ["", "/repo"])
def test_a_local_build_opens_what_it_carries(path, base):
    """Each address leads to a file of the site, under any base path; nothing leads to a repository nobody named."""
    html = (SITE / path).read_text("utf-8")
    launched, downloads = group(html, "launch-buttons"), group(html, "download-buttons")
    names = ["Notebook (.ipynb)"] * (path in CHAPTERS) + ["All notebooks (.zip)", "Source of this page (.md)"]
    assert list(launched) == [LITE] * (path in CHAPTERS)
    assert list(downloads) == names
    for address in (*launched.values(), *downloads.values()):
        url = urlsplit(urljoin(f"https://example.org{base}/{path}", address))
        assert url.netloc == "example.org"
        assert url.path.startswith(f"{base}/")
        assert (SITE / unquote(url.path.removeprefix(f"{base}/"))).is_file()
    for address in launched.values():
        wanted = parse_qs(urlsplit(address).query)["path"]
        assert wanted == [path.replace(".html", ".ipynb")]
        assert (SITE / "lite" / "files" / wanted[0]).is_file()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_menus_open_by_keyboard_and_fit(browser, site, scheme, width):
    from axe_playwright_python.sync_playwright import Axe

    options = {"color_scheme": scheme, "viewport": {"width": width, "height": 844}}
    with Visit(browser, site, "book/training.html", **options) as v:
        for name, entries in (("Open as a notebook", 1), ("Download this page", 4)):
            v.page.get_by_role("button", name=name).focus()
            v.page.keyboard.press("Enter")
            shown = v.page.locator(".dropdown-menu.show")
            shown.wait_for()
            items = shown.locator("a, button")
            assert items.count() == entries
            for item in items.all():
                box = item.bounding_box()
                assert box["x"] >= 0
                assert box["x"] + box["width"] <= width
                assert box["height"] >= 24  # for a finger
            v.page.keyboard.press("Tab")
            assert v.page.evaluate("document.activeElement.closest('.dropdown-menu.show') !== null")
            v.page.wait_for_timeout(300)  # what opens fades in
            assert Axe().run(v.page, ".bd-header-article").response["violations"] == []
            v.page.keyboard.press("Escape")
            shown.wait_for(state="hidden")
        assert v.complaints == []
        assert v.left == []
