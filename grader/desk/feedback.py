"""Feedback pages, by nbgrader, without the hidden checks."""

from __future__ import annotations

import difflib
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from grader import notebooks, record
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


def zipped(course: Course, assignment: str, who: list[str]) -> list[Path]:
    """Put the pages of each student into a ZIP of their own, class/exports/feedback/ASSIGNMENT/STUDENT.zip."""
    made = []
    for student in who:
        pages = sorted((course.feedback / student / assignment).glob("*.html"))
        if not pages:
            raise Trouble(f"{student} has no feedback page of {assignment}. "
                          f"Run  python -m grader feedback {assignment}  without --zip to see why.")
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
            for page in pages:
                packed.write(page, f"{assignment}/{page.name}")
        path = course.exports / "feedback" / assignment / f"{student}.zip"
        notebooks.write_bytes(path, content.getvalue())
        made.append(path)
    return made


def write(course: Course, assignment: str, who: list[str]) -> Iterator[str]:
    """Write the page of each student and yield the student's name.

    Raises Trouble, when all others have their page, where nbgrader could not write some.
    """
    from nbgrader.apps import NbGraderAPI

    api = NbGraderAPI(config=course.config())
    failed = []
    record.note(course, record.FEEDBACK, assignment, students=len(who))
    for student in who:
        outcome = api.generate_feedback(assignment, student, force=True)
        if not outcome["success"]:
            failed.append(f"{student}: nbgrader wrote no feedback: {reason(outcome)}")
        yield student
    if failed:
        raise Trouble("\n".join(failed))
