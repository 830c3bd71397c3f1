"""MyST citations spelt out for front ends that know plain Markdown only (JupyterLab, Colab, GitHub)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from . import datasets

ROLE = re.compile(r"\{([a-z][\w:]*)\}`([^`]+)`")
"""A MyST role: {cite:p}`voeten2013data`, {term}`unit value`."""


def labels(keys: Iterable[str]) -> list[str]:
    """Return "Author Year" for each key of `sources.csv`. Raises datasets.DataError for an unknown one."""
    return [datasets.cite_label(key) for key in keys]


def keys_in(markdown: str) -> list[str]:
    """Return the keys that the roles of a text cite, each once, in order, unchecked."""
    cited = [keys for role, keys in ROLE.findall(markdown) if role.startswith("cite")]
    return list(dict.fromkeys(key.strip() for keys in cited for key in keys.split(",")))


def readable(markdown: str) -> str:
    """Return a text with its roles spelt out. Raises datasets.DataError for an unknown key.

    {cite:p}`voeten2013data` becomes "(Voeten 2013)", {cite:t} "Voeten (2013)"; other roles leave their words.
    """
    return ROLE.sub(_spell, markdown)


def _spell(match: re.Match[str]) -> str:
    role, body = match.groups()
    if not role.startswith("cite"):
        return body.split("<")[0].strip()
    spelt = labels(key.strip() for key in body.split(","))
    if role.endswith(":t"):
        return "; ".join(re.sub(r" (\S+)$", r" (\1)", one) for one in spelt)
    return f"({'; '.join(spelt)})"
