"""The questions of "Check yourself": from a box that reads well in any notebook to one that answers.

Each question is an admonition of the class `check-choice`, `check-number` or `check-order`. It holds the options and,
folded, an answer that says of each option why it is right or wrong:

    ````{admonition} 1. What did Washington cut on 6 July 1960?
    :class: check-choice

    1. The price of Cuban sugar
    2. What was left of the year's quota

    ```{admonition} Answer
    :class: dropdown
    1. The price stayed what it was; Cuba was to sell less at it.
    2. **Right.** Most of the year's sugar had been certified before.
    ```
    ````

- `check-choice`: two numbered lists of equal length, options and what is to be said of each; one is `**Right.**`
- `check-order`: a list of events, in any order but the right one; the answer is a numbered list in the right order,
  each item beginning with the event in bold: `1. **The event**: its date, or why it stands there`
- `check-number`: no options; the answer begins with the number in bold, `**23**` or `**23 ± 1**`. A list beneath names
  what a misreading gives, `- **7**: that is ...`, and ends on `- **Otherwise**: ...`, a hint for every other number.

Here the parts are checked and get the names by which `book/_static/js/selfcheck.js` finds them. The script makes the
controls, so a page without it has no dead buttons: it shows question, options and the folded answer. So do PDF and
EPUB.
"""

# mypy: allow-subclassing-any, allow-untyped-decorators, allow-untyped-calls, no-warn-return-any
from __future__ import annotations

import re
from typing import Any, NamedTuple

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

from sugarforoil.publish.folded import fold

KINDS = ("choice", "number", "order")
NUMBER = re.compile(r"^([-−]?[\d,]*\.?\d+)(?:\s*±\s*([\d,]*\.?\d+))?$")

logger = logging.getLogger(__name__)


class QuestionError(ValueError):
    """A question of a self-check that cannot be asked; the message says what it lacks."""


class Number(NamedTuple):
    """The answer of a `check-number`, and how far from it still counts as right."""

    value: float
    within: float


class check(nodes.Element):  # noqa: N801 - docutils names its elements in small letters
    """One question: its words, its options if it has any, and the folded answer."""


def kind_of(box: nodes.Element) -> str | None:
    """`choice`, `number` or `order` for a box that asks, None for any other."""
    return next((kind for kind in KINDS if f"check-{kind}" in box["classes"]), None)


def number_in(text: str) -> Number | None:
    """`23 ± 1` as a value and what is allowed about it; None if the text is no number."""
    match = NUMBER.match(text.strip())
    if match is None:
        return None
    value, within = (float((part or "0").replace(",", "").replace("−", "-")) for part in match.groups())
    return Number(value, within)


def lists(node: nodes.Element) -> list[nodes.Element]:
    """The lists that are direct children of `node`."""
    return [one for one in node.children if isinstance(one, nodes.bullet_list | nodes.enumerated_list)]


def lead(item: nodes.Element) -> str:
    """The bold words with which an item or a paragraph begins; empty if it begins otherwise."""
    words = item.findall(lambda node: isinstance(node, nodes.Text | nodes.strong) and bool(node.astext().strip()))
    first = next(words, None)  # MyST may set an empty text before the first word
    return first.astext().strip() if isinstance(first, nodes.strong) else ""


def question(box: nodes.Element, kind: str) -> check:
    """The box as a `check`, its parts named.

    Raises:
        QuestionError: a part is missing, or options and answers do not fit each other.
    """
    title, *rest = box.children
    answers = [one for one in rest if isinstance(one, nodes.admonition) and "dropdown" in one["classes"]]
    if len(answers) != 1 or not isinstance(answers[0][0], nodes.title):
        raise QuestionError("it needs one folded box with its answer")
    answer = answers[0]
    asked = [one for one in rest if one is not answer]
    options = [one for part in asked if part in lists(box) for one in part.children]
    attributes = {"choice": choice, "number": number, "order": order}[kind](options, answer)
    summary = nodes.inline("", "", *answer[0].children)
    folded = fold("", summary, *answer.children[1:], classes=["sfo-fold", "sfo-check-answer"])
    words = nodes.paragraph("", "", *title.children, classes=["sfo-check-question"])
    return check("", words, *asked, folded, kind=kind, asks=attributes)


def choice(options: list[nodes.Element], answer: nodes.Element) -> dict[str, str]:
    given = [one for part in lists(answer)[:1] for one in part.children]
    if len(options) < 3 or len(given) != len(options):
        raise QuestionError(f"it has {len(options)} options (at least 3) and answers for {len(given)} of them")
    right = [one for one in given if lead(one) == "Right."]
    if len(right) != 1:
        raise QuestionError(f"one of its answers begins with **Right.**, not {len(right)}")
    right[0]["classes"].append("sfo-check-right")
    name(options[0].parent, "options", letters=True)
    name(given[0].parent, "reasons", letters=True)
    return {}


def order(options: list[nodes.Element], answer: nodes.Element) -> dict[str, str]:
    given = [one for part in lists(answer)[:1] for one in part.children]
    asked, right = [one.astext().strip() for one in options], [lead(one) for one in given]
    if len(asked) < 3 or sorted(asked) != sorted(right):
        raise QuestionError("the bold words of its answer are not the events that it asks for (at least 3)")
    if asked == right:
        raise QuestionError("its events stand in the right order already")
    name(options[0].parent, "options")
    name(given[0].parent, "reasons")
    return {}


def number(options: list[nodes.Element], answer: nodes.Element) -> dict[str, str]:
    found = number_in(lead(answer[1])) if len(answer.children) > 1 else None
    if found is None or options:
        raise QuestionError("its answer begins with a number in bold, and it has no options")
    answer[1]["classes"].append("sfo-check-right")
    given = [one for part in lists(answer)[:1] for one in part.children]
    *misread, last = [lead(one) for one in given] or [""]
    wrong = [number_in(one) for one in misread]
    if not wrong or last != "Otherwise":
        raise QuestionError("a list says what a misreading gives, and then what to do **Otherwise**")
    if any(one is None or abs(one.value - found.value) <= found.within for one in wrong):
        raise QuestionError(f"a misreading in its list is no number, or is right: {', '.join(misread)}")
    name(given[0].parent, "reasons")
    return {"data-value": f"{found.value:g}", "data-within": f"{found.within:g}"}


def name(part: nodes.Element, what: str, letters: bool = False) -> None:
    """Give a list its class; options of a choice have letters, since the question has a number."""
    part["classes"].append(f"sfo-check-{what}")
    if letters and isinstance(part, nodes.enumerated_list):
        part["enumtype"] = "upperalpha"


class AskQuestions(SphinxPostTransform):
    """Turns the boxes into questions, just before boxes of the class "dropdown" are folded (priority 30)."""

    default_priority = 29
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        for box in list(self.document.findall(nodes.admonition)):
            kind = kind_of(box)
            if kind is None:
                continue
            try:
                box.parent.replace(box, question(box, kind))
            except QuestionError as error:
                logger.warning("Self-check %r cannot be asked: %s.", box[0].astext(), error, location=box)


def visit(self: HTML5Translator, node: check) -> None:
    self.body.append(self.starttag(node, "div", CLASS="sfo-check", **{"data-kind": node["kind"], **node["asks"]}))


def depart(self: HTML5Translator, node: check) -> None:
    self.body.append("</div>\n")


def setup(app: Sphinx) -> None:
    """Register the element and its transform."""
    app.add_node(check, html=(visit, depart))
    app.add_post_transform(AskQuestions)
