"""Comparing what a student returned with what is right, in the order: none, type, shape, finite, values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from grader.checks.sizes import Sizes
from grader.checks.verdict import right, wrong

TOLERANCE = 1e-7
SINGLE_TOLERANCE = 1e-4     # what float32 inside an answer may cost
EXPERIMENT_TOLERANCE = 1e-5


def relative_error(got: np.ndarray, want: np.ndarray) -> float:
    """The largest |got - want|, scaled by the largest |want| (by 1 where want is all zero).

    Entry by entry, small entries of right answers differ by 1e-6 of themselves; scaled by the largest entry, right
    answers agree to rounding and wrong ones are off by a quarter and more.
    """
    if got.size == 0:
        return 0.0
    scale = float(np.max(np.abs(want))) or 1.0
    return float(np.max(np.abs(got - want))) / scale


def tolerance(got: Any, asked: float = TOLERANCE) -> float:
    """The error allowed for an answer: more where every entry is a float32, whatever its dtype says."""
    values = np.asarray(got)
    if values.dtype.kind != "f" or not np.any(values):
        return asked
    with np.errstate(over="ignore"):
        single = bool(np.all(values == values.astype(np.float32)))
    return max(asked, SINGLE_TOLERANCE) if single else asked


def require_array(name: str, got: Any, shape: tuple[int, ...], sizes: Sizes) -> np.ndarray:
    """Return what a student gave for an array as float64, or raise the verdict: none, type, shape, finite."""
    if got is None:
        raise wrong(f"{name} is None, expected an array of shape {sizes.shape(shape)}.",
                    "Is it computed and returned?")
    if not _is_numeric(got):
        raise wrong(f"{name} is a {type(got).__name__}, expected an array of shape {sizes.shape(shape)}.",
                    "np.stack or np.array makes one of a list." if isinstance(got, (list, tuple)) else "")
    if np.shape(got) != shape:
        expected = f"expected {sizes.shape(shape)}" if shape else "expected a single number"
        about = _about_shape(np.shape(got), shape, sizes)
        raise wrong(f"{name} has shape {sizes.shape(np.shape(got))}, {expected}. {about}".rstrip())
    array = np.array(got, dtype=np.float64)
    if not np.isfinite(array).all():
        raise wrong(f"{name} is not finite: {_count_not_finite(array)}.", where(~np.isfinite(array), sizes))
    return array


def require_close(
    name: str,
    got: np.ndarray,
    want: np.ndarray,
    sizes: Sizes,
    allowed: float,
    explain: Callable[[np.ndarray, np.ndarray], list[str]] | None = None,
) -> float:
    """Return the relative error of an answer of the right shape, or raise the verdict that explains it."""
    error = relative_error(got, want)
    if error <= allowed:
        return error
    lines = [where(_differs(got, want, allowed), sizes, got), looks_like(got, want, sizes)]
    if explain:
        lines += explain(got, want)
    raise wrong(f"{name} is wrong: relative error {error:.0e}, needs {allowed:.0e} or less.", *lines)


def close(name: str, got: Any, want: Any, sizes: Sizes, asked: float = TOLERANCE, **how: Any) -> None:
    """Judge one array, number or dictionary of arrays, and say that it is right."""
    if isinstance(want, dict):
        for key, array in require_keys(name, got, want).items():
            close(key, array, want[key], sizes, asked, **how)
        return
    expected = np.asarray(want, dtype=np.float64)
    array = require_array(name, got, expected.shape, sizes)
    right(name, require_close(name, array, expected, sizes, tolerance(got, asked), **how))


def require_keys(name: str, got: Any, want: dict) -> dict:
    """Return a student's dictionary in the order of the expected one, or raise the verdict."""
    if not isinstance(got, dict):
        raise wrong(f"{name} is a {type(got).__name__}, expected a dictionary with the keys {', '.join(want)}.")
    missing, more = [k for k in want if k not in got], [str(k) for k in got if k not in want]
    if missing:
        found = f"It has {', '.join(map(str, got))}." if got else "It is empty."
        raise wrong(f"{name} has no entry {', '.join(map(repr, missing))}.", found)
    if more:
        raise wrong(f"{name} has an entry too many: {', '.join(more)}.", f"Expected just {', '.join(want)}.")
    return {k: got[k] for k in want}


def where(bad: np.ndarray, sizes: Sizes, got: np.ndarray | None = None) -> str:
    """Find an axis that splits an array into right and wrong slices: "Right at t = 3; wrong at t = 0, 1, 2."."""
    for axis in _telling_axes(bad, sizes):
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


def _is_numeric(value: Any) -> bool:
    if isinstance(value, (bool, int, float, np.number)):
        return True
    return isinstance(value, np.ndarray) and value.dtype.kind in "fiub"


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
    counts = {"nan": int(np.isnan(array).sum()), "inf": int(np.isinf(array).sum())}
    return " and ".join(f"{n} {name}" for name, n in counts.items() if n) + f" in {array.size} entries"
