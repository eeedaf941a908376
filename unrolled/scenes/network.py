"""The small convolutional network that looks at scenes, in plain numpy; its weights are shipped.

It was trained in PyTorch by `datasets/scenes/train_network.py` on scene content (never on captions), and its
normalisation is folded into the convolutions, so that what is left is convolve, add, clip at zero, pool.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from unrolled.scenes.backdrop import Description
from unrolled.scenes.draw import picture

Array = NDArray[np.float32]

SIZE = 112  # pixels of a picture as the network sees it
STRIDES = (2, 2, 1, 1, 2, 1, 2, 1)
CELLS = 7


class Weights(NamedTuple):
    """Folded weights: `kernels` (O, I, 3, 3) with `biases` (O,), then the 1x1 map to the grid's channels."""

    kernels: list[Array]
    biases: list[Array]
    grid: Array
    grid_bias: Array


class Seen(NamedTuple):
    """What the network makes of N pictures: pooled (N, F) and grid (N, 49, C), both at least zero."""

    pooled: Array
    grid: Array


def load_weights(path: str | Path) -> Weights:
    """Read the shipped weights (half precision on disk, single here)."""
    with np.load(path, allow_pickle=False) as stored:
        layers = range(len(STRIDES))
        return Weights(
            [stored[f"kernel{i}"].astype(np.float32) for i in layers],
            [stored[f"bias{i}"].astype(np.float32) for i in layers],
            stored["grid"].astype(np.float32),
            stored["grid_bias"].astype(np.float32),
        )


def convolve(x: Array, kernel: Array, bias: Array, stride: int) -> Array:
    """A 3x3 convolution with padding 1, then max(0, ·).

    x (N, H, W, I), kernel (O, I, 3, 3), bias (O,) -> (N, H/stride, W/stride, O)
    """
    N, H, W, I = x.shape
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    h, w = H // stride, W // stride
    windows = np.empty((N, h, w, 9, I), np.float32)
    for i in range(9):
        dy, dx = divmod(i, 3)
        windows[..., i, :] = padded[:, dy : dy + H : stride, dx : dx + W : stride]
    matrix = kernel.transpose(2, 3, 1, 0).reshape(9 * I, -1)  # (9I, O)
    out = windows.reshape(-1, 9 * I) @ matrix
    out += bias
    return np.maximum(out, 0, out=out).reshape(N, h, w, -1)


def look(pictures: NDArray[np.uint8], weights: Weights) -> Seen:
    """Run the network on a batch: pictures (N, 112, 112, 3) uint8 -> pooled (N, F), grid (N, 49, C)."""
    x: Array = pictures.astype(np.float32) / np.float32(255) - np.float32(0.5)
    for kernel, bias, stride in zip(weights.kernels, weights.biases, STRIDES, strict=True):
        x = convolve(x, kernel, bias, stride)
    cells = x.reshape(len(x), CELLS * CELLS, -1)  # (N, 49, D)
    pooled = np.concatenate([cells.mean(axis=1), cells.max(axis=1)], axis=1)  # (N, 2D)
    return Seen(pooled, np.maximum(cells @ weights.grid + weights.grid_bias, 0))


def see(
    descriptions: Sequence[Description],
    weights: Weights,
    done: Callable[[int], object] | None = None,
    batch: int = 32,
) -> Seen:
    """Draw pictures and look at them, in batches; `done` is told how many more were seen after each."""
    pooled, grid = [], []
    for start in range(0, len(descriptions), batch):
        drawn = np.stack([np.asarray(picture(d, SIZE)) for d in descriptions[start : start + batch]])
        seen = look(drawn, weights)
        pooled.append(seen.pooled)
        grid.append(seen.grid)
        if done:
            done(len(drawn))
    return Seen(np.concatenate(pooled), np.concatenate(grid))
