"""A pen that draws in the coordinates of one thing: x to the right, y up from where it stands."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from PIL import Image, ImageDraw

from unrolled.scenes.palette import Colour

Point = tuple[float, float]
Thing = dict[str, Any]
Paint = Colour | tuple[int, int, int, int]

UNITS = 160  # a picture is 160 units wide and high, whatever its size in pixels


class Canvas:
    """What all pens of one picture share: the drawing, its resolution, and the lights seen after dark."""

    def __init__(self, image: Image.Image, pixels_per_unit: float, weather: str, place: str) -> None:
        self.solid = ImageDraw.Draw(image)
        self.sheer = ImageDraw.Draw(image, "RGBA")  # blends, and is slower: for paint with an opacity only
        self.pixels_per_unit = pixels_per_unit
        self.weather = weather
        self.place = place
        self.lights: list[tuple[float, float, float, Colour]] = []

    def pen(self, x: float, y: float, scale: float = 1.0, flip: bool = False) -> Pen:
        """Take a pen to (x, y) of the picture, y counted downwards."""
        return Pen(self, x, y, scale, -1 if flip else 1)


class Pen:
    """Draws shapes around one point; `scale` is picture units per local unit, `side` -1 mirrors."""

    def __init__(self, canvas: Canvas, x: float, y: float, scale: float, side: int) -> None:
        self.canvas, self.x, self.y, self.scale, self.side = canvas, x, y, scale, side
        self._pixels = scale * canvas.pixels_per_unit
        self._origin = (x * canvas.pixels_per_unit, y * canvas.pixels_per_unit)

    def at(self, x: float, y: float, scale: float = 1.0, flip: bool = False) -> Pen:
        """Take a pen to a local point, turned with this one."""
        side = -self.side if flip else self.side
        return Pen(
            self.canvas,
            self.x + self.side * x * self.scale,
            self.y - y * self.scale,
            self.scale * scale,
            side,
        )

    def _draw(self, paint: Paint) -> ImageDraw.ImageDraw:
        return self.canvas.solid if len(paint) == 3 else self.canvas.sheer

    def _points(self, points: Sequence[Point]) -> list[Point]:
        u, v, kx, ky = *self._origin, self.side * self._pixels, self._pixels
        return [(u + kx * x, v - ky * y) for x, y in points]

    def polygon(self, points: Sequence[Point], paint: Paint) -> None:
        self._draw(paint).polygon(self._points(points), fill=paint)

    def ellipse(self, x: float, y: float, a: float, b: float, paint: Paint) -> None:
        """An ellipse around (x, y) with half axes a and b."""
        u, v = self._origin[0] + self.side * self._pixels * x, self._origin[1] - self._pixels * y
        a, b = a * self._pixels, b * self._pixels
        self._draw(paint).ellipse((u - a, v - b, u + a, v + b), fill=paint)

    def box(self, x0: float, y0: float, x1: float, y1: float, paint: Paint, round_: float = 0.0) -> None:
        """A rectangle between two corners, with rounded corners if asked."""
        draw = self._draw(paint)
        (u0, v0), (u1, v1) = self._points([(x0, y0), (x1, y1)])
        corners = (min(u0, u1), min(v0, v1), max(u0, u1), max(v0, v1))
        radius = min(round_ * self._pixels, (corners[2] - corners[0]) / 2, (corners[3] - corners[1]) / 2)
        if radius >= 1:
            draw.rounded_rectangle(corners, radius=radius, fill=paint)
        else:
            draw.rectangle(corners, fill=paint)

    def line(self, points: Sequence[Point], paint: Paint, width: float, ends: bool = True) -> None:
        """A line through points, with round joints and ends."""
        draw = self._draw(paint)
        pixels = max(1, round(width * self._pixels))
        path = self._points(points)
        draw.line(path, fill=paint, width=pixels)
        if pixels < 3:
            return
        half = pixels / 2
        for u, v in path if ends else path[1:-1]:
            draw.ellipse((u - half, v - half, u + half, v + half), fill=paint)

    def curve(self, points: Sequence[Point], paint: Paint, width: float) -> None:
        """A smooth line from the first to the last of three points, pulled by the middle one."""
        (x0, y0), (x1, y1), (x2, y2) = points
        steps = [i / 7 for i in range(8)]
        path = [
            (
                (1 - t) ** 2 * x0 + 2 * t * (1 - t) * x1 + t * t * x2,
                (1 - t) ** 2 * y0 + 2 * t * (1 - t) * y1 + t * t * y2,
            )
            for t in steps
        ]
        self.line(path, paint, width)

    def cap(self, x: float, y: float, a: float, b: float, start: float, end: float, paint: Paint) -> None:
        """The part of an ellipse that a chord cuts off between two angles, in degrees from the right."""
        self.polygon([(x + a * c, y + b * s) for c, s in _arc(start, end)], paint)

    def blob(self, x: float, y: float, size: float, paint: Paint, lumps: int = 7, flat: float = 0.8) -> None:
        """A cloud or crown of leaves: a middle with round lumps about it."""
        self.ellipse(x, y, size * 0.8, size * 0.8 * flat, paint)
        for c, s in _arc(0, 360 - 360 / lumps, lumps):
            self.ellipse(x + 0.6 * size * c, y + 0.6 * size * s * flat, size * 0.45, size * 0.42, paint)

    def shadow(self, width: float, x: float = 0.0, depth: float = 0.2) -> None:
        """The soft shadow where a thing touches the ground."""
        for share, strength in ((1.0, 26), (0.74, 34)):
            self.ellipse(x, 0, width * share, max(1.2, width * depth) * share, (36, 26, 66, strength))

    def glow(self, x: float, y: float, radius: float, colour: Colour) -> None:
        """A light that shines when the picture is dark."""
        where = self.at(x, y)
        self.canvas.lights.append((where.x, where.y, radius * self.scale, colour))


@lru_cache(maxsize=256)
def _arc(start: float, end: float, count: int = 15) -> tuple[Point, ...]:
    """Points of the unit circle between two angles in degrees, both ends included."""
    angles = [math.radians(start + (end - start) * i / (count - 1)) for i in range(count)]
    return tuple((math.cos(angle), math.sin(angle)) for angle in angles)
