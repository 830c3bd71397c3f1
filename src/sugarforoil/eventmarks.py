"""A few moments on an axis of time: upright lines through the plot, each named above it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from . import paper, style, typeset

WRAP = 140.0  # the longest line of a name
GAP = 4.0


@dataclass(frozen=True)
class Event:
    """A moment: x in data units, its name, and its year or date as text."""

    x: float
    text: str
    colour: str
    when: str


@dataclass(frozen=True)
class _Name:
    event: Event
    x: float  # points from the left end of the axis
    text: str
    flipped: bool  # stands left of its line, for want of room at the right
    row: int  # rows are counted from the plot up


def height(events: Sequence[Event], limits: tuple[float, float], length: float, room: float) -> float:
    """The room that names need above an axis, given its length and the room from its start to the edge."""
    levels = _levels(_names(events, limits, length, room))
    return levels[-1] + GAP if levels else 0.0


def draw(axes: Axes, events: Sequence[Event], limits: tuple[float, float]) -> float:
    """Draw lines and names; return the height of what stands above the plot."""
    figure = cast(Figure, axes.figure)
    extent = axes.get_window_extent()
    room = style.WIDTH - extent.x0
    names = _names(events, limits, extent.width, room)
    levels = _levels(names)
    for name in names:
        x, top = extent.x0 + name.x, extent.y1 + GAP + levels[name.row]
        paper.line(figure, [x, x], [extent.y0, top - 3], colour=style.AXIS, width=0.8, order=-1)
        left, across = (x - 5, "right") if name.flipped else (x + 5, "left")
        colour = style.text_colour(name.event.colour)
        paper.text(figure, left, top, name.text, size=style.NOTE, colour=colour, across=across, up="top")
    return height(events, limits, extent.width, room)


def _levels(names: Sequence[_Name]) -> list[float]:
    """The upper edge of each row, counted from the plot up."""
    levels: list[float] = []
    for row in range(max((name.row for name in names), default=-1) + 1):
        tall = max(typeset.height(name.text, style.NOTE) for name in names if name.row == row)
        levels.append((levels[-1] if levels else 0.0) + tall + 3)
    return levels


def _names(events: Sequence[Event], limits: tuple[float, float], length: float, room: float) -> list[_Name]:
    """Place the names from right to left, so that no line runs through a name.

    A name reaches to the right of its line. It stands above the names of all lines that it reaches over, and
    its own line meets none on its way down, because names begin at their lines.
    """
    placed: list[_Name] = []
    for event in sorted(events, key=lambda one: -one.x):
        x = (event.x - limits[0]) / (limits[1] - limits[0]) * length
        flipped = room - x < 70
        text = typeset.wrap(event.text, style.NOTE, min(WRAP, (x if flipped else room - x) - 8))
        wide = typeset.width(text, style.NOTE) + 12
        low, high = (x - wide, x) if flipped else (x, x + wide)
        over = [other.row for other in placed if low <= other.x <= high]
        placed.append(_Name(event, x, text, flipped, max(over, default=-1) + 1))
    return placed
