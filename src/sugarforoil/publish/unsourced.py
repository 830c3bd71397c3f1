"""Numbers in the prose that neither the data nor a source carries.

    python -m sugarforoil.publish.unsourced

prints every such number with its sentence. A number is carried when the notebook computed it (a placeholder of
`findings.say`, of a caption or of an alt text) or when its own sentence cites a source; a number in a quotation also
when its paragraph does. What is no number in this sense stands in `ASIDE`, with the reason beside it.
"""

from __future__ import annotations

import ast
import csv
import io
import re
import sys
from collections.abc import Container, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from sugarforoil.publish.notebooks import ROOT, Notebook, all_notebooks, read

COMPUTED = "\N{WHITE SQUARE}"  # stands for a number that the notebook computed
CITED = "\N{WHITE DIAMOND}"  # stands for a citation

Cell = dict[str, Any]


class Number(NamedTuple):
    """A number and where it stands."""

    place: str  # "notebooks/02_sugar_for_oil.ipynb, cell say-days", "book/methods.md"
    said: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.place}: {self.said!r} in “{self.sentence}”"


# --- what is a number ---------------------------------------------------------------------------------------------

MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
DAY = "(?:[12]?[0-9]|3[01])(?:st|nd|rd|th)?"
CENTURY = "(?:1[4-9]|20)"
AND = r"(?:\s*(?:,|-|–|to|and|or)\s*"
TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
TEENS = "thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
ONES = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
LARGE = f"(?:(?:{TENS})(?:-(?:{ONES}))?|{TEENS})"
SIZE = "(?:hundred|thousand|million|billion|trillion|dozen)"
MEASURE = (
    "(?:per ?cent|percent|cents?|dollars?|roubles?|pesos?|tonnes?|tons?|barrels?|kilometres?|miles?|pounds?|kilos?"
    "|kilograms?|litres?|calories)"
)
TIME = "(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|decades?|centur(?:y|ies)|ago|past|o'clock)"
PART = "(?:thirds?|quarters?|fifths?|sixths?|sevenths?|eighths?|ninths?|tenths?)"
NUMBERED = (
    "chapters?|pages?|pp?|figures?|fig|tables?|exercises?|questions?|parts?|steps?|sections?|articles?|art|lines?|rows?"
    "|panels?|nos?|numbers?|docs?|documents?|resolutions?|laws?|decrees?|title|volumes?|note|version|release|lesson"
)

ASIDE = {
    "day": rf"\b{DAY}{AND}{DAY})*\s+{MONTH}\b|\b{MONTH}\s+{DAY}\b(?!,?\d){AND}{DAY}\b(?!,?\d))*|\b\d+(?:st|nd|rd|th)\b",
    "year": rf"\b{CENTURY}\d\d(?:s|/\d\d|[-–](?:{CENTURY}\d\d|\d\d))?\b(?![.,]?\d)(?!\s+(?:{MEASURE}|{SIZE})\b)",
    "hour": r"(?i)\b\d{1,2}:\d\d\b|\b\d{1,2}\s*[ap]\.?m\b|"
    rf"\b(?:half|quarter|{LARGE}|{ONES})\s+(?:past|to)\s+(?:{ONES})\b",
    # The day and the hour are the coordinates of a narrative, not findings: the table of events has them, and
    # tests/test_consistency.py compares dates across tables. A span told in words ("thirty years later") follows from
    # two dates; one in digits ("35 days") was counted, and counts here.
    "span": rf"(?i)\b(?:{LARGE}|{SIZE}s?|half an?|a half)[ -]{TIME}\b|\b{TIME} and a half\b",
    "reference": rf"(?i)\b(?:{NUMBERED})\.?\s+(?:no\.\s*)?\d+(?:[./]\d+)*(?:\(\w\))?{AND}\d+(?:[./]\d+)*)*",
    # U-2, R-12, SHA-256, CC BY 4.0, Python 3.11, Group of 77: digits within a name.
    "name": r"\b[A-Za-zА-я]+[-‑]?\d+(?:[./-]\d+)*[A-Z]*\b|\b9/11\b|\b(?:ISO|NSC|SNIE|NIE|Python|BY|BY-SA|BSD-|"
    r"Group of|EPUB|Title|Section|Serif|Sans|Attribution|Salyut)\s*\d+(?:[.-]\d+)*|\b\d-Clause\b",
    # A level set to 100 and the worth of one unit in another are definitions, which nobody reports.
    "definition": r"(?:= |\bat |\bis |\bto )100\b(?! \w+ dollars)|\b100:|1 ¢/lb is (?:about )?\$[\d.]+ a tonne",
    # How long a reader takes and how long an answer is to be is said of the book, not of the world.
    "reading": rf"\b\d+\s+minutes?\s+(?:to read|for the text|of reading)|\b\d+ for exercises|"
    rf"\b(?:\d+|{LARGE}) (?:words|sentences|lines)",
}
"""What is aside, as patterns. So are ordinals in words, and words up to twelve, which count what the reader sees
("two of the three ships"), unless a measure follows ("four cents")."""

