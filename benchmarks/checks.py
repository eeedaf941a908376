"""What it costs to check a gradient: python benchmarks/checks.py [--quick] [--json FILE]

For ten functions of the course at the sizes of its checks (float64): *one direction* is `Case.gradients` of the check
vocabulary, the whole check with its words; *slopes alone* is the part that measures, one random direction an input; and
*entry by entry* is CS231n's `eval_numerical_gradient_array`, central differences of every entry of every input. Before
anything is timed both have to agree with the function's own gradients. Processor milliseconds, one thread, medians of
rounds in turn.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"          # before numpy is imported

import numpy as np  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from grader.checks import Case  # noqa: E402
from grader.checks.calls import Caller, parameter_names  # noqa: E402
from grader.checks.gradients import Numeric, leaves, slope_errors  # noqa: E402
from unrolled import layers  # noqa: E402

STEP = 1e-5


class Function(NamedTuple):
    """A forward and backward pass of the course, sizes, and inputs as the check vocabulary spells them."""

    name: str
    forward: Callable[..., Any]
    backward: Callable[..., Any]
    sizes: dict[str, int]
    inputs: str


def functions() -> list[Function]:
    """The ten, at sizes that CS231n's notebooks and this course's checks use."""
    step, sequence = {"N": 4, "D": 5, "H": 6}, {"N": 2, "D": 3, "T": 10, "H": 5}
    names = ("rnn_step", "rnn", "lstm_step", "lstm", "gru_step", "gru")
    specs = {"rnn_step": "ND NH DH HH H", "rnn": "NTD NH DH HH H", "lstm_step": "ND NH NH DG HG G",
             "lstm": "NTD NH DG HG G", "gru_step": "ND NH DG HG G", "gru": "NTD NH DG HG G"}
    gates = {"lstm": 4, "gru": 3}
    found = []
    for name in names:
        sizes = dict(step if name.endswith("_step") else sequence)
        if "G" in specs[name]:
            sizes["G"] = gates[name.split("_")[0]] * sizes["H"]
        found.append(_of_layers(name, sizes, specs[name]))
    found += [
        _of_layers("affine", {"N": 4, "D": 5, "M": 6}, "ND DM M"),
        _of_layers("temporal_affine", {"N": 2, "T": 3, "D": 4, "M": 5}, "NTD DM M"),
        Function("attention", context_of, layers.attention_backward, {"N": 3, "L": 9, "H": 6}, "NH NLH"),
        _of_layers("attention_lstm", {"N": 2, "T": 10, "D": 3, "L": 4, "H": 5, "G": 20}, "NTD NH NLH DG HG HG G"),
    ]
    return found


def context_of(h: np.ndarray, grid: np.ndarray) -> tuple[np.ndarray, Any]:
    """Attention's context alone: its weights have no gradient of their own."""
    context, _, cache = layers.attention_forward(h, grid)
    return context, cache


def _of_layers(name: str, sizes: dict[str, int], inputs: str) -> Function:
    return Function(name, getattr(layers, f"{name}_forward"), getattr(layers, f"{name}_backward"), sizes, inputs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=1, choices=[1], help="checks are small: one thread")
    parser.add_argument("--quick", action="store_true", help="one round")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    figures = [measure(function, 1 if asked.quick else 7) for function in functions()]
    report(figures)
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")


def measure(function: Function, rounds: int) -> dict[str, Any]:
    """Agree first, then time in turn."""
    case = Case(**function.sizes)
    inputs = case(function.inputs)
    *outs, cache = function.forward(*inputs)
    douts = [np.random.default_rng(1).normal(size=np.shape(out)) for out in outs]
    grads = function.backward(*douts, cache)
    names = parameter_names(function.forward, len(inputs))

    def slopes() -> dict[str, float]:
        numeric = Numeric(Caller(case.sizes), function.forward, tuple(inputs), douts)
        own = dict(zip(names, grads, strict=True))
        return slope_errors(numeric, own, leaves(names, inputs), np.random.default_rng(2))

    def whole_check() -> None:
        with contextlib.redirect_stdout(io.StringIO()):
            case.gradients(function.forward, function.backward, *inputs)

    def entries() -> list[np.ndarray]:
        return entry_by_entry(function.forward, inputs, douts)

    ways: dict[str, Callable[[], Any]] = {"one direction": whole_check, "slopes alone": slopes,
                                          "entry by entry": entries}
    whole_check()
    worst = max(slopes().values())
    numeric_worst = max(float(np.abs(mine - theirs).max() / np.abs(theirs).max())
                        for mine, theirs in zip(entries(), grads, strict=True))
    if max(worst, numeric_worst) > 1e-6:
        sys.exit(f"{function.name}: the ways do not agree with its gradients ({worst:.1e}, {numeric_worst:.1e}).")
    times: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way, work in ways.items():
            start = time.process_time()
            work()
            times[way].append(1000 * (time.process_time() - start))
    return {"function": function.name, "entries": sum(x.size for x in inputs), "slope error": worst,
            **{way: statistics.median(found) for way, found in times.items()}}


def entry_by_entry(forward: Callable[..., Any], inputs: list[np.ndarray], douts: list[np.ndarray]) -> list[np.ndarray]:
    """CS231n's way: two forward passes for each entry of each input, for one output after another."""
    found = []
    for x in inputs:
        grad = np.zeros_like(x)
        for place in np.ndindex(x.shape):
            before = x[place]
            x[place] = before + STEP
            up = [np.copy(out) for out in forward(*inputs)[: len(douts)]]
            x[place] = before - STEP
            down = [np.copy(out) for out in forward(*inputs)[: len(douts)]]
            x[place] = before
            grad[place] = sum(np.sum((a - b) * dout) for a, b, dout in zip(up, down, douts, strict=True)) / (2 * STEP)
        found.append(grad)
    return found


def report(figures: list[dict[str, Any]]) -> None:
    ways = ("one direction", "slopes alone", "entry by entry")
    print(f"processor milliseconds{'':<3}{'entries':>8}" + "".join(f"{way:>16}" for way in ways) + f"{'ratio':>9}")
    for one in [*figures, {"function": "all ten", "entries": sum(f["entries"] for f in figures),
                           **{way: sum(f[way] for f in figures) for way in ways}}]:
        print(f"{one['function']:<25}{one['entries']:>8}" + "".join(f"{one[way]:>16.2f}" for way in ways)
              + f"{one['entry by entry'] / one['one direction']:>9.0f}")
    print("ratio: entry by entry / one direction (the whole check, with its words)")


if __name__ == "__main__":
    main()
