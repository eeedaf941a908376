"""Random choices that give the same numbers on every machine and in every version of Python.

Only `random.Random.random` is promised to keep its sequence, so everything here is built on it.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A seeded source of choices; equal seeds give equal choices everywhere."""

    def __init__(self, *seed: object) -> None:
        self._random = random.Random("/".join(map(str, seed))).random

    def chance(self, probability: float) -> bool:
        """True with the given probability."""
        return self._random() < probability

    def between(self, low: float, high: float, digits: int = 1) -> float:
        """Draw a number between two bounds, rounded so that it is stored exactly as it is used."""
        return round(low + (high - low) * self._random(), digits)

    def whole(self, low: int, high: int) -> int:
        """Draw a whole number, both bounds included."""
        return low + int(self._random() * (high - low + 1))

    def pick(self, options: Sequence[T]) -> T:
        """Draw one of the options, all alike."""
        return options[int(self._random() * len(options))]

    def weigh(self, weights: Mapping[T, float]) -> T:
        """Draw a key with probability proportional to its weight."""
        at = self._random() * sum(weights.values())
        for option, weight in weights.items():
            at -= weight
            if at < 0:
                return option
        return option

    def zipf(self, options: Sequence[T], exponent: float = 1.0) -> T:
        """Draw an option with probability proportional to 1 / rank**exponent."""
        return self.weigh({option: 1 / rank**exponent for rank, option in enumerate(options, 1)})

    def sample(self, options: Sequence[T], count: int) -> list[T]:
        """Draw different options, in the order drawn."""
        left = list(options)
        return [left.pop(int(self._random() * len(left))) for _ in range(min(count, len(left)))]
