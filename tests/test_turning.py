"""Turning points: the library's search against every possible segmentation, tried by hand."""

from __future__ import annotations

from itertools import combinations, pairwise

import pandas as pd
import pytest

from sugarforoil import turning


@pytest.fixture
def steps() -> pd.Series:
    """Three levels, with a small ripple: the second begins in 1960, the third in 1991."""
    level = {year: 10 if year < 1960 else 2 if year < 1991 else 6 for year in range(1950, 2000)}
    return pd.Series({year: value + year % 2 for year, value in level.items()}, dtype="float64")


def by_hand(series: pd.Series, penalty: float, shortest: int = 3) -> list[int]:
    """The best of all segmentations with up to three cuts: no library, no recursion."""
    values, years = series.tolist(), series.index.tolist()
    size = len(values)

    def scatter(part: list[float]) -> float:
        mean = sum(part) / len(part)
        return sum((value - mean) ** 2 for value in part)

    whole, best, winner = scatter(values), float("inf"), ()
    for count in range(4):
        for places in combinations(range(shortest, size - shortest + 1), count):
            edges = [0, *places, size]
            lengths = [b - a for a, b in pairwise(edges)]
            if min(lengths) < shortest:
                continue
            cost = sum(scatter(values[a:b]) for a, b in pairwise(edges))
            cost += count * penalty / 100 * whole
            if cost < best - 1e-9:
                best, winner = cost, places
    return [years[place] for place in winner]


def test_levels_that_one_can_see_are_found(steps):
    assert turning.cuts(steps, 5) == [1960, 1991]
    assert turning.levels(steps, [1960, 1991])["level"].round(1).tolist() == [10.5, 2.5, 6.6]


def test_a_strict_penalty_leaves_only_the_greatest_turn(steps):
    assert turning.cuts(steps, 40) == [1960]
    assert turning.cuts(steps, 99) == []


@pytest.mark.parametrize("penalty", [2, 5, 10, 20])
def test_the_search_finds_what_trying_everything_finds(penalty):
    values = [3.1, 2.9, 3.4, 3.0, 7.2, 6.8, 7.9, 7.1, 1.0, 1.4, 0.7, 1.1, 4.0, 4.4, 3.8, 4.1]
    series = pd.Series(values, index=range(1985, 2001))
    assert turning.cuts(series, penalty) == by_hand(series, penalty)


def test_unit_and_order_do_not_matter(steps):
    assert turning.cuts(steps.iloc[::-1] * 1000 + 7, 5) == turning.cuts(steps, 5)


def test_a_missing_year_is_skipped(steps):
    steps.loc[1975] = None
    assert turning.cuts(steps.drop(1980), 5) == [1960, 1991]


def test_what_never_moves_never_turns():
    assert turning.cuts(pd.Series(4.0, index=range(1960, 1980)), 5) == []


def test_bad_questions_are_refused(steps):
    with pytest.raises(ValueError, match="above 0"):
        turning.cuts(steps, 0)
    with pytest.raises(ValueError, match="too few"):
        turning.cuts(steps.head(5), 5)
    with pytest.raises(ValueError, match="1999 stands twice"):
        turning.cuts(pd.concat([steps, steps.tail(1)]), 5)
    with pytest.raises(ValueError, match="no value from 1950 to 1949"):
        turning.levels(steps, [1950])


def test_a_survey_keeps_the_strictest_penalty(steps):
    found = turning.survey({"steps": steps}, [5, 40])
    assert found.values.tolist() == [["steps", 5, 1960], ["steps", 5, 1991], ["steps", 40, 1960]]
    assert turning.strictest(found).values.tolist() == [["steps", 1960, 40], ["steps", 1991, 5]]


def test_nearness_counts_in_years():
    assert turning.near([1960, 1975], [1959.0, 1991.98], 1.5) == [True, False]
