"""Bad data: for each kind of fault one error that names file, row and column, and says what is wrong."""

from __future__ import annotations

import csv
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from random import Random

import pandas as pd
import pytest

from sugarforoil import datasets
from sugarforoil.datasets import DataError

Edit = Callable[[str, str | bytes, str | bytes], None]

HEADER = b"year,market,country,value,value_low,value_high,preferred,source,evidence,note"
ROW_2 = b"1959,usa,USA,6.24,,,true,faostat2023,official,\n"
ROW_6 = "1961,ussr,SUN,4,,,false,frus1958v6d456,estimated,Zürich\n".encode()


def fault(name: str = "prices") -> DataError:
    """Load a table that must not load, and return the error."""
    with pytest.raises(DataError) as caught:
        datasets.load(name)
    return caught.value


def place(error: DataError) -> tuple[str, int | None, str | None]:
    return error.file, error.row, error.column


# The form of the file: (how to spoil it, row, column, words of the message)

FORM = {
    "an empty file": (lambda raw: b"", 1, "year", "empty file"),
    "blank lines only": (lambda raw: b"\n\n", 1, "year", "empty file"),
    "a header only": (lambda raw: HEADER + b"\n", 2, "year", "expected rows below the header"),
    "semicolons": (
        lambda raw: raw.replace(b",", b";"),
        1,
        "year",
        "expected commas between the cells, found semicolons",
    ),
    "tabs": (
        lambda raw: raw.replace(b",", b"\t"),
        1,
        "year",
        "expected commas between the cells, found tabs",
    ),
    "a byte-order mark": (lambda raw: b"\xef\xbb\xbf" + raw, 1, "year", "byte-order mark"),
    "Latin-1": (
        lambda raw: raw.decode().encode("latin-1"),
        6,
        "note",
        "expected UTF-8 text, found the byte 0xfc",
    ),
    "UTF-16": (
        lambda raw: raw.decode().encode("utf-16"),
        1,
        "year",
        "expected UTF-8 text, found the byte 0xff",
    ),
    "a missing column": (
        lambda raw: raw.replace(b"value_low,", b""),
        1,
        "value_low",
        "expected this column, found none",
    ),
    "a renamed column": (lambda raw: raw.replace(b"market", b"Market"), 1, "market", "(but Market)"),
    "an extra column": (
        lambda raw: raw.replace(b"note\n", b"note,mood\n"),
        1,
        "mood",
        "expected only the columns",
    ),
    "an extra column without a name": (
        lambda raw: raw.replace(b"note\n", b"note,\n"),
        1,
        "without a name",
        "expected only the columns",
    ),
    "a doubled column": (
        lambda raw: raw.replace(b"note\n", b"note,value\n"),
        1,
        "value",
        "once, found it 2 times",
    ),
    "columns out of order": (
        lambda raw: raw.replace(b"year,market", b"market,year"),
        1,
        "market",
        "year here, found market",
    ),
    "a quote that does not close": (
        lambda raw: raw.replace(b'comma"', b"comma"),
        3,
        None,
        "quotes that open and close",
    ),
    "a trailing blank row": (lambda raw: raw + b"\n", 7, "year", "found a blank row"),
    "a trailing row of empty cells": (lambda raw: raw + b",,,,,,,,,\n", 7, "year", "found a blank row"),
    "a row cut short": (
        lambda raw: raw.replace(ROW_2, b"1959,usa,USA,6.24\n"),
        2,
        "value_low",
        "10 cells, found 4",
    ),
    "a comma in a text": (
        lambda raw: raw.replace(ROW_6, ROW_6[:-1] + b", Bern\n"),
        6,
        "note",
        "10 cells, found 11",
    ),
    "most rows cut short": (  # a reader that guesses at the header would begin with the short rows
        lambda raw: raw.replace(b"6.24", b"abc") + b"1962,world,,2.98\n" * 40,
        2,
        "value",
        "found 'abc'",
    ),
    "a file cut off": (lambda raw: raw[:-30], 6, "evidence", "10 cells, found 8"),
}


