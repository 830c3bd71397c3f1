"""What stands behind a figure: the line under it (data · sources · code · enlarge) and its rows as a folded table.

The table is made when the book is built, from the rows that the figure was drawn from. What is the same in every row
is said once beneath it, so that on a phone there are few columns. It is for the screen: of it, print has the sources.
"""

# mypy: allow-subclassing-any, allow-untyped-decorators, allow-untyped-calls, no-warn-return-any
from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

from sugarforoil.publish import citations
from sugarforoil.publish.folded import fold
from sugarforoil.publish.pictures import picture

MOST_ROWS = 60  # in the page; a longer list shows its two ends and is in the CSV in full
A_FEW = 5  # sources that a reader counts at a glance
BIBLIOGRAPHY = "book/bibliography"

TITLES = {
    "low": "Low",
    "high": "High",
    "label": "Series",
    "place": "Place",
    "number": "No.",
    "lane": "Lane",
    "panel": "Panel",
    "km": "Kilometres",
    "latitude": "Latitude",
    "longitude": "Longitude",
    "layer": "Drawn as",
    "status": "Status",
    "date_precision": "Exact to the",
    "clock": "Clock of",
    "evidence": "Evidence",
    "source": "Source",
}
"""Columns as readers call them, in the order in which they stand after the first, which names the row."""


class enlarge(nodes.Element):  # noqa: N801 - docutils names its elements in small letters
    """The word "Enlarge": a link to the picture of the figure that it stands in."""


class numbers(nodes.Element):  # noqa: N801
    """The rows of a figure as a table: `mark` and `rows`, the text of its CSV."""


def rows_of(text: str) -> list[dict[str, str]]:
    """The rows of a CSV text."""
    return list(csv.DictReader(io.StringIO(text)))


def numbers_box(mark: Mapping[str, Any], text: str) -> list[nodes.Element]:
    """The folded table with the rows of a figure; nothing if it has none."""
    if not rows_of(text):
        return []
    body = numbers(mark={name: mark.get(name) for name in ("id", "title", "sources")}, rows=text)
    words = nodes.inline("", "The numbers behind this figure")
    return [fold("", words, body, classes=["sfo-fold", "sfo-numbers", "screen-only"])]


# --- the table ------------------------------------------------------------------------------------------------


def split(rows: Sequence[Mapping[str, str]]) -> tuple[list[str], dict[str, str]]:
    """The columns to show, the first of which names the row; and what all rows have in common."""
    names = [name for name in rows[0] if any(row[name] for row in rows)]
    first = next(name for name in ("x", "place", "label", *names) if name in names)
    same = {
        name: rows[0][name]
        for name in names
        if name not in (first, "y") and all(row[name] == rows[0][name] for row in rows)
    }
    order = ["y", *TITLES]
    rest = [name for name in names if name != first and name not in same]
    ahead = [name for name in ("label", "place") if name in rest]  # a phone shows three columns at once
    rest = ahead + sorted(
        (name for name in rest if name not in ahead),
        key=lambda name: order.index(name) if name in order else len(order),
    )
    return [first, *rest], same


def title(name: str, values: Iterable[str]) -> str:
    """The heading of a column; what x and y are shows in their values."""
    if name not in ("x", "y"):
        return TITLES.get(name, name.replace("_", " ").capitalize())
    filled = [value for value in values if value]
    if all(re.fullmatch(r"1[89]\d\d(\.0)?|20\d\d(\.0)?", value) for value in filled):
        return "Year"
    if all(re.fullmatch(r"\d{4}-\d\d(-\d\d.*)?", value) for value in filled):
        return "Date"
    if all(is_number(value) for value in filled):
        return "Value" if name == "y" else "On the scale"
    return "Item"


