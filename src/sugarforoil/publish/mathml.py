"""Formulas as MathML, which browsers set themselves: no script, and nothing asked of another host.

The translation from TeX is docutils' own (`docutils.utils.math.latex2mathml`).
"""

# mypy: allow-subclassing-any, allow-untyped-decorators, allow-untyped-calls, no-warn-return-any
from __future__ import annotations

import re

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator


def mathml(tex: str, block: bool) -> str:
    """TeX as MathML. Like TeX, read a fraction without braces as one of two digits; docutils does not."""
    return tex2mathml(re.sub(r"(\\[dt]?frac)\s*(\d)\s*(\d)", r"\1{\2}{\3}", tex), as_block=block)


def inline(self: HTML5Translator, node: nodes.math) -> None:
    self.body.append(mathml(node.astext(), block=False))
    raise nodes.SkipNode


def block(self: HTML5Translator, node: nodes.math_block) -> None:
    self.body.append(self.starttag(node, "div", CLASS="math sfo-math"))
    self.body.append(mathml(node.astext(), block=True))
    if node["number"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})</span>')
    self.body.append("</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Offer the renderer that `html_math_renderer: mathml` names."""
    app.add_html_math_renderer("mathml", (inline, None), (block, None))
