"""From a ZIP to the first ✓, as START.md says, in an environment that has nothing of grading."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from grader import notebooks
from grader.desk import student_zip
from tests.browser import conftest
from tests.browser.conftest import Shoot
from tests.browser.test_browser import (
    CHECK,
    COURSE,
    FUNCTION,
    LESSON,
    SETUP,
    StartLab,
    checked,
    find_cell,
    open_lesson,
    run_down,
    save,
    solved,
    write,
)

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1200)]

ZIP_TO_FIRST_CHECK = 600        # seconds: what the README promises
GRADING = ("nbgrader", "sqlalchemy", "alembic", "msgpack")


@pytest.fixture
def clean(monkeypatch: Any) -> None:
    """Nothing of this project but what the ZIP brings: no PYTHONPATH, no active environment."""
    for name in ("PYTHONPATH", "VIRTUAL_ENV", "PYTHONHOME"):
        monkeypatch.delenv(name, raising=False)


def start(folder: Path, *words: str) -> str:
    """Run start.py by the Python that the student has, not that of this environment."""
    python = Path(sys.base_prefix) / ("python.exe" if os.name == "nt" else "bin/python3")
    done = subprocess.run([str(python), "start.py", *words], cwd=folder, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_from_the_zip_to_the_first_check(
    clean: None, start_lab: StartLab, page: Any, shoot: Shoot, tmp_path: Path, monkeypatch: Any, capsys: Any
) -> None:
    """Unpack, install, open, write the answer of the first step, see its ✓, and find it in the progress."""
    from playwright.sync_api import expect

    packed = student_zip.write(COURSE, LESSON.parent.name, tmp_path / "1-rnn.zip")
    began = time.monotonic()
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(tmp_path / "mon cours")
    folder = tmp_path / "mon cours" / student_zip.FOLDER
    assert "not begun" in start(folder, "progress")
    installed = time.monotonic()
    python = folder / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    for name in GRADING:
        refused = subprocess.run([python, "-c", f"import {name}"], capture_output=True, encoding="utf-8", cwd=folder)
        assert f"No module named '{name}'" in refused.stderr
    longest = max(len(str(path.relative_to(folder))) for path in folder.rglob("*"))
    assert longest - len("lib/python3.11/") + len("Lib/") < 175         # start.py counts with this on Windows

    monkeypatch.setattr(conftest, "sys", type("OfTheFolder", (), {"executable": str(python)}))
    lab, answer = start_lab(folder), solved()[FUNCTION]
    open_lesson(page, lab)
    expect(page.get_by_role("button", name="Validate")).to_have_count(0)
    run_down(page, SETUP, CHECK)
    expect(checked(page)).to_have_text(f"· {FUNCTION} is not written yet.")
    write(page, find_cell(page, f"def {FUNCTION}("), answer)
    run_down(page, SETUP, CHECK)
    expect(checked(page)).to_contain_text("✓ next_h")
    expect(checked(page)).not_to_contain_text("✗")
    ended = time.monotonic()
    shoot("zip-first-check")

    saved = save(page, folder / "assignments" / LESSON)
    assert notebooks.source(saved[FUNCTION]) == answer
    said = start(folder, "progress")
    assert " 1 of 10  · tanh_backward" in said
    done = subprocess.run([python, "-m", "unrolled", "progress"], cwd=folder, capture_output=True, encoding="utf-8")
    assert done.stdout == said
    with capsys.disabled():
        print(f"\nfrom the ZIP to ✓ in {ended - began:.0f} s, {installed - began:.0f} s of them installing")
    assert ended - began < ZIP_TO_FIRST_CHECK
