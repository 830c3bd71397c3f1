"""What the system may refuse a command, or do to it: a full disk, no permission, two at once, half an install.

Each is arranged in a scratch clone, for the build and for `make run`: the command must end with one sentence and
without a trace of Python, the site that stands must stay whole, and the next run, once the cause is gone, must work.
Disks are made with `mount` in a name space of their own, which vanishes with the process; where that is not allowed
the row says so.
"""

from __future__ import annotations

import ast
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from random import Random

from sugarforoil.publish import scratch
from sugarforoil.publish.kills import Faults, left_behind
from sugarforoil.publish.notebooks import ROOT
from sugarforoil.publish.report import Row

Finished = subprocess.CompletedProcess[str]
NOBODY = 65534
MODULES = ("build", "notebooks")


def private(*call: str) -> list[str] | None:
    """The call in a name space in which it may mount, None where that is not allowed."""
    for how in (["unshare", "--mount"], ["unshare", "--map-root-user", "--mount"]):
        probe = [*how, "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", tempfile.gettempdir()]
        if shutil.which("unshare") and subprocess.run(probe, capture_output=True).returncode == 0:
            return [*how, *call]
    return None


def one_sentence(finished: Finished, *words: str) -> str:
    """What was wrong with how a command ended, "" if it ended with 1 and one sentence with one of the words."""
    said = finished.stderr.strip()
    good = finished.returncode == 1 and "\n" not in said and any(word in said for word in words)
    return "" if good else f"ended with {finished.returncode} and said {said[-400:]!r}"


def works_again(folder: Path, faults: Faults, where: str, module: str) -> None:
    """The next run must work."""
    finished = scratch.run(folder, module)
    faults.unless(finished.returncode == 0, f"{where}: the next run failed: {finished.stderr[-300:]}")


# --- full disk ------------------------------------------------------------------------------------------------------

# Runs on a disk of its own: the clone is copied to it, all but some room is filled, and a module is run there.
FULL = """
import shutil, subprocess, sys
clone, disk, room, module, *_ = sys.argv[1:]
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400m", "tmpfs", disk], check=True)
from pathlib import Path
from sugarforoil.publish import scratch
place = Path(shutil.copytree(clone, Path(disk) / "clone", symlinks=True))
before = scratch.state(place / "_build" / "html")
free = shutil.disk_usage(disk).free - int(room)
with open(Path(disk) / "filler", "wb") as filler:
    while free > 0:
        filler.write(bytes(min(free, 1 << 20)))
        free -= 1 << 20
full = scratch.run(place, module)
whole = scratch.state(place / "_build" / "html") == before
(Path(disk) / "filler").unlink()
again = scratch.run(place, module)
print(repr((full.returncode, full.stderr, whole, again.returncode, again.stderr[-300:])))
"""


def full_disk(folder: Path, place: Path, random: Random, times: int = 6) -> Row:
    """A disk that is full, or will be after some megabytes more."""
    what, faults = "full disk (0 to 12 MB left)", Faults()
    disk = place / "disk"
    disk.mkdir()
    done = 0
    for number in range(times):
        module, room = MODULES[number % 2], 4096 if number < 2 else random.randrange(12_000_000)
        call = private(sys.executable, "-c", FULL, str(folder), str(disk), str(room), module)
        if call is None:
            return Row(what, 0, "", [], "no disk can be mounted by this user")
        ran = subprocess.run(call, capture_output=True, text=True)
        where = f"{module}, {room / 1e6:.1f} MB left"
        if ran.returncode:
            faults.append(f"{where}: {ran.stderr[-300:]}")
            continue
        status, said, whole, again, why = ast.literal_eval(ran.stdout)
        if status == 0 and room > 1_000_000:
            continue  # there was room enough
        done += 1
        finished = Finished([], status, "", said)
        wrong = one_sentence(finished, "disk is full", "No space left", "no room")
        faults.unless(not wrong, f"{where}: {wrong}")
        faults.unless(whole, f"{where}: the standing site was touched")
        faults.unless(again == 0, f"{where}: the next run failed: {why}")
    return Row(what, done, "one sentence each, the site stood, the next run worked", faults)


