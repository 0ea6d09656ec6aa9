"""A Matplotlib figure as a small SVG that takes its colours and its font from the page it stands in."""

from __future__ import annotations

import hashlib
import io
import itertools
import re
from html import escape
from typing import TYPE_CHECKING, Any

from matplotlib import rc_context

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Blue, orange, green, purple, brown: at least 3 : 1 against white, told apart with colour-vision deficiency.
COLORS = ("#0072b2", "#c44f00", "#00825f", "#a0478c", "#8a5a00")
DASHES = ("-", "--", "-.", ":", "-")  # the line style that goes with each
INK, GRID, PAPER = "#1f2329", "#d5d8dc", "#ffffff"

STYLE: Any = {  # Matplotlib's type for it lists every key there is
    "axes.axisbelow": True,
    "axes.edgecolor": INK,
    "axes.grid": True,
    "axes.labelcolor": INK,
    "axes.prop_cycle": f"cycler('color', {list(COLORS)}) + cycler('linestyle', {list(DASHES)})",
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 11,
    "figure.constrained_layout.use": False,
    "figure.figsize": (5, 3.5),
    "figure.subplot.bottom": 0.15,
    "figure.subplot.left": 0.14,
    "figure.subplot.right": 0.97,
    "figure.subplot.top": 0.91,
    "font.size": 11,
    "grid.color": GRID,
    "legend.edgecolor": GRID,
    "legend.facecolor": PAPER,
    "legend.framealpha": 0.9,
    "legend.fontsize": 10,
    "lines.linewidth": 2,
    "path.simplify": False,  # equal data lengths stay equal path lengths, so that frames differ in numbers alone
    "savefig.transparent": True,
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "nnlib",  # the same bytes each time
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}

# Shrinks with the page; beside other panels it takes its share of the row (no style sheet in a live notebook).
LAYOUT = "flex:1 1 20rem;min-width:min(20rem,100%);max-width:min(36rem,100%);height:auto;stroke-linejoin:round"

_THEMED = {
    INK: "currentColor",
    GRID: f"var(--nn-grid,{GRID})",
    PAPER: f"var(--nn-paper,var(--jp-layout-color0,{PAPER}))",
}
_THEMED |= {color: f"var(--nn-{i},{color})" for i, color in enumerate(COLORS)}
_NO_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}
_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?")
_POINTS = re.compile(  # three or more markers of one look in a row
    r'<use href="([^"]*)" x="[^"]*" y="[^"]*" style="([^"]*)"/>'
    r'(?:<use href="\1" x="[^"]*" y="[^"]*" style="\2"/>){2,}'
)
_GEOMETRY = re.compile(r'(?<= )(?:d|x|y|width|height|transform|viewBox)="[^"]*"')


def tenths(number: float) -> str:
    """A coordinate to 0.1, without trailing zeros: ``12.04`` is ``12``, as JavaScript writes it too."""
    return f"{round(10 * number) / 10:g}"


def key(text: str) -> str:
    """A short name made from ``text``, for ids that must differ between the figures of a page."""
    return "nn" + hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()[:6]


def _points_as_paths(text: str, prefix: str) -> str:
    """Draw points of one look as one path with a marker at each vertex: for a browser two elements, not hundreds."""
    number = itertools.count(1)

    def path(match: re.Match[str]) -> str:
        name, (href, style) = f"{prefix}points{next(number)}", match.groups()
        places = re.findall(r'x="([^"]*)" y="([^"]*)"', match[0])
        return (
            f'<marker id="{name}" markerUnits="userSpaceOnUse" overflow="visible">'
            f'<use href="{href}" style="{style}"/></marker>'
            f'<path d="M {" L ".join(f"{x} {y}" for x, y in places)}" style="fill: none; marker: url(#{name})"/>'
        )

    return _POINTS.sub(path, text)


def svg(figure: Figure, alt: str, prefix: str = "") -> str:
    """Return ``figure`` as one ``<svg>`` element with ``alt`` as its label.

    Coordinates are rounded to 0.1 points, text inherits the page's font, colours of the style become CSS variables
    with themselves as the fallback, and every id that is referred to starts with ``prefix``.
    """
    file = io.StringIO()
    with rc_context(
        {key: STYLE[key] for key in ("path.simplify", "svg.fonttype", "svg.hashsalt", "savefig.transparent")}
    ):
        figure.savefig(file, format="svg", metadata=_NO_METADATA)
    text = file.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(
        r"<!--.*?-->|<metadata>.*?</metadata>|<style.*?</style>|<defs>\s*</defs>|<defs/>", "", text, flags=re.DOTALL
    )
    text = re.sub(r'<g id="[^"]*"', "<g", text)  # keep only the ids that something refers to
    text = re.sub(r'(?<= id=")|(?<=url\(#)|(?<=href="#)', prefix, text)
    text = text.replace("xlink:href", "href")
    text = _GEOMETRY.sub(lambda m: _NUMBER.sub(lambda n: tenths(float(n[0])), m[0]).replace("\n", ""), text)
    text = re.sub(r"font-family: [^;\"]*; ?", "", text)
    text = re.sub(r"font: ([\d.]+px)[^;\"]*", r"font-size: \1", text)
    text = re.sub(r' transform="rotate\(-?0 [^)]*\)"', "", text)
    text = re.sub(r'((?:width|height)="[\d.]+)pt"', r'\1"', text, count=2)
    for color, themed in _THEMED.items():
        text = text.replace(color, themed)
    text = re.sub(r"\s*\n\s*", "", text)
    text = _points_as_paths(text, prefix)
    head, _, body = text.partition(">")
    size = dict(re.findall(r'\b(width|height|viewBox)="([^"]*)"', head))
    wide, high = (round(float(size[key]) * 96 / 72) for key in ("width", "height"))  # points to CSS pixels
    new = (
        f'<svg class="nn-svg" role="img" aria-label="{escape(alt)}" width="{wide}" height="{high}" '
        f'viewBox="{size["viewBox"]}" style="{LAYOUT}">'
    )
    return new + body
