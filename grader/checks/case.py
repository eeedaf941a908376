"""A case: inputs of named sizes, and the judgements a check cell makes on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from grader.checks import experiments
from grader.checks.calls import Caller, copies, function_name, parameter_names, strided
from grader.checks.compare import (
    SINGLE_TOLERANCE,
    TOLERANCE,
    close,
    require_array,
    require_close,
    require_keys,
    tolerance,
)
from grader.checks.gradients import Numeric, Position, computes_in_single, leaf, leaves, slope_errors
from grader.checks.sizes import Sizes
from grader.checks.verdict import CheckFailed, NotWritten, fine, right, wrong

FLOAT32, LARGE_INPUTS = "float32", "large inputs"
MOST_ENTRIES = 1_000_000    # of an output whose shape is the student's own to say
LARGE = 1000.0      # exp of such a score overflows, tanh of it does not

Verdicts = Iterator[tuple[str, float]]


class Case:
    """Inputs of named, all-different sizes, and judgements on a student's functions.

    ``Case(N=4, D=5, H=6)("ND DH")`` draws normal arrays of shapes (4, 5) and (5, 6). Every judgement prints one
    ``✓`` line per thing that is right and raises ``CheckFailed`` at the first that is not; it returns None.
    """

    def __init__(self, seed: int = 0, **sizes: int):
        self.sizes = Sizes(sizes)
        self.rng = np.random.default_rng(seed)
        self.call = Caller(self.sizes)
        self.remark = ""

    def __call__(self, spec: str) -> Any:
        """Draw normal random arrays: ``case("ND H")`` gives shapes (N, D) and (H,); one letter group, one array."""
        arrays = [self.rng.normal(size=self.sizes.axes(axes)) for axes in spec.split()]
        return arrays if len(arrays) > 1 else arrays[0]

    def ramp(self, spec: str) -> Any:
        """Make arrays that are the same on every machine and small enough to print, without a random number."""
        arrays = [_wave(self.sizes.axes(axes), 0.7 + 0.4 * k) for k, axes in enumerate(spec.split())]
        return arrays if len(arrays) > 1 else arrays[0]

    def whole(self, spec: str, below: int) -> np.ndarray:
        """Draw whole numbers from 0 up to, not including, ``below``: letters or words."""
        return self.rng.integers(below, size=self.sizes.axes(spec))

    def run(self, f: Callable, *args: Any, returns: str = "") -> Any:
        """Call a student's function with copies of args; what stops it becomes a verdict.

        ``returns="params, losses"`` asks for a tuple of that many things, none of them None.
        """
        result = self.call(f, *args)
        if result is None:
            raise wrong(f"{function_name(f)} returned None.", "Is a return missing?")
        names = returns.split(", ") if returns else []
        if names and not (isinstance(result, tuple) and len(result) == len(names)):
            raise wrong(f"{function_name(f)} returned {_kind(result)}, expected {len(names)} things: {returns}.")
        for name, value in zip(names, result if names else (), strict=True):
            if value is None:
                raise wrong(f"{function_name(f)} returned None for {name}.")
        return result

    def series(self, name: str, got: Any, length: int) -> np.ndarray:
        """Read a list or array of finite numbers of a given length, or raise the verdict."""
        if isinstance(got, (list, tuple)) and all(np.ndim(v) == 0 for v in got):
            got = np.array(got)
        return require_array(name, got, (length,), self.sizes)

    def steps(self, step: Callable, x: np.ndarray, h0: np.ndarray, *weights: np.ndarray) -> np.ndarray:
        """Run a step function over a sequence: x (N, T, D), h0 (N, H) -> h (N, T, H), one call for each step."""
        state, states = h0, []
        for t in range(x.shape[1]):
            state = require_array("next_h", self._outs(step, self.run(step, x[:, t], state, *weights), 1)[0],
                                  h0.shape, self.sizes)
            states.append(state)
        return np.stack(states, axis=1)     # (N, T, H)

    def close(self, name: str, got: Any, want: Any, tol: float = TOLERANCE) -> None:
        """Judge one array, number or dictionary of arrays against the right one."""
        close(name, got, want, self.sizes, tol)

    def holds(self, condition: bool, says: str, otherwise: str, *more: str) -> None:
        """Say one sentence where a condition holds, and raise the other where it does not."""
        if not condition:
            raise wrong(otherwise, *more)
        fine(says)

    def outputs(self, f: Callable, *inputs: Any, **wants: Any) -> None:
        """Judge what f returns: ``case.outputs(step, x, h, next_h=[[…]])``, one keyword per output, in order."""
        self._say(self._judge_outputs(f, inputs, wants))

    def gradients(
        self, forward: Callable, backward: Callable, *inputs: np.ndarray, truth: Callable | None = None
    ) -> None:
        """Judge backward by the derivatives of forward, or of ``truth`` (inputs -> outputs) where it is given.

        forward(*inputs) -> (outputs…, cache), backward(*gradients of the outputs, cache) -> a gradient for every
        float input, in order. With ``truth`` the student's forward has to agree with it first.
        """
        self._say(self._judge_gradients(forward, backward, inputs, truth))

    def loss(self, f: Callable, *inputs: Any, truth: Callable | None = None) -> None:
        """Judge a function that returns (loss, gradients…) by the derivatives of its loss, or of ``truth``.

        The gradients are of every float input in order; of an input that is a dictionary, a dictionary.
        """
        self._say(self._judge_loss(f, inputs, truth))

    def edges(self, f: Callable, *rest: Any, truth: Callable | None = None) -> None:
        """Repeat a judgement where mistakes hide: N = 1, T = 1, non-contiguous arrays, float32, large inputs.

        ``edges(f, *inputs)`` compares f with itself or with truth, ``edges(forward, backward, *inputs)`` the
        gradients with derivatives.
        """
        judge = self._judge_pair_edge if callable(rest[0]) else self._judge_edge
        self._judge_edges(lambda label, inputs: judge(f, label, inputs, rest, truth), rest)

    def loss_edges(self, f: Callable, *inputs: Any, truth: Callable | None = None) -> None:
        """Repeat ``loss`` where mistakes hide."""
        self._judge_edges(lambda label, changed: self._judge_loss_edge(f, label, changed, truth), inputs)

    def _say(self, verdicts: Verdicts) -> None:
        self.call.said.warned.clear()
        self.remark = ""
        for name, error in verdicts:
            right(name, error)
        for line in filter(None, [self.remark, self.call.said.line()]):
            print(f"  {line}")

    def _judge_outputs(self, f: Callable, inputs: tuple, wants: Mapping[str, Any],
                       tol: float = TOLERANCE) -> Verdicts:
        mine = copies(inputs)
        outs = self._outs(f, self.call.in_place(f, *mine), len(wants))
        arrays = [self._arrays(name, out, want) for (name, want), out in zip(wants.items(), outs, strict=False)]
        self._require_untouched(f, parameter_names(f, len(inputs)), inputs, mine)
        for index, pairs in enumerate(arrays):
            for name, got, want, raw in pairs:
                explain = experiments.Outputs(self.call, f, inputs, index, want, name)
                yield name, require_close(name, got, want, self.sizes, tolerance(raw, tol), explain)

    def _arrays(self, name: str, got: Any, want: Any) -> list[tuple[str, np.ndarray, np.ndarray, Any]]:
        """What was got and wanted under one name: (name, got, want, got as it came), one entry per array."""
        if isinstance(want, Mapping):
            mine = require_keys(name, got, dict(want))
            return [entry for key in want for entry in self._arrays(key, mine[key], want[key])]
        expected = np.asarray(want, dtype=np.float64)
        return [(name, require_array(name, got, expected.shape, self.sizes), expected, got)]

    def _judge_gradients(self, forward: Callable, backward: Callable, inputs: tuple,
                         truth: Callable | None) -> Verdicts:
        names = parameter_names(forward, len(inputs))
        positions = leaves(names, inputs)
        pair = experiments.Pair(self.call, forward, backward, truth, positions)
        mine = copies(inputs)
        outs, cache = self._forward(forward, backward, mine, inputs, truth)
        douts = [self.rng.normal(size=out.shape) for out in outs]
        passed = copies(douts)
        returned = self.call.in_place(backward, *passed, cache)
        grads = self._gradients_of(backward, returned, inputs, positions)
        self._require_untouched(backward, names, inputs, mine)
        yield from self._judge_slopes(pair, pair.numeric(inputs, douts), grads)
        if any(not np.array_equal(a, b) for a, b in zip(douts, passed, strict=True)):
            self.remark = (f"{function_name(backward)} changed its upstream gradient in place: allowed here, "
                           "though its caller may still need it.")

    def _forward(self, forward: Callable, backward: Callable, mine: tuple, inputs: tuple,
                 truth: Callable | None) -> tuple[list[np.ndarray], Any]:
        """Run the student's forward pass: its outputs, right so far as truth tells, and its cache."""
        try:
            result = self.call.in_place(forward, *mine)
        except NotWritten:
            if backward is forward:
                raise
            waits = f"· {function_name(backward)} waits: {function_name(forward)} is not written yet."
            raise NotWritten(waits) from None
        if not isinstance(result, tuple) or len(result) < 2:
            raise wrong(f"{function_name(forward)} returned {_kind(result)}, expected its output and a cache.",
                        f"{function_name(backward)} needs the cache.")
        *outs, cache = result
        if sum(np.size(out) for out in outs if isinstance(out, np.ndarray)) > MOST_ENTRIES:
            raise wrong(f"{function_name(forward)} returned more than {MOST_ENTRIES:,} numbers for its output.")
        arrays = [require_array("its output", out, np.shape(out), self.sizes) for out in outs]
        if truth:
            wants = truth(*copies(inputs))
            wants = wants if isinstance(wants, tuple) else (wants,)
            for out, want in zip(arrays, wants, strict=True):
                _require_first(forward, backward, out, want)
        return arrays, cache

    def _judge_loss(self, f: Callable, inputs: tuple, truth: Callable | None) -> Verdicts:
        names = parameter_names(f, len(inputs))
        positions = leaves(names, inputs)
        mine = copies(inputs)
        returned = self.call.in_place(f, *mine)
        if not isinstance(returned, tuple) or len(returned) < 2:
            raise wrong(f"{function_name(f)} returned {_kind(returned)}, expected the loss and its gradients.")
        loss = require_array("loss", returned[0], (), self.sizes)
        grads = self._loss_gradients(f, returned[1:], inputs, positions)
        self._require_untouched(f, names, inputs, mine)
        if truth:
            want = np.asarray(truth(*copies(inputs)), dtype=np.float64)
            explain = experiments.Outputs(self.call, f, inputs, 0, want, "loss")
            yield "loss", require_close("loss", loss, want, self.sizes, tolerance(returned[0]), explain)
        pair = experiments.Loss(self.call, f, truth, positions)
        yield from self._judge_slopes(pair, pair.numeric(inputs, [np.array(1.0)]), grads)

    def _judge_slopes(self, pair: experiments.Pair, numeric: Numeric, grads: dict[str, np.ndarray]) -> Verdicts:
        """Every gradient against one slope; entry by entry only where the slope disagrees."""
        errors = slope_errors(numeric, grads, pair.positions, self.rng)
        if max(errors.values()) > numeric.allowed and not pair.truth and computes_in_single(numeric, self.rng):
            numeric = numeric.for_single()
            errors = slope_errors(numeric, grads, pair.positions, self.rng)
        for name, got in grads.items():
            if errors[name] > numeric.allowed:
                want = numeric.gradient(pair.positions[name])
                explain = pair.explain(numeric, name, grads, errors)
                errors[name] = require_close(f"d{name}", got, want, self.sizes, numeric.allowed_by_entry, explain)
            yield f"d{name}", errors[name]

    def _gradients_of(self, backward: Callable, returned: Any, inputs: tuple,
                      positions: dict[str, Position]) -> dict[str, np.ndarray]:
        names = ", ".join(f"d{name}" for name in positions)
        grads = returned if isinstance(returned, (tuple, list)) else (returned,)
        if returned is None or len(grads) != len(positions):
            count = "None" if returned is None else f"{len(grads)} thing{'s' * (len(grads) != 1)}"
            raise wrong(f"{function_name(backward)} returned {count}, expected {len(positions)}: {names}.")
        shapes = {name: leaf(inputs, position).shape for name, position in positions.items()}
        if words := _out_of_order(grads, shapes):
            headline = f"{function_name(backward)} returned its gradients in another order."
            raise wrong(headline, words, f"Expected {names}.")
        return {
            name: require_array(f"d{name}", got, shape, self.sizes)
            for (name, shape), got in zip(shapes.items(), grads, strict=True)
        }

    def _loss_gradients(self, f: Callable, returned: Sequence[Any], inputs: tuple,
                        positions: dict[str, Position]) -> dict[str, np.ndarray]:
        if not any(isinstance(value, dict) for value in inputs):
            return self._gradients_of(f, tuple(returned), inputs, positions)
        shapes = {name: leaf(inputs, position).shape for name, position in positions.items()}
        grads = require_keys("grads", returned[0], shapes)
        return {name: require_array(f"d{name}", grads[name], shape, self.sizes) for name, shape in shapes.items()}

    def _outs(self, f: Callable, result: Any, count: int) -> tuple:
        """The first outputs of a result, which may be one array or a tuple that ends in a cache."""
        outs = result if isinstance(result, tuple) else (result,)
        if result is None:
            raise wrong(f"{function_name(f)} returned None.", "Is a return missing?")
        if len(outs) < count:
            raise wrong(f"{function_name(f)} returned {len(outs)} of {count} things.")
        return outs[:count]

    def _require_untouched(self, f: Callable, names: Sequence[str], before: tuple, after: tuple) -> None:
        for name, a, b in zip(names, before, after, strict=True):
            for key in a if isinstance(a, dict) else [None]:
                old, new = (a[key], b[key]) if key is not None else (a, b)
                if isinstance(old, np.ndarray) and not np.array_equal(old, new, equal_nan=True):
                    raise wrong(f"{function_name(f)} changed its input {key or name} in place.",
                                "Whoever called it still needs the old values: work on a copy.")

    def _variants(self, rest: tuple) -> Iterator[tuple[str, tuple]]:
        """The edge cases of a judgement's arguments, each with its label."""
        lead, inputs = (rest[:1], rest[1:]) if callable(rest[0]) else ((), rest)

        def variant(change: Callable[[np.ndarray], np.ndarray]) -> tuple:
            return lead + tuple(_map_arrays(change, value) for value in inputs)

        for letter in "NT":
            if letter in self.sizes.of:
                yield f"{letter} = 1", variant(partial(self.sizes.first, letter=letter))
        yield "non-contiguous arrays", variant(lambda a: strided(a) if a.ndim else a)
        yield FLOAT32, variant(lambda a: a.astype(np.float32) if a.dtype.kind == "f" else a)
        yield LARGE_INPUTS, variant(lambda a: LARGE * a if a.dtype.kind == "f" else a)

    def _judge_edges(self, judge: Callable[[str, tuple], Verdicts], rest: tuple) -> None:
        tried = []
        for label, inputs in self._variants(rest):
            try:
                for _ in judge(label, inputs):
                    pass
            except CheckFailed as verdict:
                raise _prefixed(verdict, label) from None
            tried.append(label)
        fine("edge cases: " + ", ".join(tried))

    def _judge_edge(self, f: Callable, label: str, inputs: tuple, base: tuple, truth: Callable | None) -> Verdicts:
        """One edge case of a forward function: finite where inputs are large, else as right as in the middle."""
        if label == LARGE_INPUTS:
            yield from self._judge_finite(f, inputs)
            return
        want = truth(*copies(inputs)) if truth else self._cut(self._first_out(f, base), inputs, base)
        want = want[0] if isinstance(want, tuple) else want
        asked = SINGLE_TOLERANCE if label == FLOAT32 else TOLERANCE
        yield from self._judge_outputs(f, inputs, {"its output": want}, asked)

    def _judge_pair_edge(self, f: Callable, label: str, rest: tuple, base: tuple, truth: Callable | None) -> Verdicts:
        """One edge case of a backward function."""
        backward, *inputs = rest
        if label in (LARGE_INPUTS, FLOAT32):
            yield from self._judge_finite(f, tuple(inputs), backward)
        else:
            yield from self._judge_gradients(f, backward, tuple(inputs), truth)

    def _judge_loss_edge(self, f: Callable, label: str, inputs: tuple, truth: Callable | None) -> Verdicts:
        """One edge case of a loss function."""
        if label in (LARGE_INPUTS, FLOAT32):
            yield from self._judge_finite(f, inputs)
        else:
            yield from self._judge_loss(f, inputs, truth)

    def _first_out(self, f: Callable, inputs: tuple) -> np.ndarray:
        return np.asarray(self._outs(f, self.call.quietly(f, *inputs), 1)[0], dtype=np.float64)

    def _cut(self, whole: np.ndarray, inputs: tuple, base: tuple) -> np.ndarray:
        for letter in "NT":
            n = self.sizes.of.get(letter)
            if n and all(n not in np.shape(a) for a in inputs) and any(n in np.shape(a) for a in base):
                whole = self.sizes.first(whole, letter)
        return whole

    def _judge_finite(self, f: Callable, inputs: tuple, backward: Callable | None = None) -> Verdicts:
        """Judge only that nothing overflows, on the way there and back."""
        result = self.call.quietly_kept(f, *inputs)
        outs = self._outs(f, result, 1)
        array = self._require_finite("its output", outs[0])
        grads = self.call.quietly_kept(backward, np.ones_like(array), result[-1]) if backward else ()
        for i, grad in enumerate(grads if isinstance(grads, tuple) else (grads,)):
            self._require_finite(f"gradient {i + 1}", grad)
        yield "finite", 0.0

    def _require_finite(self, name: str, got: Any) -> np.ndarray:
        try:
            return require_array(name, got, np.shape(got), self.sizes)
        except CheckFailed as verdict:
            if "not finite" not in str(verdict):
                raise
            question = "exp overflows above 709: is there a form without a large exponent?"
            raise CheckFailed(f"{verdict}\n  {question}") from None


