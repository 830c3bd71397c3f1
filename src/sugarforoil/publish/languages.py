"""In which language a word is, for screen readers, hyphenation and quotation marks.

Three ways, none of which a notebook needs to know: `book/foreign-words.csv` lists words and titles of periodicals
that are marked wherever they stand; letters of the Cyrillic alphabet are marked as what they are; and a title in the
bibliography is marked by the field `langid` of its entry. Names of people and places are not marked: a voice that
changed its language at every Castro could not be followed, and WCAG (3.1.2) exempts names. For a passage of its own
there is docutils' class: `[Patria o muerte]{.language-es}`.
"""

# mypy: allow-subclassing-any, allow-untyped-decorators, allow-untyped-calls, no-warn-return-any
from __future__ import annotations

import csv
import re
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

from sugarforoil.publish.typography import blocks, leaves

WORDS = "book/foreign-words.csv"

CODES = {
    "danish": "da",
    "dutch": "nl",
    "french": "fr",
    "german": "de",
    "italian": "it",
    "polish": "pl",
    "portuguese": "pt",
    "romanian": "ro",
    "russian": "ru",
    "spanish": "es",
    "vietnamese": "vi",
}
"""The tag of each language that `langid` of the bibliography names."""

CYRILLIC = re.compile(r"[\u0400-\u04ff]+(?:[\s.,:;№«»–-]*(?:\d+\s+)*[\u0400-\u04ff]+)*")
UKRAINIAN, BELARUSIAN = frozenset("ґєіїҐЄІЇ"), frozenset("ўЎ")

# The date that the bibliography adds to the title of a press report, in English.
ADDED = re.compile(r"(?:, (?:\d{1,2} )?(?:[A-Z][a-z]+ )?\d{4})$")


def cyrillic(text: str) -> str:
    """The language of words in Cyrillic letters, by the letters that Russian does not have."""
    letters = set(text)
    return "be" if letters & BELARUSIAN else "uk" if letters & UKRAINIAN else "ru"


def of_title(title: str, langid: str) -> str:
    """The language tag of a title; Russian in Latin letters is told from Russian."""
    code = CODES[langid]
    return "ru-Latn" if code == "ru" and not CYRILLIC.search(title) else code


def foreign_words(file: Path) -> dict[str, str]:
    """Words and their language tags, as the file lists them."""
    with file.open(encoding="utf-8", newline="") as rows:
        return {row["words"]: row["language"] for row in csv.DictReader(rows)}


def pattern_of(words: dict[str, str]) -> re.Pattern[str]:
    """What finds any of the words, whole and as they are spelt, and any Cyrillic."""
    longest_first = sorted(words, key=lambda one: (-len(one), one))
    spelt = "|".join(re.escape(one).replace(r"\ ", r"\s") for one in longest_first)
    return re.compile(rf"(?<!\w)(?:{spelt})(?!\w)|{CYRILLIC.pattern}" if spelt else CYRILLIC.pattern)


def marked(text: str, language: str) -> nodes.inline:
    """Text in its language: the writers of docutils turn the class into `lang`."""
    return nodes.inline("", text, classes=[f"language-{language}"])


def in_reference(reference: str, title: str, langid: str | None) -> str:
    """A reference in HTML whose title, if it is in another language, and whose Cyrillic letters say so.

    Args:
        reference: HTML without attributes that hold Cyrillic letters.
        title: the title as the bibliography has it.
        langid: the language of the title as the bibliography names it, or None for English.
    """
    title = escape(ADDED.sub("", re.sub(r"[{}]", "", title)), quote=False)
    before, found, after = reference.partition(title) if langid else (reference, "", "")
    if found and langid:
        found = f'<span lang="{of_title(title, langid)}">{found}</span>'
    rest = [
        CYRILLIC.sub(lambda one: f'<span lang="{cyrillic(one[0])}">{one[0]}</span>', part) for part in (before, after)
    ]
    return f"{rest[0]}{found}{rest[1]}"


class Languages(SphinxPostTransform):
    """Marks the foreign words of a page, and the foreign titles of the bibliography."""

    default_priority = 290  # before the typesetting, which does not care where a text is cut

    def run(self, **kwargs: Any) -> None:
        words = foreign_words(Path(self.app.srcdir) / WORDS)
        pattern = pattern_of(words)
        for citation in self.document.findall(nodes.citation):
            self.mark_title(citation)
        for block in blocks(self.document):
            for leaf in leaves(block):
                if leaf is not None and not is_marked(leaf) and pattern.search(leaf):
                    replace(leaf, pattern, words)

    def mark_title(self, citation: nodes.citation) -> None:
        """Mark the title of a work whose entry names its language."""
        entry = self.env.get_domain("cite").bibdata.data.entries.get(citation[0].astext())
        if entry is None or not entry.fields.get("langid"):
            return
        whole = re.sub(r"[{}]", "", entry.fields["title"])
        title = ADDED.sub("", whole)
        for leaf in citation.findall(nodes.Text):
            if title in leaf and not isinstance(leaf.parent, nodes.label):
                before, _, after = leaf.partition(title)
                parts = [nodes.Text(before), marked(title, of_title(title, entry.fields["langid"])), nodes.Text(after)]
                leaf.parent.replace(leaf, [part for part in parts if part.astext()])
                return


def is_marked(leaf: nodes.Text) -> bool:
    """Whether something around the text says its language already."""
    node = leaf.parent
    while node is not None:
        if any(name.startswith("language-") for name in node.get("classes", ())):
            return True
        node = node.parent if isinstance(node.parent, nodes.TextElement) else None
    return False


def replace(leaf: nodes.Text, pattern: re.Pattern[str], words: dict[str, str]) -> None:
    """Cut a text where a foreign word begins and ends, and mark the word."""
    parts: list[nodes.Node] = []
    place = 0
    for found in pattern.finditer(leaf):
        language = words.get(re.sub(r"\s", " ", found[0])) or cyrillic(found[0])
        if found.start() > place:
            parts.append(nodes.Text(leaf[place : found.start()]))
        parts.append(marked(found[0], language))
        place = found.end()
    if place < len(leaf):
        parts.append(nodes.Text(leaf[place:]))
    leaf.parent.replace(leaf, parts)


def setup(app: Sphinx) -> None:
    """Register the step for every kind of book."""
    app.add_post_transform(Languages)
