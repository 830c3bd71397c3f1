"""Execute the notebooks, store their outputs, and tell which stored outputs are out of date.

Executing and building are two steps. `make run` executes every notebook; `make book` executes only those whose
stored outputs no longer follow from what they were made from. What they were made from is recorded in
`notebooks/outputs.json`: the code cells, the datasets that the run really loaded, the helper package and the locked
versions, each as a checksum, beside the checksum of the outputs themselves. Of the bibliography only the labels of
the works that figures and findings name are recorded: a new entry makes no chapter stale.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import hashlib
import json
import os
import re
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from sugarforoil.publish import steady

ROOT = Path(__file__).resolve().parents[3]
NOTEBOOKS = ROOT / "notebooks"
RECORD = NOTEBOOKS / "outputs.json"
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}

Notebook = dict[str, Any]


class Used(NamedTuple):
    """What a run of a notebook used."""

    datasets: list[str]
    cited: dict[str, str]  # the key of a source -> its label


class NotebookError(Exception):
    """A notebook could not be executed; the message names the notebook, the cell and the fault."""


def all_notebooks() -> list[Path]:
    """The book's notebooks, in the order of their names."""
    return sorted(path for path in NOTEBOOKS.glob("*.ipynb") if not is_own(path))


def chapters_in(folder: Path) -> list[Path]:
    """The numbered notebooks of a folder, in their order."""
    return sorted(path for path in folder.glob("[0-9][0-9]_*.ipynb") if not is_own(path))


def is_own(path: Path) -> bool:
    """Whether a notebook is a reader's own, by the name that JupyterLab gives to a duplicate or to a new one."""
    return bool(re.search(r"-Copy\d*$|^Untitled\d*$", path.stem))


# --- what stored outputs are made from -----------------------------------------------------------------------------


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False).encode()


def read(path: Path) -> Notebook:
    """One notebook as JSON.

    Raises:
        NotebookError: the file is not a notebook.
    """
    try:
        notebook: Notebook = json.loads(path.read_text(encoding="utf-8"))
        notebook["cells"]
    except (ValueError, KeyError) as error:
        raise NotebookError(f"{path.name} is not a notebook: {error}") from error
    return notebook


