"""A panel of items: a row for each, numbers across. Marks of one row that would touch stand below each other."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from matplotlib.figure import Figure

from . import paper, style, typeset
from .layers import FigureError, Layer
from .panel import Panel

LANE = 18.0  # height of a line of marks, in points; words of two lines need more
AROUND_ROW = 9.0  # between the marks of two rows
WORDS = 0.36  # most of the figure's width that the names of items take
REACH = 5.0  # from the middle of a point to its edge
SWATCH = 15.0  # from a square of a colour to the name of its part
MARGINS = (12.0, 40.0, 70.0, 100.0, 130.0, 160.0, 200.0)  # right of the axis: the first that suffices
APART = 9.0  # least distance of two marks, or of a mark and its neighbour's words
BAR, STACK = 11.0, 13.0  # thickness of bars, and of those made of parts


@dataclass
class Mark:
    """One value in a row: its ends and, beside it, its words, in points from the left end of the axis."""

    layer: Layer
    y: float
    low: float
    high: float
    words: str  # of the value
    label: str = ""  # of the layer, at one of its marks
    left: float = 0.0  # of mark and words together
    right: float = 0.0
    at: float = 0.0  # where the words begin
    place: float = 0.0  # where the label begins


@dataclass
class Row:
    """An item: its name in lines, and its marks in lanes from top to bottom."""

    name: str
    lanes: list[list[Mark]]

    def lane_heights(self) -> list[float]:
        """Heights of the lanes in points."""
        return [max(LANE, *(typeset.height(mark.label, style.LABEL) for mark in lane)) for lane in self.lanes]

    def height(self) -> float:
        """Height of the row in points, with the room around it."""
        return max(sum(self.lane_heights()), typeset.height(self.name, style.LABEL)) + AROUND_ROW


def left_margin(panel: Panel) -> float:
    """The room for the names of the items, in points."""
    return max(typeset.width(name, style.LABEL) for name in _names(panel)) + 12


def right_margin(panel: Panel, room: float) -> float:
    """The room right of the axis that words beside marks need, given the room for both, in points.

    Raises FigureError if the words fit at no length of the axis.
    """
    tick = typeset.width(panel.y_labels()[-1], style.TICK) / 2 + 1  # of the last tick's words half stands out
    for margin in (max(tick, one) for one in MARGINS):
        try:
            _rows(panel, room - margin, margin)
        except FigureError:
            if margin >= MARGINS[-1]:
                raise
        else:
            return margin
    raise AssertionError("unreachable")


def height(panel: Panel, length: float, margin: float) -> float:
    """The height of the rows in points, given the length of the axis and the room right of it."""
    key = len(_key(panel, length + margin)) * LANE
    return sum(row.height() for row in _rows(panel, length, margin)) + key


def draw(
    panel: Panel, figure: Figure, *, edge: float, start: float, bottom: float, length: float, margin: float
) -> None:
    """Draw the panel into a figure.

    edge: left edge of the names; start, length: of the axis; bottom: of the rows; margin: the room right of the
    axis; all in points.
    """
    rows = _rows(panel, length, margin)
    top = bottom + sum(row.height() for row in rows)
    across = partial(_across, panel, length)
    for tick, words in zip(panel.y_ticks(), panel.y_labels(), strict=True):
        x = start + across(tick)
        zero = tick == 0 and panel.y_limits()[0] <= 0
        colour, width = (style.AXIS, 1.0) if zero else (style.GRID, 0.8)
        paper.line(figure, [x, x], [bottom, top], colour=colour, width=width, order=0.5)
        paper.text(figure, x, bottom - 5, words, size=style.TICK, colour=style.GREY, across="center", up="top")
    for line, names in enumerate(reversed(_key(panel, length + margin))):
        y = top + (line + 0.5) * LANE
        for x, layer in names:
            paper.box(figure, start + x, y - 5, 10, 10, layer.colour, order=2)
            dark = style.text_colour(layer.colour)
            paper.text(figure, start + x + SWATCH, y, layer.label, colour=dark, weight="semibold")
    level = top
    for place, row in enumerate(rows):
        if place:
            paper.line(figure, [edge, start + length], [level, level], colour=style.GRID, order=0.4)
        tall = row.height()
        heights = row.lane_heights()
        paper.text(figure, edge, level - tall / 2, row.name)
        middle = level - (tall - sum(heights)) / 2
        for lane, high in zip(row.lanes, heights, strict=True):
            for mark in lane:
                _draw_mark(panel, figure, mark, start, middle - high / 2, length)
            middle -= high
        level -= tall


def _across(panel: Panel, length: float, value: float) -> float:
    """Where a number stands, in points from the left end of the axis."""
    low, high = panel.y_limits()
    if panel.log:
        low, high, value = (float(np.log10(one)) for one in (low, high, value))
    return (value - low) / (high - low) * length


def _names(panel: Panel) -> list[str]:
    return [typeset.wrap(name, style.LABEL, WORDS * style.WIDTH) for name in panel.item_names.values()]


def _rows(panel: Panel, length: float, margin: float) -> list[Row]:
    rows = [Row(name, []) for name in _names(panel)]
    _add_stacks(panel, rows, length)
    for layer in panel.layers:
        if layer.kind == "stack":
            continue
        spoken = layer.rows["text"] if layer.text else [""] * len(layer.rows)
        values = layer.rows[["x", "y", "low", "high"]].to_numpy()
        marks = [
            (int(x), Mark(layer, y, low, high, words)) for (x, y, low, high), words in zip(values, spoken, strict=True)
        ]
        marks = [(item, mark) for item, mark in marks if not np.isnan([mark.y, mark.low, mark.high]).all()]
        if layer.label:
            wanted = [mark for item, mark in marks if layer.at in (None, item)]
            if not wanted:
                raise panel.fail(f"{layer.kind} {layer.label!r}: no mark in the row that its label should stand in")
            wanted[0].label = layer.label
        for item, mark in marks:
            _measure(panel, mark, length, length + margin - 2)
            _stack(rows[item], mark)
    for key, row in zip(panel.item_names, rows, strict=True):
        if not row.lanes:
            raise panel.fail(
                f"no mark in the row {key!r}: leave the item out, or say in the caption that it is unknown"
            )
    return rows


def _add_stacks(panel: Panel, rows: list[Row], length: float) -> None:
    """Give each item with parts one lane for them."""
    pieces: dict[int, list[Mark]] = {}
    for layer in panel.layers:
        if layer.kind == "stack":
            for x, y, low, high in layer.rows[["x", "y", "low", "high"]].to_numpy():
                pieces.setdefault(int(x), []).append(Mark(layer, y, low, high, ""))
    for item, lane in pieces.items():
        for mark in lane:
            mark.left, mark.right = (_across(panel, length, end) for end in (mark.low, mark.high))
        rows[item].lanes.append(lane)


def _key(panel: Panel, room: float) -> list[list[tuple[float, Layer]]]:
    """Names of the parts of bars in lines above the rows: where each begins, from the start of the axis."""
    lines: list[list[tuple[float, Layer]]] = []
    used = room
    for layer in panel.layers:
        if layer.kind == "stack" and layer.label:
            wide = SWATCH + typeset.width(layer.label, style.LABEL, "semibold")
            if used + wide > room:
                lines.append([])
                used = 0.0
            lines[-1].append((used, layer))
            used += wide + 2 * APART
    return lines


def _measure(panel: Panel, mark: Mark, length: float, right: float) -> None:
    """Choose the side of a mark's words, which end at `right` at the latest, and measure both together."""
    ends = [_across(panel, length, one) for one in (mark.y, mark.low, mark.high) if not np.isnan(one)]
    if mark.layer.kind == "bars":
        ends.append(_across(panel, length, 0.0))
    mark.left, mark.right = min(ends) - REACH, max(ends) + REACH
    if not mark.words and not mark.label:
        return
    gap = 3.0
    first = typeset.width(mark.words, style.NOTE) if mark.words else 0.0
    between = 5.0 if mark.words and mark.label else 0.0
    rooms = {"right": right - mark.right - gap, "left": mark.left - gap}
    sides = ["right", "left"]
    if mark.layer.kind == "bars":  # at the end of the bar
        sides = ["left"] if mark.y < 0 else ["right"]
    elif mark.layer.where in rooms:
        sides = [mark.layer.where]
    for lines in (1, 2, 3):  # the fewest lines that fit at either side
        for side in sides:
            label, wide = mark.label, first
            if mark.label:
                whole = typeset.width(mark.label, style.LABEL, "semibold")
                most = max(rooms[side] - first - between, 1.0)
                label = typeset.wrap(
                    mark.label, style.LABEL, max(min(most, whole / (lines * 0.9)), whole / lines), "semibold"
                )
                wide = first + between + typeset.width(label, style.LABEL, "semibold")
            if wide <= rooms[side] and label.count("\n") < lines:
                mark.label = label
                mark.at = mark.right + gap if side == "right" else mark.left - gap - wide
                mark.place = mark.at + first + between
                mark.left, mark.right = min(mark.left, mark.at), max(mark.right, mark.at + wide)
                return
    raise panel.fail(
        f"no room beside its mark for {mark.label or mark.words!r}: shorten it, or choose another row by at"
    )


