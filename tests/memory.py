"""What a student's kernel needs: the memory of each chapter, run from top to bottom (`make memory`, on Linux).

PSS counts a page that several processes share in equal parts, so that the kernels of a class add up.
"""

from __future__ import annotations

import re
import sys
import threading
from pathlib import Path

import jupytext
from nbclient import NotebookClient

from tests.contract import ROOT, chapters

LIMIT = 300  # MB
EVERY = 0.1  # seconds


def pss(pid: int) -> float:
    """The proportional share of memory of one process, in MB; 0 when it has ended."""
    try:
        found = re.search(r"^Pss: +(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text("ascii"), re.MULTILINE)
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return int(found[1]) * 1024 / 1e6 if found else 0.0


def measure(chapter: str) -> tuple[float, float]:
    """The kernel's memory after the last cell, and the most at any time while the chapter ran."""
    notebook = jupytext.read(ROOT / "book" / f"{chapter}.md", fmt="md:myst")
    client = NotebookClient(notebook, timeout=180, resources={"metadata": {"path": str(ROOT / "book")}})
    seen, ended = [0.0], threading.Event()

    def watch(pid: int) -> None:
        while not ended.wait(EVERY):
            seen.append(pss(pid))

    with client.setup_kernel():
        pid = client.km.provisioner.pid
        watcher = threading.Thread(target=watch, args=(pid,))
        watcher.start()
        try:
            for i, cell in enumerate(notebook.cells):
                client.execute_cell(cell, i)
            at_end = pss(pid)
        finally:
            ended.set()
            watcher.join()
    return at_end, max(seen)


def main(names: list[str]) -> None:
    print(f"{'chapter':18} {'at the end':>12} {'at most':>12}   (PSS of the kernel)", flush=True)
    most = 0.0
    for name in names or chapters():
        at_end, peak = measure(name)
        most = max(most, peak)
        print(f"{name:18} {at_end:9.0f} MB {peak:9.0f} MB", flush=True)
    print(f"the most: {most:.0f} MB, allowed: {LIMIT} MB")
    if most >= LIMIT:
        raise SystemExit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
