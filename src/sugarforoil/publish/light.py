"""The built site made light and strict: one style sheet, one script, and a security policy for every page.

`lighten` takes a site as Sphinx leaves it and changes it in place:

- the style sheets of the pages become one, less the rules that no page can use (`purge`), with the fonts that every
  page needs inside; the scripts that many pages share become one, in their order, deferred;
- each page gets a Content-Security-Policy that allows what this site serves and nothing else;
- small pictures stand in the page itself, the first large one is fetched at once, the others when they come into view;
- what no page loads any more is dropped.

Pages are read with regular expressions and not parsed: they are written by templates that are known (book/_templates),
and reading them so costs a few milliseconds a page. What cannot be made strict is a fault, named with its page.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from html import unescape
from pathlib import Path
from posixpath import join, normpath
from urllib.parse import quote

from rcssmin import cssmin
from rjsmin import jsmin

from sugarforoil.publish import purge as purge_module
from sugarforoil.publish.purge import Names, purge
from sugarforoil.publish.steady import put

STYLE, SCRIPT = "_static/book.css", "_static/book.js"
SHARED_BY = 5  # a script of fewer pages stays a file of its own: the others need not carry it
INSIDE = 12_000  # bytes: a smaller picture stands in the page itself

POLICY = (
    "default-src 'self'; script-src 'self' '{hash}'; style-src 'self'; img-src 'self' data:; font-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'"
)
SAFE = {"show", "hide", "active", "hidden", "scrolled", "highlighted", "search", "context", "kind-title", "noprint"}
"""Classes that scripts put together or that come from the address of a page."""
NEVER = {
    *("version-switcher__button", "version-switcher__menu", "list-group-item", "dropdown-item", "dropdown-menu"),
    *("dropdown-menu-dark", "bd-header-announcement", "bd-header-announcement__content", "rtd-footer-container"),
    *("thebe-launch-button", "kbd-shortcut__modifier", "search-button__kbd-shortcut", "warning", "danger", "error"),
}
"""Classes that the theme's scripts name for a choice of versions, banners and the like, which this book has not."""

SHEET = re.compile(r'[ \t]*<link(?=[^>]*rel="stylesheet")[^>]*href="([^"?]+)[^"]*"[^>]*>\n?')
IMPORT = re.compile(r"""@import\s+["']([^"']+)["']\s*;""")
SOURCED = re.compile(r'[ \t]*<script\b([^>]*?)\ssrc="([^"?]+)[^"]*"([^>]*)>\s*</script>\n?')
INLINE = re.compile(r"[ \t]*<script(?![^>]*\ssrc=)([^>]*)>(.*?)</script>\n?", re.DOTALL)
# The one inline script, in place of the theme's: light or dark is settled before anything is drawn, and the fonts,
# which stand in the style sheet above it, are ready by then: no line breaks anew when they come.
START = (
    "document.documentElement.dataset.mode=localStorage.getItem('mode')||'auto';"
    "document.documentElement.dataset.theme=localStorage.getItem('theme')||'auto';"
    """for(const face of["1em 'Source Serif 4'","600 1em 'Source Serif 4'","italic 1em 'Source Serif 4'","""
    """"1em 'Source Sans 3'","600 1em 'Source Sans 3'"])document.fonts.load(face)"""
)
NO_FLASH = "dataset.theme"
PAGE_NAME = "DOCUMENTATION_OPTIONS.pagename"  # for a choice among versions, which this book does not offer
PICTURE = re.compile(r'<img\b[^>]*?\ssrc="([^"]+)"[^>]*>')
ICON = re.compile(r'(<link\b[^>]*rel="icon"[^>]*href=")([^"]+\.svg)(")')
LAZY = ' loading="lazy"'


