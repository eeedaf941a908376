"""Scores equal the COCO evaluation code's: the numbers below were printed by pycocoevalcap 1.2."""

from __future__ import annotations

import pytest

from unrolled.scoring import bleu, cider, tokens

SAID = ["a man riding a red bicycle down the street", "two dogs run on the beach", "a cat"]
REFERENCES = [
    [
        "a man rides a red bicycle on the street",
        "a man is riding a bike down the street",
        "a cyclist on a red bike",
    ],
    ["two dogs running on a beach", "a pair of dogs on the beach near the sea"],
    ["a cat sleeping on a couch", "a cat on a sofa", "the cat lies on the couch"],
]


def words(texts: list[str]) -> list[list[str]]:
    return [tokens(text) for text in texts]


def test_bleu_equals_the_coco_code():
    scores = bleu(words(SAID), [words(some) for some in REFERENCES])
    assert scores == pytest.approx(
        [0.7889161715994215, 0.6872762083377423, 0.476193718505754, 5.631408975330595e-05]
    )


def test_cider_equals_the_coco_code():
    assert cider(words(SAID), [words(some) for some in REFERENCES]) == pytest.approx(2.209646169425963)


def test_a_caption_equal_to_its_reference_is_perfect():
    same = words(["a man riding a red bicycle down the street"])
    assert bleu(same, [same]) == pytest.approx([1, 1, 1, 1])


def test_tokens_drop_punctuation_and_case():
    assert tokens("A dog's ball, on the Beach.") == ["a", "dog", "'s", "ball", "on", "the", "beach"]
