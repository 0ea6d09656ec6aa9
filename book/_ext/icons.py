"""Icons: the theme's font, cut to the few that a page can show and written into it.

The whole font weighs 150 KB; as pictures in a style sheet, each icon is a document that the browser makes while it
waits to show the page.
"""

from __future__ import annotations

import base64
import io
import re
from functools import cache
from pathlib import Path
from typing import Any

from built_pages import rewrite
from fontTools import subset
from fontTools.ttLib import TTFont
from sphinx.application import Sphinx

FACE = re.compile(r"@font-face\{[^}]*?/(fa-(?:solid|regular|brands)-\d+)\.ttf[^}]*\}")
SOURCES = re.compile(r"src:[^;}]*")
CLASSES = {"fa-solid-900": "fa-solid|fas", "fa-regular-400": "fa-regular|far", "fa-brands-400": "fa-brands|fab"}
STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)
ICON = re.compile(r'"(?:\\([ef][0-9a-f]{3})|([\ue000-\uf8ff]))"')  # in a style sheet: escaped, or as it is


def icons(page: str) -> frozenset[int]:
    """The characters that stand for icons in the styles of a page."""
    return frozenset(int(found[1], 16) if found[1] else ord(found[2]) for found in ICON.finditer(page))


@cache  # few pages differ in their icons
def cut(font: Path, characters: frozenset[int]) -> str:
    """The address of a font with these characters alone, which holds the font itself."""
    options = subset.Options(layout_features=[], hinting=False, notdef_outline=True)
    with TTFont(font, recalcTimestamp=False) as whole:  # the same bytes each time
        whole.flavor = "woff"
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=characters)
        subsetter.subset(whole)
        file = io.BytesIO()
        whole.save(file)
    return f"data:font/woff;base64,{base64.b64encode(file.getvalue()).decode()}"


def with_icons(page: str, fonts: Path) -> str:
    """The text of a page, its styles already within, with the icons that it can show."""

    def face(found: re.Match[str]) -> str:
        if not re.search(rf'class="(?:[^"]* )?(?:{CLASSES[found[1]]})[ "]', page):
            return ""
        address = cut(fonts / f"{found[1]}.ttf", icons(page))
        return SOURCES.sub(lambda _: f'src:url("{address}") format("woff")', found[0])

    return STYLE.sub(lambda style: FACE.sub(face, style[0]), page)


def finish(app: Sphinx, exception: Exception | None) -> None:
    if exception is not None or app.builder.format != "html":
        return
    fonts = Path(app.outdir, "_static", "vendor", "fontawesome", "webfonts")
    rewrite(app, lambda page, _: with_icons(page, fonts))


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("build-finished", finish, priority=950)  # after inline_styles has cut the styles
    return {"parallel_read_safe": True, "parallel_write_safe": True}
