"""A student writes, runs, saves and validates a notebook; an instructor marks in formgrader and reads the report."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader import notebooks
from grader.course import Course
from grader.desk import demo
from tests.browser.conftest import Lab, Shoot

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

COURSE = Course(Path(__file__).resolve().parents[2])
LESSON = Path(demo.ASSIGNMENT, f"{demo.NOTEBOOK}.ipynb")
FUNCTION = "rnn_step_forward"
SETUP, CHECK = "from grader import Case", f"case.outputs({FUNCTION},"
VALIDATE_SECONDS, DEMO_SECONDS = 300, 600
REFUSED = "hana"
GRADED = ("ada", "bao", "chloé", "dina", "emil", "fay", "gus")
StartLab = Callable[[Path], Lab]


def solved() -> dict[str, str]:
    """The right answers, as a student would write them: without the solution's markers."""
    cells = notebooks.read(COURSE.solutions / LESSON)["cells"]
    sources = {notebooks.grade_id(cell): notebooks.source(cell) for cell in cells if notebooks.grade_id(cell)}
    return {name: "\n".join(line for line in source.splitlines() if not line.strip().startswith("###"))
            for name, source in sources.items()}


def student_folder(folder: Path) -> Path:
    """What a student works in: the released lesson and the course's settings, nothing else."""
    (folder / "assignments" / LESSON).parent.mkdir(parents=True)
    shutil.copy(COURSE.assignments / LESSON, folder / "assignments" / LESSON)
    shutil.copy(COURSE.root / "nbgrader_config.py", folder)
    return folder


def open_lesson(page: Any, lab: Lab) -> None:
    """Open the lesson in JupyterLab and wait until its kernel is there."""
    page.goto(lab.url(f"lab/tree/assignments/{LESSON.as_posix()}"))
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()


def find_cell(page: Any, text: str) -> Any:
    """Scroll down until the code cell with this text is there; older JupyterLabs make cells only when seen."""
    cell = page.locator(".jp-Notebook .jp-CodeCell").filter(has_text=text)
    page.locator(".jp-NotebookPanel .jp-Notebook").hover()
    page.mouse.wheel(0, -100_000)
    for _ in range(60):
        if cell.count():
            break
        page.mouse.wheel(0, 300)
        page.wait_for_timeout(200)
    cell.scroll_into_view_if_needed()
    return cell


def write(page: Any, cell: Any, text: str) -> None:
    """Replace what a cell's editor holds."""
    cell.locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(text)


def run_down(page: Any, first: str, last: str) -> None:
    """Press Shift+Enter from the cell with one text to the cell with another."""
    find_cell(page, first).locator(".jp-InputPrompt").click()
    active = page.locator(".jp-Notebook .jp-Cell.jp-mod-active")
    for _ in range(60):
        arrived = last in active.text_content()
        page.keyboard.press("Shift+Enter")
        if arrived:
            return
    pytest.fail(f"Shift+Enter never arrived at the cell with {last!r}")


def save(page: Any, path: Path) -> dict[str, Any]:
    """Save with the keyboard, wait until no change is left unsaved, and read what is on the disk."""
    page.keyboard.press("ControlOrMeta+s")
    page.locator(".jp-mod-dirty").wait_for(state="detached")
    return {notebooks.grade_id(cell): cell for cell in notebooks.read(path)["cells"]}


def validate(page: Any) -> Any:
    """Press the toolbar's Validate and wait for what it says."""
    page.get_by_role("button", name="Validate").click()
    dialog = page.locator(".jp-Dialog").filter(has_text="Validation Results")
    dialog.wait_for(timeout=VALIDATE_SECONDS * 1000)
    return dialog


def checked(page: Any) -> Any:
    """What the check of the function says, in view."""
    said = find_cell(page, CHECK).locator(".jp-OutputArea-output")
    said.last.scroll_into_view_if_needed()
    return said


def build_demo(folder: Path) -> Path:
    """Build and grade the demonstration class, as an instructor would."""
    run(folder.parent, "demo", "--in", str(folder), "--course", str(COURSE.root))
    return folder


def run(folder: Path, *words: str) -> None:
    """Run a command of the kit in a folder."""
    done = subprocess.run([sys.executable, "-m", "grader", *words], cwd=folder, capture_output=True, text=True,
                          encoding="utf-8", timeout=DEMO_SECONDS)
    assert done.returncode == 0, done.stdout + done.stderr


def give(page: Any, question: str, points: str) -> None:
    """Write the points of a question into its box in formgrader, and wait until they are kept."""
    score = page.locator(f"#{question}.score")
    score.scroll_into_view_if_needed()
    score.fill(points)
    with page.expect_response(lambda answer: "/api/grade/" in answer.url and answer.request.method == "PUT"):
        score.press("Tab")


