"""A real browser, and the built site served to it; `conftest.py` makes these fixtures known to every test."""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
FAULTS = ("error", "warning")
WIDE, NARROW, SMALLEST = ({"width": width, "height": 900} for width in (1280, 390, 320))
TESTS = Path(__file__).parent
PROBES = "\n".join(
    (TESTS / name).read_text(encoding="utf-8") for name in ("vendor/axe-4.14.1.min.js", "access_probes.js")
)
BROWSER = next(filter(None, map(shutil.which, NAMES)), None)


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if BROWSER is None:
        message = f"no browser found: one of {', '.join(NAMES)}"
        if os.environ.get("SUGARFOROIL_REQUIRE_BROWSER"):
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as play:
        found = play.chromium.launch(executable_path=BROWSER, args=FLAGS)
        yield found
        found.close()


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """Where the site is served, for as long as the tests last."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
