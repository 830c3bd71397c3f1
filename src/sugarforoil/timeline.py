"""A timeline that runs down the page.

Time to scale at the left, one line of words for each event at the right.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from . import moments, paper, style, typeset
from .dates import number
from .moments import Entry

MONTH = 20.0  # points of height for a month, when there is room enough for the words
DAY = 20.0  # and for a day, on a timeline of days
WEEK = 15.0  # and for a week, on a timeline of weeks
SCALE_WIDTH = 34.0  # column of years and months
WEEK_WIDTH = 48.0  # of the Mondays of weeks
LANE_WIDTH = 26.0
LEAD = 26.0  # room for the lines from marks to words
HEAD = 30.0  # the key of lanes
GAP = 5.0  # between the words of two events


@dataclass(frozen=True)
class _Block:
    """Words at the right: a year as heading (without entry), or an event."""

    entry: Entry | None
    words: str
    wanted: float  # day number
    height: float
    date: str = ""  # "" where the event before has the same


@dataclass
class Timeline:
    """Events in order of time, and the lanes: name -> colour."""

    entries: list[Entry]
    lanes: dict[str, str]
    frames: list[pd.DataFrame] = field(default_factory=list)  # the rows, for the source line
    weeks: bool = False  # count weeks, from Monday

    def __post_init__(self) -> None:
        if self.weeks:  # an event known to the month stands in the week of its middle
            self.entries = sorted(self.entries, key=lambda one: one.place)

    @cached_property
    def _days(self) -> bool:
        return not self.weeks and moments.by_days(self.entries)

    @property
    def _unit(self) -> int:
        """Days of a band of the scale whose height its events need; 0 where time is to scale."""
        return 7 if self.weeks else int(self._days)

    @property
    def _scale_width(self) -> float:
        return WEEK_WIDTH if self.weeks else SCALE_WIDTH

    @cached_property
    def _hours(self) -> bool:
        return any(one.hour for one in self.entries)

    @property
    def _lanes_right(self) -> float:
        return self._scale_width + LANE_WIDTH * len(self.lanes)

    @property
    def _date_width(self) -> float:
        return max(typeset.width(one.words, style.LABEL, "semibold") for one in self.entries) + 9

    @property
    def _hour_width(self) -> float:
        return typeset.width("00:00", style.LABEL, "semibold") + 9 if self._hours else 0.0

    @cached_property
    def _blocks(self) -> list[_Block]:
        room = style.WIDTH - self._lanes_right - LEAD - self._date_width - self._hour_width
        blocks: list[_Block] = []
        year, day = 0, pd.Timestamp(0)
        for entry in self.entries:
            if entry.date.year != year:
                year = entry.date.year
                gap = GAP if blocks else 0.0
                blocks.append(_Block(None, str(year), entry.place, style.LABEL * style.LEADING + GAP + gap))
            words = typeset.wrap(entry.text, style.LABEL, room)
            # On a timeline of days each day is named once.
            date = "" if self._days and entry.date == day else entry.words
            day = entry.date
            blocks.append(_Block(entry, words, entry.place, typeset.height(words, style.LABEL) + GAP, date))
        return blocks

    def _span(self) -> tuple[pd.Timestamp, pd.Timestamp]:
        first, last = self.entries[0].date, self.entries[-1].date
        if self.weeks:
            first = min(one.date for one in self.entries).normalize()
            start = first - pd.Timedelta(days=first.weekday())
            weeks = int((max(one.place for one in self.entries) - number(start)) // 7) + 1
            return start, start + pd.Timedelta(days=7 * weeks)
        if self._days:
            return first.normalize(), last.normalize() + pd.Timedelta(days=1)
        return first.to_period("M").start_time, (last.to_period("M") + 1).start_time

    def height(self) -> float:
        """Points of height: to scale, unless the words need more."""
        start, end = self._span()
        months = (end.year - start.year) * 12 + end.month - start.month
        if self._unit:
            return HEAD + sum(self._band_heights) + 6
        return HEAD + max(months * MONTH, sum(block.height for block in self._blocks) + 10) + 6

    @cached_property
    def _band_heights(self) -> list[float]:
        """On a timeline of days or weeks, the height of each: what its words need, and a little at least.

        Leads would run far and cross if days that are full were as tall as those that are empty.
        """
        start, end = self._span()
        heights = [0.0] * ((end - start).days // self._unit)
        for block in self._blocks:
            band = int((block.wanted - number(start)) // self._unit)
            heights[min(max(band, 0), len(heights) - 1)] += block.height
        return [max(WEEK if self.weeks else DAY, tall + GAP) for tall in heights]

    def _levels(self, top: float, bottom: float) -> Callable[[float], float]:
        """Return where a day number stands between top and bottom."""
        start, end = (number(moment) for moment in self._span())
        if not self._unit:
            return lambda day: top - (day - start) / (end - start) * (top - bottom)
        starts = top - np.cumsum([0.0, *self._band_heights])
        return lambda day: float(np.interp((day - start) / self._unit, range(len(starts)), starts))

    def draw(self, figure: Figure, bottom: float, height: float) -> None:
        """Draw into the whole width of a figure, from `bottom` up, in points."""
        top = bottom + height - HEAD
        level = self._levels(top, bottom + 6)
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
                self._draw_event(figure, block, block.entry, level(block.wanted), first)

    def _draw_event(self, figure: Figure, block: _Block, entry: Entry, mark: float, first: float) -> None:
        """mark: height of the event's place in time; first: height of its first line of words."""
        colour = self.lanes[entry.lane]
        dark = style.text_colour(colour)
        left = self._lanes_right + LEAD
        x = self._scale_width + LANE_WIDTH * (list(self.lanes).index(entry.lane) + 0.5)
        paper.line(figure, [x, self._lanes_right + 2, left - 5], [mark, mark, first], colour=colour, width=0.9)
        paper.dot(figure, x, mark, colour=colour, hollow=moments.vague(entry, self._hours))
        paper.text(figure, left, first, block.date, colour=style.INK if self._days else dark, weight="semibold")
        left += self._date_width
        if entry.hour:
            paper.text(figure, left, first, entry.hour, colour=dark, weight="semibold")
        middle = first - typeset.height(block.words, style.LABEL) / 2 + style.LABEL * style.LEADING / 2
        paper.text(figure, left + self._hour_width, middle, block.words)

    def _draw_scale(self, figure: Figure, level: Callable[[float], float]) -> None:
        start, end = self._span()
        for place in pd.date_range(start, end, freq=f"{self._unit}D" if self._unit else "MS"):
            y, year = level(number(place)), place.month == 1
            if self._unit:
                if place < end:  # the day's number, or the week's Monday, at its middle, between two lines
                    at = level(number(place) + self._unit / 2)
                    words = f"{place.day}\N{NO-BREAK SPACE}{place:%b}" if self.weeks else str(place.day)
                    right = self._scale_width - 8
                    paper.text(figure, right, at, words, size=style.TICK, colour=style.GREY, across="right")
                year = False
            elif year or place.month in (4, 7, 10):
                words, weight = (str(place.year), "semibold") if year else (f"{place:%b}", "normal")
                ink = style.INK if year else style.GREY
                paper.text(figure, 0, y, words, size=style.TICK, colour=ink, weight=weight)
            colour, width = (style.AXIS, 0.9) if year else (style.GRID, 0.6)
            paper.line(
                figure, [self._scale_width - 3, self._lanes_right], [y, y], colour=colour, width=width, order=0.5
            )

    def _draw_lanes(self, figure: Figure, top: float, bottom: float) -> None:
        left = self._scale_width
        for place, (name, colour) in enumerate(self.lanes.items()):
            x = self._scale_width + LANE_WIDTH * (place + 0.5)
            paper.line(figure, [x, x], [bottom, top], colour=colour, width=1.6, alpha=0.35, order=0.6)
            paper.dot(figure, left + 4, top + 20, colour=colour)
            paper.text(figure, left + 12, top + 20, name, colour=style.text_colour(colour), weight="semibold")
            left += typeset.width(name, style.LABEL, "semibold") + 28

    @property
    def reading(self) -> str:
        """What hollow marks mean, if there are any."""
        uneven = self._unit and max(self._band_heights) > 1.5 * min(self._band_heights)
        name = "Weeks" if self.weeks else "Days"
        monday = "At the left, the Monday of each week." if self.weeks else ""
        said = [moments.reading(self.entries), monday, f"{name} are as tall as their events need." if uneven else ""]
        return " ".join(one for one in said if one)

    def drawn(self) -> pd.DataFrame:
        """The rows as drawn."""
        return moments.drawn(self.entries)
