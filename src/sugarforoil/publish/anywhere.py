"""Run chapters as a stranger has them, and say whether the same comes out.

    python -m sugarforoil.publish.anywhere                      # all chapters
    python -m sugarforoil.publish.anywhere 02_sugar_for_oil     # one of them

A stranger has a copy of the notebook, the installed wheel, a folder of his own, and no network: any attempt to reach
another machine is refused. What a copy gives is compared with what is stored in the book's notebook. The same bytes are
promised only with the pinned versions; with others what is drawn may differ by a hair, and the values are compared.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

from sugarforoil.publish import notebooks
from sugarforoil.publish.notebooks import KERNEL, ROOT, Notebook, NotebookError, code_cells

GUARD = '''\
"""Refuse to reach any machine but this one."""
import sys

def address(event, arguments):
    if event in {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}:
        return arguments[0]
    if event in {"socket.connect", "socket.sendto", "socket.sendmsg"} and isinstance(arguments[1], tuple):
        return arguments[1][0]
    return None

def refuse(event, arguments):
    host = address(event, arguments) if event.startswith("socket.") else None
    host = host.decode() if isinstance(host, bytes) else host
    if host and host not in {"localhost", "::1", "0.0.0.0"} and not host.startswith("127."):
        raise PermissionError(f"there is no network here: {host} was asked for")

sys.addaudithook(refuse)
'''

WITNESS = """__import__("json").dumps([
    __import__("sugarforoil").__file__,
    [name.partition(".")[0] for name in __import__("sys").modules],
    ([line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")] or ["0"])[0]
    if __import__("os").path.exists("/proc/self/status") else "0",
    __import__("time").process_time(),
]).encode().hex()"""

VALUES = ("text/plain", "text/markdown", "text/csv", "text/html")
"""Kinds of output that hold words and numbers; the others are drawings of them."""


class Place(NamedTuple):
    """Where a stranger works."""

    package: Path  # the folder into which the wheel was installed
    guard: Path  # the folder of what refuses the network
    desk: Path  # the working folder


class Ran(NamedTuple):
    """What came of running a copy."""

    notebook: Notebook
    seconds: float
    busy: float  # seconds for which one processor had to work, however busy the machine was with other things
    megabytes: float  # the kernel's memory at its peak; 0 where the system does not tell
    package: Path  # where the helper package was imported from
    strangers: list[str]  # distributions that were imported, though neither the wheel nor the kernel requires them


def install(folder: Path) -> Place:
    """Build the wheel of this clone, install it alone into `folder`, offline, and lay out the rest of the place.

    Raises:
        NotebookError: the wheel could not be built or installed.
    """
    place = Place(folder / "package", folder / "guard", folder / "some where else")
    place.guard.mkdir()
    place.desk.mkdir()
    (place.guard / "sitecustomize.py").write_text(GUARD, encoding="utf-8")
    _call(["hatchling", "build", "-t", "wheel", "-d", str(folder / "wheel")])
    (built,) = (folder / "wheel").glob("*.whl")
    options = ["--quiet", "--disable-pip-version-check", "--no-index", "--no-deps", "--target", str(place.package)]
    _call(["pip", "install", *options, str(built)])
    return place


def _call(command: list[str]) -> None:
    finished = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True)
    if finished.returncode:
        raise NotebookError(f"{' '.join(command[:2])} failed: {finished.stderr.strip()}")


def run(path: Path, place: Place) -> Ran:
    """Run a notebook at its place, in a fresh kernel that has the wheel and no network; the file is left as it is.

    Raises:
        NotebookError: a cell failed or wrote a warning.
    """
    return asyncio.run(_run(path, place))


async def _run(path: Path, place: Place) -> Ran:
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        kernel_name=KERNEL["name"],
        timeout=300,
        record_timing=False,
        extra_arguments=["--IPKernelApp.log_level=CRITICAL"],
        resources={"metadata": {"path": str(place.desk)}},
    )
    started = time.perf_counter()
    async with client.async_setup_kernel(env=_environment(place)):
        for index, cell in enumerate(notebook.cells):
            try:
                await client.async_execute_cell(cell, index)
            except CellExecutionError as error:
                raise NotebookError(f"{path.name}, cell {cell['id']}: {error.ename}: {error.evalue}") from None
        seconds = time.perf_counter() - started
        file, modules, kilobytes, busy = json.loads(await _ask(client, WITNESS))
    executed = notebooks.normalise(json.loads(nbformat.writes(notebook)), path)
    package = Path(file).resolve().parent
    return Ran(executed, seconds, float(busy), int(kilobytes) / 1000, package, strangers(set(modules), place.package))


def _environment(place: Place) -> dict[str, str]:
    """The variables of the kernel: this process's, with the wheel before anything else that is installed."""
    env = {name: value for name, value in os.environ.items() if name != "SUGARFOROIL_DATA"}
    # -P of Python, in a variable: the working folder is no place to import from.
    return {**env, "PYTHONPATH": os.pathsep.join([str(place.guard), str(place.package)]), "PYTHONSAFEPATH": "1"}


async def _ask(client: Any, expression: str) -> str:
    """The text that an expression gives in the kernel, sent as hexadecimal digits."""
    message = client.kc.execute("", silent=True, user_expressions={"asked": expression.replace("\n", " ")})
    while True:
        reply = await client.kc.get_shell_msg(timeout=60)
        if reply["parent_header"].get("msg_id") == message:
            answer = reply["content"]["user_expressions"]["asked"]
            if answer["status"] != "ok":
                raise NotebookError(f"the kernel did not answer: {answer['evalue']}")
            return bytes.fromhex(answer["data"]["text/plain"].strip("'")).decode()


def strangers(modules: set[str], package: Path) -> list[str]:
    """The distributions among imported modules that neither the wheel in `package` nor the kernel requires, sorted."""
    (wheel,) = metadata.distributions(path=[str(package)])
    allowed = {"sugarforoil", "setuptools", "pip"}.union(*map(required, ["ipykernel", *needs(wheel.requires)]))
    # It tries to import what each of its formats needs, and does without what is not installed.
    if "jsonschema" in allowed:
        allowed = allowed.union(*map(required, needs(metadata.requires("jsonschema"), extras=True)))
    owners = metadata.packages_distributions()
    # A module with several owners (a namespace) is no stranger if one of them is required.
    owned = [{_plain(owner) for owner in owners[name]} for name in modules if name in owners]
    return sorted({min(names) for names in owned if not names & allowed})


def required(name: str) -> set[str]:
    """A distribution and all that it requires, with what these require in turn, as far as installed."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        one = waiting.pop()
        if one in found:
            continue
        found.add(one)
        with suppress(metadata.PackageNotFoundError):
            waiting += needs(metadata.requires(one))
    return found


def needs(lines: list[str] | None, extras: bool = False) -> list[str]:
    """The names in a distribution's requirements, in one spelling, without those of extras, or with them."""
    plain = [line for line in lines or [] if extras or not re.search(r"\bextra\s*==", line)]
    return [_plain(re.split(r"[^\w.-]", line, maxsplit=1)[0]) for line in plain]


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def differences(stored: Notebook, executed: Notebook, kinds: tuple[str, ...] = ()) -> list[str]:
    """The names of the cells whose outputs differ between two runs of a notebook, in their order.

    Args:
        stored: one run.
        executed: the other.
        kinds: kinds of output to compare, such as "text/csv"; all when empty.
    """
    pairs = zip(code_cells(stored), code_cells(executed), strict=True)
    return [mine["id"] for mine, theirs in pairs if _seen(mine, kinds) != _seen(theirs, kinds)]


def _seen(cell: dict[str, Any], kinds: tuple[str, ...]) -> list[Any]:
    """The outputs of a cell, as far as they are of these kinds."""
    if not kinds:
        return list(cell["outputs"])
    return [
        {kind: "".join(value) for kind, value in output.get("data", {}).items() if kind in kinds} or output.get("text")
        for output in cell["outputs"]
    ]


def main(arguments: list[str] | None = None) -> int:
    """Run copies of the chapters and print a table; 1 if one failed or gave other values."""
    names = sys.argv[1:] if arguments is None else arguments
    known = {path.stem: path for path in notebooks.all_notebooks()}
    if unknown := [name for name in names if name not in known]:
        print(f"No such notebook: {', '.join(unknown)}. There are: {', '.join(known)}", file=sys.stderr)
        return 2
    failed = False
    print("| chapter | seconds | of them busy | memory | outcome |\n| --- | --- | --- | --- | --- |", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        place = install(Path(folder))
        for name in names or known:
            copy = Path(folder) / f"{name}.ipynb"
            copy.write_bytes(known[name].read_bytes())
            try:
                ran = run(copy, place)
            except NotebookError as error:
                failed = True
                print(f"| {name} | | | | {error} |", flush=True)
                continue
            outcome, good = verdict(notebooks.read(known[name]), ran)
            failed = failed or not good
            print(f"| {name} | {ran.seconds:.1f} | {ran.busy:.1f} | {ran.megabytes:.0f} MB | {outcome} |", flush=True)
    return int(failed)


def verdict(stored: Notebook, ran: Ran) -> tuple[str, bool]:
    """What to say of a run, and whether it is good."""
    if ran.strangers:
        return f"needs {', '.join(ran.strangers)}, which the wheel does not require", False
    if cells := differences(stored, ran.notebook, VALUES):
        return f"other values in {', '.join(cells)}", False
    if cells := differences(stored, ran.notebook):
        return f"same values, drawn otherwise in {len(cells)} cells", True
    return "same bytes", True


if __name__ == "__main__":
    sys.exit(main())
