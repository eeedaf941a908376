"""Killed at any moment and resumed, grading ends where an undisturbed run ends."""

from __future__ import annotations

import random
import time

import pytest

from tests.chaos import classroom


def kill_and_resume(known: classroom.Known, folder, kills: int, seed: int) -> int:
    """Kill a run at random moments of its whole length, resuming each time; return how many met a run under way.

    The moments are drawn over the submissions there are to grade, in order, so that the last kill is near the end.
    """
    course = classroom.copied(known.start, folder)
    dice = random.Random(seed)
    before, after = classroom.done(course), len(known.notebooks)
    met = 0
    for position in sorted(dice.uniform(before, after) for _ in range(kills)):
        met += classroom.killed(course, position, known)
    finished = classroom.grade(course)
    assert finished.returncode == 0, finished.stderr
    known.assert_equals(course)
    return met


def test_a_run_killed_six_times(small_class, tmp_path, capsys):
    began = time.monotonic()
    met = kill_and_resume(small_class, tmp_path / "course", 6, seed=11)
    with capsys.disabled():
        print(f"\n8 students: {met} of 6 kills met a run under way; equal by content; {time.monotonic() - began:.0f} s")
    assert met >= 4


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_a_run_of_forty_killed_fifty_times(released, skeleton, answers, tmp_path, capsys):
    began = time.monotonic()
    start = classroom.copied(released, tmp_path / "start")
    classroom.begin(start, skeleton, answers, 40)
    known = classroom.known(start, tmp_path / "undisturbed")
    met = kill_and_resume(known, tmp_path / "course", 50, seed=1)
    with capsys.disabled():
        print(f"\n40 students: {met} of 50 kills met a run under way; equal by content; "
              f"in all {time.monotonic() - began:.0f} s")
    assert met >= 40


def test_a_run_killed_while_it_makes_the_gradebook(small_class, released, tmp_path):
    """nbgrader makes tables and cells one by one; whatever the moment, the next run goes on."""
    course = classroom.copied(released, tmp_path / "course")
    course.gradebook.unlink()
    student = classroom.names(classroom.STUDENTS)[-1]
    classroom.hand_in(course, student, small_class.text_of(student))
    dice = random.Random(5)
    for _ in range(2):
        with classroom.no_survivors(), classroom.grading(course, "--student", student) as process:
            classroom.wait_until(course.gradebook.exists, process)
            time.sleep(dice.uniform(0, 1.5))
    finished = classroom.grade(course, "--student", student, jobs=1)
    assert finished.returncode == 0, finished.stderr
    found = classroom.content(course)
    for what in ("cell", "graded"):
        assert found[what] == small_class.content[what]
    for what in ("grade", "comment", "submission"):
        assert found[what] == [line for line in small_class.content[what] if student in line]
