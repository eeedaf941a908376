"""Submissions in: from a platform's ZIP or a folder to ``class/submitted``, each under the right name and time.

Nothing in an archive decides where something is written: a student's folder is named after the roster, a notebook
after the assignment. Whoever is not found with certainty is reported and not guessed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from pathlib import Path

from nbgrader.utils import parse_utc

from grader import clock, gradebook, late, notebooks, submission
from grader.course import Course, Trouble
from grader.desk import table
from grader.desk.roster import EMAIL, NAME, Roster, squashed, students
from grader.desk.roster import ID as ID_COLUMNS
from grader.desk.unpack import Entry, Refused, opened, shown

MOODLE = re.compile(r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_(?:file|onlinetext)_?(?P<rest>.*)")
CANVAS = re.compile(r"(?P<name>.+?)_(?:(?P<late>late)_)?(?P<number>\d+)_(?P<file>\d+)_(?P<rest>.+)", re.IGNORECASE)
EXCHANGE = re.compile(r"(?P<name>[^+]+)\+(?P<assignment>[^+]+)\+(?P<time>\d{4}-\d\d-\d\d[^+]*)(\+.*)?")
COPIES = re.compile(r"(?: \(\d+\)|\(\d+\)|-\d+|-Copy\d*| - Copy| copy(?: \d+)?)+$", re.IGNORECASE)
TIMES = ("last modified submission", "submitted at", "submitted", "handed in", "timestamp", "time")
ONE_MOMENT = timedelta(minutes=10)      # files of several people within it carry the time of a download


@dataclass(frozen=True)
class Claim:
    """Whose an entry claims to be, by its place in the archive: the words there, and what else they tell."""

    name: str
    file: str
    number: str = ""
    kinds: tuple[str, ...] = ("id", "email", "name")
    order: int = 0
    late: bool | None = None
    time: datetime | None = None
    parts: tuple[str, ...] = ()

    @property
    def person(self) -> tuple[str, str]:
        return self.name, self.number

    @property
    def label(self) -> str:
        return shown(f"{self.name} [{self.number}]" if self.number else self.name)


@dataclass(frozen=True)
class Version:
    """One notebook that arrived: whose, which one of which assignment, and since when it is there."""

    student: str
    assignment: str
    notebook: str
    entry: Entry
    claim: Claim
    changed: datetime | None
    named_otherwise: bool = False

    @property
    def newest_last(self) -> tuple[int, datetime, int]:
        copy = re.search(r"(\d+)\W*$", Path(self.claim.file).stem)
        return self.claim.order, self.changed or datetime.min.replace(tzinfo=UTC), int(copy[1]) if copy else 0


@dataclass
class Report:
    """What became of everything: the students collected by assignment, remarks, and what was left out and why."""

    layout: str = ""
    collected: dict[str, list[str]] = field(default_factory=dict)
    unchanged: int = 0
    remarks: list[str] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    aside: int = 0

    @property
    def complete(self) -> bool:
        return not self.unmatched and not self.refused


def collect(course: Course, source: Path, assignment: str | None = None, layout: str | None = None,
            names: dict[str, str] | None = None, times: Path | None = None) -> Report:
    """Put every notebook of a ZIP or a folder where grading looks for it, and say what became of the rest.

    ``names`` says who is meant by a name that the roster does not know. ``times`` is a table with when each one
    handed in, such as Moodle's grading worksheet.

    Raises Trouble where nothing can be read at all, or nobody is on the roster.
    """
    if times and not assignment:
        raise Trouble("--times tells when one assignment was handed in: name the assignment, too.")
    desk = Desk(course, assignment, names or {}, times)
    with opened(source) as (entries, refused):
        report = Report(refused=refused)
        claimed = _claims(entries, desk, layout, report)
        _put_all(desk, claimed, report)
    return report


def of_one(course: Course, source: Path, assignment: str, student: str) -> Report:
    """Put the notebooks of one student's folder where grading looks for them; nothing is known of when."""
    desk, report = Desk(course, assignment, {}, None), Report("one student's files")
    with opened(source) as (entries, report.refused):
        claimed = [(entry, Claim(student, entry.name, kinds=("id",), parts=entry.parts[:-1])) for entry in entries]
        _put_all(desk, claimed, report)
    return report


