"""What the pages presuppose, prepared in one place; and what is done with the commands that a test cannot run as is.

A command on a page is run as it stands there, in a fresh copy of the project that ``project`` makes, unless a table
below has an entry for it. An entry that fits no page fails a test, and so does a command that ends otherwise than its
page says.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import sys
import zipfile
from pathlib import Path

from grader import notebooks
from grader.desk.demo import NAMES, answered, submissions
from tests.lesson import ROOT
from tests.mistakes import rnn
from tests.pages.reader import Page
from tests.pages.shell import Shell
from tests.pages.walk import ByHand, Given, NotRun, Otherwise, Tables

LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "*.pyc", "*.egg-info", "build", "_build", "class", "runs",
                                  "*.db", "network.pt")
PROXIES = "https_proxy", "http_proxy", "all_proxy", "HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"
LONG = 1800.0       # seconds, for the release of all lessons on a busy machine
NOWHERE = "http://127.0.0.1:9"          # nobody listens there, so nothing is fetched by mistake
STUDENTS = [name for name in NAMES if name not in ("gus", "hana")]      # one never ends, the other cannot be read
IN_FLOAT32 = next(entry for entry in rnn.VARIANTS if entry.name == "all float32" and entry.instead)
TOO_STRICT = """\
h, cache = rnn_forward(*inputs)
dx = rnn_backward(np.ones(h.shape), cache)[0]
unseen.holds(dx.dtype == np.float64, "dx is float64", "dx is float32.")
"""

NOT_RUN = [
    NotRun("sudo apt install bubblewrap", "changes the machine", "the script that CI runs installs it so"),
    NotRun("conda env create --file environment.yml", "conda is not here, and there is no network",
           "tests/test_house.py::test_the_conda_environment_names_what_the_project_names"),
    NotRun("conda activate unrolled", "conda is not here",
           "tests/pages/test_pages.py::test_conda_activates_what_it_makes"),
    NotRun("jupyter lab assignments/1-rnn/rnn.ipynb", "does not end",
           "tests/browser/test_browser.py::test_a_student_writes_a_function_and_its_check_says_so"),
    NotRun("python -m grader grade 1-rnn --dask tcp://HOST:8786*", "wants a cluster",
           "tests/chaos/test_dask.py::test_same_marks_though_a_worker_dies"),
    NotRun("python -m pip download *", "wants the network", "nothing"),
    NotRun("python -m pip install --no-index *", "wants what the line before fetches", "nothing"),
    NotRun("python -m pip install --no-deps *", "would install into the Python that runs the tests",
           "tests/pages/test_pages.py::test_on_windows_the_readme_does_what_make_does"),
    NotRun("python -m unrolled.data fetch coco*", "wants the network, and a gigabyte",
           "tests/data/test_data_fetch.py::test_the_command"),
]

OTHERWISE = [
    Otherwise("python -m grader demo", "{} --help", "make demo has just run it"),
    Otherwise("make test", "make --dry-run test", "it is what is running", long=False),
    Otherwise("make site", "make --dry-run site", "minutes"),
    Otherwise("python -m docs.site 1-rnn", "{} --help", "half a minute; tests/site builds it and looks at every page"),
    Otherwise("python -m unrolled train --data scenes --cell lstm", "{} --epochs 1 --max-train 500 --hidden 32",
              "minutes"),
    Otherwise("python -m unrolled.data build scenes", "{} --help", "two minutes"),
    Otherwise("python -m unrolled letters --out lstm.npz", "{} --hidden 8 --chunks 2", "half an hour", long=False),
    Otherwise("python -m unrolled.data build --images *", "{} --network colour",
              "torchvision would download the weights of a network", long=False),
]


def project(page: Page, folder: Path, in_full: bool = False) -> Shell:
    """Copy the project for a page, with what every page may presuppose, and open a session in the copy.

    It has the assignments that the page's commands name, or all of them in full; a class that has handed in 1-rnn; and
    beside its own files the reader's: a roster, an archive from Canvas, a picture, photographs with captions.
    ``python`` is this one, make finds everything installed, and there is no network.
    """
    root = folder / "unrolled"
    shutil.copytree(ROOT, root, ignore=LEFT_OUT)
    named = {name for name in _names(root) if any(name in command.text for command in page.commands)} | {"1-rnn"}
    for name in set() if in_full else set(_names(root)) - named:
        shutil.rmtree(root / "solutions" / name)
        shutil.rmtree(root / "assignments" / name)
    _write_python(folder / "bin" / "python")
    _write_python(root / ".venv" / "bin" / "python")
    (root / ".venv" / ".ready").touch()
    for student, text in class_of_six(root).items():
        hand_in(root, student, text)
    reader_has(root)
    return Shell(root, _variables(folder, root), *([LONG] if in_full else []))


def _names(root: Path) -> list[str]:
    return sorted(path.name for path in (root / "solutions").iterdir())


def _write_python(path: Path) -> None:
    """This interpreter under another name; a link would lose its packages."""
    path.parent.mkdir(parents=True)
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    path.chmod(0o755)


def _variables(folder: Path, root: Path) -> dict[str, str]:
    home = folder / "home"
    home.mkdir()
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "UNROLLED_DATA", "DISPLAY")}
    path = [str(folder / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]]
    return kept | dict.fromkeys(PROXIES, NOWHERE) | {
        "HOME": str(home), "PATH": os.pathsep.join(path), "PYTHONPATH": str(root), "LC_ALL": "C.UTF-8", "TZ": "UTC",
        "COLUMNS": "100", "TERM": "dumb", "MPLBACKEND": "Agg", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1",
        "no_proxy": "localhost,127.0.0.1", "PIP_DRY_RUN": "1"}      # a page installs nothing into this Python


def class_of_six(root: Path) -> dict[str, str]:
    """Who hands in which notebook of 1-rnn: the demonstration's students who hand in something that ends."""
    made = submissions(*_both(root))
    return {student: made[student] for student in STUDENTS}


