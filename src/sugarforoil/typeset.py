"""Text in figures: measure it, break it into lines, and move labels apart until none overlaps."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import matplotlib as mpl
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties

from . import style


@cache
def _renderer() -> RendererAgg:
    return RendererAgg(16, 16, 72)  # at 72 dots to the inch a pixel is a point


@cache
def width(text: str, size: float, weight: str = "normal") -> float:
    """Return the width of a text in points; of several lines, that of the widest."""
    style.register_fonts()
    font = FontProperties(family=[style.FAMILY], size=size, weight=weight)
    hinting = mpl.rcParams["text.hinting"]
    mpl.rcParams["text.hinting"] = "none"  # the same wherever it is asked, and so what is kept
    try:
        return max(float(_renderer().get_text_width_height_descent(line, font, False)[0]) for line in text.split("\n"))
    finally:
        mpl.rcParams["text.hinting"] = (
            hinting  # by hand: `rc_context` copies all settings, for each of a thousand lines
        )


def height(text: str, size: float) -> float:
    """Return the height of a text in points, by its number of lines."""
    return size * style.LEADING * (text.count("\n") + 1)


def wrap(text: str, size: float, limit: float, weight: str = "normal", *, even: bool = True) -> str:
    """Break a text into as few lines as fit into `limit` points; even: make them about equally long.

    Line breaks in the text stay. It never breaks at a no-break space; a word longer than the limit stays
    whole.
    """
    return "\n".join(_wrap_line(line, size, limit, weight, even) for line in text.split("\n"))


def _wrap_line(text: str, size: float, limit: float, weight: str, even: bool) -> str:
    lines = _fill(text, size, limit, weight)
    if len(lines) == 1 or not even:
        return "\n".join(lines)
    # The narrowest measure that needs no more lines: no single word is left over on the last line.
    low, high = limit / 2, limit
    for _ in range(8):
        middle = (low + high) / 2
        low, high = (low, middle) if len(_fill(text, size, middle, weight)) <= len(lines) else (middle, high)
    return "\n".join(_fill(text, size, high, weight))


def _fill(text: str, size: float, limit: float, weight: str) -> list[str]:
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width(longer, size, weight) <= limit:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def spread(
    wanted: Sequence[float], sizes: Sequence[float], low: float = float("-inf"), high: float = float("inf")
) -> list[float]:
    """Move the centres of labels along a line, as little as possible, until none overlaps.

    wanted: where each centre would like to be; sizes: how much room each takes; low, high: the room there is
    (the last wins if there is not enough). Returns the centres in the order of `wanted`; the order along the
    line is kept.
    """
    order = sorted(range(len(wanted)), key=lambda one: (wanted[one], one))
    # Overlapping neighbours are merged into one block, which sits where its members would like it on average.
    blocks: list[tuple[float, float, list[int]]] = []  # start, length, members
    for one in order:
        start, length, members = wanted[one] - sizes[one] / 2, sizes[one], [one]
        start = _inside(start, length, low, high)
        while blocks and blocks[-1][0] + blocks[-1][1] > start:
            _, before, earlier = blocks.pop()
            members, length = earlier + members, before + length
            start = _inside(_best_start(members, wanted, sizes), length, low, high)
        blocks.append((start, length, members))
    centres = [0.0] * len(wanted)
    for start, _, members in blocks:
        for one in members:
            centres[one] = start + sizes[one] / 2
            start += sizes[one]
    return centres


def _best_start(members: Sequence[int], wanted: Sequence[float], sizes: Sequence[float]) -> float:
    offset, starts = 0.0, []
    for one in members:
        starts.append(wanted[one] - sizes[one] / 2 - offset)
        offset += sizes[one]
    return sum(starts) / len(starts)


def _inside(start: float, length: float, low: float, high: float) -> float:
    return max(min(start, high - length), low)
