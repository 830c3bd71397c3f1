"""A timeline that runs from left to right: numbered marks in lanes, and below them what each number means."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd
from matplotlib.figure import Figure

from . import dates, moments, paper, style, typeset
from .moments import Entry

DISC = 16.0  # a numbered mark, across
LANE_NAME = 19.0  # the line above the marks of a lane
LANE_GAP = 8.0
AXIS = 24.0
COLUMNS, COLUMN_GAP = 2, 18.0
NUMBER = 24.0  # column of numbers in the key
GAP = 3.0  # between two entries of the key


@dataclass(frozen=True)
class _Line:
    """A piece of the key: a day or year as heading, or an event with its number."""

    words: str
    entry: Entry | None = None
    number: int = 0

    @property
    def height(self) -> float:
        return typeset.height(self.words, style.NOTE) + (GAP if self.entry else 2 * GAP)


@dataclass
class Across:
    """Events in order of time, and the lanes: name -> colour."""

    entries: list[Entry]
    lanes: dict[str, str]
    frames: list[pd.DataFrame] = field(default_factory=list)  # the rows, for the source line

    def __post_init__(self) -> None:
        """Numbers follow the marks from left to right: a month's in its middle."""
        self.entries = sorted(self.entries, key=lambda one: one.place)

    @cached_property
    def _hours(self) -> bool:
        return any(one.hour for one in self.entries)

    @cached_property
    def _limits(self) -> tuple[float, float]:
        if moments.by_days(self.entries):
            return dates.number(self.entries[0].date), dates.number(self.entries[-1].date) + 1
        low, high = self.entries[0].place, self.entries[-1].place
        return low - 0.02 * (high - low) - 1, high + 0.02 * (high - low) + 1

    def _across(self, place: float) -> float:
        low, high = self._limits
        return (place - low) / (high - low) * style.WIDTH

    @cached_property
    def _marks(self) -> dict[str, list[tuple[int, Entry, float, int]]]:
        """For each lane its marks: number, event, middle in points, and row, counted from the axis up."""
        lanes: dict[str, list[tuple[int, Entry, float, int]]] = {name: [] for name in self.lanes}
        for n, entry in enumerate(self.entries, 1):
            x = min(max(self._across(entry.place), DISC / 2), style.WIDTH - DISC / 2)
            taken = {row for _, _, other, row in lanes[entry.lane] if abs(other - x) < DISC}
            lanes[entry.lane].append((n, entry, x, next(row for row in range(len(taken) + 1) if row not in taken)))
        return lanes

    def _lane_height(self, name: str) -> float:
        return LANE_NAME + (max((row for *_, row in self._marks[name]), default=0) + 1) * DISC + LANE_GAP

    @cached_property
    def _columns(self) -> list[list[_Line]]:
        """The key in columns of about equal height; a heading is told again where its events go on."""
        wide = (style.WIDTH - COLUMN_GAP * (COLUMNS - 1)) / COLUMNS - NUMBER
        days = moments.by_days(self.entries)
        lines: list[tuple[str, _Line]] = []
        for n, entry in enumerate(self.entries, 1):
            heading = f"{entry.date.day} {entry.date:%B}" if days else str(entry.date.year)
            before = entry.hour if days else entry.words
            words = typeset.wrap(f"{before}  {entry.text}".strip(), style.NOTE, wide, even=False)
            lines.append((heading, _Line(words, entry, n)))
        total = sum(line.height for _, line in lines) + len(dict.fromkeys(head for head, _ in lines)) * _Line("").height
        columns: list[list[_Line]] = [[]]
        used, last = 0.0, ""
        for heading, line in lines:
            if used >= total / COLUMNS and len(columns) < COLUMNS:
                columns.append([])
                used, last = 0.0, ""
            if heading != last:
                columns[-1].append(_Line(heading))
                used += columns[-1][-1].height
            columns[-1].append(line)
            used, last = used + line.height, heading
        return columns

    def height(self) -> float:
        """Points of height: the lanes, the axis and the key."""
        key = max(sum(line.height for line in column) for column in self._columns)
        return sum(self._lane_height(name) for name in self.lanes) + AXIS + 10 + key

    def draw(self, figure: Figure, bottom: float, height: float) -> None:
        """Draw into the whole width of a figure, from `bottom` up, in points."""
        top = level = bottom + height
        base = top - sum(self._lane_height(name) for name in self.lanes)
        ticks = dates.ticks(*self._limits, style.WIDTH, within=True)
        for tick in ticks.places:
            x = self._across(tick)
            paper.line(figure, [x, x], [base, top], colour=style.GRID, order=0.4)
        for place, words in ticks.words:
            wide = typeset.width(words, style.TICK) / 2
            x = min(max(self._across(place), wide), style.WIDTH - wide)
            paper.text(figure, x, base - 5, words, size=style.TICK, colour=style.GREY, across="center", up="top")
        paper.line(figure, [0, style.WIDTH], [base, base], colour=style.AXIS)
        for name, colour in self.lanes.items():
            self._draw_lane(figure, name, colour, level)
            level -= self._lane_height(name)
            paper.line(figure, [0, style.WIDTH], [level, level], colour=style.GRID, order=0.4)
        self._draw_key(figure, base - AXIS - 10)

    def _draw_lane(self, figure: Figure, name: str, colour: str, top: float) -> None:
        dark = style.text_colour(colour)
        paper.text(figure, 0, top - 3, name, colour=dark, weight="semibold", up="top")
        for n, entry, x, row in self._marks[name]:
            y = top - self._lane_height(name) + LANE_GAP / 2 + (row + 0.5) * DISC
            hollow = moments.vague(entry, self._hours)
            paper.disc(figure, x, y, str(n), colour=dark, hollow=hollow, size=DISC - 1.5)

    def _draw_key(self, figure: Figure, top: float) -> None:
        wide = (style.WIDTH + COLUMN_GAP) / COLUMNS
        for place, column in enumerate(self._columns):
            left, level = place * wide, top
            for line in column:
                if line.entry is None:
                    paper.text(figure, left, level - 2 * GAP, line.words, size=style.NOTE, weight="semibold", up="top")
                else:
                    dark = style.text_colour(self.lanes[line.entry.lane])
                    words = str(line.number)
                    paper.text(
                        figure, left, level - GAP, words, size=style.NOTE, colour=dark, weight="semibold", up="top"
                    )
                    paper.text(figure, left + NUMBER, level - GAP, line.words, size=style.NOTE, up="top")
                level -= line.height

    @property
    def reading(self) -> str:
        """What hollow marks mean, if there are any."""
        return moments.reading(self.entries)

    def drawn(self) -> pd.DataFrame:
        """The rows as drawn, with the number of each."""
        rows = moments.drawn(self.entries)
        rows.insert(1, "number", list(range(1, len(rows) + 1)))
        return rows
