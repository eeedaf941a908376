"""The plain network of parts 2 and 3: its weights, scaled to a largest singular value of 1, and its sixty inputs."""

# ruff: noqa: F821      the names are those of the lesson, in whose kernel this runs

import numpy as np


def listed(array):
    """An array as lists of numbers, to seven digits."""
    return [[float(f"{value:.7g}") for value in row] for row in array]


rng_of_part = np.random.default_rng(9)
inputs, into, along = (rng_of_part.normal(size=size) for size in ((60, 4), (4, 20), (20, 20)))
along /= np.sqrt(20)
assert np.array_equal(along, onward), (
    "expected the network that the cell draw-bound draws, found another. Give this file its seed and its sizes.")

stretch = np.linalg.norm(along, 2)
exported = {
    "Wx": listed(into), "Wh": listed(along / stretch), "x": listed(0.5 * inputs),
    "radius": round(float(np.abs(np.linalg.eigvals(along)).max() / stretch), 4),
}
