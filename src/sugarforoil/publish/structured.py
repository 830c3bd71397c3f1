"""What a page says of itself to programs: a description, structured data (schema.org), and what links to it show.

The cover is a Book, a chapter a LearningResource, the page of a table a Dataset. Only what stands on the page is said.
An address is given only when the book has one: canonical links, the map of the site and cards for links need it.
"""

# mypy: allow-subclassing-any, allow-untyped-decorators, allow-untyped-calls, no-warn-return-any
from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

import yaml
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

from sugarforoil.metadata import Dataset, read_package
from sugarforoil.publish import address, cards
from sugarforoil.publish.catalogue import extent, read

SUMMARY = "sfo_summary"
"""Where the sentence about a page is kept among Sphinx's metadata of it."""

LONGEST = 220  # letters of a description
ENOUGH = 80  # below that a description takes another sentence
ABBREVIATION = re.compile(r"(?:\b[A-Z]|\b(?:Mr|Mrs|Dr|St|doc|cf|e\.g|i\.e|vs|U\.S))\.$")
Facts = dict[str, Any]


# --- the description ----------------------------------------------------------------------------------------------


def summary(doctree: nodes.document) -> str:
    """What a page is about: the question in its title, if there is one, and the first sentence of its text."""
    heading = next((one.astext() for one in doctree.findall(nodes.title)), "")
    question = heading.partition(": ")[2] if heading.endswith("?") else ""
    text = first_paragraph(doctree)
    first = sentence(text)
    while len(question) + len(first) < ENOUGH and len(first) < len(text):
        first += " " + sentence(text[len(first) :].strip())
    said = f"{question[:1].upper()}{question[1:]} {first}".strip()
    return said if len(said) <= LONGEST else said[:LONGEST].rsplit(" ", 1)[0].rstrip(",;: ") + " …"


def first_paragraph(doctree: nodes.document) -> str:
    """The first paragraph that is running text: no line of years and minutes, no caption, no box."""
    for one in doctree.findall(nodes.paragraph):
        only = len(one.children) == 1 and isinstance(one[0], nodes.emphasis | nodes.literal | nodes.strong)
        boxed = any(isinstance(above, nodes.Admonition | nodes.figure | nodes.legend) for above in ancestors(one))
        text = plain(one)
        if not only and not boxed and len(text) > 40:
            return text
    return ""


def ancestors(node: nodes.Node) -> Iterator[nodes.Node]:
    """The elements that an element stands in."""
    while node.parent is not None:
        node = node.parent
        yield node


def plain(element: nodes.Element) -> str:
    """Text without its citations; a link to another page may not be resolved yet."""
    parts = []
    for child in element.children:
        if isinstance(child, addnodes.pending_xref) and child.get("refdomain") == "cite":
            continue
        parts.append(child.astext() if isinstance(child, nodes.Text) or not child.children else plain(child))
    return re.sub(r"\s+([.,;:?!])", r"\1", " ".join("".join(parts).split()))


def sentence(text: str) -> str:
    """The first sentence of a text."""
    for end in re.finditer(r"[.?!][”’]?(?=\s|$)", text):
        if not ABBREVIATION.search(text[: end.end()]):
            return text[: end.end()]
    return text


# --- the book, a chapter, a table -----------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def about(root: Path, changed: int) -> Facts:
    """What CITATION.cff and datapackage.json say of the book (`changed` keeps the cache honest)."""
    citation = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))
    package = json.loads((root / "data" / "datapackage.json").read_text(encoding="utf-8"))
    return {"citation": citation, "package": package, "tables": read_package(root / "data")}


def known(app: Sphinx) -> Facts:
    """The facts above for the project that is built."""
    root = Path(app.srcdir)
    files = (root / "CITATION.cff", root / "data" / "datapackage.json")
    return about(root, max(file.stat().st_mtime_ns for file in files))


def authors(citation: Facts) -> list[Facts]:
    """The authors as CITATION.cff has them."""
    return [
        {"@type": "Organization", "name": one["name"]}
        if "name" in one
        else {"@type": "Person", "givenName": one.get("given-names", ""), "familyName": one.get("family-names", "")}
        for one in citation["authors"]
    ]


