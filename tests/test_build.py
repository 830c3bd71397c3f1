"""What `make book` does in a clone: nothing needless, nothing stale, and a clear word when a table is broken."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from sugarforoil.publish import build as builder
from sugarforoil.publish.build import can_build_upon

ROOT = Path(__file__).resolve().parents[1]
SOURCES = [
    "pyproject.toml",
    "_config.yml",
    "_toc.yml",
    "CITATION.cff",
    "LICENSE-CONTENT",
    "requirements.lock",
    "book",
    "notebooks",
    "data",
    "src",
]
LEAVE = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", "[.]*.ipynb.*")


@pytest.fixture(scope="module")
def clone(tmp_path_factory) -> Path:
    """A copy of what git has, in a folder with a space in its name, with one chapter; nothing built."""
    folder = tmp_path_factory.mktemp("clone") / "Sugar for Oil"
    folder.mkdir()
    for name in SOURCES:
        one = ROOT / name
        shutil.copytree(one, folder / name, ignore=LEAVE) if one.is_dir() else shutil.copy(one, folder)
    for generated in ("data", "reference"):
        shutil.rmtree(folder / "book" / generated, ignore_errors=True)
    keep_one_chapter(folder)
    return folder


CHAPTER = "02_sugar_for_oil"
OTHERS = ("book/teach/", "book/class-server")  # pages that speak of every chapter


def keep_one_chapter(folder: Path) -> None:
    """Leave out the other chapters, and the cover, which shows their figures: each build takes half the time."""
    for path in (folder / "notebooks").glob("*.ipynb"):
        if path.stem != CHAPTER:
            path.unlink()
    toc = yaml.safe_load((folder / "_toc.yml").read_text(encoding="utf-8"))
    for part in toc["parts"]:
        part["chapters"] = [
            one
            for one in part["chapters"]
            if one["file"].endswith(CHAPTER) or not one["file"].startswith(("notebooks/", *OTHERS))
        ]
    toc["parts"] = [part for part in toc["parts"] if part["chapters"]]
    (folder / "_toc.yml").write_text(yaml.safe_dump(toc, sort_keys=False), encoding="utf-8")
    for name in ("index", "how-to-read", "data-recipes", "rerun"):  # these lead to other chapters, too
        (folder / "book" / f"{name}.md").write_text(f"({name})=\n# Sugar for Oil\n\nOne chapter.\n", encoding="utf-8")


def build(clone: Path) -> subprocess.CompletedProcess:
    """Run the build with the clone's own helper package."""
    env = {**os.environ, "PYTHONPATH": str(clone / "src"), "JUPYTER_PREFER_ENV_PATH": "1"}
    env = {name: value for name, value in env.items() if name not in {"DISPLAY", "SUGARFOROIL_DATA"}}
    command = [sys.executable, "-m", "sugarforoil.publish.build"]
    return subprocess.run(command, cwd=clone, env=env, capture_output=True, text=True)


def change(clone: Path, value: str) -> int:
    """Put a value into the world price of sugar of 1965; give back the line number in the file."""
    path = clone / "data" / "sugar_prices.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = [i for i, row in enumerate(rows) if row["year"] == "1965" and row["market"] == "world"]
    rows[found[0]]["value"] = value
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return found[0] + 2


def site(clone: Path) -> dict[str, bytes]:
    html = clone / "_build" / "html"
    return {str(path.relative_to(html)): path.read_bytes() for path in html.rglob("*") if path.is_file()}


def test_a_fresh_clone_is_built_without_executing_anything(clone):
    finished = build(clone)
    assert finished.returncode == 0, finished.stderr
    assert "executed again" not in finished.stdout
    assert f"The book is in {clone / '_build' / 'html' / 'index.html'}" in finished.stdout
    assert (clone / "_build" / "html" / "notebooks" / "02_sugar_for_oil.html").exists()


def test_nothing_is_done_twice(clone):
    before = site(clone)
    finished = build(clone)
    assert "Nothing has changed since the last build." in finished.stdout
    assert site(clone) == before


@pytest.fixture(scope="module")
def changed(clone) -> str:
    """What the command says when a table and a style have changed since the last build."""
    change(clone, "7.77")
    style = clone / "book" / "_static" / "css" / "book.css"
    style.write_text(style.read_text(encoding="utf-8") + "\nbody { outline-offset: 7.5px }\n", encoding="utf-8")
    finished = build(clone)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def test_a_changed_table_reaches_the_chart_and_the_command_says_why(clone, changed):
    assert "02_sugar_for_oil is executed again: dataset sugar_prices changed" in changed
    drawn = [text for name, text in site(clone).items() if name.endswith("fig-three-prices.csv")]
    assert drawn
    assert b"7.77" in drawn[0]


