"""MyST chapters as notebooks in plain Markdown: what Colab, JupyterLite and an editor show without extensions.

Directives become quotes, headings and native ``<details>``; references and numbers that the site computes are written
out as the built site has them. Code stays as it is; code that the site folds is folded, and so are solutions.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

import jupytext
import yaml
from jupyter_cache import get_cache
from markdown_it import MarkdownIt
from mdit_py_plugins.anchors.index import slugify
from myst_nb.core.variables import format_plain_text
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from pybtex.database import parse_file
from sphinx.config import Config
from sphinx.directives.code import LiteralIncludeReader

OPEN = re.compile(r"(:{3,}|`{3,})\{([\w-]+)\} ?(.*)")
OPTION = re.compile(r":([\w-]+): ?(.*)")
EQUATION = re.compile(r"\$\$ \((eq:[\w-]+)\)$", re.M)
EXERCISE = re.compile(r"^```\{exercise(?:-start)?\} ?(.*)\n:label: (.+)$", re.M)
ROLE = re.compile(r"\{(glue:text|eq|cite|cite:t|ref)\}`([^`]+)`")
LINK = re.compile(r"\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([\w-]+(?:\.md)?)?(?:#([\w-]+))?\)")
MATHEMATICS = re.compile(r"\$[^$]+\$")
SECTION = re.compile(r"(?:^\(([\w-]+)\)=\n)?^#+ (.+)$", re.M)
CODE = re.compile(r"^```\{code-cell\}.*?^```$", re.M | re.S)
GLUE = "from myst_nb import glue\n"
NO_GLUE = """

def glue(*_, **__):
    \"""On the website this puts a number into the text. Here it stands there already.\"""
"""
NEXT = "\f"  # a line that starts a new cell


def folded(cell: NotebookNode) -> None:
    """Have the source of a cell folded, in JupyterLab and in Colab."""
    cell.metadata["jupyter"] = {"source_hidden": True}
    cell.metadata["cellView"] = "form"


class Plain:
    """All chapters of the book in ``root``, with the numbers that its build in ``_build`` has computed."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.book = root / "book"
        self.sources = {path.name: path.read_text("utf-8") for path in sorted(self.book.glob("*.md"))}
        self.names = [name for name in self.sources if "format_name: myst" in self.sources[name]]

    @cached_property
    def numbers(self) -> dict[str, str]:
        """The numbers of equations and exercises, by their labels, as Sphinx counts them."""
        contents = yaml.safe_load((self.root / "_toc.yml").read_text("utf-8"))
        numbers: dict[str, str] = {}
        chapter, counted = 0, {"eq": 0, "ex": 0}  # those of pages without a number of their own
        for part in [{"chapters": [{"file": contents["root"]}]}, *contents["parts"]]:
            for entry in part["chapters"]:
                chapter += bool(part.get("numbered"))
                source = self.sources[Path(entry["file"]).name + ".md"]
                found = {"eq": EQUATION.findall(source), "ex": [label for _, label in EXERCISE.findall(source)]}
                for kind, labels in found.items():
                    for i, label in enumerate(labels, 1):
                        counted[kind] += not part.get("numbered")
                        numbers[label] = f"{chapter}.{i}" if part.get("numbered") else str(counted[kind])
        return numbers

    @cached_property
    def exercises(self) -> dict[str, str]:
        """The titles of exercises, by their labels."""
        return {label: title for source in self.sources.values() for title, label in EXERCISE.findall(source)}

    @cached_property
    def sections(self) -> dict[str, dict[str, str]]:
        """For each page its headings, by the labels and anchors that links to them use."""
        found: dict[str, dict[str, str]] = {}
        for name, source in self.sources.items():
            text = CODE.sub("", source)  # its comments are no headings
            headings = {key: title for label, title in SECTION.findall(text) for key in (label, slugify(title)) if key}
            exercises = {label: self.exercise(label) for _, label in EXERCISE.findall(source)}
            found[name] = headings | exercises
        return found

    def exercise(self, label: str) -> str:
        return f"Exercise {self.numbers[label]} ({self.exercises[label]})"

    @cached_property
    def glued(self) -> dict[str, dict[str, str]]:
        """The numbers of each chapter's prose, as its last execution found them."""
        store = get_cache(self.root / "_build" / ".jupyter_cache")
        values: dict[str, dict[str, str]] = {}
        for record in sorted(store.list_cache_records(), key=lambda record: record.created):
            values[Path(record.uri).name] = {
                output["metadata"]["scrapbook"]["name"]: output["data"]["application/papermill.record/text/plain"]
                for cell in store.get_cache_bundle(record.pk).nb["cells"]
                for output in cell.get("outputs", [])
                if "scrapbook" in output.get("metadata", {})
            }
        return values

    @cached_property
    def literature(self) -> dict[str, tuple[str, str]]:
        """Authors and year of each reference."""
        found = {}
        for key, entry in parse_file(str(self.book / "references.bib")).entries.items():
            people = entry.persons.get("author") or entry.persons.get("editor") or []
            names = [" ".join([*person.prelast_names, *person.last_names]).replace("{", "").replace("}", "")
                     for person in people]  # fmt: skip
            who = f"{names[0]} et al." if len(names) > 2 else " and ".join(names)
            found[key] = (who, entry.fields["year"])
        return found

    def notebook(self, name: str, first: str = "", site: str = "", alone: bool = False) -> NotebookNode:
        """A chapter as a notebook, with ``first`` as its first code cell.

        Links lead to the notebooks beside it, or, when it is ``alone``, to the pages of the published ``site``. Where
        there is neither, their text remains.
        """
        return Chapter(self, name, site, alone).notebook(first)


