"""The form of datapackage.json: what each entry must be, before anything is made of it.

What is not as described here is refused, with the table and the entry: a title that is a number, a limit that is a
text, or an entry written twice would otherwise show much later, or never.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from .errors import DataError
from .harmless import wrong_text
from .locate import DESCRIPTOR

NAME = re.compile(r"[a-z][a-z0-9_]*")
FILE = re.compile(r"[a-z][a-z0-9_]*\.csv")
SHA256 = re.compile(r"sha256:[0-9a-f]{64}")
ADDRESS = re.compile(r"https?://[^\s<>\"\\^`{|}]+")
TYPES = ("string", "integer", "number", "boolean", "date")

Rule = tuple[str, Callable[[Any], bool]]  # what is expected, and whether it is that


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and wrong_text(value.replace("\n", " ")) is None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _all(one: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(map(one, value))


def _is(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _is_key(value: Any) -> bool:
    return _is(NAME)(value) or (value != [] and _all(_is(NAME))(value))


TEXT: Rule = ("text without control characters", _is_text)
TEXTS: Rule = ("a list of texts", _all(_is_text))
FLAG: Rule = ("true or false", lambda value: isinstance(value, bool))
COUNT: Rule = ("a whole number", lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= 0)
KEY: Rule = ("names of columns", _is_key)
OBJECT: Rule = ("an object", lambda value: isinstance(value, dict))
OBJECTS: Rule = ("a list of objects", _all(lambda value: isinstance(value, dict)))

TABLE: dict[str, Rule] = {
    "name": ("a name of small letters, digits and _", _is(NAME)),
    "path": ("a plain file name such as prices.csv", _is(FILE)),
    "title": TEXT, "group": TEXT, "row": TEXT, "description": TEXT, "citation": TEXT, "license_checked": TEXT,
    "known_problems": TEXTS,
    "derived_from": ("names of tables", _all(_is(NAME))),
    "licenses": OBJECTS,
    "schema": OBJECT,
    "hash": ("sha256: and 64 digits", _is(SHA256)),
    "bytes": COUNT, "row_count": COUNT,
    "order": KEY,
}  # fmt: skip
LICENCE: dict[str, Rule] = {"name": TEXT, "title": TEXT, "path": ("a web address", _is(ADDRESS))}
SCHEMA: dict[str, Rule] = {
    "fields": ("a list of columns", lambda value: value != [] and _all(lambda one: isinstance(one, dict))(value)),
    "missingValues": TEXTS,
    "primaryKey": KEY,
    "foreignKeys": OBJECTS,
}
FIELD: dict[str, Rule] = {
    "name": ("a name of small letters, digits and _", _is(NAME)),
    "title": TEXT, "description": TEXT, "unit": TEXT,
    "type": (f"one of {', '.join(TYPES)}", lambda value: value in TYPES),
    "constraints": OBJECT,
    "sources": FLAG,
}  # fmt: skip
LIMITS: dict[str, Rule] = {
    "required": FLAG, "unique": FLAG,
    "enum": ("a list of texts", lambda value: value != [] and _all(_is_text)(value)),
    "pattern": ("a regular expression", lambda value: isinstance(value, str) and _compiles(value)),
    "minLength": COUNT, "maxLength": COUNT,
}  # fmt: skip
NEEDED = {"table": ("name", "path", "schema"), "column": ("name",)}


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True


def _bound(kind: str) -> Rule:
    """What a lowest or highest value must be, by the type of its column."""
    if kind == "date":
        return "a date", _is_date
    if kind == "integer":
        return "a whole number", lambda value: isinstance(value, int) and not isinstance(value, bool)
    return "a number, for a column of numbers", lambda value: kind == "number" and _is_number(value)


def _is_date(value: Any) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def content(path: Path) -> bytes:
    """What a datapackage.json holds. Raises DataError for a file that cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(DESCRIPTOR, f"expected a file that can be read, found a fault: {error.strerror}") from None


