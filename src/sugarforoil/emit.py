"""A drawn figure as bytes that do not change: a light SVG, a PNG, and the display that carries both.

The same figure gives the same bytes in every process and under every supported Python: identifiers come from
the figure's own id, nothing is dated or signed, coordinates are rounded.
"""

from __future__ import annotations

import base64
import io
import re
import zlib
from typing import Any
from xml.etree import ElementTree

import matplotlib as mpl
from matplotlib.figure import Figure

from . import style

GRID = 16  # letters are drawn on a grid of 1600 units to their height
_SVG = "http://www.w3.org/2000/svg"
_HREF = "{http://www.w3.org/1999/xlink}href"
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
_TEXT = re.compile(r"translate\((\S+) (\S+)\)( rotate\(\S+\))? scale\((\S+) \S+\)")
_DEFAULTS = {"fill-opacity": "1", "stroke-opacity": "1", "opacity": "1", "stroke-linejoin": "round"}


def svg(figure: Figure, figure_id: str, alt: str) -> str:
    """Return the figure as SVG text without prolog, comments, metadata or style attributes.

    Every id in it begins with a mark made from the figure's id, so that several may stand in one page. It is
    transparent and may be put inline under a strict content security policy.
    """
    buffer = io.BytesIO()
    nothing = {"Date": None, "Creator": None, "Format": None, "Type": None}
    with mpl.rc_context({"svg.hashsalt": figure_id, "figure.dpi": 72}):
        figure.savefig(buffer, format="svg", metadata=nothing)
    root = ElementTree.fromstring(buffer.getvalue())  # noqa: S314 (our own drawing)
    for step in (_drop, _attributes, _letters, _round, _unwrap):
        step(root)
    _ids(root, figure_id)
    root.set("role", "img")
    root.set("aria-label", alt)
    ElementTree.register_namespace("", _SVG)
    return ElementTree.tostring(root, encoding="unicode").replace(" />", "/>") + "\n"


def png(figure: Figure) -> bytes:
    """Return the figure as PNG on white, without a software stamp, in 256 colours (a third of the weight)."""
    from PIL import Image

    full = io.BytesIO()
    figure.savefig(full, format="rgba", dpi=style.PNG_DPI, facecolor="white")
    across = round(figure.get_figwidth() * style.PNG_DPI)
    down = full.tell() // (4 * across)
    picture = Image.frombuffer("RGBA", (across, down), full.getvalue()).convert("RGB")
    picture = picture.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    slim = io.BytesIO()
    picture.save(slim, format="PNG", dpi=(style.PNG_DPI, style.PNG_DPI))
    return slim.getvalue()


def publish(figure: Figure, figure_id: str, alt: str, about: dict[str, Any], csv: str | None = None) -> None:
    """Show the figure once, as SVG, PNG, rows (CSV) and words, with `about` as metadata for the book."""
    from IPython.display import publish_display_data

    data = {
        "image/svg+xml": svg(figure, figure_id, alt),
        "image/png": base64.b64encode(png(figure)).decode("ascii"),
        "text/plain": alt,
    }
    if csv is not None:
        data["text/csv"] = csv
    # JupyterLab puts transparent pictures on white where its own page is dark.
    image = {"alt": alt, "needs_background": "light"}
    metadata = {
        "sugarforoil": about,
        "image/svg+xml": image,
        "image/png": {**image, "width": round(style.WIDTH * 96 / 72)},
    }
    publish_display_data(data, metadata)


# --- a lighter SVG ------------------------------------------------------------------------------------------


def _tag(name: str) -> str:
    return f"{{{_SVG}}}{name}"


def _drop(root: ElementTree.Element) -> None:
    """Drop the style sheet (the root says the same by attributes) and shapes that paint nothing."""
    for parent in list(root.iter()):
        for child in list(parent):
            invisible = child.tag == _tag("path") and child.get("style", "").strip() in (
                "fill: none",
                "opacity: 0",
            )
            if child.tag == _tag("style") or (invisible and parent.tag == _tag("g")):
                parent.remove(child)
    root.set("stroke-linejoin", "round")
    root.set("stroke-linecap", "butt")


