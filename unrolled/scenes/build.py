"""Build the data set Scenes from its seed: descriptions, captions, vocabulary, features.

Everything but the features is the same bit for bit on every machine; features, which come from pixels, are
the same
to about 1e-3 with the same Pillow, and are shipped because they vary with Pillow's version.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import Progress

from unrolled.scenes.compose import Scene, compose
from unrolled.scenes.grammar import captions
from unrolled.scenes.network import Seen, load_weights, see
from unrolled.scoring import tokens

SEED = 231
SIZES = {"train": 5000, "val": 600, "test": 600}
KEPT_WORDS = 1000
LONGEST = 15
SPECIAL = ("<NULL>", "<START>", "<END>", "<UNK>")
COMPONENTS = 256
GRID_LEVELS = 31  # the grid is stored in steps of 1/31 of each channel's largest value: small, and enough
SPACING = 1_000_000  # seeds of different data sets lie this far apart

Array = NDArray[np.float32]


def build(
    out_dir: str | Path,
    seed: int = SEED,
    progress: bool = True,
    sizes: dict[str, int] | None = None,
    weights: str | Path | None = None,
) -> None:
    """Write the whole data set into a folder.

    out_dir, seed -> the files described in datasets/README.md; sizes: pictures per split, weights:
    network.npz
    """
    out = Path(out_dir)
    out.mkdir(parents=True, exist_ok=True)
    sizes = sizes or SIZES
    network = load_weights(weights or shipped_weights())
    with Progress(console=Console(stderr=True), disable=not progress) as bar:
        composing, looking = (
            bar.add_task(what, total=sum(sizes.values())) for what in ("composing", "drawing and looking")
        )
        scenes = choose(seed, sizes, partial(bar.advance, composing))
        write_text(out, scenes)
        seen = {split: see(some, network, partial(bar.advance, looking)) for split, some in scenes.items()}
        store_features(out, seen)


def shipped_weights() -> Path:
    """Find the weights that come with the data set, in the package or in the checkout."""
    here = Path(__file__).resolve()
    for folder in (here.parent, here.parents[2] / "datasets" / "scenes"):
        if (folder / "network.npz").exists():
            return folder / "network.npz"
    raise FileNotFoundError(
        "The network's weights (network.npz) are neither beside unrolled.scenes nor in datasets/scenes."
    )


def content(scene: Scene) -> str:
    """What a picture shows, roughly: pictures with the same content are never in different splits."""
    mains = [thing for thing in scene["things"] if thing["role"] == "main"]
    lead = mains[0]
    second = next((thing["kind"] for thing in scene["things"] if thing["role"] == "second"), "")
    riders = "+".join(rider["kind"] for rider in lead.get("with", []))
    return " ".join(
        map(
            str,
            (
                scene["place"],
                scene["weather"],
                lead["kind"],
                len(mains),
                lead.get("act"),
                lead.get("item"),
                riders,
                second,
            ),
        )
    )


def split_of(scene: Scene) -> str:
    """The split a picture belongs to, by its content: about 81, 9.5 and 9.5 of a hundred."""
    number = int(sha256(content(scene).encode()).hexdigest(), 16) % 1000
    return "train" if number < 800 else "val" if number < 900 else "test"


def choose(
    seed: int, sizes: dict[str, int], done: Callable[[int], object] | None = None
) -> dict[str, list[Scene]]:
    """Compose scenes one after another until every split is full; captions and slips are part of the
    description. `done` is told of every scene that was kept."""
    scenes: dict[str, list[Scene]] = {split: [] for split in sizes}
    number = seed * SPACING
    while any(len(scenes[split]) < size for split, size in sizes.items()):
        scene = compose(number)
        number += 1
        split = split_of(scene)
        if len(scenes.get(split, ())) >= sizes.get(split, 0):
            continue
        scene["captions"], slips = captions(scene)
        if slips:
            scene["slips"] = slips
        scenes[split].append(scene)
        if done:
            done(1)
    return scenes


# --- text --------------------------------------------------------------------------------------------


def write_text(out: Path, scenes: dict[str, list[Scene]]) -> None:
    """Write descriptions, names, references, vocabulary and coded captions."""
    for split, some in scenes.items():
        names = [f"scene_{split}_{i:05d}.png" for i in range(len(some))]
        (out / f"{split}2014_images.txt").write_text("\n".join(names) + "\n", encoding="utf-8", newline="\n")
    references = {
        split: [[sentence(text) for text in scene["captions"]] for scene in some]
        for split, some in scenes.items()
    }
    _write_json(out / "references.json", references)
    write_descriptions(out / "descriptions.jsonl.gz", scenes)
    vocabulary = make_vocabulary([text for scene in scenes["train"] for text in scene["captions"]])
    _write_json(
        out / "coco2014_vocab.json",
        {"idx_to_word": vocabulary, "word_to_idx": {word: i for i, word in enumerate(vocabulary)}},
    )
    index = {word: i for i, word in enumerate(vocabulary)}
    with h5py.File(out / "coco2014_captions.h5", "w") as stored:
        for split, some in scenes.items():
            codes, pictures = encode_all([scene["captions"] for scene in some], index)
            stored.create_dataset(f"{split}_captions", data=codes, compression="gzip", compression_opts=9)
            stored.create_dataset(
                f"{split}_image_idxs", data=pictures, compression="gzip", compression_opts=9
            )


def sentence(text: str) -> str:
    """A caption as a person would write it down."""
    return text[0].upper() + text[1:] + "."


def write_descriptions(path: Path, scenes: dict[str, list[Scene]]) -> None:
    """One JSON object a line, with its split; compressed without a time stamp, so that equal is equal."""
    lines = [
        json.dumps({"split": split, **scene}, separators=(",", ":"), sort_keys=True)
        for split, some in scenes.items()
        for scene in some
    ]
    with (
        path.open("wb") as raw,
        gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0, compresslevel=9) as packed,
    ):
        packed.write(("\n".join(lines) + "\n").encode())


def read_descriptions(path: str | Path) -> dict[str, list[Scene]]:
    """Read the stored descriptions, by split, in the order of the pictures."""
    scenes: dict[str, list[Scene]] = {}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            scene = json.loads(line)
            scenes.setdefault(scene.pop("split"), []).append(scene)
    return scenes


def make_vocabulary(texts: list[str]) -> list[str]:
    """The four special words and the commonest words of the training captions, ties in the order of the
    alphabet."""
    count = Counter(word for text in texts for word in tokens(text))
    ranked = sorted(count, key=lambda word: (-count[word], word))
    return [*SPECIAL, *ranked[:KEPT_WORDS]]


def encode_all(
    captions_of: list[list[str]], index: dict[str, int]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Code captions as rows of 17 words; those over 15 words are dropped.

    captions_of M pictures -> captions (N, 17) int32, image_idxs (N,) int32
    """
    rows, pictures = [], []
    for picture, texts in enumerate(captions_of):
        for text in texts:
            said = tokens(text)
            if len(said) <= LONGEST:
                row = [1, *(index.get(word, 3) for word in said), 2]
                rows.append(row + [0] * (LONGEST + 2 - len(row)))
                pictures.append(picture)
    return np.array(rows, np.int32), np.array(pictures, np.int32)


