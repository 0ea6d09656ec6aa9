"""Layers: a dense layer computes ``A = f(A_prev @ W + b)`` for a batch, one example a row; dropout silences some."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from nnlib import activations, initializers
from nnlib.activations import Activation, Identity
from nnlib.initializers import Initializer
from nnlib.validation import Array, count, fraction


class Trace(NamedTuple):
    """What one layer keeps of one forward pass for the backward pass; N rows, allocated once and used again.

    ``A`` activations and ``dA`` = dL/dA, both (N, n_out). A dense layer keeps ``Z`` pre-activations and ``delta`` =
    dL/dZ, both (N, n_out), which with the identity are A and dA themselves, and its ``inputs`` (N, n_in), a view of
    ``with_ones`` (N, n_in + 1), whose last column is 1; dropout keeps its ``mask`` (N, n_out) and where it draws it
    from.

    Examples
    --------
    >>> layer = Dense(1, 4, "tanh")
    >>> trace = layer.trace(24, "float64", rng=None)
    >>> trace.A.shape, trace.delta.shape, trace.with_ones.shape
    ((24, 4), (24, 4), (24, 2))
    """

    A: Array
    dA: Array
    Z: Array
    delta: Array
    inputs: Array
    with_ones: Array
    mask: Array
    rng: np.random.Generator | None


class Layer(ABC):
    """One step of a network: ``n_in`` numbers in and ``n_out`` out for each example; ``n_params`` parameters.

    Examples
    --------
    >>> from nnlib import mlp
    >>> [layer.n_params for layer in mlp([1, 4, 1], dropout=0.5).layers]
    [8, 0, 5]
    """

    n_in: int
    n_out: int
    n_params: int
    bound = False  # whether it is part of a network

    @abstractmethod
    def bind(self, n_in: int, params: Array, grads: Array) -> None:
        """Become part of a network: take views of its flat vectors, both of length ``n_params``."""

    @abstractmethod
    def trace(self, rows: int, dtype: DTypeLike, rng: np.random.Generator | None) -> Trace:
        """Allocate what a pass over ``rows`` examples writes to; with ``rng`` for training, else for prediction."""

    @abstractmethod
    def predict(self, A_prev: Array) -> Array:
        """Return A for the activations of the layer before, as ``forward`` without training would; keep nothing."""

    @abstractmethod
    def forward(self, A_prev: Array, trace: Trace) -> Array:
        """Return A for the activations of the layer before, and leave in ``trace`` what ``backward`` needs."""

    @abstractmethod
    def backward(self, trace: Trace, dA_prev: Array | None) -> None:
        """From dL/dA in ``trace`` compute the layer's gradients and, where asked for, dL/dA_prev."""

    def __getstate__(self) -> dict[str, Any]:
        """A copy is part of no network yet: without the arrays, which are views of its network's vectors."""
        return {k: v for k, v in vars(self).items() if k != "bound" and not isinstance(v, np.ndarray)}


