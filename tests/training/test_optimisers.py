"""Optimisers against their formulas, written out; clipping; errors."""

import math

import numpy as np
import pytest

from unrolled.optimisers import CHUNK, SGD, Adagrad, Adam, Momentum, clip_norm, clip_value, global_norm

STEPS = 5


def sgd(p, gs, lr):
    for g in gs:
        p = p - lr * g
    return p


def momentum(p, gs, lr):
    v = 0
    for g in gs:
        v = 0.9 * v - lr * g
        p = p + v
    return p


def adagrad(p, gs, lr):
    s = 0
    for g in gs:
        s = s + g**2
        p = p - lr * g / (np.sqrt(s) + 1e-8)
    return p


def adam(p, gs, lr):
    m = v = 0
    for t, g in enumerate(gs, 1):
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        p = p - lr * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return p


PAIRS = [(SGD, sgd), (Momentum, momentum), (Adagrad, adagrad), (Adam, adam)]


@pytest.mark.parametrize(("optimiser", "formula"), PAIRS)
@pytest.mark.parametrize("shape", [(3, 4), (), (0, 3), (CHUNK + 7,), (CHUNK // 2, 5)])
def test_steps_equal_the_formula_in_place(optimiser, formula, shape):
    rng = np.random.default_rng(0)
    p, gs = np.array(rng.normal(size=shape)), [np.array(rng.normal(size=shape)) for _ in range(STEPS)]
    params = {"W": p}
    expected = formula(p.copy(), gs, 0.01)
    steps = optimiser(params, learning_rate=0.01)
    for g in gs:
        given = g.copy()
        steps.step(params, {"W": g})
        np.testing.assert_array_equal(g, given)         # gradients are not changed
    assert params["W"] is p
    np.testing.assert_allclose(p, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(("optimiser", "formula"), PAIRS)
def test_arrays_that_do_not_lie_in_one_piece_are_updated_too(optimiser, formula):
    rng = np.random.default_rng(1)
    whole = rng.normal(size=(300, 200))
    p = whole[::2].T
    gs = [rng.normal(size=p.shape[::-1]).T for _ in range(STEPS)]
    expected = formula(p.copy(), gs, 0.01)
    steps = optimiser({"W": p}, learning_rate=0.01)
    for g in gs:
        steps.step({"W": p}, {"W": g})
    np.testing.assert_allclose(whole[::2].T, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("optimiser", [SGD, Momentum, Adagrad, Adam])
def test_float32_stays_float32(optimiser):
    params = {"W": np.ones((2, 3), np.float32)}
    steps = optimiser(params)
    steps.step(params, {"W": np.ones((2, 3))})
    assert params["W"].dtype == np.float32
    assert all(a.dtype == np.float32 for arrays in steps.memory.values() for a in arrays.values())


@pytest.mark.parametrize("optimiser", [SGD, Momentum, Adagrad, Adam])
def test_a_restored_optimiser_goes_on_bit_for_bit(optimiser):
    rng = np.random.default_rng(2)
    gs = [{"W": rng.normal(size=(4, 3))} for _ in range(6)]
    one, other = {"W": np.ones((4, 3))}, {"W": np.ones((4, 3))}
    whole = optimiser(one, learning_rate=0.1)
    for g in gs:
        whole.step(one, g)
    first = optimiser(other, learning_rate=0.1)
    for g in gs[:3]:
        first.step(other, g)
    second = optimiser(other, learning_rate=0.7)
    second.restore(first.state())
    for g in gs[3:]:
        second.step(other, g)
    np.testing.assert_array_equal(one["W"], other["W"])


def test_what_does_not_fit_is_said_and_nothing_changes():
    params = {"W": np.ones((2, 3)), "b": np.ones(3)}
    steps = Adam(params)
    with pytest.raises(ValueError, match=r"no gradient for b; every parameter needs one"):
        steps.step(params, {"W": np.ones((2, 3))})
    with pytest.raises(ValueError, match=r"grads\['b'\] has shape \(1, 3\), expected \(3,\)"):
        steps.step(params, {"W": np.ones((2, 3)), "b": np.ones((1, 3))})
    assert steps.steps == 0
    assert (params["W"] == 1).all()
    with pytest.raises(ValueError, match=r"params\['b'\]: expected an array of floats, found int64"):
        Adam({"b": np.ones(3, np.int64)})
    with pytest.raises(ValueError, match="not of SGD for parameters of these shapes"):
        SGD(params).restore(steps.state())


def test_clipping_by_norm_keeps_the_direction():
    grads = {"a": np.array([3.0, 0.0]), "b": np.array([[4.0]])}
    assert clip_norm(grads, 1.0) == 5.0
    np.testing.assert_allclose(grads["a"], [0.6, 0])
    np.testing.assert_allclose(grads["b"], [[0.8]])
    assert clip_norm(grads, 10.0) == pytest.approx(1.0)
    np.testing.assert_allclose(grads["a"], [0.6, 0])


def test_the_norm_of_exploding_gradients_in_float32_is_right():
    assert global_norm({"a": np.full(4, 1e30, np.float32)}) == pytest.approx(2e30, rel=1e-6)
    assert global_norm({"a": np.full(4, 1e-30, np.float32)}) == pytest.approx(2e-30, rel=1e-6)
    assert global_norm({"a": np.array([np.inf, 1])}) == math.inf
    assert math.isnan(global_norm({"a": np.array([np.nan, 1])}))
    assert global_norm({"a": np.zeros(3)}) == 0
    grads = {"a": np.full(4, 1e30, np.float32)}
    clip_norm(grads, 1.0)
    assert global_norm(grads) == pytest.approx(1, rel=1e-6)


def test_clipping_by_value_cuts_every_entry():
    grads = {"a": np.array([-7.0, 2.0, 9.0])}
    clip_value(grads, 5.0)
    np.testing.assert_array_equal(grads["a"], [-5, 2, 5])
