"""Pictures for links to the book: a card for each chapter, with its title and its first figure."""

from __future__ import annotations

import io
import textwrap
from base64 import b64decode
from collections.abc import Mapping
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from sugarforoil.publish.chapters import displays

FOLDER = "cards"
SIZE = (1200, 630)
BOOK = "book.png"  # for every page that is no chapter
EDGE = 56
COLUMN = 400  # pixels for the words; the figure has the rest
INK, QUIET, CANE = "#1d2528", "#5a6467", "#17604f"
FONTS = Path(__file__).resolve().parents[1] / "fonts"


def of(page: str) -> str:
    """The file name of the card of a page."""
    return f"{page.removeprefix('notebooks/')}.png" if page.startswith("notebooks/") else BOOK


def draw(source: Path, site: Path, titles: Mapping[str, str]) -> None:
    """Draw the cards of the chapters among `titles` (page -> title), and that of the book, into the site."""
    folder = site / "_static" / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    chapters = [page for page in sorted(titles) if page.startswith("notebooks/")]
    for page in chapters:
        number = f"Chapter {int(page.removeprefix('notebooks/')[:2])}"
        (folder / of(page)).write_bytes(card(number, titles[page], figure(source / f"{page}.ipynb")))
    if chapters:
        first = figure(source / f"{chapters[0]}.ipynb")
        (folder / BOOK).write_bytes(card("", "Cuba and Russia from Batista to Putin", first))


def figure(notebook: Path) -> bytes | None:
    """The first figure of a notebook as PNG."""
    for output in displays(notebook, notebook.stat().st_mtime_ns):
        if output["metadata"]["sugarforoil"]["kind"] == "figure" and "image/png" in output["data"]:
            return b64decode("".join(output["data"]["image/png"]))
    return None


def card(above: str, title: str, picture: bytes | None) -> bytes:
    """One card as PNG: words at the left, the figure at the right."""
    sheet = Image.new("RGB", SIZE, "white")
    pen = ImageDraw.Draw(sheet)
    pen.rectangle((0, 0, 12, SIZE[1]), fill=CANE)
    pen.text((EDGE, EDGE), "Sugar for Oil", font=font("SemiBold", 34), fill=CANE)
    if above:
        pen.text((EDGE, 150), above, font=font("Regular", 28), fill=QUIET)
    lines = textwrap.wrap(title, width=20, break_long_words=False)
    size = 48 if len(lines) <= 6 else 40
    lines = lines if size == 48 else textwrap.wrap(title, width=24, break_long_words=False)
    pen.multiline_text((EDGE, 196), "\n".join(lines), font=font("SemiBold", size), fill=INK, spacing=8)
    if picture is not None:
        shown = Image.open(io.BytesIO(picture)).convert("RGB")
        shown.thumbnail((SIZE[0] - COLUMN - 3 * EDGE, SIZE[1] - 2 * EDGE), Image.Resampling.LANCZOS)
        sheet.paste(shown, (SIZE[0] - EDGE - shown.width, (SIZE[1] - shown.height) // 2))
    held = io.BytesIO()
    sheet.quantize(64, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(held, "PNG", optimize=True)
    return held.getvalue()


def font(weight: str, size: int) -> ImageFont.FreeTypeFont:
    """A face of the book at `size` pixels."""
    return ImageFont.truetype(str(FONTS / f"SugarForOilSans-{weight}.ttf"), size)
