"""Prices, rates and oil: identities, orders, bounds, and no jump that is not explained."""

from __future__ import annotations

import calendar
from pathlib import Path

import pandas as pd
import pytest

DATA = Path(__file__).resolve().parents[1] / "data"

BARRELS_PER_TONNE = {
    "crude": 7.32,
    "crude and products": 7.32,
    "products": 7.32,
    "fuel": 7.32,
    "diesel": 7.23,
    "fuel oil": 6.62,
}
MWH_PER_TONNE = 11.63
CO2_PER_TONNE = 3.1
DAILY = "thousand barrels per day"
TABLES = ["deflators", "exchange_rates", "oil_prices", "oil_supply", "oil_deliveries", "nickel"]


def table(name: str) -> pd.DataFrame:
    frame = pd.read_csv(DATA / f"{name}.csv", keep_default_na=False, na_values=[""])
    for column in ("note", "partner", "part_of", "unit_printed", "shipper"):
        if column in frame:
            frame[column] = frame[column].fillna("")
    return frame


def series(name: str, which: str, **where: object) -> pd.Series:
    """The preferred values of one series, indexed by year."""
    frame = table(name)
    for column, wanted in where.items():
        frame = frame[frame[column] == wanted]
    frame = frame[(frame["series"] == which) & frame["preferred"]]
    return frame.set_index("year")["value"].sort_index()


def is_unbroken(years: pd.Index, first: int, last: int) -> bool:
    return list(years) == list(range(first, last + 1))


def jumps(values: pd.Series, factor: float) -> set[int]:
    """Years in which a value is more than `factor` times, or less than 1/`factor` of, the year before."""
    ratio = values / values.shift()
    return set(values.index[(ratio > factor) | (ratio < 1 / factor)])


# --- what holds in every table ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", TABLES)
def test_low_is_not_above_high_and_value_lies_between(name: str) -> None:
    frame = table(name)
    if "value_low" in frame:
        assert not (frame["value_low"] > frame["value_high"]).any()
        assert not (frame["value"] < frame["value_low"]).any()
        assert not (frame["value"] > frame["value_high"]).any()


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("deflators", ["territory", "series", "year"]),
        ("exchange_rates", ["pair", "rate_type", "year"]),
        ("oil_prices", ["series", "year"]),
        ("oil_supply", ["series", "partner", "year"]),
        ("nickel", ["series", "year"]),
    ],
)
def test_at_most_one_figure_is_preferred(name: str, key: list[str]) -> None:
    frame = table(name)
    chosen = frame[frame["preferred"]]
    assert not chosen.duplicated(key).any(), chosen[chosen.duplicated(key, keep=False)]


@pytest.mark.parametrize("name", TABLES)
def test_no_preferred_figure_is_a_plan_or_a_claim_or_weak(name: str) -> None:
    frame = table(name)
    chosen = frame[frame["preferred"]]
    if "status" in chosen:
        assert not (chosen["status"] == "claimed").any()
        plans = chosen[chosen["status"].isin(["planned", "promised", "not_delivered"])]
        allowed = {"deliveries_expected", "purchases_planned", "reexports_planned", "reexport_earnings_planned"}
        allowed |= {"shortfall"}
        assert plans.empty or set(plans["series"]) <= allowed, "a plan may stand only in a series that says so"
    kinds = table("sources").set_index("key")["kind"]
    for cell in chosen["source"].unique():
        assert any(kinds[key] != "weak" for key in cell.split(";")), cell


@pytest.mark.parametrize("name", ["oil_supply", "oil_prices"])
def test_spans_run_forward(name: str) -> None:
    frame = table(name)
    assert not (frame["year_end"] <= frame["year"]).any()
    if "period" in frame:
        assert (frame["year_end"].notna() == frame["period"].isin(["mean_of_years", "sum_of_years"])).all()


