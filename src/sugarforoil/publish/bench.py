"""`make bench`: measure what readers and authors wait for, and print a table with the targets beside it.

Times are seconds on the clock and, in brackets, of the processors: the second tells how busy the machine was with other
things. A page is weighed by a real browser that fetches it over a local server with compression, all figures included.
Nothing here is asserted by a test but for the weights (`tests/test_light.py`).

Two tools are optional: without Chromium no page is weighed, without Node there is no Lighthouse. Nothing else is lost.
"""

from __future__ import annotations

import gzip
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import psutil
import yaml  # type: ignore[import-untyped, unused-ignore]

from sugarforoil.publish import mutate, notebooks
from sugarforoil.publish.build import GENERATED, PUBLISHED, SITE, WORK

ROOT = notebooks.ROOT
BUILDING = [sys.executable, "-m", "sugarforoil.publish.build"]
COMPRESSED = {".woff2", ".png", ".jpg", ".zip", ".xlsx"}  # formats that a server sends as they are
CHAPTERS = (11, 44, 110)
LOOKED_AT = {  # the kinds of page that Lighthouse looks at, and the mark in performance that each is to reach
    "book/index.html": 98,
    "notebooks/03_missiles.html": 98,
    "book/methods.html": 98,
    "book/data/sugar_prices.html": 98,
    "book/reference/explore.html": 90,
}
LIGHTHOUSE = "lighthouse@13"
KINDS = ("performance", "accessibility", "best-practices", "seo")


class Cost(NamedTuple):
    """What a command cost: seconds on the clock and of the processors, and the most megabytes of any process."""

    clock: float
    busy: float
    memory: float

    def __str__(self) -> str:
        return f"{self.clock:.1f} s ({self.busy:.1f} s), {self.memory:.0f} MB"


def measure(command: Sequence[str], folder: Path = ROOT) -> Cost:
    """Run a command; raises SystemExit when it fails."""
    started, peak, running = time.perf_counter(), 0.0, True
    busy: dict[int, float] = {}
    process = psutil.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, env=environment(folder))

    def watch() -> None:
        nonlocal peak
        while running:
            try:
                for each in [process, *process.children(recursive=True)]:
                    peak = max(peak, each.memory_info().rss / 2**20)
                    times = each.cpu_times()
                    busy[each.pid] = times.user + times.system
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
    return Cost(time.perf_counter() - started, sum(busy.values()), peak)


