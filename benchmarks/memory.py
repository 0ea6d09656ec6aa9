"""By how much memory grows while nnlib trains W4: run in a fresh process, `python memory.py`; prints two figures in MB.

NumPy tells tracemalloc of every array, so its peak is what nnlib allocates. The peak of the resident set, where the
system tells it (Linux), has the matrix products' own buffers besides.
"""

from __future__ import annotations

import sys
import tracemalloc
from pathlib import Path

import numpy as np
from peers import nnlib_
from workloads import w4

STATUS, RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def resident(field: str) -> float:
    """``VmRSS``, the resident set now, or ``VmHWM``, its peak since the last reset, in MB."""
    line = next(line for line in STATUS.read_text("ascii").splitlines() if line.startswith(field))
    return int(line.split()[1]) / 1024


def traced() -> float:
    tracemalloc.start()
    nnlib_.train(w4())
    return tracemalloc.get_traced_memory()[1] / 2**20


def grown() -> float:
    RESET.write_text("5", "ascii")  # the peak begins anew
    before = resident("VmRSS")
    nnlib_.train(w4())
    return resident("VmHWM") - before


if __name__ == "__main__":
    task = w4()
    np.dot(task.X[:1000], task.start[0][0])  # the first matrix product of a process loads and allocates
    print({"traced": traced, "grown": grown}[sys.argv[1]]())
