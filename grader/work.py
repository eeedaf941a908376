"""The work that judging one submission is: plain data in, plain data out, so that it can travel to another machine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from nbformat import NotebookNode, from_dict
from nbformat.v4 import new_markdown_cell

from grader import notebooks
from grader.rebuild import REMARK, SKIP
from grader.sandbox import Limits
from grader.settings import Settings

STAMP = "unrolled"
NOT_SANDBOXED = "**Not sandboxed.** This submission was run in an ordinary kernel, trusted by the person who graded it."

Outputs = dict[int, list[dict[str, Any]]]       # by the number of the cell, as a notebook keeps them


@dataclass(frozen=True)
class Cell:
    """One cell to run: its number in the notebook, its text, its name, and its points where it is a check."""

    number: int
    source: str
    name: str
    points: float | None


@dataclass(frozen=True)
class Job:
    """One submission: its code cells in order, and the instructor's import statements that its checks rely on."""

    cells: tuple[Cell, ...]
    imports: tuple[str, ...]
    withhold: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    trusted: bool = False


def job_for(cells: list[Any], imports: tuple[str, ...], asked: Settings, trusted: bool = False) -> Job:
    """Describe a rebuilt notebook's code cells, without those that only demonstrate."""
    described = tuple(
        Cell(number, cell["source"], notebooks.grade_id(cell) or f"cell {number + 1}",
             float(cell["metadata"]["nbgrader"]["points"]) if notebooks.is_check(cell) else None)
        for number, cell in enumerate(cells)
        if cell["cell_type"] == "code" and SKIP not in cell["metadata"].get("tags", [])
    )
    return Job(described, imports, asked.withhold, asked.limits, trusted)


def put_outputs(nb: NotebookNode, outputs: Outputs) -> None:
    """Write what came of a job into its notebook."""
    for number, cell in enumerate(nb.cells):
        if cell.cell_type == "code":
            cell.outputs = [from_dict(output) for output in outputs.get(number, [])]
            cell.execution_count = None


def stamp(nb: NotebookNode, sandboxed: bool, **more: str) -> None:
    """Keep in the graded notebook how it was graded, and say so where it was without a sandbox."""
    nb.metadata[STAMP] = NotebookNode({"sandboxed": sandboxed, **more})
    if not sandboxed:
        nb.cells.insert(0, new_markdown_cell(NOT_SANDBOXED, id="not-sandboxed", metadata={"tags": [REMARK]}))
