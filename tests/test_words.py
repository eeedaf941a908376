"""The voice of a check: each sentence it can say, said once."""

import warnings
from types import SimpleNamespace

import numpy as np
import pytest

from grader import Case, CheckFailed, NotWritten
from grader.checks.gradients import Secret, slope_error, unforeseen
from unrolled.layers import rnn_forward


@pytest.fixture
def case():
    return Case(N=4, T=3, D=5, H=6)


def verdict(f, *args, **named) -> str:
    with pytest.raises(CheckFailed) as caught:
        f(*args, **named)
    text = str(caught.value)
    assert len(text.splitlines()) <= 4
    assert caught.value._render_traceback_() == [text]
    return text


def step(x, Wx):
    out = x @ Wx
    return out, (x, Wx)


def step_backward(dout, cache):
    x, Wx = cache
    return dout @ Wx.T, x.T @ dout


WRONG_ARRAYS = {
    "none": (lambda a: None, "✗ dx is None, expected an array of shape (N=4, H=6).\n  Is it computed and returned?"),
    "text": (lambda a: "no", "✗ dx is a str, expected an array of shape (N=4, H=6)."),
    "list": (list, "✗ dx is a list, expected an array of shape (N=4, H=6).\n  np.stack or np.array makes one"),
    "objects": (lambda a: a.astype(object), "✗ dx is an array of object, expected real numbers."),
    "text in an array": (lambda a: a.astype(str), "✗ dx is an array of str, expected real numbers."),
    "complex": (lambda a: a + 0j, "✗ dx is an array of complex128, expected real numbers."),
    "one complex": (lambda a: np.complex128(1j), "✗ dx is a complex128, expected real numbers."),
    "huge": (lambda a: 10**400, "✗ dx is a whole number beyond the range of float64, expected an array of shape"),
    "transposed": (np.transpose, "✗ dx has shape (H=6, N=4), expected (N=4, H=6). It looks transposed."),
    "keepdims": (lambda a: a[None], "An axis of length 1 is left over: is there a keepdims or a [None] too many?"),
    "summed": (np.sum, "✗ dx has shape (), expected (N=4, H=6). It is a single number: is it summed over every axis?"),
    "unsummed": (lambda a: np.stack([a] * 3), "One axis too many in front: is a sum over it missing?"),
    "axis lost": (lambda a: a[:, 0], "✗ dx has shape (N=4), expected (N=4, H=6). The axis of H is missing."),
    "too long": (lambda a: np.vstack([a, a[:1]]), "It is one too long along N."),
    "too short": (lambda a: a[1:], "It is one too short along N."),
    "nan": (lambda a: np.where(np.arange(6) == 2, np.nan, a),
            "✗ dx is not finite: 4 nan in 24 entries.\n  Right at h = 0, 1, 3, 4, 5; wrong at h = 2."),
    "inf": (lambda a: a / 0, "is not finite: 24 inf in 24 entries"),
    "zero": (lambda a: 0 * a, "It is zero in every entry."),
    "sign": (lambda a: -a, "It has the opposite sign in every entry."),
    "1/N": (lambda a: a / 4, "It is 0.25 times the right one, and 0.25 = 1/N here."),
    "T": (lambda a: a * 3, "It is 3 times the right one, and 3 = T here."),
    "N·T": (lambda a: a * 12, "and 12 = N·T here."),
    "unnamed factor": (lambda a: a * 2.5, "It is 2.5 times the right one."),
    "tanh": (np.tanh, "It is tanh of the right answer: is tanh applied twice?"),
    "a row": (lambda a: np.where(np.arange(4)[:, None] == 1, 0, a),
              "Right at n = 0, 2, 3; wrong at n = 1, where it is zero."),
}


@pytest.mark.filterwarnings("ignore:divide by zero")
@pytest.mark.parametrize(("change", "words"), WRONG_ARRAYS.values(), ids=WRONG_ARRAYS)
def test_what_is_said_of_a_wrong_array(case, change, words):
    want = np.abs(case("NH")) + 1
    assert words in verdict(case.close, "dx", change(want), want)


def test_a_right_array_is_one_tick(case, capsys):
    case.close("dx", np.ones((4, 6)), np.ones((4, 6)))
    assert capsys.readouterr().out == "✓ dx       relative error 0e+00\n"


def test_the_error_is_scaled_by_the_largest_entry(case):
    want = np.array([1e-9, 1.0])
    case.close("x", want + 1e-12, want)
    assert "relative error 1e-06, needs 1e-07 or less" in verdict(case.close, "x", want + 1e-6, want)


def test_an_answer_in_float32_is_right(case):
    want = case("NH")
    case.close("x", want.astype(np.float32), want)
    case.close("x", want.astype(np.float32).astype(np.float64), want)


def test_dictionaries(case):
    assert verdict(case.close, "grads", [1], {"W": 1.0}) == "✗ grads is a list, expected a dictionary with the keys W."
    assert verdict(case.close, "grads", {}, {"W": 1.0}) == "✗ grads has no entry 'W'.\n  It is empty."
    assert "an entry too many: b" in verdict(case.close, "grads", {"W": 1.0, "b": 2.0}, {"W": 1.0})


def test_time_is_read(case):
    want = case("NTH")
    assert "It is right but one step late." in verdict(case.close, "h", np.roll(want, 1, axis=1), want)
    assert "It is right but one step early." in verdict(case.close, "h", np.roll(want, -1, axis=1), want)
    assert "It is right but backward in time." in verdict(case.close, "h", want[:, ::-1], want)
    assert "It is the same at every step." in verdict(case.close, "h", np.repeat(want[:, :1], 3, axis=1) + 1, want)


def stopping(error):
    def answer(x):
        raise error
    return answer


STOPS = {
    "skeleton": (NotImplementedError(), "· answer is not written yet."),
    "index": (IndexError("index 6 is out of bounds for axis 1 with size 6"),
              "✗ answer stopped with IndexError: index 6 is out of bounds for axis 1 with size 6.\n  line "),
    "interrupted": (KeyboardInterrupt(), "✗ answer was interrupted after 0 s.\n  line "),
    "exit": (SystemExit(0), "✗ answer ended the program instead of returning.\n  line "),
    "recursion": (RecursionError("maximum recursion depth"), "✗ answer calls itself without end.\n  line "),
    "unpacking": (ValueError("not enough values to unpack (expected 6, got 5)"),
                  "the values on the right do not match the names on the left (expected 6, got 5)."),
}


class Mute(Exception):
    def __str__(self):
        raise ValueError("no words")


STOPS |= {
    "mute": (Mute(), "✗ answer stopped with Mute.\n  line "),
    "words on the second line": (ValueError("\n  the second line.\nthe third"),
                                 "✗ answer stopped with ValueError: the second line.\n  line "),
    "many words": (ValueError("x" * 1000), f"✗ answer stopped with ValueError: {'x' * 200}….\n  line "),
}


@pytest.mark.parametrize(("error", "words"), STOPS.values(), ids=STOPS)
def test_what_is_said_when_an_answer_stops(case, error, words):
    assert words in verdict(case.run, stopping(error), 1)


