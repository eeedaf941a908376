"""Feedback pages, by nbgrader, without the hidden checks."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from grader.course import Course, Trouble
from grader.release import reason


def graded(course: Course, assignment: str, only: str | None = None) -> list[str]:
    """Who has been graded, or the one who is asked for.

    Raises Trouble where nobody was, or the one was not.
    """
    course.notebooks(assignment)
    there = sorted({p.parts[-3] for p in course.autograded.glob(f"*/{assignment}/*.ipynb")})
    if only is None and there:
        return there
    if only in there:
        return [only]
    near = difflib.get_close_matches(only or "", there, 1)
    hint = f" Did you mean {near[0]}?" if near else ""
    who = f'{only} has not' if only else 'Nobody has'
    raise Trouble(f"{who} been graded in {assignment}.{hint} "
                  f"Run  python -m grader grade {assignment}  first.")


def write(course: Course, assignment: str, who: list[str]) -> Iterator[str]:
    """Write the page of each student and yield the student's name.

    Raises Trouble, when all others have their page, where nbgrader could not write some.
    """
    from nbgrader.apps import NbGraderAPI

    api = NbGraderAPI(config=course.config())
    failed = []
    for student in who:
        outcome = api.generate_feedback(assignment, student, force=True)
        if not outcome["success"]:
            failed.append(f"{student}: nbgrader wrote no feedback: {reason(outcome)}")
        yield student
    if failed:
        raise Trouble("\n".join(failed))
