"""The bundle: it unpacks into one folder that holds what it says, whole, and works there."""

from __future__ import annotations

import hashlib
import io
import os
import re
import zipfile
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

import pytest
from lxml import html

from sugarforoil.publish import build, bundle, epub, freshness, pdf, slides, worksheets

ROOT = Path(__file__).resolve().parents[1]


def kit(folder: Path) -> dict[str, Path | bytes]:
    """What is in the zip for teachers, with stand-ins for slides and worksheets."""
    for name in ("01_batista.pptx", "01_batista-student.ipynb", "01_batista-instructor.ipynb"):
        (folder / name).write_text(name)
    return bundle.for_class(folder, folder)


@pytest.fixture(scope="module")
def packed(site: Path, tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The bundle of the built site, with stand-ins for PDF, EPUB, slides and worksheets, which have their own tests."""
    made = tmp_path_factory.mktemp("made")
    (made / "class.zip").write_bytes(bundle.pack(kit(tmp_path_factory.mktemp("kit")), bundle.CLASS_NAME))
    (made / "book.pdf").write_bytes(b"%PDF")
    (made / "book.epub").write_bytes(b"EPUB")
    bundle.wheel(made / "wheel")
    return zipfile.ZipFile(io.BytesIO(bundle.pack(bundle.members(site, made))))


@pytest.fixture(scope="module")
def folder(packed: zipfile.ZipFile, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that a reader gets who unpacks it."""
    place = tmp_path_factory.mktemp("a reader's place")
    packed.extractall(place)
    assert [path.name for path in place.iterdir()] == [bundle.NAME]
    return place / bundle.NAME


def test_nothing_in_it_points_outside(packed: zipfile.ZipFile) -> None:
    assert packed.testzip() is None
    names = packed.namelist()
    assert len(names) == len(set(names))
    for entry in packed.infolist():
        parts = PurePosixPath(entry.filename).parts
        assert parts[0] == bundle.NAME
        assert not {"..", "/", "__pycache__", ".git", ".venv", ".ipynb_checkpoints"} & set(parts), entry.filename
        assert entry.external_attr >> 16 == 0o644, f"{entry.filename} is no plain file"
        assert len(entry.filename) < 200, "Windows cannot unpack it into a deep folder"
    assert len({name.lower() for name in names}) == len(names), "two names that are one on macOS and Windows"


def test_everything_is_there(folder: Path) -> None:
    for name in re.findall(r"^  ([\w./-]+) {2,}\S", (folder / "README.txt").read_text(encoding="utf-8"), re.MULTILINE):
        assert (folder / name).exists(), f"README.txt names {name}"
    for path in (ROOT / "notebooks").glob("[0-9]*.ipynb"):
        assert (folder / "notebooks" / path.name).read_bytes() == path.read_bytes()
    for path in [*(ROOT / "data").glob("*.csv"), ROOT / "data" / "datapackage.json"]:
        assert (folder / "data" / path.name).read_bytes() == path.read_bytes()
    assert {"LICENSE", "LICENSE-CONTENT", "CITATION.cff"} <= {path.name for path in folder.iterdir()}
    (wheel,) = (folder / "wheel").iterdir()
    assert wheel.name in (folder / "README.txt").read_text(encoding="utf-8")


def test_a_class_gets_worksheets_without_solutions(folder: Path) -> None:
    assert [path.name for path in (folder / "worksheets").iterdir()] == ["01_batista-student.ipynb"]
    assert [path.name for path in (folder / "slides").iterdir()] == ["01_batista.pptx"]
    assert not list(folder.rglob("*-instructor.ipynb"))


def test_the_zip_for_teachers_keeps_solutions_apart(tmp_path: Path) -> None:
    packed = zipfile.ZipFile(io.BytesIO(bundle.pack(kit(tmp_path), bundle.CLASS_NAME)))
    names = {name.removeprefix(f"{bundle.CLASS_NAME}/") for name in packed.namelist()}
    assert names == {
        "README.txt", "LICENSE", "LICENSE-CONTENT", "SHA256SUMS",
        "slides/01_batista.pptx",
        "worksheets/students/01_batista-student.ipynb",
        "worksheets/instructors/01_batista-instructor.ipynb",
    }  # fmt: skip
    text = packed.read(f"{bundle.CLASS_NAME}/README.txt").decode()
    for name in re.findall(r"^  ([\w./-]+) {2,}\S", text, re.MULTILINE):
        assert any(one.startswith(name) for one in names), name


@pytest.mark.parametrize("name", ["bundle-readme.txt", "class-readme.txt"])
def test_a_readme_is_for_any_editor(name: str) -> None:
    text = bundle.readme(name)
    assert "{" not in text
    assert max(map(len, text.splitlines())) <= 120
    assert text.isascii()


def test_the_checksums_are_those_of_the_files(folder: Path) -> None:
    said = dict(
        reversed(line.split("  ", 1)) for line in (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    )
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    assert set(said) == set(files) - {"SHA256SUMS"}
    assert said == {name: hashlib.sha256(files[name].read_bytes()).hexdigest() for name in said}


def test_the_site_works_from_its_folder(folder: Path) -> None:
    """Every page, style, script and picture that the first pages name lies in the folder, under a relative address."""
    top = folder / "site"
    entry = html.parse(str(top / "index.html"))
    (address,) = entry.xpath("//meta[@http-equiv='refresh']/@content")
    home = top / address.partition("url=")[2]
    for page in (home, top / "notebooks" / "02_sugar_for_oil.html", top / "book" / "data" / "index.html"):
        tree = html.parse(str(page), parser=html.HTMLParser(encoding="utf-8"))
        local = [one for one in tree.xpath("//@src | //link/@href | //a/@href") if not urlsplit(one).scheme]
        assert len(local) > 20
        for one in local:
            path = unquote(urlsplit(one).path)
            assert not path.startswith("/"), one
            target = Path(os.path.normpath(page.parent / path)) if path else page
            assert target.is_relative_to(top) and target.is_file(), f"{page.name}: {one}"


def test_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    found = {"a.txt": b"a" * 1000, "site/b.png": tmp_path / "b.png"}
    (tmp_path / "b.png").write_bytes(b"b")
    first = bundle.pack(found)
    os.utime(tmp_path / "b.png", (0, 0))
    assert bundle.pack(dict(reversed(found.items()))) == first


def test_the_checksum_beside_it_is_its_own(tmp_path: Path) -> None:
    bundle.write(tmp_path / "bundle.zip", b"zip")
    line = (tmp_path / "bundle.zip.sha256").read_text()
    assert line == f"{hashlib.sha256(b'zip').hexdigest()}  bundle.zip\n"
    assert {path.name for path in tmp_path.iterdir()} == {"bundle.zip", "bundle.zip.sha256"}


@pytest.mark.parametrize("failing", ["build", "pdf", "slides", "worksheets"])
def test_what_cannot_be_made_leaves_the_standing_bundle(
    failing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "bundle.zip"
    target.write_bytes(b"the last one")
    monkeypatch.setattr(bundle, "TARGET", target)
    monkeypatch.setattr(freshness, "sources", dict)
    monkeypatch.setattr(freshness, "is_fresh", lambda *_: False)
    monkeypatch.setattr(build, "main", lambda: int(failing == "build"))
    monkeypatch.setattr(pdf, "main", lambda: int(failing == "pdf"))
    monkeypatch.setattr(pdf, "BOOK", tmp_path / "book.pdf")
    monkeypatch.setattr(epub, "write", lambda: None)

    def fail(error: Exception) -> None:
        raise error

    fault = slides.SlidesError("no slides") if failing == "slides" else worksheets.WorksheetError("no worksheets")
    monkeypatch.setattr(slides, "make", lambda: fail(fault) if failing == "slides" else None)
    monkeypatch.setattr(worksheets, "write", lambda _: fail(fault))
    assert bundle.main() == 1
    assert target.read_bytes() == b"the last one"
    assert capsys.readouterr().err.startswith(("The bundle was not made: ", str(fault)))
