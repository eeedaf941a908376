"""A made class, what is known of it by content, and grading processes that can be watched and killed."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, text

from grader import gradebook, notebooks
from grader.course import Course
from grader.desk.demo import answered
from grader.sandbox.tree import descendants
from tests.conftest import ASSIGNMENT, NOTEBOOK
from tests.lesson import ROOT, edited
from tests.mistakes import rnn

PR_SET_CHILD_SUBREAPER = 36
STUDENTS = 8
QUESTIONS = ("why-two-gradients", "why-memory-fades")
CONTENT = {
    "student": "SELECT id, first_name, last_name, email, lms_user_id FROM student",
    "cell": """
        SELECT a.name, n.name, s.name, s.cell_type, s.locked, s.source FROM source_cell s
        JOIN notebook n ON s.notebook_id = n.id JOIN assignment a ON n.assignment_id = a.id""",
    "graded": """
        SELECT a.name, n.name, b.name, b.type, g.max_score, g.cell_type FROM base_cell b
        JOIN notebook n ON b.notebook_id = n.id JOIN assignment a ON n.assignment_id = a.id
        LEFT JOIN grade_cells g ON g.id = b.id""",
    "submission": """
        SELECT s.student_id, a.name, n.name, sn.late_submission_penalty, sn.flagged FROM submitted_assignment s
        JOIN assignment a ON s.assignment_id = a.id LEFT JOIN submitted_notebook sn ON sn.assignment_id = s.id
        LEFT JOIN notebook n ON sn.notebook_id = n.id""",
    "grade": """
        SELECT s.student_id, n.name, b.name, g.auto_score, g.manual_score, g.needs_manual_grade, g.extra_credit
        FROM grade g JOIN submitted_notebook sn ON g.notebook_id = sn.id JOIN notebook n ON sn.notebook_id = n.id
        JOIN submitted_assignment s ON sn.assignment_id = s.id JOIN base_cell b ON g.cell_id = b.id""",
    "comment": """
        SELECT s.student_id, n.name, b.name, c.auto_comment, c.manual_comment
        FROM comment c JOIN submitted_notebook sn ON c.notebook_id = sn.id JOIN notebook n ON sn.notebook_id = n.id
        JOIN submitted_assignment s ON sn.assignment_id = s.id JOIN base_cell b ON c.cell_id = b.id""",
    "rows": " UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in (
        "student", "assignment", "notebook", "source_cell", "submitted_assignment", "submitted_notebook", "grade",
        "comment", "course")),
}


# ---- the class

def hand_in(course: Course, student: str, text: str) -> None:
    """Put a submission where they arrive."""
    notebooks.write_text(course.submitted / student / ASSIGNMENT / NOTEBOOK, text)


def submission(skeleton: dict, answers: dict[str, str], seed: str) -> str:
    """One student's notebook: some answers right, some wrong in a known way, some not written; words or none."""
    dice = random.Random(seed)
    given = {}
    for name, source in answers.items():
        wrong = [m for m in rnn.MISTAKES if m.function == name and (m.edits or name in m.instead)]
        throw = dice.random()
        if throw < 0.65:
            given[name] = source
        elif throw < 0.85 and wrong:
            mistake = dice.choice(wrong)
            given[name] = mistake.instead.get(name) or edited(source, *mistake.edits)
    for name in QUESTIONS:
        if dice.random() < 0.7:
            given[name] = f"Because {seed} says so: {dice.random():.3f}."
    return answered(skeleton, given)


def names(count: int) -> list[str]:
    return [f"student-{number:02}" for number in range(count)]


def mark_by_hand(course: Course, students: list[str]) -> None:
    """Give marks and comments as a person does in formgrader."""
    with gradebook.opened(course) as book:
        for number, student in enumerate(students):
            for name in QUESTIONS:
                grade = book.find_grade(name, NOTEBOOK.removesuffix(".ipynb"), ASSIGNMENT, student)
                grade.manual_score, grade.needs_manual_grade = 0.5 * number, False
                comment = book.find_comment(name, NOTEBOOK.removesuffix(".ipynb"), ASSIGNMENT, student)
                comment.manual_comment = f"Read it twice, {student} – ✓"
            corrected = book.find_grade("check-rnn_forward", NOTEBOOK.removesuffix(".ipynb"), ASSIGNMENT, student)
            corrected.manual_score, corrected.extra_credit = 1.5, 0.25
        book.db.commit()


