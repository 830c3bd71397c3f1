"""`make mutate`: spoil one cell or row of a table, many times, and count how often a check notices.

The tables are copied and checked without any checksum. A trial picks one table that people write (each as likely as
the next), one kind of slip that the table allows, and one place; it then asks the same checks that the tests run. The
seed is fixed, so the same data give the same table of results.
"""

from __future__ import annotations

import argparse
import csv
import io
import re
import shutil
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from sugarforoil.locate import data_dir
from sugarforoil.metadata import SOURCES, Dataset
from sugarforoil.publish.consistency import Package, faults, first_fault

TRIALS = 500
SEED = 1959

Record = list[list[str]]
"""The cells of a CSV file, header first."""

Slip = Callable[[Random, Dataset, Record], str | None]
"""Spoils the record in place and says what it did; None if the table offers no place for it."""

NOT_MEASURES = ("year", "session")


@dataclass(frozen=True)
class Trial:
    """One slip: where it was made, and the check that noticed (None if none did)."""

    kind: str
    table: str
    what: str
    caught_by: str | None


class DirtyTables(Exception):
    """The tables as they stand fail a check, so nothing could be learnt from spoiling them."""


# --- the slips ----------------------------------------------------------------------------------------------------


def swap_digits(random: Random, dataset: Dataset, record: Record) -> str | None:
    """Two neighbouring digits of a figure or a date change places; where all are equal, one becomes another."""
    place = _pick(random, dataset, record, _figures(dataset, ("integer", "number", "date"), NOT_MEASURES))
    if place is None:
        return None
    row, column = place
    old = record[row][column]
    pairs = [i for i in range(len(old) - 1) if old[i : i + 2].isdigit() and old[i] != old[i + 1]]
    if pairs:
        i = random.choice(pairs)
        new = old[:i] + old[i + 1] + old[i] + old[i + 2 :]
    else:
        i = random.choice([i for i, sign in enumerate(old) if sign.isdigit()])
        new = old[:i] + random.choice([digit for digit in "123456789" if digit != old[i]]) + old[i + 1 :]
    return _put(record, row, column, new)


def flip_sign(random: Random, dataset: Dataset, record: Record) -> str | None:
    """A figure gets the other sign."""
    place = _pick(random, dataset, record, _figures(dataset, ("integer", "number"), NOT_MEASURES), nonzero=True)
    if place is None:
        return None
    old = record[place[0]][place[1]]
    return _put(record, *place, old[1:] if old.startswith("-") else "-" + old)


def shift_year(random: Random, dataset: Dataset, record: Record) -> str | None:
    """A year, alone or in a date, is off by one or by ten."""
    columns = [name for name, one in dataset.fields.items() if one.type == "date" or name == "year"]
    place = _pick(random, dataset, record, columns)
    if place is None:
        return None
    old = record[place[0]][place[1]]
    if not re.match(r"\d{4}", old):
        return None
    return _put(record, *place, f"{int(old[:4]) + random.choice([-10, -1, 1, 10])}{old[4:]}")


def mistype_source(random: Random, dataset: Dataset, record: Record) -> str | None:
    """A letter of a source's key is wrong."""
    place = _pick(random, dataset, record, dataset.source_columns)
    if place is None:
        return None
    old = record[place[0]][place[1]]
    i = random.choice([i for i, sign in enumerate(old) if sign.isalpha()])
    return _put(record, *place, old[:i] + random.choice([c for c in "abcdeinorst" if c != old[i]]) + old[i + 1 :])


def scale(random: Random, dataset: Dataset, record: Record) -> str | None:
    """A figure is written in thousands of its unit."""
    place = _pick(random, dataset, record, _figures(dataset, ("integer", "number"), NOT_MEASURES), nonzero=True)
    if place is None:
        return None
    row, column = place
    old = record[row][column]
    whole = dataset.fields[record[0][column]].type == "integer"
    return _put(record, row, column, str(int(old) * 1000) if whole else f"{float(old) * 1000:.10g}")


def drop_row(random: Random, dataset: Dataset, record: Record) -> str | None:
    """A row is lost."""
    row = random.randrange(1, len(record))
    return f"row {row + 1} is gone: {','.join(record.pop(row))[:60]}"


def double_row(random: Random, dataset: Dataset, record: Record) -> str | None:
    """A row stands twice."""
    row = random.randrange(1, len(record))
    record.insert(row, list(record[row]))
    return f"row {row + 1} twice: {','.join(record[row])[:60]}"


SLIPS: dict[str, Slip] = {
    "digits swapped": swap_digits,
    "sign flipped": flip_sign,
    "year shifted": shift_year,
    "source mistyped": mistype_source,
    "unit times 1,000": scale,
    "row dropped": drop_row,
    "row doubled": double_row,
}