def test_supplier_is_soviet_to_1991_and_russian_after() -> None:
    frame = table("oil_supply")
    assert (frame.loc[frame["partner"] == "SUN", "year"] <= 1991).all()
    assert (frame.loc[frame["partner"] == "RUS", "year"] >= 1992).all()
    assert "SUN" not in set(table("oil_deliveries")["supplier"])


# --- deflators --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["cpi", "gdp_deflator"])
def test_price_index_has_every_year_and_no_jump(which: str) -> None:
    values = series("deflators", which)
    assert is_unbroken(values.index, 1945, 2024)
    growth = (values / values.shift() - 1).dropna()
    assert growth.between(-0.02, 0.15).all(), growth[~growth.between(-0.02, 0.15)]
    assert set(growth.index[growth < 0]) <= {1949, 1955, 2009}, "prices fell only in these years"


def test_price_indices_have_their_bases() -> None:
    assert series("deflators", "cpi").loc[1982:1984].mean() == pytest.approx(100, abs=0.1)
    assert series("deflators", "gdp_deflator").loc[2017] == 100


def test_the_two_price_indices_tell_the_same_story() -> None:
    cpi, deflator = series("deflators", "cpi"), series("deflators", "gdp_deflator")
    gap = (cpi / cpi.shift() - deflator / deflator.shift()).dropna().abs()
    assert gap.max() < 0.06, gap.idxmax()


# --- exchange rates ---------------------------------------------------------------------------------------


def test_dates_of_rates_are_as_precise_as_they_say() -> None:
    frame = table("exchange_rates")
    date = pd.to_datetime(frame["date"])
    assert (date.dt.year == frame["year"]).all()
    assert (date.dt.day[frame["date_precision"] != "day"] == 1).all()
    assert (date.dt.month[frame["date_precision"] == "year"] == 1).all()
    assert (frame.loc[frame["basis"] == "average", "date_precision"] == "year").all()
    assert (frame.loc[frame["preferred"], "basis"] == "average").all()


def test_each_rouble_is_used_only_in_its_time() -> None:
    frame = table("exchange_rates")
    frame = frame[(frame["pair"] == "RUB_per_USD") & (frame["rate_type"] != "debt_settlement")]
    lived = {"1947": (1947, 1960), "1961": (1961, 1991), "before 1998": (1992, 1997), "of 1998": (1998, 2026)}
    for name, (first, last) in lived.items():
        years = frame.loc[frame["unit"].str.contains(name, regex=False), "year"]
        assert not years.empty
        assert years.between(first, last).all(), name
    assert frame["unit"].nunique() == len(lived)


def test_official_rates_are_unbroken_and_jump_only_when_explained() -> None:
    frame = table("exchange_rates")
    frame = frame[frame["preferred"] & (frame["rate_type"] == "official")]
    peso = frame[frame["pair"] == "CUP_per_USD"].set_index("year")["value"]
    assert is_unbroken(peso.index, 1960, 2024)
    assert jumps(peso, 1.2) == {1996, 2021}, "1996: the FAO goes back to par; 2021: the peso is cut from 1 to 24"
    rouble = frame[frame["pair"] == "RUB_per_USD"]
    soviet = rouble[rouble["unit"].str.contains("1961")].set_index("year")["value"]
    assert is_unbroken(soviet.index, 1970, 1990)
    assert soviet.between(0.5, 0.95).all(), "the official rouble was always dearer than a dollar"
    assert jumps(soviet, 1.2) == {1986}, "the dollar falls, and the source changes from the FAO to the Factbook"
    late = rouble[rouble["unit"].str.contains("before 1998")].set_index("year")["value"]
    assert is_unbroken(late.index, 1993, 1997)
    assert late.is_monotonic_increasing
    new = rouble[rouble["unit"].str.contains("of 1998")].set_index("year")["value"]
    assert is_unbroken(new.index, 1998, 2023)
    assert jumps(new, 1.3) == {1999, 2015}, "the default of August 1998; the fall of the oil price and sanctions"
    assert new[1998] * 1000 > late[1997], "a thousand old roubles made a new one"


