"""Writes a PDF with its small objects packed together (object streams), which pypdf reads but does not write.

The tags of a long book are several hundred thousand small objects; packed, the file has a third of the size.
"""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

from pypdf import PdfWriter
from pypdf.generic import NullObject, StreamObject

TOGETHER = 200  # objects in one stream
ENTRY = ">BIH"  # of the cross-reference table: kind, then offset, or the number of the stream and the place in it


def write(writer: PdfWriter, path: Path) -> None:
    """Write the file; objects that nothing uses any more are left as they are."""
    objects = [(number, NullObject() if item is None else item) for number, item in enumerate(writer._objects, start=1)]
    small = [pair for pair in objects if not isinstance(pair[1], StreamObject)]
    entries = {0: struct.pack(ENTRY, 0, 0, 65535)}
    after = len(objects) + 1  # the next number that is free
    with path.open("wb") as file:
        file.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
        for number, item in objects:
            if isinstance(item, StreamObject):
                entries[number] = struct.pack(ENTRY, 1, file.tell(), 0)
                file.write(f"{number} 0 obj\n".encode())
                item.write_to_stream(file)
                file.write(b"\nendobj\n")
        for start in range(0, len(small), TOGETHER):
            places, body = [], io.BytesIO()
            for index, (number, item) in enumerate(small[start : start + TOGETHER]):
                entries[number] = struct.pack(ENTRY, 2, after, index)
                places.append(f"{number} {body.tell()}")
                item.write_to_stream(body)
                body.write(b"\n")
            head = " ".join(places).encode() + b"\n"
            entries[after] = struct.pack(ENTRY, 1, file.tell(), 0)
            about = f"/Type /ObjStm /N {len(places)} /First {len(head)}"
            stream(file, after, about, head + body.getvalue())
            after += 1
        start = file.tell()
        entries[after] = struct.pack(ENTRY, 1, start, 0)
        about = f"/Type /XRef /Size {after + 1} /W [1 4 2] /Root {reference(writer.root_object)}"
        about += f" /Info {reference(writer._info)}" if writer._info is not None else ""
        stream(file, after, about, b"".join(entries[number] for number in range(after + 1)))
        file.write(f"startxref\n{start}\n%%EOF\n".encode())


def reference(item: object) -> str:
    number = item.indirect_reference.idnum
    return f"{number} 0 R"


def stream(file: io.BufferedWriter, number: int, about: str, body: bytes) -> None:
    packed = zlib.compress(body, 9)
    file.write(f"{number} 0 obj\n<< {about} /Filter /FlateDecode /Length {len(packed)} >>\nstream\n".encode())
    file.write(packed + b"\nendstream\nendobj\n")
