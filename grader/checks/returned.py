"""Reading what a student's function returned: its outputs, its cache, its gradients, in whatever they came."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from grader.checks.calls import function_name, required_names, type_name
from grader.checks.compare import a_kind, as_numbers, as_tuple, is_a, require_array, require_keys
from grader.checks.gradients import Position, leaf
from grader.checks.sizes import Sizes
from grader.checks.verdict import wrong


def counted(value: Any) -> str:
    """What was returned, in words: "None", "3 things", "one str"."""
    if value is None:
        return "None"
    if not is_a(value, (tuple, list)):
        return "one " + a_kind(value).partition(" ")[2].removeprefix("nd")
    count = len(as_tuple(value))
    return f"{count} thing{'s' * (count != 1)}"


def require_things(f: Callable, returned: Any, names: Sequence[str]) -> tuple:
    """What f returned, as many things as there are names and none of them None, or raise the verdict.

    Of a thing that stays elsewhere its type tells whether it is None.
    """
    things = as_tuple(returned)
    if len(things) != len(names):
        raise wrong(f"{function_name(f)} returned {counted(returned)}, "
                    f"expected {len(names)} things: {', '.join(names)}.")
    for name, value in zip(names, things, strict=True):
        if value is None or type_name(value) == "NoneType":
            raise wrong(f"{function_name(f)} returned None for {name}.")
    return things


def first_outputs(f: Callable, returned: Any, count: int) -> tuple:
    """The first outputs of what f returned: one thing, or several and a cache after them."""
    if returned is None:
        raise wrong(f"{function_name(f)} returned None.", "Is a return missing?")
    outs = as_tuple(returned)
    if len(outs) < count:
        raise wrong(f"{function_name(f)} returned {len(outs)} of {count} things.")
    return outs[:count]


def outputs_and_cache(forward: Callable, backward: Callable, returned: Any) -> tuple[tuple, Any]:
    """The outputs of a forward function, and the cache that its backward function needs."""
    things = as_tuple(returned)
    if len(things) < 2:
        raise wrong(f"{function_name(forward)} returned {counted(returned)}, expected its output and a cache.",
                    f"{function_name(backward)} needs the cache.")
    taken = required_names(backward)
    if len(things) < len(taken):
        raise wrong(f"{function_name(forward)} returned {counted(returned)}, "
                    f"expected {len(taken)}: an output for each gradient, and a cache.",
                    f"{function_name(backward)} takes {', '.join(taken)}.")
    return things[:-1], things[-1]


def gradients_of(backward: Callable, returned: Any, inputs: Sequence[Any], positions: dict[str, Position],
                 sizes: Sizes) -> dict[str, np.ndarray]:
    """The gradients that a backward function returned, by the names of the inputs they are of."""
    groups = list(dict.fromkeys(name.partition("[")[0] for name in positions))      # h0s of h0s[0], h0s[1]
    names = ", ".join(f"d{name}" for name in groups)
    grads = as_tuple(returned)
    if returned is None or len(grads) != len(groups):
        count = "None" if returned is None else f"{len(grads)} thing{'s' * (len(grads) != 1)}"
        raise wrong(f"{function_name(backward)} returned {count}, expected {len(groups)}: {names}.")
    grads = tuple(array for name, got in zip(groups, grads, strict=True) for array in _entries(name, got, positions))
    shapes = {name: leaf(inputs, position).shape for name, position in positions.items()}
    if words := _out_of_order(grads, shapes):
        headline = f"{function_name(backward)} returned its gradients in another order."
        raise wrong(headline, words, f"Expected {names}.")
    return {
        name: require_array(f"d{name}", got, shape, sizes)
        for (name, shape), got in zip(shapes.items(), grads, strict=True)
    }


def _entries(name: str, got: Any, positions: dict[str, Position]) -> list[Any]:
    """The gradients of an input that is a list, taken out of lists like it; of an array, its gradient."""
    if name in positions:
        return [got]
    parts = list(dict.fromkeys(name + found[len(name) :].partition("]")[0] + "]"
                               for found in positions if found.startswith(f"{name}[")))
    if not is_a(got, (list, tuple)) or len(as_tuple(got)) != len(parts):
        found = counted(got) if is_a(got, (list, tuple)) or got is None else a_kind(got)
        one_each = f"{len(parts)}: d{', d'.join(parts[:3])}{', …' * (len(parts) > 3)}"
        raise wrong(f"d{name} is {found}, expected a list of {one_each}.")
    return [array for part, entry in zip(parts, as_tuple(got), strict=True)
            for array in _entries(part, entry, positions)]


def loss_and_gradients(f: Callable, returned: Any, inputs: Sequence[Any], positions: dict[str, Position],
                       sizes: Sizes) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The loss and its gradients by name: in a dictionary where the parameters came in one, else one by one."""
    things = as_tuple(returned)
    by_name = any(isinstance(value, dict) for value in inputs)
    expected = ["loss", "grads"] if by_name else ["loss", *(f"d{name}" for name in positions)]
    if len(things) != len(expected):
        raise wrong(f"{function_name(f)} returned {counted(returned)}, "
                    f"expected {len(expected)}: {', '.join(expected)}.")
    loss = require_array("loss", things[0], (), sizes)
    if not by_name:
        return loss, gradients_of(f, things[1:], inputs, positions, sizes)
    shapes = {name: leaf(inputs, position).shape for name, position in positions.items()}
    grads = require_keys("grads", things[1], shapes)
    return loss, {name: require_array(f"d{name}", grads[name], shape, sizes) for name, shape in shapes.items()}


def _out_of_order(grads: Sequence[Any], shapes: dict[str, tuple]) -> str:
    """Tell which two gradients stand in each other's place, judging by their shapes."""
    arrays = [g if type(g) is np.ndarray else as_numbers(g) for g in grads]      # shapes need no copy
    found = [None if array is None else array.shape for array in arrays]
    wrong_ones = [(name, got) for (name, want), got in zip(shapes.items(), found, strict=True) if got != want]
    if len(wrong_ones) == 2:
        (a, shape_a), (b, shape_b) = wrong_ones
        if shape_a is not None and shape_b is not None and shape_a == shapes[b] and shape_b == shapes[a] \
                and shape_a != shape_b[::-1]:
            return f"d{a} has the shape of d{b}, and d{b} that of d{a}."
    return ""
