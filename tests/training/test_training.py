"""The loop: it learns, stops when it should, keeps the best, and resumes bit for bit."""

import os
import signal
import sys
import threading
import zipfile

import numpy as np
import pytest

from tests.training import tiny
from unrolled import checkpoints, training
from unrolled.training import SGD, Adagrad, Adam, CheckpointError, Dropout, Momentum, Pairs, train

OPTIMISERS = {"sgd": SGD, "momentum": Momentum, "adagrad": Adagrad, "adam": Adam}


def fresh(seed=0, **how):
    return tiny.init(np.random.default_rng(seed), **how)


def quiet(*args, **how):
    return train(*args, show=False, **how)


@pytest.mark.parametrize("name", OPTIMISERS)
def test_every_optimiser_learns(name):
    params, examples = fresh(), tiny.examples()
    before = training.evaluate(tiny.loss, params, examples)
    history = quiet(tiny.loss, params, examples, optimiser=OPTIMISERS[name](params, learning_rate=0.05), epochs=30)
    assert training.evaluate(tiny.loss, params, examples) < 0.8 * before
    assert len(history.losses) == len(history.norms) == 30
    assert (history.epochs, history.stopped) == (30, "")


def test_every_caption_is_seen_once_an_epoch_in_another_order():
    seen = []

    def noting(params, features, captions):
        seen.append(features[:, 0].astype(int))
        return tiny.loss(params, features[:, 1:], captions)

    features = np.hstack([np.arange(23)[:, None], np.random.default_rng(0).normal(size=(23, 5))])
    examples = Pairs(features, np.tile(np.array([1, 4, 5, 2], np.int32), (23, 1)))
    quiet(noting, fresh(), examples, epochs=2, batch_size=10)
    assert [len(rows) for rows in seen] == [10, 10, 3, 10, 10, 3]
    first, second = np.concatenate(seen[:3]), np.concatenate(seen[3:])
    assert sorted(first) == sorted(second) == list(range(23))
    assert (first != second).any()


def test_features_belong_to_their_captions():
    examples = tiny.examples()

    def checking(params, features, captions):
        for feature, caption in zip(features, captions, strict=True):
            i = int(np.flatnonzero((examples.features == feature).all(axis=1))[0])
            assert any((caption == c).all() for c in examples.captions[examples.image_idxs == i])
        return tiny.loss(params, features, captions)

    quiet(checking, fresh(), examples, epochs=1, batch_size=7)


def test_the_learning_rate_decays_every_epoch():
    params = fresh()
    optimiser = SGD(params, learning_rate=0.1)
    quiet(tiny.loss, params, tiny.examples(), optimiser=optimiser, epochs=3, decay=0.5)
    assert optimiser.learning_rate == pytest.approx(0.0125)


def test_early_stopping_keeps_the_best_parameters():
    params, examples, val = fresh(), tiny.examples(20), tiny.examples(20, seed=5)
    history = quiet(tiny.loss, params, examples, val, optimiser=Adam(params, 0.2), epochs=200, patience=4)
    losses = [loss for _, loss in history.val]
    assert history.stopped == "no better on validation for 4 epochs"
    assert len(losses) - 1 - int(np.argmin(losses)) == 4
    assert training.evaluate(tiny.loss, params, val) == pytest.approx(min(losses), rel=1e-12)


def test_a_loss_that_is_no_number_stops_and_says_why():
    params = fresh()
    with np.errstate(all="ignore"):
        history = quiet(tiny.loss, params, tiny.examples(), optimiser=SGD(params, 1e200), clip=None, epochs=3)
    assert "try a smaller learning rate, or clip" in history.stopped
    assert history.epochs < 3


def test_divergence_gives_back_the_best_of_before():
    params, examples, calls = fresh(), tiny.examples(), []

    def breaking(params, features, captions):
        calls.append(1)
        value, grads = tiny.loss(params, features, captions)
        return (np.nan if len(calls) > 9 else value), grads

    history = quiet(breaking, params, examples, examples, epochs=50, batch_size=40)
    assert "nan" in history.stopped
    assert training.evaluate(tiny.loss, params, examples) == pytest.approx(history.best)


def interrupting(after, signum=signal.SIGINT):
    """A loss during whose `after`-th call somebody presses ctrl-C."""
    calls = []

    def loss(params, features, captions):
        calls.append(1)
        if len(calls) == after:
            signal.raise_signal(signum)
        return tiny.loss(params, features, captions)

    return loss


