"""What stands in rooms, and what lies on tables."""

from __future__ import annotations

from collections.abc import Callable

from unrolled.scenes.animals import ANIMALS
from unrolled.scenes.palette import CREAM, INK, LEAF, PAINT, STEEL, WOOD, Colour, dark, light
from unrolled.scenes.pen import Pen, Thing
from unrolled.scenes.people import ITEMS, PEOPLE, person


def _seated(pen: Pen, who: Thing) -> None:
    if who["kind"] in PEOPLE:
        person(pen, who, "sit")
    else:
        ANIMALS[who["kind"]](pen.at(0, 1, 0.86), who)


def sofa(pen: Pen, thing: Thing) -> None:
    paint = PAINT[thing["colour"]]
    pen.shadow(42, depth=0.12)
    pen.box(-36, 10, 36, 34, dark(paint, 0.14), 6)
    pen.line([(0, 14), (0, 32)], dark(paint, 0.26), 0.8)
    for x in (-33, 33):
        pen.line([(x, 0), (x, 6)], WOOD, 2.4)
    for x, c in ((-24, "yellow"), (25, "turquoise")):
        cushion = PAINT[c if thing["colour"] != c else "red"]
        pen.polygon([(x - 6, 16), (x - 5, 27), (x + 6, 28), (x + 6, 16)], cushion)
    pen.box(-36, 5, 36, 17, paint, 4)
    for x, who in zip(
        (-13, 13) if len(thing.get("with", [])) > 1 else (-1,), thing.get("with", []), strict=False
    ):
        _seated(pen.at(x, 16), who)
    pen.box(-41, 3, -31, 24, light(paint, 0.1), 5)
    pen.box(31, 3, 41, 24, light(paint, 0.1), 5)


def armchair(pen: Pen, thing: Thing) -> None:
    paint = PAINT[thing["colour"]]
    pen.shadow(24, depth=0.14)
    pen.box(-18, 8, 18, 40, dark(paint, 0.14), 8)
    for x in (-15, 15):
        pen.line([(x, 0), (x, 6)], WOOD, 2.4)
    pen.box(-18, 4, 18, 17, paint, 4)
    for who in thing.get("with", [])[:1]:
        _seated(pen.at(-1, 16), who)
    pen.box(-23, 3, -14, 25, light(paint, 0.1), 4.4)
    pen.box(14, 3, 23, 25, light(paint, 0.1), 4.4)


def bed(pen: Pen, thing: Thing) -> None:
    paint = PAINT[thing["colour"]]
    pen.shadow(46, depth=0.1)
    pen.box(-43, 0, -38, 38, WOOD, 2)
    pen.box(38, 0, 43, 24, WOOD, 2)
    pen.box(-40, 7, 40, 17, (246, 242, 238), 2)
    pen.box(-37, 15, -17, 25, CREAM, 5)
    for who in thing.get("with", []):
        if who["kind"] in PEOPLE:
            _sleeper(pen.at(-26, 24), who)
        else:
            ANIMALS[who["kind"]](pen.at(14, 20, 0.9), who)
    pen.box(-15, 6, 41, 22, paint, 5)
    pen.box(-16, 6, -8, 22, light(paint, 0.45), 3)
    for x, y in ((2, 10), (14, 16), (26, 10), (34, 17), (-1, 18)):
        pen.ellipse(x, y, 1.9, 1.9, light(paint, 0.4))
    if thing.get("with") and thing["with"][0]["kind"] not in PEOPLE:
        ANIMALS[thing["with"][0]["kind"]](pen.at(14, 20, 0.9), thing["with"][0])


