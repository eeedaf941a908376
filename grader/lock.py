"""One run at a time on a course: a lock that the system takes back when its holder ends, however it ends."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, BinaryIO

from grader.course import CLASS, Course, Trouble

NAME = ".lock"          # stays in class/; only a lock on it means something, not that it is there
FAR = 1 << 30           # Windows locks bytes against reading, too: lock one behind the text


@contextlib.contextmanager
def held(course: Course, what: str) -> Iterator[None]:
    """Be the only one who writes to a course's gradebook and class folder; ``what`` is told to others who try.

    Raises Trouble where another process is.
    """
    path = course.root / CLASS / NAME
    with _opened(path) as file:
        if not _locked(file):
            raise Trouble(f"{_holder(file)} Wait until it has ended, or end it: what it has done so far is kept. "
                          "Then run this again; nothing was changed.")
        with contextlib.suppress(OSError):       # on a full disk nobody is told who holds the lock; it holds
            file.truncate(0)
            file.write(f"{what}\n{os.getpid()}\n{socket.gethostname()}\n{datetime.now():%H:%M on %d %B}".encode())
        yield
        with contextlib.suppress(OSError):
            file.truncate(0)


def _opened(path: Path) -> BinaryIO:
    try:
        path.parent.mkdir(exist_ok=True)
        return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o666), "r+b", buffering=0)
    except OSError as error:
        raise Trouble(f"{path} cannot be written: {error.strerror}. Nothing was changed.") from None


def _holder(file: BinaryIO) -> str:
    """Say who holds the lock, as far as is known."""
    try:
        what, pid, host, since = file.read(1000).decode("utf-8", "replace").splitlines()
    except (OSError, ValueError):
        return "Another process is at work on this course."
    return f"Another process is at work on this course: {what}, process {pid} on {host}, since {since}."


if sys.platform == "win32":
    import msvcrt

    def _locked(file: BinaryIO) -> bool:
        file.seek(FAR)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            file.seek(0)
        return True

    @contextlib.contextmanager
    def for_a_moment(file: IO[bytes]) -> Iterator[None]:
        """Be the only one who writes to an open file; wait for others, ten seconds at most."""
        file.seek(FAR)
        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
        try:
            yield
        finally:
            file.seek(FAR)
            msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
else:
    import fcntl

    def _locked(file: BinaryIO) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    @contextlib.contextmanager
    def for_a_moment(file: IO[bytes]) -> Iterator[None]:
        """Be the only one who writes to an open file; wait for others."""
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)
