"""Load pictures and captions: one call, one small object, features left on the disk."""

from __future__ import annotations

import gzip
import json
import os
import zlib
from collections.abc import Sequence
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from unrolled.data import layout, words
from unrolled.data.features import Both, Features
from unrolled.data.find import find
from unrolled.data.layout import DataError

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from PIL.Image import Image

_ENOUGH = 2000  # pictures, to see how much a channel varies
_OVERFIT_SEED = 231  # max_train picks the same captions for everyone


def load(
    name_or_folder: str | os.PathLike[str],
    max_train: int | None = None,
    features: Literal["pca", "full", "grid", "both"] = "pca",
    images: str | os.PathLike[str] | None = None,
) -> CaptionData:
    """Load a data set by name ("scenes", "coco") or by the folder it is in.

    `max_train` keeps that many training captions, chosen at random once and the same for everyone;
    `features` are "pca" (M, 512), "full" (M, F), "grid" (M, R, C), or "both": pca and grid side by side,
    for a model that looks; its grid comes with all channels at one deviation;
    `images` is a folder with the photographs, for data sets that come without.
    Raises DataError, a sentence that names the file and the field, for a data set that is not whole.
    """
    if features not in (*layout.FEATURES, "both"):
        raise ValueError(f"features: expected 'pca', 'full', 'grid' or 'both', found {features!r}.")
    if max_train is not None and max_train < 1:
        raise ValueError(f"max_train: expected a number of captions from 1 on, or None, found {max_train}.")
    return CaptionData(find(name_or_folder), max_train, features, None if images is None else Path(images))


class Split:
    """One of train, val, test.

    captions (N, T) int32: one caption a row, words as numbers, <START> first, <NULL> after <END>
    image_idxs (N,) int32: caption n describes picture image_idxs[n]
    features (M, F) or (M, R, C) float32, or Both of them: one row a picture, read from the disk when indexed
    """

    features: Any

    def __init__(self, folder: Path, split: str, idx_to_word: list[str], kind: str, keep: int | None = None):
        self.name = split
        self._folder, self._idx_to_word = folder, idx_to_word
        self.captions, self.image_idxs = layout.read_captions(folder, split, len(idx_to_word))
        self.features = self._read_both() if kind == "both" else self._read(kind)
        if keep is not None and keep < len(self.captions):
            chosen = np.random.default_rng(_OVERFIT_SEED).choice(len(self.captions), keep, replace=False)
            self.captions, self.image_idxs = self.captions[chosen], self.image_idxs[chosen]

    def _read_both(self) -> Both:
        both = Both(*(self._read(kind) for kind in layout.BOTH))
        if len(both.pooled) != len(both.grid):
            raise DataError(f"{self._folder}: {self.name} has pooled features of {len(both.pooled)} pictures and grids "
                            f"of {len(both.grid)}. The two files are not of one data set.")
        return both

    def _read(self, kind: str) -> Features:
        path = self._folder / layout.FEATURES[kind].format(split=self.name)
        features = Features(path, kind)
        layout.check_indices(self.image_idxs, len(features), self.name, path.name)
        return features

    def __len__(self) -> int:
        return len(self.captions)

    def __repr__(self) -> str:
        return f"{self.name}: {len(self)} captions of {len(self.features)} pictures"

    @cached_property
    def images(self) -> list[str]:
        """The file names of the pictures, (M,); empty where the data set does not tell."""
        path = self._folder / layout.IMAGES.format(split=self.name)
        return self._one_per_picture(layout.read_lines(path), path.name) if path.is_file() else []

    @cached_property
    def references(self) -> list[list[str]]:
        """What people said about each picture, as text, (M,) lists: what a caption is scored against.

        Where the data set has no references.json (CS231n's COCO), these are the stored captions as text:
        without those over 15 words, and with <UNK> for rare words.
        """
        path = self._folder / layout.REFERENCES
        if path.is_file():
            return self._one_per_picture(_field(layout.read_json(path), self.name, path), path.name)
        captions, image_idxs = layout.read_captions(self._folder, self.name, len(self._idx_to_word))
        found: list[list[str]] = [[] for _ in range(len(self.features))]
        for caption, i in zip(words.decode(captions, self._idx_to_word), image_idxs.tolist(), strict=True):
            found[i].append(caption)
        return found

    @cached_property
    def descriptions(self) -> list[Any]:
        """What each drawn picture is made of, (M,); empty for photographs."""
        path = self._folder / layout.DESCRIPTIONS
        return self._one_per_picture(_descriptions(path, self.name), path.name) if path.is_file() else []

    def _one_per_picture(self, entries: list[Any], what: str) -> list[Any]:
        if len(entries) != len(self.features):
            raise DataError(
                f"{self._folder / what}: expected {len(self.features)} entries for {self.name}, "
                f"one per row of features, found {len(entries)}."
            )
        return entries


