"""Regrading after a check was wrong: first what would change, and only then, when a person says so, the marks."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from nbgrader.utils import determine_grade

from grader import gradebook, notebooks, record
from grader.course import Course, Trouble
from grader.grade import Desk, Paper, Result
from grader.job import Job, Outputs
from grader.kernel import read_said
from grader.rebuild import rebuild
from grader.release import generate
from grader.sandbox import Unavailable
from grader.work import put_outputs
from grader.workers import Workers, judged

SOLUTION, SKELETON = "\0solution", "\0skeleton"       # no student's folder can be called so
CHANGED = "check changed"


@dataclass
class Change:
    """What regrading does to one student: by cell the points before and after, as they count, and both sums.

    ``stays`` are checks whose verdict changes under a mark that a person gave: that mark stays.
    """

    student: str
    cells: dict[str, tuple[float, float]]
    before: float
    after: float
    stays: list[str] = field(default_factory=list)
    late: bool = False


class Regrading:
    """One regrading of an assignment: planned in memory and in a folder of its own, written when it is asked to."""

    def __init__(self, course: Course, assignment: str, names: list[str], trusted: bool = False):
        self.course, self.assignment, self.trusted = course, assignment, trusted
        _require_graded(course, assignment)
        self.desk = Desk(course, assignment, trusted, None)
        self.changed = self._changed(names)
        self.desk.own = {name: with_checks(own, self.desk.solutions[name]) for name, own in self.desk.own.items()}
        self.changes: list[Change] = []
        self.left_out: list[str] = []
        self._papers: dict[str, Paper] = {}
        self._numbers: dict[str, int] = {}
        self._folder = tempfile.TemporaryDirectory()

    def __enter__(self) -> Regrading:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.desk.gradebook.close()
        self._folder.cleanup()

    def students(self) -> list[str]:
        """Whose marks are judged anew; who is left out is told in ``left_out``."""
        marked = sorted({mark.student for mark in gradebook.marks(self.course, self.assignment)})
        for student in marked:
            try:
                paper = self.desk.take(student)
            except Trouble as trouble:
                self.left_out.append(f"{trouble} The marks stay as they are.")
                continue
            if self._is_another(paper):
                self.left_out.append(f"{student}: has handed in something else since it was graded. "
                                     f"Run  python -m grader grade {self.assignment}  for it; here it stays as it is.")
                continue
            self._papers[student] = paper
        return list(self._papers)

    def judge(self, workers: Workers) -> Iterator[str]:
        """Judge everyone by the changed checks, and yield each student; nothing is written.

        Raises Trouble where the solution itself does not pass, an empty skeleton does, or a sandbox is missing.
        """
        papers = [self._of_instructor(SOLUTION), self._of_instructor(SKELETON), *self._papers.values()]
        todo: Iterator[tuple[Paper, Job]] = ((paper, self.desk.job(paper)) for paper in papers)
        try:
            for paper, outcome in judged(todo, workers):
                if isinstance(outcome, Exception):
                    self._lost(paper, outcome)
                    continue
                points = given(paper, outcome)
                if paper.student in (SOLUTION, SKELETON):
                    self._prove(paper, points)
                    continue
                self._path(paper.student).write_text(json.dumps(outcome), encoding="utf-8")
                self._compare(paper.student, points)
                yield paper.student
        except Unavailable as unavailable:
            raise Trouble(f"Nothing is graded without a sandbox: {unavailable}") from None
        self.changes.sort(key=lambda change: change.student)

    def write(self, why: str) -> Iterator[Result]:
        """Record the changed checks in the gradebook, then everyone's marks, each with its line in the log."""
        generate(self.course, self.assignment, record=True)
        versions = {name: _version(self.desk.own, name) for name in self.changed}
        record.note(self.course, CHANGED, self.assignment, why=why, checks=versions)
        with Desk(self.course, self.assignment, self.trusted, None, why) as desk:
            for student, planned in self._papers.items():
                paper = desk.take(student)
                if paper.stamps != planned.stamps:
                    yield Result(student, "not graded", f"{student}: the submission or a check was changed meanwhile. "
                                 "Nothing was marked; run it again.")
                    continue
                kept = json.loads(self._path(student).read_text(encoding="utf-8"))
                yield desk.save(paper, {int(number): outputs for number, outputs in kept.items()})

    def _changed(self, names: list[str]) -> list[str]:
        """The checks that are not what marks were given by.

        Raises Trouble where none is, where one of them was not named, or one that was named is not among them.
        """
        found = sorted(set(self._other_than_gradebook()) | set(self._other_than_record()))
        asked = [name if name.startswith("check-") else f"check-{name}" for name in names]
        known = [name for own in self.desk.own.values() for name in own]
        for name in asked:
            if name not in known:
                checks = ", ".join(n.removeprefix("check-") for n in known if n.startswith("check-"))
                raise Trouble(f"{self.assignment} has no check {name.removeprefix('check-')!r}; it has {checks}.")
        if not found:
            raise Trouble(f"No check of {self.assignment} is other than the marks were given by. Change it in "
                          f"solutions/{self.assignment}/ and run this again; nothing was changed.")
        more, same = sorted(set(found) - set(asked)), sorted(set(asked) - set(found))
        if asked and (more or same):
            says = [f"{', '.join(same)} is as it was."] * bool(same)
            says += [f"{', '.join(more)} is changed as well: name it with --check, too, or put it back."] * bool(more)
            raise Trouble(f"{' '.join(says)} Nothing was changed.")
        return found

    def _other_than_gradebook(self) -> Iterator[str]:
        for name, own in self.desk.own.items():
            cells = {notebooks.grade_id(cell): cell for cell in self.desk.solutions[name]["cells"]}
            if {key for key in cells if key} != own.keys():
                raise Trouble(f"solutions/{self.assignment}/{name}.ipynb has other cells than were given out, not only "
                              "other checks. Release it first; nothing was changed.")
            new = with_checks(own, self.desk.solutions[name])
            yield from (key for key in own if _text(own[key]) != _text(new[key]))

    def _other_than_record(self) -> Iterator[str]:
        """What differs from the checks of a grading on record: the gradebook may know the new ones already."""
        new = {key: _text(cell) for name, own in self.desk.own.items()
               for key, cell in with_checks(own, self.desk.solutions[name]).items() if cell.metadata.nbgrader.locked}
        last = {entry["student"]: entry for entry in record.entries(self.course, self.assignment)
                if entry["what"] in (record.GRADED, record.REGRADED)}
        for version in {kept["version"] for entry in last.values() for kept in entry["notebooks"].values()}:
            old = record.kept(self.course, version)["own"]
            for key, cell in old.items():
                if key in new and (cell["source"], cell["metadata"]["nbgrader"].get("points")) != new[key]:
                    yield key

    def _is_another(self, paper: Paper) -> bool:
        """Tell whether something else was handed in since the grading on record."""
        last = record.last_graded(self.course, self.assignment, paper.student)
        return last is not None and any(paper.stamps[name]["submission"] != kept["submission"]
                                        for name, kept in last["notebooks"].items() if name in paper.stamps)

    def _of_instructor(self, which: str) -> Paper:
        """The solution, or the skeleton, as if a student had handed it in."""
        books = {}
        for name, solution in self.desk.solutions.items():
            cells = solution["cells"] if which == SOLUTION else []
            books[name] = rebuild(deepcopy({"cells": cells}), self.desk.own[name], solution)
        return Paper(which, books, {})

    def _prove(self, paper: Paper, points: dict[str, float | None]) -> None:
        """Raise Trouble for a check that the solution does not pass, or the skeleton does."""
        said = {check.name: check for book in paper.books.values()
                for check in map(read_said, notebooks.checks(book))}
        for name in self.changed:
            most = next(own[name].metadata.nbgrader.points for own in self.desk.own.values() if name in own)
            if paper.student == SOLUTION and points[name] != most:
                raise Trouble(f"{name}: the solution itself does not pass the changed check. Nothing was changed.\n"
                              f"{said[name].text}")
            if paper.student == SKELETON and points[name]:
                raise Trouble(f"{name}: an untouched skeleton passes the changed check. Nothing was changed.")

    def _lost(self, paper: Paper, error: Exception) -> None:
        if paper.student in (SOLUTION, SKELETON):
            raise Trouble(f"Judging the {paper.student.strip(chr(0))} stopped: {error}. Nothing was changed.")
        del self._papers[paper.student]
        self.left_out.append(f"{paper.student}: judging stopped, {error}. The marks stay as they are.")

    def _compare(self, student: str, points: dict[str, float | None]) -> None:
        """Note what changes for a student."""
        with gradebook.opened(self.course) as book:
            found = book.find_submission(self.assignment, student)
            rows = {grade.cell.name: (grade.auto_score, grade.manual_score, grade.extra_credit or 0.0)
                    for own in found.notebooks for grade in own.grades}
            late = any(own.late_submission_penalty for own in found.notebooks)
        before = {name: counts(auto, manual) + extra for name, (auto, manual, extra) in rows.items()}
        after = {name: counts(points.get(name), manual) + extra for name, (_, manual, extra) in rows.items()}
        stays = [name for name, (auto, manual, _) in rows.items() if manual is not None and auto != points.get(name)]
        cells = {name: (before[name], after[name]) for name in rows if before[name] != after[name]}
        if cells or stays:
            self.changes.append(Change(student, cells, sum(before.values()), sum(after.values()), stays, late))

    def _path(self, student: str) -> Path:
        number = self._numbers.setdefault(student, len(self._numbers))
        return Path(self._folder.name) / f"{number}.json"


