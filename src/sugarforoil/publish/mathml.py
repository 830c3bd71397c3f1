"""Formulas as MathML, which browsers set themselves: no script, and nothing asked of another host.

The translation from TeX is docutils' own (`docutils.utils.math.latex2mathml`).
"""

# mypy: allow-subclassing-any, allow-untyped-decorators, allow-untyped-calls, no-warn-return-any
from __future__ import annotations

import re
from html import escape

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

LOGGER = logging.getLogger(__name__)


def mathml(node: nodes.Element, block: bool) -> str:
    """The TeX of a formula as MathML; what cannot be read is a warning and stands as it was written."""
    # Like TeX, read a fraction without braces as one of two digits; docutils does not.
    tex = re.sub(r"(\\[dt]?frac)\s*(\d)\s*(\d)", r"\1{\2}{\3}", node.astext())
    try:
        return tex2mathml(tex, as_block=block)
    except MathError as error:
        LOGGER.warning("formula %r: %s", tex, error, location=node)
        return escape(tex)


def inline(self: HTML5Translator, node: nodes.math) -> None:
    self.body.append(mathml(node, block=False))
    raise nodes.SkipNode


def block(self: HTML5Translator, node: nodes.math_block) -> None:
    self.body.append(self.starttag(node, "div", CLASS="math sfo-math"))
    self.body.append(mathml(node, block=True))
    if node["number"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})</span>')
    self.body.append("</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Offer the renderer that `html_math_renderer: mathml` names."""
    app.add_html_math_renderer("mathml", (inline, None), (block, None))
