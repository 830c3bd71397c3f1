"""The data package as it is delivered: valid, complete, up to date, and true to what its columns promise."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import frictionless
import pandas as pd
import pytest

from sugarforoil import units, votes
from sugarforoil.publish import rebuild

DATA = Path(__file__).resolve().parent.parent / "data"
PACKAGE: dict[str, Any] = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))
RESOURCES: dict[str, dict[str, Any]] = {one["name"]: one for one in PACKAGE["resources"]}
NAMES = sorted(RESOURCES)


def table(name: str) -> pd.DataFrame:
    """A table as pandas reads it, text cells never taken for missing ones."""
    text = {f["name"]: str for f in RESOURCES[name]["schema"]["fields"] if f["type"] == "string"}
    frame = pd.read_csv(DATA / f"{name}.csv", dtype=text, keep_default_na=False, na_values=[""])
    return frame.fillna({column: "" for column in text})


# --- the package as a package -----------------------------------------------------------------------------


def test_frictionless_accepts_the_whole_package() -> None:
    report = frictionless.validate(str(DATA / "datapackage.json"))
    faults = report.flatten(["title", "rowNumber", "fieldName", "message"])
    assert report.valid, faults[:10]


def test_frictionless_would_refuse_a_broken_copy(tmp_path: Path) -> None:
    """If this passes the validation above, that one proves nothing."""
    copy = tmp_path / "data"
    shutil.copytree(DATA, copy)
    path = copy / "sugar_prices.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("1960,usa,", "1960,moon,"), encoding="utf-8")
    assert not frictionless.validate(str(copy / "datapackage.json")).valid


def test_package_says_what_it_is() -> None:
    assert PACKAGE["profile"] == "data-package"
    assert PACKAGE["version"] == "0.1.0"
    assert PACKAGE["created"] == "2026-11-23T00:00:00Z", "fixed, so that nothing changes by itself"
    assert PACKAGE["licenses"]
    assert PACKAGE["contributors"]


def test_every_csv_is_described_and_every_description_has_its_csv() -> None:
    assert {path.stem for path in DATA.glob("*.csv")} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_description_is_complete(name: str) -> None:
    one = RESOURCES[name]
    for key in (
        "title",
        "description",
        "row",
        "citation",
        "group",
        "licenses",
        "license_checked",
        "known_problems",
    ):
        assert one.get(key), f"{name}: {key} is missing"
    assert one["profile"] == "tabular-data-resource"
    assert one["row"].startswith("One row is")
    assert one["path"] == f"{name}.csv"
    assert one["schema"]["primaryKey"]
    assert one["schema"]["missingValues"] == [""]
    for licence in one["licenses"]:
        assert licence.keys() >= {"name", "title", "path"}
    for field in one["schema"]["fields"]:
        assert field.get("title"), f"{name}.{field['name']} lacks a title"
        assert field.get("description"), f"{name}.{field['name']} lacks a description"


@pytest.mark.parametrize("name", NAMES)
def test_size_fingerprint_and_rows_match(name: str) -> None:
    one, content = RESOURCES[name], (DATA / f"{name}.csv").read_bytes()
    assert one["bytes"] == len(content)
    assert one["hash"] == "sha256:" + hashlib.sha256(content).hexdigest()
    assert one["row_count"] == rebuild.count_rows(content)


@pytest.mark.parametrize("name", NAMES)
def test_file_is_plain(name: str) -> None:
    content = (DATA / f"{name}.csv").read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf"), "a byte order mark"
    assert b"\r" not in content
    assert content.endswith(b"\n")
    text = content.decode("utf-8")
    for row in csv.reader(text.splitlines()):
        assert all(cell == cell.strip() for cell in row), row


@pytest.mark.parametrize("name", NAMES)
def test_rows_are_sorted_by_their_key_or_by_the_order_that_is_declared(name: str) -> None:
    key = RESOURCES[name]["schema"]["primaryKey"]
    columns = RESOURCES[name].get("order") or ([key] if isinstance(key, str) else list(key))
    rows = list(table(name)[columns].itertuples(index=False, name=None))
    assert rows == sorted(rows)
    assert len(set(rows)) == len(rows)


@pytest.mark.parametrize("name", NAMES)
def test_every_source_is_in_the_bibliography(name: str) -> None:
    known = set(table("sources")["key"])
    for field in RESOURCES[name]["schema"]["fields"]:
        if field.get("sources"):
            for cell in table(name)[field["name"]].unique():
                unknown = set(cell.split(";")) - known - {""}
                assert not unknown, f"{name}.{field['name']}: {unknown}"


@pytest.mark.parametrize("name", [n for n in NAMES if n not in ("sources", "eras", "countries", "known_jumps")])
def test_every_row_of_evidence_names_a_source(name: str) -> None:
    fields = {field["name"]: field for field in RESOURCES[name]["schema"]["fields"]}
    assert fields["source"].get("sources") is True
    assert "evidence" in fields
    assert (table(name)["source"] != "").all()
    assert (table(name)["evidence"] != "").all()


# --- what follows from something else ---------------------------------------------------------------------


def test_nothing_is_out_of_date(root: Path) -> None:
    changed = [path.name for path in rebuild.changes(root)]
    assert not changed, f"run `make data`: {changed}"


def test_check_names_what_would_change_and_writes_nothing(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = copied / "data" / "un_agreement.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:-1]), encoding="utf-8")  # the last row is lost
    before = {one.name: one.read_bytes() for one in (copied / "data").iterdir()}

    assert rebuild.main(["--check", "--root", str(copied)]) == 1
    said = capsys.readouterr().out
    assert "un_agreement_shares.csv" in said
    assert "datapackage.json" in said
    assert "sugar_prices.csv" not in said
    assert before == {one.name: one.read_bytes() for one in (copied / "data").iterdir()}

    assert rebuild.main(["--root", str(copied)]) == 0
    assert rebuild.main(["--check", "--root", str(copied)]) == 0


def test_a_table_with_a_fault_is_refused_and_nothing_written(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = copied / "data" / "sugar_prices.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    lines[4] = "19622" + lines[4][4:]
    path.write_text("".join(lines), encoding="utf-8")
    before = {one.name: one.read_bytes() for one in (copied / "data").iterdir()}

    assert rebuild.main(["--root", str(copied)]) == 1
    assert capsys.readouterr().err.startswith("sugar_prices.csv, row 5, column year: expected 2026 or less")
    assert before == {one.name: one.read_bytes() for one in (copied / "data").iterdir()}


def test_derived_tables_say_from_what() -> None:
    for name in rebuild.DERIVED:
        assert RESOURCES[name]["derived_from"] == rebuild.origins(name, RESOURCES)
    derived = {name for name, one in RESOURCES.items() if one.get("derived_from")}
    assert derived == set(rebuild.DERIVED)


# --- identities inside the tables -------------------------------------------------------------------------


def test_printed_prices_convert_to_the_values() -> None:
    prices = table("sugar_prices")
    printed = prices[prices["value_printed"].notna()]
    assert len(printed) > 180
    assert (printed["unit_printed"] != "").all()
    for row in printed.itertuples():
        expected = row.value_printed * units.factor(row.unit_printed, row.unit)
        assert row.value == pytest.approx(expected, abs=5e-5), (row.year, row.market)
    assert (prices.loc[prices["value_printed"].isna(), "unit_printed"] == "").all()


def test_world_bank_prices_have_no_gap() -> None:
    prices = table("sugar_prices")
    bank = prices[prices["source"].eq("worldbank2021pinksheet")]
    for market in ("world", "usa", "eu"):
        assert bank.loc[bank["market"].eq(market), "year"].tolist() == list(range(1960, 2021))


@pytest.mark.parametrize("name", ["sugar_prices", "trade_partners"])
def test_values_lie_in_their_ranges(name: str) -> None:
    frame = table(name)
    known = frame["value"].notna()
    assert (known | frame["value_low"].notna() | frame["value_high"].notna()).all()
    assert not (known & (frame["value"] < frame["value_low"])).any()
    assert not (known & (frame["value"] > frame["value_high"])).any()
    assert not (frame["value_low"] > frame["value_high"]).any()


def test_at_most_one_rival_is_preferred() -> None:
    keys = {
        "sugar_prices": ["year", "market"],
        "sugar_trade": ["year", "country", "series"],
        "trade_partners": ["year", "partner", "flow", "measure", "status"],
    }
    for name, columns in keys.items():
        frame = table(name)
        preferred = frame[frame["preferred"]]
        twice = preferred[preferred.duplicated(columns, keep=False)]
        assert twice.empty, (name, twice[columns].values.tolist()[:5])


def test_the_readme_lists_every_table_in_its_group() -> None:
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    for name in NAMES:
        line = next(line for line in readme.splitlines() if line.startswith(f"| {RESOURCES[name]['group']} |"))
        assert f"`{name}`" in line, f"data/README.md does not list {name}"


def test_weak_sources_alone_support_an_event_at_most_and_never_a_figure() -> None:
    kind = table("sources").set_index("key")["kind"]
    happenings = {"crisis_timeline", "naval_visits"}  # what happened, and when
    for name in NAMES:
        frame = table(name)
        for cell in frame["source"].dropna() if "source" in frame.columns and name not in happenings else []:
            assert any(kind[key] != "weak" for key in str(cell).split(";")), (name, cell)


def test_no_row_on_weak_sources_alone_is_preferred() -> None:
    kind = table("sources").set_index("key")["kind"]
    for name in ("sugar_prices", "sugar_trade", "trade_partners", "un_ideal_points"):
        frame = table(name)
        for row in frame[frame["preferred"]].itertuples():
            assert any(kind[key] != "weak" for key in row.source.split(";")), (name, row.year, row.source)


def test_exports_times_unit_value_is_export_value() -> None:
    sugar = table("sugar_trade")
    cuba = sugar[sugar["country"].eq("CUB") & sugar["preferred"]]
    wide = cuba.pivot(index="year", columns="series", values="value").dropna(subset=["export_unit_value"])
    assert wide.index.tolist() == list(range(1961, 2021))
    # The unit value has two decimals, so the product may be off by half a cent for each tonne.
    error = (wide["exports"] * wide["export_unit_value"] - wide["export_value"]).abs()
    assert (error <= 0.005 * wide["exports"] + 1e-6).all()


def test_sugar_series_have_their_units_and_no_gap() -> None:
    sugar = table("sugar_trade")
    unit = {"export_value": "thousand US dollars", "export_unit_value": "US dollars per tonne"}
    for series, source, last in (
        ("exports", "fao2022trade", 2020),
        ("export_value", "fao2022trade", 2020),
        ("production", "fao2023production", 2022),
        ("production", "usda2026psd", 2025),
    ):
        rows = sugar[sugar["country"].eq("CUB") & sugar["series"].eq(series) & sugar["source"].eq(source)]
        assert rows["year"].tolist() == list(range(1961, last + 1)), (series, source)
    assert (sugar["unit"] == sugar["series"].map(unit).fillna("thousand tonnes")).all()
    for country, first, last in (("SUN", 1961, 1991), ("RUS", 1992, 2020)):
        years = sugar.loc[sugar["country"].eq(country), "year"].tolist()
        assert years == list(range(first, last + 1))


# --- one rule for the Soviet Union and Russia, and none of the known traps --------------------------------


@pytest.mark.parametrize("name", ["un_agreement", "un_agreement_shares"])
def test_the_soviet_seat_changes_hands_after_session_46(name: str) -> None:
    frame = table(name)
    soviet = frame["country_a"].eq("SUN") | frame["country_b"].eq("SUN")
    russian = frame["country_a"].eq("RUS") | frame["country_b"].eq("RUS")
    assert frame.loc[soviet, "session"].max() == 46
    assert frame.loc[soviet, "year"].max() == 1991
    assert frame.loc[russian, "session"].min() == 47
    assert (frame["session"] == frame["year"] - 1945).all()


def test_no_soviet_union_after_1991_and_no_russia_before_1992() -> None:
    columns = {
        "sugar_trade": "country",
        "trade_partners": "partner",
        "un_ideal_points": "country",
        "arms_transfers": "supplier",
    }
    for name, column in columns.items():
        frame = table(name)
        assert not (frame[column].eq("SUN") & (frame["year"] > 1991)).any(), name
        assert not (frame[column].eq("RUS") & (frame["year"] < 1992)).any(), name


def test_soviet_trade_is_anchors_and_never_a_zero() -> None:
    trade = table("trade_partners")
    soviet = trade[trade["partner"].isin(["SUN", "BLC"])]
    assert len(soviet) >= 8
    assert soviet["kind"].eq("anchor").all()
    assert not soviet["value"].eq(0).any()
    assert not (soviet["source"].eq("barbieri2016cow") & ~soviet["year"].between(1948, 1957)).any()


def test_a_zero_in_trade_is_the_embargo() -> None:
    trade = table("trade_partners")
    zeros = trade[trade["value"].eq(0)]
    assert set(zeros["partner"]) == {"USA"}
    assert zeros["year"].min() == 1963


def test_yearly_trade_has_no_gap_that_is_not_known() -> None:
    trade = table("trade_partners")
    trade = trade[trade["kind"].eq("series") & trade["preferred"]]
    for partner, last in (("USA", 2014), ("WLD", 2024), ("CAN", 2014), ("GBR", 2014), ("JPN", 2014)):
        for flow in ("export", "import"):
            years = trade.loc[trade["partner"].eq(partner) & trade["flow"].eq(flow), "year"].tolist()
            first = {"JPN": 1952, "USA": 1945, "WLD": 1945}.get(partner, years[0])
            assert years == list(range(first, last + 1)), (partner, flow)


def test_partners_add_up_to_no_more_than_the_total() -> None:
    trade = table("trade_partners")
    trade = trade[trade["kind"].eq("series") & trade["preferred"]]
    totals = trade[trade["partner"].eq("WLD")].set_index(["year", "flow"])["value"]
    partners = trade[trade["partner"].ne("WLD")].groupby(["year", "flow"])["value"].sum()
    # Different reports of one trade: a twentieth is the most by which they differ in the clean table.
    assert (partners <= 1.05 * totals.reindex(partners.index)).all()


def test_correlates_of_war_totals_end_in_1980() -> None:
    trade = table("trade_partners")
    totals = trade[trade["partner"].eq("WLD") & trade["source"].eq("barbieri2016cow")]
    assert totals["year"].max() == 1980


def test_plans_stand_apart_from_what_happened() -> None:
    trade = table("trade_partners")
    assert not (trade["status"].eq("planned") & trade["kind"].eq("series")).any()
    assert trade["status"].eq("planned").any()


def test_shares_run_from_nought_to_one_and_percents_to_a_hundred() -> None:
    shares = table("un_agreement_shares")
    for column in ("agreement_share", "agreement_index"):
        assert shares[column].dropna().between(0, 1).all()
    assert (shares["agreement_index"] >= shares["agreement_share"]).all()
    trade = table("trade_partners")
    assert trade.loc[trade["measure"].eq("share"), "value"].dropna().between(0, 100).all()
    assert (trade["unit"].eq("percent of total") == trade["measure"].eq("share")).all()


def test_votes_add_up() -> None:
    counts = table("un_agreement")
    assert (counts["joint"] >= counts["identical"] + counts["opposed"]).all()
    whole = counts[counts["issue"].eq("all")].set_index(["year", "country_a", "country_b"])["joint"]
    parts = counts[counts["issue"].ne("all")].set_index(["year", "country_a", "country_b"])["joint"]
    assert (parts <= whole.reindex(parts.index)).all()


def test_the_flip_of_three_sessions_is_in_the_data() -> None:
    """The chapter's central fact, counted by hand from the roll calls of 1958 and 1961."""
    shares = table("un_agreement_shares")
    with_usa = votes.pair(shares, "CUB", "USA").set_index("year")["agreement_share"]
    with_moscow = votes.pair(shares, "CUB", "SUN").set_index("year")["agreement_share"]
    assert with_usa[1958] == pytest.approx(28 / 33, abs=1e-4)
    assert with_usa[1961] == pytest.approx(10 / 75, abs=1e-4)
    assert with_moscow[1958] == pytest.approx(0.3636, abs=1e-4)
    assert with_moscow[1961] > 0.9
    assert 1964 not in with_usa.index, "a session of one vote must not be drawn"


