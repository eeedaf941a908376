"""Every layer: its gradients against measured slopes, its dtype kept, its inputs and its cache left alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from tests.layers.drawn import GATES, SIZES, Draw, close, slopes_agree
from unrolled import layers
from unrolled.layers.room import Panels, Product, ProductBack, Room, Steps

SEQUENCE = "NTD NH D{g}H H{g}H {g}H"
STEP = "ND NH D{g}H H{g}H {g}H"
LAYERS = {
    "affine": "NTD 0 0",
    "temporal_affine": "NTD DV V",
    "rnn_step": STEP.format(g=1),
    "gru_step": STEP.format(g=3),
    "lstm_step": "ND NH NH D4H H4H 4H",
    "attention": "NH NLH",
    "attention_lstm_step": "ND NH NH NLH D4H H4H H4H 4H",
    "rnn": SEQUENCE.format(g=1),
    "gru": SEQUENCE.format(g=3),
    "lstm": SEQUENCE.format(g=4),
    "attention_lstm": "NTD NH NLH D4H H4H H4H 4H",
}


def pair(name):
    return getattr(layers, f"{name}_forward"), getattr(layers, f"{name}_backward")


def inputs_of(name, draw):
    if name == "affine":
        x = draw("NTD")
        M = draw.sizes["H"]
        return [x, draw.laid(draw.rng.standard_normal((x[0].size, M))), draw("H")]
    return [draw(letters) for letters in LAYERS[name].split()]


def outputs(name, result):
    """What has a gradient among what a forward function returns: states, not the cache, nor attention's weights."""
    return result[:1] if name == "attention" else result[:-1]


@pytest.mark.parametrize("name", LAYERS)
@given(sizes=SIZES)
@settings(max_examples=220, deadline=None)
def test_gradients_are_slopes(name, sizes):
    draw = Draw(**sizes)
    forward, backward = pair(name)
    inputs = inputs_of(name, draw)
    kept = [x.copy() for x in inputs]
    result = forward(*inputs)
    ups = [draw.rng.standard_normal(out.shape) for out in outputs(name, result)]
    kept_ups = [up.copy() for up in ups]
    grads = backward(*ups, result[-1])
    again = backward(*ups, result[-1])

    def along(*changed):
        return sum(float(np.sum(out * up)) for out, up in zip(outputs(name, forward(*changed)), ups, strict=True))

    slopes_agree(along, inputs, grads, draw.rng)
    for before, after in zip(kept + kept_ups, inputs + ups, strict=True):
        np.testing.assert_array_equal(before, after)
    for first, second in zip(grads, again, strict=True):
        np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("name", LAYERS)
@given(sizes=SIZES)
@settings(max_examples=40, deadline=None)
def test_float32_stays_and_is_near(name, sizes):
    draw, exact = Draw(**sizes, dtype=np.float32), Draw(**sizes)
    forward, backward = pair(name)
    inputs, right_inputs = inputs_of(name, draw), inputs_of(name, exact)
    result, right = forward(*inputs), forward(*right_inputs)
    ups = [draw.rng.standard_normal(out.shape) for out in outputs(name, result)]
    grads = backward(*[up.astype(np.float32) for up in ups], result[-1])
    right_grads = backward(*ups, right[-1])
    found = [*outputs(name, result), *grads]
    assert [a.dtype for a in found] == [np.float32] * len(found)
    for a, b in zip(found, [*outputs(name, right), *right_grads], strict=True):
        close(a, b, np.float32)


