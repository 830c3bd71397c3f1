"""What a chapter page offers to take home: its notebook, the data, and the book as PDF and EPUB once they are made.

    python -m sugarforoil.publish.shelf

The PDF and the EPUB are made from the finished site, so the site cannot know of them while it is built. This step
copies those that exist (`_build/book.pdf`, `_build/book.epub`) into `_build/html/downloads/` and adds them to the
pages' lists; one that is gone is taken off. A site that is built again offers them only after this step, because
they were made from the site before it.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from sugarforoil.publish.steady import put

BOOKS = {
    "book.pdf": ("The book as PDF", "sugar-for-oil.pdf"),
    "book.epub": ("The book as EPUB", "sugar-for-oil.epub"),
    "class.zip": ("Slides and worksheets", "sugar-for-oil-class.zip"),
}
"""File in `_build` -> what readers call it, its name in the site."""

LIST = re.compile(
    r'(<ul\b[^>]*\bdata-shelf=["\']?([./]*)["\']?[^>]*>)((?:<li class="sfo-shelved">.*?</li>)*)', re.DOTALL
)


def page_context(app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Offer on the chapters and on the cover what the site itself holds."""
    is_chapter = pagename.startswith("notebooks/")
    if not is_chapter and pagename != app.config.root_doc:
        return
    offered = []
    if is_chapter:
        file = f"_sources/{pagename}.ipynb"
        offered.append({"name": "This chapter’s notebook", "what": "Jupyter, with code and figures", "file": file})
    for name, (_, stored) in app.env.dlfiles.items():
        if name.startswith("book/data/downloads/") and name.endswith(".zip"):
            what = "zip of CSV files with their description"
            offered.append({"name": "All the data", "what": what, "file": f"_downloads/{stored}"})
    context["sfo_downloads"] = offered


def offer(site: Path, made: Path) -> list[str]:
    """Offer on every page of `site` with a list of downloads the books that stand in the folder `made`.

    Returns their names in the site; those that are not there are no longer offered.
    """
    shelf = site / "downloads"
    entries = ""
    offered = []
    for file, (name, public) in BOOKS.items():
        target = shelf / public
        if not (made / file).is_file():
            target.unlink(missing_ok=True)
            continue
        shelf.mkdir(exist_ok=True)
        put(target, (made / file).read_bytes())
        offered.append(public)
        size = f"{target.stat().st_size / 1e6:.1f} MB"
        link = f'<a href="{{root}}downloads/{public}" download>{name}<small>{size}</small></a>'
        entries += f'<li class="sfo-shelved">{link}</li>'
    if shelf.is_dir() and not any(shelf.iterdir()):
        shelf.rmdir()
    for page in sorted(site.rglob("*.html")):
        old = page.read_text(encoding="utf-8")
        new = LIST.sub(lambda found: found[1] + entries.format(root=found[2]), old)
        if new != old:
            put(page, new)
    return offered


def main(root: Path) -> int:
    """Offer the books of the project at `root`."""
    site = root / "_build" / "html"
    if not site.is_dir():
        print("There is no site in _build/html yet: `make book` builds it.", file=sys.stderr)
        return 1
    offered = offer(site, root / "_build")
    print(f"The site offers {' and '.join(offered)}." if offered else "Neither PDF nor EPUB has been made yet.")
    return 0


def setup(app: Sphinx) -> None:
    """Register the list of downloads."""
    app.connect("html-page-context", page_context)


if __name__ == "__main__":
    sys.exit(main(Path(__file__).resolve().parents[3]))
