"""The one error that readers of the data meet."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class DataError(Exception):
    """A fault in a data file, said in one sentence.

    file: name of the file, such as "sugar_prices.csv".
    message: what was expected and what was found.
    row: line number in the file, the header being 1; None where the fault is of the file as a whole.
    column: name of the column, or several joined by ", "; None where no column is to blame.

    str(error) joins them: "sugar_prices.csv, row 12, column value: expected a number, found 'abc'".
    """

    def __init__(self, file: str, message: str, row: int | None = None, column: str | None = None) -> None:
        super().__init__(file, message, row, column)  # all four, so that the error survives pickling
        self.file = file
        self.message = message
        self.row = row
        self.column = column

    def __str__(self) -> str:
        place = self.file
        if self.row is not None:
            place += f", row {self.row}"
        if self.column:
            place += f", column {self.column}"
        return f"{place}: {self.message}"


def did_you_mean(found: str, known: Iterable[str]) -> str:
    """Return "; did you mean 'x'?" for the known name nearest to what was found, "" if none is near."""
    near = difflib.get_close_matches(found, known, n=1)
    return f"; did you mean {near[0]!r}?" if near else ""
