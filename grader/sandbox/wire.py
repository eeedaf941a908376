"""The format of what crosses the wall: frames of plain values and numeric arrays (docs/protocol.md).

A frame is two sizes, a msgpack structure and the raw bytes of its arrays, in order. The structure holds
nothing but nil, booleans, 64-bit integers, floats, text and tagged arrays; maps, binary and extension types
are refused by the unpacker itself. `Decoder` is the only code of the grader that looks at a student's bytes,
and it trusts none of them.
"""

import functools
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
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
HEXADECIMAL = re.compile(r"-?[0-9a-f]{1,256}")


class ProtocolError(Exception):
    """What came out of the sandbox is not what the protocol allows."""


@dataclass(frozen=True)
class Bounds:
    """How large one frame that comes out may be: bytes of structure and of arrays, depth, nodes, axes."""

    structure: int = 1 << 20
    blob: int = 32 << 20
    depth: int = 24
    nodes: int = 200_000
    dims: int = 8
    tuple_keys: int = 1_000


class Decoder:
    """Decode the values of one frame; anything unexpected is a ProtocolError, raised before memory is taken.

    `refer(number, kind, type_name)` makes what stands outside for a value that stayed inside.
    """

    def __init__(self, blob: memoryview, bounds: Bounds, refer: Callable[[int, int, str], Any]):
        self.blob, self.bounds, self.refer = blob, bounds, refer
        self.offset = self.nodes = 0

    def value(self, node: Any, depth: int = 0) -> Any:
        """Decode one value of the structure."""
        self.nodes += 1
        if depth > self.bounds.depth or self.nodes > self.bounds.nodes:
            raise ProtocolError("a value is too deep or has too many parts")
        if type(node) is not tuple:
            return self.plain(node)
        if not node or type(node[0]) is not int:
            raise ProtocolError("a value has no tag")
        tag = node[0]
        if tag == ARRAY:
            return self.array(node)
        rest = node[1:]
        if tag == TUPLE:
            return tuple([self.value(item, depth + 1) for item in rest])
        if tag == LIST:
            return [self.value(item, depth + 1) for item in rest]
        if tag == DICT:
            return self.dictionary(rest, depth)
        if tag == SCALAR:
            return self.scalar(rest)
        if tag == COMPLEX:
            return complex(*self.fields(rest, float, float))
        if tag == INTEGER:
            return self.integer(rest)
        if tag == REFERENCE:
            return self.reference(rest)
        raise ProtocolError(f"no value has the tag {tag}")

    def plain(self, node: Any) -> Any:
        """Check that a node stands for itself."""
        if node is None or type(node) in (bool, int, float, str):
            return node
        raise ProtocolError("a value is of no kind that crosses")

    def fields(self, node: Any, *types: type) -> Any:
        """Check that a node holds exactly these types, in order."""
        if type(node) is not tuple or [type(item) for item in node] != list(types):
            raise ProtocolError("a part of the reply has another form than agreed")
        return node

    def dictionary(self, rest: tuple, depth: int) -> dict:
        if len(rest) % 2:
            raise ProtocolError("a dictionary has a key without a value")
        result = {}
        for i in range(0, len(rest), 2):
            key = self.value(rest[i], depth + 1)
            if not self.is_key(key) or (isinstance(key, tuple) and len(rest) > 2 * self.bounds.tuple_keys):
                raise ProtocolError("a dictionary has a key that is not plain")
            result[key] = self.value(rest[i + 1], depth + 1)
        return result

    def is_key(self, key: Any) -> bool:
        """Allow keys whose hashes cannot be made to collide by the thousand."""
        if isinstance(key, tuple):
            return all(self.is_key(part) for part in key)
        if type(key) is int:
            return -(2**63) <= key < 2**64
        return key is None or type(key) in (bool, float, str)

    def integer(self, rest: tuple) -> int:
        (text,) = self.fields(rest, str)
        if not HEXADECIMAL.fullmatch(text):
            raise ProtocolError("a whole number is not hexadecimal")
        return int(text, 16)

    def reference(self, rest: tuple) -> Any:
        number, kind, type_name = self.fields(rest, int, int, str)
        if not 0 <= number < 2**53 or kind not in (OPAQUE, INSTANCE, CALLABLE):
            raise ProtocolError("a reference has no such number or kind")
        return self.refer(number, kind, type_name)

    def scalar(self, rest: tuple) -> Any:
        (code,) = self.fields(rest, int)
        return self.raw(code, ())[()]

    def array(self, node: tuple) -> np.ndarray:
        """Decode one array: tag, type code, layout, sizes; its bytes come next in the frame."""
        if not 3 <= len(node) <= 3 + self.bounds.dims:
            raise ProtocolError("an array has another form than agreed")
        self.nodes += len(node) - 1
        return self.raw(node[1], node[3:])

    def raw(self, code: Any, shape: tuple) -> np.ndarray:
        """Take the next bytes of the blob as an array; its size is checked before memory is taken."""
        if type(code) is not int or not 0 <= code < len(DTYPE_OF):
            raise ProtocolError("an array has a type that is not allowed")
        count = room = 1
        for size in shape:
            if type(size) is not int or not 0 <= size < 2**31:
                raise ProtocolError("an array has a size that is not allowed")
            count *= size
            room *= size or 1
        dtype = DTYPE_OF[code]
        end = self.offset + count * dtype.itemsize
        if end > len(self.blob) or room >= 2**40:
            raise ProtocolError("an array is larger than the bytes that came with it")
        if not count:
            return np.empty(shape, dtype)
        array = np.ndarray(shape, dtype, self.blob, self.offset).copy()
        if code == 0 and array.view(np.uint8).max() > 1:
            raise ProtocolError("an array of booleans holds something else")
        self.offset = end
        return array

    def end(self) -> None:
        """Check that every byte of the frame was used."""
        if self.offset != len(self.blob):
            raise ProtocolError("the reply holds bytes that belong to nothing")


