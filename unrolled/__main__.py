"""The commands: python -m unrolled progress | reset | hint | solution, and train | caption | letters."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

# A captioner cuts its batches into one part a core; the libraries below numpy would then only get in each other's way.
for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

import typer  # noqa: E402
from rich.console import Console  # noqa: E402

TOGETHER = min(2, os.cpu_count() or 1)
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
                  help="See how far you are, get a hint, put a cell back; train captioners and let them write.")
_complaints = Console(stderr=True)

# What has to do with a student's notebooks is done by the side that judges, in a process of its own: this side does
# not know it. It explains itself, so what follows the name is passed on as it is.
COURSE = {
    "progress": "Show how far you are in every lesson.",
    "reset": "Put a cell back as it was handed out; what was there is kept.",
    "hint": "Show the next hint for a step.",
    "solution": "Show the course's answer beside yours, in self-study.",
}

Data = Annotated[str, typer.Option(help="A data set's name or folder: scenes, coco, or your own.")]
Split = Annotated[str, typer.Option(help="Whose pictures: train, val or test.")]
Beam = Annotated[int, typer.Option(min=1, help="How many beginnings a beam search keeps; 1 is greedy.")]


def _in_the_course(context: typer.Context) -> None:
    words = [context.info_name or "", *context.args]
    try:
        raise typer.Exit(subprocess.run([sys.executable, "-m", "grader.student", *words], check=False).returncode)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


for _name, _says in COURSE.items():
    app.command(_name, help=_says, add_help_option=False,
                context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(_in_the_course)


@app.command()
def train(
    data: Data = "scenes",
    cell: Annotated[str, typer.Option(help="rnn, lstm, gru or attention-lstm.")] = "lstm",
    hidden: Annotated[int, typer.Option(min=1, help="The size of the hidden state.")] = 256,
    wordvec: Annotated[int, typer.Option(min=1, help="The size of a word vector.")] = 256,
    epochs: Annotated[int, typer.Option(min=1, help="Times through all captions, at most.")] = 8,
    batch: Annotated[int, typer.Option(min=1, help="Captions in a minibatch.")] = 64,
    learning_rate: Annotated[float, typer.Option(min=0, help="Adam's.")] = 2e-3,
    decay: Annotated[float, typer.Option(min=0, help="What the learning rate is multiplied by after an epoch.")] = 0.8,
    dropout: Annotated[float, typer.Option(min=0, help="The share of states hidden in training.")] = 0.4,
    patience: Annotated[int, typer.Option(min=1, help="Stop after so many epochs without a better one.")] = 2,
    image: Annotated[str, typer.Option(help="The picture as 'initial' state, or added at 'each step'.")] = "initial",
    beam: Beam = 3,
    max_train: Annotated[int | None, typer.Option(min=1, help="Learn from so many captions only.")] = None,
    threads: Annotated[int, typer.Option(min=1, help="Parts of a batch worked on at once.")] = TOGETHER,
    seed: Annotated[int, typer.Option(min=0, help="Of the first parameters and the order.")] = 0,
    out: Annotated[Path | None, typer.Option(help="The folder for what comes out; runs/DATA by default.")] = None,
    anew: Annotated[bool, typer.Option("--anew", help="Forget a training that was interrupted.")] = False,
) -> None:
    """Train a captioner; print its scores beside its opponents'; save the model and a page of captioned pictures.

    Interrupted, the same command goes on where it stopped.
    """
    with _in_plain_words():
        from unrolled import runs

        recipe = runs.Recipe(
            data=data, cell=cell, hidden=hidden, wordvec=wordvec, epochs=epochs, batch=batch, dropout=dropout,
            learning_rate=learning_rate, decay=decay, patience=patience, image=image, beam=beam, max_train=max_train,
            threads=threads, seed=seed,
        )
        made = runs.train(recipe, out, anew)
        print(f"\n{made.table}\n\n{made.page}\n{made.model}")
        if made.interrupted:
            print("Interrupted: this is what was learned so far. The same command goes on from here.")
            raise typer.Exit(130)


@app.command()
def caption(
    model: Annotated[Path, typer.Option(help="What train saved: a file .npz.")],
    data: Data = "scenes",
    split: Split = "val",
    picture: Annotated[list[int] | None, typer.Option(min=0, help="The number of a picture; may be repeated.")] = None,
    count: Annotated[int, typer.Option(min=1, help="Or so many at random.")] = 9,
    image: Annotated[list[Path] | None, typer.Option(help="An image file of your own; may be repeated.")] = None,
    beam: Beam = 3,
    sheet: Annotated[Path | None, typer.Option(help="Save the pictures with their captions as this image.")] = None,
) -> None:
    """Write captions for pictures of a split, or for image files of your own."""
    with _in_plain_words():
        from unrolled import runs

        for name, said in runs.caption(model, data, split, picture, count, image or [], beam, sheet):
            print(f"{name}: {said}")
        if sheet is not None:
            print(sheet)


@app.command()
def letters(
    out: Annotated[Path, typer.Option(help="The file for the model.")] = Path("runs/letters/lstm.npz"),
    text: Annotated[Path | None, typer.Option(help="A text file of your own; else Python's standard library.")] = None,
    hidden: Annotated[int, typer.Option(min=1, help="The size of the hidden state.")] = 384,
    chunks: Annotated[int, typer.Option(min=1, help="Steps of training, each of 64 x 64 letters.")] = 10_000,
    seed: Annotated[int, typer.Option(min=0, help="Of the first parameters.")] = 0,
) -> None:
    """Train a character model; say how many bits a letter costs it on text it has not seen.

    Interrupted, the same command goes on where it stopped.
    """
    with _in_plain_words():
        from unrolled import characters, texts
        from unrolled.optimisers import Adam

        read = texts.load(text) if text else texts.standard_library()
        model = characters.Model(read.letters, hidden)
        params, half = model.init(seed), out.with_name(f"{out.name}.training")
        history = characters.train(
            model, params, read.train, chunks=chunks, batch_size=64, length=64, optimiser=Adam(params, 3e-3), times=20,
            speaks=lambda params: characters.sample(model, params, "\n", 200, temperature=0.7, rng=0), checkpoint=half)
        characters.save(out, model, params)
        print(f"\n{model.surprise(params, read.held_out).mean():.3f} bits a letter, held out\n{out}")
        if history.stopped:
            print("Stopped: this is what was learned so far. The same command goes on from here.")
            raise typer.Exit(130)
        half.unlink(missing_ok=True)


@contextmanager
def _in_plain_words() -> Iterator[None]:
    """One sentence instead of a traceback for what a person can mend; exit status 1, or 130 when stopped."""
    from unrolled.captioning import ModelError
    from unrolled.checkpoints import CheckpointError
    from unrolled.data.layout import DataError
    from unrolled.runs import Trouble
    from unrolled.texts import TextError

    try:
        yield
    except (DataError, ModelError, CheckpointError, Trouble, TextError, PermissionError) as problem:
        _complaints.print(str(problem), style="red", highlight=False, markup=False, soft_wrap=True)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        _complaints.print("Stopped.")
        raise typer.Exit(130) from None


def _leave_out_what_is_not_here() -> None:
    """A student's folder has the modules that its lessons need, and not always those that train."""
    needs = {"train": "unrolled.runs", "caption": "unrolled.runs", "letters": "unrolled.characters"}
    app.registered_commands = [one for one in app.registered_commands
                               if one.name or find_spec(needs[one.callback.__name__ if one.callback else ""])]


if __name__ == "__main__":
    _leave_out_what_is_not_here()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # for a console without ·
    app(prog_name="python -m unrolled")
