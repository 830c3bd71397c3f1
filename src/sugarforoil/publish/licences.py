"""Write the page of the software that the book is made with: why each package is there, and under which licence.

    python -m sugarforoil.publish.licences                 # after `make lock` and an install of what was locked
    python -m sugarforoil.publish.licences --also FOLDER   # read packages of other systems from a folder, too

Why a direct dependency is there is said where it is named, in pyproject.toml and class/requirements.in, and nowhere
else. Licences are read from the metadata of the installed packages. What is locked for another system or for the class
server alone is not installed: its row stays as it is while its version does; else `pip install --no-deps --target
FOLDER` gets it. A licence that is unknown, or that does not go with this project's, is refused.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from collections import defaultdict
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

from sugarforoil.publish.notebooks import ROOT

PAGE = Path("book", "software.md")
LOCKS = (Path("requirements.lock"), Path("class", "requirements.lock"))
PARTS = {
    "dependencies": "the helper package",
    "book": "the site",
    "press": "PDF, EPUB and slides",
    "test": "the tests",
    "lab": "JupyterLab",
    "class": "the class server",
}

COMPATIBLE = {
    *("0BSD", "Apache-2.0", "Artistic-1.0-Perl", "BSD", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT"),
    *("MIT-0", "MIT-CMU", "MPL-1.1", "MPL-2.0", "PSF-2.0", "Unlicense", "Zlib"),
}
"""Licences of packages that code under the BSD 3-Clause licence may use and a class may install ("BSD": two clauses or
three, the package does not say). MPL and Artistic bind who changes the package itself, which nobody does here."""

WORDS = {
    "3-clause bsd": "BSD-3-Clause",
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "bsd": "BSD",
    "bsd 2-clause": "BSD-2-Clause",
    "bsd 3-clause": "BSD-3-Clause",
    "bsd 3-clause license": "BSD-3-Clause",
    "bsd license": "BSD",
    "bsd-2-clause license": "BSD-2-Clause",
    "isc": "ISC",
    "isc license (iscl)": "ISC",
    "isc license": "ISC",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "new bsd": "BSD-3-Clause",
    "new bsd license": "BSD-3-Clause",
    "psf": "PSF-2.0",
    "python software foundation license": "PSF-2.0",
    "the mit license": "MIT",
}
"""How packages say it, in small letters, and the SPDX identifier."""

READ = {
    "docutils": "BSD-2-Clause AND PSF-2.0",  # the rest is in the public domain; the GPL is that of an Emacs mode
    "jupyterhub-idle-culler": "BSD-3-Clause",  # the text of the licence stands in the place of its name
    "pyphen": "GPL-2.0-or-later OR LGPL-2.1-or-later OR MPL-1.1",
    "pystemmer": "MIT AND BSD-3-Clause",  # the bindings and the stemmers
    "text-unidecode": "Artistic-1.0-Perl OR GPL-2.0-or-later",
}
"""Packages with several licences, of which the metadata do not say how they go together: read in their own files."""


class Direct(NamedTuple):
    """A dependency that the project names."""

    name: str
    part: str  # of the project that needs it
    why: str


class LicenceError(Exception):
    """A licence is unknown or incompatible, or a reason is missing; the message names the package."""


def plain(name: str) -> str:
    """A distribution's name in the one spelling."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(root: Path = ROOT) -> dict[str, list[str]]:
    """The versions of each locked package; several where they depend on the Python."""
    found: dict[str, set[str]] = defaultdict(set)
    for lock in LOCKS:
        for name, version in re.findall(r"^([\w.-]+)==([^\s;\\]+)", (root / lock).read_text("utf-8"), re.MULTILINE):
            found[plain(name)].add(version)
    return {name: sorted(versions) for name, versions in sorted(found.items())}


# --- why ------------------------------------------------------------------------------------------------------------


def direct(root: Path = ROOT) -> list[Direct]:
    """The dependencies that the project names, each once, with its reason.

    Raises LicenceError for one without a reason.
    """
    text = (root / "pyproject.toml").read_text(encoding="utf-8")
    project = tomllib.loads(text)["project"]
    groups = {"dependencies": project["dependencies"], **project["optional-dependencies"]}
    found: dict[str, Direct] = {}
    for part, lines in groups.items():
        body = re.search(rf"^{part} = \[\n(.*?)^\]", text, re.MULTILINE | re.DOTALL)
        for line in lines:
            said = re.search(rf'^ *"{re.escape(line)}", *# *(.+)$', body[1] if body else "", re.MULTILINE)
            _name(found, line, part, said[1] if said else "")
    for line in (root / "class" / "requirements.in").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, _, why = line.partition("#")
            _name(found, name.strip(), "class", why.strip())
    return list(found.values())


def _name(found: dict[str, Direct], line: str, part: str, why: str) -> None:
    name = plain(re.split(r"[^\w.-]", line, maxsplit=1)[0])
    if name in found:
        return
    if not why:
        where = "class/requirements.in" if part == "class" else "pyproject.toml"
        raise LicenceError(f"{where}: say in a comment behind {name} why it is there")
    found[name] = Direct(name, part, why)


