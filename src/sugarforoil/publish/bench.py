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
from pathlib import Path

import psutil

from sugarforoil.publish import mutate, notebooks
from sugarforoil.publish.build import BUILD

ROOT = notebooks.ROOT


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


def page_weight(page: Path) -> tuple[float, int]:
    """Kilobytes, gzip-compressed, of a page and of every local file that it loads; and how many files that is."""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(page.read_bytes(), "lxml")
    links = [tag.get("href") for tag in soup.select("link[rel~=stylesheet][href], link[rel~=icon][href]")]
    links += [tag["src"] for tag in soup.select("script[src], img[src]")]
    files = {page} | {(page.parent / str(link).split("?")[0]).resolve() for link in links}
    for sheet in [file for file in files if file.suffix == ".css"]:
        files |= _fonts(sheet)
    packed = [file.read_bytes() for file in files if file.exists()]
    already = {".png", ".woff2", ".jpg"}
    sizes = [
        len(data) if file.suffix in already else len(gzip.compress(data))
        for file, data in zip([f for f in files if f.exists()], packed, strict=True)
    ]
    return sum(sizes) / 1000, len(sizes)


def _fonts(sheet: Path) -> set[Path]:
    """The font files that a style sheet names (the heaviest case: a browser fetches only those it uses)."""
    import re

    found = re.findall(r"url\(['\"]?([^)'\"?#]+\.woff2)", sheet.read_text(encoding="utf-8"))
    return {(sheet.parent / link).resolve() for link in found}


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
    for page in sorted((BUILD / "html").glob("notebooks/*.html")):
        kilobytes, files = page_weight(page)
        rows.append((f"page {page.stem}", f"{kilobytes:.0f} KB compressed, {files} files"))

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
