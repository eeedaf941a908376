"""The shipped character model, packed to a letter a weight, and the units that this lesson has found.

A matrix is packed in six bits a weight: whole numbers from -31 to 31, as base64 digits, and one factor a column.
"""

# ruff: noqa: F821      the names are those of the lesson, in whose kernel this runs

import numpy as np

DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
MOST = 31


def packed(matrix):
    """Whole numbers from -31 to 31 as text, and what to multiply each column with: matrix (n, m) -> a dictionary."""
    factors = np.abs(matrix).max(axis=0) / MOST                                     # (m,)
    steps = np.rint(matrix / np.where(factors > 0, factors, 1)).astype(int)
    return {"shape": list(matrix.shape), "factors": [float(f"{f:.6g}") for f in factors],
            "digits": "".join(np.array(list(DIGITS))[steps.ravel() + MOST])}


def unpacked(stored):
    """What `packed` made, as the page reads it: (n, m)."""
    values = np.array([DIGITS.index(digit) for digit in stored["digits"]]) - MOST
    return (values.reshape(stored["shape"]) * np.array(stored["factors"])).astype(np.float32)


def bits(weights):
    """Mean surprise on files that are held out, in bits a letter."""
    return round(float(large.surprise(weights, text.held_out[:40_000]).mean()), 4)


matrices = {name: packed(a) for name, a in trained.items() if a.ndim == 2}
vectors = {name: [float(f"{v:.6g}") for v in a] for name, a in trained.items() if a.ndim == 1}
as_in_the_page = ({name: unpacked(stored) for name, stored in matrices.items()}
                  | {name: np.array(a, np.float32) for name, a in vectors.items()})

exported = {
    "letters": large.letters, "hidden": large.hidden_dim, "digits": DIGITS, "most": MOST,
    "matrices": matrices, "vectors": vectors,
    "bits": {"shipped": bits(trained), "packed": bits(as_in_the_page)},
    "units": [{"name": name, "unit": int(unit), "r": round(float(r), 3)} for name, (unit, r) in found.items()],
}
