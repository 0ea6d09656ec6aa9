"""Metrics: how good predictions are, in units that a reader knows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnlib.preprocessing import class_labels, class_positions, known_classes
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
    y_hat, y = _same_shape(y_hat, y)
    return float(np.sqrt(np.mean((y_hat.ravel() - y.ravel()) ** 2)))


def r2(y_hat: Array, y: Array) -> float:
    r"""Coefficient of determination, :math:`R^2 = 1 - \sum_n (\hat y_n - y_n)^2 / \sum_n (y_n - \bar y)^2`.

    1 for perfect predictions, 0 for predictions no better than the mean of y, below 0 for worse ones.

    Parameters
    ----------
    y_hat, y : array_like, shapes (N,) or (N, 1) in any mixture

    Raises
    ------
    ValueError, TypeError
        For different numbers of values, none at all, more than one column, NaN or infinity, and for a constant y,
        which has nothing to explain.

    Examples
    --------
    >>> r2([1.0, 2.0, 3.0, 5.0], [1.0, 2.0, 3.0, 4.0])
    0.8
    """
    y_hat, y = _same_shape(y_hat, y)
    if y.squeeze().ndim > 1:
        raise ValueError(f"y: expected shape (N,) or (N, 1), got shape {y.shape}")
    if y.min() == y.max():
        raise ValueError(f"y: expected at least two different values, got {y.size} times {y.min()}")
    return 1 - float(np.sum((y_hat.ravel() - y.ravel()) ** 2)) / float(np.sum((y - y.mean()) ** 2))


def accuracy(predicted: NDArray[Any], labels: NDArray[Any]) -> float:
    """Fraction of the predicted labels that are right, from 0 to 1.

    Parameters
    ----------
    predicted, labels : array_like of int or str, shape (N,)
        What a network says, as labels (for probabilities (N, k): ``y_hat.argmax(axis=1)``), and what is true.

    Raises
    ------
    ValueError, TypeError
        For different lengths, no labels, another shape, what is neither integers nor texts, and integers beside texts.

    Examples
    --------
    >>> accuracy([0, 1, 1, 0], [0, 1, 1, 1])
    0.75
    """
    predicted, labels = _label_pair(predicted, labels)
    return float(np.mean(predicted == labels))


def confusion_matrix(
    predicted: NDArray[Any],
    labels: NDArray[Any],
    classes: Sequence[int] | Sequence[str] | NDArray[Any] | None = None,
) -> NDArray[np.intp]:
    """Count which class was taken for which: one row a true class, one column a predicted class.

    Parameters
    ----------
    predicted, labels : array_like of int or str, shape (N,)
    classes : array_like of int or str, shape (k,), optional
        What the rows and columns stand for. None means the labels that occur, true or predicted, sorted.

    Returns
    -------
    ndarray of int, shape (k, k)
        In row i, column j: how many examples of class i were predicted as class j. The diagonal was right.

    Raises
    ------
    ValueError, TypeError
        As :func:`accuracy`, and for a label that is none of the classes.

    Examples
    --------
    >>> confusion_matrix(["cat", "cat", "dog"], ["cat", "dog", "dog"]).tolist()
    [[1, 0], [1, 1]]
    """
    predicted, labels = _label_pair(predicted, labels)
    known = known_classes(classes, np.concatenate([labels, predicted]))
    rows, columns = class_positions("labels", labels, known), class_positions("predicted", predicted, known)
    counts = np.zeros((len(known), len(known)), dtype=np.intp)
    np.add.at(counts, (rows, columns), 1)
    return counts


def _same_shape(y_hat: Array, y: Array) -> tuple[Array, Array]:
    """Both as numbers, of one shape; a column (N, 1) is as good as a vector (N,)."""
    y_hat, y = numbers("y_hat", y_hat), numbers("y", y)
    if y_hat.size == 0 or y_hat.squeeze().shape != y.squeeze().shape:
        raise ValueError(f"y_hat: expected the shape of y, {y.shape}, got shape {y_hat.shape}")
    return y_hat, y


def _label_pair(predicted: NDArray[Any], labels: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Both as labels, of one length and kind."""
    predicted, labels = class_labels("predicted", predicted), class_labels("labels", labels)
    if predicted.shape != labels.shape:
        raise ValueError(f"predicted: expected the shape of labels, {labels.shape}, got shape {predicted.shape}")
    if predicted.dtype.kind != labels.dtype.kind:
        kinds = {"i": "integers", "U": "texts"}
        raise TypeError(f"predicted: expected {kinds[labels.dtype.kind]}, as labels, got {kinds[predicted.dtype.kind]}")
    return predicted, labels
