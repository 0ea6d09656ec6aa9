"""The built site in a real Chromium, with the network cut off except for the site itself."""

from __future__ import annotations

import itertools
import math
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.conftest import SITE
from tests.test_explore import payload, unpack

pytestmark = pytest.mark.browser

BOOK = Path(__file__).parents[1] / "book"
PAGES = [f"book/{path.stem}.html" for path in sorted(BOOK.glob("*.md"))]
WITH_FIGURES = [  # interactive ones
    f"book/{path.stem}.html" for path in sorted(BOOK.glob("*.md")) if "\nnnlib.explore(" in path.read_text("utf-8")
]
TRAINING = "book/training.html"
WHOLE = "#main-content"  # a page that is entered at an anchor is laid out as a whole, not as far as it is near


class Visit:
    """One page, opened: what it asked for, and what it complained about."""

    def __init__(self, browser, site, path, **options):
        self.site, self.left, self.complaints = site, [], []
        self.context = browser.new_context(**options)
        self.context.route("**/*", self.only_the_site)
        self.page = self.context.new_page()
        self.page.on("console", lambda m: self.complaints.append(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(f"{site.address}/{path}", wait_until="load")
        if options.get("java_script_enabled", True):  # what comes when the reader moves
            self.page.mouse.move(1, 1)
            self.page.wait_for_function("!document.querySelector('script[data-late]')")

    def only_the_site(self, route):
        if route.request.url.startswith((self.site.address, "data:", "blob:")):
            route.continue_()
        else:
            self.left.append(route.request.url)
            route.abort()

    def scroll_to_the_end(self):
        y = 0
        while y < self.page.evaluate("document.documentElement.scrollHeight"):  # it grows on the way
            self.page.evaluate(f"window.scrollTo(0, {y})")
            self.page.wait_for_timeout(10)
            y += 600

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.context.close()


@pytest.fixture
def visit(browser, site):
    return lambda path, **options: Visit(browser, site, path, **options)


@pytest.mark.parametrize("path", [*PAGES, "search.html", "genindex.html"])
def test_page_stays_on_the_site_and_does_not_complain(visit, path):
    with visit(path) as v:
        v.scroll_to_the_end()
        assert v.left == []
        assert v.complaints == []
        assert v.page.title()


CLIPPED = """() => [...document.querySelectorAll("body *:not(svg *, math *)")].filter(e =>
  e.scrollWidth > e.clientWidth + 1 && ["hidden", "clip"].includes(getComputedStyle(e).overflowX)
  && e.clientWidth > 1 && e.textContent.trim() && e.checkVisibility()).map(e => e.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize("path", PAGES)
def test_page_neither_scrolls_sideways_nor_clips(visit, path):
    """On phones and desks; 640 pixels are a desk at a zoom of 200 %."""
    with visit(f"{path}{WHOLE}") as v:
        for width in (320, 390, 640, 1280):
            v.page.set_viewport_size({"width": width, "height": 800})
            assert v.page.evaluate("document.documentElement.scrollWidth") <= width, width
            assert v.page.evaluate(CLIPPED) == [], width


FOCUS = """() => {
  const aspects = ["outlineStyle", "outlineWidth", "boxShadow", "borderColor", "backgroundColor", "textDecorationLine"];
  const seen = e => { const style = getComputedStyle(e); return aspects.map(name => style[name]).join() };
  document.head.insertAdjacentHTML("beforeend", "<style>*, ::before, ::after { transition: none !important }</style>");
  document.querySelectorAll("details").forEach(d => d.open = true);
  const able = "a[href], button, input, select, summary, [tabindex='0']";
  return [...document.querySelectorAll(able)].filter(e => e.checkVisibility({visibilityProperty: true})).filter(e => {
    const before = seen(e);
    e.focus({focusVisible: true, preventScroll: true});
    return document.activeElement !== e || seen(e) === before;
  }).map(e => e.outerHTML.slice(0, 150));
}"""


@pytest.mark.parametrize("path", ["book/index.html", TRAINING, "book/api.html", "search.html"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_has_the_focus_shows_it(visit, path, scheme):
    with visit(f"{path}{WHOLE}", color_scheme=scheme) as v:
        v.page.wait_for_timeout(300)
        assert v.page.evaluate(FOCUS) == []


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_axe_finds_nothing(visit, path, scheme, width):
    with visit(f"{path}{WHOLE}", color_scheme=scheme, viewport={"width": width, "height": 900}) as v:
        v.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        v.page.wait_for_timeout(600)  # what opens fades in, and faint text has no contrast
        found = Axe().run(v.page).response["violations"]
        assert not found, [
            (rule["id"], node["target"], node["failureSummary"][:200]) for rule in found for node in rule["nodes"][:3]
        ]


def test_the_root_leads_to_the_first_page(visit):
    with visit("index.html#quiz") as v:
        v.page.wait_for_url("**/book/index.html#quiz")
        assert v.left == []


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)])
def test_the_first_screen_holds_a_figure_that_moves(visit, width, height):
    with visit("book/index.html", viewport={"width": width, "height": height}) as v:
        v.page.locator(".nn-controls").first.wait_for(state="visible")
        for part in (".bd-article h1", ".nn-controls", ".nn-panels svg"):
            box = v.page.locator(part).first.bounding_box()
            assert box["y"] + box["height"] <= height, (part, box)
        assert v.page.evaluate("scrollY") == 0


@pytest.mark.parametrize("at", ["measure-it", "a-dead-layer", "summary"])
@pytest.mark.parametrize("click", [False, True])
def test_a_heading_s_anchor_leads_to_it(visit, at, click):
    """Though what lies between was never laid out."""
    path = "book/multilayer.html"
    with visit(path if click else f"{path}#{at}") as v:
        if click:
            v.page.evaluate(f"document.querySelector('a.headerlink[href=\"#{at}\"]').click()")
        top = "i => document.getElementById(i).querySelector('h2, h3').getBoundingClientRect().top"
        v.page.wait_for_timeout(1000)
        assert 0 <= v.page.evaluate(top, at) <= 300


def test_a_reload_keeps_the_place(visit):
    with visit("book/multilayer.html") as v:
        v.page.evaluate("document.getElementById('measure-it').scrollIntoView()")
        v.page.wait_for_timeout(500)
        top = "document.getElementById('measure-it').getBoundingClientRect().top"
        before = v.page.evaluate(top)
        v.page.evaluate("location.reload()")
        v.page.wait_for_timeout(500)
        v.page.wait_for_function("performance.getEntriesByType('navigation')[0].type == 'reload' && scrollY > 0")
        v.page.wait_for_timeout(500)
        assert abs(v.page.evaluate(top) - before) < 300


def test_sections_far_away_are_not_laid_out(visit):
    with visit(TRAINING) as v:
        far = "document.querySelector('section#summary > p').checkVisibility({contentVisibilityAuto: true})"
        assert v.page.evaluate(far) is False
        guessed = v.page.evaluate("document.documentElement.scrollHeight")
    with visit(f"{TRAINING}{WHOLE}") as v:
        assert v.page.evaluate(far) is True
        assert 0.75 <= guessed / v.page.evaluate("document.documentElement.scrollHeight") <= 1.25


def test_code_is_copied(visit):
    with visit(TRAINING, permissions=["clipboard-read", "clipboard-write"]) as v:
        code = v.page.locator("div.highlight pre").first
        code.hover()
        v.page.locator("div.highlight .copybtn").first.click()
        v.page.wait_for_function("navigator.clipboard.readText().then((text) => text.includes('import numpy as np'))")
        assert "import numpy as np" in code.text_content()
        assert v.complaints == []


def test_the_first_click_on_a_button_of_the_theme_counts(browser, site):
    """Though the theme's scripts come only then."""
    page = browser.new_page()
    page.goto(f"{site.address}/{TRAINING}", wait_until="load")
    page.wait_for_timeout(500)
    assert page.locator("script[data-late]").count() == 5
    button = page.locator(".dropdown-download-buttons .dropdown-toggle")
    button.evaluate("b => b.click()")  # without a move before
    assert page.locator("script[data-late]").count() == 5
    box = button.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.locator(".dropdown-menu.show").wait_for(state="visible")
    assert page.locator("script[data-late]").count() == 0
    page.close()


def test_a_figure_whose_frames_do_not_come_says_so(browser, site):
    page = browser.new_page()
    page.route("**/_static/frames/*", lambda route: route.abort())
    page.goto(f"{site.address}/{TRAINING}")
    page.locator(".nn-explore").first.scroll_into_view_if_needed()
    page.locator(".nn-explore .nn-note").first.wait_for(state="visible")
    assert "could not be loaded" in page.locator(".nn-explore .nn-note").first.text_content()
    assert not page.locator(".nn-controls").first.is_visible()
    page.close()


BELOW = """() => {
  const folded = e => e.closest("details:not([open])");
  const shut = e => folded(e.matches("summary") ? e.parentElement.parentElement : e);
  const bottom = e => e.getBoundingClientRect().bottom;
  const low = box => [...box.querySelectorAll("a[href], button, summary, input, select")].filter(e => !shut(e))
    .map(e => bottom(e) - bottom(box));
  return [...document.querySelectorAll("[style^='--nn-high']")].filter(box => Math.max(0, ...low(box)) > 12)
    .map(box => box.outerHTML.slice(0, 120));
}"""


@pytest.mark.parametrize("path", PAGES)
def test_guessed_boxes_hold_their_buttons(browser, site, path):
    """Before it is shown a box has its guessed height: what stuck out would lie over the buttons that follow.

    Asked before the reader moves, as an audit does: later, code has buttons, too.
    """
    for width in (412, 1280):
        page = browser.new_page(viewport={"width": width, "height": 800})
        page.goto(f"{site.address}/{path}", wait_until="load")
        assert page.evaluate(BELOW) == []
        page.close()


def test_figures_far_away_are_not_unpacked(visit):
    with visit("book/digits.html") as v:
        v.page.wait_for_timeout(500)
        assert v.page.evaluate("figures.length") == 0
        ready(v.page)
        assert v.page.evaluate("figures.length") >= 1


def state(page, figure=0):
    """The picture and the sentence that a figure shows."""
    return page.evaluate(
        "i => { const f = document.querySelectorAll('.nn-explore')[i];"
        "return [f.querySelector('.nn-panels').innerHTML, f.querySelector('.nn-says').textContent] }", figure
    )  # fmt: skip


def ready(page, figure=0):
    """The controls of a figure, which wakes when it comes near."""
    page.locator(".nn-explore").nth(figure).scroll_into_view_if_needed()
    form = page.locator(".nn-explore .nn-controls").nth(figure)
    form.wait_for(state="visible")
    form.scroll_into_view_if_needed()
    return form


def headline(page):
    """The figure with learning rate, neurons and seed: its place among the figures of the page."""
    figures = page.evaluate(
        "[...document.querySelectorAll('.nn-controls')]"
        ".map(f => [...f.querySelectorAll('[name]')].map(c => c.name).join())"
    )
    return figures.index("learning_rate,neurons,seed")


def frame_after_refresh(page, figure):
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return state(page, figure)


@pytest.mark.parametrize("path", WITH_FIGURES)
def test_every_control_of_every_figure_changes_the_frame(visit, path):
    with visit(path) as v:
        figures = v.page.locator(".nn-explore").count()
        assert figures >= 1
        for i in range(figures):
            form = ready(v.page, i)
            for control in form.locator("[name]").all():
                before = state(v.page, i)
                if control.get_attribute("type") == "range":
                    at = control.input_value()
                    control.press("ArrowLeft" if at == control.get_attribute("max") else "ArrowRight")
                    assert control.input_value() != at
                else:
                    control.select_option(index=1 if control.evaluate("c => c.selectedIndex") == 0 else 0)
                assert frame_after_refresh(v.page, i) != before, (path, i, control.get_attribute("name"))
        assert v.complaints == []


@pytest.mark.parametrize("path", WITH_FIGURES)
def test_every_value_has_room_beside_its_label(visit, path):
    """A text too long for its control would lie on the next one."""
    with visit(path) as v:
        forms = [ready(v.page, i) for i in range(v.page.locator(".nn-explore").count())]
        for width in (320, 390, 500, 800, 1024, 1280):
            v.page.set_viewport_size({"width": width, "height": 900})
            for form in forms:
                crowded = form.evaluate(
                    """form => [...form.querySelectorAll("[data-texts]")].flatMap(input => {
                        const control = input.parentElement, value = control.querySelector("output");
                        const within = document.createRange(), edge = control.getBoundingClientRect();
                        const box = part => (within.selectNodeContents(part), within.getBoundingClientRect());
                        return input.dataset.texts.split("|").filter(text => {
                            value.textContent = text;
                            return box(value).right > edge.right + 1
                                || box(control.querySelector("label")).right > box(value).left;
                        });
                    })"""
                )
                assert crowded == [], width


def neighbours(sizes):
    """Each place in the grid of a figure's values, and the next one along each control."""
    for at, chosen in enumerate(itertools.product(*map(range, sizes))):
        for c, size in enumerate(sizes):
            if chosen[c] + 1 < size:
                yield at, at + math.prod(sizes[c + 1 :])


@pytest.mark.parametrize("path", WITH_FIGURES)
def test_every_value_of_every_control_shows_another_frame_or_says_why_not(path):
    for figure in re.findall(r'<div class="nn-explore".*?</script></div>', (SITE / path).read_text("utf-8"), re.S):
        controls = re.findall(r'<div class="nn-control\b[^"]*">.*?</div>', figure, re.S)
        sizes = [c.count("<option") or 1 + int(re.search(r'max="(\d+)"', c)[1]) for c in controls]
        data = payload(figure)
        frames = [([unpack(panel, i) for panel in data["panels"]], says) for i, says in enumerate(data["says"])]
        assert len(frames) == math.prod(sizes)
        same = {frames[a][1] for a, b in neighbours(sizes) if frames[a] == frames[b]}
        assert [says for says in same if not re.search(r"depends on .* alone|the sign of b alone", says)] == []


def test_script_puts_together_the_very_frames_that_were_drawn(visit):
    """explore.js against nnlib's own frames, which are those of the live figure (tests/test_explore.py)."""
    with visit(TRAINING) as v:
        i = headline(v.page)
        form = ready(v.page, i)
        data = payload(v.page.locator(".nn-explore").nth(i).evaluate("f => f.outerHTML"))
        sizes = [1 + int(c.get_attribute("max")) for c in form.locator("input").all()]
        for chosen in [(0, 0, 0), (2, 4, 1), (5, 2, 3), *[(sizes[0] - 1, n, 4) for n in range(sizes[1])]]:
            for control, value in zip(form.locator("input").all(), chosen, strict=True):
                control.fill(str(value))
            index = (chosen[0] * sizes[1] + chosen[1]) * sizes[2] + chosen[2]
            drawn = "".join(unpack(panel, index) for panel in data["panels"])
            as_parsed = "s => { const d = document.createElement('div'); d.innerHTML = s; return d.innerHTML }"
            assert frame_after_refresh(v.page, i) == [v.page.evaluate(as_parsed, drawn), data["says"][index]]


OVERWRITTEN = """figure => figure.pictures.map((picture, k) => {
    const count = figure.sentences.length, wrong = [];
    let made = 0;
    const put = picture.put;
    picture.put = function (...picture) { made++; return put.apply(this, picture); };
    const indices = [...Array(count).keys(), ...Array.from({length: 200}, (_, i) => i * i * 7919 % count)];
    for (const index of indices) {
        const svg = frame(figure.panels[k], index);
        picture.show(svg);
        const nodes = [picture.element, ...picture.element.querySelectorAll('*')];
        const known = nodes.length === picture.nodes.length && nodes.every((node, i) => node === picture.nodes[i]);
        if (!known || !picture.element.isEqualNode(parsed(svg))) wrong.push(index);
    }
    return [wrong, made / indices.length];
})"""


@pytest.mark.parametrize("path", WITH_FIGURES)
def test_a_picture_that_is_written_over_is_the_one_that_was_drawn(visit, path):
    """From any frame to any other: its elements, attributes and texts; and hardly ever as a new picture."""
    with visit(path) as v:
        for i in range(v.page.locator(".nn-explore").count()):
            ready(v.page, i)
        for found in v.page.evaluate(f"figures.map({OVERWRITTEN})"):
            for wrong, new in found:
                assert wrong == []
                assert new < 0.05


def test_headline_figure_moves_by_mouse(visit):
    with visit(TRAINING) as v:
        i = headline(v.page)
        form = ready(v.page, i)
        for name in ("learning_rate", "neurons", "seed"):
            control = form.locator(f"[name={name}]")
            before, box = state(v.page, i), control.bounding_box()
            at = control.evaluate("c => (c.value - c.min) / (c.max - c.min)")
            v.page.mouse.move(box["x"] + box["width"] * (0.02 + 0.96 * at), box["y"] + box["height"] / 2)
            v.page.mouse.down()
            v.page.mouse.move(
                box["x"] + box["width"] * (0.03 if at > 0.5 else 0.97), box["y"] + box["height"] / 2, steps=5
            )
            v.page.mouse.up()
            assert frame_after_refresh(v.page, i) != before, name
            text = control.get_attribute("aria-valuetext")
            assert control.locator("xpath=following-sibling::output").text_content() == text


def test_headline_figure_moves_by_touch(visit):
    with visit(TRAINING, has_touch=True, is_mobile=True, viewport={"width": 390, "height": 844}) as v:
        i = headline(v.page)
        form = ready(v.page, i)
        for name in ("learning_rate", "neurons", "seed"):
            control = form.locator(f"[name={name}]")
            control.scroll_into_view_if_needed()
            before, box = state(v.page, i), control.bounding_box()
            at = control.evaluate("c => (c.value - c.min) / (c.max - c.min)")
            v.page.touchscreen.tap(box["x"] + box["width"] * (0.1 if at > 0.5 else 0.9), box["y"] + box["height"] / 2)
            assert frame_after_refresh(v.page, i) != before, name


def places(page, figure=0):
    """Where each control of a figure stands."""
    return (
        page.locator(".nn-explore")
        .nth(figure)
        .evaluate(
            "f => [...f.querySelectorAll('[name]')].map(c => c.type == 'range' ? Number(c.value) : c.selectedIndex)"
        )
    )


def shown_values(page, figure=0):
    return page.locator(".nn-explore").nth(figure).locator(".nn-where").text_content()


def rested(page):
    """Wait until the address says what the figures show."""
    page.wait_for_function("!address.timer")


def test_a_finding_can_be_shared_and_survives_a_reload(visit):
    with visit(TRAINING) as v:
        start = ready(v.page) and shown_values(v.page)
        v.page.locator("[name=learning_rate]").press("ArrowRight")
        v.page.locator("[name=seed]").press("ArrowRight")
        v.page.wait_for_function("location.hash.includes('.seed=')")
        found, address = shown_values(v.page), v.page.url
        assert found != start
        v.page.reload()
        ready(v.page)
        v.page.wait_for_function("t => document.querySelector('.nn-where').textContent == t", arg=found)
        v.page.goto(f"{v.site.address}/book/index.html")
        v.page.goto(address)  # as one who was sent it
        ready(v.page)
        v.page.wait_for_function("t => document.querySelector('.nn-where').textContent == t", arg=found)
        assert v.page.evaluate("window.scrollY > 0")
        assert v.complaints == []


def test_back_and_forward_walk_through_the_findings(visit):
    with visit(TRAINING) as v:
        ready(v.page)
        seen = [shown_values(v.page)]
        for name in ("learning_rate", "neurons"):
            v.page.locator(f"[name={name}]").press("ArrowRight")
            frame_after_refresh(v.page, 0)
            seen.append(shown_values(v.page))
        assert len(set(seen)) == 3
        rested(v.page)
        there = "t => document.querySelector('.nn-where').textContent == t"
        for move, expected in (
            (v.page.go_back, 1),
            (v.page.go_back, 0),
            (v.page.go_forward, 1),
            (v.page.go_forward, 2),
        ):
            move()
            v.page.wait_for_function(there, arg=seen[expected])


def test_while_a_slider_is_dragged_no_history_is_made(visit):
    with visit(TRAINING) as v:
        form = ready(v.page)
        box = form.locator("[name=learning_rate]").bounding_box()
        before = v.page.evaluate("history.length")
        v.page.mouse.move(box["x"] + 5, box["y"] + box["height"] / 2)
        v.page.mouse.down()
        for x in range(10, 90, 4):
            v.page.mouse.move(box["x"] + x / 100 * box["width"], box["y"] + box["height"] / 2)
            v.page.wait_for_timeout(25)
        assert "learning_rate" in v.page.url  # live while it moves
        assert v.page.evaluate("history.length") == before
        v.page.mouse.up()
        rested(v.page)
        assert v.page.evaluate("history.length") == before + 1


def test_an_arrow_held_down_makes_one_entry_and_a_malformed_anchor_no_error(visit):
    with visit(TRAINING) as v:
        ready(v.page)
        before = v.page.evaluate("history.length")
        for _ in range(5):
            v.page.locator("[name=learning_rate]").press("ArrowRight")
        rested(v.page)
        assert v.page.evaluate("history.length") == before + 1
        assert shown_values(v.page) != ""
        v.page.evaluate("location.hash = '%'")
        frame_after_refresh(v.page, 0)
        assert v.complaints == []


def test_a_heading_s_anchor_leaves_the_figures_alone(visit):
    with visit(TRAINING) as v:
        ready(v.page)
        v.page.locator("[name=seed]").press("ArrowRight")
        frame_after_refresh(v.page, 0)
        found = shown_values(v.page)
        v.page.evaluate("location.hash = 'exercises'")
        frame_after_refresh(v.page, 0)
        assert shown_values(v.page) == found


def test_reset_goes_back_to_the_first_frame(visit):
    with visit(TRAINING) as v:
        form, first = ready(v.page), state(v.page)
        places_before = places(v.page)
        for control in form.locator("input").all():
            control.press("End")
        assert frame_after_refresh(v.page, 0) != first
        form.locator(".nn-reset").click()
        assert frame_after_refresh(v.page, 0)[1] == first[1]
        assert places(v.page) == places_before
        rested(v.page)
        assert "nn" not in v.page.evaluate("location.hash")


def test_play_runs_through_a_slider_and_stops_at_its_end(visit):
    with visit("book/linear_neuron.html") as v:
        form = ready(v.page)
        control, button = form.locator("input").first, form.locator(".nn-play").first
        last = int(control.get_attribute("max"))
        control.evaluate("(c, n) => { c.value = n; c.dispatchEvent(new Event('input', {bubbles: true})) }", last - 2)
        button.click()
        assert button.get_attribute("aria-pressed") == "true"
        v.page.wait_for_function("([c, n]) => c.value == n", arg=[control.element_handle(), str(last)])
        v.page.wait_for_function("b => b.ariaPressed == 'false'", arg=button.element_handle())
        button.click()  # again from the first value; a second click pauses
        v.page.wait_for_function("c => 0 < c.value && c.value < c.max", arg=control.element_handle())
        button.click()
        at = control.input_value()
        v.page.wait_for_timeout(900)
        assert control.input_value() == at
        assert button.get_attribute("aria-pressed") == "false"


def test_who_wants_no_motion_is_offered_none(visit):
    with visit(TRAINING, reduced_motion="reduce") as v:
        ready(v.page)
        assert not v.page.locator(".nn-play").first.is_visible()


def test_the_table_says_what_every_frame_shows(visit):
    with visit(TRAINING) as v:
        ready(v.page)
        figure = v.page.locator(".nn-explore").first
        data = payload(figure.evaluate("f => f.outerHTML"))
        figure.locator("summary").click()
        rows = figure.locator("tbody tr")
        rows.first.wait_for()
        texts = rows.evaluate_all("rows => rows.map(r => r.lastElementChild.textContent)")
        assert texts == data["says"]
        current = figure.locator("[aria-current=true]")
        assert current.locator("td").last.text_content() == figure.locator(".nn-says").text_content()
        figure.locator("[name=neurons]").press("End")
        frame_after_refresh(v.page, 0)
        assert current.count() == 1
        assert current.locator("td").last.text_content() == figure.locator(".nn-says").text_content()
        assert current.locator("td").nth(1).text_content() == "16"


def test_two_figures_on_a_page_do_not_disturb_each_other(visit):
    with visit("book/linear_neuron.html") as v:
        ready(v.page, 1)
        other = state(v.page, 1), places(v.page, 1)
        ready(v.page, 0).locator("input").first.press("End")
        assert (frame_after_refresh(v.page, 1), places(v.page, 1)) == (other[0], other[1])
        ready(v.page, 1).locator("[name]").first.press("Home")
        frame_after_refresh(v.page, 1)
        both = [shown_values(v.page, i) for i in range(2)]
        rested(v.page)
        v.page.reload()
        for i in range(2):
            ready(v.page, i)
            v.page.wait_for_function(
                "([i, t]) => document.querySelectorAll('.nn-where')[i].textContent == t", arg=[i, both[i]]
            )


def test_an_old_browser_gets_the_first_frame_and_is_told_why(browser, site):
    context = browser.new_context()
    context.add_init_script("delete window.DecompressionStream")
    page = context.new_page()
    page.goto(f"{site.address}/{TRAINING}")
    figure = page.locator(".nn-explore").first
    assert "DecompressionStream" in figure.locator(".nn-note").last.text_content()
    figure.scroll_into_view_if_needed()
    assert figure.locator(".nn-panels svg").first.is_visible()
    assert not figure.locator("form").is_visible()
    context.close()


def test_print_shows_the_frame_and_its_values(visit):
    with visit(TRAINING) as v:
        ready(v.page)
        v.page.locator("[name=seed]").press("ArrowRight")
        frame_after_refresh(v.page, 0)
        v.page.emulate_media(media="print")
        figure = v.page.locator(".nn-explore").first
        assert figure.locator(".nn-where").is_visible()
        assert figure.locator(".nn-where").text_content().startswith("Shown: learning rate η")
        assert not figure.locator("form").is_visible()
        assert figure.locator(".nn-panels svg").first.is_visible()


def test_default_frame_is_there_without_javascript(visit):
    with visit(TRAINING, java_script_enabled=False) as v:
        figure = v.page.locator(".nn-explore").first
        figure.scroll_into_view_if_needed()  # what is far from the screen is not laid out
        assert figure.locator(".nn-panels svg").first.is_visible()
        assert figure.locator(".nn-says").text_content()
        assert not figure.locator("form").is_visible()
        assert "The controls need JavaScript." in figure.locator(".nn-note").text_content()


def test_solutions_and_answers_open_without_javascript(visit):
    with visit(TRAINING, java_script_enabled=False) as v:
        for selector in ("details.solution", "details.sd-dropdown"):
            details = v.page.locator(selector).first
            assert details.get_attribute("open") is None
            details.locator("summary").first.click()
            assert details.get_attribute("open") is not None


def test_training_page_is_light(visit, site):
    """The whole page, scrolled to its end: 500 KB; its headline figure, of at least 150 frames: 150 KB."""
    with visit(TRAINING) as v:
        v.scroll_to_the_end()
        v.page.wait_for_load_state("networkidle")
        resources = v.page.evaluate("performance.getEntriesByType('resource').map(r => new URL(r.name).pathname)")
        total = sum(site.sent[path] for path in {f"/{TRAINING}", *resources})
        assert total <= 500_000
        i = headline(v.page)
        sizes = v.page.evaluate(
            "i => { const f = document.querySelectorAll('.nn-explore')[i];"
            "return [f.outerHTML.length, [...f.querySelectorAll('input')].reduce((n, c) => n * (1 + +c.max), 1)] }", i
        )  # fmt: skip
        assert sizes[0] <= 150_000
        assert sizes[1] >= 150


class Links(HTMLParser):
    """The addresses that a page leads to, the places that it has, and pictures without an alternative text."""

    def __init__(self, text):
        super().__init__()
        self.targets, self.ids, self.mute = [], set(), []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.ids.update(value for key, value in attributes if key in ("id", "name") and value)
        if tag in ("a", "link") and given.get("href"):
            self.targets.append(given["href"])
        if given.get("src"):
            self.targets.append(given["src"])
        label = given.get("alt") or given.get("aria-label") or given.get("aria-hidden")
        if ((tag == "img" and "logo" not in (given.get("class") or "")) or given.get("role") == "img") and not label:
            self.mute.append(str(given)[:200])


def blocking(page):
    """The tags of a page that hold up its first paint: style sheets, and scripts that do not wait."""
    scripts = re.findall(r"<script\b[^>]*\ssrc=[^>]*>", page)
    waiting = [tag for tag in scripts if re.search(r"\b(defer|async)\b", tag)]
    return re.findall(r'<link[^>]*rel="stylesheet"[^>]*>', page) + [tag for tag in scripts if tag not in waiting]


def all_links():
    """The links of each page of the site."""
    return {path.relative_to(SITE).as_posix(): Links(path.read_text("utf-8")) for path in sorted(SITE.rglob("*.html"))
            if not {"_static", "lite"} & set(path.relative_to(SITE).parts)}  # fmt: skip


def broken_links(page, pages):
    """The addresses in a page that lead to no file of the site, or to no place in one."""
    broken = []
    for target in pages[page].targets:
        url = urlsplit(urljoin(f"http://site/{page}", target))
        if url.netloc != "site" or url.scheme not in ("http", "https"):
            continue
        path = unquote(url.path).lstrip("/")
        lost = url.fragment and path in pages and unquote(url.fragment) not in pages[path].ids
        if lost or not (SITE / path).is_file():
            broken.append(target)
    return broken


def test_links_and_anchors_exist_and_pictures_have_alternative_texts():
    pages = all_links()
    for page, links in pages.items():
        assert links.mute == [], page
        assert broken_links(page, pages) == [], page


def test_ids_are_unique():
    for path in SITE.glob("book/*.html"):
        ids = re.findall(r'\sid="([^"]*)"', path.read_text("utf-8"))
        assert sorted(ids) == sorted(set(ids)), path.name


def test_progress_is_remembered_in_this_browser(visit):
    with visit("book/notation.html") as v:
        assert v.page.locator(".nn-read").count() == 0
        v.page.goto(f"{v.site.address}/{TRAINING}")
        v.page.locator("section#summary").scroll_into_view_if_needed()
        v.page.locator(".nn-read").first.wait_for(state="attached")
        quiz = v.page.locator("section#quiz")
        right = [text.strip().startswith("Right") for text in quiz.locator("details .sd-card-body").all_text_contents()]
        assert sum(right) == len(right) / 3
        first = right[:3]
        quiz.locator("summary").nth(first.index(False)).click()
        quiz.locator("summary").nth(first.index(True)).click()  # only the first answer counts
        quiz.locator("summary").nth(3 + right[3:6].index(True)).click()
        expected = f"Answered 2 of {len(right) // 3}, 1 right at the first try. "
        starts = "t => document.querySelector('section#quiz [role=status]').textContent.startsWith(t)"
        v.page.wait_for_function(starts, arg=expected)  # a dropdown tells that it opened a moment later
        said = quiz.locator("[role=status]").text_content()
        v.page.reload()
        assert v.page.locator("section#quiz [role=status]").text_content() == said
        assert v.page.locator(".bd-links .nn-read").count() == 1
        v.page.locator("section#quiz .nn-result button").click()
        v.page.wait_for_function("document.querySelector('section#quiz [role=status]').textContent == ''")
        assert v.left == []
        assert v.complaints == []


def test_pages_say_what_they_are_about():
    seen = {}
    for path in PAGES:
        head = (SITE / path).read_text("utf-8").partition("</head>")[0]
        found = re.findall(r'<meta name="description" content="([^"]*)"', head)
        assert len(found) == 1, path
        assert 40 <= len(found[0]) <= 200, (path, found)
        assert f'<meta property="og:description" content="{found[0]}"/>' in head
        assert "\\" not in found[0], "TeX is not for readers"
        assert re.search(r"<title>[^<]{20,}</title>", head), path
        seen.setdefault(found[0], path)
    assert len(seen) == len(PAGES), "two pages with the same description"
