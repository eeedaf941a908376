"""A course folder with a released assignment, made once for all tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader import notebooks
from grader.checks.gradients import Secret
from grader.course import Course
from grader.desk import demo
from grader.release import generate
from grader.workers import Local
from tests.lesson import ROOT

ASSIGNMENT, NOTEBOOK = "1-rnn", "rnn.ipynb"


@pytest.fixture(autouse=True)
def no_secret(monkeypatch) -> None:
    """What a test that judged in this process has left: directions would hang on which tests ran before."""
    monkeypatch.setattr(Secret, "key", b"")


@pytest.fixture(scope="session")
def released(tmp_path_factory) -> Course:
    """A course of its own with 1-rnn released and recorded; its folder's name has a space and accents."""
    root = tmp_path_factory.mktemp("cours") / "réseaux récurrents"
    root.mkdir()
    (root / "nbgrader_config.py").write_text(demo.CONFIG, encoding="utf-8")
    for folder in ("solutions", "assignments"):
        shutil.copytree(ROOT / folder / ASSIGNMENT, root / folder / ASSIGNMENT)
    course = Course(root.resolve())
    generate(course, ASSIGNMENT, record=True)
    return course


@pytest.fixture
def course(released, tmp_path) -> Course:
    """A copy of the released course that a test may do anything to."""
    root = tmp_path / "course"
    shutil.copytree(released.root, root)
    return Course(root.resolve())


@pytest.fixture(scope="session")
def workers() -> Iterator[Local]:
    """Two processes that judge, for the whole session."""
    local = Local(2)
    yield local
    local.close()


@pytest.fixture(scope="session")
def solution() -> dict:
    return notebooks.read(ROOT / "solutions" / ASSIGNMENT / NOTEBOOK)


@pytest.fixture(scope="session")
def skeleton() -> dict:
    return notebooks.read(ROOT / "assignments" / ASSIGNMENT / NOTEBOOK)


@pytest.fixture(scope="session")
def answers(solution) -> dict[str, str]:
    """The right answers by name."""
    return {notebooks.grade_id(c): notebooks.source(c) for c in solution["cells"]
            if c["metadata"].get("nbgrader", {}).get("solution")}


@pytest.fixture(scope="session")
def hand_in() -> Callable[[Course, str, str], Path]:
    """Put a submission where the class's submissions arrive."""

    def put(course: Course, student: str, text: str, name: str = NOTEBOOK) -> Path:
        path = course.submitted / student / ASSIGNMENT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return put


@pytest.fixture(scope="session")
def command() -> Callable[..., subprocess.CompletedProcess]:
    """Run ``python -m …`` as a person would, in a folder."""

    def run(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess:
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
        env = os.environ | {"PYTHONPATH": path, "PYTHONIOENCODING": "utf-8", "COLUMNS": "200"} | environment
        return subprocess.run([sys.executable, "-m", *words], cwd=folder, capture_output=True, text=True,
                              encoding="utf-8", env=env, timeout=280)

    return run
