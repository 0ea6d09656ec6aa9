r"""Activation functions: what a neuron makes of its pre-activation, ``a = f(z)``.

Each one is called with an array of pre-activations ``Z`` of any shape and returns ``A`` of the same shape.
``derivative(Z)`` takes the **pre-activation** too, never the activation.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod

import numpy as np

from nnlib.validation import Array, fraction, lookup


class Activation(ABC):
    """A function applied to each element on its own (softmax: to each row), with its derivative.

    Examples
    --------
    An activation of your own needs a name, its function and its derivative:

    >>> class Sine(Activation):
    ...     name = "sine"
    ...
    ...     def __call__(self, Z, out=None):
    ...         return np.sin(Z, out=out)
    ...
    ...     def derivative(self, Z):
    ...         return np.cos(Z)
    >>> from nnlib import check_gradients, mlp
    >>> check_gradients(mlp([1, 4, 1], Sine(), seed=0), [[0.5], [-1.0]], [0.3, 0.8]).ok
    True
    """

    name: str
    elementwise = True

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

    Examples
    --------
    >>> identity(np.array([-2.0, 3.0])).tolist()
    [-2.0, 3.0]
    """

    name = "identity"

    def __call__(self, Z: Array, out: Array | None = None) -> Array:
        return Z if out is Z else np.positive(Z, out=out)

    def derivative(self, Z: Array) -> Array:
        return np.ones_like(Z)

    def backward(self, dA: Array, Z: Array, A: Array, out: Array) -> Array:
        return dA if out is dA else np.positive(dA, out=out)


class Tanh(Activation):
    r"""Hyperbolic tangent, :math:`f'(z) = 1 - \tanh^2(z)`: values in (-1, 1), centred on zero.

    Examples
    --------
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
        out *= dA
        return np.subtract(dA, out, out=out)


class Sigmoid(Activation):
    r"""Logistic function, :math:`f(z) = 1 / (1 + e^{-z})` with :math:`f'(z) = f(z)(1 - f(z))`: values in (0, 1).

    Computed from :math:`e^{-|z|}`, which cannot overflow.

    Examples
    --------
    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0])).tolist()
    [0.0, 0.5, 1.0]
    """

    name = "sigmoid"

    def __call__(self, Z: Array, out: Array | None = None) -> Array:
        e = np.exp(-np.abs(Z))
        A: Array = np.divide(np.where(Z >= 0, np.ones_like(e), e), 1 + e, out=out)
        return A

    def derivative(self, Z: Array) -> Array:
        e = np.exp(-np.abs(Z))
        slope: Array = e / (1 + e) ** 2
        return slope

    def backward(self, dA: Array, Z: Array, A: Array, out: Array) -> Array:
        np.multiply(A, A, out=out)  # from the activation: f' = a - a²
        np.subtract(A, out, out=out)
        return np.multiply(dA, out, out=out)


class ReLU(Activation):
    r"""Rectified linear unit, :math:`f(z) = \max(0, z)`.

    The slope is 0 for :math:`z < 0` and 1 for :math:`z > 0`; at the kink ``z = 0`` it is taken as 0.

    Examples
    --------
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


class LeakyReLU(Activation):
    r"""ReLU that lets a little through, :math:`f(z) = \max(z, sz)`: no unit is ever without a gradient.

    The slope is s for :math:`z < 0` and 1 for :math:`z > 0`; at the kink ``z = 0`` it is taken as s.

    Parameters
    ----------
    slope : float
        s, from 0 to below 1.

    Raises
    ------
    ValueError, TypeError
        For a slope that is not in this range.

    Examples
    --------
    >>> leaky_relu(np.array([-2.0, 3.0])).tolist()
    [-0.02, 3.0]
    """

    name = "leaky_relu"

    def __init__(self, slope: float = 0.01) -> None:
        self.slope = fraction("slope", slope)

    def __call__(self, Z: Array, out: Array | None = None) -> Array:
        A: Array = np.maximum(Z, self.slope * Z, out=out)
        return A

    def derivative(self, Z: Array) -> Array:
        return np.where(np.greater(Z, 0), Z.dtype.type(1), Z.dtype.type(self.slope))


class Softplus(Activation):
    r"""A smooth ReLU, :math:`f(z) = \ln(1 + e^z)` with :math:`f'(z) = 1 / (1 + e^{-z})`, the sigmoid.

    Examples
    --------
    >>> softplus(np.array([-1000.0, 0.0, 1000.0])).round(3).tolist()
    [0.0, 0.693, 1000.0]
    """

    name = "softplus"

    def __call__(self, Z: Array, out: Array | None = None) -> Array:
        A: Array = np.logaddexp(Z.dtype.type(0), Z, out=out)
        return A

    def derivative(self, Z: Array) -> Array:
        return sigmoid(Z)


