"""A whole term, from an empty folder to the tables for Canvas and Moodle, against marks that are worked out here.

What the gradebook should hold follows from what each student was made to write, and from nothing that the kit says:
which mistakes, where they stopped, how many days late, what a person gave for the written questions.
"""

from __future__ import annotations

import json
import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

import pytest

from grader import grade as grading
from grader import gradebook, notebooks, record
from grader.course import Course
from grader.desk import explain
from grader.desk.demo import answered
from tests.desk.test_exports import canvas_import, moodle_import, rows
from tests.lesson import ROOT, edited
from tests.mistakes import Mistake, Variant, gru, rnn

pytestmark = pytest.mark.timeout(900)

RNN, GRU, OWN = "1-rnn", "4-gru", "9-scale"
BOOKS = {RNN: "rnn", GRU: "gru", OWN: "scale"}
DUE = {RNN: datetime(2027, 3, 1, 12, tzinfo=UTC), GRU: datetime(2027, 4, 1, 12, tzinfo=UTC),
       OWN: datetime(2027, 5, 1, 12, tzinfo=UTC)}
WORTH, SHARE, MOST = {RNN: 100}, 0.1, 0.5
FIRST = ["Ada", "Bao", "Chloé", "Dina", "Emil", "Fay", "Gus", "Hana", "Ines", "Jun"]
LAST = ["Ahlgren", "Brandt", "Castro", "Dubois", "Eze", "Farouk"]
WHY = "the weights were handed over as a row, and the text says (D,)"

SCALE = [
    Mistake("scale_backward", "mean for sum", (("sum(axis=0)", "mean(axis=0)"),), "dw is wrong"),
    Mistake("scale_backward", "weights forgotten", (("dx = dout * w ", "dx = dout "),), "dx is wrong"),
    Mistake("scale_forward", "sum for product", (("x * w, (x", "x + w, (x"),), "out"),
]
DIAGONAL = Variant("scale_forward", "a diagonal matrix", (("x * w, (x", "x @ np.diag(w), (x"),))
RIGHT_CHECK, WRONG_CHECK = "*inputs, out=scale_truth(*inputs))\nunseen.edges", (
    "inputs[0], inputs[1][None], out=scale_truth(*inputs))\nunseen.edges")
KNOWN = {RNN: rnn.MISTAKES, GRU: gru.MISTAKES, OWN: SCALE}

# The checks that call a function, besides its own: a mistake in it shows there as well.
CALLED_BY = {
    "rnn_step_forward": "rnn_step_backward rnn_forward rnn_backward hello_loss train_hello",
    "rnn_step_backward": "rnn_backward hello_loss train_hello",
    "rnn_forward": "rnn_backward hello_loss train_hello",
    "rnn_backward": "hello_loss train_hello",
    "next_letter_loss": "hello_loss train_hello",
    "hello_loss": "train_hello",
    "gru_step_forward": "gru_step_backward gru_forward gru_backward",
    "gru_step_backward": "gru_backward",
    "gru_forward": "gru_backward",
    "scale_forward": "scale_backward",
}
# Mistakes that show in fewer of them, since not every caller comes to where they matter.
SHOWS_LESS = {
    ("rnn_step_forward", "hand-made tanh overflows"): "rnn_step_backward rnn_forward rnn_backward hello_loss",
    ("rnn_step_forward", "zero where pre-activations are large"):
        "rnn_step_backward rnn_forward rnn_backward hello_loss",
    ("rnn_step_forward", "cache left at None"): "rnn_step_backward rnn_backward hello_loss train_hello",
    ("rnn_step_backward", "mean for sum"): "rnn_backward",
    ("rnn_step_backward", "squeeze breaks N=1"): "rnn_backward",
    ("rnn_step_backward", "dWh transposed"): "rnn_backward hello_loss",
    ("rnn_step_backward", "zero for float32"): "rnn_backward hello_loss",
    ("rnn_forward", "starts from zero"): "rnn_backward",
    ("rnn_forward", "seven steps and no more"): "rnn_backward",
    ("rnn_backward", "dh0 left at zero"): "",
    ("rnn_backward", "dx accumulated instead of placed"): "",
    ("rnn_backward", "dx of the last step only"): "",
    ("rnn_backward", "dx backward in time"): "",
    ("rnn_backward", "seven steps and no more"): "",
    ("rnn_backward", "time first"): "",
    ("next_letter_loss", "overflows"): "hello_loss",
    ("next_letter_loss", "a small number in the logarithm"): "hello_loss",
    ("next_letter_loss", "probabilities clipped"): "hello_loss",
    ("next_letter_loss", "overflows on the way back"): "hello_loss",
    ("next_letter_loss", "overflow swept under zeros"): "hello_loss",
    ("next_letter_loss", "changes the scores"): "",
    ("hello_loss", "squeeze breaks T=1"): "",
    ("gru_step_forward", "cache left at None"): "gru_step_backward gru_backward",
}


