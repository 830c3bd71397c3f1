"""Parts cut from the book's fonts: the letters that every page needs, small enough to travel inside the style sheet,
and those of names from the middle of Europe, for which a page need not fetch all letters with marks on them.

    python -m sugarforoil.publish.faces

writes `book/_static/fonts/page/` and the files `*-central-*` from the files beside it. To be called again only when a
font, the letters or the features below change; what it writes is kept in git, so that no build waits for it. All other
letters come from the whole files, each of which a browser fetches only for a page that needs it (see
`book/_static/css/fonts.css`).
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
    "U+00D1,U+00D3,U+00D7,U+00DA,U+00DF-00E4,U+00E7-00EF,U+00F1-00F4,U+00F6,U+00F9-00FC,U+2009,U+2010-2011,"
    "U+2013-2014,U+2018-2019,U+201C-201D,U+2022,U+2026,U+202F,U+2032-2033,U+20AC,U+2212"
)
# Polish, Czech, Slovak, Hungarian, Croatian, Romanian and Turkish, beyond what stands above.
CENTRAL = {
    "source-serif-4-latin-ext-wght-normal": "source-serif-4-central-wght-normal",
    "source-sans-3-latin-ext-wght-normal": "source-sans-3-central-wght-normal",
}
CENTRAL_LETTERS = (
    "U+0102-0107,U+010C-0111,U+0118-011B,U+011E-011F,U+0130,U+0139-013A,U+013D-013E,U+0141-0144,U+0147-0148,"
    "U+0150-0151,U+0154-0155,U+0158-015B,U+015E-0161,U+0164-0165,U+016E-0171,U+0179-017E,U+0218-021B"
)
FEATURES = ["kern", "liga"]
UNUSED = ["BASE", "gasp", "prep", "DSIG"]  # hinting, and baselines of other scripts


def cut(face: str, weights: tuple[int, int], letters: str, target: Path) -> None:
    """Write a part of one face: some letters, some weights."""
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
    subsetter.populate(unicodes=subset.parse_unicodes(letters.replace("U+", "")))
    subsetter.subset(font)
    subset.save_font(font, str(target), options)


if __name__ == "__main__":
    PAGE.mkdir(exist_ok=True)
    for one, weights_used in FACES.items():
        cut(one, weights_used, LETTERS, PAGE / f"{one}.woff2")
    for one, part in CENTRAL.items():
        cut(one, (400, 600), CENTRAL_LETTERS, FONTS / f"{part}.woff2")
