"""Consistency of the tables on living standards: output, food, energy, people, farming, visitors, students."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd
import pytest

DATA = Path(__file__).resolve().parents[1] / "data"

# (year, territory or country, series) of every preferred step on the year before by more than the factor of its
# table, with the reason. A new step that is not here is a slip of the pen until somebody knows better.
STEPS = {
    "gdp_per_head": {
        (1993, "CUB", "maddison_2018"): "worst year of the Special Period",
        (1993, "CUB", "maddison_2023"): "worst year of the Special Period",
        (2019, "VEN", "maddison_2023"): "collapse of Venezuela",
        (2019, "VEN", "world_bank_2026"): "collapse of Venezuela",
        (2020, "VEN", "maddison_2023"): "collapse of Venezuela, pandemic",
        (2020, "VEN", "world_bank_2026"): "collapse of Venezuela, pandemic",
    },
    "nutrition": {
        (1966, "CUB", "food_energy_rice"): "China cut its deliveries of rice in the quarrel of January 1966",
        (1991, "CUB", "beef"): "end of Soviet deliveries of feed and meat",
        (1992, "CUB", "fat"): "Special Period",
        (1992, "CUB", "meat"): "Special Period",
        (1992, "CUB", "milk"): "Special Period",
    },
    "energy": {},
    "agriculture": {
        (1994, "nitrogen_use"): "end of Soviet deliveries",
        (2003, "nitrogen_use"): "as in the source; in 2002 half of the sugar mills closed",
        (2004, "nitrogen_use"): "as in the source; small imports vary",
        (2009, "nitrogen_use"): "as in the source; small imports vary",
        (2010, "nitrogen_use"): "as in the source; small imports vary",
        (2022, "nitrogen_use"): "as in the source: fuel and foreign currency were short",
        (1980, "maize_imports"): "as in the source: imports and feed double together",
        (1991, "maize_imports"): "imports from the Soviet bloc stop",
        (1994, "maize_imports"): "worst of the Special Period",
        (1995, "maize_imports"): "recovery",
        (1998, "maize_imports"): "as in the source; small imports vary",
        (2001, "maize_imports"): "as in the source; small imports vary",
        (1980, "maize_feed"): "as in the source: imports and feed double together",
        (1991, "maize_feed"): "imports from the Soviet bloc stop",
        (1995, "maize_feed"): "recovery",
        (1998, "maize_feed"): "follows the imports",
        (1993, "rice_production"): "as in the source: the worst year of the Special Period",
        (1994, "rice_production"): "as in the source: back to the level of 1992",
        (2005, "cane_production"): "as in the source; the sugar made halves too",
    },
}
JUMP = {"gdp_per_head": 1.25, "nutrition": 1.35, "energy": 1.6, "agriculture": 1.6}


@cache
def table(name: str) -> pd.DataFrame:
    """A table with numbers as numbers and true and false as booleans; empty text stays empty."""
    frame = pd.read_csv(DATA / f"{name}.csv", keep_default_na=False)
    for column in frame.columns:
        if column.startswith("value") or column == "year_from":
            frame[column] = pd.to_numeric(frame[column].replace("", None))
    return frame


def series(name: str, place: str, what: str, column: str = "series") -> pd.Series:
    """The preferred values of one series of one place, by year."""
    frame = table(name)
    where = "territory" if "territory" in frame.columns else "country"
    rows = frame[frame[where].eq(place) & frame[column].eq(what)]
    if column == "series":
        rows = rows[rows["preferred"]]
    return rows.set_index("year")["value"]


# --- rules that all tables keep ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("gdp_per_head", ["year", "territory"]),
        ("gdp_growth", ["year", "territory", "measure", "span"]),
        ("nutrition", ["year", "country", "series"]),
        ("energy", ["year", "territory", "series"]),
        ("population_health", ["year", "territory", "series"]),
        ("agriculture", ["year", "country", "series"]),
        ("tourism", ["year", "origin"]),
    ],
)
def test_at_most_one_rival_is_preferred(name: str, columns: list[str]) -> None:
    frame = table(name)
    preferred = frame[frame["preferred"]]
    assert len(preferred) > 0
    assert not preferred.duplicated(columns).any()


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("gdp_per_head", ["vintage"]),
        ("nutrition", ["series"]),
        ("energy", ["series"]),
        ("population_health", ["series"]),
        ("agriculture", ["series"]),
    ],
)
def test_a_series_has_one_unit(name: str, columns: list[str]) -> None:
    assert (table(name).groupby(columns)["unit"].nunique() == 1).all()


@pytest.mark.parametrize("name", ["gdp_growth", "tourism", "students"])
def test_values_lie_in_their_ranges(name: str) -> None:
    frame = table(name)
    assert frame[["value", "value_low", "value_high"]].notna().any(axis=1).all()
    assert not (frame["value"] < frame["value_low"]).any()
    assert not (frame["value"] > frame["value_high"]).any()


@pytest.mark.parametrize("name", ["gdp_per_head", "nutrition", "energy", "agriculture"])
def test_steps_are_known(name: str) -> None:
    frame = table(name)
    frame = frame[frame["preferred"] | (name == "gdp_per_head")].copy()
    place = "territory" if "territory" in frame.columns else "country"
    what = {"gdp_per_head": ["vintage"], "nutrition": ["series", "method"], "agriculture": ["series", "segment"]}.get(
        name, ["series"]
    )
    found = {}
    for names, rows in frame.groupby([place, *what]):
        rows = rows.sort_values("year")
        follows = rows["year"].diff().eq(1)
        ratio = rows["value"] / rows["value"].shift()
        steep = follows & ~ratio.between(1 / JUMP[name], JUMP[name])
        for row in rows[steep].itertuples():
            key = (row.year, names[1]) if name == "agriculture" else (row.year, names[0], names[1])
            found[key] = round(ratio[row.Index], 2)
    known = set(STEPS[name])
    assert set(found) == known, (
        {k: v for k, v in found.items() if k not in known},
        known - set(found),
    )


# --- output -----------------------------------------------------------------------------------------------


def test_preferred_output_shares_one_unit_and_one_vintage() -> None:
    frame = table("gdp_per_head")
    assert set(frame.loc[frame["preferred"], "vintage"]) == {"maddison_2023"}
    assert frame.loc[frame["vintage"].eq("maddison_2023"), "preferred"].all()


def test_the_soviet_territory_ends_with_the_state() -> None:
    frame = table("gdp_per_head")
    assert frame.loc[frame["territory"].eq("SUN"), "year"].max() == 1991


def test_output_is_disputed_where_the_two_releases_lie_apart() -> None:
    frame = table("gdp_per_head")
    wide = frame.pivot(index=["year", "territory"], columns="vintage", values="value")
    apart = ((wide["maddison_2018"] / wide["maddison_2023"] - 1).abs() > 0.1).to_dict()
    for row in frame[frame["vintage"].ne("world_bank_2026")].itertuples():
        assert row.disputed == apart[row.year, row.territory], (row.year, row.territory, row.vintage)


@pytest.mark.parametrize("vintage", ["maddison_2018", "world_bank_2026"])
def test_yearly_output_of_cuba_has_no_gap(vintage: str) -> None:
    frame = table("gdp_per_head")
    years = frame.loc[frame["territory"].eq("CUB") & frame["vintage"].eq(vintage), "year"].tolist()
    assert years == list(range(years[0], years[-1] + 1))


def test_the_collapse_per_head_follows_from_the_levels() -> None:
    output, growth = table("gdp_per_head"), table("gdp_growth")
    rows = growth[growth["measure"].eq("gdp_per_head")]
    vintage = {
        "boltvanzanden2024": "maddison_2023",
        "boltetal2018": "maddison_2018",
        "worldbankwdigapmindersg": "world_bank_2026",
    }
    assert len(rows) == 3
    for row in rows.itertuples():
        cuba = output[output["territory"].eq("CUB") & output["vintage"].eq(vintage[row.source])]
        level = cuba.set_index("year")["value"]
        assert row.value == pytest.approx((level[1993] / level[1989] - 1) * 100, abs=0.051), row.source
    assert sorted(rows["value"]) == [-49.5, -46.8, -36.6]


def rates(source: str, place: str = "CUB") -> pd.Series:
    """The yearly growth of GDP by one source, by year."""
    frame = table("gdp_growth")
    rows = frame[frame["source"].eq(source) & frame["territory"].eq(place) & frame["measure"].eq("gdp")]
    return rows[rows["span"].eq("year")].set_index("year")["value"]


@pytest.mark.parametrize("source", ["worldbankwdigrowth2024", "boltvanzanden2024"])
def test_yearly_rates_multiply_to_the_collapse(source: str) -> None:
    frame = table("gdp_growth")
    row = frame[frame["source"].eq(source) & frame["span"].eq("cumulative") & frame["measure"].eq("gdp")].iloc[0]
    fall = ((1 + rates(source).loc[1990:1993] / 100).prod() - 1) * 100
    assert row["value"] == pytest.approx(fall, abs=0.051)


def test_the_world_bank_repeats_the_official_collapse() -> None:
    frame = table("gdp_growth")
    falls = frame[frame["span"].eq("cumulative") & frame["measure"].eq("gdp")].set_index("source")["value"]
    assert falls["worldbankwdigrowth2024"] == pytest.approx(falls["rodriguez2011economy"], abs=0.3)  # "nearly 35"
    assert falls["ciafactbook1994"] < falls["rodriguez2011economy"], "the estimate of the time was worse"


def test_growth_less_people_is_growth_per_head() -> None:
    people = series("population_health", "CUB", "population")
    for source, vintage, slack in (
        ("worldbankwdigrowth2024", "world_bank_2026", 0.6),
        ("boltvanzanden2024", "maddison_2023", 1.6),
    ):
        level = series("gdp_per_head", "CUB", vintage, "vintage")
        implied = (level * people).pct_change(fill_method=None) * 100
        both = pd.concat([implied, rates(source)], axis=1, keys=["implied", "rate"]).dropna()
        both = both[both.index >= 1951]  # the release takes its population from another source before
        assert len(both) > 40
        off = (both["implied"] - both["rate"]).abs()
        assert off.max() < slack, (source, off.idxmax(), off.max())


def test_a_change_over_years_says_from_when_and_a_change_on_the_year_does_not() -> None:
    frame = table("gdp_growth")
    cumulative = frame["span"].eq("cumulative")
    assert (frame.loc[cumulative, "year_from"] < frame.loc[cumulative, "year"]).all()
    assert frame.loc[~cumulative, "year_from"].isna().all()


def test_forecasts_and_first_figures_are_never_preferred() -> None:
    frame = table("gdp_growth")
    assert set(frame.loc[frame["preferred"], "status"]) == {"recorded"}
    turned = frame[frame["year"].eq(2016) & frame["source"].eq("mesalago2019")].set_index("status")["value"]
    assert turned["revised"] - turned["first_estimate"] == pytest.approx(1.4), "as the source itself says"


# --- food -------------------------------------------------------------------------------------------------


def test_the_method_of_the_food_balances_changes_in_2014() -> None:
    frame = table("nutrition")
    assert frame.loc[frame["method"].eq("historical"), "year"].max() < 1961 <= frame["year"].max()
    assert frame.loc[frame["method"].eq("old"), "year"].between(1961, 2013).all()
    assert frame.loc[frame["method"].eq("new"), "year"].min() == 2010
    drawn = frame[frame["preferred"]]
    assert (drawn["year"].ge(2014) == drawn["method"].eq("new")).all()


def test_parts_of_the_food_are_less_than_the_whole() -> None:
    frame = table("nutrition")
    wide = frame[frame["preferred"] & frame["country"].eq("CUB")].pivot(index="year", columns="series", values="value")
    wide = wide.loc[1961:2013]
    assert wide.drop(columns=["food_energy"]).notna().all().all()
    parts = wide[["food_energy_rice", "food_energy_sugar", "food_energy_wheat"]].sum(axis=1)
    assert (parts < wide["food_energy"]).all()
    assert (wide["animal_protein"] < wide["protein"]).all()
    assert (wide["beef"] < wide["meat"]).all()
    share = (4 * wide["protein"] + 9 * wide["fat"]) / wide["food_energy"]
    assert share.between(0.2, 0.5).all(), "energy of protein and fat, the rest being starch and sugar"


def test_russian_food_begins_with_russia() -> None:
    frame = table("nutrition")
    assert frame.loc[frame["country"].eq("RUS"), "year"].min() == 1992
    assert "SUN" not in set(frame["country"])


def test_cuba_ate_less_in_1993_than_in_1989() -> None:
    for what, fall in (("food_energy", 0.25), ("protein", 0.33), ("fat", 0.38), ("meat", 0.42)):
        food = series("nutrition", "CUB", what)
        assert 1 - food[1993] / food[1989] == pytest.approx(fall, abs=0.06), what


# --- energy -----------------------------------------------------------------------------------------------


def test_converted_figures_are_the_printed_ones() -> None:
    energy = table("energy")
    home = energy[energy["series"].eq("residential_electricity")]
    assert home["value_printed"].notna().all()
    assert ((home["value"] - home["value_printed"] / 1e9).abs() < 1e-9).all()
    health = table("population_health")
    printed = health[health["value_printed"].notna()]
    assert set(printed["unit_printed"]) == {"percent of live births"}
    assert ((printed["value"] - printed["value_printed"] * 10).abs() < 1e-9).all()


def test_oil_is_part_of_all_carbon_dioxide_and_heads_times_rate_the_total() -> None:
    frame = table("energy")
    wide = frame[frame["territory"].eq("CUB")].pivot(index="year", columns="series", values="value")
    assert (wide["co2_from_oil"] < wide["co2"]).all()
    people = series("population_health", "CUB", "population") / 1e6
    off = (wide["co2_per_head"] * people / wide["co2"] - 1).abs().dropna()
    assert len(off) > 70
    assert off.max() < 0.04, (off.idxmax(), off.max())


def test_electricity_used_is_less_than_electricity_made() -> None:
    frame = table("energy")
    wide = frame[frame["territory"].eq("CUB")].pivot(index="year", columns="series", values="value")
    people = series("population_health", "CUB", "population")
    used = wide["electricity_use_per_head"] * people / 1e9
    share = (used / wide["electricity_generation"]).dropna()
    assert len(share) > 20
    assert share.between(0.7, 1.0).all(), share.round(2).to_dict()
    home = (wide["residential_electricity"] / used).dropna()
    assert home.between(0.2, 0.5).all()


def test_carbon_dioxide_before_1957_is_not_drawn() -> None:
    frame = table("energy")
    early = frame[frame["series"].str.startswith("co2") & frame["territory"].eq("CUB") & frame["year"].lt(1957)]
    assert len(early) == 3 * 7
    assert early["disputed"].all()
    assert not early["preferred"].any()


def test_each_series_of_energy_has_one_vintage() -> None:
    assert (table("energy").groupby("series")["vintage"].nunique() == 1).all()
    assert table("energy").loc[lambda f: f["unit"].str.startswith("percent"), "value"].between(0, 100).all()


# --- people -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["CUB", "RUS"])
def test_population_and_length_of_life_move_slowly(place: str) -> None:
    people = series("population_health", place, "population")
    assert people.index.tolist() == list(range(1945, 2025))
    assert people.pct_change().abs().max() < 0.03
    life = series("population_health", place, "life_expectancy")
    assert life.index.tolist() == list(range(1950, 2025))
    assert life.between(50, 82).all()
    pandemic = [2020, 2021, 2022, 2023]
    assert life.diff().drop(pandemic).abs().max() < 2.5
    assert life.diff().loc[pandemic].abs().max() < 5


def test_deaths_in_the_first_month_are_part_of_those_in_the_first_year() -> None:
    newborn = series("population_health", "CUB", "neonatal_mortality")
    infant = series("population_health", "CUB", "infant_mortality")
    both = pd.concat([newborn, infant], axis=1, keys=["newborn", "infant"]).dropna()
    assert len(both) > 45
    assert (both["newborn"] < both["infant"]).all()


def test_counts_of_infant_deaths_agree_within_reason() -> None:
    frame = table("population_health")
    cuba = frame[frame["series"].eq("infant_mortality") & frame["territory"].eq("CUB") & frame["year"].ge(1980)]
    spread = cuba.groupby("year")["value"].agg(lambda v: v.max() - v.min())
    assert spread.max() <= 2.5, spread.idxmax()


# --- farming ----------------------------------------------------------------------------------------------


def test_only_nitrogen_breaks_and_it_breaks_in_2002() -> None:
    frame = table("agriculture")
    nitrogen = frame["series"].str.startswith("nitrogen")
    assert set(frame.loc[~nitrogen, "segment"]) == {"one"}
    expected = frame.loc[nitrogen, "year"].map(lambda year: "to 2001" if year <= 2001 else "from 2002")
    assert frame.loc[nitrogen, "segment"].eq(expected).all()


def test_inputs_fell_further_and_sooner_than_output() -> None:
    def left(what: str) -> float:
        values = series("agriculture", "CUB", what)
        return values[1993] / values[1989]

    assert left("maize_imports") < left("nitrogen_use") < left("materials_index") < left("output_index")
    assert left("tractors") > 0.9, "machines on the books, without fuel"


def test_a_series_of_farming_stands_on_one_side() -> None:
    assert (table("agriculture").groupby("series")["kind"].nunique() == 1).all()


# --- visitors and students --------------------------------------------------------------------------------


def test_part_years_are_kept_apart() -> None:
    frame = table("tourism")
    full = frame["period"].eq("full_year")
    assert (frame.loc[full, ["month_from", "month_to"]] == [1, 12]).all().all()
    assert not frame.loc[~full, "preferred"].any()
    assert not frame.loc[frame["status"].eq("projected"), "preferred"].any()
    assert not frame.loc[frame["measure"].eq("travellers"), "preferred"].any()
    partial = frame[~full & frame["month_to"].eq(12)]
    assert partial["note"].str.contains("December").all(), "a year that lacks its last days says so"


def test_visitors_add_up_over_the_months() -> None:
    frame = table("tourism")
    frame = frame[frame["measure"].ne("travellers") & (frame["preferred"] | frame["period"].eq("part_year"))]
    for (year, origin), rows in frame.groupby(["year", "origin"]):
        running = rows.assign(last=rows["period"].eq("full_year")).sort_values(["month_to", "last"])["value"]
        assert running.is_monotonic_increasing, (year, origin, running.tolist())


def test_no_origin_sends_more_than_all() -> None:
    frame = table("tourism")
    whole = frame[frame["preferred"]].pivot(index="year", columns="origin", values="value")
    assert (whole.drop(columns="WLD").sum(axis=1) <= whole["WLD"].fillna(float("inf"))).all()


def test_rival_counts_of_all_visitors_lie_close() -> None:
    frame = table("tourism")
    rows = frame[frame["origin"].eq("WLD") & frame["period"].eq("full_year") & frame["measure"].ne("travellers")]
    spread = rows.groupby("year")["value"].agg(lambda v: v.max() / v.min())
    assert spread.max() < 1.03, spread.idxmax()


def test_years_worked_back_from_a_percentage() -> None:
    frame = table("tourism")
    derived = frame[frame["evidence"].eq("derived")].set_index(["year", "origin"])
    printed = {
        (2024, "RUS"): (131882, 0.71, 0.005, 25),
        (2024, "CAN"): (754010, 0.876, 0.0005, 25),
        (2017, "WLD"): (4750000, 1.013, 0.0005, 60),
        (2016, "RUS"): (100310, 1.67, 0.005, 50),
    }
    assert set(derived.index) == {*printed, (2018, "WLD")}
    for key, (count, share, half, rounding) in printed.items():
        row = derived.loc[key]
        assert row["value"] == pytest.approx(count / share, abs=rounding)
        assert row["value_low"] == pytest.approx(count / (share + half), abs=rounding)
        assert row["value_high"] == pytest.approx(count / (share - half), abs=rounding)


def test_the_visitors_of_2018_are_those_of_2019_and_the_printed_difference() -> None:
    frame = table("tourism")
    rows = frame[frame["source"].eq("americateve2020") & frame["origin"].eq("WLD")]
    visitors = rows.set_index("year")["value"]
    assert visitors[2018] == visitors[2019] + 436352


def test_students_went_to_the_soviet_union_until_1991_and_to_russia_after() -> None:
    frame = table("students")
    assert frame.loc[frame["direction"].eq("CUB to SUN"), "year"].max() <= 1991
    assert frame.loc[frame["direction"].eq("CUB to RUS"), "year"].min() >= 1992
    known = frame["year_from"].notna()
    assert (frame.loc[known, "year_from"] < frame.loc[known, "year"]).all()
