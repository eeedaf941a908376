"""The commands of whoever takes the course. They are called as  python -m unrolled …  and run here.

Whoever gives does not know who judges: `unrolled` starts this as a process of its own.
"""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.columns import Columns
from rich.panel import Panel
from rich.syntax import Syntax
from rich.text import Text

from grader.console import bar, out, printable, run
from grader.course import Trouble
from grader.student import folder

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

CoursePath = Annotated[Path | None, typer.Option("--course", help="The folder of the course; found from here.")]
Assignment = Annotated[str | None, typer.Option("--assignment", "-a", help="Where several have a cell of this name.")]
CellName = Annotated[str, typer.Argument(metavar="CELL", help="A function that you write, or a question's name.")]


@app.command("progress")
def how_far(course: CoursePath = None) -> None:
    """Show how far you are in every lesson; only what you changed since the last time is run."""
    from grader.student import progress

    lessons = folder.lessons(folder.find(course))
    with _running(progress.cells_to_run(lessons)) as tick:
        found = progress.standings(lessons, tick)
    _say(*progress.lines(found))
    begun = next((one for one in found if one.begun and one.passed < len(one.checks)), None)
    if begun:
        _say(f"What its checks say:  python -m grader check {begun.lesson.assignment}")


@app.command()
def reset(
    cells: Annotated[list[str] | None, typer.Argument(metavar="CELL", help="Functions, questions or checks.")] = None,
    assignment: Assignment = None,
    all: Annotated[bool, typer.Option("--all", help="Everything that you wrote in an assignment.")] = False,
    course: CoursePath = None,
) -> None:
    """Put a cell back as it was handed out; the notebook as it is now is kept first."""
    from grader.student import reset as resetting
    from grader.student.cells import lesson_of

    lessons = folder.which_lessons(folder.find(course), assignment)
    if bool(cells) == all:
        raise Trouble("Name the cells to put back, or say --all.")
    if all and len({lesson.assignment for lesson in lessons}) > 1:
        here = [lesson for lesson in lessons if lesson.path.parent == Path.cwd().resolve()]
        if not here:
            names = ", ".join(dict.fromkeys(lesson.assignment for lesson in lessons))
            raise Trouble(f"All of which assignment? Say --assignment and one of {names}.")
        lessons = here
    named: dict[Any, list[str]] = {lesson: resetting.everything(lesson) for lesson in lessons} if all else {}
    for cell in cells or []:
        found, name = lesson_of(lessons, cell)
        named.setdefault(found, []).append(name)
    for lesson, wanted in named.items():
        changed, kept = resetting.reset(lesson, wanted)
        if kept is None:
            _say(f"{lesson.key}: {'everything' if all else ', '.join(wanted)} is as it was handed out already.")
            continue
        _say(f"{lesson.key}: {', '.join(changed)} put back.",
             f"The notebook as it was is {kept.relative_to(lesson.root).as_posix()}.",
             "If it is open in JupyterLab: File, Reload Notebook from Disk, before you save there.")


@app.command()
def hint(cell: CellName, assignment: Assignment = None, course: CoursePath = None) -> None:
    """Show the next hint for a step, one at a time."""
    from grader.student import hints
    from grader.student.cells import lesson_of

    lesson, name = lesson_of(folder.which_lessons(folder.find(course), assignment), cell)
    _say(*hints.lines(hints.following(lesson, name), name.removeprefix("check-")))


@app.command()
def solution(
    cell: CellName,
    assignment: Assignment = None,
    anyway: Annotated[bool, typer.Option("--anyway", help="Before your own passes its check.")] = False,
    course: CoursePath = None,
) -> None:
    """Show the course's answer beside yours, once yours passes its check; in self-study."""
    from grader.student import progress
    from grader.student import solution as comparing
    from grader.student.cells import lesson_of

    lesson, name = lesson_of(folder.which_lessons(folder.find(course), assignment), cell)
    with _running(0 if anyway else progress.cells_to_run([lesson])) as tick:
        both = comparing.compare(lesson, name, anyway, tick)
    shown: list[Any] = [Syntax(text, "python", background_color="default") if both.code else Text(printable(text))
                        for text in (both.yours or "(no such cell)", both.ours)]
    panels = [Panel(text, title=title) for text, title in zip(shown, ("yours", "the course's"), strict=True)]
    widest = max(len(line) for text in (both.yours, both.ours) for line in text.splitlines() or [""])
    out.print(Columns(panels, equal=True) if both.code and 2 * (widest + 6) < out.width else panels[0])
    if not (both.code and 2 * (widest + 6) < out.width):
        out.print(panels[1])


def _running(cells: int) -> Any:
    """A bar over cells that are run, none where there are none."""
    return bar("Running what was changed", cells) if cells else nullcontext(lambda: None)


def _say(*lines: str) -> None:
    for line in lines:
        out.print(printable(line), markup=False, soft_wrap=True)


if __name__ == "__main__":
    run(app, "python -m unrolled")
