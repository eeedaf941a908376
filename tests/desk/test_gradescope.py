"""Gradescope's archive in a container's layout: the same marks, by the same boundary, or none."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from grader import grade as grading
from grader import gradebook
from grader.course import CONFIG
from grader.desk import gradescope
from grader.desk.demo import answered
from tests.conftest import ASSIGNMENT
from tests.desk.test_exports import require_gradescope

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="Gradescope's containers have bash")


@pytest.fixture(scope="module")
def archive(released, tmp_path_factory) -> Path:
    return gradescope.archive(released, ASSIGNMENT, tmp_path_factory.mktemp("gradescope") / "autograder.zip")


@pytest.fixture
def container(archive, tmp_path) -> Path:
    """The folders that Gradescope makes: source, submission, results, and run_autograder beside them."""
    root = tmp_path / "autograder"
    for folder in ("submission", "results"):
        (root / folder).mkdir(parents=True)
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(root / "source")
    shutil.copy(root / "source" / "run_autograder", root / "run_autograder")
    return root


def run(root: Path, path: str | None = None) -> tuple[int, dict, str]:
    """What the harness does: start run_autograder in /autograder, then read results.json."""
    env = {"PATH": path or os.environ["PATH"], "HOME": str(root), "AUTOGRADER_ROOT": str(root),
           "AUTOGRADER_PYTHON": sys.executable, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run([shutil.which("bash"), str(root / "run_autograder")], cwd=root, env=env, capture_output=True,
                          text=True, encoding="utf-8", timeout=240)
    told = json.loads((root / "results" / "results.json").read_text(encoding="utf-8"))
    return done.returncode, told, done.stdout + done.stderr


def test_the_archive_has_what_gradescope_expects_at_its_root(archive):
    with zipfile.ZipFile(archive) as packed:
        names = packed.namelist()
        modes = {info.filename: info.external_attr >> 16 for info in packed.infolist()}
        scripts = [packed.read(name).decode() for name in ("setup.sh", "run_autograder")]
    assert {"setup.sh", "run_autograder", "requirements.lock", f"course/{CONFIG}", "course/class/gradebook.db",
            "course/solutions/1-rnn/rnn.ipynb", "kit/grader/cli.py", "kit/unrolled/__init__.py"} <= set(names)
    assert not [name for name in names if "__pycache__" in name or name.startswith("kit/datasets")]
    assert modes["setup.sh"] == modes["run_autograder"] == 0o755
    for script in scripts:
        assert script.startswith("#!/usr/bin/env bash\n")
        assert "\r" not in script
        checked = subprocess.run(["bash", "-n"], input=script, text=True, capture_output=True)
        assert checked.returncode == 0, checked.stderr


def test_it_gives_the_same_marks_as_grade(container, course, skeleton, answers, hand_in, workers):
    wrong = answers["rnn_forward"].replace("x[:, t], state,", "x[:, t], h0,")
    nothing = "def tanh_backward(dout, cache):\n    pass"
    text = answered(skeleton, {**answers, "rnn_forward": wrong, "tanh_backward": nothing})
    hand_in(course, "ada", text)
    result, = grading.grade(course, ASSIGNMENT, ["ada"], workers)
    assert result.status == grading.GRADED
    marks = {mark.cell.removeprefix("check-"): mark for mark in gradebook.marks(course, ASSIGNMENT) if not mark.by_hand}
    (container / "submission" / "rnn (1).ipynb").write_text(text, encoding="utf-8")
    code, told, said = run(container)
    assert code == 0, said
    require_gradescope(told)
    assert {test["name"]: (test["score"], test["max_score"]) for test in told["tests"]} == {
        name: (mark.score, mark.most) for name, mark in marks.items()}
    assert 0 < told["score"] == sum(mark.score for mark in marks.values()) < sum(mark.most for mark in marks.values())
    assert "why-two-gradients" in told["output"]
    assert any(test["output"].startswith("✗") or "\n✗" in test["output"] for test in told["tests"])


def without_bubblewrap(folder: Path) -> str:
    """A PATH with what a shell script needs, and no bubblewrap."""
    tools = folder / "tools"
    tools.mkdir()
    for name in ("bash", "env", "sh"):
        (tools / name).symlink_to(shutil.which(name))
    return str(tools)


def test_without_a_sandbox_there_is_a_sentence_and_no_mark(container, untouched, tmp_path):
    (container / "submission" / "rnn.ipynb").write_text(untouched, encoding="utf-8")
    code, told, said = run(container, without_bubblewrap(tmp_path))
    assert code == 1
    assert "score" not in told
    assert "tests" not in told
    assert told["visibility"] == "hidden"
    assert told["output"].startswith("Not graded; no mark was given. For the instructor: Nothing is graded without a "
                                     "sandbox: bubblewrap is not installed")
    assert "bubblewrap is not installed" in said


def test_a_trusted_archive_grades_without_one_and_says_so(container, skeleton, answers, tmp_path):
    about = container / "source" / gradescope.ABOUT
    assert json.loads(about.read_text()) == {"assignment": ASSIGNMENT, "trusted": False}
    about.write_text(json.dumps({"assignment": ASSIGNMENT, "trusted": True}))
    text = answered(skeleton, {"rnn_step_forward": answers["rnn_step_forward"]})
    (container / "submission" / "rnn.ipynb").write_text(text, encoding="utf-8")
    for path, remark in ((without_bubblewrap(tmp_path), True), (None, False)):
        code, told, said = run(container, path)
        assert code == 0, said
        require_gradescope(told)
        assert {test["name"] for test in told["tests"] if test["score"]} == {"rnn_step_forward"}
        assert ("Run without a sandbox, trusted by the person who set this up." in told["output"]) == remark


@pytest.mark.parametrize(("files", "words"), [
    ({}, "expected rnn.ipynb."),
    ({"essay.pdf": "x"}, "expected rnn.ipynb."),
    ({"rnn.ipynb": "{"}, "does not parse as JSON"),
    ({"other.ipynb": '{"cells": []}'}, "other.ipynb is no notebook of 1-rnn"),
    ({"a.zip": "PK"}, "it is an archive itself"),
])
def test_what_cannot_be_graded_is_told_to_the_student(container, files, words):
    for name, text in files.items():
        (container / "submission" / name).write_text(text, encoding="utf-8")
    told = gradescope.run(container)
    require_gradescope(told)
    assert told["score"] == 0
    assert told["output"].startswith("This cannot be graded: ")
    assert words in told["output"]


def test_the_command_packs_it_and_warns(course, command):
    done = command(course.root, "grader", "gradescope", ASSIGNMENT, "--trusted")
    assert done.returncode == 0, done.stderr
    path = course.exports / "gradescope-1-rnn.zip"
    assert done.stdout.strip() == str(path)
    assert "could then read the solutions" in " ".join(done.stderr.split())
    with zipfile.ZipFile(path) as packed:
        assert json.loads(packed.read("about.json"))["trusted"] is True
