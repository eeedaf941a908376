"""Reading what arrived in one ZIP or folder: entry by entry, within bounds, into memory. Nothing is ever unpacked.

An entry's name is only looked at, never written to. Whatever is odd about an entry is said in a sentence, and the
others are read.
"""

from __future__ import annotations

import lzma
import os
import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from grader import notebooks, submission
from grader.course import Trouble

ASIDE = ("__macosx", ".ds_store", "thumbs.db", "desktop.ini", ".ipynb_checkpoints", "__pycache__")
ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".jar", ".whl", ".iso")
PORTS = {f"{port}{number}" for port in ("com", "lpt") for number in range(10)}
DEVICES = {"con", "prn", "aux", "nul", "conin$", "conout$"} | PORTS
DEEPEST, LONGEST_PART, LONGEST = 20, 255, 1000
END, END_64, LOCATOR_64 = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
UNIX_TIMES = 0x5455         # the extra field in which a ZIP keeps times of an entry in UTC
BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, NotImplementedError, RuntimeError,
          ValueError, struct.error)


@dataclass(frozen=True)
class Bounds:
    """How much an archive may hold: entries, bytes of one, bytes of all that is read, how far one may have shrunk."""

    entries: int = 20_000
    each: int = notebooks.LARGEST
    total: int = 8 << 30
    ratio: int = 200            # pages of zeros shrink a thousandfold, notebooks with figures to a half
    unsuspicious: int = 1 << 20
    directory: int = 64 << 20


@dataclass(frozen=True)
class Entry:
    """One file: its path with ``/``, when it was last changed where that is told, and how to read it.

    ``read`` raises Trouble where the content is not what was announced.
    """

    path: str
    time: datetime | None
    read: Callable[[], bytes] = field(repr=False)

    @property
    def parts(self) -> tuple[str, ...]:
        return PurePosixPath(self.path).parts

    @property
    def name(self) -> str:
        return self.parts[-1]


@dataclass(frozen=True)
class Refused:
    """An entry that is not read, and why."""

    path: str
    why: str


@contextmanager
def opened(source: Path, bounds: Bounds | None = None) -> Iterator[tuple[list[Entry], list[Refused]]]:
    """The entries of a ZIP or of a folder that may be read, and those that may not.

    Raises Trouble where there is neither.
    """
    bounds = bounds or Bounds()
    if source.is_dir():
        yield _sorted_out(*_in_folder(source), bounds)
        return
    _require_archive(source, bounds)
    try:
        archive = zipfile.ZipFile(source)
    except BROKEN as error:
        raise Trouble(f"{source.name} cannot be read as a ZIP: {error}. Was the download cut short?") from None
    with archive:
        yield _sorted_out(*_in_archive(archive, bounds), bounds)


def unsafe(path: str) -> str:
    """Why a path may not be used, or ""; a path has ``/`` between its parts."""
    parts = path.split("/")
    if not path.isprintable():
        return "its name holds characters that cannot be seen"
    if path.startswith("/"):
        return "its path is absolute"
    if ".." in parts:
        return "its path leads out of the archive (..)"
    if ":" in parts[-1] or re.match(r"\w:", path):
        return "its name holds a colon, which is a drive or a hidden stream on Windows"
    if any(not part or part == "." for part in parts):
        return "a part of its path is empty"
    if any(part.split(".")[0].rstrip(" ").casefold() in DEVICES for part in parts):
        return "its name is a device on Windows"
    if any(part[-1] in ". " for part in parts):
        return "a part of its name ends in a dot or a space, which Windows drops"
    if len(path) > LONGEST or any(len(part.encode()) > LONGEST_PART for part in parts):
        return "its name is too long"
    return f"it lies more than {DEEPEST} folders deep" if len(parts) > DEEPEST else ""


def shown(path: str) -> str:
    """A name from outside as it may be printed: whole on one line, and not too long."""
    plain = "".join(c if c.isprintable() else repr(c)[1:-1] for c in path)
    return plain if len(plain) <= 160 else f"{plain[:120]} … {plain[-30:]}"


def _sorted_out(entries: list[Entry], refused: list[Refused], bounds: Bounds) -> tuple[list[Entry], list[Refused]]:
    """Take away what nobody handed in, what is too much, and what has the same name twice."""
    entries = [entry for entry in entries if not _is_aside(entry.parts)]
    refused = [entry for entry in refused if not _is_aside(tuple(entry.path.split("/")))]
    for entry in entries[bounds.entries:]:
        refused.append(Refused(entry.path, f"the archive has more than {bounds.entries:,} entries"))
    entries = entries[:bounds.entries]
    names = Counter(_same(entry.path) for entry in entries)
    for entry in entries:
        if names[_same(entry.path)] > 1:
            refused.append(Refused(entry.path, "another entry has its name, perhaps in other letters (A and a)"))
        elif entry.name.casefold().endswith(ARCHIVES):
            refused.append(Refused(entry.path, "it is an archive itself; unpack it by hand if it is needed"))
    no = {entry.path for entry in refused}
    return [entry for entry in entries if entry.path not in no], refused


