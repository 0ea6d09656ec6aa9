"""Interactive figures: one call, two lives.

In a live kernel :func:`~nnlib.explore` shows ipywidgets controls and draws on every move. In the site build
(environment variable ``NNLIB_FRAMES=1``, set by ``make book``) it also draws every combination of values once and puts
them on the page as plain HTML with native controls, switched by ``book/_static/explore.js``. Both show the same SVG.
"""

from __future__ import annotations

import inspect
import itertools
import math
import os
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from html import escape
from typing import Any

import ipywidgets as widgets
from matplotlib import rc_context
from matplotlib.figure import Figure

from nnlib.frames import compress, pack
from nnlib.svg import STYLE, key, svg
from nnlib.validation import count, sentence

MAX_FRAMES = 400
LONG = 21  # characters of a label and a value that fit side by side where three controls stand in a row
Draw = Callable[..., str | None]


class Control:
    """One control of a figure: its name, its label and the values it can take.

    Parameters
    ----------
    name, label : str
    values : list of numbers, or list of str
        Numbers are put in order.
    show : str or callable, optional
        How a value is written, as in :func:`~nnlib.explore`.

    Raises
    ------
    ValueError, TypeError
        For no values, a value twice, NaN or infinity, and for numbers beside texts.

    Examples
    --------
    >>> control = Control("celsius", [5, -5, 0], label="temperature", show="{:g} °C")
    >>> [control.text(value) for value in control.values]
    ['−5 °C', '0 °C', '5 °C']
    """

    def __init__(self, name: str, values: Sequence[Any], label: str, show: str | Callable[[Any], str] | None) -> None:
        self.name, self.label = name, label
        if isinstance(values, str) or not hasattr(values, "__iter__"):
            raise TypeError(f"{name}: expected a list of values, got {type(values).__name__} {values!r}")
        values = list(values)
        if not values:
            raise ValueError(f"{name}: expected at least one value, got an empty list")
        numeric = [isinstance(v, int | float) and not isinstance(v, bool) for v in values]
        self.numeric = all(numeric)
        if self.numeric:
            if not all(math.isfinite(v) for v in values):
                raise ValueError(f"{name}: expected finite numbers, got {values}")
            values = sorted(values)
        elif any(numeric) or not all(isinstance(v, str) for v in values):
            raise TypeError(f"{name}: expected numbers, which can be put in order, or texts alone, got {values}")
        if len(set(values)) < len(values):
            raise ValueError(f"{name}: expected each value once, got {values}")
        self.values = values
        self.show = show or ("{:g}" if self.numeric else "{}")

    def text(self, value: Any) -> str:
        """A value as the reader sees it."""
        shown = self.show.format(value) if isinstance(self.show, str) else self.show(value)
        return shown.replace("-", "−") if self.numeric else shown


