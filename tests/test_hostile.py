"""Hostile values in tables, descriptions, outputs and the bibliography: shown as text, or refused; never obeyed.

One small site is built from all of them, with the book's own renderers and Markdown settings. Authors' Markdown is not
tried there: it may hold what MyST knows, and the last tests hold the gate through which every page of the site goes.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
import sqlite3
import zipfile
from pathlib import Path

import hostile
import nbformat
import openpyxl
import pytest
import yaml
from bs4 import BeautifulSoup
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import docutils_namespace, patch_docutils

from sugarforoil import harmless
from sugarforoil.errors import DataError
from sugarforoil.metadata import read_package
from sugarforoil.publish import catalogue, downloads, light, sources, sqlite, store, workbook

ROOT = Path(__file__).resolve().parents[1]
TEXTS = [" ".join(text.split()) if "\n" not in text else text for text in hostile.TEXTS.values()]

# --- what is refused at the door ----------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [*hostile.FORMULAS.values(), *hostile.UNSEEN.values()])
def test_a_cell_that_a_spreadsheet_or_a_terminal_would_obey_is_refused(tiny, text):
    path = tiny / "prices.csv"
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
    rows[1][-1] = text
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    from sugarforoil import datasets

    with pytest.raises(DataError) as caught:
        datasets.load("prices")
    assert (caught.value.file, caught.value.row) == ("prices.csv", 2)
    assert caught.value.column == "note" or text.startswith("\r")
    assert "\x1b" not in str(caught.value)
    assert "\u202e" not in str(caught.value)


@pytest.mark.parametrize("text", ["-04:00", "+5", "-3.5%", "a = b", "Ciénaga – 1962", "Куба", "œuvre", "a\nb"])
def test_texts_that_only_resemble_these_are_taken(text):
    assert harmless.wrong_cell(text) is None


def edited(folder: Path, change) -> Path:
    path = folder / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    change(next(one for one in package["resources"] if one["name"] == "prices"))
    path.write_text(json.dumps(package), encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", hostile.PATHS.values())
@pytest.mark.parametrize("entry", ["name", "path"])
def test_no_name_of_a_table_is_a_path(tiny, name, entry):
    edited(tiny, lambda table: table.update({entry: name}))
    with pytest.raises(DataError) as caught:
        read_package(tiny)
    assert caught.value.file == "datapackage.json"


@pytest.mark.parametrize("address", hostile.ADDRESSES.values())
def test_no_address_of_a_licence_or_a_source_runs_anything(tiny, tmp_path, address):
    bib = tmp_path / "references.bib"
    bib.write_text(
        f"@misc{{a, author={{A}}, title={{T}}, howpublished={{H}}, year={{2000}}, url={{{address}}}, "
        "urldate={2026-01-01}, keywords={press}}\n",
        encoding="utf-8",
    )
    with pytest.raises(sources.SourcesError, match=r"references\.bib.*entry a"):
        sources.read(bib)
    edited(tiny, lambda table: table.update(licenses=[{"name": "x", "path": address}]))
    with pytest.raises(DataError, match="expected a web address"):
        read_package(tiny)


class Environment:
    """As much of Sphinx's environment as `store` needs."""

    docname = "notebooks/x"

    def __init__(self, folder: Path) -> None:
        self.srcdir = folder
        self.mystnb_config = type("", (), {"output_folder": str(folder / "out")})


@pytest.mark.parametrize("name", hostile.PATHS.values())
def test_no_id_of_a_figure_is_a_path(tmp_path, name):
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ExtensionError, match="the id of a figure"):
        store.keep(Environment(tmp_path), f"{name}.svg", "x")
    assert sorted(tmp_path.rglob("*")) == before


