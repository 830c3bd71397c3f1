"""`{sql-recipe}`: a query on the data, shown with what it gives.

    ```{sql-recipe}
    :name: recipe-sql

    SELECT count(*) FROM eras;
    ```

The query runs while the page is built, on the SQLite database that the catalogue offers: no result is typed.
"""

# mypy: allow-subclassing-any, allow-untyped-calls, no-warn-return-any
from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from sugarforoil.publish.downloads import NAME, folder


class SqlRecipe(SphinxDirective):
    """Shows a query and, beneath it, the rows that it gives."""

    has_content = True
    option_spec = {"name": directives.unchanged}  # noqa: RUF012 (docutils wants it so)

    def run(self) -> list[nodes.Node]:
        query = "\n".join(self.content)
        database = folder(Path(self.env.srcdir)) / f"{NAME}.sqlite"
        self.env.note_dependency(str(database))
        try:
            heads, rows = ask(database, query)
        except sqlite3.Error as error:
            raise self.error(f"the query does not run: {error}") from error
        code = nodes.literal_block(query, query, language="sql")
        self.add_name(code)
        return [code, table(heads, rows)]


def ask(database: Path, query: str) -> tuple[list[str], list[tuple[object, ...]]]:
    """Names of the columns and the rows that a query gives. Raises sqlite3.Error; changes nothing in the database."""
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        cursor = connection.execute(query)
        return [one[0] for one in cursor.description], cursor.fetchall()


def table(heads: list[str], rows: list[tuple[object, ...]]) -> nodes.table:
    """Rows as a table of a page; numbers as SQLite gives them, a missing value as an empty cell."""
    grid = nodes.tgroup("", cols=len(heads))
    grid += [nodes.colspec(colwidth=1) for _ in heads]
    grid += nodes.thead("", line(heads))
    grid += nodes.tbody("", *(line(["" if cell is None else str(cell) for cell in row]) for row in rows))
    return nodes.table("", grid)


def line(cells: list[str]) -> nodes.row:
    """One row of a table."""
    return nodes.row("", *(nodes.entry("", nodes.paragraph(cell, cell)) for cell in cells))


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("sql-recipe", SqlRecipe)
