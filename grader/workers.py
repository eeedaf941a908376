"""Processes that judge submissions side by side: on this machine, or on a Dask cluster."""

from __future__ import annotations

import ctypes
import logging
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any, Protocol

from grader.course import Trouble
from grader.job import Job, Outputs
from grader.judge import judge
from grader.sandbox import Unavailable

TRIES = 3           # how often a submission is tried by itself whose worker died
PATIENCE = 60       # seconds without any result after which it is asked whether there are workers at all
PR_SET_PDEATHSIG = 1


class Workers(Protocol):
    """Something that runs jobs elsewhere, several at a time."""

    at_once: int

    def submit(self, job: Job) -> Future[Outputs]: ...
    def heal(self) -> None: ...
    def require_some(self) -> None: ...
    def close(self) -> None: ...


class Local:
    """Worker processes on this machine; they end when this process ends, however it ends."""

    def __init__(self, jobs: int):
        self.at_once = jobs
        self._pool: Executor = self._start()

    def submit(self, job: Job) -> Future[Outputs]:
        try:
            return self._pool.submit(judge, job)
        except BrokenProcessPool as broken:     # a worker has died, and nobody has looked since
            future: Future[Outputs] = Future()
            future.set_exception(broken)
            return future

    def heal(self) -> None:
        """Replace a pool that has lost a worker."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._pool = self._start()

    def require_some(self) -> None:
        """A worker that is missing here makes itself known."""

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
        _silence("distributed")     # what matters is said in a sentence
        self._address = address
        try:
            self._client = Client(address, timeout="10s")
        except (OSError, TimeoutError):
            raise Trouble(f"No Dask scheduler answers at {address}. Start one with  dask scheduler  and workers with  "
                          "dask worker ADDRESS --nthreads 1 .") from None
        self.require_some()
        self._executor = self._client.get_executor(pure=False)
        self.at_once = max(1, sum(self._client.nthreads().values()))

    def submit(self, job: Job) -> Future[Outputs]:
        return self._executor.submit(judge, job)

    def heal(self) -> None:
        """Leave it to Dask."""

    def require_some(self) -> None:
        """Raise Trouble where the cluster has no worker; its scheduler would wait for one for ever."""
        if not self._client.nthreads():
            raise Trouble(f"The Dask cluster at {self._address} has no worker. Start some with  "
                          f"dask worker {self._address} --nthreads 1  and run this again: the rest will be graded.")

    def close(self) -> None:
        self._client.close()


def _silence(package: str) -> None:
    """Keep a package's loggers quiet; each may have a level of its own."""
    for name in [package, *logging.root.manager.loggerDict]:
        if name.partition(".")[0] == package:
            logging.getLogger(name).setLevel(logging.CRITICAL)


def judged(jobs: Iterable[tuple[Any, Job]], workers: Workers) -> Iterator[tuple[Any, Outputs | Exception]]:
    """Judge jobs side by side and yield (key, outputs), or (key, the exception in their place), as they are done.

    No more than twice as many jobs as workers are under way, so that memory does not grow with the class.

    Raises Unavailable where the workers have no sandbox, Trouble where no worker is left or can be reached.
    """
    waiting = iter(jobs)
    under_way: dict[Future, tuple[Any, Job]] = {}
    while True:
        for key, job in _next(waiting, 2 * workers.at_once - len(under_way)):
            under_way[workers.submit(job)] = key, job
        if not under_way:
            return
        done, _ = wait(under_way, timeout=PATIENCE, return_when=FIRST_COMPLETED)
        if not done:
            workers.require_some()
        broken = [future for future in done if isinstance(_error(future), BrokenProcessPool)]
        for future in done - set(broken):
            key, _ = under_way.pop(future)
            yield key, _outcome(future)
        if broken:
            lost = list(under_way.values())
            under_way.clear()
            workers.heal()
            for key, job in lost:
                yield key, _alone(job, workers)


def _alone(job: Job, workers: Workers) -> Outputs | Exception:
    """Judge by itself a submission that was lost with a worker: if that one dies again, no neighbour is the reason."""
    for _ in range(TRIES):
        future = workers.submit(job)
        if not isinstance(_error(future), BrokenProcessPool):
            return _outcome(future)
        workers.heal()
    return RuntimeError(f"the process that judged it died {TRIES} times")


def _error(future: Future[Outputs]) -> BaseException | None:
    """How a job failed.

    Raises Trouble where it was called off, as Dask does when its scheduler has gone away.
    """
    try:
        return future.exception()
    except CancelledError:
        raise Trouble("Grading stopped: the Dask scheduler has gone away. What was graded so far is kept; start it and "
                      "run this again: the rest will be graded.") from None


def _outcome(future: Future[Outputs]) -> Outputs | Exception:
    error = _error(future)
    if isinstance(error, Unavailable):
        raise error
    return error if isinstance(error, Exception) else future.result()


def _next(waiting: Iterator[tuple[Any, Job]], count: int) -> Iterator[tuple[Any, Job]]:
    for _ in range(count):
        try:
            yield next(waiting)
        except StopIteration:
            return


def end_with_parent() -> None:
    """End this process when the one that started it ends; leave ctrl-C to that one.

    The kernel is asked where it can be, for it is certain; the thread is for elsewhere, and for a parent that ended
    before the kernel was asked.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
