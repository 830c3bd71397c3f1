"""What the built pages offer beside the text: the numbers behind a figure, lists, structured data, downloads."""

from __future__ import annotations

import csv
import io
import json
import shutil
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from PIL import Image

from sugarforoil.publish import address, behind, cards, citations, shelf, structured

ROOT = Path(__file__).resolve().parents[1]

Pages = dict[Path, BeautifulSoup]


@pytest.fixture(scope="module")
def chapters(site: Path, pages: Pages) -> Pages:
    """The pages of the chapters, parsed."""
    return {path: pages[path] for path in sorted(site.glob("notebooks/*.html"))}


def figures(chapters: Pages) -> Iterator[tuple[Path, Tag, list[dict[str, str]]]]:
    """Every figure of the chapters with its page and its rows."""
    for path, page in chapters.items():
        for figure in page.find_all("figure"):
            file = (path.parent / figure.select_one("a[download]")["href"]).resolve()
            yield path, figure, list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))


# --- figures ------------------------------------------------------------------------------------------------------


def test_the_line_under_a_figure_leads_to_its_numbers_sources_code_and_picture(chapters: Pages) -> None:
    found = 0
    for path, figure, _ in figures(chapters):
        where = f"{path.stem}: {figure['id']}"
        links = {link.get_text().split()[-1]: link["href"] for link in figure.select(".sfo-data .screen-only a")}
        page = chapters[path]
        box = page.find(id=f"{figure['id']}-sources").find_parent("details")
        assert box.summary.get_text() == "The numbers behind this figure", where
        assert not box.has_attr("open"), where
        code = page.find(id=f"{figure['id']}-code")
        assert code.find_parent("details").find("pre"), where
        enlarge = figure.select_one("a.sfo-enlarge")
        assert enlarge["href"] == figure.img["src"], where
        assert {f"#{figure['id']}-sources", f"#{figure['id']}-code"} <= set(links.values()), where
        found += 1
    assert found >= 5


def cells(row: Tag) -> list[str]:
    return [cell.get_text() for cell in row.find_all(["th", "td"], recursive=False)]


def same(name: str, shown: str, stored: str) -> bool:
    """Whether a cell says what the CSV says: numbers to six digits, sources by their short names."""
    if name == "source":
        return len(shown.split("; ")) == len([key for key in stored.split(";") if key]) or not stored
    if not stored:
        return not shown
    try:
        number = float(stored)
    except ValueError:
        return shown.replace(" ", "_") == stored.replace(" ", "_")
    return abs(float(shown.replace(",", "").replace("\N{MINUS SIGN}", "-")) - number) <= 6e-6 * abs(number)


def test_the_table_of_a_figure_holds_the_rows_of_its_file(chapters: Pages) -> None:
    cut = 0
    for path, figure, rows in figures(chapters):
        where = f"{path.stem}: {figure['id']}"
        box = chapters[path].find(id=f"{figure['id']}-sources").find_parent("details")
        table = box.table
        columns, constant = behind.split(rows)
        assert table.caption.get_text(strip=True).endswith("as drawn"), where
        assert f"{len(rows):,} row" in table.caption.get_text(), where
        assert all(head["scope"] == "col" for head in table.thead.find_all("th")), where
        shown = [row for row in table.tbody.find_all("tr") if "sfo-left-out" not in row.get("class", [])]
        expected = rows
        if len(rows) > behind.MOST_ROWS:
            cut += 1
            half = behind.MOST_ROWS // 2
            expected = rows[:half] + rows[-half:]
            assert f"{len(rows) - behind.MOST_ROWS:,} rows" in table.select_one(".sfo-left-out").get_text(), where
        assert len(shown) == len(expected), where
        for line, row in zip(shown, expected, strict=True):
            assert line.th["scope"] == "row", where
            for name, text in zip(columns, cells(line), strict=True):
                assert same(name, text, row[name]), f"{where}, {name}: {text!r} for {row[name]!r}"
        for name, value in constant.items():
            text = box.select_one(f".sfo-common [data-column={name}]").get_text()
            assert same(name, text, value), f"{where}, {name}: {text!r} for {value!r}"
        assert {*columns, *constant} >= {name for name in rows[0] if any(row[name] for row in rows)}, where
    assert cut, "no figure has more rows than a page holds"