@pytest.mark.parametrize("name", OPTIMISERS)
@pytest.mark.parametrize("after", [1, 4, 7, 8, 13])
def test_interrupted_and_resumed_ends_with_the_same_parameters_bit_for_bit(name, after, tmp_path):
    examples, val, hook = tiny.examples(), tiny.examples(20, seed=5), Dropout(W_word=0.3)
    how = {"epochs": 4, "batch_size": 10, "decay": 0.9, "dropout": hook, "seed": 3}
    params = fresh()
    whole = quiet(tiny.loss, params, examples, val, optimiser=OPTIMISERS[name](params, 0.05), **how)

    again, path = fresh(), tmp_path / "run.npz"
    first = quiet(interrupting(after), again, examples, val, optimiser=OPTIMISERS[name](again, 0.05),
                  checkpoint=path, **how)
    assert first.stopped == "interrupted"
    again = fresh(seed=99)          # what was learned comes from the file
    second = quiet(tiny.loss, again, examples, val, optimiser=OPTIMISERS[name](again, 0.7), checkpoint=path, **how)
    for key in params:
        np.testing.assert_array_equal(params[key], again[key])
    assert (second.losses, second.norms, second.val) == (whole.losses, whole.norms, whole.val)


def test_killed_between_two_checkpoints_resumes_from_the_last_bit_for_bit(tmp_path, monkeypatch):
    monkeypatch.setattr(training, "SECONDS_BETWEEN_CHECKPOINTS", 0)
    examples, path, how = tiny.examples(), tmp_path / "run.npz", {"epochs": 3, "batch_size": 7}
    whole, again = fresh(), fresh()
    quiet(tiny.loss, whole, examples, **how)
    calls = []

    def dying(params, features, captions):
        calls.append(1)
        if len(calls) == 9:
            raise MemoryError
        return tiny.loss(params, features, captions)

    with pytest.raises(MemoryError):
        quiet(dying, again, examples, checkpoint=path, **how)
    again = fresh(seed=8)
    quiet(tiny.loss, again, examples, checkpoint=path, **how)
    for key in whole:
        np.testing.assert_array_equal(whole[key], again[key])


def test_a_finished_training_is_not_done_again(tmp_path):
    examples, path, how = tiny.examples(), tmp_path / "run.npz", {"epochs": 2}
    params, again = fresh(), fresh(seed=1)
    quiet(tiny.loss, params, examples, examples, checkpoint=path, **how)
    history = quiet(interrupting(1), again, examples, examples, checkpoint=path, **how)
    assert history.epochs == 2
    assert history.stopped == ""
    for key in params:
        np.testing.assert_array_equal(params[key], again[key])


def test_a_checkpoint_without_end_of_epoch_keeps_what_was_learned(tmp_path):
    params = fresh()
    before = {name: param.copy() for name, param in params.items()}
    history = quiet(interrupting(3), params, tiny.examples(), tiny.examples(seed=5), batch_size=5)
    assert history.stopped == "interrupted"
    assert len(history.losses) == 3
    assert all((params[name] != before[name]).any() for name in params)


def test_the_second_ctrl_c_interrupts_at_once_and_the_first_handler_comes_back():
    before = signal.getsignal(signal.SIGINT)

    def twice(params, features, captions):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        raise AssertionError("went on")

    with pytest.raises(KeyboardInterrupt):
        quiet(twice, fresh(), tiny.examples())
    assert signal.getsignal(signal.SIGINT) is before


def test_training_works_outside_the_main_thread():
    done = []
    thread = threading.Thread(target=lambda: done.append(quiet(tiny.loss, fresh(), tiny.examples(), epochs=1)))
    thread.start()
    thread.join()
    assert done[0].epochs == 1


def test_another_trainings_checkpoint_is_refused_in_a_sentence(tmp_path):
    path, examples = tmp_path / "run.npz", tiny.examples()
    quiet(tiny.loss, fresh(), examples, epochs=1, checkpoint=path)
    with pytest.raises(CheckpointError, match=r"was made with batch size 50, this training has 20. Give the same"):
        quiet(tiny.loss, fresh(), examples, epochs=1, batch_size=20, checkpoint=path)
    with pytest.raises(CheckpointError, match="was made with optimiser Adam, this training has SGD"):
        quiet(tiny.loss, fresh(), examples, epochs=1, optimiser=SGD(fresh()), checkpoint=path)
    with pytest.raises(CheckpointError, match="was made with parameters"):
        quiet(tiny.loss, fresh(V=13), examples, epochs=1, checkpoint=path)


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04 cut"])
def test_a_damaged_checkpoint_is_refused_in_a_sentence(content, tmp_path):
    path = tmp_path / "run.npz"
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match="is no checkpoint that can be read"):
        quiet(tiny.loss, fresh(), tiny.examples(), checkpoint=path)


def test_a_checkpoint_holds_no_pickle_and_nothing_half_written(tmp_path, monkeypatch):
    path = tmp_path / "run.npz"
    checkpoints.write(path, {"a": np.arange(3)}, {"n": 2**80})
    arrays, about = checkpoints.read(path)
    assert about == {"n": 2**80}
    np.testing.assert_array_equal(arrays["a"], np.arange(3))
    with pytest.raises(ValueError, match="Python objects are not stored"):
        checkpoints.write(path, {"a": np.array([{}])}, {})
    monkeypatch.setattr(np, "savez", lambda file, **arrays: (file.write(b"half"), 1 / 0))
    with pytest.raises(ZeroDivisionError):
        checkpoints.write(path, {"a": np.arange(4)}, {})
    assert os.listdir(tmp_path) == ["run.npz"]
    np.testing.assert_array_equal(checkpoints.read(path)[0]["a"], np.arange(3))
    assert zipfile.is_zipfile(path)


