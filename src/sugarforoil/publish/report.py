"""The outcome of a long check: one row for each thing tried, as a Markdown table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Row(NamedTuple):
    """What was tried, how often, what came out if all was well, and what was wrong (nothing if all was well)."""

    what: str
    times: int
    out: str
    faults: list[str]
    skipped: str = ""  # why it could not be tried here


HEAD = "| tried | times | came out |\n| --- | ---: | --- |"


def line(row: Row) -> str:
    """A row of the table."""
    if row.skipped:
        return f"| {row.what} | 0 | not tried: {row.skipped} |"
    out = "FAILED: " + "; ".join(row.faults[:5]) if row.faults else row.out
    return f"| {row.what} | {row.times:,} | {' '.join(out.split()).replace('|', '/')} |"


def failed(rows: Iterable[Row], strict: bool = False) -> bool:
    """Whether anything was wrong; where `strict`, also whether anything could not be tried."""
    return any(row.faults or (strict and row.skipped) for row in rows)
