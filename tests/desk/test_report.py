"""The class report: what to teach, without names where it is shown, and numbers beside the pictures."""

import csv
import html
import re
import shutil

import pytest

from grader import grade, gradebook
from grader.desk import report
from grader.desk.demo import answered
from tests.conftest import ASSIGNMENT

WRONG = ("dh[:, t] + dh0", "dh[:, t]")


@pytest.fixture(scope="module")
def page(released, skeleton, answers, hand_in, workers, tmp_path_factory):
    """A class of six: right, two with one mistake, one whose mistake spreads, one who stopped early, one torn."""
    root = tmp_path_factory.mktemp("report") / "course"
    shutil.copytree(released.root, root)
    course = type(released)(root.resolve())
    wrong = answers["rnn_backward"].replace(*WRONG)
    signed = wrong.replace("    dxs, dh0", "    # Ada Lovelace, ada@example.org\n    ada = 'by Lovelace'\n    dxs, dh0")
    spread = answers["rnn_step_forward"].replace("np.tanh(", "np.sin(")
    given = {"ada": answers | {"rnn_backward": signed}, "bo": answers | {"rnn_backward": wrong + "\n" * 9 + "x = 1"},
             "cy": answers, "di": answers | {"rnn_step_forward": spread},
             "=evil()": {name: answers[name] for name in ("rnn_step_forward", "tanh_backward")}}
    for student, text in given.items():
        hand_in(course, student, answered(skeleton, text))
    hand_in(course, "torn", "{")
    with gradebook.opened(course) as book:
        book.update_or_create_student("ada", first_name="Ada", last_name="Lovelace")
    list(grade.grade(course, ASSIGNMENT, grade.students(course, ASSIGNMENT), workers))
    return course, report.write(course, ASSIGNMENT, "http://desk:8888/").read_text(encoding="utf-8")


def test_mistakes_are_told_in_teaching_words_with_a_nameless_example(page):
    course, text = page
    rows = [row for row in report.collect(course, ASSIGNMENT) if row.marks]
    found = report.mistakes(rows, report.names(course))
    first = next(mistake for mistake in found if mistake.check == "rnn_backward")
    assert (first.count, "what reaches h[t] besides dh[:, t]?" in first.words) == (2, True)
    assert "dh[:, t], cache[t]" in first.example
    shown = text.split("With names")[0]
    for name in ("Ada", "ada", "Lovelace", "example.org", "bo<", "torn<"):
        assert name not in re.sub(r"gradebook|<style>.*?</style>", "", shown, flags=re.DOTALL), name
    assert "what reaches h[t] besides dh[:, t]?" in html.unescape(shown)


def test_what_follows_from_another_mistake_is_not_what_to_teach(page):
    course, _ = page
    rows = [row for row in report.collect(course, ASSIGNMENT) if row.student == "di"]
    assert sum(told.failed for told in rows[0].said.values()) > 2
    assert [mistake.check for mistake in report.mistakes(rows, [])] == ["rnn_step_forward"]
    assert rows[0].stuck_at == "rnn_step_forward"


def test_names_are_taken_out_of_code_but_not_out_of_words():
    code = "def f(x):\n    '''Ann wrote this.'''\n    plan = x  # Ann\n    return plan, 'ANN', ann\n"
    assert report.nameless(code, ["Ann"]) == "def f(x):\n    plan = x\n    return (plan, '…', …)"
    assert report.nameless("def f(:", []) == ""
    assert report.nameless("\n".join(f"x{n} = 1" for n in range(99)), []).endswith("\n…")


def test_numbers_lie_beside_the_pictures(page):
    course, text = page
    folder = course.reports / ASSIGNMENT
    linked = set(re.findall(rf'href="{ASSIGNMENT}/(\w+)\.csv"', text))
    assert linked == {path.stem for path in folder.glob("*.csv")}
    with (folder / "students.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert rows.keys() == {"ada", "bo", "cy", "di", "'=evil()", "torn"}
    assert rows["'=evil()"]["stuck at"] == "product_backward"
    assert "not a notebook" in rows["torn"]["not graded because"]
    with (folder / "checks.csv").open(encoding="utf-8-sig", newline="") as file:
        checks = {row["check"]: row for row in csv.DictReader(file)}
    for row in checks.values():
        assert sum(int(row[key]) for key in ("right", "wrong", "may follow from another", "not written")) == 5
    assert checks["product_backward"]["not written"] == "1"


def test_the_page_asks_for_nothing_from_outside_and_links_into_formgrader(page):
    _, text = page
    assert not re.findall(r"(?:src|@import|url\()", text)
    assert "<script" not in text
    assert set(re.findall(r'href="(http[^"]*)"', text)) == {f"http://desk:8888/formgrader/gradebook/{ASSIGNMENT}/rnn"}
    assert "5 submissions in" in text
    assert text.count("<svg") == 4
