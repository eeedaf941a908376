"""Where data sets live: the same answer from any working directory, on all three systems."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from unrolled.data.layout import CAPTIONS, DataError

VARIABLE = "UNROLLED_DATA"
_PACKAGE = Path(__file__).resolve().parents[1]


def find(name_or_folder: str | os.PathLike[str]) -> Path:
    """The folder of a data set, by name ("scenes") or by path.

    A name is looked up in the folder named by UNROLLED_DATA, in the checkout's datasets/, in the
    installed package and in the user's own data folder, in this order. Raises DataError if it is in none.
    """
    given = Path(name_or_folder).expanduser()
    if is_dataset(given) and not _is_name(name_or_folder):
        return given.resolve()
    if not _is_name(name_or_folder):
        raise DataError(f"{given} is no data set: {_why_not(given)}")
    for place in places():
        if is_dataset(place / given):
            return (place / given).resolve()
    if is_dataset(given):
        return given.resolve()
    raise DataError(_not_found(str(name_or_folder)))


def places() -> list[Path]:
    """The folders that are searched for data sets, first to last."""
    variable = os.environ.get(VARIABLE)
    found = [Path(variable).expanduser()] if variable else []
    if checkout() is not None:
        found.append(_PACKAGE.parent / "datasets")
    return [*found, _PACKAGE / "datasets", Path(sys.prefix) / "share" / "unrolled", user_folder()]


def home() -> Path:
    """Where a fetched data set goes unless told otherwise: UNROLLED_DATA, the checkout, the user's folder."""
    if os.environ.get(VARIABLE):
        return Path(os.environ[VARIABLE]).expanduser()
    return checkout() or user_folder()


def checkout() -> Path | None:
    """The datasets/ folder of the checkout that this package runs from, None for an installed one."""
    root = _PACKAGE.parent
    return root / "datasets" if (root / "pyproject.toml").is_file() and (root / "datasets").is_dir() else None


def user_folder() -> Path:
    """The user's own folder for data, as the system has it."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return base / "unrolled"


def is_dataset(folder: Path) -> bool:
    """Whether a folder holds a captions file of this layout."""
    return (folder / CAPTIONS).is_file()


def _is_name(given: str | os.PathLike[str]) -> bool:
    text = os.fspath(given)
    return text not in (".", "..", "~") and not set("/\\") & set(text)


def _why_not(folder: Path) -> str:
    return f"it has no {CAPTIONS}." if folder.is_dir() else "there is no such folder."


def _not_found(name: str) -> str:
    looked = "\n  ".join(str(place) for place in places())
    hint = {
        "coco": "Fetch it (about 1 GB) with  python -m unrolled.data fetch coco",
        "scenes": "Rebuild it with  python -m unrolled.data build scenes",
    }.get(name, f"Give its path, or set {VARIABLE} to the folder that holds it.")
    return f"No data set {name!r}. {hint}\nLooked in\n  {looked}"
