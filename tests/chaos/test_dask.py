"""On a Dask cluster of three local workers: the same marks, and a worker that dies costs nothing but time."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from tests.chaos import classroom

distributed = pytest.importorskip("distributed", reason="Dask is not installed: the extra 'cluster'")


@contextlib.contextmanager
def cluster(workers: int, folder) -> Iterator[tuple[str, list[subprocess.Popen]]]:
    """A scheduler and workers as processes of their own; yields the address and the workers."""
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    scheduler = dask(folder, "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
    crew = [dask(folder, "worker", address, "--nthreads", "1", "--nworkers", "1", "--no-nanny", "--no-dashboard",
                 "--memory-limit", "0", "--local-directory", str(folder)) for _ in range(workers)]
    try:
        with distributed.Client(address, timeout="60s") as client:
            if workers:
                client.wait_for_workers(workers, timeout=60)
        yield address, crew
    finally:
        for process in (*crew, scheduler):
            process.kill()
            process.wait()


def dask(folder, *words: str) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-m", "dask", *words], cwd=folder, env=classroom.environment(),
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def test_same_marks_though_a_worker_dies(small_class, course, tmp_path):
    before = classroom.done(course)
    with (classroom.no_survivors(), cluster(3, tmp_path) as (address, crew),
          classroom.grading(course, "--dask", address) as process):
        assert classroom.wait_until(lambda: classroom.done(course) > before, process)
        random.Random(4).choice(crew).send_signal(signal.SIGKILL)
        said, complaint = process.communicate(timeout=200)
    assert process.returncode == 0, complaint
    assert "not graded" not in said
    small_class.assert_equals(course)


@pytest.mark.long
def test_the_scheduler_dies(small_class, course, tmp_path):
    before = classroom.done(course)
    with cluster(1, tmp_path) as (address, _), classroom.grading(course, "--dask", address) as process:
        assert classroom.wait_until(lambda: classroom.done(course) > before, process)
        kill_scheduler(address)
        _, said = process.communicate(timeout=200)
    classroom.assert_one_sentence(process, said, "Grading stopped: the Dask scheduler has gone away")
    classroom.assert_whole(course)
    assert classroom.grade(course).returncode == 0
    small_class.assert_equals(course)


def kill_scheduler(address: str) -> None:
    port = address.rpartition(":")[2]
    for pid in classroom.descendants(os.getpid()):
        if f"--port {port}" in classroom.command(pid):
            os.kill(pid, signal.SIGKILL)
    time.sleep(0.1)


@pytest.mark.long
def test_no_worker(course, tmp_path):
    with cluster(0, tmp_path) as (address, _):
        refused = classroom.grade(course, "--dask", address)
    classroom.assert_one_sentence(refused, refused.stderr, f"The Dask cluster at {address} has no worker")


def test_a_wrong_address(course):
    address = f"tcp://127.0.0.1:{free_port()}"
    refused = classroom.grade(course, "--dask", address)
    classroom.assert_one_sentence(refused, refused.stderr, f"No Dask scheduler answers at {address}", "dask worker")
