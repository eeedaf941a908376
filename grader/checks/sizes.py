"""Sizes with letters, all different, so that any shape and many a number can be read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations, permutations
from math import isclose, log, prod
from typing import Any

import numpy as np


class Sizes:
    """The letters of a case: ``Sizes(N=3, T=5)`` knows that 5 is T.

    ``gates`` names the blocks that lie side by side in the weights of a cell, "ifog" for an LSTM; G is their width
    together, four times H.

    Raises ValueError where two letters share a size or a size is below two: such shapes cannot be read back.
    """

    def __init__(self, sizes: Mapping[str, int], gates: str = ""):
        sizes = {**sizes, "G": len(gates) * sizes["H"]} if gates else dict(sizes)
        if len(set(sizes.values())) < len(sizes):
            raise ValueError(f"Sizes must differ so that a shape can be read back as letters; got {dict(sizes)}.")
        if any(n < 2 for n in sizes.values()):
            raise ValueError(f"Sizes must be 2 or more (edges() tries 1 by itself); got {dict(sizes)}.")
        self.of, self.gates = sizes, gates
        self.letter = {n: f"{len(gates)}H" if letter == "G" and gates else letter for letter, n in sizes.items()}

    def number(self, n: int) -> str:
        """Write 6 as H=6 where H is the letter of 6."""
        return f"{self.letter[n]}={n}" if n in self.letter else str(n)

    def shape(self, shape: Sequence[int]) -> str:
        """Write (3, 6) as (N=3, H=6)."""
        comma = "," if len(shape) == 1 and shape[0] not in self.letter else ""
        return "(" + ", ".join(self.number(n) for n in shape) + comma + ")"

    def product(self, n: int) -> str:
        """Write 18 as N·H=18 where N·H is 18, or N·T·H of three; 18 where no sizes make it."""
        for count in (1, 2, 3):
            for letters in combinations([letter for letter in self.of if letter != "G"], count):
                if prod(self.of[letter] for letter in letters) == n:
                    return f"{'·'.join(letters)}={n}"
        return str(n)

    def axes(self, spec: str) -> tuple[int, ...]:
        """Turn "ND" into (N, D)."""
        return tuple(self.of[letter] for letter in spec)

    def axis(self, array: Any, letter: str) -> int | None:
        """Tell which axis of an array is, say, T; None where it has no such axis."""
        shape = np.shape(array)
        return shape.index(self.of[letter]) if letter in self.of and self.of[letter] in shape else None

    def first(self, array: np.ndarray, letter: str, count: int = 1) -> np.ndarray:
        """Cut an array down to its first ``count`` entries along a letter's axis, if it has one."""
        axis = self.axis(array, letter)
        return array if axis is None else np.take(array, range(count), axis)

    def ratio(self, k: float) -> str:
        """Name a factor by the sizes that make it: 0.25 is 1/N where N is 4; "" where none does."""
        n, t = self.of.get("N"), self.of.get("T")
        known = {letter: float(size) for size, letter in self.letter.items()}
        if n and t:
            known["(N·T)"] = float(n * t)
        for name, size in known.items():
            if isclose(k, 1 / size, rel_tol=1e-6):
                return f"1/{name}"
            if isclose(k, size, rel_tol=1e-6):
                return name.strip("()")
        for a, b in permutations(self.of, 2):
            if isclose(k, log(self.of[a]) / log(self.of[b]), rel_tol=1e-6):
                return f"log({a}) / log({b})"
        return ""
