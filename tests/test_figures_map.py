"""Maps: true distances, the coast around its places, circles that are circles, and what is refused."""

from __future__ import annotations

import io
import math
from typing import Any

import pandas as pd
import pytest
from test_figures import chart, overlapping, picture

from sugarforoil import datasets, figures, style, units, worldmap

CUBA = {"west": 320, "east": 920, "south": 440, "north": 220}
WIDE = {"west": 1900, "east": 1800, "south": 1500, "north": 2250}
AREA = {"havana": 926.0, "cabo_maisi": 926.0}


def havana(**frame: float) -> worldmap.Map:
    return chart(data=[]).map("havana", **{**WIDE, **frame})


def place(key: str) -> tuple[float, float]:
    row = datasets.load("places").set_index("place").loc[key]
    return row["latitude"], row["longitude"]


def test_distances_are_those_of_the_earth() -> None:
    """One degree of latitude at 45 degrees, and of longitude on the equator, as tables of WGS 84 give them."""
    assert worldmap.distance(44.5, 0, 45.5, 0) == pytest.approx(111.132, abs=0.001)
    assert worldmap.distance(0, 0, 0, 1) == pytest.approx(111.3195, abs=0.0001)
    assert worldmap.distance(*place("havana"), *place("washington")) == pytest.approx(1820, rel=0.01)


def test_a_circle_lies_at_its_distance_everywhere() -> None:
    for lat, lon in worldmap.circle(*place("san_cristobal"), 2037.2):
        assert worldmap.distance(*place("san_cristobal"), lat, lon) == pytest.approx(2037.2, abs=0.001)


def test_an_arc_runs_between_its_directions() -> None:
    one = havana()
    one.circle("havana", 926, "line", "usa", span=(20, 110))
    turns = [math.degrees(math.atan2(*one.project(*point))) for point in one.rings[0].corners]
    assert turns == sorted(turns) and (turns[0], turns[-1]) == pytest.approx((20, 110))
    with pytest.raises(figures.FigureError, match="the second must be the larger"):
        one.circle("havana", 926, span=(110, 20))


def test_around_the_centre_the_map_is_true() -> None:
    """A circle around the centre is a circle on paper, and directions are those of the compass."""
    one = havana()
    for turn, (lat, lon) in enumerate(worldmap.circle(*place("havana"), 926)):
        x, y = one.project(lat, lon)
        assert math.hypot(x, y) == pytest.approx(926, abs=0.001)
        azimuth = turn * worldmap.STEP
        assert (x, y) == pytest.approx((926 * math.sin(math.radians(azimuth)), 926 * math.cos(math.radians(azimuth))))


def test_the_outline_of_an_area_leaves_out_what_lies_within_another_circle() -> None:
    one = havana()
    one.area(AREA, "interception area", "usa")
    for ring, other in zip(one.rings, ("cabo_maisi", "havana"), strict=True):
        drawn = [point for point in ring.corners if not math.isnan(point[0])]
        assert 90 < len(drawn) < 170
        far = [worldmap.distance(*place(other), *point) for point in drawn]
        assert min(far) == pytest.approx(926, abs=0.1), "the pieces meet"
        assert max(far) > 1500


def test_the_coast_runs_round_its_places() -> None:
    """Havana, Santiago and Miami lie on the shore: land and places would part if one were shifted."""
    coast = datasets.load("coastline")
    for key in ("havana", "mariel", "santiago_de_cuba", "cienfuegos", "miami", "cabo_maisi"):
        lat, lon = place(key)
        near = coast[(coast["latitude"] - lat).abs().lt(0.7) & (coast["longitude"] - lon).abs().lt(0.7)]
        far = [worldmap.distance(lat, lon, *point) for point in near[["latitude", "longitude"]].to_numpy()]
        assert min(far) < 35, key
    tip = coast[coast["latitude"].between(20.0, 20.5) & coast["longitude"].between(-75, -74)]
    assert tip["longitude"].max() == pytest.approx(place("cabo_maisi")[1], abs=0.01)


