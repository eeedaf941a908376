"""How quick a training step is: python benchmarks/training.py [--threads 2] [--quick] [--cells lstm rnn] [--json FILE]

python benchmarks/training.py --characters times the character model of lesson 5 alone: hidden 256, 97 letters, chunks
of 64 letters, N of --sizes, one thread, letters a second.

A captioner (features 512, word vectors 256, hidden 512, T = 16, 1,004 words, float32), forward, backward and Adam:
ours, a plain CS231n-style one, PyTorch as users write it and PyTorch's quicker variants. Each works in a process of
its own, in turns; before that, all must agree on loss and gradients. Captions are those of the data set Scenes, or
of full length. One thread is compared by processor time, more threads by wall time.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1])]

import contest  # noqa: E402
import plain  # noqa: E402

from unrolled import characters, data  # noqa: E402
from unrolled.captioning import GATES, Captioner  # noqa: E402
from unrolled.training import Adam  # noqa: E402

Array = NDArray[Any]
Times = dict[str, dict[str, Any]]

D, W, H, V, T, REGIONS = 512, 256, 512, 1004, 16, 49
OURS, PLAIN, USERS, PEAK = "unrolled", "plain CS231n style", "PyTorch as users write it", "sgemm"
VARIANTS = {
    "PyTorch, unmasked rows, fused Adam": ("unmasked", "fused"),
    "PyTorch, unmasked rows, foreach Adam": ("unmasked", "foreach"),
    "PyTorch, packed, fused Adam": ("packed", "fused"),
    "PyTorch, packed, foreach Adam": ("packed", "foreach"),
}
LOOPS = {"PyTorch, hoisted loop, fused Adam": ("hoisted", "fused")}
TARGETS = {  # the most of PyTorch as users write it, of the best variant, and of plain
    ("lstm", "real"): (0.70, 0.85, 0.45),
    ("rnn", "real"): (0.55, 0.75, None),
    ("gru", "real"): (0.55, 0.75, None),
    ("attention-lstm", "real"): (0.45, None, None),
    ("lstm", "full"): (0.95, None, None),
}
TARGETS_WALL = {("lstm", "real"): (0.85, None, None), ("rnn", "real"): (0.60, None, None)}


LETTERS, LETTERS_HIDDEN, LETTERS_CHUNK, LEAST_SPEEDUP = 97, 256, 64, 1.15
LETTER_MODELS = {
    "PyTorch, one-hot into nn.LSTM": ("one-hot", "default"),
    "PyTorch, one-hot into nn.LSTM, fused Adam": ("one-hot", "fused"),
    "PyTorch, hoisted loop, fused Adam": ("hoisted", "fused"),
}


def batch(cell: str, N: int, lengths: str, T: int = T) -> tuple[Any, Array]:
    """Features, a pair for attention, and captions: those of Scenes with their lengths, or, up to the last step, words
    by Zipf's law.
    """
    rng = np.random.default_rng(0)
    features: Any = rng.standard_normal((N, D), dtype=np.float32)
    if cell == "attention-lstm":
        features = features, rng.standard_normal((N, REGIONS, D), dtype=np.float32)
    if lengths == "real":
        with data.load("scenes") as scenes:
            return features, scenes.minibatch("train", N, rng)[0].astype(np.int64)
    chance = 1 / (np.arange(V - 4) + 2.7)
    captions = 4 + rng.choice(V - 4, (N, T + 1), p=chance / chance.sum())
    captions[:, 0] = 1
    return features, captions


def model(cell: str, threads: int = 1) -> Captioner:
    words = {word: k for k, word in enumerate(["<NULL>", "<START>", "<END>", *map(str, range(3, V))])}
    sizes: dict[str, Any] = {"feature_dim": D, "wordvec_dim": W, "hidden_dim": H}
    if cell == "attention-lstm":
        sizes["grid_dim"] = D
    return Captioner(cell, word_to_idx=words, threads=threads, **sizes)


def operations(cell: str, captions: Array, needed: bool) -> float:
    """Floating-point operations of the products of one step; `needed` leaves out padding and repeated words."""
    N, G = len(captions), GATES[cell] * H
    rows, distinct = captions[:, :-1].size, captions[:, :-1].size
    if needed:
        read = captions[:, :-1][captions[:, 1:] != 0]
        rows, distinct = read.size, np.unique(read).size
    looked = REGIONS if cell == "attention-lstm" else 0
    total = 4 * N * (1 + looked) * D * H + 6 * distinct * W * G + 6 * rows * H * (G + V)
    return float(total + (6 * rows * H * G + 12 * rows * looked * H if looked else 0))


def read_letters(task: Mapping[str, Any]) -> None:
    """A process's part in the contest of character models: chunk after chunk of one text, the state carried."""
    N, T = task["N"], LETTERS_CHUNK
    rng = np.random.default_rng(0)
    numbers = rng.choice(LETTERS, N * T + 1, p=rng.dirichlet(np.ones(LETTERS)))
    inputs, targets = numbers[:-1].reshape(N, T), numbers[1:].reshape(N, T)
    model = characters.Model("".join(map(chr, range(LETTERS))), LETTERS_HIDDEN)
    params = model.init(1)
    if task["kind"] == "torch":
        import peers

        contest.serve(*peers.reader(params, inputs, targets, task["how"], task["adam"]))
        return
    optimiser, latest, state = Adam(params), dict[str, Array](), model.start(N)

    def step() -> float:
        nonlocal state
        loss, grads, state = model.loss(params, inputs, targets, state)
        optimiser.step(params, grads)
        latest.update(grads)
        return loss

    contest.serve(step, lambda: latest)


