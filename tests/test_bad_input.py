"""Bad input gets one clear sentence and loses nothing."""

import json
import os
import shutil
import sqlite3

import pytest

from grader import grade, gradebook, notebooks
from grader.course import Course, Trouble, find_course
from grader.desk.demo import answered
from tests.conftest import ASSIGNMENT

NOT_NOTEBOOKS = {
    "cut short": ('{"cells": [', "does not parse as JSON (line 1). Was it cut short"),
    "empty": ("", "does not parse as JSON"),
    "a picture": (b"\x89PNG\r\n\x1a\n\xff", "it is not UTF-8 text. Was another file given its name?"),
    "another JSON": ('{"a": 1}', "it has no list of cells. Is it another JSON file?"),
    "a number": ("3", "it has no list of cells"),
    "deep": ("[" * 100_000, "does not parse as JSON"),
    "of 2014": ('{"worksheets": []}', "Its format is of 2014: open it in JupyterLab and save it."),
    "a giant number": ('{"cells": [' + "9" * 5000 + "]}", "does not parse as JSON"),
    "bad source": ('{"cells": [{"cell_type": "code", "source": [1]}]}', "cell 1 is not a cell"),
    "bad cell": ('{"cells": [{"cell_type": "code", "source": 3}]}', "cell 1 is not a cell"),
}


@pytest.mark.parametrize(("content", "words"), NOT_NOTEBOOKS.values(), ids=NOT_NOTEBOOKS)
def test_what_is_no_notebook_is_refused_in_a_sentence(course, content, words, hand_in, skeleton, workers):
    path = hand_in(course, "zoë", "")
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    hand_in(course, "amy", answered(skeleton, {}))
    before = path.read_bytes()
    refused, = grade.grade(course, ASSIGNMENT, ["zoë"], workers)
    assert refused.status == grade.REFUSED
    assert words in refused.sentence
    assert path.read_bytes() == before


def test_a_giant_notebook_is_refused(course, hand_in, workers):
    path = hand_in(course, "zoë", "")
    os.truncate(path, notebooks.LARGEST + 1)
    refused, = grade.grade(course, ASSIGNMENT, ["zoë"], workers)
    assert "rnn.ipynb is larger than the 20 MiB that a notebook may have. Clear its outputs" in refused.sentence


def test_a_wrong_file_name_is_told(course, hand_in, skeleton, workers):
    hand_in(course, "zoë", answered(skeleton, {}), name="réponse finale (2).ipynb")
    refused, = grade.grade(course, ASSIGNMENT, ["zoë"], workers)
    assert refused.sentence == "zoë: expected rnn.ipynb, found réponse finale (2).ipynb: rename it if it is the one."


def test_a_folder_without_a_notebook_is_told(course, workers):
    (course.submitted / "zoë" / ASSIGNMENT).mkdir(parents=True)
    refused, = grade.grade(course, ASSIGNMENT, ["zoë"], workers)
    assert refused.sentence == "zoë: expected rnn.ipynb, there is no notebook at all."


def test_strange_metadata_is_no_trouble(course, skeleton, hand_in, workers):
    notebook = json.loads(answered(skeleton, {}))
    notebook["cells"][0]["metadata"] = None
    notebook["cells"][1]["metadata"] = {"nbgrader": None, "tags": 3}
    del notebook["cells"][2]["metadata"]
    hand_in(course, "zoë", "\ufeff" + json.dumps(notebook))
    assert [r.status for r in grade.grade(course, ASSIGNMENT, ["zoë"], workers)] == [grade.GRADED]


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_links_are_not_followed(course, hand_in, workers):
    path = hand_in(course, "zoë", "")
    path.unlink()
    path.symlink_to(course.solutions / ASSIGNMENT / "rnn.ipynb")
    refused, = grade.grade(course, ASSIGNMENT, ["zoë"], workers)
    assert refused.sentence == "zoë: rnn.ipynb is a link, expected a file. What it points to is not read."


def test_unknown_students_and_assignments_are_told(course, hand_in):
    hand_in(course, "zoë", "{}")
    said = "No submission of 1-rnn by .zoé. has arrived; 1 from others. Did you mean zoë"
    with pytest.raises(Trouble, match=said):
        grade.students(course, ASSIGNMENT, "zoé")
    with pytest.raises(Trouble, match=r"There is no assignment '9-none' in .*: the assignments are 1-rnn"):
        course.notebooks("9-none")


