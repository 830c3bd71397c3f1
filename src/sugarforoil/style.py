"""How every figure of the book looks: colours, type, measures. One place, used through `house_style()`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import matplotlib as mpl
from matplotlib import font_manager, ft2font

# Lengths are in points (72 to the inch). The SVG is 518 points, or 691 pixels, wide: about the text column of
# the site, so that 13-point type is as large as the text beside it and still legible when a phone halves it.
WIDTH = 518.4
PLOT_HEIGHT = 225.0
TITLE, SUBTITLE, LABEL, TICK, NOTE, BAND, SOURCE = 18.0, 13.5, 13.0, 12.5, 12.5, 11.5, 11.0
LEADING = 1.22  # line height, times the type size
PNG_DPI = 180

# Colours keep apart for the colour-blind (blue, vermilion, green, ochre, purple) and, because their lightness
# differs, in grey print as well. Lightness (CIE L*) is given behind each.
COLOURS = {
    "usa": "#173F7A",  # 27
    "ussr": "#D8412F",  # 50
    "russia": "#D8412F",
    "cuba": "#0B6E60",  # 41
    "eu": "#B8860B",  # 59
    "world": "#6B7280",  # 48
    "bloc": "#9C5BA8",  # 48, other states of the Soviet bloc
    "venezuela": "#9A7B0A",  # 53
    "china": "#E08A2C",  # 65
    "accent": "#6A3D9A",  # 34
    "neutral": "#4B5563",  # 36
    "context": "#A3AAB5",  # 69, what only gives scale
}
INK = "#1F2933"
GREY = "#5B6470"  # subtitle, ticks, sources: 6 to 1 against white
GRID = "#DDE1E6"
AXIS = "#7A828E"
PAPER = "#FDFCF9"  # the page of the site, on which figures stand without a ground of their own
BANDS = ("#EDEFF2", "#DFE3E8")  # the eras, by turns

FAMILY = "Sugar for Oil Sans"
FONTS = Path(__file__).parent / "fonts"

_RC = {
    "font.family": [FAMILY],
    "font.size": LABEL,
    "text.color": INK,
    "text.hinting": "none",
    "text.parse_math": False,  # a $ is a dollar
    "axes.axisbelow": True,
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    "figure.dpi": 72,  # so that a pixel of the layout is a point
    "savefig.facecolor": "none",
    "svg.fonttype": "path",
    "path.simplify": False,
    "lines.solid_capstyle": "round",
    "lines.solid_joinstyle": "round",
    "lines.dash_capstyle": "butt",
}


@cache
def register_fonts() -> None:
    """Make the shipped fonts known to matplotlib.

    Their family name is our own: no installed font can replace them.
    """
    for path in sorted(FONTS.glob("*.ttf")):
        font_manager.fontManager.addfont(path)


@contextmanager
def house_style() -> Iterator[None]:
    """Matplotlib in the house style, whatever the reader has set; his settings are back afterwards."""
    register_fonts()
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_RC)
        yield


def missing_signs(text: str) -> str:
    """Return the characters of a text that the shipped fonts cannot draw, "" when there are none."""
    return "".join(sorted({sign for sign in text if sign != "\n" and ord(sign) not in _signs()}))


@cache
def _signs() -> frozenset[int]:
    fonts = (ft2font.FT2Font(str(path)) for path in sorted(FONTS.glob("*.ttf")))
    return frozenset.intersection(*(frozenset(font.get_charmap()) for font in fonts))


def colour(name: str) -> str:
    """Return the hexadecimal colour of a name in COLOURS. Raises KeyError."""
    return COLOURS[name]


def text_colour(hexadecimal: str) -> str:
    """Return the colour, darkened until text in it is easy to read on the page (4.5 to 1, as WCAG 2 counts)."""
    parts, paper = _parts(hexadecimal), _luminance(_parts(PAPER)) + 0.05
    while paper / (_luminance(parts) + 0.05) < 4.5:
        parts = [int(part * 0.98) for part in parts]
    return "#" + "".join(f"{part:02X}" for part in parts)


def _parts(hexadecimal: str) -> list[int]:
    """Red, green and blue of a colour, each from 0 to 255."""
    return [int(hexadecimal[place : place + 2], 16) for place in (1, 3, 5)]


def _luminance(parts: list[int]) -> float:
    """Relative luminance, 0 to 1, of red, green and blue from 0 to 255."""
    shares = [part / 255 for part in parts]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
