"""The front door: what a newcomer meets before anything is installed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import tasks  # noqa: E402


def call(*arguments: str, python: str = sys.executable, cwd: Path = ROOT, **environment: str):
    return subprocess.run(
        [python, str(cwd / "tasks.py"), *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        timeout=120,
    )


def test_help_lists_every_target_of_the_makefile_in_a_line_each():
    printed = call("help").stdout
    targets = re.search(r"^TARGETS := (.+)$", (ROOT / "Makefile").read_text(), re.M).group(1).split()
    listed = re.findall(r"^  (\w+) +\S", printed, re.M)
    assert listed == targets
    assert set(targets) == set(tasks.TASKS)


def test_an_unknown_target_is_refused():
    finished = call("bok")
    assert finished.returncode == 2
    assert "No such target: bok" in finished.stderr


def test_a_python_that_is_too_old_is_told_so_in_one_sentence(monkeypatch):
    monkeypatch.setattr(tasks.sys, "version_info", (3, 9, 1))
    monkeypatch.setattr(tasks.shutil, "which", lambda name: None)
    with pytest.raises(tasks.Stop, match=r"needs Python 3\.11, 3\.12 or 3\.13; this is Python 3\.9"):
        tasks.interpreter()


def test_a_python_that_is_too_old_finds_a_newer_one_beside_it(monkeypatch):
    found = f"python3.{sys.version_info[1]}"
    monkeypatch.setattr(tasks.shutil, "which", lambda name: sys.executable if name == found else None)
    actual = sys.version_info
    monkeypatch.setattr(tasks.sys, "version_info", (3, 9, 1))
    assert tasks.interpreter() == sys.executable, f"looked for {found} on {actual}"


def test_the_front_door_parses_on_python_3_6():
    """No newer syntax, or an old Python dies of a SyntaxError instead of saying what it needs."""
    import ast

    ast.parse((ROOT / "tasks.py").read_text(encoding="utf-8"), feature_version=(3, 6))


def test_a_failed_install_says_what_is_missing_and_leaves_no_finished_environment(tmp_path):
    """A clone with a space in its path, a lock file with a wrong hash: one sentence, and no stamp to trust."""
    clone = tmp_path / "a clone"
    clone.mkdir()
    shutil.copy(ROOT / "tasks.py", clone)
    (clone / "pyproject.toml").write_text("")
    (clone / "requirements.lock").write_text("six==1.16.0 --hash=sha256:" + "0" * 64 + "\n")
    finished = call("setup", cwd=clone, PIP_NO_INDEX="1", PIP_FIND_LINKS="", PIP_EXTRA_INDEX_URL="")
    assert finished.returncode == 1
    assert finished.stderr.startswith("Set-up stopped: the locked packages could not be installed")
    assert "six" in finished.stderr
    assert not (clone / ".venv" / "installed.json").exists()


def test_set_up_is_not_repeated_when_nothing_changed(tmp_path, monkeypatch):
    monkeypatch.setattr(tasks, "STAMP", str(tmp_path / "installed.json"))
    monkeypatch.setattr(tasks, "venv_python", lambda: sys.executable)
    monkeypatch.setattr(tasks, "interpreter", lambda: pytest.fail("set up again"))
    (tmp_path / "installed.json").write_text(tasks.json.dumps(tasks._wanted()))
    tasks.setup()


def test_children_inherit_nothing_that_could_leave_a_trace(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    monkeypatch.setenv("SUGARFOROIL_DATA", "/elsewhere")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    monkeypatch.setenv("LC_ALL", "C")
    env = tasks.environment()
    assert "SOURCE_DATE_EPOCH" not in env
    assert "LC_ALL" not in env
    monkeypatch.setenv("LC_ALL", "tr_TR.UTF-8")
    assert tasks.environment()["LC_ALL"] == "tr_TR.UTF-8"
    assert "PYTHONPATH" not in env
    assert "SUGARFOROIL_DATA" not in env
    assert env["PYTHONHASHSEED"] == "0"


def test_jupyterlab_renders_myst():
    """An extension that does not fit the installed JupyterLab is listed, but not as OK."""
    command = [sys.executable, "-m", "jupyter", "labextension", "list"]
    listed = subprocess.run(command, capture_output=True, text=True)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", listed.stdout + listed.stderr)
    assert re.search(r"jupyterlab-myst v\S+ +enabled +OK", plain), plain
