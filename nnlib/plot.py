"""Figures in the book's style: a network drawn from its weights, a fit, a loss curve; and how to show a figure.

Colours are chosen for both a light and a dark page and for colour-vision deficiency; in the SVG they become CSS
variables, so that a page can exchange them. Lines differ by more than colour: use ``LINES``.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import rcParams

from nnlib.history import History
from nnlib.network import Network
from nnlib.svg import COLORS, DASHES, GRID, INK, PAPER, STYLE, key, svg
from nnlib.validation import Array, numbers, sentence

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLUE, ORANGE, GREEN, PURPLE, BROWN = COLORS
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
# Colour, line style and marker of the first, second, ... thing in a figure.
LINES = tuple(
    {"color": color, "linestyle": line, "marker": marker, "markevery": 0.2}
    for color, line, marker in zip(COLORS, DASHES, ("", "", "", "", "s"), strict=True)
)

__all__ = ["BLUE", "BROWN", "COLORS", "GREEN", "GRID", "INK", "LINES", "ORANGE", "PURPLE"]
__all__ += ["fit", "loss", "network", "show", "use_style"]


def use_style() -> None:
    """Set Matplotlib's defaults to the book's style, for all figures made from here on.

    Examples
    --------
    >>> import matplotlib
    >>> with matplotlib.rc_context():  # for the figures made in this block alone
    ...     use_style()
    ...     matplotlib.rcParams["figure.figsize"]
    [5.0, 3.5]
    """
    rcParams.update(STYLE)


def show(figure: Figure, *, alt: str, caption: str = "") -> None:
    """Display a Matplotlib figure as SVG, and close it.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    alt : str
        What the figure says, for those who cannot see it.
    caption : str
        A line below the figure.

    Raises
    ------
    ValueError
        For an empty ``alt``.

    Examples
    --------
    In a notebook this shows the picture, elsewhere what stands for it:

    >>> from matplotlib.figure import Figure
    >>> figure = Figure()
    >>> _ = figure.subplots().plot([0, 1], [0, 2])
    >>> show(figure, alt="A rising line")  # doctest: +ELLIPSIS
    {'text/html': '<figure class="nn-figure">...', 'text/plain': 'Figure: A rising line'}
    """
    from IPython.display import display
    from matplotlib import pyplot as plt

    sentence("alt", alt)
    below = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    html = f'<figure class="nn-figure">{svg(figure, alt, prefix=f"{key(alt)}-")}{below}</figure>'
    plt.close(figure)
    bundle = {"text/html": html, "text/plain": f"Figure: {alt}"}
    display(bundle, raw=True)  # type: ignore[no-untyped-call]  # IPython has no types for it


def fit(ax: Axes, x: Array, y: Array, x_line: Array, y_line: Array, label: str = "network") -> None:
    """Draw measured points and a predicted curve on ``ax``.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    x, y : array_like, shape (N,)
        The measurements.
    x_line, y_line : array_like, shapes (M,) or (M, 1)
        The prediction, at as many places as it takes to look smooth.
    label : str
        The curve's name in the legend.

    Raises
    ------
    ValueError, TypeError
        For x and y (or x_line and y_line) of different sizes, NaN or infinity.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> fit(ax, x=[0, 1, 2], y=[0.1, 0.9, 2.1], x_line=[0, 2], y_line=[0, 2])
    >>> [line.get_label() for line in ax.lines]
    ['measured', 'network']
    """
    x, y, x_line, y_line = (
        numbers(name, value).ravel() for name, value in (("x", x), ("y", y), ("x_line", x_line), ("y_line", y_line))
    )
    for name, a, b in (("y", x, y), ("y_line", x_line, y_line)):
        if a.size != b.size:
            raise ValueError(f"{name}: expected {a.size} values, one for each x, got {b.size}")
    ax.plot(x, y, "o", color=INK, markersize=4, label="measured")
    ax.plot(x_line, y_line, color=BLUE, label=label)
    ax.legend()


def loss(ax: Axes, history: History, points: int = 120, **line: Any) -> None:
    """Draw the loss over the epochs on ``ax``, with a logarithmic axis; the validation loss too, where there is one.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    history : History
    points : int
        Longer runs are drawn at so many epochs, spaced evenly: all of them have the same number of points.
    **line
        Goes to ``Axes.plot`` of the training loss.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> loss(ax, History(np.array([1.0, 0.1, 0.01]), validation_loss=np.array([1.0, 0.2, 0.1])))
    >>> [line.get_label() for line in ax.lines], ax.get_yscale()
    (['training', 'validation'], 'log')
    """
    epochs = np.linspace(0, history.epochs - 1, min(points, history.epochs)).round().astype(int)
    ax.plot(epochs, history.loss[epochs], **{"color": ORANGE, "label": "training", **line})
    if history.validation_loss is not None:
        epochs = np.union1d(epochs, [np.argmin(history.validation_loss)])  # so that the lowest point is drawn
        seen = epochs[epochs < len(history.validation_loss)]
        ax.plot(seen, history.validation_loss[seen], color=BLUE, linestyle="--", label="validation")
        ax.legend()
    ax.set(xlabel="epoch", ylabel="loss", yscale="log")


def network(ax: Axes, net: Network, inputs: list[str] | None = None, outputs: list[str] | None = None) -> None:
    """Draw ``net`` on ``ax``: neurons as circles, and each weight as a line, as wide as the weight is large.

    Positive weights are solid and blue, negative ones dashed and orange. Biases and weights are written out where
    there are at most 20 weights.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    net : Network
    inputs, outputs : list of str, optional
        Names of the inputs and outputs; ``x₁``, ``x₂`` and ``ŷ₁``, ``ŷ₂`` without.

    Raises
    ------
    ValueError
        For another number of names than there are inputs or outputs.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from nnlib import mlp
    >>> ax = Figure().subplots()
    >>> network(ax, mlp([1, 4, 1], seed=0), inputs=["hour"], outputs=["°C"])
    >>> len(ax.lines)  # a line for each of 8 weights, a circle for each of 6 neurons
    14
    """
    names = {"inputs": (inputs, "x", net.n_in), "outputs": (outputs, "ŷ", net.n_out)}
    ends = []
    for argument, (given, symbol, n) in names.items():
        given = given or [symbol if n == 1 else symbol + str(i + 1).translate(SUBSCRIPTS) for i in range(n)]
        if len(given) != n:
            raise ValueError(f"{argument}: expected {n} names, got {len(given)}: {given}")
        ends.append(given)
    sizes = [net.n_in, *(layer.n_out for layer in net.dense)]
    places = [[(float(at), (n - 1) / 2 - i) for i in range(n)] for at, n in enumerate(sizes)]
    tall = max(sizes)
    largest = max(float(np.abs(layer.W).max()) for layer in net.dense) or 1.0
    written = sum(layer.W.size for layer in net.dense) <= 20

    label: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 9, "zorder": 2}
    label["bbox"] = {"facecolor": PAPER, "edgecolor": "none", "boxstyle": "square,pad=0.15"}

    for at, layer in enumerate(net.dense):
        for (i, j), w in np.ndenumerate(layer.W):
            (x0, y0), (x1, y1) = places[at][i], places[at + 1][j]
            style = {"color": BLUE, "linestyle": "-"} if w >= 0 else {"color": ORANGE, "linestyle": (0, (4, 2))}
            ax.plot([x0, x1], [y0, y1], linewidth=0.5 + 3 * abs(w) / largest, zorder=1, **style)
            if written:  # where the lines from one neuron have spread, and those of its neighbours are elsewhere
                t = 0.55 if len(layer.W) == 1 else 0.45 if layer.n_out == 1 else 0.3 + 0.35 * i / (len(layer.W) - 1)
                ax.text(x0 + t * (x1 - x0), y0 + t * (y1 - y0), f"{w:.2f}".replace("-", "−"), **label)
        if written:
            for (x, y), b in zip(places[at + 1], layer.b, strict=True):
                ax.text(x, y - 0.105 * tall, f"b = {b:.2f}".replace("-", "−"), **label)
    for at, column in enumerate(places):
        for i, (x, y) in enumerate(column):
            ax.plot(x, y, "o", markersize=27, markerfacecolor=PAPER, markeredgecolor=INK, zorder=2)
            name = ends[0][i] if at == 0 else ends[1][i] if at == len(net.dense) else f"a{i + 1}".translate(SUBSCRIPTS)
            ax.text(x, y, name, ha="center", va="center", zorder=3)
    ax.set_position((0, 0, 1, 1))
    ax.set(xlim=(-0.25, len(sizes) - 0.75), ylim=(-tall / 2 - 0.15, tall / 2 + 0.05))
    ax.axis("off")