def _same(path: str) -> str:
    """Two paths for which this is equal are one file on some computer."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def _is_aside(parts: tuple[str, ...]) -> bool:
    """Tell what computers add by themselves."""
    return any(part.casefold() in ASIDE or part.startswith("._") for part in parts)


def _in_archive(archive: zipfile.ZipFile, bounds: Bounds) -> tuple[list[Entry], list[Refused]]:
    left = [bounds.total]
    entries, refused = [], []
    places = Counter(info.header_offset for info in archive.infolist())
    for info in archive.infolist():
        path = info.orig_filename.replace("\\", "/")
        is_folder = path.endswith("/")
        why = unsafe(path[:-1] if is_folder else path) or _not_plain(info, is_folder)
        if not why and not is_folder:
            why = _too_much(info, bounds)
        if not why and not is_folder and places[info.header_offset] > 1:
            why = "another entry has the same bytes for its own"
        if why:
            refused.append(Refused(path, why))
        elif not is_folder:
            entries.append(Entry(path, _time(info), _reader(archive, info, bounds, left)))
    return entries, refused


def _not_plain(info: zipfile.ZipInfo, is_folder: bool) -> str:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if stat.S_ISLNK(kind):
        return "it is a link; what it points to is not read"
    if kind not in (0, stat.S_IFDIR if is_folder else stat.S_IFREG):
        return "it is no regular file"
    return "it is encrypted" if info.flag_bits & 0x41 else ""


def _too_much(info: zipfile.ZipInfo, bounds: Bounds) -> str:
    size, packed = info.file_size, max(1, info.compress_size)
    if size > bounds.unsuspicious and size > bounds.ratio * packed:
        return f"it would grow {size // packed:,} times as large when unpacked, more than {bounds.ratio} times"
    if size > bounds.each:
        return f"it is larger than the {bounds.each >> 20} MiB that a notebook may have"
    return ""


def _reader(archive: zipfile.ZipFile, info: zipfile.ZipInfo, bounds: Bounds, left: list[int]) -> Callable[[], bytes]:
    def read() -> bytes:
        if info.file_size > left[0]:
            raise Trouble(f"all entries together are larger than {bounds.total >> 20:,} MiB")
        try:
            with archive.open(info) as file:
                content = file.read(info.file_size + 1)
        except BROKEN as error:
            raise Trouble(f"it cannot be read: {_reason(error)}") from None
        if len(content) != info.file_size:
            raise Trouble("it is not as large as the archive says")
        left[0] -= len(content)
        return content
    return read


def _reason(error: Exception) -> str:
    return shown(str(error) or type(error).__name__).rstrip(".")


def _time(info: zipfile.ZipInfo) -> datetime | None:
    """When an entry was changed: in UTC where the ZIP says so, else by the clock of this computer's place."""
    extra = info.extra
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        if kind == UNIX_TIMES and size >= 5 and len(extra) >= 9 and extra[4] & 1:
            return datetime.fromtimestamp(struct.unpack_from("<i", extra, 5)[0], UTC)
        extra = extra[4 + size:]
    try:
        return datetime(*info.date_time).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _require_archive(source: Path, bounds: Bounds) -> None:
    """Raise Trouble where a file is no ZIP, or one whose list of entries alone would fill the memory."""
    try:
        with source.open("rb") as file:
            start = max(0, file.seek(0, os.SEEK_END) - (1 << 16) - 200)
            file.seek(start)
            tail = file.read()
    except OSError as error:
        raise Trouble(f"{source} cannot be read: {error.strerror}.") from None
    at = tail.rfind(END)
    if at < 0 or len(tail) < at + 22:
        raise Trouble(f"{source.name} is not a ZIP: expected a ZIP as Canvas or Moodle gives it out, or a folder.")
    count, size = struct.unpack_from("<HI", tail, at + 10)
    at_64 = tail.rfind(END_64, 0, at)
    if LOCATOR_64 in tail[:at] and at_64 >= 0 and len(tail) >= at_64 + 48:
        count, size = struct.unpack_from("<QQ", tail, at_64 + 32)
    if size > bounds.directory or count > 100 * bounds.entries:
        raise Trouble(f"{source.name} lists {count:,} entries in {size:,} bytes, far more than a class hands in. "
                      "Nothing of it is read.")


def _in_folder(root: Path) -> tuple[list[Entry], list[Refused]]:
    entries, refused = [], []
    for folder, folders, files in os.walk(root):
        folders.sort()
        for name in sorted(files + [f for f in folders if Path(folder, f).is_symlink()]):
            place = Path(folder, name)
            path = place.relative_to(root).as_posix()
            about = place.lstat()
            if stat.S_ISLNK(about.st_mode):
                refused.append(Refused(path, "it is a link; what it points to is not read"))
            elif not stat.S_ISREG(about.st_mode):
                refused.append(Refused(path, "it is no regular file"))
            elif re.search(r"[\x00-\x1f\x7f]", path):
                refused.append(Refused(path, "its name holds characters that cannot be seen"))
            else:
                entries.append(Entry(path, datetime.fromtimestamp(about.st_mtime, UTC), _opener(place)))
    return entries, refused


def _opener(place: Path) -> Callable[[], bytes]:
    return lambda: submission.read_bytes(place.parent, place.name)