def test_partings_add_up_to_the_counts_of_the_pair() -> None:
    """Regular and special meetings together are the session of un_agreement; each joint vote is one of four kinds."""
    kinds = ["identical", "opposed", "cuba_abstained", "moscow_abstained"]
    partings = table("un_partings")
    assert (partings["joint"] == partings[kinds].sum(axis="columns")).all()
    assert (partings["cuba_silent_moscow_yes"] <= partings["cuba_silent"]).all()
    assert (partings["session"] == partings["year"] - 1945).all()
    columns = ["joint", "identical", "opposed"]
    ours = partings.groupby(["year", "issue"])[columns].sum()
    counts = table("un_agreement")
    pair = counts[counts["country_a"].eq("CUB") & counts["country_b"].eq("SUN")].set_index(["year", "issue"])
    assert ours.equals(pair.loc[ours.index, columns].astype(ours.dtypes))


def test_the_partings_of_1967_and_1968_are_in_the_data() -> None:
    """Chapter 4: five opposed votes, two of them in July 1967; then none, and silence. Counted by hand."""
    partings = table("un_partings").query("issue == 'all'").set_index(["year", "meeting"])
    assert partings.loc[1967, "opposed"].to_dict() == {"regular": 3, "special": 2}
    assert partings.loc[(1967, "special"), "joint"] == 15
    of_1968 = partings.loc[1968].sum(numeric_only=True)
    found = of_1968[["opposed", "cuba_abstained", "moscow_abstained", "cuba_silent"]].tolist()
    assert found == [0, 9, 4, 17]


