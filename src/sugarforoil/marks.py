"""How a panel looks: its frame and each kind of mark."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from . import annotate, paper, style
from .layers import Layer
from .panel import Panel


def draw(panel: Panel, axes: Axes) -> None:
    """Draw all layers into axes whose place in the figure is final."""
    axes.set_xlim(*panel.x_limits())
    axes.set_ylim(*panel.y_limits())
    _draw_frame(panel, axes)
    for place, layer in enumerate(panel.layers):
        order = 3 + place / 100 + (0.5 if layer.kind == "points" else 0)  # points lie on lines
        DRAW[layer.kind](panel, axes, layer, order)
    annotate.draw(panel, axes)


def _draw_frame(panel: Panel, axes: Axes) -> None:
    figure = cast(Figure, axes.figure)
    box = axes.get_window_extent()
    for side in ("left", "right", "top", "bottom"):
        axes.spines[side].set_visible(False)
    ticks = panel.x_ticks(box.width)
    axes.set_xticks(ticks.places, [])
    axes.set_yticks(panel.y_ticks(), [])
    axes.tick_params(axis="x", length=4, width=0.8, color=style.AXIS)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", color=style.GRID, linewidth=0.8)
    for tick, words in ticks.words:
        x = axes.transData.transform((tick, 0))[0]
        paper.text(figure, x, box.y0 - 5, words, size=style.TICK, colour=style.GREY, across="center", up="top")
    for tick, words in zip(panel.y_ticks(), panel.y_labels(), strict=True):
        y = axes.transData.transform((panel.x_limits()[0], tick))[1]
        paper.text(figure, box.x0 - 6, y, words, size=style.TICK, colour=style.GREY, across="right")
    low, high = panel.y_limits()
    axes.axhline(low, color=style.AXIS, linewidth=0.8, zorder=2, clip_on=False)
    if (panel.has_zero or panel.has_bars) and low < 0 <= high:
        axes.axhline(0, color=style.INK, linewidth=1.1, zorder=2.5)


def _draw_line(panel: Panel, axes: Axes, layer: Layer, order: float) -> None:
    rows = layer.rows
    if panel.scale == "year":  # a year without a row is a gap, not a bridge
        every = np.arange(rows["x"].min(), rows["x"].max() + 0.5)
        rows = rows.set_index("x").reindex(every).reset_index() if (rows["x"] % 1 == 0).all() else rows
    context = layer.colour == style.COLOURS["context"]
    axes.plot(
        rows["x"],
        rows["y"],
        color=layer.colour,
        linewidth=1.6 if context else 2.6,
        zorder=order - (1 if context else 0),
        clip_on=False,
    )
    known = rows["y"].notna()
    alone = rows[known & ~known.shift(1, fill_value=False) & ~known.shift(-1, fill_value=False)]
    if len(alone):  # an observation between two gaps would leave no line at all
        axes.plot(alone["x"], alone["y"], "o", color=layer.colour, markersize=4.5, zorder=order, clip_on=False)


def _draw_dashed(panel: Panel, axes: Axes, layer: Layer, order: float) -> None:
    rows = layer.rows.dropna(subset=["y"])
    axes.plot(
        rows["x"],
        rows["y"],
        color=layer.colour,
        linewidth=1.8,
        dashes=(3.2, 2.2),
        zorder=order,
        clip_on=False,
    )


def _draw_points(panel: Panel, axes: Axes, layer: Layer, order: float) -> None:
    rows = layer.rows
    whiskers = rows.dropna(subset=["low", "high"])
    axes.vlines(
        whiskers["x"],
        whiskers["low"],
        whiskers["high"],
        color=layer.colour,
        linewidth=1.6,
        zorder=order - 0.3,
    )
    axes.plot(
        rows["x"],
        rows["y"],
        "D" if layer.plan else "o",
        color=layer.colour,
        markersize=7.0 if layer.plan else 7.5,
        markeredgewidth=1.9,
        markerfacecolor="white" if layer.hollow else layer.colour,
        zorder=order,
        clip_on=False,
    )


def _draw_ranges(panel: Panel, axes: Axes, layer: Layer, order: float) -> None:
    rows = layer.rows.dropna(subset=["low", "high"])
    axes.vlines(
        rows["x"],
        rows["low"],
        rows["high"],
        color=layer.colour,
        linewidth=6,
        alpha=0.35,
        zorder=order - 0.5,
    )
    for edge in ("low", "high"):
        axes.plot(
            rows["x"],
            rows[edge],
            "_",
            color=layer.colour,
            markersize=9,
            markeredgewidth=1.6,
            zorder=order,
        )


def _draw_band(panel: Panel, axes: Axes, layer: Layer, order: float) -> None:
    rows = layer.rows
    axes.fill_between(
        rows["x"],
        rows["low"],
        rows["high"],
        color=layer.colour,
        alpha=0.22,
        linewidth=0,
        zorder=order - 0.9,
    )


def _draw_bars(panel: Panel, axes: Axes, layer: Layer, order: float) -> None:
    rows = layer.rows.dropna(subset=["y"])
    left, right = (edge[rows.index] for edge in panel.bar_edges(layer))
    colours = [layer.negative if layer.negative and y < 0 else layer.colour for y in rows["y"]]
    axes.bar(
        (left + right) / 2,
        rows["y"],
        right - left,
        zorder=order,
        color="none" if layer.plan else colours,
        edgecolor=colours if layer.plan else "none",
        linewidth=1.5 if layer.plan else 0,
        linestyle=(0, (2.5, 1.6)) if layer.plan else "solid",
    )
    whiskers = rows.dropna(subset=["low", "high"])
    middle = (left + right)[whiskers.index] / 2
    axes.vlines(middle, whiskers["low"], whiskers["high"], color=style.INK, linewidth=1.4, zorder=order + 0.1)


def _draw_stack(panel: Panel, axes: Axes, layer: Layer, order: float) -> None:
    left, right = panel.bar_edges(layer)
    rows, wide = layer.rows, right - left
    axes.bar(
        (left + right) / 2,
        rows["y"],
        wide,
        bottom=rows["low"],
        color=layer.colour,
        zorder=order,
        edgecolor="white",  # a thin edge parts colours that are alike in grey
        linewidth=0.8,
    )


DRAW: dict[str, Callable[[Panel, Axes, Layer, float], None]] = {
    "line": _draw_line,
    "dashed": _draw_dashed,
    "points": _draw_points,
    "ranges": _draw_ranges,
    "band": _draw_band,
    "bars": _draw_bars,
    "stack": _draw_stack,
}
