"""A timeline that runs down the page: time to scale at the left, one line of words for each event at the right."""

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
    """One event. precision: day, month or year, as the source knows it."""

    date: pd.Timestamp
    precision: str
    text: str
    lane: str


@dataclass
class Timeline:
    """Events in order of time, and the lanes: name -> colour."""

    entries: list[Entry]
    lanes: dict[str, str]
    frame: pd.DataFrame

    @property
    def _words_left(self) -> float:
        return SCALE_WIDTH + LANE_WIDTH * len(self.lanes) + LEAD

    @cached_property
    def _blocks(self) -> list[tuple[str, str]]:
        """Date and wrapped words of each event."""
        room = style.WIDTH - self._words_left - self._date_width
        return [(self._date(one), typeset.wrap(one.text, style.LABEL, room)) for one in self.entries]

    @property
    def _date_width(self) -> float:
        return max(typeset.width(self._date(one), style.LABEL, "semibold") for one in self.entries) + 9

    @staticmethod
    def _date(entry: Entry) -> str:
        day = f"{entry.date.day}{findings.NBSP}" if entry.precision == "day" else ""
        return str(entry.date.year) if entry.precision == "year" else f"{day}{entry.date.strftime('%b')}"

    def _span(self) -> tuple[pd.Timestamp, pd.Timestamp]:
        first, last = self.entries[0].date, self.entries[-1].date
        return first.to_period("M").start_time, (last.to_period("M") + 1).start_time

    def height(self) -> float:
        """Points of height: to scale, unless the words need more."""
        start, end = self._span()
        months = (end.year - start.year) * 12 + end.month - start.month
        words = sum(typeset.height(text, style.LABEL) + GAP for _, text in self._blocks)
        return HEAD + max(months * MONTH, words * 1.04) + 6

    def draw(self, figure: Figure, bottom: float, height: float) -> None:
        """Draw into the whole width of a figure, from `bottom` up, in points."""
        top = bottom + height - HEAD
        start, end = (date2num(moment) for moment in self._span())
        scale = (top - bottom - 6) / (end - start)

        def level(moment: pd.Timestamp) -> float:
            return float(top - (date2num(moment) - start) * scale)

        self._draw_scale(figure, level)
        self._draw_lanes(figure, top, bottom + 6)
        sizes = [typeset.height(text, style.LABEL) + GAP for _, text in self._blocks]
        wanted = [-level(entry.date) for entry in self.entries]
        placed = [-one for one in typeset.spread(wanted, sizes, -top - 4, -bottom)]
        for entry, (date, words), centre, size in zip(self.entries, self._blocks, placed, sizes, strict=True):
            colour = self.lanes[entry.lane]
            x = SCALE_WIDTH + LANE_WIDTH * (list(self.lanes).index(entry.lane) + 0.5)
            first_line = centre + (size - GAP) / 2 - style.LABEL * style.LEADING / 2
            left = self._words_left
            bend = SCALE_WIDTH + LANE_WIDTH * len(self.lanes) + 4
            mark = level(entry.date)
            paper.line(figure, [x, bend, left - 5], [mark, mark, first_line], colour=colour, width=0.9)
            paper.dot(figure, x, mark, colour=colour)
            paper.text(figure, left, first_line, date, colour=style.text_colour(colour), weight="semibold")
            for place, line in enumerate(words.split("\n")):
                paper.text(figure, left + self._date_width, first_line - place * style.LABEL * style.LEADING, line)

    def _draw_scale(self, figure: Figure, level: Callable[[pd.Timestamp], float]) -> None:
        start, end = self._span()
        lanes_right = SCALE_WIDTH + LANE_WIDTH * len(self.lanes)
        for month in pd.date_range(start, end, freq="MS"):
            year = month.month == 1
            if year or month.month in (4, 7, 10):
                words = str(month.year) if year else month.strftime("%b")
                paper.text(
                    figure, 0, level(month), words, size=style.TICK, colour=style.INK if year else style.GREY,
                    weight="semibold" if year else "normal",
                )  # fmt: skip
            paper.line(
                figure, [SCALE_WIDTH - 3, lanes_right], [level(month)] * 2,
                colour=style.AXIS if year else style.GRID, width=0.9 if year else 0.6, order=0.5,
            )  # fmt: skip

    def _draw_lanes(self, figure: Figure, top: float, bottom: float) -> None:
        left = SCALE_WIDTH
        for place, (name, colour) in enumerate(self.lanes.items()):
            x = SCALE_WIDTH + LANE_WIDTH * (place + 0.5)
            paper.line(figure, [x, x], [bottom, top], colour=colour, width=1.6, alpha=0.35, order=0.6)
            paper.dot(figure, left + 4, top + 18, colour=colour)
            paper.text(figure, left + 12, top + 18, name, colour=style.text_colour(colour), weight="semibold")
            left += typeset.width(name, style.LABEL, "semibold") + 30

    def drawn(self) -> pd.DataFrame:
        """The rows as drawn: lane, date, precision, label; evidence and source where the events have them."""
        rows = pd.DataFrame(
            {
                "layer": "event",
                "lane": [one.lane for one in self.entries],
                "x": [str(one.date.date()) for one in self.entries],
                "date_precision": [one.precision for one in self.entries],
                "label": [one.text for one in self.entries],
            }
        )
        return rows
