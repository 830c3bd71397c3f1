"""One panel of a chart: the calls that say what is drawn in it.

A panel collects layers and draws them only when the chart is shown. Until then nothing of matplotlib exists,
so a faulty call leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd

from . import dates, style
from . import eras as era_table
from .eventmarks import Event
from .findings import number
from .layers import KEPT, PLANS, FigureError, Layer, Note, Where
from .scales import Format, Scales, decimals

ITEM_KINDS = ("points", "ranges", "bars", "stack")


@dataclass(eq=False)
class Panel(Scales):
    """What one panel shows. Get it from `Chart.panel`; a chart with one panel is that panel itself."""

    name: str = ""  # of the figure and panel, for messages
    heading: str = ""
    notes: list[Note] = field(default_factory=list)
    moments: list[Event] = field(default_factory=list)
    frames: list[pd.DataFrame] = field(default_factory=list)
    has_eras: bool = False
    item_names: dict[Any, str] = field(default_factory=dict)

    # --- what to draw ---------------------------------------------------------------------------------------

    def line(
        self,
        frame: pd.DataFrame,
        x: str = "year",
        y: str = "value",
        label: str = "",
        colour: str = "neutral",
        *,
        where: Where = "",
        at: Any = None,
    ) -> None:
        """Draw annual observations as a solid line, labelled at its end. A missing year breaks the line.

        frame: one row for each x (a second one is an error: filter rivals first). label: "" draws none. It
        stands in the margin if the line ends there, else where it covers least; `where` and `at` (an x)
        choose. Raises FigureError.
        """
        self._add("line", frame, x, label, colour, y=y, where=where, at=at)

    def dashed(
        self,
        frame: pd.DataFrame,
        x: str = "year",
        y: str = "value",
        label: str = "",
        colour: str = "neutral",
        *,
        where: Where = "",
        at: Any = None,
    ) -> None:
        """Draw interpolated values as a dashed line that bridges missing years. Arguments as for `line`."""
        self._add("dashed", frame, x, label, colour, y=y, where=where, at=at)

    def points(
        self,
        frame: pd.DataFrame,
        x: str = "year",
        y: str = "value",
        label: str = "",
        colour: str = "neutral",
        *,
        hollow: bool = True,
        plan: bool = False,
        low: str = "",
        high: str = "",
        text: str = "",
        where: Where = "",
        at: Any = None,
    ) -> None:
        """Draw single values: hollow for a single report, solid for an observation, a diamond for a plan.

        low, high: columns that give a whisker where filled. text: a column with words to set beside each
        point; numbers are spelt out. Rows whose `status` is a plan are refused unless plan=True. Raises FigureError.
        """
        self._add(
            "points",
            frame,
            x,
            label,
            colour,
            y=y,
            low=low,
            high=high,
            text=text,
            hollow=hollow or plan,
            plan=plan,
            where=where,
            at=at,
        )

    def ranges(
        self,
        frame: pd.DataFrame,
        x: str = "year",
        low: str = "value_low",
        high: str = "value_high",
        label: str = "",
        colour: str = "neutral",
        *,
        band: bool = False,
        where: Where = "",
        at: Any = None,
    ) -> None:
        """Draw the range of rival sources.

        An upright bar for each x, or one band along the axis with band=True.
        """
        self._add("band" if band else "ranges", frame, x, label, colour, low=low, high=high, where=where, at=at)

    def bars(
        self,
        frame: pd.DataFrame,
        x: str = "year",
        y: str = "value",
        label: str = "",
        colour: str = "neutral",
        *,
        negative: str = "",
        plan: bool = False,
        until: str = "",
        low: str = "",
        high: str = "",
        text: str = "",
        where: Where = "",
        at: Any = None,
    ) -> None:
        """Draw bars from zero; several calls stand side by side. A plan is an outline, an outturn is filled.

        On an axis of dates a bar covers its day, or the month or year that `date_precision` says, or all days
        through that of the column `until`. negative: colour of the bars below zero, if another. low, high, text:
        as for `points`. Raises FigureError, also for bars that cover a day twice and for plans without plan=True.
        """
        self._add(
            "bars",
            frame,
            x,
            label,
            colour,
            y=y,
            low=low,
            high=high,
            text=text,
            until=until,
            plan=plan,
            where=where,
            at=at,
            negative=negative,
        )

    def stack(
        self,
        frame: pd.DataFrame,
        parts: Mapping[Any, tuple[str, str]],
        *,
        x: str = "year",
        y: str = "value",
        part: str = "part",
        total: float | str | None = None,
        until: str = "",
    ) -> None:
        """Draw bars made of parts: amounts or shares, from the axis up in the order of `parts`.

        frame: one row for each x and part; part: the column of parts; parts: value of that column -> (label, colour).
        total: what the parts of each x must add up to (100 for percentages), or a column that says it; half a percent
        is left to rounding. until: as for `bars`. On a chart of items x is the column of items and bars run across.
        Raises FigureError for a part without a value, a negative one, one that is not in `parts`, and a wrong total.
        """
        self._need(frame, x, y, part, *([total] if isinstance(total, str) else []), *([until] if until else []))
        for name in frame[part]:
            if name not in parts:
                raise self.fail(f"no part {name!r}; there are {', '.join(map(str, parts))}")
        if frame.duplicated([x, part]).any():
            again = frame[frame.duplicated([x, part])].iloc[0]
            raise self.fail(f"two values for {again[part]} in {self._spell(again[x])}; choose one first")
        table = (
            frame.assign(_=self._numbers(frame, y))
            .pivot(index=x, columns=part, values="_")
            .reindex(columns=list(parts))
        )
        for where, row in table.iterrows():
            if row.isna().any():
                raise self.fail(
                    f"no value for {row.index[row.isna()][0]} in {self._spell(where)}: give 0 if it is nothing"
                )
            if (row < 0).any():
                raise self.fail(f"{row.index[row < 0][0]} is negative in {self._spell(where)}: no part of a sum can be")
            if total is not None:
                said = float(frame.loc[frame[x] == where, total].iloc[0]) if isinstance(total, str) else float(total)
                if abs(row.sum() - said) > 0.005 * abs(said):
                    raise self.fail(f"the parts in {self._spell(where)} add up to {row.sum():g}, not to {said:g}")
        tops = table.cumsum(axis="columns")
        for key, (label, colour) in parts.items():
            rows = frame[frame[part] == key]
            top = tops[key].reindex(rows[x]).to_numpy()
            rows = rows.assign(foot_=top - self._numbers(rows, y), top_=top)
            self._add("stack", rows, x, label, colour, y=y, low="foot_", high="top_", until=until)

    def _spell(self, x: Any) -> str:
        return str(x) if self.scale == "item" else f"{x:g}" if _is_year(x) else dates.written(x)

    def items(self, names: Mapping[Any, str], *, log: bool = False) -> None:
        """Make this a chart of items: a row for each, numbers across. Call it first.

        names: value of a column -> words beside the row, from top to bottom. After this, `points`, `ranges`,
        `bars` and `stack` take x as the column that holds the item; marks that would touch stand below each other,
        and a label stands beside the layer's first mark, or that of the item `at`. log: a logarithmic axis, which
        has no place for bars and zero. Raises FigureError.
        """
        if self.layers or self.scale:
            raise self.fail("call items before anything is drawn: a panel has rows of items or an axis of time")
        if not names:
            raise self.fail("items needs one name or more")
        self.item_names = {key: self._words(str(words)) for key, words in names.items()}
        self.log = log
        self.scale = "item"

    def eras(self) -> None:
        """Show the book's eras as a labelled strip along the top of the plot."""
        self._need_time("eras")
        self.has_eras = True

    def zero(self) -> None:
        """Draw the zero line, and let the axis reach it."""
        self.has_zero = True

    def note(
        self,
        x: Any,
        y: float,
        text: str,
        *,
        align: Literal["left", "center", "right"] = "left",
        colour: str = "neutral",
    ) -> None:
        """Set words into the plot.

        X (year or date) and y in data units, at the middle of the words' height.
        """
        self._need_time("note")
        self.notes.append(Note(self._position(x), float(y), self._words(text), align, self._colour(colour)))

    def events(
        self,
        frame: pd.DataFrame,
        x: str = "date",
        label: str = "title",
        colour: str = "neutral",
    ) -> None:
        """Mark a few moments with upright lines, named above the plot. x: a column of dates or years."""
        self._need_time("events")
        self._need(frame, x, label)
        self.frames.append(frame)
        for when, words in zip(frame[x], frame[label], strict=True):
            self.moments.append(
                Event(self._position(when), self._words(str(words)), self._colour(colour), self._when(when))
            )

    def axes(
        self,
        *,
        x: tuple[Any, Any] | None = None,
        y: tuple[float, float] | None = None,
        format: Format | None = None,
        ticks: Sequence[float] | None = None,
        x_ticks: Sequence[Any] | None = None,
    ) -> None:
        """Set the limits and how the upright axis is written; what is not set is chosen to fit.

        format: "number", "percent" (values 0 to 100), "share" (values 0 to 1) or a function of the value.
        Rows outside the limits of x are neither drawn nor listed; a day given as the later limit is within. On a
        chart of items y and ticks are those of the numbers across.
        """
        if x is not None:
            if self.scale == "item":
                raise self.fail("a chart of items has no limits of x: leave items out")
            low, high = (self._position(one) for one in x)
            self.x_given = (low, dates.period(x[1])[1] if self.scale == "date" and not _is_year(x[1]) else high)
        self.y_given = y if y is not None else self.y_given
        self.format = format if format is not None else self.format
        self.ticks_given = list(ticks) if ticks is not None else self.ticks_given
        self.x_ticks_given = [self._position(one) for one in x_ticks] if x_ticks is not None else self.x_ticks_given

    # --- checking what was asked for ------------------------------------------------------------------------

    def fail(self, message: str) -> FigureError:
        """Return the error to raise, with the figure's name before the message."""
        return FigureError(f"{self.name}: {message}")

    def _add(
        self,
        kind: Any,
        frame: pd.DataFrame,
        x: str,
        label: str,
        colour: str,
        *,
        y: str = "",
        low: str = "",
        high: str = "",
        text: str = "",
        plan: bool = False,
        negative: str = "",
        until: str = "",
        at: Any = None,
        **options: Any,
    ) -> None:
        self._need(frame, x, *(name for name in (y, low, high, text, until) if name))
        if self.scale == "item" and (kind not in ITEM_KINDS or (self.log and kind in ("bars", "stack"))):
            raise self.fail(
                f"{kind} has no place {'among items' if kind not in ITEM_KINDS else 'on a logarithmic axis'}"
            )
        plans = sorted(PLANS & set(frame["status"].dropna())) if "status" in frame.columns else []
        if plans and not plan:
            raise self.fail(f"rows with status {', '.join(plans)} are no outturn: draw them with plan=True")
        rows = self._places(frame, x, until)
        for name, column in (("y", y), ("low", low), ("high", high)):
            rows[name] = self._numbers(frame, column) if column else np.nan
        if text:
            rows["text"] = [self._words(_spelt(one)) for one in frame[text]]
        for name in KEPT:
            if name in frame.columns:
                rows[name] = frame[name].to_numpy()
        rows = rows.sort_values("x", kind="stable", ignore_index=True)
        twice = rows.loc[rows["x"].duplicated(), "when"].tolist()
        if kind == "bars" and self.scale == "date":
            again = dates.overlap(list(zip(rows["start"], rows["end"], strict=True)))
            twice = [rows["when"].iloc[again]] if again is not None else []
        if kind in ("line", "dashed", "band", "bars") and twice:
            raise self.fail(f"{kind} {label or y!r}: two values for {twice[0]}; choose one first")
        if rows[["y", "low", "high"]].isna().all(axis=None):
            raise self.fail(f"{kind} {label or y!r}: every value is missing")
        if self.log and (rows[["y", "low", "high"]] <= 0).any(axis=None):
            raise self.fail("a logarithmic axis has no place for zero and less")
        if options.get("where", "") not in ("", "right", "left", "above", "below"):
            raise self.fail(f"where must be right, left, above or below, not {options.get('where')!r}")
        self.frames.append(frame)
        self.layers.append(
            Layer(
                kind,
                rows,
                self._words(label),
                self._colour(colour),
                plan=plan,
                text=bool(text),
                negative=self._colour(negative) if negative else "",
                at=None if at is None else self._position(at),
                **options,
            )
        )

    def _places(self, frame: pd.DataFrame, x: str, until: str) -> pd.DataFrame:
        """Where rows stand: x, the ends of the time that x stands for, and x in words.

        A date that is known to the month stands in the middle of its month; it is written as it was given.
        """
        rows = pd.DataFrame({"x": [self._position(one) for one in frame[x]]})
        rows["start"], rows["end"] = rows["x"] - 0.5, rows["x"] + 0.5
        rows["when"] = [self._when(one) for one in frame[x]]
        if self.scale == "date" and not all(_is_year(one) for one in frame[x]):
            precision = frame["date_precision"] if "date_precision" in frame.columns else pd.Series("", frame.index)
            last = frame[until] if until else pd.Series(pd.NaT, frame.index)
            ends = [dates.period(*one) for one in zip(frame[x], precision.fillna(""), last, strict=True)]
            rows[["start", "end"]] = np.array(ends)
            if (rows["end"] < rows["start"]).any():
                raise self.fail(f"{until!r} is before {x!r} in a row")
            rows["x"] = (rows["start"] + rows["end"]) / 2
            if until:
                rows["until"] = [dates.written(one) if pd.notna(one) else "" for one in last]
        elif until:
            raise self.fail("until is for bars on an axis of dates")
        return rows

    def _need_time(self, call: str) -> None:
        if self.scale == "item":
            raise self.fail(f"{call} needs an axis of time, and this is a chart of items")

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

        On an axis of years the mark of a year stands for its whole length, from half a year before to half a
        year after; a date falls where it lies within.
        """
        if value is None or pd.isna(value):
            raise self.fail("an item is missing" if self.scale == "item" else "a year or date is missing")
        if self.scale == "item":
            if value not in self.item_names:
                raise self.fail(f"no row for {value!r}; there are {', '.join(map(str, self.item_names))}")
            return float(list(self.item_names).index(value))
        if _is_year(value):
            if self.scale == "date":
                return dates.number(pd.Timestamp(int(value), 1, 1))
            self.scale = "year"
            return float(value)
        try:
            moment = pd.Timestamp(value)
        except ValueError:
            raise self.fail(f"expected a year or a date, found {value!r}") from None
        if self.scale == "year":
            return era_table.decimal_year(moment) - 0.5
        self.scale = "date"
        return dates.number(moment)

    def _when(self, value: Any) -> str:
        """A place on the axis in words: 1960, 1960-02-13, or the name of an item."""
        if self.scale == "item":
            return self.item_names[value]
        return f"{float(value):g}" if _is_year(value) else dates.written(value)

    def clip(self) -> None:
        """Drop what lies outside the limits of x.

        Raises FigureError if that leaves a layer or the plot empty, and for a value outside the limits of y.
        """
        if not self.layers:
            raise self.fail("nothing to draw: call line, points, ranges or bars first")
        low, high = self.x_given or (float("-inf"), float("inf"))
        for layer in self.layers:
            layer.rows = layer.rows[layer.rows["x"].between(low, high)].reset_index(drop=True)
            if layer.rows[["y", "low", "high"]].isna().all(axis=None):
                raise self.fail(f"{layer.kind} {layer.label!r}: no value within the limits of x")
        within = self.x_limits()
        self.moments = [one for one in self.moments if within[0] <= one.x <= within[1]]
        ends, given = self._extremes(), self.y_limits()
        if ends[0] < given[0] or ends[1] > given[1]:
            raise self.fail(f"values from {ends[0]:g} to {ends[1]:g} do not fit y={given}")

    # --- the rows drawn -------------------------------------------------------------------------------------

    def drawn(self) -> pd.DataFrame:
        """The rows as drawn.

        Layer, label, x, y, low, high, evidence, status, source; empty columns left out.
        """
        parts = []
        for layer in self.layers:
            rows = layer.rows.drop(columns=["text", "start", "end", "x"], errors="ignore")
            rows = rows.rename(columns={"when": "x"})
            if layer.kind == "stack":  # ends of parts are no data
                rows[["low", "high"]] = np.nan
            rows.insert(0, "label", layer.label.replace("\n", " "))
            rows.insert(0, "layer", f"{layer.kind} (plan)" if layer.plan else layer.kind)
            parts.append(rows.dropna(subset=["y", "low", "high"], how="all").astype({"x": "string"}))
        for event in self.moments:
            parts.append(pd.DataFrame({"layer": ["event"], "label": [event.text], "x": [event.when]}))
        return pd.concat(parts, ignore_index=True)


def _spelt(value: Any) -> str:
    """Words of a mark: numbers are written with as many decimals as they have, three at most."""
    if pd.isna(value):
        return ""
    return number(value, decimals(value)) if _is_year(value) else str(value)


def _is_year(value: Any) -> bool:
    return isinstance(value, (int, float, np.integer, np.floating))
