"""A report of the addresses outside that the book names, which is no gate: the world moves, the book stands.

    python -m sugarforoil.publish.links          # list them, without a network: _build/links.md and links.csv
    python -m sugarforoil.publish.links --ask    # and ask each whether it still answers

For each address: where it stands, on which day it was read (bibliography), and what will outlast it: a DOI, an ISBN,
the address in an archive, or the number under which whoever published the text has filed it. Asking is polite: one
question at a time, a pause between two to the same host, the header alone where the host grants that, and never more
than `--limit` addresses. An answer is what one host said on one day; hosts that refuse programs say no to readers'
browsers far less often.
"""

from __future__ import annotations

import argparse
import csv
import io
import ipaddress
import json
import re
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from urllib.parse import quote, urlsplit

from pybtex.database import parse_string
from pybtex.exceptions import PybtexError

from sugarforoil.publish.notebooks import ROOT

BIB = Path("book", "references.bib")
PAGES = ("*.md", "*.cff", "book/*.md", "book/teach/*.md", "notebooks/*.ipynb", "data/*.csv", "data/*.json", "data/*.md")
"""Where else addresses stand; sources.csv repeats the bibliography."""

DOI = re.compile(r"\b(10\.\d{4,9}/[^\s\"<>]+)")
ADDRESS = re.compile(r"https?://[^\s\"'<>`|\\{}]+")
OURS = re.compile(r"(?:[\w.-]+\.)?(?:localhost|example\.(?:org|com|net))$|127\.|$")
"""Hosts that are an example or the reader's own machine."""
NUMBERS = {
    r"history\.state\.gov/historicaldocuments/(frus[\w-]+/d\d+)": "Foreign Relations of the United States, {}",
    r"cia\.gov/readingroom/document/([\w-]+)": "CIA document {}",
    r"everycrsreport\.com/reports/(\w+?)(?:_|\.html)": "CRS report {}",
    r"purl\.fdlp\.gov/(GPO/\w+)": "purl {}",
    r"/catalog/(nara:\d+)": "{}",
    r"(?:undocs\.org|docs\.un\.org)/(?:\w\w/)?([A-Z]/[\w/.()-]+)": "UN document {}",
}
"""Addresses that hold the number under which a text is filed."""
ARCHIVES = ("web.archive.org", "archive.org", "archive.ph", "archive.today", "perma.cc", "hdl.handle.net")
AGENT = "Mozilla/5.0 (compatible; sugarforoil-links; asks once whether a cited address still answers)"
WAIT = 15  # seconds for an answer
PAUSE = 2.0  # seconds between two questions to one host
REFUSED = {403, 405, 406, 429, 501}  # answers to a question for the header alone that may be meant for programs only


@dataclass
class Link:
    """One address outside."""

    url: str
    places: list[str] = field(default_factory=list)
    read_on: str = ""  # the day on which it was read, as YYYY-MM-DD
    lasting: str = ""  # what will outlast it
    weak: str = ""  # why it may not last
    answer: str = ""


def collect(root: Path = ROOT) -> list[Link]:
    """The addresses of the bibliography and of the pages, notebooks and tables of the project, sorted.

    Raises PybtexError where the bibliography cannot be read.
    """
    found: dict[str, Link] = {}
    entries = parse_string((root / BIB).read_text(encoding="utf-8"), "bibtex").entries
    for key, entry in sorted(entries.items()):
        if url := entry.fields.get("url", ""):
            link = found.setdefault(url, Link(url))
            link.places.append(key)
            link.read_on = max(link.read_on, entry.fields.get("urldate", ""))
            link.lasting = link.lasting or lasting(url, entry.fields.get("doi", ""), entry.fields.get("isbn", ""))
    for path in sorted({path for pattern in PAGES for path in root.glob(pattern)} - {root / "data" / "sources.csv"}):
        for url in addresses(path):
            link = found.setdefault(url, Link(url, lasting=lasting(url)))
            link.places.append(path.relative_to(root).as_posix())
    for link in found.values():
        link.weak = weak(link.url)
    return [found[url] for url in sorted(found)]


