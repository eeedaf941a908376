"""Rebuilding a submission from the gradebook's own cells before anything in it is run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Unicode

from grader import notebooks

REMARK = "remark"


class Rebuild(NbGraderPreprocessor):
    """Takes check cells and their metadata from the gradebook, answers from the submission by ``grade_id``.

    Whatever else the student added stays where it is, without tags and foreign metadata. Of a cell that is there
    twice the last counts, a missing one is put back; either is said in a remark at the top of the notebook.
    """

    source_directory = Unicode("", help="The folder of the instructor's notebooks, for the order of cells.").tag(
        config=True)

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """Return the notebook that is graded."""
        names = resources["nbgrader"]
        with Gradebook(names["db_url"]) as gradebook:
            book = gradebook.find_notebook(names["notebook"], names["assignment"])
            points = {cell.name: cell.max_score for cell in book.grade_cells}
            answers = {cell.name for cell in book.solution_cells}
            own = {cell.name: _own_cell(cell, points, cell.name in answers) for cell in book.source_cells}
        instructors = self._instructors_cells(names["assignment"], names["notebook"])
        order = _in_order(list(own), [notebooks.grade_id(cell) for cell in instructors])
        cells, remarks = rebuild(list(nb.cells), own, order)
        leave_out_shows(cells, instructors)
        if remarks:
            text = "\n".join(f"- {remark}" for remark in remarks)
            note = new_markdown_cell(f"**Remarks on this submission**\n\n{text}", metadata={"tags": [REMARK]})
            cells.insert(0, note)
        for index, cell in enumerate(cells):
            cell["id"] = _cell_id(notebooks.grade_id(cell) or f"cell-{index}")
        nb.cells, nb.nbformat, nb.nbformat_minor = cells, 4, 5
        nb.metadata = NotebookNode(kernelspec=NotebookNode(notebooks.KERNEL))
        return nb, resources

    def _instructors_cells(self, assignment: str, notebook: str) -> list[dict[str, Any]]:
        path = Path(self.source_directory) / assignment / f"{notebook}.ipynb"
        return notebooks.read(path)["cells"] if path.is_file() else []


def rebuild(cells: list[Any], own: dict[str, NotebookNode], order: list[str]) -> tuple[list[Any], list[str]]:
    """Put the gradebook's cells in the place of the submitted ones; return the cells and what there is to remark."""
    last = {notebooks.grade_id(cell): index for index, cell in enumerate(cells)}
    twice = [name for name in own if sum(notebooks.grade_id(cell) == name for cell in cells) > 1]
    rebuilt: list[Any] = []
    for index, cell in enumerate(cells):
        name = notebooks.grade_id(cell)
        rebuilt.append(_merged(own[name], cell) if name in own and last[name] == index else _bare(cell))
    missing = [name for name in order if name not in last]
    for name in missing:
        rebuilt.insert(_place(rebuilt, order, name), own[name])
    remarks = [f"There were several cells named `{name}`; the last one is graded." for name in twice]
    remarks += [f"The cell `{name}` was missing and has been put back." for name in missing]
    return rebuilt, remarks


def leave_out_shows(cells: list[Any], instructors: list[dict[str, Any]]) -> None:
    """Tag the instructor's cells that only demonstrate, so that grading does not wait for them."""
    shows = {notebooks.source(cell) for cell in instructors if notebooks.SHOW in cell["metadata"].get("tags", [])}
    for cell in cells:
        if cell["cell_type"] == "code" and not notebooks.grade_id(cell) and cell["source"] in shows:
            cell["metadata"]["tags"] = [notebooks.SHOW, "skip-execution"]


def _in_order(names: list[str], listed: list[str]) -> list[str]:
    return [name for name in listed if name in names] + [name for name in names if name not in listed]


def _own_cell(cell: Any, points: dict[str, float], is_answer: bool) -> NotebookNode:
    """A cell as the gradebook knows it."""
    nbgrader = {"grade_id": cell.name, "locked": bool(cell.locked), "checksum": cell.checksum, "schema_version": 3,
                "grade": cell.name in points, "solution": is_answer, "task": False, "cell_type": cell.cell_type}
    if cell.name in points:
        nbgrader["points"] = points[cell.name]
    new = new_code_cell if cell.cell_type == "code" else new_markdown_cell
    return new(cell.source, metadata={"nbgrader": nbgrader})


def _merged(own: NotebookNode, submitted: Any) -> NotebookNode:
    """The gradebook's cell, with the submitted text where it is the student's to write."""
    if not own.metadata.nbgrader.locked:
        own.source = notebooks.source(submitted)
    return own


def _bare(cell: Any) -> NotebookNode:
    """A cell that nobody owns: its kind and its text."""
    text = notebooks.source(cell)
    if cell["cell_type"] == "code":
        return new_code_cell(text)
    return new_markdown_cell(text)


def _place(cells: list[Any], order: list[str], name: str) -> int:
    """Where a missing cell goes: behind the nearest one that comes before it in the instructor's notebook."""
    before = set(order[: order.index(name)])
    places = [index for index, cell in enumerate(cells) if notebooks.grade_id(cell) in before]
    return places[-1] + 1 if places else _after_imports(cells)


def _after_imports(cells: list[Any]) -> int:
    code = [index for index, cell in enumerate(cells) if cell["cell_type"] == "code"]
    return code[0] + 1 if code else len(cells)


def _cell_id(name: str) -> str:
    return re.sub(r"[^a-zA-Z0-9_-]", "-", name)[:64]
