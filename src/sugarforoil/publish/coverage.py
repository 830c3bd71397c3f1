"""Which years a table covers, series by series: a small table whose bars are drawn.

Bars of plain SVG rather than a matplotlib figure: they cost nothing to make, follow the page's light or dark
colours, shrink to a phone, and the words beside them say the same to a reader who cannot see them.
"""

from __future__ import annotations

from collections import defaultdict
from html import escape

from sugarforoil.metadata import Dataset

MOST_SERIES = 12
# Columns that name a series, the most telling first.
SERIES = ("type", "market", "series", "country", "issue", "partner", "supplier")
# Columns that say of which kind a row is, not how good or where from.
NOT_SERIES = {"source", "evidence", "note", "unit", "unit_printed", "status", "title", "description", "label"}


def coverage(dataset: Dataset, rows: list[dict[str, str]]) -> str:
    """The years of each series as an HTML table in Markdown; "" for a table without years."""
    years = covered(dataset, rows)
    if not years:
        return ""
    first, last = min(map(min, years.values())), max(map(max, years.values()))
    start, end = first // 10 * 10, -(-(last + 1) // 10) * 10
    yearly = "year" in dataset.fields  # a list of dated events has no missing years
    lines = [line(name, members, start, end, yearly) for name, members in years.items()]
    scale = "".join(f"<span>{year}</span>" for year in (start, (start + end) // 2, end))
    return (
        '<table class="sfo-coverage">\n'
        f"<caption>Years with at least one row, {first} to {last}.</caption>\n"
        f'<thead><tr><th scope="col">Rows</th><th scope="col"><span class="sfo-scale">{scale}</span></th>'
        '<th scope="col">Years</th></tr></thead>\n<tbody>\n' + "\n".join(lines) + "\n</tbody></table>"
    )


def covered(dataset: Dataset, rows: list[dict[str, str]]) -> dict[str, list[int]]:
    """The years of each series, in order: name -> sorted years."""
    when = next((name for name in ("year", "date", "start") if name in dataset.fields), None)
    if when is None:
        return {}
    by = series_columns(dataset, rows)
    found: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        if row[when]:
            found[" · ".join(" ".join(row[name].split()) for name in by) or "all rows"].add(int(row[when][:4]))
    return {name: sorted(years) for name, years in sorted(found.items())}


def series_columns(dataset: Dataset, rows: list[dict[str, str]]) -> list[str]:
    """The text columns that best tell the series apart without making too many of them."""
    keys = [name for name in dataset.primary_key if dataset.fields[name].type == "string"]
    chosen: list[str] = []
    for name in dict.fromkeys([*SERIES, *keys]):
        if name in NOT_SERIES or name not in dataset.fields:
            continue
        values = {tuple(row[column] for column in [*chosen, name]) for row in rows}
        alone = {row[name] for row in rows}
        if len(alone) > 1 and len(values) <= MOST_SERIES:
            chosen.append(name)
    return chosen


def line(name: str, years: list[int], start: int, end: int, yearly: bool) -> str:
    """One series: its name, its bars, its years in words."""
    bars = "".join(f'<rect x="{a - start}" y="0" width="{b - a + 1}" height="1"/>' for a, b in spans(years))
    words = f"{years[0]}" if len(years) == 1 else f"{years[0]}–{years[-1]}"
    gaps = years[-1] - years[0] + 1 - len(years) if yearly else 0
    count = f"{len(years)} years" + (f", {gaps} missing" if gaps else "") if len(years) > 1 else "1 year"
    return (
        f'<tr><th scope="row">{escape(name)}</th>'
        f'<td><svg viewBox="0 0 {end - start} 1" preserveAspectRatio="none" aria-hidden="true">'
        f"{bars}</svg></td>"
        f"<td>{words}<span>{count}</span></td></tr>"
    )


def spans(years: list[int]) -> list[tuple[int, int]]:
    """Runs of consecutive years: [1950, 1951, 1953] -> [(1950, 1951), (1953, 1953)]."""
    runs: list[tuple[int, int]] = []
    for year in years:
        if runs and year == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], year)
        else:
            runs.append((year, year))
    return runs
