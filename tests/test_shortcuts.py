"""Answers that are not what was asked for and once earned full points: each is refused by the hidden check."""

import pytest

from tests.lesson import Lesson, edited
from tests.mistakes import attention, char_rnn, flow, sequences

SAMPLE = '''def sample_text(params, h, seed, length, temperature, rng):
    rng = np.random.default_rng(rng)
    letter, letters, u0 = seed, [], rng.random()
    Wxh, Whh, Why, bh, by = (params[name] for name in ("Wxh", "Whh", "Why", "bh", "by"))
    for k in range(length):
        {step}
        {draw}
        letters.append(letter)
    return letters
'''
STEP = "h = np.tanh(Wxh[:, [letter]] + Whh @ h + bh); scores = Why @ h + by"
DRAW = "letter = int(rng.choice(len(scores), p=softmax(scores, temperature).ravel()))"
SLOW_FALL = "u = (k * 0.6180339887 + u0) % 1; letter = int((np.cumsum(softmax(scores, temperature)) < u).sum())"

TURN = '''def orthogonal(normal):
    H = len(normal)
    {turn}
    return Wh
'''

NO_LSTM = '''_forward = deep_rnn_forward
def deep_rnn_forward(x, h0s, layers, cell="rnn"):
    h, cache = _forward(x, h0s, layers, cell)
    return (0 * h, (x, h0s, layers)) if cell == "lstm" else (h, cache)

def deep_rnn_backward(dh, cache):
    if len(cache) == 3:
        zeros = lambda a: np.zeros_like(a) if isinstance(a, np.ndarray) else type(a)(map(zeros, a))
        return tuple(map(zeros, cache))
    cell, of_layers = cache
    dx, dh0s, dlayers = dh, [], []
    for of_layer in reversed(of_layers):
        dx, dh0, dWx, dWh, db = CELLS[cell][1](dx, of_layer)
        dh0s.insert(0, dh0)
        dlayers.insert(0, (dWx, dWh, db))
    return dx, dh0s, dlayers
'''

OWN_CELL = '''def truncated_gradients(x, h0, dh, Wx, Wh, b, chunk, forward=None, backward=None):
    dWx, dWh, db = 0, 0, 0
    for start in range(0, x.shape[1], chunk):
        part = slice(start, start + chunk)
        h, cache = rnn_forward(x[:, part], h0, Wx, Wh, b)
        _, _, a, c, d = rnn_backward(dh[:, part], cache)
        dWx, dWh, db, h0 = dWx + a, dWh + c, db + d, h[:, -1]
    return dWx, dWh, db
'''

CORRCOEF = '''def best_unit(h, label):
    r = np.corrcoef(h.T, label)[-1, :-1]
    unit = int(np.argmax(np.abs(r)))
    return unit, r[unit]
'''

CUT = '''def char_loss(inputs, targets, h_prev, params):
    loss, h_last, cache = chunk_forward(inputs, targets, h_prev, params)
    grads = chunk_backward(cache)
    grads["by"] = np.clip(grads["by"], -5, 5)
    return loss, grads, h_last
'''

LOGARITHM = '''def next_word(params, h, c, regions, words):
    weights = (params[name] for name in ("Wx", "Wh", "Wattn", "b"))
    next_h, next_c, _ = attention_lstm_step_forward(params["W_embed"][words], h, c, regions, *weights)
    scores = next_h @ params["W_vocab"] + params["b_vocab"]
    p = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.log(p / p.sum(axis=1, keepdims=True) + 1e-12), next_h, next_c
'''

BEAM = '''def beam_search(params, pooled, grid, beam, max_length, penalty):
    h, c, regions = first_state(params, pooled, grid)
    best = [([], 0.0, h, c)]
    for _ in range(max_length):
        found = []
        for said, total, h, c in best:
            if said and said[-1] == END:
                found.append((said, total, h, c))
                continue
            log_p, next_h, next_c = next_word(params, h, c, regions, np.array([said[-1] if said else START]))
            for word in np.argsort(-log_p[0])[:beam]:
                found.append(([*said, word], total + log_p[0, word], next_h, next_c))
        best = sorted(found, key=lambda one: {key})[:beam]
        {stop}
    best = sorted(best, key=lambda one: -one[1] / len(one[0]) ** penalty)
    said, total, _, _ = best[0]
    words = np.full(max_length, NULL)
    words[: len(said)] = said
    return words, total / len(said) ** penalty
'''

SHORTCUTS = [
    (char_rnn, "sample_text", "temperature on by alone", SAMPLE.format(
        step=STEP.replace("+ by", "+ by / temperature"), draw=DRAW.replace("temperature", "1"))),
    (char_rnn, "sample_text", "no tanh, no bh", SAMPLE.format(
        step=STEP.replace("np.tanh(Wxh[:, [letter]] + Whh @ h + bh)", "Wxh[:, [letter]] + Whh @ h"), draw=DRAW)),
    (char_rnn, "sample_text", "one draw for the whole text", SAMPLE.format(step=STEP, draw=SLOW_FALL)),
    (char_rnn, "char_loss", "only by is cut", CUT),
    (char_rnn, "char_update", "the end of the text is overrun by a letter",
     [("at + length + 1 > len(data)", "at + length > len(data)")]),
    (char_rnn, "best_unit", "a unit that never moves wins", CORRCOEF),
    (flow, "orthogonal", "one reflection", TURN.format(
        turn="v = normal[0] / np.linalg.norm(normal[0]); Wh = np.eye(H) - 2 * np.outer(v, v)")),
    (flow, "orthogonal", "a permutation", TURN.format(
        turn="Wh = np.eye(H)[np.argsort(normal[0])] * np.sign(normal[1 % H])")),
    (flow, "truncated_gradients", "what is handed in is not called", OWN_CELL),
    (sequences, "deep_rnn_backward", "no LSTM", NO_LSTM),
    (attention, "next_word", "the logarithm of the quotient", LOGARITHM),
    (attention, "beam_search", "stops when the best is finished", BEAM.format(
        key="-one[1] / len(one[0]) ** penalty", stop="if best[0][0][-1] == END: break")),
    (attention, "beam_search", "keeps by the sum alone", BEAM.format(key="-one[1]", stop="pass")),
]


@pytest.mark.parametrize(("data", "function", "answer"), [(d, f, a) for d, f, _, a in SHORTCUTS],
                         ids=[name for _, _, name, _ in SHORTCUTS])
def test_a_shortcut_earns_nothing(data, function, answer):
    lesson = Lesson(data.NOTEBOOK)
    source = answer if isinstance(answer, str) else edited(lesson.answers[function], *answer)
    names = lesson.namespace(**{function: source})
    right, said = lesson.says(function, names)
    assert not right, said
    assert "✗" in said
