"""The class report: one page that tells a teacher what to teach again, and its numbers as tables beside it."""

from __future__ import annotations

import ast
import csv
import io
import json
import re
import statistics
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader

from grader import gradebook, notebooks, record, submission
from grader.course import Course, Trouble
from grader.kernel import Said, read_said

BINS = 10
SLOTS = 12                              # how many mistakes are shown, the most frequent first
EXAMPLE_LINES, EXAMPLE_WIDTH = 30, 110  # how much of an answer is shown as an example
FORMGRADER = "http://localhost:8888"    # where  jupyter lab  in the course's folder is found


@dataclass
class Row:
    """One student: a mark for each cell in order, or the sentence why there is none."""

    student: str
    marks: list[gradebook.Mark] = field(default_factory=list)
    said: dict[str, Said] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    refused: str = ""

    @property
    def total(self) -> float:
        return sum(mark.score or 0 for mark in self.marks)

    @property
    def waiting(self) -> int:
        return sum(mark.score is None for mark in self.marks)

    @property
    def stuck_at(self) -> str:
        """The first check that is not passed; "" where all are."""
        return next((name.removeprefix("check-") for name, told in self.said.items() if told.failed), "")

    def follows(self, function: str) -> bool:
        """Tell whether a failure may come from elsewhere: from a wrong function that this one calls or turns back."""
        wrong = {name.removeprefix("check-") for name, told in self.said.items() if told.failed} - {function}
        return bool(wrong & ({function.replace("_backward", "_forward")} | names_in(self.answers.get(function, ""))))


@dataclass
class Check:
    """One check over the class: who passed, who has not written it, and the words the others were told.

    Of those, ``following`` are the failures that may come from another wrong function.
    """

    name: str
    passed: int = 0
    not_written: int = 0
    words: Counter[str] = field(default_factory=Counter)
    following: int = 0
    stuck: int = 0

    @property
    def failed(self) -> int:
        return sum(self.words.values())


@dataclass
class MistakeSeen:
    """One mistake: the check that told it, in which words, to how many, and an answer of one of them, nameless."""

    check: str
    words: str
    count: int
    example: str


@dataclass
class Written:
    """One question that a person marks: how many wait, and the mean of what was given, None where nothing was."""

    name: str
    notebook: str
    waiting: int
    mean: float | None
    most: float


@dataclass
class Spread:
    """The marks of one assignment in percent: how many students, and the five numbers that a box shows."""

    assignment: str
    students: int
    low: float
    lower: float
    middle: float
    upper: float
    high: float


