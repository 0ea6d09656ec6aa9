"""JAX on the CPU: one compiled step in a Python loop; besides, for full batches, the whole loop compiled.

The losses stay on the device until the end, so that a step can be started before the one before has finished.
"""

from __future__ import annotations

import time
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from task import Task

jax.config.update("jax_enable_x64", True)


class Settings(NamedTuple):
    """What a step is compiled for."""

    hidden: str
    loss: str
    learning_rate: float


def settings(task: Task) -> Settings:
    return Settings(task.hidden, task.loss, task.learning_rate)


def initial(task: Task) -> tuple:
    """Parameters, and what Adam remembers: both of its means, and the number of steps made."""
    params = [(jnp.array(W), jnp.array(b)) for W, b in task.start]
    if task.optimizer == "gradient_descent":
        return params, None
    zeros = partial(jax.tree.map, jnp.zeros_like)
    return params, (zeros(params), zeros(params), jnp.zeros((), task.X.dtype))


def loss(params: Any, X: jax.Array, y: jax.Array, s: Settings) -> jax.Array:
    A = X
    for W, b in params[:-1]:
        A = {"tanh": jnp.tanh, "relu": jax.nn.relu}[s.hidden](A @ W + b)
    W, b = params[-1]
    output = A @ W + b
    if s.loss == "mse":
        return jnp.mean((output - y) ** 2)
    return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(output), y[:, None], axis=1))


def update(state: tuple, X: jax.Array, y: jax.Array, s: Settings) -> tuple:
    """One step: the new state, and the loss before it."""
    params, memory = state
    value, direction = jax.value_and_grad(loss)(params, X, y, s)
    if memory is not None:
        mean, square, t = memory
        t = t + 1
        mean = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, mean, direction)
        square = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, square, direction)
        memory = mean, square, t
        direction = jax.tree.map(
            lambda m, v: m / (1 - 0.9**t) / (jnp.sqrt(v / (1 - 0.999**t)) + 1e-8), mean, square
        )  # fmt: skip
    params = jax.tree.map(lambda p, d: p - s.learning_rate * d, params, direction)
    return (params, memory), value


step = jax.jit(update, static_argnames="s", donate_argnames="state")


def train(task: Task) -> np.ndarray:
    state, s = initial(task), settings(task)
    if task.batch_size is None:
        X, y = jax.device_put(task.X), jax.device_put(task.y)
        losses = []
        for _ in range(task.epochs):
            state, value = step(state, X, y, s)
            losses.append(value)
        return np.array(jax.device_get(losses))
    rng = np.random.default_rng(task.seed)
    values, rows_of = [], []
    for _ in range(task.epochs):
        order = rng.permutation(len(task.X))
        for first in range(0, len(order), task.batch_size):
            rows = order[first : first + task.batch_size]
            state, value = step(state, task.X[rows], task.y[rows], s)
            values.append(value)
            rows_of.append(len(rows))
    weighted = np.array(jax.device_get(values)) * rows_of
    return weighted.reshape(task.epochs, -1).sum(axis=1) / len(task.X)


@partial(jax.jit, static_argnames=("s", "epochs"))
def whole_loop(state: tuple, X: jax.Array, y: jax.Array, s: Settings, epochs: int) -> tuple:
    """All epochs of a full-batch task as one program."""
    return jax.lax.scan(lambda state, _: update(state, X, y, s), state, length=epochs)


def train_whole(task: Task) -> np.ndarray:
    return np.array(whole_loop(initial(task), task.X, task.y, settings(task), task.epochs)[1])


def seconds_to_compile_whole(task: Task) -> float:
    before = time.perf_counter()
    whole_loop.lower(initial(task), task.X, task.y, settings(task), task.epochs).compile()
    return time.perf_counter() - before