@pytest.mark.parametrize(
    ("name", "stored", "shown"),
    [
        ("y", "68.28999999999999", "68.29"),
        ("y", "-1258.4", "\N{MINUS SIGN}1258.4"),
        ("y", "15995.008276370001", "15,995"),
        ("y", "1234567.8", "1,234,568"),
        ("x", "1946", "1946"),
        ("x", "2020.0", "2020"),
        ("label", "1961", "1961"),
        ("x", "1962-10-16 08:45", "1962-10-16 08:45"),
        ("status", "re_exported", "re exported"),
        ("y", "", ""),
    ],
)
def test_numbers_are_printed_with_care(name: str, stored: str, shown: str) -> None:
    assert behind.shown(name, stored) == shown


def test_sources_of_rows_have_their_short_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(citations.known, "label", {"a": "Voeten 2013", "b": "CIA 1960b"})
    assert behind.shown("source", "a;b") == "Voeten 2013; CIA 1960b"


# --- the lists at the end of a page -----------------------------------------------------------------------------


def test_every_citation_and_word_of_a_page_is_explained_on_it(chapters: Pages) -> None:
    for path, page in chapters.items():
        article = page.find("article")
        linked = {
            link["href"].partition("#")[2]
            for link in article.select(".bibtex-citation a, a:has(.std-term)")
            if not link.find_parent(class_="sfo-page-notes")
        }
        notes = {note["id"].removeprefix("note-") for note in article.select(".sfo-page-notes li")}
        assert linked == notes, path.stem
        assert len(linked) > 10, path.stem
        assert all(len(note.span.get_text()) > 25 for note in article.select(".sfo-page-notes li")), path.stem


# --- what a page says of itself -----------------------------------------------------------------------------------


def said(path: Path, pages: Pages) -> tuple[BeautifulSoup, dict]:
    """A page and its structured data."""
    page = pages[path]
    blocks = page.find_all("script", type="application/ld+json")
    assert len(blocks) == 1, path.name
    return page, json.loads(blocks[0].string)


def test_structured_data_name_what_stands_on_the_page(site: Path, pages: Pages) -> None:
    page, cover = said(site / "book" / "index.html", pages)
    assert cover["@type"] == "Book"
    assert cover["name"] in page.h1.get_text()
    assert [one["position"] for one in cover["hasPart"]] == list(range(1, len(cover["hasPart"]) + 1))
    for path in sorted(site.glob("notebooks/*.html")):
        page, chapter = said(path, pages)
        line = page.select_one("h1 + p").get_text().replace("\N{NO-BREAK SPACE}", " ")
        assert chapter["@type"] == "LearningResource"
        assert chapter["name"] in page.h1.get_text()
        assert chapter["temporalCoverage"].replace("/", "–") in line
        assert f"{chapter['timeRequired'][2:-1]} minutes" in line
        assert chapter["teaches"] in " ".join(page.find("article").get_text().split())
    package = json.loads((ROOT / "data" / "datapackage.json").read_text(encoding="utf-8"))
    for table in package["resources"]:
        page, dataset = said(site / "book" / "data" / f"{table['name']}.html", pages)
        assert dataset["@type"] == "Dataset"
        assert dataset["name"] == table["title"]
        names = [one["name"] for one in dataset["variableMeasured"]]
        assert names == [field["name"] for field in table["schema"]["fields"]]
    _, everything = said(site / "book" / "data" / "index.html", pages)
    assert {one["name"] for one in everything["hasPart"]} == {table["title"] for table in package["resources"]}


def test_every_page_of_text_has_a_description_of_its_own(site: Path, pages: Pages) -> None:
    seen: dict[str, str] = {}
    for path in sorted([*site.glob("notebooks/*.html"), *site.glob("book/**/*.html")]):
        text = pages[path].find("meta", attrs={"name": "description"})["content"]
        assert 25 < len(text) <= 225, f"{path.name}: {text}"
        assert "{" not in text, path.name
        assert text not in seen, f"{path.name} and {seen.get(text)}"
        seen[text] = path.name


def test_nothing_claims_an_address_that_the_book_does_not_have(site: Path) -> None:
    if address.site():
        pytest.skip("this clone has a public address")
    assert not (site / "sitemap.xml").exists()
    assert not (site / "robots.txt").exists()
    for path in site.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert 'rel="canonical"' not in text and 'property="og:' not in text, path.name


def test_an_address_is_taken_from_the_environment_and_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUGARFOROIL_ADDRESS", "https://example.org/book/")
    assert address.site() == "https://example.org/book/"
    assert structured.located("book/index") == {"url": "https://example.org/book/book/index.html"}
    monkeypatch.setenv("SUGARFOROIL_ADDRESS", "")
    assert address.site() == ""
    assert structured.located("book/index") == {}
    for wrong in ("example.org", "https://example.org/?a", "ftp://example.org"):
        monkeypatch.setenv("SUGARFOROIL_REPOSITORY", wrong)
        with pytest.raises(address.AddressError, match="SUGARFOROIL_REPOSITORY"):
            address.repository()


