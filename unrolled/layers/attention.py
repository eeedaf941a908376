"""Soft attention over the regions of a picture (Xu et al. 2015), with the scaled dot product of CS231n's lesson.

The state h asks, each of the L regions answers with how well it fits, and the context is the mean of the regions,
weighted by the answers:      w = softmax(grid · h / sqrt(H))      context = sum of w_l · grid_l
"""

from __future__ import annotations

import numpy as np

from unrolled.layers import lstm
from unrolled.layers.room import Array, Cache, Room, Steps, batch_major, time_major

Gradients = tuple[Array, ...]


def attention_forward(h: Array, grid: Array) -> tuple[Array, Array, Cache]:
    """Look at a picture with a state.

    h (N, H), grid (N, L, H) -> context (N, H), weights (N, L) that sum to one, cache
    """
    weights = np.empty(grid.shape[:2], grid.dtype)
    context = np.empty_like(h)
    attend(h, grid, weights, context)
    return context, weights, (h, grid, weights)


def attention_backward(dcontext: Array, cache: Cache) -> tuple[Array, Array]:
    """Backpropagate through attention_forward.

    dcontext (N, H), cache -> dh (N, H), dgrid (N, L, H)
    """
    h, grid, weights = cache
    dh = np.empty_like(h)
    dscores = np.empty_like(weights)
    attend_backward(dcontext, grid, weights, dscores, dh)
    dgrid = weights[:, :, None] * dcontext[:, None, :] + dscores[:, :, None] * h[:, None, :]
    return dh, dgrid


def attention_lstm_step_forward(
    x: Array, prev_h: Array, prev_c: Array, grid: Array, Wx: Array, Wh: Array, Wattn: Array, b: Array
) -> tuple[Array, Array, Cache]:
    """One step of an LSTM that reads a word and what it has looked at.

    x (N, D), prev_h and prev_c (N, H), grid (N, L, H), Wx (D, 4H), Wh and Wattn (H, 4H), b (4H,)
    -> next_h (N, H), next_c (N, H), cache
    """
    context, _, looked = attention_forward(prev_h, grid)
    both, weights = np.hstack([prev_h, context]), np.vstack([Wh, Wattn])  # (N, 2H), (2H, 4H)
    next_h, next_c, inner = lstm.lstm_step_forward(x, both, prev_c, Wx, weights, b)
    return next_h, next_c, (looked, inner)


def attention_lstm_step_backward(dnext_h: Array, dnext_c: Array, cache: Cache) -> Gradients:
    """Backpropagate through one step of an attention LSTM.

    dnext_h and dnext_c (N, H), cache -> dx (N, D), dprev_h (N, H), dprev_c (N, H), dgrid (N, L, H),
    dWx (D, 4H), dWh (H, 4H), dWattn (H, 4H), db (4H,)
    """
    looked, inner = cache
    dx, dboth, dprev_c, dWx, dweights, db = lstm.lstm_step_backward(dnext_h, dnext_c, inner)
    H = dnext_h.shape[1]
    dh_looked, dgrid = attention_backward(dboth[:, H:], looked)
    return dx, dboth[:, :H] + dh_looked, dprev_c, dgrid, dWx, dweights[:H], dweights[H:], db


def attention_lstm_forward(
    x: Array, h0: Array, grid: Array, Wx: Array, Wh: Array, Wattn: Array, b: Array
) -> tuple[Array, Cache]:
    """An attention LSTM over a sequence; its cell state begins at zero.

    x (N, T, D), h0 (N, H), grid (N, L, H), Wx (D, 4H), Wh and Wattn (H, 4H), b (4H,) -> h (N, T, H), cache
    """
    N, T, _ = x.shape
    inputs = time_major(x)  # (T·N, D)
    a = inputs @ Wx
    a += b
    steps, room = Steps.of([N] * T), Room(a.dtype)
    h, _, inner = run(a, h0, np.zeros_like(h0), np.ascontiguousarray(grid), Wh, Wattn, steps, room)
    return batch_major(h, N), (inputs, Wx, inner)


def attention_lstm_backward(dh: Array, cache: Cache) -> Gradients:
    """Backpropagate through an attention LSTM over a sequence.

    dh (N, T, H), cache
    -> dx (N, T, D), dh0 (N, H), dgrid (N, L, H), dWx (D, 4H), dWh (H, 4H), dWattn (H, 4H), db (4H,)
    """
    inputs, Wx, (gates, *others) = cache
    da, dh0, _, dgrid, dWh, dWattn = run_backward(time_major(dh), (gates.copy(), *others), Room(dh.dtype))
    return batch_major(da @ Wx.T, len(dh)), dh0, dgrid, inputs.T @ da, dWh, dWattn, da.sum(axis=0)


