"""Times of several runs, interleaved in random order, and their ratios."""

from __future__ import annotations

import gc
import random
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

_START = time.perf_counter()
PAUSE = 0.05  # seconds before each run: OpenBLAS's threads look for work for 0.03 s before they sleep


def interleave(runs: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Seconds of each run, ``rounds`` times each, after one run of each to warm up; every round has its own order."""
    for run in runs.values():
        run()
    gc.collect()
    gc.freeze()  # what other libraries keep is not searched again in each run
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name in random.sample(list(runs), len(runs)):
            time.sleep(PAUSE)
            before = time.perf_counter()
            runs[name]()
            seconds[name].append(time.perf_counter() - before)
    gc.unfreeze()
    return seconds


def ratio(peer: Sequence[float], own: Sequence[float]) -> dict[str, Any]:
    """Peer time / own time of the same round: the median over the rounds, the smallest and the largest."""
    ratios = [a / b for a, b in zip(peer, own, strict=True)]
    return {
        "ratio": statistics.median(ratios),
        "minimum": min(ratios),
        "maximum": max(ratios),
        "rounds": len(ratios),
    }


def say(text: str) -> None:
    """Progress, with the seconds since the start; kept apart from the table."""
    print(f"{time.perf_counter() - _START:4.0f} s  {text}", file=sys.stderr, flush=True)
