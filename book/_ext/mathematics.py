"""Mathematics as MathML, made at build time by Temml (book/_vendor) under mini-racer: no script, no Node."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from built_pages import content_root, rewrite
from docutils import nodes
from py_mini_racer import MiniRacer
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

TEMML = Path(__file__).parent.parent / "_vendor" / "temml.min.js"
FONT = "_static/fonts/stix-two-math.woff2"
FORMULA = 10_000  # characters of a page: where there are more formulas than one in so many, their font comes first
log = logging.getLogger(__name__)


@cache
def engine() -> MiniRacer:
    racer = MiniRacer()
    racer.eval(TEMML.read_text("utf-8"))
    return racer


@cache
def mathml(tex: str, display: bool) -> str:
    """Return ``tex`` as a <math> element that keeps the TeX as its annotation; ValueError for TeX with a mistake."""
    options = json.dumps({"displayMode": display, "throwOnError": True, "annotate": True, "strict": False})
    call = f"{{html: temml.renderToString({json.dumps(tex)}, {options})}}"
    script = f"let r; try {{ r = {call} }} catch (error) {{ r = {{error: String(error)}} }} JSON.stringify(r)"
    result = json.loads(engine().eval(f"(() => {{ {script.replace('JSON', 'return JSON')} }})()"))
    if "error" in result:
        raise ValueError(result["error"])
    return result["html"]


def render(self: Any, node: nodes.Element, tex: str, display: bool) -> str:
    """MathML for one node; a mistake in the TeX is a warning that names the place, and so fails the build."""
    try:
        return mathml(tex, display)
    except ValueError as error:
        log.warning("mathematics: %s in %r", error, tex, location=node)
        return f"<code>{self.encode(tex)}</code>"


def keep_punctuation(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Let the comma or full stop after a formula stay on its line: browsers break after any formula."""
    for node in doctree.findall(nodes.math):
        after = node.next_node(descend=False, siblings=True)
        found = re.match(r"[.,;:!?)\]”’]+", after.astext()) if isinstance(after, nodes.Text) else None
        if found:
            node["punctuation"] = found[0]
            siblings = node.parent.children  # found by identity: equal texts may stand earlier in the paragraph
            place = next(i for i, sibling in enumerate(siblings) if sibling is after)
            node.parent[place] = nodes.Text(after.astext()[found.end() :])


def visit_inline(self: Any, node: nodes.math) -> None:
    formulas = [render(self, node, part, display=False) for part in parts(node.astext())]
    if "punctuation" in node:
        formulas[-1] = f'<span class="nn-nowrap">{formulas[-1]}{self.encode(node["punctuation"])}</span>'
    self.body.append("<wbr/>".join(formulas))  # the = brings its own space
    raise nodes.SkipNode


def parts(tex: str) -> list[str]:
    """A long formula in the text, cut before each = so that a line can break there; browsers break no formula."""
    if len(tex) < 40 or r"\left" in tex or r"\begin" in tex:
        return [tex]
    found, depth = [""], 0
    for character in tex:
        depth += (character in "{([") - (character in "})]")
        if character == "=" and depth == 0 and found[-1].strip():
            found.append("{}")
        found[-1] += character
    return found


def visit_block(self: Any, node: nodes.math_block) -> None:
    tex = node.astext()
    if r"\\" in tex and r"\begin" not in tex:
        tex = r"\begin{aligned}" + tex + r"\end{aligned}"
    tall = " tall" if r"\begin" in tex else ""
    self.body.append(self.starttag(node, "div", CLASS=f"math notranslate{tall}"))
    self.body.append('<div class="nn-formula">')
    self.body.append(render(self, node, tex, display=True))
    self.body.append("</div>")
    if node["number"]:
        number = get_node_equation_number(self, node)
        self.body.append(f'<span class="eqno">({number})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    self.body.append("</div>\n")
    raise nodes.SkipNode


def with_font_ahead(page: str) -> str:
    """The text of a page that asks for the formulas' font at once where formulas are many.

    Asked for by the first layout, the font comes after it, and all formulas are laid out a second time: that takes
    time before the first click, and moves what stands below them.
    """
    if page.count("<math") * FORMULA < len(page) or 'rel="preload"' in page:
        return page
    address = content_root(page) + FONT
    link = f'<link rel="preload" href="{address}" as="font" type="font/woff2" crossorigin/>'
    return page.replace("</title>", f"</title>\n{link}", 1)


def finish(app: Sphinx, exception: Exception | None) -> None:
    if exception is None and app.builder.format == "html":
        rewrite(app, lambda page, _: with_font_ahead(page))


def close_engine(app: Sphinx, exception: Exception | None) -> None:
    """Stop the engine's thread while Python still runs: left to Python's own end, 3.13 waits for it for ever."""
    if engine.cache_info().currsize:
        engine().close()
        engine.cache_clear()


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("doctree-resolved", keep_punctuation)
    app.connect("build-finished", finish, priority=850)  # when light_pages has cut the pages to what they need
    app.connect("build-finished", close_engine)
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
