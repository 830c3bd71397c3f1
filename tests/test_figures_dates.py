"""Dates on the axis, and stacked bars: bars that cover their time, ticks by the span, totals that are checked."""

from __future__ import annotations

import io
from typing import Any

import pandas as pd
import pytest
from matplotlib.dates import date2num, num2date
from test_figures import chart, overlapping

from sugarforoil import dates, figures


def day(text: str) -> float:
    return float(date2num(pd.Timestamp(text)))


def series(**columns: Any) -> pd.DataFrame:
    days = pd.to_datetime(["1962-08-01", "1962-09-01", "1962-10-01"])
    return pd.DataFrame({"date": days, "value": [28, 46, 30]}).assign(**columns)


# --- what a date stands for -------------------------------------------------------------------------------


def test_a_bar_covers_what_its_date_stands_for(shown: Any) -> None:
    one = chart()
    one.bars(series(date_precision="month"), x="date", colour="ussr")
    left, right = one.bar_edges(one.layers[0])
    assert day("1962-08-01") <= left[0] < day("1962-08-03") and day("1962-08-30") < right[0] <= day("1962-09-01")
    two = chart()
    two.bars(series(), x="date", colour="ussr")
    left, right = two.bar_edges(two.layers[0])
    assert day("1962-08-01") <= left[0] < right[0] <= day("1962-08-02")


def test_until_makes_a_bar_as_long_as_its_average(shown: Any) -> None:
    frame = pd.DataFrame(
        {"start": ["1962-01-01", "1962-09-01"], "end": ["1962-07-31", "1962-09-30"], "value": [14, 46]}
    )
    one = chart()
    one.bars(frame, x="start", until="end", colour="ussr")
    left, right = one.bar_edges(one.layers[0])
    assert left[0] >= day("1962-01-01") and right[0] == pytest.approx(day("1962-08-01"), abs=3)
    low, high = one.x_limits()
    assert low <= left[0] and right[1] <= high
    one.show()
    rows = pd.read_csv(io.StringIO(shown[0][0]["text/csv"]))
    assert rows["x"].tolist() == ["1962-01-01", "1962-09-01"] and rows["until"].tolist() == ["1962-07-31", "1962-09-30"]


def test_a_month_stands_in_its_middle_and_is_written_as_given(shown: Any) -> None:
    one = chart()
    one.line(series(date_precision="month"), x="date", label="ships", colour="ussr")
    assert one.layers[0].rows["x"].tolist() == [day("1962-08-16 12:00"), day("1962-09-16"), day("1962-10-16 12:00")]
    one.show()
    rows = pd.read_csv(io.StringIO(shown[0][0]["text/csv"]))
    assert rows["x"].tolist() == ["1962-08-01", "1962-09-01", "1962-10-01"]


def test_hours_are_kept_in_the_rows(shown: Any) -> None:
    one = chart()
    moments = pd.to_datetime(["1962-10-27 09:12", "1962-10-27 11:19"])
    one.points(pd.DataFrame({"date": moments, "value": [1, 2]}), x="date", label="messages")
    one.show()
    rows = pd.read_csv(io.StringIO(shown[0][0]["text/csv"]))
    assert rows["x"].tolist() == ["1962-10-27 09:12", "1962-10-27 11:19"]


def test_bars_of_two_layers_on_the_same_days_stand_side_by_side() -> None:
    one = chart()
    for colour in ("usa", "ussr"):
        one.bars(series(date_precision="month"), x="date", colour=colour)
    edges = [one.bar_edges(layer) for layer in one.layers]
    assert (edges[0][1] < edges[1][0]).all(), "the first ends before the second begins"


def test_the_last_day_of_the_limits_is_within(shown: Any) -> None:
    days = pd.date_range("1962-10-14", "1962-10-31")
    one = chart()
    one.bars(pd.DataFrame({"date": days, "value": 1}), x="date", colour="usa")
    one.axes(x=("1962-10-16", "1962-10-28"))
    one.show()
    rows = pd.read_csv(io.StringIO(shown[0][0]["text/csv"]))
    assert (rows["x"].iloc[0], rows["x"].iloc[-1]) == ("1962-10-16", "1962-10-28")


@pytest.mark.parametrize(
    ("start", "end", "first", "words"),
    [
        ("1962-10-27", "1962-10-28 12:00", "27\u00a0Oct", "06:00"),
        ("1962-10-14", "1962-10-28", "15\u00a0Oct", "17\u00a0Oct"),
        ("1962-08-01", "1962-10-05", "1\u00a0Aug", "15\u00a0Aug"),
        ("1962-07-01", "1963-02-01", "Jul", "1963"),
        ("1959-01-01", "1963-01-01", "1959", "1961"),
    ],
)
def test_ticks_follow_the_span_and_have_room(start: str, end: str, first: str, words: str) -> None:
    ticks = dates.ticks(day(start), day(end), 440)
    assert ticks.words[0][1] == first and words in [text for _, text in ticks.words]
    assert 4 <= len(ticks.words) <= 11
    gaps = pd.Series([place for place, _ in ticks.words]).diff().dropna() / (day(end) - day(start)) * 440
    assert gaps.min() >= 38, "labels have room"


