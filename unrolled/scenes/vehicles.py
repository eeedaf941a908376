"""Vehicles, driving or sailing to the right."""

from __future__ import annotations

from collections.abc import Callable

from unrolled.scenes.palette import CREAM, GLASS, INK, PAINT, STEEL, TYRE, WOOD, Colour, dark, light
from unrolled.scenes.pen import Pen, Thing
from unrolled.scenes.people import person


def _wheel(pen: Pen, x: float, radius: float, hub: Colour = STEEL) -> None:
    pen.ellipse(x, radius, radius, radius, TYRE)
    pen.ellipse(x, radius, radius * 0.54, radius * 0.54, hub)
    pen.ellipse(x, radius, radius * 0.2, radius * 0.2, dark(hub, 0.5))


def _window(pen: Pen, x0: float, y0: float, x1: float, y1: float, round_: float = 1.2) -> None:
    pen.box(x0, y0, x1, y1, GLASS, round_)
    pen.polygon(
        [
            (x0 + (x1 - x0) * 0.2, y0), (x0 + (x1 - x0) * 0.55, y1), (x0 + (x1 - x0) * 0.8, y1),
            (x0 + (x1 - x0) * 0.45, y0),
        ],
        (255, 255, 255, 90),
    )
    pen.glow((x0 + x1) / 2, (y0 + y1) / 2, 5, (255, 216, 140))


def _head_lamp(pen: Pen, x: float, y: float) -> None:
    pen.ellipse(x, y, 1.8, 2.0, (255, 240, 180))
    pen.glow(x + 4, y, 13, (255, 236, 170))


def _driver(pen: Pen, x: float, y: float) -> None:
    pen.ellipse(x, y, 2.8, 3.0, (232, 184, 146))
    pen.cap(x, y + 0.6, 3.0, 2.8, 10, 190, (90, 62, 48))


def car(pen: Pen, thing: Thing) -> None:
    paint = PAINT[thing["colour"]]
    pen.shadow(33, depth=0.14)
    pen.polygon([(-19, 16), (-13, 28), (8, 28), (17, 16)], dark(paint, 0.08))
    pen.ellipse(-2.5, 28, 11, 1.6, dark(paint, 0.08))
    for shape in (
        [(-16, 17), (-11.6, 26.4), (-3, 26.4), (-3, 17)],
        [(-1, 17), (-1, 26.4), (7, 26.4), (13.6, 17)],
    ):
        pen.polygon(shape, GLASS)
    pen.glow(-2, 22, 9, (255, 216, 140))
    _driver(pen, 3, 20)
    pen.box(-32, 5, 32, 18, paint, 5)
    pen.box(-31, 5, 31, 8, dark(paint, 0.2), 2)
    pen.line([(-2, 6.4), (-2, 16.6)], dark(paint, 0.25), 0.6)
    pen.line([(2, 13.4), (5, 13.4)], dark(paint, 0.3), 1.0)
    pen.line([(-27, 16.4), (20, 16.6)], light(paint, 0.5), 0.9)
    pen.ellipse(-31, 13, 1.4, 2.2, (226, 70, 66))
    _head_lamp(pen, 30.4, 12.6)
    for x in (-18, 18):
        _wheel(pen, x, 7)
    if thing.get("marks") == "taxi":
        pen.box(-6, 29, 3, 33, CREAM, 1)
        for i in range(-24, 25, 6):
            pen.box(i, 9.4, i + 3, 12, INK)
    elif thing.get("marks") == "police":
        pen.box(-20, 8.6, 20, 12, CREAM)
        pen.box(-6, 29, -1.6, 32, (226, 70, 66), 1)
        pen.box(-1.4, 29, 3, 32, (70, 120, 226), 1)
    elif thing.get("marks") == "luggage":
        pen.box(-12, 29.4, -2, 35, (150, 98, 64), 1)
        pen.box(-1, 29.4, 7, 34, (92, 140, 120), 1)