def test_rivals_of_the_official_rate_agree_or_say_why() -> None:
    frame = table("exchange_rates")
    frame = frame[frame["basis"].isin(["average", "stated"]) & (frame["rate_type"] == "official")]
    for (pair, unit, year), group in frame.groupby(["pair", "unit", "year"]):
        if len(group) > 1 and group["value"].max() / group["value"].min() > 1.005:
            assert group["disputed"].all(), (pair, unit, year)


def test_dollar_is_always_dearer_on_the_black_market() -> None:
    frame = table("exchange_rates")
    official = frame[frame["preferred"] & (frame["rate_type"] == "official")].set_index(["pair", "year"])["value"]
    informal = frame[frame["rate_type"] == "informal"]
    assert len(informal) >= 20
    for row in informal.itertuples():
        best = max(x for x in (row.value, row.value_low, row.value_high) if pd.notna(x))
        assert best > 2 * official[(row.pair, row.year)], (row.pair, row.date)


def test_inverse_rates_are_inverted() -> None:
    frame = table("exchange_rates")
    frame = frame[frame["value_printed"].notna()]
    assert len(frame) == 2
    assert (frame["value"] * frame["value_printed"] - 1).abs().max() < 0.001


def test_gold_content_gives_the_official_rouble_of_1961() -> None:
    frame = table("exchange_rates").set_index("pair")["value"]
    dollar = 31.1034768 / 35  # grams of gold at 35 dollars a troy ounce
    rates = table("exchange_rates")
    of_1961 = rates[(rates["pair"] == "RUB_per_USD") & (rates["date"] == "1961-01-01")]["value"].item()
    assert dollar / frame["XTR_gold"] == pytest.approx(of_1961, abs=0.0005)


# --- oil prices -------------------------------------------------------------------------------------------

# Why a year's price of oil is more than one and a half times, or less than two thirds of, the year before.
OIL_SHOCKS = {
    1973: "the embargo of October",
    1974: "the price of the embargo",
    1979: "the revolution in Iran",
    1986: "Saudi Arabia gives up holding the price",
    1998: "the crisis in Asia",
    2000: "recovery from the low of 1998",
    2009: "the recession",
    2015: "the glut of shale oil",
    2020: "the pandemic",
    2021: "recovery from the pandemic",
}


def test_market_prices_have_every_year_and_only_known_shocks() -> None:
    spans = {"world_average": (1960, 2023), "dubai": (1960, 2023), "brent": (1979, 2024)}
    for which, (first, last) in spans.items():
        values = series("oil_prices", which)
        assert is_unbroken(values.index, first, last), which
        assert jumps(values, 1.5) <= OIL_SHOCKS.keys(), (which, jumps(values, 1.5) - OIL_SHOCKS.keys())


def test_market_prices_move_together() -> None:
    world, dubai, brent = (series("oil_prices", one) for one in ("world_average", "dubai", "brent"))
    assert (world.loc[:1978] == dubai.loc[:1978]).all(), "one column until 1978"
    later = world.loc[1979:]
    assert (brent.loc[:2023] / later).between(0.94, 1.08).all()
    assert (dubai.loc[1979:] / later).between(0.85, 1.06).all()


def test_refiners_cost_follows_the_market_but_not_in_the_years_of_the_shocks() -> None:
    world, paid = series("oil_prices", "world_average"), series("oil_prices", "us_import_cost")
    assert is_unbroken(paid.index, 1974, 1991)
    ratio = (paid / world).dropna()
    assert ratio.loc[1980:].between(0.9, 1.1).all(), ratio
    assert ratio[1979] == pytest.approx(0.70, abs=0.01), "contracts followed the spot market later"
    cheap = table("oil_prices").query("series == 'soviet_price_to_cuba' and year == 1979")["value"].item()
    assert cheap / paid[1979] == pytest.approx(2 / 3, abs=0.03), "TIME: about a third below the world price"


