"""The commands as a person types them: what they print, and what their exit status means."""

import json

import pytest

from grader.desk.demo import answered
from tests.conftest import ASSIGNMENT

COMMANDS = ["new", "new-assignment", "add-students", "release", "check", "collect", "grade", "feedback", "report",
            "explain", "regrade", "similar", "export", "gradescope", "student-zip", "demo", "doctor"]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name, command, tmp_path):
    done = command(tmp_path, "grader", name, "--help")
    assert done.returncode == 0
    assert f"python -m grader {name}" in done.stdout


def test_release_check_says_nothing_to_do_or_which_file_differs(course, command):
    done = command(course.root, "grader", "release", "--check")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Nothing to do" in done.stdout
    path = course.assignments / ASSIGNMENT / "rnn.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("A network", "a network", 1), encoding="utf-8")
    (course.assignments / ASSIGNMENT / "notes.txt").write_text("stray")
    done = command(course.root, "grader", "release", "--check")
    assert done.returncode == 1
    assert "assignments/1-rnn/rnn.ipynb differs." in done.stdout
    assert "assignments/1-rnn/notes.txt is a stray file." in done.stdout


def test_check_shows_a_student_where_they_are(command, tmp_path, skeleton, answers):
    two = {name: answers[name] for name in ("rnn_step_forward", "tanh_backward")}
    wrong = answers["product_backward"].replace("dout @ W.T", "dout @ W")
    path = tmp_path / "my work.ipynb"
    path.write_text(answered(skeleton, two | {"product_backward": wrong}), encoding="utf-8")
    done = command(tmp_path, "grader", "check", path.name)
    assert done.returncode == 1, done.stderr
    lines = done.stdout.splitlines()
    assert lines[:2] == ["✓ rnn_step_forward", "✓ tanh_backward"]
    assert "✗ product_backward: product_backward stopped: two shapes do not multiply." in done.stdout
    assert "· rnn_forward is not written yet." in done.stdout
    assert "· rnn_step_backward is not written yet." in done.stdout
    assert lines[-1] == "2 of 10 checks pass. Next: product_backward."


def test_check_refuses_what_is_no_assignment(command, tmp_path):
    (tmp_path / "a.ipynb").write_text(json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    done = command(tmp_path, "grader", "check", "a.ipynb")
    assert done.returncode == 2
    assert "a.ipynb has no check cells" in done.stderr
    done = command(tmp_path, "grader", "check", "b.ipynb")
    assert "b.ipynb cannot be read" in done.stderr


def test_the_report_waits_for_grades(course, command):
    done = command(course.root, "grader", "report", ASSIGNMENT)
    assert done.returncode == 2
    assert "Nothing of 1-rnn has been graded yet. Run  python -m grader grade 1-rnn  first." in done.stderr
    done = command(course.root, "grader", "feedback", ASSIGNMENT)
    assert "Nobody has been graded in 1-rnn." in done.stderr


def test_the_demonstration_plays_the_whole_loop(command, tmp_path):
    done = command(tmp_path, "grader", "demo", "--course", str(tmp_path.parent), "--in", str(tmp_path / "x"))
    assert done.returncode == 2
    from tests.lesson import ROOT

    folder = tmp_path / "demo"
    done = command(ROOT, "grader", "demo", "--in", str(folder))
    assert done.returncode == 0, done.stderr
    for row in ("ada     │ graded     │ 10 of 10", "emil    │ graded     │ 0 of 10", "hana    │ not graded"):
        assert row in done.stdout, done.stdout
    report = (folder / "class" / "reports" / "1-rnn.html").read_text(encoding="utf-8")
    assert "what reaches h[t] besides dh[:, t]?" in report
    assert "stopped after 4 s" in report
    assert "hana" in report
    assert (folder / "class" / "feedback" / "chloé" / ASSIGNMENT / "rnn.html").is_file()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    done = command(ROOT, "grader", "demo", "--in", str(tmp_path / "mine"))
    assert done.returncode == 2
    assert "is not empty and not a demonstration" in done.stderr
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"
