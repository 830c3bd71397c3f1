"""`make newest`: try the newest allowed versions of all packages in a copy, and say what would break.

In a fresh clone the lock files are forgotten and resolved anew (with uv, which is looked for on the path), the packages
are installed, all notebooks run and all tests. The report, in Markdown, is printed: which versions are new, what of the
stored outputs would change, what fails. This clone is left as it is. It needs a network, and ends with 1 if anything
would break.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from sugarforoil.publish import clones
from sugarforoil.publish.clones import StepError

LOCKS = (Path("requirements.lock"), Path("class", "requirements.lock"))
SHOWN = 40  # names of failed tests: the rest is counted


class Outcome(NamedTuple):
    """What came of a step."""

    step: str
    good: bool
    said: str


def versions(lock: str) -> dict[str, str]:
    """The version of each package of a lock file; several, joined by " or ", where they depend on the Python."""
    found: dict[str, str] = {}
    for name, version in re.findall(r"^([\w.-]+)==([^\s;\\]+)", lock, re.MULTILINE):
        found[name] = f"{found[name]} or {version}" if name in found else version
    return found


def changes(before: str, after: str) -> list[tuple[str, str, str]]:
    """The packages whose version differs between two lock files: (name, old, new), '' for none, sorted."""
    old, new = versions(before), versions(after)
    names = sorted(old.keys() | new.keys())
    return [(one, old.get(one, ""), new.get(one, "")) for one in names if old.get(one) != new.get(one)]


def report(changed: list[tuple[str, str, str]], outcomes: list[Outcome]) -> str:
    """The report in Markdown."""
    broken = [one for one in outcomes if not one.good]
    first = "Nothing would break." if not broken else f"It would break: {', '.join(one.step for one in broken)}."
    lines = ["# With the newest versions", "", first, "", "| step | outcome |", "| --- | --- |"]
    lines += [f"| {one.step} | {one.said.replace('|', '/')} |" for one in outcomes]
    if changed:
        lines += ["", f"{len(changed)} packages differ.", "", "| package | locked | newest |", "| --- | --- | --- |"]
        lines += [f"| {name} | {old or 'none'} | {new or 'gone'} |" for name, old, new in changed]
    else:
        lines += ["", "No package is newer than the locked one."]
    return "\n".join(lines) + "\n"


def attempt(outcomes: list[Outcome], step: str, command: list[str], folder: Path, env: dict[str, str]) -> bool:
    """Run one step, note what came of it, and say whether it was good."""
    try:
        clones.call(command, folder, env)
    except StepError as error:
        outcomes.append(Outcome(step, False, str(error)))
        return False
    outcomes.append(Outcome(step, True, "good"))
    return True


def failed_tests(junit: Path) -> list[str]:
    """The names of the tests that failed, as pytest's own record has them; none where there is no record."""
    if not junit.is_file():
        return []
    found = []
    for case in re.findall(r"<testcase\b[^>]*[^/]>.*?</testcase>", junit.read_text(encoding="utf-8"), re.DOTALL):
        name = re.search(r'\bname="([^"]*)"', case)
        if name and re.search(r"<(?:failure|error)\b", case):
            found.append(name[1])
    return found


def try_in(folder: Path, commit: str) -> tuple[list[tuple[str, str, str]], list[Outcome]]:
    """Do it all in a clone in `folder`; return what changed, and what came of each step.

    Raises StepError where the repository cannot be cloned.
    """
    clone = clones.clone(commit, folder)
    before = (clone / LOCKS[0]).read_text(encoding="utf-8")
    for lock in LOCKS:
        (clone / lock).unlink()  # uv keeps what a lock file has, where it may
    outcomes: list[Outcome] = []
    env = dict(os.environ)
    if not attempt(outcomes, "resolve", [sys.executable, "tasks.py", "lock"], clone, env):
        return [], outcomes
    changed = changes(before, (clone / LOCKS[0]).read_text(encoding="utf-8"))
    if not changed:
        return [], outcomes
    steps = ("install", "setup"), ("run all notebooks", "run"), ("build the book", "book")
    for step, target in steps:
        good = attempt(outcomes, step, [sys.executable, "tasks.py", target], clone, env)
        if step == "install" and not good:
            return changed, outcomes
    touched = clones.call(["git", "diff", "--name-only", "--", "notebooks/*.ipynb"], clone).split()
    outcomes.append(Outcome("stored outputs", not touched, f"other in {', '.join(touched)}" if touched else "the same"))
    record = clone / "_build" / "tests.xml"
    command = [str(clones.python_of(clone)), "-m", "pytest", f"--junitxml={record}"]
    if not attempt(outcomes, "tests", command, clone, env):
        names = failed_tests(record)
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        outcomes[-1] = outcomes[-1]._replace(said=f"{outcomes[-1].said}: {', '.join(names[:SHOWN])}{more}")
    return changed, outcomes


def main() -> int:
    """Print the report; 1 if anything would break, or nothing could be tried."""
    if not shutil.which("uv"):
        print("The newest versions are resolved with uv, which was not found: see docs.astral.sh/uv.", file=sys.stderr)
        return 1
    try:
        with tempfile.TemporaryDirectory(prefix="newest ", ignore_cleanup_errors=True) as folder:
            changed, outcomes = try_in(Path(folder) / "clone", clones.committed())
    except StepError as error:
        print(error, file=sys.stderr)
        return 1
    print(report(changed, outcomes))
    return int(not all(one.good for one in outcomes))


if __name__ == "__main__":
    sys.exit(main())
