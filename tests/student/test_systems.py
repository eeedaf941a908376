"""Windows and macOS, simulated: other encodings, line ends, spellings and ways to start a process.

What is simulated here is not those systems; docs/students.md says which rule is tested how.
"""

import json
import multiprocessing
import os
import runpy
import stat
import subprocess
import sys
import unicodedata
import zipfile
from pathlib import Path

import pytest

from grader import notebooks
from grader.console import GRADING
from grader.student import folder, progress, reset
from tests.lesson import ROOT
from tests.student.conftest import keep_first_cells, unpack, write

STEP = "rnn_step_forward"
LEGACY = {
    "a pipe in cp1252": {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"},
    "a locale without UTF-8": {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    "both": {"LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "PYTHONIOENCODING": "cp1252"},
}
REFUSE = """
import sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {GRADING}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Refuse())
"""


def refuse_grading(folder: Path) -> dict[str, str]:
    """An environment in which nothing of the grading extra can be imported, in every process that is started."""
    folder.mkdir()
    names = set(GRADING) - {"traitlets"}        # every kernel needs that
    (folder / "sitecustomize.py").write_text(REFUSE.replace("{GRADING}", repr(names)), encoding="utf-8")
    return {"PYTHONPATH": os.pathsep.join([str(folder), str(folder.parent)])}


def test_a_notebook_is_checked_without_what_grading_needs(run, root, lesson, answers, tmp_path):
    keep_first_cells(lesson, "check-tanh_backward")
    write(lesson.path, **{STEP: answers[STEP]})
    without = refuse_grading(root / "refuse")
    refused = subprocess.run([sys.executable, "-c", "import nbgrader"], env=os.environ | without, capture_output=True)
    assert refused.returncode == 1
    done = run("grader", "check", "1-rnn", **without)
    assert "✓ rnn_step_forward" in done.stdout, done.stderr
    assert done.stdout.splitlines()[-1] == "1 of 2 checks pass. Next: tanh_backward."
    assert "1 of 2" in run("unrolled", "progress", **without).stdout


@pytest.mark.parametrize("words", [("grade", "1-rnn"), ("release",), ("report", "1-rnn"), ("student-zip", "1-rnn")])
def test_a_grading_command_without_the_extra_says_what_to_install(course, command, tmp_path, words):
    refuse = refuse_grading(tmp_path / "refuse")
    path = os.pathsep.join([refuse["PYTHONPATH"], str(ROOT)])
    done = command(course.root, "grader", *words, PYTHONPATH=path)
    assert done.returncode == 2
    assert "This command needs what grading needs, and " in done.stderr
    assert 'python -m pip install --editable ".[grading]"' in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("environment", LEGACY.values(), ids=LEGACY)
def test_a_console_without_the_signs_does_not_stop_a_command(run, lesson, answers, environment):
    keep_first_cells(lesson, f"check-{STEP}")
    write(lesson.path, **{STEP: answers[STEP] + "\nprint('éß✓ 中文')"})
    for words in (("grader", "check", "1-rnn"), ("unrolled", "progress"), ("unrolled", "hint", STEP),
                  ("unrolled", "solution", STEP), ("unrolled", "--help")):
        done = run(*words, **environment)
        assert done.returncode == 0, (words, done.stderr)
        assert "Traceback" not in done.stderr


def test_no_file_is_read_or_written_in_the_systems_own_encoding(run, lesson, answers):
    """Python itself tells, where it is asked to warn of every file that is opened without an encoding."""
    keep_first_cells(lesson, f"check-{STEP}")
    write(lesson.path, **{STEP: answers[STEP]})
    for words in (("grader", "check", "1-rnn"), ("unrolled", "progress"), ("unrolled", "reset", STEP)):
        done = run(*words, PYTHONWARNDEFAULTENCODING="1")
        assert done.returncode == 0, (words, done.stderr)
        warned = [line for line in done.stderr.splitlines() if "EncodingWarning" in line]
        assert [line for line in warned if str(lesson.root) in line] == []


def test_no_file_of_the_kit_is_opened_without_an_encoding():
    """But for the sandbox, which is for Linux."""
    ruff = [sys.executable, "-m", "ruff", "check", "--preview", "--select", "PLW1514", "--exclude", "grader/sandbox",
            "grader", "unrolled"]
    done = subprocess.run(ruff, cwd=ROOT, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout


def test_a_notebook_with_windows_line_ends(lesson, answers):
    keep_first_cells(lesson, f"check-{STEP}")
    write(lesson.path, **{STEP: answers[STEP]})
    notebook = json.dumps(lesson.now(), indent=1, ensure_ascii=False)
    lesson.path.write_bytes(b"\xef\xbb\xbf" + notebook.replace("\n", "\r\n").encode("utf-8"))
    assert progress.standing(lesson).passed == 1
    assert reset.reset(lesson, [STEP])[0] == [STEP]
    assert not progress.standing(lesson).begun


def test_source_with_windows_line_ends_is_not_begun(lesson):
    """An editor may turn the line ends inside cells as well."""
    notebook = lesson.now()
    for cell in notebook["cells"]:
        cell["source"] = notebooks.source(cell).replace("\n", "\r\n")
    lesson.path.write_text(json.dumps(notebook), encoding="utf-8")
    assert not progress.standing(lesson).begun


def test_a_system_that_knows_no_case(lesson, zips, monkeypatch):
    """macOS and Windows open RNN.ipynb as rnn.ipynb; names of cells and assignments are found in any case here too."""
    monkeypatch.chdir(lesson.root)
    assert folder.which_lessons(lesson.root, "1-RNN") == [lesson]
    names = [name.casefold() for name in zipfile.ZipFile(zips()).namelist()]
    assert len(set(names)) == len(names)


def test_every_name_in_a_zip_is_allowed_on_windows(zips):
    reserved = {"con", "prn", "aux", "nul", *(f"{name}{n}" for name in ("com", "lpt") for n in range(10))}
    for assignment in ("1-rnn", "8-attention"):
        for name in zipfile.ZipFile(zips(assignment)).namelist():
            assert name.isascii()
            assert not set(name) & set('\\:*?"<>|')
            assert len(name) < 90
            for part in name.split("/"):
                assert part.split(".")[0].casefold() not in reserved
                assert part == part.rstrip(". ")


def test_a_folder_whose_name_is_spelled_as_macos_does(zips, tmp_path, run):
    root = unpack(zips(), tmp_path / unicodedata.normalize("NFD", "Übung für Zoë ✓"))
    done = run("unrolled", "progress", at=root, PYTHONPATH=str(root))
    assert done.returncode == 0, done.stderr


def test_a_long_path(zips, tmp_path, run, answers):
    root = unpack(zips(), tmp_path.joinpath(*["a folder with a rather long name"] * 6))
    assert len(str(root)) > 200
    lesson = folder.lessons(root)[0]
    keep_first_cells(lesson, f"check-{STEP}")
    write(lesson.path, **{STEP: answers[STEP]})
    done = run("unrolled", "progress", at=root, PYTHONPATH=str(root))
    assert "1 of 1" in done.stdout, done.stderr


def test_a_folder_that_cannot_be_written_to(lesson, answers, monkeypatch):
    keep_first_cells(lesson, f"check-{STEP}")
    write(lesson.path, **{STEP: answers[STEP]})

    def refuse(*_, **__):
        raise PermissionError(13, "Access is denied")

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    monkeypatch.setattr(progress.check, "check", lambda *_: [progress.Said(f"check-{STEP}", False, False, "", "")])
    assert progress.standing(lesson).passed == 1


def spawned(path: str) -> str:
    lesson = folder.lessons(Path(path))[0]
    found = progress.standing(lesson)
    return f"{found.passed} of {len(found.checks)}"


def test_processes_that_are_spawned(lesson, answers):
    """Windows and macOS start a process from nothing: what it runs has to be importable."""
    keep_first_cells(lesson, f"check-{STEP}")
    write(lesson.path, **{STEP: answers[STEP]})
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(spawned, (str(lesson.root),)) == "1 of 1"


class TestStart:
    """start.py: each system's own places, and sentences for what is not right."""

    @pytest.fixture
    def start(self, root) -> dict:
        return runpy.run_path(str(root / "start.py"))

    @pytest.mark.parametrize(("version", "bits", "words"), [
        ((3, 10), True, "This is Python 3.10; the course needs Python 3.11 to 3.13 with 64 bits."),
        ((3, 14), True, "This is Python 3.14;"),
        ((3, 12), False, "This is Python 3.12 with 32 bits;"),
    ])
    def test_another_python_is_told(self, start, capsys, version, bits, words):
        with pytest.raises(SystemExit):
            start["require_python"](version, bits)
        assert words in capsys.readouterr().err
        start["require_python"]((3, 12), True)

    def test_a_folder_too_deep_for_windows_is_told(self, start, capsys, monkeypatch):
        monkeypatch.setitem(start["require_short"].__globals__, "WINDOWS", True)
        start["require_short"](r"C:\Users\ada\course")
        with pytest.raises(SystemExit):
            start["require_short"]("C:\\" + "long\\" * 30)
        assert "lies too deep for Windows: its path has 153 letters, and 84 are the most" in capsys.readouterr().err

    def test_it_finds_python_where_windows_keeps_it(self, start, monkeypatch):
        assert start["python"]().parts[-3:] == (".venv", "bin", "python")
        monkeypatch.setitem(start["python"].__globals__, "WINDOWS", True)
        assert start["python"]().parts[-3:] == (".venv", "Scripts", "python.exe")

    def test_it_installs_anew_where_the_folder_was_moved_or_has_another_lock(self, start, root):
        place = start["python"]()
        place.parent.mkdir(parents=True)
        place.write_bytes(b"")
        assert not start["is_ready"]()
        (root / ".venv" / "ready").write_text(start["state"](), encoding="utf-8")
        assert start["is_ready"]()
        (root / "requirements-student.lock").write_text("other", encoding="utf-8")
        assert not start["is_ready"]()

    def test_pips_own_words_come_with_a_sentence(self, start, capsys, monkeypatch):
        failed = subprocess.CompletedProcess([], 1, stdout="ERROR: no connection\n")
        monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
        with pytest.raises(SystemExit):
            start["pip"]("the libraries")
        said = capsys.readouterr().err
        assert said.startswith("ERROR: no connection\nThe installation of the libraries did not succeed")

    def test_its_words_go_to_the_right_command(self, start, monkeypatch):
        ran: list[list[str]] = []
        monkeypatch.setattr(subprocess, "run", lambda words, **_: ran.append(words[1:]) or
                            subprocess.CompletedProcess(words, 0))
        for words in ([], ["progress"], ["check", "1-rnn"]):
            assert start["run"](words) == 0
        assert ran == [["-m", "jupyterlab"], ["-m", "unrolled", "progress"], ["-m", "grader", "check", "1-rnn"]]


def test_permissions_of_a_zip_allow_writing(zips):
    for info in zipfile.ZipFile(zips()).infolist():
        assert stat.S_IMODE(info.external_attr >> 16) == 0o644
