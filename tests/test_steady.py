"""When the disk, the keyboard or another command comes between: whole files, one sentence, one at a time.

`make faults` kills builds and runs at random moments; here the parts are tried that they rely on.
"""

from __future__ import annotations

import asyncio
import errno
import gc
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest
from filelock import FileLock

from sugarforoil.publish import build, light, notebooks, rebuild, report, steady
from sugarforoil.publish.report import Row

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import tasks  # noqa: E402


def python(code: str, *arguments: object) -> subprocess.Popen[str]:
    call = [sys.executable, "-c", code, *map(str, arguments)]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), *sys.path])}
    return subprocess.Popen(call, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


# --- whole files --------------------------------------------------------------------------------------------------

WRITER = """
import sys, pathlib
from sugarforoil.publish.steady import put
path = pathlib.Path(sys.argv[1])
print("ready", flush=True)
while True:
    for letter in b"ab":
        put(path, bytes([letter]) * 3_000_000)
"""


def test_a_writer_killed_at_any_moment_leaves_a_whole_file(tmp_path):
    random, path = Random(1961), tmp_path / "file"  # noqa: S311 - no secret
    path.write_bytes(b"a" * 3_000_000)
    for _ in range(4):
        process = python(WRITER, path)
        assert process.stdout.readline() == "ready\n"
        time.sleep(random.uniform(0, 0.05))
        process.kill()
        process.communicate()
        content = path.read_bytes()
        assert (len(content), len(set(content))) == (3_000_000, 1)
    steady.put(path, "after")
    assert [one.name for one in tmp_path.iterdir()] == ["file"], "what a kill left aside is written over"


LIMITED = """
import pathlib, resource, sys
from sugarforoil.publish.steady import put, told
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
sys.exit(told(lambda: put(pathlib.Path(sys.argv[1]), "x" * 2000))())
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit on the size of a file")
def test_a_disk_that_is_full_in_the_middle_of_a_write_is_told_and_the_old_file_stands(tmp_path):
    path = tmp_path / "file"
    path.write_text("old")
    process = python(LIMITED, path)
    _, said = process.communicate()
    assert process.returncode == 1
    assert said.startswith("The disk is full: ")
    assert str(path) in said
    assert said.count("\n") == 1
    assert [one.read_text() for one in tmp_path.iterdir()] == ["old"]


def test_a_style_sheet_that_was_cut_short_is_not_kept_for_the_next_build(tmp_path, monkeypatch):
    """It begins with the checksum of what it was made from, and would pass for the whole."""
    (tmp_path / "a.css").write_text("b { color: red }")
    cache = tmp_path / "cache.css"
    names = light.Names(light.SAFE, light.NEVER)
    names.read_page("<b>x</b>")
    real = Path.write_bytes

    def cut(self, content):
        real(self, content[: len(content) // 2])
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_bytes", cut)
    with pytest.raises(KeyboardInterrupt):
        light.style(tmp_path, ["a.css"], names, cache)
    monkeypatch.undo()
    assert light.style(tmp_path, ["a.css"], names, cache) == light.style(tmp_path, ["a.css"], names)


def test_make_data_that_is_cut_off_leaves_a_package_that_can_be_read(copied, monkeypatch, capsys):
    """datapackage.json is written last: half of it would stop every command after."""
    path = copied / "data" / "eras.csv"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    before = (copied / "data" / "datapackage.json").read_bytes()
    real = Path.write_bytes

    def cut(self, content):
        real(self, content[: len(content) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", cut)
    monkeypatch.setattr(rebuild, "check_tables", lambda root: None)
    monkeypatch.setattr(rebuild, "sources_table", lambda bib: (copied / "data" / "sources.csv").read_bytes())
    assert rebuild.main(["--root", str(copied)]) == 1
    monkeypatch.undo()
    said = capsys.readouterr().err
    assert said.startswith("The disk is full: ")
    assert said.count("\n") == 1
    assert (copied / "data" / "datapackage.json").read_bytes() == before


# --- one sentence -----------------------------------------------------------------------------------------------------

SAID = {
    "no room": (OSError(errno.ENOSPC, "No space left on device", "a.csv"), "The disk is full: a.csv"),
    "a quota": (OSError(errno.EDQUOT, "Disk quota exceeded"), "The disk is full: a file"),
    "read-only": (OSError(errno.EROFS, "Read-only file system", "a.csv"), "No permission: a.csv"),
    "not the owner": (PermissionError(errno.EACCES, "Permission denied", "a.csv"), "No permission: a.csv"),
    "a copy": (
        shutil.Error([("a", "b", "[Errno 28] No space left on device: 'b/c.html'")]),
        "The disk is full: b/c.html",
    ),
    "the database": (sqlite3.OperationalError("database or disk is full"), "The disk is full: a file"),
    "another": (OSError(errno.EIO, "Input/output error", "a.csv"), "Stopped by the system: Input/output error: a.csv."),
    "what would act on a terminal": (OSError(errno.EIO, "bad", "a\x1b[2J\u202e"), "a\\u001b[2J\\u202e"),
}


@pytest.mark.parametrize(("error", "words"), SAID.values(), ids=SAID)
def test_what_the_system_refuses_is_told_in_one_sentence(capsys, error, words):
    @steady.told
    def main() -> int:
        raise error

    assert main() == 1
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1
    assert "Errno" not in said


def test_an_interrupt_is_told_in_one_sentence(capsys):
    @steady.told
    def main() -> int:
        raise KeyboardInterrupt

    assert main() == 130
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(("fault", "told"), [(AssertionError, False), (ValueError, True)])
def test_a_watch_that_lost_its_kernel_is_no_news_but_other_faults_are(caplog, fault, told):
    async def run() -> None:
        notebooks.keep_interrupts()

        async def watch() -> None:
            raise fault("x")

        task = asyncio.create_task(watch())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        del task
        gc.collect()

    asyncio.run(run())
    gc.collect()
    assert ("never retrieved" in caplog.text) is told


def test_a_fault_of_the_program_is_not_hidden():
    @steady.told
    def main() -> int:
        raise ValueError("a fault of ours")

    with pytest.raises(ValueError, match="a fault of ours"):
        main()


def test_a_builder_that_met_a_full_disk_is_told_as_such_and_a_broken_page_is_not(monkeypatch, capsys):
    said = "Traceback ...\nOSError: [Errno 28] No space left on device: '/x/a.html'\nmore"
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 1, "", said))
    with pytest.raises(OSError, match="No space left") as caught:
        build.build_site()
    assert steady.sentence(caught.value).startswith("The disk is full: /x/a.html")
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 1, "", "index.md: WARNING"))
    with pytest.raises(build.BuildError):
        build.build_site()
    assert "index.md: WARNING" in capsys.readouterr().err


# --- one at a time ----------------------------------------------------------------------------------------------------

HOLDER = """
import sys, time
from filelock import FileLock
lock = FileLock(sys.argv[1])
lock.acquire()
print("held", flush=True)
time.sleep(60)
"""


def test_a_second_command_waits_and_a_killed_one_holds_nothing_up(tmp_path, monkeypatch, capsys):
    lock = tmp_path / "_build" / ".lock"
    lock.parent.mkdir()
    monkeypatch.setattr(steady, "LOCK", FileLock(lock))
    process = python(HOLDER, lock)
    assert process.stdout.readline() == "held\n"
    with pytest.raises(steady.Timeout):
        FileLock(lock).acquire(timeout=0)
    printed = print

    def told(*words, **how):  # the one that is waited for is killed while the second waits
        printed(*words, **how)
        process.kill()

    monkeypatch.setattr(steady, "print", told, raising=False)
    with steady.alone():
        assert "waiting until it has ended" in capsys.readouterr().out
        with steady.alone():  # a command may call another
            pass
        with pytest.raises(steady.Timeout):
            FileLock(lock).acquire(timeout=0)
    process.communicate()
    with steady.alone():
        assert capsys.readouterr().out == "", "nobody is there any more"


def test_where_no_lock_can_be_written_a_command_that_writes_nothing_still_works(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr(steady, "LOCK", FileLock(tmp_path / "file" / ".lock"))
    with steady.alone():
        pass


@pytest.mark.skipif(os.name == "nt", reason="signals of groups")
def test_a_second_set_up_waits_and_does_nothing_twice(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(tasks, "VENV", str(tmp_path / ".venv"))
    monkeypatch.setattr(tasks, "STAMP", str(tmp_path / "installed.json"))
    monkeypatch.setattr(tasks, "venv_python", lambda: sys.executable)
    monkeypatch.setattr(tasks, "_set_up", lambda: pytest.fail("set up twice"))
    locks = []

    def lock(file, wait):
        locks.append(wait)
        if wait:  # meanwhile the other has ended
            (tmp_path / "installed.json").write_text(tasks.json.dumps(tasks._wanted()))
        return wait

    monkeypatch.setattr(tasks, "_lock", lock)
    tasks.setup()
    assert locks == [False, True]
    assert "waiting until it has ended" in capsys.readouterr().out


def test_an_environment_that_is_being_removed_does_not_pass_for_finished(tmp_path, monkeypatch):
    stamp = tmp_path / "installed.json"
    stamp.write_text("{}")
    monkeypatch.setattr(tasks, "STAMP", str(stamp))

    def removed(folder, **_):
        assert not stamp.exists()
        raise KeyboardInterrupt

    monkeypatch.setattr(tasks.shutil, "rmtree", removed)
    with pytest.raises(KeyboardInterrupt):
        tasks._set_up()


@pytest.mark.skipif(os.name == "nt", reason="signals of groups")
@pytest.mark.parametrize("ended", [signal.SIGINT, None])
def test_the_front_door_tells_what_stopped_it(capsys, ended):
    def stopped() -> None:
        raise KeyboardInterrupt if ended else OSError(errno.ENOSPC, "No space left on device", ".venv")

    tasks.TASKS["stopped"] = stopped
    try:
        assert tasks.main(["stopped"]) == (130 if ended else 1)
    finally:
        del tasks.TASKS["stopped"]
    assert capsys.readouterr().err.count("\n") == 1


# --- the report -------------------------------------------------------------------------------------------------------


def test_what_failed_and_what_was_not_tried_is_not_told_as_good():
    good, bad = Row("a", 20, "fine", []), Row("b", 20, "fine", ["kill 3: half a file"])
    skipped = Row("c", 0, "", [], "no disk can be mounted")
    assert report.line(good) == "| a | 20 | fine |"
    assert "FAILED: kill 3: half a file" in report.line(bad)
    assert "not tried: no disk" in report.line(skipped)
    assert not report.failed([good, skipped])
    assert report.failed([good, bad])
    assert report.failed([good, skipped], strict=True)
