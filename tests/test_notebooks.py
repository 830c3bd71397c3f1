"""The notebooks: stored outputs are there, follow from the code, and come out the same bytes each time."""

from __future__ import annotations

import json
import random
import re
import statistics
from pathlib import Path

import pytest
from jupyter_client.provisioning.factory import KernelProvisionerFactory

from sugarforoil import datasets
from sugarforoil.publish import notebooks, verify

NOTEBOOKS = notebooks.all_notebooks()
IDS = [path.stem for path in NOTEBOOKS]


def source(cell: dict) -> str:
    return "".join(cell["source"])


def figure_bundles(notebook: dict) -> list[dict]:
    return [
        output
        for cell in notebooks.code_cells(notebook)
        for output in cell["outputs"]
        if "image/svg+xml" in output.get("data", {})
    ]


@pytest.fixture(params=NOTEBOOKS, ids=IDS)
def path(request) -> Path:
    return request.param


@pytest.fixture
def notebook(path) -> dict:
    return notebooks.read(path)


def test_there_are_notebooks():
    assert NOTEBOOKS


def test_every_code_cell_has_been_run_in_order(notebook):
    """nbval compares nothing where a cell was never run: this is what makes its verdict mean something."""
    counts = [cell["execution_count"] for cell in notebooks.code_cells(notebook)]
    assert counts == list(range(1, len(counts) + 1))


def test_no_stored_output_is_an_error_or_a_warning(notebook):
    outputs = [output for cell in notebooks.code_cells(notebook) for output in cell["outputs"]]
    assert [o for o in outputs if o["output_type"] == "error" or o.get("name") == "stderr"] == []


def test_stored_outputs_are_up_to_date(path):
    """What `make book` would execute again: nothing."""
    assert notebooks.reasons(path, notebooks.record(), notebooks.state()) == []


def test_running_again_changes_no_byte(tmp_path, monkeypatch):
    """One chapter with every kind of figure stands for all: nbval executes them all and compares their outputs.

    It runs in odd circumstances and without a network; `make verify` does so with the whole book.
    """
    odd = random.Random(1959).choice(verify.ODD)  # noqa: S311 - no secret
    # A kernel that is forked from one that stands would feel little of them.
    monkeypatch.setattr(KernelProvisionerFactory.instance(), "default_provisioner_name", "local-provisioner")
    for name, value in verify.environment(odd, tmp_path / "desk").items():
        monkeypatch.setenv(name, value)
    (path,) = (path for path in NOTEBOOKS if path.stem == "03_missiles")
    copy = tmp_path / path.name
    executed, used = notebooks.asyncio.run(notebooks._execute(path))
    notebooks._write(copy, notebooks.normalise(executed, path))
    assert copy.read_bytes() == path.read_bytes()
    entry = notebooks.record()["notebooks"][path.stem]
    assert (set(used.datasets), used.cited) == (set(entry["datasets"]), entry["cited"])


def test_cells_are_short_and_named(notebook):
    lengths = [len(source(cell).splitlines()) for cell in notebooks.code_cells(notebook)]
    assert max(lengths) < 20
    assert statistics.median(lengths) <= 7
    names = [cell["id"] for cell in notebook["cells"]]
    assert len(set(names)) == len(names)
    random = [name for name in names if re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f-]+)?", name)]
    assert random == [], "give each cell a name that says what it holds: diffs are read by people"


def test_notebooks_keep_to_the_one_way_of_doing_things(notebook):
    """No paths, no plotting set-up, no reading or renaming in a notebook: datasets are tidy, the house style is one."""
    forbidden = r"rcParams|read_csv|plt\.|savefig|open\(|\.rename\(|https?://|\.\./|pip install"
    code = "\n".join(source(cell) for cell in notebooks.code_cells(notebook))
    assert re.findall(forbidden, code) == []


def test_every_figure_is_stored_as_svg_and_png_with_its_rows_and_words(notebook):
    numbered = 0
    for output in figure_bundles(notebook):
        about = output["metadata"]["sugarforoil"]
        assert {"image/svg+xml", "image/png", "text/plain"} <= set(output["data"])
        assert len(output["metadata"]["image/svg+xml"]["alt"]) >= 40
        if about["kind"] == "figure":
            numbered += 1
            assert about["caption"].strip()
            assert about["datasets"]
            assert output["data"]["text/csv"]
    assert 5 <= numbered <= 8


PARTS = [
    "You will learn to",
    "**So what?**",
    "## In brief",
    "What we do not know",
    "} Read the chart",
    "} Compute",
    "} Argue from documents",
    "} Break this claim",
    "{solution",
    "## Check yourself",
    "Further reading",
]


@pytest.mark.parametrize("part", PARTS)
def test_a_chapter_has_its_parts(notebook, part):
    assert part in "\n".join(source(cell) for cell in notebook["cells"])


def test_a_chapter_is_read_in_a_lesson(notebook):
    """3,000 to 4,500 words before "In brief": prose and computed sentences, without citations."""
    words = 0
    for cell in notebook["cells"]:
        if "## In brief" in source(cell):
            break
        texts = [source(cell)] if cell["cell_type"] == "markdown" and "{admonition}" not in source(cell) else []
        marks = [
            output["metadata"].get("sugarforoil", {}) for output in cell.get("outputs", []) if "metadata" in output
        ]
        texts += [mark["text"] for mark in marks if mark.get("kind") == "finding"]
        words += sum(len(re.findall(r"\w[\w’'-]*", re.sub(r"\{cite[:\w]*\}`[^`]*`", "", text))) for text in texts)
    assert 3000 <= words <= 4500


