"""Every page of the site is light: what it loads, how much, when, and what a move of a figure costs."""

from __future__ import annotations

import base64
import io
import re
import statistics
import subprocess
import sys
from pathlib import Path

import icons
import inline_styles
import light_pages
import pytest
from fontTools.ttLib import TTFont

from tests.conftest import ROOT, SITE, Server
from tests.test_site import PAGES, WITH_FIGURES, Visit, blocking, ready
from tests.trace import moves

pytestmark = pytest.mark.browser
EVERY = [*PAGES, "search.html", "genindex.html"]


@pytest.fixture(scope="module")
def text():
    if not (SITE / "index.html").exists():
        pytest.fail("the site is not built: run `make book` first, or `make test`, which does")
    return {path: (SITE / path).read_text("utf-8") for path in EVERY}


@pytest.mark.parametrize("path", EVERY)
def test_nothing_blocks_rendering(text, path):
    assert "<script defer" in text[path]
    assert blocking(text[path]) == []
    assert blocking(text[path].replace("<script defer", "<script", 1)) != []


@pytest.mark.parametrize("path", EVERY)
def test_head_is_in_order(text, path):
    assert text[path].count('<meta name="viewport"') == 1
    assert re.search(r'<html [^>]*data-theme="light"', text[path])  # for readers without JavaScript


def test_a_page_loads_no_script_that_has_no_work_there(text):
    for path, page in text.items():
        page = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
        scripts = re.findall(r'<script\b[^>]*\bsrc="[^"]*?([\w.-]+\.js)', page)
        assert ("copybutton.js" in scripts) == ('class="highlight' in page), path
        assert ("explore.js" in scripts) == ('class="nn-explore' in page), path
        assert ("reachable.js" in scripts) == any(
            box in page for box in ("<pre", 'class="nn-formula', "pst-scrollable-table-container")
        ), path


def test_a_page_carries_the_icons_that_it_can_show(text):
    for path, page in text.items():
        (address,) = re.findall(r'url\("data:font/woff;base64,([^"]*)"\)', page)
        known = set(TTFont(io.BytesIO(base64.b64decode(address))).getBestCmap())
        assert known <= icons.icons(page), path  # not those of other fonts, such as brands
        style = re.search(r"<style>(.{9999,}?)</style>", page, re.DOTALL)[1]
        shown = set(re.findall(r"\bfa-[a-z-]+", " ".join(re.findall(r'<(?:i|span)\b[^>]*class="([^"]*)"', page))))
        for name in shown - {"fa-solid", "fa-lg"}:
            code = re.search(rf'\.{name}:{{1,2}}before[^{{]*{{content:"(?:\\([0-9a-f]+)|(.))"', style)
            assert (int(code[1], 16) if code[1] else ord(code[2])) in known, (path, name)
        assert "webfonts" not in page


def test_a_page_of_many_formulas_asks_for_their_font_at_once(text):
    """Else it comes after the first layout, and what stands below the formulas moves."""
    ahead = {
        path: re.findall(r'<link rel="preload" href="([^"]*)" as="font"[^>]* crossorigin/>', text[path])
        for path in text
    }
    for path in ("book/cheat_sheet.html", "book/optimizers.html"):
        (address,) = ahead[path]
        used = re.findall(r'font-family:\s*"STIX Two Math";\s*src:\s*url\("([^"]+)"', text[path])
        assert used == [address], path
        assert (SITE / path).parent.joinpath(address).is_file()
    assert ahead["book/changelog.html"] == ahead["book/digits.html"] == []  # no formulas; few on a long page


def weight(browser, server, path):
    server.sent.clear()
    with Visit(browser, server, path) as v:
        v.scroll_to_the_end()
        v.page.wait_for_load_state("networkidle")
        assert not [name for name in server.sent if "webfonts" in name], "the icon font: 150 KB for a few icons"
    return sum(server.sent.values())


def test_pages_are_light(browser):
    """Scrolled to the end, served with gzip: 500 KB a page, 300 KB as a median."""
    server = Server(SITE, "/repo")
    weights = {path: weight(browser, server, path) for path in PAGES}
    server.shutdown()
    server.server_close()
    assert {path: bytes for path, bytes in weights.items() if bytes > 500_000} == {}
    assert statistics.median(weights.values()) <= 300_000


@pytest.mark.parametrize("path", PAGES)
def test_frames_lie_beside_the_page(text, path):
    """Few are in it: it is read before a figure is moved."""
    inline = re.findall(r'class="nn-frames">([^<]*)<', text[path])
    assert sum(map(len, inline)) < 10_000
    beside = re.findall(r'class="nn-frames" data-name="(\w+)" data-src="([^"]*)"', text[path])
    assert len(inline) + len(beside) == text[path].count('class="nn-explore"')
    for name, source in beside:
        assert (SITE / path).parent.joinpath(source).read_text("utf-8").startswith(f'nnFrames("{name}", "')