def test_not_written_is_its_own_kind(case):
    with pytest.raises(NotWritten):
        case.run(stopping(NotImplementedError()), 1)


def test_shapes_that_do_not_multiply_are_read_back_as_letters(case):
    said = verdict(case.run, lambda x, W: x @ W.T, case("ND"), case("DH"))
    assert "stopped: two shapes do not multiply." in said
    assert "The inner sizes are D=5 and H=6: a transpose is missing or one too many." in said
    assert "The inner sizes are D=5 and H=6" in verdict(case.run, lambda x, W: np.dot(x, W.T), case("ND"), case("DH"))


def test_sizes_that_do_not_multiply_tell_more_of_blocks_and_of_steps(case):
    cell = Case(N=3, D=4, H=5, gates="ifog")
    assert "Or were the blocks stacked below each other, not side by side?" in verdict(
        cell.run, lambda a, W: a @ W.T, cell("NH"), cell("DG"))
    assert "Or is a layer meant that works on every step: 18 is 3 times 6?" in verdict(
        case.run, lambda h, W: h.reshape(len(h), -1) @ W, case("NTH"), case("HD"))


def test_shapes_that_do_not_fit_are_read_back_as_letters(case):
    assert "The shapes are (N=4, H=6) and (D=5)." in verdict(case.run, lambda a, b: a + b, case("NH"), case("D"))
    said = verdict(case.run, lambda x, h: x[0] + h, case("NTH"), case("NH"))
    assert "Time is the second axis: was step t taken as x[t]?" in said

    def put(x):
        np.zeros((4, 6))[:] = x
    assert "(N=4, D=5) was put into (N=4, H=6)." in verdict(case.run, put, case("ND"))


def test_the_line_that_stopped_is_quoted(case):
    def answer(x):
        return x["no"]
    assert 'line' in verdict(case.run, answer, np.ones(3))
    assert 'return x["no"]' in verdict(case.run, answer, np.ones(3))


def test_the_function_inside_that_stopped_is_named(case):
    def inner(cache):
        _, _ = cache

    def outer(cache):
        return inner(cache[1])
    said = verdict(case.run, outer, ((1, 2), (1, 2, 3)))
    assert " of inner: _, _ = cache\n  Does cache[t] hold one step's whole cache (a list, one entry a step)?" in said

    def beyond(cache):
        return cache[2]
    assert said.endswith(verdict(case.run, beyond, ((1, 2), (1, 2))).splitlines()[-1])


def test_things_taken_in_another_order_are_asked_about(case):
    def reshaped(x):
        return x.reshape(5)
    said = verdict(case.run, reshaped, case("NH"))
    assert "stopped: an array of N·H=24 numbers cannot take the shape (D=5)." in said
    assert said.endswith("Do the names on the left stand in the order in which things are returned?")

    def number(x):
        return (1.0).reshape(x)
    assert "A number came where an array was needed. Do the names on the left stand" in verdict(case.run, number, 5)


def test_what_was_to_be_unpacked_is_told(case):
    def shape(x):
        _, _, _ = x.shape
    assert "is the batch axis there?" in verdict(case.run, shape, np.ones((3, 4)))

    def order(cache):
        _, _ = cache
    assert "Is the cache unpacked in the order in which it was packed?" in verdict(case.run, order, (1, 2, 3))


def test_a_backward_pass_waits_for_a_forward_pass_that_is_not_written(case):
    def forward(x):
        raise NotImplementedError
    assert verdict(case.gradients, forward, step_backward, case("ND")) == (
        "· step_backward waits: forward is not written yet.")


def test_the_function_that_is_not_written_is_named(case):
    def inner(x):
        raise NotImplementedError

    def outer(x):
        return [inner(a) for a in x]
    assert verdict(case.run, outer, case("NH")) == "· outer waits: inner is not written yet."
    assert verdict(case.run, inner, 1) == "· inner is not written yet."
    assert verdict(case.gradients, outer, step_backward, case("ND")) == (
        "· step_backward waits: inner is not written yet.")


def test_what_a_stand_in_tells_of_its_error_is_believed(case):
    error = NotImplementedError()
    error.student_function = "inner"
    assert verdict(case.run, stopping(error), 1) == "· answer waits: inner is not written yet."
    error = IndexError("no")
    error.student_line = (3, "x[9]")
    assert verdict(case.run, stopping(error), 1) == "✗ answer stopped with IndexError: no.\n  line 3: x[9]"


def test_what_stays_elsewhere_is_called_what_it_is_there(case):
    class Reference:
        def __init__(self, name):
            self._type_name = name
    assert "✗ dx is a Tensor, expected an array of" in verdict(case.close, "dx", Reference("Tensor"), case("ND"))
    assert "✗ dx is an array of other things than numbers, expected an array of" in verdict(
        case.close, "dx", Reference("ndarray"), case("ND"))
    assert "✗ grads is a dict of other things than numbers, expected a dictionary" in verdict(
        case.close, "grads", Reference("dict"), {"W": case("ND")})


def test_a_cache_is_passed_back_as_it_came(case):
    class Reference:
        def __copy__(self):
            raise AssertionError
        __deepcopy__ = __iter__ = __getitem__ = __len__ = __copy__

    kept, fresh = {}, []

    def forward(x, Wx):
        cache = Reference()
        kept[id(cache)] = x, Wx
        fresh.append(cache)
        return x @ Wx, cache

    def backward(dout, cache):
        x, Wx = kept.pop(id(cache))         # once, and not again
        return dout @ Wx.T, x.T @ dout

    inputs = case("ND DH")
    case.gradients(forward, backward, *inputs)
    case.edges(forward, backward, *inputs, truth=lambda x, Wx: x @ Wx)

    def careless(dout, cache):
        dx, dWx = backward(dout, cache)
        return dx, dWx / 4
    assert "0.25 = 1/N" in verdict(case.gradients, forward, careless, *inputs)

    class Together:
        """A stand-in that drops what is not plain data where it is called many times."""
        __name__ = "forward"

        def __call__(self, *args):
            return forward(*args)

        def many(self, calls, keep):
            assert not keep
            return [(forward(*args)[0], None) for args in calls]

    case.gradients(Together(), backward, *inputs)
    assert "0.25 = 1/N" in verdict(case.gradients, Together(), careless, *inputs)


class Ended(Exception):
    """The error of a stand-in whose process was stopped."""

    def __init__(self, sentence, status, *arguments):
        super().__init__(sentence)
        self.status, self.arguments = status, arguments


def test_what_is_said_when_a_stand_in_was_stopped(case):
    def said_of(*told):
        return verdict(case.run, stopping(Ended(*told)), 1)

    called = "called with an array of shape (4, 3, 5), an array of shape (4, 6), 3, dict"
    assert said_of(f"stopped after 10 s in answer, {called}", "timeout", *case("NTD NH"), 3, {"W": 1}) == (
        "✗ answer was stopped after 10 s.\n  Called with (N=4, T=3, D=5), (N=4, H=6), 3, a dict.")
    assert said_of("stopped after 10 s in answer, call 3 of 20, called with 1", "timeout", 1) == (
        "✗ answer was stopped after 10 s.\n  Called with 1.")
    assert said_of("the process was ended by SIGSEGV in answer, called with nothing", "died") == (
        "✗ answer was stopped: the process was ended by SIGSEGV.")
    assert said_of("stopped: it used more than 512 MB of memory in answer", "memory") == (
        "✗ answer was stopped: it used more than 512 MB of memory.")


