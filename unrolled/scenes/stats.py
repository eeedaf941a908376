"""Statistics of a folder of captions, beside those of captions by real people."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from unrolled.scenes.dice import Dice
from unrolled.scoring import bleu, cider, tokens

Sentence = list[str]


@dataclass
class Row:
    """One figure: what it is, ours, and those of Flickr8k and MS-COCO val2017, with the range to keep
    within."""

    name: str
    value: float
    flickr8k: str
    coco: str
    low: float = -np.inf
    high: float = np.inf
    digits: int = 1

    @property
    def within(self) -> bool:
        """Whether the figure lies in its range."""
        return bool(self.low <= self.value <= self.high)

    def __str__(self) -> str:
        span = (
            ""
            if self.low == -np.inf and self.high == np.inf
            else f"at most {self.high:g}"
            if self.low == -np.inf
            else f"at least {self.low:g}"
            if self.high == np.inf
            else f"{self.low:g} to {self.high:g}"
        )
        sign = "✓" if self.within else "✗"
        return (
            f"{sign} {self.name:<52}{self.value:>9.{self.digits}f}"
            f"{self.flickr8k:>10}{self.coco:>8}   {span}"
        )


@dataclass
class Table:
    """The figures of one data set; printed as a table."""

    rows: list[Row]

    def __str__(self) -> str:
        head = f"  {'':<52}{'here':>9}{'Flickr8k':>10}{'COCO':>8}   range"
        return "\n".join([head, *map(str, self.rows)])

    def __getitem__(self, name: str) -> float:
        return next(row.value for row in self.rows if row.name == name)

    @property
    def within(self) -> bool:
        """Whether every figure lies in its range."""
        return all(row.within for row in self.rows)


def statistics(folder: str | Path, perplexity: float | None = None) -> Table:
    """Count what accept 2 asks for.

    folder with references.json and coco2014_vocab.json -> table; the perplexity of an LSTM, which takes a
    training
    run, is added where it is given or where benchmarks/scenes.py has left it in measured.json
    """
    folder = Path(folder)
    texts = json.loads((folder / "references.json").read_text(encoding="utf-8"))
    vocabulary = set(json.loads((folder / "coco2014_vocab.json").read_text(encoding="utf-8"))["word_to_idx"])
    spoken = {
        split: [[tokens(text) for text in five] for five in pictures] for split, pictures in texts.items()
    }
    rows = caption_figures([five for pictures in spoken.values() for five in pictures], vocabulary)
    if perplexity is None:
        perplexity = _stored_perplexity(folder)
    if perplexity is not None:
        rows.append(Row("validation perplexity of an LSTM", perplexity, "16.5", "", 8, 13))
    return Table(rows)


def _stored_perplexity(folder: Path) -> float | None:
    measured = folder / "measured.json"
    return (
        float(json.loads(measured.read_text(encoding="utf-8"))["perplexity"]) if measured.exists() else None
    )


def caption_figures(pictures: list[list[Sentence]], vocabulary: set[str]) -> list[Row]:
    """All figures that need no training: pictures, each a list of sentences of words, and the words kept."""
    sentences = [sentence for five in pictures for sentence in five]
    lengths = np.array([len(sentence) for sentence in sentences])
    count = Counter(word for sentence in sentences for word in sentence)
    short = [sentence for sentence in sentences if len(sentence) <= 15]
    unknown = np.array([sum(word not in vocabulary for word in sentence) for sentence in short])
    same, other = overlaps(pictures)
    human, agreement, stranger = agreements(pictures)
    return [
        Row("words per caption, mean", float(lengths.mean()), "10.8", "10.5", 9.5, 12),
        Row("words per caption, standard deviation", float(lengths.std()), "3.8", "2.3"),
        Row("captions over 15 words, %", float((lengths > 15).mean() * 100), "10.9", "3.2", high=11),
        Row("word types", len(count), "8490", "7180", 2000, 2500, 0),
        Row("words kept", len(vocabulary) - 4, "1000", "1000", 900, 1100, 0),
        Row("unknown tokens, %", float(unknown.sum() / sum(map(len, short)) * 100), "7.4", "7.8", 3, 8),
        Row("captions with an unknown word, %", float((unknown > 0).mean() * 100), "51", "51", 25, 55),
        Row(
            "distinct captions, %",
            len({" ".join(s) for s in sentences}) / len(sentences) * 100,
            "99.2", "99.0",
            low=98,
        ),
        Row("Jaccard overlap, same picture", same, "0.245", "0.239", 0.20, 0.26, 3),
        Row("Jaccard overlap, other picture", other, "0.092", "0.085", high=0.11, digits=3),
        *(
            Row(f"one caption against the other four, BLEU-{n}", human[n - 1] * 100, f, c)
            for n, f, c in ((1, "64.6", "62.9"), (2, "45.9", "43.2"), (3, "31.7", "29.0"))
        ),
        Row("one caption against the other four, BLEU-4", human[3] * 100, "21.7", "19.2", 19, 23),
        Row("one caption against the other four, CIDEr-D", agreement * 100, "80", "88", 75, 95),
        Row("a random other caption, BLEU-4", stranger * 100, "1.3", "1.6", high=3),
        Row("entropy of words, nats", entropy(count), "5.6", "5.6", digits=2),
    ]


def entropy(count: Counter[str]) -> float:
    """Entropy of the words as they come, in nats."""
    share = np.array(list(count.values())) / sum(count.values())
    return float(-(share * np.log(share)).sum())


def jaccard(one: Sentence, other: Sentence) -> float:
    """Shared words over all words of two sentences."""
    a, b = set(one), set(other)
    return len(a & b) / len(a | b)


def overlaps(pictures: list[list[Sentence]], pairs: int = 20_000) -> tuple[float, float]:
    """Mean Jaccard overlap of two captions of one picture, and of two captions of different pictures."""
    same = [jaccard(five[i], five[j]) for five in pictures for i in range(len(five)) for j in range(i)]
    dice = Dice("overlap")
    other: list[float] = []
    while len(other) < pairs:
        i, j = dice.whole(0, len(pictures) - 1), dice.whole(0, len(pictures) - 1)
        if i != j:
            other.append(jaccard(dice.pick(pictures[i]), dice.pick(pictures[j])))
    return float(np.mean(same)), float(np.mean(other))


def agreements(pictures: list[list[Sentence]], most: int = 1000) -> tuple[list[float], float, float]:
    """BLEU-1..4 and CIDEr-D of one caption against the other four, and BLEU-4 of a caption of another
    picture."""
    some = Dice("agreement").sample(pictures, most)
    human, agreement = [], []
    for held in range(5):
        one = [five[held] for five in some]
        four = [[five[i] for i in range(5) if i != held] for five in some]
        human.append(bleu(one, four))
        agreement.append(cider(one, four))
    moved = [five[0] for five in some[1:] + some[:1]]
    return [float(score) for score in np.mean(human, axis=0)], float(np.mean(agreement)), bleu(moved, some)[3]
