"""The captioner: loss and gradients around any cell, words one by one, files, memory, and what it says to bad input."""

from __future__ import annotations

import json
import os
import sys
import tracemalloc
import zipfile
from types import SimpleNamespace

import numpy as np
import pytest

from tests.lesson import ROOT
from unrolled import decoding, layers
from unrolled.captioning import GATES, Captioner, ModelError, files, load, save
from unrolled.data import Both

WORDS = ["<NULL>", "<START>", "<END>", "<UNK>", "a", "dog", "été", "in", "the", "sun"]
VOCABULARY = {word: k for k, word in enumerate(WORDS)}
D, L, C = 7, 4, 3
KINDS = [*((cell, image) for cell in ("rnn", "gru", "lstm") for image in ("initial", "each step"))]
KINDS += [("attention-lstm", "initial")]


def captioner(cell="lstm", **settings):
    sizes = {"feature_dim": D, "wordvec_dim": 5, "hidden_dim": 6, "dtype": np.float64}
    if cell == "attention-lstm":
        sizes["grid_dim"] = C
    return Captioner(cell, word_to_idx=VOCABULARY, **(sizes | settings))


def own(name):
    return getattr(layers, f"{name}_forward"), getattr(layers, f"{name}_backward")


@pytest.fixture
def rng():
    return np.random.default_rng(3)


@pytest.fixture
def captions(rng):
    """Of 3, 6, 0, 7 and 4 words, one with a <NULL> inside."""
    captions = np.zeros((5, 9), np.int32)
    captions[:, 0] = 1
    for caption, words in zip(captions, (3, 6, 0, 7, 4), strict=True):
        caption[1 : 1 + words] = rng.integers(3, len(WORDS), words)
    captions[1, 3] = 0
    return captions


def pictures(model, rng, N=5):
    pooled = rng.standard_normal((N, D))
    return Both(pooled, rng.standard_normal((N, L, C))) if model.looks else pooled


def rough(model, rng):
    """Parameters far from zero, biases too."""
    return {name: p + 0.2 * rng.standard_normal(p.shape) for name, p in model.init(rng).items()}


@pytest.mark.parametrize("threads", [1, 2, 8])
@pytest.mark.parametrize("deep", [1, 3])
@pytest.mark.parametrize(("cell", "image"), KINDS)
def test_gradients_are_slopes(cell, image, deep, threads, rng, captions):
    model = captioner(cell, image=image, layers=deep, threads=threads)
    params, features = rough(model, rng), pictures(model, rng)
    _, grads = model.loss(params, features, captions)
    assert list(grads) == list(params)
    for name, p in params.items():
        assert grads[name].shape == p.shape
        direction, eps = rng.standard_normal(p.shape), 1e-6
        up, down = (model.loss(params | {name: p + e * direction}, features, captions)[0] for e in (eps, -eps))
        measured = (up - down) / (2 * eps)
        assert measured == pytest.approx(np.sum(grads[name] * direction), rel=1e-6, abs=1e-7), name


