"""A small map: the coast, places with their names, and circles of a distance around them.

The map is an azimuthal equidistant one around a place: distances and directions from there are true, so that a
circle around it is a circle. Circles around other places are drawn where they run on the earth and come out
very slightly oval. Distances are geodesics on the WGS 84 ellipsoid (C. F. F. Karney, Algorithms for geodesics,
Journal of Geodesy 87, 2013), as the library geographiclib computes them.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, cast

import matplotlib.path
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle

from . import findings, labels, paper, style, typeset

if TYPE_CHECKING:
    from .figures import Chart

KILOMETRES = 1000.0  # metres
STEP = 2.0  # degrees between the corners of a drawn circle
MOST_HEIGHT = 620.0  # points
AROUND = ("right", "left", "above", "below", "above right", "above left", "below right", "below left")
FAR = (22.0, 36.0, 52.0, 70.0)  # from a point to words that find no room beside it
BARS = (50, 100, 200, 250, 500, 1000)  # lengths of the scale, in kilometres


@dataclass(frozen=True)
class Ring:
    """A circle of a distance in kilometres around a place, or its part outside other circles."""

    place: str
    km: float
    label: str
    colour: str
    plan: bool
    at: float | None
    corners: tuple[tuple[float, float], ...]  # latitude and longitude; NaN parts its pieces


@dataclass(frozen=True)
class Spot:
    """A place with its name."""

    place: str
    name: str
    colour: str
    hollow: bool


@dataclass
class Map:
    """What a map shows. Get it from `Chart.map`.

    centre: place that the projection is around; west, east, south, north: kilometres from there to the edges.
    """

    chart: Chart
    centre: str
    west: float
    east: float
    south: float
    north: float
    table: pd.DataFrame
    coast: pd.DataFrame
    spots: list[Spot] = field(default_factory=list)
    rings: list[Ring] = field(default_factory=list)

    # --- what to draw ---------------------------------------------------------------------------------------

    def places(
        self, names: Sequence[str] | Mapping[str, str], colour: str = "neutral", *, hollow: bool = False
    ) -> None:
        """Draw places as points with their names.

        names: keys of the table places, or key -> words to write instead of the name there ("" for none). Raises
        FigureError for a place that is not in the table or not on the map.
        """
        for key in names:
            row = self._row(key)
            self._inside(row["latitude"], row["longitude"], key)
            words = names[key] if isinstance(names, Mapping) else str(row["name"])
            self.spots.append(Spot(key, self.chart._words(words), self.chart._colour(colour), hollow))

    def circle(
        self,
        place: str,
        km: float,
        label: str = "",
        colour: str = "neutral",
        *,
        plan: bool = False,
        at: float | None = None,
        span: tuple[float, float] | None = None,
    ) -> None:
        """Draw all points `km` kilometres from a place: a range. plan: dashed, for what was never ready.

        Directions are degrees from north by east. at: where the label stands, seen from the place; where it covers
        least if not given. span: draw only the arc from one direction to the other. Raises FigureError.
        """
        self._ring(place, km, label, colour, plan, at, {}, span)

    def area(
        self, circles: Mapping[str, float], label: str = "", colour: str = "neutral", *, plan: bool = False
    ) -> None:
        """Draw the outline of several circles together: place -> kilometres.

        Of each circle only what lies outside the others is drawn. Raises FigureError.
        """
        if len(circles) < 2:
            raise self.chart.fail("area joins two circles or more; for one call circle")
        for number, (place, km) in enumerate(circles.items()):
            others = {other: far for other, far in circles.items() if other != place}
            self._ring(place, km, label if number == len(circles) - 1 else "", colour, plan, None, others)

    def _ring(
        self,
        place: str,
        km: float,
        label: str,
        colour: str,
        plan: bool,
        at: float | None,
        others: Mapping[str, float],
        span: tuple[float, float] | None = None,
    ) -> None:
        if not 0 < km < 15_000:
            raise self.chart.fail(f"a circle of {km:g} km: give kilometres from 0 to 15,000")
        if span is not None and not 0 < span[1] - span[0] <= 360:
            raise self.chart.fail(f"an arc from {span[0]:g} to {span[1]:g} degrees: the second must be the larger")
        row = self._row(place)
        middles = [(*self._row(other)[["latitude", "longitude"]], far) for other, far in others.items()]
        corners = circle(row["latitude"], row["longitude"], km, middles, span or (0.0, 360.0))
        colour = self.chart._colour(colour)
        self.rings.append(Ring(place, km, self.chart._words(label), colour, plan, at, tuple(corners)))

    def _row(self, place: str) -> pd.Series[Any]:
        if place not in self.table.index:
            raise self.chart.fail(f"no place {place!r} in the table places; it has {', '.join(self.table.index)}")
        return cast("pd.Series[Any]", self.table.loc[place])

    def _inside(self, latitude: float, longitude: float, place: str) -> None:
        x, y = self.project(latitude, longitude)
        if not (-self.west <= x <= self.east and -self.south <= y <= self.north):
            raise self.chart.fail(f"{place} is not on the map: {x:,.0f} km east and {y:,.0f} km north of {self.centre}")

    # --- from the earth to the paper ------------------------------------------------------------------------

    def project(self, latitude: float, longitude: float) -> tuple[float, float]:
        """Return kilometres east and north of the centre on the map."""
        far, azimuth = _inverse(*self._middle, latitude, longitude)
        return far * float(np.sin(np.radians(azimuth))), far * float(np.cos(np.radians(azimuth)))

    @cached_property
    def _middle(self) -> tuple[float, float]:
        row = self._row(self.centre)
        return row["latitude"], row["longitude"]

    def check_frame(self) -> None:
        """Raise FigureError if the map has no area, is too tall, or reaches beyond the coast that is known."""
        if min(self.west + self.east, self.south + self.north) <= 0:
            raise self.chart.fail("west, east, south and north are kilometres from the centre to the edges")
        if self.height() > MOST_HEIGHT:
            raise self.chart.fail(f"the map is {self.height():.0f} points tall, more than {MOST_HEIGHT:g}: widen it")
        middle = self._row(self.centre)
        low, high = self.coast[["latitude", "longitude"]].min(), self.coast[["latitude", "longitude"]].max()
        for x in np.linspace(-self.west, self.east, 9):
            for y in np.linspace(-self.south, self.north, 9):
                far, azimuth = float(np.hypot(x, y)), float(np.degrees(np.arctan2(x, y)))
                lat, lon = _direct(middle["latitude"], middle["longitude"], azimuth, far)
                if not (low["latitude"] <= lat <= high["latitude"] and low["longitude"] <= lon <= high["longitude"]):
                    raise self.chart.fail(f"the map reaches {lat:.0f}° N {-lon:.0f}° W, beyond the table coastline")

    @property
    def _scale(self) -> float:
        """Points of paper to a kilometre."""
        return (style.WIDTH - 1) / (self.west + self.east)

    def height(self) -> float:
        """Points of height."""
        return (self.south + self.north) * self._scale + 6

    # --- drawing --------------------------------------------------------------------------------------------

    def draw(self, figure: Figure, bottom: float, height: float) -> None:
        """Draw into the whole width of a figure, from `bottom` up, in points. Raises FigureError for an empty map."""
        if not self.spots and not self.rings:
            raise self.chart.fail("nothing to draw: call places, circle or area")
        wide, tall = figure.get_size_inches() * 72
        length, high = style.WIDTH - 1, height - 6
        axes = figure.add_axes((0.5 / wide, (bottom + 3) / tall, length / wide, high / tall))
        axes.set_xlim(-self.west, self.east)
        axes.set_ylim(-self.south, self.north)
        axes.axis("off")
        self._draw_coast(axes)
        box = (0.5, bottom + 3, 0.5 + length, bottom + 3 + high)
        figure.add_artist(
            Rectangle(
                (box[0], box[1]),
                length,
                high,
                fill=False,
                edgecolor=style.AXIS,
                linewidth=0.7,
                transform=paper.points(figure),
                zorder=4,
            )
        )
        plot = labels.Plot(box)
        lines = [self._draw_ring(axes, ring) for ring in self.rings]
        for line in lines:
            plot.add_path([self._paper(box, x, y) if _within(self, x, y) else (np.nan, np.nan) for x, y in line])
        self._draw_scale(figure, plot, box)
        spots = [self._paper(box, *self._projected(spot.place)) for spot in self.spots]
        for spot, (x, y) in zip(self.spots, spots, strict=True):
            paper.dot(figure, x, y, colour=spot.colour, hollow=spot.hollow, size=6.5)
            plot.add_box((x - 4, y - 4, x + 4, y + 4))
        for spot, (x, y) in zip(self.spots, spots, strict=True):
            if spot.name:
                _name(figure, plot, spot, x, y)
        for ring, line in zip(self.rings, lines, strict=True):
            if ring.label:
                self._label(figure, plot, ring, line, box)

    def _projected(self, place: str) -> tuple[float, float]:
        row = self._row(place)
        return self.project(row["latitude"], row["longitude"])

    def _paper(self, box: labels.Box, x: float, y: float) -> tuple[float, float]:
        return box[0] + (x + self.west) * self._scale, box[1] + (y + self.south) * self._scale

    def _draw_coast(self, axes: Axes) -> None:
        corners: list[tuple[float, float]] = []
        codes: list[int] = []
        for _, shape in self.coast.groupby("shape", sort=True):
            points = [self.project(lat, lon) for lat, lon in shape[["latitude", "longitude"]].to_numpy()]
            corners += [*points, points[0]]
            codes += [1, *[2] * (len(points) - 1), 79]  # move, lines, close
        land = matplotlib.path.Path(corners, codes)
        axes.add_patch(PathPatch(land, facecolor=LAND, edgecolor=style.COLOURS["context"], linewidth=0.6, zorder=1))

    def _draw_ring(self, axes: Axes, ring: Ring) -> list[tuple[float, float]]:
        line = [self.project(lat, lon) if not np.isnan(lat) else (np.nan, np.nan) for lat, lon in ring.corners]
        x, y = zip(*line, strict=True)
        drawn = axes.plot(x, y, color=ring.colour, linewidth=2.0, zorder=3)[0]
        if ring.plan:
            drawn.set_dashes((3.2, 2.2))
        return line

    def _label(
        self, figure: Figure, plot: labels.Plot, ring: Ring, line: list[tuple[float, float]], box: labels.Box
    ) -> None:
        """Set a circle's label beside its line, within the map."""
        seen = [(x, y) for x, y in line if _within(self, x, y)]
        if ring.at is not None:
            wanted, (x0, y0) = ring.at, self._projected(ring.place)
            turns = [float(np.degrees(np.arctan2(x - x0, y - y0))) for x, y in seen]
            off = [abs((turn - wanted + 180) % 360 - 180) for turn in turns]
            seen = [one for one, away in zip(seen, off, strict=True) if away <= 2 * STEP]
        if not seen:
            raise self.chart.fail(f"the circle {ring.label!r} is not on the map{'' if ring.at is None else ' there'}")
        marks = [(*self._paper(box, x, y), side) for x, y in seen for side in AROUND]
        # The widest room first: words at the edge of the map are hard to find.
        middle = (box[0] + box[2]) / 2
        marks.sort(key=lambda mark: round(abs(mark[0] - middle) / 60))
        left, level = plot.best(ring.label, style.LABEL, marks)
        paper.text(figure, left, level, ring.label, colour=style.text_colour(ring.colour), weight="semibold")

    def _draw_scale(self, figure: Figure, plot: labels.Plot, box: labels.Box) -> None:
        """A bar of a round length in the corner where it covers least."""
        km = max([one for one in BARS if one * self._scale <= 0.22 * style.WIDTH] or [BARS[0]])
        words = f"{findings.number(km)}{findings.NBSP}km"
        bar = km * self._scale
        wide, tall = max(bar, typeset.width(words, style.BAND)), 24.0
        corners = [(x, y) for y in (box[1] + 8, box[3] - 8 - tall) for x in (box[0] + 10, box[2] - 10 - wide)]
        boxes = [(x, y, x + wide, y + tall) for x, y in corners]
        costs = [plot.cost(one) for one in boxes]
        left, level = corners[costs.index(min(costs))]
        for x, y in (((0, bar), (0, 0)), ((0, 0), (0, 4)), ((bar, bar), (0, 4))):
            paper.line(
                figure, [left + one for one in x], [level + one for one in y], colour=style.GREY, width=1.2, order=5
            )
        paper.text(figure, left, level + 13, words, size=style.BAND, colour=style.GREY)
        plot.add_box(boxes[costs.index(min(costs))])

    @property
    def reading(self) -> str:
        """How to read the map."""
        said = f"Distances and directions from {self._row(self.centre)['name']} are true."
        return said + (" Dashed: planned, never ready." if any(ring.plan for ring in self.rings) else "")

    @property
    def frames(self) -> list[pd.DataFrame]:
        """The rows of the tables that are drawn."""
        used = [spot.place for spot in self.spots] + [ring.place for ring in self.rings] + [self.centre]
        return [self.coast, self.table.loc[self.table.index.isin(used)]]

    def drawn(self) -> pd.DataFrame:
        """The rows as drawn: layer, label, place, latitude, longitude, km, source and evidence of the place."""
        rows: list[dict[str, Any]] = [{"layer": "place", "label": one.name, "place": one.place} for one in self.spots]
        rows += [
            {"layer": "circle (plan)" if one.plan else "circle", "label": one.label, "place": one.place, "km": one.km}
            for one in self.rings
        ]
        known = self.table[["latitude", "longitude", "evidence", "source"]]
        return pd.DataFrame(rows).join(known, on="place")


