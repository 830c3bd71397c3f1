"""From every figure and table of numbers to its rows: datasets, values, source keys.

A figure stores what it was drawn from: the names of its tables, the keys of its sources, its rows. Here these are
compared with the data package as it is now. A row that names its source stands in one of the tables with that source;
a value that is drawn as it stands (or in another unit: percent for a share, million for thousand) is found there.
"""

from __future__ import annotations

import csv
import io
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from sugarforoil.metadata import SEPARATOR, Dataset
from sugarforoil.publish.chapters import marked
from sugarforoil.publish.notebooks import Notebook

NUMBERED = ("figure", "table")
UNITS = (1.0, 100.0, 1e-3, 1e3, 1e-6, 1e6)
"""What a stored value may be multiplied with when it is drawn: percent of a share, thousands, millions."""

Row = dict[str, str]


class Drawing(NamedTuple):
    """A figure or a table of numbers, as a notebook stores it."""

    chapter: str
    name: str
    kind: str
    datasets: tuple[str, ...]
    sources: tuple[str, ...]
    caption: str
    rows: tuple[Row, ...]  # of a figure, as its CSV has them


class Series(NamedTuple):
    """Rows of a figure that are drawn alike and so in one unit."""

    panel: str
    layer: str
    label: str

    def __str__(self) -> str:
        return " · ".join(part for part in self if part)


def drawings(notebook: Notebook, chapter: str) -> Iterator[Drawing]:
    """The figures and tables of a notebook."""
    for output in marked(notebook):
        mark = output["metadata"]["sugarforoil"]
        if mark["kind"] in NUMBERED:
            text = "".join(output["data"].get("text/csv", ""))
            yield Drawing(
                chapter,
                mark["id"],
                mark["kind"],
                tuple(mark["datasets"]),
                tuple(mark["sources"]),
                mark["caption"],
                tuple(csv.DictReader(io.StringIO(text))),
            )


# --- tables ---------------------------------------------------------------------------------------------------------


def unknown(drawing: Drawing, package: Mapping[str, Dataset], keys: Iterable[str]) -> list[str]:
    """What a drawing names that the package does not hold: tables, source keys, and none at all."""
    known = set(keys)
    of_tables = {key for name in drawing.datasets if name in package for key in package[name].sources}
    in_rows = {key for row in drawing.rows for key in keys_of(row)}
    return [
        *(["names no table"] if not drawing.datasets else []),
        *(f"table {name} is not in datapackage.json" for name in drawing.datasets if name not in package),
        *(f"source {key} is not in sources.csv" for key in drawing.sources if key not in known),
        *(f"source {key} of a row is not in its tables" for key in sorted(in_rows - of_tables)),
        *(f"source {key} of a row is not named" for key in sorted(in_rows - set(drawing.sources))),
    ]


def outdated(drawing: Drawing, recorded: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Its tables that changed since its notebook was run, or that the run never loaded.

    Args:
        drawing: the figure or table.
        recorded: table -> checksum when the notebook ran, from `notebooks/outputs.json`.
        now: table -> checksum as it is.
    """
    return [name for name in drawing.datasets if name not in recorded or recorded[name] != now.get(name)]


def keys_of(row: Row) -> list[str]:
    """The source keys of a row."""
    return [key for key in (row.get("source") or "").split(SEPARATOR) if key]


# --- rows -----------------------------------------------------------------------------------------------------------


def series_of(drawing: Drawing) -> dict[Series, list[Row]]:
    """The rows of a figure that name a source and have a value, by series."""
    found: dict[Series, list[Row]] = defaultdict(list)
    for row in drawing.rows:
        if keys_of(row) and values_of(row):
            found[Series(row.get("panel") or "", row["layer"], row.get("label") or "")].append(row)
    return found


def values_of(row: Row) -> list[float]:
    """The values of a drawn row: y, low and high, where they are numbers; x where neither is."""
    there = [number(row.get(name)) for name in ("y", "low", "high", "km", "latitude", "longitude")]
    return [one for one in there if one is not None] or [
        one for one in [number(row.get("x"))] if one is not None and row["layer"] != "event"
    ]


def as_they_stand(rows: Iterable[Row], tables: Iterable[Dataset]) -> bool:
    """Whether every value of these rows stands in the tables, in one unit, in a row with the same source and year."""
    held = [index(table.path, table.path.stat().st_mtime_ns) for table in tables]
    places = [
        (values_of(row), [one for by in held for one in by.get(row["source"], ())], row.get("x") or "") for row in rows
    ]
    return any(
        all(
            any(close(value, unit * cell) for line in lines if same_year(x, line) for cell in line.values)
            for values, lines, x in places
            for value in values
        )
        for unit in UNITS
    )


class Line(NamedTuple):
    """A row of a table: its years, and every number in it."""

    years: frozenset[str]
    values: tuple[float, ...]


@cache
def index(path: Path, changed: int) -> dict[str, list[Line]]:
    """The rows of a table by their `source` as written (`changed`, its time of change, keeps the cache honest)."""
    found: dict[str, list[Line]] = defaultdict(list)
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            cells = [cell for name, cell in row.items() if name != "source" and cell]
            years = frozenset(cell[:4] for cell in cells if cell[:2] in {"18", "19", "20"} and cell[:4].isdigit())
            values = tuple(value for value in map(number, cells) if value is not None)
            found[row.get("source") or ""].append(Line(years, values))
    return dict(found)


def same_year(x: str, line: Line) -> bool:
    """Whether what stands at `x` on the axis may be this row: where x tells a year and the row has any, it is one."""
    told = x[:4] if x[:4].isdigit() and x[:2] in {"18", "19", "20"} and x[4:5] in {"", "-", "."} else ""
    return not told or not line.years or told in line.years


def close(one: float, other: float) -> bool:
    """Whether two numbers are the same but for how a computer adds."""
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)


def number(cell: Any) -> float | None:
    """A cell as a number, None if it is none."""
    try:
        return float(cell)
    except (TypeError, ValueError):
        return None
