"""Calling a student's function: copies in, results out, and plain words for whatever goes wrong.

A function may be the student's own, in the same kernel, or a stand-in for one that runs elsewhere. A stand-in
offers ``many(list of arguments, keep)`` on its type, may offer ``first(count)`` for the same function whose further
results stay where they are and ``last_said`` with the ``warnings`` of its last call, and behaves like the function
otherwise. Its errors may carry a ``student_line`` (number, text) and a ``student_function``; where its process had to
be stopped, the error has a ``status`` and the ``arguments`` of the call. A cache may be a reference to a value that is
not here: it is passed back as it came, never copied or looked into.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import linecache
import os
import re
import sysconfig
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from grader.checks.sizes import Sizes
from grader.checks.verdict import CheckFailed, not_written, wrong

LIBRARIES = tuple({str(Path(p)) for p in (sysconfig.get_path("purelib"), sysconfig.get_path("stdlib"))})
OURS = tuple(str(Path(__file__).parents[2] / name) + os.sep for name in ("grader", "unrolled"))
SHOWN_CHARACTERS = 2000
MOST_IN_A_LINE = 200
MOST_ARGUMENTS = 6
IN_ORDER = "Do the names on the left stand in the order in which things are returned?"
ONE_A_STEP = "Does cache[t] hold one step's whole cache (a list, one entry a step)?"


@dataclass
class Said:
    """What a student's code printed and warned while it was called."""

    text: str = ""
    warned: list[str] = field(default_factory=list)

    def line(self) -> str:
        """One line that quotes the first warning, or ""."""
        return f"numpy warned on the way: {self.warned[0]}." if self.warned else ""


class Caller:
    """Calls functions for a case: shows their prints once, keeps stderr clean, explains what stops them."""

    def __init__(self, sizes: Sizes):
        self.sizes = sizes
        self.said = Said()
        self.elsewhere: list[str] = []      # what the last call warned of, where it ran elsewhere

    def __call__(self, f: Callable, *args: Any) -> Any:
        """Call f with copies of args and show what it printed.

        Raises NotWritten for a skeleton and CheckFailed, in words, for anything that stops f.
        """
        with self._spoken(f):
            return _called(f, copies(args))

    def in_place(self, f: Any, *args: Any, first: int | None = None) -> Any:
        """Call f with args themselves, so that the caller can see what f did to them.

        ``first`` says how many of its results are looked at, -1 for all but the last.
        """
        with self._spoken(f):
            result = _called(_first(f, first), args)
        self.elsewhere = list(f.last_said.warnings) if hasattr(type(f), "last_said") else []
        return result

    def quietly(self, f: Callable, *args: Any, first: int | None = None) -> Any:
        """Call f as an experiment: nothing it prints or warns is shown."""
        return self.many(f, [args], first)[0]

    def quietly_kept(self, f: Callable, *args: Any, first: int | None = None) -> Any:
        """Call f unshown and keep all that it returns, its cache too."""
        with self._spoken(f, show=False):
            return _called(_first(f, first), copies(args))

    def quietly_back(self, backward: Callable, douts: Sequence[np.ndarray], cache: Any) -> Any:
        """Call a backward function unshown, on a fresh cache, which is passed on as it came."""
        with self._spoken(backward, show=False):
            return _called(backward, (*copies(douts), cache))

    def many(self, f: Callable, arguments: Sequence[tuple], first: int | None = None) -> list[Any]:
        """Call f once for each tuple of arguments, in one go where f is a stand-in; nothing is shown."""
        with self._spoken(f, show=False):
            if hasattr(type(f), "many"):
                return _first(f, first).many(list(arguments), keep=False)     # the calls work on copies anyway
            return [_called(f, copies(args)) for args in arguments]

    @contextlib.contextmanager
    def _spoken(self, f: Callable, show: bool = True) -> Iterator[None]:
        out, err = io.StringIO(), io.StringIO()
        began = time.monotonic()
        try:
            with (
                contextlib.redirect_stdout(out),
                contextlib.redirect_stderr(err),
                warnings.catch_warnings(record=True) as caught,
                np.errstate(divide="warn", over="warn", invalid="warn", under="ignore"),
            ):
                warnings.simplefilter("always")
                yield
        except CheckFailed:
            raise
        except BaseException as error:
            show_text(out.getvalue() if show else "")
            raise in_words(f, error, self.sizes, time.monotonic() - began) from None
        if show:
            show_text(out.getvalue() + err.getvalue())
            self.said.warned += [text_of(w.message).rstrip(".") for w in caught]


def _first(f: Any, count: int | None) -> Any:
    """The function, or a stand-in for it that keeps its further results where they are."""
    return f.first(count) if count is not None and hasattr(type(f), "first") else f


