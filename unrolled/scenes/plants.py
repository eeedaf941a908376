"""Trees, bushes, flowers and what else grows; `form` picks one of a few shapes of the same kind."""

from __future__ import annotations

from collections.abc import Callable

from unrolled.scenes.palette import CREAM, LEAF, PAINT, WOOD, Colour, dark, light, mix
from unrolled.scenes.pen import Pen, Thing

AUTUMN: list[Colour] = [(232, 142, 58), (214, 92, 54), (240, 188, 76)]
GREENS: list[Colour] = [(96, 168, 88), (122, 182, 84), (70, 148, 92)]
SNOW: Colour = (246, 250, 255)


def _leaves(thing: Thing) -> Colour:
    greens = AUTUMN if thing.get("season") == "autumn" else GREENS
    return greens[thing.get("form", 0) % 3]


def tree(pen: Pen, thing: Thing) -> None:
    leaf = _leaves(thing)
    pen.shadow(19, depth=0.16)
    pen.polygon([(-4.6, 0), (-2.6, 26), (2.8, 26), (5, 0)], (126, 88, 62))
    pen.line([(0, 22), (9, 34)], (126, 88, 62), 2.4)
    if thing.get("season") == "winter":
        _bare(pen)
        return
    form = thing.get("form", 0)
    if form == 1:
        pen.ellipse(0, 46, 17, 25, dark(leaf, 0.12))
        pen.ellipse(-2, 48, 14, 22, leaf)
        pen.ellipse(-6, 55, 5, 8, light(leaf, 0.2))
    else:
        pen.blob(1, 45, 26, dark(leaf, 0.16), 8, 0.86)
        pen.blob(-2, 48, 22, leaf, 7, 0.86)
        pen.blob(-7, 53, 9, light(leaf, 0.2), 6, 0.8)
    if thing.get("marks") == "apples":
        for x, y in ((-13, 40), (-4, 56), (8, 50), (14, 38), (2, 40), (-16, 52), (11, 60)):
            pen.ellipse(x, y, 2.4, 2.4, PAINT["red"])
            pen.ellipse(x - 0.7, y + 0.8, 0.7, 0.7, (255, 220, 210))
    if thing.get("marks") == "blossom":
        for x, y in (
            (-13, 40), (-4, 56), (8, 50), (14, 38), (2, 40), (-16, 52), (11, 60), (-9, 47), (4, 62),
            (-2, 34),
        ):
            pen.ellipse(x, y, 2.8, 2.6, (252, 206, 218))


def _bare(pen: Pen) -> None:
    wood = (126, 96, 78)
    for points in (
        [(0, 24), (-3, 40), (-14, 54)],
        [(0, 24), (4, 42), (13, 57)],
        [(0, 30), (1, 48), (-3, 64)],
        [(-6, 43), (-16, 44)],
        [(6, 46), (17, 48)],
    ):
        pen.line(points, wood, 1.9)
        pen.ellipse(points[-1][0], points[-1][1] + 1, 2.6, 1.3, SNOW)


def pine(pen: Pen, thing: Thing) -> None:
    leaf = mix((52, 122, 88), (84, 146, 92), thing.get("form", 0) * 0.4)
    pen.shadow(17, depth=0.15)
    pen.box(-3, 0, 3, 14, (116, 80, 60))
    for i in range(4):
        y, w = 10 + 14 * i, 20 - 4.2 * i
        pen.polygon([(-w, y), (w, y), (0, y + 24)], mix(dark(leaf, 0.2), leaf, i / 3))
        pen.polygon([(-w, y), (-w * 0.2, y), (0, y + 24)], light(mix(dark(leaf, 0.2), leaf, i / 3), 0.1))
        if thing.get("season") == "winter":
            pen.polygon([(-w * 0.62, y + 9), (w * 0.62, y + 9), (0, y + 24)], SNOW)
            pen.ellipse(-w * 0.3, y + 9, w * 0.3, 2, SNOW)
            pen.ellipse(w * 0.3, y + 9, w * 0.3, 2, SNOW)
    if thing.get("marks") == "lights":
        pen.polygon(
            [
                (0, 81), (2, 76), (7, 76), (3, 72.6), (4.6, 67), (0, 70), (-4.6, 67), (-3, 72.6), (-7, 76),
                (-2, 76),
            ],
            (255, 214, 90),
        )
        pen.glow(0, 74, 14, (255, 214, 110))
        for x, y, c in (
            (-9, 16, "red"), (5, 20, "yellow"), (-4, 30, "blue"), (7, 34, "red"), (-6, 44, "yellow"),
            (3, 50, "pink"), (0, 60, "blue"),
        ):
            pen.ellipse(x, y, 1.9, 1.9, PAINT[c])
            pen.glow(x, y, 6, PAINT[c])


