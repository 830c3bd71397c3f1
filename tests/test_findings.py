"""Computed sentences: how numbers are written, what is shown, and what must never be shown."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sugarforoil import findings
from sugarforoil.findings import FindingError

KEY = "voeten2013data"


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    displays: list[tuple[dict[str, Any], dict[str, Any]]] = []
    publish = lambda data, metadata=None, **_: displays.append((data, metadata or {}))  # noqa: E731
    monkeypatch.setattr("IPython.display.publish_display_data", publish)
    return displays


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (findings.number(5_000_000), "5,000,000"),
        (findings.number(-12.54, 1), "−12.5"),
        (findings.number(-0.2), "0"),
        (findings.number(np.float64(3.0)), "3"),
        (findings.number(pd.array([7], dtype="Int64")[0]), "7"),
        (findings.percent(0.848), "85%"),
        (findings.percent(-0.0384, 1), "−3.8%"),
        (findings.part(0.5), "half"),
        (findings.part(0.31), "about a third"),
        (findings.part(0.9), "nine tenths"),
        (findings.points(0.57), "57\u00a0percentage points"),
        (findings.points(0.01), "1\u00a0percentage point"),
        (findings.years(3), "3\u00a0years"),
        (findings.years(1), "1\u00a0year"),
        (findings.tonnes(425_000), "425,000\u00a0tonnes"),
        (findings.tonnes(5_000_000), "5\u00a0million\u00a0tonnes"),
        (findings.tonnes(3_119_655, 2), "3.12\u00a0million\u00a0tonnes"),
        (findings.dollars(100_000_000), "$100\u00a0million"),
        (findings.dollars(-1_258_000_000, 1), "−$1.3\u00a0billion"),
        (findings.dollars(1250), "$1,250"),
        (findings.dollars(21_500_000), "$21.5\u00a0million"),
        (findings.cents(3.15), "3.15\u00a0¢/lb"),
        (findings.cents(4, 0, per=""), "4¢"),
        (findings.times(2.46), "2.5\u00a0times"),
        (findings.words(3), "three"),
        (findings.words(13), "13"),
        (findings.date("1960-02-13"), "13\u00a0February\u00a01960"),
        (findings.date("1960-02-01", "month"), "February\u00a01960"),
        (findings.date(pd.Timestamp(1960, 2, 1), "year"), "1960"),
        (findings.span(1959, 1961), "1959–1961"),
        (findings.listing(["a", "b", "c"]), "a, b and c"),
        (findings.listing(["a"]), "a"),
    ],
)
def test_numbers_are_written_the_books_way(written: str, expected: str) -> None:
    assert written == expected


@pytest.mark.parametrize("value", [None, float("nan"), float("inf"), pd.NA, pd.NaT, "5", True])
def test_formatters_refuse_what_is_no_number(value: Any) -> None:
    for write in (findings.number, findings.percent, findings.dollars, findings.tonnes, findings.cents):
        with pytest.raises(FindingError, match="expected a finite number"):
            write(value)


def test_say_shows_words_for_every_reader_and_a_citation_for_the_book(shown: Any) -> None:
    findings.say("In {year} the share was {share}.", cite=KEY, year=np.int64(1958), share=findings.percent(0.848))
    ((bundle, about),) = shown
    assert bundle == {
        "text/markdown": "In 1958 the share was 85% (Voeten 2013).",
        "text/plain": "In 1958 the share was 85% (Voeten 2013).",
    }
    assert about["sugarforoil"] == {
        "kind": "finding",
        "text": f"In 1958 the share was 85% {{cite:p}}`{KEY}`.",
        "cite": [KEY],
    }


def test_citations_within_a_sentence_are_spelt_out_for_readers(shown: Any) -> None:
    findings.say("As {cite:t}`voeten2013data` counts, {n} votes.", n=41)
    assert shown[0][0]["text/markdown"] == "As Voeten (2013) counts, 41 votes."
    assert shown[0][1]["sugarforoil"]["text"] == "As {cite:t}`voeten2013data` counts, 41 votes."


def test_brief_is_a_numbered_list(shown: Any) -> None:
    findings.brief([findings.sentence("Cuba took {n} sides.", n=2, cite=KEY), "No number here."])
    ((bundle, about),) = shown
    assert bundle["text/markdown"] == "1. Cuba took 2 sides (Voeten 2013).\n2. No number here."
    assert about["sugarforoil"]["kind"] == "brief"
    assert about["sugarforoil"]["text"].startswith("1. Cuba took 2 sides {cite:p}`voeten2013data`.")


@pytest.mark.parametrize(
    ("template", "values", "complaint"),
    [
        ("In {year} the share was {share}.", {"year": 1958}, "no value for share"),
        ("In {year}.", {"year": 1958, "share": "85%"}, "no placeholder for share"),
        ("It was {x}.", {"x": None}, "x is missing"),
        ("It was {x}.", {"x": float("nan")}, "x is missing"),
        ("It was {x}.", {"x": pd.NA}, "x is missing"),
        ("It was {x}.", {"x": pd.NaT}, "x is missing"),
        ("It was {x}.", {"x": "nan"}, "x is 'nan'"),
        ("It was {x}.", {"x": ""}, "x is ''"),
        ("It was {x}.", {"x": 0.8476190476}, "use a formatter"),
        ("It was {x:.2f}.", {"x": 0.8}, "plain {name}"),
        ("It was {}.", {}, "plain {name}"),
        ("It was {x", {"x": 1}, "finding"),
        ("  ", {}, "empty"),
    ],
)
def test_an_unfinished_sentence_is_never_shown(
    template: str, values: dict[str, Any], complaint: str, shown: Any
) -> None:
    with pytest.raises(FindingError, match=complaint):
        findings.say(template, **values)
    assert shown == []


def test_an_unknown_source_is_refused_with_the_nearest_key(shown: Any) -> None:
    with pytest.raises(FindingError, match=r"voeten2013dat.*voeten2013data"):
        findings.say("Votes.", cite="voeten2013dat")
    with pytest.raises(FindingError, match="nobody1900"):
        findings.say("Votes {cite:p}`nobody1900`.")
    assert shown == []


def test_an_empty_brief_is_refused() -> None:
    with pytest.raises(FindingError, match="at least one"):
        findings.brief([])


def test_a_share_far_from_every_simple_fraction_has_no_words() -> None:
    with pytest.raises(findings.FindingError, match=r"near a simple fraction, got 0\.42; use findings\.percent"):
        findings.part(0.42)