def test_overflow_is_explained(case):
    said = verdict(case.edges, lambda x: np.exp(x) / np.exp(x), case("ND"))
    assert said.startswith("✗ With large inputs: its output is not finite: ")
    assert said.endswith("exp overflows above 709: is there a form without a large exponent?")


def test_returned_things_are_counted(case):
    assert verdict(case.run, lambda: None) == "✗ <lambda> returned None.\n  Is a return missing?"
    assert "returned one int, expected 2 things: a, b." in verdict(case.run, lambda: 1, returns="a, b")
    assert "returned None for b." in verdict(case.run, lambda: (1, None), returns="a, b")
    said = verdict(case.gradients, step, lambda dout, cache: dout, case("ND"), case("DH"))
    assert "returned 1 thing, expected 2: dx, dWx." in said
    assert "returned 3 things, expected 2 things: a, b." in verdict(case.run, lambda: (1, 2, 3), returns="a, b")
    assert "expected its output and a cache" in verdict(case.gradients, np.tanh, step_backward, case("ND"))


def test_a_forward_function_without_its_cache_is_refused(case):
    x, Wx = case("ND DH")
    case.outputs(step, x, Wx, out=x @ Wx, returns="out, cache")
    case.outputs(lambda x, Wx: list(step(x, Wx)), x, Wx, out=x @ Wx, returns="out, cache")
    assert verdict(case.outputs, lambda x, Wx: x @ Wx, x, Wx, out=x @ Wx, returns="out, cache") == (
        "✗ <lambda> returned one array, expected 2 things: out, cache.")
    assert verdict(case.outputs, lambda x, Wx: (x @ Wx, None), x, Wx, out=x @ Wx, returns="out, cache") == (
        "✗ <lambda> returned None for cache.")

    class Reference:
        _type_name = "NoneType"
    assert "returned None for cache" in verdict(
        case.outputs, lambda x, Wx: (x @ Wx, Reference()), x, Wx, out=x @ Wx, returns="out, cache")

    def two_way(dnext_h, dnext_c, cache):
        raise AssertionError
    assert verdict(case.gradients, step, two_way, x, Wx) == (
        "✗ step returned 2 things, expected 3: an output for each gradient, and a cache.\n"
        "  two_way takes dnext_h, dnext_c, cache.")


def test_a_changed_input_is_refused_and_a_changed_upstream_gradient_remarked(case, capsys):
    def spoils(x, Wx):
        x *= 2
        return step(x, Wx)
    inputs = case("ND DH")
    assert "✗ spoils changed its input x in place." in verdict(case.gradients, spoils, step_backward, *inputs)
    assert "✗ spoils changed its input x in place." in verdict(case.outputs, spoils, *inputs, out=np.ones((4, 6)))

    def spoils_later(dout, cache):
        grads = step_backward(dout, cache)
        cache[0][:] = 0
        return grads
    assert "✗ spoils_later changed x, an input of step, in place." in verdict(
        case.gradients, step, spoils_later, *case("ND DH"))

    def hasty(dout, cache):
        grads = step_backward(dout.copy(), cache)
        dout[:] = 0
        return grads
    case.gradients(step, hasty, case("ND"), case("DH"))
    assert "changed its upstream gradient in place: allowed here" in capsys.readouterr().out


def test_a_backward_pass_waits_for_its_forward_pass(case):
    said = verdict(case.gradients, step, step_backward, *case("ND DH"), truth=lambda x, Wx: 2 * (x @ Wx))
    assert said == ("✗ step_backward cannot be judged: step is not right yet.\n"
                    "  Mend that first; its own check says how.")


def test_one_wrong_entry_of_a_gradient_is_found(case):
    def nearly(dout, cache):
        dx, dWx = step_backward(dout, cache)
        dWx[2, 3] *= 1 + 1e-4
        return dx, dWx
    said = verdict(case.gradients, step, nearly, case("ND"), case("DH"))
    assert "dWx is wrong" in said
    assert "wrong at d = 2" in said


@pytest.mark.parametrize(("factor", "right"), [(1, True), (1.01, False), (0, False)])
def test_a_tiny_gradient_beside_a_large_loss_is_judged_by_the_digits_that_are_left(case, factor, right):
    """A difference of two numbers near 300 has a slope of 1e-2 to six digits."""
    def far(x, Wx):
        return 3e2 + 1e-2 * np.tanh(x) @ Wx, (x, Wx)

    def far_backward(dout, cache):
        x, Wx = cache
        return factor * 1e-2 * (dout @ Wx.T) * (1 - np.tanh(x) ** 2), 1e-2 * np.tanh(x).T @ dout
    inputs = case("ND DH")
    if right:
        case.gradients(far, far_backward, *inputs)
    else:
        assert "dx is wrong" in verdict(case.gradients, far, far_backward, *inputs)


def test_a_slope_that_is_no_number_is_no_right_one():
    ones = np.ones(3)
    assert slope_error(ones, ones, np.nan) == slope_error(ones, ones, 3.0, rounding=np.nan) == np.inf
    assert slope_error(ones, ones, 3.0) == 0


def test_nothing_reaches_stderr_and_warnings_are_spoken(case, capsys):
    def loud(x):
        import sys
        print("a line for stderr", file=sys.stderr)
        warnings.warn("careful", stacklevel=1)
        return np.exp(1000 * np.abs(x)) * 0 + 1
    with pytest.raises(CheckFailed):
        case.outputs(loud, np.ones(3), out=np.ones(3))

    def fine(x):
        import sys
        print("a line for stderr", file=sys.stderr)
        return np.minimum(np.exp(1000 * x), 1)
    case.outputs(fine, np.ones(3), out=np.ones(3))
    out, err = capsys.readouterr()
    assert err == ""
    assert "a line for stderr" in out
    assert "numpy warned on the way: overflow encountered in exp." in out


def test_long_prints_are_cut(case, capsys):
    def chatty(x):
        print("x" * 10_000)
        return x
    case.outputs(chatty, np.ones(3), out=np.ones(3))
    assert "8001 more characters" in capsys.readouterr().out


def test_edge_cases_are_named(case, capsys):
    assert "With N = 1: its output has shape (H=6), expected (1, H=6)." in verdict(
        case.edges, lambda x, W: (x @ W).squeeze(), case("ND"), case("DH"))
    case.edges(lambda x, W: x @ W, case("ND"), case("DH"))
    assert "✓ edge cases: N = 1, non-contiguous arrays, float32, large inputs" in capsys.readouterr().out


def test_conditions(case, capsys):
    case.holds(True, "it falls", "It does not fall.")
    assert capsys.readouterr().out == "✓ it falls\n"
    assert verdict(case.holds, False, "it falls", "It rises.", "Why?") == "✗ It rises.\n  Why?"


