"""The data package as one SQLite database: a table for each table, with its types, its key and its foreign keys.

Dates are texts (YYYY-MM-DD), booleans 1 and 0, as SQLite has no types for them; a missing value is NULL. The tables
`_tables` and `_columns` say what everything is.
"""

from __future__ import annotations

import csv
import sqlite3
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from sugarforoil.metadata import Dataset

TYPES = {"integer": "INTEGER", "number": "REAL", "boolean": "BOOLEAN"}
"""Column types; what is not here is TEXT."""

Value = str | int | float | None

ABOUT = """
CREATE TABLE "_tables" (
    "table" TEXT PRIMARY KEY, "title" TEXT, "group" TEXT, "row" TEXT, "description" TEXT, "known_problems" TEXT,
    "derived_from" TEXT, "licence" TEXT, "licence_checked" TEXT, "citation" TEXT
);
CREATE TABLE "_columns" (
    "table" TEXT, "place" INTEGER, "column" TEXT, "title" TEXT, "type" TEXT, "unit" TEXT, "description" TEXT,
    PRIMARY KEY ("table", "column")
);
"""


def database(tables: Mapping[str, Dataset]) -> bytes:
    """The bytes of the database. The same tables give the same bytes, with the same release of SQLite."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "data.sqlite"
        connection = sqlite3.connect(path, isolation_level=None)
        try:
            connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA page_size = 4096;")
            connection.execute("BEGIN")
            for dataset in tables.values():
                connection.execute(create(dataset))
                marks = ", ".join("?" * len(dataset.fields))
                connection.executemany(f"INSERT INTO {quoted(dataset.name)} VALUES ({marks})", rows(dataset))  # noqa: S608
            connection.execute("COMMIT")
            connection.executescript(ABOUT)
            connection.execute("BEGIN")
            connection.executemany(f"INSERT INTO _tables VALUES ({', '.join('?' * 10)})", about(tables))  # noqa: S608
            connection.executemany(f"INSERT INTO _columns VALUES ({', '.join('?' * 7)})", columns(tables))  # noqa: S608
            connection.execute("COMMIT")
        finally:
            connection.close()
        return path.read_bytes()


def quoted(name: str) -> str:
    """A name of a table or column, as SQL takes it."""
    return '"' + name.replace('"', '""') + '"'


def create(dataset: Dataset) -> str:
    """The statement that makes a table."""
    parts = []
    for one in dataset.fields.values():
        name, limits = quoted(one.name), one.constraints
        parts.append(f"{name} {TYPES.get(one.type, 'TEXT')}" + " NOT NULL" * bool(limits.get("required")))
    if dataset.primary_key:
        parts.append(f"PRIMARY KEY ({', '.join(map(quoted, dataset.primary_key))})")
    for key in dataset.foreign_keys:
        own, other = (", ".join(map(quoted, names)) for names in (key.columns, key.keys))
        parts.append(f"FOREIGN KEY ({own}) REFERENCES {quoted(key.table)} ({other})")
    return f"CREATE TABLE {quoted(dataset.name)} (\n    " + ",\n    ".join(parts) + "\n)"


def rows(dataset: Dataset) -> Iterable[list[Value]]:
    """The rows of a table, each cell as SQLite keeps it."""
    kinds = [one.type for one in dataset.fields.values()]
    with dataset.path.open(encoding="utf-8", newline="") as lines:
        reader = csv.reader(lines)
        next(reader)
        for row in reader:
            yield [value(kind, cell) for kind, cell in zip(kinds, row, strict=True)]


def value(kind: str, cell: str) -> Value:
    """A cell of the CSV file as a value: a missing one is None."""
    if cell == "":
        return None
    if kind == "integer":
        return int(cell)
    if kind == "number":
        return float(cell)
    if kind == "boolean":
        return int(cell == "true")
    return cell


def about(tables: Mapping[str, Dataset]) -> Iterable[tuple[str, ...]]:
    """The rows of `_tables`."""
    for one in tables.values():
        licences = "; ".join(licence.title or licence.name for licence in one.licences)
        problems, origins = "\n".join(one.known_problems), ", ".join(one.derived_from)
        what = (one.name, one.title, one.group, one.row, one.description, problems, origins)
        yield (*what, licences, one.license_checked, one.citation)


def columns(tables: Mapping[str, Dataset]) -> Iterable[tuple[str, int, str, str, str, str, str]]:
    """The rows of `_columns`."""
    for dataset in tables.values():
        for place, one in enumerate(dataset.fields.values(), start=1):
            yield dataset.name, place, one.name, one.title, one.type, one.unit, one.description
