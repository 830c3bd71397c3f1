"""The pages as readers get them: light, strict, and whole wherever they are opened."""

from __future__ import annotations

import html
import http.server
import re
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from fontTools import subset
from fontTools.ttLib import TTFont
from in_browser import FAULTS, Quiet
from playwright.sync_api import Browser

from sugarforoil.publish.bench import sent
from sugarforoil.publish.drawings import slim, steps
from sugarforoil.publish.light import LightError, forbid, in_order, lighten
from sugarforoil.publish.purge import Names, purge

ROOT = Path(__file__).resolve().parents[1]
CHAPTER, PROSE, EXPLORER = 250_000, 100_000, 400_000  # bytes, compressed
REQUESTS = 12
PROSE_PAGES = ("colophon", "glossary", "how-to-read", "methods")
KINDS = [  # one page of each kind
    "book/index.html",
    "book/methods.html",
    "book/data/sugar_prices.html",
    "book/reference/chronology.html",
    "book/reference/explore.html",
    "notebooks/02_sugar_for_oil.html",
    "search.html?q=quota",
]


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, str]:
    """Every page that the theme has set, as text."""
    found = {path.relative_to(site).as_posix(): path.read_text(encoding="utf-8") for path in site.rglob("*.html")}
    return {name: text for name, text in found.items() if name != "index.html"}  # which only leads to the cover


# --- what stands in the pages -------------------------------------------------------------------------------


def test_every_page_has_one_strict_policy_before_anything_is_loaded(pages: dict[str, str]) -> None:
    for name, page in pages.items():
        policies = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]+)">', page)
        assert len(policies) == 1, name
        assert page.index("Content-Security-Policy") < page.index("<script"), name
        rules = dict(rule.split(" ", 1) for rule in policies[0].split("; "))
        assert rules["default-src"] == rules["style-src"] == rules["form-action"] == "'self'", name
        assert rules["object-src"] == rules["base-uri"] == "'none'", name
        assert re.fullmatch(r"'self' 'sha256-[\w+/=]+'", rules["script-src"]), name
        assert "unsafe" not in policies[0] and "*" not in policies[0] and "http" not in policies[0], name


def test_every_page_loads_one_style_sheet_and_one_common_script(pages: dict[str, str]) -> None:
    for name, page in pages.items():
        assert len(re.findall(r'rel="stylesheet"', page)) == 1, name
        scripts = re.findall(r"<script([^>]*) src=\"([^\"]+)", page)
        assert sum("/book.js?v=" in source for _, source in scripts) == 1, name
        assert all("defer" in attributes for attributes, _ in scripts), name


def test_no_page_holds_what_the_policy_forbids(pages: dict[str, str]) -> None:
    for name, page in pages.items():
        written = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page, count=1)  # the build's own
        assert written != page, name
        forbid(written, name)
        inline = re.findall(r"<script(?![^>]*\ssrc=)([^>]*)>", page)
        assert len([one for one in inline if "json" not in one]) == 1, name


@pytest.mark.parametrize(
    "page",
    ['<p style="color: red">', '<a href="#" onclick="go()">', "<style>p { color: red }</style>"],
)
def test_what_the_policy_forbids_is_a_fault_that_names_the_page(page: str) -> None:
    with pytest.raises(LightError, match=r"book/x\.html"):
        forbid(f"<html><head></head><body>{page}</body></html>", "book/x.html")
    forbid('<p>The text style="x" and onclick="y" in a sentence is no attribute.</p>', "book/x.html")


def test_a_second_inline_script_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "_static").mkdir()
    (tmp_path / "x.html").write_text("<html><head></head><body><script>a()</script><script>b()</script></body></html>")
    with pytest.raises(LightError, match=r"x\.html: one inline script is allowed, found 2"):
        lighten(tmp_path)


def test_pictures_have_their_size_and_only_the_first_is_fetched_at_once(pages: dict[str, str]) -> None:
    for name, page in pages.items():
        pictures = re.findall(r"<img[^>]*>", page)
        assert all(" width=" in one and " height=" in one for one in pictures), name
        files = [one for one in pictures if 'src="data:' not in one]
        assert ["loading" in one for one in files] == [i > 0 for i in range(len(files))], name


def test_every_letter_of_the_book_is_in_one_of_its_fonts(site: Path, pages: dict[str, str]) -> None:
    """What no font has, a browser takes from the reader's machine, where it looks foreign or is missing."""
    fonts = ROOT / "book" / "_static" / "fonts"
    known = {letter for path in fonts.rglob("*.woff2") for letter in TTFont(path).getBestCmap()}
    signs = set("≈→←⇒≤≥∞√∑÷≠≡✓")  # of formulas and tables: every system has them
    signs |= {chr(letter) for letter in range(0x1EA0, 0x1EFA)}  # of Vietnamese, in two titles of the bibliography
    missing: dict[str, str] = {}
    for name, page in pages.items():
        text = re.sub(r"<(script|math)\b.*?</\1>|<[^>]+>|&#?\w+;", "", page, flags=re.DOTALL)
        missing |= {letter: name for letter in set(text) - signs if ord(letter) > 126 and ord(letter) not in known}
    assert not missing


