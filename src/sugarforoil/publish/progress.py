"""One line of progress in place of Sphinx's account of itself (build with `-q` to see only this)."""

from __future__ import annotations

import sys
import time
from typing import Any

from sphinx.application import Sphinx


class Progress:
    """Says what is being done; on a terminal the line is rewritten in place.

    Several processes may be at work, each with a part of the pages, so the pages are named and not counted.
    """

    def __init__(self) -> None:
        self.start = time.perf_counter()
        self.total = 0

    def begin(self, app: Sphinx, env: Any, docnames: list[str]) -> None:
        self.total = len(docnames)

    def reading(self, app: Sphinx, docname: str, source: list[str]) -> None:
        self.say(f"reading {docname}")

    def writing(self, app: Sphinx, pagename: str, template: str, context: Any, doctree: Any) -> None:
        if doctree is not None:
            self.say(f"writing {pagename}")

    def finish(self, app: Sphinx, exception: Exception | None) -> None:
        self.say("")
        if exception is None:
            print(f"{self.total} pages read, {time.perf_counter() - self.start:.1f} s", flush=True)

    def say(self, text: str) -> None:
        """Show the current page, only where somebody can watch."""
        if sys.stdout.isatty():
            print(f"\r\x1b[K{text[:78]}", end="", flush=True)


def setup(app: Sphinx) -> None:
    """Follow the build."""
    progress = Progress()
    app.connect("env-before-read-docs", progress.begin)
    app.connect("source-read", progress.reading)
    app.connect("html-page-context", progress.writing)
    app.connect("build-finished", progress.finish)
