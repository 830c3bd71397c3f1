"""What a notebook displays, laid out as the parts of a book.

`sugarforoil.figures` and `sugarforoil.findings` mark what they display with metadata under the key
"sugarforoil". myst-nb hands every stored output to the renderer below (entry point "myst_nb.mime_renderers"),
which turns a marked output into one docutils element, whatever the format of the book: a numbered figure with
caption, alternative text and its rows; a sentence with real citations; a captioned table.
An output without the mark is left to myst-nb, which shows its text (`nb_mime_priority_overrides` in _config.yml).

Whom a page trusts: the Markdown cells of a notebook and the pages in book/ are written by authors and reviewed. They
may hold all that MyST knows; what no page may hold at all (a script, an event handler, a link that runs something) is
refused when the site is finished, in `sugarforoil.publish.light`. Outputs and tables are data. Of an output only what
is marked is more than text: its sentences may cite, name a term or a figure, and no more (`hostile`); its tables are
read cell by cell as text; its pictures are pictures, and its id names files and nothing else. The cells of the tables,
their descriptions and the bibliography are text wherever they are shown, and nothing in them is obeyed
(`sugarforoil.harmless`, `sugarforoil.publish.catalogue.prose`).
"""

# mypy: allow-subclassing-any, allow-untyped-decorators, allow-untyped-calls, no-warn-return-any
from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from docutils import nodes
from myst_nb.core.render import MimeData, NbElementRenderer
from sphinx import addnodes
from sphinx.environment import BuildEnvironment
from sphinx.util.logging import getLogger

from sugarforoil.publish import behind, store
from sugarforoil.publish.pictures import pictures
from sugarforoil.publish.tables import html_table

LOGGER = getLogger(__name__)


class SugarForOilRenderer:
    """Renders the displays of `sugarforoil` (the protocol is myst_nb's MimeRenderPlugin)."""

    mime_priority_overrides: ClassVar[Sequence[tuple[str, str, int | None]]] = ()

    @staticmethod
    def handle_mime(renderer: NbElementRenderer, data: MimeData, inline: bool) -> list[nodes.Element] | None:
        """Return the element for a marked output, nothing for its other formats, None if it is not ours."""
        mark = data.output_metadata.get("sugarforoil")
        if not mark or inline or data.cell_index is None or data.output_index is None:
            return None
        _, outputs = renderer.renderer.nb_client.code_cell_outputs(data.cell_index)
        bundle = outputs[data.output_index]["data"]
        # The element is built once, in place of the format that every kind of book accepts.
        carrier = "text/plain" if "text/plain" in bundle else next(iter(bundle))
        build = BUILDERS.get(mark["kind"])
        if build is None or data.mime_type != carrier:
            return []
        return build(Page(renderer, data.line or 0), mark, bundle)


ROLE = re.compile(r"\{(cite:[pt]|term|numref|ref|doc|math|sub|sup)\}`[^`]*`")
REFUSED = {
    "HTML or an address in angle brackets": re.compile(r"(?<!\\)<[A-Za-z/!?]"),
    "a directive": re.compile(r"(^|\n)\s*(`{3}|~{3}|:{3})"),
    "a role other than citations, terms and numbers of figures": re.compile(r"\{[\w:.+-]+\}`"),
    "a link or a picture": re.compile(r"\]\s*[(\[:]"),
    "a substitution": re.compile(r"\{\{"),
}
"""What a sentence computed from the tables may not hold: a cell that found its way into it would act on the page."""


def hostile(text: str) -> str | None:
    """What a computed sentence holds that it may not, else None."""
    rest = ROLE.sub("", text)
    return next((what for what, found in REFUSED.items() if found.search(rest)), None)


class Page:
    """The page an output stands on: parses its Markdown and knows Sphinx's environment."""

    def __init__(self, renderer: NbElementRenderer, line: int) -> None:
        self.md = renderer.renderer
        self.env: BuildEnvironment = renderer.renderer.sphinx_env
        self.document: nodes.document = renderer.renderer.document
        self.line = line

    def parse(self, text: str) -> list[nodes.Node]:
        """Parse MyST Markdown and return its block elements."""
        box = nodes.Element()
        if fault := hostile(text):
            LOGGER.warning("a computed sentence holds %s: %s", fault, text[:200], location=self.env.docname)
            return [nodes.paragraph("", nodes.Text(text))]
        with self.md.current_node_context(box):
            self.md.nested_render_text(text, self.line)
        return box.children

    def sentence(self, text: str) -> list[nodes.Node]:
        """Parse MyST Markdown that is a single paragraph and return its inline elements."""
        blocks = self.parse(text)
        return blocks[0].children if blocks else []

    def label(self, element: nodes.Element, name: str) -> None:
        """Make `element` the target of `{numref}` and links under `name`."""
        element["names"].append(nodes.fully_normalize_name(name))
        self.document.note_explicit_target(element, element)


