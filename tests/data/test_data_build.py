"""From photographs and a caption file to the layout, with what goes wrong on the way."""

import json
import subprocess
import sys
import types
from collections import Counter
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest
from data_helpers import ROOT, write_layout
from PIL import Image
from typer.testing import CliRunner

from unrolled import data
from unrolled.data import DataError, networks, tokens
from unrolled.data.__main__ import app
from unrolled.data.annotations import read_annotations
from unrolled.data.build import Recipe, build

COLOURS = ["red", "green", "blue", "white", "black", "yellow", "grey", "brown"]


class Fake:
    """A network of the test's own: the mean colour, seven by seven colours, and a count of what it saw."""

    name = "fake"

    def __init__(self, stop_after: int = 10**9):
        self.seen, self.stop_after = 0, stop_after

    def __call__(self, pictures):
        self.seen += len(pictures)
        if self.seen > self.stop_after:
            raise KeyboardInterrupt
        pixels = np.stack([np.asarray(picture.resize((7, 7)), np.float32) for picture in pictures])
        return pixels.mean(axis=(1, 2)) / 255, pixels.reshape(len(pictures), 49, 3) / 255


@pytest.fixture
def photographs(tmp_path) -> Path:
    """200 pictures of one colour each, two captions, as files of Flickr8k's form."""
    folder = tmp_path / "photographs"
    folder.mkdir()
    lines = []
    for i in range(200):
        colour = COLOURS[i % 8]
        Image.new("RGB", (20, 20 + i % 3), colour).save(folder / f"{i:03d}.png")
        lines.append(f"{i:03d}.png#0\tA {colour} picture .")
        lines.append(f"{i:03d}.png#1\tAll of it is {colour}, number{i} !")
    (tmp_path / "captions.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.fixture
def recipe(photographs, tmp_path) -> Recipe:
    return Recipe(images=photographs, captions=tmp_path / "captions.txt", components=8, channels=3)


def all_files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


# Caption files


def test_flickr8k_and_its_table_and_coco_say_the_same(tmp_path):
    (tmp_path / "f.txt").write_text("a.jpg#0\tOne dog .\na.jpg#1\tTwo, \"dogs\"\nb.jpg#0\tA cat\n", "utf-8")
    table = 'image,caption\na.jpg,One dog .\na.jpg,"Two, ""dogs"""\nb.jpg,A cat\n'
    (tmp_path / "t.txt").write_text(table, "utf-8")
    coco = {
        "images": [{"id": 7, "file_name": "a.jpg"}, {"id": 3, "file_name": "b.jpg"}],
        "annotations": [
            {"image_id": 7, "id": 1, "caption": "One dog ."},
            {"image_id": 3, "id": 2, "caption": "A cat\n"},
            {"image_id": 7, "id": 3, "caption": 'Two, "dogs"'},
        ],
    }
    (tmp_path / "c.json").write_text(json.dumps(coco), "utf-8")
    expected = {"a.jpg": ["One dog .", 'Two, "dogs"'], "b.jpg": ["A cat"]}
    for name in ("f.txt", "t.txt", "c.json"):
        assert read_annotations(tmp_path / name) == expected, name


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("c.txt", "a.jpg#0\tfine\na line without a tab\n", r"line 2: found 'a line without a tab'"),
        ("c.txt", "", "holds no captions"),
        ("c.json", "{", "is not a JSON file"),
        ("c.json", '{"images": []}', "'annotations' is missing"),
        ("c.json", '{"images": [], "annotations": [{"image_id": 5, "caption": "x"}]}', "image_id 5, which"),
        ("c.json", '{"images": [], "annotations": []}', "holds no captions"),
    ],
)
def test_caption_files_that_are_none(tmp_path, name, content, words):
    (tmp_path / name).write_text(content, "utf-8")
    with pytest.raises(DataError, match=words):
        read_annotations(tmp_path / name)
    with pytest.raises(DataError, match="There is no caption file"):
        read_annotations(tmp_path / "none.txt")


