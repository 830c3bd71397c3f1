"""What datapackage.json says about each table, as plain objects."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from . import descriptor
from .errors import DataError
from .locate import DESCRIPTOR

SOURCES = "sources"  # the table that source keys point to,
SOURCE_KEY = "key"  # and its column of keys
SEPARATOR = ";"  # between several source keys in one cell


@dataclass(frozen=True)
class Field:
    """One column. `unit` is "" where there is none or where a column named `unit` says it row by row."""

    name: str
    title: str
    type: str
    description: str
    unit: str = ""
    constraints: dict[str, Any] = field(default_factory=dict)
    sources: bool = False  # the cells are keys of sources.csv


@dataclass(frozen=True)
class Licence:
    """A licence of a table: its short name, its title and the address of its text."""

    name: str
    title: str
    path: str


@dataclass(frozen=True)
class ForeignKey:
    """`columns` of this table must be found in the columns `keys` of another `table`."""

    columns: tuple[str, ...]
    table: str
    keys: tuple[str, ...]


@dataclass(frozen=True, repr=False)
class Dataset:
    """One table of the data package: what it is, what its columns mean, where it comes from.

    `row` says what one row is; `fields` maps column name -> Field; `sources` lists the keys used in the file.
    """

    name: str
    title: str
    row: str
    description: str
    fields: dict[str, Field]
    licences: tuple[Licence, ...]
    license_checked: str
    citation: str
    group: str
    known_problems: tuple[str, ...]
    derived_from: tuple[str, ...]
    primary_key: tuple[str, ...]
    foreign_keys: tuple[ForeignKey, ...]
    missing_values: tuple[str, ...]
    sha256: str  # of the file as it was last checked; "" when not recorded
    path: Path
    schema: dict[str, Any] = field(compare=False)  # as written in datapackage.json

    def unit(self, column: str) -> str:
        """Return the unit of a column, "" where it has none. Raises KeyError for an unknown column."""
        return self.fields[column].unit

    @property
    def source_columns(self) -> tuple[str, ...]:
        """The columns whose cells are source keys."""
        return tuple(name for name, one in self.fields.items() if one.sources)

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """The source keys used in the file, sorted. Read from the file when first asked for."""
        with self.path.open(encoding="utf-8", newline="") as lines:
            cells = [row.get(column) for row in csv.DictReader(lines) for column in self.source_columns]
        return tuple(sorted({key for cell in cells if cell for key in cell.split(SEPARATOR)}))

    def __deepcopy__(self, memo: dict[int, Any]) -> Dataset:
        # pandas deep-copies a frame's attrs at every step. Nothing here changes, so one object serves all.
        return self

    def __repr__(self) -> str:
        return f"Dataset({self.name!r})"

    def _repr_markdown_(self) -> str:
        """Render as Markdown: title, description, a table of the columns, licence, citation."""
        parts = [f"**{self.title}** (`{self.name}`)", self.description]
        if self.row:
            parts.append(f"*{self.row}*")
        rows = [_table_row(one) for one in self.fields.values()]
        parts.append("\n".join(["| column | type | unit | meaning |", "| --- | --- | --- | --- |", *rows]))
        if self.known_problems:
            parts.append("Known problems:\n\n" + "\n".join(f"- {problem}" for problem in self.known_problems))
        if self.derived_from:
            parts.append("Computed from: " + ", ".join(f"`{name}`" for name in self.derived_from))
        if self.licences:
            parts.append("Licence: " + "; ".join(one.title or one.name for one in self.licences))
        if self.citation:
            parts.append(f"To cite: {self.citation}")
        return "\n\n".join(part for part in parts if part)


def _table_row(one: Field) -> str:
    cells = (f"`{one.name}`", one.type, one.unit, one.description or one.title)
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def read_package(directory: Path) -> dict[str, Dataset]:
    """Read datapackage.json of a data directory: table name -> Dataset, in the file's order.

    Raises DataError for a file that is not UTF-8 or not JSON, or whose description of a table is misshapen.
    """
    return dict(_package(directory, descriptor.content(directory / DESCRIPTOR)))


@lru_cache(maxsize=2)  # each table that a chapter loads asks for it; the descriptions are the same while the bytes are
def _package(directory: Path, content: bytes) -> dict[str, Dataset]:
    datasets: dict[str, Dataset] = {}
    for resource in descriptor.parse(content):
        dataset = _dataset(resource, directory)
        if dataset.name in datasets:
            raise DataError(DESCRIPTOR, f"table {dataset.name}: expected one description, found two")
        datasets[dataset.name] = dataset
    return datasets


def _dataset(resource: dict[str, Any], directory: Path) -> Dataset:
    schema = resource["schema"]
    return Dataset(
        name=resource["name"],
        title=resource.get("title", resource["name"]),
        row=resource.get("row", ""),
        description=resource.get("description", ""),
        fields={one["name"]: _field(one) for one in schema["fields"]},
        licences=tuple(
            Licence(one.get("name", ""), one.get("title", ""), one.get("path", ""))
            for one in resource.get("licenses", [])
        ),
        license_checked=resource.get("license_checked", "not checked"),
        citation=resource.get("citation", ""),
        group=resource.get("group", ""),
        known_problems=_names(resource.get("known_problems", [])),
        derived_from=_names(resource.get("derived_from", [])),
        primary_key=_names(schema.get("primaryKey", [])),
        foreign_keys=tuple(
            ForeignKey(
                _names(one["fields"]),
                one["reference"]["resource"] or resource["name"],
                _names(one["reference"]["fields"]),
            )
            for one in schema.get("foreignKeys", [])
        ),
        missing_values=tuple(schema.get("missingValues", [""])),
        sha256=resource.get("hash", "").removeprefix("sha256:"),
        path=directory / resource["path"],
        schema=schema,
    )


def _field(one: dict[str, Any]) -> Field:
    return Field(
        name=one["name"],
        title=one.get("title", one["name"]),
        type=one.get("type", "string"),
        description=one.get("description", ""),
        unit=one.get("unit", ""),
        constraints=one.get("constraints", {}),
        sources=bool(one.get("sources", False)),
    )


def _names(value: str | list[str]) -> tuple[str, ...]:
    """The Table Schema lets one column name stand for a list of one."""
    return (value,) if isinstance(value, str) else tuple(value)
