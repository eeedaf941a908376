"""Known mistakes and accepted variants, as data: one module a lesson."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Mistake:
    """A mistake that students make: what is written instead, and the words that name its cause.

    ``edits`` are (right, wrong) pairs for the solution's own answer; ``instead`` replaces whole answers by name.
    ``why`` is a sentence for a reader: what the mistake overlooks.
    """

    function: str
    name: str
    edits: tuple[tuple[str, str], ...] = ()
    words: str = ""
    instead: dict[str, str] = field(default_factory=dict)
    why: str = ""


@dataclass(frozen=True)
class Variant:
    """A right answer that is written in another way, and keeps full marks."""

    function: str
    name: str
    edits: tuple[tuple[str, str], ...] = ()
    instead: dict[str, str] = field(default_factory=dict)
