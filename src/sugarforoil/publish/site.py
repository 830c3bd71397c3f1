"""The finished site: without what no page uses, and with an entry page at its root."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

# What the theme copies into every site and this book's templates (book/_templates) never load:
# the icon fonts and their scripts, source maps, logos of services the book does not use.
UNUSED = [
    "vendor/fontawesome",
    "locales",
    "images/logo_*",
    "sbt-webpack-macros.html",
    "webpack-macros.html",
    "scripts/*.map",
    "scripts/*.LICENSE.txt",
    "styles/*.map",
    "plus.png",
    "minus.png",
]

SCRIPTS = {
    "book/reference/chronology": ["js/filter.js"],
    "book/reference/explore": [
        "vendor/vega-6.4.0.min.js",
        "vendor/vega-lite-6.4.3.min.js",
        "vendor/vega-interpreter-2.3.2.js",
        "js/explore.js",
    ],
}
"""The book's own scripts, on the pages that use them and on no other."""

ENTRY = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<meta http-equiv="refresh" content="0; url={page}">
<link rel="icon" href="_static/favicon.svg" type="image/svg+xml">
<link rel="icon" href="_static/favicon-32.png" sizes="32x32" type="image/png">
</head>
<body><p><a href="{page}">{title}</a></p></body>
</html>
"""


def page_context(app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Load on a page the scripts that only it uses."""
    for script in SCRIPTS.get(pagename, []):
        app.add_js_file(script, loading_method="defer")


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Tidy the built site."""
    if exception is not None or app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    for pattern in UNUSED:
        for path in static.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    page = app.builder.get_target_uri(app.config.root_doc)
    entry = ENTRY.format(title=app.config.html_title, page=page)
    index = Path(app.outdir) / "index.html"
    if not index.exists() or index.read_text(encoding="utf-8") != entry:
        index.write_text(entry, encoding="utf-8", newline="\n")


def setup(app: Sphinx) -> None:
    """Register the steps; the last runs after every extension has copied its files."""
    # jupyter-book always sets this one, for an extension that the book does without (see _config.yml).
    app.add_config_value("comments_config", {}, "html")
    app.connect("html-page-context", page_context)
    app.connect("build-finished", finish, priority=900)
