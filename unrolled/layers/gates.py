"""The sigmoid, that gates are made of."""

from __future__ import annotations

import numpy as np

from unrolled.layers.room import Array


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x)) without overflow, for x of any shape: sigmoid(x) = (1 + tanh(x/2)) / 2."""
    return 0.5 * np.tanh(0.5 * x) + 0.5


@np.errstate(over="ignore")
def sigmoid_in_place(x: Array) -> None:
    """Put sigmoid(x) in the place of x; where exp(-x) is too large to hold, 1 / (1 + inf) is the 0 it should be."""
    np.negative(x, out=x)
    np.exp(x, out=x)
    x += 1
    np.reciprocal(x, out=x)
