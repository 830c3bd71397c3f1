"""The small care of a typesetter, given to every page while it is laid out, so that nobody types it.

No line ends between a number and its unit, in a date, between "chapter" and its number or a person's initials; a
minus is a minus and not a hyphen; quotation marks are curled. Authors and the code of notebooks write plain text:
spaces, hyphens, straight quotes. Every change is of one character for another, so that the text keeps its length
and what is emphasised or linked stays so. Code and formulas are left alone.
"""

# mypy: allow-subclassing-any, no-warn-return-any
from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

NBSP = "\u00a0"
ABSENT = "\ufffc"  # stands in a text for what is no text: code, a formula, an image

MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|(?:Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov|Dec)\.?)"
)
NUMBER = r"(?<![\w.,/])[−+-]?\d(?:[\d,.]*\d)?(?:[–-]\d(?:[\d,.]*\d)?)?"
MONEY = r"(?:US\$|[$€£¥]|USD|SUR|RUB|CUP|EUR)"
MANY = r"(?:thousand|million|billion|trillion)"
UNIT = (
    r"(?:per\scent|percent|%|°[CFNSEW]?|¢(?:/lb)?|cents?|US\scents?|(?:US\s)?dollars?|roubles?|rubles?|pesos?|euros?"
    r"|pounds?|yuan|tonnes?|tons?|t|kt|Mt|kg|g|mg|lb|lbs|barrels?|bbl|b/d|litres?|gallons?|km²?|kilomet(?:re|er)s?"
    r"|met(?:re|er)s?|nautical\smiles|miles?|nm|m²?|cm|mm|feet|ft|inch(?:es)?|hectares?|ha|acres?|[kMGT]Wh?|watts?|TJ|PJ"
    r"|megatons?|kilotons?|calories|kcal|times|points?|hours?|minutes?|seconds?|days?|weeks?|months?|years?|decades?"
    r"|a\.m\.|p\.m\.)"
)
LABEL = (
    r"(?:[Cc]hapters?|[Ff]igures?|[Tt]ables?|[Ee]quations?|[Pp]arts?|[Pp]ages?|[Aa]rticles?|[Rr]esolutions?|[Ss]ections?"
    r"|[Ee]xercises?|[Vv]olumes?|[Pp]rotocols?|[Ll]aws?|[Dd]ocuments?|[Cc]ables?|[Nn]umbers?|[Vv]ersions?|[Rr]ows?"
    r"|pp?\.|[Nn]os?\.|[Vv]ols?\.|[Dd]ocs?\.|[Ff]igs?\.|[Aa]rts?\.|[Cc]h\.|[Ss]ec\.|c\.|ca\.|[№§])"
)
RATED = r"(?:tonne|ton|barrel|pound|kilogram|hectare|head|person|worker|tourist|day|week|month|year)"
TITLE = r"(?:Mr|Mrs|Ms|Dr|St|Prof)\.?|(?:Gen|Col|Capt|Lt|Maj|Adm|Sen|Rep|Gov|Pres|Amb)\."

