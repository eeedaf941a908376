"""The smallest captioner: what comes next depends on the word before and on the picture. Every test's own model."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

NULL, START, END = 0, 1, 2


def init(rng: np.random.Generator, F: int = 5, V: int = 12, dtype: type = np.float64) -> dict[str, np.ndarray]:
    shapes = {"W_image": (F, V), "W_word": (V, V), "b": (V,)}
    return {name: rng.normal(0, 0.3, shape).astype(dtype) for name, shape in shapes.items()}


def loss(params, features, captions):
    """Summed over words, a mean over captions, as CS231n's."""
    words, targets = captions[:, :-1], captions[:, 1:]
    scores = (features @ params["W_image"])[:, None] + params["W_word"][words] + params["b"]      # (N, T, V)
    scores = scores - scores.max(axis=2, keepdims=True)
    p = np.exp(scores) / np.exp(scores).sum(axis=2, keepdims=True)
    mask = targets != NULL
    n, t = np.nonzero(mask)
    value = -np.log(p[n, t, targets[n, t]]).sum() / len(captions)
    dscores = p * mask[..., None]
    dscores[n, t, targets[n, t]] -= 1
    dscores /= len(captions)
    dword = np.zeros_like(params["W_word"])
    np.add.at(dword, words, dscores)
    return value, {"W_image": features.T @ dscores.sum(axis=1), "W_word": dword, "b": dscores.sum(axis=(0, 1))}


class Model:
    """The same as a model that decodes; the state counts the steps, so that mixing rows up would show."""

    def __init__(self, memory: float = 0.5):
        self.memory = memory
        self.rows = 0               # steps taken, over all captions

    def loss(self, params, features, captions):
        return loss(params, features, captions)

    def start(self, params, features):
        return features @ params["W_image"], np.zeros((len(features), params["b"].shape[0]))

    def step(self, params, state, words):
        image, past = state
        self.rows += len(words)
        past = self.memory * past + np.tanh(params["W_word"][words])
        return image + past @ params["W_word"] + params["b"], (image, past)


def examples(count: int = 40, F: int = 5, V: int = 12, T: int = 7, seed: int = 0) -> SimpleNamespace:
    """Captions that follow from their pictures: the largest feature says the first word, then they count up."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(count // 2, F))
    image_idxs = np.repeat(np.arange(count // 2), 2)
    captions = np.full((count, T), NULL, np.int32)
    captions[:, 0] = START
    for row, i in zip(captions, image_idxs, strict=True):
        length = int(rng.integers(1, T - 1))
        row[1 : 1 + length] = 3 + (np.argmax(features[i]) + np.arange(length)) % (V - 3)
        row[1 + length] = END
    return SimpleNamespace(captions=captions, image_idxs=image_idxs, features=features)
