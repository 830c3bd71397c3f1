"""A style sheet without the rules that no page of the site can use.

A rule stays if every class, id, element and attribute that one of its selectors asks for is named in a page or in a
script. What a selector only excludes or looks for in brackets, `:not(...)` or `:has(...)`, is not asked for here: too
much may stay, nothing may go that is used.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import tinycss2

# A text of a script that may name classes or be a selector: `"btn active"`, `".bd-toc-nav a"`, a piece of HTML.
TEXT = re.compile(r"([\"'`])([\w\s.#>~:*,\[\]()=^-]*|[^\"'`\n]*<[a-z][^`\n]*?)\1")
VARIABLE = re.compile(r"(?<=[{;])\s*(--[\w-]+)\s*:(?:[^;{}\"']|\"[^\"]*\"|'[^']*')*(?:;|(?=}))")
WORD = re.compile(r"[A-Za-z_][\w-]*")


class Names:
    """Every class, id, element and attribute that pages and scripts name."""

    def __init__(self, safe: Iterable[str] = (), never: Iterable[str] = ()) -> None:
        self.values = set(safe)  # classes and ids
        self.never = set(never)  # classes and ids that scripts name and that do not come to be
        self.tags = {"html", "body", "*"}
        self.attributes = {"open", "hidden", "checked", "disabled", "lang", "dir", "type", "data-theme", "data-mode"}
        self.words: set[str] = set()  # of scripts: they may name anything

    def read_page(self, page: str) -> None:
        """Take in the tags of a page."""
        self.tags.update(re.findall(r"<([a-z][\w-]*)", page))
        self.values.update(word for value in set(re.findall(r'class="([^"]*)"', page)) for word in value.split())
        self.values.update(re.findall(r'\sid="([^"]*)"', page))
        self.attributes.update(re.findall(r'\s([a-z][\w-]*)(?==")', page))

    def read_script(self, script: str) -> None:
        """Take in the words of a script's texts: one of them may be a class that it sets."""
        found = set(WORD.findall(" ".join(text for _, text in TEXT.findall(script)))) | set(
            re.findall(r"dataset\.(\w+)", script)
        )
        found -= self.never
        self.words |= found | {re.sub(r"(?<!^)([A-Z])", r"-\1", word).lower() for word in found}  # dataset.barBaz

    def met_in(self, css: str) -> str:
        """All that decides which rules of `css` stay, in one order: another page's heading changes nothing here."""
        words = set(re.findall(r"[\w-]+", css))
        words |= {word.lstrip("-") for word in words} | {word.removeprefix("data-") for word in words}
        return str([sorted(one & words) for one in (self.values, self.never, self.tags, self.attributes, self.words)])

    def has(self, kind: str, name: str) -> bool:
        """Whether a class or id ("value"), an element ("tag") or an attribute of that name may occur."""
        if name in self.words:
            return True
        if kind == "attribute":
            return name in self.attributes or name.removeprefix("data-") in self.words
        return name in (self.values if kind == "value" else self.tags)


def purge(css: str, names: Names) -> str:
    """The rules of `css` that may apply to something of `names`, and the variables that these use."""
    rules = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    text = kept(rules, names)
    while (lean := without_unused_variables(text, names)) != text:
        text = lean
    return moving(text)


def without_unused_variables(css: str, names: Names) -> str:
    """The style sheet less the variables that none of its rules and no script reads."""
    used = set(re.findall(r"var\(\s*(--[\w-]+)", css)) | {f"--{word}" for word in names.words}
    lean = VARIABLE.sub(lambda found: found[0] if found[1] in used else "", css)
    return re.sub(r"[^{};]+\{\s*\}", "", lean)


def kept(rules: Iterable[Any], names: Names) -> str:
    """The rules as text, less those that can apply to nothing."""
    parts = []
    for rule in rules:
        if rule.type == "qualified-rule":
            if selectors := [one for one in split(rule.prelude) if applies(one, names)]:
                head = ",".join(tinycss2.serialize(one).strip() for one in selectors)
                parts.append(f"{head}{{{tinycss2.serialize(rule.content).strip()}}}")
        elif rule.type == "at-rule":
            head = f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}".rstrip()
            if rule.content is None:
                parts.append(f"{head};")
            elif rule.lower_at_keyword in ("media", "supports", "layer", "container"):
                inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
                if body := kept(inner, names):
                    parts.append(f"{head}{{{body}}}")
            else:
                parts.append(f"{head}{{{tinycss2.serialize(rule.content).strip()}}}")
    return "\n".join(parts)


def split(prelude: list[Any]) -> list[list[Any]]:
    """The selectors of a rule, which commas part."""
    parts: list[list[Any]] = [[]]
    for token in prelude:
        if token == ",":  # noqa: S105
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def applies(selector: list[Any], names: Names) -> bool:
    """Whether all that a selector asks for may occur."""
    before: Any = None
    for token in selector:
        if token.type == "hash" and not names.has("value", token.value):
            return False
        if token.type == "[] block":
            name = next((one.value for one in token.content if one.type == "ident"), "")
            if not names.has("attribute", name):
                return False
        if token.type == "ident" and before != ":":
            kind = "value" if before == "." else "tag"
            if not names.has(kind, token.value):
                return False
        before = token
    return True


def moving(css: str) -> str:
    """The style sheet less the `@keyframes` that no rule names."""
    names = set(WORD.findall(" ".join(re.findall(r"animation(?:-name)?:([^;}]+)", css))))
    return re.sub(
        r"@(?:-webkit-)?keyframes\s+([\w-]+)\s*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}",
        lambda found: found[0] if found[1] in names else "",
        css,
    )