def test_days_are_named_below_their_bars() -> None:
    ticks = dates.ticks(day("1962-10-22"), day("1962-10-29"), 440, within=True)
    assert [num2date(place).hour for place, _ in ticks.words] == [12] * 7
    assert [num2date(place).hour for place in ticks.places] == [0] * 8


@pytest.mark.parametrize(
    ("draw", "complaint"),
    [
        (lambda one: one.bars(series(date="1962-08-01"), x="date"), "two values for 1962-08-01"),
        (lambda one: one.bars(series(until="1962-10-31"), x="date", until="until"), "two values for"),
        (lambda one: one.bars(series(until="1961-01-01"), x="date", until="until"), "is before"),
        (lambda one: one.bars(pd.DataFrame({"year": [1960], "value": 1, "u": 1}), until="u"), "axis of dates"),
    ],
)  # fmt: skip
def test_faulty_dates_are_refused(draw: Any, complaint: str) -> None:
    with pytest.raises(figures.FigureError, match=complaint):
        draw(chart())


# --- stacked bars -----------------------------------------------------------------------------------------

PARTS = {"usa": ("United States", "usa"), "sun": ("Soviet Union", "ussr"), "oth": ("others", "context")}


def shares(**columns: Any) -> pd.DataFrame:
    years = [year for year in (1958, 1959, 1960) for _ in PARTS]
    frame = pd.DataFrame({"year": years, "part": [*PARTS] * 3, "value": [70, 2, 28, 68, 5, 27, 50, 20, 30]})
    return frame.assign(**columns)


def test_parts_stand_on_each_other_and_reach_the_total(shown: Any) -> None:
    one = chart()
    one.stack(shares(), PARTS, total=100)
    first, second, third = (layer.rows for layer in one.layers)
    assert first["low"].tolist() == [0, 0, 0]
    assert first["high"].tolist() == second["low"].tolist() == [70, 68, 50]
    assert third["high"].tolist() == [100, 100, 100]
    assert one.y_limits()[0] == 0 and one.y_limits()[1] >= 100
    one.show()
    rows = pd.read_csv(io.StringIO(shown[0][0]["text/csv"]))
    assert set(rows["layer"]) == {"stack"} and "low" not in rows.columns
    assert rows.loc[rows["label"] == "Soviet Union", "y"].tolist() == [2, 5, 20]


def test_labels_of_parts_stand_at_the_last_bar_and_apart(shown: Any, written: Any) -> None:
    one = chart()
    one.stack(shares(value=[70, 2, 28, 68, 5, 27, 1, 1, 98]), PARTS)
    one.show()
    boxes = {words: box for words, box in written if words in dict(PARTS.values())}
    assert boxes["United States"][1] < boxes["Soviet Union"][1] < boxes["others"][1]
    assert not list(overlapping(written))


def test_parts_run_across_on_a_chart_of_items(shown: Any, written: Any) -> None:
    frame = shares().rename(columns={"year": "item"})
    one = chart()
    one.items({1958: "before", 1959: "during", 1960: "after"})
    one.stack(frame, PARTS, x="item", total=100)
    one.show()
    assert {"United States", "Soviet Union", "others", "before", "during", "after"} <= {words for words, _ in written}
    assert not list(overlapping(written))


@pytest.mark.parametrize(
    ("frame", "options", "complaint"),
    [
        (shares(value=[70, -2, 32, 68, 5, 27, 50, 20, 30]), {}, "sun is negative in 1958"),
        (shares().drop(index=4), {}, "no value for sun in 1959: give 0"),
        (shares(value=[70, None, 28, 68, 5, 27, 50, 20, 30]), {}, "no value for sun in 1958"),
        (shares(value=[70, 2, 24, 68, 5, 27, 50, 20, 30]), {"total": 100}, "in 1958 add up to 96, not to 100"),
        (shares(sum=90), {"total": "sum"}, "add up to 100, not to 90"),
        (pd.concat([shares(), shares().iloc[:1]]), {}, "two values for usa in 1958"),
        (shares(part="chn"), {}, "no part 'chn'; there are usa, sun, oth"),
    ],
)
def test_a_sum_that_is_none_is_refused(frame: pd.DataFrame, options: dict[str, Any], complaint: str) -> None:
    with pytest.raises(figures.FigureError, match=complaint):
        chart().stack(frame, PARTS, **options)


def test_rounding_is_no_fault() -> None:
    chart().stack(shares(value=[70.1, 2, 28.1, 68, 5, 27, 50, 20, 30]), PARTS, total=100)
