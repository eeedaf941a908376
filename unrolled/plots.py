"""Pictures for the notebooks: labelled, colour-blind safe, returned as figures."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.patches import FancyBboxPatch, Rectangle

from unrolled.progress import in_notebook

if TYPE_CHECKING:
    from PIL.Image import Image

    from unrolled.training import History

INPUT, STATE, OUTPUT, GRADIENT = "#56b4e9", "#e69f00", "#009e73", "#cc79a7"
INK = "#555555"             # reads on white and on black
DIVERGING = "PuOr_r"         # purple is less than nothing, orange more


def new_figure(width: float = 7.0, height: float = 3.0, **how: object) -> tuple[Figure, Axes]:
    """Start a figure whose lines and labels read in light and dark."""
    fig, ax = plt.subplots(figsize=(width, height), layout="constrained", **how)  # type: ignore[call-overload]
    return fig, ax


def unrolled(ax: Axes, steps: int, inputs: Sequence[int], outputs: Sequence[int], title: str = "") -> None:
    """Draw a network unrolled over time: a state per step, inputs from below and outputs above where listed."""
    for t in range(steps):
        _box(ax, t, 1, STATE)
        if t:
            _arrow(ax, (t - 1 + 0.28, 1), (t - 0.28, 1))
        if t in inputs:
            _box(ax, t, 0, INPUT)
            _arrow(ax, (t, 0.28), (t, 0.72))
        if t in outputs:
            _box(ax, t, 2, OUTPUT)
            _arrow(ax, (t, 1.28), (t, 1.72))
    ax.set(xlim=(-0.6, steps - 0.4), ylim=(-0.5, 2.5), aspect="equal", title=title)
    ax.title.set_fontsize(9)
    ax.axis("off")


def captioner(read: Sequence[str], said: Sequence[str]) -> Figure:
    """Draw a captioner unrolled over time: a picture before the first state, words read below and said above.

    read and said: one word a step
    """
    fig, ax = new_figure(2.2 + 1.5 * len(read), 3.2)
    _box(ax, -1, 1, INPUT, "picture", width=0.75)
    for t, (below, above) in enumerate(zip(read, said, strict=True)):
        _arrow(ax, (t - 1 + (0.32 if t else 0.4), 1), (t - 0.32, 1))
        _box(ax, t, 1, STATE, f"state {t + 1}", width=0.55)
        _box(ax, t, 0, INPUT, below, width=0.75)
        _box(ax, t, 2, OUTPUT, above, width=0.75)
        _arrow(ax, (t, 0.28), (t, 0.72))
        _arrow(ax, (t, 1.28), (t, 1.72))
    ax.text(-0.46, 1.12, "$h_0$", ha="center", va="bottom", fontsize=10, color=LABEL)
    for y, text in ((0, "reads"), (2, "should say")):
        ax.text(-1, y, text, ha="center", va="center", fontsize=10, color=LABEL)
    ax.set(xlim=(-1.5, len(read) - 0.5), ylim=(-0.4, 2.4))
    ax.axis("off")
    fig.patch.set_alpha(0)
    plt.close(fig)          # or a notebook would show it once more
    return fig


def step_graph() -> Figure:
    """Draw one recurrent step as blocks: two products, a sum, tanh; shapes go right, gradients come back left."""
    fig, ax = new_figure(8.5, 3.6)
    places = {"x": (0, 3, INPUT), "Wx": (0, 2.1, INPUT), "prev_h": (0, 1.1, STATE), "Wh": (0, 0.2, STATE),
              "product": (2, 2.55, "none"), "product ": (2, 0.65, "none"), "b": (4, 3, INPUT), "sum": (4, 1.6, "none"),
              "tanh": (6, 1.6, "none"), "next_h": (8, 1.6, STATE)}
    for name, (x, y, colour) in places.items():
        _box(ax, x, y, colour, name.strip(), width=0.95)
    edges = {("x", "product"): "(N, D)", ("Wx", "product"): "(D, H)", ("prev_h", "product "): "(N, H)",
             ("Wh", "product "): "(H, H)", ("product", "sum"): "(N, H)", ("product ", "sum"): "(N, H)",
             ("b", "sum"): "(H,)", ("sum", "tanh"): "z (N, H)", ("tanh", "next_h"): "(N, H)"}
    for (start, end), label in edges.items():
        (x0, y0, _), (x1, y1, _) = places[start], places[end]
        _there_and_back(ax, (x0, y0), (x1, y1), label)
    ax.set(xlim=(-0.7, 8.7), ylim=(-0.3, 3.5))
    ax.axis("off")
    return fig


LSTM_PARTS = (          # x, y, colour, text, width
    (0, 3, STATE, "prev_c", 0.95), (2.2, 3, "none", "×", 0.5), (4.4, 3, "none", "+", 0.5),
    (9.4, 3, STATE, "next_c", 0.95), (4.4, 2.1, "none", "×", 0.5), (7.7, 2.1, "none", "tanh", 0.7),
    (2.2, 1.1, OUTPUT, "f", 0.5), (3.7, 1.1, OUTPUT, "i", 0.5), (5.1, 1.1, INPUT, "g", 0.5),
    (6.4, 1.1, OUTPUT, "o", 0.5), (7.7, 1.1, "none", "×", 0.5), (9.4, 1.1, STATE, "next_h", 0.95),
    (0, 0.4, INPUT, "x", 0.95), (0, -0.4, STATE, "prev_h", 0.95), (4.3, 0, "none", "x Wx + prev_h Wh + b", 5.0),
)
LSTM_WAYS = (           # from where to where
    ((0.5, 3), (1.9, 3)), ((2.5, 3), (4.1, 3)), ((4.7, 3), (8.9, 3)), ((2.2, 1.4), (2.2, 2.7)),
    ((4.4, 2.4), (4.4, 2.7)), ((3.8, 1.4), (4.2, 1.8)), ((5, 1.4), (4.6, 1.8)), ((7.7, 2.95), (7.7, 2.4)),
    ((7.7, 1.8), (7.7, 1.4)), ((6.7, 1.1), (7.4, 1.1)), ((8, 1.1), (8.9, 1.1)), ((0.5, 0.4), (1.75, 0.1)),
    ((0.5, -0.4), (1.75, -0.1)), ((2.2, 0.3), (2.2, 0.8)), ((3.7, 0.3), (3.7, 0.8)), ((5.1, 0.3), (5.1, 0.8)),
    ((6.4, 0.3), (6.4, 0.8)),
)


def lstm_cell(gradients: bool = False) -> Figure:
    """Draw one step of an LSTM: the cell goes straight through on top, gates act on it from below.

    With ``gradients``, the way of each gradient back as well.
    """
    words = ((1.95, 2, "keep"), (3.75, 1.65, "write"), (7.05, 1.35, "show"))
    return _cell(LSTM_PARTS, LSTM_WAYS, words, gradients, xlim=(-0.7, 10.1), ylim=(-0.8, 3.5))


def _cell(parts: Sequence[tuple], ways: Sequence[tuple], words: Sequence[tuple], gradients: bool,
          back: Sequence[tuple] = (), height: float = 3.8, **limits: tuple[float, float]) -> Figure:
    """Draw boxes, arrows, words beside them, and in pink the words beside the arrows ``back``."""
    fig, ax = new_figure(9.5, height)
    for x, y, colour, text, width in parts:
        _box(ax, x, y, colour, text, width)
    for start, end in ways:
        way = np.subtract(end, start)
        side = np.array([-way[1], way[0]]) / np.hypot(*way) * (0.08 if gradients else 0)
        _arrow(ax, tuple(start + side), tuple(end + side))
        if gradients:
            _arrow(ax, tuple(end - side), tuple(start - side), GRADIENT)
    for x, y, word in words:
        ax.text(x, y, word, ha="right" if x < 5 else "center", va="center", color=INK, fontsize=9, style="italic")
    for x, y, word in back:
        ax.text(x, y, word, ha="center", va="center", color=GRADIENT, fontsize=9)
    ax.set(**limits)
    ax.axis("off")
    return fig


GRU_PARTS = (           # x, y, colour, text, width
    (0, 3, STATE, "prev_h", 0.95), (2.2, 3, "none", "×", 0.5), (8.9, 3, "none", "+", 0.5),
    (10.6, 3, STATE, "next_h", 0.95), (2.2, 2, OUTPUT, "z", 0.5), (5.6, 2, OUTPUT, "1 - z", 0.75),
    (8.9, 2, "none", "×", 0.5), (4.3, 1.1, OUTPUT, "r", 0.5), (5.6, 1.1, "none", "×", 0.5),
    (6.9, 1.1, "none", "+", 0.5), (7.9, 1.1, "none", "tanh", 0.7), (8.9, 1.1, INPUT, "n", 0.5),
    (2.2, 0.3, "none", "+", 0.5), (4.3, 0.3, "none", "+", 0.5),
    (1.6, -0.7, STATE, "$u_z$", 0.6), (2.8, -0.7, INPUT, "$a_z$", 0.6), (3.8, -0.7, STATE, "$u_r$", 0.6),
    (4.8, -0.7, INPUT, "$a_r$", 0.6), (5.6, -0.7, STATE, "$u_n$", 0.6), (6.9, -0.7, INPUT, "$a_n$", 0.6),
    (0, -1.6, STATE, "prev_h", 0.95), (2.75, -1.6, "none", r"prev_h Wh = [$u_r\;u_z\;u_n$]", 3.6),
    (5.6, -1.6, INPUT, "x", 0.95), (8.35, -1.6, "none", r"x Wx + b = [$a_r\;a_z\;a_n$]", 3.6),
)
GRU_WAYS = (            # from where to where
    ((0.5, 3), (1.9, 3)), ((2.5, 3), (8.6, 3)), ((9.2, 3), (10.1, 3)), ((2.2, 2.3), (2.2, 2.7)),
    ((2.5, 2), (5.2, 2)), ((6, 2), (8.6, 2)), ((8.9, 2.3), (8.9, 2.7)), ((8.9, 1.4), (8.9, 1.7)),
    ((4.6, 1.1), (5.3, 1.1)), ((5.9, 1.1), (6.6, 1.1)), ((7.2, 1.1), (7.5, 1.1)), ((8.3, 1.1), (8.6, 1.1)),
    ((2.2, 0.6), (2.2, 1.7)), ((4.3, 0.6), (4.3, 0.8)), ((1.65, -0.4), (2.05, 0)), ((2.75, -0.4), (2.35, 0)),
    ((3.85, -0.4), (4.15, 0)), ((4.75, -0.4), (4.45, 0)), ((5.6, -0.4), (5.6, 0.8)), ((6.9, -0.4), (6.9, 0.8)),
    ((0.5, -1.6), (0.9, -1.6)), ((6.1, -1.6), (6.5, -1.6)),
)


def gru_cell(gradients: bool = False) -> Figure:
    """Draw one step of a GRU: one switch between the old state, on top, and the candidate, below.

    The pieces of both products come in from below. With ``gradients``, the way of each gradient back as well.
    """
    words = ((2.05, 2.5, "keep"), (8.4, 2.5, "renew"), (5, 1.38, "listen"))
    back = ((3.85, 1.72, "× (-1)"),) if gradients else ()
    return _cell(GRU_PARTS, GRU_WAYS, words, gradients, back, height=4.6, xlim=(-0.7, 11.3), ylim=(-2, 3.5))


def hidden_states(h: np.ndarray, title: str = "", ax: Axes | None = None, label: str = "h") -> Axes:
    """Draw hidden states (T, H) as a picture: time to the right, one row per unit, colour from -1 to 1.

    ``label`` says what the colour stands for: h, or c for the cells of an LSTM.
    """
    if ax is None:
        _, ax = new_figure(7, 2.4)
    picture = ax.imshow(h.T, cmap=DIVERGING, vmin=-1, vmax=1, aspect="auto", interpolation="nearest")
    ax.set(xlabel="time step", ylabel="unit", title=title)
    ax.figure.colorbar(picture, ax=ax, label=label)
    return ax


def next_letters(probabilities: np.ndarray, read: str, letters: str) -> Figure:
    """Draw what is expected after each letter: probabilities (T, V) as a table."""
    fig, ax = new_figure(4.5, 3.2)
    ax.imshow(probabilities.T, cmap="cividis", vmin=0, vmax=1, aspect="auto")
    for t, row in enumerate(probabilities):
        for k, p in enumerate(row):
            ax.text(t, k, f"{p:.2f}", ha="center", va="center", color="black" if p > 0.5 else "white")
    ax.set(xticks=range(len(read)), xticklabels=list(read), yticks=range(len(letters)), yticklabels=list(letters),
           xlabel="letter read", ylabel="next letter", title="probability of the next letter")
    return fig


def confusion(wanted: np.ndarray, said: np.ndarray, names: Sequence[str], title: str = "") -> Figure:
    """Draw how often each thing was taken for each: wanted and said (N,) whole numbers, one row for each name."""
    counts = np.zeros((len(names), len(names)), dtype=int)
    np.add.at(counts, (wanted, said), 1)
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    fig, ax = new_figure(5.2, 4.4)
    ax.imshow(share, cmap="cividis", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(counts):
        if count:
            ax.text(column, row, str(count), ha="center", va="center", fontsize=PLAIN,
                    color="#000000" if share[row, column] > 0.5 else "#ffffff")
    ax.set(xlabel="taken for", ylabel="what it is", title=title, yticks=range(len(names)), yticklabels=names)
    ax.set_xticks(range(len(names)), names, rotation=45, ha="right")
    return _finish(fig)


def timelines(rows: Mapping[str, np.ndarray], names: Sequence[str], pictures: np.ndarray | None = None) -> Figure:
    """Draw what each frame of a clip is called, one row of coloured places for each way of telling, by name.

    rows: (T,) whole numbers for each; names: what the numbers mean; pictures (T, height, width, 3) go on top
    """
    T = len(next(iter(rows.values())))
    fig, ax = new_figure(0.42 * T + 1.2, 0.55 * len(rows) + (1.5 if pictures is not None else 0.9))
    colours = plt.get_cmap("tab10")
    for y, found in enumerate(rows.values()):
        for t, number in enumerate(found):
            ax.add_patch(Rectangle((t - 0.5, y - 0.4), 1, 0.8, facecolor=colours(int(number) % 10), edgecolor="none"))
            if t == 0 or found[t - 1] != number:
                stays = next((k for k in range(t, T) if found[k] != number), T) - t
                if stays > 1:
                    ax.text(t - 0.45, y, textwrap.shorten(names[int(number)], 4 * stays, placeholder=""), va="center",
                            fontsize=7, color=_ink_on(colours(int(number) % 10)), clip_on=True)
    if pictures is not None:
        for t, picture in enumerate(pictures):
            ax.imshow(picture, extent=(t - 0.48, t + 0.48, -0.55, -1.5), aspect="auto", interpolation="nearest")
    ax.set(xlim=(-0.5, T - 0.5), ylim=(len(rows) - 0.5, -1.55 if pictures is not None else -0.5), xlabel="frame",
           yticks=range(len(rows)), yticklabels=list(rows))
    return _finish(fig)


LINES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")      # Okabe and Ito 2008
STROKES = ("-", "--", "-.", ":")        # beside colour, so that lines can be told apart without it
MARKS = ("o", "s", "^", "D", "v")
LABEL = "#787878"                       # reads on white (4.4 to 1) and on black (4.3 to 1)
PLAIN = 8                               # points: small text


def loss_curves(histories: History | Mapping[str, History], title: str = "") -> Figure:
    """Draw the loss of a caption over the minibatches, smoothed, and the loss on validation as points.

    One history of `unrolled.training.train`, or several by name.
    """
    fig, ax = new_figure(7, 3.2)
    for k, (name, history) in enumerate(_named(histories).items()):
        batches, losses = _smoothed(history.losses)
        label = f"{name}, training" if name else "training"
        ax.plot(batches, losses, color=LINES[k % len(LINES)], linestyle=STROKES[k % len(STROKES)], lw=1.4, label=label)
        if history.val:
            ax.plot(*zip(*history.val, strict=True), color=LINES[k % len(LINES)], marker="o", markersize=5, lw=0.8,
                    label=f"{name}, validation" if name else "validation")
    ax.set(xlabel="minibatch", ylabel="loss of a caption", title=title, ylim=(0, None))
    return _finish(fig, legend=True)


class Live:
    """A loss curve that is drawn again while it grows: `add` a number a step, `done` at the end.

    In a notebook one figure is replaced in place, at most twice a second; elsewhere nothing is shown. `values` holds
    the numbers; `knows_nothing` draws the line where a model starts.
    """

    def __init__(self, title: str = "", knows_nothing: float | None = None):
        self.title, self.knows_nothing = title, knows_nothing
        self.values: list[float] = []
        self._next, self._handle = 0.0, _display()

    def add(self, value: float) -> None:
        """One more step."""
        self.values.append(float(value))
        if time.monotonic() >= self._next:
            self.done()
            self._next = time.monotonic() + 0.5

    def done(self) -> None:
        """Draw what there is."""
        if self._handle is not None:
            self._handle.update(self.figure())

    def figure(self) -> Figure:
        """The curve so far, on a logarithmic scale."""
        fig, ax = new_figure(6, 2.8)
        ax.semilogy(self.values, color=LINES[0])
        if self.knows_nothing is not None:
            ax.axhline(self.knows_nothing, ls="--", color=LABEL, lw=1)
        now = f", now {self.values[-1]:.3g}" if self.values else ""
        ax.set(xlabel="step", ylabel="loss", title=f"{self.title}{now}")
        return _finish(fig)


def _display() -> Any:
    """A place in a notebook's output that can be filled again; None outside of a notebook."""
    if not in_notebook():
        return None
    from IPython.display import display

    return display({"text/plain": ""}, raw=True, display_id=True)


