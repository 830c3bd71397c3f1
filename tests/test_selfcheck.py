"""The questions of "Check yourself": each can be asked, says why for every option, and its numbers follow the data."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from docutils import nodes
from docutils.core import publish_doctree
from myst_parser.docutils_ import Parser

from sugarforoil import datasets
from sugarforoil.publish import notebooks, selfcheck

CHAPTERS = notebooks.all_notebooks()


def parsed(text: str) -> nodes.document:
    """Markdown as docutils reads it, with the directives of the book that docutils has."""
    settings = {"myst_suppress_warnings": ["myst"], "report_level": 5, "_disable_config": True}
    return publish_doctree(text, parser=Parser(), settings_overrides=settings)


def boxes(text: str) -> list[tuple[nodes.admonition, str]]:
    found = ((box, selfcheck.kind_of(box)) for box in parsed(text).findall(nodes.admonition))
    return [(box, kind) for box, kind in found if kind]


def section(path: Path) -> str:
    """What stands beneath "Check yourself" in a chapter."""
    texts = ["".join(cell["source"]) for cell in notebooks.read(path)["cells"]]
    (text,) = (text for text in texts if "## Check yourself" in text)
    return text.split("## Check yourself")[1]


@pytest.fixture(params=CHAPTERS, ids=[path.stem for path in CHAPTERS])
def chapter(request) -> Path:
    return request.param


def test_each_chapter_asks_three_to_five_questions_of_more_than_one_kind(chapter):
    asked = boxes(section(chapter))
    assert 3 <= len(asked) <= 5
    assert len({kind for _, kind in asked}) >= 2
    assert "choice" in {kind for _, kind in asked}
    assert [box[0].astext().split(".")[0] for box, _ in asked] == [str(n) for n in range(1, len(asked) + 1)]


def test_each_question_can_be_asked_and_says_why(chapter):
    """`question` refuses what has not one right answer; here: a sentence of reason for every option."""
    for box, kind in boxes(section(chapter)):
        asked = selfcheck.question(box, kind)
        reasons = [one for one in asked.findall(nodes.list_item) if "reasons" in str(one.parent["classes"])]
        assert len(reasons) >= 3 if kind != "number" else len(reasons) >= 2
        for reason in reasons:
            said = reason.astext().removeprefix("Right.")
            assert len(said) >= 20, said
            assert said.rstrip().endswith((".", "?", "!")), said


def test_the_right_answer_is_not_always_in_the_same_place():
    places = []
    for path in CHAPTERS:
        for box, kind in boxes(section(path)):
            if kind == "choice":
                asked = selfcheck.question(box, kind)
                (reasons,) = (
                    one for one in asked.findall(nodes.enumerated_list) if "sfo-check-reasons" in one["classes"]
                )
                places.append([bool(one["classes"]) for one in reasons.children].index(True))
    assert max(places.count(place) for place in set(places)) <= 0.6 * len(places)


# --- numbers -------------------------------------------------------------------------------------------------------


def days(first: str, last: str) -> int:
    dates = datasets.load("events").set_index("event_id")["date"]
    return (dates[last] - dates[first]).days


def term(name: str) -> float:
    return datasets.load("sugar_terms").set_index("term").loc[name, "value"]


def debt(entry: str) -> float:
    return datasets.load("debt").set_index("entry").loc[entry, "value"]


def years_below(counterfactual: str) -> int:
    rows = datasets.load("sugar_premium").query("1972 <= year <= 1985 and counterfactual == @counterfactual")
    return int((rows["premium"] < 0).sum())


def votes_on_the_war(vote: str) -> int:
    rows = datasets.load("un_roll_calls").query("issue == 'Ukraine' and date >= '2022-02-24' and cuba == @vote")
    return len(rows)


NUMBERS: dict[str, list[Callable[[], float]]] = {
    "days after the first refinery": [
        lambda: days("texaco-seized", "quota-cut"),
        lambda: days("quota-cut", "khrushchev-rockets"),
    ],
    "days passed between the landing": [lambda: days("omsk-docks", "u2-photographs")],
    "what percentage of the sugar": [
        lambda: 100 * term("six_year_delivered") / term("six_year_promised"),
        lambda: 100 - 100 * term("six_year_delivered") / term("six_year_promised"),
    ],
    "In how many of the fourteen years": [lambda: years_below("world"), lambda: years_below("usa")],
    "How many barrels did a tonne": [lambda: 570 / 20],  # both prices stand in the question
    "output falls by a third": [lambda: 100 * (1 / (1 - 1 / 3) - 1)],
    "announcement that Lourdes": [
        lambda: days("september-11", "lourdes-closing"),
        lambda: days("putin-at-lourdes", "lourdes-closing"),
    ],
    "did the settlement strike out": [
        lambda: 100 * debt("written_off_2013_accord") / debt("stock_2013_accord"),
        lambda: 100 - 100 * debt("written_off_2013_accord") / debt("stock_2013_accord"),
    ],
    "General Assembly votes on the war": [lambda: votes_on_the_war("abstain"), lambda: votes_on_the_war("no")],
}
"""Words of a question -> how its answer follows from the tables, and the misreading that it names first."""


def test_numbers_follow_from_the_tables():
    seen = set()
    for path in CHAPTERS:
        for box, kind in boxes(section(path)):
            if kind != "number":
                continue
            (words,) = (words for words in NUMBERS if words in box[0].astext())
            seen.add(words)
            right, *misread = NUMBERS[words]
            asked = selfcheck.question(box, kind)
            value, within = float(asked["asks"]["data-value"]), float(asked["asks"]["data-within"])
            assert abs(right() - value) <= (within or 1e-9), words
            told = [selfcheck.lead(one) for one in asked.findall(nodes.list_item)]
            for wrong in misread:
                assert str(round(wrong())) in told, words
    assert seen == set(NUMBERS)


DATES = {
    "02_sugar_for_oil": [
        ("Prague approves arms for Cuba, in secret", "prague-arms-decision"),
    ],
    "01_batista": [("Washington gives up its right to intervene in Cuba", "platt-repealed")],
    "03_missiles": [("Soviet ships begin to turn", "ships-turn")],
    "06_perestroika": [
        ("Havana bans two Soviet periodicals", "soviet-journals-banned"),
        ("Gorbachev says that the brigade will leave Cuba", "brigade-to-leave"),
    ],
    "07_special_period": [
        ("The Soviet brigade leaves", "brigade-gone"),
        ("Havana announces that Cubans may own dollars", "dollars-1993"),
        ("The rafts leave", "rafters-1994"),
        ("The farmers' markets open", "farmers-markets-1994"),
    ],
    "08_lourdes": [
        ("The House of Representatives passes a bill on Lourdes", "house-lourdes-bill"),
        ("The attacks on New York and Washington", "september-11"),
        ("Putin tells his generals that Lourdes will close", "lourdes-closing"),
    ],
    "09_return": [
        ("Cuba and Russia sign the settlement of the old debt", "debt-accord"),
        ("The Duma ratifies it", "debt-ratified"),
    ],
}
"""Chapter -> events of its order questions that the table of events has: (words of the question, event)."""


@pytest.mark.parametrize("stem", DATES)
def test_dates_of_ordered_events_are_those_of_the_table(stem):
    text = section(next(path for path in CHAPTERS if path.stem == stem))
    events = datasets.load("events").set_index("event_id")
    for words, event in DATES[stem]:
        (said,) = re.findall(rf"\d\. \*\*{re.escape(words)}\*\*: (.*)", text)
        day, precision = events.loc[event, "date"], events.loc[event, "date_precision"]
        assert f"{day:%B}" in said and (precision != "day" or str(day.day) in said or str(day.year) in said), words
        dated = re.search(r"(\d+) [A-Z]", said)
        assert dated is None or (precision == "day" and int(dated[1]) == day.day), words


# --- what cannot be asked ------------------------------------------------------------------------------------------

GOOD = """````{admonition} 1. Which?
:class: check-choice

