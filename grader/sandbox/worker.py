"""The warm worker: bubblewrap around a zygote that forks one isolated process per submission."""

import contextlib
import os
import platform
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgpack

from grader.sandbox import seccomp
from grader.sandbox.channel import Channel
from grader.sandbox.limits import Limits
from grader.sandbox.process import Process
from grader.sandbox.session import Session
from grader.sandbox.unavailable import why_not
from grader.sandbox.walls import plan
from grader.sandbox.wire import Bounds

DRAW = "a figure"  # what is warmed up by drawing one
PRELOAD = ("numpy.random", "numpy.linalg", "numpy.fft", "h5py", "matplotlib.pyplot", DRAW)
WITHHOLD = ("scipy", "torch", "unrolled.layers")
START_SECONDS = 60
STARTS = 3  # of a worker that is killed from outside while it starts
KILLED = (-signal.SIGKILL, 128 + signal.SIGKILL)  # bubblewrap itself, or the program that it watches
FIRST_UID, UIDS = 60001, 4000  # root gives each worker a user of its own, from a range Debian keeps free
CREDENTIALS = struct.Struct("3i")


class Sandbox:
    """One warm worker for many submissions, one after another; use it as a context manager.

    `withhold` names modules that cannot be imported inside. `files` are what the assignment lists: (host
    path, inside path) pairs, an inside path without a leading slash being relative to the working folder of
    the cells; a plain path keeps its name there. `preload` is imported once for all sessions, `prelude` is
    code of the grader's own that runs once before any. A worker whose zygote has died is started anew by the
    next session.

    Raises Unavailable, with what to do, where no sandbox can be had.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        withhold: Sequence[str] = WITHHOLD,
        files: Iterable[str | Path | tuple[str | Path, str]] = (),
        preload: Sequence[str] = PRELOAD,
        prelude: str = "",
    ):
        self.limits = limits or Limits()
        self.withhold, self.preload, self.prelude = tuple(withhold), tuple(preload), prelude
        self.files = [placed(file) for file in files]
        self._bwrap: subprocess.Popen | None = None
        self._control: socket.socket | None = None
        self._zygote = -1

    def __enter__(self) -> "Sandbox":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Start the worker, if it is not running."""
        if self.alive:
            return
        self.close()
        bwrap = shutil.which("bwrap")
        if platform.system() != "Linux" or bwrap is None:
            raise why_not("")
        for _ in range(STARTS):
            said, again = self._start_once(bwrap)
            if self.alive:
                return
            if not again:
                break
        raise why_not(said)

    def _start_once(self, bwrap: str) -> tuple[str, bool]:
        """Start the worker; of one that is not there, give what it said and whether to try again."""
        with tempfile.TemporaryFile() as log:
            process = self._launch(bwrap, log.fileno())
            try:
                self._wait_until_warm()
                return "", True
            except OSError as e:
                self.close()
                log.seek(0)
                said = log.read()[-4000:].decode(errors="replace")
                return said, not isinstance(e, TimeoutError) and process.returncode in KILLED

    @property
    def alive(self) -> bool:
        """Whether the zygote is there to fork the next session."""
        if self._bwrap is None or self._bwrap.poll() is not None or self._zygote < 0:
            return False
        poller = select.poll()
        poller.register(self._zygote, select.POLLIN)
        return not poller.poll(0)

    def session(self) -> Session:
        """Start a fresh, isolated process for one submission."""
        self.start()
        try:
            return self._fork()
        except (OSError, TimeoutError):
            self.close()  # the zygote died between two looks: once more, with a new one
            self.start()
        try:
            return self._fork()
        except (OSError, TimeoutError) as e:
            self.close()
            raise why_not(str(e)) from None

    def warm(self, preload: Iterable[str]) -> None:
        """Import more for the sessions that follow, in a worker that may be running."""
        new = [name for name in preload if name not in self.preload]
        self.preload += tuple(new)
        if new and self.alive:
            try:
                self._order(new)
            except (OSError, TimeoutError):
                self.close()  # the next session starts a new one, with all of it

    def close(self) -> None:
        """End the worker and every session it still has."""
        if self._control is not None:
            self._control.close()  # the zygote leaves when its control closes
            self._control = None
        if self._zygote >= 0:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._zygote, signal.SIGKILL)
            os.close(self._zygote)
            self._zygote = -1
        if self._bwrap is not None:
            try:
                self._bwrap.wait(5)
            except subprocess.TimeoutExpired:
                self._bwrap.kill()
                self._bwrap.wait()
            self._bwrap = None

    def _launch(self, bwrap: str, log: int) -> subprocess.Popen:
        """Start bubblewrap; its arguments go through a descriptor, where no process inside can read them."""
        walls = plan(self.withhold, self.files, user_namespace=os.geteuid() != 0)
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        texts = [data_fd(text) for text in walls.texts]
        args = [str(texts[int(a[1:])]) if a.startswith("\0") else a for a in walls.args]
        told = data_fd(b"".join(a.encode() + b"\0" for a in args))
        try:
            self._bwrap = subprocess.Popen(
                [
                    bwrap,
                    "--args",
                    str(told),
                    "--",
                    sys.executable,
                    "-s",
                    "-P",
                    "/inside.py",
                    str(theirs.fileno()),
                ],
                pass_fds=[*texts, told, theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env={},  # process 1 inside would show what bubblewrap was started with
            )
        finally:
            theirs.close()
            for fd in (*texts, told):
                os.close(fd)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self._control = ours
        return self._bwrap

    def _wait_until_warm(self) -> None:
        self._zygote = os.pidfd_open(self._order(self._config()))

    def _order(self, order: Any) -> int:
        """Send an order and wait until it is done; give the zygote's process number."""
        assert self._control is not None
        self._control.settimeout(START_SECONDS)
        self._control.send(msgpack.packb(order))
        said, pid = hello(self._control)
        if said != b"ready":
            raise OSError("the sandbox did not start")
        return pid

    def _config(self) -> dict:
        """What the program inside must know: limits and names, no secrets."""
        limits = self.limits
        bounds = Bounds(blob=limits.reply_bytes)
        return {
            "uid": FIRST_UID + os.getpid() % UIDS,
            "preload": self.preload,
            "prelude": self.prelude,
            "links": [inside for _, inside in self.files if not inside.startswith("/")],
            "seccomp": seccomp.program(),
            "space": limits.space_bytes,
            "inodes": limits.files,
            "output": limits.output_bytes,
            "figures": limits.figure_bytes,
            "bounds": {
                name: getattr(bounds, name)
                for name in ("structure", "blob", "depth", "nodes", "dims", "tuple_keys")
            },
            "memory": limits.memory,
            "rlimits": {
                "NPROC": limits.processes,
                "FSIZE": limits.file_bytes,
                "CPU": int(limits.cpu_seconds) + 1,
                "NOFILE": 256,
                "CORE": 0,
                "MEMLOCK": 0,
                "MSGQUEUE": 0,
            },
        }

    def _fork(self) -> Session:
        """Let the zygote fork, and hold the new process by descriptor before it hears the first cell."""
        assert self._control is not None
        ours, theirs = socket.socketpair()
        report, keeper_end = os.pipe()
        try:
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
            ours.settimeout(START_SECONDS)
            socket.send_fds(self._control, [b"fork"], [theirs.fileno(), keeper_end])
            theirs.close()
            said, pid = hello(ours)
            if said != b"ready":
                raise OSError(said.decode(errors="replace") or "the sandbox could not fork")
            pidfd = os.pidfd_open(pid)
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 0)
        except BaseException:
            ours.close()
            os.close(report)
            raise
        finally:
            theirs.close()
            os.close(keeper_end)
        return Session(self.limits, Channel(ours), Process(pid, pidfd, report, self.limits))


def hello(sock: socket.socket) -> tuple[bytes, int]:
    """Receive a first message with its sender's process number, which the kernel vouches for."""
    said, ancillary, _, _ = sock.recvmsg(4096, socket.CMSG_SPACE(CREDENTIALS.size))
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_CREDENTIALS:
            return said, CREDENTIALS.unpack(data[: CREDENTIALS.size])[0]
    raise OSError("a message without credentials")


def data_fd(data: bytes) -> int:
    """Make a descriptor that reads these bytes."""
    fd = os.memfd_create("sandbox")
    os.write(fd, data)
    os.lseek(fd, 0, os.SEEK_SET)
    return fd


def placed(file: str | Path | tuple[str | Path, str]) -> tuple[Path, str]:
    """Say where a listed file appears inside.

    Raises ValueError for an inside path that climbs out of the working folder.
    """
    host, inside = file if isinstance(file, tuple) else (file, Path(file).name)
    if ".." in Path(inside).parts or str(Path(inside)) in ("/", "."):
        raise ValueError(
            f"{inside} is no place for a file inside the sandbox; give a name or a path without .."
        )
    return Path(host).resolve(strict=True), inside
