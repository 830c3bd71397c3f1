"""Set the book as `_build/book.pdf`, from the pages of the site.

The book is set in pieces: every chapter, appendix and part opener is laid out by itself from the page on which it
begins, so that the contents, the index and all references to pages are written last, when the pages are known. The
pieces become one document; links between them are resolved as it is written.
"""

from __future__ import annotations

import gc
import logging
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from lxml import html

from sugarforoil.errors import DataError
from sugarforoil.publish import address as public
from sugarforoil.publish import (
    backmatter,
    bookindex,
    build,
    cover,
    cutting,
    frontmatter,
    linefit,
    manuscript,
    margin,
    placing,
    steady,
    tagging,
)
from sugarforoil.publish.frontmatter import Citation, Entry, heads, part_name, split_title
from sugarforoil.publish.manuscript import Manuscript, Page, Part
from sugarforoil.publish.notebooks import ROOT, NotebookError

BOOK = build.BUILD / "book.pdf"
STYLE = ROOT / "book" / "_press" / "pdf.css"
NARROW = 410.0
"""CSS pixels: lines of the text are shorter (106 mm), those of figures and tables longer."""
NEEDED = (
    "The PDF needs the libraries Pango and HarfBuzz, which were not found. On Debian and Ubuntu: "
    "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0; on macOS: brew install pango."
)


class PdfError(Exception):
    """The PDF could not be made; the message is for the reader of the terminal."""


# --- the typesetter -------------------------------------------------------------------------------------------


class Press:
    """WeasyPrint with the book's style: sets HTML as pages."""

    def __init__(self, site: Path, cite: Citation, art: bytes) -> None:
        try:
            import weasyprint
            from weasyprint.text.fonts import FontConfiguration
        except OSError as error:  # the system's libraries, not Python's
            raise PdfError(NEEDED) from error
        logging.getLogger("weasyprint").setLevel(logging.ERROR)
        logging.getLogger("fontTools").setLevel(logging.ERROR)
        linefit.mend()
        self.weasyprint = weasyprint
        self.site, self.cite, self.art = site, cite, art
        self.fonts = FontConfiguration()
        self.cache: dict[str, Any] = {}
        text = STYLE.read_text(encoding="utf-8") + spare_fonts()
        self.style = weasyprint.CSS(string=text, base_url=STYLE.as_uri(), font_config=self.fonts)
        self.fetcher = weasyprint.URLFetcher()

    def set(self, body: str, first: int, kind: str = "") -> Any:
        """Set HTML as a document whose first page bears the number `first`."""
        side = "right" if first % 2 else "left"
        document = f"""<!DOCTYPE html><html lang="en" class="{side}"><head><meta charset="utf-8">{self.metadata()}
<style>@page :first {{ counter-reset: page {first} }} html.left {{ break-before: left }}</style></head>
<body class="{kind}">{body}</body></html>"""
        source = self.weasyprint.HTML(string=document, base_url=self.site.as_uri() + "/")
        return source.render(stylesheets=[self.style], font_config=self.fonts, cache=self.cache, pdf_variant="pdf/ua-1")

    def metadata(self) -> str:
        """Title, author and dates of the PDF."""
        cite = self.cite
        date = f"{cite.date}T00:00:00Z"
        return (
            f"<title>{escape(cite.title)}: {escape(cite.subtitle)}</title>"
            f'<meta name="author" content="{escape(cite.authors)}">'
            f'<meta name="description" content="{escape(cite.abstract)}">'
            f'<meta name="keywords" content="{escape(", ".join(cite.keywords))}">'
            f'<meta name="dcterms.created" content="{date}"><meta name="dcterms.modified" content="{date}">'
        )

    def write(self, pieces: list[Any]) -> bytes:
        """Write the pieces as one PDF."""
        pages = [page for piece in pieces for page in piece.pages]
        for number, page in enumerate(pages, 1):  # for the index
            page.anchors.setdefault(f"page-{number}", (0, 0, page.width, page.height))
        written: bytes = (
            pieces[0]
            .copy(pages)
            .write_pdf(finisher=tagging.mend, pdf_variant="pdf/ua-1", pdf_identifier=b"sugar-for-oil")
        )
        return written


