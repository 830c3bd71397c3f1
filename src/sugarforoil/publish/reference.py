"""The pages that are written from the tables: chronology, people, claims, documents, and the page for exploring.

    python -m sugarforoil.publish.reference

writes `book/reference/*.md` before the book is built. What a page says of a row stands in the table; the page adds
only order, headings and links. Without scripts each page is a plain table; `book/_static/js/filter.js` adds a search
and choices to the chronology.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd

from sugarforoil import findings
from sugarforoil.metadata import read_package
from sugarforoil.publish import explore
from sugarforoil.publish.catalogue import Rows, read, row_of, save
from sugarforoil.publish.cells import cited, plain, sentence
from sugarforoil.publish.notebooks import chapters_in

KINDS = {
    "diplomatic": "diplomacy",
    "economic": "economy",
    "military": "armed forces",
    "us_policy": "Washington’s policy",
    "domestic": "at home",
    "intelligence": "intelligence",
    "cultural": "culture",
    "un": "United Nations",
}
"""The types of events, as the page calls them."""

VERDICTS = {
    "right": "True",
    "wrong": "Not true",
    "imprecise": "Not quite",
    "unverifiable": "Not shown",
}
"""The verdicts on claims, as the page calls them, in the words of the tables' own values."""


def write(root: Path | None = None) -> None:
    """Write the pages into `book/reference/` of the project at `root`, by default this clone."""
    root = root or Path(__file__).resolve().parents[3]
    tables = read_package(root / "data")
    names = ("eras", "countries", "events", "people", "claims", "documents")
    rows = {name: read(tables[name]) for name in names}
    chapters = {path.stem for path in chapters_in(root / "notebooks")}
    save(
        root / "book" / "reference",
        {
            "chronology.md": chronology(rows["events"], rows["eras"]),
            "people.md": people(rows["people"], rows["countries"]),
            "claims.md": claims(rows["claims"], chapters),
            "documents.md": documents(rows["documents"], rows["eras"], chapters),
            "explore.md": explore.page(explore.views()),
            FINDS: json.dumps(list(finds(rows)), ensure_ascii=False, indent=0),
        },
    )


FINDS = "finds.json"
"""What of these pages can be found by name, for `sugarforoil.publish.finder`: kind, title, address, a line about it."""


def finds(rows: dict[str, Rows]) -> Iterator[tuple[str, str, str, str]]:
    """Every event, person, claim and document, with the address of its row; a person once, with all offices."""
    for one in rows["events"]:
        address = f"book/reference/chronology.html#event-{one['event_id']}"
        yield "event", one["title"], address, f"{moment(one)}. {one['description']}"
    held: dict[str, Rows] = defaultdict(list)
    for one in rows["people"]:
        held[one["person_id"]].append(one)
    for person, offices in held.items():
        named = "; ".join(" ".join(part for part in (one["office"], office_years(one)) if part) for one in offices)
        about = ". ".join(part for part in (named, offices[0]["role"]) if part)
        yield "person", offices[0]["name"], f"book/reference/people.html#person-{person}", about
    for one in rows["claims"]:
        yield "claim", one["claim"], f"book/reference/claims.html#claim-{one['claim_id']}", one["correct_statement"]
    for one in rows["documents"]:
        yield "document", one["title"], "book/reference/documents.html", f"{moment(one)}. {one['look_for']}"


# --- the pages ----------------------------------------------------------------------------------------------------


def chronology(events: Rows, eras: Rows) -> str:
    """All events, by era and in time's order."""
    parts = ["# Chronology", CHRONOLOGY.format(count=len(events))]
    for era, chosen in by_era(events, eras):
        lines = [
            row_of([moment(one), story(one), KINDS[one["type"]]])
            for one in sorted(chosen, key=lambda one: (one["date"], one["date_precision"] == "day", one["event_id"]))
        ]
        parts += [heading(era), table("sfo-events", ("Date", "Event", "Kind"), lines)]
    return "\n\n".join(parts) + "\n"


CHRONOLOGY = """
{count} events, each with its source. A day is given where a source gives one; where sources differ on it, both days
stand and the note says why. The choice is ours: these are the events that the chapters tell and those that a reader
needs to place them. The table is {{doc}}`/book/data/events`.
""".strip()


def people(persons: Rows, countries: Rows) -> str:
    """Who is named, by country and name, with the offices that a source attests."""
    names = {one["country"]: one["short_name"] for one in countries}
    groups: dict[str, Rows] = defaultdict(list)
    for one in persons:
        groups[one["country"]].append(one)
    parts = ["# People", PEOPLE]
    named: set[str] = set()
    for country in sorted(groups, key=lambda key: (-len(groups[key]), names[key])):
        chosen = sorted(groups[country], key=lambda one: (one["name"].split()[-1], one["name"], one["from_year"]))
        lines = [
            row_of(
                [
                    f"**{plain(one['name'])}**" + anchor(one["person_id"], named),
                    ", ".join(part for part in (plain(one["office"]), office_years(one)) if part),
                    f"{sentence(one['role'], one['note'])} {cited(one['source'])}",
                ]
            )
            for one in chosen
        ]
        parts += [f"## {names[country]}", table("sfo-people", ("Name", "Office", "Part in the story"), lines)]
    return "\n\n".join(parts) + "\n"