def gradient_norms(
    norms: Mapping[str, Sequence[float] | np.ndarray], title: str = "", xlabel: str = "minibatch",
    ylabel: str = "norm of the gradient", clip: float | None = None,
) -> Figure:
    """Draw norms of gradients by name, on a logarithmic scale: over training, or over the steps of a sequence.

    norms: (T,) numbers for each name; `clip` draws the line above which gradients were shortened.
    """
    fig, ax = new_figure(7, 3.2)
    for k, (name, values) in enumerate(norms.items()):
        found = np.asarray(values, dtype=float)
        visible = np.where(np.isfinite(found) & (found > 0), found, np.nan)
        ax.plot(np.arange(1, len(found) + 1), visible, color=LINES[k % len(LINES)],
                linestyle=STROKES[k % len(STROKES)], lw=1.0, label=name)
    if clip is not None:
        ax.axhline(clip, color=LABEL, lw=1, linestyle=(0, (1, 3)), label=f"clipped above {clip:g}")
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title, yscale="log")
    return _finish(fig, legend=True)


def success_curves(
    successes: Mapping[str, np.ndarray], lengths: Sequence[int], title: str = "", chance: float | None = None,
    xlabel: str = "length of the sequence",
) -> Figure:
    """Draw what was achieved at each length: the mean over seeds as a line, each seed as a dot, their range as a band.

    successes: (seeds, lengths) by name, each from 0 to 1; `chance` draws the line of a guess
    """
    fig, ax = new_figure(7, 3.4)
    for k, (name, found) in enumerate(successes.items()):
        found, colour = np.asarray(found, dtype=float), LINES[k % len(LINES)]
        where = np.asarray(lengths) * 1.025 ** (k - (len(successes) - 1) / 2)      # side by side, not one on another
        ax.fill_between(where, found.min(axis=0), found.max(axis=0), color=colour, alpha=0.15, lw=0)
        ax.plot(np.tile(where, len(found)), found.ravel(), ls="", marker=MARKS[k % len(MARKS)], ms=4, color=colour,
                alpha=0.6)
        ax.plot(where, found.mean(axis=0), color=colour, ls=STROKES[k % len(STROKES)], lw=1.8, label=name)
    if chance is not None:
        ax.axhline(chance, color=LABEL, lw=1, linestyle=(0, (1, 3)), label="a guess")
    ax.set(xscale="log", xlabel=xlabel, ylabel="success", ylim=(-0.03, 1.05), title=title)
    ax.set_xticks(list(lengths), [str(n) for n in lengths], minor=False)
    ax.set_xticks([], minor=True)
    return _finish(fig, legend=True)


