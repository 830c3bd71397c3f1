"""The strip along the top of a plot that says which era of the book each year belongs to. It always looks the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from matplotlib.axes import Axes
from matplotlib.dates import date2num, num2date
from matplotlib.figure import Figure

from . import eras, paper, style, typeset

STRIP = 17.0  # height of the coloured strip
ROW = 16.0  # height of a row of labels above it, for eras too short to hold their own
GAP = 4.0


@dataclass(frozen=True)
class Band:
    """One era on the axis, in points from the left end of the axis."""

    label: str
    left: float
    right: float
    inside: bool  # the label fits into the strip

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2

    @property
    def wide(self) -> float:
        return typeset.width(self.label, style.BAND) + 10


def height(limits: tuple[float, float], scale: str) -> float:
    """The room that strip and labels need above the plot. It may differ with the length of the axis: not here."""
    return GAP + STRIP + ROW * len(_rows(_bands(limits, scale, 0.7 * style.WIDTH)))


def draw(axes: Axes, limits: tuple[float, float], scale: str) -> float:
    """Draw the strip on top of the axes; return its height."""
    figure = cast(Figure, axes.figure)
    extent = axes.get_window_extent()
    total = height(limits, scale)
    bands = _bands(limits, scale, extent.width)
    bottom = extent.y1 + GAP
    for place, band in enumerate(bands):
        paper.box(figure, extent.x0 + band.left, bottom, band.right - band.left, STRIP, style.BANDS[place % 2])
        if place:
            left = limits[0] + band.left / extent.width * (limits[1] - limits[0])
            axes.axvline(left, color=style.AXIS, linewidth=0.6, dashes=(1.5, 2.5), zorder=0.6)
        if band.inside:
            middle = extent.x0 + band.middle
            paper.text(figure, middle, bottom + STRIP / 2, band.label, size=style.BAND, colour=style.GREY, across="center")
    for number, row in enumerate(_rows(bands)[: round((total - GAP - STRIP) / ROW)]):
        level = bottom + STRIP + ROW * (number + 0.5)
        places = typeset.spread([band.middle for band in row], [band.wide for band in row], 0.0, extent.width)
        for band, middle in zip(row, places, strict=True):
            x = [extent.x0 + band.middle, extent.x0 + middle]
            paper.line(figure, x, [bottom + STRIP, level - ROW / 2 + 3], colour=style.AXIS, width=0.6)
            paper.text(figure, x[1], level, band.label, size=style.BAND, colour=style.GREY, across="center")
    return total


def _bands(limits: tuple[float, float], scale: str, room: float) -> list[Band]:
    low, high = limits
    if scale == "date":
        frame = eras.bands(num2date(low).date(), num2date(high).date())
        ends = [(date2num(start), date2num(end)) for start, end in zip(frame["start"], frame["end"], strict=True)]
    else:  # the mark of a year stands for all of it, from half a year before to half a year after
        frame = eras.bands(low + 0.5, high + 0.5)
        ends = [(start - 0.5, end - 0.5) for start, end in zip(frame["x_start"], frame["x_end"], strict=True)]
    bands = []
    for label, (start, end) in zip(frame["label"], ends, strict=True):
        left, right = ((min(max(x, low), high) - low) / (high - low) * room for x in (start, end))
        bands.append(Band(label, left, right, typeset.width(label, style.BAND) + 4 <= right - left))
    return bands


def _rows(bands: list[Band]) -> list[list[Band]]:
    """Labels that do not fit into the strip: in one row above it, in two by turns, or, if even those are full, none."""
    outside = [band for band in bands if not band.inside]
    # An era that the axis only touches needs no name.
    outside = [band for band in outside if band.right - band.left > 2.5]
    room = bands[-1].right - bands[0].left
    for count in (1, 2):
        rows = [outside[start::count] for start in range(count)]
        if all(sum(band.wide for band in row) <= room for row in rows):
            return [row for row in rows if row]
    return []
