"""From a submission to a mark, through this kit's command and through stock nbgrader."""

import json
import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from grader import grade, gradebook
from grader.course import Trouble
from grader.desk.demo import answered
from grader.desk.report import said
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


def test_through_this_kit(class_of_three, skeleton, workers):
    who = grade.students(class_of_three, ASSIGNMENT)
    results = list(grade.grade(class_of_three, ASSIGNMENT, who, workers))
    assert [r.status for r in results] == [grade.GRADED] * 3
    assert_marks(class_of_three, skeleton)
    again = list(grade.grade(class_of_three, ASSIGNMENT, who, workers))
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


def test_a_mark_given_by_hand_survives_another_grading(class_of_three, workers):
    with gradebook.opened(class_of_three) as book:
        mark = book.find_grade("why-two-gradients", "rnn", ASSIGNMENT, "perfect")
        mark.manual_score = 2.5
        book.db.commit()
    list(grade.grade(class_of_three, ASSIGNMENT, ["perfect"], workers, regrade=True))
    with gradebook.opened(class_of_three) as book:
        assert book.find_grade("why-two-gradients", "rnn", ASSIGNMENT, "perfect").manual_score == 2.5


def test_the_graded_notebook_is_rebuilt_and_says_so(course, skeleton, answers, hand_in, workers):
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
    gone = ("check-add_backward", "add_backward", "setup", "blocks-forward")
    notebook["cells"] = [c for c in cells if c["id"] not in gone]
    notebook["metadata"] = {"kernelspec": {"name": "fortran77", "display_name": "Fortran", "language": "fortran"}}
    notebook["cells"].insert(3, {"cell_type": "raw", "id": "raw", "metadata": {}, "source": "mine"})
    hand_in(course, "odd", json.dumps(notebook))
    assert [r.status for r in grade.grade(course, ASSIGNMENT, ["odd"], workers)] == [grade.GRADED]

    scores = {m.cell: m.score for m in gradebook.marks(course, ASSIGNMENT) if not m.by_hand}
    assert scores["check-rnn_step_forward"] == 4
    assert scores["check-rnn_step_backward"] == 5, "the last of two cells counts"
    assert scores["check-add_backward"] == 0
    assert len(scores) == 10
    graded = (course.autograded / "odd" / ASSIGNMENT / "rnn.ipynb").read_text(encoding="utf-8")
    assert "There were several cells named `rnn_step_backward`; the last one is graded." in graded
    assert "The cell `add_backward` was missing and has been put back." in graded
    assert "The cell `setup` was missing and has been put back." in graded
    assert scores["check-tanh_backward"] == 1, "given functions are put back too"
    assert '"name": "python3"' in graded


def test_a_changed_submission_is_graded_again_whatever_its_date(course, skeleton, answers, hand_in, workers):
    path = hand_in(course, "amy", answered(skeleton, {}))
    assert [r.status for r in grade.grade(course, ASSIGNMENT, ["amy"], workers)] == [grade.GRADED]
    assert totals(course) == {"amy": 0}
    old = path.stat().st_mtime - 1000
    hand_in(course, "amy", answered(skeleton, answers))
    os.utime(path, (old, old))
    assert [r.status for r in grade.grade(course, ASSIGNMENT, ["amy"], workers)] == [grade.GRADED]
    assert totals(course) == {"amy": 36}
    assert [r.status for r in grade.grade(course, ASSIGNMENT, ["amy"], workers)] == [grade.KEPT]
    (course.autograded / "amy" / ASSIGNMENT / "rnn.ipynb").write_text("{}")
    assert [r.status for r in grade.grade(course, ASSIGNMENT, ["amy"], workers)] == [grade.GRADED]


def test_a_new_version_without_a_time_does_not_keep_that_of_the_old_one(course, skeleton, answers, hand_in, workers):
    path = hand_in(course, "ada", answered(skeleton, {}))
    stamp = path.with_name("timestamp.txt")
    stamp.write_text("2027-01-31 12:00:00 UTC", encoding="utf-8")
    list(grade.grade(course, ASSIGNMENT, ["ada"], workers))
    with gradebook.opened(course) as db:
        assert db.find_submission(ASSIGNMENT, "ada").timestamp.year == 2027
    hand_in(course, "ada", answered(skeleton, answers))
    stamp.unlink()
    assert [r.status for r in grade.grade(course, ASSIGNMENT, ["ada"], workers)] == [grade.GRADED]
    with gradebook.opened(course) as db:
        assert db.find_submission(ASSIGNMENT, "ada").timestamp is None


