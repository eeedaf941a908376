"""A captioner and its parameters in one file, .npz without pickle."""

from __future__ import annotations

import json
import os
import zipfile
import zlib
from typing import Any

import numpy as np

from unrolled import disk
from unrolled.captioning.captioner import Captioner, Pair, Params
from unrolled.captioning.given import ModelError, check_params

KEPT = "image", "feature_dim", "grid_dim", "wordvec_dim", "hidden_dim", "layers", "gates", "dropout", "threads"
FORMAT = "unrolled captioner 1"
DAMAGE = OSError, ValueError, KeyError, EOFError, AttributeError, TypeError, zipfile.BadZipFile, zlib.error


def save(path: str | os.PathLike[str], captioner: Captioner, params: Params) -> None:
    """Write a captioner and its parameters to one .npz file, without pickle; an old file stays until all is written.

    A pair of functions is not stored: give it again to `load`. Raises ModelError for parameters that do not fit.
    """
    check_params(captioner, params)
    settings = {name: getattr(captioner, name) for name in KEPT}
    settings |= {"format": FORMAT, "cell": captioner.cell if isinstance(captioner.cell, str) else None}
    settings |= {"dtype": captioner.dtype.name, "word_to_idx": captioner.word_to_idx}
    arrays: dict[str, Any] = {"settings": np.array(json.dumps(settings, ensure_ascii=False)), **params}
    with disk.whole(path) as draft, open(draft, "wb") as file:
        np.savez(file, **arrays)


def load(path: str | os.PathLike[str], cell: Pair | None = None) -> tuple[Captioner, Params]:
    """Read what `save` wrote -> captioner, params. For a model around functions of your own, give them as `cell`.

    Raises ModelError for a file that is not whole or not a captioner's, FileNotFoundError for none.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        settings = json.loads(str(arrays.pop("settings")))
        known = settings.pop("format") == FORMAT
    except FileNotFoundError:
        raise
    except DAMAGE as problem:
        raise ModelError(f"{path} is damaged or is not a captioner's file: {problem}") from problem
    if not known:
        raise ModelError(f"{path} was written by another version of this program; expected {FORMAT!r}.")
    if settings.get("cell") is None and cell is None:
        raise ModelError(f"{path} was trained with functions of your own: load(path, cell=(forward, backward)).")
    settings["cell"] = settings.get("cell") or cell
    try:
        captioner = Captioner(**settings)
        check_params(captioner, arrays)
    except TypeError as problem:
        raise ModelError(f"{path} is damaged or is not a captioner's file: {problem}") from problem
    except ModelError as problem:
        raise ModelError(f"{path}: {problem}") from problem
    return captioner, arrays
