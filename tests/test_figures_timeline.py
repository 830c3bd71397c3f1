"""Timelines of days and hours: order, clocks, what is hollow, and that no words or numbers meet."""

from __future__ import annotations

import io
import itertools
import math
from typing import Any

import pandas as pd
import pytest
from test_figures import chart, overlapping

from sugarforoil import datasets, figures, moments, paper, style, timeline

LANES = {"USA": ("Washington", "usa"), "SUN": ("Moscow", "ussr"), "CUB": ("Havana", "cuba")}


def crisis() -> pd.DataFrame:
    steps = datasets.load("crisis_timeline")
    steps = steps[steps["date"].between("1962-10-14", "1962-10-28") & steps["preferred"] & steps["actor"].isin(LANES)]
    return steps[
        steps["time"].notna() | steps["category"].isin(["diplomacy", "naval"]) | (steps["date"] < "1962-10-16")
    ]


def steps(*rows: tuple[str, str]) -> pd.DataFrame:
    """Events of 27 October in Washington: (hour, title)."""
    frame = pd.DataFrame(rows, columns=["time", "title"])
    return frame.assign(date=pd.Timestamp("1962-10-27"), actor="USA", utc_offset="-04:00", clock="Washington")


def entries(frame: pd.DataFrame) -> list[moments.Entry]:
    lanes = {key: name for key, (name, _) in LANES.items()}
    return moments.entries(frame, lanes, lane="actor", date="date", label="title", time="time")


@pytest.mark.parametrize("across", [False, True])
def test_the_thirteen_days_fit_a_page_and_no_words_overlap(across: bool, shown: Any, written: Any) -> None:
    one = chart(data=[])
    one.timeline(crisis(), LANES, lane="actor", time="time", across=across)
    one.show()
    assert one.body is not None and one.body.height() < 1000
    assert not list(overlapping(written))
    assert all(box[0] >= -0.5 and box[2] <= style.WIDTH + 0.5 for _, box in written)
    rows = pd.read_csv(io.StringIO(shown[0][0]["text/csv"]))
    assert len(rows) == len(crisis())
    assert rows["x"].tolist()[0] == "1962-10-14" and "1962-10-24 10:00" in rows["x"].tolist()


def test_a_timeline_of_weeks_runs_from_monday_to_sunday_and_no_words_overlap(shown: Any, written: Any) -> None:
    days = ["1962-05-20", "1962-07-01", "1962-09-09", "1962-09-10", "1962-12-01"]
    precision = ["day", "month", "day", "day", "day"]
    frame = pd.DataFrame({"date": pd.to_datetime(days), "date_precision": precision, "title": list("abcde")})
    one = chart(data=["crisis_timeline"])
    one.timeline(frame.assign(actor="SUN"), LANES, lane="actor", weeks=True)
    one.show()
    said = [words for words, _ in written]
    assert "14\N{NO-BREAK SPACE}May" in said and "26\N{NO-BREAK SPACE}Nov" in said
    assert "3\N{NO-BREAK SPACE}Dec" not in said
    assert not list(overlapping(written))
    body = one.body
    assert isinstance(body, timeline.Timeline)
    assert [(pd.Timestamp(x) - pd.Timestamp("1962-05-14")).days % 7 for x in body._span()] == [0, 0]
    assert len(body._band_heights) == 29
    assert "Monday" in body.reading and "the day is not known" in body.reading


def test_numbered_marks_do_not_cover_each_other(shown: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    discs: list[tuple[float, float, float]] = []
    original = paper.disc

    def disc(figure: Any, x: float, y: float, words: str, **how: Any) -> None:
        discs.append((x, y, how["size"]))
        original(figure, x, y, words, **how)

    monkeypatch.setattr(paper, "disc", disc)
    one = chart(data=[])
    one.timeline(crisis(), LANES, lane="actor", time="time", across=True)
    one.show()
    assert len(discs) == len(crisis())
    for (x, y, size), (other_x, other_y, _) in itertools.combinations(discs, 2):
        assert abs(x - other_x) >= size - 0.5 or abs(y - other_y) >= size - 0.5


def test_an_event_without_an_hour_stands_between_its_neighbours() -> None:
    found = entries(steps(("09:00", "first"), ("", "second"), ("", "third"), ("12:00", "fourth"), ("", "fifth")))
    assert [one.text for one in found] == ["first", "second", "third", "fourth", "fifth"]
    hours = [(one.place % 1) * 24 for one in found]
    assert hours[:4] == pytest.approx([9, 10, 11, 12]) and 12 < hours[4] < 24
    assert [moments.vague(one, hours=True) for one in found] == [False, True, True, False, True]


def test_marks_follow_one_clock_and_other_clocks_are_named() -> None:
    frame = steps(("11:19", "down"), ("10:12", "coast"), ("23:00", "meeting"))
    frame.loc[1, ["utc_offset", "clock"]] = ["-05:00", "Havana"]  # 11:12 in Washington
    found = entries(frame)
    assert [one.text for one in found] == ["coast (Havana time)", "down", "meeting"]
    assert (found[0].place % 1) * 24 == pytest.approx(11.2)
    assert found[0].hour == "10:12", "printed as the row has it"


def test_marks_of_a_day_stand_within_it(shown: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Days are as tall as their events need, but a mark never leaves its day."""
    one = chart(data=[])
    one.timeline(crisis(), LANES, lane="actor", time="time")
    body = one.body
    assert body is not None
    level = body._levels(1000.0, 0.0)
    for entry in body.entries:
        day = math.floor(entry.place)
        assert level(day) >= level(entry.place) >= level(day + 1)
    assert level(body.entries[0].place) <= 1000 and level(body.entries[-1].place) >= 0


@pytest.mark.parametrize(
    ("frame", "complaint"),
    [
        (steps(("25:00", "x")), "has the hour '25:00'; write HH:MM"),
        (steps(("9:00", "x")), "has the hour '9:00'; write HH:MM"),
        (steps(("09:00", "x")).assign(date=pd.NaT), "the event 'x' has no date"),
        (steps(("09:00", "x")).drop(columns="time"), "no column 'time'"),
        (pd.concat([steps(("09:00", "x"))] * 80), "points tall, a page 1000: choose fewer events, or across=True"),
    ],
)
def test_faulty_timelines_are_refused(frame: pd.DataFrame, complaint: str) -> None:
    with pytest.raises(figures.FigureError, match=complaint):
        chart().timeline(frame, LANES, lane="actor", time="time")
