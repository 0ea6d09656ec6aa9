"""What a student's kernel needs: each chapter run from top to bottom, measured (`make memory`, on Linux).

PSS counts a page that several processes share in equal parts, so that the kernels of a class add up.
"""

from __future__ import annotations

import sys
import threading

import jupytext
import psutil
from nbclient import NotebookClient

from tests.contract import ROOT, chapters

LIMIT = 300  # MB
EVERY = 0.1  # seconds


def pss(process: psutil.Process) -> float:
    """The proportional share of memory of a process, in MB; not of others that it starts, such as Dask's."""
    return process.memory_full_info().pss / 1e6


def measure(chapter: str) -> tuple[float, float, float]:
    """The kernel's memory after the last cell and at most, in MB, and its processor time in seconds."""
    notebook = jupytext.read(ROOT / "book" / f"{chapter}.md", fmt="md:myst")
    client = NotebookClient(notebook, timeout=180, resources={"metadata": {"path": str(ROOT / "book")}})
    seen, ended = [0.0], threading.Event()

    def watch(kernel: psutil.Process) -> None:
        while not ended.wait(EVERY):
            seen.append(pss(kernel))

    with client.setup_kernel():
        kernel = psutil.Process(client.km.provisioner.pid)
        watcher = threading.Thread(target=watch, args=(kernel,))
        watcher.start()
        try:
            for i, cell in enumerate(notebook.cells):
                client.execute_cell(cell, i)
        finally:
            ended.set()
            watcher.join()
        at_end, times = pss(kernel), kernel.cpu_times()
    return at_end, max(*seen, at_end), times.user + times.system


def main(names: list[str]) -> None:
    print(f"{'chapter':18} {'at the end':>12} {'at most':>12} {'processor':>12}", flush=True)
    most = 0.0
    for name in names or chapters():
        at_end, peak, seconds = measure(name)
        most = max(most, peak)
        print(f"{name:18} {at_end:9.0f} MB {peak:9.0f} MB {seconds:10.0f} s", flush=True)
    print(f"the most: {most:.0f} MB of PSS, allowed: {LIMIT} MB")
    if most >= LIMIT:
        raise SystemExit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
