"""Grade the same submissions by stock nbgrader and by this kit, in turn, and print the ratios.

    python benchmarks/grading.py                  40 submissions, 3 rounds
    python benchmarks/grading.py --quick          8 submissions, 1 round
    python benchmarks/grading.py --grow           memory and time from 100 to 1,000 submissions, this kit alone

*Stock* is nbgrader's own preprocessors in one batch. *Floor* is the same cells and checks executed in a forked, already
imported plain Python, without isolation and without writing a mark. *Warm* is either without what is paid once for a
run (imports, the gradebook, starting the sandboxes): judging alone. Processor seconds are those of a control group that
holds every process that was started, those in the sandbox too, whoever reaped them; so it needs root.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any
from unittest.mock import patch

from rich.console import Console
from rich.table import Table

from grader import gradebook, notebooks
from grader.course import Course, find_course
from grader.desk import demo
from grader.release import generate

ASSIGNMENT, NOTEBOOK = "1-rnn", "rnn.ipynb"
STOCK = demo.CONFIG + """
c = get_config()
c.Autograde.sanitize_preprocessors = ["nbgrader.preprocessors." + name for name in (
    "ClearOutput", "DeduplicateIds", "OverwriteKernelspec", "OverwriteCells", "CheckCellMetadata")]
c.Autograde.autograde_preprocessors = ["nbgrader.preprocessors." + name for name in (
    "Execute", "LimitOutput", "SaveAutoGrades", "AssignLatePenalties", "CheckCellMetadata")]
