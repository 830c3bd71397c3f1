"""A page of the manuscript as a page of the EPUB: plain XHTML that any reading system sets well.

What a reading system cannot do is put where a book has it: solutions and answers stand at the end of the chapter, with
links there and back; the code of the figures is left to the notebook, and the chapter says where that is.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import Any

from lxml import etree, html

from sugarforoil.publish.manuscript import Page

SHELL = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="en" xml:lang="en">
<head>
<meta charset="utf-8"/>
<title>{title}</title>
<link rel="stylesheet" type="text/css" href="{up}style.css"/>
</head>
<body{kind}>
{content}
</body>
</html>
"""

KEPT = {
    "id", "class", "href", "src", "alt", "lang", "dir", "colspan", "rowspan", "scope", "width", "height", "start",
    "type", "xmlns", "display", "stretchy", "mathvariant", "epub:type", "role", "datetime", "reversed", "value",
}  # fmt: skip
"""Attributes that mean something in a reading system."""

STYLED = {
    "admonition", "admonition-title", "answers", "bibliography", "caption-number", "exercise", "from-notebook", "head",
    "num", "section-number", "sfo-brief", "sfo-data", "sfo-data-word", "sfo-figure", "sfo-fold", "sfo-fold-title",
    "sfo-from-chapter", "sfo-lead", "sfo-list", "sfo-math", "sfo-check-question", "sfo-ribbon", "sfo-sources",
    "sfo-subtitle", "sfo-table", "sfo-verdict", "solution", "stub", "to-answer", "upperalpha",
}  # fmt: skip
"""Classes that the style sheet knows; the others say nothing here."""


def xhtml(title: str, content: str, kind: str = "", up: str = "../") -> str:
    """A whole file: `content` in a body that is of a `kind` (of EPUB's vocabulary, such as "frontmatter")."""
    body = f' epub:type="{kind}"' if kind else ""
    return SHELL.format(title=html_escape(title), content=content, kind=body, up=up)


def html_escape(text: str) -> str:
    """Text that may stand in XHTML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def content(page: Page, where: Callable[[str], str], notebook: str = "") -> Any:
    """The content of a page, fit for the EPUB, as an element.

    Args:
        page: a page of the manuscript.
        where: the address of an anchor ("ch02-fig-un-flip") as seen from this page.
        notebook: of a chapter, the name of its notebook or a link to where its code can be read, as XHTML.
    """
    body = copy.deepcopy(page.content)
    if page.kind == "cover":
        front(body)
    for number in body.find_class("section-number"):
        number.text = f"Chapter {page.number} "
    for label in [*body.find_class("label"), *body.find_class("fn-bracket")]:
        if label.getparent() is not None and "caption" not in label.getparent().tag:
            label.drop_tree()
    answers_last(body, page.slug)
    if notebook:
        body.append(html.fragment_fromstring(f'<p class="from-notebook">{notebook}</p>'))
    listed(body)
    plain = [one for one in body.iter("div") if not STYLED & set(one.classes) and not one.get("id")]
    for wrapper in plain:
        wrapper.drop_tag()
    for image in body.iter("img"):
        image.set("src", f"../images/{PurePosixPath(image.get('src')).stem}.png")
    for link in body.iter("a"):
        if link.get("href", "").startswith("#"):
            link.set("href", where(link.get("href")[1:]))
    for element in body.iter(etree.Element):
        tidy(element)
    for cell in body.iter("th"):
        if not cell.text_content().strip():
            cell.tag = "td"  # the corner of a table names nothing
    for cell in body.iter("th"):
        cell.set("scope", "row" if cell.getparent().index(cell) == 0 and "head" not in cell.classes else "col")
    body.set("class", page.kind)
    if page.kind in KINDS:
        body.set("epub:type", KINDS[page.kind])
        body.set("role", f"doc-{KINDS[page.kind]}")
    return body


KINDS = {"chapter": "chapter", "glossary": "glossary", "bibliography": "bibliography"}
"""What a page is in the vocabularies of EPUB and ARIA, where they have a word."""


FRONT = "The story in six figures"


def front(body: Any) -> None:
    """Make the site's front page an opening: the title has its own page, and here are contents for signposts."""
    body.find("h1").text = FRONT
    for name in ("sfo-subtitle", "sfo-ways"):
        for element in list(body.find_class(name)):
            section = element.getparent()
            (element if section is body else section).drop_tree()
    for heading in [one for one in body.iter("h2") if one.text_content() == FRONT]:
        heading.getparent().drop_tag()
        heading.drop_tree()


