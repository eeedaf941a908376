"""Buildings, and the furniture of streets, parks, farms and shores."""

from __future__ import annotations

from collections.abc import Callable

from unrolled.scenes.palette import CREAM, GLASS, INK, PAINT, STEEL, WOOD, Colour, dark, light, mix
from unrolled.scenes.pen import Pen, Thing
from unrolled.scenes.people import HATS, ITEMS, PEOPLE, person
from unrolled.scenes.plants import SNOW


def _lit(pen: Pen, x0: float, y0: float, x1: float, y1: float, round_: float = 0.6) -> None:
    """A window that shines after dark."""
    night = pen.canvas.weather == "night"
    pen.box(x0, y0, x1, y1, (255, 222, 140) if night else GLASS, round_)
    pen.line([((x0 + x1) / 2, y0), ((x0 + x1) / 2, y1)], CREAM, 0.7, ends=False)
    pen.line([(x0, (y0 + y1) / 2), (x1, (y0 + y1) / 2)], CREAM, 0.7, ends=False)
    pen.glow((x0 + x1) / 2, (y0 + y1) / 2, 8, (255, 206, 120))


def house(pen: Pen, thing: Thing) -> None:
    paint = PAINT[thing["colour"]]
    wall = light(paint, 0.66) if thing["colour"] not in ("white", "black", "gray") else (246, 232, 210)
    pen.shadow(32, depth=0.06)
    pen.box(14, 42, 21, 62, (176, 104, 88))
    pen.box(-28, 0, 28, 36, wall)
    pen.polygon([(-28, 36), (-28, 0), (-20, 0), (-20, 36)], (60, 30, 80, 20))
    pen.polygon([(-34, 34), (34, 34), (20, 58), (-20, 58)], paint)
    for y in (40, 46, 52):
        inset = (y - 34) * 0.58
        pen.line([(-34 + inset, y), (34 - inset, y)], dark(paint, 0.16), 0.7)
    if pen.canvas.place == "snow":
        pen.polygon([(-27, 46), (27, 46), (20, 59), (-20, 59)], SNOW)
        pen.ellipse(-14, 46, 9, 2.4, SNOW)
        pen.ellipse(12, 46, 10, 2.6, SNOW)
    pen.box(-6, 0, 6, 20, dark(paint, 0.36), 3)
    pen.ellipse(3.6, 9, 0.9, 0.9, PAINT["yellow"])
    for x in (-21, 11):
        _lit(pen, x, 13, x + 10, 25)
        pen.box(x - 1, 9.6, x + 11, 12, dark(paint, 0.1), 0.6)
        for i, c in enumerate(("pink", "red", "yellow")):
            pen.ellipse(x + 1.6 + 3.4 * i, 13, 1.6, 1.4, PAINT[c])
    if thing.get("smoke"):
        for x, y, r in ((18, 67, 3.6), (22, 74, 5), (28, 82, 6.6)):
            pen.blob(x, y, r, (246, 246, 250, 170), 6)


def cabin(pen: Pen, thing: Thing) -> None:
    pen.shadow(28, depth=0.06)
    log: Colour = (164, 112, 72)
    pen.box(10, 36, 17, 54, (150, 146, 152))
    for i in range(6):
        pen.box(-25, i * 5, 25, i * 5 + 5, log if i % 2 else dark(log, 0.12), 2)
    pen.polygon([(-31, 29), (31, 29), (0, 56)], (120, 76, 58))
    if pen.canvas.place == "snow":
        pen.polygon([(-24, 35), (24, 35), (0, 57)], SNOW)
    pen.box(-5, 0, 6, 19, (104, 66, 50), 1)
    _lit(pen, 11, 10, 20, 20)
    _lit(pen, -20, 10, -11, 20)
    for x, y, r in ((14, 59, 3.2), (17, 65, 4.4), (22, 72, 5.8)):
        pen.blob(x, y, r, (246, 246, 250, 150), 6)