TIED = [
    re.compile(pattern)
    for pattern in (
        rf"{MONEY}\s?\d(?:[\d,.]*\d)?\sa\s{RATED}\b",  # $81 a tonne
        rf"{MONEY}\s(?=\d)",  # US$ 100
        rf"(?:{MONEY}|(?<![\w.,/])[−+-]?)\d(?:[\d,.]*\d)?(?:[–-]\d(?:[\d,.]*\d)?)?\s{MANY}\b",  # US$100 million
        rf"{NUMBER}\s{UNIT}(?!\w)",
        rf"\ba\s{RATED}\b",
        rf"(?<![\w.,])\d{{1,2}}(?:[–-]\d{{1,2}})?\s{MONTH}(?:\s\d{{4}}\b)?",  # 14 May 1943
        rf"\b{MONTH}\s\d{{1,4}}\b",  # May 1943, May 14
        rf"(?<!\w){LABEL}\s(?:\d|[IVX]+\b)",
        rf"(?<!\w)(?:{TITLE})\s(?=[A-ZÁÉÍÓÚÑА-ЯЁ])",
        r"(?<![\w.])[A-ZА-ЯЁ]\.\s(?=[A-ZÁÉÍÓÚÑА-ЯЁ])",  # initials
        r"\s(?=[–—]\s)",
        r"\s(?=…)",
    )
]
SPACE = re.compile(r"[ \n]")
MINUS = re.compile(r"(?:(?<=[\s(\[“‘])|^)-(?=\d)")
DASH = re.compile(r"(?<=\s)-(?=\s)")
YEARS = re.compile(r"(?<![\w/.–-])((?:1[5-9]|20)\d\d)-((?:1[5-9]|20)\d\d|\d\d)(?![\w/–-])")
QUOTE = re.compile(r"""["']""")
BEFORE_OPENING = frozenset(" \n\u00a0([{–—“‘")


def typeset(text: str) -> str:
    """Return the text with no-break spaces, minus signs, dashes and curled quotes, as long as it was."""
    if not any(mark in text for mark in " \n-'\""):
        return text
    if "'" in text or '"' in text:
        text = QUOTE.sub(curled, text)
    if "-" in text:
        text = YEARS.sub(years, DASH.sub("–", MINUS.sub("−", text)))
    for pattern in TIED:
        text = pattern.sub(lambda found: SPACE.sub(NBSP, found[0]), text)
    return text


def curled(found: re.Match[str]) -> str:
    """The quotation mark or apostrophe for a straight one, by what stands around it."""
    text, place = found.string, found.start()
    opens = place == 0 or text[place - 1] in BEFORE_OPENING
    if found[0] == '"':
        return "“" if opens else "”"
    decade = re.match(r"'\d\d(?!\d)", text[place:])  # the '60s
    return "‘" if opens and not decade else "’"


def years(found: re.Match[str]) -> str:
    """1962-63 and 1962-1963 get a dash; 1962-10 may be a month and is left."""
    first, last = int(found[1]), int(found[2])
    follows = last > first if last > 99 else last > max(12, first % 100)
    return f"{found[1]}–{found[2]}" if follows else found[0]


class Typesetting(SphinxPostTransform):
    """Typesets the text of a page, block by block, after references and citations have got their words."""

    default_priority = 300

    def run(self, **kwargs: Any) -> None:
        for block in blocks(self.document):
            parts = list(leaves(block))
            plain = "".join(ABSENT if part is None else part.astext() for part in parts)
            done = typeset(plain)
            if done == plain:
                continue
            place = 0
            for part in parts:
                size = 1 if part is None else len(part)
                if part is not None and (new := done[place : place + size]) != part:
                    part.parent.replace(part, nodes.Text(new))
                place += size


def blocks(document: nodes.document) -> list[nodes.TextElement]:
    """The elements of a page that hold running text: paragraphs, titles, captions, cells."""
    return [
        one
        for one in document.findall(nodes.TextElement)
        if not isinstance(one.parent, nodes.TextElement) and not is_code(one)
    ]


def leaves(element: nodes.Element) -> Iterator[nodes.Text | None]:
    """The pieces of text in a block, in order; None for what is no text."""
    for child in element.children:
        if isinstance(child, nodes.Text):
            yield child
        elif is_code(child):
            yield None
        else:
            yield from leaves(child)


def is_code(node: nodes.Node) -> bool:
    """Whether a node holds what must stay as it is: code, a formula, markup, an address."""
    kinds = (nodes.literal, nodes.FixedTextElement, nodes.math, nodes.math_block, nodes.raw, nodes.image, nodes.label)
    if isinstance(node, nodes.reference):
        return "/" in node.astext() and " " not in node.astext()
    return isinstance(node, kinds)


def setup(app: Sphinx) -> None:
    """Register the step for every kind of book."""
    app.add_post_transform(Typesetting)
