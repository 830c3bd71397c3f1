"""Texts that are only texts: nothing in a table may act on a terminal, a page's direction, or a spreadsheet.

The cells of the tables and their descriptions are handed to readers as CSV files, workbooks and pages. A text that
holds control characters, or marks that turn the direction of writing, reads otherwise than it is stored; one that
begins like a formula is computed by the spreadsheet program in which somebody opens the CSV file. No table has use
for either, so they are refused where everything else is checked, with file, row and column.
"""

from __future__ import annotations

import re

# C0 but for the line break, DEL, C1, marks of direction, invisible separators and fillers, byte-order marks,
# halves of pairs, places that Unicode has never given away.
UNSEEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)
FORMULA = re.compile(r"[=+@\-\uff1d\uff0b\uff20\uff0d]")
NUMERIC = re.compile(r"[+-][0-9][0-9.,:%]*")  # -04:00, +5: signs and digits alone compute nothing


def wrong_text(text: str) -> str | None:
    """What was expected of a text that is more than a text, else None."""
    unseen = UNSEEN.search(text)
    if unseen:
        return f"text without control characters and marks of direction (here U+{ord(unseen[0]):04X})"
    return None


def wrong_cell(text: str) -> str | None:
    """What was expected of a text cell that would do more than be read, else None."""
    if FORMULA.match(text) and not NUMERIC.fullmatch(text):
        return "text that no spreadsheet takes for a formula (it begins with =, +, - or @)"
    return wrong_text(text)