def palm(pen: Pen, thing: Thing) -> None:
    pen.shadow(15, depth=0.16)
    pen.curve([(0, 0), (-2, 26), (9, 52)], (178, 134, 88), 4.6)
    for y, x in ((10, -0.4), (20, 0.6), (30, 2.6), (40, 5.4)):
        pen.line([(x - 2, y), (x + 2, y + 0.6)], (146, 106, 70), 0.9)
    for dx, dy, bend in (
        (-26, -2, 14), (26, -4, 14), (-20, -14, 6), (22, -15, 6), (-13, 14, 14), (16, 13, 14),
    ):
        tip = (9 + dx, 52 + dy)
        middle = (9 + dx * 0.5, 52 + dy * 0.5 + bend)
        pen.polygon(
            [(9, 52), (middle[0], middle[1] + 3.4), tip, (middle[0], middle[1] - 3.4)],
            (88, 168, 92) if dy > -8 else (64, 142, 84),
        )
    for x in (6, 10, 13):
        pen.ellipse(x, 49, 2.6, 2.6, (134, 92, 60))


def birch(pen: Pen, thing: Thing) -> None:
    leaf = AUTUMN[2] if thing.get("season") == "autumn" else (156, 196, 96)
    pen.shadow(14, depth=0.16)
    pen.polygon([(-2.8, 0), (-1.6, 56), (1.6, 56), (2.8, 0)], (240, 238, 232))
    for y, w in ((6, 2), (15, -2), (23, 2), (31, -1.4)):
        pen.line([(0, y), (w, y + 0.4)], (84, 78, 84), 1.1)
    for x, y, r in ((-6, 44, 9), (7, 50, 9), (-3, 58, 10), (4, 66, 7)):
        pen.blob(x, y, r, leaf, 6)


def willow(pen: Pen, thing: Thing) -> None:
    leaf = _leaves(thing)
    pen.shadow(22, depth=0.15)
    pen.polygon([(-4, 0), (-3, 34), (3, 34), (5, 0)], (120, 92, 70))
    pen.blob(0, 46, 22, leaf, 8, 0.6)
    for i, x in enumerate(range(-24, 25, 6)):
        pen.line([(x * 0.8, 46), (x, 20 + (i * 5) % 9)], mix(leaf, light(leaf), (i % 3) / 3), 3.4)


def acacia(pen: Pen, thing: Thing) -> None:
    leaf: Colour = (138, 158, 78)
    pen.shadow(24, depth=0.12)
    for x in (-14, 15, 2):
        pen.line([(0, 0), (x * 0.2, 22), (x, 44)], (128, 94, 66), 2.8)
    for x, y, a in ((-13, 44, 20), (14, 46, 21), (0, 51, 19)):
        pen.ellipse(x, y, a, 6.6, leaf)
        pen.ellipse(x - 2, y + 2.2, a * 0.8, 3.8, light(leaf, 0.2))


def cactus(pen: Pen, thing: Thing) -> None:
    green: Colour = (98, 160, 98)
    pen.shadow(9)
    pen.line([(-11, 26), (-11, 17), (0, 15)], dark(green, 0.1), 5)
    pen.line([(11, 32), (11, 23), (0, 20)], dark(green, 0.06), 5)
    pen.box(-4.4, 0, 4.4, 42, green, 4.4)
    for x in (-1.6, 1.6):
        pen.line([(x, 3), (x, 38)], light(green, 0.25), 0.7)
    pen.ellipse(0, 42, 2.6, 2.2, PAINT["pink"])


def bush(pen: Pen, thing: Thing) -> None:
    leaf = _leaves(thing)
    pen.shadow(16, depth=0.14)
    pen.blob(0, 8, 15, dark(leaf, 0.12), 8, 0.6)
    pen.blob(-2, 9, 12, leaf, 7, 0.6)
    if thing.get("marks") == "berries":
        for x, y in ((-8, 8), (-3, 13), (3, 8), (8, 11), (0, 4), (-11, 4), (11, 5)):
            pen.ellipse(x, y, 1.5, 1.5, PAINT["red"])
    elif thing.get("marks") == "roses":
        for x, y in ((-8, 8), (-2, 13), (4, 8), (9, 11), (-12, 4)):
            pen.ellipse(x, y, 2.4, 2.3, (236, 108, 140))
            pen.ellipse(x, y, 1.1, 1.1, (206, 70, 106))


