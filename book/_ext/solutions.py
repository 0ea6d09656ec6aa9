"""Solutions of exercises as native <details>: hidden until asked for, by mouse or keyboard, without a script."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx_exercise.nodes import exercise_enumerable_node, exercise_node, solution_node

REPEATED = ("solution-content", "exercise-content", "proof-content")  # ids that would stand on a page many times


def visit(self: Any, node: solution_node) -> None:
    node["classes"] = [name for name in node["classes"] if name != "dropdown"]
    title = node.pop(node.first_child_matching_class(nodes.title))
    self.body.append(self.starttag(node, "details", CLASS="admonition"))
    self.body.append(f'<summary class="admonition-title">{self.encode(title.astext())}</summary>\n')


def depart(self: Any, node: solution_node) -> None:
    self.body.append("</details>\n")


def strip_repeated_ids(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    for kind in (solution_node, exercise_node, exercise_enumerable_node):
        for node in doctree.findall(kind):
            for section in node.findall(nodes.section):
                section["ids"] = [name for name in section["ids"] if name not in REPEATED]


def setup(app: Sphinx) -> dict[str, bool]:
    app.setup_extension("sphinx_exercise")
    app.add_node(solution_node, override=True, html=(visit, depart))
    app.connect("doctree-resolved", strip_repeated_ids)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
