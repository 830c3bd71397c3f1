"""Words and titles in another language than English say so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from docutils import nodes
from docutils.utils import new_document
from pybtex.database import parse_file

from sugarforoil.publish import languages

ROOT = Path(__file__).resolve().parents[1]
WORDS = languages.foreign_words(ROOT / languages.WORDS)


def marks(text: str, words: dict[str, str]) -> list[tuple[str, str]]:
    """What is marked in a text, and as which language."""
    document = new_document("page")
    document += nodes.paragraph("", text)
    leaf = document[0][0]
    languages.replace(leaf, languages.pattern_of(words), words)
    assert document.astext() == text
    return [(one.astext(), one["classes"][0].removeprefix("language-")) for one in document.findall(nodes.inline)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The zafra of 1970, said Granma.", [("zafra", "es"), ("Granma", "es")]),
        ("as Prensa\nLatina and Pravda had it", [("Prensa\nLatina", "es"), ("Pravda", "ru-Latn")]),
        ("zafras and Granma's are other words", [("Granma", "es")]),
        ("«Правда», 12 мая 1963 г., № 133", [("Правда», 12 мая 1963 г", "ru")]),
        ("Хрущёв in Moscow, Львів and Київ", [("Хрущёв", "ru"), ("Львів", "uk"), ("Київ", "uk")]),
        ("nothing here", []),
    ],
)
def test_foreign_words_are_marked(text: str, expected: list[tuple[str, str]]) -> None:
    words = {"zafra": "es", "Granma": "es", "Prensa Latina": "es", "Pravda": "ru-Latn"}
    assert marks(text, words) == expected


def test_every_language_of_the_bibliography_has_a_tag() -> None:
    entries = parse_file(str(ROOT / "book" / "references.bib")).entries
    named = {key: entry.fields["langid"] for key, entry in entries.items() if "langid" in entry.fields}
    assert set(named.values()) <= set(languages.CODES)
    cyrillic = [key for key, entry in entries.items() if languages.CYRILLIC.search(entry.fields.get("title", ""))]
    assert cyrillic and all(named.get(key) == "russian" for key in cyrillic)


@pytest.mark.parametrize(
    ("reference", "title", "langid", "expected"),
    [
        ("A. “Куба”. RBC.", "{Куба}", "russian", 'A. “<span lang="ru">Куба</span>”. RBC.'),
        ("“El plan & la deuda, 5 May 1990”", "{El plan & la deuda, 5 May 1990}", "spanish", None),
        ("“A plan”. Україна.", "A plan", None, '“A plan”. <span lang="uk">Україна</span>.'),
        ("“A plan”.", "A plan", None, "“A plan”."),
    ],
)
def test_a_reference_says_its_language(reference: str, title: str, langid: str | None, expected: str | None) -> None:
    said = languages.in_reference(reference.replace("&", "&amp;"), title, langid)
    assert said == (expected or '“<span lang="es">El plan &amp; la deuda</span>, 5 May 1990”')


@pytest.fixture(scope="module")
def texts(pages: dict[Path, BeautifulSoup]) -> list[Tag]:
    """What the pages say, without what stands around it."""
    return [page.main for page in pages.values() if page.main]


def test_titles_are_marked_in_the_bibliography(texts: list[Tag]) -> None:
    entries = parse_file(str(ROOT / "book" / "references.bib")).entries
    listed = {one["id"]: one for text in texts for one in text.select(".citation[id]")}
    for key, entry in entries.items():
        if "langid" in entry.fields:
            code = languages.of_title(re.sub("[{}]", "", entry.fields["title"]), entry.fields["langid"])
            assert listed[f"cite-{key}"].find(lang=code), key


def test_cyrillic_is_marked_wherever_it_stands(texts: list[Tag]) -> None:
    found = [one for text in texts for one in text.find_all(string=languages.CYRILLIC)]
    assert found
    assert not [one for one in found if not one.find_parent(lang=re.compile("^(ru|uk|be)$"))]


def test_every_listed_word_is_used(texts: list[Tag]) -> None:
    """A word that no page holds is a slip of the pen."""
    marked = {re.sub(r"\s", " ", one.get_text()) for text in texts for one in text.select("[lang]")}
    assert not [word for word in WORDS if not any(word in one for one in marked)]