def _attributes(root: ElementTree.Element) -> None:
    """Turn style="fill: none; ..." into attributes: a strict page refuses inline styles."""
    for element in root.iter():
        for rule in element.attrib.pop("style", "").split(";"):
            name, _, value = (part.strip() for part in rule.partition(":"))
            if name and _DEFAULTS.get(name) != value:
                element.set(name, value)


def _letters(root: ElementTree.Element) -> None:
    """Give letters whole-number coordinates: matplotlib scales each outline, and then each line of text."""
    for element in root.iter(_tag("path")):
        if element.get("transform") == "scale(0.015625)":
            del element.attrib["transform"]
            element.set("d", _outline(element.get("d", "")))
    spaces = {"#" + element.get("id", "") for element in root.iter(_tag("path")) if not element.get("d")}
    for element in root.iter(_tag("g")):
        line = _TEXT.fullmatch(element.get("transform", ""))
        if line is None:
            continue
        x, y, turn, scale = line.groups()
        size = f"{float(scale) / GRID:.6f}".rstrip("0")
        element.set("transform", f"translate({_short(x)} {_short(y)}){turn or ''} scale({size} -{size})")
        for letter in element.findall(_tag("use")):
            if letter.get(_HREF) in spaces:
                element.remove(letter)
                continue
            place = re.fullmatch(r"translate\((\S+) (\S+)\)", letter.attrib.pop("transform", ""))
            for name, value in zip("xy", place.groups() if place else (), strict=False):
                if float(value):
                    letter.set(name, str(round(float(value) * GRID)))


def _outline(path: str) -> str:
    """Write a letter's outline in whole units of a grid, each point relative to the one before.

    matplotlib draws letters 100 points high in steps of 1/64. A quarter of that is still finer than any
    screen, and relative steps are short.
    """
    words: list[str] = []
    here = start = (0, 0)
    for command, numbers in re.findall(r"([MLQCz])([^MLQCz]*)", path):
        values = [round(float(one) * GRID / 64) for one in numbers.split()]
        points = list(zip(values[::2], values[1::2], strict=True))
        steps = "".join(f"{x - here[0]: d}{y - here[1]: d}" for x, y in points)  # a space or a minus parts them
        words.append(command.lower() + steps.lstrip())
        here = points[-1] if points else start
        start = here if command == "M" else start
    return "".join(words)


def _ids(root: ElementTree.Element, figure_id: str) -> None:
    """Number the ids that something refers to, behind a short mark of the figure, and drop the others."""
    wanted: dict[str, str] = {}
    # The id itself, repeated for each letter, would make up a third of the file.
    mark = f"f{zlib.crc32(figure_id.encode()) & 0xFFFFF:x}"

    def new(old: str) -> str:
        return wanted.setdefault(old, f"{mark}-{len(wanted):x}")

    for element in root.iter():
        if _HREF in element.attrib:
            element.set("href", "#" + new(element.attrib.pop(_HREF)[1:]))
        for name, value in element.attrib.items():
            if value.startswith("url(#"):
                element.set(name, f"url(#{new(value[5:-1])})")
    for element in root.iter():
        old = element.attrib.pop("id", "")
        if old in wanted:
            element.set("id", wanted[old])


def _round(root: ElementTree.Element) -> None:
    """Two decimals of a point, a twenty-five-thousandth of the width, are finer than any screen."""
    for element in root.iter():
        for name in ("d", "x", "y", "width", "height", "points"):
            if name in element.attrib:
                value = _NUMBER.sub(lambda match: _short(match.group()), element.attrib[name])
                element.set(
                    name,
                    re.sub(r"\s*([A-Za-z])\s*", r"\1", " ".join(value.split())) if name == "d" else value,
                )


def _short(number: str) -> str:
    text = f"{float(number):.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _unwrap(root: ElementTree.Element) -> None:
    """Replace groups that say nothing by what they hold; drop empty ones and the space between elements."""
    for element in root.iter():
        element.text = element.tail = None
    while True:
        before = sum(1 for _ in root.iter())
        for parent in list(root.iter()):
            children: list[ElementTree.Element] = []
            for child in parent:
                group = child.tag == _tag("g") and not child.attrib
                empty = child.tag in (_tag("g"), _tag("defs")) and not len(child)
                children.extend(child if group or empty else [child])
            parent[:] = children
        if sum(1 for _ in root.iter()) == before:
            return
