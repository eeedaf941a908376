"""Releasing: solutions in their one form, assignments generated from them, neither ever half-done."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from grader import gradebook, notebooks, record
from grader.course import Course, Trouble
from grader.kernel import NOT_WRITTEN, run_checks


def differences(course: Course, assignments: list[str]) -> list[str]:
    """Say what a release would change, one sentence a file; nothing is written."""
    found = []
    for path in solution_files(course, assignments):
        if notebooks.canonical(notebooks.read(path)) != path.read_text(encoding="utf-8"):
            found.append(f"{path.relative_to(course.root).as_posix()} is not in canonical form.")
    for assignment in assignments:
        fresh, kept = generate(course, assignment), course.assignments / assignment
        there = {p.relative_to(kept).as_posix(): p.read_bytes() for p in _files(kept)}
        for name in sorted(fresh.keys() | there.keys()):
            if fresh.get(name) != there.get(name):
                how = "is missing" if name not in there else "is a stray file" if name not in fresh else "differs"
                found.append(f"assignments/{assignment}/{name} {how}.")
    return found


def release(course: Course, assignments: list[str], say: Callable[[str], None] = print) -> None:
    """Make canonical, prove and release assignments, and record their cells in the gradebook.

    Raises Trouble where a solution fails its own checks or a skeleton passes one; then nothing is released.
    """
    for path in solution_files(course, assignments):
        clean = notebooks.canonical(notebooks.read(path))
        if clean != path.read_text(encoding="utf-8"):
            notebooks.write_text(path, clean)
            say(f"{path.relative_to(course.root).as_posix()}: made canonical")
    made = {assignment: generate(course, assignment) for assignment in assignments}
    for assignment, files in made.items():
        for notebook in course.notebooks(assignment):
            prove(course, assignment, notebook, files[f"{notebook}.ipynb"])
    for assignment, files in made.items():
        replace_files(course.assignments / assignment, files)
        generate(course, assignment, record=True)
        record.note(course, record.RELEASED, assignment,
                    files={name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())})
        say(f"assignments/{assignment}: released, {len(files)} file{'s' * (len(files) != 1)}")


def solution_files(course: Course, assignments: list[str]) -> Iterator[Path]:
    """The notebooks of some assignments."""
    for assignment in assignments:
        for notebook in course.notebooks(assignment):
            yield course.solutions / assignment / f"{notebook}.ipynb"


def generate(course: Course, assignment: str, record: bool = False) -> dict[str, bytes]:
    """Run nbgrader's generate_assignment in a folder of its own and return the files it makes.

    With ``record`` the cells go into the course's gradebook, which is how grading knows them.
    """
    from nbgrader.apps import NbGraderAPI

    with tempfile.TemporaryDirectory() as folder:
        workshop = Course(Path(folder).resolve())
        shutil.copytree(course.solutions / assignment, workshop.solutions / assignment)
        config = workshop.config()
        if record:
            gradebook.make_ready(course)
            config.CourseDirectory.db_url = course.config().CourseDirectory.db_url
        result = NbGraderAPI(config=config).generate_assignment(assignment, force=True, create=True)
        if not result["success"]:
            raise Trouble(f"{assignment} cannot be released: {reason(result)}")
        made = workshop.assignments / assignment
        return {p.relative_to(made).as_posix(): p.read_bytes() for p in _files(made)}


def prove(course: Course, assignment: str, notebook: str, skeleton: bytes) -> None:
    """Run a solution and its skeleton: every check passes for the one and says "not written yet" to the other."""
    path, refused = course.solutions / assignment / f"{notebook}.ipynb", f"{assignment}/{notebook} is not released: "
    for said in run_checks(notebooks.read(path), path.parent):
        if said.failed:
            raise Trouble(f"{refused}its own solution fails {said.name}.\n{said.text}")
        if said.stderr:
            raise Trouble(f"{refused}{said.name} writes to stderr, which nbgrader marks with 0.\n{said.text}")
    for said in run_checks(json.loads(skeleton), path.parent, shows=False):
        if not said.failed:
            raise Trouble(f"{refused}its untouched skeleton passes {said.name}. "
                          "Check something that only an answer can have.")
        if not said.not_written or NOT_WRITTEN not in said.failure:
            raise Trouble(f"{refused}to an untouched skeleton {said.name} should say {NOT_WRITTEN!r}; "
                          f"it says\n{said.text}")


def reason(result: dict[str, Any]) -> str:
    """The last line of what nbgrader says of a failure."""
    text = (result.get("error") or result.get("log") or "nbgrader gave no reason").strip()
    return text.splitlines()[-1]


def _files(folder: Path) -> list[Path]:
    return [p for p in folder.rglob("*") if p.is_file() and ".ipynb_checkpoints" not in p.parts]


def replace_files(folder: Path, files: dict[str, bytes]) -> None:
    """Make a folder hold just these files."""
    for name, content in files.items():
        notebooks.write_bytes(folder / name, content)
    for path in _files(folder):
        if path.relative_to(folder).as_posix() not in files:
            path.unlink()
