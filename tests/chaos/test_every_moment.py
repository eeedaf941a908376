"""Killed before every single change that saving makes – each statement, each commit, each change of a file."""

from __future__ import annotations

import os
import random
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from grader import grade
from grader.course import Course
from grader.judge import judge
from tests.chaos import classroom
from tests.conftest import ASSIGNMENT

READS = ("SELECT", "PRAGMA")


def counted(work: Callable[[], object], stop_before: int | None = None) -> int:
    """Do something in a process of its own that kills itself before the n-th change; return how many there were.

    -1 where it was killed.
    """
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        seen = 0

        def statement(connection: object, cursor: object, text: str, *_: object) -> None:
            if not text.lstrip().startswith(READS):
                step()

        def step(*_: object) -> None:
            nonlocal seen
            if seen == stop_before:
                os.kill(os.getpid(), signal.SIGKILL)
            seen += 1

        status = 1
        try:
            event.listen(Engine, "before_cursor_execute", statement)
            event.listen(Engine, "commit", step)
            for name in ("replace", "chmod", "mkdir"):
                setattr(os, name, before(getattr(os, name), step))
            work()
            os.write(write, str(seen).encode())
            status = 0
        finally:
            os._exit(status)
    os.close(write)
    with os.fdopen(read) as pipe:
        said = pipe.read()
    _, status = os.waitpid(pid, 0)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    assert killed or status == 0, status
    return -1 if killed else int(said)


def before(call: Callable, step: Callable) -> Callable:
    def stepped(*args: object, **named: object) -> object:
        step()
        return call(*args, **named)

    return stepped


def put_back(course: Course, pristine: Path) -> None:
    """Bring a class back to where it was."""
    shutil.rmtree(course.root / "class")
    shutil.copytree(pristine, course.root / "class")


@pytest.mark.parametrize("student", ["student-00", "student-07"])
def test_saving_one_submission(small_class, course, tmp_path, capsys, student):
    """The first was graded and marked by hand before and has handed in again; the other is new."""
    shutil.copytree(course.root / "class", tmp_path / "pristine")
    with grade.Desk(course, ASSIGNMENT, False, None) as desk:
        paper = desk.take(student)
        outcome = judge(desk.job(paper))

    def save() -> None:
        with grade.Desk(course, ASSIGNMENT, False, None) as desk:
            result = desk.save(desk.take(student), outcome)
            assert result.status == grade.GRADED, result.sentence

    had = classroom.content(course)["grade"]
    save()
    wanted = classroom.content(course), classroom.graded_notebooks(course)
    between = moment = 0
    put_back(course, tmp_path / "pristine")
    while counted(save, moment) == -1:
        left = classroom.content(course)["grade"]
        assert left in (had, wanted[0]["grade"]), f"killed before change {moment}, a part of the marks is there"
        with grade.Desk(course, ASSIGNMENT, False, None) as desk:
            if desk.has(paper):
                assert left == wanted[0]["grade"], f"killed before change {moment}, the next run would leave it out"
        between += left != had
        save()
        assert (classroom.content(course), classroom.graded_notebooks(course)) == wanted
        put_back(course, tmp_path / "pristine")
        moment += 1
    with capsys.disabled():
        print(f"\n{student}: killed before each of {moment} changes, {between} of them after the marks were there")
    assert between
    assert moment > 10


def test_recording_an_assignment(released, tmp_path, capsys):
    """The gradebook is made and its cells are recorded by nbgrader, one by one."""
    course = classroom.copied(released, tmp_path / "course")
    wanted = classroom.content(course)
    shutil.rmtree(course.root / "class")
    (course.root / "class").mkdir()
    shutil.copytree(course.root / "class", tmp_path / "pristine")

    def record() -> None:
        grade.require_released(course, ASSIGNMENT, lambda line: None)

    steps = counted(record)
    assert classroom.content(course) == wanted
    moments = sorted(random.Random(8).sample(range(steps), 6))
    for moment in moments:
        put_back(course, tmp_path / "pristine")
        assert counted(record, moment) == -1
        record()
        assert classroom.content(course) == wanted, f"killed before change {moment}"
    with capsys.disabled():
        print(f"\none assignment: killed before {len(moments)} of {steps} changes")