@pytest.mark.parametrize("cell", GATES)
def test_the_plain_implementation_agrees(cell, rng, captions, monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    plain = __import__("plain")
    model = captioner(cell)
    params, features = rough(model, rng), pictures(model, rng)
    loss, grads = model.loss(params, features, captions)
    right, right_grads = plain.loss(cell, params, features, captions)
    assert loss == pytest.approx(right, rel=1e-12)
    for name in params:
        np.testing.assert_allclose(grads[name], right_grads[name], atol=1e-11)
    sys.modules.pop("plain")


@pytest.mark.parametrize("deep", [1, 2])
@pytest.mark.parametrize("image", ["initial", "each step"])
@pytest.mark.parametrize("name", ["rnn", "gru", "lstm"])
def test_functions_of_your_own(name, image, deep, rng, captions):
    named = captioner(name, image=image, layers=deep)
    model = captioner(own(name), gates=GATES[name], image=image, layers=deep)
    params, features = rough(named, rng), pictures(named, rng)
    right, right_grads = named.loss(params, features, captions)
    loss, grads = model.loss(params, features, captions)
    assert loss == pytest.approx(right, rel=1e-12)
    assert list(grads) == list(params)
    for key in params:
        np.testing.assert_allclose(grads[key], right_grads[key], atol=1e-11)
    states = [m.start(params, features) for m in (named, model)]
    for t in range(4):
        (scores, states[0]), (own_scores, states[1]) = (
            m.step(params, s, captions[:, t]) for m, s in zip((named, model), states, strict=True)
        )
        np.testing.assert_allclose(own_scores, scores, atol=1e-11)


@pytest.mark.parametrize("deep", [1, 3])
@pytest.mark.parametrize(("cell", "image"), KINDS)
def test_steps_score_what_loss_scores(cell, image, deep, rng, captions):
    model = captioner(cell, image=image, layers=deep)
    params, features = rough(model, rng), pictures(model, rng)
    state, total = model.start(params, features), 0.0
    for t in range(captions.shape[1] - 1):
        assert all(len(part) == len(features) for part in state)
        before = [part.copy() for part in state]
        scores, moved = model.step(params, state, captions[:, t])
        for part, copy in zip(state, before, strict=True):
            np.testing.assert_array_equal(part, copy)
        state = moved
        log_p = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        right = captions[:, t + 1]
        total -= log_p[np.arange(len(right)), right][right != 0].sum()
    assert total / len(captions) == pytest.approx(model.loss(params, features, captions)[0])


@pytest.mark.parametrize(("cell", "image"), KINDS)
def test_rows_of_a_state_go_on_alone(cell, image, rng):
    model = captioner(cell, image=image, layers=2)
    params, features = rough(model, rng), pictures(model, rng)
    _, state = model.step(params, model.start(params, features), np.ones(5, int))
    rows = np.array([3, 3, 0])
    some, _ = model.step(params, tuple(part[rows] for part in state), np.array([4, 4, 5]))
    every, _ = model.step(params, state, np.array([5, 9, 9, 4, 9]))
    np.testing.assert_allclose(some, every[rows], atol=1e-12)


@pytest.mark.parametrize("deep", [1, 3])
@pytest.mark.parametrize(("cell", "image"), KINDS)
def test_a_writer_steps_as_the_captioner_does(cell, image, deep, rng):
    model = captioner(cell, image=image, layers=deep)
    params, features = rough(model, rng), pictures(model, rng)
    writer, state = model.writer(params), model.start(params, features)
    written = writer.start(features)
    for t, rows in enumerate([np.arange(5), np.arange(5), np.array([4, 1, 2]), np.array([0]), np.array([0, 0, 0, 0])]):
        state, written = (tuple(part[rows] for part in one) if t else one for one in (state, written))
        words = rng.integers(len(WORDS), size=len(rows))
        (scores, state), (quick, written) = model.step(params, state, words), writer.step(written, words)
        np.testing.assert_allclose(quick, scores, atol=1e-12)
        for part, right in zip(written, state, strict=True):
            np.testing.assert_allclose(part, right, atol=1e-12)


def test_captions_are_those_of_single_steps(rng):
    for cell, image in KINDS:
        model = captioner(cell, image=image)
        params, features = rough(model, rng), pictures(model, rng)
        stepwise = SimpleNamespace(start=model.start, step=model.step)
        for write in (decoding.greedy, lambda *given: decoding.beam_search(*given, beam=3)[0]):
            np.testing.assert_array_equal(write(model, params, features), write(stepwise, params, features))


def test_looking(rng):
    model = captioner("attention-lstm")
    params = rough(model, rng)
    features = pictures(model, rng)
    weights = model.looking(model.start(params, features))
    assert weights.shape == (5, L)
    np.testing.assert_allclose(weights.sum(axis=1), 1)
    captions, along = decoding.look_along(model, params, features, max_length=6, batch_size=3)
    assert along.shape == (5, 6, L)
    np.testing.assert_allclose(along.sum(axis=2), 1)
    state = model.start(params, features)
    np.testing.assert_allclose(along[:, 0], model.looking(state))
    _, state = model.step(params, state, np.ones(5, int))
    _, state = model.step(params, state, captions[:, 0])
    np.testing.assert_allclose(along[:, 2], model.looking(state))
    with pytest.raises(ModelError, match="Only an attention-lstm looks at regions; this captioner's cell is 'gru'"):
        captioner("gru").looking((np.ones((1, 2)),))


@pytest.mark.parametrize("cell", GATES)
def test_float32_throughout(cell, rng, captions):
    model, exact = captioner(cell, dtype=np.float32), captioner(cell)
    params, features = rough(exact, rng), pictures(exact, rng)
    small = {name: p.astype(np.float32) for name, p in params.items()}
    loss, grads = model.loss(small, features, captions)
    right, right_grads = exact.loss(params, features, captions)
    assert {g.dtype for g in grads.values()} == {np.dtype(np.float32)}
    assert {p.dtype for p in model.init(0).values()} == {np.dtype(np.float32)}
    assert loss == pytest.approx(right, rel=1e-5)
    for name in params:
        np.testing.assert_allclose(grads[name], right_grads[name], atol=1e-4)
    scores, state = model.step(small, model.start(small, features), captions[:, 0])
    assert {a.dtype for a in (scores, *state)} == {np.dtype(np.float32)}


def test_gradients_of_an_earlier_batch_stay(rng, captions):
    model = captioner()
    params, features = rough(model, rng), pictures(model, rng)
    _, first = model.loss(params, features, captions)
    kept = {name: g.copy() for name, g in first.items()}
    _, second = model.loss(params, features[::-1], captions)
    for name in params:
        np.testing.assert_array_equal(first[name], kept[name])
        assert not np.shares_memory(first[name], second[name])


def test_captions_without_words(rng):
    model = captioner(layers=2)
    loss, grads = model.loss(model.init(rng), pictures(model, rng, 2), [[1, 0, 0], [1, 0, 0]])
    assert loss == 0
    assert not any(g.any() for g in grads.values())


def test_dropout(rng, captions):
    model, whole = captioner(dropout=0.5, layers=2), captioner(layers=2)
    params, features = rough(model, rng), pictures(model, rng)
    right = whole.loss(params, features, captions)[0]
    assert model.loss(params, features, captions)[0] == right
    first, again, other = (model.loss(params, features, captions, np.random.default_rng(k))[0] for k in (1, 1, 2))
    assert first == again
    assert first != other
    assert first != right

    def dropped(**changed):
        return model.loss(params | changed, features, captions, np.random.default_rng(1))

    grads = dropped()[1]
    for name, p in params.items():
        direction, eps = rng.standard_normal(p.shape), 1e-6
        up, down = (dropped(**{name: p + e * direction})[0] for e in (eps, -eps))
        measured = (up - down) / (2 * eps)
        assert measured == pytest.approx(np.sum(grads[name] * direction), rel=1e-5, abs=1e-7), name


@pytest.mark.parametrize("cell", GATES)
@pytest.mark.parametrize("settings", [{}, {"image": "each step"}, {"layers": 3}], ids=str)
@pytest.mark.parametrize(("N", "T"), [(50, 16), (20, 60)])
def test_memory_is_what_the_formula_says(cell, settings, N, T, rng):
    if cell == "attention-lstm" and "image" in settings:
        pytest.skip("an attention LSTM has one way to see")
    words = {word: k for k, word in enumerate(["<NULL>", "<START>", "<END>", *map(str, range(3, 600))])}
    attends = cell == "attention-lstm"
    if attends:
        settings = settings | {"grid_dim": 80}
    model = Captioner(cell, word_to_idx=words, feature_dim=96, wordvec_dim=64, hidden_dim=128, **settings)
    params = model.init(rng)
    features = rng.standard_normal((N, 96), dtype=np.float32)
    if attends:
        features = features, rng.standard_normal((N, 9, 80), dtype=np.float32)
    captions = 1 + np.arange(N * (T + 1)).reshape(N, T + 1) % 599  # every word of the vocabulary, no early end
    tracemalloc.start()
    try:
        kept = model.loss(params, features, captions)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert kept[0] > 0
    assert peak == pytest.approx(model.memory(N, T, 9), rel=0.1)


# Files


@pytest.mark.parametrize(("cell", "image"), KINDS)
def test_a_file_gives_back_what_was_saved(cell, image, rng, captions, tmp_path):
    model = captioner(cell, image=image, layers=2, dropout=0.25)
    params, features = rough(model, rng), pictures(model, rng)
    path = tmp_path / "modèle d'été.npz"
    save(path, model, params)
    save(path, model, params)
    found, stored = load(path)
    assert repr(found) == repr(model)
    assert found.word_to_idx == VOCABULARY
    assert (found.dropout, found.dtype, found.image) == (0.25, np.float64, image)
    assert list(stored) == list(params)
    assert found.loss(stored, features, captions)[0] == model.loss(params, features, captions)[0]
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    with np.load(path, allow_pickle=False) as arrays:
        assert json.loads(str(arrays["settings"]))["cell"] == cell


def test_a_file_of_your_own_functions(rng, tmp_path):
    model = captioner(own("gru"), gates=3)
    params = model.init(rng)
    save(tmp_path / "mine.npz", model, params)
    with pytest.raises(ModelError, match=r"was trained with functions of your own: load\(path, cell="):
        load(tmp_path / "mine.npz")
    found, _ = load(tmp_path / "mine.npz", cell=own("gru"))
    assert found.gates == 3


def test_damaged_and_foreign_files(rng, tmp_path):
    model = captioner()
    path = tmp_path / "model.npz"
    save(path, model, model.init(rng))
    whole = path.read_bytes()
    for damaged in (b"", b"hello", whole[: len(whole) // 2], whole[:200] + b"\0" * 400 + whole[600:]):
        path.write_bytes(damaged)
        with pytest.raises(ModelError, match=r"model\.npz is damaged or is not a captioner's file"):
            load(path)
    np.savez(path, a=np.ones(3))
    with pytest.raises(ModelError, match="is damaged or is not a captioner's file"):
        load(path)
    np.savez(path, settings=np.array([{"a": 1}], dtype=object))
    with pytest.raises(ModelError, match="is damaged or is not a captioner's file"):
        load(path)
    np.savez(path, settings=np.array(json.dumps({"format": "unrolled captioner 99"})))
    with pytest.raises(ModelError, match="was written by another version of this program"):
        load(path)
    np.savez(path, settings=np.array(json.dumps({"format": files.FORMAT, "cell": "lstm"})))
    with pytest.raises(ModelError, match="is damaged or is not a captioner's file"):
        load(path)
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "none.npz")


def test_a_file_whose_arrays_do_not_fit(rng, tmp_path):
    model = captioner()
    save(tmp_path / "model.npz", model, model.init(rng))
    with np.load(tmp_path / "model.npz") as stored:
        arrays = dict(stored)
    np.savez(tmp_path / "model.npz", **(arrays | {"Wh": arrays["Wh"][:, :3]}))
    with pytest.raises(ModelError, match=r"model\.npz: Wh has shape \(6, 3\), expected \(6, 24\)"):
        load(tmp_path / "model.npz")


def test_a_file_that_cannot_be_finished_leaves_the_old_one(rng, tmp_path, monkeypatch):
    model = captioner()
    path = tmp_path / "model.npz"
    save(path, model, model.init(1))
    before = path.read_bytes()

    def full(*_args, **_kwargs):
        raise OSError("no space left")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match="no space left"):
        save(path, model, model.init(2))
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
    assert zipfile.is_zipfile(path)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no umask")
def test_a_file_may_be_read_by_whom_other_files_may(rng, tmp_path):
    model = captioner()
    before = os.umask(0o027)
    try:
        save(tmp_path / "model.npz", model, model.init(rng))
    finally:
        os.umask(before)
    assert (tmp_path / "model.npz").stat().st_mode & 0o777 == 0o640


# Bad input


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"cell": "lstn"}, "cell: expected rnn, gru, lstm, attention-lstm or a pair of functions, found 'lstn'"),
        ({"cell": (1, 2)}, r"cell: expected a name or a pair \(forward, backward\) of functions"),
        ({"gates": 3}, "gates: lstm has 4 blocks, found 3; leave it out"),
        ({"image": "first"}, "image: expected 'initial' or 'each step', found 'first'"),
        ({"cell": "attention-lstm", "image": "each step"}, "an attention-lstm looks at the picture by itself"),
        ({"cell": "attention-lstm", "grid_dim": None}, "grid_dim: expected the channels of a region for an attention-"),
        ({"grid_dim": 5}, "None for other cells; found 5 for 'lstm'"),
        ({"cell": "attention-lstm", "grid_dim": 0}, "grid_dim: expected a whole number from 1 on, found 0"),
        ({"hidden_dim": 0}, "hidden_dim: expected a whole number from 1 on, found 0"),
        ({"layers": 1.5}, "layers: expected a whole number from 1 on, found 1.5"),
        ({"dropout": 1}, "dropout: expected a share from 0 up to, not including, 1; found 1"),
        ({"dtype": np.int32}, "dtype: expected float32 or float64, found int32"),
    ],
)
def test_settings_that_do_not_fit(settings, words):
    with pytest.raises(ModelError, match=words):
        captioner(**settings)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"a": 0}, "word_to_idx has no <NULL>, <START>, <END>; is it the vocabulary of a data set"),
        (VOCABULARY | {"sun": 70}, "word_to_idx: expected each number from 0 on once"),
    ],
)
def test_vocabularies_that_do_not_fit(words, said):
    with pytest.raises(ModelError, match=said):
        Captioner("rnn", word_to_idx=words, feature_dim=2)


