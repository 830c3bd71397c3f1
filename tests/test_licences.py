"""What the book is made with: the lock files are complete, each dependency has a reason, each licence is compatible."""

from __future__ import annotations

import re
from email.message import Message
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from sugarforoil.publish import licences
from sugarforoil.publish.licences import LicenceError

ROOT = Path(__file__).resolve().parents[1]
PLACES = [
    {"python_version": version, "python_full_version": f"{version}.9", "sys_platform": system, "platform_system": name}
    for version in ("3.11", "3.12", "3.13")
    for system, name in (("linux", "Linux"), ("darwin", "Darwin"), ("win32", "Windows"))
]


@pytest.mark.parametrize("lock", licences.LOCKS, ids=str)
def test_a_lock_has_hashes_for_every_package_and_names_no_host(lock: Path) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    pin = r"^[a-z0-9][\w.-]*==[^\s;\\]+(?: ; [^\n\\]+)?"
    pinned = re.findall(pin, text, re.M)
    hashed = re.findall(
        pin + r" \\\n(?:    --hash=sha256:[0-9a-f]{64} \\\n)*    --hash=sha256:[0-9a-f]{64}$", text, re.M
    )
    assert len(pinned) == len(hashed) > 50
    assert len(pinned) == len(re.findall(r"^\S", text, re.M)), "a line that is neither a pin nor a hash"
    assert not re.search(r"://|-index|find-links|@|^-", text, re.M)


def test_both_locks_have_the_same_versions() -> None:
    one, other = (dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / lock).read_text(), re.M)) for lock in licences.LOCKS)
    assert {name for name in one.keys() & other.keys() if one[name] != other[name]} == set()


def test_what_a_locked_package_needs_is_locked_for_every_python_and_system() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = [Requirement(line.rstrip(" \\")) for line in re.findall(r"^[a-z0-9].*$", text, re.M)]
    markers: dict[str, list[Requirement]] = {}
    for pin in pins:
        markers.setdefault(canonicalize_name(pin.name), []).append(pin)
    asked = {(one.name, extra) for one in licences.direct() for extra in ("",) if one.part != "class"}
    waiting, seen, lacking = list(asked), set(asked), []
    while waiting:
        name, extra = waiting.pop()
        try:
            requires = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            assert name in markers, name
            continue  # locked for another system: what it needs cannot be read here
        for need in map(Requirement, requires):
            for place in PLACES:
                if need.marker and not need.marker.evaluate({**place, "extra": extra}):
                    continue
                key = canonicalize_name(need.name)
                there = [one for one in markers.get(key, []) if not one.marker or one.marker.evaluate(place)]
                if not any(need.specifier.contains(next(iter(one.specifier)).version, True) for one in there):
                    lacking.append(f"{name} needs {need} on {place['sys_platform']}, Python {place['python_version']}")
                for more in {"", *need.extras}:
                    if (key, more) not in seen:
                        seen.add((key, more))
                        waiting.append((key, more))
    assert len(seen) > 150
    assert lacking == []


def test_every_dependency_that_the_project_names_has_a_reason() -> None:
    named = licences.direct()
    assert len(named) > 50
    assert {one.part for one in named} == set(licences.PARTS)
    assert [one.name for one in named if len(one.why) < 10 or one.name not in licences.locked()] == []


def test_the_page_of_software_is_up_to_date_and_every_licence_compatible() -> None:
    page = (ROOT / licences.PAGE).read_text(encoding="utf-8")
    assert page == licences.render(), "write it again: python -m sugarforoil.publish.licences"
    for name in licences.locked():
        assert re.search(rf"^\| [^|]+ \|(?:[^|]*,)? {re.escape(name)} \d", page, re.M), name


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "requirements.in").write_text("# comment\nhub  # starts servers\n")
    (tmp_path / "class" / "requirements.lock").write_text("nosuch-hub==1.0 \\\n")
    (tmp_path / "requirements.lock").write_text("packaging==0.0.1 \\\n")
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "x"\ndependencies = [\n    "a>=1",  # adds\n]\n'
        '[project.optional-dependencies]\nbook = [\n    "b[c]==2",  # builds\n    "a",\n]\n'
    )
    return tmp_path


def test_reasons_are_read_where_dependencies_are_named(project: Path) -> None:
    assert [tuple(one) for one in licences.direct(project)] == [
        ("a", "dependencies", "adds"),
        ("b", "book", "builds"),
        ("hub", "class", "starts servers"),
    ]
    file = project / "pyproject.toml"
    file.write_text(file.read_text().replace("  # builds", ""))
    with pytest.raises(LicenceError, match=r"pyproject\.toml: say in a comment behind b why"):
        licences.direct(project)


def test_a_row_is_kept_only_while_the_version_is_the_same(project: Path) -> None:
    page = "| MIT | nosuch-hub 1.0, packaging 0.0.1 |\n"
    assert licences.licences(page, root=project) == {"nosuch-hub": "MIT", "packaging": "MIT"}
    with pytest.raises(LicenceError, match=r"nosuch-hub 1\.0 is locked but not installed here"):
        licences.licences(page.replace("1.0", "1.1"), root=project)
    with pytest.raises(LicenceError, match=r"nosuch-hub: its licence GPL-3\.0-only does not go with"):
        licences.licences(page.replace("MIT", "GPL-3.0-only"), root=project)


@pytest.mark.parametrize(
    ("expression", "good"),
    [
        ("MIT", True),
        ("MIT AND PSF-2.0", True),
        ("GPL-2.0-or-later OR MPL-1.1", True),
        ("(Apache-2.0 OR BSD-2-Clause)", True),
        ("MIT AND GPL-3.0-only", False),
        ("LGPL-3.0-only", False),
        ("AGPL-3.0-or-later OR SSPL-1.0", False),
        ("LicenseRef-Proprietary", False),
        ("", False),
    ],
)
def test_which_licences_go_with_ours(expression: str, good: bool) -> None:
    assert licences.compatible(expression) is good


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"License-Expression": "MIT AND PSF-2.0"}, "MIT AND PSF-2.0"),
        ({"License": "Apache License, Version 2.0"}, "Apache-2.0"),
        ({"Classifier": "License :: OSI Approved :: MIT License"}, "MIT"),
        ({"License": "BSD-3-Clause", "Classifier": "License :: OSI Approved :: BSD License"}, "BSD-3-Clause"),
    ],
)
def test_a_licence_is_read_in_the_ways_packages_say_it(said: dict[str, str], expected: str) -> None:
    assert licences.licence(about(said)) == expected


@pytest.mark.parametrize(
    "said", [{}, {"License": "see file"}, {"License": "MIT", "Classifier": "License :: OSI Approved :: BSD License"}]
)
def test_a_licence_that_is_not_clear_is_refused(said: dict[str, str]) -> None:
    with pytest.raises(LicenceError, match="one: its metadata do not say one licence that is known"):
        licences.licence(about(said))


def about(said: dict[str, str]) -> Message:
    message = Message()
    for name, value in {"Name": "one", **said}.items():
        message[name] = value
    return message
