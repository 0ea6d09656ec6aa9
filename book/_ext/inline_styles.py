"""The style sheets of a page, cut to the rules that it can use and written into it: no style sheet blocks rendering.

Whether a page can use a rule is asked of the names in its selector: each class, id, tag and attribute must stand in the
page or be a word of one of its scripts. States (``:hover``, ``[data-theme="dark"]``) and media (print) are kept.
Custom properties, fonts and animations that no kept rule refers to go, too.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import tinycss2
from built_pages import content_root, rewrite
from sphinx.application import Sphinx

SHEET = re.compile(r'[ \t]*<link\b(?=[^>]*\brel="stylesheet")[^>]*\bhref="([^"?#]+)[^"]*"[^>]*>\n?')
SCRIPT = re.compile(r'<script\b[^>]*\bsrc="([^"?#]+)')
WORD = re.compile(r"[A-Za-z_][\w-]*")
STRING = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|`[^`]*`")
PROPERTY = re.compile(r"--[\w-]+")
ROOT = "site-root:"  # stands for the way from a page to the site's root until the page is known
GROUPS = ("media", "supports", "layer", "container", "-moz-document")  # Firefox tells itself apart by the last
# What explore.js makes by insertRow() and insertCell(), which name no tag.
MADE = frozenset({"tr", "td", "thead", "tbody"})


@dataclass
class Rule:
    """One rule: a selector list (or the head of an at-rule) and its declarations, or the rules within it."""

    selectors: list[tuple[str, frozenset[str]]]  # as written, and the names that it needs
    declarations: list[tuple[str, str]] = field(default_factory=list)
    head: str = ""
    rules: list[Rule] | None = None

    def text(self) -> str:
        if self.rules is not None:
            body = "".join(rule.text() for rule in self.rules)
        else:
            body = ";".join(f"{name}:{value}" if name else value for name, value in self.declarations)
        head = self.head or ",".join(text for text, _ in self.selectors)
        return f"{head}{{{body}}}" if body else ""


def compact(tokens: list[Any], folder: str) -> list[Any]:
    """The tokens without comments, each white space one blank, and relative addresses counted from the site's root."""
    kept = [token for token in tokens if token.type != "comment"]
    for token in kept:
        if token.type == "whitespace":
            token.value = " "
        elif token.type == "url":
            token.representation = f'url("{rebased(token.value, folder)}")'
        elif token.type == "function":
            token.arguments = compact(token.arguments, folder)
            for argument in token.arguments if token.lower_name == "url" else []:
                argument.representation = f'"{rebased(argument.value, folder)}"'
        elif token.type.endswith("block"):
            token.content = compact(token.content, folder)
    return kept


def rebased(address: str, folder: str) -> str:
    url = urlsplit(address)
    if url.scheme or url.netloc or not url.path or url.path.startswith("/"):
        return address.replace('"', "%22")
    return ROOT + posixpath.normpath(posixpath.join(folder, url.path)) + (f"#{url.fragment}" if url.fragment else "")


def text_of(tokens: list[Any]) -> str:
    return tinycss2.serialize(tokens).strip()


def selectors(prelude: list[Any]) -> list[tuple[str, frozenset[str]]]:
    """Each selector of a list, and the names that an element or its surroundings must have for it to match."""
    parts: list[list[Any]] = [[]]
    for token in prelude:
        if token.type == "literal" and token.value == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return [(text_of(part), frozenset(names(part))) for part in parts]


def names(selector: list[Any]) -> Iterator[str]:
    before = ""
    for token in selector:
        if token.type == "ident" and before == ".":
            yield f".{token.value}"
        elif token.type == "ident" and before != ":":
            yield token.lower_value
        elif token.type == "hash":
            yield f"#{token.value}"
        elif token.type == "[] block":
            yield "[" + next(part.lower_value for part in token.content if part.type == "ident")
        # What stands in :not(), :is(), :where(), :has() is not asked: the rule may stay.
        before = token.value if token.type == "literal" else ""


def declarations(content: list[Any]) -> list[tuple[str, str]]:
    """Name and value of each declaration; what is none (a nested rule) is kept as it is written, without a name."""
    found = []
    for part in tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True):
        if part.type == "declaration":
            found.append((part.name, text_of(part.value) + (" !important" if part.important else "")))
        elif part.type != "error":
            found.append(("", part.serialize()))
    return found


def parse(rules: list[Any], folder: str) -> list[Rule]:
    parsed = []
    for rule in rules:
        if rule.type == "qualified-rule":
            found = selectors(compact(rule.prelude, folder))
            parsed.append(Rule(found, declarations(compact(rule.content, folder))))
        elif rule.type == "at-rule" and rule.content is not None:
            head = f"@{rule.at_keyword} {text_of(compact(rule.prelude, folder))}".strip()
            if rule.lower_at_keyword in GROUPS:
                within = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
                parsed.append(Rule([], head=head, rules=parse(within, folder)))
            elif rule.lower_at_keyword == "font-face":
                parsed.append(Rule([], declarations(compact(rule.content, folder)), head))
            else:  # @keyframes, @page, @property
                parsed.append(Rule([], [("", text_of(compact(rule.content, folder)))], head))
    return parsed