def environment(folder: Path) -> dict[str, str]:
    """The variables of a build in `folder`, with the helper package that stands there."""
    paths = [str(folder / "src"), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


# --- what a browser fetches ---------------------------------------------------------------------------------


class Compressing(http.server.SimpleHTTPRequestHandler):
    """Serves files as a good host does: compressed where that helps."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        plain = path.suffix in COMPRESSED
        content = path.read_bytes() if plain else gzip.compress(path.read_bytes())
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "max-age=600")
        if not plain:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def served(site: Path) -> Iterator[str]:
    """The address under which `site` is served on this machine."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Compressing, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def sent(file: Path) -> int:
    """Bytes of a file as a server would send it."""
    content = file.read_bytes()
    return len(content if file.suffix in COMPRESSED else gzip.compress(content))


def chromium() -> str | None:
    """A browser on this machine."""
    return next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chromium-browser"))), None)


def weights(site: Path, pages: Sequence[str]) -> dict[str, tuple[float, int]]:
    """Kilobytes and requests of each page, figures further down included; empty without a browser."""
    browser = chromium()
    if browser is None:
        return {}
    from playwright.sync_api import sync_playwright

    found = {}
    with served(site) as address, sync_playwright() as tool:
        running = tool.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
        for page in pages:
            asked: list[Any] = []
            tab = running.new_context().new_page()  # nothing kept from the page before
            tab.on("request", partial(list.append, asked))
            tab.goto(f"{address}/{page}")
            tab.evaluate("document.querySelectorAll('img').forEach(image => { image.loading = 'eager' })")
            tab.wait_for_load_state("networkidle")
            tab.context.close()
            files = [site / urlsplit(one.url).path.lstrip("/") for one in asked if one.url.startswith(address)]
            found[page] = (sum(map(sent, files)) / 1000, len(files))
        running.close()
    return found


def lighthouse(site: Path) -> dict[str, dict[str, int]]:
    """The marks that Lighthouse gives, phone preset; empty without Node or a browser.

    It is fetched into a scratch folder, unless the variable LIGHTHOUSE names the command of one that is there.
    """
    browser, own = chromium(), os.environ.get("LIGHTHOUSE")
    tool = [own] if own else [shutil.which("npx") or "", "--yes", LIGHTHOUSE]
    if browser is None or not tool[0]:
        return {}
    marks: dict[str, dict[str, int]] = {}
    with served(site) as address, tempfile.TemporaryDirectory() as scratch:
        for page in LOOKED_AT:
            report = Path(scratch) / "report.json"
            flags = ["--quiet", "--output=json", f"--output-path={report}"]
            flags += ["--chrome-flags=--headless --no-sandbox --disable-gpu --disable-quic --no-first-run"]
            env = {**os.environ, "CHROME_PATH": browser, "npm_config_cache": str(Path(scratch) / "npm")}
            done = subprocess.run([*tool, f"{address}/{page}", *flags], env=env, cwd=scratch, capture_output=True)
            if done.returncode or not report.is_file():
                return marks
            seen = json.loads(report.read_text(encoding="utf-8"))["categories"]
            marks[page] = {kind: round(100 * (seen[kind]["score"] or 0)) for kind in KINDS}
    return marks


# --- how the time grows -------------------------------------------------------------------------------------


def grown(count: int, place: Path) -> Path:
    """A copy of the book in `place` with `count` chapters, made by copying the chapters that there are."""
    folder = place / f"chapters-{count}"
    leave = shutil.ignore_patterns("_build", ".venv", ".git", "__pycache__", ".*_cache", "node_modules", "dist")
    shutil.copytree(ROOT, folder, ignore=leave)
    toc = yaml.safe_load((folder / "_toc.yml").read_text(encoding="utf-8"))
    originals = sorted((folder / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    names = []
    for number in range(len(originals), count):
        original = originals[number % len(originals)]
        text = original.read_text(encoding="utf-8")
        for mark in ids(text):
            text = text.replace(f'"{mark}"', f'"{mark}-x{number}"').replace(f"`{mark}`", f"`{mark}-x{number}`")
        name = f"{number % 100:02}_copy_{number}_{original.stem[3:]}"  # a chapter's name begins with two digits
        (folder / "notebooks" / f"{name}.ipynb").write_text(renamed(text, number), encoding="utf-8")
        names.append({"file": f"notebooks/{name}"})
    if names:
        toc["parts"].append({"caption": "Copies", "chapters": names})
    (folder / "_toc.yml").write_text(yaml.safe_dump(toc, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return folder


def ids(notebook: str) -> list[str]:
    """The ids of the figures, tables and ribbons that a notebook stores."""
    outputs = [output for cell in json.loads(notebook)["cells"] for output in cell.get("outputs", ())]
    marks = [output.get("metadata", {}).get("sugarforoil", {}).get("id") for output in outputs]
    return sorted({mark for mark in marks if mark}, key=len, reverse=True)


def renamed(notebook: str, number: int) -> str:
    """A notebook whose exercises and labels are its own."""
    book = json.loads(notebook)
    for cell in book["cells"]:
        if cell["cell_type"] == "markdown":
            text = "".join(cell["source"])
            text = re.sub(r"(:label: *|\{solution(?:-start)?\} *)(?=ex-)", rf"\g<1>x{number}-", text)
            cell["source"] = text
    return json.dumps(book)


def growth() -> Iterator[tuple[str, str, str]]:
    """Rows of the table: a clean build of the book with more and more chapters."""
    with tempfile.TemporaryDirectory() as scratch:
        for count in CHAPTERS:
            folder = grown(count, Path(scratch))
            command = [sys.executable, "-c", LAID_OUT]
            cost = measure(command, folder)
            yield f"clean build with {count} chapters (copies)", str(cost), "grows linearly"
            shutil.rmtree(folder)


# Copies are no notebooks of this clone's record, so they are laid out without the check for stale outputs.
LAID_OUT = (
    "from sugarforoil.publish import build; build.write_generated(); now = build.inputs(); "
    "build.build_aside(now); build.publish(now)"
)


# --- the table ----------------------------------------------------------------------------------------------


def rows() -> Iterator[tuple[str, str, str]]:
    """What is measured, what came out, and the target, in the order in which it is measured."""
    for made in (SITE, WORK, ROOT / "book" / "data", ROOT / "book" / "reference"):
        shutil.rmtree(made, ignore_errors=True)
    for record in (PUBLISHED, GENERATED):
        record.unlink(missing_ok=True)
    yield "clean build of the book", str(measure(BUILDING)), "15 s"
    yield "build with nothing changed", str(measure(BUILDING)), "3 s"
    yield "build with one chapter edited", str(edited(notebooks.all_notebooks()[3])), "5 s"
    if "--pages" not in sys.argv:
        yield "make run: all chapters executed", str(measure(RUNNING)), "35 s"
        yield from growth()
        yield "make test: all tests", str(measure([sys.executable, "-m", "pytest"])), "180 s"
        started = time.perf_counter()
        noticed, trials = mutate.caught(mutate.mutate())
        seconds = time.perf_counter() - started
        yield "slips in the data noticed (make mutate)", f"{noticed} of {trials}, {seconds:.0f} s", ""
    pages = [path.relative_to(SITE).as_posix() for path in sorted(SITE.glob("notebooks/*.html"))]
    prose = [f"book/{name}.html" for name in ("colophon", "glossary", "how-to-read", "methods")]
    special = ["book/index.html", "book/reference/chronology.html", "book/reference/explore.html"]
    for page, (size, requests) in weights(SITE, [*pages, *prose, *special]).items():
        target = (
            "250 KB, 12" if page in pages else "100 KB" if page in prose else "400 KB" * page.endswith("explore.html")
        )
        yield page, f"{size:.0f} KB compressed, {requests} requests", target
    for page, marks in lighthouse(SITE).items():
        said = ", ".join(str(marks[kind]) for kind in KINDS)
        yield f"Lighthouse, phone: {page}", said, f"{LOOKED_AT[page]}, 100, 100, 100"


def main() -> int:
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores\n")
    print("| what | measured | target |\n| --- | --- | --- |")
    for row in rows():
        print(f"| {' | '.join(row)} |", flush=True)  # at once: the whole takes a quarter of an hour
    return 0


RUNNING = [sys.executable, "-m", "sugarforoil.publish.notebooks"]


def edited(notebook: Path) -> Cost:
    """What a build costs after a word of a chapter's text has changed; the chapter is put back as it was."""
    before = notebook.read_bytes()
    try:
        notebook.write_bytes(before.replace(b"## In brief", b"## In short", 1))
        cost = measure(BUILDING)
    finally:
        notebook.write_bytes(before)
    measure(BUILDING)
    return cost


if __name__ == "__main__":
    sys.exit(main())
