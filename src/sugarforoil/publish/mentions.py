"""A chapter that is mentioned is linked: "chapter 5" leads there, in prose, captions and computed sentences alike.

So authors write the plain words, which read well in JupyterLab too.
"""

# mypy: allow-subclassing-any, allow-untyped-calls
from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

from sugarforoil.publish.numbering import CHAPTER

SPACE = "[ \N{NO-BREAK SPACE}\n]"
MENTION = re.compile(
    rf"\b[Cc]hapter{SPACE}\d\d?\b|\b[Cc]hapters{SPACE}\d\d?(?:(?:,|{SPACE}and|{SPACE}to){SPACE}\d\d?)+\b"
)
UNLINKED = (nodes.title, nodes.reference, nodes.literal, nodes.literal_block, nodes.raw, addnodes.pending_xref)


def mentions(text: str, chapters: Mapping[int, str], own: int | None) -> Iterator[tuple[str, str | None]]:
    """Cut `text` into pieces, each with the page that it should lead to, or None.

    Args:
        text: running prose.
        chapters: page of each chapter by its number; a number that is none stays plain.
        own: the number of the chapter in which the text stands, which is not linked to itself.
    """
    end = 0
    for match in MENTION.finditer(text):
        # "chapter 5" is linked whole; of "chapters 2 and 5" each number by itself.
        whole = match[0].lower().startswith("chapter") and not match[0].lower().startswith("chapters")
        for number in [match] if whole else list(re.compile(r"\d+").finditer(text, match.start(), match.end())):
            found = int(re.sub(r"\D", "", number[0]))
            if found != own and found in chapters:
                yield text[end : number.start()], None
                yield number[0], chapters[found]
                end = number.end()
    yield text[end:], None


class LinkMentions(SphinxTransform):
    """Turns each mention into a reference, which every builder resolves in its own way."""

    default_priority = 890  # after quotation marks have been set: they join and cut texts

    def apply(self, **_: Any) -> None:
        """Link the mentions of one page."""
        chapters = {int(found[1]): page for page in self.env.found_docs if (found := CHAPTER.match(page))}
        here = CHAPTER.match(self.env.docname)
        for text in list(self.document.findall(nodes.Text)):
            if isinstance(text.parent, UNLINKED) or any(isinstance(up, UNLINKED) for up in ancestors(text)):
                continue
            pieces = list(mentions(text.astext(), chapters, int(here[1]) if here else None))
            if len(pieces) > 1:
                text.parent.replace(text, [self.node(piece, page) for piece, page in pieces if piece])

    def node(self, piece: str, page: str | None) -> nodes.Node:
        """The text, or the reference, of one piece."""
        if page is None:
            return nodes.Text(piece)
        target = {"refdomain": "std", "reftype": "doc", "reftarget": f"/{page}", "refexplicit": True, "refwarn": True}
        link = addnodes.pending_xref(piece, refdoc=self.env.docname, **target)
        link += nodes.inline(piece, piece, classes=["xref", "std", "std-doc"])
        return link


def ancestors(node: nodes.Node) -> Iterator[nodes.Node]:
    """The nodes around a node, from the inside out."""
    while node.parent is not None:
        node = node.parent
        yield node


def setup(app: Sphinx) -> None:
    """Register the step."""
    app.add_transform(LinkMentions)
