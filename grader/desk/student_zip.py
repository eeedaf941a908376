"""What a student needs for one assignment, and nothing else, as a ZIP; several of them unpack into one folder."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import json
import re
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

from grader import notebooks, release
from grader.course import Course, Trouble
from grader.student.folder import ASSIGNMENTS, ORIGINAL, SOLUTIONS
from grader.student.released import HIDDEN

FOLDER = "unrolled-course"
LOCK = "requirements-student.lock"
KIT = Path(__file__).resolve().parents[2]
TEMPLATES = Path(__file__).parent / "templates"
COMMANDS = ("grader.__main__", "grader.student.__main__", "unrolled.__main__")
READS = {"scenes": r"\bload\(\s*[\"']scenes[\"']", "letters": r"\bshipped\("}
TIME = (2020, 1, 1, 0, 0, 0)
PROJECT = """\
# What this folder is, for pip: the course's two packages, installed where they lie.
[build-system]
requires = ["setuptools>=65"]
build-backend = "setuptools.build_meta"

[project]
name = "unrolled"
version = {version}
requires-python = {python}
dependencies = [
{dependencies}
]

[tool.setuptools.packages.find]
include = ["grader*", "unrolled*"]
"""
PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Start here</title>
<style>
:root {{ color-scheme: light dark }}
body {{ max-width: 44rem; margin: 2rem auto; padding: 0 1rem; font: 1.05rem/1.6 system-ui, sans-serif }}
code {{ font-size: .95em; padding: .1em .3em; background: #8883; border-radius: .2em }}
td code {{ white-space: nowrap }}
td, th {{ padding: .3em 1em .3em 0; text-align: left; vertical-align: top }}
</style>
{body}</html>
"""


def write(course: Course, assignment: str, to: Path, self_study: bool = False) -> Path:
    """Write the ZIP of an assignment, the same bytes for the same content; with ``self_study``, its answers as well.

    Raises Trouble where ``assignments/`` is not what a release would make, or the kit lacks what belongs into it.
    """
    found = files(course, assignment, self_study)
    to.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=to.parent) as folder:
        made = Path(folder, to.name)
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, content in sorted(found.items()):
                info = zipfile.ZipInfo(f"{FOLDER}/{name}", TIME)
                info.create_system, info.external_attr = 3, 0o100644 << 16      # the same on every system
                packed.writestr(info, content, zipfile.ZIP_DEFLATED)
        made.replace(to)
    return to


def files(course: Course, assignment: str, self_study: bool = False) -> dict[str, bytes]:
    """What a student's ZIP holds, by path."""
    names = course.notebooks(assignment)
    _require_released(course, assignment)
    texts = [notebooks.read(course.assignments / assignment / f"{name}.ipynb") for name in names]
    found = {"pyproject.toml": _project(), LOCK: _kit_file(LOCK), "LICENSE": _kit_file("LICENSE"),
             "start.py": (TEMPLATES / "start.py").read_bytes()}
    start = _start(course, assignment, self_study)
    found |= {"START.md": start.encode("utf-8"), "START.html": _page(start).encode("utf-8")}
    for path in sorted((course.assignments / assignment).rglob("*")):
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(course.assignments).parts):
            content, name = path.read_bytes(), path.relative_to(course.assignments).as_posix()
            found |= {f"{ASSIGNMENTS}/{name}": content}
            if path.suffix == ".ipynb":
                found |= {f"{ORIGINAL}/{name}": content}
    code = "\n".join(notebooks.source(cell) for text in texts for cell in text["cells"] if cell["cell_type"] == "code")
    found |= {_place(module): path.read_bytes() for module, path in modules(code).items()}
    found |= _data(code)
    if self_study:
        for name in names:
            found[f"{SOLUTIONS}/{assignment}/{name}.ipynb"] = _without_hidden(course, assignment, name)
    return found


def modules(code: str) -> dict[str, Path]:
    """The modules of this kit that a notebook's code and a student's commands import, also within functions."""
    waiting = [*COMMANDS, *_imports(ast.parse(_python(code)), "")]
    found: dict[str, Path] = {}
    while waiting:
        module = waiting.pop()
        if module in found or module.partition(".")[0] not in ("grader", "unrolled") or _is_instructors(module):
            continue
        spec = importlib.util.find_spec(module)
        if spec is None or not spec.origin:
            continue
        path = found[module] = Path(spec.origin)
        if module.rpartition(".")[0]:
            waiting.append(module.rpartition(".")[0])
        if module != "unrolled.__main__":       # its commands that train are there where their modules are
            waiting += _imports(ast.parse(path.read_bytes()), module if path.name == "__init__.py"
                                else module.rpartition(".")[0])
    for package in {module.partition(".")[0] for module in found}:
        found[f"{package}.py.typed"] = found[package].with_name("py.typed")
    return found