def _called(f: Callable, args: Sequence[Any]) -> Any:
    result = f(*args)
    if inspect.iscoroutine(result):
        result.close()
        raise wrong(f"{function_name(f)} returned a coroutine: is it async def where def is meant?")
    return result


def copies(args: Sequence[Any]) -> tuple:
    """Copy arguments deeply enough that no change made to them is seen outside."""
    return tuple(_copy(a) for a in args)


def _copy(value: Any) -> Any:
    """Copy arrays and the plain containers that hold them; whatever else there is, is passed on as it is."""
    if type(value) is np.ndarray:
        return value.copy() if value.flags.c_contiguous else strided(value)
    if type(value) is dict:
        return {k: _copy(v) for k, v in value.items()}
    return type(value)(_copy(v) for v in value) if type(value) in (list, tuple) else value


def strided(array: np.ndarray) -> np.ndarray:
    """Copy an array so that the copy is a view with gaps between its entries."""
    gaps = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
    gaps[..., ::2] = array
    return gaps[..., ::2]


def show_text(text: str) -> None:
    """Print what a student's function printed, cut where it would bury the verdict."""
    if text:
        cut = f"\n… {len(text) - SHOWN_CHARACTERS} more characters" if len(text) > SHOWN_CHARACTERS else ""
        print(text[:SHOWN_CHARACTERS].rstrip("\n") + cut)


def parameter_names(f: Callable, count: int) -> list[str]:
    """Read the first parameter names of a function; "input 2" where it does not tell."""
    try:
        parameters = inspect.signature(f).parameters.values()
    except Exception:       # a stand-in may fail in ways of its own
        parameters = {}.values()
    names = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return [names[i] if i < len(names) else f"input {i + 1}" for i in range(count)]


def required_names(f: Callable) -> list[str]:
    """The names of what a function cannot be called without; none where it does not tell."""
    try:
        parameters = inspect.signature(f).parameters.values()
    except Exception:       # a stand-in may fail in ways of its own
        return []
    return [p.name for p in parameters
            if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) and p.default is p.empty]


def function_name(f: Callable) -> str:
    """The name a message uses for a function."""
    return getattr(f, "__name__", type(f).__name__)


def type_name(value: Any) -> str:
    """The name a message uses for the type of a value; of one that stays elsewhere, for its type there."""
    with contextlib.suppress(Exception):
        if isinstance(told := object.__getattribute__(value, "_type_name"), str):
            return told
    return type(value).__name__


def text_of(value: Any) -> str:
    """The first line that a value is written with, cut where it is too long for a message; "" where it has none."""
    try:
        lines = [line.strip() for line in str(value).splitlines() if line.strip()]
    except BaseException:   # its own __str__, which may raise anything
        return ""
    return shortened(lines[0]) if lines else ""


def shortened(text: str) -> str:
    """Cut a text where it is too long for a message."""
    return text if len(text) <= MOST_IN_A_LINE else text[:MOST_IN_A_LINE] + "…"


def in_words(f: Callable, error: BaseException, sizes: Sizes, seconds: float) -> CheckFailed:
    """Turn whatever stopped a student's function into a verdict."""
    name, message = function_name(f), text_of(error)
    function = _attribute(error, "student_function", str) or student_place(error.__traceback__)[2]
    inner = "" if function == name else function
    where = _where(error, inner)
    if isinstance(error, NotImplementedError):
        return not_written(name, function)
    if isinstance(error, KeyboardInterrupt):
        return wrong(f"{name} was interrupted after {seconds:.0f} s.", where)
    if isinstance(error, (SystemExit, GeneratorExit)):
        return wrong(f"{name} ended the program instead of returning.", where)
    if isinstance(error, RecursionError):
        return wrong(f"{name} calls itself without end.", where)
    if _attribute(error, "status", str) and (arguments := _attribute(error, "arguments", tuple)) is not None:
        return _ended(name, message, arguments, sizes)
    for explain in (_matrix_product, _broadcast, _reshape, partial(_unpacking, inner=bool(inner))):
        if words := explain(message, where, sizes):
            headline, advice = words
            return wrong(f"{name} stopped: {headline}", where, advice)
    about = f": {message}".rstrip(".") if message else ""
    return wrong(f"{name} stopped with {type(error).__name__}{about}.", where, _advice(error, message, where))


def _advice(error: BaseException, message: str, line: str) -> str:
    """A question about an error that says too little by itself."""
    if isinstance(error, AttributeError) and re.match(r"'(float|numpy\.float\d+)' object has no attribute", message):
        return f"A number came where an array was needed. {IN_ORDER}"
    return ONE_A_STEP if isinstance(error, IndexError) and "cache[" in line else ""


def _attribute(error: BaseException, name: str, kind: type) -> Any:
    """What an error carries under a name, where it is of that kind; else None."""
    with contextlib.suppress(Exception):
        value = getattr(error, name, None)
        return value if type(value) is kind else None
    return None


