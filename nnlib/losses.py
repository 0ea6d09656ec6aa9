"""Losses: how far the predictions lie from the targets, as one number. Always a mean over the examples."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import DTypeLike

from nnlib.activations import sigmoid, softplus
from nnlib.validation import Array, lookup, matrix, not_negative, numbers, positive, targets

if TYPE_CHECKING:
    from nnlib.network import Network


class Loss(ABC):
    """A mean over examples, so that duplicating the data changes neither the loss nor its gradient.

    Examples
    --------
    A loss of your own needs a name, its value and its gradient:

    >>> class LogCosh(Loss):
    ...     name = "log_cosh"
    ...
    ...     def value_and_gradient(self, y_hat, y, out):
    ...         np.subtract(y_hat, y, out=out)
    ...         value = float(np.log(np.cosh(out)).mean())
    ...         np.divide(np.tanh(out), y.size, out=out)
    ...         return value
    >>> from nnlib import check_gradients, mlp
    >>> check_gradients(mlp([1, 4, 1], seed=0), [[0.5], [-1.0]], [0.3, 0.8], loss=LogCosh()).ok
    True
    """

    name: str
    from_logits = False  # whether ŷ are logits: scores on which the loss itself puts a sigmoid or softmax

    @abstractmethod
    def value_and_gradient(self, y_hat: Array, y: Array, out: Array) -> Any:
        """Return the loss and write its gradient dL/dŷ into ``out``; all three arrays are (N, k).

        With a stack of predictions (runs, N, k) for the same ``y`` (N, k) there is one loss a run, (runs,).
        """

    def prepare(self, y: Array, shape: tuple[int, int], dtype: DTypeLike = np.float64) -> Array:
        """Check targets for predictions of the given shape (N, k); return them in that shape."""
        return targets("y", y, shape, dtype)

    def __call__(self, y_hat: Array, y: Array) -> float:
        """Return the loss of predictions ``y_hat`` (N, k) for targets ``y`` (N, k), or (N,) where k is 1."""
        return self._checked(y_hat, y)[0]

    def gradient(self, y_hat: Array, y: Array) -> Array:
        """Return dL/dŷ, shape (N, k): what ``Network.backward`` starts from."""
        return self._checked(y_hat, y)[1]

    def _checked(self, y_hat: Array, y: Array) -> tuple[float, Array]:
        y_hat = matrix("y_hat", y_hat)
        out = np.empty_like(y_hat)
        value = self.value_and_gradient(y_hat, self.prepare(y, (y_hat.shape[0], y_hat.shape[1])), out)
        return float(value), out

    def __repr__(self) -> str:
        return f"<loss {self.name}>"


def _inner(a: Array, b: Array) -> Any:
    """The sum of ``a * b`` over rows and columns; for a stack (runs, N, k) one sum a run."""
    if a.ndim == 2:
        return float(a.ravel().dot(b.ravel()))
    return np.vecdot(a.reshape(*a.shape[:-2], -1), b.reshape(*b.shape[:-2], -1))


class MeanSquaredError(Loss):
    r"""Mean squared error over N examples and k outputs, and its gradient:

    .. math:: L = \frac{1}{Nk} \sum_{n,j} (\hat y_{nj} - y_{nj})^2, \qquad
              \frac{\partial L}{\partial \hat y_{nj}} = \frac{2}{Nk} (\hat y_{nj} - y_{nj})

    Examples
    --------
    >>> mse(np.array([[1.0], [3.0]]), np.array([[0.0], [0.0]]))
    5.0
    >>> mse.gradient(np.array([[1.0], [3.0]]), np.array([[0.0], [0.0]])).tolist()
    [[1.0], [3.0]]
    """

    name = "mse"

    def value_and_gradient(self, y_hat: Array, y: Array, out: Array) -> Any:
        np.subtract(y_hat, y, out=out)
        value = _inner(out, out) / y.size
        out *= 2 / y.size
        return value


class MeanAbsoluteError(Loss):
    r"""Mean absolute error: a large miss counts no more than in proportion. With :math:`e = \hat y - y`,

    .. math:: L = \frac{1}{Nk} \sum_{n,j} |e_{nj}|, \qquad
              \frac{\partial L}{\partial \hat y_{nj}} = \frac{1}{Nk} \operatorname{sign}(e_{nj})

    At the kink e = 0 the slope is taken as 0.

    Examples
    --------
    >>> mae(np.array([[1.0], [-3.0]]), np.array([[0.0], [0.0]]))
    2.0
    """

    name = "mae"

    def value_and_gradient(self, y_hat: Array, y: Array, out: Array) -> Any:
        error = y_hat - y
        np.sign(error, out=out)
        value = _inner(error, out) / y.size
        out /= y.size
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

    Raises
    ------
    ValueError, TypeError
        For another threshold.

    Examples
    --------
    >>> huber(np.array([[0.5], [3.0]]), np.array([[0.0], [0.0]]))  # (0.125 + 2.5) / 2
    1.3125
    """

    name = "huber"

    def __init__(self, threshold: float = 1.0) -> None:
        self.threshold = positive("threshold", threshold)

    def value_and_gradient(self, y_hat: Array, y: Array, out: Array) -> Any:
        error = y_hat - y
        np.clip(error, -self.threshold, self.threshold, out=out)
        value = _inner(out, error - 0.5 * out) / y.size  # both cases: c (e - c / 2), c the clipped error
        out /= y.size
        return value


