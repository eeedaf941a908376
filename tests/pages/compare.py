"""Compare what a page shows with what was printed; … stands for anything."""

from __future__ import annotations

import re

ANYTHING = "…"


def difference(shown: str, found: str) -> tuple[int, str] | None:
    """The first line of a page that was not printed, counted from 0; None where all of it was, and nothing else.

    In a line … stands for any letters, alone in a line for any lines. What a page leaves out at the end is told as one
    more, empty line. Empty lines, which a progress bar leaves where there is no terminal, do not count, nor do blanks
    at the end of a line.
    """
    lines = shown.splitlines()
    printed = "".join(f"{line.rstrip()}\n" for line in found.splitlines() if line.strip())
    if re.fullmatch(_pattern(lines), printed):
        return None
    for number, line in enumerate(lines):
        if not re.match(_pattern(lines[: number + 1]), printed):
            return number, line
    return len(lines), ""


def _pattern(lines: list[str]) -> str:
    return "".join(_line(line.rstrip()) for line in lines if line.strip())


def _line(line: str) -> str:
    if line == ANYTHING:
        return r"(?:.*\n)*?"
    parts = re.split(r"…\s{2,}|\s+…$|…", line)        # in a table … stands for its column
    return ".*?".join(re.escape(part) for part in parts) + "\n"