def _sleeper(pen: Pen, who: Thing) -> None:
    from unrolled.scenes.palette import HAIR, SKIN

    skin = SKIN[who.get("skin", 0)]
    hair = HAIR[who.get("hair", "brown")]
    pen.ellipse(-2, 1.6, 8, 7.6, hair)
    pen.ellipse(0.6, 0, 7.2, 7.0, skin)
    pen.cap(-0.6, 1.6, 8, 7, 40, 200, hair)
    for x in (-0.4, 4):
        pen.curve([(x - 1.3, 0), (x, -1.4), (x + 1.3, 0)], INK, 0.8)
    pen.ellipse(-2, -2.4, 1.6, 1.0, (236, 110, 100, 90))
    pen.ellipse(5.4, -2.4, 1.4, 1.0, (236, 110, 100, 90))
    pen.box(-1, -9, 14, -5, PAINT[who["colour"]], 2)


def lamp(pen: Pen, thing: Thing) -> None:
    shade = PAINT[thing["colour"]]
    pen.shadow(8)
    pen.ellipse(0, 1, 7, 1.9, (110, 90, 80))
    pen.line([(0, 1), (0, 48)], (110, 90, 80), 1.6)
    pen.polygon([(-11, 46), (11, 46), (6.6, 62), (-6.6, 62)], light(shade, 0.35))
    pen.polygon([(-11, 46), (-4, 46), (-2.6, 62), (-6.6, 62)], light(shade, 0.55))
    pen.glow(0, 50, 40, (255, 216, 140))


def bookshelf(pen: Pen, thing: Thing) -> None:
    wood: Colour = (150, 102, 68)
    pen.shadow(22, depth=0.08)
    pen.box(-20, 0, 20, 68, wood, 1)
    for shelf, y in enumerate((4, 26, 48)):
        pen.box(-18, y, 18, y + 18, dark(wood, 0.4))
        x = -17.0
        for i in range(7):
            c = ("red", "blue", "yellow", "green", "purple", "orange", "turquoise", "pink")[
                (i * 3 + shelf * 5) % 8
            ]
            high = 11 + (i * 7 + shelf * 3) % 6
            if (i + shelf) % 6 == 5:
                pen.ellipse(x + 2.6, y + 3, 2.8, 3, PAINT["turquoise"])
                pen.line([(x + 2.6, y + 5), (x + 2.6, y + 10)], LEAF, 1.4)
                x += 6
                continue
            pen.box(x, y, x + 4, y + high, PAINT[c], 0.4)
            x += 4.6


def fireplace(pen: Pen, thing: Thing) -> None:
    stone: Colour = (196, 176, 164)
    pen.box(-30, 0, 30, 44, stone)
    for x, y in ((-24, 6), (-26, 18), (-23, 30), (24, 6), (26, 18), (22, 30), (-8, 37), (8, 37)):
        pen.box(x - 3.6, y - 2.6, x + 3.6, y + 2.6, dark(stone, 0.1), 1)
    pen.box(-17, 0, 17, 29, (58, 48, 56), 6)
    pen.box(-34, 43, 34, 48, (140, 94, 66), 1)
    pen.line([(-9, 3), (9, 3)], (120, 82, 60), 4)
    pen.polygon([(-10, 4), (-9, 14), (-4, 10), (0, 22), (4, 11), (9, 15), (10, 4)], (244, 132, 54))
    pen.polygon([(-5, 4), (-4, 9), (0, 15), (4, 9), (5, 4)], (255, 214, 92))
    pen.glow(0, 10, 44, (255, 170, 80))
    for x, c in ((-20, "red"), (20, "green")):
        ITEMS["cup"](pen.at(x, 49, 0.9), PAINT[c])


def television(pen: Pen, thing: Thing) -> None:
    pen.shadow(26, depth=0.08)
    pen.box(-26, 0, 26, 14, (164, 116, 78), 1)
    pen.box(-4, 14, 4, 18, INK)
    pen.box(-25, 17, 25, 46, (52, 50, 60), 2)
    pen.box(-23, 19, 23, 44, (128, 196, 232), 1)
    pen.box(-23, 19, 23, 27, (120, 184, 104))
    pen.ellipse(12, 38, 4, 4, (255, 226, 120))
    pen.glow(0, 31, 30, (160, 210, 255))


