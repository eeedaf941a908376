"""A course folder from the kit: ready for every command of the kit and of nbgrader, or not made at all."""

import ast
import os
from datetime import UTC, datetime

import pytest

from grader import grade as grading
from grader import gradebook, late, release, submission
from grader.course import Course, Trouble, find_course
from grader.desk import new
from grader.desk.demo import answered
from grader.desk.new import Plan
from tests.conftest import ASSIGNMENT
from tests.lesson import ROOT

KIT = Course(ROOT)
DUE = datetime(2027, 3, 1, 22, 59, tzinfo=UTC)


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Course:
    """A new course with one assignment and an exchange of its own; tests may add to it."""
    folder = tmp_path_factory.mktemp("new") / "my course"
    plan = Plan('Learning "deeply", 2027', [ASSIGNMENT], due={ASSIGNMENT: DUE}, points={ASSIGNMENT: 100}, late=0.25,
                exchange=folder.parent / "exchange")
    return new.new(KIT, folder, plan, lambda line: None)


def test_it_has_what_was_chosen_and_nothing_else(made):
    assert made.names() == [ASSIGNMENT]
    assert release.differences(made, [ASSIGNMENT]) == []
    files = {path.relative_to(made.root).as_posix() for path in made.root.rglob("*") if path.is_file()}
    assert files == {".gitignore", "nbgrader_config.py", "assignments/1-rnn/rnn.ipynb", "class/gradebook.db",
                     "solutions/1-rnn/rnn.ipynb", "solutions/1-rnn/assignment.toml"}
    assert sorted(path.name for path in made.root.parent.iterdir()) == ["my course"], "nothing is left of the making"


@pytest.mark.skipif(os.name == "nt", reason="Windows has other rights")
def test_nobody_else_may_look_into_it(made):
    assert made.root.stat().st_mode & 0o077 == 0


def test_its_configuration_is_what_was_planned(made):
    config = made.config()
    assert config.CourseDirectory.course_id == "learning-deeply-2027"
    assert config.Export.points == {ASSIGNMENT: 100}
    assert config.ByTheDay.share == 0.25
    assert find_course(made.solutions / ASSIGNMENT) == made
    text = new.configuration(Plan("'''\n\\"))
    assert compile(ast.parse(text), "config", "exec")
    assert "\n# c.AssignLatePenalties.plugin_class" in text


def test_notes_that_the_exchange_would_not_write_go_nowhere(desk, hand_in, untouched):
    path = hand_in(desk, "ada", untouched)
    right = ("2027-03-01 10:00:00 UTC", b"2f1c-aa\n")
    for time, secret in (right, ("soon", b"\xff\xfe"), ("", b"a b"), ("x" * 999, b"")):
        path.with_name("timestamp.txt").write_text(time, encoding="utf-8")
        path.with_name("submission_secret.txt").write_bytes(secret)
        notes = submission.notes(desk, ASSIGNMENT, "ada")
        good = (time, secret) == right
        assert notes == {"timestamp.txt": f"{time}\n".encode() if good else None,
                         "submission_secret.txt": secret if good else None}


def test_a_release_keeps_the_due_date(made):
    assert late.due(made, ASSIGNMENT).date == DUE
    release.generate(made, ASSIGNMENT, record=True)
    assert late.due(made, ASSIGNMENT).of("anybody") == DUE


def test_nbgraders_exchange_from_release_to_feedback(made, command, tmp_path, skeleton, answers, workers):
    """As on a hub, with one user for both sides: release, fetch, submit, collect, grade, feedback."""
    exchange = made.root.parent / "exchange"
    exchange.mkdir(mode=0o777)
    exchange.chmod(0o777)

    def nbgrader(folder, *words):
        done = command(folder, "nbgrader", *words, JUPYTER_CONFIG_DIR=str(tmp_path / "jupyter"))
        assert done.returncode == 0, done.stderr
        return done

    nbgrader(made.root, "release_assignment", ASSIGNMENT)
    home = tmp_path / "home"
    home.mkdir()
    (home / "nbgrader_config.py").write_text(f"c = get_config()\nc.CourseDirectory.course_id = 'learning-deeply-2027'\n"
                                             f"c.Exchange.root = {exchange.as_posix()!r}\n", encoding="utf-8")
    nbgrader(home, "fetch_assignment", ASSIGNMENT)
    work = home / ASSIGNMENT / "rnn.ipynb"
    work.write_text(answered(skeleton, {"rnn_step_forward": answers["rnn_step_forward"]}), encoding="utf-8")
    nbgrader(home, "submit", ASSIGNMENT)
    nbgrader(made.root, "collect", ASSIGNMENT)
    who, = made.submissions(ASSIGNMENT)
    result, = grading.grade(made, ASSIGNMENT, [who], workers)
    assert result.status == grading.GRADED
    done = command(made.root, "grader", "feedback", ASSIGNMENT)
    assert done.returncode == 0, done.stderr
    nbgrader(made.root, "release_feedback", ASSIGNMENT)
    nbgrader(home, "fetch_feedback", ASSIGNMENT)
    assert list((home / ASSIGNMENT / "feedback").rglob("rnn.html"))
    with gradebook.opened(made) as book:
        assert book.find_submission(ASSIGNMENT, who).score > 0


@pytest.mark.parametrize(("plan", "words"), [
    (Plan("x", ["9-none"]), "There is no assignment '9-none'"),
    (Plan("x", [ASSIGNMENT], due={"2-captioning": DUE}), "--due names 2-captioning, which the course will not have"),
    (Plan("x", [ASSIGNMENT], points={"9": 1}), "--points names 9"),
    (Plan("x", [ASSIGNMENT], points={ASSIGNMENT: 0}), "have to be above 0"),
    (Plan("x", [ASSIGNMENT], id="a+b"), "cannot be the id of a course"),
])
def test_a_plan_that_cannot_be_is_told_and_nothing_is_made(plan, words, tmp_path):
    with pytest.raises(Trouble, match=words):
        new.new(KIT, tmp_path / "course", plan)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("years")
    with pytest.raises(Trouble, match="is there and not empty"):
        new.new(KIT, tmp_path, Plan("x", [ASSIGNMENT]))
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_course_is_made_whole_or_not_at_all(tmp_path, monkeypatch):
    monkeypatch.setattr(new, "generate", lambda *_, **__: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        new.new(KIT, tmp_path / "course", Plan("x", [ASSIGNMENT]))
    assert list(tmp_path.iterdir()) == []


def test_the_command_refuses_what_it_does_not_understand(command, tmp_path):
    done = command(ROOT, "grader", "new", str(tmp_path / "c"), "-a", ASSIGNMENT, "--due", "1-rnn=soon")
    assert (done.returncode, "expected a time such as 2027-03-31 23:59" in done.stderr) == (2, True)
    due = "1-rnn=2027-03-31 12:00 +02:00"
    done = command(ROOT, "grader", "new", str(tmp_path / "c"), "-a", ASSIGNMENT, "--due", due)
    assert done.returncode == 0, done.stderr
    assert "1-rnn: released, due 2027-03-31 10:00:00 UTC" in done.stdout
    done = command(tmp_path / "c", "grader", "release", "--check")
    assert "Nothing to do: 1-rnn equal a fresh release." in done.stdout
