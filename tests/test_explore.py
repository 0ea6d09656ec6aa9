"""explore: frames packed and unpacked to the same bytes, static frame equal to live frame, errors that name the values."""

from __future__ import annotations

import base64
import gzip
import itertools
import json
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest

import nnlib
from nnlib.frames import compress, pack
from nnlib.svg import svg, tenths
from tests.conftest import SITE


def draw(ax, slope, kind):
    x = np.linspace(0, 1, 20)
    ax.plot(x, slope * (x if kind == "line" else x**2))
    ax.set(xlim=(0, 1), ylim=(0, 3), title=f"{kind} & <slope>")
    if slope == 3:
        ax.text(0.5, 0.5, "steep")
    return f"A {kind} of slope {slope}."


@pytest.fixture
def explorer():
    return nnlib.explore(
        draw, alt="A curve & its slope", slope=[1, 2, 3], kind=["line", "parabola"], start={"slope": 1}
    )


def unpack(panel, i):
    """What explore.js does, in Python."""
    k, texts, steps = panel["frames"][i]
    template = panel["templates"][k]
    texts, steps, at = iter(texts), iter(steps), 0
    svg = template["pieces"][0]
    for kind, piece in zip(template["kinds"], template["pieces"][1:], strict=True):
        if kind == "n":
            at += next(steps)
            svg += tenths(at / 10)
        else:
            svg += next(texts)
        svg += piece
    return svg


def payload(html):
    """The frames in a figure's HTML, or in the script beside the page that it names."""
    _, place, text = re.search(r'class="nn-frames"( data-name="\w+" data-src="[./]*([^"]*)")?>([^<]*)<', html).groups()
    text = text or re.search(r'", "([^"]*)"', (SITE / place).read_text("utf-8"))[1]
    return json.loads(gzip.decompress(base64.b64decode(text)))


def test_every_static_frame_is_the_live_frame(explorer):
    data = payload(explorer.static_html())
    for i, values in enumerate(itertools.product([1, 2, 3], ["line", "parabola"])):
        for slider, value in zip(explorer.sliders, values, strict=True):
            slider.value = value
        assert unpack(data["panels"][0], i) in explorer.picture.value
        assert data["says"][i] in explorer.says.value


def test_frames_of_one_structure_share_a_template(explorer):
    data = payload(explorer.static_html())
    assert len(data["panels"][0]["templates"]) == 2  # with and without the text "steep"


def test_first_frame_is_there_without_a_script(explorer):
    html = explorer.static_html()
    before_script = html[: html.index("<script")]
    assert explorer.picture.value in before_script
    assert '<form class="nn-controls" autocomplete="off" hidden>' in html  # dead controls stay hidden
    assert '<p class="nn-where">Shown: slope 1, kind parabola.</p>' in before_script  # on paper, and without scripts
    assert "The controls need JavaScript.</p></noscript>" in before_script
    assert 'aria-label="A curve &amp; its slope"' in before_script


def test_same_bytes_each_time():
    htmls = {nnlib.explore(draw, alt="A curve", slope=[1, 3], kind=["line"]).static_html() for _ in range(2)}
    assert len(htmls) == 1


def test_a_live_move_redraws_once_and_keeps_the_frame(explorer):
    calls = []
    explorer.draw = lambda *args, **values: calls.append(values) or ""
    explorer.sliders[0].value = 2
    explorer.sliders[0].value = 1
    explorer.sliders[0].value = 2
    assert calls == [{"slope": 2, "kind": "parabola"}]


def test_frames_are_drawn_only_in_the_site_build(explorer, monkeypatch):
    monkeypatch.delenv("NNLIB_FRAMES", raising=False)
    data, _ = explorer._repr_mimebundle_()
    assert "text/html" not in data
    assert "application/vnd.jupyter.widget-view+json" in data
    assert data["text/plain"] == "explore: 3 slope x 2 kind"
    monkeypatch.setenv("NNLIB_FRAMES", "1")
    assert "nn-explore" in explorer._repr_mimebundle_()[0]["text/html"]


