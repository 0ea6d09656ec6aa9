"""Losses: how far the predictions lie from the targets, as one number. Always a mean over the examples."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from nnlib.validation import Array, lookup, matrix, targets


class Loss(ABC):
    """A mean over examples, so that duplicating the data changes neither the loss nor its gradient."""

    name: str

    @abstractmethod
    def value_and_gradient(self, y_hat: Array, y: Array, out: Array) -> float:
        """Return the loss and write its gradient dL/dŷ into ``out``; all three arrays are (N, k)."""

    def __call__(self, y_hat: Array, y: Array) -> float:
        """Return the loss of predictions ``y_hat`` (N, k) for targets ``y`` (N, k), or (N,) where k is 1."""
        return self._checked(y_hat, y)[0]

    def gradient(self, y_hat: Array, y: Array) -> Array:
        """Return dL/dŷ, shape (N, k): what ``Network.backward`` starts from."""
        return self._checked(y_hat, y)[1]

    def _checked(self, y_hat: Array, y: Array) -> tuple[float, Array]:
        y_hat = matrix("y_hat", y_hat)
        out = np.empty_like(y_hat)
        return self.value_and_gradient(y_hat, targets("y", y, (y_hat.shape[0], y_hat.shape[1])), out), out

    def __repr__(self) -> str:
        return f"<loss {self.name}>"


class MeanSquaredError(Loss):
    r"""Mean squared error over N examples and k outputs, and its gradient:

    .. math:: L = \frac{1}{Nk} \sum_{n,j} (\hat y_{nj} - y_{nj})^2, \qquad
              \frac{\partial L}{\partial \hat y_{nj}} = \frac{2}{Nk} (\hat y_{nj} - y_{nj})

    >>> mse(np.array([[1.0], [3.0]]), np.array([[0.0], [0.0]]))
    5.0
    >>> mse.gradient(np.array([[1.0], [3.0]]), np.array([[0.0], [0.0]])).tolist()
    [[1.0], [3.0]]
    """

    name = "mse"

    def value_and_gradient(self, y_hat: Array, y: Array, out: Array) -> float:
        np.subtract(y_hat, y, out=out)
        error = out.ravel()
        value = float(np.dot(error, error)) / error.size
        out *= 2 / error.size
        return value


mse = MeanSquaredError()

LOSSES: dict[str, Loss] = {loss.name: loss for loss in (mse,)}


def get(loss: str | Loss) -> Loss:
    """The loss of that name, or the loss itself; ValueError names the valid ones."""
    return loss if isinstance(loss, Loss) else lookup("loss", loss, LOSSES)
