"""nbgrader's gradebook, opened with care and read for marks."""

from __future__ import annotations

import errno
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, inspect, make_url, text
from sqlalchemy.exc import InterfaceError, OperationalError

from grader import notebooks
from grader.course import Course, Trouble

SECONDS_TO_WAIT = 2.0
PATIENCE = {"postgresql": {"connect_timeout": 10}}
LOCK_NUMBER = 20170601      # any number that all who make a gradebook agree on


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
    with _connected(course):
        pass


@contextmanager
def _connected(course: Course) -> Iterator[Connection]:
    """Look into the gradebook's database, wherever it is.

    Raises Trouble as ``require_usable`` does.
    """
    url = make_url(course.config().CourseDirectory.db_url)
    if url.get_backend_name() == "sqlite":
        _require_file(Path(url.database or ""))
    try:
        engine = create_engine(url, connect_args=PATIENCE.get(url.get_backend_name(), {}))
    except ModuleNotFoundError as error:
        raise Trouble(f"A gradebook on {url.get_backend_name()} needs {error.name}: "
                      "python -m pip install 'unrolled[postgres]'.") from None
    try:
        with _connection(engine) as connection:
            _require_version(connection)
            yield connection
    finally:
        engine.dispose()


def _connection(engine: Engine) -> Connection:
    """Raise Trouble, in a sentence, where no connection can be had."""
    try:
        return engine.connect()
    except (OperationalError, InterfaceError) as error:
        raise Trouble(f"The gradebook at {engine.url} does not answer: {reason(error)}. Start its server, or mend "
                      "CourseDirectory.db_url in nbgrader_config.py. Then run this again; nothing was changed."
                      ) from None


def _require_file(path: Path) -> None:
    """Raise Trouble where a file is locked or no SQLite database."""
    if not path.exists():
        return
    try:
        with closing(sqlite3.connect(path, timeout=SECONDS_TO_WAIT)) as database:
            database.execute("BEGIN IMMEDIATE")
            database.execute("SELECT name FROM sqlite_master").fetchall()
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise Trouble(f"{path} is in use by another program, perhaps formgrader or another grading run. "
                          "Wait for it or close it, and run this again; nothing was changed.") from None
        raise Trouble(f"{path} cannot be opened: {error}. Nothing was changed.") from None
    except sqlite3.DatabaseError:
        raise Trouble(f"{path} is not a gradebook. Put the right file in its place, or move it away to start anew; "
                      "nothing was changed.") from None


def _require_version(connection: Connection) -> None:
    """Raise Trouble where a gradebook has another version's tables, or tables that are none of a gradebook."""
    url = connection.engine.url
    found = _version(connection)
    where = url.database if url.get_backend_name() == "sqlite" else str(url)
    if found is None and not _is_blank(connection):
        raise Trouble(f"{where} is not a gradebook of nbgrader: it has tables without a version. Put the right one in "
                      "its place, or move it away to start anew; nothing was changed.")
    if found is not None and found != _head():
        raise Trouble(f"{where} was written by another version of nbgrader (schema {found}, this one has {_head()}). "
                      "Copy it to a safe place, then run  nbgrader db upgrade ; nothing was changed.")


def _version(connection: Connection) -> str | None:
    """The schema version that a gradebook names; None where it names none."""
    if "alembic_version" not in inspect(connection).get_table_names():
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _is_blank(connection: Connection) -> bool:
    """Tell whether a database has no row in any table: nobody has begun, or was stopped while making the tables."""
    names = inspect(connection).get_table_names()
    quote = connection.dialect.identifier_preparer.quote
    return not any(connection.execute(text(f"SELECT 1 FROM {quote(name)} LIMIT 1")).first() for name in names)


