"""Small HTML tables, as `sugarforoil.figures.table` writes them, for every format of the book."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup, Tag
from docutils import nodes


def html_table(html: str) -> nodes.table:
    """Turn the first `<table>` of `html` into a docutils table; its caption is left to the caller."""
    soup = BeautifulSoup(html, "html.parser")
    rows = [row.find_all(["th", "td"]) for row in soup.find_all("tr")]
    heads = len(soup.thead.find_all("tr")) if soup.thead else 0
    width = max(len(row) for row in rows)
    group = nodes.tgroup("", *(nodes.colspec(colwidth=1) for _ in range(width)), cols=width)
    if rows[-1][0].name == "th":  # the first column names the rows
        group[0]["stub"] = 1
    if heads:
        group += nodes.thead("", *(line(row) for row in rows[:heads]))
    group += nodes.tbody("", *(line(row) for row in rows[heads:]))
    return nodes.table("", group)


def line(cells: list[Tag]) -> nodes.row:
    """One row; cells of the class "number" are set flush right."""
    row = nodes.row()
    for cell in cells:
        number = ["num"] if "number" in (cell.get("class") or []) else []
        row += nodes.entry("", nodes.paragraph("", text(cell)), classes=number)
    return row


def text(cell: Tag) -> str:
    """The text of a cell with its spaces folded, non-breaking ones kept."""
    return re.sub(r"[ \t\n]+", " ", cell.get_text()).strip(" ")
