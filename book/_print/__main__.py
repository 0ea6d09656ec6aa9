"""The whole book as one PDF: ``python -m book._print``, which `make pdf` runs, prints the built site.

Each page of _toc.yml is printed without its solutions, then the solutions of each, and at last the title page and the
table of contents, whose page numbers are then known.
"""

from __future__ import annotations

import sys
from pathlib import Path

from pypdf import PdfReader

from book._print import compact, contents, front
from book._print.joining import SOLUTIONS, Joined, chapters_in_outline, places
from book._print.printing import Piece, Press, launched, serving

ROOT = Path(__file__).parents[2]
SITE = ROOT / "_build" / "html"
PDF = ROOT / "_build" / "neural_networks_from_scratch.pdf"


def make(book: contents.Book, press: Press) -> tuple[Joined, list[Piece]]:
    """Print and join ``book``; the chapters come along, to compare with."""
    chapters: list[Piece] = []
    solutions: list[Piece] = []
    number = 1
    for part in book.parts:
        for page in part.pages:
            caption = part.caption if page == part.pages[0] else ""
            chapters.append(press.chapter(page, part="chapter", first=number, caption=caption))
            number += len(chapters[-1])
    for chapter in chapters:
        if chapter.solutions:
            caption = SOLUTIONS if not solutions else ""
            solutions.append(press.chapter(chapter.page, part="solutions", first=number, caption=caption))
            number += len(solutions[-1])
    front_matter = press.front(front.html(book, entries(chapters, solutions)))
    return Joined(book, front_matter, chapters, solutions), chapters


def entries(chapters: list[Piece], solutions: list[Piece]) -> list[front.Entry]:
    """The lines of the table of contents."""
    lines: list[front.Entry] = []
    offset = 1
    for piece in (*chapters, *solutions):
        here = places(piece, offset)
        if piece.caption:
            lines.append(("part", piece.caption, "", offset))
        chapter = piece in chapters
        lines.append(("chapter", piece.title, piece.page if chapter else f"{piece.page}#nn-solutions", offset))
        if chapter:
            lines += [
                ("section", section["title"], f"{piece.page}#{section['id']}", here[section["id"]].page)
                for section in piece.sections
                if section["level"] == 2
            ]
        offset += len(piece)
    return lines


def main() -> None:
    if not (SITE / "index.html").exists():
        raise SystemExit("pdf: the site is not built; run `make book` first, or `make pdf`, which does")
    book = contents.read(ROOT)
    with serving(SITE) as site, launched() as browser:
        joined, chapters = make(book, Press(browser, site))
    compact.write(joined.writer, PDF)
    titles = [chapter.title for chapter in chapters]
    found = chapters_in_outline(PdfReader(PDF), titles)
    if found != titles:
        raise SystemExit(f"pdf: the outline has {len(found)} of the {len(titles)} pages of _toc.yml")
    for chapter in chapters:
        for text in chapter.clipped:
            print(f"pdf: {chapter.page}: too wide for the paper: {text}", file=sys.stderr)
    if joined.lost:
        raise SystemExit(f"pdf: links that lead nowhere in the book: {', '.join(sorted(set(joined.lost)))}")
    print(f"{PDF.relative_to(ROOT)}: {len(joined.writer.pages)} pages, {PDF.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
