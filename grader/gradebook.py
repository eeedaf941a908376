"""nbgrader's gradebook, opened with care and read for marks."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from grader import notebooks
from grader.course import Course, Trouble

SECONDS_TO_WAIT = 2.0


@dataclass(frozen=True)
class Mark:
    """One graded cell of one student: points earned, None while a person has still to look."""

    student: str
    cell: str
    score: float | None
    most: float
    by_hand: bool


def require_usable(course: Course) -> None:
    """Raise Trouble, in a sentence, where the gradebook is locked, of another version, or no gradebook at all."""
    path = course.gradebook
    if not path.exists():
        return
    try:
        with closing(sqlite3.connect(path, timeout=SECONDS_TO_WAIT)) as database:
            database.execute("BEGIN IMMEDIATE")
            tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
            found = database.execute("SELECT version_num FROM alembic_version").fetchone()[0] if tables else None
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise Trouble(f"{path} is in use by another program, perhaps formgrader or another grading run. "
                          "Wait for it or close it, and run this again; nothing was changed.") from None
        raise Trouble(f"{path} cannot be opened: {error}. Nothing was changed.") from None
    except sqlite3.DatabaseError:
        raise Trouble(f"{path} is not a gradebook. Put the right file in its place, or move it away to start anew; "
                      "nothing was changed.") from None
    if found is not None and found != _head():
        raise Trouble(f"{path} was written by another version of nbgrader (schema {found}, this one has {_head()}). "
                      f"Copy it to a safe place, then run  nbgrader db upgrade ; nothing was changed.")


@lru_cache
def _head() -> str:
    """The schema version that the installed nbgrader writes."""
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from nbgrader.dbutil import ALEMBIC_DIR

    config = Config()
    config.set_main_option("script_location", str(Path(ALEMBIC_DIR)))
    return ScriptDirectory.from_config(config).get_current_head() or ""


def has_marks(gradebook: Any, assignment: str, student: str) -> bool:
    """Tell whether a submission has its marks in the gradebook."""
    from nbgrader.api import MissingEntry

    try:
        return any(book.grades for book in gradebook.find_submission(assignment, student).notebooks)
    except MissingEntry:
        return False


class Record:
    """One submitted notebook's rows, fetched together, for a preprocessor that asks for them one by one."""

    def __init__(self, gradebook: Any, notebook: Any):
        self.db = gradebook.db
        self._grades = {grade.name: grade for grade in notebook.grades}
        self._comments = {comment.name: comment for comment in notebook.comments}

    def find_grade(self, cell: str, *_: str) -> Any:
        """The grade of a cell, as nbgrader's Gradebook finds it."""
        return self._grades[cell]

    def find_comment(self, cell: str, *_: str) -> Any:
        """The comment on a cell, as nbgrader's Gradebook finds it."""
        return self._comments[cell]


@contextmanager
def one_transaction(gradebook: Any) -> Iterator[None]:
    """Let nbgrader's classes commit as often as they like; what they save is there as a whole or not at all."""
    commit, gradebook.db.commit = gradebook.db.commit, lambda: None
    try:
        yield
        commit()
    except BaseException:
        gradebook.db.rollback()
        raise
    finally:
        gradebook.db.commit = commit


@contextmanager
def opened(course: Course) -> Iterator:
    """nbgrader's Gradebook of a course; made where there is none yet.

    Raises Trouble as ``require_usable`` does.
    """
    from nbgrader.api import Gradebook

    require_usable(course)
    config = course.config().CourseDirectory
    with Gradebook(config.db_url, config.course_id) as gradebook:
        yield gradebook


def knows(course: Course, assignment: str) -> bool:
    """Tell whether the gradebook holds the cells of an assignment as they stand in its solution now."""
    from nbgrader.api import MissingEntry

    with opened(course) as gradebook:
        for name in course.notebooks(assignment):
            solution = notebooks.read(course.solutions / assignment / f"{name}.ipynb")
            try:
                kept = {cell.name: cell.source for cell in gradebook.find_notebook(name, assignment).source_cells}
            except MissingEntry:
                return False
            if any(kept.get(notebooks.grade_id(c)) != notebooks.source(c) for c in notebooks.checks(solution)):
                return False
    return True


def marks(course: Course, assignment: str) -> list[Mark]:
    """Every mark of an assignment, by student, in the order of its cells."""
    order = [notebooks.grade_id(cell) for name in course.notebooks(assignment)
             for cell in notebooks.read(course.solutions / assignment / f"{name}.ipynb")["cells"]]
    with opened(course) as gradebook:
        found = [
            Mark(submission.student.id, grade.name, None if grade.needs_manual_grade else grade.score,
                 grade.max_score, grade.cell_type == "markdown")
            for submission in gradebook.assignment_submissions(assignment)
            for notebook in submission.notebooks
            for grade in notebook.grades
        ]
    return sorted(found, key=lambda mark: (mark.student, order.index(mark.cell) if mark.cell in order else -1))
