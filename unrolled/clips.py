"""Short clips of somebody who moves, drawn with the figures of the scenes: what is done shows only over time.

    some = clips.draw(200, seed=1)
    some.frames, some.actions, some.lengths         # (N, T, 40, 40, 3), (N,), (N,)

Nine actions in three families. Those of a family go through the very same poses, at another speed or in another order:
whoever sees a single frame, or all of them shuffled, sees the family and no more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from unrolled.scenes.dice import Dice
from unrolled.scenes.palette import HAIR, PAINT, SKIN, Colour
from unrolled.scenes.pen import Canvas, Thing
from unrolled.scenes.people import PEOPLE, STAND, Pose, person

PIXELS, FINER, UNITS_WIDE = 40, 2, 64

# Joints as in unrolled.scenes.people: the far side comes first.
STRIDE = (          # once round is two steps: a foot in front, legs passing, the other foot in front, passing
    STAND._replace(knees=((-4, 9), (6, 11)), feet=((-10, 2), (9, 1)), elbows=((6, 26), (-7, 25)),
                   hands=((11, 21), (-10, 19))),
    STAND._replace(knees=((2, 11), (0, 9)), feet=((-3, 5), (0, 1)), elbows=((0, 25), (0, 25)),
                   hands=((2, 18), (2, 18))),
    STAND._replace(knees=((6, 11), (-4, 9)), feet=((9, 1), (-10, 2)), elbows=((-7, 25), (6, 26)),
                   hands=((-10, 19), (11, 21))),
    STAND._replace(knees=((0, 9), (2, 11)), feet=((0, 1), (-3, 5)), elbows=((0, 25), (0, 25)),
                   hands=((2, 18), (2, 18))),
)
BEND = (            # from upright to a crouch
    STAND,
    STAND._replace(hip=(-3, 13), chest=(2, 27), knees=((3, 10), (6, 10)), elbows=((1, 21), (9, 20)),
                   hands=((9, 20), (14, 20))),
    STAND._replace(hip=(-5, 7), chest=(3, 20), knees=((5, 10), (8, 10)), elbows=((3, 14), (11, 13)),
                   hands=((11, 14), (17, 15))),
)
ARM = (             # from hanging down to stretched upwards
    STAND,
    STAND._replace(elbows=((-7, 25), (12, 27)), hands=((-7, 18), (18, 27))),
    STAND._replace(elbows=((-7, 25), (10, 36)), hands=((-7, 18), (12, 46))),
)


@dataclass(frozen=True)
class Action:
    """A way through the poses of a family: round and round, there, back, or to and fro, so fast."""

    name: str
    says: str
    family: str
    way: str
    least: float        # of the whole way, per frame
    most: float


ACTIONS = (
    Action("walk", "walks", "stride", "round", 0.07, 0.11),
    Action("run", "runs", "stride", "round", 0.22, 0.29),
    Action("back away", "backs away", "stride", "round", -0.11, -0.07),
    Action("crouch", "crouches", "bend", "there", 0.08, 0.13),
    Action("get up", "gets up", "bend", "back", 0.08, 0.13),
    Action("bounce", "bounces", "bend", "to and fro", 0.25, 0.4),
    Action("raise an arm", "raises an arm", "arm", "there", 0.08, 0.13),
    Action("lower an arm", "lowers an arm", "arm", "back", 0.08, 0.13),
    Action("wave", "waves", "arm", "to and fro", 0.25, 0.4),
)
NAMES = tuple(action.name for action in ACTIONS)
FAMILIES = {"stride": STRIDE, "bend": BEND, "arm": ARM}


@dataclass(frozen=True)
class Clips:
    """N clips of up to T frames; what is after the end of a clip is zero, and its label -1.

    frames (N, T, 40, 40, 3) uint8, actions (N,) of the first part, labels (N, T) of each frame, lengths (N,),
    texts: for each clip the words that tell it, "a girl waves then runs"
    """

    frames: NDArray[np.uint8]
    actions: NDArray[np.int64]
    labels: NDArray[np.int64]
    lengths: NDArray[np.int64]
    texts: list[list[str]]

    def __len__(self) -> int:
        return len(self.actions)


def draw(count: int, seed: object, parts: int = 1, shortest: int = 8, longest: int = 12) -> Clips:
    """Draw clips of somebody who does one thing, or ``parts`` things one after another, each for some frames."""
    dice, T = Dice("clips", seed, parts), parts * longest
    frames = np.zeros((count, T, PIXELS, PIXELS, 3), np.uint8)
    labels = np.full((count, T), -1)
    texts = []
    for n in range(count):
        look, t = _look(dice), 0
        told: list[str] = []
        for _ in range(parts):
            number = dice.whole(0, len(ACTIONS) - 1)
            told += [ACTIONS[number].says] * (told[-1:] != [ACTIONS[number].says])
            for pose, moved in poses(ACTIONS[number], dice.whole(shortest, longest), dice):
                frames[n, t] = _frame(look, pose, moved)
                labels[n, t] = number
                t += 1
        texts.append(f"a {look['kind']} {' then '.join(told)}".split())
    return Clips(frames, labels[:, 0].copy(), labels, (labels >= 0).sum(axis=1), texts)


def poses(action: Action, count: int, dice: Dice) -> Iterator[tuple[Pose, float]]:
    """The poses of an action, and how far the ground has moved on."""
    keys, speed = FAMILIES[action.family], dice.between(action.least, action.most, 4)
    start = dice.between(0, 1, 4)
    if action.way in ("there", "back"):
        start = dice.between(0, max(0.0, 1 - speed * (count - 1)), 4)
    for t in range(count):
        at = start + speed * t + dice.between(-0.015, 0.015, 4)
        if action.way == "round":
            yield _between((*keys, keys[0]), at % 1), at
        elif action.way == "to and fro":
            yield _between(keys, _there_and_back(at)), 0.0
        else:
            at = min(max(at, 0.0), 1.0)
            yield _between(keys, at if action.way == "there" else 1 - at), 0.0


def _there_and_back(at: float) -> float:
    return 1 - abs(1 - at % 2)


def _between(keys: tuple[Pose, ...], at: float) -> Pose:
    """The pose at a share of the way through some poses."""
    place = at * (len(keys) - 1)
    k = min(int(place), len(keys) - 2)

    def mixed(a: Any, b: Any) -> Any:
        if isinstance(a, tuple):
            return tuple(mixed(one, other) for one, other in zip(a, b, strict=True))
        return a + (b - a) * (place - k)

    return Pose(*mixed(tuple(keys[k]), tuple(keys[k + 1])))


def _look(dice: Dice) -> Thing:
    """Who it is, and what they wear; the same throughout a clip."""
    return {
        "kind": dice.pick(PEOPLE), "colour": dice.pick(sorted(PAINT)), "hair": dice.pick(sorted(HAIR)),
        "skin": dice.whole(0, len(SKIN) - 1), "trousers": dice.whole(0, 4), "top": "shirt",
        "scale": dice.between(0.92, 1.08, 2), "x": dice.between(-3, 3), "flip": dice.chance(0.5),
        "pebbles": dice.between(0, 1, 2),
    }


SKY: Colour = (206, 226, 240)
GROUND: Colour = (196, 206, 168)
PEBBLE: Colour = (182, 192, 154)
HORIZON, UNLIKE = 8, 48      # rows of ground; how far, over three colours, paint differs from what is behind it


def _frame(look: Thing, pose: Pose, moved: float) -> NDArray[np.uint8]:
    """One picture: the camera goes along, so that the ground moves and the figure stays where it is."""
    image = Image.new("RGB", (PIXELS * FINER, PIXELS * FINER), SKY)
    canvas = Canvas(image, PIXELS * FINER / UNITS_WIDE, "sunny", "field")
    ground = canvas.pen(0, UNITS_WIDE)
    ground.box(0, 0, UNITS_WIDE, HORIZON * UNITS_WIDE / PIXELS, GROUND)
    side = -1 if look["flip"] else 1
    for k in range(5):
        x = (16 * (k + look["pebbles"]) - side * 16 * 2 * moved) % 80 - 8
        ground.ellipse(x, 5, 1.6, 0.8, PEBBLE)
    tall = 1.0 if look["kind"] in ("man", "woman") else 1.15
    pen = canvas.pen(UNITS_WIDE / 2 + look["x"], 59, tall * look["scale"], look["flip"])
    person(pen, look, pose)
    return np.asarray(image.reduce(FINER))


def eye(frames: NDArray[np.uint8], lengths: NDArray[np.int64], count: int = 24) -> Eye:
    """Learn to look from clips: the ``count`` directions in which the outlines in their frames differ most."""
    seen = np.concatenate([_outlines(clip[:n]) for clip, n in zip(frames, lengths, strict=True)])       # (M, 400)
    middle = seen.mean(axis=0)
    spread, directions = np.linalg.eigh((seen - middle).T @ (seen - middle) / len(seen))
    return Eye(middle, (directions[:, ::-1][:, :count] / np.sqrt(spread[::-1][:count])).astype(np.float32))


@dataclass(frozen=True)
class Eye:
    """What turns a frame into features: the outline of what stands before the background, along some directions."""

    middle: NDArray[np.float32]
    directions: NDArray[np.float32]

    def __call__(self, some: Clips) -> NDArray[np.float32]:
        """Features of every frame, (N, T, count), each about one in size; zero after the end of a clip."""
        features = np.zeros((*some.labels.shape, self.directions.shape[1]), np.float32)
        for n, length in enumerate(some.lengths):
            features[n, :length] = (_outlines(some.frames[n, :length]) - self.middle) @ self.directions
        return features


def _outlines(frames: NDArray[np.uint8]) -> NDArray[np.float32]:
    """How much of each 2 x 2 pixels is not background: frames (M, 40, 40, 3) -> (M, 400) from 0 to 1."""
    half, background = PIXELS // 2, np.empty((PIXELS, 1, 3), np.int16)
    background[...], background[-HORIZON:] = SKY, GROUND
    differs = np.abs(frames - background).sum(axis=3) > UNLIKE
    return differs.reshape(-1, half, 2, half, 2).mean(axis=(2, 4), dtype=np.float32).reshape(-1, half * half)


def strip(some: Clips, n: int) -> NDArray[np.uint8]:
    """The frames of clip n side by side, (40, 40 · length, 3)."""
    return np.concatenate(list(some.frames[n, : some.lengths[n]]), axis=1)
