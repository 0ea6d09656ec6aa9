"""What a cell prints is one output box. myst-nb's own merge begins a new line wherever the kernel happened to flush."""

from __future__ import annotations

import copy
from typing import Any

from myst_nb.core import render
from sphinx.application import Sphinx


def merge(outputs: list[Any]) -> list[Any]:
    """Join all that goes to one stream, in its first place, as it was printed."""
    merged: list[Any] = []
    streams: dict[str, Any] = {}
    for output in map(copy.copy, outputs):  # the executed notebook keeps its own
        if output.output_type == "stream" and output.name in streams:
            streams[output.name].text += output.text
        else:
            merged.append(output)
            if output.output_type == "stream":
                streams[output.name] = output
    for output in streams.values():
        output.text = output.text.strip("\n") + "\n"
    return merged


def setup(app: Sphinx) -> dict[str, bool]:
    render.coalesce_streams = merge
    return {"parallel_read_safe": True, "parallel_write_safe": True}
