"""All measurements with one number of threads, in one process: `bench.py` starts it once for each number."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import growth
import jax
import numpy as np
import startup
import torch
from peers import class_style, floor, jax_, nnlib_, per_sample, pytorch, scikit_learn
from task import Task
from timing import interleave, ratio, say
from workloads import w1, w2, w3, w4, w6

Train = Callable[[Task], np.ndarray]
Record = dict[str, Any]

FRAMEWORKS: dict[str, Train] = {
    "scikit-learn": scikit_learn.train,
    "PyTorch eager": pytorch.train,
    "JAX, compiled step": jax_.train,
}
ADAM: dict[str, Train] = {**FRAMEWORKS, "PyTorch eager, fused Adam": partial(pytorch.train, fused=True)}
LOOPS: dict[str, Train] = {
    "per-sample loop": per_sample.train,
    "class style": class_style.train,
    "JAX, whole loop compiled": jax_.train_whole,
}
FEWER = {  # epochs in each round, where the task's take too long
    "W1": {"PyTorch eager": 2000, "per-sample loop": 500},
    "W2": {"PyTorch eager": 50, "PyTorch eager, fused Adam": 50},
    "W3": {"PyTorch eager": 10, "PyTorch eager, fused Adam": 10},
}


def check(name: str, task: Task, trains: dict[str, Train]) -> None:
    """Each peer computes what nnlib computes: the same losses, when all train full batches from the same start."""
    rows = min(2000, len(task.X))
    epochs = 500 if task.batch_size is None else 20
    short = replace(task, X=task.X[:rows], y=task.y[:rows], batch_size=None, epochs=epochs)
    expected = nnlib_.train(short)
    for peer, train in trains.items():
        difference = float(np.abs(train(short) - expected).max())
        tolerance = 1e-9 if task.X.dtype == np.float64 else 1e-4
        if peer == "scikit-learn" and task.optimizer == "adam":
            tolerance = 1e-3  # its Adam adds ε before the mean square is corrected, not after
        say(f"{name}, {peer}: losses within {difference:.0e} of nnlib's")
        if not difference <= tolerance:
            raise AssertionError(f"{name}, {peer}: losses differ from nnlib's by {difference:.0e}, not the same work")


def compare(name: str, task: Task, trains: dict[str, Train], rounds: int, unit: str, scale: float) -> list[Record]:
    """Peers beside nnlib; nnlib's own time is recorded too: ``scale`` times the seconds an epoch, in ``unit``."""
    check(name, task, trains)
    trains = {"nnlib": nnlib_.train, **trains}
    tasks = dict.fromkeys(trains, task)
    tasks |= {peer: replace(task, epochs=epochs) for peer, epochs in FEWER.get(name, {}).items()}
    last = {}

    def run(peer: str) -> None:
        last[peer] = float(trains[peer](tasks[peer])[-1])

    seconds = interleave({peer: partial(run, peer) for peer in trains}, rounds)
    each = {peer: [s / tasks[peer].epochs for s in times] for peer, times in seconds.items()}
    for peer in trains:  # other orders of the examples, the same success
        if tasks[peer].epochs == task.epochs and not 2 / 3 < last[peer] / last["nnlib"] < 3 / 2:
            raise AssertionError(f"{name}, {peer}: final loss {last[peer]:.3g}, nnlib's {last['nnlib']:.3g}")
    own = {"nnlib": scale * statistics.median(each["nnlib"]), "unit": unit}
    return [
        {"workload": name, "peer": peer, **ratio(each[peer], each["nnlib"]), **own, "peer_epochs": tasks[peer].epochs}
        for peer in list(trains)[1:]
    ]


