"""Trade methods: a partner's share in Cuba's trade, unit values and the implied premium on sugar."""

from __future__ import annotations

import pandas as pd

WORLD = "WLD"
FLOWS = ["export", "import"]


def partner_shares(trade_partners: pd.DataFrame, partner: str) -> pd.DataFrame:
    """Return a partner's share in Cuba's exports and imports, from yearly values.

    trade_partners: the table of that name. Only preferred rows of yearly series measured in money are used,
    never anchors or plans. Returns one row per year with the columns `year`, `export`, `import` (percent of
    Cuba's exports or imports) and `both` (percent of exports and imports together); a year with no value for
    the partner or the world is missing in that column. `source` names the sources of both sides, as the table
    does. `attrs` are kept. Raises KeyError if the partner has no such rows.

    Up to 1980 numerator and denominator are from the Correlates of War trade data (Barbieri and Keshk 2016),
    except the totals of 1963, which are the World Bank's. From 1981 all totals are the World Bank's, because
    the former leave out most trade with the socialist states.
    """
    values = trade_partners[
        trade_partners["measure"].eq("value")
        & trade_partners["kind"].eq("series")
        & trade_partners["preferred"].astype(bool)
        & trade_partners["flow"].isin(FLOWS)
    ]
    if partner not in set(values["partner"]):
        raise KeyError(f"trade_partners has no yearly values for {partner!r}")
    ours, world = _by_year(values, partner), _by_year(values, WORLD)
    result = 100 * ours / world
    # skipna=False: half a turnover is not a turnover.
    result["both"] = 100 * ours.sum(axis="columns", skipna=False) / world.sum(axis="columns", skipna=False)
    result = result.dropna(how="all").reset_index()
    result.attrs = dict(trade_partners.attrs)
    return result


def apparent_shares(trade_partners: pd.DataFrame) -> pd.DataFrame:
    """Return the derived table `partner_shares`: every partner's share in Cuba's exports and imports.

    trade_partners: the table of that name. A share is a partner's preferred value, yearly series or anchor, in
    percent of a world total of the same year and flow, in the same unit: for an anchor the total that its own
    source gives, where it gives one, else the preferred yearly total. Planned trade is left out.
    It is apparent, because the two often come from different reports: shares of one year need not add up to 100.

    Columns: year, partner, flow (export, import; both where both flows are known), kind (series, anchor), value
    and total (in `unit`), share (percent, two decimals), unit, source (of value and total), evidence ("derived").
    """
    known = trade_partners[
        trade_partners["measure"].eq("value")
        & trade_partners["flow"].isin(FLOWS)
        & trade_partners["status"].ne("planned")
        & trade_partners["value"].notna()
    ]
    values = known[known["preferred"].astype(bool)]
    names = ["year", "flow", "unit", "value", "source"]
    total = values[values["partner"].eq(WORLD) & values["kind"].eq("series")][names]
    # Where a year has both, the yearly series goes before the single report.
    partners = values[values["partner"].ne(WORLD)].sort_values("kind", ascending=False, kind="stable")
    partners = partners.drop_duplicates(["year", "partner", "flow", "unit"])[[*names, "partner", "kind"]]
    joined = partners.merge(total, on=["year", "flow", "unit"], suffixes=("", "_total"), validate="many_to_one")
    joined = joined[joined["value_total"] > 0].rename(columns={"value_total": "total"})
    # A single report is divided by its own book: the CIA's trade of 1991 by the World Bank's total would be too much.
    own = known[known["partner"].eq(WORLD)][names].rename(columns={"value": "own"})
    joined = joined.merge(own, on=["year", "flow", "unit", "source"], how="left", validate="many_to_one")
    in_own_book = joined["kind"].eq("anchor") & joined["own"].notna()
    joined["total"] = joined["own"].where(in_own_book, joined["total"])
    joined["source_total"] = joined["source"].where(in_own_book, joined["source_total"])
    joined["source"] = _sources(joined["source"], joined["source_total"])
    result = pd.concat([joined, _both(joined)], ignore_index=True)
    result["share"] = (100 * result["value"] / result["total"]).round(2)
    result["evidence"] = "derived"
    columns = ["year", "partner", "flow", "kind", "value", "total", "share", "unit", "source", "evidence"]
    return result.sort_values(["year", "partner", "flow"])[columns].reset_index(drop=True)


def _both(flows: pd.DataFrame) -> pd.DataFrame:
    """Exports and imports together, where both are known: half a turnover is not a turnover."""
    keys = ["year", "partner", "kind", "unit"]
    columns = [*keys, "value", "total", "source"]
    sides = [flows[flows["flow"].eq(flow)][columns] for flow in FLOWS]
    pair = sides[0].merge(sides[1], on=keys, suffixes=("_1", "_2"), validate="one_to_one")
    for column in ("value", "total"):
        pair[column] = (pair[f"{column}_1"] + pair[f"{column}_2"]).round(6)  # 0.1 + 0.2 is to be 0.3
    pair["source"] = _sources(pair["source_1"], pair["source_2"])
    pair["flow"] = "both"
    return pair[[*keys, "value", "total", "source", "flow"]]


def _sources(*columns: pd.Series) -> list[str]:
    """Row by row the keys of all columns, each once, sorted."""
    rows = zip(*(column.astype(str) for column in columns), strict=True)
    return [";".join(sorted({key for cell in row for key in cell.split(";")})) for row in rows]


def _by_year(values: pd.DataFrame, partner: str) -> pd.DataFrame:
    """Return one partner's values: year as index, the two flows as columns."""
    rows = values[values["partner"].eq(partner)]
    table = rows.pivot(index="year", columns="flow", values="value").astype("float64")
    table.columns.name = None
    return table.reindex(columns=FLOWS)


def unit_value(value: pd.Series, quantity: pd.Series) -> pd.Series:
    """Return money per quantity, missing where the quantity is 0.

    Thousand dollars by thousand tonnes give dollars per tonne.
    """
    return (value / quantity.where(quantity > 0)).astype("float64")


def implied_premium(price_received: pd.Series, price_elsewhere: pd.Series, tonnes: pd.Series) -> pd.Series:
    """Return what a seller gained by selling at one price and not at another.

    The premium is (received - elsewhere) x tonnes.

    Prices in US dollars per tonne, quantities in tonnes, all aligned on the same index; the result is in US
    dollars, negative where the market elsewhere would have paid more, missing where any of the three is.

    It is an accounting comparison, not a measure of aid: the sugar could not all have been sold elsewhere at
    the price seen there (the sale itself would have lowered it), and goods came in return at prices of their
    own.
    """
    return (price_received - price_elsewhere) * tonnes