def test_a_changed_style_reaches_the_site(clone, changed):
    assert b"body{outline-offset:7.5px}" in site(clone)[str(Path("_static", "book.css"))]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"book/index.md": "new"}, True),
        ({"notebooks/02_sugar_for_oil.ipynb": "new", "notebooks/outputs.json": "new"}, True),
        ({"data/eras.csv": "new"}, True),
        ({"book/references.bib": "new"}, False),
        ({"book/_static/css/book.css": "new"}, False),
        ({"_config.yml": "new"}, False),
        ({"book/added.md": "new"}, False),
    ],
)
def test_pages_are_set_again_one_by_one_only_where_that_is_safe(changed, expected):
    names = ["_config.yml", "book/_static/css/book.css", "book/index.md", "book/references.bib", "data/eras.csv"]
    before = dict.fromkeys([*names, "notebooks/02_sugar_for_oil.ipynb", "notebooks/outputs.json"], "old")
    assert can_build_upon(before, before | changed) is expected


def test_a_broken_table_stops_the_build_and_names_the_place(clone):
    before = site(clone)
    line = change(clone, "abc")
    finished = build(clone)
    assert finished.returncode == 1
    assert f"sugar_prices.csv, row {line}, column value: expected a number" in finished.stderr
    assert "found 'abc'" in finished.stderr
    assert "Traceback" not in finished.stderr
    assert site(clone) == before, "a failed build must not touch the site that stands"


# --- the site that stands ------------------------------------------------------------------------------------------


@pytest.fixture
def place(tmp_path, monkeypatch) -> Path:
    """A `_build` in which a site stands, and a new one is ready in the builder's own place."""
    paths = {"SITE": "html", "HOME": "html/index.html", "PUBLISHED": "published.json", "WORK": "work"}
    for name, path in (paths | {"FINISHED": "work/inputs.json"}).items():
        monkeypatch.setattr(builder, name, tmp_path / path)
    for site, text in (("html", "old"), ("work/_build/html", "new")):
        (tmp_path / site).mkdir(parents=True)
        (tmp_path / site / "index.html").write_text(text)
    return tmp_path


def test_a_site_replaces_the_one_that_stands(place):
    (place / "work" / "_build" / "html" / ".buildinfo").write_text("depends on the folder")
    builder.publish({"a": "1"})
    assert [path.name for path in (place / "html").iterdir()] == ["index.html"]
    assert (place / "html" / "index.html").read_text() == "new"
    assert builder.made_from(builder.PUBLISHED) == {"a": "1"}
    assert sorted(path.name for path in place.iterdir()) == ["html", "published.json", "work"]


@pytest.mark.parametrize("moment", range(4))
def test_cut_off_at_any_moment_a_whole_site_stands_after_the_next_start(place, monkeypatch, moment):
    """A kill is played by failing at the n-th of the steps that touch the disk."""
    steps = iter(range(10))
    for owner, name in ((shutil, "copytree"), (Path, "rename"), (Path, "write_text")):
        real = getattr(owner, name)

        def failing(*args, real=real, **kwargs):
            if next(steps) == moment:
                raise KeyboardInterrupt
            return real(*args, **kwargs)

        monkeypatch.setattr(owner, name, failing)
    with pytest.raises(KeyboardInterrupt):
        builder.publish({"a": "1"})
    monkeypatch.undo()
    for name, path in (("SITE", "html"), ("PUBLISHED", "published.json")):
        monkeypatch.setattr(builder, name, place / path)
    builder.recover()
    assert (place / "html" / "index.html").read_text() in {"old", "new"}
    assert builder.made_from(builder.PUBLISHED) == {}, "the next build must not take this site for finished"


def test_a_failed_build_leaves_the_standing_site_and_no_half_one_to_build_upon(place, monkeypatch):
    def fails(beside):
        raise builder.BuildError("no")

    monkeypatch.setattr(builder, "build_site", fails)
    builder.FINISHED.write_text('{"a": "1"}')
    with pytest.raises(builder.BuildError):
        builder.build_aside({"a": "2"})
    assert (place / "html" / "index.html").read_text() == "old"
    assert builder.made_from(builder.FINISHED) == {}