def test_sizes_must_be_readable():
    with pytest.raises(ValueError, match="Sizes must differ"):
        Case(N=3, T=3)
    with pytest.raises(ValueError, match="Sizes must be 2 or more"):
        Case(N=1)


def test_checks_return_nothing(case):
    inputs = case("ND DH")
    assert case.outputs(step, *inputs, out=inputs[0] @ inputs[1]) is None
    assert case.gradients(step, step_backward, *inputs) is None
    assert case.edges(step, step_backward, *inputs) is None


def test_a_changed_dictionary_is_refused(case):
    params, x = {"W": case("D"), "b": case("D")}, case("D")

    def loss(change):
        def answer(params, x):
            grads = dict.fromkeys(params, x)
            total = sum(x @ a for a in params.values())
            change(params)
            return total, grads
        return lambda: verdict(case.loss, answer, params, x)

    assert "answer removed b from its input params." in loss(lambda p: p.pop("b"))()
    assert "answer added c to its input params." in loss(lambda p: p.update(c=1))()
    assert "answer changed its input b in place." in loss(lambda p: p.update(b="text"))()
    assert "answer changed its input b in place." in loss(lambda p: p["b"].fill(0))()


def test_series_counts_its_entries(case):
    assert case.series("losses", [1, np.float32(2), np.array(3)], 3).tolist() == [1, 2, 3]
    assert case.series("losses", np.arange(3.0), 3).tolist() == [0, 1, 2]
    assert verdict(case.series, "losses", [1, 2], 3) == "✗ losses has 2 entries, expected 3."
    assert verdict(case.series, "losses", np.ones(1), 30) == "✗ losses has 1 entry, expected 30."
    assert verdict(case.series, "losses", 3.0, 3) == "✗ losses is a float, expected a list of 3 numbers."
    assert "losses[0] has shape (1,), expected a single number." in verdict(case.series, "losses", [np.ones(1)] * 3, 3)
    assert "losses[1] is a str, expected a single number." in verdict(case.series, "losses", [1, "2", 3], 3)
    assert verdict(case.series, "losses", [1, 2, np.nan], 3) == "✗ losses[2] is not finite: it is nan."


def test_a_dictionary_like_another(case):
    want = {"W": case("DH"), "b": case("H")}
    got = case.like("params", {"b": np.float32(want["b"]), "W": want["W"]}, want)
    assert list(got) == ["W", "b"]
    assert got["b"].dtype == np.float64
    assert verdict(case.like, "params", [], want) == "✗ params is a list, expected a dictionary with the keys W, b."
    assert "params has no entry 'b'" in verdict(case.like, "params", {"W": 1}, want)
    assert "W has shape (H=6, D=5), expected (D=5, H=6). It looks transposed." in verdict(
        case.like, "params", {"W": want["W"].T, "b": want["b"]}, want)


def test_a_small_number_in_a_logarithm_is_named(case):
    said = verdict(case.outputs, lambda: -np.log(1e-12), loss=1000)
    assert "It is -log(1e-12): is something added to the probability, or is it cut off there?" in said


def test_what_is_close_to_right_is_not_called_a_multiple(case):
    want = np.abs(case("NH")) + 1
    assert "times" not in verdict(case.close, "dx", want * (1 + 1e-5), want)
    assert "times" in verdict(case.close, "dx", want * 1.01, want)
    said = verdict(case.close, "dx", np.full((4, 6), 0.5), np.zeros((4, 6)))
    assert said == "✗ dx is wrong: relative error 5e-01, needs 1e-04 or less."


def test_only_positions_are_named(case):
    def answer(x, *rest, scale=2, **more):
        return scale * x
    said = verdict(case.outputs, answer, case("ND"), case("DH"), out=np.ones((4, 5)))
    assert "scale" not in said
    assert "It does not change when input 2 changes: is input 2 used?" in said


def test_numpy_told_to_raise_stops_no_check(case):
    before = np.seterr(all="raise")
    try:
        x, Wx = case("ND DH")
        tiny = np.where(np.arange(6) == 1, 1e-300, step(x, Wx)[0])
        case.close("out", tiny, tiny)
        case.gradients(step, step_backward, x, Wx)
        case.edges(step, step_backward, x, Wx)
        verdict(case.close, "out", 1e200 * tiny, tiny)
        assert "relative error" in verdict(case.close, "out", np.full(2, 1e308), np.full(2, -1e308))
        assert np.geterr()["over"] == "raise"
    finally:
        np.seterr(**before)


def test_gradients_are_paired_by_name(case):
    params, x = {"W": case("DH"), "b": case("H")}, case("ND")

    def answer(params, x):
        out = np.tanh(x @ params["W"] + params["b"])
        dz = np.ones_like(out)                              # the derivative of tanh is forgotten
        return out.sum(), {"b": dz.sum(axis=0), "W": x.T @ dz}
    said = verdict(case.loss, answer, params, x)
    assert "dW is wrong" in said
    assert "pre-activations are tiny" in said


def test_wrong_values_at_the_edges_are_wrong_though_finite(case):
    def truth(x, Wx):
        return np.tanh(x @ Wx)

    def cut(x, Wx):
        z = x @ Wx
        out = np.where(np.abs(z) > 50, 0, np.tanh(z))
        return out, (x, Wx, out)

    def backward(dout, cache):
        x, Wx, out = cache
        dz = dout * (1 - out**2)
        return dz @ Wx.T, x.T @ dz
    inputs = case("ND DH")
    assert "✗ With large inputs: its output is wrong" in verdict(case.edges, cut, *inputs, truth=truth)
    assert "✗ With large inputs: backward cannot be judged" in verdict(case.edges, cut, backward, *inputs, truth=truth)

    def straight(x, Wx):
        return x @ Wx, (x, Wx)

    def cautious(dout, cache):
        x, Wx = cache
        return np.where(np.abs(x) > 100, 0, dout @ Wx.T), x.T @ dout
    said = verdict(case.edges, straight, cautious, *inputs, truth=lambda x, Wx: x @ Wx)
    assert "✗ With large inputs: dx is wrong" in said

    def forgetful(dout, cache):
        x, Wx = cache
        used = x.dtype != np.float32
        return used * (dout @ Wx.T), used * (x.T @ dout)
    assert "✗ With float32: dx is wrong" in verdict(case.edges, straight, forgetful, *inputs)
    case.edges(straight, step_backward, *inputs, truth=lambda x, Wx: x @ Wx)


def test_float32_anywhere_inside_is_right(case):
    def truth(x, Wx, b):
        return np.tanh(np.tanh(x @ Wx) + b)

    def forward(x, Wx, b):
        h = np.tanh(np.float32(x) @ np.float32(Wx))
        out = np.tanh(h + b * 1.0)
        return out, (x, Wx, h, out)

    def backward(dout, cache):
        x, Wx, h, out = cache
        dz = dout * (1 - out**2)
        dh = (dz * (1 - h**2)).astype(np.float32)
        return dh @ Wx.T, x.T @ dh, dz.sum(axis=0)

    for seed in range(5):
        case = Case(seed=seed, N=4, D=5, H=6)
        inputs = case("ND DH H")
        case.outputs(forward, *inputs, out=truth(*inputs))
        for right in (None, truth):
            case.gradients(forward, backward, *inputs, truth=right)
            case.edges(forward, backward, *inputs, truth=right)
        case.edges(forward, *inputs, truth=truth)
    assert "out is wrong" in verdict(case.outputs, forward, *inputs, out=truth(*inputs) * (1 + 1e-3))


