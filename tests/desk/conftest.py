"""A course with a roster, and archives as platforms give them out."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from grader import gradebook
from grader.course import Course
from grader.desk.demo import answered
from tests.conftest import ASSIGNMENT

ROSTER = {"ada": ("Ada", "Ahlgren"), "bao": ("Bao", "Nguyen"), "chloé": ("Chloé", "Dubois-Martin"),
          "dina": ("Dina", "Farouk"), "kim1": ("Kim", "Lee"), "kim2": ("Kim", "Lee")}
DUE = "2027-03-01 23:00:00 UTC"


@pytest.fixture(scope="session")
def enrolled(released, tmp_path_factory) -> Course:
    """The released course with six students, two of the same name, and a due date; for copying."""
    root = tmp_path_factory.mktemp("enrolled") / "course"
    shutil.copytree(released.root, root)
    course = Course(root.resolve())
    with gradebook.opened(course) as book:
        for student, (first, last) in ROSTER.items():
            book.update_or_create_student(student, first_name=first, last_name=last, email=f"{student}@uni.example")
        book.update_or_create_assignment(ASSIGNMENT, duedate=DUE)
    return course


@pytest.fixture
def desk(enrolled, tmp_path) -> Course:
    """A copy of the course with its roster that a test may do anything to."""
    root = tmp_path / "course"
    shutil.copytree(enrolled.root, root)
    return Course(root.resolve())


@pytest.fixture(scope="session")
def untouched(skeleton) -> str:
    """The text of a notebook that nobody has written in."""
    return answered(skeleton, {})


@pytest.fixture
def zipped(tmp_path) -> Callable[..., Path]:
    """Make a ZIP of texts by path; an entry is a text, or a time and a text."""

    def make(entries: dict[str, str | tuple[datetime, str]], name: str = "submissions.zip") -> Path:
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for place, entry in entries.items():
                time, text = entry if isinstance(entry, tuple) else (datetime(2027, 3, 5, 12), entry)
                archive.writestr(zipfile.ZipInfo(place, time.timetuple()[:6]), text, zipfile.ZIP_DEFLATED)
        return path

    return make