@pytest.mark.parametrize("path", WITH_FIGURES)
def test_a_move_costs_little(browser, site, path):
    """Twice the 16 ms that `make audit` asks for, since other tests run at the same time."""
    with Visit(browser, site, path) as v:
        for i in range(v.page.locator(".nn-explore").count()):
            took = moves(browser, v.page, ready(v.page, i), 6)
            assert statistics.median(took) <= 32, (i, took)


@pytest.mark.parametrize("base", ["", "/repo"])
def test_search_works_under_any_path(browser, base):
    server = Server(SITE, base)
    with Visit(browser, server, "book/training.html") as v:
        v.page.keyboard.press("Control+k")
        v.page.keyboard.type("perceptron")
        v.page.keyboard.press("Enter")
        v.page.wait_for_url(f"{server.address}/search.html?q=perceptron")
        first = v.page.locator("#search-results li a").first
        first.wait_for(state="visible")
        first.click()
        v.page.wait_for_url(f"{server.address}/book/*")
        assert v.complaints == []
        assert v.left == []
    server.shutdown()
    server.server_close()


SHEET = """
:root { --used: red; --unused: blue; --through: var(--used) }
.there:hover, .absent { color: var(--through) }
.absent > p { color: blue }
[data-theme="dark"] p:not(.absent) { background: url(../images/dark.png) }
@media print { .there { display: none } .absent { display: none } }
@font-face { font-family: "Kept"; src: url("font.woff2#a") format("woff2") }
@font-face { font-family: "Dropped"; src: url("other.woff2") }
@keyframes spin { from { opacity: 0 } }
p { font-family: "Kept"; content: "two  blanks"; mask: url("data:image/svg+xml,%3Csvg/%3E") !important }
.by-script::after { content: ")" }
#id-there { color: var(--used) } /* a comment */
"""


def test_styles_are_cut_to_what_a_page_can_use(tmp_path):
    (tmp_path / "_static" / "styles").mkdir(parents=True)
    (tmp_path / "_static" / "styles" / "a.css").write_text(SHEET, "utf-8")
    (tmp_path / "_static" / "a.js").write_text('element.classList.add("by-script")', "utf-8")
    page = (
        '<html data-theme="light"><head><link rel="stylesheet" type="text/css" href="../_static/styles/a.css?v=1" />'
        '<script defer src="../_static/a.js"></script></head><body><p class="there" id="id-there">'
    )
    made = inline_styles.inlined(page, "../", "book/page.html", tmp_path)
    style = re.search("<style>(.*)</style>", made)[1]
    assert style == (
        ":root{--used:red;--through:var(--used)}"
        ".there:hover{color:var(--through)}"
        '[data-theme="dark"] p:not(.absent){background:url("../_static/images/dark.png")}'
        "@media print{.there{display:none}}"
        '@font-face{font-family:"Kept";src:url("../_static/styles/font.woff2#a") format("woff2")}'
        'p{font-family:"Kept";content:"two  blanks";mask:url("data:image/svg+xml,%3Csvg/%3E") !important}'
        '.by-script::after{content:")"}'
        "#id-there{color:var(--used)}"
    )
    assert "<link" not in made
    assert inline_styles.inlined(made, "../", "book/page.html", tmp_path) == made


def test_code_keeps_the_elements_that_have_a_colour_of_their_own():
    style = "".join(
        f'html[data-theme="{theme}"] .highlight {{ background: #fff; color: {ink} }}\n'
        f'html[data-theme="{theme}"] .highlight .n {{ color: {ink} }} /* Name */\n'
        f'html[data-theme="{theme}"] .highlight .k {{ color: {ink if theme == "light" else "#f00"} }}\n'
        for theme, ink in (("light", "#000"), ("dark", "#eee"))
    )
    plain = light_pages.plain_classes(style)
    assert plain == sorted({"n", *light_pages.COLOURLESS})
    code = '<span class="k">not</span> <span class="n">x</span> <span class="o">+</span> <span class="s">y</span>'
    assert light_pages.lightened(code, plain) == '<span class="k">not</span> x + <span class="s">y</span>'


def test_styles_in_pages_are_made_anew_when_a_static_file_changes(tmp_path):
    class App:
        confdir = tmp_path

    class Config:
        html_static_path = ("static",)

    (tmp_path / "static").mkdir()
    sheet = Path(tmp_path, "static", "a.css")
    seen = set()
    for content in ("a {}", "b {}"):
        sheet.write_text(content, "utf-8")
        inline_styles.watch(App(), config := Config())
        seen.add(config.inlined_files)
    assert len(seen) == 2


def test_the_audit_starts():
    done = subprocess.run([sys.executable, "-m", "audit", "--help"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "--runs" in done.stdout
