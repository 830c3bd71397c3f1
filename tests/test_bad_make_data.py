"""Bad input to `make data`: one error that names file, row, column and what was expected; nothing is written."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sugarforoil.publish import rebuild

ROOT = Path(__file__).resolve().parents[1]
TINY = ROOT / "tests" / "tiny_data"

BIB = """
@misc{faostat2023, author={{Food and Agriculture Organization of the United Nations}}, title={A table, with a comma},
  howpublished={FAO}, year={2023}, url={https://example.org/fao}, urldate={2026-11-23}, keywords={dataset}}
@misc{frus1958v6d456, author={Glennon, John P. and Landa, Ronald D.}, title={A memorandum},
  howpublished={Office of the Historian}, year={1991}, url={https://example.org/frus}, urldate={2026-11-23},
  keywords={official}}
@misc{voeten2021, author={Voeten, Erik}, title={Votes}, howpublished={Dataverse}, year={2021},
  url={https://example.org/votes}, urldate={2026-11-23}, keywords={dataset}}
"""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of its own with the tiny tables, up to date."""
    root = tmp_path_factory.mktemp("prepared")
    shutil.copytree(TINY, root / "data")
    (root / "book").mkdir()
    (root / "book" / "references.bib").write_text(BIB, encoding="utf-8")
    assert rebuild.main(["--root", str(root)]) == 0
    assert rebuild.main(["--check", "--root", str(root)]) == 0
    return root


@pytest.fixture
def project(prepared: Path, tmp_path: Path) -> Path:
    """A copy of it, to be spoilt."""
    shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)
    return tmp_path


def held(project: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (project / "data").iterdir()}


def put(old: str, new: str) -> Callable[[bytes], bytes]:
    def edit(raw: bytes) -> bytes:
        assert raw.count(old.encode()) == 1, old
        return raw.replace(old.encode(), new.encode())

    return edit


# What is wrong: (file, how it is spoilt, the error but for what follows its first words)
BAD: dict[str, tuple[str, Callable[[bytes], bytes | None], str]] = {
    "a missing file": ("prices.csv", lambda raw: None, "prices.csv: expected this file"),
    "an empty file": ("prices.csv", lambda raw: b"", "prices.csv, row 1, column year: expected a header"),
    "a wrong delimiter": (
        "prices.csv",
        lambda raw: raw.replace(b",", b";"),
        "prices.csv, row 1, column year: expected commas between the cells, found semicolons",
    ),
    "a byte-order mark": (
        "prices.csv",
        lambda raw: b"\xef\xbb\xbf" + raw,
        "prices.csv, row 1, column year: expected UTF-8 without a byte-order mark",
    ),
    "Latin-1": (
        "prices.csv",
        lambda raw: raw.decode().encode("latin-1"),
        "prices.csv, row 6, column note: expected UTF-8 text",
    ),
    "a missing column": (
        "prices.csv",
        put("value_low,", ""),
        "prices.csv, row 1, column value_low: expected this column, found none",
    ),
    "a doubled column": (
        "prices.csv",
        put("note\n", "note,value\n"),
        "prices.csv, row 1, column value: expected this column once, found it 2 times",
    ),
    "text in a number": ("prices.csv", put("6.24", "abc"), "prices.csv, row 2, column value: expected a number"),
    "a decimal comma": (
        "prices.csv",
        put("6.24", "6,24"),
        "prices.csv, row 2, column value: expected a number with a decimal point, such as 5.25, found '6,24'",
    ),
    "a decimal comma in quotes": (
        "prices.csv",
        put("6.24", '"6,24"'),
        "prices.csv, row 2, column value: expected a number with a decimal point, such as 5.25, found '6,24'",
    ),
    "a number with a nought too many": (
        "prices.csv",
        put("6.24", "06.24"),
        "prices.csv, row 2, column value: expected a number",
    ),
    "30 February": (
        "events.csv",
        put("1960-02-04", "1962-02-30"),
        "events.csv, row 2, column date: expected a date that exists, found '1962-02-30'",
    ),
    "the year 19622": (
        "prices.csv",
        put("1961,", "19622,"),
        "prices.csv, row 6, column year: expected 2026 or less, found '19622'",
    ),
    "an unknown era": (
        "events.csv",
        put(",missiles,", ",misiles,"),
        "events.csv, row 3, column era: expected a value of era in table eras, found 'misiles'",
    ),
    "an unknown source": (
        "prices.csv",
        put("false,frus", "false,fruz"),
        "prices.csv, row 6, column source: expected keys of sources.csv",
    ),
    "an unknown country": (
        "prices.csv",
        put("SUN", "SOV"),
        "prices.csv, row 6, column country: expected a value of country in table countries, found 'SOV'",
    ),
    "an unknown grade": (
        "prices.csv",
        put("estimated", "guessed"),
        "prices.csv, row 6, column evidence: expected one of official, estimated",
    ),
    "a key twice": (
        "prices.csv",
        lambda raw: raw + b"1960,usa,USA,9.9,,,true,faostat2023,official,\n",
        "prices.csv, row 7, column year, market: expected one row for each year, market, found 1960, usa again",
    ),
    "a blank row at the end": (
        "prices.csv",
        lambda raw: raw + b"\n",
        "prices.csv, row 7, column year: expected a row with values, found a blank row",
    ),
    "a low end above the high": (
        "prices.csv",
        put("2.9,3.1", "3.1,2.9"),
        "prices.csv, row 3, column value_low: expected no more than value_high",
    ),
    "a package that is no JSON": (
        "datapackage.json",
        lambda raw: raw[:-3],
        "datapackage.json, row ",
    ),
}


@pytest.mark.parametrize(("file", "spoil", "words"), BAD.values(), ids=BAD)
@pytest.mark.parametrize("check", [False, True], ids=["write", "check"])
def test_bad_input_is_told_in_one_line_and_nothing_is_written(
    project: Path,
    capsys: pytest.CaptureFixture[str],
    file: str,
    spoil: Callable[[bytes], bytes | None],
    words: str,
    check: bool,
) -> None:
    path = project / "data" / file
    content = spoil(path.read_bytes())
    path.unlink() if content is None else path.write_bytes(content)
    before = held(project)
    capsys.readouterr()

    assert rebuild.main(["--root", str(project), *["--check"] * check]) == 1
    out, err = capsys.readouterr()
    assert err.startswith(words)
    assert err.count("\n") == 1, "one error, in one line"
    assert out == ""
    assert held(project) == before


def test_a_fault_in_the_bibliography_is_told_in_the_same_way(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = project / "book" / "references.bib"
    path.write_text(path.read_text(encoding="utf-8").replace("year={2021}", "year={soon}"), encoding="utf-8")
    before = held(project)
    assert rebuild.main(["--root", str(project)]) == 1
    err = capsys.readouterr().err
    assert "references.bib" in err
    assert "voeten2021" in err
    assert err.count("\n") == 1
    assert held(project) == before


def test_the_command_ends_with_1_and_without_a_traceback(project: Path) -> None:
    path = project / "data" / "prices.csv"
    path.write_bytes(put("1961,", "19622,")(path.read_bytes()))
    before = held(project)
    command = [sys.executable, "-m", "sugarforoil.publish.rebuild"]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), *sys.path])}
    finished = subprocess.run(command, cwd=project, env=env, capture_output=True, text=True)
    assert finished.returncode == 1
    assert finished.stderr == "prices.csv, row 6, column year: expected 2026 or less, found '19622'\n"
    assert held(project) == before


def test_figures_that_nothing_can_be_derived_from_are_told(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = copied / "data" / "un_agreement.csv"
    path.write_bytes(put("1946,1,CUB,SUN,all,41,13,25", "1946,1,CUB,SUN,all,14,13,25")(path.read_bytes()))
    before = held(copied)
    assert rebuild.main(["--root", str(copied)]) == 1
    err = capsys.readouterr().err
    assert err.startswith("un_agreement.csv: expected figures from which un_agreement_shares can be computed")
    assert err.count("\n") == 1
    assert held(copied) == before


def test_a_repaired_table_is_taken_again(project: Path) -> None:
    path = project / "data" / "prices.csv"
    good = path.read_bytes()
    path.write_bytes(put("6.24", "abc")(good))
    assert rebuild.main(["--root", str(project)]) == 1
    path.write_bytes(put("6.24", "6.25")(good))
    assert rebuild.main(["--root", str(project)]) == 0
    package = json.loads((project / "data" / "datapackage.json").read_text(encoding="utf-8"))
    assert next(one for one in package["resources"] if one["name"] == "prices")["row_count"] == 5
