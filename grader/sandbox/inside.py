"""The only program of ours inside the sandbox: a warm Python that forks one process per submission.

It is mounted as a single file and imports nothing of the grader. Three processes play a part:

    zygote   imported numpy, h5py and pyplot once; runs no line a student wrote
    keeper   one per submission; made the new namespaces, waits for the student's process, reports how it
    ended student  process 1 of its own pid namespace; behind mounts, limits and a system call filter before
    its first cell

What the student's process says afterwards is untrusted: this file is on its side of the wall, and everything
it promises about form is checked again outside (see docs/protocol.md).
"""

import ast
import builtins
import collections
import contextlib
import ctypes
import functools
import gc
import inspect
import io
import linecache
import os
import random
import re
import resource
import signal
import socket
import struct
import sys
import threading
import time
import traceback
import types
import warnings
from typing import Any

import msgpack
import numpy as np

LIST, TUPLE, DICT, ARRAY, SCALAR, COMPLEX, INTEGER, REFERENCE, HELPER, AGAIN = range(10)
OPAQUE, INSTANCE, CALLABLE = range(3)
DTYPES = ("b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16")
DTYPE_OF = tuple(np.dtype(name) for name in DTYPES)
DTYPE_CODES = {dtype: code for code, dtype in enumerate(DTYPE_OF)}
C_ORDER, F_ORDER, STRIDED = range(3)
HEADER = struct.Struct("<II")
# A class of the student's own, a namedtuple for a cache say, has to come back as what it was: it stays inside.
PLAIN_DICTIONARIES = (dict, collections.OrderedDict, collections.defaultdict)

TEXT_IN_REPLY = 4_000  # characters of a message or a repr
TRACEBACK_IN_REPLY = 20_000
SAID_IN_CALL = 20_000  # characters printed inside one call that are worth carrying out
WARNINGS_KEPT = DISPLAYS_KEPT = 20
AHEAD = 1 << 16
DRAW = "a figure"  # what is warmed up by drawing one
FLUSH_SECONDS, FLUSH_BYTES = 0.25, 4 << 20


# ---- values ----------------------------------------------------------------------------------------------


class TooMuch(Exception):
    """A value is too deep, too large or of no kind that travels; it stays inside as a reference."""


