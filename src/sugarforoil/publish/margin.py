"""Sources in the margin: each citation in brackets becomes a small number and a note beside the line."""

from __future__ import annotations

from typing import Any

from lxml import html

KEPT = ("td", "th", "figcaption", "caption")
"""Where a citation stays in its brackets: a margin note would stand beside the wrong line."""


def set_notes(content: Any, prefix: str) -> int:
    """Turn the citations of `content` into margin notes, numbered from one.

    Args:
        content: the text, changed in place.
        prefix: what the notes' anchors begin with.

    Returns:
        How many notes there are.
    """
    count = 0
    for citation in list(content.find_class("bibtex-citation")):
        in_brackets = citation.text_content().startswith("(")
        if in_brackets and not any(parent.tag in KEPT for parent in citation.iterancestors()):
            count += 1
            set_note(citation, f"{prefix}-note-{count}", count)
    return count


def set_note(citation: Any, anchor: str, number: int) -> None:
    """Turn one citation into its number in the text and the note to which it leads."""
    citation.attrib.clear()
    citation.set("class", "note")
    citation.set("id", anchor)
    strip_brackets(citation)
    mark = html.Element("span", {"class": "note-number"})
    mark.text, mark.tail, citation.text = str(number), citation.text, None
    citation.insert(0, mark)
    for link in citation.iter("a"):
        link.attrib.pop("title", None)
    call = html.Element("a", {"class": "call", "href": f"#{anchor}"})
    call.text = str(number)
    # The number follows the punctuation, without a space before it.
    tail = citation.tail or ""
    stop = len(tail) - len(tail.lstrip(".,;:?!”’)"))
    before(citation, tail[:stop])
    citation.tail = tail[stop:]
    citation.addprevious(call)


def strip_brackets(citation: Any) -> None:
    """Take the brackets from around a citation and put semicolons between its works."""
    if len(citation) == 0:
        citation.text = (citation.text or "").strip("()")
        return
    if citation.text:
        citation.text = citation.text.replace("(", "", 1)
    last = citation[-1]
    if last.tail and last.tail.rstrip().endswith(")"):
        last.tail = last.tail.rstrip()[:-1]
    for link in citation:
        if link.tail == ", ":
            link.tail = "; "


def before(element: Any, text: str) -> None:
    """Put `text` before an element, in place of the space that stands there."""
    previous = element.getprevious()
    if previous is not None:
        previous.tail = (previous.tail or "").rstrip() + text
    else:
        parent = element.getparent()
        parent.text = (parent.text or "").rstrip() + text
