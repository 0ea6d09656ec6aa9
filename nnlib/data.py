"""Data: measured data that come with the library, small problems made by formula, and CSV files of your own.

Nothing is downloaded.
"""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnlib.validation import Array, count, lookup, not_negative, numbers, positive

_FILES = Path(__file__).parent / "data_files"
_TEMPERATURES = _FILES / "temperatures_greensboro_1981_07.csv"
_DIGITS = _FILES / "digits_uci_optdigits_test.npz"
_GATES = {"and": (0, 0, 0, 1), "or": (0, 1, 1, 1), "xor": (0, 1, 1, 0)}
_MISSING = {"", "?", "na", "n/a", "nan", "null"}

Labels = NDArray[np.intp]


# Measured data


@dataclass(frozen=True)
class Temperatures:
    """Hourly outside temperatures, measured.

    Attributes
    ----------
    hours : ndarray, shape (N,)
        Hours since the midnight that begins the first day, in local standard time: 0, 1, ..., N - 1.
    celsius : ndarray, shape (N,)
        Dry-bulb temperature at that hour, in degrees Celsius. The station read whole degrees Fahrenheit.
    times : ndarray of datetime64[m], shape (N,)
        The same hours as dates and times.
    place, source : str
        Where it was measured, and who published it.

    Examples
    --------
    >>> day = temperatures("1981-07-05")
    >>> str(day.times[13]), float(day.hours[13]), float(day.celsius[13])
    ('1981-07-05T13:00', 13.0, 29.4)
    >>> print(day.place)
    Greensboro, North Carolina (36.1 N, 79.95 W, 273 m)
    """

    hours: Array = field(repr=False)
    celsius: Array = field(repr=False)
    times: NDArray[np.datetime64] = field(repr=False)
    place: str = "Greensboro, North Carolina (36.1 N, 79.95 W, 273 m)"
    source: str = "NREL TMY3, station 723170"


def temperatures(first_day: str = "1981-07-05", days: int = 1) -> Temperatures:
    """Load measured temperatures: one named day, or several days on end.

    Parameters
    ----------
    first_day : str
        A day from 2 to 30 July 1981, as ``"1981-07-05"``.
    days : int
        How many days, that one included.

    Returns
    -------
    Temperatures
        24 values a day, from 0:00 to 23:00.

    Raises
    ------
    ValueError, TypeError
        For a day that is no date or not in the record, and for more days than the record holds.

    Examples
    --------
    >>> day = temperatures("1981-07-05")
    >>> day.celsius.shape, float(day.celsius.min()), float(day.celsius.max())
    ((24,), 20.6, 31.1)
    """
    try:
        start = date.fromisoformat(first_day)
    except (TypeError, ValueError):
        raise ValueError(f"first_day: expected a date such as '1981-07-05', got {first_day!r}") from None
    days = count("days", days)
    with _TEMPERATURES.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    first, last = (date.fromisoformat(rows[i]["time"][:10]) for i in (0, -1))
    if not first <= start <= last:
        raise ValueError(f"first_day: expected a day from {first} to {last}, got {first_day!r}")
    end = start + timedelta(days=days)
    if end > last + timedelta(days=1):
        raise ValueError(f"days: expected at most {(last - start).days + 1} from {start} on, got {days}")
    chosen = [row for row in rows if str(start) <= row["time"] < str(end)]
    return Temperatures(
        hours=np.arange(len(chosen), dtype=np.float64),
        celsius=np.array([float(row["temperature_c"]) for row in chosen]),
        times=np.array([row["time"] for row in chosen], dtype="datetime64[m]"),
    )


@dataclass(frozen=True)
class Digits:
    """Handwritten digits, 8x8 pixels each.

    Attributes
    ----------
    X : ndarray, shape (1797, 64)
        One image a row, its pixels row by row from the top left: from 0 for white paper to 1 for full ink.
    y : ndarray of int, shape (1797,)
        The digit that was written, 0 to 9.
    source : str
        Who published them.

    Examples
    --------
    >>> data = digits()
    >>> int(data.y[3]), data.images[3].shape, float(data.X.max())
    (3, (8, 8), 1.0)
    """

    X: Array = field(repr=False)
    y: Labels = field(repr=False)
    source: str = "E. Alpaydin and C. Kaynak (1998), UCI Machine Learning Repository, CC BY 4.0"

    @property
    def images(self) -> Array:
        """The same pixels as pictures, shape (1797, 8, 8)."""
        return self.X.reshape(-1, 8, 8)


