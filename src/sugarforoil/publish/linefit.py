"""A line whose last word fits, but not the space behind it, is whole.

WeasyPrint measures a stretch of text with the space at its end. Where the words fit into the line and this space does
not, it finds no place to end the line, and ends it at the first it can: after one word, or within it ("Mul-"). The
space would not be seen at a line's end. So such a stretch is set as it stands, and the line ends behind it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from math import inf
from typing import Any

LONGEST = 200
"""Characters: what fits in a line is not longer."""


def mend() -> None:
    """Make WeasyPrint end such lines where they end; once is enough, twice does no harm."""
    from weasyprint.layout import inline

    if not hasattr(inline.split_first_line, "__wrapped__"):
        inline.split_first_line = whole_line(inline.split_first_line)


def whole_line(split: Callable[..., Any]) -> Callable[..., Any]:
    """`split_first_line` of WeasyPrint, mended."""

    @wraps(split)
    def mended(text: str, style: Any, context: Any, width: float | None, *more: Any, **named: Any) -> Any:
        found = split(text, style, context, width, *more, **named)
        fits = found[2] is None or width is None or width == inf or not width > 0
        if fits or not text.endswith(" ") or len(text) > LONGEST or style["white_space"] != "normal":
            return found
        words = split(text.rstrip(" "), style, context, width, *more, **named)
        if words[2] is None and words[3] <= width:
            return split(text, style, context, width + style["font_size"] * 2, *more, **named)
        return found

    return mended
