"""Where attention looks, beside where things are."""

from __future__ import annotations

import numpy as np
import pytest

from unrolled.scenes.build import read_descriptions, shipped_weights
from unrolled.scenes.compose import box_of
from unrolled.scenes.pointing import cells_of, names_of, pointing


@pytest.fixture(scope="module")
def scenes():
    return read_descriptions(shipped_weights().parent / "descriptions.jsonl.gz")["val"][:200]


def named(scene):
    """A name of the first main thing."""
    return sorted(names_of(next(thing for thing in scene["things"] if thing["role"] == "main")))[0]


def test_regions_of_a_word_are_those_in_the_box_of_what_is_called_so(scenes):
    for scene in scenes:
        boxes = [box_of(thing) for thing in scene["things"] if named(scene) in names_of(thing)]
        for region, on in enumerate(cells_of(named(scene), scene)):
            row, column = divmod(region, 7)
            x, y = (column + 0.5) * 160 / 7, (row + 0.5) * 160 / 7
            assert on == any(left <= x <= right and top <= y <= bottom for left, top, right, bottom in boxes)


def test_names_are_last_words_one_or_many_and_those_of_riders_too():
    thing = {"kind": "hot air balloon", "with": [{"kind": "dog"}]}
    assert {"balloon", "balloons", "airship", "dog", "puppies", "mutt"} <= names_of(thing)
    assert not {"hot", "cat"} & names_of(thing)
    assert names_of({"kind": "nothing that has a name"}) == frozenset()


def test_looking_at_the_thing_is_a_hit_and_elsewhere_is_none(scenes):
    scene = next(s for s in scenes if 5 < cells_of(named(s), s).sum() < 30)
    on = cells_of(named(scene), scene)
    captions = [["a", named(scene), "zzz"], [named(scene)]]
    there, elsewhere = on.astype(float), 1.0 - on
    found = pointing([scene, scene], captions, [np.stack([elsewhere, there, elsewhere]), elsewhere[None]])
    assert found == (0.5, pytest.approx(on.mean()), 2)


def test_looking_anywhere_hits_by_chance(scenes):
    rng = np.random.default_rng(0)
    captions = [[named(scene)] * 20 for scene in scenes]
    found = pointing(scenes, captions, [rng.random((20, 49)) for _ in scenes])
    assert found.hits == pytest.approx(found.chance, abs=0.03)
    assert 3000 < found.words <= 4000


def test_captions_that_name_nothing_are_said_to(scenes):
    with pytest.raises(ValueError, match="a name for something in their pictures, found none"):
        pointing(scenes[:1], [["zzz"]], [np.ones((1, 49))])