class BinaryCrossEntropy(Loss):
    r"""Yes or no: the surprise at each label y (0 or 1) under the probability that a logit z stands for.

    .. math:: L = -\frac{1}{Nk} \sum_{n,j} \big( y_{nj} \ln p_{nj} + (1 - y_{nj}) \ln (1 - p_{nj}) \big), \qquad
              p = \frac{1}{1 + e^{-z}}, \qquad
              \frac{\partial L}{\partial z_{nj}} = \frac{1}{Nk} (p_{nj} - y_{nj})

    The network's output is the logit z, from an identity output layer: the sigmoid is part of the loss. So
    :math:`\ln p` is computed without p, as :math:`-\ln(1 + e^{-z})`, and cannot become the logarithm of zero.

    Examples
    --------
    >>> round(binary_cross_entropy(np.array([[0.0], [1000.0]]), np.array([1, 1])), 6)
    0.346574
    >>> binary_cross_entropy.gradient(np.array([[0.0], [1000.0]]), np.array([1, 1])).tolist()
    [[-0.25], [0.0]]
    """

    name = "binary_cross_entropy"
    from_logits = True

    def prepare(self, y: Array, shape: tuple[int, int], dtype: DTypeLike = np.float64) -> Array:
        """Check targets: labels 0 and 1, or probabilities between."""
        y = targets("y", y, shape, dtype)
        if y.min() < 0 or y.max() > 1:
            raise ValueError(f"y: expected labels 0 and 1, got values from {y.min():g} to {y.max():g}")
        return y

    def value_and_gradient(self, y_hat: Array, y: Array, out: Array) -> Any:
        value = np.add.reduce(softplus(y_hat) - y * y_hat, axis=(-2, -1)) / y.size
        np.subtract(sigmoid(y_hat), y, out=out)
        out /= y.size
        return value


class CrossEntropy(Loss):
    r"""One of k classes: the surprise at the true class under the probabilities that the logits z stand for.

    .. math:: L = -\frac{1}{N} \sum_{n,j} y_{nj} \ln p_{nj}, \qquad
              p_{nj} = \frac{e^{z_{nj}}}{\sum_i e^{z_{ni}}}, \qquad
              \frac{\partial L}{\partial z_{nj}} = \frac{1}{N} (p_{nj} - y_{nj})

    The network's outputs are the logits z, from an identity output layer: the softmax is part of the loss, with each
    row's largest logit subtracted, so that no exponential overflows. Targets are class labels 0 to k - 1, shape (N,),
    or one-hot rows (N, k).

    Examples
    --------
    >>> round(cross_entropy(np.array([[0.0, 0.0], [1000.0, 0.0]]), np.array([1, 0])), 6)
    0.346574
    >>> cross_entropy.gradient(np.array([[0.0, 0.0], [1000.0, 0.0]]), np.array([1, 0])).tolist()
    [[0.25, -0.25], [0.0, 0.0]]
    """

    name = "cross_entropy"
    from_logits = True

    def prepare(self, y: Array, shape: tuple[int, int], dtype: DTypeLike = np.float64) -> Array:
        """Check targets, and make labels (N,) one-hot rows (N, k)."""
        N, k = shape
        if k < 2:
            raise ValueError("loss: cross_entropy expects at least 2 outputs, got 1; for one use binary_cross_entropy")
        if np.ndim(y) != 1:
            y = targets("y", y, shape, dtype)
            if y.min() < 0 or np.abs(y.sum(axis=1) - 1).max() > 1e-5:
                raise ValueError("y: expected rows of probabilities that add up to 1, as one-hot rows do")
            return y
        labels = numbers("y", y)
        if len(labels) != N:
            raise ValueError(f"y: expected {N} class labels, one a row of X, got {len(labels)}")
        if labels.min() < 0 or labels.max() >= k or (labels % 1).any():
            unfit = labels[(labels < 0) | (labels >= k) | (labels % 1 != 0)][0]
            raise ValueError(f"y: expected class labels 0 to {k - 1}, one for each of {k} outputs, got {unfit:g}")
        one_hot: Array = np.eye(k, dtype=dtype)[labels.astype(int)]
        return one_hot

    def value_and_gradient(self, y_hat: Array, y: Array, out: Array) -> Any:
        np.subtract(y_hat, np.maximum.reduce(y_hat, axis=-1, keepdims=True), out=out)
        at_label = _inner(out, y)
        np.exp(out, out=out)
        total = np.add.reduce(out, axis=-1, keepdims=True)
        out /= total
        out -= y
        out /= len(y)
        return (np.add.reduce(np.log(total), axis=(-2, -1)) - at_label) / len(y)


