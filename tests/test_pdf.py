"""The PDF, read back: a small book of two chapters, since setting the whole takes more than a minute."""

from __future__ import annotations

import gc
import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import ArrayObject, ContentStream, DictionaryObject

from sugarforoil.publish import backmatter, bookindex, cutting, frontmatter, manuscript, margin, pdf, placing

ROOT = Path(__file__).resolve().parents[1]
SMALL = ("book/how-to-read", "notebooks/11_long_view", "book/reference/people", "book/glossary", "book/colophon")

try:
    import weasyprint  # noqa: F401
except OSError as error:  # Pango is missing
    if os.environ.get("SUGARFOROIL_REQUIRE_TOOLS"):
        raise
    pytest.skip(f"no PDF can be set here: {error}", allow_module_level=True)


def small_book(pages: Path) -> manuscript.Manuscript:
    return manuscript.read(pages, only=lambda name: name in SMALL)


@pytest.fixture(scope="module")
def laid_out(pages_of_sphinx: Path) -> Iterator[tuple[pdf.Press, list[Any]]]:
    gc.disable()  # as `pdf.make` does
    yield pdf.set_book(small_book(pages_of_sphinx))
    gc.enable()


@pytest.fixture(scope="module")
def data(laid_out: tuple[pdf.Press, list[Any]]) -> bytes:
    press, documents = laid_out
    return press.write(documents)


@pytest.fixture(scope="module")
def book(data: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(data))


@pytest.fixture(scope="module")
def words(book: PdfReader) -> list[str]:
    """The text of each page."""
    return [page.extract_text() for page in book.pages]


def outline(book: PdfReader, items: list | None = None) -> Iterator[tuple[str, int]]:
    """Titles of the outline with their pages, counted from one."""
    for item in book.outline if items is None else items:
        if isinstance(item, list):
            yield from outline(book, item)
        else:
            yield item.title, book.get_destination_page_number(item) + 1


def elements(node: Any) -> Iterator[DictionaryObject]:
    """The elements of the structure tree."""
    todo = [node]
    while todo:
        one = todo.pop()
        one = one.get_object() if hasattr(one, "get_object") else one
        if isinstance(one, ArrayObject):
            todo.extend(one)
        elif isinstance(one, DictionaryObject):
            if one.get("/S"):
                yield one
            if "/K" in one:
                todo.append(one["/K"])


def test_the_outline_leads_to_every_part_and_chapter(book: PdfReader) -> None:
    pages = dict(outline(book))
    names = ["Cover", "Contents", "How to read this book", "V · Return", "11 The long view", "Solutions"]
    names += ["How the figures were made", "People", "Glossary", "Index"]
    assert set(names) <= set(pages), pages
    assert [pages[name] for name in names] == sorted(pages[name] for name in names)


def test_the_numbers_in_the_contents_are_those_of_the_pages(book: PdfReader, words: list[str]) -> None:
    pages = dict(outline(book))
    contents = next(text for text in words if text.startswith(("6\n", "6 ")) or "\nContents\n" in f"\n{text}\n")
    listed = re.findall(r"^(.+?)(?: \.)+ *(\d+)$", contents, re.MULTILINE)
    assert len(listed) >= 8, contents
    for name, number in listed:
        name = re.sub(r"^Part ", "", re.sub(r"^(\d+) ?(?=\D)", r"\1 ", name.strip()))
        assert pages[name] == int(number), name


def test_every_page_bears_its_own_number(book: PdfReader, words: list[str]) -> None:
    first = dict(outline(book))["11 The long view"]
    for page, text in enumerate(words[first - 1 : first + 15], first):
        assert re.search(rf"^{page}\b|\b{page}$", text, re.MULTILINE), page


def test_every_figure_has_alternative_text(pages_of_sphinx: Path, book: PdfReader) -> None:
    found = [one for one in elements(book.trailer["/Root"]["/StructTreeRoot"]) if one["/S"] == "/Figure"]
    images = [image for page in small_book(pages_of_sphinx).pages for image in page.content.iter("img")]
    assert len(found) == len(images) + 1  # and the cover
    assert all(len(one.get("/Alt", "")) > 20 for one in found)


def test_it_is_tagged_for_screen_readers(book: PdfReader) -> None:
    root = book.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] in (True, "true")
    assert root["/Lang"] == "en"
    assert "pdfuaid:part" in root["/Metadata"].get_data().decode()
    tags = {one["/S"] for one in elements(root["/StructTreeRoot"])}
    assert {"/H1", "/H2", "/P", "/L", "/Table", "/TH", "/Figure", "/Link", "/Caption"} <= tags


