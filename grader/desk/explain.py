"""Explaining a mark: each check, its points and its words, which version of it said them, and what people added."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from nbformat import NotebookNode, from_dict
from nbgrader.utils import determine_grade

from grader import gradebook, notebooks, record, submission
from grader.course import Course, Trouble
from grader.job import Cell
from grader.judge import judge, secret
from grader.kernel import read_said
from grader.namespace import imports_for_checks
from grader.rebuild import rebuild
from grader.sandbox import Limits
from grader.settings import Settings
from grader.work import job_for, put_outputs

RIGHT, NOT_READ, READ_AGAIN = "✓ right", "waits to be read by a person", "waits to be read again: the answer changed"


@dataclass
class Line:
    """One graded cell: what it counts now, out of how much, from whom, and why.

    ``given`` is what the checks gave, None for a written answer; ``version`` is the check's (see `record.version`);
    ``strange`` says where the gradebook and the record differ.
    """

    cell: str
    counts: float | None
    most: float
    given: float | None
    by_hand: float | None = None
    on_top: float = 0.0
    words: str = ""
    comment: str = ""
    version: str = ""
    strange: str = ""


@dataclass
class Explanation:
    """A student's marks in one assignment, and all that led to them."""

    student: str
    assignment: str
    lines: list[Line]
    penalty: float
    late: timedelta
    due: datetime | None
    handed_in: datetime | None
    graded: dict[str, Any]
    unchanged: bool
    history: list[dict[str, Any]] = field(default_factory=list)

    @property
    def total(self) -> float:
        """Points as nbgrader counts them: never below zero, however late."""
        return max(0.0, sum(line.counts or 0 for line in self.lines) - self.penalty)

    @property
    def most(self) -> float:
        return sum(line.most for line in self.lines)


def explain(course: Course, assignment: str, student: str) -> Explanation:
    """Explain a student's marks from the gradebook and the record.

    Raises Trouble where there are none, or no record of them.
    """
    course.notebooks(assignment)
    history = list(record.entries(course, assignment, student))
    graded = record.last_graded(course, assignment, student)
    if graded is None:
        raise Trouble(_nothing(course, assignment, student))
    versions = _versions(course, graded)
    with gradebook.opened(course) as book:
        found = book.find_submission(assignment, student)
        lines = [_line(cell, versions, graded) for own in found.notebooks
                 for cell in sorted(own.grades, key=lambda grade: _place(versions, grade.cell.name))]
        comments = {comment.name: comment.comment for own in found.notebooks for comment in own.comments}
        penalty = sum(own.late_submission_penalty or 0 for own in found.notebooks)
        late = timedelta(seconds=found.total_seconds_late)
        due, handed_in = found.duedate, found.timestamp
    for line in lines:
        line.comment = comments.get(line.cell) or ""
    return Explanation(student, assignment, lines, penalty, late, due, handed_in, graded,
                       _is_unchanged(course, assignment, student, graded), history)


def _nothing(course: Course, assignment: str, student: str) -> str:
    """Why there is nothing to explain."""
    if student not in course.submissions(assignment):
        return f"{student} has handed in nothing for {assignment}, and no grading of it is on record."
    return (f"No grading of {student} in {assignment} is on record. Run  python -m grader grade {assignment} "
            f"--student {student}  to grade it, with --regrade where it was graded before there was a record.")


def _versions(course: Course, graded: dict[str, Any]) -> dict[str, str]:
    """The version of each graded cell, in the order of the notebook."""
    found: dict[str, str] = {}
    for kept in graded["notebooks"].values():
        text = record.kept(course, kept["version"])
        order = [notebooks.grade_id(cell) for cell in text["solution"]["cells"] if notebooks.grade_id(cell)]
        own = text["own"]
        for name in [*order, *(name for name in own if name not in order)]:
            if name in own and own[name]["metadata"]["nbgrader"]["grade"]:
                found[name] = record.version(own[name]["source"], own[name]["metadata"]["nbgrader"]["points"])
    return found


def _place(versions: dict[str, str], cell: str) -> int:
    return list(versions).index(cell) if cell in versions else len(versions)


