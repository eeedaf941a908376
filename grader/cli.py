"""The commands: python -m grader …"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from grader.console import bar, out, run

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


def main() -> None:
    """Run a command: a student's folder has the first one, the kit all of them."""
    if find_spec("grader.desk"):
        from grader.desk import commands

        app.registered_commands += commands.app.registered_commands
    run(app)


@app.callback()
def several() -> None:
    """Release assignments, check a notebook, grade a class, read the report."""


@app.command()
def check(
    notebook: Annotated[Path | None, typer.Argument(help="A notebook, its folder, or an assignment's name.")] = None,
) -> None:
    """Check a notebook as it was last saved: one line per check, how many pass, and the first one open."""
    from grader.student import check as checking
    from grader.student import folder

    path = folder.which(notebook)
    cells = checking.code_cells(path)
    with bar("Running the notebook", cells) as tick:
        said = checking.check(path, tick)
    if notebook is None or path != notebook:
        out.print(str(path), markup=False, soft_wrap=True)
    for line in checking.lines(said, checking.untouched(path)):
        out.print(line, markup=False, soft_wrap=True)
    raise typer.Exit(1 if any(s.failed for s in said) else 0)
