"""The built book, read as files: nothing in it is missing, dead, unnamed or fetched from elsewhere."""

from __future__ import annotations

import copy
import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))

Pages = dict[Path, BeautifulSoup]


@pytest.fixture(scope="module")
def chapters(site: Path, pages: Pages) -> dict[str, BeautifulSoup]:
    """The pages of the chapters, by the name of the notebook."""
    return {path.stem: pages[site / "notebooks" / f"{path.stem}.html"] for path in NOTEBOOKS}


def displays(notebook: Path) -> Iterator[dict]:
    """The marks of what `sugarforoil` displayed in a notebook."""
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        for output in cell.get("outputs", ()):
            if "sugarforoil" in output.get("metadata", {}):
                yield output["metadata"]["sugarforoil"]


def targets(page: BeautifulSoup) -> Iterator[tuple[Tag, str]]:
    """Everything that a page points at."""
    for name in ("href", "src", "poster", "action"):
        for tag in page.find_all(attrs={name: True}):
            yield tag, tag[name]


def is_elsewhere(address: str) -> bool:
    return bool(urlsplit(address).scheme or urlsplit(address).netloc)


def words(text: str) -> str:
    """Text without the differences that typesetting makes."""
    text = re.sub(r"\{term\}`([^`<]*)[^`]*`", r"\1", text)
    text = re.sub(r"\{[\w:]+\}`[^`]*`|\([^()]*\d{4}[a-z]?\s*\)|\(\s*FRUS[^()]*\)|[*_`\\]", "", text)
    return re.sub(r"[\W_]+", " ", text.replace("*", "")).casefold().strip()


# --- the whole site ---------------------------------------------------------------------------------------


def test_every_internal_link_leads_somewhere(site: Path, pages: Pages) -> None:
    anchors = {path: {tag["id"] for tag in page.find_all(id=True)} for path, page in pages.items()}
    dead = []
    for path, page in pages.items():
        for _, address in targets(page):
            if is_elsewhere(address):
                continue
            parts = urlsplit(address)
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.is_file() or not target.is_relative_to(site.resolve()):
                dead.append(f"{path.relative_to(site)}: {address}")
            elif parts.fragment and unquote(parts.fragment) not in anchors.get(target, {parts.fragment}):
                dead.append(f"{path.relative_to(site)}: no anchor {address}")
    assert not dead


def test_no_page_asks_another_host_for_anything(site: Path, pages: Pages) -> None:
    asked = [
        f"{path.relative_to(site)}: {address}"
        for path, page in pages.items()
        for tag, address in targets(page)
        if tag.name != "a" and is_elsewhere(address) and not address.startswith("data:")
    ]
    for sheet in [*site.rglob("*.css"), *site.rglob("*.svg")]:
        css = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
        found = re.findall(r"""(?:url\(|@import)\s*["']?((?:https?:)?//[^"')\s]+)""", css)
        asked += [f"{sheet.relative_to(site)}: {address}" for address in found]
    assert not asked


def test_every_style_sheet_finds_its_files(site: Path) -> None:
    missing = []
    for sheet in site.rglob("*.css"):
        css = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
        for address in re.findall(r"""url\(["']?([^"')]+)""", css):
            inside = address.startswith(("data:", "#"))
            if not inside and not (sheet.parent / urlsplit(address).path).is_file():
                missing.append(f"{sheet.name}: {address}")
    assert not missing


def test_no_markup_is_left_in_the_text(site: Path, pages: Pages) -> None:
    leftover = re.compile(r"\{(?:cite|numref|doc|ref|term|eq|math)[:\w]*\}|:::|```|\]\(|\bNaN\b|\bnan\b")
    for path, page in pages.items():
        article = page.find("article") or page.body
        text = "".join(one for one in article.strings if not one.find_parent(["code", "pre", "table"]))
        assert not leftover.findall(text), path.relative_to(site)


def test_nothing_of_the_machine_that_built_it_is_in_it(site: Path) -> None:
    home = str(ROOT)
    for path in [*site.rglob("*.html"), *site.rglob("*.js"), *site.rglob("*.svg")]:
        text = path.read_text(encoding="utf-8")
        assert home not in text and str(site) not in text, path.relative_to(site)