def test_the_votes_with_a_control_fit_the_counts_of_the_pair() -> None:
    """Chapter 1: where Cuba and the United States differed, Venezuela's vote is known nearly always."""
    control = table("un_control_votes").set_index("year")
    counts = table("un_agreement")
    pair = counts[counts["country_a"].eq("CUB") & counts["country_b"].eq("USA") & counts["issue"].eq("all")]
    pair = pair.set_index("year").loc[control.index]
    assert (control["differ"] <= pair["joint"] - pair["identical"]).all()
    assert (control["venezuela_as_cuba"] + control["venezuela_as_usa"] <= control["differ"]).all()
    assert control[["differ", "venezuela_as_cuba", "venezuela_as_usa"]].sum().tolist() == [187, 95, 58]


def test_ideal_points_lie_in_their_bounds() -> None:
    points = table("un_ideal_points")
    bounded = points.dropna(subset=["q5", "q95"])
    assert len(bounded) > 300
    assert (bounded["q5"] <= bounded["ideal_point"]).all()
    assert (bounded["ideal_point"] <= bounded["q95"]).all()


def test_arms_before_castro_came_from_the_west_and_then_from_moscow() -> None:
    arms = table("arms_transfers").set_index(["year", "supplier"])["value"]
    assert arms[1958].index.tolist() == ["GBR", "NIC"]
    assert arms[1960, "SUN"] == 115
    assert arms[1962, "SUN"] == arms.max()


def test_arms_add_up_to_the_totals_of_the_source() -> None:
    arms = table("arms_transfers").groupby("supplier")["value"]
    totals = {"CAN": 1, "CSK": 181, "GBR": 30, "NIC": 2, "RUS": 8, "SUN": 11585, "USA": 102}
    assert arms.sum().to_dict() == totals, "SIPRI revises its figures: change these sums with a new release"
    assert arms.count()["SUN"] == 1991 - 1960 + 1
