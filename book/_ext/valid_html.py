"""HTML as the standard has it, where the extensions write otherwise."""

from __future__ import annotations

from html import escape
from typing import Any

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode, depart_HideCellInput
from sphinx.application import Sphinx


def visit_hidden_code(self: Any, node: HideCodeCellNode) -> None:
    """The summary of hidden code: spans, since it may hold no paragraph, and its text is its label."""
    self.body.append(f'<details class="admonition hide {" ".join(node["classes"])}">\n<summary>')
    for state, prompt in (("collapsed", node["prompt_show"]), ("expanded", node["prompt_hide"])):
        self.body.append(f'<span class="{state} admonition-title">{escape(prompt)}</span>')
    self.body.append("</summary>\n")


def unwrap_lists(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """A paragraph may hold no list: autodoc's fields put one there."""
    for paragraph in list(doctree.findall(nodes.paragraph)):
        if len(paragraph) == 1 and isinstance(paragraph[0], nodes.bullet_list):
            paragraph.replace_self(paragraph[0])


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_node(HideCodeCellNode, override=True, html=(visit_hidden_code, depart_HideCellInput))
    app.connect("doctree-resolved", unwrap_lists)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