def test_every_page_is_named_and_says_its_language(pages: Pages) -> None:
    titles = [page.title.get_text(strip=True) for page in pages.values()]
    assert all(titles)
    assert all(page.html["lang"] == "en" for page in pages.values())
    assert all(len(page.find_all("h1")) == 1 for path, page in pages.items() if page.find("article"))


def test_no_anchor_is_doubled(site: Path, pages: Pages) -> None:
    for path, page in pages.items():
        ids = [tag["id"] for tag in page.find_all(id=True)]
        assert len(ids) == len(set(ids)), f"{path.relative_to(site)}: {sorted(ids)}"


def test_the_root_leads_to_the_cover(site: Path, pages: Pages) -> None:
    cover = pages[site / "index.html"].find("a")["href"]
    page = pages[site / cover]
    assert page.h1.get_text().startswith("Sugar for Oil")
    assert page.select_one(".sfo-from-chapter a img[alt]"), "the cover shows no figure"


def test_search_knows_the_words_of_the_book(site: Path) -> None:
    index = (site / "searchindex.js").read_text(encoding="utf-8")
    known = json.loads(re.search(r"Search\.setIndex\((.*)\)", index, re.DOTALL)[1])
    assert {"sugar", "soviet", "quota"} <= set(known["terms"])
    assert {f"notebooks/{path.stem}" for path in NOTEBOOKS} <= set(known["docnames"])


# --- pictures and figures ---------------------------------------------------------------------------------


def test_every_picture_has_authored_alternative_text(site: Path, pages: Pages) -> None:
    for path, page in pages.items():
        for image in page.find_all("img"):
            alt = image.get("alt", "")
            assert len(alt) >= 40, f"{path.relative_to(site)}: {image}"
            assert not re.search(r"\.(svg|png)\b|_images/", alt), f"{path.relative_to(site)}: {alt}"


def test_every_figure_has_number_caption_rows_and_data(site: Path, pages: Pages) -> None:
    found = 0
    for path, page in pages.items():
        for figure in page.find_all("figure"):
            found += 1
            where = f"{path.relative_to(site)}, figure {figure.get('id')}"
            assert figure.get("id"), where
            assert re.match(r"Figure \d+\.\d+", figure.select_one(".caption-number").get_text()), where
            caption = figure.select_one(".caption-text").get_text(strip=True)
            assert len(caption) > 20, where
            assert caption != figure.img["alt"], where
            assert figure.select('.sfo-data a[href*="/book/data/"]'), f"{where}: no link to its data"
            rows = (path.parent / figure.select_one("a[download]")["href"]).resolve()
            assert rows.name == f"{figure['id']}.csv", where
            table = list(csv.reader(io.StringIO(rows.read_text(encoding="utf-8"))))
            assert len(table) > 1 and all(len(row) == len(table[0]) for row in table), where
    assert found >= 5


def test_figures_bear_the_number_of_their_chapter(chapters: dict[str, BeautifulSoup]) -> None:
    for name, page in chapters.items():
        numbers = [one.get_text(strip=True) for one in page.select("figure .caption-number")]
        assert numbers == [f"Figure {int(name[:2])}.{i}" for i in range(1, len(numbers) + 1)]
        assert page.select_one("h1 .section-number").get_text(strip=True) == str(int(name[:2]))


def test_the_code_of_a_figure_is_folded_beneath_it(chapters: dict[str, BeautifulSoup]) -> None:
    for name, page in chapters.items():
        for figure in page.find_all("figure"):
            cell = figure.find_parent(class_="cell")
            where = f"{name}: {figure['id']}"
            assert cell.find("pre"), f"{where}: no code"
            if "tag_hide-input" in cell["class"]:
                code = cell.find("details", class_="sfo-code")
                assert not code.has_attr("open"), where
                assert code.summary.get_text(strip=True) == "How this figure was made", where
                assert code in figure.find_all_next("details"), f"{where}: the code stands above"


