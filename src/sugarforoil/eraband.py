"""The strip along the top of a plot that says which era of the book each year belongs to.

It always looks the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from matplotlib.axes import Axes
from matplotlib.dates import date2num, num2date
from matplotlib.figure import Figure

from . import eras, paper, style, typeset

STRIP = 17.0  # height of the coloured strip
ROW = 20.0  # height of the row of labels above it, for eras too short to hold their own
GAP = 4.0
FARTHEST = 45.0  # how far a label may stand from its era


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


def height(limits: tuple[float, float], scale: str, length: float) -> float:
    """The room that strip and labels need above an axis of a length in points."""
    return GAP + STRIP + (ROW if _above(_bands(limits, scale, length)) else 0.0)


def draw(axes: Axes, limits: tuple[float, float], scale: str, bottom: float, *, strip: bool = True) -> None:
    """Draw the boundaries in the plot and, unless strip=False, the strip above it, from `bottom` up."""
    figure = cast(Figure, axes.figure)
    extent = axes.get_window_extent()
    bands = _bands(limits, scale, extent.width)
    bottom += GAP
    for place, band in enumerate(bands):
        if place:
            left = limits[0] + band.left / extent.width * (limits[1] - limits[0])
            axes.axvline(left, color=style.AXIS, linewidth=0.6, dashes=(1.5, 2.5), zorder=0.6)
        if strip:
            paper.box(figure, extent.x0 + band.left, bottom, band.right - band.left, STRIP, style.BANDS[place % 2])
            if band.inside:
                _label(figure, extent.x0 + band.middle, bottom + STRIP / 2, band)
    for band, middle in _above(bands) if strip else ():
        # The stub stands on the era and points to its name.
        foot, head = extent.x0 + band.middle, extent.x0 + middle
        head = min(max(foot, head - band.wide / 2 + 8), head + band.wide / 2 - 8)
        paper.line(figure, [foot, head], [bottom + STRIP, bottom + STRIP + 5], width=0.7)
        _label(figure, extent.x0 + middle, bottom + STRIP + 5 + (ROW - 5) / 2, band)


def _label(figure: Figure, x: float, y: float, band: Band) -> None:
    paper.text(figure, x, y, band.label, size=style.BAND, colour=style.GREY, across="center")


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


def _above(bands: list[Band]) -> list[tuple[Band, float]]:
    """The labels to set above the strip, and where.

    The longest eras first, as many as stay near their era.
    """
    room = bands[-1].right - bands[0].left
    placed: list[tuple[Band, float]] = []
    for band in sorted((one for one in bands if not one.inside), key=lambda one: one.left - one.right):
        row = sorted([*(one for one, _ in placed), band], key=lambda one: one.left)
        middles = typeset.spread([one.middle for one in row], [one.wide for one in row], 0.0, room)
        near = all(abs(middle - one.middle) <= FARTHEST for one, middle in zip(row, middles, strict=True))
        if near and sum(one.wide for one in row) <= room:
            placed = list(zip(row, middles, strict=True))
    return placed
