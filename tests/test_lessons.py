"""Every lesson through the sandbox: its solution, its skeleton, and its right answers however they are written."""

from __future__ import annotations

import shutil
from types import ModuleType
from typing import Any

import pytest

from grader import grade, gradebook, notebooks
from grader.course import Course
from grader.desk import demo
from grader.desk.demo import answered
from grader.desk.report import said
from grader.release import generate
from tests.lesson import ROOT, Lesson, edited
from tests.mistakes import captioning, rnn
from tests.test_mistakes import LESSONS

OTHERS = [data for data in LESSONS if data is not rnn]      # 1-rnn goes this way in test_grading


class Class:
    """A course of its own with one assignment, and students who hand in answers."""

    def __init__(self, root: Any, data: ModuleType):
        self.assignment, self.notebook = data.NOTEBOOK.split("/")
        root.mkdir()
        (root / "nbgrader_config.py").write_text(demo.CONFIG, encoding="utf-8")
        for folder in ("solutions", "assignments"):
            shutil.copytree(ROOT / folder / self.assignment, root / folder / self.assignment)
        self.course = Course(root.resolve())
        generate(self.course, self.assignment, record=True)
        self.skeleton = notebooks.read(root / "assignments" / data.NOTEBOOK)
        solution = notebooks.read(root / "solutions" / data.NOTEBOOK)
        self.answers = {notebooks.grade_id(c): notebooks.source(c) for c in solution["cells"]
                        if c["metadata"].get("nbgrader", {}).get("solution")}
        self.most = sum(c["metadata"]["nbgrader"]["points"] for c in notebooks.checks(solution))

    def hand_in(self, student: str, answers: dict[str, str]) -> None:
        path = self.course.submitted / student / self.assignment / self.notebook
        path.parent.mkdir(parents=True)
        path.write_text(answered(self.skeleton, answers), encoding="utf-8")

    def graded(self, workers: Any) -> dict[str, dict[str, float]]:
        """Grade all; the points of each check by student."""
        who = grade.students(self.course, self.assignment)
        results = list(grade.grade(self.course, self.assignment, who, workers))
        assert [r.status for r in results] == [grade.GRADED] * len(who)
        points: dict[str, dict[str, float]] = {student: {} for student in who}
        for mark in gradebook.marks(self.course, self.assignment):
            if not mark.by_hand:
                points[mark.student][mark.cell] = mark.score
        return points


@pytest.mark.parametrize("data", OTHERS, ids=lambda data: data.NOTEBOOK)
def test_solution_skeleton_and_variants_through_the_sandbox(data, tmp_path, workers):
    room, lesson = Class(tmp_path / "course", data), Lesson(data.NOTEBOOK)
    room.hand_in("perfect", room.answers)
    room.hand_in("untouched", {})
    for number, variant in enumerate(data.VARIANTS):
        own = {variant.function: edited(lesson.answers[variant.function], *variant.edits)} if variant.edits else {}
        room.hand_in(f"variant{number:03d}", room.answers | own | variant.instead)
    points = room.graded(workers)
    told = said(room.course, room.assignment, "untouched")
    assert all(check.not_written and "not written yet" in check.failure for check in told.values())
    assert sum(points.pop("untouched").values()) == 0
    lost = {student: cells for student, cells in points.items() if sum(cells.values()) < room.most}
    assert not {s if s == "perfect" else data.VARIANTS[int(s[-3:])].name: cells for s, cells in lost.items()}


def test_captions_that_are_one_column_late_earn_a_part_of_the_points_and_are_told_so(tmp_path, workers):
    room = Class(tmp_path / "course", captioning)
    late = next(m for m in captioning.MISTAKES if m.name == "<START> in column 0")
    late_and_deaf = captioning.sample(before="captions[:, 0] = START", steps="range(1, max_length)", feeds="pass")
    late_and_no_bias = {"captioning_sample": late.instead["captioning_sample"].replace(
        "scores.argmax", "(scores - params['b_vocab']).argmax")}
    for student, instead in {"late": late.instead, "deaf": late_and_deaf, "biased": late_and_no_bias}.items():
        room.hand_in(student, room.answers | instead)
    points = room.graded(workers)
    check = "check-captioning_sample"
    assert {student: cells[check] for student, cells in points.items()} == {"late": 3, "deaf": 0, "biased": 0}
    told = said(room.course, room.assignment, "late")[check]
    assert told.failed
    assert told.failure.startswith("✗ captions are right but one column late: column 0 holds <START>.")
    assert "3 points if it is right" in told.text
    assert points["late"]["check-captioning_loss"] > 0