def anchor(person: str, named: set[str]) -> str:
    """The anchor of a person, at the first of the rows that are theirs; `named` are those who have theirs."""
    if person in named:
        return ""
    named.add(person)
    return f"[]{{#person-{person}}}"


PEOPLE = """
The people whom the book names, with the office that matters here. Years are those of the office; a single year with
“in” is one in which a source shows the person holding it. The table is {doc}`/book/data/people`.
""".strip()


def claims(rows: Rows, chapters: set[str]) -> str:
    """Popular claims, each with a verdict, what can be said, on what grounds, and where."""
    parts = ["# Claims, checked", CLAIMS]
    for one in sorted(rows, key=lambda one: (one["chapter"], one["claim_id"])):
        verdict = f"[{VERDICTS[one['verdict']]}]{{.sfo-verdict .sfo-{one['verdict']}}}"
        where = link(one["chapter"], chapters)
        parts += [
            f"(claim-{one['claim_id']})=\n## “{plain(one['claim'])}”",
            f"{verdict} {sentence(one['correct_statement'], '')}",
            f"*Grounds:* {sentence(one['basis'], one['note'])} {cited(one['source'])} {where}".rstrip(),
        ]
    return "\n\n".join(parts) + "\n"


CLAIMS = """
Sentences that are often said of Cuba and Russia, held against the sources. *True* means that the sources bear it out;
*not true*, that they speak against it; *not quite*, that something in it needs mending; *not shown*, that no source
read here settles it. The table is {doc}`/book/data/claims`.
""".strip()


def documents(rows: Rows, eras: Rows, chapters: set[str]) -> str:
    """Primary documents that a class can open, by era, with what to look for."""
    parts = ["# Documents for a class", DOCUMENTS.format(count=len(rows))]
    for era, chosen in by_era(rows, eras):
        lines = []
        for one in sorted(chosen, key=lambda one: (one["date"], one["document_id"])):
            kind = one["kind"] + ("" if one["language"] == "English" else f", in {one['language']}")
            what = f"[{plain(one['title'])}]({one['url']}), {kind} {cited(one['source'])}"
            lines.append(row_of([moment(one), what, sentence(one["look_for"], one["note"])]))
        head = ("Date", "Document", "What to look for")
        parts += [heading(era), link(era["chapter"], chapters), table("sfo-documents", head, lines)]
    return "\n\n".join(part for part in parts if part) + "\n"


DOCUMENTS = """
{count} documents that can be opened without a subscription, most of them a page or two long, each with a question to
read it by. Most are American, because the American government has printed most; a class should ask what that leaves
out. The table is {{doc}}`/book/data/documents`.
""".strip()


# --- their parts --------------------------------------------------------------------------------------------------


def by_era(rows: Rows, eras: Rows) -> Iterable[tuple[dict[str, str], Rows]]:
    """The rows of each era that has any, the eras in their order."""
    for era in sorted(eras, key=lambda era: era["start"]):
        chosen = [one for one in rows if one["era"] == era["era"]]
        if chosen:
            yield era, chosen


def heading(era: dict[str, str]) -> str:
    """The era's label and years."""
    last = f"–{int(era['end'][:4])}" if era["end"] else "–"
    return f"## {era['label']}, {era['start'][:4]}{last}"


def moment(row: dict[str, str]) -> str:
    """When it was, as exactly as the sources have it: "4 June 1960", "26 or 27 April 1963", "June 1960"."""
    low, high = row.get("date_low", ""), row.get("date_high", "")
    if low and high and low != high and row["date_precision"] == "day":
        first, last = pd.Timestamp(low), pd.Timestamp(high)
        joint = " or " if (last - first).days == 1 else "–"
        if (first.year, first.month) == (last.year, last.month):
            return f"{first.day}{joint}{findings.date(last)}"
        return f"{findings.date(first)}{joint}{findings.date(last)}"
    return findings.date(row["date"], row["date_precision"])


def story(event: dict[str, str]) -> str:
    """An event in a cell: title, description, what is in doubt, and the source."""
    anchor = f"[]{{#event-{event['event_id']}}}"
    doubt = f" *{sentence(event['note'], '')}*" if event["note"] else ""
    text = f"**{plain(event['title'])}.** {sentence(event['description'], '')}{doubt}"
    return f"{anchor}{text} {cited(event['source'])}"


def office_years(person: dict[str, str]) -> str:
    """The years of an office: "1959–1960", "from 1964", "in 1963"."""
    start, end, seen = person["from_year"], person["to_year"], person["attested_year"]
    if start and end:
        return findings.span(start, end) if start != end else start
    if start or end:
        return f"from {start}" if start else f"to {end}"
    return f"in {seen}" if seen else ""


def link(chapter: str, chapters: set[str]) -> str:
    """A link to a chapter, or nothing while there is none."""
    return f"{{doc}}`/notebooks/{chapter}`" if chapter in chapters else ""


def table(kind: str, head: tuple[str, ...], lines: list[str]) -> str:
    """A Markdown table in a box of its own class."""
    return "\n".join([f":::{{div}} sfo-list {kind}", "", row_of(head), row_of("---" for _ in head), *lines, "", ":::"])


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
