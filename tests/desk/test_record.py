"""Every grading is on record, and every mark can be explained and come by again."""

import json
import multiprocessing
import os
import shutil

import pytest

from grader import grade, gradebook, record
from grader.course import Course, Trouble
from grader.desk import explain, exports, feedback
from grader.desk.demo import answered
from tests.conftest import ASSIGNMENT

CHECK = "check-rnn_backward"


def graded(course, student, workers, **how):
    results = list(grade.grade(course, ASSIGNMENT, [student], workers, **how))
    assert [r.status for r in results] == [grade.GRADED], results
    return record.last_graded(course, ASSIGNMENT, student)


@pytest.fixture(scope="module")
def ada(released, skeleton, answers, hand_in, workers, tmp_path_factory):
    """A course in which Ada has one mistake and one check unanswered, handed in three hours late, and was graded."""
    root = tmp_path_factory.mktemp("desk") / "course"
    shutil.copytree(released.root, root)
    course = Course(root.resolve())
    wrong = answers["rnn_backward"].replace("dh[:, t] + dh0", "dh[:, t]")
    some = {name: text for name, text in answers.items() if name != "next_letter_loss"} | {"rnn_backward": wrong}
    path = hand_in(course, "ada", answered(skeleton, some))
    (path.parent / "timestamp.txt").write_text("2026-03-02 15:00:00 UTC")
    with gradebook.opened(course) as book:
        book.update_or_create_assignment(ASSIGNMENT, duedate="2026-03-02 12:00:00 UTC")
    graded(course, "ada", workers)
    return course


def test_a_line_says_what_was_graded_by_what_and_how(ada):
    line = record.last_graded(ada, ASSIGNMENT, "ada")
    assert line["marks"]["check-rnn_step_forward"] == [4, 4]
    assert line["marks"][CHECK] == [0, 7]
    assert "what reaches h[t] besides dh[:, t]?" in line["said"][CHECK]
    assert line["sandboxed"]
    assert line["limits"]["call_seconds"] > 0
    assert line["versions"].keys() == {"python", "numpy", "unrolled", "nbgrader"}
    assert len(line["secret"]) == 64
    kept = record.kept(ada, line["notebooks"]["rnn"]["version"])
    assert "seed=231" in kept["own"][CHECK]["source"]


def test_explain_adds_up_to_what_nbgrader_counts(ada):
    found = explain.explain(ada, ASSIGNMENT, "ada")
    with gradebook.opened(ada) as book:
        submission = book.find_submission(ASSIGNMENT, "ada")
        assert found.total == submission.score
        assert found.most == submission.max_score
    assert found.unchanged
    assert found.lines[0].cell == "check-rnn_step_forward"
    assert "3 h 0 min late" in explain.paragraphs(found)[-1]


def test_what_people_give_is_told_apart_from_what_checks_gave(ada):
    with gradebook.opened(ada) as book:
        book.find_grade("why-two-gradients", "rnn", ASSIGNMENT, "ada").manual_score = 1.5
        book.find_grade(CHECK, "rnn", ASSIGNMENT, "ada").manual_score = 3
        book.find_grade("check-rnn_forward", "rnn", ASSIGNMENT, "ada").auto_score = 1
        book.db.commit()
    found = explain.explain(ada, ASSIGNMENT, "ada")
    lines = {line.cell: line for line in found.lines}
    assert (lines["why-two-gradients"].counts, lines[CHECK].counts, lines[CHECK].given) == (1.5, 3, 0)
    said = "\n".join(explain.remarks(found))
    assert "rnn_backward: a person gave 3 in place of the check's 0" in said
    assert "rnn_forward: The gradebook has 1 from the check, the record 4" in said


def test_the_same_marks_come_out_again_and_another_mark_is_noticed(ada):
    before = {path: path.read_bytes() for path in ada.root.rglob("*") if path.is_file()}
    again = explain.reproduce(ada, ASSIGNMENT, "ada")
    assert again.same
    assert again.marks[CHECK] == (0, 0)
    assert all(then == now for then, now in again.said.values())
    assert again.other == []
    assert "10 of 10 checks give the same points" in explain.verdict(again)[0]
    assert {path: path.read_bytes() for path in ada.root.rglob("*") if path.is_file()} == before
    line = record.last_graded(ada, ASSIGNMENT, "ada")
    record.note(ada, record.GRADED, ASSIGNMENT, "ada", **{key: line[key] for key in line if key not in (
        "at", "by", "what", "assignment", "student")} | {"marks": line["marks"] | {CHECK: [7, 7]}})
    again = explain.reproduce(ada, ASSIGNMENT, "ada")
    assert not again.same
    assert again.marks[CHECK] == (7, 0)


def test_an_earlier_version_of_submission_and_check_can_still_be_graded(course, skeleton, answers, hand_in, workers):
    hand_in(course, "bo", answered(skeleton, {}))
    first = graded(course, "bo", workers)
    hand_in(course, "bo", answered(skeleton, answers))
    path = course.solutions / ASSIGNMENT / "rnn.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("seed=231", "seed=232"), encoding="utf-8")
    record.note(course, **{key: first[key] for key in first if key not in ("at", "by")})
    again = explain.reproduce(course, ASSIGNMENT, "bo")
    assert again.same
    assert not explain.explain(course, ASSIGNMENT, "bo").unchanged
    assert sum(now or 0 for _, now in again.marks.values()) == 0


