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
                classes = [name for name in box["classes"] if name != "dropdown"]
                summary = nodes.inline("", "", *title.children)
                box.replace_self(fold("", summary, *rest, ids=box["ids"], classes=["sfo-fold", *classes]))


class SingleIds(SphinxPostTransform):
    """Takes from exercises and solutions the anchor that sphinx-exercise gives to every one of them."""

    default_priority = 31

    def run(self, **kwargs: Any) -> None:
        for section in self.document.findall(nodes.section):
            if section["ids"] and section["ids"][0] in ("exercise-content", "solution-content"):
                section["ids"] = []


class FoldCode(SphinxPostTransform):
    """Puts the hidden code of a cell beneath what it drew; removes cells that show nothing.

    Runs just before myst-nb's own folding (priority 199), which puts the code above.
    """

    default_priority = 198
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        for cell in list(self.document.findall(nodes.container)):
            if cell.get("nb_element") != "cell_code":
                continue
            parts = {part.get("nb_element"): part for part in cell.children}
            code, output = parts.get("cell_code_source"), parts.get("cell_code_output")
            if not parts or (code is None and output is not None and not output.children):
                cell.parent.remove(cell)
            elif cell.get("hide_mode") == "input" and code is not None:
                del cell["hide_mode"]
                cell.remove(code)
                drawn = output is not None and next(output.findall(nodes.figure), None) is not None
                words = "How this figure was made" if drawn else cell["prompt_show"]
                cell += fold("", nodes.inline("", words), code, classes=["sfo-fold", "sfo-code"])


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
