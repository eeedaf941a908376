"""Words and numbers: the vocabulary, and the way from one to the other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

NULL, START, END, UNK = range(4)
MARKS = ("<NULL>", "<START>", "<END>", "<UNK>")

# "don't" is  do n't,  "man's" and "man 's" are  man 's,  a hyphen parts two words.
_WORD = re.compile(r"[^\W_]+?(?=n't\b)|n't\b|'s\b|[^\W_]+")


def tokens(text: str) -> list[str]:
    """The words of a sentence in lower case, without punctuation, as everywhere in the course.

    "A man's dog, running!" -> ["a", "man", "'s", "dog", "running"]
    """
    return _WORD.findall(text.lower().replace("\u2019", "'"))


def vocabulary(sentences: Iterable[Sequence[str]], min_count: int = 5, size: int | None = None) -> list[str]:
    """The four marks, then the words by frequency, equals in alphabetical order.

    Kept are the words seen at least `min_count` times, or the `size` most frequent ones if given.
    """
    counts = Counter(word for words in sentences for word in words)
    ranked = sorted(counts, key=lambda word: (-counts[word], word))
    kept = ranked[:size] if size is not None else [w for w in ranked if counts[w] >= min_count]
    return [*MARKS, *kept]


def encode(text: str | Sequence[str], word_to_idx: Mapping[str, int], length: int = 17) -> NDArray[np.int32]:
    """Text as word numbers: <START>, words, <END>, then <NULL> up to `length`.

    str -> (T,) int32; list of str -> (N, T) int32. Words that do not fit are left off.
    """
    if not isinstance(text, str):
        rows = [encode(one, word_to_idx, length) for one in text]
        return np.array(rows, dtype=np.int32).reshape(len(rows), length)
    numbers = [word_to_idx.get(word, UNK) for word in tokens(text)[: length - 2]]
    row = np.full(length, NULL, dtype=np.int32)
    row[: len(numbers) + 2] = [START, *numbers, END]
    return row


def decode(captions: ArrayLike, idx_to_word: Sequence[str], marks: bool = False) -> str | list[str]:
    """Word numbers as text, up to <END>.

    (T,) -> str; (N, T) -> list of str. `marks=True` shows <START> and <END> too; <UNK> always shows.
    """
    numbers = np.asarray(captions)
    if numbers.ndim not in (1, 2) or numbers.dtype.kind not in "iu":
        raise ValueError(
            f"captions: expected whole numbers of shape (T,) or (N, T), "
            f"found {numbers.dtype} of shape {numbers.shape}."
        )
    if numbers.size and not 0 <= numbers.min() <= numbers.max() < len(idx_to_word):
        raise ValueError(
            f"captions: word numbers run from {numbers.min()} to {numbers.max()}, "
            f"the vocabulary from 0 to {len(idx_to_word) - 1}. Were they made with another vocabulary?"
        )
    if numbers.ndim == 2:
        return [_sentence(row, idx_to_word, marks) for row in numbers]
    return _sentence(numbers, idx_to_word, marks)


def _sentence(row: NDArray[np.integer], idx_to_word: Sequence[str], marks: bool) -> str:
    words = []
    for number in row:
        if number == END:
            words += [MARKS[END]] if marks else []
            break
        if number != NULL and (marks or number != START):
            words.append(idx_to_word[number])
    return " ".join(words)
