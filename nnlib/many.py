"""Many runs at once: networks that differ in width, seed or learning rate, trained side by side on the same data.

NumPy needs about as long to start an operation as to carry it out on a tiny network. Here one operation serves all
networks: the neurons of a layer of all of them are the rows of one array.
"""

from __future__ import annotations

import copy
import math
import sys
import warnings
from collections.abc import Sequence
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnlib.activations import Activation, Identity
from nnlib.history import DivergenceWarning, History
from nnlib.layers import Dropout
from nnlib.losses import Loss, Penalty
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
    l2: float = 0.0,
) -> list[History]:
    """Train every network as ``train(net, X, y, optimizer=..., epochs=epochs, loss=loss, l2=l2)`` would, all at once.

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
    l2 : float
        Strength λ of the penalty on weights, zero or more.

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
    penalties = [Penalty(net, l2).strength for net in nets]

    stack = _Stack(nets, X)
    optimizer = copy.copy(optimizers[0])
    memory = {name: stack.pack([one.memory[name] for one in optimizers]) for name in optimizer.remembers if steps}
    optimizer.begin(stack.params, steps, memory)
    optimizer.learning_rate = _rates(stack, optimizers, 0)
    scheduled = any(isinstance(one.learning_rate, Schedule) for one in optimizers)
    strength = stack.pack(penalties)
    recorded = np.zeros((epochs, len(nets)))
    limit = np.full(len(nets), sys.float_info.max)
    ended: dict[int, tuple[int, Array, dict[str, Array]]] = {}  # run: epoch, parameters and memory when it diverged
    done, interrupted = 0, False

    def state(run: int) -> tuple[Array, dict[str, Array]]:
        """Copies of one network's parameters and of what its optimiser remembers."""
        places = stack.places[run]
        return stack.params[places], {name: values[places] for name, values in optimizer.memory.items()}

    try:
        with np.errstate(over="ignore", invalid="ignore"):
            for epoch in range(epochs):
                value = recorded[epoch] = loss.value_and_gradient(stack.forward(), y, out=stack.dloss.mT)
                if not (value <= limit).all():  # a run that has diverged keeps computing, and is not looked at
                    for run in set(np.flatnonzero(~(value <= limit)).tolist()) - set(ended):
                        ended[run] = (epoch, *state(run))
                stack.backward()
                if l2:
                    stack.grads += strength * stack.params
                if scheduled:
                    optimizer.learning_rate = _rates(stack, optimizers, optimizer.iterations)
                optimizer.step(stack.params, stack.grads)
                done = epoch + 1
                if epoch == 0:
                    limit = 1e6 * (1 + value)
    except KeyboardInterrupt:
        interrupted = True

    histories = []
    for run, (net, one) in enumerate(zip(nets, optimizers, strict=True)):
        at, params, memory = ended[run] if run in ended else (None, *state(run))
        net.params[:] = params
        steps = optimizer.iterations - (0 if at is None else done - at)
        one.rate = rate(one.learning_rate, max(steps - 1, 0))
        one.begin(net.params, steps, memory)
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


def _rates(stack: _Stack, optimizers: list[Optimizer], step: int) -> Any:
    """The learning rate of each parameter, which is that of its run."""
    return np.array([rate(one.learning_rate, step) for one in optimizers], stack.params.dtype)[stack.run_of]


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


def _sizes(net: Network) -> list[int]:
    return [layer.n_out for layer in net.dense]


def _cut(array: NDArray[Any], shapes: Sequence[tuple[int, ...]]) -> list[NDArray[Any]]:
    """Views of consecutive parts of an array, in these shapes."""
    ends = np.cumsum([math.prod(shape) for shape in shapes])
    return [part.reshape(shape) for part, shape in zip(np.split(array.reshape(-1), ends[:-1]), shapes, strict=True)]