class Dense(Layer):
    """A fully connected layer: ``n_out`` neurons, each of which sees all ``n_in`` inputs.

    Parameters
    ----------
    n_in, n_out : int
        Number of inputs and of neurons, at least 1.
    activation : str or Activation
        One of ``nnlib.activations.ACTIVATIONS``, such as ``"tanh"``, or an instance.
    initializer : str or Initializer
        One of ``nnlib.initializers.INITIALIZERS``, such as ``"glorot"``, or an instance: ``Constant(0.5)``.

    Attributes
    ----------
    W, b : ndarray
        Weights (n_in, n_out), one neuron a column, and biases (n_out,). They exist once the layer is part of a
        :class:`Network`, as views of its ``params``: a change here is a change there.
    dW, db : ndarray
        dL/dW and dL/db of the last backward pass, as views of the network's ``grads``.
    Wb, dWb : ndarray
        The weights with the biases as one more row below them, (n_in + 1, n_out), and their gradients: inputs with one
        more column, of ones, make ``A_prev @ W + b`` a single product.

    Raises
    ------
    ValueError, TypeError
        For a size that is not a positive integer, and for an unknown activation or initialiser.

    Examples
    --------
    >>> Dense(1, 4, "tanh")
    Dense(1, 4, 'tanh')
    >>> Dense(1, 4, "tanh").n_params
    8
    """

    W: Array
    b: Array
    dW: Array
    db: Array
    Wb: Array
    dWb: Array

    def __init__(
        self,
        n_in: int,
        n_out: int,
        activation: str | Activation = "identity",
        initializer: str | Initializer = "glorot",
    ) -> None:
        self.n_in = count("n_in", n_in)
        self.n_out = count("n_out", n_out)
        self.activation = activations.get(activation)
        self.initializer = initializers.get(initializer)

        self.n_params = (self.n_in + 1) * self.n_out

    def bind(self, n_in: int, params: Array, grads: Array) -> None:
        """Make W, b, dW and db views of a network's flat vectors, both of length ``n_params``."""
        self.bound = True
        self.Wb, self.dWb = (flat.reshape(self.n_in + 1, self.n_out) for flat in (params, grads))
        self.W, self.b = self.Wb[:-1], self.Wb[-1]
        self.dW, self.db = self.dWb[:-1], self.dWb[-1]

    def trace(self, rows: int, dtype: DTypeLike, rng: np.random.Generator | None) -> Trace:
        """Allocate what a forward and a backward pass over ``rows`` examples write to; nothing here is random."""
        return self.allocate((rows,), dtype)

    def allocate(self, shape: tuple[int, ...], dtype: DTypeLike) -> Trace:
        """Allocate for that many examples, or for a stack of them with shape (runs, rows)."""
        A, dA = (np.empty((*shape, self.n_out), dtype) for _ in range(2))
        Z, delta = (A, dA) if isinstance(self.activation, Identity) else (np.empty_like(A), np.empty_like(dA))
        with_ones = np.ones((*shape, self.n_in + 1), dtype)
        return Trace(A, dA, Z, delta, with_ones[..., :-1], with_ones, mask=np.empty(0), rng=None)

    def predict(self, A_prev: Array) -> Array:
        """Return ``A = f(A_prev @ W + b)``, shape (N, n_out)."""
        Z = A_prev.dot(self.W)
        Z += self.b
        return self.activation(Z, out=Z)

    def forward(self, A_prev: Array, trace: Trace) -> Array:
        """Return ``A = f(A_prev @ W + b)``, shape (N, n_out), and leave Z and A in ``trace``."""
        if A_prev is not trace.inputs:
            trace.inputs[:] = A_prev
        Z = trace.with_ones.dot(self.Wb, out=trace.Z)  # A_prev @ W + b in one product
        return self.activation(Z, out=trace.A)

    def backward(self, trace: Trace, dA_prev: Array | None) -> None:
        """From dL/dA in ``trace`` compute delta = dL/dZ, then dW, db and, where asked for, dL/dA_prev.

        .. math:: \\delta = \\frac{\\partial L}{\\partial A} \\odot f'(Z), \\quad
                  \\frac{\\partial L}{\\partial W} = A_\\text{prev}^\\top \\delta, \\quad
                  \\frac{\\partial L}{\\partial b} = \\mathbf{1}^\\top \\delta, \\quad
                  \\frac{\\partial L}{\\partial A_\\text{prev}} = \\delta W^\\top
        """
        delta = self.activation.backward(trace.dA, trace.Z, trace.A, out=trace.delta)
        trace.with_ones.T.dot(delta, out=self.dWb)  # dW, and below it db
        if dA_prev is not None:
            delta.dot(self.W.T, out=dA_prev)

    def __repr__(self) -> str:
        return f"Dense({self.n_in}, {self.n_out}, {self.activation.name!r})"


class Dropout(Layer):
    r"""Silence each activation with probability p during training, so that no neuron can rely on one other.

    .. math:: A = A_\text{prev} \odot M / (1 - p), \qquad M_{nj} = 1 \text{ with probability } 1 - p, \text{ else } 0

    Srivastava et al. (2014), in the inverted form: what is kept is scaled up during training, so that predictions need
    no change and pass straight through. A new mask is drawn in each forward pass.

    Parameters
    ----------
    rate : float
        p, from 0 to below 1.

    Raises
    ------
    ValueError, TypeError
        For a rate that is not in this range.

    Examples
    --------
    >>> Dropout(0.5)
    Dropout(0.5)
    """

    n_params = 0

    def __init__(self, rate: float) -> None:
        self.rate = fraction("rate", rate)
        self.n_in = self.n_out = 0  # until it is part of a network

    def bind(self, n_in: int, params: Array, grads: Array) -> None:
        """Take the size of the layer before; there are no parameters."""
        self.bound = True
        self.n_in = self.n_out = n_in

    def trace(self, rows: int, dtype: DTypeLike, rng: np.random.Generator | None) -> Trace:
        """Allocate A, dA and the mask, which is drawn from ``rng``; without one everything passes."""
        A, dA, mask = (np.empty((rows, self.n_out), dtype) for _ in range(3))
        nothing = np.empty(0)
        return Trace(A, dA, nothing, nothing, nothing, nothing, mask, rng)

    def predict(self, A_prev: Array) -> Array:
        """Return A_prev itself."""
        return A_prev

    def forward(self, A_prev: Array, trace: Trace) -> Array:
        """Return ``A_prev * mask``, the mask holding 0 and 1 / (1 - p); without a generator A_prev itself, copied."""
        if trace.rng is None:
            np.copyto(trace.mask, 1)
        else:
            trace.rng.random(out=trace.mask, dtype=trace.mask.dtype.type)
            np.greater_equal(trace.mask, self.rate, out=trace.mask)
            np.divide(trace.mask, 1 - self.rate, out=trace.mask)
        return np.multiply(A_prev, trace.mask, out=trace.A)

    def backward(self, trace: Trace, dA_prev: Array | None) -> None:
        """What was silenced gets no gradient: ``dL/dA_prev = dL/dA * mask``."""
        np.multiply(trace.dA, trace.mask, out=dA_prev)

    def __repr__(self) -> str:
        return f"Dropout({self.rate:g})"