@pytest.mark.parametrize("name", ["rnn", "gru", "lstm", "attention_lstm"])
@given(sizes=SIZES)
@settings(max_examples=60, deadline=None)
def test_a_sequence_is_its_steps(name, sizes):
    draw = Draw(**sizes)
    x, h0, *others = inputs_of(name, draw)
    h, cache = pair(name)[0](x, h0, *others)
    step, step_back = pair(f"{name}_step")
    states, caches, prev = [], [], (h0, np.zeros_like(h0)) if "lstm" in name else (h0,)
    for t in range(x.shape[1]):
        *prev, step_cache = step(x[:, t], *prev, *others)
        states.append(prev[0])
        caches.append(step_cache)
    close(h, np.stack(states, axis=1))

    dh = draw.rng.standard_normal(h.shape)
    dprev, sums, dx = [np.zeros_like(p) for p in prev], [np.zeros_like(w) for w in others], np.zeros_like(x)
    for t in reversed(range(x.shape[1])):
        dprev[0] = dprev[0] + dh[:, t]
        dx[:, t], *rest = step_back(*dprev, caches[t])
        dprev, more = rest[: len(dprev)], rest[len(dprev) :]
        sums = [a + b for a, b in zip(sums, more, strict=True)]
    for found, right in zip(pair(name)[1](dh, cache), [dx, dprev[0], *sums], strict=True):
        close(found, right)


@given(sizes=SIZES)
@settings(max_examples=220, deadline=None)
def test_word_embedding(sizes):
    draw = Draw(**sizes)
    x, W = draw.words("NT"), draw("VD")
    out, cache = layers.word_embedding_forward(x, W)
    dout = draw("NTD")
    dW = layers.word_embedding_backward(dout, cache)
    right = np.zeros_like(W)
    np.add.at(right, x, dout)
    close(dW, right)
    slopes_agree(lambda W: float(np.sum(layers.word_embedding_forward(x, W)[0] * dout)), [W], [dW], draw.rng)
    assert out.shape == (*x.shape, W.shape[1])


@given(sizes=SIZES)
@settings(max_examples=220, deadline=None)
def test_temporal_softmax_loss(sizes):
    draw = Draw(**sizes)
    x, y, mask = draw("NTV"), draw.words("NT"), draw.mask("NT")
    before = x.copy()
    loss, dx = layers.temporal_softmax_loss(x, y, mask)
    p = np.exp(x) / np.exp(x).sum(axis=2, keepdims=True)
    right = -np.log(np.take_along_axis(p, y[:, :, None], axis=2)[:, :, 0])[mask].sum() / len(x)
    close(loss, right)
    np.testing.assert_array_equal(dx[~mask], 0)
    np.testing.assert_array_equal(x, before)
    slopes_agree(lambda x: layers.temporal_softmax_loss(x, y, mask)[0], [x], [dx], draw.rng)


def test_nothing_counted_is_no_loss():
    loss, dx = layers.temporal_softmax_loss(np.ones((2, 3, 4)), np.zeros((2, 3), int), np.zeros((2, 3), bool))
    assert loss == 0
    assert not dx.any()


def test_large_scores_stay_finite():
    with np.errstate(all="raise", under="ignore"):
        x = np.array([[[1e4, 0, -1e4]]], np.float32)
        loss, dx = layers.temporal_softmax_loss(x, np.array([[1]]), np.ones((1, 1)))
        assert loss == 1e4
        np.testing.assert_array_equal(dx, [[[1, -1, 0]]])
        np.testing.assert_allclose(layers.sigmoid(np.array([-1e4, 0, 1e4])), [0, 0.5, 1])
        for dtype in (np.float32, np.float64):
            x, h0 = np.full((2, 3, 4), 1e3, dtype), np.zeros((2, 5), dtype)
            for name, gates in (("lstm", 4), ("gru", 3)):
                for sign in (1, -1):
                    weights = [np.full(s, sign * 10, dtype) for s in ((4, gates * 5), (5, gates * 5), (gates * 5,))]
                    h, cache = pair(name)[0](x, h0, *weights)
                    assert np.isfinite(h).all()
                    assert all(np.isfinite(g).all() for g in pair(name)[1](np.ones_like(h), cache))


