"""The floor: the matrix products of a task alone, the same shapes, into arrays made beforehand. Nothing is learned."""

from __future__ import annotations

import numpy as np
from task import Task


def arrays(task: Task, rows: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """For each layer the weights, and an array (rows, n_out); no zeros, no tiny numbers."""
    outputs = [np.full((rows, len(b)), 0.5, task.X.dtype) for _, b in task.start]
    return [W.copy() for W, _ in task.start], outputs


def train(task: Task) -> None:
    """One epoch: forward ``A_prev @ W``; backward ``A_prev.T @ delta`` and, but for layer 1, ``delta @ W.T``."""
    size, N = task.batch_size or len(task.X), len(task.X)
    made = {rows: (*arrays(task, rows), arrays(task, rows)[1]) for rows in {min(size, N), N % size} - {0}}
    by_weights = [np.empty_like(W) for W, _ in task.start]
    for first in range(0, N, size):
        X = task.X[first : first + size]
        weights, A, delta = made[len(X)]
        inputs = [X, *A[:-1]]
        for i, W in enumerate(weights):
            np.dot(inputs[i], W, out=A[i])
        for i in range(len(weights) - 1, -1, -1):
            np.dot(inputs[i].T, delta[i], out=by_weights[i])
            if i > 0:
                np.dot(delta[i], weights[i].T, out=delta[i - 1])


def predict(task: Task, batch: int) -> None:
    """The forward products for all rows, ``batch`` at a time (a divisor of their number)."""
    weights, outputs = arrays(task, batch)
    for first in range(0, len(task.X), batch):
        A = task.X[first : first + batch]
        for W, out in zip(weights, outputs, strict=True):
            A = np.dot(A, W, out=out)