def bus(pen: Pen, thing: Thing) -> None:
    paint = PAINT[thing["colour"]]
    pen.shadow(46, depth=0.12)
    double = thing.get("marks") == "double"
    roof = 66 if double else 44
    pen.box(-45, 6, 45, roof, paint, 5)
    pen.box(-45, 6, 45, 10, dark(paint, 0.25), 2)
    pen.box(-45, 19, 45, 22, light(paint, 0.6))
    for row in (26, 48) if double else (26,):
        for x in range(-41, 26, 13):
            _window(pen, x, row, x + 10.4, row + 12)
            pen.ellipse(x + 5.4, row + 3.6, 2.4, 2.8, (226, 178, 140) if x % 2 else (150, 102, 76))
            pen.cap(x + 5.4, row + 4.2, 2.6, 2.6, 10, 190, (84, 60, 50))
            pen.box(x, row - 1.4, x + 10.4, row + 0.8, paint)
    pen.box(29, 8, 37, 36, dark(paint, 0.2), 1)
    _window(pen, 30, 12, 36, 35)
    _window(pen, 39, 24, 45, 37)
    if thing.get("marks") == "school":
        pen.box(-45, 15, 28, 16.4, INK)
    _head_lamp(pen, 43.6, 13)
    for x in (-27, 20):
        _wheel(pen, x, 8)


def truck(pen: Pen, thing: Thing) -> None:
    paint = PAINT[thing["colour"]]
    load = thing.get("marks", "box")
    pen.shadow(42, depth=0.12)
    pen.box(-40, 7, 40, 11, (84, 82, 94), 1)
    if load == "box":
        pen.box(-41, 11, 12, 46, light(paint, 0.62), 2)
        pen.box(-41, 26, 12, 31, paint)
        pen.line([(-40, 45), (11, 45)], (255, 255, 255), 0.9)
    elif load == "logs":
        for y, count in ((15, 4), (22.6, 3), (30, 2)):
            for i in range(count):
                x = -32 + 12 * i + (y - 15) * 0.8
                pen.box(x - 6, y - 4, x + 8, y + 4, (160, 112, 72), 3)
                pen.ellipse(x + 6, y, 3.6, 3.8, (226, 188, 136))
                pen.ellipse(x + 6, y, 1.8, 1.9, (190, 142, 96))
    else:
        pen.polygon([(-41, 28), (-37, 11), (10, 11), (13, 28)], dark(paint, 0.1))
        pen.blob(-14, 29, 15, (176, 138, 96) if load == "sand" else (120, 172, 86), 8, 0.5)
        pen.polygon([(-41, 26), (-37, 11), (10, 11), (13, 26)], paint)
    pen.box(15, 9, 40, 38, paint, 5)
    pen.box(15, 9, 40, 15, dark(paint, 0.2), 2)
    _window(pen, 23, 22, 39, 34, 2.4)
    _driver(pen, 30, 25)
    _head_lamp(pen, 38.6, 14)
    for x in (-28, -10, 27):
        _wheel(pen, x, 7.6)


def fire_engine(pen: Pen, thing: Thing) -> None:
    paint: Colour = (220, 58, 54)
    pen.shadow(44, depth=0.12)
    pen.box(-43, 8, 16, 34, paint, 2)
    pen.box(16, 8, 43, 40, paint, 5)
    pen.box(-43, 17, 43, 20, CREAM)
    _window(pen, 28, 24, 42, 36, 2.4)
    _window(pen, 18, 24, 26, 36)
    _driver(pen, 34, 27)
    for x in (-38, -20, -2):
        pen.box(x, 9.6, x + 14, 15.6, dark(paint, 0.2), 1)
    for y in (38, 44):
        pen.line([(-42, y), (18, y + 4)], STEEL, 1.4)
    for i in range(8):
        x = -38 + 7 * i
        pen.line([(x, 38 + 4 * (x + 42) / 60), (x, 44 + 4 * (x + 42) / 60)], STEEL, 1.0)
    pen.box(24, 40, 34, 44, (86, 140, 236), 1.6)
    pen.glow(29, 43, 16, (120, 160, 255))
    _head_lamp(pen, 41.6, 13)
    for x in (-28, 26):
        _wheel(pen, x, 8)


