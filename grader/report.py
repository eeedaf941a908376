"""The class report: one page that tells a teacher what to teach again."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, PackageLoader

from grader import gradebook, notebooks, submission
from grader.course import Course, Trouble
from grader.kernel import Said, read_said

BINS = 10
SLOTS = 8       # how many different words a check shows


@dataclass
class Row:
    """One student: a mark for each cell in order, or the sentence why there is none."""

    student: str
    marks: list[gradebook.Mark] = field(default_factory=list)
    said: dict[str, Said] = field(default_factory=dict)
    refused: str = ""

    @property
    def total(self) -> float:
        return sum(mark.score or 0 for mark in self.marks)

    @property
    def waiting(self) -> int:
        return sum(mark.score is None for mark in self.marks)


@dataclass
class Check:
    """One check over the class: who passed, who has not written it, and the words the others were told."""

    name: str
    passed: int = 0
    not_written: int = 0
    words: Counter[str] = field(default_factory=Counter)

    @property
    def failed(self) -> int:
        return sum(self.words.values())


def write(course: Course, assignment: str) -> Path:
    """Write the report page and return its path.

    Raises Trouble where nothing has been graded.
    """
    rows = collect(course, assignment)
    graded = [row for row in rows if row.marks]
    if not graded:
        raise Trouble(f"Nothing of {assignment} has been graded yet. Run  python -m grader grade {assignment}  first.")
    cells = graded[0].marks
    most = sum(mark.most for mark in cells)
    pages = Environment(loader=PackageLoader("grader", "templates"), autoescape=True)
    html = pages.get_template("report.html.j2").render(
        assignment=assignment, rows=rows, graded=graded, cells=cells, most=most, bins=histogram(graded, most),
        checks=sorted(by_check(graded), key=lambda check: (-check.failed, -check.not_written)), slots=SLOTS,
        waiting=sum(row.waiting for row in graded), made=f"{datetime.now():%d %B %Y, %H:%M}",
    )
    path = course.reports / f"{assignment}.html"
    notebooks.write_text(path, html)
    return path


def collect(course: Course, assignment: str) -> list[Row]:
    """One row per student who was graded or has handed in, by name."""
    rows: dict[str, Row] = {}
    for mark in gradebook.marks(course, assignment):
        rows.setdefault(mark.student, Row(mark.student)).marks.append(mark)
    for student in course.submissions(assignment):
        rows.setdefault(student, Row(student))
        try:
            submission.read(course, assignment, student)
        except Trouble as trouble:
            rows[student].refused = str(trouble).removeprefix(f"{student}: ")
    for row in rows.values():
        row.said = said(course, assignment, row.student)
    return [rows[student] for student in sorted(rows)]


def said(course: Course, assignment: str, student: str) -> dict[str, Said]:
    """What the checks of a graded submission said, by the check's name."""
    found: dict[str, Said] = {}
    for name in course.notebooks(assignment):
        path = course.autograded / student / assignment / f"{name}.ipynb"
        if path.is_file():
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
            found |= {notebooks.grade_id(c): read_said(c) for c in cells if notebooks.is_check(c)}
    return found


def by_check(rows: list[Row]) -> list[Check]:
    """Each check over all students."""
    checks: dict[str, Check] = {}
    for row in rows:
        for name, told in row.said.items():
            check = checks.setdefault(name, Check(name.removeprefix("check-")))
            if not told.failed:
                check.passed += 1
            elif told.not_written:
                check.not_written += 1
            else:
                check.words[teaching_words(told.failure)] += 1
    return list(checks.values())


def teaching_words(failure: str) -> str:
    """The line of a verdict that tells what to teach: its question or cause, else its headline without numbers."""
    headline, *rest = [line.strip() for line in failure.splitlines()] or [""]
    headline = re.sub(r": relative error .*", "", headline.removeprefix("✗ "))
    causes = [line for line in rest if not line.startswith(("Right at", "line "))]
    return f"{headline.rstrip('.')}. {causes[-1]}" if causes else headline


def histogram(rows: list[Row], most: float) -> list[tuple[str, int]]:
    """How many students have how much of the marks, in tenths: (percent, count)."""
    counts = Counter(min(int(BINS * row.total / most), BINS - 1) for row in rows)
    step = 100 // BINS
    return [(f"{i * step}–{(i + 1) * step}", counts[i]) for i in range(BINS)]
