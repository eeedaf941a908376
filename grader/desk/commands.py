"""The commands of whoever teaches: python -m grader release, grade, report …"""

from __future__ import annotations

import os
from contextlib import closing
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from grader.console import bar, err, out, printable
from grader.course import Course, Trouble, find_course

app = typer.Typer()

CoursePath = Annotated[Path | None, typer.Option("--course", help="The course folder; found from here by default.")]
Assignment = Annotated[str, typer.Argument(help="An assignment's name, such as 1-rnn.")]


@app.command()
def release(
    assignments: Annotated[list[str] | None, typer.Argument(help="Which ones; all by default.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Change nothing; exit 1 and say what differs.")] = False,
    course: CoursePath = None,
) -> None:
    """Generate assignments/ from solutions/, once every solution passes and every skeleton fails its checks."""
    from grader import lock
    from grader import release as releasing

    here = find_course(course)
    names = assignments or here.names()
    if check:
        with err.status("Generating the release to compare"):
            found = releasing.differences(here, names)
        for line in found or [f"Nothing to do: {', '.join(names)} equal a fresh release."]:
            out.print(line, markup=False)
        raise typer.Exit(1 if found else 0)
    with lock.held(here, "a release"), err.status("Running every solution and every skeleton"):
        releasing.release(here, names, lambda line: out.print(line, markup=False))


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(help="The folder to make.")],
    name: Annotated[str, typer.Option(help="The name of the course.")] = "Recurrent networks by hand",
    id: Annotated[str, typer.Option(help="Its name in nbgrader's exchange; made of the name by default.")] = "",
    assignment: Annotated[list[str] | None, typer.Option("--assignment", "-a", help="One; all by default.")] = None,
    due: Annotated[list[str] | None, typer.Option(metavar="NAME=WHEN", help="1-rnn='2027-03-31 23:59 +02:00'")] = None,
    points: Annotated[list[str] | None, typer.Option(metavar="NAME=POINTS", help="What one counts in exports.")] = None,
    late: Annotated[float | None, typer.Option(help="The share of the marks that a day costs, as 0.1.")] = None,
    exchange: Annotated[Path | None, typer.Option(help="The folder of nbgrader's exchange.")] = None,
    course: CoursePath = None,
) -> None:
    """Make a course folder from this kit, ready for nbgrader, its exchange and formgrader."""
    from grader.desk import new as making

    plan = making.Plan(name, assignment or [], id, _times(due), _numbers(points), late, exchange)
    with err.status("Making the course"):
        made = making.new(find_course(course), folder, plan, lambda line: out.print(line, markup=False))
    out.print(f"A course in {made.root}. What is configured stands in nbgrader_config.py. Next, in that folder:\n"
              "  python -m grader add-students FILE.csv\n  python -m grader release --check",
              markup=False, soft_wrap=True)


@app.command("new-assignment")
def new_assignment(
    name: Annotated[str, typer.Argument(help="Its name, such as 9-scale.")],
    course: CoursePath = None,
) -> None:
    """Start an assignment of your own: a small one that can be released, to be changed into yours."""
    from grader.desk import author

    here = find_course(course)
    path = author.new_assignment(here, name)
    out.print(f"{path.relative_to(here.root).as_posix()}\nChange it, then  python -m grader release {name}",
              markup=False)


@app.command("add-students")
def add_students(
    file: Annotated[Path, typer.Argument(help="A CSV file as Canvas, Moodle or a person writes it.")],
    id_column: Annotated[str | None, typer.Option(help="Which column holds the id, if it is not plain.")] = None,
    course: CoursePath = None,
) -> None:
    """Add students to the gradebook from a list: all of them, or, where a line is wrong, none."""
    from grader import lock
    from grader.desk import roster

    here = find_course(course)
    with lock.held(here, "adding students"):
        added = roster.add(here, file, id_column)
    for remark in added.remarks:
        err.print(printable(remark), markup=False, soft_wrap=True)
    out.print(f"{added.new} new, {added.changed} changed, {added.same} as they were.", markup=False)


