"""Dates on an axis: the stretch of time that a date stands for, and ticks from hours to decades."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.dates import date2num, num2date

from .findings import NBSP

MONTH_STEPS = (1, 2, 3, 6, 12, 24, 60, 120)
DAY_STEPS = (1, 2, 7, 14)  # a week is told from the first of the month: 1, 8, 15, 22
HOUR_STEPS = (1, 2, 3, 6, 12)
LENGTHS = {"minute": pd.Timedelta(0), "hour": pd.Timedelta(0), "day": pd.Timedelta(days=1)}


@dataclass(frozen=True)
class Ticks:
    """Where ticks stand, and the words below the axis, which may stand between two ticks; in data units."""

    places: list[float]
    words: list[tuple[float, str]]


def number(moment: Any) -> float:
    """A date or moment as matplotlib's day number."""
    return float(date2num(pd.Timestamp(moment)))


def period(moment: Any, precision: str = "", until: Any = None) -> tuple[float, float]:
    """Return where the time that a date stands for begins and ends, as day numbers.

    precision: year, month, day, hour or minute; "" means a day, or a moment where the hour is given. until: last
    day of a longer period. A moment begins and ends at once.
    """
    start = pd.Timestamp(moment)
    if until is not None and not pd.isna(until):
        return number(start), number(pd.Timestamp(until).normalize() + pd.Timedelta(days=1))
    if precision in ("month", "year"):
        start = pd.Timestamp(start.year, start.month if precision == "month" else 1, 1)
        return number(start), number(start + pd.DateOffset(months=1 if precision == "month" else 12))
    kind = precision or ("day" if start == start.normalize() else "minute")
    return number(start), number(start + LENGTHS.get(kind, pd.Timedelta(days=1)))


def written(moment: Any) -> str:
    """A date as text, with its hour where it has one: 1960-02-13, or 1962-10-27 10:15."""
    when = pd.Timestamp(moment)
    return str(when.date()) if when == when.normalize() else f"{when:%Y-%m-%d %H:%M}"


def ticks(low: float, high: float, room: float, *, within: bool = False) -> Ticks:
    """Choose ticks for an axis from `low` to `high` (day numbers), `room` points long.

    within: months and days are named below their middle rather than at their first tick, where each has a name.
    """
    days = high - low
    if days <= 2.5:
        return _hours(low, high, room)
    if days <= 75:
        return _days(low, high, room, within)
    return _months(low, high, room, within)


def _months(low: float, high: float, room: float, within: bool) -> Ticks:
    first, last = num2date(low), num2date(high)
    every = pd.date_range(f"{first.year}-01-01", f"{last.year + 1}-01-01", freq="MS")
    wide = room / (high - low) * 30.4  # of a month, in points
    if within and wide >= 32:
        named = [(number(day + pd.Timedelta(days=15)), _month(day, wide >= 62)) for day in every]
        words = [(middle, name) for middle, name in named if low <= middle <= high]
        return Ticks([number(day) for day in every if low <= number(day) <= high], words)
    months = (last.year - first.year) * 12 + last.month - first.month
    step = next((one for one in MONTH_STEPS if months / one <= room / 52), 240)
    starts = [day for day in every if (12 * day.year + day.month - 1) % step == 0 and low <= number(day) <= high]
    return Ticks([number(day) for day in starts], [(number(day), _month(day)) for day in starts])


def _days(low: float, high: float, room: float, within: bool) -> Ticks:
    step = next((one for one in DAY_STEPS if (high - low) / one <= room / 50), 28)
    every = pd.date_range(pd.Timestamp(num2date(low).date()), pd.Timestamp(num2date(high).date()), freq="D")
    # The last days of a month that would crowd the first of the next get no tick.
    chosen = [day for day in every if (day.day - 1) % step == 0 and (step == 1 or day.day + step / 2 <= 31)]
    if within and step <= 2:  # named in its middle, between ticks that part the days
        middles = [number(day) + 0.5 for day in chosen]
        words = [(middle, _day(num2date(middle))) for middle in middles if low <= middle <= high]
        return Ticks([number(day) for day in every if low <= number(day) <= high], words)
    chosen = [day for day in chosen if low <= number(day) <= high]
    return Ticks([number(day) for day in chosen], [(number(day), _day(day)) for day in chosen])


def _hours(low: float, high: float, room: float) -> Ticks:
    step = next((one for one in HOUR_STEPS if (high - low) * 24 / one <= room / 50), 24)
    start = pd.Timestamp(num2date(low).date())
    every = pd.date_range(start, periods=int((high - low + 2) * 24 / step) + 1, freq=f"{step}h")
    chosen = [hour for hour in every if low <= number(hour) <= high]
    words = [(number(hour), f"{hour:%H:%M}" if hour.hour else _day(hour)) for hour in chosen]
    return Ticks([number(hour) for hour in chosen], words)


def _month(day: pd.Timestamp, both: bool = False) -> str:
    """A month in words; January gives the year, both with its name where there is room."""
    if day.month > 1:
        return f"{day:%b}"
    return f"Jan{NBSP}{day.year}" if both else str(day.year)


def _day(day: Any) -> str:
    return f"{day.day}{NBSP}{day:%b}"


def overlap(periods: Sequence[tuple[float, float]]) -> int | None:
    """Return the place of the first period, in order of time, that begins before the one before has ended."""
    order = sorted(range(len(periods)), key=lambda one: periods[one])
    for before, after in itertools.pairwise(order):
        if periods[after][0] < periods[before][1] - 1e-9:
            return after
    return None


def day_words(place: float) -> str:
    """Return the day of a place on the axis in words: 14 Oct."""
    return _day(num2date(place))
