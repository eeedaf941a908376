"""What a process and its descendants use, read from /proc."""

import contextlib
import os
from dataclasses import dataclass

PAGE = os.sysconf("SC_PAGE_SIZE")
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Usage:
    """Memory in bytes, an upper bound unless `exact`; processor seconds; processes."""

    memory: int
    cpu_seconds: float
    processes: int


def usage(pid: int, folder: str, limit: int) -> Usage:
    """Measure a tree of processes and the files it keeps in memory under `folder`, as its root process sees
    it.

    Resident memory counts shared pages once for each process; only when that exceeds the limit are the pages'
    proportional shares added up instead, which costs more.
    """
    pids = descendants(pid)
    files = bytes_in(f"/proc/{pid}/root{folder}")
    memory = files + sum(map(resident, pids))
    if memory > limit:
        memory = files + sum(map(proportional, pids))
    return Usage(memory, sum(map(processor_seconds, pids)), len(pids))


def descendants(pid: int) -> list[int]:
    found: list[int] = []
    waiting = [pid]
    while waiting and len(found) < 1_000:
        found.append(waiting.pop())
        with contextlib.suppress(OSError, ValueError):
            for task in os.listdir(f"/proc/{found[-1]}/task"):
                with contextlib.suppress(OSError, ValueError):
                    waiting += map(int, read(f"/proc/{found[-1]}/task/{task}/children").split())
    return found


def resident(pid: int) -> int:
    with contextlib.suppress(OSError, IndexError, ValueError):
        return int(read(f"/proc/{pid}/statm").split()[1]) * PAGE
    return 0


def proportional(pid: int) -> int:
    with contextlib.suppress(OSError, ValueError):
        for line in read(f"/proc/{pid}/smaps_rollup").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def processor_seconds(pid: int) -> float:
    """Processor time of a process and of its children that have ended."""
    with contextlib.suppress(OSError, IndexError, ValueError):
        fields = read(f"/proc/{pid}/stat").rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / TICK
    return 0.0


def bytes_in(folder: str) -> int:
    with contextlib.suppress(OSError):
        space = os.statvfs(folder)
        return (space.f_blocks - space.f_bfree) * space.f_frsize
    return 0


def read(path: str) -> str:
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()
