"""All attacks in one class beside ten honest students: nobody gains, nobody loses, nothing else changes."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import pytest

from grader import grade
from grader.course import Course
from grader.desk import commands, feedback, report
from grader.workers import Local
from tests.attacks import ATTACKS
from tests.attacks.classroom import (
    ASSIGNMENT,
    LIMITS,
    arrive,
    honest,
    marks,
    peak_memory,
    survivors,
    tree,
    watched,
)
from tests.attacks.kit import Attack, Kit

SECONDS = 1.5
MOST_GROWTH = 100 << 20
FOR_PEOPLE = ("why-two-gradients", "why-memory-fades")
CHOSEN = [a for a in ATTACKS if re.search(os.environ.get("ATTACKS", ""), a.name)]      # a pattern chooses some
READ = os.environ.get("PAGES", r"arkup|very long|a name with|a pattern|half|pictures|perfect")


@dataclass
class Graded:
    """What became of a class."""

    course: Course
    kit: Kit
    alone: dict[str, dict[str, float | None]]
    before: dict[str, str]
    results: dict[str, grade.Result]
    marks: dict[str, dict[str, float | None]]
    growth: dict[str, int]
    left: list[str] = field(default_factory=list)


def new_course(released: Course, folder: Path) -> Course:
    """A course with tight limits, and an assignment.toml that says so."""
    shutil.copytree(released.root, folder)
    (folder / "solutions" / ASSIGNMENT / "assignment.toml").write_text(LIMITS)
    return Course(folder.resolve())


@pytest.fixture(scope="module")
def graded(released, skeleton, answers, tmp_path_factory) -> Graded:
    """Ten honest students alone, then the same with all attackers, on the same two workers."""
    root = tmp_path_factory.mktemp("class")
    canary = root / "canary"
    canary.mkdir()
    alone, all_of_them = new_course(released, root / "alone"), new_course(released, root / "all")
    kit = Kit(skeleton, answers, canary, all_of_them.root)
    arrive(alone, kit, [])
    arrive(all_of_them, kit, CHOSEN)
    before = tree(root)
    with watched() as seen:
        workers = Local(2)
        try:
            run(alone, workers)
            held = forget_peaks(workers)
            results = run(all_of_them, workers)
            growth = {pid: peak_memory(pid) - held[pid] for pid in held}
        finally:
            workers.close()
    return Graded(all_of_them, kit, marks(alone), before, results, marks(all_of_them), growth, survivors(seen))


def run(course: Course, workers: Local) -> dict[str, grade.Result]:
    who = grade.students(course, ASSIGNMENT)
    return {result.student: result for result in grade.grade(course, ASSIGNMENT, who, workers, seconds=SECONDS)}


def forget_peaks(workers: Local) -> dict[str, int]:
    """Let the kernel measure anew the most memory of this process and of each worker; what they have had."""
    assert workers._pool._processes
    pids = [str(os.getpid()), *map(str, workers._pool._processes)]
    for pid in pids:
        Path(f"/proc/{pid}/clear_refs").write_text("5")
    return {pid: peak_memory(pid) for pid in pids}


def wrongly_earned(attack: Attack, found: dict[str, float | None]) -> dict[str, float | None]:
    """The checks that gave an attack a point, or will when a person looks, though its answer is not right."""
    earned = {f"check-{name}" for name in attack.earns} | set(FOR_PEOPLE)
    return {check: score for check, score in found.items() if check not in earned and score != 0}


def test_there_are_enough_attacks():
    assert len(ATTACKS) >= 45
    assert len({attack.student for attack in ATTACKS}) == len(ATTACKS)


def test_no_attack_earns_a_point(graded):
    wrong = {a.name: wrongly_earned(a, graded.marks.get(a.student, {})) for a in CHOSEN}
    assert not {name: checks for name, checks in wrong.items() if checks}


def test_what_they_answer_right_is_paid(graded):
    for attack in CHOSEN:
        for check in (f"check-{name}" for name in attack.earns):
            assert graded.marks[attack.student][check] == graded.marks["perfect"][check], (attack.name, check)


def test_all_are_graded_or_refused_in_a_sentence(graded):
    for attack in CHOSEN:
        result = graded.results[attack.student]
        expected = grade.REFUSED if attack.refused else grade.GRADED
        assert (result.status, attack.refused in result.sentence) == (expected, True), (attack.name, result)


def test_honest_marks_are_the_same(graded):
    assert {student: graded.marks[student] for student in graded.alone} == graded.alone
    assert sorted(graded.alone) == sorted(honest(graded.kit))
    assert len(graded.alone) == 10
    totals = {student: sum(score or 0 for score in scores.values()) for student, scores in graded.alone.items()}
    assert totals["perfect"] == totals["variant"] == 36
    assert totals["untouched"] == 0
    assert all(0 < totals[student] < 36 for student in totals.keys() - {"perfect", "variant", "untouched"})


def test_nobody_else_is_in_the_gradebook(graded):
    graded_ones = {student for student, result in graded.results.items() if result.status == grade.GRADED}
    assert set(graded.marks) == graded_ones
    assert all(len(scores) == 12 for scores in graded.marks.values())


def test_no_file_changes(graded):
    assert tree(graded.course.root.parent) == graded.before
    assert list(graded.kit.canary.iterdir()) == []


def test_no_process_survives(graded):
    assert graded.left == []


def test_the_graders_memory_does_not_grow(graded):
    assert max(graded.growth.values()) < MOST_GROWTH, {pid: f"{n >> 20} MB" for pid, n in graded.growth.items()}


def test_the_table_of_marks_steers_no_terminal(graded, capsys):
    commands.print_marks(graded.course, ASSIGNMENT, list(graded.results.values()), False)
    said = "".join(capsys.readouterr())
    assert all(c.isprintable() or c == "\n" for c in said)
    assert "expected" in said


def test_pages_are_written_and_nothing_in_them_runs(graded):
    names = {a.student: a.name for a in CHOSEN if not a.refused} | {"perfect": "perfect"}
    who = [student for student, name in names.items() if re.search(READ, name)]
    assert list(feedback.write(graded.course, ASSIGNMENT, who)) == who
    pages = [graded.course.feedback / student / ASSIGNMENT / "rnn.html" for student in who]
    found = {page.parts[-3]: harmful(page) for page in [*pages, report.write(graded.course, ASSIGNMENT)]}
    assert not {name: things for name, things in found.items() if things}


def harmful(page: Path) -> list[str]:
    reader = Reader()
    reader.feed(page.read_text(encoding="utf-8"))
    assert reader.tags > 100
    return reader.harmful


class Reader(HTMLParser):
    """Reads a page as a browser does and lists what would run, load or hide something for a student."""

    NEVER = ("iframe", "object", "embed", "form", "base", "applet", "frame")

    def __init__(self) -> None:
        super().__init__()
        self.harmful: list[str] = []
        self.tags, self.inside = 0, ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags, self.inside = self.tags + 1, tag
        refresh = tag == "meta" and dict(attributes).get("http-equiv", "").lower() == "refresh"
        if tag in self.NEVER or refresh or any(self.is_harmful(name, value or "") for name, value in attributes):
            self.harmful.append(self.get_starttag_text() or tag)

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside in ("script", "style") and ("xss()" in data or "*{display" in data):
            self.harmful.append(f"{self.inside}: {data[:200]}")

    @staticmethod
    def is_harmful(name: str, value: str) -> bool:
        target = re.sub(r"[\s\x00-\x20]", "", value).lower()
        address = name in ("href", "src", "action", "formaction", "xlink:href", "data", "srcdoc")
        runs = address and target.startswith(("javascript:", "vbscript:", "data:text", "data:image/svg", "//evil"))
        return name.startswith("on") or runs
