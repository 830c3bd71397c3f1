"""`make data`: write again everything in data/ that follows from something else.

1. sources.csv from book/references.bib;
2. the derived tables from the tables they are computed from;
3. size, fingerprint and number of rows of every table in datapackage.json.

Every table that people write is checked in full first. If one has a fault, nothing is written.
A file is written only if its content changes, and the same input gives the same bytes. `--check` writes
nothing, says which files would change and ends with 1 if there are any.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sugarforoil import datasets, premium, trade, votes
from sugarforoil.metadata import Dataset, read_package
from sugarforoil.publish import sources, steady

DESCRIPTOR = "datapackage.json"
SOURCES = "sources.csv"


@dataclass(frozen=True)
class Derivation:
    """How a derived table is made: a function of the tables `origins`, in their order."""

    compute: Callable[..., pd.DataFrame]
    origins: tuple[str, ...]
    optional: tuple[str, ...] = ()  # handed on after the others, None where the data package has no such table


DERIVED = {
    "un_agreement_shares": Derivation(votes.shares, ("un_agreement",)),
    "sugar_premium": Derivation(premium.sugar_premium, ("sugar_prices", "sugar_trade"), ("deflators",)),
    "partner_shares": Derivation(trade.apparent_shares, ("trade_partners",)),
}


def origins(name: str, package: Iterable[str]) -> list[str]:
    """The tables that a derived table is computed from in a data package that has the tables `package`."""
    there = set(package)
    return [*DERIVED[name].origins, *(one for one in DERIVED[name].optional if one in there)]


def to_csv(frame: pd.DataFrame) -> bytes:
    """A frame as the data package writes tables: UTF-8, LF, no index, true and false in small letters."""
    written = frame.copy()
    for column in written.select_dtypes(["bool", "boolean"]).columns:
        written[column] = written[column].map({True: "true", False: "false"})
    return written.to_csv(index=False, lineterminator="\n").encode("utf-8")


def derive(name: str, package: Mapping[str, Dataset]) -> bytes:
    """The bytes of a derived table, from the tables it is computed from as they now stand in their files.

    Raises DataError where their figures are such that it cannot be computed.
    """
    one = DERIVED[name]
    frames = [datasets.read(package[origin]) for origin in one.origins]
    extra = [datasets.read(package[origin]) if origin in package else None for origin in one.optional]
    try:
        return to_csv(one.compute(*frames, *extra))
    except (ValueError, KeyError) as error:
        files = ", ".join(f"{origin}.csv" for origin in origins(name, package))
        raise datasets.DataError(files, f"expected figures from which {name} can be computed: {error}") from None


def sources_table(bib: Path) -> bytes:
    """The bytes of sources.csv. Raises SourcesError for a fault in the bibliography."""
    with tempfile.TemporaryDirectory() as place:
        table = Path(place) / SOURCES
        sources.build(bib, table)
        return table.read_bytes()


def count_rows(content: bytes) -> int:
    """Number of rows below the header (a quoted cell may hold a line break)."""
    return sum(1 for row in csv.reader(io.StringIO(content.decode("utf-8"))) if row) - 1


def measured(resource: dict[str, Any], content: bytes) -> dict[str, Any]:
    """The description of a table with its size, fingerprint and number of rows brought up to date."""
    return {
        **resource,
        "bytes": len(content),
        "hash": "sha256:" + hashlib.sha256(content).hexdigest(),
        "row_count": count_rows(content),
    }


def rebuilt(root: Path) -> dict[Path, bytes]:
    """What the generated files of the project at `root` should hold: path -> bytes, nothing written.

    Raises FileNotFoundError for a table that datapackage.json names and data/ lacks.
    """
    data = root / "data"
    made: dict[Path, bytes] = {data / SOURCES: sources_table(root / "book" / "references.bib")}
    tables = read_package(data)
    for name in [one for one in DERIVED if one in tables]:
        made[tables[name].path] = derive(name, tables)

    package = json.loads((data / DESCRIPTOR).read_text(encoding="utf-8"))
    for place, resource in enumerate(package["resources"]):
        path = data / resource["path"]
        content = made[path] if path in made else path.read_bytes()
        if resource["name"] in DERIVED:
            resource["derived_from"] = origins(resource["name"], tables)
        package["resources"][place] = measured(resource, content)
    made[data / DESCRIPTOR] = (json.dumps(package, indent=2, ensure_ascii=False) + "\n").encode("utf-8")
    return made


def check_tables(root: Path) -> None:
    """Check every table that is not computed, beside sources.csv as the bibliography now has it.

    A fingerprint tells the loader that a table is known to be good, so no table may have one unchecked.
    Raises DataError for the first fault.
    """
    with tempfile.TemporaryDirectory() as place:
        stage = Path(shutil.copytree(root / "data", Path(place) / "data"))
        (stage / SOURCES).write_bytes(sources_table(root / "book" / "references.bib"))
        for name in read_package(stage):
            if name not in DERIVED:
                datasets.check(name, stage)


def changes(root: Path) -> dict[Path, bytes]:
    """The generated files whose content on disk differs from what it should be."""
    return {
        path: content for path, content in rebuilt(root).items() if not path.is_file() or path.read_bytes() != content
    }


@steady.told
def main(arguments: list[str] | None = None) -> int:
    """Command line: `python -m sugarforoil.publish.rebuild [--check] [--root DIRECTORY]`."""
    parser = argparse.ArgumentParser(description="Write again what in data/ follows from something else.")
    parser.add_argument("--check", action="store_true", help="write nothing; say what would change")
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="the project (default: here)")
    options = parser.parse_args(arguments)

    try:
        check_tables(options.root)
        changed = changes(options.root)
    except (datasets.DataError, sources.SourcesError) as error:
        print(error, file=sys.stderr)
        return 1
    for path, content in changed.items():
        print(f"{'would change' if options.check else 'wrote'}: {path.relative_to(options.root).as_posix()}")
        if not options.check:
            steady.put(path, content)
    if not changed:
        print("data/ is up to date")
    return 1 if options.check and changed else 0


if __name__ == "__main__":
    sys.exit(main())