NUMBER = re.compile(
    rf"(?<![\w.,/])[$€£−-]?\d+(?:[.,]\d+)*(?:\s*(?:%|¢)|\s+{SIZE}\b)?"
    rf"|\b(?:{LARGE}|{ONES})(?:\s+and a half)?[ -](?:{SIZE}s?|{MEASURE})\b|\b{LARGE}\b"
    rf"|\b(?:an?|few|several|half an?|some)\s+{SIZE}\b|\b{SIZE}s of\b"
    rf"|\b(?:two|three|four|nine)[ -]{PART}\b|\b(?:an?|one)[ -]{PART} (?:of|as|more|less|lower|higher|to|below|above)\b"
    rf"|\b(?:by|than|to|told|about|nearly|almost) (?:an?|one)[ -]{PART}\b"
    r"|\b(?:by|than|about|nearly|almost|over|under|below|above|only|to) half\b|(?<!first )(?<!second )(?<!other )"
    r"\bhalf (?:of|the|its|as|that|what|all)\b|\btwice (?:as|the|what|all|its|that)\b"
    r"|\b(?:halved|doubled|trebled|tripled|quadrupled)\b",
    re.IGNORECASE,
)
ASIDES = [re.compile(pattern) for pattern in ASIDE.values()]


SUPPOSED = re.compile(r"^(?:If|Now suppose|Suppose)\b[^,]*,?")  # "If the rate is halved, ...": no claim of ours


def numbers_in(sentence: str, *, supposed: bool = False) -> list[str]:
    """The numbers of a sentence, without what is aside or only `supposed`. A computed number takes its unit along."""
    sentence = sentence if supposed else SUPPOSED.sub(" ", sentence)
    sentence = re.sub(rf"{COMPUTED}[\s-]*(?:{SIZE}s?\b|%|¢)?", f"{COMPUTED} ", sentence)
    for aside in ASIDES:
        sentence = aside.sub(" ", sentence)
    return [found.group().strip() for found in NUMBER.finditer(sentence)]


WORTH = {word: str(10 * value) for value, word in enumerate(TENS.split("|"), start=2)}
WORTH |= {word: str(value) for value, word in enumerate(TEENS.split("|"), start=13)}
VALUES = {word: str(value) for value, word in enumerate(ONES.split("|"), start=1)}


def same(said: str) -> str:
    """A number in the form in which it is compared: "Six cents" and "6 cents" are one, "$300" and "300" are."""
    words = re.sub(r"[$€£%¢\s]+", " ", said.lower()).strip().split(" ")
    return " ".join(VALUES.get(word, word.rstrip("s")) for word in words)


# --- sentences ----------------------------------------------------------------------------------------------------

CITATION = re.compile(r"\{cite(?::\w+)?\}`[^`]+`")
ROLE = re.compile(r"\{[a-z][\w:-]*\}`([^`<]*?)(?:\s*<[^`>]*>)?`")
REFERENCE = re.compile(r"\{(?:ref|numref|doc|download|math|eq)\}`[^`]*`")
FENCE = re.compile(r"^(`{3,}|~{3,}|:{3,})(\{[\w-]+\})?(.*)$")
READ = {
    f"{{{name}}}"
    for name in [
        "admonition",
        "exercise",
        "solution",
        "exercise-start",
        "solution-start",
        "note",
        "dropdown",
        "tip",
        "margin",
        "epigraph",
        "from-chapter",
        "div",
        "card",
        "grid",
        "grid-item",
        "grid-item-card",
        "glossary",
    ]
}
"""Directives whose body is prose; any other holds code or data."""
ABBREVIATED = "".join(rf"(?<!\b{word}\.)" for word in ("doc", "docs", "No", "St", "Dr", "Mr", "Art", "[A-Z]"))
STOPS = re.compile(
    rf"{ABBREVIATED}(?<=[.?!])[”\"’)*{CITED}]*\s+(?=[\"“‘(*A-Z0-9А-Я{COMPUTED}$])|(?<=[.?!][”\"’)*])\s+"
    rf"(?=[\"“‘(*A-Z0-9А-Я{COMPUTED}$])"
)


