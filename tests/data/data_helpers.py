"""A small data set of the layout with known content, and what the web server of the tests serves."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import h5py
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
WORDS = ["<NULL>", "<START>", "<END>", "<UNK>", "a", "dog", "cat", "runs", "sleeps", "here"]
SENTENCES = ["a dog runs", "a cat sleeps here", "a dog sleeps", "a cat runs here"]


def write_layout(folder: Path, pictures: int = 12, wide: int = 40, narrow: int = 8) -> Path:
    """A whole data set with known content: caption n of picture i is SENTENCES[(i + n) % 4]."""
    folder.mkdir(parents=True, exist_ok=True)
    numbers = {word: i for i, word in enumerate(WORDS)}
    vocabulary = {"idx_to_word": WORDS, "word_to_idx": numbers}
    (folder / "coco2014_vocab.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    rng = np.random.default_rng(0)
    references = {}
    with h5py.File(folder / "coco2014_captions.h5", "w") as file:
        for split, count in (("train", pictures), ("val", pictures // 2)):
            said = [[SENTENCES[(i + n) % 4] for n in range(2)] for i in range(count)]
            references[split] = said
            rows = [[1, *(numbers[w] for w in text.split()), 2] for texts in said for text in texts]
            file[f"{split}_captions"] = np.array([row + [0] * (17 - len(row)) for row in rows], np.int32)
            file[f"{split}_image_idxs"] = np.repeat(np.arange(count, dtype=np.int32), 2)
            for name, shape in (("vgg16_fc7", (count, wide)), ("vgg16_fc7_pca", (count, narrow))):
                with h5py.File(folder / f"{split}2014_{name}.h5", "w") as features:
                    features["features"] = rng.standard_normal(shape).astype(np.float32)
            with h5py.File(folder / f"{split}2014_grid.h5", "w") as grid:
                grid["features"] = rng.integers(-127, 128, (count, 49, 6)).astype(np.int8)
                grid["features"].attrs["scale"] = np.arange(1, 7, dtype=np.float32) / 100
            names = "".join(f"{split}-{i}.jpg\n" for i in range(count))
            (folder / f"{split}2014_images.txt").write_text(names, encoding="utf-8")
    (folder / "references.json").write_text(json.dumps(references), encoding="utf-8")
    return folder


def empty_features(path: Path, shape: tuple[int, int]) -> None:
    """An HDF5 file of the full length whose zeros take no room on the disk."""
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    plist.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
    with h5py.File(path, "w") as file:
        space = h5py.h5s.create_simple(shape)
        h5py.h5d.create(file.id, b"features", h5py.h5t.IEEE_F32LE, space, plist)
    assert path.stat().st_size >= 4 * shape[0] * shape[1]


@dataclass
class Served:
    """What the server has, and how it behaves."""

    content: bytes | Path = b""
    etag: str = '"one"'
    ranges: bool = True
    status: int = 200
    kind: str = "application/zip"
    cuts: list[int] = field(default_factory=list)  # bytes of each answer before the connection breaks
    slow: float = 0.0  # seconds per 64 kB
    asked: list[str] = field(default_factory=list)  # the Range headers seen, "" for none
    url: str = ""

    def size(self) -> int:
        return self.content.stat().st_size if isinstance(self.content, Path) else len(self.content)

    def read(self, start: int, count: int) -> bytes:
        if isinstance(self.content, bytes):
            return self.content[start : start + count]
        with open(self.content, "rb") as file:
            file.seek(start)
            return file.read(count)
