"""The words in and beside a plot: labels of lines, points and bars, words of points, notes."""

from __future__ import annotations

from typing import cast

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from . import labels, paper, style, typeset
from .layers import Layer
from .panel import Panel

Point = tuple[float, float]
AROUND = ("above", "right", "below", "left", "above right", "above left", "below right", "below left")
ACROSS = {"left": 0.0, "center": 0.5, "right": 1.0}


def draw(panel: Panel, axes: Axes) -> None:
    """Write all words of a panel into its figure, each where it covers least of what is drawn already."""
    figure = cast(Figure, axes.figure)
    extent = axes.get_window_extent()
    plot = labels.Plot((extent.x0, extent.y0, style.WIDTH, extent.y1 + 4))
    for layer in panel.layers:
        _occupy(panel, axes, plot, layer)
    for event in panel.moments:
        x, _ = _place(axes, event.x, 0)
        plot.add_path([(x, extent.y0), (x, extent.y1)])
    _draw_in_margin(panel, axes, plot)
    for note in panel.notes:
        x, y = _place(axes, note.x, note.y)
        wide, half = typeset.width(note.text, style.NOTE), typeset.height(note.text, style.NOTE) / 2
        left = x - ACROSS[note.align] * wide
        plot.add_box((left, y - half, left + wide, y + half))
        colour = style.text_colour(note.colour)
        paper.text(figure, x, y, note.text, size=style.NOTE, colour=colour, across=note.align)
    for layer in panel.layers:
        colour = style.text_colour(layer.colour)
        for mark, words in _spoken(layer):
            x, y = _place(axes, *mark)
            left, middle = plot.best(words, style.NOTE, [(x, y, side) for side in AROUND], "normal")
            paper.text(figure, left, middle, words, size=style.NOTE, colour=colour)
        if layer.label and not panel.in_margin(layer):
            left, middle = plot.best(layer.label, style.LABEL, _sides(axes, layer))
            paper.text(figure, left, middle, layer.label, colour=colour, weight="semibold")


def _draw_in_margin(panel: Panel, axes: Axes, plot: labels.Plot) -> None:
    """Labels at the ends of lines, moved apart where they would overlap, with a thin lead to their line."""
    members = [layer for layer in panel.layers if layer.label and panel.in_margin(layer)]
    if not members:
        return
    figure = cast(Figure, axes.figure)
    extent = axes.get_window_extent()
    ends = [_place(axes, *_last(panel, layer)) for layer in members]
    sizes = [typeset.height(layer.label, style.LABEL) for layer in members]
    levels = typeset.spread([y for _, y in ends], sizes, extent.y0 - 8, extent.y1 + 8)
    edge = max([extent.x1 + 4, *(x + 10 for x, _ in ends)])
    for layer, (x, y), level, size in zip(members, ends, levels, sizes, strict=True):
        colour = style.text_colour(layer.colour)
        if abs(level - y) > 6 or edge - x > 16:
            paper.line(figure, [x + 5, edge - 2], [y, level], colour=layer.colour, order=5)
        paper.text(figure, edge, level, layer.label, colour=colour, weight="semibold")
        plot.add_box((edge, level - size / 2, style.WIDTH, level + size / 2))


def _place(axes: Axes, x: float, y: float) -> Point:
    """A place in data units as points of the figure, which is laid out at 72 dots to the inch."""
    across, up = axes.transData.transform((x, y))
    return float(across), float(up)


def _last(panel: Panel, layer: Layer) -> Point:
    """Where a label in the margin belongs to: the last mark; of a part of bars, the edge of its last bar."""
    x, y = _known(layer)[-1]
    return (float(panel.bar_edges(layer)[1].iloc[-1]), y) if layer.kind == "stack" else (x, y)


def _known(layer: Layer) -> list[Point]:
    """The marks of a layer, in data units, from left to right; of a range and a part of a bar, its middle."""
    middle = (layer.rows["low"] + layer.rows["high"]) / 2
    y = middle if layer.kind == "stack" else layer.rows["y"].fillna(middle)
    rows = pd.DataFrame({"x": layer.rows["x"], "y": y}).dropna()
    return [(float(x), float(y)) for x, y in rows.to_numpy()]


def _spoken(layer: Layer) -> list[tuple[Point, str]]:
    """Marks that have words of their own."""
    if not layer.text:
        return []
    rows = layer.rows.dropna(subset=["y"])
    return [((x, y), words) for x, y, words in zip(rows["x"], rows["y"], rows["text"], strict=True) if words]


def _sides(axes: Axes, layer: Layer) -> list[tuple[float, float, str]]:
    """Where a label may stand, as mark and side, in order of liking."""
    known = _known(layer)
    if layer.at is not None:
        wanted = layer.at
        known = [min(known, key=lambda mark: abs(mark[0] - wanted))]
    places = [_place(axes, *mark) for mark in known]
    ends = [(*places[-1], "right"), (*places[0], "left")]
    if layer.where in ("right", "left"):
        return [end for end in ends if end[2] == layer.where]
    sides = [layer.where] if layer.where else ["above", "below"]
    over = [(x, y, f"{side}{turn}") for turn in ("", " right", " left") for x, y in places[::-1] for side in sides]
    return over if layer.where or layer.kind == "bars" else [*ends, *over]


def _occupy(panel: Panel, axes: Axes, plot: labels.Plot, layer: Layer) -> None:
    """Tell the plot where a layer's ink is."""
    if layer.kind in ("line", "dashed"):
        plot.add_path([_place(axes, x, y) for x, y in layer.rows[["x", "y"]].to_numpy()])
        return
    for x, y in (_place(axes, *mark) for mark in _known(layer)):
        plot.add_box((x - 4, y - 4, x + 4, y + 4))
    for x, low, high in layer.rows[["x", "low", "high"]].to_numpy():
        if not np.isnan([low, high]).any():
            plot.add_path([_place(axes, x, low), _place(axes, x, high)])
    if layer.kind in ("bars", "stack"):
        tops = layer.rows["high" if layer.kind == "stack" else "y"].fillna(0)
        for start, end, y in zip(*panel.bar_edges(layer), tops, strict=True):
            (left, top), (right, base) = _place(axes, start, y), _place(axes, end, 0)
            plot.add_box((left, min(base, top), right, max(base, top)))
