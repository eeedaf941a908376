"""python -m grader check: what a newcomer types, and what is said to it."""

import json
import re
import shutil

import pytest

from grader import course as settings
from grader.course import Trouble
from grader.student import check, folder
from tests.student.conftest import unpack, write


def test_without_an_argument_it_takes_the_one_notebook(run, root, lesson):
    for place in (root, lesson.path.parent):
        done = run("grader", "check", at=place)
        assert done.returncode == 1
        assert done.stdout.splitlines()[1] == "· rnn_step_forward is not written yet."
        assert done.stdout.splitlines()[-2] == "0 of 10 checks pass. Next: rnn_step_forward."
        assert "Nothing is written in it yet. Have you written something? Save the notebook" in done.stdout


def test_a_notebook_is_found_by_path_folder_and_name(root, lesson, monkeypatch, zips):
    unpack(zips("6-gradient-flow"), root.parent)
    monkeypatch.chdir(root)
    from pathlib import Path

    assert folder.which(Path("1-rnn")) == folder.which(Path("1-RNN")) == lesson.path
    assert folder.which(Path("assignments/1-rnn")).resolve() == lesson.path
    assert folder.which(lesson.path) == lesson.path
    with pytest.raises(Trouble, match=r"Which one\? There are 2 notebooks in (?s:.*)check assignments.1-rnn.rnn.ipynb"
                                      r"(?s:.*)6-gradient-flow(?s:.*)python -m unrolled progress"):
        folder.which(None)
    with pytest.raises(Trouble, match=r"2-rnn cannot be read: there is no such file in .* Did you mean 1-rnn"):
        folder.which(Path("2-rnn"))
    with pytest.raises(Trouble, match=r"Did you mean rnn.ipynb"):
        folder.which(Path("assignments/1-rnn/rmn.ipynb"))
    (root / "empty").mkdir()
    with pytest.raises(Trouble, match=r"There is no notebook in .*empty. Name one, such as"):
        folder.which(Path("empty"))


def test_a_copy_beside_the_notebook_is_not_a_lesson(lesson):
    shutil.copy(lesson.path, lesson.path.with_name("rnn-Copy1.ipynb"))
    assert [one.name for one in folder.lessons(lesson.root)] == ["rnn.ipynb"]


def test_a_notebook_of_another_course_is_told(tmp_path):
    graded = {"grade": True, "locked": True, "solution": False, "grade_id": "test", "points": 1, "schema_version": 3}
    cell = {"cell_type": "code", "id": "a", "source": "assert square(2) == 4", "outputs": [], "execution_count": None,
            "metadata": {"nbgrader": graded}}
    path = tmp_path / "other.ipynb"
    path.write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    with pytest.raises(Trouble, match=r"other.ipynb is a notebook of another course: no cell of it imports this one's"):
        check.check(path)


def test_validate_says_a_wrong_thing_whole_and_kindly(lesson, command, answers):
    """nbgrader's own command in an instructor's or a JupyterHub's course: our words, not cut off, no traceback."""
    notebook = lesson.now()
    names = [cell["id"] for cell in notebook["cells"]]
    notebook["cells"] = notebook["cells"][: names.index("check-product_backward") + 1]
    lesson.path.write_text(json.dumps(notebook), encoding="utf-8")
    write(lesson.path, tanh_backward=answers["tanh_backward"],
          product_backward=answers["product_backward"].replace("dout @ W.T", "dout @ W"))
    (lesson.root / settings.CONFIG).write_text(
        "from pathlib import Path\nfrom grader.course import configure\nc = get_config()\nconfigure(c, Path.cwd())\n")
    done = command(lesson.root, "nbgrader", "validate", "assignments/1-rnn/rnn.ipynb")
    assert done.stdout.startswith("2 of the checks do not pass yet. Each is below: its cell, and what it says.")
    assert "· rnn_step_forward is not written yet." in done.stdout
    assert re.search(r"✗ product_backward stopped: two shapes do not multiply.\n +line \d+: ", done.stdout)
    assert "a transpose is missing or one too many.\n" in done.stdout
    assert "Traceback" not in done.stdout
    assert "tanh_backward is not written" not in done.stdout
