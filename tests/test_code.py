"""The code keeps to its own rules: lint, format, types, documentation, and nothing of any one machine in it."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def tool(*arguments: str) -> str:
    finished = subprocess.run([sys.executable, "-m", *arguments], cwd=ROOT, capture_output=True, text=True)
    return "" if finished.returncode == 0 else finished.stdout + finished.stderr


def tracked() -> list[Path]:
    """The files of the repository, as git knows them (new ones too, ignored ones not)."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True
    )
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def test_lint():
    assert tool("ruff", "check", "--no-cache", "src", "tests", "tasks.py") == ""


def test_format():
    assert tool("ruff", "format", "--no-cache", "--check", "src", "tests", "tasks.py") == ""


def test_types():
    assert tool("mypy", "--cache-dir", "_build/mypy") == ""


@pytest.mark.parametrize("module", sorted((ROOT / "src").rglob("*.py")), ids=lambda path: path.stem)
def test_modules_and_public_functions_say_what_they_do(module: Path):
    tree = ast.parse(module.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    public = [node for node in tree.body if isinstance(node, kinds) and not node.name.startswith("_")]
    if "publish" not in module.parts:  # what notebooks call; the publishing side explains itself module by module
        assert [node.name for node in public if not ast.get_docstring(node)] == []


def test_notebooks_never_need_the_publishing_side():
    """What a class installs from the wheel must not import Sphinx, nor the tools that execute notebooks."""
    code = (
        "import sys; from sugarforoil import datasets, eras, figures, findings, trade, units, votes; "
        "print([name for name in sys.modules if name.split('.')[0] in {'sphinx', 'docutils', 'nbclient', 'pybtex'}"
        " or name.startswith('sugarforoil.publish')])"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"


@pytest.mark.parametrize(
    "pattern", [r"(?<![\w/.])/home/\w", r"(?<!\w)/Users/\w", r"/root/", r"(?<![\w/.])/tmp/", r"[A-Z]:\\\\Users"]
)
def test_no_file_names_a_place_on_somebodys_machine(pattern):
    text = {path: path.read_bytes() for path in tracked() if path.suffix not in {".png", ".ttf", ".woff2"}}
    here = Path(__file__)
    found = [path.name for path, data in text.items() if path != here and re.search(pattern.encode(), data)]
    assert found == []


def test_every_font_has_its_licence_beside_it():
    for font in [path for path in tracked() if path.suffix in {".ttf", ".woff2"}]:
        assert any(any(folder.glob("OFL*")) for folder in (font.parent, font.parent.parent)), font
