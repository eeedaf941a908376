"""Who takes the course: nbgrader's table of students, filled from a platform's list and searched by its names."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, fields
from pathlib import Path

from grader import gradebook
from grader.course import Course, Trouble
from grader.desk import table
from grader.desk.unpack import unsafe
from grader.submission import LONGEST_NAME

ID = ("student id", "studentid", "sis login id", "login id", "username", "user name", "id number", "sis user id",
      "login", "netid", "id")
FIRST = ("first name", "firstname", "given name", "given names", "forename", "first")
LAST = ("last name", "lastname", "surname", "family name", "last")
NAME = ("student", "full name", "student name", "display name", "name")
EMAIL = ("email address", "email", "e mail", "e mail address", "mail")
EMPTY_ROWS = ("points possible", "student test", "test student")    # what Canvas lists and nobody is
MOST_LINES = 30


@dataclass(frozen=True)
class Student:
    """One student; ``number`` is by what the platform counts them, where it says so."""

    id: str
    first: str = ""
    last: str = ""
    email: str = ""
    number: str = ""

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}".strip()


@dataclass(frozen=True)
class Added:
    """How many students a list brought: new ones, ones with other details, ones as they were; and remarks."""

    new: int
    changed: int
    same: int
    remarks: list[str]


def students(course: Course) -> list[Student]:
    """Everybody in the gradebook, by id."""
    from nbgrader.api import Student as Row

    with gradebook.opened(course) as book:
        rows = book.db.query(Row.id, Row.first_name, Row.last_name, Row.email, Row.lms_user_id).order_by(Row.id)
        return [Student(*(value or "" for value in row)) for row in rows]


def add(course: Course, path: Path, id_column: str | None = None) -> Added:
    """Add the students of a list to the gradebook, all of them or none; what the list leaves empty stays as it is.

    Raises Trouble, line by line, where something is wrong with it.
    """
    found, remarks = read(path, id_column)
    there = {student.id: student for student in students(course)}
    _require_new_emails(path, found, there)
    merged = {number: _merged(there.get(student.id), student) for number, student in found}
    with gradebook.opened(course) as book, gradebook.one_transaction(book):
        for student in merged.values():
            if there.get(student.id) != student:
                book.update_or_create_student(student.id, first_name=student.first, last_name=student.last,
                                              email=student.email or None, lms_user_id=student.number or None)
    new = sum(student.id not in there for student in merged.values())
    same = sum(there.get(student.id) == student for student in merged.values())
    return Added(new, len(merged) - new - same, same, remarks)


def read(path: Path, id_column: str | None = None) -> tuple[list[tuple[int, Student]], list[str]]:
    """The students of a list as Canvas, Moodle or a person writes it, each with its line; and remarks.

    Raises Trouble, line by line, where something is wrong with it.
    """
    listed = table.read(path)
    columns = _columns(path, listed, id_column)
    found: list[tuple[int, Student]] = []
    wrong: list[str] = []
    remarks = [listed.remark] if listed.remark else []
    seen: dict[str, int] = {}
    for line, row in listed.rows:
        if table.plain(next(iter(row.values()))) in EMPTY_ROWS:
            remarks.append(f"Line {line} is no student's ({next(iter(row.values())).strip()}) and was left out.")
            continue
        student = _student(row, columns)
        why = _why_not(student)
        for key in filter(None, (student.id.casefold(), student.email.casefold())):
            if not why and key in seen:
                why = f"{key} stands in line {seen[key]}, too"
        if why:
            wrong.append(f"line {line}: {why}")
            continue
        seen |= dict.fromkeys(filter(None, (student.id.casefold(), student.email.casefold())), line)
        found.append((line, student))
    if wrong:
        raise _all_of(path, wrong)
    if not found:
        raise Trouble(f"{path.name} has no line with a student. Nothing was changed.")
    return found, remarks


def require_id(text: str) -> str:
    """Why something cannot be a student's id, which names a folder on every system, or ""."""
    if not text:
        return "there is no id"
    if len(text) > LONGEST_NAME:
        return f"the id is longer than {LONGEST_NAME} characters"
    if "/" in text or "\\" in text or set("*?[]+") & set(text) or text.startswith((".", "-")):
        return f"the id {text!r} holds / \\ * ? [ ] or +, or begins with . or -, and could not name a folder"
    why = unsafe(text)
    return f"the id {text!r} could not name a folder: {why}" if why else ""