def letters_a_second(N: int, args: argparse.Namespace) -> dict[str, Any]:
    """Print the contest of character models at one batch size; -> times and the verdict."""
    common = {"part": "characters", "N": N}
    tasks: dict[str, dict[str, Any]] = {OURS: {"kind": OURS, **common}}
    if has_torch():
        tasks |= {name: {"kind": "torch", "how": how, "adam": adam, **common}
                  for name, (how, adam) in LETTER_MODELS.items()}
    rounds, seconds = (3, 0.3) if args.quick else (args.rounds, 0.6)
    times = contest.hold(__file__, tasks, dict.fromkeys(tasks, 1), rounds, seconds)
    print(f"\ncharacter model, hidden {LETTERS_HIDDEN}, N = {N}, chunks of {LETTERS_CHUNK}, 1 thread, cpu time")
    print(f"  {'':44}{'letters/s':>11}{'it / ours':>11}{'differs':>9}")
    speedups = {name: 1 / contest.ratio(times[OURS], t, "cpu") for name, t in times.items()}
    for name, t in times.items():
        print(f"  {name:44}{N * LETTERS_CHUNK / t['cpu']:11,.0f}{speedups[name]:11.2f}{t['worst']:9.0e}")
    result: dict[str, Any] = {"N": N, "times": times}
    if len(times) > 1:
        least = min(value for name, value in speedups.items() if name != OURS)
        result |= {"speedup": least, "target": LEAST_SPEEDUP, "met": least >= LEAST_SPEEDUP}
        word = "met" if result["met"] else "MISSED"
        print(f"  {least:.2f} times the quickest of PyTorch's; target {LEAST_SPEEDUP}: {word}")
    return result


def contestant(task: Mapping[str, Any]) -> None:
    """A process's part in the contest."""
    if task.get("part") == "characters":
        read_letters(task)
        return
    if task["kind"] == PEAK:
        a = np.random.default_rng(0).random((1024, 1024), dtype=np.float32)
        out = np.empty_like(a)
        contest.serve(lambda: float(np.matmul(a, a, out=out)[0, 0]), dict)
        return
    cell, threads = task["cell"], task["threads"]
    features, captions = batch(cell, task["N"], task["lengths"], task.get("T", T))
    captioner = model(cell, threads)
    params = captioner.init(1)
    if task["kind"] == "torch":
        import peers

        peer = peers.trainer(cell, params, features, captions, task["rows"], task["adam"], threads)
        contest.serve(*peer)
        return
    ours = task["kind"] == OURS
    optimiser: Any = Adam(params) if ours else plain.Adam(params)
    latest: dict[str, Array] = {}

    def loss_of(params: dict[str, Array]) -> tuple[float, dict[str, Array]]:
        return captioner.loss(params, features, captions) if ours else plain.loss(cell, params, features, captions)

    def step() -> float:
        loss, grads = loss_of(params)
        optimiser.step(params, grads)
        latest.update(grads)
        return loss

    contest.serve(step, lambda: latest)


def contests(cell: str, N: int, lengths: str, threads: int, args: argparse.Namespace) -> Times:
    """Ours, plain and PyTorch on one kind of batch."""
    common = {"cell": cell, "N": N, "lengths": lengths, "threads": threads}
    tasks: dict[str, dict[str, Any]] = {OURS: {"kind": OURS, **common}, PLAIN: {"kind": PLAIN, **common}}
    if has_torch():
        tasks[USERS] = {"kind": "torch", "rows": "all", "adam": "default", **common}
        quicker = LOOPS if cell == "attention-lstm" else VARIANTS
        tasks |= {name: {"kind": "torch", "rows": r, "adam": a, **common} for name, (r, a) in quicker.items()}
    tasks[PEAK] = {"kind": PEAK}
    blas = dict.fromkeys(tasks, threads) | {OURS: 1}  # ours cuts the batch instead
    rounds, seconds = (3, 0.3) if args.quick else (args.rounds, 0.6)
    return contest.hold(__file__, tasks, blas, rounds, seconds, alone=PEAK)


def has_torch() -> bool:
    try:
        import torch  # noqa: F401
    except ImportError:
        return False
    return True


