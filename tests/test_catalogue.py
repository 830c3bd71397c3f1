"""The generated pages of the data catalogue."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path

import pytest

from sugarforoil.metadata import read_package
from sugarforoil.publish import catalogue
from sugarforoil.publish.coverage import coverage, covered, spans


@pytest.fixture
def project(tmp_path: Path, root: Path) -> Path:
    """A project that holds the data and one chapter which loads two tables."""
    shutil.copytree(root / "data", tmp_path / "data")
    (tmp_path / "notebooks").mkdir()
    code = "prices = datasets.load(\"sugar_prices\")\nvotes = datasets.load('un_agreement')"
    cells = [{"cell_type": "code", "source": code}, {"cell_type": "markdown", "source": 'load("eras")'}]
    (tmp_path / "notebooks" / "02_test.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    catalogue.write(tmp_path)
    return tmp_path


def page(project: Path, name: str) -> str:
    return (project / "book" / "data" / f"{name}.md").read_text(encoding="utf-8")


def test_there_is_one_page_a_table_and_an_index(project: Path, root: Path) -> None:
    tables = read_package(root / "data")
    assert {path.stem for path in (project / "book" / "data").glob("*.md")} == {*tables, "index"}
    assert all(f"<{name}>`" in page(project, "index") for name in tables)


def test_a_page_says_what_the_data_package_says(project: Path, root: Path) -> None:
    for name, table in read_package(root / "data").items():
        text = page(project, name)
        assert catalogue.prose(table.description) in text
        assert catalogue.prose(table.row) in text
        assert all(catalogue.prose(problem) in text for problem in table.known_problems)
        assert all(f"`{field}`" in text for field in table.fields)
        assert all(f"{{cite:t}}`{key}`" in text for key in table.sources)
        assert table.license_checked.replace("not checked", "not checked yet") in text


def test_chapters_that_load_a_table_are_named_on_its_page(project: Path) -> None:
    assert "{doc}`/notebooks/02_test`" in page(project, "sugar_prices")
    assert "{doc}`/notebooks/02_test`" in page(project, "un_agreement")
    assert "notebooks" not in page(project, "eras"), "text is not code"


def test_writing_again_touches_nothing_and_removes_what_is_stale(project: Path) -> None:
    folder = project / "book" / "data"
    (folder / "gone.md").write_text("# A table that is no more", encoding="utf-8")
    before = {path.name: path.stat().st_mtime_ns for path in folder.glob("*.md") if path.stem != "gone"}
    time.sleep(0.01)
    catalogue.write(project)
    assert {path.name: path.stat().st_mtime_ns for path in folder.glob("*.md")} == before


def test_a_changed_table_changes_its_page_and_the_list_only(project: Path) -> None:
    folder = project / "book" / "data"
    before = {path.name: path.read_bytes() for path in folder.glob("*.md")}
    file = project / "data" / "sugar_prices.csv"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(lines[:-1]), encoding="utf-8")
    catalogue.write(project)
    changed = {path.name for path in folder.glob("*.md") if path.read_bytes() != before[path.name]}
    assert changed == {"sugar_prices.md", "index.md"}  # the list says how many rows there are


def test_groups_stand_in_the_order_of_the_argument_and_look_ups_last(project: Path) -> None:
    front = page(project, "index")
    heads = [line[3:] for line in front.splitlines() if line.startswith("## ")]
    assert heads[0] == "All of it in one file"
    assert heads[-1] == "How to use it"
    groups = heads[1:-1]
    assert groups == sorted(groups, key=catalogue.rank)
    assert groups[-1] == "Look-up"
    assert catalogue.rank("Sugar") < catalogue.rank("Trade") < catalogue.rank("A new one") < catalogue.rank("Look-up")


def test_the_list_says_how_long_a_table_is_and_which_years_it_covers(project: Path, root: Path) -> None:
    votes = read_package(root / "data")["un_agreement"]
    rows = [{"year": "1946"}, {"year": "2020"}, {"year": "1999"}]
    assert catalogue.extent(votes, rows) == "3 rows, 1946–2020"
    assert catalogue.extent(votes, rows[:1]) == "1 row"
    assert f"{votes.row} *2,620 rows, 1946–2020*" in page(project, "index")


def test_values_cannot_break_a_page() -> None:
    assert catalogue.value("a | b *c* <d> [e] `f`") == r"a \| b \*c\* \<d\> \[e\] \`f\`"
    assert catalogue.value("x" * 100).endswith("…")
    assert catalogue.prose("a | b\nc") == r"a \| b c"


@pytest.mark.parametrize(
    ("years", "runs"),
    [
        ([], []),
        ([1960], [(1960, 1960)]),
        ([1958, 1959, 1961], [(1958, 1959), (1961, 1961)]),
    ],
)
def test_spans(years: list[int], runs: list[tuple[int, int]]) -> None:
    assert spans(years) == runs


def test_coverage_shows_gaps_as_gaps(root: Path) -> None:
    prices = read_package(root / "data")["sugar_prices"]
    known = [("usa", "1958"), ("usa", "1959"), ("usa", "1961"), ("world", "1960")]
    rows = [dict.fromkeys(prices.fields, "") | {"market": market, "year": year} for market, year in known]
    assert covered(prices, rows) == {"usa": [1958, 1959, 1961], "world": [1960]}
    drawn = coverage(prices, rows)
    assert drawn.count("<rect") == 3
    assert "1 missing" in drawn
    assert coverage(prices, []) == ""
