"""From a description to a picture."""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image

from unrolled.scenes.animals import ANIMALS
from unrolled.scenes.backdrop import Description, backdrop, graded, mist, weather_before
from unrolled.scenes.buildings import BUILDINGS
from unrolled.scenes.catalogue import SIZE
from unrolled.scenes.furniture import FURNITURE
from unrolled.scenes.pen import UNITS, Canvas, Pen, Thing
from unrolled.scenes.people import PEOPLE, person
from unrolled.scenes.plants import PLANTS
from unrolled.scenes.vehicles import VEHICLES

FINER = 3  # drawn this many times larger, then reduced: that is the smoothing

DRAW: dict[str, Callable[[Pen, Thing], None]] = {
    **dict.fromkeys(PEOPLE, person),
    **ANIMALS,
    **VEHICLES,
    **PLANTS,
    **BUILDINGS,
    **FURNITURE,
}


def picture(description: Description, size: int = 160) -> Image.Image:
    """Draw a scene.

    description of one picture (see datasets/scenes), size in pixels -> RGB image (size, size)
    """
    image = Image.new("RGB", (size * FINER, size * FINER))
    canvas = Canvas(image, size * FINER / UNITS, description["weather"], description["place"])
    backdrop(canvas, image, description)
    things = sorted(description["things"], key=lambda thing: thing.get("layer", thing["y"]))
    far = description["horizon"] + 12
    misty = False
    for thing in things:
        if not misty and thing.get("layer", thing["y"]) > far:
            mist(canvas, description)
            misty = True
        if thing["role"] in ("main", "second"):
            put_out_behind(canvas, thing)
        pen = canvas.pen(thing["x"], thing["y"], thing["scale"], thing.get("flip", False))
        DRAW[thing["kind"]](pen, thing)
    if "cord" in description:
        x0, y0, x1, y1 = description["cord"]
        canvas.pen(x0, y0).curve(
            [(0, 0), ((x1 - x0) / 2, (y0 - y1) / 2 - 5), (x1 - x0, y0 - y1)], (96, 72, 70), 0.8
        )
    weather_before(canvas, description)
    return graded(image.reduce(FINER), canvas, description)


def put_out_behind(canvas: Canvas, thing: Thing) -> None:
    """Forget the lights that a thing drawn now will stand before, which would shine through it."""
    wide, high = SIZE[thing["kind"]]
    half, top = 0.4 * wide * thing["scale"], thing["y"] - 0.9 * high * thing["scale"]
    canvas.lights = [
        light for light in canvas.lights if abs(light[0] - thing["x"]) > half or not top < light[1] < thing["y"]
    ]