def begin(course: Course, skeleton: dict, answers: dict[str, str], count: int) -> None:
    """A class in the middle of its term.

    A fifth of it is graded and has marks and comments by hand; then every second of those hands in another notebook,
    and the others hand in for the first time.
    """
    early = names(count)[: max(2, count // 5)]
    for student in early:
        hand_in(course, student, submission(skeleton, answers, student))
    assert grade(course).returncode == 0
    mark_by_hand(course, early)
    for student in (*early[::2], *names(count)[len(early):]):
        hand_in(course, student, submission(skeleton, answers, f"{student} again"))


def copied(course: Course, folder: Path) -> Course:
    """The same course folder elsewhere."""
    shutil.copytree(course.root, folder)
    return Course(folder.resolve())


# ---- what is known of it

def content(course: Course) -> dict[str, list[str]]:
    """All that a gradebook says, in an order of its own, without its ids: equal contents are equal gradebooks."""
    engine = create_engine(course.config().CourseDirectory.db_url)
    try:
        with engine.connect() as connection:
            return {what: sorted(repr(tuple(plain(value) for value in row)) for row in connection.execute(text(query)))
                    for what, query in CONTENT.items()}
    finally:
        engine.dispose()


def plain(value: object) -> object:
    """SQLite has no booleans and PostgreSQL's are no numbers."""
    return float(value) if isinstance(value, (bool, int, float)) else value


def graded_notebooks(course: Course) -> dict[str, str]:
    """Every file below class/autograded, by its path."""
    return {path.relative_to(course.autograded).as_posix(): path.read_text(encoding="utf-8")
            for path in course.autograded.rglob("*") if path.is_file()}


def done(course: Course) -> int:
    """How many graded notebooks are there, of this run and earlier ones."""
    return sum(1 for _ in course.autograded.glob(f"*/{ASSIGNMENT}/{NOTEBOOK}"))


@dataclass(frozen=True)
class Known:
    """A class before its last grading run, and what an undisturbed run makes of it."""

    start: Course
    content: dict[str, list[str]]
    notebooks: dict[str, str]
    starting: float         # seconds until its first submission was graded
    each: float             # seconds for each of the others

    def text_of(self, student: str) -> str:
        """What a student handed in."""
        return (self.start.submitted / student / ASSIGNMENT / NOTEBOOK).read_text(encoding="utf-8")

    def assert_equals(self, course: Course) -> None:
        """Compare by content, and say what differs."""
        found = content(course)
        for what, lines in self.content.items():
            lost = [line for line in lines if line not in found[what]]
            new = [line for line in found[what] if line not in lines]
            assert found[what] == lines, f"{what}: lost {lost[:5]}, new {new[:5]}"
        kept = graded_notebooks(course)
        assert kept.keys() == self.notebooks.keys()
        for name, text_ in self.notebooks.items():
            assert kept[name] == text_, f"the graded notebook {name} differs"


def known(start: Course, folder: Path) -> Known:
    """Grade a copy of a class without disturbing it."""
    course = copied(start, folder)
    before, began = fingerprint(course), time.monotonic()
    with grading(course) as process:
        wait_until(lambda: fingerprint(course) != before, process)
        first = time.monotonic()
        _, said = process.communicate(timeout=1000)
    assert process.returncode == 0, said
    found = content(course)
    assert len(set(found["grade"])) == len(found["grade"]), "a grade is there twice"
    each = (time.monotonic() - first) / len(list(course.submissions(ASSIGNMENT)))
    return Known(start, found, graded_notebooks(course), first - began, each)


# ---- grading processes

def environment() -> dict[str, str]:
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    return os.environ | {"PYTHONPATH": path, "PYTHONIOENCODING": "utf-8", "COLUMNS": "2000"}


def words(course: Course, *more: str, jobs: int = 2) -> list[str]:
    many = [] if "--dask" in more else ["--jobs", str(jobs)]
    return [sys.executable, "-m", "grader", "grade", ASSIGNMENT, *many, "--course", str(course.root), *more]


def grade(course: Course, *more: str, jobs: int = 2) -> subprocess.CompletedProcess:
    """Grade as a person would, to the end."""
    return subprocess.run(words(course, *more, jobs=jobs), capture_output=True, text=True, encoding="utf-8",
                          env=environment(), timeout=280)


@contextlib.contextmanager
def grading(course: Course, *more: str) -> Iterator[subprocess.Popen]:
    """A grading run under way; it is killed at the end of the block if it still runs then."""
    process = subprocess.Popen(words(course, *more), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               encoding="utf-8", env=environment(), preexec_fn=hears_ctrl_c)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def hears_ctrl_c() -> None:
    """Take ctrl-C as a command in a terminal does: what a script starts in the background would not hear it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def wait_until(what: Callable[[], object], process: subprocess.Popen, seconds: float = 120) -> bool:
    """Wait until something holds; False where the process ends before."""
    ends = time.monotonic() + seconds
    while not what():
        if process.poll() is not None:
            return False
        assert time.monotonic() < ends, "nothing happened"
        time.sleep(0.01)
    return True


def fingerprint(course: Course) -> list:
    """Changes whenever a graded notebook is written."""
    return sorted((path.as_posix(), path.stat().st_mtime_ns) for path in course.autograded.glob(f"*/*/{NOTEBOOK}"))


def killed(course: Course, more: float, known: Known) -> bool:
    """Kill a run with SIGKILL when it has graded so many more; False where it ended before.

    The part of ``more`` behind the point is a part of the time for one submission, or, below 1, of the time that a
    run takes to start.
    """
    whole, part = int(more), more % 1
    with no_survivors(), grading(course) as process:
        wanted = done(course) + whole
        if not wait_until(lambda: done(course) >= wanted, process):
            return False
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(part * (known.each if whole else known.starting + known.each))
            return False
        process.kill()
        return True


@contextlib.contextmanager
def no_survivors(seconds: float = 30) -> Iterator[None]:
    """Fail where a process that was started in the block outlives it by some seconds.

    What loses its parent becomes a child of this process, so that none is overlooked.
    """
    before = set(descendants(os.getpid()))
    prctl = ctypes.CDLL(None).prctl
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    try:
        yield
        ends = time.monotonic() + seconds
        while left := set(descendants(os.getpid())) - before:
            assert time.monotonic() < ends, f"still running: {[command(pid) for pid in left]}"
            time.sleep(0.02)
            for pid in left:
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)
    finally:
        prctl(PR_SET_CHILD_SUBREAPER, 0)


def command(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")[:200]
    return "gone"


def victims(process: subprocess.Popen, kind: str) -> list[int]:
    """The processes of a grading run of one kind: worker, bwrap, zygote or keeper."""
    below = descendants(process.pid)[1:]
    said = {pid: command(pid) for pid in below}
    workers = [pid for pid, line in said.items() if "multiprocessing.spawn" in line]
    outer = [pid for pid, line in said.items() if "bwrap" in line.split(" ")[0]]
    inside = [pid for pid, line in said.items() if "/inside.py" in line and pid not in outer]
    return {"worker": workers, "bwrap": outer, "zygote": inside}[kind]


def kill_one(process: subprocess.Popen, kind: str, dice: random.Random) -> int:
    """Kill one process of a kind; 0 where there is none."""
    found = victims(process, kind)
    if not found:
        return 0
    pid = dice.choice(found)
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    return pid


def assert_whole(course: Course) -> None:
    """Nothing is half-written: each graded notebook parses, and its student has every mark."""
    for path in course.autograded.rglob("*"):
        if path.is_file():
            assert path.name == NOTEBOOK, f"{path} was left behind"
            json.loads(path.read_text(encoding="utf-8"))
    with gradebook.opened(course) as book:
        for path in course.autograded.glob(f"*/{ASSIGNMENT}/{NOTEBOOK}"):
            grades = book.find_submission(ASSIGNMENT, path.parts[-3]).notebooks[0].grades
            assert len(grades) == 12
            assert all(grade.auto_score is not None for grade in grades if grade.cell_type == "code")


def assert_one_sentence(finished: subprocess.CompletedProcess | subprocess.Popen, said: str, *words: str) -> None:
    """A refusal: exit status 2, no traceback, a line or two that hold these words."""
    assert finished.returncode == 2, said
    assert "Traceback" not in said
    lines = [line for line in said.splitlines() if line.strip()]
    assert len(lines) <= 2, said
    assert all(word in said for word in words), said
