"""Tasks that need a memory: what is drawn, that gradients are right, and that learning is told truly."""

import numpy as np
import pytest

from unrolled import tasks
from unrolled.layers import rnn_backward, rnn_forward, rnn_step_backward, rnn_step_forward

RNG = np.random.default_rng


def test_recall_shows_a_symbol_and_then_distractors_only():
    task = tasks.Recall(symbols=3, distractors=2)
    x, y = task.draw(200, 6, RNG(0))
    assert x.shape == (200, 6, 5)
    assert (x.sum(axis=2) == 1).all()
    assert (x[:, 0, :3].argmax(axis=1) == y).all()
    assert not x[:, 0, 3:].any()
    assert not x[:, 1:, :3].any()
    assert set(y) == {0, 1, 2}
    assert (x[:, 1:, 3:].sum(axis=(0, 1)) > 400).all()


def test_adding_marks_one_number_in_each_half():
    for T in (2, 7, 10):
        x, y = tasks.Adding().draw(300, T, RNG(0))
        marks = x[..., 1]
        assert (marks[:, : T // 2].sum(axis=1) == 1).all()
        assert (marks[:, T // 2 :].sum(axis=1) == 1).all()
        assert (marks.sum(axis=0) > 0).all()
        np.testing.assert_allclose(y, (x[..., 0] * marks).sum(axis=1))
    with pytest.raises(ValueError, match="T=1: expected 2 or more"):
        tasks.Adding().draw(3, 1, RNG(0))


def test_who_always_answers_one_in_adding_is_off_by_a_sixth():
    task = tasks.Adding()
    _, y = task.draw(20_000, 10, RNG(0))
    loss, _ = task.loss(np.ones((20_000, 1)), y)
    assert loss == pytest.approx(1 / 6, rel=0.02)


def test_what_counts_as_right():
    assert tasks.Recall().right(np.eye(4)[[1, 2]], np.array([1, 3])).tolist() == [True, False]
    scores = np.array([[1.05], [1.2]])
    assert tasks.Adding().right(scores, np.array([1.0, 1.0])).tolist() == [True, False]
    assert tasks.Adding(tolerance=0.01).right(scores, np.array([1.0, 1.0])).tolist() == [False, False]


@pytest.mark.parametrize("task", [tasks.Recall(), tasks.Adding()], ids=["recall", "adding"])
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_gradients_are_those_of_the_loss(cell, task):
    reader = tasks.Reader(cell, task, hidden_dim=5, dtype=np.float64)
    params = reader.init(1)
    x, y = task.draw(3, 7, RNG(2))
    _, grads = reader.loss(params, x, y)
    assert grads.keys() == params.keys()
    for name, param in params.items():
        direction = RNG(3).normal(size=param.shape)
        above, below = (reader.loss({**params, name: param + s * direction}, x, y)[0] for s in (1e-6, -1e-6))
        assert np.vdot(grads[name], direction) == pytest.approx((above - below) / 2e-6, rel=1e-6, abs=1e-9)


def test_flow_is_the_size_of_what_each_input_can_change():
    task = tasks.Recall()
    reader = tasks.Reader("rnn", task, hidden_dim=5, dtype=np.float64)
    params = reader.init(1)
    sizes = reader.flow(params, T=4, N=1, seed=5)
    x, y = task.draw(1, 4, RNG(tasks.HELD_OUT + 5))
    slopes = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        nudge = np.zeros_like(x)
        nudge[place] = 1e-6
        slopes[place] = (reader.loss(params, x + nudge, y)[0] - reader.loss(params, x - nudge, y)[0]) / 2e-6
    np.testing.assert_allclose(sizes, np.linalg.norm(slopes[0], axis=1), rtol=1e-6)
    apart = [reader.flow(params, T=4, N=1, seed=5), reader.flow(params, T=4, N=40, seed=5)]
    assert 0.2 < apart[1].mean() / apart[0].mean() < 5          # of one sequence's own loss, however many there are


def test_a_step_in_a_loop_is_the_sequence():
    forward, backward = tasks.looped(rnn_step_forward, rnn_step_backward)
    rng = RNG(0)
    inputs = [rng.normal(size=shape) for shape in ((3, 6, 4), (3, 5), (4, 5), (5, 5), (5,))]
    dh = rng.normal(size=(3, 6, 5))
    (h, cache), (right_h, right_cache) = forward(*inputs), rnn_forward(*inputs)
    np.testing.assert_allclose(h, right_h)
    for got, want in zip(backward(dh, cache), rnn_backward(dh, right_cache), strict=True):
        np.testing.assert_allclose(got, want)


def test_settings_of_a_step_are_passed_on():
    def step(x, prev_h, Wx, Wh, b, factor):
        return factor * prev_h, factor

    def back(dnext_h, factor):
        return dnext_h[:, :1], factor * dnext_h, 0, 0, 0

    forward, backward = tasks.looped(step, back, 2.0)
    h, cache = forward(np.zeros((1, 3, 1)), np.ones((1, 2)), 0, 0, 0)
    assert h[0, :, 0].tolist() == [2, 4, 8]
    dx, dh0, *_ = backward(np.ones((1, 3, 2)), cache)
    assert dh0.tolist() == [[14, 14]]
    assert dx[0, :, 0].tolist() == [7, 3, 1]


def test_the_gate_that_keeps_begins_as_asked():
    for cell, blocks in (("gru", 3), ("lstm", 4)):
        b = tasks.Reader(cell, tasks.Recall(), hidden_dim=2).init(keep=5)["b"]
        assert b.tolist() == [0, 0, 5, 5] + [0] * (2 * blocks - 4)
    assert not tasks.Reader("rnn", tasks.Recall(), hidden_dim=2).init(keep=5)["b"].any()
    with pytest.raises(ValueError, match="cell 'gur': expected one of rnn, gru, lstm"):
        tasks.Reader("gur", tasks.Recall())


def test_float32_stays_float32():
    reader = tasks.Reader("lstm", tasks.Adding(), hidden_dim=4)
    params = reader.init()
    x, y = reader.task.draw(3, 5, RNG(0))
    _, grads = reader.loss(params, x.astype(np.float32), y)
    assert {a.dtype for a in (*params.values(), *grads.values())} == {np.dtype(np.float32)}


def test_who_knows_nothing_guesses_and_who_has_learned_is_right():
    reader = tasks.Reader("rnn", tasks.Recall(), hidden_dim=12)
    params = reader.init(0)
    assert reader.success(params, T=5) < 0.5
    learned = tasks.learn(reader, params, T=5, steps=200, learning_rate=0.02)
    assert learned.solved == len(learned.losses) == len(learned.norms) < 200
    assert learned.losses[-1] < 0.1 < learned.losses[0]
    assert reader.success(params, T=5) > 0.98


def test_the_same_seed_learns_the_same():
    reader = tasks.Reader("gru", tasks.Adding(), hidden_dim=4)
    runs = [reader.init(0), reader.init(0), reader.init(0)]
    for params, seed in zip(runs, (1, 1, 2), strict=True):
        tasks.learn(reader, params, T=6, steps=10, learning_rate=0.01, seed=seed)
    assert all((runs[0][name] == runs[1][name]).all() for name in runs[0])
    assert any((runs[0][name] != runs[2][name]).any() for name in runs[0])


def test_the_rate_with_most_success_is_chosen_and_among_equals_the_quickest():
    reader = tasks.Reader("rnn", tasks.Recall(), hidden_dim=12)
    rate, found = tasks.choose_rate(reader, reader.init, [4], [1e-6, 0.005, 0.02], seeds=[100], steps=150)
    assert found[1e-6] < 0.6
    assert min(found[0.005], found[0.02]) > 0.98
    assert rate == 0.02
    grid = tasks.successes(reader, reader.init, [3, 5], 0.02, seeds=[0, 1, 2], steps=150)
    assert grid.shape == (3, 2)
    assert grid.min() > 0.95
