"""Animals, each looking to the right; their coats take the thing's colour unless they are born with one."""

from __future__ import annotations

from collections.abc import Callable

from unrolled.scenes.palette import CREAM, INK, PAINT, WOOD, Colour, dark, light
from unrolled.scenes.pen import Paint, Pen, Thing
from unrolled.scenes.people import person

COAT: dict[str, Colour] = PAINT | {
    "brown": (156, 104, 66), "white": (248, 244, 236), "black": (66, 60, 70), "tan": (224, 184, 128),
    "orange": (236, 150, 76), "gray": (158, 158, 168), "golden": (236, 190, 104),
}


def _eye(pen: Pen, x: float, y: float, size: float = 1.1) -> None:
    pen.ellipse(x, y, size, size * 1.2, INK)
    pen.ellipse(x + size * 0.3, y + size * 0.4, size * 0.4, size * 0.4, (255, 255, 255))


def _blush(pen: Pen, x: float, y: float, size: float = 1.6) -> None:
    pen.ellipse(x, y, size, size * 0.7, (240, 110, 110, 96))


def _smile(pen: Pen, x: float, y: float, width: float) -> None:
    pen.curve([(x, y), (x + width / 2, y - width / 2), (x + width, y)], (70, 48, 60), 0.7)


def _legs(
    pen: Pen,
    hips: tuple[float, float],
    top: float,
    width: float,
    paint: Colour,
    act: str | None,
    hoof: Paint | None = None,
) -> None:
    """Four legs, the far pair darker; a walk parts them and a run throws them out."""
    stride = {"run": 0.62, "jump": 0.62, "walk": 0.24}.get(act or "", 0.06) * top
    lift = {"run": 0.22, "jump": 0.3}.get(act or "", 0.0) * top
    for far in (True, False):
        shade = dark(paint, 0.26) if far else paint
        for hip, way in zip(hips, (-1, 1), strict=True):
            swing = stride * (way if not far else -way * 0.5) + (width * 0.55 if far else 0)
            foot = (hip + swing, 1.0 + lift)
            pen.line(
                [(hip + (width * 0.4 if far else 0), top), (hip + swing * 0.35, top * 0.5), foot],
                shade,
                width,
            )
            if hoof:
                pen.box(
                    foot[0] - width * 0.55, 0 + lift, foot[0] + width * 0.6, width * 0.7 + lift, hoof, 0.6
                )


def dog(pen: Pen, thing: Thing) -> None:
    coat = COAT[thing["colour"]]
    act = thing.get("act")
    pen.shadow(17)
    if act == "sit":
        _sitting_dog(pen, thing, coat)
        return
    if act == "lie":
        _lying(pen, coat)
        _dog_head(pen.at(14, 11), thing, coat)
        return
    pen = pen.at(0, 7 if act == "jump" else 0)
    wag = 6 if act in ("run", "jump") else 2
    pen.curve([(-13, 17), (-20, 18), (-20 - wag * 0.3, 23 + wag)], coat, 3.4)
    _legs(pen, (-10, 8), 11, 4.2, coat, act)
    pen.box(-15, 9, 13, 21, coat, 6)
    pen.ellipse(-2, 10.6, 9, 2.6, light(coat, 0.22))
    if thing.get("marks") == "spots":
        for x, y, r in ((-9, 17, 2.4), (-2, 14, 1.9), (4, 18, 2.2), (-12, 12, 1.4)):
            pen.ellipse(x, y, r, r, dark(coat, 0.7))
    _dog_head(pen.at(14, 24), thing, coat)


def _sitting_dog(pen: Pen, thing: Thing, coat: Colour) -> None:
    pen.curve([(-8, 3), (-17, 2), (-17, 9)], coat, 3.2)
    pen.ellipse(-3, 8, 9, 8.4, coat)
    pen.polygon([(-8, 12), (2, 24), (10, 22), (9, 2), (0, 1)], coat)
    pen.line([(7, 14), (7.6, 1.6)], light(coat, 0.14), 4)
    pen.ellipse(-4, 2.2, 6, 2.4, dark(coat, 0.12))
    _dog_head(pen.at(7, 28), thing, coat)


def _lying(pen: Pen, coat: Colour) -> None:
    pen.curve([(-15, 4), (-23, 2), (-24, 8)], coat, 3.2)
    pen.box(-17, 0.4, 13, 13, coat, 6)
    pen.ellipse(-9, 5, 7, 5.4, dark(coat, 0.08))
    pen.line([(10, 2.2), (20, 2.0)], dark(coat, 0.12), 4)


def _dog_head(pen: Pen, thing: Thing, coat: Colour) -> None:
    muzzle = light(coat, 0.42)
    pen.ellipse(0, 0, 7.6, 7.2, coat)
    if thing.get("marks") == "patch":
        pen.ellipse(2.2, 1.8, 3.4, 3.6, dark(coat, 0.5) if sum(coat) > 300 else CREAM)
    pen.ellipse(6.2, -2.2, 4.6, 3.6, muzzle)
    pen.ellipse(9.6, -0.8, 1.8, 1.5, INK)
    _smile(pen, 5.4, -3.4, 3.2)
    if thing.get("act") in ("run", "jump", "sit") and not thing.get("item"):
        pen.ellipse(6.8, -6.0, 1.4, 2.0, (236, 112, 124))
    _eye(pen, 2.6, 1.6)
    _blush(pen, 1.0, -2.0)
    ear = dark(coat, 0.34) if sum(coat) > 260 else light(coat, 0.25)
    if thing.get("ears") == "up":
        pen.polygon([(-5, 4), (-5.6, 12), (0.4, 6.6)], ear)
    else:
        pen.polygon([(-2, 6.6), (-7.4, 4), (-8.6, -5), (-5, -6.4), (-2.2, 0)], ear)
    if thing.get("collar"):
        pen.line([(-6.4, -5), (-1.4, -8.2)], PAINT[thing["collar"]], 2.0)
        pen.ellipse(-0.6, -8.8, 1.1, 1.1, PAINT["yellow"])
    if thing.get("item"):
        _in_mouth(pen.at(9, -4), thing)


