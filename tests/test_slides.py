"""Slides: every figure of every chapter, with its question, sources and alternative text, the same bytes each time."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest

from sugarforoil import datasets
from sugarforoil.publish import slides
from sugarforoil.publish.chapters import marked

ROOT = Path(__file__).resolve().parents[1]

try:
    import pptx
except ImportError:
    if os.environ.get("SUGARFOROIL_REQUIRE_TOOLS"):
        raise
    pytest.skip("python-pptx is not installed", allow_module_level=True)


@pytest.fixture(scope="module")
def decks() -> dict[str, slides.Deck]:
    return {deck.stem: deck for deck in slides.decks()}


@pytest.fixture(scope="module")
def labels() -> dict[str, str]:
    return datasets.sources()["label"].to_dict()


CHAPTERS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))


@pytest.mark.parametrize("path", CHAPTERS, ids=[path.stem for path in CHAPTERS])
def test_every_figure_of_a_chapter_is_on_a_slide(path, decks, labels):
    """Read back with the library: picture, alternative text, question as the title, number and sources, notes."""
    show = pptx.Presentation(io.BytesIO(slides.presentation(decks[path.stem])))
    marks = [one["metadata"]["sugarforoil"] for one in marked(json.loads(path.read_text(encoding="utf-8")))]
    figures = [mark for mark in marks if mark["kind"] == "figure"]
    pages = [page for page in list(show.slides)[1:] if "(part " not in page.shapes.title.text_frame.text]
    assert len(pages) == len(figures)
    for count, (page, mark) in enumerate(zip(pages, figures, strict=True), start=1):
        (picture,) = [shape for shape in page.shapes if shape.shape_type == pptx.enum.shapes.MSO_SHAPE_TYPE.PICTURE]
        assert picture.name == mark["id"]
        assert picture._element.nvPicPr.cNvPr.get("descr") == mark["alt"]
        assert page.shapes.title.text_frame.text.endswith("?")
        words = "\n".join(shape.text_frame.text for shape in page.shapes if shape.has_text_frame)
        assert f"Figure {int(path.stem[:2])}.{count}. {mark['title']}" in words
        notes = page.notes_slide.notes_text_frame.text
        assert "A good answer:" in notes
        assert all(labels[key] in notes for key in mark["sources"])
        assert "named in the notes" in words or all(labels[key] in words for key in mark["sources"])
        assert max(len(shape.text_frame.text) for shape in page.shapes if shape.has_text_frame) < 560, "three lines"
        inside = [shape.left >= 0 and shape.left + shape.width <= show.slide_width for shape in page.shapes]
        assert all(inside)
        assert picture.top + picture.height <= page.shapes[-1].top


def test_a_tall_figure_comes_again_in_parts_and_a_map_does_not(decks):
    show = pptx.Presentation(io.BytesIO(slides.presentation(decks["03_missiles"])))
    reach = next(one.png for one in decks["03_missiles"].slides if one.name == "fig-mis-reach")
    assert slides.cuts(reach, slides.TALL, slides.PICTURE[1]) == []
    parts: dict[str, list] = {}
    titles = [page.shapes.title.text_frame.text for page in show.slides]
    assert len(titles) == len(set(titles)), "PowerPoint lists slides by their titles"
    for page in list(show.slides)[1:]:
        picture = next(shape for shape in page.shapes if hasattr(shape, "crop_top"))
        parts.setdefault(picture.name, []).append((picture, page.shapes.title.text_frame.text))
    assert len(parts["fig-mis-hours"]) == 1 + 3
    for whole, *rest in parts.values():
        assert (whole[0].crop_top, whole[0].crop_bottom) == (0, 0)
        edge = 0.0
        for count, (picture, title) in enumerate(rest, start=1):
            assert picture.crop_top == pytest.approx(edge, abs=1e-4)
            edge = 1 - picture.crop_bottom
            assert title.endswith(f"(part {count} of {len(rest)})")
            assert picture.width > 1.2 * whole[0].width
        assert not rest or edge == 1


def test_slides_come_out_the_same_bytes(decks):
    deck = decks["01_batista"]
    assert slides.presentation(deck) == slides.presentation(deck)


def test_a_figure_without_a_question_is_named(tmp_path):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / CHAPTERS[0].name).write_bytes(CHAPTERS[0].read_bytes())
    with pytest.raises(slides.SlidesError, match=r"01_batista\.md asks nothing of the figure fig-bat-trade"):
        list(slides.decks(tmp_path))


def test_markdown_is_spoken_plainly():
    text = "*Only* {term}`barter <x>` counts {cite:p}`a,b`; see {numref}`fig-x` and [this](https://example.org)."
    assert slides.spoken(text) == "Only barter counts; see the figure and this."