def digits() -> Digits:
    """Load 1797 handwritten digits, written by 13 people.

    The test part of *Optical Recognition of Handwritten Digits*, E. Alpaydin and C. Kaynak (1998), UCI Machine Learning
    Repository, https://doi.org/10.24432/C50P49, licence CC BY 4.0. Each pixel was the number of inked cells, 0 to 16,
    in a square of 4x4; here it is divided by 16.

    Returns
    -------
    Digits

    Examples
    --------
    >>> data = digits()
    >>> data.X.shape, data.images.shape, data.y[:12].tolist()
    ((1797, 64), (1797, 8, 8), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1])
    >>> for row in data.images[0]:
    ...     print("".join(".-+*#"[int(4 * ink)] for ink in row))
    ..-*+...
    ..**+*-.
    ..*..++.
    .-*..++.
    .-+..++.
    .-+..*-.
    ..*-+*..
    ..-*+...
    """
    with np.load(_DIGITS, allow_pickle=False) as file:
        return Digits(X=file["images"].reshape(-1, 64) / 16, y=file["labels"].astype(np.intp))


# Problems made by formula


def line(
    n: int = 100,
    slope: float = 2.0,
    intercept: float = 1.0,
    noise: float = 0.2,
    seed: int | np.random.Generator | None = 0,
) -> tuple[Array, Array]:
    r"""Points along a straight line: :math:`y = \text{slope} \cdot x + \text{intercept} + \varepsilon`.

    x is uniform in [-1, 1], ε normal with mean 0 and standard deviation ``noise``.

    Parameters
    ----------
    n : int
        Number of points, at least 1.
    slope, intercept : float
    noise : float
        Standard deviation of ε, in the units of y; 0 for none.
    seed : int or numpy.random.Generator, optional
        The same seed gives the same bits.

    Returns
    -------
    x, y : ndarray, shapes (n,) and (n,)

    Raises
    ------
    ValueError, TypeError
        For no points, negative noise, and what is not a finite number.

    Examples
    --------
    >>> x, y = line(5, noise=0)
    >>> bool(np.all(y == 2 * x + 1))
    True
    """
    n, noise = count("n", n), not_negative("noise", noise)
    slope, intercept = _number("slope", slope), _number("intercept", intercept)
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1, 1, n)
    return x, slope * x + intercept + rng.normal(0, noise, n)


def gate(name: str) -> tuple[Array, Labels]:
    """The truth table of a logical gate of two inputs.

    Parameters
    ----------
    name : {"and", "or", "xor"}

    Returns
    -------
    X : ndarray, shape (4, 2)
        The inputs (0, 0), (0, 1), (1, 0), (1, 1).
    y : ndarray of int, shape (4,)
        The gate's output for each, 0 or 1.

    Raises
    ------
    ValueError, TypeError
        For another name.

    Examples
    --------
    >>> X, y = gate("xor")
    >>> X.tolist(), y.tolist()
    ([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0])
    """
    outputs = lookup("name", name, _GATES)
    return np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array(outputs, dtype=np.intp)


def moons(n: int = 200, noise: float = 0.1, seed: int | np.random.Generator | None = 0) -> tuple[Array, Labels]:
    r"""Two half circles that reach into each other: no straight line parts them.

    .. math:: \text{class 0: } (\cos t, \; \sin t), \qquad \text{class 1: } (1 - \cos t, \; \tfrac12 - \sin t)

    with t evenly spaced from 0 to π, and normal noise added to both coordinates.

    Parameters
    ----------
    n : int
        Number of points, at least 2. For odd n, class 0 has one more.
    noise : float
        Standard deviation of the noise, in the units of the radius; 0 for none.
    seed : int or numpy.random.Generator, optional
        For the noise and the order of the rows. The same seed gives the same bits.

    Returns
    -------
    X : ndarray, shape (n, 2)
    y : ndarray of int, shape (n,)
        0 or 1.

    Raises
    ------
    ValueError, TypeError
        For fewer points than classes, negative noise, and what is not a finite number.

    Examples
    --------
    >>> X, y = moons(5)
    >>> X.shape, sorted(y.tolist())
    ((5, 2), [0, 0, 0, 1, 1])
    """
    n, noise = count("n", n, least=2), not_negative("noise", noise)
    t0, t1 = (np.linspace(0, math.pi, size) for size in _class_sizes(n, 2))
    upper = np.column_stack([np.cos(t0), np.sin(t0)])
    lower = np.column_stack([1 - np.cos(t1), 0.5 - np.sin(t1)])
    return _noisy_and_shuffled([upper, lower], noise, seed)


