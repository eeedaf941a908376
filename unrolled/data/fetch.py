"""Fetch a published data set: download with resume, unpack, verify, and only then put it in place.

Everything happens in a folder beside the target, `coco.part`: the archive so far, what is known of it, and
the files while they are unpacked. The target appears in one rename, when every check has passed.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import socket
import stat
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse
from pathlib import Path, PurePosixPath
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from unrolled.data import layout
from unrolled.data.layout import DataError
from unrolled.data.loader import load

Progress = Callable[[str, int, int | None], None]  # (what is done, bytes so far, bytes in all or None)


@dataclass(frozen=True)
class Archive:
    """A published zip archive: its address, the exact sizes of its files, and the shapes in them."""

    name: str
    url: str
    sizes: dict[str, int]  # file -> bytes; these must be there
    others: tuple[str, ...] = ()  # files that are taken along where there
    shapes: dict[str, dict[str, tuple[int, ...]]] = field(default_factory=dict)  # file -> field -> shape
    words: int | None = None  # in the vocabulary
    download: int = 0  # bytes, roughly, for the check of the disk before the server has told


COCO = Archive(
    name="coco",
    url="http://cs231n.stanford.edu/coco_captioning.zip",
    sizes={
        "coco2014_captions.h5": 42_922_600,
        "train2014_vgg16_fc7.h5": 1_356_322_912,
        "train2014_vgg16_fc7_pca.h5": 169_541_728,
        "val2014_vgg16_fc7.h5": 663_623_776,
        "val2014_vgg16_fc7_pca.h5": 82_954_336,
    },
    others=(
        layout.VOCABULARY,
        "train2014_images.txt",
        "val2014_images.txt",
        "train2014_urls.txt",
        "val2014_urls.txt",
    ),
    shapes={
        "coco2014_captions.h5": {
            "train_captions": (400_135, 17),
            "train_image_idxs": (400_135,),
            "val_captions": (195_954, 17),
            "val_image_idxs": (195_954,),
        },
        "train2014_vgg16_fc7.h5": {"features": (82_783, 4096)},
        "train2014_vgg16_fc7_pca.h5": {"features": (82_783, 512)},
        "val2014_vgg16_fc7.h5": {"features": (40_504, 4096)},
        "val2014_vgg16_fc7_pca.h5": {"features": (40_504, 512)},
    },
    words=1004,
    download=1_100_000_000,
)

ARCHIVES = {archive.name: archive for archive in (COCO,)}

_ZIP = "archive.zip"
_BLOCK = 1 << 20  # bytes read and written at a time
_TIMEOUT = 30  # seconds without a byte before a connection counts as lost
_PATIENCE = 5  # connections in a row that bring nothing before giving up
_SPARE = 50 << 20  # bytes left free on the disk


def fetch(
    archive: Archive,
    to: Path,
    url: str | None = None,
    progress: Progress = lambda what, done, total: None,
    pause: Callable[[float], None] = time.sleep,
) -> Path:
    """Download, verify and unpack an archive into the new folder `to`, and return it.

    Interrupted at any point, the next call goes on where this one stopped. Until everything has been
    verified `to` does not exist. Raises DataError with one sentence for the network, the disk, the archive.
    """
    to = to.expanduser().absolute()
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise DataError(f"{to} is already there. Remove it, or choose another folder with --to.")
    work = to.with_name(to.name + ".part")
    with _disk_errors(work), _alone(work):
        _check_disk(work, archive.download + sum(archive.sizes.values()) - _size(work / _ZIP))
        zipped = _Download(url or archive.url, work, sum(archive.sizes.values()), progress, pause).run()
        unpacked = _unpack(zipped, archive, work / "unpacked", progress)
        _verify(unpacked, archive)
        if to.exists():
            to.rmdir()
        os.replace(unpacked, to)
        zipped.unlink()
    return to


# The download


class _Download:
    def __init__(self, url: str, work: Path, room: int, progress: Progress, pause: Callable[[float], None]):
        self.url, self.room, self.progress, self.pause = url, room, progress, pause
        self.server = urlsplit(url).netloc
        if urlsplit(url).scheme not in ("http", "https") or not self.server:
            raise DataError(f"{url} is not a web address; expected http:// or https:// and a server.")
        self.path, self.told_path = work / _ZIP, work / "archive.json"
        self.told = self._what_was_told()

    def run(self) -> Path:
        """Connect as often as it takes; only several connections in a row without a byte end it."""
        fruitless, began_with = 0, _size(self.path)
        while not self._complete():
            before = _size(self.path)
            try:
                self._connect()
                problem: Exception | None = None
            except (URLError, HTTPException, ConnectionError, TimeoutError) as found:
                problem = found
            fruitless = 0 if _size(self.path) > before else fruitless + 1
            if self._complete():
                break
            if fruitless >= _PATIENCE or (_hopeless(problem) and _size(self.path) <= began_with):
                raise DataError(self._no_connection(problem)) from problem
            self.pause(min(2.0**fruitless, 16.0))
        return self.path

    def _what_was_told(self) -> dict[str, Any]:
        """What the server said of the archive that the bytes so far belong to; {} to begin anew."""
        try:
            told = json.loads(self.told_path.read_text(encoding="utf-8"))
            if told["url"] == self.url and self.path.exists():
                return told
        except (OSError, ValueError, KeyError, TypeError):
            pass
        return self._begin_anew()

    def _begin_anew(self) -> dict[str, Any]:
        self.path.unlink(missing_ok=True)
        self.told_path.unlink(missing_ok=True)
        return {}

    def _complete(self) -> bool:
        return self.told.get("length") is not None and _size(self.path) == self.told["length"]

    def _connect(self) -> None:
        start = _size(self.path)
        try:
            with urlopen(Request(self.url, headers=self._headers(start)), timeout=_TIMEOUT) as response:
                self._receive(response, start)
        except HTTPError as answer:
            answer.close()
            if answer.code == 416:  # the archive is not as long as what is here: it is another one by now
                self.told = self._begin_anew()
            elif answer.code < 500 and answer.code not in (408, 429):
                raise DataError(
                    f"{self.server} answered {answer.code} {answer.reason} for {self.url}. "
                    "Give the address of a mirror with --url."
                ) from answer
            else:
                raise

    def _headers(self, start: int) -> dict[str, str]:
        headers = {"User-Agent": "unrolled", "Accept-Encoding": "identity"}
        if start:
            headers["Range"] = f"bytes={start}-"
            mark = self.told.get("etag") or self.told.get("modified")
            if mark:
                headers["If-Range"] = mark
        return headers

    def _receive(self, response: HTTPResponse, start: int) -> None:
        going_on = response.status == 206
        first, length = _range(response) if going_on else (0, _length(response))
        if going_on and (first != start or length != self.told.get("length")):
            self.told = self._begin_anew()
            return
        if not going_on:
            self.told = self._begin_anew()
            self._remember(response, length)
        with open(self.path, "ab" if going_on else "wb") as file:
            for block in _blocks(response):
                if not file.tell() and not block.startswith(b"PK"):
                    raise DataError(self._not_an_archive(response))
                file.write(block)
                file.flush()
                self.progress("download", file.tell(), length)
        if length is None:  # a server that does not tell lengths: the end of the connection is the end
            self.told["length"] = _size(self.path)

    def _remember(self, response: HTTPResponse, length: int | None) -> None:
        etag = response.headers.get("ETag", "")
        self.told = {
            "url": self.url,
            "length": length,
            "etag": "" if etag.startswith("W/") else etag,  # a weak tag does not promise the same bytes
            "modified": response.headers.get("Last-Modified", ""),
        }
        _write_text(self.told_path, json.dumps(self.told))
        if length is not None:
            _check_disk(self.path.parent, length + self.room)

    def _not_an_archive(self, response: HTTPResponse) -> str:
        kind = response.headers.get("Content-Type", "something else")
        return (
            f"{self.url} gave {kind}, not a zip archive. If your network asks you to log in first, "
            "do that in a browser; else give the address of a mirror with --url."
        )

    def _no_connection(self, problem: Exception | None) -> str:
        reason = getattr(problem, "reason", problem) or "the connection ended early"
        length, done = self.told.get("length"), _size(self.path)
        kept = f"; {done / 1e6:,.0f} of {length / 1e6:,.0f} MB are kept" if length and done else ""
        return (
            f"No download from {self.server} ({reason}){kept}. "
            "Check the network and run the same command again, or give a mirror with --url."
        )


def _hopeless(problem: Exception | None) -> bool:
    """Whether a problem will hardly go away in a minute: no such server, no way to it."""
    reason = getattr(problem, "reason", problem)
    unreachable = isinstance(reason, OSError) and reason.errno in (errno.ENETUNREACH, errno.EHOSTUNREACH)
    return unreachable or isinstance(reason, socket.gaierror | ConnectionRefusedError)


def _blocks(response: HTTPResponse) -> Iterator[bytes]:
    """What arrives; any trouble with it is the connection's, not the disk's."""
    while True:
        try:
            block = response.read1(_BLOCK)
        except OSError as problem:
            raise ConnectionError(str(problem)) from problem
        if not block:
            return
        yield block


def _length(response: HTTPResponse) -> int | None:
    text = response.headers.get("Content-Length", "")
    return int(text) if text.isdecimal() else None


def _range(response: HTTPResponse) -> tuple[int, int | None]:
    """Content-Range: bytes 1000-4999/5000 -> (1000, 5000); (-1, None) for anything else."""
    unit, _, rest = response.headers.get("Content-Range", "").partition(" ")
    span, _, total = rest.partition("/")
    first = span.partition("-")[0]
    if unit != "bytes" or not first.isdecimal() or not total.isdecimal():
        return -1, None
    return int(first), int(total)


# The archive


def _unpack(zipped: Path, archive: Archive, to: Path, progress: Progress) -> Path:
    """Unpack the files of the data set, and no others; a damaged archive is removed."""
    shutil.rmtree(to, ignore_errors=True)
    to.mkdir(parents=True)
    try:
        with zipfile.ZipFile(zipped) as opened:
            members = _members(opened, archive)
            total = sum(info.file_size for info in members.values())
            _check_disk(to, total)
            done = 0
            for name, info in members.items():
                with opened.open(info) as source, open(to / name, "wb") as target:
                    done = _copy(source, target, done, total, progress)
                    os.fsync(target.fileno())
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, _Refused) as problem:
        shutil.rmtree(to, ignore_errors=True)
        zipped.unlink()
        raise DataError(
            f"The archive is damaged or another one ({problem}). It was removed; run the same command again."
        ) from problem
    return to


class _Refused(Exception):
    """An archive that is not the expected one."""


def _members(opened: zipfile.ZipFile, archive: Archive) -> dict[str, zipfile.ZipInfo]:
    """File name -> member, for the files of the data set, whatever folder of the archive they are in."""
    found: dict[str, zipfile.ZipInfo] = {}
    for info in opened.infolist():
        _refuse_unsafe(info)
        path = PurePosixPath(info.filename)
        if info.is_dir() or "__MACOSX" in path.parts or path.name not in {*archive.sizes, *archive.others}:
            continue
        if path.name in found:
            raise _Refused(f"it holds {path.name} twice")
        found[path.name] = info
    for name, size in archive.sizes.items():
        if name not in found:
            raise _Refused(f"it holds no {name}")
        if found[name].file_size != size:
            raise _Refused(f"{name} should have {size:,} bytes, it has {found[name].file_size:,}")
    if layout.VOCABULARY not in found:
        raise _Refused(f"it holds no {layout.VOCABULARY}")
    return found


def _refuse_unsafe(info: zipfile.ZipInfo) -> None:
    name = info.filename
    if name.startswith(("/", "\\")) or ":" in name or "\\" in name or ".." in PurePosixPath(name).parts:
        raise _Refused(f"it holds a file that would leave its folder, {name!r}")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise _Refused(f"it holds a link, {name!r}")
    if info.flag_bits & 1:
        raise _Refused(f"it holds an encrypted file, {name!r}")


def _copy(source: IO[bytes], target: IO[bytes], done: int, total: int, progress: Progress) -> int:
    while block := source.read(_BLOCK):  # zipfile compares the checksum at the end of the member
        target.write(block)
        done += len(block)
        progress("unpack", done, total)
    return done


def _verify(folder: Path, archive: Archive) -> None:
    """Sizes, shapes and the whole layout of the unpacked files; damaged ones are removed."""
    try:
        for name, size in archive.sizes.items():
            if _size(folder / name) != size:
                raise DataError(f"{name} should have {size:,} bytes, it has {_size(folder / name):,}.")
        for name, shapes in archive.shapes.items():
            _verify_shapes(folder / name, shapes)
        for kind in layout.feature_kinds(folder):
            with load(folder, features=kind) as data:  # type: ignore[arg-type]
                if archive.words is not None and len(data.idx_to_word) != archive.words:
                    raise DataError(f"the vocabulary has {len(data.idx_to_word)} words, not {archive.words}.")
    except DataError as problem:
        shutil.rmtree(folder, ignore_errors=True)
        (folder.parent / _ZIP).unlink()
        text = str(problem).replace(f"{folder}{os.sep}", "")
        raise DataError(
            f"The archive is not {archive.name} as published: {text} Nothing was kept."
        ) from problem


def _verify_shapes(path: Path, shapes: dict[str, tuple[int, ...]]) -> None:
    with layout.hdf5(path) as file:
        for name, shape in shapes.items():
            found = getattr(file.get(name), "shape", None)
            if found != shape:
                raise DataError(f"{path.name}: {name} should have the shape {shape}, found {found}.")


# The disk


def _check_disk(folder: Path, needed: int) -> None:
    there = next(place for place in (folder, *folder.parents) if place.exists())
    free = shutil.disk_usage(there).free
    if free < needed + _SPARE:
        raise DataError(
            f"The disk has too little room: {needed / 1e6:,.0f} MB are needed in {folder.parent}, "
            f"{free / 1e6:,.0f} MB are free. Make room, or choose another place with --to."
        )


@contextmanager
def _disk_errors(work: Path) -> Iterator[None]:
    """Turn a full or forbidden disk into a sentence; the archive so far is kept, unpacked files are not."""
    try:
        yield
    except OSError as problem:
        shutil.rmtree(work / "unpacked", ignore_errors=True)
        if problem.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
            why = "The disk is full"
        elif isinstance(problem, PermissionError) or problem.errno == errno.EROFS:
            why = f"{work.parent} cannot be written to"
        else:
            why = f"The files could not be written ({problem})"
        raise DataError(
            f"{why}. Make room or choose another place with --to, and run the same command again."
        ) from problem


@contextmanager
def _alone(work: Path) -> Iterator[None]:
    """Let only one fetch work in a folder; the system drops the lock with the process."""
    work.mkdir(parents=True, exist_ok=True)
    with open(work / "lock", "w", encoding="utf-8") as file:
        try:
            _lock(file)
        except OSError as problem:
            raise DataError(f"Another fetch is at work in {work}. Wait for it, or stop it.") from problem
        try:
            yield
        finally:
            if not (work / _ZIP).exists():  # nothing to go on with
                file.close()  # Windows removes no open file
                shutil.rmtree(work, ignore_errors=True)


def _lock(file: IO[str]) -> None:
    if os.name == "nt":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _write_text(path: Path, text: str) -> None:
    temporary = path.with_name(path.name + ".new")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)
