"""Turning points of a yearly series: where its level shifts, and how far that depends on what counts as a shift.

The series is cut into stretches, each described by its mean. Every cut makes the fit better, so a cut must earn its
place: it is kept only if it removes at least a given percentage of the whole scatter, the sum of squares about the mean
of all years. That percentage is the *penalty*. The search is exact (Killick, Fearnhead and Eckley 2012,
https://doi.org/10.1080/01621459.2012.737745), done by the library `ruptures` (Truong, Oudre and Vayatis 2020,
https://doi.org/10.1016/j.sigpro.2019.107299). It finds no slopes: a steady rise becomes stairs. There is no test of
significance in it, and none is meant.

Values count as neighbours in the order of their years. A year without a value is skipped, not filled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import pandas as pd

SHORTEST = 3
"""Years that a level must last, so that one odd year is no turning point."""

PENALTIES = (2, 5, 10, 20)
"""Percent of the whole scatter that a cut must remove: from generous to strict."""


def cuts(series: pd.Series, penalty: float, shortest: int = SHORTEST) -> list[int]:
    """Return the first year of each new level, in order.

    series: values with the year as index, in any order; missing values are skipped. penalty: percent of the
    whole scatter that a cut must remove, above 0. shortest: values that a level must hold. A series that
    never moves has no cuts. Raises ValueError for a penalty that is not positive, for a year given twice and for fewer
    than two stretches' worth of values.
    """
    import ruptures  # only here: whoever draws no turning points need not load scipy

    known = series.dropna().astype("float64").sort_index()
    if penalty <= 0:
        raise ValueError(f"the penalty must be above 0, found {penalty}")
    if known.index.has_duplicates:
        raise ValueError(f"{known.index[known.index.duplicated()][0]} stands twice in the series")
    if len(known) < 2 * shortest:
        raise ValueError(f"{len(known)} values are too few for stretches of {shortest}")
    spread = float(((known - known.mean()) ** 2).sum())
    if spread < 1e-12:
        return []
    values = (known / spread**0.5).to_numpy().reshape(-1, 1)  # now the whole scatter is 1, whatever the unit
    search = ruptures.Pelt(model="l2", min_size=shortest, jump=1).fit(values)
    return [int(known.index[place]) for place in search.predict(pen=penalty / 100)[:-1]]


def levels(series: pd.Series, years: Sequence[int]) -> pd.DataFrame:
    """Return the stretches between cuts: columns start, end (years with values) and level (the mean).

    series: as for `cuts`; years: what `cuts` returned. Raises ValueError if a stretch holds no value.
    """
    known = series.dropna().astype("float64").sort_index()
    edges = [int(known.index[0]), *years, int(known.index[-1]) + 1]
    rows = []
    for first, after in pairwise(edges):
        part = known[(known.index >= first) & (known.index < after)]
        if part.empty:
            raise ValueError(f"no value from {first} to {after - 1}")
        rows.append({"start": int(part.index[0]), "end": int(part.index[-1]), "level": float(part.mean())})
    return pd.DataFrame(rows)


def survey(series: Mapping[str, pd.Series], penalties: Sequence[float] = PENALTIES) -> pd.DataFrame:
    """Return every cut of several series under several penalties: one row for each series, penalty and year.

    Columns: series (its name), penalty, year; sorted by them in this order. Raises what `cuts` raises.
    """
    rows = [
        {"series": name, "penalty": penalty, "year": year}
        for name, values in series.items()
        for penalty in penalties
        for year in cuts(values, penalty)
    ]
    return pd.DataFrame(rows, columns=["series", "penalty", "year"])


def strictest(found: pd.DataFrame) -> pd.DataFrame:
    """Return each series' years once, with the highest penalty that found them: columns series, year, penalty.

    found: what `survey` returns. A year that a strict search puts one year aside is a row of its own.
    """
    return found.groupby(["series", "year"], sort=False)["penalty"].max().reset_index()


def near(years: Sequence[int], moments: Sequence[float], within: float) -> list[bool]:
    """Return for each year whether it lies within so many years of one of the moments (decimal years)."""
    return [any(abs(year - moment) <= within for moment in moments) for year in years]