class Chapter:
    """One chapter on its way to a notebook."""

    def __init__(self, book: Plain, name: str, site: str, alone: bool) -> None:
        self.book, self.name, self.site, self.alone = book, name, site, alone

    def notebook(self, first: str) -> NotebookNode:
        read = jupytext.reads(self.book.sources[self.name], fmt="md:myst")
        cells: list[NotebookNode] = []
        for cell in read.cells:
            cells += [self.code(cell)] if cell.cell_type == "code" else self.markdown(cell.source)
        if first:
            cells.insert(1, new_code_cell(first))
        for i, cell in enumerate(cells):
            cell.id = f"cell-{i}"  # the same each time
        read.cells = cells
        kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
        read.metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
        solutions = [cell for cell in cells if cell.source.startswith("##### Solution")]
        for cell in solutions:
            cell.metadata = {"jp-MarkdownHeadingCollapsed": True, "id": cell.id}
        read.metadata["colab"] = {"collapsed_sections": [cell.id for cell in solutions]}
        return read

    def code(self, cell: NotebookNode) -> NotebookNode:
        made = copy.deepcopy(cell)
        made.metadata = {}
        if GLUE in cell.source:
            made.source = f"{cell.source.replace(GLUE, '')}\n{NO_GLUE}".rstrip()
        tags = cell.metadata.get("tags", [])
        if {"hide-input", "remove-cell"} & set(tags):
            folded(made)
        if "raises-exception" in tags:
            made.metadata["tags"] = ["raises-exception"]  # Jupyter goes on after its error
        return made

    def markdown(self, source: str) -> list[NotebookNode]:
        """The cells of a piece of text."""
        text = "\n".join(self.blocks(source.splitlines()))
        pieces = [re.sub(r"\n{3,}", "\n\n", piece).strip() for piece in text.split(NEXT)]
        return [new_markdown_cell(piece) for piece in pieces if piece]

    def blocks(self, lines: list[str]) -> Iterator[str]:
        """The lines of a text, its directives replaced."""
        at = 0
        while at < len(lines):
            line, at = lines[at], at + 1
            if opened := OPEN.fullmatch(line):
                fence, directive, argument = opened.groups()
                end = next(i for i in range(at, len(lines)) if lines[i].rstrip() == fence)
                options: dict[str, str] = {}
                while at < end and (option := OPTION.fullmatch(lines[at])):
                    options[option[1]], at = option[2], at + 1
                if directive not in RENDER:
                    raise ValueError(f"{self.name}: no way is known to write the directive {directive!r} in a notebook")
                yield from RENDER[directive](self, argument, options, lines[at:end])
                at = end + 1
            elif line.startswith("```"):
                end = next(i for i in range(at, len(lines)) if lines[i].startswith("```"))
                yield from lines[at - 1 : end + 1]
                at = end + 1
            elif line.lstrip().startswith("$$"):
                while not re.search(r"\$\$( \(eq:[\w-]+\))?$", line.lstrip()[2:]):
                    line, at = f"{line}\n{lines[at]}", at + 1
                yield EQUATION.sub(lambda found: rf"\tag{{{self.book.numbers[found[1]]}}} $$", line)
            elif not re.fullmatch(r"\([\w-]+\)=", line):
                yield self.inline(line)

    def inline(self, line: str) -> str:
        return LINK.sub(self.link, ROLE.sub(self.role, line))

    def role(self, found: re.Match[str]) -> str:
        kind, text = found.groups()
        if kind == "glue:text":
            key, _, spec = text.partition(":")
            return str(format_plain_text(self.book.glued[self.name][key], spec or "s"))
        if kind == "eq":
            return f"({self.book.numbers[text]})"
        if kind == "ref":
            title, _, label = text.rstrip(">").rpartition(" <")
            return self.link_to(title, self.name, label)
        cited = [self.book.literature[key.strip()] for key in text.split(",")]
        if kind == "cite:t":
            return ", ".join(f"{who} [{year}]" for who, year in cited)
        return f"[{', '.join(f'{who}, {year}' for who, year in cited)}]"

    def link(self, found: re.Match[str]) -> str:
        text, name, anchor = found.groups()
        if name is None or name.endswith(".md"):
            return self.link_to(text, name or self.name, anchor or "")
        page = next((page for page, labels in self.book.sections.items() if name in labels), None)
        return self.link_to(text, page, name) if page else found[0]

    def link_to(self, text: str, name: str, anchor: str) -> str:
        """A link to a place in the book, or its text alone where there is nothing to lead to."""
        if name not in self.book.sources:
            raise ValueError(f"{self.name}: a link leads to {name}, which is no page of the book")
        beside = name == self.name or (name in self.book.names and not self.alone)
        if beside:
            heading = self.book.sections[name].get(anchor, "").replace(" ", "-").replace("`", "")
            file = "" if name == self.name else name.replace(".md", ".ipynb")
            return f"[{text}](<{file}{heading and '#'}{heading}>)"
        address = f"{self.site}book/{name.replace('.md', '.html')}{anchor and '#'}{anchor}"
        return f"[{text}]({address})" if self.site else text

    # Directives

    def details(self, title: str, options: dict[str, str], body: list[str]) -> Iterator[str]:
        formulas = MATHEMATICS.findall(title)  # kept from the Markdown that is written as HTML
        summary = MarkdownIt().renderInline(self.inline(MATHEMATICS.sub("\1", title)))
        summary = re.sub("\1", lambda _: escape(formulas.pop(0), quote=False), summary)
        yield from ("", "<details>", f"<summary>{summary}</summary>", "", *self.blocks(body), "", "</details>", "")

    def quote(self, title: str, options: dict[str, str], body: list[str]) -> Iterator[str]:
        text = "\n".join([f"**{self.inline(title)}**", "", *self.blocks(body)])
        yield from ("", *(f"> {line}".rstrip() for line in text.strip().splitlines()), "")

    def exercise(self, title: str, options: dict[str, str], body: list[str]) -> Iterator[str]:
        yield from ("", f"#### {self.book.exercise(options['label'])}", "", *self.blocks(body))

    def solution(self, label: str, options: dict[str, str], body: list[str]) -> Iterator[str]:
        yield from (NEXT, f"##### Solution of {self.book.exercise(label)}", NEXT)

    def nothing(self, *_: Any) -> Iterator[str]:
        yield NEXT

    def content(self, argument: str, options: dict[str, str], body: list[str]) -> Iterator[str]:
        yield from ("", *self.blocks(body), "")

    def code_of_the_library(self, place: str, options: dict[str, str], body: list[str]) -> Iterator[str]:
        given = {key: value.strip("'") for key, value in options.items() if key not in ("language", "dedent")}
        text, _ = LiteralIncludeReader(str((self.book.book / place).resolve()), given, Config()).read()
        indent = " " * int(options.get("dedent", 0))
        yield from ("", "```python", *(line.removeprefix(indent) for line in text.splitlines()), "```", "")


RENDER: dict[str, Callable[[Chapter, str, dict[str, str], list[str]], Iterator[str]]] = {
    "admonition": Chapter.quote,
    "dropdown": Chapter.details,
    "exercise": Chapter.exercise,
    "exercise-start": Chapter.exercise,
    "exercise-end": Chapter.nothing,
    "solution-start": Chapter.solution,
    "solution-end": Chapter.nothing,
    "grid": Chapter.content,
    "grid-item": Chapter.content,
    "literalinclude": Chapter.code_of_the_library,
}
