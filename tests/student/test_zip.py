"""The ZIP holds what a student needs, and nothing that is not theirs."""

import ast
import hashlib
import json
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from grader import notebooks
from grader.course import Course, Trouble
from grader.desk import student_zip
from grader.student import folder, released
from tests.lesson import HIDDEN, ROOT
from tests.student.conftest import ASSIGNMENT, unpack, write

COURSE = Course(ROOT)
GRADER = {"__init__", "__main__", "cli", "console", "course", "kernel", "notebooks"}
TOP = {"LICENSE", "START.html", "START.md", "pyproject.toml", "requirements-student.lock", "start.py"}
IMPORT_ALL = """
import importlib, pathlib, sys
root = pathlib.Path.cwd()
for path in sorted(root.glob("grader/**/*.py")) + sorted(root.glob("unrolled/**/*.py")):
    name = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
    if not name.endswith("__main__"):
        assert pathlib.Path(importlib.import_module(name).__file__) == path, name
exec(sys.argv[1])
assert not any(name.startswith(("nbgrader", "sqlalchemy", "msgpack")) for name in sys.modules)
"""


def names_in(path: Path) -> set[str]:
    with zipfile.ZipFile(path) as packed:
        return {name.removeprefix(f"{student_zip.FOLDER}/") for name in packed.namelist()}


def secret_lines(assignment: str) -> set[str]:
    """The lines of an assignment's answers and hidden checks that stand neither in what is released nor in a check's
    vocabulary, which runs a student's step over a sequence as everybody does."""
    paths = [*(COURSE.assignments / assignment).glob("*.ipynb"), *(ROOT / "grader" / "checks").glob("*.py")]
    public = " ".join(path.read_text(encoding="utf-8") for path in paths)
    found = set()
    for path in (COURSE.solutions / assignment).glob("*.ipynb"):
        for cell in notebooks.read(path)["cells"]:
            source = notebooks.source(cell)
            if cell["cell_type"] == "markdown" and cell["metadata"].get("nbgrader"):
                found |= {line.strip() for line in source.splitlines()}
            for block in (*HIDDEN.findall(source), *(one[0] for one in released.ANSWER.finditer(source))):
                found |= {line.strip() for line in block.splitlines()}
    return {line for line in found if len(line) >= 25
            and line not in public and json.dumps(line, ensure_ascii=False)[1:-1] not in public}


def test_the_first_lesson_holds_exactly_this(zips):
    names = names_in(zips())
    assert {name for name in names if "/" not in name} == TOP
    assert {name for name in names if name.startswith(("assignments/", ".original/", "datasets/", "solutions/"))} == {
        "assignments/1-rnn/rnn.ipynb", ".original/1-rnn/rnn.ipynb"}
    assert {name.removeprefix("unrolled/") for name in names if name.startswith("unrolled/")} == {
        "__init__.py", "__main__.py", "plots.py", "progress.py", "py.typed"}
    assert {Path(name).stem for name in names if re.fullmatch(r"grader/\w+\.py", name)} == GRADER
    assert {name.split("/")[1] for name in names if re.match(r"grader/\w+/", name)} == {"checks", "student"}
    assert {name.split("/")[0] for name in names} == {*TOP, "assignments", ".original", "unrolled", "grader"}


@pytest.mark.parametrize("assignment", COURSE.names())
def test_no_answer_and_no_hidden_check_is_in_it(assignment, zips):
    """In no notebook and in no file of the judging side; in 1-rnn in no file at all: it is given no layers."""
    lines = secret_lines(assignment)
    assert len(lines) > 10
    with zipfile.ZipFile(zips(assignment)) as packed:
        for name in packed.namelist():
            if "/datasets/" in name or ("/unrolled/" in name and assignment != ASSIGNMENT):
                continue
            text = packed.read(name).decode("utf-8")
            text = "".join(map(notebooks.source, json.loads(text)["cells"])) if name.endswith(".ipynb") else text
            assert "BEGIN HIDDEN" not in text or name.endswith("released.py"), name
            assert [line for line in lines if line in text] == [], name


