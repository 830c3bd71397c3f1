"""Where the data files are: in the clone, in the installed wheel, or where an environment variable says."""

from __future__ import annotations

import os
from pathlib import Path

from .errors import DataError

VARIABLE = "SUGARFOROIL_DATA"
DESCRIPTOR = "datapackage.json"


def data_dir() -> Path:
    """Return the directory that holds datapackage.json and the CSV files.

    Looked for in this order:

    1. the directory named by the environment variable SUGARFOROIL_DATA;
    2. `data/` of the clone, when the package is imported from a clone's `src/`;
    3. `sugarforoil/data/`, which an installed wheel carries.

    The first that applies is taken. If it holds no datapackage.json, that is an error and not a reason to
    look further: numbers from another copy of the data would be worse than none.

    Raises DataError.
    """
    directory = _candidate(Path(__file__).resolve().parent)
    if not directory.is_dir():
        raise DataError(str(directory), "expected a directory with the data, found none" + _hint())
    if not (directory / DESCRIPTOR).is_file():
        raise DataError(DESCRIPTOR, f"expected this file in {directory}, found none" + _hint())
    return directory


def _candidate(package: Path) -> Path:
    chosen = os.environ.get(VARIABLE)
    if chosen:
        return Path(chosen).expanduser().resolve()
    root = package.parent.parent
    if package.parent.name == "src" and (root / "pyproject.toml").is_file():
        return root / "data"
    return package / "data"


def _hint() -> str:
    if os.environ.get(VARIABLE):
        return f" (the environment variable {VARIABLE} points there)"
    return f" (to use data kept elsewhere, set the environment variable {VARIABLE})"
