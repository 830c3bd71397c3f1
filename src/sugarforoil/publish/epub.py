"""`make epub`: the book as `_build/book.epub`, an EPUB 3 for reading systems, set from the built pages.

Files of XHTML (see `epub_pages`), the figures as PNG, a cover, contents by part, chapter and section, and what a
catalogue asks about accessibility, in a zip whose order and dates are fixed: the same book gives the same bytes.
"""

from __future__ import annotations

import io
import re
import sys
import uuid
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sugarforoil.errors import DataError
from sugarforoil.publish import address, archives, build, cover, manuscript, steady
from sugarforoil.publish.epub_pages import FRONT, content, headings, html_escape, serialise, xhtml
from sugarforoil.publish.freshness import is_fresh, put, sources
from sugarforoil.publish.manuscript import Manuscript, Page
from sugarforoil.publish.notebooks import ROOT, NotebookError

TARGET = build.BUILD / "book.epub"
STYLE = ROOT / "book" / "_press" / "epub.css"
COVER = (1600, 2400)
IDENTIFIER = uuid.uuid5(uuid.NAMESPACE_URL, "urn:sugarforoil:book")  # the same for every version, as EPUB wants it
TYPES = {
    ".xhtml": "application/xhtml+xml",
    ".png": "image/png",
    ".css": "text/css",
    ".ncx": "application/x-dtbncx+xml",
}
EPOCH = (1980, 1, 1, 0, 0, 0)

CONTAINER = """<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""

PACKAGE = """<?xml version="1.0" encoding="UTF-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="en">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
{metadata}
</metadata>
<manifest>
{manifest}
</manifest>
<spine toc="ncx">
{spine}
</spine>
</package>
"""

NCX = """<?xml version="1.0" encoding="UTF-8"?>
<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/" version="2005-1" xml:lang="en">
<head><meta name="dtb:uid" content="{identifier}"/></head>
<docTitle><text>{title}</text></docTitle>
<navMap>
{points}
</navMap>
</ncx>
"""

SUMMARY = (
    "Every figure has a text that says what it shows and the numbers that matter. Formulas are MathML, headings are in "
    "order, the contents lead to every section, and solutions stand at the end of the chapters with links there and "
    "back. No text is an image, but for the words within figures; nothing moves or flashes."
)
ACCESSIBILITY = [
    ("schema:accessMode", "textual"),
    ("schema:accessMode", "visual"),
    ("schema:accessModeSufficient", "textual"),
    ("schema:accessModeSufficient", "textual,visual"),
    ("schema:accessibilityFeature", "alternativeText"),
    ("schema:accessibilityFeature", "displayTransformability"),
    ("schema:accessibilityFeature", "MathML"),
    ("schema:accessibilityFeature", "readingOrder"),
    ("schema:accessibilityFeature", "structuralNavigation"),
    ("schema:accessibilityFeature", "tableOfContents"),
    ("schema:accessibilityHazard", "none"),
    ("schema:accessibilitySummary", SUMMARY),
]


@dataclass
class Entry:
    """A line of the contents; without an address it only names what stands beneath it."""

    words: str
    href: str
    below: list[Entry]


# --- the pages ------------------------------------------------------------------------------------------------


def files(book: Manuscript, site_address: str = "") -> dict[str, bytes]:
    """Every file of the EPUB by its path, in the order in which they are packed."""
    cff = archives.citation()
    spine: list[tuple[str, str]] = [("cover", cover_page()), ("title", title_page(cff, site_address))]
    contents = [Entry("Cover", "text/cover.xhtml", []), Entry("Title page", "text/title.xhtml", [])]
    home = {anchor: page.slug for page in book.pages for anchor in anchors(page)}
    used: set[str] = set()
    for part in book.parts:
        entries = contents
        if part.title:
            entry = Entry(f"{part.number} · {part.title}" if part.number else part.title, "", [])
            contents.append(entry)
            entries = entry.below
            if part.number:
                name = f"part-{part.number.lower()}"
                entry.href = f"text/{name}.xhtml"
                spine.append((name, part_page(part)))
        for page in part.pages:
            body = content(page, partial(link, here=page.slug, home=home), notebook(page, site_address))
            used |= {Path(image.get("src")).stem for image in body.iter("img")}
            title = FRONT if page.kind == "cover" else page.title
            words = f"{page.number} {title}" if page.number else title
            name = file_of(page.slug)
            sections = [] if page.kind == "cover" else list(headings(body))
            below = [Entry(text, f"text/{name}.xhtml#{anchor}", []) for anchor, text in sections]
            entries.append(Entry(words, f"text/{name}.xhtml", below))
            spine.append((name, xhtml(words, serialise(body), "bodymatter" if page.number else "")))
    packed: dict[str, bytes] = {"META-INF/container.xml": CONTAINER.encode()}
    packed["EPUB/package.opf"] = b""  # its place; it lists what follows
    packed["EPUB/nav.xhtml"] = nav(contents).encode()
    packed["EPUB/toc.ncx"] = ncx(contents, cff).encode()
    packed["EPUB/style.css"] = STYLE.read_bytes()
    packed["EPUB/images/cover.png"] = cover.png(*COVER)
    for name in sorted(used - {"cover"}):
        packed[f"EPUB/images/{name}.png"] = picture(book, name)
    for name, text in spine:
        packed[f"EPUB/text/{name}.xhtml"] = text.encode()
    packed["EPUB/package.opf"] = package(packed, [name for name, _ in spine], cff).encode()
    return packed


def file_of(slug: str) -> str:
    """The name of a page's file: the image and the front page of the site are both called cover."""
    return "start" if slug == "cover" else slug


