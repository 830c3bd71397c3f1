"""The slim strip at the head of a chapter: where its years lie between 1902 and 2026."""

from __future__ import annotations

from matplotlib.figure import Figure

from . import emit, eras, findings, paper, style, typeset

FIRST, LAST = 1902, 2026
HEIGHT = 46.0
MANY = 60
"""From so many years on a chapter is about all eras, not about the one in its middle."""
STRIP = (17.0, 12.0)  # bottom and height of the eras


def ribbon(start: int, end: int) -> None:
    """Show the chapter's years, both included, within the book's.

    Raises ValueError if they lie outside or are none.
    """
    if not FIRST <= start <= end <= LAST:
        raise ValueError(f"expected years between {FIRST} and {LAST}, the first before the last; got {start} and {end}")
    years = findings.span(start, end) if start != end else str(start)
    era = eras.at(f"{start + (end - start) // 2}-07-01").label if end - start < MANY else "all eras"
    named = f"the era “{era}”" if end - start < MANY else era
    covered = years.replace(findings.EN_DASH, " to ")
    alt = f"Strip of the years {FIRST} to {LAST}: this chapter covers {covered}, {named}."
    about = {"kind": "ribbon", "id": f"ribbon-{start}-{end}", "alt": alt, "datasets": ["eras"]}
    with style.house_style():
        emit.publish(_draw(start, end, f"{years}  {era}"), f"ribbon-{start}-{end}", alt, about)


def _draw(start: int, end: int, label: str) -> Figure:
    figure = paper.sheet(HEIGHT)
    scale = style.WIDTH / (LAST + 1 - FIRST)

    def x(year: float) -> float:
        return (year - FIRST) * scale

    bands = eras.bands(FIRST, LAST)
    for place, band in bands.iterrows():
        left, right = max(x(band["x_start"]), 0.0), min(x(band["x_end"]), style.WIDTH)
        paper.box(figure, left, STRIP[0], right - left, STRIP[1], style.BANDS[int(str(place)) % 2])
    paper.box(figure, x(start), STRIP[0], x(end + 1) - x(start), STRIP[1], style.COLOURS["ussr"])
    middle, half = (x(start) + x(end + 1)) / 2, typeset.width(label, style.LABEL, "semibold") / 2
    middle = min(max(middle, half), style.WIDTH - half)
    paper.text(figure, middle, HEIGHT - 8, label, weight="semibold", across="center")
    for year in (FIRST, 1920, 1940, 1960, 1980, 2000, LAST):
        across = {FIRST: "left", LAST: "right"}.get(year, "center")
        place = style.WIDTH if year == LAST else x(year)
        paper.text(figure, place, 7, str(year), size=style.TICK, colour=style.GREY, across=across)
    return figure
