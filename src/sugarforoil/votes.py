"""How often two states cast the same vote in the General Assembly.

A recorded vote of a state is yes, no or abstain. For a pair of states a roll call counts as *joint* when both
cast one of the three. It is *identical* when the two are equal, *opposed* when one says yes and the other no,
and one step apart otherwise (an abstention against a yes or a no).

Two measures follow Voeten (2013, https://doi.org/10.7910/DVN/LEJUQZ):

- agreement share: identical / joint. An abstention against a yes counts as disagreement.
- agreement index: (identical + half of the one-step differences) / joint, after Lijphart (1963).
"""

from __future__ import annotations

import pandas as pd

KEYS = ["year", "session", "country_a", "country_b", "issue"]
SMALL_SESSION = 10
"""With fewer joint votes than this a share says little: one roll call moves it by a tenth or more."""

DECIMALS = 4


def agreement(counts: pd.DataFrame) -> pd.DataFrame:
    """Return the agreement share and index from counts of votes.

    counts: one row per session, pair and issue, with the columns `joint`, `identical`, `opposed` (as in the
    table `un_agreement`). Returns a copy with `agreement_share` and `agreement_index` (0 to 1, four decimals;
    missing where no vote is joint) and `small_session` (True below ten joint votes). The order of
    rows, the other columns and `attrs` are kept. Raises ValueError where identical and opposed exceed joint.
    """
    joint, identical, opposed = counts["joint"], counts["identical"], counts["opposed"]
    impossible = identical + opposed > joint
    if bool(impossible.any()):
        row = counts.index[impossible][0]
        raise ValueError(f"row {row}: identical and opposed votes together exceed the joint votes")
    one_step = joint - identical - opposed
    result = counts.copy()
    result["agreement_share"] = _share(identical, joint)
    result["agreement_index"] = _share(identical + 0.5 * one_step, joint)
    result["small_session"] = (joint < SMALL_SESSION).astype(bool)
    return result


def _share(part: pd.Series, joint: pd.Series) -> pd.Series:
    return (part / joint.where(joint > 0)).astype("float64").round(DECIMALS)  # 0/0 is unknown, not zero


def shares(counts: pd.DataFrame) -> pd.DataFrame:
    """Return the derived table `un_agreement_shares` from the table `un_agreement`.

    Its columns: the keys, the joint votes behind each share, both measures, small_session, source, evidence.
    """
    columns = [*KEYS, "joint", "agreement_share", "agreement_index", "small_session", "source"]
    result = agreement(counts)[columns].copy()
    result["evidence"] = "derived"
    return result


def pair(frame: pd.DataFrame, country_a: str, country_b: str, issue: str = "all", small: bool = False) -> pd.DataFrame:
    """Return the rows of one pair (named in either order) and one issue, by year.

    frame: `un_agreement_shares` or the result of `agreement`. Sessions with fewer than ten joint votes are
    left out unless `small` is True. Raises KeyError if the pair or the issue is not in the table. The Soviet
    Union and Russia are two states here: `SUN` to session 46 (1991), `RUS` from session 47 (1992).
    """
    either = (frame["country_a"].eq(country_a) & frame["country_b"].eq(country_b)) | (
        frame["country_a"].eq(country_b) & frame["country_b"].eq(country_a)
    )
    chosen = frame[either & frame["issue"].eq(issue)]
    if chosen.empty:
        raise KeyError(f"no votes of {country_a} and {country_b} on {issue!r} in this table")
    if not small:
        chosen = chosen[~chosen["small_session"]]
    return chosen.sort_values("year")


def share(pair: pd.DataFrame, year: int) -> float:
    """Return the agreement share of one session, 0 to 1.

    pair: the rows of one pair and issue, as `pair` gives them. Raises KeyError if the session is not among them, as
    with sessions of fewer than ten joint votes.
    """
    found = pair.loc[pair["year"].eq(year), "agreement_share"]
    if len(found) != 1:
        raise KeyError(f"expected one session of {year}, found {len(found)}")
    return float(found.iloc[0])