def test_the_fonts_of_every_page_are_those_that_the_style_sheet_says(site: Path) -> None:
    """The letters in css/fonts.css and in `sugarforoil.publish.faces` are the same."""
    from sugarforoil.publish import faces

    css = (ROOT / "book" / "_static" / "css" / "fonts.css").read_text(encoding="utf-8")
    assert re.findall(r"fonts/page/[^}]*unicode-range: ([^;]+);", css) == [faces.LETTERS] * len(faces.FACES)
    assert re.findall(r"-central-[^}]*unicode-range: ([^;]+);", css) == [faces.CENTRAL_LETTERS] * len(faces.CENTRAL)
    assert (site / "_static" / "book.css").read_text(encoding="utf-8").count("url(data:font/woff2") == len(faces.FACES)


# --- weights ------------------------------------------------------------------------------------------------


def weight(site: Path, name: str, page: str) -> tuple[int, int]:
    """Bytes and requests of a page with all figures and the fonts that its letters need."""
    loaded = re.findall(r"(?:<img[^>]*? src|<script[^>]*? src|<link[^>]*?stylesheet[^>]*? href)=\"([^\"?]+)", page)
    files = [site / name, *((site / name).parent / one for one in loaded if not one.startswith("data:"))]
    files += fonts(site, page)
    return sum(map(sent, files)), len(files)


def fonts(site: Path, page: str) -> set[Path]:
    """The files of the upright reading face that the letters of a page need beyond those in the style sheet."""
    css = (site / "_static" / "book.css").read_text(encoding="utf-8")
    face = (
        r'@font-face\{font-family:"?Source Serif 4"?;font-style:normal[^}]*?url\("?([^)"]+)[^}]*?unicode-range:([^;}]+)'
    )
    ranges = {file: subset.parse_unicodes(letters.upper().replace("U+", "")) for file, letters in re.findall(face, css)}
    assert len(ranges) >= 5
    needed = set()
    for letter in set(
        map(ord, html.unescape(re.sub(r"<(script|math|svg)\b.*?</\1>|<[^>]+>", "", page, flags=re.DOTALL)))
    ):
        file = next((file for file in reversed(ranges) if letter in ranges[file]), "data:")
        if not file.startswith("data:"):
            needed.add(site / "_static" / file)
    return needed


def test_pages_are_light(site: Path, pages: dict[str, str]) -> None:
    for name, page in pages.items():
        size, requests = weight(site, name, page)
        if name.startswith("notebooks/"):
            assert size <= CHAPTER, f"{name}: {size}"
            assert requests <= REQUESTS, f"{name}: {requests}"
        elif name.removeprefix("book/").removesuffix(".html") in PROSE_PAGES:
            assert size <= PROSE, f"{name}: {size}"
        elif name.endswith("explore.html"):
            assert size <= EXPLORER, f"{name}: {size}"


# --- in a browser -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def mounts(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Where the site may stand: in a folder with a space in its name, and below a path of a server."""
    root = tmp_path_factory.mktemp("a host")
    (root / "a path").symlink_to(site, target_is_directory=True)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(root)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield {"folder": (root / "a path").as_uri(), "server": f"http://127.0.0.1:{server.server_port}/a%20path"}
    server.shutdown()


@pytest.mark.parametrize("mount", ["folder", "server"])
def test_pages_work_in_a_folder_and_below_a_path(mount: str, mounts: dict[str, str], browser: Browser) -> None:
    base = mounts[mount]
    tab = browser.new_page(viewport={"width": 1280, "height": 900})
    said: list[str] = []
    tab.on("console", lambda message: said.append(message.text) if message.type in FAULTS else None)
    tab.on("pageerror", lambda error: said.append(str(error)))
    for kind in KINDS:
        said.clear()
        tab.goto(f"{base}/{kind}", wait_until="load")
        assert tab.evaluate("document.documentElement.dataset.theme") == "light", kind  # a script has run
        assert tab.evaluate("document.fonts.load('16px \"Source Serif 4\"').then(found => found.length)") > 0, kind
        assert tab.evaluate("getComputedStyle(document.body).getPropertyValue('--measure')"), kind  # the style sheet
        if kind.startswith("search"):
            tab.wait_for_selector("#search-results li a")
            # A browser does not let a page in a folder read others: the search finds them but cannot quote them.
            said[:] = [
                text for text in said if mount == "server" or ("fetch" not in text.casefold() and "ERR" not in text)
            ]
        if kind.endswith("explore.html"):
            tab.locator(".sfo-explore svg[role=img]").first.wait_for()
        assert not said, f"{kind}: {said}"
    tab.close()


