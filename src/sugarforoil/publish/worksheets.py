"""Worksheets: from each chapter a notebook for students and one for instructors (`make worksheets`).

The chapter is the one source. A student's worksheet has the chapter's cells that its exercises need, the exercises,
blank cells under the names that the chapter asks for, hints, and checks; the instructor's has the chapter's solutions
in place of the blanks. What the chapter asks for stands in a Markdown cell with the tags `check` and `remove-cell`
(it is not on the page), in front of the code of the solution (tag `solution`):

    Give your answers these names:

    - `soviet`: tonnes of sugar for a tonne of Soviet crude, to 0.01
    - `fall`: by how many points Venezuela fell, to 1 <!-- 100 * drop["venezuela"] -->

    *Hint.* A share of 0.5 is 50 percent.

A name has the value that the solution gives it, or that of the hidden expression. `to 0.01` is how near a number must
come; without it, a whole number, a text or a list must be met. The checks hold a fingerprint of the answer
(`sugarforoil.publish.answers`). A chapter's worksheets are written only if every check of the instructor's passes and
every check of the student's says that it is blank. Where the book has a public address, the first cell installs the
helper package in Colab, as in the chapters' copies (`sugarforoil.publish.launch`).

Why neither nbgrader nor otter-grader: nbgrader needs a course folder with a database, and its checks in the students'
copies are plain assertions that show the answer; otter-grader needs a folder of tests beside the notebook (in Colab
too), and fails for a notebook that was renamed. Both grade; here nobody is graded. A worksheet is one file that works
wherever the helper package is installed.
"""

from __future__ import annotations

import argparse
import ast
import asyncio
import json
import os
import re
import shutil
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sugarforoil import citations
from sugarforoil.publish import address, answers, launch, notebooks, steady, warm
from sugarforoil.publish.notebooks import KERNEL, ROOT, Notebook, NotebookError

FOLDER = ROOT / "worksheets"

FENCE = re.compile(
    r"^(?P<ticks>`{3,})\{(?P<name>exercise-start|exercise-end|exercise|solution-start|solution-end|solution)\}"
    r"[ ]*(?P<title>[^\n]*)\n(?P<body>.*?)^(?P=ticks)[ ]*$\n?",
    re.MULTILINE | re.DOTALL,
)
OPTION = re.compile(r"^:(\w+):[ ]*(.*)\n", re.MULTILINE)
ASKED = re.compile(r"^- `(\w+)`: (.*?)(?: *<!-- (.*?) -->)?$", re.MULTILINE)
NUMREF = re.compile(r"\{numref\}`([\w-]+)`")

Cell = dict[str, Any]


class WorksheetError(Exception):
    """A worksheet could not be made; the message names the chapter, the exercise and the fault."""


@dataclass
class Asked:
    """One answer that a worksheet asks for."""

    name: str
    what: str
    expression: str
    within: float | None


@dataclass
class Exercise:
    """One exercise of a chapter, with its solution."""

    label: str
    title: str
    text: str = ""
    solution: list[Cell] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    hint: str = ""


# --- reading a chapter ---------------------------------------------------------------------------------------------


def source(cell: Cell) -> str:
    return "".join(cell["source"])


def exercises(chapter: Notebook) -> list[Exercise]:
    """The exercises of a chapter in their order, from the heading "Exercises" to "Check yourself".

    Raises:
        WorksheetError: a directive has no beginning, or a cell asks for answers outside a solution.
    """
    found: dict[str, Exercise] = {}
    now: Exercise | None = None  # whose text or solution is being read
    solving = False
    for cell in part(chapter):
        if cell["cell_type"] == "code":
            if now is not None and solving:
                now.solution.append(code(source(cell)))
            continue
        if "check" in cell["metadata"].get("tags", []):
            if now is None or not solving:
                raise WorksheetError(f"cell {cell['id']} asks for answers outside a solution")
            now.asked, now.hint = asked(source(cell))
            continue
        for name, title, text in pieces(source(cell)):
            label = dict(OPTION.findall(text)).get("label", "")
            body = OPTION.sub("", text).strip()
            if name in ("exercise", "exercise-start"):
                now, solving = found.setdefault(label, Exercise(label, title, body)), False
            elif name in ("solution", "solution-start"):
                if title not in found:
                    raise WorksheetError(f"a solution for {title}, which is no exercise")
                now, solving = found[title], True
                now.solution += [markdown(body)] if body else []
            elif name == "" and now is not None and body:
                if solving:
                    now.solution.append(markdown(body))
                else:
                    now.text += f"\n\n{body}"
            if name in ("exercise", "solution", "exercise-end", "solution-end"):
                now = None
    return list(found.values())