def _put_all(desk: Desk, claimed: list[tuple[Entry, Claim]], report: Report) -> None:
    """Write the newest version of everything.

    Raises Trouble where the disk refuses to be written.
    """
    try:
        for chosen in _newest(desk.versions(claimed, report), report):
            desk.put(chosen, report)
    except OSError as error:
        raise Trouble(f"Collecting stopped: {gradebook.reason(error)}. What was collected so far is kept; mend this "
                      "and run it again: the rest will be collected.") from None


class Desk:
    """One collection: the course, its roster, what is expected, and when it is due."""

    def __init__(self, course: Course, assignment: str | None, names: dict[str, str], times: Path | None):
        self.course = course
        everybody = students(course)
        if not everybody:
            raise Trouble("There is nobody on the roster yet, so nobody can be found. Add them first:  "
                          "python -m grader add-students FILE.csv")
        self.roster, self.ids = Roster(everybody), [student.id for student in everybody]
        self.labels = {label: student.id for student in everybody
                       for label in (student.id, student.name, squashed(student.last + student.first)) if label}
        self.names = {name.strip(): _require_known(student, self.ids) for name, student in names.items()}
        wanted = [assignment] if assignment else course.names()
        self.expected = {name: course.notebooks(name) for name in wanted}
        self.cells = {(name, book): _grade_ids(course, name, book) for name in wanted for book in self.expected[name]}
        self.due = {name: late.due(course, name) for name in wanted}
        self.times: dict[str, datetime] = {}
        if times:
            self.times, participants = _times(times, self.roster)
            self.names = participants | self.names

    def who(self, claim: Claim) -> tuple[str, str]:
        """The student whose a claim is, or why nobody is found."""
        for said in filter(None, (claim.number, claim.name)):
            if said in self.names:
                return self.names[said], ""
        if "squashed" in claim.kinds and self.roster.counted:
            found = self.roster.find(claim.number, ("number",))
            by_name = self.roster.find(claim.name, claim.kinds)
            found = found or [student for student in by_name if student not in self.roster.counted]
        else:
            found = self.roster.find(claim.name, claim.kinds)
        if len(found) == 1:
            return found[0], ""
        if found:
            return "", f"fits {len(found)} students ({', '.join(found)}). Say who with --who '{claim.name}=ID'"
        near = get_close_matches(claim.name, list(self.labels), 1, cutoff=0.7)
        hint = f" Is it {self.labels[near[0]]}?" if near else ""
        return "", f"is nobody on the roster.{hint} Say who with --who '{claim.name}=ID'"

    def versions(self, claimed: list[tuple[Entry, Claim]], report: Report) -> list[Version]:
        """The notebooks among the entries, with their student; the rest is reported."""
        owner = self._owners(claimed, report)
        moment = _is_one_moment([(owner.get(claim.person), entry.time) for entry, claim in claimed])
        untold = any(claim.time is None and claim.late is None for _, claim in claimed)
        if moment and untold and owner and not self.times:
            report.remarks.append("The times of the files are those of one download, or of one person: nothing is "
                                  "known of when they were handed in, and nobody is late. --times FILE.csv tells "
                                  "(Moodle's grading worksheet does).")
        found = []
        for entry, claim in claimed:
            student = owner.get(claim.person)
            if student is None:
                continue
            version = self._version(student, entry, claim, claim.time or (None if moment else entry.time))
            if version:
                found.append(version)
            elif entry.name.casefold().endswith(".ipynb"):
                report.unmatched.append(f"{shown(entry.path)} is no notebook of {', '.join(self.expected)}, "
                                        "neither by its name nor by its cells")
            else:
                report.aside += 1
        return found

    def _owners(self, claimed: list[tuple[Entry, Claim]], report: Report) -> dict[tuple[str, str], str]:
        """Whose the claims are, by person; two people of whom a name makes the same student are nobody."""
        people = Counter(claim.person for _, claim in claimed)
        first = {claim.person: claim for _, claim in reversed(claimed)}
        owner: dict[tuple[str, str], str] = {}
        of_student: dict[str, list[tuple[str, str]]] = {}
        for person, files in people.items():
            student, why = self.who(first[person])
            if why:
                report.unmatched.append(f"{first[person].label} ({files} file{'s' * (files != 1)}) {why}")
                continue
            owner[person] = student
            of_student.setdefault(student, []).append(person)
        for student, several in of_student.items():
            by_name = [person for person in several if person[1] not in self.names and person[0] not in self.names]
            if len({number for _, number in by_name if number}) > 1:
                labels = ", ".join(first[person].label for person in by_name)
                report.unmatched.append(f"{labels}: the platform counts them as different people, and by name each "
                                        f"would be {student}. Say who with --who 'NUMBER=ID'")
                for person in by_name:
                    del owner[person]
        return owner

    def _version(self, student: str, entry: Entry, claim: Claim, changed: datetime | None) -> Version | None:
        """Which notebook an entry is, by its folders and its name, or else by the cells in it."""
        if not entry.name.casefold().endswith(".ipynb"):
            return None
        stem = COPIES.sub("", Path(claim.file).stem).casefold()
        inside = [name for name in self.expected if name in claim.parts] or list(self.expected)
        possible = [(name, book) for name in inside for book in self.expected[name]]
        named = [key for key in possible if key[1].casefold() == stem]
        if len(named) == 1:
            return Version(student, *named[0], entry, claim, changed)
        key = self._by_cells(entry, possible)
        return Version(student, *key, entry, claim, changed, named_otherwise=True) if key else None

    def _by_cells(self, entry: Entry, possible: list[tuple[str, str]]) -> tuple[str, str] | None:
        try:
            cells = notebooks.parse(entry.read(), entry.name)["cells"]
        except Trouble:
            return None
        there = {notebooks.grade_id(cell) for cell in cells}
        fitting = [key for key in possible if len(self.cells[key] & there) > len(self.cells[key]) / 2]
        return fitting[0] if len(fitting) == 1 else None

    def put(self, version: Version, report: Report) -> None:
        """Write one notebook and its time, unless what is there is newer."""
        folder = self.course.submitted / version.student / version.assignment
        who = f"{version.student}, {version.assignment}"
        try:
            content = version.entry.read()
            _require_own(folder, self.course)
        except Trouble as trouble:
            report.refused.append(Refused(version.entry.path, str(trouble)))
            return
        path = folder / f"{version.notebook}.ipynb"
        there = path.is_file() and not path.is_symlink()
        before = submission.timestamp(self.course, version.assignment, version.student) if there else None
        earlier = _parsed(before)
        time = self._time(version)
        if there and path.read_bytes() == content and (time is None or time == earlier):
            report.unchanged += 1
            return
        if earlier and time and time < earlier:
            report.remarks.append(f"{who}: what is here is newer ({before}) and was kept.")
            return
        if there:
            report.remarks.append(f"{who}: replaces what was collected before{f' ({before})' if before else ''}.")
        if version.named_otherwise:
            report.remarks.append(f"{who}: {shown(version.claim.file)} was taken as {path.name}, by its cells.")
        report.remarks += self._lateness(version, time)
        notebooks.write_bytes(path, content)
        _write_time(folder / "timestamp.txt", time)
        report.collected.setdefault(version.assignment, []).append(version.student)

    def _time(self, version: Version) -> datetime | None:
        """When a version was handed in, in whole seconds, as far as is known.

        Canvas tells only whether it was late. Then it counts as one second late, and otherwise as just in time.
        """
        due = self.due[version.assignment].of(version.student)
        time = self.times.get(version.student) or version.claim.time
        if time is None and version.claim.late is None:
            time = version.changed
        elif time is None and due:
            time = due + timedelta(seconds=1) if version.claim.late else due
        return time.replace(microsecond=0) if time else None

    def _lateness(self, version: Version, time: datetime | None) -> list[str]:
        who, due = f"{version.student}, {version.assignment}", self.due[version.assignment].of(version.student)
        if version.claim.late and due is None:
            return [f"{who}: late, says Canvas; there is no due date here, so it costs nothing."]
        if version.claim.late and version.student not in self.times:
            return [f"{who}: late, says Canvas, but not by how much; it counts as one second. --times FILE.csv tells."]
        return [f"{who}: late by {clock.duration(time - due)}."] if time and due and time > due else []


