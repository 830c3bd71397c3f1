"""Drawings for the screen: finer than its pixels and no finer, with steps in place of places.

What the notebooks store keeps its precision; only the copies for the pages are slimmed. `sugarforoil.emit` draws
letters on a grid of 1600 units to their height, once each, and sets each line of text as a row of references to them.
"""

from __future__ import annotations

import re
from collections.abc import Callable

SHAPE = re.compile(r'(<path\b[^>]*?\sd=")([MLQCz][\d. eE-][MLQCz\d. eE-]*)(")')
LETTER = re.compile(r'(<path\b[^>]*?\sd=")(m[mlqcz\d -]*)(")')
LINE = re.compile(r"(<g\b[^>]*?\bscale\()([\d.]+) -([\d.]+)(\)[^>]*>)((?:<defs>.*?</defs>)?)((?:<use\b[^>]*/>)+)")
PLACE = re.compile(r'( [xy]=")(-?\d+)(")')
COMMAND = re.compile(r"([MLQCzmlqc])([^MLQCzmlqc]*)")

COARSER = 4  # 400 units to the height of a letter: at most a fifteenth of a pixel


def slim(svg: str) -> str:
    """The drawing with its shapes in tenths of a point and its letters on a coarser grid."""
    svg = SHAPE.sub(lambda found: found[1] + steps(found[2], 10, decimal) + found[3], svg)
    svg = LETTER.sub(lambda found: found[1] + steps(found[2], 1 / COARSER, str) + found[3], svg)
    return LINE.sub(line, svg)


def line(found: re.Match[str]) -> str:
    """A line of text, its letters four times as large and a quarter as far apart."""
    size = f"{float(found[2]) * COARSER:.6f}".rstrip("0")
    row = PLACE.sub(lambda place: f"{place[1]}{round(int(place[2]) / COARSER)}{place[3]}", found[6])
    return f"{found[1]}{size} -{size}{found[4]}{found[5]}{row}"


def steps(path: str, scale: float, write: Callable[[int], str]) -> str:
    """A path as relative steps in whole parts; each is rounded from the true place, so that no error adds up."""
    words: list[str] = []
    true = here = start = (0.0, 0.0)
    drawn = drawn_start = (0, 0)
    last = ""
    for command, numbers in COMMAND.findall(path):
        kind = command.lower()
        if kind == "z":
            words.append("z")
            true, drawn, last = start, drawn_start, "z"
            continue
        values = [float(one) for one in re.findall(r"-?[\d.]+(?:[eE]-?\d+)?", numbers)]
        here = true if command.islower() else (0.0, 0.0)
        places = [(here[0] + x, here[1] + y) for x, y in zip(values[::2], values[1::2], strict=True)]
        parts = [(round(x * scale), round(y * scale)) for x, y in places]
        moves = [(x - drawn[0], y - drawn[1]) for x, y in parts]
        if kind == "l" and moves[0][1] == 0:
            letter, told = "h", [moves[0][0]]
        elif kind == "l" and moves[0][0] == 0:
            letter, told = "v", [moves[0][1]]
        else:
            letter, told = kind, [part for move in moves for part in move]
        text = " ".join(map(write, told)).replace(" -", "-")
        again = letter == last and letter != "m"  # a command need not be said twice
        words.append(text if again and text[0] == "-" else f" {text}" if again else letter + text)
        true, drawn, last = places[-1], parts[-1], letter
        if kind == "m":
            start, drawn_start = true, drawn
    return "".join(words)


def decimal(tenths: int) -> str:
    """A number of tenths: 15 is 1.5, 5 is .5, 20 is 2."""
    if tenths % 10 == 0:
        return str(tenths // 10)
    sign, size = "-" if tenths < 0 else "", abs(tenths)
    return f"{sign}{size // 10 or ''}.{size % 10}"