def part(chapter: Notebook) -> Iterator[Cell]:
    """The cells of a chapter from "Exercises" to "Check yourself"; of the last one what stands before it."""
    inside = False
    for cell in chapter["cells"]:
        text = source(cell)
        inside = inside or "## Exercises" in text
        if inside and "## Check yourself" in text:
            yield {**cell, "source": text[: text.index("## Check yourself")]}
            return
        if inside:
            yield cell


def pieces(text: str) -> Iterator[tuple[str, str, str]]:
    """A Markdown cell as (directive, its argument, its content); what stands between directives has none."""
    at = 0
    for match in FENCE.finditer(text):
        yield "", "", text[at : match.start()]
        yield match["name"], match["title"].strip(), match["body"]
        at = match.end()
    yield "", "", text[at:]


def asked(text: str) -> tuple[list[Asked], str]:
    """The answers and the hint of a cell with the tag `check`.

    Raises:
        WorksheetError: it asks for nothing, or has no hint.
    """
    found = []
    for name, what, expression in ASKED.findall(text):
        near = re.search(r", to ([\d.]+)$", what)
        found.append(Asked(name, what, expression or name, float(near[1]) if near else None))
    hint = re.search(r"^\*Hint\.\* (.*)", text, re.MULTILINE | re.DOTALL)
    if not found or hint is None:
        raise WorksheetError("a cell with the tag check names at least one answer and has a *Hint.*")
    return found, " ".join(hint[1].split())


def names(text: str) -> tuple[set[str], set[str], set[str]]:
    """The names that a piece of code reads, those that it binds, and those that it changes in place."""
    tree = ast.parse(text)
    reads: set[str] = set()
    binds: set[str] = set()
    changes: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            (reads if isinstance(node.ctx, ast.Load) else binds).add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            binds.add(node.name)
        elif isinstance(node, ast.alias):
            binds.add((node.asname or node.name).split(".")[0])
        elif isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store):
            changes |= {one.id for one in ast.walk(node.value) if isinstance(one, ast.Name)}
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            called = node.value.func
            if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name):
                changes.add(called.value.id)
    return reads, binds, changes


def needed(chapter: Notebook, tasks: list[Exercise]) -> list[Cell]:
    """The chapter's code cells that its exercises rest on: for their solutions, and for the figures that they name."""
    cells = [cell for cell in chapter["cells"] if cell["cell_type"] == "code"]
    cells = [cell for cell in cells if "solution" not in cell["metadata"].get("tags", [])]
    cells = [{**cell, "source": silent(source(cell))} for cell in cells]
    wanted = {label for task in tasks for label in NUMREF.findall(task.text)}
    keep = [bool(wanted & set(displayed(cell))) for cell in cells]
    parts = [names(source(cell)) for cell in cells]
    missing: set[str] = set()
    for task in tasks:
        for cell in task.solution:
            if cell["cell_type"] == "code":
                missing |= names(source(cell))[0]
        missing |= {name for one in task.asked for name in names(one.expression)[0]}
    for index in reversed(range(len(cells))):
        reads, binds, changes = parts[index]
        if keep[index] or missing & (binds | (changes - IMPORTED)):
            keep[index] = True
            missing = (missing - (binds - changes)) | reads
    return [cell for cell, kept in zip(cells, keep, strict=True) if kept]