class _Stack:
    """Several networks side by side; those of the same sizes, a group, lie next to each other.

    Every array of a layer has a row for each neuron of all networks: activations, biases, loss and update take one
    operation for all, and so does the product of the first layer, since all see the same X. Every other product is one
    operation for each group. Nothing is padded.

    Attributes
    ----------
    params, grads : ndarray
        All parameters of all networks, and their gradients; for each layer the weights, (n_out, n_in) for each
        network, then the biases.
    places : list of int ndarray
        For each network, in the order given, where its own parameters are.
    run_of : int ndarray
        For each parameter, whose it is.
    """

    def __init__(self, nets: list[Network], X: Array) -> None:
        runs = sorted(range(len(nets)), key=lambda run: _sizes(nets[run]))
        groups = [list(group) for _, group in groupby(runs, key=lambda run: _sizes(nets[run]))]
        self.order, self.back = np.array(runs), np.argsort(runs)
        self.params, self.grads = (np.zeros(sum(net.params.size for net in nets), X.dtype) for _ in range(2))
        columns = list(zip(*(net.dense for net in nets), strict=True))  # the first layers, the second layers, ...
        sizes = [(sum(layer.n_params for layer in column),) for column in columns]
        places: list[list[Array]] = [[] for _ in nets]
        self.layers: list[_StackedLayer] = []
        inputs, by_inputs = X.T.copy(), None
        flats = self.params, self.grads, np.arange(self.params.size)
        for column, params, grads, index in zip(columns, *(_cut(flat, sizes) for flat in flats), strict=True):
            shapes = [(len(group), column[group[0]].n_out, column[group[0]].n_in) for group in groups]
            weights = sum(math.prod(shape) for shape in shapes)
            W_at, b_at = _cut(index[:weights], shapes), _cut(index[weights:], [shape[:2] for shape in shapes])
            for group, W_here, b_here in zip(groups, W_at, b_at, strict=True):
                for run, W, b in zip(group, W_here, b_here, strict=True):
                    places[run] += [W.T.ravel(), b]
            merged = shapes if self.layers else [(len(params) - weights, len(inputs))]
            layer = _StackedLayer(column[0].activation, params, grads, merged, inputs, by_inputs, len(nets))
            self.layers.append(layer)
            inputs, by_inputs = layer.A, layer.dA
        self.places = [np.concatenate(parts) for parts in places]
        self.run_of = self.pack([np.full(len(at), run) for run, at in enumerate(self.places)]).astype(int)
        self.params[:] = self.pack([net.params for net in nets])
        self.y_hat, self.dloss = (np.empty((len(nets), nets[0].n_out, len(X)), X.dtype) for _ in range(2))

    def pack(self, vectors: Sequence[Array]) -> Array:
        """Put one vector a network, of its ``n_params`` numbers, where its parameters are."""
        packed = np.empty_like(self.params)
        for places, vector in zip(self.places, vectors, strict=True):
            packed[places] = vector
        return packed

    def forward(self) -> Array:
        """Return ŷ of every network, in the order given: (runs, N, n_out)."""
        for layer in self.layers:
            layer.forward()
        np.take(self.layers[-1].A.reshape(self.y_hat.shape), self.back, axis=0, out=self.y_hat, mode="clip")
        return self.y_hat.mT

    def backward(self) -> None:
        """From dL/dŷ in ``dloss`` (runs, n_out, N) to ``grads``."""
        dA = self.layers[-1].dA.reshape(self.dloss.shape)
        np.take(self.dloss, self.order, axis=0, out=dA, mode="clip")
        for layer in reversed(self.layers):
            layer.backward()


class _Product(NamedTuple):
    """One layer of one group: views of its weights, its inputs and its pre-activations, and of their gradients.

    ``W`` (runs, n_out, n_in), ``A_prev`` (runs, n_in, N), ``Z`` (runs, n_out, N); in the first layer without the axis
    of runs.
    """

    W: Array
    dW: Array
    A_prev: Array
    dA_prev: Array | None
    Z: Array
    delta: Array


class _StackedLayer:
    """A dense layer of all networks: activations (neurons, N), a column for each example."""

    def __init__(
        self,
        activation: Activation,
        params: Array,
        grads: Array,
        shapes: Sequence[tuple[int, ...]],
        A_prev: Array,
        dA_prev: Array | None,
        runs: int,
    ) -> None:
        neurons, N = sum(math.prod(shape[:-1]) for shape in shapes), A_prev.shape[1]
        self.activation = activation
        self.A, self.dA = (np.empty((neurons, N), params.dtype) for _ in range(2))
        plain = isinstance(activation, Identity)
        self.Z, self.delta = (self.A, self.dA) if plain else (np.empty_like(self.A), np.empty_like(self.dA))
        self.b, self.db, self.ones = params[-neurons:, np.newaxis], grads[-neurons:], np.ones(N, params.dtype)

        ins, outs = [(*shape[:-2], shape[-1], N) for shape in shapes], [(*shape[:-1], N) for shape in shapes]
        self.products = [
            _Product(*views)
            for views in zip(
                _cut(params[:-neurons], shapes), _cut(grads[:-neurons], shapes),
                _cut(A_prev, ins), [None] * len(ins) if dA_prev is None else _cut(dA_prev, ins),
                _cut(self.Z, outs), _cut(self.delta, outs), strict=True,
            )
        ]  # fmt: skip
        self.product = np.dot if A_prev.ndim == len(ins[0]) else np.matmul
        self.owner: NDArray[Any] | None = None  # of each input, the one neuron that it goes to
        if dA_prev is not None and neurons == runs:
            self.owner = np.repeat(np.arange(runs), [shape[-1] for shape in shapes for _ in range(shape[0])])
            self.A_prev, self.dA_prev = A_prev, dA_prev
            self.w, self.dw = params[:-neurons, np.newaxis], grads[:-neurons]
        self.seen: list[Array] = [self.dA, self.Z, self.A, self.delta]  # by the activation
        if not activation.elementwise:  # softmax acts on the outputs for one example: (runs, N, n_out)
            self.seen = [values.reshape(runs, -1, N).mT for values in self.seen]

    def forward(self) -> None:
        for one in self.products:
            self.product(one.W, one.A_prev, out=one.Z)
        self.Z += self.b
        _, Z, A, _ = self.seen
        self.activation(Z, out=A)

    def backward(self) -> None:
        dA, Z, A, delta = self.seen
        self.activation.backward(dA, Z, A, out=delta)
        self.delta.dot(self.ones, out=self.db)
        if self.owner is not None:  # one output a network: every input meets one delta, in all networks at once
            np.take(self.delta, self.owner, axis=0, out=self.dA_prev, mode="clip")
            np.vecdot(self.A_prev, self.dA_prev, out=self.dw)
            self.dA_prev *= self.w
            return
        for one in self.products:
            self.product(one.delta, one.A_prev.mT, out=one.dW)
            if one.dA_prev is not None:
                np.matmul(one.W.mT, one.delta, out=one.dA_prev)
