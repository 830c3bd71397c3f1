"""A country beside the average of others, by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from sugarforoil import donors


@pytest.fixture
def levels() -> pd.DataFrame:
    """Index numbers that can be read off: A falls by half, B stands still, C grows by a fifth, D by two fifths."""
    return pd.DataFrame(
        {"A": [10.0, 10.0, 5.0], "B": [20.0, 20.0, 20.0], "C": [5.0, 5.0, 6.0], "D": [9.0, 10.0, 14.0]},
        index=[1988, 1989, 1993],
    )


def test_the_base_year_is_a_hundred(levels):
    index = donors.indexed(levels, 1989)
    assert (index.loc[1989] == 100).all()
    assert index.loc[1993].tolist() == [50, 100, 120, 140]


def test_a_missing_base_is_named(levels):
    with pytest.raises(KeyError, match="no row for 1990"):
        donors.indexed(levels, 1990)
    levels.loc[1989, "C"] = None
    with pytest.raises(ValueError, match="no value in 1989 for C"):
        donors.indexed(levels, 1989)


def test_the_average_is_plain(levels):
    assert donors.average(levels, ["B", "C", "D"], 1989).loc[1993] == 120
    with pytest.raises(KeyError, match="no levels for X"):
        donors.average(levels, ["B", "X"], 1989)
    with pytest.raises(ValueError, match="at least one"):
        donors.average(levels, [], 1989)


def test_a_year_that_a_donor_lacks_has_no_average(levels):
    levels.loc[1993, "D"] = None
    assert pd.isna(donors.average(levels, ["B", "C", "D"], 1989).loc[1993])


def test_gaps_leave_out_the_country_itself(levels):
    gap = donors.gaps(levels, "A", ["B", "C", "D"], 1989)
    assert gap.columns.tolist() == ["A", "B", "C", "D"]
    assert gap.loc[1993].tolist() == [-70, -30, 0, 30]  # B against the mean of C and D, and so on
    assert (gap.loc[1989] == 0).all()


def test_a_treated_country_among_the_donors_does_not_count_twice(levels):
    once = donors.gaps(levels, "A", ["B", "C", "D"], 1989)
    pd.testing.assert_frame_equal(donors.gaps(levels, "A", ["A", "B", "C", "D"], 1989), once)


def test_one_donor_makes_no_placebo(levels):
    with pytest.raises(ValueError, match="two donors or more, found 1"):
        donors.gaps(levels, "A", ["B"], 1989)


def test_rank_counts_from_the_lowest(levels):
    gap = donors.gaps(levels, "A", ["B", "C", "D"], 1989)
    assert [donors.rank(gap, name, 1993) for name in "ABCD"] == [1, 2, 3, 4]


def test_misfit_is_a_root_mean_square(levels):
    gap = pd.DataFrame({"A": [3.0, -4.0, 100.0]}, index=[1987, 1988, 1989])
    assert donors.misfit(gap, 1987, 1988)["A"] == pytest.approx(12.5**0.5)


def test_no_weights_lead_beyond_the_limits(levels):
    low, high = donors.limits(levels, "A", ["B", "C", "D"], 1989, 1993)
    assert (low, high) == (-90, -50)
    for weights in ([1, 0, 0], [0, 0, 1], [0.2, 0.5, 0.3]):
        mean = donors.indexed(levels, 1989).loc[1993, ["B", "C", "D"]] @ weights
        assert low <= 50 - mean <= high