# --- under which licence ----------------------------------------------------------------------------------------------


def licence(about: Any) -> str:
    """The licence of a package as an SPDX expression, from its metadata.

    Raises LicenceError where they say none that is known.
    """
    name = plain(about["Name"])
    if name in READ:
        return READ[name]
    if expression := about.get("License-Expression"):
        return str(expression)
    word = (about.get("License") or "").strip().partition("\n")[0].strip()
    classes = [one.rpartition("::")[2].strip() for one in about.get_all("Classifier") or [] if "License ::" in one]
    known = {WORDS.get(one.lower(), one) for one in [word, *classes]} & COMPATIBLE
    if "BSD" in known and any(one.startswith("BSD-") for one in known):
        known -= {"BSD"}
    if len(known) != 1:
        said = "; ".join(filter(None, [word, *classes])) or "nothing"
        raise LicenceError(f"{name}: its metadata do not say one licence that is known, but: {said}")
    return str(known.pop())


def compatible(expression: str) -> bool:
    """Whether a licence goes with the project's: one of the choices, and of it every part."""
    choices = re.split(r"\s+OR\s+", expression.replace("(", " ").replace(")", " ").strip())
    return any(all(part in COMPATIBLE for part in re.split(r"\s+AND\s+", one.strip())) for one in choices)


def licences(page: str, also: Path | None = None, root: Path = ROOT) -> dict[str, str]:
    """The licence of each locked package.

    Args:
        page: the page as it stands, whose rows are kept for what is not installed.
        also: a folder into which more packages were installed.
        root: the project.

    Raises:
        LicenceError: a package is not known, or its licence is not compatible.
    """
    kept: dict[tuple[str, str], str] = {}
    for expression, names in re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", page, re.MULTILINE):
        kept |= {(name, versions): expression for name, versions in re.findall(r"([\w-]+) (\d[^,|]*)", names)}
    found = {}
    for name, versions in locked(root).items():
        there = _metadata(name, versions, also)
        if there is not None:
            found[name] = licence(there)
        elif (expression := kept.get((name, _several(versions)))) is not None:
            found[name] = expression
        else:
            raise LicenceError(f"{name} {_several(versions)} is locked but not installed here, and no row tells of it")
        if not compatible(found[name]):
            raise LicenceError(f"{name}: its licence {found[name]} does not go with this project's, or is not known")
    return found


def _metadata(name: str, versions: list[str], also: Path | None) -> Any:
    """The metadata of a package, if it is installed in a version that is locked."""
    paths = [sys.path, *([[str(also)]] if also else [])]
    for path in paths:
        for one in metadata.distributions(name=name, path=path):
            if one.version in versions:
                return one.metadata
    return None


def _several(versions: list[str]) -> str:
    return " or ".join(versions)


# --- the page ---------------------------------------------------------------------------------------------------------


def render(also: Path | None = None, root: Path = ROOT) -> str:
    """The page, in Markdown. Raises LicenceError for what is unknown, incompatible or without a reason."""
    file = root / PAGE
    of = licences(file.read_text(encoding="utf-8") if file.exists() else "", also, root)
    versions = locked(root)
    named = direct(root)
    lines = [
        "<!-- Generated: python -m sugarforoil.publish.licences -->",
        "",
        "# Software",
        "",
        f"The book is made with {len(versions)} packages of other people. The project names {len(named)} of them, each",
        "for a reason; the others are there because these need them. Their versions and fingerprints stand in the lock",
        "files, so that everybody who makes the book makes it with the same. None is copied into the helper package,",
        "and each licence allows what is done with it here.",
        "",
        "## Why each is there",
        "",
        "| package | for | why | licence |",
        "| --- | --- | --- | --- |",
    ]
    lines += [f"| {one.name} | {PARTS[one.part]} | {one.why} | {of[one.name]} |" for one in named]
    lines += [
        "",
        "## All packages by licence",
        "",
        "Licences are named as in the list of SPDX; where a package offers a choice, any of them will do. *BSD* alone",
        "means that a package does not say which of the licences of that name it is under. A second version is that",
        "for other versions of Python.",
        "",
        "| licence | packages |",
        "| --- | --- |",
    ]
    by: dict[str, list[str]] = defaultdict(list)
    for name, expression in of.items():
        by[expression].append(f"{name} {_several(versions[name])}")
    lines += [f"| {expression} | {', '.join(by[expression])} |" for expression in sorted(by)]
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Write the page; 1 for a licence that is unknown or incompatible."""
    parser = argparse.ArgumentParser(description="Write the page of packages and licences.")
    parser.add_argument("--also", type=Path, help="a folder with packages of other systems")
    options = parser.parse_args(arguments)
    try:
        text = render(options.also)
    except LicenceError as error:
        print(error, file=sys.stderr)
        return 1
    (ROOT / PAGE).write_text(text, encoding="utf-8", newline="\n")
    print(f"Wrote {PAGE.as_posix()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