def spare_fonts() -> str:
    """Fonts for signs that the book's own do not have, and for code: those that matplotlib brings."""
    import matplotlib

    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    faces = [
        ("Book Symbols", "DejaVuSerif.ttf", "normal"),
        ("Book Mono", "DejaVuSansMono.ttf", "normal"),
        ("Book Mono", "DejaVuSansMono-Bold.ttf", "600"),
    ]
    return "".join(
        f'@font-face {{ font-family: "{name}"; font-weight: {weight}; src: url("{(folder / file).as_uri()}"); }}\n'
        for name, file, weight in faces
    )


# --- the book -------------------------------------------------------------------------------------------------


@dataclass
class Piece:
    """A piece of the book that begins on a new page."""

    anchor: str
    make: Callable[[dict[str, int]], str]  # its HTML, given the pages of all anchors known so far
    content: Any = None  # of a chapter: its figures may be moved
    level: int = 1  # in the contents; -1: not in them
    label: str = ""
    notes: list[str] = field(default_factory=list)
    document: Any = None
    blank: Any = None  # the page before it, if it would begin on a left-hand page

    @property
    def opens(self) -> bool:
        """Whether it opens a part, on a right-hand page."""
        return self.level == 0


def compose(book: Manuscript, example: Any, cite: Citation, address: str) -> list[Piece]:
    """The pieces of the book from the first part on, without front matter and index."""
    pieces: list[Piece] = []
    gathered: list[tuple[Page, Any]] = []
    back: list[Piece] = []
    solution_notes: list[str] = []
    chapters = [page for page in book.pages if page.kind == "chapter"]
    for part in book.parts:
        if part.number:
            pieces.append(
                Piece(
                    f"part-{part.number}",
                    lambda pages, part=part: frontmatter.part_opener(part, pages),  # type: ignore[misc]
                    level=0,
                    label=escape(part_name(part)),
                )
            )
        for page in part.pages:
            if page.kind == "cover":
                continue
            if page.kind == "chapter":
                solutions = backmatter.take_solutions(page)
                solution_notes += margin.take_notes(solutions, f"{page.slug}-solution")
                gathered.append((page, solutions))
                cutting.divide(page.content, book.png)
            piece = piece_of(page, part)
            (pieces if page.kind == "chapter" or not back_matter(page) else back).append(piece)
    if chapters:
        pieces.append(
            Piece(
                backmatter.SOLUTIONS,
                lambda pages: backmatter.solutions(gathered, pages),
                label="Solutions",
                notes=solution_notes,
            )
        )
        pieces.append(
            Piece(
                backmatter.FIGURES,
                lambda pages: backmatter.figures(chapters, example, pages),
                label="How the figures were made",
            )
        )
    return pieces + back


def back_matter(page: Page) -> bool:
    """Whether a page stands behind the chapters."""
    return page.kind in ("catalogue", "explore", "list", "glossary", "bibliography") or page.docname == "book/colophon"


def piece_of(page: Page, part: Part) -> Piece:
    """A page of the site as a piece of the book."""
    content = page.content
    one_line(content)
    running = part_name(part) if part.number else "Sugar for Oil"
    heading = content.find(".//h1")
    dress_heading(page, heading, running)
    full = page.kind in ("list", "catalogue", "bibliography")
    notes = [] if full else margin.take_notes(content, page.slug)
    indent(content)
    begin_with_heading(content)
    for row in content.iter("caption"):  # the line of its data belongs beneath it
        row.set("class", "above")
    classes = f"page {page.kind} {'full' if full else ''} {page.slug}"

    def make(pages: dict[str, int]) -> str:
        return f'<div class="{classes}">{html.tostring(content, encoding="unicode")}</div>'

    if page.kind == "chapter":
        name, _ = split_title(page)
        label = f'<span class="contents-number">{page.number}</span>{escape(name)}'
    else:
        label = escape(page.title)
    level = 2 if re.match(r"teach-(\d\d_|simulation-)", page.slug) else 1
    return Piece(page.slug, make, content if page.kind == "chapter" else None, level, label, notes)


