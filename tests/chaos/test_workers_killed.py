"""A worker, a sandbox or the process inside it killed from outside: it costs time and no mark."""

from __future__ import annotations

import random

import pytest

from tests.chaos import classroom


def test_worker_bwrap_and_zygote_killed_in_one_run(small_class, course):
    dice = random.Random(2)
    before = classroom.done(course)
    with classroom.no_survivors(), classroom.grading(course) as process:
        for number, kind in enumerate(("zygote", "worker", "bwrap"), 1):
            assert classroom.wait_until(lambda n=number: classroom.done(course) >= before + n, process)
            assert classroom.wait_until(lambda k=kind: classroom.kill_one(process, k, dice), process), kind
        said, complaint = process.communicate(timeout=200)
    assert process.returncode == 0, complaint
    assert "not graded" not in said
    small_class.assert_equals(course)


@pytest.mark.long
def test_workers_killed_again_and_again(small_class, course):
    """However often workers die, no submission is refused for its neighbours' sake."""
    dice = random.Random(3)
    before = classroom.done(course)
    with classroom.grading(course) as process:
        assert classroom.wait_until(lambda: classroom.done(course) > before, process)
        for _ in range(4):
            assert classroom.wait_until(lambda: classroom.kill_one(process, "worker", dice), process)
        process.communicate(timeout=200)
    assert process.returncode == 0
    small_class.assert_equals(course)
