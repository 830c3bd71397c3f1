"""The letters that every page needs, cut from the book's fonts: small enough to travel inside the style sheet.

    python -m sugarforoil.publish.faces

writes `book/_static/fonts/page/` from the files beside it. To be called again only when a font, the letters or the
features below change; what it writes is kept in git, so that no build waits for it. All other letters come from the
whole files, each of which a browser fetches only for a page that needs it (see `book/_static/css/fonts.css`).
"""

from __future__ import annotations

import io
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

FONTS = Path(__file__).resolve().parents[3] / "book" / "_static" / "fonts"
PAGE = FONTS / "page"
FACES = {
    "source-serif-4-latin-wght-normal": (400, 600),
    "source-serif-4-latin-wght-italic": (400, 400),
    "source-sans-3-latin-wght-normal": (400, 600),
}
"""File -> lightest and boldest weight in use. One file of all weights is smaller than one for each weight."""

# English, Spanish and what else comes up on many pages; as in css/fonts.css. Each more costs every page 150 bytes.
LETTERS = (
    "U+0020-007E,U+00A0-00A3,U+00A7,U+00A9,U+00AB,U+00B0-00B1,U+00B7,U+00BB,U+00BD,U+00BF,U+00C1,U+00C9,U+00CD,"
    "U+00D1,U+00D3,U+00D7,U+00DA,U+00E0-00E4,U+00E7-00EF,U+00F1-00F4,U+00F6,U+00F9-00FC,U+2009,U+2010-2011,"
    "U+2013-2014,U+2018-2019,U+201C-201D,U+2022,U+2026,U+202F,U+2032-2033,U+20AC,U+2212"
)
FEATURES = ["kern", "liga"]
UNUSED = ["BASE", "gasp", "prep", "DSIG"]  # hinting, and baselines of other scripts


def cut(face: str, weights: tuple[int, int]) -> None:
    """Write the part of one face that every page needs."""
    low, high = weights
    font = TTFont(FONTS / f"{face}.woff2", recalcTimestamp=False)
    font = instancer.instantiateVariableFont(font, {"wght": low if low == high else (low, low, high)})
    held = io.BytesIO()
    font.save(held)
    held.seek(0)
    font = TTFont(held, recalcTimestamp=False)  # the subsetter does not take what the instancer leaves half read
    options = subset.Options(layout_features=FEATURES, hinting=False, notdef_outline=True, flavor="woff2")
    options.drop_tables += UNUSED if "fvar" in font else [*UNUSED, "STAT"]
    options.name_IDs = [0, 1, 2, 4, 13, 14]  # its name, copyright and licence stay with it
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=subset.parse_unicodes(LETTERS.replace("U+", "")))
    subsetter.subset(font)
    subset.save_font(font, str(PAGE / f"{face}.woff2"), options)


if __name__ == "__main__":
    PAGE.mkdir(exist_ok=True)
    for one, weights_used in FACES.items():
        cut(one, weights_used)
