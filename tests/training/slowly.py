"""Decoding as one would write it first: a picture at a time, a hypothesis at a time. The truth for the fast one."""

from __future__ import annotations

import numpy as np

START, END = 1, 2


def scores_of(model, params, state, word, unsaid):
    scores, state = model.step(params, state, np.array([word]))
    scores = scores[0].copy()
    full = scores.copy()
    scores[list(unsaid)] = -np.inf
    return scores, full, state


def one_by_one(model, params, features, choose, max_length, unsaid):
    captions = np.zeros((len(features), max_length), int)
    for n in range(len(features)):
        state, word = model.start(params, features[n : n + 1]), START
        for t in range(max_length):
            scores, _, state = scores_of(model, params, state, word, unsaid)
            word = choose(scores, n, t)
            captions[n, t] = word
            if word == END:
                break
    return captions


def greedy(model, params, features, max_length, unsaid):
    return one_by_one(model, params, features, lambda scores, n, t: int(np.argmax(scores)), max_length, unsaid)


def sample(model, params, features, temperature, top_k, seed, max_length, unsaid):
    draws = np.random.default_rng(seed).random((len(features), max_length))

    def choose(scores, n, t):
        likeliest = sorted(range(len(scores)), key=lambda w: -scores[w])[:top_k]
        p = np.exp((scores - scores.max()) / temperature)
        p = np.array([p[w] if w in likeliest else 0.0 for w in range(len(p))])
        so_far, aim = 0.0, draws[n, t] * p.cumsum()[-1]
        for word, chance in enumerate(p):
            so_far += chance
            if so_far > aim:
                return word
        raise AssertionError("no word drawn")

    return one_by_one(model, params, features, choose, max_length, unsaid)


def beam_search(model, params, features, beam, length_penalty, max_length, unsaid):
    captions, values = np.zeros((len(features), max_length), int), np.zeros(len(features))
    for n in range(len(features)):
        hypotheses = [([], 0.0, model.start(params, features[n : n + 1]))]

        def value(hypothesis):
            return hypothesis[1] / max(1, len(hypothesis[0])) ** length_penalty

        for _ in range(max_length):
            grown = []
            for words, logp, state in hypotheses:
                if words and words[-1] == END:
                    grown.append((words, logp, state))
                    continue
                scores, full, after = scores_of(model, params, state, words[-1] if words else START, unsaid)
                total = full.max() + np.log(np.exp(full - full.max()).sum())
                for word in np.argsort(-scores, kind="stable")[:beam]:
                    if scores[word] > -np.inf:
                        grown.append(([*words, int(word)], logp + float(scores[word]) - float(total), after))
            hypotheses = sorted(grown, key=value, reverse=True)[:beam]
        words = hypotheses[0][0]
        captions[n, : len(words)], values[n] = words, value(hypotheses[0])
    return captions, values
