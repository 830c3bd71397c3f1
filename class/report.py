"""Write what `simulate.py` measured into the book's page on the class server: no figure there is typed by hand.

python class/report.py
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "book" / "class-server.md"
RECORD = HERE / "measured.json"
BEGIN, END = "<!-- begin {}: written by class/report.py -->", "<!-- end {} -->"
CLASSES = (30, 300, 3000)
ARRIVAL = 300  # seconds in which a large class comes
NODE_CORES, NODE_GB, ROOM = 16, 64, 1.4  # a node of a cluster, and how much more than is needed


def table(header: list[str], rows: list[list[str]]) -> str:
    """A Markdown table with figures to the right."""
    rule = ["---:"] * len(header)
    kept = [[cell.replace(" ", "\N{NO-BREAK SPACE}") for cell in cells] for cells in rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [header, rule, *kept])


def measured(record: dict[str, Any]) -> str:
    """The sentence and the table of what was measured."""
    rows = [
        [
            str(one["students"]),
            f"{one['first_result_s']['median']:.0f} s",
            f"{one['first_result_s']['worst']:.0f} s",
            f"{one['all_done_s']['worst']:.0f} s",
            f"{one['memory_per_student_mb']} MB",
            f"{(one['memory_all_students_mb'] + one['memory_hub_mb']) / 1024:.1f} GB",
            f"{one['cpu_per_student_s']:.1f} s",
            str(one["failures"]),
            f"{one['other_work_cores']:.1f}",
        ]
        for one in record["rounds"]
    ]
    header = ["Students", "First result", "Worst", "All done", "Memory each", "In all", "CPU", "Failed", "Lost"]
    walls = "with" if all(one["sandbox"] for one in record["rounds"]) else "without"
    return (
        f"Measured on {record['cores']} cores and {record['memory_gb']} GB, with Python {record['python']} and "
        f"JupyterHub {record['jupyterhub']}, {walls} bubblewrap. Each student ran all {record['cells']} code cells of "
        f"`{record['chapter']}`.\n\n" + table(header, rows)
    )


def expected(record: dict[str, Any]) -> str:
    """The table of what larger classes would need: multiplied, not measured."""
    largest = max(record["rounds"], key=lambda one: one["students"])
    memory, hub = largest["memory_per_student_mb"] / 1024, largest["cpu_hub_per_student_s"]
    busy = largest["cpu_per_student_s"] + hub
    rows = []
    for count in CLASSES:
        cores = count * busy / ARRIVAL
        nodes = max(math.ceil(ROOM * cores / NODE_CORES), math.ceil(ROOM * memory * count / NODE_GB))
        rows.append(
            [
                f"{count:,}",
                f"{memory * count:,.0f} GB",
                f"{count * busy / 60:,.0f} min",
                f"{count * busy / record['cores'] / 60:,.0f} min",
                f"{cores:,.0f}" if cores >= 1.5 else f"{cores:.1f}",
                f"{count * hub:,.0f} s",
                f"{nodes}",
            ]
        )
    header = ["Students", "Memory", "CPU", f"On {record['cores']} cores", f"Cores for {ARRIVAL // 60} min"]
    header += ["Hub", "Nodes"]
    return table(header, rows)


def filled(page: str, record: dict[str, Any]) -> str:
    """The page with its tables as the record has them."""
    for name, content in (("measured", measured(record)), ("expected", expected(record))):
        begin, end = BEGIN.format(name), END.format(name)
        before, _, rest = page.partition(begin)
        _, _, after = rest.partition(end)
        page = f"{before}{begin}\n\n{content}\n\n{end}{after}"
    return page


def write() -> None:
    """Bring the page up to date."""
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), record), encoding="utf-8")


if __name__ == "__main__":
    write()