def is_number(text: str) -> bool:
    """Whether a cell of a CSV holds a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def shown(name: str, text: str) -> str:
    """A cell as it is printed: a number to six digits with a real minus, a source by its short name."""
    if name == "source":
        known = citations.known["label"]
        return "; ".join(known.get(key, key) for key in text.split(";") if key)
    if name in ("date_precision", "label", "lane", "panel", "place", "layer") or not is_number(text):
        return text.replace("_", " ") if name in ("place", "status", "layer") else text
    value = float(text)
    number = f"{value:.6g}" if abs(value) < 1e6 else f"{value:.0f}"
    if abs(value) >= 10_000 and "e" not in number:
        whole, _, part = number.partition(".")
        number = f"{int(whole):,}" + (f".{part}" if part else "")
    return number.replace("-", "\N{MINUS SIGN}")


def table(mark: Mapping[str, Any], text: str) -> str:
    """The table as HTML: a caption, headings with their scope, and rows named by their first cell."""
    rows = rows_of(text)
    columns, same = split(rows)
    half = MOST_ROWS // 2
    pieces = [rows] if len(rows) <= MOST_ROWS else [rows[:half], rows[-half:]]
    flush = {
        name: all(is_number(row[name]) for row in rows if row[name]) and name not in ("x", "panel", "label")
        for name in columns
    }
    kind = {name: ' class="num"' * flush[name] for name in columns}
    heads = "".join(
        f'<th scope="col"{kind[name]}>{escape(title(name, [row[name] for row in rows]))}</th>' for name in columns
    )
    bodies = []
    for place, piece in enumerate(pieces):
        if place:
            left_out = f"{len(rows) - MOST_ROWS:,} rows between these are in the CSV."
            bodies.append(f'<tr class="sfo-left-out"><td colspan="{len(columns)}">{left_out}</td></tr>')
        for row in piece:
            cells = [f'<th scope="row">{escape(shown(columns[0], row[columns[0]]))}</th>']
            cells += [f"<td{kind[name]}>{escape(shown(name, row[name]))}</td>" for name in columns[1:]]
            bodies.append(f"<tr>{''.join(cells)}</tr>")
    count = "row" if len(rows) == 1 else "rows"
    named = escape(mark.get("title") or "")
    said = f"{len(rows):,} {count}, as drawn"
    return (
        f'<div class="sfo-numbers-box" tabindex="0" role="group" aria-label="{named}: {said}">'
        f'<table><caption><span class="sfo-unseen">{named}: </span>{said}</caption><thead><tr>{heads}</tr></thead>\n'
        f"<tbody>{chr(10).join(bodies)}</tbody></table></div>\n{in_common(same)}"
    )


def in_common(same: Mapping[str, str]) -> str:
    """A sentence with what is the same in every row."""
    if not same:
        return ""
    said = [
        f"{TITLES.get(name, name).lower()} <span data-column='{name}'>{escape(shown(name, value))}</span>"
        for name, value in same.items()
    ]
    return f'<p class="sfo-common">In every row: {", ".join(said)}.</p>\n'


def sources(mark: Mapping[str, Any], bibliography: str) -> str:
    """The sources of the rows, by their short names, with links to the bibliography at `bibliography`."""
    keys = list(mark.get("sources") or ())
    name = escape(mark["id"])
    if not keys:
        return f'<span id="{name}-sources"></span>'
    known = citations.known["label"]
    said = "; ".join(
        f'<a href="{bibliography}#cite-{escape(key)}">{escape(known[key])}</a>'
        for key in sorted(keys, key=lambda key: known[key].casefold())
    )
    how_many = f" ({len(keys)})" if len(keys) > A_FEW else ""
    return f'<p class="sfo-common sfo-sources" id="{name}-sources">Sources{how_many}: {said}.</p>\n'


# --- the line under the figure ----------------------------------------------------------------------------------


def words(mark: Mapping[str, Any], has_numbers: bool) -> list[nodes.Node]:
    """What follows the data in the line under a figure: sources and enlarge (the code is added with its box)."""
    parts: list[nodes.Node] = []
    count = len(mark.get("sources", ()))
    if has_numbers and count:
        said = "1 source" if count == 1 else f"{count} sources"
        parts.append(jump(said, f"{mark['id']}-sources"))
    parts.append(enlarge(classes=["screen-only"]))
    return parts


def jump(said: str, target: str) -> nodes.inline:
    """A link within the page, with the dot before it, for the screen."""
    link = nodes.reference("", said, internal=True, refid=target)
    return nodes.inline("", " · ", link, classes=["screen-only"])


def visit_enlarge(self: HTML5Translator, node: enlarge) -> None:
    """Write the link, to the picture that was chosen for this format of the book."""
    figure: Any = node.parent
    while not isinstance(figure, nodes.figure):
        figure = figure.parent
    image: Any = next(figure.findall(picture), None)
    if image is not None:
        address = f"{self.builder.imgpath}/{self.builder.images[image['uri']]}"
        number = ".".join(map(str, self.builder.fignumbers.get("figure", {}).get(figure["ids"][0], ())))
        named = f' <span class="sfo-unseen">figure {number}</span>' if number else ""
        self.body.append(
            f'<span class="screen-only"> · <a class="sfo-enlarge" href="{escape(address)}">enlarge{named}</a></span>'
        )
    raise nodes.SkipNode


def visit_numbers(self: HTML5Translator, node: numbers) -> None:
    """Write the table and its sources."""
    page = self.builder.get_relative_uri(self.docnames[-1], BIBLIOGRAPHY)
    self.body.append(table(node["mark"], node["rows"]) + sources(node["mark"], page))
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Register the elements; other formats of the book skip them."""
    skip = (lambda self, node: (_ for _ in ()).throw(nodes.SkipNode), None)
    app.add_node(enlarge, html=(visit_enlarge, None), latex=skip, text=skip)
    app.add_node(numbers, html=(visit_numbers, None), latex=skip, text=skip)
