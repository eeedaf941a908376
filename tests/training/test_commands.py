"""python -m unrolled train and caption, on a data set small enough to learn in a second."""

import json
import os
import re
import subprocess
import sys

import h5py
import numpy as np
import pytest
from click.testing import Result
from PIL import Image
from typer.testing import CliRunner

from tests.lesson import ROOT
from unrolled import captioning
from unrolled.__main__ import app
from unrolled.data import DataError, load

WORDS = ["<NULL>", "<START>", "<END>", "<UNK>", "a", "dog", "cat", "runs", "sleeps", "<b>here</b>"]
SENTENCES = ["a dog runs", "a cat sleeps <b>here</b>", "a dog sleeps", "a cat runs <b>here</b>"]
QUICK = ["--epochs=3", "--hidden=12", "--wordvec=8", "--batch=4", "--threads=1"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A data set of the layout, in a folder with a space; one of its words would be markup in a page."""
    folder = tmp_path_factory.mktemp("données à lire")
    rng = np.random.default_rng(0)
    references = {}
    for split, count in (("train", 12), ("val", 6)):
        said = [[SENTENCES[(i + n) % 4] for n in range(2)] for i in range(count)]
        references[split] = said
        rows = [[1, *(WORDS.index(word) for word in text.split()), 2] for texts in said for text in texts]
        with h5py.File(folder / "coco2014_captions.h5", "a") as file:
            file[f"{split}_captions"] = np.array([row + [0] * (17 - len(row)) for row in rows], np.int32)
            file[f"{split}_image_idxs"] = np.repeat(np.arange(count, dtype=np.int32), 2)
        with h5py.File(folder / f"{split}2014_vgg16_fc7_pca.h5", "w") as file:
            file["features"] = rng.standard_normal((count, 8)).astype(np.float32)
        with h5py.File(folder / f"{split}2014_grid.h5", "w") as file:
            file["features"] = rng.standard_normal((count, 49, 6)).astype(np.float32)
        (folder / f"{split}2014_images.txt").write_text("".join(f"{split}-{i}.jpg\n" for i in range(count)), "utf-8")
    numbers = {word: i for i, word in enumerate(WORDS)}
    (folder / "coco2014_vocab.json").write_text(json.dumps({"idx_to_word": WORDS, "word_to_idx": numbers}), "utf-8")
    (folder / "references.json").write_text(json.dumps(references), encoding="utf-8")
    (folder / "images").mkdir()
    Image.new("RGB", (40, 30), "red").save(folder / "images" / "val-0.jpg")
    return folder


@pytest.fixture(scope="module")
def trained(folder, tmp_path_factory):
    """An LSTM and an attention LSTM, trained into one folder; what the second command printed."""
    out = tmp_path_factory.mktemp("runs")
    said = []
    for cell in ("lstm", "attention-lstm"):
        ran = run("train", "--data", folder, "--out", out, "--cell", cell, *QUICK)
        assert ran.exit_code == 0, ran.stderr
        assert ran.stderr == ""
        said.append(ran.stdout)
    return out, said[-1]


def test_training_prints_a_table_with_all_models_and_opponents(trained):
    _, said = trained
    rows = [line.rsplit("  ", 1)[0].strip()[:22].strip() for line in said.splitlines()]
    wanted = ["random caption", "most frequent caption", "nearest neighbour", "neighbours' consensus", "lstm, greedy",
              "lstm, beam 3", "attention-lstm, greedy", "attention-lstm, beam 3", "another human"]
    found = [next(i for i, row in enumerate(rows) if row.startswith(name)) for name in wanted]
    assert found == sorted(found)
    assert re.search(r"epoch 3   loss \d+\.\d+   on validation \d+\.\d+", said)


def test_the_page_needs_nothing_from_outside_and_escapes_what_it_shows(trained):
    out, _ = trained
    for cell, pictures in (("lstm", 1 + 1), ("attention-lstm", 1 + 1 + 1)):      # a photograph, curves, attention
        page = (out / f"{cell}.html").read_text(encoding="utf-8")
        assert not re.search(r"https?://|src=\"(?!data:)|<script|<link|@import|url\(", page)
        assert page.count("src=\"data:image/") == pictures
        assert "&lt;b&gt;here&lt;/b&gt;" in page
        assert "<b>" not in page
        assert "val-3.jpg" in page          # a picture that did not come along shows its name
        assert "another human" in page


def test_nothing_half_written_and_no_checkpoint_is_left(trained):
    out, _ = trained
    assert sorted(path.name for path in out.iterdir()) == sorted(
        f"{cell}.{kind}" for cell in ("lstm", "attention-lstm") for kind in ("html", "json", "npz"))


@pytest.mark.parametrize("cell", ["lstm", "attention-lstm"])
def test_the_model_captions_pictures_of_a_split(trained, folder, cell, command, tmp_path):
    sheet = tmp_path / "sheet.png"
    ran = command(ROOT, "unrolled", "caption", "--model", str(trained[0] / f"{cell}.npz"), "--data", str(folder),
                  "--picture", "2", "--picture", "0", "--sheet", str(sheet))
    assert ran.returncode == 0, ran.stderr
    assert [line.split(":")[0] for line in ran.stdout.splitlines()[:2]] == ["val-2.jpg", "val-0.jpg"]
    with Image.open(sheet) as drawn:
        assert drawn.width > 400


def run(*words: str) -> Result:
    """A command in this process: starting a new one takes a second."""
    return CliRunner().invoke(app, [str(word) for word in words])


def refused(ran: Result, *words: str) -> None:
    """A sentence, no traceback, exit status 1."""
    assert ran.exit_code == 1, ran.exception
    assert isinstance(ran.exception, SystemExit)
    assert "epoch" not in ran.stdout
    for some in words:
        assert some in ran.stderr


def test_what_cannot_be_is_said_in_a_sentence(trained, folder, tmp_path):
    model = str(trained[0] / "lstm.npz")
    refused(run("train", "--data", "nowhere"), "No data set 'nowhere'")
    refused(run("train", "--data", str(folder), "--cell", "elman", "--out", str(tmp_path)),
            "cell: expected", "'elman'")
    refused(run("caption", "--model", "none.npz"), "There is no file none.npz. Train one")
    refused(run("caption", "--model", model), "another vocabulary", "--data")
    refused(run("caption", "--model", model, "--data", str(folder), "--picture", "6"),
            "val has pictures 0 to 5; 6 was asked for")
    refused(run("caption", "--model", model, "--data", str(folder), "--image", "a.jpg"),
            "came without the network that made its features")
    (tmp_path / "damaged.npz").write_bytes(b"PK")
    refused(run("caption", "--model", str(tmp_path / "damaged.npz")), "damaged")


def test_an_interrupted_training_goes_on_and_other_settings_are_refused(folder, tmp_path):
    out = ["--data", str(folder), "--out", str(tmp_path)]
    whole = run("train", "--data", str(folder), "--out", str(tmp_path / "whole"), *QUICK)
    stop_after_two_epochs = (
        "import signal, sys\n"
        "from unrolled import training, __main__\n"
        "evaluate, calls = training.evaluate, []\n"
        "def interrupting(*args):\n"
        "    calls.append(1)\n"
        "    if len(calls) == 2: signal.raise_signal(signal.SIGINT)\n"
        "    return evaluate(*args)\n"
        "training.evaluate = interrupting\n"
        "__main__.app(sys.argv[1:])\n")
    script = tmp_path / "stop.py"
    script.write_text(stop_after_two_epochs, encoding="utf-8")
    env = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "OPENBLAS_NUM_THREADS": "1"}
    stopped = subprocess.run([sys.executable, str(script), "train", *out, *QUICK], capture_output=True, text=True,
                             encoding="utf-8", env=env, timeout=120)
    assert stopped.returncode == 130, stopped.stderr
    assert "this is what was learned so far" in stopped.stdout
    assert (tmp_path / "lstm.checkpoint").is_file()
    assert (tmp_path / "lstm.npz").is_file()

    refused(run("train", *out, *QUICK, "--hidden=13"), "lstm.checkpoint was made with parameters",
            "begin again with --anew")
    again = run("train", *out, *QUICK)
    assert again.exit_code == 0, again.stderr
    assert "Going on with" in again.stdout
    assert not (tmp_path / "lstm.checkpoint").exists()
    assert "epoch 1" not in again.stdout
    assert whole.exit_code == 0
    _, params = captioning.load(tmp_path / "lstm.npz")
    _, expected = captioning.load(tmp_path / "whole" / "lstm.npz")
    for name in expected:
        np.testing.assert_array_equal(params[name], expected[name])


def test_an_image_file_of_a_scene_is_seen_as_the_stored_scene_is(tmp_path):
    from unrolled.lookout import features_of_files

    for kind in ("pca", "grid", "full", "both"):
        with load("scenes", features=kind) as scenes:
            paths = [tmp_path / "0.png", tmp_path / "5.png"]
            for path in paths:
                scenes.picture("val", int(path.stem), 336).save(path)
            found, stored = features_of_files(paths, scenes), scenes.val.features[[0, 5]]
            for some, right in zip(found, stored, strict=True) if kind == "both" else [(found, stored)]:
                assert some.shape == right.shape
                for i in range(2):
                    assert np.corrcoef(some[i].ravel(), right[i].ravel())[0, 1] > 0.9
    (tmp_path / "text.png").write_text("no picture", encoding="utf-8")
    with pytest.raises(DataError, match="is not a picture that can be read"):
        features_of_files([tmp_path / "text.png"], scenes)