class Explorer(widgets.VBox):
    """What :func:`~nnlib.explore` returns: the widget for a live kernel, and in a site build the static figure too.

    Examples
    --------
    >>> def draw(ax, slope):
    ...     ax.plot([0, 1], [0, slope])
    ...     return f"The line rises to {slope}."
    >>> figure = explore(draw, alt="A line through the origin", slope=[1, 2, 3])
    >>> figure.sliders[0].value = 3  # as a reader's hand does
    >>> "The line rises to 3." in figure.says.value
    True
    """

    def __init__(
        self, draw: Draw, controls: Sequence[Control], start: Mapping[str, Any], panels: int, figsize: Any, alt: str
    ) -> None:
        self.draw, self.parameters, self.panels, self.alt = draw, list(controls), panels, alt
        self.key = key("\0".join([alt, *(control.name for control in controls)]))
        with rc_context(STYLE):
            self.axes = [self._panel(*figsize) for _ in range(panels)]
        self.frame = cache(self._frame)
        self.sliders = [self._slider(control, start[control.name]) for control in controls]
        self.picture, self.says = widgets.HTML(), widgets.HTML()
        super().__init__([*self.sliders, self.picture, self.says])
        for slider in self.sliders:
            slider.observe(self._redraw, "value")
        self._show(self.frame(*(start[control.name] for control in controls)))

    @staticmethod
    def _panel(width: float, height: float) -> Any:
        """Axes in a figure of their own, with margins that hold tick labels and axis labels at any size."""
        figure = Figure(figsize=(width, height))
        figure.subplots_adjust(left=0.75 / width, bottom=0.55 / height, right=1 - 0.2 / width, top=1 - 0.3 / height)
        return figure.add_subplot()

    @staticmethod
    def _slider(control: Control, start: Any) -> Any:
        kind = widgets.SelectionSlider if control.numeric else widgets.Dropdown
        return kind(
            options=[(control.text(value), value) for value in control.values],
            value=start,
            description=control.label,
            style={"description_width": "initial"},
            layout={"width": "min(36em, 98%)"},
        )

    def _frame(self, *values: Any) -> tuple[tuple[str, ...], str]:
        """Draw one frame: the SVG of each panel, and the sentence that goes with it."""
        chosen = dict(zip((control.name for control in self.parameters), values, strict=True))
        with rc_context(STYLE):
            for ax in self.axes:
                ax.clear()
            try:
                says = self.draw(*self.axes, **chosen) or ""
            except Exception as error:
                at = ", ".join(f"{name}={value!r}" for name, value in chosen.items())
                raise RuntimeError(f"explore: draw failed at {at}: {type(error).__name__}: {error}") from error
            says = re.sub(r"(?<!\w)-(?=\d)", "−", says)
            says = re.sub(r"(?<=\d) (?=°)", "\N{NO-BREAK SPACE}", says)
            pictures = [svg(ax.figure, self.alt, prefix=f"{self.key}{'abcd'[i]}-") for i, ax in enumerate(self.axes)]
        return tuple(pictures), says

    def _redraw(self, _: object) -> None:
        try:
            self._show(self.frame(*(slider.value for slider in self.sliders)))
        except RuntimeError as error:
            self._show(((), str(error)))
            raise

    def _show(self, frame: tuple[tuple[str, ...], str]) -> None:
        pictures, says = frame
        self.picture.value = _panels(pictures)
        self.says.value = _says(says)

    def static_html(self) -> str:
        """The figure as plain HTML: native controls, the frame at the start values, and all frames, packed."""
        grid = list(itertools.product(*(control.values for control in self.parameters)))
        frames = [self.frame(*values) for values in grid]
        start = tuple(slider.value for slider in self.sliders)
        first, says = frames[grid.index(start)]
        payload = {
            "panels": [pack([pictures[i] for pictures, _ in frames]) for i in range(self.panels)],
            "says": [text for _, text in frames],
        }
        controls = "".join(
            _control_html(f"{self.key}-{control.name}", control, value)
            for control, value in zip(self.parameters, start, strict=True)
        )
        return (
            f'<div class="nn-explore" id="{self.key}" role="group" aria-label="{escape(self.alt)}">'
            f'<form class="nn-controls" autocomplete="off" hidden>{controls}'
            '<button type="reset" class="nn-reset">Reset</button></form>'
            f'{_panels(first)}{_says(says)}<p class="nn-where">{escape(self._where())}</p>'
            '<noscript><p class="nn-note">The controls need JavaScript.</p></noscript>'
            '<details class="nn-table" hidden><summary>Show as table</summary></details>'
            f'<script type="text/plain" class="nn-frames">{compress(payload)}</script></div>'
        )

    def _where(self) -> str:
        shown = zip(self.parameters, self.sliders, strict=True)
        return "Shown: " + ", ".join(f"{control.label} {control.text(slider.value)}" for control, slider in shown) + "."

    def __repr__(self) -> str:
        return "explore: " + " x ".join(f"{len(control.values)} {control.name}" for control in self.parameters)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        data = {**data, "text/plain": repr(self)}
        if os.environ.get("NNLIB_FRAMES") == "1":
            data["text/html"] = self.static_html()
        return data, metadata


def _panels(pictures: Sequence[str]) -> str:
    layout = "display:flex;flex-wrap:wrap;gap:0.25rem 0.5rem;justify-content:center"
    return f'<div class="nn-panels" style="{layout}">{"".join(pictures)}</div>'


def _says(text: str) -> str:
    return f'<p class="nn-says" aria-live="polite">{escape(text)}</p>'