def _both(root: Path) -> tuple[dict, dict]:
    return (notebooks.read(root / "solutions" / "1-rnn" / "rnn.ipynb"),
            notebooks.read(root / "assignments" / "1-rnn" / "rnn.ipynb"))


def _answers(solution: dict) -> dict[str, str]:
    return {notebooks.grade_id(cell): notebooks.source(cell) for cell in solution["cells"] if notebooks.grade_id(cell)}


def hand_in(root: Path, student: str, text: str, assignment: str = "1-rnn", name: str = "rnn.ipynb") -> None:
    path = root / "class" / "submitted" / student / assignment / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def reader_has(folder: Path) -> None:
    """What a reader brings along: roster.csv, submissions.zip, my-scene.png, photographs/ and captions.csv."""
    made = class_of_six(ROOT)
    with (folder / "roster.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["Student", "ID", "SIS Login ID", "Section"])
        for number, student in enumerate(made, 101):
            first, last = NAMES[student]
            rows.writerow([f"{last}, {first}", number, student, "1"])
    with zipfile.ZipFile(folder / "submissions.zip", "w") as archive:
        for number, (student, text) in enumerate(made.items(), 101):
            first, last = NAMES[student]
            archive.writestr(f"{last}{first}_{number}_{number + 400}_rnn.ipynb".lower(), text)
    _draw(folder)


def _draw(folder: Path) -> None:
    from unrolled.scenes.build import read_descriptions
    from unrolled.scenes.draw import picture

    scenes = read_descriptions(ROOT / "datasets" / "scenes" / "descriptions.jsonl.gz")["val"][:40]
    picture(scenes[0], size=320).save(folder / "my-scene.png")
    (folder / "photographs").mkdir()
    with (folder / "captions.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["image", "caption"])
        for number, scene in enumerate(scenes):
            picture(scene, size=64).save(folder / "photographs" / f"{number:02}.png")
            rows.writerows([f"{number:02}.png", said] for said in scene["captions"])


def bring(shell: Shell) -> None:
    """The reader's files lie in the folder where the session is now."""
    reader_has(shell.folder)


def graded_too_strictly(shell: Shell) -> None:
    """Everyone is graded, by a check of rnn_backward that does not like the float32 in which ada answers."""
    path = shell.folder / "solutions" / "1-rnn" / "rnn.ipynb"
    solution, skeleton = _both(shell.folder)
    hand_in(shell.folder, "ada", answered(skeleton, _answers(solution) | IN_FLOAT32.instead))
    for cell in solution["cells"]:
        if cell["id"] == "check-rnn_backward":
            cell["source"] = notebooks.source(cell).replace("### END", f"{TOO_STRICT}### END")
    path.rename(shell.folder / "mended.ipynb")
    path.write_text(json.dumps(solution), encoding="utf-8")
    _grade(shell)


def mend(shell: Shell) -> None:
    """Put the check of rnn_backward back as it should be."""
    (shell.folder / "mended.ipynb").rename(shell.folder / "solutions" / "1-rnn" / "rnn.ipynb")


def change_a_check(shell: Shell) -> None:
    """Give the hidden check of rnn_backward another seed."""
    path = shell.folder / "solutions" / "1-rnn" / "rnn.ipynb"
    solution = notebooks.read(path)
    for cell in solution["cells"]:
        if cell["id"] == "check-rnn_backward":
            cell["source"] = notebooks.source(cell).replace("seed=231", "seed=232")
    path.write_text(json.dumps(solution), encoding="utf-8")


def answer_the_first(shell: Shell) -> None:
    """The reader has written rnn_step_forward into the notebook."""
    solution, skeleton = _both(shell.folder)
    right = _answers(solution)["rnn_step_forward"]
    notebooks.write_text(shell.folder / "assignments" / "1-rnn" / "rnn.ipynb",
                         answered(skeleton, {"rnn_step_forward": right}))


def hand_in_the_small_one(shell: Shell) -> None:
    """Two students have answered 9-scale, one rightly and one in part."""
    solution = notebooks.read(shell.folder / "solutions" / "9-scale" / "scale.ipynb")
    skeleton = notebooks.read(shell.folder / "assignments" / "9-scale" / "scale.ipynb")
    right = _answers(solution)
    for student, names in {"ada": list(right), "bao": ["scale_forward"]}.items():
        text = answered(skeleton, {name: right[name] for name in names})
        hand_in(shell.folder, student, text, "9-scale", "scale.ipynb")


def _grade(shell: Shell) -> None:
    done = shell.run("python -m grader grade 1-rnn")
    if done.status:
        raise RuntimeError(f"The class could not be graded beforehand:\n{done.printed}")


BY_HAND = [
    ByHand("README.md", "python -m grader check 1-rnn", "`check` ends with exit status 1 until all pass", status=1),
    ByHand("README.md", "python -m unrolled solution rnn_step_forward", "once yours passes", before=answer_the_first),
    ByHand("README.md", "python -m grader regrade 1-rnn *", "a check was mended", before=change_a_check, typed="y\n"),
    ByHand("docs/instructors.md", "python -m grader add-students roster.csv",
           "A list as Canvas exports its gradebook", before=bring),
    ByHand("docs/own-assignments.md", "python -m grader check assignments/9-scale/scale.ipynb",
           "`·` in front of every function, and the exit status 1", status=1),
    ByHand("docs/own-assignments.md", "python -m grader grade 9-scale",
           "What students hand in lies in `class/submitted/STUDENT/9-scale/scale.ipynb`", before=hand_in_the_small_one),
    ByHand("docs/records.md", "python -m grader explain ada 1-rnn", "What happens to a mark after it was given",
           before=graded_too_strictly),
    ByHand("docs/records.md", "python -m grader regrade 1-rnn *", "Mend it in `solutions/`, then", before=mend,
           typed="y\n"),
]

LESSON = "from tests.lesson import Lesson\nglobals().update(Lesson({!r}).namespace())"
A_LOSS = """
import numpy as np
params = {"b": np.zeros(1004)}                  # how frequent each word is, and nothing else
def loss(params, features, captions):
    p = np.exp(params["b"]) / np.exp(params["b"]).sum()
    seen = np.bincount(captions[captions > 0], minlength=len(p)) / len(captions)
    return -(seen * np.log(p)).sum(), {"b": seen.sum() * p - seen}
"""

A_MISTAKE = """
from tests import mistakes
made = []
def Mistake(*entry, **named):
    made.append(mistakes.Mistake(*entry, **named))
"""

GIVEN = [
    Given("CONTRIBUTING.md", "Mistake(", A_MISTAKE, "from tests.mistakes import rnn\nassert made[0] in rnn.MISTAKES"),
    Given("README.md", "training.train(", A_LOSS, "assert history.best < 100 and history.epochs == 5"),
    Given("docs/checks.md", "case.gradients(", LESSON.format("1-rnn/rnn.ipynb")),
    Given("docs/design.md", "case.gradients(", LESSON.format("1-rnn/rnn.ipynb")),
    Given("docs/own-assignments.md", "case.gradients(", LESSON.format("9-scale/scale.ipynb")),
    Given("docs/instructors.md", "c.ByTheDay", "from traitlets.config import Config\nc = Config()",
          "from grader.course import find_course\nthere = find_course().config()      # made with --late 0.1\n"
          "assert (c.AssignLatePenalties, c.ByTheDay) == (there.AssignLatePenalties, there.ByTheDay)"),
]

TABLES = Tables(NOT_RUN, OTHERWISE, BY_HAND, GIVEN)
