"""Turning points: the search against every possible segmentation, and against a full search of another hand."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pandas as pd
import pytest

from sugarforoil import datasets, turning
from sugarforoil.publish import notebooks


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


def test_what_levels_miss_is_least_at_the_turns(steps):
    missed = {year: turning.missed(steps, [1960, year]) for year in (1990, 1991, 1992)}
    assert missed[1991] == min(missed.values()) < 0.05
    assert turning.missed(steps, []) == pytest.approx(1)


def test_a_strict_penalty_leaves_only_the_greatest_turn(steps):
    assert turning.cuts(steps, 40) == [1960]
    assert turning.cuts(steps, 99) == []


@pytest.mark.parametrize("penalty", [2, 5, 10, 20])
def test_the_search_finds_what_trying_everything_finds(penalty):
    values = [3.1, 2.9, 3.4, 3.0, 7.2, 6.8, 7.9, 7.1, 1.0, 1.4, 0.7, 1.1, 4.0, 4.4, 3.8, 4.1]
    series = pd.Series(values, index=range(1985, 2001))
    assert turning.cuts(series, penalty) == by_hand(series, penalty)


def full_search(series: pd.Series, penalty: float, shortest: int = 3) -> list[int]:
    """The best of all segmentations with any number of cuts, year by year: slow, plain, and no library in it."""
    known = series.dropna().sort_index()
    years, values = known.index.tolist(), ((known - known.mean()) / known.std(ddof=0) / len(known) ** 0.5).tolist()
    best: list[tuple[float, list[int]]] = [(-penalty / 100, [])]  # the first stretch is no cut
    for end in range(1, len(values) + 1):
        choices = []
        for start in range(end - shortest + 1):
            part = values[start:end]
            mean = sum(part) / len(part)
            cost = best[start][0] + sum((value - mean) ** 2 for value in part) + penalty / 100
            choices.append((cost, [*best[start][1], start]))
        best.append(min(choices) if choices else (float("inf"), []))
    return [int(years[place]) for place in best[-1][1][1:]]


@pytest.mark.parametrize("size", [6, 7, 9, 13, 16, 20, 23])
def test_the_search_is_exact_on_short_random_series(size):
    chance = np.random.default_rng(size)
    for trial in range(12):
        noise = chance.normal(size=size)
        series = pd.Series(noise.cumsum() if trial % 2 else noise, index=range(1950, 1950 + size))
        for penalty in turning.PENALTIES:
            assert turning.cuts(series, penalty) == full_search(series, penalty), (trial, penalty)


@pytest.mark.parametrize("penalty", turning.PENALTIES)
def test_the_search_is_exact_on_the_series_of_the_book(penalty, nine_series):
    assert len(nine_series) == 9
    for name, series in nine_series.items():
        assert turning.cuts(series, penalty) == full_search(series, penalty), name


def test_what_the_box_on_method_says_of_our_settings(nine_series):
    arms = nine_series["Arms from the East"]
    assert 1961 in turning.cuts(arms, 20)
    assert 1961 in turning.cuts(arms.loc[1955:], 10)
    assert 1961 not in turning.cuts(arms.loc[1955:], 20)
    both = datasets.load("partner_shares").query("partner == 'RUS' and flow == 'both' and kind == 'series'")
    assert turning.cuts(both.set_index("year")["share"], 20) == [1999]
    assert turning.cuts(nine_series["Russian share of exports"], 20) == [2003]


@pytest.fixture(scope="module")
def nine_series() -> dict[str, pd.Series]:
    """What chapter 11 searches, by the code of its own cells."""
    notebook = notebooks.read(notebooks.NOTEBOOKS / "11_long_view.ipynb")
    cells = {cell["id"]: "".join(cell["source"]) for cell in notebook["cells"]}
    names: dict[str, object] = {}
    for cell in ("setup", "shares", "distances", "arms-and-visits", "oil", "series", "nine-series"):
        exec(cells[cell], names)  # noqa: S102 - the notebook is ours
    return names["SERIES"]


def test_unit_and_order_do_not_matter(steps):
    assert turning.cuts(steps.iloc[::-1] * 1000 + 7, 5) == turning.cuts(steps, 5)


def test_a_missing_year_is_skipped(steps):
    steps.loc[1975] = None
    assert turning.cuts(steps.drop(1980), 5) == [1960, 1991]


def test_what_never_moves_never_turns():
    assert turning.cuts(pd.Series(4.0, index=range(1960, 1980)), 5) == []


@pytest.mark.parametrize("unit", [1e-9, 1e9])
def test_the_unit_of_a_small_series_does_not_hide_its_turns(steps, unit):
    assert turning.cuts(steps * unit, 5) == [1960, 1991]


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


def test_each_turn_belongs_to_its_nearest_moment():
    assert turning.nearest([1960.5, 1975.5, 1963.2], [1959.0, 1962.0, 1963.0], 1.5) == [0, None, 2]


def test_a_crowd_counts_rows_and_not_turns():
    assert turning.crowd([[1959, 1961], [1991], [], [1961]], 1959, 1961) == 2
