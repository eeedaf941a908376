"""Short reviews of an evening out, from a grammar of our own: is the guest pleased?

    words, pleased = reviews.write(1000, seed=1)
    print(" ".join(words[0]), pleased[0])

What counts is the whole sentence, as among people. A denial turns a word round (*not bad*, *anything but dull*). Of two
clauses that disagree the one that is granted counts less (*although the soup was cold, …*, *… , even though …*), and
after *but* comes what the writer means. The same words in another order may say the opposite, and often do here.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from unrolled.scenes.dice import Dice

SPOKEN_OF = (       # what, and the praise and blame that fit it
    (("food", "soup", "dessert"), ("good", "great", "lovely", "wonderful", "tasty"),
     ("bad", "poor", "awful", "terrible", "bland")),
    (("waiter", "host", "service"), ("good", "great", "lovely", "friendly", "kind"),
     ("bad", "poor", "awful", "terrible", "rude")),
    (("room", "music", "view", "evening"), ("good", "great", "lovely", "wonderful", "charming"),
     ("bad", "poor", "awful", "terrible", "dull")),
)
SAYING = (("was",), ("seemed",), ("was", "really"), ("was", "quite"))
DENYING = (("was", "not"), ("was", "never"), ("was", "hardly"), ("was", "anything", "but"), ("was", "far", "from"))
BEFORE = ((), (), ("honestly", ","), ("we", "came", "on", "a", "friday", ","), ("to", "be", "fair", ","))
AFTER = ((), (), ("in", "the", "end"), ("that", "night"), (",", "and", "we", "sat", "by", "the", "window"))


def write(count: int, seed: object) -> tuple[list[list[str]], NDArray[np.int64]]:
    """Write reviews: -> ``count`` lists of words, and for each 1 where the guest is pleased, 0 where not."""
    dice, reviews, pleased = Dice("reviews", seed), [], []
    for _ in range(count):
        label = dice.whole(0, 1)
        reviews.append([*dice.pick(BEFORE), *_judgement(dice, bool(label)), *dice.pick(AFTER)])
        pleased.append(label)
    return reviews, np.array(pleased)


def twins(count: int, seed: object) -> tuple[list[list[str]], NDArray[np.int64]]:
    """Write pairs of reviews that have the same words in another order and say the opposite.

    -> 2 · ``count`` lists of words, twins side by side, and whether the guest is pleased
    """
    dice, reviews, pleased = Dice("twins", seed), [], []
    for _ in range(count):
        granted, meant = _clause(dice, False), _clause(dice, True)
        for first, second, label in ((granted, meant, 1), (meant, granted, 0)):
            reviews.append(_joined(first, second, "but"))
            pleased.append(label)
    return reviews, np.array(pleased)


def _judgement(dice: Dice, pleased: bool) -> list[str]:
    """One clause, two that agree, or two that disagree, of which one counts."""
    how = dice.weigh({"alone": 3, "agree": 2, "but": 2, "although": 1, "even though": 1})
    if how == "alone":
        return _clause(dice, pleased)
    if how == "agree":
        return _joined(_clause(dice, pleased), _clause(dice, pleased), "and")
    granted, meant = _clause(dice, not pleased), _clause(dice, pleased)
    if how == "but":
        return _joined(granted, meant, "but")
    if how == "although":
        return ["although", *granted, ",", *meant]
    return _joined(meant, granted, "even though")


def _joined(first: Sequence[str], second: Sequence[str], word: str) -> list[str]:
    return [*first, ",", *word.split(), *second]


def _clause(dice: Dice, praise: bool) -> list[str]:
    """Praise or blame of one thing, said outright or by denying the opposite."""
    denied = dice.chance(0.4)
    things, good, bad = dice.pick(SPOKEN_OF)
    adjective = dice.pick(good if praise != denied else bad)
    return ["the", dice.pick(things), *dice.pick(DENYING if denied else SAYING), adjective]
