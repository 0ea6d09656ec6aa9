"""Joins the printed pieces to one PDF with an outline, links from chapter to chapter, page labels and metadata."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DictionaryObject,
    Fit,
    FloatObject,
    NameObject,
    NullObject,
    TextStringObject,
)

from book._print.contents import Book
from book._print.printing import BOOK, Piece
from book._print.tags import Tags

SOLUTIONS = "Solutions"  # the appendix


@dataclass(frozen=True)
class Place:
    """A place in the joined file: page from 0, and the height in points."""

    page: int
    top: float


def places(piece: Piece, offset: int) -> dict[str, Place]:
    """Where the elements of one piece with an id stand, when its pages follow ``offset`` others."""
    found = {"": Place(offset, piece.pdf.pages[0].mediabox.top)}
    for name, destination in piece.pdf.named_destinations.items():
        number = piece.pdf.get_destination_page_number(destination)
        if number is not None:
            found[unquote(str(name).removeprefix("/"))] = Place(offset + number, float(destination.top or 0))
    return found


class Joined:
    """The book: the front matter, the chapters in order, and then the solutions of each."""

    def __init__(self, book: Book, front: Piece, chapters: list[Piece], solutions: list[Piece]) -> None:
        self.book, self.writer = book, PdfWriter()
        self.places: dict[tuple[str, str], Place] = {}
        self.starts: dict[int, dict[str, Place]] = {}
        self.lost: list[str] = []  # links to no page or element of the book
        tags = Tags(self.writer)
        for piece in (front, *chapters, *solutions):
            offset = len(self.writer.pages)
            here = places(piece, offset)
            self.starts[id(piece)] = here
            for name, place in here.items():
                self.places.setdefault((piece.page, name), place)
            self.writer.append(piece.pdf, import_outline=False)
            tags.adopt(piece.pdf, self.writer.pages[offset:])
        self.link()
        self.outline(chapters, solutions)
        self.describe(len(front))

    def link(self) -> None:
        """Turn the addresses inside the book into places of this file."""
        for page in self.writer.pages:
            kept = ArrayObject()
            for reference in page.get("/Annots", ()):
                annotation: Any = reference.get_object()
                address = str(annotation.get("/A", {}).get("/URI", ""))
                if address.startswith(BOOK):
                    name, _, anchor = address.removeprefix(BOOK).partition("#")
                    place = self.places.get((name, unquote(anchor)))
                    if place is None:
                        self.lost.append(address.removeprefix(BOOK))
                        continue
                    del annotation["/A"]
                    annotation[NameObject("/Dest")] = self.destination(place)
                kept.append(reference)
            if "/Annots" in page:
                page[NameObject("/Annots")] = kept

    def destination(self, place: Place) -> ArrayObject:
        reference = self.writer.pages[place.page].indirect_reference
        return ArrayObject([reference, NameObject("/XYZ"), NullObject(), FloatObject(place.top), NullObject()])

    def item(self, title: str, place: Place, parent: Any = None, **options: Any) -> Any:
        fit = Fit.xyz(top=place.top)
        return self.writer.add_outline_item(title=title, page_number=place.page, parent=parent, fit=fit, **options)

    def outline(self, chapters: list[Piece], solutions: list[Piece]) -> None:
        """Parts, their chapters, and the sections and subsections of each."""
        part = None
        for piece in chapters:
            here = self.starts[id(piece)]
            if piece.caption:
                part = self.item(piece.caption, here[""], bold=True)
            above = {1: self.item(piece.title, here[""], part, is_open=False)}
            for section in piece.sections:
                level = section["level"]
                above = {depth: item for depth, item in above.items() if depth < level}
                above[level] = self.item(section["title"], here[section["id"]], above[max(above)], is_open=False)
        if solutions:
            part = self.item(SOLUTIONS, self.starts[id(solutions[0])][""], bold=True)
            for piece in solutions:
                here = self.starts[id(piece)]
                chapter = self.item(piece.title, here[""], part, is_open=False)
                for section in piece.sections:
                    self.item(section["title"], here[section["id"]], chapter)

    def describe(self, front: int) -> None:
        """Page labels as they are printed (i, ii, ... and then 1, 2, ...), title, author and language."""
        writer = self.writer
        writer.set_page_label(0, front - 1, style="/r")
        writer.set_page_label(front, len(writer.pages) - 1, style="/D", start=1)
        writer.add_metadata({"/Title": self.book.title, "/Author": self.book.author})
        root = writer.root_object
        for key in ("/Dests", "/Names"):
            root.pop(NameObject(key), None)  # of the pieces; every link has its place by now
        root[NameObject("/Lang")] = TextStringObject(self.book.language)
        root[NameObject("/ViewerPreferences")] = DictionaryObject({NameObject("/DisplayDocTitle"): BooleanObject(True)})
        root[NameObject("/PageMode")] = NameObject("/UseOutlines")


def chapters_in_outline(pdf: PdfReader, titles: list[str]) -> list[str]:
    """Those of ``titles`` that the outline of ``pdf`` has outside the solutions, in its order."""
    found: list[str] = []
    wanted = set(titles)

    def walk(items: list[Any], depth: int) -> None:
        for item in items:
            if isinstance(item, list):
                walk(item, depth + 1)
            elif item.title == SOLUTIONS and depth == 0:
                return
            elif depth <= 1 and item.title in wanted:
                found.append(item.title)

    walk(pdf.outline, 0)
    return found