def tower(pen: Pen, thing: Thing) -> None:
    """An office tower of `w` by `h` units."""
    w, h = thing.get("w", 12), thing.get("h", 70)
    wall = mix(
        ((150, 162, 186), (196, 174, 160), (172, 182, 176))[thing.get("form", 0) % 3], (255, 255, 255), 0.16
    )
    pen.box(-w, 0, w, h, wall)
    pen.box(-w, 0, -w * 0.62, h, light(wall, 0.24))
    if thing.get("form", 0) % 3 == 1:
        pen.box(-w * 0.5, h, w * 0.5, h + 6, dark(wall, 0.06))
        pen.line([(0, h + 6), (0, h + 14)], dark(wall, 0.2), 0.9)
    night = pen.canvas.weather == "night"
    for row, y in enumerate(range(7, int(h) - 5, 8)):
        for column, x in enumerate(range(-int(w) + 3, int(w) - 4, 6)):
            on = (row * 7 + column * 5 + thing.get("form", 0)) % 3 == 0
            pen.box(
                x,
                y,
                x + 3.4,
                y + 4.8,
                (255, 222, 140) if night and on else dark(wall, 0.26) if on or night else (206, 226, 240),
            )


def shop(pen: Pen, thing: Thing) -> None:
    """A shop whose sign shows what it sells."""
    paint = PAINT[thing["colour"]]
    pen.shadow(32, depth=0.05)
    pen.box(-30, 0, 30, 58, light(paint, 0.58) if thing["colour"] != "white" else (248, 226, 200))
    pen.box(-31, 56, 31, 61, dark(paint, 0.1), 1)
    for x in (-22, -5, 12):
        _lit(pen, x, 40, x + 10, 52)
    pen.box(-26, 3, 8, 22, GLASS if pen.canvas.weather != "night" else (255, 226, 150), 1)
    pen.glow(-9, 12, 20, (255, 206, 120))
    pen.box(12, 0, 25, 24, dark(paint, 0.34), 1)
    pen.box(14.6, 9, 22.4, 21, GLASS, 1)
    for i in range(10):
        left = -31 + 6.2 * i
        cloth = paint if i % 2 else CREAM
        pen.polygon([(left + 1.4, 33), (left + 7.4, 33), (left + 6.2, 23), (left, 23)], cloth)
        pen.ellipse(left + 3.1, 23, 3.1, 2, cloth)
    _wares(pen, thing["marks"])


def _wares(pen: Pen, sells: str) -> None:
    for x in (-20, -9, 2):
        spot = pen.at(x, 4)
        if sells == "bakery":
            spot.ellipse(0, 3, 4.4, 2.8, (222, 160, 90))
            spot.line([(-1.6, 3.6), (-0.6, 5)], (180, 116, 62), 0.6)
        elif sells == "flower shop":
            ITEMS["flowers"](spot.at(0, 2, 0.8), PAINT["white"])
        elif sells == "book shop":
            for i, c in enumerate(("red", "blue", "yellow", "green")):
                spot.box(-4 + 2 * i, 0, -2.4 + 2 * i, 8 - i % 2, PAINT[c])
        elif sells == "fruit shop":
            for i, c in enumerate(("red", "orange", "green")):
                spot.ellipse(-3 + 3 * i, 2, 2, 2, PAINT[c])
            spot.box(-5, -3, 5, 1, WOOD)
        elif sells == "toy shop":
            ITEMS["teddy" if x != -9 else "ball"](spot.at(-2, 6 if x != -9 else 3, 0.66), PAINT["red"])
        else:
            spot.box(-2.4, 0, 2.4, 5, PAINT["white"], 0.8)
            spot.line([(0, 6), (0.8, 8.6)], (255, 255, 255, 190), 0.7)


