"""Hostile replies: whatever bytes come out, the grader gets a plain value, an exception or a refusal."""

import inspect
import socket
import struct
import sys
import threading
import time
import tracemalloc

import msgpack
import numpy as np
import pytest
from hostile import LIMITS, Generator, frame, plain, session_that_hears

from grader.sandbox import Proxy, Reference, Stopped, StudentError
from grader.sandbox.session import CellResult
from grader.sandbox.wire import Bounds, Decoder, Encoder, ProtocolError, builtin_exceptions, unpack

BOUNDS = Bounds(blob=1 << 20)
REPLIES = 2_500


def decode(node, blob=b""):
    decoder = Decoder(memoryview(bytearray(blob)), BOUNDS, lambda *about: object())
    value = decoder.value(unpack(msgpack.packb(["value", node]), BOUNDS)[1])
    decoder.end()
    return value


def ask(session, how):
    f = Proxy(session, 5, "function", "f")
    if how == "call":
        return f(np.zeros((2, 3)))
    if how == "many":
        return f.many([(1,), (2,)])
    if how == "cell":
        return session.run_cell("x")
    if how == "names":
        return list(session.names())
    if how == "signature":
        return inspect.signature(f)
    if how == "functions":
        return [str(inspect.signature(g)) for g in session.functions(["g", "h"]).values()]
    if how == "helper":
        return f(lambda *args, **named: args)
    return session.names()["x"]


def answer(session, how):
    """Give the result and the exception of asking, one of them None."""
    try:
        return ask(session, how), None
    except Exception as e:
        return None, e
    finally:
        session.peer.close()
        session._channel.close()


ASKS = ("call", "call", "many", "cell", "names", "signature", "helper", "get", "functions")


