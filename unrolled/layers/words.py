"""Word vectors, and the input product of a batch of words in which every distinct word is computed once."""

from __future__ import annotations

import numpy as np

from unrolled.layers.room import Array, Cache, Room


def word_embedding_forward(x: Array, W: Array) -> tuple[Array, Cache]:
    """Put each word's vector in the word's place.

    x (N, T) integers, W (V, D) -> out (N, T, D), cache
    """
    return W[x], (x, W.shape)


def word_embedding_backward(dout: Array, cache: Cache) -> Array:
    """Backpropagate through word_embedding_forward: a word that comes twice receives two gradients, and they add.

    dout (N, T, D), cache -> dW (V, D)
    """
    x, shape = cache
    distinct, place = np.unique(x, return_inverse=True)
    dW = np.zeros(shape, dout.dtype)
    sums = np.empty((len(distinct), shape[1]), dout.dtype)
    sum_by_word(dout.reshape(-1, shape[1]), place.ravel(), sums)
    dW[distinct] = sums
    return dW


def project_words(words: Array, W_embed: Array, Wx: Array, b: Array, room: Room) -> tuple[Array, Cache]:
    """W_embed[words] @ Wx + b, for which each distinct word is looked up and multiplied once.

    words (R,), W_embed (V, D), Wx (D, G), b (G,) -> a (R, G), cache
    """
    distinct, place = np.unique(words, return_inverse=True)  # (U,) and (R,)
    U, (D, G) = len(distinct), Wx.shape
    vectors = np.take(W_embed, distinct, axis=0, out=room("vectors", U, D), mode="clip")
    projected = np.matmul(vectors, Wx, out=room("projected", U, G))
    projected += b
    a = np.take(projected, place, axis=0, out=room("a", len(words), G), mode="clip")
    return a, (distinct, place, vectors, W_embed, Wx, room)


def project_words_backward(da: Array, cache: Cache) -> tuple[Array, Array, Array]:
    """Backpropagate through project_words: gradients of equal words are added first, then multiplied once.

    da (R, G), cache -> dW_embed (V, D), dWx (D, G), db (G,)
    """
    distinct, place, vectors, W_embed, Wx, room = cache
    sums = room("sums", len(distinct), da.shape[1])  # (U, G)
    sum_by_word(da, place, sums)
    dW_embed = np.zeros_like(W_embed)
    dW_embed[distinct] = sums @ Wx.T
    return dW_embed, vectors.T @ sums, sums.sum(axis=0)


class WordTable:
    """W_embed[words] @ Wx + b for words that come step by step: each word is multiplied once, when it is first read.

    W_embed (V, D), Wx (D, G), b (G,)
    """

    def __init__(self, W_embed: Array, Wx: Array, b: Array) -> None:
        self.W_embed, self.Wx, self.b = W_embed, Wx, b
        self.known = np.zeros(len(W_embed), bool)
        self.projected = np.empty((len(W_embed), len(b)), Wx.dtype)  # of the known words

    def read(self, words: Array, out: Array) -> None:
        """Write the product of words (N,) to out (N, G)."""
        new = np.unique(words[~self.known[words]])
        self.projected[new] = self.W_embed[new] @ self.Wx + self.b
        self.known[new] = True
        np.take(self.projected, words, axis=0, out=out, mode="clip")


def sum_by_word(rows: Array, place: Array, out: Array) -> None:
    """out[u] = sum of the rows r with place[r] = u; rows (R, D), place (R,), out (U, D)."""
    order = np.argsort(place, kind="stable")
    counts = np.bincount(place, minlength=len(out))
    ends = np.cumsum(counts)
    once = counts == 1
    out[once] = rows[order[ends[once] - 1]]
    for u in np.flatnonzero(~once).tolist():
        np.add.reduce(rows[order[ends[u] - counts[u] : ends[u]]], axis=0, out=out[u])
