"""How the book names its sources: by author and year in the text, and so sorted in the bibliography.

Works of one author and year get letters (CIA 1960a, 1960b). Papers in Foreign Relations of the United States
are named as historians do, by volume and document (FRUS 1958–1960 VI, doc. 410): by editor and year,
dozens of them would share one name.
"""

# mypy: allow-subclassing-any, allow-untyped-decorators, allow-untyped-calls, no-warn-return-any
from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from dataclasses import field as field_of
from typing import Any, ClassVar

from pybtex.backends.plaintext import Backend as PlainText
from pybtex.database import Entry
from pybtex.plugin import register_plugin as register_layout
from pybtex.richtext import Text
from pybtex.style.formatting import BaseStyle
from pybtex.style.labels import BaseLabelStyle
from pybtex.style.sorting import BaseSortingStyle
from pybtex.style.template import field, first_of, href, join, node, optional, sentence, tag
from pybtex.style.template import names as people
from sphinx.application import Sphinx
from sphinxcontrib.bibtex.plugin import register_plugin as register_reference
from sphinxcontrib.bibtex.style.referencing import BracketStyle, GroupReferenceStyle, PersonStyle
from sphinxcontrib.bibtex.style.referencing.basic_author_year import (
    BasicAuthorYearParentheticalReferenceStyle,
    BasicAuthorYearTextualReferenceStyle,
)
from sphinxcontrib.bibtex.style.template import join2, post_text, pre_text, reference

from sugarforoil.publish import sources

known: dict[str, dict[str, str]] = {"label": {}, "date": {}}
"""The short name and the lettered year of each work, by its key."""


def name_apart(app: Sphinx) -> None:
    """Learn how each work of the bibliography is called."""
    entries = app.env.get_domain("cite").bibdata.data.entries
    known.update(label=sources.labels(entries), date=sources.dates(entries))
    Bibliography.before = getattr(app.env, "sugarforoil_formatted", {})
    Bibliography.formatted = app.env.sugarforoil_formatted = {}


# --- in the text --------------------------------------------------------------------------------------------


@node
def dated(children: Any, data: dict[str, Any]) -> Text:
    """The year of an entry with its letter."""
    return Text(known["date"][data["entry"].key])


@node
def called(children: Any, data: dict[str, Any]) -> Text:
    """The short name of an entry."""
    return Text(known["label"][data["entry"].key])


@node
def author(children: Any, data: dict[str, Any]) -> Text:
    """The short form of an entry's authors."""
    return Text(sources.who(data["entry"]))


class InBrackets(BasicAuthorYearParentheticalReferenceStyle):
    """(Voeten 2013)"""

    def inner(self, role_name: str) -> Any:
        return join2(sep1=" ", sep2=", ")[pre_text, reference[called], post_text]


class InTheSentence(BasicAuthorYearTextualReferenceStyle):
    """Voeten (2013)"""

    def inner(self, role_name: str) -> Any:
        return join[author, " (", join2(sep1=" ", sep2=", ")[pre_text, reference[dated], post_text], ")"]


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
        volume, document = sources.frus(entry) or (sources.who(entry), 0)
        plain = re.sub(r"^The ", "", volume.replace("{", "").replace("}", ""))
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

    before: ClassVar[dict[str, Any]] = {}  # references of the last build, by all that they are made from
    formatted: ClassVar[dict[str, Any]] = {}  # those of this one, kept with Sphinx's environment for the next

    def format_entry(self, label: str, entry: Entry, bib_data: Any = None) -> Any:
        """The reference to a work; a thousand of them take a second, so those that did not change are kept."""
        people = {role: [str(one) for one in entry.persons[role]] for role in entry.persons}
        called = [named.get(entry.key) for named in known.values()]
        made_from = repr((label, entry.key, entry.type, sorted(entry.fields.items()), people, called))
        if made_from not in self.before:
            self.before[made_from] = super().format_entry(label, entry, bib_data)
        self.formatted[made_from] = self.before[made_from]
        return self.formatted[made_from]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("get_") and name.endswith("_template"):
            return self.template
        raise AttributeError(name)

    def template(self, entry: Entry) -> Any:
        named = sources.frus(entry)
        writers, editors = (people(role, sep=", ", sep2=" and ", last_sep=" and ") for role in ("author", "editor"))
        who = join[first_of[optional[writers], join[editors, ", ed."]], " (", dated, ")"]
        head = join[f"{named[0]}, doc.\u00a0{named[1]}. ", who] if named else who
        title = tag("em")[plain("title")] if entry.type == "book" else join["“", plain("title"), "”"]
        place = sentence(sep=", ", capfirst=False, add_period=False)
        return sentence(sep=". ", capfirst=False)[
            head,
            title,
            optional[join["In ", tag("em")[plain("booktitle")]]],
            optional[place[tag("em")[plain("journal")], issue(entry)]],
            optional[place[plain("institution"), optional[plain("number")]]],
            optional[plain("howpublished")],
            optional[place[plain("publisher"), optional[plain("address")]]],
            optional[plain("note", first=str.upper)],
            optional[href(field("url", raw=True))[field("url", raw=True, apply_func=shown)]],
        ]


def plain(name: str, first: Callable[[str], str] = str) -> Any:
    """A field as it is written, without braces: the bibliography is plain UTF-8, where "8%" is no LaTeX comment."""
    return field(name, raw=True, apply_func=lambda text: unbraced(text, first))


def unbraced(text: str, first: Callable[[str], str] = str) -> str:
    """A text without braces, its first character passed through `first`."""
    text = text.replace("{", "").replace("}", "")
    return first(text[:1]) + text[1:]


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
    # Known beforehand, it is not looked for among all installed packages at every citation (a second saved).
    register_layout("pybtex.backends", "plaintext", PlainText, force=True)
    app.connect("builder-inited", name_apart, priority=900)  # after the bibliography has been read
