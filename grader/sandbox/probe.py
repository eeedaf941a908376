"""Does the sandbox keep its promises here? It is run, and looked at from inside."""

import contextlib
import os
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.sandbox.limits import MB, Limits
from grader.sandbox.proxies import Names, Stopped
from grader.sandbox.session import Session
from grader.sandbox.walls import ENVIRONMENT
from grader.sandbox.worker import Sandbox

SMALL = Limits(
    call_seconds=3,
    cell_seconds=60,
    cpu_seconds=60,
    memory=512 * MB,
    processes=32,
    file_bytes=4 * MB,
    space_bytes=8 * MB,
)

LOOK = """
import os, socket, time

def processes():
    return os.getpid(), os.listdir("/proc")

def visible(paths):
    return [path for path in paths if os.path.exists(path)]

def connected(port, path):
    reached = []
    for family, address in ((socket.AF_INET, ("127.0.0.1", port)), (socket.AF_UNIX, path), (socket.AF_UNIX,
    "\\0" + path)):
        try:
            with socket.socket(family) as s:
                s.settimeout(1)
                s.connect(address)
            reached.append(str(address))
        except OSError:
            pass
    return reached

def written(folders):
    done = []
    for folder in folders:
        try:
            with open(folder + "/probe", "w") as file:
                file.write("x")
            done.append(folder)
        except OSError:
            pass
    return done

def environment():
    return sorted(os.environ)

def rights():
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    tries = {
        "unshare": lambda: libc.unshare(0x10000000),
        "mount": lambda: libc.mount(b"none", b"/tmp", b"tmpfs", 0, b""),
        "ptrace": lambda: libc.ptrace(0, 0, 0, 0),
        "memfd_create": lambda: libc.memfd_create(b"x", 0),
        "setuid": lambda: libc.setuid(0),
    }
    return [name for name, attempt in tries.items() if attempt() >= 0]

def imports(names):
    told = {}
    for name in names:
        try:
            __import__(name)
            told[name] = "imported"
        except ImportError as e:
            told[name] = str(e)
    return told

def fork_until_refused():
    n = 0
    try:
        while n < 1000:
            if os.fork() == 0:
                time.sleep(60)
                os._exit(0)
            n += 1
    except OSError:
        pass
    return n

def fill():
    n = 0
    try:
        for i in range(100):
            with open(f"/tmp/{i}", "wb") as file:
                for _ in range(64):
                    n += file.write(bytes(1 << 16))
    except OSError:
        pass
    return n

def one_large_array():
    import numpy as np
    try:
        np.ones(1 << 28)
        return "allocated"
    except MemoryError:
        return "MemoryError"

def large_together():
    for _ in range(6):
        if os.fork() == 0:
            block = b"x" * (150 << 20)
            time.sleep(60)
            os._exit(0)
    time.sleep(60)

def for_ever():
    while True:
        pass
"""


@dataclass(frozen=True)
class Finding:
    """A promise, whether it is kept, and what was seen."""

    promise: str
    kept: bool
    seen: str


def probe() -> list[Finding]:
    """Run the sandbox and look from inside at everything it promises.

    Raises Unavailable where no sandbox can be had at all.
    """
    with (
        Sandbox(SMALL, preload=()) as sandbox,
        listeners() as (folder, port, path),
    ):
        findings: list[Finding] = []
        with sandbox.session() as session:
            findings += look_around(opened(session), folder, port, path)
        findings += hit_limits(sandbox)
        findings.append(leave_nothing(sandbox))
        return findings


