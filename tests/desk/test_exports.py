"""Marks out: each file is read back by the rules of the platform that it is for."""

import csv
import io
import json
import re
import zipfile

import pytest

from grader import grade as grading
from grader import gradebook
from grader.course import Course, Trouble
from grader.desk import exports
from grader.desk.demo import PROSE, answered
from tests.conftest import ASSIGNMENT
from tests.desk.conftest import ROSTER

LATE = "2027-03-03 09:00:00 UTC"


@pytest.fixture(scope="module")
def marked(enrolled, tmp_path_factory, workers, skeleton, answers, hand_in) -> Course:
    """A course in which ada and chloé have been graded, read and marked, bao is late and waits for a person."""
    import shutil

    root = tmp_path_factory.mktemp("marked") / "course"
    shutil.copytree(enrolled.root, root)
    course = Course(root.resolve())
    config = root / "nbgrader_config.py"
    config.write_text(config.read_text(encoding="utf-8") + "\nc = get_config()\n"
                      'c.AssignLatePenalties.plugin_class = "grader.late.ByTheDay"\nc.ByTheDay.share = 0.25\n'
                      f"c.Export.points = {{{ASSIGNMENT!r}: 100}}\n"
                      f"c.Export.columns = {{{ASSIGNMENT!r}: 'Networks, by hand (4711)'}}\n", encoding="utf-8")
    done = PROSE | {name: answers[name] for name in ("rnn_step_forward", "tanh_backward")}
    for student in ("ada", "bao", "chloé"):
        path = hand_in(course, student, answered(skeleton, done))
        if student != "bao":
            continue
        path.with_name("timestamp.txt").write_text(LATE, encoding="utf-8")
    results = list(grading.grade(course, ASSIGNMENT, ["ada", "bao", "chloé"], workers))
    assert {result.status for result in results} == {grading.GRADED}
    with gradebook.opened(course) as book:
        for student in ("ada", "chloé"):
            for grade in book.find_submission_notebook("rnn", ASSIGNMENT, student).grades:
                if grade.cell.cell_type == "markdown":
                    grade.manual_score, grade.needs_manual_grade = grade.cell.max_score, False
        for student, number in (("ada", "11"), ("bao", "12")):
            book.update_or_create_student(student, lms_user_id=number)
        book.update_or_create_student("dina", email=None)
        book.db.commit()
    return course


def total(course: Course, student: str) -> float:
    """The marks of a student, added up from the cells."""
    return sum(mark.score or 0 for mark in gradebook.marks(course, ASSIGNMENT) if mark.student == student)


def most(course: Course) -> float:
    return sum(mark.most for mark in gradebook.marks(course, ASSIGNMENT) if mark.student == "ada")


def rows(path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))


def canvas_import(path) -> tuple[dict[str, float], dict[str, dict[str, str]]]:
    """Read a gradebook as Canvas's importer does: points possible by assignment, grades by student."""
    header, *lines = rows(path)
    assert "Student" in header[0]
    assert "ID" in header[1]
    assert re.search(r"SIS\s+Login\s+ID", header[2])
    assert "Section" in header[3]
    possible, grades = {}, {}
    for line in lines:
        assert len(line) == len(header)
        if "Points Possible" in line[0]:
            possible = dict(zip(header[4:], map(float, line[4:]), strict=True))
        else:
            assert not line[1] or line[1].isdigit()
            grades[line[1] or line[2] or line[0]] = dict(zip(header[4:], line[4:], strict=True))
    return possible, grades


def moodle_import(path, users: dict[str, str]) -> dict[str, dict[str, float | None]]:
    """Read a table as Moodle's import does, mapped by email address; an unknown user stops it."""
    header, *lines = rows(path)
    emails, found = header.index("Email address"), {}
    for line in lines:
        assert line[emails] in users, "Moodle stops here"
        values = dict(zip(header[4:], line[4:], strict=True))
        found[users[line[emails]]] = {name: None if text in ("", "-") else float(text) for name, text in values.items()}
    return found


def test_canvas_imports_it(marked):
    path, remarks = exports.export(marked, [ASSIGNMENT], "canvas")
    possible, grades = canvas_import(path)
    assert possible == {"Networks, by hand (4711)": 100}
    own = 100 * total(marked, "ada") / most(marked)
    assert 0 < own < 100
    assert float(grades["11"]["Networks, by hand (4711)"]) == pytest.approx(own, abs=0.005)
    assert grades["12"]["Networks, by hand (4711)"] == "", "nobody has read bao's answers yet"
    assert grades["kim1"]["Networks, by hand (4711)"] == ""
    assert rows(path)[2][:4] == ["Ahlgren, Ada", "11", "ada", ""]
    assert remarks == ["1-rnn: 1 with written questions that nobody has read, left out; --unread counts them without.",
                       "1-rnn: 3 without a graded submission, left empty; --missing 0 fills in."]


def test_a_penalty_and_missing_work_are_counted(marked, tmp_path):
    path, _ = exports.export(marked, [ASSIGNMENT], "canvas", tmp_path / "all.csv", missing=0, unread=True)
    _, grades = canvas_import(path)
    value = {student: float(own["Networks, by hand (4711)"]) for student, own in grades.items()}
    late = 0.5 * total(marked, "bao")
    assert value["12"] == pytest.approx(100 * (total(marked, "bao") - late) / most(marked), abs=0.005)
    assert value["kim1"] == value["kim2"] == value["dina"] == 0


