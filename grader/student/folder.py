"""A student's folder: the lessons in it, how they were handed out, and their solutions where they are there."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader import notebooks
from grader.course import Trouble
from grader.student import released

ASSIGNMENTS, SOLUTIONS = "assignments", "solutions"
ORIGINAL = ".original"          # the notebooks as they were handed out
MEMORY = ".unrolled"            # what the commands remember; it may be thrown away
BACKUPS = "backups"             # what `reset` replaced


@dataclass(frozen=True)
class Lesson:
    """One notebook of an assignment in a student's folder."""

    root: Path
    assignment: str
    name: str

    @property
    def path(self) -> Path:
        return self.root / ASSIGNMENTS / self.assignment / self.name

    @property
    def key(self) -> str:
        return f"{self.assignment}/{self.name}"

    def now(self) -> dict[str, Any]:
        """The notebook as it was last saved."""
        return notebooks.read(self.path)

    def original(self) -> dict[str, Any] | None:
        """The notebook as it was handed out: kept beside it, or made from its solution; None where neither is there."""
        kept, solution = self.root / ORIGINAL / self.assignment / self.name, self.solution()
        if kept.is_file():
            return notebooks.read(kept)
        return released.from_solution(solution) if solution else None

    def solution(self) -> dict[str, Any] | None:
        """The notebook with its answers, None where it is not on this machine."""
        path = self.root / SOLUTIONS / self.assignment / self.name
        return notebooks.read(path) if path.is_file() else None


def find(start: Path | None = None) -> Path:
    """The student's folder that a place is in: the nearest one above with lessons in ``assignments``.

    Raises Trouble where there is none.
    """
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        if any((folder / ASSIGNMENTS).glob("*/*.ipynb")):
            return folder
    raise Trouble(f"{start} is not in a course folder: expected one above it with assignments/ in it. "
                  "Change to the folder that you unpacked, or name it with --course.")


def lessons(root: Path) -> list[Lesson]:
    """The lessons of a student's folder, in order."""
    folders = sorted(filter(Path.is_dir, (root / ASSIGNMENTS).iterdir()), key=lambda folder: _in_order(folder.name))
    return [Lesson(root, folder.name, name) for folder in folders for name in _names(root, folder)]


def which_lessons(root: Path, assignment: str | None) -> list[Lesson]:
    """The lessons of one assignment, or of all.

    Raises Trouble where there is none of this name.
    """
    found = lessons(root)
    if assignment is None:
        return found
    chosen = [lesson for lesson in found if lesson.assignment.casefold() == assignment.casefold()]
    if not chosen:
        names = list(dict.fromkeys(lesson.assignment for lesson in found))
        raise Trouble(f"There is no assignment {assignment!r} here.{nearest(assignment, names)} "
                      f"There {'is' if len(names) == 1 else 'are'} {', '.join(names)}.")
    return chosen


def which(named: Path | None) -> Path:
    """The notebook that a person means by a path, a folder, an assignment's name, or nothing.

    Raises Trouble, with what there is, where that is not one notebook.
    """
    if named is not None and named.is_file():
        return named
    if named is not None and not named.exists():
        return _by_name(named)
    folder = named or Path()
    found = sorted(path for path in folder.glob("*.ipynb") if not path.name.startswith("."))
    if not found and (folder / ASSIGNMENTS).is_dir():
        found = [lesson.path.relative_to(folder.resolve()) for lesson in lessons(folder.resolve())]
    if len(found) == 1:
        return found[0]
    if found:
        listed = "\n".join(f"  python -m grader check {_quoted(path)}" for path in found)
        raise Trouble(f"Which one? There are {len(found)} notebooks in {folder.resolve()}:\n{listed}\n"
                      "Where you stand in all of them:  python -m unrolled progress")
    raise Trouble(f"There is no notebook in {folder.resolve()}. Name one, such as\n"
                  "  python -m grader check assignments/1-rnn/rnn.ipynb")


def nearest(name: str, names: Iterable[str]) -> str:
    """A question after the names that are like one, or nothing."""
    known = {one.casefold(): one for one in names}
    close = [known[one] for one in difflib.get_close_matches(name.casefold(), known, 3, 0.6)]
    return f" Did you mean {' or '.join(close)}?" if close else ""


def _by_name(named: Path) -> Path:
    """The notebook of an assignment that is called by its name from somewhere in the folder."""
    try:
        here = lessons(find())
    except Trouble:
        here = []
    chosen = [lesson.path for lesson in here if lesson.assignment.casefold() == str(named).casefold()]
    if len(chosen) == 1:
        return chosen[0]
    beside = [path.name for path in named.parent.glob("*.ipynb")] if named.parent.is_dir() else []
    known = beside + [name for lesson in here for name in (lesson.name, lesson.assignment)]
    raise Trouble(f"{named} cannot be read: there is no such file in {named.parent.resolve()}."
                  f"{nearest(named.name, known)}")


def _names(root: Path, folder: Path) -> list[str]:
    """The notebooks of an assignment: those that were handed out, not copies that somebody made of them."""
    there = sorted(path.name for path in folder.glob("*.ipynb") if not path.name.startswith("."))
    for kept in (root / ORIGINAL / folder.name, root / SOLUTIONS / folder.name):
        names = {path.name for path in kept.glob("*.ipynb")}
        if names & set(there):
            return [name for name in there if name in names]
    return there


def _in_order(name: str) -> tuple[int, str]:
    number = re.match(r"\d+", name)
    return (int(number[0]) if number else 1 << 30), name


def _quoted(path: Path) -> str:
    return f'"{path}"' if " " in str(path) else str(path)
