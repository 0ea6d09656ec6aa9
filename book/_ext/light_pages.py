"""Pages carry only what they use: scripts and styles that the extensions add to every page are left out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

# documentation_options.js is written into the page by book/_templates/layout.html.
UNUSED = re.compile(r"require(\.min)?\.js|html-manager|embed-amd|documentation_options\.js|design-tabs")
ONLY_IN_SEARCH = re.compile(r"sphinx_highlight")
# What a page must hold for a script to have work there.
NEEDS = {
    "clipboard.min.js": r'class="highlight\b',
    "copybutton.js": r'class="highlight\b',
    "explore.js": r'class="nn-(explore|formula)\b',
}
SCRIPT = re.compile(r'[ \t]*<script\b([^>]*\bsrc="([^"?#]+)[^>]*)></script>\n?')
CODE_STYLE = re.compile(
    r'^html\[data-theme="(light|dark)"\] \.highlight(?: \.(\w+))? \{(?: background: [^;}]*;)? (color: [^;}]*?) \}', re.M
)
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
    return [name for name in names if all(rules.get((t, name)) == rules[t, ""] for t in ("light", "dark"))]


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


def finish(app: Sphinx, exception: Exception | None) -> None:
    if exception is not None or app.builder.format != "html":
        return
    plain = plain_classes(Path(app.outdir, "_static", "pygments.css").read_text("utf-8"))
    for path in Path(app.outdir).rglob("*.html"):
        if not {"_static", "lite"} & set(path.relative_to(app.outdir).parts):
            path.write_text(lightened(path.read_text("utf-8"), plain), "utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("html-page-context", keep_what_is_used, priority=990)
    app.connect("build-finished", finish, priority=800)  # before inline_styles asks what the scripts can add
    return {"parallel_read_safe": True, "parallel_write_safe": True}
