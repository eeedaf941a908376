"""What a captioner has to beat: captions that need no network, and another human.

All take a data set of `unrolled.data.load` and give one caption, text, for each picture of a split; the captions come
from the training pictures. The consensus follows Devlin et al. 2015, "Exploring nearest neighbor approaches for image
captioning".
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unrolled.data.layout import feature_kinds
from unrolled.data.loader import CaptionData, load
from unrolled.scoring import (
    HUMAN,
    MAX_N,
    SIGMA,
    References,
    Score,
    Table,
    Vector,
    document_frequency,
    score,
    score_human,
    tokens,
)

NEIGHBOURS = 10
LARGE = 100_000_000     # entries: full features beyond that are left on the disk, for the principal components


def table(data: CaptionData, split: str = "val", **models: Score) -> Table:
    """The opponents' scores on a split, then the models', then another human's."""
    said = {
        "random caption": random_captions(data, split),
        "most frequent caption": most_frequent(data, split),
        "nearest neighbour": nearest(data, split),
        "neighbours' consensus": consensus(data, split),
    }
    references = References(data.split(split).references)
    rows = {name: score(captions, references) for name, captions in said.items()}
    return Table(rows | models | {HUMAN: score_human(references)})


def random_captions(data: CaptionData, split: str = "val", seed: int = 231) -> list[str]:
    """Any caption of any training picture."""
    everything = [text for texts in data.train.references for text in texts]
    rows = np.random.default_rng(seed).integers(len(everything), size=len(data.split(split).features))
    return [everything[row] for row in rows]


def most_frequent(data: CaptionData, split: str = "val") -> list[str]:
    """The caption that people wrote most often, the same for every picture; of equals the first by alphabet."""
    counts = Counter(" ".join(tokens(text)) for texts in data.train.references for text in texts)
    caption = min(counts, key=lambda text: (-counts[text], text))
    return [caption] * len(data.split(split).features)


def nearest(data: CaptionData, split: str = "val") -> list[str]:
    """The first caption of the most similar training picture."""
    return [data.train.references[i][0] for i in neighbours(data, split, 1)[:, 0]]


def consensus(data: CaptionData, split: str = "val", count: int = NEIGHBOURS) -> list[str]:
    """Of all captions of the `count` most similar training pictures, the one most like the others, by CIDEr-D."""
    texts = data.train.references
    frequency = document_frequency([[tokens(text) for text in some] for some in texts])

    @cache
    def vectors(i: int) -> list[Vector]:
        return [Vector(tokens(text), frequency, math.log(len(texts))) for text in texts[i]]

    chosen = []
    for near in neighbours(data, split, count).tolist():
        said = [text for i in near for text in texts[i]]
        chosen.append(said[int(np.argmax(agreement([vector for i in near for vector in vectors(i)])))])
    return chosen


def agreement(vectors: Sequence[Vector]) -> NDArray[np.float64]:
    """The sum of the similarities (CIDEr-D) of each sentence to all others: n vectors -> (n,)."""
    lengths = np.array([vector.length for vector in vectors], dtype=float)
    damping = np.exp(-((lengths[:, None] - lengths) ** 2) / (2 * SIGMA**2))     # (n, n)
    similarity = np.zeros_like(damping)
    for n in range(MAX_N):
        times = Counter(gram for vector in vectors for gram in vector.weights[n])
        column = {gram: k for k, gram in enumerate(gram for gram, count in times.items() if count > 1)}
        weights = np.zeros((len(vectors), len(column)))
        for row, vector in zip(weights, vectors, strict=True):
            for gram, weight in vector.weights[n].items():
                if gram in column:
                    row[column[gram]] = weight
        dots = (np.minimum(weights[:, None], weights) * weights).sum(axis=2)            # (n, n)
        norms = np.array([vector.norms[n] for vector in vectors])
        scale = norms[:, None] * norms
        similarity += np.divide(dots, scale, out=dots, where=scale > 0)
    similarity *= damping / MAX_N
    return similarity.sum(axis=1) - similarity.diagonal()


def neighbours(data: CaptionData, split: str = "val", count: int = NEIGHBOURS) -> NDArray[np.intp]:
    """The most similar training pictures, nearest first: cosine of the centred features -> (M, count)."""
    seen = _comparable(data)
    train = np.asarray(seen.train.features[:])
    centre = train.mean(axis=0)
    train = _unit(train - centre)
    features, found = seen.split(split).features, []
    for start in range(0, len(features), 500):
        alike = _unit(features[start : start + 500] - centre) @ train.T         # (n, M)
        found.append(np.argsort(-alike, axis=1, kind="stable")[:, :count])
    return np.concatenate(found) if found else np.zeros((0, count), np.intp)


def _comparable(data: CaptionData) -> CaptionData:
    """The same data set with one row of features a picture, the network's own where they are not too many."""
    kinds = [kind for kind in feature_kinds(data.folder) if kind != "grid"]
    if "full" in kinds:
        full = load(data.folder, features="full")
        if np.prod(full.train.features.shape) <= LARGE or kinds == ["full"]:
            return full
    return load(data.folder, features="pca")


def _unit(x: NDArray[Any]) -> NDArray[Any]:
    return x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12)