class Writer:
    """Turns Python values into the structure and the raw array bytes of one frame."""

    def __init__(self, table, bounds, keep=True):
        self.table, self.bounds, self.keep = table, bounds, keep
        self.depth_allowed, self.nodes_allowed = bounds["depth"], bounds["nodes"] // 2
        self.nodes = self.text = self.bytes = 0
        self.blobs = []

    def value(self, value, first=None):
        """Write a result; a part of it that cannot travel, or is not among the first, becomes a reference."""
        if first is not None and type(value) in (tuple, list) and len(value) <= 64:
            out, rest = value[:first], value[len(value[:first]) :]
            tag = LIST if isinstance(value, list) else TUPLE
            return [tag, *[self._whole(item) for item in out], *[self.reference(item) for item in rest]]
        if isinstance(value, tuple) and len(value) <= 64:
            return [TUPLE, *[self._whole(item) for item in value]]
        return self._whole(value)

    def _whole(self, value):
        mark = self.nodes, self.text, self.bytes, len(self.blobs)
        try:
            return self._node(value, 0)
        except (TooMuch, RecursionError, MemoryError):
            self.nodes, self.text, self.bytes, blobs = mark
            del self.blobs[blobs:]
            return self.reference(value)

    def _node(self, value, depth):
        self.nodes += 1
        if depth > self.depth_allowed or self.nodes > self.nodes_allowed:
            raise TooMuch
        if type(value) is np.ndarray:
            return self._array(value)
        if type(value) is float or value is None or value is True or value is False:
            return value
        if isinstance(value, str):
            return self._string(str.__str__(value))
        if isinstance(value, (np.ndarray, np.generic)):
            return self._array(value)
        if isinstance(value, int):
            return self._integer(int(value))
        if isinstance(value, float):
            return float(value)
        if isinstance(value, complex):
            return [COMPLEX, value.real, value.imag]
        if type(value) in (list, tuple):
            tag = LIST if isinstance(value, list) else TUPLE
            return [tag, *[self._node(item, depth + 1) for item in value]]
        if type(value) in PLAIN_DICTIONARIES:
            return self._dict(value, depth)
        return self.reference(value)

    def _integer(self, value):
        if -(2**63) <= value < 2**63:
            return value
        if value.bit_length() > 1000:
            raise TooMuch
        return [INTEGER, format(value, "x")]

    def _string(self, value):
        data = value.encode("utf-8", "surrogatepass")
        self.text += len(data)
        if self.text > self.bounds["structure"] // 2:
            raise TooMuch
        return data.decode("utf-8", "replace")

    def _dict(self, value, depth):
        node = [DICT]
        for key, item in value.items():
            key = key.item() if isinstance(key, np.generic) else key
            if not isinstance(key, (str, int, float, tuple, type(None))):
                raise TooMuch
            node += [self._node(key, depth + 1), self._node(item, depth + 1)]
        return node

    def _array(self, value):
        array = np.asarray(value)
        code = DTYPE_CODES.get(array.dtype)
        if code is None and array.dtype.kind in "biufc":
            array = array.astype(array.dtype.newbyteorder("<"))
            code = DTYPE_CODES.get(array.dtype)
        if code is None or array.ndim > self.bounds["dims"]:
            return self.reference(value)
        self.bytes += array.nbytes
        if self.bytes > self.bounds["blob"]:
            raise TooMuch
        self.blobs.append(array.tobytes())
        if isinstance(value, np.generic):
            return [SCALAR, code]
        self.nodes += array.ndim
        return [ARRAY, code, C_ORDER, *array.shape]

    def reference(self, value):
        kind = kind_of(value)
        number = self.table.add(value) if self.keep else 0
        return [REFERENCE, number, kind, type(value).__name__[:80]]

    def frame(self, message):
        structure = msgpack.packb(message, use_bin_type=True, unicode_errors="replace")
        blob = b"".join(self.blobs)
        return HEADER.pack(len(structure), len(blob)) + structure + blob


def kind_of(value):
    """Say whether a value that stays inside can be called, has attributes worth reading, or is opaque."""
    if callable(value):
        return CALLABLE
    home = getattr(type(value), "__module__", "")
    made_here = isinstance(home, str) and (home == "__main__" or home.partition(".")[0] == "unrolled")
    return INSTANCE if made_here else OPAQUE


class Table:
    """The values that stayed inside, by number."""

    def __init__(self):
        self.values, self.last = {}, 0

    def add(self, value):
        self.last += 1
        self.values[self.last] = value
        return self.last

    def release(self, numbers):
        for number in numbers:
            self.values.pop(number, None)