def small_files(folder: Path, times: int = 2) -> Row:
    """No file may grow beyond a limit: as a full disk or a quota, in the middle of a write."""
    faults = Faults()
    limit = ("prlimit", "--fsize=60000", "--")
    if not shutil.which("prlimit"):
        return Row("a write cut off in the middle", 0, "", [], "there is no prlimit")
    for module in MODULES[:times]:
        before = scratch.state(folder / "_build" / "html")
        notebooks = scratch.state(folder / "notebooks")
        wrong = one_sentence(scratch.run(folder, module, *limit), "disk is full", "too large")
        faults.unless(not wrong, f"{module}: {wrong}")
        same = scratch.state(folder / "_build" / "html") == before and scratch.state(folder / "notebooks") == notebooks
        faults.unless(same, f"{module}: what stood was touched")
        works_again(folder, faults, module, module)
    return Row("a write cut off in the middle (limit on size)", times, "one sentence each, the next run worked", faults)


# --- no permission ------------------------------------------------------------------------------------------------

READ_ONLY = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && cd "$1" && exec "$2" -m "$3"'


def read_only(folder: Path) -> Row:
    """The whole folder is on a disk that may only be read."""
    what, faults = "read-only folder", Faults()
    for module in MODULES:
        call = private("sh", "-c", READ_ONLY, "sh", str(folder), sys.executable, f"sugarforoil.publish.{module}")
        if call is None:
            return Row(what, 0, "", [], "nothing can be mounted by this user")
        finished = subprocess.run(call, cwd="/", env=scratch.environment(folder), capture_output=True, text=True)
        wrong = one_sentence(finished, "No permission")
        faults.unless(not wrong, f"{module}: {wrong}")
        works_again(folder, faults, module, module)
    return Row(what, len(MODULES), "one sentence each, the next run worked", faults)


def no_permission(folder: Path) -> Row:
    """Another user than the owner, who may read all and write nothing."""
    what, faults = "missing permission", Faults()
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or not shutil.which("setpriv"):
        return Row(what, 0, "", [], "only root can become another user")
    other = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
    probe = [*other, sys.executable, "-c", "import encodings, sys; open(sys._base_executable).close()"]
    if subprocess.run(probe, capture_output=True).returncode:
        return Row(what, 0, "", [], "this Python stands where no other user may read it")
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o777)
        for module in MODULES:
            wrong = one_sentence(scratch.run(folder, module, *other, HOME=home, TMPDIR=home), "No permission")
            faults.unless(not wrong, f"{module}: {wrong}")
            works_again(folder, faults, module, module)
        table = folder / "data" / "eras.csv"
        table.chmod(0)
        try:
            wrong = one_sentence(scratch.run(folder, "build", *other, HOME=home, TMPDIR=home), "eras.csv")
        finally:
            table.chmod(0o644)
        faults.unless(not wrong, f"a table that may not be read: {wrong}")
    return Row(what, len(MODULES) + 1, "one sentence each, the next run worked", faults)


# --- two at once --------------------------------------------------------------------------------------------------


def two_at_once(folder: Path, spoil: Callable[[int], None]) -> Row:
    """Two commands in one folder: the second waits."""
    faults = Faults()
    for number, pair in enumerate((("build", "build"), ("notebooks", "build"), ("notebooks", "notebooks"))):
        spoil(number)
        both = [scratch.start(folder, module) for module in pair]
        said = [process.communicate() for process in both]
        where = " and ".join(pair)
        for process, (_, error) in zip(both, said, strict=True):
            faults.unless(process.returncode == 0 and not error, f"{where}: {process.returncode} {error[-300:]}")
        waited = sum("waiting until it has ended" in out for out, _ in said)
        faults.unless(waited == 1, f"{where}: {waited} of them waited")
        if "build" not in pair:
            works_again(folder, faults, where, "build")
        finished = scratch.run(folder, "build")
        faults.unless("Nothing has changed" in finished.stdout, f"{where}: left something undone {finished.stderr}")
    return Row("two commands at once", 3, "the second waited, both ended well", faults)


# --- the install ----------------------------------------------------------------------------------------------------

BACKEND = """
import pathlib, zipfile
NAME = "sugarforoil-0.1.0-py3-none-any.whl"
def build_editable(folder, settings=None, metadata=None):
    with zipfile.ZipFile(pathlib.Path(folder) / NAME, "w") as wheel:
        info = "sugarforoil-0.1.0.dist-info/"
        wheel.writestr("sugarforoil.py", "")
        wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: sugarforoil\\nVersion: 0.1.0\\n")
        wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(info + "RECORD", "")
    return NAME
"""


