"""What a released notebook is made of: skeletons, checks, questions, hints, and the minutes of its parts."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass, field
from typing import Any

from grader import notebooks
from grader.course import STUB, TEXT_STUB

ANSWER = re.compile(r"^( *)### BEGIN SOLUTION\n.*?^ *### END SOLUTION\b", re.DOTALL | re.MULTILINE)
HIDDEN = re.compile(r"^ *### BEGIN HIDDEN TESTS\n.*?^ *### END HIDDEN TESTS *\n?", re.DOTALL | re.MULTILINE)
MINUTES = re.compile(r"^\*(\d+) minutes(.*)", re.MULTILINE)
HINT = re.compile(r"<details>\s*<summary>([^<]*\bhint\b[^<]*)</summary>\s*(.*?)\s*</details>", re.DOTALL | re.I)
TO_READ = "nothing to write"


@dataclass(frozen=True)
class Hint:
    """One rung of a ladder: what it is called, and its text."""

    title: str
    text: str


@dataclass(frozen=True)
class Part:
    """A part of a lesson: its minutes, the functions that are checked in it, and its questions."""

    minutes: int
    to_read: bool
    items: list[str] = field(default_factory=list)


def from_solution(solution: dict[str, Any]) -> dict[str, Any]:
    """A notebook as a student gets it, made from its solution: stubs for answers, no hidden checks."""
    return {**solution, "cells": [{**cell, "source": _for_students(cell)} for cell in solution["cells"]]}


def answers(notebook: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The cells that a student writes code in, by name."""
    return {name: cell for name, cell in named(notebook).items()
            if cell["cell_type"] == "code" and cell["metadata"]["nbgrader"].get("solution")}


def questions(notebook: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The cells that a student writes words in, by name."""
    return {name: cell for name, cell in named(notebook).items()
            if cell["cell_type"] == "markdown" and cell["metadata"]["nbgrader"].get("solution")}


def named(notebook: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Every cell that has a name, by it: answers, checks and questions; the first where two share one."""
    found: dict[str, dict[str, Any]] = {}
    for cell in notebook["cells"]:
        if notebooks.grade_id(cell):
            found.setdefault(notebooks.grade_id(cell), cell)
    return found


def is_answered(question: dict[str, Any]) -> bool:
    """Tell whether somebody has written something to a question."""
    return notebooks.source(question).strip() not in ("", TEXT_STUB)


def is_written(answer: dict[str, Any], original: dict[str, Any] | None) -> bool:
    """Tell whether somebody has written something into an answer: it differs from what was handed out.

    Where that is not known, its stub is gone.
    """
    text = notebooks.source(answer).strip()
    if original is not None:
        return text.split() != notebooks.source(original).split()
    return not all(line in text for line in STUB["python"].splitlines())


def parts(notebook: dict[str, Any]) -> list[Part]:
    """The parts of a lesson, by the line under a heading that says how long it takes."""
    found: list[Part] = []
    for cell in notebook["cells"]:
        text, name = notebooks.source(cell), notebooks.grade_id(cell)
        if cell["cell_type"] == "markdown" and not name and (said := MINUTES.search(text)):
            found.append(Part(int(said[1]), TO_READ in said[2]))
        elif found and (notebooks.is_check(cell) or (name and cell["cell_type"] == "markdown")):
            found[-1].items.append(name)
    return found


def minutes_left(notebook: dict[str, Any], done: set[str]) -> int:
    """How long the rest of a lesson takes, by its own minutes.

    A part counts by the share of its checks and questions that are open; one that is only read, until a later one
    was worked on.
    """
    left, later = 0.0, False
    for part in reversed(parts(notebook)):
        still = [name for name in part.items if name not in done]
        if part.items:
            left += part.minutes * len(still) / len(part.items)
        elif part.to_read and not later:
            left += part.minutes
        later = later or len(still) < len(part.items)
    return round(left)


def ladder(notebook: dict[str, Any], name: str) -> tuple[str, list[Hint]]:
    """The hints of a step and the name they are remembered by: those in the text since the answer before it.

    Where no text stands between two answers they share one ladder.
    """
    owner, hints = "", list[Hint]()             # the first answer of the ladder; none before one was met
    for cell in notebook["cells"]:
        text, met = notebooks.source(cell), notebooks.grade_id(cell)
        if cell["cell_type"] == "markdown" and not met:
            if owner:
                owner, hints = "", []
            hints += [Hint(said[1].strip(), said[2]) for said in HINT.finditer(text)]
        elif met in (name, f"check-{name}"):
            return owner or name, hints
        elif cell["cell_type"] == "code" and met and not notebooks.is_check(cell):
            owner = owner or met
    return name, []


def _for_students(cell: dict[str, Any]) -> str:
    text = notebooks.source(cell)
    if not cell["metadata"].get("nbgrader", {}).get("solution"):
        return HIDDEN.sub("", text).rstrip("\n") if notebooks.is_check(cell) else text
    if cell["cell_type"] == "markdown":
        return TEXT_STUB
    return ANSWER.sub(lambda found: textwrap.indent(STUB["python"], found[1]), text)
