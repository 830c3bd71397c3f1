"""The axes of a panel: their ends, their ticks, and the room that the words beside the plot need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from . import dates, style, typeset
from .findings import number
from .layers import Layer, Scale

Format = Callable[[float], str] | Literal["number", "percent", "share"]

FORMATS: dict[str, Callable[[float], str]] = {
    "percent": lambda value: f"{number(value, decimals(value))}%",  # of values from 0 to 100
    "share": lambda value: f"{number(100 * value, decimals(100 * value))}%",  # of values from 0 to 1
}


@dataclass(eq=False)
class Scales:
    """What is to be drawn, as far as the axes depend on it, and what was asked for the axes."""

    layers: list[Layer] = field(default_factory=list)
    x_given: tuple[float, float] | None = None
    y_given: tuple[float, float] | None = None
    ticks_given: list[float] | None = None
    x_ticks_given: list[float] | None = None
    format: Format = "number"
    has_zero: bool = False
    log: bool = False  # of a chart of items
    scale: Scale = ""

    def x_limits(self) -> tuple[float, float]:
        """Ends of the axis of time, a little beyond the first and last mark."""
        if self.x_given is not None:
            low, high = self.x_given
        else:
            ends = [layer.rows[["start", "end"] if self.spans(layer) else ["x"]] for layer in self.layers]
            low, high = min(float(one.min().min()) for one in ends), max(float(one.max().max()) for one in ends)
        if self.scale == "year":
            pad = 0.6 if self.has_bars else max(0.015 * (high - low), 0.25)
        else:
            pad = max(0.015 * (high - low), 1.0 if high - low > 60 or high == low else 0.0)
        return low - pad, high + pad

    def y_limits(self) -> tuple[float, float]:
        """Ends of the upright axis. It reaches to zero for bars, and wherever zero is not far off."""
        if self.y_given is not None:
            return self.y_given
        low, high = self._extremes()
        if self.log:
            return 10.0 ** np.floor(np.log10(0.95 * low)), 10.0 ** np.ceil(np.log10(1.05 * high))
        if self.has_zero or self.has_bars or 0 < low < 0.5 * high:
            low, high = min(low, 0.0), max(high, 0.0)
        if low == high:
            low, high = low - 1, high + 1
        ticks = _locate(low, high)
        step, air = ticks[1] - ticks[0], 0.05 * (high - low)
        # On to the next grid line where it is near or little room is left; else a little air.
        bottom = ticks[0] if ticks[0] <= low else ticks[0] - step if ticks[0] - low > 0.75 * step else low - air
        top = ticks[-1] if ticks[-1] >= high else ticks[-1] + step if high - ticks[-1] > 0.55 * step else high + air
        return bottom, top

    def _extremes(self) -> tuple[float, float]:
        values = np.concatenate([layer.rows[["y", "low", "high"]].to_numpy().ravel() for layer in self.layers])
        return float(np.nanmin(values)), float(np.nanmax(values))

    def spans(self, layer: Layer) -> bool:
        """Whether the marks of a layer are as wide as the time that they stand for."""
        return self.scale == "date" and layer.kind in ("bars", "stack")

    @property
    def has_bars(self) -> bool:
        """Whether anything is drawn as bars."""
        return any(layer.kind in ("bars", "stack") for layer in self.layers)

    def bar_edges(self, layer: Layer) -> tuple[pd.Series[float], pd.Series[float]]:
        """Left and right edges of the bars of a layer, in data units.

        Bars of several layers that share some time stand side by side, others in its middle.
        """
        rows = layer.rows
        length = rows["end"] - rows["start"]
        if self.scale == "date":
            low, high = self.x_limits()
            most = 0.01 * (high - low)  # between long bars the gap is no wider than between short ones
            room = length.map(lambda days: days - min(0.12 * days, most))
        else:
            room = length * 0.76
        bars = [one for one in self.layers if one.kind == "bars"]
        beside = layer.kind == "bars" and self._share_time(bars)
        wide = room / len(bars) if beside else room
        middle = (rows["start"] + rows["end"]) / 2
        if beside:
            middle = middle + (bars.index(layer) - (len(bars) - 1) / 2) * wide
            wide = wide * 0.94
        return middle - wide / 2, middle + wide / 2

    def _share_time(self, bars: list[Layer]) -> bool:
        filled = pd.concat([one.rows[one.rows["y"].fillna(0).ne(0)] for one in bars])
        if self.scale == "date":
            return dates.overlap(list(zip(filled["start"], filled["end"], strict=True))) is not None
        return bool(filled["x"].duplicated().any())

    def y_ticks(self) -> list[float]:
        """Where grid lines run."""
        if self.ticks_given is not None:
            return self.ticks_given
        if self.log:
            low, high = (round(float(np.log10(end))) for end in self.y_limits())
            return [10.0**power for power in range(low, high + 1)]
        return _locate(*self.y_limits())

    def y_labels(self) -> list[str]:
        """The words of the grid lines."""
        if callable(self.format):
            return [self.format(tick) for tick in self.y_ticks()]
        if self.format == "number":  # as many decimals for each as the finest tick needs
            digits = max(decimals(tick) for tick in self.y_ticks())
            return [number(tick, digits) for tick in self.y_ticks()]
        return [FORMATS[self.format](tick) for tick in self.y_ticks()]

    def x_ticks(self, room: float) -> dates.Ticks:
        """Ticks and their words for an axis of time `room` points long."""
        low, high = self.x_limits()
        if self.scale == "date" and self.x_ticks_given is None:
            return dates.ticks(low, high, room, within=self.has_bars)
        if self.x_ticks_given is not None:
            places = list(self.x_ticks_given)
        else:
            fits = room / 46  # a year and the space after it
            step = next((one for one in (1, 2, 5, 10, 20, 25, 50) if (high - low) / one <= fits), 100)
            places = [float(year) for year in range(int(np.ceil(low / step) * step), int(high) + 1, step)]
        return dates.Ticks(places, [(place, self.tick_words(place)) for place in places])

    def tick_words(self, place: float) -> str:
        """The words of a tick that was asked for: the year, or the day."""
        return dates.day_words(place) if self.scale == "date" else str(int(place))

    # --- the room that words beside the plot need -----------------------------------------------------------

    def left_margin(self) -> float:
        """For the words of the grid lines, in points."""
        return max(typeset.width(label, style.TICK) for label in self.y_labels()) + 8

    def right_margin(self) -> float:
        """For labels at the ends of lines, which it breaks into lines of words, in points."""
        ends = [layer for layer in self.layers if layer.label and self.in_margin(layer)]
        for layer in ends:
            layer.label = typeset.wrap(layer.label, style.LABEL, 0.2 * style.WIDTH, "semibold")
        needed = [typeset.width(layer.label, style.LABEL, "semibold") + 8 for layer in ends]
        return max([*needed, 12.0])

    def in_margin(self, layer: Layer) -> bool:
        """Whether a label stands right of the plot: its line ends there and nothing else was asked for."""
        if layer.kind == "stack":
            return True
        low, high = self.x_limits()
        last = layer.rows.dropna(subset=["y"] if layer.rows["y"].notna().any() else ["high"])["x"].max()
        free = not layer.where and layer.at is None and layer.kind != "bars"
        return free and last > high - 0.1 * (high - low)


def _locate(low: float, high: float) -> list[float]:
    """About five round numbers between two ends; just outside them where fewer than two lie between."""
    found = MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10], min_n_ticks=3).tick_values(low, high)
    every = [float(f"{tick:.10g}") for tick in found]
    inside = [tick for tick in every if low - 1e-9 <= tick <= high + 1e-9]
    return inside if len(inside) > 1 else every


def decimals(value: float) -> int:
    """How many decimals, at most three, a tick needs."""
    return next((digits for digits in (0, 1, 2) if abs(value - round(value, digits)) < 1e-9), 3)
