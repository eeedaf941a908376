"""Two tasks that nothing but a memory solves, and the smallest network that learns them.

    reader = tasks.Reader("lstm", tasks.Recall(), hidden_dim=16)
    params = reader.init(seed=0)
    tasks.learn(reader, params, T=40, steps=300, learning_rate=0.01)
    reader.success(params, T=40)            # the share of fresh sequences that it gets right

A reader reads a sequence (N, T, D) to its end and answers once, from its last state.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import DTypeLike, NDArray

from unrolled.layers import affine_backward, affine_forward, gru, lstm, rnn, temporal_softmax_loss
from unrolled.optimisers import Adam, Optimiser, clip_norm

Array = NDArray[Any]
Params = dict[str, Array]
Pair = tuple[Callable[..., Any], Callable[..., Any]]

CELLS: dict[str, tuple[Pair, int, int | None]] = {     # forward and backward, blocks of weights, the block that keeps
    "rnn": ((rnn.rnn_forward, rnn.rnn_backward), 1, None),
    "gru": ((gru.gru_forward, gru.gru_backward), 3, 1),
    "lstm": ((lstm.lstm_forward, lstm.lstm_backward), 4, 1),
}
HELD_OUT = 2**31        # seeds from here on draw the sequences that success is measured on


class Task(Protocol):
    """What a reader learns: sequences, answers, and a judgement on scores."""

    inputs: int         # D
    outputs: int        # K

    def draw(self, N: int, T: int, rng: np.random.Generator) -> tuple[Array, Array]:
        """N fresh sequences of T steps -> x (N, T, D), y (N,)."""

    def loss(self, scores: Array, y: Array) -> tuple[float, Array]:
        """scores (N, K), y (N,) -> loss, dscores (N, K)"""

    def right(self, scores: Array, y: Array) -> Array:
        """scores (N, K), y (N,) -> (N,), True where the answer counts as right"""


@dataclass(frozen=True)
class Recall:
    """Which of `symbols` was shown at the first step? Distractors follow, one of `distractors` at every step.

    x (N, T, D) is one-hot, the symbols' places first; y (N,) is the number of the symbol.
    """

    symbols: int = 4
    distractors: int = 4

    @property
    def inputs(self) -> int:
        return self.symbols + self.distractors

    @property
    def outputs(self) -> int:
        return self.symbols

    def draw(self, N: int, T: int, rng: np.random.Generator) -> tuple[Array, Array]:
        shown = self.symbols + rng.integers(self.distractors, size=(N, T))
        shown[:, 0] = rng.integers(self.symbols, size=N)
        return np.eye(self.inputs)[shown], shown[:, 0]              # (N, T, D), (N,)

    def loss(self, scores: Array, y: Array) -> tuple[float, Array]:
        value, dscores = temporal_softmax_loss(scores[:, None], y[:, None], np.ones((len(y), 1)))
        return value, dscores[:, 0]

    def right(self, scores: Array, y: Array) -> Array:
        return scores.argmax(axis=1) == y


@dataclass(frozen=True)
class Adding:
    """The sum of two marked numbers among T (Hochreiter and Schmidhuber 1997; in this form Le et al. 2015).

    x (N, T, 2): a number from 0 to 1, and a mark that is 1 twice, once in each half; y (N,) is the sum of the two
    marked numbers. Who always answers 1 has a mean squared error of 1/6. An answer within `tolerance` is right.
    """

    tolerance: float = 0.1
    inputs: int = field(default=2, init=False)
    outputs: int = field(default=1, init=False)

    def draw(self, N: int, T: int, rng: np.random.Generator) -> tuple[Array, Array]:
        if T < 2:
            raise ValueError(f"T={T}: expected 2 or more, a marked number in each half.")
        numbers, marks, rows = rng.random((N, T)), np.zeros((N, T)), np.arange(N)
        marks[rows, rng.integers(T // 2, size=N)] = 1
        marks[rows, rng.integers(T // 2, T, size=N)] = 1
        return np.stack([numbers, marks], axis=2), (numbers * marks).sum(axis=1)        # (N, T, 2), (N,)

    def loss(self, scores: Array, y: Array) -> tuple[float, Array]:
        apart = scores[:, 0] - y
        return float(np.mean(apart**2)), (2 / len(y) * apart)[:, None].astype(scores.dtype)

    def right(self, scores: Array, y: Array) -> Array:
        return np.abs(scores[:, 0] - y) < self.tolerance


class Reader:
    """A recurrent cell, and an affine layer that answers from its last state.

    cell: "rnn", "gru", "lstm", or a pair (forward, backward) of your own with the arguments of rnn_forward and
        rnn_backward; then `gates` is the number of blocks in Wx, Wh, b
    Parameters, sizes D inputs, H hidden, G gates, K answers: Wx (D, G·H), Wh (H, G·H), b (G·H,), W_out (H, K),
    b_out (K,).
    """

    def __init__(self, cell: str | Pair, task: Task, hidden_dim: int = 16, gates: int = 1,
                 dtype: DTypeLike = np.float32) -> None:
        if isinstance(cell, str) and cell not in CELLS:
            raise ValueError(f"cell {cell!r}: expected one of {', '.join(CELLS)}, or a pair (forward, backward).")
        self.task, self.hidden_dim, self.dtype = task, hidden_dim, np.dtype(dtype)
        pair, self.gates, self.keeps = CELLS[cell] if isinstance(cell, str) else (cell, gates, None)
        self.forward, self.backward = pair

    def init(self, seed: int = 0, keep: float = 1.0) -> Params:
        """Parameters to start from: normal, of variance one over the count of numbers that are summed; biases zero.

        These are D + H for Wx and Wh, whatever the cell. The gate that keeps, an LSTM's forget gate or a GRU's update
        gate, begins with a bias of `keep`.
        """
        rng, D, H, G = np.random.default_rng(seed), self.task.inputs, self.hidden_dim, self.gates * self.hidden_dim
        shapes = {"Wx": ((D, G), D + H), "Wh": ((H, G), D + H), "W_out": ((H, self.task.outputs), H)}
        params = {name: (rng.normal(size=shape) / math.sqrt(summed)).astype(self.dtype)
                  for name, (shape, summed) in shapes.items()}
        params |= {"b": np.zeros(G, self.dtype), "b_out": np.zeros(self.task.outputs, self.dtype)}
        if self.keeps is not None:
            params["b"][self.keeps * H : (self.keeps + 1) * H] = keep
        return params

    def loss(self, params: Mapping[str, Array], x: Array, y: Array) -> tuple[float, Params]:
        """x (N, T, D), y (N,) -> loss, grads (a dictionary with the names of `params`)"""
        value, grads, _ = self._there_and_back(params, x, y)
        return value, grads

    def flow(self, params: Mapping[str, Array], T: int, N: int = 200, seed: int = 0) -> Array:
        """How strongly the input at each step could change the loss: norms of its gradient, meaned over N sequences.

        -> (T,); the loss looks at the last step alone
        """
        x, y = self.task.draw(N, T, np.random.default_rng(HELD_OUT + seed))
        _, _, dx = self._there_and_back(params, x.astype(self.dtype), y)
        norms: Array = N * np.linalg.norm(dx.astype(np.float64), axis=2).mean(axis=0)      # of one sequence's own loss
        return norms

    def success(self, params: Mapping[str, Array], T: int, N: int = 500, seed: int = 0) -> float:
        """The share of N fresh sequences of T steps whose answer is right; no training draws the same ones."""
        x, y = self.task.draw(N, T, np.random.default_rng(HELD_OUT + seed))
        return float(self.task.right(self._scores(params, x.astype(self.dtype))[0], y).mean())

    def _scores(self, params: Mapping[str, Array], x: Array) -> tuple[Array, tuple]:
        """x (N, T, D) -> scores (N, K), caches"""
        h0 = np.zeros((len(x), self.hidden_dim), x.dtype)
        h, of_cell = self.forward(x, h0, params["Wx"], params["Wh"], params["b"])       # (N, T, H)
        scores, of_scores = affine_forward(h[:, -1], params["W_out"], params["b_out"])  # (N, K)
        return scores, (h.shape, of_cell, of_scores)

    def _there_and_back(self, params: Mapping[str, Array], x: Array, y: Array) -> tuple[float, Params, Array]:
        scores, (shape, of_cell, of_scores) = self._scores(params, x)
        value, dscores = self.task.loss(scores, y)
        grads: Params = {}
        dh = np.zeros(shape, x.dtype)                                                   # (N, T, H)
        dh[:, -1], grads["W_out"], grads["b_out"] = affine_backward(dscores, of_scores)
        dx, _, grads["Wx"], grads["Wh"], grads["b"] = self.backward(dh, of_cell)
        return value, grads, dx


def looped(step_forward: Callable[..., Any], step_backward: Callable[..., Any], *settings: Any) -> Pair:
    """A pair (forward, backward) for whole sequences, made of a step and its way back.

    step_forward(x, prev_h, Wx, Wh, b, *settings) -> next_h, cache
    step_backward(dnext_h, cache) -> dx, dprev_h, dWx, dWh, db
    """

    def forward(x: Array, h0: Array, *weights: Array) -> tuple[Array, list]:
        states, caches, h = [], [], h0
        for t in range(x.shape[1]):
            h, cache = step_forward(x[:, t], h, *weights, *settings)
            states.append(h)
            caches.append(cache)
        return np.stack(states, axis=1), caches                     # (N, T, H)

    def backward(dh: Array, caches: list) -> tuple[Array, ...]:
        dxs, dh0 = [], np.zeros_like(dh[:, 0])
        dweights: list[Any] = [0, 0, 0]
        for t in reversed(range(dh.shape[1])):
            dx, dh0, *shares = step_backward(dh[:, t] + dh0, caches[t])
            dxs.append(dx)
            dweights = [whole + share for whole, share in zip(dweights, shares, strict=True)]
        return np.stack(dxs[::-1], axis=1), dh0, *dweights           # (N, T, D), (N, H), and as Wx, Wh, b

    return forward, backward


@dataclass
class Learned:
    """What happened: a loss and a gradient norm (before clipping) for every step of training."""

    losses: list[float] = field(default_factory=list)
    norms: list[float] = field(default_factory=list)
    solved: int | None = None       # the step after which it was found to have learned the task, None if never


def learn(reader: Reader, params: Params, T: int, steps: int, learning_rate: float, *, N: int = 32, seed: int = 0,
          clip: float = 1.0, enough: float = 0.99, optimiser: Optimiser | None = None) -> Learned:
    """Train `params` in place, with Adam, on N fresh sequences of T steps at every step.

    `clip` bounds the global norm of the gradients. Every 25 steps success is measured, on sequences of their own;
    when it reaches `enough` there is nothing left to learn, and training ends.
    """
    optimiser = Adam(params, learning_rate) if optimiser is None else optimiser
    rng, learned = np.random.default_rng(seed), Learned()
    for step in range(1, steps + 1):
        x, y = reader.task.draw(N, T, rng)
        value, grads = reader.loss(params, x.astype(reader.dtype), y)
        learned.losses.append(value)
        learned.norms.append(clip_norm(grads, clip))
        optimiser.step(params, grads)
        if step % 25 == 0 and reader.success(params, T, 200, seed=1) >= enough:
            learned.solved = step
            break
    return learned


Start = Callable[[int], Params]     # from a seed to parameters


def choose_rate(reader: Reader, start: Start, lengths: Sequence[int], rates: Sequence[float], seeds: Sequence[int],
                steps: int) -> tuple[float, dict[float, float]]:
    """The learning rate that a reader does best with: the most success over all lengths and seeds, then the quickest.

    start(seed) -> params. The seeds should not be used again: what was chosen on them says too much of them.
    -> the rate, and the mean success of each
    """
    found = {}
    for rate in rates:
        runs = [_run(reader, start, T, rate, seed, steps) for seed in seeds for T in lengths]
        found[rate] = tuple(np.mean(runs, axis=0))
    best = max(found, key=lambda rate: (round(found[rate][0], 2), -found[rate][1]))
    return best, {rate: float(success) for rate, (success, _) in found.items()}


def successes(reader: Reader, start: Start, lengths: Sequence[int], rate: float, seeds: Sequence[int],
              steps: int) -> Array:
    """What a reader achieves at each length, from each start -> (len(seeds), len(lengths)), from 0 to 1"""
    return np.array([[_run(reader, start, T, rate, seed, steps)[0] for T in lengths] for seed in seeds])


def _run(reader: Reader, start: Start, T: int, rate: float, seed: int, steps: int) -> tuple[float, int]:
    """One training from a fresh start -> success, steps that it took"""
    params = start(seed)
    learned = learn(reader, params, T, steps, rate, seed=seed)
    return reader.success(params, T), len(learned.losses)
