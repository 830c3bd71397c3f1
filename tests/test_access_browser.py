"""The book for readers with a keyboard, a screen reader, a small screen or the dark, in a real browser.

axe reads one page of each kind whole, wide and on a phone; what it reads of all pages stands in
`test_every_page_browser.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from in_browser import NARROW, PROBES, WIDE
from playwright.sync_api import Browser, Page, expect

CHAPTER = "notebooks/02_sugar_for_oil.html"
KINDS = [
    CHAPTER,
    *(f"book/{name}.html" for name in ("index", "data/deals", "reference/chronology", "reference/explore")),
]


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=WIDE, color_scheme="light", reduced_motion="reduce")
    context.add_init_script(PROBES)
    yield context.new_page()
    context.close()


def test_what_stands_around_the_text_has_no_fault_in_the_dark(tab: Page, address: str) -> None:
    tab.goto(address + CHAPTER, wait_until="load")
    assert not tab.evaluate("probes.faultsInTheDark([], 'body')")["faults"]


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "phone"])
@pytest.mark.parametrize("page", KINDS)
def test_no_kind_of_page_has_a_fault(page: str, size: Any, tab: Page, address: str) -> None:
    tab.set_viewport_size(size)
    tab.goto(address + page, wait_until="load")
    assert not tab.evaluate("probes.faults()")


@pytest.mark.parametrize("width", [1280, 2560])
def test_a_line_does_not_grow_with_the_screen(width: int, tab: Page, address: str) -> None:
    tab.set_viewport_size({"width": width, "height": 900})
    tab.goto(address + CHAPTER, wait_until="load")
    assert 60 <= tab.evaluate("probes.lettersInALine()") <= 75


def test_the_keys_lead_through_a_page_in_order(tab: Page, address: str) -> None:
    tab.goto(address + CHAPTER, wait_until="load")
    steps = []
    while len(steps) < 90:
        tab.keyboard.press("Tab")
        step = tab.evaluate("probes.focus()")
        if step is None:
            break
        steps.append(step)
    order = list(dict.fromkeys(step["where"] for step in steps))
    assert order[:4] == ["skip", "banner", "bar", "article"]
    for step in steps:
        assert step["name"].strip(), step
        assert step["outlined"] and step["contrast"] >= 3, step
        assert step["seen"], step
    # Backwards, what stands above comes into view from beneath the bar.
    for _ in range(12):
        tab.keyboard.press("Shift+Tab")
        step = tab.evaluate("probes.focus()")
        assert step["seen"], step


def test_the_skip_link_leads_to_the_text(tab: Page, address: str) -> None:
    tab.goto(address + CHAPTER, wait_until="load")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.getBoundingClientRect().top >= 0")
    tab.keyboard.press("Enter")
    tab.keyboard.press("Tab")
    assert tab.evaluate("Boolean(document.activeElement.closest('main'))")


def test_keys_open_boxes_and_the_search(tab: Page, address: str) -> None:
    tab.goto(address + CHAPTER, wait_until="networkidle")
    box = tab.locator("details.sfo-code").first
    box.locator("summary").focus()
    tab.keyboard.press("Enter")
    assert box.evaluate("box => box.open")
    tab.keyboard.press("Space")
    assert not box.evaluate("box => box.open")
    button = tab.locator(".bd-sidebar-primary .search-button__button")
    button.focus()
    tab.keyboard.press("Enter")
    dialog = tab.get_by_role("dialog", name="Search the book")
    assert dialog.is_visible()
    assert tab.evaluate("document.activeElement.id") == "search-input"
    tab.keyboard.press("Escape")
    assert not dialog.is_visible()
    assert button.evaluate("button => button === document.activeElement")


def test_the_contents_open_by_key_on_a_phone(tab: Page, address: str) -> None:
    tab.set_viewport_size(NARROW)
    tab.goto(address + CHAPTER, wait_until="networkidle")
    button = tab.get_by_role("button", name="Contents of the book")
    assert button.get_attribute("aria-expanded") == "false"
    assert not tab.locator("#sfo-contents a").first.is_visible(), "links that cannot be seen take the focus"
    button.focus()
    tab.keyboard.press("Enter")
    expect(tab.locator("#sfo-contents :focus")).to_have_count(1)
    expect(tab.locator(".primary-toggle")).to_have_attribute("aria-expanded", "true")
    tab.keyboard.press("Escape")
    expect(tab.locator(".primary-toggle")).to_have_attribute("aria-expanded", "false")
    assert button.evaluate("button => button === document.activeElement")


def test_a_table_takes_the_focus_only_where_it_scrolls(tab: Page, address: str) -> None:
    tab.goto(address + "book/data/sugar_prices.html", wait_until="load")
    preview = tab.locator(".sfo-preview .pst-scrollable-table-container")
    named = tab.get_by_role("group", name="scrolls")
    assert named.first.get_attribute("tabindex") == "0"
    assert preview.evaluate("box => box.scrollWidth > box.clientWidth") == (preview.get_attribute("tabindex") == "0")
    fits = "boxes => boxes.filter(box => box.tabIndex === 0 && box.scrollWidth <= box.clientWidth).length"
    assert tab.locator(".pst-scrollable-table-container").evaluate_all(fits) == 0


def test_a_reader_may_space_the_text_out(tab: Page, address: str) -> None:
    tab.set_viewport_size(NARROW)
    tab.goto(address + CHAPTER, wait_until="load")
    assert not tab.evaluate("probes.cutOffWhenSpaced()")
    assert tab.evaluate("probes.wider()") <= 0


def test_nothing_moves_for_who_wants_no_motion(tab: Page, address: str) -> None:
    tab.goto(address + CHAPTER, wait_until="load")
    assert not tab.evaluate("probes.moving()")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_icons_and_figures_stay_in_a_readers_own_colours(
    scheme: Any,
    browser: Browser,
    address: str,
) -> None:
    context = browser.new_context(viewport=WIDE, color_scheme=scheme, forced_colors="active")
    page = context.new_page()
    page.goto(address + CHAPTER, wait_until="load")
    icon = "getComputedStyle(document.querySelector('.sfo-menu')).backgroundColor"
    assert page.evaluate(icon) != page.evaluate("getComputedStyle(document.body).backgroundColor")
    figure = "getComputedStyle(document.querySelector('figure img'))"
    assert page.evaluate(f"[{figure}.backgroundColor, {figure}.filter]") == ["rgb(255, 255, 255)", "none"]
    context.close()


def test_text_is_set_in_the_books_own_faces(tab: Page, address: str) -> None:
    """Spanish, Polish, Vietnamese and Cyrillic letters come from Source Serif, not from whatever is at hand."""
    tab.goto(address + "book/bibliography.html", wait_until="load")
    tools = tab.context.new_cdp_session(tab)
    tools.send("DOM.enable")
    tools.send("CSS.enable")
    root = tools.send("DOM.getDocument")["root"]["nodeId"]
    for language in ("es", "pl", "vi", "ru", "ru-Latn"):
        found = tools.send("DOM.querySelectorAll", {"nodeId": root, "selector": f".citation [lang='{language}']"})
        assert found["nodeIds"], language
        tab.locator(f".citation [lang='{language}']").first.scroll_into_view_if_needed()
        tab.evaluate("probes.drawn()")  # the faces that these letters need are asked for when they come into view
        tab.evaluate("document.fonts.ready.then(() => true)")
        for node in found["nodeIds"][:5]:
            faces = tools.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
            assert {face["familyName"].startswith("Source S") for face in faces} == {True}, (language, faces)
