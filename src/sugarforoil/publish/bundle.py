"""`make bundle`: everything in one zip, `_build/bundle.zip`, to read, rerun and teach from without a network.

The site, the PDF, the EPUB, the notebooks, the worksheets of students, the slides, the data, the helper package as a
wheel, a README.txt that says what is what, and SHA256SUMS over all of it. What is missing or out of date is made first.
Beside it stands `bundle.zip.sha256`. The same book gives the same bytes.

`_build/class.zip` is for teachers: slides and worksheets, the instructors' in a folder of their own. A class may be
given the bundle as it is; whoever unfolds a solution in the book finds there what the instructors' worksheets hold.
"""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path

from sugarforoil import __version__
from sugarforoil.errors import DataError
from sugarforoil.publish import (
    address,
    archives,
    build,
    downloads,
    epub,
    freshness,
    pdf,
    shelf,
    slides,
    steady,
    worksheets,
)
from sugarforoil.publish.notebooks import ROOT, NotebookError, all_notebooks

TARGET = build.BUILD / "bundle.zip"
NAME = f"sugar-for-oil-{__version__}"
"""The folder in the zip: whoever unpacks it twice has two versions side by side."""

CLASS = build.BUILD / "class.zip"
CLASS_NAME = f"{NAME}-class"
"""The folder in the zip for teachers."""

AT_ROOT = ("LICENSE", "LICENSE-CONTENT", "CITATION.cff", "CHANGELOG.md", "requirements.lock")
STORED = {".png", ".woff2", ".zip", ".epub", ".pdf", ".xlsx", ".pptx", ".whl"}
"""Compressed already."""


def make_parts() -> None:
    """Make what goes into the bundle, as far as it is missing or out of date.

    Raises BuildError, NotebookError, DataError, WorksheetError or SlidesError.
    """
    if build.main():
        raise build.BuildError("The bundle was not made: the site could not be built, see above.")
    now = freshness.sources()
    if not freshness.is_fresh(pdf.BOOK, now):
        if pdf.main():
            raise build.BuildError("The bundle was not made: the PDF could not be made, see above.")
        freshness.note(pdf.BOOK, now)
    epub.write()
    if not freshness.is_fresh(CLASS, now):
        slides.make()
        worksheets.write(all_notebooks())
        freshness.put(CLASS, pack(for_class(slides.SLIDES, worksheets.FOLDER), CLASS_NAME), now)
    shelf.offer(build.SITE, build.BUILD)
    wheel(build.BUILD / "wheel")


def wheel(folder: Path) -> Path:
    """Build the wheel of the helper package, which carries the data, into `folder`; return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as aside:
        call = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", aside]
        finished = subprocess.run(call, cwd=ROOT, capture_output=True, text=True)
        built = list(Path(aside).glob("*.whl"))
        if finished.returncode or len(built) != 1:
            raise build.BuildError(f"The wheel was not built: {finished.stderr.strip()}")
        for old in folder.glob("*.whl"):
            old.unlink()
        return built[0].replace(folder / built[0].name)


def members(site: Path, made: Path) -> dict[str, Path | bytes]:
    """What goes into the zip, by its path within the folder: a file, or its content.

    Args:
        site: the folder of the finished site.
        made: the folder that holds `book.pdf`, `book.epub`, `class.zip` and `wheel`.
    """
    found: dict[str, Path | bytes] = {"README.txt": readme("bundle-readme.txt").encode()}
    found |= {name: ROOT / name for name in AT_ROOT}
    found["sugar-for-oil.pdf"] = made / "book.pdf"
    found["sugar-for-oil.epub"] = made / "book.epub"
    found |= {f"site/{name}": path for name, path in under(site)}
    found |= {f"notebooks/{path.name}": path for path in all_notebooks()}
    with zipfile.ZipFile(made / "class.zip") as kit:
        for name in kit.namelist():
            folder, _, file = name.removeprefix(f"{CLASS_NAME}/").rpartition("/")
            if folder in FROM_CLASS:
                found[f"{FROM_CLASS[folder]}/{file}"] = kit.read(name)
    found |= {f"data/{name}": path for name, path in downloads.members(ROOT).items()}
    found |= {f"wheel/{path.name}": path for path in sorted((made / "wheel").glob("*.whl"))}
    return found


FROM_CLASS = {"slides": "slides", "worksheets/students": "worksheets"}
"""Folder in the zip for teachers -> where the bundle has the same."""


def for_class(decks: Path, sheets: Path) -> dict[str, Path | bytes]:
    """What goes into the zip for teachers, from the folders of slides and worksheets, by its path within the zip."""
    found: dict[str, Path | bytes] = {"README.txt": readme("class-readme.txt").encode()}
    found |= {name: ROOT / name for name in ("LICENSE", "LICENSE-CONTENT")}
    found |= {f"slides/{path.name}": path for path in decks.glob("*.pptx")}
    for who in ("student", "instructor"):
        found |= {f"worksheets/{who}s/{path.name}": path for path in sheets.glob(f"*-{who}.ipynb")}
    return found


def under(folder: Path) -> Iterator[tuple[str, Path]]:
    """The files beneath a folder, sorted, by their paths in it; what the builder keeps for itself is left out."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name not in {".buildinfo", "objects.inv"}:
            yield path.relative_to(folder).as_posix(), path


def readme(name: str) -> str:
    """README.txt out of a file of this package: what is what, how to open it, what may be done with it."""
    cff = archives.citation()
    text = (resources.files("sugarforoil.publish") / name).read_text(encoding="utf-8")
    online = f"\nOn the web: {address.site()}\n" if address.site() else ""
    wheel = f"sugarforoil-{__version__}-py3-none-any.whl"
    return text.format(title=cff["title"], version=__version__, wheel=wheel, online=online)


def pack(found: Mapping[str, Path | bytes], folder: str = NAME) -> bytes:
    """The files, and their checksums, as a zip: one folder, sorted, with the date of the data."""
    date = (*downloads.created(ROOT / "data"), 0, 0, 0)
    held = io.BytesIO()
    sums = []
    with zipfile.ZipFile(held, "w") as archive:

        def add(name: str, content: bytes) -> None:
            entry = zipfile.ZipInfo(f"{folder}/{name}", date)
            entry.create_system = 3  # Unix, on whichever system it is made
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_STORED if Path(name).suffix in STORED else zipfile.ZIP_DEFLATED
            archive.writestr(entry, content, compresslevel=6)

        for name, source in sorted(found.items()):
            content = source if isinstance(source, bytes) else source.read_bytes()
            sums.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
            add(name, content)
        add("SHA256SUMS", "".join(sums).encode())
    return held.getvalue()


def write(target: Path, data: bytes) -> None:
    """Write the zip and its checksum, in the form that `sha256sum --check` reads, aside and into their places."""
    line = f"{hashlib.sha256(data).hexdigest()}  {target.name}\n"
    for path, content in ((target, data), (target.with_name(f"{target.name}.sha256"), line.encode())):
        steady.put(path, content)


@steady.command
def main() -> int:
    try:
        make_parts()
        data = pack(members(build.SITE, build.BUILD))
    except (
        build.BuildError,
        NotebookError,
        DataError,
        address.AddressError,
        worksheets.WorksheetError,
        slides.SlidesError,
    ) as error:
        print(error, file=sys.stderr)
        return 1
    write(TARGET, data)
    print(f"The bundle is {TARGET} ({len(data) / 1e6:.0f} MB)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
