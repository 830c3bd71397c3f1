"""At the end of a page: its sources in full, and its words explained, each in a folded list.

The lists are useful by themselves, and `book/_static/js/reading.js` shows their entries where they are needed: in a
card beside a citation or a word, and in the margin of a wide screen. Nothing has to be fetched for that, so it works
from a folder, too. They are for the screen: print and the book formats have the bibliography and the glossary.
"""

# mypy: allow-subclassing-any, allow-untyped-decorators, allow-untyped-calls, no-warn-return-any
from __future__ import annotations

import re
from html import escape
from typing import Any

from docutils import nodes
from pybtex.backends.html import Backend as Html
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.writers.html5 import HTML5Translator

from sugarforoil.publish import citations, languages

BIBLIOGRAPHY = "book/bibliography"
GLOSSARY = "book/glossary"


class page_notes(nodes.Element):  # noqa: N801 - docutils names its elements in small letters
    """The two lists: `sources` are keys of the bibliography, `words` are pairs of anchor and term."""


class AddPageNotes(SphinxPostTransform):
    """Finds what the page cites and which words it links to the glossary; runs when links are resolved."""

    default_priority = 150
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        if self.env.docname in (BIBLIOGRAPHY, GLOSSARY):
            return
        sources: dict[str, None] = {}
        words: dict[str, None] = {}
        for link in self.document.findall(nodes.reference):
            page, _, anchor = link.get("refuri", "").partition("#")
            if anchor.startswith("cite-") and page.endswith(f"{BIBLIOGRAPHY.rpartition('/')[2]}.html"):
                sources[anchor.removeprefix("cite-")] = None
            elif anchor.startswith("term-"):
                words[anchor] = None
        first = next(self.document.findall(nodes.section), None)
        if first is not None and (sources or words):
            first += page_notes(sources=list(sources), words=list(words))


def depend_on_glossary(app: Sphinx, doctree: nodes.document) -> None:
    """Set a page again when the glossary, from which its words are explained, has changed."""
    if any(one.get("reftype") == "term" for one in doctree.findall(addnodes.pending_xref)):
        app.env.note_dependency(app.env.doc2path(GLOSSARY))


def definitions(app: Sphinx) -> dict[str, tuple[str, str]]:
    """Anchor of every word of the glossary -> the word and its explanation; read once for a build."""
    found: dict[str, tuple[str, str]] | None = getattr(app, "sugarforoil_definitions", None)
    if found is None:
        found = {}
        if GLOSSARY in app.env.found_docs:
            for item in app.env.get_and_resolve_doctree(GLOSSARY, app.builder).findall(nodes.definition_list_item):
                meaning = " ".join(" ".join(part.astext() for part in item.findall(nodes.definition)).split())
                for term in item.findall(nodes.term):
                    found.update({anchor: (term.astext(), meaning) for anchor in term["ids"]})
        app.sugarforoil_definitions = found
    return found


def full_references(env: BuildEnvironment) -> dict[str, str]:
    """The full reference of every work as HTML, by its key, in the order of the bibliography."""
    domain = env.get_domain("cite")
    protected = re.compile(r'<span class="bibtex-protected">(.*?)</span>')
    found = {}
    for one in domain.citations:
        fields = domain.bibdata.data.entries[one.key].fields
        reference = protected.sub(r"\1", one.formatted_entry.text.render(Html()))
        found[one.key] = languages.in_reference(reference, fields["title"], fields.get("langid"))
    return found


def collect(app: Sphinx) -> None:
    """Forget what the last build knew, and lay out the references that are asked for."""
    app.sugarforoil_definitions = None
    app.sugarforoil_references = None


def visit(self: HTML5Translator, node: page_notes) -> None:
    """Write both lists."""
    app = self.builder.app
    if app.sugarforoil_references is None:
        app.sugarforoil_references = full_references(app.env)
    page = self.docnames[-1]
    parts = [
        folded("Sources of this page", sources(node["sources"], app.sugarforoil_references, self, page)),
        folded("Words of this page", words(node["words"], definitions(app), self, page)),
    ]
    self.body.append(f'<div class="sfo-page-notes screen-only">\n{"".join(parts)}</div>\n')
    raise nodes.SkipNode


def sources(keys: list[str], known: dict[str, str], writer: HTML5Translator, page: str) -> list[str]:
    """The list of the cited works, in the order of the bibliography."""
    address = writer.builder.get_relative_uri(page, BIBLIOGRAPHY)
    wanted = set(keys)
    items = []
    for key, reference in known.items():
        if key in wanted:
            name = escape(citations.known["label"][key])
            # Papers in FRUS begin with their short name, which stands before them here.
            rest = reference.replace("&nbsp;", "\u00a0").removeprefix(f"{name}. ")
            link = f'<a class="sfo-short" href="{address}#cite-{escape(key)}">{name}</a>'
            items.append(f'<li id="note-cite-{escape(key)}">{link} <span>{rest}</span></li>')
    return items


def words(anchors: list[str], known: dict[str, tuple[str, str]], writer: HTML5Translator, page: str) -> list[str]:
    """The list of the words, sorted."""
    address = writer.builder.get_relative_uri(page, GLOSSARY)
    chosen = sorted((known[anchor][0].casefold(), anchor) for anchor in anchors if anchor in known)
    return [
        f'<li id="note-{anchor}"><a class="sfo-short" href="{address}#{anchor}">{escape(known[anchor][0])}</a> '
        f"<span>{escape(known[anchor][1])}</span></li>"
        for _, anchor in chosen
    ]


def folded(title: str, items: list[str]) -> str:
    """A folded list with its length, or nothing."""
    if not items:
        return ""
    body = "\n".join(items)
    return f'<details class="sfo-fold"><summary>{title} ({len(items)})</summary>\n<ul>\n{body}\n</ul></details>\n'


def setup(app: Sphinx) -> None:
    """Register the lists."""
    skip = (lambda self, node: (_ for _ in ()).throw(nodes.SkipNode), None)
    app.add_node(page_notes, html=(visit, None), latex=skip, text=skip)
    app.add_post_transform(AddPageNotes)
    app.connect("doctree-read", depend_on_glossary)
    app.connect("builder-inited", collect)
