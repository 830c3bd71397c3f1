"""The built pages as one book in reading order: what the PDF and the EPUB are set from.

A page of the site is read as the builder left it and made fit for print: nothing that only a screen can do, nothing
folded away, one set of anchors for the whole book, links between the pages turned into links inside it.

    book = manuscript.read(site)            # site: the folder of the built pages
    for part in book.parts:                 # in the order of _toc.yml; the first, unnamed, holds the cover page
        for page in part.pages:
            page.kind, page.number, page.title, page.content

`content` is an lxml element, `<section id=page.slug>`, whose first child is the page's `<h1>`. In it
- a figure is `<figure id><img src alt><figcaption>`; `src` is a path in the site, e.g. `_images/fig-arms.svg`
  (`book.file(src)` is that file, `book.png(src)` the same picture as PNG);
- what the site folds away is `<div class="sfo-fold KIND">` with its summary as `<p class="sfo-fold-title">`; KIND is
  `solution` (beneath its exercise) or `sfo-check-answer` (at the end of a question of the self-check, `div.sfo-check`);
  code is left out unless asked for;
- a citation is `<span class="bibtex-citation">` with one link for each work, whose `title` is its full description;
- formulas are MathML.
"""

from __future__ import annotations

import copy
import posixpath
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import yaml
from lxml import etree, html

from sugarforoil.publish.notebooks import ROOT

CHAPTER = re.compile(r"^notebooks/(\d\d)_")
PART = re.compile(r"^([IVX]+) · (.+)$")

KINDS = {
    "book/data/index": "catalogue",
    "book/reference/explore": "explore",
    "book/glossary": "glossary",
    "book/bibliography": "bibliography",
}

IN_PRINT = {"cover", "prose", "chapter", "catalogue", "list", "glossary", "bibliography"}
"""The kinds of pages that a book has; the pages of single tables and the explorer are left to the site."""

# What only a screen can use.
NO_USE = (
    "script", "style", "noscript", "template", "button", "input", "form", "link",
    ".headerlink", ".screen-only", ".toctree-wrapper", ".sfo-rows", ".sfo-explore",
)  # fmt: skip


@dataclass(frozen=True)
class Page:
    """One page of the site, fit for print."""

    docname: str  # "notebooks/02_sugar_for_oil"
    slug: str  # "ch02": its anchor, and the beginning of every other anchor on it ("ch02-fig-un-flip")
    kind: str  # cover, prose, chapter, catalogue, table, explore, list, glossary or bibliography
    number: int | None  # of a chapter
    title: str
    content: Any  # lxml element


@dataclass(frozen=True)
class Part:
    """A part of the book: "II · Alliance" is number "II" and title "Alliance"."""

    number: str
    title: str
    pages: tuple[Page, ...]


@dataclass(frozen=True)
class Manuscript:
    """The whole book, in reading order."""

    site: Path
    parts: tuple[Part, ...]

    @property
    def pages(self) -> Iterator[Page]:
        """Every page."""
        for part in self.parts:
            yield from part.pages

    def file(self, src: str) -> Path:
        """The file of a picture."""
        return self.site / src

    def png(self, src: str) -> Path | None:
        """The same picture as PNG, where the notebook stored one (the builder keeps it beside its pages)."""
        path = self.site.parent / "jupyter_execute" / "figures" / f"{Path(src).stem}.png"
        return path if path.is_file() else None


def read(
    site: Path,
    *,
    kinds: Collection[str] = IN_PRINT,
    code: bool = False,
    address: str = "",
    only: Callable[[str], bool] = lambda docname: True,
) -> Manuscript:
    """Read the built pages.

    Args:
        site: the folder with the builder's pages.
        kinds: the kinds of pages that are in print.
        code: whether the code cells are kept.
        address: the public address of the site, to which links to what is not in print lead; without one they are
            plain text.
        only: whether a page is in print, by its name (for a book of a few pages).
    """
    order = [(number, title, list(existing(site, docnames))) for number, title, docnames in contents()]
    docnames = [name for _, _, names in order for name in names if kind_of(name) in kinds and only(name)]
    slugs = {name: slug_of(name) for name in docnames}
    bodies = {name: body(site, name, code) for name in docnames}
    anchors = {name: unique_anchors(bodies[name], slugs[name]) for name in docnames}
    links = Links(site, slugs, anchors, address.rstrip("/"))
    for name in docnames:
        if kind_of(name) == "catalogue":
            links.add_entries(name, bodies[name])
    for name in docnames:
        rewire(bodies[name], name, links)
    parts = tuple(
        Part(number, title, tuple(page(name, slugs[name], bodies[name]) for name in names if name in bodies))
        for number, title, names in order
    )
    return Manuscript(site, tuple(part for part in parts if part.pages))