def book(app: Sphinx) -> Facts:
    """The book: what its cover, and the parts that belong to it, say."""
    facts = known(app)
    name, _, subtitle = facts["citation"]["title"].partition(": ")
    return {
        "@type": "Book",
        "name": name,
        "alternativeHeadline": subtitle,
        "author": authors(facts["citation"]),
        "inLanguage": "en",
        **located(app.config.root_doc),
    }


def whole_book(app: Sphinx, summary: str) -> Facts:
    """The cover."""
    facts = known(app)
    citation = facts["citation"]
    chapters = [page for page in sorted(app.env.found_docs) if page.startswith("notebooks/")]
    return {
        **book(app),
        "description": " ".join(str(citation.get("abstract", summary)).split()),
        "bookFormat": "https://schema.org/EBook",
        "isAccessibleForFree": True,
        "license": licence(facts),
        "version": str(citation.get("version", "")),
        "datePublished": str(citation.get("date-released", "")),
        "keywords": citation.get("keywords", []),
        "hasPart": [
            {"@type": "Chapter", "name": app.env.titles[page].astext(), "position": int(page[10:12]), **located(page)}
            for page in chapters
        ],
    }


def chapter(app: Sphinx, page: str, summary: str, doctree: nodes.document) -> Facts:
    """A chapter: its question, years and minutes as the page gives them."""
    line = next((one.astext() for one in doctree.findall(nodes.emphasis)), "")
    years = re.search(r"(\d{4})(?:–(\d{4}))?", line)
    minutes = re.search(r"(\d+)\sminutes to read", line)
    aims = [plain(one) for one in doctree.findall(nodes.paragraph) if one.astext().startswith("You will learn to")]
    facts: Facts = {
        "@type": "LearningResource",
        "name": app.env.titles[page].astext(),
        "description": summary,
        "position": int(page[10:12]),
        "learningResourceType": ["chapter", "notebook", "exercises"],
        "inLanguage": "en",
        "isAccessibleForFree": True,
        "license": licence(known(app)),
        "author": authors(known(app)["citation"]),
        "isPartOf": book(app),
        **located(page),
    }
    if years:
        facts["temporalCoverage"] = "/".join(part for part in years.groups() if part)
    if minutes:
        facts["timeRequired"] = f"PT{minutes[1]}M"
    if aims:
        facts["teaches"] = aims[0].removeprefix("You will learn to").strip()
    return facts


def licence(facts: Facts) -> str:
    """The address of the licence of text and data."""
    return str(facts["package"]["licenses"][0]["path"])


def table(app: Sphinx, dataset: Dataset) -> Facts:
    """The page of a table."""
    facts = known(app)
    years = re.search(r"(\d{4})–(\d{4})", extent(dataset, read(dataset)))
    file: Facts = {"@type": "DataDownload", "name": dataset.path.name, "encodingFormat": "text/csv"}
    stored = app.env.dlfiles.get(f"data/{dataset.path.name}")
    if address.site() and stored:
        file["contentUrl"] = f"{address.site()}_downloads/{stored[1]}"
    said: Facts = {
        "@type": "Dataset",
        "name": dataset.title,
        "alternateName": dataset.name,
        "description": " ".join(f"{dataset.row} {dataset.description}".split()),
        "creator": authors(facts["citation"]),
        "isAccessibleForFree": True,
        "inLanguage": "en",
        "license": [one.path for one in dataset.licences if one.path],
        "citation": dataset.citation,
        "keywords": [*facts["package"].get("keywords", []), dataset.group],
        "variableMeasured": [
            {"@type": "PropertyValue", "name": one.name, **({"unitText": one.unit} if one.unit else {})}
            for one in dataset.fields.values()
        ],
        "distribution": [file],
        "includedInDataCatalog": {"@type": "DataCatalog", "name": facts["package"]["title"]},
        **located(f"book/data/{dataset.name}"),
    }
    if years:
        said["temporalCoverage"] = f"{years[1]}/{years[2]}"
    return said