class Reader:
    """Turns a frame from the grader into Python values; every array is a fresh, writable copy."""

    def __init__(self, blob, table, helper):
        self.blob, self.table, self.helper = blob, table, helper
        self.offset = 0
        self.known = []  # what each array of this frame was, for AGAIN
        self.arrays = []  # what was made of them: array, type, and where its bytes are in the blob
        self.containers = []  # lists and dictionaries, and what they held

    def value(self, node):
        if type(node) is not list:
            return node
        tag = node[0]
        if tag == ARRAY:
            self.known.append((DTYPE_OF[node[1]], node[2], tuple(node[3:]), self.offset))
            array = self._array(len(self.known) - 1)
            self.offset += array.nbytes
            return array
        if tag == LIST:
            return self._container([], node)
        if tag == TUPLE:
            return tuple([self.value(item) for item in node[1:]])
        if tag == DICT:
            return self._container({}, node)
        if tag == AGAIN:
            return self._array(node[1])
        if tag == SCALAR:
            dtype = DTYPE_OF[node[1]]
            scalar = np.frombuffer(self.blob, dtype, 1, self.offset)[0]
            self.offset += dtype.itemsize
            return scalar
        if tag == COMPLEX:
            return complex(node[1], node[2])
        if tag == INTEGER:
            return int(node[1], 16)
        if tag == REFERENCE:
            return self.table.values[node[1]]
        return functools.partial(self.helper, node[1])

    def _container(self, container, node):
        """Fill a list or a dictionary; it takes its number before those that are in it, as the grader counts."""
        place = len(self.containers)
        self.containers.append(None)
        if node[0] == DICT:
            container.update((self.value(node[i]), self.value(node[i + 1])) for i in range(1, len(node), 2))
        else:
            container.extend(self.value(item) for item in node[1:])
        self.containers[place] = container, parts_of(container)
        return container

    def _array(self, index):
        dtype, layout, shape, offset = self.known[index]
        if 0 in shape:
            array = np.empty(shape, dtype)
        elif layout == STRIDED and shape:
            array = np.zeros((*shape[:-1], 2 * shape[-1]), dtype)[..., ::2]
            array[...] = np.ndarray(shape, dtype, self.blob, offset)
        else:
            array = np.ndarray(shape, dtype, self.blob, offset).copy("F" if layout == F_ORDER else "C")
        self.arrays.append((array, dtype, offset, array.nbytes))
        return array

    def changed(self):
        """List the arrays that no longer hold what came in, as [index, array]."""
        return [
            [i, array]
            for i, (array, dtype, offset, size) in enumerate(self.arrays)
            if array.nbytes == size
            and array.dtype == dtype
            and array.tobytes() != self.blob[offset : offset + size]
        ]

    def refilled(self):
        """List the lists and dictionaries that hold other things than they came with, as [index, container]."""
        return [
            [i, container]
            for i, (container, parts) in enumerate(self.containers)
            if len(now := parts_of(container)) != len(parts)
            or any(new is not old for new, old in zip(now, parts, strict=True))
        ]


def parts_of(container):
    """The things a list holds, or a dictionary's keys and values; kept, so that none else can take their place."""
    return [*container, *container.values()] if isinstance(container, dict) else list(container)


# ---- what the student's code says --------------------------------------------------------------------------


class PrintedTooMuch(BaseException):
    """More was printed in one cell than the limit allows."""


class Said:
    """A bounded record of one request's prints and warnings."""

    def __init__(self, limit, strict):
        self.limit, self.strict = limit, strict
        self.parts: dict[str, list[str]] = {"stdout": [], "stderr": []}
        self.used, self.overflowed = 0, False
        self.warnings = []

    def write(self, stream, text):
        room = self.limit - self.used
        self.used += len(text.encode("utf-8", "replace"))
        if room > 0:
            self.parts[stream].append(text[:room])
        if self.used > self.limit:
            self.overflowed = True
            if self.strict:
                raise PrintedTooMuch

    def text(self, stream):
        return "".join(self.parts[stream])

    def node(self):
        """Give the record of a call: stdout, warnings, stderr; None when nothing was said."""
        if not (self.used or self.warnings):
            return None
        return [plain(self.text("stdout")), [plain(w) for w in self.warnings], plain(self.text("stderr"))]


class Stream(io.TextIOBase):
    """Stands where sys.stdout or sys.stderr was; what is written between requests is dropped."""

    encoding, errors = "utf-8", "replace"

    def __init__(self, student, name):
        self.student, self.stream_name = student, name

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if (said := self.student.said) is not None:
            said.write(self.stream_name, text)
        return len(text)

    def writable(self):
        return True


def plain(text, limit=TEXT_IN_REPLY):
    """Make any text safe to pack: bounded, without lone surrogates."""
    return str.__str__(text)[:limit].encode("utf-8", "replace").decode()


# ---- the student's process ---------------------------------------------------------------------------------


class NoShell:
    """What get_ipython() gives: magics do nothing, there is no shell behind it."""

    def run_line_magic(self, *_, **__):
        return None

    run_cell_magic = magic = system = getoutput = run_line_magic