# --- the order ------------------------------------------------------------------------------------------------


def contents() -> Iterator[tuple[str, str, list[str]]]:
    """Number, title and pages (some with wildcards) of each part, as `_toc.yml` orders them."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    yield "", "", [toc["root"]]
    for part in toc["parts"]:
        found = PART.match(part["caption"])
        number, title = (found[1], found[2]) if found else ("", part["caption"])
        yield number, title, [name for entry in part["chapters"] for name in files_of(entry)]


def files_of(entry: Mapping[str, Any]) -> Iterator[str]:
    """The pages of an entry of the contents and of what stands beneath it."""
    yield entry.get("file") or entry["glob"]
    for section in entry.get("sections", ()):
        yield from files_of(section)


def existing(site: Path, docnames: list[str]) -> Iterator[str]:
    """The pages that were built, each once, wildcards resolved."""
    seen = set()
    for pattern in docnames:
        for path in sorted(site.glob(f"{pattern}.html")):
            name = path.relative_to(site).with_suffix("").as_posix()
            if name not in seen:
                seen.add(name)
                yield name


def kind_of(docname: str) -> str:
    """What kind of page it is."""
    if CHAPTER.match(docname):
        return "chapter"
    if docname in KINDS:
        return KINDS[docname]
    folder = docname.rpartition("/")[0]
    if docname == "book/index":
        return "cover"
    return {"book/data": "table", "book/reference": "list"}.get(folder, "prose")


def slug_of(docname: str) -> str:
    """A short name that may begin an anchor: "ch02", "glossary", "table-oil_prices"."""
    if found := CHAPTER.match(docname):
        return f"ch{found[1]}"
    folder, _, name = docname.rpartition("/")
    if folder == "book/data":
        return "data" if name == "index" else f"table-{name}"
    if folder == "book/teach":
        return "teach" if name == "index" else f"teach-{name}"
    return "cover" if docname == "book/index" else name


def page(docname: str, slug: str, content: Any) -> Page:
    """A page with its title and number read from its heading."""
    found = CHAPTER.match(docname)
    heading = copy.deepcopy(content.find(".//h1"))
    for mark in heading.find_class("section-number"):
        mark.drop_tree()
    title = " ".join(heading.text_content().split())
    return Page(docname, slug, kind_of(docname), int(found[1]) if found else None, title, content)


# --- one page -------------------------------------------------------------------------------------------------


def body(site: Path, docname: str, code: bool) -> Any:
    """The text of a page: a section that begins with its heading, without what only a screen can use."""
    page = (site / f"{docname}.html").read_bytes()
    tree = html.fromstring(page, parser=html.HTMLParser(encoding="utf-8"))
    article = tree.find(".//article")
    sections = [child for child in article if child.find(".//h1") is not None]
    content = sections[0]
    content.tail = None
    for named in list(content.find_class("sfo-sources")):  # they stand in the folded table, which only a screen has
        move_sources(content, named)
    for selector in (*NO_USE, *(() if code else (".sfo-code", ".cell_input"))):
        for element in list(select(content, selector)):
            drop(element)
    for element in content.iter(etree.Comment):
        element.drop_tree()
    for details in list(content.iter("details")):
        unfold(details)
    for element in content.find_class("print-only"):
        element.classes.discard("print-only")
        element.attrib.pop("hidden", None)
    for data in content.find_class("sfo-data"):  # the rows to download were its end: "Data: table · rows as CSV"
        last = data[-1] if len(data) else None
        if last is not None and last.tail:
            last.tail = last.tail.rstrip(" ·\n") or None
    for wrapper in content.find_class("pst-scrollable-table-container"):
        wrapper.drop_tag()
    for element in reversed(list(content.iter("div"))):  # cells of which nothing is left
        if not len(element) and not (element.text or "").strip():
            drop(element)
    for image in content.iter("img"):
        image.set("src", posixpath.normpath(posixpath.join(posixpath.dirname(docname), image.get("src"))))
        for name in ("loading", "decoding", "srcset"):
            image.attrib.pop(name, None)
    return content


def move_sources(content: Any, named: Any) -> None:
    """Move the paragraph that names the sources of a figure beneath its caption."""
    figures = content.xpath("//figure[@id=$name]", name=named.get("id").removesuffix("-sources"))
    if figures and (legends := figures[0].find_class("sfo-data")):
        named.drop_tree()
        named.tail = None
        legends[-1].addnext(named)


def select(content: Any, selector: str) -> Iterator[Any]:
    """The elements of a name or, after a full stop, of a class."""
    return iter(content.find_class(selector[1:])) if selector.startswith(".") else content.iter(selector)


def drop(element: Any) -> None:
    """Take an element out; what follows it stays."""
    if element.getparent() is not None:
        element.drop_tree()


def unfold(details: Any) -> None:
    """Turn what can be unfolded into a box that is open."""
    details.tag = "div"
    details.attrib.pop("open", None)
    details.classes.add("sfo-fold")
    for summary in details.iter("summary"):
        summary.tag = "p"
        summary.classes.add("sfo-fold-title")


# --- anchors and links ----------------------------------------------------------------------------------------


def unique_anchors(content: Any, slug: str) -> dict[str, str]:
    """Make the anchors of a page its own in the whole book; return the new ones by the old."""
    found: dict[str, str] = {}
    for element in content.iter():
        old = element.attrib.pop("id", None)
        for name in ("for", "headers", "aria-labelledby", "aria-describedby", "aria-controls"):
            element.attrib.pop(name, None)
        if element is content:
            element.set("id", slug)
            found[old or ""] = slug
        elif old and "bibtex-citation" not in element.classes:
            new = f"{slug}-" + re.sub(r"[^\w.-]", "-", old, flags=re.ASCII)
            while new in found.values():
                new += "-"
            found[old] = new
            element.set("id", new)
    return found


@dataclass
class Links:
    """Where the addresses on the pages lead in the book."""

    site: Path
    slugs: dict[str, str]
    anchors: dict[str, dict[str, str]]
    address: str

    def __post_init__(self) -> None:
        self.entries: dict[str, str] = {}

    def add_entries(self, catalogue: str, content: Any) -> None:
        """Let the entries of the catalogue stand for the pages of tables that are not in print."""
        for term in content.iter("dt"):
            link = next(term.iter("a"), None)
            if link is None:
                continue
            target = resolve(catalogue, link.get("href"))[0]
            if target not in self.slugs:
                self.entries[target] = slug_of(target)
                term.set("id", slug_of(target))

    def find(self, docname: str, href: str) -> str | None:
        """Where a link on a page leads in print: an anchor, an address on the site, or nowhere (None)."""
        if urlsplit(href).scheme:
            return href
        target, fragment = resolve(docname, href)
        if target in self.slugs:
            return "#" + self.anchors[target].get(fragment, self.slugs[target])
        if target in self.entries and docname != "book/data/index":
            return "#" + self.entries[target]
        if self.address:
            path = posixpath.normpath(posixpath.join(posixpath.dirname(docname), href))
            return f"{self.address}/{path}"
        return None


def resolve(docname: str, href: str) -> tuple[str, str]:
    """The page and the anchor that a relative address on a page leads to."""
    parts = urlsplit(href)
    if not parts.path:
        return docname, unquote(parts.fragment)
    path = posixpath.normpath(posixpath.join(posixpath.dirname(docname), unquote(parts.path)))
    return path.removesuffix(".html"), unquote(parts.fragment)


def rewire(content: Any, docname: str, links: Links) -> None:
    """Point every link of a page to its place in the book."""
    for link in list(content.iter("a")):
        href = link.get("href")
        target = links.find(docname, href) if href else None
        if target is None and not link.get("id"):
            link.drop_tag()
        elif target is None:
            link.attrib.pop("href", None)
        else:
            link.set("href", target)
            for name in ("download", "target", "rel"):
                link.attrib.pop(name, None)
