"""From every figure and table of the built book to its dataset, its rows, its sources, and the bibliography."""

from __future__ import annotations

import posixpath
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from sugarforoil.metadata import Dataset, read_package
from sugarforoil.publish import backmatter, cover, manuscript, notebooks, provenance
from sugarforoil.publish.provenance import Drawing

CHAPTERS = notebooks.all_notebooks()
DRAWINGS = {path.stem: list(provenance.drawings(notebooks.read(path), path.stem)) for path in CHAPTERS}
ALL = [one for drawn in DRAWINGS.values() for one in drawn]
MANY = 40  # sources of a figure that once named none in the page, because they were too many

DERIVED = {
    "fig-bat-growth": "indices: the first year is 100",
    "fig-oil": "one of two reports is in barrels a day, the other in tonnes",
    "fig-mis-seen": "the warheads landed are sums of two ships",
    "fig-mis-reach": "circles: miles in kilometres around a place, with the sources of both",
    "fig-mis-line": "circles: miles in kilometres around a place, with the sources of both",
    "fig-tour-price-votes": "one price, agreed for six years, drawn in each of them",
    "fig-com-received": "dollars a tonne as cents a pound",
    "fig-left-price": "dollars a tonne as cents a pound; a contract beside its rivals",
    "fig-left-barrels": "the price of sugar divided by that of oil",
    "fig-left-oil": "what was agreed less what was missing",
    "fig-left-recurring": "counts of votes as shares of the joint ones",
    "fig-long-terms": "prices in percent of a market's",
}
"""Figures of which rows with a source are computed and not drawn as they stand, and how."""


@pytest.fixture(scope="module")
def package() -> dict[str, Dataset]:
    return read_package(notebooks.ROOT / "data")


# --- to the data ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stem", DRAWINGS)
def test_every_figure_and_table_names_tables_and_sources_that_exist(stem, package):
    keys = notebooks.labels()
    faults = {one.name: provenance.unknown(one, package, keys) for one in DRAWINGS[stem]}
    assert {name: fault for name, fault in faults.items() if fault} == {}
    for one in DRAWINGS[stem]:
        assert one.sources or any(package[name].derived_from for name in one.datasets), one.name


def test_no_figure_is_older_than_its_tables():
    assert stale(notebooks.dataset_digests()) == []


def stale(now: dict[str, str]) -> list[str]:
    """Each figure and table that was not drawn again after one of its datasets changed."""
    record = notebooks.record()["notebooks"]
    return [
        f"{one.name} ({one.chapter}): dataset {name} changed since it was drawn, or was not loaded"
        for one in ALL
        for name in provenance.outdated(one, record[one.chapter]["datasets"], now)
    ]


@pytest.mark.parametrize("stem", DRAWINGS)
def test_rows_with_a_source_are_drawn_as_they_stand(stem, package):
    """Value, source and year of each stand together in a row of a table; figures that compute theirs are listed."""
    assert not_as_they_stand(DRAWINGS[stem], package) == {one.name for one in DRAWINGS[stem]} & DERIVED.keys()


def not_as_they_stand(drawn: list[Drawing], package: dict[str, Dataset]) -> set[str]:
    return {
        one.name
        for one in drawn
        for rows in provenance.series_of(one).values()
        if not provenance.as_they_stand(rows, [package[name] for name in one.datasets])
    }


def test_most_rows_are_compared():
    """Else the test above would say little. (Rows that name no source are computed, such as sums and curves.)"""
    rows = {one.name: sum(map(len, provenance.series_of(one).values())) for one in ALL}
    assert sum(count for name, count in rows.items() if name not in DERIVED) > 0.8 * sum(rows.values()) > 1600


@pytest.mark.parametrize("stem", DRAWINGS)
def test_events_stand_on_the_day_that_their_row_has(stem, package):
    drawn = {
        one.name: provenance.events_not_there(one, [package[name] for name in one.datasets]) for one in DRAWINGS[stem]
    }
    assert {name: events for name, events in drawn.items() if events} == {}


