"""``python -m docs.site``: build the reading site into build/site/html."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from docs.site import build as building
from docs.site.lessons import read_lessons
from grader.course import Trouble


def main(
    only: Annotated[list[str] | None, typer.Argument(metavar="LESSON", help="Lessons to build; all without.")] = None,
    target: Annotated[Path, typer.Option("--to", help="The folder to build in.")] = building.TARGET,
    jobs: Annotated[int | None, typer.Option(help="How many lessons are executed at a time; as many as cores.")] = None,
    draft: Annotated[bool, typer.Option("--draft", help="Let mistakes pass that do not say why they are.")] = False,
) -> None:
    """Build the reading site: lessons that have changed are executed, then Sphinx writes the pages."""
    try:
        building.build(read_lessons(only=only), target.resolve(), jobs, draft)
    except Trouble as trouble:
        sys.exit(f"✗ {trouble}")


if __name__ == "__main__":
    typer.run(main)
