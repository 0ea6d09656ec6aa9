"""Training: the loop over epochs and batches."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from nnlib import losses
from nnlib.history import DivergenceWarning, History
from nnlib.layers import Trace
from nnlib.losses import Loss
from nnlib.network import Network
from nnlib.optimizers import Optimizer
from nnlib.validation import Array, count, matrix, positive

Callback = Callable[[int, Network, History], bool | None]
Batch = tuple[Array, Array, list[Trace], float]


def train(
    net: Network,
    X: Array,
    y: Array,
    *,
    optimizer: Optimizer,
    epochs: int,
    loss: str | Loss = "mse",
    sample_weight: Array | None = None,
    l2: float = 0.0,
    batch_size: int | None = None,
    seed: int | np.random.Generator | None = None,
    clip_norm: float | None = None,
    validation: tuple[Array, Array] | tuple[Array, Array, Array] | None = None,
    patience: int | None = None,
    callbacks: Sequence[Callback] = (),
    progress: bool = False,
) -> History:
    r"""Train ``net`` in place: for each batch predict, measure the loss, propagate back, update.

    Training stops early, with a :class:`DivergenceWarning`, when the loss is no longer finite or more than a million
    times ``1 + loss[0]``. The parameters are then those that gave the last recorded loss.

    Parameters
    ----------
    net : Network
    X : array_like, shape (N, n_in)
    y : array_like, shape (N, n_out), or (N,) for one output or for class labels
    optimizer : Optimizer
        For example ``GradientDescent(0.1)``.
    epochs : int
        Passes over the data, at least 1.
    loss : str or Loss
        ``"mse"``, ``"mae"``, ``"huber"``; ``"binary_cross_entropy"``, ``"cross_entropy"`` for networks whose last
        layer's activation is the identity.
    sample_weight : array_like, shape (N,), optional
        How much each example counts, zero or more: in full batches a weight of 2 is the same as the row twice, and 0
        as no such row. Only the proportions matter.
    l2 : float
        λ, zero or more: adds :math:`\tfrac{\lambda}{2} \sum w^2`, over all weights but not the biases, to what is
        minimised.
    batch_size : int, optional
        Examples in one update, 1 to N. None means all of them: full batch.
    seed : int or numpy.random.Generator, optional
        For the order of the examples, shuffled anew each epoch when there is more than one batch, and for dropout.
    clip_norm : float, optional
        A gradient longer than this (Euclidean length, all parameters together) is shortened to it.
        Pascanu et al. (2013).
    validation : (X, y) or (X, y, sample_weight), optional
        Data that are not trained on, whose loss is recorded after each epoch.
    patience : int, optional
        Stop when the validation loss has not improved for so many epochs. The parameters with the lowest validation
        loss are put back at the end, however training ends.
    callbacks : sequence of callables
        Each called as ``callback(epoch, net, history)`` after each epoch; one that returns True stops training.
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
    X, y, loss = checked(net, X, y, loss)
    N = len(X)
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"optimizer: expected an optimiser such as GradientDescent(0.1), got {optimizer!r}")
    epochs = count("epochs", epochs)
    penalty = losses.Penalty(net, l2)
    batch_size = N if batch_size is None else count("batch_size", batch_size)
    if batch_size > N:
        raise ValueError(f"batch_size: expected at most {N}, the number of examples, got {batch_size}")
    clip_norm = None if clip_norm is None else positive("clip_norm", clip_norm)
    held_out = None if validation is None else _Validation(net, validation, loss, epochs)
    if sample_weight is not None:
        loss = losses.Weighted(loss)
        y = loss.join(y, sample_weight)
    if patience is not None:
        patience = count("patience", patience)
        if held_out is None:
            raise ValueError("patience: expected validation=(X, y) besides, the data whose loss is watched")
    for i, callback in enumerate(callbacks):
        if not callable(callback):
            raise TypeError(f"callbacks[{i}]: expected a function of (epoch, net, history), got {callback!r}")
    bar = _progress_bar(epochs) if progress else range(epochs)
    rng = np.random.default_rng(seed)

    batches: Iterable[Batch]
    batches = [_full_batch(net, X, y, rng)] if batch_size == N else _MiniBatches(net, X, y, batch_size, rng)
    recorded, limit = np.zeros(epochs), sys.float_info.max
    history, watched, diverged, done = History(recorded[:0]), bool(held_out or callbacks), False, 0
    try:
        with np.errstate(over="ignore", invalid="ignore"):  # a run that overflows is reported as diverged
            for epoch in bar:
                mean = 0.0
                for X_batch, y_batch, traces, share in batches:
                    y_hat = net.run_forward(X_batch, traces)
                    value = loss.value_and_gradient(y_hat, y_batch, out=traces[-1].dA)
                    if not value <= limit:  # also true for nan
                        diverged, mean = True, value
                        break
                    mean += share * value
                    net.run_backward(traces)
                    if l2:
                        penalty.add_gradient(net.params, net.grads)
                    if clip_norm:
                        _clip(net.grads, clip_norm)
                    optimizer.step(net.params, net.grads)
                recorded[epoch], done = mean, epoch + 1
                if diverged:
                    history.diverged_at = epoch
                    break
                if epoch == 0:
                    limit = 1e6 * (1 + mean)
                if watched:
                    history.loss = recorded[:done]
                    if held_out:
                        held_out.record(epoch, net, history)
                    for callback in callbacks:
                        history.stopped_early |= callback(epoch, net, history) is True
                    if patience and held_out and epoch - held_out.best_epoch >= patience:
                        history.stopped_early = True
                    if history.stopped_early:
                        break
    except KeyboardInterrupt:
        history.interrupted = True
    history.loss = recorded[:done]
    if patience and held_out and history.best_epoch is not None:
        net.params[:] = held_out.best_params
    history.explain(optimizer.rate, X, y[:, : net.n_out])
    if history.diverged:
        warnings.warn(history.explanation, DivergenceWarning, stacklevel=2)
    return history


