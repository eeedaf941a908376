"""From a submission to a mark, through this kit's command and through stock nbgrader."""

import json
import shutil

import pytest

from grader import grade, gradebook
from grader.demo import answered
from grader.report import said
from tests.conftest import ASSIGNMENT

NOISE = """    import sys, warnings
    print("shapes", x.shape)
    print("a line", file=sys.stderr)
    warnings.warn("careful")
    np.exp(np.array([1e4]))
"""


@pytest.fixture(scope="module")
def class_of_three(released, skeleton, answers, hand_in, tmp_path_factory):
    """A perfect student, an untouched notebook, and a right one that prints and warns wherever it can."""
    root = tmp_path_factory.mktemp("class") / "course"
    shutil.copytree(released.root, root)
    course = type(released)(root.resolve())
    loud = {name: text.replace("    ### BEGIN SOLUTION\n", NOISE.replace("x.shape", "1") + "    ### BEGIN SOLUTION\n")
            for name, text in answers.items()}
    for student, given in {"perfect": answers, "untouched": {}, "loud": loud}.items():
        hand_in(course, student, answered(skeleton, given))
    return course


def totals(course) -> dict[str, float]:
    """Points of checks by student."""
    found: dict[str, float] = {}
    for mark in gradebook.marks(course, ASSIGNMENT):
        if not mark.by_hand:
            found[mark.student] = found.get(mark.student, 0) + mark.score
    return found


def assert_marks(course, skeleton) -> None:
    most = sum(c["metadata"]["nbgrader"]["points"] for c in skeleton["cells"]
               if c["cell_type"] == "code" and c["metadata"].get("nbgrader", {}).get("grade"))
    assert totals(course) == {"perfect": most, "untouched": 0, "loud": most}
    told = said(course, ASSIGNMENT, "untouched")
    assert len(told) == 10
    assert all(check.not_written and "not written yet" in check.failure for check in told.values())


def test_through_this_kit(class_of_three, skeleton):
    who = grade.students(class_of_three, ASSIGNMENT)
    results = list(grade.grade(class_of_three, ASSIGNMENT, who))
    assert [r.status for r in results] == [grade.GRADED] * 3
    assert_marks(class_of_three, skeleton)
    again = list(grade.grade(class_of_three, ASSIGNMENT, who))
    assert [r.status for r in again] == [grade.KEPT] * 3


def test_through_stock_nbgrader(class_of_three, skeleton, command):
    done = command(class_of_three.root, "nbgrader", "autograde", ASSIGNMENT, "--force")
    assert done.returncode == 0, done.stderr
    assert_marks(class_of_three, skeleton)
    done = command(class_of_three.root, "nbgrader", "generate_feedback", ASSIGNMENT, "--force")
    assert done.returncode == 0, done.stderr
    page = (class_of_three.feedback / "untouched" / ASSIGNMENT / "rnn.html").read_text(encoding="utf-8")
    assert "rnn_step_forward is not written yet" in page
    assert "seed=231" not in page, "a hidden check stands in the feedback"
    done = command(class_of_three.root, "nbgrader", "export")
    assert done.returncode == 0, done.stderr
    assert "perfect" in (class_of_three.root / "grades.csv").read_text(encoding="utf-8")


def test_stock_validate(class_of_three, command):
    for student, words in {"perfect": "Success", "untouched": "not written yet"}.items():
        folder = class_of_three.submitted / student / ASSIGNMENT
        done = command(folder, "nbgrader", "validate", "rnn.ipynb")
        assert words in done.stdout, done.stdout + done.stderr


def test_a_mark_given_by_hand_survives_another_grading(class_of_three):
    with gradebook.opened(class_of_three) as book:
        mark = book.find_grade("why-two-gradients", "rnn", ASSIGNMENT, "perfect")
        mark.manual_score = 2.5
        book.db.commit()
    list(grade.grade(class_of_three, ASSIGNMENT, ["perfect"], regrade=True))
    with gradebook.opened(class_of_three) as book:
        assert book.find_grade("why-two-gradients", "rnn", ASSIGNMENT, "perfect").manual_score == 2.5


def test_the_graded_notebook_is_rebuilt_and_says_so(course, skeleton, answers, hand_in):
    notebook = json.loads(answered(skeleton, answers))
    cells = notebook["cells"]
    at = {c["id"]: i for i, c in enumerate(cells)}
    check = cells[at["check-rnn_step_forward"]]
    check["source"] = "pass"
    check["metadata"]["tags"] = ["skip-execution"]
    cells[at["rnn_forward"]]["metadata"]["nbgrader"]["points"] = 100
    twice = json.loads(json.dumps(cells[at["rnn_step_backward"]]))
    twice["source"] = twice["source"].replace("dz.sum", "dz.mean")
    cells.insert(at["rnn_step_backward"], twice)
    notebook["cells"] = [c for c in cells if c["id"] not in ("check-add_backward", "add_backward")]
    notebook["metadata"] = {"kernelspec": {"name": "fortran77", "display_name": "Fortran", "language": "fortran"}}
    notebook["cells"].insert(3, {"cell_type": "raw", "id": "raw", "metadata": {}, "source": "mine"})
    hand_in(course, "odd", json.dumps(notebook))
    assert [r.status for r in grade.grade(course, ASSIGNMENT, ["odd"])] == [grade.GRADED]

    scores = {m.cell: m.score for m in gradebook.marks(course, ASSIGNMENT) if not m.by_hand}
    assert scores["check-rnn_step_forward"] == 4
    assert scores["check-rnn_step_backward"] == 5, "the last of two cells counts"
    assert scores["check-add_backward"] == 0
    assert len(scores) == 10
    graded = (course.autograded / "odd" / ASSIGNMENT / "rnn.ipynb").read_text(encoding="utf-8")
    assert "There were several cells named `rnn_step_backward`; the last one is graded." in graded
    assert "The cell `add_backward` was missing and has been put back." in graded
    assert '"name": "python3"' in graded
