"""Running a chapter in a browser: links and copies when there is an address, nothing when there is none."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tomllib
import zipfile
from pathlib import Path
from shutil import which
from types import SimpleNamespace

import pytest

from sugarforoil.publish import anywhere, launch, notebooks

PAGE = "notebooks/02_sugar_for_oil"
SITE = "https://example.org/book/"


@pytest.fixture
def addresses(monkeypatch):
    """A function that sets the address of the site and that of the repository."""

    def put(site: str = "", repository: str = "") -> None:
        monkeypatch.setenv("SUGARFOROIL_ADDRESS", site)
        monkeypatch.setenv("SUGARFOROIL_REPOSITORY", repository)

    put()
    return put


def names() -> list[str]:
    return [one["name"] for one in launch.links(PAGE)]


def test_without_addresses_nothing_is_offered_or_written(addresses, tmp_path):
    assert names() == []
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "old.ipynb").touch()
    launch.equip(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("site", "repository", "offered"),
    [
        ("", "https://github.com/who/book", ["Binder", "Codespace"]),
        ("", "https://gitlab.com/who/book", ["Binder"]),
        (SITE, "", ["Copy for Colab"]),
        (SITE, "https://github.com/who/book", ["Binder", "Codespace", "Copy for Colab"]),
    ],
)
def test_each_address_brings_what_needs_it(addresses, site, repository, offered):
    addresses(site, repository)
    assert names() == offered


def test_only_chapters_have_the_menu(addresses):
    addresses(SITE)
    for page, expected in ((PAGE, True), ("book/index", False), ("notebooks/none", False)):
        context: dict = {}
        launch.page_context(None, page, "page.html", context, None)
        assert ("sfo_launch" in context) is expected


@pytest.mark.parametrize(
    ("repository", "start"),
    [
        ("https://github.com/who/book", "https://mybinder.org/v2/gh/who/book/HEAD?urlpath="),
        ("https://gitlab.com/group/who/book", "https://mybinder.org/v2/gl/group%2Fwho%2Fbook/HEAD?urlpath="),
        ("https://example.org/git/book", "https://mybinder.org/v2/git/https%3A%2F%2Fexample.org%2Fgit%2Fbook/HEAD?"),
    ],
)
def test_binder_takes_any_public_repository(repository, start):
    link = launch.binder(repository, f"{PAGE}.ipynb")
    assert link.startswith(start)
    assert link.endswith("urlpath=lab%2Ftree%2Fnotebooks%2F02_sugar_for_oil.ipynb")


def test_nbgitpuller_opens_the_file_in_the_folder_of_the_repository():
    link = launch.nbgitpuller("https://hub.example.org/", "https://github.com/who/book.git", "notebooks/a.ipynb")
    assert link == (
        "https://hub.example.org/hub/user-redirect/git-pull?repo=https%3A%2F%2Fgithub.com%2Fwho%2Fbook.git"
        "&urlpath=lab%2Ftree%2Fbook%2Fnotebooks%2Fa.ipynb"
    )


def test_a_site_with_an_address_holds_the_wheel_and_a_copy_of_each_chapter(addresses, tmp_path):
    addresses(SITE)
    launch.equip(tmp_path)
    held = {path.name for path in (tmp_path / "run").iterdir()}
    assert held == {launch.WHEEL, *(path.name for path in notebooks.all_notebooks())}
    assert "sugarforoil/data/datapackage.json" in zipfile.ZipFile(tmp_path / "run" / launch.WHEEL).namelist()
    copy = notebooks.read(tmp_path / "run" / f"{PAGE.partition('/')[2]}.ipynb")
    first, *others = copy["cells"]
    assert f"%pip install --quiet {SITE}run/{launch.WHEEL}" in "".join(first["source"])
    assert others == notebooks.read(notebooks.NOTEBOOKS / "02_sugar_for_oil.ipynb")["cells"]


def test_the_first_cell_installs_in_colab_and_does_nothing_elsewhere(tmp_path):
    import nbformat

    (first,) = launch.for_colab({"cells": []}, SITE)["cells"]
    colab = (
        "import sys, types, sugarforoil\n"
        "get_ipython().register_magic_function(lambda line: print('pip', line), magic_name='pip')\n"
        "sys.modules['google.colab'] = types.ModuleType('google.colab')"
    )
    code = ["".join(first["source"]), colab, "".join(first["source"])]
    cells = [nbformat.v4.new_code_cell(text, id=f"cell-{number}") for number, text in enumerate(code)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "one.ipynb")
    here, _, there = anywhere.run(tmp_path / "one.ipynb", anywhere.install(tmp_path)).notebook["cells"]
    assert here["outputs"] == []
    assert "".join(there["outputs"][0]["text"]) == f"pip install --quiet {SITE}run/{launch.WHEEL}\n"


def test_the_books_own_notebooks_name_no_address_and_no_file():
    for path in notebooks.all_notebooks():
        code = "\n".join("".join(cell["source"]) for cell in notebooks.code_cells(notebooks.read(path)))
        assert re.findall(r"https?:|\.csv|\.ipynb|pip install|google\.colab|Path\(", code) == []


def test_text_for_the_published_book_is_shown_only_there(addresses):
    def shown(which: str) -> list[str]:
        lines: list[str] = []
        state = SimpleNamespace(nested_parse=lambda content, offset, box: lines.extend(content))
        from docutils.statemachine import StringList

        content = StringList(["at <repository>, <wheel>"], "page")
        directive = launch.WhenPublished(
            "when-published", [which], {}, content, 1, 0, "", state, SimpleNamespace(reporter=None)
        )
        directive.run()
        return lines

    assert shown("repository") == shown("site") == []
    addresses(repository="https://example.org/git/book")
    assert shown("site") == []
    assert shown("repository")[0].startswith("at https://example.org/git/book, ")


# --- the environments that services make ---------------------------------------------------------------------------


def lines(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8").splitlines()
    return [line for line in text if line and not line.startswith("#")]


def test_binder_installs_what_the_wheel_needs_in_the_locked_versions(root):
    pins = {line.rstrip("\\ ") for line in lines(root / "requirements.lock") if "==" in line}
    locked = {line.partition("==")[0] for line in pins}
    constraint, *wanted = lines(root / "binder" / "requirements.txt")
    assert constraint == "-c constraints.txt"
    # The same pins without checksums: one checksum, and pip refuses all that has none, such as nbgitpuller.
    assert set(lines(root / "binder" / "constraints.txt")) == pins, "`make lock` writes binder/constraints.txt"
    # What only a server needs is not in the book's lock, and named with its version.
    assert {line for line in wanted if "==" not in line} <= locked
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = {re.split(r"[^\w-]", line, maxsplit=1)[0] for line in project["dependencies"]}
    assert needed | {"jupyterlab", "ipykernel"} <= set(wanted)


def test_the_services_take_a_python_that_the_book_supports(root):
    """Without runtime.txt repo2docker would choose one by itself."""
    (python,) = lines(root / "binder" / "runtime.txt")
    container = json.loads((root / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    for version in (python.removeprefix("python-"), container["image"].rpartition(":")[2]):
        assert f"Programming Language :: Python :: {version}" in (root / "pyproject.toml").read_text(encoding="utf-8")
    assert container["postCreateCommand"] == "python tasks.py setup"


def test_what_binder_runs_after_installing_can_be_run(root):
    script = root / "binder" / "postBuild"
    assert os.access(script, os.X_OK)
    assert script.read_bytes().startswith(b"#!/usr/bin/env bash\n")
    assert "pip install --no-cache-dir --no-deps --no-build-isolation -e ." in script.read_text(encoding="utf-8")


def test_repo2docker_reads_the_folder(root, tmp_path):
    program = which("jupyter-repo2docker")
    if program is None:
        pytest.skip("jupyter-repo2docker is not installed: too large to ask for")
    clone = tmp_path / "clone"
    clone.mkdir()
    for name in ("binder/requirements.txt", "binder/constraints.txt", "binder/runtime.txt", "binder/postBuild"):
        (clone / name).parent.mkdir(exist_ok=True)
        (clone / name).write_bytes((root / name).read_bytes())
    options = ["--no-build", "--debug", "--user-id", "1000", "--user-name", "reader", str(clone)]
    printed = subprocess.run([program, *options], capture_output=True, text=True, check=True)
    dockerfile = printed.stdout + printed.stderr
    assert "environment.py-3.12" in dockerfile.replace("-2e", ".").replace("-2d", "-")
    assert 'pip install --no-cache-dir -r "binder/requirements.txt"' in dockerfile
    assert "RUN ./binder/postBuild" in dockerfile
    # The constraints must be there before the packages are installed.
    assert dockerfile.index("COPY --chown=1000:1000 src/ ") < dockerfile.index("pip install --no-cache-dir -r")
