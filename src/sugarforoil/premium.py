"""The implied premium on Cuba's sugar: what the price received was worth against a price that might have been paid.

Nobody knows at what price Cuba would have sold its sugar without the Soviet Union. Each counterfactual answers
differently, so each is a series of its own:

- `world`: the price on the free world market of the same year;
- `usa`: the price inside the American quota, which Cuba had until 1960;
- `eu`: the price that the European Community negotiated with its suppliers;
- `world_5yr`: the mean of the world price over the year and the four before, as a seller with a long contract sees it.

The price received is the mean over all buyers, so the premium of sales to the Soviet Union alone is not seen. It is an
accounting comparison and no measure of aid: see `trade.implied_premium`.

The dollars are those of the official exchange rate. `at_another_rate` counts the premium anew at another rate, the same
for all goods. That is one half of the truth: a soft currency is worth what it buys, and part of it bought oil below the
market. `worth_in_goods` counts what the sugar brought in goods, the oil at the market's price.
"""

from __future__ import annotations

import pandas as pd

from sugarforoil import trade, units

MARKETS = ["world", "usa", "eu"]
MOVING = "world_5yr"
YEARS = 5
BASE = 2015
"""Constant dollars are dollars of this year."""

DEFLATOR = ("USA", "cpi")
"""Territory and series of the table `deflators` that dollars are deflated by: American consumer prices."""


def counterfactuals(sugar_prices: pd.DataFrame) -> pd.DataFrame:
    """Return the prices that might have been paid, in US dollars per tonne: year as index, a column for each.

    sugar_prices: the table of that name; its preferred rows are used. A moving mean needs all of its five years.
    """
    chosen = sugar_prices[sugar_prices["preferred"].astype(bool) & sugar_prices["market"].isin(MARKETS)]
    table = chosen.pivot(index="year", columns="market", values="value").astype("float64").reindex(columns=MARKETS)
    table = pd.DataFrame({name: units.cents_per_lb_to_dollars_per_tonne(table[name]) for name in MARKETS})
    every_year = table["world"].reindex(range(int(table.index.min()), int(table.index.max()) + 1))
    table[MOVING] = every_year.rolling(YEARS, min_periods=YEARS).mean().reindex(table.index)
    return table


def deflator(deflators: pd.DataFrame | None) -> pd.DataFrame:
    """Return the level of American consumer prices, `BASE` = 1: year as index, columns level and source.

    deflators: the table of that name (year, territory, series, value, preferred, source); None gives no rows.
    """
    if deflators is None:
        return pd.DataFrame({"level": pd.Series(dtype="float64"), "source": pd.Series(dtype="str")})
    rows = deflators[
        deflators["territory"].eq(DEFLATOR[0])
        & deflators["series"].eq(DEFLATOR[1])
        & deflators["preferred"].astype(bool)
    ].set_index("year")
    level = rows["value"].astype("float64")
    return pd.DataFrame({"level": level / level.get(BASE, float("nan")), "source": rows["source"]})


