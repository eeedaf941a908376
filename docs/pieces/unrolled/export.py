"""The network that learns `hello` in this lesson: where it starts, and what its learning takes."""

# ruff: noqa: F821      the names are those of the lesson, in whose kernel this runs

import numpy as np

rng_of_lesson = np.random.default_rng(4)
untrained = {name: 0.3 * rng_of_lesson.normal(size=shape) for name, shape in start.items()}
again, losses_again = train_hello(untrained, x, y, 400, 0.5)
assert all(np.array_equal(again[name], params[name]) for name in params), (
    "expected the network that the cell draw-hello trains, found another. Give this file its seed, steps and rate.")

exported = {
    "letters": letters, "read": read, "expected": expected,
    "start": {name: a.tolist() for name, a in untrained.items()},
    "steps": 400, "rate": 0.5,
}
