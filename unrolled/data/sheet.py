"""Pictures with captions under them, as a matplotlib figure."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from PIL.Image import Image

_WIDTH, _PICTURE, _LINE = 3.2, 2.4, 0.17  # inches: a column, a picture, a line of text
_LETTERS = 42  # in a line under a picture


def contact_sheet(
    pictures: Sequence[Image | str], captions: Sequence[str | Sequence[str]], columns: int = 3
) -> Figure:
    """A sheet of pictures, (n,), each with its caption or captions under it.

    A string in place of a picture is written on an empty frame. Returned as the last value of a notebook
    cell the figure shows itself, once.
    """
    import matplotlib.pyplot  # noqa: F401  (teaches a notebook to show figures)
    from matplotlib.figure import Figure

    texts = [_wrapped(said) for said in captions]
    columns = max(1, min(columns, len(pictures)))
    rows = max(1, -(-len(pictures) // columns))
    below = _LINE * (1 + max((text.count("\n") + 1 for text in texts), default=1))
    figure = Figure(figsize=(columns * _WIDTH, rows * (_PICTURE + below)))
    axes = figure.subplots(rows, columns, squeeze=False, gridspec_kw=_spacing(rows, below))
    for place in axes.flat:
        place.set_axis_off()
    for place, picture, text in zip(axes.flat, pictures, texts, strict=False):
        _put(place, picture, text)
    return figure


def _spacing(rows: int, below: float) -> dict[str, float]:
    height = rows * (_PICTURE + below)
    return {
        "left": 0.01, "right": 0.99, "top": 1 - 0.05 / height, "bottom": below / height,
        "hspace": below / _PICTURE, "wspace": 0.08,
    }  # fmt: skip


def _put(place: Axes, picture: Image | str, text: str) -> None:
    if isinstance(picture, str):
        place.set(xlim=(0, 4), ylim=(0, 3), aspect="equal")
        place.set_axis_on()
        place.set(xticks=[], yticks=[], facecolor="0.94")
        name = "\n".join(textwrap.wrap(picture, 30))
        place.text(2, 1.5, name, ha="center", va="center", size=8, color="0.4")
    else:
        place.imshow(picture)
    place.text(0, -0.04, text, transform=place.transAxes, va="top", size=8, parse_math=False)


def _wrapped(said: str | Sequence[str]) -> str:
    if isinstance(said, str):
        return "\n".join(textwrap.wrap(said.removesuffix(" ."), _LETTERS))
    lines = [textwrap.wrap(f"· {one.removesuffix(' .')}", _LETTERS, subsequent_indent="  ") for one in said]
    return "\n".join(line for wrapped in lines for line in wrapped)
