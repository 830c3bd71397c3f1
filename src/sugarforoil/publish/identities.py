"""Identities of single tables: sums, products, bounds and complete runs of years that a wrong figure would break.

`IDENTITIES` lists them by table; those of a new table go here too. Each takes the description and the rows of its
table and yields a DataError for each fault, naming the row where one row is to blame.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pandas as pd

from sugarforoil.errors import DataError
from sugarforoil.metadata import Dataset
from sugarforoil.publish.rules import at, fault

Identity = Callable[[Dataset, pd.DataFrame], Iterator[DataError]]

REPORTS_DIFFER = 1.05
"""Partners and totals come from different reports: together partners may exceed the total by a twentieth."""

OUTPUT_BAND = 0.13
"""FAOSTAT and USDA, which count other twelve months, differ in Cuba's sugar output by no more than this part,"""

OUTPUT_EXCEPTIONS = {1963, 1969}
"""but for the harvests that straddle two of their years most unevenly."""

POINTS_DIFFER = 1.3
"""The three estimates of one state's ideal point, from all votes, final votes and the older release, differ by less."""

ARMS = {"CAN": 1, "CSK": 181, "GBR": 30, "NIC": 2, "SUN": 11585, "USA": 102}
"""Totals by supplier as SIPRI gives them; it revises its figures, so change these with a new release."""


def unit_values(dataset: Dataset, frame: pd.DataFrame) -> Iterator[DataError]:
    """Exports times unit value is export value (the unit value has two decimals)."""
    cuba = frame[frame["country"].eq("CUB") & frame["preferred"]]
    wide = cuba.pivot_table(index="year", columns="series", values="value", aggfunc="first")
    for label, row in wide.dropna(subset=["exports", "export_value", "export_unit_value"]).iterrows():
        year = int(str(label))
        product = row["exports"] * row["export_unit_value"]
        if abs(product - row["export_value"]) > 0.005 * row["exports"] + 1e-6:
            message = f"expected exports times unit value, {product:.0f}, found {row['export_value']:g}"
            place = cuba.index[cuba["year"].eq(year) & cuba["series"].eq("export_value")][0]
            yield fault(dataset, place, "value", message)


def rival_outputs(dataset: Dataset, frame: pd.DataFrame) -> Iterator[DataError]:
    """Two compilers of figures of Cuba's sugar output agree within a band."""
    cuba = frame[frame["country"].eq("CUB") & frame["series"].eq("production")]
    wide = cuba.pivot_table(index="year", columns="source", values="value", aggfunc="first")
    for label, row in wide.iterrows():
        year = int(str(label))
        ratio = row.get("fao2023production", float("nan")) / row.get("usda2026psd", float("nan"))
        if abs(ratio - 1) > OUTPUT_BAND and year not in OUTPUT_EXCEPTIONS:
            place = cuba.index[cuba["year"].eq(year)][0]
            yield fault(
                dataset, place, "value", f"expected FAOSTAT and USDA to agree in {year}, found {ratio:.2f} to 1"
            )


def partners_and_total(dataset: Dataset, frame: pd.DataFrame) -> Iterator[DataError]:
    """Partners add up to no more than the total, and shares run from nought to a hundred."""
    series = frame[frame["kind"].eq("series") & frame["preferred"] & frame["measure"].eq("value")]
    world = series[series["partner"].eq("WLD")].groupby(["year", "flow"])["value"].sum()
    parts = series[series["partner"].ne("WLD")].groupby(["year", "flow"])["value"].sum()
    over = parts > REPORTS_DIFFER * world.reindex(parts.index)
    for year, flow in parts.index[over]:
        place = series.index[series["year"].eq(year) & series["flow"].eq(flow)][0]
        yield fault(dataset, place, "value", f"expected partners within the total of {flow}s in {year}, found more")
    shares = frame["measure"].eq("share")
    for place in frame.index[shares & ~frame["value"].isna() & ~frame["value"].between(0, 100)]:
        yield fault(dataset, place, "value", f"expected a share of 0 to 100, found {at(frame, place, 'value'):g}")
    for place in frame.index[frame["value"].eq(0) & ~(frame["partner"].eq("USA") & frame["year"].ge(1963))]:
        yield fault(dataset, place, "value", "expected a zero only under the embargo, found one elsewhere")