mse = MeanSquaredError()
mae = MeanAbsoluteError()
huber = Huber()
binary_cross_entropy = BinaryCrossEntropy()
cross_entropy = CrossEntropy()

LOSSES: dict[str, Loss] = {loss.name: loss for loss in (mse, mae, huber, binary_cross_entropy, cross_entropy)}


def get(loss: str | Loss) -> Loss:
    """The loss of that name, or the loss itself; ValueError names the valid ones.

    Examples
    --------
    >>> get("mse"), get(Huber(2.0)).threshold
    (<loss mse>, 2.0)
    """
    return loss if isinstance(loss, Loss) else lookup("loss", loss, LOSSES)


class Weighted(Loss):
    r"""Another loss with a weight for each example: a weight of 2 counts as two equal rows, 0 as none.

    .. math:: L = \frac{\sum_n w_n L_n}{\sum_n w_n}, \qquad L_n \text{ the loss of row } n \text{ alone}

    Where the rows go to batches, each weight has to go with its row, so it stands in one more column of the targets:
    :meth:`join` makes them. ``nnlib.train(..., sample_weight=w)`` does it for you.

    Parameters
    ----------
    loss : str or Loss
        One of this module's losses.

    Examples
    --------
    >>> weighted = Weighted("mse")
    >>> y = weighted.join(np.array([[0.0], [0.0]]), np.array([3.0, 1.0]))
    >>> weighted(np.array([[1.0], [3.0]]), y)  # (3 * 1 + 1 * 9) / 4
    3.0
    >>> weighted.gradient(np.array([[1.0], [3.0]]), y).tolist()
    [[1.5], [1.5]]
    """

    def __init__(self, loss: str | Loss) -> None:
        self.loss = get(loss)
        self.name, self.from_logits = f"weighted {self.loss.name}", self.loss.from_logits

    def join(self, y: Array, sample_weight: Array) -> Array:
        """Put targets (N, k) and weights (N,), scaled to a mean of 1, side by side: (N, k + 1).

        Raises a ValueError or TypeError that names ``sample_weight`` for another number of weights, for negative ones
        and for zeros alone.
        """
        weights = numbers("sample_weight", sample_weight, y.dtype)
        if weights.shape != y.shape[:1]:
            raise ValueError(f"sample_weight: expected shape ({len(y)},), one a row of X, got shape {weights.shape}")
        if weights.min() < 0:
            raise ValueError(f"sample_weight: expected weights of zero or more, got {weights.min():g}")
        if not weights.any():
            raise ValueError("sample_weight: expected at least one weight above zero, got zeros alone")
        return np.column_stack([y, weights / weights.mean()])

    def prepare(self, y: Array, shape: tuple[int, int], dtype: DTypeLike = np.float64) -> Array:
        """Check targets that :meth:`join` made for predictions of the given shape."""
        return targets("y", y, (shape[0], shape[1] + 1), dtype)

    def value_and_gradient(self, y_hat: Array, y: Array, out: Array) -> Any:
        # Each row as a batch of its own: the loss gives one value a row, all of them divided by N.
        y, weights = y[:, np.newaxis, :-1], y[:, -1]
        values = self.loss.value_and_gradient(y_hat[..., np.newaxis, :], y, out[..., np.newaxis, :])
        out *= weights[:, np.newaxis]
        return values.dot(weights)[()]


class Penalty:
    r"""The L2 penalty :math:`\tfrac{\lambda}{2} \sum w^2` over a network's weights; its gradient is :math:`\lambda w`.

    Biases are not counted: they bend nothing, and shrinking them would only pull the output to zero.

    Parameters
    ----------
    net : Network
    l2 : float
        λ, zero or more.

    Raises
    ------
    ValueError, TypeError
        For another λ.

    Examples
    --------
    >>> from nnlib import mlp
    >>> from nnlib.initializers import Constant
    >>> net = mlp([1, 2, 1], initializer=Constant(0.5))  # four weights of 0.5
    >>> Penalty(net, l2=0.1).value(net.params)
    0.05
    """

    def __init__(self, net: Network, l2: float) -> None:
        self.strength = not_negative("l2", l2) * net.is_weight.astype(net.dtype)  # λ for weights, 0 for biases
        self._scratch = np.empty_like(net.params)

    def value(self, params: Array) -> float:
        """Return the penalty of a network's flat parameters (n_params,)."""
        return 0.5 * float(np.dot(self.strength * params, params))

    def add_gradient(self, params: Array, grads: Array) -> None:
        """Add the penalty's gradient to ``grads`` (n_params,) in place."""
        np.multiply(self.strength, params, out=self._scratch)
        grads += self._scratch
