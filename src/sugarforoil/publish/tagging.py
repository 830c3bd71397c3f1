"""What PDF/UA asks of the structure tree and WeasyPrint leaves out.

- An item of a list holds its label and its body and nothing else: what stands loose in it is put into a body.
- A header cell says whether it heads its row or its column (WeasyPrint only ties each cell to its headers).
"""

from __future__ import annotations

from typing import Any


def mend(document: Any, pdf: Any) -> None:
    """Mend the structure tree of a PDF that is about to be written (a "finisher" of WeasyPrint)."""
    import pydyf

    elements = {
        one.reference: one
        for one in pdf.objects
        if isinstance(one, pydyf.Dictionary) and one.get("Type") == "/StructElem"
    }
    for element in list(elements.values()):
        if element["S"] == "/LI":
            give_body(element, elements, pdf)
        elif element["S"] == "/TH":
            row = elements.get(element["P"])
            group = elements.get(row["P"]) if row is not None else None
            element["A"]["Scope"] = "/Column" if group is not None and group["S"] == "/THead" else "/Row"


def give_body(item: Any, elements: dict[bytes, Any], pdf: Any) -> None:
    """Put what stands loose in an item of a list into a body."""
    import pydyf

    kept: list[Any] = []
    loose: list[Any] = []
    for kid in item["K"]:
        element = elements.get(kid) if isinstance(kid, bytes) else None
        (kept if element is not None and element["S"] in ("/Lbl", "/LBody") else loose).append(kid)
    if not loose:
        return
    body = pydyf.Dictionary(
        {"Type": "/StructElem", "S": "/LBody", "K": pydyf.Array(loose), "Pg": item["Pg"], "P": item.reference}
    )
    pdf.add_object(body)
    for kid in loose:
        if isinstance(kid, bytes) and kid in elements:
            elements[kid]["P"] = body.reference
    item["K"] = pydyf.Array([*kept, body.reference])