def test_a_caption_file_in_another_encoding(tmp_path):
    (tmp_path / "c.txt").write_bytes("a.jpg#0\tStraße\n".encode("latin-1"))
    with pytest.raises(DataError, match="not text in UTF-8"):
        read_annotations(tmp_path / "c.txt")


# The whole way


def test_pictures_captions_and_features_stay_together(recipe, tmp_path):
    report = build(recipe, tmp_path / "set", using=Fake())
    assert report.pictures == {"train": 160, "val": 20, "test": 20}
    assert report.captions == {"train": 320, "val": 40, "test": 40}
    found = data.load(tmp_path / "set", features="full")
    for split in found.splits.values():
        for caption, i in zip(found.decode(split.captions), split.image_idxs, strict=True):
            number = int(Path(split.images[i]).stem)
            colour = COLOURS[number % 8]
            assert caption in (f"a {colour} picture", f"all of it is {colour} <UNK>")
            expected = np.asarray(Image.new("RGB", (1, 1), colour), np.float32).reshape(3) / 255
            assert np.allclose(split.features[i], expected, atol=1e-5)
            assert split.references[i][0] == f"A {colour} picture ."
    names = [name for split in found.splits.values() for name in split.images]
    assert len(names) == len(set(names)) == 200
    assert found.picture("val", 0).size[0] == 20
    assert sorted(path.name for path in tmp_path.iterdir()) == ["captions.txt", "photographs", "set"]


def test_components_are_fitted_on_train_alone(recipe, tmp_path):
    build(recipe, tmp_path / "set", using=Fake())
    found = data.load(tmp_path / "set").train.features[:].astype(np.float64)
    full = data.load(tmp_path / "set", features="full").train.features[:].astype(np.float64)
    assert np.allclose(found.mean(axis=0), 0, atol=1e-5)
    assert np.isclose((found**2).mean(), 1, atol=1e-3)
    covariance = found.T @ found / len(found)
    assert np.allclose(covariance, np.diag(np.diag(covariance)), atol=1e-4)
    assert (np.diff(np.diag(covariance)) <= 0).all()
    distances = [np.linalg.norm(rows[1:20] - rows[0], axis=1) for rows in (found, full)]
    far = distances[1] > 0.1  # one scale for all components: distances keep their proportions
    assert np.ptp(distances[0][far] / distances[1][far]) < 1e-3


def test_the_grid_keeps_its_places(recipe, photographs, tmp_path):
    for path in photographs.iterdir():
        picture = Image.new("RGB", (70, 70), "black")
        picture.paste("white", (30, 30, 40, 40))  # the cell in the middle
        picture.save(path)
    build(recipe, tmp_path / "set", using=networks.Colour())
    grid = data.load(tmp_path / "set", features="grid").val.features[:]
    assert grid.shape == (20, 49, 3)
    usual = np.median(grid, axis=1, keepdims=True)
    assert (np.abs(grid - usual).sum(axis=-1).argmax(axis=1) == 24).all()


def test_words_by_count_by_size_and_by_length(recipe, tmp_path):
    build(replace(recipe, min_count=60), tmp_path / "count", using=Fake())
    kept = data.load(tmp_path / "count").idx_to_word[4:]
    assert sorted(kept) == sorted(["a", "picture", "all", "of", "it", "is"])
    build(replace(recipe, words=3), tmp_path / "size", using=Fake())
    assert len(data.load(tmp_path / "size").idx_to_word) == 7
    report = build(replace(recipe, max_words=4), tmp_path / "length", using=Fake())
    assert report.too_long == 200
    assert data.load(tmp_path / "length").train.captions.shape == (160, 6)
    with pytest.raises(DataError, match="No training caption has 1 to 2 words"):
        build(replace(recipe, max_words=2), tmp_path / "none", using=Fake())
    assert not (tmp_path / "none").exists()


