"""Whether a file made from the site (the PDF, the EPUB) is still what would be made now.

Beside `book.epub` a record `book.epub.json` keeps checksums of all it was made from. Whoever makes the file writes the
record after it; a file without one, or one of an older book, is made again.
"""

from __future__ import annotations

import json
from pathlib import Path

from sugarforoil.publish import address, build, steady


def sources() -> dict[str, str]:
    """Checksum of everything that the book is made from, and the addresses that stand in it."""
    return {**build.inputs(), "address": address.site(), "repository": address.repository()}


def record(product: Path) -> Path:
    """Where it is kept what a product was made from."""
    return product.with_name(f"{product.name}.json")


def is_fresh(product: Path, now: dict[str, str]) -> bool:
    """Whether a product stands that was made from `now`."""
    return product.is_file() and build.made_from(record(product)) == now


def put(product: Path, content: bytes, now: dict[str, str]) -> None:
    """Put a product in its place, all of it or nothing, and record that it was made from `now`."""
    record(product).unlink(missing_ok=True)
    steady.put(product, content)
    note(product, now)


def note(product: Path, now: dict[str, str]) -> None:
    """Record that a product was made from `now`."""
    record(product).write_text(json.dumps(now), encoding="utf-8")
