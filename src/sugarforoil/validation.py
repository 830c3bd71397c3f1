"""Full validation of a table: its form, then types, constraints and keys by Frictionless, then our own rules.

Only tables that changed since their hash was recorded in datapackage.json come here, so that reading a table
that is known to be good stays fast and does not import Frictionless at all.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .csvform import check_form, decimal_comma, wrong_form
from .errors import DataError, did_you_mean
from .locate import DESCRIPTOR
from .metadata import SEPARATOR, SOURCE_KEY, SOURCES, Dataset

if TYPE_CHECKING:
    from frictionless import errors as faults
    from frictionless.table import Row

Package = dict[str, Dataset]
Fail = Callable[[str, str], DataError]  # (column, message) -> the error at the row in hand


def known_good(dataset: Dataset, package: Package) -> bool:
    """Whether a table, and every table its keys point to, is byte for byte what datapackage.json recorded."""
    return all(_unchanged(package[name]) for name in (dataset.name, *_references(dataset, package)))


def validate(dataset: Dataset, package: Package) -> None:
    """Check a table and every table its keys point to. Raises DataError for the first fault found.

    The tables pointed to come first: a broken eras.csv should not show as an unknown era in events.csv.
    """
    changed = [package[name] for name in _references(dataset, package) if not _unchanged(package[name])]
    for one in changed:  # the form of all first: two tables may point to each other
        check_form(one)
    for one in (*changed, dataset):
        _validate_one(one, package)


def _unchanged(dataset: Dataset) -> bool:
    try:
        content = dataset.path.read_bytes()
    except OSError:
        return False
    return hashlib.sha256(content).hexdigest() == dataset.sha256


def _references(dataset: Dataset, package: Package) -> list[str]:
    """The other tables that this one's keys point to, and theirs in turn; the furthest first."""
    found: list[str] = []

    def visit(one: Dataset, trail: tuple[str, ...]) -> None:
        tables = [key.table for key in one.foreign_keys] + [SOURCES] * bool(one.source_columns)
        for name in tables:
            if name not in package:
                raise DataError(DESCRIPTOR, f"expected a table {name}, to which {one.name} points, found none")
            if name in found or name in trail:
                continue
            visit(package[name], (*trail, name))
            found.append(name)

    visit(dataset, (dataset.name,))
    return found


def _validate_one(dataset: Dataset, package: Package) -> None:
    from frictionless import FrictionlessException
    from frictionless import Package as FrictionlessPackage

    starts = check_form(dataset)
    source_keys = _source_keys(package) if dataset.source_columns else set()
    tables = dict.fromkeys([dataset.name, *(key.table for key in dataset.foreign_keys)])
    descriptor = {
        "profile": "data-package",
        "name": "sugarforoil",
        "resources": [_resource(package[name]) for name in tables],
    }
    try:
        resource = FrictionlessPackage.from_descriptor(
            descriptor, basepath=str(dataset.path.parent)
        ).get_table_resource(dataset.name)
        with resource:
            checked = 0
            for row in resource.row_stream:
                _check_row(dataset, row, starts, source_keys)
                checked += 1
    except FrictionlessException as error:
        notes = [str(one.message) for one in (error.reasons or [error.error])]
        raise DataError(DESCRIPTOR, f"table {dataset.name}: {'; '.join(notes)}") from None
    if checked != len(starts) - 1:  # nothing may slip by unseen
        message = f"expected Frictionless to check {len(starts) - 1} rows, it checked {checked}"
        raise DataError(dataset.path.name, message)


def _resource(dataset: Dataset) -> dict[str, Any]:
    """The least that Frictionless needs: no hash and no size, which an edited file no longer has."""
    return {
        "name": dataset.name,
        "path": dataset.path.name,
        "profile": "tabular-data-resource",
        "encoding": "utf-8",
        # All of it said, or Frictionless guesses the rest from a sample of the file: it would take the
        # first row of about average length for the header, and skip what stands above.
        "dialect": {
            "header": True,
            "headerRows": [1],
            "delimiter": ",",
            "quoteChar": '"',
            "doubleQuote": True,
            "lineTerminator": "\n",
            "skipInitialSpace": False,
        },
        "schema": dataset.schema,
    }


def _source_keys(package: Package) -> set[str]:
    with package[SOURCES].path.open(encoding="utf-8", newline="") as lines:
        return {row.get(SOURCE_KEY, "") for row in csv.DictReader(lines)}