@pytest.mark.parametrize(
    ("features", "captions", "words"),
    [
        (np.ones((2, 6)), [[1, 2], [1, 2]], r"features have shape \(2, 6\), expected \(pictures, 7\)"),
        (np.ones((2, L, D)), [[1, 2], [1, 2]], r"features have shape \(2, 4, 7\), expected \(pictures, 7\)"),
        (np.ones((2, D), int), [[1, 2], [1, 2]], "features are int64, expected float32. If they are stored as whole"),
        (np.ones((2, D)), [[1, 2], [1, 10]], "word numbers from 1 to 10, but the vocabulary has 10 words, 0 to 9"),
        (np.ones((2, D)), [[1, 2], [1, -1]], "word numbers from -1 to 2, but the vocabulary has 10 words"),
        (np.ones((2, D)), [[1.0, 2], [1, 2]], r"captions are float64 of shape \(2, 2\), expected whole numbers"),
        (np.ones((2, D)), [1, 2], r"captions are int64 of shape \(2,\), expected whole numbers"),
        (np.ones((2, D)), [[1], [1]], "with at least two words each"),
        (np.ones((3, D)), [[1, 2], [1, 2]], "There are 3 pictures and 2 captions; expected one picture a caption"),
    ],
)
def test_inputs_that_do_not_fit(features, captions, words):
    model = captioner()
    captions = np.asarray(captions)
    with pytest.raises(ModelError, match=words):
        model.loss(model.init(0), features, captions.astype(np.int64) if captions.dtype.kind == "i" else captions)