class Student:
    """Answers the grader's requests, one after another, on one socket."""

    def __init__(self, wire, config):
        self.wire, self.bounds = wire, config["bounds"]
        self.ahead = b""  # received with what was asked for
        self.output_limit, self.figure_limit = config["output"], config["figures"]
        self.table = Table()
        self.said: Any = None  # the record of the request under way
        self.cells: dict[str, list[str]] = {}
        self.display: list[str] = []
        self.main = threading.get_ident()
        self.module = types.ModuleType("__main__")
        self.names = self.module.__dict__
        self.names.update(__builtins__=builtins, get_ipython=NoShell, display=self.show)
        self.given = set(self.names)

    def serve(self):
        sys.modules["__main__"] = self.module
        sys.stdout, sys.stderr = Stream(self, "stdout"), Stream(self, "stderr")
        warnings.showwarning = self.warn
        while True:
            message, blob = self.receive()
            self.answer(message, blob)

    def receive(self):
        sizes = HEADER.unpack(self.read(HEADER.size))
        return msgpack.unpackb(self.read(sizes[0]), use_list=True, strict_map_key=False), self.read(sizes[1])

    def read(self, size):
        """Read so many bytes; what comes with them is kept for the next read."""
        parts, missing = [self.ahead], size - len(self.ahead)
        while missing > 0:
            parts.append(self.wire.recv(max(AHEAD, min(missing, 1 << 20))))
            missing -= len(parts[-1])
            if not parts[-1]:
                os._exit(0)
        data = b"".join(parts)
        self.ahead = data[size:]
        return data[:size]

    def send(self, writer, message):
        self.wire.sendall(writer.frame(message))

    def answer(self, message, blob):
        kind, number, released, *rest = message
        self.table.release(released)
        outer, self.said = self.said, Said(SAID_IN_CALL, strict=False)
        self.names.pop("__warningregistry__", None)
        try:
            writer, reply = getattr(self, "do_" + kind)(number, Reader(blob, self.table, self.help), *rest)
        except BaseException as e:
            writer, reply = (
                Writer(self.table, self.bounds),
                ["raised", number, *self.failure(e), self.function_of(e), self.said.node()],
            )
        finally:
            self.said = outer
        self.send(writer, reply)

    # requests

    def do_cell(self, number, _, source, name):
        self.said = Said(self.output_limit, strict=True)
        self.display = []
        status, failure = "ok", None
        try:
            self.execute(source, name)
        except PrintedTooMuch:
            pass
        except BaseException as e:
            status, failure = "error", [*self.failure(e), self.traceback(e)]
        figures = self.figures()
        said = self.said
        if said.overflowed:
            status, failure = "output", None
        writer = Writer(self.table, {**self.bounds, "blob": self.bounds["blob"] - (1 << 20)})
        texts = [
            writer._array(np.frombuffer(said.text(s).encode("utf-8", "replace"), np.uint8))
            for s in said.parts
        ]
        pictures = [writer._array(np.frombuffer(png, np.uint8)) for png in figures]
        return writer, ["cell", number, status, *texts, failure, self.display, pictures]

    def do_names(self, number, _):
        names = [
            n for n in self.names if isinstance(n, str) and not n.startswith("_") and n not in self.given
        ]
        return Writer(self.table, self.bounds), ["names", number, names[:5_000]]

    def do_get(self, number, _, name):
        writer = Writer(self.table, self.bounds)
        if name not in self.names or (name in self.given and name.startswith("_")):
            return writer, ["missing", number]
        return writer, ["value", number, writer.value(self.names[name]), [], [], None]

    def do_attribute(self, number, reader, target, name):
        writer = Writer(self.table, self.bounds)
        return writer, [
            "value",
            number,
            writer.value(getattr(reader.value(target), name)),
            [],
            [],
            self.said.node(),
        ]

    def do_assign(self, number, reader, target, name, value):
        setattr(reader.value(target), name, reader.value(value))
        return Writer(self.table, self.bounds), ["value", number, None, [], [], self.said.node()]

    def do_functions(self, number, _, wanted):
        """List those of the names that are plain functions; no line of a student's runs for it."""
        writer = Writer(self.table, self.bounds)
        found: list = [None] * len(wanted)
        for i, function in enumerate(map(self.names.get, wanted)):
            if type(function) is types.FunctionType:
                told = None if function.__dict__ else parameters_of(function)
                found[i] = [writer.reference(function), told]
        return writer, ["functions", number, found]

    def do_signature(self, number, reader, target):
        return Writer(self.table, self.bounds), ["signature", number, parameters_of(reader.value(target))]

    def do_call(self, number, reader, target, args, named, first):
        function = reader.value(target)
        args, named = reader.value(args), reader.value(named)
        result = function(*args, **named)
        writer = Writer(self.table, self.bounds)
        value = writer.value(result, first)
        changes = [[i, writer._array(array)] for i, array in reader.changed()]
        refilled = [[i, writer.value(container)] for i, container in reader.refilled()]
        return writer, ["value", number, value, changes, refilled, self.said.node()]

    def do_many(self, number, reader, target, calls, keep, first):
        """Call one function many times; results leave in parts, so that neither side waits or hoards."""
        function = reader.value(target)
        writer, part, last = Writer(self.table, self.bounds, keep), [], time.monotonic()
        for done, args in enumerate(calls, 1):
            args = reader.value(args)
            reader.arrays.clear()
            reader.containers.clear()
            part.append(writer.value(function(*args), first))
            full = writer.bytes > FLUSH_BYTES or writer.nodes > self.bounds["nodes"] // 4
            if done < len(calls) and (full or time.monotonic() - last > FLUSH_SECONDS):
                self.send(writer, ["part", number, part])
                writer, part, last = Writer(self.table, self.bounds, keep), [], time.monotonic()
        return writer, ["results", number, part, self.said.node()]

    def help(self, helper, *args, **named):
        """Call a helper of the instructor's: out through the wire, and wait for what it gives."""
        if threading.get_ident() != self.main:
            raise RuntimeError("a helper of the check can only be called from the main thread")
        writer = Writer(self.table, self.bounds)
        self.send(writer, ["help", helper, writer.value(args), writer.value(named)])
        while True:
            message, blob = self.receive()
            if message[0] == "helped":
                return Reader(blob, self.table, self.help).value(message[1])
            if message[0] == "failed":
                raise getattr(builtins, message[1], RuntimeError)(message[2])
            self.answer(message, blob)

    # cells

    def execute(self, source, name):
        filename = f"<{name}>" if f"<{name}>" not in self.cells else f"<{name} {len(self.cells)}>"
        tree = None
        try:
            self.keep_lines(filename, source)
            tree = ast.parse(source, filename)
        except (SyntaxError, ValueError):
            source, left_out = python_of(source)
            for line in left_out:
                sys.stderr.write(f"left out, this is not Python: {line}\n")
            self.keep_lines(filename, source)
        tree = tree or ast.parse(source, filename)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, filename, "exec", dont_inherit=True), self.names)
        if isinstance(last, ast.Expr) and not source.rstrip().endswith(";"):
            value = eval(compile(ast.Expression(last.value), filename, "eval", dont_inherit=True), self.names)
            if value is not None:
                self.names["_"] = value
                self.show(value)
        elif last is not None:
            exec(compile(ast.Module([last], []), filename, "exec", dont_inherit=True), self.names)

    def keep_lines(self, filename, source):
        self.cells[filename] = lines = source.splitlines(keepends=True)
        linecache.cache[filename] = (len(source), None, lines, filename)

    def show(self, *values, **_):
        for value in values:
            if len(self.display) < DISPLAYS_KEPT:
                self.display.append(plain(repr(value)))

    def figures(self):
        """Draw what pyplot still has open, and close it."""
        pyplot: Any = sys.modules.get("matplotlib.pyplot")
        images: list[bytes] = []
        room = self.figure_limit
        if pyplot is None:
            return images
        try:
            for number in pyplot.get_fignums()[:20]:
                file = io.BytesIO()
                pyplot.figure(number).savefig(file, format="png")
                room -= len(file.getvalue())
                if room < 0:
                    break
                images.append(file.getvalue())
            pyplot.close("all")
        except Exception as e:
            with contextlib.suppress(PrintedTooMuch):
                sys.stderr.write(f"the figure could not be drawn: {type(e).__name__}: {e}\n")
        return images

    # faults and warnings

    def failure(self, e):
        """Describe an exception: type to raise outside (or ""), message, line number, text of the line."""
        try:
            kind, message = told(e)
        except BaseException:
            kind, message = "", "an exception that cannot be described"
        return [kind, plain(message), *self.line_of(e)]

    def line_of(self, e):
        number, text = 0, ""
        if isinstance(e, SyntaxError) and e.filename in self.cells:
            return [e.lineno or 0, plain(self.line(e.filename, e.lineno or 0), 200)]
        tb = e.__traceback__
        while tb is not None:
            filename = tb.tb_frame.f_code.co_filename
            if filename in self.cells:
                number, text = tb.tb_lineno, self.line(filename, tb.tb_lineno)
            tb = tb.tb_next
        return [number, plain(text, 200)]

    def function_of(self, e):
        """Name the student's function in which an exception was raised, or "" where there is none."""
        name, tb = "", e.__traceback__
        while tb is not None:
            code = tb.tb_frame.f_code
            if code.co_filename in self.cells and not code.co_name.startswith("<"):
                name = code.co_name
            tb = tb.tb_next
        return plain(name, 80)

    def line(self, filename, number):
        lines = self.cells[filename]
        return lines[number - 1].strip() if 0 < number <= len(lines) else ""

    def traceback(self, e):
        try:
            tb = e.__traceback__
            while tb is not None and tb.tb_frame.f_code.co_filename not in self.cells:
                tb = tb.tb_next
            text = "".join(traceback.format_exception(type(e), e, tb, limit=30))
            return plain(text, TRACEBACK_IN_REPLY)
        except BaseException:
            return ""

    def warn(self, message, category, filename, lineno, file=None, line=None):
        where = f" (line {lineno})" if filename in self.cells else ""
        text = plain(f"{category.__name__}: {message}{where}", 500)
        if self.said is None:
            return
        if self.said.strict:
            self.said.write("stderr", text + "\n")
        elif len(self.said.warnings) < WARNINGS_KEPT and text not in self.said.warnings:
            self.said.warnings.append(text)


