"""One class for all disturbances, and what an undisturbed run makes of it."""

from __future__ import annotations

import shutil
import sys

import pytest

from grader.course import Course
from tests.chaos import classroom
from tests.chaos.classroom import Known


def pytest_collection_modifyitems(items) -> None:
    """Without a sandbox there is nothing to disturb."""
    if sys.platform != "linux" or shutil.which("bwrap") is None:
        for item in items:
            if "tests/chaos" in item.nodeid:
                item.add_marker(pytest.mark.skip(reason="grading needs bubblewrap, and it is not here"))


@pytest.fixture(scope="session")
def small_class(released, skeleton, answers, tmp_path_factory) -> Known:
    """Eight students, two of them graded and marked by hand before."""
    folder = tmp_path_factory.mktemp("small")
    start = classroom.copied(released, folder / "start")
    classroom.begin(start, skeleton, answers, classroom.STUDENTS)
    return classroom.known(start, folder / "undisturbed")


@pytest.fixture
def course(small_class, tmp_path) -> Course:
    """A copy of the class before its last run."""
    return classroom.copied(small_class.start, tmp_path / "course")
