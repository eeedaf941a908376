"""Cells with gates: the blocks of their weights, gates opened one at a time, and what blocks tell about a mistake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations

import numpy as np

from grader.checks.compare import EXPERIMENT_TOLERANCE, relative_error
from grader.checks.sizes import Sizes

WIDE = 20.0         # the sigmoid of it differs from 1 by 2e-9
NAMES = {"i": "input gate", "f": "forget gate", "o": "output gate", "g": "candidate",
         "r": "reset gate", "z": "update gate", "n": "candidate"}


def opened(inputs: Sequence[np.ndarray], sizes: Sizes, letters: str, left: str = "") -> tuple[np.ndarray, ...]:
    """The inputs with zeros for what is multiplied with gate weights, and a b that opens some gates and shuts the rest.

    An input of shape (G,) is b; one with G as its last axis is a matrix of weights, here zero. The blocks of the
    letters in ``left`` are left as they are.
    """
    G, H = sizes.of["G"], sizes.of["H"]
    b = np.repeat([WIDE if letter in letters else -WIDE for letter in sizes.gates], H)      # (G,)
    same = np.repeat([letter in left for letter in sizes.gates], H)
    return tuple(np.where(same, a, b if a.shape == (G,) else 0) if a.shape[-1:] == (G,) else a for a in inputs)


def how_opened(sizes: Sizes, letters: str, left: str = "") -> str:
    """Say which part of b was set to what."""
    order = f"The blocks of b are, in order: {', '.join(sizes.gates)}."
    if left:
        shut = [letter for letter in sizes.gates if letter not in letters + left]
        parts = [f"+20 in the {_blocks(letters)}"] * bool(letters) + [f"-20 in the {_blocks(shut)}"] * bool(shut)
        return (f"b is {', '.join(parts)}, unchanged in the {_blocks(left)}; "
                f"Wx and Wh are zero outside the {_blocks(left)}. {order}")
    places = [_place(k) for k, letter in enumerate(sizes.gates) if letter in letters]
    how = f"Opened by setting {' and '.join(places)} to +20 and the other blocks" if places else "Shut by setting b"
    return f"{how} to -20; Wx and Wh are zero. {order}"


def names_of(letters: str) -> str:
    """Write "f" as "only the forget gate open"."""
    if not letters:
        return "every gate shut"
    *others, last = (f"the {NAMES[letter]}" for letter in letters)
    return f"only {', '.join(others) + ' and ' * bool(others)}{last} open"


def described(array: np.ndarray, want: np.ndarray, names: Sequence[str], inputs: Sequence[np.ndarray],
              known: Mapping[str, np.ndarray]) -> str:
    """Name an array: a number that fills it, one that is known by name, an input or tanh of one; or its worst entry."""
    if np.max(np.abs(array - array.flat[0]), initial=0) < EXPERIMENT_TOLERANCE:
        return f"{round(float(array.flat[0]), 4) + 0.0:.4g}"
    for words, other in known.items():
        if other.shape == array.shape and relative_error(array, other) < EXPERIMENT_TOLERANCE:
            return words
    for name, value in zip(names, inputs, strict=True):
        if value.shape == array.shape:
            for words, other in ((name, value), (f"tanh({name})", np.tanh(value)), (f"-{name}", -value),
                                 (f"sigmoid({name})", (1 + np.tanh(value / 2)) / 2)):
                if relative_error(array, other) < EXPERIMENT_TOLERANCE:
                    return words
    return f"{array.flat[np.argmax(np.abs(array - want))]:.4g} in its worst entry"


def _place(k: int) -> str:
    """Where block number k is: 1 is b[H:2*H]."""
    start, end = ({0: "", 1: "H"}.get(n, f"{n}*H") for n in (k, k + 1))
    return f"b[{start}:{end}]"


def reordered(inputs: Sequence[np.ndarray], sizes: Sizes, order: str) -> tuple[np.ndarray, ...]:
    """The inputs with the blocks along G in another order."""
    where = [sizes.gates.index(letter) for letter in order]

    def moved(a: np.ndarray) -> np.ndarray:
        axis = sizes.axis(a, "G")
        return a if axis is None else np.concatenate([np.split(a, len(where), axis)[k] for k in where], axis)

    return tuple(moved(a) if isinstance(a, np.ndarray) else a for a in inputs)


def order_words(orders: Sequence[str], sizes: Sizes) -> str:
    """Say in which order blocks seem to be read; where several orders would explain it, which block is misread."""
    right = f"come in the order {', '.join(sizes.gates)}."
    if len(orders) == 1:
        return f"Your code seems to read the blocks in the order {', '.join(orders[0])}; they {right}"
    for k, letter in enumerate(orders[0]):
        if letter != sizes.gates[k] and all(order[k] == letter for order in orders):
            return f"Your code seems to read {_place(k)} as the block of {letter}; the blocks {right}"
    return ""


def interleaved(inputs: Sequence[np.ndarray], sizes: Sizes) -> tuple[np.ndarray, ...]:
    """The inputs with the columns of all blocks in turn: the first of each, then the second of each."""

    def moved(a: np.ndarray) -> np.ndarray:
        axis = sizes.axis(a, "G")
        order = np.arange(sizes.of["G"]).reshape(len(sizes.gates), -1).T.ravel()
        return a if axis is None else np.take(a, order, axis)

    return tuple(moved(a) if isinstance(a, np.ndarray) else a for a in inputs)


def interleaved_words(sizes: Sizes) -> str:
    """Say that columns seem to be dealt out to the gates in turn."""
    nth = {2: "second", 3: "third", 4: "fourth"}[len(sizes.gates)]
    return f"Your code seems to take every {nth} column for a block; a block is H columns side by side."


def shaken(inputs: Sequence[np.ndarray], sizes: Sizes, letter: str) -> tuple[np.ndarray, ...]:
    """The inputs with other numbers in the blocks of one letter."""
    rng = np.random.default_rng(0)
    block = np.repeat([letter == other for other in sizes.gates], sizes.of["H"])        # (G,)
    return tuple(a + block * rng.normal(size=a.shape) if a.shape[-1:] == block.shape else a for a in inputs)


def complement_words(letter: str) -> str:
    """Say that a gate seems to be turned round."""
    return f"{letter} and 1 - {letter} seem to have changed places."


def complemented(inputs: Sequence[np.ndarray], sizes: Sizes, letter: str) -> tuple[np.ndarray, ...]:
    """The inputs with the block of one gate negated: its sigmoid is then one minus what it was."""
    k = sizes.gates.index(letter)

    def turned(a: np.ndarray) -> np.ndarray:
        axis = sizes.axis(a, "G")
        if axis is None:
            return a
        parts = np.split(a, len(sizes.gates), axis)
        return np.concatenate([*parts[:k], -parts[k], *parts[k + 1 :]], axis)

    return tuple(turned(a) if isinstance(a, np.ndarray) else a for a in inputs)


def held(inputs: Sequence[np.ndarray], sizes: Sizes, letter: str, letters: str) -> tuple[np.ndarray, ...]:
    """The inputs with one gate held open, if it is among the letters, or else shut; the other blocks as they are."""
    return opened(inputs, sizes, letters, left=sizes.gates.replace(letter, ""))


def switches(sizes: Sizes) -> list[str]:
    """The letters of what goes through a sigmoid."""
    return [letter for letter in sizes.gates if NAMES[letter].endswith("gate")]


def other_orders(sizes: Sizes) -> list[str]:
    """Every order of the blocks but the right one, those nearest to it first."""
    orders = ["".join(order) for order in permutations(sizes.gates)]
    return sorted(orders, key=lambda order: sum(a != b for a, b in zip(order, sizes.gates, strict=True)))[1:]


def blocks_that_differ(got: np.ndarray, want: np.ndarray, sizes: Sizes, allowed: float) -> str:
    """The letters of the blocks along G in which two arrays differ; "" where they have no such axis."""
    if (axis := sizes.axis(want, "G")) is None or got.shape != want.shape:
        return ""
    bad = np.abs(got - want) > allowed * (float(np.max(np.abs(want))) or 1.0)
    return "".join(letter for letter, block in zip(sizes.gates, np.split(bad, len(sizes.gates), axis), strict=True)
                   if block.any())


def block_words(name: str, got: np.ndarray, want: np.ndarray, sizes: Sizes) -> str:
    """Say in which blocks of a gradient the mistake sits: in another's place, or in some and not in others."""
    bad = blocks_that_differ(got, want, sizes, EXPERIMENT_TOLERANCE)
    if not bad:
        return ""
    axis, parts = want.shape.index(sizes.of["G"]), len(sizes.gates)
    mine, right = np.split(got, parts, axis), dict(zip(sizes.gates, np.split(want, parts, axis), strict=True))
    found = "".join(next((letter for letter, block in right.items()
                          if relative_error(piece, block) < EXPERIMENT_TOLERANCE), "?") for piece in mine)
    if sorted(found) == sorted(sizes.gates):
        return f"The blocks of {name} come in the order {', '.join(found)}; expected {', '.join(sizes.gates)}."
    if len(bad) == parts:
        return ""
    good = [letter for letter in sizes.gates if letter not in bad]
    return (f"In {name} the {_blocks(list(bad))} {'is' if len(bad) == 1 else 'are'} wrong, "
            f"the {_blocks(good)} {'is' if len(good) == 1 else 'are'} right.")


def _blocks(letters: Sequence[str]) -> str:
    return f"block{'s' * (len(letters) > 1)} of {', '.join(letters)}"