def sentences(paragraph: str) -> list[str]:
    """The sentences of a paragraph, on one line each."""
    return [part for part in STOPS.split(" ".join(paragraph.split())) if part]


def plain(markdown: str) -> str:
    """Markdown with marks for citations, without code, formulas, links' addresses and markup."""
    text = CITATION.sub(CITED, markdown)
    text = REFERENCE.sub(" ", text)
    text = ROLE.sub(r"\1", text)
    text = re.sub(r"`[^`]*`", " ", text)
    text = re.sub(r"(?<!\\)\$[^$\n]+(?<!\\)\$", " ", text)
    text = re.sub(r"\[\d+\]\([^)]*\)|\]\([^)]*\)|<https?:[^>]*>|https?://\S+", " ", text)
    text = re.sub(r"<!--.*?-->|</?[a-z][^>]*>", " ", text, flags=re.DOTALL)
    return text.replace("\\$", "$").replace("\N{NO-BREAK SPACE}", " ")


class Paragraph(NamedTuple):
    """Prose, and what kind of part it stands in."""

    text: str
    part: str = ""  # "exercise", "solution", "option" (of a self-check), "heading", "figure", "" anywhere else


SPANS = re.compile(r"\{(exercise|solution)-(start|end)\}")  # parts that reach over several cells


def after(markdown: str, part: str) -> str:
    """The part that the next cell stands in."""
    marks = SPANS.findall(markdown)
    return part if not marks else marks[-1][0] * (marks[-1][1] == "start")


def paragraphs(markdown: str, part: str = "") -> Iterator[Paragraph]:
    """The paragraphs of a Markdown text without code, the rules of tables and the marks of lists."""
    fences: list[str] = []  # what each open fence is: its mark and its kind of part, "code" for what is no prose
    held: list[str] = []
    now = part
    heading = False

    def kind() -> str:
        """Of the innermost fence: an option of a self-check, but not its answer; of the outermost: an exercise."""
        parts = [one.partition(" ")[2] for one in fences]
        return "option" if parts[-1:] == ["option"] else "".join(parts[:1]).replace("option", "") or now

    for line in [*markdown.splitlines(), ""]:
        fence = FENCE.match(line.strip())
        closes = bool(fence and fences and not fence[2] and not fence[3] and fence[1] == fences[-1].split()[0])
        code = any(one.endswith(" code") for one in fences)
        begins = ITEM.match(line)
        opens = bool(fence and not closes and not code)
        if opens or closes or code or begins or not line.strip():
            if any(one.strip() for one in held):
                yield Paragraph("\n".join(held), "heading" if heading else kind())
            held, heading = [], line.startswith("#")
        if fence and closes:
            fences.pop()
        elif fence and opens:
            fences.append(f"{fence[1]} {_part(fence[2] or '', fence[3])}".strip())
            if fence[2] in TITLED:
                held = [re.sub(r"^\s*\d+\.\s+", "", fence[3])]
            span = SPANS.fullmatch(fence[2] or "")
            now = now if span is None else span[1] * (span[2] == "start")
        elif not code and not re.match(r"\s*(:[\w-]+:|\|?[\s:|-]+\|?\s*$)", line):
            held.append(re.sub(r"^\*\*[\d,.± −]+\*\*[.:]", "", line[begins.end() :] if begins else line.lstrip("> ")))


ITEM = re.compile(
    r"\s*(?:(?:[-*+]|\d+[.)])\s+(?:\*\*[\d,.± −]+\*\*[.:]?)?"  # a misreading of a self-check: **52**: ...
    r"|#+ |\|\s*(?:\d+ (?=[A-Z]))?)"  # a heading, a row of a table, which may begin with a chapter's number
)
TITLED = {"{admonition}", "{exercise}", "{exercise-start}", "{dropdown}", "{card}"}


def _part(directive: str, title: str) -> str:
    """The kind of part that a fence opens."""
    if directive == "{admonition}" and re.match(r"\s*\d+\. ", title):
        return "option"
    if directive in {"{exercise}", "{solution}"}:
        return directive[1:-1]
    return "" if directive in READ else "code"


