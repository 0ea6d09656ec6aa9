"""The workloads W1 to W6: data, networks and settings. All data are measured and come with nnlib, or seeded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from task import Task

import nnlib


def start(sizes: list[int], hidden: str, seed: int = 0, dtype: str = "float64") -> tuple:
    """Initial weights and biases: Glorot's for tanh, He's for ReLU."""
    net = nnlib.mlp(sizes, hidden, initializer={"tanh": "glorot", "relu": "he"}[hidden], seed=seed, dtype=dtype)
    return tuple((layer.W.copy(), layer.b.copy()) for layer in net.layers)


def w1() -> Task:
    """The course's own: four neurons learn a day of 24 measured temperatures."""
    day = nnlib.data.temperatures("1981-07-05")
    X, y = (nnlib.StandardScaler().fit(v).transform(v)[:, np.newaxis] for v in (day.hours, day.celsius))
    return Task(X, y, start([1, 4, 1], "tanh"), "tanh", "mse", "gradient_descent", 0.05, epochs=10_000)


def w2() -> Task:
    """A noisy surface over two inputs."""
    rng = np.random.default_rng(2)
    X = rng.uniform(-2, 2, (400, 2))
    y = np.sin(2 * X[:, :1]) * np.cos(X[:, 1:]) + rng.normal(0, 0.1, (400, 1))
    return Task(X, y, start([2, 16, 16, 1], "tanh"), "tanh", "mse", "adam", 0.005, epochs=200, batch_size=32)


@dataclass(frozen=True)
class Classification:
    """A task with examples held back."""

    task: Task
    X_test: np.ndarray
    y_test: np.ndarray


def w3(seed: int = 0) -> Classification:
    """Handwritten digits, a fifth of them held back; the seed decides the split, the start and the order."""
    digits = nnlib.data.digits()
    order = np.random.default_rng(seed).permutation(len(digits.X))
    test, train = order[:360], order[360:]
    task = Task(
        digits.X[train], digits.y[train], start([64, 32, 10], "relu", seed),
        "relu", "cross_entropy", "adam", 0.005, epochs=30, batch_size=32, seed=seed,
    )  # fmt: skip
    return Classification(task, digits.X[test], digits.y[test])


@cache
def w4() -> Task:
    """The size of MNIST without a download: 60,000 rows, ten classes, each a centre with noise around it."""
    rng = np.random.default_rng(4)
    labels = rng.integers(0, 10, 60_000)
    X = rng.standard_normal((60_000, 784), dtype=np.float32)
    X += 0.1 * rng.standard_normal((10, 784), dtype=np.float32)[labels]
    weights = start([784, 128, 64, 10], "relu", dtype="float32")
    return Task(X, labels, weights, "relu", "cross_entropy", "adam", 0.001, epochs=1, batch_size=128)


def w6() -> list[Task]:
    """W1 at six learning rates and five widths, 2,000 epochs each: the grid of a figure with two sliders."""
    return [
        replace(w1(), start=start([1, width, 1], "tanh"), learning_rate=float(rate), epochs=2000)
        for rate in np.geomspace(0.003, 0.1, 6)
        for width in (1, 2, 4, 8, 16)
    ]