@pytest.mark.parametrize("assignment", COURSE.names())
def test_what_is_in_it_is_enough_for_every_import(assignment, zips, tmp_path):
    root = unpack(zips(assignment), tmp_path)
    lines = []
    for lesson in folder.lessons(root):
        for cell in lesson.now()["cells"]:
            if cell["cell_type"] == "code":
                tree = ast.parse(notebooks.source(cell))
                lines += [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    done = subprocess.run([sys.executable, "-c", IMPORT_ALL, "\n".join(lines)], cwd=root, capture_output=True,
                          encoding="utf-8")
    assert done.returncode == 0, done.stderr


def test_data_come_with_the_lessons_that_read_them(zips):
    read = {assignment: {name.split("/")[1] for name in names_in(zips(assignment)) if name.startswith("datasets/")}
            for assignment in COURSE.names()}
    for assignment, found in read.items():
        code = "\n".join(path.read_text(encoding="utf-8") for path in (COURSE.assignments / assignment).glob("*.ipynb"))
        signs = {"scenes": 'load(\\"scenes\\"', "letters": "shipped("}
        assert found == {name for name, sign in signs.items() if sign in code}
    assert read["2-captioning"] == {"scenes"}
    assert read["5-char-rnn"] == {"letters"}


def test_the_same_content_makes_the_same_bytes(zips, tmp_path):
    again = student_zip.write(COURSE, ASSIGNMENT, tmp_path / "again" / "again.zip")
    assert hashlib.sha256(again.read_bytes()).digest() == hashlib.sha256(zips().read_bytes()).digest()
    assert [path.name for path in again.parent.iterdir()] == ["again.zip"]


def test_only_self_study_has_the_solution_and_it_hides_nothing(zips, tmp_path):
    extra = names_in(zips(self_study=True)) - names_in(zips())
    assert extra == {"solutions/1-rnn/rnn.ipynb"}
    root = unpack(zips(self_study=True), tmp_path)
    text = (root / "solutions" / "1-rnn" / "rnn.ipynb").read_text(encoding="utf-8")
    assert "BEGIN SOLUTION" in text
    assert "HIDDEN" not in text
    assert "start.py solution" in (root / "START.md").read_text(encoding="utf-8")


def test_start_says_what_is_there(zips, tmp_path):
    root = unpack(zips(), tmp_path)
    text = (root / "START.md").read_text(encoding="utf-8")
    assert not re.search(r"@[A-Z]+@|<!--", text)
    assert "solution" not in text
    page = (root / "START.html").read_text(encoding="utf-8")
    assert "<h2>3. Install and open</h2>" in page
    assert "<td><code>py -3.12 start.py</code></td>" in page
    assert not re.search(r"<script|src=|@import", page)
    assert (root / "assignments/1-rnn/rnn.ipynb").is_file()
    assert "assignments/1-rnn/rnn.ipynb" in text
    assert "start.py hint rnn_step_forward" in text
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    kit = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {name: project[name] for name in ("dependencies", "version", "requires-python")} == {
        name: kit[name] for name in ("dependencies", "version", "requires-python")}


def test_several_lessons_unpack_into_one_folder_and_touch_no_work(zips, tmp_path, run, root):
    write(root / "assignments/1-rnn/rnn.ipynb", **{"why-two-gradients": "At the last one."})
    mine = (root / "assignments/1-rnn/rnn.ipynb").read_bytes()
    unpack(zips("6-gradient-flow"), root.parent)
    assert (root / "assignments/1-rnn/rnn.ipynb").read_bytes() == mine
    assert [lesson.assignment for lesson in folder.lessons(root)] == ["1-rnn", "6-gradient-flow"]
    done = run("unrolled", "hint", "jacobian")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Hint 1 of 2")


def test_what_is_not_released_as_it_stands_is_refused(course, tmp_path, command):
    path = course.assignments / ASSIGNMENT / "rnn.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("A network", "a network", 1), encoding="utf-8")
    with pytest.raises(Trouble, match=r"1-rnn is not as a release would make it: assignments/1-rnn/rnn.ipynb differs. "
                                      "Run  python -m grader release 1-rnn  first"):
        student_zip.write(course, ASSIGNMENT, tmp_path / "a.zip")
    path.unlink()
    done = command(course.root, "grader", "student-zip", ASSIGNMENT)
    assert done.returncode == 2
    assert "rnn.ipynb is missing" in done.stderr
    done = command(course.root, "grader", "student-zip", "9-none")
    assert "There is no assignment '9-none'" in done.stderr
    assert not (course.root / "class" / "exports").exists()


def test_the_command_says_where_the_zip_is(course, command):
    done = command(course.root, "grader", "student-zip", ASSIGNMENT)
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()) == course.exports / "1-rnn.zip"
    assert names_in(course.exports / "1-rnn.zip") >= TOP


@pytest.mark.parametrize("name", COURSE.names())
def test_a_skeleton_made_from_a_solution_is_the_released_one(name):
    for notebook in COURSE.notebooks(name):
        made = released.from_solution(notebooks.read(COURSE.solutions / name / f"{notebook}.ipynb"))
        kept = notebooks.read(COURSE.assignments / name / f"{notebook}.ipynb")
        assert list(map(notebooks.source, made["cells"])) == list(map(notebooks.source, kept["cells"]))
