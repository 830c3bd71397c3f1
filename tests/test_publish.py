"""The small parts of `sugarforoil.publish`, each by itself; together they are tested on the built book."""

from __future__ import annotations

import pytest
from docutils import nodes
from pybtex.database import Entry, Person

from sugarforoil.publish import citations, mathml, sources
from sugarforoil.publish.folded import next_to
from sugarforoil.publish.mentions import mentions
from sugarforoil.publish.pictures import size
from sugarforoil.publish.tables import html_table


def document(**fields: str) -> Entry:
    people = {"author": [Person("Glennon, John P.")]}
    return Entry("incollection", {"title": "Document 410: Memorandum", "year": "1991", **fields}, people)


SERIES = "Foreign Relations of the United States"


@pytest.mark.parametrize(
    ("volume", "name"),
    [
        ("1958–1960, Volume VI, Cuba", "FRUS 1958–1960 VI"),
        ("1961–1963, Volumes X/XI/XII, Supplement", "FRUS 1961–1963 X/XI/XII"),
        ("Diplomatic Papers, 1944, Volume IV, Europe", "FRUS 1944 IV"),
    ],
)  # fmt: skip
def test_papers_in_frus_are_named_by_volume_and_document(volume: str, name: str) -> None:
    assert sources.frus(document(booktitle=f"{SERIES}, {volume}")) == (name, 410)


def test_other_works_are_not_taken_for_frus() -> None:
    assert sources.frus(document(booktitle="Routledge Handbook of International Organization")) is None
    volume = f"{SERIES}, 1958–1960, Volume VI, Cuba"
    assert sources.frus(document(booktitle=volume, title="Preface")) is None


def test_works_of_one_author_and_year_get_letters() -> None:
    def work(title: str, year: str = "1960") -> Entry:
        fields = {"title": title, "year": year, "shortauthor": "CIA"}
        return Entry("misc", fields, {"author": [Person("{Central Intelligence Agency}")]})

    entries = {key: work(*rest) for key, *rest in [("a", "Oil"), ("b", "Arms"), ("c", "Oil", "1961")]}
    assert sources.labels(entries) == {"a": "CIA 1960b", "b": "CIA 1960a", "c": "CIA 1961"}


def test_a_percent_sign_in_a_title_is_one() -> None:
    fields = {"title": "{A 19% Drop}", "howpublished": "Press", "year": "2021", "url": "https://example.org/a%20b"}
    entry = Entry("misc", fields, {"author": [Person("{14ymedio}")]})
    entry.key = "ymedio2021"
    citations.known["date"][entry.key] = "2021"
    for _ in range(2):  # it is laid out again for each page
        text = citations.Bibliography().format_entry("", entry).text.render_as("text")
        assert "“A 19% Drop”. Press. example.org/a%20b" in text


def test_pages_and_addresses_are_set_with_care() -> None:
    assert citations.unbraced("{El 8% del petróleo}") == "El 8% del petróleo"
    assert citations.unbraced("read in a {US} copy", str.upper) == "Read in a US copy"
    article = Entry("article", {"volume": "61", "number": "2", "pages": "430--456"})
    assert citations.issue(article) == "61(2), 430–456"
    assert citations.shown("https://www.example.org/a/") == "example.org/a"


def test_formulas_become_mathml() -> None:
    drawn = mathml.mathml(nodes.math(text=r"\tfrac12 x"), block=False)
    assert drawn.startswith("<math")
    assert drawn.index("<mn>1</mn>") < drawn.index("<mn>2</mn>") < drawn.index("<mi>x</mi>")
    assert 'display="block"' in mathml.mathml(nodes.math_block(text="x"), block=True)


def test_what_is_no_formula_stands_as_it_was_written() -> None:
    assert mathml.mathml(nodes.math(text="5\u00a0million < 3"), block=False) == "5\u00a0million &lt; 3"


def test_tables_keep_headings_row_names_and_numbers() -> None:
    table = html_table(
        "<table><caption>Not taken</caption>"
        "<thead><tr><th>Buyer</th><th class='number'>1960</th></tr></thead>"
        "<tbody><tr><th scope='row'>Soviet\n Union</th><td class='number'>1,578\u00a0t</td></tr></tbody>"
        "</table>"
    )
    group = table[0]
    assert group[0]["stub"] == 1
    assert [entry.astext() for entry in table.findall(nodes.entry)] == [
        "Buyer",
        "1960",
        "Soviet Union",
        "1,578\u00a0t",
    ]
    assert [entry["classes"] for entry in table.findall(nodes.entry)] == [[], ["num"], [], ["num"]]


def test_pictures_know_their_size_in_pixels() -> None:
    assert size('<svg xmlns="x" viewBox="0 0 518.4 354.75" width="518.4pt">') == (691, 473)
    assert size(["<svg ", 'viewBox="0 0 72 36">']) == (96, 48)
    assert size("<svg>") is None


def test_next_to() -> None:
    first, second = nodes.paragraph(), nodes.paragraph()
    nodes.section("", first, second)
    assert next_to(first) is second
    assert next_to(second) is None


@pytest.mark.parametrize(
    ("text", "linked"),
    [
        ("as chapter 5 shows.", [("chapter 5", "five")]),
        ("Chapter\N{NO-BREAK SPACE}2's prices", [("Chapter\N{NO-BREAK SPACE}2", "two")]),
        ("chapters 2, 5 and 9", [("2", "two"), ("5", "five")]),  # there is no chapter 9 here
        ("chapter 3 speaks of itself; chapters of a book; chapter 52", []),
    ],
)
def test_a_chapter_that_is_mentioned_is_linked(text: str, linked: list[tuple[str, str]]) -> None:
    pieces = list(mentions(text, {2: "two", 3: "three", 5: "five"}, own=3))
    assert [piece for piece in pieces if piece[1]] == linked
    assert "".join(piece for piece, _ in pieces) == text
