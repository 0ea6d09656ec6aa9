"""Pages carry only what they use: scripts and styles that the extensions add to every page are left out."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, ClassVar

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

# documentation_options.js is written into the page by book/_templates/layout.html.
UNUSED = re.compile(r"require(\.min)?\.js|html-manager|embed-amd|documentation_options\.js|design-tabs")
ONLY_IN_SEARCH = re.compile(r"sphinx_highlight")
# What a page must hold for a script to have work there.
NEEDS = {
    "clipboard.min.js": r'class="highlight\b',
    "copybutton.js": r'class="highlight\b',
    "explore.js": r'class="nn-explore\b',
    "reachable.js": r"<pre\b|class=\"nn-formula\b|pst-scrollable-table-container",
}
SCRIPT = re.compile(r'[ \t]*<script\b([^>]*\bsrc="([^"?#]+)[^>]*)></script>\n?')
CODE_STYLE = re.compile(
    r'^html\[data-theme="(light|dark)"\] \.highlight(?: \.(\w+))? \{(?: background: [^;}]*;)? (color: [^;}]*?) \}', re.M
)
# Classes of code whose colour is given up: operators are as many as all other elements of code together.
COLOURLESS = ("o",)
# The theme's script asks every box of a page whether it scrolls, changing the page in between, so that the browser lays
# it out once a box; and again after each move of a figure. book/_static/reachable.js does it instead.
THEME = "_static/scripts/pydata-sphinx-theme.js"
ASKS = '"complete"===document.readyState?I():window.addEventListener("load",I)'
DONE = "0 /* asked by reachable.js */"
VIEWPORT = re.compile(r'<meta name="viewport"[^>]*>\s*')


def keep_what_is_used(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Filter the scripts and style sheets of one page."""

    def is_unused(file: Any) -> bool:
        name = f"{file.filename} {file.attributes.get('body', '')}"
        state = "widget-state" in file.attributes.get("type", "")  # of widgets that have no kernel here
        return bool(state or UNUSED.search(name) or (pagename != "search" and ONLY_IN_SEARCH.search(name)))

    for kind in ("script_files", "css_files"):
        context[kind] = [file for file in context[kind] if not hasattr(file, "attributes") or not is_unused(file)]
    context["metatags"] = VIEWPORT.sub("", context.get("metatags", ""))  # Sphinx has its own


def plain_classes(pygments: str) -> list[str]:
    """The classes of code that a Pygments style sheet shows as it shows code without a class, light and dark."""
    rules = {(theme, name): style for theme, name, style in CODE_STYLE.findall(pygments)}
    names = sorted({name for _, name in rules if name})
    plain = [name for name in names if all(rules.get((t, name)) == rules[t, ""] for t in ("light", "dark"))]
    return sorted({*plain, *COLOURLESS})


def lightened(page: str, plain: list[str]) -> str:
    """The text of a page: each script waits for the page, and is left out where it has no work.

    Code loses the elements that change nothing: names and punctuation are more than half of all elements of a chapter.
    """

    def script(found: re.Match[str]) -> str:
        need = NEEDS.get(found[2].rpartition("/")[2])
        if need and not re.search(need, page):
            return ""
        waits = re.search(r"\b(defer|async)\b", found[1])
        return found[0] if waits else found[0].replace("<script", "<script defer", 1)

    page = SCRIPT.sub(script, page)
    if plain:
        page = re.sub(rf'<span class="(?:{"|".join(plain)})">([^<]*)</span>', r"\1", page)
    # For readers without JavaScript; with it, the script in book/_templates/layout.html chooses before the first paint.
    return page.replace(' data-theme="auto"', ' data-theme="light"', 1)


class Heights(HTMLParser):
    """About how high each section of a page is, in rem, by the id of the section.

    Good enough for a scroll bar: text and code by their length, pictures by their size, in a column of middling width.
    """

    CHARACTERS, LINE, CODE_LINE = 70, 1.65, 1.45  # of a line of text; heights of lines
    PARTS: ClassVar = {
        "p": 1.15,
        "li": 0.5,
        "pre": 2.5,
        "tr": 1.3,
        "h2": 4,
        "h3": 3.5,
        "details": 2.5,
        "form": 4,
        "dt": 2,
    }

    def __init__(self, page: str) -> None:
        super().__init__()
        self.high: dict[str, float] = {}
        self.sections: list[str] = []
        self.within: dict[str, int] = dict.fromkeys(("pre", "svg", "math", "script", "details"), 0)
        self.feed(page)

    def add(self, rem: float) -> None:
        for section in self.sections:
            self.high[section] += rem

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag == "section":
            self.sections.append(given.get("id") or "")
            self.high.setdefault(self.sections[-1], 0)
        elif not self.within["details"]:
            if tag == "svg" and "nn-svg" in (given.get("class") or ""):
                self.add(float(given.get("height") or 0) / 16)
            elif tag == "math" and given.get("display") == "block":
                self.add(3.5)
            self.add(self.PARTS.get(tag, 0))
        if tag in self.within:
            self.within[tag] += 1

    def handle_endtag(self, tag: str) -> None:
        if tag == "section" and self.sections:
            self.sections.pop()
        elif tag in self.within:
            self.within[tag] -= 1

    def handle_data(self, data: str) -> None:
        if self.within["pre"] and not self.within["details"]:
            self.add(data.count("\n") * self.CODE_LINE)
        elif not any(self.within.values()):
            self.add(len(data.strip()) / self.CHARACTERS * self.LINE)


def with_heights(page: str) -> str:
    """The text of a page whose sections within sections say how high they are, about: see course.css."""
    high = Heights(page).high
    return re.sub(
        r'<section id="([^"]*)">', lambda m: f'<section id="{m[1]}" style="--nn-high:{round(high[m[1]])}rem">', page
    )


def finish(app: Sphinx, exception: Exception | None) -> None:
    if exception is not None or app.builder.format != "html":
        return
    theme = Path(app.outdir, THEME)
    script = theme.read_text("utf-8")
    if ASKS not in script and DONE not in script:
        raise ExtensionError(f"{THEME}: another version of the theme; see ASKS in {__name__}")
    theme.write_text(script.replace(ASKS, DONE), "utf-8")
    plain = plain_classes(Path(app.outdir, "_static", "pygments.css").read_text("utf-8"))
    for path in Path(app.outdir).rglob("*.html"):
        if not {"_static", "lite"} & set(path.relative_to(app.outdir).parts):
            path.write_text(with_heights(lightened(path.read_text("utf-8"), plain)), "utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("html-page-context", keep_what_is_used, priority=990)
    app.connect("build-finished", finish, priority=800)  # before inline_styles asks what the scripts can add
    return {"parallel_read_safe": True, "parallel_write_safe": True}