def church(pen: Pen, thing: Thing) -> None:
    wall: Colour = (240, 228, 208)
    pen.shadow(26, depth=0.06)
    pen.box(-6, 0, 30, 32, wall)
    pen.polygon([(-8, 31), (32, 31), (26, 48), (-4, 48)], (176, 92, 78))
    pen.box(-24, 0, -4, 58, light(wall, 0.3))
    pen.polygon([(-26, 57), (-2, 57), (-14, 86)], (150, 76, 70))
    pen.line([(-14, 86), (-14, 94)], INK, 1.0)
    pen.line([(-16.4, 91.4), (-11.6, 91.4)], INK, 1.0)
    pen.ellipse(-14, 46, 5.4, 5.4, CREAM)
    pen.line([(-14, 46), (-14, 50)], INK, 0.8)
    pen.line([(-14, 46), (-11.4, 46)], INK, 0.8)
    pen.box(-18, 0, -10, 16, (120, 76, 60), 4)
    for x in (2, 12, 22):
        _lit(pen, x, 9, x + 5, 23, 2.4)


def barn(pen: Pen, thing: Thing) -> None:
    paint = PAINT[thing["colour"]]
    pen.shadow(36, depth=0.06)
    pen.box(-31, 0, 31, 32, paint)
    for x in range(-26, 31, 7):
        pen.line([(x, 1), (x, 32)], dark(paint, 0.14), 0.6)
    pen.polygon([(-34, 31), (-24, 47), (0, 57), (24, 47), (34, 31)], dark(paint, 0.42))
    pen.polygon([(-29, 31), (-21, 44), (0, 53), (21, 44), (29, 31)], paint)
    pen.box(-11, 0, 11, 23, CREAM)
    pen.box(-9, 0, 9, 21, dark(paint, 0.24))
    pen.line([(-9, 0), (9, 21)], CREAM, 1.6)
    pen.line([(-9, 21), (9, 0)], CREAM, 1.6)
    pen.box(-4.6, 33, 4.6, 42, CREAM)
    pen.box(-3.2, 34.4, 3.2, 40.6, (232, 196, 108))


def windmill(pen: Pen, thing: Thing) -> None:
    pen.shadow(17, depth=0.1)
    pen.polygon([(-15, 0), (-9, 48), (9, 48), (15, 0)], (246, 236, 218))
    pen.polygon([(-15, 0), (-9, 48), (-4, 48), (-8, 0)], (60, 30, 80, 22))
    pen.cap(0, 47, 11, 12, 0, 180, (176, 88, 70))
    pen.box(-4, 0, 4, 13, (126, 82, 60), 3)
    _lit(pen, -3, 26, 3, 33)
    for dx, dy in ((20, 26), (-26, 20), (-20, -26), (26, -20)):
        pen.line([(0, 50), (dx, 50 + dy)], (120, 84, 64), 1.4)
        nx, ny = -dy * 0.22, dx * 0.22
        pen.polygon(
            [
                (dx * 0.25, 50 + dy * 0.25), (dx, 50 + dy), (dx + nx, 50 + dy + ny),
                (dx * 0.25 + nx, 50 + dy * 0.25 + ny),
            ],
            (250, 246, 236),
        )
        for t in (0.4, 0.6, 0.8):
            pen.line([(dx * t, 50 + dy * t), (dx * t + nx, 50 + dy * t + ny)], (190, 160, 130), 0.6)
    pen.ellipse(0, 50, 2.4, 2.4, (104, 70, 56))


def lighthouse(pen: Pen, thing: Thing) -> None:
    pen.ellipse(0, 0, 24, 6.4, (140, 136, 146))
    pen.polygon([(-9, 2), (-6, 56), (6, 56), (9, 2)], CREAM)
    for y in (10, 28, 46):
        w = 9 - y * 0.054
        pen.polygon([(-w, y), (-w + 0.5, y + 9), (w - 0.5, y + 9), (w, y)], PAINT["red"])
    pen.box(-8.4, 56, 8.4, 58.4, INK, 1)
    pen.box(-4.4, 58, 4.4, 67, (255, 236, 160))
    pen.cap(0, 67, 6.4, 6, 0, 180, PAINT["red"])
    pen.box(-2.6, 3, 2.6, 11, (110, 74, 60), 2)
    pen.glow(0, 63, 40, (255, 236, 160))


