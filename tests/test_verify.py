"""The long check of `make verify` and that of `make newest`, in small: what they compare, count and refuse."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from sugarforoil.publish import clones, newest, verify
from sugarforoil.publish.clones import StepError


def site(folder: Path, **files: str) -> Path:
    """A clone with what a build leaves."""
    for place in ("notebooks", "_build/html/book"):
        (folder / place).mkdir(parents=True)
    (folder / "notebooks" / "01.ipynb").write_text("{}")
    (folder / "_build" / "book.pdf").write_text("pdf")
    for name, text in files.items():
        (folder / "_build" / "html" / "book" / f"{name}.html").write_text(text)
    return folder


def test_every_file_is_compared_and_a_difference_is_named(tmp_path: Path) -> None:
    one = verify.made(site(tmp_path / "one", a="same", b="Havana", c="only here"))
    other = verify.made(site(tmp_path / "other", a="same", b="havana"))
    assert set(one) == set(verify.KINDS)
    assert one["notebooks"] == other["notebooks"] != {}
    assert verify.differences(one["site"], other["site"]) == ["book/b.html", "book/c.html"]
    said, good = verify.verdict(one["site"], other["site"])
    assert not good
    assert said == "**2 of 2 differ**: book/b.html, book/c.html"
    assert verify.verdict(one["PDF"], other["PDF"]) == ("same bytes", True)
    assert verify.verdict(one["site"], one["site"]) == ("same bytes, 3 files", True)


def test_what_was_not_made_is_not_good() -> None:
    assert verify.verdict({}, {}, "no WeasyPrint") == ("not made: no WeasyPrint", False)


@pytest.mark.parametrize("odd", verify.ODD, ids=lambda odd: odd.zone)
def test_odd_circumstances_take_hold(tmp_path: Path, odd: verify.Circumstances) -> None:
    """A Python started in them must feel them, or the check would prove nothing."""
    code = (
        "import os, sys, time, socket; from pathlib import Path\n"
        "print(time.tzname[0], os.cpu_count(), os.environ['USER'], Path.home().name, hash('oil'), "
        "os.umask(0), sep='|')\n"
        "try: socket.getaddrinfo('example.org', 80)\n"
        "except PermissionError: print('refused')\n"
    )
    env = verify.environment(odd, tmp_path)
    told, refused = clones.call([sys.executable, "-c", code], tmp_path, env, umask=odd.umask).splitlines()
    zone, cores, user, home, seed, umask = told.split("|")
    assert zone in {"+14", "NST", "+0545"}
    assert (cores, user, home, int(umask)) == (odd.cores, odd.user, odd.home, odd.umask)
    plain = subprocess.run([sys.executable, "-c", "print(hash('oil'))"], capture_output=True, text=True).stdout
    assert seed != plain.strip()
    assert refused == "refused"


def test_a_version_that_is_not_there_is_not_passed_over(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(verify, "language", lambda *_: False)
    monkeypatch.setattr(clones, "clone", lambda commit, folder: site(folder, a="same"))
    monkeypatch.setattr(verify, "run_plain", lambda *_: None)
    monkeypatch.setattr(verify, "run_odd", lambda *_: None)
    monkeypatch.setattr(verify, "KINDS", ("notebooks", "site", "PDF"))
    assert verify.verify({"3.11": Path(sys.executable), "3.13": None}, tmp_path)
    printed = capsys.readouterr().out
    assert printed.count("| 3.11 |") == 2
    assert "tr_TR.UTF-8 (its rules were not found)" in printed
    assert "| 3.13 | not found: not verified |" in printed


def test_a_step_that_stops_is_told_and_fails_the_check(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def stops(*_: object) -> None:
        raise StepError("no room on the disk")

    monkeypatch.setattr(verify, "language", lambda *_: False)
    monkeypatch.setattr(clones, "clone", lambda commit, folder: site(folder))
    monkeypatch.setattr(verify, "run_plain", stops)
    monkeypatch.setattr(verify, "run_odd", stops)
    assert not verify.verify({"3.11": Path(sys.executable)}, tmp_path)
    assert "**stopped**: no room on the disk" in capsys.readouterr().out


def test_a_python_that_does_not_exist_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert verify.main(["--python", "2.7"]) == 2
    assert "Not supported: 2.7" in capsys.readouterr().err


# --- steps in a clone -------------------------------------------------------------------------------------------------


def test_a_clone_has_what_is_committed_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    origin = tmp_path / "origin é"
    origin.mkdir()
    git = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org"]
    (origin / "a").write_text("1")
    for words in (["init", "-q"], ["add", "a"], ["commit", "-qm", "one"]):
        clones.call([*git, *words], origin)
    (origin / "a").write_text("2")
    (origin / "b").write_text("new")
    monkeypatch.setattr(clones, "ROOT", origin)
    folder = clones.clone(clones.committed(), tmp_path / "a clone")
    assert (folder / "a").read_text() == "1"
    assert not (folder / "b").exists()
    assert clones.changed() == ["a"]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import sys; print('far', file=sys.stderr); print('near', file=sys.stderr); sys.exit(1)", "near"),
        ("import sys; sys.exit(3)", "ended with 3 and no word"),
    ],
)
def test_a_failed_step_is_told_in_its_last_line(tmp_path: Path, code: str, said: str) -> None:
    with pytest.raises(StepError, match=said):
        clones.call([sys.executable, "-c", code], tmp_path)


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StepError, match="no-such-program cannot be run"):
        clones.call(["no-such-program"], tmp_path)


def test_a_step_that_never_ends_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    child = "import pathlib, time; time.sleep(1.5); pathlib.Path('alive').touch()"
    code = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {child!r}]); time.sleep(60)"
    with pytest.raises(StepError, match="did not end in 1 seconds"):
        clones.call([sys.executable, "-c", code], tmp_path, wait=1)
    time.sleep(1)
    assert not (tmp_path / "alive").exists()


# --- the newest versions ----------------------------------------------------------------------------------------------

BOTH = "b==2 ; python_full_version < '3.12' \\\nb==3 ; python_full_version >= '3.12' \\\n"
OLD = f"a==1.0 \\\n    --hash=sha256:0\n{BOTH}c==1\n"
NEW = f"a==1.1 \\\n    --hash=sha256:1\n{BOTH}d==1\n"


def test_the_report_names_what_is_new_and_what_would_break() -> None:
    changed = newest.changes(OLD, NEW)
    assert changed == [("a", "1.0", "1.1"), ("c", "1", ""), ("d", "", "1")]
    text = newest.report(changed, [newest.Outcome("install", True, "good"), newest.Outcome("tests", False, "x | y")])
    assert "It would break: tests." in text
    assert "| tests | x / y |" in text
    assert "| a | 1.0 | 1.1 |\n| c | 1 | gone |\n| d | none | 1 |" in text
    assert "Nothing would break." in newest.report([], [newest.Outcome("resolve", True, "good")])


def test_failed_tests_are_named(tmp_path: Path) -> None:
    record = tmp_path / "tests.xml"
    record.write_text(
        '<testsuite><testcase classname="t" name="good" time="1" /><testcase classname="t" name="bad[1]" time="1">'
        '<failure message="no">trace</failure></testcase><testcase classname="t" name="odd"><skipped/></testcase>'
        "</testsuite>"
    )
    assert newest.failed_tests(record) == ["bad[1]"]
    assert newest.failed_tests(tmp_path / "none.xml") == []