def test_prices_to_cuba_agree_with_the_table_of_terms() -> None:
    terms = table("oil_terms").set_index("term")["value"]
    prices = table("oil_prices").set_index(["series", "year"])["value"]
    assert prices[("soviet_price_to_cuba", 1960)].item() == terms["price_soviet"]
    assert prices[("venezuelan_price_to_cuba", 1960)].item() == terms["price_venezuela"]
    assert prices[("dubai", 1960)].item() == terms["price_world"]


def test_soviet_dollar_prices_lie_below_the_market_until_1982() -> None:
    frame = table("oil_prices").set_index(["series", "year"])["value"]
    for year in (1979, 1982):
        assert frame[("soviet_price_to_cuba", year)].item() < frame[("world_average", year)].item()
    assert frame[("soviet_price_to_cuba", 1982)].item() == pytest.approx(
        frame[("world_average", 1982)].item() / 2, rel=0.05
    ), "the CIA calls it half the OPEC price"


# --- oil supply -------------------------------------------------------------------------------------------


def thousand_tonnes(printed: float, unit: str, year: int, period: str) -> float:
    days = 365 if period == "fiscal_year" or not calendar.isleap(year) else 366
    return {
        DAILY: printed * days / 7.32,
        "million barrels": printed * 1000 / 7.32,
        "million tonnes": printed * 1000,
        "tonnes": printed / 1000,
        "tons": printed / 1000,
        "terawatt-hours": printed * 1000 / MWH_PER_TONNE,
        "million tonnes of CO2": printed * 1000 / CO2_PER_TONNE,
    }[unit]


def test_oil_supply_is_what_was_printed_times_the_conversion() -> None:
    frame = table("oil_supply")
    printed = frame[frame["value_printed"].notna()]
    assert len(printed) > 180
    for row in printed.itertuples():
        expected = thousand_tonnes(row.value_printed, row.unit_printed, row.year, row.period)
        assert row.unit == "thousand tonnes"
        assert abs(row.value - expected) <= 0.51, (row.series, row.year, row.source)
    plain = frame[frame["value"].notna() & frame["value_printed"].isna()]
    assert set(plain["series"]) <= {
        "net_imports_from_co2",
        "reexport_earnings",
        "reexport_earnings_planned",
        "reexport_share_of_hard_currency",
        "soviet_share_of_crude",
        "soviet_share_of_energy",
        "soviet_share_of_oil",
    }


def test_net_imports_are_use_less_output() -> None:
    use, output = series("oil_supply", "consumption_from_co2"), series("oil_supply", "crude_output")
    net = series("oil_supply", "net_imports_from_co2")
    assert is_unbroken(net.index, 1961, 2016)
    assert ((use - output).loc[1961:2016] == net).all()


def test_output_and_use_are_unbroken_and_jump_only_when_explained() -> None:
    output = series("oil_supply", "crude_output")
    assert is_unbroken(output.loc[:2016].index, 1946, 2016)
    assert jumps(output.loc[:2016], 2) == {1955, 1963}, "both times up from next to nothing"
    use = series("oil_supply", "consumption_from_co2")
    assert is_unbroken(use.index, 1961, 2024)
    assert jumps(use, 1.25) == {1992}, "the end of Soviet deliveries"
    assert use.between(3500, 11000).all()


def test_shares_are_percentages() -> None:
    frame = table("oil_supply")
    shares = frame[frame["unit"] == "percent"]
    assert shares["series"].str.contains("share").all()
    assert shares[["value", "value_low"]].max(axis=1).between(1, 100).all()


def test_deliveries_stay_below_what_was_agreed() -> None:
    frame = table("oil_supply").set_index(["series", "year", "source"])["value"]
    assert frame[("deliveries", 1990, "time19910617")] < frame[("contracts", 1990, "time19910617")]
    assert frame[("deliveries", 1994, "cnn1994capsule")] < frame[("contracts", 1994, "cnn1994capsule")]
    agreed, came = (
        frame[("protocol", 1995, "reuters1999azucar")],
        frame[("protocol_deliveries", 1995, "reuters1999azucar")],
    )
    assert agreed - came == frame[("protocol", 1997, "productores1997")], (
        "the deal of 1997 is what the protocol had left"
    )
    assert frame[("reexports_planned", 1984, "ap19850605")] < frame[("purchases_planned", 1984, "ap19850605")]