# --- the page ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory) -> Path:
    """A project whose tables, descriptions and sources hold all hostile texts that are let in."""
    folder = tmp_path_factory.mktemp("hostile")
    shutil.copytree(ROOT / "tests" / "tiny_data", folder / "data")
    path = folder / "data" / "prices.csv"
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
    new = [
        {**rows[0], "year": str(1900 + number), "market": text, "note": text}
        for number, text in enumerate(TEXTS)
        if harmless.wrong_cell(text) is None
    ]
    assert len(new) > 35
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(new)

    def change(table: dict) -> None:
        table["known_problems"] = TEXTS
        for name in ("title", "row", "description", "citation", "group", "license_checked"):
            table[name] = " ".join(TEXTS)
        table["licenses"] = [{"name": "x", "title": text, "path": "https://x.org/(b)'"} for text in TEXTS]
        for column, text in zip(table["schema"]["fields"], TEXTS, strict=False):
            column.update(description=text, unit=text, title=text)
            column["constraints"] = {**column.get("constraints", {}), "enum": [text]}

    edited(folder / "data", change)
    return folder


def notebook() -> nbformat.NotebookNode:
    """A notebook with hostile outputs: plain, marked as the book's own, and of kinds that would be obeyed."""
    outputs = [nbformat.v4.new_output("stream", name="stdout", text=text + hostile.UNSEEN["escape"]) for text in TEXTS]
    for text in TEXTS:
        bundle = dict.fromkeys(["text/html", "text/markdown", "text/latex", "application/javascript"], text)
        outputs.append(nbformat.v4.new_output("display_data", {**bundle, "text/plain": text}))
        finding = {"sugarforoil": {"kind": "finding", "text": text}}
        outputs.append(nbformat.v4.new_output("display_data", {"text/plain": text}, metadata=finding))
    rows = io.StringIO()
    csv.writer(rows).writerows([["x", "y", "label"], *([text, "1", text] for text in TEXTS)])
    everywhere = " ".join(TEXTS)
    mark = {"kind": "figure", "id": "fig-x", "caption": everywhere, "alt": everywhere, "title": everywhere}
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" onload="hostile()"><script>hostile()</script></svg>'
    )
    figure = {"image/svg+xml": svg, "text/csv": rows.getvalue(), "text/plain": everywhere}
    outputs.append(nbformat.v4.new_output("display_data", figure, metadata={"sugarforoil": {**mark, "sources": []}}))
    cell = nbformat.v4.new_code_cell("1", outputs=outputs, execution_count=1)
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Chapter"), cell], metadata=kernel)


def bibliography() -> str:
    """Entries with a hostile text in each field that takes any."""
    entries = []
    for number, text in enumerate(TEXTS):
        if any(sign in text for sign in "\\{}"):  # refused, as LaTeX, or no BibTeX
            continue
        one = " ".join(text.split())
        entries.append(
            f"@misc{{x{number},\n  author = {{{{{one}}}}},\n  title = {{{one}}},\n  howpublished = {{{one}}},\n"
            f"  year = {{2000}},\n  note = {{{one}}},\n  keywords = {{press}},\n  url = {{https://x.org/?a=1&b='2'}},\n"
            "  urldate = {2026-01-01},\n}\n"
        )
    return "\n".join(entries)


