"""A student's own progress through a notebook."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from grader import notebooks
from grader.course import Trouble
from grader.kernel import Said, run_checks


def code_cells(path: Path) -> int:
    """How many cells a check of this notebook will run."""
    cells = notebooks.read(path)["cells"]
    return sum(c["cell_type"] == "code" and notebooks.SHOW not in c["metadata"].get("tags", []) for c in cells)


def check(path: Path, tick: Callable[[], None] = lambda: None) -> list[Said]:
    """Run a notebook as it stands on disk, without the cells that only demonstrate, and return what its checks say.

    Raises Trouble where it is no notebook or has no checks.
    """
    notebook = notebooks.read(path)
    if not any(notebooks.checks(notebook)):
        raise Trouble(f"{path} has no check cells. Is it one of the notebooks in assignments/?")
    return run_checks(notebook, path.resolve().parent, shows=False, tick=tick)


def lines(said: list[Said]) -> list[str]:
    """One line per check, then how many pass, and the first one open."""
    done = [s for s in said if not s.failed]
    shown = [_line(s) for s in said]
    first = next((s for s in said if s.failed), None)
    rest = f" Next: {first.function}." if first else " What is left are the questions that a person reads."
    return [*shown, f"{len(done)} of {len(said)} checks pass.{rest}"]


def _line(said: Said) -> str:
    if not said.failed:
        return f"✓ {said.function}"
    if said.not_written:
        return said.failure if said.function in said.failure else f"· {said.function}: {said.failure.lstrip('· ')}"
    return f"✗ {said.function}: {said.failure.removeprefix('✗ ')}".replace("\n", "\n    ")
