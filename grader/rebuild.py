"""Rebuilding a submission from the gradebook's own cells before anything in it is run.

Check cells and all metadata come from the gradebook, answers from the submission by ``grade_id``. Whatever else the
student added stays where it is, bare. Of a cell that is there twice the last counts; a missing one is put back; either
is said in a remark at the top of the notebook.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from copy import deepcopy
from typing import Any

from nbformat import NotebookNode, from_dict

from grader import notebooks

REMARK = "remark"
SKIP = "skip-execution"


def rebuild(submitted: dict[str, Any], own: dict[str, NotebookNode], solution: dict[str, Any]) -> NotebookNode:
    """Return the notebook that is graded.

    ``own`` are the gradebook's cells by name (see ``own_cells``), ``solution`` is the instructor's notebook: it gives
    the order, the cells that only demonstrate, and the given ones that a student may have deleted.
    """
    own = deepcopy(own)
    cells, remarks = _in_place(submitted["cells"], own)
    remarks += _put_back(cells, own, solution["cells"])
    leave_out_shows(cells, solution["cells"])
    if remarks:
        text = "\n".join(f"- {remark}" for remark in remarks)
        cells.insert(0, ("", node("markdown", f"**Remarks on this submission**\n\n{text}", {"tags": [REMARK]})))
    for index, (_, cell) in enumerate(cells):
        cell["id"] = re.sub(r"[^a-zA-Z0-9_-]", "-", notebooks.grade_id(cell) or f"cell-{index}")[:64]
    return from_dict({"cells": [cell for _, cell in cells], "metadata": {"kernelspec": notebooks.KERNEL},
                      "nbformat": 4, "nbformat_minor": 5})


def own_cells(book: Any) -> dict[str, NotebookNode]:
    """The cells of one notebook as the gradebook knows them, by name; ``book`` is nbgrader's Notebook."""
    points = {cell.name: cell.max_score for cell in book.grade_cells}
    answers = {cell.name for cell in book.solution_cells}
    return {cell.name: _own_cell(cell, points, cell.name in answers) for cell in book.source_cells}


def fingerprint(own: dict[str, NotebookNode]) -> str:
    """A hash of the checks: another one means that a submission has to be graded again."""
    checks = {name: (cell.source, cell.metadata.nbgrader.get("points")) for name, cell in own.items()
              if cell.metadata.nbgrader.locked}
    return hashlib.sha256(json.dumps(checks, sort_keys=True).encode()).hexdigest()


