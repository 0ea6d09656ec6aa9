"""What happened during training: the losses, and one sentence on how it ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nnlib.validation import Array, largest

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class DivergenceWarning(UserWarning):
    """Training stopped because the loss ran away.

    Examples
    --------
    Expected in an experiment, it can be silenced; the history says the same:

    >>> import warnings
    >>> from nnlib import GradientDescent, mlp, train
    >>> X, y = [[-1.0], [0.0], [1.0]], [-1.0, 1.0, 3.0]
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore", DivergenceWarning)
    ...     history = train(mlp([1, 1], seed=0), X, y, optimizer=GradientDescent(3), epochs=100)
    >>> history.diverged, history.epochs < 100
    (True, True)
    """


@dataclass
class History:
    """What happened during training.

    Attributes
    ----------
    loss : ndarray, shape (epochs,)
        The mean loss over the examples in each epoch, each batch's loss taken before its own update; with full
        batches ``loss[0]`` is the loss of the initial parameters. An L2 penalty is not part of it. When training
        diverged the last value is the one that stopped it.
    validation_loss : ndarray, shape (epochs,), or None
        The loss of the validation data after each epoch's updates. None without validation data.
    best_epoch : int or None
        The epoch (counted from 0) with the lowest validation loss.
    diverged_at : int or None
        The epoch (counted from 0) at which the loss ran away, or None.
    interrupted, stopped_early : bool
        Whether Ctrl-C ended training, and whether a callback or the patience did. The network keeps what it learned.
    explanation : str
        One sentence on how training ended; for a diverging run, what to try.

    Examples
    --------
    >>> from nnlib import GradientDescent, mlp, train
    >>> X, y = [[-1.0], [0.0], [1.0]], [-1.0, 1.0, 3.0]
    >>> history = train(mlp([1, 1], seed=0), X, y, optimizer=GradientDescent(0.5), epochs=100)
    >>> history.epochs, history.diverged, history.loss.shape
    (100, False, (100,))
    >>> print(history)
    100 epochs, loss 2.55 -> 0
    """

    loss: Array = field(repr=False)
    validation_loss: Array | None = field(default=None, repr=False)
    best_epoch: int | None = None
    diverged_at: int | None = None
    interrupted: bool = False
    stopped_early: bool = False
    explanation: str = ""

    @property
    def epochs(self) -> int:
        """Number of epochs with a recorded loss."""
        return len(self.loss)

    @property
    def diverged(self) -> bool:
        """Whether the loss ran away."""
        return self.diverged_at is not None

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the losses over the epochs, on ``ax`` or on a new figure; return the axes."""
        import matplotlib.pyplot as plt

        from nnlib import plot

        ax = plt.subplots()[1] if ax is None else ax
        plot.loss(ax, self)
        return ax

    def explain(self, rate: float, X: Array, y: Array) -> None:
        """Fill in ``explanation``, from the learning rate and the data."""
        if self.diverged:
            most, scale = max(largest(X), largest(y)), "T"
            if most >= 10:
                scale = f"Standardise X and y, which hold values as large as {most:.3g}. Then, if needed, t"
            self.explanation = (
                f"Training diverged at epoch {self.diverged_at}: the loss went from {self.loss[0]:.3g} to "
                f"{self.loss[-1]:.3g}. {scale}ry a smaller learning rate, for example {rate / 3:.2g} "
                f"instead of {rate:.2g}."
            )
            return
        how = "Interrupted after " if self.interrupted else "Stopped early after " if self.stopped_early else ""
        self.explanation = f"{how}{self.epochs} epochs"
        if self.epochs:
            self.explanation += f", loss {self.loss[0]:.3g} -> {self.loss[-1]:.3g}"
        if self.validation_loss is not None and self.best_epoch is not None:
            best = self.validation_loss[self.best_epoch]
            self.explanation += f", validation loss lowest at epoch {self.best_epoch}: {best:.3g}"

    def __str__(self) -> str:
        return self.explanation