def castle(pen: Pen, thing: Thing) -> None:
    wall = (208, 202, 214)
    pen.box(-26, 0, 26, 30, wall)
    for x in range(-26, 25, 8):
        pen.box(x, 30, x + 4.4, 34, wall)
    for x, h, c in ((-29, 46, "blue"), (29, 46, "blue"), (0, 60, "red")):
        pen.box(x - 7, 0, x + 7, h, light(wall, 0.2))
        pen.polygon([(x - 9.4, h), (x + 9.4, h), (x, h + 21)], PAINT[c])
        pen.line([(x, h + 20), (x, h + 29)], INK, 0.8)
        pen.polygon([(x, h + 29), (x + 9, h + 26), (x, h + 23)], PAINT["yellow"])
        _lit(pen, x - 2.4, h - 15, x + 2.4, h - 6, 2)
    pen.box(-7, 0, 7, 16, (112, 74, 60), 6)


def bench(pen: Pen, thing: Thing) -> None:
    wood: Colour = (178, 122, 76) if thing.get("colour", "brown") == "brown" else PAINT[thing["colour"]]
    pen.shadow(23, depth=0.14)
    for y in (18, 23):
        pen.box(-21, y, 21, y + 3.6, wood, 1)
    for x in (-17, 17):
        pen.line([(x, 0.8), (x, 26)], (76, 72, 84), 2)
    pen.box(-22, 10, 22, 13.4, light(wood, 0.16), 1)
    seats = (-10, 9) if len(thing.get("with", [])) > 1 else (0,)
    for x, sitter in zip(seats, thing.get("with", []), strict=False):
        if sitter["kind"] in PEOPLE:
            person(pen.at(x, 12.4, 0.94), sitter, "sit")
        else:
            sitter_draw(pen.at(x, 13, 0.8), sitter)


def sitter_draw(pen: Pen, thing: Thing) -> None:
    """An animal on a seat; looked up late, since animals know riders and riders know seats."""
    from unrolled.scenes.animals import ANIMALS

    ANIMALS[thing["kind"]](pen, thing)


def lamppost(pen: Pen, thing: Thing) -> None:
    iron: Colour = (74, 74, 90)
    pen.shadow(6)
    pen.box(-3, 0, 3, 4, iron, 1)
    pen.line([(0, 2), (0, 60)], iron, 1.8)
    pen.polygon([(-4, 62), (4, 62), (5.4, 71), (-5.4, 71)], (255, 236, 170))
    pen.polygon([(-6.4, 71), (6.4, 71), (0, 76)], iron)
    pen.glow(0, 66, 30, (255, 214, 130))


def traffic_light(pen: Pen, thing: Thing) -> None:
    pen.shadow(6)
    pen.line([(0, 0), (0, 44)], (84, 84, 96), 2)
    pen.box(-6, 40, 6, 70, (62, 60, 72), 3)
    lamp = thing.get("marks", "red")
    for y, name in ((64, "red"), (55, "yellow"), (46, "green")):
        pen.ellipse(0, y, 3.6, 3.6, PAINT[name] if name == lamp else (96, 94, 106))
    pen.glow(0, {"red": 64, "yellow": 55, "green": 46}[lamp], 14, PAINT[lamp])


def mailbox(pen: Pen, thing: Thing) -> None:
    paint = PAINT[thing["colour"]]
    pen.shadow(9)
    pen.box(-7, 0, 7, 4, dark(paint, 0.4), 1)
    pen.box(-8, 3, 8, 30, paint, 7)
    pen.box(-5, 21, 5, 23, INK)
    pen.box(-4, 10, 4, 17, CREAM, 0.6)


