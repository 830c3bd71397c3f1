"""The pages as one book: in order, fit for print, with anchors and links of its own."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from lxml import html

from sugarforoil.publish import manuscript
from sugarforoil.publish.manuscript import Manuscript

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted(path.stem for path in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))


@pytest.fixture(scope="module")
def book(pages_of_sphinx: Path) -> Manuscript:
    return manuscript.read(pages_of_sphinx)


def test_the_book_has_every_chapter_in_order(book: Manuscript) -> None:
    chapters = [page for page in book.pages if page.kind == "chapter"]
    assert [page.docname for page in chapters] == [f"notebooks/{name}" for name in NOTEBOOKS]
    assert [page.number for page in chapters] == [int(name[:2]) for name in NOTEBOOKS]
    assert [part.number for part in book.parts if part.number] == ["I", "II", "III", "IV", "V"]
    assert all(page.title and not re.match(r"\d", page.title) for page in chapters)
    assert next(book.pages).kind == "cover"


def test_every_anchor_is_unique_and_every_link_leads_to_one(book: Manuscript) -> None:
    anchors = Counter(element.get("id") for page in book.pages for element in page.content.iter() if element.get("id"))
    assert [name for name, times in anchors.items() if times > 1] == []
    assert [name for name in anchors if not re.fullmatch(r"[A-Za-z_][\w.-]*", name)] == []
    links = [link.get("href") for page in book.pages for link in page.content.iter("a") if link.get("href")]
    assert [link for link in links if link.startswith("#") and link[1:] not in anchors] == []
    assert [link for link in links if not re.match(r"#|https?:|mailto:", link)] == []
    assert sum(link.startswith("#") for link in links) > 1000


def test_every_picture_has_its_file_and_its_text(book: Manuscript) -> None:
    images = [image for page in book.pages for image in page.content.iter("img")]
    assert len(images) > 60
    for image in images:
        assert book.file(image.get("src")).is_file(), image.get("src")
        assert book.png(image.get("src")) is not None, image.get("src")
        assert len(image.get("alt")) > 20, image.get("src")


def test_nothing_is_left_that_needs_a_screen(book: Manuscript) -> None:
    for page in book.pages:
        assert page.content.find("h1") is not None
        names = {element.tag for element in page.content.iter()}
        assert not names & {"script", "button", "details", "summary", "noscript", "pre"} or page.kind == "prose"
        assert "rows as CSV" not in page.content.text_content()
        assert "How this figure was made" not in [p.text_content() for p in page.content.find_class("sfo-fold-title")]


def test_solutions_and_self_check_are_unfolded(book: Manuscript) -> None:
    for page in book.pages:
        if page.kind == "chapter":
            assert len(page.content.find_class("solution")) >= len(page.content.find_class("exercise")) > 0
            assert len(page.content.find_class("sfo-check-answer")) >= 3


def test_code_is_there_when_asked_for(pages_of_sphinx: Path) -> None:
    one = manuscript.read(pages_of_sphinx, code=True, only=lambda name: name == "notebooks/02_sugar_for_oil")
    (page,) = one.pages
    assert "figures.Chart(" in page.content.text_content()


def test_a_link_out_of_the_print_is_text_or_the_sites_address(tmp_path: Path) -> None:
    links = manuscript.Links(tmp_path, {"book/methods": "methods"}, {"book/methods": {"votes": "methods-votes"}}, "")
    assert links.find("notebooks/02_sugar", "../book/methods.html#votes") == "#methods-votes"
    assert links.find("notebooks/02_sugar", "../book/reference/explore.html") is None
    links.address = "https://example.org/book"
    assert links.find("notebooks/02_sugar", "../book/reference/explore.html#a") == (
        "https://example.org/book/book/reference/explore.html#a"
    )
    assert links.find("notebooks/02_sugar", "https://other.example/") == "https://other.example/"


def test_print_only_is_shown_and_screen_only_is_not(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(
        "<html><body><article><section id='t'><h1>T</h1><p class='screen-only'>a</p>"
        "<p class='print-only' hidden>b</p><details><summary><span>S</span></summary><p>c</p></details>"
        "</section></article></body></html>",
        encoding="utf-8",
    )
    text = html.tostring(manuscript.body(tmp_path, "page", code=False), encoding="unicode")
    assert ">a<" not in text and "<p>b</p>" in text
    assert '<div class="sfo-fold"><p class="sfo-fold-title"><span>S</span></p><p>c</p></div>' in text
