"""Kills at random moments: of the build and of `make run`, with all their processes, again and again.

After each kill the site that stands must be whole, the old one or the new one, and every notebook too; then the same
command runs to its end and must leave, byte for byte, what it leaves in a clone in which nothing was ever killed.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from random import Random
from typing import NamedTuple

import psutil

from sugarforoil.publish import scratch
from sugarforoil.publish.notebooks import ROOT
from sugarforoil.publish.report import Row

SEED = 1961
TIMES = 20
CHAPTERS = ("01_batista", "02_sugar_for_oil", "08_lourdes")
STAYS = {"html", "published.json", "generated.json", "work", ".lock"}  # in _build of a finished build
SENTENCE = "Stopped. Nothing half-finished was published"


class Faults(list[str]):
    """What was not as it ought to be, in words."""

    def unless(self, good: bool, words: str) -> None:
        """Note the words unless it is good."""
        if not good:
            self.append(words)


class Killed(NamedTuple):
    """A command that was ended from outside: after how many seconds, its exit status, its last words."""

    after: float
    status: int
    said: str


def end(process: subprocess.Popen[str], delay: float, number: int, begin: Callable[[], bool] = lambda: True) -> Killed:
    """Send a signal to a command and all its processes, `delay` seconds after `begin` is true."""
    started = time.monotonic()
    while not begin() and process.poll() is None:
        time.sleep(0.002)
    with suppress(subprocess.TimeoutExpired):
        process.wait(delay)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)
    _, said = process.communicate()
    return Killed(time.monotonic() - started, process.returncode, said)


def left_behind(group: int, patience: float = 10) -> list[str]:
    """Processes of a group that still live after `patience` seconds; they are ended."""
    until = time.monotonic() + patience
    while True:
        alive = [one for one in psutil.process_iter() if _group(one.pid) == group and _lives(one)]
        if not alive or time.monotonic() > until:
            break
        time.sleep(0.1)
    names = [" ".join(one.cmdline())[:80] for one in alive]
    for one in alive:
        one.kill()
    return names


def _group(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except OSError:
        return -1


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


# --- the build ----------------------------------------------------------------------------------------------------


def build(place: Path, times: int = TIMES, seed: int = SEED, number: int = signal.SIGKILL) -> Row:
    """End the build at random moments, every second time after the pages are set and while they are published."""
    random, faults = Random(seed), Faults()  # noqa: S311 - no secret
    folder = scratch.clone(place / "site")
    prices, style = folder / "data" / "sugar_prices.csv", folder / "book" / "_static" / "css" / "book.css"
    first = (prices.read_bytes(), style.read_bytes())
    scratch.change(folder, "7.77")
    second = (prices.read_bytes(), style.read_bytes() + b"\nbody { outline-offset: 7.5px }\n")

    def become(version: tuple[bytes, bytes]) -> None:
        prices.write_bytes(version[0])
        style.write_bytes(version[1])

    clean, took = {}, 0.0
    for version in (second, first):  # the second one first, so that the first one stands when the kills begin
        for made in ("_build", "book/data", "book/reference"):
            shutil.rmtree(folder / made, ignore_errors=True)
        become(version)
        started = time.monotonic()
        finished = scratch.run(folder, "build")
        took = time.monotonic() - started
        faults.unless(finished.returncode == 0, f"a clean build failed: {finished.stderr[-300:]}")
        clean[version] = (scratch.state(folder / "_build" / "html"), scratch.state(folder / "notebooks"))

    hits = published = 0
    done = folder / "_build" / "work" / "inputs.json"
    stands, next_ = first, second
    while hits < times and not faults:
        become(next_)
        process = scratch.start(folder, "build")
        if hits % 2:  # as soon as the record of the set pages is gone and there again
            gone = False

            def begin() -> bool:
                nonlocal gone
                gone = gone or not done.exists()
                return gone and done.exists()

            killed = end(process, random.uniform(0, 0.12 * took), number, begin)
        else:
            killed = end(process, random.uniform(0, took), number)
        if killed.status == 0:  # it was quicker; the new site stands
            stands, next_ = next_, stands
            continue
        hits += 1
        where = f"kill {hits}, after {killed.after:.2f} s"
        ended_well(killed, number, process.pid, where, faults)
        site = folder / "_build" / "html"
        standing = scratch.state(site if site.exists() else site.with_name("html.old"))
        faults.unless(standing in (clean[stands][0], clean[next_][0]), f"{where}: a site that is neither old nor new")
        published += standing == clean[next_][0]
        finished = scratch.run(folder, "build")
        faults.unless(finished.returncode == 0, f"{where}: the next build failed: {finished.stderr[-300:]}")
        now = scratch.state(site)
        differ = sorted(name for name in now.keys() | clean[next_][0] if now.get(name) != clean[next_][0].get(name))
        faults.unless(not differ, f"{where}: {len(differ)} files differ from a clean build, such as {differ[:3]}")
        faults.unless(scratch.state(folder / "notebooks") == clean[next_][1], f"{where}: other notebooks than clean")
        rubbish = {path.name for path in (folder / "_build").iterdir()} - STAYS
        faults.unless(not rubbish, f"{where}: left over in _build: {sorted(rubbish)}")
        stands, next_ = next_, stands
    how = "killed" if number == signal.SIGKILL else "Ctrl-C"
    out = (
        f"a whole site stood each time ({published} times the new one already); the next build gave a clean one's bytes"
    )
    return Row(f"build, {how} at random moments of {took:.0f} s", hits, out, faults)


def ended_well(killed: Killed, number: int, group: int, where: str, faults: Faults) -> None:
    """Record what is wrong with the way in which a command ended: its status, its last words, what it left running."""
    if number == signal.SIGINT:
        faults.unless(killed.status == 130, f"{where}: status {killed.status}")
        faults.unless(one_sentence(killed.said, SENTENCE), f"{where}: said {killed.said[-400:]!r}")
    faults.extend(f"{where}: {name} still ran" for name in left_behind(group))


def one_sentence(said: str, begins: str) -> bool:
    """Whether a command's errors are one line that begins so."""
    return said.startswith(begins) and said.count("\n") == 1


