"""Networks: layers in a row, with one flat vector for all parameters and one for all gradients."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from nnlib.activations import Activation
from nnlib.initializers import Initializer
from nnlib.layers import Dense, Dropout, Layer, Trace
from nnlib.validation import Array, count, finite, fraction, matrix

BLOCK = 1024  # rows that are predicted together: few enough for their activations to stay in the processor's cache


class Network:
    """A feed-forward network.

    ``forward``, ``backward`` and the update are three separate things: forward predicts and keeps what backward
    needs, backward computes gradients and changes no parameter, and an optimiser changes ``params`` in place.

    Parameters
    ----------
    layers : sequence of Layer
        From the input to the output, the first and the last of them :class:`~nnlib.layers.Dense`; each one's ``n_in``
        is the ``n_out`` of the one before. :class:`~nnlib.layers.Dropout` has as many as the layer before it.
    seed : int or numpy.random.Generator, optional
        Where the initial weights come from. The same seed gives the same bits.
    dtype : {"float64", "float32"}
        The type of all parameters and activations.

    Attributes
    ----------
    layers, dense : list
        All layers, and those with weights alone.
    params, grads : ndarray
        All parameters and all gradients, shape (n_params,): W and b of layer 1, W and b of layer 2, and so on.
        Each layer's ``W``, ``b``, ``dW``, ``db`` are views of them.

    Raises
    ------
    ValueError, TypeError
        For layers that do not fit together, that are no layers, or that belong to another network.

    Examples
    --------
    >>> net = Network([Dense(1, 4, "tanh"), Dense(4, 1)], seed=0)
    >>> net
    Network 1 -> 4 -> 1, 13 parameters
      layer 1  Dense(1, 4, 'tanh')      W (1, 4)  b (4,)  8 parameters
      layer 2  Dense(4, 1, 'identity')  W (4, 1)  b (1,)  5 parameters
    >>> net.forward(np.array([[0.5], [1.0]])).shape
    (2, 1)
    """

    def __init__(
        self,
        layers: Sequence[Layer],
        seed: int | np.random.Generator | None = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        layers = list(layers)
        if not layers:
            raise ValueError("layers: expected at least one layer, got none")
        for i, layer in enumerate(layers):
            if not isinstance(layer, Layer):
                raise TypeError(f"layers[{i}]: expected a layer such as Dense(1, 4), got {layer!r}")
            if layer.bound:
                raise ValueError(f"layers: {layer!r} already belongs to a network; make a new layer for each network")
        if len({id(layer) for layer in layers}) < len(layers):
            raise ValueError("layers: the same layer stands in the list twice; make a new layer for each place")
        for i in (0, -1):
            if not isinstance(layers[i], Dense):
                raise ValueError(f"layers[{i}]: expected a Dense layer at both ends, got {layers[i]!r}")
        n = layers[0].n_in
        for i, layer in enumerate(layers):
            if isinstance(layer, Dense) and layer.n_in != n:
                raise ValueError(f"layers[{i}]: expected n_in={n}, the n_out of layers[{i - 1}], got n_in={layer.n_in}")
            n = layer.n_out if isinstance(layer, Dense) else n
        if np.dtype(dtype) not in (np.float64, np.float32):
            raise ValueError(f"dtype: expected float64 or float32, got {dtype!r}")
        rng = np.random.default_rng(seed)

        self.layers = layers
        self.dense = [layer for layer in layers if isinstance(layer, Dense)]
        self.dtype = np.dtype(dtype)
        self._bind(np.zeros(sum(layer.n_params for layer in layers), self.dtype))
        for layer in self.dense:
            layer.W[:] = layer.initializer(layer.n_in, layer.n_out, rng)

    def _bind(self, params: Array) -> None:
        """Take ``params`` and as many gradients, and give each layer its views of them."""
        self.params, self.grads = params, np.zeros_like(params)
        self._last: list[Trace] | None = None
        start, n = 0, self.n_in
        for layer in self.layers:
            part = slice(start, start + layer.n_params)
            layer.bind(n, self.params[part], self.grads[part])
            start, n = part.stop, layer.n_out

    def __getstate__(self) -> dict[str, Any]:
        """For copies and pickles: all but what :meth:`_bind` makes anew."""
        return {name: value for name, value in vars(self).items() if name not in ("grads", "_last")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._bind(self.params)

    @property
    def n_in(self) -> int:
        """Number of input features."""
        return self.layers[0].n_in

    @property
    def n_out(self) -> int:
        """Number of outputs."""
        return self.layers[-1].n_out

    @property
    def is_weight(self) -> NDArray[np.bool_]:
        """Whether each parameter is a weight, which an L2 penalty counts, or a bias; shape (n_params,)."""
        return np.concatenate([np.arange(layer.n_params) < layer.W.size for layer in self.dense])

    def forward(self, X: Array, rng: np.random.Generator | None = None) -> Array:
        """Return the predictions ŷ for the rows of X, and keep what :meth:`backward` needs.

        Parameters
        ----------
        X : array_like, shape (N, n_in)
        rng : numpy.random.Generator, optional
            Where dropout draws its masks from, as in training. Without one, nothing is dropped.

        Returns
        -------
        ndarray, shape (N, n_out)

        Raises
        ------
        ValueError, TypeError
            For another shape, for NaN or infinity, and for what is not numbers.
        """
        X = matrix("X", X, self.n_in, self.dtype)
        traces = self.traces(len(X), rng)
        y_hat = self.run_forward(X, traces)
        self._last = traces
        return y_hat.copy()

    def backward(self, dloss: Array) -> Array:
        """Return dL/dparams for the last :meth:`forward`, from the loss's gradient dL/dŷ.

        Changes no parameter, and can be called again with the same result. The gradient is also left in ``grads``,
        and by layer in ``dW`` and ``db``.

        Parameters
        ----------
        dloss : array_like, shape (N, n_out)
            dL/dŷ, as ``losses.mse.gradient(y_hat, y)`` gives it.

        Returns
        -------
        ndarray, shape (n_params,)

        Raises
        ------
        RuntimeError
            Before the first ``forward``.
        ValueError, TypeError
            For another shape than ŷ had, for NaN or infinity.
        """
        if self._last is None:
            raise RuntimeError("backward: call forward(X) first; backward needs what it keeps")
        dloss, dA = matrix("dloss", dloss, self.n_out, self.dtype), self._last[-1].dA
        if len(dloss) != len(dA):
            raise ValueError(f"dloss: expected shape {dA.shape}, as ŷ, got shape {dloss.shape}")
        dA[:] = dloss
        self.run_backward(self._last)
        return self.grads.copy()

    def predict(self, X: Array) -> Array:
        """Return the predictions ŷ, shape (N, n_out), for the rows of X; keeps nothing, errors as :meth:`forward`."""
        X = matrix("X", X, self.n_in, self.dtype, check_finite=False)
        y_hat = np.empty((len(X), self.n_out), self.dtype)
        for start in range(0, len(X), BLOCK):
            rows = slice(start, start + BLOCK)
            A = finite("X", X, rows)  # block by block: X comes from memory once, for the check and the product
            for layer in self.layers:
                A = layer.predict(A)
            y_hat[rows] = A
        return y_hat

    def traces(self, rows: int, rng: np.random.Generator | None = None) -> list[Trace]:
        """Allocate one :class:`~nnlib.layers.Trace` a layer for a batch of ``rows`` examples."""
        return [layer.trace(rows, self.dtype, rng) for layer in self.layers]

    def run_forward(self, X: Array, traces: list[Trace]) -> Array:
        """The forward pass over checked data: each layer's activation is the next one's input."""
        A = X
        for layer, trace in zip(self.layers, traces):  # noqa: B905 # strict costs time in the innermost loop
            A = layer.forward(A, trace)
        return A

    def run_backward(self, traces: list[Trace]) -> None:
        """The backward pass, from dL/dŷ in the last trace's ``dA`` to ``grads``: the last layer first."""
        for i in range(len(self.layers) - 1, 0, -1):
            self.layers[i].backward(traces[i], dA_prev=traces[i - 1].dA)
        self.layers[0].backward(traces[0], dA_prev=None)

    def __repr__(self) -> str:
        sizes = " -> ".join(str(n) for n in (self.n_in, *(layer.n_out for layer in self.dense)))
        rows = [
            (repr(layer), f"W {layer.W.shape}", f"b {layer.b.shape}", str(layer.n_params))
            if isinstance(layer, Dense)
            else (repr(layer), "", "", "no")
            for layer in self.layers
        ]
        wide = [max(len(row[i]) for row in rows) for i in range(4)]
        lines = [
            f"  layer {n}  {name:{wide[0]}}  {W:{wide[1]}}  {b:{wide[2]}}  {size:>{wide[3]}} parameters"
            for n, (name, W, b, size) in enumerate(rows, 1)
        ]
        return "\n".join([f"Network {sizes}, {self.params.size} parameters", *lines])