def potted_plant(pen: Pen, thing: Thing) -> None:
    paint = PAINT[thing["colour"]]
    pen.shadow(10)
    for dx, dy in ((-14, 22), (13, 24), (-8, 33), (8, 35), (0, 38), (-17, 12), (17, 13)):
        pen.polygon(
            [(0, 13), (dx * 0.5 - 3.6, 13 + dy * 0.7), (dx, 13 + dy), (dx * 0.5 + 3.6, 13 + dy * 0.5)],
            LEAF if dy > 20 else dark(LEAF, 0.14),
        )
    pen.polygon([(-9, 14), (-6.4, 0), (6.4, 0), (9, 14)], paint)
    pen.box(-10, 12, 10, 16, light(paint, 0.2), 1)


def piano(pen: Pen, thing: Thing) -> None:
    wood: Colour = (92, 62, 56) if thing["colour"] == "brown" else PAINT[thing["colour"]]
    pen.shadow(36, depth=0.1)
    pen.box(-33, 0, 33, 42, wood, 2)
    pen.box(-35, 40, 35, 44, dark(wood, 0.2), 1)
    pen.box(-30, 3, 30, 16, dark(wood, 0.14), 1)
    pen.box(-35, 19, 35, 22, dark(wood, 0.25))
    pen.box(-31, 21.4, 31, 25, CREAM)
    for i in range(14):
        if i % 7 not in (2, 6):
            pen.box(-28.4 + 4.4 * i, 22.6, -26.2 + 4.4 * i, 25, INK)
    pen.box(-8, 28, 8, 38, CREAM, 0.6)
    for y in (31, 34):
        pen.line([(-6, y), (6, y)], (150, 150, 160), 0.5)
    for player in thing.get("with", [])[:1]:
        pen.shadow(9, x=0)
        pen.box(-9, 9, 9, 12, (120, 80, 64), 1)
        for x in (-7, 7):
            pen.line([(x, 9), (x, -6)], (104, 70, 58), 1.7)
        person(pen.at(0, 12, 1.0), player, "sit")


def fridge(pen: Pen, thing: Thing) -> None:
    paint = light(PAINT[thing["colour"]], 0.35)
    pen.shadow(18, depth=0.08)
    pen.box(-16, 0, 16, 66, paint, 3)
    pen.line([(-15, 42), (15, 42)], dark(paint, 0.2), 0.9)
    for y in (30, 48):
        pen.line([(11, y), (11, y + 8)], STEEL, 1.6)
    pen.box(-10, 50, -3, 58, CREAM)
    pen.ellipse(-6.5, 54, 2, 2, PAINT["red"])


def stove(pen: Pen, thing: Thing) -> None:
    paint = PAINT[thing["colour"]]
    pen.shadow(21, depth=0.08)
    pen.box(-19, 0, 19, 31, light(paint, 0.25), 2)
    pen.box(-14, 4, 14, 20, (74, 66, 74), 2)
    pen.box(-11, 7, 11, 16, (232, 150, 80), 1)
    pen.glow(0, 11, 12, (255, 170, 80))
    for x in (-12, -4, 4, 12):
        pen.ellipse(x, 26, 1.7, 1.7, CREAM)
    pen.box(-20, 30, 20, 33, (84, 80, 90), 1)
    pen.box(-14, 33, 2, 42, (206, 84, 74), 1.6)
    pen.line([(-17, 39), (5, 39)], (206, 84, 74), 1.4)
    pen.box(-14.6, 41, 2.6, 43, dark((206, 84, 74)), 1)
    for x, y in ((-8, 47), (-4, 52)):
        pen.ellipse(x, y, 2.2, 3.0, (255, 255, 255, 150))


