"""The Sphinx extension of the book: it registers every part of `sugarforoil.publish` in one place."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

from sugarforoil import __version__
from sugarforoil.publish import (
    accessible,
    behind,
    chapters,
    citations,
    classroom,
    finder,
    folded,
    languages,
    launch,
    mathml,
    mentions,
    numbering,
    page_notes,
    pictures,
    progress,
    quick,
    recipes,
    selfcheck,
    shelf,
    site,
    structured,
    typography,
)

PARTS = (
    citations,
    numbering,
    chapters,
    mentions,
    selfcheck,
    folded,
    behind,
    page_notes,
    mathml,
    pictures,
    languages,
    typography,
    accessible,
    shelf,
    launch,
    recipes,
    structured,
    finder,
    site,
    progress,
    classroom,
    quick,
)
"""The parts, in the order in which they are registered."""


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the parts with Sphinx (the figures' renderer registers itself through its entry point)."""
    for part in PARTS:
        part.setup(app)
    return {"version": __version__, "parallel_read_safe": True, "parallel_write_safe": True}
