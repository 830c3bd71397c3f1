"""What a panel holds until it is drawn: rows with the way to draw them, and words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

Where = Literal["", "right", "left", "above", "below"]
Scale = Literal["", "year", "date", "item"]

PLANS = frozenset({"planned", "promised", "expected", "announced", "offered"})  # values of `status`: no outturn
KEPT = ("evidence", "status", "source")  # columns that travel with the rows into the figure's CSV


class FigureError(ValueError):
    """A figure that must not be drawn. The message names the figure and what is wrong."""


@dataclass(eq=False)  # two layers are never equal: their rows are frames
class Layer:
    """Rows drawn in one way.

    `rows` has the columns x, y, low, high (numbers), start and end (of the time that x stands for), when (x in
    words) and those of KEPT that were there. Of a stack, low and high are the ends of each part.
    """

    kind: Literal["line", "dashed", "points", "ranges", "band", "bars", "stack"]
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
