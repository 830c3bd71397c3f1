"""A country beside the average of others: index, gap, placebo and the limits of any weights.

What would a country have done without the shock? Nobody knows. A plain answer is to compare it with the mean of
countries that did not have it, the *donors*, all set to 100 in the year before. Three checks keep that honest:

- *placebo*: treat each donor in turn as if the shock had struck it, and see whether the real case stands out;
- *misfit*: how far country and mean had moved apart before the shock, when they should have moved together;
- *limits*: the gap to the best and to the worst single donor. A weighted mean with no negative weights, such as a
  synthetic control (Abadie 2021, https://doi.org/10.1257/jel.20191450), lies between the two whatever its weights.

All functions take `levels`: a frame with the year as index and one column of levels (above zero) for each country.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

DECIMALS = 6
"""Results are rounded to so many decimals, so that they are the same on every machine."""


def indexed(levels: pd.DataFrame, base: int) -> pd.DataFrame:
    """Return the levels as index numbers, `base` = 100, in the shape of `levels`.

    Raises KeyError if the year is missing and ValueError for a country without a value in it.
    """
    if base not in levels.index:
        raise KeyError(f"no row for {base}; the years run from {levels.index.min()} to {levels.index.max()}")
    start = _row(levels, base)
    unknown = [name for name, value in start.items() if math.isnan(value)]
    if unknown:
        raise ValueError(f"no value in {base} for {', '.join(unknown)}")
    return pd.DataFrame({name: 100 * levels[name] / start[str(name)] for name in levels.columns}).round(DECIMALS)


def average(levels: pd.DataFrame, donors: Sequence[str], base: int) -> pd.Series:
    """Return the plain mean of the donors' index numbers, by year; missing where one of them is.

    Raises KeyError for a donor that is no column and ValueError for an empty list.
    """
    return _mean(indexed(levels[_known(levels, donors)], base))


def gaps(levels: pd.DataFrame, treated: str, donors: Sequence[str], base: int) -> pd.DataFrame:
    """Return index less mean of the donors, in points, for the treated country and for each donor as a placebo.

    The mean that a donor is compared with leaves out the donor itself, and the treated country too. Columns: treated,
    then the donors in their order. Raises KeyError, and ValueError with fewer than two donors.
    """
    pool = [name for name in _known(levels, donors) if name != treated]
    if len(pool) < 2:
        raise ValueError(f"a placebo needs two donors or more, found {len(pool)}")
    index = indexed(levels[[*_known(levels, [treated]), *pool]], base)
    columns = {name: index[name] - _mean(index[[one for one in pool if one != name]]) for name in index.columns}
    return pd.DataFrame(columns).round(DECIMALS)


def rank(gap: pd.DataFrame, treated: str, year: int) -> int:
    """Return the place of the treated country among all, 1 for the lowest gap of that year; ties share the place."""
    row = _row(gap, year)
    return 1 + sum(value < row[treated] for value in row.values())


def misfit(gap: pd.DataFrame, first: int, last: int) -> pd.Series:
    """Return the root of the mean squared gap over the years first to last, in points, for each country."""
    return (gap.loc[first:last] ** 2).mean().pow(0.5).round(DECIMALS)


def limits(levels: pd.DataFrame, treated: str, donors: Sequence[str], base: int, year: int) -> tuple[float, float]:
    """Return the gap of the treated country to the highest and to the lowest single donor in a year, in points.

    Every mean of the donors with weights that are not negative and add up to one gives a gap between the two.
    """
    index = _row(indexed(levels[[*_known(levels, [treated]), *_known(levels, donors)]], base), year)
    gap = [round(index[treated] - index[name], DECIMALS) for name in donors]
    return min(gap), max(gap)


def _row(frame: pd.DataFrame, year: int) -> dict[str, float]:
    """One year as numbers by column; missing values are NaN."""
    return {str(name): float(column.loc[year]) for name, column in frame.items()}


def _mean(index: pd.DataFrame) -> pd.Series:
    return index.mean(axis="columns", skipna=False).round(DECIMALS)


def _known(levels: pd.DataFrame, names: Sequence[str]) -> list[str]:
    missing = [name for name in names if name not in levels.columns]
    if missing:
        raise KeyError(f"no levels for {', '.join(missing)}; there are {', '.join(map(str, levels.columns))}")
    if not names:
        raise ValueError("expected at least one country, found none")
    return list(names)