def fountain(pen: Pen, thing: Thing) -> None:
    stone: Colour = (198, 194, 202)
    pen.shadow(30, depth=0.16)
    pen.box(-27, 0, 27, 9, stone, 3)
    pen.ellipse(0, 9, 27, 5, light(stone, 0.3))
    pen.ellipse(0, 9, 24, 3.8, (128, 196, 230))
    pen.box(-3, 9, 3, 26, stone)
    pen.ellipse(0, 26, 13, 3.2, light(stone, 0.2))
    for way in (-1, 1):
        for reach, high in ((10, 44), (19, 38)):
            pen.curve([(0, 27), (way * reach * 0.6, high), (way * reach, 10)], (198, 232, 248), 1.3)
    pen.line([(0, 26), (0, 38)], (214, 240, 252), 1.8)


def fence(pen: Pen, thing: Thing) -> None:
    wood = PAINT[thing["colour"]] if thing["colour"] != "brown" else (176, 128, 88)
    for y in (6, 13):
        pen.box(-40, y, 40, y + 2.6, dark(wood, 0.1))
    for x in range(-38, 41, 11):
        pen.polygon([(x - 2, 0), (x - 2, 17), (x, 20), (x + 2, 17), (x + 2, 0)], wood)


def haystack(pen: Pen, thing: Thing) -> None:
    straw: Colour = (234, 196, 104)
    pen.shadow(20, depth=0.14)
    if thing.get("form", 0) % 2:
        pen.ellipse(0, 13, 14, 13.4, dark(straw, 0.08))
        pen.ellipse(-3, 13, 11.6, 12.4, straw)
        for r in (8, 5, 2.4):
            pen.ellipse(-3, 13, r, r * 1.05, dark(straw, 0.16))
            pen.ellipse(-3, 13, r - 1, r * 1.05 - 1, straw)
        return
    pen.cap(0, 0, 20, 29, 0, 180, straw)
    for x, y in ((-11, 5), (-4, 12), (5, 8), (10, 4), (0, 20), (-7, 17), (7, 16)):
        pen.line([(x, y), (x + 2.4, y + 4)], dark(straw, 0.2), 0.7)


def scarecrow(pen: Pen, thing: Thing) -> None:
    paint = PAINT[thing["colour"]]
    pen.shadow(7)
    pen.line([(0, 0), (0, 30)], WOOD, 2)
    pen.line([(-20, 31), (20, 31)], WOOD, 1.7)
    for x in (-20, 20):
        for d in (-2, 0, 2):
            pen.line([(x, 31), (x * 1.14, 31 + d)], (238, 204, 110), 1.0)
    pen.line([(-16, 31), (16, 31)], paint, 6)
    pen.polygon([(-7, 14), (-6, 34), (6, 34), (7, 14)], paint)
    pen.box(-3, 19, 1, 23, PAINT["yellow"])
    pen.ellipse(0, 41, 7, 7, (240, 212, 160))
    for x in (-2, 3):
        pen.ellipse(x, 42, 0.9, 0.9, INK)
    pen.curve([(-2.4, 38.6), (0.5, 36.6), (3.4, 38.6)], INK, 0.7)
    pen.ellipse(0, 46, 11, 2.0, (150, 106, 70))
    pen.polygon([(-6, 46.6), (-2, 56), (6, 46.6)], (150, 106, 70))


def well(pen: Pen, thing: Thing) -> None:
    stone: Colour = (176, 172, 182)
    pen.shadow(17)
    pen.box(-14, 0, 14, 15, stone, 2)
    for x, y in ((-9, 3), (-1, 8), (7, 3), (-6, 11), (6, 11)):
        pen.box(x - 2.6, y - 1.4, x + 2.6, y + 1.4, dark(stone, 0.14), 1)
    for x in (-11, 11):
        pen.line([(x, 14), (x, 36)], WOOD, 1.9)
    pen.polygon([(-18, 35), (18, 35), (0, 47)], (176, 92, 76))
    pen.line([(0, 36), (0, 24)], INK, 0.6)
    pen.box(-3, 18, 3, 24, WOOD, 1)


