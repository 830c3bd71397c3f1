"""The catalogue of the data: one page a table, written from data/datapackage.json before the book is built.

    python -m sugarforoil.publish.catalogue

writes `book/data/index.md` and `book/data/<table>.md`. The pages say nothing that the data package does not.
One is only rewritten when it would change, so that an unchanged catalogue costs the build nothing.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from sugarforoil.metadata import Dataset, Field, read_package
from sugarforoil.publish.coverage import coverage
from sugarforoil.publish.downloads import FILES
from sugarforoil.publish.notebooks import chapters_in

PREVIEW_ROWS = 6
LONGEST_VALUE = 60  # characters
MANY_SOURCES = 10  # more than this are folded

Rows = list[dict[str, str]]


def write(root: Path | None = None) -> None:
    """Write the catalogue into `book/data/` of the project at `root`, by default this clone."""
    root = root or Path(__file__).resolve().parents[3]
    datasets = read_package(root / "data")
    chapters = uses(root / "notebooks")
    rows = {name: read(dataset) for name, dataset in datasets.items()}
    pages = {"index.md": index(datasets, rows)}
    for name, dataset in datasets.items():
        pages[f"{name}.md"] = page(dataset, rows[name], chapters.get(name, []))
    save(root / "book" / "data", pages)


def save(folder: Path, pages: dict[str, str]) -> None:
    """Make `folder` hold exactly `pages`, touching only what differs."""
    folder.mkdir(parents=True, exist_ok=True)
    for stale in {path.name for path in folder.glob("*.md")} - pages.keys():
        (folder / stale).unlink()
    for name, text in pages.items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8", newline="\n")


def uses(notebooks: Path) -> dict[str, list[str]]:
    """Which chapters load which table, by the literal `load("name")` in their code: name -> chapters."""
    found = defaultdict(list)
    for path in chapters_in(notebooks):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
        for name in sorted(set(re.findall(r"""load\(\s*["'](\w+)["']""", code))):
            found[name].append(f"notebooks/{path.stem}")
    return found


# --- the pages ----------------------------------------------------------------------------------------------


GROUPS = (
    "Sugar",
    "Oil",
    "Nickel",
    "Prices",
    "Trade",
    "Aid and debt",
    "Living standards",
    "United Nations",
    "Military",
    "Missile crisis",
    "People and diplomacy",
    "Events",
)
"""The groups of tables in the order of the book's argument; others follow, and what serves all tables ends the list."""

LAST = "Look-up"


def index(datasets: dict[str, Dataset], rows: dict[str, Rows]) -> str:
    """The list of tables, by group, one line each."""
    groups = defaultdict(list)
    for dataset in datasets.values():
        groups[dataset.group or OTHER].append(dataset)
    count, total = len(datasets), sum(map(len, rows.values()))
    lines = ["# The data", INTRODUCTION, f"{count} tables, {total:,} rows.", "", "## All of it in one file", DOWNLOADS]
    for group in sorted(groups, key=rank):
        lines += [f"## {prose(group)}", ""]
        for one in groups[group]:
            named = f"{{doc}}`{label(one.title)} <{one.name}>` (`{one.name}`)"
            lines.append(f"{named}\n: {prose(one.row)} *{extent(one, rows[one.name])}*\n")
    lines += ["## How to use it", HOW_TO_USE]
    return "\n".join(lines) + "\n"


OTHER = "Other tables"


def rank(group: str) -> tuple[int, str]:
    """Where a group stands in the list."""
    if group == LAST:
        return len(GROUPS) + 1, group
    return (GROUPS.index(group), "") if group in GROUPS else (len(GROUPS), group)


def extent(dataset: Dataset, rows: Rows) -> str:
    """How many rows a table has and which years it covers: "216 rows, 1955–2020"."""
    when = next((name for name in ("year", "date") if name in dataset.fields), "")
    years = sorted({row[when][:4] for row in rows if row[when]}) if when else []
    span = f", {years[0]}–{years[-1]}" if len(years) > 1 else ""
    return f"{len(rows):,} row{'s' * (len(rows) != 1)}{span}"


def download_list() -> str:
    """The files that hold the whole package, and what each is."""
    return "\n".join(f"- {{download}}`{name} <downloads/{name}>`: {what}" for name, what in FILES.items())


DOWNLOADS = f"""
{download_list()}

All three hold the same cells as the CSV files, which each table's page offers one by one. Each carries the meaning of
every column, its unit, its sources and its licence: tables may be used on their own, but not without these.
"""


INTRODUCTION = """
Every figure and every computed sentence of this book comes from the tables below. Each is a plain CSV file
with a description of its columns, and (but for the look-up tables) every row says which source it comes from
and what kind of evidence it is: *official* (stated by an official body, and not therefore true), *estimated*,
*reported*, *derived* or *interpolated*. Where sources disagree, both stand, in rows of their own.
"""

HOW_TO_USE = """
The tables form a [Frictionless Data Package](https://specs.frictionlessdata.io/data-package/):
{download}`datapackage.json <../../data/datapackage.json>` describes them all, for people and for programs.
"""


def read(dataset: Dataset) -> Rows:
    """The rows of a table as they are written."""
    with dataset.path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def page(dataset: Dataset, rows: Rows, chapters: list[str]) -> str:
    """The page of one table."""
    parts = [
        f"# {prose(dataset.title)}",
        f"```{{div}} sfo-subtitle\n`{dataset.name}`\n```",
        prose(dataset.description),
        f"**{prose(dataset.row)}** {len(rows):,} rows, {len(dataset.fields)} columns.",
        f"{{download}}`Download {dataset.path.name} <../../data/{dataset.path.name}>`",
        "## Use it",
        snippet(dataset),
        *section("In the book", used_in(chapters)),
        *section("Coverage", coverage(dataset, rows)),
        "## Columns",
        columns(dataset),
        *section("The first rows", preview(dataset, rows)),
        *section("Known problems", bullets(map(prose, dataset.known_problems))),
        *section("Computed from", bullets(f"{{doc}}`{name}`" for name in dataset.derived_from)),
        *section("Sources", sources(source_keys(dataset, rows))),
        "## Licence and citation",
        licence(dataset),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def section(title: str, body: str) -> list[str]:
    """A section, or nothing where there is nothing to say."""
    return [f"## {title}", body] if body else []


def bullets(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def snippet(dataset: Dataset) -> str:
    """How to load the table, with and without the helper package."""
    return f"""```python
from sugarforoil import datasets
{dataset.name} = datasets.load("{dataset.name}")     # checked and typed

import pandas as pd
{dataset.name} = pd.read_csv("{dataset.path.name}")  # plain pandas
```"""


def used_in(chapters: list[str]) -> str:
    """The chapters that draw on the table."""
    return "Drawn on in " + ", ".join(f"{{doc}}`/{chapter}`" for chapter in chapters) + "." if chapters else ""


def columns(dataset: Dataset) -> str:
    """The table of columns: name, type, unit, meaning and rules."""
    lines = ["| Column | Type | Unit | Meaning |", "| --- | --- | --- | --- |"]
    for one in dataset.fields.values():
        key = " *(key)*" if one.name in dataset.primary_key else ""
        meaning = " ".join(part.rstrip(".") + "." for part in (prose(one.description or one.title), *rules(one)))
        lines.append(row_of((f"`{one.name}`{key}", one.type, prose(one.unit), meaning)))
    return "\n".join([":::{div} sfo-wide", "", *lines, "", ":::"])


def rules(field: Field) -> Iterator[str]:
    """A column's constraints in words."""
    limits = field.constraints
    if limits.get("required"):
        yield "Never empty"
    if "minimum" in limits and "maximum" in limits:
        yield f"From {limits['minimum']} to {limits['maximum']}"
    elif "minimum" in limits:
        yield "Never negative" if limits["minimum"] == 0 else f"At least {limits['minimum']}"
    elif "maximum" in limits:
        yield f"At most {limits['maximum']}"
    if "enum" in limits:
        yield "One of: " + ", ".join(f"`{literal(value)}`" for value in limits["enum"])


def preview(dataset: Dataset, rows: Rows) -> str:
    """The first rows as they stand in the file, in a box that scrolls sideways."""
    if not rows:
        return ""
    names = list(dataset.fields)
    lines = [row_of(names), row_of("---:" if numeric(dataset, name) else "---" for name in names)]
    lines += [row_of(value(row.get(name) or "") for name in names) for row in rows[:PREVIEW_ROWS]]
    return "\n".join([":::{div} sfo-preview", "", *lines, "", ":::"])


def row_of(cells: Iterable[str]) -> str:
    """One line of a Markdown table."""
    return "| " + " | ".join(cells) + " |"


def numeric(dataset: Dataset, name: str) -> bool:
    """Whether a column holds numbers, which stand flush right."""
    return dataset.fields[name].type in {"integer", "number"}


def prose(text: str) -> str:
    """A text of datapackage.json as one line of Markdown: `names in backticks` are code, all else is what it is."""
    code = re.split(r"(`[^`]+`)", " ".join(text.split()))
    line = "".join(f"`{literal(part)}`" if i % 2 else escape(part) for i, part in enumerate(code))
    return re.sub(r"^(?=[>=+%:(!-])|^(\d+)(?=[.)])", lambda found: f"{found[1] or ''}\\", line)  # no list, no quotation


def literal(text: str) -> str:
    """A text that may stand between backticks, in a cell of a table, too."""
    return " ".join(str(text).split()).replace("`", "").replace("|", "\\|")


def label(text: str) -> str:
    """A text that may stand in a role, before the address in angle brackets."""
    return re.sub(r"[`<>\\]", "", " ".join(text.split()))


def value(text: str) -> str:
    """A value of the data, shown as it is but for its length."""
    text = " ".join(text.split())
    return escape(text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1].rstrip() + "…")


def escape(text: str) -> str:
    """Text in which no character means anything to Markdown."""
    return re.sub(r"([\\`*_{}\[\]<>$|~#&])", r"\\\1", text)


def source_keys(dataset: Dataset, rows: Rows) -> list[str]:
    """The keys that the table's rows cite, the most used first."""
    count: dict[str, int] = defaultdict(int)
    for row in rows:
        for column in dataset.source_columns:
            for key in (row.get(column) or "").split(";"):
                count[key.strip()] += bool(key.strip())
    return sorted((key for key in count if key), key=lambda key: (-count[key], key))


def sources(keys: list[str]) -> str:
    """The cited sources, as citations that lead to the bibliography; a long list is folded."""
    listed = "; ".join(f"{{cite:t}}`{key}`" for key in keys)
    if len(keys) > MANY_SOURCES:
        return f":::{{admonition}} {len(keys)} sources\n:class: dropdown\n{listed}.\n:::"
    return listed + "." if listed else ""


def licence(dataset: Dataset) -> str:
    """The licences, when they were checked, and how to cite the table."""
    names = "; ".join(
        f"[{prose(one.title or one.name)}](<{one.path}>)" if one.path else prose(one.title or one.name)
        for one in dataset.licences
    )
    checked = prose(dataset.license_checked)
    when = "not checked yet" if checked == "not checked" else f"checked on {checked}"
    return "\n\n".join([f"Licence: {names} ({when})."] * bool(names) + [f"To cite: {prose(dataset.citation)}"])


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
