"""The same pages in less time: what Sphinx and its extensions do many times over is done once.

- Pages are read and written by as many processes as the computer has cores, where the system can fork.
- A reference to a figure ("Figure 2.3") makes Sphinx load the whole page of that figure again; it is loaded once.
- For each work of the bibliography, sphinxcontrib-bibtex goes through all citations of the book; it does so once.
"""

# mypy: allow-subclassing-any, allow-untyped-decorators, allow-untyped-calls, no-warn-return-any
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sphinx.application import Sphinx
from sphinx.domains.std import StandardDomain
from sphinxcontrib.bibtex.domain import BibtexDomain, _FilterVisitor

resolve_numref = StandardDomain._resolve_numref_xref


class Remembering:
    """Sphinx's environment for one run of writing: a page that is only looked at is loaded once."""

    pages: dict[str, Any] = {}  # noqa: RUF012 - one for all

    def __init__(self, env: Any) -> None:
        self.env = env

    def __getattr__(self, name: str) -> Any:
        return getattr(self.env, name)

    def get_doctree(self, docname: str) -> Any:
        if docname not in self.pages:
            self.pages[docname] = self.env.get_doctree(docname)
        return self.pages[docname]


def numref(self: StandardDomain, env: Any, *rest: Any) -> Any:
    """Resolve a reference to a figure's number without loading its page anew."""
    return resolve_numref(self, Remembering(env), *rest)


def filtered_entries(self: BibtexDomain, bibliography_key: Any) -> Iterable[tuple[str, Any]]:
    """The works of a bibliography, as in sphinxcontrib-bibtex but with one look at the book's citations."""
    bibliography = self.bibliographies[bibliography_key]
    cited = defaultdict(set)
    for reference in self.citation_refs:
        for target in reference.targets:
            cited[target.key].add(reference.docname)
    for entry in self.get_entries(bibliography.bibfiles):
        key = bibliography.keyprefix + entry.key
        visitor = _FilterVisitor(entry=entry, docname=bibliography_key.docname, cited_docnames=cited[key])
        if visitor.visit(bibliography.filter_) or entry.key in bibliography.keys:
            yield key, entry


def setup(app: Sphinx) -> None:
    """Put the quicker ways in place of the others."""
    StandardDomain._resolve_numref_xref = numref
    BibtexDomain.get_filtered_entries = filtered_entries  # type: ignore[method-assign]
    Remembering.pages.clear()
    app.connect("env-updated", lambda app, env: Remembering.pages.clear())
    # Left to itself, Sphinx warns of an extension that the book does not use and does all in one process.
    app.is_parallel_allowed = lambda kind: True
