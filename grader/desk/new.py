"""A course folder made from this kit: the chosen assignments, released and recorded, and a configuration to edit."""

from __future__ import annotations

import os
import re
import shutil
import stat
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from grader import clock, gradebook, notebooks
from grader.course import CLASS, CONFIG, Course, Trouble
from grader.release import generate, replace_files

LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "*.pyc", "*.db")
TEMPLATE = '''"""{name}: what nbgrader, formgrader and python -m grader read for this course. It is yours to edit."""

from pathlib import Path

from grader.course import configure

c = get_config()
configure(c, Path(__file__).resolve().parent)

# The name of the course in nbgrader's exchange; students need the same in their own configuration.
c.CourseDirectory.course_id = {id!r}

# What an assignment counts where its marks are exported to. One that is not named counts its own points.
c.Export.points = {points!r}

# What it is called there, if otherwise; Canvas finds its own by the number in brackets.
# c.Export.columns = {{"1-rnn": "Recurrent networks (4711)"}}

# What being late costs, by nbgrader's plugin. Without these lines: nothing.
{late}

# Where JupyterHub's users and this course exchange assignments.
{exchange}
'''
LATE = '''{mark}c.AssignLatePenalties.plugin_class = "grader.late.ByTheDay"
{mark}c.ByTheDay.share = {share:g}        # of the marks, for every day begun
{mark}c.ByTheDay.most = {most:g}         # never more than this
{mark}c.ByTheDay.forgiven = 600     # seconds'''
IGNORE = f"{CLASS}/\n*.db\n.ipynb_checkpoints/\n__pycache__/\n"


@dataclass(frozen=True)
class Plan:
    """What a new course is to be: its name and id, its assignments, when they are due and what they count.

    ``late`` is the share of the marks that a day costs, None for nothing; ``exchange`` is nbgrader's folder, None for
    its usual one.
    """

    name: str
    assignments: list[str] = field(default_factory=list)
    id: str = ""
    due: dict[str, datetime] = field(default_factory=dict)
    points: dict[str, float] = field(default_factory=dict)
    late: float | None = None
    exchange: Path | None = None

    @property
    def course_id(self) -> str:
        return self.id or re.sub(r"[^a-z0-9]+", "-", self.name.casefold()).strip("-") or "course"


def new(kit: Course, folder: Path, plan: Plan, say: Callable[[str], None] = print) -> Course:
    """Make a course folder, whole or not at all; nobody else may look into it, unless it was there with other rights.

    Raises Trouble where the folder is not empty, or the plan names what is not there.
    """
    plan = _complete(kit, plan)
    folder = folder.resolve()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Trouble(f"{folder} is there and not empty. A new course needs a folder of its own.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    workshop = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        _build(kit, Course(workshop), plan, say)
        if folder.exists():
            workshop.chmod(stat.S_IMODE(folder.stat().st_mode))
            folder.rmdir()
        os.replace(workshop, folder)
    except BaseException:
        shutil.rmtree(workshop, ignore_errors=True)
        raise
    return Course(folder)


def configuration(plan: Plan) -> str:
    """The text of a course's nbgrader_config.py."""
    share = 0.1 if plan.late is None else plan.late
    late = LATE.format(mark="# " if plan.late is None else "", share=share, most=max(0.5, share))
    root = "# c.Exchange.root = \"/srv/nbgrader/exchange\""
    exchange = root if plan.exchange is None else f"c.Exchange.root = {plan.exchange.resolve().as_posix()!r}"
    name = re.sub(r"[\\\"\r\n]", " ", plan.name)
    points = {name: int(value) if value == int(value) else value for name, value in plan.points.items()}
    return TEMPLATE.format(id=plan.course_id, name=name, points=points, late=late, exchange=exchange)


def set_due(course: Course, assignment: str, when: datetime) -> None:
    """Write an assignment's due date into the gradebook, where formgrader shows and changes it."""
    with gradebook.opened(course) as book:
        book.update_or_create_assignment(assignment, duedate=clock.stamp(when))


def _build(kit: Course, course: Course, plan: Plan, say: Callable[[str], None]) -> None:
    notebooks.write_text(course.root / CONFIG, configuration(plan))
    notebooks.write_text(course.root / ".gitignore", IGNORE)
    for name in plan.assignments:
        shutil.copytree(kit.solutions / name, course.solutions / name, ignore=LEFT_OUT)
        replace_files(course.assignments / name, generate(course, name, record=True))
        due = plan.due.get(name)
        if due:
            set_due(course, name, due)
        say(f"{name}: released{f', due {clock.stamp(due)}' if due else ''}")


def _complete(kit: Course, plan: Plan) -> Plan:
    """The plan with all assignments where none was chosen.

    Raises Trouble for what it names and the kit has not.
    """
    chosen = plan.assignments or kit.names()
    for name in chosen:
        kit.notebooks(name)
    for what, named in (("--due", plan.due), ("--points", plan.points)):
        strange = sorted(set(named) - set(chosen))
        if strange:
            raise Trouble(f"{what} names {', '.join(strange)}, which the course will not have: "
                          f"it has {', '.join(chosen)}.")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}", plan.course_id):
        raise Trouble(f"{plan.course_id!r} cannot be the id of a course: expected letters, digits, dots, - and _.")
    if any(points <= 0 for points in plan.points.values()) or not 0 <= (plan.late or 0) <= 1:
        raise Trouble("--points have to be above 0, and --late is a share between 0 and 1.")
    return Plan(plan.name, chosen, plan.id, plan.due, plan.points, plan.late, plan.exchange)
