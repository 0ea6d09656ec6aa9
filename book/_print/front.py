"""The title page and the table of contents, as HTML."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from book._print.contents import Book
from book._print.printing import BOOK

SUBTITLE = "An interactive course, printed"
NOTES = """
<p>This is the printed form of a website. There, the figures with controls move; here, each shows one setting, which it
names. Of the code that the website keeps folded, the checks and what belongs to exercises and solutions are printed,
the code behind figures and side matters is not. Solutions are at the end of the book.</p>
<p>© {year} {author}. Text and figures: CC BY 4.0. Code: BSD-3-Clause.</p>"""

# kind (part, chapter or section), title, address inside the book, page number
Entry = tuple[str, str, str, int]


def html(book: Book, entries: Iterable[Entry]) -> str:
    author, title = escape(book.author), escape(book.title)
    return (
        f'<!DOCTYPE html><html lang="{book.language}"><head><meta charset="utf-8"><title>{title}</title></head><body>'
        f'<header class="title"><h1>{title}</h1><p class="subtitle">{SUBTITLE}</p><p class="author">{author}</p>'
        f'<div class="notes">{NOTES.format(year=book.year, author=author)}</div></header>'
        f'<nav class="contents"><h2>Contents</h2><div class="columns">{"".join(map(line, entries))}</div></nav>'
        f"</body></html>"
    )


def line(entry: Entry) -> str:
    kind, title, address, number = entry
    if kind == "part":
        return f"<h3>{escape(title)}</h3>"
    link = f'<a href="{BOOK}{escape(address)}">'
    return f'<p class="{kind}"><span>{link}{escape(title)}</a></span><span>{link}{number}</a></span></p>'
