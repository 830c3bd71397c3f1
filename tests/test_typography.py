"""What a typesetter does to plain text, and what must be left alone."""

from __future__ import annotations

import pytest
from docutils import nodes
from docutils.utils import new_document

from sugarforoil.publish.typography import Typesetting, typeset


# "~" stands for a no-break space.
@pytest.mark.parametrize(
    ("plain", "set_"),
    [
        ("5 million tonnes of sugar", "5~million tonnes of sugar"),
        ("3.15 million roubles", "3.15~million roubles"),
        ("US$ 100 million", "US$~100~million"),
        ("$452 million a year", "$452~million a~year"),
        ("$81 a tonne", "$81~a~tonne"),
        ("6 ¢/lb, then 11 cents a pound", "6~¢/lb, then 11~cents a~pound"),
        ("3.0–3.9 million", "3.0–3.9~million"),
        ("35 per cent", "35~per~cent"),
        ("46.8 percent of 249,000 barrels", "46.8~percent of 249,000~barrels"),
        ("-35 percent", "−35~percent"),
        ("fell by (-5) to -12", "fell by (−5) to −12"),
        ("14 May 1943", "14~May~1943"),
        ("on 1–3 October 1962, in May 1943", "on 1–3~October~1962, in May~1943"),
        ("October 28, 1962", "October~28, 1962"),
        ("see chapter 3 and Figure 2.1", "see chapter~3 and Figure~2.1"),
        ("Part II, pp. 12–14, no. 5, doc. 526", "Part~II, pp.~12–14, no.~5, doc.~526"),
        ("Mr Khrushchev, Gen. Pliyev, St Petersburg", "Mr~Khrushchev, Gen.~Pliyev, St~Petersburg"),
        ("J. F. Kennedy and Н. С. Хрущёв", "J.~F.~Kennedy and Н.~С.~Хрущёв"),
        ("sugar – and oil", "sugar~– and oil"),
        ("Cuban debt - the money", "Cuban debt~– the money"),
        ("14\nMay\n1943", "14~May~1943"),
        ("Russia's \"doomed\" comrades in the '60s", "Russia’s “doomed” comrades in the ’60s"),
        ("'yes', he said (\"no\")", "‘yes’, he said (“no”)"),
        ("in 1962-63 and 1993-1996", "in 1962–63 and 1993–1996"),
    ],
)
def test_plain_text_is_set(plain: str, set_: str) -> None:
    assert typeset(plain) == set_.replace("~", "\u00a0")
    assert len(typeset(plain)) == len(plain), "what stands behind would be cut in the wrong place"
    assert typeset(typeset(plain)) == typeset(plain)


@pytest.mark.parametrize(
    "text",
    [
        "1962–63",
        "in 1962 the tonnes were counted",
        "Of the 44 countries 12 voted; from 1959 to 1962 prices fell",
        "NIE 85-3-62, S/4395, RS22742, 95-248",
        "1962-10-22 and 1962-10",
        "An-158, R-12, U-2, F-16, Il-28",
        "world-wide, Soviet-Cuban, 30-year",
        "Chapter of errors; part of it; table of contents; no one",
        "may 5 states; a tonnage",
        "3.5.2 and 10.1093/oxfordhb",
    ],
)
def test_what_only_looks_alike_is_left(text: str) -> None:
    assert typeset(text) == text


def page(*children: nodes.Node) -> nodes.document:
    document = new_document("page")
    document += nodes.paragraph("", "", *children)
    Typesetting(document).run()
    return document


def test_a_number_and_its_unit_stay_together_across_emphasis_and_line_ends() -> None:
    document = page(nodes.strong("", "5"), nodes.Text("\n"), nodes.Text("million"))
    assert document.astext() == "5\u00a0million"
    assert [type(child) for child in document[0].children] == [nodes.strong, nodes.Text, nodes.Text]


def test_code_formulas_and_addresses_are_left() -> None:
    address = "https://example.org/14-1/'May'"
    kept = [nodes.literal("", "x = -5 # 14 May"), nodes.math("", "a - 5"), nodes.reference("", address, refuri=address)]
    document = page(nodes.Text("14 "), *kept, nodes.Text(" million"))
    assert document.astext() == f"14 x = -5 # 14 Maya - 5{address} million"
    block = new_document("page")
    block += nodes.literal_block("", "-5 '14 May 1943'")
    Typesetting(block).run()
    assert block.astext() == "-5 '14 May 1943'"
