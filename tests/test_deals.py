"""Deals counted once, by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from sugarforoil import datasets, deals


def row(deal: str, group: str, date: str, value: float | None, counted: bool, **more: object) -> dict[str, object]:
    """One row of the table deals."""
    rest = {"value_low": None, "value_high": None, "unit": "million US dollars"} | more
    return {"deal": deal, "deal_group": group, "date": date, "value": value, "counted": counted, **rest}


def table(*rows: dict[str, object]) -> pd.DataFrame:
    """A table of such rows."""
    frame = pd.DataFrame(list(rows))
    frame[["value", "value_low", "value_high"]] = frame[["value", "value_low", "value_high"]].astype("float64")
    frame.attrs = {"dataset": "deals"}
    return frame


def test_of_one_group_the_counted_row_is_taken() -> None:
    frame = table(row("promise", "loan", "2009-01-30", 150, False), row("signed", "loan", "2009-07-28", 150, True))
    result = deals.counted_once(frame, "2008-01-01", "2018-01-01")
    assert result["deal"].tolist() == ["signed"]
    assert result["amount"].tolist() == [150]
    assert result.attrs == {"dataset": "deals"}


def test_where_the_counted_row_lies_outside_the_last_within_stands_for_it() -> None:
    frame = table(
        row("june", "rail", "2017-06-01", 1800, False),
        row("september", "rail", "2017-09-29", 1900, False),
        row("contract", "rail", "2019-10-03", 1880, True),
    )
    assert deals.counted_once(frame, "2008-01-01", "2018-01-01")["deal"].tolist() == ["september"]


def test_a_sum_that_holds_other_rows_is_left_out() -> None:
    frame = table(row("all", "umbrella", "2009-01-30", 270, False), row("part", "part", "2009-01-30", 20, True))
    assert deals.counted_once(frame, "2008-01-01", "2018-01-01")["deal"].tolist() == ["part"]


def test_a_ceiling_stands_where_no_value_is_given_and_no_money_is_no_row() -> None:
    frame = table(
        row("credit", "power", "2015-10-20", None, True, value_high=1200), row("talks", "x", "2016-01-01", None, True)
    )
    assert deals.counted_once(frame, "2008-01-01", "2018-01-01")["amount"].tolist() == [1200]


def test_days_at_the_ends_are_within() -> None:
    frame = table(row("first", "a", "2008-02-24", 1, True), row("last", "b", "2018-04-18", 2, True))
    assert deals.counted_once(frame, "2008-02-24", "2018-04-18")["amount"].tolist() == [1, 2]
    assert deals.counted_once(frame, "2008-02-25", "2018-04-17").empty


@pytest.mark.parametrize("span", [("2004-01-01", "2025-12-31"), ("2008-02-24", "2018-04-18")])
def test_in_the_table_no_group_stands_twice(span: tuple[str, str]) -> None:
    result = deals.counted_once(datasets.load("deals"), *span)
    assert not result["deal_group"].duplicated().any()
    assert result["amount"].gt(0).all()
    assert not result["deal"].isin(["credits_2009_total", "kamaz_trucks_2008", "leasing_2009", "package_2018"]).any()


def test_over_all_years_it_is_the_counted_rows() -> None:
    frame = datasets.load("deals")
    result = deals.counted_once(frame, "2004-01-01", "2025-12-31")
    assert set(result["deal"]) == set(frame.loc[frame["counted"], "deal"])
