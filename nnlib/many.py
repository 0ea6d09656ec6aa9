"""Many runs at once: networks that differ in width, seed or learning rate, trained side by side on the same data.

NumPy needs about as long to start an operation as to carry it out on a tiny network. Here one operation serves all
networks: every array of a layer gets a leading axis, one entry a run, as wide as the widest of the networks.
"""

from __future__ import annotations

import copy
import sys
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from nnlib.history import DivergenceWarning, History
from nnlib.layers import Dense, Dropout, Trace
from nnlib.losses import Loss
from nnlib.network import Network
from nnlib.optimizers import Optimizer
from nnlib.schedules import Schedule, rate
from nnlib.training import checked
from nnlib.validation import Array, count


def train_many(
    nets: Sequence[Network],
    X: Array,
    y: Array,
    *,
    optimizers: Sequence[Optimizer],
    epochs: int,
    loss: str | Loss = "mse",
) -> list[History]:
    """Train every network as ``train(net, X, y, optimizer=..., epochs=epochs, loss=loss)`` would, all at once.

    For many small networks this is several times faster than one after the other, with the same losses to rounding.
    Full batches only. A run that diverges stops on its own; the others go on.

    Parameters
    ----------
    nets : sequence of Network
        With the same number of layers and the same activations; the widths may differ (not those of softmax), and of
        course the weights.
    X : array_like, shape (N, n_in)
    y : array_like, shape (N, n_out), or (N,) for one output or for class labels
    optimizers : sequence of Optimizer
        One for each network, of one kind; the learning rates may differ.
    epochs : int
    loss : str or Loss

    Returns
    -------
    list of History
        One for each network, in their order.

    Raises
    ------
    ValueError, TypeError
        For networks or optimisers that cannot run side by side, and as :func:`train`, before anything is changed.

    Examples
    --------
    >>> from nnlib import GradientDescent, mlp
    >>> X, y = np.array([[-1.0], [0.0], [1.0]]), np.array([1.0, 0.0, 1.0])
    >>> nets = [mlp([1, width, 1], seed=0) for width in (1, 4, 8)]
    >>> histories = train_many(nets, X, y, optimizers=[GradientDescent(0.1) for _ in nets], epochs=5000)
    >>> [bool(history.loss[-1] < 0.01) for history in histories]
    [False, True, True]
    """
    nets, optimizers = list(nets), list(optimizers)
    if not nets:
        raise ValueError("nets: expected at least one network, got none")
    for net in nets:
        data = checked(net, X, y, loss)
    X, y, loss = data
    steps = _check_alike(nets, optimizers)
    epochs = count("epochs", epochs)

    stack = _Stack(nets)
    optimizer = copy.copy(optimizers[0])
    memory = {name: stack.pack([one.memory[name] for one in optimizers]) for name in optimizer.remembers if steps}
    optimizer.begin(stack.params, steps, memory)
    optimizer.learning_rate = _rates(optimizers, 0, X.dtype)
    scheduled = any(isinstance(one.learning_rate, Schedule) for one in optimizers)
    traces = stack.traces(len(X))
    recorded = np.zeros((epochs, len(nets)))
    limit = np.full(len(nets), sys.float_info.max)
    ended: dict[int, tuple[int, Array, dict[str, Array]]] = {}  # run: epoch, parameters and memory when it diverged
    done, interrupted = 0, False
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            for epoch in range(epochs):
                y_hat = stack.run_forward(X, traces)
                value = recorded[epoch] = loss.value_and_gradient(y_hat, y, out=traces[-1].dA)
                if not (value <= limit).all():  # a run that has diverged keeps computing, and is not looked at
                    for run in np.flatnonzero(~(value <= limit)).tolist():
                        memory = {name: values[run].copy() for name, values in optimizer.memory.items()}
                        ended.setdefault(run, (epoch, stack.params[run].copy(), memory))
                stack.run_backward(traces)
                stack.grads *= stack.used
                if scheduled:
                    optimizer.learning_rate = _rates(optimizers, optimizer.iterations, X.dtype)
                optimizer.step(stack.params, stack.grads)
                done = epoch + 1
                if epoch == 0:
                    limit = 1e6 * (1 + value)
    except KeyboardInterrupt:
        interrupted = True

    histories = []
    for run, (net, one) in enumerate(zip(nets, optimizers, strict=True)):
        last = {name: values[run] for name, values in optimizer.memory.items()}
        at, params, memory = ended.get(run, (None, stack.params[run], last))
        net.params[:] = params[stack.places[run]]
        steps = optimizer.iterations - (0 if at is None else done - at)
        one.rate = rate(one.learning_rate, max(steps - 1, 0))
        one.begin(net.params, steps, {name: values[stack.places[run]] for name, values in memory.items()})
        history = History(recorded[: done if at is None else at + 1, run].copy(), diverged_at=at)
        history.interrupted = interrupted and at is None
        history.explain(one.rate, X, y)
        histories.append(history)
    if ended:
        first = min(ended)
        warnings.warn(
            f"{len(ended)} of {len(nets)} runs diverged; run {first}: {histories[first].explanation}",
            DivergenceWarning,
            stacklevel=2,
        )
    return histories


def _rates(optimizers: list[Optimizer], step: int, dtype: DTypeLike) -> Any:
    """Each run's learning rate, as a column (runs, 1)."""
    return np.array([[rate(one.learning_rate, step)] for one in optimizers], dtype)