def begin_with_heading(content: Any) -> None:
    """Where a sheet that has a page of its own follows its heading, let the heading begin the page."""
    for sheet in content.find_class("print-page"):
        before = sheet.getprevious()
        if before is not None and before.tag in ("h2", "h3") and not (before.tail or "").strip():
            sheet.classes.discard("print-page")
            before.classes.add("print-page")


def one_line(content: Any) -> None:
    """Turn the line ends of the source into spaces: the typesetter would sometimes end a line of its own at them."""
    for element in content.iter():
        if element.tag == "pre" or any(parent.tag == "pre" for parent in element.iterancestors()):
            continue
        for name in ("text", "tail"):
            words = getattr(element, name)
            if words and "\n" in words:
                setattr(element, name, re.sub(r"[ \t]*\n[ \t]*", " ", words))


def indent(content: Any) -> None:
    """Indent every paragraph that follows another, be a figure between them or not."""
    follows = False
    for block in placing.flow(content):
        paragraphs = [block] if block.tag == "p" else block.findall(".//div[@class]/p")
        findings = block.find_class("sfo-finding")
        if block.tag == "p" or findings:
            for paragraph in paragraphs:
                if follows:
                    paragraph.classes.add("indent")
                follows = True
        elif not placing.is_figure(block):
            follows = False


def dress_heading(page: Page, heading: Any, running: str) -> None:
    """Set a heading in the form of the book, with what the running heads and the outline need."""
    name, question = split_title(page) if page.kind == "chapter" else (page.title, "")
    shown = f"{page.number} · {name}" if page.number else name
    fresh = html.fromstring(f"<h1 {heads(shown, running, f'{page.number} {name}' if page.number else name)}></h1>")
    if page.number:
        inside = (
            f'<span class="chapter-number">Chapter {page.number}</span>'
            f'<span class="section-title">{escape(name)}</span>'
            f'<span class="chapter-question">{escape(question)}</span>'
        )
        for part in html.fragments_fromstring(inside):
            fresh.append(part)
        standfirst = heading.getnext()
        if standfirst is not None and standfirst.tag == "p":
            standfirst.set("class", "standfirst")
            for em in standfirst.iter("em"):
                em.text = re.sub(r" · chapter \d+", "", em.text or "")
                em.drop_tag()
    else:
        fresh.text = name
    fresh.tail = heading.tail
    heading.getparent().replace(heading, fresh)


def make(book: Manuscript, example: Any = None, address: str = "") -> bytes:
    """Set the whole book; return the PDF."""
    gc.disable()  # boxes refer to one another by the hundred thousand: looking for garbage among them doubles the time
    try:
        press, documents = set_book(book, example, address)
        return press.write(documents)
    finally:
        gc.unfreeze()
        gc.enable()


def set_book(book: Manuscript, example: Any = None, address: str = "") -> tuple[Press, list[Any]]:
    """Lay out all pieces, then what depends on their pages; return the typesetter and the documents in their order."""
    cite = frontmatter.citation()
    art = cover.svg(178, 254)
    press = Press(book.site, cite, art)
    pieces = compose(book, example, cite, address)

    # The front matter first, to know how many pages it has; its numbers are filled in at the end.
    front = front_matter(press, cite, entries(pieces, {}), address)
    pages: dict[str, int] = {}
    number = 1 + sum(len(piece.pages) for piece in front)
    for piece in pieces:
        if piece.opens and number % 2 == 0:
            piece.blank = press.set(frontmatter.BLANK, number, "bare")
            number += 1
        piece.document = lay_out(press, piece, number, pages)
        gc.collect()  # what was laid out in vain
        gc.freeze()
        for page in piece.document.pages:
            pages.update({anchor: number for anchor in page.anchors if anchor not in pages})
            number += 1
    pages["index"] = number
    last = press.set(make_index(pieces, pages), number)
    listed = [*entries(pieces, pages), Entry(1, "Index", "index", number)]
    front = front_matter(press, cite, listed, address)
    for piece in pieces:  # openers of parts name the pages of their chapters
        if piece.opens:
            piece.document = press.set(piece.make(pages), pages[piece.anchor], "bare")
    middle = [one for piece in pieces for one in (piece.blank, piece.document) if one is not None]
    return press, [*front, *middle, last]