def unpack(structure: bytes | bytearray, bounds: Bounds) -> tuple:
    """Unpack the structure of a frame: arrays, text and numbers, and nothing else."""
    try:
        message = msgpack.unpackb(
            structure,
            use_list=False,
            raw=False,
            max_str_len=bounds.structure,
            max_array_len=bounds.nodes,
            max_map_len=0,
            max_bin_len=0,
            max_ext_len=0,
        )
    except (ValueError, RecursionError, OverflowError, TypeError, msgpack.UnpackException) as e:
        raise ProtocolError(f"the reply is not the agreed msgpack ({type(e).__name__})") from None
    if not isinstance(message, tuple) or not message or not isinstance(message[0], str):
        raise ProtocolError("the reply has no kind")
    return message


class Encoder:
    """Encode values of the grader's for one frame; each distinct array travels once.

    `stand_in(value)` gives the node of a value that is not plain data: a reference that came out earlier, a
    helper that may be called from inside; it raises TypeError for anything else.
    """

    def __init__(self, stand_in: Callable[[Any], list]):
        self.stand_in = stand_in
        self.blobs: list[bytes] = []
        self.size = 0
        self.arrays: list[np.ndarray] = []
        self.containers: list[list | dict] = []
        self.known: dict[int, int] = {}

    def value(self, value: Any, depth: int = 0) -> Any:
        """Encode one value.

        Raises TypeError for a kind of value that cannot enter the sandbox, ValueError for nesting without
        end.
        """
        if type(value) is np.ndarray:
            return self.array(value)
        if depth > 60:
            raise ValueError("a value for the sandbox is nested more than 60 deep")
        if value is None or (isinstance(value, (bool, str, float)) and not isinstance(value, np.generic)):
            return value
        if isinstance(value, np.ndarray):
            return self.array(value)
        if isinstance(value, np.generic):
            return self.scalar(value)
        if isinstance(value, int):
            return value if -(2**63) <= value < 2**63 else [INTEGER, format(value, "x")]
        if isinstance(value, complex):
            return [COMPLEX, value.real, value.imag]
        if isinstance(value, (list, dict)):
            self.containers.append(value)
        if isinstance(value, (list, tuple)):
            return [LIST if isinstance(value, list) else TUPLE, *[self.value(v, depth + 1) for v in value]]
        if isinstance(value, dict):
            pairs = ((self.value(k, depth + 1), self.value(v, depth + 1)) for k, v in value.items())
            return [DICT, *[part for pair in pairs for part in pair]]
        return self.stand_in(value)

    def array(self, array: np.ndarray) -> list:
        if (index := self.known.get(id(array))) is not None:
            return [AGAIN, index]
        self.known[id(array)] = len(self.arrays)
        self.arrays.append(array)  # kept alive, or another could take its id
        code, array = self.coded(array)
        flags = array.flags
        layout = C_ORDER if flags.c_contiguous else F_ORDER if flags.f_contiguous else STRIDED
        self.blobs.append(array.tobytes())
        self.size += array.nbytes
        return [ARRAY, code, layout, *array.shape]

    def scalar(self, value: np.generic) -> list:
        code, array = self.coded(np.asarray(value))
        self.blobs.append(array.tobytes())
        self.size += array.nbytes
        return [SCALAR, code]

    def coded(self, array: np.ndarray) -> tuple[int, np.ndarray]:
        """Give the type code of an array, and the array in the byte order of the wire."""
        if (code := DTYPE_CODES.get(array.dtype)) is not None:
            return code, array
        little = array.dtype.newbyteorder("<")
        if little not in DTYPE_CODES:
            raise TypeError(f"an array of {array.dtype} cannot enter the sandbox; numbers and booleans can")
        return DTYPE_CODES[little], array.astype(little)

    def frame(self, message: list) -> bytes:
        structure = msgpack.packb(message, use_bin_type=True, unicode_errors="replace")
        blob = b"".join(self.blobs)
        return HEADER.pack(len(structure), len(blob)) + structure + blob


@functools.cache
def builtin_exceptions() -> dict[str, type[Exception]]:
    """The exceptions that may be raised outside by name: builtin, made from one message, steering no loop."""
    import builtins

    steering = (StopIteration, StopAsyncIteration, ExceptionGroup, UnicodeError)
    return {
        name: kind
        for name, kind in vars(builtins).items()
        if isinstance(kind, type) and issubclass(kind, Exception) and not issubclass(kind, steering)
    } | {f"Unicode{what}Error": UnicodeError for what in ("", "Decode", "Encode", "Translate")}
