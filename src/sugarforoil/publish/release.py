"""`make release`: what a release attaches, in `_build/release/files`, and its notes beside it.

PDF, EPUB, bundle, the slides and worksheets, and the wheel under names that carry the version, with SHA256SUMS;
`notes.md` is the version's section of CHANGELOG.md. A version that is not the same everywhere is refused; with the
variable SUGARFOROIL_TAG, which the release workflow sets, so is a tag that names another version, or one whose section
still says that it is unreleased.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
import tomllib
from pathlib import Path

from sugarforoil import __version__
from sugarforoil.publish import archives, build, bundle, steady
from sugarforoil.publish.notebooks import ROOT

TARGET = build.BUILD / "release"


class ReleaseError(Exception):
    """The release cannot be made; the message is for the reader of the terminal."""


def notes(root: Path, tag: str = "") -> str:
    """The section of CHANGELOG.md for the version of the project at `root`.

    Raises ReleaseError where the version is not the same everywhere, or the tag names another or an unreleased one.
    """
    cff = archives.citation(root)
    said = {
        "pyproject.toml": tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"],
        "CITATION.cff": cff["version"],
        "CITATION.cff, preferred-citation": cff["preferred-citation"]["version"],
    }
    for where, version in said.items():
        if version != __version__:
            raise ReleaseError(f"{where} says version {version}, the package {__version__}.")
    if tag not in {"", f"v{__version__}"}:
        raise ReleaseError(f"The tag {tag} is not that of this version: expected v{__version__}.")
    changes = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    section = re.search(rf"^## {re.escape(__version__)}\b(.*)\n((?:(?!## ).*\n?)*)", changes, re.MULTILINE)
    if section is None:
        raise ReleaseError(f"CHANGELOG.md has no section {__version__}.")
    if tag and "unreleased" in section[1]:
        raise ReleaseError(f"CHANGELOG.md still calls {__version__} unreleased: put the day of the release there.")
    return section[2].strip() + "\n"


def gather(made: Path, target: Path, text: str) -> None:
    """Copy what was made in the folder `made` to `target`, with checksums and the notes, all of it or nothing."""
    new = target.with_name(f"{target.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    files = new / "files"
    files.mkdir(parents=True)
    for name in ("book.pdf", "book.epub", "bundle.zip"):
        shutil.copy(made / name, files / f"{bundle.NAME}{Path(name).suffix}")
    shutil.copy(made / "class.zip", files / f"{bundle.CLASS_NAME}.zip")
    for wheel in (made / "wheel").glob("*.whl"):
        shutil.copy(wheel, files)
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in sorted(files.iterdir())]
    (files / "SHA256SUMS").write_text("".join(sums), encoding="utf-8", newline="\n")
    (new / "notes.md").write_text(text, encoding="utf-8", newline="\n")
    shutil.rmtree(target, ignore_errors=True)
    new.rename(target)


@steady.command
def main() -> int:
    """Check the version, make the bundle and all that is in it, gather."""
    try:
        text = notes(ROOT, os.environ.get("SUGARFOROIL_TAG", ""))
        if bundle.main():
            return 1
        gather(build.BUILD, TARGET, text)
    except ReleaseError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"The files of the release are in {TARGET / 'files'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
