"""Every page of the built book in a real browser: loaded once, looked at wide and narrow, light and dark.

Of all pages axe reads colours, light and dark, once for each way in which text meets its ground anywhere in the book;
and everything else of each, where of a table or list, which one template writes row by row, the first 25 rows stand for
the others and code for itself without its colours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from in_browser import FAULTS, NARROW, PROBES, SMALLEST, WIDE
from playwright.sync_api import Browser, Page

# Loads the pictures further down too, which otherwise load when they come into view.
SEE_ALL = """() => Promise.all([...document.images].map(image => {
  image.loading = "eager";
  return image.decode().catch(() => {});
}).concat(document.fonts.ready))"""
FACTS = """() => ({
  wider: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  spilling: [...document.querySelectorAll("main *")].filter(one => {
    const box = one.getBoundingClientRect();
    const own = one.closest("table, pre, .sfo-math, .bd-sidebar-secondary");  // these scroll by themselves
    return box.width && box.right > innerWidth + 1 && !own;
  }).slice(0, 3).map(one => one.outerHTML.slice(0, 90)),
  blank: [...document.images].filter(one => !one.complete || !one.naturalWidth).map(one => one.src),
  line: [...document.querySelectorAll("article > section > p")].map(one => one.getBoundingClientRect().width),
})"""


@dataclass
class Seen:
    """What was seen of one page."""

    page: str
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    facts: dict[int, dict[str, Any]] = field(default_factory=dict)  # by the width of the screen
    faults: list[str] = field(default_factory=list)
    dark: list[str] = field(default_factory=list)
    headings: list[int] = field(default_factory=list)
    letters: float | None = None


@pytest.fixture(scope="module")
def seen(site: Path, browser: Browser, address: str) -> list[Seen]:
    """A look at every page but the one at the root, which only leads to the cover."""
    context = browser.new_context(viewport=WIDE, color_scheme="light", reduced_motion="reduce")
    context.add_init_script(PROBES)
    tab = context.new_page()  # one for all pages: three times as fast as one each
    found: list[Seen] = []
    watch(tab, found)
    light: list[str] = []  # in which ways text has met its ground so far
    dark: list[str] = []
    for path in sorted(set(site.rglob("*.html")) - {site / "index.html"}):
        one = Seen(path.relative_to(site).as_posix())
        found.append(one)
        tab.set_viewport_size(WIDE)
        tab.goto(address + one.page, wait_until="load")
        tab.evaluate(SEE_ALL)
        one.facts[WIDE["width"]] = tab.evaluate(FACTS)
        one.headings = tab.evaluate("probes.headings()")
        one.letters = tab.evaluate("probes.lettersInALine()")
        for size in (NARROW, SMALLEST):
            tab.set_viewport_size(size)
            tab.evaluate("probes.settled()")
            one.facts[size["width"]] = tab.evaluate(FACTS)
        tab.set_viewport_size(WIDE)
        tab.evaluate("probes.unfolded()")
        for faults, looks, what in ((one.faults, light, "faultsOfColour"), (one.dark, dark, "faultsInTheDark")):
            now = tab.evaluate(f"seen => probes.{what}(seen)", looks)
            faults.extend(now["faults"])
            looks.extend(now["looks"])
        one.faults += tab.evaluate("probes.faultsOfStructure()")  # last: it shortens the page
    context.close()
    return found


def watch(tab: Page, found: list[Seen]) -> None:
    """Record with the latest page what it asks for and what goes wrong in it."""

    def complain(what: str) -> None:
        if "ERR_ABORTED" not in what:  # the icon of a page that was left before it came
            found[-1].complaints.append(what)

    tab.on("request", lambda request: found[-1].requests.append(request.url))
    tab.on("pageerror", lambda error: complain(str(error)))
    tab.on("requestfailed", lambda request: complain(f"{request.failure}: {request.url}"))
    tab.on("console", lambda said: complain(said.text) if said.type in FAULTS else None)


def at(seen: list[Seen], width: int | None = None) -> list[tuple[str, dict[str, Any]]]:
    """The facts of all pages with where they were seen; of one width if one is given."""
    return [
        (f"{one.page} at {wide} px", facts)
        for one in seen
        for wide, facts in one.facts.items()
        if width is None or wide == width
    ]


def test_pages_ask_no_other_host(seen: list[Seen], address: str) -> None:
    for one in seen:
        assert one.requests, one.page
        assert not [url for url in one.requests if not url.startswith((address, "data:"))], one.page


def test_nothing_goes_wrong_in_the_console(seen: list[Seen]) -> None:
    assert not [f"{one.page}: {complaint}" for one in seen for complaint in one.complaints]


def test_no_page_scrolls_sideways_even_on_the_smallest_screen(seen: list[Seen]) -> None:
    assert len(at(seen)) == 3 * len(seen)
    assert not [f"{where}: {facts['spilling']}" for where, facts in at(seen) if facts["wider"] > 0]


@pytest.mark.parametrize("width", [WIDE["width"], NARROW["width"]])
def test_nothing_is_cut_off_at_the_edge(seen: list[Seen], width: int) -> None:
    assert not [f"{where}: {facts['spilling']}" for where, facts in at(seen, width) if facts["spilling"]]


def test_every_picture_is_drawn(seen: list[Seen]) -> None:
    assert not [f"{where}: {facts['blank']}" for where, facts in at(seen) if facts["blank"]]


def test_lines_of_text_are_not_too_long(seen: list[Seen]) -> None:
    """At the size of the text, 600 px hold about 70 letters."""
    for where, facts in at(seen):
        assert all(width <= 620 for width in facts["line"]), where


def test_no_page_has_a_fault_in_the_light(seen: list[Seen]) -> None:
    assert not [f"{one.page}: {fault}" for one in seen for fault in one.faults]


def test_no_page_has_a_fault_in_the_dark(seen: list[Seen]) -> None:
    assert not [f"{one.page}: {fault}" for one in seen for fault in one.dark]


def test_headings_are_in_order(seen: list[Seen]) -> None:
    for one in seen:
        assert one.headings[:1] == [1] and one.headings.count(1) == 1, f"{one.page}: {one.headings}"
        assert all(below <= above + 1 for above, below in pairwise(one.headings)), f"{one.page}: {one.headings}"


def test_a_line_holds_60_to_75_letters(seen: list[Seen]) -> None:
    lines = {one.page: one.letters for one in seen if one.letters}
    assert len(lines) >= 11
    assert all(60 <= letters <= 75 for letters in lines.values()), lines
