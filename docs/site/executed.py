"""Executing lessons, each once: what a lesson prints and draws is kept until something that it depends on changes."""

from __future__ import annotations

import ast
import contextlib
import hashlib
import json
import os
import platform
import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from docs.site import alt
from docs.site.lessons import ROOT, Lesson, visible
from grader import notebooks
from grader.course import Trouble

CACHE = ROOT / "build" / "site" / "executed"
HOOK = "from docs.site import alt; alt.install()"
SECONDS_A_CELL = 1200
LIBRARIES = ("numpy", "matplotlib", "pillow", "h5py")
ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "VECLIB_MAXIMUM")}
Tick = Callable[[], None]


def key(lesson: Lesson, root: Path = ROOT) -> str:
    """A hash of all that decides what a lesson prints and draws."""
    cells = [visible(cell) for cell in lesson.notebook["cells"] if cell["cell_type"] == "code"]
    exports = [piece.export for piece in lesson.pieces]
    return digest("\0".join([*cells, *exports, versions(), Path(alt.__file__).read_text(encoding="utf-8"),
                             sources(root)]))


def digest(text: str) -> str:
    """A short name for a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def versions() -> str:
    """Python and the libraries that a lesson computes and draws with."""
    from importlib.metadata import version

    return " ".join([platform.python_version(), *(f"{name} {version(name)}" for name in LIBRARIES)])


def sources(root: Path = ROOT) -> str:
    """A hash of the code and the data that every lesson is given."""
    found = hashlib.sha256()
    for path in sorted(_given(root)):
        found.update(path.relative_to(root).as_posix().encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()


def _given(root: Path) -> Iterator[Path]:
    yield from (root / "unrolled").rglob("*.py")
    yield from (root / "grader" / "checks").rglob("*.py")
    for kind in ("*.h5", "*.json", "*.npz", "*.txt", "*.gz"):
        yield from (root / "datasets").rglob(kind)


def read(lesson: Lesson, cache: Path = CACHE) -> dict[str, Any] | None:
    """The executed notebook of a lesson, if it is there and nothing has changed since."""
    path = _kept(lesson, cache)
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def _kept(lesson: Lesson, cache: Path) -> Path:
    return cache / f"{lesson.name}-{key(lesson)}.ipynb"


async def execute(lesson: Lesson, tick: Tick = lambda: None, cache: Path = CACHE) -> dict[str, Any]:
    """Execute a lesson in a kernel of its own and keep the result.

    Raises Trouble with the cell's name where one stops or writes to stderr.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError

    nb, kept = _prepared(lesson), _kept(lesson, cache)
    client = NotebookClient(nb, timeout=SECONDS_A_CELL, kernel_name=notebooks.KERNEL["name"],
                            resources={"metadata": {"path": str(ROOT)}})
    client.on_cell_executed = lambda **_: tick()
    with contextlib.suppress(CellExecutionError, CellTimeoutError):      # the cell itself says it, below
        await client.async_execute(env=_environment(cache), stderr=subprocess.DEVNULL)
    for cell in nb.cells:
        _require_quiet(lesson, cell)
    done = _finished(lesson, json.loads(json.dumps(nb)))
    for old in cache.glob(f"{lesson.name}-*.ipynb"):
        old.unlink()
    notebooks.write_text(kept, json.dumps(done, ensure_ascii=False))
    return done


def size(lesson: Lesson) -> int:
    """The number of cells that will be executed."""
    return sum(cell["cell_type"] == "code" for cell in lesson.notebook["cells"]) + 1 + len(lesson.pieces)


def _prepared(lesson: Lesson) -> Any:
    """The notebook as it is executed: hidden tests gone, the hook before, the pieces' exports behind."""
    import nbformat

    cells = [{**cell, "source": visible(cell)} for cell in lesson.notebook["cells"]]
    hook = [_code("site-hook", HOOK)]
    exports = [_code(f"site-piece-{piece.name}", piece.export + "\n\n" + SHOWN) for piece in lesson.pieces]
    return nbformat.reads(json.dumps({**lesson.notebook, "cells": hook + cells + exports}), as_version=4)


SHOWN = 'from IPython.display import display\ndisplay({"application/json": exported}, raw=True)'


def _code(name: str, source: str) -> dict[str, Any]:
    return {"cell_type": "code", "id": name, "metadata": {}, "source": source, "outputs": [], "execution_count": None}


def _environment(cache: Path) -> dict[str, str]:
    """One thread a kernel, this checkout's packages, figures inline, nobody's own start-up files."""
    inherited = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return inherited | ONE_THREAD | {"PYTHONPATH": os.pathsep.join(paths), "PYTHONHASHSEED": "0",
                                     "IPYTHONDIR": str(cache / ".ipython")}


def _require_quiet(lesson: Lesson, cell: dict[str, Any]) -> None:
    """Raise Trouble for a cell that stopped or wrote to stderr, and for one that was never reached."""
    if cell["cell_type"] != "code" or cell["id"] == "site-hook":
        return
    where = f"{lesson.name}: the cell {cell['id']!r}"
    for output in cell["outputs"]:
        if output["output_type"] == "error":
            raise Trouble(f"{where} stopped with {output['ename']}: {output['evalue']}")
        if output["output_type"] == "stream" and output["name"] == "stderr":
            raise Trouble(f"{where} wrote to stderr: {output['text'].strip()[:300]}")
    if cell["execution_count"] is None and _has_code(cell["source"]):
        raise Trouble(f"{where} did not end within {SECONDS_A_CELL} seconds, or its kernel died.")


def _has_code(source: str) -> bool:
    return bool(ast.parse(source).body)


def _finished(lesson: Lesson, nb: dict[str, Any]) -> dict[str, Any]:
    """The notebook with its outputs, without our own cells; what the pieces export goes into its metadata."""
    own = {f"site-piece-{piece.name}": piece.name for piece in lesson.pieces}
    exported = {own[cell["id"]]: _shown(cell) for cell in nb["cells"] if cell["id"] in own}
    cells = [cell for cell in nb["cells"] if cell["id"] not in own and cell["id"] != "site-hook"]
    return {**nb, "cells": cells, "metadata": {**nb["metadata"], "pieces": exported}}


def _shown(cell: dict[str, Any]) -> Any:
    return next(data["application/json"] for data in _data(cell["outputs"]) if "application/json" in data)


def _data(outputs: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    return (output["data"] for output in outputs if "data" in output)
