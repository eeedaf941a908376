"""The scenes: true captions, the same everywhere, drawn fast, built again as stored."""

from __future__ import annotations

import json
import time
from pathlib import Path

import h5py
import numpy as np
import PIL
import pytest
from caption_truth import complaints

from unrolled.scenes import catalogue as world
from unrolled.scenes import stats
from unrolled.scenes.build import (
    COMPONENTS,
    SEED,
    build,
    choose,
    content,
    principal_components,
    read_descriptions,
)
from unrolled.scenes.compose import box_of, compose
from unrolled.scenes.draw import DRAW, picture
from unrolled.scenes.english import a, conjugated, plural
from unrolled.scenes.grammar import captions
from unrolled.scenes.network import convolve, load_weights, see

DATA = Path(__file__).resolve().parents[2] / "datasets" / "scenes"


PILLOW = "13.0.0"


def features(split: str, name: str) -> np.ndarray:
    """A stored array of features as the loader gives it: (M, F) or (M, 49, C) float32."""
    with h5py.File(DATA / f"{split}2014_{name}.h5") as file:
        stored = file["features"]
        return stored[:].astype(np.float32) * stored.attrs.get("scale", np.float32(1))


def mains(scene: dict) -> list[dict]:
    return [thing for thing in scene["things"] if thing["role"] == "main"]


@pytest.fixture(scope="module")
def stored() -> dict[str, list[dict]]:
    return read_descriptions(DATA / "descriptions.jsonl.gz")


# --- captions are true -------------------------------------------------------------------------------


def test_every_caption_is_true_of_its_description(stored):
    wrong = []
    for scene in (scene for some in stored.values() for scene in some):
        slips = {slip["caption"] for slip in scene.get("slips", [])}
        for number, caption in enumerate(scene["captions"]):
            if number not in slips:
                wrong += [(scene["seed"], caption, complaint) for complaint in complaints(caption, scene)]
    assert wrong == []


def test_a_slip_is_wrong_as_marked_and_right_when_mended(stored):
    seen = {"colour": 0, "count": 0}
    for scene in stored["val"] + stored["test"]:
        for slip in scene.get("slips", []):
            caption = scene["captions"][slip["caption"]]
            assert slip["said"] in caption.split()
            if slip["what"] == "colour":
                assert complaints(caption, scene), caption
                mended = caption.replace(slip["said"], slip["true"], 1)
                assert complaints(mended, scene) == [], (caption, slip)
            seen[slip["what"]] += 1
    assert min(seen.values()) > 5


def test_one_caption_in_twenty_errs(stored):
    scenes = [scene for some in stored.values() for scene in some]
    share = sum(len(scene.get("slips", [])) for scene in scenes) / (5 * len(scenes))
    assert 0.04 < share < 0.06


@pytest.mark.parametrize(
    ("caption", "complaint"),
    [
        ("a {kind} on the moon base", True),
        ("a purple elephant driving a submarine", True),
        ("seven llamas", True),
    ],
)
def test_the_check_refuses_what_is_not_there(caption, complaint):
    scene = compose(5)
    assert bool(complaints(caption.replace("{kind}", scene["things"][0]["kind"]), scene)) is complaint


# --- descriptions ------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_scene_and_captions():
    assert compose(77) == compose(77)
    assert captions(compose(77)) == captions(compose(77))
    assert json.loads(json.dumps(compose(78))) == compose(78)


def test_the_world_is_as_large_as_promised(stored):
    scenes = [scene for some in stored.values() for scene in some]
    assert len(scenes) >= 6000
    assert {scene["place"] for scene in scenes} == set(world.PLACES)
    assert len(world.PLACES) >= 9
    assert len({scene["weather"] for scene in scenes}) >= 6
    kinds = {thing["kind"] for scene in scenes for thing in scene["things"]}
    assert len(kinds) >= 45
    assert kinds <= set(DRAW)


def test_splits_share_no_content(stored):
    contents = {split: {content(scene) for scene in some} for split, some in stored.items()}
    for one, other in (("train", "val"), ("train", "test"), ("val", "test")):
        assert not contents[one] & contents[other]


