"""Does attention look at what it names? The scenes know where their things are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from unrolled.scenes.compose import UNITS, Scene, Thing, box_of
from unrolled.scenes.english import plural
from unrolled.scenes.network import CELLS
from unrolled.scenes.words import KIND


class Pointing(NamedTuple):
    """How often the strongest region lay on the thing that was named, beside a region chosen at random.

    hits and chance are shares between 0 and 1, words is how many names they were counted on
    """

    hits: float
    chance: float
    words: int


def pointing(
    scenes: Iterable[Scene], captions: Iterable[Sequence[str]], weights: Iterable[NDArray[Any]]
) -> Pointing:
    """Of all words that name a thing in their picture: how often is the strongest region on it?

    scenes (M,) descriptions, captions (M,) lists of T words, weights (M,) arrays (T, 49): where each word was looked
    for. A word that names nothing in its picture is not counted. Raises ValueError where no word is left.
    """
    found = []
    for scene, words, looked in zip(scenes, captions, weights, strict=True):
        for word, weight in zip(words, looked, strict=True):
            cells = cells_of(word, scene)
            if cells.any():
                found.append((cells[weight.argmax()], cells.mean()))
    if not found:
        raise ValueError("expected captions with a name for something in their pictures, found none.")
    hits, chance = np.mean(found, axis=0).tolist()
    return Pointing(hits, chance, len(found))


def cells_of(word: str, scene: Scene) -> NDArray[np.bool_]:
    """The regions, row by row, whose middle lies on something that is called so: word, scene -> (49,)."""
    middle = (np.arange(CELLS) + 0.5) * UNITS / CELLS
    on = np.zeros((CELLS, CELLS), bool)
    for thing in scene["things"]:
        if word in names_of(thing):
            left, top, right, bottom = box_of(thing)
            on |= ((top <= middle) & (middle <= bottom))[:, None] & (left <= middle) & (middle <= right)
    return on.ravel()


def names_of(thing: Thing) -> frozenset[str]:
    """What a thing, or who sits on it, may be called: the last word of each name."""
    return nouns(thing["kind"]).union(*(names_of(rider) for rider in thing.get("with", [])))


@cache
def nouns(kind: str) -> frozenset[str]:
    """The last words of the names of a kind, one or many: dog -> dog, dogs, puppy, puppies ..."""
    names = KIND.get(kind, "").split("|")
    return frozenset(form.split()[-1] for name in names if name for form in (name, plural(name)))
