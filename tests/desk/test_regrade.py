"""A check was wrong after all: what changes is shown first, and written only then."""

import json

import pytest

from grader import grade, gradebook, record
from grader.course import Trouble
from grader.desk import explain, regrade
from grader.desk.demo import answered
from tests.conftest import ASSIGNMENT

PATH = "rnn.ipynb"


@pytest.fixture
def marked(course, skeleton, answers, hand_in, workers):
    """Three students: one right, one wrong in a step, one wrong too whose mark a person has mended."""
    wrong = answers | {"product_backward": answers["product_backward"].replace("x.T @ dout", "2 * x.T @ dout")}
    for student, given in {"ada": answers, "bo": wrong, "cy": wrong}.items():
        hand_in(course, student, answered(skeleton, given))
    list(grade.grade(course, ASSIGNMENT, ["ada", "bo", "cy"], workers))
    with gradebook.opened(course) as book:
        book.find_grade("check-product_backward", "rnn", ASSIGNMENT, "cy").manual_score = 0.5
        book.find_grade("why-two-gradients", "rnn", ASSIGNMENT, "bo").manual_score = 2
        book.db.commit()
    return course


def change(course, *edits: tuple[str, str]) -> None:
    path = course.solutions / ASSIGNMENT / PATH
    text = path.read_text(encoding="utf-8")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def accept_everything(course) -> None:
    """Make the check of product_backward refuse only what raises."""
    path = course.solutions / ASSIGNMENT / PATH
    book = json.loads(path.read_text(encoding="utf-8"))
    cell = next(c for c in book["cells"] if c["id"] == "check-product_backward")
    cell["source"] = ["case = Case(N=4, D=5, H=6)\n", "x, W = case(\"ND DH\")\n",
                      "_ = case.run(product_backward, x @ W, (x, W), returns=\"dx, dW\")"]
    path.write_text(json.dumps(book), encoding="utf-8")


def everything(course) -> dict:
    return {path: path.read_bytes() for path in course.root.rglob("*") if path.is_file() and path.name != ".lock"}


def scores(course) -> dict:
    return {(m.student, m.cell): m.score for m in gradebook.marks(course, ASSIGNMENT)}


def test_what_would_change_is_shown_before_anything_is_written(marked, workers):
    accept_everything(marked)
    before = everything(marked)
    with regrade.Regrading(marked, ASSIGNMENT, ["product_backward"]) as plan:
        who = plan.students()
        assert sorted(plan.judge(workers)) == who == ["ada", "bo", "cy"]
        assert plan.changed == ["check-product_backward"]
        bo, cy = plan.changes
        assert (bo.student, bo.cells, bo.after - bo.before) == ("bo", {"check-product_backward": (0, 1)}, 1)
        assert (cy.student, cy.cells, cy.stays) == ("cy", {}, ["check-product_backward"])
        assert regrade.summary(plan, 3) == ["1 of 3 students' marks change, 1 up and 0 down, +1 points together."]
        assert ("cy", "product_backward", "stays: given by hand", f"{cy.before:g} → {cy.before:g}") in regrade.rows(
            plan.changes)
        assert everything(marked) == before

        old = scores(marked)
        results = list(plan.write("a factor of two is a matter of taste"))
    assert [r.status for r in results] == [grade.GRADED] * 3
    new = scores(marked)
    changed = {key: new[key] for key in new if new[key] != old[key]}
    assert changed == {("bo", "check-product_backward"): 1, ("cy", "check-product_backward"): None}
    kept = explain.explain(marked, ASSIGNMENT, "cy")
    assert kept.total == cy.before, "the mark by hand counts, and waits to be looked at again"
    with gradebook.opened(marked) as book:
        assert book.find_grade("check-product_backward", "rnn", ASSIGNMENT, "cy").manual_score == 0.5
        assert book.find_grade("why-two-gradients", "rnn", ASSIGNMENT, "bo").manual_score == 2
    line = record.last_graded(marked, ASSIGNMENT, "bo")
    assert (line["what"], line["why"], bool(line["by"])) == ("regraded", "a factor of two is a matter of taste", True)
    assert any(e["what"] == regrade.CHANGED and "check-product_backward" in e["checks"]
               for e in record.entries(marked, ASSIGNMENT))
    history = explain.remarks(explain.explain(marked, ASSIGNMENT, "bo"))
    assert any("because: a factor of two is a matter of taste" in sentence for sentence in history)
    assert explain.reproduce(marked, ASSIGNMENT, "bo").same
    again = list(grade.grade(marked, ASSIGNMENT, ["ada", "bo", "cy"], workers))
    assert [r.status for r in again] == [grade.KEPT] * 3
    with pytest.raises(Trouble, match="No check of 1-rnn is other than"):
        regrade.Regrading(marked, ASSIGNMENT, [])


def test_a_check_that_its_own_solution_fails_is_refused(marked, workers):
    change(marked, ("0.128912683", "0.328912683"))
    before = scores(marked)
    with regrade.Regrading(marked, ASSIGNMENT, []) as plan:
        plan.students()
        with pytest.raises(Trouble, match="the solution itself does not pass the changed check"):
            list(plan.judge(workers))
    assert scores(marked) == before


def test_what_else_was_changed_has_to_be_named(marked):
    change(marked, ("seed=231", "seed=232"))
    with pytest.raises(Trouble, match="is changed as well: name it with --check, too, or put it back"):
        regrade.Regrading(marked, ASSIGNMENT, ["rnn_backward"])
    with pytest.raises(Trouble, match="1-rnn has no check 'rnn_sideways'; it has rnn_step_forward"):
        regrade.Regrading(marked, ASSIGNMENT, ["rnn_sideways"])


def test_what_was_never_graded_is_not_regraded(course, command):
    course.gradebook.unlink()
    done = command(course.root, "grader", "regrade", ASSIGNMENT)
    assert done.returncode == 2
    assert "Nothing of 1-rnn has been graded yet. Run  python -m grader grade 1-rnn  first." in done.stderr


def test_a_new_submission_is_left_to_grade(marked, skeleton, hand_in):
    accept_everything(marked)
    hand_in(marked, "bo", answered(skeleton, {}))
    with regrade.Regrading(marked, ASSIGNMENT, []) as plan:
        assert plan.students() == ["ada", "cy"]
        assert "bo: has handed in something else since it was graded" in plan.left_out[0]


def test_the_command_asks_for_a_reason_and_writes(marked, command):
    accept_everything(marked)
    done = command(marked.root, "grader", "regrade", ASSIGNMENT, "--check", "product_backward", "--yes")
    assert done.returncode == 2
    assert "A regrading needs a reason" in done.stderr
    before = scores(marked)
    done = command(marked.root, "grader", "regrade", ASSIGNMENT, "--check", "product_backward", "--why", "too strict")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "0 → 1" in done.stdout
    assert scores(marked) == before
    done = command(marked.root, "grader", "regrade", ASSIGNMENT, "--yes", "--why", "too strict")
    assert done.returncode == 0, done.stdout + done.stderr
    assert scores(marked)["bo", "check-product_backward"] == 1
