"""Build a data set of the course's layout from photographs and a caption file.

The work happens in a folder beside the target, `NAME.part`: features are kept there block by block, so that
an interrupted build goes on where it stopped, and the target appears in one rename at the end.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple

import h5py
import numpy as np
from numpy.typing import NDArray

from unrolled.data import layout, words
from unrolled.data.annotations import read_annotations
from unrolled.data.layout import DataError
from unrolled.data.loader import load, open_photograph
from unrolled.data.networks import Network, network

if TYPE_CHECKING:
    from PIL.Image import Image

Progress = Callable[[str, int, int | None], None]
Splits = dict[str, list[str]]  # split -> file names of pictures

_BLOCK = 64  # pictures per block of features
_BASIS = 256  # training pictures that the channels of the grid are reduced from


@dataclass(frozen=True)
class Recipe:
    """How to make a data set: where from, which words, which splits, which features."""

    captions: Path
    images: Path | None = None
    network: str = "resnet18"
    features: Path | None = None  # the user's own, instead of a network
    min_count: int = 5  # a word is kept when seen this often in the training captions
    words: int | None = None  # or: so many words are kept
    max_words: int = 15  # longer captions are left out, as CS231n does
    val: str = "0.1"  # a share of the pictures, or a file that lists them
    test: str = "0.1"
    components: int = 512
    channels: int = 64  # of the grid
    seed: int = 231


@dataclass
class Report:
    """What a build made, and what it had to leave out."""

    folder: Path
    pictures: dict[str, int] = field(default_factory=dict)
    captions: dict[str, int] = field(default_factory=dict)
    vocabulary: int = 0
    too_long: int = 0  # captions over the limit
    empty: int = 0  # captions without a word
    left_out: dict[str, str] = field(default_factory=dict)  # picture -> why


class Piece(NamedTuple):
    """Features of some pictures: names (n,), pooled (n, F), grid (n, R, C) or None."""

    names: list[str]
    pooled: NDArray[np.float32]
    grid: NDArray[np.float32] | None


def build(
    recipe: Recipe,
    out: Path,
    progress: Progress = lambda what, done, total: None,
    using: Network | None = None,
) -> Report:
    """Make the layout in the new folder `out`; a second call after an interruption goes on.

    `using` is a network of your own in place of the recipe's. Pictures that cannot be read are left out and
    named in the report. Raises DataError where nothing can be made.
    """
    out = out.expanduser().absolute()
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise DataError(f"{out} is already there. Remove it, or choose another folder with --out.")
    captions = {name: said for name, said in read_annotations(recipe.captions).items() if said}
    splits = _split(list(captions), recipe)
    work = out.with_name(out.name + ".part")
    source: _Blocks | _Given
    if recipe.features is not None:
        source = _Given(recipe.features)
    else:
        source = _Blocks(_images_folder(recipe), using or network(recipe.network), recipe.channels, work)
    source.prepare(splits, progress)
    splits = {split: [name for name in names if source.has(name)] for split, names in splits.items()}
    report = Report(folder=out, left_out=source.left_out)
    _check_enough(splits, report)
    result = _fresh(work / "result")
    _write_words(result, captions, splits, recipe, report)
    _write_features(result, source, splits, recipe, progress)
    _write_about(result, recipe, source.made_by, report)
    for kind in layout.feature_kinds(result):  # what the loader refuses is not put in place
        load(result, features=kind).close()  # type: ignore[arg-type]
    if out.exists():
        out.rmdir()
    os.replace(result, out)
    shutil.rmtree(work, ignore_errors=True)
    return report


def _images_folder(recipe: Recipe) -> Path:
    if recipe.images is None:
        raise DataError("Where are the pictures? Give their folder with --images, or --features.")
    if not recipe.images.is_dir():
        raise DataError(f"There is no folder {recipe.images} with pictures.")
    return recipe.images


def _check_enough(splits: Splits, report: Report) -> None:
    if len(splits["train"]) >= 2:
        return
    raise DataError(
        f"Only {len(splits['train'])} training pictures can be used, at least 2 are needed. "
        f"{len(report.left_out)} were left out. {_first(report.left_out)}"
    )


def _first(left_out: dict[str, str]) -> str:
    return next((f"The first: {name}: {why}" for name, why in left_out.items()), "")


# Splits and words


def _split(names: list[str], recipe: Recipe) -> Splits:
    """Every picture in one split: listed ones where a list says, else by share, at random from the seed."""
    shuffled = [sorted(names)[i] for i in np.random.default_rng(recipe.seed).permutation(len(names))]
    chosen: Splits = {}
    left = shuffled
    for split, how in (("val", recipe.val), ("test", recipe.test)):
        picked = set(_listed(how, names, split) if _share(how, split) is None else ())
        if share := _share(how, split):
            picked = set(left[: max(1, round(share * len(names)))])
        chosen[split] = [name for name in left if name in picked]
        left = [name for name in left if name not in picked]
    splits = {"train": left, **chosen}
    return {split: names for split, names in splits.items() if names or split != "test"}


def _share(how: str, split: str) -> float | None:
    try:
        share = float(how)
    except ValueError:
        return None
    if not 0 <= share < 1:
        raise DataError(f"--{split} {how}: expected a share from 0 to below 1, or a file of picture names.")
    return share


def _listed(how: str, names: list[str], split: str) -> list[str]:
    path = Path(how)
    if not path.is_file():
        raise DataError(f"--{split} {how}: expected a share such as 0.1, or a file of picture names.")
    listed = {line.strip() for line in layout.read_lines(path)}
    found = [name for name in names if name in listed]
    if not found:
        raise DataError(f"--{split}: none of the {len(listed)} names in {path} has a caption.")
    return found


def _write_words(
    to: Path, captions: dict[str, list[str]], splits: Splits, recipe: Recipe, report: Report
) -> None:
    used = [name for names in splits.values() for name in names]
    spoken = {name: [words.tokens(text) for text in captions[name]] for name in used}
    idx_to_word = words.vocabulary(
        (said for name in splits["train"] for said in spoken[name]), recipe.min_count, recipe.words
    )
    word_to_idx = {word: i for i, word in enumerate(idx_to_word)}
    report.vocabulary = len(idx_to_word)
    with h5py.File(to / layout.CAPTIONS, "w") as file:
        for split, names in splits.items():
            rows, image_idxs = _rows([spoken[name] for name in names], word_to_idx, recipe.max_words, report)
            file[f"{split}_captions"], file[f"{split}_image_idxs"] = rows, image_idxs
            report.pictures[split], report.captions[split] = len(names), len(rows)
    if not report.captions["train"]:
        raise DataError(f"No training caption has 1 to {recipe.max_words} words. Raise --max-words.")
    _write_json(to / layout.VOCABULARY, {"idx_to_word": idx_to_word, "word_to_idx": word_to_idx})
    references = {split: [captions[name] for name in names] for split, names in splits.items()}
    _write_json(to / layout.REFERENCES, references)
    for split, names in splits.items():
        lines = "".join(f"{name}\n" for name in names)
        (to / layout.IMAGES.format(split=split)).write_text(lines, encoding="utf-8", newline="\n")


def _rows(
    spoken: list[list[list[str]]], word_to_idx: dict[str, int], max_words: int, report: Report
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    rows, image_idxs = [], []
    for i, sentences in enumerate(spoken):
        for said in sentences:
            if not said:
                report.empty += 1
            elif len(said) > max_words:
                report.too_long += 1
            else:
                numbers = [words.START, *(word_to_idx.get(word, words.UNK) for word in said), words.END]
                rows.append(numbers + [words.NULL] * (max_words + 2 - len(numbers)))
                image_idxs.append(i)
    return np.array(rows, np.int32).reshape(-1, max_words + 2), np.array(image_idxs, np.int32)


# Features


class _Given:
    """The user's own features: names (M,), features (M, F) and, where there, grid (M, R, C)."""

    def __init__(self, path: Path):
        self.path, self.made_by = path, f"given: {path.name}"
        self.left_out: dict[str, str] = {}
        if not path.is_file() or path.suffix not in (".npz", ".h5", ".hdf5"):
            raise DataError(f"--features {path}: expected an .npz or .h5 file with names and features.")

    def prepare(self, splits: Splits, progress: Progress) -> None:
        with self._open() as file:
            missing = {"names", "features"} - set(file)
            if missing:
                raise DataError(f"{self.path} has no field {' and no field '.join(sorted(missing))}.")
            names = [n.decode() if isinstance(n, bytes) else str(n) for n in np.asarray(file["names"])]
            self._check_shapes(file, len(names))
        self._row = {name: row for row, name in enumerate(names)}
        for name in (name for listed in splits.values() for name in listed if not self.has(name)):
            self.left_out[name] = f"has no row in {self.path.name}."

    def has(self, name: str) -> bool:
        return name in self._row

    def pieces(self, names: list[str]) -> Iterator[Piece]:
        with self._open() as file:
            pooled, grid = file["features"], file.get("grid")
            for start in range(0, len(names), _BLOCK):
                some = names[start : start + _BLOCK]
                rows, back = np.unique([self._row[name] for name in some], return_inverse=True)
                found = np.asarray(pooled[rows][back], np.float32)
                if not np.isfinite(found).all():
                    raise DataError(f"{self.path}: features holds values that are not finite.")
                yield Piece(some, found, None if grid is None else np.asarray(grid[rows][back], np.float32))

    def _open(self) -> h5py.File | _Npz:
        return _Npz(self.path) if self.path.suffix == ".npz" else layout.open_hdf5(self.path)

    def _check_shapes(self, file: h5py.File | _Npz, rows: int) -> None:
        for name, axes in (("features", 2), ("grid", 3)):
            if name in file and (file[name].ndim != axes or len(file[name]) != rows):
                raise DataError(
                    f"{self.path}: {name} should have {axes} axes and {rows} rows, one per name; "
                    f"found {file[name].shape}."
                )


