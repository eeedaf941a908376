"""python -m unrolled hint and solution: one rung at a time, and the answer after one's own."""

import json
import shutil

import pytest

from grader.course import Trouble
from grader.student import hints, progress, solution
from tests.student.conftest import keep_first_cells, write

STEP = "rnn_step_forward"


def test_hints_come_one_at_a_time_and_then_all(run):
    said = [run("unrolled", "hint", STEP).stdout for _ in range(3)]
    assert said[0].startswith("Hint 1 of 2\n\nRows are sequences.")
    assert said[0].endswith("There is 1 more: run this again.\n")
    assert said[1].startswith("Hint 2 of 2\n\nComing back, each product will need both of its factors.")
    assert "run this again" not in said[1]
    assert "here they are again" in said[2]
    assert said[2].index("Hint 1 of 2") < said[2].index("Hint 2 of 2")


def test_a_step_has_its_own_ladder_and_a_check_that_of_its_function(lesson):
    assert hints.following(lesson, "check-product_backward").hints[1].text.startswith("`dout` (N, H) and `W` (D, H)")
    assert hints.lines(hints.following(lesson, "add_backward"), "add_backward") == [
        "There is no hint for add_backward: what it takes stands in the text above it."]
    assert "here it is again" in hints.lines(hints.following(lesson, "product_backward"), "product_backward")[0]


def test_what_the_student_cut_from_the_text_does_not_matter(lesson):
    notebook = lesson.now()
    notebook["cells"] = notebook["cells"][-5:]
    lesson.path.write_text(json.dumps(notebook), encoding="utf-8")
    assert hints.following(lesson, STEP).of == 2


def test_the_solution_waits_for_ones_own(run, lesson, answers):
    keep_first_cells(lesson, "check-tanh_backward")
    early = run("unrolled", "solution", STEP)
    assert early.returncode == 2
    assert "The check of rnn_step_forward does not pass yet" in early.stderr
    assert f"python -m unrolled hint {STEP}" in early.stderr
    write(lesson.path, **{STEP: answers[STEP].replace("np.tanh(", "np.tanh(0 + ")})
    done = run("unrolled", "solution", STEP)
    assert done.returncode == 0, done.stderr
    assert "np.tanh(0 + " in done.stdout
    assert done.stdout.index("yours") < done.stdout.index("the course's")
    assert done.stdout.count("BEGIN SOLUTION") == answers[STEP].count("BEGIN SOLUTION")       # ours has none
    anyway = run("unrolled", "solution", "tanh_backward", "--anyway")
    assert "1 - cache**2" in anyway.stdout


def test_a_question_is_compared_once_something_is_written(lesson):
    with pytest.raises(Trouble, match=r"Write a few sentences of your own to why-two-gradients first"):
        solution.compare(lesson, "why-two-gradients")
    write(lesson.path, **{"why-two-gradients": "At the last."})
    both = solution.compare(lesson, "why-two-gradients")
    assert both.yours == "At the last."
    assert both.ours.startswith("Right at the last step")
    assert not both.code


def test_without_solutions_there_is_a_sentence(lesson, monkeypatch):
    shutil.rmtree(lesson.root / "solutions")
    monkeypatch.setattr(progress, "standing", lambda *_: pytest.fail("nothing needs to be run"))
    with pytest.raises(Trouble, match=r"There are no solutions on this machine"):
        solution.compare(lesson, STEP)
