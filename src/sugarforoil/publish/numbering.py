"""A chapter's number is in its file name: `02_sugar_for_oil` is chapter 2, and its figures are 2.1, 2.2, ...

Sphinx counts the pages of a table of contents from one. That would make chapter 2 the first chapter for as
long as chapter 1 is not written, and renumber every figure when a chapter arrives.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.environment.collectors.toctree import TocTreeCollector

CHAPTER = re.compile(r"^notebooks/(\d\d)_")


def number_chapters(collector: TocTreeCollector, env: BuildEnvironment) -> list[str]:
    """Give each chapter the number of its file; return the pages whose numbers changed."""
    old, env.toc_secnumbers = env.toc_secnumbers, {}
    for docname in sorted(env.found_docs & env.tocs.keys()):
        if match := CHAPTER.match(docname):
            number = (int(match[1]),)
            # Only the chapter's title shows its number; its sections (None) do not.
            numbers: dict[str, Any] = {}
            for link in env.tocs[docname].findall(nodes.reference):
                numbers[link["anchorname"]] = None if link["anchorname"] else number
                link["secnumber"] = numbers[link["anchorname"]]
            env.toc_secnumbers[docname] = numbers
            env.titles[docname]["secnumber"] = number
    return [name for name, numbers in env.toc_secnumbers.items() if numbers != old.get(name)]


def setup(app: Sphinx) -> None:
    """Replace Sphinx's own count, which runs just before figures are numbered."""
    TocTreeCollector.assign_section_numbers = number_chapters