@app.command()
def collect(
    source: Annotated[Path, typer.Argument(help="A ZIP as Canvas or Moodle gives it out, or a folder.")],
    assignment: Annotated[str | None, typer.Argument(help="Which one; told by name and cells by default.")] = None,
    layout: Annotated[str | None, typer.Option(help="canvas, moodle, exchange or folders; seen by default.")] = None,
    who: Annotated[list[str] | None, typer.Option(metavar="NAME=ID", help="Whose a name is that is not found.")] = None,
    times: Annotated[Path | None, typer.Option(help="A CSV file that tells when each one handed in.")] = None,
    course: CoursePath = None,
) -> None:
    """Put submissions from a ZIP or a folder into class/submitted; exit 1 if some of it was left out."""
    from grader import lock
    from grader.desk import collect as collecting

    here = find_course(course)
    with lock.held(here, "collecting"):
        report = collecting.collect(here, source, assignment, layout, pairs(who, "--who"), times)
    for line in collecting.lines(report):
        out.print(printable(line), markup=False, soft_wrap=True)
    raise typer.Exit(0 if report.complete else 1)


@app.command()
def grade(
    assignment: Assignment,
    student: Annotated[str | None, typer.Option(help="Grade this student alone.")] = None,
    jobs: Annotated[int, typer.Option(min=1, help="How many submissions at a time.")] = os.cpu_count() or 1,
    dask: Annotated[str | None, typer.Option(metavar="ADDRESS", help="On the Dask cluster at this address.")] = None,
    resume: Annotated[bool, typer.Option("--resume/--regrade", help="Keep what is graded, or grade it again.")] = True,
    trusted: Annotated[bool, typer.Option("--trusted", help="Without a sandbox; every result says so.")] = False,
    seconds: Annotated[float | None, typer.Option(min=0.1, help="Stop a cell or a call after so long.")] = None,
    course: CoursePath = None,
) -> None:
    """Grade what has arrived in class/submitted; exit 1 if some of it could not be graded."""
    from grader.grade import REFUSED
    from grader.workers import Dask, Local

    workers = Dask(dask) if dask else Local(jobs)
    results = _grade(find_course(course), assignment, student, workers, not resume, trusted, seconds)
    raise typer.Exit(1 if any(r.status == REFUSED for r in results) else 0)


@app.command()
def feedback(
    assignment: Assignment,
    student: Annotated[str | None, typer.Option(help="For this student alone.")] = None,
    zip: Annotated[bool, typer.Option("--zip", help="A ZIP for each student, too, in class/exports.")] = False,
    course: CoursePath = None,
) -> None:
    """Write each student's feedback page, without hidden checks, into class/feedback."""
    from grader.desk import feedback as pages

    here = find_course(course)
    who = pages.graded(here, assignment, student)
    with bar("Writing feedback", len(who)) as tick:
        for _ in pages.write(here, assignment, who):
            tick()
    pages_in = "page in" if len(who) == 1 else "pages in"
    out.print(f"{len(who)} {pages_in} {here.feedback.relative_to(here.root).as_posix()}/", markup=False)
    if zip:
        folder = pages.zipped(here, assignment, who)[0].parent
        out.print(f"{len(who)} ZIP files in {folder.relative_to(here.root).as_posix()}/", markup=False)


