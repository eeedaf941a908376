"""Grading a class: executions side by side, one writer to the gradebook, and nothing lost on the way."""

from __future__ import annotations

import difflib
import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import nbformat
from nbgrader.api import Gradebook
from nbgrader.preprocessors import AssignLatePenalties, SaveAutoGrades
from sqlalchemy.exc import InterfaceError, OperationalError

from grader import gradebook, notebooks, record, settings, submission
from grader.course import Course, Trouble
from grader.job import Cell, Job, Outputs
from grader.namespace import imports_for_checks
from grader.ready import require_ready
from grader.rebuild import essence, fingerprint, own_cells, rebuild
from grader.release import generate
from grader.sandbox import Unavailable
from grader.work import STAMP, how_judged, job_for, put_outputs, stamp
from grader.workers import Workers, judged

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
    with gradebook.stopping_plainly():
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
        raise Trouble(f"No submission of {assignment} by {only!r} has arrived; {len(arrived)} from others.{hint}")
    return [only]


def grade(course: Course, assignment: str, who: list[str], workers: Workers, regrade: bool = False,
          trusted: bool = False, seconds: float | None = None) -> Iterator[Result]:
    """Grade submissions and yield what became of each, as it is done.

    A submission that was graded before with the same checks and is unchanged since is kept, unless ``regrade``.
    ``seconds`` bounds a cell and a call, ``trusted`` runs without a sandbox.

    Raises Trouble where the gradebook or the disk refuses to be written, or no sandbox can be had; what was graded
    until then stays.
    """
    if not trusted:
        _require_ready()
    with gradebook.stopping_plainly(), Desk(course, assignment, trusted, seconds) as desk, _timed(desk) as counted:
        refused: list[Result] = []
        jobs = desk.jobs(who, regrade, refused)
        try:
            for paper, outcome in judged(jobs, workers):
                yield from map(desk.noted, refused)
                refused.clear()
                counted[GRADED] += 1
                yield desk.noted(desk.save(paper, outcome))
        except Unavailable as unavailable:
            raise _refused(unavailable) from None
        yield from map(desk.noted, refused)


@contextmanager
def _timed(desk: Desk) -> Iterator[Counter[str]]:
    """Put on record how many submissions a run has judged, and how long that took, when it comes to its end."""
    counted: Counter[str] = Counter()
    began = time.monotonic()
    yield counted
    if counted[GRADED]:
        record.note(desk.course, record.RUN, desk.assignment, judged=counted[GRADED],
                    seconds=round(time.monotonic() - began, 1))


def _require_ready() -> None:
    try:
        require_ready()
    except Unavailable as unavailable:
        raise _refused(unavailable) from None


def _refused(unavailable: Unavailable) -> Trouble:
    return Trouble(f"Nothing is graded without a sandbox: {unavailable}")


@dataclass(frozen=True)
class Paper:
    """One student's rebuilt notebooks by name, the stamp that each will carry, and what was handed in, to be kept."""

    student: str
    books: dict[str, Any]
    stamps: dict[str, dict[str, str]]
    handed_in: dict[str, Any] = field(default_factory=dict)