def report(cell: str, N: int, lengths: str, threads: int, times: Times) -> dict[str, Any]:
    """Print one contest as a table; -> its ratios beside the targets."""
    clock = "cpu" if threads == 1 else "wall"
    _, captions = batch(cell, N, lengths)
    peak = 2 * 1024**3 / times.pop(PEAK)[f"{clock}_least"]
    needed = operations(cell, captions, needed=True)
    of_all = operations(cell, captions, needed=False)
    print(f"\n{cell}, N = {N}, captions of {lengths} length, {threads} thread(s), {clock} time")
    print(f"  needed {needed / 1e9:.2f} of {of_all / 1e9:.2f} Gflop; sgemm peak {peak / 1e9:.0f} Gflop/s")
    print(f"  {'':38}{'median ms':>10}{'least ms':>10}{'ours / it':>11}{'of peak':>9}{'differs':>9}")
    ours = times[OURS]
    for name, t in times.items():
        share = (needed if name == OURS else of_all) / t[clock] / peak
        row = f"{t[clock] * 1e3:10.1f}{t[clock + '_least'] * 1e3:10.1f}{contest.ratio(ours, t, clock):11.2f}"
        print(f"  {name:38}{row}{share:9.0%}{t['worst']:9.0e}")
    result: dict[str, Any] = {"cell": cell, "N": N, "lengths": lengths, "threads": threads, "times": times}
    result |= {"peak": peak, "needed": needed, "all": of_all, "verdicts": []}
    targets = (TARGETS if threads == 1 else TARGETS_WALL).get((cell, lengths), (None, None, None))
    variants = [name for name in times if name not in (OURS, PLAIN, USERS)]
    best = min(variants, key=lambda name: times[name][clock], default=None)
    for name, most in zip((USERS, best, PLAIN), targets, strict=True):
        if name in times and most is not None:
            ratio = contest.ratio(ours, times[name], clock)
            word = "met" if ratio <= most else "MISSED"
            print(f"  {ratio:.2f} of {name}; target {most:.2f}: {word}")
            result["verdicts"].append({"of": name, "ratio": ratio, "target": most, "met": ratio <= most})
    return result


def growth(quick: bool) -> dict[str, float]:
    """Print how the cost of our LSTM step grows with N and with T: the exponents of fitted powers."""
    tries = 2 if quick else 5
    exponents = {}
    for letter, sizes in {
        "N": [(n, 16) for n in (64, 128, 256, 512)],
        "T": [(64, t) for t in (16, 32, 64, 128)],
    }.items():
        steps = [stepper(N, T) for N, T in sizes]
        least = [math.inf] * len(sizes)
        for _ in range(tries):
            for k, step in enumerate(steps):
                start = time.process_time()
                step()
                least[k] = min(least[k], time.process_time() - start)
        along = [N if letter == "N" else T for N, T in sizes]
        exponents[letter] = float(np.polyfit(np.log(along), np.log(least), 1)[0])
        listed = ", ".join(f"{letter} = {x}: {t * 1e3:.0f} ms" for x, t in zip(along, least, strict=True))
        print(f"  cost grows as {letter}^{exponents[letter]:.2f} (at most 1.05)   {listed}")
    return exponents


def stepper(N: int, T: int) -> Callable[[], object]:
    """One training step of an LSTM on full captions, already run once."""
    features, captions = batch("lstm", N, "full", T)
    captioner = model("lstm")
    params = captioner.init(1)
    optimiser = Adam(params)

    def step() -> None:
        optimiser.step(params, captioner.loss(params, features, captions)[1])

    step()
    return step


def memory() -> None:
    """Print what a step needs in memory, by the formula that a test holds to a tenth."""
    print("\nmemory of loss and gradients, full captions, MB (Captioner.memory)")
    for cell in GATES:
        print(f"  {cell:16}", end="")
        for N, steps in ((50, 16), (128, 16), (128, 64)):
            print(f"   N = {N}, T = {steps}: {model(cell).memory(N, steps, REGIONS) / 1e6:.0f}", end="")
        print()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="one batch size, fewer turns")
    parser.add_argument("--rounds", type=int, default=7, help="turns of each contestant")
    parser.add_argument("--sizes", nargs="*", type=int, default=[50, 128], help="captions in a batch")
    parser.add_argument("--cells", nargs="*", default=list(GATES), choices=list(GATES))
    parser.add_argument("--characters", action="store_true", help="the character model alone")
    parser.add_argument("--json", type=Path, help="write all times to this file")
    parser.add_argument("--contestant", type=json.loads, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.contestant:
        contestant(args.contestant)
        return
    getattr(sys.stdout, "reconfigure", lambda **_: None)(line_buffering=True)
    if not has_torch():
        print("PyTorch is not installed: compared with the plain implementation only.")
    if args.characters:
        found = [letters_a_second(N, args) for N in (args.sizes[:1] if args.quick else args.sizes)]
        if args.json:
            args.json.write_text(json.dumps({"characters": found}, indent=1) + "\n", encoding="utf-8")
        return
    results = []
    for cell in args.cells:
        for N in args.sizes[:1] if args.quick else args.sizes:
            for lengths in ("real", "full") if cell == "lstm" and args.threads == 1 else ("real",):
                times = contests(cell, N, lengths, args.threads, args)
                results.append(report(cell, N, lengths, args.threads, times))
    exponents = {}
    if args.threads == 1:
        print("\nhow cost grows (LSTM, full captions, processor time)")
        exponents = growth(args.quick)
        memory()
    if args.json:
        text = json.dumps({"contests": results, "exponents": exponents}, indent=1)
        args.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