def tractor(pen: Pen, thing: Thing) -> None:
    paint = PAINT[thing["colour"]]
    pen.shadow(30, depth=0.14)
    pen.line([(20, 26), (20, 42)], (90, 88, 98), 2.4)
    pen.box(-20, 12, 30, 27, paint, 3)
    pen.box(8, 18, 31, 27, light(paint, 0.14), 2)
    for x in (12, 16, 20, 24):
        pen.line([(x, 20), (x, 25)], dark(paint, 0.3), 0.9)
    for rider in thing.get("with", []):
        person(pen.at(-11, 27, 0.86), rider, "astride")
    pen.line([(-24, 26), (-24, 62)], dark(paint, 0.2), 1.8)
    pen.line([(4, 26), (4, 62)], dark(paint, 0.2), 1.8)
    pen.box(-28, 61, 9, 65, paint, 2)
    pen.line([(2, 27), (-3, 33)], INK, 1.4)
    _head_lamp(pen, 31, 22)
    _wheel(pen, -16, 14.6, PAINT["yellow"])
    _wheel(pen, 22, 8.6, PAINT["yellow"])


def motorcycle(pen: Pen, thing: Thing) -> None:
    paint = PAINT[thing["colour"]]
    pen.shadow(24, depth=0.16)
    for x in (-16, 17):
        pen.ellipse(x, 8.4, 8.4, 8.4, TYRE)
        pen.ellipse(x, 8.4, 5.4, 5.4, STEEL)
        pen.ellipse(x, 8.4, 2.0, 2.0, TYRE)
    pen.line([(-16, 8.4), (-2, 9), (5, 12)], (120, 120, 132), 3)
    pen.line([(17, 8.4), (11, 23), (7, 26)], (120, 120, 132), 1.8)
    pen.ellipse(0, 10, 6, 5, (104, 104, 116))
    pen.polygon([(-9, 14), (-6, 20), (7, 22), (11, 17), (4, 13)], paint)
    pen.cap(17, 9, 9.6, 9.6, 40, 150, paint)
    pen.polygon([(-23, 17), (-20, 21), (-5, 20), (-7, 15)], (60, 56, 68))
    pen.ellipse(12.6, 21, 2.4, 2.6, (255, 240, 180))
    pen.glow(17, 21, 12, (255, 236, 170))
    for rider in thing.get("with", []):
        person(pen.at(-8, 20, 0.9), rider, "pedal")


def scooter(pen: Pen, thing: Thing) -> None:
    paint = PAINT[thing["colour"]]
    pen.shadow(19, depth=0.16)
    for x in (-13, 14):
        pen.ellipse(x, 5.6, 5.6, 5.6, TYRE)
        pen.ellipse(x, 5.6, 2.6, 2.6, CREAM)
    pen.box(-21, 8, -3, 17, paint, 4)
    pen.box(-6, 6, 10, 9.4, paint, 1.4)
    pen.line([(14, 7), (9, 24), (6, 26)], paint, 3)
    pen.box(-19, 17, -5, 20, (96, 62, 54), 1.4)
    pen.ellipse(11, 22, 2.2, 2.4, (255, 240, 180))
    pen.glow(15, 22, 12, (255, 236, 170))
    for rider in thing.get("with", []):
        person(pen.at(-10, 20, 0.88), rider, "pedal")


def bicycle(pen: Pen, thing: Thing) -> None:
    paint = PAINT[thing["colour"]]
    pen.shadow(23, depth=0.14)
    for x in (-15.0, 16):
        _ring(pen, x, 9.6, 9.4, 1.5)
        pen.line([(x - 6, 3), (x + 6, 16)], (180, 182, 190), 0.4)
        pen.line([(x - 6, 16), (x + 6, 3)], (180, 182, 190), 0.4)
    pen.line([(-15, 9.6), (-4, 22), (10, 22), (0, 8.6), (-15, 9.6)], paint, 1.7)
    pen.line([(0, 8.6), (-5, 25)], paint, 1.7)
    pen.line([(16, 9.6), (10, 25), (13, 28)], paint, 1.7)
    pen.line([(-8, 26), (-1, 26)], INK, 2.2)
    if thing.get("marks") == "basket":
        pen.box(11, 20, 20, 27, (206, 156, 96), 1)
        for x, colour in ((13, "red"), (16, "yellow"), (18.6, "pink")):
            pen.ellipse(x, 28.4, 1.9, 1.9, PAINT[colour])
    for rider in thing.get("with", []):
        person(pen.at(-4, 25.4, 0.92), rider, "pedal")