def test_what_was_kept_and_is_changed_is_refused(course, skeleton, hand_in, workers):
    hand_in(course, "bo", answered(skeleton, {}))
    line = graded(course, "bo", workers)
    name = line["notebooks"]["rnn"]["version"]
    path = course.root / "class" / "record" / "kept" / f"{name}.json.gz"
    other = course.root / "class" / "record" / "kept" / f"{line['notebooks']['rnn']['handed_in']}.json.gz"
    path.write_bytes(other.read_bytes())
    with pytest.raises(Trouble, match="is not what was kept"):
        explain.reproduce(course, ASSIGNMENT, "bo")


def test_the_command_explains_and_reproduces(ada, command):
    done = command(ada.root, "grader", "explain", "ada", ASSIGNMENT, "--reproduce")
    assert "Traceback" not in done.stderr
    assert "ada, 1-rnn:" in done.stdout
    assert "next_letter_loss is not written yet" in done.stdout
    assert "checks give the same points" in done.stdout
    done = command(ada.root, "grader", "explain", "nobody", ASSIGNMENT)
    assert done.returncode == 2
    assert "nobody has handed in nothing for 1-rnn" in done.stderr


def test_what_nbgrader_itself_grades_is_on_record_too(course, skeleton, answers, hand_in, command):
    hand_in(course, "bo", answered(skeleton, {name: answers[name] for name in ("rnn_step_forward", "tanh_backward")}))
    done = command(course.root, "nbgrader", "autograde", ASSIGNMENT)
    assert done.returncode == 0, done.stderr
    found = explain.explain(course, ASSIGNMENT, "bo")
    assert (found.total, found.unchanged) == (5, True)
    assert not any(line.strange for line in found.lines)
    assert "through nbgrader, in the sandbox" in explain.paragraphs(found)[1]
    assert explain.reproduce(course, ASSIGNMENT, "bo").same


def test_a_mark_by_hand_need_not_be_read_again_unless_the_answer_changed(course, skeleton, answers, hand_in, workers):
    def waits() -> bool:
        with gradebook.opened(course) as book:
            return book.find_grade("why-two-gradients", "rnn", ASSIGNMENT, "bo").needs_manual_grade

    hand_in(course, "bo", answered(skeleton, answers | {"why-two-gradients": "Two paths."}))
    graded(course, "bo", workers)
    with gradebook.opened(course) as book:
        mark = book.find_grade("why-two-gradients", "rnn", ASSIGNMENT, "bo")
        mark.manual_score, mark.needs_manual_grade = 2, False
        book.db.commit()
    graded(course, "bo", workers, regrade=True)
    assert not waits()
    hand_in(course, "bo", answered(skeleton, answers | {"why-two-gradients": "One path."}))
    graded(course, "bo", workers)
    assert waits()


def write_many(root, name: str) -> None:
    for number in range(200):
        record.note(Course(root), "tried", "1-rnn", name, number=number, filler="ü" * 3000)


def test_two_processes_write_whole_lines_and_a_cut_line_is_no_line(tmp_path):
    (tmp_path / "class").mkdir()
    context = multiprocessing.get_context("spawn")
    both = [context.Process(target=write_many, args=(tmp_path, name)) for name in ("ada", "bo")]
    for process in both:
        process.start()
    for process in both:
        process.join()
    for name in ("ada", "bo"):
        assert [entry["number"] for entry in record.entries(Course(tmp_path), "1-rnn", name)] == list(range(200))
    log = tmp_path / "class" / "record" / "log.jsonl"
    os.truncate(log, log.stat().st_size - 100)
    record.note(Course(tmp_path), "tried", "1-rnn", "ada", number=200)
    assert len(list(record.entries(Course(tmp_path)))) == 400
    lines = log.read_bytes().splitlines()
    assert json.loads(lines[-1])["number"] == 200
    assert len(lines) == 401


def test_refusals_feedback_and_exports_are_on_record(course, skeleton, answers, hand_in, workers):
    hand_in(course, "bo", answered(skeleton, answers))
    hand_in(course, "torn", "{")
    list(grade.grade(course, ASSIGNMENT, ["bo", "torn"], workers))
    list(feedback.write(course, ASSIGNMENT, ["bo"]))
    exports.export(course, [ASSIGNMENT], "csv", unread=True)
    found = {entry["what"]: entry for entry in record.entries(course, ASSIGNMENT)}
    assert found.keys() == {record.GRADED, record.REFUSED, record.RUN, record.FEEDBACK, record.EXPORTED}
    assert (found[record.REFUSED]["student"], "is not a notebook" in found[record.REFUSED]["why"]) == ("torn", True)
    assert (found[record.RUN]["judged"], found[record.EXPORTED]["format"], found[record.EXPORTED]["students"]) == (
        1, "csv", 1)
    with pytest.raises(Trouble, match="No grading of torn in 1-rnn is on record"):
        explain.explain(course, ASSIGNMENT, "torn")