def _line(grade: Any, versions: dict[str, str], graded: dict[str, Any]) -> Line:
    """Explain one cell; ``grade`` is nbgrader's."""
    name, given = grade.cell.name, grade.auto_score
    noted = graded["marks"].get(name, [None, None])[0]
    line = Line(name, None if grade.needs_manual_grade and grade.manual_score is None else grade.score,
                grade.cell.max_score, given, grade.manual_score, grade.extra_credit or 0.0,
                version=versions.get(name, ""))
    waits = grade.needs_manual_grade and (NOT_READ if line.counts is None else READ_AGAIN)
    line.words = graded["said"].get(name, "") or waits or (RIGHT if noted is not None else "")
    if given != noted:
        line.strange = (f"The gradebook has {_points(given)} from the check, the record {_points(noted)}: "
                        "it was changed by something else than this kit.")
    return line


def _points(value: float | None) -> str:
    return "nothing" if value is None else f"{value:g}"


def _is_unchanged(course: Course, assignment: str, student: str, graded: dict[str, Any]) -> bool:
    """Tell whether what lies in class/submitted is what was graded."""
    try:
        there = submission.read(course, assignment, student)
    except Trouble:
        return False
    return all(name in there and hashlib.sha256(there[name][0]).hexdigest() == kept["submission"]
               for name, kept in graded["notebooks"].items())


def paragraphs(found: Explanation) -> list[str]:
    """What stands above the table of checks: points, when and how they came about, what was handed in and when."""
    graded, first = found.graded, next(iter(found.graded["notebooks"].values()))
    where = "in the sandbox" if graded["sandboxed"] else "without a sandbox"
    where = f"through nbgrader, {where}" if graded.get("through") else where
    versions = ", ".join(f"{name} {number}" for name, number in graded["versions"].items())
    again = "" if found.unchanged else " What lies in class/submitted now is another one, not graded yet."
    says = [f"{found.student}, {found.assignment}: {found.total:g} of {found.most:g} points.",
            f"{_when(graded)}, {where}, with {versions}.",
            f"Submission {first['submission'][:record.SHOWN]}, checks {first['checks'][:record.SHOWN]}.{again}"]
    if found.handed_in and found.due:
        late = f"{_span(found.late)} late" if found.late > timedelta(0) else "in time"
        taken = f"; {found.penalty:g} points were taken off for it" if found.penalty else ""
        says.append(f"Handed in {found.handed_in:%d %B %Y at %H:%M} UTC, due {found.due:%d %B %Y at %H:%M} UTC: "
                    f"{late}{taken}.")
    elif found.penalty:
        says.append(f"{found.penalty:g} points were taken off for being late.")
    return says


def remarks(found: Explanation) -> list[str]:
    """What people gave, where gradebook and record differ, and what happened before."""
    says = []
    for line in found.lines:
        name = line.cell.removeprefix("check-")
        if line.by_hand is not None:
            instead = f" in place of the check's {line.given:g}" if line.given is not None else ""
            says.append(f"{name}: a person gave {line.by_hand:g}{instead}, in formgrader, which keeps no name.")
        if line.on_top:
            says.append(f"{name}: a person gave {line.on_top:g} on top.")
        if line.comment:
            says.append(f"{name}: the comment is {line.comment!r}.")
        if line.strange:
            says.append(f"{name}: {line.strange}")
    says += [f"{_when(entry)}{_earlier(entry)}." for entry in found.history]
    return says


def _when(entry: dict[str, Any]) -> str:
    return f"{entry['what'].capitalize()} {datetime.fromisoformat(entry['at']):%d %B %Y at %H:%M} UTC by {entry['by']}"


def _earlier(entry: dict[str, Any]) -> str:
    """What one line of a student's history adds: the points it led to, and the reason that was given."""
    marks = entry.get("marks", {})
    points = sum(given or 0 for given, _ in marks.values())
    why = f", because: {entry['why']}" if entry.get("why") else ""
    return f": {points:g} points from checks{why}" if marks else why


