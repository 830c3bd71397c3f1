"""What the pages for teachers take from the tables, and what the slides take from those pages.

A page about a chapter, `book/teach/NN_*.md`, asks one question of every figure and says what a good answer contains:

    {numref}`fig-un-control` Which fall do both lines share?
    : That of 1959, so ...

The slides (`sugarforoil.publish.slides`) show the question beneath the figure. Two directives spare the pages from
saying what a table says: `{class-documents}` lists documents of `data/documents.csv` by their ids, and `{release}`
makes a sheet for the simulation of 1962 out of rows of `data/crisis_timeline.csv`.
"""

# mypy: allow-subclassing-any, allow-untyped-calls, no-warn-return-any
from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from sugarforoil.publish.cells import cited, plain, sentence

ASKED = re.compile(r"^\{numref\}`(fig-[\w-]+)` (.+(?:\n(?!:|\n).+)*)\n: +(.+(?:\n(?!\n).+)*)", re.MULTILINE)
CLOCKS = {"Washington": "by Washington’s clock", "Havana": "by Havana’s clock"}

Row = dict[str, str]


class Question(NamedTuple):
    """What to ask of a figure, and what a good answer contains."""

    text: str
    answer: str


def questions(page: Path) -> dict[str, Question]:
    """The questions of a page for teachers, by the id of their figure; empty if there is no such page."""
    if not page.is_file():
        return {}
    found = ASKED.findall(page.read_text(encoding="utf-8"))
    return {name: Question(" ".join(ask.split()), " ".join(answer.split())) for name, ask, answer in found}


def rows(data: Path, table: str, key: str) -> dict[str, Row]:
    """The rows of `data/<table>.csv` by their key, in the order of the file."""
    with (data / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return {row[key]: row for row in csv.DictReader(file)}


def named(lines: Iterable[str]) -> dict[str, str]:
    """The rows that the lines of a directive name, with the words that follow a name after a colon, or "".

    A line that begins with a space goes on with the words before it.
    """
    found: dict[str, str] = {}
    for line in lines:
        if line[:1] == " ":
            last = next(reversed(found))
            found[last] += f" {line.strip()}"
        elif line.strip():
            name, _, words = line.partition(":")
            found[name.strip()] = words.strip()
    return found


class FromTable(SphinxDirective):
    """A directive that writes Markdown out of rows of a table, named one a line."""

    has_content = True
    table: ClassVar[str]
    key: ClassVar[str]

    def known(self) -> dict[str, Row]:
        data = Path(self.env.srcdir) / "data"
        self.env.note_dependency(str(data / f"{self.table}.csv"))
        return rows(data, self.table, self.key)

    def chosen(self) -> list[Row]:
        known = self.known()
        names = named(self.content)
        if unknown := [name for name in names if name not in known]:
            raise self.error(f"data/{self.table}.csv has no row {unknown[0]!r} in its column {self.key}")
        return [known[name] | ({"as_known": words} if words else {}) for name, words in names.items()]


class ClassDocuments(FromTable):
    """Documents for a class: title with its address, date, and the question to read it by."""

    table, key = "documents", "document_id"

    def run(self) -> list[nodes.Node]:
        lines = [
            f"- [{plain(one['title'])}]({one['url']}), {when(one)}"
            f"{'' if one['language'] == 'English' else ', in ' + one['language']} {cited(one['source'])}. "
            f"*{sentence(one['look_for'], '')}*"
            for one in self.chosen()
        ]
        return self.parse_text_to_nodes("\n".join(lines))


class Release(FromTable):
    """A sheet of news for the simulation: rows of the timeline, told as the day could tell them.

    `moment: words` gives the words of a sheet, `moment` alone the table's title and description, which know how it
    ended. With the option `known-by` the sheet holds every row that Washington knew by that day, in the table's words.
    """

    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar[dict[str, Any]] = {"to": directives.unchanged_required, "known-by": directives.unchanged}
    table, key = "crisis_timeline", "moment"

    def run(self) -> list[nodes.Node]:
        told = self.chosen()
        if day := self.options.get("known-by"):
            told = [row for row in self.known().values() if row["known_in_washington"] and row["date"] <= day] + told
        title = f"**{plain(self.arguments[0])}** · to {self.options.get('to', 'all')}"
        box = nodes.container(classes=["print-page", "sfo-sheet", "sfo-release"])
        items = [f"- *{when(row)}{hour(row)}*: {news(row)} {cited(row['source'])}" for row in told]
        box += self.parse_text_to_nodes("\n".join([title, "", *items]))
        return [box]


def when(row: Row) -> str:
    """The date of a row, as exactly as its source has it."""
    from sugarforoil import findings  # which takes a third of a second, for two pages

    return findings.date(row["date"], row["date_precision"] if row["date_precision"] in ("month", "year") else "day")


def hour(row: Row) -> str:
    """The hour of a row and whose it is, where one is known."""
    return f", {row['time']} {CLOCKS[row['clock']]}" if row["time"] and row["clock"] in CLOCKS else ""


def news(row: Row) -> str:
    """What is told: the words of the day where there are any, else title and description."""
    if row["as_known"]:
        return sentence(row["as_known"], "")
    return f"**{plain(row['title'])}.** {sentence('', row['description'])}".rstrip()


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("class-documents", ClassDocuments)
    app.add_directive("release", Release)