@app.command()
def export(
    assignment: Annotated[str | None, typer.Argument(help="An assignment's name, such as 1-rnn.")] = None,
    all: Annotated[bool, typer.Option("--all", help="Every assignment that has been graded.")] = False,
    format: Annotated[str, typer.Option("--format", help="canvas, moodle, gradescope, or csv with all.")] = "csv",
    to: Annotated[Path | None, typer.Option(help="Another file; class/exports by default.")] = None,
    missing: Annotated[float | None, typer.Option(help="The points of whoever handed nothing in; none.")] = None,
    unread: Annotated[bool, typer.Option("--unread", help="Also marks with questions that nobody has read.")] = False,
    course: CoursePath = None,
) -> None:
    """Write marks as Canvas and Moodle import them, as Gradescope's results, or as a plain table."""
    from grader.desk import exports

    here = find_course(course)
    if (assignment is None) != all:
        raise Trouble("Name one assignment, or say --all.")
    names = [assignment] if assignment else exports.graded(here)
    path, remarks = exports.export(here, names, format, to, missing, unread)
    for remark in remarks:
        err.print(printable(remark), markup=False, soft_wrap=True)
    out.print(str(path), markup=False, soft_wrap=True)


@app.command()
def gradescope(
    assignment: Assignment,
    to: Annotated[Path | None, typer.Option(help="Another file; class/exports by default.")] = None,
    trusted: Annotated[bool, typer.Option("--trusted", help="No sandbox where none can be; it says so.")] = False,
    course: CoursePath = None,
) -> None:
    """Make the archive that Gradescope builds an autograder from."""
    from grader.desk import gradescope as packing

    here = find_course(course)
    with err.status("Packing the autograder"):
        path = packing.archive(here, assignment, to or here.exports / f"gradescope-{assignment}.zip", trusted)
    out.print(str(path), markup=False, soft_wrap=True)
    if trusted:
        err.print("It grades without a sandbox where there is none: code in a submission could then read the solutions "
                  "and hidden checks in the container, and change its own mark.", markup=False)


@app.command("student-zip")
def student_zip(
    assignment: Assignment,
    to: Annotated[Path | None, typer.Option(help="Another file; class/exports by default.")] = None,
    self_study: Annotated[bool, typer.Option("--self-study", help="With its answers, to compare with.")] = False,
    course: CoursePath = None,
) -> None:
    """Make the ZIP that a student starts from: the lesson, what it needs, and how to begin."""
    from grader.desk import student_zip as packing

    here = find_course(course)
    with err.status("Comparing with a fresh release, and packing"):
        path = packing.write(here, assignment, to or here.exports / f"{assignment}.zip", self_study)
    out.print(str(path), markup=False, soft_wrap=True)


@app.command()
def report(
    assignment: Assignment,
    formgrader: Annotated[str, typer.Option(metavar="ADDRESS", help="Where your JupyterLab answers, for links into "
                                            "formgrader.")] = "http://localhost:8888",
    course: CoursePath = None,
) -> None:
    """Write the class report: marks, checks, mistakes in teaching words with nameless examples, who is stuck where."""
    from grader.desk import report as reporting

    path = reporting.write(find_course(course), assignment, formgrader)
    out.print(str(path), markup=False, soft_wrap=True)


@app.command()
def explain(
    student: Annotated[str, typer.Argument(help="A student, as the folder in class/submitted is called.")],
    assignment: Assignment,
    reproduce: Annotated[bool, typer.Option("--reproduce", help="Grade it again as it was, in memory.")] = False,
    course: CoursePath = None,
) -> None:
    """Explain a mark: each check with its words and version, what people gave, lateness, and what was before."""
    from grader.desk import explain as explaining

    here = find_course(course)
    found = explaining.explain(here, assignment, student)
    _print_lines(explaining.paragraphs(found))
    table = Table("check", "points", "version", "words")
    for line in found.lines:
        points = f"{'?' if line.counts is None else f'{line.counts:g}'} of {line.most:g}"
        table.add_row(line.cell.removeprefix("check-"), points, line.version[:8], Text(printable(line.words)))
    out.print(table)
    _print_lines(explaining.remarks(found))
    if reproduce:
        raise typer.Exit(_reproduce(here, assignment, student))


