"""What is given to a captioner, checked: a sentence says what was expected, what was found, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from unrolled.data.features import Both

if TYPE_CHECKING:
    from unrolled.captioning.captioner import Captioner

Array = NDArray[Any]

GATES = {"rnn": 1, "gru": 3, "lstm": 4, "attention-lstm": 4}


class ModelError(ValueError):
    """What was given does not fit the model; the sentence says what was expected, what was found, what to do."""


def check_settings(model: Captioner, gates: int | None) -> None:
    """Raise ModelError for settings that do not fit together; gates is what was asked for, None for the usual."""
    if isinstance(model.cell, str):
        if model.cell not in GATES:
            raise ModelError(f"cell: expected {', '.join(GATES)} or a pair of functions, found {model.cell!r}.")
        if gates not in (None, GATES[model.cell]):
            raise ModelError(f"gates: {model.cell} has {GATES[model.cell]} blocks, found {gates}; leave it out.")
    elif not (isinstance(model.cell, tuple) and len(model.cell) == 2 and all(map(callable, model.cell))):
        raise ModelError("cell: expected a name or a pair (forward, backward) of functions.")
    if model.image not in ("initial", "each step"):
        raise ModelError(f"image: expected 'initial' or 'each step', found {model.image!r}.")
    if model.looks and model.image != "initial":
        raise ModelError("image: an attention-lstm looks at the picture by itself; leave image at 'initial'.")
    if missing := [mark for mark in ("<NULL>", "<START>", "<END>") if mark not in model.word_to_idx]:
        raise ModelError(f"word_to_idx has no {', '.join(missing)}; is it the vocabulary of a data set?")
    if sorted(model.word_to_idx.values()) != list(range(len(model.word_to_idx))):
        raise ModelError("word_to_idx: expected each number from 0 on once.")
    if model.looks != (model.grid_dim is not None):
        raise ModelError(
            "grid_dim: expected the channels of a region for an attention-lstm, and None for other cells; "
            f"found {model.grid_dim} for {model.cell!r}."
        )
    sizes = ["feature_dim", "wordvec_dim", "hidden_dim", "layers", "threads", *["grid_dim"][: model.looks]]
    for name in sizes:
        if not (isinstance(value := getattr(model, name), int | np.integer) and value >= 1):
            raise ModelError(f"{name}: expected a whole number from 1 on, found {value!r}.")
    if not 0 <= model.dropout < 1:
        raise ModelError(f"dropout: expected a share from 0 up to, not including, 1; found {model.dropout}.")
    if model.dtype not in (np.float32, np.float64):
        raise ModelError(f"dtype: expected float32 or float64, found {model.dtype}.")


def check_params(model: Captioner, params: Mapping[str, Array]) -> None:
    """Raise ModelError for parameters whose names or shapes are another model's."""
    expected = model.shapes()
    if params.keys() != expected.keys():
        missing = ", ".join(sorted(expected.keys() - params.keys())) or "nothing"
        more = ", ".join(sorted(params.keys() - expected.keys())) or "nothing"
        raise ModelError(f"Parameters of another model: missing here {missing}; too many {more}.")
    for name, shape in expected.items():
        if params[name].shape != shape:
            raise ModelError(f"{name} has shape {params[name].shape}, expected {shape}.")


def checked_features(model: Captioner, params: Mapping[str, Array], features: Any) -> Array | Both:
    """The features of N pictures as arrays of the parameters' type; ModelError where they do not fit."""
    dtype = params["Wh"].dtype
    if not model.looks:
        return _checked_array("features", features, ("pictures", model.feature_dim), dtype)
    if isinstance(features, np.ndarray) or len(features := tuple(features)) != 2:
        raise ModelError(
            "features: an attention-lstm takes a pair, pooled (pictures, "
            f"{model.feature_dim}) and grid (pictures, regions, {model.grid_dim}). Load them with features='both'."
        )
    pooled = _checked_array("pooled features", features[0], ("pictures", model.feature_dim), dtype)
    grid = _checked_array("regions", features[1], ("pictures", "regions", model.grid_dim), dtype)
    if len(pooled) != len(grid):
        raise ModelError(f"There are pooled features of {len(pooled)} pictures and grids of {len(grid)}.")
    return Both(pooled, grid)


def _checked_array(name: str, given: ArrayLike, shape: tuple[str | int | None, ...], dtype: np.dtype[Any]) -> Array:
    array = np.asarray(given)
    if array.ndim != len(shape) or array.shape[-1] != shape[-1]:
        raise ModelError(f"{name} have shape {array.shape}, expected ({', '.join(map(str, shape))}).")
    if array.dtype.kind != "f":
        raise ModelError(
            f"{name} are {array.dtype}, expected float32. If they are stored as whole numbers, multiply "
            "with their scale first; data.load does."
        )
    return array.astype(dtype, copy=False)


def checked_batch(
    model: Captioner, params: Mapping[str, Array], features: Any, captions: ArrayLike
) -> tuple[Array | Both, Array]:
    """Features of N pictures and captions (N, T+1) as arrays; ModelError where they do not fit."""
    check_params(model, params)
    pictures, words, V = checked_features(model, params, features), np.asarray(captions), len(model.word_to_idx)
    if words.dtype.kind not in "iu" or words.ndim != 2 or words.shape[1] < 2:
        raise ModelError(
            f"captions are {words.dtype} of shape {words.shape}, expected whole numbers of shape "
            "(captions, words) with at least two words each."
        )
    if not len(words) == len(pictures) > 0:
        raise ModelError(
            f"There are {len(pictures)} pictures and {len(words)} captions; expected one picture a caption."
        )
    if not 0 <= words.min() <= words.max() < V:
        raise ModelError(
            f"captions hold word numbers from {words.min()} to {words.max()}, but the vocabulary has {V} words, "
            f"0 to {V - 1}. Do captions and word_to_idx belong to one data set?"
        )
    return pictures, words