def _in_mouth(pen: Pen, thing: Thing) -> None:
    colour = PAINT[thing.get("item_colour", "red")]
    if thing["item"] == "frisbee":
        pen.ellipse(2, 0, 6, 2, dark(colour, 0.1))
        pen.ellipse(2, 0.6, 5.2, 1.5, colour)
    elif thing["item"] == "ball":
        pen.ellipse(1.4, 0, 3.2, 3.2, colour)
        pen.ellipse(0.6, 1, 0.9, 0.9, light(colour, 0.6))
    elif thing["item"] == "stick":
        pen.line([(-4, -1), (8, 1)], WOOD, 1.7)
    elif thing["item"] == "bone":
        pen.line([(-3, 0), (6, 0)], CREAM, 1.7)
        for x, y in ((-3.6, 1), (-3.6, -1), (6.6, 1), (6.6, -1)):
            pen.ellipse(x, y, 1.3, 1.3, CREAM)


def cat(pen: Pen, thing: Thing) -> None:
    coat = COAT[thing["colour"]]
    act = thing.get("act")
    pen.shadow(13)
    if act == "lie":
        _curled_cat(pen, thing, coat)
        return
    if act in ("walk", "run", "jump"):
        pen.curve([(-11, 14), (-20, 16), (-18, 26)], coat, 2.8)
        _legs(pen, (-8, 7), 9, 3.4, coat, act)
        pen.box(-13, 8, 11, 17, coat, 5)
        _stripes(pen, thing, coat, -9, 16.4)
        _cat_head(pen.at(12, 20), coat)
        return
    pen.curve([(-6, 2), (-17, 1), (-15, 12)], coat, 3.0)
    pen.ellipse(-1, 8, 8.6, 8.4, coat)
    pen.polygon([(-6, 12), (-2, 20), (6, 20), (8, 4), (0, 2)], coat)
    _stripes(pen, thing, coat, -8, 14)
    for x in (2, 6):
        pen.line([(x, 8), (x, 1.4)], light(coat, 0.2), 3)
    _cat_head(pen.at(2.6, 23), coat)


def _curled_cat(pen: Pen, thing: Thing, coat: Colour) -> None:
    pen.ellipse(0, 6, 15, 7, coat)
    _stripes(pen, thing, coat, -6, 11)
    pen.curve([(-13, 5), (-6, -2), (6, 2.4)], dark(coat, 0.16), 3.2)
    head = pen.at(9, 9)
    _cat_head(head, coat, asleep=True)


def _stripes(pen: Pen, thing: Thing, coat: Colour, x: float, y: float) -> None:
    if thing.get("marks") == "stripes":
        for i in range(3):
            pen.line([(x + 4 * i, y), (x + 4 * i - 0.6, y - 4)], dark(coat, 0.36), 1.2)


def _cat_head(pen: Pen, coat: Colour, asleep: bool = False) -> None:
    for x in (-4.6, 4.6):
        pen.polygon([(x - 3, 2), (x + x * 0.24, 10.4), (x + 3, 3)], coat)
        pen.polygon([(x - 1.4, 4), (x + x * 0.22, 8.6), (x + 1.6, 4)], (240, 168, 170))
    pen.ellipse(0, 0, 8.0, 6.8, coat)
    pen.ellipse(1.4, -3, 3.8, 2.4, light(coat, 0.42))
    for x in (-2.2, 4.4):
        if asleep:
            pen.curve([(x - 1.4, 0.6), (x, -1.0), (x + 1.4, 0.6)], INK, 0.8)
        else:
            pen.ellipse(x, 0.8, 1.5, 1.8, (150, 196, 96))
            pen.ellipse(x + 0.1, 0.8, 0.7, 1.5, INK)
    pen.ellipse(1.4, -1.6, 0.9, 0.7, (232, 120, 130))
    for y in (-2.2, -3.4):
        pen.line([(5, y), (10, y + 0.6)], (255, 255, 255, 170), 0.4)
        pen.line([(-2, y), (-7, y + 0.6)], (255, 255, 255, 170), 0.4)


def horse(pen: Pen, thing: Thing) -> None:
    coat = COAT[thing["colour"]]
    mane = (
        dark(coat, 0.5)
        if thing["colour"] not in ("black", "golden")
        else (110, 92, 100)
        if thing["colour"] == "black"
        else CREAM
    )
    act = thing.get("act")
    pen.shadow(26)
    pen.curve([(-20, 34), (-31, 32), (-28, 14)], mane, 4.6)
    _legs(pen, (-15, 12), 23, 5.2, coat, act, dark(coat, 0.55))
    pen.box(-22, 20, 19, 38, coat, 9)
    pen.ellipse(-1, 22, 13, 3.4, dark(coat, 0.1))
    grazing = act == "graze"
    hx, hy = (30, 14) if grazing else (27, 53)
    neck = (
        [(8, 36), (17, 22), (hx - 1, hy - 3), (hx - 7, hy + 5)]
        if grazing
        else [(6, 34), (19, 27), (27, 49), (18, 58)]
    )
    pen.polygon(neck, coat)
    pen.line(
        [neck[0], ((neck[0][0] + neck[3][0]) / 2 - 1, (neck[0][1] + neck[3][1]) / 2 + 1), neck[3]], mane, 4
    )
    _horse_head(pen.at(hx, hy), coat, mane, grazing)
    _seat(pen, thing, -3, 36)


def _horse_head(pen: Pen, coat: Colour, mane: Colour, grazing: bool) -> None:
    drop = -6 if grazing else -4
    pen.polygon([(-6, 6), (-8, 12), (-3, 8)], coat)
    pen.ellipse(-2, 1.6, 7.4, 6.6, coat)
    pen.polygon([(-6, -4), (-1, 7), (8, 1 + drop / 2), (7, -5 + drop / 2)], coat)
    pen.ellipse(6.6, drop, 4.6, 4.0, light(coat, 0.28))
    pen.ellipse(8.6, drop + 1, 0.7, 0.9, dark(coat, 0.6))
    _smile(pen, 5.2, drop - 1.4, 3)
    _eye(pen, 0.6, 2.0, 1.3)
    _blush(pen, 0.6, -1.8)
    pen.ellipse(-4, 7.4, 3.6, 2.8, mane)