# --- the record that tells what is out of date ---------------------------------------------------------------------


@pytest.fixture
def entry() -> tuple[dict, dict, dict]:
    """A notebook with one cell, its record, and the state of the world in which it was run."""
    cell = {"cell_type": "code", "id": "a", "source": "1", "execution_count": 1, "outputs": [], "metadata": {}}
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    now = {
        "package": "p",
        "lock": "l",
        "datasets": {"eras": "e", "visits": "v"},
        "labels": {"cited": "Roa 1959", "other": "Bonsal 1971"},
    }
    record = {
        "code": notebooks.code_digest(notebook),
        "outputs": notebooks.outputs_digest(notebook),
        "datasets": {"eras": "e"},
        "cited": {"cited": "Roa 1959"},
        "package": "p",
        "lock": "l",
    }
    return notebook, record, now


def why(tmp_path, notebook, record, now) -> list[str]:
    path = tmp_path / "one.ipynb"
    path.write_text(json.dumps(notebook))
    return notebooks.reasons(path, {"notebooks": {"one": record}}, now)


def test_nothing_changed_means_nothing_to_do(tmp_path, entry):
    assert why(tmp_path, *entry) == []


def test_prose_may_change_without_a_rerun(tmp_path, entry):
    notebook, record, now = entry
    notebook["cells"].append({"cell_type": "markdown", "id": "b", "source": "New words.", "metadata": {}})
    assert why(tmp_path, notebook, record, now) == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda n, r, s: n["cells"][0].update(source="2"), "its code changed"),
        (lambda n, r, s: n["cells"][0].update(execution_count=None), "its stored outputs were edited"),
        (lambda n, r, s: s["datasets"].update(eras="changed"), "dataset eras changed"),
        (lambda n, r, s: s["labels"].update(cited="Roa 1960"), "source cited changed"),
        (lambda n, r, s: s.update(package="changed"), "the helper package changed"),
        (lambda n, r, s: s.update(lock="changed"), "the pinned versions changed"),
    ],
    ids=["code", "outputs", "dataset", "source", "package", "lock"],
)
def test_each_thing_that_outputs_are_made_from_makes_them_stale(tmp_path, entry, change, reason):
    change(*entry)
    assert why(tmp_path, *entry) == [reason]


def test_what_the_notebook_did_not_use_does_not_matter(tmp_path, entry):
    notebook, record, now = entry
    now["datasets"]["visits"] = "changed"
    now["labels"]["other"] = "changed"
    now["labels"]["new"] = "Guevara 1961"
    assert why(tmp_path, notebook, record, now) == []


def test_a_notebook_without_a_record_is_run(tmp_path):
    (tmp_path / "new.ipynb").write_text('{"cells": []}')
    assert notebooks.reasons(tmp_path / "new.ipynb", {}, {}) == ["never run"]


def test_a_file_that_is_no_notebook_is_named(tmp_path):
    (tmp_path / "broken.ipynb").write_text("{")
    with pytest.raises(notebooks.NotebookError, match=r"broken\.ipynb is not a notebook"):
        notebooks.read(tmp_path / "broken.ipynb")


# --- executing -----------------------------------------------------------------------------------------------------


def make(folder: Path, name: str, code: str) -> Path:
    import nbformat

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code, id="only")])
    path = folder / f"{name}.ipynb"
    nbformat.write(notebook, path)
    return path


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(notebooks, "NOTEBOOKS", tmp_path)
    monkeypatch.setattr(notebooks, "RECORD", tmp_path / "outputs.json")
    return tmp_path


def test_a_run_stores_outputs_and_what_was_loaded(folder):
    path = make(
        folder,
        "one",
        "from sugarforoil import datasets\ndatasets.cite_label('voeten2013data')\nlen(datasets.load('eras'))",
    )
    notebooks.run([path])
    assert notebooks.reasons(path, notebooks.record(), notebooks.state()) == []
    assert notebooks.record()["notebooks"]["one"]["datasets"].keys() == {"eras"}
    assert notebooks.record()["notebooks"]["one"]["cited"] == {"voeten2013data": datasets.cite_label("voeten2013data")}
    assert notebooks.read(path)["cells"][0]["outputs"][0]["data"]["text/plain"] == ["10"]


def test_a_failing_cell_is_named_and_nothing_is_stored(folder):
    good, bad = make(folder, "good", "1 + 1"), make(folder, "bad", "1 / 0")
    before = good.read_bytes()
    with pytest.raises(notebooks.NotebookError, match=r"bad\.ipynb, cell only: ZeroDivisionError: division by zero"):
        notebooks.run([good, bad])
    assert good.read_bytes() == before
    assert not notebooks.RECORD.exists()


def test_a_warning_is_a_fault(folder):
    path = make(folder, "one", "import warnings; warnings.warn('mind the gap')")
    with pytest.raises(notebooks.NotebookError, match=r"one\.ipynb, cell only wrote a warning: .*mind the gap"):
        notebooks.run([path])
