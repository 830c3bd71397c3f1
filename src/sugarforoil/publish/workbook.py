"""The data package as one Excel workbook: a sheet for each table, and a first sheet that says what they are.

Numbers, dates and booleans are what they are, and a missing value is an empty cell. A text is always a text: one that
begins like a formula is marked as a text, so that no spreadsheet program computes it.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from sugarforoil.errors import DataError
from sugarforoil.locate import DESCRIPTOR
from sugarforoil.metadata import Dataset

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A text that begins with one of these would be computed if it were typed in, or read from a CSV file."""

LONGEST_SHEET = 31  # characters that Excel allows in a sheet's name
LONGEST_TEXT = 32_767  # and in a cell
FIRST_DATE = date(1900, 3, 1)  # Excel counts 29 February 1900, which never was: earlier dates stay texts
Formats = dict[str, Format]

ABOUT = "About"
COLUMNS = "Columns"


def workbook(tables: Mapping[str, Dataset], created: tuple[int, int, int]) -> bytes:
    """The bytes of the workbook, which carries `created` (year, month, day) as its date and no other."""
    held = io.BytesIO()
    book = xlsxwriter.Workbook(
        held,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        },
    )
    book.set_properties({"title": "Sugar for Oil: data", "created": datetime(*created)})
    formats = {
        "head": book.add_format({"bold": True}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "text": book.add_format({"quote_prefix": True}),  # shown as it is, also after somebody edits the cell
    }
    _about(book, tables, formats)
    names = Counter(sheet_name(name).casefold() for name in (ABOUT, COLUMNS, *tables))
    for dataset in tables.values():
        if names[sheet_name(dataset.name).casefold()] > 1:
            message = f"table {dataset.name}: expected a name that differs from others in its first 31 letters"
            raise DataError(DESCRIPTOR, message)
        _sheet(book, dataset, formats)
    book.close()
    return held.getvalue()


def sheet_name(name: str) -> str:
    """The name of a table's sheet."""
    return name[:LONGEST_SHEET]


def _about(book: xlsxwriter.Workbook, tables: Mapping[str, Dataset], formats: Formats) -> None:
    sheet = book.add_worksheet(ABOUT)
    heads = ["table", "title", "row", "description", "known_problems", "derived_from", "licence", "checked", "citation"]
    _head(sheet, heads, formats)
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, len(heads) - 1, 40)
    for place, one in enumerate(tables.values(), start=1):
        licences = "; ".join(licence.title or licence.name for licence in one.licences)
        problems, origins = "\n".join(one.known_problems), ", ".join(one.derived_from)
        cells = [one.name, one.title, one.row, one.description, problems, origins, licences]
        for column, text in enumerate([*cells, one.license_checked, one.citation]):
            _text(sheet, place, column, text, formats)

    sheet = book.add_worksheet(COLUMNS)
    _head(sheet, ["table", "column", "title", "type", "unit", "description"], formats)
    sheet.set_column(0, 4, 20)
    sheet.set_column(5, 5, 80)
    place = 1
    for one in tables.values():
        for field in one.fields.values():
            cells = [one.name, field.name, field.title, field.type, field.unit, field.description]
            for column, text in enumerate(cells):
                _text(sheet, place, column, text, formats)
            place += 1


def _head(sheet: Worksheet, names: list[str], formats: Formats) -> None:
    for column, name in enumerate(names):
        sheet.write_string(0, column, name, formats["head"])
    sheet.freeze_panes(1, 0)


def _text(sheet: Worksheet, row: int, column: int, text: str, formats: Formats) -> None:
    if len(text) > LONGEST_TEXT:  # xlsxwriter would leave it out without a word
        where = f"row {row + 1}, column {column + 1}"
        raise DataError(f"sheet {sheet.get_name()}", f"{where}: a workbook takes {LONGEST_TEXT:,} characters in a cell")
    if text:
        sheet.write_string(row, column, text, *[formats["text"]] * text.startswith(FORMULA))


def _sheet(book: xlsxwriter.Workbook, dataset: Dataset, formats: Formats) -> None:
    sheet = book.add_worksheet(sheet_name(dataset.name))
    _head(sheet, list(dataset.fields), formats)
    kinds = [one.type for one in dataset.fields.values()]
    for column, kind in enumerate(kinds):
        sheet.set_column(column, column, 12 if kind != "string" else 16)
    with dataset.path.open(encoding="utf-8", newline="") as lines:
        reader = csv.reader(lines)
        next(reader)
        for row, cells in enumerate(reader, start=1):
            for column, (kind, cell) in enumerate(zip(kinds, cells, strict=True)):
                _cell(sheet, row, column, kind, cell, formats)


def _cell(sheet: Worksheet, row: int, column: int, kind: str, cell: str, formats: Formats) -> None:
    if cell == "":
        return
    if kind in {"integer", "number"}:
        sheet.write_number(row, column, int(cell) if kind == "integer" else float(cell))
    elif kind == "boolean":
        sheet.write_boolean(row, column, cell == "true")
    elif kind == "date" and date.fromisoformat(cell) >= FIRST_DATE:
        sheet.write_datetime(row, column, datetime.fromisoformat(cell), formats["date"])
    else:
        _text(sheet, row, column, cell, formats)
