"""One submission: one fresh process inside, asked by requests, believed in nothing but plain values."""

import contextlib
import inspect
import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

import numpy as np

from grader.sandbox.channel import Channel, Gone, Late
from grader.sandbox.limits import MB, Limits
from grader.sandbox.process import Process
from grader.sandbox.proxies import (
    NOT_KEPT,
    First,
    Instance,
    Names,
    NotKept,
    Proxy,
    Reference,
    Said,
    Stopped,
    StudentError,
    is_name,
    signature_or_any,
)
from grader.sandbox.wire import (
    CALLABLE,
    HELPER,
    INSTANCE,
    REFERENCE,
    Bounds,
    Decoder,
    Encoder,
    ProtocolError,
    builtin_exceptions,
    unpack,
)

STATUS = ("ok", "error", "timeout", "memory", "output", "died", "refused")
CHUNK_BYTES, CHUNK_CALLS = 16 * MB, 2_000
FLUSH_SECONDS = 1.0  # what a part of a batch may wait for its neighbours inside
FIGURES, DISPLAYS, WARNINGS, SAID_KEPT = 20, 20, 20, 50
PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Failure:
    """How a cell failed: the exception's type and message, the line in the student's cells, the traceback."""

    type: str
    message: str
    line: tuple[int, str] | None = None
    traceback: str = ""


@dataclass(frozen=True)
class CellResult:
    """What came of running one cell; `status` is a word of STATUS."""

    status: str
    stdout: str = ""
    stderr: str = ""
    error: Failure | None = None
    display: tuple[str, ...] = ()
    figures: list[bytes] = field(default_factory=list)
    seconds: float = 0.0


@dataclass
class Place:
    """Where the student's process is busy, for the sentence if it must be stopped there."""

    name: str
    arguments: tuple | None = None
    done: int = 0
    calls: int = 1

    def __str__(self) -> str:
        if self.arguments is None:
            return f"in {self.name}"
        which = f", call {self.done + 1} of {self.calls}" if self.calls > 1 else ""
        return f"in {self.name}{which}, called with {', '.join(map(shown, self.arguments)) or 'nothing'}"