def test_nobody_handed_in(course):
    with pytest.raises(Trouble, match="has arrived: expected folders class/submitted/STUDENT/1-rnn/"):
        grade.students(course, ASSIGNMENT)


def test_a_locked_gradebook_is_told_and_unchanged(course, hand_in, skeleton, workers):
    hand_in(course, "zoë", answered(skeleton, {}))
    before = course.gradebook.read_bytes()
    holder = sqlite3.connect(course.gradebook)
    holder.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(Trouble, match="is in use by another program, perhaps formgrader"):
            list(grade.grade(course, ASSIGNMENT, ["zoë"], workers))
    finally:
        holder.close()
    assert course.gradebook.read_bytes() == before


def test_a_gradebook_of_another_version_is_told_and_unchanged(course):
    with sqlite3.connect(course.gradebook) as database:
        database.execute("UPDATE alembic_version SET version_num = 'old'")
    before = course.gradebook.read_bytes()
    with pytest.raises(Trouble, match=r"another version of nbgrader \(schema old, .*nbgrader db upgrade"):
        gradebook.require_usable(course)
    assert course.gradebook.read_bytes() == before


def test_what_is_no_gradebook_is_told(course):
    course.gradebook.write_text("not a database, but long enough to look at" * 100)
    with pytest.raises(Trouble, match="is not a gradebook"):
        gradebook.require_usable(course)


def test_outside_a_course(tmp_path):
    with pytest.raises(Trouble, match="is not inside a course"):
        find_course(tmp_path)


def test_sentences_reach_the_person_and_not_a_traceback(course, command, hand_in):
    hand_in(course, "zoë", "{")
    done = command(course.root, "grader", "grade", ASSIGNMENT)
    assert done.returncode == 1
    assert "zoë" in done.stdout
    assert "does not parse as JSON" in done.stderr
    assert "Traceback" not in done.stderr
    done = command(course.root, "grader", "grade", "nothing")
    assert done.returncode == 2
    assert "There is no assignment 'nothing'" in done.stderr


def test_one_bad_submission_does_not_stop_the_others(course, hand_in, skeleton, workers):
    hand_in(course, "bad", "{")
    hand_in(course, "good", answered(skeleton, {}))
    assert {r.student: r.status for r in grade.grade(course, ASSIGNMENT, ["bad", "good"], workers)} == {
        "bad": grade.REFUSED, "good": grade.GRADED}


def test_a_course_whose_path_has_spaces_and_accents(released):
    assert "réseaux récurrents" in str(released.root)
    assert gradebook.knows(Course(released.root), ASSIGNMENT)


def test_a_half_made_file_is_never_left(tmp_path, monkeypatch):
    path = tmp_path / "a.ipynb"
    path.write_text("before")
    monkeypatch.setattr("os.replace", lambda *a: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        notebooks.write_text(path, json.dumps({}))
    assert path.read_text() == "before"
    assert [p.name for p in tmp_path.iterdir()] == ["a.ipynb"]


def test_release_refuses_a_solution_that_fails_and_a_skeleton_that_passes(course):
    from grader.release import release

    path = course.solutions / ASSIGNMENT / "rnn.ipynb"
    good = path.read_text(encoding="utf-8")
    released_before = (course.assignments / ASSIGNMENT / "rnn.ipynb").read_bytes()
    path.write_text(good.replace("dout * (1 - cache**2)", "dout * (1 + cache**2)"), encoding="utf-8")
    with pytest.raises(Trouble, match="is not released: its own solution fails check-tanh_backward"):
        release(course, [ASSIGNMENT])
    path.write_text(good.replace("case.gradients(tanh, tanh_backward, case(", "print(case("), encoding="utf-8")
    broken = json.loads(good)
    for cell in broken["cells"]:
        if cell["id"] == "check-tanh_backward":
            cell["source"] = ["print('fine')"]
    path.write_text(json.dumps(broken), encoding="utf-8")
    with pytest.raises(Trouble, match="is not released: its untouched skeleton passes check-tanh_backward"):
        release(course, [ASSIGNMENT])
    assert (course.assignments / ASSIGNMENT / "rnn.ipynb").read_bytes() == released_before
    shutil.rmtree(course.root)