def test_dropout_leaves_out_whole_rows_and_their_gradients():
    params = {"W": np.ones((1000, 3)), "b": np.ones(3)}
    given = {}

    def loss(params, features, captions):
        given.update(params)
        return 0.0, {"W": np.ones((1000, 3)), "b": np.ones(3)}

    _, grads = Dropout(W=0.25)(loss, np.random.default_rng(0))(params, None, None)
    rows = given["W"][:, 0]
    assert set(np.unique(rows)) == {0, 4 / 3}
    assert 0.2 < (rows == 0).mean() < 0.3
    assert (given["W"] == rows[:, None]).all()
    assert (grads["W"] == rows[:, None]).all()
    assert (params["W"] == 1).all()
    assert (grads["b"] == 1).all()
    with pytest.raises(ValueError, match="W=1: expected a probability"):
        Dropout(W=1)


def test_the_gradient_under_dropout_is_the_gradient_of_what_was_computed():
    params, examples = fresh(), tiny.examples()
    batch = examples.features[examples.image_idxs], examples.captions

    def value(params):
        return Dropout(W_word=0.4, W_image=0.2)(tiny.loss, np.random.default_rng(7))(params, *batch)

    _, grads = value(params)
    rng = np.random.default_rng(1)
    for name, param in params.items():
        direction = rng.normal(size=param.shape)
        up, down = (value({**params, name: param + step * direction})[0] for step in (1e-6, -1e-6))
        assert np.vdot(grads[name], direction) == pytest.approx((up - down) / 2e-6, rel=1e-6)


def with_noise(params, features, captions, rng=None):
    """A loss with dropout of its own."""
    value, grads = tiny.loss(params, features, captions)
    noise = 0 if rng is None else rng.normal()
    return value, {name: grad + noise for name, grad in grads.items()}


def test_a_loss_with_dropout_of_its_own_is_given_a_generator_in_training_only(tmp_path):
    examples, how = tiny.examples(), {"epochs": 3, "batch_size": 10}
    params, plain, again = fresh(), fresh(), fresh()
    quiet(with_noise, params, examples, examples, **how)
    quiet(tiny.loss, plain, examples, examples, **how)
    assert (params["b"] != plain["b"]).any()
    assert training.evaluate(with_noise, params, examples) == training.evaluate(tiny.loss, params, examples)
    calls = []

    def interrupted(params, features, captions, rng=None):
        calls.append(rng)
        if len(calls) == 6:
            signal.raise_signal(signal.SIGINT)
        return with_noise(params, features, captions, rng)

    quiet(interrupted, again, examples, examples, checkpoint=tmp_path / "run.npz", **how)
    quiet(with_noise, again, examples, examples, checkpoint=tmp_path / "run.npz", **how)
    for name in params:
        np.testing.assert_array_equal(params[name], again[name])


def test_pairs_want_a_caption_per_row():
    with pytest.raises(ValueError, match="one caption per row of features, found 3 for 2"):
        Pairs(np.ones((2, 4)), np.ones((3, 5), np.int32))


def test_nothing_to_learn_from_is_said():
    with pytest.raises(ValueError, match="expected captions to learn from"):
        quiet(tiny.loss, fresh(), Pairs(np.ones((0, 5)), np.ones((0, 4), np.int32)))


def test_into_a_file_a_line_per_epoch_is_printed_and_nothing_on_stderr(capsys):
    train(tiny.loss, fresh(), tiny.examples(), tiny.examples(seed=5), epochs=2)
    said = capsys.readouterr()
    assert said.err == ""
    assert [line.split("   ")[0] for line in said.out.splitlines()] == ["epoch 1", "epoch 2"]
    assert "on validation" in said.out


def test_in_a_terminal_the_bar_shows_loss_and_captions_per_second(monkeypatch, capsys):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "120")
    train(tiny.loss, fresh(), tiny.examples(), epochs=2, batch_size=10)
    said = capsys.readouterr()
    assert "captions/s" in said.out
    assert "epoch 2 of 2   loss" in said.out
    assert said.err == ""


NOTEBOOK = """
import numpy as np
from tests.training import tiny
from unrolled.training import train
history = train(tiny.loss, tiny.init(np.random.default_rng(0)), tiny.examples(), epochs=3)
"""


def test_in_a_notebook_one_output_is_replaced_and_stderr_stays_empty(tmp_path):
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(NOTEBOOK)])
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tiny_root())}}).execute()
    outputs = notebook.cells[0].outputs
    assert [output["output_type"] for output in outputs] == ["display_data"]
    assert "100%" in outputs[0]["data"]["text/plain"]
    assert "captions/s" in outputs[0]["data"]["text/html"]
    assert "epoch 3   loss" in outputs[0]["data"]["text/plain"]


def tiny_root():
    from tests.lesson import ROOT
    return ROOT
