"""A table as a spreadsheet or a learning platform writes it: CSV with one of three delimiters and some encoding."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

from grader.course import Trouble

LARGEST = 50 << 20
DELIMITERS = ",;\t"


@dataclass(frozen=True)
class Table:
    """The names of the columns as written, the rows with their line in the file, and a remark on how it was read."""

    columns: list[str]
    rows: list[tuple[int, dict[str, str]]]
    remark: str = ""

    def column(self, names: tuple[str, ...]) -> str | None:
        """The first of some names that is a column, however it is spelt: ``Email address`` is ``email_address``."""
        spelt = {plain(column): column for column in reversed(self.columns)}
        return next((spelt[name] for name in names if name in spelt), None)


def plain(text: str) -> str:
    """A column's name without case, signs and doubled spaces."""
    return " ".join(re.findall(r"\w+", text.casefold().replace("_", " ")))


def read(path: Path) -> Table:
    """Read a table whose first line names its columns.

    Raises Trouble where it cannot be read, or has no second column.
    """
    text, remark = _text(path)
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        lines = [(reader.line_num, [cell.strip() for cell in line]) for line in reader]
    except csv.Error as error:
        raise Trouble(f"{path.name}, line {reader.line_num}: this is not CSV, {error}.") from None
    lines = [(number, line) for number, line in lines if any(line)]
    if not lines:
        raise Trouble(f"{path.name} is empty: expected a line with the names of columns, then one line a student.")
    columns = lines[0][1]
    rows = [(number, dict(zip(columns, [*line, *[""] * len(columns)], strict=False))) for number, line in lines[1:]]
    return Table(columns, rows, remark)


def _text(path: Path) -> tuple[str, str]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Trouble(f"{path} cannot be read: {error.strerror}.") from None
    if len(content) > LARGEST:
        raise Trouble(f"{path.name} is larger than the {LARGEST >> 20} MiB that a list of students can have.")
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace"), ""
    if b"\0" in content or content[:2] == b"PK":
        raise Trouble(f"{path.name} is not CSV; a spreadsheet has to be saved as CSV first.")
    try:
        return content.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        remark = f"{path.name} is not UTF-8 and was read as Windows-1252: look whether accents are right."
        return content.decode("cp1252", "replace"), remark
