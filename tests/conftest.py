"""Shared fixtures: a tiny valid data package, for tests to load and to break; and what figures show."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from built_book import built, pages, pages_of_sphinx, site  # noqa: F401 - fixtures of every test
from in_browser import address, browser  # noqa: F401

from sugarforoil.publish import warm

warm.use()  # nbval starts a kernel for each notebook

TESTS = Path(__file__).resolve().parent
# The files that take longest, begun first, so that no worker stands idle at the end; and while one builds the book,
# the other does what needs none.
FIRST = (
    "test_every_page_browser", "test_build", "test_notebooks", "test_pdf", "test_book",
    "test_features", "test_languages", "test_valid", "test_access_browser", "test_light", "test_mutate",
)  # fmt: skip
TINY = TESTS / "tiny_data"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first (`--no-loadscope-reorder` keeps this order)."""
    order = {name: place for place, name in enumerate(FIRST)}
    items.sort(key=lambda item: order.get(item.path.stem, len(FIRST)))


def record_hashes(directory: Path) -> None:
    """Record the hash of every table in datapackage.json, as `make data` does: they count as checked."""
    path = directory / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    for resource in package["resources"]:
        content = (directory / resource["path"]).read_bytes()
        resource["hash"] = "sha256:" + hashlib.sha256(content).hexdigest()
    path.write_text(json.dumps(package, ensure_ascii=False), encoding="utf-8")


@pytest.fixture
def root() -> Path:
    """The root of the project."""
    return TESTS.parent


@pytest.fixture
def copied(root: Path, tmp_path: Path) -> Path:
    """A copy of the project's tables and bibliography: what `make data` reads, to be spoilt."""
    shutil.copytree(root / "data", tmp_path / "data")
    (tmp_path / "book").mkdir()
    shutil.copy(root / "book" / "references.bib", tmp_path / "book")
    return tmp_path


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the tiny data package, sealed, that `datasets` reads instead of the project's own."""
    directory = tmp_path / "tiny data"  # a space in the path must do no harm
    shutil.copytree(TINY, directory)
    record_hashes(directory)
    monkeypatch.setenv("SUGARFOROIL_DATA", str(directory))
    return directory


@pytest.fixture
def seal(tiny: Path) -> Callable[[], None]:
    """A function that takes the tables of the tiny package, as they now are, for checked."""
    return lambda: record_hashes(tiny)


@pytest.fixture
def edit(tiny: Path) -> Callable[[str, str | bytes, str | bytes], None]:
    """A function of (file, old, new) that replaces the one place where `old` stands in the file."""

    def replace(file: str, old: str | bytes, new: str | bytes) -> None:
        before, after = (part.encode("utf-8") if isinstance(part, str) else part for part in (old, new))
        content = (tiny / file).read_bytes()
        assert content.count(before) == 1, f"{old!r} stands {content.count(before)} times in {file}"
        (tiny / file).write_bytes(content.replace(before, after))

    return replace


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """What is displayed, as (data, metadata), in order. The process knows of no figure before."""
    displays: list[tuple[dict[str, Any], dict[str, Any]]] = []
    publish = lambda data, metadata=None, **_: displays.append((data, metadata or {}))  # noqa: E731
    monkeypatch.setattr("IPython.display.publish_display_data", publish)
    monkeypatch.setattr("sugarforoil.figures._shown", {})
    return displays


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, tuple[float, float, float, float]]]:
    """Every text set into a figure and the box that it takes, in points."""
    from sugarforoil import paper, style, typeset

    boxes: list[tuple[str, tuple[float, float, float, float]]] = []
    original = paper.text

    def text(figure: Any, x: float, y: float, words: str, **how: Any) -> None:
        size = how.get("size", style.LABEL)
        wide = typeset.width(words, size, how.get("weight", "normal"))
        tall = typeset.height(words, size)
        left = x - wide * {"left": 0.0, "center": 0.5, "right": 1.0}[how.get("across", "left")]
        bottom = y - tall * {"bottom": 0.0, "middle": 0.5, "top": 1.0}[how.get("up", "middle")]
        boxes.append((words, (left, bottom, left + wide, bottom + tall)))
        original(figure, x, y, words, **how)

    monkeypatch.setattr(paper, "text", text)
    return boxes
