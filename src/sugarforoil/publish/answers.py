"""Checks a student's answers on a worksheet, and says something useful about a wrong one.

    answers.check(soviet="number 0.01 1f8a2c9be07d4411", years="list 90cc05d8a1b7e3f2")

Each argument is a name that the student gave to an answer, and a seal of the right one: what kind of answer it is, how
near a number has to come, and a fingerprint. The seal keeps the answer out of sight, not out of reach: the book, with
its solutions, is open. Nothing is raised and nothing is stored, so "run all" goes through.

It stands beside the publishing code because only worksheets import it (see `sugarforoil.publish.worksheets`); it needs
nothing but the standard library and IPython.
"""

from __future__ import annotations

import hashlib
import math
from numbers import Integral, Real
from typing import Any

RIGHT = "right."
BLANK = "still blank. Put your answer in the place of the three dots and run the cell above."

FACTORS = {
    1000: "1,000 times too large: look at the unit.",
    1 / 1000: "1,000 times too small: look at the unit.",
    1e6: "a million times too large: look at the unit.",
    1e-6: "a million times too small: look at the unit.",
    100: "100 times too large: is a share meant, or percent; dollars, or cents?",
    1 / 100: "100 times too small: is percent meant, or a share; cents, or dollars?",
    -1: "right but for the sign: say which of the two is taken from which.",
}


def fingerprint(name: str, text: str) -> str:
    """Sixteen signs that follow from an answer, and from which it cannot be read back."""
    return hashlib.sha256(f"sugar for oil\0{name}\0{text}".encode()).hexdigest()[:16]


def plain(value: Any) -> Any:
    """An answer without its wrapping: numbers as float, sets, arrays and columns as lists, the rest as it is."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple | set | frozenset | dict):
        return [plain(one) for one in value]
    return float(value) if isinstance(value, Real) and not isinstance(value, bool) else value


def words(value: Any) -> str:
    """A value that is no number, or a whole number, as text: letter case and spaces make no difference."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return " ".join(str(value).casefold().split())


def listed(values: list[Any]) -> str:
    """The members of a list as text; order and repetition make no difference."""
    return "\n".join(sorted({words(one) for one in values}))


def seal(name: str, value: Any, within: float | None = None) -> str:
    """The seal of a right answer.

    Args:
        name: what the student is to call it.
        value: a number, a text or a list of these.
        within: how near a number must come; None for a number that must be met exactly.

    Raises:
        ValueError: the value is no number although `within` is given, or it is empty.
    """
    bare = plain(value)
    if within is not None:
        if not isinstance(bare, float) or not math.isfinite(bare):
            raise ValueError(f"{name} is to be a number, and is {value!r}")
        return f"number {within:g} {fingerprint(name, str(round(bare / within)))}"
    if bare is None or bare in ("", [], ...):
        raise ValueError(f"{name} has no answer: {value!r}")
    if isinstance(bare, list):
        return f"list {fingerprint(name, listed(bare))}"
    kind = "whole" if isinstance(value, Integral) or isinstance(bare, float) else "text"
    return f"{kind} {fingerprint(name, words(bare))}"


def verdict(name: str, answer: Any, sealed: str) -> str:
    """One sentence on one answer: `RIGHT`, `BLANK`, or what is wrong with it as far as that can be told.

    Args:
        name: what the student called it.
        answer: what it is.
        sealed: the seal of the right answer, as `seal` gives it.
    """
    kind, *step, right = sealed.split()
    bare = plain(answer)
    if bare is ...:
        return BLANK
    if kind == "list":
        if not isinstance(bare, list):
            return f"a list is wanted, such as [1950, 1951], not {type(answer).__name__}."
        return RIGHT if fingerprint(name, listed(bare)) == right else "not these, or not all of them."
    if kind == "text":
        if not isinstance(bare, str):
            return f'a text in quotation marks is wanted, such as "yes", not {type(answer).__name__}.'
        return RIGHT if fingerprint(name, words(bare)) == right else "not this."
    if isinstance(bare, list) and len(bare) == 1:
        bare = bare[0]
    if not isinstance(bare, float):
        return f"a number is wanted, not {type(answer).__name__}."
    if not math.isfinite(bare):
        return "no number came out (nan): was a row or a year missing?"
    return numeric(name, bare, float(step[0]) if step else None, right)


def numeric(name: str, answer: float, within: float | None, right: str) -> str:
    """What to say of a number: right, right but for a factor or the sign, or not yet."""

    def meets(value: float) -> bool:
        if within is None:
            return fingerprint(name, words(value)) == right
        near = round(value / within)
        return any(fingerprint(name, str(near + away)) == right for away in (-1, 0, 1))

    if meets(answer):
        return RIGHT
    for factor, message in FACTORS.items():
        if abs(answer / factor) > 2 * (within or 0.5) and meets(answer / factor):
            return message
    return "not this number yet: read the hint, and check which rows went into it."


def check(**sealed: str) -> None:
    """Print one line on each answer that a worksheet asks for.

    Args:
        sealed: name of an answer in the notebook -> seal of the right one.
    """
    from IPython import get_ipython

    shell = get_ipython()
    given = shell.user_ns if shell is not None else {}
    lines = []
    for name, one in sealed.items():
        said = verdict(name, given[name], one) if name in given else "there is no such name yet: run the cell above."
        lines.append(f"{name}: {said}")
    print("\n".join(lines))  # at once: in pieces, the same notebook would not be stored in the same bytes
