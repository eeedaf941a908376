"""Gradescope: an archive that grades one assignment there by the same boundary, and what it answers with.

The archive's layout, results.json and /autograder are those of Gradescope's "Autograder Specifications"
(gradescope-autograders.readthedocs.io/en/latest/specs). In the container it runs as

    python -m grader.desk.gradescope /autograder
"""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import sys
import tempfile
import time
import warnings
import zipfile
from pathlib import Path
from typing import Any

from grader import gradebook, notebooks, submission
from grader.course import CONFIG, Course, Trouble
from grader.desk import collect, report
from grader.desk.demo import CONFIG as PLAIN_CONFIG
from grader.grade import GRADED, grade
from grader.ready import require_ready
from grader.release import generate
from grader.sandbox import Unavailable
from grader.workers import Local

ABOUT, STUDENT = "about.json", "student"
PACKAGES = ("grader", "unrolled")
LOCK = "requirements.lock"
LEFT_OUT = ("__pycache__", ".ipynb_checkpoints")
TIME = (2020, 1, 1, 0, 0, 0)
SETUP = """\
#!/usr/bin/env bash
# Run once, as root, when Gradescope builds the image: bubblewrap, a Python and the libraries of the lock.
set -eu
root="${AUTOGRADER_ROOT:-/autograder}"
export DEBIAN_FRONTEND=noninteractive
apt-get update
apt-get install -y bubblewrap
python=
for version in 3.13 3.12 3.11; do
    if apt-get install -y "python$version" "python$version-venv"; then python="python$version"; break; fi
done
[ -n "$python" ] || { echo "Python 3.11, 3.12 or 3.13 is needed; choose a newer base image."; exit 1; }
"$python" -m venv "$root/env"
"$root/env/bin/python" -m pip install --require-hashes -r "$root/source/requirements.lock"
chmod -R go-rwx "$root/source"
"""
RUN = """\
#!/usr/bin/env bash
# Run for every submission; what it says on stdout and stderr is shown to instructors.
root="${AUTOGRADER_ROOT:-/autograder}"
export PYTHONPATH="$root/source/kit" PYTHONDONTWRITEBYTECODE=1
exec "${AUTOGRADER_PYTHON:-$root/env/bin/python}" -m grader.desk.gradescope "$root"
"""


def archive(course: Course, assignment: str, to: Path, trusted: bool = False) -> Path:
    """Write the autograder of an assignment as a ZIP to upload; ``trusted``, it grades even where no sandbox can be.

    Raises Trouble where this kit lacks what the container has to install.
    """
    course.notebooks(assignment)
    files = {"setup.sh": SETUP.encode(), "run_autograder": RUN.encode(), LOCK: _lock(),
             ABOUT: json.dumps({"assignment": assignment, "trusted": trusted}).encode()}
    files |= {f"course/{name}": content for name, content in _course(course, assignment).items()}
    files |= {f"kit/{name}": content for name, content in _kit(course, assignment).items()}
    to.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=to.parent) as folder:
        made = Path(folder, to.name)
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, content in sorted(files.items()):
                info = zipfile.ZipInfo(name, TIME)
                info.external_attr = (0o755 if name in ("setup.sh", "run_autograder") else 0o644) << 16
                packed.writestr(info, content, zipfile.ZIP_DEFLATED)
        made.replace(to)
    return to


def results(course: Course, assignment: str, student: str, score: float | None = None) -> dict[str, Any]:
    """What results.json says of a graded submission: a test for each check, and for each question that was read.

    ``score`` takes the place of their sum, where a penalty or another number of points has changed it.
    """
    marks = [mark for mark in gradebook.marks(course, assignment) if mark.student == student]
    said = report.said(course, assignment, student)
    tests = []
    for mark in marks:
        if mark.score is not None:
            told = said.get(mark.cell)
            tests.append({"name": mark.cell.removeprefix("check-"), "score": mark.score, "max_score": mark.most,
                          "status": "passed" if mark.score == mark.most else "failed",
                          "output": told.text if told else "Read by a person.", "output_format": "text",
                          "visibility": "visible"})
    waiting = [mark.cell for mark in marks if mark.score is None]
    checks = [mark for mark in marks if not mark.by_hand]
    output = f"{sum(mark.score == mark.most for mark in checks)} of {len(checks)} checks pass."
    if waiting:
        output += f" {', '.join(waiting)} will be read by a person."
    total = sum(mark.score or 0 for mark in marks)
    return {"score": total if score is None else round(score, 4), "output": output, "stdout_visibility": "hidden",
            "tests": tests}


