"""What the checks of one notebook say."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from grader import notebooks
from grader.course import Trouble
from grader.kernel import Said, run_checks
from grader.student import released

OURS = re.compile(r"^\s*(from|import) grader\b", re.MULTILINE)
NO_KERNEL = {
    "DeadKernelError": "the Python that ran it ended. Does a cell end it, or take all memory?",
    "NoSuchKernel": "Jupyter finds no Python to run it with. Install the kit again, as START.md or the README says.",
}
UNTOUCHED = ("Nothing is written in it yet. Have you written something? Save the notebook, then run this again: "
             "it reads what is on the disk.")


def code_cells(path: Path) -> int:
    """How many cells a check of this notebook will run."""
    cells = notebooks.read(path)["cells"]
    return sum(c["cell_type"] == "code" and notebooks.SHOW not in c["metadata"].get("tags", []) for c in cells)


def check(path: Path, tick: Callable[[], None] = lambda: None) -> list[Said]:
    """Run a notebook as it stands on disk, without the cells that only demonstrate, and return what its checks say.

    Raises Trouble where it is no notebook, has no checks, has those of another course, or cannot be run.
    """
    notebook = notebooks.read(path)
    if not any(notebooks.checks(notebook)):
        raise Trouble(f"{path} has no check cells. Is it one of the notebooks in assignments/?")
    if not any(OURS.search(notebooks.source(cell)) for cell in notebook["cells"] if cell["cell_type"] == "code"):
        raise Trouble(f"{path} is a notebook of another course: no cell of it imports this one's checks, from grader.")
    try:
        return run_checks(notebook, path.resolve().parent, shows=False, tick=tick)
    except Exception as error:
        if type(error).__name__ not in NO_KERNEL:
            raise
        raise Trouble(f"{path} could not be run to its end: {NO_KERNEL[type(error).__name__]}") from None


def untouched(path: Path) -> bool:
    """Tell whether a notebook on disk has no answer yet: a stub stands in every one of them."""
    return not any(released.is_written(cell, None) for cell in released.answers(notebooks.read(path)).values())


def lines(said: list[Said], untouched: bool = False) -> list[str]:
    """One line per check, then how many pass, and the first one open; a word on saving where nothing is written."""
    done = [s for s in said if not s.failed]
    shown = [_line(s) for s in said]
    first = next((s for s in said if s.failed), None)
    rest = f" Next: {first.function}." if first else " What is left are the questions that a person reads."
    return [*shown, f"{len(done)} of {len(said)} checks pass.{rest}", *([UNTOUCHED] if untouched else [])]


def _line(said: Said) -> str:
    if not said.failed:
        return f"✓ {said.function}"
    if said.not_written:
        return said.failure if said.function in said.failure else f"· {said.function}: {said.failure.lstrip('· ')}"
    return f"✗ {said.function}: {said.failure.removeprefix('✗ ')}".replace("\n", "\n    ")
