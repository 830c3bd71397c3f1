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


def test_oil_keeps_its_price_when_the_currency_is_marked_down():
    # 1,000 earned: 400 went on oil worth 900, 600 on goods worth half.
    assert premium.worth_in_goods(1000, 400, 900, too_dear=2) == 900 + 300
    assert premium.worth_in_goods(1000, 400, 400) == 1000, "all goods at the market's price: worth what was earned"
    # The currency falls below its official rate only when the other goods are 600 / (1000 - 900) = 6 times too dear.
    assert premium.worth_in_goods(1000, 400, 900, too_dear=6) == pytest.approx(1000)


def test_one_markdown_for_all_goods_is_the_case_without_cheap_oil():
    without_oil = premium.worth_in_goods(RECEIVED * TONNES, 0, 0, too_dear=2)
    assert (without_oil - WORLD * TONNES).tolist() == pytest.approx(
        premium.at_another_rate(RECEIVED, WORLD, TONNES, overvaluation=2).tolist()
    )


@pytest.mark.parametrize("wrong", [(1000, 400, -1, 1), (1000, 1400, 1500, 1), (1000, 400, 900, 0)])
def test_impossible_sums_of_goods_are_refused(wrong):
    with pytest.raises(ValueError, match="must"):
        premium.worth_in_goods(*wrong)


@pytest.mark.parametrize("wrong", [{"overvaluation": 0}, {"hard_share": 1.1}, {"hard_share": -0.1}])
def test_impossible_rates_and_shares_are_refused(wrong):
    with pytest.raises(ValueError, match="must"):
        premium.at_another_rate(RECEIVED, WORLD, TONNES, **wrong)