def _ring(pen: Pen, x: float, y: float, radius: float, width: float) -> None:
    steps = [(x + radius * c, y + radius * s) for c, s in _CIRCLE]
    pen.line(steps, TYRE, width)


_CIRCLE = [
    (1.0, 0.0), (0.924, 0.383), (0.707, 0.707), (0.383, 0.924), (0.0, 1.0), (-0.383, 0.924),
    (-0.707, 0.707), (-0.924, 0.383), (-1.0, 0.0), (-0.924, -0.383), (-0.707, -0.707), (-0.383, -0.924),
    (0.0, -1.0), (0.383, -0.924), (0.707, -0.707), (0.924, -0.383), (1.0, 0.0),
]


def train(pen: Pen, thing: Thing) -> None:
    paint = PAINT[thing["colour"]]
    pen.box(-86, 0, 86, 1.6, (120, 104, 98))
    pen.shadow(78, depth=0.05)
    wagon = PAINT[thing.get("wagon", "yellow")]
    for x in (-72, -30):
        pen.box(x, 7, x + 38, 34, wagon, 2.4)
        pen.box(x - 1, 32, x + 39, 36, dark(wagon, 0.3), 2)
        for i in range(3):
            _window(pen, x + 3.6 + 11.4 * i, 18, x + 12 + 11.4 * i, 29)
        pen.box(x - 4, 9, x, 11.4, TYRE)
        for w in (8, 29):
            _wheel(pen, x + w, 4.8)
    pen.box(10, 9, 56, 27, paint, 4)
    pen.box(10, 9, 30, 42, paint, 2)
    pen.box(7.6, 41, 32.4, 45, dark(paint, 0.3), 1.6)
    _window(pen, 14, 27, 26, 38)
    pen.polygon([(43, 27), (41.6, 40), (51.4, 40), (50, 27)], (70, 66, 78))
    pen.box(40.6, 39, 52.4, 42, PAINT["red"], 1)
    for x in (34, 39):
        pen.line([(x, 9.6), (x, 26.4)], PAINT["yellow"], 1.2)
    pen.ellipse(36, 28, 3, 2.8, PAINT["yellow"])
    pen.polygon([(55, 6), (64, 2), (55, 15)], (92, 88, 100))
    _head_lamp(pen, 56, 22)
    for x, r in ((19, 7), (35, 5.6), (48, 5.6)):
        _wheel(pen, x, r, PAINT["red"])
    for i, (x, y, r) in enumerate(((46, 48, 4.4), (41, 55, 6.2), (32, 62, 8.0), (19, 67, 9.6))):
        pen.blob(x, y, r, (250, 248, 250, 225 - 34 * i), 6)


def sailboat(pen: Pen, thing: Thing) -> None:
    paint = PAINT[thing["colour"]]
    _wake(pen, 26)
    pen.line([(-1, 6), (-1, 62)], WOOD, 1.6)
    sail = PAINT[thing.get("sail", "white")]
    pen.polygon([(1, 59), (1, 14), (24, 14)], sail)
    pen.polygon(
        [(-3, 55), (-3, 14), (-18, 14)],
        light(sail, 0.3) if thing.get("sail", "white") != "white" else (226, 228, 236),
    )
    if thing.get("marks") == "stripes":
        pen.polygon([(1, 44), (1, 36), (11, 28), (7.6, 36)], paint)
    pen.polygon([(-1, 62), (9, 59.4), (-1, 57)], PAINT["red"])
    pen.polygon([(-27, 11), (-20, -1), (18, -1), (28, 12)], paint)
    pen.polygon([(-27, 11), (-26, 8.4), (26, 9), (28, 12)], light(paint, 0.5))
    for x in (-10, 0, 10):
        pen.ellipse(x, 4, 1.7, 1.7, CREAM)


def _wake(pen: Pen, width: float) -> None:
    pen.ellipse(0, -1.4, width * 1.16, 3.0, (255, 255, 255, 96))
    pen.ellipse(0, -3.6, width, 3.2, (30, 70, 120, 64))