def figure(page: Page, mark: Mapping[str, Any], bundle: Mapping[str, Any]) -> list[nodes.Element]:
    """A numbered figure: image, caption, a line of links to what stands behind it, and its rows as a folded table."""
    name = mark["id"]
    element = nodes.figure("", pictures(page.env, name, bundle, mark["alt"]), classes=["sfo-figure"])
    page.label(element, name)
    element += nodes.caption("", "", *page.sentence(mark["caption"]))
    rows = behind.numbers_box(mark, "".join(bundle.get("text/csv", "")))
    line = data_line(page, mark, bundle)
    line += behind.words(mark, has_numbers=bool(rows))
    element += nodes.legend("", line)
    return [element, *rows]


def data_line(page: Page, mark: Mapping[str, Any], bundle: Mapping[str, Any]) -> nodes.paragraph:
    """The quiet line under a figure or table: its datasets, whose pages name the sources, and its rows."""
    line = nodes.paragraph(classes=["sfo-data"])
    datasets = list(mark.get("datasets", ()))
    if datasets:
        line += nodes.inline("", "Data: ", classes=["sfo-data-word"])
        for i, dataset in enumerate(datasets):
            line += [nodes.Text(", ")] if i else []
            line += dataset_link(page.env, dataset)
    if "text/csv" in bundle:
        rows = store.keep(page.env, f"{mark['id']}.csv", "".join(bundle["text/csv"]))
        link = addnodes.download_reference(
            "",
            "",
            nodes.inline("", "rows as CSV"),
            reftarget=rows,
            refdoc=page.env.docname,
            refdomain="",
            reftype="download",
            refexplicit=True,
            refwarn=True,
            classes=["sfo-rows"],
        )
        line += [nodes.Text(" · "), link] if datasets else [link]
    return line


def dataset_link(env: BuildEnvironment, dataset: str) -> addnodes.pending_xref:
    """A link to the page of a dataset in the catalogue."""
    return addnodes.pending_xref(
        "",
        nodes.literal("", dataset, classes=["sfo-dataset"]),
        refdomain="std",
        reftype="doc",
        reftarget=f"/book/data/{dataset}",
        refdoc=env.docname,
        refexplicit=True,
        refwarn=True,
    )


def table(page: Page, mark: Mapping[str, Any], bundle: Mapping[str, Any]) -> list[nodes.Element]:
    """A numbered table with a caption above it."""
    element = html_table("".join(bundle["text/html"]))
    element.insert(0, nodes.title("", "", *page.sentence(mark["caption"])))
    element["classes"] += ["sfo-table"]
    page.label(element, mark["id"])
    return [element, data_line(page, mark, bundle)] if mark.get("datasets") else [element]


def finding(page: Page, mark: Mapping[str, Any], bundle: Mapping[str, Any]) -> list[nodes.Element]:
    """A computed sentence, or the list "In brief": `text` is MyST, so its citations become real ones."""
    box = nodes.container(classes=[f"sfo-{mark['kind']}"])
    box += page.parse(mark["text"])
    return [box]


def ribbon(page: Page, mark: Mapping[str, Any], bundle: Mapping[str, Any]) -> list[nodes.Element]:
    """The chapter's place in the years of the book: an image without a number."""
    return [nodes.container("", pictures(page.env, mark["id"], bundle, mark["alt"]), classes=["sfo-ribbon"])]


def nothing(page: Page, mark: Mapping[str, Any], bundle: Mapping[str, Any]) -> list[nodes.Element]:
    """The caption repeated for notebook readers: the book has it in the figure already."""
    return []


Builder = Callable[[Page, Mapping[str, Any], Mapping[str, Any]], list[nodes.Element]]
BUILDERS: dict[str, Builder] = {
    "figure": figure,
    "caption": nothing,
    "table": table,
    "finding": finding,
    "brief": finding,
    "ribbon": ribbon,
}
