"""Comparing what a student returned with what is right, in the order: none, type, shape, finite, values."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from grader.checks.calls import shortened, text_of, type_name
from grader.checks.sizes import Sizes
from grader.checks.verdict import CheckFailed, right, wrong

TOLERANCE = 1e-7
MOST_ENTRIES = 1_000_000    # of an array whose shape is the student's own to say
SINGLE_TOLERANCE = 1e-4     # what float32 inside an answer may cost
EXPERIMENT_TOLERANCE = 1e-5
LEAST_FACTOR = 1e-3         # what is closer to the right answer than this is not called a multiple of it
CONTAINERS = ("ndarray", "list", "tuple", "dict")
SHORT_NAMES = {"U": "str", "S": "bytes", "V": "records"}


def relative_error(got: np.ndarray, want: np.ndarray, least: float = 0.0) -> float:
    """The largest |got - want|, scaled by the largest |want|, or by ``least`` (by 1 where both are zero).

    Entry by entry, small entries of right answers differ by 1e-6 of themselves; scaled by the largest entry, right
    answers agree to rounding and wrong ones are off by a quarter and more.
    """
    if got.size == 0:
        return 0.0
    scale = max(float(np.max(np.abs(want))), least) or 1.0
    return float(np.max(np.abs(got - want))) / scale


def tolerance(got: np.ndarray, asked: float = TOLERANCE) -> float:
    """The error allowed for an answer: more where every entry is a float32, whatever its dtype says."""
    single = bool(np.any(got)) and bool(np.all(got == got.astype(np.float32)))
    return max(asked, SINGLE_TOLERANCE) if single else asked


def is_a(value: Any, kinds: type | tuple[type, ...]) -> bool:
    """isinstance, without asking the value."""
    return issubclass(type(value), kinds)


def as_numbers(value: Any) -> np.ndarray | None:
    """An array of real numbers, or one number, as a float64 array of its own; None for anything else."""
    if not is_a(value, (np.ndarray, np.number, np.bool_, int, float)):
        return None
    try:
        array = np.asarray(float(value) if is_a(value, (int, float)) else value)
        return array.astype(np.float64) if array.dtype.kind in "fiub" else None
    except Exception:       # whatever a class of the student's own, or a number too large, may raise
        return None


def require_array(name: str, got: Any, shape: tuple[int, ...] | None, sizes: Sizes) -> np.ndarray:
    """Return what a student gave for an array as float64, or raise the verdict: none, type, shape, finite.

    Where ``shape`` is None, any will do.
    """
    expected = "an array" if shape is None else "a single number"
    if shape:
        expected = f"an array of shape {sizes.shape(shape)}"
    if got is None:
        raise wrong(f"{name} is None, expected {expected}.", "Is it computed and returned?")
    if type(got) is np.ndarray and got.dtype.kind in "biuf":
        _require_shape(name, got.shape, shape, sizes)       # before it is copied: it may be large
    array = as_numbers(got)
    if array is None:
        raise _not_numbers(name, got, expected)
    _require_shape(name, array.shape, shape, sizes)
    if not np.isfinite(array).all():
        raise wrong(f"{name} is not finite: {_count_not_finite(array)}.", where(~np.isfinite(array), sizes))
    return array


def _require_shape(name: str, found: tuple[int, ...], shape: tuple[int, ...] | None, sizes: Sizes) -> None:
    """Raise the verdict where an array has another shape than asked, or, where any will do, too many entries."""
    if shape is None and prod(found) > MOST_ENTRIES:
        raise wrong(f"{name} has {prod(found):,} entries, more than the {MOST_ENTRIES:,} that are read.")
    if shape is not None and found != shape:
        expected = f"expected {sizes.shape(shape)}" if shape else "expected a single number"
        raise wrong(f"{name} has shape {sizes.shape(found)}, {expected}. {_about_shape(found, shape, sizes)}".rstrip())


def _not_numbers(name: str, got: Any, expected: str) -> CheckFailed:
    """The verdict on what cannot be read as real numbers."""
    if is_a(got, (np.ndarray, np.generic)):
        with contextlib.suppress(Exception):
            dtype = got.dtype
            kind = SHORT_NAMES.get(dtype.kind, dtype.name)
            if dtype.kind not in "fiub":
                array = "an array of " if is_a(got, np.ndarray) else "an " if kind[0] in "aeiou" else "a "
                return wrong(f"{name} is {array}{kind}, expected real numbers.")
    if is_a(got, complex):
        return wrong(f"{name} is a complex number, expected real numbers.")
    if is_a(got, int):
        return wrong(f"{name} is a whole number beyond the range of float64, expected {expected}.")
    return wrong(f"{name} is {a_kind(got)}, expected {expected}.",
                 "np.stack or np.array makes one of a list." if is_a(got, (list, tuple)) else "")


def a_kind(value: Any) -> str:
    """The type of a value with its article: "a list"."""
    kind = type_name(value)
    if kind in CONTAINERS and type(value).__name__ != kind:     # it stays elsewhere: numbers would have come here
        kind = f"{kind.removeprefix('nd')} of other things than numbers"
    return f"an {kind}" if kind[:1] in tuple("aeiouAEIO") else f"a {kind}"


def as_tuple(value: Any) -> tuple:
    """What a function returned, as a tuple of things: a list is several things, as a tuple is."""
    if is_a(value, tuple):
        return tuple(tuple.__iter__(value))
    return tuple(list.__iter__(value)) if is_a(value, list) else (value,)


def require_close(
    name: str,
    got: np.ndarray,
    want: np.ndarray,
    sizes: Sizes,
    allowed: float,
    explain: Callable[[np.ndarray, np.ndarray], list[str]] | None = None,
    least: float = 0.0,
) -> float:
    """Return the relative error of an answer of the right shape, or raise the verdict that explains it."""
    error = relative_error(got, want, least)
    if error <= allowed:
        return error
    lines = [where(_differs(got, want, allowed), sizes, got), looks_like(got, want, sizes)]
    if explain:
        lines += explain(got, want)
    raise wrong(f"{name} is wrong: relative error {error:.0e}, needs {allowed:.0e} or less.", *lines)


def close(name: str, got: Any, want: Any, sizes: Sizes, asked: float = TOLERANCE) -> None:
    """Judge one array, number or dictionary of arrays, and say that it is right."""
    if isinstance(want, dict):
        for key, value in require_keys(name, got, want).items():
            close(key, value, want[key], sizes, asked)
        return
    with contextlib.suppress(Exception):
        want = np.asarray(want, dtype=np.float64) if is_a(want, (list, tuple)) else want
    expected = require_array(f"what {name} is compared with", want, None, sizes)
    array = require_array(name, got, expected.shape, sizes)
    right(name, require_close(name, array, expected, sizes, tolerance(array, asked)))


def require_keys(name: str, got: Any, want: dict) -> dict:
    """Return a student's dictionary in the order of the expected one, or raise the verdict."""
    keys = shortened(", ".join(map(text_of, want)))
    if not is_a(got, dict):
        raise wrong(f"{name} is {'None' if got is None else a_kind(got)}, expected a dictionary with the keys {keys}.")
    mine = dict(dict.items(got))
    missing, more = [k for k in want if k not in mine], [text_of(k) for k in mine if k not in want]
    if missing:
        found = f"It has {', '.join(map(text_of, mine))}." if mine else "It is empty."
        raise wrong(f"{name} has no entry {', '.join(map(repr, missing))}.", shortened(found))
    if more:
        raise wrong(shortened(f"{name} has an entry too many: {', '.join(more)}."), f"Expected just {keys}.")
    return {k: mine[k] for k in want}


