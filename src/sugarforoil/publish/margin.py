"""Sources in the margin: each citation in brackets becomes a small number and a note beside its line.

The typesetter knows no margin notes. So the notes are set apart, as one long strip, and each is put beside the line of
its number when the pages are laid out: below the note before it, clear of figures and tables that take the whole
width, and never beneath the foot of the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lxml import html

from sugarforoil.publish import placing

KEPT = ("td", "th", "figcaption", "caption")
"""Where a citation stays in its brackets: a margin note would stand beside the wrong line."""

SPACE = 3.0
"""CSS pixels between two notes."""


def take_notes(content: Any, prefix: str) -> list[str]:
    """Replace the citations of `content` by numbers from one on; return the notes as HTML, in their order.

    Args:
        content: the text, changed in place.
        prefix: what the anchors of numbers and notes begin with.
    """
    notes: list[str] = []
    for citation in list(content.find_class("bibtex-citation")):
        in_brackets = citation.text_content().startswith("(")
        if in_brackets and not any(parent.tag in KEPT for parent in citation.iterancestors()):
            notes.append(take_note(citation, prefix, len(notes) + 1))
    return notes


def take_note(citation: Any, prefix: str, number: int) -> str:
    """Replace one citation by its number; return the note."""
    strip_brackets(citation)
    call = html.Element("a", {"class": "call", "id": f"{prefix}-call-{number}", "href": f"#{prefix}-note-{number}"})
    call.text = str(number)
    # The number follows the punctuation, without a space before it.
    tail = citation.tail or ""
    stop = len(tail) - len(tail.lstrip(".,;:?!”’)"))
    citation.tail = tail[stop:]
    tie(citation, call, tail[:stop])
    citation.drop_tree()
    for link in citation.iter("a"):
        link.attrib.pop("title", None)
    inside = citation.text or ""
    inside += "".join(html.tostring(part, encoding="unicode") for part in citation)
    mark = f'<a class="note-number" href="#{prefix}-call-{number}">{number}</a>'
    return f'<p class="note" id="{prefix}-note-{number}">{mark} {inside}</p>'


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


def tie(citation: Any, call: Any, stop: str) -> None:
    """Put a number where its citation stands, in place of the space before it, tied to the word that it follows."""
    previous, parent = citation.getprevious(), citation.getparent()
    text = ((parent.text if previous is None else previous.tail) or "").rstrip() + stop
    words, space, word = text.rpartition(" ")
    if previous is None:
        parent.text = words + space
    else:
        previous.tail = words + space
    bond = html.Element("span", {"class": "tied"})
    bond.text = word
    bond.append(call)
    citation.addprevious(bond)


# --- on the pages ---------------------------------------------------------------------------------------------


def place_notes(document: Any, strip: Any, wide: float) -> int:
    """Put the notes beside their numbers.

    Args:
        document: the laid out text.
        strip: the notes, laid out one beneath the other.
        wide: from how many CSS pixels on a box reaches into the margin.

    Returns:
        How many notes found no room on their page and stand beneath its foot.
    """
    notes = {box.element.get("id"): box for page in strip.pages for box in notes_of(page)}
    too_many = 0
    for place, page in enumerate(document.pages):
        called = [
            (anchor.replace("-call-", "-note-"), point[1])
            for anchor, point in page.anchors.items()
            if "-call-" in anchor
        ]
        found = [(notes[name], y) for name, y in called if name in notes]
        if not found:
            continue
        top, foot = page._page_box.content_box_y(), placing.foot(page)
        blocked = obstacles(page, wide)
        tops = stack([y for _, y in found], [box.height for box, _ in found], blocked, top, foot)
        too_many += sum(y + box.height > foot + 30 for y, (box, _) in zip(tops, found, strict=True))
        left = page._page_box.content_box_x() + page._page_box.width - found[0][0].width
        for y, (box, _) in zip(tops, found, strict=True):
            box.translate(left - box.position_x, y - box.position_y)
        page._page_box.children = [*page._page_box.children, *(box for box, _ in found)]
        document.pages[place] = type(page)(page._page_box)
    return too_many


def notes_of(page: Any) -> list[Any]:
    """The boxes of the notes on a strip."""
    return [
        box
        for box in placing.in_flow(page)
        if type(box).__name__ == "BlockBox" and box.element is not None and box.element.get("class") == "note"
    ]


def obstacles(page: Any, wide: float) -> list[tuple[float, float]]:
    """From where to where the margin of a page is taken by figures, tables and titles."""
    found = []
    for box in placing.in_flow(page):
        if type(box).__name__ in ("LineBox", "BlockReplacedBox", "TableRowBox") and box.width > wide:
            found.append((box.position_y - SPACE, box.position_y + box.height + SPACE))
    return found


def stack(
    wanted: Sequence[float],
    tall: Sequence[float],
    blocked: Sequence[tuple[float, float]],
    top: float,
    foot: float,
) -> list[float]:
    """Where notes begin that want to stand at `wanted` and are so `tall`.

    Each stands as near beneath its wish as the one before and the obstacles allow. Those that would stand beneath the
    foot are moved up, as far as there is room.
    """
    tops: list[float] = []
    free = top
    for wish, height in zip(wanted, tall, strict=True):
        y = clear(max(wish, free), height, blocked)
        tops.append(y)
        free = y + height + SPACE
    limit = foot
    for i in range(len(tops) - 1, -1, -1):
        if tops[i] + tall[i] <= limit:
            break
        above = clear_up(limit - tall[i], tall[i], blocked)
        if above < top:
            break
        tops[i] = above
        limit = above - SPACE
    return tops


def clear(y: float, height: float, blocked: Sequence[tuple[float, float]]) -> float:
    """The first place from `y` downwards that no obstacle takes."""
    moved = True
    while moved:
        moved = False
        for start, end in blocked:
            if y < end and y + height > start:
                y, moved = end, True
    return y


def clear_up(y: float, height: float, blocked: Sequence[tuple[float, float]]) -> float:
    """The first place from `y` upwards that no obstacle takes."""
    moved = True
    while moved:
        moved = False
        for start, end in blocked:
            if y < end and y + height > start:
                y, moved = start - height - 0.01, True
    return y