def lines(report: Report) -> list[str]:
    """A report as it is printed: what needs a person first, the counts last."""
    told = [f"Not matched: {line}." for line in report.unmatched]
    told += [f"Refused: {shown(entry.path)}: {entry.why}." for entry in report.refused]
    told += report.remarks
    total = sum(len(set(who)) for who in report.collected.values())
    each = ", ".join(f"{len(set(who))} of {name}" for name, who in sorted(report.collected.items()))
    told.append(f"Read as {report.layout}. Collected {total}{f' ({each})' if each else ''}, "
                f"{report.unchanged} here already, {len(report.unmatched)} not matched, {len(report.refused)} refused, "
                f"{report.aside} other file{'s' * (report.aside != 1)} left aside.")
    return told


def _claims(entries: list[Entry], desk: Desk, layout: str | None, report: Report) -> list[tuple[Entry, Claim]]:
    """What the entries claim, in the layout that most of them have; the others are reported."""
    stamps = {entry.parts[:-1]: entry for entry in entries if entry.name == "timestamp.txt"}
    ways: dict[str, tuple[str, Callable[[Entry], Claim | None]]] = {
        "moodle": ("Moodle's archive", _moodle),
        "canvas": ("Canvas's archive", _canvas),
        "exchange": ("nbgrader's exchange", _exchange),
        "folders": ("a folder for each student", lambda entry: _folders(entry, desk, stamps)),
    }
    if layout is not None and layout not in ways:
        raise Trouble(f"There is no layout {layout!r}: expected one of {', '.join(ways)}.")
    if layout is None:
        counts = {key: sum(read(entry) is not None for entry in entries) for key, (_, read) in ways.items()}
        special = max(("moodle", "canvas", "exchange"), key=lambda key: counts[key])
        layout = special if 2 * counts[special] > len(entries) else "folders"
    report.layout, read = ways[layout]
    found = []
    for entry in entries:
        claim = read(entry)
        if claim:
            found.append((entry, claim))
        elif entry.name.casefold().endswith(".ipynb"):
            report.unmatched.append(f"{shown(entry.path)}: its place in {report.layout} tells nobody's name")
        elif entry.name != "timestamp.txt":
            report.aside += 1
    return found