def uncarried(paragraph: str) -> Iterator[tuple[str, str]]:
    """The numbers of a paragraph that nothing in it carries, as (number, sentence)."""
    text = plain(paragraph)
    cited = CITED in text
    for sentence in sentences(text):
        if CITED in sentence:
            continue
        for said in numbers_in(sentence):
            if not (cited and any(said in quote for quote in QUOTE.findall(text))):
                yield said, sentence


def carried(paragraph: str) -> set[str]:
    """The numbers of a paragraph that stand in a sentence with a citation."""
    cited = (sentence for sentence in sentences(plain(paragraph)) if CITED in sentence)
    return {same(said) for sentence in cited for said in numbers_in(sentence)}


# --- code that speaks ---------------------------------------------------------------------------------------------

SPOKEN = {"caption", "alt", "title", "subtitle"}  # words of `figures.Chart` and `figures.table`


FORMATTERS = {"number", "percent", "points", "years", "tonnes", "dollars", "cents", "times", "words"}


def constant(call: ast.Call) -> bool:
    """Whether a formatter of `findings` is given a number that was typed."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return name in FORMATTERS and not any(isinstance(one, ast.Name) for part in call.args for one in ast.walk(part))


def typed(node: ast.AST) -> str:
    """The words of an expression as they stand in the code; a mark for what is computed."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(typed(part) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        return typed(node.value)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return typed(node.left) + typed(node.right)
    if isinstance(node, ast.Call) and constant(node):
        return " ".join(typed(one) for one in node.args)
    return COMPUTED


def finding(call: ast.Call) -> str:
    """The sentence of `findings.say` or `findings.sentence`, with marks for what is computed and cited."""
    text = typed(call.args[0])
    text = CITATION.sub(CITED, text)
    for one in call.keywords:
        if one.arg and one.arg != "cite":
            text = text.replace("{" + one.arg + "}", typed(one.value))
    if any(one.arg == "cite" for one in call.keywords):
        text = text.rstrip(".!?") + f" {CITED}."
    return text


def spoken(code: str) -> Iterator[tuple[str, str]]:
    """What a code cell says to readers, as (kind, text): findings, captions, alt texts, titles."""
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in {"say", "sentence"} and node.args:
            yield "finding", finding(node)
        for one in node.keywords:
            if name in {"Chart", "table"} and one.arg in SPOKEN:
                yield one.arg, typed(one.value)


# --- the walk -----------------------------------------------------------------------------------------------------


def source(cell: Cell) -> str:
    """The text of a cell."""
    return "".join(cell["source"])


def displays(cell: Cell) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """What `sugarforoil` displayed in a cell, as (mark, data)."""
    for output in cell.get("outputs", ()):
        mark = output.get("metadata", {}).get("sugarforoil")
        if mark:
            yield mark, output["data"]


def drawn(text: str) -> Iterator[float]:
    """The numbers among the rows of a figure."""
    for row in csv.DictReader(io.StringIO(text)):
        for name in ("x", "y", "low", "high", "km"):
            try:
                yield float(row.get(name) or "")
            except ValueError:
                continue


def shows(said: str, values: Iterable[float]) -> bool:
    """Whether a number is one of those that are drawn, rounded as it is written."""
    words = same(said).split(" ")
    figure = re.sub(r"[^\d.−-]", "", WORTH.get(words[0], words[0]).replace("−", "-"))
    try:
        wanted, digits = float(figure), len(figure.partition(".")[2])
    except ValueError:
        return False
    return any(abs(abs(value) - abs(wanted)) <= 0.5 * 10**-digits for value in values)


