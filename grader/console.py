"""What every command shares: the two streams, a bar, and one sentence instead of a traceback."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from grader.course import Trouble

GRADING = ("alembic", "bleach", "jinja2", "msgpack", "nbconvert", "nbgrader", "sqlalchemy", "traitlets")
out, err = Console(highlight=False), Console(stderr=True, highlight=False)


def run(app: typer.Typer, name: str | None = None) -> None:
    """Run a command; what a person can mend is said in a sentence, with exit status 2."""
    warnings.filterwarnings("ignore", module=r"(nbgrader|zmq)\..*")
    _leave_out_a_slow_import()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        app(prog_name=name)
    except Trouble as trouble:
        err.print(printable(str(trouble)), markup=False, soft_wrap=True)
        sys.exit(2)
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in GRADING:
            raise
        err.print(f"This command needs what grading needs, and {missing.name} is not installed here. In the kit's "
                  'folder:  python -m pip install --editable ".[grading]"', markup=False, soft_wrap=True)
        sys.exit(2)


@contextmanager
def bar(title: str, total: int) -> Iterator:
    """A progress bar on stderr: how many of how many, and the time that remains."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task(title, total=total)
        yield lambda: progress.advance(task)


def printable(text: str) -> str:
    """Show what would steer a terminal as the letters it is written with: names come from students."""
    return "".join(c if c.isprintable() or c == "\n" else repr(c)[1:-1] for c in text)


def _leave_out_a_slow_import() -> None:
    """Spare every command two seconds: jsonschema checks one address format by a grammar that it builds at import."""
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
