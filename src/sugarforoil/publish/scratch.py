"""A clone of the project to be broken: what git has, in a folder of its own, with few chapters: builds are short."""

from __future__ import annotations

import csv
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import yaml

from sugarforoil.publish.notebooks import ROOT

SOURCES = (
    "pyproject.toml",
    "_config.yml",
    "_toc.yml",
    "CITATION.cff",
    "LICENSE-CONTENT",
    "requirements.lock",
    "book",
    "notebooks",
    "data",
    "src",
)
LEAVE = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", "[.]*.ipynb.*")
CHAPTER = "02_sugar_for_oil"
OTHERS = ("book/teach/", "book/class-server")  # pages that speak of every chapter


def clone(folder: Path, chapters: Iterable[str] = (CHAPTER,)) -> Path:
    """Copy the project to `folder`, with these chapters only and nothing built; return the folder."""
    folder.mkdir(parents=True)
    for name in SOURCES:
        one = ROOT / name
        shutil.copytree(one, folder / name, ignore=LEAVE) if one.is_dir() else shutil.copy(one, folder)
    for generated in ("data", "reference"):
        shutil.rmtree(folder / "book" / generated, ignore_errors=True)
    keep(folder, set(chapters))
    return folder


def keep(folder: Path, chapters: set[str]) -> None:
    """Leave out the other chapters, and the pages that lead to them, such as the cover."""
    for path in (folder / "notebooks").glob("*.ipynb"):
        if path.stem not in chapters:
            path.unlink()
    toc = yaml.safe_load((folder / "_toc.yml").read_text(encoding="utf-8"))
    for part in toc["parts"]:
        part["chapters"] = [
            one
            for one in part["chapters"]
            if Path(one["file"]).stem in chapters or not one["file"].startswith(("notebooks/", *OTHERS))
        ]
    toc["parts"] = [part for part in toc["parts"] if part["chapters"]]
    (folder / "_toc.yml").write_text(yaml.safe_dump(toc, sort_keys=False), encoding="utf-8")
    for name in ("index", "how-to-read", "data-recipes", "colophon", "rerun"):
        (folder / "book" / f"{name}.md").write_text(f"({name})=\n# Sugar for Oil\n\nOne chapter.\n", encoding="utf-8")


def change(folder: Path, value: str) -> int:
    """Put a value into the world price of sugar of 1965, so that chapter 2 is out of date; return the line's number."""
    path = folder / "data" / "sugar_prices.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = [i for i, row in enumerate(rows) if row["year"] == "1965" and row["market"] == "world"]
    rows[found[0]]["value"] = value
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return found[0] + 2


def call(module: str, *before: str) -> list[str]:
    """The call of a module of the helper package; `before` is put before Python."""
    return [*before, sys.executable, "-m", f"sugarforoil.publish.{module}"]


def environment(folder: Path, **variables: str) -> dict[str, str]:
    """The variables with which a command finds the clone's own helper package."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder / "src"), *libraries()])}
    env |= {"JUPYTER_PREFER_ENV_PATH": "1", **variables}
    return {name: value for name, value in env.items() if name not in {"DISPLAY", "SUGARFOROIL_DATA"}}


def libraries() -> list[str]:
    """The places of packages beside the environment's own, without that of this project."""
    return [one for one in os.environ.get("PYTHONPATH", "").split(os.pathsep) if one and one != str(ROOT / "src")]


def run(folder: Path, module: str, *before: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a module in the clone to its end."""
    env = environment(folder, **variables)
    return subprocess.run(call(module, *before), cwd=folder, env=env, capture_output=True, text=True)


def start(folder: Path, module: str) -> subprocess.Popen[str]:
    """Start a module in the clone as the leader of a group of its own, so that all of it can be killed at once."""
    return subprocess.Popen(
        call(module),
        cwd=folder,
        env=environment(folder),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def state(folder: Path) -> dict[str, str]:
    """The checksum of every file under `folder` by its path; empty if there is no such folder."""
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }
