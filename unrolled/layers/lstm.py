"""Long short-term memory (Hochreiter and Schmidhuber 1997; forget gate: Gers et al. 2000), as CS231n writes it.

The blocks of Wx, Wh, b lie in the order i, f, o (gates, through a sigmoid), g (candidate, through tanh):
    next_c = f · prev_c + i · g        next_h = o · tanh(next_c)
"""

from __future__ import annotations

import numpy as np

from unrolled.layers.gates import sigmoid, sigmoid_in_place
from unrolled.layers.room import Array, Cache, Room, Steps, batch_major, time_major


def lstm_step_forward(
    x: Array, prev_h: Array, prev_c: Array, Wx: Array, Wh: Array, b: Array
) -> tuple[Array, Array, Cache]:
    """One step of an LSTM.

    x (N, D), prev_h and prev_c (N, H), Wx (D, 4H), Wh (H, 4H), b (4H,) -> next_h (N, H), next_c (N, H), cache
    """
    z = x @ Wx + prev_h @ Wh + b  # (N, 4H)
    i, f, o, g = np.split(z, 4, axis=1)  # (N, H) each
    i, f, o, g = sigmoid(i), sigmoid(f), sigmoid(o), np.tanh(g)
    next_c = f * prev_c + i * g
    tanh_c = np.tanh(next_c)
    next_h = o * tanh_c
    return next_h, next_c, (x, prev_h, prev_c, Wx, Wh, i, f, o, g, tanh_c)


def lstm_step_backward(
    dnext_h: Array, dnext_c: Array, cache: Cache
) -> tuple[Array, Array, Array, Array, Array, Array]:
    """Backpropagate through one step of an LSTM.

    dnext_h and dnext_c (N, H), cache
    -> dx (N, D), dprev_h (N, H), dprev_c (N, H), dWx (D, 4H), dWh (H, 4H), db (4H,)
    """
    x, prev_h, prev_c, Wx, Wh, i, f, o, g, tanh_c = cache
    dc = dnext_c + dnext_h * o * (1 - tanh_c**2)  # (N, H)
    di, df, do, dg = dc * g, dc * prev_c, dnext_h * tanh_c, dc * i
    dz = np.hstack([di * i * (1 - i), df * f * (1 - f), do * o * (1 - o), dg * (1 - g**2)])  # (N, 4H)
    return dz @ Wx.T, dz @ Wh.T, dc * f, x.T @ dz, prev_h.T @ dz, dz.sum(axis=0)


def lstm_forward(x: Array, h0: Array, Wx: Array, Wh: Array, b: Array) -> tuple[Array, Cache]:
    """An LSTM over a sequence; its cell state begins at zero.

    x (N, T, D), h0 (N, H), Wx (D, 4H), Wh (H, 4H), b (4H,) -> h (N, T, H), cache
    """
    N, T, _ = x.shape
    inputs = time_major(x)  # (T·N, D)
    a = inputs @ Wx
    a += b
    h, _, inner = run(a, h0, np.zeros_like(h0), Wh, Steps.of([N] * T), Room(a.dtype))
    return batch_major(h, N), (inputs, Wx, inner)


def lstm_backward(dh: Array, cache: Cache) -> tuple[Array, Array, Array, Array, Array]:
    """Backpropagate through an LSTM over a sequence.

    dh (N, T, H), cache -> dx (N, T, D), dh0 (N, H), dWx (D, 4H), dWh (H, 4H), db (4H,)
    """
    inputs, Wx, (gates, *others) = cache
    da, dh0, _, dWh = run_backward(time_major(dh), (gates.copy(), *others), Room(dh.dtype))
    return batch_major(da @ Wx.T, len(dh)), dh0, inputs.T @ da, dWh, da.sum(axis=0)


def run(a: Array, h0: Array, c0: Array, Wh: Array, steps: Steps, room: Room) -> tuple[Array, Array, Cache]:
    """The recurrence alone, for inputs that are multiplied already; the gates take the place of a.

    a (R, 4H) = x Wx + b of all steps, time-major, h0 and c0 (N, H), Wh (H, 4H)
    -> h (R, H), c (N, H) at each sequence's end, cache
    """
    N, H = h0.shape
    h, prev_h, prev_c, tanh_c = (room(name, len(a), H) for name in ("h", "prev_h", "prev_c", "tanh_c"))
    c, z = room("c", N, H), room("z", N, 4 * H)
    c[...] = c0
    times_Wh = room.product("times_Wh", Wh, len(steps.counts))
    last_h = h0
    for n, rows in steps:
        prev_h[rows], prev_c[rows] = last_h[:n], c[:n]
        last_h = h[rows]
        times_Wh(prev_h[rows], out=z[:n])
        a[rows] += z[:n]
        gates_in_place(a[rows], c[:n], tanh_c[rows], last_h)
    return h, c, (a, prev_h, prev_c, tanh_c, Wh, steps, N)


def run_backward(dh: Array, cache: Cache, room: Room) -> tuple[Array, Array, Array, Array]:
    """Backpropagate through run; da takes the place of the gates, so a cache serves once.

    dh (R, H), cache -> da (R, 4H), dh0 (N, H), dc0 (N, H), dWh (H, 4H)
    """
    a, prev_h, prev_c, tanh_c, Wh, steps, N = cache
    H = len(Wh)
    carried, dc = room.zeros("dh0", N, H), room.zeros("dc0", N, H)
    dgates, slope = room("dgates", N, 4 * H), room("slope", N, 4 * H)
    times_WhT = room.product_back("times_WhT", Wh, len(steps.counts))
    for n, rows in reversed(steps):
        dnext_h = carried[:n]
        dnext_h += dh[rows]
        gates_backward(dnext_h, dc[:n], a[rows], prev_c[rows], tanh_c[rows], dgates[:n], slope[:n])
        times_WhT(a[rows], out=dnext_h)
    return a, carried, dc, prev_h.T @ a


def gates_in_place(z: Array, c: Array, tanh_c: Array, next_h: Array) -> None:
    """From one step's sums z (n, 4H) to its gates, in the same place; c (n, H) moves on one step.

    Writes tanh_c and next_h (n, H).
    """
    i, f, o, g = blocks(z)
    sigmoid_in_place(z[:, : 3 * c.shape[1]])
    np.tanh(g, out=g)
    c *= f
    np.multiply(i, g, out=tanh_c)
    c += tanh_c
    np.tanh(c, out=tanh_c)
    np.multiply(o, tanh_c, out=next_h)


def gates_backward(
    dnext_h: Array, dc: Array, gates: Array, prev_c: Array, tanh_c: Array, dgates: Array, slope: Array
) -> None:
    """Backpropagate through gates_in_place: dz takes the place of the gates (n, 4H); dc (n, H) moves back one step.

    dgates and slope (n, 4H) are scratch.
    """
    H = dc.shape[1]
    i, f, o, g = blocks(gates)
    di, df, do, dg = blocks(dgates)
    np.multiply(tanh_c, tanh_c, out=di)  # dc += dnext_h · o · (1 - tanh_c²)
    np.subtract(1, di, out=di)
    di *= o
    di *= dnext_h
    dc += di
    np.multiply(dc, g, out=di)
    np.multiply(dc, prev_c, out=df)
    np.multiply(dnext_h, tanh_c, out=do)
    np.multiply(dc, i, out=dg)
    dc *= f
    np.multiply(gates, gates, out=slope)  # s - s² of a sigmoid, 1 - g² of tanh
    np.subtract(gates[:, : 3 * H], slope[:, : 3 * H], out=slope[:, : 3 * H])
    np.subtract(1, slope[:, 3 * H :], out=slope[:, 3 * H :])
    np.multiply(dgates, slope, out=gates)


def blocks(z: Array) -> list[Array]:
    """The four blocks i, f, o, g of z (n, 4H), each (n, H) and a part of z."""
    H = z.shape[1] // 4
    return [z[:, k * H : (k + 1) * H] for k in range(4)]
