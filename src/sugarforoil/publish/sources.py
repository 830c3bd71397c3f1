"""Derive data/sources.csv from the bibliography, so that the two are one thing.

The bibliography, `book/references.bib`, is the single source of truth: the pages cite from it and the
`source` column of every dataset holds its keys. Nobody edits `data/sources.csv`; `make data` writes it.

An entry that lacks what a reader needs to find the work is an error, not a warning.
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from pybtex.database import Entry, Person, parse_string
from pybtex.exceptions import PybtexError

from sugarforoil.harmless import wrong_text

# What `keywords` may say: how far the source can be trusted, in one word.
KINDS = ("official", "scholarly", "dataset", "press", "reference", "weak")

# What each type of entry must have. A name in a pair means "one of the two".
REQUIRED: dict[str, tuple[str | tuple[str, ...], ...]] = {
    "article": ("author", "title", "journal", "year"),
    "book": (("author", "editor"), "title", "publisher", "year"),
    "incollection": (("author", "editor"), "title", "booktitle", "publisher", "year"),
    "techreport": ("author", "title", "institution", "year"),
    "misc": ("author", "title", "howpublished", "year", "url"),
}

COLUMNS = (
    "key", "label", "type", "kind", "author", "title", "container", "year", "publisher", "url", "urldate", "note",
)  # fmt: skip

FIELDS = {
    *("author", "editor", "shortauthor", "title", "booktitle", "journal", "volume", "number", "pages", "year"),
    *("publisher", "institution", "howpublished", "address", "note", "url", "urldate", "keywords", "langid"),
}

ENTRY = re.compile(r"@\w+\{\w+,")
ADDRESS = re.compile(r"https?://[^\s<>\"\\^`{|}]+")
KEY = re.compile(r"[a-z][a-z0-9]*")
YEAR = re.compile(r"\d{4}(–\d{4})?")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

FRUS_VOLUME = re.compile(r"^\{*Foreign Relations of the United States, (?:.*, )?(\d{4}(?:–\d{4})?), Volumes? ([^,]+)")
FRUS_DOCUMENT = re.compile(r"^\{*Document (\d+)")


class SourcesError(ValueError):
    """The bibliography has a fault; the message names the entry and the field."""


def build(bib_path: Path, csv_path: Path | None = None) -> bytes:
    """Return the sources table as the bytes of a CSV file; write them too, if told where.

    bib_path: the BibTeX file (UTF-8, no LaTeX; braces only protect capitals and institutions).
    csv_path: the table to write. It is left alone if nothing changed.
    The table is UTF-8 with LF ends, header `COLUMNS`, one row an entry, sorted by key.
    Raises SourcesError for the first fault, naming entry and field.
    """
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(read(bib_path))
    content = stream.getvalue().encode()
    if csv_path and not (csv_path.exists() and csv_path.read_bytes() == content):
        csv_path.write_bytes(content)
    return content


def read(bib_path: Path) -> list[dict[str, str]]:
    """Return the rows of the sources table, one dict per entry with the keys `COLUMNS`, sorted by key.

    Raises SourcesError for the first fault.
    """
    text = _text(bib_path)
    try:
        entries = parse_string(text, "bibtex").entries
    except PybtexError as error:  # a syntax error or a key used twice
        raise SourcesError(f"{bib_path.name}: {error}") from None
    rows = [_row(key, entry, bib_path.name) for key, entry in sorted(entries.items())]
    names = labels(entries)
    return [{**row, "label": names[row["key"]]} for row in rows]


def _text(path: Path) -> str:
    """The text of the bibliography: UTF-8 in which nothing stands that no entry holds.

    BibTeX passes over what stands between entries: an entry whose @ was lost would be gone without a word.
    """
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        place = raw.count(b"\n", 0, error.start) + 1
        raise SourcesError(f"{path.name}, line {place}: expected UTF-8 text, found a byte that is not") from None
    depth = 0
    for number, line in enumerate(text.split("\n"), start=1):
        if wrong := wrong_text(line.replace("\t", " ")):
            raise SourcesError(f"{path.name}, line {number}: expected {wrong}")
        begins = line.startswith("@")
        if begins and depth:
            raise SourcesError(f"{path.name}, line {number}: a brace of the entry before this one does not close")
        if not depth and line.strip() and not line.startswith("%") and not ENTRY.match(line):
            raise SourcesError(f"{path.name}, line {number}: expected an entry such as @misc{{key, found {line[:40]!r}")
        if depth or begins:
            depth += line.count("{") - line.count("}")
        if depth < 0:
            raise SourcesError(f"{path.name}, line {number}: a brace closes that was not opened")
    if depth:
        raise SourcesError(f"{path.name}: a brace of the last entry does not close")
    return text


# --- short names: the same in the text, in the bibliography, under the figures and in the table -----------------


def labels(entries: Mapping[str, Entry]) -> dict[str, str]:
    """Return the short name of each work by its key: "Voeten 2013", "CIA 1960b", "FRUS 1958–1960 VI, doc. 410"."""
    found = {}
    for key, dated in dates(entries).items():
        document = frus(entries[key])
        found[key] = f"{document[0]}, doc.\u00a0{document[1]}" if document else f"{who(entries[key])} {dated}"
    return found


def dates(entries: Mapping[str, Entry]) -> dict[str, str]:
    """Return the year of each work by its key, with a letter where an author has several in a year."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    found = {}
    for key, entry in entries.items():
        year = str(entry.fields.get("year", ""))
        if frus(entry):  # these are told apart by volume and document
            found[key] = year
        else:
            groups[who(entry), year].append(key)
    for (_, year), keys in groups.items():
        keys.sort(key=lambda key: (_field(entries[key], "title"), key))
        found.update({key: year if len(keys) == 1 else year + _letter(i) for i, key in enumerate(keys)})
    return found