def code_cells(notebook: Notebook) -> list[dict[str, Any]]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def _text(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def code_digest(notebook: Notebook) -> str:
    """Checksum of the code cells in their order; prose may change without a rerun."""
    return sha256(_canonical([_text(cell) for cell in code_cells(notebook)]))


def outputs_digest(notebook: Notebook) -> str:
    """Checksum of what is stored: outputs and execution counts."""
    return sha256(_canonical([(cell.get("execution_count"), cell.get("outputs")) for cell in code_cells(notebook)]))


def _tree_digest(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(file.relative_to(ROOT).as_posix().encode() + b"\0" + sha256(file.read_bytes()).encode())
    return digest.hexdigest()


def package_digest() -> str:
    """Checksum of the part of the helper package that notebooks can import (the publishing side is left out)."""
    package = ROOT / "src" / "sugarforoil"
    files = (file for file in package.rglob("*") if file.is_file() and file.suffix in {".py", ".ttf"})
    return _tree_digest(file for file in files if "publish" not in file.relative_to(package).parts)


def lock_digest() -> str:
    return sha256((ROOT / "requirements.lock").read_bytes())


def dataset_digests() -> dict[str, str]:
    """Checksum of each dataset: its CSV and what datapackage.json says of it (a title is drawn into figures)."""
    data = ROOT / "data"
    package = json.loads((data / "datapackage.json").read_text(encoding="utf-8"))
    digests = {}
    for resource in package["resources"]:
        described = {key: value for key, value in resource.items() if key not in {"hash", "bytes"}}
        file = data / resource["path"]
        content = file.read_bytes() if file.exists() else b""
        digests[resource["name"]] = sha256(_canonical(described) + content)
    return digests


def labels() -> dict[str, str]:
    """The short label of each source, by key: what figures and findings print of the bibliography."""
    file = ROOT / "data" / "sources.csv"
    if not file.exists():
        return {}
    with file.open(encoding="utf-8", newline="") as lines:
        return {row["key"]: row["label"] for row in csv.DictReader(lines)}


def record() -> dict[str, Any]:
    """The stored record; empty when there is none yet or it cannot be read."""
    try:
        stored: dict[str, Any] = json.loads(RECORD.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stored


def reasons(path: Path, stored: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """Why a notebook's stored outputs are out of date; an empty list means that they are good.

    Args:
        path: the notebook.
        stored: the record, as `record()` gives it.
        now: checksums of package, lock and datasets as they are, and the labels of sources, from `state()`.
    """
    entry = stored.get("notebooks", {}).get(path.stem)
    if entry is None:
        return ["never run"]
    notebook = read(path)
    why = []
    if entry["code"] != code_digest(notebook):
        why.append("its code changed")
    if entry["outputs"] != outputs_digest(notebook):
        why.append("its stored outputs were edited")
    for name, digest in entry["datasets"].items():
        if now["datasets"].get(name) != digest:
            why.append(f"dataset {name} changed")
    for key, label in entry["cited"].items():
        if now["labels"].get(key) != label:
            why.append(f"source {key} changed")
    if entry["package"] != now["package"]:
        why.append("the helper package changed")
    if entry["lock"] != now["lock"]:
        why.append("the pinned versions changed")
    return why


def state() -> dict[str, Any]:
    """Checksums of what all notebooks share, and the labels of sources, as they are now."""
    return {
        "package": package_digest(),
        "lock": lock_digest(),
        "datasets": dataset_digests(),
        "labels": labels(),
    }


def stale() -> dict[Path, list[str]]:
    """Each notebook whose stored outputs are out of date, with the reasons."""
    stored, now = record(), state()
    checked = {path: reasons(path, stored, now) for path in all_notebooks()}
    return {path: why for path, why in checked.items() if why}


# --- executing -----------------------------------------------------------------------------------------------------


async def _execute(path: Path) -> tuple[Notebook, Used]:
    """Run one notebook in a fresh kernel; give it back with outputs, and what it loaded and cited."""
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        kernel_name=KERNEL["name"],
        timeout=300,
        record_timing=False,
        extra_arguments=["--IPKernelApp.log_level=CRITICAL"],  # it tells of its own end, which is no news
        resources={"metadata": {"path": str(path.parent)}},
    )
    async with client.async_setup_kernel():
        for index, cell in enumerate(notebook.cells):
            try:
                await client.async_execute_cell(cell, index)
            except CellExecutionError as error:
                raise NotebookError(
                    steady.plain(f"{path.name}, cell {cell.get('id', index)}: {error.ename}: {error.evalue}")
                ) from None
        used = await _used(client)
    return json.loads(nbformat.writes(notebook)), used


async def _used(client: Any) -> Used:
    """Ask the kernel what it loaded and cited: what ran is a better witness than what the code seems to say."""
    module = "__import__('sugarforoil.datasets', fromlist=['x'])"
    used = f"__import__('json').dumps([{module}.loaded(), {module}.cited()]).encode().hex()"
    message = client.kc.execute("", silent=True, user_expressions={"used": used})
    while True:
        reply = await client.kc.get_shell_msg(timeout=60)
        if reply["parent_header"].get("msg_id") == message:
            text = reply["content"]["user_expressions"]["used"]["data"]["text/plain"]
            return Used(*json.loads(bytes.fromhex(text.strip("'"))))


def normalise(notebook: Notebook, path: Path) -> Notebook:
    """Drop what differs between runs and machines; refuse what should not be stored.

    Raises:
        NotebookError: a cell wrote to standard error (a warning is a fault to mend, and differs between machines).
    """
    for cell in notebook["cells"]:
        cell["metadata"] = {key: value for key, value in cell["metadata"].items() if key == "tags"}
        for output in cell.get("outputs", []):
            if output["output_type"] == "stream" and output["name"] == "stderr":
                raise NotebookError(
                    f"{path.name}, cell {cell['id']} wrote a warning: {''.join(output['text']).strip()}"
                )
    notebook["metadata"] = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    notebook["nbformat"], notebook["nbformat_minor"] = 4, 5
    return notebook


def _write(path: Path, value: object) -> None:
    """Write JSON, all of it or nothing."""
    steady.put(path, json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def keep_interrupts() -> None:
    """Let Ctrl-C end the whole run: nbclient would take it for itself, end one kernel and leave the others waiting."""

    def none(*_: object) -> None:
        raise NotImplementedError  # as on Windows, where nbclient does without

    loop: Any = asyncio.get_running_loop()
    loop.add_signal_handler = loop.remove_signal_handler = none

    def report(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if not isinstance(context.get("exception"), AssertionError):
            loop.default_exception_handler(context)
        # else nbclient's watch over a kernel, which finds that the kernel was taken from it while it looked

    loop.set_exception_handler(report)


async def _run(paths: list[Path], workers: int) -> None:
    keep_interrupts()
    slots = asyncio.Semaphore(workers)
    done = 0

    async def one(path: Path) -> tuple[Path, Notebook, Used]:
        nonlocal done
        async with slots:
            started = time.perf_counter()
            executed, used = await _execute(path)
            done += 1
            print(f"  [{done} of {len(paths)}] {path.stem}  {time.perf_counter() - started:.1f} s", flush=True)
            return path, normalise(executed, path), used

    # The others are let finish when one fails: a kernel that is cut off leaves a process behind.
    results = await asyncio.gather(*(one(path) for path in paths), return_exceptions=True)
    faults = [result for result in results if isinstance(result, BaseException)]
    if faults:
        raise faults[0]
    now, entries = state(), record().get("notebooks", {})
    for path, executed, used in (result for result in results if not isinstance(result, BaseException)):
        _write(path, executed)
        entries[path.stem] = {
            "code": code_digest(executed),
            "outputs": outputs_digest(executed),
            "datasets": {name: now["datasets"][name] for name in used.datasets},
            "cited": used.cited,
            "package": now["package"],
            "lock": now["lock"],
        }
    names = {path.stem for path in all_notebooks()}
    _write(RECORD, {"notebooks": {name: entry for name, entry in entries.items() if name in names}})


def run(paths: list[Path], workers: int | None = None) -> None:
    """Execute notebooks side by side and store their outputs and the record.

    Nothing is stored unless all of them ran.

    Raises:
        NotebookError: the first fault, naming notebook, cell and error.
    """
    from sugarforoil.publish import warm

    workers = workers or min(len(paths), os.cpu_count() or 1)
    warm.use()
    longest_first = sorted(paths, key=lambda path: -path.stat().st_size)  # figures are what takes time
    asyncio.run(_run(longest_first, workers))


@steady.command
def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Execute notebooks and store their outputs.")
    parser.add_argument("names", nargs="*", help="names such as 02_sugar_for_oil; all when none is given")
    names = parser.parse_args(arguments).names
    known = {path.stem: path for path in all_notebooks()}
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"No such notebook: {', '.join(unknown)}. There are: {', '.join(known)}", file=sys.stderr)
        return 2
    paths = [known[name] for name in names] or list(known.values())
    started = time.perf_counter()
    print(f"Executing {len(paths)} notebook{'s' * (len(paths) != 1)} ...", flush=True)
    try:
        run(paths)
    except NotebookError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Stored in {time.perf_counter() - started:.1f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
