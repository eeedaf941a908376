"""Between a rebuilt notebook and the job that judges it: cells out, outputs and a stamp back in."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from nbformat import NotebookNode, from_dict
from nbformat.v4 import new_markdown_cell

from grader import notebooks, record
from grader.job import Cell, Job, Outputs
from grader.judge import secret
from grader.kernel import read_said
from grader.rebuild import REMARK, SKIP
from grader.settings import Settings

STAMP = "unrolled"
LONGEST_WORDS = 1_000       # letters of a verdict that go on record; the check's own have fewer
NOT_SANDBOXED = "**Not sandboxed.** This submission was run in an ordinary kernel, trusted by the person who graded it."


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


def how_judged(job: Job, books: list[NotebookNode]) -> dict[str, Any]:
    """What goes on record of a judged job: the words of its checks, its limits and secret, the versions here."""
    said = [read_said(cell) for book in books for cell in notebooks.checks(book)]
    return {"said": {check.name: check.failure[:LONGEST_WORDS] for check in said if check.failed},
            "sandboxed": not job.trusted, "limits": asdict(job.limits), "withhold": list(job.withhold),
            "secret": secret(job).hex(), "versions": record.conditions()}