def floors(rounds: int) -> list[Record]:
    """W4 and W5 beside their matrix products alone."""
    say("W4 and W5, matrix products alone")
    task = w4()
    net = nnlib_.build(task)
    batches = [task.X[first : first + 10_000] for first in range(0, len(task.X), 10_000)]
    runs = {
        "W4": (partial(nnlib_.train, task), partial(floor.train, task), 1.0, "s an epoch"),
        "W5": (lambda: [net.predict(X) for X in batches], lambda: floor.predict(task, 10_000), 1000 / 6, "ms a batch"),
    }
    records = []
    for name, (own, products, parts, unit) in runs.items():
        seconds = interleave({"nnlib": own, "floor": products}, rounds)
        records.append({
            "workload": name, "peer": "matrix products alone", **ratio(seconds["floor"], seconds["nnlib"]),
            "nnlib": parts * statistics.median(seconds["nnlib"]), "unit": unit,
        })  # fmt: skip
    return records


def many(rounds: int) -> Record:
    """W6: all networks at once beside nnlib's own loop over them."""
    tasks = w6()

    def one_by_one() -> list[np.ndarray]:
        return [nnlib_.train(task) for task in tasks]

    difference = np.abs(np.array(nnlib_.train_many(tasks)) - np.array(one_by_one())).max()
    say(f"W6: losses within {difference:.0e} of one after the other")
    if not difference <= 1e-12:
        raise AssertionError(f"W6: losses differ by {difference:.0e}")
    seconds = interleave({"nnlib": lambda: nnlib_.train_many(tasks), "one by one": one_by_one}, rounds)
    return {
        "workload": "W6", "peer": "one after the other", **ratio(seconds["one by one"], seconds["nnlib"]),
        "nnlib": statistics.median(seconds["nnlib"]), "unit": "s in all",
    }  # fmt: skip


def accuracies() -> list[Record]:
    """W3 for five seeds: mean test accuracy, and by how much it exceeds scikit-learn's on the same splits."""
    say("W3, test accuracy")
    found = []
    for seed in range(5):
        digits = w3(seed)
        net, model = nnlib_.fit(digits.task)[0], scikit_learn.fit(digits.task)[0]
        labels = net.predict(digits.X_test).argmax(axis=1), model.predict(digits.X_test)
        found.append([float(np.mean(given == digits.y_test)) for given in labels])
    own, peer = np.array(found).T
    return [
        {
            "workload": "W3", "peer": what, "value": float(values.mean()), "unit": "",
            "minimum": float(values.min()), "maximum": float(values.max()), "rounds": len(values),
        }
        for what, values in (("test accuracy", own), ("test accuracy less scikit-learn's", own - peer))
    ]  # fmt: skip


def memory() -> list[Record]:
    """W4's memory, each figure in a process of its own."""
    say("W4, memory")
    records = []
    for what, peer in (("traced", "memory, arrays"), ("grown", "memory, resident")):
        code = [sys.executable, str(Path(__file__).parent / "memory.py"), what]
        value = float(subprocess.run(code, capture_output=True, check=True, text=True).stdout)
        records.append({"workload": "W4", "peer": peer, "value": value, "unit": "MB", "rounds": 1})
    return records


def main(threads: int, path: Path) -> None:
    torch.set_num_threads(threads)
    jax.config.update("jax_cpu_enable_async_dispatch", threads > 1)  # else a second thread computes
    say(f"{threads} thread(s)")
    compiling = jax_.seconds_to_compile_whole(w1())
    records = [
        *compare("W1", w1(), {**FRAMEWORKS, **LOOPS}, 9, "µs an epoch", 1e6),
        {"workload": "W1", "peer": "JAX, compiling the whole loop", "value": compiling, "unit": "s", "rounds": 1},
        *compare("W2", w2(), ADAM, 9, "µs an update", 1e6 / w2().updates),
        *compare("W3", w3().task, ADAM, 15, "µs an update", 1e6 / w3().task.updates),
        *compare("W4", w4(), ADAM, 7, "s an epoch", 1),
        *floors(9),
        many(7),
        *growth.measure(7),
        *memory(),
    ]
    if threads == 1:  # these do not depend on it
        records += [*startup.fresh(w1(), 3), *accuracies(), startup.imports(15)]
    path.write_text(json.dumps([{"threads": threads, **record} for record in records]), "utf-8")


if __name__ == "__main__":
    main(int(os.environ["OMP_NUM_THREADS"]), Path(sys.argv[1]))
