"""The lessons as the site sees them: a solution notebook, what docs/lessons.toml says of it, its interactive pieces."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader import notebooks
from grader.course import Course, Trouble
from grader.student.released import HIDDEN

ROOT = Path(__file__).resolve().parents[2]
TITLE = re.compile(r"# (.+)\n")


@dataclass(frozen=True)
class Piece:
    """An interactive piece: the cell it stands after, and the folder that it comes from."""

    name: str
    after: str
    folder: Path
    title: str
    caption: str
    noscript: str

    @property
    def export(self) -> str:
        """The code that leaves the piece's data in ``exported``, run after the lesson's last cell."""
        return (self.folder / "export.py").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Lesson:
    """A lesson: "1-rnn", its notebook, and what is told of it at its top and its end."""

    name: str
    path: Path
    minutes: int
    week: str
    needs: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    objectives: tuple[str, ...] = ()
    keypoints: tuple[str, ...] = ()
    pieces: tuple[Piece, ...] = ()
    notebook: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def title(self) -> str:
        """The heading of the notebook's first cell: "1 · A network that remembers"."""
        found = TITLE.match(notebooks.source(self.notebook["cells"][0]))
        if not found:
            raise Trouble(f"{self.path}: its first cell begins with no title. Begin it with a line \"# …\".")
        return found[1]

    @property
    def module(self) -> str:
        """The module of its known mistakes, in tests/mistakes."""
        return f"tests.mistakes.{self.path.stem}"

    @property
    def assignment(self) -> str:
        """Where a student opens it."""
        return f"assignments/{self.name}/{self.path.name}"


def read_lessons(root: Path = ROOT, only: list[str] | None = None) -> list[Lesson]:
    """Read all lessons, or some by name, in the order of the course.

    Raises Trouble for a name that is no lesson, and for a lesson that docs/lessons.toml does not know.
    """
    course, told = Course(root), _told(root)
    if strange := set(only or ()) - set(course.names()):
        raise Trouble(f"There is no lesson {', '.join(sorted(strange))}: there are {', '.join(course.names())}.")
    return [_lesson(root, name, told) for name in course.names() if not only or name in only]


def _told(root: Path) -> dict[str, Any]:
    path = root / "docs" / "lessons.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Trouble(f"{path} cannot be read: {error.strerror}. It says what each lesson is about.") from None
    except tomllib.TOMLDecodeError as error:
        raise Trouble(f"{path} does not parse as TOML: {error}.") from None


def _lesson(root: Path, name: str, told: dict[str, Any]) -> Lesson:
    if name not in told:
        raise Trouble(f"docs/lessons.toml says nothing of {name}: expected a table [\"{name}\"] with its minutes.")
    (stem,) = Course(root).notebooks(name)
    path, about = root / "solutions" / name / f"{stem}.ipynb", told[name]
    lists = {key: tuple(about.get(key, ())) for key in ("needs", "questions", "objectives", "keypoints")}
    lesson = Lesson(name, path, about["minutes"], str(about.get("week", "")), **lists,
                    pieces=_pieces(root, name),
                    notebook=notebooks.read(path))
    known = {cell["id"] for cell in lesson.notebook["cells"]}
    for piece in lesson.pieces:
        if piece.after not in known:
            raise Trouble(f"docs/pieces/{piece.name}/about.toml puts it after the cell {piece.after!r}, "
                          f"and {name} has no such cell.")
    return lesson


def _pieces(root: Path, lesson: str) -> tuple[Piece, ...]:
    """The pieces that say in their about.toml that they belong to a lesson."""
    found = []
    for path in sorted((root / "docs" / "pieces").glob("*/about.toml")):
        about = tomllib.loads(path.read_text(encoding="utf-8"))
        if about["lesson"] == lesson:
            words = {key: about[key] for key in ("after", "title", "caption", "noscript")}
            found.append(Piece(path.parent.name, folder=path.parent, **words))
    return tuple(found)


def visible(cell: dict[str, Any]) -> str:
    """The text of a cell without its hidden tests."""
    return HIDDEN.sub("", notebooks.source(cell)).rstrip("\n")


def is_answer(cell: dict[str, Any]) -> bool:
    """Tell whether a cell is a function for the student to write."""
    return cell["cell_type"] == "code" and bool(cell["metadata"].get("nbgrader", {}).get("solution"))


def is_written(cell: dict[str, Any]) -> bool:
    """Tell whether a cell is the answer to a written question."""
    return cell["cell_type"] == "markdown" and bool(cell["metadata"].get("nbgrader", {}).get("solution"))
