"""Reading and writing notebooks, and the one form in which they are kept."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grader.course import Trouble

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
SHOW = "show"           # the tag of a cell that only demonstrates: a picture, a training run
LARGEST = 20 << 20      # bytes; a notebook of 40 cells with figures has less than one


def read(path: Path) -> dict[str, Any]:
    """Read a notebook.

    Raises Trouble, in a sentence, for anything that is not one.
    """
    try:
        size = path.stat().st_size
        text = path.read_text(encoding="utf-8") if size <= LARGEST else ""
    except OSError as error:
        raise Trouble(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise Trouble(f"{path} is not a notebook: it is not UTF-8 text. Was another file given its name?") from None
    if size > LARGEST:
        raise Trouble(f"{path} has {size >> 20} MiB, more than the {LARGEST >> 20} that a notebook may have. "
                      "Clear its outputs and save it again.")
    try:
        notebook = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise Trouble(f"{path} is not a notebook: it does not parse as JSON{where}. "
                      "Was it cut short, or saved as another format?") from None
    return _checked(path, notebook)


def _checked(path: Path, notebook: Any) -> dict[str, Any]:
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        old = isinstance(notebook, dict) and "worksheets" in notebook
        advice = "Its format is of 2014: open it in JupyterLab and save it." if old else "Is it another JSON file?"
        raise Trouble(f"{path} is not a notebook: it has no list of cells. {advice}")
    for index, cell in enumerate(notebook["cells"]):
        fine = isinstance(cell, dict) and isinstance(cell.get("cell_type"), str) and isinstance(
            cell.get("metadata", {}), dict) and isinstance(cell.get("source"), (str, list))
        if not fine:
            raise Trouble(f"{path}: cell {index + 1} is not a cell: expected a cell_type, metadata and a source.")
    return notebook


def source(cell: dict[str, Any]) -> str:
    """The text of a cell."""
    return cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])


def grade_id(cell: dict[str, Any]) -> str:
    """The name by which nbgrader knows a cell, or ""."""
    nbgrader = cell.get("metadata", {}).get("nbgrader")
    name = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    return name if isinstance(name, str) else ""


def is_check(cell: dict[str, Any]) -> bool:
    """Tell whether a cell is a check: graded, locked, and run."""
    nbgrader = cell.get("metadata", {}).get("nbgrader", {})
    return cell["cell_type"] == "code" and bool(nbgrader.get("grade")) and bool(nbgrader.get("locked"))


def checks(notebook: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The check cells of a notebook, in order."""
    return (cell for cell in notebook["cells"] if is_check(cell))


def canonical(notebook: dict[str, Any]) -> str:
    """Write a notebook in the form it is committed in.

    No outputs, no counters, the cell's id equal to its grade_id, and only the metadata that means something.
    """
    clean = {"cells": [_clean(cell) for cell in notebook["cells"]],
             "metadata": {"kernelspec": KERNEL, "language_info": {"name": "python"}},
             "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(clean, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _clean(cell: dict[str, Any]) -> dict[str, Any]:
    metadata = {key: value for key, value in cell["metadata"].items() if key in ("nbgrader", "tags") and value}
    clean = {"cell_type": cell["cell_type"], "id": grade_id(cell) or cell["id"], "metadata": metadata,
             "source": source(cell).splitlines(keepends=True)}
    return clean | ({"execution_count": None, "outputs": []} if cell["cell_type"] == "code" else {})


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