def test_early_figures_are_those_of_the_table_of_terms() -> None:
    terms = table("oil_terms").set_index("term")
    frame = table("oil_supply").set_index(["series", "year", "source"])
    for term, key in {
        "consumption_1959": ("consumption", 1959, "frus1961v10supd674"),
        "consumption_1963": ("consumption", 1963, "frus1961v10supd674"),
        "deliveries_1963": ("deliveries", 1963, "frus1961v10supd674"),
        "contract_february_press": ("contracts", 1960, "time1960oil"),
    }.items():
        assert frame.loc[key, "value_printed"] == terms.loc[term, "value"], term
    assert frame.loc[("contracts", 1960, "cia1960brief"), "value"] == terms.loc["contract_february", "value"]
    assert frame.loc[("deliveries_expected", 1960, "cia1960brief"), "value"] == terms.loc["expected_in_may", "value"]


def test_cuba_received_more_soviet_oil_than_it_used_from_abroad() -> None:
    """What makes the re-exports visible: deliveries above net imports in each Soviet year that has both."""
    frame = table("oil_supply")
    soviet = frame[(frame["series"] == "deliveries") & (frame["partner"] == "SUN") & frame["preferred"]]
    soviet = soviet[soviet["year"].between(1982, 1990)].set_index("year")["value"]
    net = series("oil_supply", "net_imports_from_co2")
    assert len(soviet) == 5
    assert (soviet > net.loc[soviet.index]).all()


# --- oil deliveries ---------------------------------------------------------------------------------------


def test_deliveries_are_what_was_printed_times_the_conversion() -> None:
    frame = table("oil_deliveries")
    start, end = pd.to_datetime(frame["date"]), pd.to_datetime(frame["date_end"])
    frame["days"] = (end - start).dt.days + 1
    printed = frame[frame["value_printed"].notna()]
    assert len(printed) > 50
    for row in printed.itertuples():
        barrels = BARRELS_PER_TONNE[row.product]
        expected = {
            DAILY: row.value_printed * (365 if row.kind == "yearly_agreement" else row.days) / barrels,
            "million barrels": row.value_printed * 1000 / barrels,
            "barrels": row.value_printed / 1000 / barrels,
            "tonnes": row.value_printed / 1000,
        }[row.unit_printed]
        assert abs(row.value - expected) <= 0.51, row.delivery
        if row.unit_printed == DAILY:
            assert row.rate == row.value_printed, row.delivery
        elif row.kind == "year":
            assert row.rate == pytest.approx(row.value * barrels / row.days, abs=0.06), row.delivery
        else:
            assert pd.isna(row.rate), row.delivery


def test_periods_end_after_they_begin_and_have_the_right_length() -> None:
    frame = table("oil_deliveries")
    start, end = pd.to_datetime(frame["date"]), pd.to_datetime(frame["date_end"])
    has_end = frame["kind"].isin(["month", "part_year", "year", "years"])
    assert (end.notna() == has_end).all()
    days = (end - start).dt.days + 1
    assert days[frame["kind"] == "month"].between(28, 31).all()
    assert days[frame["kind"] == "year"].between(365, 366).all()
    assert days[frame["kind"] == "part_year"].between(10, 300).all()
    assert days[frame["kind"] == "years"].gt(366).all()
    assert (start.dt.year >= 2000).all()
    assert (start.dt.day[frame["date_precision"] != "day"] == 1).all()


def test_names_of_deliveries_say_who_and_when() -> None:
    frame = table("oil_deliveries")
    assert (frame["delivery"].str[:3].str.upper() == frame["supplier"]).all()
    assert (frame["delivery"].str[4:8] == frame["date"].str[:4]).all()


