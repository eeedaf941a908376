"""Judging captions, which are word numbers: what was said, and, where that can be told, what was read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.checks.calls import Caller, function_name, strided
from grader.checks.compare import as_tuple, is_a, require_array
from grader.checks.gradients import leaves, map_arrays, with_leaf
from grader.checks.verdict import CheckFailed, wrong

NULL, START, END = 0, 1, 2
SHAKEN = 30.0           # what moves a parameter so far changes some word, if the parameter is used at all
DRAWS = 4


@dataclass
class Sampling:
    """One call that writes captions, and what its words tell."""

    call: Caller
    f: Any
    params: dict
    features: np.ndarray
    length: int
    like: Mapping[str, Any]
    words: Sequence[str]
    follows: Sequence[int]
    whole: bool = False

    def read(self, got: Any, want: np.ndarray) -> np.ndarray:
        """Return captions as whole numbers, or raise the verdict: none, type, shape, finite, whole."""
        if got is None:
            raise wrong(f"{function_name(self.f)} returned None.", "Is a return missing?")
        array = require_array("captions", got, want.shape, self.call.sizes)
        broken = array.ravel()[(array != np.round(array)).ravel()]
        if broken.size:
            raise wrong(f"captions holds numbers such as {broken[0]:.10g}, expected word numbers.",
                        "The largest score is a score; the word is its place: is it max where argmax is meant?")
        if self.whole:
            require_whole("captions", got)
        return array.astype(np.int64)

    def judge(self, got: np.ndarray, want: np.ndarray) -> CheckFailed | None:
        """Return None where all is right, a verdict where it is just one column late; raise it for anything else."""
        if _agree(got, want):
            return None
        if (got[:, 0] == START).all() and (want[:, 0] != START).any() and _agree(got[:, 1:], want[:, :-1]):
            return wrong("captions are right but one column late: column 0 holds <START>.",
                         "<START> is read, never said: the word said after reading it belongs in column 0.")
        for text, captions in self.like.items():
            if np.array_equal(got, np.broadcast_to(captions, got.shape)):
                raise wrong(f"captions[0] says {self._text(got[0])}, expected {self._text(_up_to_end(want[0]))}.", text)
        row = next(n for n in range(len(want)) if not _agree(got[n : n + 1], want[n : n + 1]))
        headline = f"captions[{row}] says {self._text(got[row])}, expected {self._text(_up_to_end(want[row]))}."
        before = self._before(got[row])
        read = f"So the words that were read are {self._text(before)}." if before is not None else ""
        raise wrong(headline, read, self._cause(got, want, before))

    def drawn(self, got: np.ndarray) -> list[str]:
        """Draw the first caption step by step: the word that was read, the word that was said."""
        before = self._before(got[0])
        if before is None:
            return []
        said = _up_to_end(got[0])
        rows = [["step", *map(str, range(len(said)))], ["read", *map(self._word, before[: len(said)])],
                ["said", *map(self._word, said)]]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return ["  ".join(text.ljust(n) for text, n in zip(row, widths, strict=True)).rstrip() for row in rows]

    def _before(self, caption: np.ndarray) -> np.ndarray | None:
        """What was read at each step, where each word decides the next; None where that cannot be told.

        It cannot where a place says <NULL>: that is what an empty one holds.
        """
        said = np.asarray(caption)
        if not len(self.follows) or not ((said > NULL) & (said < len(self.follows))).all():
            return None
        return np.argsort(self.follows)[said]

    def _cause(self, got: np.ndarray, want: np.ndarray, before: np.ndarray | None) -> str:
        if before is not None and (before == START).all() and len(before) > 1:
            return "<START> is read at every step: is the word that was said the next one to be read?"
        if before is not None and before[0] == START and (before[1:] == NULL).all():
            return "After <START> it reads <NULL>, as in an empty place: is the word stored where the next step reads?"
        if before is not None and before[0] == NULL:
            return "<NULL> is read first: a caption begins with <START>."
        if len(want) > 1 and (got == got[0]).all() and not (want == want[0]).all():
            return "Every picture gets the same words: is the picture in the first state?"
        if not got.any():
            return "Every word is <NULL>: is the word stored, and is it the one with the highest score?"
        filled = np.any(got, axis=0)
        if filled.sum() <= 1 < got.shape[1] and (want.any(axis=0) > filled).any():
            return "At most one column is filled: is the line that stores the word inside the loop?"
        n = int(np.flatnonzero(filled)[-1]) + 1     # so many columns are filled
        if n < got.shape[1] and (want[:, n - 1] == END).any() and _agree(got[:, :n], want[:, :n]):
            return "All captions stop where one of them has said <END>: the others have more to say."
        if not filled[-1] and _agree(got[:, :-1], want[:, :-1]):
            return "Right but for the last column, which is empty: does the loop go on to the end?"
        return self._unused(got)

    def _unused(self, got: np.ndarray) -> str:
        """Shake one parameter at a time: captions that never change have not used it.

        Where one is zero throughout, as in a network made by hand, another may rightly make no difference.
        """
        if not all(value.any() for value in self.params.values()):
            return ""
        rng = np.random.default_rng(0)
        for name, position in leaves(["params"], (self.params,)).items():
            value = self.params[name]
            shaken = [with_leaf((self.params, self.features, self.length), position,
                                value + SHAKEN * rng.normal(size=value.shape)) for _ in range(DRAWS)]
            if all(self._is(captions, got) for captions in self.call.many(self.f, shaken)):
                return f"It does not change when {name} changes: is {name} used?"
        return ""

    def _is(self, captions: Any, got: np.ndarray) -> bool:
        return np.array_equal(require_array("captions", captions, got.shape, self.call.sizes), got)

    def _text(self, caption: Sequence[int] | np.ndarray) -> str:
        return " ".join(self._word(number) for number in caption)

    def _word(self, number: int) -> str:
        return self.words[number] if 0 <= number < len(self.words) else str(number)


def require_whole(name: str, got: Any) -> None:
    """Raise the verdict where word numbers come as floats: the next layer takes them for an index, and stops."""
    kinds = {type(entry).__name__ for entry in as_tuple(got) if is_a(entry, (float, np.floating))}
    if is_a(got, np.ndarray) and got.dtype.kind == "f":
        kinds = {got.dtype.name}
    if kinds:
        raise wrong(f"{name} holds floats ({min(kinds)}), expected whole numbers: a word number is a place in a table.",
                    "np.zeros and np.ones make floats unless they are told dtype=int.")


def about_index(verdict: CheckFailed) -> CheckFailed:
    """Say of a float that was used for an index where it may come from."""
    if "used as indices must be of integer" not in str(verdict):
        return verdict
    return CheckFailed(f"{verdict}\n  A word is a whole number. Is it max where argmax is meant, or are zeros without "
                       "dtype=int read?")


def variants(
    params: dict, features: np.ndarray, length: int
) -> Iterator[tuple[str, tuple[dict, np.ndarray], int, int]]:
    """Edge cases: a label, parameters and pictures, how many pictures, how many words."""
    N = len(features)
    yield "N = 1", (params, features[:1]), 1, length
    yield "max_length = 1", (params, features), N, 1
    yield "non-contiguous arrays", _mapped(strided, params, features), N, length
    yield "float32", _mapped(lambda a: a.astype(np.float32), params, features), N, length


def _mapped(change: Any, params: dict, features: np.ndarray) -> tuple[dict, np.ndarray]:
    changed = map_arrays(change, (params, features))
    return changed[0], changed[1]


def _agree(got: np.ndarray, want: np.ndarray) -> bool:
    """Tell whether captions are the same up to <END>; what stands after it is nobody's business."""
    ended = np.cumsum(want == END, axis=1) - (want == END) > 0
    return bool((ended | (got == want)).all())


def _up_to_end(caption: np.ndarray) -> np.ndarray:
    ends = np.flatnonzero(caption == END)
    return caption[: ends[0] + 1] if len(ends) else caption
