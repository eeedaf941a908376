"""Where the quick sequences keep their numbers: steps, rooms and products."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, pairwise
from math import prod
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

Array = NDArray[Any]
Cache = tuple[Any, ...]


@dataclass(frozen=True)
class Steps:
    """Which rows of a time-major buffer (R, ...) belong to which step.

    counts: how many sequences are still running at each step. The longest come first, so those are always the
    first ones of the batch, and at step t they fill the rows rows[t].
    """

    counts: tuple[int, ...]
    rows: tuple[slice, ...]

    @classmethod
    def of(cls, counts: Sequence[int]) -> Steps:
        """The layout for these counts, which must not grow."""
        ends = tuple(accumulate(counts, initial=0))
        return cls(tuple(counts), tuple(slice(a, b) for a, b in pairwise(ends)))

    @property
    def total(self) -> int:
        """R, the rows of all steps together."""
        return sum(self.counts)

    def __iter__(self) -> Iterator[tuple[int, slice]]:
        return iter(zip(self.counts, self.rows, strict=True))

    def __reversed__(self) -> Iterator[tuple[int, slice]]:
        return iter(list(self)[::-1])


class Room:
    """Arrays by name that are used again: room("gates", R, G) is a part of a buffer that grows and never shrinks.

    What is in it is whatever was left there. A fresh room gives fresh arrays; one that is kept from batch to batch
    spares the machine the search for memory.
    """

    def __init__(self, dtype: DTypeLike) -> None:
        self.dtype: np.dtype[Any] = np.dtype(dtype)
        self._buffers: dict[str, Array] = {}
        self._products: dict[tuple[str, int, int], Product] = {}
        self._rooms: dict[str, Room] = {}

    def __call__(self, name: str, *shape: int) -> Array:
        """An array of this shape, with anything in it."""
        size = prod(shape)
        buffer = self._buffers.get(name)
        if buffer is None or buffer.size < size:
            buffer = self._buffers[name] = np.empty(size, self.dtype)
        return buffer[:size].reshape(shape)

    def zeros(self, name: str, *shape: int) -> Array:
        """An array of this shape, with zeros in it."""
        array = self(name, *shape)
        array[...] = 0
        return array

    def product(self, name: str, W: Array, uses: int) -> Product:
        """x @ W, made ready for being used that many times with one W."""
        return self._loaded(name, W, uses, Product)

    def product_back(self, name: str, W: Array, uses: int) -> Product:
        """x @ W.T, made ready in the same way."""
        return self._loaded(name, W.T, uses, ProductBack)

    def _loaded(self, name: str, W: Array, uses: int, plain: type[Product]) -> Product:
        K, M = W.shape
        key = name, K, M
        if key not in self._products:
            panels = uses > 1 and self.dtype == np.float32 and panels_pay() and Panels.fit(K, M)
            self._products[key] = Panels(K, M, self.dtype) if panels else plain()
        self._products[key].load(W)
        return self._products[key]

    def inner(self, name: str) -> Room:
        """A room inside this one, with names of its own."""
        if name not in self._rooms:
            self._rooms[name] = Room(self.dtype)
        return self._rooms[name]


class Product:
    """x (n, K) times one W (K, M) for many x: load(W) once, then self(x, out)."""

    def load(self, W: Array) -> None:
        self.W = W

    def __call__(self, x: Array, out: Array) -> None:
        np.matmul(x, self.W, out=out)


class ProductBack(Product):
    """The same product for a W that lies in memory transposed: BLAS is quicker at (W.T @ x.T).T for few rows."""

    def __call__(self, x: Array, out: Array) -> None:
        out[...] = np.matmul(self.W.T, x.T).T


class Panels(Product):
    """The same product with W cut into panels of at most 256 rows and 32 columns, each in one piece of memory.

    OpenBLAS has a routine for small products that needs no copies of its factors. A batch of 50 rows times a panel
    is small enough for it, the whole product is not.
    """

    WIDTH, HEIGHT, SMALL = 32, 256, 10**6  # SMALL: the most multiplications that OpenBLAS calls small

    def __init__(self, K: int, M: int, dtype: DTypeLike) -> None:
        self.K, self.M = K, M
        self.deep = -(-K // self.HEIGHT)  # panels one below the other; their products are added
        self.height, self.wide = K // self.deep, M // self.WIDTH
        self.panels: Array = np.empty((self.deep, self.wide, self.height, self.WIDTH), dtype)
        self.most_rows = self.SMALL // (self.height * self.WIDTH)

    @classmethod
    def fit(cls, K: int, M: int) -> bool:
        """Can a matrix of this shape be cut without a rest?"""
        return M % cls.WIDTH == 0 and K % -(-K // cls.HEIGHT) == 0

    def load(self, W: Array) -> None:
        self.panels[...] = W.reshape(self.deep, self.height, self.wide, self.WIDTH).transpose(0, 2, 1, 3)

    def __call__(self, x: Array, out: Array) -> None:
        for first in range(0, len(x), self.most_rows):
            self._small(x[first : first + self.most_rows], out[first : first + self.most_rows])

    def _small(self, x: Array, out: Array) -> None:
        n = len(x)
        tall = x.reshape(n, self.deep, 1, self.height).transpose(1, 2, 0, 3)  # (deep, 1, n, height)
        if self.deep == 1:
            np.matmul(tall[0], self.panels[0], out=out.reshape(n, self.wide, self.WIDTH).transpose(1, 0, 2))
            return
        parts = np.empty((self.deep, n, self.M), x.dtype)
        split = parts.reshape(self.deep, n, self.wide, self.WIDTH).transpose(0, 2, 1, 3)
        np.matmul(tall, self.panels, out=split)
        np.add.reduce(parts, axis=0, out=out)


@cache
def panels_pay() -> bool:
    """Panels are quicker where numpy brings OpenBLAS and the processor has AVX-512, and slower elsewhere."""
    config: Any = np.show_config(mode="dicts")
    blas = config.get("Build Dependencies", {}).get("blas", {}).get("name", "")
    simd = config.get("SIMD Extensions", {})
    found = set(simd.get("found", [])) | set(simd.get("baseline", []))
    return "openblas" in blas and bool(found & {"X86_V4", "AVX512_SKX"})


def time_major(x: Array) -> Array:
    """(N, T, D) -> (T·N, D): the rows of step 0, then those of step 1 ..."""
    N, T, D = x.shape
    return np.ascontiguousarray(x.transpose(1, 0, 2)).reshape(T * N, D)


def batch_major(x: Array, N: int) -> Array:
    """(T·N, D) -> (N, T, D), the way back from time_major."""
    return np.ascontiguousarray(x.reshape(-1, N, x.shape[1]).transpose(1, 0, 2))
