"""Arrays on the disk, whole or not at all, and never code: .npz without pickle."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unrolled import disk


class CheckpointError(ValueError):
    """A file that training cannot go on from; the message says what to do about it."""


def write(path: str | os.PathLike[str], arrays: Mapping[str, NDArray[Any]], about: Mapping[str, Any]) -> None:
    """Store named arrays, and what JSON can say beside them; an existing file is replaced in one moment."""
    target = Path(path)
    for name, array in arrays.items():
        if np.asarray(array).dtype.hasobject:
            raise ValueError(f"{name}: Python objects are not stored, only numbers and text.")
    stored: dict[str, Any] = {f"arrays/{name}": array for name, array in arrays.items()}
    stored["about"] = np.frombuffer(json.dumps(about).encode(), np.uint8)
    target.parent.mkdir(parents=True, exist_ok=True)
    with disk.whole(target) as draft, open(draft, "wb") as file:
        np.savez(file, **stored)
        file.flush()
        os.fsync(file.fileno())


def read(path: str | os.PathLike[str]) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """What `write` stored: (arrays, about). Raises CheckpointError for a damaged or foreign file."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            about = json.loads(stored["about"].tobytes())
            return {name.removeprefix("arrays/"): stored[name] for name in stored.files if name != "about"}, about
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as problem:
        raise CheckpointError(f"{path} is no checkpoint that can be read ({problem}). Delete it to start anew, "
                              "or give another file.") from problem
