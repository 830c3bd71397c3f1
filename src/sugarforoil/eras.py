"""The eras of the book. Notebooks and figures learn them here and nowhere else.

Eras are half-open intervals of dates: `start` belongs to the era, `end` is the first day of the next one.
A year, which can lie in two eras, counts to the one that holds most of its days (the earlier one on a tie).
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from numbers import Integral, Real

import pandas as pd

from . import datasets

Moment = date | str | int | float
"""A date, "1962-10-22", a year such as 1962, or a decimal year such as 1962.5 (an axis has those)."""


@dataclass(frozen=True)
class Era:
    """One era. `end` is exclusive, None for the era that is still open."""

    key: str
    label: str
    start: date
    end: date | None
    chapter: str
    part: str


def table() -> pd.DataFrame:
    """Return eras.csv in order of time; an `end` of NaT means open. Raises datasets.DataError."""
    frame = datasets.load("eras")
    return frame.sort_values("start", ignore_index=True)


def at(moment: Moment) -> Era:
    """Return the era of a date or of a year (an int: the era that holds most of its days).

    Raises ValueError for a moment before the first era or after the last.
    """
    found = _find(_all(), moment)
    if found is None:
        raise ValueError(f"no era holds {moment!r}: the first begins on {_all()[0].start}")
    return found


def bands(start: Moment, end: Moment) -> pd.DataFrame:
    """Return the eras between two moments, clipped to them, for drawing.

    A year as `start` means its first day, a year as `end` its last: bands(1959, 1961) covers three years.
    A decimal year (float) is a point on an axis and is taken as it is, in both places.

    Returns columns era, label, start, end (datetime64[s], `end` exclusive) and x_start, x_end (decimal years,
    for charts whose axis is the year). Raises ValueError if `end` is not after `start`.
    """
    first, last = _day(start), _day(end, after=True)
    if last <= first:
        raise ValueError(f"the end of the bands must come after their start: {start!r} to {end!r}")
    frame = table()[["era", "label", "start", "end"]]
    low, high = pd.Timestamp(first), pd.Timestamp(last)
    frame["start"] = frame["start"].where(frame["start"] > low, low)
    frame["end"] = frame["end"].where(frame["end"] < high, high)  # so an open end (NaT) becomes `high`
    frame = frame[frame["start"] < frame["end"]].reset_index(drop=True)
    frame["x_start"] = [decimal_year(day) for day in frame["start"]]
    frame["x_end"] = [decimal_year(day) for day in frame["end"]]
    return frame


def mask(frame: pd.DataFrame, era: str, column: str | None = None) -> pd.Series:
    """Return True for the rows of a frame that lie in an era, as a Series of bool indexed like the frame.

    era: its key, such as "missiles". column: a column of dates or of whole years; without it, `date` or else
    `year`. A missing date lies in no era.

    Raises KeyError for an unknown era or column.
    """
    known = _all()
    if era not in {one.key for one in known}:
        raise KeyError(f"no era is called {era!r}; there are {', '.join(one.key for one in known)}")
    if column is None:
        column = "date" if "date" in frame.columns else "year"
    keys = {moment: _key(known, moment) for moment in frame[column].dropna().unique()}
    return frame[column].map(keys).eq(era).fillna(False).astype(bool)


def decimal_year(day: date) -> float:
    """Return a date as a point on an axis of years: 1 January 1962 -> 1962.0, 2 July 1962 -> about 1962.5."""
    length = 366 if calendar.isleap(day.year) else 365
    return day.year + (day.timetuple().tm_yday - 1) / length


def _all() -> list[Era]:
    return [
        Era(
            key=row["era"],
            label=row["label"],
            start=row["start"].date(),
            end=None if pd.isna(row["end"]) else row["end"].date(),
            chapter=row["chapter"],
            part=row["part"],
        )
        for _, row in table().iterrows()
    ]


def _key(known: list[Era], moment: Moment) -> str | None:
    found = _find(known, moment)
    return found.key if found else None


def _find(known: list[Era], moment: Moment) -> Era | None:
    first = _day(moment)
    after = _day(moment, after=True) if isinstance(moment, Integral) else first + timedelta(days=1)

    def days(era: Era) -> int:
        return (min(after, era.end or date.max) - max(first, era.start)).days

    best = max(known, key=days)  # the first of equals, and the eras come in order of time
    return best if days(best) > 0 else None


def _day(moment: Moment, *, after: bool = False) -> date:
    """The day of a moment; `after` makes it the first day after a whole year, and changes nothing else."""
    if isinstance(moment, datetime):
        return moment.date()
    if isinstance(moment, date):
        return moment
    if isinstance(moment, str):
        return date.fromisoformat(moment)
    if isinstance(moment, Integral):
        return date(int(moment) + after, 1, 1)
    if isinstance(moment, Real):
        year = int(moment // 1)
        length = 366 if calendar.isleap(year) else 365
        return date(year, 1, 1) + timedelta(days=round((float(moment) - year) * length))
    return pd.Timestamp(moment).date()
