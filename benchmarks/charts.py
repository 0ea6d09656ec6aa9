"""The charts for the README, from results.json: `python charts.py` draws them anew without measuring."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.figure import Figure

from nnlib.svg import COLORS, GRID, INK, PAPER, STYLE

HERE = Path(__file__).parent
BLUE, ORANGE, *_ = COLORS
DARK = {INK: "#e6e8eb", PAPER: "#161b22", GRID: "#3a4048", BLUE: "#58a6e0", ORANGE: "#f0883e"}
SHOWN = {
    "W1": "1-4-1, 24 rows, full batch",
    "W2": "2-16-16-1, 400 rows, batch 32, Adam",
    "W3": "digits, 64-32-10, batch 32, Adam",
    "W4": "784-128-64-10, 60,000 rows, batch 128, Adam, float32",
    "W6": "30 networks at once",
}
Record = dict[str, Any]


def number(ratio: float) -> str:
    """Two significant digits, or all before the point."""
    return f"{ratio:.0f}" if ratio >= 10 else f"{ratio:#.2g}"


def save(figure: Figure, path: Path) -> None:
    """Write an SVG with the same bytes for the same records; paper and ink change together on a dark page."""
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "nnlib"}):
        figure.savefig(path, format="svg", facecolor=PAPER, metadata={"Date": None, "Creator": None})
    rules = "".join(
        f'[style*="{name}: {light}"]{{{name}:{dark}!important}}'
        for light, dark in DARK.items()
        for name in ("fill", "stroke")
    )
    head, _, rest = path.read_text("utf-8").partition("<defs>")
    path.write_text(f"{head}<style>@media (prefers-color-scheme: dark){{{rules}}}</style>\n <defs>{rest}", "utf-8")


def bars(records: list[Record]) -> Figure:
    """A bar for each peer, from 1 (as fast as nnlib) to its ratio with one thread; a ring where two threads led to."""
    one, two = (
        {(r["workload"], r["peer"]): r["ratio"] for r in records if r["threads"] == threads and "ratio" in r}
        for threads in (1, 2)
    )
    figure = Figure(figsize=(7.5, 7.5))
    ax = figure.add_axes((0.29, 0.07, 0.5, 0.89))
    side = ax.get_yaxis_transform()
    names, y = {}, 0
    for place, heading in ((1.2, "1 thread"), (1.4, "2 threads")):
        ax.text(place, -1, heading, transform=side, ha="right", va="center", fontsize=9)
    for workload, title in SHOWN.items():
        ax.text(-0.57, y, title, transform=side, va="center", weight="bold")
        peers = [key for key in one if key[0] == workload and key[1] != "matrix products alone"]
        for key in sorted(peers, key=lambda key: -one[key]):
            y += 1
            names[y] = key[1]
            ax.barh(y, one[key] - 1, left=1, height=0.6, color=BLUE if one[key] >= 1 else ORANGE)
            ax.plot(two[key], y, "o", markersize=6, markerfacecolor="none", markeredgecolor=INK)
            for place, ratios in ((1.17, one), (1.37, two)):
                ax.text(place, y, number(ratios[key]), transform=side, ha="right", va="center")
        y += 1
    ends = [ratios[key] for ratios in (one, two) for key in one if key[0] in SHOWN]
    ax.axvline(1, color=INK, linewidth=1)
    ax.set(xscale="log", xlim=(min(ends) / 1.3, max(ends) * 1.3), ylim=(y - 0.5, -0.7))
    ax.set(xlabel="time of the peer / time of nnlib (bar: one thread, ring: two)")
    ax.set_xticks([0.1, 1, 10], ["0.1", "1", "10"])
    ax.set_yticks(list(names), list(names.values()))
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="y", visible=False)
    ax.spines["left"].set_visible(False)
    return figure


def growth(records: list[Record]) -> Figure:
    """Time a row and time a parameter against their number."""
    figure = Figure(figsize=(7.5, 3.2))
    for place, (name, each) in enumerate((("row", "epoch"), ("parameter", "update"))):
        ax = figure.add_axes((0.08 + 0.5 * place, 0.19, 0.41, 0.7))
        for threads, label, style, color in ((1, "one thread", "o-", BLUE), (2, "two threads", "s--", ORANGE)):
            points = [r for r in records if (r["workload"], r["threads"]) == (f"growth in {name}s", threads)]
            points = [r for r in points if "size" in r]
            ax.plot([r["size"] for r in points], [r["value"] for r in points], style, color=color, label=label)
        ax.set(xscale="log", xlabel=f"{name}s", title=f"ns a {name} in an {each}")
        ax.set_ylim(0, 1.3 * ax.get_ylim()[1])
        ax.legend(loc="upper right", ncols=2, fontsize=9)
    return figure


def draw(records: list[Record]) -> None:
    """Write chart.svg and growth.svg."""
    with rc_context(STYLE):
        save(bars(records), HERE / "chart.svg")
        save(growth(records), HERE / "growth.svg")


if __name__ == "__main__":
    draw(json.loads((HERE / "results.json").read_text("utf-8")))
