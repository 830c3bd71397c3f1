"""Files that belong to a page (a figure's image, its rows), under stable names, for Sphinx to copy."""

from __future__ import annotations

import os
import re
from base64 import b64decode
from pathlib import Path

from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError

from sugarforoil.publish.drawings import slim

NAME = re.compile(r"[A-Za-z0-9][\w-]*\.(svg|png|csv)", re.ASCII)

# The images a figure may be stored as, and the ending of their files. Which one a page shows is decided
# per format of the book: SVG on the site, PNG where SVG is not understood.
IMAGES = {"image/svg+xml": ".svg", "image/png": ".png"}


def keep(env: BuildEnvironment, name: str, content: str | bytes) -> str:
    """Write `content` as `name` beside the stored outputs, if it changed, and return its Sphinx address."""
    if not NAME.fullmatch(name):  # it comes from a notebook's output
        raise ExtensionError(f"{env.docname}: the id of a figure is letters, digits, '-' and '_', found {name!r}")
    folder = Path(env.mystnb_config.output_folder) / "figures"
    folder.mkdir(parents=True, exist_ok=True)
    data = content.encode() if isinstance(content, str) else content
    path = folder / name
    if not path.exists() or path.read_bytes() != data:
        path.write_bytes(data)
    return "/" + Path(os.path.relpath(path, env.srcdir)).as_posix()


def image(env: BuildEnvironment, name: str, mime: str, content: str | list[str]) -> str:
    """Write a stored image (SVG text or base64 PNG) as `name`; return its Sphinx address."""
    text = "".join(content)
    return keep(env, name + IMAGES[mime], b64decode(text) if mime == "image/png" else slim(text))