def sugar_premium(
    sugar_prices: pd.DataFrame, sugar_trade: pd.DataFrame, deflators: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return the derived table `sugar_premium`: one row for each year and counterfactual.

    Cuba's exports of raw sugar and their value are the preferred rows of `sugar_trade`. Columns: year, counterfactual,
    exports (thousand tonnes), price_received, price_elsewhere (US dollars per tonne), premium (million US dollars),
    premium_constant (million US dollars of 2015, missing without `deflators`), source, evidence ("derived").
    """
    cuba = sugar_trade[sugar_trade["country"].eq("CUB") & sugar_trade["preferred"].astype(bool)]
    sold = cuba.pivot(index="year", columns="series", values="value").astype("float64")
    sold = sold.dropna(subset=["exports", "export_value"])
    received = trade.unit_value(sold["export_value"], sold["exports"])
    levels = deflator(deflators).reindex(sold.index)
    keys = _sources(cuba[cuba["series"].isin(["exports", "export_value"])]) | _sources(levels.dropna())
    prices = sugar_prices[sugar_prices["preferred"].astype(bool)]
    parts = []
    for name, elsewhere in counterfactuals(sugar_prices).items():
        premium = trade.implied_premium(received, elsewhere.reindex(sold.index), 1000 * sold["exports"]) / 1e6
        market = "world" if name == MOVING else str(name)
        frame = pd.DataFrame(
            {
                "counterfactual": name,
                "exports": sold["exports"].round(3),
                "price_received": received.round(2),
                "price_elsewhere": elsewhere.reindex(sold.index).round(2),
                "premium": premium.round(1),
                "premium_constant": (premium / levels["level"]).round(1),
                "source": ";".join(sorted(keys | _sources(prices[prices["market"].eq(market)]))),
                "evidence": "derived",
            }
        )
        parts.append(frame[premium.notna()])
    result = pd.concat(parts).reset_index()
    return result.sort_values(["year", "counterfactual"]).reset_index(drop=True)


def at_another_rate(
    received: pd.Series,
    elsewhere: pd.Series,
    tonnes: pd.Series,
    overvaluation: float | pd.Series = 1.0,
    hard_share: float = 0.0,
    hard_price: float | pd.Series = 0.0,
) -> pd.Series:
    """Return the premium in US dollars if the official exchange rate overstated the seller's soft currency.

    The mean price received is taken apart: `hard_share` of the tonnage (0 to 1) was sold for dollars at `hard_price`,
    the rest for soft currency that the books turn into dollars at the official rate. That part is divided by
    `overvaluation`: 2 means that the currency was worth half of what the official rate says, 1 changes nothing.

    Prices in US dollars per tonne, quantities in tonnes, Series on one index. Raises ValueError for an overvaluation
    that is not positive and for a share outside 0 to 1.
    """
    hard, soft = _hard_and_soft(received, hard_share, hard_price)
    if not (pd.Series(overvaluation) > 0).all():
        raise ValueError(f"overvaluation must be positive, found {overvaluation}")
    return trade.implied_premium(hard + soft / overvaluation, elsewhere, tonnes)


def worth_in_goods(
    earned: float | pd.Series,
    oil_paid: float | pd.Series,
    oil_worth: float | pd.Series,
    too_dear: float | pd.Series = 1.0,
) -> float | pd.Series:
    """Return what sugar sold for soft currency brought, counted in the goods that the currency bought.

    Of the `earned` money, `oil_paid` went on oil that the market valued at `oil_worth`; the rest bought other goods,
    which were `too_dear` times as dear as on the market: 2 means that they were worth half of what was charged.

    All in one currency at the official rate, as the books have it. Raises ValueError for a negative sum, for oil that
    cost more than was earned, and for a `too_dear` that is not positive.
    """
    others = earned - oil_paid
    if any((pd.Series(one) < 0).any() for one in (earned, oil_paid, oil_worth)):
        raise ValueError("sums must not be negative")
    if (pd.Series(others) < 0).any():
        raise ValueError("oil must not cost more than the sugar earned")
    if not (pd.Series(too_dear) > 0).all():
        raise ValueError(f"too_dear must be positive, found {too_dear}")
    return oil_worth + others / too_dear


def _hard_and_soft(
    received: pd.Series, hard_share: float, hard_price: float | pd.Series
) -> tuple[float | pd.Series, pd.Series]:
    """What a tonne brought on average in dollars, and what in soft currency at the official rate."""
    if not 0 <= hard_share <= 1:
        raise ValueError(f"hard_share must lie between 0 and 1, found {hard_share}")
    hard = hard_share * hard_price
    return hard, received - hard


def _sources(rows: pd.DataFrame) -> set[str]:
    return {key for cell in rows["source"] for key in str(cell).split(";")}