def spirals(
    n: int = 200,
    noise: float = 0.1,
    seed: int | np.random.Generator | None = 0,
    turns: float = 1.5,
    classes: int = 2,
) -> tuple[Array, Labels]:
    r"""Spiral arms wound into each other, one a class. Point i of the m points of class c, of k classes, lies at

    .. math:: r \, (\cos \varphi, \; \sin \varphi), \qquad r = \text{turns} \, \sqrt{i / m}, \qquad
              \varphi = 2 \pi (r + c / k)

    for i = 1, ..., m, with normal noise added to both coordinates. A turn adds 1 to the radius, so that neighbouring
    arms are 1/k apart, and the square root spreads the points about evenly along the arm.

    Parameters
    ----------
    n : int
        Number of points, at least one a class. Where n is no multiple of the classes, the first have one more.
    noise : float
        Standard deviation of the noise, in the units of the radius; 0 for none.
    seed : int or numpy.random.Generator, optional
        For the noise and the order of the rows. The same seed gives the same bits.
    turns : float
        How often each arm goes round, above zero.
    classes : int
        Number of arms, at least 2.

    Returns
    -------
    X : ndarray, shape (n, 2)
    y : ndarray of int, shape (n,)
        0 to classes - 1.

    Raises
    ------
    ValueError, TypeError
        For fewer points than classes, negative noise, and what is not a finite number.

    Examples
    --------
    >>> X, y = spirals(300, classes=3)
    >>> X.shape, np.bincount(y).tolist()
    ((300, 2), [100, 100, 100])
    """
    classes = count("classes", classes, least=2)
    n, noise, turns = count("n", n, least=classes), not_negative("noise", noise), positive("turns", turns)
    arms = []
    for c, size in enumerate(_class_sizes(n, classes)):
        r = turns * np.sqrt(np.arange(1, size + 1) / size)
        angle = 2 * math.pi * (r + c / classes)
        arms.append(np.column_stack([r * np.cos(angle), r * np.sin(angle)]))
    return _noisy_and_shuffled(arms, noise, seed)