@dataclass(frozen=True)
class Person:
    """One of the roster, by every name that somebody knows them by."""

    number: int
    first: str
    last: str
    at_moodle: str = ""

    @property
    def id(self) -> str:
        return f"{self.first[0]}{self.last}".lower() + str(self.number)

    @property
    def email(self) -> str:
        return f"{self.id}@uni.example"

    @property
    def canvas(self) -> str:
        return str(7000 + self.number)


@dataclass(frozen=True)
class Task:
    """What the solution of an assignment says: answers, points and written questions, in order."""

    name: str
    solution: dict

    @cached_property
    def answers(self) -> dict[str, str]:
        return {notebooks.grade_id(cell): notebooks.source(cell) for cell in self.solution["cells"]
                if cell["cell_type"] == "code" and cell["metadata"].get("nbgrader", {}).get("solution")}

    @cached_property
    def points(self) -> dict[str, float]:
        return {notebooks.grade_id(cell): cell["metadata"]["nbgrader"]["points"] for cell in self.solution["cells"]
                if cell["metadata"].get("nbgrader", {}).get("grade")}

    @cached_property
    def questions(self) -> list[str]:
        return [name for name in self.points if not name.startswith("check-")]

    @property
    def most(self) -> float:
        return sum(self.points.values())


@dataclass(frozen=True)
class Paper:
    """What one student hands in, and what people think of it.

    ``stopped`` is the first function that was not written; ``days`` is how many days late have begun; ``read`` is what
    a person gives by question, ``by_hand`` in place of a check's points, ``on_top`` as extra credit.
    """

    person: Person
    task: Task
    wrong: tuple[Mistake | Variant, ...] = ()
    stopped: str = ""
    days: int = 0
    read: dict[str, float] = field(default_factory=dict)
    by_hand: dict[str, float] = field(default_factory=dict)
    on_top: dict[str, float] = field(default_factory=dict)
    late_by_word: bool = False
    version: int = 1

    @property
    def answers_questions(self) -> bool:
        return not self.stopped

    def text(self, skeleton: dict) -> str:
        """The notebook."""
        given = dict(self.task.answers)
        for one in self.wrong:
            given |= {one.function: edited(given[one.function], *one.edits)} if one.edits else {}
            given |= one.instead
        if self.answers_questions:
            given |= dict.fromkeys(self.task.questions, f"It adds up, I think, version {self.version}.")
        return answered(skeleton, {name: given[name] for name in given if name not in self.unwritten})

    @property
    def unwritten(self) -> list[str]:
        functions = list(self.task.answers)
        return functions[functions.index(self.stopped):] if self.stopped else []

    @property
    def failed(self) -> set[str]:
        """The functions whose checks must give nothing, once the wrong check is mended."""
        found = set(self.unwritten)
        for one in self.wrong:
            if isinstance(one, Mistake):
                also = SHOWS_LESS.get((one.function, one.name), CALLED_BY.get(one.function, ""))
                found |= {one.function, *also.split()}
        return found

    @property
    def counts(self) -> dict[str, float | None]:
        """Points by cell; None where a person has still to read."""
        found: dict[str, float | None] = {}
        for name, points in self.task.points.items():
            if name in self.task.questions:
                found[name] = self.read.get(name) if self.answers_questions else 0
            else:
                found[name] = 0 if name.removeprefix("check-") in self.failed else points
            if name in self.by_hand:
                found[name] = self.by_hand[name]
            if name in self.on_top:
                found[name] = (found[name] or 0) + self.on_top[name]
        return found

    @property
    def penalty(self) -> float:
        return min(MOST, SHARE * self.days) * sum(points or 0 for points in self.counts.values())

    @property
    def total(self) -> float:
        return sum(points or 0 for points in self.counts.values()) - self.penalty

    @property
    def waits(self) -> bool:
        return None in self.counts.values()

    @property
    def time(self) -> datetime:
        """When it was handed in: in the middle of the last day begun, or some hours before the due date."""
        if self.days:
            return DUE[self.task.name] + timedelta(days=self.days - 1, hours=12)
        return DUE[self.task.name] - timedelta(hours=30 - self.version, minutes=self.person.number)


