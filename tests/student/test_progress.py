"""python -m unrolled progress: what is open, without running what was not changed."""

import json

import pytest

from grader import notebooks
from grader.student import check, memory, progress, released
from tests.student.conftest import keep_first_cells, unpack, write

STEP = "rnn_step_forward"


@pytest.fixture
def ran(monkeypatch) -> list[str]:
    """The notebooks that were run."""
    found: list[str] = []
    really = check.check

    def count(path, tick=lambda: None):
        found.append(path.name)
        return really(path, tick)

    monkeypatch.setattr(check, "check", count)
    return found


def test_what_was_not_begun_is_not_run(lesson, ran):
    found = progress.standing(lesson)
    assert (found.begun, found.passed, len(found.checks), ran) == (False, 0, 10, [])
    assert progress.cells_to_run([lesson]) == 0
    assert progress.lines([found]) == ["1-rnn  ░░░░░░░░░░░░░░░░░░░░   0 of 10  not begun, about 100 minutes"]


def test_what_was_changed_is_run_once(lesson, ran, answers):
    keep_first_cells(lesson, "check-tanh_backward")
    write(lesson.path, **{STEP: answers[STEP]})
    assert progress.cells_to_run([lesson]) == check.code_cells(lesson.path) > 0
    first = progress.standing(lesson)
    assert first.checks == {STEP: "✓", "tanh_backward": "·"}
    assert progress.lines([first]) == [
        "1-rnn  ██████████░░░░░░░░░░   1 of 2   · tanh_backward, about 15 minutes left"]
    assert progress.cells_to_run([lesson]) == 0
    assert progress.standing(lesson) == first
    assert ran == ["rnn.ipynb"]
    write(lesson.path, tanh_backward=answers["tanh_backward"].replace("1 - ", "1 + "))
    assert progress.standing(lesson).checks == {STEP: "✓", "tanh_backward": "✗"}
    assert len(ran) == 2


@pytest.mark.parametrize("nonsense", [
    "", "[", "[]", '{"1-rnn/rnn.ipynb": 3}', '{"1-rnn/rnn.ipynb": {"of": "x", "checks": {"rnn_step_forward": "✓"}}}',
    '{"1-rnn/rnn.ipynb": {"checks": {"rnn_step_forward": ["✓"], "tanh_backward": 1}}}', "\xff"])
def test_what_is_remembered_is_never_trusted_beyond_its_notebook(lesson, answers, nonsense, monkeypatch):
    keep_first_cells(lesson, "check-tanh_backward")
    write(lesson.path, **{STEP: answers[STEP]})
    path = lesson.root / ".unrolled" / "progress.json"
    notebooks.write_bytes(path, nonsense.encode("latin-1", "replace"))
    run = [released.answers(lesson.now())]
    monkeypatch.setattr(check, "check", lambda *_: run.pop() and [])
    progress.standing(lesson)
    assert run == []


def test_outputs_alone_are_no_change(lesson, answers, ran):
    keep_first_cells(lesson, f"check-{STEP}")
    write(lesson.path, **{STEP: answers[STEP]})
    progress.standing(lesson)
    notebook = lesson.now()
    notebook["cells"][-1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "✓"}]
    lesson.path.write_text(json.dumps(notebook), encoding="utf-8")
    assert progress.standing(lesson).passed == 1
    assert len(ran) == 1


def test_questions_without_an_answer_are_told_and_cost_minutes(lesson, monkeypatch):
    names = [notebooks.grade_id(cell).removeprefix("check-") for cell in notebooks.checks(lesson.now())]
    write(lesson.path, **{"why-two-gradients": "At the last one, because nothing comes from the right."})
    said = [check.Said(f"check-{name}", False, False, "", "") for name in names]
    monkeypatch.setattr(check, "check", lambda *_: said)
    found = progress.standing(lesson)
    assert progress.lines([found]) == [
        "1-rnn  ████████████████████  10 of 10  all checks pass, about 10 minutes left",
        "       without an answer: why-memory-fades"]


def test_minutes_come_from_the_notebook(lesson):
    notebook = lesson.now()
    parts = released.parts(notebook)
    assert [part.minutes for part in parts] == [5, 10, 15, 15, 10, 15, 20, 10]
    assert parts[2].items == ["check-tanh_backward", "check-product_backward", "check-add_backward"]
    assert parts[0].to_read
    assert released.minutes_left(notebook, set()) == 100
    assert released.minutes_left(notebook, {"check-rnn_step_forward", "check-tanh_backward"}) == 80
    assert released.minutes_left(notebook, {name for part in parts for name in part.items}) == 0


def test_a_notebook_that_cannot_be_read_does_not_hide_the_others(lesson, zips):
    unpack(zips("6-gradient-flow"), lesson.root.parent)
    lesson.path.write_text('{"cells": [', encoding="utf-8")
    from grader.student import folder

    found = progress.lines(progress.standings(folder.lessons(lesson.root)))
    assert "does not parse as JSON" in found[0]
    assert found[1].startswith("6-gradient-flow  ░")
    assert len(found) == 2


def test_a_kernel_that_ends_is_told_and_not_remembered(lesson):
    keep_first_cells(lesson, f"check-{STEP}")
    write(lesson.path, **{STEP: "import os\nos._exit(1)"})
    found = progress.standing(lesson)
    assert "could not be run to its end: the Python that ran it ended" in found.trouble
    assert memory.recall(lesson.root, progress.REMEMBERED) == {}


def test_the_command_from_deep_inside_and_from_outside(run, root, tmp_path):
    deep = run("unrolled", "progress", at=root / "assignments" / "1-rnn")
    assert deep.returncode == 0, deep.stderr
    assert deep.stdout == "1-rnn  ░░░░░░░░░░░░░░░░░░░░   0 of 10  not begun, about 100 minutes\n"
    assert not (root / ".unrolled").exists()
    outside = run("unrolled", "progress", at=tmp_path)
    assert outside.returncode == 2
    assert "is not in a course folder: expected one above it with assignments/" in outside.stderr
    assert run("unrolled", "progress", "--course", str(root), at=tmp_path).stdout == deep.stdout