def test_attention_weights_sum_to_one_and_large_states_point():
    h, grid = np.array([[1e4, 0.0]]), np.array([[[1.0, 0], [0, 1], [0.5, 0.5]]])
    context, weights, _ = layers.attention_forward(h, grid)
    np.testing.assert_allclose(weights, [[1, 0, 0]], atol=1e-12)
    np.testing.assert_allclose(context, [[1, 0]], atol=1e-12)


@given(sizes=SIZES)
@settings(max_examples=30, deadline=None)
def test_stacks(sizes):
    draw = Draw(**sizes)
    x, h0 = draw("NTD"), [draw("NH"), draw("NH"), draw("NH")]
    weights = [(draw("D4H"), draw("H4H"), draw("4H")), *[(draw("H4H"), draw("H4H"), draw("4H")) for _ in range(2)]]
    h, caches = layers.stack_forward(layers.lstm_forward, x, h0, weights)
    dh = draw.rng.standard_normal(h.shape)
    dx, dh0, dweights = layers.stack_backward(layers.lstm_backward, dh, caches)

    def along(x, *rest):
        three = [tuple(rest[3 + 3 * k : 6 + 3 * k]) for k in range(3)]
        return float(np.sum(layers.stack_forward(layers.lstm_forward, x, rest[:3], three)[0] * dh))

    flat = [x, *h0, *(w for three in weights for w in three)]
    slopes_agree(along, flat, [dx, *dh0, *(w for three in dweights for w in three)], draw.rng)


def test_steps_lay_out_what_still_runs():
    steps = Steps.of([3, 2, 2])
    assert steps.total == 7
    assert list(steps) == [(3, slice(0, 3)), (2, slice(3, 5)), (2, slice(5, 7))]
    assert list(reversed(steps)) == list(steps)[::-1]


def test_a_room_gives_its_memory_again():
    room = Room(np.float32)
    large = room("a", 4, 5)
    assert np.shares_memory(large, room("a", 2, 3))
    assert not np.shares_memory(large, room("b", 2, 3))
    assert not np.shares_memory(large, room.inner("x")("a", 2, 3))
    assert not room.zeros("a", 4, 5).any()
    assert room("a", 40, 5).dtype == np.float32


@pytest.mark.parametrize(("n", "K", "M"), [(1, 32, 64), (7, 512, 96), (70, 1024, 64), (200, 512, 512), (3, 1536, 32)])
def test_products_agree(n, K, M):
    rng = np.random.default_rng(n)
    x, W = rng.standard_normal((n, K)).astype("f"), rng.standard_normal((K, M)).astype("f")
    for kind, laid in ((Panels(K, M, np.float32), W), (Product(), W), (ProductBack(), np.asfortranarray(W))):
        out = np.empty((n, M), np.float32)
        kind.load(laid)
        kind(x, out)
        np.testing.assert_allclose(out, x @ W, atol=1e-3)


def test_panels_fit_what_they_can_cut():
    assert Panels.fit(512, 2048)
    assert Panels.fit(2048, 512)
    assert not Panels.fit(512, 20)
    assert not Panels.fit(521, 64)


@pytest.mark.parametrize("name", ["rnn", "gru", "lstm"])
def test_with_panels_nothing_changes(name, monkeypatch):
    draw = Draw(5, 4, 8, 64, 1, 1, 0, "C", np.float32, 0.3)
    inputs = [draw(letters) for letters in SEQUENCE.format(g=GATES[name]).split()]
    results = []
    for pay in (False, True):
        monkeypatch.setattr("unrolled.layers.room.panels_pay", lambda pay=pay: pay)
        h, cache = pair(name)[0](*inputs)
        results.append([h, *pair(name)[1](np.ones_like(h), cache)])
    for plain, panels in zip(*results, strict=True):
        close(panels, plain, np.float32)


def test_every_name_is_there():
    assert set(dir(layers)) == set(layers.__all__)
    for name in layers.__all__:
        assert getattr(layers, name).__doc__
    with pytest.raises(AttributeError, match=r"unrolled\.layers has no lstm_sideways"):
        _ = layers.lstm_sideways
