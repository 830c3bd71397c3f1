"""Deals between Moscow and Havana: the same money counted once."""

from __future__ import annotations

import pandas as pd


def counted_once(deals: pd.DataFrame, start: str, end: str) -> pd.DataFrame:
    """Return one row with money for each deal of a span of time, so that no sum stands in it twice.

    deals: the table of that name (the data behind it: `data/DECISIONS.md`, section Deals). start, end: first and
    last day, both within. Of the rows of one `deal_group` that name a value, floor or ceiling on a day of the
    span, the counted one is taken; where the group's counted row lies outside the span, the last row within it.
    Groups in which no row is counted at all are left out: they hold sums that other groups hold too.

    Columns are those of deals, with `amount` (value, else ceiling, else floor, in millions of `unit`) added;
    units are not converted, so add up each unit apart. Order by date; `attrs` are kept. Raises KeyError if a
    column is missing.
    """
    groups = set(deals.loc[deals["counted"].astype(bool), "deal_group"])
    amount = deals["value"].fillna(deals["value_high"]).fillna(deals["value_low"])
    within = pd.to_datetime(deals["date"]).between(start, end)
    rows = deals.assign(amount=amount)[within & amount.notna() & deals["deal_group"].isin(groups)]
    rows = rows.sort_values(["counted", "date"], kind="stable").drop_duplicates("deal_group", keep="last")
    result = rows.sort_values(["date", "deal"], kind="stable", ignore_index=True)
    result.attrs = dict(deals.attrs)
    return result
