"""Every page of the built site, measured: `make audit`, or `python -m audit [page ...] [--runs N]`.

A folder of its own beside tests and benchmarks: it needs Node, takes minutes, and judges the site as a reader's phone
would. Served with gzip under a base path, each page is put to Lighthouse and to Chromium (light and dark, scrolled to
its end, each figure moved). Prints one Markdown table, writes ``_build/audit.json``, and exits with an error where a
target is missed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from audit.node import CATEGORIES, html_errors, install, lighthouse
from tests.conftest import ARGUMENTS, CHROMIUM, ROOT, SITE, Server
from tests.test_site import WHOLE, Visit, all_links, blocking, broken_links, ready
from tests.trace import moves

REPORT = ROOT / "_build" / "audit.json"
COUNTS = ("blocking", "axe", "console", "requests", "html", "links")  # lists of findings
COLUMNS = ("performance", "accessibility", "best-practices", "seo", "kB", "move ms", *COUNTS)
LEAST = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}  # on each page
MOST = {"kB": 500, "move ms": 16, **dict.fromkeys(COUNTS, 0)}
LEAST_MEDIAN, MOST_MEDIAN = {"performance": 98}, {"kB": 300}
MOVES = 6


def pages(wanted: list[str]) -> list[str]:
    """The pages of the site, or those that are asked for by name; not those that only lead on to another."""
    every = {
        path.relative_to(SITE).as_posix() for path in SITE.rglob("*.html")
        if not {"_static", "lite"} & set(path.relative_to(SITE).parts)
        and 'http-equiv="refresh"' not in path.read_text("utf-8")
    }  # fmt: skip
    chosen = {page for page in every if not wanted or Path(page).stem in wanted or page in wanted}
    unknown = [name for name in wanted if not any(name in (page, Path(page).stem) for page in every)]
    if unknown:
        raise SystemExit(f"no page {unknown[0]!r}; the site has {', '.join(sorted(Path(p).stem for p in every))}")
    return sorted(chosen, key=lambda page: (not page.startswith("book/"), page))


def look(browser: Any, server: Server, page: str) -> dict[str, Any]:
    """What Chromium finds on a page: its weight, what it asks for and complains about, axe, and what a move costs."""
    found: dict[str, Any] = {"axe": [], "console": [], "requests": []}
    found["blocking"] = blocking((SITE / page).read_text("utf-8"))
    for scheme, width in (("light", 1280), ("dark", 390)):
        server.sent.clear()
        with Visit(
            browser, server, f"{page}{WHOLE}", color_scheme=scheme, viewport={"width": width, "height": 900}
        ) as v:
            v.page.on("response", lambda r: found["requests"].append(f"{r.status} {r.url}") if r.status > 399 else None)
            v.scroll_to_the_end()
            v.page.wait_for_load_state("networkidle")
            found["kB"] = round(sum(server.sent.values()) / 1000)
            v.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            v.page.wait_for_timeout(600)  # what opens fades in
            for rule in Axe().run(v.page).response["violations"]:
                found["axe"] += [f"{scheme}: {rule['id']}: {node['target']}" for node in rule["nodes"]]
            found["console"] += v.complaints
            found["requests"] += v.left
    with Visit(browser, server, page) as v:
        figures = v.page.locator(".nn-explore").count()
        took = [statistics.median(moves(browser, v.page, ready(v.page, i), MOVES)) for i in range(figures)]
        found["move ms"] = round(max(took), 1) if took else None
    return found


def medians(rows: dict[str, dict[str, Any]]) -> dict[str, float]:
    known = {column: [row[column] for row in rows.values() if row[column] is not None] for column in COLUMNS}
    return {
        column: statistics.median(len(value) if isinstance(value, list) else value for value in values)
        for column, values in known.items() if values
    }  # fmt: skip


def missed(rows: dict[str, dict[str, Any]]) -> list[str]:
    """The targets that are missed, in words. Performance is asked of chapters alone, on each."""
    complaints = []
    for page, row in rows.items():
        for column in COLUMNS:
            value = row[column]
            if isinstance(value, list):
                complaints += [f"{page}: {column}: {finding}" for finding in value]
            elif column in LEAST and (column != "performance" or page.startswith("book/")):
                why = ", ".join(row["failed"])
                complaints += [f"{page}: {column} {value} < {LEAST[column]} ({why})"] * (value < LEAST[column])
            elif column in MOST and value is not None and value > MOST[column]:
                complaints.append(f"{page}: {column} {value} > {MOST[column]}")
    middle = medians(rows)
    complaints += [f"median: {c} {middle[c]:g} < {least}" for c, least in LEAST_MEDIAN.items() if middle[c] < least]
    complaints += [f"median: {c} {middle[c]:g} > {most}" for c, most in MOST_MEDIAN.items() if middle[c] > most]
    return complaints


def line(name: str, row: dict[str, Any]) -> str:
    cells = [row.get(column) for column in COLUMNS]
    texts = [str(len(c)) if isinstance(c, list) else "" if c is None else f"{c:g}" for c in cells]
    return f"| {name} | {' | '.join(texts)} |"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m audit", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("pages", nargs="*", help="names of pages, such as training; all without")
    parser.add_argument("--runs", type=int, default=3, help="Lighthouse runs a page, of which the median counts")
    options = parser.parse_args()
    if options.runs < 1:
        parser.error("--runs: expected at least 1")
    if CHROMIUM is None:
        raise SystemExit("make audit needs Chromium (Debian: apt-get install chromium)")
    if not (SITE / "index.html").exists():
        raise SystemExit("the site is not built: run `make book` first")
    chosen = pages(options.pages)
    install()
    errors, links = html_errors([SITE / page for page in chosen]), all_links()
    server = Server(SITE, "/repo")
    rows: dict[str, dict[str, Any]] = {}
    print(f"| page | {' | '.join(COLUMNS)} |\n|---|{'---:|' * len(COLUMNS)}", flush=True)
    for page in chosen:
        with sync_playwright() as playwright:  # closed before Lighthouse starts a browser of its own
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            seen = look(browser, server, page)
            browser.close()
        scores = lighthouse(f"{server.address}/{page}", options.runs)
        rows[page] = {
            **scores,
            **seen,
            "html": errors[SITE / page],
            "links": broken_links(page, links) + links[page].mute,
        }
        print(line(page, rows[page]), flush=True)
    print(line("**median**", medians(rows)))
    complaints = missed(rows)
    report = {"runs": options.runs, "categories": CATEGORIES, "pages": rows, "medians": medians(rows)}
    REPORT.write_text(json.dumps({**report, "missed": complaints}, indent=1) + "\n", "utf-8")
    if complaints:
        print("\nMissed:\n" + "\n".join(f"- {complaint}" for complaint in complaints))
        sys.exit(1)


if __name__ == "__main__":
    main()