def test_a_table_that_changed_is_told_with_every_figure_that_it_is_in(tmp_path, monkeypatch):
    """One price of 1963 in a copy, where the figures were not drawn again."""
    shutil.copytree(notebooks.ROOT / "data", tmp_path / "data")
    table = tmp_path / "data" / "sugar_prices.csv"
    text = table.read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith("1963,world,"))
    price = line.split(",")[2]
    table.write_text(text.replace(line, line.replace(price, "9.9999")), encoding="utf-8")
    monkeypatch.setattr(notebooks, "ROOT", tmp_path)
    told = stale(notebooks.dataset_digests())
    monkeypatch.undo()
    of_table = {one.name for one in ALL if "sugar_prices" in one.datasets}
    assert (
        "fig-three-prices (02_sugar_for_oil): dataset sugar_prices changed since it was drawn, or was not loaded"
        in told
    )
    assert {line.split(" ")[0] for line in told} == of_table
    # And without the record of the run: the row that was drawn is in the table no more.
    changed = read_package(tmp_path / "data")
    assert "fig-three-prices" in not_as_they_stand(DRAWINGS["02_sugar_for_oil"], changed)


def row(**cells: str) -> dict[str, str]:
    return {"layer": "line", "label": "", "source": "worldbank2021pinksheet", **cells}


@pytest.mark.parametrize(
    ("rows", "stand"),
    [
        ([row(x="1961", y="2.6966"), row(x="1962", y="2.7777")], True),
        ([row(x="1961", y="0.026966"), row(x="1962", y="2.7777")], False),  # two units in one line
        ([row(x="1962", y="2.6966")], False),  # another year's
        ([row(x="1961", y="2.6966", source="cia1960brief")], False),  # another source's
        ([row(x="1961", y="2.6967")], False),
    ],
)
def test_a_value_stands_only_with_its_year_and_source(rows, stand, tmp_path, package):
    table = tmp_path / "t.csv"
    lines = ["year,value,source", "1961,2.6966,worldbank2021pinksheet", "1962,2.7777,worldbank2021pinksheet"]
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    held = type("T", (), {"path": table})()
    assert provenance.as_they_stand(rows, [held]) == stand


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"datasets": ()}, "names no table"),
        ({"datasets": ("nothing",)}, "table nothing is not in datapackage.json"),
        ({"sources": ("nobody1900",)}, "source nobody1900 is not in sources.csv"),
        ({"rows": (row(x="1961", y="1", source="cia1960brief"),)}, "source cia1960brief of a row is not in its tables"),
    ],
)
def test_what_a_figure_names_and_the_package_lacks_is_told(change, fault, package):
    (drawing,) = (one for one in ALL if one.name == "fig-bat-un")
    assert fault in provenance.unknown(drawing._replace(**change), package, notebooks.labels())


# --- in the pages ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def anchors(site: Path) -> set[str]:
    """The entries of the bibliography, as links name them."""
    text = (site / "book" / "bibliography.html").read_text(encoding="utf-8")
    return set(re.findall(r'id="?(cite-[^"\s>]+)', text))


@pytest.fixture(scope="module")
def trees(site: Path) -> dict[str, Any]:
    return {path.stem: tree(site / "notebooks" / f"{path.stem}.html") for path in CHAPTERS}


def tree(page: Path) -> Any:
    return html.fromstring(page.read_bytes(), parser=html.HTMLParser(encoding="utf-8"))


def links(element: Any) -> list[str]:
    return [link.get("href") for link in element.iter("a")]