def _seat(pen: Pen, thing: Thing, x: float, y: float) -> None:
    """Put a rider on the back."""
    for rider in thing.get("with", []):
        pen.box(x - 6, y - 4, x + 6, y + 1.6, (140, 62, 58), 2)
        person(pen.at(x, y + 0.5, 0.9), rider, "astride")


def cow(pen: Pen, thing: Thing) -> None:
    coat = COAT[thing["colour"]]
    spot = COAT["black"] if thing["colour"] == "white" else light(coat, 0.6)
    act = thing.get("act")
    pen.shadow(27)
    pen.line([(-22, 30), (-27, 22), (-26, 13)], coat, 1.8)
    pen.ellipse(-26, 12, 2, 3, dark(coat, 0.5))
    pen.ellipse(-9, 12, 4.4, 3.4, (244, 178, 178))
    _legs(pen, (-15, 13), 15, 6.4, coat, act, (86, 74, 80))
    pen.box(-24, 12, 21, 35, coat, 9)
    for x, y, a, b in ((-12.0, 28, 6, 5), (2, 21, 6.6, 5), (12, 30, 4.4, 3.6), (-17, 17, 3.4, 3)):
        pen.ellipse(x, y, a, b, spot)
    head = pen.at(25, 17 if act == "graze" else 36)
    if act == "graze":
        pen.line([(17, 26), (23, 19)], coat, 12)
    for x in (-6, 6):
        pen.curve([(x * 0.6, 6), (x * 1.5, 8), (x * 1.2, 12)], (238, 226, 196), 2)
        pen_ear = head.at(x * 1.5, 3.4)
        pen_ear.ellipse(0, 0, 3.8, 2.0, dark(coat, 0.16))
        head.curve([(x * 0.6, 6), (x * 1.5, 8), (x * 1.2, 12)], (238, 226, 196), 2)
    head.box(-6.6, -9, 7, 8, coat, 6)
    head.ellipse(0.6, -6.4, 7.4, 5.2, (246, 190, 184))
    for x in (-1.6, 3.4):
        head.ellipse(x, -6, 0.9, 1.1, (168, 100, 104))
    for x in (-2.6, 4.0):
        _eye(head, x, 1.6, 1.3)
    _smile(head, -0.8, -8.6, 3.6)
    if thing.get("collar"):
        head.ellipse(-4, -13, 2.6, 2.8, PAINT["yellow"])
        head.ellipse(-4, -15, 0.9, 0.9, INK)


def sheep(pen: Pen, thing: Thing) -> None:
    wool = light(COAT[thing["colour"]], 0.3) if thing["colour"] != "black" else (92, 84, 94)
    face = (78, 68, 78) if thing["colour"] != "black" else (58, 52, 60)
    act = thing.get("act")
    pen.shadow(18)
    _legs(pen, (-9, 8), 10, 3.2, face, act)
    pen.blob(-1, 16.4, 16.6, dark(wool, 0.08), 9, 0.66)
    pen.blob(-2, 17.6, 15, wool, 9, 0.62)
    head = pen.at(15, 9 if act == "graze" else 19)
    head.ellipse(-5.4, 2.4, 3.4, 1.7, face)
    head.ellipse(0, 0, 5.4, 6.2, face)
    head.blob(-0.8, 5.4, 4.6, wool, 6, 0.8)
    for x in (-1.2, 2.8):
        head.ellipse(x, 0.4, 1.3, 1.5, (250, 250, 246))
        head.ellipse(x + 0.3, 0.3, 0.7, 0.9, INK)
    head.curve([(-0.4, -3), (1, -4), (2.6, -3)], (180, 160, 168), 0.6)


def pig(pen: Pen, thing: Thing) -> None:
    skin = (246, 178, 180) if thing["colour"] == "pink" else COAT[thing["colour"]]
    pen.shadow(19)
    pen.curve([(-17, 16), (-23, 20), (-20, 13)], dark(skin, 0.12), 1.6)
    _legs(pen, (-10, 9), 8, 5.0, skin, thing.get("act"), dark(skin, 0.4))
    pen.ellipse(-2, 15.4, 17.4, 11.4, skin)
    if thing.get("marks") == "spots":
        for x, y, r in ((-9.0, 19, 3), (-2, 12, 2.4), (4, 20, 2.4)):
            pen.ellipse(x, y, r * 1.2, r, dark(skin, 0.3))
    head = pen.at(13, 18)
    head.ellipse(0, 0, 8.8, 8.4, skin)
    for x in (-4.6, 3.4):
        head.polygon([(x - 2.6, 5.4), (x - 1, 12), (x + 3, 6.6)], dark(skin, 0.14))
    head.ellipse(4.4, -1.6, 4.2, 3.4, dark(skin, 0.14))
    for x in (3.2, 5.8):
        head.ellipse(x, -1.6, 0.8, 1.2, dark(skin, 0.5))
    for x in (-1, 5.4):
        _eye(head, x, 3.2, 1.0)
    _blush(head, -3.4, -1.4)
    _smile(head, 2.2, -5.6, 3)


def goat(pen: Pen, thing: Thing) -> None:
    coat = COAT[thing["colour"]]
    pen.shadow(17)
    pen.line([(-14, 22), (-18, 26)], coat, 3)
    _legs(pen, (-9, 8), 12, 3.6, coat, thing.get("act"), dark(coat, 0.5))
    pen.box(-15, 11, 13, 24, coat, 6)
    pen.polygon([(4, 22), (12, 14), (18, 27), (12, 32)], coat)
    head = pen.at(16, 31)
    for x in (-3, 0.6):
        head.curve([(x, 4), (x - 2, 10), (x - 6, 11)], (206, 192, 168), 2)
    head.ellipse(0, 0, 5.4, 5, coat)
    head.ellipse(5, -2.4, 4, 3.2, light(coat, 0.3))
    head.polygon([(2.4, -4), (6.4, -4.4), (3.4, -11)], light(coat, 0.5))
    head.ellipse(-5, -1, 3, 1.6, dark(coat, 0.2))
    _eye(head, 1.6, 1.0, 1.0)
    head.ellipse(7.4, -1.8, 0.6, 0.6, INK)


