"""The quicker ways of building give what the slow ones give."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from docutils import nodes

from sugarforoil.publish import quick

CONF = """
extensions = ["myst_parser", "sphinxcontrib.bibtex", *{more}]
bibtex_bibfiles = ["works.bib"]
numfig = True
numfig_secnum_depth = 1
html_theme = "basic"
"""
PAGE = """# Page {number}

Of {{numref}}`fig-{other}`, by {{cite:t}}`work{number}`, a {{term}}`word {number}`.

```{{figure}} one.png
:name: fig-{number}

Caption {number}
```

## Only here {number}
"""
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A book of nine pages: each names the next one's figure, a work and a word."""
    (tmp_path / "one.png").write_bytes(PIXEL)
    pages = [f"page{number}" for number in range(8)]
    for number, page in enumerate(pages):
        text = PAGE.format(number=number, other=(number + 1) % 8) + f"\nLetters {'abc ' * 40 * number}\n"
        (tmp_path / f"{page}.md").write_text(text, encoding="utf-8")
    entries = [
        f"@book{{work{one}, author={{Doe, A.}}, publisher={{P}}, title={{T{one}}}, year={{{1990 + one}}}}}"
        for one in range(8)
    ]
    (tmp_path / "works.bib").write_text("\n".join(entries), encoding="utf-8")
    words = "\n".join(f"word {one}\n: Meaning {one}" for one in range(8))
    contents = "\n".join(pages)
    start = f"# Start\n\n```{{toctree}}\n:numbered:\n{contents}\n```\n\n```{{glossary}}\n{words}\n```\n"
    (tmp_path / "index.md").write_text(f"{start}\n```{{bibliography}}\n```\n", encoding="utf-8")
    return tmp_path


def built(book: Path, name: str, more: list[str], jobs: int = 1) -> dict[str, bytes]:
    """Every file of the built book but the record of the settings, which differ."""
    (book / "conf.py").write_text(CONF.format(more=more), encoding="utf-8")
    place = book.parent / f"{book.name}-{name}"
    folders = ["-d", str(place / "trees"), str(book), str(place / "html")]
    subprocess.run([sys.executable, "-m", "sphinx", "-q", "-W", "-j", str(jobs), *folders], check=True)
    files = sorted(path for path in (place / "html").rglob("*") if path.is_file())
    return {path.relative_to(place).as_posix(): path.read_bytes() for path in files if path.name != ".buildinfo"}


def test_the_quick_way_writes_the_same_bytes_in_one_process_and_in_several(book: Path) -> None:
    plain = built(book, "plain", [])
    assert b"Fig. 3.1" in plain["html/page1.html"]  # its neighbour's figure, counted
    assert b"page7" in plain["html/searchindex.js"]
    for jobs in (1, 3):
        assert built(book, f"quick{jobs}", ["sugarforoil.publish.quick"], jobs) == plain


def test_a_page_that_changes_is_counted_and_cited_anew(book: Path) -> None:
    ways = {"slow": [], "quick": ["sugarforoil.publish.quick"]}
    for name, more in ways.items():
        built(book, name, more)
    page = book / "page1.md"
    figure = "```{figure} one.png\n:name: fig-more\n\nMore\n```\n\n"
    page.write_text(page.read_text(encoding="utf-8").replace("Of {numref}", f"{figure}Of {{numref}}"), encoding="utf-8")
    slow, quickly = (built(book, name, more) for name, more in ways.items())
    assert quickly == slow
    assert b"Fig. 2.2" in quickly["html/page1.html"]


def test_shares_weigh_about_the_same_and_hold_every_page_once() -> None:
    weights = {f"page{one}": one**2 for one in range(20)}
    parts = quick.shares(list(weights), weights.__getitem__, 3)
    assert sorted(page for part in parts for page in part) == sorted(weights)
    heavy = [sum(map(weights.__getitem__, part)) for part in parts]
    assert max(heavy) - min(heavy) < 0.1 * sum(heavy)
    assert parts == quick.shares(list(reversed(weights)), weights.__getitem__, 3)


@pytest.mark.parametrize("condition", [None, nodes.Text, nodes.paragraph, lambda node: "b" in node.astext()])
@pytest.mark.parametrize("how", [{}, {"include_self": False}, {"descend": False}, {"siblings": True}, {"ascend": True}])
def test_elements_are_found_in_the_order_of_the_page(condition: object, how: dict[str, bool]) -> None:
    tree = nodes.section("", nodes.title("", "a b"), nodes.paragraph("", "", nodes.strong("", "b"), nodes.Text("c")))
    tree += nodes.section("", nodes.paragraph("", "b"), nodes.paragraph("", "d"))
    for top in (tree, tree[0], tree[1]):
        assert list(quick.findall(top, condition, **how)) == list(quick.find_around(top, condition, **how))