def test_splits_by_list(recipe, tmp_path):
    (tmp_path / "val.txt").write_text("005.png\n006.png\nunknown.png\n", "utf-8")
    build(replace(recipe, val=str(tmp_path / "val.txt"), test="0"), tmp_path / "set", using=Fake())
    found = data.load(tmp_path / "set")
    assert sorted(found.val.images) == ["005.png", "006.png"]
    assert list(found.splits) == ["train", "val"]
    for val, words in (("1.5", "expected a share"), ("none.txt", "or a file of picture names")):
        with pytest.raises(DataError, match=words):
            build(replace(recipe, val=val), tmp_path / "no", using=Fake())


def test_the_same_again_is_the_same(recipe, tmp_path):
    build(recipe, tmp_path / "one", using=Fake())
    build(recipe, tmp_path / "two", using=Fake())
    assert all_files(tmp_path / "one") == all_files(tmp_path / "two")


# What goes wrong


def test_pictures_that_cannot_be_read_are_named_and_the_rest_kept(recipe, photographs, tmp_path):
    (photographs / "003.png").write_bytes(b"no picture")
    noise = np.random.default_rng(0).integers(256, size=(40, 40, 3), dtype=np.uint8)
    Image.fromarray(noise).save(photographs / "004.png")
    (photographs / "004.png").write_bytes((photographs / "004.png").read_bytes()[:2000])
    (photographs / "005.png").unlink()
    report = build(recipe, tmp_path / "set", using=Fake())
    assert sorted(report.left_out) == ["003.png", "004.png", "005.png"]
    assert "is missing" in report.left_out["005.png"]
    assert "not a picture that can be read" in report.left_out["003.png"]
    assert sum(report.pictures.values()) == 197
    found = data.load(tmp_path / "set", features="full")
    for split in found.splits.values():
        colours = [COLOURS[int(Path(name).stem) % 8] for name in split.images]
        assert [said[0].split()[1] for said in split.references] == colours
        assert len(split.features) == len(colours)


def test_no_picture_at_all(recipe, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=r"None of the 160 training pictures can be read\. The first: \d"):
        build(replace(recipe, images=tmp_path / "empty"), tmp_path / "set", using=Fake())
    with pytest.raises(DataError, match="There is no folder"):
        build(replace(recipe, images=tmp_path / "none"), tmp_path / "set", using=Fake())
    assert not (tmp_path / "set").exists()


def test_stopped_and_gone_on(recipe, photographs, tmp_path):
    (photographs / "017.png").write_bytes(b"no picture")
    build(recipe, tmp_path / "expected", using=Fake())
    stopped = Fake(stop_after=160 + 100)  # the basis of the grid, and one block and a half
    with pytest.raises(KeyboardInterrupt):
        build(recipe, tmp_path / "set", using=stopped)
    assert not (tmp_path / "set").exists()
    with pytest.raises(DataError):
        data.load(tmp_path / "set.part")
    second = Fake()
    report = build(recipe, tmp_path / "set", using=second)
    assert list(report.left_out) == ["017.png"]
    assert second.seen == 199 - 63  # neither the basis nor the finished block was made again
    one, two = all_files(tmp_path / "expected"), all_files(tmp_path / "set")
    assert one == two


def test_a_picture_mended_between_two_runs_is_taken(recipe, photographs, tmp_path):
    whole = (photographs / "017.png").read_bytes()
    (photographs / "017.png").write_bytes(b"no picture")
    with pytest.raises(KeyboardInterrupt):
        build(recipe, tmp_path / "set", using=Fake(stop_after=160 + 100))
    (photographs / "017.png").write_bytes(whole)
    report = build(recipe, tmp_path / "set", using=Fake())
    assert report.left_out == {}
    assert sum(report.pictures.values()) == 200


