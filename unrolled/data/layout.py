"""The layout of a data set on disk, its names in one place, and the checks that it is whole.

datasets/README.md describes every field for people; this module holds the same names for programs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from unrolled.data.words import MARKS, START

SPLITS = ("train", "val", "test")

CAPTIONS = "coco2014_captions.h5"
VOCABULARY = "coco2014_vocab.json"
REFERENCES = "references.json"
DESCRIPTIONS = "descriptions.jsonl.gz"
ABOUT = "about.json"
FEATURES = {  # name in load(features=...) -> file
    "pca": "{split}2014_vgg16_fc7_pca.h5",
    "full": "{split}2014_vgg16_fc7.h5",
    "grid": "{split}2014_grid.h5",
}
BOTH = ("pca", "grid")  # what load(features="both") reads
IMAGES = "{split}2014_images.txt"


class DataError(Exception):
    """A data set that cannot be read, fetched or built; the message says what to do about it."""


@contextmanager
def hdf5(path: Path) -> Iterator[h5py.File]:
    """An HDF5 file open for reading; raises DataError where it is missing, foreign or cut short."""
    file = open_hdf5(path)
    try:
        yield file
    finally:
        file.close()


def open_hdf5(path: Path, cache_bytes: int = 1 << 20) -> h5py.File:
    """Open an HDF5 file for reading, without a lock where the file system has none."""
    if not path.is_file():
        raise DataError(f"{path.name} is missing from {path.parent}.")
    if not h5py.is_hdf5(path):
        raise DataError(f"{path} is not an HDF5 file. Replace it, or fetch or build the data set again.")
    try:
        return h5py.File(path, "r", locking="best-effort", rdcc_nbytes=cache_bytes)
    except OSError as problem:
        words = "is cut short" if "truncated" in str(problem) else f"cannot be opened ({problem})"
        raise DataError(f"{path} {words}. Replace it, or fetch or build the data set again.") from problem


def split_names(folder: Path) -> list[str]:
    """The splits that the captions file holds, in the order train, val, test."""
    with hdf5(folder / CAPTIONS) as file:
        found = [split for split in SPLITS if f"{split}_captions" in file]
    if "train" not in found:
        raise DataError(f"{folder / CAPTIONS} has no field train_captions. Is it of this layout?")
    return found


def read_vocabulary(folder: Path) -> tuple[list[str], dict[str, int]]:
    """idx_to_word and word_to_idx of a data set, checked against each other."""
    path = folder / VOCABULARY
    content = read_json(path)
    if not isinstance(content, dict) or not {"idx_to_word", "word_to_idx"} <= set(content):
        raise DataError(f"{path}: expected the fields idx_to_word and word_to_idx.")
    words, numbers = content["idx_to_word"], content["word_to_idx"]
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise DataError(f"{path}: idx_to_word should be a list of words.")
    if tuple(words[:4]) != MARKS:
        marks = ", ".join(MARKS)
        raise DataError(f"{path}: idx_to_word should begin with {marks}; it begins with {words[:4]}.")
    if numbers != {word: i for i, word in enumerate(words)}:
        raise DataError(f"{path}: word_to_idx is not the inverse of idx_to_word.")
    return words, numbers


def read_captions(folder: Path, split: str, words: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Captions (N, T) and image indices (N,) of one split, checked against a vocabulary of `words`."""
    path = folder / CAPTIONS
    with hdf5(path) as file:
        captions = _integers(file, f"{split}_captions", 2, path)
        image_idxs = _integers(file, f"{split}_image_idxs", 1, path)
    if len(captions) != len(image_idxs):
        raise DataError(
            f"{path}: {split}_captions has {len(captions)} rows and {split}_image_idxs {len(image_idxs)}; "
            "expected one image index per caption."
        )
    if captions.size and not 0 <= captions.min() <= captions.max() < words:
        raise DataError(
            f"{path}: {split}_captions holds word numbers from {captions.min()} to {captions.max()}, "
            f"but {VOCABULARY} has {words} words. The two files are not of one data set."
        )
    if captions.size and (captions[:, 0] != START).any():
        row = int(np.argmax(captions[:, 0] != START))
        raise DataError(
            f"{path}: {split}_captions, row {row}, begins with {captions[row, 0]}, "
            f"expected {START} for {MARKS[START]}."
        )
    return captions, image_idxs


