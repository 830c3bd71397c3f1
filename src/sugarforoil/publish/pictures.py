"""The stored images of a notebook on a page: alternative text, true size, loaded when they come into view."""

# mypy: allow-subclassing-any, allow-untyped-decorators, allow-untyped-calls, no-warn-return-any
from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from html import escape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.writers.html5 import HTML5Translator

from sugarforoil.publish import store


class picture(nodes.image):  # noqa: N801 - docutils names its elements in small letters
    """An image that knows its size in CSS `pixels`, so that the page does not jump while it loads."""


def pictures(env: BuildEnvironment, name: str, bundle: Mapping[str, Any], alt: str) -> nodes.container:
    """The images of one stored output; myst-nb keeps the one that suits the format of the book."""
    box = nodes.container(nb_element="mime_bundle")
    pixels = size(bundle.get("image/svg+xml", ""))
    for mime in store.IMAGES:
        if mime in bundle:
            image = picture(uri=store.image(env, name, mime, bundle[mime]), alt=alt, pixels=pixels)
            box += nodes.container("", image, mime_type=mime)
    return box


def size(svg: str | list[str]) -> tuple[int, int] | None:
    """Width and height of an SVG whose view box is in points, as matplotlib's are."""
    found = re.search(r'viewBox="[-\d.]+ [-\d.]+ ([\d.]+) ([\d.]+)"', "".join(svg)[:600])
    if not found:
        return None
    return round(float(found[1]) * 4 / 3), round(float(found[2]) * 4 / 3)


def visit(self: HTML5Translator, node: picture) -> None:
    """Write the `<img>`; Sphinx would write its size as a style, which a strict security policy forbids."""
    file = posixpath.join(self.builder.imgpath, self.builder.images[node["uri"]])
    known = {"src": file, "alt": node["alt"], "loading": "lazy", "decoding": "async"}
    if node["pixels"]:
        known["width"], known["height"] = map(str, node["pixels"])
    attributes = " ".join(f'{name}="{escape(value)}"' for name, value in known.items())
    self.body.append(f"<img {attributes}>")


def depart(self: HTML5Translator, node: picture) -> None:
    pass


def setup(app: Sphinx) -> None:
    """Register the element; formats other than HTML treat it as any image."""
    app.add_node(picture, html=(visit, depart))
