"""A batch of captions as the recurrences take it: time-major, longest first, without padding."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from unrolled.data.features import Both
from unrolled.layers.room import Steps

Array = NDArray[Any]


class Batch(NamedTuple):
    """Captions laid out for a recurrence, time-major, longest first, without their padding.

    features (n, D) of the captions in that order, or Both pooled and grid; words (R,) read and targets (R,) expected;
    counted: the rows whose target is a word (all of them but for a <NULL> in mid-caption)
    """

    features: Array | Both
    words: Array
    targets: Array
    counted: Array
    steps: Steps


def lengths(captions: Array, null: int) -> Array:
    """How many steps each caption needs (N,): up to its last word that is not <NULL>, <START> not counted."""
    mask = captions[:, 1:] != null  # (N, T)
    return np.where(mask.any(axis=1), mask.shape[1] - mask[:, ::-1].argmax(axis=1), 0)


def longest_first(captions: Array, null: int) -> Array:
    """The order (N,) in which captions grow shorter; equals stay in order."""
    return np.argsort(-lengths(captions, null), kind="stable")


def lay_out(features: Array | Both, captions: Array, null: int) -> Batch:
    """Captions that come longest first, as the rows of a time-major buffer without padding."""
    running = lengths(captions, null) > np.arange(captions.shape[1] - 1)[:, None]  # (T, N)
    words, targets = captions[:, :-1].T[running], captions[:, 1:].T[running]  # (R,) each
    steps = Steps.of([count for count in running.sum(axis=1).tolist() if count])
    return Batch(features, words, targets, np.flatnonzero(targets != null), steps)


def add_to_steps(a: Array, picture: Array, steps: Steps) -> None:
    """Add picture (n, G) to the rows a (R, G) of every step."""
    for count, rows in steps:
        a[rows] += picture[:count]


def sum_over_steps(da: Array, n: int, steps: Steps) -> Array:
    """Backpropagate through add_to_steps: da (R, G) -> dpicture (n, G)."""
    dpicture = np.zeros((n, da.shape[1]), da.dtype)
    for count, rows in steps:
        dpicture[:count] += da[rows]
    return dpicture


def side_by_side(work: Callable[[int], Any], parts: int) -> list[Any]:
    """work(0), work(1), ... in as many threads; numpy lets them run side by side."""
    if parts == 1:
        return [work(0)]
    others = [pool(parts - 1).submit(work, k) for k in range(1, parts)]
    return [work(0), *(other.result() for other in others)]


@cache
def pool(threads: int) -> ThreadPoolExecutor:
    """Threads that wait for work until the program ends."""
    return ThreadPoolExecutor(threads, thread_name_prefix="captioner")