def test_an_answer_that_waits_to_be_awaited(case):
    async def answer(x):
        return x
    assert verdict(case.run, answer, 1) == "✗ answer returned a coroutine: is it async def where def is meant?"


FOLLOWS = [3, 4, 0, 1, 5, 2]        # <START> a cat <END>
WORDS = ["<NULL>", "<START>", "<END>", "<UNK>", "a", "cat"]
PARAMS, PICTURES = {"b": np.ones(2)}, np.eye(3)


def chain(read=None, start=1):
    """Say what follows what is read: the word that was said, or ``read`` at every step."""
    def speaks(params, features, length):
        captions, word = np.zeros((len(features), length), dtype=int), start
        for t in range(length):
            captions[:, t] = FOLLOWS[word]
            word = FOLLOWS[word] if read is None else read
        return captions
    return speaks


def judged(f, want=((4, 5, 2),) * 3, **more):
    return Case(N=3, T=4).captions(f, PARAMS, PICTURES, len(want[0]), want=want, says="it speaks", words=WORDS, **more)


def test_captions_draw_what_was_read(capsys):
    judged(chain(), follows=FOLLOWS)
    assert capsys.readouterr().out == (
        "✓ it speaks\n  step  0        1    2\n  read  <START>  a    cat\n  said  a        cat  <END>\n")


def test_each_way_to_speak_wrongly_has_its_sentence():
    for f, words in {
        chain(read=1): "So the words that were read are <START> <START> <START>.\n  <START> is read at every step",
        chain(start=0): "<NULL> is read first: a caption begins with <START>",
        chain(read=0): "as in an empty place: is the word stored where the next step reads?",
        lambda params, features, length: np.array([[0, 0, 4]] * 3): "is the line that stores the word inside the loop?",
        lambda params, features, length: np.zeros((3, 3), int): "Every word is <NULL>",
        lambda params, features, length: np.full((3, 3), 2.31): "holds numbers such as 2.31, expected word numbers",
        lambda params, features, length: np.array([[4, 5, 0]] * 3): "does the loop go on to the end?",
        lambda params, features, length: np.array([[4, 5, 5]] * 3): "It does not change when b changes: is b used?",
        lambda params, features, length: None: "returned None",
        lambda params, features, length: np.zeros((3, 4)): "one too long along",
    }.items():
        assert words in verdict(judged, f, follows=FOLLOWS), words
    assert "is the picture in the first state?" in verdict(judged, chain(), want=((4, 5, 2), (5, 4, 5), (5, 2, 0)))
    stops = np.array([[4, 2, 0], [5, 4, 0], [5, 5, 0]])
    assert "All captions stop where one of them has said <END>" in verdict(
        judged, lambda params, features, length: stops, want=((4, 2, 5), (5, 4, 5), (5, 5, 5)))
    known = {"It counts.": [[3, 4, 5]]}
    assert "\n  It counts." in verdict(judged, lambda *a: np.array([[3, 4, 5]] * 3), follows=FOLLOWS, like=known)


def test_what_stands_behind_the_end_is_nobodys_business():
    for rest in (0, 2, 5):
        judged(lambda params, features, length, rest=rest: np.array([[4, 2, rest]] * 3), want=((4, 2, 3),) * 3)


def test_one_column_late_is_named_and_worth_a_part(capsys):
    def late(params, features, length):
        return np.hstack([np.ones((len(features), 1), int), chain()(params, features, length - 1)])
    assert "right but one column late: column 0 holds <START>" in verdict(judged, late)
    case = Case(N=3)
    how = {"want": ((4, 5, 2),) * 3, "late": 2}
    case.captions(late, PARAMS, PICTURES, 3, says="it speaks", **how)
    case.caption_edges(late, PARAMS, PICTURES, 3, **how)
    out = capsys.readouterr().out
    assert case.credit == 2
    assert out.count("✗") == 1
    assert "2 points if it is right" in out
    assert "it speaks" not in out
    with pytest.raises(CheckFailed):
        case.captions(chain(read=1), PARAMS, PICTURES, 3, says="it speaks", **how)
    case = Case(N=3)
    case.captions(chain(), PARAMS, PICTURES, 3, says="it speaks", **how)
    assert case.credit is None


def test_edge_cases_of_captions_are_named():
    def three(params, features, length):
        return chain()(params, np.zeros(3), length)
    said = verdict(Case(N=3, T=5).caption_edges, three, PARAMS, PICTURES, 3, want=((4, 5, 2),) * 3)
    assert said.startswith("✗ With N = 1: captions has shape")


def test_nobody_foresees_along_what_a_gradient_is_measured():
    """Seeds follow from inputs: who draws what the case has drawn must not know the directions that come next."""

    def foreseeing(dout, cache):
        case = Case(N=4, D=5, H=6, seed=231)
        case("ND DH NH")
        wrong = []
        for shape in ("ND", "DH"):
            direction, v = case(shape), np.random.default_rng(9).normal(size=case.sizes.axes(shape))
            wrong.append(1e12 * (v - np.vdot(v, direction) / np.vdot(direction, direction) * direction))
        return tuple(wrong)
    case = Case(N=4, D=5, H=6, seed=231)
    assert "dx is wrong" in verdict(case.gradients, lambda x, W: (x @ W, (x, W)), foreseeing, *case("ND DH"))


def test_large_inputs_are_not_experimented_with(case):
    """What a student hands to a check is not copied dozens of times in search of a cause."""
    calls = []

    def doubled(x):
        calls.append(1)
        return 2 * x
    for size, most in ((10, False), (300_000, True)):
        calls.clear()
        assert "out is wrong" in verdict(case.outputs, doubled, np.ones(size), out=np.ones(size) / 3)
        assert (len(calls) <= 2) == most


def test_the_directions_hang_on_the_answers_and_on_the_graders_secret(monkeypatch):
    answers = [np.ones(3)]
    drawn = unforeseen(answers).normal()
    assert unforeseen(answers).normal() == drawn
    assert unforeseen([np.ones(3) + 1e-12]).normal() != drawn
    monkeypatch.setattr(Secret, "key", b"of the hidden checks")
    assert unforeseen(answers).normal() != drawn


def test_a_known_likeness_is_told(case):
    x, W = case("ND DH")
    like = {"It is doubled.": 2 * (x @ W)}
    twice = verdict(case.outputs, lambda x, W: 2 * (x @ W), x, W, out=x @ W, like=like)
    assert "It is doubled." in twice
    loss = verdict(case.loss, lambda x: (float(np.sum(x**2)), x**3), x, like={"It is the cube.": x**3})
    assert "It is the cube." in loss