def told(e):
    """Name the nearest builtin type of an exception, and its message."""
    if isinstance(e, SystemExit):
        return "", "the code asked Python to exit"
    if not isinstance(e, Exception):
        return "", f"{type(e).__name__}: {e}"
    plain_message = len(e.args) == 1 and isinstance(e.args[0], str)
    message = e.args[0] if plain_message and isinstance(e, KeyError) else str(e)
    for base in type(e).__mro__:
        if base.__module__ == "builtins" and base is not Exception:
            return base.__name__, message
        if base is Exception:
            break
    return ("Exception", message) if type(e) is Exception else ("", f"{type(e).__name__}: {message}")


def parameters_of(function):
    """Describe the parameters of a function: name, kind, has a default, default."""
    return [
        [p.name, int(p.kind), p.default is not p.empty, small(p.default)]
        for p in inspect.signature(function).parameters.values()
    ][:64]


def small(value):
    """Let the default of a parameter travel when it is a small plain value."""
    if isinstance(value, (bool, float, type(None))):
        return value
    if isinstance(value, int) and abs(value) < 2**53:
        return int(value)
    return plain(value, 80) if isinstance(value, str) else None


def python_of(source):
    """Leave a notebook's magics and shell lines out of a cell that does not compile; give both."""
    kept, left_out = [], []
    for line in source.splitlines(keepends=True):
        if re.match(r"\s*(%|!|\?)|.*\?\s*$", line):
            left_out.append(line.strip()[:200])
            indent = line[: len(line) - len(line.lstrip())]
            kept.append(indent + "pass\n")
        else:
            kept.append(line)
    return "".join(kept), left_out


