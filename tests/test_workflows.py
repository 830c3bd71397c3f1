"""The workflows of the public host, and what archives read: none of it runs here, so it is read with care."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from sugarforoil import __version__
from sugarforoil.publish import archives, release

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import tasks  # noqa: E402

WORKFLOWS = {path.stem: path for path in sorted((ROOT / ".github" / "workflows").glob("*.yml"))}
READING = {"contents": "read", "pages": "read"}


def workflow(name: str) -> dict[str, Any]:
    """A workflow as its host reads it; YAML takes the bare word `on` for true."""
    read = yaml.safe_load(WORKFLOWS[name].read_text(encoding="utf-8"))
    read["on"] = read.pop(True)
    return read


def steps(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every step of a workflow with the name of its job."""
    for job, content in workflow(name)["jobs"].items():
        for step in content["steps"]:
            yield job, step


def rights(name: str, job: str) -> dict[str, str]:
    """What the token of a job may do: its own permissions, else those of the workflow."""
    whole = workflow(name)
    return whole["jobs"][job].get("permissions", whole["permissions"])


def test_the_workflows_that_the_documents_name_are_there() -> None:
    assert {"newest", "tests", "preview", "publish", "release"} <= set(WORKFLOWS)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_every_job_says_what_its_token_may_do_and_ends_in_time(name: str) -> None:
    assert "permissions" in workflow(name), "without it the token has the repository's default, which may be all"
    for job, content in workflow(name)["jobs"].items():
        assert isinstance(rights(name, job), dict), f"{job}: read-all and write-all say too much"
        assert 0 < content["timeout-minutes"] <= 60, job


@pytest.mark.parametrize("name", WORKFLOWS)
def test_actions_are_pinned_to_a_commit_and_name_its_version(name: str) -> None:
    used = re.findall(r"^\s*(?:- )?uses: *(\S+) *(.*)$", WORKFLOWS[name].read_text(encoding="utf-8"), re.MULTILINE)
    assert used
    for action, comment in used:
        assert re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40}", action), action
        assert re.fullmatch(r"# v\d+\.\d+\.\d+", comment), action


def test_an_action_is_the_same_commit_everywhere() -> None:
    pinned: dict[str, set[str]] = {}
    for name in WORKFLOWS:
        for _, step in steps(name):
            if "uses" in step:
                action, _, commit = step["uses"].partition("@")
                pinned.setdefault(action, set()).add(commit)
    assert {action: commits for action, commits in pinned.items() if len(commits) > 1} == {}


@pytest.mark.parametrize("name", WORKFLOWS)
def test_what_is_called_exists(name: str) -> None:
    for _, step in steps(name):
        for target in re.findall(r"\bmake ([a-z]+)\b", step.get("run", "")):
            assert target in tasks.TASKS, target
        for script in re.findall(r"(?:^|\s)(\.ci/\w+)", step.get("run", "")):
            assert (ROOT / script).is_file(), script


@pytest.mark.parametrize("name", WORKFLOWS)
def test_no_expression_is_pasted_into_a_script(name: str) -> None:
    """The name of a branch or a title can hold commands: scripts get such values through the environment."""
    for _, step in steps(name):
        assert "${{" not in step.get("run", ""), step


@pytest.mark.parametrize("name", WORKFLOWS)
def test_strangers_code_gets_no_rights_and_no_secrets(name: str) -> None:
    content = workflow(name)
    assert not {"pull_request_target", "workflow_run", "issue_comment"} & set(content["on"])
    text = WORKFLOWS[name].read_text(encoding="utf-8")
    assert "secrets." not in text
    for job, step in steps(name):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False
            held = rights(name, job)
            assert held.items() <= READING.items(), f"{job} checks code out and may {held}"
    if "pull_request" in content["on"]:
        assert all(rights(name, job) == {"contents": "read"} for job in content["jobs"])


def test_tests_run_on_every_python_that_the_package_supports() -> None:
    (job,) = workflow("tests")["jobs"].values()
    assert [tuple(map(int, one.split("."))) for one in job["strategy"]["matrix"]["python"]] == list(tasks.SUPPORTED)


def test_publishing_is_off_until_a_variable_switches_it_on() -> None:
    jobs = workflow("publish")["jobs"]
    assert jobs["build"]["if"] == "vars.PUBLISH_PAGES == 'true'"
    assert jobs["deploy"]["needs"] == "build"
    assert jobs["deploy"]["permissions"] == {"pages": "write", "id-token": "write"}
    (make,) = [step for _, step in steps("publish") if "make" in step.get("run", "")]
    assert set(make["env"]) == {"SUGARFOROIL_ADDRESS", "SUGARFOROIL_REPOSITORY"}
    described = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert "PUBLISH_PAGES" in described


def test_only_the_job_that_builds_nothing_can_write_a_release() -> None:
    jobs = workflow("release")["jobs"]
    assert [name for name in jobs if "write" in rights("release", name).values()] == ["release"]
    assert not any("checkout" in step.get("uses", "") for step in jobs["release"]["steps"])
    (tags,) = workflow("release")["on"]["push"].values()
    assert tags == ["v[0-9]+.[0-9]+.[0-9]+"]