def shown(value: Any) -> str:
    """Say what an argument was, in a word: its shape, its number, its type."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if value is None or isinstance(value, (bool, int, float)):
        return repr(value)[:40]
    return type(value).__name__


@dataclass(frozen=True)
class Raised:
    """An exception that came out in place of a value."""

    error: Exception


@dataclass
class Turn:
    """One request under way: number, place, end of patience, and how many bytes may still come out."""

    number: int
    place: Place
    deadline: float
    bytes_left: int
    name: str = ""


@dataclass
class Reply:
    """One frame that came out: its structure, and a decoder over its arrays."""

    message: tuple
    decoder: Decoder

    @property
    def kind(self) -> str:
        return self.message[0]

    def fields(self, kind: str, *types: type) -> list:
        """Give the fields after kind and number, checked for kind and exact types (object allows any)."""
        rest = list(self.message[2:])
        right = len(rest) == len(types) and all(
            t is object or type(r) is t for r, t in zip(rest, types, strict=True)
        )
        if self.kind != kind or not right:
            raise ProtocolError("a reply has another form than agreed")
        return rest

    def text(self, node: Any) -> str:
        """Read a text that travels as bytes beside the structure."""
        array = self.decoder.value(node)
        if not isinstance(array, np.ndarray) or array.dtype != np.uint8:
            raise ProtocolError("a text has another form than agreed")
        return array.tobytes().decode("utf-8", "replace")


class Session:
    """A student's process, from its first cell to its end; use it as a context manager, from one thread at a
    time.

    Once it was stopped, every call raises a `Stopped` of the same status and sentence, and `run_cell`
    returns them.
    """

    def __init__(self, limits: Limits, channel: Channel, process: Process):
        self.limits, self.bounds = limits, Bounds(blob=limits.reply_bytes)
        self.process = process
        self.last_said = Said()
        self.stopped: Stopped | None = None
        self._channel = channel
        self._numbers = itertools.count(1)
        self._seconds_left = limits.submission_seconds
        self._ends = 0.0  # of the outermost request under way
        self._released: list[int] = []
        self._said: list[Said] = []
        self._helpers: dict[int, Callable] = {}
        self._helped = self._depth = 0

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ---- what a grader asks

    def run_cell(self, source: str, name: str = "cell") -> CellResult:
        """Run one cell; never raises for anything the student's code does."""
        started = time.monotonic()
        try:
            with self._request(Place(name), ["cell", source, name], self.limits.cell_seconds) as turn:
                result = self._cell(self._receive(turn))
        except Stopped as stop:
            result = CellResult(stop.status, error=Failure("", str(stop)))
        return replace(result, seconds=time.monotonic() - started)

    def names(self) -> Names:
        """The student's names, as a mapping."""
        return Names(self)

    def take_said(self) -> Said:
        """What all calls since the last time printed and warned of."""
        said, self._said = self._said, []
        warnings = dict.fromkeys(warning for s in said for warning in s.warnings)
        return Said("".join(s.stdout for s in said), tuple(warnings), "".join(s.stderr for s in said))

    def close(self) -> None:
        """Kill the process and everything it started, and wait until they are gone."""
        if self.stopped is None:
            self.stopped = Stopped("died", "the session is closed")
        self.process.close()
        self._channel.close()

    # ---- what proxies ask

    def get(self, name: str) -> Any:
        """Fetch one of the student's names; KeyError without it."""
        if not isinstance(name, str) or name.startswith("_"):
            raise KeyError(name)
        with self._request(Place(name), ["get", name], self.limits.call_seconds, name) as turn:
            reply = self._receive(turn)
            found = Raised(KeyError(name)) if reply.kind == "missing" else self._value(reply)
        return given(found)

    def functions(self, names: Sequence[str]) -> dict[str, Proxy]:
        """Fetch those of these names that are plain functions, with their parameters, in one request."""
        names = [name for name in names if not name.startswith("_")]
        found: dict[str, Proxy] = {}
        with self._request(Place("the list of functions"), ["functions", names], self.limits.call_seconds) as turn:
            reply = self._receive(turn)
            if reply.kind == "raised":
                return found
            (nodes,) = reply.fields("functions", tuple)
            if len(nodes) != len(names):
                raise ProtocolError("there is another number of functions than names")
            for turn.name, node in zip(names, nodes, strict=True):
                if node is not None:
                    found[turn.name] = self._function(node, reply.decoder)
            reply.decoder.end()
        return found

    def _function(self, node: Any, decoder: Decoder) -> Proxy:
        """Read one function: its reference, and its parameters or nil."""
        if not isinstance(node, tuple) or len(node) != 2:
            raise ProtocolError("a function has another form than agreed")
        proxy = decoder.value(node[0])
        if not isinstance(proxy, Proxy):
            raise ProtocolError("a function is no function")
        if node[1] is not None:
            proxy.has_parameters(node[1])
        return proxy

    def end_by(self, moment: float) -> None:
        """Let the session end at this moment of `time.monotonic` at the latest."""
        self._seconds_left = min(self._seconds_left, moment - time.monotonic())

    def list_names(self) -> list[str]:
        """List the public names the student's cells have made."""
        with self._request(Place("the list of names"), ["names"], self.limits.call_seconds) as turn:
            (names,) = self._receive(turn).fields("names", tuple)
            if any(type(name) is not str for name in names):
                raise ProtocolError("the list of names has another form than agreed")
        return [name for name in names if is_name(name)]

    def call(self, proxy: Proxy, args: tuple, named: dict, first: int | None = None) -> Any:
        """Call a student's function inside; of a tuple or list of results only the first come out."""
        encoder = self._encoder()
        request = ["call", self._node(proxy), encoder.value(args), encoder.value(named), first]
        place = Place(proxy.__name__, (*args, *named.values()))
        with self._request(place, request, self.limits.call_seconds, encoder=encoder) as turn:
            result = self._value(self._receive(turn), encoder)
        return given(result)

    def many(self, proxy: Proxy, calls: list[tuple], keep: bool, first: int | None = None) -> list:
        """Call a student's function many times, in as few requests as their size allows."""
        results: list = []
        place = Place(proxy.__name__, (), calls=len(calls))
        budget = self.limits.reply_bytes
        while len(results) < len(calls):
            budget = self._some(proxy, calls, (keep, first), results, place, budget)
        return results

    def attribute(self, owner: Instance, name: str) -> Any:
        """Read a public attribute of a student's object."""
        request = ["attribute", self._node(owner), name]
        with self._request(Place(name), request, self.limits.call_seconds, name) as turn:
            result = self._value(self._receive(turn))
        return given(result)

    def assign(self, owner: Instance, name: str, value: Any) -> None:
        """Set a public attribute of a student's object."""
        encoder = self._encoder()
        request = ["assign", self._node(owner), name, encoder.value(value)]
        with self._request(Place(name, (value,)), request, self.limits.call_seconds, encoder=encoder) as turn:
            result = self._value(self._receive(turn))
        given(result)

    def signature(self, proxy: Proxy) -> inspect.Signature:
        """Fetch the parameters of a student's function; any arguments at all when they make no signature."""
        with self._request(
            Place(proxy.__name__), ["signature", self._node(proxy)], self.limits.call_seconds
        ) as turn:
            reply = self._receive(turn)
            parameters = reply.fields("signature", tuple)[0] if reply.kind == "signature" else (None,)
        return signature_or_any(parameters)

    def release(self, number: int) -> None:
        """Let a value that stayed inside go, with the next request."""
        self._released.append(number)

    # ---- one request and its replies

    @contextlib.contextmanager
    def _request(
        self, place: Place, request: list, seconds: float, name: str = "", encoder: Encoder | None = None
    ) -> Iterator[Turn]:
        """Send a request and hold its turn. Whatever goes wrong in reading the replies ends the session.

        Raises Stopped when the session has ended or ends here.
        """
        if self.stopped is not None:
            raise self.stopped.again()
        released, self._released = self._released, []
        started = time.monotonic()
        if not self._depth:
            self._ends = started + self._seconds_left
        allowed = max(0.0, min(seconds, self._ends - started))
        turn = Turn(next(self._numbers), place, started + allowed, self.limits.reply_bytes, name)
        frame = (encoder or self._encoder()).frame([request[0], turn.number, released, *request[1:]])
        self._depth += 1
        try:
            self._channel.send(frame, turn.deadline)
            yield turn
        except Late:
            self._end("timeout", f"stopped after {allowed:g} s", place)
        except Gone:
            self._end(*self.process.end(), place)
        except Stopped as stop:
            if self.stopped is None:  # a helper of the check called a submission that has ended
                self._end("died", f"stopped: a helper of the check ended ({stop})", place)
            raise
        except Exception as e:
            reason = str(e) if isinstance(e, ProtocolError) else type(e).__name__
            self._end("refused", f"stopped: what came out of the sandbox was refused ({reason})", place)
        except BaseException:
            self.process.kill("died", "the session was interrupted")
            self.stopped = Stopped("died", "the session was interrupted")
            raise
        finally:
            self._depth -= 1
            self._seconds_left -= time.monotonic() - started if not self._depth else 0
            if not self._depth:
                self._helpers.clear()

    def _receive(self, turn: Turn, deadline: float | None = None) -> Reply:
        """Wait for the next reply of a turn; serve the helpers it calls meanwhile."""
        while True:
            until = min(turn.deadline, deadline or turn.deadline)
            room = max(0, min(self.bounds.blob, turn.bytes_left))
            structure, blob = self._channel.receive(self.bounds.structure, room, until)
            turn.bytes_left -= len(structure) + len(blob)
            decoder = Decoder(memoryview(blob), self.bounds, lambda *about: self._refer(turn.name, *about))
            message = unpack(structure, self.bounds)
            if message[0] != "help":
                if len(message) < 2 or type(message[1]) is not int or message[1] != turn.number:
                    raise ProtocolError("a reply answers another request")
                return Reply(message, decoder)
            started = time.monotonic()
            self._help(message, decoder, turn)
            turn.deadline = min(turn.deadline + time.monotonic() - started, self._ends)

    def _help(self, message: tuple, decoder: Decoder, turn: Turn) -> None:
        """Call a helper that was passed in as an argument, for the student's code, and send what it gives."""
        if len(message) != 4 or type(message[1]) is not int or message[1] not in self._helpers:
            raise ProtocolError("there is no such helper")
        args, named = decoder.value(message[2]), decoder.value(message[3])
        decoder.end()
        self._helped += 1
        if (
            not isinstance(args, tuple)
            or not isinstance(named, dict)
            or any(type(k) is not str for k in named)
        ):
            raise ProtocolError("a helper is called in another form than agreed")
        if self._helped > self.limits.helper_calls or self._depth > self.limits.helper_depth:
            raise ProtocolError("helpers of the check are called too often or too deeply")
        encoder = self._encoder()
        try:
            answer = encoder.frame(["helped", encoder.value(self._helpers[message[1]](*args, **named))])
        except Stopped:
            raise
        except Exception as e:
            answer = self._encoder().frame(["failed", type(e).__name__, str(e)[:1000]])
        self._channel.send(answer, turn.deadline + self.limits.call_seconds)

    def _some(
        self, proxy: Proxy, calls: list[tuple], how: tuple, results: list, place: Place, budget: int
    ) -> int:
        """Send as many calls of a batch as one frame holds, and gather their results as they come.

        Returns how many bytes the rest of the batch may still bring out.
        """
        encoder = self._encoder()
        nodes: list = []
        for args in itertools.islice(calls, len(results), len(results) + CHUNK_CALLS):
            nodes.append(encoder.value(tuple(args)))
            if encoder.size > CHUNK_BYTES:
                break
        expected = len(results) + len(nodes)
        request = ["many", self._node(proxy), nodes, *how]
        error = None
        with self._request(place, request, self.limits.cell_seconds, encoder=encoder) as turn:
            turn.bytes_left = budget
            while len(results) < expected and error is None:
                place.done, place.arguments = len(results), tuple(calls[len(results)])
                limit = time.monotonic() + self.limits.call_seconds + FLUSH_SECONDS
                error = self._part(self._receive(turn, limit), results, expected)
        if error is not None:
            raise error
        return turn.bytes_left

    def _part(self, reply: Reply, results: list, expected: int) -> Exception | None:
        """Take the results of one part of a batch; give the exception that ended it, if one did."""
        if reply.kind == "raised":
            return self._error(reply)
        last = reply.kind == "results"
        fields = reply.fields(reply.kind, tuple, object) if last else reply.fields("part", tuple)
        got = [reply.decoder.value(node) for node in fields[0]]
        reply.decoder.end()
        results += got
        if not got or len(results) > expected or last != (len(results) == expected):
            raise ProtocolError("a batch has another number of results than calls")
        if last:
            self._hear(fields[1])
        return None

    # ---- what comes out

    def _value(self, reply: Reply, sent: Encoder | None = None) -> Any:
        """Read a value, or the exception in its place, and write changed arguments back."""
        if reply.kind == "raised":
            return Raised(self._error(reply))
        value, changes, refilled, said = reply.fields("value", object, tuple, tuple, object)
        result = reply.decoder.value(value)
        changed = [self._change(change, reply.decoder, sent.arrays if sent else [], np.ndarray) for change in changes]
        filled = [self._change(change, reply.decoder, sent.containers if sent else [], object) for change in refilled]
        reply.decoder.end()
        for target, array in changed:
            if target.shape == array.shape and target.dtype == array.dtype and target.flags.writeable:
                target[...] = array
        for target, content in filled:
            refill(target, content)
        self._hear(said)
        return result

    def _change(
        self, change: Any, decoder: Decoder, targets: Sequence[Any], kind: type
    ) -> tuple[Any, Any]:
        if not isinstance(change, tuple) or len(change) != 2 or type(change[0]) is not int:
            raise ProtocolError("a changed argument has another form than agreed")
        value = decoder.value(change[1])
        if not 0 <= change[0] < len(targets) or not isinstance(value, kind):
            raise ProtocolError("a changed argument is none of the arguments")
        return targets[change[0]], value

    def _error(self, reply: Reply) -> Exception:
        """Make the exception that a reply describes."""
        kind, message, number, text, function, said = reply.fields("raised", str, str, int, str, str, object)
        reply.decoder.end()
        self._hear(said)
        error = exception(kind, message[:4_000])
        error.student_line = line_of(number, text)  # type: ignore[attr-defined]
        error.student_function = function if is_name(function) else ""  # type: ignore[attr-defined]
        return error

    def _hear(self, node: Any) -> None:
        """Keep what a call printed and warned of."""
        self.last_said = said_of(node)
        if any(self.last_said) and len(self._said) < SAID_KEPT:
            self._said.append(self.last_said)

    def _cell(self, reply: Reply) -> CellResult:
        """Read the reply to a cell."""
        if reply.kind == "raised":
            error = self._error(reply)
            return CellResult("error", error=Failure(type(error).__name__, str(error)))
        status, out, err, failed, display, pictures = reply.fields(
            "cell", str, tuple, tuple, object, tuple, tuple
        )
        stdout, stderr = reply.text(out), reply.text(err)
        figures = [reply.decoder.value(picture).tobytes() for picture in pictures]
        reply.decoder.end()
        limit = self.limits.output_bytes + 8
        if len(stdout.encode()) > 3 * limit or len(stderr.encode()) > 3 * limit:
            raise ProtocolError("a cell says more than it may")
        if (
            sum(map(len, figures)) > self.limits.figure_bytes
            or len(figures) > FIGURES
            or len(display) > DISPLAYS
        ):
            raise ProtocolError("a cell shows more than it may")
        if any(type(text) is not str for text in display) or any(not png.startswith(PNG) for png in figures):
            raise ProtocolError("a cell shows something else than text and pictures")
        failure = None if failed is None else failure_of(failed)
        return CellResult(*self._judged(status, failure, stdout, stderr), display, figures)

    def _judged(
        self, status: str, failure: Failure | None, stdout: str, stderr: str
    ) -> tuple[str, str, str, Failure | None]:
        """Settle the status word of a cell that came to its end."""
        if status == "output":
            sentence = f"stopped: it printed more than {self.limits.output_bytes:,} bytes"
            return "output", stdout, stderr, Failure("", sentence)
        if failure is None:
            return "ok", stdout, stderr, None
        return ("memory" if failure.type == "MemoryError" else "error"), stdout, stderr, failure

    def _refer(self, name: str, number: int, kind: int, type_name: str) -> Any:
        """Make what stands outside for a value that stayed inside."""
        shown_name = type_name if is_name(type_name) else "object"
        if number == 0:
            return NOT_KEPT
        if kind == CALLABLE:
            return Proxy(self, number, shown_name, name or shown_name)
        return Instance(self, number, shown_name) if kind == INSTANCE else Reference(self, number, shown_name)

    # ---- what goes in

    def _encoder(self) -> Encoder:
        return Encoder(self._stand_in)

    def _node(self, reference: Reference) -> list:
        if reference._session is not self:
            raise TypeError("a value that stays in one submission's sandbox cannot enter another")
        return [REFERENCE, reference._number]

    def _stand_in(self, value: Any) -> list:
        """Let references and the check's own functions in; refuse the rest with a sentence."""
        while isinstance(inner := getattr(value, "__dict__", {}).get("_proxy"), (Reference, First)):
            value = inner  # a student's function in a coat of the check's
        if isinstance(value, Reference) and value._session is self:
            return self._node(value)
        if isinstance(value, NotKept):
            raise TypeError("a value that was not kept cannot be passed back; call many(..., keep=True)")
        if not callable(value):
            raise TypeError(
                f"a {type(value).__name__} cannot enter the sandbox; numbers, text, numeric arrays, lists, "
                "tuples, dictionaries and functions can"
            )
        number = len(self._helpers) + 1
        self._helpers[number] = value
        return [HELPER, number]

    # ---- the end

    def _end(self, status: str, why: str, place: Place) -> NoReturn:
        """End the session, once; what the watch or the kernel saw first is the reason told."""
        self.process.kill(status, why)
        self.process.wait()
        status, why = self.process.end()
        self.stopped = Stopped(status, f"{why} {place}", place.name, place.arguments or ())
        raise self.stopped.again() from None


