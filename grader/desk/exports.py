"""Marks out: tables as the gradebooks of Canvas and Moodle import them, and a plain one.

Sources: Canvas's importer (instructure/canvas-lms, app/models/gradebook_importer.rb), Moodle's "Grade import"
(docs.moodle.org), Gradescope's "Autograder Specifications" (gradescope-autograders.readthedocs.io).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from grader import clock, gradebook, notebooks, record
from grader.course import Course, Trouble
from grader.desk import roster
from grader.desk.roster import Student
from grader.late import Due, due


@dataclass(frozen=True)
class Mark:
    """What one student earned in one assignment: points, what being late took of them, and of how many.

    ``waiting`` counts the written questions that nobody has read; ``earned`` is None where nothing was graded.
    """

    student: str
    assignment: str
    earned: float | None = None
    penalty: float = 0.0
    most: float = 0.0
    waiting: int = 0
    handed_in: datetime | None = None
    due: datetime | None = None

    @property
    def kept(self) -> float | None:
        return None if self.earned is None else max(0.0, self.earned - self.penalty)


@dataclass
class Sheet:
    """Everything that an export tells: the students, the assignments, each mark; and how they are to be shown."""

    students: list[Student]
    assignments: list[str]
    marks: dict[tuple[str, str], Mark]
    most: dict[str, float]
    worth: dict[str, float] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    missing: float | None = None
    unread: bool = False
    remarks: list[str] = field(default_factory=list)

    def title(self, assignment: str) -> str:
        return self.titles.get(assignment, assignment)

    def counts(self, assignment: str) -> float:
        """How many points an assignment counts where it is exported to."""
        return self.worth.get(assignment, self.most[assignment])

    def value(self, student: str, assignment: str) -> float | None:
        """The points to be exported; None where there are none yet."""
        mark = self.marks.get((student, assignment))
        if mark is None or mark.kept is None:
            return self.missing
        if mark.waiting and not self.unread:
            return None
        return mark.kept * self.counts(assignment) / self.most[assignment] if self.most[assignment] else mark.kept


def sheet(course: Course, assignments: list[str], missing: float | None = None, unread: bool = False) -> Sheet:
    """Read what is to be exported, and remark on what is not there yet.

    ``missing`` is what somebody gets who handed nothing in; with ``unread`` written questions that nobody has read
    count nothing, without it whoever has one is left out.

    Raises Trouble where nothing at all has been graded.
    """
    config = course.config()
    export: dict[str, Any] = dict(config.Export) if "Export" in config else {}
    made = Sheet(roster.students(course), assignments, {}, {}, dict(export.get("points", {})),
                 dict(export.get("columns", {})), missing, unread)
    for assignment in assignments:
        course.notebooks(assignment)
        made.most[assignment], marks = marks_of(course, assignment)
        made.marks |= {(mark.student, assignment): mark for mark in marks}
        made.remarks += _remarks(made, assignment, marks)
    if not any(mark.earned is not None for mark in made.marks.values()):
        raise Trouble(f"Nothing of {', '.join(assignments)} has been graded yet. Run  python -m grader grade "
                      f"{assignments[0]}  first.")
    return made


def graded(course: Course) -> list[str]:
    """The assignments of which something has been graded.

    Raises Trouble where there is none.
    """
    names = [name for name in course.names() if any(mark.earned is not None for mark in marks_of(course, name)[1])]
    if not names:
        raise Trouble("Nothing has been graded yet. Run  python -m grader grade ASSIGNMENT  first.")
    return names


def marks_of(course: Course, assignment: str) -> tuple[float, list[Mark]]:
    """The points of an assignment, and the marks of everybody whose submission is in the gradebook."""
    from nbgrader.api import Assignment, Grade, SubmittedAssignment, SubmittedNotebook
    from sqlalchemy import func

    dates: Due = due(course, assignment)
    with gradebook.opened(course) as book:
        most = book.db.query(Assignment.max_score).filter(Assignment.name == assignment).scalar() or 0.0
        grades = dict(book.db.query(SubmittedNotebook.assignment_id, func.count(Grade.id)).join(Grade)
                      .group_by(SubmittedNotebook.assignment_id).all())
        waiting = dict(book.db.query(SubmittedNotebook.assignment_id, func.count(Grade.id)).join(Grade)
                       .filter(Grade.needs_manual_grade).group_by(SubmittedNotebook.assignment_id).all())
        rows = book.db.query(SubmittedAssignment).join(Assignment).filter(Assignment.name == assignment).all()
        return most, [
            Mark(row.student_id, assignment, row.score if grades.get(row.id) else None, row.late_submission_penalty,
                 most, waiting.get(row.id, 0), row.timestamp and row.timestamp.replace(tzinfo=UTC),
                 dates.of(row.student_id))
            for row in sorted(rows, key=lambda row: row.student_id)
        ]


def canvas(made: Sheet) -> str:
    """A gradebook for Canvas's importer: Student, ID, SIS Login ID, Section, one column an assignment.

    Canvas finds a student by ID, where the roster has it, else by SIS Login ID, else by name.
    """
    rows = [["Student", "ID", "SIS Login ID", "Section", *map(made.title, made.assignments)],
            ["    Points Possible", "", "", "", *(number(made.counts(name)) for name in made.assignments)]]
    for student in made.students:
        name = ", ".join(filter(None, (student.last, student.first))) or student.id
        rows.append([name, student.number, student.id, "", *_values(made, student, "")])
    return _written(rows)


def moodle(made: Sheet) -> str:
    """A table for Moodle's import: username, email address, names, one column an assignment, - for no mark.

    Moodle stops at the first line whose student it does not find, so nobody without an email address is in it.
    """
    rows = [["Username", "First name", "Last name", "Email address", *map(made.title, made.assignments)]]
    for student in made.students:
        if student.email:
            rows.append([student.id, student.first, student.last, student.email, *_values(made, student, "-")])
    without = [student.id for student in made.students if not student.email]
    if without:
        made.remarks.append(f"Left out, for want of an email address: {', '.join(without)}.")
    return _written(rows)


def plain(made: Sheet) -> str:
    """A table to look at: a line for each student and assignment, with everything that is known."""
    rows = [["student", "first_name", "last_name", "email", "assignment", "earned", "late_penalty", "points", "most",
             "unread_questions", "handed_in", "due", "seconds_late", "exported"]]
    for student in made.students:
        for assignment in made.assignments:
            mark = made.marks.get((student.id, assignment)) or Mark(student.id, assignment, most=made.most[assignment])
            late = mark.handed_in and mark.due and max(0, int((mark.handed_in - mark.due).total_seconds()))
            told = [number(mark.earned), number(mark.penalty), number(mark.kept), number(mark.most), str(mark.waiting),
                    clock.stamp(mark.handed_in) if mark.handed_in else "", clock.stamp(mark.due) if mark.due else "",
                    "" if late is None else str(late), number(made.value(student.id, assignment))]
            who = [student.id, student.first, student.last, student.email]
            rows.append([*map(_harmless, who), assignment, *told])
    return _written(rows)


TABLES: dict[str, Callable[[Sheet], str]] = {"canvas": canvas, "moodle": moodle, "csv": plain}


def export(course: Course, assignments: list[str], way: str, to: Path | None = None, missing: float | None = None,
           unread: bool = False) -> tuple[Path, list[str]]:
    """Write marks in the way of a platform and return where, with remarks.

    Raises Trouble where nothing has been graded, or for an unknown way.
    """
    if way not in (*TABLES, "gradescope"):
        raise Trouble(f"There is no format {way!r}: expected one of {', '.join([*TABLES, 'gradescope'])}.")
    made = sheet(course, assignments, missing, unread)
    called = assignments[0] if len(assignments) == 1 else "all"
    for assignment in assignments:
        students = sum(key[1] == assignment for key in made.marks)
        record.note(course, record.EXPORTED, assignment, format=way, students=students)
    if way == "gradescope":
        return _gradescope(course, made, to or course.exports / "gradescope"), made.remarks
    text = TABLES[way](made)
    path = to or course.exports / f"{called}-{way}.csv"
    notebooks.write_text(path, text)
    return path, made.remarks


def number(value: float | None) -> str:
    """A number of points with at most two decimals, as Canvas keeps them; "" where there is none."""
    return "" if value is None else f"{value:.2f}".rstrip("0").rstrip(".")


def _gradescope(course: Course, made: Sheet, folder: Path) -> Path:
    """Write the results.json of each student's autograder: FOLDER/ASSIGNMENT/STUDENT/results.json.

    Whoever is left out has none, nor one of an earlier export.
    """
    from grader.desk.gradescope import results

    for mark in made.marks.values():
        path = folder / mark.assignment / mark.student / "results.json"
        value = made.value(mark.student, mark.assignment)
        if mark.earned is None or value is None:
            path.unlink(missing_ok=True)
        else:
            content = results(course, mark.assignment, mark.student, value)
            notebooks.write_text(path, json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    return folder


def _values(made: Sheet, student: Student, nothing: str) -> list[str]:
    return [number(made.value(student.id, name)) or nothing for name in made.assignments]


def _remarks(made: Sheet, assignment: str, marks: list[Mark]) -> list[str]:
    waiting = [mark.student for mark in marks if mark.waiting and mark.earned is not None]
    known = {student.id for student in made.students}
    graded = {mark.student for mark in marks if mark.earned is not None}
    remarks = []
    if waiting:
        how = "counted without them" if made.unread else "left out; --unread counts them without"
        remarks.append(f"{assignment}: {len(waiting)} with written questions that nobody has read, {how}.")
    if known - graded:
        how = "left empty; --missing 0 fills in" if made.missing is None else f"given {number(made.missing)}"
        remarks.append(f"{assignment}: {len(known - graded)} without a graded submission, {how}.")
    return remarks


def _harmless(text: str) -> str:
    """A name that a spreadsheet does not take for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t")) else text


def _written(rows: list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
