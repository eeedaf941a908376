"""Processes that judge submissions side by side: on this machine, or on a Dask cluster."""

from __future__ import annotations

import ctypes
import multiprocessing
import signal
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any, Protocol

from grader.course import Trouble
from grader.job import Job, Outputs
from grader.judge import judge
from grader.sandbox import Unavailable

TRIES = 3           # how often a submission is tried whose worker died; the fault may be a neighbour's
PR_SET_PDEATHSIG = 1


class Workers(Protocol):
    """Something that runs jobs elsewhere, several at a time."""

    at_once: int

    def submit(self, job: Job) -> Future[Outputs]: ...
    def heal(self) -> None: ...
    def close(self) -> None: ...


class Local:
    """Worker processes on this machine; they end when this process ends, however it ends."""

    def __init__(self, jobs: int):
        self.at_once = jobs
        self._pool: Executor = self._start()

    def submit(self, job: Job) -> Future[Outputs]:
        return self._pool.submit(judge, job)

    def heal(self) -> None:
        """Replace a pool that has lost a worker."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._pool = self._start()

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _start(self) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self.at_once, mp_context=context, initializer=end_with_parent)


class Dask:
    """The workers of a Dask cluster; Dask itself gives the job of a worker that dies to another."""

    def __init__(self, address: str):
        try:
            from distributed import Client
        except ImportError:
            raise Trouble("--dask needs the extra: python -m pip install 'unrolled[cluster]'.") from None
        try:
            self._client = Client(address, timeout="10s")
        except (OSError, TimeoutError):
            raise Trouble(f"No Dask scheduler answers at {address}. Start one with  dask scheduler  and workers with  "
                          "dask worker ADDRESS --nthreads 1 .") from None
        self._executor = self._client.get_executor(pure=False)
        self.at_once = max(1, sum(self._client.nthreads().values()))

    def submit(self, job: Job) -> Future[Outputs]:
        return self._executor.submit(judge, job)

    def heal(self) -> None:
        """Leave it to Dask."""

    def close(self) -> None:
        self._client.close()


def judged(jobs: Iterable[tuple[Any, Job]], workers: Workers) -> Iterator[tuple[Any, Outputs | Exception]]:
    """Judge jobs side by side and yield (key, outputs), or (key, the exception in their place), as they are done.

    No more than twice as many jobs as workers are under way, so that memory does not grow with the class.

    Raises Unavailable where the workers have no sandbox.
    """
    waiting = iter(jobs)
    under_way: dict[Future, tuple[Any, Job, int]] = {}
    while True:
        for key, job in _next(waiting, 2 * workers.at_once - len(under_way)):
            under_way[workers.submit(job)] = key, job, 1
        if not under_way:
            return
        done, _ = wait(under_way, return_when=FIRST_COMPLETED)
        broken = [future for future in done if isinstance(future.exception(), BrokenProcessPool)]
        for future in done - set(broken):
            key, _, _ = under_way.pop(future)
            error = future.exception()
            if isinstance(error, Unavailable):
                raise error
            yield key, error if isinstance(error, Exception) else future.result()
        if broken:
            yield from _again(under_way, workers)


def _again(under_way: dict[Future, tuple[Any, Job, int]], workers: Workers) -> Iterator[tuple[Any, Exception]]:
    """Give all that was under way to fresh workers, save what was tried too often."""
    lost = list(under_way.values())
    under_way.clear()
    workers.heal()
    for key, job, tries in lost:
        if tries < TRIES:
            under_way[workers.submit(job)] = key, job, tries + 1
        else:
            yield key, RuntimeError(f"the process that judged it died {tries} times")


def _next(waiting: Iterator[tuple[Any, Job]], count: int) -> Iterator[tuple[Any, Job]]:
    for _ in range(count):
        try:
            yield next(waiting)
        except StopIteration:
            return


def end_with_parent() -> None:
    """Ask the kernel to end this process when the one that started it ends; leave ctrl-C to that one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
