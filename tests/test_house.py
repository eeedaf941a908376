"""The rooms: what may import what, and that generated things equal what they are generated from."""

import ast
import builtins
import re
import tomllib

import pytest
import yaml

from grader import notebooks
from grader.console import GRADING
from grader.course import Course
from grader.namespace import imports_for_checks
from grader.release import differences
from tests.lesson import ROOT

COURSE = Course(ROOT)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def imports(package: str) -> set[str]:
    """The top-level names that a package's files import."""
    found = set()
    for path in (ROOT / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.split(".")[0])
    return found


def test_what_gives_and_what_judges_do_not_know_each_other():
    assert "grader" not in imports("unrolled")
    assert "unrolled" not in imports("grader")


def test_datasets_shadows_no_installed_package():
    assert not (ROOT / "datasets" / "__init__.py").exists()


def requirement(text: str) -> tuple[str, str]:
    name, ranges = re.fullmatch(r"([A-Za-z0-9_-]+)\s*(.*)", text.strip()).groups()
    return name, ",".join(sorted(ranges.replace(" ", "").split(",")))


def test_the_conda_environment_names_what_the_project_names():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    named = dict(requirement(line) for line in environment["dependencies"] if isinstance(line, str))
    wanted = dict(requirement(line) for line in PROJECT["dependencies"] + PROJECT["optional-dependencies"]["grading"])
    named["msgpack"] = named.pop("msgpack-python")      # conda-forge's name for it
    tools = {name: named.pop(name) for name in ("python", "pip")}
    assert named == wanted
    assert tools["python"] == ",".join(sorted(PROJECT["requires-python"].split(",")))
    assert environment["dependencies"][-1] == {"pip": ["--editable ."]}


EXTRAS = PROJECT["optional-dependencies"]


def requirements(lines: list[str]) -> set[str]:
    """The names that requirements ask for, with those of this project's own extras."""
    own = [re.fullmatch(r"unrolled\[(.*)\]", line) for line in lines]
    inner = [line for found in own if found for extra in found[1].split(",") for line in EXTRAS[extra]]
    plain = [line for line, found in zip(lines, own, strict=True) if not found]
    names = {re.match(r"[A-Za-z0-9_-]+", line)[0].lower() for line in plain}
    return names | (requirements(inner) if inner else set())


@pytest.mark.parametrize(("lock", "wanted"), [
    ("requirements.lock", PROJECT["dependencies"] + EXTRAS["dev"]),
    ("requirements-student.lock", PROJECT["dependencies"]),
])
def test_a_lock_holds_hashes_for_all_requirements_and_names_no_host(lock, wanted):
    text = (ROOT / lock).read_text(encoding="utf-8")
    locked = set(re.findall(r"^([a-z0-9-]+)==", text, re.MULTILINE))
    assert requirements(wanted) <= locked
    assert text.count("--hash=sha256:") >= len(locked)
    assert "://" not in text


def test_both_locks_name_the_same_versions_and_a_students_has_nothing_of_grading():
    kit, student = (dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))
                    for name in ("requirements.lock", "requirements-student.lock"))
    assert student.items() <= kit.items()
    assert not {"nbgrader", "sqlalchemy", "alembic", "msgpack"} & student.keys()


def test_the_sentence_of_a_missing_library_knows_all_that_grading_needs():
    assert set(GRADING) == requirements(EXTRAS["grading"])
    assert {"unrolled[grading,cluster,postgres,site]"} <= set(EXTRAS["dev"])


@pytest.mark.parametrize("name", COURSE.names())
def test_solutions_are_canonical(name):
    for notebook in COURSE.notebooks(name):
        path = COURSE.solutions / name / f"{notebook}.ipynb"
        assert notebooks.canonical(notebooks.read(path)) == path.read_text(encoding="utf-8")


def test_assignments_equal_a_fresh_release_byte_for_byte():
    assert differences(COURSE, COURSE.names()) == []


@pytest.mark.parametrize("name", COURSE.names())
def test_a_release_holds_no_answer_and_no_hidden_check(name):
    for notebook in COURSE.notebooks(name):
        solution = notebooks.read(COURSE.solutions / name / f"{notebook}.ipynb")
        text = (COURSE.assignments / name / f"{notebook}.ipynb").read_text(encoding="utf-8")
        assert "SOLUTION" not in text
        assert "HIDDEN" not in text
        for cell in solution["cells"]:
            if cell["metadata"].get("nbgrader", {}).get("solution"):
                block = re.search(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", notebooks.source(cell), re.DOTALL)
                for line in block[1].splitlines() if block else [notebooks.source(cell)]:
                    assert len(line.strip()) < 25 or line.strip()[:60] not in text, line


@pytest.mark.parametrize("name", COURSE.names())
def test_only_answers_checks_and_written_questions_carry_nbgrader_metadata(name):
    for notebook in COURSE.notebooks(name):
        for cell in notebooks.read(COURSE.solutions / name / f"{notebook}.ipynb")["cells"]:
            how = cell["metadata"].get("nbgrader")
            if how is None:
                continue
            kind = (cell["cell_type"], how["grade"], how["solution"], how["locked"])
            sorts = {("code", False, True, False): r"[a-z_0-9]+", ("code", True, False, True): r"check-[a-z_0-9]+",
                     ("markdown", True, True, False): r"why-[a-z-]+"}
            assert re.fullmatch(sorts[kind], how["grade_id"])
            assert cell["id"] == how["grade_id"]


def names_from_elsewhere(source: str) -> set[str]:
    """The names that a cell reads and does not make."""
    nodes = list(ast.walk(ast.parse(source)))
    read = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    made = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    made |= {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
    made |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    return read - made - set(dir(builtins))


@pytest.mark.parametrize("name", COURSE.names())
def test_a_check_takes_nothing_from_the_student_but_functions(name):
    """A value from an open cell is the student's to change, so a check that used it would judge by their numbers."""
    for notebook in COURSE.notebooks(name):
        solution = notebooks.read(COURSE.solutions / name / f"{notebook}.ipynb")
        functions = {node.name for cell in solution["cells"] if cell["cell_type"] == "code"
                     for node in ast.parse(notebooks.source(cell)).body if isinstance(node, ast.FunctionDef)}
        imported = {statement.split()[-1] for statement in imports_for_checks(solution)}
        for cell in notebooks.checks(solution):
            strange = names_from_elsewhere(notebooks.source(cell)) - functions - imported
            assert not strange, f"{notebooks.grade_id(cell)} takes {sorted(strange)} from an open cell"
