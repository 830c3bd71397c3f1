"""The index: people, places and terms, found on the pages as they are set."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from sugarforoil import datasets
from sugarforoil.publish.frontmatter import heads

ENOUGH = 16
"""Of a name on more pages than this only the pages that say most about it are listed."""

EVERYWHERE = {"Cuba", "Soviet Union", "Russia", "United States"}
"""Countries of which the whole book speaks."""


@dataclass(frozen=True)
class Heading:
    """What the index lists, and the words by which it is found on a page."""

    shown: str
    words: tuple[str, ...]


SURNAMES = {"Felipe Pérez Roque": "Pérez Roque", "José Miró Cardona": "Miró Cardona", "Zhou Enlai": "Zhou Enlai"}
"""Names that are not sorted by their last word."""

ALONE = {"Castro": "Fidel Castro", "Kennedy": "John F. Kennedy"}
"""Whom the chapters mean by a surname that several bear."""


def people() -> list[Heading]:
    """The people of the table `people`, by surname."""
    names = sorted(set(datasets.load("people")["name"]))
    surnames = Counter(surname(name) for name in names)
    found = []
    for name in names:
        last = surname(name)
        given = name.removesuffix(last).strip()
        alone = ALONE.get(last) == name or (surnames[last] == 1 and len(last) > 3)
        found.append(Heading(f"{last}, {given}" if given else last, (name, last) if alone else (name,)))
    return found


def surname(name: str) -> str:
    """The word by which a person is sorted."""
    return SURNAMES.get(name) or name.split()[-1]


def places() -> list[Heading]:
    """Countries, where they are states, and places."""
    countries = datasets.load("countries")
    names = {*countries[countries["kind"] != "aggregate"]["short_name"], *datasets.load("places")["name"]} - EVERYWHERE
    return [Heading(name, (name,)) for name in sorted(names)]


def occurrences(headings: Iterable[Heading], texts: Mapping[int, str]) -> dict[str, Counter[int]]:
    """How often each heading is named on each page. A longer name is taken before a shorter one that it holds."""
    by_words = {words: heading.shown for heading in headings for words in heading.words}
    pattern = re.compile(
        r"(?<!\w)(" + "|".join(re.escape(one) for one in sorted(by_words, key=len, reverse=True)) + r")(?!\w)"
    )
    found: dict[str, Counter[int]] = defaultdict(Counter)
    for page, text in texts.items():
        for match in pattern.finditer(text):
            found[by_words[match[1]]][page] += 1
    return found


def chosen(pages: Counter[int]) -> list[int]:
    """The pages that the index lists."""
    least = 1
    kept = sorted(pages)
    while len(ranges(kept)) > ENOUGH:
        least += 1
        fewer = sorted(page for page, times in pages.items() if times >= least)
        if not fewer:
            break
        kept = fewer
    return kept


def ranges(pages: Sequence[int]) -> list[tuple[int, int]]:
    """Pages in a row as ranges."""
    found: list[tuple[int, int]] = []
    for page in pages:
        if found and page == found[-1][1] + 1:
            found[-1] = (found[-1][0], page)
        else:
            found.append((page, page))
    return found


def index(found: Mapping[str, Counter[int]], terms: Mapping[str, Counter[int]]) -> str:
    """The index as HTML; a page is reached by the anchor `page-N`. Terms are set in italics."""
    lines = [(shown, pages, False) for shown, pages in found.items()]
    lines += [(shown, pages, True) for shown, pages in terms.items()]
    lines.sort(key=lambda line: (sort_key(line[0]), line[0]))
    out, letter = [], ""
    for shown, pages, is_term in lines:
        first = sort_key(shown)[:1].upper()
        first = first if first.isalpha() else "0–9"
        if first != letter:
            letter = first
            out.append(f'<p class="letter">{letter}</p>')
        where = ", ".join(
            f'<a href="#page-{start}">{start}</a>' + (f'–<a href="#page-{end}">{end}</a>' if end > start else "")
            for start, end in ranges(chosen(pages))
        )
        name = f"<em>{escape(shown)}</em>" if is_term else escape(shown)
        out.append(f'<p class="entry">{name}  {where}</p>')
    return f"""<section class="page full index"><h1 id="index" {heads("Index", "Index")}>Index</h1>
<p class="index-note">People, countries and places as the chapters name them; in italics the terms that the glossary
explains. Of a name that is on very many pages those are listed that say most about it.</p>
<div class="columns">{"".join(out)}</div></section>"""


def sort_key(text: str) -> str:
    """Letters without marks, in small letters: Díaz stands where Diaz would."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(char for char in plain if not unicodedata.combining(char)).casefold()
