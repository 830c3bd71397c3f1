"""Charts of items: each mark in its row and at its number, words that do not meet, and what is refused."""

from __future__ import annotations

import io
from typing import Any

import pandas as pd
import pytest
from test_figures import chart, overlapping

from sugarforoil import datasets, figures, paper, style

NAMES = {"a": "Warheads for the R-12", "b": "Launchers", "c": "Regiments"}


def counts(**columns: Any) -> pd.DataFrame:
    return pd.DataFrame({"item": ["a", "b", "c"], "value": [36, 24, 4]}).assign(**columns)


def items(**options: Any) -> figures.Chart:
    one = chart()
    one.items(NAMES, **options)
    return one


@pytest.fixture
def dots(monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, float, dict[str, Any]]]:
    """Every point drawn: x and y in points, and how."""
    drawn: list[tuple[float, float, dict[str, Any]]] = []
    original = paper.dot

    def dot(figure: Any, x: float, y: float, **how: Any) -> None:
        drawn.append((x, y, how))
        original(figure, x, y, **how)

    monkeypatch.setattr(paper, "dot", dot)
    return drawn


def place(written: Any, words: str) -> tuple[float, float, float, float]:
    (box,) = [box for text, box in written if text.replace("\n", " ") == words]
    return box


def test_a_point_lies_in_the_row_of_its_item_and_over_its_number(shown: Any, written: Any, dots: Any) -> None:
    one = items()
    one.points(counts(), "item", colour="ussr", hollow=False)
    one.axes(y=(0, 40))
    one.show()
    ends = [sum(place(written, words)[::2]) / 2 for words in ("0", "40")]
    for (x, y, _), (name, value) in zip(dots, zip(NAMES.values(), (36, 24, 4), strict=True), strict=True):
        _, bottom, _, top = place(written, name)
        assert bottom < y < top, name
        assert x == pytest.approx(ends[0] + (ends[1] - ends[0]) * value / 40, abs=0.1)


def test_equal_values_stand_below_each_other_in_the_order_of_their_layers(shown: Any, written: Any, dots: Any) -> None:
    one = items()
    one.points(counts(), "item", label="seen by the CIA", colour="usa", hollow=False, text="value")
    one.points(counts(), "item", label="found in the archives", colour="ussr", text="value")
    one.show()
    seen, found = dots[::2], dots[1::2]
    assert all(first[0] == second[0] and first[1] > second[1] + 12 for first, second in zip(seen, found, strict=True))
    assert [how["hollow"] for *_, how in seen + found] == [False] * 3 + [True] * 3
    assert not list(overlapping(written))


def test_no_words_overlap_however_close_the_numbers_are(shown: Any, written: Any) -> None:
    one = items()
    for number, (label, colour) in enumerate({"one": "usa", "two": "ussr", "three": "cuba", "four": "eu"}.items()):
        one.points(counts(value=[36 + number, 24 + 2 * number, 4.5]), "item", label=label, colour=colour, text="value")
    one.ranges(counts(low=30, high=40), "item", low="low", high="high", label="accounts that disagree", colour="world")
    one.show()
    assert not list(overlapping(written))
    assert all(box[0] >= -0.5 and box[2] <= style.WIDTH + 0.5 for _, box in written)


def test_the_longest_bar_leaves_room_for_its_words(shown: Any, written: Any) -> None:
    one = items()
    one.bars(counts(), "item", label="promised, not seen", colour="ussr", text="value")
    one.show()
    assert place(written, "36")[2] < place(written, "promised, not seen")[0]
    assert place(written, "promised, not seen")[2] <= style.WIDTH
    assert not list(overlapping(written))


def test_csv_names_the_item_of_each_row(shown: Any) -> None:
    one = items()
    one.points(counts(source="voeten2013data"), "item", label="seen", colour="usa")
    one.show()
    rows = pd.read_csv(io.StringIO(shown[0][0]["text/csv"]))
    assert rows["x"].tolist() == list(NAMES.values()) and rows["y"].tolist() == [36, 24, 4]


