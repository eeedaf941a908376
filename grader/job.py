"""One submission to judge, as plain data: it can travel to another process or machine, and needs nothing to be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from grader.sandbox import Limits

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
