"""Corrupted inputs: tables, datapackage.json and the bibliography, spoilt in every way that files are spoilt.

Where `mutate` makes slips of the pen, to see which of the checks notice, this spoils files: bytes flipped, a file
cut short, another encoding, line ends of another system, a program's idea of a number, cells in each other's place. A
corrupted input must be refused in one sentence that names the file, and the row and column where there are any; or it
must be harmless: what is loaded is, cell for cell, what another reader finds written. Kinds in `NEVER` are refused
whatever their place: nothing they write can be meant. A traceback is always a fault.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pandas as pd
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from sugarforoil import datasets
from sugarforoil.errors import DataError
from sugarforoil.locate import DESCRIPTOR
from sugarforoil.metadata import Dataset, read_package
from sugarforoil.publish import consistency, sources
from sugarforoil.publish.report import Row

Draw = Callable[[st.SearchStrategy[Any]], Any]
Spoil = Callable[[Draw, bytes, Dataset], bytes]
TIMES = 1000
SEED = 1962
BIB = "references.bib"
LARGEST = 60_000  # bytes: of a larger table the checks take seconds, and it is spoilt in the same ways
LATER_RULES = ("swapped cells", "a number of no sense")  # may be well formed: the rules of the tables are asked, too


@dataclass(frozen=True)
class Outcome:
    """What became of one corrupted input."""

    kind: str
    file: str
    result: str  # "refused", "harmless", "unchanged" or what was wrong
    message: str = ""

    @property
    def good(self) -> bool:
        return self.result in ("refused", "harmless", "unchanged")


# --- damage to any file ----------------------------------------------------------------------------------------


def flip(draw: Draw, raw: bytes, _: Dataset) -> bytes:
    """One to three bytes become others."""
    spoilt = bytearray(raw)
    for _time in range(draw(st.integers(1, 3))):
        spoilt[draw(st.integers(0, len(raw) - 1))] ^= draw(st.integers(1, 255))
    return bytes(spoilt)


def cut(draw: Draw, raw: bytes, _: Dataset) -> bytes:
    """The file ends too early."""
    return raw[: draw(st.integers(0, len(raw) - 1))]


def gap(draw: Draw, raw: bytes, _: Dataset) -> bytes:
    """A block in the middle is zeros, as after a crash of the system."""
    place = draw(st.integers(0, len(raw) - 1))
    length = min(draw(st.sampled_from([1, 16, 512])), len(raw) - place)
    return raw[:place] + bytes(length) + raw[place + length :]


def encode(draw: Draw, raw: bytes, _: Dataset) -> bytes:
    """Another encoding, with what it cannot write in place of what it cannot write."""
    encoding: str = draw(st.sampled_from(["utf-16", "utf-16-le", "utf-32", "cp037"]))
    return raw.decode().encode(encoding, "replace")


def accent(draw: Draw, raw: bytes, _: Dataset) -> bytes:
    """A letter of Latin-1 or of a Russian code page among UTF-8."""
    place = draw(st.integers(0, len(raw)))
    while place < len(raw) and raw[place] & 0xC0 == 0x80:  # not within a letter
        place += 1
    new: bytes = draw(st.sampled_from([b"\xe9", b"\xfc", b"\xd1\x20", b"\xcf\xf0", b"\x93"]))
    return raw[:place] + new + raw[place:]


def mark(draw: Draw, raw: bytes, _: Dataset) -> bytes:
    """A byte-order mark at the beginning."""
    return b"\xef\xbb\xbf" + raw


def unseen(draw: Draw, raw: bytes, _: Dataset) -> bytes:
    """A character that nobody sees, at the beginning of a line."""
    starts = [0, *(found.end() for found in re.finditer(rb"\n", raw[:-1]))]
    place = draw(st.sampled_from(starts))
    new: str = draw(st.sampled_from(["\0", "\x1b[2J", "\u202e", "\u200b", "\b"]))
    return raw[:place] + new.encode() + raw[place:]


def line_ends(draw: Draw, raw: bytes, _: Dataset) -> bytes:
    """Line ends of Windows or of old Macintoshes."""
    return raw.replace(b"\n", draw(st.sampled_from([b"\r\n", b"\r"])))


ANY: dict[str, Spoil] = {
    "bytes flipped": flip,
    "cut short": cut,
    "a gap of zeros": gap,
    "another encoding": encode,
    "a letter of another code page": accent,
    "a byte-order mark": mark,
    "an unseen character": unseen,
    "other line ends": line_ends,
}

# --- damage to tables --------------------------------------------------------------------------------------------

Cells = list[list[str]]


def cells_of(raw: bytes) -> Cells:
    """The cells of a CSV file, the header first."""
    return list(csv.reader(io.StringIO(raw.decode("utf-8"), newline="")))


def written(cells: Cells) -> bytes:
    """The bytes of a CSV file."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(cells)
    return text.getvalue().encode("utf-8", "surrogatepass")