def test_places_names_and_circles_are_drawn_and_do_not_meet(shown: Any, written: Any) -> None:
    one = chart(data=[])
    cuba = one.map("havana", **CUBA)
    cuba.places(["mariel", "cienfuegos", "casilda", "santiago_de_cuba", "havana"], "cuba")
    cuba.places(["guantanamo_bay", "key_west"], "usa", hollow=True)
    cuba.places(["san_cristobal", "guanajay", "sagua_la_grande", "remedios"], "ussr")
    one.show()
    assert {"Mariel", "Guanajay", "San Cristóbal", "250\u00a0km"} <= {words for words, _ in written}
    assert not list(overlapping(written))
    assert all(box[0] >= -0.5 and box[2] <= style.WIDTH + 0.5 for _, box in written)
    assert "Distances and directions from Havana are true." in " ".join(words for words, _ in written)


def test_rows_and_sources_are_those_of_what_is_drawn(shown: Any) -> None:
    one = chart(data=[])
    map = one.map("havana", **WIDE)
    map.circle("san_cristobal", units.nautical_miles_to_km(1100), "R-12", "ussr", at=0)
    map.area(AREA, "interception area", "usa", plan=True)
    map.places(["washington"])
    one.show()
    rows = pd.read_csv(io.StringIO(shown[0][0]["text/csv"]))
    assert rows["layer"].tolist() == ["place", "circle", "circle (plan)", "circle (plan)"]
    assert rows["km"].tolist()[1:] == pytest.approx([2037.2, 926, 926])
    about = shown[0][1]["sugarforoil"]
    assert about["datasets"] == ["coastline", "places"]
    assert {"naturalearth", "geonames", "frus1961v10supd432"} <= set(about["sources"])
    assert "noonsitecasilda" not in about["sources"], "Casilda is not drawn"


def test_the_map_is_light_and_fit_for_a_strict_page(shown: Any) -> None:
    for _ in range(2):
        one = chart(data=[])
        map = one.map("havana", **WIDE)
        map.circle("san_cristobal", 2037, "R-12", "ussr")
        one.show()
    first, second = (shown[n][0]["image/svg+xml"] for n in (0, 2))
    assert first == second, "the same map gives the same bytes"
    assert len(first) < 80_000 and "style=" not in first and "<style" not in first
    background = [e for e in picture(shown).iter() if e.get("fill") == "#ffffff"]
    assert not background, "the sea is transparent"


@pytest.mark.parametrize(
    ("draw", "complaint"),
    [
        (lambda one: one.places(["atlantis"]), "no place 'atlantis' in the table places; it has cabo_maisi"),
        (lambda one: one.places(["lima"]), "lima is not on the map"),
        (lambda one: one.circle("havana", -5), "give kilometres from 0"),
        (lambda one: one.circle("atlantis", 5), "no place 'atlantis'"),
        (lambda one: one.area({"havana": 500}), "joins two circles or more"),
        (lambda one: one.circle("havana", 50, colour="blurple"), "no colour"),
    ],
)
def test_faulty_calls_are_refused(draw: Any, complaint: str) -> None:
    with pytest.raises(figures.FigureError, match=complaint):
        draw(havana())


@pytest.mark.parametrize(
    ("frame", "complaint"),
    [
        ({"west": 9000, "east": 9000}, "beyond the table coastline"),
        ({"west": 300, "east": 300}, "points tall"),
        ({"west": -1900, "east": 1800}, "kilometres from the centre to the edges"),
    ],
)
def test_a_frame_that_cannot_be_filled_is_refused(frame: dict[str, float], complaint: str) -> None:
    with pytest.raises(figures.FigureError, match=complaint):
        havana(**frame)


def test_an_empty_map_and_a_circle_off_the_map_show_nothing(shown: Any) -> None:
    one = chart(data=[])
    map = one.map("havana", **CUBA)
    with pytest.raises(figures.FigureError, match="nothing to draw"):
        one.show()
    map.circle("havana", 4000, "R-14")
    with pytest.raises(figures.FigureError, match="'R-14' is not on the map"):
        one.show()
    assert shown == []
