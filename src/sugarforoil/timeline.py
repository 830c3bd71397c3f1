"""A timeline that runs down the page.

Time to scale at the left, one line of words for each event at the right.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import pandas as pd
from matplotlib.dates import date2num
from matplotlib.figure import Figure

from . import findings, paper, style, typeset

MONTH = 20.0  # points of height for a month, when there is room enough for the words
SCALE_WIDTH = 34.0  # column of years and months
LANE_WIDTH = 26.0
LEAD = 26.0  # room for the lines from marks to words
HEAD = 30.0  # the key of lanes
GAP = 5.0  # between the words of two events


@dataclass(frozen=True)
class Entry:
    """One event. precision: day, month or year, as the source has it; kept: its evidence and source."""

    date: pd.Timestamp
    precision: str
    text: str
    lane: str
    kept: tuple[tuple[str, object], ...] = ()

    @property
    def words(self) -> str:
        """The date without its year: "13 Feb", "Feb"; "" where only the year is known."""
        if self.precision == "year":
            return ""
        return f"{self.date.day}{findings.NBSP}{self.date:%b}" if self.precision == "day" else f"{self.date:%b}"

    @property
    def middle(self) -> float:
        """Where the mark stands, as matplotlib's day number.

        A month's in its middle, not on its first day.
        """
        return float(date2num(self.date)) + {"month": 14.0, "year": 182.0}.get(self.precision, 0.0)


@dataclass(frozen=True)
class _Block:
    """Words at the right: a year as heading (without entry), or an event."""

    entry: Entry | None
    words: str
    wanted: float  # day number
    height: float


@dataclass
class Timeline:
    """Events in order of time, and the lanes: name -> colour."""

    entries: list[Entry]
    lanes: dict[str, str]

    @property
    def _lanes_right(self) -> float:
        return SCALE_WIDTH + LANE_WIDTH * len(self.lanes)

    @property
    def _date_width(self) -> float:
        return max(typeset.width(one.words, style.LABEL, "semibold") for one in self.entries) + 9

    @cached_property
    def _blocks(self) -> list[_Block]:
        room = style.WIDTH - self._lanes_right - LEAD - self._date_width
        blocks: list[_Block] = []
        year = 0
        for entry in self.entries:
            if entry.date.year != year:
                year = entry.date.year
                gap = GAP if blocks else 0.0
                blocks.append(_Block(None, str(year), entry.middle, style.LABEL * style.LEADING + GAP + gap))
            words = typeset.wrap(entry.text, style.LABEL, room)
            blocks.append(_Block(entry, words, entry.middle, typeset.height(words, style.LABEL) + GAP))
        return blocks

    def _span(self) -> tuple[pd.Timestamp, pd.Timestamp]:
        first, last = self.entries[0].date, self.entries[-1].date
        return first.to_period("M").start_time, (last.to_period("M") + 1).start_time

    def height(self) -> float:
        """Points of height: to scale, unless the words need more."""
        start, end = self._span()
        months = (end.year - start.year) * 12 + end.month - start.month
        return HEAD + max(months * MONTH, sum(block.height for block in self._blocks) + 10) + 6

    def draw(self, figure: Figure, bottom: float, height: float) -> None:
        """Draw into the whole width of a figure, from `bottom` up, in points."""
        top = bottom + height - HEAD
        start, end = (float(date2num(moment)) for moment in self._span())

        def level(day: float) -> float:
            return top - (day - start) / (end - start) * (top - bottom - 6)

        self._draw_scale(figure, level)
        self._draw_lanes(figure, top, bottom + 6)
        sizes = [block.height for block in self._blocks]
        wanted = [-level(block.wanted) for block in self._blocks]
        # A heading has the day of the event below it: a hair earlier keeps it above.
        wanted = [one - (1e-6 if block.entry is None else 0) for one, block in zip(wanted, self._blocks, strict=True)]
        placed = typeset.spread(wanted, sizes, -top - 8, -bottom)
        left = self._lanes_right + LEAD
        for block, centre, size in zip(self._blocks, placed, sizes, strict=True):
            if block.entry is None:
                base = -centre - size / 2 + GAP / 2 + style.LABEL * style.LEADING / 2
                paper.text(figure, left, base, block.words, weight="semibold", colour=style.GREY)
                right = left + typeset.width(block.words, style.LABEL, "semibold") + 8
                paper.line(figure, [right, style.WIDTH], [base, base], colour=style.GRID)
            else:
                first = -centre + (size - GAP) / 2 - style.LABEL * style.LEADING / 2
                self._draw_event(figure, block.entry, block.words, level(block.wanted), first)

    def _draw_event(self, figure: Figure, entry: Entry, words: str, mark: float, first: float) -> None:
        """mark: height of the event's place in time; first: height of its first line of words."""
        colour = self.lanes[entry.lane]
        left = self._lanes_right + LEAD
        x = SCALE_WIDTH + LANE_WIDTH * (list(self.lanes).index(entry.lane) + 0.5)
        paper.line(figure, [x, self._lanes_right + 2, left - 5], [mark, mark, first], colour=colour, width=0.9)
        paper.dot(figure, x, mark, colour=colour, hollow=entry.precision != "day")
        paper.text(figure, left, first, entry.words, colour=style.text_colour(colour), weight="semibold")
        middle = first - typeset.height(words, style.LABEL) / 2 + style.LABEL * style.LEADING / 2
        paper.text(figure, left + self._date_width, middle, words)

    def _draw_scale(self, figure: Figure, level: Callable[[float], float]) -> None:
        start, end = self._span()
        for month in pd.date_range(start, end, freq="MS"):
            y, year = level(float(date2num(month))), month.month == 1
            if year or month.month in (4, 7, 10):
                words, weight = (str(month.year), "semibold") if year else (f"{month:%b}", "normal")
                paper.text(
                    figure,
                    0,
                    y,
                    words,
                    size=style.TICK,
                    colour=style.INK if year else style.GREY,
                    weight=weight,
                )
            colour, width = (style.AXIS, 0.9) if year else (style.GRID, 0.6)
            paper.line(figure, [SCALE_WIDTH - 3, self._lanes_right], [y, y], colour=colour, width=width, order=0.5)

    def _draw_lanes(self, figure: Figure, top: float, bottom: float) -> None:
        left = SCALE_WIDTH
        for place, (name, colour) in enumerate(self.lanes.items()):
            x = SCALE_WIDTH + LANE_WIDTH * (place + 0.5)
            paper.line(figure, [x, x], [bottom, top], colour=colour, width=1.6, alpha=0.35, order=0.6)
            paper.dot(figure, left + 4, top + 20, colour=colour)
            paper.text(figure, left + 12, top + 20, name, colour=style.text_colour(colour), weight="semibold")
            left += typeset.width(name, style.LABEL, "semibold") + 28

    @property
    def reading(self) -> str:
        """What hollow marks mean, if there are any."""
        vague = any(one.precision != "day" for one in self.entries)
        return "Hollow marks: the day is not known." if vague else ""

    def drawn(self) -> pd.DataFrame:
        """The rows as drawn.

        Layer, lane, x, date_precision, label; evidence, status and source where known.
        """
        rows = [
            {
                "layer": "event",
                "lane": one.lane,
                "x": str(one.date.date()),
                "date_precision": one.precision,
                "label": one.text,
                **dict(one.kept),
            }
            for one in self.entries
        ]
        return pd.DataFrame(rows)
