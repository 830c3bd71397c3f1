"""Sentences whose numbers are computed, shown as Markdown wherever a notebook is read.

    from sugarforoil import findings

    findings.say("In {year} the United States took {share} of Cuba's exports.", year=1958,
    share=findings.percent(0.67))

`say` shows one sentence, `brief` a numbered list. The other functions turn a number into the book's way of
writing it: a true minus sign, thousands commas, and a space that does not break between number and unit.
"""

from __future__ import annotations

import math
import string
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

import pandas as pd

from . import citations, datasets

NBSP = "\u00a0"  # a line never breaks between a number and its unit
MINUS = "\u2212"
EN_DASH = "\u2013"

_WORDS = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)

_PARTS = {
    1 / 10: "a tenth",
    1 / 5: "a fifth",
    1 / 4: "a quarter",
    1 / 3: "a third",
    1 / 2: "half",
    2 / 3: "two thirds",
    3 / 4: "three quarters",
    4 / 5: "four fifths",
    9 / 10: "nine tenths",
}


class FindingError(ValueError):
    """A sentence that must not be shown.

    A number is missing, a placeholder is not filled, a source is unknown.
    """


# --- showing ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Finding:
    """A finished sentence and the keys of the sources that it rests on."""

    text: str
    cite: tuple[str, ...] = ()

    @property
    def markdown(self) -> str:
        """For any front end: sources as "(Author Year)"."""
        return _with_source(citations.readable(self.text), citations.labels(self.cite), "({})", "; ")

    @property
    def myst(self) -> str:
        """For the book: sources as a citation role, which links to the bibliography."""
        return _with_source(self.text, self.cite, "{{cite:p}}`{}`", ",")

    def __str__(self) -> str:
        return self.markdown


def sentence(template: str, /, *, cite: str | Sequence[str] = (), **values: object) -> Finding:
    """Fill the {placeholders} of a sentence, without showing it.

    Args:
        template: Markdown with placeholders. MyST citations such as {cite:p}`key` may stand in it.
        cite: key or keys of `sources.csv`; the citation is set before the final full stop.
        values: one for each placeholder: a string made by a formatter of this module, or a whole number.

    Raises FindingError for a placeholder without a value, a value without a placeholder, None or NaN, a bare
    fraction (which formatter?), or an unknown source.

    """
    pieces = _split(template)
    used = {name for _, name in pieces if name}
    _compare(used, set(values), template)
    text = "".join(literal + (_spelt(name, values[name], template) if name else "") for literal, name in pieces)
    keys = (cite,) if isinstance(cite, str) else tuple(cite)
    try:
        citations.labels([*keys, *citations.keys_in(text)])
    except datasets.DataError as error:
        raise FindingError(f"{_start(template)}: {error}") from None
    return Finding(text, keys)


def say(template: str, /, *, cite: str | Sequence[str] = (), **values: object) -> None:
    """Show one computed sentence. Arguments and errors are those of `sentence`."""
    finding = sentence(template, cite=cite, **values)
    _publish(finding.markdown, [finding], "finding")


def brief(items: Iterable[Finding | str]) -> None:
    """Show findings as a numbered list, "In brief". Raises FindingError when there are none."""
    found = [item if isinstance(item, Finding) else sentence(item) for item in items]
    if not found:
        raise FindingError("brief: expected at least one finding, got none")
    _publish("\n".join(f"{place}. {item.markdown}" for place, item in enumerate(found, start=1)), found, "brief")


def _publish(markdown: str, found: Sequence[Finding], kind: str) -> None:
    from IPython.display import publish_display_data

    myst = found[0].myst if kind == "finding" else "\n".join(f"{n}. {one.myst}" for n, one in enumerate(found, 1))
    about = {"kind": kind, "text": _no_formula(myst), "cite": [key for one in found for key in one.cite]}
    publish_display_data({"text/markdown": _no_formula(markdown), "text/plain": markdown}, {"sugarforoil": about})


def _no_formula(markdown: str) -> str:
    """Escape dollar signs: two of them in a paragraph would be read as a formula between them."""
    return markdown.replace("\\$", "$").replace("$", "\\$")


def _split(template: str) -> list[tuple[str, str | None]]:
    """Cut a template into (literal, placeholder) pairs. MyST roles, which also use braces, are literals."""
    if not isinstance(template, str) or not template.strip():
        raise FindingError("expected a sentence, got an empty one")
    guarded = citations.ROLE.sub(lambda role: role.group().replace("{", "{{").replace("}", "}}"), template)
    try:
        parsed = list(string.Formatter().parse(guarded))
    except ValueError as error:
        raise FindingError(f"{_start(template)}: {error}") from None
    for _, name, spec, conversion in parsed:
        if name is not None and (spec or conversion or not name.isidentifier()):
            raise FindingError(f"{_start(template)}: expected a plain {{name}}, found {{{name}}} with more in it")
    return [(literal, name) for literal, name, _, _ in parsed]


def _compare(used: set[str], given: set[str], template: str) -> None:
    if used - given:
        raise FindingError(f"{_start(template)}: no value for {', '.join(sorted(used - given))}")
    if given - used:
        raise FindingError(f"{_start(template)}: no placeholder for {', '.join(sorted(given - used))}")


def _spelt(name: str, value: object, template: str) -> str:
    if isinstance(value, str):
        if value.strip().lower() in {"", "nan", "none", "<na>", "nat", "inf"}:
            raise FindingError(f"{_start(template)}: {name} is {value!r}")
        return value
    if isinstance(value, Integral) and not isinstance(value, bool):
        return str(int(value)).replace("-", MINUS)
    if _is_missing(value):
        raise FindingError(f"{_start(template)}: {name} is missing (None or NaN)")
    raise FindingError(f"{_start(template)}: {name} is {value!r}; use a formatter, such as findings.number")


