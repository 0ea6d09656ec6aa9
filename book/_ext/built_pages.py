"""What the extensions that finish the built website share: its pages, one after the other."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from sphinx.application import Sphinx

ROOT = re.compile(r'data-content_root="([^"]*)"')


def content_root(page: str) -> str:
    """The way from a page to the site's root, such as ``../``, as its text says; empty when it does not."""
    found = ROOT.search(page)
    return found[1] if found else ""


def rewrite(app: Sphinx, change: Callable[[str, str], str]) -> None:
    """Put ``change(text, place)`` in the place of each page's text; ``place`` is its path within the site."""
    site = Path(app.outdir)
    for path in sorted(site.rglob("*.html")):
        place = path.relative_to(site).as_posix()
        if not place.startswith(("_static/", "lite/")):
            path.write_text(change(path.read_text("utf-8"), place), "utf-8")
