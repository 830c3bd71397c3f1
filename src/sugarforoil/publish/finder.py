"""What the search of the site knows besides the words of the text: chapters, events, people, tables, figures, words.

`finds.js` in the built site holds one line for each, with the address where it stands. `book/_static/js/search.js`
looks there first and in Sphinx's index of words after that. A script and not a data file, because a page opened from
a folder may not fetch.
"""

# mypy: allow-subclassing-any, allow-untyped-decorators, allow-untyped-calls, no-warn-return-any
from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

from sugarforoil.metadata import read_package
from sugarforoil.publish import page_notes, structured
from sugarforoil.publish.catalogue import extent, read
from sugarforoil.publish.chapters import displays
from sugarforoil.publish.notebooks import chapters_in

Find = tuple[str, str, str, str]
"""Kind, title, address in the site, and a line about it."""

FILE = "finds.js"
LISTED = "finds.json"  # events, people, claims and documents, written with their pages (publish.reference)
LONGEST = 180  # letters of the line about a find


def finds(app: Sphinx) -> Iterator[Find]:
    """Everything that can be found, in the order in which equals are shown."""
    root = Path(app.srcdir)
    tables = read_package(root / "data")
    there = app.env.found_docs
    for page in sorted(there):
        if page.startswith("notebooks/"):
            yield "chapter", title(app, page), f"{page}.html", app.env.metadata[page].get(structured.SUMMARY, "")
    for table in tables.values():
        about = f"{table.name}. {table.row} {extent(table, read(table))}"
        yield "table", table.title, f"book/data/{table.name}.html", about
    listed = root / "book" / "reference" / LISTED
    for kind, name, place, about in json.loads(listed.read_text(encoding="utf-8")):
        if place.partition(".html")[0] in there:
            yield kind, name, place, about
    for notebook in chapters_in(root / "notebooks"):
        for output in displays(notebook, notebook.stat().st_mtime_ns):
            mark = output["metadata"]["sugarforoil"]
            if mark["kind"] == "figure":
                address = f"notebooks/{notebook.stem}.html#{mark['id']}"
                yield "figure", mark["title"], address, f"Chapter {int(notebook.stem[:2])}. {mark['alt']}"
    for anchor, (word, meaning) in page_notes.definitions(app).items():
        yield "word", word, f"book/glossary.html#{anchor}", meaning


def title(app: Sphinx, page: str) -> str:
    """The title of a page, that of a chapter with its number."""
    text = app.env.titles[page].astext()
    number = app.env.titles[page].get("secnumber")
    return f"{number[0]} {text}" if number else text


def short(text: str) -> str:
    """A text of one line, cut between words if it is long."""
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else text[:LONGEST].rsplit(" ", 1)[0].rstrip(",;:. ") + " …"


def write(app: Sphinx, exception: Exception | None) -> None:
    """Write `finds.js` beside the index of words."""
    if exception is not None or app.builder.format != "html":
        return
    found = sorted({(kind, name, address, short(about)) for kind, name, address, about in finds(app)})
    summaries = {
        page: [title(app, page), short(meta.get(structured.SUMMARY, ""))]
        for page, meta in sorted(app.env.metadata.items())
        if page in app.env.titles
    }
    content = json.dumps({"finds": found, "pages": summaries}, ensure_ascii=False, separators=(",", ":"))
    path = Path(app.outdir) / "_static" / FILE
    path.write_text(f"const sugarForOilFinds = {content};\n", encoding="utf-8", newline="\n")


def note_summary(app: Sphinx, doctree: nodes.document) -> None:
    """Keep with a page the sentence that says what it is about."""
    summary = structured.summary(doctree)
    if summary:
        app.env.metadata[app.env.docname][structured.SUMMARY] = summary


def setup(app: Sphinx) -> None:
    """Register both steps."""
    app.connect("doctree-read", note_summary)
    app.connect("build-finished", write)
