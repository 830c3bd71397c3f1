"""Every number in the prose is computed from the data or cited; the exceptions are few, written down, and needed."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from sugarforoil.publish import unsourced
from sugarforoil.publish.notebooks import all_notebooks, read
from sugarforoil.publish.unsourced import Chapter, Number

ALLOWED = tomllib.loads((Path(__file__).parent / "numbers_without_source.toml").read_text(encoding="utf-8"))["allowed"]
MOST = 15  # exceptions: the list is to be read in a minute


def fits(one: dict[str, str], number: Number) -> bool:
    """Whether an exception is for this number."""
    return number.place.split(",")[0] == one["place"] and bool(re.search(one["says"], number.sentence))


@pytest.fixture(scope="module")
def bare() -> list[Number]:
    return unsourced.everywhere()


def test_every_number_of_the_prose_is_computed_or_cited(bare):
    assert [str(one) for one in bare if not any(fits(allowed, one) for allowed in ALLOWED)] == []


@pytest.mark.parametrize("allowed", ALLOWED, ids=lambda one: f"{one['place']}: {one['says']}")
def test_an_exception_is_needed_and_has_a_reason(allowed, bare):
    assert any(fits(allowed, one) for one in bare), "nothing fits it any more: strike it out"
    assert len(allowed["reason"]) >= 20


def test_exceptions_are_few():
    assert len(ALLOWED) <= MOST


# --- that the walk would find one ---------------------------------------------------------------------------------


def chapter(*cells: tuple[str, str], tags: tuple[str, ...] = ()) -> list[str]:
    """The numbers that nothing carries in a chapter of such cells ("markdown" or "code", text)."""
    made: list[dict[str, Any]] = [
        {"id": f"cell-{place}", "cell_type": kind, "source": text, "metadata": {"tags": list(tags)}, "outputs": []}
        for place, (kind, text) in enumerate(cells)
    ]
    return [one.said for one in Chapter({"cells": made}, "notebooks/99_test.ipynb").bare()]


@pytest.mark.parametrize("path", all_notebooks(), ids=lambda path: path.stem)
def test_a_number_put_into_a_chapter_is_found(path):
    """In prose, in a computed sentence, as an argument that was typed, in a caption."""
    notebook = read(path)
    planted = {
        "markdown": "Cuba sold 7,431,907 tonnes.",
        "say": 'findings.say("It sold 6,431,907 tonnes to {whom} in {year}.", whom=name, year=1960)',
        "argument": 'findings.say("It sold {n} tonnes.", n=number(5431907))',
        "caption": 'figures.Chart("fig-x", title=name, caption="At most 4,431,907 tonnes a year.", alt=words)',
    }
    middle = len(notebook["cells"]) // 2
    notebook["cells"][middle:middle] = [
        {"id": f"planted-{name}", "cell_type": "markdown" if name == "markdown" else "code", "source": text,
         "metadata": {}, "outputs": []}
        for name, text in planted.items()
    ]  # fmt: skip
    found = {one.said for one in Chapter(notebook, path.name).bare() if "planted" in one.place}
    assert found == {"7,431,907", "6,431,907", "5431907", "4,431,907"}


CITED = "{cite:p}`voeten2013data`"


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Moscow promised 24 million tonnes.", ["24 million"]),
        (f"Moscow promised 24 million tonnes {CITED}.", []),
        (f"Moscow promised 24 million tonnes. It was much {CITED}.", ["24 million"]),
        (f"It paid six cents {CITED}. The six cents were high.", []),
        (f"The six cents were high.\n\nIt paid six cents {CITED}.", ["six cents"]),
        (f'"We sent 42,000 men," he said. So the general remembered it {CITED}.', []),
        ("It was half of all trade, and twice the price.", ["half of", "twice the"]),
        (f"It was half of all trade {CITED}. Later half of it went.", ["half of"]),
        ("Some forty ships and a few hundred men.", ["forty", "few hundred"]),
        ("On 4 June 1960, at 8:30, the first two of three men came in chapter 12, page 7.", []),
        ("From the 18th to the 26th, in 1959–61 and the 1970s, twenty years before.", []),
        ("The U-2, the R-12, an Il-96-400 and resolution 1962.", []),
        ("In 1962 they were few. It was 1962 tonnes.", ["1962"]),
        ("Costs of $5, 7.5 % and 12 ¢/lb.", ["$5", "7.5 %", "12 ¢"]),
    ],
)
def test_what_counts_as_a_number_and_what_carries_it(text, numbers):
    assert chapter(("markdown", text)) == numbers


def test_a_computed_number_may_be_said_again_but_not_before():
    say = ("code", 'findings.say("It was {n} tonnes {cite:p}`voeten2013data`.", n=number(total))')
    shown = {
        "id": "say", "cell_type": "code", "source": say[1], "metadata": {},
        "outputs": [
            {"metadata": {"sugarforoil": {"kind": "finding", "text": "It was 3,175 tonnes.", "cite": []}}, "data": {}}
        ],
    }  # fmt: skip
    prose = {"id": "prose", "cell_type": "markdown", "source": "The 3,175 tonnes came late.", "metadata": {}}
    assert list(Chapter({"cells": [shown, prose]}, "x").bare()) == []
    assert [one.said for one in Chapter({"cells": [prose, shown]}, "x").bare()] == ["3,175"]


def test_parts_of_a_class_are_read_by_what_they_assert():
    """Options of a self-check are wrong on purpose, its answers are not; an exercise may assume, a solution repeats."""
    check = "````{admonition} 1. How many?\n1. All 71\n2. None\n\n```{admonition} Answer\n1. It was 72.\n```\n````"
    assert chapter(("markdown", check)) == ["72"]
    exercise = "```{exercise-start} Compute\n```\nSuppose it paid 71 cents. It paid 73.\n```{exercise-end}\n```"
    assert chapter(("markdown", exercise)) == ["73"]
    solution = "```{solution-start} ex\n```\nAt 71 cents it earned 74.\n```{solution-end}\n```"
    assert chapter(("markdown", exercise), ("markdown", solution)) == ["73", "74"]
