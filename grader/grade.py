"""Grading a class with nbgrader's own pipeline, one submission at a time, and nothing lost on the way."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from grader import gradebook, notebooks
from grader.course import Course, Trouble
from grader.release import generate, reason

GRADED, KEPT, REFUSED = "graded", "graded before", "not graded"


@dataclass(frozen=True)
class Result:
    """What became of one submission: one of GRADED, KEPT and REFUSED, and a sentence where it was refused."""

    student: str
    status: str
    sentence: str = ""


def require_released(course: Course, assignment: str, say: Callable[[str], None]) -> None:
    """Record an assignment's cells in the gradebook unless they are there."""
    course.notebooks(assignment)
    if not gradebook.knows(course, assignment):
        say(f"{assignment}: recording its cells in the gradebook")
        generate(course, assignment, record=True)


def students(course: Course, assignment: str, only: str | None = None) -> list[str]:
    """Who handed an assignment in, or the one who is asked for.

    Raises Trouble where nobody did, or the one did not.
    """
    arrived = list(course.submissions(assignment))
    if only is None:
        if not arrived:
            raise Trouble(f"No submission of {assignment} has arrived: expected folders "
                          f"{course.submitted.relative_to(course.root).as_posix()}/STUDENT/{assignment}/.")
        return arrived
    if only not in arrived:
        near = difflib.get_close_matches(only, arrived, 1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise Trouble(f"No submission of {assignment} by {only!r} has arrived; {len(arrived)} others have.{hint}")
    return [only]


def grade(course: Course, assignment: str, who: list[str], regrade: bool = False,
          seconds_a_cell: int | None = None) -> Iterator[Result]:
    """Grade submissions and yield what became of each; those graded before and unchanged since are kept."""
    from nbgrader.apps import NbGraderAPI

    gradebook.require_usable(course)
    config = course.config()
    if seconds_a_cell:
        config.Execute.timeout = seconds_a_cell
    api = NbGraderAPI(config=config)
    for student in who:
        if not regrade and is_graded(course, assignment, student):
            yield Result(student, KEPT)
            continue
        try:
            require_submission(course, assignment, student)
        except Trouble as trouble:
            yield Result(student, REFUSED, str(trouble))
            continue
        outcome = api.autograde(assignment, student, force=True, create=True)
        if outcome["success"]:
            yield Result(student, GRADED)
        else:
            yield Result(student, REFUSED, f"{student}: nbgrader stopped: {reason(outcome)}")


def is_graded(course: Course, assignment: str, student: str) -> bool:
    """Tell whether every notebook was graded after it was handed in."""
    return all(
        _newer(course.autograded / student / assignment / f"{name}.ipynb",
               course.submitted / student / assignment / f"{name}.ipynb")
        for name in course.notebooks(assignment)
    )


def _newer(made: Path, source: Path) -> bool:
    return made.exists() and source.exists() and made.stat().st_mtime >= source.stat().st_mtime


def require_submission(course: Course, assignment: str, student: str) -> None:
    """Raise Trouble, in a sentence, for a submission that cannot be graded."""
    folder = course.submitted / student / assignment
    there = sorted(p.name for p in folder.glob("*.ipynb"))
    for name in course.notebooks(assignment):
        path = folder / f"{name}.ipynb"
        if not path.is_file():
            found = f"found {', '.join(there)}: rename it if it is the one" if there else "there is no notebook at all"
            raise Trouble(f"{student}: expected {name}.ipynb in {folder.relative_to(course.root).as_posix()}, {found}.")
        notebooks.read(path)