class Roster:
    """The students of a course, found by what platforms call them. Two who fit are none: nobody is guessed."""

    def __init__(self, everybody: list[Student]):
        self.counted = {student.id for student in everybody if student.number}
        self._by: dict[tuple[str, str], set[str]] = {}
        for student in everybody:
            for kind, key in self._keys(student):
                self._by.setdefault((kind, key), set()).add(student.id)

    def find(self, text: str, kinds: tuple[str, ...] = ("id", "email", "name")) -> list[str]:
        """The ids of those whom a text fits, by the first kind of name that fits anybody."""
        for kind in kinds:
            found = self._by.get((kind, squashed(text) if kind == "squashed" else spaced(text)))
            if found:
                return sorted(found)
        return []

    @staticmethod
    def _keys(student: Student) -> list[tuple[str, str]]:
        first, last = student.first, student.last
        keys = [("id", spaced(student.id)), ("email", spaced(student.email)), ("number", student.number)]
        if first or last:
            keys += [("name", spaced(f"{first} {last}")), ("name", spaced(f"{last} {first}")),
                     ("name", spaced(f"{last}, {first}")), ("squashed", squashed(last + first)),
                     ("squashed", squashed(first + last))]
        return [(kind, key) for kind, key in keys if key]


def spaced(text: str) -> str:
    """A name without case, with one form of each letter and one space between words."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def squashed(text: str) -> str:
    """A name as Canvas puts it before a file: letters, digits and underscores alone, in small letters."""
    return re.sub(r"\W", "", unicodedata.normalize("NFC", text)).casefold()


def _columns(path: Path, listed: table.Table, id_column: str | None) -> dict[str, str]:
    names = {"first": FIRST, "last": LAST, "name": NAME, "email": EMAIL}
    columns = {key: listed.column(spelt) for key, spelt in names.items()}
    id_names = (table.plain(id_column),) if id_column else ID
    columns["id"] = listed.column(id_names)
    if columns["id"] is None:
        raise Trouble(f"{path.name} has no column {id_column!r}." if id_column else
                      f"{path.name} has no column for the id of a student: expected one such as student_id, Username "
                      f"or SIS Login ID, found {', '.join(listed.columns)}. Name one with --id-column.")
    is_canvas = listed.column(("student",)) and listed.column(("id",)) and columns["id"] != listed.column(("id",))
    columns["number"] = listed.column(("id",)) if is_canvas else listed.column(("lms user id", "canvas user id"))
    return {key: column for key, column in columns.items() if column}


def _student(row: dict[str, str], columns: dict[str, str]) -> Student:
    values = {key: row[column] for key, column in columns.items()}
    whole = values.pop("name", "")
    if whole and not values.get("first") and not values.get("last"):
        last, comma, first = whole.partition(",")
        first, last = (first, last) if comma else (whole.rpartition(" ")[0], whole.rpartition(" ")[2])
        values |= {"first": first.strip(), "last": last.strip()}
    return Student(*(unicodedata.normalize("NFC", values.get(field.name, "")) for field in fields(Student)))


def _why_not(student: Student) -> str:
    if why := require_id(student.id):
        return why
    if student.email and not re.fullmatch(r"[^@\s]+@[^@\s]+", student.email):
        return f"{student.email!r} is not an email address"
    for name in (student.first, student.last, student.email, student.number):
        if len(name) > LONGEST_NAME or not name.isprintable():
            return f"{name[:40]!r} is too long, or holds characters that cannot be seen"
    return ""


def _require_new_emails(path: Path, found: list[tuple[int, Student]], there: dict[str, Student]) -> None:
    """Raise Trouble where an id differs from a student's only in case, or an email is somebody else's."""
    ids = {spaced(student.id): student.id for student in there.values()}
    emails = {spaced(student.email): student.id for student in there.values() if student.email}
    wrong = []
    for line, student in found:
        other = ids.get(spaced(student.id), student.id)
        owner = emails.get(spaced(student.email), student.id)
        if other != student.id:
            wrong.append(f"line {line}: {student.id} is {other} in the gradebook; write it the same")
        elif owner != student.id:
            wrong.append(f"line {line}: {student.email} belongs to {owner} in the gradebook")
    if wrong:
        raise _all_of(path, wrong)


def _all_of(path: Path, wrong: list[str]) -> Trouble:
    more = [f"and {len(wrong) - MOST_LINES} more"] if len(wrong) > MOST_LINES else []
    lines = "\n".join(f"  {line}" for line in [*wrong[:MOST_LINES], *more])
    return Trouble(f"{path.name} was not read; nothing was changed.\n{lines}")


def _merged(old: Student | None, new: Student) -> Student:
    if old is None:
        return new
    return Student(*(getattr(new, field.name) or getattr(old, field.name) for field in fields(Student)))
