"""The events of a timeline: where each stands in time, and its date in words."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from . import dates, findings
from .layers import KEPT

MOST_DAYS = 45.0  # a timeline of no more days counts days and hours, a longer one months
HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


@dataclass(frozen=True)
class Entry:
    """One event.

    date: its day, or first day of its month or year; precision: day, month, year, hour or minute, as the source has
    it; place: where its mark stands, a day number; hour: "09:12", "" if unknown; kept: its evidence and source.
    """

    date: pd.Timestamp
    precision: str
    text: str
    lane: str
    place: float
    hour: str = ""
    kept: tuple[tuple[str, object], ...] = ()

    @property
    def words(self) -> str:
        """The date without its year: "13 Feb", "Feb"; "" where only the year is known."""
        if self.precision == "year":
            return ""
        return f"{self.date:%b}" if self.precision == "month" else f"{self.date.day}{findings.NBSP}{self.date:%b}"

    @property
    def when(self) -> str:
        """Date and hour as a row has them."""
        return f"{self.date.date()} {self.hour}".strip()


def entries(
    frame: pd.DataFrame, lanes: Mapping[Any, str], *, lane: str, date: str, label: str, time: str
) -> list[Entry]:
    """Return the events of a frame in order of time, or of their dates where no hours are told.

    An event whose hour is not known stands between its neighbours of the same day, in the frame's order. Raises
    ValueError for a missing date and an hour that is none.
    """
    found = [_entry(row, lanes[row[lane]], date, label, time) for row in _records(frame, date)]
    clocks = [dict(one.kept).get("clock") for one in found]
    usual = max(clocks, key=lambda one: (one is not None, clocks.count(one)), default=None)
    found = [
        replace(one, text=f"{one.text} ({_clock(str(clock))})") if clock not in (None, usual) else one
        for one, clock in zip(found, clocks, strict=True)
    ]
    offsets = frame["utc_offset"].dropna() if time and "utc_offset" in frame.columns else pd.Series(dtype=str)
    if len(offsets):
        common = _hours(offsets.mode().iloc[0])
        own = [row.get("utc_offset") for row in _records(frame, date)]
        found = [
            replace(one, place=one.place + (common - _hours(offset)) / 24) if one.hour and pd.notna(offset) else one
            for one, offset in zip(found, own, strict=True)
        ]
    return sorted(_among_hours(found), key=lambda one: one.place) if time else found


def by_days(entries: Sequence[Entry]) -> bool:
    """Whether a timeline of these events counts days rather than months."""
    exact = all(one.precision not in ("month", "year") for one in entries)
    return exact and (entries[-1].date - entries[0].date).days <= MOST_DAYS


def vague(entry: Entry, hours: bool) -> bool:
    """Whether a mark is hollow: its day is not known, or its hour on a timeline that tells hours."""
    return not entry.hour if hours else entry.precision in ("month", "year")


def reading(entries: Sequence[Entry]) -> str:
    """What hollow marks mean, if there are any."""
    hours = any(one.hour for one in entries)
    if not any(vague(one, hours) for one in entries):
        return ""
    if hours:
        return "Hollow marks: the hour is not known; the order within the day is ours."
    return "Hollow marks: the day is not known."


def drawn(entries: Sequence[Entry]) -> pd.DataFrame:
    """The rows as drawn.

    Layer, lane, x, date_precision, label; evidence, status and source where known.
    """
    rows = [
        {
            "layer": "event",
            "lane": one.lane,
            "x": one.when,
            "date_precision": one.precision,
            "label": one.text,
            **dict(one.kept),
        }
        for one in entries
    ]
    return pd.DataFrame(rows)


def _records(frame: pd.DataFrame, date: str) -> list[dict[Hashable, Any]]:
    return frame.sort_values(date, kind="stable").to_dict("records")


def _entry(row: Mapping[Hashable, Any], lane: str, date: str, label: str, time: str) -> Entry:
    if pd.isna(row[date]):
        raise ValueError(f"the event {row[label]!r} has no date")
    day = pd.Timestamp(row[date])
    hour = str(row[time]) if time and pd.notna(row[time]) and row[time] else ""
    if hour and not HOUR.fullmatch(hour):
        raise ValueError(f"the event {row[label]!r} has the hour {hour!r}; write HH:MM")
    precision = str(row.get("date_precision", "day"))
    place = dates.number(day) + {"month": 14.0, "year": 182.0}.get(precision, 0.0)
    words, kept = str(row[label]), [(key, row[key]) for key in KEPT if key in row]
    if hour:
        place += _hours(hour) / 24
        if pd.notna(row.get("clock")):
            kept.append(("clock", row["clock"]))
    return Entry(day, precision, words, lane, place, hour, tuple(kept))


def _clock(name: str) -> str:
    return f"{name} time" if name[0].isupper() else f"clock {name}"


def _hours(text: str) -> float:
    """Hours of "-04:00" or "09:12"."""
    hours, minutes = text.lstrip("+-").split(":")
    return (int(hours) + int(minutes) / 60) * (-1 if text.startswith("-") else 1)


def _among_hours(found: Sequence[Entry]) -> list[Entry]:
    """Give events without an hour a place between those before and after them on their day."""
    placed: list[Entry] = []
    for day in dict.fromkeys(one.date for one in found):
        group = [one for one in found if one.date == day]
        start = dates.number(day)
        known = [n for n, one in enumerate(group) if one.hour]
        for n, one in enumerate(group):
            if not one.hour and one.precision not in ("month", "year"):
                before = max((k for k in known if k < n), default=-1)
                after = min((k for k in known if k > n), default=len(group))
                low = group[before].place if before >= 0 else start
                high = group[after].place if after < len(group) else max(start + 1.0, low)
                one = replace(one, place=low + (max(high, low) - low) * (n - before) / (after - before))
            placed.append(one)
    return placed
