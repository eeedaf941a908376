"""A case: inputs of named sizes, and the judgements a check cell makes on them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from grader.checks import captioning, experiments, gates
from grader.checks.calls import Caller, copies, function_name, parameter_names, strided, text_of
from grader.checks.compare import (
    SINGLE_TOLERANCE,
    TOLERANCE,
    a_kind,
    as_numbers,
    as_tuple,
    close,
    is_a,
    relative_error,
    require_array,
    require_close,
    require_keys,
    tolerance,
)
from grader.checks.gradients import (
    LARGE,
    SINGLE,
    USUAL,
    Care,
    Numeric,
    arrays_in,
    computes_in_single,
    in_double,
    leaves,
    map_arrays,
    slope_errors,
)
from grader.checks.returned import (
    first_outputs,
    gradients_of,
    loss_and_gradients,
    outputs_and_cache,
    require_things,
)
from grader.checks.sizes import Sizes
from grader.checks.verdict import CheckFailed, NotWritten, fine, not_written, right, wrong

FLOAT32, LARGE_INPUTS = "float32", "large inputs"
ENLARGED = 1000.0       # exp of such a score overflows, tanh of it does not
CARE = {FLOAT32: SINGLE, LARGE_INPUTS: LARGE}
quiet = np.errstate(all="ignore")       # what a student has told numpy to raise is not raised by our arithmetic

OVERFLOW = "exp overflows above 709: is there a form without a large exponent?"
LOG_OF_ZERO = ("Some exp has become 0, and log(0) is infinite: is each step's own largest score subtracted, "
               "and the logarithm taken of the sum, not of the quotient?")
OTHERS = "Whoever called it still needs the old values: work on a copy."

Verdicts = Iterator[tuple[str, float]]
Likeness = Mapping[str, Any]        # what a wrong answer looks like: words for it, and its values


class Case:
    """Inputs of named, all-different sizes, and judgements on a student's functions.

    ``Case(N=4, D=5, H=6)("ND DH")`` draws normal arrays of shapes (4, 5) and (5, 6). With ``gates="ifog"``, the blocks
    of an LSTM's weights in order, "DG" is their shape, G being four times H. Every judgement prints one ``✓`` line per
    thing that is right and raises ``CheckFailed`` at the first that is not; it returns None.
    """

    def __init__(self, seed: int = 0, gates: str = "", **sizes: int):
        self.sizes = Sizes(sizes, gates)
        self.rng = np.random.default_rng(seed)
        self.call = Caller(self.sizes)
        self.remark = ""
        self.credit: float | None = None
        self.opened_before: list[tuple[str, tuple, list[np.ndarray]]] = []

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
        if not returns:
            return result
        return require_things(f, result, returns.split(", "))

    @quiet
    def series(self, name: str, got: Any, length: int, whole: bool = False) -> np.ndarray:
        """Read a list or array of finite numbers of a given length, or raise the verdict; with ``whole``, no floats."""
        array = as_numbers(got)
        if array is not None and array.ndim:
            entries = tuple(array)
        elif is_a(got, (list, tuple)):
            entries = as_tuple(got)
        else:
            raise wrong(f"{name} is {'None' if got is None else a_kind(got)}, expected a list of {length} numbers.")
        if len(entries) != length:
            plural = "entry" if len(entries) == 1 else "entries"
            raise wrong(f"{name} has {len(entries)} {plural}, expected {length}.")
        numbers = np.array([self.number(f"{name}[{i}]", entry) for i, entry in enumerate(entries)])
        if whole:
            captioning.require_whole(name, got)
        return numbers

    @quiet
    def number(self, name: str, got: Any) -> float:
        """Read one finite number, or raise the verdict."""
        return float(require_array(name, got, (), self.sizes))

    @quiet
    def like(self, name: str, got: Any, want: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Read a dictionary with the keys and shapes of another one, or raise the verdict."""
        mine = require_keys(name, got, dict(want))
        return {key: require_array(key, mine[key], np.shape(want[key]), self.sizes) for key in want}

    @quiet
    def steps(self, step: Callable, x: np.ndarray, h0: Any, *weights: np.ndarray,
              carry: Callable[..., tuple] | None = None, shown: int = 0) -> np.ndarray:
        """Run a step function over a sequence: x (N, T, D), h0 (N, H) -> h (N, T, H), one call for each step.

        A cell with more to carry gets it as a tuple, ``(h0, c0)`` for an LSTM, and gives back as much. For what a
        wrong loop would give: ``carry=lambda h, c: (c, h)`` hands on other things than came out, and ``shown=1``
        collects the cells.
        """
        state, states = as_tuple(h0), []
        for t in range(x.shape[1]):
            outs = first_outputs(step, self.run(step, x[:, t], *state, *weights), len(state))
            state = tuple(require_array(name, out, before.shape, self.sizes)
                          for name, out, before in zip(("next_h", "next_c"), outs, state, strict=False))
            states.append(state[shown])
            state = carry(*state) if carry else state
        return np.stack(states, axis=1)     # (N, T, H)

    @quiet
    def opened(self, f: Callable, letters: str, *inputs: np.ndarray, left: str = "",
               known: Mapping[str, np.ndarray] | None = None, **wants: Any) -> None:
        """Judge a cell with only some gates open: ``case.opened(step, "f", *inputs, next_c=prev_c, next_h=0)``.

        Weights are set to zero and b to +20 in the blocks of these gates, -20 in the others; ``left="n"`` leaves the
        block of n as it is. A want is an array or a number that every entry should be. ``known`` has words for arrays
        that may come out: ``{"tanh(x Wx_n + b_n)": deaf}``; they may end in a question.
        """
        names = parameter_names(f, len(inputs))
        described = partial(gates.described, names=names, inputs=inputs, known=known or {})
        open_inputs = gates.opened(inputs, self.sizes, letters, left)
        outs = first_outputs(f, self.call(f, *open_inputs), len(wants))
        shape = next(np.shape(want) for want in (*wants.values(), inputs[1]) if np.shape(want))
        found = [(name, require_array(name, out, shape, self.sizes), np.broadcast_to(np.float64(want), shape))
                 for (name, want), out in zip(wants.items(), outs, strict=True)]
        wanted = [want for _, _, want in found]
        self._require_in_order(list(wants), found)
        for name, got, want in found:
            if relative_error(got, want, 1.0) > SINGLE_TOLERANCE:
                should, is_now = described(want, want=want), described(got, want=want)
                end = "" if is_now.endswith("?") else "."
                raise wrong(f"With {gates.names_of(letters)}, {name} should be {should}; it is {is_now}{end}",
                            gates.how_opened(self.sizes, letters, left),
                            self._about_opened(f, inputs, [*self._opened_before(f), (open_inputs, wanted)]))
        self.opened_before.append((function_name(f), open_inputs, wanted))
        said = ", ".join(f"{name} is {described(want, want=want)}" for name, _, want in found)
        fine(f"{gates.names_of(letters)}: {said}")

    def _opened_before(self, f: Callable) -> list[tuple[tuple, list[np.ndarray]]]:
        return [(inputs, wants) for name, inputs, wants in self.opened_before if name == function_name(f)]

    def _about_opened(self, f: Callable, whole: tuple, tried: list[tuple[tuple, list[np.ndarray]]]) -> str:
        """Say what a cell does not use, or how it seems to read the blocks, if it is right then in all that was tried.

        whole: the inputs as they were before gates were opened; tried: opened inputs, and what should come out
        """

        def outs(inputs: tuple, wants: list[np.ndarray]) -> list[np.ndarray]:
            returned = first_outputs(f, self.call.quietly(f, *inputs, first=len(wants)), len(wants))
            return [require_array("its output", out, want.shape, self.sizes)
                    for out, want in zip(returned, wants, strict=True)]

        def same(a: tuple, b: tuple) -> bool:
            return all(map(np.array_equal, outs(a, tried[-1][1]), outs(b, tried[-1][1])))

        def right_with(changed: Callable[[tuple], tuple]) -> bool:
            return all(relative_error(out, want, 1.0) < SINGLE_TOLERANCE for inputs, wants in reversed(tried)
                       for out, want in zip(outs(changed(inputs), wants), wants, strict=True))

        with contextlib.suppress(CheckFailed):
            inputs, sizes = tried[-1][0], self.sizes
            if same(inputs, tuple(0 * a if a.shape == sizes.axes("G") else a for a in inputs)):
                return "It is the same when b is zero: is b used?"
            for letter in sizes.gates:
                if same(whole, gates.shaken(whole, sizes, letter)):
                    return f"It does not change when the block of {letter} changes: is {letter} used?"
            orders = [order for order in gates.other_orders(sizes)
                      if right_with(partial(gates.reordered, sizes=sizes, order=order))]
            if orders:
                return gates.order_words(orders, sizes)
            if right_with(partial(gates.interleaved, sizes=sizes)):
                return gates.interleaved_words(sizes)
            for letter in gates.switches(sizes):
                if right_with(partial(gates.complemented, sizes=sizes, letter=letter)):
                    return gates.complement_words(letter)
        return ""

    @quiet
    def close(self, name: str, got: Any, want: Any, tol: float = TOLERANCE) -> None:
        """Judge one array, number or dictionary of arrays against the right one."""
        close(name, got, want, self.sizes, tol)

    def holds(self, condition: bool, says: str, otherwise: str, *more: str) -> None:
        """Say one sentence where a condition holds, and raise the other where it does not."""
        if not condition:
            raise wrong(otherwise, *more)
        fine(says)

    @contextlib.contextmanager
    def when(self, label: str, *more: str) -> Iterator[None]:
        """Say of every verdict inside what is special there: ``with case.when("an empty caption"):``."""
        try:
            yield
        except NotWritten:
            raise
        except CheckFailed as verdict:
            raise CheckFailed("\n  ".join([str(_prefixed(verdict, label)), *more])) from None

    @quiet
    def outputs(self, f: Callable, *inputs: Any, like: Likeness | None = None, returns: str = "",
                whole: bool = False, **wants: Any) -> None:
        """Judge what f returns: ``case.outputs(step, x, h, next_h=[[…]])``, one keyword per output, in order.

        ``like`` says of wrong values what they come from: ``{"It is right without b: is b added?": [[…]]}``.
        ``returns="next_h, cache"`` names all that f returns, where there is more than is judged. ``whole`` refuses
        word numbers that are floats.
        """
        self._say(self._judge_outputs(f, inputs, wants, like=like, returns=returns, whole=whole))

    @quiet
    def captions(self, f: Callable, params: dict, features: np.ndarray, length: int, *, want: Any, says: str,
                 like: Likeness | None = None, words: Sequence[str] = (), follows: Sequence[int] = (),
                 late: float | None = None, whole: bool = False) -> None:
        """Judge captions: f(params, features, length) -> captions (N, length), word numbers, read up to <END>.

        ``words`` are written for the numbers. Where each word decides the next, ``follows[w]`` is the word said after
        reading w: then what was read is drawn too. ``like`` names wrong captions. ``late``: points for captions that
        are right but one column late, with <START> in column 0; ``case.credit`` holds them then. ``whole`` refuses
        word numbers that are floats.
        """
        sampling = captioning.Sampling(self.call, f, params, features, length, like or {}, words, follows, whole)
        mine = copies((params, features, length))
        try:
            said = self.call.in_place(f, *mine)
        except CheckFailed as verdict:
            raise verdict if isinstance(verdict, NotWritten) else captioning.about_index(verdict) from None
        got = sampling.read(said, np.asarray(want))
        names = parameter_names(f, 3)
        self._require_untouched(f, names, (params, features, length), mine)
        self._credit(sampling.judge(got, np.asarray(want)), late)
        if self.credit is None:
            fine(says)
            for line in sampling.drawn(got):
                print(f"  {line}")

    @quiet
    def caption_edges(self, f: Callable, params: dict, features: np.ndarray, length: int, *, want: Any,
                      late: float | None = None) -> None:
        """Repeat ``captions`` where mistakes hide: one picture, one word, non-contiguous arrays, float32."""
        tried = []
        for label, changed, count, words in captioning.variants(params, features, length):
            right_ones = np.asarray(want)[:count, :words]
            sampling = captioning.Sampling(self.call, f, *changed, words, {}, (), ())
            try:
                got = sampling.read(self.call.quietly(f, *changed, words), right_ones)
                self._credit(sampling.judge(got, right_ones), late)
            except CheckFailed as verdict:
                raise _prefixed(verdict, label) from None
            tried.append(label)
        fine("edge cases: " + ", ".join(tried))

    def _credit(self, verdict: CheckFailed | None, late: float | None) -> None:
        """Raise the verdict that captions are one column late, or say it once where that earns points."""
        if verdict is None:
            return
        if late is None:
            raise verdict
        if self.credit is None:
            print(f"{verdict}\nThe rest is judged as if it stood in its column: {late:g} points if it is right.")
        self.credit = late

    @quiet
    def gradients(
        self, forward: Callable, backward: Callable, *inputs: np.ndarray, truth: Callable | None = None
    ) -> None:
        """Judge backward by the derivatives of forward, or of ``truth`` (inputs -> outputs) where it is given.

        forward(*inputs) -> (outputs…, cache), backward(*gradients of the outputs, cache) -> a gradient for every
        float input, in order. With ``truth`` the student's forward has to agree with it first.
        """
        self._say(self._judge_gradients(forward, backward, inputs, truth))

    @quiet
    def loss(self, f: Callable, *inputs: Any, truth: Callable | None = None, like: Likeness | None = None) -> None:
        """Judge a function that returns (loss, gradients…) by the derivatives of its loss, or of ``truth``.

        The gradients are of every float input in order; of an input that is a dictionary, a dictionary. ``like`` says
        of a wrong loss or gradient what it comes from, as in ``outputs``.
        """
        self._say(self._judge_loss(f, inputs, truth, like=like))

    @quiet
    def edges(self, f: Callable, *rest: Any, truth: Callable | None = None, returns: str = "its output") -> None:
        """Repeat a judgement where mistakes hide: N = 1, T = 1, non-contiguous arrays, float32, large inputs.

        ``edges(f, *inputs)`` compares f with itself or with truth, ``edges(forward, backward, *inputs)`` the
        gradients with derivatives. ``returns="next_h, next_c"`` names the outputs of an f that has several.
        """
        judge = self._judge_pair_edge if callable(rest[0]) else partial(self._judge_edge, returns.split(", "))
        self._judge_edges(lambda label, inputs: judge(f, label, inputs, rest, truth), rest)

    @quiet
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

    def _judge_outputs(self, f: Callable, inputs: tuple, wants: Mapping[str, Any], care: Care = USUAL,
                       like: Likeness | None = None, returns: str = "", whole: bool = False) -> Verdicts:
        mine = copies(inputs)
        returned = self.call.in_place(f, *mine, first=len(wants))
        if returns and returned is not None:
            require_things(f, returned, returns.split(", "))
        outs = first_outputs(f, returned, len(wants))
        several = sum(isinstance(want, Mapping) for want in wants.values()) > 1
        arrays = [self._arrays(name, out, want, several) for (name, want), out in zip(wants.items(), outs, strict=True)]
        self._require_untouched(f, parameter_names(f, len(inputs)), inputs, mine)
        self._require_in_order(list(wants), [pairs[0] for pairs in arrays])
        for name, out in zip(wants, outs if whole else (), strict=False):
            captioning.require_whole(name, out)
        for index, pairs in enumerate(arrays):
            for name, got, want in pairs:
                others = 0 if any(isinstance(one, Mapping) for one in wants.values()) else len(wants) - 1
                explain = experiments.either(like, experiments.Outputs(self.call, f, inputs, index, want, name, others))
                before = [np.zeros(np.shape(out)) for out in list(wants.values())[:index]]
                single = Numeric(self.call, f, inputs, [*before, np.ones(want.shape)])
                measured = None if is_a(outs[index], dict) else single
                allowed = self._allowed(got, want, care, measured)
                yield name, require_close(name, got, want, self.sizes, allowed, explain)

    def _require_in_order(self, names: list[str], found: list[tuple[str, np.ndarray, np.ndarray]]) -> None:
        """Raise the verdict where two outputs of one shape stand in each other's place."""
        for k, (_, got, want) in enumerate(found):
            for other, (_, other_got, other_want) in enumerate(found[:k]):
                if got.shape != other_got.shape or relative_error(got, want) < SINGLE_TOLERANCE:
                    continue
                if max(relative_error(got, other_want), relative_error(other_got, want)) < SINGLE_TOLERANCE:
                    raise wrong(f"{names[other]} and {names[k]} stand in each other's place.",
                                f"Expected in this order: {', '.join(names)}.")

    def _allowed(self, got: np.ndarray, want: np.ndarray, care: Care, measured: Numeric | None) -> float:
        """The error allowed for values: more where they are float32, or are measured to be made with float32."""
        allowed = tolerance(got, care.values)
        doubtful = allowed < relative_error(got, want) <= SINGLE_TOLERANCE
        return SINGLE_TOLERANCE if doubtful and measured and computes_in_single(measured, self.rng) else allowed

    def _arrays(self, name: str, got: Any, want: Any, whole: bool = False) -> list[tuple[str, np.ndarray, np.ndarray]]:
        """What was got and wanted under one name: (name, got, want), one entry per array.

        An entry of a dictionary is named by its key alone, or with ``whole`` by the dictionary's name, too.
        """
        if isinstance(want, Mapping):
            mine, outer = require_keys(name, got, dict(want)), f"{name} " if whole else ""
            return [entry for key in want for entry in self._arrays(f"{outer}{key}", mine[key], want[key], True)]
        expected = np.asarray(want, dtype=np.float64)
        return [(name, require_array(name, got, expected.shape, self.sizes), expected)]

    def _judge_gradients(self, forward: Callable, backward: Callable, inputs: tuple, truth: Callable | None,
                         care: Care = USUAL, compared: bool = True) -> Verdicts:
        names, measured = parameter_names(forward, len(inputs)), in_double(inputs)
        positions = leaves(names, inputs)
        pair = experiments.Pair(self.call, forward, backward, truth, positions)
        mine = copies(inputs)
        outs, cache = self._forward(forward, backward, mine, measured, truth)
        self._require_untouched(forward, names, inputs, mine)
        single = care is SINGLE
        douts = [self.rng.normal(size=out.shape).astype(np.float32 if single else np.float64) for out in outs]
        passed = copies(douts)
        returned = self.call.in_place(backward, *passed, cache)
        grads = gradients_of(backward, returned, inputs, positions, self.sizes)
        self._require_untouched(backward, names, inputs, mine, f", an input of {function_name(forward)},")
        if compared:
            yield from self._judge_slopes(pair, pair.numeric(measured, in_double(douts), care), grads)
        if any(not np.array_equal(a, b) for a, b in zip(douts, passed, strict=True)):
            self.remark = (f"{function_name(backward)} changed its upstream gradient in place: allowed here, "
                           "though its caller may still need it.")

    def _forward(self, forward: Callable, backward: Callable, mine: tuple, measured: tuple,
                 truth: Callable | None) -> tuple[list[np.ndarray], Any]:
        """Run the student's forward pass: its outputs, right so far as truth tells, and its cache."""
        try:
            result = self.call.in_place(forward, *mine, first=-1)
        except NotWritten as verdict:
            raise not_written(function_name(backward), verdict.function) from None
        outs, cache = outputs_and_cache(forward, backward, result)
        arrays = [require_array("its output", out, None, self.sizes) for out in outs]
        if truth:
            wants = as_tuple(truth(*copies(measured)))
            if len(wants) != len(arrays):
                raise wrong(f"{function_name(forward)} returned {len(outs) + 1} things, expected {len(wants) + 1}.")
            for out, want in zip(arrays, wants, strict=True):
                _require_first(forward, backward, out, want)
        return arrays, cache

    def _judge_loss(self, f: Callable, inputs: tuple, truth: Callable | None, care: Care = USUAL,
                    compared: bool = True, like: Likeness | None = None) -> Verdicts:
        names, measured = parameter_names(f, len(inputs)), in_double(inputs)
        positions = leaves(names, inputs)
        mine = copies(inputs)
        returned = self.call.in_place(f, *mine)
        loss, grads = loss_and_gradients(f, returned, inputs, positions, self.sizes)
        self._require_untouched(f, names, inputs, mine)
        pair = experiments.Loss(self.call, f, truth, positions)
        numeric = pair.numeric(measured, [np.array(1.0)], care)
        if truth:
            want = np.asarray(truth(*copies(measured)), dtype=np.float64)
            explain = experiments.either(like, experiments.Outputs(self.call, f, inputs, 0, want, "loss"))
            allowed = self._allowed(loss, want, care, replace(numeric, forward=f))
            yield "loss", require_close("loss", loss, want, self.sizes, allowed, explain)
        if compared:
            yield from self._judge_slopes(pair, numeric, grads, like)

    def _judge_slopes(self, pair: experiments.Pair, numeric: Numeric, grads: dict[str, np.ndarray],
                      like: Likeness | None = None) -> Verdicts:
        """Every gradient against one slope; entry by entry only where the slope disagrees."""
        errors = slope_errors(numeric, grads, pair.positions)
        if max(errors.values()) > numeric.care.slopes and computes_in_single(pair.own(numeric), self.rng):
            numeric = replace(numeric, care=numeric.care.for_single(pair.truth is not None))
            errors = slope_errors(numeric, grads, pair.positions)
        for name, got in grads.items():
            if errors[name] > numeric.care.slopes:
                want = numeric.gradient(pair.positions[name])
                explain = experiments.either(like, pair.explain(numeric, name, grads, errors))
                errors[name] = require_close(f"d{name}", got, want, self.sizes, numeric.care.entries, explain,
                                             numeric.care.least)
            yield f"d{name}", errors[name]

    def _require_untouched(self, f: Callable, names: Sequence[str], before: tuple, after: tuple,
                           whose: str = "") -> None:
        for name, old, new in zip(names, before, after, strict=True):
            changed = name if not isinstance(old, dict) and not _same(old, new) else ""
            if isinstance(old, dict):
                for verb, keys in (("removed", [k for k in old if k not in new]),
                                   ("added", [text_of(k) for k in new if k not in old])):
                    if keys:
                        place = "to" if verb == "added" else "from"
                        raise wrong(f"{function_name(f)} {verb} {', '.join(keys)} {place} its input {name}.", OTHERS)
                changed = next((k for k in old if not _same(old[k], new[k])), "")
            if changed:
                what = f"{changed}{whose}" if whose else f"its input {changed}"
                raise wrong(f"{function_name(f)} changed {what} in place.", OTHERS)

    def _variants(self, rest: tuple) -> Iterator[tuple[str, tuple]]:
        """The edge cases of a judgement's arguments, each with its label."""
        lead, inputs = (rest[:1], rest[1:]) if callable(rest[0]) else ((), rest)

        def variant(change: Callable[[np.ndarray], np.ndarray]) -> tuple:
            return lead + map_arrays(change, inputs)

        for letter in "NT":
            first = variant(partial(self.sizes.first, letter=letter)) if letter in self.sizes.of else rest
            if _shapes(first) != _shapes(rest):
                yield f"{letter} = 1", first
        yield "non-contiguous arrays", variant(lambda a: strided(a) if a.ndim else a)
        yield FLOAT32, variant(lambda a: a.astype(np.float32) if a.dtype.kind == "f" else a)
        yield LARGE_INPUTS, variant(lambda a: ENLARGED * a if a.dtype.kind == "f" else a)

    def _judge_edges(self, judge: Callable[[str, tuple], Verdicts], rest: tuple) -> None:
        tried = []
        for label, inputs in self._variants(rest):
            self.call.said.warned.clear()
            try:
                for _ in judge(label, inputs):
                    pass
            except CheckFailed as verdict:
                raise _prefixed(verdict, label, [*self.call.said.warned, *self.call.elsewhere]) from None
            tried.append(label)
        fine("edge cases: " + ", ".join(tried))

    def _judge_edge(self, names: list[str], f: Callable, label: str, inputs: tuple, base: tuple,
                    truth: Callable | None) -> Verdicts:
        """One edge case of a forward function: as right as in the middle; only finite, where none knows better."""
        if not truth and (label == LARGE_INPUTS or (label == "T = 1" and self._sums_up(names, f, base))):
            self._outs(names, f, inputs)
            return
        if truth:
            wants = as_tuple(truth(*copies(in_double(inputs))))
        elif label == FLOAT32:
            wants = self._outs(names, f, in_double(inputs))
        else:
            wants = tuple(self._cut(whole, inputs, base) for whole in self._outs(names, f, base))
        yield from self._judge_outputs(f, inputs, dict(zip(names, wants, strict=False)), CARE.get(label, USUAL))

    def _judge_pair_edge(self, f: Callable, label: str, rest: tuple, base: tuple, truth: Callable | None) -> Verdicts:
        """One edge case of a backward function."""
        backward, *inputs = rest
        compared = label != LARGE_INPUTS or truth is not None
        yield from self._judge_gradients(f, backward, tuple(inputs), truth, CARE.get(label, USUAL), compared)

    def _judge_loss_edge(self, f: Callable, label: str, inputs: tuple, truth: Callable | None) -> Verdicts:
        """One edge case of a loss function."""
        compared = label != LARGE_INPUTS or truth is not None
        yield from self._judge_loss(f, inputs, truth, CARE.get(label, USUAL), compared)

    def _sums_up(self, names: list[str], f: Callable, inputs: tuple) -> bool:
        """Tell whether a whole sequence makes one output: that of its first step is then no part of it."""
        return all(self.sizes.axis(out, "T") is None for out in self._outs(names, f, inputs))

    def _outs(self, names: list[str], f: Callable, inputs: tuple) -> tuple[np.ndarray, ...]:
        outs = first_outputs(f, self.call.quietly(f, *inputs, first=len(names)), len(names))
        return tuple(require_array(name, out, None, self.sizes) for name, out in zip(names, outs, strict=True))

    def _cut(self, whole: np.ndarray, inputs: tuple, base: tuple) -> np.ndarray:
        for letter in "NT":
            n = self.sizes.of.get(letter)
            if not n:
                continue
            now, before = _shapes(inputs), _shapes(base)
            if all(n not in shape for shape in now) and any(n in shape for shape in before):
                whole = self.sizes.first(whole, letter)
        return whole


