"""The package as zip, SQLite file and workbook: equal to the CSV files cell by cell, and the same bytes twice.

What is read back here is read by others than wrote it: openpyxl reads what XlsxWriter wrote.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
import sqlite3
import time
import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from sugarforoil.metadata import Dataset, read_package
from sugarforoil.publish import downloads, workbook
from sugarforoil.publish import sqlite as database

ROOT = Path(__file__).resolve().parents[1]
TABLES = read_package(ROOT / "data")

Cell = str | int | float | bool | None


def values(dataset: Dataset) -> list[list[Cell]]:
    """The rows of a CSV file as typed values, by the types that datapackage.json gives and nothing else."""
    read = {"integer": int, "number": float, "boolean": lambda cell: {"true": True, "false": False}[cell]}
    kinds = [read.get(one.type, str) for one in dataset.fields.values()]
    with dataset.path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    return [[kind(cell) if cell else None for kind, cell in zip(kinds, row, strict=True)] for row in rows]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the real data, whose downloads were made."""
    root = tmp_path_factory.mktemp("project")
    shutil.copytree(ROOT / "data", root / "data")
    shutil.copy(ROOT / "LICENSE-CONTENT", root)
    assert downloads.write(root)
    return root


def path(root: Path, suffix: str) -> Path:
    return downloads.folder(root) / f"{downloads.NAME}.{suffix}"


def test_the_zip_holds_the_package_byte_for_byte(made: Path) -> None:
    with zipfile.ZipFile(path(made, "zip")) as packed:
        assert packed.testzip() is None
        held = {name.removeprefix("sugar-for-oil-data/"): packed.read(name) for name in packed.namelist()}
        assert {entry.date_time for entry in packed.infolist()} == {(2026, 11, 23, 0, 0, 0)}
    assert list(held) == sorted(held)
    assert {"datapackage.json", "README.md", "ERRATA.md", "LICENSE-CONTENT"} <= held.keys()
    assert {one.path.name for one in TABLES.values()} <= held.keys()
    for name, content in held.items():
        source = ROOT / name if name == "LICENSE-CONTENT" else ROOT / "data" / name
        assert content == source.read_bytes(), name