def test_the_section_that_is_read_is_marked(mounts: dict[str, str], browser: Browser) -> None:
    tab = browser.new_page(viewport={"width": 1280, "height": 900})
    tab.goto(f"{mounts['folder']}/notebooks/02_sugar_for_oil.html")
    sections = tab.locator(".bd-toc-nav > ul > li > a")
    for place in (1, 3):
        target = sections.nth(place).get_attribute("href") or ""
        tab.evaluate("id => document.getElementById(id.slice(1)).scrollIntoView({ behavior: 'instant' })", target)
        tab.wait_for_function("target => document.querySelector('.bd-toc-nav a.active')?.hash === target", arg=target)
    tab.close()


MOVES = """new PerformanceObserver(list => {
  window.moved = list.getEntries().reduce((sum, one) => sum + one.value, window.moved ?? 0);
}).observe({ type: "layout-shift", buffered: true })"""


@pytest.mark.parametrize("page", ["book/index.html", "book/methods.html", "book/reference/explore.html"])
def test_nothing_jumps_while_a_page_loads(page: str, mounts: dict[str, str], browser: Browser) -> None:
    tab = browser.new_page(viewport={"width": 412, "height": 823})
    tab.add_init_script(MOVES)
    tab.goto(f"{mounts['server']}/{page}", wait_until="networkidle")
    tab.wait_for_timeout(300)
    assert tab.evaluate("window.moved ?? 0") < 0.05
    tab.close()


# --- the parts ----------------------------------------------------------------------------------------------


def test_a_rule_stays_if_something_may_use_it() -> None:
    names = Names({"made-by-script"})
    names.read_page('<html><body><p class="lead" id="top">x</p><a href="#">y</a></body></html>')
    names.read_script('element.classList.add("opened"); box.dataset.state = "on"')
    css = """
    .lead{a:b} .gone{a:b} p.gone, p.lead{a:b} #top>a{a:b} #bottom{a:b} table{a:b} .made-by-script{a:b} .opened{a:b}
    p:not(.gone){a:b} a[href]{a:b} a[target]{a:b} [data-state]{a:b} .lead::before{a:b} *{a:b}
    @media print{.gone{a:b}} @media print{p{a:b}}
    :root{--used:1;--unused:2;--chain:var(--unused2);--unused2:3} p{a:var(--used)}
    @keyframes turn{to{a:b}} @keyframes still{to{a:b}} p{animation:turn 1s}
    """
    kept = purge(css, names)
    for there in (
        ".lead{",
        "p.lead{",
        "#top>a{",
        ".made-by-script{",
        ".opened{",
        ":not(.gone)",
        "[href]",
        "[data-state]",
    ):
        assert there in kept, there
    for there in ("::before", "*{", "@media print{p{", "--used:1", "@keyframes turn"):
        assert there in kept, there
    for gone in (".gone{", "p.gone,", "#bottom", "table", "[target]", "--unused", "--chain", "still"):
        assert gone not in kept, gone


def test_scripts_keep_the_order_in_which_every_page_has_them() -> None:
    assert in_order([["a", "b", "d"], ["a", "c", "d"], ["b", "c"]]).index("d") == 3
    assert in_order([["b"], ["a", "b"]]) == ["a", "b"]


def test_a_slimmer_drawing_is_the_same_drawing() -> None:
    assert steps("M10 20L13.04 20L13.04 25.26C14 26 15 27 16 28z", 10, str) == "m100 200h30v53c10 7 20 17 30 27z"
    assert steps("m100 200l4-4q8 0 8 8z", 0.25, str) == "m25 50l1-1q2 0 2 2z"
    # A hundred steps of four hundredths are four, and not nothing.
    path = "M0 0" + "".join(f"L{i * 0.04:.2f} 0" for i in range(1, 101))
    assert sum(int(one) for one in re.findall(r"-?\d+", steps(path, 10, str).replace("m0 0", ""))) == 40
    letter = '<path d="m8 0l0 16z" id="a"/>'
    drawn = f'<g transform="translate(1 2) scale(0.01 -0.01)"><defs>{letter}</defs><use x="400" href="#a"/></g>'
    assert slim(drawn) == drawn.replace("0.01 -0.01", "0.04 -0.04").replace("m8 0l0 16z", "m2 0v4z").replace(
        "400", "100"
    )