def tent(pen: Pen, thing: Thing) -> None:
    paint = PAINT[thing["colour"]]
    pen.shadow(30, depth=0.12)
    pen.polygon([(-29, 0), (-6, 33), (24, 30), (32, 0)], dark(paint, 0.16))
    pen.polygon([(-29, 0), (-6, 33), (15, 0)], paint)
    pen.polygon([(-14, 0), (-6, 24), (3, 0)], dark(paint, 0.55))
    pen.polygon([(-14, 0), (-6, 24), (-9, 0)], light(paint, 0.35))
    pen.glow(-5, 10, 18, (255, 200, 110))


def campfire(pen: Pen, thing: Thing) -> None:
    pen.shadow(12)
    for points in ([(-9, 1.6), (8, 5)], [(9, 1.6), (-8, 5)]):
        pen.line(points, (124, 84, 60), 3)
    pen.polygon([(-7, 4), (-8, 13), (-4, 11), (-1, 23), (3, 13), (6, 16), (7, 4)], (246, 140, 54))
    pen.polygon([(-4, 4), (-3.6, 10), (0, 16), (4, 9), (4, 4)], (255, 214, 90))
    pen.glow(0, 9, 44, (255, 170, 80))
    for x, y in ((-4, 30), (3, 27)):
        pen.ellipse(x, y, 0.7, 0.7, (255, 190, 90))


def snowman(pen: Pen, thing: Thing) -> None:
    scarf = PAINT[thing["colour"]]
    pen.shadow(16)
    shade = (222, 232, 246)
    for y, r in ((11, 14), (30, 10.4), (45, 8)):
        pen.ellipse(0, y, r, r * 0.96, shade)
        pen.ellipse(-1.2, y + 0.8, r * 0.88, r * 0.86, (252, 254, 255))
    for way in (-1, 1):
        pen.line([(way * 9, 32), (way * 19, 40)], (116, 80, 62), 1.3)
        pen.line([(way * 16, 37.6), (way * 20, 36)], (116, 80, 62), 1.0)
    for y in (24, 29, 34):
        pen.ellipse(1, y, 1.2, 1.2, INK)
    pen.box(-8.4, 35.6, 8.4, 39.6, scarf, 2)
    pen.line([(5, 37), (7, 27)], dark(scarf, 0.12), 3.6)
    for x in (-2, 4):
        pen.ellipse(x, 47, 1.1, 1.3, INK)
    pen.polygon([(1, 45.4), (11, 43.6), (1, 43)], (242, 140, 56))
    pen.curve([(-2, 41), (2, 39), (5, 41)], INK, 0.8)
    hat = thing.get("hat", "top hat")
    HATS[hat](pen.at(0, 47), scarf)


def igloo(pen: Pen, thing: Thing) -> None:
    ice: Colour = (232, 242, 252)
    pen.shadow(30, depth=0.1)
    pen.cap(0, 0, 28, 30, 0, 180, ice)
    for y, w in ((8, 27), (16, 23.6), (23, 18)):
        pen.line([(-w, y), (w, y)], (196, 214, 234), 0.8)
    for x, y in ((-12, 4), (6, 12), (-6, 19), (16, 4), (-16, 12), (2, 26), (12, 20)):
        pen.line([(x, y - 3.4), (x, y + 3.4)], (196, 214, 234), 0.8)
    pen.cap(15, 0, 12, 15, 0, 180, light(ice, 0.3))
    pen.cap(16, 0, 8.4, 11.4, 0, 180, (70, 92, 132))


def sandcastle(pen: Pen, thing: Thing) -> None:
    sand: Colour = (232, 196, 128)
    pen.shadow(19)
    pen.box(-16, 0, 16, 11, sand)
    for x, h in ((-15, 19), (15, 19), (0, 25)):
        pen.box(x - 5, 0, x + 5, h, light(sand, 0.2))
        for d in (-5, -1.4, 2.2):
            pen.box(x + d, h, x + d + 2.6, h + 2.8, light(sand, 0.2))
    pen.line([(0, 27), (0, 37)], INK, 0.7)
    pen.polygon([(0, 37), (8, 34.4), (0, 32)], PAINT[thing["colour"]])
    pen.cap(0, 0, 3, 7, 0, 180, dark(sand, 0.34))