class CaptionData:
    """Pictures with captions: what `load` returns.

    train, val (and test where there is one): a Split each, with captions, image_idxs, features
    idx_to_word: list of the V words, idx_to_word[0:4] = <NULL> <START> <END> <UNK>
    word_to_idx: dict, its inverse

    CS231n's names work too: data["train_captions"], data["val_features"], data["idx_to_word"].
    """

    def __init__(self, folder: Path, max_train: int | None, kind: str, images: Path | None):
        self.name, self.folder, self.kind = folder.name, folder, kind
        self._pictures = images
        for one in layout.BOTH if kind == "both" else [kind]:
            _check_kind(folder, one)
        self.idx_to_word, self.word_to_idx = layout.read_vocabulary(folder)
        self.splits = {
            split: Split(folder, split, self.idx_to_word, kind, max_train if split == "train" else None)
            for split in layout.split_names(folder)
        }
        if kind == "both":
            self.grid_unit = _deviation(self.train.features.grid)
            for split in self.splits.values():
                split.features.grid.divide_by(self.grid_unit)
        widths = {name: split.features.row_shape for name, split in self.splits.items()}
        if len(set(widths.values())) > 1:
            raise DataError(f"{folder}: features differ in shape between splits: {widths}.")

    def __repr__(self) -> str:
        sizes = "\n".join(f"  {split!r}" for split in self.splits.values())
        rows = self.train.features.row_shape if self.kind == "both" else [self.train.features.row_shape]
        shape = " and ".join("x".join(map(str, row)) for row in rows)
        return f"{self.name}: {len(self.idx_to_word)} words, {self.kind} features of {shape}\n{sizes}"

    def __getitem__(self, field: str) -> Any:
        if field in ("idx_to_word", "word_to_idx"):
            return getattr(self, field)
        split, _, rest = field.partition("_")
        if split in self.splits and rest in ("captions", "image_idxs", "features"):
            return getattr(self.splits[split], rest)
        raise KeyError(f"{field}: expected idx_to_word, word_to_idx or a field of a split: train_captions.")

    def __enter__(self) -> CaptionData:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the feature files; they open again by themselves when needed."""
        for split in self.splits.values():
            split.features.close()

    @property
    def train(self) -> Split:
        """The split to learn from."""
        return self.split("train")

    @property
    def val(self) -> Split:
        """The split to look at while learning."""
        return self.split("val")

    @property
    def test(self) -> Split:
        """The split to look at once, at the end."""
        return self.split("test")

    def split(self, name: str) -> Split:
        """One split by its name; raises DataError where the data set has no such split."""
        if name not in self.splits:
            raise DataError(f"{self.name} has no split {name!r}; it has {', '.join(self.splits)}.")
        return self.splits[name]

    def minibatch(
        self, split: str = "train", batch_size: int = 50, rng: np.random.Generator | int | None = None
    ) -> tuple[NDArray[np.int32], Any, NDArray[np.int32]]:
        """Captions drawn at random, with replacement as CS231n does, and the features of their pictures.

        -> captions (N, T) int32, features (N, F) or (N, R, C) float32 or Both of them, image_idxs (N,) int32
        `rng` is a numpy Generator, or a seed, or None for another draw each time.
        """
        chosen = self.split(split)
        if not len(chosen):
            raise DataError(f"{self.name} has no captions in {split}.")
        rows = np.random.default_rng(rng).integers(len(chosen), size=batch_size)
        image_idxs = chosen.image_idxs[rows]
        return chosen.captions[rows], chosen.features[image_idxs], image_idxs

    def encode(self, text: str | Sequence[str]) -> NDArray[np.int32]:
        """Text as word numbers, as captions are stored: str -> (T,) int32; list of str -> (N, T) int32."""
        return words.encode(text, self.word_to_idx, self.train.captions.shape[1])

    def decode(self, captions: ArrayLike, marks: bool = False) -> str | list[str]:
        """Word numbers as text up to <END>: (T,) -> str; (N, T) -> list of str."""
        return words.decode(captions, self.idx_to_word, marks)

    def picture(self, split: str, i: int, size: int | None = None) -> Image:
        """Picture `i` of a split as a Pillow image (RGB), `size` pixels on its longer side where given.

        Drawn pictures are drawn again from their description, and carry what one of the people says of them in
        their ``info["says"]``; photographs are read from their folder.
        Raises DataError where the data set came without its photographs.
        """
        chosen = self.split(split)
        if not 0 <= i < len(chosen.features):
            raise IndexError(f"{split} has pictures 0 to {len(chosen.features) - 1}; {i} was asked for.")
        if chosen.descriptions:
            draw = import_module("unrolled.scenes.draw")
            drawn: Image = draw.picture(chosen.descriptions[i], **({} if size is None else {"size": size}))
            drawn.info["says"] = chosen.references[i][0]
            return drawn
        return open_photograph(self._photograph_path(chosen, i), size)

    def _photograph_path(self, split: Split, i: int) -> Path:
        if not split.images:
            file = layout.IMAGES.format(split=split.name)
            raise DataError(f"{self.folder} has no {file}, so the pictures have no names to look for.")
        name = Path(split.images[i].replace("\\", "/")).name
        folders = self._photograph_folders()
        for folder in folders:
            for path in (folder / name, folder / f"{split.name}2014" / name):
                if path.is_file():
                    return path
        looked = " and ".join(str(folder) for folder in folders)
        raise DataError(
            f"{self.name} came without the photograph {name}. Looked in {looked}; "
            "put the photographs there, or pass their folder: load(..., images=folder)."
        )

    def _photograph_folders(self) -> list[Path]:
        about = self.folder / layout.ABOUT
        told = layout.read_json(about).get("images") if about.is_file() else None
        places = [self._pictures, self.folder / "images", self.folder / told if told else None]
        return [place for place in places if place is not None]

    def show(
        self,
        split: str = "val",
        pictures: int | Sequence[int] | NDArray[np.integer] = 9,
        captions: Sequence[str] | Sequence[Sequence[str]] | None = None,
        columns: int = 3,
        rng: np.random.Generator | int | None = 0,
    ) -> Figure:
        """A contact sheet: pictures with what people say under them, as a matplotlib figure.

        `pictures` is how many to draw at random, or which ones (n,); `captions` is what to write instead,
        one text (or a list of texts) per picture. A picture that did not come along shows its name.
        """
        from unrolled.data.sheet import contact_sheet

        chosen = self.split(split)
        if isinstance(pictures, int):
            count = min(pictures, len(chosen.features))
            pictures = np.random.default_rng(rng).choice(len(chosen.features), count, replace=False)
        numbers = np.asarray(pictures).tolist()
        said = [chosen.references[i] for i in numbers] if captions is None else list(captions)
        if len(said) != len(numbers):
            raise ValueError(f"captions: expected {len(numbers)}, one per picture, found {len(said)}.")
        return contact_sheet([self._picture_or_name(split, i) for i in numbers], said, columns)

    def _picture_or_name(self, split: str, i: int) -> Image | str:
        try:
            return self.picture(split, i)
        except DataError:
            images = self.split(split).images
            return images[i] if images else f"{split} {i}"


def _deviation(grid: Features) -> NDArray[np.float32]:
    """How far each channel (C,) of the training pictures' grid varies, by the first of them."""
    some = grid[:_ENOUGH]
    return np.maximum(some.std(axis=(0, 1), dtype=np.float64), 1e-3).astype(np.float32)