def _wave(shape: tuple[int, ...], frequency: float) -> np.ndarray:
    return np.round(0.8 * np.sin(1 + frequency * np.arange(1, 1 + np.prod(shape))), 3).reshape(shape)


def _map_arrays(change: Callable[[np.ndarray], np.ndarray], value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _map_arrays(change, entry) for key, entry in value.items()}
    return change(value) if isinstance(value, np.ndarray) else value


def _prefixed(verdict: CheckFailed, label: str) -> CheckFailed:
    text = str(verdict)
    return type(verdict)(text.replace("✗ ", f"✗ With {label}: ", 1))


def _kind(value: Any) -> str:
    return "None" if value is None else f"one {type(value).__name__}"


def _out_of_order(grads: Sequence[Any], shapes: dict[str, tuple]) -> str:
    """Tell which two gradients stand in each other's place, judging by their shapes."""
    found = [np.shape(g) if isinstance(g, np.ndarray) else None for g in grads]
    wrong_ones = [(name, got) for (name, want), got in zip(shapes.items(), found, strict=True) if got != want]
    if len(wrong_ones) == 2:
        (a, shape_a), (b, shape_b) = wrong_ones
        if shape_a == shapes[b] and shape_b == shapes[a] and shape_a != shape_b[::-1]:
            return f"d{a} has the shape of d{b}, and d{b} that of d{a}."
    return ""


def _require_first(forward: Callable, backward: Callable, out: np.ndarray, want: Any) -> None:
    expected = np.asarray(want, dtype=np.float64)
    same = out.shape == expected.shape and np.allclose(out, expected, rtol=1e-4, atol=1e-5)
    if not same:
        raise wrong(f"{function_name(backward)} cannot be judged: {function_name(forward)} is not right yet.",
                    "Mend that first; its own check says how.")
