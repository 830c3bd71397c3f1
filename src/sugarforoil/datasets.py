"""The tables of the book, as typed pandas frames that know where they come from.

    from sugarforoil import datasets

    prices = datasets.load("sugar_prices")     # a DataFrame
    datasets.of(prices)                        # what a row is, units, sources, licence
    datasets.names()                           # every table there is

A table that was edited is checked in full when it is loaded; the first fault is raised as one DataError that
names the file, the row (line number in the file, header = 1) and the column. Nothing is dropped or mended.
"""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path

import pandas as pd

from .errors import DataError, did_you_mean
from .locate import DESCRIPTOR, data_dir
from .metadata import SEPARATOR, SOURCE_KEY, SOURCES, Dataset, Field, ForeignKey, Licence, read_package
from .validation import known_good, validate

__all__ = [
    "SEPARATOR",
    "DataError",
    "Dataset",
    "Field",
    "ForeignKey",
    "Licence",
    "check",
    "cite_label",
    "cited",
    "data_dir",
    "describe",
    "load",
    "loaded",
    "names",
    "of",
    "read",
    "source_keys",
    "sources",
]

ATTRIBUTE = "dataset"  # frame.attrs["dataset"] is the Dataset

# Types of the Table Schema -> pandas. The nullable types keep a missing value missing: no 0, no 1962.0.
DTYPES = {"integer": "Int64", "boolean": "boolean"}

_loaded: set[str] = set()
_cited: dict[str, str] = {}


def load(name: str) -> pd.DataFrame:
    """Load a table of the data package.

    name: a name in `names()`, such as "sugar_prices".

    Returns a DataFrame with a row for each record of the CSV file, in its order, and a column for each field:
    integer -> Int64, number -> float64, date -> datetime64[s], boolean -> boolean, all else -> string.
    Units, sources and licence are in `frame.attrs["dataset"]`, a `Dataset`; `of(frame)` fetches it.

    Raises DataError, for the first fault only, if there is no such table or if the file is not what
    datapackage.json describes. Its `row` is the line number in the file, the header being row 1.
    """
    frame = _checked(name)
    _loaded.add(name)
    return frame


def _checked(name: str) -> pd.DataFrame:
    package = read_package(data_dir())
    dataset = _find(name, package)
    if not known_good(dataset, package):
        validate(dataset, package)
    return read(dataset)


def loaded() -> list[str]:
    """Return the names of the tables this process has loaded: what a notebook's outputs were made from."""
    return sorted(_loaded)


def cited() -> dict[str, str]:
    """Return the sources that this process has named, key to label.

    They are kept apart from `loaded()`: a new source, which no figure of a notebook names, makes nothing stale.
    """
    return dict(sorted(_cited.items()))


def check(name: str | None = None, directory: Path | None = None) -> None:
    """Validate one table, or all, in full, even where the recorded hash says that nothing changed.

    directory: a data directory other than the one that `load` reads.

    Raises DataError for the first fault. Writes nothing.
    """
    package = read_package(directory or data_dir())
    for dataset in [_find(name, package)] if name else package.values():
        validate(dataset, package)


def names() -> list[str]:
    """Return the names of all tables, in the order of datapackage.json."""
    return list(read_package(data_dir()))


def describe(name: str) -> Dataset:
    """Return what is known about a table without loading it. Raises DataError for an unknown name."""
    return _find(name, read_package(data_dir()))


def of(frame: pd.DataFrame) -> Dataset | None:
    """Return the Dataset that a frame was loaded from, None if it is not known.

    pandas hands this on through selecting, filtering, sorting and arithmetic; `merge`, `concat` and `groupby`
    may lose it. To hand it on yourself: `result.attrs.update(frame.attrs)`.
    """
    found = frame.attrs.get(ATTRIBUTE)
    return found if isinstance(found, Dataset) else None


def sources() -> pd.DataFrame:
    """Return the sources: one row each, indexed by key. Raises DataError."""
    return load(SOURCES).set_index(SOURCE_KEY)


def source_keys(frame: pd.DataFrame) -> list[str]:
    """Return the keys of the sources of just these rows, sorted; [] if the frame has no Dataset."""
    dataset = of(frame)
    columns = [column for column in dataset.source_columns if column in frame.columns] if dataset else []
    cells = {cell for column in columns for cell in frame[column].dropna().unique()}
    return sorted({key for cell in cells for key in str(cell).split(SEPARATOR)})


def cite_label(key: str) -> str:
    """Return the short label of a source, such as "Voeten 2013" or "CIA 1960b". Raises DataError for an unknown key."""
    directory = data_dir()
    states = [(directory / name).stat() for name in (DESCRIPTOR, f"{SOURCES}.csv") if (directory / name).exists()]
    labels = _labels(directory, tuple((state.st_mtime_ns, state.st_size) for state in states))
    if key not in labels:
        message = f"expected the key of a source, found {key!r}" + did_you_mean(key, labels)
        raise DataError("sources.csv", message)
    _cited[key] = labels[key]
    return labels[key]


@lru_cache(maxsize=1)
def _labels(directory: Path, state: tuple[tuple[int, int], ...]) -> dict[str, str]:
    """The label of every source, read again when the files have changed: a chapter asks for hundreds."""
    table = _checked(SOURCES)
    return dict(zip(table[SOURCE_KEY].astype(str), table["label"].astype(str), strict=True))


def _find(name: str, package: dict[str, Dataset]) -> Dataset:
    if name not in package:
        raise DataError(
            DESCRIPTOR,
            f"expected the name of a table, found {name!r}"
            + (did_you_mean(str(name), package) or f"; there are {', '.join(package)}"),
        )
    return package[name]


def read(dataset: Dataset) -> pd.DataFrame:
    """Return a table with its types and its Dataset, as `load` does, but without checking it first."""

    def exact(cell: str) -> float:
        # What pandas makes of "0.1" may differ in the last digit between its versions; float does not.
        return math.nan if cell in dataset.missing_values else float(cell)

    fields = dataset.fields.values()
    frame = pd.read_csv(
        dataset.path,
        dtype={one.name: DTYPES.get(one.type, "string") for one in fields if one.type != "number"},
        converters={one.name: exact for one in fields if one.type == "number"},
        keep_default_na=False,  # else the text "NA" would count as missing
        na_values=list(dataset.missing_values),
        encoding="utf-8",
        skip_blank_lines=False,
    )
    for one in fields:
        if one.type == "date":
            frame[one.name] = pd.to_datetime(frame[one.name], format="%Y-%m-%d").dt.as_unit("s")
    frame.attrs[ATTRIBUTE] = dataset
    return frame