def _imports(tree: ast.AST, package: str) -> Iterator[str]:
    """The modules that a file imports where it runs, those that are asked for by a name of theirs among them."""
    for node in _running(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "import_module":
            yield from (word.value for word in node.args if isinstance(word, ast.Constant)
                        and isinstance(word.value, str))
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            home = ".".join([*above, *filter(None, [node.module])])
            yield home
            for alias in node.names:
                yield f"{home}.{alias.name}" if _is_module(f"{home}.{alias.name}") else _home_of(home, alias.name)


def _running(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node but those that only a type checker reads."""
    for node in ast.iter_child_nodes(tree):
        if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
            yield node
            yield from _running(node)


def _is_instructors(module: str) -> bool:
    return re.match(r"grader\.(desk|sandbox)\b", module) is not None


def _is_module(name: str) -> bool:
    try:
        return name.partition(".")[0] in ("grader", "unrolled") and importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def _home_of(package: str, name: str) -> str:
    """Where a name is defined that a package brings when it is asked for it."""
    if package.partition(".")[0] != "unrolled":
        return package
    return getattr(getattr(importlib.import_module(package), name, None), "__module__", None) or package


def _python(code: str) -> str:
    """Cells without what only IPython understands."""
    return re.sub(r"^\s*[%!].*$", "", code, flags=re.MULTILINE)


def _place(module: str) -> str:
    if module.endswith(".py.typed"):
        return module.replace(".", "/", 1)
    path = module.replace(".", "/")
    spec = importlib.util.find_spec(module)
    return f"{path}/__init__.py" if spec and spec.submodule_search_locations is not None else f"{path}.py"


def _data(code: str) -> dict[str, bytes]:
    """The data sets that the code reads."""
    found: dict[str, bytes] = {}
    for name in (name for name, reads in READS.items() if re.search(reads, code)):
        folder = KIT / "datasets" / name
        if not folder.is_dir():
            raise Trouble(f"{folder} is missing, and the lesson reads it. Make the ZIP from a checkout of the kit.")
        found |= {f"datasets/{name}/{path.name}": path.read_bytes() for path in sorted(folder.iterdir())
                  if path.is_file() and path.suffix != ".py" and not path.name.startswith(".")}
    return found


def _require_released(course: Course, assignment: str) -> None:
    differs = release.differences(course, [assignment])
    if differs:
        raise Trouble(f"{assignment} is not as a release would make it: {' '.join(differs)} "
                      f"Run  python -m grader release {assignment}  first.")


def _without_hidden(course: Course, assignment: str, name: str) -> bytes:
    """A solution notebook for comparison: its answers, and of its checks what students see."""
    solution = notebooks.read(course.solutions / assignment / f"{name}.ipynb")
    for cell in solution["cells"]:
        cell["source"] = HIDDEN.sub("", notebooks.source(cell)).rstrip("\n")
    return notebooks.canonical(solution).encode("utf-8")


def _project() -> bytes:
    """A small pyproject.toml: what the kit's own says of Python and of what a student needs."""
    project = tomllib.loads(_kit_file("pyproject.toml").decode("utf-8"))["project"]
    needs = "\n".join(f"    {json.dumps(one)}," for one in project["dependencies"])
    return PROJECT.format(version=json.dumps(project["version"]), python=json.dumps(project["requires-python"]),
                          dependencies=needs).encode()


def _start(course: Course, assignment: str, self_study: bool) -> str:
    """START.md for this assignment."""
    text = (TEMPLATES / "START.md").read_text(encoding="utf-8")
    path = f"{ASSIGNMENTS}/{assignment}/{course.notebooks(assignment)[0]}.ipynb"
    first = next(notebooks.checks(notebooks.read(course.assignments.parent / path)))
    if not self_study:
        text = re.sub(r"<!-- self-study -->\n.*?<!-- end -->\n", "", text, flags=re.DOTALL)
    for name, value in {"ASSIGNMENT": assignment, "NOTEBOOK": path, "WINDOWS": path.replace("/", "\\"),
                        "FIRST": notebooks.grade_id(first).removeprefix("check-"), "FOLDER": FOLDER}.items():
        text = text.replace(f"@{name}@", value)
    return re.sub(r"<!-- .*? -->\n", "", text)


def _page(text: str) -> str:
    """The same as a page: Windows opens one by a double click, and has no program for Markdown."""
    from mistune import create_markdown

    return PAGE.format(body=create_markdown(plugins=["table"])(text))


def _kit_file(name: str) -> bytes:
    path = KIT / name
    if not path.is_file():
        raise Trouble(f"{path} is missing, and belongs into a student's ZIP. Make it from a checkout of the kit.")
    return path.read_bytes()
