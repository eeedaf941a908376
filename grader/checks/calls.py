"""Calling a student's function: copies in, results out, and plain words for whatever goes wrong.

A function may be the student's own, in the same kernel, or a stand-in for one that runs elsewhere. A stand-in
offers ``many(list of arguments, keep)`` on its type, gives errors a ``student_line``, and behaves like the
function otherwise.
"""

from __future__ import annotations

import contextlib
import copy
import inspect
import io
import linecache
import re
import sysconfig
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from grader.checks.sizes import Sizes
from grader.checks.verdict import CheckFailed, not_written, wrong

LIBRARIES = tuple({str(Path(p)) for p in (sysconfig.get_path("purelib"), sysconfig.get_path("stdlib"))})
HERE = str(Path(__file__).parent)
SHOWN_CHARACTERS = 2000


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

    def __call__(self, f: Callable, *args: Any) -> Any:
        """Call f with copies of args and show what it printed.

        Raises NotWritten for a skeleton and CheckFailed, in words, for anything that stops f.
        """
        with self._spoken(f):
            return f(*copies(args))

    def in_place(self, f: Callable, *args: Any) -> Any:
        """Call f with args themselves, so that the caller can see what f did to them."""
        with self._spoken(f):
            return f(*args)

    def quietly(self, f: Callable, *args: Any) -> Any:
        """Call f as an experiment: nothing it prints or warns is shown."""
        return self.many(f, [args])[0]

    def quietly_kept(self, f: Callable, *args: Any) -> Any:
        """Call f unshown and keep all that it returns, its cache too."""
        with self._spoken(f, show=False):
            return f(*copies(args))

    def many(self, f: Callable, arguments: Sequence[tuple]) -> list[Any]:
        """Call f once for each tuple of arguments, in one go where f is a stand-in; nothing is shown."""
        with self._spoken(f, show=False):
            together = getattr(type(f), "many", None)
            if together is not None:
                return together(f, [copies(args) for args in arguments], keep=False)
            return [f(*copies(args)) for args in arguments]

    @contextlib.contextmanager
    def _spoken(self, f: Callable, show: bool = True) -> Iterator[None]:
        out, err = io.StringIO(), io.StringIO()
        began = time.monotonic()
        try:
            with (
                contextlib.redirect_stdout(out),
                contextlib.redirect_stderr(err),
                warnings.catch_warnings(record=True) as caught,
                np.errstate(all="warn"),
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
            self.said.warned += [str(w.message).rstrip(".") for w in caught]


def copies(args: Sequence[Any]) -> tuple:
    """Copy arguments deeply enough that no change made to them is seen outside."""
    return tuple(_copy(a) for a in args)


def _copy(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.copy() if value.flags.c_contiguous else strided(value)
    if isinstance(value, dict):
        return {k: _copy(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_copy(v) for v in value)
    return value if callable(value) or not _plain(value) else copy.deepcopy(value)


def _plain(value: Any) -> bool:
    return value is None or isinstance(value, (bool, int, float, complex, str, np.generic))


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
        names = [p.name for p in inspect.signature(f).parameters.values() if p.kind is not p.VAR_POSITIONAL]
    except (TypeError, ValueError):
        names = []
    return [names[i] if i < len(names) else f"input {i + 1}" for i in range(count)]


def function_name(f: Callable) -> str:
    """The name a message uses for a function."""
    return getattr(f, "__name__", type(f).__name__)


def in_words(f: Callable, error: BaseException, sizes: Sizes, seconds: float) -> CheckFailed:
    """Turn whatever stopped a student's function into a verdict."""
    name = function_name(f)
    if isinstance(error, NotImplementedError):
        return not_written(name)
    if isinstance(error, KeyboardInterrupt):
        return wrong(f"{name} was interrupted after {seconds:.0f} s.", _where(error))
    if isinstance(error, (SystemExit, GeneratorExit)):
        return wrong(f"{name} ended the program instead of returning.", _where(error))
    if isinstance(error, RecursionError):
        return wrong(f"{name} calls itself without end.", _where(error))
    for explain in (_matrix_product, _broadcast, _unpacking):
        if words := explain(str(error), _where(error), sizes):
            headline, advice = words
            return wrong(f"{name} stopped: {headline}", _where(error), advice)
    message = f": {error}".splitlines()[0].rstrip(".") if str(error) else ""
    return wrong(f"{name} stopped with {type(error).__name__}{message}.", _where(error))


def _where(error: BaseException) -> str:
    number, text = getattr(error, "student_line", None) or student_line(error.__traceback__)
    return f"line {number}: {text}" if text else ""


def student_line(traceback: TracebackType | None) -> tuple[int, str]:
    """Find the deepest line of a traceback that a student wrote: its number in the cell, its text."""
    found = (0, "")
    while traceback is not None:
        file = traceback.tb_frame.f_code.co_filename
        if not file.startswith((*LIBRARIES, HERE)):
            text = linecache.getline(file, traceback.tb_lineno).strip()
            found = (traceback.tb_lineno, text) if text else found
        traceback = traceback.tb_next
    return found


def _matrix_product(message: str, line: str, sizes: Sizes) -> tuple[str, str] | None:
    sized = re.search(r"\(size (\d+) is different from (\d+)\)", message)
    aligned = re.search(r"not aligned: (\d+) \(dim \d\) != (\d+) \(dim \d\)", message)
    if not (found := sized or aligned):
        return None
    second, first = (int(n) for n in found.groups()) if sized else (int(n) for n in reversed(found.groups()))
    inner = f"The inner sizes are {sizes.number(first)} and {sizes.number(second)}"
    return "two shapes do not multiply.", f"{inner}: a transpose is missing or one too many."


def _broadcast(message: str, line: str, sizes: Sizes) -> tuple[str, str] | None:
    if "broadcast" not in message:
        return None
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


def _unpacking(message: str, line: str, sizes: Sizes) -> tuple[str, str] | None:
    if "values to unpack" not in message:
        return None
    count = "; ".join(re.findall(r"\((.*?)\)", message)[:1])
    headline = f"the values on the right do not match the names on the left ({count})."
    if ".shape" in line:
        return headline, "An array has another number of axes than that: is the batch axis there?"
    return headline, "Is the cache unpacked in the order in which it was packed?" if "cache" in line else ""
