"""Where this lesson's captioner looked, word by word, on pictures that it has not seen; and where the things are."""

# ruff: noqa: F821      the names are those of the lesson, in whose kernel this runs

import base64
from io import BytesIO

from unrolled.scenes.compose import UNITS, box_of
from unrolled.scenes.pointing import cells_of, names_of

CHOSEN = [4, 11, 15, 23, 34, 43, 44, 72]        # the lesson's three, and five more; in one it looks beside the thing
SIDE = 280


def drawn(n):
    """A validation picture as JPEG in base64."""
    content = BytesIO()
    scenes.picture("val", n, SIDE).convert("RGB").save(content, "JPEG", quality=82)
    return base64.b64encode(content.getvalue()).decode()


def shares(thing):
    """The box of a thing: left, top, right, bottom, each as a share of the picture."""
    return [round(min(1, max(0, float(edge) / UNITS)), 3) for edge in box_of(thing)]


def look(n, word, weights):
    """A word, its map (49,) and the boxes of what it names; `on` says whether the strongest region lies there."""
    scene = scenes.val.descriptions[n]
    cells = cells_of(word, scene)
    return {"word": word, "weights": base64.b64encode(weights.astype("<f2").tobytes()).decode(),
            "boxes": [shares(thing) for thing in scene["things"] if word in names_of(thing)],
            "on": bool(cells[weights.argmax()]) if cells.any() else None}


written, maps_of_words = decoding.look_along(models["attention"], learned["attention"], looked.val.features[CHOSEN])
exported = {
    "weights": "base64 of little-endian float16, 7 rows of 7 regions from the top left",
    "pictures": [
        {"jpeg": drawn(n), "person": scenes.val.references[n][0],
         "words": [look(n, word, weights) for word, weights in zip(caption.split(), maps, strict=False)]}
        for n, caption, maps in zip(CHOSEN, scenes.decode(written), maps_of_words, strict=True)
    ],
}
