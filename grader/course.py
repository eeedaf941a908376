"""A course folder: where things are, and how nbgrader is told."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CONFIG = "nbgrader_config.py"
CLASS = "class"                     # what belongs to one class, never to the course's repository
IGNORED = [".*", "__pycache__", "*.pyc", "*.db", "*.toml"]
STUB = {"python": "# Your code here.\nraise NotImplementedError"}
TEXT_STUB = "*Your answer here.*"
FAILED = "{num_failed} of the checks do not pass yet. Each is below: its cell, and what it says.\n"
CHANGED = """The text of {num_changed} check(s) is not as it was released. Grading uses the released one;
python -m unrolled reset CHECK  puts it back.
"""


class Trouble(Exception):
    """Something a person can mend; its message says what was expected, what was found, what to do."""


@dataclass(frozen=True)
class Course:
    """A folder with ``solutions/``, ``assignments/`` and, for one class, ``class/``."""

    root: Path

    @property
    def solutions(self) -> Path:
        return self.root / "solutions"

    @property
    def assignments(self) -> Path:
        return self.root / "assignments"

    @property
    def submitted(self) -> Path:
        return self.root / CLASS / "submitted"

    @property
    def autograded(self) -> Path:
        return self.root / CLASS / "autograded"

    @property
    def feedback(self) -> Path:
        return self.root / CLASS / "feedback"

    @property
    def reports(self) -> Path:
        return self.root / CLASS / "reports"

    @property
    def exports(self) -> Path:
        return self.root / CLASS / "exports"

    @property
    def gradebook(self) -> Path:
        return self.root / CLASS / "gradebook.db"

    def names(self) -> list[str]:
        """The assignments of this course, in order."""
        return sorted(p.name for p in self.solutions.iterdir() if p.is_dir() and list(p.glob("*.ipynb")))

    def notebooks(self, assignment: str) -> list[str]:
        """The names of an assignment's notebooks, without ``.ipynb``.

        Raises Trouble where there is no such assignment.
        """
        if assignment not in self.names():
            raise Trouble(f"There is no assignment {assignment!r} in {self.solutions}: "
                          f"the assignments are {', '.join(self.names()) or 'none'}.")
        return sorted(p.stem for p in (self.solutions / assignment).glob("*.ipynb"))

    def submissions(self, assignment: str) -> Iterator[str]:
        """The students whose folder for an assignment has arrived, in order."""
        if self.submitted.is_dir():
            for folder in sorted(self.submitted.iterdir()):
                if (folder / assignment).is_dir():
                    yield folder.name

    def config(self) -> Any:
        """The configuration that nbgrader's own commands read for this course: its nbgrader_config.py."""
        from traitlets.config import Config, PyFileConfigLoader

        if (self.root / CONFIG).is_file():
            return PyFileConfigLoader(CONFIG, path=str(self.root)).load_config()
        config = Config()
        configure(config, self.root)
        return config


def find_course(start: Path | None = None) -> Course:
    """Find the course that a folder is in: the nearest one above with ``solutions`` and ``nbgrader_config.py``.

    Raises Trouble where there is none.
    """
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        if (folder / "solutions").is_dir() and (folder / CONFIG).is_file():
            return Course(folder)
    raise Trouble(f"{start} is not inside a course: expected a folder above it with solutions/ and nbgrader_config.py. "
                  "Change to the course's folder, or name it with --course.")


def configure(c: Any, root: Path) -> None:
    """Tell nbgrader about the course in ``root``: folders, gradebook, stubs, repairs, feedback."""
    course = Course(root)
    course.gradebook.parent.mkdir(exist_ok=True)
    _put_tools_on_path()

    c.CourseDirectory.root = str(root)
    c.CourseDirectory.course_id = "unrolled"
    c.CourseDirectory.source_directory = "solutions"
    c.CourseDirectory.release_directory = "assignments"
    c.CourseDirectory.submitted_directory = f"{CLASS}/submitted"
    c.CourseDirectory.autograded_directory = f"{CLASS}/autograded"
    c.CourseDirectory.feedback_directory = f"{CLASS}/feedback"
    c.CourseDirectory.db_url = f"sqlite:///{course.gradebook.as_posix()}"
    c.CourseDirectory.ignore = IGNORED

    c.ClearSolutions.code_stub = STUB
    c.ClearSolutions.text_stub = TEXT_STUB
    c.Validator.failed_warning, c.Validator.changed_warning = FAILED, CHANGED
    c.Validator.width = 140         # the sentences of a check are longer than nbgrader's 90, and would be cut
    c.Rebuild.source_directory = c.Judge.source_directory = str(course.solutions)
    c.Autograde.sanitize_preprocessors = [
        "nbgrader.preprocessors.ClearOutput",
        "grader.preprocessor.Rebuild",
        "nbgrader.preprocessors.OverwriteKernelspec",
        "nbgrader.preprocessors.OverwriteCells",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    c.Autograde.autograde_preprocessors = [
        "grader.preprocessor.Judge",
        "nbgrader.preprocessors.SaveAutoGrades",
        "nbgrader.preprocessors.AssignLatePenalties",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    c.GenerateFeedback.preprocessors = [
        "nbgrader.preprocessors.ClearHiddenTests",
        "nbgrader.preprocessors.GetGrades",
        "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
    ]
    c.HTMLExporter.filters = {"markdown2html": "grader.markdown.markdown2html",
                               "strip_files_prefix": "grader.markdown.as_it_is"}


def _put_tools_on_path() -> None:
    """nbgrader starts ``alembic`` by name; it lies beside the interpreter, wherever that was started from."""
    path = os.environ.get("PATH", "").split(os.pathsep)
    tools = [sysconfig.get_path("scripts"), str(Path(sys.executable).parent)]
    os.environ["PATH"] = os.pathsep.join([*(tool for tool in tools if tool not in path), *path])
