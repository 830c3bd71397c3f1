"""The recipes for the data without Python: what stands on the page is run, and gives what pandas gives."""

from __future__ import annotations

import csv
import io
import re
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path

import duckdb
import pytest
from tools import need

from sugarforoil import datasets
from sugarforoil.publish import downloads, recipes, sqlite, workbook

PAGE = Path(__file__).resolve().parents[1] / "book" / "data-recipes.md"
FENCED = re.compile(r"^```\{[\w-]+\}[^\n]*\n:name: (recipe-\w+)\n\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RECIPES = dict(FENCED.findall(PAGE.read_text(encoding="utf-8")))

Prices = list[tuple[int, float, float]]


@pytest.fixture(scope="module")
def answer() -> Prices:
    """Year, Soviet contract price and world price, by pandas."""
    prices = datasets.load("sugar_prices").query("preferred")
    wide = prices.pivot(index="year", columns="market", values="value")[["ussr_contract", "world"]]
    found = wide.dropna(subset="ussr_contract").itertuples()
    return [(int(year), float(soviet), float(world)) for year, soviet, world in found]


@pytest.fixture(scope="module")
def unpacked(root_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the unpacked zip."""
    folder = tmp_path_factory.mktemp("données")
    zipfile.ZipFile(io.BytesIO(downloads.archive(root_folder))).extractall(folder)
    return folder / downloads.NAME


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data base") / f"{downloads.NAME}.sqlite"
    path.write_bytes(sqlite.database({name: datasets.describe(name) for name in datasets.names()}))
    return path


@pytest.fixture(scope="module")
def root_folder() -> Path:
    return PAGE.parents[1]


def same(found: Prices, answer: Prices, decimals: int = 4) -> None:
    assert len(answer) > 10
    assert [year for year, *_ in found] == [year for year, *_ in answer]
    for (_, *got), (_, *wanted) in zip(found, answer, strict=True):
        assert got == pytest.approx(wanted, abs=0.51 * 10**-decimals)


def test_the_page_holds_the_recipes():
    assert set(RECIPES) == {"recipe-sql", "recipe-duckdb", "recipe-r", "recipe-formula", "recipe-frictionless"}


def test_the_query_gives_what_pandas_gives(database, answer):
    heads, rows = recipes.ask(database, RECIPES["recipe-sql"])
    assert heads == ["year", "soviet", "world", "evidence"]
    same([(row[0], row[1], row[2]) for row in rows], answer, decimals=1)
    kept = datasets.load("sugar_prices").query("preferred and market == 'ussr_contract'")
    assert [row[3] for row in rows] == kept.sort_values("year")["evidence"].tolist()


def test_the_query_runs_in_the_sqlite_shell(database, answer):
    shell = need("sqlite3")
    run = subprocess.run(
        [shell, "-csv", str(database)], input=RECIPES["recipe-sql"], capture_output=True, text=True, check=True
    )
    rows = [(int(row[0]), float(row[1]), float(row[2])) for row in csv.reader(io.StringIO(run.stdout))]
    same(rows, answer, decimals=1)


def test_a_recipe_cannot_change_the_database(database):
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        recipes.ask(database, "DELETE FROM sugar_prices")


def test_the_query_runs_in_duckdb(unpacked, answer, monkeypatch):
    monkeypatch.chdir(unpacked)
    same(duckdb.sql(RECIPES["recipe-duckdb"]).fetchall(), answer)


def test_the_script_runs_in_r(unpacked, answer, tmp_path):
    rscript = need("Rscript")
    script = tmp_path / "recipe.R"
    script.write_text(RECIPES["recipe-r"], encoding="utf-8")
    run = subprocess.run([rscript, "--vanilla", str(script)], cwd=unpacked, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    _, *lines = run.stdout.splitlines()
    same([(int(line.split()[0]), *map(float, line.split()[1:])) for line in lines], answer)


def test_frictionless_finds_the_copy_whole_and_a_spoilt_one_not(unpacked):
    install, call = (line.removeprefix("$ ") for line in RECIPES["recipe-frictionless"].splitlines())
    assert install == "pip install frictionless"
    program, *arguments = call.split()
    assert program == "frictionless"

    def validate() -> int:
        run = subprocess.run([sys.executable, "-m", "frictionless", *arguments], cwd=unpacked, capture_output=True)
        return run.returncode

    assert validate() == 0
    table = unpacked / "sugar_prices.csv"
    good = table.read_bytes()
    table.write_bytes(good.replace(b"1961,world,2.6966", b"1961,world,2;6966"))
    try:
        assert table.read_bytes() != good
        assert validate() == 1
    finally:
        table.write_bytes(good)


# --- the spreadsheet -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory):
    openpyxl = pytest.importorskip("openpyxl")
    path = tmp_path_factory.mktemp("book") / "data.xlsx"
    tables = {name: datasets.describe(name) for name in ("sugar_prices",)}
    path.write_bytes(workbook.workbook(tables, (2026, 1, 1)))
    return openpyxl.load_workbook(path, read_only=False)


def test_the_pivot_has_its_sheets_columns_and_numbers(book, answer):
    section = PAGE.read_text(encoding="utf-8").partition("## A spreadsheet")[2].partition("For a single year")[0]
    sheet = book["sugar_prices"]
    heads = [cell.value for cell in sheet[1]]
    known = {*book.sheetnames, *heads, *(row[heads.index("market")].value for row in sheet.iter_rows(min_row=2))}
    named = set(re.findall(r"`([^`]+)`", section))
    assert named >= {"sugar_prices", "year", "market", "value", "preferred", "ussr_contract", "world"}
    assert named <= known
    cells: dict[tuple[int, str], list[float]] = {}
    for row in sheet.iter_rows(min_row=2, values_only=True):
        one = dict(zip(heads, row, strict=True))
        if one["preferred"] is True and one["market"] in {"ussr_contract", "world"}:
            cells.setdefault((one["year"], one["market"]), []).append(one["value"])
    assert all(len(values) == 1 for values in cells.values()), "average and sum are the same"
    soviet = sorted(year for year, market in cells if market == "ussr_contract")
    same([(year, cells[year, "ussr_contract"][0], cells[year, "world"][0]) for year in soviet], answer)


def test_the_formula_finds_the_price(book, answer):
    """SUMIFS(SUMMED, COLUMN, value, COLUMN, value, ...), worked out on the workbook's own cells."""
    (inner,) = re.findall(r"^=SUMIFS\((.*)\)$", RECIPES["recipe-formula"].strip())
    summed, *pairs = [part.strip() for part in inner.split(",")]
    meaning = {"TRUE": True, "1961": 1961, '"world"': "world"}

    def column(part: str) -> list[object]:
        first, last = part.split(":")
        assert first == last
        return [cell.value for cell in book["sugar_prices"][first]]

    wanted = [(column(where), meaning[value]) for where, value in zip(pairs[::2], pairs[1::2], strict=True)]
    rows = [number for row, number in enumerate(column(summed)) if all(cells[row] == value for cells, value in wanted)]
    assert rows == [dict((year, world) for year, _, world in answer)[1961]]
