"""What the commands remember in a student's folder: a convenience that may be thrown away; nobody grades by it."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

from grader import notebooks
from grader.student.folder import MEMORY


def recall(root: Path, name: str) -> dict[str, Any]:
    """What was remembered under a name; nothing where the file is missing, or is not what was written."""
    try:
        found = json.loads(_path(root, name).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def remember(root: Path, name: str, what: dict[str, Any]) -> None:
    """Keep something for the next time; where the folder cannot be written to, forget it."""
    with contextlib.suppress(OSError):
        notebooks.write_text(_path(root, name), json.dumps(what, indent=1, sort_keys=True) + "\n")


def _path(root: Path, name: str) -> Path:
    return root / MEMORY / f"{name}.json"
