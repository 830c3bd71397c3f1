"""The same pages in less time: what Sphinx and its extensions do many times over is done once.

- Pages are read and written by as many processes as the computer has cores, where the system can fork. Sphinx's own way
  hands one page tree after another from the main process to the others; here each process has its share of the pages
  from the start, the main one too, and little is handed back (`read_shares`, `write_shares`).
- A reference to a figure ("Figure 2.3") makes Sphinx load the whole page of that figure again, and counting the figures
  makes it load all pages; both are given a sketch of each page, which is kept.
- Looking through a page for the elements of a kind, done some forty times a page, needs no generator for each of them.
- For each work of the bibliography, sphinxcontrib-bibtex goes through all citations of the book, and for each citation
  through all works; both are looked up.
- Python looks for garbage less often: page trees are large, and little of them is garbage.
"""

# mypy: allow-subclassing-any, allow-untyped-decorators, allow-untyped-calls, no-warn-return-any
from __future__ import annotations

import gc
import pickle
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.domains import Domain
from sphinx.domains.std import StandardDomain
from sphinx.environment.collectors.toctree import TocTreeCollector
from sphinx.util.build_phase import BuildPhase
from sphinx.util.parallel import ParallelTasks
from sphinxcontrib.bibtex.domain import BibtexDomain, _FilterVisitor

# --- pages in shares ----------------------------------------------------------------------------------------


def shares(pages: Sequence[str], weight: Callable[[str], float], count: int) -> list[list[str]]:
    """The pages in `count` shares of about the same weight, the same ones each time, each share in order."""
    parts: list[list[str]] = [[] for _ in range(count)]
    heavy = [0.0] * count
    for page in sorted(pages, key=lambda page: (-weight(page), page)):
        lightest = heavy.index(min(heavy))
        parts[lightest].append(page)
        heavy[lightest] += weight(page)
    return [sorted(part) for part in parts]


def read_shares(self: Builder, docnames: list[str], nproc: int) -> None:
    """Read the pages in `nproc` processes, of which this is one."""
    for docname in docnames:
        self.events.emit("env-purge-doc", self.env, docname)
        self.env.clear_doc(docname)

    def read(docs: list[str]) -> bytes:
        self.env.app = self.app
        for docname in docs:
            self.read_doc(docname, _cache=False)
        self.env.domaindata["cite"]["bibdata"] = self.env.sugarforoil_formatted = None  # the main process has both
        return pickle.dumps(self.env, pickle.HIGHEST_PROTOCOL)

    def merge(docs: list[str], other: bytes) -> None:
        self.env.merge_info_from(docs, pickle.loads(other), self.app)  # noqa: S301 - from our own process

    own, *others = shares(docnames, lambda page: 20_000 + Path(self.env.doc2path(page)).stat().st_size, nproc)
    tasks = ParallelTasks(len(others))
    for other in others:
        tasks.add_task(read, other, merge)
    for docname in own:
        self.read_doc(docname)
    tasks.join()


def write_shares(self: Any, docnames: Sequence[str], nproc: int) -> None:
    """Resolve and write the pages in as many processes as there are, of which this is one."""

    def write(docs: Iterable[str]) -> None:
        for docname in docs:
            self.app.phase = BuildPhase.RESOLVING
            doctree = self.env.get_and_resolve_doctree(docname, self)
            self.app.phase = BuildPhase.WRITING
            self.write_doc_serialized(docname, doctree)
            self.write_doc(docname, doctree)

    def write_and_tell(docs: list[str]) -> tuple[Any, Any]:
        write(docs)
        return self.images, indexed(self.indexer, set(docs))

    def merge(docs: list[str], told: tuple[Any, Any]) -> None:
        self.images.update(told[0])
        index(self.indexer, told[1])

    first, *rest = docnames
    write([first])  # templates are compiled, once for all
    trees = Path(self.doctreedir)
    own, *others = shares(rest, lambda page: (trees / f"{page}.doctree").stat().st_size, nproc + 1)
    tasks = ParallelTasks(len(others))
    for other in others:
        tasks.add_task(write_and_tell, other, merge)
    write(own)
    tasks.join()


BY_PAGE = ("_titles", "_filenames", "_all_titles", "_index_entries")
BY_WORD = ("_mapping", "_title_mapping")


def indexed(indexer: Any, pages: set[str]) -> dict[str, Any]:
    """What the search index knows of some pages."""
    known = {name: {page: one for page, one in getattr(indexer, name).items() if page in pages} for name in BY_PAGE}
    for name in BY_WORD:
        known[name] = {word: here for word, found in getattr(indexer, name).items() if (here := found & pages)}
    return known


def index(indexer: Any, known: dict[str, Any]) -> None:
    """Tell the search index what another process knows."""
    for name in BY_PAGE:
        whole = getattr(indexer, name)
        whole.update(known[name])
        for page in sorted(whole):  # in the order in which one process would have come to them
            whole[page] = whole.pop(page)
    for name in BY_WORD:
        whole = getattr(indexer, name)
        for word, found in known[name].items():
            whole.setdefault(word, set()).update(found)


