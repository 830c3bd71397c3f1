"""What a reader does with a page, in a real browser: enlarge, cards, search, print. Opened from a folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from in_browser import NARROW, WIDE
from playwright.sync_api import Browser, Page

CHAPTER = "notebooks/02_sugar_for_oil.html"
STRICT = "default-src 'self'; script-src 'self'; object-src 'none'"


@pytest.fixture(scope="module")
def tab(browser: Browser, site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """One page for all tests, with the second chapter in it."""
    context = browser.new_context(viewport=WIDE, color_scheme="light")
    page = context.new_page()
    page.faults = []  # type: ignore[attr-defined]
    page.on("pageerror", lambda error: page.faults.append(str(error)))  # type: ignore[attr-defined]
    page.goto((site / CHAPTER).as_uri())
    yield page
    assert not page.faults  # type: ignore[attr-defined]
    context.close()


def test_a_figure_is_enlarged_and_put_away_by_keyboard(tab: Page) -> None:
    link = tab.locator("a.sfo-enlarge").first
    link.focus()
    tab.keyboard.press("Enter")
    dialog = tab.locator("dialog.sfo-plate")
    assert dialog.is_visible()
    assert dialog.locator("img").get_attribute("alt") == tab.locator("figure img").first.get_attribute("alt")
    assert "Figure 2.1" in dialog.inner_text()
    assert dialog.evaluate("one => one.contains(document.activeElement)")
    tab.keyboard.press("Escape")
    assert not dialog.is_visible()
    assert link.evaluate("one => one === document.activeElement")
    link.press("Enter")
    tab.get_by_role("button", name="Close").press("Enter")
    assert not dialog.is_visible()


def test_on_a_phone_an_enlarged_figure_has_its_natural_size(tab: Page) -> None:
    tab.set_viewport_size(NARROW)
    tab.locator("a.sfo-enlarge").first.press("Enter")
    image = tab.locator("dialog.sfo-plate img")
    assert image.evaluate("one => one.getBoundingClientRect().width >= Number(one.getAttribute('width'))")
    room = tab.locator(".sfo-plate-room")
    assert room.evaluate("one => { one.scrollTo(80, 0); return one.scrollLeft }") == 80
    assert tab.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    tab.keyboard.press("Escape")
    tab.set_viewport_size(WIDE)


@pytest.mark.parametrize("kind", [".bibtex-citation a", "a:has(.std-term)"])
def test_a_card_comes_with_pointer_and_focus_and_goes_with_escape(tab: Page, kind: str) -> None:
    link = tab.locator(f".bd-article section > p {kind}").first
    note = link.evaluate("one => document.getElementById('note-' + one.hash.slice(1)).textContent.trim()")
    card = tab.locator(".sfo-card")
    link.focus()
    assert card.is_visible()
    assert card.inner_text().replace("\n", " ").split() == note.split()
    assert link.get_attribute("aria-describedby") == card.get_attribute("id")
    tab.keyboard.press("Escape")
    assert not card.is_visible()
    assert link.get_attribute("aria-describedby") is None
    link.blur()

    link.hover()
    card.wait_for(state="visible")
    card.hover()  # the pointer may go to the card, and the card stays
    tab.wait_for_timeout(400)
    assert card.is_visible()
    tab.mouse.move(2, 2)
    card.wait_for(state="hidden")


def test_a_tap_shows_the_card_before_it_follows_the_link(browser: Browser, site: Path) -> None:
    context = browser.new_context(viewport=NARROW, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto((site / CHAPTER).as_uri())
    link = page.locator(".bd-article section > p .bibtex-citation a").first
    link.tap()
    card = page.locator(".sfo-card")
    assert card.is_visible()
    box = card.bounding_box()
    assert box and box["x"] >= 0 and box["x"] + box["width"] <= NARROW["width"]
    assert CHAPTER in page.url
    link.tap()
    page.wait_for_url("**/bibliography.html#cite-*")
    context.close()


def test_a_link_into_a_folded_box_opens_it(tab: Page) -> None:
    for link in tab.locator("figure .sfo-data").first.locator("a[href^='#']").all():
        box = tab.locator(f"details:has([id='{(link.get_attribute('href') or '')[1:]}'])")
        link.press("Enter")
        assert box.evaluate("one => one.open")
        assert box.locator("table, pre").first.is_visible()
        box.evaluate("one => one.open = false")


def test_sources_stand_in_the_margin_where_there_is_room(tab: Page) -> None:
    notes = tab.locator(".sfo-margin")
    assert notes.filter(visible=True).count() == 0
    tab.set_viewport_size({"width": 1500, "height": 900})
    notes.first.wait_for()
    boxes = tab.evaluate(
        """() => [...document.querySelectorAll('.sfo-margin')].map(note => [
             note.getBoundingClientRect().left - note.closest('p').getBoundingClientRect().right,
             document.querySelector('.bd-sidebar-secondary').getBoundingClientRect().left
               - note.getBoundingClientRect().right,
             note.getAttribute('aria-hidden')])"""
    )
    assert len(boxes) > 10
    assert all(left > 0 and right >= 0 and hidden == "true" for left, right, hidden in boxes)
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tab.set_viewport_size(WIDE)


def test_a_printed_chapter_has_its_sources_and_nothing_for_the_screen(tab: Page) -> None:
    tab.emulate_media(media="print")
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert tab.locator(".sfo-page-notes li").first.is_visible()
    for unwanted in (
        ".bd-sidebar-primary",
        ".bd-sidebar-secondary",
        ".bd-header-article",
        "a.sfo-enlarge",
        "details.sfo-numbers",
        "details.solution",
    ):
        assert tab.locator(unwanted).filter(visible=True).count() == 0, unwanted
    assert tab.locator("figure img").first.is_visible()
    tab.evaluate("dispatchEvent(new Event('afterprint'))")
    tab.emulate_media(media="screen")


@pytest.mark.parametrize(
    ("query", "heading", "place"),
    [
        ("Mikoyan", "People", "book/reference/people.html#person-"),
        ("juragua", "Events", "book/reference/chronology.html#event-"),
        ("Juraguá", "In the text", "notebooks/07_special_period.html"),
        ("un_roll_calls", "Tables", "book/data/un_roll_calls.html"),
        ("14 May 1943", "Chapters", "notebooks/01_batista.html"),
        ("4 February 1960", "Events", "book/reference/chronology.html#event-"),
        ("barter", "Words", "book/glossary.html#term-barter"),
    ],
)
def test_search_finds_chapters_events_people_and_tables(
    tab: Page,
    site: Path,
    query: str,
    heading: str,
    place: str,
) -> None:
    tab.goto(f"{(site / 'search.html').as_uri()}?q={quote(query)}")
    group = tab.locator(".sfo-results section", has=tab.get_by_role("heading", name=heading, exact=True))
    group.locator("a").first.wait_for()
    links = [link.get_attribute("href") or "" for link in group.locator("a").all()]
    assert any(link.startswith(place) for link in links), links
    assert tab.locator("#search-results [role=status]").inner_text()[0].isdigit()


def test_search_says_when_nothing_is_found(tab: Page, site: Path) -> None:
    tab.goto(f"{(site / 'search.html').as_uri()}?q=xyzzy")
    tab.get_by_text("Nothing was found for “xyzzy”").wait_for()


def test_structured_data_stand_under_a_strict_policy(tab: Page, site: Path, tmp_path: Path) -> None:
    """A block of data is not run, so a policy that forbids inline scripts has nothing against it."""
    html = (site / CHAPTER).read_text(encoding="utf-8")
    block = html[html.index('<script type="application/ld+json">') :].partition("</script>")[0] + "</script>"
    page = tmp_path / "page.html"
    head = f'<!DOCTYPE html><html lang="en"><head><meta http-equiv="Content-Security-Policy" content="{STRICT}">'
    page.write_text(f"{head}<title>x</title>{block}</head><body></body></html>", encoding="utf-8")
    complaints: list[str] = []
    listen = lambda said: complaints.append(said.text)  # noqa: E731
    tab.on("console", listen)
    tab.goto(page.as_uri())
    kind = tab.evaluate("JSON.parse(document.querySelector('script').textContent)['@type']")
    tab.remove_listener("console", listen)
    assert kind == "LearningResource"
    assert not complaints