def _check_alike(nets: list[Network], optimizers: list[Optimizer]) -> int:
    """Raise an error for what cannot run side by side; return the number of steps that all have already made."""
    for i, net in enumerate(nets):
        if any(isinstance(layer, Dropout) for layer in net.layers):
            raise ValueError(f"nets[{i}]: expected a network without dropout, got {net.layers}")
        if _activations(net) != _activations(nets[0]):
            raise ValueError(f"nets[{i}]: expected as many layers as nets[0], with its activations, got {net.layers}")
        for layer, first in zip(net.dense, nets[0].dense, strict=True):
            if not layer.activation.elementwise and layer.n_out != first.n_out:  # missing neurons would be counted
                raise ValueError(f"nets[{i}]: expected {first.n_out} outputs, as {first!r} in nets[0], got {layer!r}")
        if net.n_out != nets[0].n_out:
            raise ValueError(f"nets[{i}]: expected {nets[0].n_out} outputs, as nets[0], got {net.n_out}")
        if net.dtype != nets[0].dtype:
            raise ValueError(f"nets[{i}]: expected {nets[0].dtype}, as nets[0], got {net.dtype}")
    if len({id(net) for net in nets}) < len(nets):
        raise ValueError("nets: the same network stands in the list twice; make a new one for each run")
    if len(optimizers) != len(nets) or len({id(one) for one in optimizers}) < len(nets):
        raise ValueError(f"optimizers: expected {len(nets)} different ones, one for each network")
    for i, one in enumerate(optimizers):
        if not isinstance(one, Optimizer):
            raise TypeError(f"optimizers[{i}]: expected an optimiser such as GradientDescent(0.1), got {one!r}")
        if type(one) is not type(optimizers[0]) or one.settings() != optimizers[0].settings():
            kind = type(optimizers[0]).__name__
            raise ValueError(
                f"optimizers[{i}]: expected a {kind} with the settings of optimizers[0], all but the learning rate, "
                f"got {one!r}"
            )
    steps = [
        one.iterations if one.begun == (net.params.size, net.dtype) else 0
        for net, one in zip(nets, optimizers, strict=True)
    ]
    if len(set(steps)) > 1:
        raise ValueError(f"optimizers: expected all to have made the same number of steps, got {steps}")
    return steps[0]


def _activations(net: Network) -> list[tuple[type, dict[str, float]]]:
    return [(type(layer.activation), vars(layer.activation)) for layer in net.dense]


class _Stack(Network):
    """The parameters of several networks, one a row (runs, widest), and layers that hold views of them.

    The passes forward and backward are those of a network; only its layers are others.

    Attributes
    ----------
    places : list of int ndarray
        For each network where its own parameters are in its row.
    used : ndarray of 0 and 1, shape (runs, widest)
        Which numbers are some network's parameters; the others stay zero, so that a missing neuron changes nothing.
    """

    def __init__(self, nets: list[Network]) -> None:
        columns = list(zip(*(net.dense for net in nets), strict=True))  # the first layers, the second layers, ...
        self.dtype = nets[0].dtype
        layers = [
            _StackedDense(max(one.n_in for one in column), max(one.n_out for one in column), column[0].activation)
            for column in columns
        ]
        self.layers = [*layers]
        ends = np.cumsum([layer.n_params for layer in layers])
        self.params, self.grads = (np.zeros((len(nets), ends[-1]), self.dtype) for _ in range(2))
        here: list[list[Array]] = [[] for _ in nets]
        for layer, column, end in zip(layers, columns, ends, strict=True):
            part = slice(end - layer.n_params, end)
            layer.bind(layer.n_in, self.params[:, part], self.grads[:, part])
            at = np.arange(part.start, part.stop).reshape(layer.n_in + 1, layer.n_out)  # the weights, then the biases
            for places, one in zip(here, column, strict=True):
                places += [at[: one.n_in, : one.n_out].ravel(), at[-1, : one.n_out]]
        self.places = [np.concatenate(places) for places in here]
        self.used = self.pack([np.ones_like(net.params) for net in nets])
        self.params[:] = self.pack([net.params for net in nets])

    def pack(self, vectors: Sequence[Array]) -> Array:
        """Put one vector a network, of its ``n_params`` numbers, into rows."""
        rows = np.zeros_like(self.params)
        for row, places, vector in zip(rows, self.places, vectors, strict=True):
            row[places] = vector
        return rows


class _StackedDense(Dense):
    """A dense layer for all runs: W (runs, n_in, n_out), b (runs, n_out), activations (runs, N, n_out)."""

    def bind(self, n_in: int, params: Array, grads: Array) -> None:
        self.Wb, self.dWb = (flat.reshape(len(flat), self.n_in + 1, self.n_out) for flat in (params, grads))
        self.W = self.Wb[:, :-1]

    def trace(self, rows: int, dtype: DTypeLike, rng: np.random.Generator | None) -> Trace:
        return self.allocate((len(self.W), rows), dtype)

    def forward(self, A_prev: Array, trace: Trace) -> Array:
        trace.inputs[:] = A_prev
        Z = np.matmul(trace.with_ones, self.Wb, out=trace.Z)
        return self.activation(Z, out=trace.A)

    def backward(self, trace: Trace, dA_prev: Array | None) -> None:
        delta = self.activation.backward(trace.dA, trace.Z, trace.A, out=trace.delta)
        np.matmul(trace.with_ones.mT, delta, out=self.dWb)
        if dA_prev is not None:  # a column times a row is faster multiplied elementwise
            (np.multiply if self.n_out == 1 else np.matmul)(delta, self.W.mT, out=dA_prev)