def test_panels_of_items_line_up_and_are_as_tall_as_their_rows(shown: Any, written: Any, dots: Any) -> None:
    one = chart(panels=2)
    for number, names in enumerate(({"a": "Warheads"}, {"b": "Launchers of medium-range missiles", "c": "Regiments"})):
        panel = one.panel(number, f"Panel {number}")
        panel.items(names)
        panel.points(counts(value=[0, 10, 0]).query("item in @names"), "item", colour="usa")
        panel.axes(y=(0, 10))
    one.show()
    assert dots[0][0] == dots[2][0], "zero stands over zero"
    assert place(written, "Panel 0")[1] > dots[0][1] > place(written, "Panel 1")[1] > dots[1][1] > dots[2][1]
    assert not list(overlapping(written))


def test_on_a_logarithmic_axis_tenfold_is_equally_far(shown: Any, dots: Any) -> None:
    one = items(log=True)
    one.points(counts(value=[1, 100, 10]), "item", colour="usa")
    one.show()
    first, third, second = (x for x, *_ in dots)
    assert second - first == pytest.approx(third - second)


def test_real_tables_fit(shown: Any, written: Any) -> None:
    deals = datasets.load("deals")
    known = deals[deals["counted"] & deals["value"].gt(40) & deals["unit"].eq("million US dollars")]
    one = chart(data=[])
    one.items(dict(zip(known["deal"], known["description"], strict=True)))
    promised = known["status"].isin(["announced", "financed"])
    colours = iter(["ussr", "cuba", "eu", "usa", "bloc", "china", "accent"])
    for status, rows in known[~promised].groupby("status"):
        one.bars(rows, "deal", label=status, colour=next(colours), text="value")
    one.points(known[promised], "deal", label="promised", plan=True, text="value")
    one.show()
    assert not list(overlapping(written))


@pytest.mark.parametrize(
    ("draw", "complaint"),
    [
        (lambda one: one.points(counts(item="d"), "item"), "no row for 'd'; there are a, b, c"),
        (lambda one: one.points(counts(item=None), "item"), "an item is missing"),
        (lambda one: one.line(counts(), "item"), "line has no place among items"),
        (lambda one: one.eras(), "eras needs an axis of time"),
        (lambda one: one.note("a", 1, "x"), "note needs an axis of time"),
        (lambda one: one.axes(x=(1, 2)), "has no limits of x"),
        (lambda one: one.items(NAMES), "call items before anything is drawn"),
    ],
)  # fmt: skip
def test_faulty_calls_are_refused(draw: Any, complaint: str) -> None:
    with pytest.raises(figures.FigureError, match=complaint):
        draw(items())


@pytest.mark.parametrize(
    ("prepare", "complaint"),
    [
        (lambda one: one.points(counts().iloc[:2], "item"), "no mark in the row 'c'"),
        (lambda one: one.points(counts(), "item", label="so many words " * 12), "no room beside its mark"),
    ],
)
def test_a_chart_that_cannot_be_drawn_shows_nothing(prepare: Any, complaint: str, shown: Any) -> None:
    one = items()
    prepare(one)
    with pytest.raises(figures.FigureError, match=complaint):
        one.show()
    assert shown == []


@pytest.mark.parametrize("kind", ["bars", "points"])
def test_a_logarithmic_axis_refuses_bars_and_zero(kind: str) -> None:
    with pytest.raises(figures.FigureError, match="logarithmic axis"):
        getattr(items(log=True), kind)(counts(value=[0, 1, 2]), "item")


def test_items_after_an_axis_of_time_are_refused() -> None:
    one = chart()
    one.line(pd.DataFrame({"year": [1960, 1961], "value": [1, 2]}))
    with pytest.raises(figures.FigureError, match="call items before"):
        one.items(NAMES)