def front_matter(press: Press, cite: Citation, listed: list[Entry], address: str) -> list[Any]:
    """Cover, titles, imprint and contents."""
    art = "data:image/svg+xml;base64," + base64(press.art)
    first = press.set(frontmatter.cover(art) + frontmatter.titles(cite, address), 1)
    return [first, press.set(frontmatter.contents(listed), 1 + len(first.pages))]


def base64(data: bytes) -> str:
    """Bytes for a data address."""
    from base64 import b64encode

    return b64encode(data).decode("ascii")


def lay_out(press: Press, piece: Piece, number: int, pages: dict[str, int]) -> Any:
    """Set a piece from page `number` on; in a chapter, figures are moved until they leave no gaps."""
    if piece.content is None:
        document = press.set(piece.make(pages), number)
    else:
        document = placing.place(piece.content, lambda: press.set(piece.make(pages), number))
    if piece.notes:
        margin.place_notes(document, press.set("".join(piece.notes), 1, "strip"), wide=NARROW)
    return document


def entries(pieces: list[Piece], pages: dict[str, int]) -> list[Entry]:
    """The lines of the contents."""
    return [
        Entry(piece.level, piece.label, piece.anchor, pages.get(piece.anchor, 0)) for piece in pieces if piece.label
    ]


def make_index(pieces: list[Piece], pages: dict[str, int]) -> str:
    """The index of what the chapters name."""
    texts: dict[int, str] = {}
    terms: dict[str, Counter[int]] = defaultdict(Counter)
    shown: dict[str, str] = {}
    for piece in pieces:
        start = pages[piece.anchor]
        if piece.anchor == "glossary":
            shown = dict(glossary_terms(piece))
        if piece.content is None:
            continue
        for number, page in enumerate(piece.document.pages, start):
            texts[number] = placing.text_of(page)
            for kind, target, *_ in page.links:
                if kind == "internal" and target.startswith("glossary-term-"):
                    terms[target][number] += 1
    for anchor in shown:
        terms[anchor][pages[anchor]] += 1
    found = bookindex.occurrences([*bookindex.people(), *bookindex.places()], texts)
    return bookindex.index(found, {shown[anchor]: count for anchor, count in terms.items() if anchor in shown})


def glossary_terms(piece: Piece) -> Iterator[tuple[str, str]]:
    """Anchor and name of each term of the glossary."""
    for term in html.fromstring(piece.make({})).iter("dt"):
        if term.get("id"):
            yield term.get("id"), " ".join(term.text_content().split())


# --- the command ----------------------------------------------------------------------------------------------


def example_of(site: Path, name: str = "notebooks/02_sugar_for_oil") -> Any:
    """The code of one figure, for the appendix."""
    for page in manuscript.read(site, code=True, only=lambda docname: docname == name).pages:
        for cell in page.content.find_class("sfo-code"):
            for element in cell.iter():
                element.attrib.pop("id", None)
            title = cell.find_class("sfo-fold-title")[0]
            title.text = "Figure 2.1"
            for child in list(title):
                child.drop_tree()
            return cell
    return None


def write(site: Path, target: Path = BOOK, address: str = "") -> int:
    """Set the PDF from the builder's pages, aside, and put it in its place; return the number of bytes."""
    data = make(manuscript.read(site, address=address), example_of(site), address)
    target.parent.mkdir(parents=True, exist_ok=True)
    steady.put(target, data)
    return len(data)


@steady.command
def main() -> int:
    """Build the site if it is out of date, then the PDF."""
    if code := build.main():
        return code
    started = time.perf_counter()
    print("Setting the PDF, a minute or so ...", flush=True)
    try:
        size = write(build.WORK / "_build" / "html", address=public.site())
    except (PdfError, NotebookError, DataError, public.AddressError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"The PDF is in {BOOK} ({size / 1e6:.1f} MB, {time.perf_counter() - started:.0f} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
