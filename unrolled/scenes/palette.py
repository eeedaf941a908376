"""The colours of the picture book: what things are painted with, and how weather and hour change them."""

from __future__ import annotations

Colour = tuple[int, int, int]

PAINT: dict[str, Colour] = {
    "red": (216, 66, 62), "blue": (58, 112, 196), "green": (74, 156, 88), "yellow": (248, 204, 76),
    "orange": (240, 138, 56), "purple": (136, 88, 176), "pink": (244, 150, 178), "white": (250, 248, 242),
    "black": (56, 52, 62), "brown": (142, 94, 60), "gray": (150, 152, 162), "tan": (222, 188, 138),
    "turquoise": (60, 184, 182),
}

INK: Colour = (46, 40, 52)
CREAM: Colour = (252, 246, 232)
GLASS: Colour = (186, 222, 240)
TYRE: Colour = (52, 50, 58)
STEEL: Colour = (190, 194, 202)
WOOD: Colour = (168, 118, 76)
LEAF: Colour = (92, 164, 84)
LAMPLIGHT: Colour = (255, 214, 130)

SKIN: list[Colour] = [(252, 216, 184), (240, 190, 150), (204, 146, 104), (170, 118, 84), (136, 92, 68)]
HAIR: dict[str, Colour] = {
    "brown": (104, 68, 46), "black": (48, 42, 48), "blond": (236, 198, 104), "red": (196, 92, 48),
    "gray": (200, 200, 206),
}


def mix(a: Colour, b: Colour, share: float) -> Colour:
    """Blend two colours; `share` is how much of the second there is, from 0 to 1."""
    return (
        int(a[0] + (b[0] - a[0]) * share),
        int(a[1] + (b[1] - a[1]) * share),
        int(a[2] + (b[2] - a[2]) * share),
    )


def dark(colour: Colour, share: float = 0.2) -> Colour:
    """Shade a colour towards a cool dark."""
    return mix(colour, (44, 32, 64), share)


def light(colour: Colour, share: float = 0.3) -> Colour:
    """Lift a colour towards a warm white."""
    return mix(colour, (255, 252, 244), share)
