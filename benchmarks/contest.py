"""Contestants that do the same work in turns, each in a process of its own, timed in one run."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

THREADS = "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"


@dataclass
class Contestant:
    """One process that waits for its turn; times are seconds a step."""

    name: str
    process: subprocess.Popen[str]
    results: Path
    step: float = 0.0
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    turns: dict[str, list[float]] = field(default_factory=lambda: {"wall": [], "cpu": []})

    def take_turn(self, seconds: float) -> None:
        """Work for about so long, at least one step."""
        answer = self.ask(str(max(1, int(seconds / self.step))))
        self.wall += answer["wall"]
        self.cpu += answer["cpu"]
        for clock, turns in self.turns.items():
            turns.append(statistics.median(answer[clock]))

    def ask(self, line: str) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"{self.name} stopped; what it said is above.")
        return json.loads(answer)


def hold(
    script: str,
    tasks: Mapping[str, Mapping[str, Any]],
    blas_threads: Mapping[str, int],
    rounds: int,
    seconds: float,
    alone: str | None = None,
) -> dict[str, dict[str, Any]]:
    """Let contestants work in turns and return their times, in seconds a step.

    tasks: by name, what `serve` of the script is given; blas_threads: by name, the threads BLAS may use.
    First each saves its loss and gradients, and all must agree with the first one's to rounding, but for the one
    that does other work, `alone`.
    -> by name: wall and cpu (medians), wall_least and cpu_least, turns (the median of each turn, by clock), worst
    (the largest relative difference)
    """
    contestants: list[Contestant] = []
    with tempfile.TemporaryDirectory() as folder:
        try:
            for k, (name, task) in enumerate(tasks.items()):
                environment = dict(os.environ) | dict.fromkeys(THREADS, str(blas_threads[name]))
                command = [sys.executable, script, "--contestant", json.dumps(dict(task))]
                pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
                process = subprocess.Popen(command, env=environment, **pipes)
                contestants.append(Contestant(name, process, Path(folder) / f"{k}.npz"))
            for contestant in contestants:
                contestant.step = contestant.ask(f"save {contestant.results}")["step"]
            differences = compare([c for c in contestants if c.name != alone])
            for turn in range(rounds):
                for contestant in contestants if turn % 2 == 0 else contestants[::-1]:
                    time.sleep(0.05)  # threads of the one before go to sleep
                    contestant.take_turn(seconds)
        finally:
            for contestant in contestants:
                assert contestant.process.stdin is not None
                contestant.process.stdin.close()
            for contestant in contestants:
                contestant.process.wait()
    return {
        c.name: {
            "cpu": statistics.median(c.cpu),
            "wall": statistics.median(c.wall),
            "cpu_least": min(c.cpu),
            "wall_least": min(c.wall),
            "steps": len(c.cpu),
            "turns": c.turns,
            "worst": differences.get(c.name, 0.0),
        }
        for c in contestants
    }


def compare(contestants: list[Contestant], most: float = 2e-4) -> dict[str, float]:
    """The largest difference of each one's loss and gradients from the first one's, relative to the largest entry."""
    with np.load(contestants[0].results) as first:
        expected = {name: first[name] for name in first.files}
    worst = {}
    for contestant in contestants:
        with np.load(contestant.results) as found:
            off = {
                name: float(np.abs(found[name] - right).max() / np.abs(right).max())
                for name, right in expected.items()
            }
        name = max(off, key=lambda key: off[key])
        worst[contestant.name] = off[name]
        if not off[name] <= most:
            raise SystemExit(f"{contestant.name}: {name} differs by {off[name]:.1e}; it does not do the same work.")
    return worst


def serve(step: Callable[[], float], gradients: Callable[[], dict[str, Any]]) -> None:
    """A contestant's side: `save FILE` does a step and stores what came out; a number does so many steps."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        words = line.split(maxsplit=1)
        if words[0] == "save":
            loss = step()
            np.savez(words[1].strip(), loss=loss, **gradients())
            step()
            start = time.perf_counter()
            step()
            print(json.dumps({"step": time.perf_counter() - start}), file=out, flush=True)
            continue
        wall, cpu = [], []
        for _ in range(int(words[0])):
            start, used = time.perf_counter(), time.process_time()
            step()
            wall.append(time.perf_counter() - start)
            cpu.append(time.process_time() - used)
        print(json.dumps({"wall": wall, "cpu": cpu}), file=out, flush=True)


def ratio(ours: dict[str, Any], other: dict[str, Any], clock: str) -> float:
    """Ours by another's time: the median over turns that followed each other, so that a busy minute counts for both."""
    pairs = zip(ours["turns"][clock], other["turns"][clock], strict=True)
    return statistics.median(a / b for a, b in pairs)
