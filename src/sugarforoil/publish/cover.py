"""The cover: title, subtitle, and the book's first finding drawn without a word.

Two lines cross: how often Cuba voted with the United States and how often with Moscow in the General Assembly of the
United Nations, session by session. The same data give the same bytes.

    cover.png(width=1600, height=2400)      # for the EPUB
    cover.svg(width=170, height=240)        # for the PDF, any unit: only the proportion matters
"""

from __future__ import annotations

import io

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sugarforoil import datasets, votes
from sugarforoil.style import house_style

PAPER, INK, SOFT = "#F6F1E7", "#1B2A3A", "#5C6570"
USA, MOSCOW = "#173F7A", "#D8412F"
TALL = 9.0  # inches; type is set for this height and scales with it

TITLE = ("Sugar", "for Oil")
SUBTITLE = ("Cuba and Russia", "from Batista to Putin")
KIND = "A data history"
AUTHOR = "The Sugar for Oil authors"

ALT = (
    "Cover of “Sugar for Oil: Cuba and Russia from Batista to Putin. A data history”. Two lines cross: how often "
    "Cuba voted with the United States, falling after 1958, and with Moscow, rising, breaking off in 1991 and "
    "rising again."
)


def draw(width: float, height: float) -> Figure:
    """The cover as a figure of the proportion width : height."""
    across = TALL * width / height
    with house_style():
        figure = Figure(figsize=(across, TALL), facecolor=PAPER)
        FigureCanvasAgg(figure)
        left, right = 0.10, 0.90

        def write(y: float, words: str, size: float, colour: str = INK, weight: str = "normal") -> None:
            figure.text(left, y, words, size=size, color=colour, weight=weight, ha="left", va="baseline")

        write(0.845, TITLE[0], 67, weight="semibold")
        write(0.752, TITLE[1], 67, weight="semibold")
        write(0.690, SUBTITLE[0], 22.5)
        write(0.655, SUBTITLE[1], 22.5)
        write(0.060, AUTHOR, 13)
        figure.text(right, 0.060, KIND, size=13, color=SOFT, ha="right", va="baseline")

        plot = figure.add_axes((left, 0.125, right - left, 0.46))
        plot.set_axis_off()
        plot.patch.set_alpha(0)
        for partners, colour in ((("SUN", "RUS"), MOSCOW), (("USA",), USA)):
            for partner in partners:
                line = votes.pair(datasets.load("un_agreement_shares"), "CUB", partner)
                plot.plot(line["year"], line["agreement_share"], color=colour, linewidth=4.2, clip_on=False)
        plot.set_xlim(1946, 2020)
        plot.set_ylim(0, 1)
    return figure


def png(width: int, height: int) -> bytes:
    """The cover as PNG of so many pixels."""
    held = io.BytesIO()
    draw(width, height).savefig(held, format="png", dpi=height / TALL, facecolor=PAPER, metadata={"Software": None})
    return held.getvalue()


def svg(width: float, height: float) -> bytes:
    """The cover as SVG, its letters drawn as outlines."""
    held = io.BytesIO()
    nothing = {"Date": None, "Creator": None, "Format": None, "Type": None}
    with mpl.rc_context({"svg.hashsalt": "cover", "svg.fonttype": "path"}):
        draw(width, height).savefig(held, format="svg", facecolor=PAPER, metadata=nothing)
    return held.getvalue()
