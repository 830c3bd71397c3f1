"""`make verify`: the same book from fresh clones, on every supported Python, whatever the circumstances.

    python -m sugarforoil.publish.verify                       # everything: half an hour of a quiet machine
    python -m sugarforoil.publish.verify --python 3.12         # on one Python: two clones
    python -m sugarforoil.publish.verify --keep some/folder    # leave the clones there, to compare by hand

The first clone is made, set up, run and built by the front door, as a newcomer would. Then, for each Python that is
found, another clone in a folder with spaces and other letters, with a new environment from the locked hashes, runs
under odd circumstances: time zone, language, home and user, hashes, width of the terminal, number of cores, rights of
new files, and another day. There the modules are called without the front door, which would set some of that right,
and without a network. Every notebook must be the one that is stored; every file of the site, the PDF, the EPUB and
the bundle must have the same bytes as the first clone's. What is compared is what is committed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from sugarforoil.publish import clones
from sugarforoil.publish.anywhere import GUARD
from sugarforoil.publish.clones import StepError
from sugarforoil.publish.notebooks import sha256

SUPPORTED = ((3, 11), (3, 12), (3, 13))
KINDS = ("notebooks", "site", "PDF", "EPUB", "bundle")
Made = dict[str, dict[str, str]]
"""Of each kind, the checksum of each file by its path."""

CORES = """
import os

if "SUGARFOROIL_CORES" in os.environ:
    os.cpu_count = lambda: int(os.environ["SUGARFOROIL_CORES"])
"""


class Circumstances(NamedTuple):
    """What is odd where a clone runs."""

    zone: str
    language: str
    user: str
    seed: str  # of Python's hashes
    columns: str
    cores: str
    umask: int
    days: int  # by which the clock is wrong
    folder: str  # the name of the clone
    home: str  # the name of the user's folder


ODD = (
    Circumstances("Pacific/Kiritimati", "tr_TR.UTF-8", "ışıl", "1", "23", "1", 0o077, 1500, "Сахар и нефть", "ev ışıl"),
    Circumstances(
        "America/St_Johns", "C", "o'Brien & $HOME", "4294967295", "400", "3", 0o000, -3000, "a (b) & año #1%20", "~x"
    ),
    Circumstances(
        "Asia/Kathmandu", "ru_RU.UTF-8", "Иван", "1959", "80", "7", 0o027, 40, "糖 'and' oil", "домашняя папка"
    ),
)


def environment(odd: Circumstances, desk: Path) -> dict[str, str]:
    """The variables of a run under odd circumstances: these and the way to programs, nothing else.

    Args:
        odd: the circumstances.
        desk: a folder for what they need: a home, the language's rules, what refuses the network.
    """
    home, guard = desk / odd.home, desk / "guard"
    for folder in (home, guard):
        folder.mkdir(parents=True, exist_ok=True)
    (guard / "sitecustomize.py").write_text(GUARD + CORES, encoding="utf-8")
    env = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT") if name in os.environ}
    env |= dict.fromkeys(("USER", "LOGNAME", "LNAME", "USERNAME"), odd.user)
    # LC_ALL=C hinders Python 3.11 and 3.12 from starting in a folder with such a name; the front door takes it away.
    env |= dict.fromkeys(("LANG",) if odd.language == "C" else ("LANG", "LC_ALL"), odd.language)
    return env | {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "TZ": odd.zone,
        "LOCPATH": str(desk / "locales"),
        "PYTHONHASHSEED": odd.seed,
        "PYTHONPATH": str(guard),
        "COLUMNS": odd.columns,
        "LINES": "7",
        "TERM": "dumb",
        "SUGARFOROIL_CORES": odd.cores,
    }


def clock(days: int) -> dict[str, str]:
    """The variables that put the clock wrong by so many days; none where the tool faketime is not found.

    A kernel's messages stop under it, so that notebooks run on the true day; the stored ones are of an earlier day.
    """
    faketime = shutil.which("faketime")
    if not faketime:
        return {}
    shown = subprocess.run([faketime, "-f", "+0d", "env"], capture_output=True, text=True).stdout.splitlines()
    library = {name: value for name, _, value in (line.partition("=") for line in shown) if name == "LD_PRELOAD"}
    return library | {"FAKETIME": f"{days:+d}d", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


def language(name: str, desk: Path) -> bool:
    """Make a language's rules known for this run, beside what the system has; whether that was possible."""
    if name == "C":
        return True
    rules, charset = name.split(".")
    folder = desk / "locales"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        clones.call(["localedef", "-i", rules, "-f", charset, "--no-archive", str(folder / name)], desk)
    except StepError:
        return False
    return True


def told(odd: Circumstances, has_language: bool) -> str:
    """The circumstances, for the table; what this machine could not play is said to be so."""
    return ", ".join(
        [
            odd.zone,
            odd.language + ("" if has_language else " (its rules were not found)"),
            f"user {odd.user}, own HOME",
            f"{odd.cores} cores",
            f"hash seed {odd.seed}",
            f"{odd.columns} columns",
            f"umask {odd.umask:03o}",
            f"clock of the build {odd.days:+d} days" if clock(odd.days) else "true clock (faketime was not found)",
            "no network",
        ]
    )


# --- what comes out ------------------------------------------------------------------------------------------------