# ---- walls -------------------------------------------------------------------------------------------------

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x20000, 0x4000000, 0x8000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWCGROUP = 0x10000000, 0x20000000, 0x40000000, 0x2000000
NAMESPACES = (
    CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP
)
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND, MS_REC, MS_PRIVATE = 1, 2, 4, 8, 4096, 16384, 1 << 18
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_KEEPCAPS, PR_SET_SECCOMP, PR_CAPBSET_DROP = 1, 4, 8, 22, 24
PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 38, 47
CAP_SYS_ADMIN = 21

libc = ctypes.CDLL(None, use_errno=True)


def must(result, what):
    """Raise what a libc call failed with; a wall that cannot be built ends the process."""
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def prctl(option, *values):
    padded = [ctypes.c_ulong(v) for v in (*values, 0, 0, 0, 0)[:4]]
    must(libc.prctl(option, *padded), f"prctl {option}")


def set_capabilities(effective):
    header = struct.pack("<Ii", 0x20080522, 0)
    bits = struct.pack("<III", effective & 0xFFFFFFFF, effective & 0xFFFFFFFF, 0)
    rest = struct.pack("<III", effective >> 32, effective >> 32, 0)
    must(libc.capset(header, bits + rest), "capset")


def mount(source, target, kind, flags, options=""):
    must(
        libc.mount(source.encode(), target.encode(), kind.encode(), flags, options.encode()),
        f"mount {target}",
    )


