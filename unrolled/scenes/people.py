"""People: four builds in many looks, poses for what they do, and the things they hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from unrolled.scenes.palette import (
    CREAM,
    HAIR,
    INK,
    LEAF,
    PAINT,
    SKIN,
    TYRE,
    WOOD,
    Colour,
    dark,
    light,
    mix,
)
from unrolled.scenes.pen import Pen, Point, Thing


class Build(NamedTuple):
    """Proportions: size of the body, of the head and how far above the chest it sits; half the width of
    shoulders and hips; thickness of limbs and details."""

    body: float
    head: float
    neck: float
    shoulders: float
    hips: float
    width: float


BUILDS = {
    "man": Build(1.0, 0.88, 8.4, 6.6, 5.0, 1.06),
    "woman": Build(1.0, 0.88, 8.2, 4.7, 5.2, 0.94),
    "boy": Build(0.62, 1.04, 8.8, 4.5, 4.2, 0.82),
    "girl": Build(0.62, 1.04, 8.8, 4.0, 4.5, 0.78),
}
PEOPLE = tuple(BUILDS)


class Pose(NamedTuple):
    """Joints of an adult about fifty units high who looks to the right; the far side comes first."""

    hip: Point
    chest: Point
    knees: tuple[Point, Point]
    feet: tuple[Point, Point]
    elbows: tuple[Point, Point]
    hands: tuple[Point, Point]


STAND = Pose((0, 17), (0, 32), ((-3, 9), (3, 9)), ((-3, 1), (3, 1)), ((-7, 25), (7, 25)), ((-7, 18), (8, 18)))
POSES: dict[str, Pose] = {
    "stand": STAND,
    "walk": STAND._replace(knees=((-3, 9), (5, 10)), feet=((-8, 1.6), (6, 1)), hands=((-9, 20), (9, 21))),
    "run": Pose(
        (-1, 18), (3, 32), ((-5, 9), (7, 13)), ((-14, 9), (8, 2)), ((-6, 25), (9, 24)), ((-4, 19), (14, 29))
    ),
    "jump": STAND._replace(
        knees=((-7, 12), (7, 12)),
        feet=((-11, 6), (9, 5)),
        elbows=((-9, 35), (9, 35)),
        hands=((-13, 43), (13, 43)),
    ),
    "wave": STAND._replace(elbows=((-7, 25), (10, 31)), hands=((-7, 18), (13, 41))),
    "cheer": STAND._replace(elbows=((-9, 34), (9, 34)), hands=((-12, 43), (12, 43))),
    "dance": STAND._replace(
        knees=((-2, 9), (7, 11)),
        feet=((-2, 1), (11, 6)),
        elbows=((-9, 33), (9, 30)),
        hands=((-15, 39), (14, 36)),
    ),
    "hold": STAND._replace(elbows=((-6, 24), (8, 25)), hands=((3, 23), (12, 25))),
    "carry": STAND._replace(elbows=((-7, 25), (8, 25)), hands=((-7, 18), (10, 18))),
    "raise": STAND._replace(elbows=((-7, 25), (8, 28)), hands=((-7, 18), (12, 35))),
    "read": STAND._replace(elbows=((-4, 23), (8, 24)), hands=((7, 25), (11, 25))),
    "aim": STAND._replace(elbows=((-3, 28), (9, 29)), hands=((5, 38), (10, 38))),
    "throw": STAND._replace(
        knees=((-4, 9), (5, 9)),
        feet=((-8, 1), (8, 1)),
        elbows=((-8, 26), (9, 34)),
        hands=((-12, 22), (13, 43)),
    ),
    "push": STAND._replace(
        chest=(2, 32),
        knees=((-4, 9), (5, 10)),
        feet=((-9, 2), (6, 1)),
        elbows=((0, 24), (9, 25)),
        hands=((11, 27), (14, 27)),
    ),
    "surf": Pose(
        (0, 15), (2, 29), ((-8, 9), (8, 10)), ((-9, 2), (8, 2)), ((-8, 30), (9, 28)), ((-15, 31), (16, 30))
    ),
    "ski": Pose(
        (-2, 16), (2, 30), ((3, 9), (5, 9)), ((-3, 2), (2, 2)), ((-4, 23), (9, 23)), ((3, 21), (14, 23))
    ),
    "sit": Pose(
        (0, 3), (0, 18), ((8, 4), (10, 3)), ((8, -7), (11, -7)), ((-6, 11), (6, 11)), ((2, 6), (9, 7))
    ),
    "pedal": Pose(
        (-3, 3), (4, 17), ((6, 2), (9, 4)), ((1, -10), (6, -5)), ((5, 11), (10, 12)), ((12, 10), (14, 10))
    ),
    "astride": Pose(
        (0, 3), (1, 18), ((5, 0), (6, 0)), ((3, -9), (4, -9)), ((-3, 11), (8, 11)), ((6, 8), (12, 9))
    ),
    "ground": Pose(
        (0, 3), (-2, 18), ((9, 9), (11, 8)), ((15, 1.5), (17, 1.5)), ((-8, 11), (6, 12)), ((-9, 3), (11, 9))
    ),
}

ACT_POSE = {
    "kite": "raise", "umbrella": "raise", "skate": "surf", "fish": "hold", "play": "hold", "eat": "hold",
    "drink": "hold", "call": "hold", "photograph": "aim", "watch": "aim", "dig": "push", "sweep": "push",
    "water": "hold", "hug": "carry", "swing": "throw", "shine": "hold",
}


def person(pen: Pen, thing: Thing, pose: str | Pose | None = None) -> None:
    """Draw somebody from the feet up: what is behind first, the near arm last.

    pose: a name, or joints of its own; by default the one that fits the act.
    """
    build = BUILDS[thing["kind"]]
    act = str(thing.get("act", "stand"))
    body = pose if isinstance(pose, Pose) else POSES[pose or ACT_POSE.get(act, act)]
    seated = pose in ("sit", "pedal", "astride", "ground")
    if not seated:
        pen.shadow(8 if build.body < 1 else 10)
    pen = pen.at(0, 5 if act == "jump" and not seated else 0)
    body = _shrunk(body, build.body) if build.body < 1 else body
    skin = SKIN[thing.get("skin", 0)]
    top = PAINT[thing["colour"]]
    gear_below(pen, thing)
    _arm(pen, body, 0, dark(top, 0.22), dark(skin, 0.12), build, thing)
    _legs(pen, body, thing, skin, build.width)
    _torso(pen, body, thing, top, build, seated)
    _head(pen.at(body.chest[0] * 1.1 + 0.4, body.chest[1] + build.neck, build.head), thing, skin)
    _held(pen, thing, body, near=False)
    _arm(pen, body, 1, mix(top, dark(top), 0.3), skin, build, thing)
    _held(pen, thing, body, near=True)


def _shrunk(pose: Pose, share: float) -> Pose:
    def shrink(joint: object) -> object:
        if isinstance(joint[0], tuple):  # type: ignore[index]
            return tuple(shrink(j) for j in joint)  # type: ignore[attr-defined]
        return (joint[0] * (share + 0.15), joint[1] * share)  # type: ignore[index]

    return Pose(*(shrink(joint) for joint in pose))  # type: ignore[arg-type]


def _arm(pen: Pen, body: Pose, side: int, sleeve: Colour, skin: Colour, build: Build, thing: Thing) -> None:
    reach, width = build.shoulders - 1.2, build.width
    shoulder = (body.chest[0] + (-reach, reach)[side], body.chest[1] - 1.6)
    elbow, hand = body.elbows[side], body.hands[side]
    style = thing.get("top")
    if style == "swimsuit" and thing["kind"] in ("man", "boy"):
        pen.line([shoulder, elbow, hand], skin, 3.4 * width)
    elif style in ("tee", "dress", "swimsuit", "stripes"):
        pen.line([shoulder, elbow, hand], skin, 3.0 * width)
        pen.line(
            [shoulder, ((shoulder[0] + elbow[0]) / 2, (shoulder[1] + elbow[1]) / 2)], sleeve, 4.2 * width
        )
    else:
        pen.line([shoulder, elbow, hand], sleeve, 3.8 * width)
    pen.ellipse(*hand, 2.1 * width, 2.1 * width, skin)


TROUSERS: list[Colour] = [(70, 84, 128), (88, 78, 72), (116, 120, 134), (62, 58, 70), (176, 142, 102)]


def _legs(pen: Pen, body: Pose, thing: Thing, skin: Colour, width: float) -> None:
    top = thing.get("top", "shirt")
    cloth = TROUSERS[thing.get("trousers", 0)]
    shoes: Colour = (92, 62, 52) if thing.get("skin", 0) % 2 else (64, 58, 72)
    for side in (0, 1):
        shade = 0.22 if side == 0 else 0.0
        hip = (body.hip[0] + (-2.6, 2.6)[side] * width, body.hip[1] + 1)
        leg = [hip, body.knees[side], body.feet[side]]
        bare = top in ("dress", "swimsuit", "shorts")
        pen.line(leg, dark(skin if bare else cloth, shade), (3.4 if bare else 4.6) * width)
        if top in ("shorts", "swimsuit"):
            colour = PAINT[thing["colour"]] if top == "swimsuit" else cloth
            pen.line(leg[:2], dark(colour, shade), 5.0 * width)
        if top != "swimsuit":
            x, y = body.feet[side]
            pen.ellipse(x + 1.2, y + 0.4, 3.4 * width, 2.0 * width, dark(shoes, shade))


def _torso(pen: Pen, body: Pose, thing: Thing, top: Colour, build: Build, seated: bool) -> None:
    (hx, hy), (cx, cy) = body.hip, body.chest
    style, w, s = thing.get("top", "shirt"), build.width, build.shoulders
    tunic = thing["kind"] in ("woman", "girl") and style not in ("swimsuit", "overalls", "shorts")
    flare = {"dress": 9.6 * w, "coat": 7.0 * w}.get(style, 6.8 * w if tunic else build.hips)
    drop = {"dress": 9.0, "coat": 5.0}.get(style, 3.4 if tunic else 0.0) * w * (0.45 if seated else 1.0)
    if style == "swimsuit" and thing["kind"] in ("man", "boy"):
        skin = SKIN[thing.get("skin", 0)]
        pen.polygon(
            [(hx - 5 * w, hy - 1), (cx - s, cy), (cx + s, cy), (hx + 5 * w, hy - 1)], skin
        )
        pen.box(hx - 5.2 * w, hy - 3, hx + 5.2 * w, hy + 3, top, 1)
        return
    outline = [
        (hx - flare, hy - drop), (cx - s, cy - 2), (cx - 0.74 * s, cy + 1), (cx + 0.74 * s, cy + 1),
        (cx + s, cy - 2), (hx + flare, hy - drop),
    ]
    pen.polygon(outline, top)
    pen.ellipse(hx, hy - drop, flare, 2.2 * w, top)
    pen.polygon(
        [
            (hx - flare, hy - drop), (cx - s, cy - 2), (cx - 0.63 * s, cy - 2),
            (hx - flare * 0.55, hy - drop),
        ],
        (40, 20, 70, 26),
    )
    _cloth(pen, body, thing, top, build, flare, drop)


def _cloth(
    pen: Pen, body: Pose, thing: Thing, top: Colour, build: Build, flare: float, drop: float
) -> None:
    (hx, hy), (cx, cy) = body.hip, body.chest
    style, w = thing.get("top", "shirt"), build.width
    pale = CREAM if sum(top) < 640 else (214, 92, 88)
    if style == "stripes":
        for row in range(3):
            y = hy + 2 + row * (cy - hy) * 0.31
            share = (y - hy + drop) / (cy - 2 - hy + drop)
            x, half = hx + (cx - hx) * share, flare + (build.shoulders - flare) * share
            pen.box(x - half, y, x + half, y + 1.7 * w, pale)
    elif thing.get("pattern") == "dots":
        for x, y in ((-4.0, -3), (0, -5), (4, -3), (-2, 1), (3, 2), (-3, 6), (2, 7), (0, 11)):
            if y * w > -drop:
                pen.ellipse(hx + x * w, hy + y * w, 1.0 * w, 1.0 * w, pale)
    elif style in ("jacket", "coat"):
        pen.line([(cx, cy), (hx, hy - drop)], dark(top, 0.35), 0.8)
        for i in (0.25, 0.5, 0.75):
            pen.ellipse(hx + 1.8 * w, hy + (cy - hy) * i, 0.8, 0.8, light(top, 0.6))
    elif style == "overalls":
        denim = (82, 106, 164)
        pen.polygon(
            [
                (hx - 5.2 * w, hy - 2), (hx - 4.6 * w, hy + 5), (cx - 3.2 * w, cy - 5),
                (cx + 3.2 * w, cy - 5), (hx + 4.6 * w, hy + 5), (hx + 5.2 * w, hy - 2),
            ],
            denim,
        )
        for x in (-2.8, 2.8):
            pen.line([(cx + x * w, cy - 5), (cx + x * 1.2 * w, cy + 0.6)], denim, 1.5 * w)
            pen.ellipse(cx + x * w, cy - 5.4, 0.8, 0.8, PAINT["yellow"])
    elif style == "hoodie":
        pen.cap(cx, cy + 0.4, 5.6 * w, 3.2 * w, 180, 360, dark(top, 0.2))
        pen.cap(hx, hy + 2, 3.6 * w, 4 * w, 0, 180, dark(top, 0.14))
    elif style == "apron":
        pen.polygon(
            [(hx - 3.8 * w, hy - 4), (cx - 2.8 * w, cy - 4), (cx + 2.8 * w, cy - 4), (hx + 3.8 * w, hy - 4)],
            CREAM,
        )
    if thing.get("scarf"):
        scarf = PAINT[thing["scarf"]]
        pen.line([(cx + 2.5 * w, cy), (cx + 4 * w, cy - 9)], dark(scarf, 0.12), 3 * w)
        pen.box(cx - 4.6 * w, cy - 1.4, cx + 4.8 * w, cy + 2.0, scarf, 1.6)


def _head(pen: Pen, thing: Thing, skin: Colour) -> None:
    """A round head, three quarters to the right, with what grows on it and is worn on it."""
    hair = HAIR[thing.get("hair", "brown")]
    style = thing.get("hairstyle", "short")
    female = thing["kind"] in ("woman", "girl")
    if thing.get("hat") == "hood":
        pen.ellipse(-1.0, 0.4, 9.6, 9.8, dark(PAINT[thing["hat_colour"]], 0.12))
        style = "short"
    _hair_behind(pen, style, hair, female)
    pen.ellipse(0, 0, 7.6, 7.8, skin)
    if thing["kind"] == "man":
        pen.box(-5.2, -8.4, 6.4, 0, skin, 4.4)
    pen.ellipse(-4.6, -0.8, 1.5, 1.9, dark(skin, 0.1))
    if thing.get("beard"):
        pen.cap(0.8, -0.8, 6.9, 7.2, 196, 356, hair)
        pen.ellipse(3.2, -2.0, 3.3, 1.5, skin)
    pen.ellipse(-0.6, -2.4, 1.7, 1.2, (236, 110, 100, 84))
    pen.ellipse(6.0, -2.4, 1.3, 1.2, (236, 110, 100, 84))
    for x in (1.3, 5.0):
        if thing.get("skin", 0) > 2:
            pen.ellipse(x, 0.3, 1.5, 1.75, (255, 250, 244))
        pen.ellipse(x, 0.3, 0.95, 1.25, INK)
        pen.ellipse(x + 0.3, 0.8, 0.35, 0.4, (255, 255, 255))
        if female:
            pen.line([(x - 0.4, 1.5), (x - 1.9, 2.2)], INK, 0.6)
        elif thing["kind"] == "man":
            pen.line([(x - 1.5, 2.6), (x + 1.3, 3.0)], dark(hair, 0.2), 1.0)
    lips: Colour = (206, 62, 84) if female else dark(skin, 0.62)
    pen.curve([(1.6, -3.4), (3.2, -4.8), (4.8, -3.4)], lips, 1.1 if female else 0.75)
    _hair_before(pen, style, hair)
    if thing.get("glasses"):
        for x in (1.2, 5.2):
            pen.ellipse(x, 0.3, 2.1, 2.1, (60, 54, 70))
            pen.ellipse(x, 0.3, 1.5, 1.5, (70, 66, 92) if thing["glasses"] == "dark" else (232, 242, 250))
            if thing["glasses"] != "dark":
                pen.ellipse(x, 0.2, 0.7, 0.9, INK)
        pen.line([(-4.6, 0.8), (-0.6, 0.6)], (60, 54, 70), 0.6)
    if thing.get("hat"):
        HATS[thing["hat"]](pen, PAINT[thing.get("hat_colour", "red")])


def _hair_behind(pen: Pen, style: str, hair: Colour, female: bool) -> None:
    if style == "long":
        pen.box(-10.2, -15, 1.5, 5, hair, 4)
        pen.box(4.4, -12, 9.4, 4, hair, 2.4)
        pen.ellipse(-0.5, 1.6, 9.2, 8.4, hair)
    elif style == "bob":
        pen.box(-10.2, -7.6, 9.4, 5, hair, 4)
        pen.ellipse(-0.4, 1.8, 9.6, 8.4, hair)
    elif style == "ponytail":
        pen.curve([(-5, 6), (-18, 7), (-13, -11)], hair, 5.4)
        pen.ellipse(-0.8, 1.0, 8.4, 8.2, hair)
    elif style == "bun":
        pen.ellipse(-4.4, 10.4, 5.2, 4.8, hair)
        pen.ellipse(-0.8, 1.0, 8.4, 8.2, hair)
    elif style == "pigtails":
        for x in (-10.4, 10.0):
            pen.ellipse(x, -4.2, 3.2, 6.4, hair)
        pen.ellipse(-0.4, 1.0, 8.6, 8.2, hair)
    elif style == "curly":
        pen.blob(-0.8, 2.0 if female else 3.6, 11.4 if female else 9.4, hair, 9, 1.0)


def _hair_before(pen: Pen, style: str, hair: Colour) -> None:
    if style == "bald":
        pen.cap(-1.2, -0.4, 7.2, 5.4, 150, 210, hair)
        return
    if style == "spiky":
        pen.polygon(
            [
                (-7.8, 1), (-9.4, 6), (-6.4, 6), (-6.4, 10), (-2.8, 8), (-1, 12), (2, 8.2), (5.4, 10),
                (5.4, 6.2), (8.4, 5), (6.6, 2.6), (0, 3.4), (-5, 0.5),
            ],
            hair,
        )
        return
    pen.cap(-0.2, 0.6, 7.9, 7.9, 22, 190, hair)
    pen.polygon([(-7.8, 2.6), (-7.6, -2.0), (-5.4, 1.0), (-2.0, 3.8)], hair)
    pen.curve([(-3.4, 6.8), (0, 7.6), (3, 6.6)], light(hair, 0.22), 0.9)


def _cap(pen: Pen, colour: Colour) -> None:
    pen.cap(-0.2, 2.4, 8.1, 7.0, 0, 180, colour)
    pen.box(3.6, 2.2, 12.6, 4.2, dark(colour, 0.16), 1)
    pen.ellipse(-0.2, 9.4, 1.0, 0.8, dark(colour, 0.16))


def _beanie(pen: Pen, colour: Colour) -> None:
    pen.cap(-0.2, 2.6, 8.3, 8.4, 0, 180, colour)
    pen.box(-8.6, 1.6, 8.2, 4.6, light(colour, 0.3), 1.4)
    pen.ellipse(-0.2, 12.0, 2.6, 2.6, light(colour, 0.55))


def _straw_hat(pen: Pen, colour: Colour) -> None:
    straw = (236, 204, 128)
    pen.ellipse(0, 3.8, 13.0, 2.6, dark(straw, 0.1))
    pen.cap(0, 4.0, 7.4, 7.4, 0, 180, straw)
    pen.box(-7.3, 4.0, 7.3, 6.0, colour)


def _top_hat(pen: Pen, colour: Colour) -> None:
    pen.box(-6.2, 4.4, 6.2, 15.4, (58, 54, 66), 1)
    pen.box(-6.2, 5.4, 6.2, 7.6, colour)
    pen.box(-9.8, 3.2, 9.8, 5.2, (46, 42, 54), 1)


def _helmet(pen: Pen, colour: Colour) -> None:
    pen.cap(-0.3, 1.8, 8.8, 8.4, -4, 184, colour)
    pen.line([(-4, 9), (5, 8)], light(colour, 0.55), 1.2)
    pen.line([(-4.6, 2), (-2.4, -6)], TYRE, 0.8)


def _crown(pen: Pen, colour: Colour) -> None:
    gold = (248, 206, 84)
    pen.polygon([(-6, 5.4), (-7, 12.4), (-3, 8.6), (0, 13.4), (3, 8.6), (7, 12.4), (6, 5.4)], gold)
    for x in (-6.8, 0, 6.8):
        pen.ellipse(x, 12.8, 1.1, 1.1, colour)


def _party_hat(pen: Pen, colour: Colour) -> None:
    pen.polygon([(-5, 5.6), (5, 5.6), (0.4, 17)], colour)
    pen.line([(-3.3, 9), (3.7, 8)], CREAM, 1.2)
    pen.line([(-1.7, 12.6), (2, 12)], CREAM, 1.0)
    pen.ellipse(0.4, 17, 1.8, 1.8, (250, 214, 90))


def _chef_hat(pen: Pen, colour: Colour) -> None:
    pen.blob(0, 12, 7.4, (252, 250, 246), 6, 0.7)
    pen.box(-6.4, 4.2, 6.4, 10, (238, 234, 232), 1)


def _cowboy_hat(pen: Pen, colour: Colour) -> None:
    felt = (150, 100, 62)
    pen.cap(0, 5.4, 13, 3.6, 180, 360, felt)
    pen.polygon([(-6.2, 4), (-5.8, 11.5), (-2.6, 12.6), (0, 11.2), (2.6, 12.6), (5.8, 11.5), (6.2, 4)], felt)
    pen.box(-6.2, 4, 6.2, 5.8, colour)


def _ribbon(pen: Pen, colour: Colour) -> None:
    pen.polygon([(-3, 7.6), (-9, 11), (-8.6, 4.8)], colour)
    pen.polygon([(-3, 7.6), (3, 11), (2.6, 5)], colour)
    pen.ellipse(-3, 7.7, 1.4, 1.4, dark(colour))


def _hood(pen: Pen, colour: Colour) -> None:
    pen.cap(-1.0, 0.4, 9.6, 9.8, 66, 226, colour)


HATS: dict[str, Callable[[Pen, Colour], None]] = {
    "cap": _cap, "beanie": _beanie, "straw hat": _straw_hat, "top hat": _top_hat, "helmet": _helmet,
    "crown": _crown, "party hat": _party_hat, "chef hat": _chef_hat, "cowboy hat": _cowboy_hat,
    "ribbon": _ribbon, "hood": _hood,
}


def gear_below(pen: Pen, thing: Thing) -> None:
    """What somebody stands on: skis, a skateboard, a surfboard on its wave."""
    act = thing.get("act")
    colour = PAINT[thing.get("item_colour", "red")]
    if act == "ski":
        for y in (1.2, 0):
            pen.line([(-17, y), (16, y), (20, y + 2.4)], dark(colour, 0.2 if y else 0), 1.6)
        pen.line([(14, 23), (8, 0)], (92, 90, 104), 0.9)
    elif act == "skate":
        for x in (-9, 9):
            pen.ellipse(x, -1.6, 2.0, 2.0, TYRE)
        pen.line([(-15, 1.6), (-11, 0.2), (11, 0.2), (15, 1.6)], colour, 1.9)
    elif act == "surf":
        pen.ellipse(0, -3, 30, 5, (120, 200, 226))
        pen.curve([(-28, -1), (-10, 3), (20, -3)], (240, 250, 252), 2.6)
        pen.polygon([(-20, 0.5), (-10, 2.4), (12, 2.4), (22, 2.6), (12, -1.2), (-12, -1.2)], colour)
        pen.line([(-16, 0.7), (16, 1.1)], CREAM, 0.8)
    elif act == "balance":
        pen.ellipse(0, -4, 9, 5, colour)


def _held(pen: Pen, thing: Thing, body: Pose, near: bool) -> None:
    """What is in the near hand; wide things come before the arm, small ones after it."""
    act, item = thing.get("act"), thing.get("item")
    if act == "kite":
        item = "kite"
    elif act == "umbrella":
        item = "umbrella"
    if not item or ((item in BEHIND_ARM) == near):
        return
    ITEMS[item](pen.at(*body.hands[1]), PAINT[thing.get("item_colour", "red")])


def _ball(pen: Pen, colour: Colour) -> None:
    pen.ellipse(3.4, 2.8, 5.4, 5.4, colour)
    pen.cap(3.4, 2.8, 5.4, 5.4, 20, 100, CREAM)
    pen.cap(3.4, 2.8, 5.4, 5.4, 200, 280, CREAM)
    pen.ellipse(2, 4.6, 1.3, 1.3, light(colour, 0.6))


def _balloon(pen: Pen, colour: Colour) -> None:
    pen.line([(0, 0), (2, 9), (1, 18)], (120, 110, 120), 0.5)
    pen.ellipse(1, 25, 6.4, 7.6, colour)
    pen.polygon([(-0.6, 16.4), (2.6, 16.4), (1, 19)], dark(colour, 0.14))
    pen.ellipse(-1.2, 27.6, 1.5, 2.2, light(colour, 0.55))


def _balloons(pen: Pen, colour: Colour) -> None:
    for x, y, paint in (
        (-6, 21, colour), (7, 22, PAINT["yellow"]),
        (1, 28, PAINT["blue"] if colour != PAINT["blue"] else PAINT["red"]),
    ):
        pen.line([(0, 0), (x, y - 6)], (120, 110, 120), 0.5)
        pen.ellipse(x, y, 5.4, 6.4, paint)
        pen.ellipse(x - 1.8, y + 2, 1.2, 1.8, light(paint, 0.55))


def _book(pen: Pen, colour: Colour) -> None:
    pen.polygon([(-5, -1), (1, -3), (1, 6), (-5, 8)], colour)
    pen.polygon([(1, -3), (8, -1), (8, 8), (1, 6)], dark(colour, 0.12))
    pen.polygon([(-4.2, 7), (1, 5.2), (7.2, 7), (7.2, 8.4), (1, 6.8), (-4.2, 8.4)], CREAM)


def _newspaper(pen: Pen, colour: Colour) -> None:
    pen.polygon([(-7, -4), (1, -5.5), (1, 7), (-7, 8.5)], (240, 238, 230))
    pen.polygon([(1, -5.5), (9, -4), (9, 8.5), (1, 7)], (224, 222, 216))
    for y in (5, 2.4, 0, -2.4):
        pen.line([(-5.6, y + 1), (-0.6, y)], (150, 150, 156), 0.6)
        pen.line([(2.4, y), (7.4, y + 1)], (150, 150, 156), 0.6)


def _guitar(pen: Pen, colour: Colour) -> None:
    wood = (206, 134, 62)
    pen.line([(-6, -2), (12, 11)], (110, 70, 48), 1.8)
    pen.box(10.6, 9.6, 15, 13.2, (88, 56, 42), 1)
    pen.ellipse(-8, -4, 6.0, 5.6, wood)
    pen.ellipse(-3.4, -0.6, 4.2, 4.0, wood)
    pen.ellipse(-6.0, -2.6, 1.8, 1.8, (84, 52, 40))


def _violin(pen: Pen, colour: Colour) -> None:
    wood = (176, 92, 46)
    pen.line([(0, 7), (7, 12)], (80, 52, 40), 1.2)
    pen.ellipse(-5, 5, 4.2, 2.6, wood)
    pen.ellipse(-1.6, 6.6, 3.0, 2.0, wood)
    pen.line([(3, -3), (-6, 12)], (120, 90, 60), 0.7)


def _trumpet(pen: Pen, colour: Colour) -> None:
    gold = (240, 192, 70)
    pen.line([(-5, 7), (8, 9)], gold, 1.4)
    pen.polygon([(7, 9), (14, 13.6), (14, 4.6)], gold)
    pen.line([(-1, 4), (4, 4.6)], dark(gold), 1.6)


def _drum(pen: Pen, colour: Colour) -> None:
    pen.box(-9, -7, 5, 3, colour, 1)
    pen.ellipse(-2, 3, 7, 2, CREAM)
    pen.line([(0, 4), (7, 10)], WOOD, 1.0)


def _bag(pen: Pen, colour: Colour) -> None:
    pen.line([(-3, -5), (0, 0.6), (3, -5)], dark(colour), 1.0)
    pen.box(-5.6, -14, 5.6, -4.4, colour, 2)
    pen.box(-5.6, -8, 5.6, -6.8, dark(colour, 0.14))


def _suitcase(pen: Pen, colour: Colour) -> None:
    pen.box(-2.4, -3, 2.4, 0.4, dark(colour, 0.3), 1)
    pen.box(-7.6, -15, 7.6, -2.6, colour, 1.6)
    for x in (-5, 5):
        pen.box(x - 0.9, -15, x + 0.9, -2.6, dark(colour, 0.22))


def _flowers(pen: Pen, colour: Colour) -> None:
    for x, y, paint in (
        (-4, 9, PAINT["red"]), (0.4, 11, PAINT["yellow"]), (4.6, 9, PAINT["pink"]),
        (-1.6, 7, PAINT["purple"]), (2.6, 7, CREAM),
    ):
        pen.line([(0, 0), (x, y)], (86, 150, 80), 0.8)
        pen.ellipse(x, y, 2.5, 2.5, paint)
        pen.ellipse(x, y, 0.9, 0.9, dark(paint, 0.25))
    pen.polygon([(-3.4, 4), (3.6, 4), (0.4, -4)], light(colour, 0.4))


def _sunflower(pen: Pen, colour: Colour) -> None:
    pen.line([(0, -6), (1, 12)], (86, 150, 80), 1.2)
    pen.blob(1, 14, 5.6, PAINT["yellow"], 9, 1.0)
    pen.ellipse(1, 14, 2.6, 2.6, (110, 72, 46))


def _ice_cream(pen: Pen, colour: Colour) -> None:
    pen.polygon([(-2.6, 3), (2.8, 3), (0.2, -5)], (222, 168, 100))
    pen.ellipse(0.1, 5.0, 3.6, 3.4, colour)
    pen.ellipse(0.3, 8.8, 2.8, 2.6, (250, 236, 214))


def _lollipop(pen: Pen, colour: Colour) -> None:
    pen.line([(0, -3), (0, 6)], CREAM, 0.9)
    pen.ellipse(0, 9, 4.2, 4.2, colour)
    pen.ellipse(0, 9, 2.5, 2.5, light(colour, 0.6))
    pen.ellipse(0, 9, 1.1, 1.1, colour)


def _camera(pen: Pen, colour: Colour) -> None:
    pen.box(-5, -2.6, 5, 4, (72, 68, 80), 1.2)
    pen.ellipse(2.6, 0.6, 2.6, 2.6, (150, 160, 176))
    pen.ellipse(2.6, 0.6, 1.4, 1.4, (44, 48, 66))
    pen.box(-3.6, 4, -1, 5.2, (72, 68, 80))


def _binoculars(pen: Pen, colour: Colour) -> None:
    for y in (-0.8, 2.2):
        pen.box(-5, y - 1.4, 4, y + 1.6, (66, 62, 74), 1.2)
        pen.ellipse(4, y + 0.1, 1.0, 1.8, (130, 170, 200))


def _cup(pen: Pen, colour: Colour) -> None:
    pen.ellipse(3.6, 2, 1.9, 2.1, dark(colour, 0.1))
    pen.box(-2.6, -1, 3.2, 5.4, colour, 1)
    pen.line([(0, 7), (1, 9.4), (0, 11.4)], (255, 255, 255, 130), 0.9)


def _phone(pen: Pen, colour: Colour) -> None:
    pen.box(-1.6, -1.6, 3.4, 6.4, (54, 52, 64), 0.9)
    pen.box(-0.9, -0.6, 2.7, 5.4, (150, 210, 240), 0.4)


def _basket(pen: Pen, colour: Colour) -> None:
    pen.curve([(-5.4, -7), (0, 4), (5.4, -7)], (150, 100, 62), 1.1)
    for x, paint in ((-3, PAINT["red"]), (0.6, PAINT["green"]), (3.6, PAINT["red"])):
        pen.ellipse(x, -6, 2.4, 2.4, paint)
    pen.polygon([(-6.6, -6), (6.6, -6), (5, -14), (-5, -14)], (204, 152, 92))
    pen.line([(-6.2, -8.4), (6.2, -8.4)], (164, 112, 68), 0.8)
    pen.line([(-5.6, -11.2), (5.6, -11.2)], (164, 112, 68), 0.8)


def _flag(pen: Pen, colour: Colour) -> None:
    pen.line([(0, -4), (0, 20)], WOOD, 1.0)
    pen.polygon([(0, 20), (7, 18.6), (14, 20), (14, 11.6), (7, 10.4), (0, 11.6)], colour)
    pen.polygon([(0, 17), (7, 15.8), (14, 17), (14, 14.6), (7, 13.4), (0, 14.6)], CREAM)


def _teddy(pen: Pen, colour: Colour) -> None:
    fur = (190, 132, 80)
    pen.ellipse(0, -3, 4.2, 4.8, fur)
    for x in (-3.0, 3):
        pen.ellipse(x, 6.6, 1.7, 1.7, fur)
        pen.ellipse(x * 1.2, -6.8, 1.9, 1.6, dark(fur, 0.1))
    pen.ellipse(0, 3.4, 4.0, 3.7, fur)
    pen.ellipse(0, 2.4, 1.9, 1.4, light(fur, 0.45))
    for x in (-1.4, 1.4):
        pen.ellipse(x, 4.2, 0.55, 0.6, INK)


def _fishing_rod(pen: Pen, colour: Colour) -> None:
    pen.line([(-7, -4), (20, 18)], (140, 96, 60), 1.0)
    pen.line([(20, 18), (21, -6)], (200, 206, 214), 0.45)
    pen.ellipse(21, -7, 1.5, 1.7, PAINT["red"])


def _shovel(pen: Pen, colour: Colour) -> None:
    pen.line([(-5, 8), (6, -16)], WOOD, 1.2)
    pen.polygon([(4, -15), (9, -14), (10, -22), (6, -24), (4, -20)], colour)


def _broom(pen: Pen, colour: Colour) -> None:
    pen.line([(-6, 8), (6, -16)], WOOD, 1.2)
    pen.polygon([(4, -14), (8, -13), (13, -23), (3, -24)], (230, 190, 106))


def _watering_can(pen: Pen, colour: Colour) -> None:
    pen.curve([(-4, -1), (0, 5), (4, -1)], dark(colour), 1.2)
    pen.box(-5, -9, 5, -1, colour, 1)
    pen.line([(4, -7), (12, 0)], colour, 1.6)
    pen.ellipse(12.6, 0.4, 1.4, 2.0, dark(colour, 0.1))


def _racket(pen: Pen, colour: Colour) -> None:
    pen.line([(-2, -3), (3, 4)], INK, 1.3)
    pen.ellipse(6.4, 9.4, 4.8, 6.0, colour)
    pen.ellipse(6.4, 9.4, 3.6, 4.8, (244, 242, 230))
    pen.line([(3.4, 9.4), (9.4, 9.4)], (190, 190, 190), 0.4)
    pen.line([(6.4, 5), (6.4, 13.8)], (190, 190, 190), 0.4)


def _bat(pen: Pen, colour: Colour) -> None:
    pen.line([(-2, -3), (4, 5)], (196, 148, 92), 1.4)
    pen.line([(4, 5), (10, 13)], (206, 158, 100), 3.0)


def _frisbee(pen: Pen, colour: Colour) -> None:
    pen.ellipse(4, 1, 6.6, 2.2, dark(colour, 0.15))
    pen.ellipse(4, 1.8, 6.2, 1.8, colour)


def _lantern(pen: Pen, colour: Colour) -> None:
    pen.line([(0, 0), (0, -3)], INK, 0.7)
    pen.box(-3.4, -11, 3.4, -3, (70, 64, 74), 1)
    pen.box(-2.2, -9.8, 2.2, -4.4, (255, 222, 130), 0.6)
    pen.glow(0, -7, 15, (255, 196, 100))


def _map(pen: Pen, colour: Colour) -> None:
    pen.polygon(
        [(-7, -3), (-2, -4.4), (4, -3), (9, -4.4), (9, 6), (4, 7.4), (-2, 6), (-7, 7.4)], (240, 226, 190)
    )
    pen.line([(-5, 0), (-1, 3), (3, 0), (7, 3)], PAINT["red"], 0.7)
    pen.ellipse(6, -1.4, 1.4, 1.4, PAINT["green"])


def _present(pen: Pen, colour: Colour) -> None:
    ribbon = PAINT["yellow"] if colour != PAINT["yellow"] else PAINT["red"]
    pen.box(-6, -3, 6, 7, colour, 0.8)
    pen.box(-0.9, -3, 0.9, 7, ribbon)
    pen.box(-6, 1.2, 6, 2.8, ribbon)
    pen.ellipse(-2, 8, 2.2, 1.4, ribbon)
    pen.ellipse(2, 8, 2.2, 1.4, ribbon)


def _cake(pen: Pen, colour: Colour) -> None:
    pen.ellipse(0, -0.6, 8, 1.6, (232, 232, 236))
    pen.box(-6, -0.4, 6, 6, (246, 214, 160), 0.8)
    pen.box(-6, 3.6, 6, 7, colour, 1)
    for x in (-3, 0, 3):
        pen.line([(x, 7), (x, 10)], CREAM, 0.8)
        pen.ellipse(x, 11, 0.7, 1.1, (255, 186, 70))


def _pumpkin(pen: Pen, colour: Colour) -> None:
    for x in (-3.4, 3.4, 0):
        pen.ellipse(x, 1, 3.8, 4.8, (236, 130, 48) if x else (246, 148, 60))
    pen.line([(0, 5.4), (1, 8)], (100, 140, 70), 1.4)


def _apple(pen: Pen, colour: Colour) -> None:
    pen.ellipse(1, 1.8, 3.0, 3.0, PAINT["red"])
    pen.line([(1, 4.4), (1.8, 6.4)], WOOD, 0.7)
    pen.ellipse(3, 5.8, 1.4, 0.8, LEAF)


def _sandwich(pen: Pen, colour: Colour) -> None:
    pen.polygon([(-4, -1), (5, -1), (0.6, 6)], (240, 212, 158))
    pen.line([(-3.2, 0.8), (4.4, 0.8)], LEAF, 1.0)
    pen.line([(-4, -0.8), (5, -0.8)], (190, 136, 80), 0.9)


def _fish_catch(pen: Pen, colour: Colour) -> None:
    pen.ellipse(0, -6, 2.6, 5.2, (130, 170, 190))
    pen.polygon([(0, -10), (3.4, -14), (-3.4, -14)], (110, 150, 172))
    pen.ellipse(0.7, -3.2, 0.6, 0.6, INK)


def _torch(pen: Pen, colour: Colour) -> None:
    pen.box(-2, -1, 6, 2, (80, 76, 90), 0.8)
    pen.polygon([(5, -1.6), (8, -2.6), (8, 3.6), (5, 2.6)], (240, 214, 110))
    pen.glow(10, 0.5, 16, (255, 226, 150))


def _kite(pen: Pen, colour: Colour) -> None:
    pen.line([(0, 0), (9, 12), (20, 28)], (238, 236, 232), 0.5)
    pen.polygon([(13, 29), (20, 41), (30, 42), (23, 25)], colour)
    pen.polygon([(13, 29), (20, 41), (21.5, 33)], light(colour, 0.35))
    pen.polygon([(21.5, 33), (30, 42), (23, 25)], dark(colour, 0.12))
    pen.curve([(23, 25), (30, 22), (27, 14)], colour, 0.8)
    for x, y in ((26.6, 22.4), (28.2, 18)):
        pen.polygon(
            [(x - 2.2, y + 1), (x - 2.2, y - 1.4), (x + 2.2, y + 1.2), (x + 2.2, y - 1.2)], PAINT["yellow"]
        )


def _umbrella(pen: Pen, colour: Colour) -> None:
    pen.line([(0, -5), (-3, 17)], (110, 90, 84), 1.0)
    pen.cap(-3, 14, 19, 11, 0, 180, colour)
    pen.cap(-3, 14, 8, 11, 0, 180, light(colour, 0.28))
    for x in (-18, -7.5, 1.5, 12):
        pen.cap(x + 0.2 + 2.0, 14, 4.6, 1.8, 0, 180, dark(colour, 0.3))
    pen.line([(-3, 25), (-3, 27)], (110, 90, 84), 1.0)


def _net(pen: Pen, colour: Colour) -> None:
    pen.line([(-3, -5), (9, 14)], WOOD, 1.0)
    pen.ellipse(11, 18, 5.4, 5.4, (120, 110, 116))
    pen.ellipse(11, 18, 4.6, 4.6, (236, 242, 244))
    pen.polygon([(6.6, 16), (15.4, 17), (15, 9)], (236, 242, 244, 190))


def _magnifier(pen: Pen, colour: Colour) -> None:
    pen.line([(0, -2), (3, 3)], (110, 74, 52), 1.6)
    pen.ellipse(5, 7, 4.2, 4.2, (84, 80, 94))
    pen.ellipse(5, 7, 3.2, 3.2, (206, 232, 244))


def _brush(pen: Pen, colour: Colour) -> None:
    pen.line([(-2, -4), (5, 6)], WOOD, 1.0)
    pen.line([(5, 6), (7, 9)], colour, 2.0)


def _bucket(pen: Pen, colour: Colour) -> None:
    pen.curve([(-4.4, -6), (0, 3), (4.4, -6)], (110, 110, 120), 0.7)
    pen.polygon([(-5, -5.4), (5, -5.4), (4, -13), (-4, -13)], colour)
    pen.ellipse(0, -5.4, 5, 1.3, dark(colour, 0.25))


ITEMS: dict[str, Callable[[Pen, Colour], None]] = {
    "ball": _ball, "balloon": _balloon, "balloons": _balloons, "book": _book, "newspaper": _newspaper,
    "guitar": _guitar, "violin": _violin, "trumpet": _trumpet, "drum": _drum, "bag": _bag,
    "suitcase": _suitcase, "flowers": _flowers, "sunflower": _sunflower, "ice cream": _ice_cream,
    "lollipop": _lollipop, "camera": _camera, "binoculars": _binoculars, "cup": _cup, "phone": _phone,
    "basket": _basket, "flag": _flag, "teddy": _teddy, "fishing rod": _fishing_rod, "shovel": _shovel,
    "broom": _broom, "watering can": _watering_can, "racket": _racket, "bat": _bat, "frisbee": _frisbee,
    "lantern": _lantern, "map": _map, "present": _present, "cake": _cake, "pumpkin": _pumpkin,
    "apple": _apple, "sandwich": _sandwich, "fish": _fish_catch, "flashlight": _torch, "kite": _kite,
    "umbrella": _umbrella, "net": _net, "magnifier": _magnifier, "brush": _brush, "bucket": _bucket,
}
BEHIND_ARM = {
    "bag", "suitcase", "bucket", "basket", "umbrella", "kite", "balloon", "balloons", "flag", "teddy",
    "shovel", "broom",
}