def _write_json(path: Path, value: Any) -> None:
    path.write_text(
        json.dumps(value, separators=(",", ":"), ensure_ascii=False) + "\n", encoding="utf-8", newline="\n"
    )


# --- features ----------------------------------------------------------------------------------------


def store_features(out: Path, seen: dict[str, Seen]) -> None:
    """Centre and turn into principal components fitted on train alone; store halves and small whole
    numbers."""
    centre, turn = principal_components(seen["train"].pooled)
    largest = np.maximum(seen["train"].grid.max(axis=(0, 1)), 1e-6)  # (C,)
    scale = (largest / GRID_LEVELS).astype(np.float32)
    for split, views in seen.items():
        with h5py.File(out / f"{split}2014_vgg16_fc7.h5", "w") as stored:
            stored.create_dataset(
                "features",
                data=views.pooled.astype(np.float16),
                compression="gzip",
                compression_opts=9,
                shuffle=True,
            )
        with h5py.File(out / f"{split}2014_vgg16_fc7_pca.h5", "w") as stored:
            components = ((views.pooled - centre) @ turn).astype(np.float16)
            stored.create_dataset(
                "features", data=components, compression="gzip", compression_opts=9, shuffle=True
            )
            if split == "train":
                stored["mean"], stored["directions"] = centre, turn
        with h5py.File(out / f"{split}2014_grid.h5", "w") as stored:
            levels = np.clip(np.rint(views.grid / scale), 0, 127).astype(np.int8)
            grid = stored.create_dataset(
                "features",
                data=levels,
                chunks=(min(64, len(levels)), *levels.shape[1:]),
                compression="gzip",
                compression_opts=9,
            )
            grid.attrs["layout"] = (
                f"N, 7*7 regions row by row, {levels.shape[2]} channels; value = int8 * scale"
            )
            grid.attrs["scale"] = scale


def principal_components(features: Array, count: int = COMPONENTS) -> tuple[Array, Array]:
    """Centre and directions of the largest variance, each scaled to unit variance, signs made definite.

    features (M, F) -> centre (F,), turn (F, D): (features - centre) @ turn has mean 0 and variance 1 per
    column
    """
    centre = features.mean(axis=0, dtype=np.float64)
    variance, directions = np.linalg.eigh(np.cov((features - centre).T))
    order = np.argsort(variance)[::-1][:count]
    directions, variance = directions[:, order], variance[order]
    sign = np.sign(directions[np.abs(directions).argmax(axis=0), range(directions.shape[1])])
    floor = variance[0] * 1e-5  # directions that hardly vary are not blown up
    return centre.astype(np.float32), (directions * sign / np.sqrt(np.maximum(variance, floor))).astype(
        np.float32
    )