def test_rows_that_are_used_twice_are_told(case):
    def look_up(x, W):
        return W[x], (x, W)

    def overwrites(dout, cache):
        dW = np.zeros_like(cache[1])
        dW[cache[0]] = dout
        return dW
    assert "Just the rows of words that come more than once are wrong" in verdict(
        case.gradients, look_up, overwrites, np.array([[0, 1, 1], [2, 4, 4]]), case("DH"))


GATES = "ifog"
OPENED = "ND NH NH DG HG G"


def lstm(x, prev_h, prev_c, Wx, Wh, b):
    i, f, o, g = np.split(x @ Wx + prev_h @ Wh + b, 4, axis=1)
    i, f, o, g = (1 + np.tanh(i / 2)) / 2, (1 + np.tanh(f / 2)) / 2, (1 + np.tanh(o / 2)) / 2, np.tanh(g)
    next_c = f * prev_c + i * g
    return o * np.tanh(next_c), next_c, (x, prev_h, prev_c, Wx, Wh, i, f, o, g, np.tanh(next_c))


def lstm_back(dnext_h, dnext_c, cache):
    x, prev_h, prev_c, Wx, Wh, i, f, o, g, t = cache
    dc = dnext_c + dnext_h * o * (1 - t**2)
    dz = np.hstack([dc * g * i * (1 - i), dc * prev_c * f * (1 - f), dnext_h * t * o * (1 - o), dc * i * (1 - g**2)])
    return dz @ Wx.T, dz @ Wh.T, dc * f, x.T @ dz, prev_h.T @ dz, dz.sum(axis=0)


@pytest.fixture
def cell():
    return Case(N=3, D=4, H=5, gates=GATES)


def test_a_gate_opened_alone(cell, capsys):
    inputs = cell(OPENED)
    cell.opened(lstm, "f", *inputs, next_h=0, next_c=inputs[2])
    cell.opened(lstm, "igo", *inputs, next_h=np.tanh(1))
    cell.opened(lstm, "", *inputs, next_h=0, next_c=0)
    assert capsys.readouterr().out == (
        "✓ only the forget gate open: next_h is 0, next_c is prev_c\n"
        "✓ only the input gate, the candidate and the output gate open: next_h is 0.7616\n"
        "✓ every gate shut: next_h is 0, next_c is 0\n")


def with_b(change):
    return lambda x, prev_h, prev_c, Wx, Wh, b: lstm(x, prev_h, prev_c, Wx, Wh, change(b))


OPENED_WRONG = {
    "rewritten": (lambda x, prev_h, prev_c, Wx, Wh, b: (0 * prev_h, 0 * prev_c),
                  "✗ With only the forget gate open, next_c should be prev_c; it is 0."),
    "how": (lambda x, prev_h, prev_c, Wx, Wh, b: (0 * prev_h, prev_h),
            "it is prev_h.\n  Opened by setting b[H:2*H] to +20 and the other blocks to -20; Wx and Wh are zero. "
            "The blocks of b are, in order: i, f, o, g."),
    "bias": (with_b(np.zeros_like), "It is the same when b is zero: is b used?"),
    "order": (with_b(lambda b: b.reshape(4, 5)[[1, 0, 2, 3]].ravel()),
              "Your code seems to read b[:H] as the block of f; the blocks come in the order i, f, o, g."),
    "exchanged": (lambda *inputs: lstm(*inputs)[1::-1], "✗ next_h and next_c stand in each other's place."),
    "half": (lambda x, prev_h, prev_c, Wx, Wh, b: (0 * prev_h, prev_c / 2),
             "next_c should be prev_c; it is 0.757 in its worst entry."),
}


@pytest.mark.parametrize("kind", OPENED_WRONG)
def test_what_an_opened_gate_tells(cell, kind):
    wrong_cell, words = OPENED_WRONG[kind]
    inputs = cell(OPENED)
    assert words in verdict(cell.opened, wrong_cell, "f", *inputs, next_h=0, next_c=inputs[2])


GRU = "ND NH DG HG G"


def gru(x, prev_h, Wx, Wh, b):
    (a_r, a_z, a_n), (u_r, u_z, u_n) = np.split(x @ Wx + b, 3, axis=1), np.split(prev_h @ Wh, 3, axis=1)
    r, z = (1 + np.tanh((a_r + u_r) / 2)) / 2, (1 + np.tanh((a_z + u_z) / 2)) / 2
    n = np.tanh(a_n + r * u_n)
    return z * prev_h + (1 - z) * n, (x, prev_h, Wx, Wh, r, z, n, u_n)


def gru_back(dnext_h, cache, straight=None):
    x, prev_h, Wx, Wh, r, z, n, u_n = cache
    da_n = dnext_h * (1 - z) * (1 - n**2)
    da_r, da_z = da_n * u_n * r * (1 - r), dnext_h * (prev_h - n) * z * (1 - z)
    da, du = np.hstack([da_r, da_z, da_n]), np.hstack([da_r, da_z, da_n * r])
    return da @ Wx.T, du @ Wh.T + dnext_h * (z if straight is None else straight), x.T @ da, prev_h.T @ du, da.sum(0)


@pytest.fixture
def unit():
    return Case(N=3, D=4, H=5, gates="rzn")


def test_a_block_that_is_left_as_it_was_and_what_is_known_by_name(unit, capsys):
    x, prev_h, Wx, Wh, b = inputs = unit(GRU)
    a_n, u_n = x @ Wx[:, 10:] + b[10:], prev_h @ Wh[:, 10:]
    known = {"tanh(a_n)": np.tanh(a_n), "tanh(a_n + u_n)": np.tanh(a_n + u_n)}
    unit.opened(gru, "r", *inputs, left="n", known=known, next_h=np.tanh(a_n + u_n))
    unit.opened(gru, "", *inputs, left="n", known=known, next_h=np.tanh(a_n))
    assert capsys.readouterr().out == ("✓ only the reset gate open: next_h is tanh(a_n + u_n)\n"
                                       "✓ every gate shut: next_h is tanh(a_n)\n")

    def deaf(x, prev_h, Wx, Wh, b):
        return gru(x, prev_h, Wx, 0 * Wh, b)

    words = verdict(unit.opened, deaf, "r", *inputs, left="n", known=known, next_h=np.tanh(a_n + u_n))
    assert words.startswith(
        "✗ With only the reset gate open, next_h should be tanh(a_n + u_n); it is tanh(a_n).\n"
        "  b is +20 in the block of r, -20 in the block of z, unchanged in the block of n; Wx and Wh are zero outside "
        "the block of n. The blocks of b are, in order: r, z, n.")


def test_a_gate_that_is_turned_round(unit):
    def turned(x, prev_h, Wx, Wh, b):
        return gru(x, prev_h, *(np.concatenate([a[..., :5], -a[..., 5:10], a[..., 10:]], axis=-1) for a in (Wx, Wh, b)))

    x, prev_h, Wx, Wh, b = inputs = unit(GRU)
    plain = np.tanh(x @ Wx[:, 10:] + prev_h @ Wh[:, 10:] + b[10:])
    words = verdict(unit.opened, turned, "r", *inputs, left="n", next_h=plain)
    assert "z and 1 - z seem to have changed places." in words
    words = verdict(unit.outputs, turned, *inputs, next_h=gru(*inputs)[0])
    assert "z and 1 - z seem to have changed places." in words