def test_without_a_sandbox_nothing_is_graded_and_the_sentence_says_what_to_do(course, skeleton, hand_in, command):
    hand_in(course, "amy", answered(skeleton, {}))
    done = command(course.root, "grader", "grade", ASSIGNMENT, PATH=str(Path(sys.executable).parent))
    assert done.returncode == 2
    assert "Nothing is graded without a sandbox: bubblewrap is not installed: sudo apt install" in done.stderr
    assert "Traceback" not in done.stderr
    assert not course.autograded.exists()
    done = command(course.root, "grader", "doctor", PATH=str(Path(sys.executable).parent))
    assert done.returncode == 2
    assert "There is no sandbox here: bubblewrap is not installed" in done.stderr


def test_trusted_is_typed_by_a_person_and_stamped_on_every_result(course, skeleton, answers, hand_in, command):
    hand_in(course, "amy", answered(skeleton, answers))
    done = command(course.root, "grader", "grade", ASSIGNMENT, "--trusted", "--jobs", "1")
    assert done.returncode == 0, done.stderr
    assert "1-rnn, not sandboxed" in done.stdout
    assert totals(course) == {"amy": 36}
    graded = (course.autograded / "amy" / ASSIGNMENT / "rnn.ipynb").read_text(encoding="utf-8")
    assert "**Not sandboxed.** This submission was run in an ordinary kernel" in graded
    assert '"sandboxed": false' in graded


def test_what_is_withheld_says_so(course, skeleton, answers, hand_in, workers):
    cheat = answers["rnn_step_forward"].replace("    ### BEGIN SOLUTION\n", "    import scipy\n")
    hand_in(course, "amy", answered(skeleton, answers | {"rnn_step_forward": cheat}))
    assert [r.status for r in grade.grade(course, ASSIGNMENT, ["amy"], workers)] == [grade.GRADED]
    told = said(course, ASSIGNMENT, "amy")["check-rnn_step_forward"]
    assert "scipy is withheld while this assignment is graded" in told.failure


def test_what_hangs_is_stopped_and_the_rest_still_counts(course, skeleton, answers, hand_in, workers):
    endless = answers["rnn_forward"].replace("    h = np.stack", "    while True:\n        pass\n    h = np.stack")
    hand_in(course, "amy", answered(skeleton, answers | {"rnn_forward": endless}))
    list(grade.grade(course, ASSIGNMENT, ["amy"], workers, seconds=2))
    told = said(course, ASSIGNMENT, "amy")
    assert told["check-rnn_forward"].failure.startswith("✗ rnn_forward")
    assert "stopped after 2 s" in told["check-rnn_forward"].failure
    assert not told["check-next_letter_loss"].failed
    assert totals(course) == {"amy": 36 - 4 - 7 - 5 - 4}


def test_settings_that_are_not_understood_are_told(course):
    from grader import settings

    path = course.solutions / ASSIGNMENT / settings.FILE
    for text, words in {
        "withold = []": "has withold; expected withhold and, under limits, call_seconds",
        "[limits]\nmemori = 1": "has limits.memori",
        "[limits]\nmemory = -1": "limits.memory is -1, expected a number above 0",
        "withhold = 3": "withhold is 3, expected a list of module names",
        "= 3": "is not TOML",
    }.items():
        path.write_text(text, encoding="utf-8")
        with pytest.raises(Trouble, match=re.escape(words)):
            settings.read(path.parent)


def test_every_accepted_variant_keeps_full_marks_through_the_boundary(course, skeleton, answers, hand_in, workers):
    from tests.lesson import Lesson, edited
    from tests.mistakes import rnn

    lesson = Lesson(rnn.NOTEBOOK)
    for number, variant in enumerate(rnn.VARIANTS):
        own = {variant.function: edited(lesson.answers[variant.function], *variant.edits)} if variant.edits else {}
        hand_in(course, f"variant{number:02d}", answered(skeleton, answers | own | variant.instead))
    who = grade.students(course, ASSIGNMENT)
    assert all(r.status == grade.GRADED for r in grade.grade(course, ASSIGNMENT, who, workers))
    lost = {rnn.VARIANTS[int(student[-2:])].name: points for student, points in totals(course).items() if points < 36}
    assert not lost