def hen(pen: Pen, thing: Thing) -> None:
    coat = COAT[thing["colour"]]
    pen.shadow(9)
    for x in (-1.0, 3):
        pen.line([(x, 6), (x, 0.6), (x + 2.4, 0.4)], (240, 170, 66), 1.0)
    pen.polygon([(-6, 9), (-13, 18), (-10, 8)], dark(coat, 0.2))
    pen.polygon([(-6, 8), (-14, 14), (-10, 6)], dark(coat, 0.3))
    pen.ellipse(-1, 10, 8.6, 6.8, coat)
    pen.ellipse(-2, 10, 4.8, 3.6, dark(coat, 0.16))
    pen.polygon([(2, 9), (4, 20), (10, 19), (7, 8)], coat)
    for x in (4.6, 7, 9.2):
        pen.ellipse(x, 24, 1.7, 2.0, PAINT["red"])
    pen.ellipse(7, 20, 4.4, 4.2, coat)
    pen.polygon([(10.4, 21), (14.6, 19.4), (10.4, 18.4)], (244, 178, 62))
    pen.ellipse(10.4, 16.8, 1.2, 1.9, PAINT["red"])
    _eye(pen, 8, 20.8, 0.9)


def duck(pen: Pen, thing: Thing) -> None:
    swimming = thing.get("act") == "swim"
    coat = COAT[thing["colour"]]
    if swimming:
        _ripples(pen, 13)
    else:
        pen.shadow(9)
        for x in (-1, 3):
            pen.line([(x, 4), (x, 0.6), (x + 2.6, 0.4)], (240, 150, 50), 1.1)
    pen = pen.at(0, -1 if swimming else 3)
    pen.polygon([(-8, 6), (-14, 11), (-9, 2)], coat)
    pen.ellipse(0, 5, 10.4, 5.8, coat)
    pen.ellipse(-1.6, 5.8, 6, 3.2, dark(coat, 0.14))
    pen.line([(6, 7), (7, 13)], coat, 4.4)
    head = (52, 132, 92) if thing.get("marks") == "drake" else coat
    pen.ellipse(7.4, 15, 4.6, 4.4, head)
    if thing.get("marks") == "drake":
        pen.line([(5, 10.6), (9, 10.6)], CREAM, 1.2)
    pen.polygon([(11, 15.6), (16.4, 14.6), (16, 13), (11, 13)], (244, 160, 56))
    _eye(pen, 8.6, 16, 0.9)


def swan(pen: Pen, thing: Thing) -> None:
    coat = COAT[thing["colour"]]
    _ripples(pen, 19)
    pen.polygon([(-12, 4), (-20, 14), (-10, 12)], dark(coat, 0.06))
    pen.ellipse(0, 5.4, 15, 7.4, coat)
    pen.polygon([(-13, 8), (-8, 16), (4, 12), (8, 5), (-6, 3)], dark(coat, 0.1))
    pen.curve([(11, 7), (22, 14), (13, 24)], coat, 4.4)
    pen.curve([(13, 24), (12, 31), (18, 30)], coat, 4.2)
    pen.ellipse(17, 29.4, 3.8, 3.2, coat)
    pen.polygon([(19.6, 30), (26, 26.6), (19.6, 27)], (240, 140, 54))
    pen.ellipse(19.6, 29.6, 1.2, 1.2, INK)
    _eye(pen, 17.4, 30.4, 0.8)


def _ripples(pen: Pen, width: float) -> None:
    pen.ellipse(0, -0.4, width, width * 0.16, (255, 255, 255, 70))
    pen.ellipse(0, 0, width * 0.8, width * 0.12, (30, 70, 120, 60))


def rabbit(pen: Pen, thing: Thing) -> None:
    coat = COAT[thing["colour"]]
    pen.shadow(11)
    pen = pen.at(0, 5 if thing.get("act") == "jump" else 0)
    pen.ellipse(-9, 6, 3.2, 3.2, light(coat, 0.6))
    pen.ellipse(-2, 7.4, 8.8, 7.4, coat)
    pen.ellipse(-4, 1.8, 6, 2.2, dark(coat, 0.1))
    pen.line([(5, 7), (5.6, 1.4)], light(coat, 0.1), 3)
    for x, lean in ((3, -4), (6.6, -1)):
        pen.line([(x, 18), (x + lean, 29)], coat, 3.8)
        pen.line([(x, 19), (x + lean * 0.9, 27.6)], (244, 178, 180), 1.6)
    pen.ellipse(6, 15, 6.0, 5.6, coat)
    pen.ellipse(9.2, 13.2, 2.8, 2.2, light(coat, 0.4))
    pen.ellipse(11.2, 14.2, 0.9, 0.7, (232, 120, 130))
    _eye(pen, 7.4, 16.4, 1.0)
    _blush(pen, 5.4, 13.2)


def fox(pen: Pen, thing: Thing) -> None:
    coat: Colour = (232, 122, 56)
    pen.shadow(17)
    pen.curve([(-12, 15), (-28, 8), (-27, 22)], coat, 6.4)
    pen.ellipse(-27, 22.6, 3.2, 4.2, CREAM)
    _legs(pen, (-9, 8), 10, 3.2, (86, 58, 56), thing.get("act"))
    pen.box(-14, 9, 12, 20, coat, 5)
    pen.ellipse(7, 12, 5, 4, CREAM)
    head = pen.at(13, 23)
    for x in (-4.4, 2.6):
        head.polygon([(x - 2.4, 3), (x - 1, 12), (x + 3.2, 4.6)], coat)
        head.polygon([(x - 1, 5), (x - 0.6, 9.6), (x + 1.6, 5.4)], (86, 58, 56))
    head.ellipse(0, 0, 7.4, 6.4, coat)
    head.polygon([(-4, -4), (4, -6), (12, -3), (4, 0.6)], CREAM)
    head.polygon([(2, 3), (12, -3), (4, -0.4)], coat)
    head.ellipse(11.6, -2.8, 1.4, 1.2, INK)
    _eye(head, 2.8, 1.8, 1.0)