@pytest.mark.parametrize(
    ("features", "words"),
    [
        (np.ones((2, D)), r"a pair, pooled \(pictures, 7\) and grid \(pictures, regions, 3\). Load them with feat"),
        (np.ones((2, L, C)), "an attention-lstm takes a pair"),
        ((np.ones((2, C)), np.ones((2, L, C))), r"pooled features have shape \(2, 3\), expected \(pictures, 7\)"),
        ((np.ones((2, D)), np.ones((2, C))), r"regions have shape \(2, 3\), expected \(pictures, regions, 3\)"),
        ((np.ones((2, D)), np.ones((2, L, C), np.int8)), "regions are int8, expected float32"),
        ((np.ones((2, D)), np.ones((3, L, C))), "There are pooled features of 2 pictures and grids of 3"),
    ],
)
def test_features_that_do_not_fit_an_attention_lstm(features, words):
    model = captioner("attention-lstm")
    with pytest.raises(ModelError, match=words):
        model.start(model.init(0), features)


def test_parameters_of_another_model():
    model = captioner()
    params = model.init(0)
    features = np.ones((1, D))
    with pytest.raises(ModelError, match="Parameters of another model: missing here Wh; too many nothing"):
        model.start({name: p for name, p in params.items() if name != "Wh"}, features)
    with pytest.raises(ModelError, match="missing here nothing; too many W_grid, Wattn, b_grid"):
        model.start(captioner("attention-lstm").init(0), features)
    with pytest.raises(ModelError, match=r"b has shape \(3,\), expected \(24,\)"):
        model.start(params | {"b": np.ones(3)}, features)