class Desk:
    """The one place where submissions are taken from and marks written down, through nbgrader's own classes."""

    def __init__(self, course: Course, assignment: str, trusted: bool, seconds: float | None, why: str = ""):
        gradebook.make_ready(course)
        self.course, self.assignment, self.trusted, self.why = course, assignment, trusted, why
        self.config = course.config()
        self.url = self.config.CourseDirectory.db_url
        self.gradebook = Gradebook(self.url, self.config.CourseDirectory.course_id)
        folder = course.solutions / assignment
        self.solutions = {name: notebooks.read(folder / f"{name}.ipynb") for name in course.notebooks(assignment)}
        self.own = {name: own_cells(self.gradebook.find_notebook(name, assignment)) for name in self.solutions}
        self.imports = {name: tuple(imports_for_checks(solution)) for name, solution in self.solutions.items()}
        self._versions: dict[str, str] = {}
        self.settings = settings.read(folder)
        if seconds:
            limits = replace(self.settings.limits, call_seconds=seconds, cell_seconds=seconds)
            self.settings = replace(self.settings, limits=limits)

    def __enter__(self) -> Desk:
        return self

    def __exit__(self, *_: object) -> None:
        self.gradebook.close()

    def jobs(self, who: list[str], regrade: bool, others: list[Result]) -> Iterator[tuple[Paper, Job]]:
        """The submissions that are to be judged; what becomes of the others is put in a list at once."""
        for student in who:
            try:
                paper = self.take(student)
            except Trouble as trouble:
                others.append(Result(student, REFUSED, str(trouble)))
                continue
            if not regrade and self.has(paper):
                others.append(Result(student, KEPT))
                continue
            yield paper, self.job(paper)

    def take(self, student: str) -> Paper:
        """Read and rebuild what a student handed in.

        Raises Trouble where it cannot be graded.
        """
        paper = Paper(student, {}, {}, {})
        for name, (content, notebook) in submission.read(self.course, self.assignment, student).items():
            paper.handed_in[name] = essence(notebook)
            paper.books[name] = rebuild(notebook, self.own[name], self.solutions[name])
            paper.stamps[name] = {"submission": hashlib.sha256(content).hexdigest(),
                                  "checks": fingerprint(self.own[name])}
        return paper

    def has(self, paper: Paper) -> bool:
        """Tell whether these very notebooks were graded with these very checks, and their marks are there."""
        if not self._has_notes(paper.student):
            return False
        for name, wanted in paper.stamps.items():
            found = self._stamp(paper.student, name)
            if {key: found.get(key) for key in wanted} != wanted:
                return False
        return gradebook.has_marks(self.gradebook, self.assignment, paper.student)

    def _was_graded(self, paper: Paper, name: str) -> bool:
        """Tell whether this very notebook was graded before, by whatever checks."""
        return self._stamp(paper.student, name).get("submission") == paper.stamps[name]["submission"]

    def _stamp(self, student: str, name: str) -> dict[str, Any]:
        """What a graded notebook says of its grading; {} where there is none."""
        path = self._graded_path(student, name)
        try:
            found = json.loads(path.read_text(encoding="utf-8"))["metadata"].get(STAMP, {})
        except (FileNotFoundError, ValueError, KeyError):
            return {}
        return found if isinstance(found, dict) else {}

    def job(self, paper: Paper) -> Job:
        """All code cells of a submission as one job: its notebooks one after the other."""
        cells: list[Cell] = []
        offset = 0
        for name, book in paper.books.items():
            job = job_for(book.cells, self.imports[name], self.settings, self.trusted)
            cells += [replace(cell, number=cell.number + offset) for cell in job.cells]
            offset += len(book.cells)
        imports = dict.fromkeys(statement for statements in self.imports.values() for statement in statements)
        return replace(job, cells=tuple(cells), imports=tuple(imports))

    def save(self, paper: Paper, outcome: Outputs | Exception) -> Result:
        """Write a submission's marks in one transaction, then its graded notebook: the sign that all is there."""
        if isinstance(outcome, Exception):
            return Result(paper.student, REFUSED, f"{paper.student}: judging stopped, {outcome}. Nothing was marked; "
                          "run it again, or look at the notebook.")
        try:
            self._write(paper, outcome)
        except (OperationalError, InterfaceError, OSError):
            raise
        except Exception as error:      # whatever one submission has to do with it, the others' marks are written
            return Result(paper.student, REFUSED, f"{paper.student}: what came of judging cannot be written down, "
                          f"{type(error).__name__}: {error}. Nothing was marked; look at the notebook.")
        return Result(paper.student, GRADED)

    def noted(self, result: Result) -> Result:
        """Put a refusal on record; what was graded is there already."""
        if result.status == REFUSED:
            record.note(self.course, record.REFUSED, self.assignment, result.student, why=result.sentence)
        return result

    def _write(self, paper: Paper, outcome: Outputs) -> None:
        offset = 0
        for name, book in paper.books.items():
            put_outputs(book, {n - offset: outputs for n, outputs in outcome.items()})
            offset += len(book.cells)
            stamp(book, sandboxed=not self.trusted, **paper.stamps[name])
        texts = {name: nbformat.writes(book) + "\n" for name, book in paper.books.items()}
        kept = self._keep(paper)
        with gradebook.one_transaction(self.gradebook):
            marks = self._write_marks(paper)
        self._note(paper, kept, marks)
        for name, text in texts.items():
            path = self._graded_path(paper.student, name)
            for left in path.parent.glob(f".{path.name}.*"):    # by a run that was killed while it wrote
                left.unlink()
            notebooks.write_text(path, text)
        self._carry_notes(paper.student)

    def _has_notes(self, student: str) -> bool:
        """Tell whether what is noted of a submission, such as its time, is what it was graded with."""
        graded = self._graded_path(student, "").parent
        notes = submission.notes(self.course, self.assignment, student)
        return all((graded / name).read_bytes() == content if (graded / name).is_file() else content is None
                   for name, content in notes.items())

    def _carry_notes(self, student: str) -> None:
        """Put what the exchange noted beside the graded notebook, where nbgrader's release of feedback expects it."""
        graded = self._graded_path(student, "").parent
        for name, content in submission.notes(self.course, self.assignment, student).items():
            if content is None:
                (graded / name).unlink(missing_ok=True)
            else:
                notebooks.write_bytes(graded / name, content)

    def _keep(self, paper: Paper) -> dict[str, dict[str, str]]:
        """Keep what another grading of this submission by these checks would need; return the hashes by notebook."""
        return {name: {**paper.stamps[name], "handed_in": record.keep(self.course, paper.handed_in[name]),
                       "version": self._version(name)} for name in paper.books}

    def _version(self, name: str) -> str:
        """Keep the checks of a notebook, and all else that a grading takes from the instructor, once for this desk."""
        if name not in self._versions:
            self._versions[name] = record.keep(self.course, {"own": self.own[name], "solution": self.solutions[name]})
        return self._versions[name]

    def _note(self, paper: Paper, kept: dict[str, dict[str, str]], marks: dict[str, Any]) -> None:
        """Put a grading on record, between its marks and its graded notebook.

        Whoever is stopped on the way grades it again, so that no mark is without its line.
        """
        record.note(
            self.course, record.REGRADED if self.why else record.GRADED, self.assignment, paper.student,
            **({"why": self.why} if self.why else {}), notebooks=kept, **marks,
            **how_judged(self.job(paper), list(paper.books.values())),
        )

    def _write_marks(self, paper: Paper) -> dict[str, Any]:
        """Write a submission's marks and return them as they go on record."""
        self.gradebook.update_or_create_student(paper.student)
        timestamp = submission.timestamp(self.course, self.assignment, paper.student)
        self.gradebook.update_or_create_submission(self.assignment, paper.student, timestamp=timestamp)
        scores: dict[str, Any] = {}
        penalty = 0.0
        for name, book in paper.books.items():
            resources = {"nbgrader": {"student": paper.student, "assignment": self.assignment, "notebook": name,
                                      "db_url": self.url}}
            row = self.gradebook.find_submission_notebook(name, self.assignment, paper.student)
            rows = gradebook.Record(self.gradebook, row)
            SaveHere(rows, self._was_graded(paper, name), config=self.config).preprocess(book, resources)
            if timestamp or row.late_submission_penalty:
                PenaltyHere(self.gradebook, config=self.config).preprocess(book, resources)
            scores |= rows.scores()
            penalty += row.late_submission_penalty or 0
        points = {notebooks.grade_id(c): c.metadata.nbgrader.points for book in paper.books.values()
                  for c in book.cells if c.metadata.get("nbgrader", {}).get("grade")}
        by_hand = {name: manual for name, (_, manual, _) in scores.items() if manual is not None}
        return {"marks": {name: [scores[name][0], points[name]] for name in points}, "by_hand": by_hand,
                "on_top": {name: extra for name, (_, _, extra) in scores.items() if extra}, "penalty": penalty,
                "handed_in_at": timestamp}

    def _graded_path(self, student: str, name: str) -> Any:
        return self.course.autograded / student / self.assignment / f"{name}.ipynb"


