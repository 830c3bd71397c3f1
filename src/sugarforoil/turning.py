"""Turning points of a yearly series: where its level shifts, and how far that depends on what counts as a shift.

The series is cut into stretches, each described by its mean. Every cut makes the fit better, so a cut must earn its
place: it is kept only if it removes at least a given percentage of the whole scatter, the sum of squares about the mean
of all years. That percentage is the *penalty*. It finds no slopes: a steady rise becomes stairs. There is no test of
significance in it, and none is meant.

The search is exact. For each number of cuts the library `ruptures` (Truong, Oudre and Vayatis 2020,
https://doi.org/10.1016/j.sigpro.2019.107299) finds the best segmentation by dynamic programming; its linear kernel has
the scatter about the mean as cost. Of these the one with the least scatter plus penalty is taken. The faster pruned
search for the same goal (Killick, Fearnhead and Eckley 2012, https://doi.org/10.1080/01621459.2012.737745) is exact
only while a stretch may be as short as one wishes: with a shortest length, as here, the library's version misses the
best answer in rare short cases.

Values count as neighbours in the order of their years. A year without a value is skipped, not filled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

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
    known = series.dropna().astype("float64").sort_index()
    if penalty <= 0:
        raise ValueError(f"the penalty must be above 0, found {penalty}")
    if known.index.has_duplicates:
        raise ValueError(f"{known.index[known.index.duplicated()][0]} stands twice in the series")
    if len(known) < 2 * shortest:
        raise ValueError(f"{len(known)} values are too few for stretches of {shortest}")
    values = known.to_numpy() - known.mean()
    spread = float((values**2).sum())
    if spread <= 1e-12 * float((known**2).sum()):  # what is left is rounding, whatever the unit
        return []
    return [int(known.index[place]) for place in _best(values / spread**0.5, penalty / 100, shortest)]


def _best(values: NDArray[np.float64], penalty: float, shortest: int) -> list[int]:
    """Return the places of the cuts with the least scatter plus penalties; the whole scatter of the values is 1."""
    import ruptures  # only here: whoever draws no turning points need not load scipy

    search = ruptures.KernelCPD(kernel="linear", min_size=shortest, jump=1).fit(values.reshape(-1, 1))
    least, winner = 1.0, list[int]()
    for count in range(1, len(values) // shortest):
        if count * penalty >= least:  # even a perfect fit would cost more
            break
        places = search.predict(n_bkps=count)[:-1]
        cost = sum(float(((part - part.mean()) ** 2).sum()) for part in np.split(values, places)) + count * penalty
        if cost < least - 1e-12:
            least, winner = cost, places
    return winner


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


def missed(series: pd.Series, years: Sequence[int]) -> float:
    """Return the part of the whole scatter (0 to 1) that levels with these first years leave unexplained.

    series: as for `cuts`, not constant; years: first years of new levels. Raises ValueError as `levels` does.
    """
    known = series.dropna().astype("float64").sort_index()
    left = sum(
        float(((known.loc[row["start"] : row["end"]] - row["level"]) ** 2).sum())
        for row in levels(series, years).to_dict("records")
    )
    return left / float(((known - known.mean()) ** 2).sum())


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


def near(years: Sequence[float], moments: Sequence[float], within: float) -> list[bool]:
    """Return for each year whether it lies within so many years of one of the moments.

    years and moments: decimal years; a series that knows only the year is best put at its middle, 1991.5 for 1991.
    """
    return [any(abs(year - moment) <= within for moment in moments) for year in years]


def nearest(years: Sequence[float], moments: Sequence[float], within: float) -> list[int | None]:
    """Return for each year the place of its nearest moment, or None if that lies farther away than so many years."""
    places: list[int | None] = []
    for year in years:
        distances = [abs(year - moment) for moment in moments]
        closest = min(distances)
        places.append(distances.index(closest) if closest <= within else None)
    return places


def crowd(rows: Sequence[Sequence[int]], first: int, last: int) -> int:
    """Return how many of the rows, each a list of turns, turn at least once from the first to the last year."""
    return sum(any(first <= year <= last for year in years) for years in rows)