@pytest.mark.parametrize(("spoil", "row", "column", "words"), FORM.values(), ids=FORM)
def test_bad_form(tiny: Path, spoil: Callable[[bytes], bytes], row: int | None, column: str | None, words: str) -> None:
    path = tiny / "prices.csv"
    before = path.read_bytes()
    path.write_bytes(spoil(before))
    assert path.read_bytes() != before
    error = fault()
    assert place(error) == ("prices.csv", row, column)
    assert words in error.message


def test_whatever_the_damage_a_table_loads_as_written_or_not_at_all(tiny: Path) -> None:
    """Random damage, the same at each run: no crash, no row or cell lost, nothing read as something else."""
    path = tiny / "prices.csv"
    whole = path.read_bytes()
    random = Random(1962)  # noqa: S311 - no secret
    pieces = [*(b"%d" % digit for digit in range(10)), b"-", b".", b"e", "ü".encode(), b" ", b"#"]
    pieces += [b'"', b",", b";", b"\n", b"\r", b"\x00", b"\xff"]
    loaded = 0
    for _ in range(200):
        place = random.randrange(len(whole))
        path.write_bytes(whole[:place] + random.choice(pieces) + whole[place + random.choice([0, 1, 1, 9]) :])
        try:
            frame = datasets.load("prices")
        except DataError as error:
            assert error.file == "prices.csv"
            assert error.row is not None
            continue
        loaded += 1
        with path.open(encoding="utf-8", newline="") as lines:
            written = pd.DataFrame(list(csv.DictReader(lines)))
        assert len(frame) == len(written)
        for column in frame.select_dtypes("string"):
            assert frame[column].fillna("").tolist() == written[column].tolist()
        for column in ("year", "value", "value_low", "value_high"):
            numbers = [float(cell) for cell in written[column] if cell]
            assert frame[column].dropna().astype(float).tolist() == numbers
    assert loaded > 10  # not every damage is one that can be told


# What the cells say: (file, old, new, row, column, words of the message)

