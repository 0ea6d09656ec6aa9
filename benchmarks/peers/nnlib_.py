"""nnlib, through its public interface."""

from __future__ import annotations

import numpy as np
from task import Task

import nnlib

OPTIMIZERS = {"gradient_descent": nnlib.GradientDescent, "adam": nnlib.Adam}


def build(task: Task) -> nnlib.Network:
    """The task's network with its initial weights."""
    net = nnlib.mlp(task.sizes, task.hidden, dtype=task.X.dtype)
    for layer, (W, b) in zip(net.layers, task.start, strict=True):
        layer.W[:], layer.b[:] = W, b
    return net


def optimizer(task: Task) -> nnlib.optimizers.Optimizer:
    """The task's update rule."""
    return OPTIMIZERS[task.optimizer](task.learning_rate)


def fit(task: Task) -> tuple[nnlib.Network, np.ndarray]:
    """Train; return the network and the losses."""
    net = build(task)
    history = nnlib.train(
        net, task.X, task.y, optimizer=optimizer(task), epochs=task.epochs, loss=task.loss,
        batch_size=task.batch_size, seed=task.seed,
    )  # fmt: skip
    return net, history.loss


def train(task: Task) -> np.ndarray:
    return fit(task)[1]


def train_many(tasks: list[Task]) -> list[np.ndarray]:
    """All tasks at once: the same data, epochs and loss, any widths and learning rates."""
    one = tasks[0]
    histories = nnlib.train_many(
        [build(task) for task in tasks], one.X, one.y, optimizers=[optimizer(task) for task in tasks],
        epochs=one.epochs, loss=one.loss,
    )  # fmt: skip
    return [history.loss for history in histories]
