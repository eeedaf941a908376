"""python -m unrolled reset: the skeleton again, and nothing lost."""

import json
import os
from pathlib import Path

import pytest

from grader import notebooks
from grader.course import Trouble
from grader.student import folder, released, reset
from grader.student.cells import lesson_of
from tests.student.conftest import unpack, write

STEP = "rnn_step_forward"


def text(path: Path, name: str) -> str:
    return notebooks.source(released.named(notebooks.read(path))[name])


def test_the_skeleton_comes_back_and_what_was_there_is_kept(run, lesson):
    skeleton = text(lesson.path, STEP)
    write(lesson.path, **{STEP: "mine = 'œuvre'", "tanh_backward": "also mine"})
    before = lesson.path.read_bytes()
    done = run("unrolled", "reset", STEP)
    assert done.returncode == 0, done.stderr
    assert text(lesson.path, STEP) == skeleton
    assert text(lesson.path, "tanh_backward") == "also mine"
    kept, = (lesson.root / "backups" / "1-rnn").iterdir()
    assert kept.read_bytes() == before
    assert done.stdout.splitlines() == [
        "1-rnn/rnn.ipynb: rnn_step_forward put back.",
        f"The notebook as it was is backups/1-rnn/{kept.name}.",
        "If it is open in JupyterLab: File, Reload Notebook from Disk, before you save there."]


def test_what_is_as_it_was_is_left_alone(run, lesson):
    before = lesson.path.read_bytes()
    done = run("unrolled", "reset", "why-two-gradients", STEP)
    assert done.stdout == "1-rnn/rnn.ipynb: why-two-gradients, rnn_step_forward is as it was handed out already.\n"
    assert lesson.path.read_bytes() == before
    assert not (lesson.root / "backups").exists()


def test_all_puts_everything_back(run, lesson):
    first = lesson.path.read_bytes()
    write(lesson.path, **{STEP: "a", "why-two-gradients": "b", "check-rnn_forward": "c"})
    assert run("unrolled", "reset").returncode == 2
    assert run("unrolled", "reset", "--all").returncode == 0
    assert [notebooks.source(cell) for cell in lesson.now()["cells"]] == [
        notebooks.source(cell) for cell in json.loads(first)["cells"]]


def test_a_deleted_cell_comes_back_at_its_place(lesson):
    notebook = lesson.now()
    names = [notebooks.grade_id(cell) or cell["id"] for cell in notebook["cells"]]
    gone = {"tanh_backward", "check-tanh_backward", "tanh-backward"}
    notebook["cells"] = [cell for cell in notebook["cells"] if (notebooks.grade_id(cell) or cell["id"]) not in gone]
    lesson.path.write_text(json.dumps(notebook), encoding="utf-8")
    changed, _ = reset.reset(lesson, ["check-tanh_backward", "tanh_backward"])
    assert changed == ["check-tanh_backward", "tanh_backward"]
    now = [notebooks.grade_id(cell) or cell["id"] for cell in lesson.now()["cells"]]
    assert now == [name for name in names if name != "tanh-backward"]


def test_two_resets_in_one_second_keep_two_notebooks(lesson):
    for word in ("first", "second"):
        write(lesson.path, **{STEP: word})
        reset.reset(lesson, [STEP])
    kept = sorted((lesson.root / "backups" / "1-rnn").iterdir())
    assert [text(path, STEP) for path in kept] in (["first", "second"], ["second", "first"])


def test_unknown_cells_are_refused_with_near_names(lesson):
    with pytest.raises(Trouble, match=r"There is no cell 'rnn_step_foward' here. Did you mean rnn_step_forward or"):
        lesson_of([lesson], "rnn_step_foward")
    with pytest.raises(Trouble, match=r"There is no cell 'q' here. A cell is called as its function is"):
        lesson_of([lesson], "q")
    assert lesson_of([lesson], "RNN_Step_Forward") == (lesson, STEP)


def test_a_name_of_two_lessons_has_to_be_told_apart(lesson, zips, monkeypatch):
    for other in ("2-captioning", "3-lstm"):
        unpack(zips(other), lesson.root.parent)
    lessons = folder.lessons(lesson.root)
    with pytest.raises(Trouble, match=r"captioning_loss is in 2-captioning and 3-lstm. Say which:  --assignment 2"):
        lesson_of(lessons, "captioning_loss")
    monkeypatch.chdir(lesson.root / "assignments" / "3-lstm")
    assert lesson_of(lessons, "captioning_loss")[0].assignment == "3-lstm"
    with pytest.raises(Trouble, match=r"There is no assignment '3-lstn' here. Did you mean 3-lstm"):
        folder.which_lessons(lesson.root, "3-lstn")


def test_a_read_only_notebook_is_told_and_untouched(lesson):
    write(lesson.path, **{STEP: "mine"})
    before = lesson.path.read_bytes()
    lesson.path.chmod(0o444)
    with pytest.raises(Trouble, match=r"is read-only. Allow writing to it"):
        reset.reset(lesson, [STEP])
    assert lesson.path.read_bytes() == before


@pytest.mark.parametrize("fails", ["replace", "copyfile"])
def test_nothing_half_written_is_left(lesson, monkeypatch, fails):
    """Windows refuses to replace a file that another program holds open."""
    write(lesson.path, **{STEP: "mine"})
    before = lesson.path.read_bytes()

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os if fails == "replace" else reset.shutil, fails, refuse)
    with pytest.raises(Trouble, match=r"Nothing was changed"):
        reset.reset(lesson, [STEP])
    assert lesson.path.read_bytes() == before
    assert [path.name for path in lesson.path.parent.iterdir()] == ["rnn.ipynb"]


def test_without_what_was_handed_out_there_is_a_sentence(lesson):
    (lesson.root / ".original" / "1-rnn" / "rnn.ipynb").unlink()
    reset.everything(lesson)                    # made from the solution
    (lesson.root / "solutions" / "1-rnn" / "rnn.ipynb").unlink()
    with pytest.raises(Trouble, match=r"How 1-rnn/rnn.ipynb was handed out is not known here"):
        reset.everything(lesson)
