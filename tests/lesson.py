"""A solution notebook as the tests see it: its answers, its checks, and what they say to another answer."""

from __future__ import annotations

import ast
import contextlib
import io
import json
import linecache
import re
import warnings
from pathlib import Path
from typing import Any

import matplotlib

from grader.checks import CheckFailed
from tests.mistakes import Mistake, Variant

matplotlib.use("Agg")
ROOT = Path(__file__).parent.parent
HIDDEN = re.compile(r"### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS", re.DOTALL)


class Lesson:
    """One solution notebook."""

    def __init__(self, path: str):
        cells = json.loads((ROOT / "solutions" / path).read_text(encoding="utf-8"))["cells"]
        self.code = {c["id"]: "".join(c["source"]) for c in cells if c["cell_type"] == "code"}
        nbgrader = {c["id"]: c["metadata"].get("nbgrader", {}) for c in cells}
        self.answers = {name: source for name, source in self.code.items() if nbgrader[name].get("solution")}
        self.checks = {name: source for name, source in self.code.items() if nbgrader[name].get("grade")}
        shows = {c["id"] for c in cells if "show" in c["metadata"].get("tags", [])}
        self.given = {name: source for name, source in self.code.items() if not nbgrader[name] and name not in shows}

    def namespace(self, **instead: str) -> dict:
        """What the notebook has defined when its cells have run, with other answers instead of some."""
        names: dict = {"__name__": "__main__"}
        with contextlib.redirect_stdout(io.StringIO()):
            for name, source in self.code.items():
                if name in self.given or name in self.answers:
                    run(instead.get(name, source), name, names)
        return names

    def says(self, check: str, names: dict, hidden: bool = True) -> tuple[bool, str]:
        """Run the check of a function: whether it passed, and all that it said."""
        passed, said, stderr = self.hears(check, names, hidden)
        return passed, said + stderr

    def hears(self, check: str, names: dict, hidden: bool = True) -> tuple[bool, str, str]:
        """Run the check of a function: whether it passed, what it said, and what went to stderr."""
        source = self.checks[f"check-{check}"]
        said, stderr, failure = io.StringIO(), io.StringIO(), ""
        with (
            contextlib.redirect_stdout(said),
            contextlib.redirect_stderr(stderr),
            warnings.catch_warnings(record=True) as warned,
        ):
            try:
                credit = run(source if hidden else HIDDEN.sub("", source), f"check-{check}", dict(names))
            except CheckFailed as verdict:
                failure, credit = str(verdict), 0
        return credit is None, said.getvalue() + failure, stderr.getvalue() + "".join(str(w.message) for w in warned)


def names_with(lesson: Lesson, entry: Mistake | Variant) -> dict:
    """What a lesson has defined when an answer is written in another way."""
    own = {entry.function: edited(lesson.answers[entry.function], *entry.edits)} if entry.edits else {}
    return lesson.namespace(**own, **entry.instead)


def run(source: str, name: str, names: dict) -> Any:
    """Execute a cell so that messages can quote its lines; return the value of its last line, as Jupyter does."""
    file = f"<cell {name}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    tree = ast.parse(source, file)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, file, "exec"), names)
    return eval(compile(ast.Expression(last.value), file, "eval"), names) if last else None


def edited(source: str, *edits: tuple[str, str]) -> str:
    """Replace right lines by wrong ones; a right line that is not there any more is an error."""
    for right, wrong in edits:
        assert right in source, f"the edit no longer applies: {right!r} is not in the answer"
        source = source.replace(right, wrong)
    return source