@pytest.fixture(scope="module")
def pages(spoilt, tmp_path_factory) -> dict[str, BeautifulSoup]:
    """The pages made of it, parsed as a browser would."""
    source = tmp_path_factory.mktemp("source")
    table = read_package(spoilt / "data")["prices"]
    rows = catalogue.read(table)
    (source / "index.md").write_text(
        "# Index\n\n{cite:p}`x0`\n\n```{toctree}\ntable\nchapter\n```\n\n```{bibliography}\n:all:\n```\n",
        encoding="utf-8",
    )
    (source / "prices.csv").write_text("x")
    page = catalogue.page(table, rows, []).replace(catalogue.sources(catalogue.source_keys(table, rows)), "")
    one = catalogue.preview(table, rows)  # it shows the first rows: here it is to show all
    every = "\n\n".join(catalogue.preview(table, rows[at : at + 6]) for at in range(0, len(rows), 6))
    page = page.replace("../../data/prices.csv", "prices.csv").replace(one, every)
    (source / "table.md").write_text(page, encoding="utf-8")
    listed = catalogue.index({"prices": table}, {"prices": rows}).partition("## How to use it")[0]
    (source / "list.md").write_text("---\norphan: true\n---\n" + listed.replace(" <prices>`", " <table>`"), "utf-8")
    nbformat.write(notebook(), source / "chapter.ipynb")
    (source / "references.bib").write_text(bibliography(), encoding="utf-8")
    assert len(sources.read(source / "references.bib")) > 20
    book = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    settings = {
        "extensions": [
            *("myst_nb", "sphinx_design", "sphinxcontrib.bibtex"),
            *(f"sugarforoil.publish.{part}" for part in ("citations", "folded", "behind", "pictures")),
        ],
        "myst_enable_extensions": book["parse"]["myst_enable_extensions"],
        "nb_execution_mode": "off",
        "nb_mime_priority_overrides": [tuple(one) for one in book["sphinx"]["config"]["nb_mime_priority_overrides"]],
        "bibtex_bibfiles": ["references.bib"],
        "bibtex_default_style": "sugarforoil",
        "bibtex_reference_style": "sugarforoil",
        "html_theme": "basic",
        "html_sidebars": {"**": []},
        "html_copy_source": False,
    }
    out = tmp_path_factory.mktemp("site")
    with patch_docutils(), docutils_namespace():
        Sphinx(source, None, out, out / "trees", "html", settings, status=None, warning=io.StringIO()).build()
    assert not (source.parent / "hostile").exists()
    return {
        path.stem: BeautifulSoup(path.read_text(encoding="utf-8"), "lxml")
        for path in out.glob("*.html")
        if path.stem in ("index", "table", "chapter", "list")
    }


FORBIDDEN = ["iframe", "object", "embed", "base", "style", "form", "animate", "maction", "b", "input", "foreignobject"]
WORDS = ("alt", "aria-label", "title", "content", "id", "ids")  # attributes that say a text and do nothing


def acting(page: BeautifulSoup) -> list[str]:
    """What on a page a hostile value has made: elements, attributes and addresses that bear its mark or run."""
    found = [str(element)[:200] for element in page.find_all(FORBIDDEN)]
    for element in page.find_all(True):
        for name, value in element.attrs.items():
            text = (" ".join(value) if isinstance(value, list) else value).strip().lower()
            runs = name.lower().startswith("on") or text.startswith(("javascript:", "vbscript:", "data:", "file:"))
            if runs or ("hostile" in text and name not in WORDS and not text.startswith("#")):
                found.append(f"{name}: {str(element)[:200]}")
        if element.name == "script" and "hostile" in element.text:
            found.append(str(element)[:200])
    return found


@pytest.mark.parametrize("name", ["index", "table", "chapter", "list"])
def test_no_hostile_value_acts_on_a_page(pages, name):
    assert acting(pages[name]) == []


@pytest.mark.parametrize("name", ["index", "table", "chapter"])
def test_hostile_values_are_shown_as_what_they_are(pages, name):
    """Else the test above would pass for a page from which everything was dropped."""
    text = " ".join(pages[name].get_text().split())
    for key in ("script", "picture with a handler", "frame"):
        assert " ".join(hostile.MARKUP[key].split())[:40] in text.replace("“", '"').replace("”", '"')


def test_no_file_of_the_machine_is_drawn_into_a_page(pages):
    for page in pages.values():
        text = page.get_text()
        assert "root:x:0" not in text
        assert not page.find("a", href=lambda href: href and "hostname" in href and href[0] != "#")


# --- the downloads ------------------------------------------------------------------------------------------------


def test_no_cell_of_the_workbook_is_a_formula_or_a_link(spoilt):
    tables = read_package(spoilt / "data")
    book = openpyxl.load_workbook(io.BytesIO(workbook.workbook(tables, (2026, 1, 1))))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert any("hostile" in str(cell.value) for cell in cells)
    assert not [cell.coordinate for cell in cells if cell.data_type == "f" or cell.hyperlink]