class GELU(Activation):
    r"""Gaussian error linear unit, in its tanh form:

    .. math:: f(z) = \tfrac12 z (1 + \tanh u), \qquad u = \sqrt{2 / \pi} \, (z + 0.044715 z^3)

    Hendrycks and Gimpel (2016). It differs from the exact form, z times the normal distribution, by less than 0.001.

    Examples
    --------
    >>> gelu_tanh(np.array([-1000.0, 0.0, 1.0, 1000.0])).round(3).tolist()
    [-0.0, 0.0, 0.841, 1000.0]
    """

    name = "gelu_tanh"

    def __call__(self, Z: Array, out: Array | None = None) -> Array:
        A: Array = np.multiply(Z, 0.5 * (1 + np.tanh(self._inner(Z))), out=out)
        return A

    def derivative(self, Z: Array) -> Array:
        t = np.tanh(self._inner(Z))
        slope: Array = 0.5 * (1 + t) + 0.5 * Z * (1 - t**2) * _ROOT * (1 + 3 * 0.044715 * Z**2)
        return slope

    def _inner(self, Z: Array) -> Array:
        return _ROOT * (Z + 0.044715 * Z * Z * Z)


class Step(Activation):
    r"""The threshold of the first neurons: 1 for :math:`z > 0`, else 0. Its slope is 0: no gradient passes it.

    Examples
    --------
    >>> step(np.array([-2.0, 0.0, 3.0])).tolist()
    [0.0, 0.0, 1.0]
    """

    name = "step"

    def __call__(self, Z: Array, out: Array | None = None) -> Array:
        A = np.empty_like(Z) if out is None else out
        A[...] = np.greater(Z, 0)
        return A

    def derivative(self, Z: Array) -> Array:
        return np.zeros_like(Z)


class Softmax(Activation):
    r"""Scores to probabilities: each row's outputs are positive and add up to 1.

    .. math:: a_j = \frac{e^{z_j}}{\sum_i e^{z_i}}, \qquad \frac{\partial a_j}{\partial z_i} = a_j (\delta_{ij} - a_i)

    The one activation that does not act on each element on its own, so that its derivative is a matrix for each row.
    The largest score is subtracted first, which changes nothing but overflow.

    Examples
    --------
    >>> softmax(np.array([[0.0, 0.0], [1000.0, -1000.0]])).tolist()
    [[0.5, 0.5], [1.0, 0.0]]
    >>> softmax.derivative(np.array([[0.0, 0.0]])).tolist()
    [[[0.25, -0.25], [-0.25, 0.25]]]
    """

    name = "softmax"
    elementwise = False

    def __call__(self, Z: Array, out: Array | None = None) -> Array:
        A: Array = np.exp(Z - Z.max(axis=-1, keepdims=True), out=out)
        A /= A.sum(axis=-1, keepdims=True)
        return A

    def derivative(self, Z: Array) -> Array:
        """Return the Jacobian matrix of each row: for Z (N, k) an array (N, k, k)."""
        A = self(Z)
        slope: Array = A[..., np.newaxis] * (np.eye(Z.shape[-1], dtype=Z.dtype) - A[..., np.newaxis, :])
        return slope

    def backward(self, dA: Array, Z: Array, A: Array, out: Array) -> Array:
        """The Jacobian times dA without the Jacobian: ``dL/dz_i = a_i (dL/da_i - sum_j a_j dL/da_j)``."""
        np.subtract(dA, np.vecdot(dA, A)[..., np.newaxis], out=out)
        return np.multiply(A, out, out=out)


_ROOT = math.sqrt(2 / math.pi)

identity = Identity()
tanh = Tanh()
sigmoid = Sigmoid()
relu = ReLU()
leaky_relu = LeakyReLU()
softplus = Softplus()
gelu_tanh = GELU()
step = Step()
softmax = Softmax()

ACTIVATIONS: dict[str, Activation] = {
    f.name: f for f in (identity, tanh, sigmoid, relu, leaky_relu, softplus, gelu_tanh, step, softmax)
}


def get(activation: str | Activation) -> Activation:
    """The activation of that name, or the activation itself; ValueError names the valid ones.

    Examples
    --------
    >>> get("tanh"), get(LeakyReLU(0.2)).slope
    (<activation tanh>, 0.2)
    """
    return activation if isinstance(activation, Activation) else lookup("activation", activation, ACTIVATIONS)