def kids(element: DictionaryObject) -> list[DictionaryObject]:
    """The elements right beneath an element."""
    below = element.get("/K", [])
    found = [one.get_object() for one in (below if isinstance(below, ArrayObject) else [below])]
    return [one for one in found if isinstance(one, DictionaryObject) and one.get("/S")]


def test_its_structure_is_what_pdf_ua_asks_for(book: PdfReader) -> None:
    root = book.trailer["/Root"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    found = list(elements(root["/StructTreeRoot"]))
    (document,) = kids(root["/StructTreeRoot"])
    levels = []  # in reading order; `elements` is not
    todo = [document]
    while todo:
        one = todo.pop()
        if re.fullmatch("/H[1-6]", one["/S"]):
            levels.append(int(one["/S"][2:]))
        todo.extend(reversed(kids(one)))
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    for one in found:
        names = {kid["/S"] for kid in kids(one)}
        if one["/S"] == "/LI":
            assert names <= {"/Lbl", "/LBody"}, names
        if one["/S"] == "/L":
            assert names <= {"/LI", "/L", "/Caption"}, names
        if one["/S"] == "/TR":
            assert names <= {"/TH", "/TD"}, names
        if one["/S"] == "/TH":
            assert one["/A"]["/Scope"] in ("/Row", "/Column")
        assert all(kid["/P"].get_object() is one or kid["/P"].get_object() == one for kid in kids(one)[:1])
    for page in book.pages:
        assert page["/Tabs"] == "/S"
        for note in page.get("/Annots", ()):
            assert note.get_object()["/Contents"] and "/StructParent" in note.get_object()


def test_everything_on_a_page_is_tagged_or_marked_as_an_artifact(book: PdfReader) -> None:
    shown = (b"Tj", b"TJ", b"Do", b"f", b"f*", b"S", b"B")
    for number, page in enumerate(book.pages, 1):
        if number % 5:  # the parts of a page are alike in all
            continue
        depth, loose, artifacts = 0, 0, 0
        for _, operator in ContentStream(page.get_contents(), book).operations:
            depth += (operator in (b"BDC", b"BMC")) - (operator == b"EMC")
            loose += depth == 0 and operator in shown
            artifacts += operator == b"BMC"
        assert not loose, number
        if number > 30:
            assert artifacts >= 1, f"page {number}: its running head is read as text"


def test_title_author_and_date_are_those_of_the_citation(book: PdfReader) -> None:
    cite = frontmatter.citation()
    assert book.metadata.title == f"{cite.title}: {cite.subtitle}"
    assert book.metadata.author == cite.authors
    assert book.metadata.creation_date.date().isoformat() == cite.date


def shortest_book(pages: Path) -> bytes:
    """The PDF of one page of text and the beginning of a chapter, with two figures."""
    found = manuscript.read(pages, only=lambda name: name in SMALL[:2])
    for page in found.pages:
        for section in page.content.findall("section")[1:]:
            page.content.remove(section)
    return pdf.make(found)


def test_the_same_pages_give_the_same_bytes(pages_of_sphinx: Path, tmp_path: Path) -> None:
    target = tmp_path / "again.pdf"
    code = (
        "import sys; from pathlib import Path; from test_pdf import shortest_book; "
        "Path(sys.argv[2]).write_bytes(shortest_book(Path(sys.argv[1])))"
    )
    paths = os.pathsep.join([str(ROOT / "src"), str(ROOT / "tests")])
    command = [sys.executable, "-c", code, str(pages_of_sphinx), str(target)]
    subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": paths})
    here = shortest_book(pages_of_sphinx)
    assert target.read_bytes() == here
    found = elements(PdfReader(io.BytesIO(here)).trailer["/Root"]["/StructTreeRoot"])
    assert sum(one["/S"] == "/Figure" for one in found) >= 3


def fonts(book: PdfReader) -> dict[str, bool]:
    """Every font with whether it is embedded."""
    found = {}
    for page in book.pages:
        for font in (page["/Resources"].get("/Font") or {}).values():
            font = font.get_object()
            inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
            held = inner.get("/FontDescriptor", {})
            found[font["/BaseFont"]] = any(name in held for name in ("/FontFile", "/FontFile2", "/FontFile3"))
    return found


def test_only_the_books_own_fonts_are_used_and_embedded(book: PdfReader) -> None:
    found = fonts(book)
    assert found and all(found.values())
    assert all(re.match(r"/[A-Z]{6}\+Book-", name) for name in found), sorted(found)


def test_cyrillic_has_a_font_of_the_books_own(laid_out: tuple[pdf.Press, list[Any]]) -> None:
    press, _ = laid_out
    document = press.set("<p>Куба <em>и</em> <strong>Россия</strong></p><p class='note'>Правда</p>", 1)
    found = fonts(PdfReader(io.BytesIO(press.write([document]))))
    cyrillic = [name for name in found if "Cyr" in name]
    assert len(cyrillic) == 4 and all(found.values()), sorted(found)


def test_every_link_leads_to_a_page_or_an_address(book: PdfReader) -> None:
    known = set(book.named_destinations)
    inside = outside = 0
    for page in book.pages:
        for note in page.get("/Annots", ()):
            note = note.get_object()
            if "/A" in note:
                assert re.match(r"https?://|mailto:", note["/A"]["/URI"])
                outside += 1
            else:
                assert note["/Dest"] in known, note["/Dest"]
                inside += 1
    assert inside > 200, (inside, outside)


def test_no_text_and_no_picture_leaves_the_page(laid_out: tuple[pdf.Press, list[Any]]) -> None:
    _, documents = laid_out
    pages = [page for document in documents for page in document.pages]
    for number, page in enumerate(pages, 1):
        for box in placing.boxes(page._page_box):
            if type(box).__name__ in ("TextBox", "BlockReplacedBox", "InlineReplacedBox"):
                what = getattr(box, "text", "a picture")
                right, bottom = box.position_x + box.width, box.position_y + box.height
                assert box.position_x >= -1 and right <= page.width + 1, f"page {number}: {what}"
                assert box.position_y >= -1 and bottom <= page.height + 1, f"page {number}: {what}"


def test_notes_in_the_margin_touch_neither_one_another_nor_figures(laid_out: tuple[pdf.Press, list[Any]]) -> None:
    _, documents = laid_out
    seen = 0
    for page in (page for document in documents for page in document.pages):
        notes = sorted(
            (box.position_y, box.position_y + box.height)
            for box in page._page_box.children
            if getattr(box, "element", None) is not None and box.element.get("class") == "note"
        )
        seen += len(notes)
        figures = [(top + margin.SPACE, end - margin.SPACE) for top, end in margin.obstacles(page, pdf.NARROW)]
        assert all(above[1] <= below[0] for above, below in pairwise(notes)), notes
        assert not [(note, one) for note in notes for one in figures if note[0] < one[1] and note[1] > one[0]]
    assert seen > 10


def test_a_part_begins_on_a_right_hand_page(book: PdfReader) -> None:
    pages = dict(outline(book))
    assert pages["V · Return"] % 2 == 1


def test_no_line_ends_where_its_paragraph_goes_on(laid_out: tuple[pdf.Press, list[Any]]) -> None:
    _, documents = laid_out
    short = []
    for page in (page for document in documents for page in document.pages):
        for block in placing.in_flow(page):
            if block.element is None or block.element.tag != "p" or block.style["text_align_all"] != "justify":
                continue
            lines = [box for box in getattr(block, "children", ()) if type(box).__name__ == "LineBox"]
            short += [placing.line_text(line) for line in lines[:-1] if line.width < 0.8 * block.width]
    assert not short


def test_a_line_is_whole_though_the_space_behind_it_does_not_fit(laid_out: tuple[pdf.Press, list[Any]]) -> None:
    press, _ = laid_out
    words = "Multiply the difference by the tonnes sold, and you have the"
    width = next(
        box.width
        for box in placing.in_flow(press.set(f"<p style='white-space: nowrap'>{words}</p>", 1).pages[0])
        if type(box).__name__ == "TextBox"
    )
    text = f"<p style='width: {width + 1}px; text-align: left'>{words} <em>premium</em> of that list.</p>"
    lines = [box for box in placing.in_flow(press.set(text, 1).pages[0]) if type(box).__name__ == "LineBox"]
    assert [placing.line_text(line).strip() for line in lines] == [words, "premium of that list."]


# --- the parts, each by itself ------------------------------------------------------------------------------


def test_a_note_stands_beside_its_line_or_beneath_the_one_before() -> None:
    assert margin.stack([100, 105, 300], [20, 20, 20], [], 0, 1000) == [100, 123, 300]


def test_notes_keep_clear_of_figures_and_of_the_foot() -> None:
    assert margin.stack([100], [20], [(90, 150)], 0, 1000) == [150]
    assert margin.stack([970, 990], [20, 20], [], 0, 1000) == [957, 980]


def test_a_citation_becomes_a_number_behind_the_full_stop() -> None:
    from lxml import html

    text = html.fromstring(
        '<p>Sugar fell <span class="bibtex-citation">(<a href="#a">Bain 2008</a>, <a href="#b">CIA 1986</a>)</span>. '
        "So.</p>"
    )
    (note,) = margin.take_notes(text, "x")
    assert text.text_content() == "Sugar fell.1 So."
    assert html.fromstring(note).text_content() == "1 Bain 2008; CIA 1986"


def test_the_index_finds_the_longest_name_and_joins_pages() -> None:
    headings = [bookindex.Heading("Castro, Raúl", ("Raúl Castro",)), bookindex.Heading("Castro, Fidel", ("Castro",))]
    found = bookindex.occurrences(headings, {4: "Castro and Raúl Castro", 5: "Castro", 9: "Castro. Castrovalva"})
    assert dict(found["Castro, Fidel"]) == {4: 1, 5: 1, 9: 1}
    assert dict(found["Castro, Raúl"]) == {4: 1}
    assert bookindex.ranges([4, 5, 9]) == [(4, 5), (9, 9)]


def test_solutions_leave_the_chapter_and_keep_their_exercise(pages_of_sphinx: Path) -> None:
    (page,) = manuscript.read(pages_of_sphinx, only=lambda name: name == "notebooks/11_long_view").pages
    exercises = len(page.content.find_class("exercise"))
    questions = len(page.content.find_class("sfo-check"))
    gathered = backmatter.take_solutions(page)
    assert not page.content.find_class("solution")
    assert len(page.content.find_class("see")) == exercises
    assert len(gathered.find_class("answer")) == questions
    assert all(len(box.text_content().split()) > 4 for box in gathered)


def test_a_figure_waits_until_the_text_behind_it_has_filled_the_gap() -> None:
    from lxml import html

    text = html.fromstring(
        "<section><h1>T</h1><p>a</p><figure></figure><p>b</p><section><h2>H</h2><p>c</p><p>d</p></section></section>"
    )
    for number, block in enumerate(placing.flow(text)):
        block.set("data-block", str(number))
    figure = text.find("figure")
    tall = {"3": 50.0, "4": 30.0, "5": 40.0, "6": 50.0}
    assert placing.draw_up(text, figure, 100.0, tall)
    assert [block.tag + (block.text or "") for block in placing.flow(text)] == [
        "h1T", "pa", "pb", "h2H", "pc", "figure", "pd",
    ]  # fmt: skip
    assert not placing.draw_up(text, text.find(".//h1"), 0.0, tall)


def test_a_sheet_begins_its_page_with_its_heading() -> None:
    from lxml import html

    text = html.fromstring(
        "<section><h2>Then</h2><div class='print-page'>a</div><div class='print-page'>b</div></section>"
    )
    pdf.begin_with_heading(text)
    assert [block.get("class") for block in text] == ["print-page", None, "print-page"]


def test_a_figure_too_tall_for_a_page_goes_on_overleaf(tmp_path: Path) -> None:
    """A timeline of three lanes, with a line of words every half inch, fifteen inches tall."""
    from lxml import html
    from PIL import Image, ImageDraw

    dots = 180
    picture = Image.new("RGB", (7 * dots, 15 * dots), "white")
    pen = ImageDraw.Draw(picture)
    for lane in range(3):
        pen.line([(200 + 60 * lane, 100), (200 + 60 * lane, 15 * dots - 100)], fill="black", width=3)
    for row in range(1, 29):
        pen.rectangle([(500, row * 90), (900, row * 90 + 20)], fill="black")
    picture.save(tmp_path / "tall.png", dpi=(dots, dots))
    picture.crop((0, 0, 7 * dots, 5 * dots)).save(tmp_path / "low.png", dpi=(dots, dots))

    figure = "<figure id='fig-{0}'><img src='{0}' alt='{0}'><figcaption><span class='caption-number'>Figure 3.4 </span>"
    figure += "<span class='caption-text'>Said once.</span></figcaption></figure>"
    page = html.fromstring(f"<section>{figure.format('tall')}<p>After.</p>{figure.format('low')}</section>")
    cutting.divide(page, lambda src: tmp_path / f"{src}.png")
    first, second, text, low = page
    assert [one.tag for one in page] == ["figure", "figure", "p", "figure"]
    assert (first.get("id"), second.get("id"), text.text) == ("fig-tall", None, "After.")
    assert "Said once. The figure goes on." in first.text_content()
    assert second.text_content() == "Figure 3.4, second part."
    styles = [re.findall(r"-?[\d.]+(?=mm)", one.find("img").get("style")) for one in (first, second)]
    heights, tops = ([float(style[place]) for style in styles] for place in (0, 1))
    assert sum(heights) == pytest.approx(cutting.WIDE * 15 / 7, abs=0.02)
    assert tops == [0.0, pytest.approx(-heights[0], abs=0.02)]
    assert second.find("img").get("alt") != "tall"
    assert "style" not in low.find("img").attrib
