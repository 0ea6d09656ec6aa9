"""Many SVG frames in few bytes: one template for frames of one structure, and for each frame what differs.

The long part of a frame are its paths. In frames of one structure most coordinates are the same, so a frame is sent
as the few that differ, each as its step from the one before in tenths of a point, and the texts that differ.
``book/_static/explore.js`` puts a frame together again.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
from typing import Any

from nnlib.svg import tenths

_VALUES = re.compile(r'("[^"]*"|>[^<]*<)')  # attribute values and texts: what can differ between frames
_NUMBER = re.compile(r"(-?\d+(?:\.\d)?)(?![\d.])")

Token = str | int


def _tokens(frame: str) -> tuple[str, list[Token]]:
    """The structure of a frame, and its tokens: texts, and coordinates of paths as integer tenths."""
    structure: list[str] = []
    tokens: list[Token] = []
    for i, part in enumerate(_VALUES.split(frame)):
        if i % 2 == 0:
            structure.append(part)
            tokens.append(part)
        elif structure[-1].endswith(" d="):
            for j, piece in enumerate(_NUMBER.split(part)):
                if j % 2 == 0:
                    structure.append(piece)
                    tokens.append(piece)
                else:
                    assert tenths(float(piece)) == piece, piece
                    tokens.append(round(10 * float(piece)))
        else:
            structure.append("?")
            tokens.append(part)
    return "\0".join(structure), tokens


def pack(frames: list[str]) -> dict[str, Any]:
    """Return templates and differences, ready for JSON.

    ``templates[k]`` is ``{"pieces": [...], "kinds": "ntn..."}``: between two pieces goes a slot, a number or a text.
    ``frames[i]`` is ``[k, texts, steps]``.
    """
    parsed = [_tokens(frame) for frame in frames]
    structures = list(dict.fromkeys(structure for structure, _ in parsed))
    templates: list[dict[str, Any]] = []
    packed: list[list[Any]] = [[] for _ in frames]
    for k, structure in enumerate(structures):
        members = [i for i, (other, _) in enumerate(parsed) if other == structure]
        columns = list(zip(*(parsed[i][1] for i in members), strict=True))
        pieces, kinds, slots = [""], "", []
        for column in columns:
            if len(set(column)) == 1:
                pieces[-1] += column[0] if isinstance(column[0], str) else tenths(column[0] / 10)
            else:
                pieces.append("")
                kinds += "t" if isinstance(column[0], str) else "n"
                slots.append(column)
        templates.append({"pieces": pieces, "kinds": kinds})
        for at, i in enumerate(members):
            texts = [column[at] for column, kind in zip(slots, kinds, strict=True) if kind == "t"]
            numbers = [column[at] for column, kind in zip(slots, kinds, strict=True) if kind == "n"]
            steps = [b - a for a, b in zip([0, *numbers], numbers, strict=False)]
            packed[i] = [k, texts, steps]
    return {"templates": templates, "frames": packed}


def compress(data: object) -> str:
    """JSON, gzip, base64: text that a page can hold and a browser can unpack."""
    raw = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.b64encode(gzip.compress(raw, 9, mtime=0)).decode()
