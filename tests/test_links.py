"""Addresses outside: each web source says when it was read, identifiers are well formed, and asking is polite."""

from __future__ import annotations

import csv
import http.server
import io
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pybtex.database import Entry, parse_string

from sugarforoil.publish import links
from sugarforoil.publish.sources import SourcesError, read

ROOT = Path(__file__).resolve().parents[1]
ENTRIES: dict[str, Entry] = parse_string((ROOT / links.BIB).read_text(encoding="utf-8"), "bibtex").entries


def test_every_web_source_says_on_which_day_it_was_read() -> None:
    web = {key: entry for key, entry in ENTRIES.items() if "url" in entry.fields or entry.type == "misc"}
    assert len(web) > 500
    lacking = [key for key, entry in web.items() if not re.fullmatch(r"https?://\S+", entry.fields.get("url", ""))]
    assert lacking == [], "a web source needs its address"
    before = [key for key, one in web.items() if not one.fields["urldate"][:4] >= one.fields["year"][-4:]]
    assert before == [], "read before it was published"


@pytest.mark.parametrize("day", ["2026-02-30", "2026-13-01", "26-1-1", "yesterday", ""])
def test_what_is_no_day_is_refused(tmp_path: Path, day: str) -> None:
    entry = "@misc{a1, author={A}, title={T}, howpublished={H}, year={2020}, url={https://example.org/}, "
    (tmp_path / "one.bib").write_text(entry + f"urldate={{{day}}}, keywords={{press}}}}")
    with pytest.raises(SourcesError, match=r"one\.bib, entry a1: the field urldate"):
        read(tmp_path / "one.bib")


def test_identifiers_are_well_formed() -> None:
    dois, isbns = set(), set()
    for entry in ENTRIES.values():
        text = " ".join(str(value) for value in entry.fields.values())
        dois |= {found.rstrip(".,;)") for found in re.findall(r"(?i)\bdoi(?:\.org/|:\s*| )(\S+)", text)}
        dois |= {entry.fields["doi"]} if "doi" in entry.fields else set()
        isbns |= {entry.fields["isbn"]} if "isbn" in entry.fields else set()
        isbns |= set(re.findall(r"(?i)\bisbn:? ([\dX -]{10,17})", text))
    assert len(dois) > 5
    assert [doi for doi in dois if links.bad_doi(doi)] == []
    assert [isbn for isbn in isbns if links.bad_isbn(isbn.strip())] == []


@pytest.mark.parametrize(
    "bad", ["10.1177", "doi.org/10.1177/x", "11.1177/0022", "10.12/x", "10.1177/a b", "10.1177/x."]
)
def test_a_bad_doi_is_noticed(bad: str) -> None:
    assert links.bad_doi(bad)
    assert not links.bad_doi("10.1215/00182168-55.2.390a")


@pytest.mark.parametrize("bad", ["978-0-8078-2769-8", "0-8078-2769-8", "97808", "978080782769X"])
def test_a_bad_isbn_is_noticed(bad: str) -> None:
    assert links.bad_isbn(bad)
    assert not links.bad_isbn("978-0-306-40615-7")
    assert not links.bad_isbn("0-306-40615-2")


# --- the list ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for folder in ("book/teach", "notebooks", "data"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "book" / "references.bib").write_text(
        "@misc{one, url={https://doi.org/10.1177/0022}, urldate={2026-11-23}}\n"
        "@misc{two, url={http://203.0.113.9/a}, urldate={2026-11-20}}\n"
        "@book{three, url={https://history.state.gov/historicaldocuments/frus1958-60v06/d410}, urldate={2026-11-21}}\n"
    )
    (tmp_path / "book" / "page.md").write_text(
        "See [this](https://a.org/x_(y)), <https://a.org/z>. Or http://203.0.113.9/a; not http://127.0.0.1:8000/."
    )
    (tmp_path / "data" / "d.csv").write_text('url,n\n"https://a.org/0,1,2.html",7\nhttps://a.org/q,8\n')
    return tmp_path


def test_each_address_is_listed_with_where_it_stands_when_it_was_read_and_what_will_last(project: Path) -> None:
    found = {one.url: one for one in links.collect(project)}
    assert list(found) == [
        "http://203.0.113.9/a",
        "https://a.org/0,1,2.html",
        "https://a.org/q",
        "https://a.org/x_(y)",
        "https://a.org/z",
        "https://doi.org/10.1177/0022",
        "https://history.state.gov/historicaldocuments/frus1958-60v06/d410",
    ]
    numbered = found["http://203.0.113.9/a"]
    assert numbered.places == ["two", "book/page.md"]
    assert numbered.read_on == "2026-11-20"
    assert numbered.weak
    assert found["https://doi.org/10.1177/0022"].lasting == "doi 10.1177/0022"
    assert "frus1958-60v06/d410" in found["https://history.state.gov/historicaldocuments/frus1958-60v06/d410"].lasting
    assert found["https://a.org/q"].lasting == found["https://a.org/q"].weak == ""


