"""Prints pages of the built site to PDF with Chromium, driven by Playwright."""

from __future__ import annotations

import contextlib
import functools
import http.server
import io
import json
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright
from pypdf import PdfReader

HERE = Path(__file__).parent
BOOK = "https://book.invalid/"  # links inside the book start so until they are joined; never asked for
# No sandbox: in a container root cannot make one. No background networking: nothing but the page is asked for.
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
SCALE = 0.8  # text of 9.6 points, and code of 88 columns fits
MARGIN, TOP, BOTTOM = 22, 20, 22  # mm
WIDTH = round((210 - 2 * MARGIN) / 25.4 * 96 / SCALE)  # CSS pixels of a printed line


@dataclass
class Piece:
    """One printed file of the book: the chapter or solutions of ``page``, or the front matter with ``page`` empty."""

    pdf: PdfReader
    page: str = ""
    title: str = ""
    caption: str = ""  # of the part that begins here
    sections: list[dict[str, Any]] = field(default_factory=list)  # level, id and title of each heading
    solutions: int = 0
    clipped: list[str] = field(default_factory=list)  # the beginnings of what does not fit on the paper

    def __len__(self) -> int:
        return len(self.pdf.pages)


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def serving(directory: Path) -> Iterator[str]:
    """The address at which ``directory`` is served."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=directory)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def find_chromium() -> str:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        raise SystemExit("pdf: no Chromium found; install it (Debian: apt-get install chromium) and try again")
    return found


@contextlib.contextmanager
def launched() -> Iterator[Browser]:
    """A Chromium, closed in the end."""
    chromium = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()


class Press:
    """Prints in light colours on A4, whatever the system has, and asks nothing of any other address than the site's."""

    def __init__(self, browser: Browser, site: str) -> None:
        self.site = site
        self.context = browser.new_context(color_scheme="light", viewport={"width": WIDTH, "height": 1000})
        self.context.route(lambda url: not url.startswith(site), lambda route: route.abort())
        self.page = self.context.new_page()
        self.page.emulate_media(media="print", color_scheme="light")

    def chapter(self, page: str, *, part: str, first: int, caption: str = "") -> Piece:
        """Print the ``part`` "chapter" or "solutions" of ``page``, its pages numbered from ``first``."""
        reply = self.page.goto(f"{self.site}{page}.html", wait_until="load")
        if reply is None or not reply.ok:
            raise SystemExit(f"pdf: the built site has no {page}.html; run `make book` first")
        self.page.add_style_tag(path=HERE / "book.css")
        arguments = {"page": page, "part": part, "site": self.site, "book": BOOK}
        found = self.page.evaluate((HERE / "prepare.js").read_text("utf-8"), arguments)
        running = f"Solutions: {found['title']}" if part == "solutions" else found["title"]
        self.page.add_style_tag(content=footer(running, first))
        if caption and part == "chapter":
            self.page.evaluate(
                "caption => { const p = document.createElement('p'); p.className = 'nn-part'; p.textContent = caption;"
                "document.querySelector('article h1').before(p) }", caption
            )  # fmt: skip
        return Piece(self.pdf(), page, caption=caption, **found)

    def front(self, html: str) -> Piece:
        """Print the title page and the table of contents."""
        self.page.set_content(html)
        self.page.add_style_tag(path=HERE / "front.css")
        return Piece(self.pdf(scale=1))

    def pdf(self, scale: float = SCALE) -> PdfReader:
        printed = self.page.pdf(scale=scale, prefer_css_page_size=True, print_background=True, tagged=True)
        return PdfReader(io.BytesIO(printed))


def footer(text: str, first: int) -> str:
    """A style sheet with ``text`` and the page number below each page; the numbers start at ``first``."""
    quoted = json.dumps(text, ensure_ascii=False)  # CSS quotes strings as JSON does
    return (
        f"html {{ counter-reset: page {first - 1} }}"
        f"@page {{ size: A4; margin: {TOP}mm {MARGIN}mm {BOTTOM}mm; font: 8pt sans-serif; color: #444;"
        f"@bottom-left {{ content: {quoted} }} @bottom-right {{ content: counter(page) }} }}"
    )
