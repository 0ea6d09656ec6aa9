"""Keeps the tags of the joined pieces: headings, lists, tables and alternative texts, as screen readers need them.

pypdf copies pages without them. Here the tree of each piece is copied after its pages and hung below one common root.
"""

from __future__ import annotations

from typing import Any

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import ArrayObject, BooleanObject, DictionaryObject, NameObject, NumberObject

ROOT, KIDS, PARENTS = "/StructTreeRoot", "/K", "/ParentTree"


def numbered(tree: Any) -> list[Any]:
    """Keys and values of a number tree, in turn."""
    below = [entry for child in tree.get("/Kids", ()) for entry in numbered(child.get_object())]
    return [*tree.get("/Nums", ()), *below]


def shift(owner: Any, key: str, by: int, value: Any) -> None:
    if value is not None:
        owner[NameObject(key)] = NumberObject(int(value) + by)


class Tags:
    """The common tree of a file that pieces are appended to."""

    def __init__(self, writer: PdfWriter) -> None:
        self.writer, self.next = writer, 0
        self.documents, self.parents = ArrayObject(), ArrayObject()
        self.root = DictionaryObject({NameObject("/Type"): NameObject(ROOT), NameObject(KIDS): self.documents})
        self.root[NameObject(PARENTS)] = DictionaryObject({NameObject("/Nums"): self.parents})
        reference = writer._add_object(self.root)
        writer.root_object[NameObject(ROOT)] = reference
        writer.root_object[NameObject("/MarkInfo")] = DictionaryObject({NameObject("/Marked"): BooleanObject(True)})

    def adopt(self, pdf: PdfReader, pages: list[PageObject]) -> None:
        """Add the tags of ``pdf``, whose pages have just been appended as ``pages``."""
        tree: Any = pdf.root_object[ROOT].clone(self.writer)
        document = tree[KIDS]
        document[NameObject("/P")] = self.root.indirect_reference
        self.documents.append(document.indirect_reference)
        for original, page in zip(pdf.pages, pages, strict=True):
            shift(page, "/StructParents", self.next, original.get("/StructParents"))
            for reference in page.get("/Annots", ()):
                annotation = reference.get_object()
                shift(annotation, "/StructParent", self.next, annotation.get("/StructParent"))
        entries = numbered(tree[PARENTS])
        for key, value in zip(entries[::2], entries[1::2], strict=True):
            self.parents += [NumberObject(int(key) + self.next), value]
        self.next += int(tree["/ParentTreeNextKey"])
        self.root[NameObject("/ParentTreeNextKey")] = NumberObject(self.next)