def _moodle(entry: Entry) -> Claim | None:
    for index, part in enumerate(entry.parts):
        found = MOODLE.fullmatch(part)
        if found and (found["rest"] or index + 1 < len(entry.parts)):
            return Claim(found["name"], found["rest"] or entry.name, found["number"], ("name",))
    return None


def _canvas(entry: Entry) -> Claim | None:
    found = CANVAS.fullmatch(entry.name)
    if not found or MOODLE.fullmatch(entry.name):
        return None
    return Claim(found["name"], found["rest"], found["number"], ("squashed",), int(found["file"]), bool(found["late"]))


def _exchange(entry: Entry) -> Claim | None:
    for part in entry.parts[:-1]:
        found = EXCHANGE.fullmatch(part)
        if found:
            return Claim(found["name"], entry.name, kinds=("id",), time=clock.moment(found["time"]),
                         parts=(found["assignment"],))
    return None


def _folders(entry: Entry, desk: Desk, stamps: dict[tuple[str, ...], Entry]) -> Claim | None:
    """The outermost folder that is somebody's; else the innermost that is no assignment's, to be reported.

    A time is believed where nbgrader keeps it: in STUDENT/ASSIGNMENT/timestamp.txt.
    """
    folders = entry.parts[:-1]
    for folder in folders:
        if folder in desk.names or desk.roster.find(folder):
            stamp = stamps.get(folders) if folders[-1] in desk.expected else None
            return Claim(folder, entry.name, parts=folders, time=_stamped(stamp) if stamp else None)
    other = [folder for folder in folders if folder not in desk.expected]
    return Claim(other[-1], entry.name, parts=folders) if other else None


