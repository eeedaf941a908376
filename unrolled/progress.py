"""A line that shows how far training is: in a terminal, in a notebook, or in a file; never on stderr in a notebook."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import Any, Protocol

PER_SECOND = 5          # how often the line is drawn again


class Bar(Protocol):
    """Shows `done` of `total` captions, and a text; `note` leaves a line behind."""

    def show(self, done: int, text: str) -> None: ...
    def note(self, line: str) -> None: ...


@contextmanager
def bar(total: int, done: int = 0, wanted: bool = True) -> Iterator[Bar]:
    """A bar for the place the program runs in: `total` captions to go through, `done` of them before."""
    if not wanted:
        yield _Silent()
    elif in_notebook():
        yield _Notebook(total)
    elif sys.stdout.isatty():
        with _Terminal(total, done) as shown:
            yield shown
    else:
        yield _Lines()


class _Silent:
    def show(self, done: int, text: str) -> None:
        pass

    def note(self, line: str) -> None:
        pass


class _Lines(_Silent):
    """For a file or a pipe: only what should stay."""

    def note(self, line: str) -> None:
        print(line, flush=True)


class _Terminal:
    """Rich's bar, on stdout."""

    def __init__(self, total: int, done: int):
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

        columns = (BarColumn(), TaskProgressColumn(), TextColumn("{task.description}"), TimeRemainingColumn())
        self._progress = Progress(*columns, console=Console(highlight=False), refresh_per_second=PER_SECOND)
        self._task = self._progress.add_task("", total=total, completed=done)

    def __enter__(self) -> _Terminal:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def show(self, done: int, text: str) -> None:
        self._progress.update(self._task, completed=done, description=text)

    def note(self, line: str) -> None:
        self._progress.console.print(line, markup=False)


class _Notebook:
    """One output that is replaced in place; rich's own bar would need ipywidgets and warn, on stderr, without."""

    def __init__(self, total: int):
        from IPython.display import display

        self._total, self._notes, self._next = total, list[str](), 0.0
        self._done, self._text = 0, ""
        self._handle: Any = display({"text/plain": ""}, raw=True, display_id=True)

    def show(self, done: int, text: str) -> None:
        self._done, self._text = done, text
        if time.monotonic() >= self._next or done >= self._total:
            self._draw()

    def note(self, line: str) -> None:
        self._notes.append(line)
        self._draw()

    def _draw(self) -> None:
        self._next = time.monotonic() + 1 / PER_SECOND
        lines = [*self._notes, f"{self._done / max(1, self._total):4.0%}  {self._text}"]
        said = "\n".join(escape(line) for line in lines)
        html = f'<progress value="{self._done}" max="{self._total}"></progress><pre>{said}</pre>'
        self._handle.update({"text/plain": "\n".join(lines), "text/html": html}, raw=True)


def in_notebook() -> bool:
    """Whether this is IPython in a Jupyter kernel: the only place where an output can be replaced."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and getattr(shell, "kernel", None) is not None