def _require_graded(course: Course, assignment: str) -> None:
    course.notebooks(assignment)
    if not gradebook.marks(course, assignment):
        raise Trouble(f"Nothing of {assignment} has been graded yet. Run  python -m grader grade {assignment}  first.")


def counts(auto: float | None, manual: float | None) -> float:
    """What a cell counts, as nbgrader sees it: what a person gave goes before what the check gave."""
    return next((score for score in (manual, auto) if score is not None), 0.0)


def with_checks(own: dict[str, Any], solution: dict[str, Any]) -> dict[str, Any]:
    """The gradebook's cells with the checks, texts and points, as the solution has them now."""
    own = deepcopy(own)
    for cell in solution["cells"]:
        name = notebooks.grade_id(cell)
        if name in own:
            if own[name].metadata.nbgrader.locked:
                own[name].source = notebooks.source(cell)
            if "points" in cell["metadata"]["nbgrader"]:
                own[name].metadata.nbgrader["points"] = float(cell["metadata"]["nbgrader"]["points"])
    return own


def given(paper: Paper, outcome: Outputs) -> dict[str, float | None]:
    """The points that the checks of a judged submission give, by cell."""
    points: dict[str, float | None] = {}
    offset = 0
    for book in paper.books.values():
        put_outputs(book, {number - offset: outputs for number, outputs in outcome.items()})
        offset += len(book.cells)
        points |= {notebooks.grade_id(cell): determine_grade(cell)[0] for cell in notebooks.checks(book)}
    return points


