"""The guide to an assignment of one's own, followed command by command; and the template that it begins with."""

import json
import re

import pytest

from grader import gradebook, notebooks
from grader.course import Course, Trouble
from grader.desk import author, new
from grader.desk.demo import answered
from grader.desk.new import Plan
from tests.lesson import ROOT

GUIDE = (ROOT / "docs" / "own-assignments.md").read_text(encoding="utf-8")
NAME, NOTEBOOK = "9-scale", "scale.ipynb"


def commands() -> list[list[str]]:
    """Every command of the guide, in order."""
    return [line.split() for line in re.findall(r"^(?:\$ )?python -m ([^#\n]+)", GUIDE, re.MULTILINE)]


def test_the_guide_can_be_followed(tmp_path, command):
    course = new.new(Course(ROOT), tmp_path / "course", Plan("Mine", ["1-rnn"]), lambda line: None)
    said = {}
    for words in commands():
        if words[1] == "grade":
            hand_in(course)
        done = command(course.root, *words)
        said[" ".join(words[1:])] = done
        expected = 1 if words[-1].startswith("assignments/") else 0
        assert done.returncode == expected, f"{words}: {done.stdout}{done.stderr}"
    assert f"solutions/{NAME}/{NOTEBOOK}" in said[f"new-assignment {NAME}"].stdout
    assert "2 of 2 checks pass." in said[f"check solutions/{NAME}/{NOTEBOOK}"].stdout
    assert f"assignments/{NAME}: released, 1 file" in said[f"release {NAME}"].stdout
    assert said[f"check assignments/{NAME}/{NOTEBOOK}"].stdout.splitlines()[:2] == [
        "· scale_forward is not written yet.", "· scale_backward waits: scale_forward is not written yet."]
    marks = {(mark.student, mark.cell): mark.score for mark in gradebook.marks(course, NAME) if not mark.by_hand}
    assert marks == {("ada", "check-scale_forward"): 2, ("ada", "check-scale_backward"): 4,
                     ("bao", "check-scale_forward"): 2, ("bao", "check-scale_backward"): 0}
    report = course.autograded / "bao" / NAME / NOTEBOOK
    assert "dw is wrong" in report.read_text(encoding="utf-8")
    assert (course.feedback / "ada" / NAME / "scale.html").is_file()


def hand_in(course: Course) -> None:
    """Ada has everything right, Bao takes a mean for a sum."""
    solution = notebooks.read(course.solutions / NAME / NOTEBOOK)
    skeleton = notebooks.read(course.assignments / NAME / NOTEBOOK)
    assert "x * w" not in json.dumps(skeleton)
    right = {notebooks.grade_id(cell): notebooks.source(cell) for cell in solution["cells"] if notebooks.grade_id(cell)}
    wrong = right | {"scale_backward": right["scale_backward"].replace("sum(axis=0)", "mean(axis=0)")}
    for student, answers in (("ada", right), ("bao", wrong)):
        notebooks.write_text(course.submitted / student / NAME / NOTEBOOK, answered(skeleton, answers))


def test_the_guide_names_what_there_is():
    for link in re.findall(r"\]\(([\w-]+\.md)\)", GUIDE):
        assert (ROOT / "docs" / link).is_file()
    assert [words[1] for words in commands()] == ["new-assignment", "check", "release", "check", "grade", "feedback",
                                                  "export"]


def test_the_template_is_canonical():
    text = author.template("Scale")
    assert notebooks.canonical(json.loads(text)) == text
    assert "\\n" not in notebooks.source(json.loads(text)["cells"][2])


@pytest.mark.parametrize("name", ["../x", "a b", "", "9-", "a+b", "-x", "con/aux"])
def test_a_name_that_cannot_be_is_told(desk, name):
    with pytest.raises(Trouble, match="cannot name an assignment"):
        author.new_assignment(desk, name)


def test_what_is_there_is_not_overwritten(desk):
    before = (desk.solutions / "1-rnn" / "rnn.ipynb").read_bytes()
    with pytest.raises(Trouble, match="is there already"):
        author.new_assignment(desk, "1-rnn")
    assert (desk.solutions / "1-rnn" / "rnn.ipynb").read_bytes() == before
