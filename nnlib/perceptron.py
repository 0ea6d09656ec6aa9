"""The perceptron: one neuron with a step activation, and the first rule by which a neuron learned."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from nnlib.activations import step
from nnlib.validation import Array, count, matrix, positive, targets


@dataclass(frozen=True)
class PerceptronHistory:
    """What happened in one call of :meth:`~nnlib.Perceptron.fit`.

    Attributes
    ----------
    mistakes : ndarray of int, shape (epochs,)
        How many rows were predicted wrong in each epoch, which is also how many updates were made.
    converged : bool
        Whether the last epoch was without a mistake.

    Examples
    --------
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]  # XOR: no line parts it
    >>> history = Perceptron(2).fit(X, y, epochs=10)
    >>> history.converged, len(history.mistakes), bool(history.mistakes.all())
    (False, 10, True)
    """

    mistakes: NDArray[np.intp] = field(repr=False)
    converged: bool

    def __str__(self) -> str:
        epochs, last = len(self.mistakes), self.mistakes[-1]
        if self.converged:
            return f"Converged: no mistake in epoch {epochs}, after {self.mistakes.sum()} updates."
        return (
            f"Not converged: {last} mistake{'s' if last > 1 else ''} in epoch {epochs}, the last one. "
            "The data are perhaps not linearly separable; if they are, more epochs will do."
        )


class Perceptron:
    r"""Rosenblatt's perceptron: :math:`\hat y = \operatorname{step}(w^T x + b)`, which is 1 above zero, else 0.

    Rosenblatt (1958). It learns from its mistakes alone: for each row in turn,

    .. math:: w \leftarrow w + \eta \, (y - \hat y) \, x, \qquad b \leftarrow b + \eta \, (y - \hat y)

    When a straight line (for more than two features a hyperplane) parts the two classes, it is found after at most
    :math:`(R / \gamma)^2` updates from zero, where R is the length of the longest row :math:`(x, 1)` and γ the distance
    of the nearest such row to the best plane through the origin that parts them: Novikoff (1962). Otherwise the
    mistakes never end.

    Parameters
    ----------
    n_in : int
        Number of input features.
    learning_rate : float
        η, above zero. As w and b begin at zero, it scales both and changes no prediction.

    Attributes
    ----------
    w : ndarray, shape (n_in,)
    b : float
        Weights and bias, zero at first.

    Raises
    ------
    ValueError, TypeError
        For a number of features below 1 and a learning rate that is not a positive, finite number.

    Examples
    --------
    >>> X, y = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0, 0, 0, 1])  # AND
    >>> neuron = Perceptron(2)
    >>> print(neuron.fit(X, y))
    Converged: no mistake in epoch 6, after 10 updates.
    >>> neuron.w.tolist(), neuron.b, neuron.predict(X).tolist()
    ([2.0, 1.0], -2.0, [0, 0, 0, 1])
    """

    def __init__(self, n_in: int, learning_rate: float = 1.0) -> None:
        self.w: Array = np.zeros(count("n_in", n_in))
        self.b = 0.0
        self.learning_rate = positive("learning_rate", learning_rate)

    def fit(self, X: Array, y: NDArray[np.integer] | Array, epochs: int = 100) -> PerceptronHistory:
        """Go through the rows in their order, epoch after epoch, until an epoch passes without a mistake.

        Begins with the present ``w`` and ``b``: called again, it goes on learning. A new perceptron begins at zero.

        Parameters
        ----------
        X : array_like, shape (N, n_in)
        y : array_like, shape (N,)
            The labels, 0 or 1.
        epochs : int
            Passes over the rows, at most; at least 1.

        Returns
        -------
        PerceptronHistory

        Raises
        ------
        ValueError, TypeError
            For other shapes, other labels than 0 and 1, NaN or infinity, before anything is changed.
        """
        X = matrix("X", X, self.w.size)
        y = targets("y", y, (len(X), 1))[:, 0]
        if not np.isin(y, (0, 1)).all():
            at = int(np.argmin(np.isin(y, (0, 1))))
            raise ValueError(f"y: expected the labels 0 and 1, got {y[at]:g} at {at}")
        epochs = count("epochs", epochs)
        mistakes = []
        for _ in range(epochs):
            mistakes.append(0)
            for x, label in zip(X, y, strict=True):
                error = float(label) - float(np.dot(x, self.w) + self.b > 0)
                if error != 0:
                    self.w += self.learning_rate * error * x
                    self.b += self.learning_rate * error
                    mistakes[-1] += 1
            if mistakes[-1] == 0:
                break
        return PerceptronHistory(np.array(mistakes, dtype=np.intp), converged=mistakes[-1] == 0)

    def predict(self, X: Array) -> NDArray[np.intp]:
        """Return the predicted label, 0 or 1, of each row of X (N, n_in): shape (N,)."""
        X = matrix("X", X, self.w.size)
        return step(X @ self.w + self.b).astype(np.intp)

    def __repr__(self) -> str:
        return f"Perceptron({self.w.size}, learning_rate={self.learning_rate:g})"
