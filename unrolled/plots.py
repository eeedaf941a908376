"""Pictures for the notebooks: labelled, colour-blind safe, returned as figures."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

INPUT, STATE, OUTPUT, GRADIENT = "#56b4e9", "#e69f00", "#009e73", "#cc79a7"
INK = "#555555"             # reads on white and on black
DIVERGING = "PuOr"


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
LSTM_WAYS = (           # from where to where; along the top first
    ((0.5, 3), (1.9, 3)), ((2.5, 3), (4.1, 3)), ((4.7, 3), (8.9, 3)), ((2.2, 1.4), (2.2, 2.7)),
    ((4.4, 2.4), (4.4, 2.7)), ((3.8, 1.4), (4.2, 1.8)), ((5, 1.4), (4.6, 1.8)), ((7.7, 2.95), (7.7, 2.4)), ((7.7, 1.8), (7.7, 1.4)), ((6.7, 1.1), (7.4, 1.1)), ((8, 1.1), (8.9, 1.1)), ((0.5, 0.4), (1.75, 0.1)), ((0.5, -0.4), (1.75, -0.1)),
    ((2.2, 0.3), (2.2, 0.8)), ((3.7, 0.3), (3.7, 0.8)), ((5.1, 0.3), (5.1, 0.8)), ((6.4, 0.3), (6.4, 0.8)),
)


def lstm_cell(gradients: bool = False) -> Figure:
    """Draw one step of an LSTM: the cell goes straight through on top, gates act on it from below.

    With ``gradients``, the way of each gradient back as well.
    """
    fig, ax = new_figure(9.5, 3.8)
    for x, y, colour, text, width in LSTM_PARTS:
        _box(ax, x, y, colour, text, width)
    for start, end in LSTM_WAYS:
        way = np.subtract(end, start)
        side = np.array([-way[1], way[0]]) / np.hypot(*way) * (0.08 if gradients else 0)
        _arrow(ax, tuple(start + side), tuple(end + side))
        if gradients:
            _arrow(ax, tuple(end - side), tuple(start - side), GRADIENT)
    for x, y, word in ((1.95, 2, "keep"), (3.75, 1.65, "write"), (7.05, 1.35, "show")):
        ax.text(x, y, word, ha="right" if x < 5 else "center", va="center", color=INK, fontsize=9, style="italic")
    ax.set(xlim=(-0.7, 10.1), ylim=(-0.8, 3.5))
    ax.axis("off")
    return fig


def hidden_states(h: np.ndarray, title: str = "", ax: Axes | None = None) -> Axes:
    """Draw hidden states (T, H) as a picture: time to the right, one row per unit, colour from -1 to 1."""
    if ax is None:
        _, ax = new_figure(7, 2.4)
    picture = ax.imshow(h.T, cmap=DIVERGING, vmin=-1, vmax=1, aspect="auto", interpolation="nearest")
    ax.set(xlabel="time step", ylabel="hidden unit", title=title)
    ax.figure.colorbar(picture, ax=ax, label="h")
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
