"""Any number of recurrent layers, each reading the states of the one below (Graves 2013)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from unrolled.layers.room import Array

Weights = tuple[Array, Array, Array]


def stack_forward(
    forward: Callable[..., tuple[Array, Any]], x: Array, h0: Sequence[Array], weights: Sequence[Weights]
) -> tuple[Array, list[Any]]:
    """Run a sequence through layers of one kind: rnn_forward, lstm_forward, gru_forward, or your own.

    x (N, T, D), h0: one (N, H) a layer, weights: one (Wx, Wh, b) a layer, Wx (D, ·) in the first and (H, ·) above
    -> h (N, T, H) of the top layer, caches
    """
    caches = []
    for first, (Wx, Wh, b) in zip(h0, weights, strict=True):
        x, cache = forward(x, first, Wx, Wh, b)  # (N, T, H)
        caches.append(cache)
    return x, caches


def stack_backward(
    backward: Callable[..., tuple[Array, ...]], dh: Array, caches: Sequence[Any]
) -> tuple[Array, list[Array], list[Weights]]:
    """Backpropagate through stack_forward, with the backward function of the same kind.

    dh (N, T, H), caches -> dx (N, T, D), dh0: one (N, H) a layer, dweights: one (dWx, dWh, db) a layer
    """
    dh0: list[Array] = []
    dweights: list[Weights] = []
    for cache in reversed(caches):
        dh, dfirst, dWx, dWh, db = backward(dh, cache)
        dh0.insert(0, dfirst)
        dweights.insert(0, (dWx, dWh, db))
    return dh, dh0, dweights
