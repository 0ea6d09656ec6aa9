"""What the book consists of, as _toc.yml and _config.yml say: its parts, their pages in order, title and author."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Part:
    """A part of the book: its caption, empty for the page before the first part, and its pages without suffix."""

    caption: str
    pages: list[str]


@dataclass(frozen=True)
class Book:
    title: str
    author: str
    year: str
    language: str
    parts: list[Part]


def read(root: Path) -> Book:
    """Read the book's structure from the two files in ``root``."""
    config = yaml.safe_load((root / "_config.yml").read_text("utf-8"))
    toc = yaml.safe_load((root / "_toc.yml").read_text("utf-8"))
    parts = [Part("", [toc["root"]])]
    parts += [Part(part["caption"], list(files(part["chapters"]))) for part in toc["parts"]]
    language = config.get("sphinx", {}).get("config", {}).get("language", "en")
    return Book(config["title"], config["author"], str(config["copyright"]), language, parts)


def files(chapters: list[dict[str, Any]]) -> list[str]:
    """The pages of a list of chapters, each followed by its own sections' pages."""
    return [page for chapter in chapters for page in (chapter["file"], *files(chapter.get("sections", [])))]
