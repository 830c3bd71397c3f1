"""A chapter as a stranger has it: a copy elsewhere, the wheel alone, no network. And what a copy cannot do."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from sugarforoil.publish import anywhere, build, chapters, notebooks
from sugarforoil.publish.notebooks import NotebookError

STEM = "02_sugar_for_oil"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> anywhere.Place:
    return anywhere.install(tmp_path_factory.mktemp("a stranger"))


def written(path: Path, *code: str) -> Path:
    import nbformat

    cells = [nbformat.v4.new_code_cell(text, id=f"cell-{number}") for number, text in enumerate(code)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


def own() -> dict[str, str]:
    """Checksums of what the book is made from, less the pages that another test may be generating meanwhile."""
    generated = ("book/data/", "book/reference/")
    return {name: checksum for name, checksum in build.inputs().items() if not name.startswith(generated)}


def test_a_copy_gives_the_same_bytes_with_the_wheel_alone_elsewhere_and_without_a_network(place, tmp_path):
    original = notebooks.NOTEBOOKS / f"{STEM}.ipynb"
    copy = tmp_path / "my own name.ipynb"
    copy.write_bytes(original.read_bytes())
    ran = anywhere.run(copy, place)
    assert ran.package == place.package.resolve() / "sugarforoil"
    assert ran.strangers == []
    assert anywhere.differences(notebooks.read(original), ran.notebook) == []
    assert anywhere.verdict(notebooks.read(original), ran) == ("same bytes", True)
    assert list(place.desk.iterdir()) == [], "a chapter leaves nothing in the folder in which it runs"


def test_a_changed_copy_gives_something_else_and_changes_nothing_in_the_build(place, tmp_path):
    original = notebooks.NOTEBOOKS / f"{STEM}.ipynb"
    before, stale = own(), notebooks.stale()
    notebook = notebooks.read(original)
    first = notebooks.code_cells(notebook)[0]
    first["source"] = [
        "".join(first["source"]),
        "\nhonest = datasets.load\n"
        "def halved(name):\n"
        "    frame = honest(name)\n"
        "    return frame.assign(value=frame['value'] * 0.5) if 'value' in frame else frame\n"
        "datasets.load = halved\n",
    ]
    copy = tmp_path / original.name
    copy.write_text(json.dumps(notebook), encoding="utf-8")
    ran = anywhere.run(copy, place)
    copy.write_text(json.dumps(ran.notebook), encoding="utf-8")  # as a student saves it
    stored = notebooks.read(original)
    assert len(anywhere.differences(stored, ran.notebook, anywhere.VALUES)) > 5
    assert not anywhere.verdict(stored, ran)[1]
    assert own() == before
    assert notebooks.stale() == stale


@pytest.mark.parametrize(
    "code",
    [
        "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)",
        "import socket; socket.getaddrinfo('example.org', 80)",
        "import urllib.request; urllib.request.urlopen('http://example.org', timeout=1)",
    ],
)
def test_the_network_is_refused(place, tmp_path, code):
    with pytest.raises(NotebookError, match="there is no network here"):
        anywhere.run(written(tmp_path / "one.ipynb", code), place)


def test_a_package_that_the_wheel_does_not_require_is_told(place, tmp_path):
    ran = anywhere.run(written(tmp_path / "one.ipynb", "import sugarforoil, nbval; 1"), place)
    assert "nbval" in ran.strangers


def test_other_values_are_told_from_other_drawings():
    def notebook(rows: str, drawing: str) -> notebooks.Notebook:
        data = {"text/csv": [rows], "image/svg+xml": [drawing]}
        cell = {"cell_type": "code", "id": "fig", "outputs": [{"output_type": "display_data", "data": data}]}
        return {"cells": [cell]}

    def said(rows: str, drawing: str) -> tuple[str, bool]:
        ran = anywhere.Ran(notebook(rows, drawing), 0, 0, 0, Path(), [])
        return anywhere.verdict(notebook("1960,2", "<svg/>"), ran)

    assert said("1960,2", "<svg/>") == ("same bytes", True)
    assert said("1960,2", "<svg />") == ("same values, drawn otherwise in 1 cells", True)
    assert said("1960,3", "<svg/>") == ("other values in fig", False)


# --- a reader's own notebooks within the clone ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("02_sugar_for_oil-Copy1.ipynb", True),
        ("02_sugar_for_oil-Copy.ipynb", True),
        ("Untitled.ipynb", True),
        ("Untitled12.ipynb", True),
        ("02_sugar_for_oil.ipynb", False),
        ("12_Untitled_years.ipynb", False),
    ],
)
def test_what_jupyterlab_duplicates_or_begins_is_the_readers_own(name, own):
    assert notebooks.is_own(Path(name)) is own


def test_a_duplicate_in_the_clone_is_not_run_not_shown_and_not_an_input(tmp_path, monkeypatch):
    folder = tmp_path / "notebooks"
    folder.mkdir()
    text = (notebooks.NOTEBOOKS / f"{STEM}.ipynb").read_text(encoding="utf-8")
    (folder / f"{STEM}.ipynb").write_text(text, encoding="utf-8")
    monkeypatch.setattr(notebooks, "NOTEBOOKS", folder)
    monkeypatch.setattr(build, "ROOT", tmp_path)
    monkeypatch.setattr(build, "INPUTS", ("notebooks",))
    before = build.inputs()
    (folder / f"{STEM}-Copy1.ipynb").write_text(text.replace("Cuba", "Atlantis"), encoding="utf-8")
    (folder / "Untitled.ipynb").write_text("{", encoding="utf-8")
    assert build.inputs() == before
    assert [path.stem for path in notebooks.all_notebooks()] == [STEM]
    found = chapters.find_figure(folder, "fig-un-flip")
    assert found is not None
    assert found[0].stem == STEM


def test_nothing_of_the_callers_own_reaches_the_kernel(place, monkeypatch):
    monkeypatch.setenv("SUGARFOROIL_DATA", "/somewhere")
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    env = anywhere._environment(place)
    assert "SUGARFOROIL_DATA" not in env
    assert env["PYTHONPATH"].split(os.pathsep) == [str(place.guard), str(place.package)]
