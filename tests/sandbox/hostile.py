"""Generated replies of a hostile process, and a session that reads them; for the tests and the fuzzer."""

import random
import socket
import struct
import threading

import msgpack
import numpy as np

from grader.sandbox.channel import Channel
from grader.sandbox.limits import Limits
from grader.sandbox.session import Session

LIMITS = Limits(call_seconds=0.3, cell_seconds=0.3, reply_bytes=1 << 20)
KINDS = [
    "value",
    "raised",
    "missing",
    "names",
    "signature",
    "functions",
    "cell",
    "part",
    "results",
    "help",
    "",
    "\x00",
    "walls",
]


class Nobody:
    """Stands in for a process that is already gone."""

    pid = 0

    def __init__(self):
        self.reason = None

    def kill(self, status, why):
        self.reason = self.reason or (status, why)

    def wait(self, seconds=0):
        return True

    def end(self):
        self.reason = self.reason or ("died", "the process ended")
        return self.reason

    def close(self):
        pass


def session_that_hears(data, limits=LIMITS):
    """Make a session whose process has already said these bytes and closed."""
    ours, theirs = socket.socketpair()
    theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
    if len(data) < 100_000:
        theirs.sendall(data)
        theirs.shutdown(socket.SHUT_WR)
    else:
        threading.Thread(target=shout, args=(theirs, data), daemon=True).start()
    session = Session(limits, Channel(ours), Nobody())
    session.peer = theirs
    return session


def shout(sock, data):
    try:
        sock.sendall(data)
        sock.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def frame(message, blob=b"", structure_size=None, blob_size=None):
    structure = message if isinstance(message, bytes) else msgpack.packb(message, unicode_errors="replace")
    sizes = (
        len(structure) if structure_size is None else structure_size,
        len(blob) if blob_size is None else blob_size,
    )
    return struct.pack("<II", *sizes) + structure + blob


