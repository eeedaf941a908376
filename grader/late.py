"""When an assignment is due, and what being late costs: an example for nbgrader's plugin.

It is set in nbgrader_config.py:

    c.AssignLatePenalties.plugin_class = "grader.late.ByTheDay"
    c.ByTheDay.share = 0.1
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime

from nbgrader.plugins import LateSubmissionPlugin
from traitlets import Float

from grader import gradebook
from grader.course import Course

DAY = 24 * 60 * 60


class ByTheDay(LateSubmissionPlugin):
    """Takes a share of the marks for every day begun, up to a largest share; a few minutes are forgiven."""

    share = Float(0.1, min=0, max=1, help="The share of the marks earned that a day begun costs.").tag(config=True)
    most = Float(0.5, min=0, max=1, help="The largest share that is taken.").tag(config=True)
    forgiven = Float(0, min=0, help="Seconds after the due date that cost nothing.").tag(config=True)

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float | None:
        """The points that are taken from ``score``; None where nothing is.

        ``total_seconds_late`` counts from the due date, or from a student's extension.
        """
        if total_seconds_late <= self.forgiven:
            return None
        days = math.ceil(total_seconds_late / DAY)
        return score * min(self.most, days * self.share)


@dataclass(frozen=True)
class Due:
    """When an assignment is due, in UTC, and for whom it is due later; None where it is not due at all."""

    date: datetime | None
    extended: dict[str, datetime]

    def of(self, student: str) -> datetime | None:
        return self.extended.get(student, self.date)


def due(course: Course, assignment: str) -> Due:
    """Read the due date of an assignment from the gradebook, with the extensions that formgrader gives."""
    from nbgrader.api import Assignment, SubmittedAssignment

    with gradebook.opened(course) as book:
        row = book.db.query(Assignment.duedate).filter(Assignment.name == assignment).first()
        if row is None or row[0] is None:
            return Due(None, {})
        longer = book.db.query(SubmittedAssignment.student_id, SubmittedAssignment.extension).join(Assignment).filter(
            Assignment.name == assignment, SubmittedAssignment.extension.isnot(None))
        date = row[0].replace(tzinfo=UTC)
        return Due(date, {student: date + extension for student, extension in longer})