def test_the_zip_is_a_data_package_that_can_be_read(made: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(path(made, "zip")) as packed:
        packed.extractall(tmp_path)
    assert list(read_package(tmp_path / "sugar-for-oil-data")) == list(TABLES)


@pytest.mark.parametrize("name", TABLES)
def test_every_cell_of_the_database_is_the_csv_s(made: Path, name: str) -> None:
    dataset = TABLES[name]
    with sqlite3.connect(path(made, "sqlite")) as connection:
        cursor = connection.execute(f'SELECT * FROM "{name}" ORDER BY rowid')  # noqa: S608
        assert [column[0] for column in cursor.description] == list(dataset.fields)
        found = [list(row) for row in cursor]
    expected = values(dataset)
    assert found == expected
    kept = [[type(cell) for cell in row] for row in found]
    # SQLite has no booleans of its own: 1 and 0.
    assert kept == [[int if type(cell) is bool else type(cell) for cell in row] for row in expected]


def test_the_database_has_keys_that_hold_and_says_what_it_holds(made: Path, tmp_path: Path) -> None:
    copy = shutil.copy(path(made, "sqlite"), tmp_path)  # to be written to
    with sqlite3.connect(copy) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        tables = dict(connection.execute('SELECT "table", "description" FROM _tables'))
        assert tables == {name: one.description for name, one in TABLES.items()}
        columns = set(connection.execute('SELECT "table", "column", "unit" FROM _columns'))
        assert columns == {(name, key, one.unit) for name, table in TABLES.items() for key, one in table.fields.items()}
        connection.execute("PRAGMA foreign_keys = ON")
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute("UPDATE trade_partners SET partner = 'XXX'")
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute("INSERT INTO eras SELECT * FROM eras LIMIT 1")


@pytest.fixture(scope="module")
def book(made: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(path(made, "xlsx"))


@pytest.mark.parametrize("name", TABLES)
def test_every_cell_of_the_workbook_is_the_csv_s(book: openpyxl.Workbook, name: str) -> None:
    dataset = TABLES[name]
    head, *rows = book[workbook.sheet_name(name)].iter_rows()
    assert [cell.value for cell in head] == list(dataset.fields)
    kinds = [one.type for one in dataset.fields.values()]
    for cells, expected in zip(rows, values(dataset), strict=True):
        for cell, kind, value in zip(cells, kinds, expected, strict=True):
            found = cell.value
            if isinstance(found, datetime) and kind == "date":
                assert cell.number_format == "yyyy-mm-dd"
                found = f"{found:%Y-%m-%d}"
            assert found == value, (cell.coordinate, found, value)
            if value is not None and kind != "date":
                assert {"integer": "n", "number": "n", "boolean": "b"}.get(kind, "s") == cell.data_type


def test_the_workbook_says_what_it_holds(book: openpyxl.Workbook) -> None:
    assert book.sheetnames == ["About", "Columns", *(workbook.sheet_name(name) for name in TABLES)]
    assert len(set(book.sheetnames)) == len(book.sheetnames)
    about = {row[0]: row[3] for row in book["About"].iter_rows(min_row=2, values_only=True)}
    assert about == {name: one.description for name, one in TABLES.items()}
    assert book["Columns"].max_row == 1 + sum(len(one.fields) for one in TABLES.values())


FORMULAS = ["=1+1", "+49 30", "-5 to 5", "@SUM(A1)", '=HYPERLINK("https://example.org")']


def test_a_text_that_looks_like_a_formula_stays_a_text(tiny: Path) -> None:
    text = "\n".join(
        f'{1959 + i},usa,USA,1,,,true,faostat2023,official,"{one}"'
        for i, one in enumerate(formula.replace('"', '""') for formula in FORMULAS)
    )
    header = (tiny / "prices.csv").read_text(encoding="utf-8").splitlines()[0]
    (tiny / "prices.csv").write_text(f"{header}\n{text}\n", encoding="utf-8")
    tables = read_package(tiny)
    sheet = openpyxl.load_workbook(io.BytesIO(workbook.workbook(tables, (2026, 1, 1))))["prices"]
    notes = [row[-1] for row in sheet.iter_rows(min_row=2)]
    assert [cell.value for cell in notes] == FORMULAS
    assert {cell.data_type for cell in notes} == {"s"}, "f would be a formula"
    assert all(cell.quotePrefix for cell in notes), "else it is computed once somebody edits the cell"
    assert not any(cell.hyperlink for cell in notes)


def test_dates_before_the_calendar_of_excel_stay_texts(tiny: Path) -> None:
    path = tiny / "eras.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("1902-05-20", "1898-12-10"), encoding="utf-8")
    sheet = openpyxl.load_workbook(io.BytesIO(workbook.workbook(read_package(tiny), (2026, 1, 1))))["eras"]
    assert (sheet["C2"].value, sheet["D2"].value) == ("1898-12-10", datetime(1959, 1, 1))


def test_text_that_says_na_is_no_missing_value(tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "tiny.sqlite").write_bytes(database.database(read_package(tiny)))
    with sqlite3.connect(tmp_path / "tiny.sqlite") as connection:
        found = connection.execute("SELECT country, value_low, note FROM prices WHERE year = 1960").fetchall()
    assert found == [("USA", None, None), (None, None, "NA")]


def test_the_same_data_give_the_same_bytes(made: Path, tmp_path: Path) -> None:
    time.sleep(2.1)  # a zip keeps time to two seconds
    shutil.copytree(ROOT / "data", tmp_path / "data")
    shutil.copy(ROOT / "LICENSE-CONTENT", tmp_path)
    downloads.write(tmp_path)
    for name in downloads.FILES:
        assert (downloads.folder(tmp_path) / name).read_bytes() == (downloads.folder(made) / name).read_bytes(), name


def test_they_are_made_again_only_when_something_changed(tiny: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny, tmp_path / "data")
    assert downloads.write(tmp_path)
    assert not downloads.write(tmp_path)
    file = tmp_path / "data" / "prices.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("6.24", "6.25"), encoding="utf-8")
    assert downloads.write(tmp_path)
    assert b"6.25" in zipfile.ZipFile(downloads.folder(tmp_path) / "sugar-for-oil-data.zip").read(
        "sugar-for-oil-data/prices.csv"
    )
    path(tmp_path, "xlsx").unlink()
    assert downloads.write(tmp_path), "a file is missing"


def test_all_three_are_on_the_front_page_of_the_catalogue(made: Path) -> None:
    from sugarforoil.publish import catalogue

    (made / "notebooks").mkdir(exist_ok=True)
    catalogue.write(made)
    front = (made / "book" / "data" / "index.md").read_text(encoding="utf-8")
    for name in downloads.FILES:
        assert f"{{download}}`{name} <downloads/{name}>`" in front
        assert (made / "book" / "data" / "downloads" / name).is_file()
    assert set(json.loads((downloads.folder(made) / downloads.STAMP).read_text())) > {"datapackage.json"}