class _Npz(dict):
    """The arrays of an .npz file, opened and closed like an HDF5 file."""

    def __init__(self, path: Path):
        try:
            with np.load(path, allow_pickle=False) as file:
                super().__init__(file)
        except (OSError, ValueError, EOFError) as problem:
            raise DataError(f"{path} is not an .npz file that can be read ({problem}).") from problem

    def __enter__(self) -> _Npz:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()


class _Blocks:
    """Features that a network makes, kept on the disk in blocks of pictures."""

    def __init__(self, images: Path, using: Network, channels: int, work: Path):
        self.images, self.using, self.channels, self.work = images, using, channels, work
        self.made_by = using.name
        self.left_out: dict[str, str] = {}

    def prepare(self, splits: Splits, progress: Progress) -> None:
        order = [name for names in splits.values() for name in names]
        self._forget_others(order)
        basis = self._grid_basis(splits["train"])
        starts = range(0, len(order), _BLOCK)
        for number, start in enumerate(starts):
            some = order[start : start + _BLOCK]
            if not self._is_made(number, some):
                self._make(number, some, basis)
            progress("features", start + len(some), len(order))
        self.blocks = len(starts)

    def has(self, name: str) -> bool:
        return name not in self.left_out

    def pieces(self, names: list[str]) -> Iterator[Piece]:
        wanted = set(names)
        for number in range(self.blocks):
            with np.load(self._path(number), allow_pickle=False) as block:
                there = [str(name) for name in block["names"]]
                keep = [row for row, name in enumerate(there) if name in wanted]
                if keep:
                    grid = block["grid"][keep].astype(np.float32)
                    yield Piece([there[row] for row in keep], block["pooled"][keep], grid)

    def _forget_others(self, order: list[str]) -> None:
        """Blocks of another network, folder or order of pictures are of no use."""
        text = json.dumps([self.using.name, self.channels, str(self.images.resolve()), order])
        mark = hashlib.sha256(text.encode()).hexdigest()
        path = self.work / "blocks" / "recipe"  # written last: without it the folder counts as empty
        if not path.is_file() or path.read_text(encoding="utf-8") != mark:
            _fresh(self.work / "blocks")
            path.write_text(mark, encoding="utf-8")

    def _grid_basis(self, names: list[str]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Mean (C,) and principal directions (C, c) of the grid's channels over training pictures."""
        path = self.work / "blocks" / "basis.npz"
        if not path.is_file():
            moments, pictures = _Moments(), 0
            for start in range(0, len(names), _BLOCK):
                kept, _, grid = self._features(names[start : start + _BLOCK])
                if kept:
                    moments.add(grid.reshape(-1, grid.shape[-1]))
                pictures += len(kept)
                if pictures >= _BASIS:
                    break
            if not pictures:
                first = _first(self.left_out)
                raise DataError(f"None of the {len(names)} training pictures can be read. {first}")
            mean, directions, _variances = moments.principal(self.channels)
            self.left_out.clear()
            _save_npz(path, mean=mean, directions=directions)
        with np.load(path, allow_pickle=False) as saved:
            return saved["mean"], saved["directions"]

    def _make(self, number: int, names: list[str], basis: tuple[NDArray, NDArray]) -> None:
        kept, pooled, grid = self._features(names)
        mean, directions = basis
        small = ((grid - mean) @ directions if kept else grid).clip(-6e4, 6e4).astype(np.float16)
        _save_npz(self._path(number), names=np.array(kept, dtype=np.str_), pooled=pooled, grid=small)

    def _features(self, names: list[str]) -> tuple[list[str], NDArray[np.float32], NDArray[np.float32]]:
        pictures = self._open(names)
        if not pictures:
            return [], np.empty((0, 0), np.float32), np.empty((0, 0, 0), np.float32)
        pooled, grid = self.using(list(pictures.values()))
        return list(pictures), np.asarray(pooled, np.float32), np.asarray(grid, np.float32)

    def _open(self, names: list[str]) -> dict[str, Image]:
        """The pictures that can be read; of the others, why not."""
        pictures = {}
        for name in names:
            self.left_out.pop(name, None)
            try:
                pictures[name] = open_photograph(self._find(name))
            except DataError as problem:
                self.left_out[name] = str(problem)
        return pictures

    def _find(self, name: str) -> Path:
        parts = PurePosixPath(name.replace("\\", "/"))
        inside = self.images.joinpath(*(part for part in parts.parts if part not in ("/", "..")))
        return inside if inside.is_file() else self.images / parts.name

    def _is_made(self, number: int, names: list[str]) -> bool:
        """Whether a block is there, and holds all that can be read by now."""
        if not self._path(number).is_file():
            return False
        with np.load(self._path(number), allow_pickle=False) as block:
            there = {str(name) for name in block["names"]}
        return not self._open([name for name in names if name not in there])

    def _path(self, number: int) -> Path:
        return self.work / "blocks" / f"{number:05d}.npz"


class _Moments:
    """Mean and covariance of rows that come a block at a time."""

    def __init__(self) -> None:
        self.count = 0

    def add(self, rows: NDArray[np.float32]) -> None:
        exact = rows.astype(np.float64)
        if not self.count:
            self.shift = exact.mean(axis=0)
            self.sum, self.squares = np.zeros(exact.shape[1]), np.zeros((exact.shape[1],) * 2)
        exact -= self.shift
        self.count += len(exact)
        self.sum += exact.sum(axis=0)
        self.squares += exact.T @ exact

    def principal(self, most: int) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float64]]:
        """Mean (F,), directions (F, P) by falling variance, variances (P,)."""
        mean = self.sum / self.count
        variances, directions = np.linalg.eigh(self.squares / self.count - np.outer(mean, mean))
        keep = max(1, min(most, len(variances), self.count - 1))
        variances, directions = variances[::-1][:keep], directions[:, ::-1][:, :keep]
        largest = np.abs(directions).argmax(axis=0)
        directions = directions * np.sign(directions[largest, np.arange(keep)])  # signs are free: fix them
        return (mean + self.shift).astype(np.float32), directions.astype(np.float32), variances.clip(0)