def rowboat(pen: Pen, thing: Thing) -> None:
    paint = PAINT[thing["colour"]]
    _wake(pen, 28)
    seats = (-9, 9) if len(thing.get("with", [])) > 1 else (-2,)
    for x, rider in zip(seats, thing.get("with", []), strict=False):
        person(pen.at(x, 5, 0.94), rider, "ground")
    pen.polygon([(-30, 14), (-22, -1), (20, -1), (31, 15), (22, 10), (-20, 10)], paint)
    pen.polygon([(-30, 14), (-20, 10), (22, 10), (31, 15), (22, 7.6), (-21, 7.6)], light(paint, 0.45))
    if thing.get("with") and not any(rider.get("item") for rider in thing["with"]):
        pen.line([(6, 14), (-13, -2)], (206, 160, 104), 1.6)
        pen.ellipse(-14.6, -3, 4, 1.8, (206, 160, 104))


def canoe(pen: Pen, thing: Thing) -> None:
    paint = PAINT[thing["colour"]]
    _wake(pen, 30)
    for x, rider in zip((-6, 12), thing.get("with", []), strict=False):
        person(pen.at(x, 4, 0.9), rider, "ground")
        pen.line([(x + 13, 20), (x + 4, -3)], (206, 160, 104), 1.5)
    pen.polygon([(-34, 14), (-26, 1), (26, 1), (34, 14), (27, 8), (-27, 8)], paint)
    pen.line([(-28, 6.8), (28, 6.8)], light(paint, 0.55), 1.2)


def ship(pen: Pen, thing: Thing) -> None:
    paint = PAINT[thing["colour"]]
    _wake(pen, 42)
    pen.box(-22, 12, 20, 24, CREAM, 1)
    pen.box(-14, 24, 12, 33, CREAM, 1)
    for x in (-18, -10, -2, 6, 13):
        pen.ellipse(x, 18, 1.9, 1.9, (92, 146, 190))
        pen.glow(x, 18, 4, (255, 220, 150))
    for x in (-9, 3):
        pen.box(x - 3, 33, x + 4, 45, paint, 1)
        pen.box(x - 3, 40, x + 4, 43, CREAM)
    pen.blob(-8, 51, 6, (244, 244, 246, 200), 6)
    pen.blob(-18, 57, 7.6, (244, 244, 246, 150), 6)
    pen.polygon([(-41, 13), (-34, -1), (30, -1), (44, 14)], paint)
    pen.polygon([(-38, 5), (-34, -1), (30, -1), (37, 5)], dark(paint, 0.26))


def plane(pen: Pen, thing: Thing) -> None:
    paint = PAINT[thing["colour"]]
    body = (248, 248, 250)
    pen.polygon([(4, 3), (-10, 15), (-4, 15), (16, 4)], dark(paint, 0.16))
    pen.polygon([(-36, 2), (-46, 19), (-37, 19), (-24, 5)], paint)
    pen.polygon([(-34, 0), (-46, 4), (-46, 1), (-34, -4)], dark(paint, 0.1))
    pen.box(-42, -7, 42, 8, body, 7.4)
    pen.polygon([(-46, 2), (-30, 8), (-30, -6)], body)
    pen.box(-40, -7, 38, -3, dark(body, 0.1), 2)
    pen.box(-38, -1, 40, 0.4, paint)
    for x in range(-26, 28, 7):
        pen.box(x, 2, x + 3.4, 5.4, (112, 168, 208), 1)
    pen.polygon([(33, 7.6), (41, 3), (33, 2)], (112, 168, 208))
    pen.polygon([(8, -2), (-18, -20), (-8, -20), (22, -2)], paint)
    pen.box(-2, -14, 8, -9, (190, 194, 206), 2)


