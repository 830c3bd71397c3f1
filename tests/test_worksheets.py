"""Worksheets: one source, two notebooks; the blank one says that it is blank, the solved one passes."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sugarforoil.publish import address, answers, notebooks, worksheets

CHAPTERS = notebooks.all_notebooks()
TRIED = ("02_sugar_for_oil", "08_lourdes")
"""Run here, side by side; `make worksheets` runs all."""


# --- what a check says ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("right", "within", "given", "said"),
    [
        (0.153, 0.01, 0.15, answers.RIGHT),
        (0.153, 0.01, np.float64(0.16), answers.RIGHT),
        (0.153, 0.01, 0.18, "not this number"),
        (0.153, 0.01, ..., answers.BLANK),
        (0.153, 0.01, "0.15", "a number is wanted, not str"),
        (0.153, 0.01, math.nan, "no number came out"),
        (36.2, 1, 0.362, "100 times too small"),
        (36.2, 1, 36200, "1,000 times too large"),
        (36.2, 1, -36.2, "right but for the sign"),
        (36.2, 1, pd.Series([36.2]), answers.RIGHT),
        (1959, None, 1959.0, answers.RIGHT),
        (1959, None, 1960, "not this number"),
        (0, None, 0, answers.RIGHT),
        (0, None, 3, "not this number"),
        ([1972, 1974], None, pd.Index([1974, 1972]), answers.RIGHT),
        ([1972, 1974], None, {1972}, "not these"),
        ([1972, 1974], None, 1972, "a list is wanted"),
        ("yes", None, " YES", answers.RIGHT),
        ("yes", None, True, "a text in quotation marks"),
    ],
)
def test_a_check_says_what_is_wrong(right, within, given, said):
    sealed = answers.seal("answer", right, within)
    assert answers.verdict("answer", given, sealed).startswith(said)


def test_a_seal_does_not_show_the_answer_and_differs_by_name():
    one, other = (answers.seal(name, 35.2, 0.1) for name in ("one", "other"))
    assert "35" not in one.split()[-1] or one != other
    assert one.split()[-1] != other.split()[-1]
    assert answers.verdict("other", 35.2, one) != answers.RIGHT


@pytest.mark.parametrize(("value", "within"), [("text", 1.0), (math.nan, 1.0), ([], None), (None, None), ("", None)])
def test_an_answer_that_is_none_cannot_be_sealed(value, within):
    with pytest.raises(ValueError, match="answer"):
        answers.seal("answer", value, within)


def test_a_name_that_was_never_given_is_told(capsys):
    answers.check(nowhere=answers.seal("nowhere", 1))
    assert capsys.readouterr().out == "nowhere: there is no such name yet: run the cell above.\n"


# --- reading the chapters ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", CHAPTERS, ids=[path.stem for path in CHAPTERS])
def test_every_exercise_is_found_and_every_computed_one_asks_for_answers(path):
    tasks = worksheets.exercises(notebooks.read(path))
    text = "".join("".join(cell["source"]) for cell in notebooks.read(path)["cells"])
    assert len(tasks) == text.count(":label: ex-") >= 4
    assert all(task.text and task.solution for task in tasks)
    for task in tasks:
        computed = any(cell["cell_type"] == "code" for cell in task.solution)
        assert bool(task.asked) is computed, task.label
        assert not computed or len(task.hint) >= 30, task.label
    names = [one.name for task in tasks for one in task.asked]
    assert len(set(names)) == len(names)


def test_code_is_followed_to_what_it_rests_on():
    """A name is traced to the cell that binds it and to those that change it in place, and no further."""

    def cell(text: str) -> dict[str, Any]:
        return {"cell_type": "code", "id": text, "metadata": {}, "source": text, "outputs": []}

    chapter = {
        "cells": [
            cell("import pandas as pd"),
            cell("old = 1"),
            cell("table = pd.DataFrame()"),
            cell("table['x'] = factor = 2"),
            cell("findings.say('the answer is 4')\nother = 5"),
            cell("def twice(one):\n    return factor * one"),
        ]
    }
    task = worksheets.Exercise("ex", "Compute", "", [worksheets.code("say(twice(table['x']))")])
    kept = [worksheets.source(one) for one in worksheets.needed(chapter, [task])]
    assert kept == [
        "import pandas as pd", "table = pd.DataFrame()", "table['x'] = factor = 2", chapter["cells"][5]["source"],
    ]  # fmt: skip
    task.asked = [worksheets.Asked("five", "five", "other", None)]
    kept = [worksheets.source(one) for one in worksheets.needed(chapter, [task])]
    assert "other = 5" in kept, "and not the sentence that tells the answer"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("- `one`: a number, to 1\n", "Hint"),
        ("*Hint.* Think.", "names at least one answer"),
    ],
)
def test_a_cell_that_asks_in_vain_is_refused(text, fault):
    with pytest.raises(worksheets.WorksheetError, match=fault):
        worksheets.asked(text)


# --- making and running them ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The worksheets of two chapters. Making them runs both notebooks of each and asks every check."""
    folder = tmp_path_factory.mktemp("sheets") / "worksheets"
    worksheets.write([path for path in CHAPTERS if path.stem in TRIED], folder)
    return folder