1. One
2. Two
3. Three

```{admonition} Answer
:class: dropdown

1. Not one.
2. **Right.** Because.
3. Not three.
```
````
"""
ORDER = """````{admonition} 1. Which first?
:class: check-order

- Later
- First
- Last

```{admonition} Answer
:class: dropdown

1. **First**: 1902.
2. **Later**: 1958.
3. **Last**: 1962.
```
````
"""
NUMBER = """````{admonition} 1. How many?
:class: check-number

```{admonition} Answer
:class: dropdown

**1,250 ± 5** tonnes.

- **12**: That is another.
- **Otherwise**: Count again.
```
````
"""


@pytest.mark.parametrize(
    ("text", "old", "new", "fault"),
    [
        (GOOD, "3. Not three.\n", "", "answers for 2"),
        (GOOD, "**Right.** ", "", r"begins with \*\*Right\.\*\*, not 0"),
        (GOOD, "1. Not one", "1. **Right.** Not one", "not 2"),
        (GOOD, ":class: dropdown", ":class: note", "one folded box"),
        (ORDER, "**Later**", "**Late**", "bold words"),
        (ORDER, "- Later\n- First\n", "- First\n- Later\n", "right order already"),
        (NUMBER, "**1,250 ± 5**", "1,250", "number in bold"),
        (NUMBER, "- **Otherwise**: Count again.\n", "", "Otherwise"),
        (NUMBER, "**12**", "**1,247**", "is right"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(text, old, new, fault):
    ((good, kind),) = boxes(text)
    selfcheck.question(good, kind)
    assert old in text
    ((bad, kind),) = boxes(text.replace(old, new))
    with pytest.raises(selfcheck.QuestionError, match=fault):
        selfcheck.question(bad, kind)


def test_numbers_are_read_as_they_are_written():
    assert selfcheck.number_in("1,250 ± 5") == (1250, 5)
    assert selfcheck.number_in("−0.5") == (-0.5, 0)
    assert selfcheck.number_in("about 7") is None