def given(result: Any) -> Any:
    """Return a value, or raise the exception that came in its place."""
    if isinstance(result, Raised):
        raise result.error
    return result


def refill(target: list | dict, content: Any) -> None:
    """Put into a list or a dictionary what it holds by now; where that could not come out, nothing."""
    target.clear()
    if isinstance(target, dict) and isinstance(content, dict):
        target.update(content)
    elif isinstance(target, list) and isinstance(content, list):
        target.extend(content)


def exception(kind: str, message: str) -> Exception:
    """Make a builtin exception by name, or a StudentError."""
    if (known := builtin_exceptions().get(kind)) is not None:
        return known(message)
    return StudentError(f"{kind}: {message}" if is_name(kind) else message)


def line_of(number: int, text: str) -> tuple[int, str] | None:
    return (number, text[:200]) if 0 < number < 2**31 else None


def said_of(node: Any) -> Said:
    """Read what a call said: nil, or stdout, warnings, stderr."""
    if node is None:
        return Said()
    if not isinstance(node, tuple) or len(node) != 3 or not isinstance(node[1], tuple):
        raise ProtocolError("what a call said has another form than agreed")
    texts = (node[0], *node[1], node[2])
    if (
        any(type(text) is not str for text in texts)
        or len(node[1]) > WARNINGS
        or sum(map(len, texts)) > 100_000
    ):
        raise ProtocolError("what a call said has another form than agreed")
    return Said(node[0], node[1], node[2])


def failure_of(node: Any) -> Failure:
    """Read how a cell failed: type, message, line number and text, traceback."""
    if not isinstance(node, tuple) or [type(part) for part in node] != [str, str, int, str, str]:
        raise ProtocolError("the failure of a cell has another form than agreed")
    kind, message, number, text, traceback = node
    name = kind if kind in builtin_exceptions() else "StudentError"
    return Failure(name, message[:4_000], line_of(number, text), traceback[:40_000])