def write(course: Course, assignment: str, formgrader: str = FORMGRADER) -> Path:
    """Write the report page, and its numbers as CSV files in a folder beside it; return the page's path.

    Raises Trouble where nothing has been graded.
    """
    rows = collect(course, assignment)
    graded = [row for row in rows if row.marks]
    if not graded:
        raise Trouble(f"Nothing of {assignment} has been graded yet. Run  python -m grader grade {assignment}  first.")
    cells = graded[0].marks
    most = sum(mark.most for mark in cells)
    checks = by_check(graded)
    shown: dict[str, Any] = {
        "bins": histogram(graded, most), "checks": checks, "mistakes": mistakes(graded, names(course)),
        "written": written(course, assignment, graded), "spreads": spreads(course),
    }
    tables(course.reports / assignment, rows, **shown)
    pages = Environment(loader=PackageLoader("grader.desk", "templates"), autoescape=True)
    html = pages.get_template("report.html.j2").render(
        assignment=assignment, rows=rows, graded=graded, cells=cells, most=most, slots=SLOTS, **shown,
        middle=statistics.median(row.total for row in graded), refused=[row for row in rows if row.refused],
        following=sum(check.following for check in checks),
        waiting=sum(row.waiting for row in graded), made=f"{datetime.now():%d %B %Y, %H:%M}",
        formgrader=formgrader.rstrip("/"), time=time_to_grade(course, assignment),
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
        for cell in graded_cells(course, assignment, row.student):
            if notebooks.is_check(cell):
                row.said[notebooks.grade_id(cell)] = read_said(cell)
            elif cell["cell_type"] == "code":
                row.answers[notebooks.grade_id(cell)] = notebooks.source(cell)
    return [rows[student] for student in sorted(rows)]


def said(course: Course, assignment: str, student: str) -> dict[str, Said]:
    """What the checks of a graded submission said, by the check's name."""
    return {notebooks.grade_id(cell): read_said(cell) for cell in graded_cells(course, assignment, student)
            if notebooks.is_check(cell)}


def graded_cells(course: Course, assignment: str, student: str) -> Iterable[dict[str, Any]]:
    """The cells with names of a student's graded notebooks."""
    for name in course.notebooks(assignment):
        path = course.autograded / student / assignment / f"{name}.ipynb"
        if path.is_file():
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
            yield from (cell for cell in cells if notebooks.grade_id(cell))


def by_check(rows: list[Row]) -> list[Check]:
    """Each check over all students, in the order of the notebook."""
    checks: dict[str, Check] = {}
    for row in rows:
        for name, told in row.said.items():
            check = checks.setdefault(name, Check(name.removeprefix("check-")))
            check.stuck += row.stuck_at == check.name
            if not told.failed:
                check.passed += 1
            elif told.not_written:
                check.not_written += 1
            else:
                check.words[teaching_words(told.failure)] += 1
                check.following += row.follows(check.name)
    return list(checks.values())


def mistakes(rows: list[Row], persons: list[str]) -> list[MistakeSeen]:
    """Every mistake by how often it was told, with the shortest answer to which it was told as its example.

    What may only follow from another wrong function is left out: it is not what to teach.
    """
    told: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        for name, verdict in row.said.items():
            function = name.removeprefix("check-")
            if verdict.failed and not verdict.not_written and not row.follows(function):
                answers = told.setdefault((function, teaching_words(verdict.failure)), [])
                answers.append(nameless(row.answers.get(function, ""), persons))
    found = []
    for (check, words), answers in told.items():
        shortest = min((answer for answer in answers if answer), key=len, default="")
        found.append(MistakeSeen(check, words, len(answers), shortest))
    return sorted(found, key=lambda mistake: (-mistake.count, mistake.check))


def names_in(source: str) -> set[str]:
    """The names that an answer uses; none where it is no Python."""
    try:
        return {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()


def nameless(source: str, persons: list[str]) -> str:
    """An answer as it may be shown to a class: without comments, docstrings and names of persons; "" if it cannot be.

    Layout goes with the comments, so that nobody is known by it.
    """
    try:
        tree = ast.parse(source)
        for node in ast.walk(tree):
            body = getattr(node, "body", None)
            if isinstance(body, list) and body and isinstance(body[0], ast.Expr) and isinstance(
                    body[0].value, ast.Constant) and isinstance(body[0].value.value, str):
                body[:1] = [ast.Pass()] if len(body) == 1 else []
        text = ast.unparse(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    for person in persons:
        text = re.sub(rf"(?i)(?<![^\W_]){re.escape(person)}(?![^\W_])", "…", text)
    lines = [line if len(line) <= EXAMPLE_WIDTH else f"{line[:EXAMPLE_WIDTH]} …" for line in text.splitlines()]
    return "\n".join(lines[:EXAMPLE_LINES] + ["…"] * (len(lines) > EXAMPLE_LINES))


def names(course: Course) -> list[str]:
    """Whatever the roster calls a person, the longest first; single letters are no names."""
    with gradebook.opened(course) as book:
        called = {name for person in book.students for name in
                  (person.id, person.first_name, person.last_name, person.email) if name}
    return sorted((name for name in called if len(name) > 1), key=lambda name: (-len(name), name))


def teaching_words(failure: str) -> str:
    """The line of a verdict that tells what to teach: its question or cause, else its headline without numbers."""
    headline, *rest = [line.strip() for line in failure.splitlines()] or [""]
    headline = re.sub(r": relative error .*", "", headline.removeprefix("✗ "))
    causes = [line for line in rest if not line.startswith(("Right at", "line "))]
    return f"{headline.rstrip('.')}. {causes[-1]}" if causes else headline


def histogram(rows: list[Row], most: float) -> list[tuple[str, int]]:
    """How many students have how much of the marks, in tenths: (percent, count)."""
    counts = Counter(max(0, min(int(BINS * row.total / most), BINS - 1)) for row in rows)
    step = 100 // BINS
    return [(f"{i * step}–{(i + 1) * step}", counts[i]) for i in range(BINS)]


def written(course: Course, assignment: str, rows: list[Row]) -> list[Written]:
    """The questions that a person marks, with the notebook that formgrader shows them in."""
    where = {notebooks.grade_id(cell): name for name in course.notebooks(assignment)
             for cell in notebooks.read(course.solutions / assignment / f"{name}.ipynb")["cells"]}
    scores: dict[str, list[gradebook.Mark]] = {}
    for row in rows:
        for mark in row.marks:
            if mark.by_hand:
                scores.setdefault(mark.cell, []).append(mark)
    found = []
    for cell, marks in scores.items():
        given = [mark.score for mark in marks if mark.score is not None]
        found.append(Written(cell, where.get(cell, ""), len(marks) - len(given),
                             statistics.mean(given) if given else None, marks[0].most))
    return found


def spreads(course: Course) -> list[Spread]:
    """The marks of every assignment that was graded, in percent of its points."""
    found = []
    for assignment in course.names():
        totals: Counter[str] = Counter()
        most: Counter[str] = Counter()
        for mark in gradebook.marks(course, assignment):
            totals[mark.student] += mark.score or 0     # type: ignore[assignment]
            most[mark.student] += mark.most             # type: ignore[assignment]
        percent = sorted(100 * totals[student] / most[student] for student in most if most[student])
        if percent:
            quarters = statistics.quantiles(percent, n=4, method="inclusive") if percent[1:] else percent * 3
            lower, middle, upper = quarters
            found.append(Spread(assignment, len(percent), percent[0], lower, middle, upper, percent[-1]))
    return found


def time_to_grade(course: Course, assignment: str) -> str:
    """How long the last run took that graded this assignment, in words; "" where none is on record."""
    runs = [entry for entry in record.entries(course, assignment) if entry["what"] == record.RUN]
    if not runs:
        return ""
    last = runs[-1]
    each = last["seconds"] / last["judged"]
    return (f"{last['judged']} submission{'s' * (last['judged'] != 1)} in {_span(last['seconds'])}, "
            f"{each:.1f} s each, on {datetime.fromisoformat(last['at']).astimezone():%d %B %Y at %H:%M}")


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def tables(folder: Path, rows: list[Row], bins: list[tuple[str, int]], checks: list[Check],
           mistakes: list[MistakeSeen], written: list[Written], spreads: list[Spread]) -> None:
    """Write what the pictures show as CSV files."""
    _table(folder / "marks.csv", ("percent of the points", "students"), bins)
    _table(folder / "checks.csv", ("check", "right", "wrong", "may follow from another", "not written", "stuck here"),
           [(c.name, c.passed, c.failed - c.following, c.following, c.not_written, c.stuck) for c in checks])
    _table(folder / "mistakes.csv", ("check", "students", "words", "example"),
           [(m.check, m.count, m.words, m.example) for m in mistakes])
    _table(folder / "questions.csv", ("question", "waiting", "mean", "of"),
           [(w.name, w.waiting, "" if w.mean is None else round(w.mean, 2), w.most) for w in written])
    _table(folder / "assignments.csv", ("assignment", "students", "lowest", "lower quarter", "median", "upper quarter",
                                        "highest"),
           [(s.assignment, s.students, *(round(n, 1) for n in (s.low, s.lower, s.middle, s.upper, s.high)))
            for s in spreads])
    cells = next(row.marks for row in rows if row.marks)
    _table(folder / "students.csv", ("student", "points", "stuck at", "not graded because", *(m.cell for m in cells)),
           [(row.student, row.total, row.stuck_at, row.refused,
             *("" if mark.score is None else mark.score for mark in row.marks)) for row in rows])


def _table(path: Path, head: tuple[str, ...], lines: Iterable[tuple]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([head, *([_plain(value) for value in line] for line in lines)])
    notebooks.write_bytes(path, text.getvalue().encode("utf-8-sig", "replace"))


def _plain(value: Any) -> Any:
    """What a spreadsheet would compute instead of show gets a mark in front: names come from students."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
