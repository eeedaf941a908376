"""How far a student is in every lesson; only what was changed since the last time is run again."""

from __future__ import annotations

import hashlib
import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from grader import notebooks
from grader.course import Trouble
from grader.kernel import Said
from grader.student import check, memory, released
from grader.student.folder import Lesson

RIGHT, OPEN, WRONG = "✓", "·", "✗"
STATES = (RIGHT, OPEN, WRONG)
REMEMBERED = "progress"
WIDTH = 20          # of a bar, in letters


@dataclass(frozen=True)
class Standing:
    """Where a student stands in one lesson: the state of each check in order, and what is still to do.

    ``trouble`` says why it could not be told.
    """

    lesson: Lesson
    checks: dict[str, str]
    begun: bool = False
    unanswered: tuple[str, ...] = ()
    minutes: int = 0
    trouble: str = ""

    @property
    def passed(self) -> int:
        return sum(state == RIGHT for state in self.checks.values())


def cells_to_run(lessons: list[Lesson]) -> int:
    """How many cells `standings` will run."""
    kept = memory.recall(lessons[0].root, REMEMBERED) if lessons else {}
    return sum(check.code_cells(lesson.path) for lesson in lessons
               if (seen := _look(lesson)).begun and not seen.trouble and _known(kept, lesson, seen.checks) is None)


def standings(lessons: list[Lesson], tick: Callable[[], None] = lambda: None) -> list[Standing]:
    """Where a student stands in each lesson.

    A lesson in which nothing was begun is not run, and neither is one whose code is as it was the last time.
    """
    return [standing(lesson, tick) for lesson in lessons]


def standing(lesson: Lesson, tick: Callable[[], None] = lambda: None) -> Standing:
    """Where a student stands in one lesson."""
    seen = _look(lesson)
    if seen.trouble or not seen.begun:
        return seen
    kept = memory.recall(lesson.root, REMEMBERED)
    states = _known(kept, lesson, seen.checks)
    if states is None:
        try:
            states = {said.function: _state(said) for said in check.check(lesson.path, tick)}
        except Trouble as trouble:
            return Standing(lesson, seen.checks, trouble=str(trouble))
        memory.remember(lesson.root, REMEMBERED, kept | {lesson.key: {"of": _fingerprint(lesson), "checks": states}})
    now = lesson.now()
    done = {f"check-{name}" for name, state in states.items() if state == RIGHT}
    done |= released.questions(now).keys() - set(seen.unanswered)
    return Standing(lesson, states, True, seen.unanswered, released.minutes_left(lesson.original() or now, done))


def lines(found: list[Standing]) -> list[str]:
    """A line for each lesson, and one for what else is to be said of it."""
    width = max((len(one.lesson.assignment) for one in found), default=0)
    said = []
    for one in found:
        name, indent = one.lesson.assignment.ljust(width), " " * (width + 2)
        if one.trouble:
            said.append(f"{name}  {one.trouble}")
            continue
        said.append(f"{name}  {_bar(one)}  {one.passed:2} of {len(one.checks):<2}  {_next(one)}")
        if one.begun and one.unanswered:
            said.append(f"{indent}without an answer: {', '.join(one.unanswered)}")
    return said


def _look(lesson: Lesson) -> Standing:
    """What can be told of a lesson without running it."""
    try:
        now, original = lesson.now(), lesson.original()
    except Trouble as trouble:
        return Standing(lesson, {}, trouble=str(trouble))
    first = released.answers(original) if original else {}
    unanswered = tuple(name for name, cell in released.questions(now).items() if not released.is_answered(cell))
    begun = any(released.is_written(cell, first.get(name)) for name, cell in released.answers(now).items())
    begun = begun or len(unanswered) < len(released.questions(now))
    checks = {notebooks.grade_id(cell).removeprefix("check-"): OPEN for cell in notebooks.checks(now)}
    return Standing(lesson, checks, begun, unanswered, released.minutes_left(original or now, set()))


def _known(kept: dict[str, Any], lesson: Lesson, checks: dict[str, str]) -> dict[str, str] | None:
    """The states of the last time, where they are of this very notebook and nobody wrote nonsense into the file."""
    last = kept.get(lesson.key)
    if not isinstance(last, dict) or not isinstance(last.get("checks"), dict):
        return None
    states = last["checks"]
    if states.keys() != checks.keys() or not all(state in STATES for state in states.values()):
        return None
    return {name: states[name] for name in checks} if last.get("of") == _fingerprint(lesson) else None


def _fingerprint(lesson: Lesson) -> str:
    """What a result depends on: the code that is run, the checks and layers of this kit, Python and numpy."""
    code = [notebooks.source(cell) for cell in lesson.now()["cells"]
            if cell["cell_type"] == "code" and notebooks.SHOW not in cell["metadata"].get("tags", [])]
    about = [platform.python_version(), sys.platform, version("numpy"), *code]
    found = hashlib.sha256("\0".join(about).encode("utf-8", "replace"))
    for package in ("grader.checks", "unrolled"):
        spec = find_spec(package)
        places = spec.submodule_search_locations if spec else None
        for path in sorted(path for place in places or [] for path in Path(place).rglob("*.py")):
            found.update(path.read_bytes())
    return found.hexdigest()


def _state(said: Said) -> str:
    return RIGHT if not said.failed else OPEN if said.not_written else WRONG


def _bar(one: Standing) -> str:
    full = WIDTH * one.passed // max(1, len(one.checks))
    return "█" * full + "░" * (WIDTH - full)


def _next(one: Standing) -> str:
    first = next((f"{state} {name}" for name, state in one.checks.items() if state != RIGHT), "")
    left = f"about {one.minutes} minutes"
    if not one.begun:
        return f"not begun, {left}"
    if first:
        return f"{first}, {left} left"
    return f"all checks pass, {left} left" if one.unanswered and one.minutes else "all checks pass"