def silent(text: str) -> str:
    """A cell without the sentences that it says: they would tell the answers before the questions."""
    lines = text.splitlines()
    for node in reversed(ast.parse(text).body):
        if isinstance(node, ast.Expr) and ast.unparse(node).startswith(("findings.say(", "findings.brief(")):
            del lines[node.lineno - 1 : node.end_lineno]
    return "\n".join(lines).strip()


IMPORTED = {"figures", "findings", "datasets"}
"""Modules: calling one of their functions shows something and changes nothing."""


def displayed(cell: Cell) -> Iterator[str]:
    """The labels of the figures and tables that a cell shows."""
    for output in cell.get("outputs", []):
        label = output.get("metadata", {}).get("sugarforoil", {}).get("id")
        if label:
            yield label


def numbers(chapter: Notebook, number: int) -> dict[str, str]:
    """Label -> "Figure 2.3" or "Table 2.1", as the page numbers them."""
    found: dict[str, str] = {}
    for cell in chapter["cells"]:
        for output in cell.get("outputs", []):
            mark = output.get("metadata", {}).get("sugarforoil", {})
            if mark.get("kind") in ("figure", "table") and mark.get("id"):
                kind = mark["kind"].capitalize()
                count = 1 + sum(one.startswith(kind) for one in found.values())
                found[mark["id"]] = f"{kind} {number}.{count}"
    return found


# --- writing a worksheet -------------------------------------------------------------------------------------------


def code(text: str, folded: bool = False) -> Cell:
    cell: Cell = {"cell_type": "code", "source": text, "metadata": {}, "outputs": [], "execution_count": None}
    if folded:
        cell["metadata"] = {"jupyter": {"source_hidden": True}}
    return cell


def markdown(text: str) -> Cell:
    return {"cell_type": "markdown", "source": text, "metadata": {}}


def checks(task: Exercise, values: dict[str, Any]) -> Cell:
    """The cell that checks the answers of one exercise; the same for students and instructors."""
    lines = [f'    {one.name}="{answers.seal(one.name, values[one.name], one.within)}",' for one in task.asked]
    return code("answers.check(\n" + "\n".join(lines) + "\n)")


def blanks(task: Exercise) -> Cell:
    """The cell that the student fills in."""
    lines = ["# Your steps here. Then put your answers in the place of the dots."]
    for one in task.asked:
        what = textwrap.fill(re.sub(r"[`*]", "", one.what), 88, initial_indent="# ", subsequent_indent="# ")
        lines += ["", what, f"{one.name} = ..."]
    return code("\n".join(lines))


def bound(task: Exercise) -> list[Cell]:
    """What the instructor's worksheet adds to a solution: the names that were asked for."""
    lines = [f"{one.name} = {one.expression}" for one in task.asked if one.expression != one.name]
    return [code("\n".join(lines))] if lines else []


def finished(cells: list[Cell]) -> Notebook:
    """A whole notebook; the cells get names in their order."""
    for index, cell in enumerate(cells):
        cell["id"] = f"cell-{index + 1:02}"
    metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def plain(text: str, numbered: dict[str, str]) -> str:
    """Markdown of the book for any front end: numbers for references, names of sources for citations."""
    return citations.readable(NUMREF.sub(lambda match: f"**{numbered.get(match[1], match[1])}**", text))