def where(bad: np.ndarray, sizes: Sizes, got: np.ndarray | None = None) -> str:
    """Find an axis that splits an array into right and wrong slices: "Right at t = 3; wrong at t = 0, 1, 2."."""
    for axis in _telling_axes(bad, sizes):
        if sizes.gates and bad.shape[axis] == sizes.of["G"]:
            continue                                                # blocks are told as blocks
        slices = np.any(bad, axis=tuple(a for a in range(bad.ndim) if a != axis))
        if slices.all() or not slices.any():
            continue
        letter = sizes.letter.get(bad.shape[axis], "index").lower()
        zero = got is not None and not np.compress(slices, got, axis).any()
        also = ", where it is zero" if zero else ""
        return f"Right at {letter} = {_listed(~slices)}; wrong at {letter} = {_listed(slices)}{also}."
    return ""


def _telling_axes(array: np.ndarray, sizes: Sizes) -> list[int]:
    """Axes with time first: along it mistakes tell most."""
    return sorted(range(array.ndim), key=lambda axis: sizes.letter.get(array.shape[axis]) != "T")


def _listed(flags: np.ndarray) -> str:
    index = [str(i) for i in np.flatnonzero(flags)]
    return ", ".join(index[:6]) + (", …" if len(index) > 6 else "")


def _differs(got: np.ndarray, want: np.ndarray, allowed: float) -> np.ndarray:
    return np.abs(got - want) > allowed * (float(np.max(np.abs(want))) or 1.0)


