"""Rules that every table keeps, told by its description alone: no table is named here.

The schema (types, limits, keys, sources) is checked by `datasets.check`; these go beyond it. Each rule takes the
description and the rows of one table and yields a DataError for each row that breaks it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

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


def at(frame: pd.DataFrame, place: object, column: str) -> Any:
    """One cell; its type is that of its column."""
    return frame.at[place, column]


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
    for (unit_printed, unit), rows in printed.groupby(["unit_printed", "unit"]):
        factor, tolerance = _factor(str(unit_printed), str(unit), rows)
        for place in rows.index if factor else ():
            value, figure = float(at(rows, place, "value")), float(at(rows, place, "value_printed"))
            expected = figure * factor
            if abs(value - expected) > max(5e-5, tolerance * abs(expected)) + _half_unit(value):
                message = f"expected {expected:g}, which is {figure:g} {unit_printed}, found {value:g}"
                yield fault(dataset, place, "value", message)


def _factor(unit_printed: str, unit: str, rows: pd.DataFrame) -> tuple[float, float]:
    """What turns the printed figures into values, and how exactly; 0 where no one factor does.

    A conversion that `units` does not know may still be one and the same in all rows of a table but one, which is then
    the odd one out; where a rate changes with the year no factor holds, and the table's own identities must do.
    """
    try:
        return units.factor(unit_printed, unit), 1e-5
    except KeyError:
        known = rows[rows["value_printed"].ne(0)]
        ratios = known["value"].astype("float64") / known["value_printed"].astype("float64")
        if len(ratios) < FEWEST:
            return 0.0, 0.0
        middle = float(ratios.median())
        return (middle, SAME) if int((abs(ratios / middle - 1) > SAME).sum()) <= 1 else (0.0, 0.0)


FEWEST = 5
"""Fewer rows than this do not tell which of them is the odd one."""

SAME = 0.02
"""Ratios that differ by less than this are one conversion, rounded."""


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
            value, limit = at(frame, place, "value"), at(frame, place, end)
            yield fault(dataset, place, "value", f"expected a value within its range, found {value:g} beyond {limit:g}")


ODD = 100.0
"""A figure this many times larger or smaller than its neighbours has another unit."""

NEIGHBOURS = 5

ALIKE = (
    "series", "measure", "claim", "component", "item", "flow", "direction", "product", "rate_type", "kind",
    "per", "basis",
)  # fmt: skip
"""Columns that say which figures can be compared, beside the key's and the units."""


def magnitude(dataset: Dataset, frame: pd.DataFrame) -> Iterator[DataError]:
    """Figures have the size of those around them: one in another unit stands out, with or without rivals.

    Each is compared with the middle of the `NEIGHBOURS` nearest figures of its kind, rivals and single reports too.
    """
    keys = [name for name in dataset.primary_key if dataset.fields[name].type == "string" and name != "source"]
    several = [name for name in keys if frame[name].duplicated().mean() > 0.5]  # not those that name each row
    alike = dict.fromkeys([*several, *(name for name in (*ALIKE, "unit") if name in dataset.fields)])
    for column, one in dataset.fields.items():
        if one.type not in {"integer", "number"} or column in TIMES or column in dataset.primary_key:
            continue
        units_of = [
            name for name in dict.fromkeys((column.replace("value", "unit"), f"{column}_unit")) if name in frame
        ]
        rows = frame[frame[column].notna() & frame[column].ne(0)]
        for some in _groups(rows, list(dict.fromkeys([*alike, *units_of])), units_of):
            yield from _odd_ones(dataset, column, some)


def _groups(rows: pd.DataFrame, names: list[str], units_of: list[str]) -> Iterator[pd.DataFrame]:
    """The rows of each series; those of series too short to be judged together, unit by unit."""
    short: list[pd.DataFrame] = []
    for _, some in rows.groupby(names, dropna=False) if names else [((), rows)]:
        if len(some) < FEWEST:
            short.append(some)
        else:
            yield some
    left = pd.concat(short) if short else rows[:0]
    for _, some in left.groupby(units_of, dropna=False) if units_of else [((), left)]:
        yield some


TIMES = ("year", "year_end", "year_from", "session", "month_from", "month_to")


def _odd_ones(dataset: Dataset, column: str, rows: pd.DataFrame) -> Iterator[DataError]:
    if len(rows) < FEWEST:
        return
    if "year" in rows:
        rows = rows.sort_values("year", kind="stable")
    sizes = rows[column].astype("float64").abs().to_numpy()
    half = NEIGHBOURS // 2
    for place in range(len(sizes)):
        first = min(max(place - half, 0), len(sizes) - NEIGHBOURS)
        near = sorted([*sizes[first:place], *sizes[place + 1 : first + NEIGHBOURS]])
        low, high = near[0], near[-1]
        if sizes[place] > ODD * high or sizes[place] * ODD < low:
            message = f"expected a figure of the size of its neighbours, {low:g} to {high:g}, found {sizes[place]:g}"
            yield fault(dataset, rows.index[place], column, message)


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
            found = f"{at(frame, place, column)} in {at(frame, place, 'year')}"
            yield fault(dataset, place, column, f"expected SUN up to 1991 and RUS after, found {found}")


def in_its_era(dataset: Dataset, frame: pd.DataFrame, eras: pd.DataFrame) -> Iterator[DataError]:
    """A date lies inside the era that its row names; of a month or year that is all we know, a part does."""
    if not {"era", "date"} <= set(dataset.fields):
        return
    spans = eras.set_index("era")
    starts, ends = frame["era"].map(spans["start"]), frame["era"].map(spans["end"])
    last = frame["date"]
    if "date_precision" in frame:
        for precision, period in (("month", "M"), ("year", "Y")):
            rough = frame["date_precision"].eq(precision).fillna(False).astype(bool) & last.notna()
            last = last.mask(rough, last.dt.to_period(period).dt.end_time)
    outside = (last < starts) | (frame["date"] >= ends)  # an open era ends at NaT: never past it
    for place in frame.index[outside.fillna(False).astype(bool)]:
        date = at(frame, place, "date")
        message = f"expected a date inside the era {at(frame, place, 'era')}, found {date:%Y-%m-%d}"
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


SPANS = (
    ("start", "end"), ("date", "date_end"), ("date", "end_date"), ("year", "year_end"), ("year_from", "year"),
    ("month_from", "month_to"), ("period_start", "period_end"), ("first_year", "last_year"), ("from_year", "to_year"),
    ("from_date", "to_date"), ("date_low", "date_high"),
)  # fmt: skip
"""Pairs of columns in which the second is no earlier than the first."""


def spans_run_forward(dataset: Dataset, frame: pd.DataFrame) -> Iterator[DataError]:
    """What has a beginning and an end does not end before it begins."""
    for first, last in SPANS:
        if not {first, last} <= set(frame.columns):
            continue
        backward = frame[last] < frame[first]
        for place in frame.index[backward.fillna(False).astype(bool)]:
            message = f"expected nothing before {first}, {shown(at(frame, place, first))}"
            yield fault(dataset, place, last, f"{message}, found {shown(at(frame, place, last))}")


def shown(value: object) -> str:
    """A year or a date as the table writes it."""
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else str(value)
