"""Addresses that were published once keep working: a page that moved leaves one behind that leads to where it is now.

``moved_pages`` in ``_config.yml`` is the table, old name to new name, both from the site's root and without ``.html``.
"""

from __future__ import annotations

from html import escape
from pathlib import Path, PurePosixPath
from posixpath import relpath

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

# The script keeps what follows the page's name in an address: an anchor, or what a figure shows.
POINTER = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="canonical" href="{to}">
<script>location.replace("{to}" + location.search + location.hash)</script>
<meta http-equiv="refresh" content="0; url={to}">
</head>
<body><p>This page is <a href="{to}">here</a> now.</p></body>
</html>
"""


def write_pointers(app: Sphinx, exception: Exception | None) -> None:
    """Write one page for each line of the table."""
    if exception is not None or app.builder.format != "html":
        return
    site = Path(app.outdir)
    for old, new in app.config.moved_pages.items():
        if new not in app.env.found_docs:
            raise ExtensionError(f"moved_pages: {old!r} leads to {new!r}, which is no page of the book")
        if old in app.env.found_docs:
            raise ExtensionError(f"moved_pages: {old!r} is a page of the book, so it cannot lead to {new!r}")
        target = relpath(new, PurePosixPath(old).parent) + ".html"
        page = site / f"{old}.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(POINTER.format(title=escape(app.config.html_title), to=escape(target)), "utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_config_value("moved_pages", {}, "html")
    app.connect("build-finished", write_pointers)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
