"""What the shipped character model expects at three places of a program: in one it is sure."""

# ruff: noqa: F821      the names are those of the lesson, in whose kernel this runs

import numpy as np

BEGINNINGS = ("    return self.", "for place in ran", 'raise ValueError("')


def expected_after(beginning):
    """The scores of the next letter after a line has begun so (V,)."""
    *before, last = text.encode("\n" + beginning)
    _, state = large.cells(trained, np.array(before))
    scores, _ = large.step(trained, state, np.array([last]))
    return scores[0]


exported = {
    "letters": large.letters,
    "places": [{"beginning": beginning, "scores": [round(float(s), 4) for s in expected_after(beginning)]}
               for beginning in BEGINNINGS],
}