@app.command()
def regrade(
    assignment: Assignment,
    check: Annotated[list[str] | None, typer.Option("--check", help="What was changed; by default all.")] = None,
    why: Annotated[str | None, typer.Option(help="The reason, for the record.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Write without asking.")] = False,
    jobs: Annotated[int, typer.Option(min=1, help="How many submissions at a time.")] = os.cpu_count() or 1,
    trusted: Annotated[bool, typer.Option("--trusted", help="Without a sandbox; every result says so.")] = False,
    course: CoursePath = None,
) -> None:
    """Grade anew by checks that were changed in solutions/: shows whose marks change, then asks, then writes."""
    from grader import lock
    from grader.desk import regrade as regrading
    from grader.workers import Local

    here = find_course(course)
    if yes:
        regrading.require_reason(why, lambda: "")
    with lock.held(here, f"regrading {assignment}"), closing(Local(jobs)) as workers, \
            regrading.Regrading(here, assignment, check or [], trusted) as plan:
        who = plan.students()
        with bar(f"Judging {assignment} by the changed check", len(who)) as tick:
            for _ in plan.judge(workers):
                tick()
        table = Table("student", "check", "points", "in all", title=f"{assignment}: what would change")
        for row in regrading.rows(plan.changes):
            table.add_row(Text(printable(row[0])), *row[1:])
        out.print(table)
        _print_lines(plan.left_out + regrading.summary(plan, len(who)))
        if not yes and not typer.confirm("Write these marks?", default=False):
            out.print("Nothing was changed.")
            raise typer.Exit(1)
        why = regrading.require_reason(why, lambda: typer.prompt("Why"))
        results = []
        with bar("Writing", len(who)) as tick:
            for result in plan.write(why):
                results.append(result)
                tick()
    _print_lines([result.sentence for result in results if result.sentence])
    _print_lines([f"Written and on record. Feedback pages and assignments/ are as they were: run  python -m grader "
                  f"feedback {assignment}  and  python -m grader release {assignment} ."])


@app.command()
def similar(assignment: Assignment, course: CoursePath = None) -> None:
    """Compare answers with each other by what they compute, and write a page with those that stand out."""
    from grader.desk import similarity

    here = find_course(course)
    with err.status("Comparing everyone with everyone"):
        found = similarity.compare(here, assignment)
    table = Table("students", "alike in", "share", "rare", title=f"{assignment}: what stands out")
    for two in found.ranked[: similarity.MOST_SHOWN]:
        questions = ", ".join(pair.question for pair in two.pairs)
        share = min(pair.alike for pair in two.pairs)
        table.add_row(Text(printable(f"{two.first}, {two.second}")), questions, f"{share:.0%}", f"{two.bits:.0f} bits")
    out.print(table)
    _print_lines([f"{question.name}: nothing is said. {question.silent}" for question in found.questions
                  if question.silent] + found.unread + [similarity.UNKNOWN])
    out.print(str(similarity.write(here, found)), markup=False, soft_wrap=True)


@app.command()
def demo(
    folder: Annotated[Path, typer.Option("--in", help="Where to build it.")] = Path("build/demo"),
    trusted: Annotated[bool, typer.Option("--trusted", help="Without a sandbox; every result says so.")] = False,
    course: CoursePath = None,
) -> None:
    """Play the whole loop on a small made-up class: release, submit, grade, give feedback, report."""
    from grader.desk import demo as playing
    from grader.workers import Local

    here, assignment = playing.prepare(find_course(course), folder, lambda line: out.print(line, markup=False))
    _grade(here, assignment, None, Local(os.cpu_count() or 1), False, trusted, playing.SECONDS)
    playing.publish(here, assignment, lambda line: out.print(line, markup=False, soft_wrap=True))


