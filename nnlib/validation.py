"""Checks of arguments: each error names the argument, what was given and what was expected."""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np
from numpy.typing import DTypeLike, NDArray

T = TypeVar("T")
Array = NDArray[np.floating[Any]]


def lookup(argument: str, name: str, known: Mapping[str, T]) -> T:
    """The entry of ``known`` called ``name``; ValueError with the nearest valid names when there is none."""
    if not isinstance(name, str):
        raise TypeError(f"{argument}: expected a name, one of {sorted(known)}, got {type(name).__name__} {name!r}")
    if name not in known:
        import difflib  # here, because it makes `import nnlib` slower

        near = difflib.get_close_matches(name.lower(), known, n=3, cutoff=0.5)
        hint = f"did you mean {' or '.join(map(repr, near))}? " if near else ""
        raise ValueError(f"{argument}: unknown name {name!r}; {hint}valid names are {sorted(known)}")
    return known[name]


def count(argument: str, value: object, least: int = 1) -> int:
    """``value`` as an integer of at least ``least``."""
    if isinstance(value, bool | np.bool_):
        raise TypeError(f"{argument}: expected an integer, got {value!r}")
    try:
        number = operator.index(value)  # type: ignore[arg-type]  # raises TypeError for what is no integer
    except TypeError:
        raise TypeError(f"{argument}: expected an integer, got {type(value).__name__} {value!r}") from None
    if number < least:
        raise ValueError(f"{argument}: expected at least {least}, got {number}")
    return number


def positive(argument: str, value: object) -> float:
    """``value`` as a finite float above zero."""
    number = _number(argument, value, "a positive number")
    if not (math.isfinite(number) and number > 0):
        raise ValueError(f"{argument}: expected a positive, finite number, got {number!r}")
    return number


def not_negative(argument: str, value: object) -> float:
    """``value`` as a finite float of zero or more."""
    number = _number(argument, value, "a number of zero or more")
    if not (math.isfinite(number) and number >= 0):
        raise ValueError(f"{argument}: expected a finite number of zero or more, got {number!r}")
    return number


def fraction(argument: str, value: object) -> float:
    """``value`` as a float from 0 to below 1."""
    number = _number(argument, value, "a number from 0 to below 1")
    if not 0 <= number < 1:
        raise ValueError(f"{argument}: expected a number from 0 to below 1, got {number!r}")
    return number


def _number(argument: str, value: object, expected: str) -> float:
    """``value`` as a float; TypeError for what is no number."""
    try:
        if isinstance(value, bool | np.bool_ | str):
            raise TypeError
        return float(value)  # type: ignore[arg-type]  # raises an error for what is no number
    except (TypeError, ValueError):
        raise TypeError(f"{argument}: expected {expected}, got {type(value).__name__} {value!r}") from None


def sentence(argument: str, value: str) -> str:
    """``value`` as it is, a text that is not empty."""
    if not value.strip():
        raise ValueError(f"{argument}: expected a sentence that says what the figure shows, got an empty text")
    return value


def numbers(argument: str, value: object, dtype: DTypeLike = np.float64, *, check_finite: bool = True) -> Array:
    """``value`` as an array of finite floats, copied only when its type must change.

    With ``check_finite=False`` it is for the caller to pass its rows through :func:`finite`.
    """
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{argument}: expected an array of numbers, got rows of different lengths ({error})") from None
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{argument}: expected an array of numbers, got dtype {array.dtype}")
    array = np.ascontiguousarray(array, dtype=dtype) if array.ndim else array.astype(dtype)
    return finite(argument, array) if check_finite else array


def finite(argument: str, array: Array, rows: Any = ...) -> Array:
    """These rows of an array, when their numbers are finite; the error counts what is not in all rows."""
    part: Array = array[rows]
    with np.errstate(over="ignore", invalid="ignore"):
        squares = np.vdot(part, part)  # finite only when all numbers are, and found without a copy
    if not np.isfinite(squares) and not np.isfinite(part).all():
        bad = np.argwhere(~np.isfinite(array))
        where = tuple(int(i) for i in bad[0])
        raise ValueError(
            f"{argument}: expected finite numbers, got {len(bad)} NaN or infinity, the first {array[where]} at {where}"
        )
    return part


def matrix(
    argument: str,
    value: object,
    columns: int | None = None,
    dtype: DTypeLike = np.float64,
    *,
    check_finite: bool = True,
) -> Array:
    """``value`` as a matrix (N, columns) of finite floats, one example a row, at least one row."""
    array = numbers(argument, value, dtype, check_finite=check_finite)
    expected = f"shape (N, {'d' if columns is None else columns})"
    if array.ndim == 1:
        hint = f"; use {argument}.reshape(-1, 1) for one feature" if columns in (1, None) else ""
        raise ValueError(f"{argument}: expected {expected}, one example a row, got shape {array.shape}{hint}")
    if array.ndim != 2 or array.size == 0 or (columns is not None and array.shape[1] != columns):
        raise ValueError(f"{argument}: expected {expected}, one example a row, got shape {array.shape}")
    return array


def targets(argument: str, value: object, shape: tuple[int, int], dtype: DTypeLike = np.float64) -> Array:
    """``value`` as a matrix of the given shape (N, k); for k = 1 a vector (N,) is taken as the column it stands for.

    Never left to broadcasting: (N, 1) minus (N,) would be an (N, N) matrix and a wrong loss without an error.
    """
    array = numbers(argument, value, dtype)
    column = array[:, np.newaxis] if array.ndim == 1 and shape[1] == 1 else array
    if column.shape != shape:
        also = f" or ({shape[0]},)" if shape[1] == 1 else ""
        raise ValueError(f"{argument}: expected shape {shape}{also}, got shape {array.shape}")
    return column


def largest(values: Array) -> float:
    """The largest absolute value, found without a copy."""
    return float(max(values.max(), -values.min()))
