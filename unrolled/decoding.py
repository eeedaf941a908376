"""From scores to captions: greedy, sampled, and by beam search, for all pictures of a batch at once.

A model here has `start(params, features) -> state` and `step(params, state, words (N,)) -> scores (N, V), state`,
where a state is a tuple of arrays with N as their first axis. Captions that are finished leave the batch. A model
that has `writer(params)` is asked for one, with `start(features)` and `step(state, words)`, to be quick in many steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from unrolled.data.words import END, NULL, START, UNK

Scores = NDArray[np.floating[Any]]
Words = NDArray[np.int32]
State = tuple[NDArray[Any], ...]

MAX_LENGTH = 16         # 15 words and <END>: what the course's captions have at most
UNSAID = (NULL, START, UNK)


class Model(Protocol):
    """What can be decoded; `unrolled.captioning.Captioner` is one."""

    def start(self, params: Any, features: Any) -> State: ...
    def step(self, params: Any, state: State, words: NDArray[Any]) -> tuple[Scores, State]: ...


def greedy(
    model: Model, params: Any, features: Any, *, max_length: int = MAX_LENGTH, unsaid: Sequence[int] = UNSAID,
    batch_size: int = 500,
) -> Words:
    """Say the likeliest word each time.

    features (N, ...) -> captions (N, max_length), without <START>, <NULL> after <END>
    Words in `unsaid` are never chosen.
    """
    return _one_word_at_a_time(model, params, features, lambda scores, rows, t: scores.argmax(axis=1), max_length,
                               unsaid, batch_size)


def sample(
    model: Model, params: Any, features: Any, *, temperature: float = 1.0, top_k: int | None = None,
    rng: np.random.Generator | int = 0, max_length: int = MAX_LENGTH, unsaid: Sequence[int] = UNSAID,
    batch_size: int = 500,
) -> Words:
    """Draw each word by its probability: softmax of scores / temperature, among the `top_k` likeliest if given.

    features (N, ...) -> captions (N, max_length), without <START>, <NULL> after <END>
    A picture's draws do not depend on its neighbours in the batch. Raises ValueError for a temperature not above 0.
    """
    if not temperature > 0:
        raise ValueError(f"temperature: expected a number above 0, found {temperature}. Towards 0 it becomes greedy.")
    if top_k is not None and top_k < 1:
        raise ValueError(f"top_k: expected a number of words from 1 on, or None for all, found {top_k}.")
    draws = np.random.default_rng(rng).random((len(features), max_length))

    def draw(scores: Scores, rows: NDArray[np.intp], t: int) -> NDArray[np.intp]:
        if top_k is not None and top_k < scores.shape[1]:
            least = np.partition(scores, -top_k, axis=1)[:, -top_k, None]       # (n, 1)
            scores = np.where(scores < least, -np.inf, scores)
        up_to = np.exp((scores - scores.max(axis=1, keepdims=True)) / temperature, dtype=np.float64).cumsum(axis=1)
        return (up_to <= draws[rows, t, None] * up_to[:, -1:]).sum(axis=1)

    return _one_word_at_a_time(model, params, features, draw, max_length, unsaid, batch_size)


def beam_search(
    model: Model, params: Any, features: Any, *, beam: int = 5, length_penalty: float = 0.7,
    max_length: int = MAX_LENGTH, unsaid: Sequence[int] = UNSAID, batch_size: int = 100,
) -> tuple[Words, NDArray[np.float64]]:
    """Keep the `beam` best beginnings of each caption, and extend them all at once.

    features (N, ...) -> captions (N, max_length), scores (N,)
    The score of a caption is its log-probability / (its number of words, <END> too) ** length_penalty (as Wu et al.
    2016, simplified); 0 compares plain log-probabilities and prefers short captions. A picture leaves the batch when no
    beginning can overtake its best finished caption.
    """
    if beam < 1:
        raise ValueError(f"beam: expected a number of captions from 1 on, found {beam}.")
    captions = np.full((len(features), max_length), NULL, np.int32)
    scores = np.zeros(len(features))
    start, step = _writing(model, params)
    for rows in _batches(len(features), batch_size):
        found = _Beams(len(rows), beam, max_length, length_penalty)
        state = start(features[rows])
        for t in range(max_length):
            step_scores, state = step(state, found.last_words())
            words, logp = _best_words(step_scores, beam, unsaid)
            state = _rows(state, found.extend(t, words, logp))
            if not found.alive.size:
                break
        captions[rows], scores[rows] = found.best()
    return captions, scores


def look_along(
    model: Any, params: Any, features: Any, *, max_length: int = MAX_LENGTH, unsaid: Sequence[int] = UNSAID,
    batch_size: int = 500,
) -> tuple[Words, NDArray[Any]]:
    """Say the likeliest words, and tell where each was looked for; for a model with `looking(state) -> (N, L)`.

    features (N, ...) -> captions (N, max_length), weights (N, max_length, L)
    """
    captions = greedy(model, params, features, max_length=max_length, unsaid=unsaid, batch_size=batch_size)
    start, step = _writing(model, params)
    looked = []
    for rows in _batches(len(features), batch_size):
        state, weights = start(features[rows]), []
        words = np.full(len(rows), START)
        for following in captions[rows].T:
            weights.append(model.looking(state))
            _, state = step(state, words)
            words = following
        looked.append(np.stack(weights, axis=1))        # (n, max_length, L)
    return captions, np.concatenate(looked)


def _one_word_at_a_time(
    model: Model, params: Any, features: Any, choose: Callable[[Scores, NDArray[np.intp], int], NDArray[np.intp]],
    max_length: int, unsaid: Sequence[int], batch_size: int,
) -> Words:
    captions = np.full((len(features), max_length), NULL, np.int32)
    start, step = _writing(model, params)
    for rows in _batches(len(features), batch_size):
        state = start(features[rows])
        words = np.full(len(rows), START)
        for t in range(max_length):
            scores, state = step(state, words)
            scores[:, list(unsaid)] = -np.inf
            words = choose(scores, rows, t)
            captions[rows, t] = words
            going_on = np.flatnonzero(words != END)
            if len(going_on) < len(rows):
                rows, words, state = rows[going_on], words[going_on], _rows(state, going_on)
            if not len(rows):
                break
    return captions


def _writing(model: Any, params: Any) -> tuple[Callable[..., State], Callable[..., tuple[Scores, State]]]:
    """start(features) and step(state, words) of a model with these parameters."""
    if hasattr(model, "writer"):
        writer = model.writer(params)
        return writer.start, writer.step
    return partial(model.start, params), partial(model.step, params)


class _Beams:
    """Of each of N pictures, its K best captions so far, finished or not.

    words (N, K, T), logp (N, K) and lengths (N, K); `alive` (n,) numbers those of the N * K that go on, in the order
    of the rows of the model's state.
    """

    def __init__(self, N: int, K: int, T: int, length_penalty: float):
        self.words = np.full((N, K, T), NULL, np.int32)
        self.logp = np.full((N, K), -np.inf)
        self.logp[:, 0] = 0         # one beginning: nothing said yet
        self.lengths = np.zeros((N, K), np.int64)
        self.finished = np.zeros((N, K), bool)
        self.alive = np.arange(N) * K
        self.length_penalty = length_penalty

    def last_words(self) -> NDArray[np.int32]:
        N, K, _ = self.words.shape
        lengths = self.lengths.reshape(N * K)[self.alive]
        said = self.words.reshape(N * K, -1)[self.alive, lengths - 1]
        return np.where(lengths == 0, np.int32(START), said)

    def extend(self, t: int, words: NDArray[np.intp], logp: NDArray[np.float64]) -> NDArray[np.intp]:
        """Extend what goes on by its best words (n, K) and keep the K best; -> which rows of the state go on."""
        N, K, T = self.words.shape
        candidates = np.full((N * K, K), -np.inf)           # finished captions stay, as their own first candidate
        said = np.full((N * K, K), NULL, np.int32)
        candidates[:, 0] = np.where(self.finished, self.logp, -np.inf).reshape(-1)
        candidates[self.alive] = self.logp.reshape(-1)[self.alive, None] + logp
        said[self.alive] = words
        lengths = np.where(self.finished.reshape(-1), self.lengths.reshape(-1), t + 1)
        values = (candidates / lengths[:, None] ** self.length_penalty).reshape(N, K * K)
        order = np.argsort(-values, axis=1, kind="stable")[:, :K]       # (N, K)
        parents, picture = order // K, np.arange(N)[:, None]
        new = np.take_along_axis(said.reshape(N, K * K), order, axis=1)
        grown = ~self.finished[picture, parents]
        self.words, self.lengths = self.words[picture, parents], lengths.reshape(N, K)[picture, parents]
        self.words[:, :, t] = new
        self.logp = np.take_along_axis(candidates.reshape(N, K * K), order, axis=1)
        self.finished = ~grown | (new == END)
        row_of = np.full(N * K, -1)
        row_of[self.alive] = np.arange(len(self.alive))
        goes_on = ~self.finished & (self.logp > -np.inf) & ~self._decided(T)[:, None]
        self.alive = np.flatnonzero(goes_on)
        return row_of[(picture * K + parents).reshape(-1)[self.alive]]

    def _decided(self, T: int) -> NDArray[np.bool_]:
        """The pictures, (N,), whose best caption is finished and ahead of all that the others can still become."""
        values = self.logp / np.maximum(self.lengths, 1) ** self.length_penalty
        could = np.where(self.finished, -np.inf, self.logp / T**self.length_penalty)
        return self.finished[:, 0] & (values[:, 0] >= could.max(axis=1))

    def best(self) -> tuple[Words, NDArray[np.float64]]:
        return self.words[:, 0], self.logp[:, 0] / np.maximum(self.lengths[:, 0], 1) ** self.length_penalty


def _best_words(scores: Scores, K: int, unsaid: Sequence[int]) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """The K likeliest words of each row and their log-probabilities: scores (n, V), overwritten -> (n, K), (n, K)."""
    largest = scores.max(axis=1, keepdims=True)
    total = np.log(np.exp(scores - largest).sum(axis=1)) + largest[:, 0]        # (n,), over all V words
    scores[:, list(unsaid)] = -np.inf
    rows, K_said = np.arange(len(scores)), min(K, scores.shape[1])
    words, logp = np.zeros((len(scores), K), np.intp), np.full((len(scores), K), -np.inf)
    for k in range(K_said):             # for a few words, faster than a partition
        words[:, k] = scores.argmax(axis=1)
        logp[:, k] = scores[rows, words[:, k]].astype(np.float64) - total
        scores[rows, words[:, k]] = -np.inf
    return words, logp


def _batches(count: int, size: int) -> Iterator[NDArray[np.intp]]:
    for start in range(0, count, size):
        yield np.arange(start, min(start + size, count))


def _rows(state: State, rows: NDArray[np.intp]) -> State:
    return tuple(array[rows] for array in state)
