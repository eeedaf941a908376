"""A first assignment of one's own: small, complete, and releasable as it is."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from grader import notebooks, settings
from grader.course import Course, Trouble

NAME = re.compile(r"(?:\d+[-_])?([A-Za-z][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)*)")
SETTINGS = """\
# What the sandbox does not have while this assignment is graded: it would answer the exercise.
withhold = ["scipy", "torch", "jax", "tensorflow", "unrolled.layers"]

# Bounds other than the usual ones (grader/sandbox/limits.py), by the same names.
[limits]
"""
INTRO = """\
# {title}

*About 20 minutes. You need numpy and the chain rule.*

Say here what the lesson is about, why anybody would want to know it, and what can be seen at its end."""
SETUP = """\
import numpy as np

from grader import Case"""
FORWARD_TEXT = """\
## 1 · Forward

*5 minutes. One line.*

Each column of `x` gets a weight of its own:

$$y_{nd} = x_{nd} \\, w_d$$

| | shape | |
|---|---|---|
| `x` | (N, D) | the inputs |
| `w` | (D,) | a weight for each column |
| `out` | (N, D) | the scaled inputs |"""
FORWARD = '''\
def scale_forward(x, w):
    """Scale every column by its weight.

    x (N, D), w (D,) -> out (N, D), cache
    """
    ### BEGIN SOLUTION
    out, cache = x * w, (x, w)
    ### END SOLUTION
    return out, cache'''
FORWARD_CHECK = """\
case = Case(N=3, D=4)
x, w = case("ND D")
case.outputs(scale_forward, np.ones((3, 4)), w, out=[w, w, w])
case.edges(scale_forward, x, w)
### BEGIN HIDDEN TESTS
def scale_truth(x, w):
    return x * w

unseen = Case(N=7, D=2, seed=231)
inputs = unseen("ND D")
unseen.outputs(scale_forward, *inputs, out=scale_truth(*inputs))
unseen.edges(scale_forward, *inputs, truth=scale_truth)
### END HIDDEN TESTS"""
BACKWARD_TEXT = """\
## 2 · Backward

*10 minutes. Two lines.*

Someone downstream hands you `dout`; hand back the gradient of everything that went in. \
The gradient of a thing has the shape of the thing."""
BACKWARD = '''\
def scale_backward(dout, cache):
    """Backpropagate through the scaling.

    dout (N, D), cache -> dx (N, D), dw (D,)
    """
    ### BEGIN SOLUTION
    x, w = cache
    dx = dout * w                       # (N, D)
    dw = (dout * x).sum(axis=0)         # (D,), every row used it
    ### END SOLUTION
    return dx, dw'''
BACKWARD_CHECK = """\
case = Case(N=3, D=4)
case.gradients(scale_forward, scale_backward, *case("ND D"))
case.edges(scale_forward, scale_backward, *case("ND D"))
### BEGIN HIDDEN TESTS
def scale_truth(x, w):
    return x * w

unseen = Case(N=7, D=2, seed=231)
unseen.gradients(scale_forward, scale_backward, *unseen("ND D"), truth=scale_truth)
unseen.edges(scale_forward, scale_backward, *unseen("ND D"), truth=scale_truth)
### END HIDDEN TESTS"""
QUESTION_TEXT = """\
## 3 · A question

Why is `dw` a sum over the rows, and `dx` is not?"""
QUESTION = """\
One weight is used by every row, so a change of it changes the loss along all of them (1), and those changes add (1)."""


def new_assignment(course: Course, name: str) -> Path:
    """Write solutions/NAME with a notebook to be changed and its settings, and return the notebook's path.

    Raises Trouble where the name is taken or cannot be one.
    """
    found = NAME.fullmatch(name)
    if not found:
        raise Trouble(f"{name!r} cannot name an assignment: expected letters, digits and -, such as 9-scale.")
    folder = course.solutions / name
    if folder.exists():
        raise Trouble(f"{folder} is there already. Choose another name, or edit what is in it.")
    path = folder / f"{found[1]}.ipynb"
    notebooks.write_text(folder / settings.FILE, SETTINGS)
    notebooks.write_text(path, template(found[1].replace("-", " ").replace("_", " ").capitalize()))
    return path


def template(title: str) -> str:
    """The text of a notebook with two answers, their checks and a question, in canonical form."""
    cells = [
        _cell("markdown", "intro", INTRO.format(title=title)),
        _cell("code", "setup", SETUP),
        _cell("markdown", "forward", FORWARD_TEXT),
        _answer("scale_forward", FORWARD),
        _check("check-scale_forward", FORWARD_CHECK, points=2),
        _cell("markdown", "backward", BACKWARD_TEXT),
        _answer("scale_backward", BACKWARD),
        _check("check-scale_backward", BACKWARD_CHECK, points=4),
        _cell("markdown", "question", QUESTION_TEXT),
        _question("why-a-sum", QUESTION, points=2),
    ]
    return notebooks.canonical(json.loads(json.dumps({"cells": cells})))


def _answer(name: str, text: str) -> dict[str, Any]:
    return _cell("code", name, text, grade=False, solution=True, locked=False)


def _check(name: str, text: str, points: int) -> dict[str, Any]:
    return _cell("code", name, text, grade=True, solution=False, locked=True, points=points)


def _question(name: str, text: str, points: int) -> dict[str, Any]:
    return _cell("markdown", name, text, grade=True, solution=True, locked=False, points=points)


def _cell(kind: str, name: str, text: str, **graded: Any) -> dict[str, Any]:
    nbgrader = {"grade_id": name, "schema_version": 3, "task": False, **graded}
    return {"cell_type": kind, "id": name, "metadata": {"nbgrader": nbgrader} if graded else {}, "source": text}