def parasol(pen: Pen, thing: Thing) -> None:
    paint = PAINT[thing["colour"]]
    pen.shadow(26, depth=0.12)
    pen.box(-24, 0, 10, 2.6, light(paint, 0.5), 1)
    pen.line([(0, 0), (4, 48)], CREAM, 1.7)
    pen.cap(4, 38, 30, 18, 0, 180, paint)
    pen.polygon([(-15, 43), (-7, 38), (15, 38), (23, 43), (4, 56)], CREAM)
    pen.cap(4, 38, 10, 18, 0, 180, paint)
    pen.ellipse(4, 56.6, 1.5, 1.5, CREAM)


def deck_chair(pen: Pen, thing: Thing) -> None:
    paint = PAINT[thing["colour"]]
    pen.shadow(16)
    pen.line([(-14, 25), (13, 1)], WOOD, 1.7)
    pen.line([(-11, 1), (9, 14)], WOOD, 1.7)
    for i in range(5):
        pen.line(
            [(-13 + 4.6 * i, 24 - 3.2 * i), (-9.6 + 4.6 * i, 20.6 - 3.2 * i)],
            paint if i % 2 == 0 else CREAM,
            5,
        )


def beach_ball(pen: Pen, thing: Thing) -> None:
    paint = PAINT[thing["colour"]]
    pen.shadow(8)
    pen.ellipse(0, 8, 8, 8, CREAM)
    pen.cap(0, 8, 8, 8, 60, 120, paint)
    pen.polygon([(0, 8), (-4, 15), (4, 15)], paint)
    pen.polygon([(0, 8), (-8, 6), (-5, 2)], PAINT["blue"] if thing["colour"] != "blue" else PAINT["red"])
    pen.polygon([(0, 8), (8, 6), (5, 2)], PAINT["yellow"] if thing["colour"] != "yellow" else PAINT["green"])


def picnic(pen: Pen, thing: Thing) -> None:
    paint = PAINT[thing["colour"]]
    pen.polygon([(-30, 0), (-20, 9), (24, 9), (32, 0)], CREAM)
    for i in range(4):
        pen.polygon([(-28 + 16 * i, 0), (-19 + 12 * i, 9), (-14 + 12 * i, 9), (-21 + 16 * i, 0)], paint)
    pen.polygon([(-26, 3.2), (-23, 5.6), (28, 5.6), (29.4, 3.2)], (*paint, 130))
    ITEMS["basket"](pen.at(-13, 19, 1.0), paint)
    pen.ellipse(3, 4, 5, 1.6, (244, 244, 248))
    pen.ellipse(3, 5.4, 3, 2, (226, 168, 96))
    for x in (13, 16):
        pen.ellipse(x, 6, 2, 2, PAINT["red"])
    for x, sitter in zip((-24, 22), thing.get("with", []), strict=False):
        person(pen.at(x, 4, 0.9, flip=x > 0), sitter, "ground")


def slide(pen: Pen, thing: Thing) -> None:
    paint = PAINT[thing["colour"]]
    pen.shadow(28, depth=0.1)
    for x in (-20, -10):
        pen.line([(x, 0), (x, 44)], STEEL, 1.7)
    for y in (8, 16, 24, 32):
        pen.line([(-20, y), (-10, y)], STEEL, 1.3)
    pen.line([(-12, 37), (8, 16), (25, 2)], dark(paint, 0.1), 6)
    pen.line([(-12, 38.6), (8, 17.6), (25, 3.6)], light(paint, 0.3), 3.4)


def swing(pen: Pen, thing: Thing) -> None:
    pen.shadow(27, depth=0.1)
    frame = PAINT[thing["colour"]]
    for x in (-26, 26):
        pen.line([(x - 5, 0), (x, 60)], frame, 2.2)
        pen.line([(x + 5, 0), (x, 60)], frame, 2.2)
    pen.line([(-26, 60), (26, 60)], frame, 2.6)
    for rider in thing.get("with", [])[:1]:
        pen.line([(-5, 60), (-3, 15)], STEEL, 0.8)
        person(pen.at(0, 13, 0.94), rider, "sit")
    pen.line([(5, 60), (7, 15)], STEEL, 0.8)
    if not thing.get("with"):
        pen.line([(-7, 60), (-5, 15)], STEEL, 0.8)
    pen.box(-8, 12.4, 9, 15, WOOD, 1)