def deer(pen: Pen, thing: Thing) -> None:
    coat: Colour = (190, 130, 82)
    pen.shadow(19)
    _legs(pen, (-11, 9), 22, 3.2, coat, thing.get("act"), (74, 58, 60))
    pen.ellipse(-16, 33, 2.6, 3.4, CREAM)
    pen.box(-16, 20, 13, 34, coat, 7)
    for x, y in ((-9, 30), (-4, 27), (1, 31), (-11, 26), (5, 28)):
        pen.ellipse(x, y, 1.2, 1.0, CREAM)
    pen.polygon([(4, 32), (12, 25), (19, 46), (13, 48)], coat)
    head = pen.at(17, 49)
    if thing.get("marks") == "antlers":
        for way in (-1, 1):
            head.line([(way * 2 - 1, 4), (way * 6 - 2, 12), (way * 6 - 1, 19)], (222, 196, 152), 1.6)
            head.line([(way * 6 - 2, 12), (way * 11 - 1, 16)], (222, 196, 152), 1.4)
    head.polygon([(-4, 2), (-11, 6), (-5, -1)], dark(coat, 0.1))
    head.ellipse(0, 0, 5.8, 5.4, coat)
    head.ellipse(5, -2.4, 4.0, 3.0, light(coat, 0.4))
    head.ellipse(8.2, -1.6, 1.3, 1.1, INK)
    _eye(head, 2.2, 1.2, 1.2)
    _blush(head, 0, -2.4)


def bear(pen: Pen, thing: Thing) -> None:
    coat = COAT[thing["colour"]]
    pen.shadow(25)
    _legs(pen, (-14, 12), 14, 8.6, coat, thing.get("act"))
    pen.ellipse(-2, 23, 23.6, 14.6, coat)
    pen.ellipse(-2, 13, 13, 4.6, dark(coat, 0.1))
    head = pen.at(20, 31)
    for x in (-6.4, 5):
        head.ellipse(x, 8, 3.4, 3.4, coat)
        head.ellipse(x, 8, 1.8, 1.8, light(coat, 0.35))
    head.ellipse(0, 0, 11, 9.8, coat)
    head.ellipse(5, -3, 5.4, 4.2, light(coat, 0.42))
    head.ellipse(7, -1.2, 2.2, 1.6, INK)
    _smile(head, 4.4, -4.4, 3.6)
    for x in (-0.6, 6.0):
        _eye(head, x, 2.6, 1.2)


def squirrel(pen: Pen, thing: Thing) -> None:
    coat: Colour = (196, 108, 60)
    pen.shadow(8)
    pen.curve([(-4, 3), (-16, 6), (-10, 20)], dark(coat, 0.1), 6.6)
    pen.ellipse(-8.6, 20, 4.2, 4, dark(coat, 0.1))
    pen.ellipse(0, 6, 5.8, 6.4, coat)
    pen.ellipse(2.4, 5.6, 3, 4.4, CREAM)
    pen.ellipse(2.6, 14.6, 4.8, 4.4, coat)
    pen.polygon([(-0.4, 17), (-0.8, 22), (2.6, 18.4)], coat)
    pen.ellipse(7, 13.6, 1.0, 0.8, INK)
    _eye(pen, 3.8, 15.4, 0.9)
    pen.ellipse(7.2, 7.6, 2.2, 2.4, (150, 98, 56))
    pen.cap(7.2, 8, 2.5, 2.2, 0, 180, (106, 70, 46))
    pen.line([(2.4, 9), (6, 8)], dark(coat, 0.12), 1.8)


def owl(pen: Pen, thing: Thing) -> None:
    coat = COAT[thing["colour"]]
    pen.line([(-14, 0), (14, 1.4)], (120, 82, 58), 3.2)
    pen.ellipse(12, 4, 3.6, 2, (104, 156, 88))
    for x in (-5.0, 5):
        pen.polygon([(x - 3, 15), (x + x * 0.5, 23), (x + 3, 17)], coat)
    pen.ellipse(0, 9.6, 8.8, 10, coat)
    pen.ellipse(0, 7.6, 5.6, 7, light(coat, 0.5))
    for x, y in ((-2, 8), (2, 8), (0, 5), (-3, 4.4), (3, 4.4)):
        pen.ellipse(x, y, 1.0, 0.7, dark(coat, 0.1))
    pen.ellipse(-7.4, 8.6, 3, 6.6, dark(coat, 0.2))
    pen.ellipse(7.4, 8.6, 3, 6.6, dark(coat, 0.2))
    for x in (-3.4, 3.4):
        pen.ellipse(x, 14.4, 3.8, 3.8, CREAM)
        pen.ellipse(x, 14.4, 2.2, 2.2, (246, 190, 70))
        pen.ellipse(x, 14.4, 1.2, 1.2, INK)
    pen.polygon([(-1.2, 12.8), (1.2, 12.8), (0, 10.2)], (240, 160, 60))


def bird(pen: Pen, thing: Thing) -> None:
    coat = COAT[thing["colour"]]
    if thing.get("act") == "fly":
        pen.polygon([(-6, 1), (-14, 4), (-13, -3)], dark(coat, 0.16))
        pen.polygon([(-3, 0), (-9, 13), (4, 1)], dark(coat, 0.28))
        pen.ellipse(0, 0, 8.4, 4.6, coat)
        pen.ellipse(1.6, -1.4, 5.2, 2.6, light(coat, 0.45))
        pen.ellipse(7.4, 3, 4.2, 4.0, coat)
        pen.polygon([(11, 4), (15.4, 2.6), (11, 1.6)], (244, 168, 60))
        pen.polygon([(-1, 1), (-8, 15), (6, 2.4)], dark(coat, 0.14))
        _eye(pen, 8.6, 3.8, 0.9)
        return
    pen.shadow(6)
    for x in (-0.6, 2):
        pen.line([(x, 4), (x, 0.6), (x + 1.8, 0.4)], (230, 150, 60), 0.8)
    pen.polygon([(-5, 8), (-13, 8.6), (-5, 5)], dark(coat, 0.24))
    pen.ellipse(0, 8, 7.0, 5.6, coat)
    pen.ellipse(2.4, 6.4, 4.2, 3.6, light(coat, 0.45))
    pen.polygon([(-7, 9), (1, 11), (1, 6)], dark(coat, 0.2))
    pen.ellipse(4.6, 13.4, 4.8, 4.6, coat)
    pen.polygon([(8.6, 14.4), (13, 13), (8.6, 12)], (244, 168, 60))
    _eye(pen, 6, 14.4, 0.9)


