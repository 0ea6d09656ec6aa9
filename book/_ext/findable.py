"""What search engines and link previews show of a page: its description, and for a published site its address.

The site's address comes from the environment variable SITE_URL ("https://example.org/course/"). With one, pages carry
their canonical address and a picture for previews, and sitemap.xml lists them; a local build has none.
"""

from __future__ import annotations

import os
import re
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from docutils import nodes
from sphinx.application import Sphinx

PICTURE = "_static/card.png"  # 1200 x 630
MADE = {"genindex": "Index", "search": "Search"}  # pages without a source
LONGEST = 160  # characters, about as many as search engines show


def shortened(text: str) -> str:
    """Whole sentences up to the limit, or whole words of the first one."""
    text = " ".join(text.split())
    fitting = [end.end() for end in re.finditer(r"[.?!](?= |$)", text) if end.end() <= LONGEST]
    return text[: fitting[-1]] if fitting else text[: text.rfind(" ", 0, LONGEST)].rstrip(",;:") + " …"


def description(doctree: nodes.document) -> str:
    """What the page's box promises ("You will ..."), or else its first paragraph without formulas."""
    for item in doctree.findall(nodes.list_item):
        if (text := item.astext()).startswith("You will "):
            text = text.removeprefix("You will ")
            return shortened(text[0].upper() + text[1:])
    paragraphs = (p.astext() for p in doctree.findall(nodes.paragraph) if not any(p.findall(nodes.math)))
    return shortened(next((text for text in paragraphs if len(text) > 40), ""))


def describe(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Add the description and what link previews need to one page's head."""
    if doctree is None and pagename not in MADE:
        return
    title = MADE[pagename] if doctree is None else re.sub("<.*?>", "", context["title"])
    tags = {"og:type": "article", "og:site_name": app.config.html_title, "og:title": title}
    text = f"{title} of the course {app.config.html_title}." if doctree is None else description(doctree)
    context.setdefault("metatags", "")
    if text:
        tags["og:description"] = text
        context["metatags"] += f'<meta name="description" content="{escape(text)}"/>\n'
    if app.config.html_baseurl:
        tags["og:url"] = context["pageurl"]
        tags["og:image"] = urljoin(app.config.html_baseurl, PICTURE)
    context["metatags"] += "".join(f'<meta property="{k}" content="{escape(v)}"/>\n' for k, v in tags.items())


def set_address(app: Sphinx, config: Any) -> None:
    """Take the site's address from the environment."""
    address = os.environ.get("SITE_URL", "")
    if address and not re.match(r"https?://[^/]+/", address + "/"):
        raise ValueError(f"SITE_URL: expected an address such as 'https://example.org/course/', got {address!r}")
    if address:
        config.html_baseurl = address.rstrip("/") + "/"


def write_sitemap(app: Sphinx, exception: Exception | None) -> None:
    """List all pages of a published site, and say where the list is."""
    address = app.config.html_baseurl
    if exception or not address:
        return
    pages = sorted(f"{urljoin(address, name)}.html" for name in app.env.found_docs)
    urls = "".join(f"<url><loc>{escape(page)}</loc></url>\n" for page in pages)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    Path(app.outdir, "sitemap.xml").write_text(f"{head}{urls}</urlset>\n", "utf-8")
    Path(app.outdir, "robots.txt").write_text(f"User-agent: *\nSitemap: {urljoin(address, 'sitemap.xml')}\n", "utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("config-inited", set_address)
    app.connect("html-page-context", describe)
    app.connect("build-finished", write_sitemap)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
