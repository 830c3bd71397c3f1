"""Start one student's server: their own copies of the notebooks, a limit on memory, and nothing else to write to.

JupyterHub runs this in the student's folder, with the arguments of `jupyterhub-singleuser`. What a student has changed
is never overwritten: only files that are missing are copied. To have a notebook afresh, delete it and start again.
"""

from __future__ import annotations

import os
import resource
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = """# Your copy

These notebooks are yours: change them, run them, break them. Nobody else sees them, and the book stays as it is.
To have a notebook as it was, delete it, then choose File, Hub Control Panel, Stop My Server, and start it again.
"""


def fill(home: Path) -> None:
    """Copy what the student lacks: chapters, worksheets where `make worksheets` wrote them, a list of fonts."""
    missing = {home / "chapters" / one.name: one for one in (ROOT / "notebooks").glob("*.ipynb")}
    missing |= {home / "worksheets" / one.name: one for one in (ROOT / "worksheets").glob("*-student.ipynb")}
    # Looking for fonts costs every student's first figure seconds: they were looked for once, when this was installed.
    missing |= {home / ".matplotlib" / one.name: one for one in Path(sys.prefix).glob("matplotlib/fontlist-*.json")}
    for target, source in missing.items():
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
    if not (home / "README.md").exists():
        (home / "README.md").write_text(README, encoding="utf-8")


def limit(text: str) -> None:
    """Let no process of this student have more memory than `text` says, in bytes, nor write core files."""
    if text and text != "0":
        resource.setrlimit(resource.RLIMIT_DATA, (int(text), int(text)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def walls(bubblewrap: str, home: Path, classroom: Path) -> list[str]:
    """The command that lets a program write to `home` alone, and see neither other students nor their programs."""
    command = [bubblewrap, "--unshare-user", "--unshare-pid", "--cap-drop", "ALL", "--die-with-parent"]
    command += ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp"]  # noqa: S108
    for kept in dict.fromkeys([str(ROOT), sys.prefix, sys.base_prefix]):  # wherever they are, even below /tmp
        command += ["--ro-bind", kept, kept]
    return [*command, "--tmpfs", str(classroom), "--bind", str(home), str(home), "--chdir", str(home)]


def main(arguments: list[str]) -> None:
    """Become the student's server."""
    home = Path.home()
    fill(home)
    limit(os.environ.get("MEM_LIMIT", ""))
    os.environ["MPLCONFIGDIR"] = str(home / ".matplotlib")
    command = [sys.executable, "-m", "jupyterhub.singleuser", *arguments]
    if bubblewrap := os.environ.get("SUGARFOROIL_SANDBOX"):
        command = [*walls(bubblewrap, home, Path(os.environ["SUGARFOROIL_CLASSROOM"])), *command]
    os.execv(command[0], command)  # noqa: S606


if __name__ == "__main__":
    main(sys.argv[1:])