def test_moodle_imports_it(marked):
    path, remarks = exports.export(marked, [ASSIGNMENT], "moodle")
    users = {f"{student}@uni.example": student for student in ROSTER if student != "dina"}
    found = moodle_import(path, users)
    own = 100 * total(marked, "chloé") / most(marked)
    assert found["chloé"] == {"Networks, by hand (4711)": pytest.approx(own, abs=0.005)}
    assert found["bao"] == found["kim1"] == {"Networks, by hand (4711)": None}
    assert "dina" not in found
    assert remarks[-1] == "Left out, for want of an email address: dina."


def test_the_plain_table_tells_everything(marked):
    header, *lines = rows(exports.export(marked, [ASSIGNMENT], "csv")[0])
    told = {line[0]: dict(zip(header, line, strict=True)) for line in lines}
    assert list(told) == sorted(ROSTER)
    bao = told["bao"]
    assert float(bao["earned"]) == total(marked, "bao")
    assert float(bao["late_penalty"]) == pytest.approx(total(marked, "bao") / 2)
    assert (bao["handed_in"], bao["seconds_late"], bao["unread_questions"]) == (LATE, str(34 * 3600), "2")
    assert told["dina"]["earned"] == told["dina"]["exported"] == ""


def test_no_name_is_a_formula(marked):
    with gradebook.opened(marked) as book:
        book.update_or_create_student("kim2", first_name="=1+1")
    _, *lines = rows(exports.export(marked, [ASSIGNMENT], "csv")[0])
    assert "'=1+1" in {line[1] for line in lines}


def test_gradescopes_results(marked):
    folder, _ = exports.export(marked, [ASSIGNMENT], "gradescope", unread=True)
    late = json.loads((folder / ASSIGNMENT / "bao" / "results.json").read_text(encoding="utf-8"))
    assert late["score"] == pytest.approx(100 * total(marked, "bao") * 0.5 / most(marked), abs=1e-3)
    folder, _ = exports.export(marked, [ASSIGNMENT], "gradescope")
    assert sorted(path.parent.name for path in folder.rglob("results.json")) == ["ada", "chloé"], "bao is left out"
    told = json.loads((folder / ASSIGNMENT / "ada" / "results.json").read_text(encoding="utf-8"))
    require_gradescope(told)
    assert told["score"] == pytest.approx(100 * total(marked, "ada") / most(marked), abs=1e-3)
    assert sum(test["score"] for test in told["tests"]) == total(marked, "ada")
    assert {test["name"] for test in told["tests"]} >= {"rnn_step_forward", "why-memory-fades"}


def require_gradescope(told: dict) -> None:
    """Check results.json against Gradescope's specification: known fields, of their types, and a score."""
    top = {"score": (int, float), "execution_time": (int, float), "output": str, "output_format": str,
           "test_output_format": str, "test_name_format": str, "visibility": str, "stdout_visibility": str,
           "extra_data": dict, "tests": list, "leaderboard": list}
    test = {"score": (int, float), "max_score": (int, float), "status": str, "name": str, "name_format": str,
            "number": str, "output": str, "output_format": str, "tags": list, "visibility": str, "extra_data": dict}
    seen = {"hidden", "after_due_date", "after_published", "visible"}
    for fields, known in [(told, top), *((each, test) for each in told.get("tests", []))]:
        assert set(fields) <= set(known)
        assert all(isinstance(value, known[name]) for name, value in fields.items())
        assert fields.get("visibility", "visible") in seen
        assert fields.get("status", "passed") in ("passed", "failed")
        assert fields.get("output_format", "text") in ("text", "html", "simple_format", "md", "ansi")
    assert "score" in told or all("score" in each for each in told["tests"])


def test_feedback_is_zipped_for_each_student(marked, command):
    done = command(marked.root, "grader", "feedback", ASSIGNMENT, "--student", "chloé", "--zip")
    assert done.returncode == 0, done.stderr
    path = marked.exports / "feedback" / ASSIGNMENT / "chloé.zip"
    with zipfile.ZipFile(path) as packed:
        assert packed.namelist() == ["1-rnn/rnn.html"]
        page = packed.read("1-rnn/rnn.html").decode("utf-8")
    assert "rnn_step_forward" in page
    assert "HIDDEN" not in page


def test_the_command(marked, command, tmp_path):
    done = command(marked.root, "grader", "export", "--all", "--format", "canvas", "--to", str(tmp_path / "x.csv"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(tmp_path / "x.csv")
    assert canvas_import(tmp_path / "x.csv")[0]
    for words, said in ((["export"], "Name one assignment, or say --all"),
                        (["export", ASSIGNMENT, "--format", "xml"], "There is no format 'xml'")):
        done = command(marked.root, "grader", *words)
        assert (done.returncode, said in done.stderr) == (2, True)


def test_there_has_to_be_something_to_export(desk):
    with pytest.raises(Trouble, match=r"Nothing of 1-rnn has been graded yet\. Run  python -m grader grade 1-rnn"):
        exports.export(desk, [ASSIGNMENT], "csv")
    with pytest.raises(Trouble, match="Nothing has been graded yet"):
        exports.graded(desk)


@pytest.mark.parametrize(("value", "text"), [(None, ""), (0, "0"), (12.0, "12"), (3.14159, "3.14"), (10e4, "100000")])
def test_points_are_written_as_canvas_keeps_them(value, text):
    assert exports.number(value) == text
