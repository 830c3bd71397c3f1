"""What the theme and the writers of HTML leave undone for readers with a keyboard, a screen reader or a magnifier.

Two steps, both cheap: one on the elements of a page before they are written, one on the written text of its body.
What stands around the body is in `book/_templates/layout.html`; what depends on the size of the window, such as
whether a table scrolls, in `book/_static/js/access.js`.
"""

# mypy: allow-subclassing-any, no-warn-return-any
from __future__ import annotations

import re
from collections.abc import Callable
from html import escape, unescape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

TAGS = re.compile(r"<[^>]+>")
HEADER_LINK = re.compile(r'<a class="headerlink".*?</a>', re.DOTALL)

NUMBER = re.compile(r'<span class="caption-number">(.*?)</span>')

# A heading, or a box that scrolls sideways when what is in it is too wide, with its caption if it has one.
PLACES = re.compile(
    r"<h[1-6][^>]*>(?P<heading>.*?)</h[1-6]>"
    r'|<div class="pst-scrollable-table-container">'
    r"(?P<table>\s*<table[^>]*>\s*(?:<caption>(?P<caption>.*?)</caption>)?)"
    r"|<pre>(?P<code>)",
    re.DOTALL,
)

REPLACEMENTS = [
    # A bibliography is a list; the role for its entries that docutils writes was withdrawn from DPUB-ARIA.
    (re.compile(r' role="doc-biblioentry"'), ' role="listitem"'),
    # A heading cell without words names nothing.
    (re.compile(r"<th\b([^>]*)>\s*(?:<p>\s*</p>)?\s*</th>"), r"<td\1></td>"),
    # What pandas writes around a table.
    (re.compile(r"<style scoped>.*?</style>\s*", re.DOTALL), ""),
    (re.compile(r'(<table\b[^>]*) border="\d+"'), r"\1"),
    # "#" says nothing when it is read out.
    (re.compile(r'(<a class="headerlink"[^>]*) title="[^"]*">'), r'\1 title="Link to this place" aria-label="Link">'),
]


class HeadlessSections(SphinxPostTransform):
    """Takes away sections without a heading: sphinx-exercise puts one around the text of each exercise."""

    default_priority = 40
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        for section in list(self.document.findall(nodes.section)):
            if section.parent is not self.document and not isinstance(section.next_node(), nodes.title):
                section.parent.replace(section, section.children)


def mend(body: str) -> str:
    """Return the written body of a page with its faults mended and the boxes that may scroll named.

    A box that scrolls must take the focus, or no key reaches what is out of sight, and what takes the focus needs a
    name: the number of the table, or the heading that it stands under.
    """
    heading = "this page"

    def name(match: re.Match[str]) -> str:
        nonlocal heading
        if match["heading"] is not None:
            heading = words(match["heading"])
            return match[0]
        if match["code"] is not None:
            return f'<pre tabindex="0" role="group" aria-label="{escape(f"Code, {heading}")}">'
        number = NUMBER.search(match["caption"] or "")
        label = words(number[1]) if number else f"Table, {heading}"
        box = f'<div class="pst-scrollable-table-container" tabindex="0" role="group" aria-label="{escape(label)}">'
        return box + match["table"]

    for pattern, new in REPLACEMENTS:
        body = pattern.sub(new, body)
    return PLACES.sub(name, body)


def words(html: str) -> str:
    """The words of a heading or a caption."""
    return " ".join(unescape(TAGS.sub("", HEADER_LINK.sub("", html))).split())


def plain_captions(render: Callable[..., Any]) -> Callable[..., Any]:
    """The list of the book's parts without headings: they would come before the page's own first heading."""
    return lambda *given, **named: re.sub(r' (?:aria-level="2"|role="heading")', "", str(render(*given, **named)))


def page_context(app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Mend the body and the list of contents of a page just before it is written."""
    if context.get("body"):
        context["body"] = mend(context["body"])
    if "generate_toctree_html" in context:
        context["generate_toctree_html"] = plain_captions(context["generate_toctree_html"])


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Mend a value in the style sheet of sphinx-exercise that CSS does not know."""
    sheet = Path(app.outdir) / "_static" / "exercise.css"
    if exception is None and sheet.exists():
        css = sheet.read_text(encoding="utf-8")
        mended = css.replace("background-color: none", "background-color: transparent")
        if mended != css:
            sheet.write_text(mended, encoding="utf-8", newline="\n")


def setup(app: Sphinx) -> None:
    """Register the steps; the second runs after the theme has put its functions into the page's context."""
    app.add_post_transform(HeadlessSections)
    app.connect("html-page-context", page_context, priority=900)
    app.connect("build-finished", finish, priority=800)  # after the extensions have copied their files