def project(place: Path) -> Path:
    """A project with the true tasks.py, whose packages are two small wheels in a folder."""
    place.mkdir(parents=True)
    shutil.copy(ROOT / "tasks.py", place)
    (place / "backend.py").write_text(BACKEND, encoding="utf-8")
    (place / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n', encoding="utf-8"
    )
    (place / "wheels").mkdir()
    lines = []
    packages = {"matplotlib": ["matplotlib/__init__.py", "matplotlib/font_manager.py"], "other": ["other.py"]}
    for name, files in packages.items():
        path = place / "wheels" / f"{name}-1.0-py3-none-any.whl"
        info = f"{name}-1.0.dist-info/"
        with zipfile.ZipFile(path, "w") as wheel:
            for file in files:
                wheel.writestr(file, "")
            wheel.writestr(info + "METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
            wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(info + "RECORD", "")
        lines.append(f"{name}==1.0 --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n")
    (place / "requirements.lock").write_text("".join(lines), encoding="utf-8")
    return place


def setting_up(place: Path) -> subprocess.Popen[str]:
    """`tasks.py setup`, which finds its packages in the folder of wheels alone."""
    wheels = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": (place / "wheels").as_uri(), "PIP_CONFIG_FILE": os.devnull}
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON"))} | wheels
    return subprocess.Popen(
        [sys.executable, "tasks.py", "setup"],
        cwd=place,
        env=env,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def install(place: Path, random: Random, times: int = 5) -> Row:
    """An install that is killed, interrupted, or begun twice."""
    faults = Faults()
    folder = project(place / "an install")
    started = time.monotonic()
    first = setting_up(folder)
    _, said = first.communicate()
    took = time.monotonic() - started
    faults.unless(first.returncode == 0, f"a clean install failed: {said[-300:]}")

    def good(where: str) -> None:
        again = setting_up(folder)
        out, error = again.communicate()
        faults.unless(again.returncode == 0 and "Ready" in out, f"{where}: the next one failed: {out} {error[-300:]}")
        call = [str(folder / ".venv" / "bin" / "python"), "-c", "import matplotlib.font_manager, other, sugarforoil"]
        whole = subprocess.run(call, capture_output=True, cwd="/").returncode == 0
        faults.unless(whole, f"{where}: what was installed is not whole")

    for number in range(times):
        with (folder / "requirements.lock").open("a", encoding="utf-8") as lock:
            lock.write(f"# {number}\n")  # so that all is installed again
        ended = signal.SIGINT if number % 3 == 2 else signal.SIGKILL
        process = setting_up(folder)
        delay = random.uniform(0.1, took)
        time.sleep(delay)
        if process.poll() is None:
            os.killpg(process.pid, ended)
        _, said = process.communicate()
        where = f"install ended after {delay:.1f} s"
        faults.extend(f"{where}: {name} still ran" for name in left_behind(process.pid))
        if ended == signal.SIGINT and process.returncode:
            plain = said.count("\n") == 1 and said.startswith("Stopped")
            faults.unless(plain, f"{where}: said {said[-300:]!r}")
        good(where)
    with (folder / "requirements.lock").open("a", encoding="utf-8") as lock:
        lock.write("# twice\n")
    both = [setting_up(folder) for _ in range(2)]
    told = [process.communicate() for process in both]
    faults.unless(all(process.returncode == 0 for process in both), f"two installs at once: {told}")
    good("two installs at once")
    return Row("install killed, interrupted, begun twice", times + 1, "the next run installed everything", faults)


def all_of(place: Path, seed: int = 1959) -> list[Row]:
    """Everything above, in one clone that is built once."""
    random = Random(seed)  # noqa: S311 - no secret
    rows = [install(place, random)]
    place.chmod(0o755)
    folder = scratch.clone(place / "clone")
    built = scratch.run(folder, "build")
    if built.returncode:
        return [*rows, Row("a clean build", 1, "", [built.stderr[-300:]])]
    value = iter(range(100))

    def spoil(_: int) -> None:
        scratch.change(folder, f"7.{next(value):02}")

    spoil(0)
    rows += [full_disk(folder, place, random), small_files(folder)]
    spoil(0)
    rows.append(read_only(folder))
    spoil(0)
    rows += [no_permission(folder), two_at_once(folder, spoil)]
    return rows
