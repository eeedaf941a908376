"""The disk is full for a while: one sentence, nothing half-written, and the rest graded once there is room."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from grader import gradebook
from grader.course import Course
from tests.chaos import classroom

ROOM = "size=24m"


@pytest.fixture
def on_a_small_disk(small_class, tmp_path):
    """The class with class/ on a file system of its own."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small file system to fill")
    root = tmp_path / "course"
    shutil.copytree(small_class.start.root, root, ignore=shutil.ignore_patterns("class"))
    (root / "class").mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", ROOM, "tmpfs", str(root / "class")],
                             capture_output=True, text=True)
    if mounted.returncode != 0:
        pytest.skip(f"no small file system can be mounted here: {mounted.stderr.strip()}")
    try:
        shutil.copytree(small_class.start.root / "class", root / "class", dirs_exist_ok=True)
        yield Course(root.resolve())
    finally:
        subprocess.run(["umount", "--lazy", str(root / "class")], check=True)


def fill(course: Course):
    """Take all the room there is."""
    path = course.root / "class" / "filler"
    with open(path, "ab", buffering=0) as file:
        for size in (1 << 16, 1 << 12, 1):
            try:
                while file.write(bytes(size)):
                    pass
            except OSError:
                continue
    return path


def test_full_for_a_while(small_class, on_a_small_disk):
    course = on_a_small_disk
    before = classroom.done(course)
    with classroom.no_survivors(), classroom.grading(course) as process:
        assert classroom.wait_until(lambda: classroom.done(course) >= before + 2, process)
        filler = fill(course)
        _, said = process.communicate(timeout=200)
    classroom.assert_one_sentence(process, said, "Grading stopped", "full", "What was graded so far is kept")
    assert classroom.done(course) < len(small_class.notebooks)
    classroom.assert_whole(course)

    filler.unlink()
    finished = classroom.grade(course)
    assert finished.returncode == 0, finished.stderr
    small_class.assert_equals(course)


def test_full_from_the_start(on_a_small_disk):
    """Not even a gradebook can be made."""
    course = on_a_small_disk
    course.gradebook.unlink()
    filler = fill(course)
    refused = classroom.grade(course)
    classroom.assert_one_sentence(refused, refused.stderr, "full")
    filler.unlink()
    with gradebook.opened(course) as book:
        assert book.students == []
