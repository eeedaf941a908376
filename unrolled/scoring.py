"""Scores of captions against references, the same numbers as the COCO evaluation code: corpus BLEU and CIDEr-D.

Captions and references are text already cut into words by `tokens` or by blanks. References come as one list per
picture. BLEU follows Papineni et al. 2002 with the closest reference length; CIDEr-D follows Vedantam et al. 2015,
scaled by ten as the COCO code does, so that agreeing people come out near 0.8 to 0.9 (often printed times 100).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import Any, NamedTuple

from unrolled.data.words import NULL, tokens
from unrolled.training import evaluate

Ngrams = Counter[tuple[str, ...]]

MAX_N = 4
SIGMA = 6.0


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
        guess = Vector(caption, frequency, log_pictures)
        total += sum(guess.similarity(Vector(other, frequency, log_pictures)) for other in others) / len(
            others
        )
    return total / len(captions) * 10


class Vector:
    """A sentence as weighted n-grams, one vector for each n."""

    def __init__(
        self, words: Sequence[str], frequency: Counter[tuple[str, ...]], log_pictures: float
    ) -> None:
        self.weights: list[dict[tuple[str, ...], float]] = [{} for _ in range(MAX_N)]
        self.length = max(0, len(words) - 1)  # the COCO code counts bigrams
        for gram, count in ngrams(words).items():
            self.weights[len(gram) - 1][gram] = count * (log_pictures - math.log(max(1.0, frequency[gram])))
        self.norms = [math.sqrt(sum(w * w for w in weights.values())) for weights in self.weights]

    def similarity(self, other: Vector) -> float:
        """Mean over n of the clipped cosine, damped by the difference in length."""
        damping = math.exp(-((self.length - other.length) ** 2) / (2 * SIGMA**2))
        total = 0.0
        for mine, theirs, a, b in zip(self.weights, other.weights, self.norms, other.norms, strict=True):
            dot = sum(
                min(weight, theirs[gram]) * theirs[gram] for gram, weight in mine.items() if gram in theirs
            )
            total += dot / (a * b) if a and b else dot
        return total * damping / MAX_N


def perplexity(loss: Callable[[Any, Any, Any], tuple[float, Any]], params: Any, split: Any) -> float:
    """exp of the mean loss of a word, <END> counted: among how many equally likely words a model hesitates.

    `loss` as in `unrolled.training`: summed over words, a mean over captions, as CS231n's. `split` has captions
    (N, T), image_idxs (N,) and features (M, ...). -> from 1 (certain) to V (any word as likely as another)
    """
    words = int((split.captions[:, 1:] != NULL).sum())
    return math.exp(evaluate(loss, params, split) * len(split.captions) / max(1, words))


class Score(NamedTuple):
    """BLEU-1 to BLEU-4 and CIDEr-D of captions, all times 100, as tables print them; perplexity of a model."""

    bleu: tuple[float, float, float, float]
    cider: float
    perplexity: float | None = None


class References:
    """What people said about N pictures, as text, cut into words and weighed once for any number of scores."""

    def __init__(self, texts: Sequence[Sequence[str]]):
        self.words = [[tokens(text) for text in some] for some in texts]
        self.frequency, self.log_pictures = document_frequency(self.words), math.log(max(1, len(texts)))
        self.vectors = [[self.vector(words) for words in some] for some in self.words]

    def __len__(self) -> int:
        return len(self.words)

    def vector(self, words: Sequence[str]) -> Vector:
        return Vector(words, self.frequency, self.log_pictures)


def score(
    captions: Sequence[str], references: Sequence[Sequence[str]] | References, perplexity: float | None = None
) -> Score:
    """Score one caption a picture, text, against what people said about it: N texts, N lists of texts."""
    people = references if isinstance(references, References) else References(references)
    if len(captions) != len(people):
        raise ValueError(f"expected {len(people)} captions, one per picture, found {len(captions)}.")
    said = [tokens(text) for text in captions]
    vectors = [people.vector(words) for words in said]
    return _scored(said, people.words, vectors, people.vectors, perplexity)


def score_human(references: Sequence[Sequence[str]] | References) -> Score:
    """Score each of the people in turn against the others, and average: how far another human agrees.

    Pictures about which only one person said something do not count; raises ValueError where there is no other.
    """
    people = references if isinstance(references, References) else References(references)
    several = [n for n, some in enumerate(people.words) if len(some) > 1]
    if not several:
        raise ValueError("No picture has two captions, so no human can be compared with another.")
    turns = []
    for turn in range(min(len(people.words[n]) for n in several)):
        words, vectors = ([(some[n][turn], _without(some[n], turn)) for n in several]
                          for some in (people.words, people.vectors))
        turns.append(_scored(*zip(*words, strict=True), *zip(*vectors, strict=True)))
    blue = [sum(one.bleu[n] for one in turns) / len(turns) for n in range(MAX_N)]
    return Score((blue[0], blue[1], blue[2], blue[3]), sum(one.cider for one in turns) / len(turns))


def _without(some: Sequence[Any], turn: int) -> list[Any]:
    return [*some[:turn], *some[turn + 1 :]]


def _scored(
    said: Sequence[Any], others: Sequence[Any], vectors: Sequence[Vector], theirs: Sequence[Sequence[Vector]],
    perplexity: float | None = None,
) -> Score:
    """As `bleu` and `cider` say, from words and from their vectors."""
    one, two, three, four = (100 * share for share in bleu(said, others))
    alike = [sum(mine.similarity(other) for other in some) / len(some)
             for mine, some in zip(vectors, theirs, strict=True)]
    return Score((one, two, three, four), 1000.0 * sum(alike) / max(1, len(alike)), perplexity)


HUMAN = "another human"


class Table(dict[str, Score]):
    """Scores by name, in order; printed, or as the last value of a notebook cell, a table."""

    head = ("", *(f"BLEU-{n}" for n in range(1, MAX_N + 1)), "CIDEr-D", "perplexity")
    note = f"{HUMAN}: each person against the others, so one reference fewer than the models have"

    def cells(self) -> list[tuple[str, ...]]:
        """The rows as text, the head left out."""
        return [(name, *(f"{share:.1f}" for share in (*one.bleu, one.cider)),
                 "" if one.perplexity is None else f"{one.perplexity:.1f}") for name, one in self.items()]

    def __str__(self) -> str:
        rows = [self.head, *self.cells()]
        width = max(len(row[0]) for row in rows)
        lines = [row[0].ljust(width) + "".join(cell.rjust(12) for cell in row[1:]) for row in rows]
        return "\n".join(line.rstrip() for line in [*lines, *([self.note] if HUMAN in self else [])])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{escape(cell)}</th>" for cell in self.head)
        rows = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in self.cells())
        note = f"<p>{escape(self.note)}</p>" if HUMAN in self else ""
        return f'<table class="scores"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{note}'
