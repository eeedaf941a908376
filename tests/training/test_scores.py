"""Scores against the COCO evaluation code on random and real captions; opponents; perplexity; the table."""

import math
import random
from types import SimpleNamespace

import numpy as np
import pytest

from tests.lesson import Lesson
from tests.training import tiny
from unrolled import data, opponents, scoring
from unrolled.scoring import References, Score, Table, bleu, cider, perplexity, score, score_human, tokens

WORDS = ["a", "the", "dog", "cat", "man", "woman", "runs", "sits", "on",
         "in", "under", "with", "red", "small", "street", "grass", "beach", "and", "two"]


def sentences(seed: int, count: int) -> tuple[list[str], list[list[str]]]:
    """Captions of 1 to 14 words and 1 to 6 references each; some captions are one of the references."""
    dice = random.Random(seed)

    def sentence() -> str:
        return " ".join(dice.choices(WORDS, weights=range(len(WORDS), 0, -1), k=dice.randint(1, 14)))

    people = [[sentence() for _ in range(dice.randint(1, 6))] for _ in range(count)]
    return [dice.choice([sentence(), dice.choice(some)]) for some in people], people


def coco(captions, people):
    """(BLEU-1 to BLEU-4, CIDEr-D) as pycocoevalcap's Python scorers print them, on the same tokens."""
    bleus = pytest.importorskip("pycocoevalcap.bleu.bleu", reason="pycocoevalcap is not installed").Bleu(4)
    ciders = pytest.importorskip("pycocoevalcap.cider.cider", reason="pycocoevalcap is not installed").Cider()
    said = {i: [" ".join(tokens(text))] for i, text in enumerate(captions)}
    others = {i: [" ".join(tokens(text)) for text in some] for i, some in enumerate(people)}
    return bleus.compute_score(others, said, verbose=0)[0], ciders.compute_score(others, said)[0]


@pytest.mark.parametrize("seed", range(12))
def test_scores_equal_the_coco_evaluation_codes(seed):
    captions, people = sentences(seed, 1 + 7 * seed)
    blue, agreement = coco(captions, people)
    said, others = [tokens(text) for text in captions], [[tokens(text) for text in some] for some in people]
    assert bleu(said, others) == pytest.approx(blue, abs=1e-6)
    assert cider(said, others) == pytest.approx(agreement, abs=1e-6)
    both = score(captions, people)
    assert both.bleu == pytest.approx([100 * share for share in blue], abs=1e-4)
    assert both.cider == pytest.approx(100 * agreement, abs=1e-4)


def test_the_bleu_that_students_write_equals_the_coco_evaluation_codes_on_a_thousand_caption_sets():
    """Where no n-gram of a length matches, theirs is 0; the COCO code's is what is left of the 1e-15 and 1e-9 that it
    adds to matches and totals, at most (1e-15 / 1e-9) ** (1 / 4) for captions of fewer than four words."""
    scorer = pytest.importorskip("pycocoevalcap.bleu.bleu", reason="pycocoevalcap is not installed")
    students, zeros = Lesson("8-attention/attention.ipynb").namespace()["bleu"], 0
    for seed in range(1000):
        captions, people = sentences(seed, 1 + seed % 7)
        said, others = dict(enumerate([text] for text in captions)), dict(enumerate(people))
        published = np.array(scorer.Bleu(4).compute_score(others, said, verbose=0)[0])
        split = [text.split() for text in captions], [[text.split() for text in some] for some in people]
        theirs = students(*split)
        assert bleu(*split) == pytest.approx(published, abs=1e-9), seed
        assert theirs[theirs > 0] == pytest.approx(published[theirs > 0], abs=1e-6), seed
        assert (published[theirs == 0] < 0.032).all(), seed
        zeros += int((theirs == 0).sum())
    assert zeros < 1000         # of 4,000 scores


def test_scores_equal_the_coco_evaluation_codes_on_captions_of_the_scenes():
    with data.load("scenes") as scenes:
        people = scenes.val.references[:150]
        captions = [some[0] for some in scenes.val.references[150:300]]
    blue, agreement = coco(captions, people)
    both = score(captions, people)
    assert both.bleu == pytest.approx([100 * share for share in blue], abs=1e-4)
    assert both.cider == pytest.approx(100 * agreement, abs=1e-4)


def test_a_human_is_the_mean_of_all_turns_against_the_others():
    _, people = sentences(3, 20)
    people = [some for some in people if len(some) > 2]
    turns = min(map(len, people))
    frequency = scoring.document_frequency([[tokens(text) for text in some] for some in people])
    total = 0.0
    for turn in range(turns):
        said = [tokens(some[turn]) for some in people]
        rest = [[tokens(text) for k, text in enumerate(some) if k != turn] for some in people]
        total += cider(said, rest, frequency, len(people))
    assert score_human(people).cider == pytest.approx(100 * total / turns)
    with pytest.raises(ValueError, match="No picture has two captions"):
        score_human([["a dog"], ["a cat"]])


