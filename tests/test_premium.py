"""The premium at another exchange rate."""

from __future__ import annotations

import pandas as pd
import pytest

from sugarforoil import datasets, premium

YEARS = pd.Index([1982, 1985], name="year")
RECEIVED = pd.Series([600.0, 800.0], index=YEARS)
WORLD = pd.Series([200.0, 100.0], index=YEARS)
EUROPE = pd.Series([400.0, 400.0], index=YEARS)
TONNES = pd.Series([1e6, 1e6], index=YEARS)


def test_the_official_rate_gives_the_premium_of_the_table():
    table = datasets.load("sugar_premium").query("counterfactual == 'world'")
    again = premium.at_another_rate(table["price_received"], table["price_elsewhere"], 1000 * table["exports"])
    assert (again / 1e6).to_numpy() == pytest.approx(table["premium"].to_numpy(), abs=0.2)


def test_a_currency_worth_half_halves_the_price_and_not_the_premium():
    result = premium.at_another_rate(RECEIVED, WORLD, TONNES, overvaluation=2)
    assert result.tolist() == pytest.approx([100e6, 300e6])


def test_sales_for_dollars_keep_their_worth():
    result = premium.at_another_rate(RECEIVED, WORLD, TONNES, overvaluation=2, hard_share=0.5, hard_price=WORLD)
    # 1982: 100 of the 600 are dollars already, the other 500 count half.
    assert result.tolist() == pytest.approx([(100 + 250 - 200) * 1e6, (50 + 375 - 100) * 1e6])
    whole = premium.at_another_rate(RECEIVED, WORLD, TONNES, hard_share=0.5, hard_price=WORLD)
    assert whole.tolist() == pytest.approx([400e6, 700e6]), "at the official rate the split does not matter"


def test_at_the_break_even_rate_nothing_is_left():
    times = premium.break_even(RECEIVED, EUROPE, hard_share=0.25, hard_price=WORLD)
    left = premium.at_another_rate(RECEIVED, EUROPE, TONNES, times, hard_share=0.25, hard_price=WORLD)
    assert left.tolist() == pytest.approx([0, 0], abs=1e-3)
    assert premium.break_even(RECEIVED, EUROPE).tolist() == pytest.approx([1.5, 2])


def test_no_rate_undoes_a_premium_that_was_paid_in_dollars():
    assert premium.break_even(RECEIVED, WORLD, hard_share=0.5, hard_price=EUROPE).isna().all()


@pytest.mark.parametrize("wrong", [{"overvaluation": 0}, {"hard_share": 1.1}, {"hard_share": -0.1}])
def test_impossible_rates_and_shares_are_refused(wrong):
    with pytest.raises(ValueError, match="must"):
        premium.at_another_rate(RECEIVED, WORLD, TONNES, **wrong)
