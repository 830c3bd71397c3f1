"""Where the book stands in public, if it does: the address of the site and that of the repository.

Both are settings in `_config.yml` (`html.baseurl` and `repository.url`), empty until somebody publishes the book. A
fork's workflow may give them as SUGARFOROIL_ADDRESS and SUGARFOROIL_REPOSITORY instead of editing the file. While one
is empty, whatever needs it is left out.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

CONFIG = Path(__file__).resolve().parents[3] / "_config.yml"


class AddressError(ValueError):
    """A setting that is no web address; the message is for the reader of the terminal."""


def site() -> str:
    """The public address of the site, ending in a slash; "" while it has none."""
    address = _setting("SUGARFOROIL_ADDRESS", "html", "baseurl")
    return f"{address}/" if address else ""


def repository() -> str:
    """The public address of the repository, without a slash at its end; "" while it has none."""
    return _setting("SUGARFOROIL_REPOSITORY", "repository", "url")


def _setting(variable: str, part: str, name: str) -> str:
    """A setting from the environment or from `_config.yml`. Raises AddressError if it is no web address."""
    given = os.environ.get(variable)
    value = given if given is not None else (_settings(CONFIG.stat().st_mtime_ns).get(part) or {}).get(name)
    address = str(value or "").strip().rstrip("/")
    parts = urlsplit(address)
    if address and (parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment):
        where = variable if given is not None else f"_config.yml, {part}.{name}"
        raise AddressError(f"{where}: expected an address such as https://example.org/book, found {address!r}.")
    return address


@lru_cache(maxsize=1)
def _settings(changed: int) -> dict[str, Any]:
    """The settings of the book (`changed`, the file's time of change, keeps the cache honest)."""
    settings: dict[str, Any] = yaml.safe_load(CONFIG.read_text(encoding="utf-8")) or {}
    return settings