def mlp(
    sizes: Sequence[int],
    activation: str | Activation = "tanh",
    output: str | Activation = "identity",
    initializer: str | Initializer = "glorot",
    dropout: float = 0.0,
    seed: int | np.random.Generator | None = None,
    dtype: DTypeLike = np.float64,
) -> Network:
    """A multilayer perceptron: dense layers of the given sizes, one activation for all hidden layers.

    Parameters
    ----------
    sizes : sequence of int
        Number of inputs, of neurons in each hidden layer, and of outputs: ``[1, 4, 1]``.
    activation, output : str or Activation
        Of the hidden layers, and of the last one.
    initializer, seed, dtype
        As for :class:`~nnlib.layers.Dense` and :class:`Network`.
    dropout : float
        Probability from 0 to below 1 with which each hidden activation is silenced during training.

    Raises
    ------
    ValueError, TypeError
        For fewer than two sizes or a size that is not a positive integer, and as the layers do.

    Examples
    --------
    >>> mlp([1, 4, 1], seed=0).params.size
    13
    """
    sizes = [count(f"sizes[{i}]", n) for i, n in enumerate(sizes)]
    if len(sizes) < 2:
        raise ValueError(f"sizes: expected at least inputs and outputs, such as [1, 4, 1], got {sizes}")
    dropout = fraction("dropout", dropout)
    layers: list[Layer] = []
    for n_in, n_out in pairwise(sizes[:-1]):
        layers.append(Dense(n_in, n_out, activation, initializer))
        if dropout > 0:
            layers.append(Dropout(dropout))
    return Network([*layers, Dense(sizes[-2], sizes[-1], output, initializer)], seed=seed, dtype=dtype)
