"""Judging a hand-written backward pass by derivatives of the forward pass."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from grader.checks.calls import Caller, function_name
from grader.checks.compare import SINGLE_TOLERANCE, TOLERANCE, as_tuple, require_array
from grader.checks.verdict import wrong

ENTRY_TOLERANCE = 1e-6
STEP = 1e-6
ROUNDING = 4 * np.finfo(np.float64).eps     # of a loss, relative to its terms
TWO_POINTS = ((1, 1 / 2), (-1, -1 / 2))                         # multiples of the step, and their weights
FOUR_POINTS = ((1, 2 / 3), (-1, -2 / 3), (2, -1 / 12), (-2, 1 / 12))


@dataclass(frozen=True)
class Care:
    """How closely is compared: values, gradients along a direction, gradients entry by entry; with which step.

    A gradient smaller than ``least`` counts as zero.
    """

    values: float = TOLERANCE
    slopes: float = TOLERANCE
    entries: float = ENTRY_TOLERANCE
    step: float = STEP
    least: float = 0.0
    points: tuple[tuple[int, float], ...] = TWO_POINTS

    def for_single(self, measured_in_double: bool) -> Care:
        """The same for an answer with float32 inside, compared with what is measured in float64 or in float32 too."""
        wide = SINGLE if measured_in_double else SINGLE_THROUGHOUT
        return replace(wide, step=max(self.step, wide.step), least=self.least)


USUAL = Care()
SINGLE = Care(SINGLE_TOLERANCE, 2e-3, 2e-3)                 # float32 in the answer, not in what measures it
SINGLE_THROUGHOUT = replace(SINGLE, step=1e-2, points=FOUR_POINTS)      # float32 asks for a wide step, that for points
LARGE = Care(SINGLE_TOLERANCE, 1e-4, 1e-4, step=1e-4, least=1e-3)      # large numbers leave a step fewer digits

Position = int | tuple[Any, ...]     # which input, or where in an input that is a dictionary, a list or a tuple


def leaf(inputs: Sequence[Any], position: Position) -> np.ndarray:
    """The input, or what stands in a dictionary or a list of inputs, at a position."""
    value: Any = inputs
    for key in position if isinstance(position, tuple) else (position,):
        value = value[key]
    return value


def with_leaf(inputs: Sequence[Any], position: Position, value: np.ndarray) -> tuple:
    """The inputs with another value at a position."""
    first, *rest = position if isinstance(position, tuple) else (position,)
    changed = list(inputs)
    changed[first] = _put(changed[first], rest, value)
    return tuple(changed)


def _put(place: Any, keys: Sequence[Any], value: np.ndarray) -> Any:
    if not keys:
        return value
    inner = _put(place[keys[0]], keys[1:], value)
    if isinstance(place, dict):
        return {**place, keys[0]: inner}
    return type(place)(inner if i == keys[0] else entry for i, entry in enumerate(place))


def map_arrays(change: Callable[[np.ndarray], np.ndarray], inputs: Sequence[Any]) -> tuple:
    """The inputs with every array changed, those in dictionaries, lists and tuples too."""

    def changed(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: changed(entry) for key, entry in value.items()}
        if type(value) in (list, tuple):
            return type(value)(map(changed, value))
        return change(value) if isinstance(value, np.ndarray) else value

    return tuple(map(changed, inputs))


def arrays_in(value: Any) -> list[np.ndarray]:
    """The arrays of an input: itself, or those in it, in order."""
    if isinstance(value, dict):
        value = list(value.values())
    if type(value) in (list, tuple):
        return [array for entry in value for array in arrays_in(entry)]
    return [value] if isinstance(value, np.ndarray) else []


def in_double(inputs: Sequence[Any]) -> tuple:
    """The inputs with float64 for float32: the same numbers, with room for a small step."""
    return map_arrays(lambda a: a.astype(np.float64) if a.dtype == np.float32 else a, inputs)


def is_float(value: Any) -> bool:
    """Tell whether a gradient can be asked of an input."""
    return isinstance(value, np.ndarray) and value.dtype.kind == "f"


def leaves(names: Sequence[str], inputs: Sequence[Any]) -> dict[str, Position]:
    """Where the inputs that have a gradient are, by name: a dictionary's entries if there is one, else the arrays.

    An array in a list is told by its place: ``layers[1][0]``.
    """
    dictionaries = [(i, value) for i, value in enumerate(inputs) if isinstance(value, dict)]
    entries: dict[str, Position] = {key: (i, key) for i, value in dictionaries for key in value if is_float(value[key])}
    if entries:
        return entries
    return {found: at[0] if len(at) == 1 else at for i, (name, value) in enumerate(zip(names, inputs, strict=True))
            for found, at in _places(name, value, (i,))}


def _places(name: str, value: Any, at: tuple) -> Iterator[tuple[str, tuple]]:
    if type(value) in (list, tuple):
        for k, entry in enumerate(value):
            yield from _places(f"{name}[{k}]", entry, (*at, k))
    elif is_float(value):
        yield name, at


@dataclass
class Numeric:
    """Difference quotients of L = sum(out · dout), where out = forward(*inputs) may be several arrays."""

    caller: Caller
    forward: Callable
    inputs: tuple
    douts: Sequence[np.ndarray]
    care: Care = USUAL

    def along(self, directions: Sequence[tuple[Position, np.ndarray]]) -> list[float]:
        """dL/ds of ``inputs[position] + s · direction`` at s = 0, for each (position, direction)."""
        return self.measured(directions)[0]

    def measured(self, directions: Sequence[tuple[Position, np.ndarray]]) -> tuple[list[float], list[float]]:
        """The slopes along directions, and what rounding alone may make of each.

        Central differences of real numbers: two evaluations a direction, all in one call. A difference of two large
        losses has lost the digits of a small slope.
        """
        multiples, weights = zip(*self.care.points, strict=True)
        moved = [
            with_leaf(self.inputs, position, leaf(self.inputs, position) + k * self.care.step * direction)
            for position, direction in directions
            for k in multiples
        ]
        found = [self._loss(result) for result in self.caller.many(self.forward, moved, len(self.douts))]
        losses, sizes = np.array(found).reshape(-1, len(weights), 2).transpose(2, 0, 1)
        rounding = ROUNDING * sizes @ np.abs(weights) / self.care.step
        return (losses @ weights / self.care.step).tolist(), rounding.tolist()

    def gradient(self, position: Position) -> np.ndarray:
        """dL/d inputs[position], entry by entry."""
        shape = leaf(self.inputs, position).shape
        basis = np.eye(int(np.prod(shape))).reshape(-1, *shape)
        return np.array(self.along([(position, unit) for unit in basis])).reshape(shape)

    def _loss(self, result: Any) -> tuple[float, float]:
        """L, and the sum of the sizes of its terms: what is lost to rounding is a share of these."""
        outs = as_tuple(result)
        if len(outs) < len(self.douts):
            raise wrong(f"{function_name(self.forward)} returned {len(outs)} of {len(self.douts)} things.")
        terms = [require_array("its output", out, dout.shape, self.caller.sizes) * dout
                 for out, dout in zip(outs, self.douts, strict=False)]
        return float(sum(map(np.sum, terms))), float(sum(np.sum(np.abs(term)) for term in terms))


def computes_in_single(numeric: Numeric, rng: np.random.Generator) -> bool:
    """Tell whether a forward pass computes in float32 somewhere: then a very small step sees nothing, or a jump."""
    positions = leaves([str(i) for i in range(len(numeric.inputs))], numeric.inputs).values()
    directions = [(position, rng.normal(size=leaf(numeric.inputs, position).shape)) for position in positions]
    slopes, fine = (np.array(replace(numeric, care=Care(step=step)).along(directions)) for step in (STEP, STEP / 1000))
    scale = np.max(np.abs([slopes, fine]), initial=0.0)
    return bool(np.any(np.abs(fine - slopes) > 1e-3 * scale))


def slope_error(
    got: np.ndarray, direction: np.ndarray, slope: float, least: float = 0.0, rounding: float = 0.0
) -> float:
    """How far a gradient is from the slope measured along a direction, relative to the gradient.

    All are scaled first: the norm of very large numbers overflows, and anything is small beside infinity. What
    ``rounding`` alone may make of the slope is no error of the gradient.
    """
    largest = max(float(np.max(np.abs(got), initial=0)), abs(slope)) or 1.0
    got, slope, least, rounding = got / largest, slope / largest, least / largest, rounding / largest
    scale = max(float(np.linalg.norm(got)), abs(slope), least) or 1.0
    error = (abs(float(np.vdot(got, direction)) - slope) - rounding) / scale
    return max(error, 0.0) if np.isfinite(error) else np.inf


class Secret:
    """What no answer can know while it is graded; on a student's own machine there is nothing to keep.

    A case's own random numbers follow from the arrays that a student's function is called with. Who foresees the
    direction along which a gradient is measured can return anything that is right along it alone.
    """

    key = b""


def unforeseen(answers: Iterable[np.ndarray]) -> np.random.Generator:
    """A generator that is fixed only once the answers are in: the same for the same answers and the same secret."""
    digest = hashlib.sha256(Secret.key)
    for answer in answers:
        digest.update(np.ascontiguousarray(answer).tobytes())
    return np.random.default_rng(list(digest.digest()))


def slope_errors(
    numeric: Numeric, grads: dict[str, np.ndarray], positions: dict[str, Position], draws: int = 1
) -> dict[str, float]:
    """Compare every gradient with the slope along random directions of its own, all in one call; the largest error.

    One direction is enough where right answers agree to 1e-9. Where a hundredth is allowed, one wrong answer in a
    hundred agrees by chance, and a second direction tells.
    """
    rng = unforeseen(grads.values())
    directions = [(name, rng.normal(size=got.shape)) for name, got in grads.items() for _ in range(draws)]
    measured = numeric.measured([(positions[name], direction) for name, direction in directions])
    errors = dict.fromkeys(grads, 0.0)
    for (name, direction), slope, rounding in zip(directions, *measured, strict=True):
        error = slope_error(grads[name], direction, slope, numeric.care.least, rounding)
        errors[name] = max(errors[name], error)
    return errors
