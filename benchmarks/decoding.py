"""How quickly 1,000 captions are written: python benchmarks/decoding.py [--threads 1] [--quick] [--json FILE]

greedy   unrolled.decoding.greedy beside PyTorch's loop over the batch (lstm_cell, stopping when all have finished)
beam 5   unrolled.decoding.beam_search beside a loop over single pictures that steps one hypothesis at a time

One LSTM captioner with random parameters (features 512, word vectors 256, hidden 512, 1,004 words, float32), at most
16 words; with `usual` lengths captions end by themselves after about ten words, with `full` none ends before the last.
Captions are compared first and have to be the same. Times are processor seconds with one thread, else wall seconds;
the medians of rounds in turn. The loop over single pictures takes as long for each, so it writes every fifth caption.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

THREADS = sys.argv[sys.argv.index("--threads") + 1] if "--threads" in sys.argv[:-1] else "1"
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = THREADS          # before numpy is imported

import numpy as np  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from unrolled.captioning import Captioner  # noqa: E402
from unrolled.decoding import beam_search, greedy  # noqa: E402

D, W, H, V, T = 512, 256, 512, 1004, 16
NULL, START, END = 0, 1, 2
UNSAID = (NULL, START)
BEAM, PENALTY = 5, 0.7
EACH = 5
END_BIAS = {"usual": 0.8, "full": -30.0}
TARGETS = {"greedy": 1.5, "beam 5": 5.0}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="100 captions and one round, to see that it works")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    captions, rounds = (100, 1) if asked.quick else (1000, 3)
    clock = time.process_time if asked.threads == 1 else time.perf_counter
    figures = [figure for lengths in END_BIAS for figure in contests(lengths, captions, rounds, clock)]
    report(figures, asked.threads)
    if asked.json:
        asked.json.write_text(json.dumps({"threads": asked.threads, "figures": figures}, indent=1), encoding="utf-8")


def contests(lengths: str, captions: int, rounds: int, clock: Callable[[], float]) -> list[dict[str, Any]]:
    """Check that all write the same, then time them in turn."""
    model, params, features = captioner(END_BIAS[lengths], captions)
    ours: dict[str, Callable[[], Any]] = {
        "greedy": lambda: greedy(model, params, features, max_length=T, unsaid=UNSAID),
        "beam 5": lambda: beam_search(model, params, features, beam=BEAM, length_penalty=PENALTY, max_length=T,
                                      unsaid=UNSAID)[0],
    }
    peers: dict[str, Callable[[], Any]] = {"beam 5": lambda: beam_one_by_one(model, params, features[::EACH])}
    torch_loop = torch_greedy(params, features)
    if torch_loop is not None:
        peers = {"greedy": torch_loop, **peers}
    figures = []
    for what, peer in peers.items():
        start = clock()
        theirs = peer()
        first = (clock() - start) * captions / len(theirs)
        mine = ours[what]()
        different = int((mine[:: captions // len(theirs)] != theirs).any(axis=1).sum())
        if different:
            sys.exit(f"{what}, {lengths}: {different} of {len(theirs)} captions differ; no times of different work.")
        slow = what == "beam 5"         # one round of it is enough
        times: dict[str, list[float]] = {"ours": [], "peer": [first] if slow else []}
        for _ in range(rounds):
            for who, work in (("ours", ours[what]), *([] if slow else [("peer", peer)])):
                start = clock()
                work()
                times[who].append(clock() - start)
        mine_s, theirs_s = (statistics.median(times[who]) for who in ("ours", "peer"))
        figures.append({"what": what, "lengths": lengths, "words": float((mine > 0).sum(axis=1).mean()),
                        "captions": captions, "ours per second": captions / mine_s,
                        "peer per second": captions / theirs_s, "ratio": theirs_s / mine_s, "target": TARGETS[what]})
    return figures


def captioner(end_bias: float, captions: int) -> tuple[Captioner, dict[str, np.ndarray], np.ndarray]:
    """An LSTM with parameters large enough that its words differ, and pictures for it."""
    rng = np.random.default_rng(3)
    words = {word: i for i, word in enumerate(["<NULL>", "<START>", "<END>", *map(str, range(V - 3))])}
    model = Captioner("lstm", word_to_idx=words, feature_dim=D, wordvec_dim=W, hidden_dim=H)
    params = model.init(rng)
    params["W_embed"] *= 60
    params["W_vocab"] *= 3
    params["b_vocab"][END] = end_bias
    return model, params, rng.standard_normal((captions, D), dtype=np.float32)


def torch_greedy(params: dict[str, np.ndarray], features: np.ndarray) -> Callable[[], np.ndarray] | None:
    """PyTorch's usual loop: the whole batch at every step until the last caption has ended; None without PyTorch."""
    try:
        import torch
        import torch.nn.functional as F
    except ImportError:
        print("PyTorch is not installed: greedy is left out.  python -m pip install torch")
        return None
    torch.set_num_threads(int(THREADS))
    order = np.concatenate([np.arange(2 * H), 3 * H + np.arange(H), 2 * H + np.arange(H)])      # i, f, g, o

    def tensor(array: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(np.ascontiguousarray(array))

    W_proj, W_vocab = tensor(params["W_proj"].T), tensor(params["W_vocab"].T)
    Wx, Wh, b = tensor(params["Wx"][:, order].T), tensor(params["Wh"][:, order].T), tensor(params["b"][order])
    b_proj, b_vocab, W_embed = (tensor(params[name]) for name in ("b_proj", "b_vocab", "W_embed"))
    pictures, nothing = tensor(features), torch.zeros(4 * H)

    @torch.no_grad()
    def decode() -> np.ndarray:
        h = F.linear(pictures, W_proj, b_proj)
        c, word = torch.zeros_like(h), torch.full((len(pictures),), START)
        ended = torch.zeros(len(pictures), dtype=torch.bool)
        captions = torch.zeros((len(pictures), T), dtype=torch.long)
        for t in range(T):
            h, c = torch.lstm_cell(W_embed[word], (h, c), Wx, Wh, b, nothing)
            scores = F.linear(h, W_vocab, b_vocab)
            scores[:, list(UNSAID)] = -torch.inf
            word = scores.argmax(dim=1)
            captions[:, t] = torch.where(ended, NULL, word)
            ended |= word == END
            if ended.all():
                break
        return captions.numpy()

    return decode


def beam_one_by_one(model: Captioner, params: dict[str, np.ndarray], features: np.ndarray) -> np.ndarray:
    """The usual first implementation: a picture at a time, a list of hypotheses, a step for each."""
    captions = np.zeros((len(features), T), np.int64)
    for n in range(len(features)):
        hypotheses: list[tuple[list[int], float, Any]] = [([], 0.0, model.start(params, features[n : n + 1]))]
        for _ in range(T):
            grown: list[tuple[list[int], float, Any]] = []
            for words, logp, state in hypotheses:
                if words and words[-1] == END:
                    grown.append((words, logp, state))
                    continue
                scores, after = model.step(params, state, np.array(words[-1:] or [START]))
                logps = scores[0] - scores.max()
                logps -= np.log(np.exp(logps).sum())
                logps[list(UNSAID)] = -np.inf
                grown += [([*words, int(word)], logp + float(logps[word]), after)
                          for word in np.argsort(-logps)[:BEAM]]
            grown.sort(key=lambda one: one[1] / len(one[0]) ** PENALTY, reverse=True)
            hypotheses = grown[:BEAM]
            if all(words[-1] == END for words, _, _ in hypotheses):
                break
        captions[n, : len(hypotheses[0][0])] = hypotheses[0][0]
    return captions


def report(figures: list[dict[str, Any]], threads: int) -> None:
    kind = "processor" if threads == 1 else "wall"
    print(f"captions per {kind} second, {threads} thread(s); all captions identical; "
          f"load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "")
    print(f"{'':<8}{'lengths':<9}{'words':>6}{'ours':>9}{'peer':>9}{'ratio':>8}   at least")
    for one in figures:
        met = "met" if one["ratio"] >= one["target"] else "missed"
        print(f"{one['what']:<8}{one['lengths']:<9}{one['words']:>6.1f}{one['ours per second']:>9,.0f}"
              f"{one['peer per second']:>9,.0f}{one['ratio']:>8.2f}   {one['target']} ({met})")


if __name__ == "__main__":
    main()
