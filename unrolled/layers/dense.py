"""Affine layers, for one input and for one at every step."""

from __future__ import annotations

from unrolled.layers.room import Array, Cache


def affine_forward(x: Array, w: Array, b: Array) -> tuple[Array, Cache]:
    """Multiply by a matrix and add a vector.

    x (N, d_1, ..., d_k), w (D, M) with D = d_1 · ... · d_k, b (M,) -> out (N, M), cache
    """
    out = x.reshape(len(x), -1) @ w + b  # (N, M)
    return out, (x, w)


def affine_backward(dout: Array, cache: Cache) -> tuple[Array, Array, Array]:
    """Backpropagate through affine_forward.

    dout (N, M), cache -> dx (N, d_1, ..., d_k), dw (D, M), db (M,)
    """
    x, w = cache
    dx = (dout @ w.T).reshape(x.shape)
    dw = x.reshape(len(x), -1).T @ dout  # (D, M)
    return dx, dw, dout.sum(axis=0)


def temporal_affine_forward(x: Array, w: Array, b: Array) -> tuple[Array, Cache]:
    """The same affine layer at every step.

    x (N, T, D), w (D, M), b (M,) -> out (N, T, M), cache
    """
    N, T, D = x.shape
    out = x.reshape(N * T, D) @ w  # (N·T, M)
    out += b
    return out.reshape(N, T, -1), (x, w)


def temporal_affine_backward(dout: Array, cache: Cache) -> tuple[Array, Array, Array]:
    """Backpropagate through temporal_affine_forward.

    dout (N, T, M), cache -> dx (N, T, D), dw (D, M), db (M,)
    """
    x, w = cache
    N, T, D = x.shape
    rows = dout.reshape(N * T, -1)  # (N·T, M)
    dx = (rows @ w.T).reshape(x.shape)
    dw = x.reshape(N * T, D).T @ rows
    return dx, dw, rows.sum(axis=0)
