"""The pages for teachers: plans fill their minutes, figures have questions, documents exist, cards are fair."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from sugarforoil.publish import classroom
from sugarforoil.publish.chapters import marked

ROOT = Path(__file__).resolve().parents[1]
TEACH = ROOT / "book" / "teach"
CHAPTERS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
SYLLABI = sorted(TEACH.glob("syllabus-*.md"))
IDS = [path.stem for path in CHAPTERS]


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def section(page: str, heading: str) -> str:
    """The part of a page under a heading of the second level."""
    found = re.search(rf"^## {re.escape(heading)}.*?\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    assert found, f"no section {heading!r}"
    return found[1]


def spans(table: str) -> list[tuple[int, int]]:
    """The first column of a table, where it holds minutes: "5–15"."""
    return [(int(a), int(b)) for a, b in re.findall(r"^\| (\d+)–(\d+) \|", table, re.MULTILINE)]


def columns(table: str) -> list[list[str]]:
    """The cells of the rows of the Markdown tables in a text."""
    lines = [line for line in table.splitlines() if line.startswith("| ") and not line.startswith("| ---")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.fixture(params=CHAPTERS, ids=IDS)
def chapter(request) -> Path:
    return request.param


@pytest.fixture
def notebook(chapter) -> dict:
    return json.loads(text(chapter))


@pytest.fixture
def page(chapter) -> str:
    return text(TEACH / f"{chapter.stem}.md")


def assert_filled(minutes: list[tuple[int, int]], total: int) -> None:
    """Each span begins where the last one ended, from nothing to `total`."""
    assert minutes, "no minutes"
    assert [start for start, _ in minutes] == [0, *(end for _, end in minutes[:-1])]
    assert all(start < end for start, end in minutes)
    assert minutes[-1][1] == total


@pytest.mark.parametrize("total", [50, 90])
def test_the_minutes_of_a_plan_add_up(page, total):
    assert_filled(spans(section(page, f"{total}-minute plan")), total)


def test_the_simulation_fills_its_meetings():
    page = text(TEACH / "simulation.md")
    assert_filled(spans(section(page, "Moderator's timetable")), 90)
    both = spans(section(page, "Two meetings of 50 minutes"))
    second = both.index((0, 4), 1)
    assert_filled(both[:second], 50)
    assert_filled(both[second:], 50)
    talk = sum(int(n) for n in re.findall(r"\((\d+) minutes\)", text(TEACH / "simulation-debrief.md")))
    assert all(end - start >= talk for start, end in (spans(section(page, "Moderator's timetable"))[-1], both[-1]))


def test_a_page_has_its_parts(page):
    for part in ("A question for each figure", "Documents to read", "Common mistakes", "Assessment"):
        assert section(page, part).strip()
    assert "**Prepare:**" in page
    rubric = columns(section(page, "Assessment"))
    assert rubric[0][1:] == ["1 point", "2 points", "3 points"]
    assert len(rubric) >= 4


def test_every_figure_has_one_question_and_an_answer(chapter, notebook):
    drawn = [one["metadata"]["sugarforoil"] for one in marked(notebook)]
    asked = classroom.questions(TEACH / f"{chapter.stem}.md")
    assert list(asked) == [mark["id"] for mark in drawn if mark["kind"] == "figure"]
    for question in asked.values():
        assert question.text.endswith("?")
        assert len(question.answer.split()) >= 10


def test_figures_that_a_page_names_are_the_chapters_own(page, notebook):
    own = {one["metadata"]["sugarforoil"].get("id") for one in marked(notebook)}
    assert set(re.findall(r"\{numref\}`([^`]+)`", page)) <= own


def test_a_number_on_a_page_stands_in_the_chapter(page, notebook):
    """No figure is typed twice: when a table changes, the page that repeats an old value is found."""
    known = json.dumps(notebook["cells"], ensure_ascii=False)
    parts = [section(page, one) for one in ("50-minute plan", "90-minute plan", "A question for each figure")]
    said = re.sub(r"^\| \d+–\d+ \||at minute \d+|\{[\w-]+\}`[^`]*`", " ", "\n".join(parts), flags=re.MULTILINE)
    numbers = set(re.findall(r"\d[\d,.]*\d|\d", said))
    assert numbers
    assert {one for one in numbers if not re.search(rf"(?<![\d.,]){re.escape(one)}(?!\d)", known)} == set()


def test_documents_are_in_the_table_and_links_in_the_chapter(page, notebook):
    """A page sends nobody to an address that the book has not opened."""
    table = classroom.rows(ROOT / "data", "documents", "document_id")
    named = re.findall(r"```\{class-documents\}\n(.*?)```", page, re.DOTALL)
    assert named
    assert {name for block in named for name in block.split()} <= table.keys()
    cells = "".join("".join(cell["source"]) for cell in notebook["cells"])
    for address in re.findall(r"\]\((https?://[^)]+)\)", page):
        assert address in cells


def test_sources_that_the_pages_cite_are_in_the_bibliography():
    known = set(re.findall(r"^@\w+\{([^,]+),", text(ROOT / "book" / "references.bib"), re.MULTILINE))
    for path in TEACH.glob("*.md"):
        for keys in re.findall(r"\{cite:\w\}`([^`]+)`", text(path)):
            assert set(keys.split(",")) <= known, path.name


@pytest.mark.parametrize("path", SYLLABI, ids=[path.stem for path in SYLLABI])
def test_a_syllabus_fills_a_term_and_its_grade(path):
    page = text(path)
    weeks = [int(row[0]) for row in columns(page) if row[0].isdigit()]
    assert weeks == list(range(1, len(weeks) + 1))
    assert 12 <= len(weeks) <= 14
    grade = re.search(r"\*\*Grade:\*\*(.+)", page)
    assert grade
    assert sum(int(n) for n in re.findall(r" (\d+)\b", grade[1])) == 100
    assert set(IDS) <= set(re.findall(r"/notebooks/(\w+)", page))


# --- the simulation -------------------------------------------------------------------------------------------

SHEET = re.compile(r"^:::\{release\} (Release \d+) · (.+)\n((?::[\w-]+:.*\n)*)((?:(?!:::).+\n)*):::", re.MULTILINE)


def sheets() -> dict[int, tuple[str, dict[str, str], dict[str, str]]]:
    """The releases: number -> title, options, and the words of the sheet by the row that they are about."""
    pages = text(TEACH / "simulation-releases.md") + text(TEACH / "simulation-debrief.md")
    found = {}
    for name, title, options, lines in SHEET.findall(pages):
        pairs = dict(re.findall(r"^:([\w-]+): (.+)$", options, re.MULTILINE))
        found[int(name.split()[1])] = (title, pairs, classroom.named(lines.splitlines()))
    return found


def test_releases_are_rows_of_the_timeline_and_stand_in_the_timetables():
    known = classroom.rows(ROOT / "data", "crisis_timeline", "moment")
    assert {name for _, _, lines in sheets().values() for name in lines} <= known.keys()
    assert list(sheets()) == list(range(1, len(sheets()) + 1))
    page = text(TEACH / "simulation.md")
    for heading in ("Moderator's timetable", "Two meetings of 50 minutes"):
        given = {int(n) for row in columns(section(page, heading)) for n in re.findall(r"\b(\d+)(?= to|$)", row[-1])}
        assert given == set(sheets()), heading


def test_no_sheet_knows_how_it_ended():
    """Before the debrief each line has words of its own, whose numbers are the table's; the debrief has the table's."""
    known = classroom.rows(ROOT / "data", "crisis_timeline", "moment")
    *playing, last = sheets().values()
    assert (playing[0][1]["known-by"], playing[0][2]) == ("1962-10-01", {})
    assert last[2]
    assert not any(last[2].values())
    assert "archive" in {known[name]["perspective"] for name in last[2]}
    for title, _, lines in playing[1:]:
        for name, words in lines.items():
            assert words, f"{title}: {name}"
            assert not re.search(r"\blater\b|turned out|\bonly\b|for the first time|\bwas\b|\bwere\b", words), words
            row = known[name]
            told = f"{row['title']} {row['description']} {row['note']}"
            said, in_row = (set(re.findall(r"\d(?:[\d,]*\d)?", one)) for one in (words, told))
            assert said <= in_row, words


def test_washington_is_told_what_washington_could_see():
    """What stands only in archives opened later reaches no sheet for Washington."""
    known = classroom.rows(ROOT / "data", "crisis_timeline", "moment")
    for title, options, lines in sheets().values():
        if options["to"] in ("Washington", "all") and any(lines.values()):
            assert not {"archive", "russian_official"} & {known[name]["perspective"] for name in lines}, title


def test_every_role_of_the_table_has_a_card_on_its_own_page():
    page = text(TEACH / "simulation-roles.md")
    cards = re.findall(r"^:::\{div\} print-page sfo-sheet\n## ([^:]+): ([^,\n(]+)", page, re.MULTILINE)
    assert len(cards) == len(re.findall(r"^## .*: ", page, re.MULTILINE)) >= 15
    names = {name.strip().casefold() for _, name in cards}
    table = columns(section(text(TEACH / "simulation.md"), "What you need"))
    wanted = [name.strip().casefold() for row in table[1:] for name in row[1].split(",")]
    for name in wanted:
        assert any(name.removeprefix("the ") in card for card in names), name
    for card in page.split(":::{div}")[1:]:
        assert "**You do not know**" in card


def test_the_first_release_is_the_analysts_desk():
    """It holds what the table says that Washington knew by that day: the exercise of chapter 3 uses the same rows."""
    with (ROOT / "data" / "crisis_timeline.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["known_in_washington"]]
    assert all(row["as_known"] and row["known_in_washington"] <= "1962-10-01" for row in rows)
    assert {row["date"] for row in rows} == {row["known_in_washington"] for row in rows}