def _write_features(
    to: Path, source: _Blocks | _Given, splits: Splits, recipe: Recipe, progress: Progress
) -> None:
    """Full features, principal components and grid of every split; all that is fitted is fitted on train."""
    moments, largest = _Moments(), None
    for piece in source.pieces(splits["train"]):
        moments.add(piece.pooled)
        if piece.grid is not None:
            high = np.abs(piece.grid).max(axis=(0, 1))
            largest = high if largest is None else np.maximum(largest, high)
        progress("principal components", moments.count, len(splits["train"]))
    mean, directions, variances = moments.principal(recipe.components)
    directions /= np.float32(np.sqrt(variances.mean()) or 1)  # one scale for all: variance 1 on the average
    scale = None if largest is None else np.where(largest > 0, largest / 127, 1).astype(np.float32)
    for split, names in splits.items():
        _write_split(to, split, names, source, (mean, directions), scale)
        progress(f"writing {split}", len(names), len(names))


def _write_split(
    to: Path,
    split: str,
    names: list[str],
    source: _Blocks | _Given,
    basis: tuple[NDArray[np.float32], NDArray[np.float32]],
    scale: NDArray[np.float32] | None,
) -> None:
    mean, directions = basis
    paths = {kind: to / name.format(split=split) for kind, name in layout.FEATURES.items()}
    with h5py.File(paths["full"], "w") as full_file, h5py.File(paths["pca"], "w") as pca_file:
        full = full_file.create_dataset("features", (len(names), len(mean)), np.float32)
        pca = pca_file.create_dataset("features", (len(names), directions.shape[1]), np.float32)
        if split == "train":
            pca_file["mean"], pca_file["directions"] = mean, directions
        row = 0
        for piece in source.pieces(names):
            rows = slice(row, row + len(piece.names))
            full[rows], pca[rows] = piece.pooled, (piece.pooled - mean) @ directions
            row = rows.stop
    if scale is not None:
        _write_grid(paths["grid"], names, source, scale)


