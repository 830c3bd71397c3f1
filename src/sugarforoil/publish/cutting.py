"""Tall figures in parts: cut where nothing is drawn but the lanes of a timeline, between its panels or its lines.

On a slide a figure that is too tall to be read comes again in parts, enlarged; in print it goes on overleaf.
"""

from __future__ import annotations

import copy
import io
import math
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

from lxml import html


def cuts(png: bytes, tall: float, each: float) -> list[float]:
    """Where a tall figure is cut into parts.

    Args:
        png: the figure, with its dots per inch.
        tall: inches; a figure no taller than that is not cut.
        each: inches; about how tall a part may be.

    Returns:
        Shares of its height, in order; none if it is not tall or would be spoilt.
    """
    import numpy as np
    from PIL import Image

    with Image.open(io.BytesIO(png)) as image:
        ink = (np.asarray(image.convert("L")) < 250).sum(axis=1)  # of each row of dots, how many are not background
        height, width, inch = image.height, image.width, image.info["dpi"][0]
    if height <= tall * inch:
        return []

    def runs(most: int, least: float, tallest: float = math.inf) -> list[tuple[int, int]]:
        """Bands of rows with at most so many dots, so many inches tall, inside the figure."""
        edge = np.flatnonzero(np.diff(np.concatenate(([0], ink <= most, [0])).astype(int)))
        found = [(int(start), int(end)) for start, end in edge.reshape(-1, 2)]
        inside = [band for band in found if 0.2 * height < band[0] and band[1] < 0.88 * height]
        return [(start, end) for start, end in inside if least * inch <= end - start <= tallest * inch]

    def words(rows: Any) -> bool:
        """Whether rows that begin at the edge of a band hold words: no line of a grid, and more than one digit."""
        return bool(rows[0] < 0.4 * width and rows.max() > 0.013 * width)

    # Between panels nothing is drawn, and words stand above and below.
    bands = runs(0, 0.17, 0.4)
    gaps = [(top, end) for top, end in bands if words(ink[top - 1 : top - 16 : -1]) and words(ink[end : end + 16])]
    between = gaps or runs(25, 0.05)  # in a timeline only the lanes run through
    count = math.ceil(height / inch / each)
    middles = [(start + end) / 2 / height for start, end in between]
    wanted = [step / count for step in range(1, count)] if middles else []
    return sorted({min(middles, key=lambda one: abs(one - share)) for share in wanted})


# --- in print -----------------------------------------------------------------------------------------------

WIDE = 144.0  # millimetres that figures take in print
TALLEST = 11.0  # inches of a figure as drawn; above that its letters are too small on a page
ORDINALS = ("first", "second", "third", "fourth")


def divide(content: Any, png: Callable[[str], Path | None]) -> None:
    """Divide the figures of a chapter that are too tall for a page; the first part keeps name, caption and text.

    Args:
        content: the chapter, as lxml elements; it is changed.
        png: gives the PNG of a picture's address, None where there is none.
    """
    for figure in list(content.iter("figure")):
        image = figure.find(".//img")
        file = png(image.get("src")) if image is not None else None
        edges = [0.0, *cuts(file.read_bytes(), TALLEST, 0.8 * TALLEST), 1.0] if file else []
        if len(edges) < 3:
            continue
        tall = WIDE * proportion(file.read_bytes()) if file else 0.0
        number = re.sub(r"\W+$", "", "".join(one.text_content() for one in figure.find_class("caption-number")[:1]))
        caption = figure.find(".//figcaption")
        if caption is not None:
            caption.append(html.fromstring("<span class='on'> The figure goes on.</span>"))
        rest = figure
        for place, (top, end) in enumerate(pairwise(edges)):
            shown = image if place == 0 else copy.deepcopy(image)
            shown.set("style", f"height: {tall * (end - top):.2f}mm; max-height: none; object-fit: cover; "
                      f"object-position: 0 {-tall * top:.2f}mm")  # fmt: skip
            if place:
                shown.set("alt", f"The {ORDINALS[place]} part of the figure above, which is described there.")
                further = html.fromstring("<figure class='rest'><figcaption></figcaption></figure>")
                further.insert(0, shown)
                further[1].text = f"{number}, {ORDINALS[place]} part."
                rest.addnext(further)
                further.tail, rest.tail = rest.tail, None
                rest = further


def proportion(png: bytes) -> float:
    """The height of a picture, its width being one."""
    from PIL import Image

    with Image.open(io.BytesIO(png)) as image:
        return float(image.height / image.width)
