"""What stands before the first chapter and between the parts: cover, titles, imprint, contents, part openers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import yaml

from sugarforoil.publish.cover import ALT
from sugarforoil.publish.manuscript import Page, Part
from sugarforoil.publish.notebooks import ROOT


@dataclass(frozen=True)
class Citation:
    """How the book is cited, from CITATION.cff."""

    title: str
    subtitle: str
    authors: str
    version: str
    date: str
    abstract: str
    keywords: tuple[str, ...]

    @property
    def year(self) -> str:
        """The year of the edition."""
        return self.date[:4]


def citation() -> Citation:
    """Read CITATION.cff."""
    record: Mapping[str, Any] = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    title, _, subtitle = record["title"].partition(": ")
    authors = ", ".join(one.get("name") or f"{one['given-names']} {one['family-names']}" for one in record["authors"])
    return Citation(
        title,
        subtitle,
        authors,
        str(record["version"]),
        str(record["date-released"]),
        " ".join(record["abstract"].split()),
        tuple(record["keywords"]),
    )


def cover(art: str) -> str:
    """The cover, which is one drawing; `art` is its address."""
    return f'<section class="cover"><img class="cover-art" src="{art}" alt="{escape(ALT)}"></section>'


def titles(cite: Citation, address: str) -> str:
    """Half title, title page and imprint."""
    title, subtitle, authors = escape(cite.title), escape(cite.subtitle), escape(cite.authors)
    version = escape(cite.version)
    where = f'<p>The site: <a href="{escape(address)}">{escape(address)}</a></p>' if address else ""
    return f"""<section class="half-title"><p class="half">{title}</p></section>
<section class="motto"><p>Each turn in the relationship shows first in prices, votes and ships.</p>
<p class="motto-note">The thesis of this book, to be tested and not preached</p></section>
<section class="title-page"><p class="big-title">{title}</p><p class="big-subtitle">{subtitle}</p>
<p class="big-note">A data history that you can rerun</p><p class="big-author">{authors}</p></section>
<section class="imprint">
<p>{escape(cite.abstract)}</p>
<p class="imprint-head">About this edition</p>
<p>Version {version} of {long_date(cite.date)}, set from the same notebooks as the book’s site. What paper cannot do is
left to the site: there the code unfolds beneath each figure, the rows of each figure can be downloaded, every table of
the data has a page of its own, and on the page <em>Explore</em> the reader chooses what a figure is compared
with.</p>{where}
<p class="imprint-head">How to cite</p>
<p>{authors} ({cite.year}). <em>{title}: {subtitle}. A data history.</em> Version {version}.</p>
<p class="imprint-head">Licences</p>
<p>Text and figures: Creative Commons Attribution 4.0 International (CC BY 4.0). Copy, translate and change them, and
name the book. Code: the BSD 3-Clause licence. Data: table by table, as their makers allow.</p>
<p>Set in Source Serif 4 and Source Sans 3, both by Adobe and published under the SIL Open Font License.</p>
</section>"""


BLANK = '<section class="blank"></section>'
"""An empty page, so that what follows stands on the right."""

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def long_date(iso: str) -> str:
    """23 November 2026."""
    year, month, day = iso.split("-")
    return f"{int(day)} {MONTHS[int(month) - 1]} {year}"


# --- contents and parts ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """A line of the contents."""

    level: int  # 0 a part, 1 a chapter, 2 a section of a chapter
    label: str  # HTML
    anchor: str
    page: int = 0


def contents(entries: Iterable[Entry]) -> str:
    """The table of contents, each line with leaders and its page."""
    lines = "".join(
        f'<li class="level-{entry.level}"><a href="#{entry.anchor}" data-page="{entry.page}">{entry.label}</a></li>'
        for entry in entries
    )
    return f"""<section class="contents page full">
<h1 id="contents" {heads("Contents", "Contents")}>Contents</h1><ul>{lines}</ul></section>"""


def heads(chapter: str, part: str, bookmark: str = "") -> str:
    """The attributes from which the running heads and the outline of the PDF are made."""
    return f'data-head="{escape(chapter)}" data-part="{escape(part)}" data-bookmark="{escape(bookmark or chapter)}"'


def split_title(page: Page) -> tuple[str, str]:
    """The name of a chapter and its question: "Perestroika: who left whom?"."""
    name, _, question = page.title.partition(": ")
    return name, question[:1].upper() + question[1:]


def part_name(part: Part) -> str:
    """Part II · Alliance."""
    return f"Part {part.number} · {part.title}"


def part_opener(part: Part, pages: Mapping[str, int]) -> str:
    """The page that opens a part, with its chapters."""
    rows = "".join(
        f'<li><a href="#{page.slug}"><span class="part-chapter">{page.number}</span><span class="part-name">'
        f"{escape(split_title(page)[0])}<em>{escape(split_title(page)[1])}</em></span>"
        f'<span class="part-page">{pages.get(page.slug, 0)}</span></a></li>'
        for page in part.pages
    )
    running = heads(part.title, part_name(part), f"{part.number} · {part.title}")
    return f"""<section class="part" id="part-{part.number}"><p class="part-number">Part {part.number}</p>
<h1 class="part-title" {running}>{escape(part.title)}</h1><ul>{rows}</ul></section>"""
