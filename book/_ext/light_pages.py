"""Pages carry only what they use: scripts and styles that the extensions add to every page are left out."""

from __future__ import annotations

import hashlib
import math
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, ClassVar

from built_pages import content_root, rewrite
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
# What waits until the reader moves, in this order (book/_static/late.js).
LATE = ("bootstrap.js", "pydata-sphinx-theme.js", "sphinx-book-theme.js", "clipboard.min.js", "copybutton.js")
SCRIPT = re.compile(r'[ \t]*<script\b([^>]*\bsrc=("([^"?#]+)[^"]*")[^>]*)></script>\n?')
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
FRAMES = re.compile(r'(<script type="text/plain" class="nn-frames")>([^<]{4000,})')
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
        name = found[3].rpartition("/")[2]
        need = NEEDS.get(name)
        if need and not re.search(need, page):
            return ""
        if name in LATE:
            return f'<script type="text/plain" data-late="{LATE.index(name)}" data-src={found[2]}></script>\n'
        waits = re.search(r"\b(defer|async)\b", found[1])
        return found[0] if waits else found[0].replace("<script", "<script defer", 1)

    page = SCRIPT.sub(script, page)
    if plain:
        page = re.sub(rf'<span class="(?:{"|".join(plain)})">([^<]*)</span>', r"\1", page)
    # For readers without JavaScript; with it, the script in book/_templates/layout.html chooses before the first paint.
    return page.replace(' data-theme="auto"', ' data-theme="light"', 1)


def without_frames(page: str, site: Path) -> str:
    """The text of a page whose figures have their frames beside it: they are not needed before a figure comes near.

    Each in a script that calls ``nnFrames`` of explore.js: unlike data, a page that is opened as a file can load it.
    """
    root = content_root(page)

    def put(found: re.Match[str]) -> str:
        name = hashlib.sha256(found[2].encode()).hexdigest()[:12]
        path = site / "_static" / "frames" / f"{name}.js"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f'nnFrames("{name}", "{found[2]}");\n', "utf-8")
        return f'{found[1]} data-name="{name}" data-src="{root}_static/frames/{name}.js">'

    return FRAMES.sub(put, page)


class Heights(HTMLParser):
    """About how high each box of a page is, in rem, on a desk and on a phone, by where its tag stands in the text.

    Boxes are the sections within sections, and what such a section holds. Good enough for a scroll bar: text and code
    by their length, pictures by their size. Rather too high than too low: what is too low for its content would lie
    over what follows when it is measured without being shown, as by those who audit the size of buttons.
    """

    CHARACTERS = (70, 38)  # in a line of text, on a desk and on a phone
    LINE, CODE_LINE, PHONE = 1.65, 1.35, 22.0  # of lines; width of a phone's column
    MARGIN, FRAME = 1.15, 2.6  # below a box; around one with a title
    PARTS: ClassVar = {
        "p": 1.3,
        "li": 0.8,
        "pre": 1.5,
        "tr": 1.5,
        "mtr": 1.9,
        "h2": 6,
        "h3": 5,
        "summary": 2.8,
        "form": 4,
        "dt": 3,
    }
    HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
    VOID = ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")

    def __init__(self, page: str) -> None:
        super().__init__()
        self.high: dict[int, list[float]] = {}
        self.open: list[tuple[str, int | None, float]] = []  # the elements around; place and margin of boxes
        self.starts = [0, *(found.end() for found in re.finditer("\n", page))]  # of lines
        self.feed(page)

    def add(self, desk: float, phone: float) -> None:
        """Make the innermost box higher, but not for what is folded in it."""
        within = ""
        for name, place, _ in reversed(self.open):
            if name == "details" and within != "summary":
                return
            within = name
            if place is not None:
                self.high[place][0] += desk
                self.high[place][1] += phone
                return

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in self.VOID:
            return
        given, around = dict(attributes), [name for name, *_ in self.open]
        place = None
        is_part = around[-1:] == ["section"] and (tag == "section" or around.count("section") > 1)
        if is_part and tag not in self.HEADINGS and "style" not in given:
            line, column = self.getpos()
            place = self.starts[line - 1] + column + len(f"<{tag}")
            self.high[place] = [0, 0]
        classes = (given.get("class") or "").split()
        self.open.append((tag, place, self.FRAME if "admonition" in classes else self.MARGIN))
        if tag == "svg" and "nn-svg" in classes:
            wide, high = (float(given.get(name) or 0) / 16 for name in ("width", "height"))
            self.add(high + 2, high * min(1, self.PHONE / max(wide, 1)) + 2)
        else:
            high = self.PARTS.get(tag, 0) + 2.5 * (given.get("display") == "block")
            if "admonition" in classes:
                high += self.FRAME
            elif "nn-control" in classes:  # one below the other on a phone
                self.add(0.5, 2.5)
            elif tag == "p" and place is not None:
                high -= 0.6
            self.add(high, high)

    def handle_endtag(self, tag: str) -> None:
        if all(name != tag for name, *_ in self.open):
            return
        name = ""
        while name != tag:
            name, place, margin = self.open.pop()
            if place is not None:
                desk, phone = self.high[place] = [math.ceil(high) for high in self.high[place]]
                self.add(desk + margin, phone + margin)

    def handle_data(self, data: str) -> None:
        around = {name for name, *_ in self.open}
        if "pre" in around:
            lines = data.count("\n") * self.CODE_LINE
            self.add(lines, lines)
        elif not around & {"svg", "script", "annotation", "mtable"}:
            desk, phone = (len(data.strip()) / characters * self.LINE for characters in self.CHARACTERS)
            self.add(desk, phone)


def with_heights(page: str) -> str:
    """The text of a page whose boxes say how high they are, about: see course.css."""
    parts, before = [], 0
    for place, (desk, phone) in Heights(page).high.items():
        parts += [page[before:place], f' style="--nn-high:{desk}rem;--nn-tall:{phone}rem"']
        before = place
    return "".join([*parts, page[before:]])


def finish(app: Sphinx, exception: Exception | None) -> None:
    if exception is not None or app.builder.format != "html":
        return
    site = Path(app.outdir)
    theme = site / THEME
    script = theme.read_text("utf-8")
    if ASKS not in script and DONE not in script:
        raise ExtensionError(f"{THEME}: another version of the theme; see ASKS in {__name__}")
    theme.write_text(script.replace(ASKS, DONE), "utf-8")
    plain = plain_classes((site / "_static" / "pygments.css").read_text("utf-8"))
    rewrite(app, lambda page, _: with_heights(without_frames(lightened(page, plain), site)))


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("html-page-context", keep_what_is_used, priority=990)
    app.connect("build-finished", finish, priority=800)  # before inline_styles asks what the scripts can add
    return {"parallel_read_safe": True, "parallel_write_safe": True}