def _wave(shape: tuple[int, ...], frequency: float) -> np.ndarray:
    return np.round(0.8 * np.sin(1 + frequency * np.arange(1, 1 + np.prod(shape))), 3).reshape(shape)


def _shapes(inputs: Sequence[Any]) -> list[tuple[int, ...]]:
    return [array.shape for array in arrays_in(list(inputs))]


def _same(old: Any, new: Any) -> bool:
    """Tell whether an input is bit by bit what it was; of what holds no array, no one knows."""
    before, after = arrays_in(old), arrays_in(new)
    return len(before) == len(after) and all(
        type(b) is np.ndarray and b.shape == a.shape and b.dtype == a.dtype and b.tobytes() == a.tobytes()
        for a, b in zip(before, after, strict=True))


def _prefixed(verdict: CheckFailed, label: str, warned: Sequence[str] = ()) -> CheckFailed:
    """Begin a verdict with the edge case; say of what is not finite whether it came from a large exp or from log(0)."""
    if isinstance(verdict, NotWritten):
        return verdict
    text = str(verdict).replace("✗ ", f"✗ With {label}: ", 1)
    if label != LARGE_INPUTS or "not finite" not in text:
        return CheckFailed(text)
    small = warned and not any("overflow" in words for words in warned)
    return CheckFailed(f"{text}\n  {LOG_OF_ZERO if small else OVERFLOW}")


def _require_first(forward: Callable, backward: Callable, out: np.ndarray, want: Any) -> None:
    expected = np.asarray(want, dtype=np.float64)
    if out.shape != expected.shape or relative_error(out, expected) > SINGLE_TOLERANCE:
        raise wrong(f"{function_name(backward)} cannot be judged: {function_name(forward)} is not right yet.",
                    "Mend that first; its own check says how.")
