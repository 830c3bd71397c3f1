"""The form of a CSV file, before what its cells mean: bytes, header, lines, cells as written."""

from __future__ import annotations

import csv
import io
import re

from .errors import DataError
from .harmless import wrong_cell
from .metadata import Dataset

BOM = b"\xef\xbb\xbf"
OTHER_DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}

# How each type must be written. Frictionless also takes " 1962", "01962", "1_962", "TRUE" and "NaN". We keep
# one spelling for one value, so that a file has one form and every other program reads it as we do.
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]{1,2})?")
FORMS = {
    "integer": (re.compile(r"-?(0|[1-9][0-9]{0,17})"), "a whole number, digits only"),
    "number": (NUMBER, "a number with a decimal point, such as 5.25"),
    "date": (re.compile(r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}"), "a date written YYYY-MM-DD"),
    "boolean": (re.compile(r"true|false"), "true or false"),
}


# Spreadsheets, JavaScript and floating-point columns keep 15 digits: a longer number would become another one.
TOO_LARGE = 1e15


def check_form(dataset: Dataset) -> list[int]:
    """Check that the file is there, is UTF-8 without a mark, and has exactly the columns described, in order.

    Returns the line at which each record begins, the header first (a quoted cell may hold a line break).
    Raises DataError for the first fault.
    """
    file = dataset.path.name
    text = _text(dataset)
    lone = re.search(r"\r(?!\n)", text)  # some programs end a line here, others do not
    if lone:
        line = text.count("\n", 0, lone.start()) + 1
        raise DataError(file, "expected lines that end in a line feed, found a carriage return alone", line)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    starts: list[int] = []
    try:
        while True:
            start = reader.line_num + 1
            record = next(reader, None)
            if record is None:
                break
            if not starts:
                _check_header(dataset, record)
            elif record == list(dataset.fields):
                raise DataError(file, "expected a row with values, found the header again", start, record[0])
            starts.append(start)
    except csv.Error as error:
        message = f"expected quotes that open and close around a cell, found a fault: {error}"
        raise DataError(file, message, start) from None
    if len(starts) == 1:
        raise DataError(file, "expected rows below the header, found none", 2, next(iter(dataset.fields)))
    return starts


def wrong_form(kind: str, cell: str) -> str | None:
    """Return what was expected if a non-empty cell is not written as its type must be, else None."""
    if kind not in FORMS:
        return "no space before or after the text" if cell != cell.strip() else wrong_cell(cell)
    pattern, expected = FORMS[kind]
    if not pattern.fullmatch(cell):
        return expected
    if kind in ("integer", "number") and abs(float(cell)) >= TOO_LARGE:
        return "a number of at most 15 digits before the point"
    return None


def decimal_comma(dataset: Dataset, cells: list[str]) -> str | None:
    """Name the number column that a decimal comma has cut in two, if that explains one cell too many.

    It does when putting the two halves together again leaves every other cell in a form its column allows.
    """
    fields = list(dataset.fields.values())
    if len(cells) != len(fields) + 1:
        return None
    for place, one in enumerate(fields):
        halves = cells[place : place + 2]
        if one.type != "number" or not all(half.lstrip("-").isdigit() for half in halves):
            continue
        others = zip(fields[:place] + fields[place + 1 :], cells[:place] + cells[place + 2 :], strict=True)
        if all(
            (cell in dataset.missing_values or wrong_form(other.type, cell) is None)
            and cell in (other.constraints.get("enum") or [cell])
            for other, cell in others
        ):
            return one.name
    return None


def _text(dataset: Dataset) -> str:
    file, columns = dataset.path.name, list(dataset.fields)
    try:
        raw = dataset.path.read_bytes()
    except FileNotFoundError:
        raise DataError(file, f"expected this file in {dataset.path.parent}, found none") from None
    except OSError as error:
        raise DataError(file, f"expected a file that can be read, found a fault: {error.strerror}") from None
    if not raw.strip():
        raise DataError(
            file,
            f"expected a header with the columns {', '.join(columns)}, found an empty file",
            1,
            columns[0],
        )
    if raw.startswith(BOM):
        raise DataError(
            file,
            "expected UTF-8 without a byte-order mark, found one before the first column name "
            "(in a spreadsheet, save as plain CSV; in an editor, as UTF-8 without BOM)",
            1,
            columns[0],
        )
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        before = raw[raw.rfind(b"\n", 0, error.start) + 1 : error.start].decode("utf-8")
        records = list(csv.reader(io.StringIO(before, newline="")))
        place = len(records[-1]) - 1 if records else 0
        raise DataError(
            file,
            f"expected UTF-8 text, found the byte 0x{raw[error.start]:02x} that is not "
            "(was the file saved as Latin-1 or Windows-1252?)",
            line,
            columns[place] if place < len(columns) else None,
        ) from None


def _check_header(dataset: Dataset, found: list[str]) -> None:
    file, expected = dataset.path.name, list(dataset.fields)
    if found == expected:
        return
    if len(found) <= 1 and len(expected) > 1:
        for delimiter, plural in OTHER_DELIMITERS.items():
            if delimiter in "".join(found):
                raise DataError(file, f"expected commas between the cells, found {plural}", 1, expected[0])
    for name in found:
        if found.count(name) > 1:
            raise DataError(file, f"expected this column once, found it {found.count(name)} times", 1, name)
    for name in expected:
        if name not in found:
            extra = [other for other in found if other not in expected]
            instead = f" (but {', '.join(extra)})" if extra else ""
            raise DataError(file, f"expected this column, found none of that name{instead}", 1, name)
    for name in found:
        if name not in expected:
            message = f"expected only the columns {', '.join(expected)}, found one more"
            raise DataError(file, message, 1, name or "without a name")
    for name, other in zip(found, expected, strict=True):
        if name != other:
            message = f"expected the columns in the order of datapackage.json, {other} here, found {name}"
            raise DataError(file, message, 1, name)
