"""Optimisers: how parameters change, given their gradient. The change is made in place, in ``params``."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from nnlib.validation import Array, positive


class Optimizer(ABC):
    """One update rule with its settings, and whatever it remembers between steps."""

    learning_rate: float

    @abstractmethod
    def step(self, params: Array, grads: Array) -> None:
        """Change ``params`` (n_params,) in place, given ``grads`` of the same shape; ``grads`` stay as they are."""


class GradientDescent(Optimizer):
    r"""Plain gradient descent: :math:`\theta \leftarrow \theta - \eta \, \partial L / \partial \theta`.

    Parameters
    ----------
    learning_rate : float
        η, above zero.

    Raises
    ------
    ValueError, TypeError
        For a learning rate that is not a positive, finite number.

    Examples
    --------
    >>> params = np.array([1.0, 2.0])
    >>> GradientDescent(0.1).step(params, np.array([10.0, -10.0]))
    >>> params.tolist()
    [0.0, 3.0]
    """

    def __init__(self, learning_rate: float) -> None:
        self.learning_rate = positive("learning_rate", learning_rate)
        self._change = np.empty(0)

    def step(self, params: Array, grads: Array) -> None:
        if self._change.shape != params.shape or self._change.dtype != params.dtype:
            self._change = np.empty_like(params)
        np.multiply(grads, self.learning_rate, out=self._change)
        np.subtract(params, self._change, out=params)

    def __repr__(self) -> str:
        return f"GradientDescent({self.learning_rate:g})"