def test_cards_are_drawn_alike_each_time(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    title = "Sugar for oil: how fast can a country change sides?"
    for place in (first, second):
        cards.draw(ROOT, place, {"notebooks/02_sugar_for_oil": title, "book/index": "Sugar for Oil"})
    drawn = sorted(path.name for path in first.rglob("*.png"))
    assert drawn == [cards.of("notebooks/02_sugar_for_oil"), cards.of("book/index")]
    for name in drawn:
        content = (first / "_static" / cards.FOLDER / name).read_bytes()
        assert content == (second / "_static" / cards.FOLDER / name).read_bytes()
        assert Image.open(io.BytesIO(content)).size == cards.SIZE
        assert len(content) < 100_000


# --- search and downloads -----------------------------------------------------------------------------------------


def test_every_find_of_the_search_leads_to_its_place(site: Path, pages: Pages) -> None:
    text = (site / "_static" / "finds.js").read_text(encoding="utf-8")
    known = json.loads(text.partition("=")[2].rstrip(";\n"))
    anchors: dict[str, set[str]] = {}
    kinds = set()
    for kind, title, place, about in known["finds"]:
        kinds.add(kind)
        assert title and about, (kind, title)
        page, _, anchor = place.partition("#")
        if page not in anchors:
            anchors[page] = {tag["id"] for tag in pages[site / page].find_all(id=True)}
        assert not anchor or anchor in anchors[page], place
    assert kinds == {"chapter", "table", "event", "person", "figure", "word", "claim", "document"}


def test_a_chapter_offers_its_notebook_and_the_data(site: Path, chapters: Pages) -> None:
    for path, page in chapters.items():
        links = page.select("details.sfo-menu a[download]")
        files = [(path.parent / link["href"]).resolve() for link in links]
        assert [file.suffix for file in files] == [".ipynb", ".zip"], path.stem
        assert files[0].read_bytes() == (ROOT / "notebooks" / f"{path.stem}.ipynb").read_bytes()
        assert all(file.is_file() for file in files)


def test_the_books_are_offered_when_they_are_made_and_not_otherwise(site: Path, tmp_path: Path) -> None:
    copy, made = tmp_path / "html", tmp_path / "made"
    page = Path("notebooks") / "02_sugar_for_oil.html"
    for name in (page, Path("book") / "index.html"):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(site / name, copy / name)
    before = (copy / page).read_bytes()
    made.mkdir()
    assert shelf.offer(copy, made) == []
    assert (copy / page).read_bytes() == before

    (made / "book.pdf").write_bytes(b"a book")
    for _ in range(2):  # a second time adds nothing
        assert shelf.offer(copy, made) == ["sugar-for-oil.pdf"]
    for name in (page, Path("book") / "index.html"):
        links = BeautifulSoup((copy / name).read_bytes(), "lxml").select("details.sfo-menu a")
        books = [(copy / name).parent / link["href"] for link in links if "downloads/sugar" in link["href"]]
        assert [book.resolve().read_bytes() for book in books if book.suffix == ".pdf"] == [b"a book"], name

    (made / "book.pdf").unlink()
    assert shelf.offer(copy, made) == []
    assert (copy / page).read_bytes() == before
    assert not (copy / "downloads").exists()


def test_the_site_map_names_every_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Built:
        builder = type("Builder", (), {"format": "html"})
        env = type("Env", (), {"found_docs": {"book/index", "book/a&b"}, "titles": {}})
        outdir, srcdir = tmp_path, ROOT

    monkeypatch.setattr(cards, "draw", lambda *rest: None)
    monkeypatch.setattr(
        Built.env, "titles", {page: type("Title", (), {"astext": lambda self: "x"})() for page in Built.env.found_docs}
    )
    monkeypatch.setenv("SUGARFOROIL_ADDRESS", "https://example.org/book")
    structured.finish(Built, None)  # type: ignore[arg-type]
    places = [one.text for one in ElementTree.parse(tmp_path / "sitemap.xml").iter() if one.tag.endswith("loc")]  # noqa: S314
    assert places == ["https://example.org/book/book/a&b.html", "https://example.org/book/book/index.html"]
    assert "Sitemap: https://example.org/book/sitemap.xml" in (tmp_path / "robots.txt").read_text(encoding="utf-8")
