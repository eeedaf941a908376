"""What the lesson on sequences is given: a decoder that starts from any state, and the ends of its other models.

Every loss here has the shape that `unrolled.training.train` asks for, or is a part of one that has.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unrolled.data.words import END, NULL, START
from unrolled.layers import (
    gru_backward,
    gru_forward,
    temporal_affine_backward,
    temporal_affine_forward,
    temporal_softmax_loss,
    word_embedding_backward,
    word_embedding_forward,
)

Array = NDArray[np.floating[Any]]
Whole = NDArray[np.integer[Any]]
Params = dict[str, Array]


def fresh(seed: int = 0, **shapes: tuple[int, ...]) -> Params:
    """Parameters to begin with, float32: normal numbers over the root of the first size, vectors zero.

    fresh(0, Wx=(D, H), b=(H,)) -> a dictionary with these names
    """
    rng = np.random.default_rng(seed)
    return {
        name: (rng.normal(size=shape) / math.sqrt(shape[0]) * (len(shape) > 1)).astype(np.float32)
        for name, shape in shapes.items()
    }


def decoder_loss(
    params: Mapping[str, Array], state: Array, words_in: Whole, words_out: Whole, mask: NDArray[Any]
) -> tuple[float, Array, Params]:
    """The loss of a GRU that starts from a state, reads words and should say others: the captioner of lesson 2.

    state (N, H), words_in, words_out, mask (N, T); params has W_target (V, D), Wx_dec (D, 3H), Wh_dec (H, 3H),
    b_dec (3H,), W_vocab (H, V), b_vocab (V,) -> loss, dstate (N, H), their gradients by the same names
    """
    x, embed_cache = word_embedding_forward(words_in, params["W_target"])  # (N, T, D)
    h, gru_cache = gru_forward(x, state, params["Wx_dec"], params["Wh_dec"], params["b_dec"])  # (N, T, H)
    scores, vocab_cache = temporal_affine_forward(h, params["W_vocab"], params["b_vocab"])  # (N, T, V)
    loss, dscores = temporal_softmax_loss(scores, words_out, mask)
    dh, dW_vocab, db_vocab = temporal_affine_backward(dscores, vocab_cache)
    dx, dstate, dWx, dWh, db = gru_backward(dh, gru_cache)
    return loss, dstate, {
        "W_target": word_embedding_backward(dx, embed_cache), "Wx_dec": dWx, "Wh_dec": dWh, "b_dec": db,
        "W_vocab": dW_vocab, "b_vocab": db_vocab,
    }


def softmax_loss(scores: Array, labels: Whole) -> tuple[float, Array]:
    """The softmax loss of one choice per row, averaged: scores (N, K), labels (N,) -> loss, dscores (N, K)."""
    every = np.ones((len(scores), 1), dtype=bool)
    loss, dscores = temporal_softmax_loss(scores[:, None], labels[:, None], every)
    return loss, dscores[:, 0]


def feed_forward_scores(params: Mapping[str, Array], x: Array) -> tuple[Array, Any]:
    """Scores of sequences by a network without recurrence: every step alone, their mean, and a layer more.

    x (N, T, D), zero after the end of a sequence; params has W_one (D, M), b_one (M,), W_two (M, M), b_two (M,),
    W_out (M, K), b_out (K,) -> scores (N, K), cache. Steps in another order give the same scores.
    """
    counts = np.asarray(x.any(axis=2, keepdims=True), dtype=x.dtype)  # (N, T, 1)
    share = counts / counts.sum(axis=1, keepdims=True)
    one = np.tanh(x @ params["W_one"] + params["b_one"])  # (N, T, M)
    mean = (one * share).sum(axis=1)  # (N, M)
    two = np.tanh(mean @ params["W_two"] + params["b_two"])
    return two @ params["W_out"] + params["b_out"], (x, share, one, mean, two)


def feed_forward_loss(params: Mapping[str, Array], x: Array, labels: Whole) -> tuple[float, Params]:
    """The loss of feed_forward_scores: x (N, T, D), labels (N,) -> loss, gradients by name."""
    scores, (x, share, one, mean, two) = feed_forward_scores(params, x)
    loss, dscores = softmax_loss(scores, labels)
    dtwo = (dscores @ params["W_out"].T) * (1 - two**2)
    dmean = dtwo @ params["W_two"].T
    done = dmean[:, None] * share * (1 - one**2)  # (N, T, M)
    flat, dflat = x.reshape(-1, x.shape[2]), done.reshape(-1, done.shape[2])
    return loss, {
        "W_one": flat.T @ dflat, "b_one": dflat.sum(axis=0), "W_two": mean.T @ dtwo, "b_two": dtwo.sum(axis=0),
        "W_out": two.T @ dscores, "b_out": dscores.sum(axis=0),
    }


def one_hot(rows: Whole, count: int) -> Array:
    """Word numbers (N, T) as vectors (N, T, count) with a single 1, and none for <NULL>."""
    return (np.eye(count, dtype=np.float32) * (np.arange(count) != NULL))[rows]


def numbered(sentences: Sequence[Sequence[str]], vocabulary: Sequence[str], marks: bool, length: int = 0) -> Whole:
    """Sentences as rows of word numbers, <NULL> to the right; with ``marks`` between <START> and <END>.

    -> (N, T), T being the longest sentence's, or ``length`` where it is given
    """
    number = {word: n for n, word in enumerate(vocabulary)}
    rows = [[number[word] for word in words] for words in sentences]
    rows = [[START, *row, END] for row in rows] if marks else rows
    table = np.full((len(rows), max(length, *map(len, rows))), NULL, dtype=np.int32)
    for n, row in enumerate(rows):
        table[n, : len(row)] = row
    return table


def words_of(rows: Whole, vocabulary: Sequence[str]) -> list[list[str]]:
    """Rows of word numbers as words, up to <END> and without marks."""
    sentences = []
    for row in rows.tolist():
        row = row[: row.index(END)] if END in row else row
        sentences.append([vocabulary[n] for n in row if n not in (NULL, START)])
    return sentences
