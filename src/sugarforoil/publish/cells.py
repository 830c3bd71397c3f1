"""Texts of the tables as Markdown: on one line, as a sentence, with their sources."""

from __future__ import annotations

from sugarforoil.publish.catalogue import escape


def plain(text: str) -> str:
    """Text of a table on one line, in which no character means anything to Markdown."""
    return escape(" ".join(text.split()))


def sentence(text: str, note: str) -> str:
    """One or two texts of a table as sentences in a cell."""
    return " ".join(_closed(plain(part)) for part in (text, note) if part)


def _closed(text: str) -> str:
    text = text[0].upper() + text[1:]
    return text if text[-1] in ".?!”" else text + "."


def cited(keys: str) -> str:
    """The role that cites source keys, which semicolons part; empty without any."""
    return f"{{cite:p}}`{','.join(keys.split(';'))}`" if keys else ""
