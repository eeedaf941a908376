"""The voice of a check: ✓ right, · not written yet, ✗ wrong. One sentence a line, no traceback."""

from __future__ import annotations

MOST_LINES = 4


class CheckFailed(AssertionError):
    """A verdict of wrong; Jupyter shows its sentences alone, without a traceback."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


class NotWritten(CheckFailed):
    """A neutral verdict: there is nothing to judge yet."""


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


def not_written(name: str) -> NotWritten:
    """Build the neutral verdict for a skeleton."""
    return NotWritten(f"· {name} is not written yet.")
