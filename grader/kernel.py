"""Running a notebook in an ordinary kernel and reading what its checks said."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from grader import notebooks

SECONDS_A_CELL = 300
NOT_WRITTEN = "not written yet"
VERDICTS = ("CheckFailed", "NotWritten")


@dataclass(frozen=True)
class Said:
    """What one check cell left behind: its name, whether it failed or wrote to stderr, and its words.

    One that returns a number of points, partial credit, has failed too.
    """

    name: str
    failed: bool
    stderr: bool
    text: str
    failure: str

    @property
    def not_written(self) -> bool:
        return self.failed and self.failure.startswith("·")

    @property
    def function(self) -> str:
        return self.name.removeprefix("check-")


def read_said(cell: dict[str, Any]) -> Said:
    """Read the outputs of a check cell that has been run."""
    errors = [o for o in cell["outputs"] if o["output_type"] == "error"]
    streams = [o for o in cell["outputs"] if o["output_type"] == "stream"]
    printed = "\n".join("".join(o["text"]) for o in streams)
    partly = any(o["output_type"] == "execute_result" for o in cell["outputs"])
    failure = _error_text(errors[0]) if errors else _verdict(printed) if partly else ""
    text = "\n".join(["".join(o["text"]).strip("\n") for o in streams] + [failure] * bool(errors)).strip("\n")
    stderr = any(o["name"] == "stderr" for o in streams)
    return Said(notebooks.grade_id(cell), bool(errors) or partly, stderr, text, failure)


def _verdict(printed: str) -> str:
    """The last verdict of wrong that was printed: its headline and the indented lines under it."""
    found = re.findall(r"^✗ .*(?:\n  .*)*", printed, re.MULTILINE)
    return found[-1] if found else "✗ Only a part of the points."


def _error_text(output: dict[str, Any]) -> str:
    """The verdict itself, or the name and the words of an exception that is none."""
    if output["ename"] in VERDICTS:
        return output["evalue"]
    return f"✗ The check stopped with {output['ename']}: {output['evalue']}".rstrip(": ")


def run_checks(
    notebook: dict[str, Any], folder: Path, shows: bool = True, tick: Callable[[], None] = lambda: None
) -> list[Said]:
    """Run a notebook in a kernel, in ``folder``, and return what each of its checks said.

    Without ``shows`` the cells that only demonstrate are left out. ``tick`` is called after every code cell.
    """
    if not shows:
        kept = [cell for cell in notebook["cells"] if notebooks.SHOW not in cell["metadata"].get("tags", [])]
        notebook = {**notebook, "cells": kept}
    nb = executed(notebook, folder, SECONDS_A_CELL, tick)
    return [_explained(read_said(cell), nb.cells) for cell in notebooks.checks(nb)]


def executed(notebook: dict[str, Any], folder: Path, seconds: float, tick: Callable[[], None] = lambda: None) -> Any:
    """Execute a notebook, whatever its cells do, and return it."""
    import nbformat
    from nbclient import NotebookClient

    nb = nbformat.reads(json.dumps(notebook), as_version=4)
    client = NotebookClient(nb, timeout=int(seconds), kernel_name=notebooks.KERNEL["name"], allow_errors=True,
                            interrupt_on_timeout=True, resources={"metadata": {"path": str(folder)}})
    client.on_cell_executed = lambda **_: tick()
    client.execute(stderr=subprocess.DEVNULL)
    return nb


def _explained(said: Said, cells: list[Any]) -> Said:
    """Where a check misses a name, say what became of the cell that should define it."""
    missing = re.search(r"NameError: name '(\w+)' is not defined", said.failure)
    cell = next((c for c in cells if missing and notebooks.grade_id(c) == missing[1]), None)
    if not missing or cell is None:
        return said
    errors = [o for o in cell["outputs"] if o["output_type"] == "error"]
    why = "its cell stopped with {ename}: {evalue}".format(**errors[0]) if errors else "its cell does not define it"
    words = f"✗ {missing[1]} is not defined: {why}."
    return replace(said, failure=words, text=words)
