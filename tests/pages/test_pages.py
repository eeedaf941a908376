"""Every page is followed: its commands run in order and print what it says; what it names is there."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from grader.sandbox import Sandbox, Unavailable
from tests.lesson import ROOT
from tests.pages.messages import SAID, messages, said
from tests.pages.options import complaint, missing_extras
from tests.pages.prepared import TABLES, project
from tests.pages.reader import Page, lessons, pages
from tests.pages.walk import Tables, fits, follow, unused

PAGES = pages(ROOT)
TO_FOLLOW = [page for page in PAGES if page.steps]
GRADES = re.compile(r"make demo|python -m grader (grade|regrade|doctor|demo|explain .*--reproduce)|run_autograder")
WINDOWS = [(r"py -3\.\d+ ", "python3 "), (r"\.venv\\Scripts\\activate", ". .venv/bin/activate"), (r"\\", "/")]

needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="pages are followed in bash, and it is not here")


@pytest.fixture(scope="session")
def no_sandbox() -> str:
    """Why there is no sandbox here, or nothing."""
    try:
        with Sandbox(preload=()):
            return ""
    except Unavailable as unavailable:
        return str(unavailable)


def followed(page: Page, folder: Path, tables: Tables, no_sandbox: str, in_full: bool = False) -> list[str]:
    """What is otherwise than the page says."""
    if no_sandbox and any(GRADES.search(command.text) for command in page.commands):
        pytest.skip(f"{page.name} grades, and there is no sandbox here: {no_sandbox}")
    shell = project(page, folder, in_full)
    wrong = [found for _, _, found in follow(page, shell, tables) if found]
    shutil.rmtree(folder)
    return wrong


@needs_bash
@pytest.mark.timeout(900)
@pytest.mark.parametrize("page", TO_FOLLOW, ids=lambda page: page.name)
def test_a_page_is_followed_from_top_to_bottom(page, tmp_path, no_sandbox):
    wrong = followed(page, tmp_path / "here", TABLES, no_sandbox)
    assert not wrong, "\n\n" + "\n\n".join(wrong)


@needs_bash
@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("page", TO_FOLLOW, ids=lambda page: page.name)
def test_a_page_is_followed_in_full(page, tmp_path, no_sandbox):
    """With all assignments, and nothing shortened that the ordinary run shortens."""
    shortened = [entry for entry in TABLES.otherwise if entry.long]
    if page.name != "README.md" and not any(fits(e.command, c.text) for e in shortened for c in page.commands):
        pytest.skip("the ordinary run shortens nothing here")
    wrong = followed(page, tmp_path / "here", TABLES.in_full(), no_sandbox, in_full=True)
    assert not wrong, "\n\n" + "\n\n".join(wrong)


def test_every_entry_of_the_tables_is_about_a_page():
    assert not list(unused(PAGES, TABLES))


def test_what_stands_for_a_command_that_is_not_run_is_there():
    for entry in TABLES.not_run:
        file, _, test = entry.instead.partition("::")
        if test:
            assert f"def {test}(" in (ROOT / file).read_text(encoding="utf-8"), entry


def test_what_is_named_is_there_with_its_options():
    """In blocks and in running text, of the pages and of the lessons."""
    named = [words for page in [*PAGES, *lessons(ROOT)] for words in [*page.commands, *page.windows, *page.inline]]
    assert len(named) > 500
    wrong = [f"{words.page}, line {words.line}: {words.text}\n  {found}" for words in named
             if (found := complaint(words.text))]
    assert not wrong, "\n" + "\n".join(wrong)


def test_the_extras_that_are_named_are_there():
    assert {page.name: found for page in PAGES if (found := missing_extras(page.text))} == {}


def test_windows_lines_are_what_make_runs_or_what_is_run_elsewhere():
    dry = subprocess.run(["make", "--always-make", "--dry-run", "demo", "test"], cwd=ROOT, capture_output=True,
                         text=True, check=True).stdout
    of_make = [line.replace(".venv/bin/", "").replace(" --quiet", "") for line in dry.splitlines()]
    elsewhere = {command.text for page in PAGES for command in page.commands}
    wrong = []
    for page in PAGES:
        for command in page.windows:
            here = command.text
            for pattern, words in WINDOWS:
                here = re.sub(pattern, words, here)
            if here not in [*of_make, ". .venv/bin/activate"] and not any(fits(here, text) for text in elsewhere):
                wrong.append(f"{page.name}, line {command.line}: {command.text}\n  is {here!r} elsewhere, and neither "
                             "make nor a page runs that.")
    assert not wrong, "\n".join(wrong)


def test_on_windows_the_readme_does_what_make_does():
    dry = subprocess.run(["make", "--always-make", "--dry-run", "demo"], cwd=ROOT, capture_output=True, text=True,
                         check=True).stdout
    of_make = [line.replace(".venv/bin/", "").replace(" --quiet", "") for line in dry.splitlines()]
    wanted = [line for line in of_make if line.startswith("python -m ")]
    assert len(wanted) == 3
    here = [command.text for command in next(page for page in PAGES if page.name == "README.md").windows]
    assert [line for line in here if line in wanted] == wanted


def test_conda_activates_what_it_makes():
    name = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["name"]
    activated = [command.text for page in PAGES for command in [*page.commands, *page.windows]
                 if command.text.startswith("conda activate")]
    assert set(activated) == {f"conda activate {name}"}


def test_messages_of_checks_are_said_by_the_checks():
    spoken = {entry: said(*entry) for entry in SAID}
    shown = [message for page in PAGES for message in messages(page)]
    strange = [f"{message.page}, line {message.line}: no check says this to one of SAID in tests/pages/messages.py\n"
               f"{message.text}" for message in shown if not any(message.text in words for words in spoken.values())]
    assert not strange, "\n\n".join(["", *strange, *(f"{entry} is told\n{words}" for entry, words in spoken.items())])
    assert [entry for entry, words in spoken.items() if not any(m.text in words for m in shown)] == []