def _control_html(name: str, control: Control, value: Any) -> str:
    texts = [control.text(v) for v in control.values]
    at = control.values.index(value)
    label = f'<label for="{name}">{escape(control.label)}</label>'
    if not control.numeric:
        options = "".join(f"<option{' selected' * (i == at)}>{escape(text)}</option>" for i, text in enumerate(texts))
        return f'<div class="nn-control">{label}<select id="{name}" name="{control.name}">{options}</select></div>'
    name_play = f"Play: {escape(control.label)}"
    play = f'<button type="button" class="nn-play" aria-pressed="false" aria-label="{name_play}"></button>'
    long = " nn-long" * (len(control.label) + max(map(len, texts)) > LONG)
    return (
        f'<div class="nn-control{long}">{label}<input type="range" id="{name}" name="{control.name}" min="0" '
        f'max="{len(texts) - 1}" step="1" value="{at}" aria-valuetext="{escape(texts[at])}" '
        f'data-texts="{escape("|".join(texts))}" data-values="{"|".join(map(str, control.values))}">'
        f'<output for="{name}">{escape(texts[at])}</output>{play}</div>'
    )


def explore(
    draw: Draw,
    *,
    alt: str,
    start: Mapping[str, Any] | None = None,
    labels: Mapping[str, str] | None = None,
    formats: Mapping[str, str | Callable[[Any], str]] | None = None,
    panels: int = 1,
    figsize: tuple[float, float] | None = None,
    **controls: Sequence[Any],
) -> Explorer:
    """Show a figure with a control for each of its parameters.

    Parameters
    ----------
    draw : callable
        ``draw(ax, ..., **values)`` draws one frame on ``panels`` cleared Matplotlib axes, each a picture of its own
        (side by side where there is room), and returns the sentence that says what the frame shows.
        Frames are kept: the same values must give the same frame.
    alt : str
        What the figure shows, for those who cannot see it; the sentence of ``draw`` adds the result.
    start : dict, optional
        First value of each control; the middle one of its list without.
    labels : dict of str, optional
        What stands beside a control, ``"learning rate η"``; its name without.
    formats : dict of str or callable, optional
        How a value is written: a format string with its unit, ``"{:g} °C"``, or a function from value to text.
    panels : int
        How many axes ``draw`` is given, 1 to 4.
    figsize : (float, float), optional
        Width and height of each panel in inches; (5, 3.5) for one panel, (4, 3.2) for several.
    **controls : list of numbers, or list of str
        The values of each parameter of ``draw``: numbers become a slider in ascending order, texts a menu.

    Returns
    -------
    Explorer
        An ipywidgets box; as the last line of a cell it shows itself.

    Raises
    ------
    ValueError, TypeError
        For an empty list, one that cannot be put in order, a repeated value, a control that ``draw`` does not take,
        a parameter of ``draw`` without values, a start value that is not in its list, more than 400 frames.
    RuntimeError
        When ``draw`` raises; names the values at fault.

    Examples
    --------
    >>> def draw(ax, slope):
    ...     ax.plot([0, 1], [0, slope])
    ...     return f"The line rises to {slope}."
    >>> explore(draw, alt="A line through the origin", slope=[1, 2, 3])
    explore: 3 slope
    """
    sentence("alt", alt)
    panels = count("panels", panels)
    if panels > 4:
        raise ValueError(f"panels: expected 1 to 4, got {panels}")
    if not controls:
        raise ValueError("controls: expected at least one, such as neurons=[1, 2, 4], got none")
    parameters = list(inspect.signature(draw).parameters)[panels:]
    for name in controls:
        if name not in parameters:
            raise ValueError(f"{name}: draw takes no such value after its {panels} axes; it takes {parameters}")
    missing = [name for name in parameters if name not in controls]
    if missing:
        raise ValueError(f"{missing[0]}: draw takes it, but no values are given; add {missing[0]}=[...]")
    start, labels, formats = dict(start or {}), dict(labels or {}), dict(formats or {})
    for argument, given in (("start", start), ("labels", labels), ("formats", formats)):
        for name in given:
            if name not in controls:
                raise ValueError(f"{argument}: unknown control {name!r}; the controls are {list(controls)}")
    made = [
        Control(name, values, labels.get(name, name.replace("_", " ")), formats.get(name))
        for name, values in controls.items()
    ]
    frames = math.prod(len(control.values) for control in made)
    if frames > MAX_FRAMES:
        sizes = " x ".join(f"{control.name} {len(control.values)}" for control in made)
        raise ValueError(f"controls: expected at most {MAX_FRAMES} frames, got {sizes} = {frames}; shorten a list")
    for control in made:
        value = start.setdefault(control.name, control.values[len(control.values) // 2])
        if value not in control.values:
            raise ValueError(f"start: expected one of {control.values} for {control.name}, got {value!r}")
    return Explorer(draw, made, start, panels, figsize or ((5, 3.5) if panels == 1 else (4, 3.2)), alt)
