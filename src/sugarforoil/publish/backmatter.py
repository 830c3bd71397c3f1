"""What stands after the last chapter: the solutions, gathered, and how each figure was made."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from lxml import html

from sugarforoil.publish.frontmatter import heads, split_title
from sugarforoil.publish.manuscript import Page

SOLUTIONS = "solutions"
FIGURES = "figures"


def take_solutions(page: Page) -> Any:
    """Move the solutions and the answers of a chapter out of it, and leave a pointer beneath each exercise.

    Returns:
        An element that holds them, with the number of each exercise in `data-exercise` and its anchor in `data-for`.
    """
    gathered = html.Element("div")
    exercise = None
    for box in list(page.content.iter("div")):
        if "exercise" in box.classes:
            exercise = box
        elif "solution" in box.classes and exercise is not None:
            box.attrib["data-for"] = exercise.get("id")
            box.attrib["data-exercise"] = " ".join(exercise.find_class("admonition-title")[0].text_content().split())
            box.set("id", f"{exercise.get('id')}-solution")
            if not exercise.find_class("see"):
                link = f'<a href="#{box.get("id")}">Solution at the end of the book</a>'
                exercise.append(html.fromstring(f'<p class="see">{link}</p>'))
            for title in box.find_class("sfo-fold-title"):
                title.drop_tree()
            move(box, gathered)
    for box in page.content.find_class("sfo-check"):
        answer = box.find_class("sfo-check-answer")[0]
        for title in answer.find_class("sfo-fold-title"):
            title.drop_tree()
        answer.set("class", "answer")
        answer.set("data-number", box.find_class("sfo-check-question")[0].text_content().partition(".")[0])
        move(answer, gathered)
    return gathered


def move(box: Any, into: Any) -> None:
    """Move an element; the text that follows it stays where it is."""
    box.drop_tree()
    box.tail = None
    into.append(box)


def solutions(gathered: Iterable[tuple[Page, Any]], pages: Mapping[str, int]) -> str:
    """The appendix of solutions and answers; `pages` are the pages of the exercises."""
    out = [
        f'<h1 id="{SOLUTIONS}" {heads("Solutions", "Solutions")}>Solutions</h1>',
        "<p>Each is one answer and not the only one. The code of those that compute something is in the notebook of "
        "the chapter, which is on the site. The answers to <em>Check yourself</em> follow the solutions of each "
        "chapter.</p>",
    ]
    for page, boxes in gathered:
        name = escape(split_title(page)[0])
        out.append(f'<h2 id="{page.slug}-solutions">Chapter {page.number}: {name}</h2>')
        answers = []
        for box in boxes:
            if box.get("class") == "answer":
                answers.append(answer(box))
                continue
            anchor = box.attrib.pop("data-for")
            words = escape(box.attrib.pop("data-exercise"))
            out.append(
                f'<h3><a href="#{anchor}">{words}</a> <span class="of-page">page {pages.get(anchor, 0)}</span></h3>'
                + html.tostring(box, encoding="unicode")
            )
        if answers:
            out.append(f"<h3>Check yourself</h3><ol class='answers'>{''.join(answers)}</ol>")
    return f'<section class="page solutions">{"".join(out)}</section>'


def answer(box: Any) -> str:
    """An answer as an item of a list that bears the number of its question."""
    number = box.get("data-number", "")
    value = f' value="{number}"' if number.isdigit() else ""
    inside = "".join(html.tostring(part, encoding="unicode") for part in box)
    return f"<li{value}>{inside}</li>"


def figures(chapters: Iterable[Page], example: Any, pages: Mapping[str, int]) -> str:
    """The appendix on how the figures were made: every figure with its page and its tables, and one with its code."""
    name = "How the figures were made"
    out = [
        f'<h1 id="{FIGURES}" {heads(name, name)}>{name}</h1>',
        "<p>No figure of this book was drawn by hand. A chapter is a notebook, which loads tables of the data package, "
        "draws its figures from them and writes the sentences that hold numbers. On the site the code unfolds beneath "
        "each figure, and the rows that it shows can be downloaded. Here is one of them whole; the list after it names "
        "the tables and the page of every other.</p>",
    ]
    if example is not None:
        out.append(html.tostring(example, encoding="unicode"))
    for page in chapters:
        rows = "".join(figure_row(figure, pages) for figure in page.content.iter("figure") if figure.get("id"))
        notebook = f"<code>{escape(page.docname)}.ipynb</code>"
        out.append(
            f"<h2>Chapter {page.number}: {escape(split_title(page)[0])}</h2><p>The notebook: {notebook}.</p>"
            "<table class='figure-list'><thead><tr><th>Figure</th><th>What it shows</th><th>Tables</th>"
            "<th class='num'>Page</th></tr></thead>"
            f"<tbody>{rows}</tbody></table>"
        )
    return f'<section class="page full figures">{"".join(out)}</section>'


def figure_row(figure: Any, pages: Mapping[str, int]) -> str:
    """A line of the list of figures."""
    caption = copy.deepcopy(figure.find(".//figcaption"))
    number = caption.find_class("caption-number")[0].text_content().split()[-1]
    for citation in caption.find_class("bibtex-citation"):
        citation.drop_tree()
    words = " ".join(caption.find_class("caption-text")[0].text_content().split())
    first = words.split(". ")[0].rstrip(" .") + "."
    tables = [link for line in caption.find_class("sfo-data") for link in line.iter("a")]
    for link in tables:
        link.tail = None
    named = ", ".join(html.tostring(link, encoding="unicode") for link in tables)
    anchor = figure.get("id")
    return (
        f'<tr><th><a href="#{anchor}">{number}</a></th><td>{escape(first)}</td><td>{named}</td>'
        f'<td class="num">{pages.get(anchor, 0)}</td></tr>'
    )
