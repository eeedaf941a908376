"""Gated recurrent units (Cho et al. 2014), in the form that PyTorch and cuDNN compute.

The blocks of Wx, Wh, b lie in the order r (reset), z (update), n (candidate):
    r, z = sigmoid(x Wx + prev_h Wh + b)      n = tanh(x Wx_n + b_n + r · (prev_h Wh_n))
    next_h = (1 - z) · n + z · prev_h
This is PyTorch's nn.GRU with its hidden bias at zero. Cho et al. differ in this: they multiply with the reset gate
before the product, n = tanh(x Wx_n + (r · prev_h) Wh_n), which cannot join the product of the other two gates; and
they leave biases out. Chung et al. (2014) write z for 1 - z.
"""

from __future__ import annotations

import numpy as np

from unrolled.layers.gates import sigmoid, sigmoid_in_place
from unrolled.layers.room import Array, Cache, Room, Steps, batch_major, time_major


def gru_step_forward(x: Array, prev_h: Array, Wx: Array, Wh: Array, b: Array) -> tuple[Array, Cache]:
    """One step of a GRU.

    x (N, D), prev_h (N, H), Wx (D, 3H), Wh (H, 3H), b (3H,) -> next_h (N, H), cache
    """
    ar, az, an = np.split(x @ Wx + b, 3, axis=1)  # (N, H) each
    hr, hz, hn = np.split(prev_h @ Wh, 3, axis=1)
    r, z = sigmoid(ar + hr), sigmoid(az + hz)
    n = np.tanh(an + r * hn)
    next_h = (1 - z) * n + z * prev_h
    return next_h, (x, prev_h, Wx, Wh, r, z, n, hn)


def gru_step_backward(dnext_h: Array, cache: Cache) -> tuple[Array, Array, Array, Array, Array]:
    """Backpropagate through one step of a GRU.

    dnext_h (N, H), cache -> dx (N, D), dprev_h (N, H), dWx (D, 3H), dWh (H, 3H), db (3H,)
    """
    x, prev_h, Wx, Wh, r, z, n, hn = cache
    dz = dnext_h * (prev_h - n) * z * (1 - z)  # each up to its sum, before sigmoid or tanh
    dn = dnext_h * (1 - z) * (1 - n**2)
    dr = dn * hn * r * (1 - r)
    da, dah = np.hstack([dr, dz, dn]), np.hstack([dr, dz, dn * r])  # (N, 3H), at x Wx + b and at prev_h Wh
    return da @ Wx.T, dah @ Wh.T + dnext_h * z, x.T @ da, prev_h.T @ dah, da.sum(axis=0)


def gru_forward(x: Array, h0: Array, Wx: Array, Wh: Array, b: Array) -> tuple[Array, Cache]:
    """A GRU over a sequence.

    x (N, T, D), h0 (N, H), Wx (D, 3H), Wh (H, 3H), b (3H,) -> h (N, T, H), cache
    """
    N, T, _ = x.shape
    inputs = time_major(x)  # (T·N, D)
    a = inputs @ Wx
    a += b
    h, inner = run(a, h0, Wh, Steps.of([N] * T), Room(a.dtype))
    return batch_major(h, N), (inputs, Wx, inner)


def gru_backward(dh: Array, cache: Cache) -> tuple[Array, Array, Array, Array, Array]:
    """Backpropagate through a GRU over a sequence.

    dh (N, T, H), cache -> dx (N, T, D), dh0 (N, H), dWx (D, 3H), dWh (H, 3H), db (3H,)
    """
    inputs, Wx, inner = cache
    da, dh0, dWh = run_backward(time_major(dh), inner, Room(dh.dtype))
    return batch_major(da @ Wx.T, len(dh)), dh0, inputs.T @ da, dWh, da.sum(axis=0)


def run(a: Array, h0: Array, Wh: Array, steps: Steps, room: Room) -> tuple[Array, Cache]:
    """The recurrence alone, for inputs that are multiplied already; r, z and n take the place of a.

    a (R, 3H) = x Wx + b of all steps, time-major, h0 (N, H), Wh (H, 3H) -> h (R, H), cache
    """
    N, H = h0.shape
    h, prev_h, hidden_n = (room(name, len(a), H) for name in ("h", "prev_h", "hidden_n"))
    hidden = room("hidden", N, 3 * H)  # prev_h Wh
    times_Wh = room.product("times_Wh", Wh, len(steps.counts))
    last_h = h0
    for count, rows in steps:
        before, hn, gates = prev_h[rows], hidden_n[rows], hidden[:count]
        before[...] = last_h[:count]
        times_Wh(before, out=gates)
        last_h = h[rows]
        r, z, n = blocks(a[rows])
        a[rows, : 2 * H] += gates[:, : 2 * H]
        sigmoid_in_place(a[rows, : 2 * H])
        hn[...] = gates[:, 2 * H :]
        np.multiply(r, hn, out=last_h)
        n += last_h
        np.tanh(n, out=n)
        np.subtract(before, n, out=last_h)  # n + z · (prev_h - n)
        last_h *= z
        last_h += n
    return h, (a, prev_h, hidden_n, Wh, steps, N)


def run_backward(dh: Array, cache: Cache, room: Room) -> tuple[Array, Array, Array]:
    """Backpropagate through run.

    dh (R, H), cache -> da (R, 3H), dh0 (N, H), dWh (H, 3H)
    """
    gates, prev_h, hidden_n, Wh, steps, N = cache
    H = len(Wh)
    da, dah = room("da", *gates.shape), room("dah", *gates.shape)  # at x Wx + b, and at prev_h Wh
    carried, kept, slope = room.zeros("dh0", N, H), room("kept", N, H), room("slope", N, H)
    times_WhT = room.product_back("times_WhT", Wh, len(steps.counts))
    for count, rows in reversed(steps):
        dnext_h, straight, spare = carried[:count], kept[:count], slope[:count]
        dnext_h += dh[rows]
        r, z, n = blocks(gates[rows])
        dr, dz, dn = blocks(da[rows])
        np.multiply(dnext_h, z, out=straight)
        np.subtract(dnext_h, straight, out=dn)  # dnext_h · (1 - z) · (1 - n²)
        np.multiply(n, n, out=spare)
        np.subtract(1, spare, out=spare)
        dn *= spare
        np.subtract(prev_h[rows], n, out=dz)  # dnext_h · (prev_h - n) · (z - z²)
        dz *= dnext_h
        dz *= sigmoid_slope(z, spare)
        np.multiply(dn, hidden_n[rows], out=dr)  # dn · hn · (r - r²)
        dr *= sigmoid_slope(r, spare)
        dah[rows, : 2 * H] = da[rows, : 2 * H]
        np.multiply(dn, r, out=dah[rows, 2 * H :])
        times_WhT(dah[rows], out=dnext_h)
        dnext_h += straight
    return da, carried, prev_h.T @ dah


def sigmoid_slope(s: Array, out: Array) -> Array:
    """s - s², the slope of a sigmoid whose value is s."""
    np.multiply(s, s, out=out)
    return np.subtract(s, out, out=out)


def blocks(a: Array) -> list[Array]:
    """The three blocks r, z, n of a (n, 3H), each (n, H) and a part of a."""
    H = a.shape[1] // 3
    return [a[:, k * H : (k + 1) * H] for k in range(3)]
