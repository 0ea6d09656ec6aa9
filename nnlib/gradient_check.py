"""Gradient check: backpropagation against central differences, parameter by parameter."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from nnlib import losses
from nnlib.losses import Loss
from nnlib.network import Network
from nnlib.validation import Array, matrix, positive, targets


@dataclass(frozen=True)
class GradientReport:
    """The result of :func:`check_gradients`; printed, it is a table with one row for each W and b.

    Attributes
    ----------
    analytic, numeric : ndarray, shape (n_params,)
        The gradient by backpropagation, and by central differences.
    error : ndarray, shape (n_params,)
        The scaled error of each parameter.
    names : list of str
        Which parameter is which: ``"W1[0,2]"``, ``"b2[0]"``.
    tolerance : float
        The largest scaled error that passes.
    """

    analytic: Array = field(repr=False)
    numeric: Array = field(repr=False)
    error: Array = field(repr=False)
    names: list[str] = field(repr=False)
    tolerance: float

    @property
    def worst(self) -> float:
        """The largest scaled error."""
        return float(self.error.max())

    @property
    def ok(self) -> bool:
        """Whether every parameter's error is at most the tolerance."""
        return bool(self.worst <= self.tolerance)

    def __str__(self) -> str:
        groups: dict[str, list[int]] = {}
        for i, name in enumerate(self.names):
            groups.setdefault(name.split("[")[0], []).append(i)
        rows = [f"{'':6}{'parameters':>10}  worst error"]
        for name, members in groups.items():
            worst = self.error[members].max()
            verdict = f"ok, below {self.tolerance:.0e}" if worst <= self.tolerance else f"WRONG, {worst:.1e}"
            rows.append(f"{name:6}{len(members):>10}  {verdict}")
        return "\n".join(rows)


def check_gradients(
    net: Network,
    X: Array,
    y: Array,
    *,
    loss: str | Loss = "mse",
    h: float = 1e-6,
    tolerance: float = 1e-6,
) -> GradientReport:
    r"""Compare ``net.backward`` with central differences of the loss.

    For each parameter :math:`\theta_i` the numeric gradient is

    .. math:: n_i = \frac{L(\theta_i + h) - L(\theta_i - h)}{2h}

    and the scaled error, with :math:`a_i` by backpropagation and :math:`\epsilon` the spacing of floats at 1,

    .. math:: \frac{\max(0, |a_i - n_i| - 10 \, \epsilon L / h)}{\max(|a_i|, |n_i|, 10^{-3} \max_j |n_j|)}

    so that what rounding alone makes of a tiny component does not look like a mistake.

    Parameters
    ----------
    net : Network
        With ``dtype`` float64. Its parameters are nudged one by one and put back to the same bits.
    X : array_like, shape (N, n_in)
    y : array_like, shape (N, n_out), or (N,) for one output
    loss : str or Loss
    h : float
        The nudge. Too large and the curve bends (error ~ h²), too small and rounding wins (error ~ 1e-16 / h).
    tolerance : float
        The largest scaled error that passes.

    Returns
    -------
    GradientReport

    Raises
    ------
    ValueError, TypeError
        For bad arguments, and for a float32 network, where rounding hides mistakes.

    Examples
    --------
    >>> from nnlib import mlp
    >>> report = check_gradients(mlp([1, 4, 1], seed=0), np.array([[0.5], [-1.0]]), np.array([0.3, 0.8]))
    >>> report.ok
    True
    """
    if net.dtype != np.float64:
        raise ValueError(f"net: expected a float64 network, got {net.dtype}: its rounding hides mistakes")
    X = matrix("X", X, net.n_in)
    y = targets("y", y, (len(X), net.n_out))
    loss, h, tolerance = losses.get(loss), positive("h", h), positive("tolerance", tolerance)

    y_hat = net.forward(X)
    analytic = net.backward(loss.gradient(y_hat, y))
    rounding = 10 * np.finfo(np.float64).eps * abs(loss(y_hat, y)) / h
    numeric = np.empty_like(analytic)
    for i, theta in enumerate(net.params.copy()):
        net.params[i] = theta + h
        above = loss(net.predict(X), y)
        net.params[i] = theta - h
        below = loss(net.predict(X), y)
        net.params[i] = theta
        numeric[i] = (above - below) / (2 * h)

    scale = np.maximum(np.abs(analytic), np.abs(numeric))
    scale = np.maximum(scale, 1e-3 * scale.max())
    error = np.maximum(0, np.abs(analytic - numeric) - rounding) / np.where(scale > 0, scale, 1)
    names = [
        f"{name}{n}[{','.join(map(str, index))}]"
        for n, layer in enumerate(net.layers, 1)
        for name, values in (("W", layer.W), ("b", layer.b))
        for index in np.ndindex(values.shape)
    ]
    return GradientReport(analytic, numeric, error, names, tolerance)