def test_blocks_of_another_recipe_are_not_taken(recipe, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        build(recipe, tmp_path / "set", using=Fake(stop_after=300))
    build(replace(recipe, seed=5), tmp_path / "set", using=Fake())
    build(replace(recipe, seed=5), tmp_path / "expected", using=Fake())
    assert all_files(tmp_path / "expected") == all_files(tmp_path / "set")


def test_what_is_there_already_stays(recipe, tmp_path):
    with pytest.raises(DataError, match="already there"):
        build(recipe, recipe.images, using=Fake())
    assert len(list(recipe.images.iterdir())) == 200


# Features of one's own


@pytest.mark.parametrize("form", ["npz", "h5"])
def test_given_features(recipe, tmp_path, form):
    names = [f"{i:03d}.png" for i in range(190)][::-1]
    values = np.random.default_rng(0).standard_normal((190, 6)).astype(np.float32)
    values[:, 0] = np.arange(190)[::-1]
    path = tmp_path / f"mine.{form}"
    if form == "npz":
        np.savez(path, names=names, features=values)
    else:
        with h5py.File(path, "w") as file:
            file["names"], file["features"] = names, values
            file["grid"] = np.ones((190, 9, 2), np.float32)
    report = build(replace(recipe, images=None, features=path), tmp_path / "set")
    assert sorted(report.left_out) == [f"{i}.png" for i in range(190, 200)]
    found = data.load(tmp_path / "set", features="full")
    for split in found.splits.values():
        assert split.features[:, 0].tolist() == [int(Path(name).stem) for name in split.images]
    assert (tmp_path / "set" / "train2014_grid.h5").exists() == (form == "h5")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"features": np.ones((2, 3))}, "has no field names"),
        ({"names": ["a", "b"], "features": np.ones((3, 3))}, "should have 2 axes and 2 rows"),
        ({"names": ["a"], "features": np.ones(1)}, "should have 2 axes"),
        ({"names": ["001.png", "002.png", "003.png"], "features": np.full((3, 2), np.nan)}, "not finite"),
        ({"names": ["x"], "features": np.ones((1, 1))}, "Only 0 training pictures"),
    ],
)
def test_given_features_that_do_not_fit(recipe, tmp_path, fields, words):
    np.savez(tmp_path / "mine.npz", **fields)
    wanted = replace(recipe, features=tmp_path / "mine.npz", val="0", test="0")
    with pytest.raises(DataError, match=words):
        build(wanted, tmp_path / "set")
    assert not (tmp_path / "set").exists()


def test_given_features_that_are_no_such_file(recipe, tmp_path):
    (tmp_path / "mine.npz").write_bytes(b"nothing")
    for name, words in (("mine.npz", "is not an .npz file"), ("mine.csv", "expected an .npz or .h5")):
        with pytest.raises(DataError, match=words):
            build(replace(recipe, features=tmp_path / name), tmp_path / "set")


# Networks


def test_torchvision_is_asked_for_where_it_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "torchvision", None)
    with pytest.raises(DataError, match="resnet18 needs PyTorch and torchvision"):
        networks.network("resnet18")
    with pytest.raises(DataError, match="No network 'alexnet'; there are colour, vgg16"):
        networks.network("alexnet")


@pytest.mark.parametrize("name", ["vgg16", "resnet18", "resnet50", "mobilenet_v2"])
def test_torchvision_where_it_is_installed(name, monkeypatch):
    """Shapes of the real networks, with random weights in place of the download."""
    pytest.importorskip("torchvision", reason="torchvision is an optional extra and not installed")
    from torchvision import models

    real = models.get_model
    monkeypatch.setattr(models, "get_model", lambda wanted, weights: real(wanted, weights=None))
    pooled, grid = networks.network(name)([Image.new("RGB", (300, 200), "red")] * 2)
    wide = {"vgg16": 4096, "resnet18": 512, "resnet50": 2048, "mobilenet_v2": 1280}[name]
    assert pooled.shape == (2, wide)
    assert grid.shape == (2, 49, 512 if name == "vgg16" else wide)
    assert pooled.dtype == grid.dtype == np.float32


# The command


def test_the_command(recipe, photographs, tmp_path):
    (photographs / "003.png").write_bytes(b"no picture")
    order = ["build", "--images", photographs, "--captions", recipe.captions, "--out", tmp_path / "set"]
    run = CliRunner().invoke(app, [*map(str, order), "--network", "colour", "--min-count", "2"])
    assert run.exit_code == 0, run.output
    assert "left out  003.png" in run.output
    assert data.load(tmp_path / "set").train.features.shape[1] > 1
    for wrong, words in ((["build"], "Give --images"), (["build", "films"], "Nothing is known of 'films'")):
        run = CliRunner().invoke(app, wrong)
        assert run.exit_code == 1
        assert words in run.output
        assert "Traceback" not in run.output


