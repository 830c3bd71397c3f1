"""All that is checked of a table, gathered: its schema, its declared length, rules, identities, continuity, origin.

    python -m sugarforoil.publish.consistency

prints every fault of every table and ends with 1 if there are any. The tests call the same functions.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pandas as pd

from sugarforoil import datasets
from sugarforoil.errors import DataError
from sugarforoil.locate import DESCRIPTOR, data_dir
from sugarforoil.metadata import Dataset, read_package
from sugarforoil.publish import continuity, rebuild, rules
from sugarforoil.publish.identities import IDENTITIES


@dataclass
class Package:
    """A data package to be checked. Tables are read once: make a new one, or `forget`, after a file changed."""

    directory: Path
    _frames: dict[str, pd.DataFrame] = field(default_factory=dict)

    @cached_property
    def tables(self) -> dict[str, Dataset]:
        return read_package(self.directory)

    @cached_property
    def described(self) -> dict[str, dict[str, object]]:
        package = json.loads((self.directory / DESCRIPTOR).read_text(encoding="utf-8"))
        return {one["name"]: one for one in package["resources"]}

    def frame(self, name: str) -> pd.DataFrame:
        if name not in self._frames:
            self._frames[name] = datasets.read(self.tables[name])
        return self._frames[name]

    def forget(self, name: str) -> None:
        self._frames.pop(name, None)


Check = Callable[[Package, str], Iterator[DataError]]


def length(package: Package, name: str) -> Iterator[DataError]:
    """The table has as many rows as datapackage.json declares: none was lost, none slipped in."""
    declared = package.described[name].get("row_count")
    found = rebuild.count_rows(package.tables[name].path.read_bytes())
    if declared is not None and declared != found:
        yield DataError(f"{name}.csv", f"expected {declared} rows as datapackage.json declares, found {found}")


def schema(package: Package, name: str) -> Iterator[DataError]:
    """Form, types, limits, keys and sources."""
    try:
        datasets.check(name, package.directory)
    except DataError as error:
        yield error


def order(package: Package, name: str) -> Iterator[DataError]:
    """Rows stand in the declared order."""
    dataset = package.tables[name]
    declared = package.described[name].get("order")
    columns = [str(one) for one in declared] if isinstance(declared, list) else list(dataset.primary_key)
    yield from rules.in_order(dataset, package.frame(name), columns)


def general(package: Package, name: str) -> Iterator[DataError]:
    """The rules of every table."""
    dataset, frame = package.tables[name], package.frame(name)
    for rule in RULES:
        yield from rule(dataset, frame)
    if "eras" in package.tables and name != "eras":
        yield from rules.in_its_era(dataset, frame, package.frame("eras"))


RULES = [
    rules.conversions,
    rules.within_range,
    rules.magnitude,
    rules.one_preferred,
    rules.right_state,
    rules.date_fits_its_precision,
    rules.spans_run_forward,
]


def identities(package: Package, name: str) -> Iterator[DataError]:
    """The identities of this table."""
    for identity in IDENTITIES.get(name, []):
        yield from identity(package.tables[name], package.frame(name))


def jumps(package: Package, name: str) -> Iterator[DataError]:
    """No leap from year to year that is not listed with its reason; the list itself is held against every table."""
    if continuity.KNOWN not in package.tables:
        return
    known = package.frame(continuity.KNOWN)
    if name == continuity.KNOWN:
        for row in known.index[~known["table"].isin(list(package.tables))]:
            yield rules.fault(package.tables[name], row, "table", f"expected a table, found {known.at[row, 'table']!r}")
    for one in package.tables if name == continuity.KNOWN else [name]:
        yield from continuity.faults(package.tables[one], package.frame(one), known)


def derived(package: Package, name: str) -> Iterator[DataError]:
    """The derived tables that this one is, or is an origin of, are what their origins now give."""
    for table in rebuild.DERIVED:
        if table not in package.tables or name not in (table, *rebuild.origins(table, package.tables)):
            continue
        try:
            same = package.tables[table].path.read_bytes() == rebuild.derive(table, package.tables)
        except DataError as error:
            yield error
            continue
        if not same:
            yield DataError(f"{table}.csv", "expected what its origins give, found something else: run `make data`")


CHECKS: dict[str, Check] = {
    "row count": length,
    "schema": schema,
    "order": order,
    "rules": general,
    "identities": identities,
    "continuity": jumps,
    "derived": derived,
}
"""Each kind of check by name, those that later ones rely on first: a table that fails its schema is not read."""


def first_fault(package: Package, name: str) -> tuple[str, DataError] | None:
    """The first check that a table fails, and how; None for a table without a fault."""
    for kind, check in CHECKS.items():
        for error in check(package, name):
            return kind, error
    return None


def faults(package: Package, name: str) -> Iterator[DataError]:
    """Every fault of a table; only the first, if its schema is broken."""
    for kind, check in CHECKS.items():
        found = list(check(package, name))
        yield from found
        if found and kind == "schema":
            return


def main() -> int:
    package = Package(data_dir())
    # A jump that is not listed is a fault of its table and of the list: it is told once.
    found = dict.fromkeys(str(error) for name in package.tables for error in faults(package, name))
    for error in found:
        print(error, file=sys.stderr)
    print(f"{len(package.tables)} tables checked, {len(found)} faults")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
