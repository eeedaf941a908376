"""Words for figures: what a reader who cannot see a figure is told, taken from the figure's own labels.

`install` runs in the kernel of a lesson, before its first cell; each figure then carries its words in its metadata.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from io import BytesIO
from typing import Any

MOST = 12               # things in a list; the rest is counted
Panel = tuple[str, str, str]        # its kind, its title, the rest in words
COLORBAR = "<colorbar>"
NUMBERS = {2: "Two", 3: "Three", 4: "Four", 5: "Five", 6: "Six", 7: "Seven", 8: "Eight", 9: "Nine"}


def install() -> None:
    """Make every figure of this kernel a picture of double density that carries its size and its words.

    A Pillow image is told by what stands in its ``info`` under ``says``, where its maker has put that.
    """
    import matplotlib.pyplot as plt
    from IPython.core.getipython import get_ipython
    from IPython.core.pylabtools import retina_figure
    from matplotlib.figure import Figure
    from PIL.Image import Image

    plt.switch_backend("module://matplotlib_inline.backend_inline")     # sets up its own formatter, once

    def drawn(fig: Figure) -> tuple[bytes, dict[str, Any]] | None:
        picture = retina_figure(fig, bbox_inches="tight")
        return picture and (picture[0], {**picture[1], "alt": describe(fig)})

    def shown(picture: Image) -> tuple[bytes, dict[str, Any]]:
        content = BytesIO()
        picture.save(content, "PNG")
        words = picture.info.get("says")
        return content.getvalue(), {"width": picture.width, "height": picture.height,
                                    "alt": f"Picture: {words.rstrip('.')}." if words else ""}

    shell: Any = get_ipython()
    formatter = shell.display_formatter.formatters["image/png"]
    formatter.for_type(Figure, drawn)
    formatter.for_type(Image, shown)


def describe(fig: Any) -> str:
    """Say in words what a matplotlib figure shows: kind, title, axes and what the legend names, panel by panel."""
    colours = {ax.get_ylabel() or ax.get_xlabel() for ax in fig.axes if ax.get_label() == COLORBAR} - {""}
    panels = [words for ax in fig.axes if ax.get_label() != COLORBAR and (words := _panel(ax))]
    above = _plain(fig.get_suptitle())
    said = [f"{above[0].upper()}{above[1:]}."] if above else []
    if len(panels) == 1:
        said.append(_sentence(*panels[0]))
    elif panels:
        said.append(f"{NUMBERS.get(len(panels), str(len(panels)))} panels.")
        said += [_group(group) for group in _alike(panels)]
    said += [f"Colour: {_several(sorted(map(_plain, colours)))}."] if colours else []
    return " ".join(said) or "A figure without words."


def _alike(panels: list[Panel]) -> list[list[Panel]]:
    """Panels that differ in nothing but their titles, together; in order of the first of each."""
    groups: dict[tuple[str, str], list[Panel]] = {}
    for kind, title, rest in panels:
        groups.setdefault((kind, rest), []).append((kind, title, rest))
    return list(groups.values())


def _group(panels: list[Panel]) -> str:
    """A sentence for panels that differ in nothing but their titles."""
    kind, title, rest = panels[0]
    if len(panels) == 1:
        return _sentence(kind, title, rest)
    titles = [title for _, title, _ in panels if title]
    return _sentence(f"{kind}, {_several(titles)}" if titles else f"{kind}, {_times(len(panels))}", "", rest)


def _times(count: int) -> str:
    return "twice" if count == 2 else f"{NUMBERS.get(count, str(count)).lower()} times"


def _sentence(kind: str, title: str, rest: str) -> str:
    return f"{kind}{f', {title}' if title else ''}{f': {rest}' if rest else ''}".rstrip(".") + "."


def _panel(ax: Any) -> Panel | None:
    """The kind of a panel, its title, and the rest in words; None for an empty one."""
    kind = _kind(ax)
    if not kind:
        return None
    x, y = _plain(ax.get_xlabel()), _plain(ax.get_ylabel())
    if kind == "Picture":           # what stands under a picture is its title, too
        return kind, "; ".join(filter(None, (_title(ax), x, y))), "; ".join(_said(_written(ax)))
    axes = f"{y} against {x}" if x and y else y or x
    axes += ", logarithmic" * (bool(axes) and "log" in (ax.get_xscale(), ax.get_yscale()))
    named = _named(ax)
    written = [] if axes else _written(ax)
    rest = "; ".join([*([axes] if axes else []), *([f"shown are {_several(named)}"] if named else []), *_said(written)])
    return kind, _title(ax), rest


def _kind(ax: Any) -> str:
    lines = [line for line in ax.lines if len(line.get_xdata()) > 2 or line.get_transform() is ax.transData]
    if ax.containers:
        return "Bars"
    if lines:
        return "Points" if all(line.get_linestyle() == "None" for line in lines) else "Line plot"
    if ax.images:
        return "Table of colours" if ax.axison and ax.images[0].get_array().ndim == 2 else "Picture"
    if ax.collections:
        return "Points"
    return "Drawing" if ax.patches or ax.texts else ""


def _title(ax: Any) -> str:
    return _plain(next(filter(None, (ax.get_title(where) for where in ("center", "left", "right"))), ""))


def _named(ax: Any) -> list[str]:
    """What the legend names, or what stands at the ticks where those are words."""
    labels = [label for label in ax.get_legend_handles_labels()[1] if not label.startswith("_")]
    ticks = [tick.get_text() for axis in (ax.xaxis, ax.yaxis) for tick in axis.get_ticklabels()] if ax.axison else []
    words = [tick for tick in ticks if re.search(r"[^\W\d]", re.sub(r"\$.*?\$", "", tick))]
    return list(dict.fromkeys(map(_plain, labels or words)))


def _said(written: list[str]) -> list[str]:
    return [f"it says {_several(written)}"] if written else []


def _written(ax: Any) -> list[str]:
    return list(dict.fromkeys(filter(None, (_plain(text.get_text()) for text in ax.texts))))


def _several(things: Iterable[str]) -> str:
    """Things with commas between, or semicolons where they hold commas; no more than fit into an ear."""
    every = list(things)
    kept = every[:MOST] + ([f"and {len(every) - MOST} more"] if len(every) > MOST else [])
    return ("; " if any("," in thing for thing in kept) else ", ").join(kept)


def _plain(text: str) -> str:
    """A label without mathematical marks, on one line."""
    return " ".join(re.sub(r"\\mathrm|\\|[${}]", "", text).split())
