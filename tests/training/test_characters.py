"""The character model and its text: gradients, a state that is carried, a training that resumes, labels, sampling."""

import math

import numpy as np
import pytest

from unrolled import characters, texts
from unrolled.checkpoints import CheckpointError
from unrolled.optimisers import Adam

rng = np.random.default_rng(0)
SOURCE = '''import os


class A:
    """Two
    lines."""

    def f(self, x):  # why
        if x == "a" and (
            x != r'b'
        ):
            return f"{x!r} and {'y'}"
        return [y if y else 0 for y in x]
'''


def small(dtype=np.float64):
    model = characters.Model("abcde", hidden_dim=4, dtype=dtype)
    return model, model.init(1)


def test_gradients_of_a_chunk_with_a_carried_state():
    model, params = small()
    inputs, targets = rng.integers(5, size=(2, 3, 6))
    state = rng.normal(size=(3, 4)), rng.normal(size=(3, 4))
    _, grads, _ = model.loss(params, inputs, targets, state)
    for name, grad in grads.items():
        direction, step = rng.normal(size=grad.shape), 1e-6
        ahead, behind = (model.loss({**params, name: params[name] + k * step * direction}, inputs, targets, state)[0]
                         for k in (1, -1))
        assert (ahead - behind) / (2 * step) == pytest.approx(float(np.vdot(grad, direction)), rel=1e-6), name


def test_two_chunks_say_what_one_of_double_length_says():
    model, params = small()
    inputs, targets = rng.integers(5, size=(2, 3, 8))
    whole, _, (h, c) = model.loss(params, inputs, targets)
    first, _, state = model.loss(params, inputs[:, :4], targets[:, :4])
    second, _, after = model.loss(params, inputs[:, 4:], targets[:, 4:], state)
    assert (first + second) / 2 == pytest.approx(whole)
    np.testing.assert_allclose(after, (h, c))


def test_surprise_is_the_loss_in_bits_and_long_texts_agree_with_short_ones():
    model, params = small()
    numbers = rng.integers(5, size=40)
    loss, _, _ = model.loss(params, numbers[None, :-1], numbers[None, 1:])
    assert model.surprise(params, numbers).mean() == pytest.approx(loss / math.log(2))
    long = rng.integers(5, size=64 * 103 + 7)
    side_by_side, one_by_one = model.surprise(params, long), model.surprise(params, long[:105])
    assert len(side_by_side) == len(long) - 1
    np.testing.assert_allclose(side_by_side[:100], one_by_one[:100])


def test_float32_stays_float32():
    model, params = small(np.float32)
    numbers = rng.integers(5, size=(2, 7))
    _, grads, state = model.loss(params, numbers[:, :-1], numbers[:, 1:])
    cells, _ = model.cells(params, numbers[0])
    assert {a.dtype for a in [*grads.values(), *state, cells]} == {np.dtype(np.float32)}


def test_training_learns_a_rhyme_and_resumes_bit_for_bit(tmp_path, monkeypatch):
    numbers = np.tile([0, 1, 2, 3, 2, 4], 60)

    def trained(path=None, stops=0):
        model, params = small(np.float32)
        calls = []
        learn = model.loss

        def loss(*args):
            calls.append(1)
            if len(calls) == stops:
                raise KeyboardInterrupt
            return learn(*args)

        model.loss = loss
        how = {"chunks": 60, "batch_size": 3, "length": 10, "show": False, "checkpoint": path}
        try:
            history = characters.train(model, params, numbers, optimiser=Adam(params, 0.1), **how)
        except KeyboardInterrupt:
            return params, None
        return params, history

    through, history = trained()
    assert history.losses[-1] < 0.5 < 1.4 < history.losses[0]
    path = tmp_path / "half.npz"
    monkeypatch.setattr(characters, "SECONDS_BETWEEN_CHECKPOINTS", -1.0)
    trained(path, stops=25)
    resumed, history = trained(path)
    assert len(history.losses) == 60
    for name, param in through.items():
        np.testing.assert_array_equal(param, resumed[name])


def test_a_checkpoint_of_another_training_is_refused(tmp_path):
    numbers, path = np.tile([0, 1, 2], 50), tmp_path / "half.npz"
    model, params = small()
    characters.train(model, params, numbers, chunks=2, batch_size=2, length=5, checkpoint=path, show=False)
    with pytest.raises(CheckpointError, match="was made with chunks 2, this training has 3"):
        characters.train(model, params, numbers, chunks=3, batch_size=2, length=5, checkpoint=path, show=False)