def seagull(pen: Pen, thing: Thing) -> None:
    if thing.get("act") == "fly":
        pen.polygon([(-1, 2), (-16, 12), (-24, 9), (-13, 7), (-4, -1)], (176, 186, 200))
        pen.polygon([(0, 2), (12, 15), (22, 14), (13, 9), (5, -1)], (200, 208, 218))
        pen.polygon([(-7, 0), (-14, 1.4), (-13, -2.6)], CREAM)
        pen.ellipse(0, 0, 9, 3.6, CREAM)
        pen.ellipse(8, 2, 3.2, 3, CREAM)
        pen.polygon([(10.8, 2.6), (15, 1), (10.6, 0.6)], (244, 180, 62))
        _eye(pen, 8.6, 2.6, 0.7)
        return
    pen.shadow(8)
    for x in (-1, 2):
        pen.line([(x, 5), (x, 0.6), (x + 2, 0.4)], (240, 160, 60), 0.9)
    pen.polygon([(-8, 9), (-17, 8), (-8, 6)], (70, 72, 84))
    pen.ellipse(0, 9, 9.6, 5, CREAM)
    pen.polygon([(-12, 8.6), (2, 13), (5, 9), (-2, 6.4)], (176, 186, 200))
    pen.line([(6.4, 10), (7.6, 16)], CREAM, 4.4)
    pen.ellipse(8, 16.6, 4, 3.6, CREAM)
    pen.polygon([(11.4, 17.4), (16.6, 15.8), (11.4, 15)], (244, 180, 62))
    _eye(pen, 9, 17.4, 0.8)


def elephant(pen: Pen, thing: Thing) -> None:
    skin = (154, 158, 176)
    pen.shadow(38)
    pen.line([(-30, 38), (-36, 24)], dark(skin, 0.15), 2)
    pen.ellipse(-36, 23, 1.8, 2.6, dark(skin, 0.4))
    for x, shade in ((-16, 0.26), (18, 0.26), (-24, 0.06), (9, 0.06)):
        pen.box(x - 6, 0, x + 6, 26, dark(skin, shade), 3.6)
        for i in (-3.4, 0, 3.4):
            pen.ellipse(x + i, 1.4, 1.5, 1.2, light(skin, 0.5))
    pen.ellipse(-6, 36, 31, 21, skin)
    pen.ellipse(-8, 23, 20, 6, dark(skin, 0.1))
    up = thing.get("act") == "spray"
    head = pen.at(25, 47)
    trunk = [(6, -4), (24, -8), (20, 18)] if up else [(8, -4), (22, -16), (16, -38)]
    head.curve(trunk, skin, 7.4)
    if up:
        for x, y in ((22, 24), (26, 27), (17, 27), (30, 22), (14, 23)):
            head.ellipse(x, y, 1.5, 1.9, (110, 190, 236))
    head.curve([(8, -10), (14, -16), (20, -11)], CREAM, 2.8)
    head.ellipse(0, 0, 15, 14.4, skin)
    head.ellipse(-9, 0, 10.6, 14.6, dark(skin, 0.16))
    head.ellipse(-8.4, -0.4, 7.6, 11, (208, 174, 188))
    _eye(head, 6.6, 2.6, 1.6)
    _blush(head, 5, -4, 2.6)
    _seat(pen, thing, -8, 56)


def giraffe(pen: Pen, thing: Thing) -> None:
    coat, patch = (246, 206, 112), (198, 130, 62)
    pen.shadow(24)
    pen.line([(-17, 44), (-22, 32)], patch, 1.6)
    pen.ellipse(-22, 31, 1.6, 2.6, (96, 66, 52))
    _legs(pen, (-12, 10), 32, 4.6, coat, thing.get("act"), (110, 80, 66))
    pen.polygon([(-19, 32), (-16, 47), (4, 54), (17, 48), (14, 32)], coat)
    pen.ellipse(-11, 39, 8, 8, coat)
    pen.ellipse(9, 41, 8, 9, coat)
    pen.polygon([(4, 48), (16, 42), (24, 86), (17, 88)], coat)
    pen.line([(5, 52), (16, 88)], (160, 100, 54), 2)
    for x, y, r in (
        (-12.0, 42, 3.4), (-5, 45, 3.2), (-4, 37, 3), (3, 42, 3.4), (9, 38, 2.8), (-13, 35, 2.4),
        (10, 48, 3), (13, 57, 2.6), (12, 64, 2.2), (17, 69, 2.3), (16, 76, 2), (19, 81, 1.9),
    ):
        pen.ellipse(x, y, r, r * 0.9, patch)
    head = pen.at(22, 91)
    for x in (-3, 1.4):
        head.line([(x, 4), (x - 0.8, 10)], coat, 1.5)
        head.ellipse(x - 0.8, 10.6, 1.6, 1.5, (110, 76, 56))
    head.polygon([(-5, 2), (-12, 5), (-6, -1)], coat)
    head.ellipse(-1, 0.6, 6, 5.4, coat)
    head.ellipse(5, -2.4, 5.4, 4.0, light(coat, 0.4))
    head.ellipse(7.8, -1.2, 0.7, 0.8, (130, 84, 60))
    _smile(head, 4.4, -4.0, 3.2)
    _eye(head, 1.2, 2.0, 1.3)
    _blush(head, 0, -2.2)