def attend(h: Array, grid: Array, weights: Array, context: Array) -> None:
    """Write the weights (n, L) and the context (n, H) of states h (n, H) that look at a grid (n, L, H)."""
    np.matmul(grid, h[:, :, None], out=weights[:, :, None])
    weights *= h.shape[1] ** -0.5
    weights -= weights.max(axis=1, keepdims=True)
    np.exp(weights, out=weights)
    weights /= weights.sum(axis=1, keepdims=True)
    np.matmul(weights[:, None, :], grid, out=context[:, None, :])


def attend_backward(dcontext: Array, grid: Array, weights: Array, dscores: Array, dh: Array) -> None:
    """Backpropagate through attend as far as the scores: writes dscores (n, L), scaled, and dh (n, H)."""
    np.matmul(grid, dcontext[:, :, None], out=dscores[:, :, None])
    dscores -= np.einsum("nl,nl->n", weights, dscores)[:, None]
    dscores *= weights
    dscores *= dh.shape[1] ** -0.5
    np.matmul(dscores[:, None, :], grid, out=dh[:, None, :])


def run(
    a: Array, h0: Array, c0: Array, grid: Array, Wh: Array, Wattn: Array, steps: Steps, room: Room
) -> tuple[Array, Array, Cache]:
    """The recurrence alone, for inputs that are multiplied already; the gates take the place of a.

    a (R, 4H) = x Wx + b of all steps, time-major, h0 and c0 (N, H), grid (N, L, H), Wh and Wattn (H, 4H)
    -> h (R, H), c (N, H) at each sequence's end, cache
    """
    (N, H), L = h0.shape, grid.shape[1]
    names = "h", "prev_h", "context", "prev_c", "tanh_c"
    h, prev_h, context, prev_c, tanh_c = (room(name, len(a), H) for name in names)
    weights, c, z = room("weights", len(a), L), room("c", N, H), room("z", N, 4 * H)
    c[...] = c0
    times_Wh = room.product("times_Wh", Wh, len(steps.counts))
    times_Wattn = room.product("times_Wattn", Wattn, len(steps.counts))
    last_h = h0
    for n, rows in steps:
        prev_h[rows], prev_c[rows] = last_h[:n], c[:n]
        last_h = h[rows]
        attend(prev_h[rows], grid[:n], weights[rows], context[rows])
        times_Wh(prev_h[rows], out=z[:n])
        a[rows] += z[:n]
        times_Wattn(context[rows], out=z[:n])
        a[rows] += z[:n]
        lstm.gates_in_place(a[rows], c[:n], tanh_c[rows], last_h)
    return h, c, (a, prev_h, context, prev_c, tanh_c, weights, grid, Wh, Wattn, steps)


def run_backward(dh: Array, cache: Cache, room: Room) -> tuple[Array, Array, Array, Array, Array, Array]:
    """Backpropagate through run; da takes the place of the gates, so a cache serves once.

    The gradient of a grid is a sum over steps of two outer products, weights × dcontext and dscores × prev_h. Both
    are laid side by side for each picture, so that one product per picture does the whole sum.

    dh (R, H), cache -> da (R, 4H), dh0 (N, H), dc0 (N, H), dgrid (N, L, H), dWh (H, 4H), dWattn (H, 4H)
    """
    da, prev_h, context, prev_c, tanh_c, weights, grid, Wh, Wattn, steps = cache
    (N, L, H), T = grid.shape, len(steps.counts)
    carried, dc = room.zeros("dh0", N, H), room.zeros("dc0", N, H)
    dgates, slope = room("dgates", N, 4 * H), room("slope", N, 4 * H)
    looked_back = room("looked_back", N, H)
    left, right = room.zeros("left", N, 2, T, L), room.zeros("right", N, 2, T, H)
    dscores = room("dscores", N, L)
    times_WhT = room.product_back("times_WhT", Wh, T)
    times_WattnT = room.product_back("times_WattnT", Wattn, T)
    for t, (n, rows) in reversed(list(enumerate(steps))):
        dnext_h, dcontext = carried[:n], right[:n, 0, t]
        dnext_h += dh[rows]
        lstm.gates_backward(dnext_h, dc[:n], da[rows], prev_c[rows], tanh_c[rows], dgates[:n], slope[:n])
        times_WattnT(da[rows], out=looked_back[:n])
        dcontext[...] = looked_back[:n]
        times_WhT(da[rows], out=dnext_h)
        attend_backward(dcontext, grid[:n], weights[rows], dscores[:n], looked_back[:n])
        dnext_h += looked_back[:n]
        left[:n, 0, t], left[:n, 1, t], right[:n, 1, t] = weights[rows], dscores[:n], prev_h[rows]
    pairs = left.reshape(N, 2 * T, L).transpose(0, 2, 1), right.reshape(N, 2 * T, H)
    dgrid = np.matmul(*pairs, out=room("dgrid", N, L, H))
    return da, carried, dc, dgrid, prev_h.T @ da, context.T @ da
