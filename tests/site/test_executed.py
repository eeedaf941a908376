"""Lessons in a kernel: what is kept, what stops a build, and the words that figures carry."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest

from docs.site import executed
from docs.site.alt import describe
from docs.site.lessons import Lesson, Piece
from grader.course import Trouble
from tests.site.test_pages import cell, lesson
from unrolled import plots

matplotlib.use("Agg")


def ran(tmp_path: Path, *cells: dict, pieces: tuple[Piece, ...] = ()) -> tuple[Lesson, dict[str, Any]]:
    made = lesson((cell("markdown", "intro", "# 9 · Twice\n"), *cells), pieces)
    return made, asyncio.run(executed.execute(made, cache=tmp_path))


def code(name: str, source: str) -> dict:
    return {**cell("code", name, source), "execution_count": None}


def test_a_lesson_is_executed_once_and_kept_with_its_figures_words_and_exports(tmp_path):
    folder = tmp_path / "toy"
    folder.mkdir()
    (folder / "export.py").write_text("exported = {'x': x}", encoding="utf-8")
    show = "from PIL import Image\npicture = Image.new('RGB', (4, 3))\npicture.info['says'] = 'a cat sits.'\npicture"
    draw = ("import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nax.plot([1, 2, 3])\n"
            "ax.set(xlabel='step', ylabel='loss');")
    made, nb = ran(tmp_path, code("number", "x = 3\nprint(x)"), code("draw", draw), code("show", show),
                   pieces=(Piece("toy", "draw", folder, "", "", ""),))
    by_name = {one["id"]: one for one in nb["cells"]}
    assert list(by_name) == ["intro", "number", "draw", "show"]
    assert by_name["number"]["outputs"][0]["text"] == "3\n"
    told = by_name["draw"]["outputs"][0]["metadata"]["image/png"]
    assert told["alt"] == "Line plot: loss against step."
    assert told["width"] > 300
    told = by_name["show"]["outputs"][0]["metadata"]["image/png"]
    assert told == {"alt": "Picture: a cat sits.", "width": 4, "height": 3}
    assert nb["metadata"]["pieces"] == {"toy": {"x": 3}}
    assert executed.read(made, tmp_path) == nb
    assert executed.read(lesson(), tmp_path) is None


@pytest.mark.parametrize(("source", "words"), [
    ("1 / 0", "the cell 'bad' stopped with ZeroDivisionError: division by zero"),
    ("import sys; print('careful', file=sys.stderr)", "the cell 'bad' wrote to stderr: careful"),
])
def test_a_cell_that_stops_or_complains_stops_the_build_by_its_name(tmp_path, source, words):
    with pytest.raises(Trouble, match=words):
        ran(tmp_path, code("bad", source), code("after", "1"))
    assert not list(tmp_path.glob("*.ipynb"))


def two_lines() -> Any:
    fig, ax = plots.new_figure()
    for name in ("RNN", "LSTM"):
        ax.semilogy(np.arange(1, 9), label=name)
    ax.axhline(1)
    ax.set(xlabel="step", ylabel="loss", title="learning")
    ax.legend()
    return fig


def three_panels() -> Any:
    fig, axes = plt.subplots(1, 3)
    for ax, title in zip(axes, ("small", "middling", "large"), strict=True):
        plots.hidden_states(np.zeros((4, 5)), title, ax)
    fig.suptitle("three kinds of weights")
    return fig


def words_alone() -> Any:
    fig, ax = plt.subplots()
    ax.text(0, 0, "$h_0$")
    ax.text(0, 1, "x, y")
    ax.axis("off")
    return fig


def bars() -> Any:
    fig, ax = plt.subplots()
    ax.barh([0, 1], [3, 4])
    ax.set(yticks=[0, 1], yticklabels=["a guess", "it"], xlabel="success")
    return fig


def pictures() -> Any:
    fig, axes = plt.subplots(1, 2)
    for ax, name in zip(axes, ("walk", "run"), strict=True):
        ax.imshow(np.zeros((4, 4, 3)))
        ax.set(xticks=[], yticks=[], xlabel=name)
    return fig


@pytest.mark.parametrize(("drawn", "words"), [
    (pictures, "Two panels. Picture, walk, run."),
    (two_lines, "Line plot, learning: loss against step, logarithmic; shown are RNN, LSTM."),
    (three_panels, "Three kinds of weights. Three panels. Table of colours, small, middling, large: "
                   "unit against time step. Colour: h."),
    (words_alone, "Drawing: it says h_0; x, y."),
    (bars, "Bars: success; shown are a guess, it."),
])
def test_a_figure_says_in_words_what_it_shows(drawn, words):
    fig = drawn()
    assert describe(fig) == words
    plt.close(fig)


def test_a_long_list_is_cut_and_counted():
    fig, ax = plt.subplots()
    for number in range(20):
        ax.plot([1, 2, 3], label=f"run {number}")
    ax.legend()
    assert describe(fig).endswith("run 11, and 8 more.")
    plt.close(fig)