def test_the_command_speaks_without_a_traceback():
    command = [sys.executable, "-m", "unrolled.data", "check", "nothing-of-this-name"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("No data set 'nothing-of-this-name'.")


def test_the_scenes_are_built_and_counted_by_their_own_package(tmp_path, monkeypatch):
    called = []
    builder, counter = types.ModuleType("build"), types.ModuleType("stats")

    def made(out, seed, progress):
        called.append(seed)
        write_layout(out)

    builder.build = made  # type: ignore[attr-defined]
    counter.statistics = lambda folder: f"figures of {folder.name}"  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "unrolled.scenes", types.ModuleType("unrolled.scenes"))
    monkeypatch.setitem(sys.modules, "unrolled.scenes.build", builder)
    monkeypatch.setitem(sys.modules, "unrolled.scenes.stats", counter)
    (tmp_path / "scenes").mkdir()
    (tmp_path / "scenes" / "network.npz").write_bytes(b"weights")
    run = CliRunner().invoke(app, ["build", "scenes", "--out", str(tmp_path / "scenes"), "--seed", "5"])
    assert run.exit_code == 0, run.output
    assert called == [5]
    assert data.load(tmp_path / "scenes").train.captions.shape == (24, 17)
    assert (tmp_path / "scenes" / "network.npz").read_bytes() == b"weights"
    assert not (tmp_path / "scenes.part").exists()
    run = CliRunner().invoke(app, ["stats", str(tmp_path / "scenes")])
    assert run.output.strip() == "figures of scenes", run.output


# Real data, where it is there


def test_flickr8k_as_it_is_published(shared, tmp_path):
    raw = shared / "flickr8k_raw"
    recipe = Recipe(images=raw / "images", captions=raw / "Flickr8k.token.txt", min_count=2, network="colour")
    report = build(recipe, tmp_path / "set")
    assert report.left_out == {}
    assert sum(report.pictures.values()) == 64
    assert sum(report.captions.values()) + report.too_long == 320
    found = data.load(tmp_path / "set", features="grid")
    assert found.train.features.shape[1:] == (49, 6)
    assert all(len(said) == 5 for split in found.splits.values() for said in split.references)
    assert found.picture("val", 0).mode == "RGB"
    for split in found.splits.values():
        for caption, i in zip(split.captions, split.image_idxs, strict=True):
            assert any(np.array_equal(caption, row) for row in found.encode(split.references[i]))


def test_cocos_own_captions(shared, tmp_path):
    """5,000 pictures; the counts are those measured on this file before the project began."""
    captions = shared / "coco" / "captions_val2017.json"
    said = [tokens(text) for texts in read_annotations(captions).values() for text in texts]
    lengths, counts = np.array([len(words) for words in said]), Counter(w for words in said for w in words)
    assert abs(lengths.mean() - 10.5) < 0.05
    assert abs(lengths.std() - 2.3) < 0.05
    assert abs((lengths > 15).mean() - 0.032) < 0.001
    assert abs(len(counts) - 7180) < 20
    assert abs(sum(count >= 5 for count in counts.values()) - 2326) < 10
    names = list(read_annotations(captions))
    values = np.random.default_rng(0).standard_normal((len(names), 16)).astype(np.float32)
    np.savez(tmp_path / "mine.npz", names=names, features=values)
    recipe = Recipe(captions=captions, features=tmp_path / "mine.npz", words=1000)
    report = build(recipe, tmp_path / "set")
    assert report.vocabulary == 1004
    found = data.load(tmp_path / "set")
    assert sum(report.pictures.values()) == 5000
    unknown = (found.train.captions == 3).sum() / (found.train.captions > 3 - 1).sum()
    assert 0.06 < unknown < 0.08