def write_file(path, text):
    with open(path, "w") as file:
        file.write(text)


def become(uid):
    """Turn root into one plain user who keeps, for a moment, the right to make namespaces."""
    os.setgroups([])
    prctl(PR_SET_KEEPCAPS, 1)
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    set_capabilities(1 << CAP_SYS_ADMIN)


def enter_namespaces():
    """Leave the zygote's namespaces; the next fork is process 1 of a new world."""
    uid, gid = os.geteuid(), os.getegid()
    must(libc.unshare(NAMESPACES), "unshare")
    prctl(PR_SET_DUMPABLE, 1)  # a process that may not be dumped may not write its own maps
    write_file("/proc/self/setgroups", "deny")
    write_file("/proc/self/uid_map", f"{uid} {uid} 1")
    write_file("/proc/self/gid_map", f"{gid} {gid} 1")
    prctl(PR_SET_DUMPABLE, 0)


def furnish(config):
    """Give the student's process its own empty, bounded folders, and no /proc."""
    mount("none", "/", "none", MS_REC | MS_PRIVATE)
    calm = MS_NOSUID | MS_NODEV
    mount(
        "tmpfs", "/session", "tmpfs", calm, f"size={config['space']},nr_inodes={config['inodes']},mode=0755"
    )
    for folder in ("/work", "/tmp", "/dev/shm"):
        replace_folder(folder)
    mount("tmpfs", "/warm", "tmpfs", calm | MS_NOEXEC | MS_RDONLY, "size=4k,nr_inodes=2,mode=0555")
    mount("tmpfs", "/proc", "tmpfs", calm | MS_NOEXEC | MS_RDONLY, "size=4k,nr_inodes=2,mode=0555")
    os.chdir("/work")
    for name in config["links"]:
        os.makedirs(os.path.dirname(f"/work/{name}"), exist_ok=True)
        os.symlink(f"/files/{name}", f"/work/{name}")


def replace_folder(folder):
    """Put an empty folder of this session there, through which whatever was shown below it stays visible."""
    fresh = "/session" + folder
    os.makedirs(fresh, 0o777)
    for name in os.listdir(folder):  # an interpreter may live below /tmp
        if os.path.isdir(f"{folder}/{name}"):
            os.mkdir(f"{fresh}/{name}")
        else:
            write_file(f"{fresh}/{name}", "")
        mount(f"{folder}/{name}", f"{fresh}/{name}", "none", MS_BIND | MS_REC)
    mount(fresh, folder, "none", MS_BIND | MS_REC)


