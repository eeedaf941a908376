"""Building the site: execute what has changed, write the source, run Sphinx."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import time
from collections.abc import Coroutine, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from docs.site import executed, guides, indexes, mistakes, pages
from docs.site.lessons import ROOT, Lesson
from grader import notebooks
from grader.course import Trouble

TARGET = ROOT / "build" / "site"
MATHJAX = "tex-svg.js"
LONGEST_FIRST = ("6-gradient-flow", "8-attention", "2-captioning", "7-sequences", "5-char-rnn", "4-gru", "3-lstm")
PIECE_FILES = ("piece.js", "style.css")


@dataclass(frozen=True)
class Content:
    """All that is not written by hand: executed notebooks and what was said to known mistakes, by lesson."""

    notebooks: dict[str, dict[str, Any]]
    mistakes: dict[str, list[mistakes.Seen]]


def build(lessons: list[Lesson], target: Path = TARGET, jobs: int | None = None, draft: bool = False) -> Path:
    """Build the site for some lessons; return the folder of its pages.

    Raises Trouble where a cell stops, a mistake does not say why it is one, or Sphinx warns.
    """
    began = time.monotonic()
    content = gather(lessons, jobs or os.cpu_count() or 1)
    if not draft:
        mistakes.require_reasons(content.mistakes)
    write_source(lessons, content, target)
    write_static(lessons, content, target)
    run_sphinx(target, jobs)
    Console().print(f"The site is in {target / 'html' / 'index.html'}, after {time.monotonic() - began:.0f} s.",
                    highlight=False, soft_wrap=True)
    return target / "html"


def gather(lessons: list[Lesson], jobs: int) -> Content:
    """Execute the lessons and make the mistakes that are not kept from before, as many at a time as there are cores."""
    done = {lesson.name: executed.read(lesson) for lesson in lessons}
    seen = {lesson.name: mistakes.read(lesson) for lesson in lessons}
    waiting = sorted((lesson for lesson in lessons if done[lesson.name] is None), key=_turn)
    unseen = sorted((lesson for lesson in lessons if seen[lesson.name] is None), key=_turn)
    if waiting or unseen:
        asyncio.run(_gather(waiting, unseen, done, seen, jobs))
    return Content({name: nb for name, nb in done.items() if nb is not None},
                   {name: slips for name, slips in seen.items() if slips is not None})


def _turn(lesson: Lesson) -> tuple[int, str]:
    """The longest begin, so that no core waits at the end."""
    known = lesson.name in LONGEST_FIRST
    return LONGEST_FIRST.index(lesson.name) if known else len(LONGEST_FIRST), lesson.name


async def _gather(waiting: list[Lesson], unseen: list[Lesson], done: dict[str, Any], seen: dict[str, Any],
                  jobs: int) -> None:
    free = asyncio.Semaphore(jobs)
    columns = (TextColumn("{task.description:>16}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns) as progress, ProcessPoolExecutor(jobs, get_context("spawn"), _one_thread) as pool:
        async def notebook(lesson: Lesson) -> None:
            async with free:
                task = progress.add_task(lesson.name, total=executed.size(lesson))
                done[lesson.name] = await executed.execute(lesson, lambda: progress.advance(task))
                progress.update(task, completed=executed.size(lesson))

        async def slips(lesson: Lesson) -> None:
            async with free:
                task = progress.add_task(f"mistakes of {lesson.name[0]}", total=1)
                seen[lesson.name] = await asyncio.get_running_loop().run_in_executor(pool, mistakes.run, lesson.name)
                progress.update(task, completed=1)

        await _all([*map(notebook, waiting), *map(slips, unseen)])


async def _all(jobs: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Run coroutines side by side; the first that fails stops the others."""
    try:
        async with asyncio.TaskGroup() as group:
            for job in jobs:
                group.create_task(job)
    except* Trouble as several:
        raise several.exceptions[0] from None


def _one_thread() -> None:
    os.environ.update(executed.ONE_THREAD)