def _with_source(text: str, items: Sequence[str], shape: str, separator: str) -> str:
    if not items:
        return text
    stop = text[-1] if text[-1] in ".!?" else ""
    return f"{text[: len(text) - len(stop)]} {shape.format(separator.join(items))}{stop}"


def _start(template: str) -> str:
    words = " ".join(str(template).split())
    return f'finding "{words[:40]}{"..." if len(words) > 40 else ""}"'


# --- numbers ------------------------------------------------------------------------------------------------


def number(value: Any, digits: int = 0) -> str:
    """5000000 -> "5,000,000".

    -12.5 with digits=1 -> "−12.5". Raises FindingError for what is no finite number.
    """
    real = _real(value)
    text = f"{round(abs(real), digits):,.{digits}f}"
    negative = real < 0 and any(digit in "123456789" for digit in text)  # never "−0"
    return f"{MINUS if negative else ''}{text}"


def percent(share: Any, digits: int = 0) -> str:
    """A share from 0 to 1, as a percentage: 0.848 -> "85%"."""
    return f"{number(_real(share) * 100, digits)}%"


def part(share: Any) -> str:
    """A share from 0 to 1 that lies within 0.04 of a simple fraction, in words: 0.5 -> "half", 0.31 -> "about a third".

    Raises FindingError for a share that no simple fraction tells.
    """
    real = _real(share)
    nearest = min(_PARTS, key=lambda one: abs(one - real))
    if abs(nearest - real) > 0.04:
        raise FindingError(f"expected a share near a simple fraction, got {real:.2f}; use findings.percent")
    return ("" if abs(nearest - real) < 0.005 else "about ") + _PARTS[nearest]


def points(difference: Any, digits: int = 0) -> str:
    """A difference of two shares: 0.57 -> "57 percentage points"."""
    return _unit(number(_real(difference) * 100, digits), "percentage point")


def years(value: Any, digits: int = 0) -> str:
    """3 -> "3 years"; 1 -> "1 year"."""
    return _unit(number(value, digits), "year")


def tonnes(value: Any, digits: int | None = None) -> str:
    """Metric tonnes.

    425000 -> "425,000 tonnes"; 5000000 -> "5 million tonnes"; digits: decimals, as few as needed.
    """
    return _unit(_large(value, digits), "tonne")


def dollars(value: Any, digits: int | None = None) -> str:
    """US dollars: 100_000_000 -> "$100 million"; 1250 -> "$1,250"; digits: decimals, as few as needed."""
    text = _large(value, digits)
    return f"{MINUS}${text[1:]}" if text.startswith(MINUS) else f"${text}"


def cents(value: Any, digits: int = 2, per: str = "lb") -> str:
    """US cents, by default for a pound of sugar: 3.15 -> "3.15 ¢/lb"; per="" -> "3.15¢"."""
    text = number(value, digits)
    return f"{text}{NBSP}¢/{per}" if per else f"{text}¢"


def times(value: Any, digits: int = 1) -> str:
    """A ratio: 2.5 -> "2.5 times"."""
    return f"{number(value, digits)}{NBSP}times"


def words(value: Any) -> str:
    """A small whole number in words: 3 -> "three"; from 13 on in figures."""
    real = _real(value)
    return _WORDS[int(real)] if real == int(real) and 0 <= real <= 12 else number(real)


def date(value: Any, precision: str = "day") -> str:
    """A date: "13 February 1960"; precision "month" -> "February 1960", "year" -> "1960"."""
    moment = pd.Timestamp(value)
    if _is_missing(moment) or precision not in {"day", "month", "year"}:
        raise FindingError(f"expected a date with precision day, month or year, got {value!r} with {precision!r}")
    month = moment.strftime("%B") + NBSP if precision != "year" else ""
    return f"{moment.day}{NBSP if month else ''}{month}{moment.year}" if precision == "day" else f"{month}{moment.year}"


def span(low: Any, high: Any) -> str:
    """A run of years or a range of formatted numbers: (1959, 1961) -> "1959–1961"."""
    return f"{low}{EN_DASH}{high}"


def listing(items: Iterable[str]) -> str:
    """["a", "b", "c"] -> "a, b and c"."""
    all_items = list(items)
    return " and ".join([", ".join(all_items[:-1]), all_items[-1]] if len(all_items) > 1 else all_items)


def _is_missing(value: Any) -> bool:
    return value is None or pd.isna(value) is True


def _real(value: Any) -> float:
    missing = value is None or value is pd.NA or isinstance(value, (bool, str))
    if missing or not isinstance(value, Real) or not math.isfinite(value):
        raise FindingError(f"expected a finite number, got {value!r}")
    return float(value)


def _large(value: Any, digits: int | None) -> str:
    real = _real(value)
    for size, name in ((1e9, "billion"), (1e6, "million")):
        if abs(real) >= size:
            return f"{_decimals(real / size, digits)}{NBSP}{name}"
    return _decimals(real, digits if digits is not None else 0)


def _decimals(value: float, digits: int | None) -> str:
    """With digits=None: as many decimals as the figure needs, at most two."""
    if digits is None:
        digits = next((count for count in (0, 1, 2) if math.isclose(value, round(value, count), rel_tol=1e-9)), 2)
    return number(value, digits)


def _unit(text: str, unit: str) -> str:
    return f"{text}{NBSP}{unit}" if text in {"1", f"{MINUS}1"} else f"{text}{NBSP}{unit}s"