def _stamped(entry: Entry) -> datetime | None:
    try:
        return clock.moment(entry.read()[:100].decode("ascii", "replace"))
    except Trouble:
        return None


def _newest(versions: list[Version], report: Report) -> list[Version]:
    """The newest version of each notebook of each student; that there were several is said."""
    groups: dict[tuple[str, str, str], list[Version]] = {}
    for version in versions:
        groups.setdefault((version.student, version.assignment, version.notebook), []).append(version)
    chosen = []
    for (student, assignment, _), several in groups.items():
        several.sort(key=lambda version: version.newest_last)
        if len(several) > 1:
            report.remarks.append(f"{student}, {assignment}: {len(several)} versions, the newest is taken, "
                                  f"{shown(several[-1].entry.path)}.")
        chosen.append(several[-1])
    return chosen


def _is_one_moment(times: list[tuple[str | None, datetime | None]]) -> bool:
    """Tell whether files may carry the time of one download: those of one person, or of several at once."""
    known = [(who, time) for who, time in times if who and time]
    several = len({who for who, _ in known}) > 1
    return not several or max(time for _, time in known) - min(time for _, time in known) < ONE_MOMENT


def _grade_ids(course: Course, assignment: str, notebook: str) -> set[str]:
    cells = notebooks.read(course.solutions / assignment / f"{notebook}.ipynb")["cells"]
    return {notebooks.grade_id(cell) for cell in cells} - {""}


def _require_known(student: str, ids: list[str]) -> str:
    if student not in ids:
        near = get_close_matches(student, ids, 1)
        raise Trouble(f"--who: {student!r} is nobody on the roster.{f' Did you mean {near[0]}?' if near else ''}")
    return student


def _require_own(folder: Path, course: Course) -> None:
    """Raise Trouble where a link would lead writing out of the course."""
    for place in (folder, folder.parent, course.submitted):
        if place.is_symlink():
            raise Trouble(f"{place.relative_to(course.root).as_posix()} is a link, expected a folder")


def _times(path: Path, roster: Roster) -> tuple[dict[str, datetime], dict[str, str]]:
    """When each student handed in, by a table: Moodle's grading worksheet, or one with an id and a time.

    The worksheet tells as well whom Moodle counts by which number.
    """
    listed = table.read(path)
    who = [column for names in (ID_COLUMNS, EMAIL, NAME) if (column := listed.column(names))]
    when, counted = listed.column(TIMES), listed.column(("identifier",))
    if not who or not when:
        raise Trouble(f"{path.name} has columns {', '.join(listed.columns)}; expected one with an id, an email or a "
                      "name, and one with a time, such as Last modified (submission).")
    times, participants, wrong = {}, {}, []
    for line, row in listed.rows:
        fitting = next((ids for column in who if row[column] and (ids := roster.find(row[column]))), [])
        if len(fitting) != 1:
            continue
        number = re.search(r"\d+$", row[counted]) if counted else None
        if number:
            participants[number[0]] = fitting[0]
        time = clock.moment(row[when])
        if time:
            times[fitting[0]] = time
        elif row[when] not in ("", "-"):
            wrong.append(f"  line {line}: {row[when]!r} is no time; write it as 2027-03-31 23:59 +02:00")
    if wrong:
        raise Trouble("\n".join([f"{path.name} was not read; nothing was changed.", *wrong[:30]]))
    return times, participants


def _parsed(timestamp: str | None) -> datetime | None:
    return parse_utc(timestamp).replace(tzinfo=UTC) if timestamp else None


def _write_time(path: Path, time: datetime | None) -> None:
    """Write nbgrader's timestamp.txt, or take away one that is of an earlier version."""
    if time is None:
        path.unlink(missing_ok=True)
    else:
        notebooks.write_text(path, f"{clock.stamp(time)}\n")
