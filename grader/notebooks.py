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
MOST_PARTS = 500_000    # lists, objects and entries of its JSON: each takes many times its own bytes of memory
MOST_CELLS = 2_000
MOST_TEXT = 1 << 20     # characters of all its cells: whoever shows them in colours takes long over more


def read(path: Path) -> dict[str, Any]:
    """Read a notebook.

    Raises Trouble, in a sentence, for anything that is not one.
    """
    try:
        return parse(path.read_bytes(), str(path))
    except OSError as error:
        raise Trouble(f"{path} cannot be read: {error.strerror}.") from None


def parse(content: bytes, name: str) -> dict[str, Any]:
    """Read a notebook from bytes; ``name`` is what the sentences call it."""
    if sum(content.count(mark) for mark in (b"[", b"{", b",")) > MOST_PARTS:
        raise Trouble(f"{name} has too many parts, more than {MOST_PARTS:,} lists and entries. "
                      "Clear its outputs and save it again.")
    try:
        notebook = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Trouble(f"{name} is not a notebook: it is not UTF-8 text. Was another file given its name?") from None
    except (ValueError, RecursionError) as error:
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise Trouble(f"{name} is not a notebook: it does not parse as JSON{where}. "
                      "Was it cut short, or saved as another format?") from None
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        old = isinstance(notebook, dict) and "worksheets" in notebook
        advice = "Its format is of 2014: open it in JupyterLab and save it." if old else "Is it another JSON file?"
        raise Trouble(f"{name} is not a notebook: it has no list of cells. {advice}")
    if len(notebook["cells"]) > MOST_CELLS:
        raise Trouble(f"{name} has {len(notebook['cells']):,} cells, more than the {MOST_CELLS:,} that are graded.")
    for index, cell in enumerate(notebook["cells"]):
        _require_cell(name, index, cell)
    length = sum(len(cell["source"]) for cell in notebook["cells"])
    if length > MOST_TEXT:
        raise Trouble(f"{name} has {length:,} characters of text in its cells, more than the {MOST_TEXT:,} that are "
                      "graded. Is there data in a cell?")
    return notebook


def _require_cell(name: str, index: int, cell: Any) -> None:
    """Raise Trouble for what is no cell; make its source a text of whole characters, its metadata a dictionary."""
    text = cell.get("source") if isinstance(cell, dict) else None
    lines = isinstance(text, list) and all(isinstance(line, str) for line in text)
    if not isinstance(cell, dict) or not isinstance(cell.get("cell_type"), str) or not (lines or isinstance(text, str)):
        raise Trouble(f"{name}: cell {index + 1} is not a cell: expected a cell_type and a source.")
    cell["source"] = source(cell).encode("utf-8", "replace").decode()
    metadata = cell.get("metadata")
    cell["metadata"] = metadata if isinstance(metadata, dict) else {}
    for key, kind in (("nbgrader", dict), ("tags", list)):
        if not isinstance(cell["metadata"].get(key, kind()), kind):
            del cell["metadata"][key]


def source(cell: dict[str, Any]) -> str:
    """The text of a cell."""
    return cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])


def grade_id(cell: dict[str, Any]) -> str:
    """The name by which nbgrader knows a cell, or ""."""
    name = cell["metadata"].get("nbgrader", {}).get("grade_id")
    return name if isinstance(name, str) else ""


def is_check(cell: dict[str, Any]) -> bool:
    """Tell whether a cell is a check: graded, locked, and run."""
    nbgrader = cell["metadata"].get("nbgrader", {})
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
    """Write a text file whole or not at all."""
    write_bytes(path, text.encode("utf-8", "replace"))


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