def looks_like(got: np.ndarray, want: np.ndarray, sizes: Sizes) -> str:
    """Say what a wrong array is instead, where that can be measured; "" where it cannot."""

    def equal(a: np.ndarray, b: np.ndarray) -> bool:
        return a.shape == b.shape and relative_error(a, b) < EXPERIMENT_TOLERANCE

    if not want.any():
        return ""
    if not got.any():
        return "It is zero in every entry." if got.ndim else "It is zero."
    if got.ndim == 2 and equal(got, want.T):
        return "It equals the transpose of the right answer."
    if equal(got, -want):
        return "It has the opposite sign in every entry." if got.ndim else "It has the opposite sign."
    if factor := _factor(got, want):
        named = sizes.ratio(factor)
        same = f", and {factor:.4g} = {named} here" if named else ""
        return f"It is {factor:.4g} times the right one{same}."
    return _elementwise(got, want, equal) or _shifted(got, want, sizes, equal)


def _factor(got: np.ndarray, want: np.ndarray) -> float:
    """The number k with got = k · want, or 0."""
    k = float(np.vdot(want, got) / (np.vdot(want, want) or 1.0))
    if abs(k - 1) < LEAST_FACTOR:
        return 0.0
    return k if k and relative_error(got, k * want) < EXPERIMENT_TOLERANCE * abs(k) else 0.0


def _elementwise(got: np.ndarray, want: np.ndarray, equal: Callable) -> str:
    with np.errstate(all="ignore"):
        if equal(np.tanh(got), want):
            return "tanh of it is right: is the tanh missing?"
        if equal(got, np.tanh(want)):
            return "It is tanh of the right answer: is tanh applied twice?"
        if equal(1 / (1 + np.exp(-np.arctanh(np.clip(want, -1, 1)))), got):
            return "It is right with a sigmoid in place of tanh."
        if equal(np.maximum(np.arctanh(np.clip(want, -1, 1)), 0), got):
            return "It is right with a ReLU in place of tanh."
    return ""


def _shifted(got: np.ndarray, want: np.ndarray, sizes: Sizes, equal: Callable) -> str:
    axis = sizes.axis(want, "T")
    if axis is None:
        return ""
    got, want = np.moveaxis(got, axis, 0), np.moveaxis(want, axis, 0)
    if equal(got[1:], want[:-1]):
        return "It is right but one step late."
    if equal(got, np.broadcast_to(got[:1], got.shape)) and len(got) > 1:
        return "It is the same at every step."
    if equal(got[:-1], want[1:]):
        return "It is right but one step early."
    return "It is right but backward in time." if equal(got[::-1], want) else ""


def _about_shape(got: tuple[int, ...], want: tuple[int, ...], sizes: Sizes) -> str:
    """Say in what way a shape is wrong, where that can be told."""
    if len(want) > 1 and got == want[::-1]:
        return "It looks transposed."
    if len(got) > len(want) and _without_ones(got) == _without_ones(want):
        return "An axis of length 1 is left over: is there a keepdims or a [None] too many?"
    if 1 in want and len(got) < len(want) and got == _without_ones(want):
        return "An axis of length 1 is lost: is there a squeeze?"
    if not got:
        return "It is a single number: is it summed over every axis?"
    if len(got) == len(want):
        return _about_lengths(got, want, sizes)
    if len(got) == len(want) + 1 and got[1:] == want:
        return "One axis too many in front: is a sum over it missing?"
    for axis, n in enumerate(want):
        if got == want[:axis] + want[axis + 1 :]:
            return f"The axis of {sizes.letter.get(n, 'length ' + str(n))} is missing."
    return ""


def _about_lengths(got: tuple[int, ...], want: tuple[int, ...], sizes: Sizes) -> str:
    if sorted(got) == sorted(want):
        return "The axes are in another order."
    apart = [(g - w, w) for g, w in zip(got, want, strict=True) if g != w]
    if len(apart) == 1 and abs(apart[0][0]) == 1:
        difference, n = apart[0]
        return f"It is one too {'long' if difference > 0 else 'short'} along {sizes.letter.get(n, 'that axis')}."
    return ""


def _without_ones(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(n for n in shape if n != 1)


def _count_not_finite(array: np.ndarray) -> str:
    if not array.ndim:
        return f"it is {array}"
    counts = {"nan": int(np.isnan(array).sum()), "inf": int(np.isinf(array).sum())}
    entries = "entry" if array.size == 1 else "entries"
    return " and ".join(f"{n} {name}" for name, n in counts.items() if n) + f" in {array.size} {entries}"
