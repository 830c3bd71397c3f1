"""The pages that are lists: chronology, people, claims and documents."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path

import pytest

from sugarforoil.publish import reference


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that holds the data and the notebook of one chapter."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(Path(__file__).parents[1] / "data", folder / "data")
    (folder / "notebooks").mkdir()
    (folder / "notebooks" / "04_friction.ipynb").write_text(json.dumps({"cells": []}), encoding="utf-8")
    reference.write(folder)
    return folder


def page(project: Path, name: str) -> str:
    return (project / "book" / "reference" / f"{name}.md").read_text(encoding="utf-8")


def rows(project: Path, name: str) -> list[dict[str, str]]:
    with (project / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def sections(text: str) -> dict[str, str]:
    """The text under each heading of the second level."""
    heads = re.split(r"(?m)^## (.+)$", text)
    return dict(zip(heads[1::2], heads[2::2], strict=True))


def test_every_event_stands_once_and_under_its_era(project):
    found = {
        head: re.findall(r"\{#event-([\w-]+)\}", body) for head, body in sections(page(project, "chronology")).items()
    }
    eras = {one["era"]: reference.heading(one).removeprefix("## ") for one in rows(project, "eras")}
    for head, ids in found.items():
        assert sorted(ids) == sorted(one["event_id"] for one in rows(project, "events") if eras[one["era"]] == head)


def test_events_stand_in_times_order(project):
    date = {one["event_id"]: one["date"] for one in rows(project, "events")}
    order = [date[name] for name in re.findall(r"\{#event-([\w-]+)\}", page(project, "chronology"))]
    assert order == sorted(order)


@pytest.mark.parametrize("name", ["events", "people", "claims", "documents"])
def test_every_row_shows_its_sources(project, name):
    text = page(project, {"events": "chronology"}.get(name, name))
    for one in rows(project, name):
        assert f"{{cite:p}}`{one['source'].replace(';', ',')}`" in text


def test_every_person_claim_and_document_is_there(project):
    assert page(project, "people").count("\n| **") == len(rows(project, "people"))
    assert page(project, "claims").count("{.sfo-verdict") == len(rows(project, "claims"))
    for one in rows(project, "documents"):
        assert page(project, "documents").count(f"]({one['url']})") >= 1


def test_only_chapters_that_exist_are_linked(project):
    for name in ("claims", "documents"):
        assert set(re.findall(r"\{doc\}`/notebooks/(\w+)`", page(project, name))) == {"04_friction"}


@pytest.mark.parametrize(
    ("date", "precision", "low", "high", "text"),
    [
        ("1960-06-04", "day", "", "", "4 June 1960"),
        ("1960-06-01", "month", "", "", "June 1960"),
        ("1934-01-01", "year", "", "", "1934"),
        ("1963-04-27", "day", "1963-04-26", "1963-04-27", "26 or 27 April 1963"),
        ("1942-10-14", "day", "1942-10-05", "1942-10-14", "5–14 October 1942"),
        ("1961-05-01", "day", "1961-04-30", "1961-05-01", "30 April 1961 or 1 May 1961"),
    ],
)
def test_a_date_is_as_exact_as_its_sources(date, precision, low, high, text):
    row = {"date": date, "date_precision": precision, "date_low": low, "date_high": high}
    assert reference.moment(row).replace("\N{NO-BREAK SPACE}", " ") == text


def test_text_of_a_table_cannot_become_markup():
    assert reference.sentence("a | b <script> *c* `d`", "") == r"A \| b \<script\> \*c\* \`d\`."
