"""nnlib's speed beside its peers, as ratios: `make bench`.

The task is the course's own: a 1-4-1 tanh network on 24 readings, full batch, plain gradient descent, float64, with the
loss recorded every epoch. All candidates run in one process, in random order in each round; a ratio is a peer's time
divided by nnlib's in the same round, so that a machine that slows down slows both. Medians over the rounds.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, sys.argv[1] if len(sys.argv) > 1 else "1")  # before NumPy is loaded

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPRegressor

import nnlib

EPOCHS, ROUNDS, RATE = 2000, 9, 0.05
day = nnlib.data.temperatures("1981-07-05")
X = nnlib.StandardScaler().fit(day.hours).transform(day.hours)[:, np.newaxis]
y = nnlib.StandardScaler().fit(day.celsius).transform(day.celsius)


def with_nnlib() -> float:
    net = nnlib.mlp([1, 4, 1], seed=0)
    return float(nnlib.train(net, X, y, optimizer=nnlib.GradientDescent(RATE), epochs=EPOCHS).loss[-1])


def with_scikit_learn() -> float:
    model = MLPRegressor(
        hidden_layer_sizes=(4,), activation="tanh", solver="sgd", alpha=0, batch_size=24, learning_rate_init=RATE,
        momentum=0, nesterovs_momentum=False, max_iter=EPOCHS, tol=0, n_iter_no_change=EPOCHS, random_state=0,
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(X, y)
    return 2 * float(model.loss_)  # it reports half the mean square


def start() -> list[np.ndarray]:
    net = nnlib.mlp([1, 4, 1], seed=0)
    return [array.copy() for layer in net.layers for array in (layer.W, layer.b)]


def with_textbook_numpy() -> float:
    """The matrix formulas of the chapter `training`, written straight down."""
    W1, b1, W2, b2 = start()
    column = y[:, np.newaxis]
    losses = []
    for _ in range(EPOCHS):
        A1 = np.tanh(X @ W1 + b1)
        error = A1 @ W2 + b2 - column
        losses.append(np.mean(error**2))
        delta2 = 2 * error / len(X)
        delta1 = (delta2 @ W2.T) * (1 - A1**2)
        W2 -= RATE * (A1.T @ delta2)
        b2 -= RATE * delta2.sum(axis=0)
        W1 -= RATE * (X.T @ delta1)
        b1 -= RATE * delta1.sum(axis=0)
    return float(losses[-1])


def with_a_loop_over_examples(epochs: int = EPOCHS // 20) -> float:
    """One example after the other, as formulas for a single example are often coded."""
    W1, b1, W2, b2 = start()
    w1, w2 = W1[0], W2[:, 0]
    total = 0.0
    for _ in range(epochs):
        total, g1, gb1, g2, gb2 = 0.0, np.zeros(4), np.zeros(4), np.zeros(4), 0.0
        for x, target in zip(X[:, 0], y, strict=True):
            a = np.tanh(w1 * x + b1)
            error = w2 @ a + b2[0] - target
            total += error**2 / len(X)
            delta2 = 2 * error / len(X)
            delta1 = delta2 * w2 * (1 - a**2)
            g2, gb2, g1, gb1 = g2 + delta2 * a, gb2 + delta2, g1 + delta1 * x, gb1 + delta1
        w1, b1, w2, b2 = w1 - RATE * g1, b1 - RATE * gb1, w2 - RATE * g2, b2 - RATE * gb2
    return total


PEERS: dict[str, tuple[Callable[[], float], float]] = {  # and what part of the epochs each one runs
    "nnlib": (with_nnlib, 1),
    "textbook NumPy": (with_textbook_numpy, 1),
    "scikit-learn": (with_scikit_learn, 1),
    "loop over examples": (with_a_loop_over_examples, 1 / 20),
}


def main() -> None:
    times: dict[str, list[float]] = {name: [] for name in PEERS}
    for _ in range(ROUNDS):
        for name in random.sample(list(PEERS), len(PEERS)):
            run, share = PEERS[name]
            before = time.perf_counter()
            run()
            times[name].append((time.perf_counter() - before) / share)
    assert abs(with_nnlib() - with_textbook_numpy()) < 1e-12  # the same computation

    threads = int(os.environ["OMP_NUM_THREADS"])
    records = []
    print(f"1-4-1, 24 rows, full batch, {EPOCHS} epochs; {threads} thread(s), {ROUNDS} rounds\n")
    print("| peer | peer time / nnlib time (median) | min | max |")
    print("|---|---|---|---|")
    for name in list(PEERS)[1:]:
        ratios = [peer / own for peer, own in zip(times[name], times["nnlib"], strict=True)]
        record = {"workload": "W1", "peer": name, "threads": threads, "rounds": ROUNDS,
                  "ratio": statistics.median(ratios), "minimum": min(ratios), "maximum": max(ratios)}  # fmt: skip
        records.append(record)
        print(f"| {name} | {record['ratio']:.1f} | {record['minimum']:.1f} | {record['maximum']:.1f} |")
    print(f"\nnnlib: {1e6 * statistics.median(times['nnlib']) / EPOCHS:.1f} µs an epoch")
    (Path(__file__).parent / "results.json").write_text(json.dumps(records, indent=1) + "\n")


if __name__ == "__main__":
    main()
