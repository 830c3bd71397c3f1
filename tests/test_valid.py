"""Every page, style sheet and picture of the built book, read by the Nu HTML checker."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from sugarforoil.publish.accessible import mend

CHECKER = Path(__file__).resolve().parents[1] / "_build" / "tools" / "vnu.jar"  # .ci/fetch-vnu puts it there


def test_pages_styles_and_pictures_are_valid(site: Path) -> None:
    java = shutil.which("java")
    if java is None or not CHECKER.exists():
        message = "the Nu HTML checker is missing: it needs Java and .ci/fetch-vnu"
        if os.environ.get("SUGARFOROIL_REQUIRE_TOOLS"):
            pytest.fail(message)
        pytest.skip(message)
    files = sorted(path for path in site.rglob("*") if path.suffix in {".html", ".css", ".svg"})
    flags = ["--format", "json", "--also-check-css", "--also-check-svg"]
    command = [java, "-Xss8m", "-jar", CHECKER, *flags, *files]  # a folder would be read with its CSV files, too
    said = subprocess.run(command, capture_output=True, text=True, check=False).stderr
    messages = json.loads(said)["messages"]
    assert messages, "it has something to say of every page: it did not look"
    faults = [one for one in messages if one["type"] != "info"]
    assert not [f"{one['url'].rpartition('/html/')[2]}: {one['message']}" for one in faults]
    # What the theme writes and Sphinx's search needs, or what has no consequence for a reader.
    known = ("Trailing slash", "The “main” role is unnecessary", "Consider using the “h1”", "Article lacks heading")
    # It takes files in a folder for another origin; browsers judge the policy in test_light. Marks of icons.
    known += (
        "Resource violates Content Security",
        "Inline script violates Content Security",
        "Document uses the Unicode",
    )
    assert not {one["message"] for one in messages if not one["message"].startswith(known)}


def test_what_writers_get_wrong_is_mended() -> None:
    table = '<div><style scoped>th {}</style><table border="1" class="dataframe"><thead><tr><th></th><th>a</th>'
    assert mend(table) == '<div><table class="dataframe"><thead><tr><td></td><th>a</th>'
    assert mend('<th class="head stub"><p></p></th>') == '<td class="head stub"></td>'
    assert mend('<div class="citation" role="doc-biblioentry">') == '<div class="citation" role="listitem">'


def test_boxes_that_may_scroll_take_the_focus_and_have_a_name() -> None:
    box = '<div class="pst-scrollable-table-container">'
    heading = '<h2>Cuba &amp; oil<a class="headerlink" href="#a" title="Link to this heading">#</a></h2>'
    named = '<div class="pst-scrollable-table-container" tabindex="0" role="group" aria-label="'
    assert named + 'Table, Cuba &amp; oil"><table>' in mend(f"{heading}{box}<table>")
    caption = '<table id="t"><caption><span class="caption-number">Table 1.2 </span>x</caption>'
    assert mend(box + caption) == named + 'Table 1.2">' + caption
    assert '<pre tabindex="0" role="group" aria-label="Code, Cuba &amp; oil">' in mend(f"{heading}<pre>x</pre>")
    assert 'aria-label="Link">#</a>' in mend(heading)