def _stack(row: Row, mark: Mark) -> None:
    """Put a mark into the first lane where it touches nothing; bars have a lane of their own."""
    for lane in row.lanes:
        if all(mark.left > other.right + APART or mark.right < other.left - APART for other in lane):
            lane.append(mark)
            return
    row.lanes.append([mark])


def _draw_mark(panel: Panel, figure: Figure, mark: Mark, start: float, level: float, length: float) -> None:
    layer = mark.layer
    y, low, high, zero = (
        start + _across(panel, length, one) if not np.isnan(one) and not (panel.log and one <= 0) else float("nan")
        for one in (mark.y, mark.low, mark.high, 0.0)
    )
    colour = layer.negative if layer.negative and mark.y < 0 else layer.colour
    if layer.kind == "stack":
        _draw_part(figure, mark, level, (low, high))
        return
    if layer.kind == "ranges":
        paper.line(figure, [low, high], [level, level], colour=colour, width=6, alpha=0.35, order=2)
        for end in (low, high):
            paper.line(figure, [end, end], [level - 4.5, level + 4.5], colour=colour, width=1.6, order=3)
    elif layer.kind == "bars":
        left, wide = min(y, zero), abs(y - zero)
        paper.box(figure, left, level - BAR / 2, wide, BAR, colour, order=2, outline=layer.plan)
    if layer.kind != "ranges" and not np.isnan([low, high]).any():
        ink = style.INK if layer.kind == "bars" else colour
        paper.line(figure, [low, high], [level, level], colour=ink, width=1.6, order=3)
    if layer.kind == "points" and not np.isnan(y):
        paper.dot(figure, y, level, colour=colour, hollow=layer.hollow, diamond=layer.plan)
    dark = style.text_colour(colour)
    if mark.words:
        paper.text(figure, start + mark.at, level, mark.words, size=style.NOTE, colour=dark)
    if mark.label:
        paper.text(figure, start + mark.place, level, mark.label, colour=dark, weight="semibold")


def _draw_part(figure: Figure, mark: Mark, level: float, ends: tuple[float, float]) -> None:
    """Draw a part of a bar."""
    paper.box(figure, ends[0], level - STACK / 2, ends[1] - ends[0], STACK, mark.layer.colour, order=2)
    if mark.low > 0 and ends[1] - ends[0] > 3:  # a thin white edge parts colours that are alike in grey
        paper.line(figure, [ends[0]] * 2, [level - STACK / 2, level + STACK / 2], colour="white", width=0.8, order=2.1)