def a_cell(draw: Draw, cells: Cells, columns: list[int]) -> tuple[int, int] | None:
    """A place in one of the columns, below the header."""
    return (draw(st.integers(1, len(cells) - 1)), draw(st.sampled_from(columns))) if columns else None


def of_type(dataset: Dataset, *kinds: str) -> list[int]:
    return [place for place, one in enumerate(dataset.fields.values()) if one.type in kinds]


def putting(values: list[str], *kinds: str) -> Spoil:
    """A spoiler that puts one of the values in a cell of a column of these types."""

    def spoil(draw: Draw, raw: bytes, dataset: Dataset) -> bytes:
        cells = cells_of(raw)
        place = a_cell(draw, cells, of_type(dataset, *kinds))
        if place:
            cells[place[0]][place[1]] = draw(st.sampled_from(values))
        return written(cells) if place else raw

    return spoil


def negative(draw: Draw, raw: bytes, dataset: Dataset) -> bytes:
    """A quantity that cannot be less than nothing is."""
    names = [name for name, one in dataset.fields.items() if one.constraints.get("minimum") == 0]
    cells = cells_of(raw)
    filled = [
        (row, column)
        for column in (cells[0].index(name) for name in names)
        for row in range(1, len(cells))
        if re.search("[1-9]", cells[row][column])
    ]
    if not filled:
        return raw
    row, column = draw(st.sampled_from(filled))
    cells[row][column] = "-" + cells[row][column]
    return written(cells)


def source(draw: Draw, raw: bytes, dataset: Dataset) -> bytes:
    """A key of a source that there is not."""
    cells = cells_of(raw)
    place = a_cell(draw, cells, [cells[0].index(name) for name in dataset.source_columns])
    if not place:
        return raw
    kept = cells[place[0]][place[1]]
    cells[place[0]][place[1]] = draw(st.sampled_from(["nobody1999", f"{kept};", f"{kept}; x", "../x", "UPPER2000"]))
    return written(cells)


def header(draw: Draw, raw: bytes, dataset: Dataset) -> bytes:
    """The header is wrong: doubled, without a column, with another one, in another order."""
    cells = cells_of(raw)
    names = cells[0]
    place = draw(st.integers(0, len(names) - 1))
    how = draw(st.sampled_from(["twice", "lost", "renamed", "more", "empty", "doubled"]))
    if how == "twice":
        cells.insert(0, list(names))
    elif how == "lost":
        cells = [row[:place] + row[place + 1 :] for row in cells]
    elif how == "renamed":
        names[place] = draw(st.sampled_from([names[place].upper(), names[place] + " ", "x", ""]))
    elif how == "more":
        cells = [[*row, "1"] for row in cells]
    elif how == "empty":
        cells.pop(0)
    else:
        names[place] = names[place - 1] if len(names) > 1 else names[place] * 2
    return written(cells)


def swap(draw: Draw, raw: bytes, dataset: Dataset) -> bytes:
    """Two cells of a row change places."""
    cells = cells_of(raw)
    row = draw(st.integers(1, len(cells) - 1))
    one, other = (draw(st.integers(0, len(cells[0]) - 1)) for _ in range(2))
    cells[row][one], cells[row][other] = cells[row][other], cells[row][one]
    return written(cells)


def quotes(draw: Draw, raw: bytes, _: Dataset) -> bytes:
    """A quotation mark where none belongs."""
    place = draw(st.integers(0, len(raw)))
    new: bytes = draw(st.sampled_from([b'"', b'""', b"'", b'"\n"']))
    return raw[:place] + new + raw[place:]


def long(draw: Draw, raw: bytes, dataset: Dataset) -> bytes:
    """A cell that is longer than any text here, or than any program takes."""
    cells = cells_of(raw)
    place = a_cell(draw, cells, of_type(dataset, "string"))
    if place:
        cells[place[0]][place[1]] = "x" * draw(st.sampled_from([40_000, 140_000, 2_000_000]))
    return written(cells) if place else raw


