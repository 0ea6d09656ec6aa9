"""Losses: how far the predictions lie from the targets, as one number. Always a mean over the examples."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from nnlib.validation import Array, lookup, matrix, positive, targets


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


class MeanAbsoluteError(Loss):
    r"""Mean absolute error: a large miss counts no more than in proportion. With :math:`e = \hat y - y`,

    .. math:: L = \frac{1}{Nk} \sum_{n,j} |e_{nj}|, \qquad
              \frac{\partial L}{\partial \hat y_{nj}} = \frac{1}{Nk} \operatorname{sign}(e_{nj})

    At the kink e = 0 the slope is taken as 0.

    >>> mae(np.array([[1.0], [-3.0]]), np.array([[0.0], [0.0]]))
    2.0
    """

    name = "mae"

    def value_and_gradient(self, y_hat: Array, y: Array, out: Array) -> float:
        np.subtract(y_hat, y, out=out)
        value = float(np.abs(out).sum()) / out.size
        np.sign(out, out=out)
        out /= out.size
        return value


class Huber(Loss):
    r"""Squared where the error is small, linear where it is large. With :math:`e = \hat y - y` and a threshold δ,

    .. math:: L = \frac{1}{Nk} \sum_{n,j} \begin{cases} \tfrac12 e_{nj}^2 & |e_{nj}| \le \delta \\
              \delta (|e_{nj}| - \tfrac12 \delta) & \text{else} \end{cases}, \qquad
              \frac{\partial L}{\partial \hat y_{nj}} = \frac{1}{Nk} \min(\delta, \max(-\delta, e_{nj}))

    Huber (1964).

    Parameters
    ----------
    threshold : float
        δ, above zero, in the units of y.

    >>> huber(np.array([[0.5], [3.0]]), np.array([[0.0], [0.0]]))  # (0.125 + 2.5) / 2
    1.3125
    """

    name = "huber"

    def __init__(self, threshold: float = 1.0) -> None:
        self.threshold = positive("threshold", threshold)

    def value_and_gradient(self, y_hat: Array, y: Array, out: Array) -> float:
        error = np.subtract(y_hat, y)
        np.clip(error, -self.threshold, self.threshold, out=out)
        value = float(np.sum(out * (error - 0.5 * out))) / out.size  # both cases: c (e - c / 2), c the clipped error
        out /= out.size
        return value


mse = MeanSquaredError()
mae = MeanAbsoluteError()
huber = Huber()

LOSSES: dict[str, Loss] = {loss.name: loss for loss in (mse, mae, huber)}


def get(loss: str | Loss) -> Loss:
    """The loss of that name, or the loss itself; ValueError names the valid ones."""
    return loss if isinstance(loss, Loss) else lookup("loss", loss, LOSSES)