def _ended(name: str, message: str, arguments: tuple, sizes: Sizes) -> CheckFailed:
    """The verdict where the process of a stand-in had to be stopped: why, and in which call."""
    why = re.sub(rf",? in {re.escape(name)}\b|, call \d+ of \d+", "", message.split(", called with")[0]).rstrip(",. ")
    why = why if why.startswith("stopped") else f"stopped: {why}"
    shown = [_argument(value, sizes) for value in arguments[:MOST_ARGUMENTS]]
    shown += ["…"] if len(arguments) > MOST_ARGUMENTS else []
    return wrong(f"{name} was {why}.", shortened(f"Called with {', '.join(shown)}") + "." if shown else "")


def _argument(value: Any, sizes: Sizes) -> str:
    if type(value) is np.ndarray:
        return sizes.shape(value.shape)
    return text_of(value) if type(value) in (bool, int, float, type(None)) else f"a {type_name(value)}"


def _where(error: BaseException, inner: str = "") -> str:
    """The line that stopped, and the function it stands in, where that is not the one that was called."""
    told = _attribute(error, "student_line", tuple)
    number, text = told if told is not None and len(told) == 2 else student_place(error.__traceback__)[:2]
    return shortened(f"line {number}{f' of {inner}' if inner else ''}: {text}") if text else ""


def student_place(traceback: TracebackType | None) -> tuple[int, str, str]:
    """Find the deepest place of a traceback that a student wrote: line number in its cell, its text, its function."""
    number, text, function = 0, "", ""
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if not code.co_filename.startswith((*LIBRARIES, *OURS)):
            if line := linecache.getline(code.co_filename, traceback.tb_lineno).strip():
                number, text = traceback.tb_lineno, line
            function = function if code.co_name.startswith("<") else code.co_name
        traceback = traceback.tb_next
    return number, text, function


def _matrix_product(message: str, line: str, sizes: Sizes) -> tuple[str, str] | None:
    sized = re.search(r"\(size (\d+) is different from (\d+)\)", message)
    aligned = re.search(r"not aligned: (\d+) \(dim \d\) != (\d+) \(dim \d\)", message)
    if not (found := sized or aligned):
        return None
    second, first = (int(n) for n in found.groups()) if sized else (int(n) for n in reversed(found.groups()))
    inner = f"The inner sizes are {sizes.number(first)} and {sizes.number(second)}"
    large, small = max(first, second), min(first, second)
    also = ""
    if sizes.gates and (large, small) == (sizes.of["G"], sizes.of["H"]):
        also = " Or were the blocks stacked below each other, not side by side?"
    elif large not in sizes.letter and small in sizes.letter and large % small == 0:
        also = f" Or is a layer meant that works on every step: {large} is {large // small} times {small}?"
    return "two shapes do not multiply.", f"{inner}: a transpose is missing or one too many.{also}"


def _broadcast(message: str, line: str, sizes: Sizes) -> tuple[str, str] | None:
    if "broadcast" not in message:
        return None
    if "not broadcastable" in message:      # np.add.at does not tell the shapes
        return "an array does not fit the place it is added to.", "Do both have the shapes that the table gives?"
    shapes = [tuple(map(int, re.findall(r"\d+", s))) for s in re.findall(r"\(([\d, ]*)\)", message)]
    if len(shapes) < 2:
        return None
    first, second = shapes[:2]
    if "into shape" in message:
        return "an array does not fit its place.", f"{sizes.shape(first)} was put into {sizes.shape(second)}."
    text = f"The shapes are {sizes.shape(first)} and {sizes.shape(second)}."
    time, batch = sizes.of.get("T"), sizes.of.get("N")
    if time and batch and {first[:1], second[:1]} == {(time,), (batch,)}:
        text += " Time is the second axis: was step t taken as x[t]?"
    return "two shapes do not fit together.", text


def _reshape(message: str, line: str, sizes: Sizes) -> tuple[str, str] | None:
    found = re.search(r"cannot reshape array of size (\d+) into shape \(([\d, -]*)\)", message)
    if not found:
        return None
    size, shape = int(found[1]), tuple(int(n) for n in found[2].split(",") if n.strip())
    return f"an array of {sizes.product(size)} numbers cannot take the shape {sizes.shape(shape)}.", IN_ORDER


def _unpacking(message: str, line: str, sizes: Sizes, inner: bool) -> tuple[str, str] | None:
    if "values to unpack" not in message:
        return None
    count = "; ".join(re.findall(r"\((.*?)\)", message)[:1])
    headline = f"the values on the right do not match the names on the left ({count})."
    if ".shape" in line:
        return headline, "An array has another number of axes than that: is the batch axis there?"
    if "cache" not in line:
        return headline, ""
    return headline, ONE_A_STEP if inner else "Is the cache unpacked in the order in which it was packed?"
