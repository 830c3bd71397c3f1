"""What the pages of the built book do in a real browser."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from in_browser import NARROW, WIDE
from PIL import Image
from playwright.sync_api import Browser, Page


def chapter(site: Path) -> str:
    """The page of the first chapter."""
    return next(site.glob("notebooks/[0-9][0-9]_*.html")).relative_to(site).as_posix()


def test_the_root_leads_to_the_cover(browser: Browser, address: str) -> None:
    tab = browser.new_page(viewport=WIDE)
    tab.goto(address)
    tab.wait_for_url("**/book/index.html")
    assert tab.locator("h1").inner_text().startswith("Sugar for Oil")
    tab.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_figures_stand_on_the_paper_of_the_page(
    scheme: Any,
    site: Path,
    browser: Browser,
    address: str,
) -> None:
    context = browser.new_context(viewport=WIDE, color_scheme=scheme)
    tab = context.new_page()
    tab.goto(address + chapter(site), wait_until="networkidle")
    picture = tab.locator("figure img").first
    picture.scroll_into_view_if_needed()
    picture.evaluate("image => image.decode()")
    seen = Image.open(io.BytesIO(picture.screenshot())).convert("L")
    paper, ink = seen.getpixel((1, seen.height - 2)), seen.getextrema()
    tab.close()
    context.close()
    if scheme == "dark":
        assert paper < 50, "the figure stands on a light ground"
        assert ink[1] > 170, "the figure's ink is not light"
    else:
        assert paper > 230
        assert ink[0] < 90


def test_a_reader_can_choose_the_dark(site: Path, browser: Browser, address: str) -> None:
    tab = browser.new_page(viewport=WIDE, color_scheme="light")
    tab.goto(address + chapter(site), wait_until="networkidle")
    button = tab.locator(".bd-header-article .theme-switch-button")
    seen = set()
    for _ in range(3):
        button.click()
        seen.add(tab.evaluate("getComputedStyle(document.body).backgroundColor"))
    tab.close()
    assert len(seen) == 2


def test_code_and_solutions_unfold(site: Path, browser: Browser, address: str) -> None:
    tab = browser.new_page(viewport=NARROW)
    tab.goto(address + chapter(site), wait_until="networkidle")
    for kind in ("details.sfo-code", "details.solution"):
        box = tab.locator(kind).first
        assert not box.locator("summary ~ *").first.is_visible()
        box.locator("summary").click()
        assert box.locator("summary ~ *").first.is_visible()
    assert tab.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    tab.close()


def test_search_finds_a_word_of_the_text(browser: Browser, address: str) -> None:
    tab = browser.new_page(viewport=WIDE)
    tab.goto(address + "search.html?q=sugar", wait_until="networkidle")
    tab.wait_for_selector("#search-results li a")
    links = tab.locator("#search-results li a")
    found = links.evaluate_all("links => links.map(link => link.getAttribute('href'))")
    tab.close()
    assert any("book/data/" in link for link in found)
    assert any("notebooks/" in link for link in found)


CHRONOLOGY = "book/reference/chronology.html"
SHOWN = ".sfo-events tbody tr:not([hidden])"


def shown(tab: Page) -> int:
    """How many events can be seen; the page's own count must say the same."""
    count = tab.locator(SHOWN).filter(visible=True).count()
    assert tab.locator(".sfo-filter [role=status]").inner_text().startswith(f"{count} ")
    return count


def test_events_can_be_found_by_text_era_and_kind(browser: Browser, address: str) -> None:
    tab = browser.new_page(viewport=WIDE)
    tab.goto(address + CHRONOLOGY, wait_until="networkidle")
    everything = shown(tab)
    tab.get_by_label("Find").fill("raul castro")
    found = shown(tab)
    assert 0 < found < everything
    assert all(
        "Raúl" in text and "Castro" in text for text in tab.locator(SHOWN).filter(visible=True).all_inner_texts()
    )
    tab.get_by_label("Era").select_option(label="Sugar for oil, 1959–1962")
    assert 0 < shown(tab) < found
    assert tab.locator("main h2").filter(visible=True).count() == 1
    there = tab.url
    tab.get_by_label("Find").fill("")
    tab.get_by_label("Era").select_option("")
    tab.get_by_label("Kind").select_option("United Nations")
    assert {text.split()[-2] for text in tab.locator(SHOWN).filter(visible=True).all_inner_texts()} == {"United"}
    tab.goto("about:blank")
    tab.goto(there, wait_until="networkidle")  # a view has its own address
    assert 0 < shown(tab) < found
    tab.close()


def test_without_scripts_every_event_is_there(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(address + CHRONOLOGY)
    assert tab.locator(".sfo-filter").count() == 0
    assert tab.locator(".sfo-events tbody tr").filter(visible=True).count() > 200
    context.close()


def test_a_choice_changes_chart_sentence_and_address(browser: Browser, address: str) -> None:
    tab = browser.new_page(viewport=NARROW)
    tab.goto(address + "book/reference/explore.html", wait_until="networkidle")
    box = tab.locator(".sfo-explore").first
    picture = box.locator("svg[role=img]")
    picture.wait_for()

    def state() -> tuple[str, str, str | None]:
        return picture.inner_html(), box.locator("[role=status]").inner_text(), picture.get_attribute("aria-label")

    first = state()
    box.get_by_label("Compare").focus()
    tab.keyboard.press("ArrowDown")  # no mouse is needed
    tab.wait_for_function(
        "text => document.querySelector('.sfo-explore [role=status]').innerText !== text", arg=first[1]
    )
    tab.wait_for_timeout(200)
    second = state()
    assert all(before != after for before, after in zip(first, second, strict=True))
    assert "counterfactual=world_5yr" in tab.url
    box.get_by_text("The rows shown").click()
    box.locator("tbody tr").nth(20).wait_for()  # a list of that length, at least
    there = tab.url
    tab.goto("about:blank")
    tab.goto(there, wait_until="networkidle")
    picture.wait_for()
    tab.wait_for_timeout(200)
    assert state()[1:] == second[1:]
    assert tab.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    tab.close()
