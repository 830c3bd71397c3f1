"""What is folded away: the code of a figure, beneath it, and boxes of the class "dropdown".

Both become `<details>`, which opens without a script.
"""

# mypy: allow-subclassing-any, allow-untyped-decorators, allow-untyped-calls, no-warn-return-any
from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.writers.html5 import HTML5Translator


class fold(nodes.Element):  # noqa: N801 - docutils names its elements in small letters
    """A box whose first child is its summary."""


class FoldBoxes(SphinxPostTransform):
    """Folds admonitions and solutions; runs after sphinx-exercise has resolved their titles (priority 22)."""

    default_priority = 30
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        for box in list(self.document.findall(nodes.Admonition)):
            if "dropdown" in box["classes"] and box.children and isinstance(box[0], nodes.title):
                title, *rest = box.children
                kind = "sfo-question" if isinstance(box, nodes.admonition) else "solution"
                summary = nodes.inline("", "", *title.children)
                box.parent.replace(box, fold("", summary, *rest, ids=box["ids"], classes=["sfo-fold", kind]))


class SingleIds(SphinxPostTransform):
    """Takes from exercises and solutions the anchor that sphinx-exercise gives to every one of them."""

    default_priority = 31

    def run(self, **kwargs: Any) -> None:
        for section in self.document.findall(nodes.section):
            if section["ids"] and section["ids"][0] in ("exercise-content", "solution-content"):
                section["ids"] = []


class FoldCode(SphinxPostTransform):
    """Puts the hidden code of a figure beneath it, with the hidden code of the cells just before it.

    Runs just before myst-nb's own folding (priority 199), which puts the code above. The set-up (imports)
    waits for the first figure, however far away. Cells that show nothing go.
    """

    default_priority = 198
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        cells = [one for one in self.document.findall(nodes.container) if one.get("nb_element") == "cell_code"]
        waiting: list[nodes.Element] = []  # hidden code that has drawn nothing yet
        previous = None
        for cell in cells:
            if previous is not None and next_to(previous) is not cell:
                waiting = [one for one in waiting if "load(" not in one.astext()]
            previous = cell
            parts = {part.get("nb_element"): part for part in cell.children}
            code, output = parts.get("cell_code_source"), parts.get("cell_code_output")
            if code is None or cell.get("hide_mode") != "input":
                continue
            del cell["hide_mode"]
            cell.remove(code)
            if output is None:
                cell += self.box("How the data were prepared" if "load(" in code.astext() else "Set-up", code)
                waiting.append(cell)
            else:
                drawn = next(output.findall(nodes.figure), None)
                earlier = [part for one in waiting for part in one[0].children[1:]]
                for one in waiting:
                    one.clear()
                cell += self.box(cell["prompt_show"] if drawn is None else "How this figure was made", *earlier, code)
                if drawn is not None:
                    point_to(drawn, cell[-1])
                waiting = []
        for cell in cells:
            if not any(part.children for part in cell.children):
                cell.parent.remove(cell)

    def box(self, words: str, *code: nodes.Element) -> fold:
        return fold("", nodes.inline("", words), *code, classes=["sfo-fold", "sfo-code"])


def point_to(figure: nodes.Element, code: fold) -> None:
    """Add to the line under a figure the link to its code; the anchor lies inside the box, which so opens for it."""
    name = f"{figure['ids'][0]}-code"
    code[1]["ids"].append(name)
    for line in figure.findall(nodes.paragraph):
        if "sfo-data" in line["classes"]:
            link = nodes.inline(
                "", " · ", nodes.reference("", "code", internal=True, refid=name), classes=["screen-only"]
            )
            line.insert(len(line) - 1, link)  # before "enlarge"


def next_to(node: nodes.Element) -> nodes.Node | None:
    """The element that follows `node` in the same section."""
    place = node.parent.index(node) + 1
    return node.parent[place] if place < len(node.parent) else None


def visit(self: HTML5Translator, node: fold) -> None:
    self.body.append(self.starttag(node, "details"))
    self.body.append("<summary>")
    node[0].walkabout(self)
    self.body.append("</summary>\n")
    del node[0]


def depart(self: HTML5Translator, node: fold) -> None:
    self.body.append("</details>\n")


def setup(app: Sphinx) -> None:
    """Register the element and its transforms."""
    app.add_node(fold, html=(visit, depart))
    app.add_post_transform(FoldBoxes)
    app.add_post_transform(SingleIds)
    app.add_post_transform(FoldCode)