def draw(dice: random.Random, person: Person, task: Task, days: list[int]) -> Paper:
    """A paper with up to three mistakes in different functions; one in eight stops somewhere."""
    wrong: list[Mistake | Variant] = []
    touched: set[str] = set()
    for mistake in dice.sample(KNOWN[task.name], dice.choice([0, 0, 1, 1, 1, 2, 3])):
        own = {mistake.function, *mistake.instead}
        if not own & touched:
            wrong.append(mistake)
            touched |= own
    if task.name == OWN and "scale_forward" not in touched and dice.random() < 0.25:
        wrong.append(DIAGONAL)
    stopped = dice.choice(list(task.answers)) if dice.random() < 1 / 8 else ""
    read = {name: dice.randrange(2 * int(task.points[name]) + 1) / 2 for name in task.questions}
    return Paper(person, task, tuple(wrong), stopped, dice.choice(days), read)


class Term:
    """A class, the papers that count at the end, and what the commands said; `play` runs from `new` to the exports."""

    def __init__(self, folder: Path, size: int, command: Callable, workers: grading.Workers):
        self.course = Course(folder / "our course")
        self.folder, self.command, self.workers = folder, command, workers
        self.dice = random.Random(231)
        self.people = [Person(n, FIRST[n % len(FIRST)], LAST[n // len(FIRST)],
                              "Tilly Overlook" if n == 7 else "") for n in range(size)]
        self.papers: dict[tuple[str, str], Paper] = {}
        self.handed_in_first: dict[tuple[str, str], Paper] = {}
        self.said: dict[str, str] = {}

    def play(self) -> Term:
        self.set_up()
        self.assignment_of_our_own()
        self.first_assignment()
        self.second_assignment()
        self.third_assignment()
        self.publish()
        return self

    def set_up(self) -> None:
        """The course folder and its students."""
        due = [word for name in (RNN, GRU) for word in ("--due", f"{name}={DUE[name]:%Y-%m-%d %H:%M} +00:00")]
        self.run("new", str(self.course.root), "--name", "Our course", "-a", RNN, "-a", GRU, *due, "--points",
                 f"{RNN}={WORTH[RNN]}", "--late", str(SHARE), where=ROOT)
        canvas = ["Student,ID,SIS Login ID,Section", "    Points Possible,,,"]
        canvas += [f'"{p.last}, {p.first}",{p.canvas},{p.id},Monday' for p in self.people]
        moodle = ["Username,First name,Surname,Email address"]
        moodle += [f"{p.id},{p.first},{p.last},{p.email}" for p in self.people]
        said = self.run("add-students", str(self.table("canvas.csv", canvas)))
        assert f"{len(self.people)} new, 0 changed" in said
        said = self.run("add-students", str(self.table("moodle.csv", moodle)))
        assert f"0 new, {len(self.people)} changed" in said

    def assignment_of_our_own(self) -> None:
        """A small assignment, one of whose hidden checks is wrong: it hands over the weights as a row."""
        self.run("new-assignment", OWN)
        self.change_check(RIGHT_CHECK, WRONG_CHECK)
        self.run("release", OWN)
        with gradebook.opened(self.course) as book:
            book.update_or_create_assignment(OWN, duedate=f"{DUE[OWN]:%Y-%m-%d %H:%M:%S} UTC")

    def first_assignment(self) -> None:
        """From Canvas, with a table of times; some hand in twice, some of them after everything was read.

        Two are late by Canvas's word alone: that is one second, which the policy forgives.
        """
        papers = self.drawn(RNN, days=[0] * 5 + [1, 2, 7], absent=3)
        papers = self.final(papers, [replace(p, days=0, late_by_word=True) for p in papers[20:22]])
        at_once = [self.anew(p, p.days) for p in papers[4:7]]
        self.collect(RNN, self.canvas("first.zip", [*papers, *at_once]), "--times", str(self.times(papers)))
        self.grade(RNN, len(papers))
        papers = self.final(papers, at_once)
        self.read(papers)
        later = [self.anew(p, p.days + 1) for p in papers[7:10]]
        self.collect(RNN, self.canvas("second.zip", [*papers[:3], *later]), "--times", str(self.times(papers + later)))
        self.grade(RNN, len(papers))
        papers = self.final(papers, [replace(papers[0], on_top={papers[0].task.questions[0]: 1}), *later])
        self.read(papers)
        self.grade_late_ones_anew(papers)

    def second_assignment(self) -> None:
        """From Moodle, with times; one name is another there, one notebook is torn, two answers stay unread."""
        papers = self.drawn(GRU, days=[0] * 6 + [1, 2, 3, 7], absent=5)
        torn = replace(papers[10], days=0)
        entries = {self.moodle_place(p): (p.time, p.text(self.skeleton(GRU))) for p in papers}
        entries[self.moodle_place(torn)] = (torn.time, "{")
        archive = self.zip("moodle.zip", entries)
        said = self.run("collect", str(archive), GRU, expect=1)
        assert "Tilly Overlook [107] (1 file) is nobody on the roster" in said
        self.collect(GRU, archive, "--who", f"Tilly Overlook={self.people[7].id}")
        said = self.run("grade", GRU, "--jobs", "2", expect=1)
        assert f"{torn.person.id}: gru.ipynb is not a notebook" in said
        second = replace(torn, days=2, version=2)
        self.collect(GRU, self.zip("again.zip", {
            self.moodle_place(p): (p.time, p.text(self.skeleton(GRU))) for p in (papers[0], second, papers[12])}))
        self.grade(GRU, len(papers))
        papers = self.final(papers, [second])
        unread = [p for p in papers if p.answers_questions][-2:]
        papers = self.final(papers, [replace(p, read={}) for p in unread])
        self.read(papers)
        self.grade_late_ones_anew(papers)

    def third_assignment(self) -> None:
        """From a folder tree; the wrong check is found when marks are there, then all are graded by the right one."""
        papers = self.drawn(OWN, days=[0] * 6 + [1, 2, 3, 7], absent=7)
        for paper in papers:
            place = self.folder / "tree" / paper.person.id / OWN
            notebooks.write_text(place / "scale.ipynb", paper.text(self.skeleton(OWN)))
            notebooks.write_text(place / "timestamp.txt", f"{paper.time:%Y-%m-%d %H:%M:%S} UTC\n")
        self.collect(OWN, self.folder / "tree")
        self.grade(OWN, len(papers))
        refused = [p for p in papers if DIAGONAL in p.wrong and "scale_forward" not in p.failed]
        assert len(refused) > 2
        papers = self.final(papers, [replace(refused[0], by_hand={"check-scale_forward": 1.5})])
        self.read(papers)
        self.change_check(WRONG_CHECK, RIGHT_CHECK)
        said = self.run("regrade", OWN, "--check", "scale_forward", "--why", WHY, "--yes", "--jobs", "2")
        assert f"{len(refused) - 1} of {len(papers)} students' marks change, {len(refused) - 1} up and 0 down" in said
        self.said["regrade"] = said
        self.refused = [p.person.id for p in refused]
        self.read(papers)

    def publish(self) -> None:
        """Feedback, report, similarity and every export."""
        self.run("feedback", OWN, "--zip")
        for name in BOOKS:
            self.run("report", name)
        self.run("similar", RNN)
        for way in ("canvas", "moodle", "csv", "gradescope"):
            self.said[way] = self.run("export", "--all", "--format", way)

    def run(self, *words: str, expect: int = 0, where: Path | None = None) -> str:
        """Run a command of the kit in the course, and return all that it said."""
        done = self.command(where or self.course.root, "grader", *words)
        assert done.returncode == expect, f"{words}: {done.stdout}{done.stderr}"
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr

    def collect(self, name: str, source: Path, *more: str) -> None:
        said = self.run("collect", str(source), name, *more)
        assert "0 not matched, 0 refused" in said

    def grade(self, name: str, count: int) -> None:
        """Grade in two processes what has not been graded yet."""
        self.run("grade", name, "--jobs", "2")
        assert len({mark.student for mark in gradebook.marks(self.course, name)}) == count

    def grade_late_ones_anew(self, papers: list[Paper]) -> None:
        """The penalty is worked out of the marks that there are: after reading, it is another one."""
        late = [p.person.id for p in papers if p.days]
        results = list(grading.grade(self.course, papers[0].task.name, late, self.workers, regrade=True))
        assert {result.status for result in results} == {grading.GRADED}

    def read(self, papers: list[Paper]) -> None:
        """Give marks as formgrader does: for every question that is read, and in place of or on top of others."""
        with gradebook.opened(self.course) as book:
            for paper in papers:
                where = BOOKS[paper.task.name], paper.task.name, paper.person.id
                given = {**paper.read, **paper.by_hand} if paper.answers_questions else paper.by_hand
                for name, points in given.items():
                    grade = book.find_grade(name, *where)
                    grade.manual_score, grade.needs_manual_grade = points, False
                for name, points in paper.on_top.items():
                    book.find_grade(name, *where).extra_credit = points
            book.db.commit()

    def drawn(self, name: str, days: list[int], absent: int) -> list[Paper]:
        """Papers of everybody but every twentieth."""
        task = Task(name, notebooks.read(self.course.solutions / name / f"{BOOKS[name]}.ipynb"))
        return self.final([draw(self.dice, p, task, days) for p in self.people if p.number % 20 != absent], [])

    def anew(self, paper: Paper, days: int) -> Paper:
        """Another paper of the same person, without a stop."""
        other = draw(self.dice, paper.person, paper.task, [days])
        return replace(other, stopped="", version=2)

    def final(self, papers: list[Paper], others: list[Paper]) -> list[Paper]:
        """Papers with others in their place, from now on those that count."""
        newer = {paper.person.id: paper for paper in others}
        now = [newer.get(paper.person.id, paper) for paper in papers]
        self.papers |= {(paper.person.id, paper.task.name): paper for paper in now}
        return now

    def skeleton(self, name: str) -> dict:
        return notebooks.read(self.course.assignments / name / f"{BOOKS[name]}.ipynb")

    def canvas(self, name: str, papers: list[Paper]) -> Path:
        """An archive as Canvas makes it: squashed name, lateness, number of the person, number of the file."""
        entries, skeleton = {}, self.skeleton(papers[0].task.name)
        for paper in papers:
            who, late = paper.person, "LATE_" * (paper.late_by_word or paper.days > 0)
            copy = f"-{paper.version - 1}" if paper.version > 1 else ""
            place = f"{who.last}{who.first}".lower() + f"_{late}{who.canvas}_{9000 + 100 * paper.version + who.number}"
            entries[f"{place}_rnn{copy}.ipynb"] = DUE[RNN] + timedelta(days=30), paper.text(skeleton)
        return self.zip(name, entries)

    def times(self, papers: list[Paper]) -> Path:
        """A table of when those handed in who were late; who is in it twice, counts as what stands last."""
        return self.table("times.csv", ["id,time", *(f"{p.person.id},{p.time:%Y-%m-%d %H:%M} UTC" for p in papers
                                                     if p.days)])

    def table(self, name: str, lines: list[str]) -> Path:
        path = self.folder / name
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    def moodle_place(self, paper: Paper) -> str:
        who = paper.person
        name = who.at_moodle or f"{who.first} {who.last}"
        return f"{name}_{100 + who.number}_assignsubmission_file_/gru.ipynb"

    def zip(self, name: str, entries: dict[str, tuple[datetime, str]]) -> Path:
        """A ZIP, which keeps times in the local zone."""
        path = self.folder / name
        with zipfile.ZipFile(path, "w") as archive:
            for place, (time, text) in entries.items():
                info = zipfile.ZipInfo(place, time.astimezone().timetuple()[:6])
                archive.writestr(info, text, zipfile.ZIP_DEFLATED)
        return path

    def change_check(self, old: str, new: str) -> None:
        path = self.course.solutions / OWN / "scale.ipynb"
        book = notebooks.read(path)
        cell = next(cell for cell in book["cells"] if notebooks.grade_id(cell) == "check-scale_forward")
        cell["source"] = edited(notebooks.source(cell), (old, new))
        path.write_text(json.dumps(book), encoding="utf-8")


@pytest.fixture(scope="module")
def term(tmp_path_factory, command, workers) -> Term:
    return Term(tmp_path_factory.mktemp("term"), 60, command, workers).play()


def test_the_class_makes_every_kind_of_mistake(term):
    """What is compared below is worth comparing."""
    papers = term.papers.values()
    assert len(papers) == 3 * 57
    assert len({(one.function, one.name) for p in papers for one in p.wrong}) > 60
    assert sum(p.days > 0 for p in papers) > 20
    assert {0, 1, 2, 3, 7} <= {p.days for p in papers}
    assert sum(bool(p.stopped) for p in papers) > 10
    assert len({round(p.total, 6) for p in papers}) > 60


def test_every_mark_is_explained_and_is_what_it_should_be(term):
    different = []
    for (student, name), paper in term.papers.items():
        found = explain.explain(term.course, name, student)
        points = {line.cell: line.counts for line in found.lines}
        if (points, found.unchanged, any(line.strange for line in found.lines)) != (paper.counts, True, False):
            different.append((student, name, [one.name for one in paper.wrong], paper.stopped,
                              {c: (points.get(c), want) for c, want in paper.counts.items() if points.get(c) != want}))
        if abs(found.penalty - paper.penalty) > 1e-9 or abs(found.total - paper.total) > 1e-9:
            different.append((student, name, found.penalty, paper.penalty, found.total, paper.total))
        for line in found.lines:
            if line.cell.startswith("check-"):
                assert (line.words == explain.RIGHT) == (line.given == line.most), line
        assert found.most == paper.task.most
    assert not different


def test_failed_checks_are_explained_by_the_mistake_that_was_made(term):
    """In the words of the data, where one function alone was wrong."""
    named = []
    for (student, name), paper in term.papers.items():
        if len(paper.wrong) == 1 and isinstance(paper.wrong[0], Mistake) and not paper.stopped:
            mistake, = paper.wrong
            lines = explain.explain(term.course, name, student).lines
            words = next(line.words for line in lines if line.cell == f"check-{mistake.function}")
            named.append(mistake.words in words)
    assert len(named) > 40
    assert sum(named) >= 0.9 * len(named)


def test_what_was_graded_can_be_come_by_again(term):
    """One of each assignment, late ones, and one whose mark was changed by the mended check."""
    late = {name: next(p.person.id for p in term.papers.values() if p.task.name == name and p.days) for name in BOOKS}
    for name, student in [*late.items(), (OWN, term.refused[1])]:
        again = explain.reproduce(term.course, name, student)
        assert (again.same, again.other) == (True, [])
    said = term.run("explain", term.refused[1], OWN)
    assert f"because: {WHY}" in said


def test_the_regrading_is_on_record_and_left_the_mark_by_hand(term):
    by_hand, *others = term.refused
    assert "stays: given by hand" in next(line for line in term.said["regrade"].splitlines() if f" {by_hand} " in line)
    for student in others:
        assert "0 → 2" in next(line for line in term.said["regrade"].splitlines() if f" {student} " in line)
        line = record.last_graded(term.course, OWN, student)
        assert (line["what"], line["why"], line["marks"]["check-scale_forward"]) == (record.REGRADED, WHY, [2, 2])


def exported(term: Term, student: str, name: str) -> float | None:
    """What the tables should have for a student; None for nothing."""
    paper = term.papers.get((student, name))
    return None if paper is None or paper.waits else paper.total * WORTH.get(name, paper.task.most) / paper.task.most


def test_canvas_and_moodle_get_the_marks(term):
    possible, canvas = canvas_import(term.course.exports / "all-canvas.csv")
    assert possible == {name: WORTH.get(name) or Task(name, notebooks.read(
        term.course.solutions / name / f"{BOOKS[name]}.ipynb")).most for name in BOOKS}
    moodle = moodle_import(term.course.exports / "all-moodle.csv", {p.email: p.id for p in term.people})
    assert len(canvas) == len(moodle) == len(term.people)
    for person in term.people:
        for name in BOOKS:
            right, text = exported(term, person.id, name), canvas[person.canvas][name]
            assert (text == "") == (right is None)
            assert (float(text) if text else None) == pytest.approx(right, abs=0.00501)
            assert moodle[person.id][name] == pytest.approx(right, abs=0.00501)


def test_the_plain_table_and_gradescope_get_the_marks(term):
    header, *lines = rows(term.course.exports / "all-csv.csv")
    plain = {(line[0], line[4]): dict(zip(header, line, strict=True)) for line in lines}
    assert len(plain) == 3 * len(term.people)
    for (student, name), paper in term.papers.items():
        row = plain[student, name]
        assert float(row["points"]) == pytest.approx(paper.total, abs=0.00501)
        assert float(row["late_penalty"]) == pytest.approx(paper.penalty, abs=0.00501)
        assert bool(int(row["unread_questions"])) == paper.waits
        assert (int(row["seconds_late"]) > 0) == (paper.late_by_word or paper.days > 0)
        path = term.course.exports / "gradescope" / name / student / "results.json"
        score = json.loads(path.read_text(encoding="utf-8"))["score"] if path.exists() else None
        assert score == pytest.approx(exported(term, student, name), abs=0.00501)
    assert {key for key, row in plain.items() if not row["points"]} == {
        (p.id, name) for p in term.people for name in BOOKS if (p.id, name) not in term.papers}


def test_report_and_feedback_are_there_for_everyone(term):
    for name in BOOKS:
        path = term.course.reports / name / "students.csv"
        students = {line[0] for line in rows(path)[1:]}
        assert students == {student for student, assignment in term.papers if assignment == name}
    zips = {path.stem for path in (term.course.exports / "feedback" / OWN).glob("*.zip")}
    assert zips == {student for student, name in term.papers if name == OWN}
    assert (term.course.reports / f"{RNN}-similar.html").is_file()