def test_svg_takes_colours_and_font_from_the_page(explorer):
    svg = explorer.frame(1, "line")[0][0]
    assert "currentColor" in svg
    assert "var(--nn-0,#0072b2)" in svg
    assert "font-family" not in svg
    assert "<style" not in svg
    ids = re.findall(r' id="([^"]*)"', svg)
    assert ids
    assert len(ids) == len(set(ids))
    assert all(name.startswith(explorer.key) for name in ids)
    assert set(re.findall(r"url\(#([^)]*)\)", svg)) | set(re.findall(r'href="#([^"]*)"', svg)) <= set(ids)


def test_points_of_one_look_are_one_path():
    figure, ax = plt.subplots()
    x = np.arange(40)
    ax.plot(x, np.sin(x), "o")
    ax.plot(x, np.cos(x), "^", markerfacecolor="w")
    ax.scatter(x[:2], x[:2])  # two alone stay as they are
    drawn = svg(figure, "points", prefix="p-")
    plt.close(figure)
    markers = re.findall(r'<marker id="(p-points\d)".*?<use href="#(p-[^"]*)" style="[^"]*"/></marker>'
                         r'<path d="M ([^"]*)" style="fill: none; marker: url\(#([^)]*)\)"/>', drawn)  # fmt: skip
    assert [(name, user) for name, _, _, user in markers] == [("p-points1",) * 2, ("p-points2",) * 2]
    assert all(f'<path id="{shape}"' in drawn for _, shape, _, _ in markers)
    for (_, _, path, _), y in zip(markers, (np.sin(x), np.cos(x)), strict=True):
        at = np.array([place.split() for place in path.split(" L ")], float)
        scale = np.polyfit(x, at[:, 0], 1), np.polyfit(y, at[:, 1], 1)
        assert at.shape == (40, 2)
        assert np.abs(np.polyval(scale[0], x) - at[:, 0]).max() < 0.11  # coordinates are written to tenths
        assert np.abs(np.polyval(scale[1], y) - at[:, 1]).max() < 0.11
        assert scale[1][0] < 0  # y goes up, an SVG's down
    assert len(re.findall(r"<use[^>]* x=", drawn)) < 40  # ticks, and the two


@pytest.mark.parametrize("number", [0.0, -0.04, 0.05, -12.34, 119.96, 388.8, 12345.67])
def test_tenths_are_written_as_javascript_writes_them(number):
    text = tenths(number)
    assert abs(float(text) - number) <= 0.0501
    assert re.fullmatch(r"-?\d+(\.[1-9])?", text)
    assert text != "-0"


@pytest.mark.parametrize("marker", [*"ov^<>s*pPDdhHX+x|_.1"])
def test_every_marker_can_be_packed(marker):
    def draw(ax, height):
        ax.plot([0, 1], [0, height], marker=marker)

    explorer = nnlib.explore(draw, alt="markers", height=[1, 2])
    data = payload(explorer.static_html())
    assert [unpack(data["panels"][0], i) for i in range(2)] == [explorer.frame(h)[0][0] for h in (1, 2)]


def test_pack_keeps_texts_and_numbers_that_differ():
    frames = [
        f'<svg><path d="M 0 {y} L {x}.5 -3" style="s{x}"/><text>t{y} &amp; 1.25</text></svg>'
        for x in (1, 2)
        for y in (7, 8.1)
    ]
    packed = pack(frames)
    assert len(packed["templates"]) == 1
    assert [unpack(packed, i) for i in range(4)] == frames
    assert json.loads(gzip.decompress(base64.b64decode(compress(packed)))) == packed


def test_what_a_figure_says_has_a_minus_and_keeps_degrees_with_their_number():
    explorer = nnlib.explore(lambda ax, at: f"{at:g} °C at h-1.", alt="Nothing is drawn", at=[-3.5])
    assert "−3.5\N{NO-BREAK SPACE}°C at h-1." in explorer.says.value


def fails_at_two(ax, slope):
    if slope == 2:
        raise ZeroDivisionError("two")


