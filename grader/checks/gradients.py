"""Judging a hand-written backward pass by derivatives of the forward pass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from grader.checks.calls import Caller
from grader.checks.compare import TOLERANCE

ENTRY_TOLERANCE = 1e-6
SINGLE_GRADIENT_TOLERANCE = 2e-3    # a difference quotient loses half of float32's digits
STEP = 1e-6
SINGLE_STEP = 1e-2


Position = int | tuple[int, str]     # which input, or which entry of an input that is a dictionary


def leaf(inputs: Sequence[Any], position: Position) -> np.ndarray:
    """The input, or the entry of a dictionary of inputs, at a position."""
    return inputs[position[0]][position[1]] if isinstance(position, tuple) else inputs[position]


def with_leaf(inputs: Sequence[Any], position: Position, value: np.ndarray) -> tuple:
    """The inputs with another value at a position."""
    changed = list(inputs)
    if isinstance(position, tuple):
        changed[position[0]] = {**changed[position[0]], position[1]: value}
    else:
        changed[position] = value
    return tuple(changed)


def is_float(value: Any) -> bool:
    """Tell whether a gradient can be asked of an input."""
    return isinstance(value, np.ndarray) and value.dtype.kind == "f"


def leaves(names: Sequence[str], inputs: Sequence[Any]) -> dict[str, Position]:
    """Where the inputs that have a gradient are, by name: a dictionary's entries if there is one, else the arrays."""
    dictionaries = [(i, value) for i, value in enumerate(inputs) if isinstance(value, dict)]
    entries: dict[str, Position] = {key: (i, key) for i, value in dictionaries for key in value if is_float(value[key])}
    return entries or {name: i for i, (name, value) in enumerate(zip(names, inputs, strict=True)) if is_float(value)}


@dataclass
class Numeric:
    """Difference quotients of L = sum(out · dout), where out = forward(*inputs) may be several arrays."""

    caller: Caller
    forward: Callable
    inputs: tuple
    douts: Sequence[np.ndarray]
    step: float = STEP
    allowed: float = TOLERANCE
    allowed_by_entry: float = ENTRY_TOLERANCE

    def for_single(self) -> Numeric:
        """The same for a forward pass that computes in float32: a wide step, and a tolerance to match."""
        wide = SINGLE_GRADIENT_TOLERANCE
        return replace(self, step=SINGLE_STEP, allowed=wide, allowed_by_entry=wide)

    def along(self, directions: Sequence[tuple[Position, np.ndarray]]) -> list[float]:
        """dL/ds of ``inputs[position] + s · direction`` at s = 0, for each (position, direction).

        Central differences of real numbers: two evaluations a direction, all in one call.
        """
        moved = [
            with_leaf(self.inputs, position, leaf(self.inputs, position) + sign * self.step * direction)
            for position, direction in directions
            for sign in (+1, -1)
        ]
        losses = [self._loss(result) for result in self.caller.many(self.forward, moved)]
        return [(up - down) / (2 * self.step) for up, down in zip(losses[::2], losses[1::2], strict=True)]

    def gradient(self, position: Position) -> np.ndarray:
        """dL/d inputs[position], entry by entry."""
        shape = leaf(self.inputs, position).shape
        basis = np.eye(int(np.prod(shape))).reshape(-1, *shape)
        return np.array(self.along([(position, unit) for unit in basis])).reshape(shape)

    def _loss(self, result: Any) -> float:
        outs = result if isinstance(result, (tuple, list)) else (result,)
        with np.errstate(all="ignore"):
            return float(sum(np.sum(np.asarray(out, np.float64) * dout)
                             for out, dout in zip(outs, self.douts, strict=False)))


def computes_in_single(numeric: Numeric, rng: np.random.Generator) -> bool:
    """Tell whether a forward pass computes in float32 somewhere: then a very small step sees nothing, or a jump."""
    position = next(iter(leaves([str(i) for i in range(len(numeric.inputs))], numeric.inputs).values()))
    direction = rng.normal(size=leaf(numeric.inputs, position).shape)
    slope = numeric.along([(position, direction)])[0]
    fine = replace(numeric, step=STEP / 1000).along([(position, direction)])[0]
    return abs(fine - slope) > 1e-3 * max(abs(fine), abs(slope))


def slope_error(got: np.ndarray, direction: np.ndarray, slope: float) -> float:
    """How far a gradient is from the slope measured along a direction, relative to the gradient.

    Both are scaled first: the norm of very large numbers overflows, and anything is small beside infinity.
    """
    largest = max(float(np.max(np.abs(got), initial=0)), abs(slope)) or 1.0
    got, slope = got / largest, slope / largest
    scale = max(float(np.linalg.norm(got)), abs(slope)) or 1.0
    error = abs(float(np.vdot(got, direction)) - slope) / scale
    return error if np.isfinite(error) else np.inf


def slope_errors(
    numeric: Numeric, grads: dict[str, np.ndarray], positions: dict[str, Position], rng: np.random.Generator
) -> dict[str, float]:
    """Compare every gradient with the slope along one random direction of its own, all in one call."""
    directions = {name: rng.normal(size=got.shape) for name, got in grads.items()}
    slopes = numeric.along([(positions[name], direction) for name, direction in directions.items()])
    return {
        name: slope_error(got, directions[name], slope)
        for (name, got), slope in zip(grads.items(), slopes, strict=True)
    }