def _write_grid(path: Path, names: list[str], source: _Blocks | _Given, scale: NDArray[np.float32]) -> None:
    with h5py.File(path, "w") as file:
        row = 0
        for piece in source.pieces(names):
            assert piece.grid is not None
            if not row:
                shape = (len(names), *piece.grid.shape[1:])
                file.create_dataset("features", shape, np.int8).attrs["scale"] = scale
            rows = slice(row, row + len(piece.names))
            file["features"][rows] = (piece.grid / scale).round().clip(-127, 127)
            row = rows.stop


def _write_about(to: Path, recipe: Recipe, made_by: str, report: Report) -> None:
    about = {
        "made_by": "python -m unrolled.data build",
        "images": str(recipe.images.resolve()) if recipe.images else None,
        "captions": recipe.captions.name,
        "features": made_by,
        "min_count": None if recipe.words is not None else recipe.min_count,
        "words": recipe.words,
        "max_words": recipe.max_words,
        "val": recipe.val,
        "test": recipe.test,
        "seed": recipe.seed,
        "captions_too_long": report.too_long,
        "captions_without_words": report.empty,
        "pictures_left_out": report.left_out,
    }
    _write_json(to / layout.ABOUT, about)


def _write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8", newline="\n")


def _save_npz(path: Path, **arrays: Any) -> None:
    temporary = path.with_suffix(".new")
    with open(temporary, "wb") as file:
        np.savez(file, **arrays)
    os.replace(temporary, path)


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