def test_a_draw_that_raises_names_the_values():
    explorer = nnlib.explore(fails_at_two, alt="x", slope=[1, 2, 3], start={"slope": 1})
    with pytest.raises(RuntimeError, match=r"explore: draw failed at slope=2: ZeroDivisionError: two"):
        explorer.static_html()
    with pytest.raises(RuntimeError, match=r"slope=2"):
        explorer.sliders[0].value = 2
    assert "draw failed at slope=2" in explorer.says.value  # the reader sees it, too
    explorer.sliders[0].value = 3
    assert "<svg" in explorer.picture.value


BAD = {
    "empty list": ({"slope": []}, ValueError, "slope: expected at least one value, got an empty list"),
    "no list": ({"slope": 3}, TypeError, "slope: expected a list of values, got int 3"),
    "text": ({"slope": "123"}, TypeError, "slope: expected a list of values, got str '123'"),
    "unsortable": ({"slope": [1, "two"]}, TypeError, "slope: expected numbers, which can be put in order, or texts alone, got [1, 'two']"),
    "nan": ({"slope": [1, float("nan")]}, ValueError, "slope: expected finite numbers, got [1, nan]"),
    "twice": ({"slope": [1, 2, 1]}, ValueError, "slope: expected each value once, got [1, 1, 2]"),
    "unknown control": ({"slop": [1, 2]}, ValueError, "slop: draw takes no such value after its 1 axes; it takes ['slope', 'kind']"),
    "missing control": ({"slope": [1, 2], "kind": None}, ValueError, "kind: draw takes it, but no values are given; add kind=[...]"),
    "grid too large": ({"slope": range(201)}, ValueError, "controls: expected at most 400 frames, got slope 201 x kind 2 = 402"),
    "start value": ({"start": {"slope": 9}}, ValueError, "start: expected one of [1, 2] for slope, got 9"),
    "start name": ({"start": {"slop": 1}}, ValueError, "start: unknown control 'slop'; the controls are ['slope', 'kind']"),
    "label name": ({"labels": {"x": "y"}}, ValueError, "labels: unknown control 'x'"),
    "format name": ({"formats": {"x": "y"}}, ValueError, "formats: unknown control 'x'"),
    "panels": ({"panels": 5}, ValueError, "panels: expected 1 to 4, got 5"),
    "no alt": ({"alt": " "}, ValueError, "alt: expected a sentence that says what the figure shows"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_input_names_the_control(case):
    change, kind, text = BAD[case]
    arguments = {"alt": "A curve", "slope": [1, 2], "kind": ["line", "parabola"]}
    if case == "unknown control":
        del arguments["slope"]
    arguments |= change
    if arguments["kind"] is None:
        del arguments["kind"]
    with pytest.raises(kind) as caught:
        nnlib.explore(draw, **arguments)
    assert text in str(caught.value)


def test_no_controls_at_all():
    with pytest.raises(ValueError, match="controls: expected at least one"):
        nnlib.explore(lambda ax: None, alt="x")


# Figures that do not move


def test_show_needs_an_alternative_text_and_closes_the_figure(capsys):
    from matplotlib import pyplot as plt

    fig, ax = plt.subplots()
    nnlib.plot.network(ax, nnlib.mlp([2, 3, 1], seed=0))
    with pytest.raises(ValueError, match="alt: expected a sentence"):
        nnlib.plot.show(fig, alt="")
    assert plt.fignum_exists(fig.number)
    nnlib.plot.show(fig, alt="A network")
    assert not plt.fignum_exists(fig.number)


def test_network_diagram_has_a_line_for_each_weight():
    from matplotlib.figure import Figure

    net = nnlib.mlp([2, 3, 1], seed=0)
    ax = Figure().add_subplot()
    nnlib.plot.network(ax, net)
    assert len(ax.lines) == 9 + 6  # weights and neurons
    written = {text.get_text() for text in ax.texts}
    assert {"x₁", "x₂", "ŷ", "a₃", f"{net.layers[0].W[1, 2]:.2f}".replace("-", "−")} <= written
    with pytest.raises(ValueError, match="inputs: expected 2 names, got 1"):
        nnlib.plot.network(ax, net, inputs=["hour"])
    with pytest.raises(ValueError, match="y_line: expected 3 values, one for each x, got 2"):
        nnlib.plot.fit(ax, [0], [0], [1, 2, 3], [1, 2])
