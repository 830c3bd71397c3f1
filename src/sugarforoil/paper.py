"""Draw on a figure as on paper: places and lengths in points from the lower left corner, whatever the resolution."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
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
    figure: Figure, x: float, y: float, words: str, *, size: float = style.LABEL, colour: str = style.INK,
    weight: str = "normal", across: str = "left", up: str = "middle", halo: bool = False,
) -> None:  # fmt: skip
    """Set words, which may have several lines.

    across: "left", "center" or "right", up: "top", "middle" or "bottom": the part of them that stands at x and y.
    halo: a thin white edge, for words over lines.
    """
    lines = words.split("\n")
    step = size * style.LEADING
    block = step * len(lines)
    top = y + {"top": 0.0, "middle": block / 2, "bottom": block}[up]
    for place, words_of_line in enumerate(lines):
        # Capitals are 0.66 of the size high: with the base line here they stand in the middle of their line.
        base = top - step * (place + 0.5) - 0.33 * size
        drawn = figure.text(
            x, base, words_of_line, fontsize=size, color=colour, fontweight=weight, ha=across, va="baseline",
            transform=points(figure), zorder=6,
        )  # fmt: skip
        if halo:
            drawn.set_path_effects([withStroke(linewidth=3, foreground="white")])


def line(
    figure: Figure, x: Sequence[float], y: Sequence[float], *, colour: str = style.AXIS, width: float = 0.8,
    dashes: tuple[float, float] | None = None, alpha: float = 1.0, order: float = 1.0,
) -> None:  # fmt: skip
    """Draw a line through points."""
    drawn = Line2D(x, y, color=colour, linewidth=width, alpha=alpha, transform=points(figure), zorder=order)
    if dashes:
        drawn.set_dashes(dashes)
    figure.add_artist(drawn)


def dot(figure: Figure, x: float, y: float, *, colour: str, size: float = 8.0) -> None:
    """Draw a solid point with a thin white edge, which keeps neighbours apart."""
    figure.add_artist(
        Line2D(
            [x], [y], marker="o", markersize=size, color=colour, markeredgecolor="white", markeredgewidth=0.8,
            transform=points(figure), zorder=5,
        )  # fmt: skip
    )


def box(figure: Figure, x: float, y: float, width: float, height: float, colour: str) -> None:
    """Fill a rectangle, given by its lower left corner."""
    figure.add_artist(
        Rectangle((x, y), width, height, facecolor=colour, edgecolor="none", transform=points(figure), zorder=0.5)
    )
