"""The vanilla recurrent network (Elman 1990), as CS231n writes it: h_t = tanh(x_t Wx + h_{t-1} Wh + b)."""

from __future__ import annotations

import numpy as np

from unrolled.layers.room import Array, Cache, Room, Steps, batch_major, time_major


def rnn_step_forward(x: Array, prev_h: Array, Wx: Array, Wh: Array, b: Array) -> tuple[Array, Cache]:
    """One step of a vanilla RNN.

    x (N, D), prev_h (N, H), Wx (D, H), Wh (H, H), b (H,) -> next_h (N, H), cache
    """
    next_h = np.tanh(x @ Wx + prev_h @ Wh + b)  # (N, H)
    return next_h, (x, prev_h, Wx, Wh, next_h)


def rnn_step_backward(dnext_h: Array, cache: Cache) -> tuple[Array, Array, Array, Array, Array]:
    """Backpropagate through one step of a vanilla RNN.

    dnext_h (N, H), cache -> dx (N, D), dprev_h (N, H), dWx (D, H), dWh (H, H), db (H,)
    """
    x, prev_h, Wx, Wh, next_h = cache
    dz = dnext_h * (1 - next_h**2)  # (N, H), through tanh
    return dz @ Wx.T, dz @ Wh.T, x.T @ dz, prev_h.T @ dz, dz.sum(axis=0)


def rnn_forward(x: Array, h0: Array, Wx: Array, Wh: Array, b: Array) -> tuple[Array, Cache]:
    """A vanilla RNN over a sequence.

    x (N, T, D), h0 (N, H), Wx (D, H), Wh (H, H), b (H,) -> h (N, T, H), cache
    """
    N, T, _ = x.shape
    inputs = time_major(x)  # (T·N, D)
    a = inputs @ Wx
    a += b
    h, inner = run(a, h0, Wh, Steps.of([N] * T), Room(a.dtype))
    return batch_major(h, N), (inputs, Wx, inner)


def rnn_backward(dh: Array, cache: Cache) -> tuple[Array, Array, Array, Array, Array]:
    """Backpropagate through a vanilla RNN over a sequence.

    dh (N, T, H), cache -> dx (N, T, D), dh0 (N, H), dWx (D, H), dWh (H, H), db (H,)
    """
    inputs, Wx, inner = cache
    da, dh0, dWh = run_backward(time_major(dh), inner, Room(dh.dtype))
    return batch_major(da @ Wx.T, len(dh)), dh0, inputs.T @ da, dWh, da.sum(axis=0)


def run(a: Array, h0: Array, Wh: Array, steps: Steps, room: Room) -> tuple[Array, Cache]:
    """The recurrence alone, for inputs that are multiplied already.

    a (R, H) = x Wx + b of all steps, time-major, h0 (N, H), Wh (H, H) -> h (R, H), cache
    """
    h, prev_h = room("h", *a.shape), room("prev_h", *a.shape)
    times_Wh = room.product("times_Wh", Wh, len(steps.counts))
    last_h = h0
    for n, rows in steps:
        prev_h[rows] = last_h[:n]
        last_h = h[rows]
        times_Wh(prev_h[rows], out=last_h)
        last_h += a[rows]
        np.tanh(last_h, out=last_h)
    return h, (h, prev_h, h0.shape, Wh, steps)


def run_backward(dh: Array, cache: Cache, room: Room) -> tuple[Array, Array, Array]:
    """Backpropagate through run.

    dh (R, H), cache -> da (R, H), dh0 (N, H), dWh (H, H)
    """
    h, prev_h, shape, Wh, steps = cache
    da = room("da", *h.shape)
    carried = room.zeros("dh0", *shape)  # (N, H), what comes from the right
    times_WhT = room.product_back("times_WhT", Wh, len(steps.counts))
    for n, rows in reversed(steps):
        dnext_h, dz = carried[:n], da[rows]
        dnext_h += dh[rows]
        np.multiply(h[rows], h[rows], out=dz)
        np.subtract(1, dz, out=dz)
        dz *= dnext_h
        times_WhT(dz, out=dnext_h)
    return da, carried, prev_h.T @ da
