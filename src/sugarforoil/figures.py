"""The book's figures: the finding as title, direct labels, the doubt drawn, the source underneath.

    chart = figures.Chart(
        "fig-un-flip", title="Cuba changed sides within three sessions",
        subtitle="Share of identical votes in the General Assembly, 1946 to 1970",
        caption="How often Cuba voted as each power did {cite:p}`voeten2013data`.",
        alt="Two lines cross in 1959: ...",
    )
    chart.line(usa, y="agreement_share", label="with the United States", colour="usa")
    chart.eras()
    chart.show()

Solid lines are annual observations, dashed ones interpolated; hollow points are single reports; upright bars
and bands are ranges of rival sources; diamonds and outlines are plans. A chart draws nothing until `show`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.figure import Figure

from . import across as across_
from . import citations, datasets, emit, eraband, eventmarks, itemrows, marks, moments, paper, style, timeline, typeset
from .layers import FigureError
from .panel import Panel
from .ribbon import ribbon
from .tables import table

if TYPE_CHECKING:
    from . import worldmap

__all__ = ["Chart", "FigureError", "Panel", "ribbon", "table"]

_shown: dict[str, tuple[str, str, str]] = {}  # id -> title, caption, alt of what this process has shown


class Chart(Panel):
    """One figure of the book. With `panels` above 1 it is the first of them; `panel(n)` gives each.

    id: begins with "fig-"; title: the finding, a sentence; subtitle: what is measured, unit, coverage;
    caption: Markdown for beneath the figure, may cite; alt: for who cannot see it: what it shows, the trend,
    the numbers that matter. data: frames or names of tables to name as sources beyond those drawn. columns:
    panels side by side. height: of each plot, as a share of the usual. reading: replaces the sentence that
    explains the marks.

    Raises FigureError if a text is missing, blank or does another's work.
    """

    def __init__(
        self,
        id: str,
        *,
        title: str,
        subtitle: str = "",
        caption: str,
        alt: str,
        data: Sequence[pd.DataFrame | str] = (),
        panels: int = 1,
        columns: int = 1,
        height: float = 1.0,
        reading: str | None = None,
    ) -> None:
        super().__init__(name=f"figure {id!r}")
        self.id, self.title, self.subtitle, self.caption, self.alt = id, title, subtitle, caption, alt
        self.reading = reading
        self.columns, self.height = columns, height
        self.data = list(data)
        self.panels: list[Panel] = [self, *(Panel(name=f"{self.name}, panel {n}") for n in range(1, panels))]
        self.body: timeline.Timeline | across_.Across | worldmap.Map | None = None
        _check_words(self.name, id, title, caption, alt)
        for text in (title, subtitle, reading or ""):
            self._words(text)

    def panel(self, place: int, heading: str = "") -> Panel:
        """Return a panel, counted from 0, and give it a heading.

        Raises FigureError if there is no such panel.
        """
        if not 0 <= place < len(self.panels):
            raise self.fail(f"no panel {place}; there are {len(self.panels)}, counted from 0")
        chosen = self.panels[place]
        chosen.heading = self._words(heading or chosen.heading)
        return chosen

    def timeline(
        self,
        frame: pd.DataFrame,
        lanes: Mapping[str, tuple[str, str]],
        *,
        lane: str = "type",
        date: str = "date",
        label: str = "title",
        time: str = "",
        across: bool = False,
        weeks: bool = False,
    ) -> None:
        """Make the figure a timeline that runs down the page: marks in lanes, each event beside its date.

        frame: events, one a row, with dates (and `date_precision`, where known), those of one day in their order;
        lanes: value of the column `lane` -> (name to show, colour). time: a column of hours as HH:MM, empty where
        the hour is not known; where the frame has `utc_offset`, all marks follow the clock of most rows, and where
        it has `clock`, other clocks are named. across: run from left to right, with numbered marks and their key
        below, which takes less height. weeks: count weeks, each under the date of its Monday. Raises FigureError
        for a value without a lane, a missing date, an hour that is none, and a timeline taller than a page.
        """
        self._need(frame, date, label, lane, *([time] if time else []))
        for value in frame[lane]:
            if value not in lanes:
                raise self.fail(f"no lane for {value!r}; there are {', '.join(lanes)}")
        for words in frame[label]:
            self._words(str(words))
        named = {name: self._colour(colour) for name, colour in lanes.values()}
        try:
            entries = moments.entries(
                frame, {key: name for key, (name, _) in lanes.items()}, lane=lane, date=date, label=label, time=time
            )
        except ValueError as error:
            raise self.fail(str(error)) from None
        if across:
            self.body = across_.Across(entries, named, [frame])
        else:
            self.body = timeline.Timeline(entries, named, [frame], weeks)
        if self.body.height() > TALLEST:
            more = "choose fewer events" if across else "choose fewer events, or across=True"
            raise self.fail(f"the timeline is {self.body.height():.0f} points tall, a page {TALLEST:.0f}: {more}")

    def map(self, centre: str, *, west: float, east: float, south: float, north: float) -> worldmap.Map:
        """Make the figure a map around a place, and return it to be filled with places, circles and areas.

        centre: key of the table places; distances and directions from there are true. west, east, south, north:
        kilometres from there to the edges. Raises FigureError for an unknown place and a map too tall for a page.
        """
        from . import worldmap  # geodesy, only for who draws a map

        table = datasets.load("places").set_index("place", drop=False)
        self.body = worldmap.Map(self, centre, west, east, south, north, table, datasets.load("coastline"))
        self.body.check_frame()
        return self.body

    def show(self) -> None:
        """Draw the figure and show it: SVG, PNG, rows and words as one display, then the caption.

        Raises FigureError if there is nothing to draw, no source to name, or another figure has this id or
        these words. To run a cell again is no fault.
        """
        from IPython.display import publish_display_data

        known, sources = self._provenance()
        _check_single(self.name, self.id, (self.title, self.caption, self.alt))
        caption = citations.readable(self.caption)
        about = {
            "kind": "figure",
            "id": self.id,
            "title": self.title,
            "caption": self.caption,
            "alt": self.alt,
            "datasets": known,
            "sources": sources,
        }
        with style.house_style():
            figure = self._figure(known, sources)
            emit.publish(figure, self.id, self.alt, about, self._csv())
        publish_display_data({"text/markdown": caption, "text/plain": caption}, {"sugarforoil": {"kind": "caption"}})
        _shown[self.id] = (self.title, self.caption, self.alt)

    # --- composition ----------------------------------------------------------------------------------------

    def _figure(self, known: list[str], sources: list[str]) -> Figure:
        if self.body is None:
            for panel in self.panels:
                panel.clip()
        footer = typeset.wrap(self._footer(known, sources), style.SOURCE, style.WIDTH - 2, even=False)
        title = typeset.wrap(self.title, style.TITLE, style.WIDTH - 2, "semibold")
        subtitle = typeset.wrap(self.subtitle, style.SUBTITLE, style.WIDTH - 2)
        head = (
            typeset.height(title, style.TITLE) + (typeset.height(subtitle, style.SUBTITLE) + 2 if subtitle else 0) + 12
        )
        foot = typeset.height(footer, style.SOURCE) + 8
        body = self.body.height() if self.body else self._body_height()
        height = head + body + foot
        figure = paper.sheet(height)
        top = height
        for text, size, weight, ink in (
            (title, style.TITLE, "semibold", style.INK),
            (subtitle, style.SUBTITLE, "normal", style.GREY),
        ):
            if text:
                paper.text(figure, 0, top, text, size=size, colour=ink, weight=weight, up="top")
                top -= typeset.height(text, size) + 2
        if self.body:
            self.body.draw(figure, bottom=foot, height=body)
        else:
            self._draw_panels(figure, top=height - head)
        paper.text(figure, 0, foot - 6, footer, size=style.SOURCE, colour=style.GREY, up="top")
        return figure

    def _rows(self) -> list[list[Panel]]:
        return [self.panels[start : start + self.columns] for start in range(0, len(self.panels), self.columns)]

    def _column(self, panel: Panel) -> tuple[float, float, float, float]:
        """Left edge of a panel, start and length of its axis, room right of it; those of one column line up."""
        place = self.panels.index(panel) % self.columns
        column = self.panels[place :: self.columns]
        room = (style.WIDTH - COLUMN_GAP * (self.columns - 1)) / self.columns
        edge = place * (room + COLUMN_GAP)
        left = max(itemrows.left_margin(one) if one.item_names else one.left_margin() for one in column)
        right = max(itemrows.right_margin(one, room - left) if one.item_names else one.right_margin() for one in column)
        return edge, edge + left, room - left - right, right

    def _plot_height(self, panel: Panel) -> float:
        if panel.item_names:
            return itemrows.height(panel, *self._column(panel)[2:])
        shrink = 1.0 if len(self.panels) == 1 else 0.72 if self.columns == 1 else 0.6
        return style.PLOT_HEIGHT * self.height * shrink

    def _above(self, panel: Panel) -> float:
        """The room that a panel needs above its plot: events, eras, heading."""
        heading = typeset.height(panel.heading, style.LABEL) + 7 if panel.heading else 0.0
        if panel.item_names:
            return heading
        _, start, length, _ = self._column(panel)
        room = eventmarks.height(panel.moments, panel.x_limits(), length, style.WIDTH - start)
        if panel.has_eras and not self._repeats(panel):
            room += eraband.height(panel.x_limits(), panel.scale, length)
        return room + heading

    def _repeats(self, panel: Panel) -> bool:
        """Whether the panel above shows the eras of the same years already.

        Their boundaries are enough then.
        """
        place = self.panels.index(panel)
        above = self.panels[place - self.columns] if place >= self.columns else None
        return above is not None and above.has_eras and above.x_limits() == panel.x_limits()

    def _row_height(self, row: list[Panel]) -> float:
        return max(self._above(panel) + self._plot_height(panel) for panel in row) + UNDER_PLOT

    def _body_height(self) -> float:
        return sum(self._row_height(row) for row in self._rows()) + ROW_GAP * (len(self._rows()) - 1)

    def _draw_panels(self, figure: Figure, top: float) -> None:
        width, height = figure.get_size_inches() * 72
        for row in self._rows():
            bottom = top - self._row_height(row) + UNDER_PLOT
            for panel in row:
                edge, start, length, margin = self._column(panel)
                tall = self._plot_height(panel)
                if panel.item_names:
                    paper.text(figure, edge, top, panel.heading, weight="semibold", up="top")
                    itemrows.draw(panel, figure, edge=edge, start=start, bottom=bottom, length=length, margin=margin)
                    continue
                axes = figure.add_axes((start / width, bottom / height, length / width, tall / height))
                marks.draw(panel, axes)
                over = bottom + tall + eventmarks.draw(axes, panel.moments, panel.x_limits())
                if panel.has_eras:
                    eraband.draw(axes, panel.x_limits(), panel.scale, over, strip=not self._repeats(panel))
                paper.text(figure, edge, top, panel.heading, weight="semibold", up="top")
            top = bottom - UNDER_PLOT - ROW_GAP

    def _footer(self, known: list[str], sources: list[str]) -> str:
        labels = sorted(set(citations.labels(sources)))
        if len(labels) > MOST_SOURCES:
            labels = [*labels[: MOST_SOURCES - 1], f"{len(labels) - MOST_SOURCES + 1} more"]
        said = self.body.reading if self.body else _reading(self.panels)
        said = said if self.reading is None else self.reading
        data = f"Data: {', '.join(known)}" + (f" ({'; '.join(labels)})" if labels else "")
        return f"{said}\n{data}" if said else data

    def _provenance(self) -> tuple[list[str], list[str]]:
        """Names of the tables behind the figure, and keys of the sources of the rows drawn."""
        named: list[str] = []
        every = [frame for panel in self.panels for frame in panel.frames]
        every += self.body.frames if self.body else []
        for item in [*self.data, *every]:
            dataset = datasets.describe(item) if isinstance(item, str) else datasets.of(item)
            if dataset is not None and dataset.name not in named:
                named.append(dataset.name)
        if not named:
            raise self.fail("no table to name as source: pass data=[...], frames from datasets.load or their names")
        keys: set[str] = set()
        for frame in every:
            if "source" in frame.columns:
                keys |= {key for cell in frame["source"].dropna() for key in str(cell).split(datasets.SEPARATOR)}
        # A frame that was computed has lost its sources: those of the data named for the figure stand for it.
        computed = any("source" not in frame.columns for frame in every)
        for item in self.data if computed or not keys else ():
            keys |= set(datasets.describe(item).sources if isinstance(item, str) else datasets.source_keys(item))
        return named, sorted(keys)

    def _csv(self) -> str:
        if self.body:
            return self.body.drawn().to_csv(index=False, lineterminator="\n")
        parts = []
        for panel in self.panels:
            rows = panel.drawn()
            if len(self.panels) > 1:
                rows.insert(0, "panel", panel.heading)
            parts.append(rows)
        drawn = pd.concat(parts, ignore_index=True).dropna(axis="columns", how="all")
        order = [name for name in ("panel", "layer", "label", "x", "y", "low", "high") if name in drawn.columns]
        rest = [name for name in drawn.columns if name not in order]
        return drawn[order + rest].to_csv(index=False, lineterminator="\n")


TALLEST = 1000.0  # a page, in points of the figure's own width
COLUMN_GAP, ROW_GAP = 16.0, 10.0  # between panels, in points
UNDER_PLOT = 22.0  # room for the years
MOST_SOURCES = 5  # named under a figure; its page in the book lists them all


def _check_words(name: str, id: str, title: str, caption: str, alt: str) -> None:
    def blank(text: Any) -> bool:
        return not isinstance(text, str) or not text.strip()

    for what, text in (("id", id), ("title", title), ("caption", caption), ("alt", alt)):
        if blank(text):
            raise FigureError(f"{name}: the {what} is missing or blank")
    if not all(sign.isalnum() or sign == "-" for sign in id) or id != id.lower() or not id.isascii():
        raise FigureError(f"{name}: the id may hold small letters, digits and hyphens only")
    if len(alt.strip()) < 40:
        raise FigureError(f"{name}: the alt text has {len(alt.strip())} characters; say in 40 or more what it shows")
    for what, text in (("title", title), ("caption", caption)):
        if alt.strip().rstrip(".").casefold() == text.strip().rstrip(".").casefold():
            raise FigureError(f"{name}: the alt text repeats the {what}; say what the figure shows")
    try:
        citations.readable(caption)
    except datasets.DataError as error:
        raise FigureError(f"{name}: caption: {error}") from None


def _check_single(name: str, id: str, words: tuple[str, str, str]) -> None:
    """Refuse an id that another figure has.

    A cell run again keeps at least one of its texts: that is no fault.
    """
    if id in _shown and not set(words) & set(_shown[id]):
        raise FigureError(f"{name}: another figure has this id: {_shown[id][0]!r}")
    for other, (_, _, alt) in _shown.items():
        if other != id and alt == words[2]:
            raise FigureError(f"{name}: figure {other!r} has the same alt text")


# --- the sentence on marks ----------------------------------------------------------------------------------


def _reading(panels: Sequence[Panel]) -> str:
    """One line that says what the marks mean, made from the marks that are there."""
    layers = [layer for panel in panels for layer in panel.layers]
    said = []
    if any(layer.kind == "points" and layer.hollow and not layer.plan for layer in layers):
        said.append("hollow points: single reports")
    if any(layer.kind == "points" and layer.plan for layer in layers):
        said.append("diamonds: plans, not outturns")
    if any(layer.kind == "bars" and layer.plan for layer in layers):
        said.append("outlined bars: plans, not outturns")
    if any(layer.kind == "dashed" for layer in layers):
        said.append("dashed: interpolated")
    whiskers = any(layer.kind in ("points", "bars") and layer.rows["low"].notna().any() for layer in layers)
    rows = any(panel.item_names for panel in panels)
    if whiskers or any(layer.kind == "ranges" for layer in layers):
        bars = "pale bars" if rows else "upright bars"
        said.append(f"{'whiskers' if whiskers else bars}: range of rival sources")
    if any(layer.kind == "band" for layer in layers):
        said.append("band: range of rival sources")
    if any(panel.log for panel in panels):
        said.append("logarithmic axis: each grid line is ten times the one before")
    text = "; ".join(said)
    return f"{text[:1].upper()}{text[1:]}." if text else ""