def _check_row(dataset: Dataset, row: Row, starts: list[int], source_keys: set[str]) -> None:
    """Raise DataError for the first fault of a row: its shape, how it is written, values, keys."""
    line = starts[row.row_number - 1]

    def fail(column: str, message: str) -> DataError:
        return DataError(dataset.path.name, message, line, column or None)

    cells: list[str] = row.cells
    _check_shape(dataset, cells, fail)
    for one, cell in zip(dataset.fields.values(), cells, strict=True):
        expected = None if cell in dataset.missing_values else wrong_form(one.type, cell)
        if expected:
            raise fail(one.name, f"expected {expected}, found {cell!r}")
    for fault in row.errors:
        raise fail(*_explain(dataset, fault, starts))
    _check_sources(dataset, row, source_keys, fail)
    _check_ranges(dataset, row, fail)


def _check_shape(dataset: Dataset, cells: list[str], fail: Fail) -> None:
    columns = list(dataset.fields)
    if not any(cell.strip() for cell in cells):
        raise fail(columns[0], "expected a row with values, found a blank row")
    if len(cells) < len(columns):
        raise fail(columns[len(cells)], f"expected {len(columns)} cells, found {len(cells)}")
    if len(cells) > len(columns):
        column = decimal_comma(dataset, cells)
        if column:
            place = columns.index(column)
            number = ",".join(cells[place : place + 2])
            raise fail(column, f"expected a number with a decimal point, such as 5.25, found '{number}'")
        raise fail(
            columns[-1],
            f"expected {len(columns)} cells, found {len(cells)} (a text with a comma needs double quotes)",
        )


def _explain(dataset: Dataset, fault: faults.RowError, starts: list[int]) -> tuple[str, str]:
    """Put a fault that Frictionless found into (column, message) of our own."""
    if fault.type == "primary-key":
        columns = ", ".join(dataset.primary_key)
        earlier = re.search(r"position (\d+)", fault.note)
        if not earlier:
            return columns, "expected a value in what names the row, found empty cells"
        cells = dict(zip(dataset.fields, fault.cells, strict=True))
        found = ", ".join(cells[name] for name in dataset.primary_key)
        first = starts[int(earlier[1]) - 1]
        return columns, f"expected one row for each {columns}, found {found} again (first in row {first})"
    if fault.type == "foreign-key":
        return _explain_foreign_key(fault)
    column, cell = str(getattr(fault, "field_name", "")), str(getattr(fault, "cell", ""))
    if fault.type == "type-error" and dataset.fields[column].type == "date":
        return column, f"expected a date that exists, found {cell!r}"
    constraint = re.match(r'constraint "(\w+)"', fault.note)
    if fault.type == "constraint-error" and constraint:
        limit = dataset.fields[column].constraints[constraint[1]]
        return column, _explain_constraint(constraint[1], limit, cell)
    return column, f"{fault.message} (found {cell!r})"


def _explain_constraint(name: str, limit: Any, cell: str) -> str:
    if name == "required":
        return "expected a value, found an empty cell"
    if name == "enum":
        values = [str(value) for value in limit]
        return f"expected one of {', '.join(values)}, found {cell!r}" + did_you_mean(cell, values)
    expected = {
        "minimum": f"{limit} or more",
        "maximum": f"{limit} or less",
        "minLength": f"at least {limit} characters",
        "maxLength": f"at most {limit} characters",
        "pattern": f"text of the form {limit}",
    }.get(name, f"a value that keeps to {name} {limit}")
    return f"expected {expected}, found {cell!r}"


def _explain_foreign_key(fault: faults.ForeignKeyError) -> tuple[str, str]:
    columns, found = ", ".join(fault.field_names), ", ".join(fault.field_cells)
    keys = ", ".join(fault.reference_field_names)
    return columns, f"expected a value of {keys} in table {fault.reference_name}, found {found!r}"


def _check_sources(dataset: Dataset, row: Row, known: set[str], fail: Fail) -> None:
    for column in dataset.source_columns:
        cell = row[column]
        for key in cell.split(SEPARATOR) if cell else []:
            if key not in known:
                raise fail(
                    column,
                    f"expected keys of sources.csv with {SEPARATOR!r} and no space between, found {key!r}"
                    + did_you_mean(key, known),
                )


def _check_ranges(dataset: Dataset, row: Row, fail: Fail) -> None:
    """Every pair of columns named x_low and x_high must not be the wrong way round."""
    for low in (name for name in dataset.fields if name.endswith("_low")):
        high = low.removesuffix("_low") + "_high"
        if high in dataset.fields and None not in (row[low], row[high]) and row[low] > row[high]:
            raise fail(low, f"expected no more than {high}, which is {row[high]}, found {row[low]}")