def beginning(chapter: Notebook, number: int, tasks: list[Exercise], who: str) -> list[Cell]:
    """Title, what to do, and the chapter's cells that the exercises need, with a heading over each figure."""
    title = source(chapter["cells"][0]).splitlines()[0].lstrip("# ")
    numbered = numbers(chapter, number)
    told = {
        "student": "Run the cells from the top. Where three dots stand, put your answer, run the cell, and then the "
        "check beneath it. A check tells you what is wrong as far as it can; it does not tell the answer. The book has "
        "a worked solution of every exercise: look at it last.",
        "instructor": "With solutions: not for handing out. It is made from the same chapter as the students' copy, "
        "and every check in it passes.",
    }[who]
    cells = [
        markdown(f"# Worksheet {number} ({who}): {title}\n\nFrom chapter {number} of *Sugar for Oil*. {told}"),
        code("from sugarforoil.publish import answers"),
        markdown("## From the chapter\n\nData and figures that the exercises need. The code is folded."),
    ]
    for cell in needed(chapter, tasks):
        taken = names(source(cell))[1] & {"answers", *(one.name for task in tasks for one in task.asked)}
        if taken:
            raise WorksheetError(f"{', '.join(sorted(taken))} is a name of the worksheet, and of cell {cell['id']}")
        shown = [numbered[label] for label in displayed(cell) if label in numbered]
        if shown:
            cells.append(markdown(f"**{' and '.join(shown)}**"))
        cells.append(code(source(cell), folded=True))
    return [*cells, markdown("## Exercises")]


def asking(task: Exercise, place: int, numbered: dict[str, str]) -> list[Cell]:
    """The words of one exercise, with the names that the answers are to have, and the hint folded."""
    text = f"### {place}. {task.title}\n\n{plain(task.text.strip(), numbered)}"
    if task.asked:
        wanted = "\n".join(f"- `{one.name}`: {plain(one.what, numbered)}" for one in task.asked)
        text += f"\n\nGive your answers these names:\n\n{wanted}"
        text += f"\n\n<details><summary>Hint</summary>\n\n{plain(task.hint, numbered)}\n\n</details>"
    return [markdown(text)]


def solved(task: Exercise, numbered: dict[str, str]) -> list[Cell]:
    """The chapter's solution of one exercise."""
    kept = [
        code(source(cell)) if cell["cell_type"] == "code" else markdown(plain(source(cell), numbered))
        for cell in task.solution
    ]
    return [markdown("**Solution**"), *kept, *bound(task)]


# --- running -------------------------------------------------------------------------------------------------------