def run(root: Path) -> dict[str, Any]:
    """Grade what lies in ROOT/submission and return what results.json is to say.

    Where it could not be graded, and that is not the student's doing, there is a sentence for instructors and no mark.
    """
    about = json.loads((root / "source" / ABOUT).read_text(encoding="utf-8"))
    assignment, started = about["assignment"], time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        course = Course(Path(folder).resolve() / "course")
        shutil.copytree(root / "source" / "course", course.root)
        try:
            wrong = _arrive(course, assignment, root / "submission")
            if wrong:
                return {"score": 0, "output": wrong, "stdout_visibility": "hidden"}
            trusted = about["trusted"] and not _has_sandbox()
            result = _grade(course, assignment, trusted)
            if result.status != GRADED:
                return _not_graded(result.sentence)
            told = results(course, assignment, STUDENT)
        except Trouble as trouble:
            return _not_graded(str(trouble))
    if trusted:
        told["output"] += " Run without a sandbox, trusted by the person who set this up."
    return told | {"execution_time": round(time.monotonic() - started)}


def main(root: Path) -> int:
    """Grade in the container and write ROOT/results/results.json; 1 where there is no mark."""
    warnings.filterwarnings("ignore", module=r"nbgrader\..*")
    told = run(root)
    notebooks.write_text(root / "results" / "results.json", json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    print(told["output"])
    return 0 if "score" in told else 1


def _not_graded(sentence: str) -> dict[str, Any]:
    """No score and no test: Gradescope then shows that the autograder failed, and gives no mark."""
    return {"output": f"Not graded; no mark was given. For the instructor: {sentence}", "visibility": "hidden",
            "stdout_visibility": "hidden"}


def _arrive(course: Course, assignment: str, folder: Path) -> str:
    """Put the submission where grading looks for it, or say to the student why it cannot be graded."""
    with gradebook.opened(course) as book:
        book.update_or_create_student(STUDENT)
    told = collect.of_one(course, folder, assignment, STUDENT)
    if not told.collected:
        expected = ", ".join(f"{name}.ipynb" for name in course.notebooks(assignment))
        why = [*told.unmatched, *(f"{collect.shown(entry.path)}: {entry.why}" for entry in told.refused)]
        return " ".join([f"This cannot be graded: expected {expected}.", *(f"{line}." for line in why)])
    try:
        submission.read(course, assignment, STUDENT)
    except Trouble as trouble:
        return f"This cannot be graded: {str(trouble).removeprefix(f'{STUDENT}: ')}"
    return ""


def _has_sandbox() -> bool:
    try:
        require_ready()
    except Unavailable:
        return False
    return True


def _grade(course: Course, assignment: str, trusted: bool) -> Any:
    workers = Local(1)
    try:
        result, = grade(course, assignment, [STUDENT], workers, trusted=trusted)
        return result
    finally:
        workers.close()


def _lock() -> bytes:
    path = Path(__file__).resolve().parents[2] / LOCK
    if not path.is_file():
        raise Trouble(f"{path} is missing: it says what the container has to install. Run this from a checkout.")
    return path.read_bytes()


def _course(course: Course, assignment: str) -> dict[str, bytes]:
    """A course of this one assignment, its cells recorded in a gradebook of its own."""
    with tempfile.TemporaryDirectory() as folder:
        small = Course(Path(folder).resolve())
        notebooks.write_text(small.root / CONFIG, PLAIN_CONFIG)
        shutil.copytree(course.solutions / assignment, small.solutions / assignment)
        generate(small, assignment, record=True)
        return _files(small.root)


def _kit(course: Course, assignment: str) -> dict[str, bytes]:
    """The code of this project, and its data where the assignment reads them."""
    found: dict[str, bytes] = {}
    for name in PACKAGES:
        spec = importlib.util.find_spec(name)
        if spec is None or not spec.origin:
            raise Trouble(f"The package {name} is not installed here, and the container needs it.")
        found |= {f"{name}/{path}": content for path, content in _files(Path(spec.origin).parent).items()}
    root = Path(__file__).resolve().parents[2]
    texts = [path.read_text(encoding="utf-8") for path in (course.solutions / assignment).glob("*.ipynb")]
    if any(re.search(r"\bdata\.load\(", text) for text in texts) and (root / "datasets" / "scenes").is_dir():
        found["pyproject.toml"] = (root / "pyproject.toml").read_bytes()
        scenes = _files(root / "datasets" / "scenes")
        found |= {f"datasets/scenes/{path}": content for path, content in scenes.items()}
    return found


def _files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*"))
            if path.is_file() and not set(LEFT_OUT) & set(path.parts) and path.name != ".lock"}


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "/autograder").resolve()))