# --- pages that are only looked at --------------------------------------------------------------------------

resolve_numref = StandardDomain._resolve_numref_xref
count_figures = TocTreeCollector.assign_figure_numbers


class Sketch(NamedTuple):
    """A page reduced to what has a number, in the form in which Sphinx asks a page for that."""

    children: list[nodes.Element]  # sections, figures, tables, exercises, contents, as they stand in each other
    ids: dict[str, nodes.Element]


def sketch(app: Sphinx, doctree: nodes.document) -> None:
    """Keep the sketch of a page that has been read."""
    told = Domain.get_enumerable_node_type
    domains = [one for one in app.env.domains.values() if type(one).get_enumerable_node_type is not told]
    standard = app.env.domains["std"]
    ids = {mark: nodes.Element() for mark in doctree.ids}

    def numbered(node: nodes.Element) -> list[nodes.Element]:
        found = []
        for child in node.children:
            if not isinstance(child, nodes.Element):
                continue
            inner = numbered(child)
            if isinstance(child, addnodes.toctree) or any(one.get_enumerable_node_type(child) for one in domains):
                own = type(child)("", **child.attributes)
                if standard.enumerable_nodes.get(type(child), ("", None))[1]:  # its title is told from what is in it
                    own.extend(part.deepcopy() for part in child.children)
                elif title := standard.get_numfig_title(child):
                    own += nodes.caption("", title)
                if isinstance(child, nodes.container):
                    own += nodes.literal_block()
                own.extend(inner)
                ids.update((mark, own) for mark in child["ids"])
                found.append(own)
            else:
                found.extend(inner)
        return found

    kept = Sketch(numbered(doctree), ids)
    for top in kept.children:
        for node in top.findall():
            node._document = None  # or the whole page would be kept with it
    sketches(app.env)[app.env.docname] = kept


def sketches(env: Any) -> dict[str, Sketch]:
    """The sketches of all pages, by page."""
    if not hasattr(env, "sugarforoil_sketches"):
        env.sugarforoil_sketches = {}
    return env.sugarforoil_sketches


def forget(app: Sphinx, env: Any, docname: str) -> None:
    """Drop the sketch of a page that is read again or gone."""
    sketches(env).pop(docname, None)


def merge(app: Sphinx, env: Any, docnames: set[str], other: Any) -> None:
    """Take the sketches of the pages that another process has read."""
    sketches(env).update((docname, sketches(other)[docname]) for docname in docnames)


@contextmanager
def sketched(env: Any) -> Iterator[None]:
    """Whoever asks for a page is given its sketch."""
    env.get_doctree = sketches(env).__getitem__
    try:
        yield
    finally:
        del env.get_doctree


def numref(self: StandardDomain, env: Any, *rest: Any) -> Any:
    """Resolve a reference to a figure's number without loading its page."""
    with sketched(env):
        return resolve_numref(self, env, *rest)


def numbers(self: TocTreeCollector, env: Any) -> list[str]:
    """Count the figures without loading all pages."""
    with sketched(env):
        return count_figures(self, env)


# --- elements of a page -------------------------------------------------------------------------------------

find_around = nodes.Node.findall


def findall(
    self: nodes.Node,
    condition: Any = None,
    include_self: bool = True,
    descend: bool = True,
    siblings: bool = False,
    ascend: bool = False,
) -> Iterator[nodes.Node]:
    """As docutils' own, with one generator for all elements below one."""
    if not descend or siblings or ascend:
        return find_around(self, condition, include_self, descend, siblings, ascend)
    if condition is None:
        found = below(self)
    elif isinstance(condition, type):
        found = of_kind(self, condition)
    else:
        found = filter(condition, below(self))
    return found if include_self else (node for node in found if node is not self)


def below(top: nodes.Node) -> Iterator[nodes.Node]:
    """The element and all below it, in the order of the page."""
    waiting = [top]
    while waiting:
        node = waiting.pop()
        yield node
        if node.children:
            waiting.extend(node.children[::-1])


def of_kind(top: nodes.Node, kind: type) -> Iterator[nodes.Node]:
    """Those of them that are of a kind."""
    waiting = [top]
    while waiting:
        node = waiting.pop()
        if isinstance(node, kind):
            yield node
        if node.children:
            waiting.extend(node.children[::-1])


# --- the bibliography ---------------------------------------------------------------------------------------


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
    Builder._read_parallel = read_shares
    Builder._write_parallel = write_shares
    StandardDomain._resolve_numref_xref = numref
    TocTreeCollector.assign_figure_numbers = numbers
    BibtexDomain.get_filtered_entries = filtered_entries  # type: ignore[method-assign]
    nodes.Node.findall = findall
    app.connect("doctree-read", sketch, priority=999)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    # Left to itself, Sphinx warns of an extension that the book does not use and does all in one process.
    app.is_parallel_allowed = lambda kind: True
    gc.freeze()
    gc.set_threshold(200_000, 20, 100)
