"""Metrics: how good predictions are, in units that a reader knows."""

from __future__ import annotations

import numpy as np

from nnlib.validation import Array, numbers


def rmse(y_hat: Array, y: Array) -> float:
    r"""Root mean squared error, :math:`\sqrt{\tfrac1N \sum_n (\hat y_n - y_n)^2}`, in the units of y.

    Parameters
    ----------
    y_hat, y : array_like, shapes (N,) or (N, 1) in any mixture, or both (N, k)

    Raises
    ------
    ValueError, TypeError
        For different numbers of values, none at all, NaN or infinity.

    Examples
    --------
    >>> rmse([21.0, 25.0], [20.0, 26.0])
    1.0
    """
    y_hat, y = numbers("y_hat", y_hat), numbers("y", y)
    if y_hat.size == 0 or y_hat.squeeze().shape != y.squeeze().shape:
        raise ValueError(f"y_hat: expected the shape of y, {y.shape}, got shape {y_hat.shape}")
    return float(np.sqrt(np.mean((y_hat.ravel() - y.ravel()) ** 2)))
