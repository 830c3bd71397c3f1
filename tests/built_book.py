"""The book, built once for all tests of its pages into a folder of its own (`_build/` is left alone).

`conftest.py` makes these fixtures known to every test.
"""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from sugarforoil.publish import build
from sugarforoil.publish.light import lighten

PATIENCE = 300  # seconds that one worker waits for the book that another builds


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the site as Sphinx leaves it and as it is published. Any warning or dead reference fails."""
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
            shutil.copytree(shared / "_build" / "html", shared / "published" / "html")
            lighten(shared / "published" / "html")
        except BaseException:
            failed.touch()
            raise
        done.touch()
    if failed.exists():
        pytest.fail("the book was not built: see the worker that built it")
    return shared


@pytest.fixture(scope="session")
def site(built: Path) -> Path:
    """The folder of the published site."""
    return built / "published" / "html"


@pytest.fixture(scope="session")
def pages_of_sphinx(built: Path) -> Path:
    """The folder of the site from which PDF and EPUB are set."""
    return built / "_build" / "html"


@pytest.fixture(scope="session")
def pages(site: Path) -> dict[Path, BeautifulSoup]:
    """Every page of the published site, parsed; what a test wants to change it copies."""
    return {path: BeautifulSoup(path.read_bytes(), "lxml") for path in sorted(site.rglob("*.html"))}


def await_one_of(*marks: Path) -> None:
    """Wait until one of the files exists."""
    end = time.monotonic() + PATIENCE
    while not any(mark.exists() for mark in marks):
        if time.monotonic() > end:
            pytest.fail(f"no book after {PATIENCE} seconds")
        time.sleep(0.1)
