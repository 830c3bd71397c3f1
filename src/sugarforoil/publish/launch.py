"""Where a chapter can be run without installing anything: links, copies for Colab, and the wheel that they install.

All of it needs an address (`sugarforoil.publish.address`) and is left out while that is not set. With the address of
the repository a chapter's page leads to Binder, which makes the environment of the folder `binder/`, and, if the
repository is on GitHub, to a codespace, which makes that of `.devcontainer/`. With the address of the site the folder
`run/` of the site holds the wheel, and for each chapter a copy whose first cell installs it, in Colab and nowhere else.
The notebooks of the book name no address.

    :::{when-published} repository
    Shown only when the repository has an address, which stands for <repository>.
    :::
"""

# mypy: allow-subclassing-any, allow-untyped-calls, no-warn-return-any
from __future__ import annotations

import copy
import json
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from sugarforoil import __version__
from sugarforoil.publish import address
from sugarforoil.publish.notebooks import NOTEBOOKS, Notebook, all_notebooks, read

FOLDER = "run"
"""Where in the site the copies for Colab and the wheel are."""

WHEEL = f"sugarforoil-{__version__}-py3-none-any.whl"

FIRST_CELL = """\
# In Colab this cell installs what the chapter needs. Anywhere else it does nothing.
import sys

if "google.colab" in sys.modules:
    %pip install --quiet {wheel}"""


def binder(repository: str, path: str) -> str:
    """The address that opens the file `path` of a repository in JupyterLab on Binder, at the newest commit."""
    parts = urlsplit(repository)
    place = parts.path.strip("/")
    known = {"github.com": f"gh/{place}", "gitlab.com": f"gl/{quote(place, safe='')}"}
    source = known.get(parts.netloc.lower(), f"git/{quote(repository, safe='')}")
    return f"https://mybinder.org/v2/{source}/HEAD?urlpath={quote(f'lab/tree/{path}', safe='')}"


def codespace(repository: str) -> str:
    """The address that opens a repository in a codespace; "" if it is not on GitHub."""
    parts = urlsplit(repository)
    if parts.netloc.lower() != "github.com":
        return ""
    return f"https://codespaces.new/{parts.path.strip('/')}?quickstart=1"


def nbgitpuller(hub: str, repository: str, path: str) -> str:
    """The address on a JupyterHub that fetches a repository for whoever follows it, and opens the file `path`."""
    folder = urlsplit(repository).path.rstrip("/").rsplit("/", 1)[-1].removesuffix(".git")
    query = f"repo={quote(repository, safe='')}&urlpath={quote(f'lab/tree/{folder}/{path}', safe='')}"
    return f"{hub.rstrip('/')}/hub/user-redirect/git-pull?{query}"


def links(page: str) -> list[dict[str, str]]:
    """What the page of a chapter offers to run it: name, what it is, and the address (or the file in the site)."""
    path, repository = f"{page}.ipynb", address.repository()
    found = []
    if repository:
        found.append({"name": "Binder", "what": "in the browser, nothing to install", "href": binder(repository, path)})
    if codespace(repository):
        found.append({"name": "Codespace", "what": "needs an account at GitHub", "href": codespace(repository)})
    if address.site():
        name = page.rsplit("/", 1)[-1]
        what = "notebook to upload there; its first cell installs the rest"
        found.append({"name": "Copy for Colab", "what": what, "file": f"{FOLDER}/{name}.ipynb"})
    return found


def for_colab(notebook: Notebook, site: str) -> Notebook:
    """A copy of a notebook with a cell before all others that installs the wheel from `site`, in Colab only.

    Args:
        notebook: as `notebooks.read` gives it; it is not changed.
        site: the public address of the book, ending in a slash.
    """
    made = copy.deepcopy(notebook)
    source = FIRST_CELL.format(wheel=f"{site}{FOLDER}/{WHEEL}").splitlines(keepends=True)
    cell: dict[str, Any] = {
        "cell_type": "code",
        "execution_count": None,
        "id": "install",
        "metadata": {},
        "outputs": [],
    }
    made["cells"].insert(0, {**cell, "source": source})
    return made


def equip(folder: Path) -> None:
    """Write the copies for Colab and the wheel into the folder `run` of the site in `folder`; none without an address.

    Raises:
        BuildError: the wheel could not be built.
    """
    target = folder / FOLDER
    shutil.rmtree(target, ignore_errors=True)
    if not address.site():
        return
    from sugarforoil.publish.bundle import wheel  # it needs what makes the PDF, which a page does not

    wheel(target)
    for path in all_notebooks():
        text = json.dumps(for_colab(read(path), address.site()), indent=1, sort_keys=True, ensure_ascii=False)
        (target / path.name).write_text(text + "\n", encoding="utf-8", newline="\n")


class WhenPublished(SphinxDirective):
    """Shows its content only when the address named in the argument is set: `site` or `repository`.

    In the content <site>, <repository>, <wheel>, <binder> and <nbgitpuller> stand for addresses; the last two for those
    of the second chapter.
    """

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        which = directives.choice(self.arguments[0], ("site", "repository"))
        site, repository = address.site(), address.repository()
        if not (site if which == "site" else repository):
            return []
        example = "notebooks/02_sugar_for_oil.ipynb"
        meant = {
            "<site>": site,
            "<repository>": repository,
            "<wheel>": f"{site}{FOLDER}/{WHEEL}",
            "<binder>": binder(repository, example),
            "<nbgitpuller>": nbgitpuller("https://YOUR-HUB", repository, example),
        }
        lines = list(self.content)
        for short, long in meant.items():
            lines = [line.replace(short, long) for line in lines]
        box = nodes.container(classes=["sfo-when-published"])
        self.state.nested_parse(StringList(lines, self.content.source(0)), self.content_offset, box)
        return list(box.children)


def page_context(app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Tell the template of a chapter's page what it can offer."""
    if (NOTEBOOKS / f"{pagename.removeprefix('notebooks/')}.ipynb").is_file():
        context["sfo_launch"] = links(pagename)


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Put the folder `run` into the finished site."""
    if exception is None and app.builder.format == "html":
        equip(Path(app.outdir))


def setup(app: Sphinx) -> None:
    """Register the directive, the menu and the folder."""
    app.add_directive("when-published", WhenPublished)
    app.connect("html-page-context", page_context)
    app.connect("build-finished", finish)
