"""Where the labels inside a plot go: beside their marks, where they cover least."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from . import typeset

Box = tuple[float, float, float, float]  # left, bottom, right, top, in points


@dataclass
class Plot:
    """The plot's box and what already stands in it, as a cloud of points a few points apart."""

    box: Box
    cloud: list[tuple[float, float]] = field(default_factory=list)
    _points: np.ndarray = field(default_factory=lambda: np.empty((0, 2)))  # the cloud, when it was last asked for

    def add_path(self, path: Iterable[tuple[float, float]]) -> None:
        """Add a drawn line; NaN breaks it."""
        before: tuple[float, float] | None = None
        for here in path:
            if np.isnan(here).any():
                before = None
                continue
            start = here if before is None else before
            steps = max(int(np.hypot(here[0] - start[0], here[1] - start[1]) / 3), 1)
            self.cloud.extend(
                (start[0] + (here[0] - start[0]) * n / steps, start[1] + (here[1] - start[1]) * n / steps)
                for n in range(steps + 1)
            )
            before = here

    def add_box(self, box: Box) -> None:
        """Add an area, such as words or a bar."""
        self.cloud.extend((x, y) for x in _steps(box[0], box[2]) for y in _steps(box[1], box[3]))

    def points(self) -> np.ndarray:
        """The cloud as an array, a row for each point."""
        if len(self._points) != len(self.cloud):  # points are only ever added
            self._points = np.array(self.cloud)
        return self._points

    def best(
        self, words: str, size: float, marks: Sequence[tuple[float, float, str]], weight: str = "semibold"
    ) -> tuple[float, float]:
        """Find the place for words that covers least, and take it.

        marks: (x, y, side), at least one, in order of liking; side is "right", "left", "above" or "below" of
        the mark, or "above right" and the like. Returns the middle of the words' left edge.
        """
        boxes = [self.beside(words, size, weight, mark) for mark in marks]
        costs = [self.cost(box) for box in boxes]
        box = boxes[costs.index(min(costs))]
        self.add_box(box)
        return box[0], (box[1] + box[3]) / 2

    def beside(self, words: str, size: float, weight: str, mark: tuple[float, float, str]) -> Box:
        """The box that words take at a mark, which is as for `best`."""
        x, y, side = mark
        wide, tall = typeset.width(words, size, weight), typeset.height(words, size)
        slanted = " " in side  # above or below, and to one side
        left = x - wide / 2
        if side.endswith("right"):
            left = x + (3 if slanted else 9)
        elif side.endswith("left"):
            left = x - (3 if slanted else 9) - wide
        if side in ("above", "below"):  # move sideways rather than out of the plot
            left = min(max(left, self.box[0] + 2), self.box[2] - wide)
        bottom = y - tall / 2
        if side.startswith("above"):
            bottom = y + (4 if slanted else 6)
        elif side.startswith("below"):
            bottom = y - (4 if slanted else 6) - tall
        return (left, bottom, left + wide, bottom + tall)

    def cost_of_line(self, start: tuple[float, float], end: tuple[float, float]) -> float:
        """How often a line comes near what stands in the plot already, but for its first points."""
        steps = max(int(np.hypot(end[0] - start[0], end[1] - start[1]) / 3), 1)
        cloud = self.points()
        met = 0
        for n in range(3, steps - 1):
            here = (start[0] + (end[0] - start[0]) * n / steps, start[1] + (end[1] - start[1]) * n / steps)
            met += int((np.abs(cloud - here) < 2.5).all(axis=1).any())
        return float(met)

    def cost(self, box: Box) -> float:
        """How much of what stands in the plot already a box covers; more by far where it leaves the plot."""
        cloud = self.points()
        inside = (cloud > (box[0] - 3, box[1] - 1)) & (cloud < (box[2] + 3, box[3] + 1))
        outside = max(self.box[0] - box[0], box[2] - self.box[2], self.box[1] - box[1], box[3] - self.box[3], 0.0)
        return float(inside.all(axis=1).sum()) + 20 * outside


def _steps(low: float, high: float) -> list[float]:
    return list(np.linspace(low, high, max(int((high - low) / 3), 1) + 1))
