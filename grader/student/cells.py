"""Finding the cell that a student names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from grader.course import Trouble
from grader.student import folder, released
from grader.student.folder import Lesson


def lesson_of(lessons: list[Lesson], name: str) -> tuple[Lesson, str]:
    """The lesson that has a cell of this name, and the name as it is spelled there.

    Where several have one, it is the one whose folder we are in. Raises Trouble, with near names, where none has.
    """
    spelled = {lesson: {known.casefold(): known for known in released.named(handed_out(lesson))} for lesson in lessons}
    found = [lesson for lesson in lessons if name.casefold() in spelled[lesson]]
    here = [lesson for lesson in found if lesson.path.parent == Path.cwd().resolve()]
    if len(found) > 1 and len(here) != 1:
        where = " and ".join(lesson.assignment for lesson in found)
        raise Trouble(f"{name} is in {where}. Say which:  --assignment {found[0].assignment}")
    if not found:
        known = [one for names in spelled.values() for one in names.values() if not one.startswith("check-")]
        near = folder.nearest(name, known) or " A cell is called as its function is, or why- and a few words."
        raise Trouble(f"There is no cell {name!r} here.{near}")
    chosen = (here or found)[0]
    return chosen, spelled[chosen][name.casefold()]


def handed_out(lesson: Lesson) -> dict[str, Any]:
    """A lesson's notebook as it was handed out; Trouble where that is not known."""
    original = lesson.original()
    if original is None:
        raise Trouble(f"How {lesson.key} was handed out is not known here: expected {folder.ORIGINAL}/{lesson.key}, "
                      "which comes with the ZIP. Unpack the ZIP again, beside your own folder, and copy it over.")
    return original
