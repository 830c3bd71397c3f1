"""What archives ask about the book, in the forms they read, written from CITATION.cff.

    python -m sugarforoil.publish.archives

writes `.zenodo.json` (Zenodo, which takes it when a release is archived) and `codemeta.json` (Software Heritage and
others). Nothing is in them that CITATION.cff or pyproject.toml does not say: edit those, then run this.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[3]
LANGUAGES = {"en": "eng"}  # Zenodo writes languages in three letters


def citation(root: Path = ROOT) -> dict[str, Any]:
    """What CITATION.cff of the project at `root` says; dates as text."""
    # BaseLoader keeps 2026-11-23 and 0.1.0 as they are written.
    read: dict[str, Any] = yaml.load((root / "CITATION.cff").read_text(encoding="utf-8"), yaml.BaseLoader)  # noqa: S506
    return read


def people(work: dict[str, Any]) -> list[dict[str, str]]:
    """The authors of a work as they are cited: `Family, Given`, or the name of a group."""
    found = []
    for author in work["authors"]:
        name = author.get("name") or ", ".join(filter(None, (author.get("family-names"), author.get("given-names"))))
        one = {"name": name}
        if "orcid" in author:
            one["orcid"] = author["orcid"].rsplit("/", 1)[-1]
        found.append(one)
    return found


def zenodo(cff: dict[str, Any]) -> dict[str, Any]:
    """Zenodo's description. It knows one licence for a record: that of the book, which is what is archived."""
    book = cff["preferred-citation"]
    return {
        "upload_type": "publication",
        "publication_type": "book",
        "title": book["title"],
        "creators": people(book),
        "description": cff["abstract"],
        "version": cff["version"],
        "publication_date": cff["date-released"],
        "language": LANGUAGES[book["languages"][0]],
        "access_right": "open",
        "license": book["license"].lower(),
        "keywords": cff["keywords"],
    }


def agent(author: dict[str, str]) -> dict[str, str]:
    """An author in the words of schema.org: a person, or a group with a name."""
    identity = {"@id": author["orcid"]} if "orcid" in author else {}
    if "name" in author:
        return {"@type": "Organization", **identity, "name": author["name"]}
    names = {"givenName": author["given-names"], "familyName": author["family-names"]}
    return {"@type": "Person", **identity, **names}


def codemeta(cff: dict[str, Any], project: dict[str, Any]) -> dict[str, Any]:
    """The CodeMeta description (3.0) of the code and the data."""
    authors = [agent(author) for author in cff["authors"]]
    found = {
        "@context": "https://w3id.org/codemeta/3.0",
        "@type": "SoftwareSourceCode",
        "name": cff["title"],
        "identifier": project["name"],
        "description": cff["abstract"],
        "author": authors,
        "version": cff["version"],
        "datePublished": cff["date-released"],
        "license": [f"https://spdx.org/licenses/{one}" for one in cff["license"]],
        "keywords": cff["keywords"],
        "programmingLanguage": "Python",
        "runtimePlatform": f"Python {project['requires-python']}",
        "softwareRequirements": project["dependencies"],
    }
    if "repository-code" in cff:
        found["codeRepository"] = cff["repository-code"]
    return found


def files(root: Path = ROOT) -> dict[str, str]:
    """The files by their names, as they ought to be."""
    cff = citation(root)
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    made = {".zenodo.json": zenodo(cff), "codemeta.json": codemeta(cff, project)}
    return {name: json.dumps(content, indent=2, ensure_ascii=False) + "\n" for name, content in made.items()}


def main() -> None:
    for name, text in files().items():
        (ROOT / name).write_text(text, encoding="utf-8", newline="\n")
        print(f"{name} is written")


if __name__ == "__main__":
    main()