def test_main_things_are_inside_the_picture_and_fill_it():
    sizes = []
    for seed in range(300):
        boxes = [box_of(thing) for thing in mains(compose(seed))]
        for left, top, right, bottom in boxes:
            assert left > -1
            assert right < 161
            assert bottom < 162
            assert top > -1
        sizes.append(max(max(right - left, bottom - top) for left, top, right, bottom in boxes))
    assert np.median(sizes) > 80


# --- pictures ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [64, 112, 160, 320])
def test_a_picture_has_the_size_asked_for(size):
    image = picture(compose(3), size)
    assert image.size == (size, size)
    assert image.mode == "RGB"


def test_drawing_is_deterministic():
    assert np.array_equal(np.asarray(picture(compose(9))), np.asarray(picture(compose(9))))


def test_a_picture_is_drawn_in_under_ten_milliseconds():
    scenes = [compose(seed) for seed in range(60)]
    picture(scenes[0])
    best = []
    for scene in scenes:
        times = []
        for _ in range(3):
            began = time.process_time()
            picture(scene)
            times.append(time.process_time() - began)
        best.append(min(times))
    assert np.mean(best) < 0.010


# --- the network and the stored files ----------------------------------------------------------------


def test_convolution_agrees_with_its_definition():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, 6, 6, 3)).astype(np.float32)
    kernel = rng.normal(size=(4, 3, 3, 3)).astype(np.float32)
    bias = rng.normal(size=4).astype(np.float32)
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    for stride in (1, 2):
        out = convolve(x, kernel, bias, stride)
        for row in range(6 // stride):
            for column in range(6 // stride):
                window = padded[:, row * stride : row * stride + 3, column * stride : column * stride + 3]
                expected = np.maximum(np.einsum("nyxi,oiyx->no", window, kernel) + bias, 0)
                assert np.allclose(out[:, row, column], expected, atol=1e-4)


@pytest.mark.skipif(PIL.__version__ != PILLOW, reason=f"the stored features were drawn with Pillow {PILLOW}")
@pytest.mark.parametrize(("split", "first"), [("train", 0), ("train", 4976), ("val", 300), ("test", 576)])
def test_stored_features_are_rebuilt_to_a_thousandth(stored, split, first):
    rows = slice(first, first + 24)
    seen = see(stored[split][rows], load_weights(DATA / "network.npz"))
    with h5py.File(DATA / "train2014_vgg16_fc7_pca.h5") as file:
        components = (seen.pooled - file["mean"][:]) @ file["directions"][:]
    assert np.allclose(seen.pooled, features(split, "vgg16_fc7")[rows], atol=1e-3, rtol=1e-3)
    assert np.allclose(components, features(split, "vgg16_fc7_pca")[rows], atol=1e-3, rtol=1e-3)
    with h5py.File(DATA / f"{split}2014_grid.h5") as file:
        scale = file["features"].attrs["scale"]
        away = np.abs(seen.grid - file["features"][rows] * scale)
    assert (away <= scale / 2 + 1e-3).all()  # the grid is stored in steps of `scale`


def test_nearest_neighbours_share_place_and_main_thing(stored):
    centre = features("train", "vgg16_fc7").mean(axis=0)
    train, test = (
        a / np.linalg.norm(a, axis=1, keepdims=True)
        for a in (features(split, "vgg16_fc7") - centre for split in ("train", "test"))
    )
    nearest = (test @ train.T).argmax(axis=1)  # (600,)
    anyone = np.random.default_rng(0).integers(len(train), size=len(test))
    shared, by_chance = (
        np.mean([what(a) == what(stored["train"][i]) for a, i in zip(stored["test"], rows, strict=True)])
        for rows in (nearest, anyone)
    )
    assert shared >= 0.8
    assert by_chance < 0.05


def what(scene: dict) -> tuple[str, str]:
    """Place, and the kind of the first main thing."""
    return scene["place"], mains(scene)[0]["kind"]


def test_a_linear_score_of_the_grid_finds_the_main_thing(stored):
    X, shown = features("train", "grid")[:1500], [cells(s) for s in stored["train"][:1500]]
    X = np.concatenate([X, np.ones((*X.shape[:2], 1), np.float32)], axis=2)  # (N, 49, C + 1)
    y = np.stack(shown).ravel().astype(np.float32)
    weights = np.linalg.lstsq(X.reshape(len(y), -1), y, rcond=None)[0]
    best = (features("test", "grid") @ weights[:-1]).argmax(axis=1)  # (600,)
    shown = np.stack([cells(s) for s in stored["test"]])
    assert shown[np.arange(len(best)), best].mean() > 0.85
    assert shown.mean() < 0.35


def cells(scene: dict) -> np.ndarray:
    """Which of the 49 regions have their middle in the box of a main thing, (49,) bool."""
    down, across = np.mgrid[0:7, 0:7] * (160 / 7) + 80 / 7
    inside = [
        (left <= across) & (across <= right) & (top <= down) & (down <= bottom)
        for left, top, right, bottom in map(box_of, mains(scene))
    ]
    return np.any(inside, axis=0).ravel()


def test_components_are_centred_with_unit_variance():
    with h5py.File(DATA / "train2014_vgg16_fc7_pca.h5") as file:
        components = file["features"][:].astype(np.float64)
    assert np.abs(components.mean(axis=0)).max() < 1e-2
    assert np.median(components.std(axis=0)) == pytest.approx(1, abs=0.02)
    assert components.shape[1] == COMPONENTS


def test_signs_of_components_are_definite():
    rng = np.random.default_rng(0)
    features = rng.normal(size=(200, 12)).astype(np.float32) * np.arange(1, 13)
    _, turn = principal_components(features, 6)
    assert (turn[np.abs(turn).argmax(axis=0), range(6)] > 0).all()


def test_everything_stored_is_under_twenty_megabytes():
    assert sum(path.stat().st_size for path in DATA.rglob("*") if path.is_file()) < 20_000_000
    assert (DATA / "network.npz").stat().st_size < 1_500_000


def test_a_part_is_rebuilt_as_stored(stored):
    part = choose(SEED, {"train": 60, "val": 8, "test": 8})
    for split, some in part.items():
        assert json.loads(json.dumps(some)) == stored[split][: len(some)]


def test_the_bar_runs_from_the_first_scene_composed_to_the_last_picture_seen(tmp_path, capsys):
    build(tmp_path, sizes={"train": 20, "val": 4, "test": 4})
    shown = capsys.readouterr()
    assert shown.out == ""
    for what in ("composing", "drawing and looking"):
        line = next(line for line in shown.err.splitlines() if line.startswith(what))
        assert "100%" in line


def test_build_writes_the_layout(tmp_path):
    build(tmp_path, progress=False, sizes={"train": 20, "val": 4, "test": 4})
    with h5py.File(tmp_path / "coco2014_captions.h5") as file:
        rows, pictures = file["train_captions"][:], file["train_image_idxs"][:]
    assert rows.shape[1] == 17
    assert rows.dtype == pictures.dtype == np.int32
    assert (rows[:, 0] == 1).all()
    assert ((rows == 2).sum(axis=1) == 1).all()
    with h5py.File(tmp_path / "val2014_grid.h5") as file:
        assert file["features"].shape[:2] == (4, 49)
        assert file["features"].dtype == np.int8
        assert file["features"].attrs["scale"].shape == file["features"].shape[2:]


def test_the_statistics_are_in_range():
    table = stats.statistics(DATA)
    assert table.within, str(table)


# --- English -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("noun", "said"),
    [
        ("owl", "an owl"),
        ("dog", "a dog"),
        ("hour", "an hour"),
        ("ukulele", "a ukulele"),
        ("old man", "an old man"),
    ],
)
def test_articles(noun, said):
    assert a(noun) == said


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("dog", "dogs"),
        ("young woman", "young women"),
        ("fox", "foxes"),
        ("puppy", "puppies"),
        ("sheep", "sheep"),
        ("boy", "boys"),
        ("bunch of flowers", "bunches of flowers"),
    ],
)
def test_plurals(one, many):
    assert plural(one) == many


@pytest.mark.parametrize(
    ("phrase", "form", "many", "said"),
    [
        ("run fast", "ing", False, "running fast"),
        ("lie down", "is", False, "is lying down"),
        ("carry it", "plain", False, "carries it"),
        ("sit", "is", True, "are sitting"),
        ("ride", "plain", True, "ride"),
    ],
)
def test_verbs(phrase, form, many, said):
    assert conjugated(phrase, form, many) == said