@cache
def sheet(path: Path, folder: str) -> list[Rule]:
    """The rules of one style sheet; ``folder`` is where it lies, from the site's root."""
    text = path.read_text("utf-8")
    return parse(tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True), folder)


class Names(HTMLParser):
    """The names in a page that a selector can ask for, and the custom properties that its styles refer to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: set[str] = {"*"}
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        for name, value in attributes:
            self.names.add(f"[{name}")
            if name == "class":
                self.names.update(f".{word}" for word in (value or "").split())
            elif name == "id":
                self.names.add(f"#{value}")


@cache
def words(path: Path) -> frozenset[str]:
    """What a script may add to a page: its words, as classes, ids, tags and attributes."""
    text = path.read_text("utf-8")
    if path.name == "bootstrap.js":  # its minified code names every component there is: only what it writes counts
        text = " ".join(STRING.findall(text))
    found = set(WORD.findall(text))
    return frozenset(MADE | {mark + word for word in found for mark in (".", "#", "", "[")})


def used(rules: list[Rule], known: set[str]) -> list[Rule]:
    """New rules: those of which a selector needs known names alone; of a list of selectors, those."""
    kept = []
    for rule in rules:
        if rule.rules is not None:
            kept.append(Rule([], head=rule.head, rules=used(rule.rules, known)))
        elif rule.head:
            kept.append(replace(rule))
        elif found := [selector for selector in rule.selectors if selector[1] <= known]:
            kept.append(Rule(found, rule.declarations))
    return kept


def flat(rules: list[Rule]) -> Iterator[Rule]:
    for rule in rules:
        if rule.rules is None:
            yield rule
        else:
            yield from flat(rule.rules)


def referred(rules: list[Rule], page: str) -> list[Rule]:
    """The rules without the custom properties, fonts and animations that nothing refers to."""
    definitions: dict[str, set[str]] = {}
    needed = set(PROPERTY.findall(page))
    for rule in flat(rules):
        for name, value in rule.declarations:
            if name.startswith("--"):
                definitions.setdefault(name, set()).update(PROPERTY.findall(value))
            else:
                needed.update(PROPERTY.findall(value))
    reached: set[str] = set()
    while needed:
        reached |= needed
        needed = set().union(*(definitions.get(name, set()) for name in needed)) - reached
    for rule in flat(rules):
        rule.declarations = [
            (name, value) for name, value in rule.declarations if not name.startswith("--") or name in reached
        ]
    values = [
        value.casefold() for rule in flat(rules) if rule.head != "@font-face"
        for name, value in rule.declarations if name.startswith("--") or "font" in name or "animation" in name
    ]  # fmt: skip
    return keep_named(rules, " ".join(values))


def keep_named(rules: list[Rule], values: str) -> list[Rule]:
    kept = []
    for rule in rules:
        name = ""
        if rule.head == "@font-face":
            name = dict(rule.declarations).get("font-family", "").strip("\"' ")
        elif "keyframes" in rule.head:
            name = rule.head.split()[-1]
        if rule.rules is not None:
            rule.rules = keep_named(rule.rules, values)
        if name.casefold() in values:
            kept.append(rule)
    return kept


def inlined(page: str, root: str, place: str, site: Path) -> str:
    """The text of a page with its style sheets written into it; ``root`` leads from the page to the site's root."""

    def local(address: str) -> str:
        return posixpath.normpath(posixpath.join(posixpath.dirname(place), address))

    sheets = [local(address) for address in SHEET.findall(page)]
    if not sheets:
        return page
    known = Names(page).names.union(*(words(site / local(address)) for address in SCRIPT.findall(page)))
    rules = used([rule for path in sheets for rule in sheet(site / path, posixpath.dirname(path))], known)
    style = "".join(rule.text() for rule in referred(rules, page)).replace(ROOT, root)
    first, page = SHEET.search(page), SHEET.sub("\0", page)
    assert first is not None
    return page.replace("\0", f"<style>{style}</style>\n", 1).replace("\0", "")


def finish(app: Sphinx, exception: Exception | None) -> None:
    if exception is not None or app.builder.format != "html":
        return
    site = Path(app.outdir)
    rewrite(app, lambda page, place: inlined(page, content_root(page), place, site))
    sheet.cache_clear()
    words.cache_clear()


def watch(app: Sphinx, config: Any) -> None:
    """Have every page written anew when a style, a script or an extension changes: pages carry what they made."""
    folders = [Path(app.confdir, folder) for folder in config.html_static_path]
    files = sorted(path for folder in folders for path in folder.glob("*.*s") if path.is_file())
    files += sorted(Path(__file__).parent.glob("*.py"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in files))
    config.inlined_files = digest.hexdigest()


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_config_value("inlined_files", "", "html")
    app.connect("config-inited", watch)
    app.connect("build-finished", finish, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
