"""Preprocessing: bring inputs and targets to a common scale, labels to numbers, and rows into separate parts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from nnlib.validation import Array, fraction, matrix, numbers

# Scales


class Scaler(ABC):
    r"""Shift and scale each column: :math:`x' = (x - \text{zero}) / \text{scale}`, both measured in ``fit``.

    Examples
    --------
    >>> celsius = [10.0, 20.0, 30.0]
    >>> [scaler.fit(celsius).transform(celsius).round(3).tolist() for scaler in (StandardScaler(), MinMaxScaler())]
    [[-1.225, 0.0, 1.225], [0.0, 0.5, 1.0]]
    """

    scale: Array

    @property
    @abstractmethod
    def _zero(self) -> Array:
        """What becomes 0."""

    @abstractmethod
    def _measure(self, values: Array) -> None:
        """Set what becomes 0, and ``scale``."""

    def fit(self, values: Array) -> Self:
        """Take the statistics of each column; returns the scaler.

        Raises
        ------
        ValueError, TypeError
            For no rows, for NaN or infinity, for what is not numbers.
        """
        values = numbers("values", values)
        if values.ndim not in (1, 2) or values.size == 0:
            raise ValueError(f"values: expected shape (N,) or (N, d) with at least one row, got shape {values.shape}")
        self._measure(values)
        constant = values.min(axis=0) == values.max(axis=0)  # rounding can leave it a deviation just above 0
        self.scale = np.where(constant | (self.scale == 0), 1.0, self.scale)
        return self

    def transform(self, values: Array) -> Array:
        """Return the scaled values, same shape. RuntimeError before ``fit``."""
        return (self._checked(values) - self._zero) / self.scale

    def inverse_transform(self, values: Array) -> Array:
        """Return ``values`` back in the units of the data, same shape. RuntimeError before ``fit``."""
        return self._checked(values) * self.scale + self._zero

    def _checked(self, values: Array) -> Array:
        if not vars(self):
            raise RuntimeError(f"{type(self).__name__}: call fit on the training data first")
        values = numbers("values", values)
        if self.scale.ndim and (values.ndim != 2 or values.shape[1] != self.scale.size):
            raise ValueError(f"values: expected shape (N, {self.scale.size}), as in fit, got shape {values.shape}")
        return values

    def __repr__(self) -> str:
        fitted = ", ".join(f"{name}={value.round(3).tolist()}" for name, value in vars(self).items())
        return f"{type(self).__name__}({fitted})"


class StandardScaler(Scaler):
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

    @property
    def _zero(self) -> Array:
        return self.mean

    def _measure(self, values: Array) -> None:
        self.mean, self.scale = values.mean(axis=0), values.std(axis=0)


class MinMaxScaler(Scaler):
    r"""Bring each column to the range from 0 to 1: :math:`x' = (x - \min) / (\max - \min)`.

    ``fit`` takes the statistics, from the training data alone: other data may come to lie outside. A constant column
    becomes 0 and is left at that scale. Works on vectors (N,) and on matrices (N, d).

    Attributes
    ----------
    low, scale : ndarray, shape () or (d,)
        The smallest value, and how much larger the largest is, in the units of the data. They exist after ``fit``.

    Examples
    --------
    >>> scaler = MinMaxScaler().fit([10.0, 20.0, 50.0])
    >>> scaler.transform([10.0, 20.0, 50.0, 70.0]).tolist()
    [0.0, 0.25, 1.0, 1.5]
    >>> scaler.inverse_transform([0.5]).tolist()
    [30.0]
    """

    low: Array

    @property
    def _zero(self) -> Array:
        return self.low

    def _measure(self, values: Array) -> None:
        self.low, self.scale = values.min(axis=0), np.ptp(values, axis=0)


# Labels


def one_hot(labels: NDArray[Any], classes: Sequence[int] | Sequence[str] | NDArray[Any] | None = None) -> Array:
    """Turn class labels into targets: a column for each class, 1 in the column of the row's own class, else 0.

    Parameters
    ----------
    labels : array_like of int or str, shape (N,)
    classes : array_like of int or str, shape (k,), optional
        What the columns stand for. None means the labels that occur, sorted: ``np.unique(labels)``. Give the classes
        of the training data where other data may lack one.

    Returns
    -------
    ndarray of float64, shape (N, k)

    Raises
    ------
    ValueError, TypeError
        For fewer than two classes, a label that is none of them, no labels, another shape, and labels that are
        neither integers nor texts.

    Examples
    --------
    >>> one_hot(["cat", "dog", "cat"]).tolist()
    [[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]]
    >>> one_hot([2], classes=[0, 1, 2]).tolist()
    [[0.0, 0.0, 1.0]]

    And back, from the column with the largest value:

    >>> np.unique(["cat", "dog", "cat"])[np.argmax([[0.2, 0.8]], axis=1)].tolist()
    ['dog']
    """
    argument = "labels" if classes is None else "classes"
    labels = class_labels("labels", labels)
    known = known_classes(classes, labels)
    if len(known) < 2:
        raise ValueError(f"{argument}: expected at least two classes, got only {known.tolist()[0]!r}")
    encoded: Array = np.eye(len(known))[class_positions("labels", labels, known)]
    return encoded


def class_labels(argument: str, values: object) -> NDArray[Any]:
    """``values`` as labels: a vector (N,) of int64 or of texts, at least one. Booleans are taken as 0 and 1.

    Examples
    --------
    >>> class_labels("y", [True, False, 2]).tolist(), class_labels("y", ("cat", "dog")).tolist()
    ([1, 0, 2], ['cat', 'dog'])
    """
    array = np.asarray(values, dtype=object)  # NumPy would turn [1, "a"] into two texts
    if array.ndim != 1 or array.size == 0:
        raise ValueError(f"{argument}: expected labels, shape (N,) with at least one, got shape {array.shape}")
    if isinstance(values, np.ndarray) and values.dtype.kind in "biu":
        return values.astype(np.int64)
    texts = isinstance(array[0], str)
    for i, value in enumerate(array):
        if not isinstance(value, str if texts else int | np.integer | np.bool_):
            hint = "; turn whole numbers into labels by .astype(int)" if isinstance(value, float) else ""
            raise TypeError(
                f"{argument}: expected labels, all integers or all texts, "
                f"got {type(value).__name__} {value!r} at {i}{hint}"
            )
    return np.array(array.tolist(), dtype=str if texts else np.int64)


def known_classes(classes: object, labels: NDArray[Any]) -> NDArray[Any]:
    """The classes as given, each once, or else those that occur among the labels, sorted.

    Examples
    --------
    >>> known_classes(None, np.array(["dog", "cat", "dog"])).tolist()
    ['cat', 'dog']
    """
    if classes is None:
        return np.unique(labels)
    known = class_labels("classes", classes)
    if len(np.unique(known)) < len(known):
        raise ValueError(f"classes: expected each class once, got {known.tolist()}")
    return known


def class_positions(argument: str, labels: NDArray[Any], classes: NDArray[Any]) -> NDArray[np.intp]:
    """For each label (N,) its position among the classes (k,).

    Examples
    --------
    >>> class_positions("y", np.array(["dog", "cat"]), np.array(["cat", "dog"])).tolist()
    [1, 0]
    """
    positions = {name: i for i, name in enumerate(classes.tolist())}
    for i, label in enumerate(labels.tolist()):
        if label not in positions:
            raise ValueError(f"{argument}: expected one of the classes {classes.tolist()}, got {label!r} at {i}")
    return np.array([positions[label] for label in labels.tolist()], dtype=np.intp)


# Parts


class Split(NamedTuple):
    """Rows in three separate parts: to train on, to choose settings by, and to judge the result by, once.

    Examples
    --------
    >>> split = train_validation_test_split(np.arange(20.0).reshape(10, 2), np.arange(10))
    >>> X_train, y_train, *others = split  # by position, or by name
    >>> X_train is split.X_train, X_train.shape, y_train.shape
    (True, (6, 2), (6,))
    """

    X_train: Array
    y_train: NDArray[Any]
    X_validation: Array
    y_validation: NDArray[Any]
    X_test: Array
    y_test: NDArray[Any]


def train_validation_test_split(
    X: Array,
    y: NDArray[Any],
    validation: float = 0.2,
    test: float = 0.2,
    seed: int | np.random.Generator | None = 0,
) -> Split:
    """Shuffle the rows and deal them out: each row goes to exactly one part.

    Parameters
    ----------
    X : array_like, shape (N, d)
    y : array_like, shape (N,) or (N, k)
        Numbers or labels.
    validation, test : float
        Which fraction of the rows goes to that part, from 0 to below 1, rounded to whole rows. 0 leaves it empty.
        The training part gets the rest.
    seed : int or numpy.random.Generator, optional
        For the order of the rows. The same seed gives the same parts.

    Returns
    -------
    Split
        Copies; numbers keep their dtype.

    Raises
    ------
    ValueError, TypeError
        For X and y of different length, NaN or infinity, fractions out of range, and when the training part or a part
        with a fraction above 0 would be empty.

    Examples
    --------
    >>> X, y = np.arange(20.0).reshape(10, 2), np.arange(10)
    >>> split = train_validation_test_split(X, y, validation=0.3, test=0.2)
    >>> split.X_train.shape, split.X_validation.shape, split.X_test.shape
    ((5, 2), (3, 2), (2, 2))
    >>> sorted([*split.y_train, *split.y_validation, *split.y_test]) == list(range(10))
    True
    """
    N = len(matrix("X", X))
    texts = any(isinstance(value, str) for value in np.asarray(y, dtype=object).ravel()[:1])
    checked = class_labels("y", y) if texts else numbers("y", y)
    if checked.ndim not in (1, 2) or len(checked) != N:
        raise ValueError(f"y: expected shape ({N},) or ({N}, k), one row for each row of X, got shape {checked.shape}")
    validation, test = fraction("validation", validation), fraction("test", test)
    n_validation, n_test = round(N * validation), round(N * test)
    for argument, share, size in (("validation", validation, n_validation), ("test", test, n_test)):
        if share > 0 and size == 0:
            raise ValueError(f"{argument}: expected at least one row, got none, as {share:g} of {N} rows rounds to 0")
    if n_validation + n_test >= N:
        raise ValueError(
            f"validation, test: expected at least one row left to train on, got {n_validation} + {n_test} of {N} rows"
        )
    X, y = np.asarray(X), np.asarray(y)  # each in its own dtype
    order = np.random.default_rng(seed).permutation(N)
    at_test, at_validation, at_train = np.split(order, [n_test, n_test + n_validation])
    return Split(X[at_train], y[at_train], X[at_validation], y[at_validation], X[at_test], y[at_test])
