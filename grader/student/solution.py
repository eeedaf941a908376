"""The course's answer beside one's own, once that passes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from grader import notebooks
from grader.course import Trouble
from grader.student import progress, released
from grader.student.folder import SOLUTIONS, Lesson

MARKS = re.compile(r"^ *### (BEGIN|END) SOLUTION *\n?", re.MULTILINE)


@dataclass(frozen=True)
class Both:
    """An answer of the student and the course's own; ``code`` where they are Python."""

    yours: str
    ours: str
    code: bool


def compare(lesson: Lesson, name: str, anyway: bool = False, tick: Callable[[], None] = lambda: None) -> Both:
    """Both answers to a step; ``anyway``, before one's own is right.

    Raises Trouble where there are no solutions here, the cell is no answer, or its check does not pass yet.
    """
    name, solution, now = name.removeprefix("check-"), lesson.solution(), lesson.now()
    if solution is None:
        raise Trouble(f"There are no solutions on this machine: expected {SOLUTIONS}/{lesson.key}. They come with a "
                      "ZIP for self-study; in a class, ask your teacher.")
    if name not in released.answers(solution) | released.questions(solution):
        raise Trouble(f"{name} is no answer: there is nothing to compare.")
    if not anyway:
        _require_right(lesson, name, tick)
    mine = released.named(now).get(name)
    ours = released.named(solution)[name]
    yours = notebooks.source(mine) if mine else ""
    return Both(yours.rstrip(), MARKS.sub("", notebooks.source(ours)).rstrip(), ours["cell_type"] == "code")


def _require_right(lesson: Lesson, name: str, tick: Callable[[], None]) -> None:
    """Raise Trouble, with what to do instead, where a student has not yet got there."""
    question = released.questions(lesson.now()).get(name)
    if question is not None:
        if not released.is_answered(question):
            raise Trouble(f"Write a few sentences of your own to {name} first, and save; then compare. "
                          f"A hint:  python -m unrolled hint {name} . To see it anyway:  --anyway")
        return
    found = progress.standing(lesson, tick)
    if found.trouble:
        raise Trouble(found.trouble)
    if found.checks.get(name) != progress.RIGHT:
        raise Trouble(f"The check of {name} does not pass yet (as the notebook was last saved). "
                      f"A hint:  python -m unrolled hint {name} . To see the solution anyway:  --anyway")
