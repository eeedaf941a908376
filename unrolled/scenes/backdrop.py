"""Skies, grounds and rooms: everything behind the things, and the weather before them."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from PIL import Image, ImageChops

from unrolled.scenes.dice import Dice
from unrolled.scenes.palette import CREAM, INK, PAINT, WOOD, Colour, dark, light, mix
from unrolled.scenes.pen import UNITS, Canvas, Pen

Description = dict[str, Any]

SKY: dict[str, tuple[Colour, Colour, Colour]] = {
    "sunny": ((92, 176, 240), (150, 208, 246), (230, 244, 250)),
    "cloudy": ((156, 178, 204), (190, 206, 222), (228, 234, 238)),
    "rainy": ((118, 134, 158), (148, 162, 182), (190, 200, 210)),
    "snowy": ((182, 198, 220), (208, 220, 234), (238, 242, 248)),
    "foggy": ((196, 206, 214), (212, 220, 226), (236, 238, 238)),
    "sunset": ((120, 104, 184), (240, 150, 150), (255, 208, 136)),
    "night": ((34, 44, 104), (62, 76, 148), (128, 138, 196)),
}
GRADE: dict[str, Colour] = {
    "sunny": (255, 253, 246), "cloudy": (238, 241, 247), "rainy": (214, 222, 236), "snowy": (242, 246, 254),
    "foggy": (244, 246, 246), "sunset": (255, 224, 204), "night": (158, 164, 216),
}
NIGHT_ROOM: Colour = (232, 214, 214)


def backdrop(canvas: Canvas, image: Image.Image, scene: Description) -> None:
    """Paint sky and ground, or wall and floor."""
    dice = Dice("backdrop", scene["seed"])
    if scene["place"] == "room":
        _room(canvas, image, scene)
        return
    _sky(canvas, image, scene, dice)
    GROUNDS[scene["place"]](canvas, image, scene, dice)


def gradient(image: Image.Image, top: float, bottom: float, colours: tuple[Colour, ...], unit: float) -> None:
    """Fill a band of the image, from one height to another in picture units, with a vertical gradient."""
    y0, y1 = round(top * unit), round(bottom * unit)
    if y1 > y0:
        column = _column(colours).resize((1, y1 - y0), Image.Resampling.BILINEAR)
        image.paste(column.resize((image.width, y1 - y0), Image.Resampling.NEAREST), (0, y0))


@lru_cache(maxsize=128)
def _column(colours: tuple[Colour, ...]) -> Image.Image:
    column = Image.new("RGB", (1, 48))
    last = len(colours) - 1
    for y in range(48):
        at = y / 47 * last
        i = min(int(at), last - 1)
        column.putpixel((0, y), mix(colours[i], colours[i + 1], at - i))
    return column


def _sky(canvas: Canvas, image: Image.Image, scene: Description, dice: Dice) -> None:
    weather, horizon = scene["weather"], scene["horizon"]
    gradient(image, 0, horizon + 2, SKY[weather], canvas.pixels_per_unit)
    sun_x = scene["sun"]
    if weather == "sunny":
        sun = canvas.pen(sun_x, 24)
        for radius, strength in ((26, 30), (19, 44), (14, 70)):
            sun.ellipse(0, 0, radius, radius, (255, 246, 190, strength))
        sun.ellipse(0, 0, 10, 10, (255, 238, 150))
    elif weather == "sunset":
        sun = canvas.pen(sun_x, horizon - 7)
        for radius, strength in ((46, 34), (32, 48), (21, 70)):
            sun.ellipse(0, 0, radius, radius, (255, 214, 130, strength))
        sun.ellipse(0, 0, 13, 13, (255, 236, 176))
    elif weather == "night":
        _night_sky(canvas, scene, dice)
    if scene.get("rainbow"):
        _rainbow(canvas, scene)
    for x, y, size in scene["clouds"]:
        _cloud(canvas.pen(x, y, size), weather)
    for x, y in scene.get("flock", []):
        bird = canvas.pen(x, y)
        bird.curve([(-4, 1.6), (-2, 2.4), (0, 0)], (88, 84, 104), 0.8)
        bird.curve([(0, 0), (2, 2.4), (4, 1.6)], (88, 84, 104), 0.8)


def _night_sky(canvas: Canvas, scene: Description, dice: Dice) -> None:
    for _ in range(34):
        x, y = dice.between(2, 158), dice.between(2, scene["horizon"] * 0.9)
        canvas.pen(x, y).ellipse(0, 0, 0.7, 0.7, (255, 252, 226))
        radius = dice.between(1.4, 2.6)
        if scene["place"] != "forest":
            canvas.lights.append((x, y, radius, (200, 196, 160)))
    moon = canvas.pen(scene["sun"], 24)
    moon.ellipse(0, 0, 10, 10, (255, 250, 222))
    for x, y, r in ((-3, 3, 2.2), (3, -2, 1.7), (-1, -5, 1.2)):
        moon.ellipse(x, y, r, r, (236, 228, 196))
    if scene["place"] != "forest":
        canvas.lights.append((scene["sun"], 24, 16, (255, 250, 220)))
        canvas.lights.append((scene["sun"], 24, 34, (96, 100, 130)))


def _rainbow(canvas: Canvas, scene: Description) -> None:
    arc = canvas.pen(80, scene["horizon"] + 6)
    for i, paint in enumerate(("red", "orange", "yellow", "green", "blue", "purple")):
        radius = 72 - 2.6 * i
        points = [
            (radius * 1.06 * (t / 12 - 1), radius * 0.86 * (1 - (t / 12 - 1) ** 2) ** 0.5) for t in range(25)
        ]
        arc.line(points, (*light(PAINT[paint], 0.35), 150), 2.8, ends=False)


def _cloud(pen: Pen, weather: str) -> None:
    white: Colour = {
        "rainy": (150, 160, 178), "sunset": (255, 206, 196), "night": (110, 120, 178),
        "snowy": (232, 238, 246), "cloudy": (240, 243, 247),
    }.get(weather, (255, 255, 255))
    under = dark(white, 0.1)
    for x, y, a, b in ((-12.0, 0.0, 9.0, 5.4), (12.0, 0.0, 9.0, 5.0), (0.0, 0.0, 13.0, 6.0)):
        pen.ellipse(x, y - 1.4, a, b, under)
    for x, y, a, b in (
        (-12.0, 0.6, 8.6, 5), (12, 0.4, 8.4, 4.6), (-4, 4, 8.4, 7.4), (5, 3.4, 7.4, 6.4), (0, 0.6, 13, 5),
    ):
        pen.ellipse(x, y, a, b, white)


def _ridge(
    canvas: Canvas, horizon: float, base: float, high: float, turns: tuple[float, ...], paint: Colour
) -> None:
    """A line of hills: `turns` are heights from 0 to 1 at equal steps, smoothed, from `base` up to `high`."""
    steps = 8
    points: list[tuple[float, float]] = []
    for i in range(len(turns) - 1):
        for j in range(steps):
            t = j / steps
            t = t * t * (3 - 2 * t)
            rise = turns[i] + (turns[i + 1] - turns[i]) * t
            points.append(((i + j / steps) * UNITS / (len(turns) - 1), base + high * rise))
    points.append((UNITS, base + high * turns[-1]))
    pen = canvas.pen(0, horizon)
    pen.polygon([(0, -4), *points, (UNITS, -4)], paint)


def _turns(dice: Dice, count: int) -> tuple[float, ...]:
    return tuple(dice.between(0, 1, 2) for _ in range(count))


def _mountains(canvas: Canvas, horizon: float, dice: Dice, rock: Colour, cap: Colour) -> None:
    for i in range(4):
        x = dice.between(8, 40) + 38 * i - 10
        high, wide = dice.between(24, 46), dice.between(30, 46)
        pen = canvas.pen(x, horizon + 2)
        paint = mix(rock, light(rock, 0.3), (i % 2) * 0.7)
        pen.polygon([(-wide, 0), (0, high), (wide, 0)], paint)
        pen.polygon([(0, high), (wide, 0), (wide * 0.2, 0), (wide * 0.12, high * 0.5)], dark(paint, 0.12))
        s = 0.34
        pen.polygon(
            [
                (-wide * s, high * (1 - s)), (0, high), (wide * s, high * (1 - s)),
                (wide * s * 0.4, high * (1 - s * 0.72)), (0, high * (1 - s * 1.1)),
                (-wide * s * 0.4, high * (1 - s * 0.7)),
            ],
            cap,
        )


def _tufts(
    canvas: Canvas, horizon: float, dice: Dice, paint: Colour, count: int, bottom: float = 159
) -> None:
    for _ in range(count):
        y = dice.between(horizon + 5, bottom)
        size = 0.5 + (y - horizon) / 90
        pen = canvas.pen(dice.between(1, 159), y, size)
        for dx in (-1.6, 0, 1.6):
            pen.line([(dx * 0.4, 0), (dx, 3.4 - abs(dx) * 0.5)], paint, 0.8, ends=False)


def _blooms(canvas: Canvas, horizon: float, dice: Dice, count: int) -> None:
    for _ in range(count):
        y = dice.between(horizon + 8, 159)
        pen = canvas.pen(dice.between(1, 159), y, 0.5 + (y - horizon) / 100)
        paint = dice.pick((CREAM, (255, 226, 120), (250, 190, 206)))
        pen.ellipse(0, 1.6, 1.3, 1.2, paint)
        pen.ellipse(0, 1.6, 0.5, 0.5, (244, 180, 80))


def _street(canvas: Canvas, image: Image.Image, scene: Description, dice: Dice) -> None:
    horizon, unit = scene["horizon"], canvas.pixels_per_unit
    _ridge(canvas, horizon, 2, 9, _turns(dice, 6), (176, 196, 202))
    gradient(image, horizon, horizon + 13, ((226, 220, 214), (208, 200, 198)), unit)
    pen = canvas.pen(0, horizon)
    for x in range(-4, 170, 13):
        pen.line([(x, 0), (x - 3, -12)], (190, 182, 182), 0.6, ends=False)
    pen.box(0, -12, UNITS, -14.4, (176, 170, 174))
    cobbles = scene.get("surface") == "cobbles"
    gradient(
        image,
        horizon + 14.4,
        UNITS,
        ((182, 172, 170), (150, 140, 142)) if cobbles else ((146, 148, 162), (112, 114, 130)),
        unit,
    )
    if cobbles:
        y = horizon + 18.0
        row = 0
        while y < UNITS + 4:
            size = 0.7 + (y - horizon) / 80
            for i in range(int(UNITS / (9 * size)) + 2):
                canvas.pen((i + (row % 2) / 2) * 9 * size, y, size).ellipse(
                    0, 0, 3.8, 1.7, (126, 116, 122, 60 + 30 * ((i + row) % 2))
                )
            y += 4.4 * size
            row += 1
        return
    middle = horizon + 14 + (UNITS - horizon - 14) * 0.46
    for i in range(-1, 8):
        x = i * 28 + scene["seed"] % 20
        canvas.pen(x, middle).polygon([(0, 0), (14, 0), (13, -2.8), (-2, -2.8)], (248, 240, 214))
    if scene.get("crossing"):
        for i in range(6):
            top, low = 52 + i * 10.4, 28 + i * 18.4
            canvas.pen(0, 0).polygon(
                [(top, -horizon - 17), (top + 6, -horizon - 17), (low + 10.4, -UNITS), (low, -UNITS)],
                (240, 238, 232, 220),
            )


def _beach(canvas: Canvas, image: Image.Image, scene: Description, dice: Dice) -> None:
    horizon, unit = scene["horizon"], canvas.pixels_per_unit
    sea = 147 if scene.get("tide") else horizon + 28
    gradient(image, horizon, sea + 6, ((44, 134, 198), (74, 178, 214), (150, 222, 224)), unit)
    if scene.get("island"):
        canvas.pen(scene["island"], horizon + 1).cap(0, 0, 26, 11, 0, 180, (112, 160, 150))
    for i in range(12 if not scene.get("tide") else 26):
        y = horizon + 3 + i * (2.1 if not scene.get("tide") else 3.1)
        x = dice.between(-8, 150)
        canvas.pen(x, y).line([(0, 0), (dice.between(6, 20), 0)], (255, 255, 255, 84), 0.8)
    gradient(image, sea + 4, UNITS, ((252, 232, 184), (244, 214, 158), (232, 198, 142)), unit)
    turns = [dice.between(-2.4, 2.4) for _ in range(9)]
    edge = [(i * 20.0, turns[i]) for i in range(9)]
    pen = canvas.pen(0, sea)
    pen.polygon([(0, 4), *edge, (UNITS, 4)], (150, 222, 224))
    pen.polygon([(0, -9), *[(x, y - 3.4) for x, y in edge], (UNITS, -9)], (252, 232, 184))
    pen.polygon([*edge, *[(x, y - 3.4) for x, y in reversed(edge)]], (238, 214, 166))
    pen.line([(x, y - 0.4) for x, y in edge], (255, 255, 255), 1.9)
    pen.line([(x, y + 5.4) for x, y in edge], (255, 255, 255, 120), 1.0)
    for _ in range(26):
        canvas.pen(dice.between(0, 160), dice.between(min(sea + 8, 154), 159)).ellipse(
            0, 0, 0.9, 0.6, (206, 170, 118, 130)
        )
    for x, y, kind in scene.get("shells", []):
        small = canvas.pen(x, y, 1.3)
        if kind == "starfish":
            small.polygon(
                [
                    (0, 4), (1, 1.2), (4, 1), (1.6, -0.8), (2.4, -3.6), (0, -2), (-2.4, -3.6), (-1.6, -0.8),
                    (-4, 1), (-1, 1.2),
                ],
                (240, 132, 92),
            )
        else:
            small.cap(0, 0, 3, 3, 0, 180, (250, 206, 196))
            for dx in (-1.4, 0, 1.4):
                small.line([(0, 0), (dx, 2.4)], (226, 160, 152), 0.4)


def _snow(canvas: Canvas, image: Image.Image, scene: Description, dice: Dice) -> None:
    horizon, unit = scene["horizon"], canvas.pixels_per_unit
    _mountains(canvas, horizon, dice, (150, 166, 198), (250, 252, 255))
    _ridge(canvas, horizon, 1, 12, _turns(dice, 6), (222, 232, 246))
    gradient(image, horizon, UNITS, ((240, 246, 254), (248, 251, 255), (222, 233, 248)), unit)
    for i in range(3):
        y = horizon + 14 + i * 24
        _ridge(canvas, y, -3, 6, _turns(dice, 4), mix((246, 250, 255), (228, 238, 250), i / 2))
        gradient(image, y + 3, UNITS, (mix((246, 250, 255), (228, 238, 250), i / 2), (224, 234, 248)), unit)
    for _ in range(10):
        canvas.pen(dice.between(0, 160), dice.between(horizon + 12, 156)).ellipse(
            0, 0, dice.between(3, 9), 0.8, (196, 212, 236, 90)
        )


def _field(canvas: Canvas, image: Image.Image, scene: Description, dice: Dice) -> None:
    horizon, unit = scene["horizon"], canvas.pixels_per_unit
    _ridge(canvas, horizon, 4, 20, _turns(dice, 5), (156, 198, 176))
    _ridge(canvas, horizon, 2, 13, _turns(dice, 6), (150, 200, 132))
    crop = scene.get("crop", "grass")
    near: tuple[Colour, Colour] = {
        "grass": ((168, 210, 104), (112, 172, 82)),
        "wheat": ((244, 214, 122), (222, 178, 86)),
        "lavender": ((172, 190, 122), (140, 160, 104)),
    }[crop]
    _ridge(canvas, horizon, -1, 8, _turns(dice, 4), light(near[0], 0.14))
    gradient(image, horizon + 1, UNITS, near, unit)
    if crop == "lavender":
        for i in range(-7, 8):
            canvas.pen(80 + i * 9, horizon + 2).polygon(
                [(0, 0), (3, 0), (i * 16 + 14, -100), (i * 16 - 6, -100)], (158, 124, 198, 190)
            )
    elif crop == "wheat":
        for _ in range(46):
            y = dice.between(horizon + 6, 159)
            pen = canvas.pen(dice.between(0, 160), y, 0.5 + (y - horizon) / 90)
            pen.line([(0, 0), (0.4, 5)], (206, 158, 72), 0.7, ends=False)
            pen.ellipse(0.5, 6, 0.9, 1.9, (250, 222, 130))
    else:
        _tufts(canvas, horizon, dice, dark(near[1], 0.16), 26)
        _blooms(canvas, horizon, dice, 10 if scene.get("meadow") else 3)


def _park(canvas: Canvas, image: Image.Image, scene: Description, dice: Dice) -> None:
    horizon, unit = scene["horizon"], canvas.pixels_per_unit
    autumn = scene.get("season") == "autumn"
    far = (216, 160, 98) if autumn else (132, 184, 136)
    for i in range(13):
        canvas.pen(i * 13 + dice.between(-4, 4), horizon - 2).ellipse(
            0, 2, 10, dice.between(8, 15), mix(far, light(far), (i % 3) * 0.3)
        )
    near = ((184, 196, 104), (148, 160, 84)) if autumn else ((160, 208, 112), (104, 170, 90))
    _ridge(canvas, horizon, -2, 5, _turns(dice, 5), light(near[0], 0.1))
    gradient(image, horizon + 1, UNITS, near, unit)
    if scene.get("path"):
        way = scene["path"]
        pen = canvas.pen(80, horizon + 3)
        pen.polygon(
            [
                (way - 4, 0), (way + 4, 0), (way + 12, -14), (way * 0.4 + 24, -40), (-way * 0.5 + 46, -100),
                (-way * 0.5 - 34, -100), (way * 0.4 - 12, -40), (way - 2, -14),
            ],
            (236, 216, 176),
        )
    if scene.get("pond"):
        pond = canvas.pen(scene["pond"], horizon + 24)
        pond.ellipse(0, 0, 46, 10, (232, 222, 180))
        pond.ellipse(0, -0.6, 43, 8.8, (118, 190, 222))
        for x in (-20, -4, 16):
            pond.line([(x, 1.4 - x * 0.08), (x + 11, 1.4 - x * 0.08)], (255, 255, 255, 120), 0.9)
    _tufts(canvas, horizon, dice, dark(near[1], 0.14), 20)
    if autumn:
        for _ in range(26):
            canvas.pen(dice.between(0, 160), dice.between(horizon + 6, 159)).ellipse(
                0, 0, 1.7, 1.0, dice.pick(((226, 120, 52), (240, 178, 70), (200, 84, 54)))
            )
    else:
        _blooms(canvas, horizon, dice, 12)


def _forest(canvas: Canvas, image: Image.Image, scene: Description, dice: Dice) -> None:
    horizon, unit = scene["horizon"], canvas.pixels_per_unit
    autumn = scene.get("season") == "autumn"
    far: Colour = (222, 178, 112) if autumn else (148, 186, 150)
    sky = SKY[scene["weather"]]
    gradient(image, 12, horizon + 3, (mix(sky[1], far, 0.2), mix(sky[2], far, 0.62), far), unit)
    for layer in range(3):
        tone = mix(mix(sky[2], far, 0.5), dark(far, 0.42), layer / 2)
        for _ in range(8):
            x = dice.between(-4, 164)
            w = 1.2 + layer * 0.9
            pen = canvas.pen(x, horizon + 2 + layer * 2)
            pen.polygon([(-w, 0), (-w * 0.7, 96), (w * 0.7, 96), (w, 0)], tone)
            pen.ellipse(
                dice.between(-6, 6),
                30 + layer * 11 + dice.between(0, 22),
                11 + layer * 2,
                9, (*mix(tone, light(tone), 0.2), 170),
            )
    canopy = (214, 140, 66) if autumn else (98, 150, 92)
    for i in range(12):
        canvas.pen(i * 14.6, dice.between(-6, 4)).blob(
            0, 0, 16, mix(canopy, dark(canopy), (i % 3) * 0.4), 7, 0.7
        )
    if scene["weather"] == "sunny":
        for x in (20, 62, 112):
            canvas.pen(x, 0).polygon(
                [(0, 0), (16, 0), (-8, -horizon - 30), (-38, -horizon - 30)], (255, 250, 200, 44)
            )
    near: tuple[Colour, Colour] = (
        ((200, 158, 96), (160, 118, 78)) if autumn else ((136, 168, 92), (98, 132, 76))
    )
    _ridge(canvas, horizon, -2, 7, _turns(dice, 6), light(near[0], 0.1))
    gradient(image, horizon + 1, UNITS, near, unit)
    if scene.get("path"):
        way = scene["path"]
        canvas.pen(80, horizon + 3).polygon(
            [
                (way - 3, 0), (way + 3, 0), (way * 0.5 + 14, -30), (40, -100), (-32, -100),
                (way * 0.5 - 10, -30),
            ],
            (208, 176, 130),
        )
    _tufts(canvas, horizon, dice, dark(near[1], 0.2), 26)
    for _ in range(16):
        paint = dice.pick(((224, 122, 56), (240, 182, 76))) if autumn else (150, 186, 104)
        canvas.pen(dice.between(0, 160), dice.between(horizon + 6, 159)).ellipse(0, 0, 1.6, 0.9, paint)


def _lake(canvas: Canvas, image: Image.Image, scene: Description, dice: Dice) -> None:
    horizon, unit = scene["horizon"], canvas.pixels_per_unit
    autumn = scene.get("season") == "autumn"
    _mountains(canvas, horizon, dice, (142, 164, 192), (244, 248, 252))
    shore: Colour = (206, 158, 96) if autumn else (120, 172, 132)
    _ridge(canvas, horizon, 2, 10, _turns(dice, 7), shore)
    for _ in range(15):
        pen = canvas.pen(dice.between(0, 160), horizon + 1, dice.between(0.12, 0.24, 2))
        pen.polygon([(-16, 0), (16, 0), (0, 70)], mix(dark(shore, 0.3), shore, dice.between(0, 0.6, 2)))
    tint = SKY[scene["weather"]]
    gradient(
        image,
        horizon + 1,
        UNITS,
        (mix((120, 190, 222), tint[2], 0.3), mix((78, 156, 206), tint[1], 0.2), (50, 122, 182)),
        unit,
    )
    _ridge(canvas, horizon + 3, 0, 0, (0, 0), dark(shore, 0.1))
    for _ in range(30):
        y = dice.between(horizon + 6, 158)
        size = 0.5 + (y - horizon) / 60
        x = dice.between(-4, 152)
        canvas.pen(x, y).line([(0, 0), (9 * size, 0)], (255, 255, 255, 74), 0.6 * size)
    bank = scene.get("bank", 0)
    if bank:
        pen = canvas.pen(0, UNITS)
        pen.polygon(
            [(0, -2), (0, bank), (40, bank + 3), (90, bank - 2), (130, bank + 2), (160, bank + 4), (160, -2)],
            (226, 206, 158),
        )
        pen.polygon(
            [(0, -2), (0, bank - 3), (40, bank), (90, bank - 5), (130, bank - 1), (160, bank + 1), (160, -2)],
            (150, 196, 108),
        )
        _tufts(canvas, UNITS - bank, dice, (96, 150, 78), 14)
    if scene.get("lilies"):
        for x, y in scene["lilies"]:
            pad = canvas.pen(x, y)
            pad.ellipse(0, 0, 6.4, 2.1, (96, 168, 96))
            pad.ellipse(1.4, 1.6, 2.2, 1.7, (252, 206, 220))


def _savanna(canvas: Canvas, image: Image.Image, scene: Description, dice: Dice) -> None:
    horizon, unit = scene["horizon"], canvas.pixels_per_unit
    if scene.get("volcano"):
        pen = canvas.pen(scene["volcano"], horizon + 1)
        pen.polygon([(-62, 0), (-14, 32), (12, 32), (60, 0)], (176, 170, 194))
        pen.polygon(
            [(-20, 28), (-14, 32), (12, 32), (18, 28), (10, 25), (3, 28), (-6, 24), (-12, 28)],
            (250, 250, 252),
        )
    _ridge(canvas, horizon, 1, 9, _turns(dice, 6), (206, 196, 140))
    desert = scene.get("desert")
    near: tuple[Colour, Colour] = (
        ((250, 216, 150), (234, 184, 112)) if desert else ((238, 212, 126), (212, 172, 86))
    )
    gradient(image, horizon, UNITS, near, unit)
    if desert:
        for i in range(3):
            y = horizon + 10 + i * 24
            _ridge(canvas, y, -3, 9, _turns(dice, 4), mix((252, 222, 160), (238, 192, 122), i / 2))
            gradient(
                image, y + 3, UNITS, (mix((252, 222, 160), (238, 192, 122), i / 2), (234, 184, 112)), unit
            )
        return
    _tufts(canvas, horizon, dice, (176, 138, 66), 44)


GROUNDS: dict[str, Callable[[Canvas, Image.Image, Description, Dice], None]] = {
    "street": _street, "beach": _beach, "snow": _snow, "field": _field, "park": _park, "forest": _forest,
    "lake": _lake, "savanna": _savanna,
}


def _room(canvas: Canvas, image: Image.Image, scene: Description) -> None:
    floor, unit = scene["horizon"], canvas.pixels_per_unit
    wall = light(PAINT[scene["wall"]], 0.62) if scene["wall"] != "black" else (150, 148, 166)
    gradient(image, 0, floor, (light(wall, 0.12), dark(wall, 0.04)), unit)
    pen = canvas.pen(0, floor)
    _wallpaper(pen, scene.get("paper", "plain"), wall, floor)
    _window_with_view(canvas, image, scene)
    if scene.get("print"):
        _print(canvas.pen(scene["print"][0], scene["print"][1]), scene["print"][2])
    boards = {"wood": ((214, 168, 118), (190, 140, 94)), "tiles": ((232, 228, 222), (208, 204, 204))}[
        scene.get("floor", "wood")
    ]
    gradient(image, floor, UNITS, boards, unit)
    pen.box(0, 0, UNITS, 3.6, light(wall, 0.6))
    if scene.get("floor", "wood") == "wood":
        y = 5.0
        for i in range(6):
            pen.line([(0, -y), (UNITS, -y)], (150, 104, 70, 120), 0.6, ends=False)
            for j in range(4):
                x = j * 46 + (i * 29) % 46
                pen.line([(x, -y), (x, -y - 5 - i * 2)], (150, 104, 70, 120), 0.6, ends=False)
            y += 6 + i * 2.2
    else:
        for i in range(-6, 7):
            pen.line([(80 + i * 14, 0), (80 + i * 28, -60)], (170, 166, 172, 150), 0.6, ends=False)
        for y in (6, 15, 28, 44):
            pen.line([(0, -y), (UNITS, -y)], (170, 166, 172, 150), 0.6, ends=False)
    if scene.get("rug"):
        rug = PAINT[scene["rug"]]
        mat = canvas.pen(80, floor + (UNITS - floor) * 0.6)
        mat.ellipse(0, 0, 66, 15, dark(rug, 0.1))
        mat.ellipse(0, 0.4, 62, 13.6, light(rug, 0.25))
        mat.ellipse(0, 0.4, 52, 11, light(rug, 0.5))
        mat.ellipse(0, 0.4, 47, 9.6, light(rug, 0.25))


def _wallpaper(pen: Pen, paper: str, wall: Colour, floor: float) -> None:
    tone = light(wall, 0.3)
    if paper == "stripes":
        for x in range(6, UNITS, 16):
            pen.box(x, 0, x + 7, floor, tone)
    elif paper == "dots":
        for row in range(int(floor // 12) + 1):
            for x in range(6 + 8 * (row % 2), UNITS, 16):
                pen.ellipse(x, 8 + row * 12, 1.5, 1.5, tone)
    elif paper == "panels":
        pen.box(0, 0, UNITS, 30, light(wall, 0.5))
        pen.box(0, 30, UNITS, 32.4, light(wall, 0.75))
        for x in range(0, UNITS, 10):
            pen.line([(x, 3), (x, 30)], dark(wall, 0.06), 0.6, ends=False)


def _window_with_view(canvas: Canvas, image: Image.Image, scene: Description) -> None:
    if not scene.get("window"):
        return
    x, y, weather = scene["window"], 50, scene["weather"]
    frame = canvas.pen(x, y)
    frame.box(-23, -21, 23, 27, (250, 247, 240), 1)
    unit = canvas.pixels_per_unit
    left, right = round((x - 20) * unit), round((x + 20) * unit)
    view = _column(SKY[weather]).resize((right - left, round(42 * unit)))
    image.paste(view, (left, round((y - 24) * unit)))
    if weather == "night":
        frame.ellipse(8, 12, 5, 5, (255, 248, 214))
        for u, v in ((-14, 16), (-8, 6), (-2, 18), (14, 2), (-16, -2)):
            frame.ellipse(u, v, 0.8, 0.8, (255, 252, 226))
        canvas.lights.append((x + 8, y - 12, 10, (200, 200, 170)))
    elif weather == "sunny":
        frame.ellipse(9, 13, 5, 5, (255, 238, 150))
    elif weather == "sunset":
        frame.ellipse(6, -6, 6, 6, (255, 236, 176))
    elif weather in ("cloudy", "rainy", "snowy", "foggy"):
        _cloud(canvas.pen(x - 4, y - 13, 0.6), weather)
    hills: Colour = {"snowy": (240, 246, 252), "night": (60, 84, 110)}.get(weather, (136, 188, 116))
    frame.polygon([(-20, -18), (-20, -9), (-8, -4), (6, -10), (20, -6), (20, -18)], hills)
    if weather == "rainy":
        for i in range(12):
            u, v = -18 + (i * 13) % 36, -14 + (i * 17) % 36
            frame.line([(u, v + 4), (u - 1, v)], (232, 240, 250, 190), 0.6)
    elif weather == "snowy":
        for i in range(14):
            frame.ellipse(-18 + (i * 13) % 37, -15 + (i * 17) % 38, 1.0, 1.0, (255, 255, 255))
    frame.box(-0.9, -18, 0.9, 24, (250, 247, 240))
    frame.box(-20, 2, 20, 3.8, (250, 247, 240))
    frame.box(-25, -23, 25, -19.6, (232, 224, 212), 0.8)
    if scene.get("curtains"):
        cloth = PAINT[scene["curtains"]]
        frame.line([(-31, 29), (31, 29)], WOOD, 1.6)
        for way in (-1, 1):
            frame.polygon(
                [
                    (way * 31, 29), (way * 15, 29), (way * 18, 8), (way * 24, -4), (way * 22, -26),
                    (way * 31, -26),
                ],
                cloth,
            )
            frame.line([(way * 26, 28), (way * 28, -25)], dark(cloth, 0.14), 0.9)
            frame.line([(way * 21, 28), (way * 25, 2)], dark(cloth, 0.14), 0.7)


def _print(pen: Pen, motif: str) -> None:
    """A framed picture on the wall."""
    pen.box(-15, -12, 15, 12, WOOD, 1)
    pen.box(-13, -10, 13, 10, CREAM)
    if motif == "mountain":
        pen.box(-12, -9, 12, 9, (190, 222, 240))
        pen.polygon([(-12, -9), (-3, 6), (4, -4), (7, 1), (12, -9)], (126, 146, 176))
    elif motif == "boat":
        pen.box(-12, -9, 12, 9, (206, 232, 244))
        pen.box(-12, -9, 12, -3, (84, 156, 200))
        pen.polygon([(-5, -2), (-3, -5), (4, -5), (6, -2)], PAINT["red"])
        pen.polygon([(0, -1), (0, 7), (5, -1)], CREAM)
    elif motif == "flower":
        pen.line([(0, -8), (0, 2)], (90, 150, 84), 1.1)
        pen.blob(0, 3, 5, PAINT["pink"], 6, 1.0)
        pen.ellipse(0, 3, 2, 2, PAINT["yellow"])
    elif motif == "heart":
        for x in (-2.6, 2.6):
            pen.ellipse(x, 2, 3.4, 3.4, PAINT["red"])
        pen.polygon([(-5.8, 1), (5.8, 1), (0, -6.4)], PAINT["red"])
    else:
        pen.ellipse(0, -1, 6, 5.4, (150, 150, 160))
        for x in (-4, 4):
            pen.polygon([(x - 2, 3), (x + x * 0.3, 8), (x + 2, 3.4)], (150, 150, 160))
            pen.ellipse(x * 0.6, 0, 1.0, 1.2, INK)


def weather_before(canvas: Canvas, scene: Description) -> None:
    """Rain and snow fall before everything."""
    if scene["place"] == "room":
        return
    dice = Dice("weather", scene["seed"])
    if scene["weather"] == "rainy":
        for _ in range(80):
            canvas.pen(dice.between(0, 164), dice.between(-4, 158)).line(
                [(0, 0), (-1.8, -6.4)], (226, 236, 250, 150), 0.6, ends=False
            )
        for _ in range(10):
            canvas.pen(dice.between(4, 156), dice.between(scene["horizon"] + 14, 158)).ellipse(
                0, 0, 4, 1.0, (236, 242, 252, 70)
            )
    elif scene["weather"] == "snowy":
        for _ in range(84):
            size = dice.between(0.6, 1.7)
            canvas.pen(dice.between(0, 160), dice.between(0, 160)).ellipse(
                0, 0, size, size, (255, 255, 255, 235)
            )


def mist(canvas: Canvas, scene: Description) -> None:
    """Fog lies on what is far; called when the far things are drawn."""
    if scene["weather"] == "foggy" and scene["place"] != "room":
        pen = canvas.pen(0, scene["horizon"])
        for up, strength in ((60, 30), (42, 40), (26, 56), (14, 66)):
            pen.box(-2, -12 - up * 0.2, UNITS + 2, up, (238, 242, 244, strength))


def graded(image: Image.Image, canvas: Canvas, scene: Description) -> Image.Image:
    """Tint the reduced picture by weather and hour, then let the lights shine."""
    weather = scene["weather"]
    indoors = scene["place"] == "room"
    tint = (NIGHT_ROOM if weather == "night" else (255, 252, 246)) if indoors else GRADE[weather]
    image = ImageChops.multiply(image, Image.new("RGB", image.size, tint))
    if weather != "night" and not (weather == "rainy" and indoors):
        return image
    unit = image.width / UNITS
    for x, y, radius, colour in canvas.lights:
        _shine(image, x * unit, y * unit, radius * unit, mix((0, 0, 0), colour, 0.5 if indoors else 0.8))
    return image


def _shine(image: Image.Image, x: float, y: float, radius: float, colour: Colour) -> None:
    half = max(1, round(radius))
    left, top = round(x) - half, round(y) - half
    box = (max(0, left), max(0, top), min(image.width, left + 2 * half), min(image.height, top + 2 * half))
    if box[0] >= box[2] or box[1] >= box[3]:
        return
    halo = _halo(half).crop((box[0] - left, box[1] - top, box[2] - left, box[3] - top))
    light_ = ImageChops.multiply(Image.merge("RGB", (halo, halo, halo)), Image.new("RGB", halo.size, colour))
    image.paste(ImageChops.screen(image.crop(box), light_), box[:2])


@lru_cache(maxsize=96)
def _halo(half: int) -> Image.Image:
    disc = Image.radial_gradient("L").resize((2 * half, 2 * half), Image.Resampling.BILINEAR)
    return disc.point(
        [max(0, int((1 - value / 181) ** 2 * 255)) if value < 181 else 0 for value in range(256)]
    )
