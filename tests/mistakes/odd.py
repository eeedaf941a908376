"""Odd things that a function may return instead of arrays: none of them may stop a check with a traceback."""

from __future__ import annotations

import collections
import datetime
import decimal
import enum
import fractions
import io
from collections.abc import Callable
from typing import Any

import numpy as np

Pair = collections.namedtuple("Pair", "first second")


def no(*_: Any, **__: Any) -> Any:
    raise ValueError("no")


class Strange(np.ndarray):
    """An array that refuses all that numpy asks of it."""

    __array__ = __array_function__ = __array_ufunc__ = __eq__ = __len__ = __iter__ = __getitem__ = __bool__ = no
    __hash__ = None


class StrangeList(list):
    __len__ = __iter__ = __getitem__ = __bool__ = __eq__ = no
    __hash__ = None


class StrangeDict(dict):
    __len__ = __iter__ = __getitem__ = __bool__ = __contains__ = __eq__ = items = keys = no
    __hash__ = None


class Mute:
    """An object that cannot be written down, compared or looked into."""

    __str__ = __repr__ = __eq__ = __bool__ = __len__ = __array__ = __float__ = __format__ = no
    __hash__ = None

    def __getattr__(self, name: str) -> Any:
        raise KeyError(name)


class Text(enum.Enum):
    ONE = "1"


def generator() -> Any:
    yield 1.0


def ring() -> list:
    knot: list = []
    knot.append(knot)
    return knot


ODD: dict[str, Callable[[], Any]] = {
    "None": lambda: None,
    "nothing": lambda: (),
    "an empty list": list,
    "an empty dictionary": dict,
    "text": lambda: "three",
    "empty text": str,
    "lines": lambda: "one\ntwo\n",
    "bytes": lambda: b"three",
    "a boolean": lambda: True,
    "a number": lambda: 3.5,
    "nan": lambda: float("nan"),
    "inf": lambda: np.float64("inf"),
    "a huge number": lambda: 10**400,
    "a number too long to print": lambda: 10**5000,
    "a complex number": lambda: 1j,
    "a complex number of numpy": lambda: np.complex128(1j),
    "complex numbers": lambda: np.ones((3, 5), complex),
    "numbers as text": lambda: np.array([["1", "2"]]),
    "objects": lambda: np.array([None, 1, "x"], dtype=object),
    "objects that are numbers": lambda: np.ones((3, 5), dtype=object),
    "one object": lambda: np.array({"a": 1}, dtype=object),
    "records": lambda: np.zeros(3, dtype=[("a", float), ("b", "U3")]),
    "dates": lambda: np.array(["2026-01-01"], dtype="datetime64[D]"),
    "a day": lambda: datetime.date(2026, 1, 1),
    "a number in an array": lambda: np.array(1.0),
    "an empty array": lambda: np.zeros(0),
    "empty rows": lambda: np.zeros((3, 0)),
    "half precision": lambda: np.full((3, 5), 6e4, np.float16),
    "long precision": lambda: np.full((3, 5), np.longdouble("1e400")),
    "small whole numbers": lambda: np.ones((3, 5), np.int8),
    "ten axes": lambda: np.ones((1,) * 10),
    "a ragged list": lambda: [[1.0, 2.0], [3.0]],
    "a deep list": lambda: [[[[1.0]]], 2.0],
    "a list in itself": ring,
    "a list of numbers": lambda: [1.0, 2.0, 3.0],
    "arrays of one": lambda: [np.ones(1)] * 300,
    "a namedtuple": lambda: Pair(1.0, 2.0),
    "a pair": lambda: (np.ones(3), None),
    "a dictionary": lambda: {"Wx": 1.0, 3: "x"},
    "a dictionary of odd keys": lambda: {"Wx": None, ("a", 1): 2, None: 3, 1.5: 4},
    "all parameters as text": lambda: dict.fromkeys(["Wx", "Wh", "b", "W_vocab", "b_vocab"], "text"),
    "all parameters as one": lambda: dict.fromkeys(["Wx", "Wh", "b", "W_vocab", "b_vocab"], 1.0),
    "a set": lambda: {1.0, 2.0},
    "a generator": generator,
    "a function": lambda: no,
    "a type": lambda: Mute,
    "a module": lambda: np,
    "a fraction": lambda: fractions.Fraction(1, 3),
    "a decimal": lambda: decimal.Decimal("sNaN"),
    "an exception": lambda: ValueError("returned"),
    "not implemented": lambda: NotImplemented,
    "a word of its own": lambda: Text.ONE,
    "a file": io.StringIO,
    "a masked array": lambda: np.ma.masked_all((3, 5)),
    "a matrix": lambda: np.asmatrix(np.ones((3, 5))),
    "a strange array": lambda: np.ones((3, 5)).view(Strange),
    "a strange list": lambda: StrangeList([1.0, 2.0]),
    "a strange dictionary": lambda: StrangeDict(Wx=1.0),
    "a mute object": Mute,
    "mute objects": lambda: [Mute(), Mute()],
    "an array of mute objects": lambda: np.array([Mute(), None], dtype=object),
}
