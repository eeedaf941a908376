"""The softmax loss over words, at every step of a batch of captions."""

from __future__ import annotations

import numpy as np

from unrolled.layers.room import Array

ROWS = 64  # so many rows of scores stay in the processor's cache


def temporal_softmax_loss(x: Array, y: Array, mask: Array) -> tuple[float, Array]:
    """How surprised the model is by the words that came: summed over time, averaged over the batch.

    x (N, T, V) scores, y (N, T) the right words, mask (N, T): where it is False or 0, a word does not count
    -> loss, dx (N, T, V)
    """
    N, T, V = x.shape
    counted = np.flatnonzero(mask)
    scores = x.reshape(N * T, V)[counted]  # (Q, V), a copy
    loss = softmax_in_place(scores, y.reshape(N * T)[counted], 1 / N)
    dx = np.zeros((N * T, V), x.dtype)
    dx[counted] = scores
    return loss, dx.reshape(N, T, V)


def softmax_in_place(scores: Array, y: Array, scale: float) -> float:
    """Softmax loss of every row, times scale; the gradient is put in the place of the scores.

    scores (Q, V), y (Q,) -> loss
    """
    loss = 0.0
    for first in range(0, len(scores), ROWS):
        p, right = scores[first : first + ROWS], y[first : first + ROWS]
        here = np.arange(len(right)), right
        p -= p.max(axis=1, keepdims=True)
        score = p[here]
        np.exp(p, out=p)
        total = p.sum(axis=1, keepdims=True)
        loss += float(np.sum(np.log(total[:, 0]) - score, dtype=np.float64))
        p *= scale / total
        p[here] -= scale
    return loss * scale