def _letter(i: int) -> str:
    return chr(ord("a") + i) if i < 26 else f"-{i + 1}"


def who(entry: Entry) -> str:
    """Return the short form of a work's authors or editors: "Voeten", "Barbieri and Keshk", "Rice et al.", "CIA"."""
    people = entry.persons.get("author") or entry.persons.get("editor") or []
    last = [" ".join(person.prelast_names + person.last_names).strip("{}") for person in people]
    short = _field(entry, "shortauthor")
    return short or (f"{last[0]} et al." if len(last) > 2 else " and ".join(last))


def frus(entry: Entry) -> tuple[str, int] | None:
    """Return ("FRUS 1958–1960 VI", 410) for a paper in Foreign Relations of the United States, else None.

    Historians name these by volume and document; by editor and year dozens would share one name.
    """
    volume = FRUS_VOLUME.match(entry.fields.get("booktitle", ""))
    document = FRUS_DOCUMENT.match(entry.fields.get("title", ""))
    return (f"FRUS {volume[1]} {volume[2]}", int(document[1])) if volume and document else None


def _row(key: str, entry: Entry, file: str) -> dict[str, str]:
    """Check one entry and flatten it."""
    where = f"{file}, entry {key}"
    if not KEY.fullmatch(key):
        raise SourcesError(f"{where}: a key is lower-case ASCII letters and digits, such as frus1958v6d456")
    if entry.type not in REQUIRED:
        raise SourcesError(f"{where}: unknown type @{entry.type}; use one of {', '.join(sorted(REQUIRED))}")
    for names in REQUIRED[entry.type]:
        choices = (names,) if isinstance(names, str) else names
        if not any(_field(entry, name) for name in choices):
            raise SourcesError(f"{where}: the field {' or '.join(choices)} is missing")
    kind = _field(entry, "keywords")
    if kind not in KINDS:
        raise SourcesError(f"{where}: the field keywords is {kind!r}; it must be one of {', '.join(KINDS)}")
    if not YEAR.fullmatch(_field(entry, "year")):
        raise SourcesError(f"{where}: the field year is {_field(entry, 'year')!r}, not a year")
    if bool(_field(entry, "url")) != _is_day(_field(entry, "urldate")):
        raise SourcesError(f"{where}: the field urldate must be the day the url was read, as YYYY-MM-DD")
    if _field(entry, "url") and not ADDRESS.fullmatch(_field(entry, "url")):
        raise SourcesError(f"{where}: the field url is {_field(entry, 'url')!r}, not an address of the web")
    for name in (*entry.fields, *entry.persons):
        if name not in FIELDS:
            raise SourcesError(f"{where}: unknown field {name}; the fields are {', '.join(sorted(FIELDS))}")
        if "\\" in _field(entry, name):
            raise SourcesError(f"{where}: the field {name} holds a LaTeX command; write the character itself")
    publishers = (_field(entry, name) for name in ("publisher", "institution", "howpublished"))
    return {
        "key": key,
        "type": entry.type,
        "kind": kind,
        "author": _field(entry, "author") or _field(entry, "editor"),
        "title": _field(entry, "title"),
        "container": _container(entry),
        "year": _field(entry, "year"),
        "publisher": next(filter(None, publishers), ""),
        "url": _field(entry, "url"),
        "urldate": _field(entry, "urldate"),
        "note": _field(entry, "note"),
    }


def _is_day(text: str) -> bool:
    """Whether a text is a day of the calendar, as YYYY-MM-DD."""
    try:
        return bool(DAY.fullmatch(text) and date.fromisoformat(text))
    except ValueError:  # 2026-02-30
        return False


def _field(entry: Entry, name: str) -> str:
    """Return a field as plain text: no braces or line breaks; '' if absent; semicolons between names."""
    if name in entry.persons:
        value = "; ".join(_name(person) for person in entry.persons[name])
    else:
        value = str(entry.fields.get(name, ""))
    return " ".join(value.replace("{", "").replace("}", "").split())


def _name(person: Person) -> str:
    """Return "Family, Given", or the bare name of an institution."""
    family = " ".join([*person.prelast_names, *person.last_names, *person.lineage_names])
    given = " ".join([*person.first_names, *person.middle_names])
    return f"{family}, {given}" if given else family


def _container(entry: Entry) -> str:
    """Return what the work stands in: a journal with its pages, a collection, a report number; or ''."""
    text = _field(entry, "journal") or _field(entry, "booktitle")
    volume, number, pages = (_field(entry, name) for name in ("volume", "number", "pages"))
    if entry.type == "article":
        issue = f"{volume}({number})" if volume and number else volume or (f"no. {number}" if number else "")
        text = " ".join(part for part in (text, issue) if part)
        return f"{text}, {pages}" if pages else text
    if entry.type == "techreport" and number:
        return number
    return text