def parse(content: bytes) -> list[dict[str, Any]]:
    """The descriptions of all tables in a datapackage.json, each of the right form.

    Raises DataError for bytes that are not UTF-8 or not JSON, or whose form is wrong.
    """
    try:
        package = json.loads(content.decode("utf-8"), object_pairs_hook=_once, parse_constant=_refuse)
    except UnicodeDecodeError as error:
        raise DataError(DESCRIPTOR, f"expected UTF-8 text, found a byte that is not ({error.reason})") from None
    except json.JSONDecodeError as error:
        raise DataError(DESCRIPTOR, f"expected valid JSON, found a fault: {error.msg}", row=error.lineno) from None
    except RecursionError:
        raise DataError(DESCRIPTOR, "expected a package, found lists in lists without end") from None
    if not isinstance(package, dict) or not isinstance(package.get("resources"), list):
        raise DataError(DESCRIPTOR, 'expected an object with a list of "resources", found neither')
    for place, resource in enumerate(package["resources"], start=1):
        _check_table(resource, place)
    return list(package["resources"])


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object in which no entry stands twice: readers would differ on which one counts."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise DataError(DESCRIPTOR, f"expected the entry {twice!r} once in an object, found it twice")
    return found


def _refuse(constant: str) -> Any:
    raise DataError(DESCRIPTOR, f"expected numbers of JSON, found {constant}")


def _check_table(resource: Any, place: int) -> None:
    name = resource.get("name") if isinstance(resource, dict) else None
    where = f"table {name}" if isinstance(name, str) else f"table {place}"
    if not isinstance(resource, dict):
        raise DataError(DESCRIPTOR, f"{where}: expected an object, found {_short(resource)}")
    _check(resource, TABLE, where, NEEDED["table"])
    for licence in resource.get("licenses", ()):
        _check(licence, LICENCE, f"{where}, licenses")
    schema = resource["schema"]
    _check(schema, SCHEMA, f"{where}, schema", ("fields",))
    names: list[str] = []
    for one in schema["fields"]:
        column = one.get("name", f"number {len(names) + 1}")
        spot = f"{where}, column {column}"
        _check(one, FIELD, spot, NEEDED["column"])
        limits, bound = one.get("constraints", {}), _bound(one.get("type", "string"))
        _check(limits, {**LIMITS, "minimum": bound, "maximum": bound}, f"{spot}, constraints")
        if unknown := limits.keys() - {*LIMITS, "minimum", "maximum"}:
            raise DataError(DESCRIPTOR, f"{spot}: expected constraints of the Table Schema, found {min(unknown)!r}")
        if column in names:
            raise DataError(DESCRIPTOR, f"{spot}: expected one description, found two")
        names.append(column)
    _check_ranges(schema["fields"], where)
    for key in schema.get("foreignKeys", ()):
        _check(key, {"fields": KEY, "reference": OBJECT}, f"{where}, foreignKeys", ("fields", "reference"))
        rules: dict[str, Rule] = {"resource": ("a table", lambda one: one == "" or _is(NAME)(one)), "fields": KEY}
        _check(key["reference"], rules, f"{where}, foreignKeys", ("resource", "fields"))
    for entry in [schema.get("primaryKey", []), *(key["fields"] for key in schema.get("foreignKeys", ()))]:
        for column in [entry] if isinstance(entry, str) else entry:
            if column not in names:
                raise DataError(DESCRIPTOR, f"{where}: expected a key of its columns, found {column!r}")


def _check_ranges(fields: list[dict[str, Any]], where: str) -> None:
    """The two ends of a range must be of one kind, or they could not be compared."""
    kinds = {one["name"]: one.get("type", "string").replace("integer", "number") for one in fields}
    for low in (name for name in kinds if name.endswith("_low")):
        high = low.removesuffix("_low") + "_high"
        if kinds[low] != kinds.get(high, kinds[low]):
            expected = f"the type of {high}, which is {kinds[high]}"
            raise DataError(DESCRIPTOR, f"{where}, column {low}: expected {expected}, found {kinds[low]}")


def _check(found: dict[str, Any], rules: dict[str, Rule], where: str, needed: tuple[str, ...] = ()) -> None:
    for name in needed:
        if name not in found:
            raise DataError(DESCRIPTOR, f"{where}: expected the entry {name!r}, found none")
    for name, (expected, good) in rules.items():
        if name in found and not good(found[name]):
            raise DataError(DESCRIPTOR, f"{where}, {name}: expected {expected}, found {_short(found[name])}")


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) < 60 else text[:57] + "..."
