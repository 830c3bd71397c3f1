"""Units: the constants against values that can be looked up, and the conversions against each other."""

from __future__ import annotations

import pandas as pd
import pytest

from sugarforoil import units


def test_a_pound_a_tonne_and_the_tons() -> None:
    assert pytest.approx(2204.6226, abs=1e-4) == units.POUNDS_PER_TONNE
    assert units.short_tons_to_tonnes(1.0) == pytest.approx(0.90718474)
    assert units.long_tons_to_tonnes(1.0) == pytest.approx(1.0160469088)
    assert units.spanish_long_tons_to_tonnes(1.0) == pytest.approx(1.0304, abs=1e-4)


def test_world_price_of_1960_is_three_cents() -> None:
    assert units.dollars_per_kg_to_cents_per_lb(0.0662083) == pytest.approx(3.0032, abs=1e-4)


def test_prices_go_there_and_back() -> None:
    assert units.cents_per_lb_to_dollars_per_tonne(1.0) == pytest.approx(22.046226, abs=1e-6)
    there = units.cents_per_lb_to_dollars_per_tonne(4.0)
    assert units.dollars_per_tonne_to_cents_per_lb(there) == pytest.approx(4.0)


def test_a_column_keeps_its_shape() -> None:
    column = pd.Series([1.0, 2.0], index=[1960, 1961])
    converted = units.cents_per_lb_to_dollars_per_tonne(column)
    assert list(converted.index) == [1960, 1961]
    assert converted.iloc[1] == pytest.approx(44.092452)


def test_factor_knows_the_words_of_the_tables() -> None:
    assert units.factor("US dollars per tonne", "US cents per pound") == pytest.approx(0.045359237)
    assert units.factor("US cents per pound", "US cents per pound") == 1
    with pytest.raises(KeyError, match="roubles"):
        units.factor("roubles per tonne", "US cents per pound")