@pytest.mark.parametrize("part", range(5))
def test_generated_replies_escape_nothing(part):
    """The words of a refusal are ours, and only builtin exceptions that steer nothing come out."""
    allowed = (Stopped, StudentError, KeyError, *builtin_exceptions().values())
    seen = {}
    for seed in range(part * REPLIES // 5, (part + 1) * REPLIES // 5):
        generator = Generator(seed)
        how = ASKS[seed % len(ASKS)]
        session = session_that_hears(generator.reply())
        result, error = answer(session, how)
        outcome = "result" if error is None else type(error).__name__
        assert error is None or isinstance(error, allowed), (seed, how, repr(error))
        assert getattr(error, "status", "died") in ("refused", "died", "timeout"), (seed, repr(error))
        if how == "cell" and isinstance(result, CellResult):
            assert type(result.stdout) is type(result.stderr) is str
            outcome = result.status
        elif result is not None and how != "signature":
            assert plain(result), (seed, how, result)
        seen[outcome] = seen.get(outcome, 0) + 1
    assert seen["result"] > 20
    assert seen["Stopped"] > 100


@pytest.mark.parametrize(
    ("node", "blob"),
    [
        ([3, 11, 0, 2**31 - 1, 2**31 - 1], b""),
        ([3, 11, 0, 2**62, 4], b""),
        ([3, 11, 0, -2, -1], b"\0" * 16),
        ([3, 11, 0, 0, 2**31 - 1, 2**31 - 1], b""),
        ([3, 11, 0, 3], b"\0" * 16),
        ([3, 11, 0, 1], b"\0" * 16),
        ([3, 14, 0, 1], b"\0" * 8),
        ([3, -1, 0, 1], b"\0" * 16),
        ([3, True, 0, 1], b"\0" * 16),
        ([3, 11, 0, True], b"\0" * 8),
        ([3, 11, 0, 1.0], b"\0" * 8),
        ([3, 0, 0, 2], b"\x01\x02"),
        ([3, 11, 0, *[1] * 9], b"\0" * 8),
        ([3, 11], b""),
        ([4, 11], b""),
        ([4, 11, 0], b"\0" * 8),
        ([5, 1, 2], b""),
        ([6, "9" * 300], b""),
        ([6, 5], b""),
        ([6, "0x10"], b""),
        ([7, -1, 0, "f"], b""),
        ([7, 1, 3, "f"], b""),
        ([7, 1, 0, 5], b""),
        ([8, 1], b""),
        ([9, 0], b""),
        ([2, 1], b""),
        ([2, [0], 1], b""),
        ([2, [3, 11, 0, 1], 1], b"\0" * 8),
        ([2, [7, 1, 0, "f"], 1], b""),
        ([2, *[part for k in range(1001) for part in ([1, k], 0)]], b""),
        ([2, [6, "f" * 20], 1], b""),
        ([], b""),
        (["list"], b""),
        ([True, 1], b""),
        ([0.0, 1], b""),
        ([0, *[None] * 200_000], b""),
    ],
)
def test_malformed_values_are_refused(node, blob):
    with pytest.raises(ProtocolError):
        decode(node, blob)


@pytest.mark.parametrize(
    "data",
    [b"", b"\xc1", b"\x81\xa1a\x01", b"\xc4\x01x", b"\xc7\x01\x05x", b"\xd6\xff\0\0\0\0", b"\x91\x01",
     b"\x90", b"\xa1\xff", b"\x91" * 5000 + b"\x01", b"\xdd\xff\xff\xff\xff", b"\xdb\xff\xff\xff\xff",
     b"\x92\xa1v\x01\x01", b"\xdc\xff\xff"],
)  # fmt: skip
def test_structures_of_another_kind_are_refused(data):
    with pytest.raises(ProtocolError):
        unpack(data, BOUNDS)


def test_nan_is_decoded_as_nan():
    assert np.isnan(decode([3, 11, 0, 1], struct.pack("<d", float("nan"))))[0]


def test_nothing_is_allocated_before_sizes_are_checked():
    tracemalloc.start()
    for node in ([3, 11, 0, 2**31 - 1, 2**8], [3, 13, 0, 2**30], [3, 11, 0, 2**20]):
        with pytest.raises(ProtocolError):
            decode(node)
    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()


@pytest.mark.parametrize("sizes", [(2**32 - 1, 0), (0, 2**32 - 1), (1 << 21, 0), (10, 1 << 21)])
def test_a_huge_frame_is_refused_before_it_is_read(sizes):
    tracemalloc.start()
    session = session_that_hears(struct.pack("<II", *sizes) + b"x" * 50_000)
    with pytest.raises(Stopped, match="larger than allowed"):
        ask(session, "call")
    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()


@pytest.mark.parametrize("filler", [b"\x90", b"\x91", b"\xc0", b"\x91\x90", b"\x92\x00\x90"])
def test_the_largest_structure_takes_little_memory(filler):
    """A mebibyte of the smallest nodes, within the bounds of msgpack's own arrays."""
    count = 190_000
    inner = filler * count
    body = b"\x93\xa5value\x01\xdd" + struct.pack(">I", count) + inner
    before = tracemalloc_peak(lambda: session_that_hears(frame(body[: 1 << 20])))
    assert before < 100 << 20


def tracemalloc_peak(make):
    tracemalloc.start()
    session = make()
    with pytest.raises((Stopped, StudentError)):
        ask(session, "call")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_a_batch_brings_out_no_more_than_one_reply_may():
    part = frame(["part", 1, [[3, 5, 0, 300_000]]], b"\0" * 300_000)
    session = session_that_hears(part * 10)
    with pytest.raises(Stopped, match="larger than allowed"):
        Proxy(session, 1, "function", "f").many([(k,) for k in range(10)])


@pytest.mark.parametrize(
    "replies",
    [
        [["results", 1, [1], None]],
        [["results", 1, [1, 2, 3], None]],
        [["part", 1, []], ["results", 1, [1, 2], None]],
        [["part", 1, [1, 2]]],
        [["part", 1, [1, 2, 3]]],
        [["value", 1, 1, [], [], None]],
    ],
)
def test_a_batch_has_as_many_results_as_calls(replies):
    session = session_that_hears(b"".join(map(frame, replies)))
    with pytest.raises(Stopped) as caught:
        ask(session, "many")
    assert caught.value.status == "refused"


def test_a_reply_that_drips_is_late():
    ours, theirs = socket.socketpair()
    session = session_that_hears(b"")
    session._channel.sock = ours
    ours.setblocking(False)
    stop = threading.Event()

    def drip():
        data = frame(["value", 1, 1, [], [], None])
        for i in range(len(data)):
            if stop.wait(0.1):
                return
            theirs.send(data[i : i + 1])

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    started = time.monotonic()
    with pytest.raises(Stopped) as caught:
        ask(session, "call")
    stop.set()
    thread.join()
    assert caught.value.status == "timeout"
    assert time.monotonic() - started < LIMITS.call_seconds + 0.3


def test_a_process_that_does_not_listen_is_late():
    ours, theirs = socket.socketpair()
    session = session_that_hears(b"")
    session._channel.sock = ours
    ours.setblocking(False)
    with pytest.raises(Stopped) as caught:
        Proxy(session, 1, "function", "f")(np.zeros(1 << 20))
    assert caught.value.status == "timeout"
    theirs.close()


def test_changed_arguments_fit_the_arguments():
    x = np.zeros(2)
    for change in ([[5, [3, 11, 0, 2]]], [[-1, [3, 11, 0, 2]]], [[0, 7]], [[True, [3, 11, 0, 2]]], [3]):
        session = session_that_hears(frame(["value", 1, None, change, [], None], b"\1" * 16))
        with pytest.raises(Stopped, match="refused"):
            Proxy(session, 1, "function", "f")(x)
    for node, size in (([3, 10, 0, 2], 8), ([3, 11, 0, 1], 8), ([3, 11, 0, 2, 1], 16)):
        session = session_that_hears(frame(["value", 1, None, [[0, node]], [], None], b"\1" * size))
        Proxy(session, 1, "function", "f")(x)
    np.testing.assert_array_equal(x, [0, 0])


def test_refilled_arguments_fit_the_arguments():
    for refilled in ([[5, [0, 1]]], [[-1, [0, 1]]], [[True, [0, 1]]], [[0]], [3]):
        session = session_that_hears(frame(["value", 1, None, [], refilled, None]))
        with pytest.raises(Stopped, match="refused"):
            Proxy(session, 1, "function", "f")([1])
    items = [1]
    session = session_that_hears(frame(["value", 1, None, [], [[0, [0, 1, 2]]], None]))
    Proxy(session, 1, "function", "f")(items)
    assert items == [1, 2]
    session = session_that_hears(frame(["value", 1, None, [], [[0, [2, "a", 2]]], None]))
    Proxy(session, 1, "function", "f")(items)       # a list cannot become a dictionary
    assert items == []


def test_a_helper_nobody_passed_is_refused():
    for message in (
        ["help", 1, [1], [2]],
        ["help", 2, [1], [2]],
        ["help", 1, [0], [2]],
        ["help", 1, [1], [2, 3, 4]],
    ):
        session = session_that_hears(frame(message))
        how = "call" if message[2] == [1] and message[3] == [2] and message[1] == 1 else "helper"
        with pytest.raises(Stopped, match="refused"):
            ask(session, how)


def test_keys_that_collide_are_refused():
    """Whole numbers a multiple of the modulus apart share one hash: a dictionary of them takes for ever."""
    modulus = sys.hash_info.modulus
    node = [2, *[part for k in range(2000) for part in ([6, format(2**64 + k * modulus, "x")], 0)]]
    with pytest.raises(ProtocolError, match="not plain"):
        decode(node)


def test_references_look_harmless():
    reference = session_that_hears(frame(["value", 1, [7, 3, 0, "<b>x</b>"], [], [], None])).names()["x"]
    assert isinstance(reference, Reference)
    assert repr(reference) == "<a value that stays in the sandbox: object>"


def test_what_is_encoded_is_decoded():
    encoder = Encoder(lambda value: [7, 1, 0, "x"])
    x = np.arange(6).reshape(2, 3)
    value = [1, (2.5, "é", None), {"a": x, (1, "b"): np.float32(3)}, 10**30, 1j]
    node = encoder.value(value)
    decoded = decode(node, b"".join(encoder.blobs))
    np.testing.assert_array_equal(decoded[2].pop("a"), x)
    value[2].pop("a")
    assert decoded == value
