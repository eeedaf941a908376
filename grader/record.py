"""What was done on a course: an append-only log, a line an action, and the texts that it speaks of, kept by their hash.

``class/record/log.jsonl`` grows by one line at a time and is never rewritten. ``class/record/kept/`` holds every
version of the checks and every submission that was graded, each once, under the hash of what is in it.
"""

from __future__ import annotations

import errno
import getpass
import gzip
import hashlib
import json
import os
import platform
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

from grader import lock, notebooks
from grader.course import CLASS, Course, Trouble

FOLDER, LOG, KEPT = "record", "log.jsonl", "kept"
GRADED, REGRADED, RELEASED, EXPORTED = "graded", "regraded", "released", "exported"
RUN, REFUSED, FEEDBACK = "run", "refused", "feedback written"
SHOWN = 12      # how many letters of a hash are shown


def note(course: Course, what: str, assignment: str = "", student: str = "", **more: Any) -> None:
    """Append one action to the log: what, by whom and when, and what else there is to say of it, as plain data.

    A line is written at once or, where the process is killed meanwhile, left without an end: it is then no line.
    Several processes may write.
    """
    named = {"assignment": assignment, "student": student}
    entry = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "by": who(), "what": what,
             **{key: value for key, value in named.items() if value}, **more}
    _append(_folder(course) / LOG, json.dumps(entry, ensure_ascii=False).encode("utf-8", "replace") + b"\n")


def entries(course: Course, assignment: str | None = None, student: str | None = None) -> Iterator[dict[str, Any]]:
    """The actions on record, oldest first: all, or those on an assignment, or those of one student on it."""
    path = _folder(course) / LOG
    if not path.is_file():
        return
    with path.open("rb") as file:
        for line in file:
            entry = _parsed(line)
            if entry and assignment in (None, entry.get("assignment")) and student in (None, entry.get("student")):
                yield entry


def last_graded(course: Course, assignment: str, student: str) -> dict[str, Any] | None:
    """The line of the grading that a student's marks are from; None where there is none."""
    found = [entry for entry in entries(course, assignment, student) if entry["what"] in (GRADED, REGRADED)]
    return found[-1] if found else None


def keep(course: Course, thing: Any) -> str:
    """Keep plain data by its hash, once, and return the hash."""
    text = json.dumps(thing, sort_keys=True, ensure_ascii=False).encode("utf-8", "replace")
    name = hashlib.sha256(text).hexdigest()
    path = _kept_path(course, name)
    if not path.exists():
        notebooks.write_bytes(path, gzip.compress(text, compresslevel=3, mtime=0))
    return name


def kept(course: Course, name: str) -> Any:
    """What was kept under a hash.

    Raises Trouble where it is not there any more, or is not what it was.
    """
    path = _kept_path(course, name)
    try:
        text = gzip.decompress(path.read_bytes())
    except (OSError, EOFError) as error:
        raise Trouble(f"{path} cannot be read: {error}. Put it back from a copy of the class folder.") from None
    if hashlib.sha256(text).hexdigest() != name:
        raise Trouble(f"{path} is not what was kept: its hash differs. Put it back from a copy of the class folder.")
    return json.loads(text)


def version(source: str, points: float | None) -> str:
    """The hash that names one version of one check: its text and its points."""
    return hashlib.sha256(json.dumps([source, points]).encode()).hexdigest()


@lru_cache
def conditions() -> dict[str, str]:
    """The versions under which is graded here."""
    found = {"python": platform.python_version()}
    for name in ("numpy", "unrolled", "nbgrader"):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


@lru_cache
def who() -> str:
    """The name that this person has on this machine."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):    # a container's user may have a number and no name
        return "unknown"


def _folder(course: Course) -> Path:
    return course.root / CLASS / FOLDER


def _kept_path(course: Course, name: str) -> Path:
    return _folder(course) / KEPT / f"{name}.json.gz"


def _append(path: Path, line: bytes) -> None:
    """Write a line behind the last one, or on a line of its own where the last was cut short."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a+b", buffering=0) as file, lock.for_a_moment(file):
        end = file.seek(0, os.SEEK_END)
        if end:
            file.seek(end - 1)
            line = line if file.read(1) == b"\n" else b"\n" + line
        written = file.write(line)
        if written != len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))


def _parsed(line: bytes) -> dict[str, Any]:
    """One line of the log; {} for one that was cut short."""
    try:
        entry = json.loads(line)
    except ValueError:
        return {}
    return entry if isinstance(entry, dict) and "what" in entry else {}