def checked(net: Network, X: Array, y: Array, loss: str | Loss) -> tuple[Array, Array, Loss]:
    """Data and a loss that fit a network, or an error that says what does not.

    Examples
    --------
    >>> from nnlib import mlp
    >>> X, y, loss = checked(mlp([1, 4, 1], seed=0), [[0], [1]], [0.3, 0.8], "mse")
    >>> X.dtype, y.shape, loss
    (dtype('float64'), (2, 1), <loss mse>)
    """
    if not isinstance(net, Network):
        raise TypeError(f"net: expected a Network, got {type(net).__name__} {net!r}")
    loss = losses.get(loss)
    output = net.dense[-1].activation.name
    if loss.from_logits and output != "identity":
        raise ValueError(
            f"loss: {loss.name} brings its own {'softmax' if loss.name == 'cross_entropy' else 'sigmoid'} and expects "
            f"logits: a last layer with the activation 'identity', got {output!r}"
        )
    X = matrix("X", X, net.n_in, net.dtype)
    return X, loss.prepare(y, (len(X), net.n_out), net.dtype), loss


def _full_batch(net: Network, X: Array, y: Array, rng: np.random.Generator) -> Batch:
    """All examples, put where the first layer reads them, once for all epochs."""
    traces = net.traces(len(X), rng)
    traces[0].inputs[:] = X
    return traces[0].inputs, y, traces, 1.0


class _MiniBatches:
    """The batches of an epoch: at each iteration the rows in a new order, gathered batch by batch into one buffer."""

    def __init__(self, net: Network, X: Array, y: Array, size: int, rng: np.random.Generator) -> None:
        self.X, self.y, self.size, self.rng = X, y, size, rng
        X_buffer, y_buffer = np.empty((size, X.shape[1]), X.dtype), np.empty((size, y.shape[1]), y.dtype)
        self.full, self.last = (
            (X_buffer[:rows], y_buffer[:rows], net.traces(rows, rng), rows / len(X))
            for rows in (size, len(X) % size or size)
        )

    def __iter__(self) -> Iterator[Batch]:
        order, last = self.rng.permutation(len(self.X)), len(self.X) - self.size
        for start in range(0, len(order), self.size):
            rows = order[start : start + self.size]
            batch = self.full if start <= last else self.last
            self.X.take(rows, axis=0, out=batch[0], mode="clip")  # the mode that writes to out without a copy
            self.y.take(rows, axis=0, out=batch[1], mode="clip")
            yield batch


class _Validation:
    """Data that are not trained on, their loss after each epoch, and the parameters at the lowest one."""

    def __init__(self, net: Network, data: Sequence[Array], loss: Loss, epochs: int) -> None:
        if not isinstance(data, tuple | list) or len(data) not in (2, 3):
            raise TypeError(f"validation: expected a pair (X, y), or (X, y, sample_weight), got {type(data).__name__}")
        try:
            self.X, self.y, self.loss = checked(net, data[0], data[1], loss)
            if len(data) == 3:
                self.loss = losses.Weighted(loss)
                self.y = self.loss.join(self.y, data[2])
        except (ValueError, TypeError) as error:
            raise type(error)(f"validation: {error}") from None
        self.traces = net.traces(len(self.X))
        self.recorded = np.zeros(epochs)
        self.best_epoch, self.best_params = 0, net.params.copy()

    def record(self, epoch: int, net: Network, history: History) -> None:
        """Measure the loss after an epoch; remember the parameters when it is the lowest so far."""
        y_hat = net.run_forward(self.X, self.traces)
        self.recorded[epoch] = self.loss.value_and_gradient(y_hat, self.y, out=self.traces[-1].dA)
        if epoch == 0 or self.recorded[epoch] < self.recorded[self.best_epoch]:
            self.best_epoch = epoch
            self.best_params[:] = net.params
        history.validation_loss, history.best_epoch = self.recorded[: epoch + 1], self.best_epoch


def _clip(grads: Array, norm: float) -> None:
    """Shorten a gradient to a length of at most ``norm``, in place."""
    length = float(np.sqrt(np.dot(grads, grads)))
    if length > norm:
        grads *= norm / length


def _progress_bar(epochs: int) -> Iterable[int]:
    try:
        from tqdm.std import tqdm  # tqdm.auto would leave a dead widget
    except ImportError:
        raise ImportError("progress: the progress bar needs tqdm; install it, or train with progress=False") from None
    if sys.platform == "emscripten":
        tqdm.monitor_interval = 0  # its monitor is a thread, and in a browser none can be started
    bar: Iterable[int] = tqdm(range(epochs), unit=" epochs")
    return bar
