"""Agreement of votes: the two measures by hand, and their edges."""

from __future__ import annotations

import pandas as pd
import pytest

from sugarforoil import votes


def counts(joint: int, identical: int, opposed: int, **more: object) -> dict[str, object]:
    """One row of the table un_agreement."""
    row: dict[str, object] = {
        "year": 1958,
        "session": 13,
        "country_a": "CUB",
        "country_b": "USA",
        "issue": "all",
    }
    row |= {"joint": joint, "identical": identical, "opposed": opposed, "source": "someone2000"}
    return row | more


def test_share_counts_identical_votes_and_index_half_of_the_one_step_differences() -> None:
    result = votes.agreement(pd.DataFrame([counts(20, 12, 2)]))
    assert result.loc[0, "agreement_share"] == 0.6
    assert result.loc[0, "agreement_index"] == 0.75  # (12 + 6/2) / 20
    assert not result.loc[0, "small_session"]


def test_all_opposed_is_nought_and_all_identical_is_one() -> None:
    result = votes.agreement(pd.DataFrame([counts(10, 0, 10), counts(10, 10, 0)]))
    assert result["agreement_share"].tolist() == [0, 1]
    assert result["agreement_index"].tolist() == [0, 1]


def test_no_joint_vote_gives_no_share() -> None:
    result = votes.agreement(pd.DataFrame([counts(0, 0, 0)]))
    assert result["agreement_share"].isna().all()
    assert result["agreement_index"].isna().all()
    assert result["small_session"].all()


def test_nine_joint_votes_are_a_small_session_and_ten_are_not() -> None:
    result = votes.agreement(pd.DataFrame([counts(9, 9, 0), counts(10, 9, 0)]))
    assert result["small_session"].tolist() == [True, False]


def test_nullable_integers_work_like_plain_ones() -> None:
    plain = pd.DataFrame([counts(33, 28, 0), counts(0, 0, 0)])
    nullable = plain.astype({"joint": "Int64", "identical": "Int64", "opposed": "Int64"})
    pd.testing.assert_series_equal(
        votes.agreement(plain)["agreement_share"], votes.agreement(nullable)["agreement_share"]
    )


def test_impossible_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="exceed the joint votes"):
        votes.agreement(pd.DataFrame([counts(10, 8, 3)]))


def test_input_is_left_alone_and_attrs_are_kept() -> None:
    frame = pd.DataFrame([counts(20, 12, 2)])
    frame.attrs["dataset"] = "kept"
    result = votes.agreement(frame)
    assert "agreement_share" not in frame.columns
    assert result.attrs["dataset"] == "kept"


def test_pair_finds_either_order_and_leaves_small_sessions_out() -> None:
    frame = votes.agreement(
        pd.DataFrame(
            [
                counts(75, 10, 44, year=1961),
                counts(33, 28, 0, year=1958),
                counts(1, 0, 0, year=1964),
                counts(30, 9, 1, year=1958, country_b="SUN"),
                counts(12, 9, 1, year=1958, issue="colonialism"),
            ]
        )
    )
    assert votes.pair(frame, "USA", "CUB")["year"].tolist() == [1958, 1961]
    assert votes.pair(frame, "CUB", "USA", small=True)["year"].tolist() == [1958, 1961, 1964]
    with pytest.raises(KeyError, match="VEN"):
        votes.pair(frame, "CUB", "VEN")


def test_the_share_of_one_session_is_a_number_and_a_small_session_has_none() -> None:
    rows = pd.DataFrame([counts(20, 12, 2), counts(5, 5, 0, year=1964)])
    pair = votes.pair(votes.agreement(rows), "CUB", "USA")
    assert votes.share(pair, 1958) == 0.6
    with pytest.raises(KeyError, match="one session of 1964, found 0"):
        votes.share(pair, 1964)