# --- what the notebooks hold is what the pages show -------------------------------------------------------


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_display_of_a_notebook_is_on_its_page(notebook: Path, chapters: dict[str, BeautifulSoup]) -> None:
    page = chapters[notebook.stem]
    article = copy.copy(page.find("article"))
    for code in article.find_all("pre"):  # the folded code spells captions and findings, too
        code.decompose()
    text = words(article.get_text(" "))
    kinds = []
    for mark in displays(notebook):
        kinds.append(mark["kind"])
        if mark["kind"] == "figure":
            figure = page.find("figure", id=mark["id"])
            assert figure is not None, mark["id"]
            assert figure.img["alt"] == mark["alt"]
            assert figure.img["src"].endswith(f"/{mark['id']}.svg")
            caption = words(figure.select_one(".caption-text").get_text())
            assert caption.startswith(words(mark["caption"].partition("{numref}")[0])[:25])
            assert text.count(caption) == 1, "the caption for notebook readers is shown as well"
        elif mark["kind"] == "table":
            assert page.find("table", id=mark["id"]).caption.select_one(".caption-number")
        elif mark["kind"] in ("finding", "brief"):
            for part in re.split(r"\{(?:cite[:\w]*|numref)\}`[^`]*`|\n\d+\. |^\d+\. ", mark["text"]):
                assert words(part) in text, part
            if mark["cite"]:
                assert page.select(f".sfo-{mark['kind']} .bibtex-citation")
    assert kinds.count("ribbon") == len(page.select(".sfo-ribbon img"))
    assert "figure" in kinds
    assert "ribbon" in kinds


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_section_of_a_notebook_is_on_its_page(notebook: Path, chapters: dict[str, BeautifulSoup]) -> None:
    page = chapters[notebook.stem]
    titles = {words(title.get_text()) for title in page.select("h1, h2, h3")}
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "markdown":
            for title in re.findall(r"(?m)^#{1,3} (.+)$", "".join(cell["source"])):
                assert any(words(title) in one for one in titles), title


def test_citations_lead_to_the_bibliography(site: Path, chapters: dict[str, BeautifulSoup]) -> None:
    for name, page in chapters.items():
        cited = page.select(".bibtex-citation a")
        assert cited, name
        assert all("book/bibliography.html#" in link["href"] for link in cited)


def test_solutions_are_folded_without_a_script(chapters: dict[str, BeautifulSoup]) -> None:
    for name, page in chapters.items():
        exercises, solutions = page.select(".exercise"), page.select("details.solution")
        assert len(exercises) >= 4, name
        assert len(solutions) >= len(exercises), name
        assert not page.select("div.solution.dropdown, .toggle"), name


# --- the catalogue ----------------------------------------------------------------------------------------


def test_every_table_has_its_page_and_its_file(site: Path, pages: Pages) -> None:
    package = json.loads((ROOT / "data" / "datapackage.json").read_text(encoding="utf-8"))
    index = pages[site / "book" / "data" / "index.html"]
    for table in package["resources"]:
        path = site / "book" / "data" / f"{table['name']}.html"
        page = pages[path]
        text = words(page.find("article").get_text(" "))
        assert words(table["title"]) in text
        assert words(table["row"]) in text, table["name"]
        assert all(words(field["name"]) in text for field in table["schema"]["fields"])
        assert index.select(f'article a[href="{table["name"]}.html"]'), table["name"]
        file = page.select_one(f'article a[download][href$="/{table["path"]}"]')["href"]
        assert (path.parent / file).resolve().read_bytes() == (ROOT / "data" / table["path"]).read_bytes()


def test_the_bibliography_holds_every_source(site: Path, pages: Pages) -> None:
    bibliography = (ROOT / "book" / "references.bib").read_text(encoding="utf-8")
    entries = re.findall(r"(?m)^@\w+\{([^,]+),", bibliography)
    listed = pages[site / "book" / "bibliography.html"].select("div.citation")
    assert len(listed) == len(entries) > 0
    assert all(len(one.get_text(strip=True)) > 40 for one in listed)