# --- the notebooks ------------------------------------------------------------------------------------------------


def run(place: Path, times: int = TIMES, seed: int = SEED, number: int = signal.SIGKILL) -> Row:
    """End `make run` at random moments, every second time while the notebooks are stored."""
    random, faults = Random(seed), Faults()  # noqa: S311 - no secret
    folder = scratch.clone(place / "run", known(CHAPTERS))
    notebooks = folder / "notebooks"
    started = time.monotonic()
    finished = scratch.run(folder, "notebooks")
    took = time.monotonic() - started
    faults.unless(finished.returncode == 0, f"a clean run failed: {finished.stderr[-300:]}")
    clean = scratch.state(notebooks)
    empty = {path: emptied(path.read_text(encoding="utf-8")) for path in notebooks.glob("*.ipynb")}
    hits = stored = 0
    while hits < times and not faults:
        for path, text in empty.items():
            path.write_text(text, encoding="utf-8")
        (notebooks / "outputs.json").unlink(missing_ok=True)
        before = scratch.state(notebooks)
        process = scratch.start(folder, "notebooks")
        if hits % 2:
            killed = end(process, random.uniform(0, 0.02), number, partial(rewritten, times_of(notebooks), notebooks))
        else:
            killed = end(process, random.uniform(0, took), number)
        if killed.status == 0:
            continue
        hits += 1
        where = f"kill {hits}, after {killed.after:.2f} s"
        ended_well(killed, number, process.pid, where, faults)
        standing = {name: one for name, one in scratch.state(notebooks).items() if not name.startswith(".")}
        half = [name for name, one in standing.items() if one not in (before.get(name), clean[name])]
        faults.unless(not half, f"{where}: neither old nor new: {half}")
        stored += sum(standing.get(path.name) == clean[path.name] for path in empty)
        finished = scratch.run(folder, "notebooks")
        faults.unless(finished.returncode == 0, f"{where}: the next run failed: {finished.stderr[-300:]}")
        faults.unless(scratch.state(notebooks) == clean, f"{where}: other notebooks than those of a clean run")
    how = "killed" if number == signal.SIGKILL else "Ctrl-C"
    out = f"every notebook was whole each time ({stored} new ones stored); the next run gave the bytes of a clean one"
    return Row(f"`make run` of {len(empty)} chapters, {how} at random moments of {took:.0f} s", hits, out, faults)


def times_of(folder: Path) -> dict[str, int]:
    """When each notebook of a folder was written."""
    return {path.name: path.stat().st_mtime_ns for path in folder.glob("*.ipynb")}


def rewritten(before: dict[str, int], folder: Path) -> bool:
    """Whether a notebook has been written since."""
    return times_of(folder) != before


def known(chapters: tuple[str, ...]) -> list[str]:
    """Of these chapters those that there are; at least the first."""
    return [name for name in chapters if (ROOT / "notebooks" / f"{name}.ipynb").exists()]


def emptied(text: str) -> str:
    """A notebook without its outputs."""
    notebook = json.loads(text)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    return json.dumps(notebook, ensure_ascii=False)
