"""What PDF/UA asks of the structure tree and WeasyPrint leaves out.

- An item of a list holds its label and its body and nothing else: what stands loose in it is put into a body.
- Running heads and numbers of pages are artifacts, not text (WeasyPrint marks them as text that belongs nowhere).
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
    make_artifacts(elements, pdf)
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


def make_artifacts(elements: dict[bytes, Any], pdf: Any) -> None:
    """Mark as artifacts what no branch of the tree leads to: what stands in the margins of a page."""
    objects = {one.reference: one for one in pdf.objects}
    root = objects[pdf.catalog["StructTreeRoot"]]
    todo, reached = list(root["K"]), set()
    while todo:
        reference = todo.pop()
        if reference in elements:
            reached.add(reference)
            todo.extend(elements[reference]["K"])
    loose: dict[bytes, set[int]] = {}
    for reference, element in elements.items():
        if reference not in reached:
            loose.setdefault(element["Pg"], set()).update(kid for kid in element["K"] if isinstance(kid, int))
    numbers = objects[root["ParentTree"]]["Nums"]
    for number, page in enumerate(pdf.page_references):
        marks = loose.get(page, set())
        if not marks:
            continue
        owners = numbers[2 * number + 1]
        for mark in marks:
            owners[mark] = "null"
        stream = objects[objects[page]["Contents"]].stream
        for place, operator in enumerate(stream):
            if operator == b"BDC" and stream[place - 1]["MCID"] in marks:
                stream[place - 2 : place + 1] = ["/Artifact", b"", b"BMC"]