def renounce(config):
    """Drop every right for good: capabilities, resources, system calls."""
    for capability in range(64):
        libc.prctl(PR_CAPBSET_DROP, ctypes.c_ulong(capability), 0, 0, 0)
    libc.prctl(PR_CAP_AMBIENT, ctypes.c_ulong(4), 0, 0, 0)
    set_capabilities(0)
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    die_with(0)  # the keeper has no number in this pid namespace
    for name, value in config["rlimits"].items():
        resource.setrlimit(getattr(resource, "RLIMIT_" + name), (value, value))
    filter_calls(config["seccomp"])


def filter_calls(program):
    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]

    prog = Program(len(program) // 8, program)
    must(libc.prctl(PR_SET_SECCOMP, ctypes.c_ulong(2), ctypes.byref(prog), 0, 0), "seccomp")


def only(wire):
    """Keep the three standard descriptors, on /dev/null, and the wire; close all others."""
    null = os.open("/dev/null", os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    fd = os.dup2(wire, 3) if wire != 3 else 3
    os.set_inheritable(fd, False)
    os.closerange(4, 1 << 16)
    return socket.socket(fileno=fd)


def student(wire_fd, config):
    wire = only(wire_fd)
    try:
        os.setsid()  # a signal to a process group crosses pid namespaces
        furnish(config)
        renounce(config)
    except OSError as e:
        wire.sendall(f"walls: {e}".encode())
        os._exit(1)
    wire.sendall(b"ready")
    try:
        random.seed(0)  # the module takes a new seed in every fork
        Student(wire, config).serve()
    finally:
        os._exit(1)


def die_with(parent):
    """Let the kernel end this process when its parent ends; asked anew after every change of rights."""
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def keeper(wire, report, parent, config):
    """Make the namespaces, start the student's process, wait, and report how it ended."""
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        if os.geteuid() == 0:
            become(config["uid"])
        enter_namespaces()
        die_with(parent)
        pid = os.fork()
    except OSError as e:
        os.write(wire, f"namespaces: {e}".encode())
        os._exit(1)
    if pid == 0:
        os.close(report)
        student(wire, config)
    os.close(wire)
    _, status, used = os.wait4(pid, 0)
    own = resource.getrusage(resource.RUSAGE_SELF)
    seconds = sum(u.ru_utime + u.ru_stime for u in (used, own))
    os.write(report, struct.pack("<idd", status, seconds, float(used.ru_maxrss)))
    os._exit(0)


def warm_up(config, names):
    """Import what submissions import, and draw one figure where asked, so that no student pays for it."""
    for name in names:
        with contextlib.suppress(Exception):
            draw() if name == DRAW else __import__(name)
    pyplot: Any = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        vars(pyplot)["show"] = lambda *_, **__: None
    np.random.seed(0)
    gc.collect()
    gc.freeze()
    with open("/proc/self/statm") as file:
        size, resident = map(int, file.read().split()[:2])
    config["rlimits"]["AS"] = config["memory"] + (size - resident) * resource.getpagesize()


def draw():
    """Draw a figure: the first one loads fonts and tables."""
    import matplotlib.pyplot as pyplot

    axes = pyplot.figure().gca()
    axes.plot([0, 1], [0, 1], label="$x$")
    axes.legend()
    pyplot.savefig(io.BytesIO(), format="png")
    pyplot.close("all")


def zygote(control):
    config = msgpack.unpackb(control.recv(1 << 20))
    sys.path[:] = ["/packages", *(p for p in sys.path if p.startswith("/") and os.path.isdir(p))]
    exec(config["prelude"], {"__name__": "prelude"})
    warm_up(config, config["preload"])
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    prctl(PR_SET_DUMPABLE, 0)
    this = os.getpid()
    control.send(b"ready")
    while True:
        order, fds, _, _ = socket.recv_fds(control, 4096, 2)
        if not order:
            os._exit(0)
        if len(fds) == 2 and os.fork() == 0:
            control.close()
            keeper(fds[0], fds[1], this, config)
        if not fds:
            warm_up(config, msgpack.unpackb(order))
            control.send(b"ready")
        for fd in fds:
            os.close(fd)


if __name__ == "__main__":
    zygote(socket.socket(fileno=int(sys.argv[1])))
