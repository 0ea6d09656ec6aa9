"""Layers: a dense layer computes ``A = f(A_prev @ W + b)`` for a batch, one example a row."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from nnlib import activations, initializers
from nnlib.activations import Activation
from nnlib.initializers import Initializer
from nnlib.validation import Array, count


class Trace(NamedTuple):
    """What one layer keeps of one forward pass for the backward pass; N rows, allocated once and used again.

    ``Z`` pre-activations, ``A`` activations, ``dA`` = dL/dA and ``delta`` = dL/dZ, all (N, n_out); ``ones`` (N,).
    """

    Z: Array
    A: Array
    dA: Array
    delta: Array
    ones: Array


class Dense:
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

    @property
    def n_params(self) -> int:
        """Number of weights and biases: ``(n_in + 1) * n_out``."""
        return (self.n_in + 1) * self.n_out

    def bind(self, params: Array, grads: Array) -> None:
        """Make W, b, dW and db views of a network's flat vectors, both of length ``n_params``."""
        weights = self.n_in * self.n_out
        self.W, self.b = params[:weights].reshape(self.n_in, self.n_out), params[weights:]
        self.dW, self.db = grads[:weights].reshape(self.n_in, self.n_out), grads[weights:]

    def trace(self, rows: int, dtype: DTypeLike) -> Trace:
        """Allocate what a forward and a backward pass over ``rows`` examples write to."""
        Z, A, dA, delta = (np.empty((rows, self.n_out), dtype) for _ in range(4))
        return Trace(Z, A, dA, delta, np.ones(rows, dtype))

    def forward(self, A_prev: Array, trace: Trace) -> Array:
        """Return ``A = f(A_prev @ W + b)``, shape (N, n_out), and leave Z and A in ``trace``."""
        np.dot(A_prev, self.W, out=trace.Z)
        np.add(trace.Z, self.b, out=trace.Z)
        return self.activation(trace.Z, out=trace.A)

    def backward(self, A_prev: Array, trace: Trace, dA_prev: Array | None) -> None:
        """From dL/dA in ``trace`` compute delta = dL/dZ, then dW, db and, where asked for, dL/dA_prev.

        .. math:: \\delta = \\frac{\\partial L}{\\partial A} \\odot f'(Z), \\quad
                  \\frac{\\partial L}{\\partial W} = A_\\text{prev}^\\top \\delta, \\quad
                  \\frac{\\partial L}{\\partial b} = \\mathbf{1}^\\top \\delta, \\quad
                  \\frac{\\partial L}{\\partial A_\\text{prev}} = \\delta W^\\top
        """
        delta = self.activation.backward(trace.dA, trace.Z, trace.A, out=trace.delta)
        np.dot(A_prev.T, delta, out=self.dW)
        np.dot(trace.ones, delta, out=self.db)
        if dA_prev is not None:
            np.dot(delta, self.W.T, out=dA_prev)

    def __repr__(self) -> str:
        return f"Dense({self.n_in}, {self.n_out}, {self.activation.name!r})"
