"""Fresh clones of the repository, set up by the front door as a newcomer's are: for checks at full size."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from sugarforoil.publish.notebooks import ROOT

PATIENCE = 3600
"""Seconds after which a step counts as one that never ends."""


class StepError(Exception):
    """A step in a clone failed; the message is the last thing that it said."""


def committed() -> str:
    """The commit that stands, which is what a clone has.

    Raises StepError outside a git repository.
    """
    return call(["git", "rev-parse", "HEAD"], ROOT).strip()


def changed() -> list[str]:
    """The paths of what is changed and not committed: no clone has it."""
    lines = call(["git", "status", "--porcelain", "--untracked-files=no"], ROOT).splitlines()
    return [line[3:] for line in lines]


def clone(commit: str, folder: Path) -> Path:
    """Clone the repository into `folder`, at a commit; return the folder.

    Raises StepError where git cannot.
    """
    call(["git", "clone", "--quiet", "--no-checkout", str(ROOT), str(folder)], ROOT)
    call(["git", "checkout", "--quiet", "--detach", commit], folder)
    return folder


def python_of(folder: Path) -> Path:
    """The interpreter of a clone's own environment."""
    inside = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    return folder.joinpath(".venv", *inside)


def call(
    command: list[str], folder: Path, env: Mapping[str, str] | None = None, umask: int = -1, wait: int = PATIENCE
) -> str:
    """Run a command in a folder and return what it printed.

    Args:
        command: the program and its arguments.
        folder: where it runs.
        env: all its variables; those of this process by default.
        umask: what new files may not be; -1 leaves it.
        wait: seconds after which it is ended.

    Raises:
        StepError: it failed, was not found, or took too long; with the last line that it wrote.
    """
    try:
        # A group of its own: a step that is cut off must not leave kernels or builders behind.
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=env,
            umask=umask,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise StepError(f"{command[0]} cannot be run: {error.strerror}") from None
    try:
        out, err = process.communicate(timeout=wait)
    except subprocess.TimeoutExpired:
        raise StepError(f"{Path(command[0]).name} did not end in {wait} seconds") from None
    finally:
        if process.poll() is None:
            _end(process)
    printed, said = (text.decode("utf-8", errors="replace") for text in (out, err))
    if process.returncode:
        lines = [line for line in (printed + said).splitlines() if line.strip()]
        raise StepError(lines[-1].strip() if lines else f"ended with {process.returncode} and no word")
    return printed


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and all that it has started."""
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.communicate()


def pythons(supported: tuple[tuple[int, int], ...]) -> dict[str, Path | None]:
    """An interpreter for each version, such as "3.12", that can make environments; None where none was found.

    Looked for on the path, among pyenv's and with uv, which is not let fetch any.
    """
    return {f"{major}.{minor}": _find(major, minor) for major, minor in supported}


def _find(major: int, minor: int) -> Path | None:
    name = f"{major}.{minor}"
    candidates = [shutil.which(f"python{name}")]
    if sys.version_info[:2] == (major, minor):
        candidates.insert(0, getattr(sys, "_base_executable", sys.executable))
    home = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    candidates += [str(path) for path in sorted(home.glob(f"versions/{name}.*/bin/python"))]
    if shutil.which("uv"):
        finished = subprocess.run(
            ["uv", "python", "find", "--no-python-downloads", "--no-project", name], capture_output=True, text=True
        )
        candidates.append(finished.stdout.strip())
    wanted = f"import sys, ensurepip, venv; sys.exit(sys.version_info[:2] != ({major}, {minor}))"
    for candidate in filter(None, candidates):
        try:
            if subprocess.run([candidate, "-c", wanted], capture_output=True).returncode == 0:
                return Path(candidate)
        except OSError:
            continue
    return None
