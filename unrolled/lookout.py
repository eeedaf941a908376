"""Features of a picture that is in no data set: an image file of your own, through the small network of the scenes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unrolled.data import layout
from unrolled.data.features import Both
from unrolled.data.layout import DataError
from unrolled.data.loader import CaptionData, load, open_photograph
from unrolled.scenes.network import SIZE, load_weights, look

NETWORK = "network.npz"


def features_of_files(paths: Sequence[Path], data: CaptionData) -> Any:
    """What a model trained on `data` sees of N image files: (N, F), or (N, R, C) for a grid, or Both of them.

    Raises DataError for a file that is no picture, and where the data set came without its network.
    """
    weights = data.folder / NETWORK
    if not weights.is_file():
        raise DataError(f"{data.name} came without the network that made its features ({NETWORK}), so pictures of "
                        "your own cannot be captioned. The scenes have one: --data scenes.")
    pictures = np.stack([np.asarray(_square(open_photograph(path)), dtype=np.uint8) for path in paths])
    seen = look(pictures, load_weights(weights))
    if data.kind == "grid":
        return seen.grid
    pooled = seen.pooled if data.kind == "full" else _components(seen.pooled, data)
    return Both(pooled, seen.grid / data.grid_unit) if data.kind == "both" else pooled


def _square(picture: Any) -> Any:
    """The middle of a picture, as the network sees it: (112, 112)."""
    side = min(picture.size)
    left, top = ((length - side) // 2 for length in picture.size)
    return picture.crop((left, top, left + side, top + side)).resize((SIZE, SIZE))


def _components(pooled: NDArray[np.float32], data: CaptionData) -> NDArray[np.float32]:
    """The principal components of pooled features: by what the file tells, or by what it does to the training set."""
    path = data.folder / layout.FEATURES["pca"].format(split="train")
    with layout.hdf5(path) as file:
        if "mean" in file and "directions" in file:
            return (pooled - file["mean"][:]) @ file["directions"][:]
    full = load(data.folder, features="full").train.features[:]
    centre = full.mean(axis=0)
    turn, *_ = np.linalg.lstsq(full - centre, data.train.features[:], rcond=1e-5)       # (F, P)
    return (pooled - centre) @ turn
