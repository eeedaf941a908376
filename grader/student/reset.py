"""Putting cells back as they were handed out; what was there is kept first."""

from __future__ import annotations

import copy
import json
import shutil
import stat
from datetime import datetime
from pathlib import Path
from typing import Any

from grader import notebooks
from grader.course import Trouble
from grader.student import released
from grader.student.cells import handed_out
from grader.student.folder import BACKUPS, Lesson


def reset(lesson: Lesson, names: list[str]) -> tuple[list[str], Path | None]:
    """Put cells of a lesson back; return the names of those that were otherwise, and where the notebook was kept.

    A cell that was deleted comes back at its place. The notebook is replaced whole or not at all. Raises Trouble where
    it cannot be read or written; then nothing was changed.
    """
    now, original = lesson.now(), handed_out(lesson)
    wanted = released.named(original)
    changed = [name for name in names if _put_back(now, original, wanted[name])]
    if not changed:
        return [], None
    _require_writable(lesson.path)
    kept = _keep(lesson)
    try:
        notebooks.write_text(lesson.path, json.dumps(now, indent=1, ensure_ascii=False) + "\n")
    except OSError as error:
        raise Trouble(f"{lesson.path} cannot be written: {error.strerror}. Nothing was changed. "
                      "Is it open in another program?") from None
    return changed, kept


def everything(lesson: Lesson) -> list[str]:
    """The names of all cells of a lesson that can be put back."""
    return list(released.named(handed_out(lesson)))


def _put_back(now: dict[str, Any], original: dict[str, Any], wanted: dict[str, Any]) -> bool:
    """Put one cell back; False where it is as it was."""
    name = notebooks.grade_id(wanted)
    mine = released.named(now).get(name)
    if mine is None:
        now["cells"].insert(_place(now, original, name), _clear(copy.deepcopy(wanted)))
        return True
    if notebooks.source(mine) == notebooks.source(wanted) and mine["cell_type"] == wanted["cell_type"]:
        return False
    mine |= {"cell_type": wanted["cell_type"], "source": wanted["source"]}
    _clear(mine)
    return True


def _clear(cell: dict[str, Any]) -> dict[str, Any]:
    """Take from a cell what it said when another text stood in it."""
    for key in ("outputs", "execution_count"):
        cell.pop(key, None)
    if cell["cell_type"] == "code":
        cell |= {"outputs": [], "execution_count": None}
    return cell


def _place(now: dict[str, Any], original: dict[str, Any], name: str) -> int:
    """Where a deleted cell belongs: behind the nearest cell before it that is still there."""
    order = [_identity(cell) for cell in original["cells"]]
    before = order[: order.index(name)]
    there = {_identity(cell): index for index, cell in enumerate(now["cells"])}
    return next((there[one] + 1 for one in reversed(before) if one in there), 0)


def _identity(cell: dict[str, Any]) -> str:
    return notebooks.grade_id(cell) or cell.get("id", "")


def _require_writable(path: Path) -> None:
    if not path.stat().st_mode & stat.S_IWRITE:
        raise Trouble(f"{path} is read-only. Allow writing to it (in its properties, or by  chmod u+w), "
                      "then run this again. Nothing was changed.")


def _keep(lesson: Lesson) -> Path:
    """Copy the notebook as it is to a place of its own."""
    folder = lesson.root / BACKUPS / lesson.assignment
    stem, number = f"{Path(lesson.name).stem} {datetime.now():%Y-%m-%d %H.%M.%S}", 1
    to = folder / f"{stem}.ipynb"
    while to.exists():
        number += 1
        to = folder / f"{stem} ({number}).ipynb"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(lesson.path, to)
    except OSError as error:
        raise Trouble(f"What was there cannot be kept in {to}: {error.strerror}. Nothing was changed.") from None
    return to
