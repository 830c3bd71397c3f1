"""Build the book into `_build/html`.

Five steps, each skipped when there is nothing to do: execute the notebooks whose stored outputs are out of date,
write the pages that are generated from the tables, build the site aside, put it in the place of the one that stands,
say where it is. A build that fails or is cut off leaves the standing site as it was.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
import webbrowser
from pathlib import Path

from sugarforoil.errors import DataError
from sugarforoil.metadata import read_package
from sugarforoil.publish import address, notebooks, steady
from sugarforoil.publish.light import LightError, lighten
from sugarforoil.publish.notebooks import ROOT, NotebookError, sha256
from sugarforoil.validation import known_good, validate

BUILD = ROOT / "_build"
SITE = BUILD / "html"
HOME = SITE / "index.html"
PUBLISHED = BUILD / "published.json"  # what the standing site was made from
GENERATED = BUILD / "generated.json"  # what the generated pages were made from

WORK = BUILD / "work"  # the builder's own place, kept between builds
FINISHED = WORK / "inputs.json"  # what the site in it was made from; absent while it is half done
INPUTS = ("_config.yml", "_toc.yml", "CITATION.cff", "requirements.lock", "book", "notebooks", "data", "src")


class BuildError(Exception):
    """The site could not be built; the message is for the reader of the terminal."""


def inputs() -> dict[str, str]:
    """Checksum of every file that the site is made from, by its path in the repository; and its address, if set."""
    found: dict[str, str] = {}
    for name in INPUTS:
        top = ROOT / name
        for file in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if {"__pycache__", ".ipynb_checkpoints"} & set(file.parts) or notebooks.is_own(file):
                continue
            if file.is_file():
                found[file.relative_to(ROOT).as_posix()] = sha256(file.read_bytes())
    public = f"{address.site()} {address.repository()}".strip()
    return found | ({"the public address": public} if public else {})


def execute_stale() -> None:
    """Execute the notebooks whose stored outputs are out of date, and say which and why."""
    stale = notebooks.stale()
    if not stale:
        return
    for path, why in stale.items():
        print(f"{path.stem} is executed again: {'; '.join(why)}", flush=True)
    notebooks.run(list(stale))


def write_generated() -> None:
    """Write the pages that are generated from the tables, and the files that hold the whole data package.

    Nothing is done when neither what they are made from nor they themselves have changed since the last time.
    Raises DataError for the first fault of a table that was edited.
    """
    if made_from(GENERATED) == generated():
        return
    from sugarforoil.publish import catalogue, downloads, reference

    tables = read_package(ROOT / "data")
    for dataset in tables.values():  # no notebook may have loaded a table that was edited
        if not known_good(dataset, tables):
            validate(dataset, tables)
    catalogue.write()
    reference.write()
    downloads.write()
    BUILD.mkdir(exist_ok=True)
    GENERATED.write_text(json.dumps(generated()), encoding="utf-8")


def generated() -> dict[str, str]:
    """What the generated pages are made from, with these pages: of the notebooks only names and tables loaded."""
    from sugarforoil.publish import catalogue

    outside = {name: checksum for name, checksum in inputs().items() if not name.startswith("notebooks/")}
    names = [path.stem for path in notebooks.all_notebooks()]
    return {**outside, "notebooks": json.dumps([names, catalogue.uses(ROOT / "notebooks")])}


def build_site(beside: Path = ROOT) -> None:
    """Run jupyter-book, with every warning and every dead reference an error.

    Args:
        beside: the folder in which `_build/html` is made.

    Raises:
        BuildError: jupyter-book found a fault; its own messages have been printed.
    """
    # Its launcher cannot be found by name on every system. Without rfc3987_syntax, which checks addresses in settings
    # and compiles a grammar for that, the build starts a second sooner. It has no option for the number of processes.
    call = (
        "import functools, sys; sys.modules['rfc3987_syntax'] = None; from jupyter_book import sphinx; "
        f"sphinx.build_sphinx = functools.partial(sphinx.build_sphinx, jobs={os.cpu_count() or 1}); "
        "from jupyter_book.cli.main import main; main()"
    )
    flags = ["--path-output", str(beside), "-W", "-n", "--keep-going", "-q"]
    finished = subprocess.run(
        [sys.executable, "-c", call, "build", str(ROOT), *flags], cwd=ROOT, capture_output=True, text=True
    )
    if finished.returncode != 0:
        refused = re.search(r"\w+Error: (\[Errno \d+\] .*)", finished.stdout + finished.stderr)
        if refused:  # the disk's fault and not the book's: its trace helps nobody
            raise OSError(refused[1])
        print(finished.stdout, finished.stderr, sep="\n", file=sys.stderr)
        raise BuildError("The book was not built: see the messages above.")


def made_from(record: Path) -> dict[str, str]:
    """Checksums of the files that a site was made from, as recorded; empty when there is no such record."""
    try:
        stored: dict[str, str] = json.loads(record.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stored


def build_aside(now: dict[str, str]) -> None:
    """Build the site in `WORK`, page by page upon the last one where that is safe.

    Args:
        now: checksums of the files that it is made from, as `inputs` gives them.
    """
    before = made_from(FINISHED)
    FINISHED.unlink(missing_ok=True)
    if not can_build_upon(before, now):
        shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True, exist_ok=True)
    build_site(beside=WORK)
    FINISHED.write_text(json.dumps(now), encoding="utf-8")


def publish(now: dict[str, str]) -> None:
    """Put a light copy of the site in `WORK` in the place of the one that stands: all of it or nothing."""
    new, old = SITE.with_name("html.new"), SITE.with_name("html.old")
    shutil.rmtree(new, ignore_errors=True)
    try:
        # Sphinx's own note of its settings depends on the folder, and no reader needs it.
        shutil.copytree(WORK / "_build" / "html", new, ignore=shutil.ignore_patterns(".buildinfo"))
        lighten(new, cache=WORK / "book.css")
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)  # where the disk is full, it would keep it so
        raise
    PUBLISHED.unlink(missing_ok=True)
    if SITE.exists():
        shutil.rmtree(old, ignore_errors=True)
        SITE.rename(old)
    new.rename(SITE)
    PUBLISHED.write_text(json.dumps(now), encoding="utf-8")
    shutil.rmtree(old, ignore_errors=True)


def recover() -> None:
    """Bring the old site back if the last build was cut off in the moment between the two renamings."""
    old = SITE.with_name("html.old")
    if old.exists() and not SITE.exists():
        old.rename(SITE)


def can_build_upon(before: dict[str, str], now: dict[str, str]) -> bool:
    """Whether the last site can be brought up to date page by page.

    Sphinx sees a changed page, notebook or table, and sets again what depends on it. It does not see a changed style,
    template, setting or extension, nor what a page that came or went means for the others.
    """
    if before.keys() != now.keys():
        return False
    changed = {name for name in now if now[name] != before[name]}
    return all(
        name.endswith((".md", ".ipynb")) or name.startswith(("data/", "notebooks/", "book/reference/"))
        for name in changed
    )


def show() -> None:
    """Say where the book is, and open it when there is a display to open it on."""
    print(f"The book is in {HOME}")
    has_display = sys.platform in {"win32", "darwin"} or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if has_display and sys.stdout.isatty() and not os.environ.get("CI"):
        webbrowser.open(HOME.as_uri())


@steady.command
def main() -> int:
    started = time.perf_counter()
    # It checks addresses in schemas, of which none is asked here, and compiles a grammar for that: two seconds.
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
    try:
        recover()
        execute_stale()
        if HOME.exists() and made_from(PUBLISHED) == inputs():
            print("Nothing has changed since the last build.")
        else:
            write_generated()
            now = inputs()
            print("Setting the pages ...", flush=True)
            build_aside(now)
            publish(now)
            print(f"Built in {time.perf_counter() - started:.1f} s.")
    except (NotebookError, BuildError, DataError, address.AddressError, LightError) as error:
        print(error, file=sys.stderr)
        return 1
    show()
    return 0


if __name__ == "__main__":
    sys.exit(main())
