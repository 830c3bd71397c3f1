"""The whole data package in one file, three times over: a zip, an SQLite database and an Excel workbook.

    python -m sugarforoil.publish.downloads

writes them into `book/data/downloads/`, where the catalogue's front page offers them. The same data give the same
bytes: nothing carries the time at which it was made. They are made again only when the data or this code changed.
"""

from __future__ import annotations

import hashlib
import io
import json
import sys
import zipfile
from pathlib import Path

from sugarforoil.locate import DESCRIPTOR
from sugarforoil.metadata import read_package
from sugarforoil.publish import sqlite, workbook

NAME = "sugar-for-oil-data"
FILES = {
    f"{NAME}.zip": "all tables as CSV files, with their description (a Frictionless Data Package)",
    f"{NAME}.sqlite": "one SQLite database, with keys, and the meaning of every column in the table `_columns`",
    f"{NAME}.xlsx": "one Excel workbook, a sheet for each table, and a sheet that says what they are",
}
"""File -> what it is, in the order in which they are offered."""

STAMP = "made-from.json"
MIDNIGHT = (0, 0, 0)


def folder(root: Path) -> Path:
    """Where the downloads of the project at `root` are."""
    return root / "book" / "data" / "downloads"


def write(root: Path | None = None) -> bool:
    """Make the three files of the project at `root`, by default this clone; return whether anything was to be made."""
    root = root or Path(__file__).resolve().parents[3]
    target, stamp = folder(root), folder(root) / STAMP
    made_from = json.dumps(inputs(root), indent=1)
    whole = all((target / name).is_file() for name in FILES)
    if whole and stamp.is_file() and stamp.read_text(encoding="utf-8") == made_from:
        return False
    target.mkdir(parents=True, exist_ok=True)
    stamp.unlink(missing_ok=True)  # until all three are done
    tables = read_package(root / "data")
    paths = [target / name for name in FILES]
    paths[0].write_bytes(archive(root))
    paths[1].write_bytes(sqlite.database(tables))
    paths[2].write_bytes(workbook.workbook(tables, created(root / "data")))
    stamp.write_text(made_from, encoding="utf-8")
    return True


def inputs(root: Path) -> dict[str, str]:
    """What the files are made from: checksum of each file of the package and of the code that packs it."""
    code = [Path(module.__file__ or "") for module in (sqlite, workbook)] + [Path(__file__)]
    found = {path.name: path.read_bytes() for path in code}
    found |= {name: path.read_bytes() for name, path in members(root).items()}
    return {name: hashlib.sha256(content).hexdigest() for name, content in found.items()}


def members(root: Path) -> dict[str, Path]:
    """What goes into the zip: the package with what explains it. Name in the zip -> file, sorted."""
    data = root / "data"
    names = {DESCRIPTOR, *(one.path.name for one in read_package(data).values())}
    found = {path.name: path for path in data.iterdir() if path.name in names or path.suffix == ".md"}
    licence = root / "LICENSE-CONTENT"
    if licence.is_file():
        found["LICENSE-CONTENT"] = licence
    return dict(sorted(found.items()))


def created(data: Path) -> tuple[int, int, int]:
    """Year, month and day that datapackage.json gives for the package: the only date that the files carry."""
    text = json.loads((data / DESCRIPTOR).read_text(encoding="utf-8")).get("created", "1980-01-01")
    year, month, day = (int(part) for part in text[:10].split("-"))
    return year, month, day


def archive(root: Path) -> bytes:
    """The bytes of the zip: the files as they are, in one folder, sorted, with a fixed time."""
    held = io.BytesIO()
    date = created(root / "data") + MIDNIGHT
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
        for name, path in members(root).items():
            entry = zipfile.ZipInfo(f"{NAME}/{name}", date)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, on whichever system it is made
            entry.external_attr = 0o644 << 16
            packed.writestr(entry, path.read_bytes())
    return held.getvalue()


if __name__ == "__main__":
    print("written" if write(Path(sys.argv[1]) if len(sys.argv) > 1 else None) else "up to date")
