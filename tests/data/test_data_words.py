import numpy as np
import pytest

from unrolled import scoring
from unrolled.data.words import decode, encode, tokens, vocabulary

NUMBERS = {"<NULL>": 0, "<START>": 1, "<END>": 2, "<UNK>": 3, "a": 4, "dog": 5}
WORDS = list(NUMBERS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A dog runs.", "a dog runs"),
        ("A man 's hat, the boy's shoe", "a man 's hat the boy 's shoe"),
        ("They don't; they do n't; they can’t", "they do n't they do n't they ca n't"),
        ("a T-shirt with 23 on it", "a t shirt with 23 on it"),
        ("Ein Hund läuft über die Straße!", "ein hund läuft über die straße"),
        ("  ", ""),
    ],
)
def test_tokenise(text, expected):
    assert " ".join(tokens(text)) == expected


def test_captions_are_cut_the_same_way_to_be_learnt_and_to_be_scored():
    assert tokens is scoring.tokens


def test_vocabulary_by_count_and_by_size():
    said = [["a", "dog"], ["a", "cat"], ["a", "dog", "bee"]]
    assert vocabulary(said, min_count=2)[4:] == ["a", "dog"]
    assert vocabulary(said, size=3)[4:] == ["a", "dog", "bee"]  # bee before cat: equals go by letter
    assert vocabulary([])[:4] == ["<NULL>", "<START>", "<END>", "<UNK>"]


def test_encode_one_and_many():
    one = encode("A dog, a zebra", NUMBERS, length=8)
    assert one.dtype == np.int32
    assert one.tolist() == [1, 4, 5, 4, 3, 2, 0, 0]
    assert encode(["a", "a dog"], NUMBERS).shape == (2, 17)
    assert encode([], NUMBERS).shape == (0, 17)
    assert encode("a " * 30, NUMBERS).tolist() == [1, *[4] * 15, 2]


def test_decode_one_and_many():
    row = [1, 4, 5, 2, 4, 0]
    assert decode(row, WORDS) == "a dog"
    assert decode(row, WORDS, marks=True) == "<START> a dog <END>"
    assert decode([row, [4, 3, 0, 0, 0, 0]], WORDS) == ["a dog", "a <UNK>"]
    assert decode(np.zeros((0, 17), int), WORDS) == []


def test_decode_refuses_what_is_no_caption():
    with pytest.raises(ValueError, match=r"from 4 to 9, the vocabulary from 0 to 5"):
        decode([4, 9], WORDS)
    with pytest.raises(ValueError, match="expected whole numbers"):
        decode([0.5], WORDS)


def test_there_and_back():
    assert decode(encode("a dog", NUMBERS), WORDS) == "a dog"