def clock(pen: Pen, thing: Thing) -> None:
    """A tall clock that stands on the floor."""
    wood: Colour = (138, 88, 60)
    pen.shadow(12, depth=0.1)
    pen.box(-11, 0, 11, 8, wood, 1)
    pen.box(-8, 8, 8, 50, wood)
    pen.box(-11, 48, 11, 70, wood, 2)
    pen.polygon([(-12, 70), (12, 70), (0, 79)], wood)
    pen.ellipse(0, 59, 8, 8, CREAM)
    pen.line([(0, 59), (0, 65)], INK, 0.9)
    pen.line([(0, 59), (4, 57)], INK, 0.9)
    pen.box(-4.4, 12, 4.4, 44, dark(wood, 0.45), 1)
    pen.line([(0, 43), (1.4, 24)], PAINT["yellow"], 0.8)
    pen.ellipse(1.6, 21, 3, 3, PAINT["yellow"])


def toy_blocks(pen: Pen, thing: Thing) -> None:
    pen.shadow(14)
    for x, y, c in ((-8, 0, "red"), (1, 0, "blue"), (-4, 9, "yellow"), (11, 0, "green")):
        pen.box(x - 4.4, y, x + 4.6, y + 9, PAINT[c], 0.8)
        pen.box(x - 2.4, y + 2, x + 2.6, y + 7, light(PAINT[c], 0.35), 0.6)


def rocking_horse(pen: Pen, thing: Thing) -> None:
    paint = PAINT[thing["colour"]]
    pen.curve([(-22, 6), (0, -5), (22, 6)], WOOD, 2.4)
    for x in (-9, 9):
        pen.line([(x, 15), (x * 1.5, 2)], light(WOOD, 0.2), 2.8)
    pen.ellipse(0, 18, 13, 7, light(paint, 0.3))
    pen.polygon([(5, 20), (12, 14), (19, 32), (11, 34)], light(paint, 0.3))
    pen.ellipse(17, 33, 6, 4.4, light(paint, 0.3))
    pen.line([(6, 24), (11, 36)], paint, 2.6)
    pen.curve([(-12, 20), (-19, 20), (-18, 10)], paint, 2.4)
    pen.ellipse(17, 34.6, 0.9, 1.0, INK)
    for rider in thing.get("with", [])[:1]:
        person(pen.at(-2, 21, 0.92), rider, "astride")


def aquarium(pen: Pen, thing: Thing) -> None:
    pen.shadow(20, depth=0.1)
    pen.box(-18, 0, 18, 14, (164, 116, 78), 1)
    pen.box(-19, 14, 19, 40, (150, 212, 236), 1.4)
    pen.box(-19, 14, 19, 18, (236, 212, 160))
    for x, y, c in ((-8, 28, "orange"), (7, 24, "yellow"), (3, 33, "red")):
        pen.ellipse(x, y, 3.4, 2.1, PAINT[c])
        pen.polygon([(x - 3, y), (x - 6, y + 2.2), (x - 6, y - 2.2)], PAINT[c])
        pen.ellipse(x + 1.6, y + 0.5, 0.5, 0.5, INK)
    pen.line([(-14, 17), (-13, 27)], LEAF, 1.7)
    pen.line([(14, 17), (13, 25)], LEAF, 1.7)


def table(pen: Pen, thing: Thing) -> None:
    wood: Colour = (176, 124, 80) if thing["colour"] == "brown" else PAINT[thing["colour"]]
    pen.shadow(38, depth=0.1)
    for x in (-30, 30):
        pen.line([(x, 0.8), (x * 0.96, 26)], dark(wood, 0.16), 3.4)
    pen.box(-36, 25, 36, 29.4, wood, 1.4)
    pen.box(-35, 27.6, 35, 29.4, light(wood, 0.25), 1)
    if thing.get("cloth"):
        cloth = PAINT[thing["cloth"]]
        pen.polygon(
            [(-34, 29.6), (34, 29.6), (30, 17), (20, 20), (10, 17), (0, 20), (-10, 17), (-20, 20), (-30, 17)],
            cloth,
        )
        for x in (-22, -8, 8, 22):
            pen.ellipse(x, 24, 1.6, 1.6, light(cloth, 0.55))
    goods = thing.get("goods", [])
    for x, name in zip({1: (0,), 2: (-14, 13), 3: (-23, 0, 22)}.get(len(goods), ()), goods, strict=False):
        GOODS[name](pen.at(x, 29.4))