def anchors(page: Page) -> Iterator[str]:
    """Every anchor on a page."""
    for element in page.content.iter():
        if element.get("id"):
            yield element.get("id")


def link(anchor: str, here: str, home: Mapping[str, str]) -> str:
    """The address of an anchor as seen from the page `here`."""
    there = home.get(anchor, here)
    if there == here:
        return f"#{anchor}"
    file = f"{file_of(there)}.xhtml"
    return file if anchor == there else f"{file}#{anchor}"


def notebook(page: Page, site_address: str) -> str:
    """Where the code of a chapter's figures is, as XHTML; "" for other pages."""
    if page.kind != "chapter":
        return ""
    name = html_escape(page.docname.rpartition("/")[2]) + ".ipynb"
    if site_address:
        name = f'<a href="{html_escape(site_address)}{page.docname}.html">{name}</a>'
    return f"How every figure and number of this chapter was made is in its notebook, {name}."


def picture(book: Manuscript, name: str) -> bytes:
    """A figure as PNG, as the notebook stored it."""
    path = book.png(f"_images/{name}.svg")
    if path is None:
        raise build.BuildError(f"The figure {name} has no PNG: run the notebook that draws it again (make run).")
    return path.read_bytes()


def cover_page() -> str:
    """The page that shows the cover."""
    image = f'<img src="../images/cover.png" alt="{html_escape(cover.ALT)}" role="doc-cover"/>'
    return xhtml("Cover", f'<section class="cover-image" epub:type="cover">{image}</section>', "frontmatter")


def title_page(cff: Mapping[str, Any], site_address: str) -> str:
    """The title page, with the licence and where the rest is."""
    title, subtitle, kind = titles(cff)
    authors = html_escape("; ".join(one["name"] for one in archives.people(cff["preferred-citation"])))
    url = html_escape(site_address)
    online = f'<p>On the web: <a href="{url}">{url}</a></p>' if url else ""
    return xhtml(
        title,
        f"""<section class="title-page" epub:type="titlepage">
<h1>{html_escape(title)}</h1>
<p class="sfo-subtitle">{html_escape(subtitle)}</p>
<p>{html_escape(kind)}</p>
<p class="author">{authors}</p>
<div class="imprint">
<p>Version {html_escape(cff["version"])}, {html_escape(cff["preferred-citation"]["year"])}</p>
<p>Text and figures may be copied and changed under the licence
<a href="https://creativecommons.org/licenses/by/4.0/">Creative Commons Attribution 4.0</a>.</p>
<p>This is the book for reading. The data, the code that draws every figure, and the notebooks in which both can be
tried are on its site and in its bundle.</p>
{online}</div>
</section>""",
        "frontmatter",
    )