def any_text(draw: Draw, raw: bytes, dataset: Dataset) -> bytes:
    """Any text at all, in any cell."""
    cells = cells_of(raw)
    place = draw(st.integers(1, len(cells) - 1)), draw(st.integers(0, len(cells[0]) - 1))
    cells[place[0]][place[1]] = draw(st.text(max_size=20))
    return written(cells)


HUGE = ["1e400", "9" * 40, "1" + "0" * 310, "-" + "9" * 30]
TABLES: dict[str, Spoil] = {
    "a number of no sense": putting(["1e99", "123456789012345678"], "integer", "number"),
    "a number too large": putting(HUGE, "integer", "number"),
    "NaN or infinity": putting(["NaN", "nan", "inf", "-inf", "Infinity", "#N/A", "1.#IND"], "integer", "number"),
    "a number as people write it": putting(["1,5", "1 000", "1'000", "5 %", "~3", "1_000", "0x1F", "٣", "½"], "number"),
    "a date that is none": putting(
        ["1962-02-30", "30.10.1962", "1962-13-01", "10/22/62", "1962", "0000-00-00", "1962-10-22T00:00"], "date"
    ),
    "neither true nor false": putting(["TRUE", "yes", "1", "0", "wahr", "t"], "boolean"),
    "a formula": putting(['=HYPERLINK("http://x")', "+1+1", "-2+3", "@SUM(A1)", "=cmd|'/C calc'!A0"], "string"),
    "a negative quantity": negative,
    "an unknown source": source,
    "a wrong header": header,
    "swapped cells": swap,
    "a stray quotation mark": quotes,
    "a very long cell": long,
    "any text": any_text,
}
NEVER = {
    "another encoding", "a letter of another code page", "a byte-order mark", "an unseen character",
    "a number too large", "NaN or infinity", "a number as people write it", "a date that is none",
    "neither true nor false", "a formula", "a negative quantity", "an unknown source", "a wrong header",
    "a number of no sense", "an entry of another type",
}  # fmt: skip

# --- damage to datapackage.json and the bibliography -------------------------------------------------------------


def entry(draw: Draw, raw: bytes, _: Dataset) -> bytes:
    """An entry of datapackage.json, anywhere, becomes something of another type, or is lost."""
    package = json.loads(raw)
    one = draw(st.sampled_from(package["resources"]))
    while True:
        names = sorted(one) if isinstance(one, dict) else list(range(len(one)))
        name = draw(st.sampled_from(names))
        if not isinstance(one[name], dict | list) or not one[name] or draw(st.booleans()):
            break
        one = one[name]
    others = [other for other in (None, 7, -1.5, True, ["../x"], {"a": 1}) if type(other) is not type(one[name])]
    one[name] = draw(st.sampled_from(others))
    return json.dumps(package, ensure_ascii=False).encode()


def twice(draw: Draw, raw: bytes, _: Dataset) -> bytes:
    """A line stands twice, or is lost."""
    lines = raw.splitlines(keepends=True)
    place = draw(st.integers(0, len(lines) - 1))
    return b"".join(lines[:place] + [lines[place]] * draw(st.sampled_from([0, 2])) + lines[place + 1 :])


def field(draw: Draw, raw: bytes, _: Dataset) -> bytes:
    """A field of the bibliography has a name or a value that it cannot have."""
    places = list(re.finditer(rb"\n  (\w+) = \{(.*)\}", raw))
    found = draw(st.sampled_from(places))
    bad: list[bytes] = [
        b"\n  yeer = {1962}", b"\n  year = {soon}", b"\n  url = {javascript:alert(1)}", b"\n  title = {\\input{x}}",
        b"\n  keywords = {gossip}", b"\n  title = {}", b"\n  title = {{x}", b"\n  url = {file:///etc/passwd}",
    ]  # fmt: skip
    new: bytes = draw(st.sampled_from(bad))
    return raw[: found.start()] + new + raw[found.end() :]


PACKAGE: dict[str, Spoil] = {"an entry of another type": entry, "a line lost or twice": twice}
BIBLIOGRAPHY: dict[str, Spoil] = {"a wrong field": field, "a line lost or twice": twice}

# --- what becomes of them -----------------------------------------------------------------------------------------


