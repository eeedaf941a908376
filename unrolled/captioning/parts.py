"""Parts of a captioner that hold no settings: its pictures on the way in, its words on the way out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from unrolled.captioning.batches import Batch
from unrolled.data.features import Both
from unrolled.layers.losses import softmax_in_place
from unrolled.layers.room import Room

Array = NDArray[Any]
Params = dict[str, Array]
State = tuple[Array, ...]
Pair = tuple[Callable[..., Any], Callable[..., Any]]


class Seen(NamedTuple):
    """What a model takes in of n pictures: first (n, H) for the first state; regions (n, L, H) to look at, or None."""

    first: Array
    regions: Array | None


def names(layer: int) -> tuple[str, str, str]:
    """The names of a layer's parameters: Wx, Wh, b, then Wx_2, Wh_2, b_2 and so on."""
    suffix = f"_{layer + 1}" if layer else ""
    return f"Wx{suffix}", f"Wh{suffix}", f"b{suffix}"


def see(params: Params, features: Array | Both, room: Room) -> Seen:
    """What a model takes in of n pictures: first (n, H), or (n, W) with "each step"; regions (n, L, H) to look at."""
    pooled, grid = features if isinstance(features, Both) else (features, None)
    first = np.matmul(pooled, params["W_proj"], out=room("first", len(pooled), len(params["b_proj"])))
    first += params["b_proj"]
    if grid is None:
        return Seen(first, None)
    (n, L, C), H = grid.shape, len(params["b_grid"])
    regions = np.matmul(grid.reshape(n * L, C), params["W_grid"], out=room("regions", n * L, H))
    regions += params["b_grid"]
    return Seen(first, regions.reshape(n, L, H))


def see_backward(dseen: Seen, features: Array | Both) -> Params:
    """Backpropagate through see: dseen, like seen -> gradients of W_proj and b_proj, W_grid and b_grid."""
    pooled, grid = features if isinstance(features, Both) else (features, None)
    grads = {"W_proj": pooled.T @ dseen.first, "b_proj": dseen.first.sum(axis=0)}
    if grid is None or dseen.regions is None:
        return grads
    dregions = dseen.regions.reshape(-1, dseen.regions.shape[2])  # (n·L, H)
    return grads | {"W_grid": grid.reshape(len(dregions), -1).T @ dregions, "b_grid": dregions.sum(axis=0)}


def vocabulary_loss(params: Params, batch: Batch, h: Array, scale: float, room: Room) -> tuple[float, Array, Params]:
    """Scores, softmax loss and back: h (R, H) -> loss, dh (R, H), gradients of W_vocab and b_vocab."""
    R, H = h.shape
    Q, V = len(batch.counted), len(params["b_vocab"])
    every = Q == R
    states = h if every else np.take(h, batch.counted, axis=0, out=room("counted", Q, H), mode="clip")
    scores = np.matmul(states, params["W_vocab"], out=room("scores", Q, V))
    scores += params["b_vocab"]
    loss = softmax_in_place(scores, batch.targets[batch.counted], scale)
    grads = {"W_vocab": states.T @ scores, "b_vocab": scores.sum(axis=0)}
    dstates = np.matmul(scores, params["W_vocab"].T, out=room("dstates", Q, H))
    if every:
        return loss, dstates, grads
    dh = room.zeros("dh", R, H)
    dh[batch.counted] = dstates
    return loss, dh, grads