LAND = "#E6E9ED"


def _within(one: Map, x: float, y: float) -> bool:
    return bool(-one.west <= x <= one.east and -one.south <= y <= one.north)


def _name(figure: Figure, plot: labels.Plot, spot: Spot, x: float, y: float) -> None:
    """Set the name of a place beside it, or farther off with a thin line where there is no room."""
    near: list[tuple[float, float, str]] = [(x, y, side) for side in AROUND]
    far = [
        (x + reach * float(np.sin(turn)), y + reach * float(np.cos(turn)), "right" if np.sin(turn) > 0 else "left")
        for reach in FAR
        for turn in np.radians(range(15, 360, 30))
    ]
    # Covering anything is worse than standing farther off.
    costs = [4 * plot.cost(plot.beside(spot.name, style.NOTE, "normal", mark)) for mark in near]
    costs += [
        2 + 4 * plot.cost(plot.beside(spot.name, style.NOTE, "normal", mark)) + 3 * plot.cost_of_line((x, y), mark[:2])
        for mark in far
    ]
    chosen = costs.index(min(costs))
    mark = [*near, *far][chosen]
    left, level = plot.best(spot.name, style.NOTE, [mark], "normal")
    if chosen >= len(near):
        end = (mark[0] + (6 if mark[2] == "right" else -6), mark[1])
        paper.line(figure, [x, end[0]], [y, end[1]], colour=style.AXIS, width=0.7, order=4.5)
        plot.add_path([(x, y), end])
    paper.text(figure, left, level, spot.name, size=style.NOTE, colour=style.INK)


