"""`make bench`: measure what readers and authors wait for, and print a table.

Times are wall-clock on this machine, memory is the largest resident size of any one process, page weight is the
gzip-compressed size of a page with everything that it loads at once. Nothing here is asserted by a test.
"""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from sugarforoil.publish import mutate, notebooks
from sugarforoil.publish.build import BUILD

ROOT = notebooks.ROOT
SITE = BUILD / "html"


def measure(command: Sequence[str]) -> tuple[float, float]:
    """Run a command; give its seconds and the largest resident megabytes of any process in its tree."""
    started, peak, running = time.perf_counter(), 0.0, True
    process = psutil.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)

    def watch() -> None:
        nonlocal peak
        while running:
            try:
                for each in [process, *process.children(recursive=True)]:
                    peak = max(peak, each.memory_info().rss / 2**20)
            except psutil.Error:  # a process that ended between listing and looking
                pass
            time.sleep(0.02)

    watcher = threading.Thread(target=watch)
    watcher.start()
    status = process.wait()
    running = False
    watcher.join()
    if status:
        raise SystemExit(f"{' '.join(command)} failed with status {status}")
    return time.perf_counter() - started, peak


def page_weight(page: str) -> str:
    """What a browser fetches for a page of the built site, all figures included, as gzip would send it."""
    browser = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chromium-browser"))), None)
    if browser is None:
        return "not measured: needs Chromium"
    from playwright.sync_api import sync_playwright

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *args: object) -> None: ...

    asked: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(SITE)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as tool:
        chromium = tool.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
        tab = chromium.new_page()
        tab.on("request", lambda request: asked.append(urlsplit(request.url).path.lstrip("/")))
        tab.goto(f"http://127.0.0.1:{server.server_port}/{page}")
        tab.evaluate("document.querySelectorAll('img').forEach(image => { image.loading = 'eager' })")
        tab.wait_for_load_state("networkidle")
        chromium.close()
    server.shutdown()
    files = [SITE / name for name in asked if (SITE / name).is_file()]
    return f"{sum(map(sent, files)) / 1000:.0f} KB compressed, {len(files)} requests"


def sent(file: Path) -> int:
    """Bytes of a file as a server would send it: compressed, unless its format is so already."""
    data = file.read_bytes()
    return len(data if file.suffix in {".woff2", ".png", ".jpg"} else gzip.compress(data))


def main() -> int:
    build = [sys.executable, "-m", "sugarforoil.publish.build"]
    rows: list[tuple[str, str]] = []

    shutil.rmtree(BUILD, ignore_errors=True)
    shutil.rmtree(ROOT / "book" / "data", ignore_errors=True)
    seconds, peak = measure(build)
    rows.append(("clean build of the book", f"{seconds:.1f} s, {peak:.0f} MB"))
    seconds, peak = measure(build)
    rows.append(("build with nothing changed", f"{seconds:.1f} s, {peak:.0f} MB"))
    for path in notebooks.all_notebooks():
        seconds, peak = measure([sys.executable, "-m", "sugarforoil.publish.notebooks", path.stem])
        rows.append((f"run of {path.stem}", f"{seconds:.1f} s, {peak:.0f} MB"))
    for path in sorted(SITE.glob("notebooks/*.html")):
        page = path.relative_to(SITE).as_posix()
        rows.append((f"page {page}", page_weight(page)))

    started = time.perf_counter()
    noticed, trials = mutate.caught(mutate.mutate())
    seconds = time.perf_counter() - started
    rows.append(("slips in the data that a check notices", f"{noticed} of {trials}, {seconds:.0f} s (make mutate)"))

    print(f"\nPython {sys.version.split()[0]}, {os.cpu_count()} cores\n")
    print("| what | measured |\n| --- | --- |")
    for what, measured in rows:
        print(f"| {what} | {measured} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
