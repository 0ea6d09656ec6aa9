"""Preprocessing: bring inputs and targets to a common scale, and predictions back to their units."""

from __future__ import annotations

import numpy as np

from nnlib.validation import Array, numbers


class StandardScaler:
    r"""Standardise each column: :math:`x' = (x - \mu) / s`, with mean 0 and standard deviation 1 afterwards.

    ``fit`` takes the statistics, from the training data alone; ``transform`` and ``inverse_transform`` use them on any
    data. A constant column is centred and left at that scale (s = 1). Works on vectors (N,) and on matrices (N, d).

    Attributes
    ----------
    mean, scale : ndarray, shape () or (d,)
        μ and s (the population standard deviation), in the units of the data. They exist after ``fit``.

    Examples
    --------
    >>> scaler = StandardScaler().fit([10.0, 20.0, 30.0])
    >>> scaler.transform([20.0]).tolist()
    [0.0]
    >>> scaler.inverse_transform([0.0]).tolist()
    [20.0]
    """

    mean: Array
    scale: Array

    def fit(self, values: Array) -> StandardScaler:
        """Take mean and standard deviation of each column; returns the scaler.

        Raises
        ------
        ValueError, TypeError
            For no rows, for NaN or infinity, for what is not numbers.
        """
        values = numbers("values", values)
        if values.ndim not in (1, 2) or values.size == 0:
            raise ValueError(f"values: expected shape (N,) or (N, d) with at least one row, got shape {values.shape}")
        mean, scale = values.mean(axis=0), values.std(axis=0)
        self.mean, self.scale = mean, np.where(scale > 0, scale, 1.0)
        return self

    def transform(self, values: Array) -> Array:
        """Return ``(values - mean) / scale``, same shape. RuntimeError before ``fit``."""
        return (self._checked(values) - self.mean) / self.scale

    def inverse_transform(self, values: Array) -> Array:
        """Return ``values * scale + mean``, same shape: back in the units of the data. RuntimeError before ``fit``."""
        return self._checked(values) * self.scale + self.mean

    def _checked(self, values: Array) -> Array:
        if not hasattr(self, "mean"):
            raise RuntimeError("StandardScaler: call fit on the training data first")
        values = numbers("values", values)
        if self.mean.ndim and (values.ndim != 2 or values.shape[1] != self.mean.size):
            raise ValueError(f"values: expected shape (N, {self.mean.size}), as in fit, got shape {values.shape}")
        return values

    def __repr__(self) -> str:
        fitted = (
            f"mean={self.mean.round(3).tolist()}, scale={self.scale.round(3).tolist()}" if hasattr(self, "mean") else ""
        )
        return f"StandardScaler({fitted})"
