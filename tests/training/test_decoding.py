"""Decoding whole batches gives what a naive loop over single pictures gives, and does less work."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.training import slowly, tiny
from unrolled.decoding import beam_search, greedy, sample

SIZES = {"count": st.integers(0, 9), "words": st.integers(5, 9), "max_length": st.integers(1, 8),
         "batch_size": st.integers(1, 5), "sharp": st.sampled_from([0.5, 2.0, 6.0]), "seed": st.integers(0, 10**6)}


def model_of(count, words, sharp, seed, F=4):
    rng = np.random.default_rng(seed)
    params = {name: sharp * p for name, p in tiny.init(rng, F=F, V=words).items()}
    return tiny.Model(), params, rng.normal(size=(count, F))


@settings(deadline=None, max_examples=80)
@given(**SIZES, unsaid=st.sampled_from([(), (0, 1), (0, 1, 3)]))
def test_greedy_equals_the_naive_loop(count, words, max_length, batch_size, sharp, seed, unsaid):
    model, params, features = model_of(count, words, sharp, seed)
    got = greedy(model, params, features, max_length=max_length, unsaid=unsaid, batch_size=batch_size)
    np.testing.assert_array_equal(got, slowly.greedy(model, params, features, max_length, unsaid))


@settings(deadline=None, max_examples=80)
@given(**SIZES, temperature=st.sampled_from([0.3, 1.0, 3.0]), top_k=st.sampled_from([None, 1, 3, 50]))
def test_sampling_equals_the_naive_loop(count, words, max_length, batch_size, sharp, seed, temperature, top_k):
    model, params, features = model_of(count, words, sharp, seed)
    got = sample(model, params, features, temperature=temperature, top_k=top_k, rng=seed, max_length=max_length,
                 batch_size=batch_size, unsaid=(0, 1))
    want = slowly.sample(model, params, features, temperature, top_k, seed, max_length, (0, 1))
    np.testing.assert_array_equal(got, want)


@settings(deadline=None, max_examples=150)
@given(**SIZES, beam=st.integers(1, 7), length_penalty=st.sampled_from([0.0, 0.7, 1.0, 2.0]),
       unsaid=st.sampled_from([(), (0, 1), (0, 1, 3)]))
def test_beam_search_equals_the_naive_loop(count, words, max_length, batch_size, sharp, seed, beam, length_penalty,
                                           unsaid):
    model, params, features = model_of(count, words, sharp, seed)
    got, scores = beam_search(model, params, features, beam=beam, length_penalty=length_penalty, max_length=max_length,
                              unsaid=unsaid, batch_size=batch_size)
    want, values = slowly.beam_search(model, params, features, beam, length_penalty, max_length, unsaid)
    np.testing.assert_array_equal(got, want)
    np.testing.assert_allclose(scores, values, rtol=1e-10)


def test_a_beam_as_wide_as_all_captions_finds_the_likeliest_of_all():
    model, params, features = model_of(3, 5, 2.0, seed=4)
    got, scores = beam_search(model, params, features, beam=1000, length_penalty=0, max_length=4, unsaid=(0, 1))

    def logp(n, caption):
        state, word, total = model.start(params, features[n : n + 1]), 1, 0.0
        for following in caption:
            step, state = model.step(params, state, np.array([word]))
            total += step[0, following] - np.log(np.exp(step[0]).sum())
            word = following
        return total

    endings = [c for T in range(1, 5) for c in itertools.product((2, 3, 4), repeat=T)
               if 2 not in c[:-1] and (c[-1] == 2 or T == 4)]
    for n in range(3):
        best = max(endings, key=lambda c: logp(n, c))
        assert tuple(got[n][: len(best)]) == best
        assert scores[n] == pytest.approx(logp(n, best))


def test_a_beam_of_one_is_greedy():
    model, params, features = model_of(20, 9, 3.0, seed=1)
    np.testing.assert_array_equal(beam_search(model, params, features, beam=1)[0], greedy(model, params, features))


def test_finished_captions_leave_the_batch():
    model, params, features = model_of(50, 9, 1.0, seed=2)
    params["b"][2] += 3
    captions = greedy(model, params, features, max_length=30)
    assert model.rows == (captions != 0).sum() < captions.size / 2
    model.rows = 0
    captions, _ = beam_search(model, params, features, beam=3, max_length=30)
    assert 50 < model.rows < 3 * 30 * 50 / 3


def test_a_picture_draws_the_same_whatever_its_neighbours():
    model, params, features = model_of(30, 9, 1.0, seed=3)
    all_at_once = sample(model, params, features, rng=5, batch_size=30)
    np.testing.assert_array_equal(all_at_once, sample(model, params, features, rng=5, batch_size=7))
    assert (all_at_once != sample(model, params, features, rng=6)).any()


def test_samples_follow_the_probabilities():
    model, params, features = tiny.Model(), {name: 0 * p for name, p in tiny.init(np.random.default_rng(0)).items()}, 0
    params["b"] = np.log(np.arange(1.0, 13.0))
    features = np.zeros((20000, 5))
    first = sample(model, params, features, max_length=1, unsaid=())[:, 0]
    frequency = np.bincount(first, minlength=12) / len(first)
    np.testing.assert_allclose(frequency, np.arange(1, 13) / 78, atol=0.01)
    cooled = sample(model, params, features, max_length=1, unsaid=(), temperature=0.5)[:, 0]
    np.testing.assert_allclose(np.bincount(cooled, minlength=12) / 20000, np.arange(1, 13) ** 2 / 650, atol=0.01)
    assert set(sample(model, params, features, max_length=1, top_k=2, unsaid=())[:, 0]) == {10, 11}


def test_what_cannot_be_is_said():
    model, params, features = model_of(2, 9, 1.0, seed=3)
    with pytest.raises(ValueError, match="temperature: expected a number above 0, found 0"):
        sample(model, params, features, temperature=0)
    with pytest.raises(ValueError, match="top_k: expected a number of words from 1 on"):
        sample(model, params, features, top_k=0)
    with pytest.raises(ValueError, match="beam: expected a number of captions from 1 on, found 0"):
        beam_search(model, params, features, beam=0)