@dataclass
class Place:
    """A copy of the data package and the bibliography, where things are spoilt; whole again after each trial."""

    data: Path
    bib: Path
    last: str = ""  # checksum of what was spoilt last

    def __post_init__(self) -> None:
        self.tables = read_package(self.data)
        self.package = consistency.Package(self.data)

    def table(self, kind: str, name: str, draw: Draw) -> Outcome:
        """Spoil a table and load it."""
        dataset = self.tables[name]
        clean = dataset.path.read_bytes()
        spoilt = {**ANY, **TABLES}[kind](draw, clean, dataset)
        if spoilt == clean:
            return Outcome(kind, dataset.path.name, "unchanged")
        try:
            self._put(dataset.path, spoilt)
            self.package.forget(name)
            return self._load(kind, dataset)
        finally:
            dataset.path.write_bytes(clean)
            self.package.forget(name)

    def _put(self, path: Path, spoilt: bytes) -> None:
        self.last = hashlib.sha256(spoilt).hexdigest()
        path.write_bytes(spoilt)

    def _load(self, kind: str, dataset: Dataset) -> Outcome:
        file = dataset.path.name
        try:
            datasets.check(dataset.name, self.data)
            frame = datasets.read(dataset)
        except DataError as error:
            named = error.file == file and error.row is not None
            return Outcome(kind, file, "refused" if named else "refused without its place", str(error))
        except Exception as error:  # that is what is looked for
            return Outcome(kind, file, f"a traceback: {error!r}")
        if not as_written(frame, dataset):
            return Outcome(kind, file, "loaded as something else than what is written")
        if kind in NEVER:
            found = consistency.first_fault(self.package, dataset.name) if kind in LATER_RULES else None
            return Outcome(kind, file, "refused" if found else "accepted in silence", str(found[1]) if found else "")
        return Outcome(kind, file, "harmless")

    def descriptor(self, kind: str, draw: Draw) -> Outcome:
        """Spoil datapackage.json; read it, and the smallest of its tables."""
        path = self.data / DESCRIPTOR
        clean = path.read_bytes()
        smallest = min(self.tables.values(), key=lambda one: one.path.stat().st_size)
        spoilt = {**ANY, **PACKAGE}[kind](draw, clean, smallest)
        if spoilt == clean:
            return Outcome(kind, DESCRIPTOR, "unchanged")
        try:
            self._put(path, spoilt)
            found = read_package(self.data)
            if smallest.name in found:
                datasets.check(smallest.name, self.data)
        except DataError as error:
            return Outcome(kind, DESCRIPTOR, "refused", str(error))
        except Exception as error:
            return Outcome(kind, DESCRIPTOR, f"a traceback: {error!r}")
        finally:
            path.write_bytes(clean)
        if kind in NEVER and kind != "an unseen character" and changed(found, self.tables):
            return Outcome(kind, DESCRIPTOR, "accepted in silence")
        same = json.loads(spoilt)["resources"]  # every text of the objects is a text that is written there
        good = all(one.schema == other["schema"] for one, other in zip(found.values(), same, strict=True))
        return Outcome(kind, DESCRIPTOR, "harmless" if good else "loaded as something else than what is written")

    def bibliography(self, kind: str, draw: Draw) -> Outcome:
        """Spoil the bibliography and derive the table of sources from it."""
        clean = self.bib.read_bytes()
        before = {row["key"]: row for row in self._rows(clean)}
        spoilt = {**ANY, **BIBLIOGRAPHY}[kind](draw, clean, next(iter(self.tables.values())))
        if spoilt == clean:
            return Outcome(kind, BIB, "unchanged")
        try:
            rows = self._rows(spoilt)
        except sources.SourcesError as error:
            return Outcome(kind, BIB, "refused" if BIB in str(error) else "refused without its place", str(error))
        except Exception as error:
            return Outcome(kind, BIB, f"a traceback: {error!r}")
        after = {row["key"]: row for row in rows}
        texts = " ".join(spoilt.decode().replace("{", "").replace("}", "").split())
        lost = len(before) - len(after)
        new = [row for key, row in after.items() if apart(row) != apart(before.get(key, {}))]
        shown = all(row[name] in texts for row in new for name in ("key", "title", "year", "url", "urldate", "note"))
        if lost > (kind == "cut short") * len(before) or not shown:
            return Outcome(kind, BIB, f"{lost} entries lost in silence" if lost > 0 else "not what is written")
        return Outcome(kind, BIB, "harmless")

    def _rows(self, raw: bytes) -> list[dict[str, str]]:
        path = self.bib.with_name(BIB)  # beside the clean one
        self._put(path, raw)
        return sources.read(path)


