"""Inputs for layers, drawn at random: shapes, layouts in memory, sizes of numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st

GATES = {"rnn": 1, "lstm": 4, "gru": 3, "attention-lstm": 4}
SIZES = st.fixed_dictionaries(
    {
        "N": st.integers(1, 5),
        "T": st.integers(1, 5),
        "D": st.integers(1, 6),
        "H": st.integers(1, 6),
        "L": st.integers(1, 5),
        "V": st.integers(2, 9),
        "seed": st.integers(0, 2**32 - 1),
        "layout": st.sampled_from(["C", "F", "strided"]),
    }
)


class Draw:
    """Arrays by letters: draw("NTD") has shape (N, T, D); a digit before a letter multiplies, "D4H" is (D, 4·H)."""

    def __init__(self, N, T, D, H, L, V, seed, layout, dtype=np.float64, scale=1.0):
        self.sizes = {"N": N, "T": T, "D": D, "H": H, "L": L, "V": V}
        self.rng = np.random.default_rng(seed)
        self.layout, self.dtype, self.scale = layout, dtype, scale

    def shape(self, letters: str) -> tuple[int, ...]:
        sizes, times = [], 1
        for letter in letters:
            if letter.isdigit():
                times = int(letter)
            else:
                sizes.append(times * self.sizes[letter])
                times = 1
        return tuple(sizes)

    def __call__(self, letters: str) -> np.ndarray:
        return self.laid(self.scale * self.rng.standard_normal(self.shape(letters)))

    def words(self, letters: str) -> np.ndarray:
        """Word numbers; among so few, many come twice."""
        return self.laid(self.rng.integers(self.sizes["V"], size=self.shape(letters)), np.int64)

    def mask(self, letters: str) -> np.ndarray:
        """True and False, the first row fully False."""
        mask = self.rng.random(self.shape(letters)) < 0.7
        mask[0] = False
        return mask

    def laid(self, a: np.ndarray, dtype: Any = None) -> np.ndarray:
        """The same numbers in another layout: by columns, or every second entry backwards."""
        a = a.astype(dtype or self.dtype)
        if self.layout == "F":
            return np.asfortranarray(a)
        if self.layout == "strided":
            wide = np.full((*a.shape[:-1], 2 * a.shape[-1]), 77, a.dtype)
            wide[..., ::-2] = a
            return wide[..., ::-2]
        return a


def slopes_agree(
    f: Callable[..., float], inputs: Sequence[np.ndarray], grads: Sequence[np.ndarray], rng: np.random.Generator
) -> None:
    """Nudge each input in a random direction: the output moves as its gradient says."""
    eps = 1e-6
    for k, (x, grad) in enumerate(zip(inputs, grads, strict=True)):
        assert grad.shape == x.shape
        assert grad.dtype == x.dtype
        direction = rng.standard_normal(x.shape)
        up, down = ([*inputs[:k], x + sign * eps * direction, *inputs[k + 1 :]] for sign in (1, -1))
        measured = (f(*up) - f(*down)) / (2 * eps)
        said = float(np.sum(grad * direction))
        room = 1e-6 * (1 + np.abs(grad).sum() + abs(measured))
        assert abs(measured - said) <= room, f"input {k}: measured {measured}, said {said}"


def close(found: Any, right: Any, dtype: Any = np.float64, what: str = "") -> None:
    """Equal to rounding: relative to the largest entry."""
    found, right = np.asarray(found), np.asarray(right)
    assert found.shape == right.shape, what
    room = (1e-11 if dtype == np.float64 else 2e-4) * (1 + np.abs(right).max(initial=0))
    off = np.abs(found - right).max(initial=0)
    assert off <= room, f"{what} off by {off}, more than {room}"