def _g_cake(pen: Pen) -> None:
    pen.ellipse(0, 0.6, 12, 1.8, (230, 230, 236))
    pen.box(-10, 1, 10, 8, (248, 214, 164), 1)
    pen.box(-10, 6, 10, 10, PAINT["pink"], 1.6)
    pen.box(-7, 10, 7, 15, (248, 214, 164), 1)
    pen.box(-7, 13, 7, 17, CREAM, 1.4)
    for x in (-4, 0, 4):
        pen.line([(x, 17), (x, 21)], PAINT["blue"], 1.0)
        pen.ellipse(x, 22.4, 0.9, 1.5, (255, 190, 80))
    pen.glow(0, 22, 13, (255, 200, 110))


def _g_pizza(pen: Pen) -> None:
    pen.ellipse(0, 1, 13, 2.4, (230, 230, 236))
    pen.ellipse(0, 2.4, 11.4, 2.6, (222, 160, 84))
    pen.ellipse(0, 3.0, 9.6, 2.0, (250, 210, 110))
    for x in (-6, -1, 4, 7):
        pen.ellipse(x, 3.2, 1.7, 0.9, PAINT["red"])


def _g_vase(pen: Pen) -> None:
    for x, y, c in (
        (-6, 20, "red"), (0, 24, "yellow"), (6, 20, "pink"), (-3, 17, "purple"), (3, 17, "white"),
    ):
        pen.line([(0, 9), (x, y)], LEAF, 0.9)
        pen.ellipse(x, y, 3.2, 3.0, PAINT[c])
        pen.ellipse(x, y, 1.1, 1.1, dark(PAINT[c], 0.25))
    pen.polygon([(-3, 12), (-5, 4), (-3, 0), (3, 0), (5, 4), (3, 12)], PAINT["turquoise"])


def _g_fruit(pen: Pen) -> None:
    for x, y, c in (
        (-5, 8, "red"), (0, 9, "orange"), (5, 8, "green"), (-2, 11.4, "yellow"), (3, 11.6, "red"),
    ):
        pen.ellipse(x, y, 3.4, 3.3, PAINT[c])
    pen.cap(0, 7, 10.4, 7, 180, 360, (110, 160, 200))


def _g_laptop(pen: Pen) -> None:
    pen.polygon([(-11, 0), (11, 0), (9, 2.4), (-9, 2.4)], (176, 180, 190))
    pen.box(-9, 2.4, 9, 16, (74, 74, 86), 1)
    pen.box(-7.8, 3.8, 7.8, 14.8, (146, 206, 240), 0.5)
    pen.glow(0, 9, 14, (160, 210, 255))


def _g_teapot(pen: Pen) -> None:
    pot = PAINT["blue"]
    pen.curve([(-5, 3), (-14, 5), (-6, 9)], pot, 1.5)
    pen.polygon([(5, 4), (13, 11), (11, 11.6), (4, 8)], pot)
    pen.ellipse(0, 6, 7.4, 6.2, pot)
    pen.ellipse(0, 12, 3.8, 1.3, light(pot, 0.3))
    pen.ellipse(0, 13.6, 1.2, 1.2, light(pot, 0.3))
    for x in (-2.6, 2.6):
        pen.ellipse(x, 6, 1.4, 1.4, CREAM)


def _g_cups(pen: Pen) -> None:
    for x, c in ((-6, "red"), (5, "white")):
        pen.ellipse(x, 0.6, 5, 1.2, (232, 232, 238))
        ITEMS["cup"](pen.at(x, 2, 0.9), PAINT[c])


def _g_bread(pen: Pen) -> None:
    pen.box(-12, 0, 12, 2, (198, 150, 100), 0.8)
    pen.box(-10, 2, 9, 10, (216, 156, 88), 4)
    for x in (-6, -1, 4):
        pen.line([(x, 7), (x + 2, 9.4)], (176, 116, 62), 0.9)