def essence(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    """Of a submitted notebook what judging reads: kinds, names and texts of its cells."""
    return [{"cell_type": cell["cell_type"], "id": number if isinstance(number := cell.get("id"), str) else "",
             "source": notebooks.source(cell), "metadata": {"nbgrader": {"grade_id": notebooks.grade_id(cell)}}}
            for cell in notebook["cells"]]


def leave_out_shows(cells: list[tuple[str, Any]], instructors: list[dict[str, Any]]) -> None:
    """Tag the instructor's cells that only demonstrate, so that grading does not wait for them."""
    shows = {notebooks.source(cell) for cell in instructors if notebooks.SHOW in cell["metadata"].get("tags", [])}
    for _, cell in cells:
        if cell["cell_type"] == "code" and not notebooks.grade_id(cell) and cell["source"] in shows:
            cell["metadata"]["tags"] = [notebooks.SHOW, SKIP]


def _in_place(submitted: list[dict[str, Any]], own: dict[str, NotebookNode]) -> tuple[list[tuple[str, Any]], list[str]]:
    """The submitted cells, each with its name or id, the gradebook's in the place of those that it knows."""
    names = [_name(cell, own) for cell in submitted]
    last = {name: index for index, name in enumerate(names)}
    cells: list[tuple[str, Any]] = []
    for index, (name, cell) in enumerate(zip(names, submitted, strict=True)):
        if name in own and last[name] == index:
            cells.append((name, _merged(own[name], cell)))
        else:
            cells.append((name if name not in own else "", _bare(cell)))
    counts = Counter(names)
    twice = [name for name in own if counts[name] > 1]
    return cells, [f"There were several cells named `{name}`; the last one is graded." for name in twice]


def _name(cell: dict[str, Any], own: dict[str, NotebookNode]) -> str:
    """The name by which the gradebook knows a cell, or its id; both are the same where nothing was changed.

    Some editors drop the metadata and keep the id: such a cell is still the one that was given out.
    """
    name, number = notebooks.grade_id(cell), cell.get("id")
    return name if name in own else number if isinstance(number, str) else ""


def _put_back(
    cells: list[tuple[str, Any]], own: dict[str, NotebookNode], instructors: list[dict[str, Any]]
) -> list[str]:
    """Insert the gradebook's cells and the given ones that are not there any more; return what there is to remark."""
    order = [notebooks.grade_id(cell) or cell.get("id", "") for cell in instructors]
    there, texts = {key for key, _ in cells}, {cell["source"] for _, cell in cells}
    remarks = []
    for key, cell in zip(order, instructors, strict=True):
        if key in own and key not in there:
            missing = own[key]
        elif _is_given(cell) and key not in there and notebooks.source(cell) not in texts:
            missing = node("code", notebooks.source(cell))
        else:
            continue
        cells.insert(_place(cells, order, key), (key, missing))
        remarks.append(f"The cell `{key}` was missing and has been put back.")
    return remarks


def _is_given(cell: dict[str, Any]) -> bool:
    """Tell whether an instructor's cell is one that answers and checks rely on: imports, given functions."""
    shows = notebooks.SHOW in cell["metadata"].get("tags", [])
    return cell["cell_type"] == "code" and not notebooks.grade_id(cell) and not shows


def _place(cells: list[tuple[str, Any]], order: list[str], key: str) -> int:
    """Where a missing cell goes: behind the nearest one that comes before it in the instructor's notebook."""
    before = set(order[: order.index(key)])
    places = [index for index, (other, _) in enumerate(cells) if other in before]
    return places[-1] + 1 if places else 0


def _own_cell(cell: Any, points: dict[str, float], is_answer: bool) -> NotebookNode:
    nbgrader = {"grade_id": cell.name, "locked": bool(cell.locked), "checksum": cell.checksum, "schema_version": 3,
                "grade": cell.name in points, "solution": is_answer, "task": False, "cell_type": cell.cell_type}
    if cell.name in points:
        nbgrader["points"] = points[cell.name]
    return node(cell.cell_type, cell.source, {"nbgrader": nbgrader})


def _merged(own: NotebookNode, submitted: dict[str, Any]) -> NotebookNode:
    """The gradebook's cell, with the submitted text and pictures where it is the student's to write."""
    if not own.metadata.nbgrader.locked:
        own.source = notebooks.source(submitted)
        _attach(own, submitted)
    return own


def _bare(cell: dict[str, Any]) -> NotebookNode:
    """A cell that nobody owns: its kind, its text, its pictures."""
    bare = node("code" if cell["cell_type"] == "code" else "markdown", notebooks.source(cell))
    _attach(bare, cell)
    return bare


def node(cell_type: str, text: str, metadata: dict[str, Any] | None = None) -> NotebookNode:
    """A fresh cell; by hand, because nbformat's own constructors validate each one for a millisecond."""
    ran: dict[str, Any] = {"execution_count": None, "outputs": []} if cell_type == "code" else {}
    return from_dict({"cell_type": cell_type, "id": "", "metadata": metadata or {}, "source": text, **ran})


def _attach(cell: NotebookNode, submitted: dict[str, Any]) -> None:
    """Keep the pictures that were pasted into a text."""
    attached = submitted.get("attachments")
    if cell.cell_type == "markdown" and isinstance(attached, dict):
        kept = {name: data for name, data in attached.items() if isinstance(data, dict) and data
                and all(kind.startswith("image/") and isinstance(text, str) for kind, text in data.items())}
        if kept:
            cell["attachments"] = NotebookNode(kept)
