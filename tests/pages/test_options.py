"""Which commands and options are said not to be there."""

import pytest

from tests.pages.options import complaint, missing_extras


@pytest.mark.parametrize("text", [
    "python -m grader grade 1-rnn --jobs 4", "python -m grader …", "python -m unrolled.data fetch coco [--url MIRROR]",
    "python -m grader new ../x --name \"A B\" \\\n    --due '1-rnn=2027-03-31 23:59 +02:00'",
    "python -m pytest -m browser",
    "python benchmarks/grading.py --quick", "make test-long", "make PYTHON=python3.12 test", "nbgrader autograde",
    "nbgrader generate_feedback", "jupyter lab", "grade --regrade", "new --late 0.1", "train", "dz @ Wx.T", "it's",
    "solution f --anyway",
    "OMP_NUM_THREADS=1 python -m unrolled train --data scenes", "release --check", "py -3.12 -m grader demo",
])
def test_what_is_there(text):
    assert complaint(text) == ""


@pytest.mark.parametrize(("text", "words"), [
    ("python -m grader grad 1-rnn", "has no command grad; it has"),
    ("python -m grader grade 1-rnn --job 4", "grade has no option --job; it has"),
    ("A=1 python -m unrolled.data fetch coco [--uri MIRROR]", "fetch has no option --uri"),
    ("python -m grader --jobs 4", "has no option --jobs by itself"),
    ("python -m no_such_module", "There is no module no_such_module"),
    ("python benchmarks/nothing.py", "There is no file benchmarks/nothing.py"),
    ("python benchmarks/grading.py --slowly", "has no option --slowly"),
    ("make tests", "no target tests; it has"),
    ("nbgrader grade", "nbgrader has no command grade"),
    ("jupyter laboratory", "jupyter has no command laboratory"),
    ("grade --again", "grade has no option --again"),
])
def test_what_is_not_there(text, words):
    assert words in complaint(text)


def test_extras():
    assert missing_extras("pip install 'unrolled[cluster,dev]'") == []
    assert missing_extras("pip install 'unrolled[clusters]'") == ["clusters"]
