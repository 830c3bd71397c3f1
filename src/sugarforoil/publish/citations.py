"""How the book names its sources: by author and year in the text, and so sorted in the bibliography.

Works of one author and year get letters (CIA 1960a, 1960b). Papers in Foreign Relations of the United States
are named as historians do, by volume and document (FRUS 1958–1960 VI, doc. 410): by editor and year,
dozens of them would share one name.
"""

# mypy: allow-subclassing-any, allow-untyped-decorators, allow-untyped-calls, no-warn-return-any
from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field as field_of
from typing import Any

from pybtex.database import Entry
from pybtex.plugin import register_plugin as register_layout
from pybtex.richtext import Text
from pybtex.style.formatting import BaseStyle
from pybtex.style.labels import BaseLabelStyle
from pybtex.style.sorting import BaseSortingStyle
from pybtex.style.template import field, href, join, node, optional, sentence, tag
from pybtex.style.template import names as people
from sphinx.application import Sphinx
from sphinxcontrib.bibtex.plugin import register_plugin as register_reference
from sphinxcontrib.bibtex.style.referencing import BracketStyle, GroupReferenceStyle, PersonStyle
from sphinxcontrib.bibtex.style.referencing.basic_author_year import (
    BasicAuthorYearParentheticalReferenceStyle,
    BasicAuthorYearTextualReferenceStyle,
)
from sphinxcontrib.bibtex.style.template import join2, post_text, pre_text, reference

VOLUME = re.compile(r"^Foreign Relations of the United States, (?:.*, )?(\d{4}(?:–\d{4})?), Volumes? ([^,]+)")
DOCUMENT = re.compile(r"^Document (\d+)")

letters: dict[str, str] = {}
"""Key of a work that shares author and year with others -> its letter."""


def name_apart(app: Sphinx) -> None:
    """Give letters to works of the same author and year, in the order of their titles."""
    entries = app.env.get_domain("cite").bibdata.data.entries
    groups: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in entries.values():
        if not frus(entry):
            groups[author(entry), entry.fields.get("year", "")].append(entry)
    letters.clear()
    for works in groups.values():
        if len(works) > 1:
            for i, entry in enumerate(sorted(works, key=lambda work: work.fields["title"])):
                letters[entry.key] = chr(ord("a") + i) if i < 26 else f"-{i + 1}"


def author(entry: Entry) -> str:
    """The last names of an entry's authors."""
    found = entry.persons.get("author") or entry.persons.get("editor") or []
    return " ".join(" ".join(one.prelast_names + one.last_names) for one in found)


def frus(entry: Entry) -> tuple[str, int] | None:
    """("FRUS 1958–1960 VI", 410) for a document in Foreign Relations of the United States, else None."""
    volume = VOLUME.match(entry.fields.get("booktitle", ""))
    document = DOCUMENT.match(entry.fields.get("title", ""))
    return (f"FRUS {volume[1]} {volume[2]}", int(document[1])) if volume and document else None


# --- in the text --------------------------------------------------------------------------------------------


@node
def dated(children: Any, data: dict[str, Any]) -> Text:
    """The year of an entry with its letter."""
    entry = data["entry"]
    return Text(entry.fields.get("year", "n.d."), letters.get(entry.key, ""))


@node
def usual(children: Any, data: dict[str, Any]) -> Any:
    """The first child, or the name of a FRUS document, all of it a link: `usual(as_link)[child]`."""
    named = frus(data["entry"])
    if named is None:
        return children[0].format_data(data)
    return reference[f"{named[0]}, doc.\u00a0{named[1]}"].format_data(data)


class InBrackets(BasicAuthorYearParentheticalReferenceStyle):
    """(Voeten 2013)"""

    def inner(self, role_name: str) -> Any:
        who = self.person.author_or_editor_or_title(full="s" in role_name)
        return join2(sep1=" ", sep2=", ")[pre_text, usual[reference[join(sep=" ")[who, dated]]], post_text]


class InTheSentence(BasicAuthorYearTextualReferenceStyle):
    """Voeten (2013)"""

    def inner(self, role_name: str) -> Any:
        who = self.person.author_or_editor_or_title(full="s" in role_name)
        year = join["(", join2(sep1=" ", sep2=", ")[pre_text, reference[dated], post_text], ")"]
        return usual[join(sep=" ")[who, year]]


@dataclass
class AuthorYear(GroupReferenceStyle):
    """The reference style that `_config.yml` names."""

    person: PersonStyle = field_of(default_factory=PersonStyle)

    def __post_init__(self) -> None:
        brackets = BracketStyle(left="(", right=")")
        self.styles.extend([InBrackets(bracket=brackets), InTheSentence(bracket=brackets)])
        super().__post_init__()


# --- in the bibliography ------------------------------------------------------------------------------------


class ByName(BaseSortingStyle):
    """The order in which a reader looks: by the name that the text uses, FRUS documents by their numbers."""

    def sorting_key(self, entry: Entry) -> tuple[str, int, str, str]:
        volume, document = frus(entry) or (author(entry), 0)
        plain = re.sub(r"^(The|El|La|Los|Las) ", "", volume.replace("{", "").replace("}", ""))
        return (plain.casefold(), document, entry.fields.get("year", ""), entry.fields.get("title", ""))


class Keys(BaseLabelStyle):
    """Labels are not shown; keys keep them apart."""

    def format_labels(self, sorted_entries: Iterable[Entry]) -> list[str]:
        return [entry.key for entry in sorted_entries]


class Bibliography(BaseStyle):
    """One layout for all kinds of works: who (year). Title. Where it stands. Address."""

    default_name_style = "lastfirst"
    default_label_style = Keys
    default_sorting_style = ByName

    def __getattr__(self, name: str) -> Any:
        if name.startswith("get_") and name.endswith("_template"):
            return self.template
        raise AttributeError(name)

    def template(self, entry: Entry) -> Any:
        named = frus(entry)
        who = join[people("author", sep=", ", sep2=" and ", last_sep=" and "), " (", dated, ")"]
        head = join[f"{named[0]}, doc.\u00a0{named[1]}. ", who] if named else who
        title = tag("em")[field("title")] if entry.type == "book" else join["“", field("title"), "”"]
        place = sentence(sep=", ", capfirst=False, add_period=False)
        return sentence(sep=". ", capfirst=False)[
            head,
            title,
            optional[join["In ", tag("em")[field("booktitle")]]],
            optional[place[tag("em")[field("journal")], issue(entry)]],
            optional[place[field("institution"), optional[field("number")]]],
            optional[field("howpublished")],
            optional[place[field("publisher"), optional[field("address")]]],
            optional[field("note")],
            optional[href[field("url", raw=True), field("url", raw=True, apply_func=shown)]],
        ]


def issue(entry: Entry) -> str:
    """Volume, number and pages of an article: "61(2), 430–456"."""
    volume, number, pages = (entry.fields.get(name, "") for name in ("volume", "number", "pages"))
    count = f"{volume}({number})" if volume and number else volume or number
    return ", ".join(part for part in (count, re.sub("-+", "–", pages)) if part)


def shown(address: str) -> str:
    """A web address without the part that every address begins with."""
    return re.sub(r"^https?://(www\.)?", "", address).rstrip("/")


def setup(app: Sphinx) -> None:
    """Make both styles known under the name "sugarforoil" for `_config.yml`."""
    register_reference("sphinxcontrib.bibtex.style.referencing", "sugarforoil", AuthorYear)
    register_layout("pybtex.style.formatting", "sugarforoil", Bibliography)
    app.connect("builder-inited", name_apart, priority=900)  # after the bibliography has been read