class Generator:
    """Random replies: mostly well formed, each wrong in some way."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def integer(self):
        return self.random.choice(
            [0, 1, 2, 3, 7, -1, 255, 2**31, 2**31 - 1, 2**40, 2**53, 2**63 - 1, -(2**63), 2**64 - 1]
        )

    def scalar(self):
        pick = self.random.choice
        return pick(
            [
                None,
                True,
                False,
                self.integer(),
                0.5,
                float("nan"),
                float("inf"),
                -0.0,
                "",
                "x",
                "__class__",
                "W" * 300,
            ]
        )

    def array(self):
        shape = [
            self.random.choice([0, 1, 2, 3, self.integer()])
            for _ in range(self.random.choice([0, 1, 2, 3, 9, 40]))
        ]
        return [
            3,
            self.random.choice([*range(14), self.integer(), "f8", None, True]),
            self.random.choice([0, 1, 2, -1]),
            *shape,
        ]

    def value(self, depth=0):
        kind = self.random.randrange(16 if depth else 30)
        if kind < 3 or depth > 6:
            return self.scalar()
        if kind < 6:
            return self.array()
        if kind < 9 or kind > 13:
            return (
                self.scalar()
                if kind > 13
                else [
                    self.random.choice([0, 1, 2, 2]),
                    *[self.value(depth + 1) for _ in range(self.random.randrange(5))],
                ]
            )
        pick = self.random.choice
        special = [
            [4, self.integer()], [5, 0.0, float("nan")], [5, "1", 2], [6, "f" * pick([1, 256, 257])],
            [6, "0x1"], [6, "-"], [6, "1_0"], [7, self.integer(), pick([-1, 0, 1, 2, 3]), pick(["f",
            "()", 3])],
            [8, 1], [9, 0], [10], [99, 1], [], ["x"], [True], [2, [3, 7, 0, 1], 1], [2, [2], 1], {}, {"a": 1},
            b"bytes", msgpack.ExtType(5, b"x"), msgpack.Timestamp(1),
            self.nested(self.random.choice([10, 30, 400])),
        ]  # fmt: skip
        return self.random.choice(special)

    def nested(self, depth):
        value = [0]
        for _ in range(depth):
            value = [self.random.choice([0, 1]), value]
        return value

    def blob(self):
        return bytes(self.random.randrange(256) for _ in range(self.random.choice([0, 0, 1, 8, 16, 64, 200])))

    def message(self):
        number = self.random.choice([*[1] * 20, 2, True, "1", None])
        kind = self.random.choice([*KINDS, "value", "value", "value", "cell", "results"])
        pick = self.random.choice
        changes = pick([*[[]] * 6, [[0, self.array()]], [self.value()], 3])
        refilled = pick([*[[]] * 6, [[0, self.value()]], [self.value()], 3])
        types = ["ValueError", "SystemExit", "__import__", "", 3]
        rest = {
            "value": lambda: [self.value(), changes, refilled, self.said()],
            "raised": lambda: [pick(types), "m", self.integer(), "t", "f", self.said()],
            "results": lambda: [[self.value() for _ in range(self.random.randrange(4))], self.said()],
            "part": lambda: [[self.value() for _ in range(self.random.randrange(4))]],
            "names": lambda: [[self.scalar() for _ in range(3)]],
            "signature": lambda: [[[self.scalar() for _ in range(pick([3, 4, 4, 4]))] for _ in range(3)]],
            "functions": lambda: [[self.function() for _ in range(pick([2, 2, 2, 3]))]],
            "cell": lambda: [
                self.random.choice(["ok", "error", "output", "marks", 3]), self.text(), self.text(),
                self.random.choice([None, ["ValueError", "m", 1, "t", "tb"], ["x"], [1, 2, 3, 4, 5], 3]),
                [self.scalar()], [self.text()],
            ],
        }  # fmt: skip
        body = rest.get(kind, lambda: [self.value() for _ in range(self.random.randrange(4))])()
        return [kind, number, *body] if kind != "help" else [kind, self.random.choice([0, 1, "1"]), *body]

    def function(self):
        pick = self.random.choice
        return pick([None, [[7, 1, 2, "f"], pick([None, 3, "abcd", [["x", 1, False, None]], self.value()])],
                     [self.value(), None]])  # fmt: skip

    def text(self):
        return self.random.choice(
            [[3, 5, 0, self.random.choice([0, 1, 8])], [3, 12, 0, 1], "text", None, self.value()]
        )

    def said(self):
        return self.random.choice(
            [
                *[None] * 12,
                ["out", ["warning"], ""],
                ["x" * 200_000, [], ""],
                [1, 2, 3],
                ["", "ab", ""],
                self.value(),
            ]
        )

    def reply(self):
        """One reply: bytes."""
        message, blob = self.message(), self.blob()
        how = self.random.randrange(20)
        if how < 12:
            return frame(message, blob)
        data = bytearray(frame(message, blob))
        if how < 15:
            for _ in range(self.random.randrange(1, 6)):
                data[self.random.randrange(len(data))] = self.random.randrange(256)
            return bytes(data)
        if how == 15:
            return bytes(data[: self.random.randrange(len(data))])
        if how == 16:
            return frame(message, blob, structure_size=self.integer() % 2**32)
        if how == 17:
            return frame(message, blob, blob_size=self.integer() % 2**32)
        if how == 18:
            return bytes(self.random.randrange(256) for _ in range(self.random.randrange(64)))
        return frame(message, blob) * self.random.randrange(2, 5)


def plain(value, depth=0):
    """Say whether a value is made of nothing but what may cross."""
    from grader.sandbox.proxies import NotKept, Reference

    if type(value) in (list, tuple):
        return all(plain(v, depth + 1) for v in value)
    if type(value) is dict:
        return all(plain(k) and plain(v, depth + 1) for k, v in value.items())
    if type(value) is np.ndarray or isinstance(value, np.generic):
        return value.dtype.kind in "biufc"
    return (
        value is None
        or type(value) in (bool, int, float, complex, str, NotKept)
        or isinstance(value, Reference)
    )
