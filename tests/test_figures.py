"""The figures: what they show and refuse, that their bytes do not change, and that they can be read."""

from __future__ import annotations

import base64
import io
import itertools
import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from sugarforoil import datasets, figures, findings, style, typeset

SVG = "{http://www.w3.org/2000/svg}"
WORDS = {
    "title": "Cuba changed sides",
    "subtitle": "Share of identical votes, 1955 to 1962",
    "caption": "How often two states voted alike {cite:p}`voeten2013data`.",
    "alt": "Two lines: with the United States falling from 85 to 9 percent, with the Soviet Union rising.",
}
TABLE = "un_agreement_shares"
RED = (216, 65, 47)  # of the Soviet Union
LONG = "A title that is long enough to be taken for more"


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test is a process of its own as far as figure ids go."""
    monkeypatch.setattr(figures, "_shown", {})


def votes(**columns: Any) -> pd.DataFrame:
    frame = pd.DataFrame({"year": [1955, 1956, 1957, 1959, 1960, 1962], "value": [80, 81, 85, 28, 21, 9]})
    return frame.assign(**columns)


def chart(id: str = "fig-test", **changed: Any) -> figures.Chart:
    return figures.Chart(id, **{**WORDS, "data": [TABLE], **changed})


def drawn(id: str = "fig-test", **changed: Any) -> figures.Chart:
    one = chart(id, **changed)
    one.line(votes(), label="with the United States", colour="usa")
    return one


def picture(shown: list[tuple[dict[str, Any], dict[str, Any]]], place: int = 0) -> ElementTree.Element:
    """The figure shown at a place, as a tree: each figure is followed by its caption."""
    return ElementTree.fromstring(shown[2 * place][0]["image/svg+xml"])  # noqa: S314 (our own drawing)


# --- what is shown ----------------------------------------------------------------------------------------


def test_show_emits_the_figure_and_then_its_caption_and_nothing_else(shown: Any, capsys: Any) -> None:
    one = drawn()
    assert one.show() is None
    (bundle, about), (caption, mark) = shown
    assert set(bundle) == {"image/svg+xml", "image/png", "text/csv", "text/plain"}
    assert bundle["text/plain"] == WORDS["alt"]
    assert about["sugarforoil"] == {
        "kind": "figure",
        "id": "fig-test",
        "title": WORDS["title"],
        "caption": WORDS["caption"],
        "alt": WORDS["alt"],
        "datasets": [TABLE],
        "sources": sorted(datasets.describe(TABLE).sources),
    }
    assert about["image/svg+xml"]["alt"] == about["image/png"]["alt"] == WORDS["alt"]
    assert mark == {"sugarforoil": {"kind": "caption"}}
    assert caption["text/markdown"] == "How often two states voted alike (Voeten 2013)."
    assert capsys.readouterr().out == ""


def test_the_methods_return_nothing_that_a_cell_would_print() -> None:
    one = chart()
    assert one.line(votes(), label="a") is one.eras() is one.zero() is one.axes(y=(0, 100)) is None


def test_csv_has_the_rows_drawn_with_their_source_and_evidence(shown: Any) -> None:
    one = chart()
    known = votes(source="voeten2013data", evidence="derived")
    one.line(known, label="with the United States", colour="usa")
    rival = pd.DataFrame({"year": [1957], "low": [70.0], "high": [90.0], "source": ["voeten2013data"]})
    one.ranges(rival, low="low", high="high", label="rivals")
    one.axes(x=(1956, 1960))
    one.show()
    rows = pd.read_csv(io.StringIO(shown[0][0]["text/csv"]))
    assert list(rows.columns) == ["layer", "label", "x", "y", "low", "high", "evidence", "source"]
    assert rows["layer"].tolist() == ["line"] * 4 + ["ranges"]
    assert rows["x"].tolist() == [1956, 1957, 1959, 1960, 1957]
    assert rows["y"].tolist()[:4] == [81, 85, 28, 21]
    assert rows.loc[4, ["low", "high"]].tolist() == [70, 90]
    assert set(rows["source"]) == {"voeten2013data"}
    assert shown[0][1]["sugarforoil"]["sources"] == ["voeten2013data"]


def test_a_computed_frame_does_not_hide_its_sources_behind_those_of_another(shown: Any) -> None:
    """One line keeps its source column, the other was computed: both stand in the source line."""
    chart = figures.Chart("fig-votes", **WORDS, data=[TABLE])
    chart.line(votes(source="frus1958v6d456"), label="Kept", colour="usa")
    chart.line(votes(value=[20, 19, 15, 72, 79, 91]), label="Computed", colour="ussr")
    chart.show()
    expected = {"frus1958v6d456", *datasets.describe(TABLE).sources}
    assert set(shown[0][1]["sugarforoil"]["sources"]) == expected


def test_source_line_names_tables_and_sources(shown: Any, written: Any) -> None:
    one = chart(data=[])
    frame = datasets.load(TABLE).query("country_a == 'CUB' and country_b == 'USA' and issue == 'all'")
    one.line(frame, y="agreement_share", label="with the United States", colour="usa")
    one.show()
    (line,) = [words for words, _ in written if "Data:" in words]
    assert line.startswith("Data: un_agreement_shares (") and "Voeten 2013" in line


def test_a_missing_year_breaks_the_line_and_a_lonely_year_is_a_dot(shown: Any) -> None:
    drawn().show()
    blue = [element for element in picture(shown).iter() if element.get("stroke") == style.COLOURS["usa"].lower()]
    (path,) = [one.get("d", "") for one in blue if one.get("stroke-width") == "2.6"]
    assert len(re.findall("M[^M]+L", path)) == 2, "1958 and 1961 are missing: two pieces, 1962 is no line at all"
    dots = [one for one in blue if one.tag == f"{SVG}use"]
    assert len(dots) == 1, "1962 stands between gaps"


def test_marks_are_explained_and_plans_look_unlike_outturns(shown: Any, written: Any) -> None:
    points = votes().iloc[[0]]
    for number, plan in enumerate((False, True)):
        one = chart(f"fig-{number}", alt=WORDS["alt"] + str(number))
        one.points(points, label="reported", colour="ussr", plan=plan)
        one.show()
    assert any(words.startswith("Hollow points: single reports.") for words, _ in written)
    assert any(words.startswith("Diamonds: plans, not outturns.") for words, _ in written)
    marks = [[e.get("d") for e in picture(shown, n).iter() if e.get("stroke-width") == "1.9"] for n in (0, 1)]
    assert [len(shapes) for shapes in marks] == [2, 2] and marks[0] != marks[1]


def test_eras_are_named_over_the_plot(shown: Any, written: Any) -> None:
    one = drawn()
    one.eras()
    one.show()
    words = [text for text, _ in written]
    assert "Before the revolution" in words and "Sugar for oil" in words
    assert "Perestroika" not in words, "the axis ends in 1962"


def test_panels_share_one_strip_of_eras_and_keep_their_headings(shown: Any, written: Any) -> None:
    one = chart(panels=2)
    for place, heading in enumerate(("Exports", "Imports")):
        panel = one.panel(place, heading)
        panel.line(votes(), label="United States", colour="usa")
        panel.eras()
    one.show()
    words = [text for text, _ in written]
    assert words.count("Sugar for oil") == 1
    assert words.count("Exports") == words.count("Imports") == 1
    rows = pd.read_csv(io.StringIO(shown[0][0]["text/csv"]))
    assert rows["panel"].value_counts().to_dict() == {"Exports": 6, "Imports": 6}


def test_a_date_on_an_axis_of_years_stands_within_its_year(shown: Any, written: Any) -> None:
    one = drawn()
    one.events(pd.DataFrame({"date": pd.to_datetime(["1959-01-01"]), "title": ["Batista flees Cuba"]}))
    one.show()
    assert one.moments[0].x == 1958.5, "a year's mark stands for its whole length"
    assert "Batista flees Cuba" in [text for text, _ in written]


# --- words never overlap ----------------------------------------------------------------------------------


def overlapping(boxes: list[tuple[str, tuple[float, float, float, float]]]) -> Iterator[tuple[str, str]]:
    for (first, a), (second, b) in itertools.combinations([one for one in boxes if one[0]], 2):
        if a[0] < b[2] - 0.5 and b[0] < a[2] - 0.5 and a[1] < b[3] - 0.5 and b[1] < a[3] - 0.5:
            yield first, second


def test_labels_at_the_ends_of_lines_that_meet_are_moved_apart(shown: Any, written: Any) -> None:
    one = chart()
    for number, colour in enumerate(("usa", "ussr", "cuba", "world")):
        one.line(votes(value=[80, 70, 60, 50, 40, 30 + number / 10]), label=f"line {number}", colour=colour)
    one.show()
    assert not list(overlapping(written))


def test_no_words_of_a_crowded_timeline_overlap(shown: Any, written: Any) -> None:
    days = pd.to_datetime(["1959-01-01"] + ["1960-07-06"] * 20 + ["1961-01-03", "1961-01-03"])
    frame = pd.DataFrame({"date": days, "side": ["a", *["b"] * 20, "a", "b"], "date_precision": "day"})
    frame["title"] = [
        f"Event {number} of a crowded summer, told in so many words that they need two lines" for number in range(23)
    ]
    one = chart()
    one.timeline(frame, {"a": ("Washington", "usa"), "b": ("Havana", "cuba")}, lane="side")
    one.show()
    assert not list(overlapping(written))
    assert all(box[0] >= -0.5 and box[2] <= style.WIDTH + 0.5 for _, box in written)
    rows = pd.read_csv(io.StringIO(shown[0][0]["text/csv"]))
    assert len(rows) == 23 and rows.loc[0, "x"] == "1959-01-01"


def test_spread_moves_no_more_than_it_must_and_keeps_the_order() -> None:
    assert typeset.spread([10, 50], [20, 20]) == [10, 50]
    assert typeset.spread([30, 30], [20, 20]) == [20, 40]
    assert typeset.spread([0, 0], [20, 20], low=0) == [10, 30]
    dice = random.Random(1960)  # noqa: S311
    for _ in range(200):
        wanted = [dice.uniform(0, 300) for _ in range(8)]
        sizes = [dice.uniform(5, 30) for _ in wanted]
        placed = typeset.spread(wanted, sizes, 0, 300)
        order = sorted(range(8), key=wanted.__getitem__)
        for before, after in itertools.pairwise(order):
            assert placed[after] - placed[before] >= (sizes[before] + sizes[after]) / 2 - 1e-6
        assert min(p - s / 2 for p, s in zip(placed, sizes, strict=True)) >= -1e-6


def test_wrapping_respects_the_measure_and_no_break_spaces() -> None:
    text = "Cuba sold five million tonnes of sugar for 4\u00a0¢/lb and oil"
    lines = typeset.wrap(text, 13, 150).split("\n")
    assert len(lines) > 1 and all(typeset.width(line, 13) <= 150 for line in lines)
    assert any("4\u00a0¢/lb" in line for line in lines)
    assert " ".join(lines) == text


def test_a_width_does_not_depend_on_where_it_is_asked_first() -> None:
    """Widths are kept: one that was rounded to whole points by hinting would shift every later figure."""
    typeset.width.cache_clear()
    outside = typeset.width("28\u00a0May", style.LABEL, "semibold")
    typeset.width.cache_clear()
    with style.house_style():
        assert typeset.width("28\u00a0May", style.LABEL, "semibold") == outside


# --- bytes ------------------------------------------------------------------------------------------------

SCRIPT = """
import sys; sys.path.insert(0, {tests!r})
import hashlib, IPython.display, test_figures as t
def publish(data, metadata=None, **_):
    for mime in ("image/svg+xml", "image/png"):
        if mime in data: print(mime, hashlib.sha256(data[mime].encode()).hexdigest())