def test_nothing_is_counted_twice() -> None:
    frame = table("oil_deliveries").set_index("delivery")
    for row in frame[frame["part_of"] != ""].itertuples():
        whole = frame.loc[row.part_of]
        assert whole["part_of"] == "", "a part of a part"
        assert whole["supplier"] == row.supplier
        assert whole["date"][:4] == row.date[:4], row.Index
    years = frame[(frame["kind"] == "year") & frame["preferred"]].reset_index()
    years["year"] = years["date"].str[:4]
    assert not years.duplicated(["supplier", "year"]).any()


def test_parts_do_not_exceed_their_whole_unless_disputed() -> None:
    frame = table("oil_deliveries").set_index("delivery")
    parts = frame[(frame["part_of"] != "") & ~frame["disputed"] & frame["value"].notna()]
    for whole, value in parts.groupby("part_of")["value"].sum().items():
        if pd.notna(frame.loc[whole, "value"]):
            assert value <= frame.loc[whole, "value"], whole


def test_only_the_delivered_is_called_delivered() -> None:
    frame = table("oil_deliveries")
    promises = frame[frame["kind"].isin(["agreement", "yearly_agreement"])]
    assert set(promises["status"]) <= {"agreed", "promised", "not_delivered"}
    assert (frame.loc[frame["kind"].isin(["month", "part_year", "year", "years"]), "status"] == "delivered").all()
    assert set(frame.loc[frame["kind"] == "cargo", "status"]) <= {"delivered", "expected"}


def test_worth_fits_the_market_price() -> None:
    """Dollars a barrel from what a row was worth, against Brent of its year: within a factor of two."""
    frame = table("oil_deliveries")
    frame = frame[frame["worth"].notna() & frame["value"].notna()]
    assert len(frame) >= 7
    brent = series("oil_prices", "brent")
    for row in frame.itertuples():
        paid = row.worth * 1000 / (row.value * BARRELS_PER_TONNE[row.product])
        assert 0.5 < paid / brent[int(row.date[:4])] < 2, (row.delivery, paid)


def test_venezuela_never_sent_more_than_cuba_could_use() -> None:
    frame = table("oil_deliveries")
    yearly = frame[(frame["supplier"] == "VEN") & (frame["kind"] == "year")]
    assert yearly["rate"].between(25, 125).all()
    russian = frame[(frame["supplier"] == "RUS") & (frame["kind"] == "year")]
    assert (russian["rate"].dropna() < 15).all()


# --- nickel -----------------------------------------------------------------------------------------------


def test_nickel_output_is_unbroken_and_within_what_the_plants_can_make() -> None:
    output = series("nickel", "mine_output")
    assert is_unbroken(output.index, 1943, 2013)
    assert output.between(0, 80).all()
    assert (output == output.round()).all(), "whole thousands"
    assert list(output.index[output == 0]) == [1948, 1949, 1950, 1951]
    assert jumps(output.loc[1953:], 1.6) == {1965}, "from 17 to 28 thousand tonnes"


def test_nickel_price_has_every_year_and_only_known_shocks() -> None:
    price = series("nickel", "world_price")
    assert is_unbroken(price.index, 1960, 2020)
    known = {1988: "it trebles", 2006: "it rises on", 2007: "to its peak", 2008: "and falls"}
    assert jumps(price, 1.53) == known.keys()


def test_single_figures_fit_the_series() -> None:
    frame = table("nickel").set_index(["series", "year"])
    assert frame.loc[("price_received", 2018), "value"] == pytest.approx(
        frame.loc[("world_price", 2018), "value"], rel=0.05
    )
    earned = frame.loc[("export_earnings", 2001), "value_high"]
    ceiling = frame.loc[("exports", 2001), "value"] * frame.loc[("world_price", 2001), "value"] / 1000
    assert earned < ceiling * 1.05, "no more than all of it at the world price"


def test_money_from_oil_sold_on_is_of_the_right_size() -> None:
    frame = table("oil_supply")
    money = frame[frame["unit"] == "million US dollars"]
    assert money[["value", "value_low"]].max(axis=1).between(10, 900).all()
