"""Where figures stand: one that does not fit beneath its paragraph waits for a page, and the text goes on meanwhile.

A figure cannot be divided. Set where it is called for, it would often leave a third of a page empty. As a printer does,
the text that follows it is drawn up into the gap.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

GAP = 70.0
"""CSS pixels at the foot of a page that may stay empty (18 mm)."""

TRIES = 24
OFTEN = 2
"""How often a chapter is set at most, and how often one figure is moved."""


def place(content: Any, render: Callable[[], Any]) -> Any:
    """Set a chapter again and again, each time with one figure moved, until no figure leaves a gap.

    Args:
        content: the chapter, changed in place.
        render: sets it and returns the document.

    Returns:
        The document as it is set at last.
    """
    blocks = {str(number): block for number, block in enumerate(flow(content))}
    for number, block in blocks.items():
        block.set("data-block", number)
    document = render()
    moves: Counter[str] = Counter()
    for _ in range(TRIES):
        found = first_gap(document, blocks, {number for number, times in moves.items() if times >= OFTEN})
        if found is None:
            break
        number, gap = found
        moves[number] += 1
        if not draw_up(content, blocks[number], gap, heights(document)):
            moves[number] = OFTEN
            continue
        document = render()
    return document


def first_gap(document: Any, blocks: dict[str, Any], settled: set[str]) -> tuple[str, float] | None:
    """The first block with a figure that begins a page, perhaps under its heading, and left a gap on the one before."""
    for before, after in zip(document.pages, document.pages[1:], strict=False):
        first = top_block(after)
        block = blocks.get(first)
        if block is not None and block.tag in ("h2", "h3") and block.getnext() is not None:
            block = block.getnext()
        if block is None or not is_figure(block) or block.get("data-block") in settled:
            continue
        gap = foot(before) - lowest(before)
        if gap > GAP:
            return block.get("data-block"), gap
    return None


def flow(content: Any) -> Iterator[Any]:
    """The blocks of a chapter in their order: what stands in its sections."""
    for child in content:
        if child.tag == "section":
            yield from flow(child)
        elif isinstance(child.tag, str):
            yield child


def is_figure(block: Any) -> bool:
    """Whether a block holds a figure or a table, which is not divided."""
    return block.tag in ("figure", "table") or any(True for _ in block.iter("figure", "table"))


def is_text(block: Any) -> bool:
    """Whether a block may be drawn up before a figure."""
    if is_figure(block):
        return False
    return block.tag in ("p", "ul", "ol") or bool(block.find_class("sfo-finding"))


def draw_up(content: Any, figure: Any, gap: float, tall: dict[str, float]) -> bool:
    """Move a figure, with those that follow it at once, behind as much text as fills the gap; say whether it was.

    Where its section ends before the gap is filled, it may stand in the next, behind a paragraph.
    """
    blocks = list(flow(content))
    group = [figure]
    following = blocks[blocks.index(figure) + 1 :]
    while following and is_figure(following[0]):
        group.append(following.pop(0))
    filled, last = 0.0, None
    for block in following:
        if filled >= gap or not (is_text(block) or block.tag == "h2"):
            break
        filled += tall.get(block.get("data-block"), 40.0)
        if block.tag != "h2":
            last = block
    if last is None:
        return False
    for one in reversed(group):
        last.addnext(one)
    return True


# --- the boxes of the typesetter ------------------------------------------------------------------------------


def boxes(box: Any) -> Iterator[Any]:
    """A box and all boxes in it."""
    yield box
    for child in getattr(box, "children", ()):
        yield from boxes(child)


def body_of(page: Any) -> Any:
    """The box that holds the text of a page."""
    return page._page_box.children[0]


def in_flow(page: Any) -> Iterator[Any]:
    """The boxes of a page's text, without notes in the margin."""

    def walk(box: Any) -> Iterator[Any]:
        if getattr(box, "is_floated", lambda: False)():
            return
        yield box
        for child in getattr(box, "children", ()):
            yield from walk(child)

    return walk(body_of(page))


def top_block(page: Any) -> str:
    """The number of the block that begins a page."""
    return next((number for box in in_flow(page) if (number := block_of(box))), "")


def block_of(box: Any) -> str:
    """The number of the block of which a box is set, if it is its outermost."""
    element = getattr(box, "element", None)
    number: str = "" if element is None else element.attrib.get("data-block", "")
    return number


def lowest(page: Any) -> float:
    """How far down the text of a page reaches."""
    ends = [box.position_y + box.height for box in in_flow(page) if is_inked(box)]
    return max(ends, default=0.0)


def is_inked(box: Any) -> bool:
    """Whether a box is a line or a picture, and not one that holds others."""
    return type(box).__name__ in ("LineBox", "BlockReplacedBox", "InlineReplacedBox", "TableRowBox")


def foot(page: Any) -> float:
    """Where the text area of a page ends."""
    box = page._page_box
    return float(box.content_box_y() + box.height)


def heights(document: Any) -> dict[str, float]:
    """The height of every block, over all pages on which it stands."""
    found: dict[str, float] = {}
    for page in document.pages:
        for box in in_flow(page):
            if number := block_of(box):
                found[number] = found.get(number, 0.0) + float(box.height)
    return found


def text_of(page: Any) -> str:
    """The words of a page as they are read, those divided at a line's end made whole."""
    words: list[str] = []
    for box in in_flow(page):
        if type(box).__name__ == "LineBox":
            line = line_text(box)
            if words and words[-1].endswith("-") and line[:1].islower():
                words[-1] = words[-1][:-1] + line
            else:
                words.append(line)
    return " ".join(words)


def line_text(line: Any) -> str:
    """The words of a line."""
    return "".join(part.text for part in boxes(line) if type(part).__name__ == "TextBox")
