"""Judging one submission: its cells run inside the sandbox, the check cells run here.

A check cell is executed unmodified in this process. The student's names in it are proxies into the sandbox; expected
values, hidden inputs and the comparison never go in, and what comes out is decoded by `grader.sandbox.wire` alone.
"""

from __future__ import annotations

import ast
import atexit
import base64
import builtins
import contextlib
import hashlib
import io
import json
import linecache
import re
import tempfile
import threading
import time
from functools import lru_cache
from pathlib import Path
from types import CodeType
from typing import Any

from grader import notebooks
from grader.checks.gradients import Secret
from grader.job import Cell, Job, Outputs
from grader.kernel import executed
from grader.namespace import Namespace
from grader.ready import require_ready
from grader.sandbox import DRAW, CellResult, Proxy, Sandbox, Session, Stopped

CHECK = "<check>"
PRELOAD = {
    r"": ("numpy.random", "numpy.linalg", "numpy.fft"),
    r"\bh5py\b": ("h5py",),
    r"\b(pyplot|plots)\b": ("matplotlib.pyplot", "unrolled.plots"),
    r"\b(plt|plots)\.\w+\(": (DRAW,),
}
TRIES = 3               # how often a submission is judged from the start whose sandbox was ended from outside
STARTS_AGAIN = 12       # how often a submission whose process was stopped is continued in a new one
SHOWN_BYTES = 12 << 20  # what all cells of a submission may show together; a page of figures has less than two MB
LEFT_OUT = f"Left out: the cells of this submission show more than {SHOWN_BYTES >> 20} MB."
VERDICT_LETTERS = 4_000
INSIDE = '''
import sys, types

class Case:
    """The check vocabulary is not in the sandbox; checks run outside it."""
    def __init__(self, *args, **named):
        pass
    def __call__(self, *args, **named):
        raise RuntimeError("checks run outside while a submission is graded")
    def __getattr__(self, name):
        raise RuntimeError("checks run outside while a submission is graded")

sys.modules["grader"] = types.ModuleType("grader")
sys.modules["grader"].Case = Case
del sys, types, Case
'''


_one_at_a_time = threading.Lock()               # a check's prints are caught by replacing this process's stdout


def judge(job: Job) -> Outputs:
    """Run a submission in the sandbox and its checks here; return the outputs of every code cell.

    Raises Unavailable where no sandbox can be had: that is nobody's mistake and gives no marks. Raises Lost where the
    sandbox was ended from outside again and again.
    """
    if job.trusted:
        return judge_in_kernel(job)
    for _ in range(TRIES):
        with contextlib.suppress(Lost), _one_at_a_time, Submission(job) as submission:
            return {cell.number: submission.outputs(cell) for cell in job.cells}
    raise Lost(f"its sandbox was ended from outside {TRIES} times (is this machine out of memory?)")


def judge_in_kernel(job: Job) -> Outputs:
    """Run a submission and its checks together in an ordinary kernel: for people who trust every submission."""
    empty: dict[str, Any] = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    cells = [{**empty, "id": f"cell-{cell.number}", "source": cell.source} for cell in job.cells]
    nb = {"cells": cells, "metadata": {"kernelspec": notebooks.KERNEL}, "nbformat": 4, "nbformat_minor": 5}
    with tempfile.TemporaryDirectory() as folder:
        done = executed(nb, Path(folder), job.limits.cell_seconds)
    return {cell.number: ran["outputs"] for cell, ran in zip(job.cells, done.cells, strict=True)}


class Lost(Exception):
    """The sandbox under a submission was ended from outside: no verdict, and nobody's mistake."""