def _integers(file: h5py.File, field: str, axes: int, path: Path) -> NDArray[np.int32]:
    dataset = _dataset(file, field, path)
    if dataset.dtype.kind not in "iu" or dataset.ndim != axes:
        shape = "(captions, words)" if axes == 2 else "(captions,)"
        raise DataError(
            f"{path}: {field} should be int32 of shape {shape}, "
            f"found {dataset.dtype} of shape {dataset.shape}."
        )
    return np.asarray(_read(dataset, path), dtype=np.int32)


def _read(dataset: h5py.Dataset, path: Path) -> NDArray[Any]:
    try:
        return dataset[...]
    except OSError as problem:
        raise unreadable(path, dataset.name.lstrip("/")) from problem


def unreadable(path: Path, field: str) -> DataError:
    """The error for a field whose bytes on the disk are damaged."""
    return DataError(f"{path}: {field} is damaged and cannot be read. Fetch or build the data set again.")


def _dataset(file: h5py.File, field: str, path: Path) -> h5py.Dataset:
    found = file.get(field)
    if not isinstance(found, h5py.Dataset):
        there = ", ".join(sorted(file)) or "nothing"
        raise DataError(f"{path} has no field {field}; it has {there}.")
    return found


def features_dataset(file: h5py.File, kind: str, path: Path) -> h5py.Dataset:
    """The field `features` of an open feature file: (M, F), or (M, R, C) for kind "grid", checked."""
    dataset = _dataset(file, "features", path)
    axes, letters = (3, "(images, regions, channels)") if kind == "grid" else (2, "(images, features)")
    if dataset.ndim != axes:
        raise DataError(f"{path}: features should have the shape {letters}, found {dataset.shape}.")
    if dataset.dtype.kind == "f":
        return dataset
    if dataset.dtype != np.int8 or kind != "grid":
        raise DataError(f"{path}: features should be float32, found {dataset.dtype}.")
    scale = np.asarray(dataset.attrs.get("scale", ()))
    if scale.shape != dataset.shape[-1:] or scale.dtype.kind != "f":
        raise DataError(
            f"{path}: int8 features need the attribute scale, float32 of shape {dataset.shape[-1:]}; "
            f"found {scale.dtype} of shape {scale.shape}."
        )
    return dataset


def check_indices(image_idxs: NDArray[np.int32], rows: int, split: str, what: str) -> None:
    """Raise DataError where an image index points beyond the `rows` of `what`."""
    if image_idxs.size and not 0 <= image_idxs.min() <= image_idxs.max() < rows:
        raise DataError(
            f"{split}_image_idxs points at images {image_idxs.min()} to {image_idxs.max()}, "
            f"but {what} has {rows} rows. The two files are not of one data set."
        )


def feature_kinds(folder: Path) -> list[str]:
    """The kinds of features that a data set has for its training images, of pca, full, grid."""
    return [kind for kind, name in FEATURES.items() if (folder / name.format(split="train")).is_file()]


def read_lines(path: Path) -> list[str]:
    """The lines of a text file without their ends, a last empty one left off."""
    return path.read_text(encoding="utf-8").splitlines()


def read_json(path: Path) -> Any:
    """A JSON file; raises DataError where it is missing or not JSON."""
    if not path.is_file():
        raise DataError(f"{path.name} is missing from {path.parent}.")
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as problem:
        raise DataError(f"{path} is not a JSON file in UTF-8 ({problem}).") from problem