def changed(found: dict[str, Dataset], before: dict[str, Dataset]) -> bool:
    """Whether a package says something else than before."""
    return list(found.values()) != list(before.values())


def apart(row: dict[str, str]) -> dict[str, str]:
    """A source without its label, whose letter depends on its neighbours."""
    return {name: cell for name, cell in row.items() if name != "label"}


def as_written(frame: Any, dataset: Dataset) -> bool:
    """Whether a frame holds what Python's own reader of CSV files finds in the file, cell for cell."""
    cells = cells_of(dataset.path.read_bytes())
    if cells[0] != list(frame.columns) or len(cells) - 1 != len(frame):
        return False
    for place, one in enumerate(dataset.fields.values()):
        column = [row[place] for row in cells[1:]]
        for cell, loaded in zip(column, frame[one.name].tolist(), strict=True):
            missing = bool(pd.isna(loaded))
            if (cell in dataset.missing_values) != missing or not (missing or same(one.type, cell, loaded)):
                return False
    return True


def same(kind: str, cell: str, loaded: Any) -> bool:
    """Whether a loaded value is what a cell says."""
    if kind == "number":
        return bool(math.isfinite(loaded) and loaded == float(cell))
    if kind == "integer":
        return bool(loaded == int(cell))
    if kind == "boolean":
        return bool(loaded is (cell == "true"))
    return str(loaded)[:10] == cell if kind == "date" else bool(loaded == cell)


# --- all of them --------------------------------------------------------------------------------------------------


def place_of(data: Path, bib: Path, folder: Path) -> Place:
    """Copies of a data package and a bibliography in `folder`."""
    copy = Path(shutil.copytree(data, folder / "data"))
    package = json.loads((copy / DESCRIPTOR).read_text(encoding="utf-8"))
    (copy / DESCRIPTOR).write_text(json.dumps(package, ensure_ascii=False, indent=2), encoding="utf-8")
    clean = folder / "clean.bib"
    shutil.copy(bib, clean)
    return Place(copy, clean)


def outcomes(place: Place, times: int = TIMES, number: int = SEED) -> list[Outcome]:
    """Spoil things until `times` different corrupted inputs have been tried, the same ones for the same seed."""
    names = sorted(name for name, one in place.tables.items() if one.path.stat().st_size < LARGEST)
    plan: list[tuple[str, str]] = [("table", kind) for kind in (*ANY, *TABLES)]
    plan += [("descriptor", kind) for kind in (*ANY, *PACKAGE)] + [("bib", kind) for kind in (*ANY, *BIBLIOGRAPHY)]
    found: dict[Any, Outcome] = {}

    def trial(target: str, kind: str, data: st.DataObject) -> None:
        if target == "table":
            one = place.table(kind, data.draw(st.sampled_from(names)), data.draw)
        else:
            one = (place.descriptor if target == "descriptor" else place.bibliography)(kind, data.draw)
        if one.result != "unchanged":
            found[one.file, place.last] = one

    turn = 0
    while len(found) < times:
        for target, kind in plan:
            spoil = partial(trial, target, kind)
            _search(spoil, max(3, times // len(plan) // 2) * (turn + 1), number + turn)  # the first is the simplest
        turn += 1
    by_kind: dict[str, list[Outcome]] = {}
    for one in found.values():
        by_kind.setdefault(one.kind, []).append(one)
    evenly = [one for some in zip_longest(*by_kind.values()) for one in some if one]  # a small sample holds all kinds
    return evenly[:times]


def _search(trial: Callable[[st.DataObject], None], examples: int, number: int) -> None:
    """Let hypothesis draw this many examples for a trial."""

    @seed(number)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def drawn(data: st.DataObject) -> None:
        trial(data)

    drawn()


def rows(found: list[Outcome]) -> list[Row]:
    """The outcomes, by kind of damage."""
    lines = []
    for kind in {**ANY, **TABLES, **PACKAGE, **BIBLIOGRAPHY}:
        some = [one for one in found if one.kind == kind]
        refused = sum(one.result == "refused" for one in some)
        bad = sorted({f"{one.file}: {one.result} {one.message}" for one in some if not one.good})
        out = f"{refused} refused, {len(some) - refused} harmless (loaded as written)"
        lines.append(Row(f"corrupted: {kind}", len(some), out, bad))
    return lines