def test_the_newest_versions_are_tried_every_week_and_issues_written_only_on_request() -> None:
    content = workflow("newest")
    (when,) = content["on"]["schedule"]
    assert re.fullmatch(r"\d+ \d+ \* \* [0-6]", when["cron"])
    trying, telling = content["jobs"]["newest"], content["jobs"]["report"]
    assert trying["permissions"] == {"contents": "read"}
    assert telling["permissions"] == {"issues": "write"}
    assert telling["if"].startswith("vars.REPORT_NEWEST == 'true' && ")
    assert not any("checkout" in step.get("uses", "") for step in telling["steps"])
    assert any("sugarforoil.publish.newest" in step.get("run", "") for step in trying["steps"])
    assert any("GITHUB_STEP_SUMMARY" in step.get("run", "") for step in trying["steps"])
    assert "REPORT_NEWEST" in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


# --- the version, the citation and the archives ---------------------------------------------------------------


def test_citation_is_valid_and_of_this_version() -> None:
    """The rules of CFF 1.2.0 that could be broken here; the whole schema is not at hand without a network."""
    cff = archives.citation()
    assert cff["cff-version"] == "1.2.0"
    assert cff["type"] in {"software", "dataset"}, "other works are cited by preferred-citation"
    assert {"authors", "cff-version", "message", "title"} <= set(cff)
    assert cff["version"] == cff["preferred-citation"]["version"] == __version__
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == __version__
    assert cff["keywords"] == project["keywords"]
    assert cff["license"][0] == project["license"]
    assert [one["name"] for one in cff["authors"]] == [one["name"] for one in project["authors"]]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", cff["date-released"])
    assert cff["preferred-citation"]["year"] == cff["date-released"][:4]
    assert cff["preferred-citation"]["type"] == "book"
    colophon = (ROOT / "book" / "colophon.md").read_text(encoding="utf-8")
    title, _, kind = cff["preferred-citation"]["title"].rpartition(". ")
    assert f"*{title}. {kind}.*" in colophon


@pytest.mark.parametrize("name", [".zenodo.json", "codemeta.json"])
def test_what_archives_read_is_what_the_citation_says(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == archives.files()[name], (
        "write it again: python -m sugarforoil.publish.archives"
    )


def test_archives_are_told_of_people_as_they_are_cited() -> None:
    cff = archives.citation()
    person = {"family-names": "Pérez", "given-names": "Ana", "orcid": "https://orcid.org/0000-0002-1825-0097"}
    cff["authors"] = cff["preferred-citation"]["authors"] = [person]
    assert archives.zenodo(cff)["creators"] == [{"name": "Pérez, Ana", "orcid": "0000-0002-1825-0097"}]
    project = {"name": "x", "requires-python": ">=3.11", "dependencies": []}
    (author,) = archives.codemeta(cff, project)["author"]
    assert author == {
        "@type": "Person",
        "@id": "https://orcid.org/0000-0002-1825-0097",
        "givenName": "Ana",
        "familyName": "Pérez",
    }


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("pyproject.toml", "CITATION.cff"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    changes = f"# Changelog\n\n## {__version__} (2026-12-01)\n\n- A thing.\n\n## 0.0.1 (2025-01-01)\n\n- Older.\n"
    (tmp_path / "CHANGELOG.md").write_text(changes)
    return tmp_path


def test_the_notes_of_a_release_are_its_section_of_the_changelog(project: Path) -> None:
    assert release.notes(project, f"v{__version__}") == "- A thing.\n"
    assert release.notes(project) == "- A thing.\n"


@pytest.mark.parametrize(
    ("file", "old", "new", "tag", "said"),
    [
        ("CHANGELOG.md", "2026-12-01", "unreleased", f"v{__version__}", "still calls"),
        ("CHANGELOG.md", f"## {__version__}", "## 9.9.9", "", "no section"),
        ("CITATION.cff", f"\nversion: {__version__}", "\nversion: 9.9.9", "", "CITATION.cff says version 9.9.9"),
        ("CITATION.cff", f"  version: {__version__}", "  version: 9.9.9", "", "preferred-citation says"),
        ("pyproject.toml", f'version = "{__version__}"', 'version = "9.9.9"', "", "pyproject.toml says"),
        ("CHANGELOG.md", "A thing", "A thing", "v9.9.9", "tag v9.9.9"),
    ],
)
def test_a_release_whose_version_is_not_one_is_refused(
    project: Path, file: str, old: str, new: str, tag: str, said: str
) -> None:
    path = project / file
    before = path.read_text(encoding="utf-8")
    assert old in before
    path.write_text(before.replace(old, new), encoding="utf-8")
    with pytest.raises(release.ReleaseError, match=said):
        release.notes(project, tag)


def test_what_a_release_attaches_has_its_version_and_checksums(tmp_path: Path) -> None:
    made = tmp_path / "made"
    (made / "wheel").mkdir(parents=True)
    for name in ("book.pdf", "book.epub", "bundle.zip", "class.zip", "wheel/sugarforoil-1-py3-none-any.whl"):
        (made / name).write_text(name)
    release.gather(made, tmp_path / "release", "notes")
    release.gather(made, tmp_path / "release", "notes")  # upon one that stands
    files = {path.name for path in (tmp_path / "release" / "files").iterdir()}
    stem = f"sugar-for-oil-{__version__}"
    books = {f"{stem}.pdf", f"{stem}.epub", f"{stem}.zip", f"{stem}-class.zip"}
    assert files == books | {"sugarforoil-1-py3-none-any.whl", "SHA256SUMS"}
    sums = (tmp_path / "release" / "files" / "SHA256SUMS").read_text().splitlines()
    assert len(sums) == 5
    assert {path.name for path in tmp_path.iterdir()} == {"made", "release"}