def rows(changes: list[Change]) -> Iterator[tuple[str, str, str, str]]:
    """The table of changes: student, check, its points before and after, the sum before and after."""
    for change in changes:
        total = f"{change.before:g} → {change.after:g}"
        for name, (before, after) in change.cells.items():
            yield change.student, name.removeprefix("check-"), f"{before:g} → {after:g}", total
        for name in change.stays:
            yield change.student, name.removeprefix("check-"), "stays: given by hand", total


def summary(regrading: Regrading, judged_count: int) -> list[str]:
    """How many marks change and by how much, as sentences."""
    moved = [change for change in regrading.changes if change.cells]
    up = sum(change.after > change.before for change in moved)
    down = sum(change.after < change.before for change in moved)
    by = sum(change.after - change.before for change in moved)
    says = [f"{len(moved)} of {judged_count} students' marks change, {up} up and {down} down, "
            f"{by:+g} points together."]
    if any(change.late for change in moved):
        says.append("Sums are without what is taken off for being late; that is worked out again.")
    others = sorted({name for change in moved for name in change.cells} - set(regrading.changed))
    if others:
        says.append(f"Not only what was changed: {', '.join(others)} gives other points too. Was something else "
                    "changed since, the limits or the versions of the libraries?")
    return says


def require_reason(why: str | None, ask: Callable[[], str]) -> str:
    """The reason that goes on record; asked for where it was not given."""
    why = (why or ask()).strip()
    if not why:
        raise Trouble("A regrading needs a reason, for the record: --why 'the mask was counted twice'. "
                      "Nothing was changed.")
    return why


def _text(cell: Any) -> tuple[str, float | None]:
    return cell.source, cell.metadata.nbgrader.get("points")


def _version(books: dict[str, dict[str, Any]], name: str) -> str:
    return next(record.version(*_text(own[name])) for own in books.values() if name in own)