class Kernel:
    """A kernel that runs cells one by one, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        import nbformat
        from nbclient import NotebookClient

        self.client = NotebookClient(
            nbformat.v4.new_notebook(metadata={"kernelspec": KERNEL}),
            kernel_name=KERNEL["name"],
            timeout=300,
            record_timing=False,
            extra_arguments=["--IPKernelApp.log_level=CRITICAL"],
            resources={"metadata": {"path": str(folder)}},
        )

    async def run(self, cell: Cell, where: str) -> str:
        """Run one code cell, keep its outputs in it, and return what it printed."""
        import nbformat
        from nbclient.exceptions import CellExecutionError

        cells = self.client.nb.cells
        cells.append(nbformat.v4.new_code_cell(source(cell)))
        try:
            ran = await self.client.async_execute_cell(cells[-1], len(cells) - 1)
        except CellExecutionError as error:
            raise WorksheetError(f"{where}: {error.ename}: {error.evalue}") from None
        cell["outputs"], cell["execution_count"] = ran["outputs"], len(cells)
        for output in cell["outputs"]:
            output.pop("transient", None)
        return "".join(output["text"] for output in cell["outputs"] if output["output_type"] == "stream")

    async def values(self, task: Exercise, where: str) -> dict[str, Any]:
        """The right answers of an exercise, taken from the kernel after its solution has run."""
        given = ", ".join(f"{one.name!r}: plain({one.name})" for one in task.asked)
        asks = (
            f"from sugarforoil.publish.answers import plain\nprint(__import__('json').dumps({{{given}}}, default=str))"
        )
        printed = await self.run(code(asks), where)
        return dict(json.loads(printed))


async def worksheet(path: Path) -> tuple[Notebook, Notebook]:
    """The student's and the instructor's worksheet of one chapter, both run and their checks checked.

    Raises:
        WorksheetError: a cell fails, a check of the instructor's does not pass, or one of the student's is not blank.
    """
    chapter = notebooks.read(path)
    number = int(path.stem[:2])
    try:
        tasks = exercises(chapter)
        student, instructor = (beginning(chapter, number, tasks, who) for who in ("student", "instructor"))
    except WorksheetError as error:
        raise WorksheetError(f"{path.name}: {error}") from None
    numbered = numbers(chapter, number)
    with tempfile.TemporaryDirectory() as folder:
        kernel = Kernel(Path(folder))
        async with kernel.client.async_setup_kernel():
            for cell in instructor:
                if cell["cell_type"] == "code":
                    await kernel.run(cell, path.name)
            for place, task in enumerate(tasks, 1):
                where = f"{path.name}, {task.label}"
                words = asking(task, place, numbered)
                student += [dict(one) for one in words]
                answer = solved(task, numbered)
                for cell in answer:
                    if cell["cell_type"] == "code":
                        await kernel.run(cell, where)
                instructor += [*words, *answer]
                if task.asked:
                    try:
                        asks = checks(task, await kernel.values(task, where))
                    except ValueError as error:
                        raise WorksheetError(f"{where}: {error}") from None
                    student += [blanks(task), {**asks}]
                    verdicts(await kernel.run(asks, where), answers.RIGHT, task, where)
                    instructor.append(asks)
                student.append(markdown("*Your answer in words:*"))
        await try_blank(student, tasks, path.name, Path(folder))
    return finished(student), finished(instructor)


async def try_blank(student: list[Cell], tasks: list[Exercise], where: str, folder: Path) -> None:
    """Run the student's worksheet as it is handed out: everything runs, and every check says that it is blank.

    The chapter's own cells are run too: the exercises need nothing that a solution makes.
    """
    asks = iter([task for task in tasks if task.asked])
    kernel = Kernel(folder)
    async with kernel.client.async_setup_kernel():
        for cell in student:
            if cell["cell_type"] == "code":
                printed = await kernel.run({**cell}, f"{where}, the student's worksheet")
                if source(cell).startswith("answers.check("):
                    verdicts(printed, answers.BLANK, next(asks), f"{where}, the student's worksheet")


def verdicts(printed: str, wanted: str, task: Exercise, where: str) -> None:
    """Every answer of the exercise has the verdict that it should have.

    Raises:
        WorksheetError: one has another.
    """
    expected = [f"{one.name}: {wanted}" for one in task.asked]
    if printed.splitlines() != expected:
        raise WorksheetError(f"{where}: a check says {printed.splitlines()}, not {expected}")


async def all_of(paths: list[Path], folder: Path, workers: int) -> None:
    notebooks.keep_interrupts()
    slots = asyncio.Semaphore(workers)

    async def one(path: Path) -> None:
        async with slots:
            started = time.perf_counter()
            for who, notebook in zip(("student", "instructor"), await worksheet(path), strict=True):
                made = launch.for_colab(notebook, address.site()) if address.site() else notebook
                notebooks._write(folder / f"{path.stem}-{who}.ipynb", made)
            print(f"  {path.stem}  {time.perf_counter() - started:.1f} s", flush=True)

    results = await asyncio.gather(*(one(path) for path in paths), return_exceptions=True)
    faults = [result for result in results if isinstance(result, BaseException)]
    if faults:
        raise faults[0]


def write(paths: list[Path], folder: Path = FOLDER, workers: int | None = None) -> None:
    """Write the worksheets of these chapters into `folder`, which then holds nothing else: all of them or none.

    Raises:
        WorksheetError: the first fault; what stood in the folder is still there.
    """
    new = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    warm.use()  # two kernels a chapter
    try:
        asyncio.run(all_of(paths, new, workers or min(len(paths), os.cpu_count() or 1)))
        shutil.rmtree(folder, ignore_errors=True)
        new.rename(folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)


@steady.command
def main(arguments: list[str] | None = None) -> int:
    """Write the worksheets of all chapters; return the exit status."""
    parser = argparse.ArgumentParser(prog="worksheets", description="Write the worksheets of all chapters.")
    parser.parse_args(arguments)
    paths = notebooks.all_notebooks()
    print(f"Making the worksheets of {len(paths)} chapters ...", flush=True)
    try:
        write(paths)
    except (WorksheetError, NotebookError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"They are in {FOLDER}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
