"""What `make book` does in a clone: nothing needless, nothing stale, and a clear word when a table is broken."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sugarforoil.publish import build as builder
from sugarforoil.publish import scratch, verify
from sugarforoil.publish.build import can_build_upon

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def clone(tmp_path_factory) -> Path:
    """A copy of what git has, in a folder with a space in its name, with one chapter; nothing built."""
    return scratch.clone(tmp_path_factory.mktemp("clone") / "Sugar for Oil")


def build(clone: Path) -> subprocess.CompletedProcess:
    """Run the build with the clone's own helper package, in odd circumstances and without a network."""
    odd = verify.environment(verify.ODD[0], clone.parent / "desk")
    guarded = os.pathsep.join([str(clone / "src"), odd["PYTHONPATH"]])
    env = {**os.environ, **odd, "PYTHONPATH": guarded, "JUPYTER_PREFER_ENV_PATH": "1"}
    env = {name: value for name, value in env.items() if name not in {"DISPLAY", "SUGARFOROIL_DATA"}}
    command = [sys.executable, "-m", "sugarforoil.publish.build"]
    return subprocess.run(command, cwd=clone, env=env, capture_output=True, text=True)


def site(clone: Path) -> dict[str, bytes]:
    html = clone / "_build" / "html"
    return {str(path.relative_to(html)): path.read_bytes() for path in html.rglob("*") if path.is_file()}


def test_a_fresh_clone_is_built_without_executing_anything(clone):
    finished = build(clone)
    assert finished.returncode == 0, finished.stderr
    assert "executed again" not in finished.stdout
    assert f"The book is in {clone / '_build' / 'html' / 'index.html'}" in finished.stdout
    assert (clone / "_build" / "html" / "notebooks" / "02_sugar_for_oil.html").exists()


def test_nothing_of_the_place_the_user_or_the_machine_is_in_the_site(clone):
    odd = verify.ODD[0]
    traces = [str(clone), str(ROOT), clone.parent.name, odd.user, odd.home, odd.zone, platform.node(), sys.prefix]
    written = site(clone)
    assert len(written) > 100
    found = [(name, one) for name, text in written.items() for one in traces if len(one) > 3 and one.encode() in text]
    assert found == []


def test_nothing_is_done_twice(clone):
    before = site(clone)
    finished = build(clone)
    assert "Nothing has changed since the last build." in finished.stdout
    assert site(clone) == before


@pytest.fixture(scope="module")
def changed(clone) -> str:
    """What the command says when a table and a style have changed since the last build."""
    scratch.change(clone, "7.77")
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
    line = scratch.change(clone, "abc")
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
