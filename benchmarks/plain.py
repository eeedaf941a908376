"""A captioner as CS231n's assignment has it written: step by step, one function a layer, a new array a line.

What the benchmarks compare with. Nothing is hoisted, reused or skipped; numbers are in the dtype of the parameters.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
NULL = 0


def sigmoid(x: Array) -> Array:
    positive = x >= 0
    z = np.zeros_like(x)
    z[positive], z[~positive] = np.exp(-x[positive]), np.exp(x[~positive])
    top = np.ones_like(x)
    top[~positive] = z[~positive]
    return top / (1 + z)


def rnn_step(x: Array, h: Array, c: Array, Wx: Array, Wh: Array, b: Array) -> tuple[Array, Array, Any]:
    next_h = np.tanh(x.dot(Wx) + h.dot(Wh) + b)
    return next_h, c, (x, h, Wx, Wh, next_h)


def rnn_step_backward(dh: Array, dc: Array, cache: Any) -> tuple[Array, ...]:
    x, h, Wx, Wh, next_h = cache
    dz = dh * (1 - next_h**2)
    return dz.dot(Wx.T), dz.dot(Wh.T), dc, x.T.dot(dz), h.T.dot(dz), dz.sum(axis=0)


def lstm_step(x: Array, h: Array, c: Array, Wx: Array, Wh: Array, b: Array) -> tuple[Array, Array, Any]:
    H = c.shape[1]
    a = x.dot(Wx) + h.dot(Wh) + b
    i, f, o = sigmoid(a[:, :H]), sigmoid(a[:, H : 2 * H]), sigmoid(a[:, 2 * H : 3 * H])
    g = np.tanh(a[:, 3 * H :])
    next_c = f * c + i * g
    next_h = o * np.tanh(next_c)
    return next_h, next_c, (x, h, c, Wx, Wh, i, f, o, g, next_c)


def lstm_step_backward(dh: Array, dc: Array, cache: Any) -> tuple[Array, ...]:
    x, h, c, Wx, Wh, i, f, o, g, next_c = cache
    tanh_c = np.tanh(next_c)
    dc = dc + dh * o * (1 - tanh_c**2)
    da = np.hstack((dc * g * i * (1 - i), dc * c * f * (1 - f), dh * tanh_c * o * (1 - o), dc * i * (1 - g**2)))
    return da.dot(Wx.T), da.dot(Wh.T), dc * f, x.T.dot(da), h.T.dot(da), da.sum(axis=0)


def gru_step(x: Array, h: Array, c: Array, Wx: Array, Wh: Array, b: Array) -> tuple[Array, Array, Any]:
    H = h.shape[1]
    a, k = x.dot(Wx) + b, h.dot(Wh)
    r, z = sigmoid(a[:, :H] + k[:, :H]), sigmoid(a[:, H : 2 * H] + k[:, H : 2 * H])
    n = np.tanh(a[:, 2 * H :] + r * k[:, 2 * H :])
    return (1 - z) * n + z * h, c, (x, h, Wx, Wh, r, z, n, k[:, 2 * H :])


def gru_step_backward(dh: Array, dc: Array, cache: Any) -> tuple[Array, ...]:
    x, h, Wx, Wh, r, z, n, kn = cache
    dz, dn = dh * (h - n) * z * (1 - z), dh * (1 - z) * (1 - n**2)
    dr = dn * kn * r * (1 - r)
    da, dk = np.hstack((dr, dz, dn)), np.hstack((dr, dz, dn * r))
    return da.dot(Wx.T), dk.dot(Wh.T) + dh * z, dc, x.T.dot(da), h.T.dot(dk), da.sum(axis=0)


STEPS: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "rnn": (rnn_step, rnn_step_backward),
    "lstm": (lstm_step, lstm_step_backward),
    "gru": (gru_step, gru_step_backward),
}


def look(h: Array, grid: Array) -> tuple[Array, Any]:
    scores = np.matmul(grid, h[:, :, None])[:, :, 0] / h.shape[1] ** 0.5
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    w = e / e.sum(axis=1, keepdims=True)
    return np.matmul(w[:, None, :], grid)[:, 0], (h, grid, w)


def look_backward(dz: Array, cache: Any) -> tuple[Array, Array]:
    h, grid, w = cache
    dw = np.matmul(grid, dz[:, :, None])[:, :, 0]
    ds = w * (dw - (w * dw).sum(axis=1, keepdims=True)) / h.shape[1] ** 0.5
    return np.matmul(ds[:, None, :], grid)[:, 0], w[:, :, None] * dz[:, None, :] + ds[:, :, None] * h[:, None, :]


def softmax_loss(x: Array, y: Array, mask: Array) -> tuple[float, Array]:
    N, T, V = x.shape
    x, y, mask = x.reshape(N * T, V), y.reshape(N * T), mask.reshape(N * T)
    p = np.exp(x - x.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    loss = -np.sum(mask * np.log(p[np.arange(N * T), y])) / N
    dx = p.copy()
    dx[np.arange(N * T), y] -= 1
    dx /= N
    dx *= mask[:, None]
    return float(loss), dx.reshape(N, T, V)


def loss(cell: str, p: dict[str, Array], features: Any, captions: Array) -> tuple[float, dict[str, Array]]:
    """Loss and gradients of one batch: CaptioningRNN.loss, with its layers written out."""
    words, targets = captions[:, :-1], captions[:, 1:]
    N, T = words.shape
    attends = cell == "attention-lstm"
    forward, backward = STEPS["lstm" if attends else cell]
    pooled, grid = features if attends else (features, None)
    h = pooled.dot(p["W_proj"]) + p["b_proj"]
    c = np.zeros_like(h)
    if attends:
        cells = grid.reshape(-1, grid.shape[2])
        seen = (cells.dot(p["W_grid"]) + p["b_grid"]).reshape(*grid.shape[:2], -1)
    x = p["W_embed"][words]
    Wh = np.vstack((p["Wh"], p["Wattn"])) if attends else p["Wh"]
    states, caches = np.zeros((N, T, h.shape[1]), x.dtype), []
    for t in range(T):
        if attends:
            z, looked = look(h, seen)
            both = np.hstack((h, z))
            h, c, cache = forward(x[:, t], both, c, p["Wx"], Wh, p["b"])
            caches.append((cache, looked))
        else:
            h, c, cache = forward(x[:, t], h, c, p["Wx"], Wh, p["b"])
            caches.append((cache, None))
        states[:, t] = h
    H = h.shape[1]
    scores = (states.reshape(N * T, H).dot(p["W_vocab"]) + p["b_vocab"]).reshape(N, T, -1)
    total, dscores = softmax_loss(scores, targets, targets != NULL)

    flat, grads = dscores.reshape(N * T, -1), {}
    grads["W_vocab"], grads["b_vocab"] = states.reshape(N * T, H).T.dot(flat), flat.sum(axis=0)
    dstates = flat.dot(p["W_vocab"].T).reshape(N, T, H)
    for name in ("Wx", "Wh", "b", *(["Wattn"] if attends else [])):
        grads[name] = np.zeros_like(p[name])
    dx, dh, dc = np.zeros_like(x), np.zeros_like(h), np.zeros_like(h)
    dseen = np.zeros_like(seen) if attends else None
    for t in reversed(range(T)):
        cache, looked = caches[t]
        dx[:, t], dh, dc, dWx, dWh, db = backward(dstates[:, t] + dh, dc, cache)
        if attends:
            dlooked, dgrid = look_backward(dh[:, H:], looked)
            dh, dseen = dh[:, :H] + dlooked, dseen + dgrid
            dWh, dWattn = dWh[:H], dWh[H:]
            grads["Wattn"] += dWattn
        grads["Wx"] += dWx
        grads["Wh"] += dWh
        grads["b"] += db
    grads["W_embed"] = np.zeros_like(p["W_embed"])
    np.add.at(grads["W_embed"], words, dx)
    grads["W_proj"], grads["b_proj"] = pooled.T.dot(dh), dh.sum(axis=0)
    if attends:
        flat = dseen.reshape(-1, H)
        grads["W_grid"], grads["b_grid"] = cells.T.dot(flat), flat.sum(axis=0)
    return total, grads


class Adam:
    """CS231n's optim.adam: new arrays at every step."""

    def __init__(self, params: dict[str, Array], learning_rate: float = 1e-3) -> None:
        self.rate, self.t = learning_rate, 0
        self.m = {name: np.zeros_like(w) for name, w in params.items()}
        self.v = {name: np.zeros_like(w) for name, w in params.items()}

    def step(self, params: dict[str, Array], grads: dict[str, Array]) -> None:
        self.t += 1
        for name, w in params.items():
            self.m[name] = 0.9 * self.m[name] + (1 - 0.9) * grads[name]
            self.v[name] = 0.999 * self.v[name] + (1 - 0.999) * grads[name] ** 2
            m, v = self.m[name] / (1 - 0.9**self.t), self.v[name] / (1 - 0.999**self.t)
            params[name] = w - self.rate * m / (np.sqrt(v) + 1e-8)