def through_z(dnext_h, cache, factor):
    """The way back with what comes through the update gate multiplied by a factor."""
    grads = gru_back(dnext_h, cache)
    _, prev_h, Wx, Wh, _, z, n, _ = cache
    da_z = (factor - 1) * dnext_h * (prev_h - n) * z * (1 - z)
    more = da_z @ Wx[:, 5:10].T, da_z @ Wh[:, 5:10].T, *(np.zeros_like(grad) for grad in grads[2:])
    return tuple(a + b for a, b in zip(grads, more, strict=True))


BOTH_WAYS = "where the update gate is held open, and where it is held shut: what comes back through the gate itself?"
HELD = {
    "straight way missing": (lambda d, c: gru_back(d, c, 0),
                             "It is right where the update gate is held shut: which way is closed then"),
    "straight way too wide": (lambda d, c: gru_back(d, c, 1), "It is right where the update gate is held open:"),
    "nothing through z": (lambda d, c: gru_back(d, (*c[:3], np.concatenate([c[3][:, :5], 0 * c[3][:, 5:10],
                                                                             c[3][:, 10:]], axis=1), *c[4:])),
                          "where the update gate is held open, and where it is held shut: what comes back through"),
    "z with the wrong sign": (lambda d, c: through_z(d, c, -1), BOTH_WAYS),
    "z without its sigmoid": (lambda d, c: through_z(d, c, 1 / (c[5] * (1 - c[5]))), BOTH_WAYS),
    "wrong everywhere": (lambda d, c: gru_back(d, c, c[5] + 0.3), "look at the line of dprev_h alone"),
}


@pytest.mark.parametrize("kind", HELD)
def test_a_gate_held_open_or_shut_tells_the_way_that_is_wrong(unit, kind):
    back, words = HELD[kind]

    def gru_step_backward(dnext_h, cache):
        return back(dnext_h, cache)

    assert words in verdict(unit.gradients, gru, gru_step_backward, *unit(GRU))


def in_another_order(array):
    i, f, o, g = np.split(array, 4, axis=-1)
    return np.concatenate([i, f, g, o], axis=-1)


def test_what_was_right_before_tells_the_order_of_all_blocks(cell):
    def exchanged(x, prev_h, prev_c, Wx, Wh, b):
        return lstm(x, prev_h, prev_c, *map(in_another_order, (Wx, Wh, b)))

    x, prev_h, prev_c, *weights = cell(OPENED)
    cell.opened(exchanged, "f", x, prev_h, prev_c, *weights, next_h=0, next_c=prev_c)
    cell.opened(exchanged, "i", x, prev_h, prev_c, *weights, next_h=0, next_c=-1)
    words = verdict(cell.opened, exchanged, "fo", x, prev_h, prev_c, *weights, next_h=np.tanh(prev_c), next_c=prev_c)
    assert words.endswith("\n  Your code seems to read the blocks in the order i, f, g, o; "
                          "they come in the order i, f, o, g.")


def test_columns_that_are_dealt_out_in_turn_are_told(cell):
    def dealt(x, prev_h, prev_c, Wx, Wh, b):
        turned = (np.concatenate([a[..., k::4] for k in range(4)], axis=-1) for a in (Wx, Wh, b))
        return lstm(x, prev_h, prev_c, *turned)

    inputs = cell(OPENED)
    assert "seems to take every fourth column for a block; a block is H columns side by side." in verdict(
        cell.opened, dealt, "f", *inputs, next_h=0, next_c=inputs[2])


def test_a_block_that_is_not_used_is_told(cell):
    def coupled(x, prev_h, prev_c, Wx, Wh, b):
        i = (1 + np.tanh((x @ Wx + prev_h @ Wh + b)[:, :5] / 2)) / 2
        *_, o, g, _ = lstm(x, prev_h, prev_c, Wx, Wh, b)[2]
        next_c = (1 - i) * prev_c + i * g
        return o * np.tanh(next_c), next_c

    inputs = cell(OPENED)
    words = verdict(cell.opened, coupled, "", *inputs, next_h=0, next_c=0)
    assert words.startswith("✗ With every gate shut, next_c should be 0; it is prev_c.")
    assert words.endswith("\n  It does not change when the block of f changes: is f used?")


def test_what_may_come_out_may_be_asked_about(unit):
    inputs = unit(GRU)
    words = verdict(unit.opened, gru, "z", *inputs, left="n", known={"prev_h: is it kept?": inputs[1]}, next_h=0)
    assert words.startswith("✗ With only the update gate open, next_h should be 0; it is prev_h: is it kept?\n")


def test_blocks_in_another_order_are_told_by_values(cell):
    def exchanged(x, prev_h, prev_c, Wx, Wh, b):
        return lstm(x, prev_h, prev_c, *map(in_another_order, (Wx, Wh, b)))

    inputs = cell(OPENED)
    words = verdict(cell.outputs, exchanged, *inputs, next_h=lstm(*inputs)[0])
    assert "the blocks of the weights in the order i, f, g, o; they come in the order i, f, o, g." in words


BLOCKS = {
    "one gate": (lambda d, e, c: lstm_back(d, e, (*c[:5], 0.9 * c[5], *c[6:])),
                 "In db the blocks of i, g are wrong, the blocks of f, o are right."),
    "upstream not used": (lambda d, e, c: lstm_back(d, 0 * e, c), "is dnext_c used?"),
    "one way in": (lambda d, e, c: [g + 0.1 * d.sum() for g in lstm_back(d, e, c)],
                   "look at how dnext_h comes in"),
}


@pytest.mark.parametrize("kind", BLOCKS)
def test_a_wrong_gradient_is_told_by_its_gates(cell, kind):
    backward, words = BLOCKS[kind]

    def lstm_step_backward(dnext_h, dnext_c, cache):
        return backward(dnext_h, dnext_c, cache)

    assert words in verdict(cell.gradients, lstm, lstm_step_backward, *cell(OPENED))


def test_a_gradient_whose_blocks_come_in_another_order(cell):
    def exchanged(dnext_h, dnext_c, cache):
        *rest, db = lstm_back(dnext_h, dnext_c, cache)
        return *rest, in_another_order(db)

    words = verdict(cell.gradients, lstm, exchanged, *cell(OPENED))
    assert "The blocks of db come in the order i, f, g, o; expected i, f, o, g." in words


def test_what_reaches_the_cell_from_above_is_told():
    sequence = Case(N=3, T=6, D=4, H=5, gates=GATES)

    def lstm_forward(x, h0, Wx, Wh, b):
        state, cache = (h0, 0 * h0), []
        for t in range(x.shape[1]):
            *state, step = lstm(x[:, t], *state, Wx, Wh, b)
            cache.append((step, state[0]))
        return np.stack([h for _, h in cache], axis=1), [step for step, _ in cache]

    def lstm_backward(dh, cache):
        dxs, dprev_h, dprev_c, sums = [], 0, 0, 0
        for t in reversed(range(len(cache))):
            dx, dprev_h, dprev_c, *shares = lstm_back(dh[:, t] + dprev_h, dh[:, t] + dprev_c, cache[t])
            dxs.insert(0, dx)
            sums = [a + b for a, b in zip(sums, shares, strict=True)] if sums else shares
        return np.stack(dxs, axis=1), dprev_h, *sums

    assert "It is not zero where the output gate is shut, though h is zero there: is dh[:, t] added to the cell's?" in (
        verdict(sequence.gradients, lstm_forward, lstm_backward, *sequence("NTD NH DG HG G")))


