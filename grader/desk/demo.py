"""A small made-up class, to see the whole loop at work."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from grader import gradebook, notebooks
from grader.course import Course, Trouble
from grader.desk import feedback, report
from grader.release import release

ASSIGNMENT, NOTEBOOK = "1-rnn", "rnn"
SECONDS = 4
MARKER = ".unrolled-demo"
CONFIG = '''"""The demonstration's course folder; it is made anew each time."""

from pathlib import Path

from grader.course import configure

configure(get_config(), Path(__file__).resolve().parent)
'''

UNFINISHED = ("rnn_step_forward", "tanh_backward", "product_backward", "add_backward", "rnn_step_backward")
PROSE = {
    "why-two-gradients": "At the last step. Nothing comes after it, so there is nothing from the right to add. Before "
                         "that h[t] also feeds the next step, and a small change of it changes the loss both ways.",
    "why-memory-fades": "Small weights shrink the state a bit at every step, so it dies out. Large ones saturate tanh "
                        "and the units keep kicking each other. I would want a unit that just keeps its value.",
}
NAMES = {"ada": ("Ada", "Ahlgren"), "bao": ("Bao", "Nguyen"), "chloé": ("Chloé", "Dubois"), "dina": ("Dina", "Farouk"),
         "emil": ("Emil", "Novák"), "fay": ("Fay", "Okafor"), "gus": ("Gus", "Lindqvist"), "hana": ("Hana", "Sato")}
MISTAKES = {
    "bao": {"rnn_forward": ("x[:, t], state,", "x[:, t], h0,"), "next_letter_loss": (".mean()", ".sum()")},
    "chloé": {"rnn_backward": ("dh[:, t] + dh0", "dh[:, t]"), "add_backward": ("sum(axis=0)", "mean(axis=0)")},
    "fay": {"rnn_step_forward": ("next_h = np.tanh", "next_h = np.tangent")},
    "gus": {"rnn_forward": ("    h = np.stack", "    while True:\n        pass\n    h = np.stack")},
}


def prepare(course: Course, folder: Path, say: Callable[[str], None] = print) -> tuple[Course, str]:
    """Build a course folder of its own with a fresh release and eight submissions.

    Raises Trouble where the folder holds something that is no demonstration.
    """
    folder = folder.resolve()
    if folder.exists() and any(folder.iterdir()) and not (folder / MARKER).exists():
        raise Trouble(f"{folder} is not empty and not a demonstration. Name another folder with --in.")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / MARKER).touch()
    (folder / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
    shutil.copytree(course.solutions / ASSIGNMENT, folder / "solutions" / ASSIGNMENT)
    demo = Course(folder)
    release(demo, [ASSIGNMENT], say)
    solution = notebooks.read(demo.solutions / ASSIGNMENT / f"{NOTEBOOK}.ipynb")
    skeleton = notebooks.read(demo.assignments / ASSIGNMENT / f"{NOTEBOOK}.ipynb")
    for student, text in submissions(solution, skeleton).items():
        notebooks.write_text(demo.submitted / student / ASSIGNMENT / f"{NOTEBOOK}.ipynb", text)
    with gradebook.opened(demo) as book:
        for student, (first, last) in NAMES.items():
            book.update_or_create_student(student, first_name=first, last_name=last)
    return demo, ASSIGNMENT


def submissions(solution: dict[str, Any], skeleton: dict[str, Any]) -> dict[str, str]:
    """The class: who hands in which notebook."""
    right = {notebooks.grade_id(c): notebooks.source(c) for c in solution["cells"] if notebooks.grade_id(c)} | PROSE
    made = {"ada": answered(skeleton, right)}
    for student, edits in MISTAKES.items():
        made[student] = answered(skeleton, right | {name: right[name].replace(*edit) for name, edit in edits.items()})
    made["dina"] = answered(skeleton, {name: right[name] for name in UNFINISHED})
    made["emil"] = answered(skeleton, {})
    made["hana"] = made["ada"][: len(made["ada"]) // 2]
    return dict(sorted(made.items()))


def answered(skeleton: dict[str, Any], answers: dict[str, str]) -> str:
    """A released notebook with some of its answers filled in; checks stay as released."""
    notebook = json.loads(json.dumps(skeleton))
    for cell in notebook["cells"]:
        name = notebooks.grade_id(cell)
        if name in answers and not cell["metadata"]["nbgrader"]["locked"]:
            cell["source"] = "\n".join(line for line in answers[name].splitlines() if "### " not in line)
    return json.dumps(notebook, indent=1, ensure_ascii=False)


def publish(course: Course, assignment: str, say: Callable[[str], None] = print) -> None:
    """Write feedback pages and the class report, and say where they are."""
    who = feedback.graded(course, assignment)
    for _ in feedback.write(course, assignment, who):
        pass
    say(f"Feedback pages: {course.feedback}")
    say(f"Class report:   {report.write(course, assignment)}")