def titles(cff: Mapping[str, Any]) -> tuple[str, str, str]:
    """Title, subtitle and kind, of which the citation is put together: "Title: Subtitle. Kind"."""
    title, _, rest = cff["preferred-citation"]["title"].partition(": ")
    subtitle, _, kind = rest.partition(". ")
    return title, subtitle, kind


def part_page(part: manuscript.Part) -> str:
    """The page before a part: its number, its title, its chapters."""
    chapters = "".join(
        f'<li><a href="{file_of(page.slug)}.xhtml">{page.number or ""} {html_escape(page.title)}</a></li>\n'
        for page in part.pages
    )
    words = f'<span class="section-number">Part {part.number}</span> {html_escape(part.title)}'
    section = f'<section class="part" epub:type="part" role="doc-part"><h1>{words}</h1>\n<ul>\n{chapters}</ul>'
    return xhtml(f"Part {part.number}: {part.title}", f"{section}</section>", "bodymatter")


# --- the contents ---------------------------------------------------------------------------------------------


def nav(contents: list[Entry]) -> str:
    """The contents as reading systems want them, which are also a page of the book."""
    known = {entry.href for entry in walk(contents)}
    landmarks = [("toc", "nav.xhtml", "Contents")] + [
        (kind, f"text/{name}.xhtml", words)
        for kind, name, words in (
            ("cover", "cover", "Cover"),
            ("titlepage", "title", "Title page"),
            ("bodymatter", "part-i", "Beginning of the text"),
            ("glossary", "glossary", "Glossary"),
            ("bibliography", "bibliography", "Bibliography"),
        )
        if f"text/{name}.xhtml" in known
    ]
    points = "".join(f'<li><a epub:type="{kind}" href="{href}">{words}</a></li>\n' for kind, href, words in landmarks)
    return xhtml(
        "Contents",
        f"""<nav epub:type="toc" role="doc-toc" id="toc" aria-label="Contents">
<h1>Contents</h1>
{nested(contents)}</nav>
<nav epub:type="landmarks" hidden="hidden" aria-label="Landmarks">
<h2>Landmarks</h2>
<ol>
{points}</ol>
</nav>""",
        "frontmatter",
        up="",
    )


def walk(contents: list[Entry]) -> Iterator[Entry]:
    """Every entry, in order."""
    for entry in contents:
        yield entry
        yield from walk(entry.below)


def nested(entries: list[Entry]) -> str:
    """The entries as a list of lists."""
    lines = ["<ol>\n"]
    for entry in entries:
        words = html_escape(entry.words)
        name = f'<a href="{html_escape(entry.href)}">{words}</a>' if entry.href else f"<span>{words}</span>"
        lines.append(f"<li>{name}")
        lines.append(f"\n{nested(entry.below)}</li>\n" if entry.below else "</li>\n")
    return "".join([*lines, "</ol>\n"])


def ncx(contents: list[Entry], cff: Mapping[str, Any]) -> str:
    """The contents in the older form that some reading systems still want."""
    count = iter(range(1, 10_000))

    def points(entries: list[Entry]) -> str:
        text = ""
        for entry in entries:
            number = next(count)
            first = next(one.href for one in walk([entry]) if one.href)
            text += f'<navPoint id="n{number}"><navLabel><text>{html_escape(entry.words)}</text></navLabel>'
            text += f'<content src="{html_escape(first)}"/>{points(entry.below)}</navPoint>\n'
        return text

    return NCX.format(identifier=IDENTIFIER.urn, title=html_escape(cff["title"]), points=points(contents))


# --- the package ----------------------------------------------------------------------------------------------


