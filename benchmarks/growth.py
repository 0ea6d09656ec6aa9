"""How nnlib's cost grows with the rows and with the parameters: the same work in all, in larger and larger pieces."""

from __future__ import annotations

import statistics
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from peers import nnlib_
from task import Task
from timing import interleave, ratio, say
from workloads import start

TIMES = {10**4: 100, 5 * 10**4: 20, 2 * 10**5: 5, 10**6: 1}  # a size, and how many epochs make up the work
SIDE = {10**4: 70, 5 * 10**4: 158, 2 * 10**5: 316, 10**6: 707}  # neurons of each layer: 2 (side² + side) parameters
STEPS = 20


def rows() -> dict[int, Task]:
    """1-4-1 in batches of 128, with up to a million rows."""
    X = np.random.default_rng(0).standard_normal((10**6, 1))
    one = Task(
        X, np.sin(X), start([1, 4, 1], "tanh"), "tanh", "mse", "gradient_descent", 0.05, epochs=1, batch_size=128
    )
    return {size: replace(one, X=X[:size], y=one.y[:size], epochs=epochs) for size, epochs in TIMES.items()}


def parameters() -> dict[int, Task]:
    """Two square layers, float32, 20 batches of 128, Adam."""
    tasks = {}
    for size, epochs in TIMES.items():
        side = SIDE[size]
        X = np.random.default_rng(0).standard_normal((STEPS * 128, side), dtype=np.float32)
        weights = start([side, side, side], "relu", dtype="float32")
        tasks[size] = Task(X, X, weights, "relu", "mse", "adam", 0.001, epochs=epochs, batch_size=128)
    return tasks


def measure(rounds: int) -> list[dict[str, Any]]:
    """Nanoseconds a row, and a parameter and step, at each size; and the last over the first."""
    records: list[dict[str, Any]] = []
    for name, tasks in (("rows", rows()), ("parameters", parameters())):
        say(f"growth in {name}")
        seconds = interleave({str(size): partial(nnlib_.train, task) for size, task in tasks.items()}, rounds)
        units = {str(size): size * TIMES[size] * (1 if name == "rows" else STEPS) for size in tasks}
        each = {size: [1e9 * s / units[size] for s in times] for size, times in seconds.items()}
        workload = f"growth in {name}"
        first, *_, last = each
        own = {"nnlib": statistics.median(each[first]), "unit": f"ns each at {float(first):.0e}"}
        records.append({"workload": workload, "peer": "itself at 10^4", **ratio(each[last], each[first]), **own})
        records += [
            {"workload": workload, "peer": "size", "size": int(size), "value": statistics.median(times),
             "unit": "ns", "minimum": min(times), "maximum": max(times), "rounds": rounds}
            for size, times in each.items()
        ]  # fmt: skip
    return records