CELLS = {
    "text in a number": ("prices.csv", "6.24", "abc", 2, "value", "found 'abc'"),
    "a number with its unit": ("prices.csv", "6.24", "6.24 cents", 2, "value", "expected a number"),
    "a decimal comma": (
        "prices.csv",
        "6.24",
        "6,24",
        2,
        "value",
        "decimal point, such as 5.25, found '6,24'",
    ),
    "a decimal comma in quotes": ("prices.csv", "6.24", '"6,24"', 2, "value", "found '6,24'"),
    "a thousands separator": ("prices.csv", "6.24", '"6,000.24"', 2, "value", "expected a number"),
    "not a number": ("prices.csv", "6.24", "NaN", 2, "value", "expected a number"),
    "infinity": ("prices.csv", "6.24", "inf", 2, "value", "expected a number"),
    "a space before a number": ("prices.csv", "6.24", " 6.24", 2, "value", "expected a number"),
    "a space after a text": ("prices.csv", "1959,usa", "1959,usa ", 2, "market", "no space before or after"),
    "a fraction of a year": ("prices.csv", "1959,usa", "1959.5,usa", 2, "year", "expected a whole number"),
    "an underscore in a year": ("prices.csv", "1959,usa", "1_959,usa", 2, "year", "expected a whole number"),
    "a year of five digits": (
        "prices.csv",
        "1961,",
        "19622,",
        6,
        "year",
        "expected 2026 or less, found '19622'",
    ),
    "a year too early": ("prices.csv", "1961,", "196,", 6, "year", "expected 1900 or more, found '196'"),
    "a wrong boolean": ("prices.csv", "false", "no", 6, "preferred", "expected true or false, found 'no'"),
    "a boolean in capitals": ("prices.csv", "false", "FALSE", 6, "preferred", "expected true or false"),
    "a value not in the list": (
        "prices.csv",
        "1959,usa",
        "1959,uas",
        2,
        "market",
        "found 'uas'; did you mean 'usa'?",
    ),
    "an unknown grade": (
        "prices.csv",
        "estimated",
        "guessed",
        6,
        "evidence",
        "expected one of official, estimated",
    ),
    "a negative quantity": ("prices.csv", "3.14", "-3.14", 5, "value", "expected 0 or more, found '-3.14'"),
    "an empty cell where one is needed": ("prices.csv", "false", "", 6, "preferred", "found an empty cell"),
    "a malformed date": ("events.csv", "1960-02-04", "4.2.1960", 2, "date", "YYYY-MM-DD, found '4.2.1960'"),
    "a date without zeros": (
        "events.csv",
        "1960-02-04",
        "1960-2-4",
        2,
        "date",
        "YYYY-MM-DD, found '1960-2-4'",
    ),
    "a date that never was": (
        "events.csv",
        "1960-02-04",
        "1962-02-30",
        2,
        "date",
        "exists, found '1962-02-30'",
    ),
    "a slug with a space": ("events.csv", "mikoyan", "Mr Mikoyan", 2, "event_id", "of the form [a-z0-9-]+"),
    "an unknown era": (
        "events.csv",
        ",missiles,",
        ",misiles,",
        3,
        "era",
        "era in table eras, found 'misiles'",
    ),
    "an unknown country": (
        "prices.csv",
        "SUN",
        "SOV",
        6,
        "country",
        "country in table countries, found 'SOV'",
    ),
    "an unknown source": (
        "prices.csv",
        "false,frus",
        "false,fruz",
        6,
        "source",
        "did you mean 'frus1958v6d456'?",
    ),
    "an unknown second source": (
        "prices.csv",
        "faostat2023;frus",
        "faostat2023;f",
        3,
        "source",
        "found 'f1958v6d456'",
    ),
    "a space between sources": ("prices.csv", "2023;", "2023; ", 3, "source", "no space between"),
    "an empty source between others": ("prices.csv", "2023;", "2023;;", 3, "source", "found ''"),
    "a low end above the high": (
        "prices.csv",
        "2.9,3.1",
        "3.1,2.9",
        3,
        "value_low",
        "no more than value_high",
    ),
    "a first day after the last": (
        "events.csv",
        "1962-10-24",
        "1962-10-21",
        3,
        "date_low",
        "which is 1962-10-21",
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "row", "column", "words"), CELLS.values(), ids=CELLS)
def test_bad_cells(edit: Edit, file: str, old: str, new: str, row: int, column: str, words: str) -> None:
    edit(file, old, new)
    error = fault(file.removesuffix(".csv"))
    assert place(error) == (file, row, column)
    assert words in error.message


def test_a_doubled_key_names_both_rows(tiny: Path) -> None:
    with (tiny / "prices.csv").open("a", encoding="utf-8") as file:
        file.write("1960,usa,USA,9.9,,,true,faostat2023,official,\n")
    error = fault()
    assert place(error) == ("prices.csv", 7, "year, market")
    assert error.message == "expected one row for each year, market, found 1960, usa again (first in row 4)"


def test_a_key_of_empty_cells_is_a_fault(tiny: Path) -> None:
    with (tiny / "sources.csv").open("a", encoding="utf-8") as file:
        file.write(",Nobody,misc,weak,,No key,,,,,,\n")
    assert place(fault("sources")) == ("sources.csv", 5, "key")


def test_rows_are_lines_of_the_file_even_after_a_line_break_in_a_cell(edit: Edit) -> None:
    edit("prices.csv", "a text, with", "a text,\nwith")
    assert datasets.load("prices")["note"].iloc[1] == "a text,\nwith a comma"
    edit("prices.csv", "3.14", "abc")
    assert fault().row == 6  # row 5 before the break


def test_only_the_first_fault_is_told(edit: Edit) -> None:
    edit("prices.csv", "3.14", "abc")
    edit("prices.csv", "2.97", "xyz")
    error = fault()
    assert (error.row, "xyz" in error.message, "abc" in error.message) == (3, True, False)


def test_the_error_reads_as_one_sentence(edit: Edit) -> None:
    edit("prices.csv", "1961,", "19622,")
    assert str(fault()) == "prices.csv, row 6, column year: expected 2026 or less, found '19622'"


