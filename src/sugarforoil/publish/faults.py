"""`make faults`: kill, starve and corrupt the project at full size, and say what came out.

Kills of the build and of `make run` at random moments (`kills`), what the system may refuse (`refusals`), a thousand
corrupted inputs (`corrupt`). All by fixed seeds, in scratch clones; prints a Markdown table and ends with 1 if anything
was not as it ought to be. Takes half an hour and more. Parts can be named, as in
`python -m sugarforoil.publish.faults corrupt`. Hostile values are tried in full by the tests (tests/test_hostile.py).
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sugarforoil.publish import corrupt, kills, refusals
from sugarforoil.publish.notebooks import ROOT
from sugarforoil.publish.report import HEAD, Row, failed, line


def corrupted(place: Path, times: int) -> list[Row]:
    """Corrupted tables, descriptions and bibliographies."""
    spoilt = corrupt.place_of(ROOT / "data", ROOT / "book" / "references.bib", place / "corrupt")
    return corrupt.rows(corrupt.outcomes(spoilt, 50 * times))


PARTS: dict[str, Callable[[Path, int], list[Row]]] = {
    "corrupt": corrupted,
    "refusals": lambda place, times: refusals.all_of(place),
    "run": lambda place, times: [
        kills.run(place / "killed", times),
        kills.run(place / "interrupted", max(1, times // 4), number=signal.SIGINT),
    ],
    "build": lambda place, times: [
        kills.build(place / "killed", times),
        kills.build(place / "interrupted", max(1, times // 4), number=signal.SIGINT),
    ],
}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Kill, starve and corrupt the project, and say what came out.")
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(PARTS)}; all when none is named")
    parser.add_argument("--times", type=int, default=kills.TIMES, help="kills of each kind (default: %(default)s)")
    options = parser.parse_args(arguments)
    if unknown := [name for name in options.parts if name not in PARTS]:
        print(f"No such part: {', '.join(unknown)}. There are: {', '.join(PARTS)}", file=sys.stderr)
        return 2
    started = time.perf_counter()
    print(HEAD, flush=True)
    rows: list[Row] = []
    for name in options.parts or PARTS:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
            new = PARTS[name](Path(place), options.times)
        print("\n".join(map(line, new)), flush=True)
        rows += new
    count = sum(row.times for row in rows)
    print(f"\n{count:,} faults were arranged in {(time.perf_counter() - started) / 60:.0f} min.")
    return int(failed(rows, strict=bool(os.environ.get("SUGARFOROIL_REQUIRE_TOOLS"))))


if __name__ == "__main__":
    sys.exit(main())
