"""Fixtures: the built site behind a local server, and a real Chromium to look at it with."""

from __future__ import annotations

import contextlib
import functools
import gzip
import http.server
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).parents[1]
SITE = ROOT / "_build" / "html"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
# No sandbox: in a container root cannot make one. No background networking: nothing but the page is asked for.
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


class Server(http.server.ThreadingHTTPServer):
    """A static file server that compresses, as web hosts do, and counts the bytes that it sends for each path.

    With a ``base`` such as "/repo" the site lies under that path, as it does on GitHub Pages.
    """

    def __init__(self, directory: Path, base: str = "") -> None:
        self.sent: dict[str, int] = {}
        self.base = base
        super().__init__(("127.0.0.1", 0), functools.partial(Handler, directory=str(directory)))
        threading.Thread(target=self.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server_port}{base}"


class Handler(http.server.SimpleHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path.removeprefix(self.server.base)))
        if not self.path.startswith(f"{self.server.base}/") or not path.is_file():
            self.send_error(404)
            return
        kind, body = self.guess_type(path), path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        if path.suffix not in (".woff2", ".png"):
            body = gzip.compress(body)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.server.sent[urlsplit(self.path).path] = len(body)
        with contextlib.suppress(ConnectionError):  # a page that is closed early
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="session")
def site() -> Iterator[Server]:
    """The built site. ``make test`` builds it first."""
    if not (SITE / "index.html").exists():
        pytest.fail("the site is not built: run `make book` first, or `make test`, which does")
    server = Server(SITE)
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def browser():
    """Chromium, driven by Playwright; without it the browser tests are skipped."""
    if CHROMIUM is None:
        pytest.skip("no Chromium found: install it (Debian: apt-get install chromium) to run the browser tests")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()