def zebra(pen: Pen, thing: Thing) -> None:
    coat, stripe = (248, 246, 242), (64, 58, 70)
    pen.shadow(23)
    pen.curve([(-18, 30), (-26, 28), (-24, 16)], stripe, 2.6)
    _legs(pen, (-12, 10), 19, 4.6, coat, thing.get("act"), stripe)
    for x in (-12.0, 10):
        for y in (6, 10.4):
            pen.line([(x - 2.6, y), (x + 2.4, y + 0.6)], stripe, 1.4)
    pen.box(-19, 17, 17, 34, coat, 8)
    for x in (-14, -8.6, -3, 2.6, 8):
        pen.curve([(x, 33.4), (x + 2.6, 26), (x, 18)], stripe, 1.8)
    pen.polygon([(5, 32), (16, 24), (25, 45), (17, 50)], coat)
    for t in (0.2, 0.45, 0.7, 0.95):
        pen.line([(5 + 12 * t, 32 + 18 * t), (15 + 9 * t, 26 + 19 * t)], stripe, 1.6)
    pen.line([(4, 33), (16, 52)], stripe, 3.2)
    head = pen.at(23, 48)
    head.polygon([(-5, 4), (-6, 11), (-1, 6.6)], coat)
    head.ellipse(-1, 1, 6.4, 5.8, coat)
    head.polygon([(-4, -4), (1, 5), (9, -1), (7, -7)], coat)
    head.ellipse(7, -4, 3.8, 3.4, stripe)
    head.line([(-3, 6), (-1, 1)], stripe, 1.2)
    head.line([(1.4, -3), (4.6, 1.2)], stripe, 1.2)
    _eye(head, 1.0, 1.8, 1.2)


def lion(pen: Pen, thing: Thing) -> None:
    coat, mane = (240, 186, 96), (186, 104, 52)
    pen.shadow(25)
    pen.curve([(-18, 20), (-32, 18), (-30, 30)], coat, 2.6)
    pen.ellipse(-30, 31, 2.8, 3.4, mane)
    if thing.get("act") == "lie":
        pen.box(-22, 0.6, 16, 18, coat, 8)
        pen.ellipse(-13, 8, 9, 7.4, dark(coat, 0.08))
        pen.line([(12, 3), (26, 2.4)], dark(coat, 0.08), 5.4)
        head = pen.at(18, 21)
    else:
        _legs(pen, (-13, 11), 14, 6.2, coat, thing.get("act"))
        pen.box(-20, 12, 18, 29, coat, 8)
        head = pen.at(19, 30)
    head.blob(-1.4, 0, 17, mane, 11, 1.0)
    for x in (-7.0, 6):
        head.ellipse(x, 8.4, 2.8, 2.8, coat)
    head.ellipse(0.4, 0, 9.4, 9.2, coat)
    head.ellipse(2, -4, 5, 3.8, light(coat, 0.5))
    head.polygon([(0.2, -1.6), (4.2, -1.6), (2.2, -4)], (150, 84, 70))
    _smile(head, 0.6, -5.2, 3.2)
    for x in (-2.6, 5.2):
        _eye(head, x, 2, 1.3)


def camel(pen: Pen, thing: Thing) -> None:
    coat: Colour = (216, 168, 106)
    pen.shadow(25)
    _legs(pen, (-14, 12), 22, 4.8, coat, thing.get("act"))
    pen.ellipse(-1, 30, 21, 11, coat)
    pen.ellipse(-9, 41, 7.6, 9, coat)
    pen.ellipse(7, 41, 7, 8.4, coat)
    pen.curve([(17, 30), (31, 28), (27, 50)], coat, 7.4)
    pen.box(-4, 33, 3, 44, (196, 74, 66), 1)
    head = pen.at(28, 52)
    head.ellipse(0, 0, 6, 5, coat)
    head.ellipse(6, -1.6, 4.8, 3.6, light(coat, 0.3))
    head.polygon([(-4, 3), (-7, 8), (-1, 5)], coat)
    _eye(head, 2, 1.6, 1.1)
    _smile(head, 6, -3, 3)


def penguin(pen: Pen, thing: Thing) -> None:
    back = (62, 68, 92)
    pen.shadow(10)
    for x in (-3.4, 4):
        pen.ellipse(x + 0.6, 1.2, 3.8, 1.7, (244, 164, 60))
    wave = thing.get("act") == "wave"
    pen.polygon([(-7, 17), (-14, 9 if not wave else 22), (-7, 8)], dark(back, 0.1))
    pen.ellipse(0, 12, 9.4, 11.4, back)
    pen.ellipse(1.4, 10.6, 7, 9, CREAM)
    pen.polygon([(7, 17), (13.6, 8), (8, 7)], back)
    pen.ellipse(0.6, 25, 7.0, 6.4, back)
    for x in (-1, 4):
        pen.ellipse(x, 24.6, 3.0, 3.4, CREAM)
        _eye(pen, x + 0.4, 25.6, 0.9)
    pen.polygon([(0.4, 24), (6.4, 22.4), (1.2, 21)], (246, 168, 60))
    if thing.get("scarf"):
        scarf = PAINT[thing["scarf"]]
        pen.box(-7, 17.4, 8, 20.8, scarf, 1.6)
        pen.line([(5, 18), (6.6, 11)], dark(scarf, 0.1), 3)


def turtle(pen: Pen, thing: Thing) -> None:
    skin, shell = (142, 186, 96), (86, 132, 78)
    pen.shadow(14)
    for x in (-8.0, 7):
        pen.line([(x, 5), (x + 1, 1.6)], skin, 4.4)
    pen.polygon([(-12, 4), (-17, 2.6), (-11, 2)], skin)
    pen.cap(-1, 4.6, 12.6, 11, 0, 180, shell)
    pen.box(-13.6, 3.4, 11.6, 6, dark(shell, 0.2), 1.2)
    for x, y, r in ((-6, 8.6, 2.4), (0, 11, 2.8), (5.6, 8.2, 2.3)):
        pen.ellipse(x, y, r, r * 0.9, light(shell, 0.3))
    pen.line([(9, 6), (13, 10)], skin, 4.4)
    pen.ellipse(14.6, 11.4, 4.4, 4, skin)
    _eye(pen, 16, 12.4, 0.9)
    _smile(pen, 15.2, 9.8, 2.4)


def crab(pen: Pen, thing: Thing) -> None:
    shell: Colour = (232, 96, 74)
    pen.shadow(12)
    for x in (-8, -5, 5, 8):
        pen.line([(x * 0.8, 5), (x * 1.5, 3.6), (x * 1.6, 0.8)], dark(shell, 0.1), 1.3)
    for x in (-1, 1):
        pen.line([(x * 7, 6), (x * 12, 11)], shell, 1.9)
        pen.cap(x * 13, 14, 3.8, 3.8, 120 if x > 0 else 90, 420 if x > 0 else 390, shell)
        pen.line([(x * 2.6, 9), (x * 2.8, 12.6)], shell, 1.0)
        pen.ellipse(x * 2.8, 13.4, 1.6, 1.6, CREAM)
        pen.ellipse(x * 2.8 + 0.3, 13.4, 0.8, 0.9, INK)
    pen.ellipse(0, 6, 9, 5, shell)
    _smile(pen, -1.6, 5.2, 3.2)