def write_source(lessons: list[Lesson], content: Content, target: Path) -> None:
    """Write what Sphinx reads; files that have not changed are left alone, and others are removed."""
    source, thumbs = target / "source", target / "source" / "thumbs"
    made: dict[str, str] = {}
    figures: list[pages.Figure] = []
    names = [lesson.name for lesson in lessons]
    for lesson in lessons:
        seen = content.mistakes[lesson.name]
        page, found = pages.page(lesson, content.notebooks[lesson.name], len(seen), names)
        figures += found
        made[f"lessons/{lesson.name}.ipynb"] = json.dumps(page, ensure_ascii=False, indent=1)
        made[f"mistakes/{lesson.name}.md"] = mistakes.page(lesson, seen)
    made["mistakes/index.md"] = mistakes.index(content.mistakes, lessons)
    made["functions.md"] = indexes.functions(lessons)
    made["figures.md"] = indexes.figures(lessons, figures, thumbs)
    small = {figure.label: indexes.thumbnail(figure, thumbs) for figure in figures}
    hand = guides.pages(lessons, figures, small)
    pictures = guides.pictures(hand)
    for place, path in pictures.items():
        _copy(path, source / place)
    made |= {f"{place}.md": text for place, text in hand.items()}
    _write(source, made, keep={*pictures, *(f"thumbs/{name}" for name in small.values())})


def _write(folder: Path, files: dict[str, str], keep: Iterable[str] = ()) -> None:
    for name, text in files.items():
        path = folder / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            notebooks.write_text(path, text)
    wanted = {*files, *keep}
    for path in folder.rglob("*"):
        if path.is_file() and path.relative_to(folder).as_posix() not in wanted:
            path.unlink()


def write_static(lessons: list[Lesson], content: Content, target: Path) -> None:
    """Put beside our own static files what comes from elsewhere: MathJax, and the pieces with their data."""
    static = target / "static"
    _copy(_mathjax(), static / "mathjax" / MATHJAX)
    for shared in (ROOT / "docs" / "pieces").glob("common.*"):
        _copy(shared, static / "pieces" / shared.name)
    for lesson in lessons:
        for piece in lesson.pieces:
            exported = content.notebooks[lesson.name]["metadata"]["pieces"][piece.name]
            script = f'Unrolled.data["{piece.name}"] = {json.dumps(exported, separators=(",", ":"))};\n'
            notebooks.write_text(static / "pieces" / f"{piece.name}.data.js", script)
            for name in PIECE_FILES:
                _copy(piece.folder / name, static / "pieces" / piece.name / name)


def _copy(start: Path, end: Path) -> None:
    if not end.is_file() or end.read_bytes() != start.read_bytes():
        end.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(start, end)


def _mathjax() -> Path:
    """MathJax in one file, letters included, as a Python package brings it: nothing is fetched."""
    spec = find_spec("sphinx-mathjax-offline")
    places = list(spec.submodule_search_locations or ()) if spec else []
    if not places:
        raise Trouble("MathJax is not installed: the package sphinx-mathjax-offline brings it. "
                      "Install the site's extras:  python -m pip install --editable '.[site]'")
    return Path(places[0], "static", "mathjax", MATHJAX)


def _start_over_if_needed(target: Path) -> None:
    """Throw away Sphinx's memory where the builder itself or the list of pages has changed: Sphinx would not notice."""
    code = [*sorted((ROOT / "docs" / "site").glob("*.py")), ROOT / "docs" / "conf.py"]
    names = sorted(path.relative_to(target).as_posix() for path in (target / "source").rglob("*") if path.is_file())
    known = executed.digest("\0".join([*(path.read_text(encoding="utf-8") for path in code), *names]))
    kept = target / "built-by"
    if not kept.is_file() or kept.read_text(encoding="utf-8") != known:
        for folder in ("doctrees", "html", "jupyter_execute"):
            shutil.rmtree(target / folder, ignore_errors=True)
        notebooks.write_text(kept, known)


def run_sphinx(target: Path, jobs: int | None = None) -> None:
    """Turn the source into pages; a warning is an error, and all of them are shown."""
    from sphinx.cmd.build import build_main

    _start_over_if_needed(target)
    os.environ["UNROLLED_SITE"] = str(target)      # where docs/conf.py finds what was made
    failed = build_main(["-q", "-W", "--keep-going", "-j", str(jobs or "auto"), "-c", str(ROOT / "docs"), "-d",
                         str(target / "doctrees"), "-b", "html", str(target / "source"), str(target / "html")])
    if failed:
        raise Trouble("Sphinx warns, see above; the site is not finished.")


