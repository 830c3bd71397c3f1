"""Small tables in the house style."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd

from . import citations, datasets
from .layers import FigureError

Column = str | tuple[str, Callable[[Any], str]]


def table(
    frame: pd.DataFrame,
    id: str,
    caption: str,
    columns: Mapping[str, Column],
    data: Sequence[pd.DataFrame | str] = (),
) -> None:
    """Show a small table in the house style; its first column names the rows.

    columns: column of the frame -> heading, or (heading, formatter such as findings.percent), in the order to
    show. data: what a computed frame was computed from, frames from datasets.load or names of tables. Missing values
    show as a dash. Raises FigureError for a missing id or caption, an empty frame, an unknown column, and if there
    is no table of data to name as source.
    """
    from IPython.display import publish_display_data

    name = f"table {id!r}"
    if not id.strip() or not isinstance(caption, str) or not caption.strip() or not columns:
        raise FigureError(f"{name}: the id, the caption and at least one column must be given")
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise FigureError(f"{name}: no column {missing[0]!r} in the frame; it has {', '.join(frame.columns)}")
    if frame.empty:
        raise FigureError(f"{name}: the frame has no rows; nothing matched the filter")
    try:
        spoken = citations.readable(caption)
    except datasets.DataError as error:
        raise FigureError(f"{name}: caption: {error}") from None
    headings = [one if isinstance(one, str) else one[0] for one in columns.values()]
    cells = [[_cell(row[name], how) for name, how in columns.items()] for row in frame.to_dict("records")]
    numeric = [pd.api.types.is_numeric_dtype(frame[name]) and place > 0 for place, name in enumerate(columns)]
    known, sources = _provenance(frame, data)
    if not known:
        raise FigureError(
            f"{name}: no table of data to name as source: pass data=[...], frames from datasets.load or their names"
        )
    about = {
        "kind": "table",
        "id": id,
        "caption": caption,
        "datasets": known,
        "sources": sources,
    }
    shown = {
        "text/html": _html(spoken, headings, cells, numeric),
        "text/plain": _plain(spoken, headings, cells),
    }
    publish_display_data(shown, {"sugarforoil": about})


def _provenance(frame: pd.DataFrame, data: Sequence[pd.DataFrame | str]) -> tuple[list[str], list[str]]:
    """Names of the tables behind the frame and keys of its sources: of `data` where the frame has lost its own."""
    found = [
        datasets.of(frame),
        *(datasets.describe(one) if isinstance(one, str) else datasets.of(one) for one in data),
    ]
    keys = datasets.source_keys(frame) or {
        key
        for one in data
        for key in (datasets.describe(one).sources if isinstance(one, str) else datasets.source_keys(one))
    }
    return list(dict.fromkeys(one.name for one in found if one)), sorted(keys)


def _cell(value: Any, how: Column) -> str:
    if value is None or pd.isna(value):
        return "–"
    return how[1](value) if isinstance(how, tuple) else str(value)


def _html(caption: str, headings: list[str], cells: list[list[str]], numeric: list[bool]) -> str:
    def kind(place: int) -> str:
        return ' class="number"' if numeric[place] else ""

    head = "".join(f'<th scope="col"{kind(place)}>{escape(one)}</th>' for place, one in enumerate(headings))
    body = "\n".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(f"<td{kind(place)}>{escape(one)}</td>" for place, one in enumerate(row[1:], start=1))
        + "</tr>"
        for row in cells
    )
    return (
        f'<table class="house">\n<caption>{escape(caption)}</caption>\n<thead>\n<tr>{head}</tr>\n</thead>\n'
        f"<tbody>\n{body}\n</tbody>\n</table>"
    )


def _plain(caption: str, headings: list[str], cells: list[list[str]]) -> str:
    widths = [max(len(row[place]) for row in [headings, *cells]) for place in range(len(headings))]
    lines = [
        "  ".join(one.ljust(wide) for one, wide in zip(row, widths, strict=True)).rstrip() for row in [headings, *cells]
    ]
    return "\n".join([caption, *lines])