def exported(course: Course, *options: str) -> dict[str, dict[str, str]]:
    """The plain table of marks, made by the command, by student."""
    run(course.root, "export", demo.ASSIGNMENT, *options)
    with (course.exports / f"{demo.ASSIGNMENT}-csv.csv").open(encoding="utf-8", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def test_a_student_writes_a_function_and_its_check_says_so(
    start_lab: StartLab, page: Any, shoot: Shoot, tmp_path: Path
) -> None:
    """Run the check of an empty function, fill it, run down to its check again, save, and validate."""
    from playwright.sync_api import expect

    lab, answer = start_lab(student_folder(tmp_path / "student")), solved()[FUNCTION]
    open_lesson(page, lab)
    shoot("student-1-opened")

    run_down(page, SETUP, CHECK)
    expect(checked(page)).to_have_text(f"· {FUNCTION} is not written yet.")
    shoot("student-2-not-written")
    expect(find_cell(page, "shapes = {").locator(".jp-OutputArea-output img")).to_be_visible()
    shoot("student-3-picture")

    write(page, find_cell(page, f"def {FUNCTION}("), answer)
    shoot("student-4-written")
    run_down(page, SETUP, CHECK)
    said = checked(page)
    expect(said).to_contain_text("✓ next_h")
    expect(said).to_contain_text("✓ edge cases")
    expect(said).not_to_contain_text("✗")
    shoot("student-5-checked")

    saved = save(page, lab.root / "assignments" / LESSON)
    assert notebooks.source(saved[FUNCTION]) == answer
    assert notebooks.is_check(saved[f"check-{FUNCTION}"])
    shoot("student-6-saved")

    dialog = validate(page)
    expect(dialog).to_contain_text("The following cell failed:")
    expect(dialog).to_contain_text("· rnn_step_backward is not written yet.")
    expect(dialog).to_contain_text("You did not provide a response.")
    expect(dialog).not_to_contain_text(f"· {FUNCTION} is not written yet.")
    expect(dialog).not_to_contain_text("Traceback")
    shoot("student-7-validated")


def test_a_solved_notebook_validates(start_lab: StartLab, page: Any, shoot: Shoot, tmp_path: Path) -> None:
    """Validate a notebook with every answer in it."""
    from playwright.sync_api import expect

    lab = start_lab(student_folder(tmp_path / "student"))
    path = lab.root / "assignments" / LESSON
    path.write_text(demo.answered(notebooks.read(path), solved()), encoding="utf-8")
    open_lesson(page, lab)
    dialog = validate(page)
    expect(dialog).to_contain_text("Success! Your notebook passes all the tests.")
    shoot("solved-validated")


def test_an_instructor_finds_the_class_in_formgrader(
    start_lab: StartLab, page: Any, shoot: Shoot, tmp_path: Path
) -> None:
    """Grade the demonstration class, find everybody in formgrader, and mark one written answer there."""
    from playwright.sync_api import expect

    lab = start_lab(build_demo(tmp_path / "demo"))
    page.goto(lab.url("formgrader"))
    rows = page.locator("tbody tr")
    count = rows.filter(has_text=demo.ASSIGNMENT).get_by_role("link", name=str(len(GRADED) + 1), exact=True)
    expect(count).to_be_visible()
    shoot("instructor-1-assignments")

    page.goto(lab.url(f"formgrader/manage_submissions/{demo.ASSIGNMENT}"))
    for student in GRADED:
        expect(rows.filter(has_text=student)).to_contain_text("/ 42")
    expect(rows.filter(has_text="ada")).to_contain_text("36 / 42")
    expect(rows.filter(has_text=REFUSED)).to_contain_text("needs autograding")
    shoot("instructor-2-submissions")

    page.get_by_role("link", name="Manual Grading").click()
    page.get_by_role("link", name=demo.ASSIGNMENT).click()
    page.get_by_role("link", name=demo.NOTEBOOK, exact=True).click()
    expect(rows).to_have_count(len(GRADED))
    page.get_by_role("button", name="Show All Names").click()
    expect(page.get_by_role("link", name="chloé")).to_be_visible()
    shoot("instructor-3-manual-grading")

    page.get_by_role("link", name="ada").click()
    expect(page.locator(f"#check-{FUNCTION}.score")).to_have_attribute("placeholder", "4")
    page.locator("#why-two-gradients.score").scroll_into_view_if_needed()
    shoot("instructor-4-answer")
    give(page, "why-two-gradients", "2")
    page.goto(lab.url(f"formgrader/manage_submissions/{demo.ASSIGNMENT}"))
    expect(rows.filter(has_text="ada")).to_contain_text("38 / 42")
    shoot("instructor-5-marked")


def test_a_question_marked_in_formgrader_is_in_report_and_export(
    start_lab: StartLab, page: Any, shoot: Shoot, tmp_path: Path
) -> None:
    """Follow the report's link into formgrader, mark both questions of one student, and find the marks outside."""
    from playwright.sync_api import expect

    lab = start_lab(build_demo(tmp_path / "demo"))
    course = Course(lab.root)
    before = exported(course)["ada"]
    assert (before["earned"], before["unread_questions"], before["exported"]) == ("36", "2", "")
    report = course.reports / f"{demo.ASSIGNMENT}.html"
    run(course.root, "report", demo.ASSIGNMENT, "--formgrader", lab.address)
    page.goto(lab.url("formgrader"))                # signs in
    page.goto(report.as_uri())
    question = page.locator("tr").filter(has_text="why-two-gradients").filter(has_text="read in formgrader")
    expect(question.locator("td").nth(1)).to_have_text("5")
    question.scroll_into_view_if_needed()
    shoot("report-1-before")
    question.get_by_role("link", name="read in formgrader").click()

    expect(page.locator("tbody tr")).to_have_count(len(GRADED))
    page.get_by_role("button", name="Show All Names").click()
    page.get_by_role("link", name="ada").click()
    give(page, "why-two-gradients", "2")
    give(page, "why-memory-fades", "2.5")
    shoot("report-2-marked")

    after = exported(course)["ada"]
    assert (after["earned"], after["unread_questions"], after["exported"]) == ("40.5", "0", "40.5")
    run(course.root, "report", demo.ASSIGNMENT)
    page.goto(report.as_uri())
    expect(question.locator("td").nth(1)).to_have_text("4")
    page.locator("summary").filter(has_text="For the teaching team").click()
    row = page.locator("details tr").filter(has=page.get_by_role("rowheader", name="ada", exact=True))
    expect(row.locator("td").first).to_have_text("40.5")
    row.scroll_into_view_if_needed()
    shoot("report-3-after")