def tidy(element: Any) -> None:
    """Leave on an element what a reading system understands."""
    if element.get("class"):
        known = [one for one in element.get("class").split() if one in STYLED]
        element.set("class", " ".join(known))
    for name in list(element.attrib):
        if name not in KEPT or (name in {"class", "id"} and not element.get(name)):
            del element.attrib[name]
    if element.get("lang"):
        element.set("xml:lang", element.get("lang"))
    for name in ("p", "div"):  # in a heading or a term they may not stand
        if element.tag == name and element.getparent() is not None and element.getparent().tag in {"dt", "h2", "h3"}:
            element.tag = "span"


def listed(body: Any) -> None:
    """Make the entries of the bibliography the items of a list."""
    for entries in body.find_class("citation-list"):
        entries.tag = "ul"
        entries.set("class", "bibliography")
        entries.attrib.pop("role", None)
        for entry in entries:
            entry.tag = "li"
            entry.attrib.pop("role", None)


def answers_last(body: Any, slug: str) -> None:
    """Move solutions and answers to the end of a chapter, and leave links where they stood."""
    boxes = [*body.find_class("solution"), *body.find_class("sfo-check-answer")]
    if not boxes:
        return
    head = "<h2>Solutions and answers</h2>"
    last = html.fragment_fromstring(f'<section class="answers" id="{slug}-answers">{head}</section>')
    for number, box in enumerate(boxes, 1):
        there, back = f"{slug}-answer-{number}", f"{slug}-to-answer-{number}"
        title = box.find_class("sfo-fold-title")[0]
        question = "sfo-check-answer" in box.classes
        name = inner(question_of(box)) if question else exercise_before(box)
        title.drop_tree()
        link = "Answer" if question else "Solution"
        left = f'<p class="to-answer"><a id="{back}" href="#{there}">{link}</a></p>'
        here = html.fragment_fromstring(left)
        here.tail, box.tail = box.tail, None
        box.getparent().replace(box, here)
        head = html.fragment_fromstring(f'<h3><a href="#{back}">{name}</a></h3>')
        box.insert(0, head)
        box.tag = "section"
        box.set("id", there)
        if not "".join(part.text_content() for part in box[1:]).strip():
            box.append(html.fragment_fromstring("<p>The solution is code, in the chapter’s notebook.</p>"))
        last.append(box)
    body.append(last)


def question_of(answer: Any) -> Any:
    """The words of the question of the self-check to which an answer belongs."""
    return answer.getparent().find_class("sfo-check-question")[0]


def inner(element: Any) -> str:
    """The markup within an element."""
    parts = [html_escape(element.text or "")]
    parts += [etree.tostring(child, encoding="unicode", method="xml") for child in element]
    return "".join(parts).strip()


def exercise_before(box: Any) -> str:
    """The number and the title of the exercise above a solution."""
    for element in box.itersiblings(preceding=True):
        if "exercise" in element.classes:
            return html_escape(" ".join(element.find_class("admonition-title")[0].text_content().split()))
    return "Solution"


def headings(body: Any) -> Iterator[tuple[str, str]]:
    """Anchor and words of the headings of the second order, for the contents; those without an anchor get one."""
    for heading in body.iter("h2"):
        section = heading.getparent()
        anchor = section.get("id") or heading.get("id")
        if anchor:
            yield anchor, " ".join(heading.text_content().split())


def serialise(body: Any) -> str:
    """The element as XHTML."""
    body.tail = None
    return str(etree.tostring(body, encoding="unicode", method="xml"))