def _check_kind(folder: Path, kind: str) -> None:
    kinds = layout.feature_kinds(folder)
    if kind not in kinds:
        there = " and ".join(repr(k) for k in kinds) or "none"
        raise DataError(
            f"{folder} has no {layout.FEATURES[kind].format(split='train')}, which features={kind!r} needs; "
            f"the features there are {there}."
        )


def _field(content: Any, split: str, path: Path) -> list[Any]:
    entries = content.get(split) if isinstance(content, dict) else None
    if not isinstance(entries, list):
        raise DataError(f"{path}: expected a list under {split!r}, one entry per picture.")
    return entries


def _descriptions(path: Path, split: str) -> list[Any]:
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            entries = [json.loads(line) for line in lines]
        return [entry for entry in entries if entry.pop("split") == split]
    except (OSError, EOFError, zlib.error, ValueError, KeyError, AttributeError) as problem:
        raise DataError(
            f"{path} is damaged: a description a line, with its split, was expected ({problem})."
        ) from problem


def open_photograph(path: Path, size: int | None = None) -> Image:
    """A photograph as RGB, the right way up; raises DataError where there is none that can be read."""
    from PIL import Image, ImageOps

    if not path.is_file():
        raise DataError(f"{path} is missing.")
    try:
        with Image.open(path) as file:
            picture = ImageOps.exif_transpose(file).convert("RGB")
    except Exception as problem:  # decoders raise all sorts of things on damaged files
        raise DataError(f"{path} is not a picture that can be read ({problem}).") from problem
    if size is not None:
        shrink = size / max(picture.size)
        width, height = (max(1, round(side * shrink)) for side in picture.size)
        picture = picture.resize((width, height))
    return picture
