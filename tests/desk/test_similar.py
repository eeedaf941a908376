"""Copies are known in any disguise, independent answers are not taken for copies, and what cannot be known is said."""

import random

import pytest

from benchmarks import similarity as bench
from grader.course import Trouble
from grader.desk import similarity
from grader.desk.demo import answered
from tests.conftest import ASSIGNMENT

LONG, SHORT = "rnn_backward", "product_backward"


def parts(source: str) -> set[str]:
    return set(similarity.Graph(source).parts())


@pytest.mark.parametrize("other", [
    "def f(u, v):\n    '''Say.'''\n    w = u @ v  # a product\n    return np.tanh(w + 1)\n",
    "def f(a, b):\n    return np.tanh(1 + a @ b)\n",
    "def f(a, b):\n    one, c = 1, a @ b\n    s = c\n    s += one\n    return (np.tanh(s))\n",
])
def test_names_layout_order_and_temporaries_leave_no_trace(other):
    assert parts(other) == parts("def f(a, b):\n    c = a @ b\n    return np.tanh(c + 1)\n")


@pytest.mark.parametrize("other", [
    "def f(a, b):\n    return np.tanh(b @ a + 1)\n",
    "def f(a, b):\n    return np.tanh(a @ b + 2)\n",
    "def f(a, b):\n    return np.tanh(a @ b - 1)\n",
    "def f(a, b):\n    return np.tanh(np.dot(a, b) + 1)\n",
])
def test_what_is_computed_otherwise_is_another_answer(other):
    assert parts(other) != parts("def f(a, b):\n    return np.tanh(a @ b + 1)\n")


@pytest.fixture(scope="module")
def writers() -> dict[str, list[str]]:
    return {question: bench.independent(question, 14) for question in (LONG, SHORT)}


@pytest.mark.parametrize("way", bench.WAYS)
def test_a_copy_stands_out_and_independent_answers_do_not(writers, way):
    texts = writers[LONG]
    copied = bench.disguised(texts[9], way, random.Random(way))
    assert copied != texts[9]
    assert bench.is_right(LONG, copied)
    answers = [similarity.read(str(number), text) for number, text in enumerate([*texts, copied])]
    question = similarity.Question(LONG, answers, similarity.read("solution", bench.LESSON.answers[LONG]))
    assert not question.silent
    assert [(pair.first, pair.second) for pair in question.pairs() if pair.stands_out] == [("9", "14")]


def test_of_a_short_answer_nothing_is_said(writers):
    answers = [similarity.read(str(number), text) for number, text in enumerate(writers[SHORT])]
    question = similarity.Question(SHORT, answers, similarity.read("solution", bench.LESSON.answers[SHORT]))
    assert question.silent
    assert similarity.rank([question]) == []
    few = similarity.Question(LONG, answers[:4], answers[0])
    assert "4 answers are too few" in few.silent


@pytest.mark.parametrize("source", ["def f(:\n", "x = " + "(" * 5000, "\0", "x = " + "-" * 50_000 + "x"])
def test_what_is_no_python_has_no_parts(source):
    assert similarity.read("bo", source).parts is None


def test_the_page_shows_both_and_says_what_it_does_not_know(course, skeleton, answers, hand_in, writers, command):
    for number, text in enumerate(writers[LONG]):
        hand_in(course, f"student{number:02d}", answered(skeleton, answers | {LONG: text}))
    stolen = bench.disguised(writers[LONG][9], "all", random.Random(1)) + "# <script>alert(1)</script>\n"
    hand_in(course, "thief", answered(skeleton, answers | {LONG: stolen}))
    hand_in(course, "torn", "{")
    done = command(course.root, "grader", "similar", ASSIGNMENT)
    assert done.returncode == 0, done.stderr
    assert "student09, thief" in done.stdout
    assert "proves nothing" in done.stdout
    assert "product_backward: nothing is said." in done.stdout
    assert "torn: rnn.ipynb is not a notebook" in done.stdout
    page = (course.reports / f"{ASSIGNMENT}-similar.html").read_text(encoding="utf-8")
    assert "does not know" in page
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "http" not in page


def test_one_submission_cannot_be_compared(course, skeleton, answers, hand_in):
    hand_in(course, "ada", answered(skeleton, answers))
    with pytest.raises(Trouble, match=r"1 submission of 1-rnn can be read; two at least"):
        similarity.compare(course, ASSIGNMENT)
