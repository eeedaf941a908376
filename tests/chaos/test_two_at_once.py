"""Two runs on one course: the second is told who is at work, and no mark is lost."""

from __future__ import annotations

import os
import signal

import pytest

from grader import lock
from grader.course import Trouble
from tests.chaos import classroom
from tests.conftest import ASSIGNMENT


def test_the_second_run_is_refused(small_class, course):
    before = classroom.done(course)
    with classroom.grading(course) as first:
        assert classroom.wait_until(lambda: classroom.done(course) > before, first)
        first.send_signal(signal.SIGSTOP)
        second = classroom.grade(course)
        first.send_signal(signal.SIGCONT)
        classroom.assert_one_sentence(second, second.stderr, f"grading {ASSIGNMENT}", f"process {first.pid}",
                                      "nothing was changed")
        first.communicate(timeout=200)
    assert first.returncode == 0
    small_class.assert_equals(course)


def test_two_that_would_both_make_the_gradebook(small_class, released, tmp_path):
    """nbgrader fails at one of the two; here one is refused or both are served, one after the other."""
    course = classroom.copied(released, tmp_path / "course")
    course.gradebook.unlink()
    for student in classroom.names(1):
        classroom.hand_in(course, student, small_class.text_of(student))
    with classroom.grading(course) as first, classroom.grading(course) as second:
        said = {process: process.communicate(timeout=200)[1] for process in (first, second)}
    refused = [process for process in said if process.returncode != 0]
    for process in refused:
        classroom.assert_one_sentence(process, said[process], "Another process is at work on this course")
    assert len(refused) < 2
    assert classroom.done(course) == 1
    classroom.assert_whole(course)


def test_the_lock_ends_with_its_holder(course):
    with (lock.held(course, "a test"), pytest.raises(Trouble, match=rf"a test, process {os.getpid()} on "),
          lock.held(course, "another")):
        pass
    with lock.held(course, "a third"):
        pass
