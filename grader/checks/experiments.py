"""What a failed check tries next: small experiments whose outcomes name a cause.

Each experiment changes the inputs and sees whether the answer becomes right. Its words are a question, and are spoken
only where the measurement supports them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from grader.checks import gates
from grader.checks.calls import Caller, parameter_names
from grader.checks.compare import EXPERIMENT_TOLERANCE, is_a, relative_error, require_array
from grader.checks.gradients import (
    USUAL,
    Care,
    Numeric,
    Position,
    arrays_in,
    leaf,
    leaves,
    map_arrays,
    slope_errors,
    with_leaf,
)
from grader.checks.returned import first_outputs, gradients_of, loss_and_gradients, outputs_and_cache
from grader.checks.verdict import CheckFailed

TINY = 1e-3             # at inputs this small every smooth nonlinearity is a line
TINY_TOLERANCE = 1e-2
MOST_LEAVES, MOST_NUMBERS = 40, 200_000     # of inputs that are experimented with


def either(
    like: Mapping[str, Any] | None, explain: Callable[[np.ndarray, np.ndarray], list[str]]
) -> Callable[[np.ndarray, np.ndarray], list[str]]:
    """The words of a known likeness, where the answer has one; those of the experiments elsewhere."""

    def words(got: np.ndarray, want: np.ndarray) -> list[str]:
        known = [text for text, values in (like or {}).items() if _same(got, np.asarray(values, dtype=np.float64))]
        return known[:1] or explain(got, want)

    return words


@dataclass
class Outputs:
    """Experiments on a forward function whose output number ``index`` is not ``want``."""

    call: Caller
    f: Callable
    inputs: tuple
    index: int
    want: np.ndarray
    name: str
    others: int = 0         # outputs beside this one, which an input may be there for

    def __call__(self, got: np.ndarray, want: np.ndarray) -> list[str]:
        """Return the words of the first experiment that finds a cause."""
        names = leaves(parameter_names(self.f, len(self.inputs)), self.inputs)
        if len(names) > MOST_LEAVES or sum(leaf(self.inputs, p).size for p in names.values()) > MOST_NUMBERS:
            return []
        for experiment in (self._cut_off, self._state_carried, self._unused, self._transposed, self._negated,
                           self._reordered, self._complemented):
            try:
                if words := experiment(names, got):
                    return [words]
            except CheckFailed:
                continue
        return []

    def _cut_off(self, names: dict[str, Position], got: np.ndarray) -> str:
        """Know -log of a power of ten where a larger number is right: the logarithm was kept from zero."""
        digits = got / np.log(10)
        if got.ndim or not got < self.want or abs(digits - round(float(digits))) > EXPERIMENT_TOLERANCE or digits < 1:
            return ""
        power = f"-log(1e-{round(float(digits)):02d})"
        return f"It is {power}: is something added to the probability, or is it cut off there?"

    def _state_carried(self, names: dict[str, Position], got: np.ndarray) -> str:
        sizes = self.call.sizes
        if sizes.axis(self.want, "T") != 1:
            return ""
        wrong_steps = [t for t in range(self.want.shape[1]) if not _same(got[:, t], self.want[:, t])]
        if 0 in wrong_steps:
            return ""
        return "The first step is right and later ones are not: is the state carried from step to step?"

    def _unused(self, names: dict[str, Position], got: np.ndarray) -> str:
        for name, position in names.items():
            value = leaf(self.inputs, position)
            moved = value + np.random.default_rng(0).normal(size=value.shape)
            changed = with_leaf(self.inputs, position, moved)
            if np.array_equal(self._answer(changed), got) and not self._moves_another(changed):
                return f"It does not change when {name} changes: is {name} used?"
        return ""

    def _moves_another(self, changed: tuple) -> bool:
        """Tell whether another output moves: what makes scores of a state has no part in the state."""
        count = self.others + 1
        before, after = ([require_array("its output", out, None, self.call.sizes)
                          for out in first_outputs(self.f, self.call.quietly(self.f, *inputs, first=count), count)]
                         for inputs in (self.inputs, changed))
        return any(not np.array_equal(before[index], after[index]) for index in range(count) if index != self.index)

    def _transposed(self, names: dict[str, Position], got: np.ndarray) -> str:
        for name, position in names.items():
            value = leaf(self.inputs, position)
            if value.ndim == 2 and value.shape[0] == value.shape[1]:
                turned = with_leaf(self.inputs, position, value.T.copy())
                if _same(self._answer(turned), self.want):
                    return f"It would be right with {name} transposed: is it {name} or {name}.T?"
        return ""

    def _negated(self, names: dict[str, Position], got: np.ndarray) -> str:
        for name, position in names.items():
            turned = with_leaf(self.inputs, position, -leaf(self.inputs, position))
            if _same(self._answer(turned), self.want):
                return f"It would be right with -{name}: has {name} the right sign?"
        return ""

    def _reordered(self, names: dict[str, Position], got: np.ndarray) -> str:
        sizes = self.call.sizes
        for order in gates.other_orders(sizes):
            if _same(self._answer(gates.reordered(self.inputs, sizes, order)), self.want):
                return (f"Your code seems to read the blocks of the weights in the order {', '.join(order)}; "
                        f"they come in the order {', '.join(sizes.gates)}.")
        return ""

    def _complemented(self, names: dict[str, Position], got: np.ndarray) -> str:
        sizes = self.call.sizes
        for letter in gates.switches(sizes):
            if _same(self._answer(gates.complemented(self.inputs, sizes, letter)), self.want):
                return gates.complement_words(letter)
        return ""

    def _answer(self, inputs: tuple) -> np.ndarray:
        returned = self.call.quietly(self.f, *inputs, first=self.index + 1)
        out = first_outputs(self.f, returned, self.index + 1)[self.index]
        if is_a(out, dict):
            out = dict(dict.items(out)).get(self.name)
        return require_array(self.name, out, None, self.call.sizes)


@dataclass
class Pair:
    """A forward and a backward function, and experiments on a gradient that is wrong."""

    call: Caller
    forward: Callable
    backward: Callable
    truth: Callable | None
    positions: dict[str, Position]

    def numeric(self, inputs: tuple, douts: Sequence[np.ndarray], care: Care = USUAL) -> Numeric:
        """Difference quotients of the truth, where there is one, or of the student's own forward function."""
        return Numeric(self.call, self.truth or self.forward, inputs, douts, care)

    def own(self, numeric: Numeric) -> Numeric:
        """The same of the student's own forward function."""
        return replace(numeric, forward=self.forward)

    def explain(self, numeric: Numeric, name: str, grads: dict[str, np.ndarray],
                errors: dict[str, float]) -> Callable[[np.ndarray, np.ndarray], list[str]]:
        """Prepare the experiments for one wrong gradient; they run when the comparison asks for words."""

        def words(got: np.ndarray, want: np.ndarray) -> list[str]:
            found = ""
            for experiment in (self._itself, self._not_on_the_way, self._elsewhere, self._layers, self._upstream,
                               self._without, self._one_step, self._one_a_row, self._repeated, self._symmetric,
                               self._tiny, self._unseen_cell, self._held, self._alone):
                try:
                    found = found or experiment(numeric, name, got, want, errors)
                except CheckFailed:
                    continue
            return [self._blocks(numeric, name, got, want, grads), found]

        return words

    def _blocks(self, numeric: Numeric, name: str, got: np.ndarray, want: np.ndarray,
                grads: dict[str, np.ndarray]) -> str:
        """Say which gate a mistake sits in, by the blocks of this gradient or else by those of the bias."""
        sizes = self.call.sizes
        if not sizes.gates or sizes.axis(want, "G") is not None:
            return gates.block_words(f"d{name}", got, want, sizes) if sizes.gates else ""
        bias = next((other for other, grad in grads.items() if grad.shape == (sizes.of["G"],)), None)
        if bias is None:
            return ""
        return gates.block_words(f"d{bias}", grads[bias], numeric.gradient(self.positions[bias]), sizes)

    def _itself(self, numeric: Numeric, name: str, got: np.ndarray, want: np.ndarray, errors: dict) -> str:
        same = np.array_equal(got, leaf(numeric.inputs, self.positions[name]))
        return "It equals the parameter itself, not its gradient." if same else ""

    def _not_on_the_way(self, numeric: Numeric, name: str, got: np.ndarray, want: np.ndarray, errors: dict) -> str:
        if want.any():
            return ""
        return f"The right one is zero: what goes forward does not change with {name}. Is {name} used there?"

    def _elsewhere(self, numeric: Numeric, name: str, got: np.ndarray, want: np.ndarray, errors: dict) -> str:
        """Find the input in a list whose gradient this would be: the list is in another order."""
        for other, position in self.positions.items():
            if other == name or "[" not in other or leaf(numeric.inputs, position).shape != got.shape:
                continue
            if errors[other] > numeric.care.slopes and _same(got, numeric.gradient(position)):
                return f"It is d{other}: are the gradients in the order of the inputs?"
        return ""

    def _layers(self, numeric: Numeric, name: str, got: np.ndarray, want: np.ndarray, errors: dict) -> str:
        """Sort the entries of lists into layers that are right and layers that are not."""
        wrong: dict[str, bool] = {}
        for other, error in errors.items():
            if "[" in other:
                layer = other.partition("[")[2].partition("]")[0]
                wrong[layer] = wrong.get(layer, False) or error > numeric.care.slopes
        right_ones, wrong_ones = ([layer for layer in wrong if wrong[layer] is which] for which in (False, True))
        if not right_ones or (wrong_ones and max(wrong_ones) > min(right_ones)):
            return ""
        if not wrong_ones:
            return "Everything in the lists is right: is this what the lowest of them hands on?"
        return (f"Right in layer {', '.join(right_ones)}, wrong in layer {', '.join(wrong_ones)}: "
                "what does each layer hand on to the one below it?")

    def _upstream(self, numeric: Numeric, name: str, got: np.ndarray, want: np.ndarray, errors: dict) -> str:
        """Change the upstream gradient: a gradient that stays the same has not used it."""
        if self.backward is self.forward:
            return ""
        if not got.any():
            return ""
        for k, upstream in enumerate(parameter_names(self.backward, len(numeric.douts))):
            alone = [d if k == other else 0 * d for other, d in enumerate(numeric.douts)]
            doubled = self._gradients(numeric.inputs, [a + b for a, b in zip(numeric.douts, alone, strict=True)])[name]
            matters = replace(numeric, douts=alone).along([(self.positions[name], np.ones_like(want))])[0]
            if np.array_equal(doubled, got) and matters:
                return f"It does not change when {upstream} changes: is {upstream} used?"
        return ""

    def _without(self, numeric: Numeric, name: str, got: np.ndarray, want: np.ndarray, errors: dict) -> str:
        """Leave out one of several upstream gradients: a mistake that is gone then came in with it."""
        if len(numeric.douts) < 2:
            return ""
        for k, upstream in enumerate(parameter_names(self.backward, len(numeric.douts))):
            others = [0 * d if k == other else d for other, d in enumerate(numeric.douts)]
            if self._is_right(replace(numeric, douts=others), name, EXPERIMENT_TOLERANCE):
                return f"It is right where {upstream} is zero: look at how {upstream} comes in."
        return ""

    def _one_step(self, numeric: Numeric, name: str, got: np.ndarray, want: np.ndarray, errors: dict) -> str:
        """Cut the sequence down to one step: what is wrong only in longer ones is wrong between the steps."""
        sizes = self.call.sizes
        if "T" not in sizes.of or not any(sizes.axis(a, "T") == 1 for a in arrays_in(numeric.inputs) if a.ndim > 2):
            return ""
        if not self._right_at(numeric, name, lambda a: sizes.first(a, "T"), TINY_TOLERANCE):
            return ""
        axis = sizes.axis(want, "T")
        if axis is not None and self._apart(numeric, name, want, axis):
            one = f"With one step (T = 1) it is right, with {sizes.number(sizes.of['T'])} it is not"
            return f"{one}, and no step has to do with another: is something counted or divided over all of them?"
        if axis is not None and _same(np.take(got, -1, axis), np.take(want, -1, axis)):
            return (self._through_the_cell(numeric, name)
                    or "The last step is right and the earlier ones are not: what reaches h[t] besides dh[:, t]?")
        if axis is None and (sizes.axis(want, "N") is None or want.ndim > 2):      # a state has two axes
            one = f"With one step (T = 1) it is right, with {sizes.number(sizes.of['T'])} it is not"
            return f"{one}: is the share of every step added up?"
        return "With one step (T = 1) it is right: what passes from one step back to the step before it?"

    def _apart(self, numeric: Numeric, name: str, want: np.ndarray, axis: int) -> bool:
        """Tell whether the right gradient of the first step is the same where there are no further steps."""
        first = partial(self.call.sizes.first, letter="T")
        alone = replace(numeric, inputs=map_arrays(first, numeric.inputs), douts=[first(d) for d in numeric.douts])
        return _same(np.take(alone.gradient(self.positions[name]), 0, axis), np.take(want, 0, axis))

    def _through_the_cell(self, numeric: Numeric, name: str) -> str:
        """Cut the way from state to state, where there is a cell beside it: what stays wrong is wrong in the cell."""
        sizes = self.call.sizes
        if "f" not in sizes.gates:
            return ""
        shape = sizes.axes("HG")
        from_state = {other: p for other, p in self.positions.items() if leaf(numeric.inputs, p).shape == shape}
        if not from_state:
            return ""
        inputs = numeric.inputs
        for position in from_state.values():
            inputs = with_leaf(inputs, position, np.zeros(shape))
        if self._right_with(inputs, numeric, name, TINY_TOLERANCE):
            return ""
        return (f"The last step is right and the earlier ones are not, even with {' and '.join(from_state)} = 0, "
                "where the cell alone joins them: is dprev_c handed on? And in its own place?")

    def _one_a_row(self, numeric: Numeric, name: str, got: np.ndarray, want: np.ndarray, errors: dict) -> str:
        """Find the one wrong entry in each row: of a loss over choices it is the right choice's."""
        whole = next((a for a in numeric.inputs if isinstance(a, np.ndarray) and a.dtype.kind in "iu"), None)
        if whole is None or want.shape[:-1] != whole.shape:
            return ""
        bad = np.abs(got - want) > EXPERIMENT_TOLERANCE * np.max(np.abs(want))
        if not (bad.sum(axis=-1) == 1).all() or not np.array_equal(bad.argmax(axis=-1), whole):
            return ""
        return "In each row just the entry of the right answer is wrong: what is its probability compared with?"

    def _repeated(self, numeric: Numeric, name: str, got: np.ndarray, want: np.ndarray, errors: dict) -> str:
        """Find wrong rows just where a whole number of the input comes more than once: each use has a share."""
        whole = next((a for a in numeric.inputs if isinstance(a, np.ndarray) and a.dtype.kind in "iu"), None)
        if whole is None or want.ndim != 2 or whole.min() < 0 or whole.max() >= len(want):
            return ""
        bad = (np.abs(got - want) > EXPERIMENT_TOLERANCE * np.max(np.abs(want))).any(axis=1)
        uses = [np.bincount(row, minlength=len(want)) > 1 for row in (*np.atleast_2d(whole), whole.ravel())]
        if np.array_equal(bad, np.any(uses[:-1], axis=0)) and bad.any() and not np.array_equal(bad, uses[-1]):
            return ("Just the rows of words that come more than once in one caption are wrong: "
                    "is the share of every place added up?")
        if not np.array_equal(bad, uses[-1]):
            return ""
        return "Just the rows of words that come more than once are wrong: is the share of every place added up?"

    def _symmetric(self, numeric: Numeric, name: str, got: np.ndarray, want: np.ndarray, errors: dict) -> str:
        """Make a square matrix symmetric: then a transpose more or less makes no difference."""
        for other, position in self.positions.items():
            value = leaf(numeric.inputs, position)
            if value.ndim != 2 or value.shape[0] != value.shape[1]:
                continue
            inputs = with_leaf(numeric.inputs, position, (value + value.T) / 2)
            if self._right_with(inputs, numeric, name, EXPERIMENT_TOLERANCE):
                return f"It is right when {other} is symmetric: is it {other} or {other}.T?"
        return ""

    def _tiny(self, numeric: Numeric, name: str, got: np.ndarray, want: np.ndarray, errors: dict) -> str:
        """Make every input tiny: then the nonlinearity is a line, and only its derivative's mistakes vanish."""
        if self.call.sizes.gates:
            return ""       # at tiny inputs most gates let no gradient through, right or wrong
        if self._right_at(numeric, name, lambda a: TINY * a if a.dtype.kind == "f" else a, TINY_TOLERANCE):
            return "It is right where pre-activations are tiny: look at the derivative of the nonlinearity."
        return ""

    def _unseen_cell(self, numeric: Numeric, name: str, got: np.ndarray, want: np.ndarray, errors: dict) -> str:
        """Shut the output gate of a sequence: h is zero then, and a gradient that is not came in through the cell."""
        sizes = self.call.sizes
        if self.backward is self.forward or not {"o", "f"} <= set(sizes.gates) or len(numeric.douts) > 1:
            return ""
        inputs = gates.held(numeric.inputs, sizes, "o", "")
        if self._alive(inputs, numeric, name):
            return ""
        if np.linalg.norm(self._gradients(inputs, numeric.douts)[name]) < TINY_TOLERANCE * np.linalg.norm(want):
            return ""
        return "It is not zero where the output gate is shut, though h is zero there: is dh[:, t] added to the cell's?"

    def _held(self, numeric: Numeric, name: str, got: np.ndarray, want: np.ndarray, errors: dict) -> str:
        """Hold each gate open, then shut: what is right there goes wrong on a way that it opens or closes."""
        sizes = self.call.sizes
        if self.backward is self.forward:
            return ""
        states: list[str] = []
        for letter in gates.switches(sizes):
            gate = gates.NAMES[letter]
            held = {how: gates.held(numeric.inputs, sizes, letter, opened)
                    for how, opened in (("open", letter), ("shut", ""))}
            alive = {how for how, inputs in held.items() if self._alive(inputs, numeric, name)}
            right = [how for how, inputs in held.items()
                     if self._right_held(inputs, numeric, name, 0.0 if how in alive else float(np.linalg.norm(want)))]
            if len(right) == 2 and alive:
                return (f"It is right where the {gate} is held open, and where it is held shut: "
                        "what comes back through the gate itself?")
            states += [f"the {gate} is held {how}" for how in right if how in alive]
        if not states:
            return ""
        return f"It is right where {', and where '.join(states)}: which way is closed then, or which factor is 1?"

    def _alive(self, inputs: tuple, numeric: Numeric, name: str) -> bool:
        """Tell whether this gradient is more than nothing at other inputs."""
        position = self.positions[name]
        there = replace(numeric, inputs=inputs)
        slope = there.along([(position, np.random.default_rng(3).normal(size=leaf(inputs, position).shape))])[0]
        return bool(np.abs(slope) > EXPERIMENT_TOLERANCE)

    def _right_held(self, inputs: tuple, numeric: Numeric, name: str, least: float) -> bool:
        """Tell whether this gradient is right at other inputs; its error is measured against ``least``, or itself.

        Where a gate lets nothing through, all there is of a right gradient is rounding: it is right if it is small
        beside what it is elsewhere.
        """
        care = replace(numeric.care, least=max(least, numeric.care.least))
        return self._right_with(inputs, replace(numeric, care=care), name, TINY_TOLERANCE)

    def _alone(self, numeric: Numeric, name: str, got: np.ndarray, want: np.ndarray, errors: dict) -> str:
        others = [other for other in errors if other != name]
        if len(others) < 2 or any(errors[other] > numeric.care.slopes for other in others):
            return ""
        value = leaf(numeric.inputs, self.positions[name])
        if value.ndim == 2 and value.shape[0] == value.shape[1]:
            return "Every other gradient is right: is the state it is made with the one before the step, unchanged?"
        return f"Every other gradient is right: look at the line of d{name} alone."

    def _right_at(self, numeric: Numeric, name: str, change: Callable, allowed: float) -> bool:
        return self._right_with(map_arrays(change, numeric.inputs), numeric, name, allowed)

    def _right_with(self, inputs: tuple, numeric: Numeric, name: str, allowed: float) -> bool:
        """Run forward and backward on other inputs and tell whether this gradient is right there."""
        outs, _ = self._forward(inputs)
        rng = np.random.default_rng(1)
        shapes = [require_array("its output", out, None, self.call.sizes).shape for out in outs]
        douts = [rng.normal(size=shape) for shape in shapes]
        return self._is_right(replace(numeric, inputs=inputs, douts=douts), name, allowed)

    def _is_right(self, numeric: Numeric, name: str, allowed: float) -> bool:
        got = self._gradients(numeric.inputs, numeric.douts)[name]
        error = slope_errors(numeric, {name: got}, self.positions, draws=2)[name]
        return error <= max(allowed, numeric.care.slopes)

    def _gradients(self, inputs: tuple, douts: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
        """Run both ways once more, for a fresh cache, and read the gradients."""
        _, cache = self._forward(inputs)
        returned = self.call.quietly_back(self.backward, douts, cache)
        return gradients_of(self.backward, returned, inputs, self.positions, self.call.sizes)

    def _forward(self, inputs: tuple) -> tuple[tuple, Any]:
        return outputs_and_cache(self.forward, self.backward, self.call.quietly_kept(self.forward, *inputs, first=-1))


@dataclass
class Loss(Pair):
    """A loss function that returns its own gradients, and experiments on a gradient that is wrong."""

    def __init__(self, call: Caller, f: Callable, truth: Callable | None, positions: dict[str, Position]):
        super().__init__(call, f, f, truth, positions)

    def _right_with(self, inputs: tuple, numeric: Numeric, name: str, allowed: float) -> bool:
        return self._is_right(replace(numeric, inputs=inputs), name, allowed)

    def _gradients(self, inputs: tuple, douts: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
        returned = self.call.quietly(self.forward, *inputs)
        return loss_and_gradients(self.forward, returned, inputs, self.positions, self.call.sizes)[1]


def _same(a: np.ndarray, b: np.ndarray) -> bool:
    return a.shape == b.shape and relative_error(a, b) < EXPERIMENT_TOLERANCE