def test_a_text_that_is_too_short_is_refused():
    model, params = small()
    with pytest.raises(ValueError, match="too short for 4 streams with chunks of 10: 41 are needed"):
        characters.train(model, params, np.zeros(40, int), chunks=1, batch_size=4, length=10, show=False)


def test_saved_and_loaded_in_half_precision(tmp_path):
    model, params = small(np.float32)
    characters.save(tmp_path / "model.npz", model, params)
    loaded, again = characters.load(tmp_path / "model.npz")
    assert (loaded.letters, loaded.hidden_dim) == (model.letters, model.hidden_dim)
    for name, param in params.items():
        np.testing.assert_allclose(again[name], param, atol=2e-3)
    with pytest.raises(CheckpointError, match="is no checkpoint that can be read"):
        characters.load(__file__)


def test_samples_obey_temperature_and_top_k():
    model, params = small()
    params = {name: 0 * a for name, a in params.items()} | {"b_vocab": np.log([0.4, 0.3, 0.15, 0.1, 0.05])}
    shares = {letter: characters.sample(model, params, "a", 2000, rng=1).count(letter) / 2000 for letter in "abcde"}
    np.testing.assert_allclose(list(shares.values()), [0.4, 0.3, 0.15, 0.1, 0.05], atol=0.05)
    assert set(characters.sample(model, params, "e", 500, top_k=2, rng=1)) == {"a", "b"}
    assert characters.sample(model, params, "e", 5, temperature=0) == "aaaaa"
    with pytest.raises(ValueError, match="a beginning of one letter"):
        characters.sample(model, params, "", 5)


def test_the_standard_library_is_split_by_files():
    text = texts.standard_library()
    assert len(text.train) > 10 * 300_000 > 3 * len(text.held_out) > 900_000
    assert "random.py" in text.files
    assert text.decode(text.encode("def f(x):\n")) == "def f(x):\n"
    assert text.decode(text.encode("ä")) == texts.UNKNOWN
    first = next(iter(text.files.values()))
    np.testing.assert_array_equal(text.held_out[: len(first)], text.encode(first))


def test_a_text_of_ones_own(tmp_path):
    path = tmp_path / "own.txt"
    path.write_text("Ein Müller mahlt. " * 100, encoding="utf-8")
    text = texts.load(path)
    assert text.decode(np.concatenate([text.train, text.held_out])) == "Ein Müller mahlt. " * 100
    path.write_text("kurz", encoding="utf-8")
    with pytest.raises(texts.TextError, match="has 4 letters; 1,200 at least are needed"):
        texts.load(path)
    with pytest.raises(texts.TextError, match="no Python files"):
        texts.standard_library(tmp_path)


def test_labels_are_what_the_tokenizer_says():
    labels = texts.labels(SOURCE)
    marked = {name: "".join(letter for letter, y in zip(SOURCE, labels[name], strict=True) if y)
              for name in ("inside quotes", "inside triple quotes", "inside a comment", "in an if")}
    assert marked["inside quotes"] == '''"a"r'b'f"{x!r} and {'y'}"'''
    assert marked["inside triple quotes"] == '"""Two\n    lines."""'
    assert marked["inside a comment"] == "# why"
    assert marked["in an if"] == "if x == \"a\" and (\n            x != r'b'\n        ):"
    words = "class", "def", "if x", "return f", "[y"
    depth = [int(labels["indentation depth"][SOURCE.index(word)]) for word in words]
    assert depth == [0, 1, 2, 3, 2]
    assert labels["position in the line"][SOURCE.index("def")] == 4
    with pytest.raises(texts.TextError, match="This is no Python source"):
        texts.labels("x = (")
    assert all(len(y) == 0 for y in texts.labels("").values())


def test_a_unit_of_the_shipped_model_tracks_quotes_beyond_luck():
    model, params = characters.shipped()
    files = texts.standard_library().files

    def opened(name):
        source = files[name]
        return model.cells(params, texts.encode(source, model.letters))[0].astype(np.float64), texts.labels(source)

    def correlations(cells, labels):
        cells, labels = cells - cells.mean(axis=0), labels - labels.mean(axis=0)
        return cells.T @ labels / len(cells) / np.outer(cells.std(axis=0), labels.std(axis=0))

    (cells, labels), (others, truths) = opened("random.py"), opened("http/server.py")
    unit = np.abs(correlations(cells, labels["inside quotes"][:, None])).argmax()
    quotes = truths["inside quotes"]
    turned = np.stack([np.roll(quotes, k) for k in rng.integers(1000, len(quotes) - 1000, 200)], axis=1)
    found = abs(correlations(others, quotes[:, None])[unit, 0])
    assert found >= 0.6
    assert found > np.abs(correlations(others, turned)).max()
