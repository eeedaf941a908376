"""Scores of captions against references, the same numbers as the COCO evaluation code: corpus BLEU and
CIDEr-D.

Captions and references are text already cut into words by `tokens` or by blanks. References come as one
list per
picture. BLEU follows Papineni et al. 2002 with the closest reference length; CIDEr-D follows Vedantam et
al. 2015,
scaled by ten as the COCO code does, so that agreeing people come out near 0.8 to 0.9 (often printed times
100).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence

Ngrams = Counter[tuple[str, ...]]

MAX_N = 4
SIGMA = 6.0


# "don't" is  do n't,  "man's" and "man 's" are  man 's,  a hyphen parts two words.
_WORD = re.compile(r"[^\W_]+?(?=n't\b)|n't\b|'s\b|[^\W_]+")


def tokens(text: str) -> list[str]:
    """The words of a sentence in lower case, without punctuation, as everywhere in the course.

    "A man's dog, running!" -> ["a", "man", "'s", "dog", "running"]
    """
    return _WORD.findall(text.lower().replace("\u2019", "'"))


def ngrams(words: Sequence[str], longest: int = MAX_N) -> Ngrams:
    """Count all n-grams of a sentence from single words up to `longest`."""
    return Counter(tuple(words[i : i + n]) for n in range(1, longest + 1) for i in range(len(words) - n + 1))


def bleu(captions: Sequence[Sequence[str]], references: Sequence[Sequence[Sequence[str]]]) -> list[float]:
    """Corpus BLEU-1 to BLEU-4, each between 0 and 1.

    captions: N sentences of words, references: N lists of sentences -> [B1, B2, B3, B4]
    """
    matched, guessed = [0] * MAX_N, [0] * MAX_N
    length, reference_length = 0, 0
    for caption, others in zip(captions, references, strict=True):
        most: Ngrams = Counter()
        for other in others:
            most |= ngrams(other)
        for gram, count in ngrams(caption).items():
            matched[len(gram) - 1] += min(count, most[gram])
        for n in range(MAX_N):
            guessed[n] += max(0, len(caption) - n)
        length += len(caption)
        reference_length += min((abs(len(other) - len(caption)), len(other)) for other in others)[1]
    scores, product = [], 1.0
    for n in range(MAX_N):
        product *= (matched[n] + 1e-15) / (guessed[n] + 1e-9)
        scores.append(product ** (1 / (n + 1)))
    ratio = (length + 1e-15) / (reference_length + 1e-9)
    brevity = 1.0 if ratio >= 1 else math.exp(1 - 1 / ratio)
    return [score * brevity for score in scores]


def document_frequency(references: Iterable[Sequence[Sequence[str]]]) -> Counter[tuple[str, ...]]:
    """In how many pictures' references each n-gram occurs."""
    frequency: Counter[tuple[str, ...]] = Counter()
    for others in references:
        frequency.update({gram for other in others for gram in ngrams(other)})
    return frequency


def cider(
    captions: Sequence[Sequence[str]],
    references: Sequence[Sequence[Sequence[str]]],
    frequency: Counter[tuple[str, ...]] | None = None,
    pictures: int | None = None,
) -> float:
    """CIDEr-D, about 0 to 10 (1 is an agreement of 100 in the usual tables).

    captions: N sentences of words, references: N lists of sentences -> score; the weights of n-grams come
    from
    these references unless `frequency`, counted on `pictures` pictures, is given
    """
    frequency = document_frequency(references) if frequency is None else frequency
    log_pictures = math.log(float(len(references) if pictures is None else pictures))
    total = 0.0
    for caption, others in zip(captions, references, strict=True):
        guess = _Vector(caption, frequency, log_pictures)
        total += sum(guess.similarity(_Vector(other, frequency, log_pictures)) for other in others) / len(
            others
        )
    return total / len(captions) * 10


class _Vector:
    """A sentence as weighted n-grams, one vector for each n."""

    def __init__(
        self, words: Sequence[str], frequency: Counter[tuple[str, ...]], log_pictures: float
    ) -> None:
        self.weights: list[dict[tuple[str, ...], float]] = [{} for _ in range(MAX_N)]
        self.length = max(0, len(words) - 1)  # the COCO code counts bigrams
        for gram, count in ngrams(words).items():
            self.weights[len(gram) - 1][gram] = count * (log_pictures - math.log(max(1.0, frequency[gram])))
        self.norms = [math.sqrt(sum(w * w for w in weights.values())) for weights in self.weights]

    def similarity(self, other: _Vector) -> float:
        """Mean over n of the clipped cosine, damped by the difference in length."""
        damping = math.exp(-((self.length - other.length) ** 2) / (2 * SIGMA**2))
        total = 0.0
        for mine, theirs, a, b in zip(self.weights, other.weights, self.norms, other.norms, strict=True):
            dot = sum(
                min(weight, theirs[gram]) * theirs[gram] for gram, weight in mine.items() if gram in theirs
            )
            total += dot / (a * b) if a and b else dot
        return total * damping / MAX_N
