"""A class of ten honest students, with and without attackers, and what may be measured about it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grader import gradebook
from grader.course import Course
from grader.desk.demo import UNFINISHED, answered
from grader.sandbox.tree import descendants, read
from tests.attacks.kit import Attack, Kit
from tests.lesson import edited
from tests.mistakes import rnn

ASSIGNMENT = "1-rnn"
TRACKER = "multiprocessing.resource_tracker"    # lives as long as the process that grades
LIMITS = """
withhold = ["scipy", "torch", "jax", "tensorflow", "unrolled.layers"]
[limits]
submission_seconds = 20
cpu_seconds = 20
memory = 629145600
processes = 32
"""
MISTAKEN = ("nonlinearity missing", "squeeze breaks N=1", "dh0 left at zero", "state not carried", "sum for mean",
            "steps uphill")
CHANGING = ("class/autograded/", "class/gradebook.db/", "class/feedback/", "class/reports/", "class/record/")


def honest(kit: Kit) -> dict[str, str]:
    """Ten notebooks by student: perfect, untouched, half done, with known mistakes, and written in another way."""
    made = {"perfect": kit.right, "untouched": {}, "half": {name: kit.right[name] for name in UNFINISHED}}
    for name in MISTAKEN:
        mistake = next(m for m in rnn.MISTAKES if m.name == name)
        made[name.replace(" ", "-")] = given(kit, mistake)
    made["variant"] = given(kit, next(v for v in rnn.VARIANTS if v.name == "an object for a cache"))
    return {student: answered(kit.skeleton, answers) for student, answers in made.items()}


def given(kit: Kit, other: Any) -> dict[str, str]:
    """The right answers with one mistake or variant in them."""
    right = {other.function: edited(kit.right[other.function], *other.edits)} if other.edits else {}
    return kit.right | right | other.instead


def arrive(course: Course, kit: Kit, attacks: list[Attack]) -> None:
    """Let a class's submissions arrive."""
    for student, text in honest(kit).items():
        path = course.submitted / student / ASSIGNMENT / "rnn.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    for attack in attacks:
        attack.hand_in(kit, course.submitted)


def marks(course: Course) -> dict[str, dict[str, float | None]]:
    """What each student earned, by check."""
    found: dict[str, dict[str, float | None]] = {}
    for mark in gradebook.marks(course, ASSIGNMENT):
        found.setdefault(mark.student, {})[mark.cell] = mark.score
    return found


def tree(root: Path) -> dict[str, str]:
    """Every file, link and folder that grading may not change, with what is in it."""
    found = {}
    for folder, folders, files in os.walk(root):
        for name in (*folders, *files):
            path = Path(folder, name)
            shown = path.relative_to(root).as_posix()
            if not any(f"/{place}" in f"/{shown}/" for place in CHANGING):
                found[shown] = f"{path.lstat().st_mode:o} {contents(path)}"
    return found


def contents(path: Path) -> str:
    if path.is_symlink():
        return os.readlink(path)
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def peak_memory(pid: int | str) -> int:
    """The most memory that a process has had, in bytes."""
    for line in read(f"/proc/{pid}/status").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


def started(pid: int) -> str:
    """When a process started, which with its number tells it from all others; "" where it is gone."""
    with contextlib.suppress(OSError, IndexError):
        fields = read(f"/proc/{pid}/stat").rpartition(")")[2].split()
        return "" if fields[0] in "ZX" else fields[19]
    return ""


@contextlib.contextmanager
def watched() -> Iterator[dict[int, str]]:
    """Note every process that is started from here meanwhile: its number and when it started."""
    seen: dict[int, str] = {}
    over = threading.Event()

    def look() -> None:
        while not over.is_set():
            for pid in descendants(os.getpid())[1:]:
                if pid not in seen and (when := started(pid)):
                    seen[pid] = when
            time.sleep(0.05)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


def survivors(seen: dict[int, str], patience: float = 5) -> list[str]:
    """The command lines of noted processes that are still there after a while."""
    until = time.monotonic() + patience
    while left := [pid for pid, when in seen.items() if started(pid) == when and TRACKER not in command(pid)]:
        if time.monotonic() > until:
            return [f"{pid}: {command(pid)}" for pid in left]
        time.sleep(0.1)
    return []


def command(pid: int) -> str:
    """The command line of a process, as far as it can be read."""
    with contextlib.suppress(OSError):
        return read(f"/proc/{pid}/cmdline").replace("\0", " ")[:200]
    return "gone"
