"""The same attacks through stock nbgrader, once, and what either grader pays for them:  python -m tests.attacks.stock

Stock nbgrader runs submissions unprotected on this machine, so attacks on the machine itself are left out.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from grader import grade, notebooks
from grader.course import Course
from grader.desk import demo
from grader.release import generate
from grader.workers import Local
from tests.attacks import ATTACKS
from tests.attacks.classroom import ASSIGNMENT, LIMITS, arrive, marks
from tests.attacks.kit import Attack, Kit
from tests.lesson import ROOT

STOCK = demo.CONFIG + '''
c = get_config()
del c.Autograde["sanitize_preprocessors"], c.Autograde["autograde_preprocessors"]
c.Execute.timeout = 4
c.Execute.interrupt_on_timeout = True
'''
ALONE = "one statement of SQL"      # it changes everybody's marks: graded last
SECONDS = 1.5
MOST_SECONDS = 900     # of one run of nbgrader's command
STARTED = re.compile(r"Creating/updating student with ID '(.*)'")


def course_in(folder: Path, config: str, attacks: list[Attack]) -> Course:
    """A course of its own, released, with a class that has handed in."""
    folder.mkdir()
    (folder / "nbgrader_config.py").write_text(config, encoding="utf-8")
    for part in ("solutions", "assignments"):
        shutil.copytree(ROOT / part / ASSIGNMENT, folder / part / ASSIGNMENT)
    (folder / "solutions" / ASSIGNMENT / "assignment.toml").write_text(LIMITS)
    course = Course(folder.resolve())
    generate(course, ASSIGNMENT, record=True)
    for place in ("canary", "home", "away"):
        (folder / place).mkdir()
    arrive(course, kit_for(course), attacks)
    return course


def kit_for(course: Course) -> Kit:
    """What an attacker of this course knows."""
    solution = notebooks.read(course.solutions / ASSIGNMENT / "rnn.ipynb")
    right = {notebooks.grade_id(c): notebooks.source(c) for c in solution["cells"]
             if c["metadata"].get("nbgrader", {}).get("solution")}
    skeleton = notebooks.read(course.assignments / ASSIGNMENT / "rnn.ipynb")
    return Kit(skeleton, right, course.root / "canary", course.root)


def by_ours(course: Course) -> None:
    workers = Local(2)
    try:
        for _ in grade.grade(course, ASSIGNMENT, grade.students(course, ASSIGNMENT), workers, seconds=SECONDS):
            pass
    finally:
        workers.close()


def by_stock(course: Course) -> set[str]:
    """Run nbgrader's own command over the class until it gets to the end, and return who stopped it on the way.

    Whoever stops it is put away, and the command started again: it goes on with those who are not graded yet.
    """
    stopped: set[str] = set()
    tried: set[str] = set()
    while True:
        seen = STARTED.findall(autograde(course))
        left = set(os.listdir(course.submitted)) - set(os.listdir(course.autograded)) - tried
        print(f"stock: {len(seen)} notebooks, {len(left)} left", file=sys.stderr, flush=True)
        if not left or (not seen and not tried):
            return stopped
        tried |= set(seen)
        culprit = seen[-1] if seen else min(left)
        if left - set(seen):
            stopped.add(culprit)
            os.rename(course.submitted / culprit, course.root / "away" / culprit)


def autograde(course: Course) -> str:
    """Run nbgrader's command once, however it ends, and return what it says."""
    command = [sys.executable, "-m", "nbgrader", "autograde", ASSIGNMENT]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "HOME": str(course.root / "home")}
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, cwd=course.root, env=environment, stdout=log, stderr=log)
        try:
            process.wait(MOST_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.seek(0)
        return log.read().decode(errors="replace")


def points(found: dict[str, float | None] | None) -> str:
    """The points of checks; with a question mark where some wait for a person; a dash where nothing was marked."""
    if found is None:
        return "–"
    checks = {name: score for name, score in found.items() if name.startswith("check-")}
    waiting = "?" if None in checks.values() else ""
    return f"{sum(score or 0 for score in checks.values()):g}{waiting}"


def table(ours: dict, stock: dict, stopped: set[str]) -> None:
    """Print what an attack earns by right, and what either grader paid."""
    print(f"{'attack':<58}{'earned':>8}{'stock':>14}{'this kit':>10}")
    most = ours["perfect"]
    for attack in sorted(ATTACKS, key=lambda attack: not is_run(attack)):
        earned = sum(most[f"check-{name}"] or 0 for name in attack.earns)
        by_nbgrader = "not run" if not is_run(attack) else points(stock.get(attack.student))
        by_nbgrader += " stops it" if attack.student in stopped else ""
        print(f"{attack.name:<58}{earned:>8g}{by_nbgrader:>14}{points(ours.get(attack.student)):>10}")


def is_run(attack: Attack) -> bool:
    """Leave out what is dangerous, and folders whose names stock nbgrader takes for a pattern or cannot log."""
    return not attack.dangerous and not attack.folder


def main() -> None:
    """Grade the class by this kit and by stock nbgrader, and print both side by side."""
    safe = [attack for attack in ATTACKS if is_run(attack)]
    with tempfile.TemporaryDirectory() as folder:
        ours = course_in(Path(folder, "ours"), demo.CONFIG, ATTACKS)
        by_ours(ours)
        stock = course_in(Path(folder, "stock"), STOCK, [attack for attack in safe if attack.name != ALONE])
        stopped = by_stock(stock)
        paid = marks(stock)
        last = next(attack for attack in ATTACKS if attack.name == ALONE)
        last.hand_in(kit_for(stock), stock.submitted)
        by_stock(stock)
        after = marks(stock)
        table(marks(ours), paid | {last.student: after.get(last.student)}, stopped)
        changed = [student for student in paid if paid[student] != after[student]]
        print(f"\nOne statement of SQL changed the marks of {len(changed)} of {len(paid)} students of stock nbgrader.")
        print("Files made outside, stock:", sorted(p.name for p in (stock.root / "canary").iterdir()))
        print("Files made outside, this kit:", sorted(p.name for p in (ours.root / "canary").iterdir()))


if __name__ == "__main__":
    main()