def test_captions_and_pictures_must_be_as_many():
    with pytest.raises(ValueError, match="expected 2 captions, one per picture, found 1"):
        score(["a dog"], [["a dog"], ["a cat"]])


def test_perplexity_of_equal_chances_is_the_size_of_the_vocabulary():
    params, examples = tiny.init(np.random.default_rng(0), V=12), tiny.examples(V=12)
    assert perplexity(tiny.loss, {name: 0 * p for name, p in params.items()}, examples) == pytest.approx(12)
    words = (examples.captions[:, 1:] > 0).sum()
    value, _ = tiny.loss(params, examples.features[examples.image_idxs], examples.captions)
    assert perplexity(tiny.loss, params, examples) == pytest.approx(math.exp(value * len(examples.captions) / words))


def test_agreement_is_the_sum_of_similarities_to_the_others():
    _, people = sentences(5, 12)
    weighed = References(people)
    vectors = [vector for some in weighed.vectors for vector in some]
    slowly = [sum(v.similarity(w) for w in vectors if w is not v) for v in vectors]
    # similarity takes the other's weights for what is clipped: v.similarity(w) sums min(v, w) w
    np.testing.assert_allclose(opponents.agreement(vectors), slowly, rtol=1e-9, atol=1e-12)


@pytest.fixture
def pictures(monkeypatch):
    """Four training pictures, two to be captioned that look like the first and the last."""
    said = [["a dog runs", "a brown dog runs fast"], ["a dog sits", "the dog"], ["two cats", "two cats sleep"],
            ["a cat sleeps", "one cat"]]
    looks = np.array([[5.0, 0.1], [4.0, 2.0], [-4.0, -2.0], [-5.0, 0.2]])
    train = SimpleNamespace(references=said, features=looks)
    val = SimpleNamespace(references=[["a dog runs", "dog"], ["a cat", "a cat sleeps"]],
                          features=np.array([[9.0, 0.3], [-8.0, 0.1]]))
    fake = SimpleNamespace(train=train, val=val, split=lambda name: {"train": train, "val": val}[name])
    monkeypatch.setattr(opponents, "_comparable", lambda _: fake)
    return fake


def test_opponents_say_what_they_should(pictures):
    np.testing.assert_array_equal(opponents.neighbours(pictures, "val", 2), [[0, 1], [3, 2]])
    assert opponents.nearest(pictures) == ["a dog runs", "a cat sleeps"]
    assert opponents.most_frequent(pictures) == ["a brown dog runs fast"] * 2       # all once: first by alphabet
    assert opponents.consensus(pictures, count=2)[0] in ("a dog runs", "a brown dog runs fast")
    assert set(opponents.random_captions(pictures)) <= {text for some in pictures.train.references for text in some}


def test_the_consensus_is_the_caption_most_like_the_others(pictures):
    pictures.train.references[:2] = [["a dog runs on grass", "a dog runs on green grass"],
                                     ["a dog runs on the grass", "the mountains are blue"]]
    assert opponents.consensus(pictures, count=2)[0].startswith("a dog runs on")


def test_the_table_has_a_row_for_everyone_and_says_how_humans_are_scored(pictures):
    table = opponents.table(pictures, "val", model=Score((50.0, 40.0, 30.0, 20.0), 60.0, 7.5))
    assert list(table) == ["random caption", "most frequent caption", "nearest neighbour", "neighbours' consensus",
                           "model", "another human"]
    lines = str(table).splitlines()
    assert lines[0].split() == ["BLEU-1", "BLEU-2", "BLEU-3", "BLEU-4", "CIDEr-D", "perplexity"]
    assert lines[5].split() == ["model", "50.0", "40.0", "30.0", "20.0", "60.0", "7.5"]
    assert lines[-1].startswith("another human: each person against the others")
    assert "<td>60.0</td>" in table._repr_html_()
    assert "&lt;b&gt;" in Table({"<b>": Score((1.0, 1.0, 1.0, 1.0), 1.0)})._repr_html_()


def test_neighbours_of_the_scenes_look_alike():
    with data.load("scenes") as scenes:
        near = opponents.neighbours(scenes, "val", 1)[:, 0]
        train, val = scenes.train.descriptions, scenes.val.descriptions
        same = np.mean([train[i]["place"] == one["place"] for i, one in zip(near, val, strict=True)])
    assert same > 0.8