def world_totals(dataset: Dataset, frame: pd.DataFrame) -> Iterator[DataError]:
    """Rival totals of one year and flow agree within a factor of two."""
    world = frame[frame["partner"].eq("WLD") & frame["measure"].eq("value")]
    for _, rivals in world.groupby(["year", "flow"]):
        if rivals["value"].max() > 2 * rivals["value"].min():
            yield fault(dataset, rivals.index[0], "value", "expected rival totals within a factor of two, found more")


def price_rivals(dataset: Dataset, frame: pd.DataFrame) -> Iterator[DataError]:
    """Rival reports of one market's price in one year agree within a factor of two."""
    for (year, market), rivals in frame.dropna(subset=["value"]).groupby(["year", "market"]):
        if rivals["value"].max() > 2 * rivals["value"].min():
            message = f"expected reports of the {market} price of {year} within a factor of two, found more"
            yield fault(dataset, rivals.index[0], "value", message)


def votes_add_up(dataset: Dataset, frame: pd.DataFrame) -> Iterator[DataError]:
    """Identical and opposed votes are part of the joint ones, those on an issue part of all; sessions follow years."""
    for place in frame.index[frame["identical"] + frame["opposed"] > frame["joint"]]:
        yield fault(dataset, place, "joint", "expected no fewer joint votes than identical and opposed, found fewer")
    for place in frame.index[frame["session"] != frame["year"] - 1945]:
        yield fault(dataset, place, "session", f"expected session {at(frame, place, 'year') - 1945} of that year")
    keys = ["year", "country_a", "country_b"]
    whole = frame[frame["issue"].eq("all")].drop_duplicates(keys).set_index(keys)
    parts = frame[frame["issue"].ne("all")]
    for column in ("joint", "identical", "opposed"):
        limit = whole[column].reindex(pd.MultiIndex.from_frame(parts[keys]))
        over = (parts[column].to_numpy() > limit.to_numpy()) | limit.isna().to_numpy()
        for place in parts.index[over]:
            yield fault(dataset, place, column, "expected no more votes on an issue than on all, found more")


def points_in_bounds(dataset: Dataset, frame: pd.DataFrame) -> Iterator[DataError]:
    """An ideal point lies near the middle of its 5 and 95 percent bounds, and near the other estimates of it."""
    middle, width = (frame["q5"] + frame["q95"]) / 2, frame["q95"] - frame["q5"]
    wrong = ((frame["ideal_point"] - middle).abs() > 0.25 * width) | (width <= 0) | (width > 3)
    for place in frame.index[wrong]:
        yield fault(dataset, place, "ideal_point", "expected a point near the middle of its bounds, found it off")
    for (year, country), estimates in frame.groupby(["year", "country"])["ideal_point"]:
        if estimates.max() - estimates.min() > POINTS_DIFFER:
            message = f"expected the estimates for {country} in {year} within {POINTS_DIFFER:g}, found more"
            yield fault(dataset, estimates.index[0], "ideal_point", message)


def arms_totals(dataset: Dataset, frame: pd.DataFrame) -> Iterator[DataError]:
    """Yearly deliveries add up to the totals of the source."""
    for supplier, total in frame.groupby("supplier")["value"].sum().items():
        if total != ARMS.get(str(supplier), total):
            message = f"expected {supplier} to add up to {ARMS[str(supplier)]}, found {total}"
            yield DataError(dataset.path.name, message, None, "value")


def eras_follow_one_another(dataset: Dataset, frame: pd.DataFrame) -> Iterator[DataError]:
    """Each era begins on the day on which the one before ends."""
    ordered = frame.sort_values("start")
    for (_, era), (place, following) in zip(list(ordered.iterrows())[:-1], list(ordered.iterrows())[1:], strict=True):
        if era["end"] != following["start"]:
            yield fault(dataset, place, "start", f"expected {following['era']} to begin when {era['era']} ends")


IDENTITIES: dict[str, list[Identity]] = {
    "sugar_trade": [unit_values, rival_outputs],
    "sugar_prices": [price_rivals],
    "trade_partners": [partners_and_total, world_totals],
    "un_agreement": [votes_add_up],
    "un_ideal_points": [points_in_bounds],
    "arms_transfers": [arms_totals],
    "eras": [eras_follow_one_another],
}