class SaveHere(SaveAutoGrades):
    """nbgrader's SaveAutoGrades on one submission's record, which is open already.

    Where the submission is ``unchanged`` since it was graded, a person need not read again what they have marked,
    unless the check under their mark says something else now.
    """

    def __init__(self, record: gradebook.Record, unchanged: bool = False, **how: Any):
        super().__init__(**how)
        self.gradebook, self.unchanged = record, unchanged

    def _add_score(self, cell: Any, resources: dict) -> None:
        grade = self.gradebook.find_grade(notebooks.grade_id(cell))
        before = grade.auto_score, grade.needs_manual_grade
        super()._add_score(cell, resources)
        if self.unchanged and grade.manual_score is not None and grade.auto_score == before[0]:
            grade.needs_manual_grade = before[1]

    def preprocess(self, nb: Any, resources: dict) -> tuple[Any, dict]:
        """Save the marks and comments of every graded cell."""
        names = resources["nbgrader"]
        self.notebook_id, self.assignment_id = names["notebook"], names["assignment"]
        self.student_id, self.db_url = names["student"], names["db_url"]
        for index, cell in enumerate(nb.cells):
            nb.cells[index], resources = self.preprocess_cell(cell, resources, index)
        return nb, resources


class PenaltyHere(AssignLatePenalties):
    """nbgrader's AssignLatePenalties on a gradebook that is open already."""

    def __init__(self, open_gradebook: Gradebook, **how: Any):
        super().__init__(**how)
        self.gradebook = open_gradebook

    def preprocess(self, nb: Any, resources: dict) -> tuple[Any, dict]:
        """Save what the course's plugin takes off for being late."""
        names = resources["nbgrader"]
        student, assignment = names["student"], names["assignment"]
        self.init_plugin()
        self.gradebook.db.flush()
        self.gradebook.db.expire_all()      # the score was added up by the database before the marks were there
        book = self.gradebook.find_submission_notebook(names["notebook"], assignment, student)
        late = self.gradebook.find_submission(assignment, student).total_seconds_late
        penalty = self.plugin_inst.late_submission_penalty(student, book.score, late) if late > 0 else None
        book.late_submission_penalty = None if penalty is None else self._check_late_penalty(book, penalty)
        return nb, resources