@pytest.mark.parametrize("stem", DRAWINGS)
def test_a_reader_gets_from_the_figure_to_table_rows_and_bibliography(stem, site, trees, anchors):
    page = trees[stem]
    for one in DRAWINGS[stem]:
        (shown,) = page.xpath("//*[@id=$name]", name=one.name)
        (line,) = shown.find_class("sfo-data") or shown.xpath("following::p[contains(@class, 'sfo-data')][1]")
        to_tables = [href for href in links(line) if "/book/data/" in href]
        assert [posixpath.basename(href) for href in to_tables] == [f"{name}.html" for name in one.datasets], one.name
        assert all((site / "notebooks" / href).is_file() for href in to_tables), one.name
        if one.kind == "figure":
            (rows,) = line.find_class("sfo-rows")
            stored = next(link for link in rows.iter("a")) if rows.tag != "a" else rows
            content = (site / "notebooks" / stored.get("href")).read_text(encoding="utf-8")
            assert tuple(provenance.csv.DictReader(content.splitlines())) == one.rows, one.name
            assert named(page, one) == set(one.sources), one.name
        cited = {key for keys in re.findall(r"\{cite:p\}`([^`]+)`", one.caption) for key in re.split(r",\s*", keys)}
        assert {f"cite-{key}" for key in {*one.sources, *cited}} <= anchors, one.name


def named(page: Any, one: Drawing) -> set[str]:
    """The sources that a figure's page names with a link to the bibliography."""
    (paragraph,) = page.xpath("//*[@id=$name]", name=f"{one.name}-sources")
    hrefs = links(paragraph)
    assert all("bibliography" in href or href.startswith("#") for href in hrefs)
    return {href.partition("#cite-")[2] for href in hrefs}


def test_figures_with_many_sources_name_them_in_print_as_well(pages_of_sphinx):
    """In the EPUB beneath the figure, in the PDF in the list at the end. On the site: the test above."""
    many = [one for one in ALL if one.kind == "figure" and len(one.sources) > MANY]
    assert many
    for stem in sorted({one.chapter for one in many}):
        content = manuscript.body(pages_of_sphinx, f"notebooks/{stem}", code=False)
        for one in (one for one in many if one.chapter == stem):
            (figure,) = content.xpath("//figure[@id=$name]", name=one.name)
            assert named(figure, one) == set(one.sources)
            listed = html.fromstring(f"<table>{backmatter.figure_row(figure, {})}</table>")
            (small,) = listed.find_class("sfo-sources")
            assert {href.partition("#cite-")[2] for href in links(small)} == set(one.sources)


def test_every_page_cites_what_the_bibliography_holds(site, anchors):
    """Reference pages, catalogue, explorer, lesson plans: each link to an entry."""
    found = 0
    for page in site.rglob("*.html"):
        cited = set(re.findall(r"bibliography\.html#(cite-[^\"'\s>]+)", page.read_text(encoding="utf-8")))
        assert cited <= anchors, page.relative_to(site)
        found += len(cited)
    assert found > 1000


def test_figures_shown_again_lead_to_the_chapters_one(site):
    shown = 0
    for name in ("index", "book/index", "book/how-to-read"):
        page = site / f"{name}.html"
        if not page.is_file():
            continue
        for box in tree(page).find_class("sfo-from-chapter"):
            target, _, figure = next(href for href in links(box) if "notebooks/" in href).partition("#")
            chapter = posixpath.basename(target).removesuffix(".html")
            assert figure in {one.name for one in DRAWINGS[chapter]}
            shown += 1
    assert shown


def test_each_view_of_the_explorer_leads_to_its_tables(site, package):
    page = tree(site / "book" / "reference" / "explore.html")
    views = page.find_class("sfo-explore")
    assert len(views) >= 3
    for view in views:
        (section,) = view.xpath("ancestor::section[1]")
        tables = [posixpath.basename(href).removesuffix(".html") for href in links(section) if "/data/" in href]
        assert tables and set(tables) <= package.keys(), view.get("data-view")


def test_the_cover_draws_the_table_as_it_is(package):
    """It is drawn when the book is made, and every point of its lines is a session of the table."""
    (drawn,) = cover.draw(170, 240).axes
    held = provenance.index(package["un_agreement_shares"].path, 0)
    values = {value for lines in held.values() for line in lines for value in line.values}
    points = [(x, y) for line in drawn.lines for x, y in zip(*line.get_data(), strict=True)]
    assert len(points) > 100
    assert all(any(provenance.close(float(y), value) for value in values) for _, y in points if y == y)
