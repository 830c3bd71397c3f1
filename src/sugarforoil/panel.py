"""One panel of a chart: what is drawn in it, its scales, and how each kind of mark looks.

A panel collects layers first and draws them once, when the chart is shown. Until then nothing of matplotlib exists,
so a faulty call leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import date2num, num2date
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from . import eras as era_table
from . import labels, paper, style, typeset
from .findings import number

Where = Literal["", "right", "left", "above", "below"]
Format = Callable[[float], str] | Literal["number", "percent", "share"]

PLANS = frozenset({"planned", "promised", "expected", "announced", "offered"})  # values of `status` that are no outturn
KEPT = ("evidence", "status", "source")  # columns that travel with the rows into the figure's CSV
FORMATS: dict[str, Callable[[float], str]] = {
    "number": lambda value: number(value, _decimals(value)),
    "percent": lambda value: f"{number(value, _decimals(value))}%",  # of values from 0 to 100
    "share": lambda value: f"{number(100 * value, _decimals(100 * value))}%",  # of values from 0 to 1
}


class FigureError(ValueError):
    """A figure that must not be drawn. The message names the figure and what is wrong."""


@dataclass(eq=False)  # two layers are never equal: their rows are frames
class Layer:
    """Rows drawn in one way. `rows` has the columns x, y, low, high (numbers) and those of KEPT that were there."""

    kind: Literal["line", "dashed", "points", "ranges", "band", "bars"]
    rows: pd.DataFrame
    label: str
    colour: str
    where: Where = ""
    at: float | None = None
    hollow: bool = False
    plan: bool = False
    negative: str = ""
    text: bool = False


@dataclass
class Note:
    """Words at a place in the plot, `x` and `y` in data units."""

    x: float
    y: float
    text: str
    align: Literal["left", "center", "right"]
    colour: str


@dataclass
class Event:
    """A moment on the axis of time, named above the plot."""

    x: float
    text: str
    colour: str
    when: str


@dataclass
class Panel:
    """What one panel shows. Get it from `Chart.panel`; a chart with one panel is that panel itself."""

    name: str = ""  # of the figure and panel, for messages
    heading: str = ""
    layers: list[Layer] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    moments: list[Event] = field(default_factory=list)
    frames: list[pd.DataFrame] = field(default_factory=list)
    x_given: tuple[float, float] | None = None
    y_given: tuple[float, float] | None = None
    ticks_given: list[float] | None = None
    x_ticks_given: list[float] | None = None
    format: Format = "number"
    has_eras: bool = False
    has_zero: bool = False
    scale: Literal["", "year", "date"] = ""

    # --- what to draw ------------------------------------------------------------------------------------------

    def line(
        self, frame: pd.DataFrame, x: str = "year", y: str = "value", label: str = "", colour: str = "neutral",
        *, where: Where = "", at: Any = None,
    ) -> None:  # fmt: skip
        """Draw annual observations as a solid line, labelled at its end. A missing year breaks the line.

        frame: one row for each x (a second one is an error: filter rivals first). label: "" draws none. It
        stands in the margin if the line ends there, else where it covers least; `where` and `at` (an x) choose.
        Raises FigureError.
        """
        self._add("line", frame, x, label, colour, y=y, where=where, at=at)

    def dashed(
        self, frame: pd.DataFrame, x: str = "year", y: str = "value", label: str = "", colour: str = "neutral",
        *, where: Where = "", at: Any = None,
    ) -> None:  # fmt: skip
        """Draw interpolated values as a dashed line that bridges missing years. Arguments as for `line`."""
        self._add("dashed", frame, x, label, colour, y=y, where=where, at=at)

    def points(
        self, frame: pd.DataFrame, x: str = "year", y: str = "value", label: str = "", colour: str = "neutral",
        *, hollow: bool = True, plan: bool = False, low: str = "", high: str = "", text: str = "",
        where: Where = "", at: Any = None,
    ) -> None:  # fmt: skip
        """Draw single values: hollow for a single report, solid for an observation, a hollow diamond for a plan.

        low, high: columns that give a whisker where filled. text: a column with words to set beside each point.
        Rows whose `status` is a plan are refused unless plan=True. Raises FigureError.
        """
        self._add(
            "points", frame, x, label, colour, y=y, low=low, high=high, text=text,
            hollow=hollow or plan, plan=plan, where=where, at=at,
        )  # fmt: skip

    def ranges(
        self, frame: pd.DataFrame, x: str = "year", low: str = "value_low", high: str = "value_high", label: str = "",
        colour: str = "neutral", *, band: bool = False, where: Where = "", at: Any = None,
    ) -> None:  # fmt: skip
        """Draw the range of rival sources: an upright bar for each x, or one band along the axis with band=True."""
        self._add("band" if band else "ranges", frame, x, label, colour, low=low, high=high, where=where, at=at)

    def bars(
        self, frame: pd.DataFrame, x: str = "year", y: str = "value", label: str = "", colour: str = "neutral",
        *, negative: str = "", plan: bool = False, where: Where = "", at: Any = None,
    ) -> None:  # fmt: skip
        """Draw bars from zero; several calls stand side by side. A plan is an outline, an outturn is filled.

        negative: colour of the bars below zero, if another. Raises FigureError, also for plans without plan=True.
        """
        self._add("bars", frame, x, label, colour, y=y, plan=plan, where=where, at=at, negative=negative)

    def eras(self) -> None:
        """Show the book's eras as a labelled strip along the top of the plot."""
        self.has_eras = True

    def zero(self) -> None:
        """Draw the zero line, and let the axis reach it."""
        self.has_zero = True

    def note(
        self, x: Any, y: float, text: str, *, align: Literal["left", "center", "right"] = "left",
        colour: str = "neutral",
    ) -> None:  # fmt: skip
        """Set words into the plot: x (year or date) and y in data units, at the middle of the words' height."""
        self.notes.append(Note(self._position(x), float(y), self._words(text), align, self._colour(colour)))

    def events(
        self, frame: pd.DataFrame, x: str = "date", label: str = "title", colour: str = "neutral",
    ) -> None:  # fmt: skip
        """Mark a few moments with upright lines, named above the plot. x: a column of dates or years."""
        self._need(frame, x, label)
        self.frames.append(frame)
        for when, words in zip(frame[x], frame[label], strict=True):
            self.moments.append(Event(self._position(when), self._words(str(words)), self._colour(colour), _plain(when)))

    def axes(
        self, *, x: tuple[Any, Any] | None = None, y: tuple[float, float] | None = None, format: Format | None = None,
        ticks: Sequence[float] | None = None, x_ticks: Sequence[Any] | None = None,
    ) -> None:  # fmt: skip
        """Set the limits and how the upright axis is written; what is not set is chosen to fit.

        format: "number", "percent" (values 0 to 100), "share" (values 0 to 1) or a function of the value.
        Rows outside the limits of x are neither drawn nor listed.
        """
        if x is not None:
            self.x_given = (self._position(x[0]), self._position(x[1]))
        self.y_given = y if y is not None else self.y_given
        self.format = format if format is not None else self.format
        self.ticks_given = list(ticks) if ticks is not None else self.ticks_given
        self.x_ticks_given = [self._position(one) for one in x_ticks] if x_ticks is not None else self.x_ticks_given

    # --- checking what was asked for ---------------------------------------------------------------------------

    def fail(self, message: str) -> FigureError:
        """Return the error to raise, with the figure's name before the message."""
        return FigureError(f"{self.name}: {message}")

    def _add(
        self, kind: Any, frame: pd.DataFrame, x: str, label: str, colour: str, *, y: str = "", low: str = "",
        high: str = "", text: str = "", plan: bool = False, negative: str = "", at: Any = None, **options: Any,
    ) -> None:  # fmt: skip
        self._need(frame, x, *(name for name in (y, low, high, text) if name))
        if not plan and "status" in frame.columns and (found := sorted(PLANS & set(frame["status"].dropna()))):
            raise self.fail(f"rows with status {', '.join(found)} are no outturn: draw them with plan=True")
        rows = pd.DataFrame({"x": [self._position(one) for one in frame[x]]})
        for name, column in (("y", y), ("low", low), ("high", high)):
            rows[name] = self._numbers(frame, column) if column else np.nan
        if text:
            rows["text"] = [self._words(str(one)) if pd.notna(one) else "" for one in frame[text]]
        for name in KEPT:
            if name in frame.columns:
                rows[name] = frame[name].to_numpy()
        rows = rows.sort_values("x", kind="stable", ignore_index=True)
        twice = rows.loc[rows["x"].duplicated(), "x"]
        if kind in ("line", "dashed", "band", "bars") and len(twice):
            raise self.fail(f"{kind} {label or y!r}: two values for {self.written(twice.iloc[0])}; choose one first")
        if rows[["y", "low", "high"]].isna().all(axis=None):
            raise self.fail(f"{kind} {label or y!r}: every value is missing")
        self.frames.append(frame)
        self.layers.append(
            Layer(
                kind, rows, self._words(label), self._colour(colour), plan=plan, text=bool(text),
                negative=self._colour(negative) if negative else "",
                at=None if at is None else self._position(at), **options,
            )  # fmt: skip
        )

    def _need(self, frame: pd.DataFrame, *columns: str) -> None:
        missing = [column for column in columns if column not in frame.columns]
        if missing:
            raise self.fail(f"no column {missing[0]!r} in the frame; it has {', '.join(map(str, frame.columns))}")
        if frame.empty:
            raise self.fail("the frame has no rows; nothing matched the filter")

    def _numbers(self, frame: pd.DataFrame, column: str) -> np.ndarray[Any, np.dtype[np.float64]]:
        try:
            return frame[column].to_numpy(dtype="float64", na_value=np.nan)
        except (TypeError, ValueError):
            raise self.fail(f"column {column!r} must hold numbers") from None

    def _colour(self, name: str) -> str:
        if name not in style.COLOURS:
            raise self.fail(f"no colour is called {name!r}; there are {', '.join(style.COLOURS)}")
        return style.COLOURS[name]

    def _words(self, text: str) -> str:
        if missing := style.missing_signs(text):
            raise self.fail(f"the figures' font cannot draw {missing!r} in {text!r}")
        return text

    def _position(self, value: Any) -> float:
        """A place on the axis of time: years as they are, dates as matplotlib's day numbers.

        On an axis of years the mark of a year stands for its whole length, from half a year before to half a year
        after; a date falls where it lies within.
        """
        if value is None or pd.isna(value):
            raise self.fail("a year or date is missing")
        if isinstance(value, (int, float, np.integer, np.floating)):
            if self.scale == "date":
                return float(date2num(pd.Timestamp(int(value), 1, 1)))
            self.scale = "year"
            return float(value)
        try:
            moment = pd.Timestamp(value)
        except ValueError:
            raise self.fail(f"expected a year or a date, found {value!r}") from None
        if self.scale == "year":
            return era_table.decimal_year(moment) - 0.5
        self.scale = "date"
        return float(date2num(moment))

    # --- scales ------------------------------------------------------------------------------------------------

    def written(self, x: float) -> str:
        """A place on the axis of time as text: 1960, or 1960-02-13."""
        return str(num2date(x).date()) if self.scale == "date" else f"{x:g}"

    def clip(self) -> None:
        """Drop what lies outside the limits of x. Raises FigureError if a layer is left empty or there is none."""
        if not self.layers:
            raise self.fail("nothing to draw: call line, points, ranges or bars first")
        if self.x_given is not None:
            low, high = self.x_given
            for layer in self.layers:
                layer.rows = layer.rows[layer.rows["x"].between(low, high)].reset_index(drop=True)
                if layer.rows[["y", "low", "high"]].isna().all(axis=None):
                    raise self.fail(f"{layer.kind} {layer.label!r}: no value between {self.written(low)} and {self.written(high)}")
            self.moments = [one for one in self.moments if low - 0.5 <= one.x <= high + 0.5 or self.scale == "date"]

    def x_limits(self) -> tuple[float, float]:
        if self.x_given is not None:
            low, high = self.x_given
        else:
            every = pd.concat([layer.rows["x"] for layer in self.layers])
            low, high = float(every.min()), float(every.max())
        if self.scale == "year":
            pad = 0.6 if any(layer.kind == "bars" for layer in self.layers) else max(0.015 * (high - low), 0.25)
        else:
            pad = max(0.015 * (high - low), 1.0)
        return low - pad, high + pad

    def y_limits(self) -> tuple[float, float]:
        if self.y_given is not None:
            return self.y_given
        values = pd.concat([layer.rows[["y", "low", "high"]].stack() for layer in self.layers])
        low, high = float(values.min()), float(values.max())
        near_zero = low > 0 and low < 0.5 * high
        if self.has_zero or near_zero or any(layer.kind == "bars" for layer in self.layers):
            low, high = min(low, 0.0), max(high, 0.0)
        if low == high:
            low, high = low - 1, high + 1
        ticks = self._locate(low, high)
        step = ticks[1] - ticks[0]
        bottom = low if low == 0 else min(ticks[0], low - 0.04 * (high - low) if low > ticks[0] - step else low)
        if low < ticks[0]:
            bottom = ticks[0] - step if ticks[0] - low > 0.6 * step else low - 0.05 * (high - low)
        top = ticks[-1] + step if high > ticks[-1] + 0.55 * step else max(ticks[-1], high + 0.04 * (high - low))
        return bottom, top

    def _locate(self, low: float, high: float) -> list[float]:
        found = MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10], min_n_ticks=3).tick_values(low, high)
        inside = [float(f"{tick:.10g}") for tick in found if low - 1e-9 <= tick <= high + 1e-9]
        return inside if len(inside) > 1 else [float(f"{tick:.10g}") for tick in found]

    def y_ticks(self) -> list[float]:
        return self.ticks_given if self.ticks_given is not None else self._locate(*self.y_limits())

    def y_labels(self) -> list[str]:
        if callable(self.format):
            return [self.format(tick) for tick in self.y_ticks()]
        if self.format == "number":  # as many decimals for each as the finest tick needs
            digits = max(_decimals(tick) for tick in self.y_ticks())
            return [number(tick, digits) for tick in self.y_ticks()]
        return [FORMATS[self.format](tick) for tick in self.y_ticks()]

    def x_ticks(self, room: float) -> tuple[list[float], list[str]]:
        """Ticks and their labels for an axis `room` points long."""
        low, high = self.x_limits()
        if self.scale == "date":
            return self._date_ticks(low, high, room)
        if self.x_ticks_given is not None:
            years = [int(one) for one in self.x_ticks_given]
        else:
            fits = room / 46
            step = next((one for one in (1, 2, 5, 10, 20, 25, 50) if (high - low) / one <= fits), 100)
            years = list(range(int(np.ceil(low / step) * step), int(high) + 1, step))
        return [float(year) for year in years], [str(year) for year in years]

    def _date_ticks(self, low: float, high: float, room: float) -> tuple[list[float], list[str]]:
        first, last = num2date(low), num2date(high)
        months = (last.year - first.year) * 12 + last.month - first.month
        step = next((one for one in (1, 2, 3, 6, 12, 24, 60, 120) if months / one <= room / 52), 240)
        starts = pd.date_range(f"{first.year}-01-01", f"{last.year + 1}-01-01", freq="MS")
        starts = [day for day in starts if ((day.year * 12 + day.month - 1) % step) == 0 and low <= date2num(day) <= high]
        labels = [str(day.year) if day.month == 1 else day.strftime("%b") for day in starts]
        return [float(date2num(day)) for day in starts], labels

    # --- the room that labels need -----------------------------------------------------------------------------

    def left_margin(self) -> float:
        return max(typeset.width(label, style.TICK) for label in self.y_labels()) + 8

    def right_margin(self) -> float:
        ends = [layer for layer in self.layers if layer.label and self._in_margin(layer)]
        for layer in ends:
            layer.label = typeset.wrap(layer.label, style.LABEL, 0.2 * style.WIDTH, "semibold")
        needed = [typeset.width(layer.label, style.LABEL, "semibold") + 8 for layer in ends]
        return max([*needed, 12.0])

    def _in_margin(self, layer: Layer) -> bool:
        low, high = self.x_limits()
        last = layer.rows.dropna(subset=["y"] if layer.rows["y"].notna().any() else ["high"])["x"].max()
        return not layer.where and layer.at is None and layer.kind != "bars" and last > high - 0.1 * (high - low)

    # --- drawing -----------------------------------------------------------------------------------------------

    def draw(self, axes: Axes) -> None:
        """Draw all layers into axes whose place in the figure is final."""
        axes.set_xlim(*self.x_limits())
        axes.set_ylim(*self.y_limits())
        self._draw_frame(axes)
        bars = [layer for layer in self.layers if layer.kind == "bars"]
        for place, layer in enumerate(self.layers):
            order = 3 + place / 100 + (0.5 if layer.kind == "points" else 0)
            getattr(self, f"_draw_{layer.kind}")(axes, layer, order, bars)
        self._draw_words(axes)

    def _draw_frame(self, axes: Axes) -> None:
        figure = cast(Figure, axes.figure)
        box = axes.get_window_extent()
        for side in ("left", "right", "top", "bottom"):
            axes.spines[side].set_visible(False)
        ticks, labels = self.x_ticks(box.width)
        axes.set_xticks(ticks, [])
        axes.set_yticks(self.y_ticks(), [])
        axes.tick_params(axis="x", length=4, width=0.8, color=style.AXIS)
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="y", color=style.GRID, linewidth=0.8)
        for tick, words in zip(ticks, labels, strict=True):
            x = axes.transData.transform((tick, 0))[0]
            paper.text(figure, x, box.y0 - 5, words, size=style.TICK, colour=style.GREY, across="center", up="top")
        for tick, words in zip(self.y_ticks(), self.y_labels(), strict=True):
            y = axes.transData.transform((self.x_limits()[0], tick))[1]
            paper.text(figure, box.x0 - 6, y, words, size=style.TICK, colour=style.GREY, across="right")
        low, high = self.y_limits()
        axes.axhline(low, color=style.AXIS, linewidth=0.8, zorder=2, clip_on=False)
        if (self.has_zero or any(layer.kind == "bars" for layer in self.layers)) and low < 0 < high:
            axes.axhline(0, color=style.INK, linewidth=1.1, zorder=2.5)

    def _draw_line(self, axes: Axes, layer: Layer, order: float, bars: list[Layer]) -> None:
        rows = layer.rows
        if self.scale == "year":  # a year without a row is a gap, not a bridge
            every = np.arange(rows["x"].min(), rows["x"].max() + 0.5)
            rows = rows.set_index("x").reindex(every).reset_index() if (rows["x"] % 1 == 0).all() else rows
        context = layer.colour == style.COLOURS["context"]
        axes.plot(
            rows["x"], rows["y"], color=layer.colour, linewidth=1.6 if context else 2.6, zorder=order - (1 if context else 0),
            clip_on=False,
        )  # fmt: skip
        known = rows["y"].notna()
        alone = rows[known & ~known.shift(1, fill_value=False) & ~known.shift(-1, fill_value=False)]
        if len(alone):  # an observation between two gaps would leave no line at all
            axes.plot(alone["x"], alone["y"], "o", color=layer.colour, markersize=4.5, zorder=order, clip_on=False)

    def _draw_dashed(self, axes: Axes, layer: Layer, order: float, bars: list[Layer]) -> None:
        rows = layer.rows.dropna(subset=["y"])
        axes.plot(rows["x"], rows["y"], color=layer.colour, linewidth=1.8, dashes=(3.2, 2.2), zorder=order, clip_on=False)

    def _draw_points(self, axes: Axes, layer: Layer, order: float, bars: list[Layer]) -> None:
        rows = layer.rows
        whiskers = rows.dropna(subset=["low", "high"])
        axes.vlines(whiskers["x"], whiskers["low"], whiskers["high"], color=layer.colour, linewidth=1.6, zorder=order - 0.3)
        axes.plot(
            rows["x"], rows["y"], "D" if layer.plan else "o", color=layer.colour,
            markersize=7.0 if layer.plan else 7.5, markeredgewidth=1.9,
            markerfacecolor="white" if layer.hollow else layer.colour, zorder=order, clip_on=False,
        )  # fmt: skip

    def _draw_ranges(self, axes: Axes, layer: Layer, order: float, bars: list[Layer]) -> None:
        rows = layer.rows.dropna(subset=["low", "high"])
        axes.vlines(rows["x"], rows["low"], rows["high"], color=layer.colour, linewidth=6, alpha=0.35, zorder=order - 0.5)
        for edge in ("low", "high"):
            axes.plot(rows["x"], rows[edge], "_", color=layer.colour, markersize=9, markeredgewidth=1.6, zorder=order)

    def _draw_band(self, axes: Axes, layer: Layer, order: float, bars: list[Layer]) -> None:
        rows = layer.rows
        axes.fill_between(rows["x"], rows["low"], rows["high"], color=layer.colour, alpha=0.22, linewidth=0, zorder=order - 0.9)

    def _draw_bars(self, axes: Axes, layer: Layer, order: float, bars: list[Layer]) -> None:
        rows = layer.rows.dropna(subset=["y"])
        width = 0.76 / len(bars)
        shift = (bars.index(layer) - (len(bars) - 1) / 2) * width
        colours = [layer.negative if layer.negative and y < 0 else layer.colour for y in rows["y"]]
        axes.bar(
            rows["x"] + shift, rows["y"], width * (0.94 if len(bars) > 1 else 1), zorder=order,
            color="none" if layer.plan else colours, edgecolor=colours if layer.plan else "none",
            linewidth=1.5 if layer.plan else 0, linestyle=(0, (2.5, 1.6)) if layer.plan else "solid",
        )  # fmt: skip
        whiskers = rows.dropna(subset=["low", "high"])
        axes.vlines(whiskers["x"] + shift, whiskers["low"], whiskers["high"], color=style.INK, linewidth=1.4, zorder=order + 0.1)

    # --- words in and beside the plot --------------------------------------------------------------------------

    def _draw_words(self, axes: Axes) -> None:
        figure = cast(Figure, axes.figure)
        extent = axes.get_window_extent()
        plot = labels.Plot((extent.x0, extent.y0, style.WIDTH, extent.y1 + 4))
        for layer in self.layers:
            self._occupy(axes, plot, layer)
        self._draw_in_margin(axes, plot)
        for note in self.notes:
            x, y = axes.transData.transform((note.x, note.y))
            colour = style.text_colour(note.colour)
            paper.text(figure, x, y, note.text, size=style.NOTE, colour=colour, across=note.align, halo=True)
            left = x - {"left": 0.0, "center": 0.5, "right": 1.0}[note.align] * typeset.width(note.text, style.NOTE)
            half = typeset.height(note.text, style.NOTE) / 2
            plot.add_box((left, y - half, left + typeset.width(note.text, style.NOTE), y + half))
        for layer in self.layers:
            colour = style.text_colour(layer.colour)
            if layer.text:
                for row in layer.rows[layer.rows["text"].ne("")].itertuples():
                    x, y = axes.transData.transform((row.x, row.y))
                    marks = [(x, y, side) for side in ("above", "right", "below", "left")]
                    left, middle, box = plot.best(str(row.text), style.NOTE, marks)
                    paper.text(figure, left, middle, str(row.text), size=style.NOTE, colour=colour, halo=True)
                    plot.add_box(box)
            if layer.label and not self._in_margin(layer):
                left, middle, box = plot.best(layer.label, style.LABEL, self._marks(axes, layer))
                paper.text(figure, left, middle, layer.label, colour=colour, weight="semibold", halo=True)
                plot.add_box(box)

    def _draw_in_margin(self, axes: Axes, plot: labels.Plot) -> None:
        """Labels at the ends of lines, moved apart where they would overlap, with a thin lead to their line."""
        members = [layer for layer in self.layers if layer.label and self._in_margin(layer)]
        if not members:
            return
        figure = cast(Figure, axes.figure)
        ends = [axes.transData.transform(self._known(layer)[-1]) for layer in members]
        sizes = [typeset.height(layer.label, style.LABEL) for layer in members]
        extent = axes.get_window_extent()
        levels = typeset.spread([end[1] for end in ends], sizes, extent.y0 - 8, extent.y1 + 8)
        edge = max([extent.x1 + 4, *(end[0] + 10 for end in ends)])
        for layer, end, level, size in zip(members, ends, levels, sizes, strict=True):
            if abs(level - end[1]) > 6 or edge - end[0] > 16:
                paper.line(figure, [end[0] + 5, edge - 2], [end[1], level], colour=layer.colour, order=5)
            paper.text(figure, edge, level, layer.label, colour=style.text_colour(layer.colour), weight="semibold")
            plot.add_box((edge, level - size / 2, style.WIDTH, level + size / 2))

    def _known(self, layer: Layer) -> list[tuple[float, float]]:
        """The marks of a layer, in data units, from left to right."""
        middle = (layer.rows["low"] + layer.rows["high"]) / 2
        rows = pd.DataFrame({"x": layer.rows["x"], "y": layer.rows["y"].fillna(middle)}).dropna()
        return list(rows.itertuples(index=False, name=None))

    def _marks(self, axes: Axes, layer: Layer) -> list[tuple[float, float, str]]:
        """Marks that a label may stand beside, with the side, in order of liking."""
        known = self._known(layer)
        if layer.at is not None:
            known = [min(known, key=lambda mark: abs(mark[0] - cast(float, layer.at)))]
        ends = known[:1] if layer.where == "left" else known[-1:]
        found = [axes.transData.transform(mark) for mark in known]
        first, last = axes.transData.transform(ends[0]), axes.transData.transform(ends[-1])
        if layer.where in ("right", "left"):
            return [(*(last if layer.where == "right" else first), layer.where)]
        sides = [layer.where] if layer.where else ["above", "below"]
        over = [(x, y, side) for x, y in found[::-1] for side in sides]
        if layer.where or layer.kind == "bars":
            return over
        beside = [(*axes.transData.transform(known[-1]), "right"), (*axes.transData.transform(known[0]), "left")]
        return [*beside, *over]

    def _occupy(self, axes: Axes, plot: labels.Plot, layer: Layer) -> None:
        """Tell the plot where a layer's ink is."""
        rows = layer.rows
        if layer.kind in ("line", "dashed"):
            plot.add_path(axes.transData.transform(one) for one in rows[["x", "y"]].to_numpy())
            return
        for x, y in axes.transData.transform(self._known(layer)):
            plot.add_box((x - 4, y - 4, x + 4, y + 4))
        base = axes.transData.transform((self.x_limits()[0], 0))[1]
        for row in rows.itertuples():
            ends = [end for end in (row.low, row.high) if pd.notna(end)]
            if len(ends) == 2:
                plot.add_path(axes.transData.transform((row.x, end)) for end in ends)
            if layer.kind == "bars" and pd.notna(row.y):
                x, y = axes.transData.transform((row.x, row.y))
                half = 0.38 * abs(axes.transData.transform((row.x + 1, 0))[0] - x)
                plot.add_box((x - half, min(base, y), x + half, max(base, y)))

    # --- the rows drawn ----------------------------------------------------------------------------------------

    def drawn(self) -> pd.DataFrame:
        """The rows as drawn: layer, label, x, y, low, high, evidence, status, source; empty columns left out."""
        parts = []
        for layer in self.layers:
            rows = layer.rows.drop(columns="text", errors="ignore").copy()
            rows["x"] = [self.written(one) for one in rows["x"]]
            rows.insert(0, "label", layer.label.replace("\n", " "))
            rows.insert(0, "layer", f"{layer.kind} (plan)" if layer.plan else layer.kind)
            parts.append(rows.dropna(subset=["y", "low", "high"], how="all").astype({"x": "string"}))
        for event in self.moments:
            parts.append(pd.DataFrame({"layer": ["event"], "label": [event.text], "x": [event.when]}))
        return pd.concat(parts, ignore_index=True)


def _plain(when: Any) -> str:
    """A year or a date as text."""
    return str(when) if isinstance(when, (int, np.integer)) else str(pd.Timestamp(when).date())


def _decimals(value: float) -> int:
    """How many decimals, at most three, a tick needs."""
    return next((digits for digits in (0, 1, 2) if abs(value - round(value, digits)) < 1e-9), 3)


