"""Every table passes every check; and each check is shown to fail where it should."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from sugarforoil import datasets
from sugarforoil.errors import DataError
from sugarforoil.metadata import read_package
from sugarforoil.publish import consistency, continuity, identities, rules

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = consistency.Package(ROOT / "data")


@pytest.mark.parametrize("kind", consistency.CHECKS)
@pytest.mark.parametrize("name", PACKAGE.tables)
def test_clean_tables_pass(name: str, kind: str) -> None:
    assert [str(error) for error in consistency.CHECKS[kind](PACKAGE, name)] == []


def test_identities_name_tables_that_exist() -> None:
    assert identities.IDENTITIES.keys() <= PACKAGE.tables.keys()


# --- each rule and identity, on a table with one cell changed ------------------------------------------------------

SPOILT = {
    "a printed price and its conversion": ("sugar_prices", {"year": 1974, "market": "world"}, "value", 29.072),
    "a value below its range": ("sugar_terms|sugar_prices", None, "value_high", 0.01),
    "a second favourite": ("sugar_prices", {"year": 1961, "source": "guevara1961comparecencia"}, "preferred", True),
    "the Soviet Union in 1992": ("sugar_trade", {"year": 1992, "country": "RUS"}, "country", "SUN"),
    "an event outside its era": ("events", {"event_id": "quota-cut"}, "date", pd.Timestamp("1906-07-06")),
    "a day where only the month is known": (
        "events",
        {"event_id": "china-sugar-pact"},
        "date",
        pd.Timestamp("1960-07-02"),
    ),
    "a unit value": ("sugar_trade", {"year": 1985, "series": "export_unit_value"}, "value", 745.74),
    "output by two compilers": ("sugar_trade", {"year": 1985, "source": "usda2026psd"}, "value", 1079.0),
    "partners above the total": ("trade_partners", {"year": 1958, "partner": "USA", "flow": "export"}, "value", 9e3),
    "a zero that is no embargo": ("trade_partners", {"year": 1958, "partner": "CAN", "flow": "export"}, "value", 0.0),
    "a share over a hundred": ("trade_partners", {"measure": "share"}, "value", 101.0),
    "a rival total": ("trade_partners", {"year": 1970, "partner": "WLD", "source": "worldbank2025wdi"}, "value", 99.0),
    "a rival price": ("sugar_prices", {"year": 1961, "source": "guevara1961comparecencia"}, "value", 15.9),
    "more identical votes than joint": ("un_agreement", {"year": 1950, "issue": "all"}, "identical", 999),
    "more votes on an issue than on all": ("un_agreement", {"year": 1946, "issue": "colonialism"}, "joint", 999),
    "a session of another year": ("un_agreement", {"year": 1950, "issue": "all"}, "session", 50),
    "a point off its bounds": ("un_ideal_points", {"year": 1970, "series": "all_votes"}, "ideal_point", 9.0),
    "a point far from the other estimates": ("un_ideal_points", {"year": 1970, "series": "legacy"}, "ideal_point", 9.0),
    "arms that do not add up": ("arms_transfers", {"year": 1962, "supplier": "SUN"}, "value", 1230),
    "eras with a gap": ("eras", {"era": "missiles"}, "start", pd.Timestamp("1962-02-01")),
}  # fmt: skip


@pytest.mark.parametrize(("table", "where", "column", "value"), SPOILT.values(), ids=SPOILT)
def test_a_spoilt_cell_is_noticed(table: str, where: dict[str, object] | None, column: str, value: object) -> None:
    name = next(name for name in table.split("|")[::-1] if name in PACKAGE.tables)
    package = consistency.Package(ROOT / "data")
    frame = package.frame(name).copy()
    chosen = frame[column].notna() if where is None else pd.Series(True, index=frame.index)
    for key, wanted in (where or {}).items():
        chosen &= frame[key].eq(wanted).fillna(False)
    place = frame.index[chosen.astype(bool)][0]
    assert frame.at[place, column] != value
    if column == "preferred":  # the one among its rivals that is not
        place = frame.index[chosen.astype(bool) & ~frame["preferred"]][0]
        frame.loc[chosen.astype(bool), "status"] = frame.at[place, "status"]
    frame.at[place, column] = value
    package._frames[name] = frame
    found = [*consistency.general(package, name), *consistency.identities(package, name)]
    assert found
    assert all(error.file == f"{name}.csv" for error in found)


@pytest.mark.parametrize(
    ("date", "precision", "inside"),
    [
        ("1959-01-01", "day", True),
        ("1958-12-31", "day", False),
        ("1962-01-31", "day", False),  # the era after begins on this day
        ("1962-01-01", "month", True),
        ("1962-01-01", "year", True),
        ("1958-12-01", "month", False),
        ("1958-01-01", "year", False),
    ],
)
def test_a_date_and_its_era(date: str, precision: str, inside: bool) -> None:
    row = {"era": "realignment", "date": pd.Timestamp(date), "date_precision": precision}
    found = list(rules.in_its_era(PACKAGE.tables["events"], pd.DataFrame([row]), PACKAGE.frame("eras")))
    assert (not found) == inside


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        (name, first, last)
        for name, table in PACKAGE.tables.items()
        for first, last in rules.SPANS
        if {first, last} <= set(table.fields)
    ],
)
def test_a_span_that_runs_backward_is_noticed(name: str, first: str, last: str) -> None:
    frame = PACKAGE.frame(name).copy()
    place = frame.index[frame[first].notna() & frame[last].notna() & frame[first].ne(frame[last])][0]
    frame.at[place, first], frame.at[place, last] = frame.at[place, last], frame.at[place, first]
    (found,) = rules.spans_run_forward(PACKAGE.tables[name], frame)
    assert (found.row, found.column) == (place + 2, last)


def test_a_row_out_of_order_is_noticed() -> None:
    frame = PACKAGE.frame("arms_transfers").copy()
    frame.at[10, "year"] += 10
    found = list(rules.in_order(PACKAGE.tables["arms_transfers"], frame, ["year", "supplier"]))
    assert [error.row for error in found] == [13], "the next row now comes too early"


def test_a_lost_row_is_noticed(tiny: Path) -> None:
    path = tiny / "datapackage.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"name": "prices"', '"name": "prices", "row_count": 6'))
    [error] = consistency.length(consistency.Package(tiny), "prices")
    assert "expected 6 rows" in error.message


def test_a_broken_schema_is_told_alone(edit, tiny: Path) -> None:
    edit("prices.csv", "6.24", "abc")
    [error] = consistency.faults(consistency.Package(tiny), "prices")
    assert (error.row, error.column) == (2, "value")


# --- continuity ---------------------------------------------------------------------------------------------------

DESCRIBED = read_package(ROOT / "data")["arms_transfers"]  # year, supplier, value, unit


def series(*points: tuple[int, float | None], supplier: str = "SUN", unit: str = "million TIV") -> pd.DataFrame:
    frame = pd.DataFrame(points, columns=["year", "value"]).assign(supplier=supplier, unit=unit)
    return frame.astype({"value": "float64"})


def found(frame: pd.DataFrame) -> list[tuple[int, float]]:
    return [(jump.year, jump.factor) for jump in continuity.jumps(DESCRIBED, frame)]


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([(1960, 10), (1961, 30)], []),  # a factor of three is allowed
        ([(1960, 10), (1961, 31)], [(1961, 3.1)]),
        ([(1960, 31), (1961, 10)], [(1961, 3.1)]),
        ([(1960, 10), (1961, None), (1962, 80)], []),  # nine in two years
        ([(1960, 10), (1961, None), (1962, 100)], [(1962, 10.0)]),
        ([(1960, 0), (1961, 100)], [(1961, float("inf"))]),
        ([(1960, 0), (1961, 0)], []),
        ([(1960, 100), (1961, 100), (1962, 8), (1963, 1)], [(1962, 12.5)]),  # 8 to 1 is small beside 100
        ([(1960, 1), (1961, 1), (1962, 1000), (1963, 1)], [(1962, 1000.0), (1963, 1000.0)]),  # a unit
        ([(1960, -5), (1961, 5), (1962, -9)], []),  # a balance may change its sign
        ([(1960, -5), (1961, 5), (1962, -9000)], [(1962, 1800.0)]),
    ],
)
def test_jumps(points: list[tuple[int, float | None]], expected: list[tuple[int, float]]) -> None:
    assert found(series(*points)) == expected


def test_percent_jumps_by_points() -> None:
    assert found(series((1960, 1.0), (1961, 20.0), unit="percent of total")) == []
    assert found(series((1960, 1.0), (1961, 55.0), unit="percent of total")) == [(1961, 55.0)]


def test_series_are_told_apart() -> None:
    both = pd.concat([series((1960, 10.0), (1961, 11.0)), series((1960, 900.0), (1961, 901.0), supplier="USA")])
    assert found(both.reset_index(drop=True)) == []


def test_rivals_anchors_and_plans_are_no_series() -> None:
    trade = read_package(ROOT / "data")["trade_partners"]
    one = {"partner": "CAN", "flow": "export", "measure": "value", "unit": "million US dollars"}
    good = {**one, "kind": "series", "status": "recorded", "preferred": True}
    rows = [
        {**good, "year": 1960, "value": 10.0},
        {**good, "year": 1961, "value": 11.0},
        {**good, "year": 1961, "value": 99.0, "preferred": False},
        {**good, "year": 1962, "value": 99.0, "kind": "anchor"},
        {**good, "year": 1963, "value": 99.0, "status": "planned"},
    ]
    assert list(continuity.jumps(trade, pd.DataFrame(rows))) == []


def test_a_listed_jump_is_no_fault_and_a_listed_one_that_is_gone_is() -> None:
    frame = series((1960, 10.0), (1961, 100.0))
    fixed = {"table": "arms_transfers", "series": "SUN", "factor": 10.0, "reason": "the reason"}
    known = pd.DataFrame([{**fixed, "year": 1961}])

    def told(listed: pd.DataFrame) -> list[DataError]:
        return list(continuity.faults(DESCRIBED, frame, listed))

    assert told(known) == []
    [error] = told(known[:0])
    assert (error.file, error.row, error.column) == ("arms_transfers.csv", 3, "value")
    assert "10 then 100 (SUN, 1961)" in error.message
    assert "known_jumps.csv" in error.message
    [error] = told(known.assign(factor=11.0))
    assert (error.file, error.column) == ("known_jumps.csv", "factor")
    [error] = told(pd.concat([known, known.assign(year=1975)]))
    assert (error.file, error.message.split(",")[0]) == ("known_jumps.csv", "expected the jump of arms_transfers (SUN")
    other = known.assign(table="sugar_trade")
    assert len(told(other)) == 1, "another table's jumps are not this one's"


def test_the_jumps_of_1974_and_1961_are_found_and_listed() -> None:
    known = datasets.load("known_jumps")
    listed = set(zip(known["table"], known["series"], known["year"], strict=True))
    assert ("sugar_prices", "world", 1974) in listed
    assert ("trade_partners", "USA / export / value", 1961) in listed
    assert list(continuity.unlisted(PACKAGE.tables, PACKAGE.frame)) == []
    without = known[known["year"].ne(1974)]
    rows = continuity.unlisted(PACKAGE.tables, lambda name: without if name == "known_jumps" else PACKAGE.frame(name))
    assert {row[2] for row in rows} == {1974}