def _class_sizes(n: int, classes: int) -> list[int]:
    """n in as many equal parts as there are classes; what is left over goes to the first of them, one each."""
    return [n // classes + (c < n % classes) for c in range(classes)]


def _noisy_and_shuffled(
    clouds: Sequence[Array], noise: float, seed: int | np.random.Generator | None
) -> tuple[Array, Labels]:
    """The points of all classes in random order, with normal noise, and the class of each."""
    rng = np.random.default_rng(seed)
    X = np.concatenate(clouds)
    y = np.repeat(np.arange(len(clouds)), [len(cloud) for cloud in clouds])
    order = rng.permutation(len(X))
    return X[order] + rng.normal(0, noise, X.shape), y[order]


def _number(argument: str, value: object) -> float:
    """``value`` as a finite float."""
    array = numbers(argument, value)
    if array.ndim:
        raise TypeError(f"{argument}: expected one number, got an array of shape {array.shape}")
    return float(array)


# Data of your own


@dataclass(frozen=True)
class Table:
    """What a CSV file holds: features and a target.

    Attributes
    ----------
    X : ndarray, shape (N, d)
        The features, one row of the file a row.
    y : ndarray, shape (N,)
        The target: float64 when all its values are numbers (``y.astype(int)`` where they are class labels), else
        labels, as texts.
    features : tuple of str
        The names of the d columns of X.
    target : str
        The name of the target column.

    Examples
    --------
    >>> table = Table(np.array([[52.5, 2.0]]), np.array([640.0]), features=("area", "rooms"), target="rent")
    >>> dict(zip(table.features, table.X[0].tolist(), strict=True))
    {'area': 52.5, 'rooms': 2.0}
    """

    X: Array = field(repr=False)
    y: NDArray[Any] = field(repr=False)
    features: tuple[str, ...]
    target: str


def load_csv(path: str | os.PathLike[str], target: str) -> Table:
    r"""Load a CSV file of numbers: one column is the target, all others are features.

    The file is UTF-8 text, its columns are parted by commas, and its first line names them. Blank lines are passed
    over, and so are spaces around a value.

    Parameters
    ----------
    path : str or path
    target : str
        The name of the target column. When at least one of its values is not a number, all of them are labels.

    Returns
    -------
    Table

    Raises
    ------
    FileNotFoundError
        For a file that is not there.
    ValueError, TypeError
        For a file that is no such table: no header, or nothing below it; columns without a name, or two of the same;
        no such target, or nothing besides it; rows longer or shorter than the header; missing values (nothing, ``?``,
        ``NA``, ``N/A``, ``NaN`` or ``null``); text among the features; infinity. The error names line and column.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "flats.csv"
    ...     _ = path.write_text("area,rooms,rent\n52.5,2,640\n71,3,810\n")
    ...     table = load_csv(path, target="rent")
    >>> table
    Table(features=('area', 'rooms'), target='rent')
    >>> table.X.tolist(), table.y.tolist()
    ([[52.5, 2.0], [71.0, 3.0]], [640.0, 810.0])
    """
    if not isinstance(path, str | os.PathLike):
        raise TypeError(f"path: expected the name of a CSV file, got {type(path).__name__} {path!r}")
    file = Path(path)
    (_, names), *rows = _read_csv(file)
    for i, name in enumerate(names):
        if not name:
            raise ValueError(f"path: expected a name for each column of {file.name}, got none for column {i + 1}")
        if name in names[:i]:
            raise ValueError(f"path: expected different names for the columns of {file.name}, got {name!r} twice")
    at = lookup(f"target in {file.name}", target, {name: i for i, name in enumerate(names)})
    features = [i for i in range(len(names)) if i != at]
    if not features:
        raise ValueError(f"path: expected columns besides the target {target!r} in {file.name}, got none")
    if not rows:
        raise ValueError(f"path: expected rows below the header of {file.name}, got none")
    for number, row in rows:
        if len(row) != len(names):
            raise ValueError(
                f"path: expected {len(names)} values in line {number} of {file.name}, as in its header, got {len(row)}"
            )
        for name, text in zip(names, row, strict=True):
            if text.lower() in _MISSING:
                raise ValueError(
                    f"path: expected a value in {_place(file, number, name)}, got {text!r}, which stands for a missing "
                    "one; fill it in or remove the line"
                )
    labelled = any(_to_float(row[at]) is None for _, row in rows)
    return Table(
        X=np.array([[_finite(row[i], file, number, names[i]) for i in features] for number, row in rows]),
        y=np.array([row[at] if labelled else _finite(row[at], file, number, target) for number, row in rows]),
        features=tuple(names[i] for i in features),
        target=target,
    )


def _read_csv(file: Path) -> list[tuple[int, list[str]]]:
    """The header and the rows of a CSV file, each with its line number; nothing but the reading is checked."""
    if not file.is_file():
        where = "" if file.is_absolute() else f"; the current folder is {Path.cwd()}"
        raise FileNotFoundError(f"path: expected a CSV file, got {str(file)!r}, where there is none{where}")
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:  # -sig: with or without a byte order mark
            reader = csv.reader(lines, skipinitialspace=True, strict=True)
            try:
                rows = [(reader.line_num, [text.strip() for text in row]) for row in reader if row]
            except csv.Error as error:
                raise ValueError(
                    f"path: expected comma-separated values in line {reader.line_num} of {file.name}, got {error}"
                ) from None
    except UnicodeDecodeError as error:
        byte = error.object[error.start]
        raise ValueError(f"path: expected UTF-8 text in {file.name}, got the byte 0x{byte:02x}") from None
    if not rows:
        raise ValueError(f"path: expected a header and rows in {file.name}, got an empty file")
    header = rows[0][1]
    if len(header) == 1 and (";" in header[0] or "\t" in header[0]):
        raise ValueError(f"path: expected columns parted by commas in {file.name}, got the header {header[0]!r}")
    return rows


def _to_float(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _finite(text: str, file: Path, number: int, name: str) -> float:
    """The number that ``text`` stands for, in that line and column."""
    value = _to_float(text)
    if value is None or not math.isfinite(value):
        kind = "a number" if value is None else "a finite number"
        raise ValueError(f"path: expected {kind} in {_place(file, number, name)}, got {text!r}")
    return value


def _place(file: Path, number: int, name: str) -> str:
    return f"line {number}, column {name!r} of {file.name}"