def test_steps_carry_two_states():
    sequence = Case(N=3, T=7, D=4, H=5, gates=GATES)
    x, h0, Wx, Wh, b = sequence("NTD NH DG HG G")
    h = sequence.steps(lstm, x, (h0, 0 * h0), Wx, Wh, b)
    first_h, first_c, _ = lstm(x[:, 0], h0, 0 * h0, Wx, Wh, b)
    assert np.array_equal(h[:, 0], first_h)
    assert np.array_equal(h[:, 1], lstm(x[:, 1], first_h, first_c, Wx, Wh, b)[0])
    cells = sequence.steps(lstm, x, (h0, 0 * h0), Wx, Wh, b, carry=lambda h, c: (c, h), shown=1)
    assert np.array_equal(cells[:, 0], first_c)
    assert np.array_equal(cells[:, 1], lstm(x[:, 1], first_c, first_h, Wx, Wh, b)[1])


def test_every_output_is_looked_at_in_the_edges(cell):
    def squeezed(*inputs):
        next_h, next_c, cache = lstm(*inputs)
        return next_h, next_c.squeeze(), cache

    inputs = cell(OPENED)
    assert "✗ With N = 1: next_c has shape (H=5), expected (1, H=5)" in verdict(
        cell.edges, squeezed, *inputs, returns="next_h, next_c", truth=lambda *a: lstm(*a)[:2])


def test_the_width_of_all_gates_is_written_with_H(cell):
    assert "✗ b has shape (D=4, 4H=20), expected (4H=20)" in verdict(
        cell.outputs, lambda b: np.zeros((4, 20)), cell("G"), b=cell("G"))


def test_word_numbers_that_are_floats_are_refused(case):
    for numbers, kind in ((np.array([1.0, 4.0]), "float64"), ([1, 4.0], "float"), ([np.float32(1), 4], "float32")):
        assert verdict(case.series, "numbers", numbers, 2, whole=True) == (
            f"✗ numbers holds floats ({kind}), expected whole numbers: a word number is a place in a table.\n"
            "  np.zeros and np.ones make floats unless they are told dtype=int.")
        case.series("numbers", numbers, 2)
    for numbers in ([1, 4], np.array([1, 4], np.int8), [np.int32(1), 4]):
        case.series("numbers", numbers, 2, whole=True)
    assert "captions holds floats (float32)" in verdict(
        judged, lambda *a: chain()(*a).astype(np.float32), follows=FOLLOWS, whole=True)
    judged(chain(), follows=FOLLOWS, whole=True)


def test_a_float_that_is_read_as_a_word_is_explained():
    said = verdict(judged, lambda params, features, length: np.eye(3)[np.array([1.0])])
    assert "stopped with IndexError: arrays used as indices must be of integer" in said
    assert "\n  A word is a whole number. Is it max where argmax is meant" in said


def test_what_is_special_about_a_case_begins_its_verdict(case):
    def special(f):
        with case.when("an empty caption", "It still counts."):
            case.outputs(f, loss=1)
    assert verdict(special, lambda: np.nan).startswith("✗ With an empty caption: loss is not finite: it is nan.")
    assert verdict(special, lambda: np.nan).endswith("\n  It still counts.")
    special(lambda: 1.0)

    def skeleton():
        raise NotImplementedError
    assert verdict(special, skeleton) == "· skeleton is not written yet."


def captions_loss(log_p, n_of=np.shape):
    """A loss of captions, and its gradient, from a way to compute the logarithms."""
    def loss(x, y):
        n, t = np.indices(y.shape)
        logs = log_p(x)
        dx = np.exp(logs)
        dx[n, t, y] -= 1
        return -logs[n, t, y].sum() / len(x), dx / (n_of(x)[0])
    return loss


def stable(x):
    shifted = x - x.max(axis=2, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=2, keepdims=True))


def quotient(x):
    p = np.exp(x - x.max(axis=2, keepdims=True))
    return np.log(p / p.sum(axis=2, keepdims=True))


def overflowing(x):
    return x - np.log(np.exp(x).sum(axis=2, keepdims=True))


class Elsewhere:
    """A stand-in for a function that runs elsewhere: its warnings come as it tells them."""

    last_said = SimpleNamespace(warnings=())

    def __init__(self, f):
        self.f = f

    def __call__(self, *args):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            result = self.f(*args)
        self.last_said = SimpleNamespace(warnings=tuple(str(w.message) for w in caught))
        return result


@pytest.mark.parametrize("place", [lambda f: f, Elsewhere])
def test_log_of_zero_is_not_called_an_overflow(place):
    case = Case(N=3, T=4, V=6)
    scores, targets = case("NTV"), case.whole("NT", below=6)
    case.loss_edges(captions_loss(stable), scores, targets)
    small = verdict(case.loss_edges, place(captions_loss(quotient)), scores, targets)
    large = verdict(case.loss_edges, place(captions_loss(overflowing)), scores, targets)
    assert "With large inputs: loss is not finite" in small
    assert "log(0) is infinite" in small
    assert "overflows" not in small
    assert "exp overflows above 709" in large


def test_where_steps_are_apart_nothing_is_said_to_pass_between_them():
    case = Case(N=3, T=4, V=6)
    over_all = captions_loss(stable, lambda x: (x.shape[0] * x.shape[1],))
    said = verdict(case.loss, over_all, case("NTV"), case.whole("NT", below=6))
    assert "With one step (T = 1) it is right, with T=4 it is not, and no step has to do with another" in said


def test_rows_that_are_used_twice_in_one_caption_are_told(case):
    def look_up(x, W):
        return W[x], (x, W)

    def caption_by_caption(dout, cache):
        dW = np.zeros_like(cache[1])
        for words, grads in zip(cache[0], dout, strict=True):
            dW[words] += grads
        return dW
    assert "words that come more than once in one caption are wrong" in verdict(
        case.gradients, look_up, caption_by_caption, np.array([[0, 1, 1], [2, 4, 0]]), case("DH"))


def test_lines_of_the_layers_that_are_given_are_not_called_the_students(case):
    def answer(x):
        h0 = np.zeros((3, 5))
        return rnn_forward(x, h0, np.ones((5, 9)), np.ones((9, 9)), np.ones(9))
    said = verdict(case.run, answer, np.ones((3, 4, 5)))
    assert "return rnn_forward(x, h0" in said


def test_a_sum_that_does_not_fit_is_told_without_shapes(case):
    def answer(x):
        np.add.at(np.zeros((4, 5)), np.array([1, 2]), x)
    assert "stopped: an array does not fit the place it is added to." in verdict(case.run, answer, np.ones((2, 3)))
