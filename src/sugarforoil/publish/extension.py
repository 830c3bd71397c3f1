"""The Sphinx extension of the book: it registers every part of `sugarforoil.publish` in one place."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

from sugarforoil import __version__
from sugarforoil.publish import chapters, citations, folded, mathml, mentions, numbering, pictures, progress, selfcheck, site


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the parts with Sphinx (the figures' renderer registers itself through its entry point)."""
    for part in (citations, numbering, chapters, mentions, selfcheck, folded, mathml, pictures, site, progress):
        part.setup(app)
    return {"version": __version__, "parallel_read_safe": False, "parallel_write_safe": True}