def cells(path: Path, kind: str) -> list[dict[str, Any]]:
    return [cell for cell in notebooks.read(path)["cells"] if cell["cell_type"] == kind]


def code(path: Path) -> str:
    return "\n".join(worksheets.source(cell) for cell in cells(path, "code"))


def test_each_chapter_has_two_worksheets_that_are_valid_notebooks(made):
    import nbformat

    assert {path.name for path in made.iterdir()} == {
        f"{stem}-{who}.ipynb" for stem in TRIED for who in ("student", "instructor")
    }
    for path in made.iterdir():
        nbformat.validate(nbformat.read(path, as_version=4))


@pytest.mark.parametrize("stem", TRIED)
def test_the_students_copy_asks_and_does_not_tell(made, stem):
    student, instructor = (made / f"{stem}-{who}.ipynb" for who in ("student", "instructor"))
    tasks = worksheets.exercises(notebooks.read(notebooks.NOTEBOOKS / f"{stem}.ipynb"))
    asked = [one.name for task in tasks for one in task.asked]
    blank, solved = code(student), code(instructor)
    for name in asked:
        assert f"{name} = ..." in blank
        assert f"{name} = ..." not in solved
    for task in tasks:
        for cell in task.solution:
            if cell["cell_type"] == "code":
                assert worksheets.source(cell) not in blank
                assert worksheets.source(cell) in solved
    assert all(cell["outputs"] == [] for cell in cells(student, "code"))
    assert "findings.say" not in blank
    assert blank.startswith("from sugarforoil.publish import answers"), "no address, nothing to install"
    text = "".join(worksheets.source(cell) for cell in cells(student, "markdown"))
    assert "{cite" not in text and "{numref}" not in text and "<!--" not in text


def test_with_an_address_a_worksheet_installs_the_package_in_colab(tmp_path, monkeypatch):
    """And without one no worksheet names any: the copies of the other tests begin with the import."""
    monkeypatch.setattr(address, "site", lambda: "https://example.org/book/")
    worksheets.write([sheet(tmp_path, "four = 4")], tmp_path / "worksheets")
    for who in ("student", "instructor"):
        first, *rest = cells(tmp_path / "worksheets" / f"02_one-{who}.ipynb", "code")
        assert '"google.colab" in sys.modules' in worksheets.source(first)
        assert "%pip install --quiet https://example.org/book/run/sugarforoil-" in worksheets.source(first)
        assert worksheets.source(rest[0]) == "from sugarforoil.publish import answers"


@pytest.mark.parametrize("stem", TRIED)
def test_the_instructors_copy_passes_every_check(made, stem):
    said = [
        line
        for cell in cells(made / f"{stem}-instructor.ipynb", "code")
        if worksheets.source(cell).startswith("answers.check(")
        for output in cell["outputs"]
        for line in "".join(output["text"]).splitlines()
    ]
    assert len(said) >= 3
    assert all(line.endswith(f": {answers.RIGHT}") for line in said)


def sheet(folder: Path, solution: str, said: str = "- `four`: two and two") -> Path:
    """A chapter of one exercise."""
    start = "## Exercises\n\n```{exercise-start} Compute\n:label: ex-02-compute\n```\nHow many?\n"
    texts = [
        ("markdown", [], "# A chapter"),
        (
            "markdown",
            [],
            start + "```{exercise-end}\n```\n\n````{solution-start} ex-02-compute\n:class: dropdown\n````",
        ),
        ("markdown", ["check", "remove-cell"], f"{said}\n\n*Hint.* Count them on your fingers."),
        ("code", ["solution"], solution),
        ("markdown", [], "````{solution-end}\n````\n\n## Check yourself\n"),
    ]
    made = [
        {"cell_type": kind, "id": f"c{at}", "metadata": {"tags": tags}, "source": text}
        | ({"outputs": [], "execution_count": None} if kind == "code" else {})
        for at, (kind, tags, text) in enumerate(texts)
    ]
    path = folder / "02_one.ipynb"
    path.write_text(json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return path


@pytest.mark.parametrize(
    ("solution", "fault"),
    [
        ("four = 1 / 0", r"02_one\.ipynb, ex-02-compute: ZeroDivisionError"),
        ("five = 5", r"02_one\.ipynb, ex-02-compute: NameError"),
        ("four = None", "four has no answer"),
    ],
)
def test_a_fault_is_named_and_what_stood_there_stays(tmp_path, solution, fault):
    folder = tmp_path / "worksheets"
    folder.mkdir()
    (folder / "old.ipynb").write_text("old")
    with pytest.raises(worksheets.WorksheetError, match=fault):
        worksheets.write([sheet(tmp_path, solution)], folder)
    assert [path.name for path in folder.iterdir()] == ["old.ipynb"]
    assert {path.name for path in tmp_path.iterdir()} == {"worksheets", "02_one.ipynb"}