def made(folder: Path) -> Made:
    """The checksums of what a clone made."""
    built = folder / "_build"
    single = {"PDF": built / "book.pdf", "EPUB": built / "book.epub", "bundle": built / "bundle.zip"}
    found = {kind: {path.name: path} if path.is_file() else {} for kind, path in single.items()}
    found["notebooks"] = {path.name: path for path in (folder / "notebooks").iterdir() if path.suffix != ".csv"}
    site = built / "html"
    found["site"] = {path.relative_to(site).as_posix(): path for path in site.rglob("*") if path.is_file()}
    return {
        kind: {name: sha256(path.read_bytes()) for name, path in sorted(found[kind].items()) if path.is_file()}
        for kind in KINDS
    }


def differences(one: dict[str, str], other: dict[str, str]) -> list[str]:
    """The files that only one has or whose content differs, sorted."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def verdict(first: dict[str, str], files: dict[str, str], reason: str = "") -> tuple[str, bool]:
    """What to say of the files of a kind beside those of the first clone, and whether it is good."""
    if not files:
        return f"not made{': ' + reason if reason else ''}", False
    if found := differences(first, files):
        return f"**{len(found)} of {len(files)} differ**: {', '.join(found[:3])}", False
    return "same bytes" if len(files) == 1 else f"same bytes, {len(files)} files", True


# --- the runs ------------------------------------------------------------------------------------------------------


def run_plain(python: Path, folder: Path) -> None:
    """What a newcomer does in a fresh clone: `make run`, `make book`, `make bundle`."""
    env = {name: value for name, value in os.environ.items() if name != "DISPLAY"}
    for target in ("run", "book", "bundle"):
        clones.call([str(python), "tasks.py", target], folder, env)


def run_odd(python: Path, folder: Path, odd: Circumstances, env: dict[str, str]) -> None:
    """The same steps, after a set-up of the clone's own, in odd circumstances and without the front door's care."""
    clones.call([str(python), "tasks.py", "setup"], folder)
    for module in ("notebooks", "build", "bundle"):
        command = [str(clones.python_of(folder)), "-m", f"sugarforoil.publish.{module}"]
        when = {} if module == "notebooks" else clock(odd.days)
        clones.call(command, folder, env | when, umask=odd.umask, wait=1800)


def verify(found: dict[str, Path | None], top: Path) -> bool:
    """Make the book again and again beneath `top` and print the table; whether all is the same.

    Raises StepError where the repository cannot be cloned.
    """
    commit = clones.committed()
    there = {name: python for name, python in found.items() if python}
    print(f"Commit {commit[:12]}.\n\n| Python | circumstances | {' | '.join(KINDS)} | minutes |")
    print("| --- " * (len(KINDS) + 3) + "|", flush=True)
    good = True
    stored: dict[str, str] = {}
    first: Made = {}
    for number, (name, python) in enumerate([next(iter(there.items())), *there.items()]):
        started = time.perf_counter()
        odd = ODD[(number - 1) % len(ODD)] if number else None
        folder = clones.clone(commit, top / (odd.folder if odd else "first"))
        stored = stored or made(folder)["notebooks"]
        reason = ""
        try:
            if odd:
                desk = top / f"desk {number}"
                env = environment(odd, desk)
                where = told(odd, language(odd.language, desk))
                run_odd(python, folder, odd, env)
            else:
                where = "as they are, by the front door"
                run_plain(python, folder)
        except StepError as error:
            reason = str(error)
        files = made(folder)
        first = first or files
        cells = []
        for kind in KINDS:
            word, well = verdict(stored if kind == "notebooks" else first[kind], files[kind], reason)
            good = good and well
            cells.append(word)
        if reason:
            good = False
            cells[0] = f"**stopped**: {reason}"
        minutes = (time.perf_counter() - started) / 60
        print(f"| {name} | {where} | {' | '.join(cells)} | {minutes:.0f} |", flush=True)
        shutil.rmtree(folder / ".venv", ignore_errors=True)
    for name in found.keys() - there.keys():
        print(f"| {name} | not found: not verified |{' |' * (len(KINDS) + 1)}")
    print("\nNotebooks are compared with those stored, the rest with the first row's.")
    return good


def main(arguments: list[str] | None = None) -> int:
    """Print the table; 1 if anything differs, fails or, where all tools are required, is missing."""
    parser = argparse.ArgumentParser(description="Make the book in fresh clones and compare all bytes.")
    parser.add_argument("--python", nargs="*", help="versions such as 3.12; all that are supported when none is given")
    parser.add_argument("--keep", type=Path, help="an empty folder for the clones, which then stay")
    options = parser.parse_args(arguments)
    known = {f"{major}.{minor}": (major, minor) for major, minor in SUPPORTED}
    wanted = options.python or list(known)
    if unknown := [name for name in wanted if name not in known]:
        print(f"Not supported: {', '.join(unknown)}. Supported are: {', '.join(known)}", file=sys.stderr)
        return 2
    found = clones.pythons(tuple(known[name] for name in wanted))
    if not any(found.values()):
        print(f"No Python was found of these: {', '.join(found)}.", file=sys.stderr)
        return 1
    try:
        if changed := clones.changed():
            print(f"Not committed, so not verified: {', '.join(changed[:5])}{' ...' * (len(changed) > 5)}\n")
        if options.keep:
            options.keep.mkdir(parents=True, exist_ok=True)
            good = verify(found, options.keep.resolve())
        else:
            with tempfile.TemporaryDirectory(prefix="verify ", ignore_cleanup_errors=True) as top:
                good = verify(found, Path(top))
    except StepError as error:
        print(error, file=sys.stderr)
        return 1
    required = bool(os.environ.get("SUGARFOROIL_REQUIRE_TOOLS"))
    return int(not good or (required and (not all(found.values()) or not shutil.which("faketime"))))


if __name__ == "__main__":
    sys.exit(main())
