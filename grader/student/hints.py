"""Hints, one at a time."""

from __future__ import annotations

from dataclasses import dataclass

from grader.student import memory, released
from grader.student.cells import handed_out
from grader.student.folder import Lesson
from grader.student.released import Hint

REMEMBERED = "hints"


@dataclass(frozen=True)
class Shown:
    """What a student sees now: hints by number, of how many, and whether there was none left."""

    hints: dict[int, Hint]
    of: int
    again: bool = False


def following(lesson: Lesson, name: str) -> Shown:
    """The next hint of a step, which is then remembered as shown; all of them again where there is no other."""
    ladder, hints = released.ladder(handed_out(lesson), name.removeprefix("check-"))
    kept = memory.recall(lesson.root, REMEMBERED)
    key = f"{lesson.key}#{ladder}"
    shown = kept.get(key)
    shown = shown if isinstance(shown, int) and 0 <= shown <= len(hints) else 0
    if shown == len(hints):
        return Shown(dict(enumerate(hints, 1)), len(hints), True)
    memory.remember(lesson.root, REMEMBERED, kept | {key: shown + 1})
    return Shown({shown + 1: hints[shown]}, len(hints))


def lines(shown: Shown, name: str) -> list[str]:
    """The hints in words."""
    if not shown.of:
        return [f"There is no hint for {name}: what it takes stands in the text above it."]
    first = [f"That were all hints for {name}; here they are again."] if shown.again and shown.of > 1 else \
        [f"There is no other hint for {name}; here it is again."] if shown.again else []
    said = [f"Hint {number} of {shown.of}\n\n{hint.text}" for number, hint in shown.hints.items()]
    last = max(shown.hints)
    rest = [] if shown.again or last == shown.of else [f"There {'is' if shown.of == last + 1 else 'are'} "
                                                       f"{shown.of - last} more: run this again."]
    return ["\n\n".join([*first, *said, *rest])]