"""
EDITS = (
    {}, {"rnn_forward": ("state, Wx", "h0, Wx")}, {"rnn_backward": ("dh[:, t] + dh0", "dh[:, t]")},
    {"add_backward": ("sum(axis=0)", "mean(axis=0)")}, {"next_letter_loss": (".mean()", ".sum()")},
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--grow", action="store_true")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    if asked.quick:
        asked.students, asked.rounds = 8, 1
    with tempfile.TemporaryDirectory() as folder:
        figures = grow(Path(folder)) if asked.grow else compare(Path(folder), asked.students, asked.rounds, asked.jobs)
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")


def compare(folder: Path, students: int, rounds: int, jobs: int) -> dict[str, Any]:
    """Time stock, ours and the floor in turn, and print the medians and ratios."""
    stock, ours = (course_with(folder / name, students, config) for name, config in
                   (("stock", STOCK), ("ours", demo.CONFIG)))
    commands: dict[str, Callable[[], None]] = {
        "stock": lambda: command(stock, "nbgrader", "autograde", ASSIGNMENT, "--force"),
        "ours": lambda: command(ours, "grader", "grade", ASSIGNMENT, "--regrade", "--jobs", str(jobs)),
        "floor": lambda: floor(ours),
    }
    command(ours, "grader", "grade", ASSIGNMENT, "--jobs", str(jobs))       # warm the file system, try the sandbox
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, run in commands.items():
            times[name].append(measured(run))
    equal = marks(stock) == marks(ours)
    warmed = warm(ours, rounds)
    median = {name: (statistics.median(p for p, _ in rows), statistics.median(w for _, w in rows))
              for name, rows in times.items()}
    show(median, warmed, students, equal)
    return {"students": students, "marks equal": equal, "warm": warmed,
            "seconds": {name: {"processor": p, "wall": w} for name, (p, w) in median.items()}}


def show(median: dict[str, tuple[float, float]], warmed: dict[str, float], students: int, equal: bool) -> None:
    title = f"{students} submissions of {ASSIGNMENT}, seconds for one"
    table = Table("", "processor", "wall", title=title)
    for name, (processor, wall) in median.items():
        table.add_row(name, f"{processor / students:.3f}", f"{wall / students:.3f}")
    (stock, stock_wall), (ours, ours_wall), (least, _) = median["stock"], median["ours"], median["floor"]
    table.add_section()
    table.add_row("ours / stock", f"{ours / stock:.2f} (asked: 0.25)", f"{ours_wall / stock_wall:.2f} (asked: 0.15)")
    table.add_row("ours / floor", f"{ours / least:.2f} (asked: 1.6)", "")
    table.add_section()
    table.add_row("warm: floor", f"{warmed['floor']:.3f}", "")
    table.add_row("warm: ours, outside + inside", f"{warmed['outside']:.3f} + {warmed['inside']:.3f}", "")
    table.add_row("warm: of that an empty submission", f"{warmed['empty']:.3f}", "")
    table.add_row("warm: ours / floor", f"{warmed['ratio']:.2f}", "")
    console = Console(width=110)
    console.print(table)
    console.print(f"marks {'equal' if equal else 'DIFFER'}")


def warm(course: Course, rounds: int) -> dict[str, float]:
    """Processor seconds of judging one submission, nothing paid for the first time: medians of many short turns."""
    import h5py  # noqa: F401
    import matplotlib.pyplot  # noqa: F401

    from grader.grade import Desk
    from grader.judge import judge

    with Desk(course, ASSIGNMENT, False, None) as desk:
        jobs = [desk.job(desk.take(student)) for student in islice(course.submissions(ASSIGNMENT), len(EDITS))]
    empty = replace(jobs[0], cells=())
    inside = 0.0

    def counted(submission: Any, *_: object) -> None:
        nonlocal inside
        submission.session.close()
        inside += submission.session.process.cpu_seconds

    turns: dict[str, list[float]] = {name: [] for name in ("outside", "inside", "empty", "floor")}
    with patch("grader.judge.Submission.__exit__", counted):
        for turn in range(5 * rounds + 1):
            for name, some in (("judged", jobs), ("empty", [empty] * len(jobs))):
                inside, before = 0.0, seconds_of(resource.RUSAGE_SELF)
                for job in some:
                    judge(job)
                outside = seconds_of(resource.RUSAGE_SELF) - before
                if turn and name == "judged":
                    turns["outside"].append(outside / len(jobs))
                    turns["inside"].append(inside / len(jobs))
                elif turn:
                    turns["empty"].append((outside + inside) / len(jobs))
            before = seconds_of(resource.RUSAGE_CHILDREN)
            floor(course, len(jobs))
            if turn:
                turns["floor"].append((seconds_of(resource.RUSAGE_CHILDREN) - before) / len(jobs))
    ratios = [(a + b) / c for a, b, c in zip(turns["outside"], turns["inside"], turns["floor"], strict=True)]
    return {name: statistics.median(figures) for name, figures in turns.items()} | {"ratio": statistics.median(ratios)}


def seconds_of(whom: int) -> float:
    used = resource.getrusage(whom)
    return used.ru_utime + used.ru_stime


def grow(folder: Path) -> dict[str, Any]:
    """Grade classes of growing size and print time and the grader's own peak memory."""
    rows = {}
    table = Table("submissions", "wall s", "s / submission", "peak MiB of one process")
    for students in (100, 300, 1000):
        course = course_with(folder / str(students), students, demo.CONFIG)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        began = time.monotonic()
        command(course, "grader", "grade", ASSIGNMENT)
        wall = time.monotonic() - began
        peak = max(before.ru_maxrss, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024
        rows[students] = {"wall": wall, "peak MiB": peak}
        table.add_row(str(students), f"{wall:.1f}", f"{wall / students:.3f}", f"{peak:.0f}")
        shutil.rmtree(course.root)
    Console(width=110).print(table)
    return rows


def course_with(root: Path, students: int, config: str) -> Course:
    """A course folder with a released assignment and submissions that differ."""
    here = find_course(Path(__file__).parent)
    for name in ("solutions", "assignments"):
        shutil.copytree(getattr(here, name) / ASSIGNMENT, root / name / ASSIGNMENT)
    (root / "nbgrader_config.py").write_text(config, encoding="utf-8")
    course = Course(root.resolve())
    generate(course, ASSIGNMENT, record=True)
    solution = notebooks.read(course.solutions / ASSIGNMENT / NOTEBOOK)
    skeleton = notebooks.read(course.assignments / ASSIGNMENT / NOTEBOOK)
    right = {notebooks.grade_id(c): notebooks.source(c) for c in solution["cells"] if notebooks.grade_id(c)}
    for number in range(students):
        edits = EDITS[number % len(EDITS)]
        answers = right | {name: right[name].replace(*edit) for name, edit in edits.items()}
        path = course.submitted / f"student{number:04d}" / ASSIGNMENT / NOTEBOOK
        notebooks.write_text(path, demo.answered(skeleton, answers))
    return course


def command(course: Course, *words: str) -> None:
    done = subprocess.run([sys.executable, "-m", *words], cwd=course.root, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(words)} failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")


def measured(run: Callable[[], None]) -> tuple[float, float]:
    """Processor seconds of all that a function starts, by a control group of its own, and wall seconds."""
    group = control_group()
    child = os.fork()
    if child == 0:
        (group / "cgroup.procs").write_text(str(os.getpid()))
        run()
        os._exit(0)
    began = time.monotonic()
    _, status = os.waitpid(child, 0)
    wall = time.monotonic() - began
    processor = used(group)
    with contextlib.suppress(OSError):
        group.rmdir()
    if status:
        raise SystemExit("a run failed; see above")
    return processor, wall


def control_group() -> Path:
    """Make a fresh control group that counts processor time."""
    for parent in map(Path, ("/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/cpuacct")):
        group = parent / f"unrolled-{os.getpid()}-{time.monotonic_ns()}"
        with contextlib.suppress(OSError):
            group.mkdir()
            if (group / "cpu.stat").exists() or (group / "cpuacct.usage").exists():
                return group
            group.rmdir()
    raise SystemExit("No control group can be made: run this benchmark as root, on Linux.")


def used(group: Path) -> float:
    if (group / "cpuacct.usage").exists():
        return int((group / "cpuacct.usage").read_text()) / 1e9
    fields = dict(line.split() for line in (group / "cpu.stat").read_text().splitlines())
    return int(fields["usage_usec"]) / 1e6


def floor(course: Course, count: int | None = None) -> None:
    """Execute every submission's cells in a fork of this process, which has imported what they need."""
    import h5py  # noqa: F401
    import matplotlib.pyplot  # noqa: F401

    shows = {notebooks.source(c) for c in notebooks.read(course.solutions / ASSIGNMENT / NOTEBOOK)["cells"]
             if notebooks.SHOW in c["metadata"].get("tags", [])}
    checks = {c["id"]: notebooks.source(c) for c in notebooks.read(course.solutions / ASSIGNMENT / NOTEBOOK)["cells"]}
    for student in islice(course.submissions(ASSIGNMENT), count):
        notebook = notebooks.read(course.submitted / student / ASSIGNMENT / NOTEBOOK)
        child = os.fork()
        if child == 0:
            execute(notebook, shows, checks)
            os._exit(0)
        os.waitpid(child, 0)


def execute(notebook: dict[str, Any], shows: set[str], checks: dict[str, str]) -> None:
    names: dict[str, Any] = {"__name__": "__main__"}
    for cell in notebook["cells"]:
        text = checks[cell["id"]] if notebooks.is_check(cell) else notebooks.source(cell)
        if cell["cell_type"] == "code" and text not in shows:
            said = io.StringIO()
            with contextlib.redirect_stdout(said), contextlib.suppress(Exception):
                exec(compile(text, f"<{cell['id']}>", "exec"), names)


def marks(course: Course) -> list[tuple]:
    return [(m.student, m.cell, m.score) for m in gradebook.marks(course, ASSIGNMENT)]


if __name__ == "__main__":
    main()
