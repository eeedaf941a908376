"""Killed at any moment and resumed, grading ends where an undisturbed run ends."""

from __future__ import annotations

import random
import signal
import time

import pytest

from tests.chaos import classroom


def kill_and_resume(known: classroom.Known, folder, kills: int, seed: int) -> None:
    """Kill runs under way at random moments, each going on from the last, spread over all there is to grade.

    A run that has ended before its moment came does not count.
    """
    course = classroom.copied(known.start, folder)
    dice = random.Random(seed)
    left = kills
    for _ in range(3 * kills):
        to_do = len(known.notebooks) - classroom.done(course)
        left -= classroom.killed(course, dice.uniform(0, 2 * to_do / left), known)
        if left == 0:
            break
    assert left == 0, f"only {kills - left} kills met a run under way"
    finished = classroom.grade(course)
    assert finished.returncode == 0, finished.stderr
    known.assert_equals(course)


@pytest.mark.timeout(900)
def test_a_run_killed_six_times(small_class, tmp_path, capsys):
    began = time.monotonic()
    kill_and_resume(small_class, tmp_path / "course", 6, seed=11)
    with capsys.disabled():
        print(f"\n8 students, killed 6 times: equal by content, {time.monotonic() - began:.0f} s")


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_a_run_of_forty_killed_fifty_times(released, skeleton, answers, tmp_path, capsys):
    began = time.monotonic()
    start = classroom.copied(released, tmp_path / "start")
    classroom.begin(start, skeleton, answers, 40)
    known = classroom.known(start, tmp_path / "undisturbed")
    kill_and_resume(known, tmp_path / "course", 50, seed=1)
    with capsys.disabled():
        print(f"\n40 students, killed 50 times: equal by content, {time.monotonic() - began:.0f} s")


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


def test_a_run_stopped_by_ctrl_c(course):
    before = classroom.done(course)
    with classroom.no_survivors(), classroom.grading(course, "--jobs", "1") as process:
        assert classroom.wait_until(lambda: classroom.done(course) > before, process)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said.strip() == "Stopped. What was graded so far is kept; run it again to grade the rest."
    classroom.assert_whole(course)