def biplane(pen: Pen, thing: Thing) -> None:
    paint = PAINT[thing["colour"]]
    for rider in thing.get("with", []):
        person(pen.at(-4, 5, 0.72), rider, "sit")
    pen.polygon([(-28, 0), (-34, 13), (-25, 12), (-18, 3)], light(paint, 0.4))
    pen.polygon([(-30, 2), (-24, 7), (20, 9), (27, 4), (24, -6), (0, -9)], paint)
    pen.polygon([(-30, 2), (0, -9), (24, -6), (26, 0)], dark(paint, 0.14))
    for x in (2, 14):
        pen.line([(x, -4), (x, 22)], WOOD, 1.0)
    pen.box(-6, 20, 22, 23.6, light(paint, 0.4), 1.6)
    pen.box(-8, -7, 22, -3.4, light(paint, 0.4), 1.6)
    pen.ellipse(6, -13, 4, 4, TYRE)
    pen.line([(4, -8), (6, -13)], INK, 1.2)
    pen.ellipse(28, 1, 2, 15, (210, 216, 226, 140))
    pen.ellipse(28, 1, 2.6, 2.8, PAINT["yellow"])


def helicopter(pen: Pen, thing: Thing) -> None:
    paint = PAINT[thing["colour"]]
    pen.polygon([(-10, 4), (-40, 9), (-40, 5), (-8, -4)], paint)
    pen.polygon([(-38, 7), (-44, 17), (-38, 16)], paint)
    pen.ellipse(-41, 8, 6.4, 6.4, (220, 226, 234, 130))
    pen.line([(-12, -15), (18, -15)], (84, 82, 94), 1.6)
    for x in (-6, 10):
        pen.line([(x, -9), (x, -15)], (84, 82, 94), 1.2)
    pen.ellipse(2, 0, 18, 12, paint)
    pen.cap(8, 1, 11.4, 9.4, -30, 100, GLASS)
    pen.polygon([(8, 1), (17.9, -3.7), (6, 10.2)], GLASS)
    pen.line([(2, 12), (2, 18)], (84, 82, 94), 2)
    pen.ellipse(2, 18, 32, 1.4, (90, 90, 104, 190))


def hot_air_balloon(pen: Pen, thing: Thing) -> None:
    paint = PAINT[thing["colour"]]
    stripe = CREAM if thing["colour"] != "white" else PAINT["red"]
    for x in (-7, 7):
        pen.line([(x * 0.8, 12), (x * 1.9, 26)], (120, 96, 80), 0.7)
    for x, rider in zip((0,), thing.get("with", []), strict=False):
        person(pen.at(x, 5, 0.5), rider, "sit")
    pen.box(-7.4, 0, 7.4, 11, (190, 136, 84), 1.6)
    pen.box(-8, 9.6, 8, 12, (150, 100, 64), 1)
    for y in (3, 6):
        pen.line([(-6.6, y), (6.6, y)], (158, 108, 68), 0.7)
    pen.polygon([(-25, 40), (-10, 22), (10, 22), (25, 40)], paint)
    pen.ellipse(0, 50, 28, 27, paint)
    for a in (20, 8):
        pen.polygon(
            [(-a, 40), (-6 if a > 10 else -3, 22), (6 if a > 10 else 3, 22), (a, 40)],
            stripe if a > 10 else paint,
        )
        pen.ellipse(0, 50, a, 27, stripe if a > 10 else paint)
    pen.ellipse(-12, 60, 4, 7, (255, 255, 255, 70))
    pen.box(-10, 20, 10, 23, dark(paint, 0.2), 1)
    pen.glow(0, 34, 34, (255, 190, 100))


def sled(pen: Pen, thing: Thing) -> None:
    paint = PAINT[thing["colour"]]
    pen.shadow(20, depth=0.14)
    pen.line([(-18, 1.4), (16, 1.4), (22, 7)], (120, 84, 60), 1.8)
    for x in (-12, 10):
        pen.line([(x, 1.4), (x, 7)], (120, 84, 60), 1.6)
    for x, rider in zip((-6, 8), thing.get("with", []), strict=False):
        person(pen.at(x, 8, 0.94), rider, "ground")
    pen.box(-18, 6, 18, 9.4, paint, 1.4)


VEHICLES: dict[str, Callable[[Pen, Thing], None]] = {
    "car": car, "bus": bus, "truck": truck, "fire engine": fire_engine, "tractor": tractor,
    "motorcycle": motorcycle, "scooter": scooter, "bicycle": bicycle, "train": train, "sailboat": sailboat,
    "rowboat": rowboat, "canoe": canoe, "ship": ship, "plane": plane, "biplane": biplane,
    "helicopter": helicopter, "hot air balloon": hot_air_balloon, "sled": sled,
}