def look_around(names: Names, folder: Path, port: int, path: str) -> Iterator[Finding]:
    """Look for what must not be seen, reached or done."""
    pid, others = names["processes"]()
    yield Finding(
        "it sees no other process", pid == 1 and not others, f"process {pid}, /proc holds {len(others)}"
    )
    private = [
        str(Path.home()),
        os.getcwd(),
        str(Path(__file__).parents[2]),
        str(folder),
        "/home",
        "/etc/shadow",
        "/sys",
    ]
    seen = [p for p in names["visible"](private) if not empty_parent(p)]
    yield Finding("it sees no home, no course and no neighbour", not seen, ", ".join(seen) or "none of them")
    reached = names["connected"](port, path)
    yield Finding(
        "it reaches no network and no socket of this machine", not reached, ", ".join(reached) or "refused"
    )
    places = [
        "/",
        "/usr/lib",
        "/etc",
        "/packages",
        "/files",
        "/dev",
        "/proc",
        "/warm",
        os.path.dirname(os.__file__),
    ]
    wrote = names["written"](places)
    yield Finding(
        "it writes nowhere but its own folders", not wrote, ", ".join(wrote) or "refused everywhere"
    )
    own = names["written"](["/work", "/tmp", "/dev/shm"])
    yield Finding("it has folders of its own", len(own) == 3, ", ".join(own))
    extra = sorted(set(names["environment"]()) - set(ENVIRONMENT) - {"PWD", "LC_CTYPE"})
    yield Finding("it sees no environment of the grader's", not extra, ", ".join(extra) or "nothing of it")
    rights = names["rights"]()
    yield Finding("it has no privileges", not rights, ", ".join(rights) or "every attempt refused")
    told = names["imports"](["grader", "scipy", "unrolled.layers"])
    yield Finding(
        "what is withheld cannot be imported",
        "imported" not in told.values(),
        "; ".join(map(str, told.values())),
    )


def hit_limits(sandbox: Sandbox) -> Iterator[Finding]:
    """Run into every limit."""
    cases: list[tuple[str, str, Callable[[str], bool]]] = [
        (
            "one process takes no more memory than allowed",
            "one_large_array",
            lambda seen: seen == "MemoryError",
        ),
        ("processes are counted", "fork_until_refused", lambda seen: within(seen, SMALL.processes)),
        ("files are bounded", "fill", lambda seen: within(seen, SMALL.space_bytes)),
        ("what takes too long is stopped", "for_ever", lambda seen: seen == "timeout"),
    ]
    for promise, name, right in cases:
        with sandbox.session() as session:
            try:
                seen = str(opened(session)[name]())
            except Stopped as stop:
                seen = stop.status
        yield Finding(promise, right(seen), seen)
    with sandbox.session() as session:
        opened(session)
        seen = session.run_cell("large_together()").status
    yield Finding("processes together take no more either", seen == "memory", seen)


def within(seen: str, limit: int) -> bool:
    return seen.isdigit() and 0 < int(seen) <= limit


def leave_nothing(sandbox: Sandbox) -> Finding:
    """End a session that has started others, and look for them."""
    session = sandbox.session()
    opened(session)["fork_until_refused"]()
    pid = session.process.pid
    started = time.monotonic()
    session.close()
    gone = (
        not os.path.exists(f"/proc/{pid}/status")
        or "Z" in Path(f"/proc/{pid}/stat").read_text().split(")")[1][:3]
    )
    return Finding("nothing survives the end", gone, f"all gone after {time.monotonic() - started:.2f} s")


def opened(session: Session) -> Names:
    result = session.run_cell(LOOK, "probe")
    if result.status != "ok":
        raise RuntimeError(f"the probe itself did not run: {result.error}")
    return session.names()


def empty_parent(path: str) -> bool:
    """Say whether the interpreter lies below a path, which is then inside as a folder on the way."""
    return any(Path(p).is_relative_to(path) for p in (sys.prefix, sys.base_prefix))


@contextlib.contextmanager
def listeners() -> Iterator[tuple[Path, int, str]]:
    """Listen on the loopback, on a socket file and on an abstract socket, while the probe knocks."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        path = str(folder / "socket")
        inet = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        for address in (path, "\0" + path):
            listener = stack.enter_context(socket.socket(socket.AF_UNIX))
            listener.bind(address)
            listener.listen()
        yield folder, inet.getsockname()[1], path