def _span(late: timedelta) -> str:
    hours, minutes = divmod(int(late.total_seconds()) // 60, 60)
    return f"{hours // 24} days {hours % 24} h" if hours >= 48 else f"{hours} h {minutes} min"


@dataclass
class Again:
    """A second grading beside the one on record: what each check gave then and gives now, and what else differs."""

    marks: dict[str, tuple[float | None, float | None]]
    said: dict[str, tuple[str, str]]
    other: list[str]

    @property
    def same(self) -> bool:
        return all(then == now for then, now in self.marks.values())


def reproduce(course: Course, assignment: str, student: str) -> Again:
    """Grade again what was kept, by the checks that were kept, in memory; nothing is written.

    Raises Trouble where something that was kept is gone or not what it was, Unavailable where no sandbox can be had.
    """
    graded = record.last_graded(course, assignment, student)
    if graded is None:
        raise Trouble(_nothing(course, assignment, student))
    books = {name: _rebuilt(course, kept) for name, kept in graded["notebooks"].items()}
    job = _job(books, graded)
    outcome = judge(job)
    offset, marks, said = 0, {}, {}
    for book, _ in books.values():
        put_outputs(book, {number - offset: outputs for number, outputs in outcome.items()})
        offset += len(book.cells)
        for cell in book.cells:
            name = notebooks.grade_id(cell)
            if cell.metadata.get("nbgrader", {}).get("grade"):
                marks[name] = graded["marks"][name][0], determine_grade(cell)[0]
            if notebooks.is_check(cell):
                now = read_said(cell)
                said[name] = graded["said"].get(name, ""), now.failure if now.failed else ""
    return Again(marks, said, _differences(graded, secret(job).hex()))


def verdict(again: Again) -> list[str]:
    """Whether the same came out, what did not, and what else is different by now."""
    checks = {name: pair for name, pair in again.marks.items() if pair != (None, None)}
    same = sum(then == now for then, now in checks.values())
    says = [f"Graded again as it was: {same} of {len(checks)} checks give the same points."]
    for name, (then, now) in checks.items():
        if then != now:
            says.append(f"{name.removeprefix('check-')}: {_points(then)} then, {_points(now)} now. "
                        f"{again.said.get(name, ('', ''))[1]}".rstrip())
    words = [name.removeprefix("check-") for name, (then, now) in again.said.items()
             if then != now[:len(then)] and checks[name][0] == checks[name][1]]
    says += [f"The same points in other words: {', '.join(words)}."] * bool(words)
    return says + again.other


def _rebuilt(course: Course, kept: dict[str, str]) -> tuple[NotebookNode, tuple[str, ...]]:
    """The notebook that was graded, from what was kept, and the imports that its checks rely on."""
    text = record.kept(course, kept["version"])
    own = {name: from_dict(cell) for name, cell in text["own"].items()}
    cells = record.kept(course, kept["handed_in"])
    return rebuild({"cells": cells}, own, text["solution"]), tuple(imports_for_checks(text["solution"]))


def _job(books: dict[str, tuple[NotebookNode, tuple[str, ...]]], graded: dict[str, Any]) -> Any:
    """The job as it was, with the limits of that time."""
    asked = Settings(tuple(graded["withhold"]), Limits(**graded["limits"]))
    cells: list[Cell] = []
    offset, job = 0, None
    for book, imports in books.values():
        job = job_for(book.cells, imports, asked, trusted=not graded["sandboxed"])
        cells += [replace(cell, number=cell.number + offset) for cell in job.cells]
        offset += len(book.cells)
    statements = dict.fromkeys(statement for _, imports in books.values() for statement in imports)
    assert job is not None
    return replace(job, cells=tuple(cells), imports=tuple(statements))


def _differences(graded: dict[str, Any], now: str) -> list[str]:
    """What is not as it was, apart from marks."""
    here = record.conditions()
    says = [f"{name} was {number} then and is {here.get(name, 'not installed')} now."
            for name, number in graded["versions"].items() if here.get(name) != number]
    if graded["secret"] != now:
        says.append("The random directions of the checks are others: their secret differs.")
    return says
