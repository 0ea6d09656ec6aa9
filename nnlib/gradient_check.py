"""Gradient check: backpropagation against central differences, parameter by parameter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from nnlib import losses
from nnlib.losses import Loss
from nnlib.network import Network
from nnlib.training import checked
from nnlib.validation import Array, positive


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

    Examples
    --------
    >>> from nnlib import mlp
    >>> report = check_gradients(mlp([1, 4, 1], seed=0), [[0.5], [-1.0]], [0.3, 0.8])
    >>> print(report)
          parameters  worst error
    W1             4  ok, below 1e-08
    b1             4  ok, below 1e-08
    W2             4  ok, below 1e-08
    b2             1  ok, below 1e-08
    >>> report.names[:2], report.error.shape
    (['W1[0,0]', 'W1[0,1]'], (13,))
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
    l2: float = 0.0,
    seed: int | None = None,
    h: float = 1e-4,
    tolerance: float = 1e-8,
) -> GradientReport:
    r"""Compare ``net.backward`` with central differences of the loss.

    For each parameter :math:`\theta_i` the numeric gradient is the central difference of fourth order,

    .. math:: n_i = \frac{8 \, \Delta(h) - \Delta(2h)}{12h}, \qquad \Delta(h) = L(\theta_i + h) - L(\theta_i - h)

    and the scaled error, with :math:`a_i` by backpropagation and :math:`\epsilon` the spacing of floats at 1,

    .. math:: \frac{\max(0, |a_i - n_i| - 10 \, \epsilon (1 + L) / h)}{\max(|a_i|, |n_i|, 10^{-3} \max_j |n_j|)}

    so that what rounding alone makes of a tiny component does not look like a mistake. Where the error is above the
    tolerance, the differences are taken again with h / 10 and h / 100. Where they come out otherwise than before there
    was a kink within the nudge, as that of ReLU, and the smaller error counts. A pre-activation that lies exactly on a
    kink, as zero inputs and zero biases make it, has no derivative and is reported.

    Parameters
    ----------
    net : Network
        With ``dtype`` float64. Its parameters are nudged one by one and put back to the same bits.
    X : array_like, shape (N, n_in)
    y : array_like, shape (N, n_out), or (N,) for one output or for class labels
    loss : str or Loss
    l2 : float
        λ of the L2 penalty, as for :func:`~nnlib.train`.
    seed : int, optional
        Draws the masks of dropout, the same at each evaluation. None: nothing is dropped.
    h : float
        The nudge. Too large and the curve bends (error ~ h⁴), too small and rounding wins (error ~ 1e-16 / h).
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
    X, y, loss = checked(net, X, y, loss)
    if net.dtype != np.float64:
        raise ValueError(f"net: expected a float64 network, got {net.dtype}: its rounding hides mistakes")
    penalty, h, tolerance = losses.Penalty(net, l2), positive("h", h), positive("tolerance", tolerance)

    def forward() -> Array:
        return net.forward(X, None if seed is None else np.random.default_rng(seed))

    def total() -> float:
        return loss(forward(), y) + penalty.value(net.params)

    value = total()
    analytic = net.backward(loss.gradient(forward(), y))
    penalty.add_gradient(net.params, analytic)
    rounding = 10 * np.finfo(np.float64).eps * (1 + abs(value))
    numeric = _differences(total, net.params, h)
    error = _scaled_error(analytic, numeric, rounding / h)
    for smaller in (h / 10, h / 100):
        if (error > tolerance).any():
            again = _differences(total, net.params, smaller)
            moved = np.abs(again - numeric) > rounding / smaller  # a kink was near: a smooth curve gives the same again
            less = _scaled_error(analytic, again, rounding / smaller)
            better = moved & (less < error)
            numeric[better], error[better] = again[better], less[better]
    names = [
        f"{name}{n}[{','.join(map(str, index))}]"
        for n, layer in enumerate(net.dense, 1)
        for name, values in (("W", layer.W), ("b", layer.b))
        for index in np.ndindex(values.shape)
    ]
    return GradientReport(analytic, numeric, error, names, tolerance)


def _differences(total: Callable[[], float], params: Array, h: float) -> Array:
    """The numeric gradient of ``total``, which depends on ``params``; they are put back to the same bits."""
    numeric = np.empty_like(params)
    for i, theta in enumerate(params.copy()):
        nudged = []
        for nudge in (2 * h, h, -h, -2 * h):
            params[i] = theta + nudge
            nudged.append(total())
        params[i] = theta
        far_above, above, below, far_below = nudged
        numeric[i] = (8 * (above - below) - (far_above - far_below)) / (12 * h)
    return numeric


def _scaled_error(analytic: Array, numeric: Array, rounding: float) -> Array:
    floor = 1e-3 * np.abs(numeric).max()
    scale = np.maximum(np.maximum(np.abs(analytic), np.abs(numeric)), floor)
    difference: Array = np.maximum(0, np.abs(analytic - numeric) - rounding)
    return difference / np.where(scale > 0, scale, 1)
