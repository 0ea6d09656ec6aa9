"""Training: the loop over epochs, what it records, and what it says when the loss runs away."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from nnlib import losses
from nnlib.losses import Loss
from nnlib.network import Network
from nnlib.optimizers import Optimizer
from nnlib.validation import Array, count, matrix, targets


class DivergenceWarning(UserWarning):
    """Training stopped because the loss ran away."""


@dataclass
class History:
    """What happened during training.

    Attributes
    ----------
    loss : ndarray, shape (epochs,)
        The mean loss over the examples in each epoch, each batch's loss taken before its own update; with full
        batches ``loss[0]`` is the loss of the initial parameters. When training diverged the last value is the one
        that stopped it.
    diverged_at : int or None
        The epoch (counted from 0) at which the loss ran away, or None.
    interrupted : bool
        Whether Ctrl-C ended training early. The network keeps what it learned.
    explanation : str
        One sentence on how training ended; for a diverging run, what to try.
    """

    loss: Array = field(repr=False)
    diverged_at: int | None = None
    interrupted: bool = False
    explanation: str = ""

    @property
    def epochs(self) -> int:
        """Number of epochs with a recorded loss."""
        return len(self.loss)

    @property
    def diverged(self) -> bool:
        """Whether the loss ran away."""
        return self.diverged_at is not None

    def __str__(self) -> str:
        return self.explanation


def train(
    net: Network,
    X: Array,
    y: Array,
    *,
    optimizer: Optimizer,
    epochs: int,
    loss: str | Loss = "mse",
    batch_size: int | None = None,
    seed: int | np.random.Generator | None = None,
    progress: bool = False,
) -> History:
    """Train ``net`` in place: for each batch predict, measure the loss, propagate back, update.

    Training stops early, with a :class:`DivergenceWarning`, when the loss is no longer finite or more than a million
    times ``1 + loss[0]``. The parameters are then those that gave the last recorded loss.

    Parameters
    ----------
    net : Network
    X : array_like, shape (N, n_in)
    y : array_like, shape (N, n_out), or (N,) for one output
    optimizer : Optimizer
        For example ``GradientDescent(0.1)``.
    epochs : int
        Passes over the data, at least 1.
    loss : str or Loss
    batch_size : int, optional
        Examples in one update, 1 to N. None means all of them: full batch.
    seed : int or numpy.random.Generator, optional
        For the order of the examples, shuffled anew each epoch when there is more than one batch.
    progress : bool
        Show a progress bar (tqdm).

    Returns
    -------
    History

    Raises
    ------
    ValueError, TypeError
        For bad arguments, before anything is changed.

    Examples
    --------
    >>> from nnlib import Dense, GradientDescent
    >>> X = np.array([[-1.0], [0.0], [1.0]])
    >>> net = Network([Dense(1, 1)], seed=0)
    >>> history = train(net, X, 2 * X[:, 0] + 1, optimizer=GradientDescent(0.5), epochs=100)
    >>> print(history)
    100 epochs, loss 2.55 -> 0
    >>> net.params.round(6).tolist()
    [2.0, 1.0]
    """
    if not isinstance(net, Network):
        raise TypeError(f"net: expected a Network, got {type(net).__name__} {net!r}")
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"optimizer: expected an optimiser such as GradientDescent(0.1), got {optimizer!r}")
    X = matrix("X", X, net.n_in, net.dtype)
    N = len(X)
    y = targets("y", y, (N, net.n_out), net.dtype)
    epochs = count("epochs", epochs)
    loss = losses.get(loss)
    batch_size = N if batch_size is None else count("batch_size", batch_size)
    if batch_size > N:
        raise ValueError(f"batch_size: expected at most {N}, the number of examples, got {batch_size}")
    rng = np.random.default_rng(seed)

    X_epoch, y_epoch = X, y
    if batch_size < N:  # each epoch's order is gathered into copies; the caller's arrays keep theirs
        X_epoch, y_epoch = np.empty_like(X), np.empty_like(y)
    starts = range(0, N, batch_size)
    traces = {rows: net.traces(rows) for rows in {min(batch_size, N - start) for start in starts}}
    batches = []
    for start in starts:
        X_batch, y_batch = X_epoch[start : start + batch_size], y_epoch[start : start + batch_size]
        batches.append((X_batch, y_batch, traces[len(X_batch)], len(X_batch) / N))

    history = History(np.zeros(epochs))
    done, limit = 0, sys.float_info.max
    try:
        with np.errstate(over="ignore", invalid="ignore"):  # a run that overflows is reported as diverged
            for epoch in _epochs(epochs, progress):
                if batch_size < N:
                    order = rng.permutation(N)
                    np.take(X, order, axis=0, out=X_epoch)
                    np.take(y, order, axis=0, out=y_epoch)
                mean = 0.0
                for X_batch, y_batch, trace, share in batches:
                    y_hat = net.run_forward(X_batch, trace)
                    value = loss.value_and_gradient(y_hat, y_batch, out=trace[-1].dA)
                    if not value <= limit:  # also true for nan
                        history.diverged_at, mean = epoch, value
                        break
                    mean += share * value
                    net.run_backward(X_batch, trace)
                    optimizer.step(net.params, net.grads)
                history.loss[epoch] = mean
                done = epoch + 1
                if history.diverged:
                    break
                if epoch == 0:
                    limit = 1e6 * (1 + mean)
    except KeyboardInterrupt:
        history.interrupted = True
    history.loss = history.loss[:done]
    history.explanation = _explain(history, optimizer, largest=float(max(np.abs(X).max(), np.abs(y).max())))
    if history.diverged:
        warnings.warn(history.explanation, DivergenceWarning, stacklevel=2)
    return history


def _epochs(epochs: int, progress: bool) -> Iterable[int]:
    """The epochs, with a progress bar around them when it is asked for."""
    if not progress:
        return range(epochs)
    try:
        from tqdm.std import tqdm  # tqdm.auto would leave a dead widget
    except ImportError:
        raise ImportError("progress: the progress bar needs tqdm; install it, or train with progress=False") from None
    bar: Iterable[int] = tqdm(range(epochs), unit=" epochs")
    return bar


def _explain(history: History, optimizer: Optimizer, largest: float) -> str:
    """How training ended, in a sentence or two; ``largest`` is the largest absolute value in X and y."""
    if history.diverged:
        rate = optimizer.learning_rate
        scale = (
            ""
            if largest < 10
            else f"Standardise X and y, which hold values as large as {largest:.3g}. Then, if needed, t"
        )
        return (
            f"Training diverged at epoch {history.diverged_at}: the loss went from {history.loss[0]:.3g} to "
            f"{history.loss[-1]:.3g}. {scale or 'T'}ry a smaller learning rate, for example {rate / 3:.2g} "
            f"instead of {rate:.2g}."
        )
    change = f", loss {history.loss[0]:.3g} -> {history.loss[-1]:.3g}" if history.epochs else ""
    return f"{'Interrupted after ' if history.interrupted else ''}{history.epochs} epochs{change}"