# What may come from Markdown or from data and acts on a page: looked for in tags, whatever their case and quotes.
FORBIDDEN = {"iframe", "frame", "object", "embed", "base", "applet", "portal", "foreignobject", "animate", "set"}
RUNS = re.compile(r"javascript:|vbscript:|file:|data:(?!image/|font/)")
SUSPECT = re.compile(
    r"""[\s/"'](on[a-z]+|srcdoc|formaction|http-equiv)\s*=|script\s*:|data:|file:|&(colon|tab|newline);|=\s*["']?\s*[^"'\s>]*&\#"""
    rf"|<({'|'.join(FORBIDDEN)})\b",
    re.IGNORECASE,
)
WITHIN = re.compile(r'content="\d+; *url=\w[\w./-]*"')  # a page that leads on to another of the same site
TAG = re.compile(r"<([a-zA-Z][^\s/>]*)((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>")
ATTRIBUTE = re.compile(r"""([^\s"'>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")


class LightError(Exception):
    """A page holds what the security policy forbids; the message names both."""


def lighten(site: Path, cache: Path | None = None) -> None:
    """Make the site in the folder `site` light and strict.

    Args:
        site: the folder.
        cache: a file that keeps the style sheet for the next time, when the same comes out; none by default.

    Raises:
        LightError: a page holds an inline script, an event handler or a style attribute.
    """
    pages = {path: path.read_text(encoding="utf-8") for path in sorted(site.rglob("*.html"))}
    pages = {path: page for path, page in pages.items() if "<head>" in page}
    if not pages:
        return
    sheets = in_order(wanted(SHEET.findall(page), site, path) for path, page in pages.items())
    linked = {path: wanted((src for _, src in scripts(page)), site, path) for path, page in pages.items()}
    asked = Counter(script for scripts in linked.values() for script in scripts)
    enough = min(SHARED_BY, len(pages))
    shared = [script for script in in_order(linked.values()) if asked[script] >= enough]

    own = [script for script in asked if script not in shared]
    code = {script: small((site / script).read_text(encoding="utf-8"), script) for script in [*shared, *own]}
    (site / SCRIPT).write_text(";\n".join(code[script] for script in shared) + "\n", encoding="utf-8", newline="\n")
    for script in own:
        (site / script).write_text(code[script], encoding="utf-8", newline="\n")

    names = Names(SAFE, NEVER)
    for page in pages.values():
        names.read_page(page)
    for script, text in code.items():
        if "vendor/" not in script:  # a drawing library knows thousands of words, none of them ours
            names.read_script(text)
    (site / STYLE).write_text(style(site, sheets, names, cache), encoding="utf-8", newline="\n")

    versions = {name: digest((site / name).read_bytes()) for name in (STYLE, SCRIPT)}
    for path, page in pages.items():
        path.write_bytes(strict(page, path, site, versions, set(shared)).encode())
    drop(site, {*sheets, *shared} - {STYLE, SCRIPT}, pages)


def scripts(page: str) -> list[tuple[str, str]]:
    """The attributes and the address of each script that a page loads, in the order in which they run."""
    found = [(f"{before} {after}", source) for before, source, after in SOURCED.findall(page)]
    return sorted(found, key=lambda script: "defer" in script[0])  # those that are not put off run first


def wanted(addresses: Iterable[str], site: Path, page: Path) -> list[str]:
    """The files of the site that a page names, by their path in the site."""
    folder = page.parent.relative_to(site).as_posix()
    return [normpath(join(folder, address)) for address in addresses]


def in_order(lists: Iterable[list[str]]) -> list[str]:
    """Every item of `lists` once, each after those that stand before it in some list."""
    found: list[str] = []
    for items in lists:
        place = 0
        for item in items:
            if item in found:
                place = found.index(item) + 1
            else:
                found.insert(place, item)
                place += 1
    return found


def digest(content: bytes) -> str:
    """A short mark of a content, so that browsers fetch a file again when it has changed."""
    return hashlib.sha256(content).hexdigest()[:10]


def small(script: str, name: str) -> str:
    """A script without comments and spaces; of one that came so, only the address of its source map goes."""
    script = re.sub(r"(?m)^//# sourceMappingURL=.*$", "", script)
    return script if ".min." in name or "vendor/" in name else str(jsmin(script))


# --- the style sheet ----------------------------------------------------------------------------------------


def style(site: Path, sheets: list[str], names: Names, cache: Path | None = None) -> str:
    """One style sheet out of many, in their order: unused rules dropped, the page's fonts inside."""
    whole = "\n".join(read(site, name) for name in sheets)
    made_from = digest(
        f"{whole}{names.met_in(whole)}{Path(purge_module.__file__).read_text(encoding='utf-8')}".encode()
    )
    if cache and cache.is_file() and (kept := cache.read_text(encoding="utf-8")).startswith(made_from):
        lean = kept.removeprefix(made_from)
    else:
        lean = str(cssmin(purge(whole, names)))
        if cache:
            put(cache, made_from + lean)  # cut short, it would pass for the whole next time
    return re.sub(r"url\((fonts/page/[^)]+)\)", lambda found: font(site, found[1]), lean)


def read(site: Path, name: str) -> str:
    """A style sheet with those that it imports, in their place."""
    css = addressed((site / name).read_text(encoding="utf-8"), name)
    folder = name.rpartition("/")[0]
    return IMPORT.sub(lambda found: read(site, normpath(join(folder, found[1]))), css)


def addressed(css: str, name: str) -> str:
    """A style sheet whose addresses are those that it would use if it stood beside `STYLE`."""

    def moved(found: re.Match[str]) -> str:
        address = found[2]
        if re.match(r"[a-z]+:|#|//", address):
            return found[0]
        place = normpath(join(name.rpartition("/")[0], address))
        return f"url({place.removeprefix('_static/')})"

    css = re.sub(r"/\*.*?\*/|@charset[^;]+;", "", css, flags=re.DOTALL)
    return re.sub(r"""url\(\s*(["']?)([^"')]+)\1\s*\)""", moved, css)


def font(site: Path, address: str) -> str:
    """A font as part of the style sheet: no further request, no second look of the page when it arrives."""
    content = (site / "_static" / address).read_bytes()
    return f"url(data:font/woff2;base64,{base64.b64encode(content).decode()})"


# --- the pages ----------------------------------------------------------------------------------------------


def strict(page: str, path: Path, site: Path, versions: dict[str, str], shared: set[str]) -> str:
    """A page with one style sheet, one script beside its own, and a security policy."""
    root = "../" * (len(path.relative_to(site).parts) - 1)
    kept: list[str] = []  # the page's own scripts, which follow the shared one
    marks: list[str] = []  # attributes that a shared script reads from its own element
    for attributes, source in scripts(page):
        marks.extend(re.findall(r'data-[\w-]+="[^"]*"', attributes))
        if wanted([source], site, path)[0] not in shared:
            kept.append(f'<script defer src="{source}?v={digest((path.parent / source).read_bytes())}"></script>\n')

    body = SHEET.sub("", SOURCED.sub("", page))
    body = INLINE.sub(lambda found: "" if PAGE_NAME in found[2] else found[0], body)
    themed = NO_FLASH in body
    body = INLINE.sub(lambda found: "" if NO_FLASH in found[2] else found[0], body)
    forbid(body, path.relative_to(site).as_posix())
    sources = [
        "sha256-" + hashed
        for hashed in sorted({*map(hashed_script, [*inline_scripts(body), *([START] if themed else [])])})
    ]
    if len(sources) > 1:
        raise LightError(f"{path.relative_to(site).as_posix()}: one inline script is allowed, found {len(sources)}.")
    policy = POLICY.format(hash=sources[0]) if sources else POLICY.replace(" '{hash}'", "")
    loads = ""
    if SHEET.search(page):
        loads += f'<link rel="stylesheet" href="{root}{STYLE}?v={versions[STYLE]}">\n'
    if themed:
        loads += f"<script>{START}</script>\n"
    if SOURCED.search(page):
        common = f'src="{root}{SCRIPT}?v={versions[SCRIPT]}"'
        loads += f"<script defer {' '.join([*dict.fromkeys(marks), common])}></script>\n" + "".join(kept)
    body = body.replace("<head>", f'<head>\n<meta http-equiv="Content-Security-Policy" content="{policy}">', 1)
    return illustrated(ICON.sub(lambda found: icon(found, path), body.replace("</head>", f"{loads}</head>", 1)), path)


def inline_scripts(page: str) -> list[str]:
    """The scripts in a page that a browser runs: not the data that other scripts read."""
    return [text for attributes, text in INLINE.findall(page) if "json" not in attributes]


def hashed_script(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def forbid(page: str, name: str) -> None:
    """Raise LightError for what a browser would refuse under the policy."""
    for found in re.finditer(r"\s(style|on[a-z]+)=[\"']", page):
        tag = re.search(r"<[a-z][^<>]*$", page[: found.start()])
        if tag:  # and not text that speaks of attributes
            raise LightError(f"{name}: the security policy forbids the attribute {found[1]!r} in {tag[0][:200]} ...>")
    if "<style" in page:
        raise LightError(f"{name}: the security policy forbids the element <style>")
    if not SUSPECT.search(page):
        return
    for tag in TAG.finditer(INLINE.sub("", page)):
        element, attributes = tag[1].lower(), ATTRIBUTE.findall(tag[2])
        if element in FORBIDDEN:
            raise LightError(f"{name}: no page may hold the element <{element}>: {tag[0][:200]}")
        for attribute, *values in attributes:
            value = re.sub(r"[\x00-\x20]", "", unescape("".join(values))).lower()
            runs = attribute.lower().startswith("on") or attribute.lower() in ("srcdoc", "formaction")
            leads_away = attribute.lower() == "http-equiv" and not WITHIN.search(tag[0])
            if runs or leads_away or RUNS.match(value):
                raise LightError(f"{name}: no page may hold the attribute {attribute}: {tag[0][:200]}")


def illustrated(page: str, path: Path) -> str:
    """Small pictures inside the page; the first of the others is not to wait until it comes into view."""
    first = True

    def show(found: re.Match[str]) -> str:
        nonlocal first
        tag, source = found[0], found[1]
        file = path.parent / source
        if source.endswith(".svg") and "/_images/" in source and file.stat().st_size < INSIDE:
            return tag.replace(f'"{source}"', f'"{as_address(file.read_text(encoding="utf-8"))}"').replace(LAZY, "")
        if first and "/_images/" in source:
            first = False
            return tag.replace(LAZY, "")
        return tag

    return PICTURE.sub(show, page)


def icon(found: re.Match[str], path: Path) -> str:
    """The site's icon inside the page: it is shorter than the request for it."""
    return found[1] + as_address((path.parent / found[2]).read_text(encoding="utf-8")) + found[3]


def as_address(svg: str) -> str:
    """A drawing as an address that holds it."""
    return "data:image/svg+xml," + quote(svg.strip().replace('"', "'"), safe="!$'()*+,-./:;=?@_~")


# --- what is left over --------------------------------------------------------------------------------------


def drop(site: Path, merged: set[str], pages: Iterable[Path]) -> None:
    """Remove the files that are in the two common ones now, and what of the theme no page asks for."""
    for name in merged:
        (site / name).unlink()
    static = site / "_static"
    texts = [path.read_text(encoding="utf-8") for path in [*pages, *static.rglob("*.css"), *static.rglob("*.js")]]
    addresses = " ".join(re.findall(r"_static/[^\"'?)]+|fonts/[^\"'?)]+|url\([^)]+", " ".join(texts)))
    named = set(re.findall(r"[\w.-]+\.\w+", addresses))
    for file in sorted(static.rglob("*"), reverse=True):
        if file.is_dir():
            if not any(file.iterdir()):
                file.rmdir()
        elif file.name not in named and file.relative_to(site).as_posix() not in (STYLE, SCRIPT) and unused(file):
            file.unlink()


def unused(file: Path) -> bool:
    """Whether a file that no page names may go: licences stay with what they license."""
    return file.suffix in {".css", ".js", ".svg", ".png", ".woff2", ".html"}
