"""How a command of the project behaves when something goes wrong: whole files, one at a time, one sentence.

- `put` writes a file aside and renames it: whoever reads finds the old file or the new one, never half of one.
- `alone` lets one command at a time write in this folder. The lock belongs to the process and goes with it, however
  that ends: a command that was killed leaves none behind.
- `told` turns what the disk or the keyboard may do to a command (no room, no permission, Ctrl-C) into one sentence.
"""

from __future__ import annotations

import errno
import functools
import re
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import ParamSpec

from filelock import FileLock, Timeout

ROOT = Path(__file__).resolve().parents[3]
LOCK = FileLock(ROOT / "_build" / ".lock")  # one for the process: a command may call another
NO_WRITING = (errno.EACCES, errno.EPERM, errno.EROFS)
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
INTERRUPTED = 130  # what shells report of a command that Ctrl-C ended
CONTROL = re.compile(r"[^\n\t\x20-\x7e\xa0-\U0010ffff]|[\u200e\u200f\u202a-\u202e\u2066-\u2069]")

Given = ParamSpec("Given")


def put(path: Path, content: bytes | str) -> None:
    """Write a file, all of it or nothing; text as UTF-8 with the line ends that it has.

    Raises OSError, which names the file, and leaves what stood there.
    """
    aside = path.with_name(f".{path.name}.new")  # always the same: what a kill leaves behind is written over
    try:
        aside.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        aside.replace(path)
    except OSError as error:
        discard(aside)
        raise OSError(error.errno, error.strerror, str(path)) from None
    except BaseException:
        discard(aside)
        raise


def discard(aside: Path) -> None:
    """Remove a file if there is one and the folder allows it."""
    with suppress(OSError):
        aside.unlink(missing_ok=True)


@contextmanager
def alone() -> Iterator[None]:
    """Wait until no other command writes in this folder, then hold the place until the end."""
    try:
        Path(LOCK.lock_file).parent.mkdir(exist_ok=True)
        LOCK.acquire(timeout=0)
    except Timeout:
        print("Another command is at work in this folder: waiting until it has ended ...", flush=True)
        LOCK.acquire()
    except OSError:  # who may not write the lock may write nothing here, and is told so if there is anything to write
        yield
        return
    try:
        yield
    finally:
        LOCK.release()


def told(main: Callable[Given, int]) -> Callable[Given, int]:
    """A command that says in one sentence on standard error what kept it from its end, and then returns 1 (130)."""

    @functools.wraps(main)
    def command(*args: Given.args, **kwargs: Given.kwargs) -> int:
        try:
            return main(*args, **kwargs)
        except (OSError, sqlite3.OperationalError) as error:
            print(sentence(error), file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print("Stopped. Nothing half-finished was published; the next run starts afresh.", file=sys.stderr)
            return INTERRUPTED

    return command


def command(main: Callable[Given, int]) -> Callable[Given, int]:
    """A command that writes in this folder: it is alone there, and what stops it is `told`."""

    @functools.wraps(main)
    def locked(*args: Given.args, **kwargs: Given.kwargs) -> int:
        with alone():
            return main(*args, **kwargs)

    return told(locked)


def sentence(error: OSError | sqlite3.OperationalError) -> str:
    """What the system refused, as one sentence that names the file."""
    number, reason, file = getattr(error, "errno", None), str(error), getattr(error, "filename", None)
    if number is None:  # shutil and SQLite hand on the words alone
        found = re.search(r"\[Errno (\d+)\] ([^:'\"\]]+)(?:: '([^']+)')?", reason)
        if found:
            number, reason, file = int(found[1]), found[2], found[3]
        elif "disk is full" in reason or "readonly" in reason:
            number = errno.ENOSPC if "full" in reason else errno.EROFS
    what = f"{file} could not be written" if file else "a file could not be written"
    if number in NO_ROOM:
        return plain(f"The disk is full: {what}. What stood before still stands; make room and run this again.")
    if number in NO_WRITING:
        return plain(f"No permission: {file or 'a file'} may not be read or written by this user. Nothing was changed.")
    strerror = getattr(error, "strerror", None) or reason
    return plain(f"Stopped by the system: {strerror}" + (f": {file}." if file else "."))


def plain(text: str) -> str:
    """Text that a terminal shows and does not obey: control characters and turns of direction are spelt out."""
    return CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", " ".join(text.split()))
