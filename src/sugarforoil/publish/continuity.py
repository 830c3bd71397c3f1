"""Does a yearly series jump? A misplaced digit or unit shows as a leap from one year to the next.

A jump is a value more than `FACTOR` times the one before it, or less than one in `FACTOR`. Where years are missing
between the two the factor counts for each year. Jumps that really happened are listed with their reason in
`data/known_jumps.csv`; a listed jump that is no longer there is a fault too, so that the list stays true.

    python -m sugarforoil.publish.continuity

prints the rows that the list lacks, for their reasons to be found.
"""

from __future__ import annotations

import csv
import math
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pandas as pd

from sugarforoil import datasets
from sugarforoil.errors import DataError
from sugarforoil.locate import data_dir
from sugarforoil.metadata import Dataset, read_package

FACTOR = 3.0
"""A larger change than this within a year needs a reason."""

NOISE = 0.1
"""Ratios between two values that are both below this part of the series' largest say nothing: 1 to 4 is rounding."""

STEP = 40.0
"""Percent and shares pass through zero and balances change sign, so there a jump is a step: in percentage points."""

KNOWN = "known_jumps"

NOT_SERIES = ("year", "source", "status", "evidence")
"""Columns of a key that do not tell one series from another."""


@dataclass(frozen=True)
class Jump:
    """A leap of one series to the value of `year`. `factor` is the larger of the two by the smaller, inf from zero."""

    series: str
    year: int
    before: float
    after: float
    factor: float
    row: int  # line number in the file


def name_of(cells: tuple[Any, ...]) -> str:
    """How known_jumps.csv names a series: what its key says, joined by " / "."""
    return " / ".join(str(cell) for cell in cells)


def series_columns(dataset: Dataset, frame: pd.DataFrame) -> list[str]:
    """The columns that tell a table's series apart: its key without year and source, and the unit if it varies."""
    names = [name for name in dataset.primary_key if name not in NOT_SERIES]
    if "unit" in frame:
        within = frame.groupby(names, dropna=False)["unit"].nunique() if names else pd.Series(frame["unit"].nunique())
        names += ["unit"] * bool(within.gt(1).any())
    return names


def yearly(dataset: Dataset, frame: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """The preferred yearly series of a table: name and rows in the order of years.

    A derived table has none of its own: its origins are looked at.
    """
    if dataset.derived_from or not {"year", "value"} <= set(dataset.fields) or "year" not in dataset.primary_key:
        return
    chosen = frame[frame["value"].notna()]
    if "preferred" in chosen:
        chosen = chosen[chosen["preferred"].fillna(False).astype(bool)]
    if "kind" in chosen:  # a single report is no yearly series
        chosen = chosen[chosen["kind"].ne("anchor")]
    if "status" in chosen:
        chosen = chosen[~chosen["status"].isin(["planned", "agreed", "expected"])]
    names = series_columns(dataset, chosen)
    groups = chosen.groupby(names, sort=True, dropna=False) if names else [((), chosen)]
    for cells, rows in groups:
        yield name_of(cells), rows.sort_values("year", kind="stable")


def jumps(dataset: Dataset, frame: pd.DataFrame, factor: float = FACTOR) -> Iterator[Jump]:
    """Every jump in the preferred yearly series of a table.

    frame: its rows in the order of the file, with `year` and `value`. A table without these has no jumps.
    """
    for series, rows in yearly(dataset, frame):
        values = rows["value"].astype("float64")
        signed = bool((values < 0).any()) or _in_percent(rows)
        largest = float(values.abs().max())
        points = list(zip(rows["year"].astype(int), values, rows.index, strict=True))
        for (year, before, _), (following, after, place) in pairwise(points):
            if following == year:  # two reports of one year: the rule of `preferred` is checked elsewhere
                continue
            found = _step(before, after) if signed else _ratio(before, after, NOISE * largest)
            limit = STEP * (following - year) if signed else factor ** (following - year)
            if found > limit:
                yield Jump(series, following, before, after, _round(before, after), int(place) + 2)


def _in_percent(rows: pd.DataFrame) -> bool:
    return "unit" in rows and bool(rows["unit"].astype(str).str.startswith("percent").all())


def _step(before: float, after: float) -> float:
    return abs(after - before)


def _ratio(before: float, after: float, floor: float) -> float:
    small, large = sorted((abs(before), abs(after)))
    if large < floor or large == 0:
        return 1.0
    return large / small if small else float("inf")


def _round(before: float, after: float) -> float:
    ratio = _ratio(before, after, 0.0)
    return round(ratio, 1) if math.isfinite(ratio) else ratio


def faults(dataset: Dataset, frame: pd.DataFrame, known: pd.DataFrame, factor: float = FACTOR) -> Iterator[DataError]:
    """Jumps that are not listed, and listed ones that are not there.

    known: the table known_jumps (columns table, series, year, factor, reason).
    """
    mine = known[known["table"].eq(dataset.name)]
    cells = zip(mine["series"], mine["year"], mine["factor"], strict=True)
    listed = {(str(series), int(year)): float(listed_factor) for series, year, listed_factor in cells}
    found = {(jump.series, jump.year): jump for jump in jumps(dataset, frame, factor)}
    for place, jump in found.items():
        if place not in listed:
            message = (
                f"expected no jump over a factor of {factor:g} in a year, found {jump.before:g} then {jump.after:g} "
                f"({jump.series}, {jump.year}); if it happened, list it with its reason in {KNOWN}.csv"
            )
            yield DataError(dataset.path.name, message, jump.row, "value")
        elif str(listed[place]) != str(_written(jump.factor)):
            message = f"expected the factor of {dataset.name} ({jump.series}, {jump.year}), {jump.factor:g}"
            yield DataError(f"{KNOWN}.csv", f"{message}, found {listed[place]:g}", None, "factor")
    for series, year in sorted(listed.keys() - found.keys()):
        message = f"expected the jump of {dataset.name} ({series}, {year}), found none in that table"
        yield DataError(f"{KNOWN}.csv", message, None, "year")


def _written(factor: float) -> float:
    """A factor as the list has it: empty, so not a number, after a zero."""
    return math.nan if math.isinf(factor) else factor


def unlisted(tables: Mapping[str, Dataset], frames: Callable[[str], pd.DataFrame]) -> Iterator[list[object]]:
    """Rows for known_jumps.csv, but for their reason, for every jump that it does not list."""
    known = frames(KNOWN)
    listed = set(zip(known["table"], known["series"], known["year"], strict=True))
    for name, dataset in tables.items():
        for jump in jumps(dataset, frames(name)):
            if (name, jump.series, jump.year) not in listed:
                factor = "" if math.isinf(jump.factor) else jump.factor
                yield [name, jump.series, jump.year, factor, f"{jump.before:g} to {jump.after:g}: "]


def main() -> int:
    """Print the rows that known_jumps.csv lacks, for their reasons to be found and written."""
    tables = read_package(data_dir())
    csv.writer(sys.stdout, lineterminator="\n").writerows(unlisted(tables, lambda name: datasets.read(tables[name])))
    return 0


if __name__ == "__main__":
    sys.exit(main())
