"""Text to read letter by letter: the source of Python's own standard library, or a file of your own.

    from unrolled import texts
    text = texts.standard_library()         # on every machine that runs Python
    text.train, text.held_out               # letters as numbers, split by files
    texts.labels(source)["inside quotes"]   # what Python's own tokenizer says about every letter
"""

from __future__ import annotations

import io
import os
import sysconfig
import tokenize
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PRINTABLE = "\n" + "".join(map(chr, range(32, 127)))
UNKNOWN = "\ufffd"
LEFT_OUT = frozenset({       # tests, tables, what others installed, and what not every Python brings along
    "test", "tests", "idle_test", "site-packages", "dist-packages", "encodings", "pydoc_data", "lib2to3", "idlelib",
    "turtledemo", "ensurepip", "distutils", "lib-dynload", "__pycache__", "__phello__",
})
ONE_IN = 10         # so many files make one that is held out
MARKS = tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER       # they stand between lines
# an f-string is one string before Python 3.12
FSTRING_START, FSTRING_END = (getattr(tokenize, f"FSTRING_{end}", -1) for end in ("START", "END"))


class TextError(ValueError):
    """A text that cannot be had or read; the message says what to do about it."""


@dataclass(frozen=True)
class Text:
    """Letters as numbers: the number of a letter is its place in `letters`; the last one stands for all others.

    train (T,) and held_out (T,): files one after the other; files: those that are held out, by name, as text
    """

    letters: str
    train: NDArray[np.int64]
    held_out: NDArray[np.int64]
    files: Mapping[str, str]

    def encode(self, text: str) -> NDArray[np.int64]:
        """The numbers of the letters of a text (T,)."""
        return encode(text, self.letters)

    def decode(self, numbers: Sequence[int] | NDArray[np.integer]) -> str:
        """The text of numbers (T,)."""
        return "".join(self.letters[int(number)] for number in numbers)


def encode(text: str, letters: str) -> NDArray[np.int64]:
    """The numbers of the letters of a text (T,); a letter that is not among `letters` becomes the last one."""
    codes = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    table = {ord(letter): number for number, letter in enumerate(letters)}
    distinct, place = np.unique(codes, return_inverse=True)
    numbers = np.array([table.get(int(code), len(letters) - 1) for code in distinct], np.int64)
    return numbers[place] if len(codes) else np.empty(0, np.int64)


def standard_library(folder: str | os.PathLike[str] | None = None) -> Text:
    """The Python files of the standard library, in the order of their names, about one file in ten held out.

    A file's name alone decides on which side it is (the CRC-32 of its path below the library), so a model that was
    trained with one version of Python has not seen what another version holds out, but for lines that moved from
    file to file. Left out are tests, tables of numbers and what others installed.
    Raises TextError where the library is not there as files.
    """
    root = Path(folder) if folder is not None else Path(sysconfig.get_path("stdlib"))
    learned, files = list[str](), dict[str, str]()
    for path in sorted(root.rglob("*.py"), key=lambda path: path.relative_to(root).as_posix()):
        name = path.relative_to(root).as_posix()
        if LEFT_OUT & set(path.relative_to(root).parts[:-1]) or "/config-" in f"/{name}":
            continue
        content = _content(path)
        if zlib.crc32(name.encode()) % ONE_IN == 0:
            files |= {name: content} if content.strip() else {}
        elif content.strip():
            learned.append(content)
    if not (learned and files):
        raise TextError(f"The standard library has no Python files in {root}. Take any text file of your own instead: "
                        "texts.load(path).")
    letters = PRINTABLE + UNKNOWN
    return Text(letters, encode("\n".join(learned), letters), encode("\n".join(files.values()), letters), files)


def load(path: str | os.PathLike[str]) -> Text:
    """A text file of your own; its last tenth is held out, and its letters are those of the rest.

    Raises TextError where it cannot be read as UTF-8, or is too short to learn from.
    """
    try:
        content = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise TextError(f"{path} cannot be read as a text file in UTF-8 ({problem}). Save it as UTF-8, or give "
                        "another.") from problem
    end = len(content) - len(content) // ONE_IN
    if end < 1000:
        raise TextError(f"{path} has {len(content)} letters; 1,200 at least are needed, and a million is better.")
    letters = "".join(sorted(set(content[:end]) - {UNKNOWN})) + UNKNOWN
    held_out = {Path(path).name: content[end:]}
    return Text(letters, encode(content[:end], letters), encode(content[end:], letters), held_out)


def _content(path: Path) -> str:
    """A file's text; nothing where it is not in UTF-8, as one or two in the library are not."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def labels(source: str) -> dict[str, NDArray[np.float64]]:
    """What is true of every letter of a Python source, by the tokenizer of the Python that runs: name -> (T,) numbers.

    inside quotes, inside triple quotes, inside a comment and in an if are 0 or 1: a string with its quotes, by how many
    of them it has on either side; a comment with its #; a line that begins with `if` or `elif`, up to where that
    statement's line ends. indentation depth counts the blocks around a line, position in the line the letters before.
    Raises TextError where the source is not Python.
    """
    lines = source.splitlines(keepends=True)
    starts = np.cumsum([0, *map(len, lines)])
    found = {name: np.zeros(len(source)) for name in ("inside quotes", "inside triple quotes", "inside a comment",
                                                      "in an if")}
    depth = np.zeros(len(lines))

    def place(row: int, column: int) -> int:
        return int(min(starts[min(row - 1, len(lines))] + column, len(source)))

    level, opened, begins, condition = 0, list[tuple[int, str]](), True, -1
    try:
        for kind, text, start, end, _ in tokenize.generate_tokens(io.StringIO(source).readline):
            level += (kind == tokenize.INDENT) - (kind == tokenize.DEDENT)
            if kind == tokenize.STRING:
                found[_quotes(text)][place(*start) : place(*end)] = 1
            elif kind == FSTRING_START:
                opened.append((place(*start), _quotes(text)))
            elif kind == FSTRING_END:
                began, quotes = opened.pop()
                found[quotes][began : place(*end)] = 1
            elif kind == tokenize.COMMENT:
                found["inside a comment"][place(*start) : place(*end)] = 1
            elif begins and text in ("if", "elif"):
                condition = place(*start)
            elif kind == tokenize.NEWLINE and condition >= 0:
                found["in an if"][condition : place(*start)] = 1
                condition = -1
            if kind not in MARKS:
                depth[start[0] - 1 : end[0]] = level
                begins = kind == tokenize.NEWLINE or (begins and kind in (tokenize.NL, tokenize.COMMENT))
    except (tokenize.TokenError, SyntaxError) as problem:
        raise TextError(f"This is no Python source: {problem}.") from problem
    found["indentation depth"] = np.repeat(depth, np.diff(starts))
    found["position in the line"] = np.arange(len(source)) - np.repeat(starts[:-1], np.diff(starts)).astype(float)
    return found


def _quotes(string: str) -> str:
    opening = string.lstrip("rRbBuUfFtT")[:3]
    return "inside triple quotes" if opening in ('"""', "'''") else "inside quotes"
