r"""Activation functions: what a neuron makes of its pre-activation, ``a = f(z)``.

Each one is called with an array of pre-activations ``Z`` of any shape and returns ``A`` of the same shape.
``derivative(Z)`` takes the **pre-activation** too, never the activation.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from nnlib.validation import Array, lookup


class Activation(ABC):
    """A function applied to each element on its own, with its derivative."""

    name: str

    @abstractmethod
    def __call__(self, Z: Array, out: Array | None = None) -> Array:
        """Return ``f(Z)``, written into ``out`` when it is given."""

    @abstractmethod
    def derivative(self, Z: Array) -> Array:
        """Return ``f'(Z)``, the slope at the pre-activation."""

    def backward(self, dA: Array, Z: Array, A: Array, out: Array) -> Array:
        """Chain rule through ``A = f(Z)``: write ``dL/dZ = dL/dA * f'(Z)`` into ``out`` and return it.

        ``A`` is given besides ``Z`` because some derivatives are cheaper from the activation.
        """
        return np.multiply(dA, self.derivative(Z), out=out)

    def __repr__(self) -> str:
        return f"<activation {self.name}>"


class Identity(Activation):
    r"""The identity, :math:`f(z) = z` with :math:`f'(z) = 1`: the output layer of a regression.

    >>> identity(np.array([-2.0, 3.0])).tolist()
    [-2.0, 3.0]
    """

    name = "identity"

    def __call__(self, Z: Array, out: Array | None = None) -> Array:
        return np.positive(Z, out=out)

    def derivative(self, Z: Array) -> Array:
        return np.ones_like(Z)

    def backward(self, dA: Array, Z: Array, A: Array, out: Array) -> Array:
        return np.positive(dA, out=out)


class Tanh(Activation):
    r"""Hyperbolic tangent, :math:`f'(z) = 1 - \tanh^2(z)`: values in (-1, 1), centred on zero.

    >>> tanh(np.array([0.0])).tolist(), tanh.derivative(np.array([0.0])).tolist()
    ([0.0], [1.0])
    """

    name = "tanh"

    def __call__(self, Z: Array, out: Array | None = None) -> Array:
        A: Array = np.tanh(Z, out=out)
        return A

    def derivative(self, Z: Array) -> Array:
        return 1 - self(Z) ** 2

    def backward(self, dA: Array, Z: Array, A: Array, out: Array) -> Array:
        np.multiply(A, A, out=out)  # from the activation: f' = 1 - a², no second tanh
        np.subtract(1, out, out=out)
        return np.multiply(dA, out, out=out)


class Sigmoid(Activation):
    r"""Logistic function, :math:`f(z) = 1 / (1 + e^{-z})` with :math:`f'(z) = f(z)(1 - f(z))`: values in (0, 1).

    Computed from :math:`e^{-|z|}`, which cannot overflow.

    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0])).tolist()
    [0.0, 0.5, 1.0]
    """

    name = "sigmoid"

    def __call__(self, Z: Array, out: Array | None = None) -> Array:
        e = np.exp(-np.abs(Z))
        A: Array = np.divide(np.where(Z >= 0, np.ones_like(e), e), 1 + e, out=out)
        return A

    def derivative(self, Z: Array) -> Array:
        A = self(Z)
        return A * (1 - A)

    def backward(self, dA: Array, Z: Array, A: Array, out: Array) -> Array:
        np.subtract(1, A, out=out)  # from the activation: f' = a(1 - a)
        np.multiply(out, A, out=out)
        return np.multiply(dA, out, out=out)


class ReLU(Activation):
    r"""Rectified linear unit, :math:`f(z) = \max(0, z)`.

    The slope is 0 for :math:`z < 0` and 1 for :math:`z > 0`; at the kink ``z = 0`` it is taken as 0.

    >>> relu(np.array([-2.0, 3.0])).tolist(), relu.derivative(np.array([-2.0, 0.0, 3.0])).tolist()
    ([0.0, 3.0], [0.0, 0.0, 1.0])
    """

    name = "relu"

    def __call__(self, Z: Array, out: Array | None = None) -> Array:
        return np.maximum(Z, 0, out=out)

    def derivative(self, Z: Array) -> Array:
        return np.greater(Z, 0).astype(Z.dtype)

    def backward(self, dA: Array, Z: Array, A: Array, out: Array) -> Array:
        return np.multiply(dA, np.greater(Z, 0), out=out)


identity = Identity()
tanh = Tanh()
sigmoid = Sigmoid()
relu = ReLU()

ACTIVATIONS: dict[str, Activation] = {f.name: f for f in (identity, tanh, sigmoid, relu)}


def get(activation: str | Activation) -> Activation:
    """The activation of that name, or the activation itself; ValueError names the valid ones."""
    return activation if isinstance(activation, Activation) else lookup("activation", activation, ACTIVATIONS)