@pytest.mark.parametrize("text", hostile.FORMULAS.values())
def test_even_a_formula_that_came_so_far_would_be_a_text_in_the_workbook(tiny, text):
    edited(tiny, lambda table: table.update(description=text))
    book = openpyxl.load_workbook(io.BytesIO(workbook.workbook(read_package(tiny), (2026, 1, 1))))
    found = [cell for row in book["About"].iter_rows() for cell in row if cell.value == text]
    assert [cell.data_type for cell in found] == ["s"]


def test_a_text_that_no_workbook_takes_is_a_fault_and_is_not_left_out(tiny):
    edited(tiny, lambda table: table.update(description="x" * 40_000))
    with pytest.raises(DataError, match="32,767 characters"):
        workbook.workbook(read_package(tiny), (2026, 1, 1))


def test_two_tables_do_not_share_a_sheet(tiny):
    edited(tiny, lambda table: table.update(name="a" * 31))
    tables = read_package(tiny)
    with pytest.raises(DataError, match="first 31 letters"):
        workbook.workbook({**tables, "a" * 32: tables["a" * 31]}, (2026, 1, 1))


def test_the_database_holds_the_texts_and_nothing_else(spoilt, tmp_path):
    path = tmp_path / "x.sqlite"
    tables = read_package(spoilt / "data")
    path.write_bytes(sqlite.database(tables))
    with sqlite3.connect(path) as connection:
        notes = [note for (note,) in connection.execute("SELECT note FROM prices")]
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert notes == [row["note"] for row in catalogue.read(tables["prices"])]
    assert names == {*tables, "_tables", "_columns"}


def test_every_entry_of_the_zip_stays_in_its_folder(spoilt):
    with zipfile.ZipFile(io.BytesIO(downloads.archive(spoilt))) as packed:
        names = packed.namelist()
    assert names
    assert all(name.startswith(f"{downloads.NAME}/") and ".." not in name and "\\" not in name for name in names)


# --- the gate of every page ---------------------------------------------------------------------------------------

OBEYED = [
    *(value for name, value in hostile.MARKUP.items() if name not in ("entity", "attribute that is left", "form")),
    '<a href="javascript:hostile()">x</a>',
    '<a href="java&#115;cript:hostile()">x</a>',
    '<a href=" JavaScript&colon;hostile()">x</a>',
    '<a href="java&Tab;script:hostile()">x</a>',
    '<a title=">" href=javascript:hostile()>x</a>',
    '<img alt="a < b" src=x onerror=hostile()>',
    "<img src=x\nonerror\n=\nhostile()>",
    '<a href="data:text/html,x">x</a>',
    '<iframe srcdoc="x">',
    '<button formaction="//hostile.example">x</button>',
]


@pytest.mark.parametrize("markup", [one for one in OBEYED if "<!--" not in one and "<script" not in one.lower()])
def test_a_page_with_what_acts_is_not_published(markup):
    with pytest.raises(light.LightError, match=r"x\.html"):
        light.forbid(f"<html><head></head><body><p>{markup}</p></body></html>", "x.html")


@pytest.mark.parametrize("markup", [hostile.MARKUP["script"], hostile.MARKUP["script that ends another"]])
def test_a_page_with_a_script_of_its_own_is_not_published(tmp_path, markup):
    theme = "<script>document.documentElement.dataset.theme</script>"
    (tmp_path / "_static").mkdir()
    page = tmp_path / "x.html"
    page.write_text(f"<html><head>{theme}</head><body><p>{markup}</p></body></html>", encoding="utf-8")
    with pytest.raises(light.LightError, match="one inline script is allowed"):
        light.lighten(tmp_path)


@pytest.mark.parametrize(
    "markup",
    [
        "<p>on = 1, javascript: hostile(), &lt;img onerror=x&gt;</p>",
        '<a href="https://example.org/?on=1&amp;data:x">x</a>',
        '<img alt="x onerror=y" src="data:image/png;base64,AA==">',
        '<a href="../base.html#set">data: x</a>',
        "<table><caption>x</caption></table>",
    ],
)
def test_a_page_that_only_speaks_of_it_is(markup):
    light.forbid(f"<html><head></head><body>{markup}</body></html>", "x.html")
