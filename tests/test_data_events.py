"""The chronology, the eras and the bibliography agree with one another and with themselves."""

from __future__ import annotations

import csv
import re
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from sugarforoil.publish import sources

ROOT = Path(__file__).resolve().parents[1]
BIB = ROOT / "book" / "references.bib"


def rows(name: str) -> list[dict[str, str]]:
    with (ROOT / "data" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def day(text: str) -> date:
    return date.fromisoformat(text)


EVENTS = rows("events.csv")
ERAS = sorted(rows("eras.csv"), key=lambda era: era["start"])


@pytest.fixture
def bibliography(tmp_path: Path):
    """Write a bibliography of one entry and return its path."""

    def write(text: str) -> Path:
        path = tmp_path / "references.bib"
        path.write_text(text, encoding="utf-8")
        return path

    return write


GOOD = "@book{perez1990cuba, author={Pérez, Ana}, title={Cuba}, publisher={Press}, year={1990}, keywords={scholarly}}"


# Eras


def test_eras_follow_one_another_without_gap_or_overlap():
    for era, following in pairwise(ERAS):
        assert era["end"] == following["start"], f"{era['era']} and {following['era']} do not meet"
        assert day(era["start"]) < day(era["end"])
    assert ERAS[-1]["end"] == "", "the last era is open"


def test_the_book_has_ten_eras_from_the_republic_on():
    assert len(ERAS) == 10
    assert ERAS[0]["start"] == "1902-05-20"


@pytest.mark.parametrize("era", ERAS, ids=lambda era: era["era"])
def test_each_era_begins_with_a_sourced_event(era: dict[str, str]):
    event = next(event for event in EVENTS if event["event_id"] == era["start_event"])
    assert event["date"] == era["start"]
    assert event["date_precision"] == "day"
    assert set(era["source"].split(";")) <= set(event["source"].split(";")), "a source that the event has not"


def test_the_soviet_union_ends_where_the_series_change():
    special = next(era for era in ERAS if era["era"] == "special_period")
    soviet = next(row for row in rows("countries.csv") if row["country"] == "SUN")
    assert day(special["start"]) == day(soviet["end"]) + timedelta(days=1)


# Events


def test_an_event_lies_inside_its_era():
    spans = {era["era"]: (era["start"], era["end"] or "9999-12-31") for era in ERAS}
    for event in EVENTS:
        start, end = spans[event["era"]]
        assert start <= event["date"] < end, event["event_id"]


def test_a_date_lies_between_the_earliest_and_the_latest():
    for event in EVENTS:
        if event["date_low"] or event["date_high"]:
            assert day(event["date_low"]) <= day(event["date"]) <= day(event["date_high"]), event["event_id"]
            assert event["note"], f"{event['event_id']}: a span of dates needs a note that says who says what"


def test_a_dispute_is_explained():
    for event in EVENTS:
        assert event["disputed"] == "false" or len(event["note"]) > 20, event["event_id"]


def test_a_coarse_date_is_stored_as_its_first_day():
    first = {"day": "", "month": "-01", "year": "-01-01"}
    for event in EVENTS:
        assert event["date"].endswith(first[event["date_precision"]]), event["event_id"]


def test_an_event_reads_well():
    for event in EVENTS:
        title, description = event["title"], event["description"]
        assert 8 < len(title) <= 70, event["event_id"]
        assert description.endswith(".") and len(description) <= 260, event["event_id"]
        assert title not in description, f"{event['event_id']}: the description repeats the title"
        for actor in event["actors"].split(";"):
            assert actor and actor == actor.strip(), event["event_id"]


def test_events_are_dense_where_chapter_two_draws_them():
    assert sum("1959-01-01" <= event["date"] <= "1961-01-03" for event in EVENTS) >= 40


def test_weak_sources_do_not_stand_alone():
    kinds = {row["key"]: row["kind"] for row in rows("sources.csv")}
    for event in EVENTS:
        assert any(kinds[key] != "weak" for key in event["source"].split(";")), event["event_id"]


# Sources


def test_the_table_of_sources_is_the_bibliography():
    assert sources.build(BIB) == (ROOT / "data" / "sources.csv").read_bytes(), "run `make data`"


def test_every_source_that_a_table_names_exists():
    keys = {row["key"] for row in rows("sources.csv")}
    for path in sorted((ROOT / "data").glob("*.csv")):
        for row in rows(path.name):
            for key in filter(None, row.get("source", "").split(";")):
                assert key in keys, f"{path.name}: unknown source {key}"


def test_titles_are_plain_text():
    for row in rows("sources.csv"):
        for name, value in row.items():
            plain = name == "url" or not re.search(r"[{}\\]|--|\s{2}", value)
            assert plain, f"{row['key']}: {name} is {value!r}"


def test_build_flattens_an_entry(bibliography):
    header, row = sources.build(bibliography(GOOD)).decode().splitlines()
    assert header == ",".join(sources.COLUMNS)
    assert row == 'perez1990cuba,Pérez 1990,book,scholarly,"Pérez, Ana",Cuba,,1990,Press,,,'


def test_build_writes_only_if_told_where(bibliography, tmp_path: Path):
    target = tmp_path / "sources.csv"
    content = sources.build(bibliography(GOOD), target)
    assert target.read_bytes() == content


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        (GOOD.replace("publisher={Press}, ", ""), "entry perez1990cuba: the field publisher is missing"),
        (GOOD.replace("author={Pérez, Ana}, ", ""), "the field author or editor is missing"),
        (GOOD.replace("scholarly", "good"), "the field keywords is 'good'"),
        (GOOD.replace("1990}", "about 1990}"), "the field year is 'about 1990'"),
        (GOOD.replace("1990}", "n.d.}"), "the field year is 'n.d.', not a year"),
        (GOOD.replace("@book", "@online"), "unknown type @online"),
        (GOOD.replace("perez1990cuba", "Perez_1990"), "a key is lower-case ASCII"),
        (GOOD.replace("keywords", "url={https://a.org}, keywords"), "the field urldate must be the day"),
        (GOOD.replace("Pérez", "P{\\'e}rez"), "the field author holds a LaTeX command"),
        (GOOD + GOOD, "perez1990cuba"),
        (GOOD[:-1], "references.bib"),
    ],
)
def test_a_fault_in_the_bibliography_is_named(bibliography, entry: str, complaint: str):
    with pytest.raises(sources.SourcesError, match=re.escape(complaint)):
        sources.build(bibliography(entry))
