"""A student's folder as it comes out of a ZIP, with a space and accents in its path."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from grader import notebooks
from grader.course import Course
from grader.desk import student_zip
from grader.student import folder
from grader.student.folder import Lesson
from tests.lesson import ROOT

ASSIGNMENT = "1-rnn"
Run = Callable[..., subprocess.CompletedProcess]


@pytest.fixture(scope="session")
def zips(tmp_path_factory) -> Callable[..., Path]:
    """The ZIP of an assignment, made once."""
    made: dict[tuple[str, bool], Path] = {}

    def of(assignment: str = ASSIGNMENT, self_study: bool = False) -> Path:
        key = (assignment, self_study)
        if key not in made:
            to = tmp_path_factory.mktemp("zips") / f"{assignment}.zip"
            made[key] = student_zip.write(Course(ROOT), assignment, to, self_study)
        return made[key]

    return of


def unpack(path: Path, to: Path) -> Path:
    """Unpack a ZIP as the systems do, over what is there."""
    with zipfile.ZipFile(path) as packed:
        packed.extractall(to)
    return to / student_zip.FOLDER


@pytest.fixture
def root(zips, tmp_path) -> Path:
    """A folder of self-study: the lesson and its solution."""
    return unpack(zips(self_study=True), tmp_path / "Étude en réseaux")


@pytest.fixture
def lesson(root) -> Lesson:
    return folder.lessons(root)[0]


@pytest.fixture
def run(root) -> Run:
    """Run a command of the folder, by its own packages and no others of this kit."""

    def command(*words: str, at: Path = root, **environment: str) -> subprocess.CompletedProcess:
        env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        env |= {"PYTHONPATH": str(root), "COLUMNS": "100"} | environment
        return subprocess.run([sys.executable, "-m", *words], cwd=at, capture_output=True, encoding="utf-8", env=env,
                              timeout=250)

    return command


def write(path: Path, **answers: str) -> None:
    """Write answers into a notebook, as a student who saves it."""
    notebook = notebooks.read(path)
    for cell in notebook["cells"]:
        if notebooks.grade_id(cell) in answers:
            cell["source"] = answers[notebooks.grade_id(cell)]
    path.write_text(json.dumps(notebook), encoding="utf-8")


def keep_first_cells(lesson: Lesson, last: str) -> None:
    """Make a lesson shorter, so that a test runs it sooner; what was handed out is shortened with it."""
    for path in (lesson.path, lesson.root / folder.ORIGINAL / lesson.assignment / lesson.name):
        notebook = notebooks.read(path)
        names = [notebooks.grade_id(cell) for cell in notebook["cells"]]
        notebook["cells"] = notebook["cells"][: names.index(last) + 1]
        path.write_text(json.dumps(notebook), encoding="utf-8")
