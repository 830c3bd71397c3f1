"""The tables on arms and the missile crisis agree with themselves, with one another and with the clocks of 1962."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

DATA = Path(__file__).resolve().parents[1] / "data"
ZONES = {"Washington": ZoneInfo("America/New_York"), "Havana": ZoneInfo("America/Havana")}

# Year-on-year changes of a stockpile by more than a fifth, from 1963 on, and why.
STOCKPILE_JUMPS = {
    ("USA", 1992): "tactical weapons withdrawn after the end of the Cold War",
    ("USA", 2007): "stockpile cut by the Bush administration",
}

Row = dict[str, str]


def rows(name: str) -> list[Row]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


TIMELINE = rows("crisis_timeline")
FORCES = rows("crisis_forces")
SHIPS = rows("crisis_ships")
PERSONNEL = rows("soviet_personnel")
LOURDES = rows("lourdes")
AFRICA = rows("africa_deployments")
VISITS = rows("naval_visits")
STOCKS = rows("nuclear_stockpiles")
TRANSFERS = rows("arms_transfers")
DELIVERIES = rows("arms_deliveries")
KIND = {row["key"]: row["kind"] for row in rows("sources")}

RANGED = {
    "crisis_forces": FORCES,
    "crisis_ships": SHIPS,
    "soviet_personnel": PERSONNEL,
    "lourdes": LOURDES,
    "africa_deployments": AFRICA,
}
RIVALS = {
    "crisis_timeline": (TIMELINE, ["fact"]),
    "crisis_forces": (FORCES, ["side", "item", "perspective", "stage", "as_of"]),
    "crisis_ships": (SHIPS, ["series", "start"]),
    "soviet_personnel": (PERSONNEL, ["date", "category", "perspective"]),
    "lourdes": (LOURDES, ["date", "item"]),
    "africa_deployments": (AFRICA, ["date", "theatre", "measure"]),
}


def force(item: str, stage: str, perspective: str = "archive") -> float:
    """The one preferred number of an item."""
    found = [
        float(row["value"])
        for row in FORCES
        if (row["item"], row["stage"], row["perspective"], row["preferred"]) == (item, stage, perspective, "true")
    ]
    assert len(found) == 1, (item, stage, perspective, found)
    return found[0]


def ship(series: str, start: str) -> float:
    """The one preferred count of a series on a day."""
    (found,) = [
        float(row["value"] or row["value_low"])
        for row in SHIPS
        if (row["series"], row["start"], row["preferred"]) == (series, start, "true")
    ]
    return found


# --- the timeline


def test_the_story_runs_forward() -> None:
    assert [int(row["sequence"]) for row in TIMELINE] == list(range(101, 101 + len(TIMELINE)))
    for one, following in pairwise(TIMELINE):
        assert one["date"] <= following["date"], (one["moment"], following["moment"])
    known = [row["utc"] for row in TIMELINE if row["utc"]]
    assert known == sorted(known)


def test_an_hour_is_given_exactly_where_the_precision_says_so() -> None:
    for row in TIMELINE:
        timed = row["date_precision"] in ("hour", "minute")
        assert bool(row["time"]) == timed, row["moment"]
        assert bool(row["clock"]) == timed, row["moment"]
        assert row["date_precision"] != "month" or row["date"].endswith("-01"), row["moment"]


def test_universal_time_is_local_time_by_the_clock_of_the_place() -> None:
    for row in TIMELINE:
        assert bool(row["utc"]) == bool(row["utc_offset"]) == (row["clock"] in ZONES), row["moment"]
        if row["clock"] in ZONES:
            local = datetime.fromisoformat(f"{row['date']}T{row['time']}").replace(tzinfo=ZONES[row["clock"]])
            assert local.isoformat()[-6:] == row["utc_offset"], row["moment"]
            assert local.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ") == row["utc"], row["moment"]


def test_rival_accounts_are_marked() -> None:
    facts = defaultdict(list)
    for row in TIMELINE:
        facts[row["fact"]].append(row)
    rivals = {fact: group for fact, group in facts.items() if len(group) > 1}
    assert set(rivals) == {"first-missiles", "blockade-chosen", "aleksandrovsk", "defcon-2", "u2-down", "last-warheads"}
    for fact, group in facts.items():
        assert sum(row["preferred"] == "true" for row in group) == 1, fact
        if fact in rivals:
            assert all(row["disputed"] == "true" for row in group), fact


def test_what_an_analyst_could_know_holds_no_hindsight() -> None:
    for row in TIMELINE:
        assert bool(row["known_in_washington"]) == bool(row["as_known"]), row["moment"]
        if row["as_known"]:
            assert row["date"] <= row["known_in_washington"] <= "1962-10-01", row["moment"]
            assert not re.search(r"later|first definite|turned out", row["as_known"]), row["moment"]


def test_corrected_dates_stay_corrected() -> None:
    day = {row["moment"]: row["date"] for row in TIMELINE}
    assert day["ships-turn"] == "1962-10-23" < day["quarantine-begins"] == "1962-10-24"
    assert day["aleksandrovsk-23"] < day["aleksandrovsk-25"]


# --- forces and ships


def test_cargoes_of_warheads_add_up() -> None:
    first, second = force("fkr_warheads_indigirka", "delivered"), force("fkr_warheads_aleksandrovsk", "delivered")
    luna, bombs, strategic = (force(i, "delivered") for i in ("luna_warheads", "il28_bombs", "r12_warheads"))
    assert strategic + first + luna + bombs == force("indigirka", "delivered")
    assert second + force("r14_warheads", "en_route") == force("aleksandrovsk", "en_route")
    assert first + second == force("fkr_warheads", "withdrawn")
    assert first + second + luna + bombs == force("tactical", "withdrawn")
    assert luna == force("luna_warheads", "withdrawn")
    assert bombs == force("il28_bombs", "withdrawn")


def test_the_plan_is_not_the_delivery() -> None:
    r12, r14, both = (force(f"{n}_launchers", "planned", "russian_official") for n in ("r12", "r14", "r12_r14"))
    assert r12 + r14 == both
    arrived = [row for row in FORCES if row["item"].startswith("r14") and row["stage"] in ("delivered", "withdrawn")]
    assert not arrived, "no R-14 reached Cuba"
    assert force("r12_missiles", "withdrawn", "us_estimate") > r12, "a launcher had more than one missile"


def test_what_washington_saw_is_kept_from_what_archives_say() -> None:
    for row in FORCES:
        american = row["perspective"] in ("us_estimate", "us_record")
        assert not (american and "modanadyr" in row["source"]), row["item"]
        assert (row["perspective"] == "russian_official") == row["source"].startswith("modanadyr"), row["item"]
    seen = [row for row in FORCES if row["item"] == "soviet_forces" and row["perspective"] == "us_estimate"]
    assert all(float(row["value_high"]) < force("soviet_forces", "deployed", "russian_official") for row in seen)
    assert not [row for row in FORCES if row["category"] == "nuclear_warheads" and row["unit"] == "warheads"
                and row["perspective"] == "us_estimate"], "Washington saw no warhead"  # fmt: skip


def test_an_item_has_one_unit() -> None:
    units = defaultdict(set)
    for row in FORCES:
        units[row["side"], row["item"]].add(row["unit"])
    assert all(len(unit) == 1 for unit in units.values())


def test_ships_add_up() -> None:
    day = "1962-10-23"
    assert ship("soviet_dry_cargo_en_route", day) + ship("soviet_tankers_en_route", day) == ship(
        "soviet_ships_en_route", day
    )
    left = ship("soviet_ships_en_route", day) - ship("soviet_ships_turned_back", "1962-10-25")
    assert ship("tankers_not_turned", "1962-10-25") <= left
    home = "1962-11-09"
    assert ship("missile_ships_confirmed", home) <= ship("missile_ships_under_way", home)
    assert ship("missile_ships_under_way", home) <= ship("missile_ships_named", home)


def test_the_build_up_shows_in_the_one_monthly_series() -> None:
    calls = [float(row["value"] or row["value_low"]) for row in SHIPS if row["series"] == "soviet_dry_cargo_calls"]
    assert calls == sorted(calls) == [14, 28, 46]


def test_spans_of_ship_counts_fit_their_kind() -> None:
    for row in SHIPS:
        assert row["start"] <= row["end"], row["series"]
        if row["kind"] in ("point", "voyage", "event"):
            assert row["start"] == row["end"], row["series"]
        assert (row["unit"] == "ships per month") == row["kind"].startswith("month"), row["series"]


# --- all tables with numbers


@pytest.mark.parametrize("name", RANGED)
def test_values_lie_in_their_ranges(name: str) -> None:
    for row in RANGED[name]:
        low, value, high = (float(row[c]) if row[c] else None for c in ("value_low", "value", "value_high"))
        if name != "lourdes" or row["unit"]:
            assert (low, value, high) != (None, None, None), row
        if low is not None and high is not None:
            assert low < high, row
        if value is not None:
            assert low is None or low <= value, row
            assert high is None or value <= high, row


@pytest.mark.parametrize("name", RIVALS)
def test_at_most_one_rival_is_preferred_and_never_on_weak_sources_alone(name: str) -> None:
    table, columns = RIVALS[name]
    chosen = [row for row in table if row["preferred"] == "true"]
    keys = [tuple(row[column] for column in columns) for row in chosen]
    if name == "lourdes":  # events of one item have no rival figure
        keys = [key for key, row in zip(keys, chosen, strict=True) if row["unit"]]
    assert len(set(keys)) == len(keys)
    for row in chosen:
        assert any(KIND[key] != "weak" for key in row["source"].split(";")), row


# --- warheads and arms


def test_each_state_has_its_own_years() -> None:
    for row in STOCKS:
        assert row["country"] != "SUN" or int(row["year"]) <= 1991
        assert row["country"] != "RUS" or int(row["year"]) >= 1992
    for row in DELIVERIES:
        assert row["supplier"] != "SUN" or int(row["last_year"]) <= 1991
        assert row["supplier"] != "RUS" or int(row["first_year"]) >= 1992
    for row in VISITS:
        assert (row["country"] == "SUN") == (row["start"] < "1991-12-26"), row["visit"]
    for row in PERSONNEL:
        assert row["perspective"] != "soviet_official" or row["date"] < "1991-12-26"


def test_stockpiles_have_both_sides_and_no_gap_that_is_not_known() -> None:
    years = defaultdict(set)
    for row in STOCKS:
        years[int(row["year"])].add(row["country"])
    assert all("USA" in states and len(states) == 2 for states in years.values())
    assert sorted(set(range(1945, 2025)) - set(years)) == [2018, 2019, 2020, 2021]


def test_stockpiles_change_slowly_but_where_it_is_explained() -> None:
    for state in ("USA", "SUN", "RUS"):
        stock = {int(row["year"]): int(row["value"]) for row in STOCKS if row["country"] == state}
        for year in sorted(stock):
            if year > 1963 and year - 1 in stock:
                change = stock[year] / stock[year - 1]
                assert 0.8 < change < 1.25 or (state, year) in STOCKPILE_JUMPS, (state, year, change)


def test_peaks_of_the_arms_race() -> None:
    stock = {(row["country"], int(row["year"])): int(row["value"]) for row in STOCKS}
    assert max((v, k) for k, v in stock.items() if k[0] == "USA") == (31255, ("USA", 1967))
    assert max((v, k) for k, v in stock.items() if k[0] == "SUN") == (40159, ("SUN", 1986))
    assert stock["USA", 1962] > 7 * stock["SUN", 1962]


def test_named_deliveries_fit_the_yearly_volumes() -> None:
    delivered = {(row["supplier"], row["year"]) for row in TRANSFERS if int(row["value"]) > 0}
    for row in DELIVERIES:
        assert int(row["first_year"]) <= int(row["last_year"]), row["delivery"]
        for year in (row["first_year"], row["last_year"]):
            assert (row["supplier"], year) in delivered, (row["delivery"], year)
    assert 20 <= len(DELIVERIES) <= 40, "a selection, not the register"


def test_one_russian_delivery() -> None:
    assert [(row["year"], row["value"]) for row in TRANSFERS if row["supplier"] == "RUS"] == [("2004", "8")]


# --- people, the listening post, Africa, visits


def test_the_brigade_comes_to_an_end() -> None:
    brigade = [row for row in PERSONNEL if row["category"] == "brigade"]
    assert brigade[-1]["date"] == "1993-06-15"
    assert brigade[-1]["value"] == "0"


def test_washington_counted_the_troops_down_after_the_crisis() -> None:
    counts = [
        float(row["value"] or row["value_high"])
        for row in PERSONNEL
        if (row["category"], row["perspective"], row["preferred"]) == ("military", "us_estimate", "true")
        and "1962-10" <= row["date"] < "1963-12"
    ]
    assert counts == sorted(counts, reverse=True)


def test_lourdes_keeps_its_conflicts_open() -> None:
    openings = [row for row in LOURDES if row["item"] == "opening"]
    assert {row["date"][:4] for row in openings} == {"1964", "1967", "1970"}
    assert not any(row["preferred"] == "true" for row in openings)
    rents = [row for row in LOURDES if row["item"] == "rent" and row["date"] > "1991"]
    assert all(row["disputed"] == "true" for row in rents)
    reports = [(row["date"], row["status"]) for row in LOURDES if row["item"] == "reopening"]
    assert [status for _, status in sorted(reports)] == ["reported", "denied", "reported"]


def test_cuban_files_and_washington_differ_on_angola() -> None:
    sent = next(r for r in AFRICA if (r["theatre"], r["measure"], r["preferred"]) == ("AGO", "sent", "true"))
    seen = next(r for r in AFRICA if (r["theatre"], r["date"]) == ("AGO", "1976-04-09"))
    assert float(sent["value"]) > 2 * float(seen["value_high"])
    served = [float(r["value"]) for r in AFRICA if r["measure"] == "total_served"]
    assert min(served) > max(float(r["value"]) for r in AFRICA if r["measure"] == "peak")


def test_spans_end_after_they_begin() -> None:
    for row, start, end in [(r, "date", "date_end") for r in AFRICA] + [(r, "start", "end") for r in VISITS]:
        assert not row[end] or date.fromisoformat(row[start]) <= date.fromisoformat(row[end]), row


def test_printed_ranges_are_the_radii() -> None:
    for row in rows("crisis_ranges"):
        printed = "".join(sign for sign in row["radius_printed"] if sign.isdigit())
        km = float(row["radius_km"])
        if "nautical" in row["radius_printed"]:
            assert km == round(float(printed) * 1.852), row["range"]
        else:
            assert km == float(printed) * (1000 if "thousand" in row["radius_printed"] else 1), row["range"]