IPython.display.publish_display_data = publish
one = t.drawn(); one.points(t.votes().iloc[[1]], label="reported", colour="ussr"); one.eras(); one.show()
"""


def test_bytes_are_the_same_in_every_process(shown: Any) -> None:
    script = SCRIPT.format(tests=str(Path(__file__).parent))
    said = [
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed, "MPLBACKEND": "svg"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert said[0] == said[1] and said[0].count("image/") == 2


def test_svg_is_light_and_fit_for_a_strict_page(shown: Any) -> None:
    one = drawn()
    one.eras()
    one.show()
    source = shown[0][0]["image/svg+xml"]
    assert len(source) < 60_000
    assert source.startswith("<svg ") and "<!--" not in source and "\r" not in source
    assert not re.search(r"<style|style=|<metadata|<script", source)
    assert set(re.findall(r"https?://[^\"']+", source)) == {"http://www.w3.org/2000/svg"}
    root = picture(shown)
    assert root.get("role") == "img" and root.get("aria-label") == WORDS["alt"]
    wide, tall = (float(part) for part in root.get("viewBox", "").split()[2:])
    assert wide == pytest.approx(style.WIDTH, abs=0.1) and tall < wide
    whole = [e for e in root.iter(f"{SVG}path") if e.get("fill") in (None, "#ffffff", "white")]
    assert not [e for e in whole if f"{wide:g}" in e.get("d", "")], "nothing paints the background"


def test_ids_are_unique_within_and_between_figures(shown: Any) -> None:
    drawn("fig-one").show()
    drawn("fig-two", title="Another", caption="Another.", alt=WORDS["alt"] + " Again.").show()
    ids = [e.get("id") for n in (0, 1) for e in picture(shown, n).iter() if e.get("id")]
    assert len(ids) == len(set(ids)) > 20
    for data, _ in shown[::2]:
        source = data["image/svg+xml"]
        wanted = re.findall(r"#(f[\da-f]+-[\da-f]+)", source)
        assert wanted and set(wanted) <= set(re.findall(r' id="([^"]+)"', source))


def test_png_is_white_unsigned_and_as_wide_as_it_says(shown: Any) -> None:
    one = drawn()
    one.bars(votes(), label="bars", colour="ussr")
    one.show()
    image = Image.open(io.BytesIO(base64.b64decode(shown[0][0]["image/png"])))
    assert image.width == round(style.WIDTH / 72 * style.PNG_DPI)
    assert image.convert("RGB").getpixel((0, image.height - 1)) == (255, 255, 255)
    red = (np.asarray(image.convert("RGB")) == RED).all(axis=2)
    columns = np.flatnonzero(red.any(axis=0))
    assert 20 < len(columns) < image.width / 2, "six upright bars"
    assert image.info["dpi"] == pytest.approx((style.PNG_DPI, style.PNG_DPI), abs=0.1)
    assert image.info.keys() == {"dpi"} and not getattr(image, "text", {})


def test_drawing_leaves_no_trace_in_matplotlib(shown: Any) -> None:
    import matplotlib.pyplot as plt

    mpl.use("agg")  # settled, so that looking at it changes nothing
    mpl.rcParams["lines.linewidth"] = 7.0
    before = mpl.rcParams.copy()
    try:
        drawn().show()
        with pytest.raises(figures.FigureError):
            chart("fig-empty").show()
        assert mpl.rcParams == before
        assert plt.get_fignums() == []
    finally:
        mpl.rcdefaults()


def test_a_readers_own_settings_do_not_change_the_figure(shown: Any) -> None:
    drawn().show()
    with mpl.rc_context({"lines.linewidth": 9, "font.size": 30, "axes.facecolor": "red", "svg.fonttype": "none"}):
        drawn().show()
    assert shown[0][0] == shown[2][0]


# --- what is refused --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"caption": ""}, "caption is missing"),
        ({"caption": " \n"}, "caption is missing"),
        ({"caption": None}, "caption is missing"),
        ({"alt": ""}, "alt is missing"),
        ({"alt": "A chart of votes."}, "40 or more"),
        ({"alt": f"{LONG}.", "title": LONG}, "repeats the title"),
        ({"caption": WORDS["alt"]}, "repeats the caption"),
        ({"title": "  "}, "title is missing"),
        ({"id": ""}, "id is missing"),
        ({"id": "fig_Votes 1"}, "small letters"),
        ({"caption": "Votes {cite:p}`nobody1900`."}, "nobody1900"),
        ({"title": "Cuba \u2603"}, "cannot draw"),
    ],
)  # fmt: skip
def test_words_are_required(changed: dict[str, Any], complaint: str) -> None:
    with pytest.raises(figures.FigureError, match=complaint):
        chart(**changed)


@pytest.mark.parametrize("left_out", ["title", "caption", "alt"])
def test_words_are_required_arguments(left_out: str) -> None:
    words = {name: text for name, text in WORDS.items() if name != left_out}
    with pytest.raises(TypeError, match=left_out):
        figures.Chart("fig-test", **words)


@pytest.mark.parametrize(
    ("draw", "complaint"),
    [
        (lambda one: one.line(votes(), colour="blurple"), "no colour is called 'blurple'"),
        (lambda one: one.line(votes(), y="share"), "no column 'share' in the frame; it has year, value"),
        (lambda one: one.line(votes().query("year > 2000")), "the frame has no rows"),
        (lambda one: one.line(votes(value=float("nan"))), "every value is missing"),
        (lambda one: one.line(votes(value="many")), "must hold numbers"),
        (lambda one: one.line(pd.concat([votes(), votes()])), "two values for 1955"),
        (lambda one: one.line(votes(year=None)), "year or date is missing"),
        (lambda one: one.line(votes(), label="a \u2603"), "cannot draw"),
        (lambda one: one.bars(votes(status="planned")), "draw them with plan=True"),
        (lambda one: one.points(votes(), where="end"), "where must be"),
        (lambda one: one.panel(1), "no panel 1"),
        (lambda one: one.timeline(votes(type="x", title="t"), {}, date="year"), "no lane for 'x'"),
    ],
)
def test_faulty_calls_are_refused_by_name(draw: Any, complaint: str) -> None:
    with pytest.raises(figures.FigureError, match=f"^figure 'fig-test'.*{re.escape(complaint)}"):
        draw(chart())


@pytest.mark.parametrize(
    ("prepare", "complaint"),
    [
        (lambda one: None, "nothing to draw"),
        (lambda one: (one.line(votes()), one.axes(x=(1900, 1910))), "no value within the limits"),
        (lambda one: (one.line(votes()), one.axes(y=(0, 50))), "do not fit"),
    ],
)
def test_a_figure_that_cannot_be_drawn_shows_nothing(prepare: Any, complaint: str, shown: Any) -> None:
    one = chart()
    prepare(one)
    with pytest.raises(figures.FigureError, match=complaint):
        one.show()
    assert shown == []


def test_a_figure_without_a_table_is_refused(shown: Any) -> None:
    with pytest.raises(figures.FigureError, match="no table to name"):
        drawn(data=[]).show()


def test_two_figures_may_not_have_one_id_or_one_alt_text(shown: Any) -> None:
    drawn().show()
    with pytest.raises(figures.FigureError, match="another figure has this id: 'Cuba changed sides'"):
        drawn(title="Trade", caption="Trade.", alt="Something else altogether is shown in this figure.").show()
    with pytest.raises(figures.FigureError, match="'fig-test' has the same alt text"):
        drawn("fig-other", title="Trade", caption="Trade.").show()


def test_a_cell_may_be_run_again_and_changed(shown: Any) -> None:
    drawn().show()
    drawn().show()
    drawn(title="Cuba changed sides twice").show()
    assert len(shown) == 6


# --- looks ------------------------------------------------------------------------------------------------


def lightness(colour: str) -> float:
    """CIE L*, what is left of a colour in grey print."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 116 * (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]) ** (1 / 3) - 16