def butterfly(pen: Pen, thing: Thing) -> None:
    wing = PAINT[thing["colour"]]
    for x in (-1, 1):
        pen.ellipse(x * 4.6, 3, 4.6, 4.6, wing)
        pen.ellipse(x * 3.6, -3, 3.4, 3.4, light(wing, 0.25))
        pen.ellipse(x * 5, 3.4, 1.8, 1.8, CREAM)
        pen.curve([(0, 5), (x * 1.4, 8), (x * 3, 9)], INK, 0.5)
    pen.line([(0, -5), (0, 5)], INK, 1.4)


def frog(pen: Pen, thing: Thing) -> None:
    skin = (112, 182, 84)
    pen.shadow(10)
    pen.ellipse(-5, 3.4, 5.4, 3.6, dark(skin, 0.14))
    pen.ellipse(0, 5.4, 8.6, 5.8, skin)
    pen.ellipse(2, 4, 5.4, 3.6, light(skin, 0.45))
    pen.line([(5, 4), (6, 1)], dark(skin, 0.1), 2.4)
    for x in (-0.6, 6):
        pen.ellipse(x, 11.4, 2.8, 2.8, skin)
        pen.ellipse(x + 0.2, 11.8, 1.8, 1.8, CREAM)
        pen.ellipse(x + 0.5, 11.8, 1.0, 1.2, INK)
    pen.curve([(-1, 7.6), (3.6, 4.4), (7.6, 8)], dark(skin, 0.5), 0.8)


def monkey(pen: Pen, thing: Thing) -> None:
    coat: Colour = (148, 98, 66)
    face: Colour = (240, 200, 158)
    pen.shadow(11)
    pen.curve([(-6, 6), (-18, 4), (-15, 18)], coat, 2.2)
    pen.line([(-3, 8), (-5, 1.4)], dark(coat, 0.1), 4)
    pen.line([(3, 8), (5, 1.4)], coat, 4)
    pen.ellipse(0, 12, 7.2, 8.6, coat)
    pen.ellipse(1, 11.4, 4.4, 6, face)
    raised = thing.get("act") in ("wave", "jump")
    pen.line([(-5, 16), (-11, 14), (-12, 8)], dark(coat, 0.12), 3)
    pen.line([(5, 16), (11, 18), (12, 26)] if raised else [(5, 16), (10, 13), (9, 9)], coat, 3)
    if thing.get("item") == "banana":
        where = pen.at(12, 27) if raised else pen.at(10, 10)
        where.curve([(-3, -2), (3, -1), (4, 6)], (250, 216, 84), 2.4)
    for x in (-8, 8.6):
        pen.ellipse(x, 25, 3.2, 3.4, coat)
        pen.ellipse(x, 25, 1.8, 2, face)
    pen.ellipse(0.4, 25.4, 8, 7.6, coat)
    pen.ellipse(1.2, 26, 5.6, 4.6, face)
    pen.ellipse(1.6, 22.4, 5.2, 3.6, face)
    for x in (-0.8, 3.8):
        _eye(pen, x, 26.8, 1.0)
    _smile(pen, 0, 22, 3.2)


def whale(pen: Pen, thing: Thing) -> None:
    skin: Colour = (84, 128, 178)
    pen.curve([(-24, 10), (-36, 12), (-38, 24)], skin, 7)
    pen.polygon([(-38, 20), (-48, 30), (-36, 27), (-30, 33), (-33, 20)], skin)
    pen.cap(0, -1, 30, 25, 0, 180, skin)
    pen.cap(5, -1, 24, 9, 0, 180, (224, 236, 244))
    _eye(pen, 14, 12, 1.7)
    _blush(pen, 11, 8, 2.6)
    for way in (-1, 1):
        pen.curve([(8, 24), (8 + way * 2, 37), (8 + way * 9, 34)], (206, 234, 248), 2.4)
    pen.ellipse(0, -1, 36, 3.4, (255, 255, 255, 110))
    pen.ellipse(0, -3, 32, 2.6, (70, 140, 200, 120))


def dolphin(pen: Pen, thing: Thing) -> None:
    skin: Colour = (112, 152, 188)
    pen.ellipse(-12, -3, 10, 1.8, (255, 255, 255, 150))
    for x, y in ((-16, 2), (-8, 3), (-20, 0)):
        pen.ellipse(x, y, 1.1, 1.5, (236, 248, 255))
    pen.polygon([(0, 24), (-7, 33), (7, 26)], dark(skin, 0.16))
    pen.polygon([(-15, 2), (-12, 14), (-2, 25), (10, 27), (19, 20), (10, 17), (-1, 12), (-9, 1)], skin)
    pen.ellipse(10, 21.6, 9, 6.0, skin)
    pen.polygon([(15, 22), (26, 16), (15, 17)], skin)
    pen.polygon([(2, 14), (16, 17.4), (8, 18.6)], (230, 240, 246))
    pen.polygon([(3, 15), (1, 7), (8, 15)], dark(skin, 0.2))
    _eye(pen, 13, 22.4, 1.0)


ANIMALS: dict[str, Callable[[Pen, Thing], None]] = {
    "dog": dog, "cat": cat, "horse": horse, "cow": cow, "sheep": sheep, "pig": pig, "goat": goat,
    "hen": hen, "duck": duck, "swan": swan, "rabbit": rabbit, "fox": fox, "deer": deer, "bear": bear,
    "squirrel": squirrel, "owl": owl, "bird": bird, "seagull": seagull, "elephant": elephant,
    "giraffe": giraffe, "zebra": zebra, "lion": lion, "camel": camel, "penguin": penguin, "turtle": turtle,
    "crab": crab, "butterfly": butterfly, "frog": frog, "monkey": monkey, "whale": whale,
    "dolphin": dolphin,
}
