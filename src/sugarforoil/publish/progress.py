"""One line of progress in place of Sphinx's account of itself (build with `-q` to see only this)."""

from __future__ import annotations

import sys
import time
from typing import Any

from sphinx.application import Sphinx


class Counter:
    """Counts pages read and written; on a terminal the line is rewritten in place."""

    def __init__(self) -> None:
        self.start = time.perf_counter()
        self.total = self.read = self.written = 0

    def begin(self, app: Sphinx, env: Any, docnames: list[str]) -> None:
        self.total = len(docnames)

    def reading(self, app: Sphinx, docname: str, source: list[str]) -> None:
        self.read += 1
        self.say(f"reading {self.read} of {self.total} pages: {docname}")

    def writing(self, app: Sphinx, pagename: str, template: str, context: Any, doctree: Any) -> None:
        if doctree is not None:
            self.written += 1
            self.say(f"writing page {self.written}: {pagename}")

    def finish(self, app: Sphinx, exception: Exception | None) -> None:
        self.say("")
        if exception is None:
            seconds = time.perf_counter() - self.start
            print(f"{self.read} pages read, {self.written} written, {seconds:.1f} s", flush=True)

    def say(self, text: str) -> None:
        """Show the current page, only where somebody can watch."""
        if sys.stdout.isatty():
            print(f"\r\x1b[K{text[:78]}", end="", flush=True)


def setup(app: Sphinx) -> None:
    """Count, unless Sphinx reports by itself."""
    counter = Counter()
    app.connect("env-before-read-docs", counter.begin)
    app.connect("source-read", counter.reading)
    app.connect("html-page-context", counter.writing)
    app.connect("build-finished", counter.finish)