def make_ready(course: Course) -> None:
    """Make a gradebook where there is none: all of its tables, or, when stopped on the way, none.

    nbgrader makes them one by one and cannot go on from the middle.

    Raises Trouble as ``require_usable`` does.
    """
    from nbgrader.api import Base

    with _connected(course) as connection:
        if _version(connection) is not None:
            return
        connection.rollback()
        if connection.dialect.name == "sqlite":     # Python's sqlite3 begins no transaction before CREATE TABLE
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.execute(text("BEGIN IMMEDIATE"))
        elif connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK_NUMBER})"))
        if _version(connection) is None:
            Base.metadata.create_all(connection)
            connection.execute(text("CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL)"))
            connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": _head()})
            connection.execute(text("INSERT INTO course (id) VALUES (:id)"),
                               {"id": course.config().CourseDirectory.course_id})
        if connection.dialect.name == "sqlite":
            connection.execute(text("COMMIT"))
        else:
            connection.commit()


def reason(error: Exception) -> str:
    """What a database or the system says went wrong, in one line."""
    if isinstance(error, OSError):
        says = "the disk is full" if error.errno == errno.ENOSPC else error.strerror
        return f"{says} ({Path(error.filename).parent})" if error.filename else str(says or error)
    lines = str(getattr(error, "orig", None) or error).strip().splitlines() or [type(error).__name__]
    return lines[0].rstrip(". ")


@contextmanager
def stopping_plainly() -> Iterator[None]:
    """Say in one sentence that the gradebook or the disk refuses to be written."""
    logging.getLogger("tornado.application").setLevel(logging.CRITICAL)     # nbgrader's, with a traceback of its own
    try:
        yield
    except (OperationalError, InterfaceError, OSError) as error:
        raise Trouble(f"Grading stopped: {reason(error)}. What was graded so far is kept; mend this and run it again: "
                      "the rest will be graded.") from None


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
        from nbgrader.api import BaseCell

        self.db = gradebook.db
        cells = self.db.query(BaseCell.id, BaseCell.name).filter(BaseCell.notebook_id == notebook.notebook_id)
        names = {number: name for number, name in cells}  # noqa: C416
        self._grades = {names[grade.cell_id]: grade for grade in notebook.grades}
        self._comments = {names[comment.cell_id]: comment for comment in notebook.comments}

    def find_grade(self, cell: str, *_: str) -> Any:
        """The grade of a cell, as nbgrader's Gradebook finds it."""
        return self._grades[cell]

    def find_comment(self, cell: str, *_: str) -> Any:
        """The comment on a cell, as nbgrader's Gradebook finds it."""
        return self._comments[cell]

    def scores(self) -> dict[str, tuple[float | None, float | None, float | None]]:
        """By cell: what the checks gave, what a person gave in its place, and what a person gave on top."""
        return {name: (grade.auto_score, grade.manual_score, grade.extra_credit)
                for name, grade in self._grades.items()}


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

    make_ready(course)
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
            if kept.keys() != {notebooks.grade_id(c) for c in solution["cells"] if notebooks.grade_id(c)}:
                return False        # nbgrader writes cell by cell and may have been stopped between two
            if any(kept[notebooks.grade_id(c)] != notebooks.source(c) for c in notebooks.checks(solution)):
                return False
    return True


def marks(course: Course, assignment: str) -> list[Mark]:
    """Every mark of an assignment, by student, in the order of its cells."""
    order = [notebooks.grade_id(cell) for name in course.notebooks(assignment)
             for cell in notebooks.read(course.solutions / assignment / f"{name}.ipynb")["cells"]]
    from nbgrader.api import Assignment, BaseCell, Grade, Notebook, SubmittedAssignment, SubmittedNotebook

    with opened(course) as gradebook:
        cells = {cell.id: cell for cell in gradebook.db.query(BaseCell).join(Notebook).join(Assignment).filter(
            Assignment.name == assignment, BaseCell.type != "SolutionCell")}
        rows = (gradebook.db.query(SubmittedAssignment.student_id, Grade.cell_id, Grade.needs_manual_grade, Grade.score)
                .select_from(Grade).join(SubmittedNotebook).join(SubmittedAssignment).join(Assignment)
                .filter(Assignment.name == assignment))
        found = [
            Mark(student, cells[cell].name, None if waiting else score, cells[cell].max_score,
                 cells[cell].cell_type == "markdown")
            for student, cell, waiting, score in rows
        ]
    return sorted(found, key=lambda mark: (mark.student, order.index(mark.cell) if mark.cell in order else -1))