def test_errors_survive_pickling() -> None:
    error = DataError("a.csv", "expected b, found c", 4, "d")
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert str(again) == str(error) == "a.csv, row 4, column d: expected b, found c"


# Neighbours: a table is no better than those its keys point to


def test_a_broken_table_of_keys_is_named_itself(edit: Edit) -> None:
    edit("eras.csv", "1959-01-01,1962-01-01", "1959-01-01,1962-13-01")
    assert place(fault("events")) == ("eras.csv", 3, "end")


def test_an_era_that_was_removed_is_missed_though_the_table_itself_is_unchanged(edit: Edit) -> None:
    edit("eras.csv", "missiles,The", "rockets,The")
    assert datasets.load("eras")["era"].tolist()[2] == "rockets"
    assert place(fault("events")) == ("events.csv", 3, "era")


def test_a_missing_table_of_keys_is_named_itself(tiny: Path) -> None:
    (tiny / "sources.csv").unlink()
    error = fault("prices")
    assert place(error) == ("sources.csv", None, None)
    assert str(tiny) in error.message


# The package


def test_an_unknown_name_suggests_the_nearest(tiny: Path) -> None:
    error = fault("price")
    assert place(error) == ("datapackage.json", None, None)
    assert error.message == "expected the name of a table, found 'price'; did you mean 'prices'?"
    assert "there are eras, countries, sources, prices, events" in fault("weather").message


def test_a_missing_file(tiny: Path) -> None:
    (tiny / "prices.csv").unlink()
    error = fault()
    assert place(error) == ("prices.csv", None, None)
    assert "expected this file in" in error.message


def test_a_directory_in_place_of_a_file(tiny: Path) -> None:
    (tiny / "prices.csv").unlink()
    (tiny / "prices.csv").mkdir()
    assert place(fault()) == ("prices.csv", None, None)


def test_a_missing_descriptor(tiny: Path) -> None:
    (tiny / "datapackage.json").unlink()
    error = fault()
    assert place(error) == ("datapackage.json", None, None)
    assert "SUGARFOROIL_DATA" in error.message


def test_broken_json_is_told_with_its_line(tiny: Path) -> None:
    path = tiny / "datapackage.json"
    path.write_text('{\n "resources": [\n }\n', encoding="utf-8")
    error = fault()
    assert place(error) == ("datapackage.json", 3, None)
    assert "valid JSON" in error.message


@pytest.mark.parametrize("text", ["[]", "{}", '{"resources": 1}'])
def test_json_that_is_no_package(tiny: Path, text: str) -> None:
    (tiny / "datapackage.json").write_text(text, encoding="utf-8")
    assert place(fault()) == ("datapackage.json", None, None)


PACKAGE = {
    "a table without a schema": (lambda package: package["resources"][3].pop("schema"), "prices"),
    "a field without a name": (
        lambda package: package["resources"][3]["schema"]["fields"][0].pop("name"),
        "prices",
    ),
    "a table described twice": (
        lambda package: package["resources"].append(package["resources"][3]),
        "found two",
    ),
    "a path that leaves the directory": (
        lambda package: package["resources"][3].update(path="../prices.csv"),
        "expected a plain file name",
    ),
    "a key to no table": (
        lambda package: package["resources"][3]["schema"]["foreignKeys"][0]["reference"].update(resource="lands"),
        "expected a table lands",
    ),
    "no table of sources": (lambda package: package["resources"].pop(2), "expected a table sources"),
    "an unknown type": (
        lambda package: package["resources"][3]["schema"]["fields"][0].update(type="wholenumber"),
        "wholenumber",
    ),
}


@pytest.mark.parametrize(("spoil", "words"), PACKAGE.values(), ids=PACKAGE)
def test_a_misshapen_description(tiny: Path, spoil: Callable[[dict], object], words: str) -> None:
    path = tiny / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    for resource in package["resources"]:
        del resource["hash"]  # nothing known to be good, so everything is looked at
    spoil(package)
    path.write_text(json.dumps(package), encoding="utf-8")
    error = fault()
    assert error.file == "datapackage.json"
    assert words in error.message
