"""The questions of "Check yourself" in a browser: by keyboard, as a file, under a strict policy, without scripts."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, Locator, Page

CHAPTER = "notebooks/02_sugar_for_oil.html"
NOTHING_INLINE = "default-src 'none'; script-src file:; style-src file:; img-src file: data:; font-src file:"


@pytest.fixture
def page(browser: Browser, site: Path) -> Iterator[Page]:
    """The chapter opened as a file, with no network."""
    context = browser.new_context(offline=True)
    opened = context.new_page()
    opened.goto((site / CHAPTER).as_uri())
    yield opened
    context.close()


def question(page: Page, kind: str) -> Locator:
    return page.locator(f".sfo-check[data-kind={kind}]").first


def words(said: Locator) -> str:
    return " ".join((said.text_content() or "").split())


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_a_choice_is_answered_by_keyboard_wrong_and_then_right(page):
    box = question(page, "choice")
    said = box.get_by_role("status")
    box.get_by_role("radio").first.focus()
    press(page, "Enter")
    assert words(said) == "Choose one of the answers first."
    press(page, "Space", "Enter")
    assert words(said).startswith("Not this one. It was to be most of Cuba’s trade")
    press(page, "ArrowDown", "Tab", "Enter")  # the second option, then the button
    assert words(said).startswith("Right. Some of these are plans.")
    assert box.get_attribute("data-state") == "right"
    assert page.locator(".sfo-check[data-state]").count() == 1, "one question must not answer another"


def test_a_number_is_read_as_people_write_it_and_a_misreading_is_told(page):
    box = question(page, "number")
    said, field = box.get_by_role("status"), box.get_by_role("textbox")
    field.focus()
    for typed, start in {
        "seven": "Write a number",
        "23": "Not this number. 23: That is the time from the first refusal",
        "40": "Not this number. Find both days",
        " 7.0 ": "Right. 7. The seizure was on 29 June 1960",
    }.items():
        field.fill(typed)
        press(page, "Enter")
        assert words(said).startswith(start), typed
    assert page.evaluate("document.activeElement.tagName") == "INPUT"


def test_events_are_put_in_order_by_keyboard(page):
    box = question(page, "order")
    said, places = box.get_by_role("status"), box.get_by_role("combobox")
    events = box.locator(".sfo-check-options label").all_text_contents()
    right = box.locator(".sfo-check-reasons strong").all_text_contents()

    def answer(order: list[str]) -> None:
        for place, event in zip(places.all(), events, strict=True):
            place.focus()
            press(page, str(order.index(event.strip()) + 1))  # a letter or digit chooses in a list
        press(page, "Tab")
        while page.evaluate("document.activeElement.tagName") != "BUTTON":
            press(page, "Tab")
        press(page, "Enter")

    box.get_by_role("button").focus()
    press(page, "Enter")
    assert words(said) == "Give every event a place first."
    answer([right[1], right[0], *right[2:]])
    assert words(said).startswith(f"Not yet. In their places: {len(right) - 2} of {len(right)}.")
    assert right[1] in words(said)
    answer(right)
    assert words(said).startswith("Right.")
    places.first.select_option("1")
    places.nth(1).select_option("1")
    box.get_by_role("button").click()
    assert words(said).startswith("Two events have the same place")


def test_every_control_has_a_name_and_every_verdict_is_announced(page):
    for box in page.locator(".sfo-check").all():
        assert box.get_by_role("status").count() == 1
        assert box.get_by_role("group").first.evaluate("one => one.querySelector('legend').textContent.length") > 10
        for control in box.locator("input, select").all():
            assert control.evaluate("one => one.labels.length") == 1


def test_nothing_is_sent_stored_or_set_inline(browser, pages_of_sphinx, tmp_path):
    """The page under a policy that forbids inline scripts and styles: it answers, and nothing is refused."""
    text = (pages_of_sphinx / CHAPTER).read_text(encoding="utf-8")
    copy, script = tmp_path / "notebooks" / "page.html", Path("_static") / "js" / "selfcheck.js"
    for folder in (copy.parent, (tmp_path / script).parent):
        folder.mkdir(parents=True)
    shutil.copy(pages_of_sphinx / script, tmp_path / script)
    bare = BeautifulSoup(text, "lxml")
    for one in bare.select("script:not([src])"):
        one.decompose()
    policy = bare.new_tag("meta", **{"http-equiv": "Content-Security-Policy", "content": NOTHING_INLINE})
    bare.head.insert(0, policy)
    for one in bare.select("script[src], link, img"):
        if "selfcheck.js" not in one.get("src", ""):  # the rest of the page has its own tests
            one.decompose()
    copy.write_text(str(bare), encoding="utf-8")
    context = browser.new_context(offline=True)
    page = context.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    page.on("pageerror", lambda error: refused.append(str(error)))
    page.goto(copy.as_uri())
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    box = question(page, "choice")
    box.get_by_role("radio").nth(1).check()
    box.get_by_role("button").click()
    assert words(box.get_by_role("status")).startswith("Right.")
    assert refused == []
    assert asked == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    context.close()


def test_without_scripts_the_answer_is_folded_beneath_its_question(browser, site):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((site / CHAPTER).as_uri())
    boxes = page.locator(".sfo-check").all()
    assert len(boxes) == 5
    for box in boxes:
        assert box.locator("input, select, button, form").count() == 0, "a dead control"
        assert box.locator(".sfo-check-question").is_visible()
        answer = box.locator(".sfo-check-answer")
        assert not answer.locator("li, p").first.is_visible()
        answer.locator("summary").click()
        assert answer.locator("li").last.is_visible()
    context.close()


def test_every_chapter_page_has_its_questions(site):
    for file in sorted((site / "notebooks").glob("[0-9]*.html")):
        page = BeautifulSoup(file.read_text(encoding="utf-8"), "lxml")
        boxes = page.select("section#check-yourself .sfo-check")
        assert 3 <= len(boxes) <= 5, file.name
        assert all(len(box.select("details.sfo-check-answer")) == 1 for box in boxes), file.name
        assert not page.select(".sfo-check [style], .sfo-check script"), file.name
        assert "Give your answers these names" not in page.get_text(), file.name