@app.command()
def doctor() -> None:
    """Try the sandbox from inside and say, promise by promise, what was seen; exit 1 if one is not kept."""
    from grader.sandbox import Unavailable, probe

    try:
        with err.status("Trying the sandbox from inside"):
            findings = probe()
    except Unavailable as unavailable:
        raise Trouble(f"There is no sandbox here: {unavailable}") from None
    for finding in findings:
        out.print(f"{'✓' if finding.kept else '✗'} {finding.promise}: {finding.seen}", markup=False, soft_wrap=True)
    raise typer.Exit(0 if all(finding.kept for finding in findings) else 1)


def pairs(said: list[str] | None, option: str) -> dict[str, str]:
    """Read options of the form NAME=VALUE."""
    found = {}
    for text in said or []:
        name, sign, value = text.partition("=")
        if not sign or not name.strip() or not value.strip():
            raise Trouble(f"{option} {text!r}: expected NAME=VALUE.")
        found[name.strip()] = value.strip()
    return found


def _times(said: list[str] | None) -> dict[str, Any]:
    from grader import clock

    found = {name: clock.moment(text) for name, text in pairs(said, "--due").items()}
    for name, time in found.items():
        if time is None:
            raise Trouble(f"--due {name}: expected a time such as 2027-03-31 23:59 +02:00, or a day.")
    return found


def _numbers(said: list[str] | None) -> dict[str, float]:
    try:
        return {name: float(text) for name, text in pairs(said, "--points").items()}
    except ValueError as error:
        raise Trouble(f"--points: {error}.") from None


def _print_lines(lines: list[str]) -> None:
    for line in lines:
        out.print(printable(line), markup=False, soft_wrap=True)


def _reproduce(course: Course, assignment: str, student: str) -> int:
    """Grade again as it was and say whether the same came out: 0 if so."""
    from grader.desk import explain as explaining
    from grader.sandbox import Unavailable

    try:
        with err.status("Grading it again as it was"):
            again = explaining.reproduce(course, assignment, student)
    except Unavailable as unavailable:
        raise Trouble(f"It is not graded again without a sandbox: {unavailable}") from None
    _print_lines(explaining.verdict(again))
    return 0 if again.same else 1


def _grade(course: Course, assignment: str, student: str | None, workers: Any, regrade: bool, trusted: bool,
           seconds: float | None) -> list:
    """Grade with a progress bar and print the table of marks."""
    from grader import grade as grading
    from grader import lock

    results = []
    try:
        with closing(workers), lock.held(course, f"grading {assignment}"):
            grading.require_released(course, assignment, lambda line: err.print(line, markup=False))
            who = grading.students(course, assignment, student)
            with bar(f"Grading {assignment}", len(who)) as tick:
                for result in grading.grade(course, assignment, who, workers, regrade, trusted, seconds):
                    results.append(result)
                    tick()
    except KeyboardInterrupt:
        err.print("Stopped. What was graded so far is kept; run it again to grade the rest.")
        raise
    results.sort(key=lambda result: result.student)
    print_marks(course, assignment, results, trusted)
    return results


def print_marks(course: Course, assignment: str, results: list, trusted: bool) -> None:
    from grader import gradebook

    title = f"{assignment}, not sandboxed" if trusted else assignment
    table = Table("student", "status", "checks", "marks", "by hand", title=title)
    marks = groupby(gradebook.marks(course, assignment), key=lambda mark: mark.student)
    of_student = {student: list(own) for student, own in marks}
    for result in results:
        name = Text(printable(result.student))
        own = of_student.get(result.student, [])
        checks = [m for m in own if not m.by_hand]
        waiting = sum(m.score is None for m in own)
        if not own:
            table.add_row(name, result.status, "", "", "")
            continue
        passed = sum(m.score == m.most for m in checks)
        total, most = sum(m.score or 0 for m in own), sum(m.most for m in own)
        table.add_row(name, result.status, f"{passed} of {len(checks)}", f"{total:g} of {most:g}",
                      f"{waiting} to read" if waiting else "")
    out.print(table)
    for result in results:
        if result.sentence:
            err.print(printable(result.sentence), markup=False, soft_wrap=True)
