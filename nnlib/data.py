"""Data that come with the library; nothing is downloaded."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from datetime import date, timedelta
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from nnlib.validation import Array, count

_TEMPERATURES = "temperatures_greensboro_1981_07.csv"


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
    with (files("nnlib") / "data_files" / _TEMPERATURES).open(encoding="utf-8") as lines:
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