class Submission:
    """One student's cells, in as many sandbox processes as it takes to get to the end of them."""

    def __init__(self, job: Job):
        self.job = job
        self.sandbox = _sandbox(job)
        self.ends = time.monotonic() + job.limits.submission_seconds
        self.history: list[tuple[str, str]] = []
        self.failures: dict[str, str] = {}
        self.left, self.room = STARTS_AGAIN, SHOWN_BYTES
        Secret.key = secret(job)
        self.session = self._start()

    def __enter__(self) -> Submission:
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()

    def outputs(self, cell: Cell) -> list[dict[str, Any]]:
        """Run one cell where it belongs.

        Raises Lost where the sandbox did not live to the end of it.
        """
        self._continue()
        check = cell.points is not None
        said = self.check(cell.source, cell.points or 0) if check else self._kept(self.run(cell.source, cell.name))
        if self.session.process.lost:
            raise Lost
        return said

    def _kept(self, outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The outputs of a cell, or a line in their place where all cells together show too much."""
        size = len(json.dumps(outputs))
        if size > self.room:
            return [{"output_type": "stream", "name": "stdout", "text": LEFT_OUT}]
        self.room -= size
        return outputs

    def run(self, source: str, name: str) -> list[dict[str, Any]]:
        """Run one of the student's cells inside."""
        result = self.session.run_cell(source, name)
        if result.error:
            self.failures[name] = f"{result.error.type}: {result.error.message}".strip(": ")
        if result.status in ("ok", "error", "memory") and self.session.stopped is None:
            self.history.append((source, name))
        return cell_outputs(result)

    def check(self, source: str, points: float) -> list[dict[str, Any]]:
        """Run one check cell here."""
        known = imported(self.job.imports)
        names = Namespace(self.session.names(), known, self._functions(source, known))
        said = io.StringIO()
        value, failure = None, None
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            try:
                value = execute(source, names)
            except (Exception, SystemExit) as error:
                failure = self._error(error)
        printed = {"output_type": "stream", "name": "stdout", "text": said.getvalue()}
        ends = [failure] if failure else [] if value is None else [partial_credit(value, points)]
        return [*([printed] if said.getvalue() else []), *ends]

    def _functions(self, source: str, known: dict[str, Any]) -> dict[str, Proxy]:
        """The student's functions that a check cell may name, in one request instead of one for each use."""
        try:
            return self.session.functions([name for name in names_in(source) if name not in known])
        except (Stopped, SyntaxError, ValueError):
            return {}                           # the check meets the same where it needs the student

    def _error(self, error: BaseException) -> dict[str, Any]:
        """The verdict itself, or in words what kept the check from one."""
        name = type(error).__name__
        if name in ("CheckFailed", "NotWritten"):
            return _error(name, str(error)[:VERDICT_LETTERS])
        if isinstance(error, Stopped):
            return _error("CheckFailed", f"✗ {error}.")
        missing = re.match(r"name '(\w+)' is not defined", str(error)) if isinstance(error, NameError) else None
        if missing:
            why = self.failures.get(missing[1], "its cell does not define it")
            return _error("CheckFailed", f"✗ {missing[1]} is not defined: {why}.")
        return _error(name, str(error)[:2000])

    def _continue(self) -> None:
        """Where the student's process was stopped, bring a new one to the same place, as long as there is time."""
        if self.session.stopped is None or self.left == 0 or time.monotonic() > self.ends:
            return
        self.left -= 1
        self.session.close()
        self.session = self._start()
        for source, name in self.history:
            self.session.run_cell(source, name)

    def _start(self) -> Session:
        session = self.sandbox.session()
        session.end_by(self.ends)
        return session


def secret(job: Job) -> bytes:
    """What only the check cells of an assignment say, their hidden parts among it: the same on every machine."""
    checks = "\0".join(cell.source for cell in job.cells if cell.points is not None)
    return hashlib.sha256(checks.encode()).digest()


def execute(source: str, names: dict[str, Any]) -> Any:
    """Execute a cell and return the value of its last line where that is an expression, as Jupyter does."""
    linecache.cache[CHECK] = (len(source), None, source.splitlines(keepends=True), CHECK)
    lines, last = compiled(source)
    exec(lines, names)
    return None if last is None else eval(last, names)


@lru_cache(maxsize=1000)
def compiled(source: str) -> tuple[CodeType, CodeType | None]:
    """Compile a check cell, which every submission shares: its lines, and its last one where that is an expression."""
    tree = ast.parse(source, CHECK)
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr):
        return compile(tree, CHECK, "exec", dont_inherit=True), None
    tree.body.pop()
    value = compile(ast.Expression(last.value), CHECK, "eval", dont_inherit=True)
    return compile(tree, CHECK, "exec", dont_inherit=True), value


@lru_cache(maxsize=1000)
def names_in(source: str) -> tuple[str, ...]:
    """What a check cell looks up by name and is no builtin."""
    waiting = [code for code in compiled(source) if code]
    found: list[str] = []
    while waiting:
        code = waiting.pop()
        found += code.co_names
        waiting += [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    return tuple(name for name in dict.fromkeys(found) if not hasattr(builtins, name))


@lru_cache
def imported(statements: tuple[str, ...]) -> dict[str, Any]:
    """What the instructor's import statements bind."""
    names: dict[str, Any] = {}
    for statement in statements:
        exec(statement, names)
    names.pop("__builtins__", None)
    return names


def cell_outputs(result: CellResult) -> list[dict[str, Any]]:
    """Write what came of a cell as a notebook keeps it."""
    outputs: list[dict[str, Any]] = []
    for name, text in (("stdout", result.stdout), ("stderr", result.stderr)):
        if text:
            outputs.append({"output_type": "stream", "name": name, "text": text})
    for text in result.display:
        outputs.append({"output_type": "display_data", "data": {"text/plain": text}, "metadata": {}})
    for picture in result.figures:
        data = {"image/png": base64.b64encode(picture).decode("ascii"), "text/plain": "a figure"}
        outputs.append({"output_type": "display_data", "data": data, "metadata": {}})
    if result.error:
        traceback = result.error.traceback.splitlines() if result.error.traceback else [result.error.message]
        outputs.append(_error(result.error.type or result.status, result.error.message, traceback))
    return outputs


def _error(name: str, text: str, traceback: list[str] | None = None) -> dict[str, Any]:
    return {"output_type": "error", "ename": name, "evalue": text, "traceback": traceback or text.splitlines()}


def partial_credit(value: Any, points: float) -> dict[str, Any]:
    """What a check's last line returns: a number of points, or else a mistake of the check."""
    if type(value) in (int, float) and 0 <= value <= points:
        data = {"text/plain": repr(value)}
        return {"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": None}
    return _error("CheckFailed", f"✗ The check returned {value!r:.80}, expected nothing or 0 to {points:g} points.")


_sandboxes: dict[tuple, Sandbox] = {}


def _sandbox(job: Job) -> Sandbox:
    """The warm sandbox of this process for an assignment."""
    key = (job.withhold, job.limits)
    if key not in _sandboxes:
        require_ready()
        for other in list(_sandboxes):
            _sandboxes.pop(other).close()
        _sandboxes[key] = Sandbox(job.limits, withhold=job.withhold, preload=to_import(job), prelude=INSIDE)
        atexit.register(_sandboxes[key].close)
    _sandboxes[key].warm(to_import(job))
    return _sandboxes[key]


def to_import(job: Job) -> list[str]:
    """What is worth importing once for every submission, judged by the words of this one's cells."""
    text = "\n".join(cell.source for cell in job.cells if cell.points is None)
    return [name for pattern, names in PRELOAD.items() if re.search(pattern, text) for name in names]