def _figures(dataset: Dataset, types: Iterable[str], without: Iterable[str]) -> list[str]:
    return [name for name, one in dataset.fields.items() if one.type in types and name not in without]


def _pick(
    random: Random, dataset: Dataset, record: Record, names: Iterable[str], nonzero: bool = False
) -> tuple[int, int] | None:
    """A filled cell of one of the columns, as (row, column) of the record."""
    columns = [record[0].index(name) for name in names]
    filled = [
        (row, column)
        for row in range(1, len(record))
        for column in columns
        if record[row][column] and not (nonzero and not re.search("[1-9]", record[row][column]))
    ]
    return random.choice(filled) if filled else None


def _put(record: Record, row: int, column: int, new: str) -> str:
    old, record[row][column] = record[row][column], new
    return f"row {row + 1}, column {record[0][column]}: {old} became {new}"


# --- the trials ---------------------------------------------------------------------------------------------------


def mutate(trials: int = TRIALS, seed: int = SEED, data: Path | None = None) -> list[Trial]:
    """Make the slips one after the other, each in clean tables, and return what became of them.

    data: the data package to copy; by default the one that `datasets.load` reads.

    Raises DirtyTables if the tables fail a check before any slip.
    """
    random = Random(seed)  # noqa: S311 - no secret
    with tempfile.TemporaryDirectory() as place:
        package = Package(Path(shutil.copytree(data or data_dir(), Path(place) / "data")))
        broken = [str(error) for name in package.tables for error in faults(package, name)]
        if broken:
            raise DirtyTables(f"the tables fail {len(broken)} checks as they stand; the first: {broken[0]}")
        written = [name for name, one in package.tables.items() if not one.derived_from and name != SOURCES]
        return [_trial(random, package, list(SLIPS)[number % len(SLIPS)], written) for number in range(trials)]


def _trial(random: Random, package: Package, kind: str, tables: list[str]) -> Trial:
    while True:
        name = random.choice(tables)
        dataset = package.tables[name]
        clean = dataset.path.read_bytes()
        record = list(csv.reader(io.StringIO(clean.decode("utf-8"), newline="")))
        what = SLIPS[kind](random, dataset, record)
        if what:
            break
    try:
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows(record)
        dataset.path.write_bytes(text.getvalue().encode("utf-8"))
        package.forget(name)
        found = first_fault(package, name)
    finally:
        dataset.path.write_bytes(clean)
        package.forget(name)
    return Trial(kind, name, what, found[0] if found else None)


# --- the report ---------------------------------------------------------------------------------------------------


def caught(trials: Iterable[Trial]) -> tuple[int, int]:
    """How many trials a check noticed, and how many there were."""
    each = [trial.caught_by is not None for trial in trials]
    return sum(each), len(each)


def report(trials: list[Trial]) -> str:
    """The results as a Markdown table, and the slips that escaped, by table and column."""
    lines = ["| slip | trials | caught | by which check |", "| --- | ---: | ---: | --- |"]
    for kind in SLIPS:
        some = [trial for trial in trials if trial.kind == kind]
        checks = Counter(trial.caught_by for trial in some if trial.caught_by)
        by = ", ".join(f"{name} {count}" for name, count in checks.most_common())
        lines.append(f"| {kind} | {len(some)} | {_percent(some)} | {by} |")
    lines.append(f"| all | {len(trials)} | {_percent(trials)} | |")
    escaped: dict[tuple[str, str], list[Trial]] = defaultdict(list)
    for trial in trials:
        if trial.caught_by is None:
            escaped[trial.kind, trial.table].append(trial)
    if escaped:
        lines += ["", "Escaped: figures that no rival, printed twin or neighbouring year contradicts.", ""]
    for (kind, table), some in sorted(escaped.items(), key=lambda item: (-len(item[1]), item[0])):
        lines.append(f"- {kind} in {table}: {len(some)}, such as {some[0].what}")
    return "\n".join(lines)


def _percent(trials: list[Trial]) -> str:
    noticed, of = caught(trials)
    return f"{100 * noticed / of:.0f} %" if of else "none made"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Spoil the tables, one slip a time, and count what is noticed.")
    parser.add_argument("--trials", type=int, default=TRIALS)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args(arguments)
    started = time.perf_counter()
    try:
        trials = mutate(options.trials, options.seed)
    except DirtyTables as error:
        print(error, file=sys.stderr)
        return 1
    print(report(trials))
    print(f"\n{len(trials)} trials in {time.perf_counter() - started:.0f} s, seed {options.seed}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