def flowers(pen: Pen, thing: Thing) -> None:
    """A patch of one sort of flower."""
    sort = thing.get("marks", "daisies")
    colour = {
        "daisies": CREAM,
        "tulips": PAINT[thing.get("colour", "red")],
        "poppies": (226, 70, 56),
        "sunflowers": PAINT["yellow"],
        "lavender": (150, 116, 196),
    }[sort]
    high = 1.9 if sort == "sunflowers" else 1.0
    for x, y in ((-12, 5), (-7, 8), (-2, 6), (3, 9), (8, 6), (12, 8), (0, 3), (-10, 2), (7, 2)):
        stem = (y + 4) * high
        pen.line([(x, 0), (x, stem)], (104, 158, 80), 0.9)
        if sort == "tulips":
            pen.polygon(
                [
                    (x - 2, stem + 3), (x - 1.8, stem - 1), (x + 1.8, stem - 1), (x + 2, stem + 3),
                    (x + 0.8, stem + 1.4), (x, stem + 3.4), (x - 0.8, stem + 1.4),
                ],
                colour,
            )
        elif sort == "lavender":
            pen.line([(x, stem), (x, stem + 5)], colour, 2.0)
        elif sort == "sunflowers":
            pen.blob(x, stem + 1, 4.6, colour, 8, 1.0)
            pen.ellipse(x, stem + 1, 2.1, 2.1, (116, 76, 50))
            pen.ellipse(x + 2, stem * 0.5, 2.2, 1.2, LEAF)
        else:
            pen.ellipse(x, stem, 2.4, 2.2, colour)
            pen.ellipse(x, stem, 0.9, 0.9, PAINT["yellow"] if sort == "daisies" else (60, 44, 52))


def mushroom(pen: Pen, thing: Thing) -> None:
    for x, s in ((0, 1.0), (8, 0.66), (-7, 0.5)):
        small = pen.at(x, 0, s)
        small.shadow(5)
        small.box(-2, 0, 2, 8, CREAM, 1.4)
        small.cap(0, 7, 7, 7.4, 0, 180, PAINT["red"])
        for u, v in ((-3.4, 9.6), (0.4, 12), (3.6, 9)):
            small.ellipse(u, v, 1.2, 1.0, CREAM)


def reeds(pen: Pen, thing: Thing) -> None:
    for x, y in ((-6, 20), (-2, 27), (2, 22), (6, 26), (9, 17)):
        pen.line([(x, 0), (x + 1, y)], (120, 156, 84), 1.2)
        pen.line([(x + 0.9, y - 5), (x + 1, y)], (134, 88, 58), 2.2)


def pumpkin_patch(pen: Pen, thing: Thing) -> None:
    pen.curve([(-14, 2), (0, 8), (15, 2)], (104, 150, 76), 1.3)
    for x, s in ((-11, 0.9), (9, 1.0), (-1, 1.2)):
        small = pen.at(x, 0, s)
        small.shadow(7)
        for u in (-3.6, 3.6, 0):
            small.ellipse(u, 5, 4, 5, (232, 128, 46) if u else (246, 150, 62))
        small.line([(0, 9.6), (1, 12.4)], (104, 142, 70), 1.6)


def rock(pen: Pen, thing: Thing) -> None:
    stone: Colour = (164, 162, 172)
    pen.shadow(13, depth=0.18)
    pen.polygon([(-12, 0), (-10, 7), (-3, 11), (6, 9), (12, 3), (12, 0)], stone)
    pen.polygon([(-10, 7), (-3, 11), (6, 9), (0, 6)], light(stone, 0.35))


def stump(pen: Pen, thing: Thing) -> None:
    pen.shadow(11)
    pen.polygon([(-9, 0), (-7, 10), (7, 10), (10, 0)], (140, 98, 68))
    pen.ellipse(0, 10, 7.2, 2.4, (226, 190, 142))
    pen.ellipse(0, 10, 4.2, 1.4, (198, 156, 110))
    pen.ellipse(0, 10, 1.6, 0.6, WOOD)


PLANTS: dict[str, Callable[[Pen, Thing], None]] = {
    "tree": tree, "pine": pine, "palm": palm, "birch": birch, "willow": willow, "acacia": acacia,
    "cactus": cactus, "bush": bush, "flowers": flowers, "mushrooms": mushroom, "reeds": reeds,
    "pumpkins": pumpkin_patch, "rock": rock, "stump": stump,
}
