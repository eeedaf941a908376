"""The same attacks through stock nbgrader, once, and what either grader pays for them:  python -m tests.attacks.stock

Stock nbgrader runs submissions unprotected on this machine, so attacks on the machine itself are left out.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from grader import demo, grade, notebooks
from grader.course import Course
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


def course_in(folder: Path, config: str, attacks: list[Attack]) -> Course:
    """A course of its own, released, with a class that has handed in."""
    folder.mkdir()
    (folder / "nbgrader_config.py").write_text(config, encoding="utf-8")
    for part in ("solutions", "assignments"):
        shutil.copytree(ROOT / part / ASSIGNMENT, folder / part / ASSIGNMENT)
    (folder / "solutions" / ASSIGNMENT / "assignment.toml").write_text(LIMITS)
    course = Course(folder.resolve())
    generate(course, ASSIGNMENT, record=True)
    (folder / "canary").mkdir()
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


def by_stock(course: Course, *words: str) -> str:
    """Run nbgrader's own command over the class, however it ends, and return the end of what it says."""
    command = [sys.executable, "-m", "nbgrader", "autograde", ASSIGNMENT, *words]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "HOME": str(course.root / "canary")}
    done = subprocess.run(command, cwd=course.root, env=environment, capture_output=True, text=True, errors="replace",
                          timeout=3000)
    return done.stderr[-3000:]


def points(found: dict[str, float | None] | None) -> str:
    """The points of checks; with a question mark where some wait for a person; a dash where nothing was marked."""
    if found is None:
        return "–"
    checks = {name: score for name, score in found.items() if name.startswith("check-")}
    waiting = "?" if None in checks.values() else ""
    return f"{sum(score or 0 for score in checks.values()):g}{waiting}"


def table(ours: dict, stock: dict) -> None:
    """Print what an attack earns by right, and what either grader paid."""
    print(f"{'attack':<58}{'earned':>8}{'stock':>14}{'this kit':>10}")
    most = ours["perfect"]
    for attack in sorted(ATTACKS, key=lambda attack: attack.dangerous):
        earned = sum(most[f"check-{name}"] or 0 for name in attack.earns)
        by_nbgrader = "not run" if attack.dangerous else points(stock.get(attack.student))
        print(f"{attack.name:<58}{earned:>8g}{by_nbgrader:>14}{points(ours.get(attack.student)):>10}")


def main() -> None:
    """Grade the class by this kit and by stock nbgrader, and print both side by side."""
    safe = [attack for attack in ATTACKS if not attack.dangerous]
    with tempfile.TemporaryDirectory() as folder:
        ours = course_in(Path(folder, "ours"), demo.CONFIG, ATTACKS)
        by_ours(ours)
        stock = course_in(Path(folder, "stock"), STOCK, [attack for attack in safe if attack.name != ALONE])
        by_stock(stock)
        paid = marks(stock)
        last = next(attack for attack in ATTACKS if attack.name == ALONE)
        last.hand_in(kit_for(stock), stock.submitted)
        by_stock(stock, "--student", last.student)
        after = marks(stock)
        table(marks(ours), paid | {last.student: after[last.student]})
        changed = [student for student in paid if paid[student] != after[student]]
        print(f"\nOne statement of SQL changed the marks of {len(changed)} of {len(paid)} students of stock nbgrader.")
        print("Files made outside, stock:", sorted(p.name for p in (stock.root / "canary").iterdir()))
        print("Files made outside, this kit:", sorted(p.name for p in (ours.root / "canary").iterdir()))


if __name__ == "__main__":
    main()
