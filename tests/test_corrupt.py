"""A sample of the corrupted inputs of `make faults`: refused with their place, or loaded as what is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sugarforoil import datasets
from sugarforoil.errors import DataError
from sugarforoil.publish import corrupt, sources
from sugarforoil.publish.corrupt import Outcome

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = 60


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> corrupt.Place:
    """The tiny tables and the first entries of the bibliography: the real ones are tried by `make faults`."""
    folder = tmp_path_factory.mktemp("corrupt")
    text = (ROOT / "book" / "references.bib").read_text(encoding="utf-8")
    few = folder / "references.bib"
    few.write_text("\n@".join(text.split("\n@")[:20]), encoding="utf-8")
    return corrupt.place_of(ROOT / "tests" / "tiny_data", few, folder / "place")


@pytest.fixture(scope="module")
def sample(place) -> list[Outcome]:
    return corrupt.outcomes(place, SAMPLE)


def test_each_corrupted_input_is_refused_with_its_place_or_is_harmless(sample):
    assert len(sample) == SAMPLE
    assert [one for one in sample if not one.good] == []


def test_the_sample_holds_every_kind_and_most_are_refused(sample):
    """Else nothing would have been tried, or everything let in."""
    assert {one.kind for one in sample} >= {*corrupt.ANY, "NaN or infinity", "a wrong header", "an unknown source"}
    refused = [one for one in sample if one.result == "refused"]
    assert len(refused) > SAMPLE / 2
    assert all(one.file in one.message for one in refused)


def test_the_same_seed_spoils_the_same(place, sample):
    assert corrupt.outcomes(place, 10) == corrupt.outcomes(place, 10)


def test_what_is_loaded_otherwise_than_written_is_noticed(place):
    dataset = place.tables["prices"]
    frame = datasets.read(dataset)
    assert corrupt.as_written(frame, dataset)
    for column, value in (("value", 6.25), ("value", None), ("year", 1958), ("note", "x"), ("preferred", False)):
        other = frame.copy()
        other.loc[0, column] = value
        assert not corrupt.as_written(other, dataset), column
    assert not corrupt.as_written(frame.iloc[1:], dataset)


def test_a_traceback_is_noticed(place, monkeypatch):
    def fails(path: Path) -> list[dict[str, str]]:
        if path.name == corrupt.BIB and path.read_bytes() != place.bib.read_bytes():
            raise KeyError("x")
        return []

    monkeypatch.setattr(sources, "read", fails)
    found = [one for one in corrupt.outcomes(place, SAMPLE) if one.file == corrupt.BIB]
    assert found
    assert all(one.result == "a traceback: KeyError('x')" for one in found)


@settings(max_examples=40, derandomize=True, database=None, deadline=None)
@given(text=st.text(max_size=30))
def test_any_text_in_a_cell_comes_back_as_it_is_or_is_refused(place, text):
    """The property behind it all: what a loader gives back is what is written, or an error with its place."""
    dataset = place.tables["prices"]
    clean = dataset.path.read_bytes()
    cells = corrupt.cells_of(clean)
    cells[1][-1] = text
    try:
        dataset.path.write_bytes(corrupt.written(cells))
        datasets.check("prices", place.data)
        assert corrupt.as_written(datasets.read(dataset), dataset)
    except DataError as error:
        assert (error.file, error.row) == ("prices.csv", 2)
    finally:
        dataset.path.write_bytes(clean)


# --- the bibliography: each fault with its line or its entry ------------------------------------------------------

GOOD = (
    "% Sources.\n\n@misc{one,\n  author = {{A}},\n  title = {T},\n  howpublished = {H},\n  year = {2000},\n"
    "  keywords = {press},\n  url = {https://example.org/a},\n  urldate = {2026-01-01},\n}\n"
)
BAD = {
    "an entry without its @": ("@misc", "misc", "line 3: expected an entry"),
    "a text between entries": ("% Sources.", "Sources.", "line 1: expected an entry"),
    "a brace that does not close": ("{T}", "{T", "does not close"),
    "a brace too many": ("{T},", "{T}},", "line 6: expected an entry"),
    "a field of another name": (
        "howpublished = {H}",
        "howpublished = {H}, yeer = {1}",
        "entry one: unknown field yeer",
    ),
    "an address that runs": ("https://example.org/a", "javascript:x", "entry one: the field url"),
    "a mark that nobody sees": ("{T}", "{T\u202e}", "line 5: expected text without control characters"),
    "a field twice": ("year = {2000}", "year = {2000}, year = {2001}", "references.bib"),
}


@pytest.mark.parametrize(("old", "new", "words"), BAD.values(), ids=BAD)
def test_a_fault_of_the_bibliography_is_told_with_its_place(tmp_path, old, new, words):
    path = tmp_path / "references.bib"
    path.write_text(GOOD, encoding="utf-8")
    assert [row["key"] for row in sources.read(path)] == ["one"]
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(sources.SourcesError) as caught:
        sources.read(path)
    assert "references.bib" in str(caught.value)
    assert words in str(caught.value)


def test_a_bibliography_in_another_encoding_is_told_with_its_line(tmp_path):
    path = tmp_path / "references.bib"
    path.write_bytes(GOOD.replace("{T}", "{é}").encode("latin-1"))
    with pytest.raises(sources.SourcesError, match=r"references\.bib, line 5: expected UTF-8"):
        sources.read(path)