def captioned(
    pictures: Sequence[Image | str], captions: Sequence[str], people: Sequence[Sequence[str]] | None = None,
    columns: int = 3,
) -> Figure:
    """Draw pictures with a model's caption under each, and below it what one of the people said, in italics.

    pictures (n,): Pillow images, or names for those that did not come along; captions (n,); people (n,) lists
    """
    if len(captions) != len(pictures):
        raise ValueError(f"captions: expected {len(pictures)}, one per picture, found {len(captions)}.")
    columns = max(1, min(columns, len(pictures)))
    rows = max(1, -(-len(pictures) // columns))
    fig, axes = plt.subplots(rows, columns, figsize=(3.0 * columns, 3.3 * rows), squeeze=False,
                             layout=ConstrainedLayoutEngine(h_pad=0.12))
    for ax in axes.flat:
        ax.axis("off")
    for n, (ax, picture, caption) in enumerate(zip(axes.flat, pictures, captions, strict=False)):
        _show(ax, picture)
        said = "\n".join(textwrap.fill(line, 36) for line in caption.splitlines())
        text = ax.text(0, -0.04, said, transform=ax.transAxes, va="top", fontsize=9, parse_math=False)
        if people is not None:      # below the text, however tall it is
            ax.annotate(textwrap.fill(people[n][0], 42), (0, 0), (0, -3), xycoords=text, textcoords="offset points",
                        va="top", fontsize=PLAIN, style="italic", parse_math=False)
    return _finish(fig)


def attention_maps(picture: Image, words: Sequence[str], weights: np.ndarray, columns: int = 6) -> Figure:
    """Draw where a captioner looked as it said each word: the picture, bright where the weight was.

    words (T,), weights (T, R) over R = G x G regions, row by row from the top left, each row summing to 1
    """
    weights = np.asarray(weights, dtype=float)
    side = round(float(np.sqrt(weights.shape[-1]))) if weights.ndim == 2 else 0
    if weights.ndim != 2 or len(weights) != len(words) or side * side != weights.shape[1]:
        raise ValueError(f"weights: expected (T={len(words)}, G·G), one weight a region, found {weights.shape}.")
    seen = np.asarray(picture.convert("RGB"), dtype=float) / 255        # (height, width, 3)
    columns = max(1, min(columns, len(words) + 1))
    rows = -(-(len(words) + 1) // columns)
    fig, axes = plt.subplots(rows, columns, figsize=(1.75 * columns, 2.0 * rows), squeeze=False, layout="constrained")
    for ax in axes.flat:
        ax.axis("off")
    axes.flat[0].imshow(seen)
    axes.flat[0].set_title("the picture", fontsize=PLAIN, style="italic")
    for ax, word, weight in zip(axes.flat[1:], words, weights, strict=False):
        light = _enlarged(weight.reshape(side, side), seen.shape[:2])           # (height, width), from 0 to 1
        ax.imshow(seen * (0.15 + 0.85 * light[..., None]))
        ax.set_title(word, fontsize=10, parse_math=False)
    return _finish(fig)


def hidden_over_text(text: str, h: np.ndarray, units: Sequence[int], width: int = 72) -> Figure:
    """Colour the letters of a text by the activation of hidden units, one panel a unit.

    text of T letters, h (T, H) from -1 to 1: h[t] is the state after letter t; purple below zero, orange above
    """
    h = np.asarray(h, dtype=float)
    if h.ndim != 2 or len(h) != len(text):
        raise ValueError(f"h: expected (T={len(text)}, H), one state a letter, found {h.shape}.")
    places = _typeset(text, width)
    rows = 1 + max((row for row, _ in places), default=0)
    widest = 1 + max((column for _, column in places), default=0)
    fig, axes = plt.subplots(len(units), 1, figsize=(0.115 * widest + 0.6, (0.24 * rows + 0.4) * len(units)),
                             squeeze=False, layout="constrained")
    colours = plt.get_cmap(DIVERGING)
    for ax, unit in zip(axes.flat, units, strict=True):
        for (row, column), letter, activation in zip(places, text, h[:, unit], strict=True):
            back = colours(0.5 + 0.5 * float(np.clip(activation, -1, 1)))
            ax.add_patch(Rectangle((column, row), 1, 1, facecolor=back, edgecolor="none"))
            ax.text(column + 0.5, row + 0.55, _visible(letter), ha="center", va="center", family="monospace",
                    fontsize=9, color=_ink_on(back), parse_math=False)
        ax.set(xlim=(0, widest), ylim=(rows, 0), xticks=[], yticks=[], title=f"hidden unit {unit}")
        ax.title.set_fontsize(PLAIN)
    scale = plt.cm.ScalarMappable(plt.Normalize(-1, 1), colours)
    fig.colorbar(scale, ax=axes.ravel().tolist(), label="activation", fraction=0.02, pad=0.01, ticks=[-1, 0, 1])
    return _finish(fig)


def word_neighbours(
    vectors: np.ndarray, idx_to_word: Sequence[str], words: Sequence[str], count: int = 6, columns: int = 3
) -> Figure:
    """Draw for each word those with the most similar vectors: cosine of vectors (V, D), as bars.

    Raises ValueError for a word that is not in the vocabulary.
    """
    numbers = {word: i for i, word in enumerate(idx_to_word)}
    if unknown := [word for word in words if word not in numbers]:
        raise ValueError(f"not in the vocabulary: {', '.join(unknown)}.")
    vectors = np.asarray(vectors, dtype=float)
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    columns = max(1, min(columns, len(words)))
    rows = -(-len(words) // columns)
    fig, axes = plt.subplots(rows, columns, figsize=(2.6 * columns, (0.24 * count + 0.9) * rows), squeeze=False,
                             layout="constrained")
    for ax in axes.flat[len(words) :]:
        ax.axis("off")
    for ax, word in zip(axes.flat, words, strict=False):
        alike = unit @ unit[numbers[word]]      # (V,)
        alike[[numbers[word], *range(min(4, len(alike)))]] = -np.inf        # not itself, and no marks
        near = np.argsort(-alike, kind="stable")[:count]
        near = near[np.isfinite(alike[near])]
        ax.barh(range(len(near)), alike[near], color=LINES[0], height=0.7)
        ax.set(yticks=range(len(near)), yticklabels=[idx_to_word[i] for i in near], title=word,
               xlim=(min(0, *alike[near], 0), 1), xlabel="cosine")
        ax.invert_yaxis()
    return _finish(fig)


def _named(histories: Any) -> Mapping[str, Any]:
    return histories if isinstance(histories, Mapping) else {"": histories}


def _smoothed(losses: Sequence[float], points: int = 200) -> tuple[np.ndarray, np.ndarray]:
    """Means over windows: at most `points` of them -> minibatch numbers, losses."""
    size = max(1, -(-len(losses) // points))
    starts = range(0, len(losses), size)
    means = np.array([np.mean(losses[start : start + size]) for start in starts])
    return np.minimum(np.array(starts) + (size + 1) / 2, len(losses)), means


def _show(ax: Axes, picture: Image | str) -> None:
    if isinstance(picture, str):
        ax.set(xlim=(0, 4), ylim=(0, 4), aspect="equal")
        ax.add_patch(Rectangle((0, 0), 4, 4, facecolor="none", edgecolor=LABEL, linestyle=":"))
        ax.text(2, 2, textwrap.fill(picture, 30), ha="center", va="center", fontsize=PLAIN, parse_math=False)
    else:
        ax.imshow(picture)


def _enlarged(weights: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Weights (G, G) as a smooth picture of `shape`, the largest 1."""
    from PIL import Image as pillow

    small = pillow.fromarray((weights / max(float(weights.max()), 1e-12)).astype(np.float32))
    return np.clip(np.asarray(small.resize((shape[1], shape[0]), pillow.Resampling.BICUBIC)), 0, 1)


def _typeset(text: str, width: int) -> list[tuple[int, int]]:
    """The row and column of each letter: lines end where the text says, or at `width`."""
    places, row, column = [], 0, 0
    for letter in text:
        places.append((row, column))
        row, column = (row + 1, 0) if letter == "\n" or column + 1 >= width else (row, column + 1)
    return places


def _visible(letter: str) -> str:
    return {"\n": "↵", "\t": "→", " ": "·"}.get(letter, letter)


def _ink_on(colour: tuple[float, float, float, float]) -> str:
    return "#000000" if float(np.dot(colour[:3], (0.299, 0.587, 0.114))) > 0.5 else "#ffffff"


def _finish(fig: Figure, legend: bool = False) -> Figure:
    """Give a figure labels that read in light and dark, on no ground of its own; -> the figure, shown once."""
    fig.patch.set_alpha(0)
    for ax in fig.axes:
        ax.patch.set_alpha(0)
        ax.tick_params(colors=LABEL, labelsize=PLAIN)
        for text in (ax.title, ax.xaxis.label, ax.yaxis.label):
            text.set_color(LABEL)
        for spine in ax.spines.values():
            spine.set_color(LABEL)
        for text in ax.texts:
            if text.get_color() == plt.rcParams["text.color"]:
                text.set_color(LABEL)
        if legend and ax.get_legend_handles_labels()[0]:
            ax.legend(frameon=False, fontsize=PLAIN, labelcolor=LABEL)
    plt.close(fig)          # or a notebook would show it once more
    return fig


def _box(ax: Axes, x: float, y: float, colour: str, text: str = "", width: float = 0.5) -> None:
    shape = FancyBboxPatch((x - width / 2, y - 0.25), width, 0.5, boxstyle="round,pad=0.02,rounding_size=0.08",
                           facecolor=colour, edgecolor=INK, linewidth=1.2, alpha=1 if colour == "none" else 0.75)
    ax.add_patch(shape)
    ax.text(x, y, text, ha="center", va="center", fontsize=10, color=INK if colour == "none" else "black")


def _arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float], colour: str = INK) -> None:
    how = {"arrowstyle": "-|>", "color": colour, "lw": 1.3, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", end, start, arrowprops=how)


def _there_and_back(ax: Axes, start: tuple[float, float], end: tuple[float, float], label: str) -> None:
    """An arrow forward with the array's shape, and its gradient's arrow back below it."""
    way = np.subtract(end, start)
    unit = way / np.hypot(*way)
    side = 0.07 * np.array([-unit[1], unit[0]])
    reach = 0.5 / max(abs(unit[0]), 0.9) if abs(unit[0]) > 0.3 else 0.3
    first, last = start + unit * reach, end - unit * reach
    _arrow(ax, tuple(first + side), tuple(last + side))
    _arrow(ax, tuple(last - side), tuple(first - side), GRADIENT)
    angle = float(np.degrees(np.arctan2(way[1], way[0])))
    x, y = (first + last) / 2 + (2.6 if abs(angle) < 80 else 4.5) * side
    ax.text(x, y, label, rotation=angle if abs(angle) < 80 else 0, ha="center", va="center", fontsize=8, color=INK,
            rotation_mode="anchor")