def contrast(colour: str) -> float:
    return 1.05 / (((lightness(colour) + 16) / 116) ** 3 + 0.05)


def test_the_main_colours_differ_in_grey() -> None:
    strong = [style.COLOURS[name] for name in ("usa", "cuba", "ussr", "eu", "context")]
    assert all(abs(lightness(a) - lightness(b)) >= 8 for a, b in itertools.combinations(strong, 2))


def test_text_can_be_read_on_white() -> None:
    for name, colour in style.COLOURS.items():
        assert contrast(style.text_colour(colour)) >= 4.5, name
    assert contrast(style.GREY) >= 4.5 and contrast(style.INK) >= 7


def test_fonts_cover_the_books_languages_and_carry_their_licence() -> None:
    needed = "¿Qué año? ñÑáéíóúü¡ Микоян Хрущёв ЁЖйщъ $€£¢₽ 4,00 −5 – — … “quoted” ‘x’ ½ ≈ ≥ × °\u00a0№"
    assert style.missing_signs(needed) == ""
    assert style.missing_signs("\u2603x") == "\u2603"
    files = sorted(style.FONTS.glob("*.ttf"))
    assert len(files) == 3 and sum(file.stat().st_size for file in files) < 600_000
    licence = (style.FONTS / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence and "Reserved Font Name" in licence


# --- ribbon and table -------------------------------------------------------------------------------------


def test_ribbon_places_the_chapter_and_says_so(shown: Any) -> None:
    figures.ribbon(1959, 1961)
    ((bundle, about),) = shown
    mark = about["sugarforoil"]
    assert mark["kind"] == "ribbon"
    assert "1959 to 1961" in mark["alt"] and "Sugar for oil" in mark["alt"]
    assert about["image/svg+xml"]["alt"] == bundle["text/plain"] == mark["alt"]
    assert len(bundle["image/svg+xml"]) < 20_000


def test_ribbon_of_the_whole_book_names_no_single_era(shown: Any) -> None:
    figures.ribbon(1902, 2024)
    assert "1902 to 2024, all eras" in shown[0][1]["sugarforoil"]["alt"]


@pytest.mark.parametrize("years", [(1961, 1959), (1890, 1950), (1959, 2050)])
def test_ribbon_refuses_years_outside_the_book(years: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="1902 and 2026"):
        figures.ribbon(*years)


def test_table_is_accessible_and_formatted(shown: Any) -> None:
    frame = pd.DataFrame({"name": ["A & B", "C"], "share": [0.848, None], "n": [1, 2]})
    figures.table(
        frame,
        "tab-test",
        "Shares {cite:p}`voeten2013data`.",
        {"name": "Who", "share": ("Share", findings.percent)},
        data=["sugar_prices"],
    )
    ((bundle, about),) = shown
    html = bundle["text/html"]
    assert "<caption>Shares (Voeten 2013).</caption>" in html
    assert '<th scope="col">Who</th><th scope="col" class="number">Share</th>' in html
    assert '<th scope="row">A &amp; B</th><td class="number">85%</td>' in html
    assert '<td class="number">–</td>' in html
    assert "style=" not in html and "border" not in html
    assert "Who" in bundle["text/plain"] and "85%" in bundle["text/plain"]
    assert about["sugarforoil"]["kind"] == "table" and about["sugarforoil"]["caption"].startswith("Shares {cite")
    # The frame was computed and has lost where it comes from: what it was computed from stands for it.
    assert about["sugarforoil"]["datasets"] == ["sugar_prices"]
    assert set(datasets.describe("sugar_prices").sources) <= set(about["sugarforoil"]["sources"])


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"caption": " "}, "must be given"),
        ({"columns": {"nothing": "x"}}, "no column 'nothing'"),
        ({"frame": votes().iloc[:0]}, "has no rows"),
        ({"caption": "See {cite:p}`nobody1900`."}, "nobody1900"),
        ({"frame": pd.DataFrame({"year": [1960]})}, "no table of data to name as source"),
    ],
)
def test_faulty_tables_are_refused(change: dict[str, Any], complaint: str) -> None:
    whole = {"frame": votes(), "id": "tab-x", "caption": "Votes.", "columns": {"year": "Year"}}
    with pytest.raises(figures.FigureError, match=f"^table 'tab-x'.*{complaint}"):
        figures.table(**{**whole, **change})  # type: ignore[arg-type]
