"""The voice of a check: ✓ right, · not written yet, ✗ wrong. One sentence a line, no traceback."""

from __future__ import annotations

MOST_LINES = 4


class CheckFailed(AssertionError):
    """A verdict of wrong; Jupyter shows its sentences alone, without a traceback."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


class NotWritten(CheckFailed):
    """A neutral verdict: there is nothing to judge yet, because ``function`` is a skeleton."""

    def __init__(self, text: str, function: str = ""):
        super().__init__(text)
        self.function = function


def right(name: str, error: float) -> None:
    """Say that one thing is right."""
    print(f"✓ {name:<8} relative error {error:.0e}")


def fine(text: str) -> None:
    """Say in words that something holds."""
    print(f"✓ {text}")


def wrong(headline: str, *lines: str) -> CheckFailed:
    """Build the verdict to raise: a headline and at most three lines under it; empty ones are dropped."""
    kept = [line for line in lines if line][: MOST_LINES - 1]
    return CheckFailed("\n".join([f"✗ {headline}", *(f"  {line}" for line in kept)]))


def not_written(name: str, missing: str = "") -> NotWritten:
    """Build the neutral verdict for a skeleton, or for a function that waits for the one that is missing."""
    if missing in ("", name):
        return NotWritten(f"· {name} is not written yet.", name)
    return NotWritten(f"· {name} waits: {missing} is not written yet.", missing)
