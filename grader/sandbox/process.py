"""The student's process as the grader holds it: watched, killed with certainty, its end explained."""

import contextlib
import os
import select
import signal
import struct
import threading

from grader.sandbox.limits import MB, Limits
from grader.sandbox.tree import usage

REPORT = struct.Struct("<idd")
WATCH_SECONDS = 0.1


class Process:
    """One process behind the wall, by file descriptor, so that no other can be meant by mistake.

    `pidfd` is the process 1 of a pid namespace of its own: with it, the kernel ends everything it started.
    `report` is a pipe on which its keeper tells how it ended. `lost` is true when the keeper was gone before it
    could: the sandbox was ended from outside, which is not the student's doing.
    """

    def __init__(self, pid: int, pidfd: int, report: int, limits: Limits):
        self.pid, self.pidfd, self.limits = pid, pidfd, limits
        self.cpu_seconds = 0.0
        self.reason: tuple[str, str] | None = None
        self.lost = False
        self._report = report
        self._closed, self._lock = False, threading.Lock()
        self._watcher = threading.Thread(target=self._watch, daemon=True, name="sandbox watch")
        self._watcher.start()

    def kill(self, status: str, why: str) -> None:
        """Kill the process and all it started; the first reason given is the one that is told."""
        with self._lock:
            if self._closed:
                return
            self.reason = self.reason or (status, why)
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)

    def wait(self, seconds: float = 10) -> bool:
        """Wait until nothing of it is left; False if that takes longer."""
        poller = select.poll()
        poller.register(self.pidfd, select.POLLIN)
        return bool(poller.poll(seconds * 1000))

    def end(self) -> tuple[str, str]:
        """Say why the process is gone: a status word and the start of a sentence. Kills it if need be."""
        if self.reason is None and not self.wait(0.2):
            self.kill("refused", "stopped: it closed its connection")
        self.wait()
        if self.reason is None:
            self.reason = self._from_report()
        return self.reason

    def close(self) -> None:
        """Kill the process, wait for its end and let go of what the grader held for it."""
        self.kill("died", "closed")
        self._watcher.join()
        with self._lock:
            if not self._closed:
                self._closed = True
                self._from_report()
                os.close(self.pidfd)
                os.close(self._report)

    def _from_report(self) -> tuple[str, str]:
        poller = select.poll()
        poller.register(self._report, select.POLLIN)
        told = bool(poller.poll(2000))
        data = os.read(self._report, REPORT.size) if told else b""
        if len(data) < REPORT.size:
            self.lost = told
            return "died", "the process ended"
        status, self.cpu_seconds, _ = REPORT.unpack(data)
        if not os.WIFSIGNALED(status):
            return "died", f"the process ended by itself, with exit code {os.waitstatus_to_exitcode(status)},"
        number = os.WTERMSIG(status)
        if number == signal.SIGKILL and self.cpu_seconds >= self.limits.cpu_seconds:
            return "timeout", too_long(self.limits)
        return "died", f"the process was ended by {signal.Signals(number).name}"

    def _watch(self) -> None:
        while not self.wait(WATCH_SECONDS):
            used = usage(self.pid, "/session", self.limits.memory)
            if used.memory > self.limits.memory:
                self.kill("memory", f"stopped: it used more than {self.limits.memory // MB} MB of memory")
            elif used.cpu_seconds > self.limits.cpu_seconds:
                self.kill("timeout", too_long(self.limits))


def too_long(limits: Limits) -> str:
    return f"stopped after {limits.cpu_seconds:g} processor seconds"