def pier(pen: Pen, thing: Thing) -> None:
    for x in (-22, 0, 22):
        pen.box(x - 1.6, -7, x + 1.6, 7, (112, 82, 64))
    pen.polygon([(-34, 4), (-30, 9), (30, 9), (34, 4)], (184, 138, 98))
    pen.box(-34, 1.6, 34, 4.4, (146, 104, 74))
    for x in range(-26, 27, 9):
        pen.line([(x, 4.4), (x * 0.9, 9)], (146, 104, 74), 0.7)


def easel(pen: Pen, thing: Thing) -> None:
    pen.shadow(9)
    for points in ([(-9, 0), (0, 42)], [(9, 0), (0, 42)]):
        pen.line(points, WOOD, 1.5)
    pen.box(-11, 13, 11, 36, CREAM, 0.6)
    pen.box(-9.4, 14.6, 9.4, 23, (122, 182, 92))
    pen.box(-9.4, 22, 9.4, 34.4, (150, 206, 240))
    pen.ellipse(4, 30, 2.4, 2.4, PAINT["yellow"])
    pen.polygon([(-9.4, 22), (-3, 30), (3, 22)], (150, 120, 160))


def market_stall(pen: Pen, thing: Thing) -> None:
    paint = PAINT[thing["colour"]]
    pen.shadow(30, depth=0.1)
    for x in (-25, 25):
        pen.line([(x, 0), (x, 44)], WOOD, 1.7)
    pen.box(-28, 0, 28, 15, (190, 142, 96), 1)
    for y in (5, 10):
        pen.line([(-27, y), (27, y)], (150, 104, 70), 0.7)
    for i in range(9):
        pen.ellipse(-22 + 5.4 * i, 17.4, 3, 2.8, PAINT[("red", "orange", "green")[i // 3]])
    for i in range(8):
        left = -31 + 7.8 * i
        cloth = paint if i % 2 else CREAM
        pen.polygon([(left + 2, 52), (left + 8, 52), (left + 7.8, 41), (left, 41)], cloth)
        pen.ellipse(left + 3.9, 41, 3.9, 2.2, cloth)


def buoy(pen: Pen, thing: Thing) -> None:
    pen.ellipse(0, 0, 12, 2.4, (255, 255, 255, 100))
    pen.polygon([(-8, 0), (-4, 21), (4, 21), (8, 0)], PAINT["red"])
    pen.polygon([(-6.6, 7), (-5.4, 13), (5.4, 13), (6.6, 7)], CREAM)
    pen.line([(0, 21), (0, 27)], INK, 1.0)
    pen.ellipse(0, 28, 2.2, 2.2, PAINT["yellow"])
    pen.glow(0, 28, 14, (255, 220, 120))


BUILDINGS: dict[str, Callable[[Pen, Thing], None]] = {
    "house": house, "cabin": cabin, "tower": tower, "shop": shop, "church": church, "barn": barn,
    "windmill": windmill, "lighthouse": lighthouse, "castle": castle, "bench": bench, "lamppost": lamppost,
    "traffic light": traffic_light, "mailbox": mailbox, "fountain": fountain, "fence": fence,
    "haystack": haystack, "scarecrow": scarecrow, "well": well, "tent": tent, "campfire": campfire,
    "snowman": snowman, "igloo": igloo, "sandcastle": sandcastle, "parasol": parasol,
    "deck chair": deck_chair, "beach ball": beach_ball, "picnic": picnic, "slide": slide, "swing": swing,
    "pier": pier, "easel": easel, "market stall": market_stall, "buoy": buoy,
}