class Chapter:
    """What the parts of a chapter say, and which of its numbers something carries."""

    def __init__(self, notebook: Notebook, name: str) -> None:
        self.name = name
        self.said: list[tuple[str, Paragraph]] = []  # place, and what stands there
        self.carried: dict[str, int] = {}  # number that was computed, or said with a source -> where it first was
        self.given: set[str] = set()  # numbers that an exercise assumes
        self.drawn: dict[str, list[float]] = {}  # of each cell, what its figures show
        part = ""
        figures: list[str] = []
        typed: set[str] = set()  # what stands in the code itself is not computed, though the output shows it
        for cell in notebook["cells"]:
            text, name = source(cell), cell["id"]
            if cell["cell_type"] == "code":
                found = [Paragraph(words, "figure" if kind in SPOKEN else part) for kind, words in spoken(text)]
                typed |= {same(said) for one in found for said in numbers_in(plain(one.text))}
                figures.append(name) if any(one.part == "figure" for one in found) else None
                for mark, data in displays(cell):
                    self._carry(self._computed(mark) - typed, len(found))
                    rows = "".join(data.get("text/csv", ""))
                    for place in {name, *figures[-1:]} if rows else ():
                        self.drawn.setdefault(place, []).extend(drawn(rows))
            # What a worksheet compares an answer with, and how exactly.
            elif "check" in cell["metadata"].get("tags", ()):
                self.given |= {same(said) for said in numbers_in(plain(text))}
                continue
            else:
                found = list(paragraphs(text, part))
                part = after(text, part)
            for one in found:
                self.said.append((name, one))
                self._carry(carried(one.text))
                if one.part == "exercise":
                    self.given |= {same(said) for said in numbers_in(plain(one.text), supposed=True)}

    def _carry(self, numbers: Iterable[str], ahead: int = 0) -> None:
        for number in numbers:
            self.carried.setdefault(number, len(self.said) - 1 + ahead)

    @staticmethod
    def _computed(mark: dict[str, Any]) -> set[str]:
        texts = {"finding": ["text"], "brief": ["text"], "table": ["caption"], "figure": ["caption", "alt", "title"]}
        words = " ".join(mark[name] for name in texts.get(mark["kind"], ()))
        return {same(said) for said in numbers_in(plain(words))}

    def bare(self) -> Iterator[Number]:
        """The numbers that nothing carries."""
        for place, (name, one) in enumerate(self.said):
            claims = QUOTE.findall(plain(one.text)) if one.part == "exercise" else []  # to be broken: not ours
            for said, sentence in uncarried(one.text):
                if any(said in claim for claim in claims):
                    continue
                again = self.carried.get(same(said), place + 1) <= place and not SHARE.search(said)
                if not (again or self.is_carried(said, sentence, one.part, self.drawn.get(name, ()))):
                    yield Number(f"{self.name}, cell {name}", said, sentence)

    def is_carried(self, said: str, sentence: str, part: str, values: Iterable[float]) -> bool:
        """Whether a number without a source in its sentence is no finding of ours, or is one that is drawn."""
        if part == "heading" and same(said) in self.carried:  # what the section says with its source
            return True
        if part == "option":  # two of three options are wrong on purpose; the answer tells which
            return True
        if part == "exercise" and (sentence.rstrip().endswith("?") or ASKS.search(sentence)):
            return True
        if part == "solution" and same(said) in self.given:
            return True
        return part == "figure" and shows(said, values)


QUOTE = re.compile(r"[“\"]([^”\"]*)[”\"]")
# "Half" and "a third" are too common to be taken for the same number said again.
SHARE = re.compile(rf"(?i)half|twice|{PART}|doubled|trebled|tripled")
ASKS = re.compile(r"(?i)(?:^|[.,:;]\s+)(?:take|let|try|suppose|assume|read|write|choose|use|change|put|set)\b")


TELLING = re.compile(r"[ .]|\d.*\d.*\d")  # "25" stands in some chapter by chance; "11.6 million" does not


def in_page(path: Path, known: Container[str] = ()) -> Iterator[Number]:
    """The numbers of a page of prose that nothing carries; `known` are those of the chapters, said here again."""
    for one in paragraphs(path.read_text(encoding="utf-8")):
        for said, sentence in uncarried(one.text):
            if SHARE.search(said) or not TELLING.search(same(said)) or same(said) not in known:
                yield Number(path.relative_to(ROOT).as_posix(), said, sentence)


def everywhere() -> list[Number]:
    """All of them: of the chapters and of the pages of `book/`."""
    chapters = [Chapter(read(path), path.relative_to(ROOT).as_posix()) for path in all_notebooks()]
    known = {number for chapter in chapters for number in chapter.carried}
    pages = sorted((ROOT / "book").glob("*.md"))
    return [one for chapter in chapters for one in chapter.bare()] + [
        one for path in pages for one in in_page(path, known)
    ]


def main() -> int:
    """Print them."""
    found = everywhere()
    for one in found:
        print(one)
    print(f"{len(found)} numbers that neither the data nor a source carries.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
