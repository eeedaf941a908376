"""Feature rows that stay on the disk until a minibatch asks for them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from unrolled.data.layout import features_dataset, hdf5, open_hdf5, unreadable

_KEPT = 64 << 20  # bytes; compressed features up to this size are unpacked once and kept


@dataclass(frozen=True, eq=False)
class Both:
    """Pooled features and grid of the same pictures, for a model that looks: pooled, grid = both.

    pooled (M, F), grid (M, R, C), arrays or still on the disk; both[rows] has those rows of each, as arrays.
    Those of a data set have a grid whose channels vary alike: each is divided by its deviation in training pictures.
    """

    pooled: Any
    grid: Any

    def __len__(self) -> int:
        return len(self.grid)

    def __iter__(self) -> Iterator[Any]:
        return iter((self.pooled, self.grid))

    def __getitem__(self, rows: Any) -> Both:
        return Both(self.pooled[rows], self.grid[rows])

    @property
    def row_shape(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The shape of one picture's pooled features, and of its grid."""
        return self.pooled.shape[1:], self.grid.shape[1:]

    def close(self) -> None:
        """Close the feature files; they open again by themselves when needed."""
        self.pooled.close()
        self.grid.close()


class Features:
    """The features of one split, (M, F) or (M, R, C), read row by row as an array is.

    features[3] -> (F,); features[[3, 1, 3]] -> (3, F); features[:100] -> (100, F); always float32.
    int8 grids are multiplied by their scale. Nothing is kept in memory but what was asked for, and
    compressed features that are small (64 MB).
    """

    def __init__(self, path: Path, kind: str):
        self._path, self._kind = path, kind
        self._dataset: h5py.Dataset | None = None
        self._raw: FileIO | None = None
        self._kept: NDArray[Any] | None = None
        self._process = os.getpid()
        with hdf5(path) as file:
            dataset = features_dataset(file, kind, path)
            self.shape: tuple[int, ...] = dataset.shape
            self._stored = dataset.dtype
            self._scale = np.asarray(dataset.attrs.get("scale", 1), dtype=np.float32)
            self._offsets = _row_offsets(dataset)
        self.dtype = np.dtype(np.float32)
        self.ndim = len(self.shape)

    def __len__(self) -> int:
        return self.shape[0]

    @property
    def row_shape(self) -> tuple[int, ...]:
        """The shape of one picture's features."""
        return self.shape[1:]

    def divide_by(self, unit: NDArray[np.float32]) -> None:
        """Give rows divided by unit (C,) from now on."""
        self._scale = self._scale / unit

    def __repr__(self) -> str:
        return f"Features({self._path.name}, shape={self.shape}, float32, on disk)"

    def __getitem__(self, key: Any) -> NDArray[np.float32]:
        rows, rest = (key[0], key[1:]) if isinstance(key, tuple) else (key, ())
        try:
            found = self._rows(rows)
        except OSError as problem:
            raise unreadable(self._path, "features") from problem
        return found[rest if isinstance(rows, int | np.integer) else (slice(None), *rest)]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.asarray(self[:], dtype=dtype)

    def close(self) -> None:
        """Close the file; the next row asked for opens it again."""
        if self._dataset is not None:
            self._dataset.file.close()
        if self._raw is not None:
            self._raw.close()
        self._dataset = self._raw = None

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_dataset": None, "_raw": None, "_kept": None}

    def _rows(self, rows: Any) -> NDArray[np.float32]:
        if rows is Ellipsis:
            rows = slice(None)
        if isinstance(rows, slice):
            return self._gather(np.arange(*rows.indices(len(self))))
        wanted = np.asarray(rows)
        if wanted.dtype == bool and wanted.shape == (len(self),):
            wanted = np.flatnonzero(wanted)
        if wanted.dtype.kind not in "iu" and wanted.size:
            raise IndexError(f"features are indexed with row numbers, found {wanted.dtype}.")
        return self._gather(wanted.astype(np.int64))

    def _gather(self, wanted: NDArray[np.int64]) -> NDArray[np.float32]:
        rows = wanted.reshape(-1)
        if rows.size and not -len(self) <= rows.min() <= rows.max() < len(self):
            raise IndexError(f"rows {rows.min()} to {rows.max()} were asked for; there are {len(self)}.")
        rows = np.where(rows < 0, rows + len(self), rows)
        if self._process != os.getpid():  # a forked child needs a file position of its own
            self.__dict__.update(self.__getstate__(), _process=os.getpid())
        plain = self._offsets is not None
        found = self._gather_plain(rows, self._offsets) if plain else self._gather_selected(rows)
        return self._scaled(found).reshape(wanted.shape + self.shape[1:])

    def _gather_plain(self, rows: NDArray[np.int64], offsets: Any) -> NDArray[Any]:
        """Six times faster than HDF5's own selection, for rows that lie in the file as they are."""
        if self._raw is None:
            self._raw = FileIO(str(self._path))
        found = np.empty((len(rows), *self.shape[1:]), dtype=self._stored)
        for target, offset in zip(found, offsets[rows].tolist(), strict=True):
            self._raw.seek(offset)
            if self._raw.readinto(memoryview(target).cast("B")) != target.nbytes:
                raise OSError("the file is shorter than its header says")
        return found

    def _gather_selected(self, rows: NDArray[np.int64]) -> NDArray[Any]:
        """For compressed files: from memory, or by HDF5's selection, which wants rows in order, each once."""
        if self._kept is not None:
            return self._kept[rows]
        if self._dataset is None:
            file = open_hdf5(self._path, _KEPT)
            self._dataset = features_dataset(file, self._kind, self._path)
        if self._dataset.nbytes <= _KEPT:
            self._kept = self._dataset[...]
            self.close()
            return self._kept[rows]
        distinct, back = np.unique(rows, return_inverse=True)
        return self._dataset[distinct][back] if rows.size else self._dataset[:0]

    def _scaled(self, found: NDArray[Any]) -> NDArray[np.float32]:
        found = found.astype(np.float32, copy=False)
        return found * self._scale if self._scale.ndim else found


def _row_offsets(dataset: h5py.Dataset) -> NDArray[np.int64] | None:
    """Where each row begins in the file, (M,); None unless rows lie there whole, in this machine's bytes."""
    if not dataset.size or not dataset.dtype.isnative or dataset.external or dataset.is_virtual:
        return None
    row_bytes = dataset.dtype.itemsize * int(np.prod(dataset.shape[1:]))
    if dataset.chunks is None:
        starts, per_start = [dataset.id.get_offset()], len(dataset)
    else:
        starts, per_start = _chunk_starts(dataset), dataset.chunks[0]
    if None in starts:
        return None
    within = np.arange(per_start, dtype=np.int64) * row_bytes
    return np.add.outer(np.array(starts, dtype=np.int64), within).reshape(-1)[: len(dataset)]


def _chunk_starts(dataset: h5py.Dataset) -> list[int | None]:
    """Where each chunk begins, [None] where one is compressed, unwritten or holds less than whole rows."""
    if dataset.id.get_create_plist().get_nfilters() or dataset.chunks[1:] != dataset.shape[1:]:
        return [None]
    corner = (0,) * (dataset.ndim - 1)
    first_rows = range(0, len(dataset), dataset.chunks[0])
    return [dataset.id.get_chunk_info_by_coord((row, *corner)).byte_offset for row in first_rows]