def addresses(path: Path) -> set[str]:
    """The addresses in a file; of a notebook those in its cells, not in what these gave."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        text = "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])
    if path.suffix == ".csv":  # an address may hold a comma
        text = "\n".join(" ".join(row) for row in csv.reader(io.StringIO(text, newline="")))
    found = {trimmed(url) for url in ADDRESS.findall(text)}
    return {url for url in found if not OURS.match(urlsplit(url).hostname or "")}


def trimmed(url: str) -> str:
    """An address without the signs of the sentence around it."""
    url = url.rstrip(".,;:!?*")
    while url.endswith((")", "]")) and url.count(url[-1]) > url.count({")": "(", "]": "["}[url[-1]]):
        url = url[:-1].rstrip(".,;:!?*")
    return url


def lasting(url: str, doi: str = "", isbn: str = "") -> str:
    """What will outlast an address: "doi 10.…", "isbn …", "archive", "CIA document …"; '' if there is nothing."""
    found = DOI.search(doi or (url if "doi.org/" in url else ""))
    if found:
        return f"doi {found[1]}"
    if isbn:
        return f"isbn {isbn}"
    host = urlsplit(url).hostname or ""
    if any(host == one or host.endswith(f".{one}") for one in ARCHIVES):
        return "archive"
    return next((words.format(found[1]) for form, words in NUMBERS.items() if (found := re.search(form, url))), "")


def weak(url: str) -> str:
    """Why an address will hardly last, as far as it tells; '' if it looks well."""
    host = urlsplit(url).hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return ""
    return "a number instead of a name: no reader can tell whose it is"


# --- what is wrong with an identifier -----------------------------------------------------------------------------


def bad_doi(text: str) -> bool:
    """Whether a text is not a DOI: 10., four to nine digits, a slash, and something without spaces."""
    return not re.fullmatch(r"10\.\d{4,9}(?:\.\d+)*/[^\s\"<>]*[^\s\"<>.,;]", text)


def bad_isbn(text: str) -> bool:
    """Whether a text is not an ISBN, by its length and its check digit."""
    signs = text.replace("-", "").replace(" ", "").upper()
    if re.fullmatch(r"\d{13}", signs):
        return sum(int(one) * (3 if place % 2 else 1) for place, one in enumerate(signs)) % 10 != 0
    if re.fullmatch(r"\d{9}[\dX]", signs):
        return sum((10 if one == "X" else int(one)) * (10 - place) for place, one in enumerate(signs)) % 11 != 0
    return True


# --- asking -------------------------------------------------------------------------------------------------------


def in_turns(links: Iterable[Link]) -> Iterator[Link]:
    """The links in an order in which one host is asked as seldom as possible in a row."""
    by_host: dict[str, list[Link]] = {}
    for link in links:
        by_host.setdefault(urlsplit(link.url).netloc, []).append(link)
    while by_host:
        for host in list(by_host):
            yield by_host[host].pop(0)
            if not by_host[host]:
                del by_host[host]


def ask_all(links: Iterable[Link], limit: int, pause: float = PAUSE, wait: float = WAIT) -> None:
    """Ask up to `limit` links and note what each answered.

    Args:
        links: the links; their `answer` is set.
        limit: how many at most.
        pause: seconds between two questions to one host.
        wait: seconds for an answer.
    """
    last: dict[str, float] = {}
    for count, link in enumerate(in_turns(links)):
        if count >= limit:
            return
        host = urlsplit(link.url).netloc
        time.sleep(max(0.0, last.get(host, -pause) + pause - time.monotonic()) if host in last else 0.0)
        link.answer = answer(link.url, wait)
        last[host] = time.monotonic()


def answer(url: str, wait: float = WAIT) -> str:
    """What a host says of an address, in a few words; it is never an error."""
    words, code = _question(url, "HEAD", wait)
    return _question(url, "GET", wait)[0] if code in REFUSED else words


def _question(url: str, method: str, wait: float) -> tuple[str, int]:
    """One question; the words of the answer, and its code, 0 for none."""
    try:
        # Addresses with letters of other alphabets are written in percent signs, as browsers do.
        plain = quote(url, safe=":/?#[]@!$&'()*+,;=%~")
        if urlsplit(plain).scheme not in {"http", "https"}:
            return "not asked: no address of the web", 0
        request = urllib.request.Request(plain, method=method, headers={"User-Agent": AGENT})  # noqa: S310 - see above
        with urllib.request.urlopen(request, timeout=wait) as reply:  # noqa: S310
            moved = reply.url if reply.url.rstrip("/") != plain.rstrip("/") else ""
            return f"answers{f', from {moved}' if moved else ''}", reply.status
    except urllib.error.HTTPError as error:
        error.close()
        return f"{error.code} {error.reason}".strip(), error.code
    except (urllib.error.URLError, HTTPException, OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        return f"no answer: {' '.join(str(reason).split()) or type(reason).__name__}", 0


# --- the report ---------------------------------------------------------------------------------------------------


def markdown(links: list[Link]) -> str:
    """The report, in counts and in a table of what wants attention; all addresses are in the CSV beside it."""
    sources = [link for link in links if link.read_on]
    asked = [link for link in links if link.answer]
    lines = [
        "# Addresses outside",
        "",
        "| what | count |",
        "| --- | ---: |",
        f"| addresses | {len(links)} |",
        f"| of them web sources, each with the day on which it was read | {len(sources)} |",
        f"| with an identifier that lasts (DOI, ISBN, archive, number of the document) | {sum(map(lasts, sources))} |",
        f"| hosts | {len({urlsplit(link.url).netloc for link in links})} |",
        f"| that will hardly last | {sum(bool(link.weak) for link in links)} |",
        f"| asked | {len(asked)} |",
        f"| of them that answer | {sum(link.answer.startswith('answers') for link in asked)} |",
    ]
    silent = [link for link in asked if not link.answer.startswith("answers")]
    lines += _section("Will hardly last", [(link, link.weak) for link in links if link.weak])
    lines += _section("Did not answer", [(link, link.answer) for link in silent])
    return "\n".join(lines) + "\n"


def lasts(link: Link) -> bool:
    """Whether something will outlast the address."""
    return bool(link.lasting)


def _section(title: str, some: list[tuple[Link, str]]) -> list[str]:
    """The lines of a part of the report; none when there is nothing to tell."""
    if not some:
        return []
    lines = ["", f"## {title}", "", "| address | why | where |", "| --- | --- | --- |"]
    for link, why in some:
        lines.append(f"| <{link.url}> | {why.replace('|', '/')} | {', '.join(link.places[:3])} |")
    return lines


def table(links: list[Link]) -> str:
    """All addresses as CSV: url, read_on, lasting, weak, answer, places."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["url", "read_on", "lasting", "weak", "answer", "places"])
    for link in links:
        writer.writerow([link.url, link.read_on, link.lasting, link.weak, link.answer, ";".join(link.places)])
    return stream.getvalue()


def main(arguments: list[str] | None = None) -> int:
    """Write the report; 0 whatever was answered."""
    parser = argparse.ArgumentParser(description="List the addresses outside that the book names.")
    parser.add_argument("--ask", action="store_true", help="ask each whether it still answers (needs a network)")
    parser.add_argument("--limit", type=int, default=2000, help="how many are asked at most")
    parser.add_argument("--to", type=Path, default=ROOT / "_build", help="the folder of the report")
    options = parser.parse_args(arguments)
    try:
        links = collect()
    except PybtexError as error:
        print(f"{BIB.name}: {error}", file=sys.stderr)
        return 1
    if options.ask:
        ask_all(links, options.limit)
    options.to.mkdir(parents=True, exist_ok=True)
    for name, text in (("links.md", markdown(links)), ("links.csv", table(links))):
        aside = options.to / f"{name}.new"
        aside.write_text(text, encoding="utf-8", newline="\n")
        aside.replace(options.to / name)
    print(markdown(links) if options.ask else markdown(links).partition("\n## ")[0])
    print(f"All of them: {options.to / 'links.csv'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