def test_without_being_told_to_ask_it_only_lists(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("somebody was asked"))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: pytest.fail("a name was looked up"))
    assert links.main(["--to", str(tmp_path)]) == 0
    rows = list(csv.DictReader(io.StringIO((tmp_path / "links.csv").read_text(encoding="utf-8"))))
    assert {row["answer"] for row in rows} == {""}
    cited = {entry.fields["url"] for entry in ENTRIES.values() if "url" in entry.fields}
    assert cited <= {row["url"] for row in rows if row["read_on"]}
    assert f"| addresses | {len(rows)} |" in capsys.readouterr().out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["links.csv", "links.md"]


# --- asking -----------------------------------------------------------------------------------------------------------


class Host(http.server.BaseHTTPRequestHandler):
    """A host that answers in several ways and remembers what it was asked."""

    asked: list[tuple[str, str]]

    def reply(self, method: str) -> None:
        self.asked.append((method, self.path))
        code = {"/gone": 404, "/moved": 301, "/busy": 503}.get(self.path, 200)
        if self.path == "/get-only" and method == "HEAD":
            code = 405
        if self.path == "/broken":
            self.wfile.write(b"nonsense\r\n\r\n")
            return
        self.send_response(code)
        if code == 301:
            self.send_header("Location", "/there")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_HEAD(self) -> None:
        self.reply("HEAD")

    def do_GET(self) -> None:
        self.reply("GET")

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""


@pytest.fixture
def host() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The address of the host, and what it was asked: (method, path)."""
    handler = type("OneHost", (Host,), {"asked": []})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", handler.asked
        server.shutdown()


@pytest.mark.parametrize(
    ("path", "said", "methods"),
    [
        ("/here", "answers", ["HEAD"]),
        ("/gone", "404 Not Found", ["HEAD"]),
        ("/busy", "503 Service Unavailable", ["HEAD"]),
        ("/moved", "answers, from ", ["HEAD", "GET"]),
        ("/get-only", "answers", ["HEAD", "GET"]),
        ("/broken", "no answer: ", ["HEAD"]),
        ("/a path/ñ", "answers", ["HEAD"]),
    ],
)
def test_what_a_host_says_is_written_down(host, path: str, said: str, methods: list[str]) -> None:
    address, asked = host
    assert links.answer(address + path, wait=5).startswith(said)
    assert [method for method, _ in asked] == methods


def test_who_does_not_answer_is_no_fault_of_ours() -> None:
    with socket.socket() as held:  # bound, and nobody listens
        held.bind(("127.0.0.1", 0))
        assert links.answer(f"http://127.0.0.1:{held.getsockname()[1]}/", wait=5).startswith("no answer: ")
        held.listen()  # taken, and never answered
        assert links.answer(f"http://127.0.0.1:{held.getsockname()[1]}/", wait=0.05).startswith("no answer: ")
    assert links.answer("file:///etc/hostname").startswith("not asked")


def test_no_more_are_asked_than_allowed_and_hosts_take_turns(host) -> None:
    address, asked = host
    other = address.replace("127.0.0.1", "localhost")
    some = [links.Link(f"{address}/{n}") for n in range(3)] + [links.Link(f"{other}/{n}") for n in range(3)]
    assert [one.url for one in links.in_turns(some)][:4] == [f"{address}/0", f"{other}/0", f"{address}/1", f"{other}/1"]
    links.ask_all(some[:3], limit=2, pause=0)
    assert [path for _, path in asked] == ["/0", "/1"]
    assert [one.answer for one in some] == ["answers", "answers", "", "", "", ""]


def test_a_host_is_given_a_pause(host, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(links.time, "sleep", slept.append)
    links.ask_all([links.Link(f"{host[0]}/{n}") for n in range(2)], limit=9, pause=60)
    assert slept[0] == 0
    assert 30 < slept[1] <= 60


def test_the_report_counts_and_names_what_did_not_answer() -> None:
    some = [
        links.Link("https://a.org/", ["one"], "2026-11-23", answer="answers"),
        links.Link("https://b.org/", ["two"], "2026-11-23", answer="404 Not Found"),
        links.Link("http://203.0.113.9/", ["three"], weak="a number"),
    ]
    text = links.markdown(some)
    assert "| asked | 2 |\n| of them that answer | 1 |" in text
    assert "## Did not answer" in text
    assert "| <https://b.org/> | 404 Not Found | two |" in text
    assert "| <http://203.0.113.9/> | a number | three |" in text
    assert "| <https://a.org/>" not in text
