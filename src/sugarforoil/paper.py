"""Draw on a figure as on paper.

Places and lengths in points from the lower left corner, whatever the resolution.
"""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.transforms import Affine2D, Transform

from . import style


def sheet(height: float) -> Figure:
    """Return an empty figure of the book's width and a height in points, not known to pyplot."""
    figure = Figure(figsize=(style.WIDTH / 72, height / 72))
    FigureCanvasAgg(figure)
    return figure


def points(figure: Figure) -> Transform:
    """The transform from points to the figure's pixels."""
    return Affine2D().scale(1 / 72) + figure.dpi_scale_trans


def text(
    figure: Figure,
    x: float,
    y: float,
    words: str,
    *,
    size: float = style.LABEL,
    colour: str = style.INK,
    weight: str = "normal",
    across: str = "left",
    up: str = "middle",
) -> None:
    """Set words, which may have several lines.

    across: "left", "center" or "right", up: "top", "middle" or "bottom": the part of them that stands at x
    and y.
    """
    lines = words.split("\n")
    step = size * style.LEADING
    block = step * len(lines)
    top = y + {"top": 0.0, "middle": block / 2, "bottom": block}[up]
    for place, words_of_line in enumerate(lines):
        # Capitals are 0.66 of the size high: with the base line here they stand in the middle of their line.
        base = top - step * (place + 0.5) - 0.33 * size
        figure.text(
            x,
            base,
            words_of_line,
            fontsize=size,
            color=colour,
            fontweight=weight,
            ha=across,
            va="baseline",
            transform=points(figure),
            zorder=6,
        )


def line(
    figure: Figure,
    x: Sequence[float],
    y: Sequence[float],
    *,
    colour: str = style.AXIS,
    width: float = 0.8,
    dashes: tuple[float, float] | None = None,
    alpha: float = 1.0,
    order: float = 1.0,
) -> None:
    """Draw a line through points."""
    drawn = Line2D(x, y, color=colour, linewidth=width, alpha=alpha, transform=points(figure), zorder=order)
    if dashes:
        drawn.set_dashes(dashes)
    figure.add_artist(drawn)


def dot(
    figure: Figure,
    x: float,
    y: float,
    *,
    colour: str,
    hollow: bool = False,
    diamond: bool = False,
    size: float = 8.0,
) -> None:
    """Draw a point: solid with a thin white edge, which keeps neighbours apart, or hollow."""
    face, edge, width = ("white", colour, 1.7) if hollow else (colour, "white", 0.8)
    drawn = Line2D([x], [y], marker="D" if diamond else "o", markersize=0.88 * size if diamond else size)
    drawn.set(markerfacecolor=face, markeredgecolor=edge)
    drawn.set(markeredgewidth=width, transform=points(figure), zorder=5)
    figure.add_artist(drawn)


def disc(figure: Figure, x: float, y: float, words: str, *, colour: str, hollow: bool, size: float) -> None:
    """Draw a disc with a number in it: white on colour, or colour on white where it is hollow."""
    drawn = Line2D([x], [y], marker="o", markersize=size, markerfacecolor="white" if hollow else colour)
    drawn.set(markeredgecolor=colour, markeredgewidth=1.3, transform=points(figure), zorder=5)
    figure.add_artist(drawn)
    ink = colour if hollow else "white"
    text(figure, x, y, words, size=0.72 * size, colour=ink, weight="semibold", across="center")


def box(
    figure: Figure,
    x: float,
    y: float,
    width: float,
    height: float,
    colour: str,
    order: float = 0.5,
    *,
    outline: bool = False,
) -> None:
    """Fill a rectangle, given by its lower left corner, or draw its outline, dashed as that of a plan."""
    drawn = Rectangle((x, y), width, height, facecolor=colour, edgecolor="none", zorder=order)
    if outline:
        drawn.set(facecolor="none", edgecolor=colour, linewidth=1.5, linestyle=(0, (2.5, 1.6)))
    drawn.set_transform(points(figure))
    figure.add_artist(drawn)
