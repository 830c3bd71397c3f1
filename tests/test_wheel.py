"""The installed wheel: it carries the data, so that load() works far from any clone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import sugarforoil

SCRIPT = """
from pathlib import Path
import sugarforoil
from sugarforoil import datasets
assert "site" in Path(sugarforoil.__file__).parts, sugarforoil.__file__
assert datasets.data_dir() == Path(sugarforoil.__file__).parent / "data"
for name in datasets.names():
    frame = datasets.load(name)
    print(name, len(frame), datasets.of(frame).title)
"""


def pip(*arguments: str | Path) -> None:
    """Run pip, offline. A failure shows what pip said."""
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *map(str, arguments)]
    run = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PIP_NO_INDEX": "1"})
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from a copy of what belongs in it, so that nothing is left behind in the clone."""
    root = Path(__file__).resolve().parent.parent
    copy = tmp_path_factory.mktemp("a clone")
    for name in ("pyproject.toml", "README.md", "LICENSE", "LICENSE-CONTENT"):
        shutil.copy(root / name, copy / name)
    for name in ("src", "data"):
        shutil.copytree(root / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    out = tmp_path_factory.mktemp("wheels")
    pip("wheel", copy, "--no-deps", "--no-build-isolation", "--wheel-dir", out)
    shutil.rmtree(copy)
    (built,) = out.glob("*.whl")
    return built


def test_the_wheel_carries_code_types_data_and_licences(wheel: Path, root: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    assert {"sugarforoil/datasets.py", "sugarforoil/py.typed", "sugarforoil/data/datapackage.json"} <= held
    for path in (root / "data").glob("*.csv"):
        assert f"sugarforoil/data/{path.name}" in held
    assert any(name.endswith("/licenses/LICENSE-CONTENT") for name in held)
    assert not any(name.startswith(("tests/", "notebooks/", "data/")) for name in held)


def test_an_installed_wheel_loads_every_table_from_anywhere(wheel: Path, tmp_path: Path, root: Path) -> None:
    site, elsewhere = tmp_path / "site", tmp_path / "else where"
    elsewhere.mkdir()
    pip("install", wheel, "--no-deps", "--target", site)
    # -P keeps the current directory out of the path, PYTHONPATH comes before the clone's editable install.
    environment = {**os.environ, "PYTHONPATH": str(site)}
    environment.pop("SUGARFOROIL_DATA", None)
    run = subprocess.run(
        [sys.executable, "-P", "-c", SCRIPT], cwd=elsewhere, env=environment, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    package = json.loads((root / "data" / "datapackage.json").read_text(encoding="utf-8"))
    assert [line.split()[0] for line in run.stdout.splitlines()] == [one["name"] for one in package["resources"]]


def test_the_version_is_said_once(wheel: Path) -> None:
    assert wheel.name.startswith(f"sugarforoil-{sugarforoil.__version__}-")
