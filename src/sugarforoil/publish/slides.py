"""Slides of each chapter's figures, for a teacher who shows them on Monday.

    python -m sugarforoil.publish.slides

writes `_build/slides/NN_name.pptx`, one file a chapter, from what is stored in the notebooks and from the questions on
the pages for teachers. PowerPoint files, because teachers mend slides, drop some and put others between their own, and
PowerPoint, Keynote, LibreOffice and Google Slides all open them. Each figure is on a slide of its own, under one
question, above its number, title and sources, with its alternative text; the notes say what a good answer contains.
A figure too tall to be read from the last row comes again in parts, enlarged: cut between its panels, or in a timeline
between two lines. A map stays whole.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import base64
import io
import json
import re
import shutil
import sys
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from sugarforoil import datasets
from sugarforoil.publish import address, steady
from sugarforoil.publish.chapters import marked
from sugarforoil.publish.classroom import Question, questions
from sugarforoil.publish.cutting import cuts
from sugarforoil.publish.notebooks import ROOT

SLIDES = ROOT / "_build" / "slides"
WIDTH, HEIGHT, MARGIN = 13.333, 7.5, 0.5  # inches: a screen of 16 to 9
QUESTION, PICTURE, SOURCES = (0.2, 0.95), (1.2, 5.4), (6.65, 0.75)  # top and height, inches
TALL = 7.3  # inches of a figure as drawn; above that its letters are too small on a slide
ALWAYS = datetime(2026, 1, 1)  # a file made twice from the same book is the same file
MOST = 300  # characters of sources under a figure; more of them are named in the notes
INK, QUIET = "1B2430", "4A5360"


class SlidesError(Exception):
    """The slides could not be made; the message is for the reader of the terminal."""


@dataclass(frozen=True)
class Slide:
    """What one slide shows."""

    name: str  # "fig-un-flip"
    number: str  # "2.1"
    title: str
    question: str
    answer: str
    caption: str
    alt: str
    credit: str
    sources: str
    png: bytes


@dataclass(frozen=True)
class Deck:
    """The slides of a chapter."""

    stem: str
    number: int
    title: str
    years: str
    slides: tuple[Slide, ...]


def decks(root: Path = ROOT) -> Iterator[Deck]:
    """The slides of each chapter whose notebook is in `notebooks/`.

    Raises:
        SlidesError: a figure has no question on the chapter's page for teachers.
    """
    labels = datasets.sources()["label"]
    for path in sorted((root / "notebooks").glob("[0-9][0-9]_*.ipynb")):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        heading, years = title_of(notebook)
        number = int(path.stem[:2])
        asked = questions(root / "book" / "teach" / f"{path.stem}.md")
        figures = [output for output in marked(notebook) if output["metadata"]["sugarforoil"]["kind"] == "figure"]
        slides = []
        for count, output in enumerate(figures, start=1):
            mark = output["metadata"]["sugarforoil"]
            if mark["id"] not in asked:
                raise SlidesError(f"book/teach/{path.stem}.md asks nothing of the figure {mark['id']}.")
            named = sorted(labels[key] for key in mark["sources"])
            slides.append(slide(mark, f"{number}.{count}", output["data"]["image/png"], asked[mark["id"]], named))
        yield Deck(path.stem, number, heading, years, tuple(slides))


def slide(mark: Mapping[str, Any], number: str, png: str | list[str], asked: Question, named: list[str]) -> Slide:
    """The slide of a figure, from the mark and picture that the notebook stores; `named` are its sources."""
    every = "; ".join(named)
    short = every if len(every) <= MOST else f"{len(named)} sources, named in the notes"
    tables = ", ".join(mark["datasets"])
    return Slide(
        name=mark["id"],
        number=number,
        title=mark["title"],
        question=spoken(asked.text),
        answer=spoken(asked.answer),
        caption=spoken(mark["caption"]),
        alt=mark["alt"],
        credit=". ".join(part for part in (short, f"Data: {tables}") if part),
        sources=every,
        png=base64.b64decode("".join(png)),
    )


def title_of(notebook: Mapping[str, Any]) -> tuple[str, str]:
    """Title and years of a chapter, from its first lines."""
    text = "".join(notebook["cells"][0]["source"])
    found = re.search(r"^# (.+)$.*?^\*([^·*]+)", text, re.MULTILINE | re.DOTALL)
    if not found:
        raise SlidesError("A chapter begins without a title and a line of years.")
    return found[1].strip(), found[2].strip()


def spoken(markdown: str) -> str:
    """Markdown as plain words: no citations, no marks; another figure is just “the figure”."""
    text = re.sub(r"\s*\{cite:\w+\}`[^`]*`", "", markdown)
    text = re.sub(r"\{term\}`([^`<]*?)\s*(?:<[^`]*>)?`", r"\1", text)
    text = re.sub(r"\{numref\}`[^`]*`", "the figure", text)
    text = re.sub(r"\{\w+\}`([^`<]*?)\s*(?:<[^`]*>)?`", r"\1", text)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return " ".join(re.sub(r"[*`\\]", "", text).split())


# --- the files ------------------------------------------------------------------------------------------------


def presentation(deck: Deck) -> bytes:
    """A deck as a PowerPoint file; the same bytes for the same deck."""
    from pptx import Presentation
    from pptx.util import Inches

    show = Presentation()
    show.slide_width, show.slide_height = Inches(WIDTH), Inches(HEIGHT)
    about = show.core_properties
    about.title, about.author, about.last_modified_by = deck.title, "The Sugar for Oil authors", ""
    about.created = about.modified = ALWAYS
    about.revision, about.language = 1, "en"
    first = show.slides.add_slide(show.slide_layouts[5])
    write(first.shapes.title, deck.title, (2.4, 1.8), 36, bold=True)
    where = address.site()
    credit = f"Sugar for Oil, chapter {deck.number} · {deck.years} · figures CC BY 4.0{' · ' + where if where else ''}"
    write(first.shapes.add_textbox(0, 0, 0, 0), credit, (4.4, 0.6), 18, colour=QUIET)
    for one in deck.slides:
        add(show, deck, one)
    made = io.BytesIO()
    show.save(made)
    return timeless(made.getvalue())


def add(show: Any, deck: Deck, one: Slide) -> None:
    """Add the slide of a figure, and those of its parts if it is tall."""
    put(show, deck, one, (0.0, 1.0), "", one.alt)
    edges = [0.0, *cuts(one.png, TALL, PICTURE[1]), 1.0]
    for count, part in enumerate(pairwise(edges), start=1):
        if len(edges) > 2:
            which = f"part {count} of {len(edges) - 1}"
            put(show, deck, one, part, which, f"Enlarged, {which}. The whole figure: {one.alt}")


def put(show: Any, deck: Deck, one: Slide, part: tuple[float, float], which: str, alt: str) -> None:
    """Add a slide with a figure, or with the part of its height between two shares."""
    from pptx.util import Inches

    page = show.slides.add_slide(show.slide_layouts[5])
    write(page.shapes.title, f"{one.question} ({which})" if which else one.question, QUESTION, 24, bold=True)
    picture = page.shapes.add_picture(io.BytesIO(one.png), 0, 0)
    picture.crop_top, picture.crop_bottom = part[0], 1 - part[1]
    picture.height = round(picture.height * (part[1] - part[0]))
    scale = min(Inches(WIDTH - 2 * MARGIN) / picture.width, Inches(PICTURE[1]) / picture.height)
    picture.width, picture.height = round(picture.width * scale), round(picture.height * scale)
    picture.left, picture.top = round((Inches(WIDTH) - picture.width) / 2), Inches(PICTURE[0])
    picture.name = one.name
    picture._element.nvPicPr.cNvPr.set("descr", alt)  # the library has no call for alternative text
    number = f"{one.number}, {which}" if which else one.number
    line = f"Figure {number}. {one.title}. {one.credit}. Sugar for Oil, chapter {deck.number}, CC BY 4.0."
    write(page.shapes.add_textbox(0, 0, 0, 0), line, SOURCES, 12, colour=QUIET)
    parts = [
        f"Ask: {one.question}",
        f"A good answer: {one.answer}",
        f"Under the figure: {one.caption}",
        f"Sources: {one.sources}",
    ]
    page.notes_slide.notes_text_frame.text = "\n\n".join(parts)


def write(box: Any, text: str, place: tuple[float, float], size: int, bold: bool = False, colour: str = INK) -> None:
    """Write a text into a box across the slide, at `place` (top and height in inches), in `size` points."""
    from pptx.dml.color import RGBColor
    from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
    from pptx.util import Inches, Pt

    box.left, box.width = Inches(MARGIN), Inches(WIDTH - 2 * MARGIN)
    box.top, box.height = Inches(place[0]), Inches(place[1])
    frame = box.text_frame
    frame.word_wrap, frame.vertical_anchor = True, MSO_ANCHOR.MIDDLE
    frame.text = text
    paragraph = frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.LEFT
    paragraph.font.size, paragraph.font.bold = Pt(size), bold
    paragraph.font.color.rgb = RGBColor.from_string(colour)


def timeless(archive: bytes) -> bytes:
    """The same ZIP file with one date on all its members."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            member = zipfile.ZipInfo(name, ALWAYS.timetuple()[:6])
            member.compress_type, member.create_system = zipfile.ZIP_DEFLATED, 0
            new.writestr(member, old.read(name))
    return made.getvalue()


def make(folder: Path = SLIDES, root: Path = ROOT) -> list[Path]:
    """Write a file for each chapter into `folder`: all of them or none."""
    try:
        import pptx  # noqa: F401
    except ImportError:
        raise SlidesError("Slides need the package python-pptx: run `make setup`.") from None
    files = {f"{deck.stem}.pptx": presentation(deck) for deck in decks(root)}
    aside = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    for name, content in files.items():
        (aside / name).write_bytes(content)
    shutil.rmtree(folder, ignore_errors=True)
    aside.rename(folder)
    return [folder / name for name in files]


@steady.command
def main() -> int:
    """Make the slides and say where they are."""
    try:
        made = make()
    except SlidesError as error:
        print(error, file=sys.stderr)
        return 1
    size = sum(path.stat().st_size for path in made)
    print(f"{len(made)} files of slides, {size / 1e6:.1f} MB: {SLIDES.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
