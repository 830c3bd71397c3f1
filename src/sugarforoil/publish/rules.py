"""Rules that every table keeps, told by its description alone: no table is named here.

The schema (types, limits, keys, sources) is checked by `datasets.check`; these go beyond it. Each rule takes the
description and the rows of one table and yields a DataError for each row that breaks it.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from sugarforoil import units
from sugarforoil.errors import DataError
from sugarforoil.metadata import Dataset

STATES = ("country", "partner", "supplier", "reporter", "country_a", "country_b")
"""Columns of state series. A `territory` may be Russia before 1992, which is why it is not among them."""

LAST_SOVIET_YEAR = 1991


def fault(dataset: Dataset, place: object, column: str, message: str) -> DataError:
    """The error at a row of the frame (`place` is its index, 0 for the first row below the header)."""
    return DataError(dataset.path.name, message, int(str(place)) + 2, column)


def in_order(dataset: Dataset, frame: pd.DataFrame, order: list[str]) -> Iterator[DataError]:
    """Rows stand in the order of their key, or in the order that the description declares.

    The order alone finds most shifted years: the row stands among those of another year.
    """
    rows = list(frame[order].astype("object").where(frame[order].notna(), "").itertuples(index=False, name=None))
    for place in range(1, len(rows)):
        if tuple(map(_sortable, rows[place])) < tuple(map(_sortable, rows[place - 1])):
            yield fault(dataset, place, ", ".join(order), "expected rows sorted by these columns, found one too early")
            return


def _sortable(cell: object) -> tuple[int, object]:
    return (0, "") if cell == "" else (1, cell)


def conversions(dataset: Dataset, frame: pd.DataFrame) -> Iterator[DataError]:
    """A figure as printed, converted, is the value: a slip in either of the two shows."""
    if not {"value", "unit", "value_printed", "unit_printed"} <= set(dataset.fields):
        return
    if dataset.fields["value_printed"].type not in {"number", "integer"}:
        return
    printed = frame[frame["value_printed"].notna() & frame["value"].notna()]
    for row in printed.itertuples():
        try:
            expected = float(row.value_printed) * units.factor(str(row.unit_printed), str(row.unit))
        except KeyError:  # a conversion by a rate of the day is checked where that rate is known
            continue
        if abs(float(row.value) - expected) > max(5e-5, 1e-5 * abs(expected)) + _half_unit(row.value):
            message = f"expected {expected:g}, which is {row.value_printed:g} {row.unit_printed}, found {row.value:g}"
            yield fault(dataset, row.Index, "value", message)


def _half_unit(value: object) -> float:
    """Half of the last decimal that a value is written with: what rounding may have taken."""
    decimals = str(value).partition(".")[2].rstrip("0")
    return float(0.5 * 10 ** -len(decimals)) if len(decimals) < 4 else 0.0


def within_range(dataset: Dataset, frame: pd.DataFrame) -> Iterator[DataError]:
    """A value lies between its low and its high."""
    if not {"value", "value_low", "value_high"} <= set(dataset.fields):
        return
    for end, wrong in (
        ("value_low", frame["value"] < frame["value_low"]),
        ("value_high", frame["value"] > frame["value_high"]),
    ):
        for place in frame.index[wrong.fillna(False).astype(bool)]:
            value, limit = frame.at[place, "value"], frame.at[place, end]
            yield fault(dataset, place, "value", f"expected a value within its range, found {value:g} beyond {limit:g}")


def one_preferred(dataset: Dataset, frame: pd.DataFrame) -> Iterator[DataError]:
    """Of the rivals for one fact, which differ only in their source, at most one is preferred."""
    if "preferred" not in dataset.fields or "source" not in dataset.primary_key:
        return
    keys = [name for name in dataset.primary_key if name != "source"]
    chosen = frame[frame["preferred"].fillna(False).astype(bool)]
    for place in chosen.index[chosen.duplicated(keys)]:
        yield fault(dataset, place, "preferred", "expected one preferred row among rivals, found a second")


def right_state(dataset: Dataset, frame: pd.DataFrame) -> Iterator[DataError]:
    """State series say SUN up to 1991 and RUS from 1992."""
    if "year" not in dataset.fields:
        return
    for column in (name for name in STATES if name in dataset.fields):
        soviet = frame[column].eq("SUN") & (frame["year"] > LAST_SOVIET_YEAR)
        russian = frame[column].eq("RUS") & (frame["year"] <= LAST_SOVIET_YEAR)
        for place in frame.index[(soviet | russian).fillna(False).astype(bool)]:
            found = f"{frame.at[place, column]} in {frame.at[place, 'year']}"
            yield fault(dataset, place, column, f"expected SUN up to 1991 and RUS after, found {found}")


def in_its_era(dataset: Dataset, frame: pd.DataFrame, eras: pd.DataFrame) -> Iterator[DataError]:
    """A date lies inside the era that its row names."""
    if not {"era", "date"} <= set(dataset.fields):
        return
    spans = eras.set_index("era")
    starts, ends = frame["era"].map(spans["start"]), frame["era"].map(spans["end"])
    outside = (frame["date"] < starts) | (frame["date"] >= ends)  # an open era ends at NaT: never past it
    for place in frame.index[outside.fillna(False).astype(bool)]:
        date = frame.at[place, "date"]
        message = f"expected a date inside the era {frame.at[place, 'era']}, found {date:%Y-%m-%d}"
        yield fault(dataset, place, "date", message)


def date_fits_its_precision(dataset: Dataset, frame: pd.DataFrame) -> Iterator[DataError]:
    """A date known to the month is its first day, one known to the year is 1 January; a span holds the date."""
    if not {"date", "date_precision"} <= set(dataset.fields):
        return
    precision, date = frame["date_precision"], frame["date"]
    wrong = (precision.eq("month") & date.dt.day.ne(1)) | (precision.eq("year") & date.dt.day_of_year.ne(1))
    for place in frame.index[wrong.fillna(False).astype(bool)]:
        yield fault(dataset, place, "date", "expected the first day of a month or year that is all we know")
    if {"date_low", "date_high"} <= set(dataset.fields) and not frame.empty:
        beyond = (date < frame["date_low"]) | (date > frame["date_high"])
        for place in frame.index[beyond.fillna(False).astype(bool)]:
            yield fault(dataset, place, "date", "expected a date between date_low and date_high")