def package(packed: Mapping[str, bytes], spine: list[str], cff: Mapping[str, Any]) -> str:
    """The package document: what the book is, its files, their order."""
    manifest = []
    for path, data in packed.items():
        name = path.removeprefix("EPUB/")
        if path.startswith("META-INF/") or name == "package.opf":
            continue
        id_ = {"toc.ncx": "ncx", "nav.xhtml": "nav"}.get(name) or re.sub(r"\W", "-", name.rpartition(".")[0])
        properties = {"nav.xhtml": "nav", "images/cover.png": "cover-image"}.get(name, "")
        if b"<math" in data:
            properties = "mathml"
        extra = f' properties="{properties}"' if properties else ""
        manifest.append(f'<item id="{id_}" href="{name}" media-type="{TYPES[Path(name).suffix]}"{extra}/>')
    order = [f"text-{name}" for name in spine]
    order.insert(2, "nav")  # after cover and title page
    lines = [f'<itemref idref="{name}"/>' for name in order]
    return PACKAGE.format(metadata=metadata(cff), manifest="\n".join(manifest), spine="\n".join(lines))


def metadata(cff: Mapping[str, Any]) -> str:
    """What the book is, from CITATION.cff, and how accessible it is."""
    book = cff["preferred-citation"]
    title, subtitle, kind = titles(cff)
    lines = [
        f'<dc:identifier id="id">{IDENTIFIER.urn}</dc:identifier>',
        f'<dc:title id="title">{html_escape(title)}</dc:title>',
        '<meta refines="#title" property="title-type">main</meta>',
        f'<dc:title id="subtitle">{html_escape(f"{subtitle}. {kind}")}</dc:title>',
        '<meta refines="#subtitle" property="title-type">subtitle</meta>',
        "<dc:language>en</dc:language>",
    ]
    for number, author in enumerate(archives.people(book), 1):
        lines.append(f'<dc:creator id="author-{number}">{html_escape(author["name"])}</dc:creator>')
        lines.append(f'<meta refines="#author-{number}" property="role" scheme="marc:relators">aut</meta>')
    lines += [
        f"<dc:date>{cff['date-released']}</dc:date>",
        f'<meta property="dcterms:modified">{cff["date-released"]}T00:00:00Z</meta>',
        f"<dc:description>{html_escape(cff['abstract'])}</dc:description>",
        "<dc:rights>Text and figures: Creative Commons Attribution 4.0 International (CC BY 4.0)</dc:rights>",
        f'<meta property="schema:version">{html_escape(cff["version"])}</meta>',
    ]
    lines += [f"<dc:subject>{html_escape(word)}</dc:subject>" for word in cff["keywords"]]
    lines += [f'<meta property="{name}">{html_escape(value)}</meta>' for name, value in ACCESSIBILITY]
    lines.append('<meta name="cover" content="images-cover"/>')  # for reading systems that know only EPUB 2
    return "\n".join(lines)


def pack(packed: Mapping[str, bytes]) -> bytes:
    """The files as a zip: the media type first and as it is, fixed dates."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, data in [("mimetype", b"application/epub+zip"), *packed.items()]:
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.create_system = 3  # Unix, on whichever system it is made
            entry.external_attr = 0o644 << 16
            plain = name == "mimetype" or name.endswith(".png")
            entry.compress_type = zipfile.ZIP_STORED if plain else zipfile.ZIP_DEFLATED
            archive.writestr(entry, data, compresslevel=None if plain else 9)
    return held.getvalue()


# --- make epub ------------------------------------------------------------------------------------------------


def write() -> bool:
    """Make `_build/book.epub` from the built pages, unless it is made from them already; return whether it was made."""
    now = sources()
    if is_fresh(TARGET, now):
        return False
    book = manuscript.read(build.WORK / "_build" / "html", address=address.site())
    put(TARGET, pack(files(book, address.site())), now)
    return True


@steady.command
def main() -> int:
    """Bring the site up to date, then the EPUB."""
    try:
        if build.main():
            return 1
        made = write()
    except (build.BuildError, NotebookError, DataError, address.AddressError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"The EPUB is {'' if made else 'up to date: '}{TARGET}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