def all_tables(app: Sphinx) -> Facts:
    """The list of tables: the whole data package."""
    facts = known(app)
    package = facts["package"]
    return {
        "@type": "Dataset",
        "name": package["title"],
        "description": package["description"],
        "creator": authors(facts["citation"]),
        "version": package["version"],
        "isAccessibleForFree": True,
        "license": licence(facts),
        "keywords": package.get("keywords", []),
        "hasPart": [
            {"@type": "Dataset", "name": one.title, "description": one.row, **located(f"book/data/{one.name}")}
            for one in facts["tables"].values()
        ],
        **located("book/data/index"),
    }


def located(page: str) -> Facts:
    """The address of a page, where the book has one."""
    return {"url": f"{address.site()}{page}.html"} if address.site() else {}


def facts_of(app: Sphinx, page: str, summary: str, doctree: nodes.document) -> Facts | None:
    """The structured data of a page; None for one that is only text."""
    if page == app.config.root_doc:
        return whole_book(app, summary)
    if page.startswith("notebooks/"):
        return chapter(app, page, summary, doctree)
    if page == "book/data/index":
        return all_tables(app)
    folder, _, name = page.rpartition("/")
    tables = known(app)["tables"] if folder == "book/data" else {}
    return table(app, tables[name]) if name in tables else None


# --- on the page ------------------------------------------------------------------------------------------------


def page_context(app: Sphinx, pagename: str, template: str, context: Facts, doctree: nodes.document | None) -> None:
    """Add to the head of a page what it says of itself."""
    lines = [
        f'<link rel="icon" href="{context["pathto"]("_static/favicon-32.png", 1)}" sizes="32x32" type="image/png">',
        f'<link rel="apple-touch-icon" href="{context["pathto"]("_static/apple-touch-icon.png", 1)}">',
    ]
    if doctree is not None:
        said = app.env.metadata.get(pagename, {}).get(SUMMARY, "")
        if said:
            lines.append(f'<meta name="description" content="{escape(said)}">')
        facts = facts_of(app, pagename, said, doctree)
        if facts:
            text = json.dumps({"@context": "https://schema.org", **facts}, ensure_ascii=False, separators=(",", ":"))
            safe = text.replace("<", r"\u003c")  # nothing in it may end the element, or begin a comment
            lines.append(f'<script type="application/ld+json">{safe}</script>')
        if address.site():
            lines += [
                f'<meta property="{escape(name)}" content="{escape(value)}">'
                for name, value in shared(app, pagename, said)
            ]
    else:
        lines.append('<meta name="robots" content="noindex">')  # the search and the index are no pages to be found
    context["metatags"] = context.get("metatags", "") + "\n".join(lines)


def shared(app: Sphinx, page: str, said: str) -> Iterator[tuple[str, str]]:
    """What a link to the page shows elsewhere (Open Graph)."""
    card = cards.of(page)
    title = app.env.titles[page].astext()
    yield from {
        "og:type": "article" if page != app.config.root_doc else "book",
        "og:title": title,
        "og:description": said,
        "og:url": f"{address.site()}{page}.html",
        "og:site_name": str(app.config.html_title),
        "og:locale": "en",
        "og:image": f"{address.site()}_static/{cards.FOLDER}/{card}",
        "og:image:width": str(cards.SIZE[0]),
        "og:image:height": str(cards.SIZE[1]),
        "og:image:alt": title,
        "twitter:card": "summary_large_image",
    }.items()


def give_address(app: Sphinx, config: Any) -> None:
    """Let Sphinx write canonical links when the book has an address."""
    config.html_baseurl = address.site()


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Write what the whole site says of itself: its map and the cards, when it has an address."""
    if exception is not None or app.builder.format != "html" or not address.site():
        return
    out = Path(app.outdir)
    pages = sorted(app.env.found_docs)
    places = "".join(f"<url><loc>{escape(address.site() + page)}.html</loc></url>\n" for page in pages)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    for name, text in {
        "sitemap.xml": f"{head}{places}</urlset>\n",
        "robots.txt": f"User-agent: *\nAllow: /\nSitemap: {address.site()}sitemap.xml\n",
    }.items():
        (out / name).write_text(text, encoding="utf-8", newline="\n")
    cards.draw(Path(app.srcdir), out, {page: app.env.titles[page].astext() for page in pages})


def setup(app: Sphinx) -> None:
    """Register the steps."""
    app.connect("config-inited", give_address, priority=900)
    app.connect("html-page-context", page_context)
    app.connect("build-finished", finish)
