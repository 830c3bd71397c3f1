"""The book, built once for all tests of its pages into a folder of its own (`_build/` is left alone)."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from sugarforoil.publish import build
from sugarforoil.publish.light import lighten

PATIENCE = 300  # seconds that one worker waits for the book that another builds


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the built site. Building fails on any warning or dead reference."""
    base = tmp_path_factory.getbasetemp()
    # Workers of pytest-xdist have folders of their own beside one another: they share what stands above.
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "book"
    done, failed = shared / "done", shared / "failed"
    try:
        shared.mkdir()
    except FileExistsError:
        await_one_of(done, failed)
    else:
        try:
            build.write_generated()
            build.build_site(beside=shared)
            lighten(shared / "_build" / "html")
        except BaseException:
            failed.touch()
            raise
        done.touch()
    if failed.exists():
        pytest.fail("the book was not built: see the worker that built it")
    return shared / "_build" / "html"


def await_one_of(*marks: Path) -> None:
    """Wait until one of the files exists."""
    end = time.monotonic() + PATIENCE
    while not any(mark.exists() for mark in marks):
        if time.monotonic() > end:
            pytest.fail(f"no book after {PATIENCE} seconds")
        time.sleep(0.1)
