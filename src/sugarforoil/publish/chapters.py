"""`{from-chapter}`: a chapter's figure shown on another page, as it is stored in the chapter's notebook.

```
:::{from-chapter} fig-un-flip
Text beneath the figure (optional; the figure's own caption if absent).
:::
```
The figure keeps its one number and label in the chapter; here it is a picture that links there.
"""

# mypy: allow-subclassing-any, allow-untyped-decorators, allow-untyped-calls, no-warn-return-any
from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

from sugarforoil.publish.notebooks import chapters_in
from sugarforoil.publish.pictures import pictures


class FromChapter(SphinxDirective):
    """Shows the figure whose id is the argument, wherever in `notebooks/` it is stored."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0]
        found = find_figure(Path(self.env.srcdir) / "notebooks", name)
        if found is None:
            raise self.error(f"no notebook in notebooks/ stores a figure with the id {name!r}")
        notebook, output = found
        self.env.note_dependency(str(notebook))
        chapter = f"notebooks/{notebook.stem}"
        mark = output["metadata"]["sugarforoil"]
        picture = pictures(self.env, name, output["data"], mark["alt"])
        text = "\n".join(self.content) or mark["caption"]
        box = nodes.container(classes=["sfo-from-chapter"])
        box += nodes.reference("", "", picture, internal=True, refuri="", sfo_page=chapter, sfo_anchor=name)
        box += self.parse_text_to_nodes(f"{text} {{numref}}`{name}` in {{doc}}`/{chapter}`.")
        return [box]


def find_figure(folder: Path, name: str) -> tuple[Path, dict[str, Any]] | None:
    """The notebook and the stored output of the figure `name`, or None."""
    for path in chapters_in(folder):
        for output in displays(path, path.stat().st_mtime_ns):
            if output["metadata"]["sugarforoil"].get("id") == name:
                return path, output
    return None


@lru_cache(maxsize=32)
def displays(path: Path, changed: int) -> list[dict[str, Any]]:
    """The marked outputs of a notebook (`changed`, its time of change, keeps the cache honest)."""
    return list(marked(json.loads(path.read_text(encoding="utf-8"))))


def marked(notebook: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every output of `notebook` that `sugarforoil` displayed."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            if "sugarforoil" in output.get("metadata", {}):
                yield output


class LinkPictures(SphinxPostTransform):
    """Gives the pictures above their address, which depends on the format of the book."""

    default_priority = 10

    def run(self, **kwargs: Any) -> None:
        for link in self.document.findall(nodes.reference):
            if "sfo_page" in link:
                page = self.app.builder.get_relative_uri(self.env.docname, link["sfo_page"])
                link["refuri"] = f"{page}#{link['sfo_anchor']}"


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("from-chapter", FromChapter)
    app.add_post_transform(LinkPictures)