def _g_candles(pen: Pen) -> None:
    for x, h in ((-5, 13), (0, 18), (5, 11)):
        pen.box(x - 1.4, 1, x + 1.4, h, CREAM, 0.6)
        pen.ellipse(x, h + 2.4, 1.2, 2.0, (255, 190, 80))
        pen.glow(x, h + 2, 16, (255, 200, 110))
    pen.box(-8, 0, 8, 1.6, STEEL, 0.6)


def _g_books(pen: Pen) -> None:
    for i, (c, w) in enumerate((("red", 10), ("blue", 9), ("yellow", 9.6))):
        pen.box(-w, i * 4, w - 1, i * 4 + 3.8, PAINT[c], 0.6)
        pen.box(-w + 3, i * 4 + 0.8, -w + 4.2, i * 4 + 3, CREAM)


def _g_fishbowl(pen: Pen) -> None:
    pen.ellipse(0, 8, 9, 8.2, (170, 220, 240))
    pen.box(-5, 15, 5, 17, (214, 238, 248), 0.6)
    pen.ellipse(0.6, 8, 3.4, 2.2, PAINT["orange"])
    pen.polygon([(-2.4, 8), (-6, 10.4), (-6, 5.6)], PAINT["orange"])
    pen.ellipse(2.2, 8.6, 0.5, 0.6, INK)


def _g_pie(pen: Pen) -> None:
    pen.polygon([(-10, 4), (10, 4), (8, 0), (-8, 0)], (190, 192, 202))
    pen.ellipse(0, 4.4, 10.4, 2.8, (224, 164, 92))
    for x in (-5, 0, 5):
        pen.line([(x - 2, 3.4), (x + 2, 6)], (186, 124, 66), 0.9)


def _g_radio(pen: Pen) -> None:
    pen.box(-9, 0, 9, 11, (166, 92, 66), 2)
    pen.ellipse(-3.6, 5.4, 3.8, 3.8, (224, 190, 140))
    pen.ellipse(5, 7, 1.5, 1.5, CREAM)
    pen.ellipse(5, 3, 1.2, 1.2, CREAM)
    pen.line([(6, 11), (12, 21)], STEEL, 0.7)


def _g_soup(pen: Pen) -> None:
    pen.cap(0, 6, 8, 6.4, 180, 360, CREAM)
    pen.ellipse(0, 6, 8, 1.7, (232, 150, 76))
    for x in (-2, 2):
        pen.line([(x, 9), (x + 1, 12), (x, 15)], (255, 255, 255, 150), 0.9)


def _g_cupcakes(pen: Pen) -> None:
    for x, c in ((-8, "pink"), (0, "turquoise"), (8, "yellow")):
        pen.polygon([(x - 3, 4), (x - 2.2, 0), (x + 2.2, 0), (x + 3, 4)], (206, 150, 96))
        pen.cap(x, 3.6, 3.8, 4.6, 0, 180, light(PAINT[c], 0.2))
        pen.ellipse(x, 8.6, 1.0, 1.0, PAINT["red"])


GOODS: dict[str, Callable[[Pen], None]] = {
    "cake": _g_cake, "pizza": _g_pizza, "vase": _g_vase, "fruit": _g_fruit, "laptop": _g_laptop,
    "teapot": _g_teapot, "cups": _g_cups, "bread": _g_bread, "candles": _g_candles, "books": _g_books,
    "fishbowl": _g_fishbowl, "pie": _g_pie, "radio": _g_radio, "soup": _g_soup, "cupcakes": _g_cupcakes,
}

FURNITURE: dict[str, Callable[[Pen, Thing], None]] = {
    "sofa": sofa, "armchair": armchair, "bed": bed, "lamp": lamp, "bookshelf": bookshelf,
    "fireplace": fireplace, "television": television, "potted plant": potted_plant, "piano": piano,
    "fridge": fridge, "stove": stove, "clock": clock, "toy blocks": toy_blocks,
    "rocking horse": rocking_horse, "aquarium": aquarium, "table": table,
}
