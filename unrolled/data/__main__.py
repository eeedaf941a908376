"""The command line: python -m unrolled.data fetch | build | stats | check."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn

from unrolled.data.build import Recipe, Report, build
from unrolled.data.fetch import ARCHIVES, fetch
from unrolled.data.find import find, home
from unrolled.data.layout import DataError, feature_kinds
from unrolled.data.loader import load

app = typer.Typer(help="Fetch, build and inspect data sets.", no_args_is_help=True, add_completion=False)
_console = Console(stderr=True)


@app.command("fetch")
def fetch_command(
    name: Annotated[str, typer.Argument(help=f"Which: {', '.join(ARCHIVES)}.")],
    url: Annotated[str | None, typer.Option(help="A mirror to fetch the archive from.")] = None,
    to: Annotated[Path | None, typer.Option(help="The folder to make.")] = None,
) -> None:
    """Download a published data set; run it again after an interruption and it goes on."""
    with _in_plain_words():
        if name not in ARCHIVES:
            raise DataError(f"Nothing is known of {name!r}; there is {', '.join(ARCHIVES)}.")
        with _bar() as show:
            folder = fetch(ARCHIVES[name], to or home() / name, url, show)
        print(f"{folder} is complete.")


@app.command("build")
def build_command(
    name: Annotated[str | None, typer.Argument(help="scenes, or nothing for your own photographs.")] = None,
    images: Annotated[Path | None, typer.Option(help="The folder with the photographs.")] = None,
    captions: Annotated[Path | None, typer.Option(help="COCO's JSON, or Flickr8k's text.")] = None,
    out: Annotated[Path | None, typer.Option(help="The folder to make.")] = None,
    features: Annotated[Path | None, typer.Option(help="Your own: .npz or .h5, names and features.")] = None,
    network: Annotated[
        str, typer.Option(help="vgg16, resnet18, resnet50, mobilenet_v2, or colour (none).")
    ] = "resnet18",
    min_count: Annotated[int, typer.Option(min=1, help="Keep words seen this often.")] = 5,
    words: Annotated[int | None, typer.Option(min=1, help="Or keep so many words.")] = None,
    max_words: Annotated[int, typer.Option(min=1, help="Leave out longer captions.")] = 15,
    val: Annotated[str, typer.Option(help="A share, or a file that lists pictures.")] = "0.1",
    test: Annotated[str, typer.Option(help="A share, or a file that lists pictures.")] = "0.1",
    seed: Annotated[int, typer.Option(min=0, help="Of the splits.")] = 231,
) -> None:
    """Make a data set: the scenes anew, or one from photographs and captions of your own."""
    with _in_plain_words():
        if name == "scenes":
            _build_scenes(out or home() / "scenes", seed)
            return
        if name is not None:
            raise DataError(f"Nothing is known of {name!r}; leave it out to build from photographs.")
        if captions is None or out is None:
            raise DataError("Give --images, --captions and --out.")
        recipe = Recipe(
            captions=captions,
            images=images,
            network=network,
            features=features,
            min_count=min_count,
            words=words,
            max_words=max_words,
            val=val,
            test=test,
            seed=seed,
        )
        with _bar() as show:
            report = build(recipe, out, show)
        _print_report(report)


def _build_scenes(out: Path, seed: int) -> None:
    """Build beside the folder, then put the new files in place; what else is in it, as the weights, stays."""
    work = out.with_name(out.name + ".part")
    shutil.rmtree(work, ignore_errors=True)
    import_module("unrolled.scenes.build").build(work, seed, True)
    out.mkdir(parents=True, exist_ok=True)
    for path in sorted(work.iterdir()):
        os.replace(path, out / path.name)
    work.rmdir()
    print(f"{out} is complete.")


def _print_report(report: Report) -> None:
    for name, why in report.left_out.items():
        print(f"left out  {name}: {why}")
    for split, pictures in report.pictures.items():
        print(f"{split}  {report.captions[split]} captions of {pictures} pictures")
    print(f"{report.vocabulary} words; {report.too_long} captions too long, {report.empty} without words")
    print(f"{report.folder} is complete.")


@app.command()
def stats(name: Annotated[str, typer.Argument(help="A data set's name or folder.")] = "scenes") -> None:
    """What the captions are like, beside those of real people."""
    with _in_plain_words():
        print(import_module("unrolled.scenes.stats").statistics(find(name)))


@app.command()
def check(name: Annotated[str, typer.Argument(help="A data set's name or folder.")]) -> None:
    """Whether a data set is whole, and what it holds."""
    with _in_plain_words():
        folder = find(name)
        for kind in feature_kinds(folder) or ["pca"]:
            with load(folder, features=kind) as data:  # type: ignore[arg-type]
                print(data)


@contextmanager
def _in_plain_words() -> Iterator[None]:
    """One sentence instead of a traceback for what a person can mend; exit status 1, or 130 when stopped."""
    try:
        yield
    except DataError as problem:
        _console.print(str(problem), style="red", highlight=False, markup=False, soft_wrap=True)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        _console.print("Stopped. Run the same command again and it goes on from here.")
        raise typer.Exit(130) from None


class _Show:
    """Progress as (what, done, total), the form that fetch and build speak, on one rich bar per what."""

    def __init__(self, bar: Progress):
        self._bar, self._tasks = bar, dict[str, TaskID]()

    def __call__(self, what: str, done: int, total: int | None) -> None:
        if what not in self._tasks:
            self._tasks[what] = self._bar.add_task(what)
        self._bar.update(self._tasks[what], completed=done, total=total)


@contextmanager
def _bar() -> Iterator[_Show]:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=_console) as bar:
        yield _Show(bar)


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # for a console without ✓
    app(prog_name="python -m unrolled.data")
