"""Reading what a student handed in: a regular file of reasonable size, and nothing it points to."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import Any

from nbgrader.utils import parse_utc

from grader import notebooks
from grader.course import Course, Trouble

FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)

TIME = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?( ?[\w+-][\w+/:-]{0,40})?", re.ASCII)

TIMESTAMP, SECRET = "timestamp.txt", "submission_secret.txt"
LONGEST_NAME = 128      # what a gradebook's column holds


def read(course: Course, assignment: str, student: str) -> dict[str, tuple[bytes, dict[str, Any]]]:
    """Read a student's notebooks: by name, the bytes as they are and the notebook in them.

    Raises Trouble, in a sentence that begins with the student, for anything that cannot be graded.
    """
    _require_name(student)
    folder = course.submitted / student / assignment
    found = {}
    for name in course.notebooks(assignment):
        try:
            content = read_bytes(folder, f"{name}.ipynb")
            found[name] = content, notebooks.parse(content, f"{name}.ipynb")
        except Trouble as trouble:
            raise Trouble(f"{student}: {trouble}") from None
    return found


def _require_name(student: str) -> None:
    """Raise Trouble for a name that nbgrader would read as a pattern, and so as another student's, or cannot keep."""
    is_plain = student.isprintable() and student == student.strip() and not set("*?[") & set(student)
    if len(student) > LONGEST_NAME or not is_plain:
        shown = "".join(c if c.isprintable() else "?" for c in student)
        raise Trouble(f"{shown[:LONGEST_NAME]}: this folder's name cannot be a student's: expected at most "
                      f"{LONGEST_NAME} visible characters, none of * ? [ and no space at its ends. Rename it.")


def read_bytes(folder: Path, name: str) -> bytes:
    """Read one file without following a link, waiting for a pipe, or reading more than a notebook may have.

    Raises Trouble where it is missing or no such file.
    """
    for place in (folder.parent, folder):
        if place.is_symlink():
            raise Trouble(f"{place.name} is a link, expected a folder. What it points to is not read.")
    path = folder / name
    if path.is_symlink():
        raise Trouble(f"{name} is a link, expected a file. What it points to is not read.")
    try:
        handle = os.open(path, FLAGS)
    except FileNotFoundError:
        raise Trouble(_missing(folder, name)) from None
    except OSError as error:
        raise Trouble(f"{name} cannot be read: {error.strerror}.") from None
    try:
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode):
            raise Trouble(f"{name} is not a regular file.")
        if about.st_nlink > 1:
            raise Trouble(f"{name} has {about.st_nlink} names (hard links), expected one. It is not read.")
        content = _up_to(handle, notebooks.LARGEST + 1)
    finally:
        os.close(handle)
    if len(content) > notebooks.LARGEST:
        raise Trouble(f"{name} is larger than the {notebooks.LARGEST >> 20} MiB that a notebook may have. "
                      "Clear its outputs and save it again.")
    return content


def timestamp(course: Course, assignment: str, student: str) -> str | None:
    """When a submission was handed in, as nbgrader's exchange wrote it down; None where it did not."""
    path = course.submitted / student / assignment / TIMESTAMP
    if path.is_symlink() or not path.is_file() or path.stat().st_size > 100:
        return None
    text = path.read_text(encoding="utf-8", errors="replace").strip()
    try:
        return text if TIME.fullmatch(text) and parse_utc(text) else None
    except (ValueError, OverflowError):
        return None


def notes(course: Course, assignment: str, student: str) -> dict[str, bytes | None]:
    """What nbgrader's exchange wrote down beside a submission, by file; None where it did not, or not in its way."""
    time = timestamp(course, assignment, student)
    try:
        secret = read_bytes(course.submitted / student / assignment, SECRET)
    except Trouble:
        secret = b""
    return {TIMESTAMP: f"{time}\n".encode() if time else None,
            SECRET: secret if re.fullmatch(rb"[!-~]{1,200}\n?", secret) else None}


def _up_to(handle: int, size: int) -> bytes:
    """Read a file from its beginning, no further than a size."""
    content = bytearray()
    while part := os.read(handle, min(size - len(content), 1 << 20)):
        content += part
    return bytes(content)


def _missing(folder: Path, name: str) -> str:
    there = sorted(p.name for p in folder.glob("*.ipynb"))
    if not there:
        return f"expected {name}, there is no notebook at all."
    return f"expected {name}, found {', '.join(there)}: rename it if it is the one."