# --- on the earth ------------------------------------------------------------------------------------------


@cache
def _geodesic() -> Any:
    from geographiclib.geodesic import Geodesic

    return Geodesic.WGS84


def _inverse(lat: float, lon: float, to_lat: float, to_lon: float) -> tuple[float, float]:
    """Distance in kilometres, and direction at the start in degrees from north by east."""
    found = _geodesic().Inverse(float(lat), float(lon), float(to_lat), float(to_lon))
    return found["s12"] / KILOMETRES, found["azi1"]


def _direct(lat: float, lon: float, azimuth: float, km: float) -> tuple[float, float]:
    """Latitude and longitude after a distance in a direction."""
    found = _geodesic().Direct(float(lat), float(lon), float(azimuth), km * KILOMETRES)
    return found["lat2"], found["lon2"]


def distance(lat: float, lon: float, to_lat: float, to_lon: float) -> float:
    """Return the distance of two points on WGS 84 in kilometres. Latitudes and longitudes in degrees."""
    return _inverse(lat, lon, to_lat, to_lon)[0]


def circle(
    lat: float,
    lon: float,
    km: float,
    outside: Sequence[tuple[float, float, float]] = (),
    span: tuple[float, float] = (0.0, 360.0),
) -> list[tuple[float, float]]:
    """Return a line of points (latitude, longitude) `km` kilometres from a point, from north by east and round.

    span: the directions between which it runs, in degrees.

    outside: other circles (latitude, longitude, km); points within one are left out, with NaN for the gap, and the
    line ends where it meets them.
    """

    def free(azimuth: float) -> bool:
        point = _direct(lat, lon, azimuth, km)
        return all(distance(to_lat, to_lon, *point) >= far for to_lat, to_lon, far in outside)

    azimuths = [float(one) for one in np.linspace(*span, max(round((span[1] - span[0]) / STEP), 1) + 1)]
    if not outside:
        return [_direct(lat, lon, azimuth, km) for azimuth in azimuths]
    line: list[tuple[float, float]] = []
    for before, after in itertools.pairwise(azimuths):
        line.append(_direct(lat, lon, before, km) if free(before) else (np.nan, np.nan))
        if free(before) != free(after):
            inner, outer = (after, before) if free(before) else (before, after)
            for _ in range(20):
                middle = (inner + outer) / 2
                inner, outer = (inner, middle) if free(middle) else (middle, outer)
            line.append(_direct(lat, lon, outer, km))
    line.append(_direct(lat, lon, azimuths[-1], km) if free(azimuths[-1]) else (np.nan, np.nan))
    return line
